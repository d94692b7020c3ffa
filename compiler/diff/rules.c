/* What the library knows of its products: the `risk` members of kinds, judged over what the two locks remember of each
   component. What holds goes to the part of the component that changed most. No stack is needed, so two output folders
   are judged as well. */
#include "diff/diff.h"
#include "eval/compile.h"
#include <stdlib.h>
#include <string.h>

static int by_instance(const void *pa, const void *pb)
{
	const struct lock_fact *a = *(const struct lock_fact *const *)pa, *b = *(const struct lock_fact *const *)pb;
	const int c = strcmp(a->instance, b->instance);
	return c ? c : strcmp(a->member, b->member);
}

static const struct lock_fact **sorted(struct arena *a, const struct lock *l)
{
	const struct lock_fact **v = ARENA_ARRAY(a, const struct lock_fact *, l->facts.n + 1);
	int in_order = 1;
	for (uint32_t i = 0; i < l->facts.n; i++) {
		v[i] = &l->facts.v[i];
		in_order = in_order && (!i || by_instance(&v[i - 1], &v[i]) <= 0);
	}
	if (!in_order)
		qsort(v, l->facts.n, sizeof *v, by_instance);
	return v;
}

static uint32_t run(const struct lock_fact *const *v, uint32_t n)
{
	uint32_t k = 1;
	while (k < n && !strcmp(v[k]->instance, v[0]->instance))
		k++;
	return k;
}

static const struct value *record(struct diff *d, const struct kind *k, const struct lock_fact *const *v, uint32_t n)
{
	struct field *f = ARENA_ARRAY(d->a, struct field, n + 1);
	uint32_t count = 0;
	for (uint32_t i = 0; i < n; i++) {
		const struct atom *member = atom_cstr(d->atoms, v[i]->member);
		const uint32_t slot = (uint32_t)(uintptr_t)table_get(&k->index, member);
		const struct value *x = slot && k->members.v[slot - 1].type
			? risk_fact(d->eval, k->members.v[slot - 1].type, v[i]->value)
			: NULL;
		if (x)
			f[count++] = (struct field){ member, x };
	}
	return value_record(d->a, f, count, (struct span){ 0, 0 });
}

/* The top-level component that an instance is part of: itself, or the longest name that its own begins with. NULL:
   none. */
static const char *owner(const struct diff *d, const struct table *parts, const char *instance)
{
	for (size_t n = strlen(instance); n; n--)
		if (!instance[n] || instance[n] == '-') {
			const struct atom *name = atom_intern(d->atoms, instance, n);
			if (table_get(parts, name))
				return name->text;
		}
	return NULL;
}

static int workload(const struct diff_part *p)
{
	return p->what == DIFF_RELEASE ? 2
		: p->what == DIFF_OBJECT && strcmp(p->kind, "ConfigMap") && strcmp(p->kind, "Service") ? 1
		: 0;
}

struct changed_parts { VEC(struct diff_item *) items; };         /* of a component */

/* Component of the new side -> its parts that have changed; what has changed in none has none. */
static void index_parts(struct diff *d, struct table *out)
{
	table_init(out, d->a);
	for (uint32_t i = 0; i < d->new.lock->components.n; i++)
		table_put(out, atom_cstr(d->atoms, d->new.lock->components.v[i].name),
			ARENA_NEW(d->a, struct changed_parts));
	for (uint32_t i = 0; i < d->items.n; i++) {
		struct diff_item *x = &d->items.v[i];
		struct changed_parts *c = x->op == DIFF_ADDED || x->op == DIFF_REMOVED
			? NULL
			: table_get(out, atom_cstr(d->atoms, x->new->component));
		if (c)
			VEC_PUSH(d->a, &c->items, x);
	}
}

static struct diff_item *best_item(struct diff *d, const struct table *parts, const char *component, int *restarts)
{
	const struct changed_parts *c = component ? table_get(parts, atom_cstr(d->atoms, component)) : NULL;
	struct diff_item *best = NULL;
	*restarts = 0;
	for (uint32_t i = 0; c && i < c->items.n; i++) {
		struct diff_item *x = c->items.v[i];
		if (!best || x->risk.cls > best->risk.cls
			|| (x->risk.cls == best->risk.cls && workload(x->new) > workload(best->new)))
			best = x;
		*restarts |= x->risk.cls >= 3 && x->new->what != DIFF_FILE;
	}
	return best;
}

