/* The objects in the files against those of the lock. */
#include "emit/verify/state.h"
#include "emit/parts.h"
#include "value/yaml.h"
#include <stdlib.h>
#include <string.h>

struct range objects_of(const struct check *c, const char *component)
{
	uint32_t lo = 0, hi = c->lock.objects.n;
	while (lo < hi) {
		const uint32_t mid = lo + (hi - lo) / 2;
		if (strcmp(c->by_component[mid]->object->component, component) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	struct range r = { lo, lo };
	while (r.to < c->lock.objects.n && !strcmp(c->by_component[r.to]->object->component, component))
		r.to++;
	return r;
}

struct range releases_of(const struct check *c, const char *component)
{
	struct range r = { 0, 0 };
	while (r.from < c->lock.releases.n && strcmp(c->releases[r.from]->component, component) < 0)
		r.from++;
	for (r.to = r.from; r.to < c->lock.releases.n && !strcmp(c->releases[r.to]->component, component);)
		r.to++;
	return r;
}

const char *object_identity(
	struct arena *a, const char *api_version, const char *kind, const char *ns, const char *name)
{
	return arena_printf(a, "%s/%s %s/%s", api_version, kind, ns, name);
}

/* For the reader: `Deployment ns/name`. */
static const char *shown(struct check *c, const char *id)
{
	const char *gap = strchr(id, ' '), *kind = id;
	for (const char *s = id; s < gap; s++)
		if (*s == '/')
			kind = s + 1;
	return arena_printf(c->a, "%.*s %s", (int)(gap - kind), kind, gap + 1 + (gap[1] == '/'));
}

/* The component whose objects a file holds, or NULL. */
static const char *component_of(struct check *c, const char *path)
{
	const size_t n = strlen(path);
	if (!strcmp(path, "00-namespaces.yaml"))
		return "-";
	if (n <= 15 || strncmp(path, "manifests/", 10) || strcmp(path + n - 5, ".yaml"))
		return NULL;
	return arena_strdup(c->a, path + 10, n - 15);
}

/* The value of a line "KEY: value" of our own making, without its quotes. 0: the line is another. */
static int value_of(const struct line *l, const char *key, struct line *value)
{
	const size_t n = strlen(key);
	if (l->n < n || memcmp(l->p, key, n))
		return 0;
	*value = (struct line){ .p = l->p + n, .n = l->n - n };
	if (value->n >= 2 && value->p[0] == '"' && value->p[value->n - 1] == '"') {
		value->p++;
		value->n -= 2;
	}
	return 1;
}

static void own_object(
	struct check *c, const char *path, const struct line field[4], const struct line *hash, uint32_t line)
{
	struct arena_mark mark_ = arena_mark(c->a);
	const char *id = arena_printf(c->a, "%.*s/%.*s %.*s/%.*s", (int)field[0].n, field[0].p, (int)field[1].n,
		field[1].p, (int)field[2].n, field[2].n ? field[2].p : "", (int)field[3].n, field[3].p);
	const struct atom *atom = atom_find(&c->atoms, id, strlen(id));
	struct known *k = atom ? table_get(&c->objects, atom) : NULL;
	struct hash128 h = { 0, 0 };
	const int hashed = hash->n == 32 && lock_parse_hash(hash->p, &h);
	if (k && hashed && (hash_equal(k->object->hash, h) || k->twice || c->conflict[FROM_LOCK])) {
		k->seen = 1;
		c->v->objects++;
		arena_rewind(c->a, mark_);
		return;
	}
	id = shown(c, id);
	if (!k) {
		verify_note(c, path, line, VERIFY_OBJECT, arena_printf(c->a, "%s is not in " LOCK, id));
		table_put(&c->lacking, atom_cstr(&c->atoms, component_of(c, path)), c);
		return;
	}
	k->seen = k->wrong = 1;
	verify_note(c, path, line, VERIFY_OBJECT, arena_printf(c->a, "%s: its content-hash is not the one in " LOCK, id));
}

/* A file with the right bytes: each object's first lines say which it is and what it hashes to. */
static void own_objects(struct check *c, const char *path)
{
	static const char *const keys[4] = { "apiVersion: ", "kind: ", "  namespace: ", "  name: " };
	struct text t = { c->file.p, c->file.p + c->file.n, 0 };
	struct line l, field[4], hash;
	uint32_t start = 0;
	int head = 0;
	while (verify_next(&t, &l)) {
		if (l.n == 3 && !memcmp(l.p, "---", 3)) {
			if (head)
				own_object(c, path, field, &hash, start);
			memset(field, 0, sizeof field);
			memset(&hash, 0, sizeof hash);
			start = l.number;
			head = 1;
			continue;
		}
		if (!head)
			continue;
		for (int k = 0; k < 4; k++)
			if (!field[k].p)
				value_of(&l, keys[k], &field[k]);
		value_of(&l, HASH_ANNOTATION, &hash);
		if (l.n && l.p[0] != ' ' && field[0].p && field[1].p && field[3].p) {   /* behind the metadata */
			own_object(c, path, field, &hash, start);
			head = 0;
		}
	}
	if (head)
		own_object(c, path, field, &hash, start);
}

struct edit { VEC(struct verify_object) objects; uint32_t count[3]; };
static const char *const changes[3] = { "changed", "added", "removed" };

static void edited(struct check *c, struct edit *e, int change, const char *id)
{
	VEC_PUSH(c->a, &e->objects, ((struct verify_object){ id, changes[change] }));
	e->count[change]++;
}

/* One document of an edited file, as it is now. own: for what is read of it */
static void edited_object(struct check *c, struct edit *e, const struct sources *sources, struct arena *own,
	const struct value *v, const char *component)
{
	static const char *const keys[4] = { "apiVersion", "kind", "namespace", "name" };
	const struct value *f[4] = { 0 };
	const struct value *meta = value_getc(v, "metadata");
	for (int k = 0; k < 4; k++) {
		const struct value *from = k < 2 ? v : meta;
		f[k] = from && from->tag == VALUE_RECORD ? value_getc(from, keys[k]) : NULL;
		if (f[k] && f[k]->tag != VALUE_STRING)
			f[k] = NULL;
	}
	if (!f[0] || !f[1] || !f[3]) {
		const struct location at = source_locate(sources, v->origin.lo);
		edited(c, e, 1, arena_printf(c->a, "document /in line %u", at.line));
		return;
	}
	const char *id = arena_printf(c->a, "%.*s/%.*s %.*s/%.*s", (int)f[0]->n, f[0]->str.p, (int)f[1]->n,
		f[1]->str.p, f[2] ? (int)f[2]->n : 0, f[2] ? f[2]->str.p : "", (int)f[3]->n, f[3]->str.p);
	const struct atom *atom = atom_find(&c->atoms, id, strlen(id));
	struct known *k = atom ? table_get(&c->objects, atom) : NULL;
	if (!k || strcmp(k->object->component, component)) {
		edited(c, e, 1, id);
		return;
	}
	k->seen = 1;
	if (!object_hashes_to(v, k->object->hash, own, &c->scratch))
		edited(c, e, 0, id);
	else
		c->v->objects++;
}

/* edited: Service a/x, a/y changed; ConfigMap a/z gone */
static const char *edit_summary(struct check *c, const struct edit *e)
{
	struct buf b = { 0 };
	buf_adds(&b, "edited: ");
	for (int k = 0; k < 3; k++) {
		uint32_t n = 0;
		if (!e->count[k])
			continue;
		if (b.n > 8)
			buf_adds(&b, "; ");
		for (uint32_t i = 0; i < e->objects.n; i++)
			if (e->objects.v[i].change == changes[k] && n++ < 3)
				buf_addf(&b, "%s%s", n > 1 ? ", " : "", shown(c, e->objects.v[i].identity));
		if (n > 3)
			buf_addf(&b, " and %u more", n - 3);
		buf_addf(&b, " %s", changes[k]);
	}
	const char *text = arena_strdup(c->a, b.p, b.n);
	buf_free(&b);
	return text;
}

/* An edited file: which of its objects mean something else now? */
static void edited_objects(struct check *c, const char *path, const char *component)
{
	struct arena own;
	struct sources sources;
	struct diags mute;
	struct atoms atoms;
	struct yaml_documents docs = { 0 };
	struct edit e = { 0 };
	arena_init(&own, 0);
	sources_init(&sources, &own);
	diags_init(&mute, &own, &sources);
	atoms_init(&atoms, &own);
	struct source *src = source_add(&sources, path, c->file.p ? c->file.p : "", c->file.n, 0);
	if (src)
		yaml_read(src, &own, &atoms, &mute, &docs);
	const char *text = NULL;
	if (!src || mute.nerrors) {
		const struct location at = source_locate(&sources, mute.nerrors ? mute.v[0]->span.lo : 0);
		text = arena_printf(c->a,
			at.source ? "edited, and no YAML any more: line %u" : "edited, and no YAML any more",
			at.line);
	}
	for (uint32_t i = 0; !text && i < docs.n; i++)
		edited_object(c, &e, &sources, &own, docs.v[i], component);
	atoms_free(&atoms);
	arena_free(&own);
	for (struct range r = objects_of(c, component); r.from < r.to; r.from++) {
		struct known *k = c->by_component[r.from];
		if (!k->seen && !text)
			edited(c, &e, 2,
				object_identity(c->a, k->object->api_version, k->object->kind, k->object->ns,
					k->object->name));
		k->seen = 1;
	}
	if (!text && !e.objects.n)
		text = "edited: layout or comments only, its objects mean the same";
	if (!text)
		text = edit_summary(c, &e);
	struct verify_finding *x = verify_note(c, path, 0, VERIFY_EDITED, text);
	x->objects = e.objects.v;
	x->nobjects = e.objects.n;
}

static int by_path(const void *pa, const void *pb)
{
	const struct said *a = pa, *b = pb;
	const int c = strcmp(a->path, b->path);
	return c ? c : (int)a->from - (int)b->from;
}

/* The objects of a file that cannot be looked at are not said to be missing as well. */
static void skip_objects(struct check *c, const char *component)
{
	if (component && c->locked)
		for (struct range r = objects_of(c, component); r.from < r.to; r.from++)
			c->by_component[r.from]->seen = 1;
}

/* v[0..n): everything that lock and sums say of one file. */
static void check_file(struct check *c, const struct said *v, uint32_t n)
{
	const char *path = v->path, *is = NULL, *component = component_of(c, path);
	const int unsure = c->conflict[FROM_LOCK] || c->conflict[FROM_SUMS];
	struct hash128 h = { 0, 0 };
	uint32_t said_by[2] = { 0 }, right[2] = { 0 };
	int differ = 0;
	switch (verify_slurp(c, path, &c->file, &is)) {
	case FOUND:
		break;
	case ABSENT:
		verify_note(c, path, 0, VERIFY_MISSING, "is missing");
		skip_objects(c, component);
		return;
	case NOT_A_FILE:
		verify_note(c, path, 0, VERIFY_NOT_A_FILE, arena_printf(c->a, "is %s, not the file that was built", is));
		skip_objects(c, component);
		return;
	case UNREADABLE:
		skip_objects(c, component);
		return;
	}
	h = hash_bytes(c->file.p, c->file.n);
	for (uint32_t i = 0; i < n; i++) {
		said_by[v[i].from]++;
		right[v[i].from] += hash_equal(v[i].hash, h);
		differ |= !hash_equal(v[i].hash, v[0].hash);
	}
	if (!right[FROM_LOCK] && !right[FROM_SUMS]) {
		if (verify_conflicts(c, path, &c->file))
			skip_objects(c, component);
		else if (component && c->locked)
			edited_objects(c, path, component);
		else
			verify_note(c, path, 0, VERIFY_EDITED, "edited");
		return;
	}
	const int both = c->locked && c->there[FROM_SUMS] && !unsure;
	if (both && differ && said_by[FROM_LOCK] == 1 && said_by[FROM_SUMS] == 1) {
		verify_note(c, path, 0, VERIFY_DISAGREE,
			arena_printf(c->a, "is as %s says, but %s has another hash for it",
				names[right[FROM_LOCK] ? FROM_LOCK : FROM_SUMS],
				names[right[FROM_LOCK] ? FROM_SUMS : FROM_LOCK]));
	} else if (both && (!said_by[FROM_LOCK] || !said_by[FROM_SUMS])) {
		verify_note(c, path, 0, VERIFY_DISAGREE,
			arena_printf(c->a, "is in %s, but not in %s",
				names[said_by[FROM_LOCK] ? FROM_LOCK : FROM_SUMS],
				names[said_by[FROM_LOCK] ? FROM_SUMS : FROM_LOCK]));
	} else {
		c->v->files++;
	}
	if (component && c->locked)
		own_objects(c, path);
}

void check_files(struct check *c)
{
	struct said *v = c->said.v;
	if (c->said.n > 1)
		qsort(v, c->said.n, sizeof *v, by_path);
	for (uint32_t i = 0, n; i < c->said.n; i += n) {
		for (n = 1; i + n < c->said.n && !strcmp(v[i + n].path, v[i].path); n++)
			;
		check_file(c, v + i, n);
	}
	if (!c->locked || c->conflict[FROM_LOCK])
		return;
	for (uint32_t i = 0; i < c->lock.objects.n; i++) {
		const struct lock_object *o = c->known[i].object;
		const char *id = object_identity(c->a, o->api_version, o->kind, o->ns, o->name);
		const struct known *k = table_get(&c->objects, atom_cstr(&c->atoms, id));
		if (k != &c->known[i] || k->seen)       /* one of two with the same name was reported as such */
			continue;
		c->known[i].wrong = 1;
		verify_note(c, LOCK, 0, VERIFY_OBJECT, arena_printf(c->a, "names %s, which no file has", shown(c, id)));
	}
}
