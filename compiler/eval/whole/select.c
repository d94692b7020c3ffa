/* Consumes selectors and the pods and Services of all components; produces E0831 and W0831. Each label that is
   looked for is an entry of an index, by which each object is held against the selectors that could want it. */
#include "eval/whole/part.h"

static const struct atom *anchor(
	struct compile *c, int pods, const struct value *ns, const struct field *label, int make)
{
	struct buf *b = &c->text;
	buf_clear(b);
	buf_addc(b, pods ? 'p' : 's');
	if (ns)
		buf_add(b, ns->str.p, ns->n);
	buf_addc(b, '\n');
	buf_add(b, label->key->text, label->key->len);
	buf_addc(b, '=');
	buf_add(b, label->value->str.p, label->value->n);
	return make ? atom_intern(c->e->p->atoms, b->p, b->n) : atom_find(c->e->p->atoms, b->p, b->n);
}

static void each_anchor(struct compile *c, struct ref *r, const struct field *label,
	void (*f)(struct compile *c, struct ref *r, const struct atom *a, void *ctx), void *ctx)
{
	if (r->everywhere)
		f(c, r, anchor(c, r->pods, NULL, label, 1), ctx);
	else if (!r->spaces.n)
		f(c, r, anchor(c, r->pods, r->ns, label, 1), ctx);
	for (uint32_t n = 0; !r->everywhere && n < r->spaces.n; n++)
		f(c, r, anchor(c, r->pods, r->spaces.v[n], label, 1), ctx);
}

static void count_anchor(struct compile *c, struct ref *r, const struct atom *a, void *ctx)
{
	struct table *t = ctx;
	(void)c;
	(void)r;
	table_put(t, a, (void *)((uintptr_t)table_get(t, a) + 1));
}

static uint32_t first_open(const struct ref *r)
{
	uint32_t k = 0;
	while (!(r->open >> k & 1))
		k++;
	return k;
}

struct anchored { struct ref *r; struct anchored *next; };

static void put_anchor(struct compile *c, struct ref *r, const struct atom *a, void *ctx)
{
	struct table *t = ctx;
	struct anchored *x = ARENA_NEW(c->e->unit, struct anchored);
	*x = (struct anchored){ r, table_get(t, a) };
	table_put(t, a, x);
}

static void try_fact(struct compile *c, const struct table *index, const struct part *p, const struct fact *f)
{
	for (uint32_t k = 0; f->ns && f->labels && k < f->labels->n; k++) {
		const struct field *l = &f->labels->rec.fields[k];
		if (l->value->tag != VALUE_STRING)
			continue;
		for (int everywhere = 0; everywhere < 2; everywhere++) {
			const struct atom *a = anchor(c, f->tag == FACT_PODS, everywhere ? NULL : f->ns, l, 0);
			for (struct anchored *x = a ? table_get(index, a) : NULL; x; x = x->next)
				if (has_labels(p, f, x->r->labels)) {
					meet_fact(p, x->r, f);
					if (x->r->open && !x->r->have)
						x->r->have = list_members(c, f, x->r->behind >> first_open(x->r) & 1);
				}
		}
	}
}

