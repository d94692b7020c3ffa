/* What other tools wrote, to source. Manifests become a component of the library's kind `manifests`, a chart's values
   one of its kind `chart`: comments are kept, Secrets become declarations without their values. An unpacked chart
   becomes the table of its values, which `use` takes. */
#ifndef MLOPS_IMPORT_H
#define MLOPS_IMPORT_H
#include "base/atom.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/source.h"

/* Appends source text to out. 0 on error (E12xx, reported), and then out is as it was. */
int import_yaml(struct source *src, struct arena *a, struct atoms *atoms, struct diags *d, struct buf *out);

struct chart_file { const char *path, *text; size_t len; };     /* path: below the chart's folder */
/* The table of an unpacked chart (eval/chart.c says what that is). folder: as it is shown. 0 on error (E12xx, E1301,
   reported), and then out is as it was. */
int import_chart(struct sources *sources, const char *folder, const struct chart_file *files, uint32_t n,
	struct arena *a, struct atoms *atoms, struct diags *d, struct buf *out);
#endif
