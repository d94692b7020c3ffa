/* Lists and maps, on one line where they fit, without what the cluster or an earlier build wrote into them. */
#include "emit/import/state.h"
#include "value/yaml.h"
#include <string.h>

static int from_cluster(enum level level, const struct atom *key)
{
	static const char *const metadata[] = { "uid", "resourceVersion", "generation",
		"creationTimestamp", "managedFields", "selfLink" };

	switch (level) {
	case LEVEL_VALUE:
		return 0;
	case LEVEL_OBJECT:
		return !strcmp(key->text, "status");
	case LEVEL_METADATA:
		for (size_t i = 0; i < sizeof metadata / sizeof metadata[0]; i++)
			if (!strcmp(key->text, metadata[i]))
				return 1;
		return 0;
	case LEVEL_ANNOTATIONS:
		return !strcmp(key->text, "kubectl.kubernetes.io/last-applied-configuration") ||
			!strcmp(key->text, "deployment.kubernetes.io/revision");
	case LEVEL_LABELS:
		return 0;
	}
	return 0;
}

/* What a build wrote: it is written anew, with what it says then. */
static int from_build(enum level level, const struct value *of, const struct atom *key)
{
	const struct value *by = level == LEVEL_LABELS ? value_getc(of, "app.kubernetes.io/managed-by") : NULL;

	if (level == LEVEL_ANNOTATIONS)
		return !strcmp(key->text, "mlopsc/content-hash");
	return value_says(by, "mlopsc") &&
		(!strcmp(key->text, "app.kubernetes.io/managed-by") || !strcmp(key->text, "app.kubernetes.io/part-of"));
}

static enum level below(enum level level, const struct atom *key)
{
	if (level == LEVEL_OBJECT && !strcmp(key->text, "metadata"))
		return LEVEL_METADATA;
	if (level == LEVEL_METADATA && !strcmp(key->text, "annotations"))
		return LEVEL_ANNOTATIONS;
	if (level == LEVEL_METADATA && !strcmp(key->text, "labels"))
		return LEVEL_LABELS;
	return LEVEL_VALUE;
}

/* Also a mapping of which nothing would be left. */
static int left_out(enum level level, const struct value *of, const struct field *f)
{
	enum level in = below(level, f->key);

	if (from_cluster(level, f->key) || from_build(level, of, f->key))
		return 1;
	if (f->value->tag == VALUE_NONE && !strcmp(f->key->text, "creationTimestamp"))
		return 1;               /* of a pod template */
	if ((in != LEVEL_LABELS && in != LEVEL_ANNOTATIONS) || f->value->tag != VALUE_RECORD || !f->value->n)
		return 0;
	for (uint32_t i = 0; i < f->value->n; i++)
		if (!left_out(in, f->value, &f->value->rec.fields[i]))
			return 0;
	return 1;
}

/* A scalar, or the secret whose name it is. */
static void put_text(const struct import *im, struct buf *out, const struct value *v, int indent)
{
	const char *secret = secret_behind(im, v);

	if (secret)
		buf_addf(out, "%s.name", secret);
	else
		put_scalar(out, v, indent, !im->manifests);
}

static void put_inline(const struct import *im, struct buf *out, const struct value *v)
{
	if (v->tag == VALUE_LIST) {
		buf_addc(out, '[');
		for (uint32_t i = 0; i < v->n && out->n < WIDTH; i++) {
			if (i)
				buf_adds(out, ", ");
			put_inline(im, out, v->items[i]);
		}
		buf_addc(out, ']');
	} else if (v->tag == VALUE_RECORD) {
		buf_adds(out, v->n ? "{ " : "{");
		for (uint32_t i = 0; i < v->n && out->n < WIDTH; i++) {
			if (i)
				buf_adds(out, ", ");
			put_key(out, v->rec.fields[i].key);
			buf_adds(out, ": ");
			put_inline(im, out, v->rec.fields[i].value);
		}
		buf_adds(out, v->n ? " }" : "}");
	} else {
		put_text(im, out, v, -1);
	}
}

