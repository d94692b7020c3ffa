/* Interned strings: a hash table with linear probing whose size is a power of two, at most two thirds full. The atoms
   live in an arena, only the table is on the heap. */
#include "base/atom.h"
#include "base/hash.h"
#include <stdlib.h>
#include <string.h>

#define FIRST_CAP 1024
#define SEEN 256                        /* a power of two */

void atoms_init(struct atoms *t, struct arena *a)
{
	memset(t, 0, sizeof *t);
	t->arena = a;
}

void atoms_free(struct atoms *t)
{
	free(t->slot);
	t->slot = NULL;
	t->n = t->cap = 0;
}

static uint32_t hash_of(const char *s, size_t len)
{
	return atom_hash(hash64(s, len));
}

/* Its slot, or the empty one where it belongs. */
static struct atom_slot *look(struct atom_slot *slot, uint32_t cap, const char *s, size_t len, uint32_t hash)
{
	uint32_t i = hash & (cap - 1);

	for (; slot[i].atom; i = (i + 1) & (cap - 1))
		if (slot[i].hash == hash && slot[i].len == len && !memcmp(slot[i].atom->text, s, len))
			break;
	return &slot[i];
}

static void grow(struct atoms *t)
{
	uint32_t cap = t->cap ? t->cap * 2 : FIRST_CAP, i, at;
	struct atom_slot *slot = calloc(cap, sizeof *slot);

	if (!slot)
		abort();
	for (i = 0; i < t->cap; i++) {
		if (!t->slot[i].atom)
			continue;
		for (at = t->slot[i].hash & (cap - 1); slot[at].atom; at = (at + 1) & (cap - 1))
			;
		slot[at] = t->slot[i];
	}
	free(t->slot);
	t->slot = slot;
	t->cap = cap;
}

struct atom *atom_intern(struct atoms *t, const char *s, size_t len)
{
	uint32_t hash;
	struct atom_slot *p;
	struct atom *x;

	if (len > UINT32_MAX)
		abort();
	if (!len)
		s = "";
	if (t->n >= t->cap / 3 * 2)
		grow(t);
	hash = hash_of(s, len);
	p = look(t->slot, t->cap, s, len, hash);
	if (p->atom)
		return p->atom;
	x = arena_alloc(t->arena, sizeof *x + len + 1);
	x->len = (uint32_t)len;
	x->hash = hash;
	memcpy(x->text, s, len);
	p->hash = hash;
	p->len = x->len;
	p->atom = x;
	t->n++;
	return x;
}

/* A small table of what was asked for last, compared whole words at a time. */
struct atom *atom_recent(struct atoms *t, const char *s, size_t len)
{
	struct atom_seen *r;
	uint64_t head, tail = 0;

	memcpy(&head, s, 8);
	if (len < 8) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		head >>= 64 - 8 * len;
#else
		head <<= 64 - 8 * len;
#endif
	} else {
		memcpy(&tail, s + len - 8, 8);
	}
	if (!t->seen)
		t->seen = ARENA_ARRAY(t->arena, struct atom_seen, SEEN);
	r = &t->seen[((head ^ tail) * 0x9e3779b97f4a7c15u + len) >> 32 & (SEEN - 1)];
	if (r->head != head || r->tail != tail || r->len != len) {
		r->head = head;
		r->tail = tail;
		r->len = len;
		r->atom = atom_intern(t, s, len);
	}
	return r->atom;
}

struct atom *atom_cstr(struct atoms *t, const char *s)
{
	return atom_intern(t, s, strlen(s));
}

struct atom *atom_find(const struct atoms *t, const char *s, size_t len)
{
	if (!t->cap || len > UINT32_MAX)
		return NULL;
	if (!len)
		s = "";
	return look(t->slot, t->cap, s, len, hash_of(s, len))->atom;
}
