/* The keys of a chart, by path: nodes in one hash table; and those that values.yaml has. */
#include "emit/import/chart.h"
#include "base/hash.h"
#include <string.h>

static struct node **slot(struct table *t, const char *path, size_t n)
{
	uint32_t k = (uint32_t)hash64(path, n) & (t->nslots - 1);
	while (t->slots[k] && (t->slots[k]->n != n || memcmp(t->slots[k]->path, path, n)))
		k = (k + 1) & (t->nslots - 1);
	return &t->slots[k];
}

struct table *new_table(struct arena *a)
{
	struct table *t = ARENA_NEW(a, struct table);
	t->nslots = 1024;
	t->slots = ARENA_ARRAY(a, struct node *, t->nslots);
	t->root = ARENA_NEW(a, struct node);
	t->root->path = "";
	return t;
}

void chart_limit(struct importer *im, const char *what)
{
	if (!im->failed)
		diag_error(im->diags, (struct span){ 0, 0 }, D_YAML_LIMIT,
			arena_printf(im->arena, "chart %s %s", im->folder, what));
	im->failed = 1;
}

/* The node of a key below another. NULL: there is none, and none is made; or its path cannot be written in a table. */
struct node *chart_below(struct importer *im, struct node *at, const char *key, size_t n, int make)
{
	struct table *t = im->t;
	char path[MAX_PATH + 4];
	size_t m = at->n;
	int sound = n > 0 && at->depth < MAX_DEPTH && m + 2 * n + 1 < MAX_PATH && (at != t->root || *key != '#');
	for (size_t k = 0; sound && k < n; k++)
		sound = (unsigned char)key[k] >= ' ' && key[k] != '\\';
	if (!sound) {
		at->open |= make;
		return NULL;
	}
	memcpy(path, at->path, m);
	if (m)
		path[m++] = '.';
	for (size_t k = 0; k < n; k++) {
		if (key[k] == '.')
			path[m++] = '\\';
		path[m++] = key[k];
	}
	struct node **s = slot(t, path, m), *x = *s;
	if (x || !make)
		return x;
	if (t->v.n == MAX_KEYS) {
		chart_limit(im, "has more than 100000 keys");
		return NULL;
	}
	x = *s = ARENA_NEW(im->arena, struct node);
	*x = (struct node){ .path = arena_strdup(im->arena, path, m), .n = (uint32_t)m, .depth = at->depth + 1,
		.parent = at };
	at->inner = 1;
	VEC_PUSH(im->arena, &t->v, x);
	if (t->v.n * 2 > t->nslots) {
		t->nslots *= 2;
		t->slots = ARENA_ARRAY(im->arena, struct node *, t->nslots);
		for (uint32_t k = 0; k < t->v.n; k++)
			*slot(t, t->v.v[k]->path, t->v.v[k]->n) = t->v.v[k];
	}
	return x;
}

/* The same for a key of a chart: `global` of one inside of another is that of the whole. */
struct node *chart_key(struct importer *im, struct node *root, struct node *at, const char *key, size_t n, int make)
{
	if (at == root && at != im->t->root && text_is(key, n, "global")) {
		struct node *own = chart_below(im, at, key, n, make);
		if (own && make && !own->type)
			own->type = "map";
		at = im->t->root;
	}
	return chart_below(im, at, key, n, make);
}

void set_type(struct node *x, const char *type)
{
	if (!x->type && !x->inner)
		x->type = type;
}

/* -- values.yaml -- */

static const char *type_of(const struct value *v)
{
	switch (v->tag) {
	case VALUE_BOOL:
		return "bool";
	case VALUE_INT:
		return "int";
	case VALUE_FLOAT:
		return "number";
	case VALUE_STRING:
		return "string";
	case VALUE_LIST:
		return "list";
	case VALUE_RECORD:
		return "map";
	default:
		return "any";
	}
}

void take_values(struct importer *im, struct node *root, struct node *at, const struct value *v)
{
	for (uint32_t k = 0; k < v->n && !im->failed; k++) {
		const struct field *f = &v->rec.fields[k];
		struct node *x = chart_key(im, root, at, f->key->text, f->key->len, 1);
		if (!x)
			continue;
		if (f->value->tag == VALUE_RECORD && f->value->n && (!x->type || text_is(x->type, strlen(x->type), "map")))
			take_values(im, root, x, f->value);
		set_type(x, type_of(f->value));         /* unless keys stand below it */
	}
}
