/* The evaluator: pure, lazy, memoised. An instance is one component with a cell for each slot of its kind; a cell is
   computed when it is first asked for, and meeting one in progress is a cycle. */
#ifndef MLOPS_EVAL_H
#define MLOPS_EVAL_H
#include "base/hash.h"
#include "value/literal.h"
#include "value/value.h"
#include "sema/program.h"

struct instance;
struct env { struct instance *inst; const struct value *locals[MAX_LOCALS]; };

struct offer { struct instance *from; const struct ast *decl; struct env *env; };
struct field_set { uint32_t slot; const struct ast *set; };
struct eval;
struct instance {
	struct kind *kind;
	const struct atom *name;        /* full: outer-inner */
	const struct atom *local;       /* as declared */
	const struct ast *decl;         /* AST_COMPONENT, AST_DRIFT; NULL for the stack, detectors, deliveries */
	struct symbol *symbol;
	struct instance *parent, *top;  /* composite; top-level component */
	struct env *env;                /* in which the block's right-hand sides are evaluated */
	const struct value **cells;     /* a cell for each member */
	uint16_t *sets;                 /* for each member, the statement that sets it: read with instance_set() */
	VEC(const struct ast *) others; /* expressions that set a member and are no statement of decl */
	const struct value **fixed;     /* values set by the compiler itself (NULL mostly) */
	VEC(struct field_set) fields;   /* `setting.field = value` */
	VEC(const struct ast *) statements;     /* expose, patch, values, check, alert */
	VEC(struct allow) allows;
	const struct value **given;     /* for each give without parameters */
	const struct value **ports, **exposes;
	const struct value *signals[3]; /* of a drift: its detectors, once asked for */
	VEC(struct instance *) inner;
	VEC(struct offer) *offers;      /* for each member that collects; NULL when none */
	VEC(struct instance *) wires;   /* what it needs: instances, in order of the needs */
	VEC(struct symbol *) keyed;     /* secrets whose keys its kind has looked at */
	struct span at;                 /* where it is declared */
	/* stack/top.c: the file of manifests that it has, if it is a component of the stack */
	struct top *made;
	uint8_t expanded, forced, mark, failed;
	/* something of its block was not understood: what its kind makes of the rest says little */
	uint8_t suspect;
	uint8_t refused;                /* a check of its kind has failed with an error */
};
/* The expression that sets the member, or NULL. A statement of the declaration is known by its number, to keep ten
   thousand components small; what comes from elsewhere (an env, --set, the arguments of a detector) is in others. */
enum { SET_ELSEWHERE = 0x8000 };
static inline const struct ast *instance_set(const struct instance *i, uint32_t slot)
{
	const uint32_t n = i->sets ? i->sets[slot] : 0;
	if (!n)
		return NULL;
	if (n & SET_ELSEWHERE)
		return i->others.v[n & (SET_ELSEWHERE - 1)];
	const struct ast *st = i->decl->kids[n];
	return st->kids[st->tag == AST_ASSIGN ? 0 : 1];
}
void instance_set_to(struct eval *e, struct instance *i, uint32_t slot, const struct ast *x);
struct given {
	struct instance *inst;
	struct give *give;
	struct env *env;
	const struct value **cells;
	struct arena *arena;
	struct span asked;
};
struct secret_use {
	const struct atom *ns;
	struct symbol *secret;
	const struct atom *key; /* NULL: all */
	const struct instance *by;
	struct span at;
};

/* a file that was read while evaluating; relative to the root */
struct input { const char *name; struct hash128 hash; };

