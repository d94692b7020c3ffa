/* The wiring of a compiled stack as a picture: a box for each component (one for a family), an arrow from what needs to what is
   needed. graph_build() makes the boxes and arrows; three writers draw them. Equal stacks give equal bytes, whatever the order
   of their declarations. */
#ifndef MLOPS_GRAPH_H
#define MLOPS_GRAPH_H
#include "base/buf.h"
#include "base/vec.h"

enum graph_format { GRAPH_MERMAID, GRAPH_DOT, GRAPH_SVG };

enum graph_tag { GRAPH_COMPONENT, GRAPH_DRIFT, GRAPH_YAML };
struct graph_port { const char *name, *number, *exposed; };     /* "http", "5000", "node 32001"; "" inside the cluster only */
struct graph_node {
	enum graph_tag tag;
	const char *id, *name;          /* the id is unique */
	const char *what, *ns;          /* "kind 1.2.3"; the namespace */
	VEC(const char *) lines;        /* what a composite holds; what a drift policy watches and when it alerts */
	VEC(struct graph_port) ports;
};
struct graph_edge {
	uint32_t from, to;              /* nodes */
	VEC(const char *) needs;        /* "backend"; sorted */
	VEC(const char *) offers;       /* "topic", "3 topic": what `from` asks of `to`; sorted */
};
struct graph {
	const char *title, *caption;
	VEC(struct graph_node) nodes;   /* by id */
	VEC(struct graph_edge) edges;   /* by from, to; one for each pair */
};
struct compile;
void graph_build(struct compile *c, struct arena *a, struct graph *g);
void graph_mermaid(const struct graph *g, struct arena *a, struct buf *out);
void graph_dot(const struct graph *g, struct arena *a, struct buf *out);
void graph_svg(const struct graph *g, struct arena *a, struct buf *out);        /* graph_svg.c: with a layout of its own */
/* The words on an arrow, for both sides of the line. NULL: nothing. */
const char *graph_needs(const struct graph_edge *e, struct arena *a);           /* "backend, registry" */
const char *graph_offers(const struct graph_edge *e, struct arena *a);          /* "offers topic" */
#endif
