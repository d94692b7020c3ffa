/* A compiled stack in; a folder of files, or one stream of objects, out. Components come one by one, in the order in
   which they need each other, are made in the scratch arena, written, hashed, and forgotten; what the files about the
   whole stack need of them (a line in the lock, a step of the installer) is kept as text. */
#include "emit/lock.h"
#include "emit/parts.h"
#include "emit/tree.h"
#include <stdlib.h>
#include <string.h>

struct emission {
	const struct out_stack *s;
	struct arena *scratch, keep;
	struct buf text, canonical;             /* of one file, of one object */
	struct named_hash *components; uint32_t ncomponents;
	struct out_summary *sum;
};

static void begin(struct emission *e, const struct out_stack *s, struct arena *scratch, struct out_summary *sum)
{
	memset(e, 0, sizeof *e);
	memset(sum, 0, sizeof *sum);
	e->s = s;
	e->scratch = scratch;
	e->sum = sum;
	arena_init(&e->keep, 0);
	e->components = ARENA_ARRAY(&e->keep, struct named_hash, s->ncomponents + 1);
	sum->components = s->ncomponents;
}

static void end(struct emission *e)
{
	buf_free(&e->text);
	buf_free(&e->canonical);
	arena_free(&e->keep);
}

/* A component that hashes like the others: the stack's namespaces, under a name that no component can have. */
static void note_hash(struct emission *e, const struct out_component *c, struct part_hashes *h, struct hash128 *hash)
{
	*hash = component_hash(c, h, e->scratch, &e->canonical);
	e->components[e->ncomponents++] = (struct named_hash){ c->name, *hash };
	e->sum->objects += c->nobjects;
	e->sum->releases += c->nreleases;
}

void emit_sort(struct out_component *c)
{
	uint32_t sorted = 1;
	while (sorted < c->nobjects && object_compare(&c->objects[sorted - 1], &c->objects[sorted]) <= 0)
		sorted++;
	if (sorted < c->nobjects)
		qsort(c->objects, c->nobjects, sizeof *c->objects, object_compare);
}

/* Objects in the order of applying; room for the hashes. */
static void prepare(struct emission *e, struct out_component *c, struct part_hashes *h)
{
	emit_sort(c);
	h->objects = ARENA_ARRAY(e->scratch, struct hash128, c->nobjects + 1);
	h->releases = ARENA_ARRAY(e->scratch, struct hash128, c->nreleases + 1);
	h->files = ARENA_ARRAY(e->scratch, struct hash128, c->nfiles + 1);
	for (uint32_t i = 0; i < c->nreleases; i++)
		h->releases[i] = release_hash(&c->releases[i], &e->canonical);
	for (uint32_t i = 0; i < c->nfiles; i++)
		h->files[i] = hash_bytes(c->files[i].p, c->files[i].n);
}

static void namespaces(struct emission *e, struct out_component *c)
{
	struct atoms atoms;
	memset(c, 0, sizeof *c);
	c->name = "-";
	c->objects = ARENA_ARRAY(e->scratch, struct out_object, e->s->nnamespaces + 1);
	c->nobjects = e->s->nnamespaces;
	atoms_init(&atoms, e->scratch);
	for (uint32_t i = 0; i < e->s->nnamespaces; i++)
		namespace_object(&c->objects[i], e->s->namespaces[i], e->s->name, e->s->namespace_annotations,
			e->scratch, &atoms);
	atoms_free(&atoms);
}

/* ---- a tree ---- */

struct tree_emission {
	struct emission e;
	struct tree *t;                         /* NULL: the files go to `files`, or only the lock is wanted */
	const struct file_sink *files;
	const char *component;                  /* whose files are being put */
	struct lock_writer lock;
	struct kustomize kustomize;
	struct helmfile helmfile;
	struct install install;
	struct atoms release_names;
};

static void put_file(struct tree_emission *x, const char *path, const void *p, size_t n, int mode)
{
	if (x->t)
		tree_put(x->t, path, p, n, mode);       /* the tree remembers a failure until the commit */
	else if (x->files)
		x->files->put(x->files->ctx, x->component, path, p, n);
}

static void put(struct tree_emission *x, const char *path, const struct buf *b, int mode)
{
	put_file(x, path, b->p, b->n, mode);
	lock_file(&x->lock, path, hash_bytes(b->p, b->n));
}

