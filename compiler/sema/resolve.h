/* What the files of resolving share: the names that are seen at a place, and how an expression, a list of parameters, a
   block is resolved in them. Errors are reported (E02xx) and leave the node bound to nothing. program.h has what others
   call. */
#ifndef MLOPS_RESOLVE_H
#define MLOPS_RESOLVE_H
#include "sema/program.h"

struct scope {
	struct program *p;
	struct kind *kind;              /* NULL: the stack */
	const struct atom *locals[MAX_LOCALS];
	uint32_t n;
	int pure;                       /* a function's body: locals, functions and built-ins only */
	const struct ast *env;          /* an env that is not built: what it declares is known in it */
};

/* One more local name; `at` is where it is declared. name NULL: none, which is well. 0: too many, reported. */
int scope_push(struct scope *s, const struct ast *at, const struct atom *name);
void resolve_expr(struct scope *s, struct ast *e);               /* e NULL: nothing */
/* for a, b in list { ... }: the list sees the outer scope; the children from `first_inside` on see the variables. */
void resolve_loop(struct scope *s, struct ast *e, uint32_t first_inside);
/* The declarations of parameters among d's children from `from` on; the names stay in scope. */
void resolve_params(struct scope *s, const struct ast *d, uint32_t from);
/* resolve_block.c. The block of a component or policy of this kind; k NULL: unknown, or not said. */
void resolve_block(struct scope *s, struct ast *d, struct kind *k);
/* One statement about a component or policy `owner`. seen: what its block has set so far, or NULL outside of it. */
struct seen;
void resolve_statement(struct scope *s, struct ast *st, struct kind *k, const struct ast *owner, struct seen *seen);
#endif
