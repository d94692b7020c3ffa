/* Built-in functions on numbers, and what reads sizes, durations and rates as numbers. */
#include "eval/builtin/args.h"
#include "value/literal.h"
#include <math.h>

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
			return bad_argument(c, items == c->v ? i : 0, "numbers");
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

const struct value *f_min(struct call_args *c) { return extreme(c, -1); }
const struct value *f_max(struct call_args *c) { return extreme(c, 1); }

const struct value *f_sum(struct call_args *c)
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
			return bad_argument(c, 0, "a list of numbers");
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
		return bad_argument(c, 0, "a number");
	d = f(d);
	if (!(d >= -9.2e18 && d <= 9.2e18)) {
		diag_error(c->e->diags, c->x->span, D_OVERFLOW, "rounding");
		return VALUE_ERROR_V;
	}
	return value_int(c->e->arena, (int64_t)d, c->x->span);
}

const struct value *f_floor(struct call_args *c) { return rounded(c, floor); }
const struct value *f_ceil(struct call_args *c) { return rounded(c, ceil); }
const struct value *f_round(struct call_args *c) { return rounded(c, round); }

const struct value *f_int(struct call_args *c)
{
	int64_t i;
	if (c->v[0]->tag == VALUE_STRING && (c->v[0]->text == TEXT_NONE || c->v[0]->text == TEXT_ENUM)) {
		if (!lit_int(c->v[0]->str.p, c->v[0]->n, &i))
			return bad_argument(c, 0, "a whole number in text");
		return value_int(c->e->arena, i, c->x->span);
	}
	return rounded(c, floor);
}

const struct value *f_float(struct call_args *c)
{
	double d;
	if (c->v[0]->tag == VALUE_FLOAT)
		return c->v[0];
	if (c->v[0]->tag == VALUE_INT)
		d = (double)c->v[0]->i;
	else if (c->v[0]->tag != VALUE_STRING || !lit_float(c->v[0]->str.p, c->v[0]->n, &d))
		return bad_argument(c, 0, "a number");
	return value_float(c->e->arena, d, c->x->span);
}

const struct value *f_string(struct call_args *c)
{
	size_t n;
	const char *s = text_of(c->e, c->v[0], &n);
	return s ? value_string(c->e->arena, s, n, c->x->span) : bad_argument(c, 0, "text, a number or a truth value");
}

static const struct value *magnitude(struct call_args *c, int text, const char *what)
{
	if (c->v[0]->tag != VALUE_STRING || c->v[0]->text != text)
		return bad_argument(c, 0, what);
	double d = c->v[0]->str.num;
	return d == floor(d) && d < 9e15 ? value_int(c->e->arena, (int64_t)d, c->x->span)
		: value_float(c->e->arena, d, c->x->span);
}

const struct value *f_seconds(struct call_args *c) { return magnitude(c, TEXT_DURATION, "a duration"); }
const struct value *f_bytes(struct call_args *c) { return magnitude(c, TEXT_SIZE, "a size"); }
const struct value *f_per_second(struct call_args *c) { return magnitude(c, TEXT_RATE, "a rate"); }

const struct value *f_abs(struct call_args *c)
{
	if (c->v[0]->tag == VALUE_INT && c->v[0]->i != INT64_MIN)
		return c->v[0]->i < 0 ? value_int(c->e->arena, -c->v[0]->i, c->x->span) : c->v[0];
	NEED(0, VALUE_FLOAT, "a number");
	return value_float(c->e->arena, fabs(c->v[0]->d), c->x->span);
}
