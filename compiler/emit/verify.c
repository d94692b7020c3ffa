/* A folder in; what is not as a build left it out. Bytes are compared by hash. A file whose bytes are right was written
   by us, so its objects are found by their first lines; only an edited one is read as YAML, to say which objects the
   edit changed. One root cause is one finding: where a file carries the marks of a merge conflict, what follows from
   them is not said. */
#define _POSIX_C_SOURCE 200809L
#define _XOPEN_SOURCE 700
#include "emit/verify.h"
#include "base/os.h"
#include "base/text.h"
#include "emit/lock.h"
#include "emit/parts.h"
#include "value/yaml.h"
#include "sema/table.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK "mlops.lock"
#define SUMS "XXH128SUMS"
#define INTENT ".mlopsc-intent"
#define HASH_ANNOTATION "    mlopsc/content-hash: "

static const struct span nowhere;

enum from { FROM_LOCK, FROM_SUMS };
struct said { const char *path; struct hash128 hash; enum from from; };         /* a line about a file */
struct known { const struct lock_object *object; uint8_t seen, wrong, twice; }; /* an object of the lock */

struct check {
	struct verify *v;
	struct arena *a;
	struct diags *d;
	struct atoms atoms;
	int failed;
	struct buf text[2];             /* of the lock and the sums */
	uint8_t there[2], conflict[2], broken[2];       /* broken: lines that are no facts, or facts twice */
	struct lock lock;
	int locked;                     /* the lock could be read */
	VEC(struct said) said;
	struct known *known;            /* of each object of the lock */
	struct known **by_component;
	const struct lock_release **releases;   /* by component too */
	struct table objects;           /* identity -> struct known */
	struct table lacking;           /* components of which the lock has too few objects */
	struct buf file, scratch;
};

static const char *const names[2] = { LOCK, SUMS };

const char *verify_word(enum verify_what what)
{
	static const char *const words[] = {
		[VERIFY_MISSING] = "missing",
		[VERIFY_NOT_A_FILE] = "not-a-file",
		[VERIFY_EDITED] = "edited",
		[VERIFY_CONFLICT] = "conflict",
		[VERIFY_LINE] = "line",
		[VERIFY_TWICE] = "twice",
		[VERIFY_ORDER] = "order",
		[VERIFY_DISAGREE] = "disagree",
		[VERIFY_OBJECT] = "object",
		[VERIFY_HASH] = "hash",
		[VERIFY_INTERRUPTED] = "interrupted",
	};
	return words[what];
}

static struct verify_finding *find(
	struct check *c, const char *file, uint32_t line, enum verify_what what, const char *text)
{
	VEC_PUSH(c->a, &c->v->findings,
		((struct verify_finding){ .file = file, .line = line, .what = what, .text = text }));
	return &c->v->findings.v[c->v->findings.n - 1];
}

static const char *below(struct arena *a, const char *dir, const char *path)
{
	return arena_printf(a, "%s%s%s", dir, dir[strlen(dir) - 1] == '/' ? "" : "/", path);
}

/* ---- reading ---- */

enum found { FOUND, ABSENT, NOT_A_FILE, UNREADABLE };

