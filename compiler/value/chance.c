/* Numbers in, numbers out. The feasibility of thresholds has to agree with programs that compute in doubles, comparison
   by comparison, so the order of operations matters and none may be fused. */
#include "value/chance.h"
#include <math.h>
#include <stdlib.h>
#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif

#define DAY 86400.0

static double quantile(double ert, double features)
{
	const double alarm = 1.0 / ert;
	if (features <= 0)
		return 1.0 - alarm;
	const double each = 1.0 - pow(1.0 - alarm, 1.0 / features);
	return 1.0 - each;
}

static int estimable(double n, double p)
{
	return n > 0 && p >= 1.0 / n && p <= (n - 1.0) / n;
}

/* The fewest samples for the quantile: 1/(1 - p) or 1/p, but for the last bit. */
static int64_t needed(double p)
{
	if (!(p > 0 && p < 1))
		return 0;
	double n = ceil(fmax(1.0 / p, 1.0 / (1.0 - p)));
	if (n > 9e15)
		return 0;
	while (n > 1 && estimable(n - 1, p))
		n--;
	while (!estimable(n, p))
		n++;
	return (int64_t)n;
}

/* More samples never leave fewer, so what follows is monotonic in `bootstraps`: every operation rounds
   monotonically. */
struct thresholds chance_thresholds(int64_t bootstraps, double ert, int64_t steps, double features)
{
	const double p = quantile(ert, features);
	struct thresholds r = { .feasible = 1, .needs = needed(p) };
	double n = (double)bootstraps;
	for (int64_t i = 1; i <= steps; i++) {
		if (!estimable(n, p)) {
			r.feasible = 0;
			r.step = i;
			break;
		}
		const double h = (n - 1.0) * p + 1.0, f = floor(h);
		const double left = features <= 0 && f == h ? f - 1.0 : f;
		if (left == n) {                /* nothing is dropped any more: the rest is the same */
			break;
		}
		n = left;
	}
	r.left = (int64_t)n;
	return r;
}

int64_t chance_least_bootstraps(double ert, int64_t steps, double features)
{
	int64_t no = 0, yes = 1;
	while (yes < CHANCE_MAX_BOOTSTRAPS && !chance_thresholds(yes, ert, steps, features).feasible) {
		no = yes;
		yes *= 2;
	}
	if (yes >= CHANCE_MAX_BOOTSTRAPS) {
		yes = CHANCE_MAX_BOOTSTRAPS;
		if (!chance_thresholds(yes, ert, steps, features).feasible)
			return 0;
	}
	while (yes - no > 1) {
		const int64_t mid = no + (yes - no) / 2;
		if (chance_thresholds(mid, ert, steps, features).feasible)
			yes = mid;
		else
			no = mid;
	}
	return yes;
}

enum { NEAR = 64 };     /* rounding makes the edges uneven: some fail among others that work */

static int64_t edge(int64_t bootstraps, int64_t steps, double features, int64_t yes, int64_t no)
{
	while (yes - no > 1 || no - yes > 1) {
		const int64_t mid = yes + (no - yes) / 2;
		if (chance_thresholds(bootstraps, (double)mid, steps, features).feasible)
			yes = mid;
		else
			no = mid;
	}
	return yes;
}

/* A small ert drops too many at each step, a large one needs too many for its quantile. Between them, where B (1 -
   1/ert)^steps / ert is greatest, lies what works if anything does: ert = steps + 1, for D features about 1/D of it. */
int chance_ert_range(int64_t bootstraps, int64_t steps, double features, int64_t *least, int64_t *greatest)
{
	int64_t mid = (int64_t)round(((double)steps + 1.0) / (features > 0 ? features : 1.0)), yes = 0;
	if (mid < 2)
		mid = 2;
	for (int64_t d = 0; d <= NEAR && !yes; d++) {
		if (chance_thresholds(bootstraps, (double)(mid + d), steps, features).feasible)
			yes = mid + d;
		else if (mid - d >= 2 && chance_thresholds(bootstraps, (double)(mid - d), steps, features).feasible)
			yes = mid - d;
	}
	if (!yes)
		return 0;
	const int64_t lo = edge(bootstraps, steps, features, yes, 1),
		hi = edge(bootstraps, steps, features, yes, bootstraps + 2);
	/* the longest unbroken run; in a wide range only its ends are looked at */
	int64_t best = 0, from = 0;
	for (int64_t at = lo > NEAR ? lo - NEAR : 2; at <= hi + NEAR + 1; at++) {
		if (hi - lo > 8 * NEAR && at == lo + NEAR)
			at = hi - NEAR;
		if (at <= hi + NEAR && chance_thresholds(bootstraps, (double)at, steps, features).feasible) {
			from = from ? from : at;
		} else if (from) {
			if (at - from > best) {
				best = at - from;
				*least = from;
				*greatest = at - 1;
			}
			from = 0;
		}
	}
	return 1;
}

