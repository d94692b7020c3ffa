/* From the instances of a compiled stack to the boxes and arrows of a picture, and these as Mermaid and DOT. A
   composite is one box that says what it holds, a family is one box that says how many it has: four hundred boxes are
   no picture. */
#include "diff/graph.h"
#include "eval/compile.h"
#include <stdlib.h>
#include <string.h>

/* ---- boxes ---- */

/* A need or an offer on an arrow: of which members of a family, to which one unless several; how many offers. */
struct word { const char *text; struct table from; struct instance *to; int several; uint32_t count; };
struct arrow { uint32_t from, to; VEC(struct word) needs, offers; };
struct member_list { struct symbol *symbol; uint32_t node; VEC(struct instance *) members; };

struct drawing {
	struct compile *c;
	struct eval *e;
	struct arena *a;
	struct graph *g;
	struct table node_of;           /* top instance -> node + 1 */
	struct table family_of;         /* symbol -> struct member_list */
	VEC(struct member_list *) families;
	VEC(struct arrow) arrows;
	struct table *arrow_of;         /* by node from: node to + 1 -> arrow + 1 */
};

static const char *text_value(struct drawing *d, const struct value *v)
{
	size_t n;
	const char *s = v->tag == VALUE_STRING || v->tag == VALUE_INT ? text_of(d->e, v, &n) : NULL;
	return s ? arena_strdup(d->a, s, n) : "";
}

/* An expression as it was written, on one line. */
static const char *source_text(struct drawing *d, const struct ast *x)
{
	const struct source *src = source_of(d->e->p->sources, x->span.lo);
	const char *p = src ? src->text + (x->span.lo - src->base) : "";
	const size_t n = src ? x->span.hi - x->span.lo : 0;
	char *out = arena_alloc(d->a, n + 1);
	size_t k = 0;
	for (size_t i = 0; i < n; i++) {
		const int blank = p[i] == ' ' || p[i] == '\t' || p[i] == '\n' || p[i] == '\r';
		if (!blank)
			out[k++] = p[i];
		else if (k && out[k - 1] != ' ')
			out[k++] = ' ';
	}
	return out;
}

/* 32001; or 32004-32006; or 32001, 32007 */
static const char *numbers(struct drawing *d, const struct value *list)
{
	struct buf b = { 0 };
	for (uint32_t i = 0, run; i < list->n; i += run) {
		const int64_t first = list->items[i]->i;
		for (run = 1; i + run < list->n && list->items[i + run]->i == first + run; run++)
			;
		if (run == 2)
			run = 1;
		buf_addf(&b, "%s%lld", b.n ? ", " : "", (long long)first);
		if (run > 1)
			buf_addf(&b, "-%lld", (long long)(first + run - 1));
	}
	const char *s = arena_strdup(d->a, b.p ? b.p : "", b.n);
	buf_free(&b);
	return s;
}

static struct graph_port port(struct drawing *d, struct instance *i, uint32_t n, const char *prefix)
{
	const struct atom *name = i->kind->ports.v[n].name;
	const struct value *number = port_value(d->e, i, name, i->at), *x = expose_value(d->e, i, name, i->at);
	const struct value *on = x->tag == VALUE_RECORD ? value_get(x, d->e->a_on) : NULL;
	const struct value *nodes = x->tag == VALUE_RECORD ? value_get(x, d->e->a_nodes) : NULL;
	struct graph_port p = { arena_printf(d->a, "%s%s", prefix, name->text), text_value(d, number), "" };
	if (on && on->tag == VALUE_STRING && on->n == d->e->a_node->len &&
		!memcmp(on->str.p, d->e->a_node->text, on->n))
		p.exposed = nodes && nodes->n ? arena_printf(d->a, "node %s", numbers(d, nodes)) : "node";
	else if (on && on->tag == VALUE_STRING && on->n == d->e->a_balancer->len &&
		!memcmp(on->str.p, d->e->a_balancer->text, on->n))
		p.exposed = "balancer";
	return p;
}

static const char *what(struct drawing *d, struct instance *i)
{
	const char *version = text_value(d, slot_value(d->e, i, SLOT_VERSION));
	return arena_printf(d->a, "%s%s%s", i->kind->name->text, *version ? " " : "", version);
}

