/* Built-in functions: what the library cannot say in the language itself. One table: name, arguments, a line of
   documentation, and the function. */
#define _GNU_SOURCE
#include "eval/eval.h"
#include "base/hash.h"
#include "value/yaml.h"
#include "value/chance.h"
#include "value/literal.h"
#include "eval/origin.h"
#include "eval/plan.h"
#include "eval/reference.h"
#include "value/toml.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ARGS 6
struct call_args {
	struct eval *e;
	const struct ast *x;
	const struct value *v[MAX_ARGS];
	const struct ast *at[MAX_ARGS];
	uint32_t n;
};
typedef const struct value *(*builtin_fn)(struct call_args *c);

static const struct value *bad(struct call_args *c, uint32_t i, const char *want)
{
	diag_error(c->e->diags, c->at[i]->span, D_TYPE, want, value_noun(c->e, c->v[i]));
	return VALUE_ERROR_V;
}

static const struct value *owned(struct call_args *c, struct buf *b)
{
	const struct value *v = VALUE_ERROR_V;
	if (limit_bytes(c->e, b->n, c->x->span))
		v = value_string(c->e->arena, arena_strdup(c->e->arena, b->p ? b->p : "", b->n), b->n, c->x->span);
	buf_free(b);
	return v;
}

#define NEED(i, TAG, what) do { if (c->v[i]->tag != (TAG)) return bad(c, i, what); } while (0)
#define STR(i) NEED(i, VALUE_STRING, "a string")

static const struct value *f_len(struct call_args *c)
{
	const struct value *v = c->v[0];
	if (v->tag != VALUE_LIST && v->tag != VALUE_RECORD && v->tag != VALUE_STRING && v->tag != VALUE_BYTES)
		return bad(c, 0, "a list, a map or a string");
	TOUCH(c->e, v);
	return value_int(c->e->arena, v->n, c->x->span);
}

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
static const struct value *f_upper(struct call_args *c) { return mapped(c, up); }
static const struct value *f_lower(struct call_args *c) { return mapped(c, down); }

static const struct value *f_replace(struct call_args *c)
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
	return owned(c, &b);
}

static const struct value *f_join(struct call_args *c)
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
	return owned(c, &b);
}

static const struct value *f_split(struct call_args *c)
{
	STR(0); STR(1);
	const char *s = c->v[0]->str.p, *end = s + c->v[0]->n, *p;
	VEC(const struct value *) out = { 0 };
	if (!c->v[1]->n)
		return bad(c, 1, "a string that is not empty");
	do {
		p = memmem(s, (size_t)(end - s), c->v[1]->str.p, c->v[1]->n);
		const struct value *v = value_string(c->e->arena, s, (size_t)((p ? p : end) - s), c->v[0]->origin);
		VEC_PUSH(c->e->arena, &out, v);
		if (p)
			s = p + c->v[1]->n;
	} while (p && limit_bytes(c->e, 32, c->x->span));
	return value_list(c->e->arena, out.v, out.n, c->x->span);
}

static const struct value *f_trim(struct call_args *c)
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

static const struct value *f_starts(struct call_args *c)
{
	STR(0); STR(1);
	return value_bool(c->v[0]->n >= c->v[1]->n && !memcmp(c->v[0]->str.p, c->v[1]->str.p, c->v[1]->n));
}

static const struct value *f_ends(struct call_args *c)
{
	STR(0); STR(1);
	return value_bool(c->v[0]->n >= c->v[1]->n
		&& !memcmp(c->v[0]->str.p + c->v[0]->n - c->v[1]->n, c->v[1]->str.p, c->v[1]->n));
}

static const struct value *f_slice(struct call_args *c)
{
	const struct value *v = c->v[0];
	int64_t from, to;
	if (v->tag != VALUE_STRING && v->tag != VALUE_LIST)
		return bad(c, 0, "a string or a list");
	NEED(1, VALUE_INT, "a whole number");
	if (c->n > 2)
		NEED(2, VALUE_INT, "a whole number");
	from = c->v[1]->i < 0 ? 0 : c->v[1]->i;
	to = c->n > 2 ? c->v[2]->i : v->n;
	if (to > v->n)
		to = v->n;
	if (from > to)
		from = to;
	if (v->tag == VALUE_LIST)
		return value_list(c->e->arena, v->items + from, (uint32_t)(to - from), c->x->span);
	/* never inside a character */
	while (from < to && ((unsigned char)v->str.p[from] & 0xC0) == 0x80)
		from++;
	while (to > from && to < v->n && ((unsigned char)v->str.p[to] & 0xC0) == 0x80)
		to--;
	return value_string(c->e->arena, v->str.p + from, (size_t)(to - from), c->x->span);
}

static const struct value *f_lookup(struct call_args *c)
{
	STR(1);
	const struct value *deflt = c->n > 2 ? c->v[2] : VALUE_NONE_V;
	if (c->v[0]->tag == VALUE_NONE)
		return deflt;
	NEED(0, VALUE_RECORD, "a map");
	if (c->v[0]->n)         /* in an empty map there is nothing to find, whatever the key is */
		TOUCH(c->e, c->v[1]);
	const struct atom *k = atom_find(c->e->p->atoms, c->v[1]->str.p, c->v[1]->n);
	const struct value *v = k ? value_get(c->v[0], k) : NULL;
	return v ? LIVE(c->e, v) : deflt;
}

