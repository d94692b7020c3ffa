/* One object as text: its tree in the order that Kubernetes' users expect, with the hash of its meaning as an
   annotation. The hash covers the tree without that annotation, in the canonical encoding: layout, key order and
   comments do not count. */
#include "eval/out.h"
#include "base/buf.h"
#include "value/yaml.h"
#include <stdlib.h>
#include <string.h>

#define HASH_ANNOTATION "mlopsc/content-hash"

static int is(const struct field *f, const char *key)
{
	return !strcmp(f->key->text, key);
}

static int left_out(const struct value *v)
{
	return v->tag == VALUE_NONE || v->tag == VALUE_ERROR;
}

static const struct field *find(const struct value *rec, const char *key)
{
	for (uint32_t i = 0; rec && rec->tag == VALUE_RECORD && i < rec->n; i++)
		if (is(&rec->rec.fields[i], key) && !left_out(rec->rec.fields[i].value))
			return &rec->rec.fields[i];
	return NULL;
}

static void entry(struct buf *out, const struct field *f, int indent)
{
	if (left_out(f->value))
		return;
	buf_add(out, "    ", (size_t)indent);
	yaml_write_entry(out, f->key, f->value, indent);
}

static int by_key(const void *a, const void *b)
{
	return atom_compare((*(const struct field *const *)a)->key, (*(const struct field *const *)b)->key);
}

static void hash_line(struct buf *out, const char *hex)
{
	buf_adds(out, "    " HASH_ANNOTATION ": ");
	yaml_write_scalar(out, hex, 32, 6);
	buf_addc(out, '\n');
}

/* labels or annotations, keys in bytewise order; with the hash among them unless hex is NULL. */
static void sorted_map(struct buf *out, const char *word, const struct field *map, const char *hex, struct buf *scratch)
{
	const struct value *v = map ? map->value : NULL;
	if (v && v->tag != VALUE_RECORD) {
		entry(out, map, 2);
		if (!hex)
			return;
		v = NULL;
	}
	if (!v && !hex)
		return;
	buf_adds(out, "  ");
	buf_adds(out, word);
	if (v && !v->n && !hex) {
		buf_adds(out, ": {}\n");
		return;
	}
	buf_adds(out, ":\n");
	buf_clear(scratch);
	buf_reserve(scratch, sizeof(struct field *) * (v ? v->n : 0));
	const struct field **order = (const struct field **)(void *)scratch->p;
	uint32_t n = 0;
	int sorted = 1;
	for (uint32_t i = 0; v && i < v->n; i++) {
		if (left_out(v->rec.fields[i].value))
			continue;
		order[n++] = &v->rec.fields[i];
		sorted = sorted && (n < 2 || by_key(&order[n - 2], &order[n - 1]) < 0);
	}
	if (!sorted)
		qsort(order, n, sizeof *order, by_key);
	for (uint32_t i = 0; i < n; i++) {
		const int after = hex ? strcmp(order[i]->key->text, HASH_ANNOTATION) : 0;
		if (hex && after >= 0) {
			hash_line(out, hex);
			hex = NULL;
			if (!after)
				continue;
		}
		entry(out, order[i], 4);
	}
	if (hex)
		hash_line(out, hex);
}

static void metadata(struct buf *out, const struct value *m, const char *hex, struct buf *scratch)
{
	const struct field *name = find(m, "name"), *ns = find(m, "namespace");
	buf_adds(out, "metadata:\n");
	if (name)
		entry(out, name, 2);
	if (ns)
		entry(out, ns, 2);
	sorted_map(out, "labels", find(m, "labels"), NULL, scratch);
	sorted_map(out, "annotations", find(m, "annotations"), hex, scratch);
	for (uint32_t i = 0; m && m->tag == VALUE_RECORD && i < m->n; i++) {
		const struct field *f = &m->rec.fields[i];
		if (!is(f, "name") && !is(f, "namespace") && !is(f, "labels") && !is(f, "annotations"))
			entry(out, f, 2);
	}
}

/* A tree that was once our own output may carry an old hash. What is left without it is what gets hashed. */
const struct value *object_without_hash(const struct value *tree, struct arena *a)
{
	const struct field *m = find(tree, "metadata"), *notes = m ? find(m->value, "annotations") : NULL;
	const struct field *old = notes ? find(notes->value, HASH_ANNOTATION) : NULL;
	if (!old)
		return tree;
	const struct value *less = notes->value->n > 1 ? value_with(a, notes->value, old->key, NULL) : NULL;
	return value_with(a, tree, m->key, value_with(a, m->value, notes->key, less));
}

void emit_object(struct buf *out, const struct out_object *o, struct hash128 *hash, struct buf *scratch)
{
	const struct value *tree = o->tree;
	struct arena own;
	char hex[33];
	if (o->text) {
		buf_add(out, o->text, o->text_n);
		*hash = o->hash;
		return;
	}
	arena_init(&own, 0);
	tree = object_without_hash(tree, &own);
	buf_clear(scratch);
	value_canonical(tree, scratch);
	*hash = hash_bytes(scratch->p, scratch->n);
	hash_hex(*hash, hex);
	const struct field *api = find(tree, "apiVersion"), *kind = find(tree, "kind"), *meta = find(tree, "metadata");
	buf_adds(out, "---\n");
	if (api)
		entry(out, api, 0);
	if (kind)
		entry(out, kind, 0);
	metadata(out, meta ? meta->value : NULL, hex, scratch);
	for (uint32_t i = 0; i < tree->n; i++) {
		const struct field *f = &tree->rec.fields[i];
		if (!is(f, "apiVersion") && !is(f, "kind") && !is(f, "metadata"))
			entry(out, f, 0);
	}
	arena_free(&own);
}

int object_compare(const void *pa, const void *pb)
{
	const struct out_object *a = pa, *b = pb;
	int c;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	if ((c = strcmp(a->ns, b->ns)) || (c = strcmp(a->name, b->name)) || (c = strcmp(a->kind, b->kind)))
		return c;
	return strcmp(a->api_version, b->api_version);
}

void namespace_object(struct out_object *o, const char *name, const char *stack, const struct value *annotations,
	struct arena *a, struct atoms *atoms)
{
	const struct span at = { 0, 0 };
	struct field *labels = ARENA_ARRAY(a, struct field, 2),
		*meta = ARENA_ARRAY(a, struct field, 3), *top = ARENA_ARRAY(a, struct field, 3);
	labels[0] = (struct field){ atom_cstr(atoms, "app.kubernetes.io/managed-by"), value_cstr(a, "mlopsc") };
	labels[1] = (struct field){ atom_cstr(atoms, "app.kubernetes.io/part-of"), value_cstr(a, stack) };
	meta[0] = (struct field){ atom_cstr(atoms, "name"), value_cstr(a, name) };
	meta[1] = (struct field){ atom_cstr(atoms, "labels"), value_record(a, labels, 2, at) };
	if (annotations)
		meta[2] = (struct field){ atom_cstr(atoms, "annotations"), annotations };
	top[0] = (struct field){ atom_cstr(atoms, "apiVersion"), value_cstr(a, "v1") };
	top[1] = (struct field){ atom_cstr(atoms, "kind"), value_cstr(a, "Namespace") };
	top[2] = (struct field){ atom_cstr(atoms, "metadata"), value_record(a, meta, annotations ? 3 : 2, at) };
	*o = (struct out_object){ .api_version = "v1", .kind = "Namespace", .ns = "", .name = name,
				  .tree = value_record(a, top, 3, at), .rank = emit_rank("Namespace") };
}
