/* mlops.lock: what was built from what, with hashes. One fact a line, fields parted by one space, the facts of a group
   sorted by what they speak of (not by hash), so that two branches merge where they do not disagree and a shell script
   can read it:

     mlops.lock 1
     compiler VERSION            edition YEAR            catalog NAME            kubernetes VERSION          env NAME
     source HASH file            set name=value          wire from.need to
     secret ns/name key,key source                       fact name kind member value
     component HASH name
     release HASH ns/name chart version component        object HASH apiVersion/Kind ns/name component
     file HASH path              stack HASH title

   `ns/name` of a cluster-wide object starts with the slash; objects of the stack itself (its namespaces) have the
   component `-`. A byte that could be taken for a separator is written \xHH. */
#ifndef MLOPS_LOCK_H
#define MLOPS_LOCK_H
#include "base/buf.h"
#include "base/vec.h"
#include "emit/emit.h"

/* ---- writing: in any order, sorted at the end ---- */
enum lock_group {
	LOCK_SOURCE,
	LOCK_SET,
	LOCK_WIRE,
	LOCK_SECRET,
	LOCK_FACT,
	LOCK_COMPONENT,
	LOCK_RELEASE,
	LOCK_OBJECT,
	LOCK_FILE,
	LOCK_GROUPS
};
struct lock_writer { struct buf head, group[LOCK_GROUPS]; };
void lock_begin(struct lock_writer *w, const struct out_stack *s);      /* header, sources, sets, wires, secrets */
void lock_fact(struct lock_writer *w, const char *instance, const char *kind, const char *member, const char *value);
void lock_component(struct lock_writer *w, const char *name, struct hash128 hash);
void lock_release(struct lock_writer *w, const struct out_release *r, const char *component, struct hash128 hash);
void lock_object(struct lock_writer *w, const struct out_object *o, const char *component, struct hash128 hash);
void lock_file(struct lock_writer *w, const char *path, struct hash128 hash);
void lock_finish(struct lock_writer *w, const struct out_stack *s, struct hash128 hash, struct buf *out);   /* frees */
void lock_free(struct lock_writer *w);

/* ---- reading ---- */
struct lock_source { const char *name; struct hash128 hash; };
struct lock_secret { const char *ns, *name, *keys, *source; };  /* keys: parted by commas */
struct lock_fact { const char *instance, *kind, *member, *value; };     /* of a component, inner ones included */
struct lock_component { const char *name; struct hash128 hash; };
struct lock_release { const char *ns, *name, *chart, *version, *component; struct hash128 hash; };
struct lock_object { const char *api_version, *kind, *ns, *name, *component; struct hash128 hash; };
struct lock_file { const char *path; struct hash128 hash; };
struct lock {
	const char *compiler, *edition, *catalog, *kubernetes, *env, *title;   /* "" where the lock has no such line */
	struct hash128 stack;
	VEC(struct lock_source) sources;
	VEC(const char *) sets;
	VEC(struct out_wire) wires;
	VEC(struct lock_secret) secrets;
	VEC(struct lock_fact) facts;
	VEC(struct lock_component) components;
	VEC(struct lock_release) releases;
	VEC(struct lock_object) objects;
	VEC(struct lock_file) files;
	/* lines that are no facts (marks of a merge conflict, say), and the number of the first */
	uint32_t nstrange, strange;
};
/* 0 and *why: the text is no lock that this compiler reads. Groups are in the order of the file. */
int lock_read(const char *p, size_t n, struct arena *a, struct lock *l, const char **why);

/* lock_apart.c: adds the lines of two locks, but for those between sources and stack that both have: sets, wires,
   secrets, facts (of a component all or none), components, releases, objects and files; what lock_read makes of them
   lacks just those. Facts of components that differ are kept, and so is what is called like a part of one. 0: a lock is
   not sorted as it is written, or has lines that are none of a lock; x and y say nothing then. */
int lock_apart(const char *p, size_t n, const char *q, size_t m, struct buf *x, struct buf *y);

/* 32 lower-case hex digits; reads no further than the first other byte */
int lock_parse_hash(const char *hex, struct hash128 *h);
#endif
