/* What a drift detector does when nothing drifts: whether the thresholds of an online detector can be computed from its
   bootstraps at all, how often a detector is wrong, and when one that keeps everything falls behind its stream. Pure
   functions of numbers; their results are the same on every machine. */
#ifndef MLOPS_CHANCE_H
#define MLOPS_CHANCE_H
#include <stdint.h>

/* An online detector computes a threshold for each step of its window: the quantile p of the bootstraps that no earlier
   step has dropped. It can be estimated from n bootstraps where 1/n <= p <= (n - 1)/n.
   features 0: one statistic for all features, p = 1 - 1/ert, and bootstraps at or above the threshold are dropped.
   features D: a statistic for each, p = (1 - 1/ert)^(1/D), and bootstraps above the threshold are dropped. */
struct thresholds {
	int feasible;
	int64_t step;           /* the first, from 1, whose quantile cannot be estimated; 0: none */
	int64_t left;           /* bootstraps at that step; after the last one if all went well */
	int64_t needs;          /* the fewest from which that quantile can be estimated; 0: no number is enough */
};
struct thresholds chance_thresholds(int64_t bootstraps, double ert, int64_t steps, double features);
#define CHANCE_MAX_BOOTSTRAPS 1000000000
int64_t chance_least_bootstraps(double ert, int64_t steps, double features);    /* 0: more than CHANCE_MAX_BOOTSTRAPS */
/* Whole numbers of rows between which all work with so many bootstraps, and beyond which at most a few near them do. 0:
   none does. */
int chance_ert_range(int64_t bootstraps, int64_t steps, double features, int64_t *least, int64_t *greatest);

double chance_family_wise(double p, double n);          /* that one of n independent tests errs */
/* The level that a permutation test at level p has: its p-value is k/n, and each k in 0..n is as likely as the
   others. */
double chance_permutation_level(double p, double n);

/* A test for each `rows` rows, `rate` rows a second, that detects with probability p where there is nothing. A day: */
double chance_detections(double rate, double rows, double p);
/* Runs of detections that last longer than `hold` seconds; a detection stands until the next test. */
double chance_alerts(double rate, double rows, double p, double hold);
/* The same for a test at each row over the latest `window` rows: once over its threshold the statistic stays there for
   a while, since the next window shares all rows but one. Runs that last longer than x windows are exp(-5.5 x) times
   the alarms. */
double chance_alerts_overlapping(double rate, double p, double hold, double window);
/* The same where a detection is seen for `seen` seconds, whatever the next tests say. */
#define CHANCE_MAX_TESTS 1000000
double chance_alerts_seen(double rate, double rows, double p, double hold, double seen);
/* How often the number of detections within the last `within` seconds rises to k. */
double chance_counts(double rate, double rows, double p, double k, double within);

/* Seconds until a row takes longer than the next one needs to arrive: a row costs per_row seconds and per_old_row for
   each row before it. Negative: never. */
double chance_falls_behind(double rate, double per_row, double per_old_row);
#endif
