/* An object from YAML against a hash of typed values. All texts below one key (every `cpu` of an object, say) mostly
   have one type, and only few keys have texts that could be anything but text: so the ways to give them types can be
   tried one by one. Where that does not find the hash, texts below one key that are spelled differently may have
   different types. */
#include "emit/parts.h"
#include "value/literal.h"
#include <string.h>

#define KEYS 12                 /* more keys than that are left as text */
#define WAYS 4096               /* to give types that are tried, at most */

enum { AS_TEXT, AS_SIZE, AS_CORES, AS_DURATION, AS_RATE, AS_VERSION, NTYPES };
static const enum text_type types[NTYPES] = { TEXT_NONE, TEXT_SIZE, TEXT_CORES, TEXT_DURATION,
	TEXT_RATE, TEXT_VERSION };

struct key { const struct atom *name; const struct value *spelled; uint32_t possible, type; };  /* possible: bits */
struct keys { struct key v[KEYS]; uint32_t n; int fine; };      /* fine: a key is one spelling below its name */

static int reads_as(uint32_t type, const char *s, size_t n, double *num)
{
	const char *why;
	*num = 0;
	switch (type) {
	case AS_TEXT: return 1;
	case AS_SIZE: return lit_size(s, n, num, &why);
	case AS_CORES: return lit_cores(s, n, num, &why);
	case AS_DURATION: return lit_duration(s, n, num, &why);
	case AS_RATE: return lit_rate(s, n, num, &why);
	default: return lit_version(s, n, &why);
	}
}

static struct key *key_of(struct keys *k, const struct atom *name, const struct value *v)
{
	for (uint32_t i = 0; i < k->n; i++)
		if (k->v[i].name == name &&
		    (!k->fine || (k->v[i].spelled->n == v->n && !memcmp(k->v[i].spelled->str.p, v->str.p, v->n))))
			return &k->v[i];
	return NULL;
}

static uint32_t possible(const struct value *v)
{
	uint32_t bits = 0;
	double num;
	for (uint32_t t = 0; t < NTYPES; t++)
		if (reads_as(t, v->str.p, v->n, &num))
			bits |= 1u << t;
	return bits;
}

/* Keys with a text that may have a type; then, below these, the types that all their texts can have. */
static void look(struct keys *k, const struct value *v, const struct atom *name, int narrow)
{
	for (uint32_t i = 0; v->tag == VALUE_LIST && i < v->n; i++)
		look(k, v->items[i], name, narrow);
	for (uint32_t i = 0; v->tag == VALUE_RECORD && i < v->n; i++)
		look(k, v->rec.fields[i].value, v->rec.fields[i].key, narrow);
	if (v->tag != VALUE_STRING || !name)
		return;
	struct key *x = key_of(k, name, v);
	if (x) {
		if (narrow)
			x->possible &= possible(v);
	} else if (!narrow && k->n < KEYS && possible(v) != 1u << AS_TEXT) {
		k->v[k->n++] = (struct key){ name, v, ~0u, AS_TEXT };
	}
}

static const struct value *typed(struct keys *k, const struct value *v, const struct atom *name, struct arena *a)
{
	const struct key *x;
	double num;
	if (v->tag == VALUE_LIST) {
		const struct value **items = ARENA_ARRAY(a, const struct value *, v->n + 1);
		for (uint32_t i = 0; i < v->n; i++)
			items[i] = typed(k, v->items[i], name, a);
		return value_list(a, items, v->n, v->origin);
	}
	if (v->tag == VALUE_RECORD) {
		struct field *f = ARENA_ARRAY(a, struct field, v->n + 1);
		for (uint32_t i = 0; i < v->n; i++)
			f[i] = (struct field){ v->rec.fields[i].key,
				typed(k, v->rec.fields[i].value, v->rec.fields[i].key, a) };
		return value_record(a, f, v->n, v->origin);
	}
	if (v->tag != VALUE_STRING || !name || !(x = key_of(k, name, v)) || x->type == AS_TEXT ||
		!reads_as(x->type, v->str.p, v->n, &num))
		return v;
	return value_text(a, types[x->type], v->str.p, v->n, num, v->origin);
}

static int next_way(struct keys *k)
{
	for (uint32_t i = 0; i < k->n; i++) {
		do
			k->v[i].type++;
		while (k->v[i].type < NTYPES && !(k->v[i].possible >> k->v[i].type & 1));
		if (k->v[i].type < NTYPES)
			return 1;
		k->v[i].type = AS_TEXT;
	}
	return 0;
}

static int some_way(const struct value *tree, int fine, struct hash128 hash, struct arena *a, struct buf *scratch)
{
	struct keys k = { .fine = fine };
	look(&k, tree, NULL, 0);
	look(&k, tree, NULL, 1);
	for (uint32_t way = 0; way < WAYS; way++) {
		const struct arena_mark m = arena_mark(a);
		buf_clear(scratch);
		value_canonical(typed(&k, tree, NULL, a), scratch);
		const int same = hash_equal(hash_bytes(scratch->p, scratch->n), hash);
		arena_rewind(a, m);
		if (same)
			return 1;
		if (!next_way(&k))
			break;
	}
	return 0;
}

int object_hashes_to(const struct value *tree, struct hash128 hash, struct arena *a, struct buf *scratch)
{
	const struct arena_mark before = arena_mark(a);
	tree = object_without_hash(tree, a);
	const int same = some_way(tree, 0, hash, a, scratch) || some_way(tree, 1, hash, a, scratch);
	arena_rewind(a, before);
	return same;
}
