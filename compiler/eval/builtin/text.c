/* Built-in functions on text. */
#define _GNU_SOURCE
#include "eval/builtin/args.h"
#include "base/hash.h"
#include "value/literal.h"
#include "eval/origin.h"
#include <string.h>

static const struct value *mapped(struct call_args *c, int (*f)(int))
{
	STR(0);
	char *s = arena_strdup(c->e->arena, c->v[0]->str.p, c->v[0]->n);
	for (uint32_t i = 0; i < c->v[0]->n; i++)
		if ((unsigned char)s[i] < 0x80)
			s[i] = (char)f((unsigned char)s[i]);
	return value_string(c->e->arena, s, c->v[0]->n, c->x->span);
}

static int up(int ch) { return ch >= 'a' && ch <= 'z' ? ch - 32 : ch; }
static int down(int ch) { return ch >= 'A' && ch <= 'Z' ? ch + 32 : ch; }
const struct value *f_upper(struct call_args *c) { return mapped(c, up); }
const struct value *f_lower(struct call_args *c) { return mapped(c, down); }

const struct value *f_replace(struct call_args *c)
{
	STR(0); STR(1); STR(2);
	const char *s = c->v[0]->str.p, *end = s + c->v[0]->n, *p;
	struct buf b = { 0 };
	if (!c->v[1]->n)
		return c->v[0];
	while ((p = memmem(s, (size_t)(end - s), c->v[1]->str.p, c->v[1]->n))) {
		buf_add(&b, s, (size_t)(p - s));
		buf_add(&b, c->v[2]->str.p, c->v[2]->n);
		s = p + c->v[1]->n;
		if (!limit_bytes(c->e, b.n, c->x->span)) {
			buf_free(&b);
			return VALUE_ERROR_V;
		}
	}
	buf_add(&b, s, (size_t)(end - s));
	return owned_text(c, &b);
}

const struct value *f_join(struct call_args *c)
{
	struct buf b = { 0 };
	NEED(0, VALUE_LIST, "a list");
	STR(1);
	uint32_t *pieces = c->e->origins ? ARENA_ARRAY(c->e->arena, uint32_t, c->v[0]->n + 1) : NULL;
	for (uint32_t i = 0; i < c->v[0]->n; i++) {
		size_t n;
		const char *s = text_of(c->e, c->v[0]->items[i], &n);
		if (!s) {
			buf_free(&b);
			diag_error(c->e->diags, c->at[0]->span, D_NOT_TEXT, value_noun(c->e, c->v[0]->items[i]));
			return VALUE_ERROR_V;
		}
		if (i)
			buf_add(&b, c->v[1]->str.p, c->v[1]->n);
		buf_add(&b, s, n);
		if (pieces)
			pieces[i] = (uint32_t)n + (i ? c->v[1]->n : 0);
		if (b.n > c->e->max_bytes && !limit_bytes(c->e, b.n, c->x->span)) {
			buf_free(&b);
			return VALUE_ERROR_V;
		}
	}
	if (pieces)
		origin_pieces(c->e, c->v[0]->items, pieces, c->v[0]->n);
	return owned_text(c, &b);
}

const struct value *f_split(struct call_args *c)
{
	STR(0); STR(1);
	const char *s = c->v[0]->str.p, *end = s + c->v[0]->n, *p;
	VEC(const struct value *) out = { 0 };
	if (!c->v[1]->n)
		return bad_argument(c, 1, "a string that is not empty");
	do {
		p = memmem(s, (size_t)(end - s), c->v[1]->str.p, c->v[1]->n);
		const struct value *v = value_string(c->e->arena, s, (size_t)((p ? p : end) - s), c->v[0]->origin);
		VEC_PUSH(c->e->arena, &out, v);
		if (p)
			s = p + c->v[1]->n;
	} while (p && limit_bytes(c->e, 32, c->x->span));
	return value_list(c->e->arena, out.v, out.n, c->x->span);
}

