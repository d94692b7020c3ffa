/* Consumes a component, made plainly or by a plan; keeps of it what has to wait until all are made. */
#include "eval/whole/part.h"

/* One report for a thing that is missing, however many look for it. */
static int is_new(struct compile *c, const struct ref *r)
{
	struct whole *w = c->whole;
	const struct atom *id = identity_of(c, r->api, r->kind, r->ns, r->name);
	table_put(&w->read, id, (void *)(uintptr_t)1);
	if (r->key) {
		buf_addc(&c->text, '\n');
		if (r->key->tag == VALUE_INT)
			buf_addf(&c->text, "%lld", (long long)r->key->i);
		else
			buf_add(&c->text, r->key->str.p, r->key->n);
		id = atom_intern(c->e->p->atoms, c->text.p, c->text.n);
	}
	if (table_get(&w->seen, id))
		return 0;
	table_put(&w->seen, id, (void *)(uintptr_t)1);
	return 1;
}

void pend_ref(struct compile *c, struct top *t, const struct ref *r)
{
	struct whole *w = c->whole;
	struct arena *a = c->e->unit;
	if (r->tag == REF_HOSTS || r->tag == REF_HOST) {        /* of a plan's component: the text is known by now */
		struct part p = { .c = c, .e = c->e, .a = c->e->arena };
		struct from o = { r->by_kind, r->ns, r->by_name, NULL };
		if (r->tag == REF_HOSTS)
			refer_hosts(&p, &o, r->name);
		else
			refer_host(&p, &o, r->name, r->key);
		for (uint32_t n = 0; n < p.refs.n; n++)
			pend_ref(c, t, &p.refs.v[n]);
		return;
	}
	if (r->tag == REF_NAME && !is_new(c, r))
		return;
	struct ref *k = ARENA_NEW(a, struct ref);
	*k = *r;
	k->top = t;
	k->api = keep_word(c, r->api);
	k->kind = keep_word(c, r->kind);
	k->by_kind = keep_word(c, r->by_kind);
	k->by_name = keep_value(c, r->by_name);
	k->ns = keep_value(c, r->ns);
	k->name = keep_value(c, r->name);
	k->key = keep_value(c, r->key);
	k->labels = keep_value(c, r->labels);
	k->spaces.v = NULL;
	k->ports.v = NULL;
	k->spaces.n = k->spaces.cap = k->ports.n = k->ports.cap = 0;
	for (uint32_t n = 0; n < r->spaces.n; n++)
		VEC_PUSH(a, &k->spaces, keep_value(c, r->spaces.v[n]));
	for (uint32_t n = 0; n < r->ports.n; n++)
		VEC_PUSH(a, &k->ports, keep_value(c, r->ports.v[n]));
	if (r->tag == REF_SELECT)
		VEC_PUSH(a, &w->selects, k);
	else
		VEC_PUSH(a, &w->refs, k);
}

static void keep_fact(struct compile *c, const struct fact *f)
{
	struct arena *a = c->e->unit;
	struct fact k = *f;
	k.ns = keep_value(c, f->ns);
	k.labels = keep_value(c, f->labels);
	k.name = k.data = k.more = k.selector = NULL;
	k.ports.v = NULL;
	k.ports.n = k.ports.cap = 0;
	for (uint32_t n = 0; n < f->ports.n; n++)
		VEC_PUSH(a, &k.ports, keep_value(c, f->ports.v[n]));
	VEC_PUSH(a, &c->whole->facts, k);
}

static void runs_pods(struct compile *c, const struct fact *f)
{
	if (f->tag == FACT_PODS && f->ns)
		space_of(c, atom_intern(c->e->p->atoms, f->ns->str.p, f->ns->n))->pods = 1;
}

static void pend_unread(struct compile *c, struct top *t, const struct fact *f)
{
	struct unread u = { *f, t };
	u.f.kind = keep_word(c, f->kind);
	u.f.ns = keep_value(c, f->ns);
	u.f.name = keep_value(c, f->name);
	VEC_PUSH(c->e->unit, &c->whole->unread, u);
}

static void definitions(struct compile *c, struct top *t, const struct out_component *o)
{
	struct whole *w = c->whole;
	for (uint32_t n = 0; n < o->nobjects; n++) {
		const struct out_object *x = &o->objects[n];
		const struct value *spec = get(x->tree, "spec"), *group = get_text(spec, "group"),
			*kind = get_text(get(spec, "names"), "kind");
		if (!strcmp(x->kind, "CustomResourceDefinition") && group && kind) {
			const char *id = arena_printf(
				c->e->arena, "%.*s/%.*s", (int)group->n, group->str.p, (int)kind->n, kind->str.p);
			VEC_PUSH(c->e->unit, &w->crds, ((struct crd){ word_atom(c, id), t, keep_word(c, x->name) }));
			continue;
		}
		const char *slash = strrchr(x->api_version, '/');
		if (!slash || !memchr(x->api_version, '.', (size_t)(slash - x->api_version)))
			continue;
		const struct atom *id = word_atom(c,
			arena_printf(
				c->e->arena, "%.*s/%s", (int)(slash - x->api_version), x->api_version, x->kind));
		if (!table_get(&w->first, id))
			table_put(&w->first, id, t);
	}
}

