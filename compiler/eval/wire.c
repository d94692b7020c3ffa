/* Components as instances of kinds, and what connects them: needs to gives, offers to collects, ports to where they are
   exposed, kinds to their row of the catalog, secrets to the namespaces that use them. */
#include "eval/eval.h"
#include "base/suggest.h"
#include "value/literal.h"
#include "eval/origin.h"
#include "eval/plan.h"
#include <stdlib.h>
#include <string.h>

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

/* -- making instances -- */

static void fix(struct eval *e, struct instance *i, uint32_t slot, const struct value *v)
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
		fix(e, i, slot - 1, VALUE_ERROR_V);
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

static void take(struct eval *e, struct instance *i, const struct ast *st, uint32_t number)
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
			take(e, i, decl->kids[s], s);
		if (e->diags->nerrors)
			suspect_broken(e, i, decl->span);
	}
	return i;
}

static void overrides(struct eval *e, struct instance *i, struct symbol *y)
{
	i->symbol = y;
	i->suspect |= y->suspect;
	for (uint32_t n = 0; n < y->overrides.n; n++)
		if (!y->overrides.v[n].member || y->overrides.v[n].member == i->name)
			take(e, i, y->overrides.v[n].statement, 0);
}

/* The name of a member of a family, or of a component whose block sets `name`. NULL on error. */
static const struct atom *own_name(struct eval *e, struct instance *i, int must)
{
	if (!instance_set(i, SLOT_NAME)) {
		if (must && !i->failed && !i->suspect)
			diag_help(e->diags,
				diag_error(e->diags, i->at, D_FAMILY_NAME,
					arena_printf(e->p->arena, "the members of `%s` have no name of their own",
						i->local->text)),
				"set `name` from the element: name = %s.name",
				i->decl->name3 ? i->decl->name3->text : "x");
		return must ? NULL : i->name;
	}
	struct env outer = i->env ? *i->env : (struct env){ 0 };
	const struct value *v = eval_typed(e, &outer, instance_set(i, SLOT_NAME), &type_name);
	if (is_error(v))
		return NULL;
	return atom_intern(e->p->atoms, v->str.p, v->n);
}

static void register_instance(struct eval *e, struct instance *i)
{
	VEC_PUSH(e->unit, &e->instances, i);
	if (!i->parent)
		VEC_PUSH(e->unit, &e->tops, i);
}

struct members {
	VEC(const struct value *) v;
	struct table seen;
	int failed;
	struct symbol *y;
	struct instance *parent;
	struct kind *kind;
	const struct ast *decl;
	struct env *env;
};

static void member(struct eval *e, struct members *m, const struct value *x)
{
	struct env *env = ARENA_NEW(e->arena, struct env);
	*env = *m->env;
	env->locals[m->decl->bind_index] = x;
	struct instance *i = instance_new(e, m->kind, m->decl->name, m->decl, m->parent, env);
	const struct atom *n = own_name(e, i, 1);
	if (!n) {
		m->failed = 1;
		return;
	}
	const struct instance *twin = table_get(&m->seen, n);
	if (twin) {
		diag_error(e->diags, m->decl->name_span, D_FAMILY_NAME,
			arena_printf(e->p->arena, "two members of `%s` are called \"%s\"", m->decl->name->text,
				n->text));
		m->failed = 1;
		return;
	}
	table_put(&m->seen, n, i);
	i->name = i->local = n;
	if (m->y)
		overrides(e, i, m->y);
	register_instance(e, i);
	const struct value *v = component_value(e, i);
	VEC_PUSH(e->arena, &m->v, v);
}

/* family["x"].setting = value, where there is no x. */
static void no_member(struct eval *e, const struct members *m, const struct override *o)
{
	struct diag *x = diag_error(e->diags, o->at, D_INDEX,
		arena_printf(e->p->arena, "`%s` has no member \"%s\"", m->decl->name->text, o->member->text));
	struct suggest s;
	suggest_init(&s, o->member->text, o->member->len);
	for (uint32_t n = 0; n < m->v.n; n++)
		suggest_try(&s, ((const struct instance *)m->v.v[n]->ref.ref)->name->text);
	if (suggest_best(&s))
		diag_label(e->diags, x, "did you mean \"%s\"?", suggest_best(&s));
}

