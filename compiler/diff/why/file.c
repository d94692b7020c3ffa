/* Chains for the lines and paths of a file of the output: which object, release or component each belongs to. */
#include "diff/why/chain.h"
#include "base/text.h"
#include "eval/compile.h"
#include <string.h>

enum file_tag {
	FILE_OBJECTS,
	FILE_NAMESPACES,
	FILE_VALUES,
	FILE_CONFIG,
	FILE_HELMFILE,
	FILE_KUSTOMIZATION,
	FILE_OTHER
};
struct file {
	struct why *w;
	const struct why_file *f;
	enum file_tag tag;
	struct top *top;
	const struct out_release *release;
	struct where_text t;
	struct arena *a;
};

static int file_open(struct why *w, const struct why_file *f, struct arena *a, struct file *o)
{
	uint32_t index;
	*o = (struct file){ .w = w, .f = f, .a = a, .tag = FILE_OTHER };
	if (f->component && strcmp(f->component, "-")) {
		o->top = why_top(w, f->component, &index);
		if (!o->top || !why_take(w, index))
			return 0;
	}
	if (!strncmp(f->path, "manifests/", 10))
		o->tag = FILE_OBJECTS;
	else if (f->component && !strcmp(f->component, "-"))
		o->tag = FILE_NAMESPACES;
	else if (!strncmp(f->path, "helm/", 5))
		o->tag = FILE_VALUES;
	else if (!strncmp(f->path, "drift/", 6))
		o->tag = FILE_CONFIG;
	else if (!strcmp(f->path, "helmfile.yaml"))
		o->tag = FILE_HELMFILE;
	else if (!strcmp(f->path, "kustomization.yaml"))
		o->tag = FILE_KUSTOMIZATION;
	for (uint32_t i = 0; o->tag == FILE_VALUES && i < w->out.nreleases; i++) {
		const struct out_release *r = &w->out.releases[i];
		if (!strcmp(f->path, arena_printf(a, "helm/%s.values.yaml", r->name))
			|| !strcmp(f->path, arena_printf(a, "helm/%s.%s.values.yaml", r->ns, r->name)))
			o->release = r;
	}
	if (o->tag == FILE_VALUES && !o->release)
		return 0;
	return o->tag == FILE_OTHER || o->tag == FILE_CONFIG
		|| where_read(&o->t, w->e->p->sources, f->path, f->text, f->n, a, w->e->p->atoms);
}

static const char *text_at(const struct value *rec, const char *key, struct arena *a)
{
	const struct value *v = rec && rec->tag == VALUE_RECORD ? value_getc(rec, key) : NULL;
	return v && v->tag == VALUE_STRING ? arena_strdup(a, v->str.p, v->n) : "";
}

/* releases[i].version of helmfile.yaml */
static int chain_helmfile(struct file *o, const struct where_path *p, const char **what, struct why_chain *out)
{
	const struct value *list = p->n > 1 && p->v[0].key && !p->v[1].key ? value_get(o->t.docs[0], p->v[0].key)
		: NULL;
	const struct value *row = list && list->tag == VALUE_LIST && p->v[1].index < list->n
		? list->items[p->v[1].index]
		: NULL;
	const char *key = p->n > 2 && p->v[2].key ? p->v[2].key->text : "", *name = text_at(row, "name", o->a),
		*ns = text_at(row, "namespace", o->a);
	if (row && !strcmp(p->v[0].key->text, "repositories")) {
		for (uint32_t i = 0; i < o->w->c->tops.n; i++)
			for (uint32_t n = 0; why_take(o->w, i) && n < o->w->out.nreleases; n++)
				if (!strcmp(o->w->out.releases[n].repo, text_at(row, "url", o->a))) {
					*what = arena_printf(o->a, "chart repository %s", text_at(row, "name", o->a));
					return why_release(o->w, o->w->c->tops.v[i]->name, o->w->out.releases[n].ns,
						o->w->out.releases[n].name, "repo", o->a, out);
				}
		return 0;
	}
	if (!row || strcmp(p->v[0].key->text, "releases"))
		return chain_at(o->w, NULL, o->w->e->stack->at, o->a, out);
	*what = arena_printf(o->a, "release %s/%s", ns, name);
	const char *ask = !strcmp(key, "name") ? "release"
		: !strcmp(key, "namespace") || !strcmp(key, "version") ? key
		: NULL;
	if (!strcmp(key, "chart"))
		return why_release(o->w, NULL, ns, name, "ref", o->a, out)
			|| why_release(o->w, NULL, ns, name, "name", o->a, out);
	if (ask)
		return why_release(o->w, NULL, ns, name, ask, o->a, out);
	for (uint32_t i = 0; i < o->w->c->tops.n; i++)
		if (why_take(o->w, i) && why_release_of(o->w, ns, name))
			return chain_at(o->w, o->w->c->tops.v[i], decl_of(o->w, o->w->c->tops.v[i]), o->a, out);
	return 0;
}