static int makes_objects(const struct ast *o)
{
	if (o->tag == AST_MANIFEST || o->tag == AST_RELEASE || o->tag == AST_CONFIG || o->tag == AST_COMPONENT)
		return 1;
	for (uint32_t n = 0; n < o->nkids; n++)
		if (o->kids[n] && (o->tag == AST_BLOCK || o->tag == AST_KIF ||
			o->tag == AST_KFOR) && makes_objects(o->kids[n]))
			return 1;
	return 0;
}

/* Of what stands for something that runs elsewhere there is nothing in any namespace. */
static const char *namespace_of(struct drawing *d, struct instance *i)
{
	for (uint32_t n = 0; n < i->kind->outputs.n; n++)
		if (makes_objects(i->kind->outputs.v[n]))
			return text_value(d, slot_value(d->e, i, SLOT_NAMESPACE));
	return "";
}

/* What a drift policy watches and when it alerts, as it is written. */
static void policy_lines(struct drawing *d, struct instance *i, struct graph_node *x)
{
	static const char *const words[] = { "data", "predictions", "concept", "budget" };
	for (int k = 0; k < 4; k++)
		for (uint32_t n = i->statements.n; n-- > 0;) {
			const struct ast *s = i->statements.v[n];
			if (s->tag != AST_ASSIGN || strcmp(s->name->text, words[k]))
				continue;
			const char *line = arena_printf(d->a, "%s: %s", words[k], source_text(d, s->kids[0]));
			VEC_PUSH(d->a, &x->lines, line);
			break;
		}
	for (uint32_t n = 0; n < i->statements.n; n++) {
		const struct ast *s = i->statements.v[n];
		if (s->tag != AST_ALERT)
			continue;
		const int lasts = s->nkids > 1 && s->kids[1];
		const char *line = arena_printf(d->a, "alert %s: %s%s%s", s->name->text,
			source_text(d, s->kids[0]), lasts ? " for " : "",
			lasts ? source_text(d, s->kids[1]) : "");
		VEC_PUSH(d->a, &x->lines, line);
	}
}

static void component_node(struct drawing *d, struct instance *i)
{
	struct graph_node x = { .tag = i->decl && i->decl->tag == AST_DRIFT ? GRAPH_DRIFT : GRAPH_COMPONENT,
		.word = "" };
	x.id = x.name = i->name->text;
	x.what = what(d, i);
	x.ns = namespace_of(d, i);
	for (uint32_t n = 0; n < i->kind->ports.n; n++)
		VEC_PUSH(d->a, &x.ports, port(d, i, n, ""));
	if (x.tag == GRAPH_DRIFT) {
		x.what = arena_printf(d->a, "drift policy, %s", x.what);
		policy_lines(d, i, &x);
	}
	VEC_PUSH(d->a, &d->g->nodes, x);
	table_put(&d->node_of, i, (void *)(uintptr_t)d->g->nodes.n);
}

/* All members are one box, described by the first of them; what differs between members is left out. */
static void family_node(struct drawing *d, struct member_list *f)
{
	struct instance *first = f->members.v[0];
	struct graph_node x = { .tag = GRAPH_COMPONENT, .name = f->symbol->name->text, .word = "" };
	x.id = arena_printf(d->a, "%s[]", x.name);
	x.what = arena_printf(d->a, "%u of %s", f->members.n, what(d, first));
	x.ns = namespace_of(d, first);
	for (uint32_t k = 1; k < f->members.n && *x.ns; k++)
		if (strcmp(x.ns, text_value(d, slot_value(d->e, f->members.v[k], SLOT_NAMESPACE))))
			x.ns = "";
	for (uint32_t n = 0; n < first->kind->ports.n; n++) {
		struct graph_port p = port(d, first, n, "");
		uint32_t exposed = *p.exposed != 0;
		for (uint32_t k = 1; k < f->members.n; k++) {
			const struct graph_port q = port(d, f->members.v[k], n, "");
			exposed += *q.exposed != 0;
			if (strcmp(p.number, q.number))
				p.number = "";
			if (strcmp(p.exposed, q.exposed))
				p.exposed = NULL;
			if (!p.exposed)
				p.exposed = "?";
		}
		if (!strcmp(p.exposed, "?"))
			p.exposed = arena_printf(d->a, "%u of them outside", exposed);
		VEC_PUSH(d->a, &x.ports, p);
	}
	VEC_PUSH(d->a, &d->g->nodes, x);
	f->node = d->g->nodes.n;
	for (uint32_t k = 0; k < f->members.n; k++)
		table_put(&d->node_of, f->members.v[k], (void *)(uintptr_t)f->node);
}

