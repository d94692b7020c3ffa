/* What fits the fields of its kind (schema.h) and is refused by the API server all the same, or kept and without
   effect: selectors that select nothing, lists with one key twice (which kubectl apply --server-side refuses),
   containers without an image, mounts of no volume, settings that exclude each other. What a plan's components differ
   in is not looked at. Rules of Kubernetes 1.31 to 1.36 for the kinds that every cluster has. */
#include "eval/compile.h"
#include "value/literal.h"
#include "eval/plan.h"
#include <string.h>

struct look {
	struct eval *e;
	const char *kind, *name;
	struct span at;                 /* where nothing better is known */
	int ok;
};

static int is_text(const struct value *v) { return v->tag == VALUE_STRING; }

static const struct value *get(const struct value *v, const char *key)
{
	const struct value *x = v && v->tag == VALUE_RECORD ? value_getc(v, key) : NULL;
	return x && x->tag != VALUE_NONE ? x : NULL;
}

static int by_user(const struct look *l, const struct value *v)
{
	const struct source *src = v && v->origin.hi && v->tag <= VALUE_RECORD
		? source_of(l->e->p->sources, v->origin.lo)
		: NULL;
	return src && !src->library;
}

/* Said where the user wrote it; what a kind of the library wrote, at the component. */
static struct diag *wrong(struct look *l, const struct value *v, const char *text)
{
	struct diag *x = diag_error(l->e->diags, by_user(l, v) ? v->origin : l->at, D_OBJECT_FIELD, text);
	if (v && v->origin.hi && v->tag <= VALUE_RECORD && !by_user(l, v))
		diag_place(l->e->diags, x, v->origin, "made here");
	if (l->name)
		diag_note(l->e->diags, x, "in %s %s", l->kind, l->name);
	l->ok = 0;
	return x;
}

static int same_text(const struct value *a, const struct value *b)
{
	return a && b && is_text(a) && is_text(b) && a->n == b->n && !memcmp(a->str.p, b->str.p, a->n);
}

static int same(const struct value *a, const struct value *b)
{
	return (!a && !b) || (a && b && a->tag == VALUE_INT && b->tag == VALUE_INT && a->i == b->i) || same_text(a, b);
}

/* Items with the same values under both keys; the second key may be NULL. */
static void twice(struct look *l, const struct value *list, const char *key, const char *second, const char *what,
	const char *where)
{
	for (uint32_t i = 1; list && list->tag == VALUE_LIST && i < list->n && list->n < 500; i++) {
		const struct value *k = get(list->items[i], key), *s = second ? get(list->items[i], second) : NULL;
		size_t n;
		const char *t;
		if (!k || (l->e->plan && is_symbolic(k)))
			continue;
		for (uint32_t q = 0; q < i; q++)
			if (same(get(list->items[q], key), k)
				&& same(second ? get(list->items[q], second) : NULL, s)
				&& (t = text_of(l->e, k, &n))) {
				const struct value *first = get(list->items[q], key);
				struct diag *x = wrong(l, by_user(l, k) || !by_user(l, first) ? k : first,
					arena_printf(l->e->p->arena, "%s `%.*s` stands twice in %s", what, (int)n,
						t, where));
				diag_note(l->e->diags, x,
					"kubectl apply --server-side refuses a list with the same key twice");
				break;
			}
	}
}

static const char *item_name(struct eval *e, const struct value *v)
{
	const struct value *n = get(v, "name");
	return n && is_text(n) ? arena_strdup(e->p->arena, n->str.p, n->n) : "?";
}

/* What is the same for all that a plan makes; NULL otherwise. */
static const struct value *known(const struct look *l, const struct value *v)
{
	return v && !(l->e->plan && is_symbolic(v)) ? v : NULL;
}

static int is(const struct look *l, const struct value *v, const char *s)
{
	return known(l, v) && value_says(v, s);
}

static int amount(const struct look *l, const struct value *v, struct quantity *q)
{
	const char *s, *why;
	size_t n;
	return known(l, v) && (v->tag == VALUE_STRING || v->tag == VALUE_INT || v->tag == VALUE_FLOAT)
		&& (s = text_of(l->e, v, &n)) && lit_quantity(s, n, q, &why) && !q->negative;
}

