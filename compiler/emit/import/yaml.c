/* One YAML file in, the text of a source file out. The values come from yaml_read(); what a tree of values no longer
   knows is fetched from the text by their places: comments (comment.c), blank lines between entries, and spellings that
   mean something else than they seem to, which are said at the top (note.c). */
#include "emit/import.h"
#include "emit/import/state.h"
#include "value/yaml.h"
#include <string.h>

static int is_object(const struct value *v)
{
	return v->tag == VALUE_RECORD && text_field(v, "apiVersion") && text_field(v, "kind");
}

static int is_list(const struct value *v)
{
	const struct value *kind = text_field(v, "kind"), *items = value_getc(v, "items");

	return kind && kind->n >= 4 && !memcmp(kind->str.p + kind->n - 4, "List", 4) && items &&
		items->tag == VALUE_LIST;
}

/* Where the document ends that holds the place. */
static uint32_t document_end(const struct import *im, uint32_t at)
{
	for (at = line_end(im, at); at < im->src->len; at = line_end(im, at + 1)) {
		const char *s = im->src->text + at + 1;

		if (im->src->len - at > 3 && (!memcmp(s, "---", 3) || !memcmp(s, "...", 3)))
			return at + 1;
	}
	return im->src->len;
}

static void put_object(struct import *im, struct buf *out, const struct value *v,
	const struct value *list, uint32_t end, int first)
{
	uint32_t from = import_span(im, v->origin).lo;

	if (!is_object(v) && !is_secret(v, list) &&
		!(list && v->tag == VALUE_RECORD && !value_says(text_field(list, "kind"), "List"))) {
		struct diag *x = diag_error(im->diags, v->origin, D_YAML_OBJECT, "this is not a Kubernetes object");

		diag_label(im->diags, x, "it has no apiVersion and kind");
		im->failed = 1;
		return;
	}
	if (is_secret(v, list)) {
		add_secret(im, v);
		drop_comments(im, end);
		return;
	}
	if (!first)
		buf_adds(out, ",\n");
	comments_before(im, out, from, 4, 1);
	buf_adds(out, "    {");
	comment_behind_brace(im, out, from, first_entry(im, v));
	if (!is_object(v)) {
		const struct value *kind = text_field(list, "kind"), *version = text_field(list, "apiVersion");

		/* the items of a DeploymentList need not repeat what they are */
		if (!value_getc(v, "apiVersion")) {
			buf_adds(out, "      apiVersion: ");
			put_quoted(out, version ? version->str.p : "", version ? version->n : 0);
			buf_addc(out, '\n');
		}
		if (!value_getc(v, "kind")) {
			buf_adds(out, "      kind: ");
			put_quoted(out, kind->str.p, kind->n - 4);
			buf_addc(out, '\n');
		}
	}
	put_fields(im, out, v, 6, 3, LEVEL_OBJECT, 1);
	if (end != UINT32_MAX)
		comments_before(im, out, end, 6, 0);
	buf_adds(out, "    }");
}

/* Comments at the top, those that a blank line or `---` sets apart from the first entry. */
static void head_comments(struct import *im, struct buf *out, uint32_t first)
{
	uint32_t n = im->next, attached, line = line_start(im, first);

	while (n < im->comments.n && im->comments.v[n].at < first)
		n++;
	for (attached = n; attached > im->next; attached--) {
		uint32_t at = line_start(im, im->comments.v[attached - 1].at);

		if (line_end(im, at) + 1 != line || !first_on_line(im, im->comments.v[attached - 1].at))
			break;
		line = at;
	}
	if (attached > im->next) {
		comments_before(im, out, im->comments.v[attached - 1].at + 1, 0, 1);
		buf_addc(out, '\n');
	}
}

static void put_manifests(struct import *im, struct buf *head, const struct yaml_documents *docs)
{
	struct buf *out = &im->body;
	int first = 1;

	for (uint32_t i = 0; i < docs->n && !im->failed; i++) {
		const struct value *v = docs->v[i];
		uint32_t end = document_end(im, v->origin.lo ? import_span(im, v->origin).hi : 0);

		if (v->tag == VALUE_RECORD && is_list(v)) {
			const struct value *items = value_getc(v, "items");

			for (uint32_t k = 0; k < items->n && !im->failed; k++) {
				const struct value *item = items->items[k];
				uint32_t item_end = k + 1 < items->n &&
					items->items[k + 1]->origin.lo
					? import_span(im, items->items[k + 1]->origin).lo : end;
				size_t before = out->n;

				put_object(im, out, item, v, is_secret(item, v) ? item_end : UINT32_MAX, first);
				first = first && out->n == before;
			}
			continue;
		}
		if (i == 0 && v->tag == VALUE_RECORD && !is_secret(v, NULL))
			head_comments(im, head, import_span(im, v->origin).lo);
		size_t before = out->n;
		put_object(im, out, v, NULL, end, first);
		first = first && out->n == before;
	}
	if (first || im->next == im->comments.n)
		return;
	buf_addc(out, '\n');
	comments_before(im, out, im->src->len, 4, 1);
	out->p[--out->n] = 0;
}