/* What is inside of a composite belongs to its box: which kinds, and ports that it exposes. */
static void inner_line(struct drawing *d, struct instance *i)
{
	const uint32_t node = (uint32_t)(uintptr_t)table_get(&d->node_of, i->top);
	struct graph_node *x = node ? &d->g->nodes.v[node - 1] : NULL;
	if (!x)
		return;
	const char *line = arena_printf(d->a, "holds %s : %s", i->local->text, what(d, i));
	for (uint32_t k = 0; k < x->lines.n; k++)
		if (!strcmp(x->lines.v[k], line))
			return;
	VEC_PUSH(d->a, &x->lines, line);
	for (uint32_t n = 0; n < i->kind->ports.n; n++) {
		const struct graph_port p = port(d, i, n, arena_printf(d->a, "%s.", i->local->text));
		if (*p.exposed)
			VEC_PUSH(d->a, &x->ports, p);
	}
}

static void nodes(struct drawing *d)
{
	struct eval *e = d->e;
	for (uint32_t n = 0; n < e->tops.n; n++) {
		struct instance *i = e->tops.v[n];
		if (!i->symbol || i->symbol->tag != SYMBOL_FAMILY) {
			component_node(d, i);
			continue;
		}
		struct member_list *f = table_get(&d->family_of, i->symbol);
		if (!f) {
			f = ARENA_NEW(d->a, struct member_list);
			f->symbol = i->symbol;
			table_put(&d->family_of, i->symbol, f);
			VEC_PUSH(d->a, &d->families, f);
		}
		VEC_PUSH(d->a, &f->members, i);
	}
	for (uint32_t n = 0; n < d->families.n; n++)
		family_node(d, d->families.v[n]);
	for (uint32_t n = 0; n < e->instances.n; n++)
		if (e->instances.v[n]->parent)
			inner_line(d, e->instances.v[n]);
	for (uint32_t n = 0; n < d->c->tops.n; n++) {
		const struct top *t = d->c->tops.v[n];
		if (!t->yaml)
			continue;
		struct graph_node x = { .tag = GRAPH_YAML, .id = t->name, .name = t->name, .ns = "", .word = "" };
		x.what = arena_printf(d->a, "%u object%s of %s", t->ndocs, t->ndocs == 1 ? "" : "s", t->yaml->name);
		VEC_PUSH(d->a, &d->g->nodes, x);
	}
}

/* ---- arrows ---- */

static struct arrow *arrow(struct drawing *d, struct instance *from, struct instance *to)
{
	const uint32_t a = (uint32_t)(uintptr_t)table_get(&d->node_of, from->top),
		b = (uint32_t)(uintptr_t)table_get(&d->node_of, to->top);
	if (!a || !b || from->top == to->top)
		return NULL;
	const void *key = &d->g->nodes.v[b - 1];
	uint32_t n = (uint32_t)(uintptr_t)table_get(&d->arrow_of[a - 1], key);
	if (!n) {
		VEC_PUSH(d->a, &d->arrows, ((struct arrow){ .from = a - 1, .to = b - 1 }));
		n = d->arrows.n;
		table_put(&d->arrow_of[a - 1], key, (void *)(uintptr_t)n);
	}
	return &d->arrows.v[n - 1];
}

static void need(struct drawing *d, struct instance *i, const char *name, const struct value *v, int depth)
{
	struct instance *to = instance_behind(v);
	struct arrow *w = to && to != d->e->stack ? arrow(d, i, to) : NULL;
	if (w) {
		struct word *x = NULL;
		for (uint32_t n = 0; n < w->needs.n && !x; n++)
			if (!strcmp(w->needs.v[n].text, name))
				x = &w->needs.v[n];
		if (!x) {
			VEC_PUSH(d->a, &w->needs, ((struct word){ .text = name, .to = to->top }));
			x = &w->needs.v[w->needs.n - 1];
			table_init(&x->from, d->a);
		}
		table_put(&x->from, i->top, i);
		x->several |= x->to != to->top;
	}
	for (uint32_t n = 0; depth < 4 && v->tag == VALUE_LIST && n < v->n; n++)
		need(d, i, name, v->items[n], depth + 1);
	for (uint32_t n = 0; depth < 4 && v->tag == VALUE_RECORD && n < v->n; n++)
		need(d, i, name, v->rec.fields[n].value, depth + 1);
}