/* 0, "0" and "0%" */
static int is_zero(const struct look *l, const struct value *v)
{
	return known(l, v)
		&& ((v->tag == VALUE_INT && !v->i)
			|| (is_text(v) && v->n && v->n <= 2 && v->str.p[0] == '0'
				&& (v->n == 1 || v->str.p[1] == '%')));
}

/* Requests within limits; what plugins of devices offer comes in whole pieces, and as much is asked for as is
   allowed. */
static void resources(struct look *l, const struct value *c, const char *where)
{
	const struct value *asked = get(get(c, "resources"), "requests"), *most = get(get(c, "resources"), "limits");
	struct arena *a = l->e->p->arena;
	for (uint32_t i = 0; asked && asked->tag == VALUE_RECORD && i < asked->n; i++) {
		const struct atom *k = asked->rec.fields[i].key;
		const struct value *v = asked->rec.fields[i].value,
			*limit = most && most->tag == VALUE_RECORD ? value_get(most, k) : NULL;
		struct quantity q, m;
		size_t n, nm;
		if (limit && limit->tag == VALUE_NONE)
			limit = NULL;
		if (!limit && strchr(k->text, '/') && known(l, v)) {
			diag_help(l->e->diags,
				wrong(l, v,
					arena_printf(a, "%s requests `%s` without a limit of it", where, k->text)),
				"write it among the limits; the request is then the same");
			continue;
		}
		if (!amount(l, v, &q) || !amount(l, limit, &m) || q.nano == m.nano
			|| (q.nano < m.nano && !strchr(k->text, '/')))
			continue;
		const char *s = text_of(l->e, v, &n), *sm = text_of(l->e, limit, &nm);
		wrong(l, v,
			arena_printf(a,
				q.nano > m.nano
					? "%s requests %.*s of `%s`, and its limit is %.*s"
					: "%s requests %.*s of `%s`, and of these the request has to be the limit, %.*s",
				where, (int)n, s, k->text, (int)nm, sm));
	}
	for (uint32_t i = 0; most && most->tag == VALUE_RECORD && i < most->n; i++) {
		const struct atom *k = most->rec.fields[i].key;
		struct quantity q;
		if (strchr(k->text, '/') && amount(l, most->rec.fields[i].value, &q) && q.nano % 1000000000u)
			wrong(l, most->rec.fields[i].value,
				arena_printf(a, "%s has a part of one `%s`, and there are only whole ones", where,
					k->text));
	}
}

static void once_is_enough(struct look *l, const struct value *c, const char *where)
{
	static const char *const names[] = { "livenessProbe", "startupProbe" };
	for (int i = 0; i < 2; i++) {
		const struct value *n = known(l, get(get(c, names[i]), "successThreshold"));
		if (n && n->tag == VALUE_INT && n->i != 1)
			diag_help(l->e->diags,
				wrong(l, n,
					arena_printf(l->e->p->arena,
						"the %s of %s cannot have a successThreshold of %lld", names[i],
						where, (long long)n->i)),
				"leave it out: only a readinessProbe may ask for more than one success");
	}
}

static int has_item(const struct value *list, const struct value *name)
{
	for (uint32_t i = 0; list && list->tag == VALUE_LIST && i < list->n; i++)
		if (same_text(get(list->items[i], "name"), name))
			return 1;
	return 0;
}

