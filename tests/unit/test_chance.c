/* Whether thresholds can be computed, held against known outcomes and a plain search; chances, held against counting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "value/chance.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed = 7;
static double uniform(void)     /* xorshift64*, 53 bits */
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (double)(seed * 2685821657736338717u >> 11) / 9007199254740992.0;
}

static int feasible(int64_t b, double ert, int64_t steps, double features)
{
	return chance_thresholds(b, ert, steps, features).feasible;
}

static void test_known(void **state)
{
	(void)state;
	static const struct { double ert; int64_t steps, least; } known[] = { { 500, 100, 698 }, { 100, 100, 363 }, { 100, 20, 138 }, { 25, 100, 2128 }, { 10, 100, 490344 } };
	int64_t least, greatest;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		assert_int_equal(chance_least_bootstraps(known[i].ert, known[i].steps, 0), known[i].least);
		assert_true(feasible(known[i].least, known[i].ert, known[i].steps, 0));
		assert_false(feasible(known[i].least - 1, known[i].ert, known[i].steps, 0));
	}
	assert_true(chance_ert_range(1000, 100, 0, &least, &greatest));
	assert_int_equal(least, 34);
	assert_int_equal(greatest, 802);
	const struct thresholds t = chance_thresholds(1000, 25, 100, 0);
	assert_false(t.feasible);
	assert_int_equal(t.step, 82);
	assert_int_equal(t.left, 24);
	assert_int_equal(t.needs, 25);
	assert_int_equal(chance_least_bootstraps(3, 100, 0), 0);
	assert_false(feasible(1000, 1, 10, 0));
	assert_false(feasible(1000, 0.5, 10, 0));
	assert_false(feasible(0, 10, 1, 0));
	assert_true(feasible(10, 10, 1, 0));
	assert_false(feasible(9, 10, 1, 0));
}

/* One feature with a threshold of its own is like one for all, but that nothing is dropped at the threshold itself. */
static void test_monotonic(void **state)
{
	(void)state;
	for (int features = 0; features <= 30; features += features ? 7 : 1)
		for (int64_t steps = 1; steps < 120; steps += 13)
			for (int ert = 2; ert < 400; ert += 23) {
				const int64_t least = chance_least_bootstraps(ert, steps, features);
				int was = 0;
				if (!least || least > 4000)
					continue;
				for (int64_t b = 1; b <= least + 200; b++) {
					const int is = feasible(b, ert, steps, features);
					assert_true(is || !was);
					assert_true(!is || b >= least);
					was = is;
				}
				assert_true(was);
			}
}

/* All in the range works, and hardly anything else. */
static void test_range(void **state)
{
	(void)state;
	for (int features = 0; features <= 29; features += features ? 14 : 1)
		for (int64_t steps = 1; steps < 130; steps += 9)
			for (int64_t b = 1; b < 3000; b = b * 5 / 4 + 1) {
				int64_t least = 0, greatest = 0;
				const int any = chance_ert_range(b, steps, features, &least, &greatest);
				for (int64_t ert = 2; ert <= b + 1; ert++) {
					const int is = feasible(b, (double)ert, steps, features), in = any && ert >= least && ert <= greatest;
					const int at_edge = any && ert >= least - 64 && ert <= greatest + 64;
					if (in ? !is : is && !at_edge)
						fail_msg("%d features, %d steps, %d bootstraps, ert %d: feasible %d, range %d..%d", features, (int)steps, (int)b, (int)ert, is,
							(int)least, (int)greatest);
				}
				assert_true(!any || least <= greatest);
			}
}

static void near(double got, double want, double tolerance)
{
	if (!(fabs(got - want) <= tolerance * want))
		fail_msg("%.17g is not within %g of %.17g", got, tolerance, want);
}

static void test_closed(void **state)
{
	(void)state;
	near(chance_detections(40, 50, 0.05), 3456, 1e-12);
	near(chance_detections(10, 1, 1.0 / 100), 8640, 1e-12);
	near(chance_family_wise(0.05, 29), 1 - pow(0.95, 29), 1e-12);
	near(chance_family_wise(1e-18, 1000), 1e-15, 1e-9);
	assert_true(chance_family_wise(1, 3) == 1 && chance_family_wise(0, 3) == 0);
	near(chance_permutation_level(0.05, 100), 5 / 101.0, 1e-12);
	near(chance_permutation_level(0.05, 10), 1 / 11.0, 1e-12);
	assert_true(chance_permutation_level(1, 10) == 1 && chance_permutation_level(0, 10) == 0);
	near(chance_falls_behind(40, 0, 7e-9), 1 / (40.0 * 40.0 * 7e-9), 1e-12);
	near(chance_falls_behind(40, 0.015, 7e-9), 0.01 / (40 * 7e-9), 1e-12);
	assert_true(chance_falls_behind(40, 0.025, 7e-9) == 0);
	assert_true(chance_falls_behind(40, 0.01, 0) < 0);
	assert_true(chance_counts(40, 50, 0.05, 49, 60) == 0);          /* 48 tests a minute */
	near(chance_counts(40, 50, 0.05, 48, 60), 69120 * pow(0.05, 48) * 0.95, 1e-9);
	near(chance_alerts_overlapping(1, 0.001, 0, 20), 86.4, 1e-12);
	assert_true(chance_alerts_overlapping(1, 0.001, 60, 20) < 86.4);
}

