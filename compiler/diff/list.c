/* Two lists and a row of kubernetes/lists.tsv in, pairs of positions out. */
#include "diff/list.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LCS_CELLS (1u << 22)            /* of a table of common lengths; beyond that, position decides */

struct side { const struct value *list; const char **id; struct hash128 *hash; int64_t *mate; };
struct pairing {
	const struct diff_tables *t;
	const char *kind;
	struct arena *a;
	struct side s[2];
	struct diff_path element;       /* path of an element, for the defaults of its fields */
};

static void scalar_text(const struct value *v, struct buf *b)
{
	char num[40];
	switch ((enum value_tag)v->tag) {
	case VALUE_STRING: buf_add(b, v->str.p, v->n); break;
	case VALUE_INT: buf_addf(b, "%lld", (long long)v->i); break;
	case VALUE_BOOL: buf_adds(b, v->i ? "true" : "false"); break;
	case VALUE_FLOAT: buf_add(b, num, float_print(v->d, num)); break;
	case VALUE_RECORD:
	case VALUE_LIST: {
		struct buf c = { 0 };
		char hex[33];
		value_canonical(v, &c);
		hash_hex(hash_bytes(c.p, c.n), hex);
		buf_add(b, hex, 8);
		buf_free(&c);
		break;
	}
	default: break;
	}
}

/* The value at "a.b" or "*.a" below a record; NULL. */
static const struct value *field_at(const struct value *v, const char *path, size_t n)
{
	const char *dot = memchr(path, '.', n);
	const size_t k = dot ? (size_t)(dot - path) : n;
	if (v->tag != VALUE_RECORD)
		return NULL;
	for (uint32_t i = 0; i < v->n; i++) {
		const struct field *f = &v->rec.fields[i];
		if (!(k == 1 && *path == '*') && (f->key->len != k || memcmp(f->key->text, path, k)))
			continue;
		const struct value *found = dot ? field_at(f->value, dot + 1, n - k - 1) : f->value;
		if (found && found->tag != VALUE_NONE)
			return found;
	}
	return NULL;
}

/* What the server would fill in for a field of the key that is left out. */
static int default_text(const struct pairing *x, const char *path, size_t n, struct buf *b)
{
	const struct diff_path more = diff_path_parse(path, n, x->a);
	struct diff_path p = { ARENA_ARRAY(x->a, const char *, x->element.n + more.n), x->element.n + more.n };
	memcpy(p.step, x->element.step, x->element.n * sizeof *p.step);
	memcpy(p.step + x->element.n, more.step, more.n * sizeof *p.step);
	const char *want = tables_default(x->t, x->kind, &p);
	if (!want || want[0] != '"')
		return 0;
	buf_add(b, want + 1, strlen(want) - 2);
	return 1;
}

/* a+b joined, a|b the first that is there; # and what has nothing: the position. */
static const char *identity(const struct pairing *x, const struct value *v, const char *key, uint32_t at)
{
	struct buf b = { 0 };
	int any = 0;
	if (!strcmp(key, "=")) {
		scalar_text(v, &b);
		any = 1;
	}
	for (const char *part = key; !any && *part;) {
		const size_t n = strcspn(part, "+");
		int found = 0;
		for (size_t i = 0; i < n && !found;) {
			const size_t k = strcspn(part + i, "|+");
			const struct value *f = field_at(v, part + i, k);
			const size_t mark = b.n;
			if (b.n && f)
				buf_addc(&b, ' ');
			if (f) {
				scalar_text(f, &b);
				found = b.n > mark;
			}
			i += k + 1;
		}
		if (!found && b.n)
			buf_addc(&b, ' ');
		if (!found)
			default_text(x, part, strcspn(part, "|+"), &b);
		part += n;
		part += *part == '+';
		if (!*part)
			any = b.n > 0;
	}
	const char *id = any ? arena_strdup(x->a, b.p ? b.p : "", b.n) : arena_printf(x->a, "#%u", at);
	buf_free(&b);
	return id;
}

static struct hash128 hash_of(const struct value *v, struct buf *b)
{
	buf_clear(b);
	value_canonical(v, b);
	return hash_bytes(b->p, b->n);
}

static void hashes(struct pairing *x)
{
	struct buf b = { 0 };
	for (int k = 0; k < 2; k++)
		for (uint32_t i = 0; i < x->s[k].list->n; i++)
			x->s[k].hash[i] = hash_of(x->s[k].list->items[i], &b);
	buf_free(&b);
}

static void mate(struct pairing *x, uint32_t i, uint32_t k)
{
	x->s[0].mate[i] = k;
	x->s[1].mate[k] = i;
}

/* ---- by position: the longest sequence that both have ---- */

static void gap(struct pairing *x, uint32_t i, uint32_t iend, uint32_t k, uint32_t kend)
{
	while (i < iend && k < kend)
		mate(x, i++, k++);
}

