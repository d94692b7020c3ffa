/* The lock's writer collects the lines of each group in one buffer and sorts them once (they mostly arrive sorted); its
   reader takes any lines in any order, since a merge may have put them there. */
#include "emit/lock.h"
#include <stdlib.h>
#include <string.h>

static const struct { const char *word; int hashed;
} groups[LOCK_GROUPS] = {
	[LOCK_SOURCE] = { "source", 1 },
	[LOCK_SET] = { "set", 0 },
	[LOCK_WIRE] = { "wire", 0 },
	[LOCK_SECRET] = { "secret", 0 },
	[LOCK_FACT] = { "fact", 0 },
	[LOCK_COMPONENT] = { "component", 1 },
	[LOCK_RELEASE] = { "release", 1 },
	[LOCK_OBJECT] = { "object", 1 },
	[LOCK_FILE] = { "file", 1 },
};

/* ---- writing ---- */

/* blank: blanks are escaped too, since another field follows. */
static void text(struct buf *b, const char *s, int blank)
{
	for (const char *run = s;; s++) {
		const unsigned char c = (unsigned char)*s;
		if (c > 0x20 && c != 0x7f && c != '\\')
			continue;
		if (c == 0x20 && !blank)
			continue;
		buf_add(b, run, (size_t)(s - run));
		run = s + 1;
		if (!c)
			return;
		buf_addf(b, "\\x%02x", c);
	}
}

static struct buf *line(struct lock_writer *w, enum lock_group g, const struct hash128 *hash)
{
	struct buf *b = &w->group[g];
	buf_adds(b, groups[g].word);
	buf_addc(b, ' ');
	if (hash) {
		char hex[33];
		hash_hex(*hash, hex);
		buf_add(b, hex, 32);
		buf_addc(b, ' ');
	}
	return b;
}

static void header(struct buf *b, const char *word, const char *value)
{
	if (!value || !*value)
		return;
	buf_adds(b, word);
	buf_addc(b, ' ');
	text(b, value, 0);
	buf_addc(b, '\n');
}

static void path(struct buf *b, const char *ns, const char *name)
{
	text(b, ns, 1);
	buf_addc(b, '/');
	text(b, name, 1);
	buf_addc(b, ' ');
}

void lock_begin(struct lock_writer *w, const struct out_stack *s)
{
	memset(w, 0, sizeof *w);
	buf_adds(&w->head, "mlops.lock 1\n");
	header(&w->head, "compiler", s->compiler_version);
	buf_addf(&w->head, "edition %d\n", s->edition);
	header(&w->head, "catalog", s->catalog);
	header(&w->head, "kubernetes", s->kubernetes);
	header(&w->head, "env", s->env);
	for (uint32_t i = 0; i < s->nsources; i++) {
		struct buf *b = line(w, LOCK_SOURCE, &s->sources[i].hash);
		text(b, s->sources[i].name, 0);
		buf_addc(b, '\n');
	}
	for (uint32_t i = 0; i < s->nsets; i++) {
		struct buf *b = line(w, LOCK_SET, NULL);
		text(b, s->sets[i], 0);
		buf_addc(b, '\n');
	}
	uint32_t nwires;
	const struct out_wire *wires = s->wires(s->ctx, &nwires);
	for (uint32_t i = 0; i < nwires; i++) {
		struct buf *b = line(w, LOCK_WIRE, NULL);
		text(b, wires[i].from, 1);
		buf_addc(b, '.');
		text(b, wires[i].need, 1);
		buf_addc(b, ' ');
		text(b, wires[i].to, 0);
		buf_addc(b, '\n');
	}
	for (uint32_t i = 0; i < s->nsecrets; i++) {
		const struct out_secret *x = &s->secrets[i];
		struct buf *b = line(w, LOCK_SECRET, NULL);
		path(b, x->ns, x->name);
		for (uint32_t k = 0; k < x->nkeys; k++) {
			if (k)
				buf_addc(b, ',');
			text(b, x->keys[k], 1);
		}
		buf_addc(b, ' ');
		text(b, x->source, 0);
		buf_addc(b, '\n');
	}
}

void lock_fact(struct lock_writer *w, const char *instance, const char *kind, const char *member, const char *value)
{
	struct buf *b = line(w, LOCK_FACT, NULL);
	text(b, instance, 1);
	buf_addc(b, ' ');
	text(b, kind, 1);
	buf_addc(b, ' ');
	text(b, member, 1);
	buf_addc(b, ' ');
	text(b, value, 0);
	buf_addc(b, '\n');
}

void lock_component(struct lock_writer *w, const char *name, struct hash128 hash)
{
	struct buf *b = line(w, LOCK_COMPONENT, &hash);
	text(b, name, 0);
	buf_addc(b, '\n');
}