static void offered(struct drawing *d, struct instance *to, const char *name, struct instance *from)
{
	struct arrow *w = arrow(d, from, to);
	struct word *x = NULL;
	for (uint32_t n = 0; w && n < w->offers.n && !x; n++)
		if (!strcmp(w->offers.v[n].text, name))
			x = &w->offers.v[n];
	if (w && !x) {
		VEC_PUSH(d->a, &w->offers, ((struct word){ .text = name }));
		x = &w->offers.v[w->offers.n - 1];
	}
	if (x)
		x->count++;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(((const struct word *)a)->text, ((const struct word *)b)->text);
}

static uint32_t members_of(const struct drawing *d, uint32_t node)
{
	for (uint32_t n = 0; n < d->families.n; n++)
		if (d->families.v[n]->node == node + 1)
			return d->families.v[n]->members.n;
	return 0;
}

/* "server"; "registry (3 of 400)" when the other members have none; "model (fraud)" of a family's member. */
static const char *need_text(struct drawing *d, const struct arrow *w, const struct word *x)
{
	const uint32_t from = members_of(d, w->from), to = members_of(d, w->to);
	const char *s = x->text;
	if (to && !x->several)
		s = arena_printf(d->a, "%s (%s)", s, x->to->name->text);
	if (from && x->from.n < from)
		s = arena_printf(d->a, "%s (%u of %u)", s, x->from.n, from);
	return s;
}

static void edges(struct drawing *d)
{
	struct eval *e = d->e;
	d->arrow_of = ARENA_ARRAY(d->a, struct table, d->g->nodes.n + 1);
	for (uint32_t n = 0; n < d->g->nodes.n; n++)
		table_init(&d->arrow_of[n], d->a);
	for (uint32_t n = 0; n < e->instances.n; n++) {
		struct instance *i = e->instances.v[n];
		for (uint32_t s = SLOT_COUNT; s < i->kind->members.n; s++) {
			const struct member *m = &i->kind->members.v[s];
			if (m->tag == MEMBER_NEED || m->tag == MEMBER_SETTING)
				need(d, i, m->name->text, slot_value(e, i, s), 0);
			else if (m->tag == MEMBER_COLLECTS && i->offers)
				for (uint32_t k = 0; k < i->offers[s].n; k++)
					offered(d, i, m->iface->name->text, i->offers[s].v[k].from);
		}
	}
	for (uint32_t n = 0; n < d->arrows.n; n++) {
		struct arrow *w = &d->arrows.v[n];
		struct graph_edge x = { .from = w->from, .to = w->to };
		if (w->needs.n > 1)
			qsort(w->needs.v, w->needs.n, sizeof *w->needs.v, by_text);
		if (w->offers.n > 1)
			qsort(w->offers.v, w->offers.n, sizeof *w->offers.v, by_text);
		for (uint32_t k = 0; k < w->needs.n; k++) {
			const char *s = need_text(d, w, &w->needs.v[k]);
			VEC_PUSH(d->a, &x.needs, s);
		}
		for (uint32_t k = 0; k < w->offers.n; k++) {
			const uint32_t count = w->offers.v[k].count;
			const char *s = count > 1 ? arena_printf(d->a, "%u %s", count,
				w->offers.v[k].text) : w->offers.v[k].text;
			VEC_PUSH(d->a, &x.offers, s);
		}
		VEC_PUSH(d->a, &d->g->edges, x);
	}
}

/* ---- order ---- */

struct place { const char *id; uint32_t old; };

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct place *)a)->id, ((const struct place *)b)->id);
}

static int by_ends(const void *pa, const void *pb)
{
	const struct graph_edge *a = pa, *b = pb;
	return a->from != b->from ? (a->from < b->from ? -1 : 1) : a->to != b->to ? (a->to < b->to ? -1 : 1) : 0;
}

