/* Consumes every component's objects and releases; produces E0830 to E0832 and W0830 to W0832. See whole.h for the
   idea. */
#include "eval/whole.h"
#include "base/suggest.h"
#include "eval/plan.h"
#include <stdlib.h>
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
enum ref_tag { REF_NAME, REF_HOSTS, REF_SELECT, REF_PROBE };
struct ref {
	uint8_t tag;
	uint8_t pods, everywhere;       /* REF_SELECT: pods, else Services; in all namespaces */
	uint8_t matched, host;          /* at the end; REF_NAME of a Service by an address */
	const char *api, *kind;         /* REF_NAME: what is referred to */
	const struct value *ns, *name;  /* REF_HOSTS: name is a text that holds addresses; REF_PROBE: the port */
	const struct value *key;        /* of a ConfigMap or Secret; a Service's port; or NULL */
	const struct value *labels;     /* REF_SELECT: a record of texts */
	VEC(const struct value *) spaces;       /* where it selects; none: in ns */
	VEC(const struct value *) ports;        /* that something selected must have */
	uint64_t open;                  /* bits of those that nothing has yet */
	uint64_t behind;                /* of Services: bits of those that the pods behind them must have */
	const char *have;               /* ports of what is selected */
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

struct custom { const char *kind, *group, *selects, *selector, *spaces, *ports; };
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

/* -- texts and trees -- */

static const struct value *get(const struct value *v, const char *key)
{
	const struct value *x = v && v->tag == VALUE_RECORD ? value_getc(v, key) : NULL;
	return x && x->tag != VALUE_NONE ? x : NULL;
}

static const struct value *get_text(const struct value *v, const char *key)
{
	const struct value *x = get(v, key);
	return x && x->tag == VALUE_STRING && x->n ? x : NULL;
}

static const struct value *get_record(const struct value *v, const char *key)
{
	const struct value *x = get(v, key);
	return x && x->tag == VALUE_RECORD ? x : NULL;
}

static const struct value *get_list(const struct value *v, const char *key)
{
	const struct value *x = get(v, key);
	return x && x->tag == VALUE_LIST ? x : NULL;
}

static int is(const struct value *v, const char *s)
{
	return v && v->tag == VALUE_STRING && strlen(s) == v->n && !memcmp(v->str.p, s, v->n);
}

static int symbolic(const struct part *p, const struct value *v)
{
	return p->plan && v && is_symbolic(v) && ((const struct symbolic *)v)->sym->plan == p->plan;
}

/* The same text, for whatever the settings are. */
static int same(const struct part *p, const struct value *a, const struct value *b)
{
	if (!a || !b || a->tag != b->tag)
		return 0;
	if (symbolic(p, a) || symbolic(p, b))
		return symbolic(p, a) && symbolic(p, b) && plan_same(a, b);
	return a->tag == VALUE_STRING ? a->n == b->n && !memcmp(a->str.p, b->str.p, a->n)
		: a->tag == VALUE_INT && a->i == b->i;
}

static int text_is(const struct value *v, const struct value *w)
{
	return v && w && v->tag == VALUE_STRING && w->tag == VALUE_STRING && v->n == w->n
		&& !memcmp(v->str.p, w->str.p, v->n);
}

static const struct atom *atom(struct compile *c, const char *s)
{
	return atom_cstr(c->e->p->atoms, s);
}

/* "apps" of apps/v1, "" of v1 */
static const char *group_of(struct arena *a, const char *api_version)
{
	static const char *const known[] = { "apps", "batch", "autoscaling", "policy", "networking.k8s.io",
		"rbac.authorization.k8s.io" };
	const char *slash = strchr(api_version, '/');
	size_t n = slash ? (size_t)(slash - api_version) : 0;
	if (!n)
		return "";
	for (size_t k = 0; k < sizeof known / sizeof *known; k++)
		if (!strncmp(known[k], api_version, n) && !known[k][n])
			return known[k];
	return arena_strdup(a, api_version, n);
}

static int is_custom(const char *group)
{
	size_t n = strlen(group);
	return strchr(group, '.') && (n < 7 || strcmp(group + n - 7, ".k8s.io"));
}

/* "apps/Deployment ns/name", as claim_object() in stack/claim.c writes it. */
static const struct atom *identity_of(
	struct compile *c, const char *api, const char *kind, const struct value *ns, const struct value *name)
{
	struct buf *b = &c->text;
	buf_clear(b);
	if (*api)
		buf_addf(b, "%s/", api);
	buf_adds(b, kind);
	buf_addc(b, ' ');
	if (ns) {
		buf_add(b, ns->str.p, ns->n);
		buf_addc(b, '/');
	}
	buf_add(b, name->str.p, name->n);
	return atom_intern(c->e->p->atoms, b->p, b->n);
}

static struct whole *whole(struct compile *c)
{
	static const char *const words[A_WORDS] = { "metadata", "name", "containers", "initContainers",
		"configMapKeyRef", "configMapRef", "configMap", "secretKeyRef", "secretRef", "secret",
		"persistentVolumeClaim", "serviceAccountName" };
	if (c->whole)
		return c->whole;
	struct arena *a = c->e->unit;
	struct whole *w = c->whole = ARENA_NEW(a, struct whole);
	for (int k = 0; k < A_WORDS; k++)
		w->a[k] = atom(c, words[k]);
	struct table *tables[] = { &w->spaces, &w->seen, &w->read, &w->first, &w->secrets, &w->details, &w->told };
	for (size_t k = 0; k < sizeof tables / sizeof *tables; k++)
		table_init(tables[k], a);
	uint32_t len;
	const char *s = library_text(c->e->p, "kubernetes/references.tsv", &len), *end = s ? s + len : NULL;
	while (s && s < end) {
		const char *nl = memchr(s, '\n', (size_t)(end - s)), *stop = nl ? nl : end,
			*f[6] = { "", "", "", "", "", "" };
		for (int k = 0; k < 6 && s <= stop && *s != '#'; k++) {
			const char *tab = memchr(s, '\t', (size_t)(stop - s)), *e = tab ? tab : stop;
			f[k] = arena_strdup(a, s, (size_t)(e - s));
			s = e + 1;
		}
		if (*f[0])
			VEC_PUSH(a, &w->customs, ((struct custom){ f[0], f[1], f[2], f[3], f[4], f[5] }));
		s = stop + 1;
	}
	return w;
}

static struct space *space(struct compile *c, const struct atom *ns)
{
	struct space *s = table_get(&whole(c)->spaces, ns);
	if (!s) {
		s = ARENA_NEW(c->e->unit, struct space);
		table_put(&c->whole->spaces, ns, s);
	}
	return s;
}

static void makes(struct compile *c, const struct value *ns, const char *name, size_t n, struct top *t)
{
	struct space *s = space(c, atom_intern(c->e->p->atoms, ns->str.p, ns->n));
	if (!s->makers.n || s->makers.v[s->makers.n - 1] != t)
		VEC_PUSH(c->e->unit, &s->makers, t);
	if (n)
		VEC_PUSH(c->e->unit, &s->names, arena_strdup(c->e->unit, name, n));
}

/* -- what an object refers to -- */

struct from { const char *kind; const struct value *ns, *name; };

static struct ref *add_ref(struct part *p, const struct from *o, enum ref_tag tag, const struct value *name)
{
	struct ref r = { .tag = (uint8_t)tag,
		.ns = o->ns,
		.name = name,
		.by_kind = o->kind,
		.by_name = o->name,
		.api = "",
		.kind = "" };
	if (name && !symbolic(p, name))
		r.at = name->origin;
	VEC_PUSH(p->a, &p->refs, r);
	return &p->refs.v[p->refs.n - 1];
}

static void by_name(struct part *p, const struct from *o, const char *api, const char *kind,
	const struct value *name, const struct value *key)
{
	if (!name || !o->ns || name->tag != VALUE_STRING || !name->n)
		return;
	struct ref *r = add_ref(p, o, REF_NAME, name);
	r->api = api;
	r->kind = kind;
	r->key = key;
}

/* A ConfigMap or Secret with the keys that a volume picks from it. */
static void picked(
	struct part *p, const struct from *o, const char *kind, const struct value *name, const struct value *v)
{
	const struct value *items = get_list(v, "items"), *optional = get(v, "optional");
	if (optional && optional->tag == VALUE_BOOL && optional->i)
		return;
	by_name(p, o, "", kind, name, get_text(v, "key"));
	for (uint32_t k = 0; items && k < items->n; k++)
		by_name(p, o, "", kind, name, get_text(items->items[k], "key"));
}

static int host_char(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '-';
}

/* NAME.NAMESPACE.svc[.DOMAIN][:PORT] anywhere in a text. */
static void hosts(struct part *p, const struct from *o, const struct value *v)
{
	const char *s = v->str.p, *end = s + v->n;
	for (const char *q = s; (q = memchr(q, '.', (size_t)(end - q))) && end - q >= 4; q++) {
		if (memcmp(q, ".svc", 4) || (q + 4 < end && (host_char(q[4]) || q[4] == '_')))
			continue;
		const char *ns = q, *name, *port = q + 4;
		while (ns > s && host_char(ns[-1]))
			ns--;
		if (ns == q || ns == s || ns[-1] != '.')
			continue;
		name = ns - 1;
		while (name > s && host_char(name[-1]))
			name--;
		if (name == ns - 1)
			continue;
		if (symbolic(p, v)) {
			add_ref(p, o, REF_HOSTS, v);
			return;
		}
		while (port < end && (host_char(*port) || *port == '.'))
			port++;
		long number = 0;
		if (port < end && *port == ':')
			for (port++; port < end && *port >= '0' && *port <= '9' && number < 100000; port++)
				number = number * 10 + *port - '0';
		struct ref *r = add_ref(p, o, REF_NAME, value_string(p->a, name, (size_t)(ns - 1 - name), v->origin));
		r->kind = "Service";
		r->ns = value_string(p->a, ns, (size_t)(q - ns), v->origin);
		r->key = number > 0 && number < 65536 ? value_int(p->a, number, v->origin) : NULL;
		r->host = 1;
	}
}

static int has_port(const struct value *ports, const struct value *name)
{
	for (uint32_t k = 0; ports && k < ports->n; k++)
		if (text_is(get(ports->items[k], "name"), name))
			return 1;
	return 0;
}

/* Probes speak to a port of their own container. */
static void probes(struct part *p, const struct from *o, const struct value *list)
{
	static const char *const names[] = { "livenessProbe", "readinessProbe", "startupProbe" },
		*const ways[] = { "httpGet", "tcpSocket" };
	for (uint32_t k = 0; list->tag == VALUE_LIST && k < list->n; k++)
		for (int n = 0; n < 3; n++)
			for (int m = 0; m < 2; m++) {
				const struct value *port = get_text(
					get(get(list->items[k], names[n]), ways[m]), "port");
				if (port && !symbolic(p, port) && (port->str.p[0] < '0' || port->str.p[0] > '9')
					&& !has_port(get_list(list->items[k], "ports"), port))
					add_ref(p, o, REF_PROBE, port);
			}
}

static void walk(struct part *p, const struct from *o, const struct value *v, int depth)
{
	const struct whole *w = p->c->whole;
	if (depth > MAX_DEPTH)
		return;
	if (v->tag == VALUE_STRING && v->n > 6)
		hosts(p, o, v);
	for (uint32_t i = 0; v->tag == VALUE_LIST && i < v->n; i++)
		walk(p, o, v->items[i], depth + 1);
	for (uint32_t i = 0; v->tag == VALUE_RECORD && i < v->n; i++) {
		const struct atom *k = v->rec.fields[i].key;
		const struct value *x = v->rec.fields[i].value;
		if (k == w->a[A_METADATA])
			continue;
		if (x->tag == VALUE_RECORD && o->ns) {
			if (k == w->a[A_CM_KEY] || k == w->a[A_CM_REF] || k == w->a[A_CM])
				picked(p, o, "ConfigMap", get_text(x, "name"), x);
			else if (k == w->a[A_SECRET_KEY] || k == w->a[A_SECRET_REF])
				picked(p, o, "Secret", get_text(x, "name"), x);
			else if (k == w->a[A_SECRET])
				picked(p, o, "Secret",
					get_text(x, "secretName") ? get_text(x, "secretName") : get_text(x, "name"),
					x);
			else if (k == w->a[A_CLAIM])
				by_name(p, o, "", "PersistentVolumeClaim", get_text(x, "claimName"), NULL);
		} else if (k == w->a[A_ACCOUNT] && x->tag == VALUE_STRING) {
			by_name(p, o, "", "ServiceAccount", x, NULL);
		} else if (k == w->a[A_CONTAINERS] || k == w->a[A_INIT]) {
			probes(p, o, x);
		}
		if (x->tag == VALUE_STRING || x->tag == VALUE_LIST || x->tag == VALUE_RECORD)
			walk(p, o, x, depth + 1);
	}
}

static struct ref *selects(struct part *p, const struct from *o, int pods, const struct value *labels)
{
	if (!labels || labels->tag != VALUE_RECORD || !labels->n)
		return NULL;
	for (uint32_t k = 0; k < labels->n; k++)
		if (labels->rec.fields[k].value->tag != VALUE_STRING)
			return NULL;
	struct ref *r = add_ref(p, o, REF_SELECT, NULL);
	r->pods = (uint8_t)pods;
	r->labels = labels;
	r->at = labels->origin;
	return r;
}

static void backend(struct part *p, const struct from *o, const struct value *v)
{
	const struct value *s = get(get(v, "backend"), "service"), *port = get(s, "port"), *n = get(port, "number");
	by_name(p, o, "", "Service", get_text(s, "name"), n && n->tag == VALUE_INT ? n : get_text(port, "name"));
}

static void custom_object(struct part *p, const struct from *o, struct fact *f, const struct value *spec)
{
	struct whole *w = p->c->whole;
	const struct custom *k = NULL;
	for (uint32_t n = 0; n < w->customs.n && !k; n++)
		if (!strcmp(w->customs.v[n].kind, f->kind) && !strcmp(w->customs.v[n].group, f->api))
			k = &w->customs.v[n];
	if (!k) {
		if (f->ns)
			VEC_PUSH(p->a, &p->makers, ((struct maker){ f->ns, f->name }));
		return;
	}
	if (!*k->selects)
		return;
	const struct value *sel = get(spec, k->selector), *spaces = get(spec, k->spaces),
		*list = get_list(spaces, "matchNames"), *any = get(spaces, "any"),
		*ports = get_list(spec, k->ports);
	if (!sel || get_list(sel, "matchExpressions"))
		return;
	struct ref *r = selects(p, o, *k->selects == 'p', get(sel, "matchLabels"));
	if (!r)
		return;
	r->everywhere = any && any->tag == VALUE_BOOL && any->i;
	for (uint32_t n = 0; list && n < list->n; n++)
		if (list->items[n]->tag == VALUE_STRING)
			VEC_PUSH(p->a, &r->spaces, list->items[n]);
	for (uint32_t n = 0; ports && n < ports->n && r->ports.n < 60; n++)
		if (get_text(ports->items[n], "port")) {
			VEC_PUSH(p->a, &r->ports, get_text(ports->items[n], "port"));
		} else if (get_text(ports->items[n], "targetPort")) {
			r->behind |= r->pods ? 0 : (uint64_t)1 << r->ports.n;
			VEC_PUSH(p->a, &r->ports, get_text(ports->items[n], "targetPort"));
		}
}

static void pods(struct part *p, struct fact *f, const struct value *meta, const struct value *spec)
{
	static const char *const lists[] = { "containers", "initContainers" };
	f->tag = FACT_PODS;
	f->labels = get_record(meta, "labels");
	for (int n = 0; n < 2; n++) {
		const struct value *list = get_list(spec, lists[n]);
		for (uint32_t k = 0; list && k < list->n; k++) {
			const struct value *ports = get_list(list->items[k], "ports");
			for (uint32_t q = 0; ports && q < ports->n; q++)
				if (get_text(ports->items[q], "name"))
					VEC_PUSH(p->a, &f->ports, get_text(ports->items[q], "name"));
		}
	}
}

static int own_labels(const struct value *labels)
{
	for (uint32_t k = 0; labels && k < labels->n; k++)
		if (strncmp(labels->rec.fields[k].key->text, "app.kubernetes.io/", 18))
			return 0;
	return 1;
}

static void service(struct part *p, const struct from *o, struct fact *f, const struct value *spec)
{
	const struct value *ports = get_list(spec, "ports"), *sel = get_record(spec, "selector");
	int external = is(get(spec, "type"), "ExternalName");
	f->tag = FACT_SERVICE;
	f->any_port = external || !sel || is(get(spec, "clusterIP"), "None");
	f->any_target = 1;
	f->selector = external ? NULL : sel;
	for (uint32_t k = 0; ports && k < ports->n; k++)
		VEC_PUSH(p->a, &f->ports, ports->items[k]);
	struct ref *r = external ? NULL : selects(p, o, 1, sel);
	for (uint32_t k = 0; r && ports && k < ports->n && r->ports.n < 60; k++)
		if (get_text(ports->items[k], "targetPort"))
			VEC_PUSH(p->a, &r->ports, get_text(ports->items[k], "targetPort"));
}

static void object(struct part *p, const struct out_object *x)
{
	const struct value *meta = get(x->tree, "metadata"), *spec = get(x->tree, "spec");
	struct fact f = { .api = group_of(p->a, x->api_version),
		.kind = x->kind,
		.ns = get_text(meta, "namespace"),
		.name = get_text(meta, "name"),
		.labels = get_record(meta, "labels") };
	struct from o = { x->kind, f.ns, f.name };
	const struct value *list;
	if (!f.name || !strcmp(x->kind, "CustomResourceDefinition"))
		return;
	if (is_custom(f.api)) {
		custom_object(p, &o, &f, spec);
	} else if (!*f.api) {
		if (!strcmp(f.kind, "Service")) {
			service(p, &o, &f, spec);
		} else if (!strcmp(f.kind, "ConfigMap")) {
			f.tag = FACT_CONFIG;
			f.data = get_record(x->tree, "data");
			f.more = get_record(x->tree, "binaryData");
			f.read = !own_labels(f.labels);
		} else if (!strcmp(f.kind, "PersistentVolumeClaim")) {
			f.tag = FACT_CLAIM;
			f.read = !own_labels(f.labels);
		} else if (!strcmp(f.kind, "Pod")) {
			pods(p, &f, meta, spec);
		}
	} else if (!strcmp(f.kind, "CronJob")) {
		const struct value *t = get(get(get(spec, "jobTemplate"), "spec"), "template");
		pods(p, &f, get(t, "metadata"), get(t, "spec"));
	} else if (!strcmp(f.api, "apps") || !strcmp(f.api, "batch")) {
		const struct value *t = get(spec, "template");
		if (t)
			pods(p, &f, get(t, "metadata"), get(t, "spec"));
		by_name(p, &o, "", "Service", get_text(spec, "serviceName"), NULL);
	} else if (!strcmp(f.kind, "HorizontalPodAutoscaler")) {
		const struct value *t = get(spec, "scaleTargetRef"), *api = get_text(t, "apiVersion"),
			*kind = get_text(t, "kind");
		if (api && kind && !symbolic(p, api) && !symbolic(p, kind)) {
			const char *group = group_of(p->a, arena_strdup(p->a, api->str.p, api->n));
			if (!is_custom(group))
				by_name(p, &o, group, arena_strdup(p->a, kind->str.p, kind->n), get_text(t, "name"),
					NULL);
		}
	} else if (!strcmp(f.kind, "PodDisruptionBudget") && !get_list(get(spec, "selector"), "matchExpressions")) {
		selects(p, &o, 1, get(get(spec, "selector"), "matchLabels"));
	} else if (!strcmp(f.kind, "NetworkPolicy") && !get_list(get(spec, "podSelector"), "matchExpressions")) {
		selects(p, &o, 1, get(get(spec, "podSelector"), "matchLabels"));
	} else if (!strcmp(f.kind, "Ingress")) {
		const struct value *s = get(get(spec, "defaultBackend"), "service"), *port = get(s, "port"),
			*n = get(port, "number");
		by_name(p, &o, "", "Service", get_text(s, "name"),
			n && n->tag == VALUE_INT ? n : get_text(port, "name"));
		list = get_list(spec, "rules");
		for (uint32_t k = 0; list && k < list->n; k++) {
			const struct value *paths = get_list(get(list->items[k], "http"), "paths");
			for (uint32_t q = 0; paths && q < paths->n; q++)
				backend(p, &o, paths->items[q]);
		}
	} else if (!strcmp(f.kind, "RoleBinding") || !strcmp(f.kind, "ClusterRoleBinding")) {
		const struct value *role = get(x->tree, "roleRef");
		list = get_list(x->tree, "subjects");
		for (uint32_t k = 0; list && k < list->n; k++) {
			struct from s = o;
			if (get_text(list->items[k], "namespace"))
				s.ns = get_text(list->items[k], "namespace");
			if (is(get(list->items[k], "kind"), "ServiceAccount"))
				by_name(p, &s, "", "ServiceAccount", get_text(list->items[k], "name"), NULL);
		}
		if (is(get(role, "kind"), "Role"))
			by_name(p, &o, "rbac.authorization.k8s.io", "Role", get_text(role, "name"), NULL);
	}
	VEC_PUSH(p->a, &p->facts, f);
	walk(p, &o, x->tree, 0);
}

/* -- within a component -- */

static int has_key(const struct fact *f, const struct value *key)
{
	const struct value *records[] = { f->data, f->more };
	for (int n = 0; n < 2; n++)
		for (uint32_t k = 0; records[n] && k < records[n]->n; k++) {
			const struct atom *a = records[n]->rec.fields[k].key;
			if (a->len == key->n && !memcmp(a->text, key->str.p, key->n))
				return 1;
		}
	return 0;
}

/* A Service has the port: by its number, or by its name. */
static int serves(const struct part *p, const struct fact *f, const struct value *port)
{
	if (f->any_port && port->tag == VALUE_INT)
		return 1;
	for (uint32_t k = 0; k < f->ports.n; k++)
		if (same(p, get(f->ports.v[k], port->tag == VALUE_INT ? "port" : "name"), port))
			return 1;
	return 0;
}

static int has_labels(const struct part *p, const struct fact *f, const struct value *labels)
{
	for (uint32_t k = 0; k < labels->n; k++)
		if (!f->labels
			|| !same(p, value_get(f->labels, labels->rec.fields[k].key), labels->rec.fields[k].value))
			return 0;
	return 1;
}

static int in_spaces(const struct part *p, const struct ref *r, const struct value *ns)
{
	if (r->everywhere)
		return 1;
	for (uint32_t k = 0; k < r->spaces.n; k++)
		if (same(p, r->spaces.v[k], ns))
			return 1;
	return !r->spaces.n && same(p, r->ns, ns);
}

static void meet(const struct part *p, struct ref *r, const struct fact *f)
{
	r->matched = 1;
	for (uint32_t k = 0; k < r->ports.n; k++)
		for (uint32_t n = 0; (r->open >> k & 1) && n < f->ports.n; n++)
			if (same(p, r->pods || (r->behind >> k & 1) ? f->ports.v[n] : get(f->ports.v[n], "name"),
				r->ports.v[k]))
				r->open &= ~((uint64_t)1 << k);
	if (f->tag == FACT_SERVICE && f->any_target)
		r->open &= ~r->behind;
}

/* The names of the ports of the pods that each Service leads to, where these are of its own component. */
static void behind(struct part *p)
{
	for (uint32_t n = 0; n < p->facts.n; n++) {
		struct fact *s = &p->facts.v[n];
		if (s->tag != FACT_SERVICE || !s->selector || !s->selector->n)
			continue;
		for (uint32_t k = 0; k < p->facts.n; k++) {
			const struct fact *f = &p->facts.v[k];
			if (f->tag != FACT_PODS || !same(p, f->ns, s->ns) || !has_labels(p, f, s->selector))
				continue;
			s->any_target = 0;
			for (uint32_t q = 0; q < f->ports.n; q++)
				VEC_PUSH(p->a, &s->ports, f->ports.v[q]);
		}
	}
}

static int resolved(struct part *p, struct ref *r)
{
	r->open = r->ports.n ? ((uint64_t)1 << r->ports.n) - 1 : 0;
	for (uint32_t k = 0; r->tag == REF_SELECT && k < p->facts.n; k++) {
		const struct fact *f = &p->facts.v[k];
		if (f->tag == (r->pods ? FACT_PODS : FACT_SERVICE) && in_spaces(p, r, f->ns)
			&& has_labels(p, f, r->labels))
			meet(p, r, f);
	}
	if (r->tag == REF_SELECT)
		return r->matched && !r->open;
	for (uint32_t k = 0; r->tag == REF_NAME && k < p->facts.n; k++) {
		struct fact *f = &p->facts.v[k];
		if (strcmp(f->kind, r->kind) || strcmp(f->api, r->api) || !same(p, f->ns, r->ns)
			|| !same(p, f->name, r->name))
			continue;
		f->read = 1;
		return !r->key
			|| (f->tag == FACT_SERVICE ? serves(p, f, r->key)
			: !symbolic(p, r->key) && has_key(f, r->key));
	}
	return 0;
}

/* Does a text of the object hold this name as a word? */
static int mentions(const struct value *v, const struct value *name, int depth)
{
	if (v->tag == VALUE_STRING && v->n >= name->n)
		for (uint32_t k = 0; k + name->n <= v->n; k++)
			if (!memcmp(v->str.p + k, name->str.p, name->n)
				&& (!k || (!host_char(v->str.p[k - 1]) && v->str.p[k - 1] != '.'))
				&& (k + name->n == v->n || !host_char(v->str.p[k + name->n])))
				return 1;
	for (uint32_t i = 0; v->tag == VALUE_LIST && i < v->n && depth < MAX_DEPTH; i++)
		if (mentions(v->items[i], name, depth + 1))
			return 1;
	for (uint32_t i = 0; v->tag == VALUE_RECORD && i < v->n && depth < MAX_DEPTH; i++)
		if (mentions(v->rec.fields[i].value, name, depth + 1))
			return 1;
	return 0;
}

static int mentioned(const struct out_component *o, const struct fact *f)
{
	for (uint32_t n = 0; n < o->nobjects; n++)
		for (uint32_t k = 0; k < o->objects[n].tree->n; k++)
			if (strcmp(o->objects[n].tree->rec.fields[k].key->text, "metadata")
				&& mentions(o->objects[n].tree->rec.fields[k].value, f->name, 0))
				return 1;
	return 0;
}

static struct part gathered(struct compile *c, struct arena *a, const struct plan *plan, const struct out_component *o)
{
	struct part p = { .c = c, .e = c->e, .plan = plan, .a = a };
	whole(c);
	for (uint32_t n = 0; n < o->nobjects; n++)
		object(&p, &o->objects[n]);
	if (p.facts.n <= LOCAL_FACTS)
		behind(&p);
	uint32_t kept = 0;
	for (uint32_t n = 0; n < p.refs.n; n++) {
		if (p.facts.n > LOCAL_FACTS)
			p.refs.v[n].open = p.refs.v[n].ports.n ? ((uint64_t)1 << p.refs.v[n].ports.n) - 1 : 0;
		if (p.facts.n > LOCAL_FACTS || !resolved(&p, &p.refs.v[n]))
			p.refs.v[kept++] = p.refs.v[n];
	}
	p.refs.n = kept;
	return p;
}

/* -- what is kept until all is made -- */

static const struct value *keep(struct compile *c, const struct value *v)
{
	struct arena *a = c->e->unit;
	if (!v)
		return NULL;
	if (v->tag == VALUE_STRING)
		return value_string(a, arena_strdup(a, v->str.p, v->n), v->n, v->origin);
	if (v->tag == VALUE_INT)
		return value_int(a, v->i, v->origin);
	if (v->tag != VALUE_RECORD)
		return VALUE_NONE_V;
	struct field *f = ARENA_ARRAY(a, struct field, v->n);
	for (uint32_t k = 0; k < v->n; k++)
		f[k] = (struct field){ v->rec.fields[k].key, keep(c, v->rec.fields[k].value) };
	return value_record(a, f, v->n, v->origin);
}

static const char *keep_word(struct compile *c, const char *s)
{
	return *s ? atom(c, s)->text : "";
}

/* One report for a thing that is missing, however many look for it. */
static int is_new(struct compile *c, const struct ref *r)
{
	struct whole *w = c->whole;
	const struct atom *id = identity_of(c, r->api, r->kind, r->ns, r->name);
	table_put(&w->read, id, (void *)(uintptr_t)1);
	if (r->key) {
		buf_addc(&c->text, '\n');
		if (r->key->tag == VALUE_INT)
			buf_addf(&c->text, "%lld", (long long)r->key->i);
		else
			buf_add(&c->text, r->key->str.p, r->key->n);
		id = atom_intern(c->e->p->atoms, c->text.p, c->text.n);
	}
	if (table_get(&w->seen, id))
		return 0;
	table_put(&w->seen, id, (void *)(uintptr_t)1);
	return 1;
}

static void pend(struct compile *c, struct top *t, const struct ref *r)
{
	struct whole *w = c->whole;
	struct arena *a = c->e->unit;
	if (r->tag == REF_HOSTS) {      /* of a plan's component: the text is known by now */
		struct part p = { .c = c, .e = c->e, .a = c->e->arena };
		struct from o = { r->by_kind, r->ns, r->by_name };
		hosts(&p, &o, r->name);
		for (uint32_t n = 0; n < p.refs.n; n++)
			pend(c, t, &p.refs.v[n]);
		return;
	}
	if (r->tag == REF_NAME && !is_new(c, r))
		return;
	struct ref *k = ARENA_NEW(a, struct ref);
	*k = *r;
	k->top = t;
	k->api = keep_word(c, r->api);
	k->kind = keep_word(c, r->kind);
	k->by_kind = keep_word(c, r->by_kind);
	k->by_name = keep(c, r->by_name);
	k->ns = keep(c, r->ns);
	k->name = keep(c, r->name);
	k->key = keep(c, r->key);
	k->labels = keep(c, r->labels);
	k->spaces.v = NULL;
	k->ports.v = NULL;
	k->spaces.n = k->spaces.cap = k->ports.n = k->ports.cap = 0;
	for (uint32_t n = 0; n < r->spaces.n; n++)
		VEC_PUSH(a, &k->spaces, keep(c, r->spaces.v[n]));
	for (uint32_t n = 0; n < r->ports.n; n++)
		VEC_PUSH(a, &k->ports, keep(c, r->ports.v[n]));
	if (r->tag == REF_SELECT)
		VEC_PUSH(a, &w->selects, k);
	else
		VEC_PUSH(a, &w->refs, k);
}

static void keep_fact(struct compile *c, const struct fact *f)
{
	struct arena *a = c->e->unit;
	struct fact k = *f;
	k.ns = keep(c, f->ns);
	k.labels = keep(c, f->labels);
	k.name = k.data = k.more = k.selector = NULL;
	k.ports.v = NULL;
	k.ports.n = k.ports.cap = 0;
	for (uint32_t n = 0; n < f->ports.n; n++)
		VEC_PUSH(a, &k.ports, keep(c, f->ports.v[n]));
	VEC_PUSH(a, &c->whole->facts, k);
}

static void runs_pods(struct compile *c, const struct fact *f)
{
	if (f->tag == FACT_PODS && f->ns)
		space(c, atom_intern(c->e->p->atoms, f->ns->str.p, f->ns->n))->pods = 1;
}

static void pend_unread(struct compile *c, struct top *t, const struct fact *f)
{
	struct unread u = { *f, t };
	u.f.kind = keep_word(c, f->kind);
	u.f.ns = keep(c, f->ns);
	u.f.name = keep(c, f->name);
	VEC_PUSH(c->e->unit, &c->whole->unread, u);
}

/* -- a release's values -- */

static int port_word(const char *s)
{
	static const char word[] = "nodeport";
	for (; *s; s++) {
		size_t n = 0;
		while (n < 8 && (s[n] | 32) == word[n])
			n++;
		if (n == 8)
			return 1;
	}
	return 0;
}

/* protocol: what the record around it says, or NULL */
static void node_ports(struct compile *c, struct top *t, const struct out_release *r, const struct value *v,
	const struct value *protocol, int below, int depth)
{
	int64_t n = v->tag == VALUE_INT ? v->i : 0;
	for (uint32_t k = 0; v->tag == VALUE_STRING && v->n <= 5 && k < v->n; k++)
		n = v->str.p[k] >= '0' && v->str.p[k] <= '9' && n >= 0 ? n * 10 + v->str.p[k] - '0' : -1;
	if (below && n > 0 && n < 65536) {
		struct node_claim *x = claim_node_port(c, NODE_VALUES, n, v->origin.hi ? v->origin : t->inst->at,
			t->inst->top, arena_printf(c->e->p->arena, "a value of release %s/%s", r->ns, r->name));
		if (is(protocol, "UDP") || is(protocol, "SCTP"))
			x->protocol = is(protocol, "UDP") ? "UDP" : "SCTP";
	}
	if (get_text(v, "protocol"))
		protocol = get_text(v, "protocol");
	for (uint32_t k = 0; v->tag == VALUE_LIST && below && k < v->n && depth < MAX_DEPTH; k++)
		node_ports(c, t, r, v->items[k], protocol, below, depth + 1);
	for (uint32_t k = 0; v->tag == VALUE_RECORD && k < v->n && depth < MAX_DEPTH; k++)
		node_ports(c, t, r, v->rec.fields[k].value, protocol,
			below || port_word(v->rec.fields[k].key->text), depth + 1);
}

static void host_values(struct part *p, const struct from *o, const struct value *v, int depth)
{
	if (v->tag == VALUE_STRING && v->n > 6)
		hosts(p, o, v);
	for (uint32_t k = 0; v->tag == VALUE_LIST && k < v->n && depth < MAX_DEPTH; k++)
		host_values(p, o, v->items[k], depth + 1);
	for (uint32_t k = 0; v->tag == VALUE_RECORD && k < v->n && depth < MAX_DEPTH; k++)
		host_values(p, o, v->rec.fields[k].value, depth + 1);
}

static void releases(struct compile *c, struct top *t, const struct out_component *o)
{
	struct arena *a = c->e->arena;
	for (uint32_t n = 0; n < o->nreleases; n++) {
		const struct out_release *r = &o->releases[n];
		struct part p = { .c = c, .e = c->e, .a = a };
		struct from from = { "release", value_string(a, r->ns, strlen(r->ns), (struct span){ 0, 0 }),
			value_string(a, r->name, strlen(r->name), (struct span){ 0, 0 }) };
		const char *chart = *r->chart_ref ? strrchr(r->chart_ref, '/') : r->chart;
		const struct value *over = get_text(r->values, "fullnameOverride");
		makes(c, from.ns, r->name, strlen(r->name), t);
		chart = !chart ? "" : chart == r->chart ? chart : chart + 1;
		makes(c, from.ns, chart, strlen(chart), t);
		if (over)
			makes(c, from.ns, over->str.p, over->n, t);
		if (t->inst)
			node_ports(c, t, r, r->values, NULL, 0, 0);
		host_values(&p, &from, r->values, 0);
		for (uint32_t k = 0; k < p.refs.n; k++)
			pend(c, t, &p.refs.v[k]);
	}
}

/* -- a component -- */

static void definitions(struct compile *c, struct top *t, const struct out_component *o)
{
	struct whole *w = c->whole;
	for (uint32_t n = 0; n < o->nobjects; n++) {
		const struct out_object *x = &o->objects[n];
		const struct value *spec = get(x->tree, "spec"), *group = get_text(spec, "group"),
			*kind = get_text(get(spec, "names"), "kind");
		if (!strcmp(x->kind, "CustomResourceDefinition") && group && kind) {
			const char *id = arena_printf(
				c->e->arena, "%.*s/%.*s", (int)group->n, group->str.p, (int)kind->n, kind->str.p);
			VEC_PUSH(c->e->unit, &w->crds, ((struct crd){ atom(c, id), t, keep_word(c, x->name) }));
			continue;
		}
		const char *slash = strrchr(x->api_version, '/');
		if (!slash || !memchr(x->api_version, '.', (size_t)(slash - x->api_version)))
			continue;
		const struct atom *id = atom(c,
			arena_printf(
				c->e->arena, "%.*s/%s", (int)(slash - x->api_version), x->api_version, x->kind));
		if (!table_get(&w->first, id))
			table_put(&w->first, id, t);
	}
}

static int differs(const struct part *p, const struct ref *r)
{
	int yes = symbolic(p, r->ns) || symbolic(p, r->name) || symbolic(p, r->key);    /* who refers does not matter */
	for (uint32_t n = 0; r->labels && n < r->labels->n; n++)
		yes |= symbolic(p, r->labels->rec.fields[n].value);
	for (uint32_t n = 0; n < r->spaces.n; n++)
		yes |= symbolic(p, r->spaces.v[n]);
	for (uint32_t n = 0; n < r->ports.n; n++)
		yes |= symbolic(p, r->ports.v[n]);
	return yes;
}

struct whole_plan *whole_trace(struct compile *c, const struct plan *plan, const struct out_component *o)
{
	struct arena *a = c->e->unit;
	struct part p = gathered(c, a, plan, o);
	struct whole_plan *w = ARENA_NEW(a, struct whole_plan);
	for (uint32_t n = 0; n < p.refs.n; n++)
		if (differs(&p, &p.refs.v[n]))          /* the others were seen with the first component */
			VEC_PUSH(a, &w->refs, p.refs.v[n]);
	for (uint32_t n = 0; n < p.makers.n; n++)
		VEC_PUSH(a, &w->makers, p.makers.v[n]);
	for (uint32_t n = 0; n < p.facts.n; n++) {
		const struct fact *f = &p.facts.v[n];
		if (f->tag == FACT_PODS || f->tag == FACT_SERVICE) {
			w->selectable = 1;
			VEC_PUSH(a, &w->facts, *f);
		}
		if ((f->tag == FACT_CONFIG || f->tag == FACT_CLAIM) && !f->read && !mentioned(o, f))
			VEC_PUSH(a, &w->unread, *f);
	}
	return w;
}

static const struct value *here(struct eval *e, struct bound *b, const struct value *v)
{
	if (!v || v->tag != VALUE_RECORD)
		return v ? plan_value(e, b, v) : NULL;
	struct field *f = ARENA_ARRAY(e->arena, struct field, v->n);
	for (uint32_t k = 0; k < v->n; k++)
		f[k] = (struct field){ v->rec.fields[k].key, here(e, b, v->rec.fields[k].value) };
	return value_record(e->arena, f, v->n, v->origin);
}

static void planned(struct compile *c, struct top *t, struct bound *b)
{
	struct eval *e = c->e;
	struct whole_plan *w = b->plan->whole;
	whole(c);
	for (uint32_t n = 0; n < w->refs.n; n++) {
		struct ref r = w->refs.v[n];
		r.ns = here(e, b, r.ns);
		r.name = here(e, b, r.name);
		r.key = here(e, b, r.key);
		r.by_name = here(e, b, r.by_name);
		r.labels = here(e, b, r.labels);
		const struct value **spaces = ARENA_ARRAY(e->arena, const struct value *, r.spaces.n + 1),
			**ports = ARENA_ARRAY(e->arena, const struct value *, r.ports.n + 1);
		for (uint32_t k = 0; k < r.spaces.n; k++)
			spaces[k] = here(e, b, r.spaces.v[k]);
		for (uint32_t k = 0; k < r.ports.n; k++)
			ports[k] = here(e, b, r.ports.v[k]);
		r.spaces.v = spaces;
		r.ports.v = ports;
		r.matched = 0;
		r.open = r.ports.n ? ((uint64_t)1 << r.ports.n) - 1 : 0;
		if (r.name)
			r.at = r.name->origin;          /* it was another component's */
		pend(c, t, &r);
	}
	for (uint32_t n = 0; n < w->makers.n; n++)
		if (!w->said || is_symbolic(w->makers.v[n].ns) || is_symbolic(w->makers.v[n].name))
			makes(c, here(e, b, w->makers.v[n].ns), NULL, 0, t);
	for (uint32_t n = 0; n < w->facts.n; n++)
		if (!w->said || is_symbolic(w->facts.v[n].ns)) {
			struct fact f = { .tag = w->facts.v[n].tag, .ns = here(e, b, w->facts.v[n].ns) };
			runs_pods(c, &f);
		}
	w->said = 1;
	for (uint32_t n = 0; n < w->unread.n; n++) {
		struct fact f = w->unread.v[n];
		f.ns = here(e, b, f.ns);
		f.name = here(e, b, f.name);
		pend_unread(c, t, &f);
	}
}

void whole_component(struct compile *c, struct top *t, const struct out_component *o, struct bound *bound)
{
	t->planned = bound != NULL;
	if (bound) {
		if (bound->plan->whole)
			planned(c, t, bound);
		return;
	}
	struct part p = gathered(c, c->e->arena, NULL, o);
	definitions(c, t, o);
	for (uint32_t n = 0; n < p.makers.n; n++)
		makes(c, p.makers.v[n].ns, p.makers.v[n].name->str.p, p.makers.v[n].name->n, t);
	for (uint32_t n = 0; n < p.refs.n; n++)
		pend(c, t, &p.refs.v[n]);
	for (uint32_t n = 0; n < p.facts.n; n++) {
		const struct fact *f = &p.facts.v[n];
		runs_pods(c, f);
		if (f->tag == FACT_PODS || f->tag == FACT_SERVICE)
			keep_fact(c, f);
		else if (f->tag != FACT_OTHER && !f->read && (p.facts.n > LOCAL_FACTS || !mentioned(o, f)))
			pend_unread(c, t, f);
	}
	releases(c, t, o);
}

/* -- reporting -- */

/* Where the name comes from. A typed setting of a library kind says of what exists already; what came in as YAML, or as
   objects in a setting, may be a part of something greater. */
enum source_of_name { SAID_HERE, SAID_BY_SETTING, SAID_IN_YAML };
static enum source_of_name name_source(const struct ref *r)
{
	const struct instance *i = r->top->inst;
	if (r->top->yaml)
		return SAID_IN_YAML;
	if (!i || !i->kind->source || !i->kind->source->library || !r->name || !r->name->origin.hi)
		return SAID_HERE;
	for (uint32_t s = 0; s < i->kind->members.n; s++) {
		const struct member *m = &i->kind->members.v[s];
		const struct ast *x = instance_set(i, s);
		const struct type *t = m->type;
		if (!x || m->tag != MEMBER_SETTING || r->name->origin.lo < x->span.lo
			|| r->name->origin.hi > x->span.hi)
			continue;
		while (t && (t->tag == T_OPTIONAL || t->tag == T_LIST))
			t = t->elem;
		return t && (t->tag == T_STRING || t->tag == T_TEXT) ? SAID_BY_SETTING : SAID_IN_YAML;
	}
	return SAID_HERE;
}

/* Said where the component or the YAML says it; what its kind says, at the component, with the place in the kind. */
static struct diag *said(struct compile *c, const struct ref *r, int warn, const char *name, const char *code,
	const char *fmt, const char *text)
{
	struct eval *e = c->e;
	const struct instance *i = r->top->inst;
	struct span at = i ? i->at : r->top->use ? r->top->use->span : e->stack->at;
	int inside = r->at.hi && (!i || (i->decl && r->at.lo >= i->decl->span.lo && r->at.hi <= i->decl->span.hi));
	struct diag *x;
	if (inside)
		at = r->at;
	x = warn ? diag_warn(e->diags, at, name, code, fmt, text) : diag_error(e->diags, at, code, fmt, text);
	if (r->at.hi && !inside)
		diag_place(e->diags, x, r->at, "made here");
	return x;
}

static const char *who(struct compile *c, const struct ref *r)
{
	return arena_printf(c->e->p->arena, "%s %.*s", r->by_kind, (int)(r->by_name ? r->by_name->n : 0),
		r->by_name ? r->by_name->str.p : "");
}

static void excuse(struct compile *c, struct diag *x, const char *name, const char *when)
{
	if (!x->help && x->severity == SEVERITY_ERROR)  /* every warning says how it is allowed */
		diag_help(c->e->diags, x, "%s: allow %s because \"...\"", when, name);
}

/* The objects of a component, made once more. */
static struct part *details(struct compile *c, struct top *t)
{
	struct part *p = table_get(&c->whole->details, t);
	struct eval *e = c->e;
	struct out_component o;
	if (p)
		return p;
	p = ARENA_NEW(e->unit, struct part);
	int pass = c->pass;
	c->pass = 2;                    /* nothing is claimed or checked again */
	e->arena = e->unit;
	if (make_objects(c, t, t->inst, &o))
		*p = gathered(c, e->unit, NULL, &o);
	c->pass = pass;
	table_init(&p->index, e->unit);
	for (uint32_t n = 0; n < p->facts.n; n++)
		table_put(&p->index,
			identity_of(c, p->facts.v[n].api, p->facts.v[n].kind, p->facts.v[n].ns, p->facts.v[n].name),
			(void *)(uintptr_t)(n + 1));
	table_put(&c->whole->details, t, p);
	return p;
}

/* pods: of a Service, the ports of the pods behind it */
static const char *listed(struct compile *c, const struct fact *f, int pods)
{
	struct buf b = { 0 };
	const struct value *records[] = { f->data, f->more };
	uint32_t n = 0;
	for (int k = 0; k < 2; k++)
		for (uint32_t q = 0; records[k] && q < records[k]->n && n < 12; q++)
			buf_addf(&b, "%s%s", n++ ? ", " : "", records[k]->rec.fields[q].key->text);
	for (uint32_t q = 0; q < f->ports.n && n < 12; q++) {
		const struct value *v = f->ports.v[q], *name = v->tag == VALUE_STRING ? v : get_text(v, "name"),
			*num = v->tag == VALUE_RECORD ? get(v, "port") : NULL;
		if (f->tag == FACT_SERVICE && (v->tag == VALUE_STRING) != pods)
			continue;
		buf_adds(&b, n++ ? ", " : "");
		if (name)
			buf_add(&b, name->str.p, name->n);
		if (num && num->tag == VALUE_INT)
			buf_addf(&b, "%s%lld", name ? " " : "", (long long)num->i);
	}
	const char *s = b.n ? arena_strdup(c->e->p->arena, b.p, b.n) : "none";
	buf_free(&b);
	return s;
}

/* Objects of that kind in that namespace, by what was made plainly: what is one of many was hardly misspelt. */
static const char *nearest(struct compile *c, const struct ref *r)
{
	struct whole *w = c->whole;
	struct suggest s;
	int secret = !strcmp(r->kind, "Secret");        /* no object of a component's */
	for (uint32_t n = 0; !secret && !w->named && n < c->tops.n; n++) {
		struct top *t = c->tops.v[n];
		struct part *p = t->planned || (t->inst && t->inst->kind->ninstances > 20) ? NULL : details(c, t);
		for (uint32_t k = 0; p && k < p->facts.n; k++)
			VEC_PUSH(c->e->unit, &w->names,
				identity_of(c, p->facts.v[k].api, p->facts.v[k].kind, p->facts.v[k].ns,
					p->facts.v[k].name)
					->text);
	}
	w->named |= !secret;
	const char *name = arena_strdup(c->e->p->arena, r->name->str.p, r->name->n);
	suggest_init(&s, name, r->name->n);
	const struct atom *id = identity_of(c, r->api, r->kind, r->ns, r->name);
	size_t head = id->len - r->name->n;
	for (uint32_t n = 0; n < w->names.n; n++)
		if (!strncmp(w->names.v[n], id->text, head))
			suggest_try(&s, w->names.v[n] + head);
	for (uint32_t n = 0; secret && n < c->out.nsecrets; n++)
		if (strlen(c->out.secrets[n].ns) == r->ns->n && !memcmp(c->out.secrets[n].ns, r->ns->str.p, r->ns->n))
			suggest_try(&s, c->out.secrets[n].name);
	return suggest_best(&s);
}

/* The names of the makers that plans made. */
static void sweep(struct compile *c, const struct atom *ns, struct space *s)
{
	struct eval *e = c->e;
	for (uint32_t n = 0; !s->swept && n < s->makers.n; n++) {
		struct top *t = s->makers.v[n];
		struct bound *b = t->planned ? plan_bind(e, t->plan, t->inst) : NULL;
		for (uint32_t k = 0; b && k < t->plan->whole->makers.n; k++) {
			const struct value *name = here(e, b, t->plan->whole->makers.v[k].name),
				*in = here(e, b, t->plan->whole->makers.v[k].ns);
			if (is(in, ns->text))
				VEC_PUSH(e->unit, &s->names, arena_strdup(e->unit, name->str.p, name->n));
		}
	}
	s->swept = 1;
}

static int after_maker(const struct space *s, const struct value *name)
{
	for (uint32_t n = 0; n < s->names.n; n++) {
		size_t len = strlen(s->names.v[n]);
		if (len && name->n >= len && !memcmp(name->str.p, s->names.v[n], len))
			return 1;
	}
	return 0;
}

static const char *verb(const struct ref *r)
{
	return !strcmp(r->kind, "ConfigMap") || !strcmp(r->kind, "Secret") ? "reads"
		: !strcmp(r->kind, "PersistentVolumeClaim") ? "mounts"
		: !strcmp(r->kind, "ServiceAccount") && !strstr(r->by_kind, "Binding") ? "runs as"
		: !strcmp(r->kind, "Service") ? "speaks to"
		: "is about";
}

static const char *consequence(const struct ref *r)
{
	return !strcmp(r->kind, "ConfigMap") || !strcmp(r->kind, "Secret")
		? "kubectl apply succeeds, and the pods stay in CreateContainerConfigError or ContainerCreating"
		: !strcmp(r->kind, "PersistentVolumeClaim") ? "kubectl apply succeeds, and the pods stay Pending"
		: !strcmp(r->kind, "ServiceAccount") && !strstr(r->by_kind, "Binding")
		? "kubectl apply succeeds, and no pod can be made"
		: !strcmp(r->kind, "Service") ? "the name has no address in the cluster's DNS"
		: "kubectl apply succeeds, and nothing happens";
}

static int exists_anyway(const struct ref *r)
{
	return (!strcmp(r->kind, "ServiceAccount") && is(r->name, "default"))
		|| (!strcmp(r->kind, "ConfigMap")
			&& (is(r->name, "kube-root-ca.crt") || is(r->name, "openshift-service-ca.crt")));
}

static void missing(struct compile *c, const struct ref *r)
{
	struct eval *e = c->e;
	const struct atom *ns = atom_intern(e->p->atoms, r->ns->str.p, r->ns->n);
	struct space *s = table_get(&c->whole->spaces, ns);
	int sure = !s || !s->makers.n;
	const char *best;
	enum source_of_name from = name_source(r);
	if (from == SAID_BY_SETTING || (sure && is_allowed(c, r->top->inst, "unresolved")))
		return;
	if (!sure && after_maker(s, r->name))
		return;
	best = nearest(c, r);
	if (!sure) {
		if (!best)
			return;
		sweep(c, ns, s);
		if (after_maker(s, r->name) || is_allowed(c, r->top->inst, "unresolved"))
			return;
	}
	const struct atom *id = identity_of(c, r->api, r->kind, r->ns, r->name);
	if (table_get(&c->whole->told, id))
		return;                         /* of its keys, or other keys of it, one is enough */
	table_put(&c->whole->told, id, (void *)(uintptr_t)1);
	const char *text = arena_printf(e->p->arena, "%s %s %s `%.*s`, which nothing in this stack makes",
		who(c, r), verb(r), r->kind, (int)r->name->n, r->name->str.p);
	struct diag *x = sure && from == SAID_HERE ? said(c, r, 0, NULL, D_UNRESOLVED, text)
		: said(c, r, 1, "unresolved", W_UNRESOLVED, text);
	if (best)
		diag_label(e->diags, x, "did you mean `%s`?", best);
	diag_note(e->diags, x, "in namespace %s", ns->text);
	if (sure)
		diag_note(e->diags, x, "%s", consequence(r));
	if (!strcmp(r->kind, "Secret"))
		diag_help(e->diags, x,
			"declare it: secret %.*s { %.*s } (from existing(\"%.*s\") if the cluster has it), and name its keys as %.*s.KEY",
			(int)r->name->n, r->name->str.p, (int)(r->key ? r->key->n : 3),
			r->key ? r->key->str.p : "...", (int)r->name->n, r->name->str.p, (int)r->name->n,
			r->name->str.p);
	excuse(c, x, "unresolved", "if the cluster has it already");
}

static void late(struct compile *c, const struct ref *r, const struct top *maker)
{
	struct eval *e = c->e;
	int waits = strcmp(r->kind, "ConfigMap") && strcmp(r->kind, "PersistentVolumeClaim")
		&& strcmp(r->kind, "ServiceAccount");
	if (waits || !r->top->needed || is_allowed(c, r->top->inst, "late"))
		return;
	struct diag *x = said(c, r, 0, NULL, D_LATE,
		arena_printf(e->p->arena, "%s %s %s `%.*s`, which comes after it", who(c, r), verb(r), r->kind,
			(int)r->name->n, r->name->str.p));
	diag_note(e->diags, x, "`%s` is applied, and waited for because others need it, before `%s` is",
		r->top->name, maker->name);
	excuse(c, x, "late", "wire the one to the other, or, if the cluster has it from before");
}

static void resolve_name(struct compile *c, struct ref *r)
{
	struct eval *e = c->e;
	struct whole *w = c->whole;
	if (exists_anyway(r)
		|| (r->host && !table_get(&c->namespaces, atom_intern(e->p->atoms, r->ns->str.p, r->ns->n))))
		return;
	const struct atom *id = identity_of(c, r->api, r->kind, r->ns, r->name);
	if (!strcmp(r->kind, "Secret")) {
		const struct out_secret *s = table_get(&w->secrets, id);
		int found = s && (!r->key || !strcmp(s->source, "existing"));   /* which has whatever keys it has */
		for (uint32_t n = 0; s && r->key && n < s->nkeys; n++)
			found |= is(r->key, s->keys[n]);
		if (!s)
			missing(c, r);
		if (!s || found || is_allowed(c, r->top->inst, "unresolved"))
			return;
		struct diag *x = said(c, r, 0, NULL, D_UNRESOLVED,
			arena_printf(e->p->arena, "%s reads key `%.*s` of Secret `%s`, which is not rendered",
				who(c, r), (int)r->key->n, r->key->str.p, s->name));
		diag_note(e->diags, x, "mlopsc secrets renders the keys that components name; %s%s",
			s->nkeys ? "of this one: " : "none of this one", s->nkeys ? s->keys[0] : "");
		diag_help(e->diags, x, "name the key itself: env-list({ NAME: secret.key })");
		return;
	}
	struct top *t = made_by(c, id);
	if (!t) {
		missing(c, r);
		return;
	}
	if (t->place > r->top->place && !r->host)
		late(c, r, t);
	if (!r->key)
		return;
	struct part *p = details(c, t);
	uintptr_t n = (uintptr_t)table_get(&p->index, id);
	const struct fact *f = n ? &p->facts.v[n - 1] : NULL;
	if (!f)
		return;
	if (r->at.hi && r->key->origin.hi)
		r->at = r->key->origin;
	if (f->tag == FACT_SERVICE) {
		if (serves(p, f, r->key) || is_allowed(c, r->top->inst, "unresolved-port"))
			return;
		struct diag *x = said(c, r, 0, NULL, D_UNRESOLVED_PORT,
			r->key->tag == VALUE_INT
				? arena_printf(e->p->arena,
					"%s speaks to port %lld of Service `%.*s`, which has none such", who(c, r),
					(long long)r->key->i, (int)r->name->n, r->name->str.p)
				: arena_printf(e->p->arena,
					"%s speaks to port `%.*s` of Service `%.*s`, which has none such",
					who(c, r), (int)r->key->n, r->key->str.p, (int)r->name->n, r->name->str.p));
		diag_note(e->diags, x, "its ports: %s", listed(c, f, 0));
		excuse(c, x, "unresolved-port", "if it is meant so");
	} else if (f->tag == FACT_CONFIG && !has_key(f, r->key) && !is_allowed(c, r->top->inst, "unresolved")) {
		struct diag *x = said(c, r, 0, NULL, D_UNRESOLVED,
			arena_printf(e->p->arena, "%s reads key `%.*s` of ConfigMap `%.*s`, which has none such",
				who(c, r), (int)r->key->n, r->key->str.p, (int)r->name->n, r->name->str.p));
		diag_note(e->diags, x, "its keys: %s", listed(c, f, 0));
		diag_note(e->diags, x, "%s", consequence(r));
		excuse(c, x, "unresolved", "if something adds it in the cluster");
	}
}

static void probe(struct compile *c, const struct ref *r)
{
	if (is_allowed(c, r->top->inst, "unresolved-port"))
		return;
	struct diag *x = said(c, r, 0, NULL, D_UNRESOLVED_PORT,
		arena_printf(c->e->p->arena, "a probe of %s asks port `%.*s`, which its container does not name",
			who(c, r), (int)r->name->n, r->name->str.p));
	diag_note(c->e->diags, x, "the probe fails, and the container is ended over and over, or never ready");
	diag_help(c->e->diags, x,
		"name the port in the container: ports: [ { name: \"%.*s\", containerPort: ... } ]",
		(int)r->name->n, r->name->str.p);
}

/* -- selectors, each against everything, by an index -- */

static const struct atom *anchor(
	struct compile *c, int pods, const struct value *ns, const struct field *label, int make)
{
	struct buf *b = &c->text;
	buf_clear(b);
	buf_addc(b, pods ? 'p' : 's');
	if (ns)
		buf_add(b, ns->str.p, ns->n);
	buf_addc(b, '\n');
	buf_add(b, label->key->text, label->key->len);
	buf_addc(b, '=');
	buf_add(b, label->value->str.p, label->value->n);
	return make ? atom_intern(c->e->p->atoms, b->p, b->n) : atom_find(c->e->p->atoms, b->p, b->n);
}

static void each_anchor(struct compile *c, struct ref *r, const struct field *label,
	void (*f)(struct compile *c, struct ref *r, const struct atom *a, void *ctx), void *ctx)
{
	if (r->everywhere)
		f(c, r, anchor(c, r->pods, NULL, label, 1), ctx);
	else if (!r->spaces.n)
		f(c, r, anchor(c, r->pods, r->ns, label, 1), ctx);
	for (uint32_t n = 0; !r->everywhere && n < r->spaces.n; n++)
		f(c, r, anchor(c, r->pods, r->spaces.v[n], label, 1), ctx);
}

static void count_anchor(struct compile *c, struct ref *r, const struct atom *a, void *ctx)
{
	struct table *t = ctx;
	(void)c;
	(void)r;
	table_put(t, a, (void *)((uintptr_t)table_get(t, a) + 1));
}

static uint32_t first_open(const struct ref *r)
{
	uint32_t k = 0;
	while (!(r->open >> k & 1))
		k++;
	return k;
}

struct anchored { struct ref *r; struct anchored *next; };

static void put_anchor(struct compile *c, struct ref *r, const struct atom *a, void *ctx)
{
	struct table *t = ctx;
	struct anchored *x = ARENA_NEW(c->e->unit, struct anchored);
	*x = (struct anchored){ r, table_get(t, a) };
	table_put(t, a, x);
}

static void try_fact(struct compile *c, const struct table *index, const struct part *p, const struct fact *f)
{
	for (uint32_t k = 0; f->ns && f->labels && k < f->labels->n; k++) {
		const struct field *l = &f->labels->rec.fields[k];
		if (l->value->tag != VALUE_STRING)
			continue;
		for (int everywhere = 0; everywhere < 2; everywhere++) {
			const struct atom *a = anchor(c, f->tag == FACT_PODS, everywhere ? NULL : f->ns, l, 0);
			for (struct anchored *x = a ? table_get(index, a) : NULL; x; x = x->next)
				if (has_labels(p, f, x->r->labels)) {
					meet(p, x->r, f);
					if (x->r->open && !x->r->have)
						x->r->have = listed(c, f, x->r->behind >> first_open(x->r) & 1);
				}
		}
	}
}

static void resolve_selectors(struct compile *c)
{
	struct whole *w = c->whole;
	struct eval *e = c->e;
	struct table counts, index;
	struct part plain = { .c = c, .e = e };
	table_init(&counts, e->unit);
	table_init(&index, e->unit);
	if (!w->selects.n)
		return;
	for (uint32_t n = 0; n < w->selects.n; n++)
		for (uint32_t k = 0; k < w->selects.v[n]->labels->n; k++)
			each_anchor(c, w->selects.v[n], &w->selects.v[n]->labels->rec.fields[k], count_anchor, &counts);
	for (uint32_t n = 0; n < w->selects.n; n++) {
		struct ref *r = w->selects.v[n];
		const struct field *best = &r->labels->rec.fields[0];
		uintptr_t fewest = UINTPTR_MAX;
		for (uint32_t k = 0; k < r->labels->n; k++) {   /* the label that fewest others ask for */
			uintptr_t m = (uintptr_t)table_get(&counts,
				anchor(c, r->pods,
					r->everywhere ? NULL
						: r->spaces.n ? r->spaces.v[0]
						: r->ns,
					&r->labels->rec.fields[k], 1));
			if (m < fewest) {
				fewest = m;
				best = &r->labels->rec.fields[k];
			}
		}
		each_anchor(c, r, best, put_anchor, &index);
	}
	for (uint32_t n = 0; n < w->facts.n; n++)
		try_fact(c, &index, &plain, &w->facts.v[n]);
	for (uint32_t n = 0; n < c->tops.n; n++) {
		struct top *t = c->tops.v[n];
		if (!t->plan || !t->plan->whole || !t->plan->whole->selectable || !t->planned)
			continue;
		struct arena_mark mark = arena_mark(c->scratch);
		struct arena *old = e->arena;
		e->arena = c->scratch;
		struct bound *b = plan_bind(e, t->plan, t->inst);
		for (uint32_t k = 0; b && k < t->plan->whole->facts.n; k++) {
			struct fact f = t->plan->whole->facts.v[k];
			const struct value **ports = ARENA_ARRAY(e->arena, const struct value *, f.ports.n + 1);
			f.ns = here(e, b, f.ns);
			f.labels = here(e, b, f.labels);
			for (uint32_t q = 0; q < f.ports.n; q++)
				ports[q] = here(e, b, f.ports.v[q]);
			f.ports.v = ports;
			try_fact(c, &index, &plain, &f);
		}
		e->arena = old;
		arena_rewind(c->scratch, mark);
	}
}

/* May something that cannot be seen bear these labels? */
static int unseen(struct compile *c, const struct ref *r, const struct value *ns)
{
	struct space *s = table_get(&c->whole->spaces, atom_intern(c->e->p->atoms, ns->str.p, ns->n));
	if (!table_get(&c->namespaces, atom_intern(c->e->p->atoms, ns->str.p, ns->n)))
		return !text_is(ns, r->ns);     /* nothing of ours is there */
	return s && s->makers.n;
}

static void selector(struct compile *c, struct ref *r)
{
	struct eval *e = c->e;
	struct buf b = { 0 };
	if (r->matched && !r->open)
		return;
	if (r->matched) {
		const uint32_t k = first_open(r);
		const int far = (r->behind >> k & 1) != 0;
		if (is_allowed(c, r->top->inst, "unresolved-port"))
			return;
		if (r->ports.v[k]->origin.hi)
			r->at = r->ports.v[k]->origin;
		struct diag *x = said(c, r, 0, NULL, D_UNRESOLVED_PORT,
			arena_printf(e->p->arena, "%s names port `%.*s`, and no %s that it selects has it",
				who(c, r), (int)r->ports.v[k]->n, r->ports.v[k]->str.p,
				r->pods ? "pod"
					: far ? "pod of the Services"
					: "Service"));
		diag_note(e->diags, x, "%s: %s", r->pods || far ? "their ports" : "its ports", r->have);
		excuse(c, x, "unresolved-port", "if something else opens it");
		return;
	}
	int hidden = r->everywhere;
	for (uint32_t k = 0; k < r->spaces.n; k++)
		hidden |= unseen(c, r, r->spaces.v[k]);
	if (!r->spaces.n)
		hidden |= unseen(c, r, r->ns);
	if (hidden || is_allowed(c, r->top->inst, "selects-nothing"))
		return;
	for (uint32_t k = 0; k < r->labels->n && k < 6; k++)
		buf_addf(&b, "%s%s=%.*s", k ? ", " : "", r->labels->rec.fields[k].key->text,
			(int)r->labels->rec.fields[k].value->n, r->labels->rec.fields[k].value->str.p);
	struct diag *x = said(c, r, 1, "selects-nothing", W_SELECTS_NOTHING,
		arena_printf(
			e->p->arena, "%s selects no %s of this stack", who(c, r), r->pods ? "pod" : "Service"));
	const struct value *ns = r->spaces.n ? r->spaces.v[0] : r->ns;
	diag_note(e->diags, x, "it looks for %s in namespace %.*s%s", b.p, (int)ns->n, ns->str.p,
		r->spaces.n > 1 ? " and others" : "");
	excuse(c, x, "selects-nothing", "if something else makes them");
	buf_free(&b);
}

static void unread(struct compile *c, const struct unread *u)
{
	struct eval *e = c->e;
	const struct atom *ns = u->f.ns ? atom_intern(e->p->atoms, u->f.ns->str.p, u->f.ns->n) : NULL;
	struct space *s = ns ? table_get(&c->whole->spaces, ns) : NULL;
	struct ref r = { .top = u->top, .by_kind = u->f.kind, .by_name = u->f.name, .at = u->f.name->origin };
	if (!s || !s->pods || !strncmp(ns->text, "kube-", 5)
		|| table_get(&c->whole->read, identity_of(c, u->f.api, u->f.kind, u->f.ns, u->f.name))
		|| is_allowed(c, u->top->inst, "unread"))
		return;
	/* charts and operators read what they are told by name */
	for (uint32_t n = 0; n < s->makers.n && n < 1000; n++) {
		struct arena_mark mark = arena_mark(c->scratch);
		struct arena *old = e->arena;
		struct out_component o;
		int pass = c->pass, hit = 0;
		c->pass = 2;
		e->arena = c->scratch;
		if (make_objects(c, s->makers.v[n], s->makers.v[n]->inst, &o)) {
			hit = mentioned(&o, &u->f);
			for (uint32_t k = 0; k < o.nreleases; k++)
				hit |= mentions(o.releases[k].values, u->f.name, 0);
		}
		e->arena = old;
		c->pass = pass;
		arena_rewind(c->scratch, mark);
		if (hit)
			return;
	}
	struct diag *x = said(c, &r, 1, "unread", W_UNREAD,
		arena_printf(e->p->arena, "nothing in this stack %s %s `%.*s`",
			u->f.tag == FACT_CLAIM ? "mounts" : "reads", u->f.kind, (int)u->f.name->n,
			u->f.name->str.p));
	diag_note(e->diags, x, "in namespace %s", ns->text);
	excuse(c, x, "unread", "if something else does");
}

void whole_check(struct compile *c)
{
	struct whole *w = whole(c);
	struct eval *e = c->e;
	for (uint32_t n = 0; n < c->tops.n; n++)
		c->tops.v[n]->place = n + 1;
	for (uint32_t n = 0; n < c->out.nsecrets; n++) {
		const struct out_secret *s = &c->out.secrets[n];
		struct value ns = { .tag = VALUE_STRING, .n = (uint32_t)strlen(s->ns), .str.p = s->ns },
			name = { .tag = VALUE_STRING, .n = (uint32_t)strlen(s->name), .str.p = s->name };
		table_put(&w->secrets, identity_of(c, "", "Secret", &ns, &name), (void *)(uintptr_t)s);
	}
	for (uint32_t n = 0; n < w->refs.n; n++)
		if (w->refs.v[n]->tag == REF_PROBE)
			probe(c, w->refs.v[n]);
		else
			resolve_name(c, w->refs.v[n]);
	resolve_selectors(c);
	for (uint32_t n = 0; n < w->selects.n; n++)
		selector(c, w->selects.v[n]);
	for (uint32_t n = 0; n < w->crds.n; n++) {
		struct top *first = table_get(&w->first, w->crds.v[n].kind);
		if (!first || first->place >= w->crds.v[n].top->place || is_allowed(c, first->inst, "late"))
			continue;
		struct ref r = { .top = first };
		struct diag *x = said(c, &r, 0, NULL, D_LATE,
			arena_printf(e->p->arena, "%s is made before its kind is known", w->crds.v[n].kind->text));
		diag_note(e->diags, x, "CustomResourceDefinition %s stands in `%s`, which is applied after `%s`",
			w->crds.v[n].name, w->crds.v[n].top->name, first->name);
		excuse(c, x, "late", "put both into one file, or, if the cluster has it from before");
	}
	for (uint32_t n = 0; !e->diags->nerrors && n < w->unread.n; n++)        /* a misspelt reader is enough said */
		unread(c, &w->unread.v[n]);
}
