/* A compiled stack, as the evaluator leaves it and the emitters and diff take it: components one by one, with their
   objects, releases and files. Knows Kubernetes and Helm's releases, and no product. */
#ifndef MLOPS_OUT_H
#define MLOPS_OUT_H
#include "base/atom.h"
#include "base/buf.h"
#include "base/hash.h"
#include "value/value.h"

struct out_object {
	const char *api_version, *kind, *ns, *name;     /* ns "" for cluster-wide objects */
	/* whole object: apiVersion, kind, metadata, ...; without the content hash */
	const struct value *tree;
	int rank;                                       /* of the kind in the apply order */
	/* when not NULL: the finished text with the hash in it; tree is NULL then */
	const char *text; size_t text_n;
	struct hash128 hash;
};
/* kubectl wait / rollout status; ns "" = none */
struct out_ready { const char *resource, *ns, *condition; int rollout; };
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
/* source "mlopsc", "existing", or a kind */
struct out_secret { const char *ns, *name; const char **keys; uint32_t nkeys; const char *source; };
struct out_source { const char *name; struct hash128 hash; };
struct out_wire { const char *from, *need, *to; };      /* "registry", "backend", "database" */
struct out_stack {
	const char *name, *env;                         /* env "" = none */
	const char *title;                              /* "demo" or "demo-staging": the folder below out/ */
	const char *catalog, *kubernetes; int edition;
	uint32_t ncomponents;                           /* in dependency order */
	/* Makes component i (in dependency order) in the arena given; the emitter rewinds the arena before the next. 0
	   on error. */
	int (*component)(void *ctx, uint32_t i, struct arena *a, struct out_component *c);
	/* What the kinds of components want to remember of them, for `risk` rules to come: told one by one, in any
	   order. */
	void (*facts)(void *ctx,
		void (*take)(
			void *to, const char *instance, const char *kind, const char *member, const char *value),
		void *to);
	const char *(*component_name)(void *ctx, uint32_t i);
	const struct out_wire *(*wires)(void *ctx, uint32_t *n);        /* sorted; listed when it is first asked for */
	void *ctx;
	const char **namespaces; uint32_t nnamespaces;  /* sorted; those that the stack has to make */
	const struct value *namespace_annotations;      /* of those, a record; or NULL */
	/* sorted; needed too, and made by some object of the stack */
	const char **own_namespaces; uint32_t nown_namespaces;
	struct out_secret *secrets; uint32_t nsecrets;  /* sorted by namespace, name */
	struct out_source *sources; uint32_t nsources;  /* the user's files, sorted by name */
	const char **sets; uint32_t nsets;              /* --set, as given, sorted */
	/* a delivery kind applies the charts: no install.sh, no helmfile.yaml, no helm/ */
	int delivered;
	const char *compiler_version;
};

/* object/out.c */
/* The object's text with its hash annotation, starting with "---\n". */
void emit_object(struct buf *out, const struct out_object *o, struct hash128 *hash, struct buf *scratch);
/* of struct out_object: rank, namespace, name, kind, apiVersion */
int object_compare(const void *a, const void *b);
const struct value *object_without_hash(const struct value *tree, struct arena *a);    /* the tree that is hashed */
/* A Namespace of the stack; everything in `a`. */
void namespace_object(struct out_object *o, const char *name, const char *stack, const struct value *annotations,
	struct arena *a, struct atoms *atoms);

/* object/rank.c */
/* Kubernetes' own kinds; the ranks and scopes of custom kinds are the library's to say (kubernetes/kinds.tsv). */
#define EMIT_RANK_OTHER 90
/* apply order of a kind; EMIT_RANK_OTHER for kinds that are not known here */
int emit_rank(const char *kind);
int emit_cluster_scoped(const char *api_version, const char *kind);
struct emit_kind { const char *kind; int rank; };
const struct emit_kind *emit_kinds(uint32_t *n);        /* sorted by name */
#endif