static const uint32_t *sort(struct drawing *d)
{
	struct graph *g = d->g;
	const uint32_t n = g->nodes.n;
	struct place *order = ARENA_ARRAY(d->a, struct place, n + 1);
	struct graph_node *sorted = ARENA_ARRAY(d->a, struct graph_node, n + 1);
	uint32_t *now = ARENA_ARRAY(d->a, uint32_t, n + 1);
	for (uint32_t i = 0; i < n; i++)
		order[i] = (struct place){ g->nodes.v[i].id, i };
	if (n > 1)
		qsort(order, n, sizeof *order, by_id);
	for (uint32_t i = 0; i < n; i++) {
		sorted[i] = g->nodes.v[order[i].old];
		now[order[i].old] = i;
	}
	if (n)
		memcpy(g->nodes.v, sorted, n * sizeof *sorted);
	for (uint32_t i = 0; i < g->edges.n; i++) {
		g->edges.v[i].from = now[g->edges.v[i].from];
		g->edges.v[i].to = now[g->edges.v[i].to];
	}
	if (g->edges.n > 1)
		qsort(g->edges.v, g->edges.n, sizeof *g->edges.v, by_ends);
	return now;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct graph_place *)a)->name, ((const struct graph_place *)b)->name);
}

/* `now`: of sort(): where each box of d->node_of is since. */
static void places(struct drawing *d, const uint32_t *now)
{
	struct graph *g = d->g;
	for (uint32_t n = 0; n < d->e->instances.n; n++) {
		struct instance *i = d->e->instances.v[n];
		const uint32_t node = (uint32_t)(uintptr_t)table_get(&d->node_of, i->top);
		if (node)
			VEC_PUSH(d->a, &g->places, ((struct graph_place){ i->name->text, now[node - 1] }));
	}
	for (uint32_t n = 0; n < g->nodes.n; n++)
		if (g->nodes.v[n].tag == GRAPH_YAML)
			VEC_PUSH(d->a, &g->places, ((struct graph_place){ g->nodes.v[n].id, n }));
	if (g->places.n > 1)
		qsort(g->places.v, g->places.n, sizeof *g->places.v, by_name);
}

void graph_build(struct compile *c, struct arena *a, struct graph *g)
{
	struct drawing d = { .c = c, .e = c->e, .a = a, .g = g };
	uint32_t drifts = 0;
	*g = (struct graph){ .title = c->out.title };
	table_init(&d.node_of, a);
	table_init(&d.family_of, a);
	nodes(&d);
	edges(&d);
	places(&d, sort(&d));
	for (uint32_t n = 0; n < c->e->tops.n; n++)
		drifts += c->e->tops.v[n]->decl && c->e->tops.v[n]->decl->tag == AST_DRIFT;
	const uint32_t components = c->e->tops.n - drifts;
	g->caption = arena_printf(a, "%u component%s", components, components == 1 ? "" : "s");
	if (drifts)
		g->caption = arena_printf(a, "%s, %u drift polic%s", g->caption, drifts, drifts == 1 ? "y" : "ies");
}

/* ---- words ---- */

static const char *joined(const char *first, const char **v, uint32_t n, struct arena *a)
{
	struct buf b = { 0 };
	for (uint32_t i = 0; i < n; i++)
		buf_addf(&b, "%s%s", i ? ", " : first, v[i]);
	const char *s = b.n ? arena_strdup(a, b.p, b.n) : NULL;
	buf_free(&b);
	return s;
}

const char *graph_needs(const struct graph_edge *e, struct arena *a)
{
	return joined("", e->needs.v, e->needs.n, a);
}

const char *graph_offers(const struct graph_edge *e, struct arena *a)
{
	return joined("offers ", e->offers.v, e->offers.n, a);
}

const char *graph_look(const struct graph_node *x)
{
	static const char *const classes[] = { "r0", "r1", "r2", "r3", "r4", "r5" };
	return x->mark == GRAPH_CHANGED ? classes[x->cls]
		: x->mark == GRAPH_ADDED ? "added"
		: x->mark == GRAPH_REMOVED ? "removed"
		: "same";
}

/* Colours of what a difference touches, for the formats that have no style of their own. */
static const struct { const char *look, *fill, *stroke;
} looks[] = {
	{ "r0", "#f6f8fa", "#57606a" },
	{ "r1", "#f6f8fa", "#57606a" },
	{ "r2", "#ddf4ff", "#0969da" },
	{ "r3", "#fff8c5", "#9a6700" },
	{ "r4", "#ffebe9", "#cf222e" },
	{ "r5", "#ffebe9", "#cf222e" },
	{ "added", "#dafbe1", "#1a7f37" },
	{ "removed", "#ffffff", "#cf222e" },
};
enum { NLOOKS = sizeof looks / sizeof *looks };

