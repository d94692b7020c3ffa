/* Objects against the fields that Kubernetes and the operators know (eval/schema_table.h): unknown fields, types,
   required fields, choices, ranges, forms of text, labels, and what an older release does not have yet. A kind that is
   not in the table is looked at as far as its metadata goes. */
#ifndef MLOPS_SCHEMA_H
#define MLOPS_SCHEMA_H
#include "eval/eval.h"
#include "eval/schema_table.h"
#include "eval/out.h"

struct sym_leaf;
/* Is the object what the API server takes? 0 after reporting why not, -1 when something in it has another shape than
   its field; `who` made it (or NULL), `at` is where nothing better is known. While a plan is traced nothing is
   reported: what depends on slots becomes a check of the plan (plan->leaves). */
int schema_check(struct eval *e, const struct out_object *o, const struct instance *who, struct span at);
/* does this value fit where the leaf stands? says nothing */
int schema_leaf_fits(struct eval *e, const struct sym_leaf *leaf, const struct value *v);
/* A map of labels, or of annotations: 0 after reporting what is none. */
int schema_labels(struct eval *e, const struct value *v, struct span at, int annotations);
/* In e->body, the body of a manifest: gives numbers such as 4Gi, 500m or 30s their meaning as text where the field
   wants a quantity or a duration. Returns how many it found. */
int schema_literals(struct eval *e);
/* what the field takes at which another literal stands; or NULL */
const char *schema_literal_help(struct eval *e, const struct ast *x);

/* table.c */
const struct schema_kind *schema_kind(const char *api_version, const char *kind);       /* NULL: not in the table */
const struct schema_field *schema_field(unsigned type, const char *name, size_t n);      /* NULL: unknown */
#endif
