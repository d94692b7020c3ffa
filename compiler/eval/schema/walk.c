/* Walks an object beside the type that the table gives it; nothing is allocated before something is wrong. What a
   plan's components have in common is checked when the plan's first component is made plainly; while the plan is traced
   nothing is said, and what depends on slots is noted (leaf.c). */
#include "eval/schema/look.h"
#include "eval/plan.h"
#include <string.h>

static void labels(struct look *l, const struct value *v, int annotations)
{
	struct eval *e = l->e;
	const char *what = annotations ? "annotation" : "label";
	for (uint32_t i = 0; i < v->n; i++) {
		const struct atom *k = v->rec.fields[i].key;
		const struct value *x = v->rec.fields[i].value;
		struct diag *d;
		struct where w;
		size_t n;
		if (x->tag == VALUE_NONE || x->tag == VALUE_ERROR)
			continue;
		if (e->plan) {
			if (is_symbolic(x))
				look_later(l, x, NULL, annotations ? 2 : 1);
			continue;
		}
		if (!(annotations ? lit_annotation_key : lit_label_key)(k->text, k->len)) {
			w = look_at_value(l, x, k->text);
			d = diag_error(e->diags, w.at, D_OBJECT_FIELD,
				arena_printf(e->p->arena, "`%s` cannot be the key of %s %s", k->text,
					annotations ? "an" : "a", what));
			look_finish(l, d, w);
			diag_help(e->diags, d, "%s", schema_form_words(FORM_LABEL_KEY));
		} else if (x->tag != VALUE_STRING) {
			w = look_at_value(l, x, k->text);
			d = diag_error(e->diags, w.at, D_OBJECT_FIELD,
				arena_printf(e->p->arena, "%s `%s` must be text, not %s", what, k->text,
					value_noun(e, x)));
			look_finish(l, d, w);
			const char *s = x->tag == VALUE_INT || x->tag == VALUE_FLOAT || x->tag == VALUE_BOOL
				? text_of(e, x, &n)
				: NULL;
			if (s)
				diag_help(e->diags, d, "write it in quotes: \"%.*s\"", (int)n, s);
		} else if (!annotations && !lit_label_value(x->str.p, x->n)) {
			w = look_at_value(l, x, k->text);
			d = diag_error(e->diags, w.at, D_OBJECT_FIELD,
				arena_printf(e->p->arena, "label `%s` cannot be `%.*s`", k->text,
					(int)(x->n > 80 ? 80 : x->n), x->str.p));
			look_finish(l, d, w);
			diag_help(e->diags, d,
				"at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends");
		}
	}
}

int schema_labels(struct eval *e, const struct value *v, struct span at, int annotations)
{
	struct look l = { .e = e, .at = at, .ok = 1 };
	if (v->tag == VALUE_RECORD)
		labels(&l, v, annotations);
	return l.ok;
}

/* -- the walk -- */

static void record(struct look *l, const struct path *p, const struct value *v, unsigned type);