static const struct value *f_keys(struct call_args *c)
{
	NEED(0, VALUE_RECORD, "a map");
	const struct value **out = ARENA_ARRAY(c->e->arena, const struct value *, c->v[0]->n);
	for (uint32_t i = 0; i < c->v[0]->n; i++)
		out[i] = KEYED(c->e, c->v[0]->rec.fields[i].value,
			value_string(c->e->arena, c->v[0]->rec.fields[i].key->text, c->v[0]->rec.fields[i].key->len,
				c->v[0]->rec.fields[i].value->origin));
	return value_list(c->e->arena, out, c->v[0]->n, c->x->span);
}

static const struct value *f_values(struct call_args *c)
{
	NEED(0, VALUE_RECORD, "a map");
	const struct value **out = ARENA_ARRAY(c->e->arena, const struct value *, c->v[0]->n);
	for (uint32_t i = 0; i < c->v[0]->n; i++)
		out[i] = c->v[0]->rec.fields[i].value;
	return value_list(c->e->arena, out, c->v[0]->n, c->x->span);
}

/* Data of one list in one order: numbers by size, text by bytes. */
static int order(const void *a, const void *b)
{
	const struct value *x = *(const struct value *const *)a, *y = *(const struct value *const *)b;
	if (x->tag == VALUE_STRING && y->tag == VALUE_STRING) {
		size_t n = x->n < y->n ? x->n : y->n;
		int d = memcmp(x->str.p, y->str.p, n);
		return d ? d : (x->n > y->n) - (x->n < y->n);
	}
	double p = x->tag == VALUE_INT ? (double)x->i : x->d, q = y->tag == VALUE_INT ? (double)y->i : y->d;
	return (p > q) - (p < q);
}

static const struct value *f_sort(struct call_args *c)
{
	NEED(0, VALUE_LIST, "a list");
	uint32_t n = c->v[0]->n, text = 0, num = 0;
	const struct value **out = ARENA_ARRAY(c->e->arena, const struct value *, n);
	for (uint32_t i = 0; i < n; i++) {
		out[i] = c->v[0]->items[i];
		text += out[i]->tag == VALUE_STRING;
		num += out[i]->tag == VALUE_INT || out[i]->tag == VALUE_FLOAT;
	}
	if (text != n && num != n)
		return bad(c, 0, "a list of strings or of numbers");
	if (n > 1)
		qsort(out, n, sizeof *out, order);
	return value_list(c->e->arena, out, n, c->x->span);
}

/* Data for a file: components and secrets in it are errors. */
static int is_data(struct call_args *c, const struct value *v)
{
	if (!counted(c->e, v->tag == VALUE_LIST || v->tag == VALUE_RECORD ? v->n : 0, c->x->span))
		return 0;
	if (v->tag == VALUE_SECRET_KEY || v->tag == VALUE_SECRET) {
		diag_error(c->e->diags, c->at[0]->span, D_SECRET_LEAK, "a text");
		return 0;
	}
	if (v->tag > VALUE_RECORD) {
		bad(c, 0, "data");
		return 0;
	}
	for (uint32_t i = 0; i < v->n && v->tag == VALUE_LIST; i++)
		if (!is_data(c, v->items[i]))
			return 0;
	for (uint32_t i = 0; i < v->n && v->tag == VALUE_RECORD; i++)
		if (!is_data(c, v->rec.fields[i].value))
			return 0;
	return !is_error(v);
}

static const struct value *f_unique(struct call_args *c)
{
	NEED(0, VALUE_LIST, "a list");
	VEC(const struct value *) out = { 0 };
	struct table seen;
	table_init(&seen, c->e->arena);
	for (uint32_t i = 0; i < c->v[0]->n; i++) {
		const struct value *v = c->v[0]->items[i];
		struct buf b = { 0 };
		if (!is_data(c, v))
			return VALUE_ERROR_V;
		value_canonical(v, &b);
		const struct atom *id = atom_intern(c->e->p->atoms, b.p, b.n);
		buf_free(&b);
		if (table_get(&seen, id))
			continue;
		table_put(&seen, id, (void *)(uintptr_t)1);
		VEC_PUSH(c->e->arena, &out, v);
	}
	return value_list(c->e->arena, out.v, out.n, c->x->span);
}

static const struct value *f_flatten(struct call_args *c)
{
	NEED(0, VALUE_LIST, "a list of lists");
	VEC(const struct value *) out = { 0 };
	for (uint32_t i = 0; i < c->v[0]->n; i++) {
		const struct value *l = c->v[0]->items[i];
		if (l->tag != VALUE_LIST)
			return bad(c, 0, "a list of lists");
		if (!limit_bytes(c->e, l->n * sizeof l, c->x->span))
			return VALUE_ERROR_V;
		for (uint32_t k = 0; k < l->n; k++)
			VEC_PUSH(c->e->arena, &out, l->items[k]);
	}
	return value_list(c->e->arena, out.v, out.n, c->x->span);
}

static const struct value *f_range(struct call_args *c)
{
	int64_t from = 0, to;
	NEED(0, VALUE_INT, "a whole number");
	to = c->v[0]->i;
	if (c->n > 1) {
		NEED(1, VALUE_INT, "a whole number");
		from = to;
		to = c->v[1]->i;
	}
	if (to < from)
		to = from;
	if (to - from > (int64_t)c->e->max_steps || !limit_bytes(c->e, (size_t)(to - from) * 48, c->x->span)) {
		limit_bytes(c->e, c->e->max_bytes, c->x->span);
		return VALUE_ERROR_V;
	}
	const struct value **out = ARENA_ARRAY(c->e->arena, const struct value *, to - from);
	for (int64_t i = from; i < to; i++)
		out[i - from] = value_int(c->e->arena, i, c->x->span);
	return value_list(c->e->arena, out, (uint32_t)(to - from), c->x->span);
}