double chance_family_wise(double p, double n)
{
	return p >= 1 ? 1.0 : -expm1(n * log1p(-p));
}

double chance_permutation_level(double p, double n)
{
	const double k = ceil(p * n);
	return p >= 1 ? 1.0 : (k > n ? n : k) / (n + 1.0);
}

double chance_detections(double rate, double rows, double p)
{
	return DAY * rate / rows * p;
}

/* A run of k detections lasts k tests: it begins after a test without one, so runs of k or more come (1 - p) p^k times
   a test. */
double chance_alerts(double rate, double rows, double p, double hold)
{
	const double period = rows / rate, k = floor(hold / period) + 1.0;
	return DAY / period * (1.0 - p) * pow(p, k);
}

/* A detection is seen for m tests, itself among them, so a run goes on while the next one comes within m. It is seen
   for longer than `hold` when its last detection is the n-th test behind its first or a later one. With u(j), the
   probability that the j-th detects and the run has come so far: u(0) = 1, u(j) = p sum over g = 1..m of u(j - g) (1 -
   p)^(g - 1), and the last one before the n-th is followed in time with (1 - p)^(n - 1 - j) - (1 - p)^m. With m = 1
   that is p^n. */
double chance_alerts_seen(double rate, double rows, double p, double hold, double seen)
{
	const double period = rows / rate, q = 1.0 - p;
	if (p <= 0 || p >= 1)
		return 0;
	const double m = fmax(floor(seen / period), 1.0), shown = fmax(seen, period);
	const double begins = DAY / period * p * pow(q, m);
	if (hold < shown)
		return begins;
	const double n = floor((hold - shown) / period) + 1.0;
	if (n > CHANCE_MAX_TESTS)       /* so many in a row: no more often than */
		return begins * pow(-expm1(m * log1p(-p)), n / m);
	const int64_t last = (int64_t)n, kept = (int64_t)fmin(m, n);
	double *u = malloc(((size_t)last + 1) * sizeof *u);
	if (!u)
		return begins;
	const double gone = pow(q, m);
	double sum = 0, goes_on = 0;    /* sum over g of u(j - g) q^(g - 1) */
	u[0] = 1;
	for (int64_t j = 1; j <= last; j++) {
		sum = u[j - 1] + q * sum - (j - 1 >= (int64_t)m ? gone * u[j - 1 - (int64_t)m] : 0);
		u[j] = p * fmax(sum, 0);
	}
	for (int64_t j = last - kept; j < last; j++)
		goes_on += u[j] * (pow(q, (double)(last - 1 - j)) - gone);
	free(u);
	return begins * goes_on;
}

/* Runs above the threshold are short, since each is an excursion of a random walk that is drawn back: of those counted
   on means of windows (1 to 10 features, windows of 20 and 50, ert 200 and 1000) 0.09 to 0.21 for each alarm were
   longer than a quarter of the window, 0.01 to 0.07 than half of it, and 0 to 0.006 than the whole. */
#define EXCURSION 5.5

double chance_alerts_overlapping(double rate, double p, double hold, double window)
{
	return DAY * rate * p * exp(-EXCURSION * hold * rate / window);
}

/* The count rises to k when the newest test detects, the one that leaves did not, and k - 1 of those between did. */
double chance_counts(double rate, double rows, double p, double k, double within)
{
	const double period = rows / rate, n = floor(within / period);
	double log_ways = 0;
	if (k < 1 || k > n || p <= 0 || p >= 1)
		return 0;
	for (double i = 1; i < k; i++)          /* (n - 1 over k - 1) p^(k - 1) */
		log_ways += log((n - i) / i * p);
	return DAY / period * p * (1.0 - p) * exp(log_ways + (n - k) * log1p(-p));
}

double chance_falls_behind(double rate, double per_row, double per_old_row)
{
	const double spare = 1.0 / rate - per_row;
	if (spare <= 0)
		return 0;
	return per_old_row > 0 ? spare / (per_old_row * rate) : -1;
}