static void by_sequence(struct pairing *x)
{
	uint32_t lo = 0, n = x->s[0].list->n, m = x->s[1].list->n;
	const struct hash128 *p = x->s[0].hash, *q = x->s[1].hash;
	while (lo < n && lo < m && hash_equal(p[lo], q[lo])) {
		mate(x, lo, lo);
		lo++;
	}
	while (n > lo && m > lo && hash_equal(p[n - 1], q[m - 1]))
		mate(x, --n, --m);
	const uint64_t w = n - lo, h = m - lo;
	if (!w || !h || (w + 1) * (h + 1) > LCS_CELLS) {
		gap(x, lo, n, lo, m);
		return;
	}
	uint32_t *len = calloc((size_t)((w + 1) * (h + 1)), sizeof *len);
	if (!len)
		abort();
#define LEN(i, k) len[(uint64_t)(i) * (h + 1) + (k)]
	for (uint64_t i = w; i-- > 0;)
		for (uint64_t k = h; k-- > 0;)
			LEN(i, k) = hash_equal(p[lo + i], q[lo + k]) ? LEN(i + 1, k + 1) + 1 :
				LEN(i + 1, k) >= LEN(i, k + 1) ? LEN(i + 1, k) : LEN(i, k + 1);
	uint32_t i = 0, k = 0, gi = 0, gk = 0;
	while (i < w && k < h) {
		if (hash_equal(p[lo + i], q[lo + k])) {
			gap(x, lo + gi, lo + i, lo + gk, lo + k);
			mate(x, lo + i++, lo + k++);
			gi = i;
			gk = k;
		} else if (LEN(i + 1, k) >= LEN(i, k + 1)) {
			i++;
		} else {
			k++;
		}
	}
	gap(x, lo + gi, n, lo + gk, m);
#undef LEN
	free(len);
}

/* ---- by key ---- */

struct named { const char *id; uint32_t at; };

static int by_id(const void *pa, const void *pb)
{
	const struct named *a = pa, *b = pb;
	const int c = strcmp(a->id, b->id);
	return c ? c : a->at < b->at ? -1 : a->at > b->at;
}

/* Those that have no mate yet, sorted by what `id` says; the k-th of a name goes with the k-th. */
static void match(struct pairing *x, const char *const *a, const char *const *b)
{
	struct named *v[2];
	uint32_t n[2] = { 0, 0 };
	for (int k = 0; k < 2; k++) {
		const char *const *id = k ? b : a;
		v[k] = ARENA_ARRAY(x->a, struct named, x->s[k].list->n + 1);
		for (uint32_t i = 0; i < x->s[k].list->n; i++)
			if (x->s[k].mate[i] < 0 && id[i])
				v[k][n[k]++] = (struct named){ id[i], i };
		qsort(v[k], n[k], sizeof **v, by_id);
	}
	for (uint32_t i = 0, k = 0; i < n[0] && k < n[1];) {
		const int c = strcmp(v[0][i].id, v[1][k].id);
		if (!c)
			mate(x, v[0][i].at, v[1][k].at);
		i += c <= 0;
		k += c >= 0;
	}
}

static const char **hash_ids(struct pairing *x, int k)
{
	const char **id = ARENA_ARRAY(x->a, const char *, x->s[k].list->n + 1);
	for (uint32_t i = 0; i < x->s[k].list->n; i++) {
		char *hex = arena_alloc(x->a, 33);
		hash_hex(x->s[k].hash[i], hex);
		id[i] = hex;
	}
	return id;
}

/* Does an identity stand twice? */
static int twice(struct pairing *x, int k)
{
	const uint32_t n = x->s[k].list->n;
	struct named *v = ARENA_ARRAY(x->a, struct named, n + 1);
	for (uint32_t i = 0; i < n; i++)
		v[i] = (struct named){ x->s[k].id[i], i };
	qsort(v, n, sizeof *v, by_id);
	for (uint32_t i = 1; i < n; i++)
		if (!strcmp(v[i - 1].id, v[i].id))
			return 1;
	return 0;
}

static const char **name_ids(struct pairing *x, int k)
{
	const char **id = ARENA_ARRAY(x->a, const char *, x->s[k].list->n + 1);
	for (uint32_t i = 0; i < x->s[k].list->n; i++) {
		const struct value *v = x->s[k].list->items[i],
			*name = value_getc(v, "name");
		id[i] = name && name->tag == VALUE_STRING ? arena_strdup(x->a, name->str.p, name->n) : NULL;
	}
	return id;
}

