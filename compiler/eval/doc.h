/* The reference of a kind, interface, detector, function or catalog, from its declaration and its ## comments. */
#ifndef MLOPS_DOC_H
#define MLOPS_DOC_H
#include "eval/eval.h"
/* what NULL: a list of everything. 0 if nothing has that name (reported, with the nearest). */
int doc_write(struct eval *e, const char *what, struct buf *out);
#endif