static void put_objects(struct tree_emission *x, const struct out_component *c, struct part_hashes *h, const char *path)
{
	struct emission *e = &x->e;
	if (!c->nobjects)
		return;
	buf_clear(&e->text);
	for (uint32_t i = 0; i < c->nobjects; i++) {
		emit_object(&e->text, &c->objects[i], &h->objects[i], &e->canonical);
		lock_object(&x->lock, &c->objects[i], c->name, h->objects[i]);
	}
	put(x, path, &e->text, 0644);
	kustomize_add(&x->kustomize, path);
}

/* Where each release's values go. Release names repeat only between namespaces; the first one gets the short path. */
static const char **put_values(struct tree_emission *x, const struct out_component *c, const struct part_hashes *h)
{
	struct emission *e = &x->e;
	const char **paths = ARENA_ARRAY(e->scratch, const char *, c->nreleases + 1);
	for (uint32_t i = 0; i < c->nreleases; i++) {
		const struct out_release *r = &c->releases[i];
		const int again = atom_find(&x->release_names, r->name, strlen(r->name)) != NULL;
		atom_cstr(&x->release_names, r->name);
		paths[i] = again ? arena_printf(&e->keep, "helm/%s.%s.values.yaml", r->ns, r->name)
			: arena_printf(&e->keep, "helm/%s.values.yaml", r->name);
		buf_clear(&e->text);
		release_values(r, h->releases[i], &e->text);
		put(x, paths[i], &e->text, 0644);
	}
	return paths;
}

static int put_component(struct tree_emission *x, uint32_t i)
{
	struct emission *e = &x->e;
	struct out_component c = { 0 };
	struct part_hashes h;
	struct hash128 hash;
	if (!e->s->component(e->s->ctx, i, e->scratch, &c))
		return 0;
	prepare(e, &c, &h);
	x->component = c.name;
	put_objects(x, &c, &h, arena_printf(e->scratch, "manifests/%s.yaml", c.name));
	for (uint32_t k = 0; k < c.nreleases; k++)
		lock_release(&x->lock, &c.releases[k], c.name, h.releases[k]);
	if ((x->t || x->files) && !e->s->delivered) {
		const char **paths = put_values(x, &c, &h);
		helmfile_add(&x->helmfile, &c, paths);
		install_add(&x->install, &c, paths);
	}
	for (uint32_t k = 0; k < c.nfiles; k++) {
		put_file(x, c.files[k].path, c.files[k].p, c.files[k].n, 0644);
		lock_file(&x->lock, c.files[k].path, h.files[k]);
	}
	note_hash(e, &c, &h, &hash);
	lock_component(&x->lock, c.name, hash);
	return 1;
}

static void put_namespaces(struct tree_emission *x)
{
	struct out_component c;
	struct part_hashes h;
	struct hash128 hash;
	if (!x->e.s->nnamespaces)
		return;
	const struct arena_mark mark = arena_mark(x->e.scratch);
	namespaces(&x->e, &c);
	prepare(&x->e, &c, &h);
	x->component = c.name;
	put_objects(x, &c, &h, "00-namespaces.yaml");
	note_hash(&x->e, &c, &h, &hash);
	arena_rewind(x->e.scratch, mark);
}

/* ---- what changed, for the reader ---- */

static int by_component(const void *pa, const void *pb)
{
	const struct lock_object *a = pa, *b = pb;
	int c;
	if ((c = strcmp(a->component, b->component)) || (c = strcmp(a->kind, b->kind)) || (c = strcmp(a->ns, b->ns)) ||
	    (c = strcmp(a->name, b->name)))
		return c;
	return strcmp(a->api_version, b->api_version);
}

static void say_changes(struct tree *t, const char *component, const uint32_t n[3], struct arena *a)
{
	static const char *const word[] = { "changed", "added", "removed" };
	struct buf b = { 0 };
	int first = 1;
	for (int i = 0; i < 3; i++) {
		if (!n[i])
			continue;
		if (first)
			buf_addf(&b, "%u object%s %s", n[i], n[i] == 1 ? "" : "s", word[i]);
		else
			buf_addf(&b, ", %u %s", n[i], word[i]);
		first = 0;
	}
	if (!first)
		tree_note(t, arena_printf(a, "manifests/%s.yaml", component), b.p);
	buf_free(&b);
}

