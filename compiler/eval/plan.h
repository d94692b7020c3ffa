/* Plans: what a kind makes, as ready text with slots, so that the hundredth component of a kind costs its own values
   and not its template.

   A plan is made by evaluating a kind's output once for one component with the origins of its scalars kept: a setting's
   value is symbolic (it is the value, and it knows which slot it came from), and text put together from symbolic values
   is symbolic too. Whatever the evaluation looks into (a condition, a comparison, a built-in's argument) becomes a
   guard: the plan holds for components that have the same value there. What reaches the objects unseen becomes a slot
   of the text. So a plan needs no second evaluator, and nothing of the language is left out: a component that no plan
   fits is made plainly.

   The text of a plan is the plain writer's own, cut where symbolic values stand. The first components that use a plan
   are made both ways, and a difference (which would be a fault here) retires the plan. */
#ifndef MLOPS_PLAN_H
#define MLOPS_PLAN_H
#include "eval/eval.h"
#include "base/buf.h"
#include "base/hash.h"

#define VALUE_SYMBOLIC 1                /* in value.flags: the value is the head of a struct symbolic */
#define VALUE_TAME \
	2 /* in value.flags: plain in YAML, and cannot make text around it anything else (yaml_is_tame) */
struct sym_part { const char *p; uint32_t n; uint32_t slot; };  /* p NULL: the slot's value as text */
struct sym {
	struct plan *plan;
	uint32_t index;                 /* in plan->syms */
	uint8_t is_slot;                /* parts[0].slot as it is; else text put together */
	uint8_t text;                   /* enum text_type of the text */
	struct sym_part *parts; uint32_t nparts;
	const struct value *hashed;     /* not NULL: the hash of this tree, which holds symbolic values */
	const struct plan_ops *canonical;       /* its canonical bytes, cut where those stand */
	uint8_t frame;                  /* plain in YAML whatever tame text stands in the slots */
	uint8_t seen, again;            /* its canonical bytes are asked for; more than once */
};
struct symbolic { struct value v; const struct sym *sym; };

struct guard { uint32_t slot; const struct value *want; };
struct sym_check { const struct sym *sym; const struct type *type; };
/* n bytes as they stand, and then what differs: the symbolic value sym, or the object's hash, as a scalar of that
   indentation */
enum op_then { OP_NOTHING, OP_SYM, OP_HASH };
struct op { const char *p; uint32_t n; uint32_t sym; uint16_t indent; uint8_t then; };
struct plan_ops { struct op *v; uint32_t n, cap; };
struct residual { const struct ast *check; struct env *env; const char *rule; };
/* A symbolic scalar of an object, and the field that it has to fit (a label's value: 1, an annotation's: 2). */
struct schema_field;
struct sym_leaf { const struct sym *sym; const struct schema_field *field; uint8_t label; };
struct plan_use { struct symbol *secret; const struct atom *key; struct span at; };
struct plan_object {
	const char *api_version, *kind;
	int rank, cluster;
	uint8_t name_first;             /* no object before it has this name under the same rule for names */
	const struct value *name, *ns;  /* plain or symbolic; ns NULL: cluster-wide */
	const char *name_text, *ns_text;        /* where they are plain */
	struct plan_ops text, canonical;
};
struct plan {
	struct kind *kind;
	struct instance *inst;          /* evaluated with symbolic values */
	struct instance *orig;
	VEC(struct guard) guards;
	VEC(uint32_t) slots;            /* that are symbolic */
	VEC(struct sym *) syms;
	VEC(struct sym_check) checks;
	VEC(struct sym_leaf) leaves;    /* eval/schema.h */
	VEC(struct residual) residuals;
	VEC(struct plan_use) uses;
	VEC(struct plan_object) objects;
	uint8_t *guarded;               /* for each member */
	uint8_t failed;                 /* this component cannot be planned */
	uint8_t retired, tried;
	struct whole_plan *whole;       /* eval/whole.h */
	/* while a rule's check runs: counts what it looks into, instead of guarding it */
	uint32_t *depends;
};

/* -- hooks of the evaluator; all of them are no-ops when nothing is being traced -- */
const struct value *plan_slot(struct eval *e, struct instance *i, uint32_t slot);      /* NULL: compute it as always */
void plan_touch(struct eval *e, const struct value *v);                                /* looked into, one level */
void plan_touch_deep(struct eval *e, const struct value *v);
/* the same text, another value */
const struct value *plan_carry(struct eval *e, const struct value *from, const struct value *made);
const struct value *plan_concat(struct eval *e, const struct value *made, const struct value *const *parts, uint32_t n);
/* 32 hexadecimal digits; symbolic if the data is */
const struct value *plan_hash(struct eval *e, const struct value *data);
/* the same symbolic text, or both plain */
int plan_same(const struct value *a, const struct value *b);
void plan_check(struct eval *e, const struct value *v, const struct type *t);
/* in a residual check: this component's value */
const struct value *plan_live(struct eval *e, const struct value *v);
static inline int is_symbolic(const struct value *v) { return v->flags & VALUE_SYMBOLIC; }
#define TOUCH(e, v) do { if ((e)->plan) plan_touch((e), (v)); } while (0)
#define TOUCH_DEEP(e, v) do { if ((e)->plan) plan_touch_deep((e), (v)); } while (0)
#define LIVE(e, v) ((e)->bound && is_symbolic(v) ? plan_live((e), (v)) : (v))

/* A plan bound to one component. */
struct filled {
	const struct value *v;          /* of a symbolic value; made when it is first asked for */
	const char *yaml; uint32_t n;   /* as YAML, where that is the same everywhere */
	uint32_t ncanonical;
	const char *canonical;          /* as canonical bytes, where that is worth keeping */
};
struct bound {
	const struct plan *plan;
	struct instance *inst;
	struct filled *syms;
};
/* NULL: a guard or a check fails */
struct bound *plan_bind(struct eval *e, const struct plan *p, struct instance *i);
int plan_leaves_fit(struct eval *e, struct bound *b);
/* of an object's name or namespace */
const struct value *plan_value(struct eval *e, struct bound *b, const struct value *v);
const char *plan_cstr(struct eval *e, struct bound *b, const struct value *v);  /* with a NUL */
void plan_text(struct eval *e, struct bound *b, const struct plan_object *o, struct buf *canonical, struct buf *out,
	struct hash128 *hash);
#endif
