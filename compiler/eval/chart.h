/* The values of a release against what its chart reads. A chart's table is a file of the library
   (charts/NAME-VERSION.keys.tsv) or of the user (`use "x.keys.tsv"`); a chart without a table is not looked at. The
   format is in LANGUAGE.md, section 7. */
#ifndef MLOPS_CHART_H
#define MLOPS_CHART_H
#include "eval/compile.h"

/* Reports what the chart does not read, and shapes that it cannot take. `release` is the AST_RELEASE that made it. */
void chart_check(struct compile *c, struct instance *i, const struct out_release *r, const struct ast *release);
/* The user's tables, whether a release uses them or not. */
void chart_tables_check(struct compile *c);
#endif
