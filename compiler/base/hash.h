/* XXH3-128, the only user of xxHash. Not a cryptographic hash: nothing uses it as a seal. */
#ifndef MLOPS_HASH_H
#define MLOPS_HASH_H
#include <stddef.h>
#include <stdint.h>
struct hash128 { uint64_t hi, lo; };
struct hash128 hash_bytes(const void *p, size_t n);
struct hash128 hash_bytes_wide(const void *p, size_t n); /* the same; only where the processor has AVX2 (x86-64) */
uint64_t hash64(const void *p, size_t n);
struct hash_stream;                                     /* on the heap */
struct hash_stream *hash_open(void);
void hash_add(struct hash_stream *h, const void *p, size_t n);
struct hash128 hash_close(struct hash_stream *h);       /* frees */
void hash_hex(struct hash128 h, char out[33]);          /* as xxh128sum prints it */
static inline int hash_equal(struct hash128 a, struct hash128 b) { return a.hi == b.hi && a.lo == b.lo; }
#endif
