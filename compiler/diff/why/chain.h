/* What the files of diff/why/ share: what is being asked, the walk over origins, and the values of a tree. A function
   that makes a chain gives 1, or 0: nothing of the source leads there. */
#ifndef MLOPS_CHAIN_H
#define MLOPS_CHAIN_H
#include "diff/where.h"
#include "diff/why.h"
#include "eval/origin.h"
#include "eval/out.h"

struct top;

struct why {
	struct compile *c;
	struct eval *e;
	struct arena arena;             /* of the component in hand */
	uint32_t hand;                  /* its index + 1 */
	struct out_component out;
	uint32_t stamp;
	uint32_t inner;                 /* why_text_line() */
	/* not {0, 0}: chains that this line of the source has no part in are of no interest */
	struct span only;
};

struct place { struct span at; const char *note; };
struct walk {
	struct why *w;
	struct arena *a;
	uint32_t stamp;
	VEC(struct place) roots, through;
	VEC(const struct origin_when *) when;
};

/* A value with what is known of where it comes from: by itself, or else by what it stands in. */
struct spot { const struct value *v; const struct origin *o, *near; struct span at; };

static inline int is_container(const struct value *v)
{
	return v->tag == VALUE_LIST || v->tag == VALUE_RECORD;
}

/* why.c */
struct top *why_top(const struct why *w, const char *name, uint32_t *index);    /* NULL: there is none of that name */
/* Makes the component, in why.out; 0: it cannot be made. */
int why_take(struct why *w, uint32_t index);
/* of the component in hand; ns, name NULL: whichever */
const struct out_release *why_release_of(const struct why *w, const char *ns, const char *name);
/* The text of a file below drift/: a ConfigMap of the component has it too. v NULL: it has not. */
struct spot why_config_text(const struct why *w, const char *path);
int chain_namespace(struct why *w, const char *name, struct arena *a, struct why_chain *out);

/* step.c */
int span_covers(const struct ast *x, struct span s);
/* 0: the span is nowhere. */
int step_at(const struct why *w, enum why_what what, struct span s, struct arena *a, struct why_step *out);

/* walk.c */
struct walk walk_begin(struct why *w, struct arena *a);
void walk_root(struct walk *k, struct span at, const char *note);       /* it is written there */
void walk_through(struct walk *k, struct span at, const char *note);    /* it came through there */
void walk_visit(struct walk *k, const struct origin *o, int depth);
void walk_visit_spot(struct walk *k, const struct spot *s);
/* The steps of what was walked over, for a component (NULL: the stack). */
int walk_finish(struct walk *k, const struct top *t, struct why_chain *out);
struct spot spot_at(const struct value *tree, const struct where_path *p);       /* v NULL: the tree has no such path */
struct span decl_of(const struct why *w, const struct top *t);
int chain_of(struct why *w, const struct top *t, const struct spot *s, struct arena *a, struct why_chain *out);
int chain_at(struct why *w, const struct top *t, struct span at, struct arena *a, struct why_chain *out);

/* inside.c */
const char *builtin_of(const struct origin *o);          /* name of the function that made it; "" */
const struct origin *maker(const struct origin *o);      /* behind what only passes a value on */
/* Of line `line`, from 1, of a text; *path: within the text. */
int chain_inside(struct why *w, const struct top *t, const struct spot *text, uint32_t line, struct arena *a,
	struct why_chain *out, const char **path);
#endif