static void containers(struct look *l, const struct value *pod, const char *key, const struct value *claims)
{
	const struct value *list = get(pod, key), *volumes = get(pod, "volumes");
	struct eval *e = l->e;
	twice(l, list, "name", NULL, "container", "this pod");
	for (uint32_t i = 0; list && list->tag == VALUE_LIST && i < list->n; i++) {
		const struct value *c = list->items[i], *env = get(c, "env"), *mounts = get(c, "volumeMounts");
		const char *where;
		if (c->tag != VALUE_RECORD)
			continue;
		where = arena_printf(e->p->arena, "container %s", item_name(e, c));
		if (!get(c, "image"))
			diag_help(e->diags,
				wrong(l, get(c, "name"), arena_printf(e->p->arena, "%s has no image", where)),
				"a patch finds a container by its name: is it spelled as in the object?");
		twice(l, env, "name", NULL, "variable", where);
		twice(l, get(c, "ports"), "containerPort", "protocol", "port", where);
		twice(l, get(c, "ports"), "name", NULL, "port name", where);
		twice(l, mounts, "mountPath", NULL, "mount path", where);
		resources(l, c, where);
		once_is_enough(l, c, where);
		for (uint32_t k = 0; mounts && mounts->tag == VALUE_LIST && k < mounts->n; k++) {
			const struct value *n = get(mounts->items[k], "name"),
				*path = known(l, get(mounts->items[k], "mountPath"));
			const char *drive = path && is_text(path) && path->n > 2 && path->str.p[1] == ':'
				? path->str.p + 2
				: NULL;
			if (path && is_text(path) && path->n && !drive
				&& (path->str.p[0] != '/' || memchr(path->str.p, ':', path->n)))
				diag_help(e->diags,
					wrong(l, path,
						arena_printf(e->p->arena, "%s cannot mount at `%.*s`", where,
							(int)path->n, path->str.p)),
					"a mount path starts with `/` and has no `:` in it");
			if (n && is_text(n) && !(e->plan && is_symbolic(n)) && !has_item(volumes, n)) {
				int claimed = 0;
				for (uint32_t q = 0; claims && claims->tag == VALUE_LIST && q < claims->n; q++)
					claimed |= same_text(get(get(claims->items[q], "metadata"), "name"), n);
				if (!claimed)
					wrong(l, n,
						arena_printf(e->p->arena,
							"%s mounts `%.*s`, which is no volume of its pod", where,
							(int)n->n, n->str.p));
			}
		}
	}
}

static void pod_spec(struct look *l, const struct value *pod, const struct value *claims)
{
	twice(l, get(pod, "volumes"), "name", NULL, "volume", "this pod");
	containers(l, pod, "initContainers", claims);
	containers(l, pod, "containers", claims);
}

/* Pods of a Job end, those of the others are started again; the schema allows either in both. */
static void restarts(struct look *l, const struct value *spec, int job)
{
	const struct value *pod = get(get(spec, "template"), "spec"), *v = get(pod, "restartPolicy");
	if (v && (!is_text(v) || (l->e->plan && is_symbolic(v))))
		return;
	int always = !v || value_says(v, "Always");
	if (pod && job && always)
		diag_help(l->e->diags, wrong(l, v ? v : pod, "the pods of a Job cannot be restarted for ever"),
			"write restartPolicy: \"OnFailure\" or \"Never\" in the pod's spec");
	else if (pod && !job && !always)
		diag_help(l->e->diags,
			wrong(l, v, arena_printf(l->e->p->arena, "the pods of a %s are always restarted", l->kind)),
			"leave restartPolicy out");
}

/* How a Deployment or StatefulSet goes from one template to the next. */
static void strategy(struct look *l, const struct value *spec, const char *key, const char *without)
{
	const struct value *s = get(spec, key), *roll = get(s, "rollingUpdate"), *surge = get(roll, "maxSurge"),
		*away = get(roll, "maxUnavailable");
	const struct value *ready = known(l, get(spec, "minReadySeconds")),
		*late = get(spec, "progressDeadlineSeconds");
	if (roll && is(l, get(s, "type"), without))
		diag_help(l->e->diags,
			wrong(l, get(s, "type"),
				arena_printf(l->e->p->arena, "%s of type %s has no rollingUpdate", key, without)),
			"leave out the one or the other");
	if (is_zero(l, surge) && is_zero(l, away))
		diag_note(l->e->diags, wrong(l, away, "maxSurge and maxUnavailable cannot both be 0"),
			"no pod could be made before another ends, and none ended before another is made");
	if (ready && ready->tag == VALUE_INT && (!late || known(l, late)) && (!late || late->tag == VALUE_INT)
		&& ready->i >= (late ? late->i : 600) && !strcmp(l->kind, "Deployment"))
		diag_note(l->e->diags,
			wrong(l, ready,
				arena_printf(l->e->p->arena,
					"minReadySeconds must be less than progressDeadlineSeconds, %lld",
					late ? (long long)late->i : 600)),
			"the rollout would be given up before its first pod counts as ready");
}

