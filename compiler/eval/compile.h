/* The whole stack, compiled: two passes. The first makes every component, forces every slot, runs every check, rule and
   claim, and makes each object once, in scratch memory, to see that it can be made. The second (out_stack.component)
   makes a component's objects again when the emitter asks for them, so that no more than one component is held at a
   time. */
#ifndef MLOPS_COMPILE_H
#define MLOPS_COMPILE_H
#include "eval/out.h"
#include "eval/eval.h"

struct top {                            /* one file of manifests */
	const char *name, *kind;
	struct instance *inst;          /* a component; NULL for the others */
	VEC(struct instance *) parts;   /* sources of secrets: several instances in one file */
	struct source *yaml; const struct value **docs; uint32_t ndocs; const struct ast *use;
	VEC(struct top *) needs;
	uint32_t number;                /* in compile.tops, once they are ordered */
	uint8_t mark;
	uint8_t needed;                 /* some other component has a wire to it */
	const struct plan *plan;        /* what makes its objects, or NULL: make_objects() */
	uint32_t place;                 /* in the order of applying, from 1; whole.c */
	uint8_t unmade;                 /* an error: its objects are not known */
	uint8_t planned;                /* whole.c looked at it as its plan's */
};
struct kube_kind { const struct atom *word; const char *api_version, *kind, *plural; uint8_t cluster; int rank; };
struct made_release { struct out_release r; struct top *top; struct instance *inst; };
/* 96 bits of an object's group, kind, namespace and name; its top's number + 1 */
struct identity { uint64_t hash; uint32_t more, top; };
struct charts;
struct whole;
struct compile {
	struct eval *e;
	struct out_stack out;
	const char *version;            /* of the compiler */
	VEC(struct top *) tops;         /* in dependency order once ordered */
	VEC(struct kube_kind) kinds;
	struct table kind_words;        /* word -> struct kube_kind + 1 */
	uint8_t kinds_read;
	struct identity *identities; uint32_t nidentities, identity_cap;        /* of every object, open addressing */
	struct buf text, canonical;     /* reused */
	struct table claims;
	VEC(struct node_claim *) node_claims;
	struct table node_ports;        /* number + 16 -> the last struct node_claim of it */
	struct table namespaces;
	VEC(const char *) namespace_list;
	const char *latest[4];          /* of them, asked for last */
	VEC(struct made_release) releases;      /* for a delivery kind */
	struct arena *scratch;
	struct out_wire *wires; uint32_t nwires;        /* once they are asked for */
	int delivers;                   /* the stack says that a kind delivers, */
	struct top *delivery;           /* and this is it, once all the others are made */
	uint32_t nsources;              /* tops before the numbered ones: sources of secrets */
	int pass;
	const char *rule;               /* whose checks are running */
	int plain;                      /* no plans: for tests */
	/* only settings are made now, a component's objects when they are asked for; with origins */
	int lazy;
	struct bound *bound;            /* first pass: the plan of the component in hand, bound */
	struct charts *charts;          /* object/chart.c: NULL until a release is checked */
	struct whole *whole;            /* whole.c: NULL until a component is made */
};
struct claim { struct span at; const char *who; };
enum node_claim_from { NODE_EXPOSED, NODE_SERVICE, NODE_VALUES };
struct node_claim {                     /* of a node port */
	int64_t port;
	enum node_claim_from from;
	const char *protocol;           /* "TCP", ... */
	struct span at; const char *who;
	const struct instance *top;     /* the component that says it, or NULL */
	struct node_claim *next;        /* an earlier one of the same number */
	int served;                     /* exposed: a Service of the same component has it, and claims it itself */
};

/* Makes and checks everything. 0 when there were errors. */
int compile_stack(struct compile *c);
/* object/component.c: the objects, releases and files of a component in e->arena. 0 on error. */
int make_component(struct compile *c, struct top *t, struct out_component *out);
/* without a plan */
int make_objects(struct compile *c, struct top *t, struct instance *i, struct out_component *out);
int run_output_checks(struct compile *c, struct top *t);
/* object/name.c */
int object_name_rule(const char *kind);         /* the same number: the same rule for names */
int object_name_fits(const char *kind, const struct value *name);
/* object/sound.c: would the API server take it? 0 after reporting why not. */
int object_sound(struct eval *e, const struct out_object *o, struct span at);
/* plan/planned.c */
int plan_component(struct compile *c, struct top *t, struct out_component *out);
/* sets t->plan if one fits; first pass, nothing made yet */
void plan_first_use(struct compile *c, struct top *t);
/* made plainly and sound: make a plan of it, or try one */
void plan_learn(struct compile *c, struct top *t, const struct out_component *plain);
int plan_rules(struct compile *c, struct top *t);
/* object/kind.c. NULL: not in the library's table */
const struct kube_kind *kube_kind(struct compile *c, const struct atom *word);
/* reports an unknown one */
const struct kube_kind *manifest_kind(struct compile *c, const struct ast *manifest);
const struct kube_kind *kube_kind_of(struct compile *c, const char *api_version, const char *kind);
enum { KUBE_WORD = 80 };
/* deployment, of Deployment; cut to what fits. The word's length. */
size_t kube_word(char word[KUBE_WORD], const char *kind);
/* stack/check.c. By an `allow` of that name around the component, or of the stack? */
int is_allowed(struct compile *c, const struct instance *i, const char *name);
/* 0 after reporting that it does not hold; warnings are no reason to stop. origin: "the kind", for messages. */
int run_check(struct compile *c, struct env *env, const struct ast *check, struct instance *i, struct span at,
	const char *origin);
/* stack/rule.c */
void run_rules(struct compile *c, struct top *t, struct out_component *out);
/* stack/claim.c. What two claim is reported, with `who` of both. */
void claim_text(struct compile *c, const char *text, struct span at, const char *who);
/* Looked at when all are made; the caller may say another protocol than TCP. */
struct node_claim *claim_node_port(struct compile *c, enum node_claim_from from, int64_t port, struct span at,
	const struct instance *top, const char *who);
/* "apps/Deployment namespace/name"; NULL: nothing of the stack is that */
struct top *made_by(struct compile *c, const struct atom *identity);
/* stack/envs.c */
void check_other_envs(struct compile *c);
/* stack/risk.c: what risks remember of a component, and whether one of them holds for two rememberings */
void tell_facts(struct compile *c,
	void (*take)(void *to, const char *instance, const char *kind, const char *member, const char *value),
	void *to);
void try_risks(struct compile *c);
struct risk_finding { int cls; unsigned flags; const char *because, *cure; };   /* cure NULL: none */
/* old, new: records of typed members (risk_fact). 1: it holds; 0: it does not, or reads a member that one of them
   lacks; -1 error, reported. */
int risk_judge(struct eval *e, const struct kind *k, const struct ast *risk, const struct value *old,
	const struct value *new, int restarts, struct risk_finding *f);
/* as the lock has it; NULL: not of that type */
const struct value *risk_fact(struct eval *e, const struct type *t, const char *text);
/* stack/drift.c */
void check_policy(struct compile *c, struct instance *i);
/* where the policy says it; {0, 0}: nowhere */
struct span policy_place(const struct instance *i, const struct atom *name);
/* stack/secrets.c */
void collect_secrets(struct compile *c);
void check_secrets(struct compile *c);
int render_secrets(struct compile *c, const char *text, size_t len, const char *name, struct buf *out);
void list_secrets(struct compile *c, struct buf *out);
#endif
