/* XXH3-128 with the wide registers that most x86-64 processors have: the same bits, in half the instructions. This file
   alone is compiled for them, and base/hash.c calls it where they exist. */
#include "base/hash.h"
#ifdef __AVX2__
#define XXH_INLINE_ALL
#define XXH_VECTOR XXH_AVX2
#include <xxhash.h>

struct hash128 hash_bytes_wide(const void *p, size_t n)
{
	XXH128_hash_t h = XXH3_128bits(p, n);

	return (struct hash128){ h.high64, h.low64 };
}
#endif
