/* Chains from compiled output to the source, asked for by the names of objects, releases and files. See diff/why.h. A
   component is made when something of it is asked for, and held until another is. */
#include "diff/why/chain.h"
#include "emit/emit.h"
#include "eval/compile.h"
#include <string.h>

struct why *why_new(struct compile *c, struct arena *a)
{
	struct why *w = ARENA_NEW(a, struct why);
	w->c = c;
	w->e = c->e;
	arena_init(&w->arena, 0);
	return w;
}

void why_free(struct why *w)
{
	arena_free(&w->arena);
}

const struct sources *why_sources(const struct why *w)
{
	return w->e->p->sources;
}

/* ---- components ---- */

struct top *why_top(const struct why *w, const char *name, uint32_t *index)
{
	for (uint32_t i = 0; i < w->c->tops.n; i++)
		if (!strcmp(w->c->tops.v[i]->name, name)) {
			*index = i;
			return w->c->tops.v[i];
		}
	return NULL;
}

int why_take(struct why *w, uint32_t index)
{
	if (w->hand == index + 1)
		return 1;
	arena_free(&w->arena);
	arena_init(&w->arena, 0);
	w->e->origins->parts.n = 0;
	w->e->origins->when = NULL;
	memset(&w->out, 0, sizeof w->out);
	w->hand = 0;
	if (!w->c->out.component(w->c->out.ctx, index, &w->arena, &w->out))
		return 0;
	emit_sort(&w->out);
	w->hand = index + 1;
	return 1;
}

const char *why_only(struct why *w, const char *name, uint32_t line, struct arena *a)
{
	const struct sources *s = w->e->p->sources;
	w->only = (struct span){ 0, 0 };
	for (uint32_t i = 0; name && i < s->n; i++) {
		struct source *src = s->v[i];
		uint32_t n;
		if (strcmp(src->name, name))
			continue;
		const char *p = source_line(src, line, &n);
		if ((uintptr_t)p < (uintptr_t)src->text || (uintptr_t)p >= (uintptr_t)src->text + src->len)
			return NULL;    /* beyond the end */
		w->only.lo = src->base + (uint32_t)(p - src->text);
		w->only.hi = w->only.lo + n + 1;
		return arena_strdup(a, p, n);
	}
	return name ? NULL : "";
}

void why_text_line(struct why *w, uint32_t line)
{
	w->inner = line;
}

static int same(const char *want, const char *have)
{
	return !want || !strcmp(want, have);
}

static int is_hash(const char *path)
{
	return strstr(path, "mlopsc/content-hash") != NULL;
}

/* Calls one for each component that may be meant, until it says that it has found what it looks for. */
typedef int (*try_fn)(struct why *w, struct top *t, void *ctx);
static int find(struct why *w, const char *component, try_fn one, void *ctx)
{
	uint32_t index;
	struct top *t;
	if (component) {
		t = why_top(w, component, &index);
		return t && why_take(w, index) && one(w, t, ctx);
	}
	for (index = 0; index < w->c->tops.n; index++)
		if (why_take(w, index) && one(w, w->c->tops.v[index], ctx))
			return 1;
	return 0;
}

struct query { const char *api_version, *kind, *ns, *name, *path; struct arena *a; struct why_chain *out; };

static int in_tree(struct why *w, struct top *t, const struct value *tree, const char *path, struct arena *a,
	struct why_chain *out)
{
	struct where_path p;
	if (!where_parse(tree, path, &p))
		return is_hash(path) && chain_at(w, t, decl_of(w, t), a, out);
	const struct spot s = spot_at(tree, &p);
	const char *within;
	if (w->inner && s.v && s.v->tag == VALUE_STRING)
		return chain_inside(w, t, &s, w->inner, a, out, &within);
	return chain_of(w, t, &s, a, out);
}

static int try_object(struct why *w, struct top *t, void *ctx)
{
	const struct query *q = ctx;
	for (uint32_t i = 0; i < w->out.nobjects; i++) {
		const struct out_object *o = &w->out.objects[i];
		if (same(q->api_version, o->api_version) && same(q->kind, o->kind) && same(q->ns, o->ns)
			&& same(q->name, o->name) && o->tree)
			return in_tree(w, t, o->tree, q->path, q->a, q->out);
	}
	return 0;
}