static enum found slurp(struct check *c, const char *path, struct buf *out, const char **is)
{
	const char *whole = below(c->a, c->v->dir, path);
	struct stat st;
	int fd = open(whole, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	buf_clear(out);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return ABSENT;
	if (fd < 0 && (errno == ELOOP || errno == ENXIO)) {
		*is = errno == ELOOP ? "a symbolic link" : "not a file";
		return NOT_A_FILE;
	}
	int error = fd < 0 || fstat(fd, &st) < 0 ? errno : 0;
	if (!error && !S_ISREG(st.st_mode)) {
		*is = S_ISDIR(st.st_mode) ? "a folder" : "not a file";
		close(fd);
		return NOT_A_FILE;
	}
	while (!error) {
		const size_t room = st.st_size > 0 && !out->n ? (size_t)st.st_size + 1 : 1 << 16;
		buf_reserve(out, room);
		ssize_t r = read(fd, out->p + out->n, room);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			error = errno;
		if (r <= 0)
			break;
		out->n += (size_t)r;
		out->p[out->n] = 0;
	}
	if (fd >= 0)
		close(fd);
	if (!error)
		return FOUND;
	diag_error(c->d, nowhere, D_READ, whole, os_reason(error));
	c->failed = 1;
	return UNREADABLE;
}

/* ---- lines ---- */

struct text { const char *at, *end; uint32_t number; };
struct line { const char *p; size_t n; uint32_t number; int whole; };

static int next(struct text *t, struct line *l)
{
	if (t->at >= t->end)
		return 0;
	const char *nl = memchr(t->at, '\n', (size_t)(t->end - t->at));
	*l = (struct line){ t->at, (size_t)((nl ? nl : t->end) - t->at), ++t->number, nl != NULL };
	t->at = nl ? nl + 1 : t->end;
	return 1;
}

/* Seven of one byte at the start, alone or before a blank: what git writes around the two sides of a conflict. */
static char mark(const struct line *l)
{
	if (l->n < 7 || !strchr("<=>|", l->p[0]) || (l->n > 7 && l->p[7] != ' ' && l->p[7] != '\r'))
		return 0;
	for (int i = 1; i < 7; i++)
		if (l->p[i] != l->p[0])
			return 0;
	return l->p[0];
}

/* Each conflict of a text is one finding. The number of conflicts. */
static uint32_t conflicts(struct check *c, const char *file, const struct buf *b)
{
	struct text t = { b->p, b->p + b->n, 0 };
	struct line l;
	uint32_t count = 0, start = 0;
	while (next(&t, &l)) {
		const char m = mark(&l);
		if (m == '<') {
			start = l.number;
			count++;
		} else if (m == '>' && start) {
			find(c, file, start, VERIFY_CONFLICT,
				arena_printf(c->a, "a merge conflict, lines %u to %u", start, l.number));
			start = 0;
		} else if (m == '>') {
			find(c, file, l.number, VERIFY_CONFLICT, "the end of a merge conflict");
			count++;
		}
	}
	if (start)
		find(c, file, start, VERIFY_CONFLICT,
			arena_printf(c->a, "a merge conflict that begins in line %u and has no end", start));
	return count;
}

/* ---- the lock and the sums as texts ---- */

/* What a line of the lock speaks of: its order among the others, and what two lines may not have in common. */
struct fact { uint32_t number; int group; const char *key; size_t nkey, nid; };

static size_t fields(const char *p, size_t n, int count)
{
	size_t i = 0;
	for (; i < n; i++)
		if (p[i] == ' ' && !--count)
			break;
	return i;
}

static void take_lock_line(const struct line *l, struct fact *f)
{
	/* id: how many fields; 0 the rest; -1 none */
	static const struct { const char *word; int hashed, id;
	} groups[] = {
		{ "mlops.lock", 0, -1 },
		{ "compiler", 0, -1 },
		{ "edition", 0, -1 },
		{ "catalog", 0, -1 },
		{ "kubernetes", 0, -1 },
		{ "env", 0, -1 },
		{ "source", 1, 0 },
		{ "set", 0, 0 },
		{ "wire", 0, 0 },
		{ "secret", 0, 1 },
		{ "fact", 0, 3 },
		{ "component", 1, 0 },
		{ "release", 1, 1 },
		{ "object", 1, 2 },
		{ "file", 1, 0 },
		{ "stack", 1, -1 },
	};
	const char *gap = memchr(l->p, ' ', l->n);
	const size_t word = gap ? (size_t)(gap - l->p) : l->n;
	f->number = l->number;
	f->group = -1;
	for (int g = 0; g < (int)(sizeof groups / sizeof *groups); g++) {
		const size_t skip = word + 1 + (groups[g].hashed ? 33 : 0);
		if (strlen(groups[g].word) != word || memcmp(groups[g].word, l->p, word) || l->n < skip)
			continue;
		f->group = g;
		f->key = l->p + skip;
		f->nkey = l->n - skip;
		f->nid = groups[g].id < 0 ? 0 : groups[g].id ? fields(f->key, f->nkey, groups[g].id) : f->nkey;
	}
}

static int compare_bytes(const char *a, size_t na, const char *b, size_t nb)
{
	const int c = memcmp(a, b, na < nb ? na : nb);
	return c ? c : na < nb ? -1 : na > nb;
}

static int by_id(const void *pa, const void *pb)
{
	const struct fact *a = pa, *b = pb;
	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	const int c = compare_bytes(a->key, a->nid, b->key, b->nid);
	return c ? c : a->number < b->number ? -1 : 1;
}

/* Facts twice, and facts out of their order: what a merge leaves behind that met no conflict. */
static void check_facts(struct check *c, enum from from, struct fact *v, uint32_t n)
{
	uint32_t disorder = 0, first = 0;
	for (uint32_t i = 1; i < n; i++)
		if (v[i].group < v[i - 1].group
			|| (v[i].group == v[i - 1].group
				&& compare_bytes(v[i].key, v[i].nkey, v[i - 1].key, v[i - 1].nkey) < 0)) {
			if (!disorder++)
				first = v[i].number;
		}
	if (disorder)
		find(c, names[from], first, VERIFY_ORDER, disorder == 1 ? "this line is not in its sorted place" :
			arena_printf(c->a, "this line and %u more are not in their sorted places", disorder - 1));
	if (n > 1)
		qsort(v, n, sizeof *v, by_id);
	for (uint32_t i = 0, same; i < n; i += same) {
		for (same = 1; i + same < n && v[i + same].group == v[i].group &&
		     !compare_bytes(v[i + same].key, v[i + same].nid, v[i].key, v[i].nid); same++)
			;
		if (same == 1)
			continue;
		const char *what = v[i].nid ? arena_printf(c->a, "`%.*s`", (int)v[i].nid, v[i].key) : "the same";
		find(c, names[from], v[i + same - 1].number, VERIFY_TWICE, same == 2 ?
			arena_printf(c->a, "%s is said twice, here and in line %u", what, v[i].number) :
			arena_printf(c->a, "%s is said %u times, first in line %u", what, same, v[i].number));
		c->broken[from] = 1;
	}
}

/* No part of a path may lead out of the folder. */
static int path_ok(const char *p, size_t n)
{
	for (size_t i = 0, start = 0; i <= n; i++) {
		if (i < n && p[i] != '/') {
			if ((unsigned char)p[i] < 0x20)
				return 0;
			continue;
		}
		const size_t len = i - start;
		if (!len || (p[start] == '.' && (len == 1 || (len == 2 && p[start + 1] == '.'))))
			return 0;
		start = i + 1;
	}
	return 1;
}

static void strange_lines(struct check *c, enum from from, uint32_t first, uint32_t n)
{
	if (!n)
		return;
	find(c, names[from], first, VERIFY_LINE, n == 1 ? "no build writes such a line" :
		arena_printf(c->a, "no build writes such a line; %u more", n - 1));
	c->broken[from] = 1;
}

static void read_sums(struct check *c)
{
	struct text t = { c->text[FROM_SUMS].p, c->text[FROM_SUMS].p + c->text[FROM_SUMS].n, 0 };
	struct line l;
	VEC(struct fact) facts = { 0 };
	uint32_t strange = 0, first = 0;
	c->conflict[FROM_SUMS] = conflicts(c, SUMS, &c->text[FROM_SUMS]) > 0;
	while (next(&t, &l)) {
		struct said s = { .from = FROM_SUMS };
		if (l.whole && l.n > 34 && lock_parse_hash(l.p, &s.hash) && l.p[32] == ' ' && l.p[33] == ' '
			&& path_ok(l.p + 34, l.n - 34)) {
			s.path = arena_strdup(c->a, l.p + 34, l.n - 34);
			VEC_PUSH(c->a, &c->said, s);
			VEC_PUSH(c->a, &facts, ((struct fact){ l.number, 0, s.path, l.n - 34, l.n - 34 }));
		} else if (!strange++) {
			first = l.number;
		}
	}
	if (c->conflict[FROM_SUMS])
		return;
	strange_lines(c, FROM_SUMS, first, strange);
	check_facts(c, FROM_SUMS, facts.v, facts.n);
}

static int known_order(const void *a, const void *b)
{
	return strcmp((*(struct known *const *)a)->object->component, (*(struct known *const *)b)->object->component);
}

static int release_order(const void *a, const void *b)
{
	return strcmp((*(const struct lock_release *const *)a)->component,
		(*(const struct lock_release *const *)b)->component);
}

struct range { uint32_t from, to; };

static struct range objects_of(const struct check *c, const char *component)
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

static struct range releases_of(const struct check *c, const char *component)
{
	struct range r = { 0, 0 };
	while (r.from < c->lock.releases.n && strcmp(c->releases[r.from]->component, component) < 0)
		r.from++;
	for (r.to = r.from; r.to < c->lock.releases.n && !strcmp(c->releases[r.to]->component, component);)
		r.to++;
	return r;
}

static const char *identity(
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

/* 0: this compiler cannot read it. */
static int read_lock(struct check *c)
{
	const struct buf *b = &c->text[FROM_LOCK];
	struct text t = { b->p, b->p + b->n, 0 };
	struct line l;
	VEC(struct fact) facts = { 0 };
	const char *why;
	c->conflict[FROM_LOCK] = conflicts(c, LOCK, b) > 0;
	if (!lock_read(b->p ? b->p : "", b->n, c->a, &c->lock, &why)) {
		if (b->n > 11 && !memcmp(b->p, "mlops.lock ", 11)) {
			diag_error(c->d, nowhere, D_READ, below(c->a, c->v->dir, LOCK), why);
			c->failed = 1;
			return 0;
		}
		if (!c->conflict[FROM_LOCK])
			find(c, LOCK, 1, VERIFY_LINE, why);
		return 1;
	}
	c->locked = 1;
	c->v->title = c->lock.title;
	c->v->hash = c->lock.stack;
	for (uint32_t i = 0; i < c->lock.files.n; i++)
		if (path_ok(c->lock.files.v[i].path, strlen(c->lock.files.v[i].path)))
			VEC_PUSH(c->a, &c->said,
				((struct said){ c->lock.files.v[i].path, c->lock.files.v[i].hash, FROM_LOCK }));
	c->known = ARENA_ARRAY(c->a, struct known, c->lock.objects.n + 1);
	c->by_component = ARENA_ARRAY(c->a, struct known *, c->lock.objects.n + 1);
	c->releases = ARENA_ARRAY(c->a, const struct lock_release *, c->lock.releases.n + 1);
	for (uint32_t i = 0; i < c->lock.releases.n; i++)
		c->releases[i] = &c->lock.releases.v[i];
	for (uint32_t i = 0; i < c->lock.objects.n; i++) {
		const struct lock_object *o = &c->lock.objects.v[i];
		c->known[i].object = o;
		c->by_component[i] = &c->known[i];
		const struct atom *id = atom_cstr(&c->atoms, identity(c->a, o->api_version, o->kind, o->ns, o->name));
		struct known *first = table_get(&c->objects, id);
		if (first)
			first->twice = 1;
		else
			table_put(&c->objects, id, &c->known[i]);
	}
	if (c->lock.objects.n > 1)
		qsort(c->by_component, c->lock.objects.n, sizeof *c->by_component, known_order);
	if (c->lock.releases.n > 1)
		qsort(c->releases, c->lock.releases.n, sizeof *c->releases, release_order);
	if (c->conflict[FROM_LOCK])
		return 1;
	strange_lines(c, FROM_LOCK, c->lock.strange, c->lock.nstrange);
	while (next(&t, &l)) {
		struct fact f;
		take_lock_line(&l, &f);
		if (f.group >= 0)
			VEC_PUSH(c->a, &facts, f);
	}
	check_facts(c, FROM_LOCK, facts.v, facts.n);
	if (!*c->lock.title && !c->lock.nstrange) {
		find(c, LOCK, 0, VERIFY_LINE, "has no line `stack`: its end is lost");
		c->broken[FROM_LOCK] = 1;
	}
	return 1;
}

/* ---- objects ---- */

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
		find(c, path, line, VERIFY_OBJECT, arena_printf(c->a, "%s is not in " LOCK, id));
		table_put(&c->lacking, atom_cstr(&c->atoms, component_of(c, path)), c);
		return;
	}
	k->seen = k->wrong = 1;
	find(c, path, line, VERIFY_OBJECT, arena_printf(c->a, "%s: its content-hash is not the one in " LOCK, id));
}

