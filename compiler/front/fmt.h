/* Tree plus comments to canonical source. */
#ifndef MLOPS_FMT_H
#define MLOPS_FMT_H
#include "base/buf.h"
#include "front/ast.h"
/* The source must have parsed without an error. Idempotent; keeps every comment and the meaning. */
void fmt_source(const struct source *src, const struct ast *file, struct buf *out);
#endif
