/* Checks: is the condition true, is it allowed to be false, whom does it blame, and what are the values under it? */
#include "eval/stack/stack.h"
#include "base/suggest.h"
#include <string.h>

static int allow_in(struct allow *v, uint32_t n, const char *name)
{
	int hit = 0;
	for (uint32_t k = 0; k < n && !hit; k++)        /* a second one of that name silences nothing more */
		if (!strcmp(v[k].decl->name->text, name)) {
			v[k].used = 1;
			hit = 1;
		}
	return hit;
}

int is_allowed(struct compile *c, const struct instance *i, const char *name)
{
	if (c->e->diags->nerrors && program_word_lost(c->e->p, name))
		return 1;       /* by an `allow` that did not parse */
	for (; i; i = i->parent)
		if (allow_in(((struct instance *)(uintptr_t)i)->allows.v, i->allows.n, name))
			return 1;
	return allow_in(c->e->p->allows.v, c->e->p->allows.n, name);
}

/* Where the user wrote what the condition is about: the first setting of it that the block sets. What a policy and its
   detectors compute from settings counts too. */
static struct span blame(const struct instance *i, const struct ast *x, struct span deflt, int depth)
{
	const struct instance *policy = i && i->decl && i->decl->tag == AST_DRIFT ? i
		: i && !i->decl && i->parent && i->parent->decl && i->parent->decl->tag == AST_DRIFT ? i->parent
		: NULL;
	if (x->tag == AST_NAME && x->bind_tag == BIND_SLOT && i && instance_set(i, x->bind_index))
		return instance_set(i, x->bind_index)->span;
	if (policy && depth < 4 && x->tag == AST_NAME && x->bind_tag == BIND_SLOT
		&& i->kind->members.v[x->bind_index].tag == MEMBER_LET)
		return blame(i, i->kind->members.v[x->bind_index].deflt, deflt, depth + 1);
	if (policy && x->tag == AST_FIELD && x->kids[0]->tag == AST_NAME && x->kids[0]->bind_tag == BIND_SLOT
		&& x->kids[0]->bind_index == SLOT_POLICY) {
		struct span s = policy_place(policy, x->name);
		return s.hi ? s : deflt;
	}
	for (uint32_t n = 0; n < x->nkids; n++)
		if (x->kids[n]) {
			struct span s = blame(i, x->kids[n], (struct span){ 0, 0 }, depth);
			if (s.hi)
				return s;
		}
	return deflt;
}

/* The values under a failed condition, as notes: `batch` = 50. */
static void show_values(struct eval *e, struct env *env, const struct ast *x, struct diag *d, int *left)
{
	if (*left <= 0)
		return;
	if ((x->tag == AST_NAME
		&& (x->bind_tag == BIND_SLOT || x->bind_tag == BIND_LOCAL || x->bind_tag == BIND_SYMBOL))
		|| x->tag == AST_FIELD) {
		const struct value *v = eval(e, env, x);
		size_t n;
		const char *s = v->tag == VALUE_NONE ? "none"
			: v->tag == VALUE_STRING || v->tag == VALUE_INT || v->tag == VALUE_FLOAT
				|| v->tag == VALUE_BOOL
			? text_of(e, v, &n)
			: NULL;
		if (v->tag == VALUE_NONE)
			n = 4;
		if (s && n < 80) {
			struct source *src = source_of(e->p->sources, x->span.lo);
			if (src)
				diag_note(e->diags, d, "%.*s = %.*s", (int)(x->span.hi - x->span.lo),
					src->text + (x->span.lo - src->base), (int)n, s);
			--*left;
		}
		return;
	}
	for (uint32_t n = 0; n < x->nkids; n++)
		if (x->kids[n])
			show_values(e, env, x->kids[n], d, left);
}

/* The code of a named check: the library's codes.tsv gives some names one of their own, others have the common one. */
static const char *code_of(struct compile *c, const char *name, const char *common)
{
	uint32_t len;
	const char *s = library_text(c->e->p, "codes.tsv", &len), *end = s ? s + len : NULL;
	const size_t n = strlen(name);
	while (s && s < end) {
		const char *nl = memchr(s, '\n', (size_t)(end - s)), *stop = nl ? nl : end;
		if ((size_t)(stop - s) > n + 6 && s[5] == '\t' && !memcmp(s + 6, name, n) && s[6 + n] == '\t'
			&& *s == *common)
			return arena_strdup(c->e->p->arena, s, 5);
		s = stop + 1;
	}
	return common;
}

enum { MISSING_MAX = 16 };

/* The keys, as "secret.key", that a message speaks of and that the secrets lack whose keys the component's kind has
   looked at. */