/* A Service of each type has what the type is about. */
static void service(struct look *l, const struct value *spec)
{
	const struct value *ports = get(spec, "ports"), *type = get(spec, "type"), *ip = get(spec, "clusterIP");
	const int external = is(l, type, "ExternalName"), headless = is(l, ip, "None");
	const int opens = is(l, type, "NodePort") || is(l, type, "LoadBalancer") || (type && !known(l, type));
	struct arena *a = l->e->p->arena;
	if (!spec)
		return;
	if (external && !get(spec, "externalName"))
		diag_help(l->e->diags, wrong(l, type, "a Service of type ExternalName needs an externalName"),
			"write externalName: \"db.example.com\" in its spec");
	if (!external && !headless && (!ip || known(l, ip)) && (!type || known(l, type))
		&& (!ports || (known(l, ports) && ports->tag == VALUE_LIST && !ports->n)))
		diag_help(l->e->diags, wrong(l, ports ? ports : spec, "a Service needs ports"),
			"only one with clusterIP: \"None\", or of type ExternalName, may have none");
	if (headless && type && opens && known(l, type))
		wrong(l, ip,
			arena_printf(a, "a Service of type %.*s cannot be without an address of its own",
				(int)type->n, type->str.p));
	for (uint32_t i = 0; !opens && ports && ports->tag == VALUE_LIST && i < ports->n; i++) {
		const struct value *n = known(l, get(ports->items[i], "nodePort"));
		if (n && n->tag == VALUE_INT)
			diag_help(l->e->diags,
				wrong(l, n, "only a Service of type NodePort or LoadBalancer has a node port"),
				"write type: \"NodePort\" in its spec");
	}
	twice(l, ports, "port", "protocol", "port", "this Service");
	twice(l, ports, "name", NULL, "port name", "this Service");
	for (uint32_t i = 0; ports && ports->tag == VALUE_LIST && ports->n > 1 && i < ports->n; i++)
		if (ports->items[i]->tag == VALUE_RECORD && !get(ports->items[i], "name"))
			wrong(l, ports->items[i], "a Service with several ports needs a name for each");
}

static void ingress(struct look *l, const struct value *spec)
{
	const struct value *rules = get(spec, "rules"), *all = get(spec, "defaultBackend");
	if (spec && !all && (!rules || (rules->tag == VALUE_LIST && !rules->n)))
		wrong(l, spec, "an Ingress needs rules or a defaultBackend");
	for (uint32_t i = 0; rules && rules->tag == VALUE_LIST && i < rules->n; i++) {
		const struct value *paths = get(get(rules->items[i], "http"), "paths");
		for (uint32_t k = 0; paths && paths->tag == VALUE_LIST && k < paths->n; k++)
			if (!get(paths->items[k], "path")
				&& (is(l, get(paths->items[k], "pathType"), "Prefix")
					|| is(l, get(paths->items[k], "pathType"), "Exact")))
				diag_help(l->e->diags,
					wrong(l, get(paths->items[k], "pathType"),
						"an Ingress path of this type needs a path"),
					"write path: \"/\" for all");
	}
}

static void scaler(struct look *l, const struct value *spec)
{
	const struct value *least = known(l, get(spec, "minReplicas")), *most = known(l, get(spec, "maxReplicas"));
	if (least && most && least->tag == VALUE_INT && most->tag == VALUE_INT && least->i > most->i)
		wrong(l, most,
			arena_printf(l->e->p->arena, "maxReplicas, %lld, cannot be less than minReplicas, %lld",
				(long long)most->i, (long long)least->i));
}

/* An account is one of a namespace; the binding has none, and takes none from its subjects' side. */
static void accounts(struct look *l, const struct value *subjects)
{
	for (uint32_t i = 0; subjects && subjects->tag == VALUE_LIST && i < subjects->n; i++)
		if (is(l, get(subjects->items[i], "kind"), "ServiceAccount") && !get(subjects->items[i], "namespace"))
			diag_help(l->e->diags,
				wrong(l, get(subjects->items[i], "name"),
					"a ServiceAccount as subject of a ClusterRoleBinding needs its namespace"),
				"write namespace: \"...\" beside its name");
}

