/* XXH3-128 over bytes at once or in pieces. The code of the hash is compiled into this file alone. */
#define XXH_INLINE_ALL
#include <xxhash.h>
#include "base/hash.h"
#include <stdlib.h>
#include <string.h>

struct hash_stream { XXH3_state_t state; };

enum { WIDE_FROM = 512 };       /* below it the wide registers gain nothing */

struct hash128 hash_bytes(const void *p, size_t n)
{
#if defined(__x86_64__)
	if (n >= WIDE_FROM && __builtin_cpu_supports("avx2"))
		return hash_bytes_wide(p, n);
#endif
	XXH128_hash_t h = XXH3_128bits(p, n);

	return (struct hash128){ h.high64, h.low64 };
}

uint64_t hash64(const void *p, size_t n)
{
	return XXH3_64bits(p, n);
}

struct hash_stream *hash_open(void)
{
	struct hash_stream *h = aligned_alloc(64, (sizeof *h + 63) / 64 * 64);     /* the state wants cache lines */

	if (!h)
		abort();
	XXH3_INITSTATE(&h->state);
	XXH3_128bits_reset(&h->state);
	return h;
}

void hash_add(struct hash_stream *h, const void *p, size_t n)
{
	if (n)
		XXH3_128bits_update(&h->state, p, n);
}

struct hash128 hash_close(struct hash_stream *h)
{
	XXH128_hash_t d = XXH3_128bits_digest(&h->state);

	free(h);
	return (struct hash128){ d.high64, d.low64 };
}

void hash_hex(struct hash128 h, char out[33])
{
	const uint64_t half[4] = { h.hi >> 32, h.hi & 0xffffffff, h.lo >> 32, h.lo & 0xffffffff };

	for (int k = 0; k < 4; k++) {           /* eight digits at a time, one in each byte */
		uint64_t x = half[k], letters;

		x = (x << 16 | x) & 0x0000ffff0000ffff;
		x = (x << 8 | x) & 0x00ff00ff00ff00ff;
		x = (x << 4 | x) & 0x0f0f0f0f0f0f0f0f;
		letters = (x + 0x0606060606060606) >> 4 & 0x0101010101010101;
		x += 0x3030303030303030 + letters * ('a' - '0' - 10);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		x = __builtin_bswap64(x);
#endif
		memcpy(out + 8 * k, &x, 8);
	}
	out[32] = 0;
}
