/* A side of a comparison: a lock, or a dump of YAML, in; parts with identities out, whose trees are read when they are
   asked for. The text of a component is parsed once, however many of its objects are wanted. */
#include "diff/diff.h"
#include "value/yaml.h"
#include <stdlib.h>
#include <string.h>

static const struct span nowhere = { 0, 0 };

/* ---- from a lock ---- */

int side_from_lock(struct diff *d, struct diff_side *s, const char *text, size_t n)
{
	struct lock *l = ARENA_NEW(d->a, struct lock);
	const char *why;
	if (!lock_read(text, n, d->a, l, &why)) {
		diag_error(d->diags, nowhere, D_READ, arena_printf(d->a, "%s/mlops.lock", s->label), why);
		return 0;
	}
	if (l->nstrange) {
		diag_error(d->diags, nowhere, D_READ, arena_printf(d->a, "%s/mlops.lock", s->label),
			arena_printf(d->a, "line %u is none of a lock; mlopsc verify says more", l->strange));
		return 0;
	}
	s->lock = l;
	return 1;
}

static int component_order(const void *a, const void *b)
{
	return strcmp((*(const struct lock_component *const *)a)->name,
		(*(const struct lock_component *const *)b)->name);
}

/* Names of components that both locks have with one hash: sorted, for a binary search. */
static const char **equal_components(struct arena *a, const struct lock *x, const struct lock *y, uint32_t *n)
{
	const struct lock_component **p = ARENA_ARRAY(a, const struct lock_component *, x->components.n + 1);
	const struct lock_component **q = ARENA_ARRAY(a, const struct lock_component *, y->components.n + 1);
	const char **out = ARENA_ARRAY(a, const char *, x->components.n + 1);
	for (uint32_t i = 0; i < x->components.n; i++)
		p[i] = &x->components.v[i];
	for (uint32_t i = 0; i < y->components.n; i++)
		q[i] = &y->components.v[i];
	qsort(p, x->components.n, sizeof *p, component_order);
	qsort(q, y->components.n, sizeof *q, component_order);
	*n = 0;
	for (uint32_t i = 0, k = 0; i < x->components.n && k < y->components.n;) {
		const int c = strcmp(p[i]->name, q[k]->name);
		if (!c && hash_equal(p[i]->hash, q[k]->hash))
			out[(*n)++] = p[i]->name;
		i += c <= 0;
		k += c >= 0;
	}
	return out;
}

struct skip { const char **names; uint32_t n; const char *last; int last_is; };

/* Lines of a lock are sorted by identity, so neighbours are mostly of different components; most of a big lock is of
   few. */
