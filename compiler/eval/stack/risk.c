/* The `risk` members of kinds at work. What they read of a component is told to the lock as text; later two locks say
   what was and what is, the texts get their types back from the kind, and the risk's expressions are evaluated with
   nothing else in scope. */
#include "eval/compile.h"
#include "value/literal.h"
#include "eval/plan.h"
#include <string.h>

#define MEMBERS 64                      /* that the risks of a kind read, at most */

/* ---- told ---- */

/* Does it read a member that is not known? Locks of other compilers may have less. */
static int lacks(const struct ast *x, const struct value *const *side)
{
	if (x->tag == AST_FIELD && x->kids[0]->tag == AST_NAME && x->kids[0]->bind_tag == BIND_LOCAL
		&& x->kids[0]->bind_index < RISK_RESTARTS)
		return !value_get(side[x->kids[0]->bind_index], x->name);
	for (uint32_t i = 0; i < x->nkids; i++)
		if (x->kids[i] && lacks(x->kids[i], side))
			return 1;
	return 0;
}

/* As it is told and read back again: what does not fit the risks of a kind is found when it is compiled, not when it
   has changed. */
void try_risks(struct compile *c)
{
	struct eval *e = c->e;
	uint32_t slots[MEMBERS];
	for (uint32_t u = 0; u < e->p->user_kinds.n; u++) {
		const struct kind *k = e->p->user_kinds.v[u];
		struct instance *x = NULL;
		for (uint32_t i = 0; i < e->instances.n && k->risks.n && !x; i++)
			x = e->instances.v[i]->kind == k ? e->instances.v[i] : NULL;
		if (!x)
			continue;
		const uint32_t n = risk_members(e->p, k, slots, MEMBERS);
		struct field *f = ARENA_ARRAY(e->unit, struct field, n + 1);
		struct env env = { 0 };
		for (uint32_t i = 0; i < n; i++)
			f[i] = (struct field){ k->members.v[slots[i]].name, slot_value(e, x, slots[i]) };
		env.locals[RISK_OLD] = env.locals[RISK_NEW] = value_record(e->unit, f, n, k->decl->span);
		env.locals[RISK_RESTARTS] = value_bool(1);
		for (uint32_t r = 0; r < k->risks.n; r++) {
			const struct ast *d = k->risks.v[r];
			const struct value *when = lacks(d->kids[0], env.locals) ? VALUE_ERROR_V
				: eval(e, &env, d->kids[0]);
			if (!is_error(when))
				truth(e, when, d->kids[0]->span);
			for (uint32_t i = 1; i < 3; i++)
				if (d->kids[i] && !lacks(d->kids[i], env.locals))
					eval_typed(e, &env, d->kids[i], &type_string);
		}
	}
}

static const char *spelled(struct eval *e, const struct value *v)
{
	char num[40];
	switch ((enum value_tag)v->tag) {
	case VALUE_NONE: return "none";
	case VALUE_BOOL: return v->i ? "true" : "false";
	case VALUE_INT: return arena_printf(e->unit, "%lld", (long long)v->i);
	case VALUE_FLOAT: return arena_strdup(e->unit, num, float_print(v->d, num));
	case VALUE_STRING: return arena_strdup(e->unit, v->str.p, v->n);
	default: return NULL;
	}
}

void tell_facts(struct compile *c,
	void (*take)(void *to, const char *instance, const char *kind, const char *member, const char *value),
	void *to)
{
	struct eval *e = c->e;
	uint32_t slots[MEMBERS], n = 0;
	const struct kind *last = NULL;
	for (uint32_t i = 0; i < e->instances.n; i++) {
		struct instance *x = e->instances.v[i];
		if (!x->kind->risks.n || x == e->stack)
			continue;
		if (x->kind != last)
			n = risk_members(e->p, x->kind, slots, MEMBERS);
		last = x->kind;
		for (uint32_t k = 0; k < n; k++) {
			const struct arena_mark m = arena_mark(e->unit);
			const char *text = spelled(e, slot_value(e, x, slots[k]));
			if (text)
				take(to, x->name->text, x->kind->name->text,
					x->kind->members.v[slots[k]].name->text, text);
			if (e->arena != e->unit)
				arena_rewind(e->unit, m);
		}
	}
}

/* ---- read back ---- */

const struct value *risk_fact(struct eval *e, const struct type *t, const char *text)
{
	const struct span at = { 0, 0 };
	const size_t n = strlen(text);
	const char *why;
	int64_t i;
	double d = 0;
	int ok;
	switch ((enum type_tag)t->tag) {
	case T_OPTIONAL:
		return strcmp(text, "none") ? risk_fact(e, t->elem, text) : VALUE_NONE_V;
	case T_UNION:
		for (uint32_t k = 0; k < t->n; k++) {
			const struct value *v = risk_fact(e, t->alts[k], text);
			if (v)
				return v;
		}
		return NULL;
	case T_BOOL:
		return !strcmp(text, "true") || !strcmp(text, "false") ? value_bool(text[0] == 't') : NULL;
	case T_INT: case T_PORT:
		return lit_int(text, n, &i) ? value_int(e->arena, i, at) : NULL;
	case T_FLOAT:
		return lit_float(text, n, &d) ? value_float(e->arena, d, at) : NULL;
	case T_ENUM:
		return value_text(e->arena, TEXT_ENUM, text, n, 0, at);
	case T_STRING:
		return value_string(e->arena, text, n, at);
	case T_TEXT:
		switch ((enum text_type)t->text) {
		case TEXT_VERSION: ok = lit_version(text, n, &why); break;
		case TEXT_SIZE: ok = lit_size(text, n, &d, &why); break;
		case TEXT_CORES: ok = lit_cores(text, n, &d, &why); break;
		case TEXT_DURATION: ok = lit_duration(text, n, &d, &why); break;
		case TEXT_RATE: ok = lit_rate(text, n, &d, &why); break;
		default: ok = 1; break;
		}
		return ok ? value_text(e->arena, (enum text_type)t->text, text, n, d, at) : NULL;
	default:
		return NULL;
	}
}

static int text(struct eval *e, struct env *env, const struct ast *x, const char **out)
{
	const struct value *v = eval_typed(e, env, x, &type_string);
	if (is_error(v))
		return 0;
	*out = v->tag == VALUE_STRING ? arena_strdup(e->p->arena, v->str.p, v->n) : NULL;
	return 1;
}

int risk_judge(struct eval *e, const struct kind *k, const struct ast *risk, const struct value *old,
	const struct value *new, int restarts, struct risk_finding *f)
{
	struct env env = { 0 };
	const struct value *const side[2] = { old, new };
	(void)k;
	*f = (struct risk_finding){ .cls = risk_class(risk->name->text, risk->name->len) };
	for (uint32_t i = 0; i < 3; i++)
		if (risk->kids[i] && lacks(risk->kids[i], side))
			return 0;
	env.locals[RISK_OLD] = old;
	env.locals[RISK_NEW] = new;
	env.locals[RISK_RESTARTS] = value_bool(restarts);
	const struct value *when = eval(e, &env, risk->kids[0]);
	const int yes = is_error(when) ? -1 : truth(e, when, risk->kids[0]->span);
	if (yes <= 0)
		return yes;
	for (uint32_t i = 3; i < risk->nkids; i++)
		risk_flag(risk->kids[i]->name->text, risk->kids[i]->name->len, &f->flags);
	return text(e, &env, risk->kids[1], &f->because)
			&& (!risk->kids[2] || text(e, &env, risk->kids[2], &f->cure))
		? 1
		: -1;
}
