/* One source through lexer and parser. */
#ifndef MLOPS_PARSE_H
#define MLOPS_PARSE_H
#include "base/diag.h"
#include "front/ast.h"
#define PARSE_MAX_DEPTH 200
#define PARSE_MAX_BYTES (64u << 20)
/* Always returns an AST_FILE; what did not parse is left out or an AST_ERROR, with a diagnostic. */
struct ast *parse_source(struct source *src, struct arena *a, struct atoms *atoms, struct diags *diags);
/* One expression, for --set. NULL with nothing reported when it is not one. */
struct ast *parse_expression(struct source *src, struct arena *a, struct atoms *atoms, struct diags *diags);
#endif