/* Four million tests, by counting. */
static void test_counted(void **state)
{
	(void)state;
	enum { N = 4000000, WITHIN = 12 };
	static const double p = 0.2;
	uint8_t *hit = malloc(N);
	assert_non_null(hit);
	for (int i = 0; i < N; i++)
		hit[i] = uniform() < p;
	/* a test each second; runs that last longer than h seconds */
	for (int h = 0; h < 4; h++) {
		int runs = 0;
		for (int i = 1; i + h + 1 < N; i++) {
			int all = !hit[i - 1];
			for (int k = 0; k <= h && all; k++)
				all = hit[i + k];
			runs += all;
		}
		near(chance_alerts(1, 1, p, h), runs * 86400.0 / N, 0.02);
		near(chance_alerts(1, 1, p, h + 0.5), runs * 86400.0 / N, 0.02);
	}
	/* each is seen for m tests: stretches that last longer than h seconds */
	for (int m = 1; m <= 4; m++)
		for (int h = 0; h < 14; h += 3) {
			int runs = 0;
			for (int i = 0, from = -1, last = -100; i < N; i++) {
				if (!hit[i])
					continue;
				if (i - last > m) {
					runs += from >= 0 && last + m - from > h;       /* the last stretch ended m tests after its last */
					from = i;
				}
				last = i;
			}
			if (runs > 1000)
				near(chance_alerts_seen(1, 1, p, h, m), runs * 86400.0 / N, 4.5 / sqrt(runs));
		}
	near(chance_alerts_seen(2, 30, p, 100, 15), chance_alerts(2, 30, p, 100), 1e-12);
	near(chance_alerts_seen(1, 60, 0.01, 0, 120), 14.4 * 0.99 * 0.99, 1e-12);
	assert_true(chance_alerts_seen(1000, 1, 0.0001, 7200, 900) > 0);        /* more tests than are followed */
	assert_true(chance_alerts_seen(1, 1, 0, 1, 1) == 0);
	for (int k = 1; k <= 6; k++) {
		int rises = 0, before = 0;
		for (int i = 0; i < N; i++) {
			const int now = before + hit[i] - (i >= WITHIN ? hit[i - WITHIN] : 0);
			rises += before < k && now >= k;
			before = now;
		}
		near(chance_counts(1, 1, p, k, WITHIN), rises * 86400.0 / N, 0.02);
	}
	free(hit);
}

/* Squared means of a window that moves by one row, over a threshold that they pass once in `ert` rows: no more of the runs than
   we say last long, and not far fewer. */
static void test_overlapping(void **state)
{
	(void)state;
	enum { N = 2000000, WINDOW = 20, ERT = 200, FEATURES = 2 };
	double *x = malloc(sizeof *x * N * FEATURES), *s = calloc(N, sizeof *s);
	assert_true(x && s);
	for (int i = 0; i < N * FEATURES; i++)
		x[i] = sqrt(-2 * log(1 - uniform())) * cos(6.283185307179586 * uniform());
	for (int f = 0; f < FEATURES; f++) {
		double sum = 0;
		for (int i = 0; i < N; i++) {
			sum += x[f * N + i] - (i >= WINDOW ? x[f * N + i - WINDOW] : 0);
			s[i] += i >= WINDOW ? sum * sum : 0;
		}
	}
	double lo = 0, hi = 1000;
	for (int k = 0; k < 40; k++) {          /* waits from many beginnings */
		const double t = (lo + hi) / 2;
		double waited = 0;
		int64_t from = N - 1, waits = 0;
		for (int64_t i = N - 1; i >= 0; i--) {
			if (s[i] > t)
				from = i;
			if (i % 97 == 0 && i < N - 100 * ERT) {
				waited += (double)(from - i + 1);
				waits++;
			}
		}
		if (waited / (double)waits < ERT)
			lo = t;
		else
			hi = t;
	}
	static const int holds[] = { 5, 10 };
	for (int h = 0; h < 2; h++) {
		int runs = 0, length = 0;
		for (int i = 0; i < N; i++) {
			length = s[i] > lo ? length + 1 : 0;
			runs += length == holds[h] + 1;
		}
		const double there = runs * 86400.0 / N, said = chance_alerts_overlapping(1, 1.0 / ERT, holds[h], WINDOW);
		if (there > 1.2 * said || there < 0.3 * said)
			fail_msg("%d rows: %g a day, we say %g", holds[h], there, said);
	}
	free(x);
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_known), cmocka_unit_test(test_monotonic), cmocka_unit_test(test_range),
		cmocka_unit_test(test_closed), cmocka_unit_test(test_counted), cmocka_unit_test(test_overlapping) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
