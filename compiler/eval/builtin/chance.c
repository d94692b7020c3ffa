/* Built-in functions about false alarms of detectors: the arithmetic is in value/chance.h. */
#include "eval/builtin/args.h"
#include "value/chance.h"
#include <math.h>

#define NO_LIMIT 1e301
#define TINY 1e-300

/* A number from `least` up to `most` (or any duration, rate: its magnitude). 0 after reporting another. */
static int number(struct call_args *c, uint32_t i, double least, double most, double *d)
{
	const struct value *v = c->v[i];
	if (v->tag != VALUE_INT && v->tag != VALUE_FLOAT
		&& !(v->tag == VALUE_STRING && (v->text == TEXT_RATE || v->text == TEXT_DURATION))) {
		bad_argument(c, i, "a number");
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

const struct value *f_thresholds(struct call_args *c)
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

const struct value *f_least_bootstraps(struct call_args *c)
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

const struct value *f_ert_range(struct call_args *c)
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

const struct value *f_family_wise(struct call_args *c)
{
	double p, n;
	NUMBER(0, 0, 1, &p);
	NUMBER(1, 1, NO_LIMIT, &n);
	return chance(c, chance_family_wise(p, n));
}

const struct value *f_permutation_level(struct call_args *c)
{
	double p, n;
	NUMBER(0, 0, 1, &p);
	NUMBER(1, 1, NO_LIMIT, &n);
	return chance(c, chance_permutation_level(p, n));
}

const struct value *f_false_detections(struct call_args *c)
{
	double rate, rows, p;
	NUMBER(0, TINY, NO_LIMIT, &rate);
	NUMBER(1, 1, NO_LIMIT, &rows);
	NUMBER(2, 0, 1, &p);
	return chance(c, chance_detections(rate, rows, p));
}

const struct value *f_false_alerts(struct call_args *c)
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

const struct value *f_false_counts(struct call_args *c)
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

const struct value *f_falls_behind(struct call_args *c)
{
	double rate, per_row, per_old;
	NUMBER(0, TINY, NO_LIMIT, &rate);
	NUMBER(1, 0, NO_LIMIT, &per_row);
	NUMBER(2, 0, NO_LIMIT, &per_old);
	const double t = chance_falls_behind(rate, per_row, per_old);
	return t < 0 ? VALUE_NONE_V : chance(c, t);
}