static int differs(const struct part *p, const struct ref *r)
{
	int yes = symbolic(p, r->ns) || symbolic(p, r->name) || symbolic(p, r->key);    /* who refers does not matter */
	for (uint32_t n = 0; r->labels && n < r->labels->n; n++)
		yes |= symbolic(p, r->labels->rec.fields[n].value);
	for (uint32_t n = 0; n < r->spaces.n; n++)
		yes |= symbolic(p, r->spaces.v[n]);
	for (uint32_t n = 0; n < r->ports.n; n++)
		yes |= symbolic(p, r->ports.v[n]);
	return yes;
}

struct whole_plan *whole_trace(struct compile *c, const struct plan *plan, const struct out_component *o)
{
	struct arena *a = c->e->unit;
	struct part p = gather_part(c, a, plan, o);
	struct whole_plan *w = ARENA_NEW(a, struct whole_plan);
	for (uint32_t n = 0; n < p.refs.n; n++)
		if (differs(&p, &p.refs.v[n]))          /* the others were seen with the first component */
			VEC_PUSH(a, &w->refs, p.refs.v[n]);
	for (uint32_t n = 0; n < p.makers.n; n++)
		VEC_PUSH(a, &w->makers, p.makers.v[n]);
	for (uint32_t n = 0; n < p.facts.n; n++) {
		const struct fact *f = &p.facts.v[n];
		if (f->tag == FACT_PODS || f->tag == FACT_SERVICE) {
			w->selectable = 1;
			VEC_PUSH(a, &w->facts, *f);
		}
		if ((f->tag == FACT_CONFIG || f->tag == FACT_CLAIM) && !f->read && !mentioned(o, f))
			VEC_PUSH(a, &w->unread, *f);
	}
	return w;
}

const struct value *bound_value(struct eval *e, struct bound *b, const struct value *v)
{
	if (!v || v->tag != VALUE_RECORD)
		return v ? plan_value(e, b, v) : NULL;
	struct field *f = ARENA_ARRAY(e->arena, struct field, v->n);
	for (uint32_t k = 0; k < v->n; k++)
		f[k] = (struct field){ v->rec.fields[k].key, bound_value(e, b, v->rec.fields[k].value) };
	return value_record(e->arena, f, v->n, v->origin);
}

static void planned(struct compile *c, struct top *t, struct bound *b)
{
	struct eval *e = c->e;
	struct whole_plan *w = b->plan->whole;
	whole_of(c);
	for (uint32_t n = 0; n < w->refs.n; n++) {
		struct ref r = w->refs.v[n];
		r.ns = bound_value(e, b, r.ns);
		r.name = bound_value(e, b, r.name);
		r.key = bound_value(e, b, r.key);
		r.by_name = bound_value(e, b, r.by_name);
		r.labels = bound_value(e, b, r.labels);
		const struct value **spaces = ARENA_ARRAY(e->arena, const struct value *, r.spaces.n + 1),
			**ports = ARENA_ARRAY(e->arena, const struct value *, r.ports.n + 1);
		for (uint32_t k = 0; k < r.spaces.n; k++)
			spaces[k] = bound_value(e, b, r.spaces.v[k]);
		for (uint32_t k = 0; k < r.ports.n; k++)
			ports[k] = bound_value(e, b, r.ports.v[k]);
		r.spaces.v = spaces;
		r.ports.v = ports;
		r.matched = 0;
		r.open = r.ports.n ? ((uint64_t)1 << r.ports.n) - 1 : 0;
		if (r.name)
			r.at = r.name->origin;          /* it was another component's */
		pend_ref(c, t, &r);
	}
	for (uint32_t n = 0; n < w->makers.n; n++)
		if (!w->said || is_symbolic(w->makers.v[n].ns) || is_symbolic(w->makers.v[n].name))
			note_maker(c, bound_value(e, b, w->makers.v[n].ns), NULL, 0, t);
	for (uint32_t n = 0; n < w->facts.n; n++)
		if (!w->said || is_symbolic(w->facts.v[n].ns)) {
			struct fact f = { .tag = w->facts.v[n].tag, .ns = bound_value(e, b, w->facts.v[n].ns) };
			runs_pods(c, &f);
		}
	w->said = 1;
	for (uint32_t n = 0; n < w->unread.n; n++) {
		struct fact f = w->unread.v[n];
		f.ns = bound_value(e, b, f.ns);
		f.name = bound_value(e, b, f.name);
		pend_unread(c, t, &f);
	}
}

void whole_component(struct compile *c, struct top *t, const struct out_component *o, struct bound *bound)
{
	t->planned = bound != NULL;
	if (bound) {
		if (bound->plan->whole)
			planned(c, t, bound);
		return;
	}
	struct part p = gather_part(c, c->e->arena, NULL, o);
	definitions(c, t, o);
	for (uint32_t n = 0; n < p.makers.n; n++)
		note_maker(c, p.makers.v[n].ns, p.makers.v[n].name->str.p, p.makers.v[n].name->n, t);
	for (uint32_t n = 0; n < p.refs.n; n++)
		pend_ref(c, t, &p.refs.v[n]);
	for (uint32_t n = 0; n < p.facts.n; n++) {
		const struct fact *f = &p.facts.v[n];
		runs_pods(c, f);
		if (f->tag == FACT_PODS || f->tag == FACT_SERVICE)
			keep_fact(c, f);
		else if (f->tag != FACT_OTHER && !f->read && (p.facts.n > LOCAL_FACTS || !mentioned(o, f)))
			pend_unread(c, t, f);
	}
	refer_releases(c, t, o);
}