static const struct value *family(struct eval *e, struct symbol *y, struct instance *parent, struct kind *k,
	const struct ast *d, struct env *env)
{
	struct members m = { .y = y, .parent = parent, .kind = k, .decl = d, .env = env };
	const struct value *list = eval(e, env, d->kids[0]);
	table_init(&m.seen, e->arena);
	if (is_error(list))
		return list;
	if (list->tag != VALUE_LIST) {
		diag_error(e->diags, d->kids[0]->span, D_TYPE, "a list", value_noun(e, list));
		return VALUE_ERROR_V;
	}
	for (uint32_t n = 0; n < list->n && !e->stopped; n++)
		member(e, &m, list->items[n]);
	if (m.failed)
		return VALUE_ERROR_V;   /* nobody is to miss a member for that */
	for (uint32_t n = 0; y && n < y->overrides.n; n++)
		if (y->overrides.v[n].member && !table_get(&m.seen, y->overrides.v[n].member))
			no_member(e, &m, &y->overrides.v[n]);
	return value_list(e->arena, m.v.v, m.v.n, d->span);
}

const struct value *symbol_instances(struct eval *e, struct symbol *y, struct span at)
{
	if (y->state == 2)
		return y->value;
	if (y->state == 1) {
		diag_label(e->diags, diag_error(e->diags, at, D_CYCLE, y->name->text), "its own list asks for it");
		return VALUE_ERROR_V;
	}
	if (!y->kind) {
		y->state = 2;
		y->value = VALUE_ERROR_V;
		return VALUE_ERROR_V;
	}
	struct arena *old = e->arena;
	y->state = 1;
	e->arena = e->unit;
	const struct value *v;
	if (y->tag == SYMBOL_FAMILY) {
		v = family(e, y, NULL, y->kind, y->decl, ARENA_NEW(e->arena, struct env));
	} else {
		struct instance *i = instance_new(e, y->kind, y->name, y->decl, NULL, NULL);
		overrides(e, i, y);
		v = component_value(e, i);
		y->value = v;   /* so that `on` and names of its own block may mention others that mention it */
		y->state = 2;
		const struct atom *n = own_name(e, i, 0);
		if (n)
			i->name = n;
		register_instance(e, i);
	}
	e->arena = old;
	y->value = v;
	y->state = 2;
	return v;
}

static void expand_output(struct eval *e, struct instance *i, struct env *env, const struct ast *o)
{
	switch ((enum ast_tag)o->tag) {
	case AST_BLOCK:
		for (uint32_t n = 0; n < o->nkids; n++)
			expand_output(e, i, env, o->kids[n]);
		break;
	case AST_KIF: {
		int yes = truth(e, eval(e, env, o->kids[0]), o->kids[0]->span);
		if (yes > 0)
			expand_output(e, i, env, o->kids[1]);
		else if (yes == 0 && o->nkids > 2 && o->kids[2])
			expand_output(e, i, env, o->kids[2]);
		break;
	}
	case AST_KFOR: {
		const struct value *list = eval(e, env, o->kids[0]);
		for (uint32_t n = 0; list->tag == VALUE_LIST && n < list->n; n++) {
			env->locals[o->bind_index] = list->items[n];
			expand_output(e, i, env, o->kids[1]);
		}
		break;
	}
	case AST_COMPONENT: {
		uint32_t slot = (uint32_t)(uintptr_t)table_get(&i->kind->index, o->name);
		struct kind *k = slot ? i->kind->members.v[slot - 1].inner : NULL;
		uint32_t depth = 0;
		for (struct instance *q = i; q; q = q->parent)
			depth++;
		if (!k)
			break;
		if (depth > 16) {
			diag_error(e->diags, o->name_span, D_RECURSION, "kind", k->name->text, "contains");
			break;
		}
		if (o->kids[0]) {
			fix(e, i, slot - 1, family(e, NULL, i, k, o, env_copy(e, env)));
			break;
		}
		struct instance *c = instance_new(e, k, o->name, o, i, env_copy(e, env));
		const struct atom *n = own_name(e, c, 0);
		c->name = n != c->name
			? n
			: atom_cstr(e->p->atoms, arena_printf(e->p->arena, "%s-%s", i->name->text, o->name->text));
		if (!n)
			break;
		register_instance(e, c);
		VEC_PUSH(e->arena, &i->inner, c);
		fix(e, i, slot - 1, component_value(e, c));
		break;
	}
	default:
		break;
	}
}

void expand_instance(struct eval *e, struct instance *i)
{
	if (i->expanded || !i->kind->has_inner)
		return;
	i->expanded = 1;
	struct arena *old = e->arena;
	e->arena = e->unit;
	struct env env = { .inst = i };
	for (uint32_t n = 0; n < i->kind->outputs.n; n++) {
		int tag = i->kind->outputs.v[n]->tag;
		if (tag == AST_COMPONENT || tag == AST_KIF || tag == AST_KFOR)
			expand_output(e, i, &env, i->kind->outputs.v[n]);
	}
	e->arena = old;
}