static const struct value *f_merge(struct call_args *c)
{
	NEED(0, VALUE_RECORD, "a map");
	NEED(1, VALUE_RECORD, "a map");
	const struct value *v = c->v[0];
	if (!counted(c->e, c->v[1]->n, c->x->span))
		return VALUE_ERROR_V;
	for (uint32_t i = 0; i < c->v[1]->n; i++) {
		const struct atom *k = c->v[1]->rec.fields[i].key;
		const struct value *old = value_get(v, k), *new = c->v[1]->rec.fields[i].value;
		if (old && old->tag == VALUE_RECORD && new->tag == VALUE_RECORD) {
			struct call_args deep = *c;
			deep.v[0] = old;
			deep.v[1] = new;
			new = f_merge(&deep);
		}
		v = value_with(c->e->arena, v, k, new);
	}
	return v;
}

static const struct value *f_compact(struct call_args *c)
{
	const struct value *v = c->v[0];
	if (v->tag == VALUE_LIST) {
		VEC(const struct value *) out = { 0 };
		for (uint32_t i = 0; i < v->n; i++)
			if (v->items[i]->tag != VALUE_NONE)
				VEC_PUSH(c->e->arena, &out, v->items[i]);
		return value_list(c->e->arena, out.v, out.n, v->origin);
	}
	NEED(0, VALUE_RECORD, "a list or a map");
	VEC(struct field) f = { 0 };
	for (uint32_t i = 0; i < v->n; i++)
		if (v->rec.fields[i].value->tag != VALUE_NONE)
			VEC_PUSH(c->e->arena, &f, v->rec.fields[i]);
	return value_record(c->e->arena, f.v, f.n, v->origin);
}

static const struct value *extreme(struct call_args *c, int sign)
{
	const struct value *best = NULL;
	const struct value **items = c->v;
	uint32_t n = c->n;
	if (n == 1 && c->v[0]->tag == VALUE_LIST) {
		items = c->v[0]->items;
		n = c->v[0]->n;
	}
	for (uint32_t i = 0; i < n; i++) {
		if (items[i]->tag != VALUE_INT && items[i]->tag != VALUE_FLOAT
			&& !(items[i]->tag == VALUE_STRING && items[i]->text >= TEXT_SIZE
				&& items[i]->text <= TEXT_RATE && (!best || best->text == items[i]->text)))
			return bad(c, items == c->v ? i : 0, "numbers");
		double a = items[i]->tag == VALUE_INT  ? (double)items[i]->i
			: items[i]->tag == VALUE_FLOAT ? items[i]->d
			: items[i]->str.num;
		double b = !best ? 0
			: best->tag == VALUE_INT ? (double)best->i
			: best->tag == VALUE_FLOAT ? best->d
			: best->str.num;
		if (!best || (a - b) * sign > 0)
			best = items[i];
	}
	if (!best) {
		diag_error(c->e->diags, c->x->span, D_INDEX, "an empty list has no least and no greatest element");
		return VALUE_ERROR_V;
	}
	return best;
}

static const struct value *f_min(struct call_args *c) { return extreme(c, -1); }
static const struct value *f_max(struct call_args *c) { return extreme(c, 1); }

static const struct value *f_sum(struct call_args *c)
{
	NEED(0, VALUE_LIST, "a list of numbers");
	int64_t n = 0;
	double d = 0;
	int floats = 0;
	for (uint32_t i = 0; i < c->v[0]->n; i++) {
		const struct value *v = c->v[0]->items[i];
		if (v->tag == VALUE_INT && !__builtin_add_overflow(n, v->i, &n)) {
			d += (double)v->i;
		} else if (v->tag == VALUE_FLOAT) {
			d += v->d;
			floats = 1;
		} else {
			return bad(c, 0, "a list of numbers");
		}
	}
	return floats ? value_float(c->e->arena, d, c->x->span) : value_int(c->e->arena, n, c->x->span);
}

static const struct value *rounded(struct call_args *c, double (*f)(double))
{
	double d;
	if (c->v[0]->tag == VALUE_INT)
		return c->v[0];
	if (c->v[0]->tag == VALUE_FLOAT)
		d = c->v[0]->d;
	else if (c->v[0]->tag == VALUE_STRING && c->v[0]->text >= TEXT_SIZE && c->v[0]->text <= TEXT_RATE)
		d = c->v[0]->str.num;
	else
		return bad(c, 0, "a number");
	d = f(d);
	if (!(d >= -9.2e18 && d <= 9.2e18)) {
		diag_error(c->e->diags, c->x->span, D_OVERFLOW, "rounding");
		return VALUE_ERROR_V;
	}
	return value_int(c->e->arena, (int64_t)d, c->x->span);
}

static const struct value *f_floor(struct call_args *c) { return rounded(c, floor); }
static const struct value *f_ceil(struct call_args *c) { return rounded(c, ceil); }
static const struct value *f_round(struct call_args *c) { return rounded(c, round); }

static const struct value *f_int(struct call_args *c)
{
	int64_t i;
	if (c->v[0]->tag == VALUE_STRING && (c->v[0]->text == TEXT_NONE || c->v[0]->text == TEXT_ENUM)) {
		if (!lit_int(c->v[0]->str.p, c->v[0]->n, &i))
			return bad(c, 0, "a whole number in text");
		return value_int(c->e->arena, i, c->x->span);
	}
	return rounded(c, floor);
}

