/* The files of manifests, a top for each: components, YAML that is used; and their order, in which what is needed
   stands before what needs it. */
#include "eval/stack/stack.h"
#include "base/order.h"
#include "value/yaml.h"
#include <stdlib.h>
#include <string.h>

struct top *top_new(struct compile *c, const char *name, const char *kind)
{
	struct top *t = ARENA_NEW(c->e->unit, struct top);
	t->name = name;
	t->kind = kind;
	return t;
}

static int top_by_name(const void *a, const void *b)
{
	return strcmp((*(struct top *const *)a)->name, (*(struct top *const *)b)->name);
}

static void visit(struct compile *c, struct top *t, struct top **out, uint32_t *n, uint32_t depth)
{
	if (t->mark || depth > 5000)
		return;
	t->mark = 1;
	if (t->needs.n > 1)
		qsort(t->needs.v, t->needs.n, sizeof *t->needs.v, top_by_name);
	for (uint32_t k = 0; k < t->needs.n; k++)
		visit(c, t->needs.v[k], out, n, depth + 1);
	out[(*n)++] = t;
}

static const char *file_stem(struct arena *a, const char *path)
{
	const char *s = strrchr(path, '/'), *dot;
	s = s ? s + 1 : path;
	dot = strrchr(s, '.');
	return arena_strdup(a, s, dot ? (size_t)(dot - s) : strlen(s));
}

void read_yaml_uses(struct compile *c)
{
	struct eval *e = c->e;
	for (uint32_t n = 0; n < e->p->yaml.n; n++) {
		struct yaml_documents docs = { 0 };
		struct top *t = top_new(c, file_stem(e->unit, e->p->yaml.v[n]->name), "yaml");
		t->yaml = e->p->yaml.v[n];
		t->use = e->p->yaml_uses.v[n];
		yaml_read(t->yaml, e->unit, e->p->atoms, e->diags, &docs);
		VEC(const struct value *) all = { 0 };
		for (uint32_t d = 0; d < docs.n; d++) {
			const struct value *items = value_getc(docs.v[d], "items"),
				*kind = value_getc(docs.v[d], "kind");
			if (items && items->tag == VALUE_LIST && value_says(kind, "List"))
				for (uint32_t k = 0; k < items->n; k++)
					VEC_PUSH(e->unit, &all, items->items[k]);
			else
				VEC_PUSH(e->unit, &all, docs.v[d]);
		}
		for (uint32_t d = 0; d < all.n; d++) {
			const struct value *v = all.v[d];
			const struct value *api = value_getc(v, "apiVersion"),
				*kind = value_getc(v, "kind"),
				*meta = value_getc(v, "metadata"),
				*name = value_getc(meta, "name");
			if (!api || api->tag != VALUE_STRING || !kind || kind->tag != VALUE_STRING || !name
				|| name->tag != VALUE_STRING) {
				diag_error(e->diags, v->origin, D_YAML_OBJECT,
					"this document is no Kubernetes object: it needs apiVersion, kind and metadata.name");
				continue;
			}
			if (value_says(kind, "Secret")) {
				struct diag *x = diag_error(
					e->diags, kind->origin, D_SECRET_YAML, "taken in from YAML");
				diag_help(e->diags, x,
					"declare it: secret %.*s { ... }; mlopsc secrets --from renders it",
					(int)name->n, name->str.p);
				continue;
			}
			all.v[t->ndocs++] = v;
		}
		t->docs = all.v;
		VEC_PUSH(e->unit, &c->tops, t);
	}
}

