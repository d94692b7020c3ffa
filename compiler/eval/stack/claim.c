/* What only one may have: a name that is claimed, a node port, an object. And the namespaces that objects lie in. */
#include "eval/stack/stack.h"
#include <stdlib.h>
#include <string.h>

void claim_text(struct compile *c, const char *text, struct span at, const char *who)
{
	const struct atom *a = atom_cstr(c->e->p->atoms, text);
	struct claim *old = table_get(&c->claims, a);
	if (old) {
		struct diag *x = diag_error(c->e->diags, at, D_CLAIM_TWICE, text);
		diag_label(c->e->diags, x, "second claim: %s", who);
		diag_place(c->e->diags, x, old->at, "first claim: %s", old->who);
		return;
	}
	struct claim *n = ARENA_NEW(c->e->unit, struct claim);
	*n = (struct claim){ at, who };
	table_put(&c->claims, a, n);
}

struct node_claim *claim_node_port(struct compile *c, enum node_claim_from from, int64_t port, struct span at,
	const struct instance *top, const char *who)
{
	struct node_claim *n = ARENA_NEW(c->e->unit, struct node_claim);
	*n = (struct node_claim){ port, from, "TCP", at, who, top, NULL, 0 };
	VEC_PUSH(c->e->unit, &c->node_claims, n);
	return n;
}

/* The same port, said of one component in two places: what it exposes stands in its Service or in its chart's
   values. */
static int same_claim(const struct node_claim *a, const struct node_claim *b)
{
	if (!a->top || a->top != b->top || (a->from == NODE_SERVICE && b->from == NODE_SERVICE))
		return 0;
	return a->from != b->from || a->from == NODE_VALUES;
}

static void node_port_twice(struct compile *c, const struct node_claim *old, const struct node_claim *new)
{
	struct diags *d = c->e->diags;
	const int one = old->at.lo == new->at.lo && old->at.hi == new->at.hi;       /* a number that both take */
	const int apart = one && old->top && new->top && old->top != new->top;
	struct diag *x = diag_error(d, apart ? new->top->at : new->at, D_NODE_PORT_TWICE, (int)new->port);
	diag_label(d, x, "second claim: %s", new->who);
	if (apart || !one)
		diag_place(d, x, apart ? old->top->at : old->at, "first claim: %s", old->who);
	else
		diag_note(d, x, "first claim: %s", old->who);
	if (apart)
		diag_place(d, x, new->at, "the number of both");
	diag_note(d, x,
		"node ports are cluster-wide: the API server would refuse the second Service after the first was already changed");
	struct buf b = { 0 };
	int n = 0;
	for (int64_t q = new->port > 30002 ? new->port - 2 : 30000; q <= 32767 && n < 3; q++)
		if (!table_get(&c->node_ports, (const void *)(uintptr_t)(q + 16)))
			buf_addf(&b, "%s%lld", n++ ? ", " : "", (long long)q);
	diag_help(d, x, "free ones nearby: %s", b.p);
	buf_free(&b);
}

/* What a Service or a chart says itself: `expose` takes no other. */
static void node_port_range(struct compile *c, const struct node_claim *x)
{
	struct diags *d = c->e->diags;
	if (x->from == NODE_EXPOSED || (x->port >= 30000 && x->port <= 32767)
		|| is_allowed(c, x->top, "node-port-range"))
		return;
	diag_note(d, diag_warn(d, x->at, "node-port-range", W_NODE_PORT_RANGE, (long long)x->port, x->who),
		"the API server refuses it unless its --service-node-port-range says otherwise");
}

/* Whether the Service of a component that could not be made may have been one of another protocol than TCP. */
static int knows_protocols(struct compile *c, const struct instance *i)
{
	static const char *const words[] = { "UDP", "SCTP" };
	struct span places[16];
	int nplaces = 0;
	if (i->decl)
		places[nplaces++] = i->decl->span;
	for (const struct kind *k = i->kind; k && nplaces < 16; k = k->base)
		if (k->decl)
			places[nplaces++] = k->decl->span;
	for (int n = 0; n < nplaces; n++) {
		const struct source *src = source_of(c->e->p->sources, places[n].lo);
		const char *s = src ? src->text + (places[n].lo - src->base) : "";
		const uint32_t len = src ? places[n].hi - places[n].lo : 0;
		for (uint32_t at = 0; at + 4 < len; at++)
			for (int w = 0; w < 2; w++)
				if (!strncmp(s + at, words[w], strlen(words[w])))
					return 1;
	}
	return 0;
}

