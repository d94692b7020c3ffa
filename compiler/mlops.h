/* libmlops: the compiler as a library. Nothing in it prints, exits, or reads the clock, the environment or the locale.
   One struct mlops is one compilation; it may be used from one thread at a time. */
#ifndef MLOPS_H
#define MLOPS_H
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/diag.h"
#include "diff/diff.h"
#include "diff/graph.h"
#include "diff/why.h"
#include "emit/emit.h"
#include "emit/import.h"

struct mlops;
struct mlops_options {
	uint64_t max_steps;             /* 0: 200 million */
	size_t max_bytes;               /* 0: 1 GiB of values */
	const char *stdlib;             /* folder, or NULL for the embedded library */
	int plain;                      /* no plans (eval/plan.h): the same bytes, slower; for tests */
	/* `use` reads below it; NULL: the folder of the stack file; "" : nothing can be read */
	const char *root;
};
struct mlops *mlops_new(const struct mlops_options *o);
void mlops_free(struct mlops *m);

/* The stack's text under a name for messages. mlops_add_file reads it (0: reported as an E13xx). */
int mlops_add_text(struct mlops *m, const char *name, const char *text, size_t len);
int mlops_add_file(struct mlops *m, const char *path);
void mlops_set(struct mlops *m, const char *assignment);        /* "k=v", as --set */

/* Compiles for an env (NULL: none). The number of errors; then mlops_stack() is the compiled stack, or NULL. */
size_t mlops_compile(struct mlops *m, const char *env);
const struct out_stack *mlops_stack(struct mlops *m);
size_t mlops_check_all(struct mlops *m);                        /* the stack and each of its envs */

/* fmt of one source text; 0 if it does not parse. */
int mlops_format(struct mlops *m, const char *name, const char *text, size_t len, struct buf *out);
/* YAML to source. chart: NULL, or "repo|ref name version" of a values file. 0 on error. */
int mlops_import(struct mlops *m, const char *name, const char *text, size_t len, struct buf *out);
/* The table of an unpacked chart's values from its files; folder: as it is shown. 0 on error. */
int mlops_import_chart(
	struct mlops *m, const char *folder, const struct chart_file *files, uint32_t n, struct buf *out);
/* Secrets: what is needed; or, with values ("NAME.KEY=value" lines), Secret manifests. */
int mlops_secrets(struct mlops *m, const char *values, size_t len, const char *values_name, struct buf *out);
/* Reference of a kind, interface, detector or function; the list of kinds for NULL. 0 if there is none (suggestion
   reported). */
int mlops_doc(struct mlops *m, const char *what, int color, struct buf *out);
/* What components of the compiled stack say of their future (`forecast` of their kinds), a line each. */
void mlops_forecast(struct mlops *m, struct buf *out);
/* The kinds of the compiled stack's objects whose fields are in no table here, with their numbers of objects: a line
   each, sorted. */
void mlops_unknown_kinds(struct mlops *m, struct buf *out);
/* The wiring of the compiled stack as a picture; with what `changed` touches, unless NULL: its newer side is this
   stack. 0 if nothing is compiled. */
int mlops_graph(struct mlops *m, enum graph_format f, const struct diff *changed, struct buf *out);

/* What differs between two sides by meaning, and what it will do. A side is a compiled stack, a folder of output
   wherever it is, or YAML objects as text. `m` gives the library and takes the diagnostics; if `newer` is a compiled
   stack, it is m. NULL after reporting. The result lives as long as m and its sides. */
enum mlops_side_tag { MLOPS_STACK, MLOPS_FOLDER, MLOPS_YAML };
struct mlops_side {
	enum mlops_side_tag tag;
	const char *label;              /* for the reader */
	struct mlops *stack;            /* MLOPS_STACK: compiled */
	/* MLOPS_FOLDER: appends the file at a path below the folder. 0: *why, or NULL when there is no such file. */
	int (*read)(void *ctx, const char *path, struct buf *out, const char **why);
	void *ctx;
	const char *text; size_t len;   /* MLOPS_YAML */
	int stream;                     /* it is a dump of a part of a cluster: what is not in it was not asked for */
};
const struct diff *mlops_diff(struct mlops *m, const struct mlops_side *older, const struct mlops_side *newer);

/* Where values of the compiled stack come from (diff/why.h): its sources compiled once more, with origins, when this is
   first asked for. NULL: nothing is compiled. Lives as long as m. */
struct why *mlops_why(struct mlops *m);

struct diags *mlops_diags(struct mlops *m);
const char *mlops_version(void);
#endif
