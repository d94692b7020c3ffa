/* Consumes ConfigMaps and claims that nothing refers to; produces W0832. */
#include "eval/whole/part.h"

/* Does a text of the object hold this name as a word? */
int mentions(const struct value *v, const struct value *name, int depth)
{
	if (v->tag == VALUE_STRING && v->n >= name->n)
		for (uint32_t k = 0; k + name->n <= v->n; k++)
			if (!memcmp(v->str.p + k, name->str.p, name->n)
				&& (!k || (!host_char(v->str.p[k - 1]) && v->str.p[k - 1] != '.'))
				&& (k + name->n == v->n || !host_char(v->str.p[k + name->n])))
				return 1;
	for (uint32_t i = 0; v->tag == VALUE_LIST && i < v->n && depth < MAX_DEPTH; i++)
		if (mentions(v->items[i], name, depth + 1))
			return 1;
	for (uint32_t i = 0; v->tag == VALUE_RECORD && i < v->n && depth < MAX_DEPTH; i++)
		if (mentions(v->rec.fields[i].value, name, depth + 1))
			return 1;
	return 0;
}

int mentioned(const struct out_component *o, const struct fact *f)
{
	for (uint32_t n = 0; n < o->nobjects; n++)
		for (uint32_t k = 0; k < o->objects[n].tree->n; k++)
			if (strcmp(o->objects[n].tree->rec.fields[k].key->text, "metadata")
				&& mentions(o->objects[n].tree->rec.fields[k].value, f->name, 0))
				return 1;
	return 0;
}

void check_unread(struct compile *c, const struct unread *u)
{
	struct eval *e = c->e;
	const struct atom *ns = u->f.ns ? atom_intern(e->p->atoms, u->f.ns->str.p, u->f.ns->n) : NULL;
	struct space *s = ns ? table_get(&c->whole->spaces, ns) : NULL;
	struct ref r = { .top = u->top, .by_kind = u->f.kind, .by_name = u->f.name, .at = u->f.name->origin };
	if (!s || !s->pods || !strncmp(ns->text, "kube-", 5)
		|| table_get(&c->whole->read, identity_of(c, u->f.api, u->f.kind, u->f.ns, u->f.name))
		|| is_allowed(c, u->top->inst, "unread"))
		return;
	/* charts and operators read what they are told by name */
	for (uint32_t n = 0; n < s->makers.n && n < 1000; n++) {
		struct arena_mark mark = arena_mark(c->scratch);
		struct arena *old = e->arena;
		struct out_component o;
		int pass = c->pass, hit = 0;
		c->pass = 2;
		e->arena = c->scratch;
		if (make_objects(c, s->makers.v[n], s->makers.v[n]->inst, &o)) {
			hit = mentioned(&o, &u->f);
			for (uint32_t k = 0; k < o.nreleases; k++)
				hit |= mentions(o.releases[k].values, u->f.name, 0);
		}
		e->arena = old;
		c->pass = pass;
		arena_rewind(c->scratch, mark);
		if (hit)
			return;
	}
	struct diag *x = say_at(c, &r, 1, "unread", W_UNREAD,
		arena_printf(e->p->arena, "nothing in this stack %s %s `%.*s`",
			u->f.tag == FACT_CLAIM ? "mounts" : "reads", u->f.kind, (int)u->f.name->n,
			u->f.name->str.p));
	diag_note(e->diags, x, "in namespace %s", ns->text);
	say_excuse(c, x, "unread", "if something else does");
}