void lock_release(struct lock_writer *w, const struct out_release *r, const char *component, struct hash128 hash)
{
	struct buf *b = line(w, LOCK_RELEASE, &hash);
	path(b, r->ns, r->name);
	if (*r->chart_ref) {
		text(b, r->chart_ref, 1);
	} else {
		text(b, r->repo, 1);
		if (b->p[b->n - 1] != '/')
			buf_addc(b, '/');
		text(b, r->chart, 1);
	}
	buf_addc(b, ' ');
	text(b, r->version, 1);
	buf_addc(b, ' ');
	text(b, component, 0);
	buf_addc(b, '\n');
}

void lock_object(struct lock_writer *w, const struct out_object *o, const char *component, struct hash128 hash)
{
	struct buf *b = line(w, LOCK_OBJECT, &hash);
	path(b, o->api_version, o->kind);
	path(b, o->ns, o->name);
	text(b, component, 0);
	buf_addc(b, '\n');
}

void lock_file(struct lock_writer *w, const char *file, struct hash128 hash)
{
	struct buf *b = line(w, LOCK_FILE, &hash);
	text(b, file, 0);
	buf_addc(b, '\n');
}

struct line { const char *key; uint32_t nkey, start; };         /* key: from behind the word and the hash to the end */

static int by_key(const void *pa, const void *pb)
{
	const struct line *a = pa, *b = pb;
	int c = memcmp(a->key, b->key, a->nkey < b->nkey ? a->nkey : b->nkey);
	return c ? c : a->nkey < b->nkey ? -1 : a->nkey > b->nkey;
}

static void add_sorted(struct buf *out, const struct buf *group, uint32_t start)
{
	struct line *v;
	size_t n = 0;
	int sorted = 1;
	if (!group->n)
		return;
	for (const char *p = group->p, *end = p + group->n; p < end; p++)
		n += *p == '\n';
	if (!n)
		return;
	v = malloc(n * sizeof *v);
	if (!v)
		abort();
	n = 0;
	for (const char *p = group->p, *end = p + group->n; p < end; n++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		v[n] = (struct line){ p + start, (uint32_t)(nl - p) - start, start };
		sorted = sorted && (!n || by_key(&v[n - 1], &v[n]) <= 0);
		p = nl + 1;
	}
	if (sorted) {
		buf_add(out, group->p, group->n);
	} else {
		qsort(v, n, sizeof *v, by_key);
		buf_reserve(out, group->n);
		for (size_t i = 0; i < n; i++)
			buf_add(out, v[i].key - v[i].start, v[i].start + v[i].nkey + 1);
	}
	free(v);
}

void lock_finish(struct lock_writer *w, const struct out_stack *s, struct hash128 hash, struct buf *out)
{
	char hex[33];
	buf_add(out, w->head.p, w->head.n);
	for (int g = 0; g < LOCK_GROUPS; g++)
		add_sorted(out, &w->group[g], (uint32_t)strlen(groups[g].word) + 1 + (groups[g].hashed ? 33 : 0));
	hash_hex(hash, hex);
	buf_adds(out, "stack ");
	buf_add(out, hex, 32);
	buf_addc(out, ' ');
	text(out, s->title, 0);
	buf_addc(out, '\n');
	lock_free(w);
}

void lock_free(struct lock_writer *w)
{
	buf_free(&w->head);
	for (int g = 0; g < LOCK_GROUPS; g++)
		buf_free(&w->group[g]);
}

/* ---- reading ---- */

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int lock_parse_hash(const char *hex, struct hash128 *h)
{
	uint64_t half[2] = { 0, 0 };
	for (int i = 0; i < 32; i++) {
		const int d = digit(hex[i]);
		if (d < 0)
			return 0;
		half[i / 16] = half[i / 16] << 4 | (uint64_t)d;
	}
	*h = (struct hash128){ half[0], half[1] };
	return 1;
}

struct fields { const char *at, *end; struct arena *a; int bad; };

static const char *unescaped(struct fields *f, const char *p, size_t n)
{
	char *out = arena_strdup(f->a, p, n), *w = out;
	if (!memchr(p, '\\', n))
		return out;
	for (size_t i = 0; i < n; i++) {
		int hi, lo;
		if (p[i] != '\\') {
			*w++ = p[i];
		} else if (n - i >= 4 && p[i + 1] == 'x' && (hi = digit(p[i + 2])) >= 0
			&& (lo = digit(p[i + 3])) >= 0) {
			*w++ = (char)(hi << 4 | lo);
			i += 3;
		} else {
			f->bad = 1;
		}
	}
	*w = 0;
	return out;
}

static const char *rest(struct fields *f)
{
	const char *p = f->at;
	if (p >= f->end) {
		f->bad = 1;
		return "";
	}
	f->at = f->end;
	return unescaped(f, p, (size_t)(f->end - p));
}

