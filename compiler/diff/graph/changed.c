/* A picture and a difference in; what the difference touches, noted on the boxes and arrows. A component is as grave as
   the gravest of its parts; one that the old side has not is new; one that only the old side has gets a box that says
   so. Wires are those of the two locks. */
#include "diff/graph.h"
#include "base/diag_write.h"
#include "diff/diff.h"
#include <stdlib.h>
#include <string.h>

#define NOTE 72                         /* bytes of a note */
#define NOWHERE UINT32_MAX
#define COMMIT 40                       /* hexadecimal digits of a commit's name */

struct touched {                        /* of a box */
	uint32_t items, added;
	const struct diff_item *gravest;        /* of those that are not new */
	const char *was;                /* the component that it was called before */
	struct table members;           /* of a family: those that are touched */
};

static int by_name(const void *name, const void *place)
{
	return strcmp(name, ((const struct graph_place *)place)->name);
}

static int by_place(const void *a, const void *b)
{
	return strcmp(((const struct graph_place *)a)->name, ((const struct graph_place *)b)->name);
}

static uint32_t node_at(const struct graph *g, const char *name)
{
	const struct graph_place *p = g->places.n ? bsearch(name, g->places.v, g->places.n, sizeof *p, by_name) : NULL;
	return p ? p->node : NOWHERE;
}

/* Texts as keys of a table: atoms of the difference. */
static const struct atom *key(const struct diff *d, const char *s)
{
	return atom_cstr(d->atoms, s);
}

struct gone { uint32_t objects, releases; const char *ns; int moved; };  /* a component of the old lock */

static const struct atom *object_key(const struct diff *d, const struct lock_object *o, struct arena *a)
{
	return key(d, arena_printf(a, "%s\n%s\n%s\n%s", o->api_version, o->kind, o->ns, o->name));
}

/* An object that only stands in another file now is in both locks, under two components. */
static void moved(const struct diff *d, const struct table *old, struct arena *a)
{
	struct table now;
	table_init(&now, a);
	for (uint32_t i = 0; d->new.lock && i < d->new.lock->objects.n; i++)
		table_put(&now, object_key(d, &d->new.lock->objects.v[i], a), &now);
	for (uint32_t i = 0; d->old.lock && i < d->old.lock->objects.n; i++) {
		const struct lock_object *o = &d->old.lock->objects.v[i];
		struct gone *x = table_get(&now, object_key(d, o, a)) ? table_get(old, key(d, o->component)) : NULL;
		if (x)
			x->moved = 1;
	}
}

static void components(const struct diff *d, struct table *out, struct arena *a)
{
	const struct lock *l = d->old.lock;
	table_init(out, a);
	for (uint32_t i = 0; l && i < l->components.n; i++)
		table_put(out, key(d, l->components.v[i].name), ARENA_NEW(a, struct gone));
	for (uint32_t i = 0; l && i < l->objects.n + l->releases.n; i++) {
		const int r = i >= l->objects.n;
		const char *name = r ? l->releases.v[i - l->objects.n].component : l->objects.v[i].component;
		const char *ns = r ? l->releases.v[i - l->objects.n].ns : l->objects.v[i].ns;
		struct gone *x = table_get(out, key(d, name));
		if (!x)
			continue;
		*(r ? &x->releases : &x->objects) += 1;
		x->ns = !x->ns || !strcmp(x->ns, ns) ? ns : "";
	}
	for (uint32_t i = 0; i < d->items.n; i++) {
		const struct diff_item *it = &d->items.v[i];
		struct gone *x = it->old && it->new &&strcmp(it->old->component, it->new->component)
			? table_get(out, key(d, it->old->component))
			: NULL;
		if (x)
			x->moved = 1;
	}
	moved(d, out, a);
}

static const char *cut(const char *s, size_t n, struct arena *a)
{
	if (n <= NOTE)
		return arena_strdup(a, s, n);
	for (n = NOTE - 3; n && ((unsigned char)s[n] & 0xc0) == 0x80; n--)
		;
	return arena_printf(a, "%.*s...", (int)n, s);
}

