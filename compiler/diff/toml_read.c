/* TOML 1.0 in, a value out: enough to compare the configuration of a service by meaning. Dates stay text. What does not
   parse gives NULL, and is then compared as text. */
#include "diff/diff.h"
#include "value/literal.h"
#include <stdlib.h>
#include <string.h>

#define DEPTH 60

/* Tables grow while they are read: a tree of its own, made into values at the end. */
struct node {
	const struct value *value;              /* a leaf */
	VEC(const struct atom *) keys;          /* a table */
	VEC(struct node *) kids;                /* of a table, or tables of an array */
	uint8_t table, array;
};
struct reader { const char *p, *end; struct arena *a; struct atoms *atoms; int bad, depth; };

static const struct span nowhere = { 0, 0 };

static const struct value *value(struct reader *r);

static void blanks(struct reader *r, int lines)
{
	while (r->p < r->end) {
		if (*r->p == ' ' || *r->p == '\t' || (lines && (*r->p == '\n' || *r->p == '\r')))
			r->p++;
		else if (*r->p == '#')
			while (r->p < r->end && *r->p != '\n')
				r->p++;
		else
			break;
	}
}

static int take(struct reader *r, const char *s)
{
	const size_t n = strlen(s);
	if ((size_t)(r->end - r->p) < n || memcmp(r->p, s, n))
		return 0;
	r->p += n;
	return 1;
}