#define ANNOTATIONS_MAX 262144   /* bytes of all keys and values */

static void annotations(struct look *l, const struct value *meta)
{
	const struct value *v = get(meta, "annotations");
	size_t n = 0;
	for (uint32_t i = 0; v && v->tag == VALUE_RECORD && i < v->n; i++)
		n += v->rec.fields[i].key->len
			+ (known(l, v->rec.fields[i].value) && is_text(v->rec.fields[i].value)
					? v->rec.fields[i].value->n
					: 0);
	if (n > ANNOTATIONS_MAX)
		diag_help(l->e->diags,
			wrong(l, v,
				arena_printf(l->e->p->arena,
					"the annotations hold %zu bytes; the API server takes %d", n,
					ANNOTATIONS_MAX)),
			"what is large belongs into a ConfigMap");
}

/* The pods of an indexed Job are called NAME-0 and so on, and that has to be a label. */
static void indexed_name(struct look *l, const struct value *spec, struct span at)
{
	const struct value *mode = get(spec, "completionMode"), *n = get(spec, "completions");
	if (!mode || !is_text(mode) || mode->n != 7 || memcmp(mode->str.p, "Indexed", 7) || !n || n->tag != VALUE_INT)
		return;
	size_t len = strlen(l->name) + 2;       /* `-` and a digit */
	for (int64_t i = n->i - 1; i >= 10; i /= 10)
		len++;
	if (len > 63) {
		diag_error(l->e->diags, at, D_OBJECT_NAME, l->name, "an indexed Job",
			arena_printf(
				l->e->p->arena, "its last pod would have a name of %zu bytes; at most 63", len));
		l->ok = 0;
	}
}

static void pod_template(struct look *l, const struct value *spec)
{
	const struct value *t = get(spec, "template"), *meta = get(t, "metadata"), *own = get(meta, "labels"),
		*wanted = get(get(spec, "selector"), "matchLabels");
	pod_spec(l, get(t, "spec"), get(spec, "volumeClaimTemplates"));
	for (uint32_t i = 0; wanted && wanted->tag == VALUE_RECORD && i < wanted->n; i++) {
		const struct field *f = &wanted->rec.fields[i];
		const struct value *x = own && own->tag == VALUE_RECORD ? value_get(own, f->key) : NULL;
		if (f->value->tag == VALUE_STRING
			&& !(l->e->plan && (is_symbolic(f->value) || (x && is_symbolic(x))))
			&& !same_text(x, f->value))
			diag_note(l->e->diags,
				wrong(l, f->value,
					arena_printf(l->e->p->arena,
						"the selector wants the label `%s: %.*s`, which the pods do not have",
						f->key->text, (int)f->value->n, f->value->str.p)),
				"the API server refuses a selector that does not match the template");
		else
			continue;
		break;                  /* one selector, one mistake */
	}
}

#define CONFIG_MAX 1048576       /* bytes of all values, binary ones decoded; keys do not count */

static void config_size(struct look *l, const struct value *data, const struct value *binary)
{
	size_t n = 0, most = 0;
	const struct field *largest = NULL;
	for (int b = 0; b < 2; b++) {
		const struct value *d = b ? binary : data;
		for (uint32_t i = 0; d && d->tag == VALUE_RECORD && i < d->n; i++) {
			const struct value *v = d->rec.fields[i].value;
			size_t len = v->tag == VALUE_STRING ? v->n : 0;
			if (b)
				for (size_t pad = (len = len / 4 * 3, 0);
					pad < 2 && v->n > pad && v->str.p[v->n - 1 - pad] == '='; pad++)
					len--;
			n += len;
			if (len > most) {
				most = len;
				largest = &d->rec.fields[i];
			}
		}
	}
	if (n <= CONFIG_MAX)
		return;
	struct diag *x = diag_error(l->e->diags, largest->value->origin.hi ? largest->value->origin : l->at,
		D_OBJECT_LARGE, "ConfigMap", arena_strdup(l->e->p->arena, l->name, strlen(l->name)), n, CONFIG_MAX);
	diag_note(l->e->diags, x, "%zu of them are `%s`", most, largest->key->text);
	diag_help(l->e->diags, x, "take fewer rows, or let the service fetch what is large");
	l->ok = 0;
}