/* A file with the right bytes: each object's first lines say which it is and what it hashes to. */
static void own_objects(struct check *c, const char *path)
{
	static const char *const keys[4] = { "apiVersion: ", "kind: ", "  namespace: ", "  name: " };
	struct text t = { c->file.p, c->file.p + c->file.n, 0 };
	struct line l, field[4], hash;
	uint32_t start = 0;
	int head = 0;
	while (next(&t, &l)) {
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
				identity(c->a, k->object->api_version, k->object->kind, k->object->ns,
					k->object->name));
		k->seen = 1;
	}
	if (!text && !e.objects.n)
		text = "edited: layout or comments only, its objects mean the same";
	if (!text)
		text = edit_summary(c, &e);
	struct verify_finding *x = find(c, path, 0, VERIFY_EDITED, text);
	x->objects = e.objects.v;
	x->nobjects = e.objects.n;
}

/* ---- files ---- */

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
	switch (slurp(c, path, &c->file, &is)) {
	case FOUND:
		break;
	case ABSENT:
		find(c, path, 0, VERIFY_MISSING, "is missing");
		skip_objects(c, component);
		return;
	case NOT_A_FILE:
		find(c, path, 0, VERIFY_NOT_A_FILE, arena_printf(c->a, "is %s, not the file that was built", is));
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
		if (conflicts(c, path, &c->file))
			skip_objects(c, component);
		else if (component && c->locked)
			edited_objects(c, path, component);
		else
			find(c, path, 0, VERIFY_EDITED, "edited");
		return;
	}
	const int both = c->locked && c->there[FROM_SUMS] && !unsure;
	if (both && differ && said_by[FROM_LOCK] == 1 && said_by[FROM_SUMS] == 1) {
		find(c, path, 0, VERIFY_DISAGREE,
			arena_printf(c->a, "is as %s says, but %s has another hash for it",
				names[right[FROM_LOCK] ? FROM_LOCK : FROM_SUMS],
				names[right[FROM_LOCK] ? FROM_SUMS : FROM_LOCK]));
	} else if (both && (!said_by[FROM_LOCK] || !said_by[FROM_SUMS])) {
		find(c, path, 0, VERIFY_DISAGREE,
			arena_printf(c->a, "is in %s, but not in %s",
				names[said_by[FROM_LOCK] ? FROM_LOCK : FROM_SUMS],
				names[said_by[FROM_LOCK] ? FROM_SUMS : FROM_LOCK]));
	} else {
		c->v->files++;
	}
	if (component && c->locked)
		own_objects(c, path);
}