void make_instances(struct eval *e)
{
	e->instances.cap = e->tops.cap = e->p->symbols.n + 4;   /* families and composites have more */
	e->instances.v = ARENA_ARRAY(e->unit, struct instance *, e->instances.cap);
	e->tops.v = ARENA_ARRAY(e->unit, struct instance *, e->tops.cap);
	for (uint32_t n = 0; n < e->p->symbols.n; n++) {
		struct symbol *y = e->p->symbols.v[n];
		if ((y->tag == SYMBOL_COMPONENT || y->tag == SYMBOL_FAMILY || y->tag == SYMBOL_DRIFT) && !y->dropped)
			symbol_instances(e, y, y->decl->name_span);
	}
	for (uint32_t n = 0; n < e->instances.n; n++)   /* grows as composites are expanded */
		expand_instance(e, e->instances.v[n]);
	e->all_made = 1;
}

/* -- gives -- */

const struct value *give_value(struct eval *e, struct instance *i, struct give *g, struct span at)
{
	uint32_t n = (uint32_t)(g - i->kind->gives.v);
	if (i->given[n])
		return i->given[n];
	struct arena *old = e->arena;
	const struct value *v;
	struct origin_mark mark = origins_enter(e);
	if (i->decl)
		e->arena = e->unit;
	if (g->decl->flags & AST_F_ALIAS) {
		struct env env = { .inst = i };
		struct type t = { .tag = T_INTERFACE, .iface = g->iface };
		if (e->depth > 2000) {
			diag_error(e->diags, at, D_CYCLE, g->iface->name->text);
			v = VALUE_ERROR_V;
		} else {
			e->depth += 50;         /* an alias of an alias of itself ends soon */
			v = coerce(e, eval(e, &env, g->decl->kids[0]), &t, g->decl->kids[0]->span);
			e->depth -= 50;
		}
	} else {
		struct given *gv = ARENA_NEW(e->arena, struct given);
		*gv = (struct given){ i, g, NULL, ARENA_ARRAY(e->arena, const struct value *, g->iface->type->n),
			e->arena, i->at };
		struct value *w = ARENA_NEW(e->arena, struct value);
		w->tag = VALUE_GIVEN;
		w->origin = i->at;
		w->ref.ref = gv;
		v = w;
	}
	ORIGINS_LEAVE(e, mark);
	e->arena = old;
	i->given[n] = v;
	return v;
}

/* -- implied wires -- */

static struct give *gives_plainly(struct instance *i, const struct interface *f)
{
	struct give *g = kind_give(i->kind, f);
	return g && !(g->decl->flags & AST_F_PARAMS) ? g : NULL;
}

struct found { VEC(struct instance *) v; };

static struct found *stack_givers(struct eval *e, struct interface *f)
{
	struct found *c = table_get(&e->givers, f);
	if (c)
		return c;
	c = ARENA_NEW(e->unit, struct found);
	if (e->all_made)
		table_put(&e->givers, f, c);
	for (uint32_t n = 0; n < e->p->symbols.n; n++) {
		struct symbol *y = e->p->symbols.v[n];
		if ((y->tag != SYMBOL_COMPONENT && y->tag != SYMBOL_FAMILY && y->tag != SYMBOL_DRIFT) || y->dropped
			|| !y->kind)
			continue;
		struct give *g = kind_give(y->kind, f);
		if (!g || (g->decl->flags & AST_F_PARAMS))
			continue;
		const struct value *v = symbol_instances(e, y, y->decl->name_span);
		if (v->tag == VALUE_COMPONENT)
			VEC_PUSH(e->unit, &c->v, v->ref.ref);
		for (uint32_t k = 0; v->tag == VALUE_LIST && k < v->n; k++)
			VEC_PUSH(e->unit, &c->v, v->items[k]->ref.ref);
	}
	return c;
}

static const struct value *only(
	struct eval *e, struct instance *i, struct interface *f, struct found *c, struct span at, int *many)
{
	struct instance *one = NULL;
	uint32_t n = 0;
	for (uint32_t k = 0; k < c->v.n; k++)
		if (c->v.v[k] != i && c->v.v[k] != i->top) {
			one = c->v.v[k];
			n++;
		}
	*many = n > 1;
	return n == 1 ? give_value(e, one, gives_plainly(one, f), at) : NULL;
}