struct frame {
	const struct instance *inst;
	uint32_t slot;
	const struct symbol *symbol;
	struct span at;
	struct frame *prev;
};
/* Rules ask for the parts of an image one after the other: the last one is kept, by its text. */
struct image_seen { struct image_ref parts; uint32_t n; char text[320]; };
struct eval {
	struct image_seen image;
	struct program *p;
	struct arena *arena;            /* where values are made now: unit, or scratch while an object is made */
	struct arena *unit;
	struct diags *diags;
	uint64_t steps, max_steps;
	/* of steps, where expressions are counted: max_steps, or 0 with origins, which take the long way */
	uint64_t limit;
	size_t max_bytes;
	uint32_t depth;
	uint8_t stopped;                /* a limit was reached: everything is an error now, silently */
	struct frame *frame;
	struct instance *stack;         /* the stack block as an instance of kind `stack` */
	VEC(struct instance *) instances;       /* every one, in order of making; top-level and inner */
	VEC(struct instance *) tops;
	VEC(struct secret_use) uses;
	struct table missing_keys;      /* of secrets: reported, as "secret.key" -> struct diag */
	struct table use_index;
	VEC(struct symbol *) kind_secrets;      /* that kinds declare, one for each component */
	uint8_t offers_done;            /* 0, 1 in progress, 2 */
	uint8_t offers_lost;            /* some could not be made: what is collected is not all there is */
	uint8_t all_made;
	const struct instance *user;    /* whose output is being made: secrets are used in its namespace */
	int in_secret;                  /* a derived secret is being computed: keys may go into strings */
	const struct value *(*secret_text)(
		struct eval *e, struct symbol *secret, const struct atom *key, struct span at);
	void *secret_ctx;
	VEC(struct given *) givens;     /* to be looked at once everything is made; first pass */
	void (*on_given)(struct eval *e, struct given *g);      /* looks at one; NULL: nobody wants to */
	/* does an `allow` around the value in hand silence a warning? */
	int (*allowed)(struct eval *e, const char *name);
	void *hooks_ctx;                /* struct compile */
	const struct atom *a_on, *a_node, *a_nodes, *a_keys, *a_none, *a_cluster, *a_balancer;
	struct table givers;            /* per interface: cached list for implied wires at the stack's level */
	/* of the manifest or patch that is made: its literals have the types of its fields */
	const struct ast *body; const char *body_api, *body_kind;
	struct plan *plan;              /* being traced; see eval/plan.h */
	struct origins *origins;        /* NULL: off; see eval/origin.h */
	struct bound *bound;            /* a plan's residual checks run for one component */
	struct buf hashed;              /* what plans hash, one within the other */
	struct table rows;              /* catalog rows that have been evaluated, by their AST_SET */
	struct table files;             /* what was read of them, by what was asked for */
	VEC(struct input) inputs;
	const struct atom *catalog;     /* the stack's */
	uint8_t catalog_broken;         /* it names none: reported, and every row is an error */
};

/* eval.c, and the files that expr.h names */
const struct value *eval(struct eval *e, struct env *env, const struct ast *x);
const struct value *eval_typed(struct eval *e, struct env *env, const struct ast *x, const struct type *t);
const struct value *eval_open(struct eval *e, struct env *env, const struct ast *x, const struct type *t);
const struct value *coerce(struct eval *e, const struct value *v, const struct type *t, struct span at);
/* would coerce() take it? says nothing */
int fits(struct eval *e, const struct value *v, const struct type *t);
const struct value *slot_value(struct eval *e, struct instance *i, uint32_t slot);
const struct value *member_value(struct eval *e, struct instance *i, const char *name);       /* NULL: no such member */
const struct value *symbol_value(struct eval *e, struct symbol *y, struct span at);
const struct value *given_field(struct eval *e, struct given *g, const struct atom *name, struct span at);
const struct value *value_field(
	struct eval *e, const struct value *v, const struct atom *name, struct span at, struct span whole);
