/* What the files that import a chart share: its keys as nodes of one table. Places in the chart are {0, 0}; whatever
   goes wrong is reported once and leaves importer.failed 1. */
#ifndef MLOPS_IMPORT_CHART_H
#define MLOPS_IMPORT_CHART_H
#include "base/buf.h"
#include "base/diag.h"
#include "base/text.h"
#include "base/vec.h"
#include "emit/import.h"
#include "value/value.h"

enum {
	MAX_KEYS = 100000,      /* of a table */
	MAX_CHARTS = 500,       /* sub-charts, each as often as it has an alias */
	MAX_NESTED = 8,         /* charts within charts */
	MAX_DEPTH = 23,         /* of a key; the check looks at 24 levels */
	MAX_PATH = 1000,        /* bytes; what is longer makes the map around it open */
	MAX_SCHEMAS = 200000,   /* visits, as schemas can refer to one another */
};

struct node {
	const char *path;
	uint32_t n, depth;
	struct node *parent;
	const char *type;       /* of a leaf; NULL: nobody says */
	uint8_t inner;          /* keys stand below it */
	uint8_t open, strict;
	uint8_t hidden;         /* neither it nor what is below it is for users */
};
struct table { struct node *root; VEC(struct node *) v; struct node **slots; uint32_t nslots; };
struct importer {
	struct sources *sources;
	const char *folder;
	const struct chart_file *files;         /* by path */
	uint32_t nfiles;
	struct arena *arena;
	struct atoms *atoms;
	struct diags *diags;
	struct table *t;
	struct node *lifted;                    /* found by take_template(): its keys are those of the root */
	uint32_t charts, schemas;
	int failed;
	struct buf depends;
};
/* One chart: where its values stand, and those that its templates read, which a library reads from its user. */
struct place { struct node *root, *reads; };

/* chart_keys.c */
struct table *new_table(struct arena *a);
void chart_limit(struct importer *im, const char *what);         /* reports that the chart has, say, "more than ..." */
/* The node of a key below another. NULL: there is none, and none is made; or its path cannot be written in a table. */
struct node *chart_below(struct importer *im, struct node *at, const char *key, size_t n, int make);
/* The same for a key of a chart: `global` of one inside of another is that of the whole. */
struct node *chart_key(struct importer *im, struct node *root, struct node *at, const char *key, size_t n, int make);
void set_type(struct node *x, const char *type);                 /* unless it has one, or keys stand below it */
void take_values(struct importer *im, struct node *root, struct node *at, const struct value *v);

/* chart_schema.c */
/* sure: it holds, whatever else does. around: the schemas that this one stands in, since one can refer to itself. */
struct visit;
void take_schema(struct importer *im, struct node *root, struct node *at, const struct value *top,
	const struct value *s, int sure, const struct visit *around);

/* chart_template.c: the actions of one template */
void take_template(struct importer *im, const struct place *c, const char *text, size_t len);
#endif