static int chain_kustomization(struct file *o, const struct where_path *p, const char **what, struct why_chain *out)
{
	const struct value *v = where_follow(o->t.docs[0], p);
	const char *s = v && v->tag == VALUE_STRING ? arena_strdup(o->a, v->str.p, v->n) : "";
	uint32_t index;
	struct top *t = NULL;
	if (!strncmp(s, "manifests/", 10) && text_ends(s, strlen(s), ".yaml"))
		t = why_top(o->w, arena_strdup(o->a, s + 10, strlen(s) - 15), &index);
	if (t)
		*what = arena_printf(o->a, "component %s", t->name);
	return chain_at(o->w, t, decl_of(o->w, t), o->a, out);
}

/* What stands at a path of a document of the file. inner: the line within a text, or 0. */
static int chain_in_file(
	struct file *o, uint32_t doc, const struct where_path *p, uint32_t inner, struct why_place *out)
{
	struct why *w = o->w;
	const struct value *tree = NULL, *read = where_follow(o->t.docs[doc], p);
	const char *what = "", *within = "";
	struct buf path = { 0 };
	int ok = 0;
	if (o->tag == FILE_OBJECTS && doc < w->out.nobjects) {
		const struct out_object *x = &w->out.objects[doc];
		tree = x->tree;
		what = arena_printf(o->a, "%s %s%s%s", x->kind, x->ns, *x->ns ? "/" : "", x->name);
	} else if (o->tag == FILE_VALUES) {
		tree = o->release->values;
		what = arena_printf(o->a, "values of release %s/%s", o->release->ns, o->release->name);
	} else if (o->tag == FILE_NAMESPACES) {
		const char *name = text_at(value_getc(o->t.docs[doc], "metadata"), "name", o->a);
		what = arena_printf(o->a, "Namespace %s", name);
		ok = chain_namespace(w, name, o->a, &out->chain);
	} else if (o->tag == FILE_HELMFILE) {
		what = "helmfile";
		ok = chain_helmfile(o, p, &what, &out->chain);
	} else if (o->tag == FILE_KUSTOMIZATION) {
		what = "kustomization";
		ok = chain_kustomization(o, p, &what, &out->chain);
	}
	where_print(p, &path);
	if (tree) {
		const struct spot s = spot_at(tree, p);
		if (!s.v)               /* only the writer puts it there: the hash */
			ok = chain_at(w, o->top, decl_of(w, o->top), o->a, &out->chain);
		else if (inner && s.v->tag == VALUE_STRING)
			ok = chain_inside(w, o->top, &s, inner, o->a, &out->chain, &within);
		else
			ok = chain_of(w, o->top, &s, o->a, &out->chain);
	}
	out->what = what;
	out->path = arena_printf(o->a, "%s%s%s", path.p ? path.p : "", *within ? " > " : "", within);
	out->scalar = read && !(is_container(read) && read->n);
	buf_free(&path);
	return ok;
}

static int chain_config(struct file *o, uint32_t line, struct why_place *out)
{
	const struct spot s = why_config_text(o->w, o->f->path);
	if (!s.v)
		return 0;
	out->what = o->f->path;
	out->line = line;
	out->scalar = 1;
	return chain_inside(o->w, o->top, &s, line, o->a, &out->chain, &out->path);
}

static const char *line_text(const struct why_file *f, uint32_t line, size_t *n)
{
	const char *p = f->text, *end = f->text + f->n;
	for (uint32_t i = 1; i < line && p < end; i++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		p = nl ? nl + 1 : end;
	}
	const char *nl = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
	*n = p < end ? (size_t)((nl ? nl : end) - p) : 0;
	return p < end ? p : NULL;
}

/* A line of a file that speaks of components by name: the one whose name, or whose release's, stands in it. */
static int chain_by_words(struct file *o, const char *p, size_t n, struct why_place *out)
{
	struct top *best = NULL;
	size_t longest = 0;
	for (size_t i = 0; i < n;) {
		size_t k = i;
		while (k < n && p[k] != ' ' && p[k] != '"' && p[k] != '\'' && p[k] != '/' && p[k] != '\t'
			&& p[k] != ';' && p[k] != '=')
			k++;
		char *word = arena_strdup(o->a, p + i, k - i);
		uint32_t index;
		if (text_ends(word, k - i, ".values.yaml"))
			word[k - i - 12] = 0;
		else if (text_ends(word, k - i, ".yaml"))
			word[k - i - 5] = 0;
		struct top *t = *word ? why_top(o->w, word, &index) : NULL;
		if (t && k - i >= longest) {
			best = t;
			longest = k - i;
		}
		i = k + 1;
	}
	if (!best)
		return 0;
	out->what = arena_printf(o->a, "component %s", best->name);
	out->path = "";
	out->scalar = 0;
	return chain_at(o->w, best, decl_of(o->w, best), o->a, &out->chain);
}

