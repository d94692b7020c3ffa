/* Comments: everything behind a `#` that no scalar covers. They are found first, all of them, and written as the values
   beside which they stand are. */
#include "emit/import/state.h"
#include "value/yaml.h"
#include <stdlib.h>
#include <string.h>

static int by_place(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->lo != y->lo ? (x->lo < y->lo ? -1 : 1) : x->hi < y->hi ? -1 : x->hi > y->hi;
}

/* The places of all scalars of a value. Aliased values are met several times, at the same places. */
static void scalars(const struct import *im, const struct value *v, struct buf *out)
{
	struct span at = import_span(im, v->origin);

	if (v->tag == VALUE_LIST) {
		for (uint32_t i = 0; i < v->n; i++)
			scalars(im, v->items[i], out);
	} else if (v->tag == VALUE_RECORD) {
		for (uint32_t i = 0; i < v->n; i++) {
			struct span key = import_span(im, yaml_key_span(v, i));

			buf_add(out, &key, sizeof key);
			scalars(im, v->rec.fields[i].value, out);
		}
	} else if (v->origin.lo) {
		/* the line that opens a block scalar may end in a comment */
		if (im->src->text[at.lo] == '|' || im->src->text[at.lo] == '>')
			at.lo = line_end(im, at.lo);
		buf_add(out, &at, sizeof at);
	}
}

void find_comments(struct import *im, const struct yaml_documents *docs)
{
	struct buf spans = { 0 };
	const struct span *s;
	size_t n, k = 0;

	for (uint32_t i = 0; i < docs->n; i++)
		scalars(im, docs->v[i], &spans);
	n = spans.n / sizeof *s;
	if (n)
		qsort(spans.p, n, sizeof *s, by_place);
	s = (const struct span *)(const void *)spans.p;
	for (uint32_t at = 0; at < im->src->len; at++) {
		struct comment c;

		while (k < n && s[k].hi <= at)
			k++;
		if (k < n && s[k].lo <= at) {
			at = s[k].hi - 1;
			continue;
		}
		if (im->src->text[at] != '#' || (at && !strchr(" \t\n", im->src->text[at - 1])))
			continue;
		c.at = at;
		at = c.end = line_end(im, at);
		while (c.end > c.at && blank(im->src->text[c.end - 1]))
			c.end--;
		VEC_PUSH(im->arena, &im->comments, c);
	}
	buf_free(&spans);
}

/* `## text` would document something here, so one `#` is left; a row of them stays a row. */
static void put_comment(struct import *im, struct buf *out, struct comment c)
{
	const char *s = im->src->text + c.at, *end = im->src->text + c.end, *t = s;

	while (t < end && *t == '#')
		t++;
	buf_addc(out, '#');
	if (t == end) {
		if (t - s > 1) {
			buf_addc(out, ' ');
			buf_add(out, s, (size_t)(t - s) - 1);
		}
	} else {
		if (*t != ' ' && *t != '\t')
			buf_addc(out, ' ');
		buf_add(out, t, (size_t)(end - t));
	}
}

void put_indent(struct buf *out, int indent)
{
	static const char blanks[] = "                                ";

	while (indent > 0) {
		int n = indent < (int)sizeof blanks - 1 ? indent : (int)sizeof blanks - 1;

		buf_add(out, blanks, (size_t)n);
		indent -= n;
	}
}

/* Comments before a place, each on its own line; a blank line where there was one, unless this is the first thing in a
   block. Gives whether whatever comes next would still be the first. */
int comments_before(struct import *im, struct buf *out, uint32_t at, int indent, int first)
{
	while (im->next < im->comments.n && im->comments.v[im->next].at < at) {
		struct comment c = im->comments.v[im->next++];

		if (!first && first_on_line(im, c.at) && blank_above(im, c.at))
			buf_addc(out, '\n');
		first = 0;
		put_indent(out, indent);
		put_comment(im, out, c);
		buf_addc(out, '\n');
	}
	return first;
}

/* The same before an entry, with the blank line that may stand between. */
void lines_before(struct import *im, struct buf *out, uint32_t at, int indent, int first)
{
	if (!comments_before(im, out, at, indent, first) && blank_above(im, at))
		buf_addc(out, '\n');
}

/* A comment on the rest of the line of `at` goes to the end of the line that was just written. */
void comment_behind(struct import *im, struct buf *out, uint32_t at)
{
	if (im->next < im->comments.n) {
		struct comment c = im->comments.v[im->next];

		if (c.at >= at && c.at < line_end(im, at) && !first_on_line(im, c.at)) {
			im->next++;
			buf_adds(out, "  ");
			put_comment(im, out, c);
		}
	}
	buf_addc(out, '\n');
}

/* The same behind an opening brace, unless the first entry stands on that line: then it is the entry's. */
void comment_behind_brace(struct import *im, struct buf *out, uint32_t at, uint32_t entry)
{
	if (entry >= at && entry < line_end(im, at))
		buf_addc(out, '\n');
	else
		comment_behind(im, out, at);
}

/* Comments inside of what must not be shown. */
void drop_comments(struct import *im, uint32_t before)
{
	while (im->next < im->comments.n && im->comments.v[im->next].at < before)
		im->next++;
}

int comment_within(const struct import *im, struct span at)
{
	for (uint32_t i = im->next; i < im->comments.n && im->comments.v[i].at < at.hi; i++)
		if (im->comments.v[i].at >= at.lo)
			return 1;
	return 0;
}
