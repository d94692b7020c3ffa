/* Two compiled trees in; what differs between them by meaning, with what it will do to the cluster, out.

   A side is a set of parts: objects, releases of charts, files of services. Parts pair by identity; what is equal by
   hash is never read, whole components of it never looked at. What is left is read and compared field by field
   (compare.c), each change is given a class (risk.c), and three writers show it. Everything lives in one arena, and
   keys of both sides in one table of atoms. */
#ifndef MLOPS_DIFF_H
#define MLOPS_DIFF_H
#include "base/diag.h"
#include "base/hash.h"
#include "diff/tables.h"
#include "emit/lock.h"
#include "value/value.h"
#include "sema/table.h"

/* ---- sides ---- */

enum diff_what { DIFF_OBJECT, DIFF_RELEASE, DIFF_FILE };
struct diff_part {
	enum diff_what what;
	const char *api_version, *kind; /* of an object; else "" */
	const char *ns, *name;          /* a file's name is its path */
	const char *component;          /* "" when unknown */
	const char *chart, *version;    /* of a release */
	const struct value *tree;       /* NULL: not read yet */
	struct hash128 hash;
	uint8_t hashed, paired, live;   /* live: a server says so, with what it adds by itself */
};
struct diff_files {                     /* where a side's parts are read */
	void *ctx;
	/* Appends the text that holds a part. 0: *why, or NULL for "there is no such file". */
	int (*read)(void *ctx, const struct diff_part *p, struct buf *out, const char **why);
};
struct diff_side {
	const char *label;              /* for the reader: "main", "out/demo", "stack.mlops" */
	const struct lock *lock;        /* or NULL: parts has everything, with trees */
	struct diff_files files;
	VEC(struct diff_part) parts;
	struct table texts;             /* component -> its documents, once read */
	uint8_t is_stream;              /* a dump: what it does not have was not asked for */
};

/* ---- what differs ---- */

enum diff_op { DIFF_CHANGED, DIFF_ADDED, DIFF_REMOVED, DIFF_RENAMED, DIFF_ORDER };
/* key NULL: element `at` of the old list, at_new of the new one (both alike when it is on one side only), shown as
   [id] */
struct diff_step { const struct atom *key; uint32_t at, at_new; const char *id; };
/* of the source; file NULL: not known */
struct diff_origin { const char *file; uint32_t line; const char *text; };
/* class 0..5; cure NULL: nothing to do */
struct diff_risk { int cls; unsigned flags; const char *reason, *cure; };
struct diff_change {
	enum diff_op op;                /* not DIFF_RENAMED */
	const struct diff_step *steps; uint32_t nsteps;
	const struct value *old, *new;  /* NULL: absent */
	/* of DIFF_ORDER: old positions of those that stay, in their new order */
	const uint32_t *order; uint32_t norder;
	struct diff_change *inside; uint32_t ninside;   /* of a text that is a document itself: what differs in it */
	struct diff_risk risk;
	struct diff_origin from;
};
struct diff_item {
	enum diff_op op;
	const struct diff_part *old, *new;
	struct diff_change *changes; uint32_t nchanges; /* in the order of the tree */
	struct diff_risk risk;          /* the gravest of them, or of the whole part */
	struct diff_origin from;
	uint8_t ruled;                  /* a rule of the library has spoken */
	const char *headline;           /* what changed in a few words, where a rule of the library says so; or NULL */
};
struct diff {
	struct arena *a;
	struct atoms *atoms;
	struct sources *sources;
	struct diags *diags;
	struct eval *eval;              /* of the library, for its risks */
	struct diff_tables tables;
	struct diff_side old, new;
	const char *title;
	VEC(struct diff_item) items;    /* gravest first */
	uint32_t added, removed, changed, renamed;
	uint32_t same;                  /* parts that were looked at and are the same */
	/* of a dump: parts that it does not speak of; objects that are not this compiler's */
	uint32_t unasked, foreign;
	struct diff_risk highest;
};

struct eval;
/* side.c: 0 after reporting. The lock's text is kept. */
int side_from_lock(struct diff *d, struct diff_side *s, const char *text, size_t n);
int side_from_yaml(struct diff *d, struct diff_side *s, const char *name, const char *text, size_t n);
/* Parts of the lock, but for components that `other` has with the same hash. */
void side_parts(struct diff *d, struct diff_side *s, const struct diff_side *other);
int side_load(struct diff *d, struct diff_side *s, struct diff_part *p);       /* p->tree; 0 after reporting */
const char *part_label(const struct diff_part *p, struct arena *a);             /* "Deployment mlops-drift/x" */

/* pair.c: fills items. 0 when something cannot be read. */
int diff_run(struct diff *d);

/* blame.c: where in the source of the new side each change comes from. */
struct why;
void diff_blame(struct diff *d, struct why *w);

/* compare.c: changes of one part; `kind` is an object's kind, "release", "file". */
void diff_compare(struct diff *d, const char *kind, const struct value *old, const struct value *new, int old_live,
	int new_live, struct diff_change **changes, uint32_t *n);
/* The law of a difference: changes put into the old value give the new one. */
const struct value *diff_apply(struct arena *a, const struct value *old, const struct diff_change *changes, uint32_t n);
/* Text of a file as a value: what its name says it is (json, yaml, toml), else the text itself. */
const struct value *diff_document(struct diff *d, const char *name, const char *p, size_t n);

/* scalar.c: two texts of a kind that has a meaning; 1: they mean the same. */
int scalar_same(enum scalar_meaning as, const struct value *a, const struct value *b);
int scalar_order(const struct value *a, const struct value *b, int *order);     /* numbers and quantities; 0: neither */
const struct value *toml_read(struct arena *a, struct atoms *atoms, const char *p, size_t n);    /* NULL: not TOML */

/* rules.c: what the kinds of the library say of their components. 0 after reporting. */
int diff_rules(struct diff *d);

/* origins.c: lines of the source, for changes that have one; a side without a source is NULL */
struct why;
void diff_origins(struct diff *d, struct why *older, struct why *newer);

/* risk.c */
void risk_of_item(struct diff *d, struct diff_item *item);
void risk_raise(struct diff_risk *r, const struct diff_risk *by);               /* the graver of two; flags of both */
int diff_pods(const struct value *object, const char **text, struct arena *a);  /* "3 pods"; 0: has none */
void change_path(const struct diff_change *c, struct buf *out);                 /* for people */
struct diff_path change_steps(const struct diff_change *c, struct arena *a);    /* for tables */

/* report_*.c */
struct diff_style { int all, quiet, color; };
void diff_text(const struct diff *d, const struct diff_style *s, struct buf *out);
void diff_markdown(const struct diff *d, size_t limit, struct buf *out);
void diff_json(const struct diff *d, struct buf *out);
extern const char *const diff_class_words[6];                                   /* "nothing", "label", ... */
void diff_show_value(const struct value *v, size_t max, struct buf *out);
void diff_show_change(const struct diff_change *c, struct buf *out);            /* "image a:1 -> a:2" */
#endif
