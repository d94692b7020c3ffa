/* A record of the last build, beside the output, by which a build that has nothing to do reads the sources, looks at
   the outputs (size and time of change, not bytes) and stops. It is no output: it may be deleted at any time, and
   nothing but the next build's time depends on it. */
#ifndef MLOPS_CLI_INDEX_H
#define MLOPS_CLI_INDEX_H
#include "base/buf.h"
#include "cli/args.h"
#include "emit/emit.h"
#include "emit/tree.h"

/* Is everything as the last build of this source, with these flags and this compiler, left it? Then `say` is its
   summary. */
int index_fresh(const struct args *a, const char *source, struct buf *say);
/* Before a build writes: what is about to change is not what the record speaks of, and a build that is killed must not
   be believed. */
void index_drop(const struct args *a, const char *source);
/* After a build without any diagnostic. dir: of the output. Failing to write it is no error. */
void index_store(const struct args *a, const char *source, const struct out_stack *stack, const char *dir,
		 const struct tree_entry *entries, uint32_t n, const char *first, const char *last);
extern const char build_id[];           /* a hash of the compiler's own source: another compiler trusts no record */
#endif
