/* file(), artifact(), uri() and npy(): reference data as values. */
#ifndef MLOPS_REFERENCE_H
#define MLOPS_REFERENCE_H
#include "eval/eval.h"

/* The call's first argument is evaluated already, the named ones are not. tag: the function's name. */
const struct value *reference_value(
	struct eval *e, struct env *env, const char *tag, const struct ast *x, const struct value *first);
/* Two or three arguments, and where each of them stands. */
const struct value *npy_value(
	struct eval *e, const struct value *const *v, uint32_t n, const struct span *at, struct span whole);
#endif