static const struct value *f_float(struct call_args *c)
{
	double d;
	if (c->v[0]->tag == VALUE_FLOAT)
		return c->v[0];
	if (c->v[0]->tag == VALUE_INT)
		d = (double)c->v[0]->i;
	else if (c->v[0]->tag != VALUE_STRING || !lit_float(c->v[0]->str.p, c->v[0]->n, &d))
		return bad(c, 0, "a number");
	return value_float(c->e->arena, d, c->x->span);
}

static const struct value *f_string(struct call_args *c)
{
	size_t n;
	const char *s = text_of(c->e, c->v[0], &n);
	return s ? value_string(c->e->arena, s, n, c->x->span) : bad(c, 0, "text, a number or a truth value");
}

static const struct value *magnitude(struct call_args *c, int text, const char *what)
{
	if (c->v[0]->tag != VALUE_STRING || c->v[0]->text != text)
		return bad(c, 0, what);
	double d = c->v[0]->str.num;
	return d == floor(d) && d < 9e15 ? value_int(c->e->arena, (int64_t)d, c->x->span)
		: value_float(c->e->arena, d, c->x->span);
}

static const struct value *f_seconds(struct call_args *c) { return magnitude(c, TEXT_DURATION, "a duration"); }
static const struct value *f_bytes(struct call_args *c) { return magnitude(c, TEXT_SIZE, "a size"); }
static const struct value *f_per_second(struct call_args *c) { return magnitude(c, TEXT_RATE, "a rate"); }

static const struct value *f_abs(struct call_args *c)
{
	if (c->v[0]->tag == VALUE_INT && c->v[0]->i != INT64_MIN)
		return c->v[0]->i < 0 ? value_int(c->e->arena, -c->v[0]->i, c->x->span) : c->v[0];
	NEED(0, VALUE_FLOAT, "a number");
	return value_float(c->e->arena, fabs(c->v[0]->d), c->x->span);
}

static const struct value *quantified(struct call_args *c, int any)
{
	NEED(0, VALUE_LIST, "a list of truth values");
	for (uint32_t i = 0; i < c->v[0]->n; i++) {
		if (c->v[0]->items[i]->tag != VALUE_BOOL)
			return bad(c, 0, "a list of truth values");
		if ((c->v[0]->items[i]->i != 0) == any)
			return value_bool(any);
	}
	return value_bool(!any);
}

static const struct value *f_any(struct call_args *c) { return quantified(c, 1); }
static const struct value *f_all(struct call_args *c) { return quantified(c, 0); }

static const struct value *f_json(struct call_args *c)
{
	struct buf b = { 0 };
	if (!is_data(c, c->v[0]))
		return VALUE_ERROR_V;
	json_write(&b, c->v[0], -1);
	return owned(c, &b);
}

static const struct value *f_json_pretty(struct call_args *c)
{
	struct buf b = { 0 };
	if (!is_data(c, c->v[0]))
		return VALUE_ERROR_V;
	json_write(&b, c->v[0], 0);
	buf_addc(&b, '\n');
	return owned(c, &b);
}

static const struct value *f_yaml(struct call_args *c)
{
	struct buf b = { 0 };
	if (!is_data(c, c->v[0]))
		return VALUE_ERROR_V;
	yaml_write(&b, c->v[0], 0);
	return owned(c, &b);
}

static const struct value *f_toml(struct call_args *c)
{
	struct buf b = { 0 };
	NEED(0, VALUE_RECORD, "a map");
	if (!is_data(c, c->v[0]))
		return VALUE_ERROR_V;
	if (value_has_null(c->v[0]))
		return bad(c, 0, "a map without null, which TOML does not have,");
	toml_write(&b, c->v[0]);
	return owned(c, &b);
}

static const struct value *f_hash(struct call_args *c)
{
	struct buf b = { 0 };
	char hex[33];
	if (c->v[0]->tag != VALUE_BYTES && !is_data(c, c->v[0]))
		return VALUE_ERROR_V;
	value_canonical(c->v[0], &b);
	hash_hex(hash_bytes(b.p, b.n), hex);
	buf_free(&b);
	return value_string(c->e->arena, arena_strdup(c->e->arena, hex, 32), 32, c->x->span);
}

static const struct value *f_url_encode(struct call_args *c)
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
	return owned(c, &b);
}

static const struct value *f_indent(struct call_args *c)
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
	return owned(c, &b);
}

/* full name of a chart's objects: the release if it contains the chart's name, else release-chart, cut to 63 */
static const struct value *f_chart_fullname(struct call_args *c)
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
	return owned(c, &b);
}

/* The recommended shortening: a prefix and eight characters of a hash of the whole. */
static const struct value *f_shorten(struct call_args *c)
{
	STR(0);
	NEED(1, VALUE_INT, "a whole number");
	int64_t max = c->v[1]->i;
	if (max < 10 || c->v[0]->n <= max)
		return max < 10 ? bad(c, 1, "a length of at least 10") : c->v[0];
	struct buf b = { 0 };
	char hex[33];
	hash_hex(hash_bytes(c->v[0]->str.p, c->v[0]->n), hex);
	buf_add(&b, c->v[0]->str.p, (size_t)max - 9);
	while (b.n && (b.p[b.n - 1] == '-' || b.p[b.n - 1] == '.'))
		b.n--;
	buf_addf(&b, "-%.8s", hex);
	return owned(c, &b);
}

