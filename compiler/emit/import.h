/* YAML to source: manifests become a component of the library's kind `manifests`, a chart's values one of its kind
   `chart`. Comments are kept, Secrets become declarations without their values. */
#ifndef MLOPS_IMPORT_H
#define MLOPS_IMPORT_H
#include "base/atom.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/source.h"

/* Appends source text to out. 0 on error (E12xx, reported), and then out is as it was. */
int import_yaml(struct source *src, struct arena *a, struct atoms *atoms, struct diags *d, struct buf *out);
#endif