static void no_giver(struct eval *e, struct instance *i, const struct member *m)
{
	for (uint32_t n = 0; n < e->p->symbols.n; n++)
		if (!e->p->symbols.v[n]->kind
			&& (e->p->symbols.v[n]->tag == SYMBOL_COMPONENT
				|| e->p->symbols.v[n]->tag == SYMBOL_FAMILY))
			return;         /* the giver may be the one whose kind is unknown */
	if (e->p->unread || program_declarations_lost(e->p))
		return;
	struct diag *x = diag_error(
		e->diags, i->at, D_NO_GIVER, m->iface->name->text, instance_label(e, i), m->name->text);
	struct buf b = { 0 };
	for (uint32_t n = 0; n < e->p->symbols.n; n++) {        /* something may give it when it is asked */
		const struct symbol *y = e->p->symbols.v[n];
		const struct give *g = y->kind && (y->tag == SYMBOL_COMPONENT || y->tag == SYMBOL_DRIFT)
			? kind_give(y->kind, m->iface)
			: NULL;
		if (g && y->dropped) {
			diag_note(e->diags, x, "`%s` gives it, and env `%s` drops it", y->name->text,
				e->p->env ? e->p->env->text : "?");
		} else if (g && (g->decl->flags & AST_F_PARAMS)) {
			diag_help(e->diags, x, "`%s` gives it when it is asked: %s = %s.%s(...)", y->name->text,
				m->name->text, y->name->text, m->iface->name->text);
			return;
		}
	}
	struct table seen;
	uint32_t shown = 0;
	table_init(&seen, e->p->arena);
	for (uint32_t pass = 0; pass < 2; pass++)
		for (uint32_t n = 0; n < (pass ? e->p->library_names.n : e->p->names['k'].n); n++) {
			if (pass && e->p->library_names.v[n].what != 'k')
				continue;
			const struct atom *name = pass ? e->p->library_names.v[n].word : e->p->names['k'].v[n];
			if (!table_get(&seen, name) && program_kind_gives(e->p, name, m->iface->name)) {
				table_put(&seen, name, (void *)(uintptr_t)1);
				if (shown++ < 8)
					buf_addf(&b, "%s%s", shown > 1 ? ", " : "", name->text);
			}
		}
	if (b.n)
		diag_help(e->diags, x, "kinds that give `%s`: %s", m->iface->name->text, b.p);
	else
		diag_help(e->diags, x, "no kind gives `%s`", m->iface->name->text);
	buf_free(&b);
}

const struct value *wire_implied(struct eval *e, struct instance *i, uint32_t slot)
{
	const struct member *m = &i->kind->members.v[slot];
	const struct value *v;
	struct found *c = NULL;
	int many = 0;
	for (struct instance *p = i->parent, *self = i; p; self = p, p = p->parent) {
		uint32_t n = 0;
		const struct value *one = NULL;
		for (uint32_t s = 0; s < p->kind->members.n; s++)
			if (p->kind->members.v[s].tag == MEMBER_NEED && p->kind->members.v[s].iface == m->iface) {
				v = slot_value(e, p, s);
				if (v->tag != VALUE_NONE) {
					one = v;
					n++;
				}
			}
		if (n == 1)
			return one;
		struct found siblings = { 0 };
		expand_instance(e, p);
		for (uint32_t k = 0; k < p->inner.n; k++)
			if (p->inner.v[k] != self && gives_plainly(p->inner.v[k], m->iface))
				VEC_PUSH(e->arena, &siblings.v, p->inner.v[k]);
		v = only(e, i, m->iface, &siblings, i->at, &many);
		if (v)
			return v;
		if (many) {
			c = ARENA_NEW(e->arena, struct found);
			*c = siblings;
			break;
		}
	}
	if (!c) {
		c = stack_givers(e, m->iface);
		v = only(e, i, m->iface, c, i->at, &many);
		if (v)
			return v;
	}
	if (many) {
		struct buf b = { 0 };
		uint32_t n = 0;
		for (uint32_t k = 0; k < c->v.n; k++)
			if (c->v.v[k] != i && n++ < 6)
				buf_addf(&b, "%s`%s`", n > 1 ? ", " : "", c->v.v[k]->local->text);
		struct diag *x = diag_error(
			e->diags, i->at, D_MANY_GIVERS, instance_label(e, i), m->iface->name->text, b.p);
		for (uint32_t k = 0; k < c->v.n && k < 2; k++)
			diag_place(e->diags, x, c->v.v[k]->at, "gives `%s`", m->iface->name->text);
		diag_help(e->diags, x, "choose one: %s = %s", m->name->text, c->v.v[0]->local->text);
		buf_free(&b);
	} else {
		no_giver(e, i, m);
	}
	return VALUE_ERROR_V;
}

/* -- offers -- */

