/* Numbers with a unit in the body of a manifest (4Gi, 500m, 30s): the field at which one stands says whether it is a
   quantity, a duration, or nothing that the field takes. */
#include "eval/schema/look.h"
#include "eval/compile.h"
#include "value/pattern.h"

static int takes_literal(const struct schema_field *f, const char *s, size_t n)
{
	const struct schema_rule *r = &schema_rules[f->rule];
	struct quantity q;
	const char *why;
	double seconds;
	if (f->scalar == SCHEMA_QUANTITY)
		return lit_quantity(s, n, &q, &why);
	if (f->scalar != SCHEMA_STRING && f->scalar != SCHEMA_INT_OR_STRING)
		return 0;
	if (r->form == FORM_DURATION)
		return lit_duration_ordered(s, n, &seconds);
	return f->scalar == SCHEMA_INT_OR_STRING && r->pattern && pattern_match(text_at(r->pattern), s, n)
		&& lit_quantity(s, n, &q, &why);
}

/* what the field takes at which one literal stands */
struct wish { const struct ast *of; const struct schema_field *field; };

static int literals(struct wish *w, const struct ast *x, const struct schema_field *f, unsigned type, int depth)
{
	int n = 0;
	int64_t i;
	double d;
	if (!x)
		return 0;
	/* f: what a value at this place has to be, `depth` lists and maps deep; else x is an object of the type, or of
	   its entries */
	switch ((enum ast_tag)x->tag) {
	case AST_NUMBER: {
		if (x == w->of && f && !wrap_of(f, depth))
			w->field = f;
		if (!f || wrap_of(f, depth) || x->flags & AST_F_TEXT || lit_int(x->name->text, x->name->len, &i)
			|| lit_float(x->name->text, x->name->len, &d)
			|| !takes_literal(f, x->name->text, x->name->len))
			return 0;
		((struct ast *)(uintptr_t)x)->flags |= AST_F_TEXT;
		return 1;
	}
	case AST_IF:
		return literals(w, x->kids[1], f, type, depth)
			+ literals(w, x->nkids > 2 ? x->kids[2] : NULL, f, type, depth);
	case AST_LIST:
		for (uint32_t k = 0; f && wrap_of(f, depth) == SCHEMA_LIST && k < x->nkids; k++)
			n += literals(w, x->kids[k], f, type, depth + 1);
		return n;
	case AST_LISTFOR:
		return f && wrap_of(f, depth) == SCHEMA_LIST && x->nkids > 2
			? literals(w, x->kids[2], f, type, depth + 1)
			: 0;
	case AST_OBJECT: case AST_EIF: case AST_EFOR:
		if (f && x->tag == AST_OBJECT && wrap_of(f, depth) != SCHEMA_MAP) {
			if (wrap_of(f, depth) || f->scalar != SCHEMA_OBJECT)
				return 0;
			type = f->type;
			f = NULL;
		}
		for (uint32_t k = 0; k < x->nkids; k++)
			if (x->kids[k] && (x->tag == AST_OBJECT || k))
				n += literals(w, x->kids[k], f, type, depth);
		return n;
	case AST_ENTRY: {
		const struct schema_field *g = f;
		if (f)
			return wrap_of(f, depth) == SCHEMA_MAP ? literals(w, x->kids[0], f, type, depth + 1) : 0;
		g = x->name ? schema_field(type, x->name->text, x->name->len) : NULL;
		return g ? literals(w, x->kids[0], g, type, 0) : 0;
	}
	default:
		return 0;
	}
}

int schema_literals(struct eval *e)
{
	const struct schema_kind *k = schema_kind(e->body_api, e->body_kind);
	return k ? literals(&(struct wish){ 0 }, e->body, NULL, k->type, 0) : 0;
}

const char *schema_literal_help(struct eval *e, const struct ast *x)
{
	const struct schema_kind *k = schema_kind(e->body_api, e->body_kind);
	struct wish w = { .of = x };
	struct quantity q;
	const char *why = NULL;
	if (k)
		literals(&w, e->body, NULL, k->type, 0);
	if (!w.field || w.field->scalar == SCHEMA_ANY)
		return NULL;
	if (w.field->scalar == SCHEMA_QUANTITY && !lit_quantity(x->name->text, x->name->len, &q, &why) && why)
		return arena_printf(e->p->arena, "the field takes a quantity, and %s", why);
	if (schema_rules[w.field->rule].form == FORM_DURATION)
		return arena_printf(e->p->arena, "the field takes %s", schema_form_words(FORM_DURATION));
	return w.field->scalar == SCHEMA_STRING
		? NULL
		: arena_printf(e->p->arena, "the field takes %s", schema_wanted(w.field, SCHEMA_WRAPS));
}