static void check_files(struct check *c)
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
		const char *id = identity(c->a, o->api_version, o->kind, o->ns, o->name);
		const struct known *k = table_get(&c->objects, atom_cstr(&c->atoms, id));
		if (k != &c->known[i] || k->seen)       /* one of two with the same name was reported as such */
			continue;
		c->known[i].wrong = 1;
		find(c, LOCK, 0, VERIFY_OBJECT, arena_printf(c->a, "names %s, which no file has", shown(c, id)));
	}
}

/* ---- the lock against itself ---- */

/* drift/NAME: its lines of the lock. named: some component has a ConfigMap of this name; claimed: it is known whose it
   is. */
struct folder { const char *name; size_t n; uint32_t from, to; uint8_t named, claimed, with; };
struct folders { VEC(struct folder) f; };

/* The hash of a component from the lock's own lines, with the files of the folders that are marked. */
static struct hash128 hash_of(struct check *c, const char *name, const struct folders *folders)
{
	const struct range objects = objects_of(c, name), releases = releases_of(c, name);
	const struct arena_mark m = arena_mark(c->a);
	uint32_t nfiles = 0;
	for (uint32_t i = 0; folders && i < folders->f.n; i++)
		nfiles += folders->f.v[i].with ? folders->f.v[i].to - folders->f.v[i].from : 0;
	struct out_component x = {
		.name = name, .objects = ARENA_ARRAY(c->a, struct out_object, objects.to - objects.from + 1),
		.releases = ARENA_ARRAY(c->a, struct out_release, releases.to - releases.from + 1),
		.files = ARENA_ARRAY(c->a, struct out_file, nfiles + 1),
	};
	struct part_hashes h = {
		ARENA_ARRAY(c->a, struct hash128, objects.to - objects.from + 1),
		ARENA_ARRAY(c->a, struct hash128, releases.to - releases.from + 1),
		ARENA_ARRAY(c->a, struct hash128, nfiles + 1),
	};
	for (uint32_t i = objects.from; i < objects.to; i++) {
		const struct lock_object *o = c->by_component[i]->object;
		h.objects[x.nobjects] = o->hash;
		x.objects[x.nobjects++] = (struct out_object){
			.api_version = o->api_version, .kind = o->kind, .ns = o->ns, .name = o->name
		};
	}
	for (uint32_t i = releases.from; i < releases.to; i++) {
		h.releases[x.nreleases] = c->releases[i]->hash;
		x.releases[x.nreleases++] = (struct out_release){ .ns = c->releases[i]->ns,
			.name = c->releases[i]->name };
	}
	for (uint32_t i = 0; nfiles && i < folders->f.n; i++)
		for (uint32_t k = folders->f.v[i].from; folders->f.v[i].with && k < folders->f.v[i].to; k++) {
			h.files[x.nfiles] = c->lock.files.v[k].hash;
			x.files[x.nfiles++] = (struct out_file){ .path = c->lock.files.v[k].path };
		}
	const struct hash128 hash = component_hash(&x, &h, c->a, &c->scratch);
	arena_rewind(c->a, m);
	return hash;
}

