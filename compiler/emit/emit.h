/* From a compiled stack to files. Knows Kubernetes, Helm's and Kustomize's file formats, and no product. */
#ifndef MLOPS_EMIT_H
#define MLOPS_EMIT_H
#include "base/buf.h"
#include "base/diag.h"
#include "eval/out.h"

struct out_summary { uint32_t components, objects, releases; struct hash128 hash; };

/* Where the bytes go. One of: a tree (emit/tree.h), or one YAML stream. */
struct tree;
/* Puts every file and commits. 0 on error; the caller abandons the tree in either case. */
int emit_tree(
	const struct out_stack *s, struct tree *t, struct arena *scratch, struct diags *d, struct out_summary *sum);
/* The lock that emit_tree would write, and nothing else. 0 on error. */
int emit_lock(const struct out_stack *s, struct arena *scratch, struct diags *d, struct buf *lock);
/* The text of one file that emit_tree would write: the objects of a component ("-": the stack's namespaces), the values
   of a release of it, or the file of that path. 0: there is none. */
int emit_part(const struct out_stack *s, const char *component, const char *release_ns, const char *release,
	const char *file, struct arena *scratch, struct buf *out);
/* The same files, but for the lock and the sums, to whom they may concern. component NULL: of the whole stack; "-": its
   namespaces. */
struct file_sink {
	void (*put)(void *ctx, const char *component, const char *path, const void *p, size_t n);
	void *ctx;
};
int emit_files(const struct out_stack *s, const struct file_sink *sink, struct arena *scratch, struct diags *d);
/* a component's objects in the order of applying, as its file has them */
void emit_sort(struct out_component *c);
struct sink { int (*write)(void *ctx, const void *p, size_t n); void *ctx; };   /* 0 on error */
/* Every object of the stack (namespaces first, then by component) as one YAML stream, through one buffer of 256 KiB. */
int emit_stream(const struct out_stack *s, struct sink *sink, struct arena *scratch, struct diags *d,
	struct out_summary *sum);
#endif
