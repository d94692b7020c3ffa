/* What is known of Kubernetes' fields when two trees are compared: how lists pair up, which texts have a meaning, what
   the server fills in, and what a change does. Four tables of the library (kubernetes/lists.tsv, scalars.tsv,
   defaults.tsv, risk.tsv), each with its format above its rows. */
#ifndef MLOPS_DIFF_TABLES_H
#define MLOPS_DIFF_TABLES_H
#include "base/vec.h"
#include "value/value.h"
#include "sema/program.h"

/* A path without positions: keys, and "[]" for an element of a list. */
struct diff_path { const char **step; uint32_t n; };

/* "*", "**" and "**.x" are steps of a pattern */
struct pattern { const char *kinds; const char **step; uint32_t n; };
enum scalar_meaning { MEANS_TEXT, MEANS_QUANTITY, MEANS_GO, MEANS_ORDERED, MEANS_CRON };
struct list_row { const char *kind, *suffix, *last, *key; int ordered; };
struct scalar_row { struct pattern p; enum scalar_meaning as; };
struct default_row { const char *kind, *path, *value; };
struct risk_row { struct pattern p; const char *when; int cls; unsigned flags; const char *reason, *cure; };

struct diff_tables {
	VEC(struct list_row) lists;     /* by last, then file order */
	VEC(struct scalar_row) scalars;
	VEC(struct default_row) defaults;       /* by kind, path */
	VEC(struct risk_row) risks;
};
enum { DIFF_FLAGS_ONLY = -1 };                          /* the class of a row that only adds flags */

/* From the library that the program reads. 0: a table is missing or has a row that does not parse (which a test
   sees). */
int diff_tables_read(struct diff_tables *t, struct program *p, struct arena *a);

/* "a.b[].c" or `a["x.y/z"]`; steps point into the arena. */
struct diff_path diff_path_parse(const char *text, size_t n, struct arena *a);
void diff_path_print(const struct diff_path *p, struct buf *out);
/* The same path seen from the pod template that it goes into; n 0 and step NULL where it goes into none. */
struct diff_path diff_pod_part(const char *kind, const struct diff_path *p);
int pattern_matches(const struct pattern *p, const char *kind, const struct diff_path *path);

/* NULL: the table says nothing. */
const struct list_row *tables_list(const struct diff_tables *t, const char *kind, const struct diff_path *p);
enum scalar_meaning tables_scalar(const struct diff_tables *t, const char *kind, const struct diff_path *p);
const char *tables_default(const struct diff_tables *t, const char *kind, const struct diff_path *p);  /* NULL: none */
#endif