static void note_changes(struct tree *t, const struct buf *new_text, struct arena *a)
{
	struct lock old, new;
	const char *why, *component = NULL;
	uint32_t n, changed = 0, counts[3] = { 0 };
	size_t size;
	const struct tree_entry *entries = tree_entries(t, &n);
	const char *old_text = tree_old_lock(t, &size);
	for (uint32_t i = 0; i < n; i++)
		changed += entries[i].change == TREE_CHANGED && !strncmp(entries[i].path, "manifests/", 10);
	if (!changed || !lock_read(old_text, size, a, &old, &why)
		|| !lock_read(new_text->p, new_text->n, a, &new, &why))
		return;
	if (old.objects.n > 1)
		qsort(old.objects.v, old.objects.n, sizeof *old.objects.v, by_component);
	if (new.objects.n > 1)
		qsort(new.objects.v, new.objects.n, sizeof *new.objects.v, by_component);
	for (uint32_t i = 0, k = 0; i < old.objects.n || k < new.objects.n;) {
		const int c = i == old.objects.n ? 1
			: k == new.objects.n ? -1
			: by_component(&old.objects.v[i], &new.objects.v[k]);
		const struct lock_object *o = c <= 0 ? &old.objects.v[i] : &new.objects.v[k];
		if (component && strcmp(component, o->component)) {
			say_changes(t, component, counts, a);
			memset(counts, 0, sizeof counts);
		}
		component = o->component;
		if (c < 0)
			counts[2]++;
		else if (c > 0)
			counts[1]++;
		else if (!hash_equal(o->hash, new.objects.v[k].hash))
			counts[0]++;
		i += c <= 0;
		k += c >= 0;
	}
	if (component)
		say_changes(t, component, counts, a);
}

static void put_whole(struct tree_emission *x)
{
	struct emission *e = &x->e;
	x->component = NULL;
	buf_clear(&e->text);
	if (kustomize_finish(&x->kustomize, &e->text))
		put(x, "kustomization.yaml", &e->text, 0644);
	if (e->s->delivered)
		return;
	buf_clear(&e->text);
	if (helmfile_finish(&x->helmfile, e->s, e->scratch, &e->text))
		put(x, "helmfile.yaml", &e->text, 0644);
	buf_clear(&e->text);
	install_finish(&x->install, e->s, &e->text);
	put(x, "install.sh", &e->text, 0755);
}

static void put_fact(void *lock, const char *instance, const char *kind, const char *member, const char *value)
{
	lock_fact(lock, instance, kind, member, value);
}

static int emit_all(struct tree_emission *x, const struct out_stack *s, struct arena *scratch, struct diags *d,
	struct out_summary *sum, struct buf *lock)
{
	struct emission *e = &x->e;
	const uint32_t before = d->nerrors;
	int ok = 1;
	begin(e, s, scratch, sum);
	x->helmfile.keep = x->install.keep = &e->keep;
	atoms_init(&x->release_names, &e->keep);
	lock_begin(&x->lock, s);
	if (s->facts)
		s->facts(s->ctx, put_fact, &x->lock);
	if (!s->delivered)
		install_begin(&x->install, s);
	put_namespaces(x);
	for (uint32_t i = 0; ok && i < s->ncomponents; i++) {
		const struct arena_mark mark = arena_mark(scratch);
		ok = put_component(x, i);
		arena_rewind(scratch, mark);
	}
	if (ok && (x->t || x->files))
		put_whole(x);
	if (ok) {
		sum->hash = stack_hash(e->components, e->ncomponents, e->scratch);
		lock_finish(&x->lock, s, sum->hash, lock);
	}
	return ok && d->nerrors == before;
}

static void end_all(struct tree_emission *x)
{
	lock_free(&x->lock);
	buf_free(&x->kustomize.resources);
	install_free(&x->install);
	atoms_free(&x->release_names);
	end(&x->e);
}

int emit_tree(
	const struct out_stack *s, struct tree *t, struct arena *scratch, struct diags *d, struct out_summary *sum)
{
	struct tree_emission x = { .t = t };
	struct buf lock = { 0 };
	const int ok = emit_all(&x, s, scratch, d, sum, &lock) && tree_commit(t, lock.p, lock.n);
	if (ok)
		note_changes(t, &lock, &x.e.keep);
	end_all(&x);
	buf_free(&lock);
	return ok;
}