/* What stands in a box below its name, line by line. */
static void each_line(const struct graph_node *x, void (*add)(struct buf *out, const char *s),
	struct buf *out, const char *br)
{
	add(out, x->name);
	if (*x->word) {
		buf_adds(out, br);
		add(out, x->word);
	}
	for (uint32_t i = 0; i < x->notes.n; i++) {
		buf_adds(out, i ? br : ": ");
		add(out, x->notes.v[i]);
	}
	if (*x->what) {
		buf_adds(out, br);
		add(out, x->what);
	}
	if (*x->ns) {
		buf_adds(out, br);
		add(out, "in ");
		add(out, x->ns);
	}
	for (uint32_t i = 0; i < x->lines.n; i++) {
		buf_adds(out, br);
		add(out, x->lines.v[i]);
	}
	for (uint32_t i = 0; i < x->ports.n; i++) {
		const struct graph_port *p = &x->ports.v[i];
		buf_adds(out, br);
		add(out, p->name);
		if (*p->number) {
			buf_adds(out, " ");
			add(out, p->number);
		}
		if (*p->exposed) {
			buf_adds(out, " on ");
			add(out, p->exposed);
		}
	}
}

static int outside(const struct graph_node *x)
{
	for (uint32_t i = 0; i < x->ports.n; i++)
		if (*x->ports.v[i].exposed)
			return 1;
	return 0;
}

/* ---- Mermaid ---- */

static void dot_text(struct buf *out, const char *s)
{
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			buf_addc(out, '\\');
		buf_addc(out, *s);
	}
}

static void mermaid_text(struct buf *out, const char *s)
{
	for (; *s; s++)
		if (strchr("\"#<>&`\\", *s))
			buf_addf(out, "#%d;", *s);
		else
			buf_addc(out, *s);
}

/* Names of boxes: a letter first, so that no word of the language is one; capitals stand for what is no letter or
   digit. */