static const struct value *f_is_cron(struct call_args *c)
{
	const char *why;
	STR(0);
	return value_bool(lit_cron(c->v[0]->str.p, c->v[0]->n, &why));
}

static const struct value *f_env_list(struct call_args *c)
{
	struct eval *e = c->e;
	struct arena *a = e->arena;
	NEED(0, VALUE_RECORD, "a map of variables");
	VEC(const struct value *) out = { 0 };
	const struct atom *a_name = e->p->a_name, *a_value = atom_cstr(e->p->atoms, "value"),
		*a_from = atom_cstr(e->p->atoms, "valueFrom"),
		*a_ref = atom_cstr(e->p->atoms, "secretKeyRef"), *a_key = atom_cstr(e->p->atoms, "key");
	for (uint32_t i = 0; i < c->v[0]->n; i++) {
		const struct field *f = &c->v[0]->rec.fields[i];
		const struct value *v = f->value;
		if (v->tag == VALUE_NONE)
			continue;
		if (!lit_env_name(f->key->text, f->key->len)) {
			diag_error(e->diags, v->origin.hi ? v->origin : c->at[0]->span, D_OBJECT_FIELD,
				arena_printf(e->p->arena,
					"`%s` cannot be the name of a variable: use letters, digits and `_`",
					f->key->text));
			return VALUE_ERROR_V;
		}
		struct field *pair = ARENA_ARRAY(a, struct field, 2);
		size_t n;
		const char *s;
		pair[0] = (struct field){ a_name, KEYED(e, v, value_string(a, f->key->text, f->key->len, v->origin)) };
		if (v->tag == VALUE_SECRET_KEY) {
			struct symbol *y = v->ref.ref;
			const char *object = secret_object(e, y);
			struct field *ref = ARENA_ARRAY(a, struct field, 2), *from = ARENA_ARRAY(a, struct field, 1);
			secret_used(e, y, v->ref.key, v->origin);
			ref[0] = (struct field){ a_name,
				CARRIED(e, v, value_string(a, object, strlen(object), v->origin)) };
			ref[1] = (struct field){ a_key,
				CARRIED(e, v, value_string(a, v->ref.key->text, v->ref.key->len, v->origin)) };
			from[0] = (struct field){ a_ref, value_record(a, ref, 2, v->origin) };
			pair[1] = (struct field){ a_from, value_record(a, from, 1, v->origin) };
		} else if (v->tag == VALUE_RECORD) {
			pair[1] = (struct field){ a_from, v };
		} else if ((s = text_of(e, v, &n))) {
			pair[1] = (struct field){ a_value, plan_carry(e, v, value_string(a, s, n, v->origin)) };
		} else {
			diag_error(e->diags, v->origin.hi ? v->origin : c->at[0]->span, D_TYPE,
				"text, a number or a key of a secret", value_noun(e, v));
			return VALUE_ERROR_V;
		}
		const struct value *entry = value_record(a, pair, 2, v->origin);
		VEC_PUSH(a, &out, entry);
	}
	return value_list(a, out.v, out.n, c->x->span);
}

/* -- references to data: file, artifact, uri. Named arguments become fields. -- */

static const struct value *f_reference(struct call_args *c)
{
	STR(0);
	return c->v[0];
}

static const struct value *f_npy(struct call_args *c)
{
	struct span at[MAX_ARGS];
	for (uint32_t i = 0; i < c->n; i++)
		at[i] = c->at[i]->span;
	return npy_value(c->e, c->v, c->n, at, c->x->span);
}

/* -- chances; see value/chance.h -- */

#define NO_LIMIT 1e301
#define TINY 1e-300

/* A number from `least` up to `most` (or any duration, rate: its magnitude). 0 after reporting another. */
static int number(struct call_args *c, uint32_t i, double least, double most, double *d)
{
	const struct value *v = c->v[i];
	if (v->tag != VALUE_INT && v->tag != VALUE_FLOAT
		&& !(v->tag == VALUE_STRING && (v->text == TEXT_RATE || v->text == TEXT_DURATION))) {
		bad(c, i, "a number");
		return 0;
	}
	*d = v->tag == VALUE_INT ? (double)v->i : v->tag == VALUE_FLOAT ? v->d : v->str.num;
	if (*d >= least && *d <= most)
		return 1;
	const char *range = least == TINY ? "the numbers above 0"
		: most >= NO_LIMIT ? arena_printf(c->e->p->arena, "%.0f..", least)
		: arena_printf(c->e->p->arena, "%.0f..%.0f", least, most);
	diag_error(c->e->diags, c->at[i]->span, D_RANGE, arena_printf(c->e->p->arena, "%.15g", *d), range);
	return 0;
}

#define NUMBER(i, least, most, d) do { if (!number(c, i, least, most, d)) return VALUE_ERROR_V; } while (0)

static const struct value *chance(struct call_args *c, double d)
{
	if (isfinite(d))
		return value_float(c->e->arena, d, c->x->span);
	diag_error(c->e->diags, c->x->span, D_OVERFLOW, "this");
	return VALUE_ERROR_V;
}