int emit_lock(const struct out_stack *s, struct arena *scratch, struct diags *d, struct buf *lock)
{
	struct tree_emission x = { .t = NULL };
	struct out_summary sum;
	const int ok = emit_all(&x, s, scratch, d, &sum, lock);
	end_all(&x);
	return ok;
}

int emit_files(const struct out_stack *s, const struct file_sink *sink, struct arena *scratch, struct diags *d)
{
	struct tree_emission x = { .files = sink };
	struct out_summary sum;
	struct buf lock = { 0 };
	const int ok = emit_all(&x, s, scratch, d, &sum, &lock);
	end_all(&x);
	buf_free(&lock);
	return ok;
}

int emit_part(const struct out_stack *s, const char *component, const char *release_ns, const char *release,
	const char *file, struct arena *scratch, struct buf *out)
{
	const struct arena_mark mark = arena_mark(scratch);
	struct emission e;
	struct out_summary sum;
	struct out_component c = { 0 };
	struct part_hashes h;
	int found = 0;
	begin(&e, s, scratch, &sum);
	const int own = !strcmp(component, "-");
	for (uint32_t i = 0; !found && i < (own ? 1 : s->ncomponents); i++) {
		const struct arena_mark one = arena_mark(scratch);
		if (!own && !file && strcmp(s->component_name(s->ctx, i), component))
			continue;
		memset(&c, 0, sizeof c);
		if (own)
			namespaces(&e, &c);
		else if (!s->component(s->ctx, i, scratch, &c))
			break;
		for (uint32_t k = 0; file && k < c.nfiles; k++)
			if (!strcmp(c.files[k].path, file)) {
				buf_add(out, c.files[k].p, c.files[k].n);
				found = 1;
			}
		if (!file && !strcmp(c.name, component)) {
			prepare(&e, &c, &h);
			for (uint32_t k = 0; !release && k < c.nobjects; k++)
				emit_object(out, &c.objects[k], &h.objects[k], &e.canonical);
			for (uint32_t k = 0; release && k < c.nreleases; k++)
				if (!strcmp(c.releases[k].name, release) && !strcmp(c.releases[k].ns, release_ns))
					release_values(&c.releases[k], h.releases[k], out);
			found = 1;
		}
		arena_rewind(scratch, one);
	}
	end(&e);
	arena_rewind(scratch, mark);
	return found;
}

/* ---- a stream ---- */

#define STREAM_BUFFER (256u << 10)

static int flush(struct emission *e, struct sink *sink, size_t limit)
{
	if (e->text.n < limit)
		return 1;
	int ok = !e->text.n || sink->write(sink->ctx, e->text.p, e->text.n);
	buf_clear(&e->text);
	return ok;
}

static int stream_objects(struct emission *e, struct out_component *c, struct sink *sink)
{
	struct part_hashes h;
	struct hash128 hash;
	prepare(e, c, &h);
	for (uint32_t i = 0; i < c->nobjects; i++) {
		emit_object(&e->text, &c->objects[i], &h.objects[i], &e->canonical);
		if (!flush(e, sink, STREAM_BUFFER))
			return 0;
	}
	note_hash(e, c, &h, &hash);
	return 1;
}

int emit_stream(const struct out_stack *s, struct sink *sink, struct arena *scratch, struct diags *d,
	struct out_summary *sum)
{
	struct emission e;
	struct out_component c;
	const uint32_t before = d->nerrors;
	int ok = 1;
	begin(&e, s, scratch, sum);
	buf_reserve(&e.text, STREAM_BUFFER + (32u << 10));
	if (s->nnamespaces) {
		const struct arena_mark mark = arena_mark(scratch);
		namespaces(&e, &c);
		ok = stream_objects(&e, &c, sink);
		arena_rewind(scratch, mark);
	}
	for (uint32_t i = 0; ok && i < s->ncomponents; i++) {
		const struct arena_mark mark = arena_mark(scratch);
		memset(&c, 0, sizeof c);
		ok = s->component(s->ctx, i, scratch, &c) && stream_objects(&e, &c, sink);
		arena_rewind(scratch, mark);
	}
	ok = ok && flush(&e, sink, 0) && d->nerrors == before;
	sum->hash = stack_hash(e.components, e.ncomponents, scratch);
	end(&e);
	return ok;
}
