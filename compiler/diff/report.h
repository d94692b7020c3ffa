/* What the reports of a difference share. */
#ifndef MLOPS_DIFF_REPORT_H
#define MLOPS_DIFF_REPORT_H
#include "diff/diff.h"

struct diff_group { VEC(const struct diff_item *) items; };     /* the same happened to them */
struct diff_group_list { struct diff_group *v; uint32_t n, cap; };
void diff_groups(const struct diff *d, int all, struct arena *a, struct diff_group_list *out);
void diff_group_label(const struct diff_group *g, struct arena *a, struct buf *out);   /* "Service ns/x and 3 more" */
void diff_summary(const struct diff *d, struct buf *out);       /* "3 changed, 1 added" */
void diff_flags(unsigned flags, const char *comma, struct buf *out);
#endif
