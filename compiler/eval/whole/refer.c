/* Consumes an object; produces a fact and its references. */
#include "eval/whole/part.h"

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

struct ref *add_ref(struct part *p, const struct from *o, enum ref_tag tag, const struct value *name)
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

/* NULL: there is nothing to look for. */
static struct ref *by_name(struct part *p, const struct from *o, const char *api, const char *kind,
	const struct value *name, const struct value *key)
{
	if (!name || !o->ns || name->tag != VALUE_STRING || !name->n)
		return NULL;
	struct ref *r = add_ref(p, o, REF_NAME, name);
	r->api = api;
	r->kind = kind;
	r->key = key;
	return r;
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

static int has_port(const struct value *ports, const struct value *name)
{
	for (uint32_t k = 0; ports && k < ports->n; k++)
		if (equal_text(get(ports->items[k], "name"), name))
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

static void pulls(struct part *p, const struct from *o, const struct value *list)
{
	for (uint32_t k = 0; list->tag == VALUE_LIST && k < list->n; k++) {
		struct ref *r = by_name(p, o, "", "Secret", get_text(list->items[k], "name"), NULL);
		if (r)
			r->effect = "kubectl apply succeeds, and images are pulled without its password";
	}
}

/* In a custom kind a record may be one key of a Secret, or the address of a Service: references.tsv says where. */
static void custom_record(struct part *p, const struct from *o, const struct value *x)
{
	struct ref *r = *o->custom->secrets && get_text(x, "key")
		? by_name(p, o, "", "Secret", get_text(x, "name"), get_text(x, "key")) : NULL;
	if (r)
		r->effect = "kubectl apply succeeds, and its operator refuses the object or leaves it out";
	if (*o->custom->hosts && get_text(x, o->custom->hosts))
		refer_host(p, o, get_text(x, o->custom->hosts), get(get(x, "port"), "number"));
}

static void walk(struct part *p, const struct from *o, const struct value *v, int depth)
{
	const struct whole *w = p->c->whole;
	if (depth > MAX_DEPTH)
		return;
	if (v->tag == VALUE_STRING)
		refer_hosts(p, o, v);
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
			else if (o->custom)
				custom_record(p, o, x);
		} else if (k == w->a[A_ACCOUNT] && x->tag == VALUE_STRING) {
			by_name(p, o, "", "ServiceAccount", x, NULL);
		} else if (k == w->a[A_PULL]) {
			pulls(p, o, x);
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
	const struct value *s = get(v, "service"), *port = get(s, "port"), *n = get(port, "number");
	by_name(p, o, "", "Service", get_text(s, "name"), n && n->tag == VALUE_INT ? n : get_text(port, "name"));
}

static const struct custom *custom_kind(const struct whole *w, const struct fact *f)
{
	for (uint32_t n = 0; n < w->customs.n; n++)
		if (!strcmp(w->customs.v[n].kind, f->kind) && !strcmp(w->customs.v[n].group, f->api))
			return &w->customs.v[n];
	return NULL;
}

static void custom_object(struct part *p, const struct from *o, struct fact *f, const struct value *spec)
{
	const struct custom *k = o->custom;
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

void refer_object(struct part *p, const struct out_object *x)
{
	const struct value *meta = get(x->tree, "metadata"), *spec = get(x->tree, "spec");
	struct fact f = { .api = group_of(p->a, x->api_version),
		.kind = x->kind,
		.ns = get_text(meta, "namespace"),
		.name = get_text(meta, "name"),
		.labels = get_record(meta, "labels") };
	struct from o = { x->kind, f.ns, f.name, is_custom(f.api) ? custom_kind(p->c->whole, &f) : NULL };
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
		backend(p, &o, get(spec, "defaultBackend"));
		list = get_list(spec, "rules");
		for (uint32_t k = 0; list && k < list->n; k++) {
			const struct value *paths = get_list(get(list->items[k], "http"), "paths");
			for (uint32_t q = 0; paths && q < paths->n; q++)
				backend(p, &o, get(paths->items[q], "backend"));
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
