/* Interned strings: one copy a spelling, compared by pointer. */
#ifndef MLOPS_ATOM_H
#define MLOPS_ATOM_H
#include "base/arena.h"
#include <stdint.h>

struct atom {
	uint32_t len;
	uint32_t hash;
	uint8_t plain;          /* 0 not yet known, 1 YAML-plain, 2 not (see value/yaml.h) */
	uint8_t keyword;        /* reserved for the parser: index into its keyword table + 1, or 0 */
	char text[];            /* len bytes and a NUL */
};
struct atom_slot { uint32_t hash, len; struct atom *atom; };   /* what is compared first lies in the table */
struct atom_seen { uint64_t head, tail; size_t len; struct atom *atom; };
struct atoms { struct arena *arena; struct atom_slot *slot; uint32_t n, cap; struct atom_seen *seen; };

/* an atom's hash, by hash64() of its text */
static inline uint32_t atom_hash(uint64_t h) { return (uint32_t)(h ^ h >> 32); }

void atoms_init(struct atoms *t, struct arena *a);
void atoms_free(struct atoms *t);                       /* the table; the atoms die with the arena */
struct atom *atom_intern(struct atoms *t, const char *s, size_t len);
/* The same for a spelling of 1 to 16 bytes that is met often; s has to be readable for 16 bytes. */
struct atom *atom_recent(struct atoms *t, const char *s, size_t len);
struct atom *atom_cstr(struct atoms *t, const char *s);
struct atom *atom_find(const struct atoms *t, const char *s, size_t len);   /* NULL if never interned */
#endif