/* A record with such fields; a negative number is none. */
static const struct value *numbers(
	struct call_args *c, const char *const *names, const int64_t *v, uint32_t n, const struct value *first)
{
	struct field *f = ARENA_ARRAY(c->e->arena, struct field, n);
	for (uint32_t i = 0; i < n; i++)
		f[i] = (struct field){ atom_cstr(c->e->p->atoms, names[i]),
			!i && first ? first
				: v[i] < 0 ? VALUE_NONE_V
				: value_int(c->e->arena, v[i], c->x->span) };
	return value_record(c->e->arena, f, n, c->x->span);
}

enum { MAX_THRESHOLD_STEPS = 1000000 };

static const struct value *f_thresholds(struct call_args *c)
{
	static const char *const names[] = { "feasible", "step", "left", "needs" };
	double bootstraps, ert, steps, features = 0;
	NUMBER(0, 0, CHANCE_MAX_BOOTSTRAPS, &bootstraps);
	NUMBER(1, TINY, NO_LIMIT, &ert);
	NUMBER(2, 1, MAX_THRESHOLD_STEPS, &steps);
	if (c->n > 3)
		NUMBER(3, 1, 1e9, &features);
	if (!counted(c->e, (uint32_t)steps, c->x->span))
		return VALUE_ERROR_V;
	const struct thresholds t = chance_thresholds((int64_t)bootstraps, ert, (int64_t)steps, features);
	const int64_t v[] = { 0, t.step ? t.step : -1, t.left, t.needs ? t.needs : -1 };
	return numbers(c, names, v, 4, value_bool(t.feasible));
}

static const struct value *f_least_bootstraps(struct call_args *c)
{
	double ert, steps, features = 0;
	NUMBER(0, TINY, NO_LIMIT, &ert);
	NUMBER(1, 1, MAX_THRESHOLD_STEPS, &steps);
	if (c->n > 2)
		NUMBER(2, 1, 1e9, &features);
	if (!counted(c->e, (uint32_t)steps * 60, c->x->span))
		return VALUE_ERROR_V;
	const int64_t n = chance_least_bootstraps(ert, (int64_t)steps, features);
	return n ? value_int(c->e->arena, n, c->x->span) : VALUE_NONE_V;
}

static const struct value *f_ert_range(struct call_args *c)
{
	static const char *const names[] = { "least", "greatest" };
	double bootstraps, steps, features = 0;
	int64_t v[2];
	NUMBER(0, 0, CHANCE_MAX_BOOTSTRAPS, &bootstraps);
	NUMBER(1, 1, MAX_THRESHOLD_STEPS, &steps);
	if (c->n > 2)
		NUMBER(2, 1, 1e9, &features);
	if (!counted(c->e, (uint32_t)steps * 700, c->x->span))
		return VALUE_ERROR_V;
	return chance_ert_range((int64_t)bootstraps, (int64_t)steps, features, &v[0], &v[1])
		? numbers(c, names, v, 2, NULL)
		: VALUE_NONE_V;
}

static const struct value *f_family_wise(struct call_args *c)
{
	double p, n;
	NUMBER(0, 0, 1, &p);
	NUMBER(1, 1, NO_LIMIT, &n);
	return chance(c, chance_family_wise(p, n));
}

static const struct value *f_permutation_level(struct call_args *c)
{
	double p, n;
	NUMBER(0, 0, 1, &p);
	NUMBER(1, 1, NO_LIMIT, &n);
	return chance(c, chance_permutation_level(p, n));
}

static const struct value *f_false_detections(struct call_args *c)
{
	double rate, rows, p;
	NUMBER(0, TINY, NO_LIMIT, &rate);
	NUMBER(1, 1, NO_LIMIT, &rows);
	NUMBER(2, 0, 1, &p);
	return chance(c, chance_detections(rate, rows, p));
}

static const struct value *f_false_alerts(struct call_args *c)
{
	double rate, rows, p, hold, window, seen;
	const int overlap = c->n > 4 && c->v[4]->tag != VALUE_NONE;
	NUMBER(0, TINY, NO_LIMIT, &rate);
	NUMBER(1, 1, NO_LIMIT, &rows);
	NUMBER(2, 0, 1, &p);
	NUMBER(3, 0, NO_LIMIT, &hold);
	if (overlap)
		NUMBER(4, 1, NO_LIMIT, &window);
	if (c->n < 6)
		return chance(c,
			overlap ? chance_alerts_overlapping(rate / rows, p, hold, window)
				: chance_alerts(rate, rows, p, hold));
	NUMBER(5, 0, NO_LIMIT, &seen);
	if (!counted(c->e, (uint32_t)fmin((hold + seen) * rate / rows, CHANCE_MAX_TESTS), c->x->span))
		return VALUE_ERROR_V;
	const double apart = chance_alerts_seen(rate, rows, p, hold, seen);
	if (!overlap)
		return chance(c, apart);
	/* one alarm that lasts, or some that follow each other; no more often than there are alarms */
	const double one = hold < seen ? 0 : chance_alerts_overlapping(rate / rows, p, hold - seen, window);
	return chance(c, fmin(apart + one, chance_detections(rate, rows, p)));
}

static const struct value *f_false_counts(struct call_args *c)
{
	double rate, rows, p, k, within;
	NUMBER(0, TINY, NO_LIMIT, &rate);
	NUMBER(1, 1, NO_LIMIT, &rows);
	NUMBER(2, 0, 1, &p);
	NUMBER(3, 1, 1e6, &k);
	NUMBER(4, 0, NO_LIMIT, &within);
	if (!counted(c->e, (uint32_t)k, c->x->span))
		return VALUE_ERROR_V;
	return chance(c, chance_counts(rate, rows, p, k, within));
}

