/* Origins: how each value came to be. Off in a build, where a hook is one comparison with NULL. When they are on
   (struct eval.origins, see diff/why.h), every value that an expression makes is the head of a struct traced, whose
   origin is a node of an acyclic graph: the expression, the origins of what it was made from, and the conditions it
   stands under.

   An expression's parts are found without the evaluator's help: what is evaluated while it is evaluated are its parts.
   What is computed once and kept (a slot, a param, a field of an interface) is entered and left, so that it is no part
   of whoever asked first. A value that comes through unchanged (a name, a field, a branch) has one origin that it is
   `same` as. */
#ifndef MLOPS_ORIGIN_H
#define MLOPS_ORIGIN_H
#include "eval/eval.h"

#define VALUE_TRACED 2                  /* in value.flags: the value is the head of a struct traced */
enum origin_what {
	ORIGIN_EXPR,                    /* x */
	/* a setting, let, need ... of inst, as it is set, by default or as the compiler makes it */
	ORIGIN_SLOT,
	ORIGIN_SYMBOL,                  /* a param or let of the stack */
	ORIGIN_PLACE,                   /* a place, and no more is known */
	ORIGIN_CHOICE,                  /* a row of the catalog, and what chose it */
};
struct origin;
struct origin_when { const struct origin *cond; const struct origin_when *next; };
/* n bytes of a text; from NULL: written out in the expression */
struct origin_piece { const struct origin *from; uint32_t n; };
struct origin {
	uint8_t what, same;             /* same: the value is that of from[0] */
	uint32_t nfrom, nvia;
	uint32_t mark;                  /* of a walk */
	struct span span;
	const struct ast *x;            /* NULL: no expression made it */
	const struct instance *inst; uint32_t slot;
	const struct symbol *symbol;
	const struct origin **from;     /* what it is made of; behind it nvia, through which it was reached */
	const struct origin_when *when; /* conditions, innermost first */
	const struct origin_piece *pieces; uint32_t npieces;     /* of a text put together, in order */
	const struct value *data;       /* of a text that a built-in wrote: what it wrote */
};
struct traced { struct value v; const struct origin *origin; };
static inline const struct origin *origin_of(const struct value *v)
{
	return v->flags & VALUE_TRACED ? ((const struct traced *)v)->origin : NULL;
}

struct origins {
	VEC(const struct origin *) parts;       /* of the expressions being evaluated, a stack */
	const struct origin_when *when;
	const struct origin_piece *pieces; uint32_t npieces;     /* of the text that was just put together */
	const struct value *data;
};
struct origin_mark { uint32_t n; const struct origin_when *when; };

/* The hooks behind the macros; only called when origins are on. */
struct origin_mark origin_enter(struct eval *e);
void origin_leave(struct eval *e, struct origin_mark m);
const struct value *origin_made(struct eval *e, const struct ast *x, const struct value *v, struct origin_mark m);
const struct value *origin_slot(struct eval *e, const struct instance *i, uint32_t slot, struct span at,
	const struct value *v, struct origin_mark m);
const struct value *origin_symbol(
	struct eval *e, const struct symbol *y, struct span at, const struct value *v, struct origin_mark m);
const struct value *origin_carried(struct eval *e, const struct value *from, const struct value *made);
const struct value *origin_key(struct eval *e, const struct value *made, const struct value *of);
const struct value *origin_leaf(struct eval *e, const struct ast *x, const struct value *v);
const struct value *origin_spread(struct eval *e, const struct ast *x, const struct value *v);
const struct value *origin_choice(struct eval *e, const struct value *row, struct span at, const struct value *chosen);
const struct value *origin_joined(struct eval *e, const struct ast *x, const struct value *made,
	const struct value *const *parts, uint32_t n);
void origin_pieces(struct eval *e, const struct value *const *parts, const uint32_t *n, uint32_t nparts);
void origin_when(struct eval *e, const struct value *cond);

static inline struct origin_mark origins_enter(struct eval *e)
{
	struct origin_mark none = { 0, NULL };
	return e->origins ? origin_enter(e) : none;
}
#define ORIGINS_LEAVE(e, m) do { if ((e)->origins) origin_leave((e), (m)); } while (0)
#define KEYED(e, of, made) ((e)->origins ? origin_key((e), (made), (of)) : (made))
#define CARRIED(e, from, made) ((e)->origins ? origin_carried((e), (from), (made)) : (made))
#define WHEN(e, cond) do { if ((e)->origins) origin_when((e), (cond)); } while (0)
#define WHEN_OVER(e) do { if ((e)->origins) (e)->origins->when = (e)->origins->when->next; } while (0)
#endif