/* Has the component a ConfigMap, of this name unless it is NULL? */
static int has_config_map(const struct check *c, const char *component, const struct folder *f)
{
	for (struct range r = objects_of(c, component); r.from < r.to; r.from++) {
		const struct lock_object *o = c->by_component[r.from]->object;
		if (!strcmp(o->kind, "ConfigMap") && (!f || (!strncmp(o->name, f->name, f->n) && !o->name[f->n])))
			return 1;
	}
	return 0;
}

/* The lock does not say whose the files below drift/NAME are. First they are tried as the names of ConfigMaps suggest;
   then, for a component that was renamed, folder by folder those that are left. */
static int follows(struct check *c, const struct lock_component *k, struct folders *folders, int guess)
{
	uint32_t named = 0;
	int ok = !guess && hash_equal(hash_of(c, k->name, NULL), k->hash);
	for (uint32_t i = 0; !ok && !guess && i < folders->f.n; i++) {
		struct folder *f = &folders->f.v[i];
		f->with = (uint8_t)has_config_map(c, k->name, f);
		f->named |= f->with;
		named += f->with;
	}
	if (named)
		ok = hash_equal(hash_of(c, k->name, folders), k->hash);
	for (uint32_t i = 0; i < folders->f.n; i++) {
		struct folder *f = &folders->f.v[i];
		if (guess && !ok && !f->claimed) {
			f->with = 1;
			ok = hash_equal(hash_of(c, k->name, folders), k->hash);
		}
		f->claimed |= ok && f->with;
		f->with = 0;
	}
	return ok;
}