/* An element without its name: one that only got another name is still the same. */
static const char **nameless_ids(struct pairing *x, int k)
{
	const char **id = ARENA_ARRAY(x->a, const char *, x->s[k].list->n + 1);
	struct buf b = { 0 };
	for (uint32_t i = 0; i < x->s[k].list->n; i++) {
		const struct value *v = x->s[k].list->items[i],
			*meta = value_getc(v, "metadata");
		if (v->tag != VALUE_RECORD || x->s[k].mate[i] >= 0)
			continue;
		char *hex = arena_alloc(x->a, 33);
		buf_clear(&b);
		for (uint32_t f = 0; f < v->n; f++) {
			const struct field *y = &v->rec.fields[f];
			if (!strcmp(y->key->text, "name") || y->value == meta)
				continue;
			buf_adds(&b, y->key->text);
			value_canonical(y->value, &b);
		}
		if (!b.n)
			continue;
		hash_hex(hash_bytes(b.p, b.n), hex);
		id[i] = hex;
	}
	buf_free(&b);
	return id;
}

static int all_named(const struct value *list)
{
	for (uint32_t i = 0; i < list->n; i++) {
		const struct value *v = list->items[i], *name = value_getc(v, "name");
		if (!name || name->tag != VALUE_STRING)
			return 0;
	}
	return list->n > 0;
}

static void side(struct pairing *x, int k, const struct value *list)
{
	x->s[k].list = list;
	x->s[k].id = ARENA_ARRAY(x->a, const char *, list->n + 1);
	x->s[k].hash = ARENA_ARRAY(x->a, struct hash128, list->n + 1);
	x->s[k].mate = ARENA_ARRAY(x->a, int64_t, list->n + 1);
	for (uint32_t i = 0; i < list->n; i++)
		x->s[k].mate[i] = -1;
}

static void result(struct pairing *x, int ordered, int shown, struct list_pairs *out)
{
	const struct side *a = &x->s[0], *b = &x->s[1];
	out->v = ARENA_ARRAY(x->a, struct list_pair, a->list->n + b->list->n + 1);
	out->n = out->norder = 0;
	out->order = NULL;
	for (uint32_t i = 0; i < a->list->n; i++)
		out->v[out->n++] = (struct list_pair){ i, a->mate[i], shown ? a->id[i] : arena_printf(x->a, "%u", i) };
	uint32_t *order = ARENA_ARRAY(x->a, uint32_t, b->list->n + 1), n = 0;
	int moved = 0;
	for (uint32_t k = 0; k < b->list->n; k++) {
		if (b->mate[k] < 0) {
			out->v[out->n++] = (struct list_pair){ -1, k, shown ? b->id[k] : arena_printf(x->a, "%u", k) };
			continue;
		}
		moved = moved || (n && order[n - 1] > (uint32_t)b->mate[k]);
		order[n++] = (uint32_t)b->mate[k];
	}
	if (ordered && moved) {
		out->order = order;
		out->norder = n;
	}
}

void list_pair(const struct diff_tables *t, const char *kind, const struct diff_path *p, const struct value *a,
	const struct value *b, struct arena *arena, struct list_pairs *out)
{
	struct pairing x = { .t = t, .kind = kind, .a = arena };
	const struct list_row *r = strcmp(kind, "file") ? tables_list(t, kind, p) : NULL;
	const char *key = r ? r->key : all_named(a) && all_named(b) ? "name" : "#";
	/* Controllers compare a pod template as it is written: whatever an order means to the pods, another one
	   replaces them. */
	const int template = diff_pod_part(kind, p).step && strcmp(kind, "Pod"), ordered = r ? r->ordered : 1;
	x.element.step = ARENA_ARRAY(arena, const char *, p->n + 1);
	if (p->n)
		memcpy(x.element.step, p->step, p->n * sizeof *x.element.step);
	x.element.step[p->n] = "[]";
	x.element.n = p->n + 1;
	side(&x, 0, a);
	side(&x, 1, b);
	if (!strcmp(key, "#") || (!strcmp(key, "=") && ordered)) {
		hashes(&x);
		if (ordered) {
			by_sequence(&x);
		} else {
			match(&x, hash_ids(&x, 0), hash_ids(&x, 1));
			for (uint32_t i = 0, k = 0; i < a->n && k < b->n;) {
				if (x.s[0].mate[i] >= 0)
					i++;
				else if (x.s[1].mate[k] >= 0)
					k++;
				else
					mate(&x, i++, k++);
			}
		}
		result(&x, template, 0, out);
		return;
	}
	for (int s = 0; s < 2; s++)
		for (uint32_t i = 0; i < x.s[s].list->n; i++)
			x.s[s].id[i] = identity(&x, x.s[s].list->items[i], key, i);
	if (twice(&x, 0) || twice(&x, 1)) {             /* of two with one key, those that are equal belong together */
		hashes(&x);
		match(&x, hash_ids(&x, 0), hash_ids(&x, 1));
	}
	match(&x, x.s[0].id, x.s[1].id);
	match(&x, name_ids(&x, 0), name_ids(&x, 1));    /* a port whose number changed is still the port of that name */
	if (strcmp(key, "="))
		match(&x, nameless_ids(&x, 0), nameless_ids(&x, 1));
	result(&x, ordered || template, strcmp(key, "=") != 0, out);
}
