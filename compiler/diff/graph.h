/* The wiring of a compiled stack as a picture: a box for each component (one for a family), an arrow from what needs to
   what is needed. graph_build() makes the boxes and arrows; graph_compare() notes on them what a difference touches;
   three writers draw them. Equal stacks give equal bytes, whatever the order of their declarations. */
#ifndef MLOPS_GRAPH_H
#define MLOPS_GRAPH_H
#include "base/buf.h"
#include "base/vec.h"

enum graph_format { GRAPH_MERMAID, GRAPH_DOT, GRAPH_SVG };

enum graph_mark { GRAPH_SAME, GRAPH_CHANGED, GRAPH_ADDED, GRAPH_REMOVED };
enum graph_tag { GRAPH_COMPONENT, GRAPH_DRIFT, GRAPH_YAML };
/* "http", "5000", "node 32001"; "" inside the cluster only */
struct graph_port { const char *name, *number, *exposed; };
struct graph_node {
	enum graph_tag tag;
	const char *id, *name;          /* the id is unique */
	const char *what, *ns;          /* "kind 1.2.3"; the namespace */
	VEC(const char *) lines;        /* what a composite holds; what a drift policy watches and when it alerts */
	VEC(struct graph_port) ports;
	enum graph_mark mark;
	int cls;                        /* of GRAPH_CHANGED: 0..5 */
	const char *word;               /* of the mark: "R3 restart", "added", "removed"; "" for GRAPH_SAME */
	VEC(const char *) notes;        /* what changed, in a line or two */
};
struct graph_edge {
	uint32_t from, to;              /* nodes */
	VEC(const char *) needs;        /* "backend"; sorted */
	VEC(const char *) offers;       /* "topic", "3 topic": what `from` asks of `to`; sorted */
	enum graph_mark mark;           /* of the wire: GRAPH_ADDED or GRAPH_REMOVED when only one side has it */
};
struct graph_place { const char *name; uint32_t node; };
struct graph {
	const char *title, *caption;
	VEC(struct graph_node) nodes;   /* by id */
	VEC(struct graph_edge) edges;   /* by from, to; one for each pair */
	VEC(struct graph_place) places; /* by name: where each instance and each file of objects is drawn */
	const char *since;              /* what it is compared with; NULL: with nothing */
	int marks[4], classes[6];       /* how many boxes have each */
};
struct diff;
struct compile;
void graph_build(struct compile *c, struct arena *a, struct graph *g);
/* graph/changed.c: marks what d touches; d->new is what g was built of. What is gone becomes a box, a wire that is gone
   an arrow. */
void graph_compare(struct graph *g, const struct diff *d, struct arena *a);
void graph_mermaid(const struct graph *g, struct arena *a, struct buf *out);
void graph_dot(const struct graph *g, struct arena *a, struct buf *out);
/* graph/svg.c: with a layout of its own */
void graph_svg(const struct graph *g, struct arena *a, struct buf *out);
/* The words on an arrow, for both sides of the line. NULL: nothing. */
const char *graph_needs(const struct graph_edge *e, struct arena *a);           /* "backend, registry" */
const char *graph_offers(const struct graph_edge *e, struct arena *a);          /* "offers topic" */
/* "same", "r3", "added", "removed": the class of a box in every format */
const char *graph_look(const struct graph_node *x);
#endif