static void find_folders(struct check *c, struct folders *folders)
{
	for (uint32_t i = 0; i < c->lock.files.n; i++) {
		const char *p = c->lock.files.v[i].path, *slash = strncmp(p, "drift/", 6) ? NULL : strchr(p + 6, '/');
		if (!slash)
			continue;
		const size_t n = (size_t)(slash - p - 6);
		struct folder *last = folders->f.n ? &folders->f.v[folders->f.n - 1] : NULL;
		if (last && last->n == n && !memcmp(last->name, p + 6, n))
			last->to = i + 1;
		else
			VEC_PUSH(c->a, &folders->f, ((struct folder){ .name = p + 6, .n = n, .from = i, .to = i + 1 }));
	}
}

static void check_hashes(struct check *c)
{
	struct lock *l = &c->lock;
	struct folders folders = { 0 };
	uint32_t wrong = 0, unclaimed = 0, nparts = 0;
	if (!c->locked || c->conflict[FROM_LOCK] || c->broken[FROM_LOCK])
		return;
	find_folders(c, &folders);
	uint8_t *bad = ARENA_ARRAY(c->a, uint8_t, l->components.n + 1);
	struct named_hash *parts = ARENA_ARRAY(c->a, struct named_hash, l->components.n + 2);
	for (uint32_t i = 0; i < l->components.n; i++) {
		const struct lock_component *k = &l->components.v[i];
		parts[nparts++] = (struct named_hash){ k->name, k->hash };
		/* a line that a file contradicts has been reported: what is above it is not said again */
		uint32_t said = table_get(&c->lacking, atom_cstr(&c->atoms, k->name)) != NULL;
		for (struct range r = objects_of(c, k->name); r.from < r.to; r.from++)
			said += c->by_component[r.from]->wrong;
		wrong += said;
		bad[i] = !said && !follows(c, k, &folders, 0);
	}
	for (uint32_t i = 0; i < l->components.n; i++)
		if (bad[i])
			bad[i] = !follows(c, &l->components.v[i], &folders, 1);
	for (uint32_t i = 0; i < folders.f.n; i++)
		unclaimed += !folders.f.v[i].claimed && !folders.f.v[i].named;
	for (uint32_t i = 0; i < l->components.n; i++) {
		/* files that may be its own, and may be another's, prove nothing; the stack's hash still does */
		if (!bad[i] || (unclaimed && has_config_map(c, l->components.v[i].name, NULL)))
			continue;
		wrong++;
		find(c, LOCK, 0, VERIFY_HASH,
			arena_printf(c->a, "the hash of component `%s` does not follow from its parts",
				l->components.v[i].name));
	}
	const struct range own = objects_of(c, "-");
	for (uint32_t i = own.from; i < own.to; i++)
		wrong += c->by_component[i]->wrong;
	if (own.from < own.to)
		parts[nparts++] = (struct named_hash){ "-", hash_of(c, "-", NULL) };
	if (!wrong && !hash_equal(stack_hash(parts, nparts, c->a), l->stack))
		find(c, LOCK, 0, VERIFY_HASH, "the hash of the stack does not follow from its components");
}