static void offers_of(struct eval *e, struct instance *i, struct env *env, const struct ast *o)
{
	switch ((enum ast_tag)o->tag) {
	case AST_BLOCK:
		for (uint32_t n = 0; n < o->nkids; n++)
			offers_of(e, i, env, o->kids[n]);
		break;
	case AST_KIF: {
		int yes = truth(e, eval(e, env, o->kids[0]), o->kids[0]->span);
		if (yes > 0)
			offers_of(e, i, env, o->kids[1]);
		else if (yes == 0 && o->nkids > 2 && o->kids[2])
			offers_of(e, i, env, o->kids[2]);
		e->offers_lost |= yes < 0;
		break;
	}
	case AST_KFOR: {
		const struct value *list = eval(e, env, o->kids[0]);
		for (uint32_t n = 0; (list->tag == VALUE_LIST || list->tag == VALUE_RECORD) && n < list->n; n++) {
			if (list->tag == VALUE_LIST) {
				env->locals[o->bind_index] = o->name2 ? value_int(e->arena, n, o->span)
					: list->items[n];
				if (o->name2)
					env->locals[o->bind_index + 1] = list->items[n];
			} else {
				env->locals[o->bind_index] = value_string(e->arena, list->rec.fields[n].key->text,
					list->rec.fields[n].key->len, o->span);
				env->locals[o->bind_index + 1] = list->rec.fields[n].value;
			}
			offers_of(e, i, env, o->kids[1]);
		}
		break;
	}
	case AST_OFFERS: {
		const struct value *v = eval(e, env, o->kids[0]);
		struct instance *to = instance_behind(v);
		e->offers_lost |= is_error(v);
		if (is_error(v) || v->tag == VALUE_NONE)
			break;
		if (!to) {
			diag_error(e->diags, o->kids[0]->span, D_OFFER,
				arena_printf(e->p->arena, "`%s` is offered to %s, which is no component",
					o->name->text, value_noun(e, v)));
			break;
		}
		struct interface *f = program_interface(e->p, o->name);
		uint32_t slot = 0;
		if (!f)
			break;          /* reported where it is declared */
		while (slot < to->kind->members.n
			&& !(to->kind->members.v[slot].tag == MEMBER_COLLECTS
				&& to->kind->members.v[slot].iface == f))
			slot++;
		if (!f || slot == to->kind->members.n) {
			struct diag *x = diag_error(e->diags, o->name_span, D_OFFER,
				arena_printf(e->p->arena, "%s does not collect `%s`", instance_label(e, to),
					o->name->text));
			diag_place(e->diags, x, i->at, "%s offers it", instance_label(e, i));
			break;
		}
		if (!to->offers)
			to->offers = (void *)ARENA_ARRAY(e->unit, __typeof__(*to->offers), to->kind->members.n);
		VEC_PUSH(e->unit, &to->offers[slot], ((struct offer){ i, o, env_copy(e, env) }));
		break;
	}
	default:
		break;
	}
}

static int by_name(const void *a, const void *b)
{
	const struct instance *x = *(struct instance *const *)a, *y = *(struct instance *const *)b;
	return atom_compare(x->name, y->name);
}

void all_offers(struct eval *e)
{
	if (e->offers_done)
		return;
	e->offers_done = 1;
	struct arena *old = e->arena;
	e->arena = e->unit;
	struct instance **v = ARENA_ARRAY(e->arena, struct instance *, e->instances.n);
	uint32_t n = 0;
	for (uint32_t k = 0; k < e->instances.n; k++)
		if (e->instances.v[k]->kind->has_offers)
			v[n++] = e->instances.v[k];
	if (n > 1)
		qsort(v, n, sizeof *v, by_name);
	for (uint32_t k = 0; k < n; k++) {
		struct env env = { .inst = v[k] };
		for (uint32_t o = 0; o < v[k]->kind->outputs.n; o++)
			offers_of(e, v[k], &env, v[k]->kind->outputs.v[o]);
	}
	e->arena = old;
	e->offers_done = 2;
}

const struct value *collected(struct eval *e, struct instance *i, uint32_t slot)
{
	const struct member *m = &i->kind->members.v[slot];
	if (e->offers_done == 1) {
		diag_label(e->diags, diag_error(e->diags, m->decl->name_span, D_CYCLE, m->name->text),
			"whether something is offered to it depends on it");
		return VALUE_ERROR_V;
	}
	all_offers(e);
	/* somebody is missing */
	const int lost = e->offers_lost || (e->diags->nerrors && program_declarations_lost(e->p));
	if (!i->offers && lost)
		return VALUE_ERROR_V;
	if (!i->offers)
		return value_list(e->arena, NULL, 0, i->at);
	uint32_t n = i->offers[slot].n;
	const struct value **items = ARENA_ARRAY(e->arena, const struct value *, n);
	struct type t = { .tag = T_INTERFACE, .iface = m->iface };
	for (uint32_t k = 0; k < n; k++) {
		struct offer *o = &i->offers[slot].v[k];
		items[k] = eval_typed(e, o->env, o->decl->kids[1], &t);
		if (is_error(items[k]))
			return VALUE_ERROR_V;
	}
	return lost ? VALUE_ERROR_V : value_list(e->arena, items, n, i->at);
}