const struct value *f_trim(struct call_args *c)
{
	STR(0);
	const char *s = c->v[0]->str.p;
	size_t n = c->v[0]->n;
	while (n && (*s == ' ' || *s == '\n' || *s == '\t' || *s == '\r')) {
		s++;
		n--;
	}
	while (n && (s[n - 1] == ' ' || s[n - 1] == '\n' || s[n - 1] == '\t' || s[n - 1] == '\r'))
		n--;
	return value_string(c->e->arena, s, n, c->x->span);
}

const struct value *f_starts(struct call_args *c)
{
	STR(0); STR(1);
	return value_bool(c->v[0]->n >= c->v[1]->n && !memcmp(c->v[0]->str.p, c->v[1]->str.p, c->v[1]->n));
}

const struct value *f_ends(struct call_args *c)
{
	STR(0); STR(1);
	return value_bool(c->v[0]->n >= c->v[1]->n
		&& !memcmp(c->v[0]->str.p + c->v[0]->n - c->v[1]->n, c->v[1]->str.p, c->v[1]->n));
}

const struct value *f_url_encode(struct call_args *c)
{
	struct buf b = { 0 };
	STR(0);
	for (uint32_t i = 0; i < c->v[0]->n; i++) {
		unsigned char ch = (unsigned char)c->v[0]->str.p[i];
		if ((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '-'
			|| ch == '_' || ch == '.' || ch == '~')
			buf_addc(&b, (char)ch);
		else
			buf_addf(&b, "%%%02X", ch);
	}
	return owned_text(c, &b);
}

const struct value *f_indent(struct call_args *c)
{
	struct buf b = { 0 };
	STR(0);
	NEED(1, VALUE_INT, "a whole number");
	for (uint32_t i = 0, start = 1; i < c->v[0]->n; i++) {
		char ch = c->v[0]->str.p[i];
		if (start && ch != '\n')
			for (int64_t k = 0; k < c->v[1]->i && k < 100; k++)
				buf_addc(&b, ' ');
		buf_addc(&b, ch);
		start = ch == '\n';
	}
	return owned_text(c, &b);
}

/* full name of a chart's objects: the release if it contains the chart's name, else release-chart, cut to 63 */
const struct value *f_chart_fullname(struct call_args *c)
{
	STR(0); STR(1);
	struct buf b = { 0 };
	buf_add(&b, c->v[0]->str.p, c->v[0]->n);
	if (!memmem(c->v[0]->str.p, c->v[0]->n, c->v[1]->str.p, c->v[1]->n)) {
		buf_addc(&b, '-');
		buf_add(&b, c->v[1]->str.p, c->v[1]->n);
	}
	if (b.n > 63)
		b.n = 63;
	while (b.n && b.p[b.n - 1] == '-')
		b.n--;
	return owned_text(c, &b);
}

/* The recommended shortening: a prefix and eight characters of a hash of the whole. */
const struct value *f_shorten(struct call_args *c)
{
	STR(0);
	NEED(1, VALUE_INT, "a whole number");
	int64_t max = c->v[1]->i;
	if (max < 10 || c->v[0]->n <= max)
		return max < 10 ? bad_argument(c, 1, "a length of at least 10") : c->v[0];
	struct buf b = { 0 };
	char hex[33];
	hash_hex(hash_bytes(c->v[0]->str.p, c->v[0]->n), hex);
	buf_add(&b, c->v[0]->str.p, (size_t)max - 9);
	while (b.n && (b.p[b.n - 1] == '-' || b.p[b.n - 1] == '.'))
		b.n--;
	buf_addf(&b, "-%.8s", hex);
	return owned_text(c, &b);
}

const struct value *f_is_cron(struct call_args *c)
{
	const char *why;
	STR(0);
	return value_bool(lit_cron(c->v[0]->str.p, c->v[0]->n, &why));
}