static void utf8(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_addc(b, (char)c);
	} else if (c < 0x800) {
		buf_addc(b, (char)(0xc0 | c >> 6));
		buf_addc(b, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_addc(b, (char)(0xe0 | c >> 12));
		buf_addc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_addc(b, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_addc(b, (char)(0xf0 | c >> 18));
		buf_addc(b, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_addc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_addc(b, (char)(0x80 | (c & 0x3f)));
	}
}

static void escape(struct reader *r, struct buf *b, int several)
{
	const char c = r->p < r->end ? *r->p++ : 0;
	static const char from[] = "btnfr\"\\", to[] = "\b\t\n\f\r\"\\";
	const char *at = c ? strchr(from, c) : NULL;
	if (at) {
		buf_addc(b, to[at - from]);
	} else if (c == 'u' || c == 'U') {
		uint32_t code = 0;
		for (int i = 0; i < (c == 'u' ? 4 : 8); i++, r->p++) {
			const char h = r->p < r->end ? *r->p : 0;
			const int d = h >= '0' && h <= '9' ? h - '0'
				: (h | 32) >= 'a' && (h | 32) <= 'f' ? (h | 32) - 'a' + 10
				: -1;
			if (d < 0) {
				r->bad = 1;
				return;
			}
			code = code << 4 | (uint32_t)d;
		}
		utf8(b, code);
	} else if (several && (c == '\n' || c == ' ' || c == '\t' || c == '\r')) {
		while (r->p < r->end && strchr(" \t\r\n", *r->p))
			r->p++;
	} else {
		r->bad = 1;
	}
}

static const struct value *string(struct reader *r)
{
	struct buf b = { 0 };
	const char q = *r->p;
	const char three[] = { q, q, q, 0 }, one[] = { q, 0 };
	const int several = take(r, three);
	if (!several)
		r->p++;
	else if (!take(r, "\r\n"))
		take(r, "\n");
	while (!r->bad && !take(r, several ? three : one)) {
		if (r->p >= r->end || (!several && *r->p == '\n')) {
			r->bad = 1;
		} else if (*r->p == '\\' && q == '"') {
			r->p++;
			escape(r, &b, several);
		} else {
			buf_addc(&b, *r->p++);
		}
	}
	while (several && r->p < r->end && *r->p == q)  /* """" : a quote before the end */
		buf_addc(&b, *r->p++);
	const struct value *v = value_string(r->a, arena_strdup(r->a, b.p ? b.p : "", b.n), b.n, nowhere);
	buf_free(&b);
	return v;
}

static const struct value *word(struct reader *r)
{
	char text[64];
	size_t n = 0;
	const char *from = r->p;
	int64_t i;
	double d;
	while (r->p < r->end && !strchr(",]}#\n\r", *r->p))
		r->p++;
	while (r->p > from && (r->p[-1] == ' ' || r->p[-1] == '\t'))
		r->p--;
	const size_t len = (size_t)(r->p - from);
	for (size_t k = 0; k < len && n < sizeof text - 1; k++)
		if (from[k] != '_' && !(k == 0 && from[k] == '+'))
			text[n++] = from[k];
	text[n] = 0;
	if (!len || len >= sizeof text) {
		r->bad = 1;
		return NULL;
	}
	if (!strcmp(text, "true") || !strcmp(text, "false"))
		return value_bool(text[0] == 't');
	if (lit_int(text, n, &i))
		return value_int(r->a, i, nowhere);
	if (n > 2 && text[0] == '0' && strchr("xob", text[1])) {
		char *end;
		i = strtoll(text + 2, &end, text[1] == 'x' ? 16 : text[1] == 'o' ? 8 : 2);
		r->bad = r->bad || *end;
		return value_int(r->a, i, nowhere);
	}
	if (lit_float(text, n, &d))
		return value_float(r->a, d, nowhere);
	if (text[0] >= '0' && text[0] <= '9' && strspn(text, "0123456789-:.TtZz+ ") == n)      /* a date or a time */
		return value_string(r->a, arena_strdup(r->a, from, len), len, nowhere);
	if (!strcmp(text, "inf") || !strcmp(text, "-inf") || !strcmp(text, "nan") || !strcmp(text, "-nan"))
		return value_string(r->a, arena_strdup(r->a, text, n), n, nowhere);
	r->bad = 1;
	return NULL;
}

static const struct atom *key(struct reader *r)
{
	const char *from = r->p;
	if (r->p < r->end && (*r->p == '"' || *r->p == '\'')) {
		const struct value *v = string(r);
		return atom_intern(r->atoms, v->str.p, v->n);
	}
	while (r->p < r->end
		&& ((*r->p >= 'a' && *r->p <= 'z') || (*r->p >= 'A' && *r->p <= 'Z')
			|| (*r->p >= '0' && *r->p <= '9') || *r->p == '_' || *r->p == '-'))
		r->p++;
	if (r->p == from)
		r->bad = 1;
	return atom_intern(r->atoms, from, (size_t)(r->p - from));
}

static struct node *child(struct reader *r, struct node *n, const struct atom *k, int make)
{
	for (uint32_t i = 0; i < n->keys.n; i++)
		if (n->keys.v[i] == k)
			return n->kids.v[i];
	if (!make)
		return NULL;
	struct node *x = ARENA_NEW(r->a, struct node);
	VEC_PUSH(r->a, &n->keys, k);
	VEC_PUSH(r->a, &n->kids, x);
	return x;
}

/* The table that a dotted key leads to; *last: its last part. */
static struct node *walk(struct reader *r, struct node *n, const struct atom **last)
{
	for (;;) {
		blanks(r, 0);
		*last = key(r);
		blanks(r, 0);
		if (r->bad || !take(r, "."))
			return n;
		n = child(r, n, *last, 1);
		if (n->array && n->kids.n)
			n = n->kids.v[n->kids.n - 1];
		if (n->value || n->array) {
			r->bad = 1;
			return n;
		}
		n->table = 1;
	}
}

static void pair(struct reader *r, struct node *table)
{
	const struct atom *k;
	struct node *n = walk(r, table, &k);
	if (r->bad || !take(r, "=") || child(r, n, k, 0)) {
		r->bad = 1;
		return;
	}
	blanks(r, 0);
	const struct value *v = value(r);
	child(r, n, k, 1)->value = v;
	r->bad = r->bad || !v;
}

static const struct value *finish(struct reader *r, const struct node *n)
{
	if (n->value)
		return n->value;
	if (n->array) {
		const struct value **items = ARENA_ARRAY(r->a, const struct value *, n->kids.n + 1);
		for (uint32_t i = 0; i < n->kids.n; i++)
			items[i] = finish(r, n->kids.v[i]);
		return value_list(r->a, items, n->kids.n, nowhere);
	}
	struct field *f = ARENA_ARRAY(r->a, struct field, n->keys.n + 1);
	for (uint32_t i = 0; i < n->keys.n; i++)
		f[i] = (struct field){ n->keys.v[i], finish(r, n->kids.v[i]) };
	return value_record(r->a, f, n->keys.n, nowhere);
}

static const struct value *array(struct reader *r)
{
	VEC(const struct value *) items = { 0 };
	r->p++;
	for (;;) {
		blanks(r, 1);
		if (take(r, "]"))
			return value_list(r->a, items.v, items.n, nowhere);
		const struct value *v = value(r);
		if (r->bad || !v)
			return NULL;
		VEC_PUSH(r->a, &items, v);
		blanks(r, 1);
		if (!take(r, ",") && (r->p >= r->end || *r->p != ']')) {
			r->bad = 1;
			return NULL;
		}
	}
}

static const struct value *inline_table(struct reader *r)
{
	struct node n = { .table = 1 };
	r->p++;
	blanks(r, 0);
	while (!r->bad && !take(r, "}")) {
		pair(r, &n);
		blanks(r, 0);
		if (!take(r, ",") && (r->p >= r->end || *r->p != '}'))
			r->bad = 1;
		blanks(r, 0);
	}
	return r->bad ? NULL : finish(r, &n);
}

static const struct value *value(struct reader *r)
{
	const struct value *v = NULL;
	if (r->p >= r->end || ++r->depth > DEPTH)
		r->bad = 1;
	else if (*r->p == '"' || *r->p == '\'')
		v = string(r);
	else if (*r->p == '[')
		v = array(r);
	else if (*r->p == '{')
		v = inline_table(r);
	else
		v = word(r);
	r->depth--;
	return v;
}

static struct node *header(struct reader *r, struct node *root, int several)
{
	const struct atom *k;
	struct node *n = walk(r, root, &k);
	if (r->bad || !take(r, several ? "]]" : "]")) {
		r->bad = 1;
		return root;
	}
	n = child(r, n, k, 1);
	if (n->value || (several ? n->table : n->array)) {
		r->bad = 1;
		return root;
	}
	if (!several) {
		n->table = 1;
		return n;
	}
	struct node *x = ARENA_NEW(r->a, struct node);
	n->array = x->table = 1;
	VEC_PUSH(r->a, &n->kids, x);
	return x;
}

const struct value *toml_read(struct arena *a, struct atoms *atoms, const char *p, size_t n)
{
	struct reader r = { .p = p, .end = p + n, .a = a, .atoms = atoms };
	struct node root = { .table = 1 }, *at = &root;
	for (;;) {
		blanks(&r, 1);
		if (r.bad || r.p >= r.end)
			return r.bad ? NULL : finish(&r, &root);
		if (take(&r, "[["))
			at = header(&r, &root, 1);
		else if (take(&r, "["))
			at = header(&r, &root, 0);
		else
			pair(&r, at);
		blanks(&r, 0);
		if (r.p < r.end && *r.p != '\n' && *r.p != '\r')
			return NULL;
	}
}
