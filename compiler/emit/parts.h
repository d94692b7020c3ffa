/* What the writers of emit/ share. Private to emit/. */
#ifndef MLOPS_EMIT_PARTS_H
#define MLOPS_EMIT_PARTS_H
#include "base/vec.h"
#include "emit/emit.h"

/* ---- reread.c ---- */
/* Can an object that was read from YAML be the one with this hash? The hash is of typed values, so that 1024Mi and 1Gi
   are the same; YAML has texts. Types are tried until one way gives the hash. */
int object_hashes_to(const struct value *tree, struct hash128 hash, struct arena *a, struct buf *scratch);

/* ---- hashes.c ---- */
struct hash128 release_hash(const struct out_release *r, struct buf *scratch);
/* Hashes of a component's parts, in the order of the component's arrays. */
struct part_hashes { struct hash128 *objects, *releases, *files; };
struct hash128 component_hash(const struct out_component *c, const struct part_hashes *h, struct arena *scratch,
	struct buf *spare);
struct named_hash { const char *name; struct hash128 hash; };
struct hash128 stack_hash(const struct named_hash *components, uint32_t n, struct arena *scratch);

/* ---- one writer for each file; each takes components in order and gives its text at the end ---- */
void release_values(const struct out_release *r, struct hash128 hash, struct buf *out);

struct kustomize { struct buf resources; };
void kustomize_add(struct kustomize *k, const char *path);
int kustomize_finish(struct kustomize *k, struct buf *out);     /* 0: there is nothing to apply, so no file; frees */

struct helmfile_release { const char *name, *ns, *chart_ref, *repo, *chart, *version, *values_path; };
struct helmfile_component { const char *name; uint32_t first, count; };         /* slice of the releases */
struct helmfile {
	struct arena *keep;
	VEC(struct helmfile_release) releases;
	VEC(struct helmfile_component) components;
};
void helmfile_add(struct helmfile *h, const struct out_component *c, const char *const *values_paths);
/* 0: no releases */
int helmfile_finish(const struct helmfile *h, const struct out_stack *s, struct arena *scratch, struct buf *out);

struct install_mark { const char *source; size_t at; };
struct install {
	struct arena *keep;
	struct buf steps, charts;
	VEC(struct install_mark) marks;         /* where the last component of a kind that fetches secrets ends */
	VEC(struct emit_kind) kinds;            /* custom kinds of the stack */
};
void install_begin(struct install *in, const struct out_stack *s);
void install_add(struct install *in, const struct out_component *c, const char *const *values_paths);
void install_finish(struct install *in, const struct out_stack *s, struct buf *out);        /* frees */
void install_free(struct install *in);

/* ---- text ---- */
void shell_word(struct buf *out, const char *s);
#endif