/* What changed in a part, in a few words. */
static const char *words(const struct diff_item *x, struct arena *a)
{
	struct buf b = { 0 };
	const char *s;
	if (x->headline)
		return cut(x->headline, strlen(x->headline), a);
	if (x->op == DIFF_REMOVED)
		return arena_printf(a, "without %s", part_label(x->old, a));
	const struct diff_change *c = x->nchanges ? &x->changes[0] : NULL;
	for (uint32_t i = 1; i < x->nchanges; i++)
		if (x->changes[i].risk.cls > c->risk.cls)
			c = &x->changes[i];
	if (c) {
		diff_show_change(c, &b);
		s = cut(b.p, b.n, a);
		if (x->nchanges > 1)
			s = arena_printf(a, "%s, and %u more", s, x->nchanges - 1);
		buf_free(&b);
		return s;
	}
	buf_addf(&b, "%s renamed", x->new->what == DIFF_OBJECT ? x->new->kind : "release");
	s = cut(b.p, b.n, a);
	buf_free(&b);
	return s;
}

static void note(struct graph_node *x, const char *s, struct arena *a)
{
	VEC_PUSH(a, &x->notes, s);
}

static void mark(struct graph *g, uint32_t n, const struct touched *t, int known, struct arena *a)
{
	struct graph_node *x = &g->nodes.v[n];
	const struct diff_item *i = t->gravest;
	if (t->added == t->items && !known && !t->members.n) {
		x->mark = GRAPH_ADDED;
		x->word = "added";
		return;
	}
	x->mark = GRAPH_CHANGED;
	x->cls = i ? i->risk.cls : 2;
	x->word = arena_printf(a, "R%d %s", x->cls, diff_class_words[x->cls]);
	if (t->was)
		note(x, arena_printf(a, "was %s", t->was), a);
	else if (t->members.n)
		note(x, arena_printf(a, "%u of them", t->members.n), a);
	if (i && (!t->was || i->nchanges))
		note(x, words(i, a), a);
	const uint32_t more = t->items - (i != NULL);
	if (more && (!t->members.n || t->items > t->members.n))
		note(x, arena_printf(a, i ? "and %u more part%s" : "%u new part%s", more, more == 1 ? "" : "s"), a);
}

/* ---- what is gone ---- */

static const char *parts_of(const struct gone *x, struct arena *a)
{
	const char *r = arena_printf(a, "%u release%s", x->releases, x->releases == 1 ? "" : "s");
	const char *o = arena_printf(a, "%u object%s", x->objects, x->objects == 1 ? "" : "s");
	return x->releases && x->objects ? arena_printf(a, "%s, %s", o, r) : x->releases ? r : x->objects ? o : "";
}

static void gone(struct graph *g, const struct diff *d, const struct table *was, struct arena *a)
{
	const uint32_t known = g->places.n;
	struct table now;
	table_init(&now, a);
	for (uint32_t i = 0; d->new.lock && i < d->new.lock->components.n; i++)
		table_put(&now, key(d, d->new.lock->components.v[i].name), &now);
	for (uint32_t i = 0; d->old.lock && d->new.lock && i < d->old.lock->components.n; i++) {
		const char *name = d->old.lock->components.v[i].name;
		const struct gone *c = table_get(was, key(d, name));
		if (c->moved || table_get(&now, key(d, name)))
			continue;
		struct graph_node x = {
			.tag = GRAPH_COMPONENT, .id = name, .name = name, .mark = GRAPH_REMOVED, .word = "removed"
		};
		x.what = parts_of(c, a);
		x.ns = c->ns ? c->ns : "";
		VEC_PUSH(a, &g->nodes, x);
		VEC_PUSH(a, &g->places, ((struct graph_place){ name, g->nodes.n - 1 }));
	}
	if (g->places.n > known)
		qsort(g->places.v, g->places.n, sizeof *g->places.v, by_place);
}

/* ---- wires ---- */

static const struct atom *wire_key(const struct diff *d, const struct out_wire *w, struct arena *a)
{
	return key(d, arena_printf(a, "%s\n%s\n%s", w->from, w->need, w->to));
}

static void wire_table(const struct diff *d, const struct lock *l, struct table *out, struct arena *a)
{
	table_init(out, a);
	for (uint32_t i = 0; i < l->wires.n; i++)
		table_put(out, wire_key(d, &l->wires.v[i], a), out);
}

/* Where an arrow stands among the edges; NULL: a wire within one box, or of what is not drawn. */
static const struct atom *ends(const struct graph *g, const struct diff *d, const struct out_wire *w,
	uint32_t *from, uint32_t *to, struct arena *a)
{
	*from = node_at(g, w->from);
	*to = node_at(g, w->to);
	return *from == NOWHERE || *to == NOWHERE || *from == *to ? NULL : key(d, arena_printf(a, "%u %u", *from, *to));
}