/* What changed in the words of the kind: "version 15.3.0 -> 17.6.0". */
static const char *headline(struct diff *d, const struct ast *x, const struct value *old, const struct value *new)
{
	if (x->tag == AST_FIELD && x->kids[0]->tag == AST_NAME && x->kids[0]->bind_tag == BIND_LOCAL
		&& x->kids[0]->bind_index < RISK_RESTARTS) {
		const struct value *a = value_get(old, x->name), *b = value_get(new, x->name);
		struct buf t = { 0 };
		if (!a || !b || value_equal(a, b))
			return NULL;
		buf_addf(&t, "%s ", x->name->text);
		diff_show_value(a, 40, &t);
		buf_adds(&t, " -> ");
		diff_show_value(b, 40, &t);
		const char *s = arena_strdup(d->a, t.p, t.n);
		buf_free(&t);
		return s;
	}
	for (uint32_t i = 0; i < x->nkids; i++) {
		const char *s = x->kids[i] ? headline(d, x->kids[i], old, new) : NULL;
		if (s)
			return s;
	}
	return NULL;
}

static void attach(struct diff *d, struct diff_item *x, const struct risk_finding *f, const char *head)
{
	struct diff_risk by = { f->cls, f->flags | x->risk.flags, f->because, f->cure };
	if (f->cls < x->risk.cls) {
		by = x->risk;
		by.flags |= f->flags;
		by.reason = arena_printf(d->a, "%s; %s", x->risk.reason, f->because);
	} else if (f->cls == x->risk.cls && x->risk.reason) {
		by.reason = x->ruled || x->new->what == DIFF_OBJECT
			? arena_printf(d->a, "%s; %s", x->risk.reason, f->because)
			: f->because;
		by.cure = f->cure && x->ruled && x->risk.cure ? arena_printf(d->a, "%s; %s", x->risk.cure, f->cure)
			: f->cure ? f->cure
			: x->risk.cure;
	}
	if (head && (!x->headline || f->cls >= x->risk.cls))
		x->headline = head;
	x->risk = by;
	x->ruled = 1;
}

static int judge(struct diff *d, const struct table *parts, const struct lock_fact *const *was, uint32_t nwas,
	const struct lock_fact *const *is, uint32_t nis)
{
	struct kind *k = program_kind(d->eval->p, atom_cstr(d->atoms, is[0]->kind));
	struct risk_finding f;
	int restarts;
	struct diff_item *x = best_item(d, parts, owner(d, parts, is[0]->instance), &restarts);
	if (!x || !k || strcmp(was[0]->kind, is[0]->kind))
		return 1;
	resolve_kind(d->eval->p, k);
	const struct value *old = record(d, k, was, nwas), *new = record(d, k, is, nis);
	for (uint32_t i = 0; i < k->risks.n; i++) {
		const int holds = risk_judge(d->eval, k, k->risks.v[i], old, new, restarts, &f);
		if (holds < 0)
			return 0;
		if (holds)
			attach(d, x, &f, headline(d, k->risks.v[i]->kids[0], old, new));
	}
	return 1;
}

int diff_rules(struct diff *d)
{
	if (!d->old.lock || !d->new.lock || !d->items.n)
		return 1;
	const struct lock_fact **p = sorted(d->a, d->old.lock), **q = sorted(d->a, d->new.lock);
	const uint32_t n = d->old.lock->facts.n, m = d->new.lock->facts.n;
	struct table parts;
	index_parts(d, &parts);
	for (uint32_t i = 0, k = 0; i < n && k < m;) {
		const int c = strcmp(p[i]->instance, q[k]->instance);
		const uint32_t in = c <= 0 ? run(p + i, n - i) : 0, kn = c >= 0 ? run(q + k, m - k) : 0;
		if (!c && !judge(d, &parts, p + i, in, q + k, kn))
			return 0;
		i += in;
		k += kn;
	}
	return 1;
}
