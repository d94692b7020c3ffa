/* What an operand of diff means: a stack, a folder of output, a git revision, YAML. */
#ifndef MLOPS_CLI_SIDE_H
#define MLOPS_CLI_SIDE_H
#include "cli/session.h"

struct git;
struct cli_side {
	struct session s;               /* of its own: the stack, if it is one, and what is said of it */
	struct mlops_side side;
	struct arena a;
	struct buf text;
	struct git *git;
	const char *folder;             /* on disk, or in the revision */
	char *temporary;                /* a folder with the sources of a revision */
	int is_default, opened;
};
/* title: of the other side when it is known, else NULL; stack: the stack file that a revision is seen from. 0 after
   reporting to x->s.m. operand NULL: the output folder of the stack `title`. */
int side_open(struct cli_side *x, const struct args *a, const char *operand, const char *title, const char *stack);
const char *side_title(const struct cli_side *x);       /* NULL: not known before it is read */
void side_close(struct cli_side *x);
#endif
