/* What a chart's values.schema.json says: types of keys, and where no other key may stand. */
#include "emit/import/chart.h"
#include <string.h>

/* What `$ref` names, within the same schema. */
static const struct value *referred(const struct value *root, const struct value *v)
{
	for (int hops = 0; v && v->tag == VALUE_RECORD && hops < 20; hops++) {
		const struct value *ref = value_getc(v, "$ref"), *to = root;
		if (!ref || ref->tag != VALUE_STRING || value_getc(v, "properties"))
			return v;
		const char *s = ref->str.p, *end = s + ref->n;
		if (s == end || *s != '#')
			return NULL;            /* in another file: says nothing here */
		for (s++; s < end && to;) {
			char part[200];
			size_t n = 0;
			for (s++; s < end && *s != '/'; s++)
				if (n < sizeof part - 1)
					part[n++] = *s;
			part[n] = 0;
			to = to->tag == VALUE_RECORD ? value_getc(to, part) : NULL;
		}
		v = to;
	}
	return NULL;
}

static const char *schema_type(const struct value *v)
{
	static const char *const types[][2] = { { "string", "string" }, { "integer", "int" }, { "number", "number" },
		{ "boolean", "bool" }, { "array", "list" }, { "object", "map" } };
	for (size_t k = 0; k < sizeof types / sizeof *types; k++)
		if (v->tag == VALUE_STRING && text_is(v->str.p, v->n, types[k][0]))
			return types[k][1];
	return NULL;
}

static int is_number(const char *s) { return !strcmp(s, "int") || !strcmp(s, "number"); }

/* The one type that a schema allows besides null; "any": several; NULL: it does not say. */
static const char *allowed(const struct value *schema)
{
	static const char *const choices[] = { "anyOf", "oneOf" };
	const struct value *t = value_getc(schema, "type");
	const char *one = NULL;
	for (size_t k = 0; !t && k < 2; k++)
		if (value_getc(schema, choices[k]))
			return "any";
	if (!t || t->tag != VALUE_LIST)
		return t ? schema_type(t) : NULL;
	for (uint32_t k = 0; k < t->n; k++) {
		const char *s = schema_type(t->items[k]);
		if (s && one && s != one && !(is_number(s) && is_number(one)))
			return "any";
		one = s ? s : one;
	}
	return one;
}

struct visit { const struct value *schema; const struct visit *around; };

static int is_visited(const struct visit *v, const struct value *schema)
{
	while (v && v->schema != schema)
		v = v->around;
	return v != NULL;
}

/* sure: it holds, whatever else does. around: the schemas that this one stands in, since one can refer to itself. */
void take_schema(struct importer *im, struct node *root, struct node *at, const struct value *top,
	const struct value *s, int sure, const struct visit *around)
{
	static const char *const choices[] = { "allOf", "anyOf", "oneOf" };
	if (!(s = referred(top, s)) || s->tag != VALUE_RECORD || at->depth >= MAX_DEPTH || im->failed)
		return;
	if (++im->schemas > MAX_SCHEMAS) {
		chart_limit(im, "has a schema that refers to itself too often");
		return;
	}
	const struct visit here = { s, around };
	const struct value *props = value_getc(s, "properties"), *more = value_getc(s, "additionalProperties");
	for (uint32_t k = 0; props && props->tag == VALUE_RECORD && k < props->n; k++) {
		const struct field *f = &props->rec.fields[k];
		const struct value *p = referred(top, f->value);
		struct node *x = chart_key(im, root, at, f->key->text, f->key->len, 1);
		if (!x || x->hidden)
			continue;
		if (!p || p->tag != VALUE_RECORD) {
			set_type(x, "any");
			continue;
		}
		const struct value *inner = value_getc(p, "properties"), *rest = value_getc(p, "additionalProperties");
		const char *type = allowed(p);
		int closed = rest && rest->tag == VALUE_BOOL && !rest->i,
			is_map = inner && inner->tag == VALUE_RECORD && inner->n,
			several = type && !strcmp(type, "any");
		if (x->type && several)
			x->type = "any";
		else if (x->type && strcmp(x->type, "map"))
			continue;
		else if (is_visited(&here, p))
			set_type(x, "map");
		else if (x->inner || (is_map && !several && (!x->type || closed)))
			take_schema(im, root, x, top, p, sure, &here);
		else
			set_type(x, type ? type : "any");
	}
	for (size_t k = 0; k < 3; k++) {
		const struct value *list = value_getc(s, choices[k]);
		for (uint32_t m = 0; list && list->tag == VALUE_LIST && m < list->n; m++)
			if (!is_visited(&here, referred(top, list->items[m])))
				take_schema(im, root, at, top, list->items[m], 0, &here);
	}
	if (more && more->tag == VALUE_BOOL && !more->i && sure && !value_getc(s, "patternProperties"))
		at->strict = 1;
	else if (more && (more->tag == VALUE_RECORD || (more->tag == VALUE_BOOL && more->i)))
		at->open = 1;
}
