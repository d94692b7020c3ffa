/* Consumes the values of releases; produces node ports and references to hosts. */
#include "eval/whole/part.h"

static int port_word(const char *s)
{
	static const char word[] = "nodeport";
	for (; *s; s++) {
		size_t n = 0;
		while (n < 8 && (s[n] | 32) == word[n])
			n++;
		if (n == 8)
			return 1;
	}
	return 0;
}

/* protocol: what the record around it says, or NULL */
static void node_ports(struct compile *c, struct top *t, const struct out_release *r, const struct value *v,
	const struct value *protocol, int below, int depth)
{
	int64_t n = v->tag == VALUE_INT ? v->i : 0;
	for (uint32_t k = 0; v->tag == VALUE_STRING && v->n <= 5 && k < v->n; k++)
		n = v->str.p[k] >= '0' && v->str.p[k] <= '9' && n >= 0 ? n * 10 + v->str.p[k] - '0' : -1;
	if (below && n > 0 && n < 65536) {
		struct node_claim *x = claim_node_port(c, NODE_VALUES, n, v->origin.hi ? v->origin : t->inst->at,
			t->inst->top, arena_printf(c->e->p->arena, "a value of release %s/%s", r->ns, r->name));
		if (is(protocol, "UDP") || is(protocol, "SCTP"))
			x->protocol = is(protocol, "UDP") ? "UDP" : "SCTP";
	}
	if (get_text(v, "protocol"))
		protocol = get_text(v, "protocol");
	for (uint32_t k = 0; v->tag == VALUE_LIST && below && k < v->n && depth < MAX_DEPTH; k++)
		node_ports(c, t, r, v->items[k], protocol, below, depth + 1);
	for (uint32_t k = 0; v->tag == VALUE_RECORD && k < v->n && depth < MAX_DEPTH; k++)
		node_ports(c, t, r, v->rec.fields[k].value, protocol,
			below || port_word(v->rec.fields[k].key->text), depth + 1);
}

static void host_values(struct part *p, const struct from *o, const struct value *v, int depth)
{
	if (v->tag == VALUE_STRING)
		refer_hosts(p, o, v);
	for (uint32_t k = 0; v->tag == VALUE_LIST && k < v->n && depth < MAX_DEPTH; k++)
		host_values(p, o, v->items[k], depth + 1);
	for (uint32_t k = 0; v->tag == VALUE_RECORD && k < v->n && depth < MAX_DEPTH; k++)
		host_values(p, o, v->rec.fields[k].value, depth + 1);
}

void refer_releases(struct compile *c, struct top *t, const struct out_component *o)
{
	struct arena *a = c->e->arena;
	for (uint32_t n = 0; n < o->nreleases; n++) {
		const struct out_release *r = &o->releases[n];
		struct part p = { .c = c, .e = c->e, .a = a };
		struct from from = { "release", value_string(a, r->ns, strlen(r->ns), (struct span){ 0, 0 }),
			value_string(a, r->name, strlen(r->name), (struct span){ 0, 0 }), NULL };
		const char *chart = *r->chart_ref ? strrchr(r->chart_ref, '/') : r->chart;
		const struct value *over = get_text(r->values, "fullnameOverride");
		note_maker(c, from.ns, r->name, strlen(r->name), t);
		chart = !chart ? "" : chart == r->chart ? chart : chart + 1;
		note_maker(c, from.ns, chart, strlen(chart), t);
		if (over)
			note_maker(c, from.ns, over->str.p, over->n, t);
		if (t->inst)
			node_ports(c, t, r, r->values, NULL, 0, 0);
		host_values(&p, &from, r->values, 0);
		for (uint32_t k = 0; k < p.refs.n; k++)
			pend_ref(c, t, &p.refs.v[k]);
	}
}
