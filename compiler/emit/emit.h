/* From a compiled stack to files. Knows Kubernetes, Helm's and Kustomize's file formats, and no product. */
#ifndef MLOPS_EMIT_H
#define MLOPS_EMIT_H
#include "base/buf.h"
#include "base/diag.h"
#include "base/hash.h"
#include "eval/value.h"

struct out_object {
	const char *api_version, *kind, *ns, *name;     /* ns "" for cluster-wide objects */
	const struct value *tree;                       /* whole object: apiVersion, kind, metadata, ...; without the content hash */
	int rank;                                       /* of the kind in the apply order */
	const char *text; size_t text_n;                /* when not NULL: the finished text with the hash in it; tree is NULL then */
	struct hash128 hash;
};
struct out_ready { const char *resource, *ns, *condition; int rollout; };       /* kubectl wait / rollout status; ns "" = none */
struct out_release {
	const char *component, *name, *ns;
	const char *chart_ref;                          /* "oci://..." or "" */
	const char *repo, *chart, *version;             /* repo "" when chart_ref is set */
	const struct value *values;                     /* a record */
	const struct out_ready *ready; uint32_t nready;
	const struct value *name_value, *ns_value, *chart_value;        /* what the texts above were taken from */
};
struct out_file { const char *path; const char *p; size_t n; };                 /* path: "drift/NAME/FILE" */
/* One top-level component: one manifests/NAME.yaml, its releases and its drift files. */
struct out_component {
	const char *name, *kind, *version;      /* name: lives as long as the stack */
	struct out_object *objects; uint32_t nobjects;
	struct out_release *releases; uint32_t nreleases;
	struct out_file *files; uint32_t nfiles;
	const struct out_ready *ready; uint32_t nready; /* what to wait for once its manifests are applied */
};
struct out_secret { const char *ns, *name; const char **keys; uint32_t nkeys; const char *source; };   /* source "mlopsc", "existing", or a kind */
struct out_source { const char *name; struct hash128 hash; };
struct out_wire { const char *from, *need, *to; };      /* "registry", "backend", "database" */
struct out_stack {
	const char *name, *env;                         /* env "" = none */
	const char *title;                              /* "demo" or "demo-staging": the folder below out/ */
	const char *catalog, *kubernetes; int edition;
	uint32_t ncomponents;                           /* in dependency order */
	/* Makes component i (in dependency order) in the arena given; the emitter rewinds the arena before the next. 0 on error. */
	int (*component)(void *ctx, uint32_t i, struct arena *a, struct out_component *c);
	/* What the kinds of components want to remember of them, for `risk` rules to come: told one by one, in any order. */
	void (*facts)(void *ctx, void (*take)(void *to, const char *instance, const char *kind, const char *member, const char *value), void *to);
	const char *(*component_name)(void *ctx, uint32_t i);
	void *ctx;
	const char **namespaces; uint32_t nnamespaces;  /* sorted; those that the stack has to make */
	const struct value *namespace_annotations;      /* of those, a record; or NULL */
	const char **own_namespaces; uint32_t nown_namespaces;  /* sorted; needed too, and made by some object of the stack */
	struct out_secret *secrets; uint32_t nsecrets;  /* sorted by namespace, name */
	struct out_source *sources; uint32_t nsources;  /* the user's files, sorted by name */
	struct out_wire *wires; uint32_t nwires;        /* sorted */
	const char **sets; uint32_t nsets;              /* --set, as given, sorted */
	int delivered;                                  /* a delivery kind applies the charts: no install.sh, no helmfile.yaml, no helm/ */
	const char *compiler_version;
};
struct out_summary { uint32_t components, objects, releases; struct hash128 hash; };

/* Where the bytes go. One of: a tree (emit/tree.h), or one YAML stream. */
struct tree;
/* Puts every file and commits. 0 on error; the caller abandons the tree in either case. */
int emit_tree(const struct out_stack *s, struct tree *t, struct arena *scratch, struct diags *d, struct out_summary *sum);
/* The lock that emit_tree would write, and nothing else. 0 on error. */
int emit_lock(const struct out_stack *s, struct arena *scratch, struct diags *d, struct buf *lock);
/* The text of one file that emit_tree would write: the objects of a component ("-": the stack's namespaces), the values of a
   release of it, or the file of that path. 0: there is none. */
int emit_part(const struct out_stack *s, const char *component, const char *release_ns, const char *release, const char *file, struct arena *scratch,
	struct buf *out);
/* The same files, but for the lock and the sums, to whom they may concern. component NULL: of the whole stack; "-": its namespaces. */
struct file_sink { void (*put)(void *ctx, const char *component, const char *path, const void *p, size_t n); void *ctx; };
int emit_files(const struct out_stack *s, const struct file_sink *sink, struct arena *scratch, struct diags *d);
void emit_sort(struct out_component *c);                /* a component's objects in the order of applying, as its file has them */
struct sink { int (*write)(void *ctx, const void *p, size_t n); void *ctx; };   /* 0 on error */
/* Every object of the stack (namespaces first, then by component) as one YAML stream, through one buffer of 256 KiB. */
int emit_stream(const struct out_stack *s, struct sink *sink, struct arena *scratch, struct diags *d, struct out_summary *sum);
/* The object's text with its hash annotation, starting with "---\n". */
void emit_object(struct buf *out, const struct out_object *o, struct hash128 *hash, struct buf *scratch);
/* Kubernetes' own kinds; the ranks and scopes of custom kinds are the library's to say (kubernetes/kinds.tsv). */
#define EMIT_RANK_OTHER 90
int emit_rank(const char *kind);                        /* apply order of a kind; EMIT_RANK_OTHER for kinds that are not known here */
int emit_cluster_scoped(const char *api_version, const char *kind);
#endif