/* A node port is one protocol's: TCP and UDP can have the same. What protocol an exposed port has is known from the
   component's Service, if it makes one; a chart's is taken to be TCP. */
void check_node_ports(struct compile *c)
{
	for (uint32_t n = 0; n < c->node_claims.n; n++) {
		struct node_claim *x = c->node_claims.v[n];
		const void *key = (const void *)(uintptr_t)(x->port + 16);
		x->next = table_get(&c->node_ports, key);
		table_put(&c->node_ports, key, x);
	}
	for (uint32_t n = 0; n < c->node_claims.n; n++) {
		struct node_claim *x = c->node_claims.v[n], *first = NULL;
		struct node_claim *all = table_get(&c->node_ports, (const void *)(uintptr_t)(x->port + 16));
		int served = x->from == NODE_EXPOSED && x->top && x->top->made && x->top->made->unmade
			&& knows_protocols(c, x->top);
		for (struct node_claim *o = all; o; o = o->next) {
			served |= x->from == NODE_EXPOSED && o->from != NODE_EXPOSED && same_claim(o, x);
			if (x->from != NODE_EXPOSED && o->from == NODE_EXPOSED && o->at.lo == x->at.lo
				&& same_claim(o, x))
				x->who = o->who;
		}
		x->served = served != 0;
		/* those before it, latest first */
		for (struct node_claim *o = x->next; o && !served; o = o->next)
			if (!o->served && !strcmp(o->protocol, x->protocol) && !same_claim(o, x))
				first = o;
		if (first)
			node_port_twice(c, first, x);
		node_port_range(c, x);
	}
}

void claim_exposes(struct compile *c, struct instance *i)
{
	struct eval *e = c->e;
	for (uint32_t n = 0; n < i->kind->ports.n; n++) {
		const struct value *v = expose_value(e, i, i->kind->ports.v[n].name, i->at);
		const struct value *nodes = v->tag == VALUE_RECORD ? value_get(v, e->a_nodes) : NULL;
		for (uint32_t k = 0; nodes && k < nodes->n; k++)
			claim_node_port(c, NODE_EXPOSED, nodes->items[k]->i, nodes->items[k]->origin, i->top,
				arena_printf(e->p->arena, "port `%s` of %s", i->kind->ports.v[n].name->text,
					instance_label(e, i)));
	}
}

static uint32_t identity_place(uint32_t cap, uint64_t hash)
{
	return (uint32_t)((uint64_t)(uint32_t)hash * cap >> 32);
}

/* The entry of an object's identity; its top is NULL when it is new. */
static struct identity *identity(struct compile *c, const struct top *t, struct hash128 h)
{
	const uint32_t more = (uint32_t)(h.hi >> 32);
	if (c->nidentities * 4 >= c->identity_cap * 3) {
		uint32_t cap = c->identity_cap ? c->identity_cap * 2 : 64;
		/* as many as the rest will need if it is like what was made so far, so that little is held twice */
		const double all = (double)c->nidentities / (t->number + 1) * c->tops.n / 0.7;
		if (c->nidentities > 2000 && cap < all && all < 1u << 28)
			cap = (uint32_t)all;
		/* not in the arena, which would keep the smaller ones too */
		struct identity *bigger = calloc(cap, sizeof *bigger);
		if (!bigger)
			abort();
		for (uint32_t n = 0; n < c->identity_cap; n++)
			if (c->identities[n].top) {
				uint32_t i = identity_place(cap, c->identities[n].hash);
				while (bigger[i].top)
					i = i + 1 < cap ? i + 1 : 0;
				bigger[i] = c->identities[n];
			}
		free(c->identities);
		c->identities = bigger;
		c->identity_cap = cap;
	}
	uint32_t i = identity_place(c->identity_cap, h.lo);
	while (c->identities[i].top && (c->identities[i].hash != h.lo || c->identities[i].more != more))
		i = i + 1 < c->identity_cap ? i + 1 : 0;
	c->identities[i].hash = h.lo;
	c->identities[i].more = more;
	return &c->identities[i];
}

/* Sources of secrets are put before the others once all have a number. */
static struct top *numbered(struct compile *c, uint32_t number)
{
	return c->tops.v[number - 1 + c->nsources];
}

struct top *made_by(struct compile *c, const struct atom *id)
{
	struct hash128 h = hash_bytes(id->text, id->len);
	if (!c->identity_cap)
		return NULL;
	for (uint32_t i = identity_place(c->identity_cap, h.lo); ; i = i + 1 < c->identity_cap ? i + 1 : 0) {
		const struct identity *x = &c->identities[i];
		if (!x->top)
			return NULL;
		if (x->hash == h.lo && x->more == (uint32_t)(h.hi >> 32))
			return numbered(c, x->top);
	}
}

