/* What is good YAML and yet refused by the API server, or kept and without effect: labels that are none, numbers where only
   text may stand, selectors that select nothing, lists with one key twice (which kubectl apply --server-side refuses),
   containers without an image. Rules of Kubernetes 1.31 to 1.36 for the kinds that every cluster has; objects of other kinds
   are looked at as far as their metadata goes. */
#include "eval/compile.h"
#include "eval/literal.h"
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
	const struct source *src = v && v->origin.hi && v->tag <= VALUE_RECORD ? source_of(l->e->p->sources, v->origin.lo) : NULL;
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

static void not_text(struct look *l, const struct value *v, const char *what, const char *key)
{
	struct eval *e = l->e;
	size_t n;
	const char *s = v->tag == VALUE_INT || v->tag == VALUE_FLOAT || v->tag == VALUE_BOOL ? text_of(e, v, &n) : NULL;
	struct diag *x = wrong(l, v, arena_printf(e->p->arena, "%s `%s` must be text, not %s", what, key, value_noun(e, v)));
	diag_note(e->diags, x, "the API server refuses anything else there");
	if (s)
		diag_help(e->diags, x, "write it in quotes: \"%.*s\"", (int)n, s);
}

/* Keys and values of labels (or of annotations, whose values may be anything). */
static void labels(struct look *l, const struct value *v, int annotations)
{
	struct eval *e = l->e;
	const char *what = annotations ? "annotation" : "label";
	for (uint32_t i = 0; v && v->tag == VALUE_RECORD && i < v->n; i++) {
		const struct atom *k = v->rec.fields[i].key;
		const struct value *x = v->rec.fields[i].value;
		if (x->tag == VALUE_NONE || x->tag == VALUE_ERROR || (e->plan && is_symbolic(x)))
			continue;
		if (!(annotations ? lit_annotation_key : lit_label_key)(k->text, k->len))
			diag_help(e->diags, wrong(l, x, arena_printf(e->p->arena, "`%s` cannot be the key of %s %s", k->text, annotations ? "an" : "a", what)),
				"at most 63 letters, digits, `-`, `_` and `.`; before them perhaps a DNS name and one `/`");
		else if (!is_text(x))
			not_text(l, x, what, k->text);
		else if (!annotations && !lit_label_value(x->str.p, x->n))
			diag_help(e->diags, wrong(l, x, arena_printf(e->p->arena, "label `%s` cannot be `%.*s`", k->text, (int)(x->n > 80 ? 80 : x->n), x->str.p)),
				"at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends");
	}
}

