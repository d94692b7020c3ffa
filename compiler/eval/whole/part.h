/* Inside the checks on the whole set (eval/whole.h): what is known of each object, and what refers to what.

   An object becomes a fact; each name, address, selector and port in it becomes a reference (refer.c, hosts.c,
   values.c). References that their own component answers are dropped at once (local.c); the others are kept
   (component.c) until all is made, and then answered by name (names.c) or by labels (select.c). What nobody refers to
   is told at the end (unread.c). */
#ifndef MLOPS_WHOLE_PART_H
#define MLOPS_WHOLE_PART_H
#include "eval/whole.h"
#include "eval/plan.h"
#include <string.h>

/* in a component of more objects, nothing is found by going through them */
enum { LOCAL_FACTS = 64, MAX_DEPTH = 60 };

enum fact_tag { FACT_OTHER, FACT_PODS, FACT_SERVICE, FACT_CONFIG, FACT_CLAIM };
struct fact {                           /* an object, as far as others refer to it */
	uint8_t tag;
	uint8_t read;                   /* something reads it, or may look for its labels */
	uint8_t any_port;               /* a Service whose ports say nothing: without an address or pods of its own */
	uint8_t any_target;             /* a Service whose pods are not made with it */
	const char *api, *kind;         /* api: its group, "" for the core */
	const struct value *ns, *name;
	const struct value *labels;     /* of the pods; of the Service */
	const struct value *selector;   /* of a Service; within its component only */
	const struct value *data, *more;/* records whose keys can be read */
	/* names of pods' ports; records of a Service's, then names of those of the pods behind it */
	VEC(const struct value *) ports;
};
struct maker { const struct value *ns, *name; };        /* an object that may make others */
/* An address: NAME.NAMESPACE.svc, which can be nothing else; NAME and NAME.NAMESPACE, which the name servers of a node
   or of the world may know; what may be no address at all */
enum host_tag { HOST_NONE, HOST_SVC, HOST_PLAIN, HOST_MAYBE };
enum ref_tag { REF_NAME, REF_HOSTS, REF_HOST, REF_SELECT, REF_PROBE };
struct ref {
	uint8_t tag;
	uint8_t pods, everywhere;       /* REF_SELECT: pods, else Services; in all namespaces */
	uint8_t matched, host;          /* at the end; REF_NAME of a Service: enum host_tag */
	uint8_t implied;                /* the port is that of the address's scheme */
	const char *api, *kind;         /* REF_NAME: what is referred to */
	/* REF_HOSTS, REF_HOST: name is a text with addresses, or that is one; REF_PROBE: the port */
	const struct value *ns, *name;
	const struct value *key;        /* of a ConfigMap or Secret; a Service's port; or NULL */
	const struct value *labels;     /* REF_SELECT: a record of texts */
	VEC(const struct value *) spaces;       /* where it selects; none: in ns */
	VEC(const struct value *) ports;        /* that something selected must have */
	uint64_t open;                  /* bits of those that nothing has yet */
	uint64_t behind;                /* of Services: bits of those that the pods behind them must have */
	const char *have;               /* ports of what is selected */
	const char *effect;             /* of a name that is missing; NULL: what its kind says */
	const char *by_kind; const struct value *by_name;
	struct span at;
	struct top *top;
	struct ref *next;               /* with the same anchor */
};
struct part {                           /* one component, in arena a; traced: its texts may be symbolic */
	struct compile *c;
	struct eval *e;
	const struct plan *plan;
	struct arena *a;
	VEC(struct fact) facts;
	VEC(struct ref) refs;
	VEC(struct maker) makers;
	struct table index;                     /* details: the object's identity -> fact + 1 */
};
struct whole_plan {
	VEC(struct fact) facts;
	VEC(struct ref) refs;
	VEC(struct maker) makers;
	VEC(struct fact) unread;
	uint8_t said, selectable;
};

struct custom { const char *kind, *group, *selects, *selector, *spaces, *ports, *secrets, *hosts; };
/* names: of releases, charts and objects that make others; pods: of ours run there */
struct space { VEC(struct top *) makers; VEC(const char *) names; uint8_t swept, pods; };
struct unread { struct fact f; struct top *top; };
struct crd { const struct atom *kind; struct top *top; const char *name; };
enum word {
	A_METADATA,
	A_NAME,
	A_CONTAINERS,
	A_INIT,
	A_CM_KEY,
	A_CM_REF,
	A_CM,
	A_SECRET_KEY,
	A_SECRET_REF,
	A_SECRET,
	A_PULL,
	A_CLAIM,
	A_ACCOUNT,
	A_WORDS
};
struct whole {
	const struct atom *a[A_WORDS];
	VEC(struct custom) customs;
	struct table spaces;            /* namespace -> struct space */
	struct table seen;              /* references by name that are kept */
	struct table read;              /* identities that something refers to */
	struct table first;             /* custom kind -> the first top with one */
	struct table secrets;           /* "ns/name" -> struct out_secret */
	struct table details;           /* top -> struct part */
	struct table told;              /* identities that are missing and were reported */
	VEC(struct crd) crds;
	VEC(struct ref *) refs, selects;
	VEC(struct fact) facts;         /* pods and Services that were made plainly */
	VEC(struct unread) unread;
	VEC(const char *) names;        /* of the objects that were made plainly, as identities; for suggestions */
	uint8_t named;
};