/* Was it on one line, or is it a list of scalars, and does it still fit into one? */
static int one_line(struct import *im, struct buf *out, const struct value *v, size_t column)
{
	struct span at = import_span(im, v->origin);
	struct buf text = { 0 };
	int flow, ok;

	if (!v->n) {
		if (v->origin.lo && comment_within(im, at))
			return 0;
		buf_adds(out, v->tag == VALUE_LIST ? "[]" : "{}");
		return 1;
	}
	if (!v->origin.lo)
		return 0;
	flow = strchr("{[", im->src->text[at.lo]) && !memchr(im->src->text + at.lo, '\n', at.hi - at.lo);
	if (comment_within(im, (struct span){ at.lo, flow ? at.hi : line_end(im, at.hi) }))
		return 0;
	if (!flow) {
		if (v->tag != VALUE_LIST)
			return 0;
		for (uint32_t i = 0; i < v->n; i++)
			if (!is_scalar(v->items[i]) ||
				(v->items[i]->tag == VALUE_STRING &&
				fits_block(v->items[i]->str.p, v->items[i]->n)))
				return 0;
	}
	put_inline(im, &text, v);
	ok = column + text.n <= WIDTH;
	if (ok) {
		buf_add(out, text.p, text.n);
		note_all(im, v);
	}
	buf_free(&text);
	return ok;
}

static size_t column(const struct buf *out)
{
	size_t i = out->n;

	while (i && out->p[i - 1] != '\n')
		i--;
	return out->n - i;
}

static void too_deep(struct import *im, const struct value *v)
{
	if (!im->failed)
		diag_error(im->diags, v->origin, D_YAML_LIMIT,
			"nesting is deeper than the 190 levels that a source can take in");
	im->failed = 1;
}

/* Is nothing of it left out? */
static int whole(enum level level, const struct value *v)
{
	if (level == LEVEL_OBJECT || level == LEVEL_METADATA)
		return 0;
	for (uint32_t i = 0; level != LEVEL_VALUE && v->tag == VALUE_RECORD && i < v->n; i++)
		if (left_out(level, v, &v->rec.fields[i]))
			return 0;
	return 1;
}

uint32_t first_entry(const struct import *im, const struct value *v)
{
	if (!v->n)
		return 0;
	return import_span(im, v->tag == VALUE_RECORD ? yaml_key_span(v, 0) : v->items[0]->origin).lo;
}

/* The value, from behind `key: ` or at the start of an item, up to but without the line break. *end is where it ended
   in the text, for a comment behind it. */
static void put_value(struct import *im, struct buf *out, const struct value *v, int indent,
	int depth, enum level level, uint32_t *end)
{
	struct span at = import_span(im, v->origin);

	if (depth > MAX_DEPTH) {
		too_deep(im, v);
		return;
	}
	if (is_scalar(v)) {
		note_spelling(im, v);
		put_text(im, out, v, indent + 2);
		if (v->origin.lo && at.hi > at.lo && !strchr("|>", im->src->text[at.lo]))
			*end = at.hi;
		return;
	}
	if (whole(level, v) && one_line(im, out, v, column(out))) {
		if (v->origin.lo && strchr("{[", im->src->text[at.lo]))
			*end = at.hi;
		return;
	}
	buf_addc(out, v->tag == VALUE_LIST ? '[' : '{');
	comment_behind_brace(im, out, *end, first_entry(im, v));
	if (v->tag == VALUE_RECORD) {
		put_fields(im, out, v, indent + 2, depth, level, 1);
	} else {
		note_items(im, v);
		for (uint32_t i = 0; i < v->n; i++) {
			const struct value *item = v->items[i];
			uint32_t item_end = import_span(im, item->origin).lo;

			if (item->origin.lo)
				lines_before(im, out, item_end, indent + 2, i == 0);
			put_indent(out, indent + 2);
			put_value(im, out, item, indent + 2, depth + 1, LEVEL_VALUE, &item_end);
			if (i + 1 < v->n)
				buf_addc(out, ',');
			comment_behind(im, out, item_end);
		}
	}
	put_indent(out, indent);
	buf_addc(out, v->tag == VALUE_LIST ? ']' : '}');
	*end = v->origin.lo ? at.hi : *end;
}

void put_fields(struct import *im, struct buf *out, const struct value *v, int indent,
	int depth, enum level level, int first)
{
	for (uint32_t i = 0; i < v->n; i++) {
		const struct field *f = &v->rec.fields[i];
		struct span key = import_span(im, yaml_key_span(v, i));
		uint32_t end = key.hi;

		if (left_out(level, v, f)) {
			im->left_out |= from_cluster(level, f->key) &&
				f->value->tag != VALUE_NONE && (is_scalar(f->value) || f->value->n);
			first = comments_before(im, out, key.lo, indent, first);
			if (f->value->origin.lo)
				end = import_span(im, f->value->origin).hi;
			drop_comments(im, line_end(im, end));
			continue;
		}
		lines_before(im, out, key.lo, indent, first);
		first = 0;
		note_entry(im, v, i);
		put_indent(out, indent);
		put_key(out, f->key);
		buf_adds(out, ": ");
		put_value(im, out, f->value, indent, depth + 1, below(level, f->key), &end);
		comment_behind(im, out, end);
	}
}