/* ---- a folder ---- */

static int first_file(const char *file)
{
	return strcmp(file, LOCK) ? strcmp(file, SUMS) ? 2 : 1 : 0;
}

static int by_place(const void *pa, const void *pb)
{
	const struct verify_finding *a = pa, *b = pb;
	int c = first_file(a->file) - first_file(b->file);
	if (!c)
		c = strcmp(a->file, b->file);
	if (!c)
		c = (a->line > b->line) - (a->line < b->line);
	if (!c)
		c = (int)a->what - (int)b->what;
	return c ? c : strcmp(a->text, b->text);
}

int verify_folder(const char *dir, struct arena *a, struct diags *d, struct verify *v)
{
	struct check c = { .v = v, .a = a, .d = d };
	const char *is = NULL;
	*v = (struct verify){ .dir = dir, .title = "" };
	atoms_init(&c.atoms, a);
	table_init(&c.objects, a);
	table_init(&c.lacking, a);
	enum found found[2];
	for (int f = 0; f < 2; f++) {
		found[f] = slurp(&c, names[f], &c.text[f], &is);
		c.there[f] = found[f] == FOUND;
		if (found[f] == NOT_A_FILE)
			find(&c, names[f], 0, VERIFY_NOT_A_FILE, arena_printf(a, "is %s", is));
	}
	if (found[FROM_LOCK] == ABSENT && found[FROM_SUMS] == ABSENT) {
		diag_error(d, nowhere, D_READ, below(a, dir, LOCK), os_reason(ENOENT));
		c.failed = 1;
	} else if (c.there[FROM_LOCK] && !read_lock(&c)) {
		v->findings.n = 0;      /* it may have other rules altogether */
	} else {
		for (int f = 0; f < 2; f++)
			if (found[f] == ABSENT)
				find(&c, names[f], 0, VERIFY_MISSING, "is missing");
		if (c.there[FROM_SUMS])
			read_sums(&c);
		check_files(&c);
		check_hashes(&c);
	}
	struct stat st;
	if (lstat(below(a, dir, INTENT), &st) == 0)
		find(&c, INTENT, 0, VERIFY_INTERRUPTED,
			"says that a build was stopped while it wrote; the next build heals the folder");
	if (v->findings.n > 1)
		qsort(v->findings.v, v->findings.n, sizeof *v->findings.v, by_place);
	for (int f = 0; f < 2; f++)
		buf_free(&c.text[f]);
	buf_free(&c.file);
	buf_free(&c.scratch);
	atoms_free(&c.atoms);
	return !c.failed;
}

