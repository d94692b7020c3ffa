/* The lock and the sums as texts: the marks of a merge conflict, lines that no build writes, facts that stand twice or
   out of order; and what the two say of each file. */
#include "emit/verify/state.h"
#include "base/os.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int verify_next(struct text *t, struct line *l)
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
uint32_t verify_conflicts(struct check *c, const char *file, const struct buf *b)
{
	struct text t = { b->p, b->p + b->n, 0 };
	struct line l;
	uint32_t count = 0, start = 0;
	while (verify_next(&t, &l)) {
		const char m = mark(&l);
		if (m == '<') {
			start = l.number;
			count++;
		} else if (m == '>' && start) {
			verify_note(c, file, start, VERIFY_CONFLICT,
				arena_printf(c->a, "a merge conflict, lines %u to %u", start, l.number));
			start = 0;
		} else if (m == '>') {
			verify_note(c, file, l.number, VERIFY_CONFLICT, "the end of a merge conflict");
			count++;
		}
	}
	if (start)
		verify_note(c, file, start, VERIFY_CONFLICT,
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
		verify_note(c, names[from], first, VERIFY_ORDER, disorder == 1 ? "this line is not in its sorted place" :
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
		verify_note(c, names[from], v[i + same - 1].number, VERIFY_TWICE, same == 2 ?
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
	verify_note(c, names[from], first, VERIFY_LINE, n == 1 ? "no build writes such a line" :
		arena_printf(c->a, "no build writes such a line; %u more", n - 1));
	c->broken[from] = 1;
}

void read_sums(struct check *c)
{
	struct text t = { c->text[FROM_SUMS].p, c->text[FROM_SUMS].p + c->text[FROM_SUMS].n, 0 };
	struct line l;
	VEC(struct fact) facts = { 0 };
	uint32_t strange = 0, first = 0;
	c->conflict[FROM_SUMS] = verify_conflicts(c, SUMS, &c->text[FROM_SUMS]) > 0;
	while (verify_next(&t, &l)) {
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

/* 0: this compiler cannot read it. */
int read_lock(struct check *c)
{
	const struct buf *b = &c->text[FROM_LOCK];
	struct text t = { b->p, b->p + b->n, 0 };
	struct line l;
	VEC(struct fact) facts = { 0 };
	const char *why;
	c->conflict[FROM_LOCK] = verify_conflicts(c, LOCK, b) > 0;
	if (!lock_read(b->p ? b->p : "", b->n, c->a, &c->lock, &why)) {
		if (b->n > 11 && !memcmp(b->p, "mlops.lock ", 11)) {
			diag_error(c->d, nowhere, D_READ, os_path(c->a, c->v->dir, LOCK), why);
			c->failed = 1;
			return 0;
		}
		if (!c->conflict[FROM_LOCK])
			verify_note(c, LOCK, 1, VERIFY_LINE, why);
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
		const struct atom *id = atom_cstr(
			&c->atoms, object_identity(c->a, o->api_version, o->kind, o->ns, o->name));
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
	while (verify_next(&t, &l)) {
		struct fact f;
		take_lock_line(&l, &f);
		if (f.group >= 0)
			VEC_PUSH(c->a, &facts, f);
	}
	check_facts(c, FROM_LOCK, facts.v, facts.n);
	if (!*c->lock.title && !c->lock.nstrange) {
		verify_note(c, LOCK, 0, VERIFY_LINE, "has no line `stack`: its end is lost");
		c->broken[FROM_LOCK] = 1;
	}
	return 1;
}