static const struct value *f_falls_behind(struct call_args *c)
{
	double rate, per_row, per_old;
	NUMBER(0, TINY, NO_LIMIT, &rate);
	NUMBER(1, 0, NO_LIMIT, &per_row);
	NUMBER(2, 0, NO_LIMIT, &per_old);
	const double t = chance_falls_behind(rate, per_row, per_old);
	return t < 0 ? VALUE_NONE_V : chance(c, t);
}

static const struct {
	const char *name;
	uint8_t min, max;
	builtin_fn f;
	const char *args, *doc;
	uint8_t structural;
} table[] = {
	{ "abs", 1, 1, f_abs, "number", "its distance from 0", 0 },
	{ "all", 1, 1, f_all, "[bool]", "whether every element is true", 0 },
	{ "any", 1, 1, f_any, "[bool]", "whether some element is true", 0 },
	{ "artifact", 1, 1, f_reference, "path, rows = n, ...",
		"reference data: an artifact of the model's registry; also `version`, `label`, `columns`, `dtype`",
		0 },
	{ "bytes", 1, 1, f_bytes, "size", "the number of bytes", 0 },
	{ "ceil", 1, 1, f_ceil, "number", "rounded up to an int", 0 },
	{ "chart-fullname", 2, 2, f_chart_fullname, "release, chart",
		"the full name that a chart gives its objects: the release if it contains the chart's name, else `release-chart`; at most 63 bytes",
		0 },
	{ "compact", 1, 1, f_compact, "list or map", "without entries that are none", 1 },
	{ "ends-with", 2, 2, f_ends, "string, suffix", "", 0 },
	{ "env-list", 1, 1, f_env_list, "map",
		"Kubernetes' list of variables in the map's order: text and numbers become a `value`, a secret's key a `secretKeyRef`, a record a `valueFrom`, none nothing",
		1 },
	{ "ert-range", 2, 3, f_ert_range, "bootstraps, steps, features",
		"`{ least, greatest }`: the expected run times (whole rows) whose thresholds can be computed, or none; see `thresholds`",
		0 },
	{ "falls-behind", 3, 3, f_falls_behind, "rate, per-row, per-old-row",
		"seconds until a service that spends `per-row` seconds on a row and `per-old-row` more for each row before it takes longer for one than the next needs to come; 0 if it does from the start, none if it never does",
		0 },
	{ "false-alerts", 4, 6, f_false_alerts, "rate, rows, probability, hold, window, seen",
		"how often a day, where nothing drifts, tests of so many rows detect for longer than `hold`; with `window` (or none), tests at each row over the latest rows; with `seen`, where each detection is seen for so long",
		0 },
	{ "false-counts", 5, 5, f_false_counts, "rate, rows, probability, k, within",
		"how often a day, where nothing drifts, tests of so many rows come to k detections within a time",
		0 },
	{ "false-detections", 3, 3, f_false_detections, "rate, rows, probability",
		"how often a day, where nothing drifts, tests of so many rows detect drift", 0 },
	{ "family-wise", 2, 2, f_family_wise, "probability, n",
		"that one of n independent tests errs: 1 - (1 - p)^n", 0 },
	{ "file", 1, 1, f_reference, "path, label = column, ...",
		"reference data: comma-separated values of the project; also `rows`, `columns`, `categorical`, `binary`, `scale`",
		0 },
	{ "flatten", 1, 1, f_flatten, "[[T]]", "one list of all elements", 1 },
	{ "float", 1, 1, f_float, "number or text", "as a float", 0 },
	{ "floor", 1, 1, f_floor, "number", "rounded down to an int", 0 },
	{ "hash", 1, 1, f_hash, "data", "32 hexadecimal digits: XXH3-128 of the canonical encoding", 0 },
	{ "indent", 2, 2, f_indent, "text, n", "each line that is not empty moved right by n blanks", 0 },
	{ "int", 1, 1, f_int, "number or text", "as an int, rounded down", 0 },
	{ "is-cron", 1, 1, f_is_cron, "string", "whether it is a schedule of five fields, as CronJobs take it", 0 },
	{ "join", 2, 2, f_join, "list, separator", "", 0 },
	{ "json", 1, 1, f_json, "data", "as JSON on one line, keys in source order", 0 },
	{ "json-pretty", 1, 1, f_json_pretty, "data", "as indented JSON", 0 },
	{ "keys", 1, 1, f_keys, "map", "its keys in source order", 1 },
	{ "least-bootstraps", 2, 3, f_least_bootstraps, "ert, steps, features",
		"the fewest bootstraps from which the thresholds can be computed, or none (more than 1000000000); see `thresholds`",
		0 },
	{ "len", 1, 1, f_len, "list, map, string or bytes", "the number of elements or bytes", 1 },
	{ "lookup", 2, 3, f_lookup, "map, key, default",
		"the value of the key, or the default (none when left out); a map that is none has no keys", 1 },
	{ "lower", 1, 1, f_lower, "string", "in lower case (ASCII)", 0 },
	{ "max", 1, 4, f_max, "numbers or a list", "the greatest", 0 },
	{ "merge", 2, 2, f_merge, "map, map", "the second over the first, maps inside merged too", 1 },
	{ "min", 1, 4, f_min, "numbers or a list", "the least", 0 },
	{ "npy", 2, 3, f_npy, "reference, type, columns",
		"bytes: an array file (NPY 1.0, C order) of reference data as `\"f8\"`, `\"f4\"` or `\"i8\"`, or of some of its columns",
		0 },
	{ "per-second", 1, 1, f_per_second, "rate", "the number per second", 0 },
	{ "permutation-level", 2, 2, f_permutation_level, "probability, permutations",
		"the level that a permutation test at this level really has, its p-values being counts", 0 },
	{ "range", 1, 2, f_range, "n or from, to", "the ints 0..n-1, or from..to-1", 0 },
	{ "replace", 3, 3, f_replace, "string, from, to", "every occurrence replaced", 0 },
	{ "round", 1, 1, f_round, "number", "rounded to the nearest int, halves away from 0", 0 },
	{ "seconds", 1, 1, f_seconds, "duration", "the number of seconds", 0 },
	{ "shorten", 2, 2, f_shorten, "string, max",
		"at most max bytes: a prefix, `-` and eight characters of a hash of the whole", 0 },
	{ "slice", 2, 3, f_slice, "string or list, from, to", "a part; bounds outside are cut", 0 },
	{ "sort", 1, 1, f_sort, "list", "of strings by bytes or of numbers", 0 },
	{ "split", 2, 2, f_split, "string, separator", "", 0 },
	{ "starts-with", 2, 2, f_starts, "string, prefix", "", 0 },
	{ "string", 1, 1, f_string, "text, number or bool", "as it is spelled", 0 },
	{ "sum", 1, 1, f_sum, "[number]", "", 0 },
	{ "thresholds", 3, 4, f_thresholds, "bootstraps, ert, steps, features",
		"`{ feasible, step, left, needs }`: can an online detector compute its thresholds, or at which step are how many bootstraps left where how many are needed; section 9",
		0 },
	{ "toml", 1, 1, f_toml, "map", "as TOML", 0 },
	{ "trim", 1, 1, f_trim, "string", "without white space at both ends", 0 },
	{ "unique", 1, 1, f_unique, "list", "the first of each", 0 },
	{ "upper", 1, 1, f_upper, "string", "in upper case (ASCII)", 0 },
	{ "uri", 1, 1, f_reference, "address, rows = n, ...",
		"reference data: an address that the service itself reads; also `version`, `label`, `columns`, `dtype`",
		0 },
	{ "url-encode", 1, 1, f_url_encode, "string", "percent-encoded for a part of a URL", 0 },
	{ "values", 1, 1, f_values, "map", "its values in source order", 1 },
	{ "yaml", 1, 1, f_yaml, "data", "as YAML", 0 },
};
#define NTABLE ((int)(sizeof table / sizeof *table))

