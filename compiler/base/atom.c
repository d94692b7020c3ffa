/* Interned strings: a hash table with linear probing whose size is a power of two, at most two thirds full. The atoms
   live in an arena, only the table is on the heap. */
#include "base/atom.h"
#include "base/hash.h"
#include <stdlib.h>
#include <string.h>

#define FIRST_CAP 1024

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
	uint64_t h = hash64(s, len);

	return (uint32_t)(h ^ h >> 32);
}

/* The atom, or the empty slot where it belongs. */
static struct atom **look(struct atom **slot, uint32_t cap, const char *s, size_t len, uint32_t hash)
{
	uint32_t i = hash & (cap - 1);

	for (; slot[i]; i = (i + 1) & (cap - 1))
		if (slot[i]->hash == hash && slot[i]->len == len && !memcmp(slot[i]->text, s, len))
			break;
	return &slot[i];
}

static void grow(struct atoms *t)
{
	uint32_t cap = t->cap ? t->cap * 2 : FIRST_CAP, i, at;
	struct atom **slot = calloc(cap, sizeof *slot);

	if (!slot)
		abort();
	for (i = 0; i < t->cap; i++) {
		if (!t->slot[i])
			continue;
		for (at = t->slot[i]->hash & (cap - 1); slot[at]; at = (at + 1) & (cap - 1))
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
	struct atom **p, *x;

	if (len > UINT32_MAX)
		abort();
	if (!len)
		s = "";
	if (t->n >= t->cap / 3 * 2)
		grow(t);
	hash = hash_of(s, len);
	p = look(t->slot, t->cap, s, len, hash);
	if (*p)
		return *p;
	x = arena_alloc(t->arena, sizeof *x + len + 1);
	x->len = (uint32_t)len;
	x->hash = hash;
	memcpy(x->text, s, len);
	*p = x;
	t->n++;
	return x;
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
	return *look(t->slot, t->cap, s, len, hash_of(s, len));
}
