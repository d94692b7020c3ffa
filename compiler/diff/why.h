/* Where a value of compiled output comes from: a compilation with origins on (eval/origin.h) in; for a path of an
   object, of a release's values or of a configuration file, the chain from the output to the source out. Components are
   made when they are asked for, one at a time, so that asking costs what is asked. */
#ifndef MLOPS_WHY_H
#define MLOPS_WHY_H
#include "base/arena.h"
#include "base/source.h"
#include "base/vec.h"

struct why;
enum why_what {
	/* what is written in the source; places of the user's files before those of the library */
	WHY_FROM,
	/* between: kind, let, wire, row of the catalog, default; from the output towards the source */
	WHY_THROUGH,
	WHY_WHEN,               /* what decides in the user's source that it is there at all */
	WHY_FOR,                /* the component's declaration */
};
struct why_step {
	enum why_what what;
	const char *file;       /* as diagnostics show it: "stack.mlops", "stdlib/kinds/x.mlops", "--set replicas=3" */
	uint32_t line, column;  /* from 1 */
	const char *text;       /* what stands there, on one line: "batch = 5000" */
	const char *note;       /* "default of KIND", "kind KIND", "env staging", "param", "patch"; or NULL */
	int library;
	int name;               /* it is the name in a declaration: weaker than what is said of it */
	struct span span;       /* in why_sources() */
};
struct why_chain { VEC(struct why_step) steps; };       /* of what was found, never empty; the first is a WHY_FROM */

/* All of these: 0 when the source compiles to no such thing; else 1 and the chain, in `a`. A path is written
   spec.template.spec.containers[0].image; a key that is no plain word stands in brackets,
   labels["app.kubernetes.io/name"]; a list's item can be named by a field, containers[name=main]. The path of a map or
   list leads to where that is written. component: NULL when it is not known. */
int why_object(struct why *w, const char *component, const char *api_version, const char *kind, const char *ns,
	const char *name, const char *path, struct arena *a, struct why_chain *out);
int why_values(struct why *w, const char *component, const char *ns, const char *release, const char *path,
	struct arena *a, struct why_chain *out);
/* what: "release", "namespace"; "version", "ref", "repo", "name" of its chart */
int why_release(struct why *w, const char *component, const char *ns, const char *release, const char *what,
	struct arena *a, struct why_chain *out);
/* file: drift/NAME/FILE */
int why_config(struct why *w, const char *component, const char *file, const char *path, struct arena *a,
	struct why_chain *out);
/* Of a text of several lines, the one that is asked about from here on, from 1; 0: all of it. */
void why_text_line(struct why *w, uint32_t line);
int why_component(struct why *w, const char *component, struct arena *a, struct why_chain *out);
const struct sources *why_sources(const struct why *w);

/* ---- by files ---- */
struct why_place {
	const char *what;       /* "Deployment ns/name", "values of release ns/name", "kustomization" ... */
	const char *path;       /* "spec.replicas"; "" */
	uint32_t line;          /* of the file, from 1; 0: not in it by itself */
	int scalar;             /* a value, not a map or list */
	struct why_chain chain;
};
struct why_file { const char *component, *path; const char *text; size_t n; };   /* as emit_files() gives it */
struct why_places { VEC(struct why_place) v; };
/* What stands in a line. 0: nothing that has a source: *reason says what the line is. */
int why_line(struct why *w, const struct why_file *f, uint32_t line, struct arena *a, struct why_place *out,
	const char **reason);
/* Everything at a path of the file: in each of its objects that has it, or in the one that the path begins with:
   Kind/name:path. */
void why_path(struct why *w, const struct why_file *f, const char *path, struct arena *a, struct why_places *out);
/* Every value of the file, in its order. */
void why_all(struct why *w, const struct why_file *f, struct arena *a, struct why_places *out);
/* From here on only what this line of a file of the source has a part in; name NULL: everything again. The line's text,
   or NULL: there is no such line. */
const char *why_only(struct why *w, const char *name, uint32_t line, struct arena *a);

struct compile;
struct why *why_new(struct compile *c, struct arena *a);        /* of a compilation with origins; lives in a */
void why_free(struct why *w);
#endif