int why_line(struct why *w, const struct why_file *f, uint32_t line, struct arena *a, struct why_place *out,
	const char **reason)
{
	struct file o;
	size_t n;
	const char *p = line ? line_text(f, line, &n) : NULL;
	memset(out, 0, sizeof *out);
	out->path = "";
	out->line = line;
	*reason = "it is beyond the end of the file";
	if (!p)
		return 0;
	*reason = "it cannot be read back";
	if (!file_open(w, f, a, &o))
		return 0;
	if (o.tag == FILE_CONFIG)
		return chain_config(&o, line, out);
	*reason = "no value stands in it";
	if (o.tag == FILE_OTHER)
		return chain_by_words(&o, p, n, out);
	if (o.tag == FILE_VALUES && *p == '#') {
		out->what = arena_printf(a, "release %s/%s", o.release->ns, o.release->name);
		out->path = line == 1 ? "chart" : "content-hash";
		return line == 1
			? why_release(w, f->component, o.release->ns, o.release->name, "version", a, &out->chain)
			: chain_at(w, o.top, decl_of(w, o.top), a, &out->chain);
	}
	if (n == 3 && !memcmp(p, "---", 3)) {
		*reason = "it only begins a document";
		return 0;
	}
	struct where_path path;
	uint32_t inner;
	const int doc = where_at(&o.t, line, &path, &inner);
	return doc >= 0 && chain_in_file(&o, (uint32_t)doc, &path, inner, out);
}

static void path_in(struct file *o, uint32_t doc, const char *text, struct why_places *out)
{
	struct where_path p;
	struct why_place x = { 0 };
	if (!where_parse(o->t.docs[doc], text, &p) || !chain_in_file(o, doc, &p, 0, &x))
		return;
	x.line = where_is(&o->t, doc, &p);
	VEC_PUSH(o->a, &out->v, x);
}

void why_path(struct why *w, const struct why_file *f, const char *path, struct arena *a, struct why_places *out)
{
	struct file o;
	out->v.n = out->v.cap = 0;
	if (!file_open(w, f, a, &o) || o.tag == FILE_OTHER)
		return;
	if (o.tag == FILE_CONFIG) {
		const struct spot s = why_config_text(w, f->path);
		const struct origin *m = s.v ? maker(s.o) : NULL;
		struct where_path p;
		struct why_place x = { .what = f->path, .path = path };
		if (!m || !m->data || !is_container(m->data) || !where_parse(m->data, path, &p))
			return;
		struct where_text t;
		if (!strcmp(builtin_of(m), "toml"))
			x.line = where_toml_is(m->data, &p);
		else if (where_read(&t, w->e->p->sources, f->path, f->text, f->n, a, w->e->p->atoms))
			x.line = where_is(&t, 0, &p);
		const struct spot at = spot_at(m->data, &p);
		x.scalar = at.v && !is_container(at.v);
		if (chain_of(w, o.top, &at, a, &x.chain))
			VEC_PUSH(a, &out->v, x);
		return;
	}
	for (uint32_t d = 0; d < o.t.ndocs; d++) {
		const char *kind = text_at(o.t.docs[d], "kind", a),
			*name = text_at(value_getc(o.t.docs[d], "metadata"), "name", a);
		const char *own = arena_printf(a, "%s/%s:", kind, name);
		if (!strncmp(path, own, strlen(own))) {
			out->v.n = 0;
			path_in(&o, d, path + strlen(own), out);
			return;
		}
		path_in(&o, d, path, out);
	}
}

static void all_in(struct file *o, uint32_t doc, const struct value *v, struct where_path *p, struct why_places *out)
{
	if (is_container(v) && v->n) {
		for (uint32_t i = 0; i < v->n; i++) {
			where_push(p, v->tag == VALUE_RECORD ? v->rec.fields[i].key : NULL, i);
			all_in(o, doc, v->tag == VALUE_RECORD ? v->rec.fields[i].value : v->items[i], p, out);
			p->n--;
		}
		return;
	}
	const uint32_t first = where_line_of(&o->t, v), last = where_last_line_of(&o->t, v);
	for (uint32_t line = first; line <= last; line++) {
		struct why_place x = { 0 };
		if (line == first && last > first)
			continue;
		size_t n;
		const char *text = line > first ? line_text(o->f, line, &n) : NULL;
		while (text && n && *text == ' ') {
			text++;
			n--;
		}
		if (text && !n)
			continue;
		if (!chain_in_file(o, doc, p, line - first, &x))
			continue;
		x.line = line;
		VEC_PUSH(o->a, &out->v, x);
	}
}

void why_all(struct why *w, const struct why_file *f, struct arena *a, struct why_places *out)
{
	struct file o;
	out->v.n = out->v.cap = 0;
	if (!file_open(w, f, a, &o) || o.tag == FILE_OTHER)
		return;
	if (o.tag == FILE_CONFIG) {
		size_t n;
		for (uint32_t line = 1; line_text(f, line, &n); line++) {
			struct why_place x = { 0 };
			if (n && chain_config(&o, line, &x))
				VEC_PUSH(a, &out->v, x);
		}
		return;
	}
	for (uint32_t d = 0; d < o.t.ndocs; d++) {
		struct where_path p = { .n = 0 };
		all_in(&o, d, o.t.docs[d], &p, out);
	}
}