/* The bytes up to `stop`, which has to be there; the last one before `within` if that is given. */
static const char *until(struct fields *f, char stop, const char *within)
{
	const char *p = f->at, *s = NULL;
	if (!within)
		s = p < f->end ? memchr(p, stop, (size_t)(f->end - p)) : NULL;
	else
		for (const char *q = p; q < within; q++)
			s = *q == stop ? q : s;
	if (!s) {
		f->bad = 1;
		return "";
	}
	f->at = s + 1;
	return unescaped(f, p, (size_t)(s - p));
}

static const char *blank(const struct fields *f)
{
	const char *s = f->at < f->end ? memchr(f->at, ' ', (size_t)(f->end - f->at)) : NULL;
	return s ? s : f->at;
}

static struct hash128 hash(struct fields *f)
{
	struct hash128 h = { 0, 0 };
	if (f->end - f->at < 34 || !lock_parse_hash(f->at, &h) || f->at[32] != ' ')
		f->bad = 1;
	else
		f->at += 33;
	return h;
}

/* 0: the line is no fact. */
static int fact(struct lock *l, const char *p, size_t n, struct arena *a)
{
	const char *gap = memchr(p, ' ', n);
	if (!gap)
		return 0;
	struct fields f = { gap + 1, p + n, a, 0 };
	const size_t nword = (size_t)(gap - p);
#define WORD(s) (nword == sizeof s - 1 && !memcmp(p, s, nword))
#define KEEP(list, item) do { if (!f.bad) VEC_PUSH(a, list, item); } while (0)
	if (WORD("object")) {
		struct lock_object x = { .hash = hash(&f) };
		x.api_version = until(&f, '/', blank(&f));
		x.kind = until(&f, ' ', NULL);
		x.ns = until(&f, '/', NULL);
		x.name = until(&f, ' ', NULL);
		x.component = rest(&f);
		KEEP(&l->objects, x);
	} else if (WORD("file")) {
		struct lock_file x = { .hash = hash(&f) };
		x.path = rest(&f);
		KEEP(&l->files, x);
	} else if (WORD("component")) {
		struct lock_component x = { .hash = hash(&f) };
		x.name = rest(&f);
		KEEP(&l->components, x);
	} else if (WORD("release")) {
		struct lock_release x = { .hash = hash(&f) };
		x.ns = until(&f, '/', NULL);
		x.name = until(&f, ' ', NULL);
		x.chart = until(&f, ' ', NULL);
		x.version = until(&f, ' ', NULL);
		x.component = rest(&f);
		KEEP(&l->releases, x);
	} else if (WORD("wire")) {
		struct out_wire x;
		x.from = until(&f, '.', NULL);
		x.need = until(&f, ' ', NULL);
		x.to = rest(&f);
		KEEP(&l->wires, x);
	} else if (WORD("secret")) {
		struct lock_secret x;
		x.ns = until(&f, '/', NULL);
		x.name = until(&f, ' ', NULL);
		x.keys = until(&f, ' ', NULL);
		x.source = rest(&f);
		KEEP(&l->secrets, x);
	} else if (WORD("fact")) {
		struct lock_fact x;
		x.instance = until(&f, ' ', NULL);
		x.kind = until(&f, ' ', NULL);
		x.member = until(&f, ' ', NULL);
		x.value = f.at < f.end ? rest(&f) : "";         /* a text may be empty */
		KEEP(&l->facts, x);
	} else if (WORD("source")) {
		struct lock_source x = { .hash = hash(&f) };
		x.name = rest(&f);
		KEEP(&l->sources, x);
	} else if (WORD("set")) {
		const char *x = rest(&f);
		KEEP(&l->sets, x);
	} else if (WORD("stack")) {
		l->stack = hash(&f);
		l->title = rest(&f);
	} else if (WORD("compiler")) {
		l->compiler = rest(&f);
	} else if (WORD("edition")) {
		l->edition = rest(&f);
	} else if (WORD("catalog")) {
		l->catalog = rest(&f);
	} else if (WORD("kubernetes")) {
		l->kubernetes = rest(&f);
	} else if (WORD("env")) {
		l->env = rest(&f);
	} else {
		return 0;
	}
#undef WORD
#undef KEEP
	return !f.bad;
}

int lock_read(const char *p, size_t n, struct arena *a, struct lock *l, const char **why)
{
	const char *end = p + n;
	uint32_t number = 1;
	memset(l, 0, sizeof *l);
	l->compiler = l->edition = l->catalog = l->kubernetes = l->env = l->title = "";
	if (n < 13 || memcmp(p, "mlops.lock ", 11)) {
		*why = "it does not begin with `mlops.lock 1`";
		return 0;
	}
	if (memcmp(p + 11, "1\n", 2)) {
		*why = "it was written by a newer compiler";
		return 0;
	}
	for (p += 13; p < end; ) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		const size_t len = nl ? (size_t)(nl - p) : (size_t)(end - p);
		number++;
		if ((!nl || !fact(l, p, len, a)) && !l->nstrange++)
			l->strange = number;
		p = nl ? nl + 1 : end;
	}
	return 1;
}
