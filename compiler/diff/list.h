/* How the elements of two lists pair up. */
#ifndef MLOPS_DIFF_LIST_H
#define MLOPS_DIFF_LIST_H
#include "diff/diff.h"

struct list_pair { int64_t old, new; const char *id; }; /* -1: on one side only */
struct list_pairs {
	struct list_pair *v; uint32_t n;        /* by old position; what was added behind, by new position */
	/* old positions of those on both sides, in their new order, where that is a change; else 0 */
	const uint32_t *order; uint32_t norder;
};
void list_pair(const struct diff_tables *t, const char *kind, const struct diff_path *p, const struct value *a,
	const struct value *b, struct arena *arena, struct list_pairs *out);
#endif