#define STORED_MAX 1572864       /* bytes of an object as etcd stores it: 1.5 MiB by default */

/* About what an object has as JSON. */
static size_t stored_size(const struct value *v, int depth)
{
	size_t n = v->tag == VALUE_STRING ? v->n + 2 : 5;
	for (uint32_t i = 0; v->tag == VALUE_LIST && i < v->n && depth < 60; i++)
		n += stored_size(v->items[i], depth + 1) + 1;
	for (uint32_t i = 0; v->tag == VALUE_RECORD && i < v->n && depth < 60; i++)
		n += v->rec.fields[i].key->len + 4 + stored_size(v->rec.fields[i].value, depth + 1);
	return n;
}

static void whole_size(struct look *l, const struct value *tree)
{
	const size_t n = stored_size(tree, 0);
	if (n <= STORED_MAX)
		return;
	diag_note(l->e->diags,
		diag_error(l->e->diags, l->at, D_OBJECT_LARGE, arena_strdup(l->e->p->arena, l->kind, strlen(l->kind)),
			arena_strdup(l->e->p->arena, l->name, strlen(l->name)), n, STORED_MAX),
		"that is as much as etcd stores of one object by default");
	l->ok = 0;
}

int object_sound(struct eval *e, const struct out_object *o, struct span at)
{
	static const char *const workloads[] = { "apps/v1/Deployment", "apps/v1/StatefulSet", "apps/v1/DaemonSet",
		"apps/v1/ReplicaSet", "batch/v1/Job" };
	struct look l = { .e = e, .kind = o->kind, .name = o->name, .at = at, .ok = 1 };
	const struct value *spec = get(o->tree, "spec");
	size_t n = strlen(o->api_version);
	for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++)
		if (!strncmp(workloads[i], o->api_version, n) && workloads[i][n] == '/'
			&& !strcmp(workloads[i] + n + 1, o->kind)) {
			pod_template(&l, spec);
			restarts(&l, spec, !strcmp(o->kind, "Job"));
			if (!strcmp(o->kind, "Deployment"))
				strategy(&l, spec, "strategy", "Recreate");
			if (!strcmp(o->kind, "StatefulSet"))
				strategy(&l, spec, "updateStrategy", "OnDelete");
			if (!strcmp(o->kind, "Job"))
				indexed_name(&l, spec, at);
		}
	if (!strcmp(o->kind, "CronJob") && !strcmp(o->api_version, "batch/v1")) {
		pod_template(&l, get(get(spec, "jobTemplate"), "spec"));
		restarts(&l, get(get(spec, "jobTemplate"), "spec"), 1);
	}
	annotations(&l, get(o->tree, "metadata"));
	if (strcmp(o->kind, "ConfigMap"))
		whole_size(&l, o->tree);
	if (!strcmp(o->kind, "Ingress") && !strcmp(o->api_version, "networking.k8s.io/v1"))
		ingress(&l, spec);
	if (!strcmp(o->kind, "HorizontalPodAutoscaler") && !strcmp(o->api_version, "autoscaling/v2"))
		scaler(&l, spec);
	if (!strcmp(o->kind, "ClusterRoleBinding") && !strcmp(o->api_version, "rbac.authorization.k8s.io/v1"))
		accounts(&l, get(o->tree, "subjects"));
	if (strcmp(o->api_version, "v1"))
		return l.ok;
	if (!strcmp(o->kind, "Pod"))
		pod_spec(&l, spec, NULL);
	if (!strcmp(o->kind, "ConfigMap"))
		config_size(&l, get(o->tree, "data"), get(o->tree, "binaryData"));
	if (!strcmp(o->kind, "PersistentVolumeClaim")) {
		const struct value *size = get(get(get(spec, "resources"), "requests"), "storage");
		struct quantity q;
		if (amount(&l, size, &q) && !q.nano)
			wrong(&l, size, "a claim needs a size greater than 0");
	}
	if (!strcmp(o->kind, "Service"))
		service(&l, spec);
	return l.ok;
}
