/* How the checks on the whole set talk: where a fault is said to be, who is at fault, how it is allowed. */
#include "eval/whole/part.h"

/* Where the name comes from. A typed setting of a library kind says of what exists already; what came in as YAML, or as
   objects in a setting, may be a part of something greater. */
enum source_of_name name_source(const struct ref *r)
{
	const struct instance *i = r->top->inst;
	if (r->top->yaml)
		return SAID_IN_YAML;
	if (!i || !i->kind->source || !i->kind->source->library || !r->name || !r->name->origin.hi)
		return SAID_HERE;
	for (uint32_t s = 0; s < i->kind->members.n; s++) {
		const struct member *m = &i->kind->members.v[s];
		const struct ast *x = instance_set(i, s);
		const struct type *t = m->type;
		if (!x || m->tag != MEMBER_SETTING || r->name->origin.lo < x->span.lo
			|| r->name->origin.hi > x->span.hi)
			continue;
		while (t && (t->tag == T_OPTIONAL || t->tag == T_LIST))
			t = t->elem;
		return t && (t->tag == T_STRING || t->tag == T_TEXT) ? SAID_BY_SETTING : SAID_IN_YAML;
	}
	return SAID_HERE;
}

/* Said where the component or the YAML says it; what its kind says, at the component, with the place in the kind. */
struct diag *say_at(struct compile *c, const struct ref *r, int warn, const char *name, const char *code,
	const char *fmt, const char *text)
{
	struct eval *e = c->e;
	const struct instance *i = r->top->inst;
	struct span at = i ? i->at : r->top->use ? r->top->use->span : e->stack->at;
	int inside = r->at.hi && (!i || (i->decl && r->at.lo >= i->decl->span.lo && r->at.hi <= i->decl->span.hi));
	struct diag *x;
	if (inside)
		at = r->at;
	x = warn ? diag_warn(e->diags, at, name, code, fmt, text) : diag_error(e->diags, at, code, fmt, text);
	if (r->at.hi && !inside)
		diag_place(e->diags, x, r->at, "made here");
	return x;
}

const char *who_refers(struct compile *c, const struct ref *r)
{
	return arena_printf(c->e->p->arena, "%s %.*s", r->by_kind, (int)(r->by_name ? r->by_name->n : 0),
		r->by_name ? r->by_name->str.p : "");
}

void say_excuse(struct compile *c, struct diag *x, const char *name, const char *when)
{
	if (!x->help && x->severity == SEVERITY_ERROR)  /* every warning says how it is allowed */
		diag_help(c->e->diags, x, "%s: allow %s because \"...\"", when, name);
}

const char *list_members(struct compile *c, const struct fact *f, int pods)
{
	struct buf b = { 0 };
	const struct value *records[] = { f->data, f->more };
	uint32_t n = 0;
	for (int k = 0; k < 2; k++)
		for (uint32_t q = 0; records[k] && q < records[k]->n && n < 12; q++)
			buf_addf(&b, "%s%s", n++ ? ", " : "", records[k]->rec.fields[q].key->text);
	for (uint32_t q = 0; q < f->ports.n && n < 12; q++) {
		const struct value *v = f->ports.v[q], *name = v->tag == VALUE_STRING ? v : get_text(v, "name"),
			*num = v->tag == VALUE_RECORD ? get(v, "port") : NULL;
		if (f->tag == FACT_SERVICE && (v->tag == VALUE_STRING) != pods)
			continue;
		buf_adds(&b, n++ ? ", " : "");
		if (name)
			buf_add(&b, name->str.p, name->n);
		if (num && num->tag == VALUE_INT)
			buf_addf(&b, "%s%lld", name ? " " : "", (long long)num->i);
	}
	const char *s = b.n ? arena_strdup(c->e->p->arena, b.p, b.n) : "none";
	buf_free(&b);
	return s;
}
