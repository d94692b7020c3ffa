/* Hashes above the object: of a release, of a component over its parts, of a stack over its components. Parts are taken
   in the order of their identities, so that no order in the source, and no apply order, shows in a hash. Lengths stand
   before texts, so that no two different lists are the same bytes. */
#include "base/order.h"
#include "emit/parts.h"
#include <stdlib.h>
#include <string.h>

static void put_text(struct buf *b, const char *s)
{
	const size_t n = strlen(s);
	const unsigned char len[4] = { n & 0xff, n >> 8 & 0xff, n >> 16 & 0xff, n >> 24 & 0xff };
	if (b->cap - b->n <= n + sizeof len)
		buf_reserve(b, n + sizeof len);
	memcpy(b->p + b->n, len, sizeof len);
	memcpy(b->p + b->n + sizeof len, s, n + 1);
	b->n += n + sizeof len;
}

static void put_hash(struct buf *b, struct hash128 h)
{
	unsigned char bytes[16];
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	const uint64_t hi = __builtin_bswap64(h.hi), lo = __builtin_bswap64(h.lo);
	memcpy(bytes, &hi, 8);
	memcpy(bytes + 8, &lo, 8);
#else
	memcpy(bytes, &h.hi, 8);
	memcpy(bytes + 8, &h.lo, 8);
#endif
	buf_add(b, bytes, sizeof bytes);
}

struct hash128 release_hash(const struct out_release *r, struct buf *scratch)
{
	buf_clear(scratch);
	put_text(scratch, r->chart_ref);
	put_text(scratch, r->repo);
	put_text(scratch, r->chart);
	put_text(scratch, r->version);
	put_text(scratch, r->ns);
	value_canonical(r->values, scratch);
	return hash_bytes(scratch->p, scratch->n);
}

struct part { const char *p; size_t n; };       /* encoded: what it is, its identity, its hash */

static int by_bytes(const void *pa, const void *pb)
{
	const struct part *a = pa, *b = pb;
	int c = memcmp(a->p, b->p, a->n < b->n ? a->n : b->n);
	return c ? c : a->n < b->n ? -1 : a->n > b->n;
}

struct hash128 component_hash(const struct out_component *c, const struct part_hashes *h, struct arena *scratch,
	struct buf *b)
{
	const uint32_t n = c->nobjects + c->nreleases + c->nfiles;
	struct part *parts = ARENA_ARRAY(scratch, struct part, n + 1);
	size_t *ends = ARENA_ARRAY(scratch, size_t, n + 1);
	b->n = 0;
	buf_reserve(b, 160 * (size_t)n);
	uint32_t k = 0;
	for (uint32_t i = 0; i < c->nobjects; i++) {
		const struct out_object *o = &c->objects[i];
		buf_addc(b, 'o');
		put_text(b, o->api_version);
		put_text(b, o->kind);
		put_text(b, o->ns);
		put_text(b, o->name);
		put_hash(b, h->objects[i]);
		ends[k++] = b->n;
	}
	for (uint32_t i = 0; i < c->nreleases; i++) {
		buf_addc(b, 'r');
		put_text(b, c->releases[i].ns);
		put_text(b, c->releases[i].name);
		put_hash(b, h->releases[i]);
		ends[k++] = b->n;
	}
	for (uint32_t i = 0; i < c->nfiles; i++) {
		buf_addc(b, 'f');
		put_text(b, c->files[i].path);
		put_hash(b, h->files[i]);
		ends[k++] = b->n;
	}
	for (uint32_t i = 0; i < n; i++) {
		const size_t start = i ? ends[i - 1] : 0;
		parts[i] = (struct part){ b->p + start, ends[i] - start };
	}
	int sorted = 1;
	for (uint32_t i = 1; i < n && sorted; i++)
		sorted = by_bytes(&parts[i - 1], &parts[i]) <= 0;
	if (!sorted && n <= 16) {               /* nearly all have few */
		for (uint32_t i = 1; i < n; i++) {
			const struct part x = parts[i];
			uint32_t j = i;
			for (; j && by_bytes(&parts[j - 1], &x) > 0; j--)
				parts[j] = parts[j - 1];
			parts[j] = x;
		}
	} else if (!sorted) {
		qsort(parts, n, sizeof *parts, by_bytes);
	}
	char *all = arena_text(scratch, b->n), *at = all;
	for (uint32_t i = 0; i < n; i++) {
		memcpy(at, parts[i].p, parts[i].n);
		at += parts[i].n;
	}
	return hash_bytes(all, b->n);
}

struct hash128 stack_hash(const struct named_hash *components, uint32_t n, struct arena *scratch)
{
	const struct arena_mark mark = arena_mark(scratch);
	struct ordered *names = ARENA_ARRAY(scratch, struct ordered, n);
	struct hash_stream *s = hash_open();
	struct buf b = { 0 };
	for (uint32_t i = 0; i < n; i++)
		names[i] = ordered_by(components[i].name, &components[i]);
	order(names, n);
	for (uint32_t i = 0; i < n; i++) {
		const struct named_hash *x = names[i].of;
		b.n = 0;
		put_text(&b, x->name);
		put_hash(&b, x->hash);
		hash_add(s, b.p, b.n);
	}
	buf_free(&b);
	arena_rewind(scratch, mark);
	return hash_close(s);
}