void resolve_selectors(struct compile *c)
{
	struct whole *w = c->whole;
	struct eval *e = c->e;
	struct table counts, index;
	struct part plain = { .c = c, .e = e };
	table_init(&counts, e->unit);
	table_init(&index, e->unit);
	if (!w->selects.n)
		return;
	for (uint32_t n = 0; n < w->selects.n; n++)
		for (uint32_t k = 0; k < w->selects.v[n]->labels->n; k++)
			each_anchor(c, w->selects.v[n], &w->selects.v[n]->labels->rec.fields[k], count_anchor, &counts);
	for (uint32_t n = 0; n < w->selects.n; n++) {
		struct ref *r = w->selects.v[n];
		const struct field *best = &r->labels->rec.fields[0];
		uintptr_t fewest = UINTPTR_MAX;
		for (uint32_t k = 0; k < r->labels->n; k++) {   /* the label that fewest others ask for */
			uintptr_t m = (uintptr_t)table_get(&counts,
				anchor(c, r->pods,
					r->everywhere ? NULL
						: r->spaces.n ? r->spaces.v[0]
						: r->ns,
					&r->labels->rec.fields[k], 1));
			if (m < fewest) {
				fewest = m;
				best = &r->labels->rec.fields[k];
			}
		}
		each_anchor(c, r, best, put_anchor, &index);
	}
	for (uint32_t n = 0; n < w->facts.n; n++)
		try_fact(c, &index, &plain, &w->facts.v[n]);
	for (uint32_t n = 0; n < c->tops.n; n++) {
		struct top *t = c->tops.v[n];
		if (!t->plan || !t->plan->whole || !t->plan->whole->selectable || !t->planned)
			continue;
		struct arena_mark mark = arena_mark(c->scratch);
		struct arena *old = e->arena;
		e->arena = c->scratch;
		struct bound *b = plan_bind(e, t->plan, t->inst);
		for (uint32_t k = 0; b && k < t->plan->whole->facts.n; k++) {
			struct fact f = t->plan->whole->facts.v[k];
			const struct value **ports = ARENA_ARRAY(e->arena, const struct value *, f.ports.n + 1);
			f.ns = bound_value(e, b, f.ns);
			f.labels = bound_value(e, b, f.labels);
			for (uint32_t q = 0; q < f.ports.n; q++)
				ports[q] = bound_value(e, b, f.ports.v[q]);
			f.ports.v = ports;
			try_fact(c, &index, &plain, &f);
		}
		e->arena = old;
		arena_rewind(c->scratch, mark);
	}
}

/* May something that cannot be seen bear these labels? */
static int unseen(struct compile *c, const struct ref *r, const struct value *ns)
{
	struct space *s = table_get(&c->whole->spaces, atom_intern(c->e->p->atoms, ns->str.p, ns->n));
	if (!table_get(&c->namespaces, atom_intern(c->e->p->atoms, ns->str.p, ns->n)))
		return !equal_text(ns, r->ns);     /* nothing of ours is there */
	return s && s->makers.n;
}

void check_selector(struct compile *c, struct ref *r)
{
	struct eval *e = c->e;
	struct buf b = { 0 };
	if (r->matched && !r->open)
		return;
	if (r->matched) {
		const uint32_t k = first_open(r);
		const int far = (r->behind >> k & 1) != 0;
		if (is_allowed(c, r->top->inst, "unresolved-port"))
			return;
		if (r->ports.v[k]->origin.hi)
			r->at = r->ports.v[k]->origin;
		struct diag *x = say_at(c, r, 0, NULL, D_UNRESOLVED_PORT,
			arena_printf(e->p->arena, "%s names port `%.*s`, and no %s that it selects has it",
				who_refers(c, r), (int)r->ports.v[k]->n, r->ports.v[k]->str.p,
				r->pods ? "pod"
					: far ? "pod of the Services"
					: "Service"));
		diag_note(e->diags, x, "%s: %s", r->pods || far ? "their ports" : "its ports", r->have);
		say_excuse(c, x, "unresolved-port", "if something else opens it");
		return;
	}
	int hidden = r->everywhere;
	for (uint32_t k = 0; k < r->spaces.n; k++)
		hidden |= unseen(c, r, r->spaces.v[k]);
	if (!r->spaces.n)
		hidden |= unseen(c, r, r->ns);
	if (hidden || is_allowed(c, r->top->inst, "selects-nothing"))
		return;
	for (uint32_t k = 0; k < r->labels->n && k < 6; k++)
		buf_addf(&b, "%s%s=%.*s", k ? ", " : "", r->labels->rec.fields[k].key->text,
			(int)r->labels->rec.fields[k].value->n, r->labels->rec.fields[k].value->str.p);
	struct diag *x = say_at(c, r, 1, "selects-nothing", W_SELECTS_NOTHING,
		arena_printf(
			e->p->arena, "%s selects no %s of this stack", who_refers(c, r), r->pods ? "pod" : "Service"));
	const struct value *ns = r->spaces.n ? r->spaces.v[0] : r->ns;
	diag_note(e->diags, x, "it looks for %s in namespace %.*s%s", b.p, (int)ns->n, ns->str.p,
		r->spaces.n > 1 ? " and others" : "");
	say_excuse(c, x, "selects-nothing", "if something else makes them");
	buf_free(&b);
}