/* whole.c: the state, and what of an arena is kept beyond it */
struct whole *whole_of(struct compile *c);
struct space *space_of(struct compile *c, const struct atom *ns);
void note_maker(struct compile *c, const struct value *ns, const char *name, size_t n, struct top *t);
/* "apps/Deployment ns/name", as claim_object() writes it */
const struct atom *identity_of(
	struct compile *c, const char *api, const char *kind, const struct value *ns, const struct value *name);
const struct value *keep_value(struct compile *c, const struct value *v);
const char *keep_word(struct compile *c, const char *s);

/* refer.c, hosts.c, values.c: what an object or a release refers to */
struct from {
	const char *kind;
	const struct value *ns, *name;
	const struct custom *custom;    /* NULL: Kubernetes' own, or not in references.tsv */
};
struct ref *add_ref(struct part *p, const struct from *o, enum ref_tag tag, const struct value *name);
void refer_object(struct part *p, const struct out_object *x);
void refer_hosts(struct part *p, const struct from *o, const struct value *v);
/* host is one, and no more; port: its number, or NULL */
void refer_host(struct part *p, const struct from *o, const struct value *host, const struct value *port);
void refer_releases(struct compile *c, struct top *t, const struct out_component *o);

/* local.c: what a component answers by itself */
struct part gather_part(struct compile *c, struct arena *a, const struct plan *plan, const struct out_component *o);
int has_key(const struct fact *f, const struct value *key);
int serves_port(const struct part *p, const struct fact *f, const struct value *port);
int has_labels(const struct part *p, const struct fact *f, const struct value *labels);
void meet_fact(const struct part *p, struct ref *r, const struct fact *f);

/* component.c */
void pend_ref(struct compile *c, struct top *t, const struct ref *r);
const struct value *bound_value(struct eval *e, struct bound *b, const struct value *v);        /* of a plan's */

/* names.c, select.c, unread.c: at the end */
struct part *details_of(struct compile *c, struct top *t);      /* the objects of a component, made once more */
void resolve_name(struct compile *c, struct ref *r);
void check_probe(struct compile *c, const struct ref *r);
void resolve_selectors(struct compile *c);
void check_selector(struct compile *c, struct ref *r);
int mentions(const struct value *v, const struct value *name, int depth);       /* as a word of a text */
int mentioned(const struct out_component *o, const struct fact *f);
void check_unread(struct compile *c, const struct unread *u);

/* report.c */
enum source_of_name { SAID_HERE, SAID_BY_SETTING, SAID_IN_YAML };
enum source_of_name name_source(const struct ref *r);
struct diag *say_at(struct compile *c, const struct ref *r, int warn, const char *name, const char *code,
	const char *fmt, const char *text);
const char *who_refers(struct compile *c, const struct ref *r);
void say_excuse(struct compile *c, struct diag *x, const char *name, const char *when);
/* keys of a ConfigMap; ports of a Service or of pods; pods: of a Service, the ports of the pods behind it */
const char *list_members(struct compile *c, const struct fact *f, int pods);

/* -- trees and texts -- */

static inline const struct value *get(const struct value *v, const char *key)
{
	const struct value *x = v && v->tag == VALUE_RECORD ? value_getc(v, key) : NULL;
	return x && x->tag != VALUE_NONE ? x : NULL;
}

static inline const struct value *get_text(const struct value *v, const char *key)
{
	const struct value *x = get(v, key);
	return x && x->tag == VALUE_STRING && x->n ? x : NULL;
}

static inline const struct value *get_record(const struct value *v, const char *key)
{
	const struct value *x = get(v, key);
	return x && x->tag == VALUE_RECORD ? x : NULL;
}

static inline const struct value *get_list(const struct value *v, const char *key)
{
	const struct value *x = get(v, key);
	return x && x->tag == VALUE_LIST ? x : NULL;
}

static inline int is(const struct value *v, const char *s)
{
	return v && v->tag == VALUE_STRING && strlen(s) == v->n && !memcmp(v->str.p, s, v->n);
}

static inline int symbolic(const struct part *p, const struct value *v)
{
	return p->plan && v && is_symbolic(v) && ((const struct symbolic *)v)->sym->plan == p->plan;
}

/* The same text, for whatever the settings are. */
static inline int same(const struct part *p, const struct value *a, const struct value *b)
{
	if (!a || !b || a->tag != b->tag)
		return 0;
	if (symbolic(p, a) || symbolic(p, b))
		return symbolic(p, a) && symbolic(p, b) && plan_same(a, b);
	return a->tag == VALUE_STRING ? a->n == b->n && !memcmp(a->str.p, b->str.p, a->n)
		: a->tag == VALUE_INT && a->i == b->i;
}

static inline int equal_text(const struct value *v, const struct value *w)
{
	return v && w && v->tag == VALUE_STRING && w->tag == VALUE_STRING && v->n == w->n
		&& !memcmp(v->str.p, w->str.p, v->n);
}

static inline int host_char(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '-';
}

static inline const struct atom *word_atom(struct compile *c, const char *s)
{
	return atom_cstr(c->e->p->atoms, s);
}
#endif