/* Who offered what a loop over collected offers has in hand, or NULL. */
const struct instance *offered_by(const struct instance *i, const struct value *v)
{
	for (uint32_t s = SLOT_COUNT; i->offers && v && s < i->kind->members.n; s++) {
		const struct value *all = i->kind->members.v[s].tag == MEMBER_COLLECTS ? i->cells[s] : NULL;
		for (uint32_t n = 0; all && all->tag == VALUE_LIST && n < all->n; n++)
			if (all->items[n] == v)
				return i->offers[s].v[n].from;
	}
	return NULL;
}

/* -- ports -- */

const struct value *port_value(struct eval *e, struct instance *i, const struct atom *name, struct span at)
{
	int n = i ? kind_port(i->kind, name) : -1;
	if (n < 0) {
		diag_error(e->diags, at, D_UNKNOWN_PORT, i ? i->kind->name->text : "?", name->text);
		return VALUE_ERROR_V;
	}
	if (!i->ports[n]) {
		struct env env = { .inst = i };
		struct arena *old = e->arena;
		e->arena = e->unit;
		i->ports[n] = VALUE_ERROR_V;    /* a port that asks for itself is an error all the same */
		struct origin_mark mark = origins_enter(e);
		i->ports[n] = eval_typed(e, &env, i->kind->ports.v[n].decl->kids[0], &type_port);
		ORIGINS_LEAVE(e, mark);
		e->arena = old;
	}
	return i->ports[n];
}

const struct ast *expose_statement(const struct instance *i, const struct atom *port)
{
	for (uint32_t n = i->statements.n; n-- > 0;)
		if (i->statements.v[n]->tag == AST_EXPOSE && i->statements.v[n]->name == port)
			return i->statements.v[n];
	return NULL;
}

static const struct type node_port = { .tag = T_PORT, .ranged = 1, .lo = 30000, .hi = 32767 };
static const struct type node_ports = { .tag = T_LIST, .elem = &node_port };

static const struct value *expose_make(struct eval *e, struct instance *i, int n)
{
	const struct ast *d = i->kind->ports.v[n].decl, *st = expose_statement(i, d->name);
	const struct value *node = VALUE_NONE_V, *nodes = value_list(e->arena, NULL, 0, i->at);
	const struct atom *on = e->a_none;
	if (st) {
		const struct ast *t = st->kids[0], *word = t->tag == AST_CALL ? t->kids[0] : t;
		struct env outer = i->env ? *i->env : (struct env){ 0 };
		on = word->name;
		if (on != e->a_node && on != e->a_cluster && on != e->a_balancer) {
			diag_help(e->diags,
				diag_error(e->diags, word->span, D_EXPOSE,
					arena_printf(e->p->arena, "a port cannot be exposed on `%s`",
						on ? on->text : "this")),
				"write on cluster, on node(32001) or on balancer");
			return VALUE_ERROR_V;
		}
		int allowed = d->nkids < 2 && on == e->a_cluster;
		for (uint32_t k = 1; k < d->nkids; k++)
			allowed |= d->kids[k]->name == on;
		if (!allowed) {
			struct diag *x = diag_error(e->diags, word->span, D_EXPOSE,
				arena_printf(e->p->arena, "port `%s` of %s cannot be exposed on %s", d->name->text,
					i->kind->name->text, on->text));
			struct buf b = { 0 };
			diag_place(e->diags, x, d->span, "declared here");
			for (uint32_t q = 0; q < i->kind->ports.n; q++)
				for (uint32_t k = 1; k < i->kind->ports.v[q].decl->nkids; k++)
					if (i->kind->ports.v[q].decl->kids[k]->name == on)
						buf_addf(&b, "%s%s", b.n ? ", " : "", i->kind->ports.v[q].name->text);
			if (b.n)
				diag_help(e->diags, x, "ports that can be exposed on %s: %s", on->text, b.p);
			else
				diag_help(e->diags, x, "no port of %s can be exposed on %s", i->kind->name->text,
					on->text);
			buf_free(&b);
			return VALUE_ERROR_V;
		}
		if (on == e->a_node) {
			if (t->tag != AST_CALL || t->nkids != 2) {
				diag_help(e->diags,
					diag_error(e->diags, t->span, D_EXPOSE, "a node port is needed"),
					"write node(32001): a port from 30000 to 32767");
				return VALUE_ERROR_V;
			}
			const struct value *v = t->kids[1]->tag == AST_NUMBER || t->kids[1]->tag == AST_LIST
				? NULL
				: eval(e, &outer, t->kids[1]);
			if (t->kids[1]->tag == AST_LIST || (v && v->tag == VALUE_LIST)) {
				nodes = eval_typed(e, &outer, t->kids[1], &node_ports);
				if (is_error(nodes))
					return VALUE_ERROR_V;
			} else {
				node = eval_typed(e, &outer, t->kids[1], &node_port);
				if (is_error(node))
					return VALUE_ERROR_V;
				const struct value **one = ARENA_ARRAY(e->arena, const struct value *, 1);
				one[0] = node;
				nodes = value_list(e->arena, one, 1, node->origin);
			}
		}
	}
	struct field *f = ARENA_ARRAY(e->arena, struct field, 3);
	f[0] = (struct field){ e->a_on, value_string(e->arena, on->text, on->len, st ? st->span : i->at) };
	f[1] = (struct field){ e->a_node, node };
	f[2] = (struct field){ e->a_nodes, nodes };
	return value_record(e->arena, f, 3, st ? st->span : i->at);
}

