/* What the first pass (compile.c) is made of. Everything reports its own errors; compile.h has what others
   call. */
#ifndef MLOPS_STACK_H
#define MLOPS_STACK_H
#include "eval/compile.h"

enum { EDITION = 2026 };                /* the one that this compiler knows */

/* settings.c: sets eval.stack and eval.catalog. 0: the library has no kind `stack`. */
int stack_settings(struct compile *c);

/* check.c */
/* eval.on_given: looks at what a component gives, whether somebody reads it or not */
void look_at_given(struct eval *e, struct given *g);
void look_at_gives(struct compile *c);
int value_allowed(struct eval *e, const char *name);    /* eval.allowed */
void unused_allows(struct compile *c, struct allow *v, uint32_t n);

/* follow.c */
int is_of_kind(const struct kind *k, struct span at);   /* does the text of a kind, or of its bases, hold the place? */
void fold_consequences(struct compile *c);               /* at the end, where there are errors */

/* claim.c */
void claim_exposes(struct compile *c, struct instance *i);
/* that no other component makes the same objects */
void claim_objects(struct compile *c, const struct out_component *o, struct span at, struct top *t);
void check_node_ports(struct compile *c);                /* once all are claimed */
void need_namespace(struct compile *c, const char *ns);

/* top.c */
struct top *top_new(struct compile *c, const char *name, const char *kind);
void make_tops(struct compile *c);
void read_yaml_uses(struct compile *c);
void install_first(struct compile *c);
void order_tops(struct compile *c);

/* delivery.c */
void make_delivery(struct compile *c);

/* compile.c: asks for every member of a component, so that every mistake is found and every wire is known */
void force(struct compile *c, struct instance *i);
#endif
