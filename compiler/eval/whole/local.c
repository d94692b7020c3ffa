/* Consumes a component's objects; produces its facts and those of its references that it does not answer itself. */
#include "eval/whole/part.h"

int has_key(const struct fact *f, const struct value *key)
{
	const struct value *records[] = { f->data, f->more };
	for (int n = 0; n < 2; n++)
		for (uint32_t k = 0; records[n] && k < records[n]->n; k++) {
			const struct atom *a = records[n]->rec.fields[k].key;
			if (a->len == key->n && !memcmp(a->text, key->str.p, key->n))
				return 1;
		}
	return 0;
}

/* A Service has the port: by its number, or by its name. */
int serves_port(const struct part *p, const struct fact *f, const struct value *port)
{
	if (f->any_port && port->tag == VALUE_INT)
		return 1;
	for (uint32_t k = 0; k < f->ports.n; k++)
		if (same(p, get(f->ports.v[k], port->tag == VALUE_INT ? "port" : "name"), port))
			return 1;
	return 0;
}

int has_labels(const struct part *p, const struct fact *f, const struct value *labels)
{
	for (uint32_t k = 0; k < labels->n; k++)
		if (!f->labels
			|| !same(p, value_get(f->labels, labels->rec.fields[k].key), labels->rec.fields[k].value))
			return 0;
	return 1;
}

static int in_spaces(const struct part *p, const struct ref *r, const struct value *ns)
{
	if (r->everywhere)
		return 1;
	for (uint32_t k = 0; k < r->spaces.n; k++)
		if (same(p, r->spaces.v[k], ns))
			return 1;
	return !r->spaces.n && same(p, r->ns, ns);
}

void meet_fact(const struct part *p, struct ref *r, const struct fact *f)
{
	r->matched = 1;
	for (uint32_t k = 0; k < r->ports.n; k++)
		for (uint32_t n = 0; (r->open >> k & 1) && n < f->ports.n; n++)
			if (same(p, r->pods || (r->behind >> k & 1) ? f->ports.v[n] : get(f->ports.v[n], "name"),
				r->ports.v[k]))
				r->open &= ~((uint64_t)1 << k);
	if (f->tag == FACT_SERVICE && f->any_target)
		r->open &= ~r->behind;
}

/* The names of the ports of the pods that each Service leads to, where these are of its own component. */
static void behind(struct part *p)
{
	for (uint32_t n = 0; n < p->facts.n; n++) {
		struct fact *s = &p->facts.v[n];
		if (s->tag != FACT_SERVICE || !s->selector || !s->selector->n)
			continue;
		for (uint32_t k = 0; k < p->facts.n; k++) {
			const struct fact *f = &p->facts.v[k];
			if (f->tag != FACT_PODS || !same(p, f->ns, s->ns) || !has_labels(p, f, s->selector))
				continue;
			s->any_target = 0;
			for (uint32_t q = 0; q < f->ports.n; q++)
				VEC_PUSH(p->a, &s->ports, f->ports.v[q]);
		}
	}
}

static int resolved(struct part *p, struct ref *r)
{
	r->open = r->ports.n ? ((uint64_t)1 << r->ports.n) - 1 : 0;
	for (uint32_t k = 0; r->tag == REF_SELECT && k < p->facts.n; k++) {
		const struct fact *f = &p->facts.v[k];
		if (f->tag == (r->pods ? FACT_PODS : FACT_SERVICE) && in_spaces(p, r, f->ns)
			&& has_labels(p, f, r->labels))
			meet_fact(p, r, f);
	}
	if (r->tag == REF_SELECT)
		return r->matched && !r->open;
	for (uint32_t k = 0; r->tag == REF_NAME && k < p->facts.n; k++) {
		struct fact *f = &p->facts.v[k];
		if (strcmp(f->kind, r->kind) || strcmp(f->api, r->api) || !same(p, f->ns, r->ns)
			|| !same(p, f->name, r->name))
			continue;
		f->read = 1;
		return !r->key
			|| (f->tag == FACT_SERVICE ? serves_port(p, f, r->key)
			: !symbolic(p, r->key) && has_key(f, r->key));
	}
	return 0;
}

struct part gather_part(struct compile *c, struct arena *a, const struct plan *plan, const struct out_component *o)
{
	struct part p = { .c = c, .e = c->e, .plan = plan, .a = a };
	whole_of(c);
	for (uint32_t n = 0; n < o->nobjects; n++)
		refer_object(&p, &o->objects[n]);
	if (p.facts.n <= LOCAL_FACTS)
		behind(&p);
	uint32_t kept = 0;
	for (uint32_t n = 0; n < p.refs.n; n++) {
		if (p.facts.n > LOCAL_FACTS)
			p.refs.v[n].open = p.refs.v[n].ports.n ? ((uint64_t)1 << p.refs.v[n].ports.n) - 1 : 0;
		if (p.facts.n > LOCAL_FACTS || !resolved(&p, &p.refs.v[n]))
			p.refs.v[kept++] = p.refs.v[n];
	}
	p.refs.n = kept;
	return p;
}
