/* What the files of eval/object/ share: the component's output while it is made. Whatever goes wrong is reported, and
   leaves making.ok 0. compile.h has what others call. */
#ifndef MLOPS_MAKING_H
#define MLOPS_MAKING_H
#include "eval/compile.h"
#include <string.h>

struct making {
	struct compile *c;
	struct eval *e;
	struct top *t;
	VEC(struct out_object) objects;
	VEC(struct instance *) owners;          /* of each object */
	VEC(struct out_release) releases;
	VEC(struct instance *) release_owners;
	VEC(struct out_file) files;
	int ok;
	int lost;                       /* something could not be made, or is called as nobody meant: reported */
	int checks_only;                /* run the checks and claims among the outputs, make nothing */
};

static inline const struct atom *atom(struct eval *e, const char *s)
{
	return atom_cstr(e->p->atoms, s);
}

/* with a NUL behind it */
static inline const char *text(struct eval *e, const struct value *v)
{
	return arena_strdup(e->arena, v->str.p, v->n);
}

/* name.c */
/* The name that the component's `names` gives an object, or its own. */
const struct value *object_renamed(
	struct eval *e, struct instance *i, const char *word, const struct value *own);
/* 0 after reporting that Kubernetes takes no such name for an object of this kind */
int object_name_ok(struct making *m, const char *kind, const struct value *name, struct span at);

/* writable.c */
/* 1: all of it can be written. Else the first that cannot is reported: components, secrets, none in a list, text that
   no cluster takes, and null but where `nulls` says so. where: "Deployment x", for messages. */
int writable(struct making *m, const struct value *v, const char *where, struct span at, int nulls);
int is_custom(const char *api_version);          /* a custom resource: only some of those know null */

/* manifest.c, release.c: one statement of a kind; `o` is it */
void make_manifest(struct making *m, struct instance *i, struct env *env, const struct ast *o);
void make_config(struct making *m, struct instance *i, struct env *env, const struct ast *o);
void make_release(struct making *m, struct instance *i, struct env *env, const struct ast *o);
void make_yaml_objects(struct making *m);                /* of a file that is used */
/* The body of an object or patch: its literals mean what the fields of its kind say. */
const struct value *object_body(
	struct eval *e, struct env *env, const struct ast *x, const char *api_version, const char *kind);

/* patch.c */
void make_patches(struct making *m, struct instance *i);
void statements_used(struct making *m, struct instance *i);

/* config_hash.c */
void config_hashes(struct making *m);
#endif
