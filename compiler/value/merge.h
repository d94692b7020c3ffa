/* Merging what a stack's author writes by hand into what a kind made. */
#ifndef MLOPS_MERGE_H
#define MLOPS_MERGE_H
#include "value/value.h"
/* As Helm merges values: maps by key, none deletes, everything else replaces. */
const struct value *merge_values(struct arena *a, const struct value *base, const struct value *over);
/* As a strategic merge patch: lists of Kubernetes that have a merge key by that key, other lists replaced. */
const struct value *merge_object(struct arena *a, const struct value *base, const struct value *over);
#endif