int chain_namespace(struct why *w, const char *name, struct arena *a, struct why_chain *out)
{
	struct walk k = walk_begin(w, a);
	struct top *t = NULL;
	for (uint32_t i = 0; i < w->c->tops.n; i++) {
		struct top *own = w->c->tops.v[i];
		for (uint32_t n = 0; n <= own->parts.n; n++) {
			struct instance *inst = n < own->parts.n ? own->parts.v[n] : own->inst;
			const struct value *ns = inst ? slot_value(w->e, inst, SLOT_NAMESPACE) : NULL;
			if (!value_says(ns, name))
				continue;
			if (!t)
				t = own;
			if (origin_of(ns))
				walk_visit(&k, origin_of(ns), 0);
		}
	}
	return walk_finish(&k, t, out);
}

int why_object(struct why *w, const char *component, const char *api_version, const char *kind, const char *ns,
	const char *name, const char *path, struct arena *a, struct why_chain *out)
{
	struct query q = { api_version, kind, ns, name, path, a, out };
	if (component && !strcmp(component, "-"))
		return kind && !strcmp(kind, "Namespace") && name && chain_namespace(w, name, a, out);
	if (find(w, component, try_object, &q))
		return 1;
	return !component && kind && !strcmp(kind, "Namespace") && name && chain_namespace(w, name, a, out);
}

const struct out_release *why_release_of(const struct why *w, const char *ns, const char *name)
{
	for (uint32_t i = 0; i < w->out.nreleases; i++)
		if (same(ns, w->out.releases[i].ns) && same(name, w->out.releases[i].name))
			return &w->out.releases[i];
	return NULL;
}

static int try_values(struct why *w, struct top *t, void *ctx)
{
	const struct query *q = ctx;
	const struct out_release *r = why_release_of(w, q->ns, q->name);
	return r && in_tree(w, t, r->values, q->path, q->a, q->out);
}

int why_values(struct why *w, const char *component, const char *ns, const char *release, const char *path,
	struct arena *a, struct why_chain *out)
{
	struct query q = { .ns = ns, .name = release, .path = path, .a = a, .out = out };
	return find(w, component, try_values, &q);
}

static int try_release(struct why *w, struct top *t, void *ctx)
{
	const struct query *q = ctx;
	const struct out_release *r = why_release_of(w, q->ns, q->name);
	struct spot s = { 0 };
	if (!r)
		return 0;
	const int own = !strcmp(q->path, "release");
	if (own || !strcmp(q->path, "namespace"))
		s = (struct spot){ .v = own ? r->name_value : r->ns_value,
			.o = origin_of(own ? r->name_value : r->ns_value) };
	else
		return in_tree(w, t, r->chart_value, q->path, q->a, q->out);
	return chain_of(w, t, &s, q->a, q->out);
}

int why_release(struct why *w, const char *component, const char *ns, const char *release, const char *what,
	struct arena *a, struct why_chain *out)
{
	struct query q = { .ns = ns, .name = release, .path = what, .a = a, .out = out };
	return find(w, component, try_release, &q);
}

/* The text of a file below drift/: a ConfigMap of the component has it too. */
struct spot why_config_text(const struct why *w, const char *path)
{
	struct spot s = { 0 };
	for (uint32_t i = 0; i < w->out.nfiles; i++)
		for (uint32_t n = 0; !strcmp(w->out.files[i].path, path) && n < w->out.nobjects; n++) {
			const struct value *data = value_getc(w->out.objects[n].tree, "data");
			for (uint32_t k = 0; data && data->tag == VALUE_RECORD && k < data->n; k++)
				if (data->rec.fields[k].value->tag == VALUE_STRING
					&& data->rec.fields[k].value->str.p == w->out.files[i].p) {
					s.v = data->rec.fields[k].value;
					s.o = s.near = origin_of(s.v);
					s.at = s.v->origin;
				}
		}
	return s;
}

static int try_config(struct why *w, struct top *t, void *ctx)
{
	const struct query *q = ctx;
	const struct spot s = why_config_text(w, q->name);
	if (!s.v)
		return 0;
	if (!*q->path)
		return chain_of(w, t, &s, q->a, q->out);
	const struct origin *o = maker(s.o);
	return o && o->data && is_container(o->data) && in_tree(w, t, o->data, q->path, q->a, q->out);
}

int why_config(struct why *w, const char *component, const char *file, const char *path, struct arena *a,
	struct why_chain *out)
{
	struct query q = { .name = file, .path = path, .a = a, .out = out };
	return find(w, component, try_config, &q);
}

int why_component(struct why *w, const char *component, struct arena *a, struct why_chain *out)
{
	uint32_t index;
	struct top *t = strcmp(component, "-") ? why_top(w, component, &index) : NULL;
	return (t || !strcmp(component, "-")) && chain_at(w, t, decl_of(w, t), a, out);
}
