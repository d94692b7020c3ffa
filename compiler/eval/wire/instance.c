/* One component as an instance of its kind: which statement sets which member, what its block exposes, patches, allows;
   and, where something of it was not understood, what is therefore not known of it. */
#include "eval/wire/instance.h"
#include "eval/eval.h"

struct statements { int (*take)(struct eval *e, struct env *env, const struct ast *o, void *ctx); void *ctx; };

static int statement_body(struct eval *e, struct env *env, const struct ast *loop, void *ctx)
{
	const struct statements *s = ctx;
	return each_statement(e, env, loop->kids[1], s->take, s->ctx);
}

int each_statement(struct eval *e, struct env *env, const struct ast *o,
	int (*take)(struct eval *e, struct env *env, const struct ast *o, void *ctx), void *ctx)
{
	struct statements s = { take, ctx };
	int ok = 1, yes;
	switch ((enum ast_tag)o->tag) {
	case AST_BLOCK:
		for (uint32_t n = 0; n < o->nkids; n++)
			ok &= each_statement(e, env, o->kids[n], take, ctx);
		return ok;
	case AST_KIF:
		yes = truth(e, eval(e, env, o->kids[0]), o->kids[0]->span);
		if (yes > 0)
			return each_statement(e, env, o->kids[1], take, ctx);
		if (yes == 0 && o->nkids > 2 && o->kids[2])
			return each_statement(e, env, o->kids[2], take, ctx);
		return yes == 0;
	case AST_KFOR:
		return each(e, env, o, statement_body, &s);
	default:
		return take(e, env, o, ctx);
	}
}

const char *instance_label(struct eval *e, const struct instance *i)
{
	return arena_printf(e->p->arena, "`%s` (%s)", i->local && !i->parent ? i->local->text : i->name->text,
		i->kind->name->text);
}

const struct value *component_value(struct eval *e, struct instance *i)
{
	struct value *v = ARENA_NEW(e->arena, struct value);
	v->tag = VALUE_COMPONENT;
	v->origin = i->at;
	v->ref.ref = i;
	return v;
}

struct instance *instance_behind(const struct value *v)
{
	if (v->tag == VALUE_COMPONENT)
		return v->ref.ref;
	if (v->tag == VALUE_GIVEN)
		return ((struct given *)v->ref.ref)->inst;
	return NULL;
}

void instance_fix(struct eval *e, struct instance *i, uint32_t slot, const struct value *v)
{
	if (!i->fixed)
		i->fixed = ARENA_ARRAY(e->arena, const struct value *, i->kind->members.n);
	i->fixed[slot] = v;
}

/* The setting that a word at the start of a statement was most likely meant to be has no value, rather than its
   default: then nothing is said that only follows from the slip. */
void suspect(struct eval *e, struct instance *i, const struct atom *word)
{
	uint32_t slot = (uint32_t)(uintptr_t)table_get(&i->kind->index, word);
	const char *near = slot ? NULL : setting_suggest(i->kind, word);
	if (near)
		slot = (uint32_t)(uintptr_t)table_get(&i->kind->index, atom_cstr(e->p->atoms, near));
	i->suspect = 1;
	if (slot && !instance_set(i, slot - 1) && slot - 1 != SLOT_NAME)
		instance_fix(e, i, slot - 1, VALUE_ERROR_V);
}

