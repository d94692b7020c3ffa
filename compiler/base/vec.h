/* Growable arrays in an arena: struct { T *v; uint32_t n, cap; }. Old storage stays in the arena (doubling: at most
   2x). */
#ifndef MLOPS_VEC_H
#define MLOPS_VEC_H
#include "base/arena.h"
#include <stdint.h>
#include <string.h>

#define VEC(type) struct { type *v; uint32_t n, cap; }
#define VEC_PUSH(arena, vec, item) do { \
	if ((vec)->n == (vec)->cap) { \
		uint32_t vec_cap_ = (vec)->cap ? (vec)->cap * 2 : 2; \
		void *vec_new_ = arena_alloc((arena), sizeof(*(vec)->v) * vec_cap_); \
		if ((vec)->n) memcpy(vec_new_, (vec)->v, sizeof(*(vec)->v) * (vec)->n); \
		(vec)->v = vec_new_; (vec)->cap = vec_cap_; \
	} \
	(vec)->v[(vec)->n++] = (item); \
} while (0)
#endif