static uint32_t missing_keys(
	struct eval *e, const struct instance *i, const char *message, const struct atom *ids[MISSING_MAX])
{
	static const char inside[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	uint32_t n = 0;
	for (uint32_t k = 0; i && k < i->keyed.n; k++)
		for (const char *s = message; *s; ) {
			size_t len = strspn(s, inside);
			const struct symbol *y = i->keyed.v[k];
			int has = !len || (y->decl->nkids < 2);
			for (uint32_t q = 1; q < y->decl->nkids; q++)
				has |= y->decl->kids[q]->name->len == len
					&& !memcmp(y->decl->kids[q]->name->text, s, len);
			if (!has && n < MISSING_MAX)
				ids[n++] = atom_cstr(e->p->atoms,
					arena_printf(e->p->arena, "%s.%.*s", y->name->text, (int)len, s));
			s += len ? len : 1;
		}
	return n;
}

/* `where`: the place that is blamed, or nothing: what the condition is about, else `at`. */
static int check_holds(struct compile *c, struct env *env, const struct ast *x, struct instance *i, struct span at,
	struct span where, const char *origin)
{
	struct eval *e = c->e;
	int yes = truth(e, eval(e, env, x->kids[0]), x->kids[0]->span);
	if (yes)
		return yes > 0;
	const int advice = x->name && !(x->flags & AST_F_ERROR);
	if ((advice && is_allowed(c, i, x->name->text)) || (c->rule && is_allowed(c, i, c->rule)))
		return 1;
	const struct value *v = eval_typed(e, env, x->kids[1], &type_string);
	if (is_error(v))
		return 0;
	const char *message = arena_strdup(e->p->arena, v->str.p, v->n);
	const struct atom *ids[MISSING_MAX];
	uint32_t nids = x->name ? 0 : missing_keys(e, i, message, ids);
	for (uint32_t n = 0; n < nids; n++)
		if (table_get(&e->missing_keys, ids[n])
			&& !strcmp(((struct diag *)table_get(&e->missing_keys, ids[n]))->code, "E0701"))
			return 0;               /* said already, in other words */
	struct span about = blame(i, x->kids[0], at, 0), here = where.hi ? where : about;
	static const char *const common[] = { D_CHECK, W_CHECK };       /* code and format of each */
	const char *code = x->name ? code_of(c, x->name->text, common[advice * 2]) : *common;
	struct diag *d = advice ? diag_warn(e->diags, here, x->name->text, code, "%s", message)
				: diag_error(e->diags, here, code, "%s", message);
	for (uint32_t n = 0; n < nids; n++)
		table_put(&e->missing_keys, ids[n], d);
	d->cause = 1;
	if (!advice && i && !c->rule && is_of_kind(i->kind, x->span))
		i->refused = 1;
	int left = 4;
	if (d->nnotes || d->nplaces)
		return advice;          /* said already */
	if (x->name)
		d->name = x->name->text;
	if (here.lo != x->span.lo && x->span.lo != at.lo)
		diag_place(e->diags, d, x->kids[0]->span, "checked by %s",
			c->rule && !x->name ? arena_printf(e->p->arena, "rule %s", c->rule) : origin);
	if (where.hi && about.lo != at.lo)
		diag_place(e->diags, d, about, "set here");
	show_values(e, env, x->kids[0], d, &left);
	return advice;
}

int run_check(struct compile *c, struct env *env, const struct ast *x, struct instance *i, struct span at,
	const char *origin)
{
	return check_holds(c, env, x, i, at, (struct span){ 0, 0 }, origin);
}

/* By the component whose value is being computed, or by the stack. */
int value_allowed(struct eval *e, const char *name)
{
	const struct instance *i = NULL;
	for (const struct frame *f = e->frame; f && !i; f = f->prev)
		i = f->inst && f->inst->decl ? f->inst : NULL;
	return is_allowed(e->hooks_ctx, i, name);
}

/* What a component gives is looked at whether somebody reads it or not: the checks first, for a field that cannot be
   made says less. */
void look_at_given(struct eval *e, struct given *g)
{
	struct compile *c = e->hooks_ctx;
	const struct ast *body = g->give->decl->kids[0];
	const struct instance *user = e->user;
	int ok = 1;
	e->user = NULL;
	for (uint32_t n = 0; n < body->nkids; n++)
		if (body->kids[n]->tag == AST_CHECK) {
			struct env env = g->env ? *g->env : (struct env){ .inst = g->inst };
			ok &= check_holds(c, &env, body->kids[n], g->inst, g->asked,
				g->env ? g->asked : (struct span){ 0, 0 },
				arena_printf(e->p->arena, "kind %s", g->inst->kind->name->text));
		}
	for (uint32_t n = 0; ok && n < g->give->iface->type->n; n++)
		given_field(e, g, g->give->iface->type->fields[n].name, g->asked);
	e->user = user;
}

void look_at_gives(struct compile *c)
{
	struct eval *e = c->e;
	for (uint32_t n = 0; n < e->instances.n; n++) {
		struct instance *i = e->instances.v[n];
		for (uint32_t k = 0; k < i->kind->gives.n; k++) {
			struct give *g = &i->kind->gives.v[k];
			if (g->decl->flags & AST_F_PARAMS)
				continue;
			const struct value *v = give_value(e, i, g, i->at);
			if (v->tag == VALUE_GIVEN && !(g->decl->flags & AST_F_ALIAS))
				look_at_given(e, v->ref.ref);
		}
	}
	for (uint32_t n = 0; n < e->givens.n; n++)
		look_at_given(e, e->givens.v[n]);
	e->on_given = NULL;
}

void unused_allows(struct compile *c, struct allow *v, uint32_t n)
{
	struct diags *d = c->e->diags;
	for (uint32_t k = 0; k < n; k++) {
		if (v[k].used)
			continue;
		struct diag *x = diag_warn(d, v[k].decl->span, NULL, W_UNUSED_ALLOW, v[k].decl->name->text);
		struct suggest s;
		suggest_init(&s, v[k].decl->name->text, v[k].decl->name->len);
		for (uint32_t q = 0; q < d->n; q++)
			if (d->v[q]->name && strcmp(d->v[q]->name, v[k].decl->name->text))
				suggest_try(&s, d->v[q]->name);
		if (suggest_best(&s))
			diag_help(d, x, "did you mean `%s`?", suggest_best(&s));
		else
			diag_help(d, x, "take it out");
	}
}