static int skipped(struct skip *s, const char *component)
{
	uint32_t lo = 0, hi = s->n;
	if (s->last && !strcmp(s->last, component))
		return s->last_is;
	s->last = component;
	while (lo < hi) {
		const uint32_t mid = (lo + hi) / 2;
		const int c = strcmp(s->names[mid], component);
		if (!c)
			return s->last_is = 1;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return s->last_is = 0;
}

void side_parts(struct diff *d, struct diff_side *s, const struct diff_side *other)
{
	struct skip skip = { 0 };
	const struct lock *l = s->lock;
	if (!l)
		return;
	if (other->lock)
		skip.names = equal_components(d->a, l, other->lock, &skip.n);
	for (uint32_t i = 0; i < l->objects.n; i++) {
		const struct lock_object *o = &l->objects.v[i];
		const struct diff_part p = { .what = DIFF_OBJECT, .api_version = o->api_version,
			.kind = o->kind, .ns = o->ns, .name = o->name,
			.component = o->component, .hash = o->hash, .hashed = 1 };
		if (!skipped(&skip, o->component))
			VEC_PUSH(d->a, &s->parts, p);
	}
	for (uint32_t i = 0; i < l->releases.n; i++) {
		const struct lock_release *r = &l->releases.v[i];
		const struct diff_part p = { .what = DIFF_RELEASE, .api_version = "", .kind = "",
			.ns = r->ns, .name = r->name, .component = r->component,
			.chart = r->chart, .version = r->version, .hash = r->hash, .hashed = 1 };
		if (!skipped(&skip, r->component))
			VEC_PUSH(d->a, &s->parts, p);
	}
	for (uint32_t i = 0; i < l->files.n; i++) {
		const struct lock_file *f = &l->files.v[i];
		const struct diff_part p = { .what = DIFF_FILE, .api_version = "", .kind = "",
			.ns = "", .name = f->path, .component = "",
			.hash = f->hash, .hashed = 1 };
		if (!strncmp(f->path, "drift/", 6))
			VEC_PUSH(d->a, &s->parts, p);
	}
}

/* ---- from YAML ---- */

static const char *text_at(const struct value *rec, const char *key, struct arena *a)
{
	const struct value *v = rec ? value_getc(rec, key) : NULL;
	return v && v->tag == VALUE_STRING ? arena_strdup(a, v->str.p, v->n) : "";
}

static void identity(const struct value *v, struct diff_part *p, struct arena *a)
{
	const struct value *meta = value_getc(v, "metadata"), *labels = value_getc(meta, "labels");
	*p = (struct diff_part){ .what = DIFF_OBJECT, .tree = v };
	p->api_version = text_at(v, "apiVersion", a);
	p->kind = text_at(v, "kind", a);
	p->ns = text_at(meta, "namespace", a);
	p->name = text_at(meta, "name", a);
	p->component = text_at(labels, "app.kubernetes.io/component", a);
	p->live = meta && (value_getc(meta, "uid") || value_getc(meta, "resourceVersion"));
}

static void take(struct diff *d, struct diff_side *s, const struct value *v)
{
	struct diff_part p;
	if (v->tag != VALUE_RECORD)
		return;
	identity(v, &p, d->a);
	const size_t n = strlen(p.kind);
	const struct value *items = value_getc(v, "items");
	if (n >= 4 && !strcmp(p.kind + n - 4, "List") && items && items->tag == VALUE_LIST) {
		for (uint32_t i = 0; i < items->n; i++)
			take(d, s, items->items[i]);
		return;
	}
	if (*p.kind && *p.name)
		VEC_PUSH(d->a, &s->parts, p);
}

int side_from_yaml(struct diff *d, struct diff_side *s, const char *name, const char *text, size_t n)
{
	struct yaml_documents docs;
	const uint32_t before = d->diags->nerrors;
	struct source *src = source_add(d->sources, arena_strdup(d->a, name, strlen(name)), text, n, 0);
	if (!src)
		return 0;
	yaml_read(src, d->a, d->atoms, d->diags, &docs);
	if (d->diags->nerrors != before)
		return 0;
	for (uint32_t i = 0; i < docs.n; i++)
		take(d, s, docs.v[i]);
	return 1;
}

/* ---- trees ---- */

static int read_text(struct diff *d, struct diff_side *s, const struct diff_part *p, struct buf *b, int *missing)
{
	const char *why = NULL;
	*missing = 0;
	if (s->files.read(s->files.ctx, p, b, &why))
		return 1;
	*missing = !why;
	if (why)
		diag_error(d->diags, nowhere, D_READ,
			arena_printf(d->a, "%s of %s", part_label(p, d->a), s->label), why);
	return 0;
}

static struct yaml_documents *documents(struct diff *d, struct diff_side *s, const struct diff_part *p)
{
	const struct atom *key = atom_cstr(d->atoms, p->component);
	struct yaml_documents *docs = table_get(&s->texts, key);
	struct buf b = { 0 };
	int missing;
	if (docs)
		return docs;
	docs = ARENA_NEW(d->a, struct yaml_documents);
	s->texts.arena = d->a;
	table_put(&s->texts, key, docs);
	if (read_text(d, s, p, &b, &missing)) {
		struct source *src = source_add(d->sources,
			arena_printf(d->a, "%s: %s", s->label, p->component), b.p ? b.p : "", b.n, 0);
		if (src)
			yaml_read(src, d->a, d->atoms, d->diags, docs);
	} else if (missing) {
		diag_error(d->diags, nowhere, D_READ,
			arena_printf(d->a, "%s of %s", part_label(p, d->a), s->label),
			"there is no such file");
	}
	buf_free(&b);
	return docs;
}

static int is_it(const struct diff_part *p, const struct value *v, struct arena *a)
{
	struct diff_part q;
	if (v->tag != VALUE_RECORD)
		return 0;
	identity(v, &q, a);
	return !strcmp(p->kind, q.kind) && !strcmp(p->name, q.name) && !strcmp(p->ns, q.ns) &&
		!strcmp(p->api_version, q.api_version);
}

static int load_object(struct diff *d, struct diff_side *s, struct diff_part *p)
{
	const uint32_t before = d->diags->nerrors;
	const struct yaml_documents *t = documents(d, s, p);
	const struct arena_mark m = arena_mark(d->a);
	for (uint32_t i = 0; i < t->n && !p->tree; i++)
		if (is_it(p, t->v[i], d->a))
			p->tree = t->v[i];
	arena_rewind(d->a, m);
	if (!p->tree && d->diags->nerrors == before)
		diag_error(d->diags, nowhere, D_READ, arena_printf(d->a, "%s of %s", part_label(p, d->a), s->label),
			"its lock names it, its files do not have it; mlopsc verify says more");
	return p->tree != NULL;
}

static const struct value *text_value(struct diff *d, const char *s)
{
	return value_string(d->a, s, strlen(s), nowhere);
}

/* { chart, version, values }. What delivers the chart may keep its values elsewhere: then there are none here. */
static int load_release(struct diff *d, struct diff_side *s, struct diff_part *p)
{
	struct buf b = { 0 };
	struct yaml_documents docs = { 0 };
	struct field *f = ARENA_ARRAY(d->a, struct field, 3);
	const uint32_t before = d->diags->nerrors;
	uint32_t n = 0;
	int missing;
	f[n++] = (struct field){ atom_cstr(d->atoms, "chart"), text_value(d, p->chart) };
	f[n++] = (struct field){ atom_cstr(d->atoms, "version"), text_value(d, p->version) };
	if (read_text(d, s, p, &b, &missing)) {
		struct source *src = source_add(d->sources,
			arena_printf(d->a, "%s: %s", s->label, part_label(p, d->a)), b.p ? b.p : "", b.n, 0);
		if (src)
			yaml_read(src, d->a, d->atoms, d->diags, &docs);
		f[n++] = (struct field){ atom_cstr(d->atoms, "values"), docs.n &&
			docs.v[0]->tag == VALUE_RECORD ? docs.v[0] : value_record(d->a, NULL, 0, nowhere) };
	}
	buf_free(&b);
	p->tree = value_record(d->a, f, n, nowhere);
	return d->diags->nerrors == before;
}

static int load_file(struct diff *d, struct diff_side *s, struct diff_part *p)
{
	struct buf b = { 0 };
	int missing;
	if (read_text(d, s, p, &b, &missing))
		p->tree = diff_document(d, p->name, arena_strdup(d->a, b.p ? b.p : "", b.n), b.n);
	else if (missing)
		diag_error(d->diags, nowhere, D_READ,
			arena_printf(d->a, "%s of %s", p->name, s->label), "there is no such file");
	buf_free(&b);
	return p->tree != NULL;
}

int side_load(struct diff *d, struct diff_side *s, struct diff_part *p)
{
	if (p->tree)
		return 1;
	switch (p->what) {
	case DIFF_OBJECT: return load_object(d, s, p);
	case DIFF_RELEASE: return load_release(d, s, p);
	case DIFF_FILE: return load_file(d, s, p);
	}
	return 0;
}

const char *part_label(const struct diff_part *p, struct arena *a)
{
	switch (p->what) {
	case DIFF_OBJECT:
		return *p->ns ? arena_printf(a, "%s %s/%s", p->kind, p->ns, p->name)
			: arena_printf(a, "%s %s", p->kind, p->name);
	case DIFF_RELEASE:
		return arena_printf(a, "release %s/%s", p->ns, p->name);
	case DIFF_FILE:
		break;
	}
	return arena_printf(a, "file %s", p->name);
}
