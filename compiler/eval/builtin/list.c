/* Built-in functions on lists and maps. */
#include "eval/builtin/args.h"
#include "eval/origin.h"
#include "eval/plan.h"
#include <stdlib.h>
#include <string.h>

const struct value *f_len(struct call_args *c)
{
	const struct value *v = c->v[0];
	if (v->tag != VALUE_LIST && v->tag != VALUE_RECORD && v->tag != VALUE_STRING && v->tag != VALUE_BYTES)
		return bad_argument(c, 0, "a list, a map or a string");
	TOUCH(c->e, v);
	return value_int(c->e->arena, v->n, c->x->span);
}

const struct value *f_slice(struct call_args *c)
{
	const struct value *v = c->v[0];
	int64_t from, to;
	if (v->tag != VALUE_STRING && v->tag != VALUE_LIST)
		return bad_argument(c, 0, "a string or a list");
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

const struct value *f_lookup(struct call_args *c)
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

const struct value *f_keys(struct call_args *c)
{
	NEED(0, VALUE_RECORD, "a map");
	const struct value **out = ARENA_ARRAY(c->e->arena, const struct value *, c->v[0]->n);
	for (uint32_t i = 0; i < c->v[0]->n; i++)
		out[i] = KEYED(c->e, c->v[0]->rec.fields[i].value,
			value_string(c->e->arena, c->v[0]->rec.fields[i].key->text, c->v[0]->rec.fields[i].key->len,
				c->v[0]->rec.fields[i].value->origin));
	return value_list(c->e->arena, out, c->v[0]->n, c->x->span);
}

const struct value *f_values(struct call_args *c)
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

const struct value *f_sort(struct call_args *c)
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
		return bad_argument(c, 0, "a list of strings or of numbers");
	if (n > 1)
		qsort(out, n, sizeof *out, order);
	return value_list(c->e->arena, out, n, c->x->span);
}

const struct value *f_unique(struct call_args *c)
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

const struct value *f_flatten(struct call_args *c)
{
	NEED(0, VALUE_LIST, "a list of lists");
	VEC(const struct value *) out = { 0 };
	for (uint32_t i = 0; i < c->v[0]->n; i++) {
		const struct value *l = c->v[0]->items[i];
		if (l->tag != VALUE_LIST)
			return bad_argument(c, 0, "a list of lists");
		if (!limit_bytes(c->e, l->n * sizeof l, c->x->span))
			return VALUE_ERROR_V;
		for (uint32_t k = 0; k < l->n; k++)
			VEC_PUSH(c->e->arena, &out, l->items[k]);
	}
	return value_list(c->e->arena, out.v, out.n, c->x->span);
}

const struct value *f_range(struct call_args *c)
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

const struct value *f_merge(struct call_args *c)
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

const struct value *f_compact(struct call_args *c)
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

static const struct value *quantified(struct call_args *c, int any)
{
	NEED(0, VALUE_LIST, "a list of truth values");
	for (uint32_t i = 0; i < c->v[0]->n; i++) {
		if (c->v[0]->items[i]->tag != VALUE_BOOL)
			return bad_argument(c, 0, "a list of truth values");
		if ((c->v[0]->items[i]->i != 0) == any)
			return value_bool(any);
	}
	return value_bool(!any);
}

const struct value *f_any(struct call_args *c) { return quantified(c, 1); }
const struct value *f_all(struct call_args *c) { return quantified(c, 0); }