int builtin_index(const struct atom *name)
{
	int lo = 0, hi = NTABLE;
	while (lo < hi) {
		int mid = (lo + hi) / 2, c = strcmp(name->text, table[mid].name);
		if (!c)
			return mid;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return -1;
}

const char *builtin_name(int i)
{
	return i < NTABLE ? table[i].name : NULL;
}

void builtin_doc(struct buf *out)
{
	for (int i = 0; i < NTABLE; i++)
		buf_addf(out, "| `%s(%s)` | %s |\n", table[i].name, table[i].args, table[i].doc);
}

/* What a literal means at this place, by the name of the argument. */
static const struct type *wanted(const char *args, uint32_t i)
{
	static const struct {
		const char *name;
		const struct type *type;
	} types[] = { { "size", &type_size }, { "duration", &type_duration }, { "rate", &type_rate },
		{ "hold", &type_duration }, { "within", &type_duration } };
	for (; i; i--) {
		args = strchr(args, ',');
		if (!args)
			return NULL;
		args += 2;
	}
	const size_t n = strcspn(args, ",");
	for (size_t k = 0; k < sizeof types / sizeof *types; k++)
		if (n == strlen(types[k].name) && !memcmp(args, types[k].name, n))
			return types[k].type;
	return NULL;
}

const struct value *builtin_call(struct eval *e, struct env *env, int index, const struct ast *x)
{
	struct call_args c = { .e = e, .x = x, .n = x->nkids - 1 };
	int is_reference = table[index].f == f_reference;
	if (is_reference && c.n >= 1)
		c.n = 1;
	if (c.n < table[index].min || c.n > table[index].max) {
		diag_error(e->diags, x->span, D_ARGUMENTS,
			arena_printf(e->p->arena, "`%s` takes (%s)", table[index].name, table[index].args));
		return VALUE_ERROR_V;
	}
	for (uint32_t i = 0; i < c.n; i++) {
		const struct ast *a = x->kids[i + 1];
		if (a->tag == AST_ARG) {
			diag_error(e->diags, a->span, D_ARGUMENTS,
				arena_printf(e->p->arena, "`%s` takes (%s), not by name", table[index].name,
					table[index].args));
			return VALUE_ERROR_V;
		}
		c.at[i] = a;
		const struct type *t = a->tag == AST_NUMBER || a->tag == AST_BINARY ? wanted(table[index].args, i)
			: NULL;
		c.v[i] = t ? eval_typed(e, env, a, t) : eval(e, env, a);
		if (is_error(c.v[i]))
			return VALUE_ERROR_V;
	}
	/* these only take apart and put together; the others look into what they are given */
	if (e->plan && !table[index].structural)
		for (uint32_t i = 0; i < c.n; i++)
			plan_touch_deep(e, c.v[i]);
	const struct value *v = table[index].f(&c);
	if (e->origins)
		e->origins->data = c.v[0];
	if (is_reference && !is_error(v))
		return reference_value(e, env, table[index].name, x, v);
	return v;
}