void make_tops(struct compile *c)
{
	struct eval *e = c->e;
	c->tops.cap = e->tops.n + e->p->yaml.n + 2;     /* and what a delivery or secrets add */
	c->tops.v = ARENA_ARRAY(e->unit, struct top *, c->tops.cap);
	for (uint32_t n = 0; n < e->tops.n; n++) {
		struct top *t = top_new(c, e->tops.v[n]->name->text, e->tops.v[n]->kind->name->text);
		t->inst = e->tops.v[n];
		VEC_PUSH(e->unit, &c->tops, t);
		t->inst->made = t;
	}
	for (uint32_t n = 0; n < e->instances.n; n++)
		if (e->instances.v[n]->parent) {
			struct top *t = e->instances.v[n]->top->made;
			VEC_PUSH(e->unit, &t->parts, e->instances.v[n]);
		}
	for (uint32_t n = 0; n < c->tops.n; n++) {
		struct instance *i = c->tops.v[n]->inst;
		for (uint32_t k = 0; i && k < i->wires.n; k++) {
			struct top *t = i->wires.v[k]->made;
			if (t) {
				VEC_PUSH(e->unit, &c->tops.v[n]->needs, t);
				t->needed = 1;
			}
		}
	}
}

static int needs(const struct top *t, const struct top *other, int depth)
{
	if (t == other)
		return 1;
	for (uint32_t k = 0; k < t->needs.n && depth < 64; k++)
		if (needs(t->needs.v[k], other, depth + 1))
			return 1;
	return 0;
}

/* A kind that says `let install-first = true` (what makes the default storage class, say) comes before all that it does
   not need itself, although nothing is wired to it. */
void install_first(struct compile *c)
{
	struct eval *e = c->e;
	for (uint32_t n = 0; n < c->tops.n; n++) {
		struct top *first = c->tops.v[n];
		const struct value *v = first->inst ? member_value(e, first->inst, "install-first") : NULL;
		for (uint32_t k = 0; v && v->tag == VALUE_BOOL && v->i && k < c->tops.n; k++)
			if (c->tops.v[k] != first && !needs(first, c->tops.v[k], 0))
				VEC_PUSH(e->unit, &c->tops.v[k]->needs, first);
	}
}

/* Namespaces that came in as YAML stand before what is put into them. */
static int makes_namespace(const struct top *t)
{
	for (uint32_t d = 0; d < t->ndocs; d++) {
		if (value_says(value_getc(t->docs[d], "kind"), "Namespace"))
			return 1;
	}
	return 0;
}

void order_tops(struct compile *c)
{
	struct eval *e = c->e;
	struct top **out = ARENA_ARRAY(e->unit, struct top *, c->tops.n + 1);
	uint32_t n = 0;
	const struct arena_mark mark = arena_mark(c->scratch);
	struct ordered *names = ARENA_ARRAY(c->scratch, struct ordered, c->tops.n);
	for (uint32_t k = 0; k < c->tops.n; k++)
		names[k] = ordered_by(c->tops.v[k]->name, c->tops.v[k]);
	order(names, c->tops.n);
	for (uint32_t k = 0; k < c->tops.n; k++)
		c->tops.v[k] = (struct top *)(uintptr_t)names[k].of;
	arena_rewind(c->scratch, mark);
	for (uint32_t k = 1; k < c->tops.n; k++)
		if (!strcmp(c->tops.v[k]->name, c->tops.v[k - 1]->name)) {
			struct top *a = c->tops.v[k - 1], *b = c->tops.v[k];
			struct diag *x = diag_error(e->diags,
				b->inst ? b->inst->at
					: b->use ? b->use->span
					: e->stack->at,
				D_OBJECT_TWICE, arena_printf(e->p->arena, "component %s", b->name));
			if (a->inst)
				diag_place(e->diags, x, a->inst->at, "first here");
		}
	for (uint32_t k = 0; k < c->tops.n; k++)
		if (makes_namespace(c->tops.v[k]))
			visit(c, c->tops.v[k], out, &n, 0);
	for (uint32_t k = 0; k < c->tops.n; k++)
		visit(c, c->tops.v[k], out, &n, 0);
	c->tops.cap = c->tops.n + 1;
	c->tops.v = out;
	c->tops.n = n;
}