int sound_labels(struct eval *e, const struct value *v, struct span at, int annotations)
{
	struct look l = { .e = e, .at = at, .ok = 1 };
	labels(&l, v, annotations);
	return l.ok;
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
static void twice(struct look *l, const struct value *list, const char *key, const char *second, const char *what, const char *where)
{
	for (uint32_t i = 1; list && list->tag == VALUE_LIST && i < list->n && list->n < 500; i++) {
		const struct value *k = get(list->items[i], key), *s = second ? get(list->items[i], second) : NULL;
		size_t n;
		const char *t;
		if (!k || (l->e->plan && is_symbolic(k)))
			continue;
		for (uint32_t q = 0; q < i; q++)
			if (same(get(list->items[q], key), k) && same(second ? get(list->items[q], second) : NULL, s) && (t = text_of(l->e, k, &n))) {
				const struct value *first = get(list->items[q], key);
				struct diag *x = wrong(l, by_user(l, k) || !by_user(l, first) ? k : first, arena_printf(l->e->p->arena, "%s `%.*s` stands twice in %s", what, (int)n, t, where));
				diag_note(l->e->diags, x, "kubectl apply --server-side refuses a list with the same key twice");
				break;
			}
	}
}

static const char *item_name(struct eval *e, const struct value *v)
{
	const struct value *n = get(v, "name");
	return n && is_text(n) ? arena_strdup(e->p->arena, n->str.p, n->n) : "?";
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
		if (!get(c, "name"))
			wrong(l, c, "a container needs a name");
		if (!get(c, "image"))
			diag_help(e->diags, wrong(l, get(c, "name"), arena_printf(e->p->arena, "%s has no image", where)),
				"a patch finds a container by its name: is it spelled as in the object?");
		for (uint32_t k = 0; env && env->tag == VALUE_LIST && k < env->n; k++) {
			const struct value *x = get(env->items[k], "value");
			if (x && !is_text(x) && x->tag != VALUE_ERROR)
				not_text(l, x, "variable", item_name(e, env->items[k]));
		}
		twice(l, env, "name", NULL, "variable", where);
		twice(l, get(c, "ports"), "containerPort", "protocol", "port", where);
		twice(l, mounts, "mountPath", NULL, "mount path", where);
		for (uint32_t k = 0; mounts && mounts->tag == VALUE_LIST && k < mounts->n; k++) {
			const struct value *n = get(mounts->items[k], "name");
			if (n && is_text(n) && !(e->plan && is_symbolic(n)) && !has_item(volumes, n)) {
				int claimed = 0;
				for (uint32_t q = 0; claims && claims->tag == VALUE_LIST && q < claims->n; q++)
					claimed |= same_text(get(get(claims->items[q], "metadata"), "name"), n);
				if (!claimed)
					wrong(l, n, arena_printf(e->p->arena, "%s mounts `%.*s`, which is no volume of its pod", where, (int)n->n, n->str.p));
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

static void pod_template(struct look *l, const struct value *spec)
{
	const struct value *t = get(spec, "template"), *meta = get(t, "metadata"), *own = get(meta, "labels"), *wanted = get(get(spec, "selector"), "matchLabels");
	labels(l, own, 0);
	labels(l, get(meta, "annotations"), 1);
	pod_spec(l, get(t, "spec"), get(spec, "volumeClaimTemplates"));
	for (uint32_t i = 0; wanted && wanted->tag == VALUE_RECORD && i < wanted->n; i++) {
		const struct field *f = &wanted->rec.fields[i];
		const struct value *x = own && own->tag == VALUE_RECORD ? value_get(own, f->key) : NULL;
		if (f->value->tag == VALUE_STRING && !(l->e->plan && (is_symbolic(f->value) || (x && is_symbolic(x)))) && !same_text(x, f->value))
			diag_note(l->e->diags, wrong(l, f->value, arena_printf(l->e->p->arena, "the selector wants the label `%s: %.*s`, which the pods do not have",
				f->key->text, (int)f->value->n, f->value->str.p)), "the API server refuses a selector that does not match the template");
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
				for (size_t pad = (len = len / 4 * 3, 0); pad < 2 && v->n > pad && v->str.p[v->n - 1 - pad] == '='; pad++)
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
	struct diag *x = diag_error(l->e->diags, largest->value->origin.hi ? largest->value->origin : l->at, D_OBJECT_LARGE, arena_strdup(l->e->p->arena, l->name, strlen(l->name)), n, CONFIG_MAX);
	diag_note(l->e->diags, x, "%zu of them are `%s`", most, largest->key->text);
	diag_help(l->e->diags, x, "take fewer rows, or let the service fetch what is large");
	l->ok = 0;
}

int object_sound(struct eval *e, const struct out_object *o, struct span at)
{
	static const char *const workloads[] = { "apps/v1/Deployment", "apps/v1/StatefulSet", "apps/v1/DaemonSet", "apps/v1/ReplicaSet", "batch/v1/Job" };
	struct look l = { .e = e, .kind = o->kind, .name = o->name, .at = at, .ok = 1 };
	const struct value *meta = get(o->tree, "metadata"), *spec = get(o->tree, "spec");
	size_t n = strlen(o->api_version);
	labels(&l, get(meta, "labels"), 0);
	labels(&l, get(meta, "annotations"), 1);
	for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++)
		if (!strncmp(workloads[i], o->api_version, n) && workloads[i][n] == '/' && !strcmp(workloads[i] + n + 1, o->kind))
			pod_template(&l, spec);
	if (!strcmp(o->kind, "CronJob") && !strcmp(o->api_version, "batch/v1"))
		pod_template(&l, get(get(spec, "jobTemplate"), "spec"));
	if (strcmp(o->api_version, "v1"))
		return l.ok;
	if (!strcmp(o->kind, "Pod"))
		pod_spec(&l, spec, NULL);
	if (!strcmp(o->kind, "ConfigMap")) {
		const struct value *data = get(o->tree, "data");
		for (uint32_t i = 0; data && data->tag == VALUE_RECORD && i < data->n; i++)
			if (data->rec.fields[i].value->tag != VALUE_NONE && !is_text(data->rec.fields[i].value))
				not_text(&l, data->rec.fields[i].value, "the ConfigMap's", data->rec.fields[i].key->text);
		config_size(&l, data, get(o->tree, "binaryData"));
	}
	if (!strcmp(o->kind, "Service")) {
		const struct value *ports = get(spec, "ports");
		twice(&l, ports, "port", "protocol", "port", "this Service");
		twice(&l, ports, "name", NULL, "port name", "this Service");
		for (uint32_t i = 0; ports && ports->tag == VALUE_LIST && ports->n > 1 && i < ports->n; i++)
			if (ports->items[i]->tag == VALUE_RECORD && !get(ports->items[i], "name"))
				wrong(&l, ports->items[i], "a Service with several ports needs a name for each");
	}
	return l.ok;
}