/* of what may go into a string; NULL otherwise */
const char *text_of(struct eval *e, const struct value *v, size_t *n);
static inline int is_error(const struct value *v)
{
	return v->tag == VALUE_ERROR;
}
int truth(struct eval *e, const struct value *v, struct span at);               /* 1, 0, -1 error */
struct env *env_copy(struct eval *e, const struct env *env);
const char *value_noun(struct eval *e, const struct value *v);
const struct type *type_of_value(const struct value *v);
const struct value *detected_value(struct eval *e, const struct value *d, const struct atom *name);
struct diag *eval_error_at(struct eval *e, struct span at, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Runs body for each element with the loop's variables bound. 0 on error. */
int each(struct eval *e, struct env *env, const struct ast *loop,
	int (*body)(struct eval *e, struct env *env, const struct ast *loop, void *ctx), void *ctx);
const struct value *list_concat(struct eval *e, const struct value *a, const struct value *b, struct span at);
/* n more steps, for what walks values; 0 when the budget is used up */
int counted(struct eval *e, uint32_t n, struct span at);
int limit_bytes(struct eval *e, size_t more, struct span at);   /* 0 when the budget would be passed (reported once) */

/* stack/drift.c */
const struct value *policy_field(struct eval *e, struct instance *i, const struct atom *name, struct span at);

/* builtin/builtin.c */
struct arg { const struct atom *name; const struct value *value; const struct ast *x; };
const struct value *builtin_call(struct eval *e, struct env *env, int index, const struct ast *call);
void builtin_doc(struct buf *out);
int builtin_index(const struct atom *name);     /* -1: there is none */
const char *builtin_name(int i);                /* NULL past the end */
extern const struct builtins builtins;          /* for struct program */

/* wire/instance.c: one component */
struct instance *instance_new(struct eval *e, struct kind *k, const struct atom *name, const struct ast *decl,
	struct instance *parent, struct env *env);
void suspect(struct eval *e, struct instance *i, const struct atom *word);     /* a setting of that name is not known */
/* statements of the block did not parse */
void suspect_broken(struct eval *e, struct instance *i, struct span block);
struct instance *instance_behind(const struct value *v);        /* of a component or a given; NULL */
const struct value *component_value(struct eval *e, struct instance *i);
const char *instance_label(struct eval *e, const struct instance *i);  /* "`name` (kind)" */

/* wire/family.c: all components */
void make_instances(struct eval *e);                    /* every component of the stack, inner ones included */
void expand_instance(struct eval *e, struct instance *i);        /* makes the inner components of a composite */
const struct value *symbol_instances(struct eval *e, struct symbol *y, struct span at);

/* wire/give.c: needs to gives */
const struct value *wire_implied(struct eval *e, struct instance *i, uint32_t slot);
const struct value *give_value(struct eval *e, struct instance *i, struct give *g, struct span at);
const struct value *give_call(
	struct eval *e, struct env *env, struct instance *i, struct give *g, const struct ast *call);

/* wire/offer.c: offers to what collects them */
void all_offers(struct eval *e);                        /* each offer to what collects it, once */
const struct value *collected(struct eval *e, struct instance *i, uint32_t slot);
/* who offered what a loop over collected offers has in hand, or NULL */
const struct instance *offered_by(const struct instance *i, const struct value *v);

/* wire/port.c */
const struct value *port_value(struct eval *e, struct instance *i, const struct atom *name, struct span at);
const struct value *expose_value(struct eval *e, struct instance *i, const struct atom *name, struct span at);
const struct ast *expose_statement(const struct instance *i, const struct atom *port);

/* wire/secret.c */
const char *secret_object(struct eval *e, struct symbol *secret);       /* name of the Kubernetes Secret */
/* noted for the namespace of the component in hand; key NULL: all */
void secret_used(struct eval *e, struct symbol *secret, const struct atom *key, struct span at);

/* wire/catalog.c: rows of the stack's catalog */
void check_catalogs(struct eval *e);
/* reports it; an error */
const struct value *no_catalog_row(struct eval *e, struct instance *i, struct span at);
const struct value *catalog_slot(struct eval *e, struct instance *i);
const struct value *version_slot(struct eval *e, struct instance *i);
/* of a component of that kind, else the catalog's; none */
const struct value *catalog_row_of(struct eval *e, const char *kind);
#endif
