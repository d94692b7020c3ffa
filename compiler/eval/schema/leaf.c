/* While a plan is traced: a scalar that depends on the component becomes a check of the plan, a leaf, unless the type
   of the slot it came from promises what the field wants. For the plan's other components only the leaves are looked
   at. */
#include "eval/schema/look.h"
#include "eval/plan.h"
#include <string.h>

int schema_leaf_fits(struct eval *e, const struct sym_leaf *leaf, const struct value *v)
{
	if (leaf->label)
		return v->tag == VALUE_STRING && (leaf->label == 2 || lit_label_value(v->str.p, v->n));
	return schema_scalar_fault(e, v, leaf->field) == FINE;
}

/* A slot that holds one of a few words: do all of them fit? */
static int words_fit(
	struct eval *e, const struct sym *sym, const struct type *t, const struct schema_field *f, int label)
{
	if (!sym->is_slot || !t || t->tag != T_ENUM)
		return 0;
	for (uint32_t i = 0; i < t->n; i++) {
		const struct value word = {
			.tag = VALUE_STRING, .n = (uint32_t)t->members[i]->len, .str = { .p = t->members[i]->text }
		};
		if (!schema_leaf_fits(e, &(struct sym_leaf){ sym, f, (uint8_t)label }, &word))
			return 0;
	}
	return 1;
}

/* Does the slot's type promise it? */
static int promised(struct eval *e, const struct value *v, const struct sym *sym, const struct type *t,
	const struct schema_field *f, int label)
{
	const struct schema_rule *r = f ? &schema_rules[f->rule] : NULL;
	if (t && t->tag == T_OPTIONAL)
		t = t->elem;
	if (words_fit(e, sym, t, f, label))
		return 1;
	if (label)
		return v->tag == VALUE_STRING && (label == 2 || (sym->is_slot && v->text == TEXT_NAME));
	switch ((enum schema_scalar)f->scalar) {
	case SCHEMA_ANY: case SCHEMA_OBJECT:
		return 1;
	case SCHEMA_STRING:
		if (v->tag != VALUE_STRING)
			return 0;
		if (!f->rule)
			return 1;
		if (!sym->is_slot || r->choices || r->pattern || r->minlen > 1 || (r->maxlen && r->maxlen < 63))
			return 0;
		return (v->text == TEXT_NAME
			&& (r->form == FORM_NONE || r->form == FORM_LABEL || r->form == FORM_SUBDOMAIN))
			|| (v->text == TEXT_IMAGE && r->form == FORM_IMAGE)
			|| (v->text == TEXT_DURATION && r->form == FORM_DURATION);
	case SCHEMA_INT32: case SCHEMA_INT64: {
		double lo = f->scalar == SCHEMA_INT32 ? INT32_MIN : -9e18,
			hi = f->scalar == SCHEMA_INT32 ? INT32_MAX : 9e18;
		if (r->has & RULE_MIN)
			lo = (double)r->min;
		if (r->has & RULE_MAX)
			hi = (double)r->max;
		if (t && t->tag == T_PORT)
			return lo <= 1 && hi >= 65535;
		return v->tag == VALUE_INT && t && t->tag == T_INT && t->ranged && t->lo >= lo && t->hi <= hi;
	}
	case SCHEMA_BOOL:
		return v->tag == VALUE_BOOL;
	case SCHEMA_QUANTITY:
		return v->tag == VALUE_STRING && (v->text == TEXT_SIZE || v->text == TEXT_CORES);
	case SCHEMA_INT_OR_STRING:
		return (v->tag == VALUE_STRING && !f->rule) || (t && t->tag == T_PORT && r->form == FORM_PORT);
	case SCHEMA_NUMBER: case SCHEMA_TIME: case SCHEMA_BYTES:
		break;
	}
	return 0;
}

void look_later(struct look *l, const struct value *v, const struct schema_field *f, int label)
{
	struct plan *p = l->e->plan;
	const struct sym *s = ((const struct symbolic *)v)->sym;
	if (s->plan != p || s->hashed)
		return;
	if (promised(l->e, v, s, s->is_slot ? p->kind->members.v[s->parts[0].slot].type : NULL, f, label))
		return;
	for (uint32_t i = 0; i < p->leaves.n; i++) {
		const struct sym_leaf *x = &p->leaves.v[i];
		if (x->sym == s && x->label == label
			&& (x->field == f
				|| (f && x->field && x->field->scalar == f->scalar && x->field->rule == f->rule
					&& x->field->wrap == f->wrap)))
			return;
	}
	VEC_PUSH(l->e->unit, &p->leaves, ((struct sym_leaf){ s, f, (uint8_t)label }));
}
