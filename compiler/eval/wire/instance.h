/* What the making of instances shares; eval/eval.h has what others call. */
#ifndef MLOPS_INSTANCE_H
#define MLOPS_INSTANCE_H
#include "eval/eval.h"

/* The compiler's own value for a member, whatever is written. */
void instance_fix(struct eval *e, struct instance *i, uint32_t slot, const struct value *v);
/* A statement about the component. number: its place in the declaration's block, 0: it stands elsewhere, as in an env.
   What its kind does not know has been reported by resolving. */
void instance_take(struct eval *e, struct instance *i, const struct ast *st, uint32_t number);
/* Gives `take` every statement that an output of a kind comes to, with its conditions decided and its loops run. 0: a
   condition or the list of a loop is an error, reported; what stands there is missing. */
int each_statement(struct eval *e, struct env *env, const struct ast *o,
	int (*take)(struct eval *e, struct env *env, const struct ast *o, void *ctx), void *ctx);
#endif