static void any_value(
	struct look *l, const struct path *p, const struct value *v, const struct schema_field *f, int depth)
{
	const struct schema_rule *r = &schema_rules[f->rule];
	unsigned wrap = wrap_of(f, depth);
	struct eval *e = l->e;
	if (v->tag == VALUE_ERROR || v->tag > VALUE_RECORD)
		return;
	if (wrap == SCHEMA_LIST) {
		if (v->tag != VALUE_LIST) {
			say_wrong_type(l, p, v, f, depth);
			return;
		}
		if (!e->plan && f->rule && (v->n < r->minitems || (r->maxitems && v->n > r->maxitems)))
			say_wrong_count(l, p, v, r);
		if (!e->plan && r->keys)
			look_same_keys(l, p, v, text_at(r->keys));
		for (uint32_t i = 0; i < v->n; i++) {
			struct path here = { p, NULL, i };
			if (v->items[i]->tag != VALUE_NONE)
				any_value(l, &here, v->items[i], f, depth + 1);
		}
	} else if (wrap == SCHEMA_MAP) {
		if (v->tag != VALUE_RECORD) {
			say_wrong_type(l, p, v, f, depth);
			return;
		}
		if (f->rule && (r->form == FORM_LABELS || r->form == FORM_ANNOTATIONS)) {
			labels(l, v, r->form == FORM_ANNOTATIONS);
			return;
		}
		if (!e->plan && f->rule && (v->n < r->minitems || (r->maxitems && v->n > r->maxitems)))
			say_wrong_count(l, p, v, r);
		for (uint32_t i = 0; i < v->n; i++) {
			const struct field *x = &v->rec.fields[i];
			struct path here = { p, x->key->text, 0 };
			if (x->value->tag == VALUE_NONE)
				continue;
			if (!e->plan && r->keyform
				&& !schema_has_form(e, (enum schema_form)r->keyform, x->key->text, x->key->len)) {
				struct where w = look_at_key(l, x->value, x->key->text);
				struct diag *d = diag_error(e->diags, w.at, D_FIELD_KEY, x->key->text, look_path(l, p));
				look_finish(l, d, w);
				diag_help(e->diags, d, "%s", schema_form_words(r->keyform));
			}
			any_value(l, &here, x->value, f, depth + 1);
		}
	} else if (f->scalar == SCHEMA_OBJECT) {
		if (v->tag == VALUE_RECORD)
			record(l, p, v, f->type);
		else if (!(schema_types[f->type].flags & SCHEMA_OPAQUE))
			say_wrong_type(l, p, v, f, depth);
	} else if (e->plan) {
		if (is_symbolic(v))
			look_later(l, v, f, 0);
	} else {
		enum fault fault = schema_scalar_fault(e, v, f);
		if (fault == WRONG_TYPE)
			say_wrong_type(l, p, v, f, depth);
		else if (fault)
			say_bad_scalar(l, p, v, f, fault);
	}
}

static void record(struct look *l, const struct path *p, const struct value *v, unsigned type)
{
	const struct schema_type *t = &schema_types[type];
	uint32_t required = 0;
	if (t->flags & SCHEMA_OPAQUE)
		return;
	for (uint32_t i = 0; i < v->n; i++) {
		const struct field *x = &v->rec.fields[i];
		const struct schema_field *f;
		struct path here = { p, x->key->text, 0 };
		if (x->value->tag == VALUE_NONE)
			continue;
		f = schema_field(type, x->key->text, x->key->len);
		if (!f) {
			if (!(t->flags & SCHEMA_OPEN) && !l->e->plan)
				say_unknown(l, &here, x->value, type);
			continue;
		}
		required += (f->wrap & SCHEMA_REQUIRED) != 0;
		if (f->since && !l->e->plan && look_too_new(l, &here, x->value, f))
			continue;
		any_value(l, &here, x->value, f, 0);
	}
	if (required < t->required && !l->e->plan)
		say_missing(l, p, v, type, l->at);
	if (t->rule && schema_rules[t->rule].oneof && !l->e->plan)
		look_exclusive(l, p, v, &schema_rules[t->rule]);
}

int schema_check(struct eval *e, const struct out_object *o, const struct instance *who, struct span at)
{
	struct look l = { .e = e, .o = o, .who = who, .at = at, .ok = 1 };
	const struct schema_type *t;
	unsigned type;
	uint32_t required = 0;
	l.kind = schema_kind(o->api_version, o->kind);
	if (!l.kind && !e->plan)
		look_api_version(&l);
	type = l.kind ? l.kind->type : 0;
	t = &schema_types[type];
	for (uint32_t i = 0; i < o->tree->n; i++) {
		const struct field *x = &o->tree->rec.fields[i];
		const struct schema_field *f;
		struct path here = { NULL, x->key->text, 0 };
		if (x->value->tag == VALUE_NONE || !strcmp(x->key->text, "apiVersion") || !strcmp(x->key->text, "kind"))
			continue;
		if (!strcmp(x->key->text, "metadata")) {
			if (x->value->tag == VALUE_RECORD)
				record(&l, &here, x->value, schema_metadata);
			continue;
		}
		if (!l.kind)
			continue;
		f = schema_field(type, x->key->text, x->key->len);
		if (!f) {
			if (!e->plan)
				say_unknown(&l, &here, x->value, type);
			continue;
		}
		required += (f->wrap & SCHEMA_REQUIRED) != 0;
		if (f->since && !e->plan && look_too_new(&l, &here, x->value, f))
			continue;
		any_value(&l, &here, x->value, f, 0);
	}
	if (l.kind && required < t->required && !e->plan)
		say_missing(&l, NULL, o->tree, type, at);
	return l.misshapen ? -1 : l.ok;
}