static const struct atom *word_at(struct eval *e, const char *s, const char *end, const char **behind)
{
	const char *word = s;
	while (s < end
		&& ((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') || *s == '-'
			|| *s == '_'))
		s++;
	*behind = s;
	return s > word ? atom_intern(e->p->atoms, word, (size_t)(s - word)) : NULL;
}

static int kind_setting(const struct kind *k, const struct atom *word)
{
	uint32_t slot = (uint32_t)(uintptr_t)table_get(&k->index, word);
	return slot && (k->members.v[slot - 1].tag == MEMBER_SETTING || k->members.v[slot - 1].tag == MEMBER_NEED);
}

/* The statements of the block that did not parse: the first words of their lines. */
void suspect_broken(struct eval *e, struct instance *i, struct span block)
{
	uint32_t at;
	for (uint32_t n = 0; (at = program_broken_at(e->p, block, n)); n++) {
		const struct source *src = source_of(e->p->sources, at);
		const char *s = src->text + (at - src->base),
			*from = src->text + (block.lo > src->base ? block.lo - src->base : 0),
			*end = src->text + src->len;
		const struct atom *word;
		/* the word at which it was noticed may be a statement of its own, behind one that does not end */
		word = word_at(e, s, end, &s);
		if (word && kind_setting(i->kind, word))
			suspect(e, i, word);
		s = src->text + (at - src->base);
		for (int k = 0; k < 2000 && s > from && s[-1] != '\n' && s[-1] != ';' && s[-1] != '{'; k++)
			s--;
		while (s < end && (*s == ' ' || *s == '\t'))
			s++;
		i->suspect = 1;
		word = word_at(e, s, end, &s);
		if (!word)
			continue;
		suspect(e, i, word);
		while (s < end && *s == ' ')
			s++;
		int port = (word = word_at(e, s, end, &s)) ? kind_port(i->kind, word) : -1;
		if (port >= 0)          /* expose PORT on ... */
			i->exposes[port] = VALUE_ERROR_V;
	}
}

void instance_set_to(struct eval *e, struct instance *i, uint32_t slot, const struct ast *x)
{
	if (i->sets[slot] & SET_ELSEWHERE) {    /* so there are no more than a kind has members */
		i->others.v[i->sets[slot] & (SET_ELSEWHERE - 1)] = x;
		return;
	}
	i->sets[slot] = (uint16_t)(SET_ELSEWHERE | i->others.n);
	VEC_PUSH(e->arena, &i->others, x);
}

/* number: of the statement in its declaration, 0 elsewhere. A later whole value replaces fields set before it. */
static void set_whole(struct eval *e, struct instance *i, uint32_t slot, const struct ast *value, uint32_t number)
{
	uint32_t n = 0;
	if (number && number < SET_ELSEWHERE)
		i->sets[slot] = (uint16_t)number;
	else
		instance_set_to(e, i, slot, value);
	for (uint32_t k = 0; k < i->fields.n; k++)
		if (i->fields.v[k].slot != slot)
			i->fields.v[n++] = i->fields.v[k];
	i->fields.n = n;
}

void instance_take(struct eval *e, struct instance *i, const struct ast *st, uint32_t number)
{
	switch ((enum ast_tag)st->tag) {
	case AST_ASSIGN:
		if (st->bind_tag == BIND_SLOT)
			set_whole(e, i, st->bind_index, st->kids[0], number);
		else if (i->decl && i->decl->tag == AST_DRIFT)
			VEC_PUSH(e->arena, &i->statements, st);
		if (st->bind_tag != BIND_SLOT && i->decl && !(i->decl->tag == AST_DRIFT && drift_word(st->name)))
			suspect(e, i, st->name);
		break;
	case AST_SET: {
		const struct ast *root = st->kids[0];
		while (root->tag == AST_FIELD || root->tag == AST_INDEX)
			root = root->kids[0];
		if (root->tag != AST_NAME || root->bind_tag != BIND_SLOT) {
			if (i->decl && i->decl->tag == AST_DRIFT)
				VEC_PUSH(e->arena, &i->statements, st);
			if (i->decl && root->tag == AST_NAME && !(i->decl->tag == AST_DRIFT && drift_word(root->name)))
				suspect(e, i, root->name);
			break;
		}
		if (st->kids[0] == root) {
			set_whole(e, i, root->bind_index, st->kids[1], number);
		} else {
			VEC_PUSH(e->arena, &i->fields, ((struct field_set){ root->bind_index, st }));
		}
		break;
	}
	case AST_ALLOW:
		VEC_PUSH(e->arena, &i->allows, ((struct allow){ st, 0 }));
		break;
	case AST_EXPOSE:
		i->suspect |= kind_port(i->kind, st->name) < 0;
		/* fall through */
	case AST_PATCH:
	case AST_VALUES:
	case AST_CHECK:
	case AST_ALERT:
		VEC_PUSH(e->arena, &i->statements, st);
		break;
	default:
		break;
	}
}

struct instance *instance_new(struct eval *e, struct kind *k, const struct atom *name, const struct ast *decl,
	struct instance *parent, struct env *env)
{
	struct instance *i = ARENA_NEW(e->arena, struct instance);
	uint32_t n = k->members.n;
	resolve_kind(e->p, k);
	i->kind = k;
	i->name = i->local = name;
	i->decl = decl;
	i->parent = parent;
	i->top = parent ? parent->top : i;
	i->env = env;
	i->cells = ARENA_ARRAY(e->arena, const struct value *, n);
	i->sets = ARENA_ARRAY(e->arena, uint16_t, n);
	if (k->gives.n)
		i->given = ARENA_ARRAY(e->arena, const struct value *, k->gives.n);
	if (k->ports.n) {
		i->ports = ARENA_ARRAY(e->arena, const struct value *, k->ports.n);
		i->exposes = ARENA_ARRAY(e->arena, const struct value *, k->ports.n);
	}
	if (decl) {
		i->at = decl->name_span;
		if (decl->tag == AST_DRIFT) {   /* the need called `model` is what the policy is `on` */
			const struct atom *model = atom_find(e->p->atoms, "model", 5);
			uint32_t slot = model ? (uint32_t)(uintptr_t)table_get(&k->index, model) : 0;
			if (slot && k->members.v[slot - 1].tag == MEMBER_NEED)
				instance_set_to(e, i, slot - 1, decl->kids[0]);
		}
		for (uint32_t s = 1; s < decl->nkids; s++)
			instance_take(e, i, decl->kids[s], s);
		if (e->diags->nerrors)
			suspect_broken(e, i, decl->span);
	}
	return i;
}
