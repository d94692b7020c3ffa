/* The arguments of a built-in function, and what is said of one that is not what it takes. A function gives
   VALUE_ERROR_V after reporting; its arguments are never errors. builtin.c has the table of all: what each
   takes, a line of documentation. */
#ifndef MLOPS_BUILTIN_ARGS_H
#define MLOPS_BUILTIN_ARGS_H
#include "eval/eval.h"

#define MAX_ARGS 6

struct call_args {
	struct eval *e;
	const struct ast *x;
	const struct value *v[MAX_ARGS];
	const struct ast *at[MAX_ARGS];
	uint32_t n;
};

typedef const struct value *builtin_fn(struct call_args *c);

/* Reports that argument i has to be `want`: "a list", "a string". */
const struct value *bad_argument(struct call_args *c, uint32_t i, const char *want);
/* The text, at the call's place; frees b. */
const struct value *owned_text(struct call_args *c, struct buf *b);
/* Data for a file or a hash: 0 after reporting that a component or a secret stands in it, or that it is too much. */
int is_data(struct call_args *c, const struct value *v);

#define NEED(i, TAG, what) do { if (c->v[i]->tag != (TAG)) return bad_argument(c, i, what); } while (0)
#define STR(i) NEED(i, VALUE_STRING, "a string")

/* text.c */
builtin_fn f_upper, f_lower, f_replace, f_join, f_split, f_trim, f_starts, f_ends, f_url_encode, f_indent,
	f_chart_fullname, f_shorten, f_is_cron;
/* list.c */
builtin_fn f_len, f_slice, f_lookup, f_keys, f_values, f_sort, f_unique, f_flatten, f_range, f_merge,
	f_compact, f_any, f_all;
/* number.c */
builtin_fn f_min, f_max, f_sum, f_floor, f_ceil, f_round, f_int, f_float, f_string, f_seconds, f_bytes,
	f_per_second, f_abs;
/* data.c */
builtin_fn f_json, f_json_pretty, f_yaml, f_toml, f_hash, f_env_list, f_reference, f_npy;
/* chance.c */
builtin_fn f_thresholds, f_least_bootstraps, f_ert_range, f_family_wise, f_permutation_level,
	f_false_detections, f_false_alerts, f_false_counts, f_falls_behind;
#endif