static void wires(struct graph *g, const struct diff *d, struct arena *a)
{
	struct table edges, old, new;
	uint32_t from, to;
	if (!d->old.lock || !d->new.lock)
		return;
	table_init(&edges, a);
	for (uint32_t i = 0; i < g->edges.n; i++)
		table_put(&edges, key(d, arena_printf(a, "%u %u", g->edges.v[i].from, g->edges.v[i].to)),
			(void *)(uintptr_t)(i + 1));
	wire_table(d, d->old.lock, &old, a);
	wire_table(d, d->new.lock, &new, a);
	for (uint32_t i = 0; i < d->new.lock->wires.n; i++) {
		const struct out_wire *w = &d->new.lock->wires.v[i];
		const struct atom *at = ends(g, d, w, &from, &to, a);
		const uintptr_t e = at ? (uintptr_t)table_get(&edges, at) : 0;
		if (e && !table_get(&old, wire_key(d, w, a)))
			g->edges.v[e - 1].mark = GRAPH_ADDED;
	}
	for (uint32_t i = 0; i < d->old.lock->wires.n; i++) {
		const struct out_wire *w = &d->old.lock->wires.v[i];
		const struct atom *at = ends(g, d, w, &from, &to, a);
		uintptr_t e = at ? (uintptr_t)table_get(&edges, at) : 0;
		if (!at || table_get(&new, wire_key(d, w, a)) || (e && g->edges.v[e - 1].mark != GRAPH_REMOVED))
			continue;
		if (!e) {
			VEC_PUSH(a, &g->edges, ((struct graph_edge){ .from = from, .to = to, .mark = GRAPH_REMOVED }));
			e = g->edges.n;
			table_put(&edges, at, (void *)e);
		}
		VEC_PUSH(a, &g->edges.v[e - 1].needs, w->need);
	}
}

void graph_compare(struct graph *g, const struct diff *d, struct arena *a)
{
	const uint32_t n = g->nodes.n;
	struct touched *touched = ARENA_ARRAY(a, struct touched, n + 1);
	struct table was;
	components(d, &was, a);
	for (uint32_t i = 0; i < d->items.n; i++) {     /* the gravest first */
		const struct diff_item *x = &d->items.v[i];
		const struct diff_part *p = x->new ? x->new : x->old;
		const uint32_t at = node_at(g, p->component);
		struct touched *t = at == NOWHERE ? NULL : &touched[at];
		if (!t)
			continue;
		t->items++;
		t->added += x->op == DIFF_ADDED;
		if (x->op != DIFF_ADDED && !t->gravest)
			t->gravest = x;
		if (x->op == DIFF_RENAMED && strcmp(x->old->component, x->new->component))
			t->was = x->old->component;
		if (strcmp(g->nodes.v[at].id, p->component)) {
			t->members.arena = a;
			table_put(&t->members, atom_cstr(d->atoms, p->component), t);
		}
	}
	for (uint32_t i = 0; i < n; i++)
		if (touched[i].items)
			mark(g, i, &touched[i], table_get(&was, key(d, g->nodes.v[i].id)) != NULL, a);
	gone(g, d, &was, a);
	wires(g, d, a);
	struct buf b = { 0 };
	const char *label = d->old.label;
	if (strspn(label, "0123456789abcdef") == COMMIT) {      /* a commit is known by its first digits */
		buf_add(&b, label, 8);
		label += COMMIT;
	}
	diag_put_safe(&b, label, strlen(label), 0);
	g->since = arena_strdup(a, b.p ? b.p : "", b.n);
	buf_clear(&b);
	for (uint32_t i = 0; i < g->nodes.n; i++) {
		g->marks[g->nodes.v[i].mark]++;
		g->classes[g->nodes.v[i].cls] += g->nodes.v[i].mark == GRAPH_CHANGED;
	}
	static const char *const names[] = { "", "changed", "added", "removed" };
	for (int k = GRAPH_CHANGED; k <= GRAPH_REMOVED; k++)
		if (g->marks[k])
			buf_addf(&b, "%s%d %s", b.n ? ", " : "", g->marks[k], names[k]);
	g->caption = arena_printf(a, "%s; since %s: %s", g->caption, g->since, b.n ? b.p : "no difference");
	buf_free(&b);
}