const struct value *expose_value(struct eval *e, struct instance *i, const struct atom *name, struct span at)
{
	int n = i ? kind_port(i->kind, name) : -1;
	if (n < 0) {
		diag_error(e->diags, at, D_UNKNOWN_PORT, i ? i->kind->name->text : "?", name->text);
		return VALUE_ERROR_V;
	}
	if (!i->exposes[n]) {
		struct arena *old = e->arena;
		e->arena = e->unit;
		struct origin_mark mark = origins_enter(e);
		i->exposes[n] = expose_make(e, i, n);
		ORIGINS_LEAVE(e, mark);
		e->arena = old;
	}
	return i->exposes[n];
}

/* -- secrets -- */

const char *secret_object(struct eval *e, struct symbol *y)
{
	const struct ast *s = y->decl->kids[0];
	if (s && s->tag == AST_CALL && s->kids[0]->tag == AST_NAME && !strcmp(s->kids[0]->name->text, "existing")
		&& s->nkids > 1) {
		struct env none = { 0 };
		const struct value *v = eval_typed(e, &none, s->kids[1], &type_string);
		if (!is_error(v))
			return arena_strdup(e->p->arena, v->str.p, v->n);
	}
	return y->name->text;
}

void secret_used(struct eval *e, struct symbol *secret, const struct atom *key, struct span at)
{
	const struct instance *by = e->user;
	for (const struct frame *f = e->frame; f; f = f->prev)
		if (f->inst && f->inst->decl) {
			by = f->inst;
			break;
		}
	if (!by || by == e->stack || e->in_secret)
		return;
	if (e->plan && by == e->plan->inst) {   /* for every component that the plan will serve */
		VEC_PUSH(e->unit, &e->plan->uses, ((struct plan_use){ secret, key, at }));
		return;
	}
	const struct value *ns = slot_value(e, (struct instance *)(uintptr_t)by, SLOT_NAMESPACE);
	if (ns->tag != VALUE_STRING)
		return;
	const struct atom *id = atom_cstr(e->p->atoms,
		arena_printf(e->p->arena, "%.*s/%s/%s", (int)ns->n, ns->str.p, secret->name->text,
			key ? key->text : ""));
	if (table_get(&e->use_index, id))
		return;
	table_put(&e->use_index, id, (void *)(uintptr_t)1);
	struct secret_use u = { atom_intern(e->p->atoms, ns->str.p, ns->n), secret, key, by, at };
	VEC_PUSH(e->unit, &e->uses, u);
}

/* -- catalogs -- */

static const struct value *row_value(struct eval *e, const struct ast *set)
{
	const struct value *v = table_get(&e->rows, set);
	if (v)
		return v;
	struct interface *f = program_interface(e->p, atom_cstr(e->p->atoms, "catalog-row"));
	struct type t = { .tag = T_INTERFACE, .iface = f };
	struct env none = { 0 };
	struct arena *old = e->arena;
	e->arena = e->unit;
	resolve_catalog_row(e->p, set);
	struct origin_mark mark = origins_enter(e);
	v = f ? eval_typed(e, &none, set->kids[1], &t) : eval(e, &none, set->kids[1]);
	ORIGINS_LEAVE(e, mark);
	e->arena = old;
	table_put(&e->rows, set, (void *)(uintptr_t)v);
	return v;
}

/* The user's own catalogs: rows of kinds that no component uses are looked at as well. */
void check_catalogs(struct eval *e)
{
	for (uint32_t n = 0; n < e->p->names['c'].n; n++) {
		struct catalog *c = program_catalog(e->p, e->p->names['c'].v[n]);
		for (uint32_t k = 0; c && k < c->decl->nkids; k++) {
			const struct ast *s = c->decl->kids[k];
			if (!s || s->tag != AST_SET || s->kids[0]->tag != AST_NAME)
				continue;
			const struct atom *kind = s->kids[0]->name;
			if (!program_kind(e->p, kind) && !table_get(&e->p->decls['k'], kind)) {
				const char *best = program_suggest(e->p, 'k', kind);
				if (best) {     /* else it is a kind of another file, which this stack does not use */
					struct diag *x = diag_error(
						e->diags, s->kids[0]->span, D_UNKNOWN_KIND, kind->text);
					diag_label(e->diags, x, "did you mean `%s`?", best);
					diag_fix(e->diags, x, s->kids[0]->span, "%s", best);
				}
			}
			row_value(e, s);
		}
	}
}

