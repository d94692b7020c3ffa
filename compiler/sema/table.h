/* A hash from pointers (atoms, mostly) to pointers, in an arena. Iteration is never used: order comes from lists. */
#ifndef MLOPS_TABLE_H
#define MLOPS_TABLE_H
#include "base/arena.h"
#include <stdint.h>

struct table { struct arena *arena; const void **keys; void **vals; uint32_t n, cap; };
static inline void table_init(struct table *t, struct arena *a) { *t = (struct table){ .arena = a }; }
static inline uint32_t table_hash_(const void *p)
{
	uint64_t x = (uint64_t)(uintptr_t)p >> 4;
	x *= 0x9E3779B97F4A7C15u;
	return (uint32_t)(x >> 32);
}
static inline void *table_get(const struct table *t, const void *key)
{
	if (!t->cap)
		return NULL;
	for (uint32_t i = table_hash_(key) & (t->cap - 1); t->keys[i]; i = (i + 1) & (t->cap - 1))
		if (t->keys[i] == key)
			return t->vals[i];
	return NULL;
}
static inline void table_put(struct table *t, const void *key, void *val);
static inline void table_grow_(struct table *t, uint32_t cap)
{
	struct table bigger = { t->arena, ARENA_ARRAY(t->arena, const void *, cap),
		ARENA_ARRAY(t->arena, void *, cap), 0, cap };
	for (uint32_t i = 0; i < t->cap; i++)
		if (t->keys[i])
			table_put(&bigger, t->keys[i], t->vals[i]);
	*t = bigger;
}
/* Room for n entries in all. */
static inline void table_reserve(struct table *t, uint32_t n)
{
	uint32_t cap = 16;
	while (cap / 4 * 3 <= n && cap < 1u << 30)
		cap *= 2;
	if (cap > t->cap)
		table_grow_(t, cap);
}
static inline void table_put(struct table *t, const void *key, void *val)
{
	if (t->n * 4 >= t->cap * 3)
		table_grow_(t, t->cap ? t->cap * 2 : 16);
	uint32_t i = table_hash_(key) & (t->cap - 1);
	while (t->keys[i] && t->keys[i] != key)
		i = (i + 1) & (t->cap - 1);
	if (!t->keys[i]) {
		t->keys[i] = key;
		t->n++;
	}
	t->vals[i] = val;
}
#endif