/* ---- folders ---- */

static int is_output(struct arena *a, const char *dir)
{
	struct stat st;
	return lstat(below(a, dir, LOCK), &st) == 0 || lstat(below(a, dir, SUMS), &st) == 0;
}

int verify_find(const char *path, struct arena *a, struct diags *d, struct verify_folders *found)
{
	size_t n = strlen(path);
	while (n > 1 && path[n - 1] == '/')
		n--;
	path = arena_strdup(a, path, n);
	if (is_output(a, path)) {
		VEC_PUSH(a, &found->dirs, path);
		return 1;
	}
	const uint32_t before = found->dirs.n;
	DIR *dir = opendir(path);
	if (!dir) {
		if (errno == ENOTDIR)
			diag_error(d, nowhere, D_NOT_A_FOLDER, path);
		else
			diag_error(d, nowhere, D_READ, path, os_reason(errno));
		return 0;
	}
	for (struct dirent *e; (e = readdir(dir));) {
		if (e->d_name[0] == '.')
			continue;
		const char *one = below(a, path, e->d_name);
		if (is_output(a, one))
			VEC_PUSH(a, &found->dirs, one);
	}
	closedir(dir);
	if (found->dirs.n == before) {
		struct diag *x = diag_error(d, nowhere, D_READ, below(a, path, LOCK), os_reason(ENOENT));
		diag_note(d, x, "neither %s nor a folder in it was written by mlopsc", path);
		return 0;
	}
	qsort(found->dirs.v + before, found->dirs.n - before, sizeof *found->dirs.v, text_compare);
	return 1;
}