static void mermaid_id(struct buf *out, const char *s)
{
	buf_adds(out, "c_");
	for (; *s; s++)
		if ((*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9'))
			buf_addc(out, *s);
		else if (*s == '-')
			buf_addc(out, '_');
		else
			buf_addf(out, "X%02x", (unsigned char)*s);
}

void graph_mermaid(const struct graph *g, struct arena *a, struct buf *out)
{
	static const char *const open[] = { "[\"", "([\"", "[/\"" }, *const shut[] = { "\"]", "\"])", "\"/]" };
	buf_adds(out, "---\ntitle: \"");
	dot_text(out, arena_printf(a, "%s: %s", g->title, g->caption));         /* YAML escapes the same two bytes so */
	buf_adds(out, "\"\n---\nflowchart LR\n");
	for (uint32_t i = 0; i < g->nodes.n; i++) {
		const struct graph_node *x = &g->nodes.v[i];
		buf_adds(out, "  ");
		mermaid_id(out, x->id);
		buf_adds(out, open[x->tag]);
		each_line(x, mermaid_text, out, "<br/>");
		buf_adds(out, shut[x->tag]);
		if (x->tag == GRAPH_DRIFT || outside(x))
			buf_adds(out, x->tag == GRAPH_DRIFT ? ":::drift" : ":::exposed");
		buf_addc(out, '\n');
	}
	for (uint32_t i = 0; i < g->edges.n; i++) {
		const struct graph_edge *e = &g->edges.v[i];
		const char *needs = graph_needs(e, a), *offers = graph_offers(e, a);
		buf_adds(out, "  ");
		mermaid_id(out, g->nodes.v[e->from].id);
		buf_adds(out, needs && e->mark != GRAPH_REMOVED ? " -->|\"" : " -.->|\"");
		mermaid_text(out, needs ? needs : "");
		buf_adds(out, needs && offers ? "<br/>" : "");
		mermaid_text(out, offers ? offers : "");
		buf_adds(out, "\"| ");
		mermaid_id(out, g->nodes.v[e->to].id);
		buf_addc(out, '\n');
	}
	buf_adds(out, "  classDef exposed stroke:#bc4c00,stroke-width:2px\n"
		"  classDef drift stroke:#8250df,stroke-width:2px,stroke-dasharray:5 4\n");
	for (int k = 0; k < NLOOKS; k++) {      /* a class for each look that there is, and who has it */
		size_t named = 0;
		for (uint32_t i = 0; i < g->nodes.n; i++) {
			if (strcmp(graph_look(&g->nodes.v[i]), looks[k].look))
				continue;
			if (!named++)
				buf_addf(out,
					"  classDef %s fill:%s,stroke:%s,stroke-width:2px,color:#1f2328%s\n  class ",
					looks[k].look, looks[k].fill, looks[k].stroke,
					strcmp(looks[k].look, "removed") ? "" : ",stroke-dasharray:2 3");
			else
				buf_addc(out, ',');
			mermaid_id(out, g->nodes.v[i].id);
		}
		if (named)
			buf_addf(out, " %s\n", looks[k].look);
	}
	for (uint32_t i = 0; i < g->edges.n; i++)
		if (g->edges.v[i].mark != GRAPH_SAME)
			buf_addf(out, "  linkStyle %u stroke:%s,stroke-width:2px\n", i,
				g->edges.v[i].mark == GRAPH_ADDED ? "#1a7f37" : "#cf222e");
}

/* ---- DOT ---- */

static void dot_string(struct buf *out, const char *s)
{
	buf_addc(out, '"');
	dot_text(out, s);
	buf_addc(out, '"');
}

void graph_dot(const struct graph *g, struct arena *a, struct buf *out)
{
	buf_adds(out, "digraph ");
	dot_string(out, g->title);
	buf_adds(out, " {\n\trankdir=LR; labelloc=t; fontname=Helvetica; ranksep=0.8\n\tlabel=");
	dot_string(out, arena_printf(a, "%s: %s", g->title, g->caption));
	buf_adds(out,
		"\n\tnode [shape=box, fontname=Helvetica, fontsize=11]\n\tedge [fontname=Helvetica, fontsize=10]\n");
	for (uint32_t i = 0; i < g->nodes.n; i++) {
		const struct graph_node *x = &g->nodes.v[i];
		buf_addc(out, '\t');
		dot_string(out, x->id);
		buf_adds(out, " [label=\"");
		each_line(x, dot_text, out, "\\n");
		buf_addc(out, '"');
		if (x->tag == GRAPH_DRIFT)
			buf_adds(out,
				x->mark == GRAPH_SAME ? ", style=\"rounded,dashed\", color=\"#8250df\""
					: ", style=\"rounded,dashed,filled\"");
		else if (x->tag == GRAPH_YAML)
			buf_adds(out, ", shape=note");
		else if (x->mark != GRAPH_SAME)
			buf_addf(out, ", style=\"filled%s\"", x->mark == GRAPH_REMOVED ? ",dashed" : "");
		if (outside(x) && x->mark == GRAPH_SAME)
			buf_adds(out, ", color=\"#bc4c00\", penwidth=2");
		for (int k = 0; k < NLOOKS; k++)
			if (!strcmp(graph_look(x), looks[k].look))
				buf_addf(out, ", color=\"%s\", fillcolor=\"%s\", penwidth=2", looks[k].stroke,
					looks[k].fill);
		buf_adds(out, "]\n");
	}
	for (uint32_t i = 0; i < g->edges.n; i++) {
		const struct graph_edge *e = &g->edges.v[i];
		const char *needs = graph_needs(e, a), *offers = graph_offers(e, a);
		buf_addc(out, '\t');
		dot_string(out, g->nodes.v[e->from].id);
		buf_adds(out, " -> ");
		dot_string(out, g->nodes.v[e->to].id);
		buf_adds(out, " [label=\"");
		dot_text(out, needs ? needs : "");
		buf_adds(out, needs && offers ? "\\n" : "");
		dot_text(out, offers ? offers : "");
		buf_adds(out, needs && e->mark != GRAPH_REMOVED ? "\"" : "\", style=dashed");
		if (e->mark != GRAPH_SAME)
			buf_addf(out, ", color=\"%s\", penwidth=2", e->mark == GRAPH_ADDED ? "#1a7f37" : "#cf222e");
		buf_adds(out, "]\n");
	}
	buf_adds(out, "}\n");
}