static const struct ast *row_of(struct catalog *c, const struct kind *k)
{
	for (; k; k = k->base)
		for (struct catalog *q = c; q; q = q->base) {
			const struct ast *s = table_get(&q->rows, k->name);
			if (s)
				return s;
		}
	return NULL;
}

static const struct value *current_row(struct eval *e, struct instance *i)
{
	struct catalog *c = e->catalog ? program_catalog(e->p, e->catalog) : NULL;
	const struct ast *s = c ? row_of(c, i->kind) : NULL;
	return s ? row_value(e, s) : e->catalog_broken ? VALUE_ERROR_V : VALUE_NONE_V;
}

const struct value *version_slot(struct eval *e, struct instance *i)
{
	if (instance_set(i, SLOT_VERSION)) {
		struct env outer = i->env ? *i->env : (struct env){ 0 };
		return eval_typed(e, &outer, instance_set(i, SLOT_VERSION), &type_version);
	}
	const struct value *row = current_row(e, i);
	if (row->tag != VALUE_RECORD)
		return row->tag == VALUE_ERROR ? row : VALUE_NONE_V;
	const struct value *v = value_get(row, e->p->implicit[SLOT_VERSION]);
	return v ? v : VALUE_NONE_V;
}

const struct value *catalog_row_of(struct eval *e, const char *kind)
{
	const struct atom *name = atom_cstr(e->p->atoms, kind);
	for (uint32_t n = 0; n < e->instances.n; n++)
		for (const struct kind *k = e->instances.v[n]->kind; k; k = k->base)
			if (k->name == name)
				return slot_value(e, e->instances.v[n], SLOT_CATALOG);
	for (struct catalog *c = e->catalog ? program_catalog(e->p, e->catalog) : NULL; c; c = c->base) {
		const struct ast *s = table_get(&c->rows, name);
		if (s)
			return row_value(e, s);
	}
	return VALUE_NONE_V;
}

static int same_version(const struct value *row, const struct value *want, const struct atom *key)
{
	const struct value *v = row->tag == VALUE_RECORD ? value_get(row, key) : NULL;
	return v && v->tag == VALUE_STRING && lit_version_compare(v->str.p, v->n, want->str.p, want->n) == 0;
}

const struct value *catalog_slot(struct eval *e, struct instance *i)
{
	const struct value *row = current_row(e, i);
	const struct atom *key = e->p->implicit[SLOT_VERSION];
	if (!instance_set(i, SLOT_VERSION) || is_error(row))
		return row;
	const struct value *want = slot_value(e, i, SLOT_VERSION);
	if (want->tag != VALUE_STRING || same_version(row, want, key))
		return is_error(want) ? want : row;
	struct buf known = { 0 };
	for (uint32_t pass = 0; pass < 2; pass++)
		for (uint32_t n = 0; n < (pass ? e->p->library_names.n : e->p->names['c'].n); n++) {
			if (pass && e->p->library_names.v[n].what != 'c')
				continue;
			struct catalog *c = program_catalog(
				e->p, pass ? e->p->library_names.v[n].word : e->p->names['c'].v[n]);
			const struct ast *s = c ? row_of(c, i->kind) : NULL;
			const struct value *r = s ? row_value(e, s) : VALUE_NONE_V;
			if (same_version(r, want, key)) {
				buf_free(&known);
				return r;
			}
			const struct value *v = r->tag == VALUE_RECORD ? value_get(r, key) : NULL;
			if (v && v->tag == VALUE_STRING)
				buf_addf(&known, "%s%.*s (catalog %s)", known.n ? ", " : "", (int)v->n, v->str.p,
					c->name->text);
		}
	for (uint32_t s = SLOT_COUNT; s < i->kind->members.n; s++)
		if (instance_set(i, s)
			&& (!strcmp(i->kind->members.v[s].name->text, "image")
				|| !strcmp(i->kind->members.v[s].name->text, "chart"))) {
			buf_free(&known);
			return row->tag == VALUE_RECORD ? value_with(e->arena, row, key, want) : row;
		}
	if (!known.n)           /* a kind that no catalog speaks of: any version is right */
		return row;
	struct diag *x = diag_error(e->diags, instance_set(i, SLOT_VERSION)->span, D_UNKNOWN_VERSION,
		i->kind->name->text, arena_strdup(e->p->arena, want->str.p, want->n));
	diag_help(e->diags, x, "known: %s", known.p);
	buf_free(&known);
	return VALUE_ERROR_V;
}