/* As made_by() asks for it. */
static void identity_text(const struct out_object *o, struct buf *b)
{
	const char *slash = strrchr(o->api_version, '/');
	b->n = 0;
	buf_add(b, o->api_version, slash ? (size_t)(slash - o->api_version) + 1 : 0);
	buf_adds(b, o->kind);
	buf_addc(b, ' ');
	buf_adds(b, o->ns);
	if (*o->ns)
		buf_addc(b, '/');
	buf_adds(b, o->name);
}

static void claim_object(struct compile *c, const struct out_object *o, struct hash128 hash, struct span at,
	struct top *t)
{
	struct eval *e = c->e;
	struct identity *id = identity(c, t, hash);
	struct top *old = id->top ? numbered(c, id->top) : NULL;
	if (old) {
		identity_text(o, &c->text);
		struct diag *x = diag_error(e->diags, at, D_OBJECT_TWICE, c->text.p);
		diag_label(e->diags, x, "second: %s", t->inst ? instance_label(e, t->inst) : t->name);
		diag_place(e->diags, x,
			old->inst ? old->inst->at
				: old->use ? old->use->span
				: e->stack->at,
			"first: %s", old->inst ? instance_label(e, old->inst) : old->name);
		diag_note(e->diags, x, "in one stream the second object silently replaces the first");
		if (old == t && t->inst && instance_set(t->inst, SLOT_NAMES)) {
			char word[KUBE_WORD];
			kube_word(word, o->kind);
			diag_help(e->diags, x,
				"`names` renames every object of a kind unless it says which: { \"%s/OLD-NAME\": \"new\" }",
				word);
		}
	} else {
		id->top = t->number + 1;
		c->nidentities++;
	}
	if (o->tree && !old && !strcmp(o->kind, "Service")) {
		const struct value *spec = value_getc(o->tree, "spec"),
			*ports = value_getc(spec, "ports");
		for (uint32_t n = 0; ports && ports->tag == VALUE_LIST && n < ports->n; n++) {
			const struct value *port = ports->items[n],
				*np = value_getc(port, "nodePort"),
				*protocol = np ? value_getc(port, "protocol") : NULL;
			if (!np || np->tag != VALUE_INT)
				continue;
			struct node_claim *x = claim_node_port(c, NODE_SERVICE, np->i, np->origin,
				t->inst ? t->inst->top : NULL,
				arena_printf(e->p->arena, "Service %s/%s", o->ns, o->name));
			if (protocol && protocol->tag == VALUE_STRING)
				x->protocol = arena_strdup(e->unit, protocol->str.p, protocol->n);
		}
	}
}

/* The table of identities is large and looked into anywhere: a few places are asked for before the first is needed. */
void claim_objects(struct compile *c, const struct out_component *o, struct span at, struct top *t)
{
	enum { FEW = 16 };
	struct hash128 hash[FEW];
	for (uint32_t from = 0; from < o->nobjects; from += FEW) {
		const uint32_t n = o->nobjects - from < FEW ? o->nobjects - from : FEW;
		for (uint32_t k = 0; k < n; k++) {
			identity_text(&o->objects[from + k], &c->text);
			hash[k] = hash_bytes(c->text.p, c->text.n);
			if (c->identity_cap)
				__builtin_prefetch(&c->identities[identity_place(c->identity_cap, hash[k].lo)]);
		}
		for (uint32_t k = 0; k < n; k++)
			claim_object(c, &o->objects[from + k], hash[k], at, t);
	}
}

void need_namespace(struct compile *c, const char *ns)
{
	enum { LATEST = sizeof c->latest / sizeof *c->latest };
	for (int i = 0; i < LATEST && c->latest[i]; i++)
		if (!strcmp(c->latest[i], ns))
			return;
	static const char *const there[] = { "", "default", "kube-system", "kube-public", "kube-node-lease" };
	for (size_t i = 0; i < sizeof there / sizeof *there; i++)
		if (!strcmp(there[i], ns))
			return;
	const struct atom *a = atom_cstr(c->e->p->atoms, ns);
	memmove(c->latest + 1, c->latest, (LATEST - 1) * sizeof *c->latest);
	c->latest[0] = a->text;
	if (table_get(&c->namespaces, a))
		return;
	table_put(&c->namespaces, a, (void *)(uintptr_t)1);
	VEC_PUSH(c->e->unit, &c->namespace_list, a->text);
}