static void put_head(const struct import *im, struct buf *out, const char *name)
{
	buf_addf(out, "component %s : manifests {\n", name);
	if (im->references.n && im->ns) {        /* what they name is needed there */
		buf_adds(out, "  namespace = ");
		put_quoted(out, im->ns->str.p, im->ns->n);
		buf_addc(out, '\n');
	}
	buf_adds(out, "  objects = [\n");
}

int import_yaml(struct source *src, struct arena *a, struct atoms *atoms, struct diags *d, struct buf *out)
{
	struct import im = { .src = src, .arena = a, .atoms = atoms, .diags = d };
	struct yaml_documents docs;
	struct buf head = { 0 };
	uint32_t errors = d->nerrors;
	const char *name;

	yaml_read(src, a, atoms, d, &docs);
	if (d->nerrors > errors)
		return 0;
	if (!docs.n) {
		diag_error(d, (struct span){ src->base, src->base + (src->len != 0) },
			D_YAML_OBJECT, "this file holds no document");
		return 0;
	}
	for (uint32_t i = 0; i < docs.n; i++)
		if (docs.v[i]->tag == VALUE_RECORD &&
			(is_object(docs.v[i]) || is_list(docs.v[i]) || is_secret(docs.v[i], NULL)))
			im.manifests = 1;
	if (!im.manifests && (docs.n > 1 || docs.v[0]->tag != VALUE_RECORD)) {
		struct diag *x = diag_error(d, docs.v[docs.n > 1]->origin, D_YAML_OBJECT, docs.n > 1 ?
			"the values of a chart are one document, and this is another" : "a mapping was expected");

		diag_help(d, x, "Kubernetes objects have apiVersion and kind; a chart's values are one mapping");
		return 0;
	}
	find_comments(&im, &docs);
	if (im.manifests) {
		find_secrets(&im, &docs);
		put_manifests(&im, &head, &docs);
		name = component_name(&im);
	} else {
		const struct value *v = docs.v[0];

		name = component_name(&im);
		if (v->n)
			head_comments(&im, &head, import_span(&im, yaml_key_span(v, 0)).lo);
		put_fields(&im, &im.body, v, 4, 2, LEVEL_VALUE, 1);
		comments_before(&im, &im.body, src->len, 4, 0);
	}
	if (!im.failed) {
		buf_adds(out, im.manifests ? "# Taken in from " : "# The values of a chart, taken in from ");
		put_words(out, src->name);
		buf_adds(out, ".\n");
		buf_add(out, im.notes.p, im.notes.n);
		if (im.left_out)
			buf_adds(out,
				"# What the cluster itself writes into objects (status, metadata.uid and the like) is left out.\n");
		if (im.nnotes > MAX_NOTES)
			buf_addf(out, "# ... and %u more of this kind\n", im.nnotes - MAX_NOTES);
		buf_addc(out, '\n');
		buf_add(out, head.p, head.n);
		put_secrets(&im, out);
		if (!im.manifests)
			buf_addf(out,
				"# The chart: its OCI reference, or `repo` and `chart` instead of `ref`; and its version.\n"
				"param %s-chart   : string\nparam %s-version : version\n\n"
				"component %s : chart {\n  ref     = %s-chart\n  version = %s-version\n  settings = {\n",
				name, name, name, name, name);
		else if (im.body.n)
			put_head(&im, out, name);
		buf_add(out, im.body.p, im.body.n);
		if (!im.manifests)
			buf_adds(out, "  }\n}\n");
		else if (im.body.n)
			buf_adds(out, "\n  ]\n}\n");
		while (out->n > 1 && out->p[out->n - 1] == '\n' && out->p[out->n - 2] == '\n')
			out->p[--out->n] = 0;
	}
	buf_free(&head);
	buf_free(&im.body);
	buf_free(&im.notes);
	return !im.failed;
}
