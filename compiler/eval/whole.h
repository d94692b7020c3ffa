/* What only the whole set of objects can show: a name that nothing in the stack bears, a selector without pods, a port
   that nobody opens, a ConfigMap that nobody reads, something that comes too late.

   Each component is looked at once, when its objects are made. What it resolves within itself (most of it: its own
   Service, its own ConfigMap) is done with; the rest is kept and resolved when all are made. For components that a plan
   makes, the looking is done once, on the plan's symbolic objects: what is the same for all of them, and what holds for
   whatever their settings are, costs nothing more; only what differs is looked at for each.

   Objects that a chart or an operator makes cannot be seen. Where such makers work in a namespace, a name that is not
   found there is no error; it is a warning if it is nearly that of something of ours. */
#ifndef MLOPS_WHOLE_H
#define MLOPS_WHOLE_H
#include "eval/compile.h"

struct whole_plan;
/* First pass, objects made plainly (bound NULL) or by a plan. */
void whole_component(struct compile *c, struct top *t, const struct out_component *o, struct bound *bound);
/* the objects of a trace */
struct whole_plan *whole_trace(struct compile *c, const struct plan *p, const struct out_component *o);
void whole_check(struct compile *c);            /* when everything is made without an error */
#endif
