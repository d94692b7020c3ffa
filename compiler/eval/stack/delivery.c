/* `deliver = KIND`: the releases are not installed by us; that kind is given each of them and makes objects for its
   engine. */
#include "eval/stack/stack.h"
#include "eval/schema.h"
#include "base/suggest.h"

static const struct value *release_record(struct compile *c, uint32_t n)
{
	struct eval *e = c->e;
	struct made_release *m = &c->releases.v[n];
	struct field *chart = ARENA_ARRAY(e->arena, struct field, 4), *f = ARENA_ARRAY(e->arena, struct field, 8);
	VEC(const struct value *) needs = { 0 };
	uint32_t k = 0;
	for (uint32_t q = 0; q < n; q++) {
		struct made_release *o = &c->releases.v[q];
		int needed = o->top == m->top;
		for (uint32_t w = 0; w < m->top->needs.n; w++)
			needed |= m->top->needs.v[w] == o->top;
		if (needed) {
			const struct value *v = value_cstr(
				e->arena, arena_printf(e->arena, "%s/%s", o->r.ns, o->r.name));
			VEC_PUSH(e->arena, &needs, v);
		}
	}
	if (*m->r.chart_ref) {
		chart[k++] = (struct field){ atom_cstr(e->p->atoms, "ref"), value_cstr(e->arena, m->r.chart_ref) };
	} else {
		chart[k++] = (struct field){ atom_cstr(e->p->atoms, "repo"), value_cstr(e->arena, m->r.repo) };
		chart[k++] = (struct field){ e->p->a_name, value_cstr(e->arena, m->r.chart) };
	}
	chart[k++] = (struct field){ e->p->implicit[SLOT_VERSION], value_cstr(e->arena, m->r.version) };
	f[0] = (struct field){ e->p->a_name, value_cstr(e->arena, m->r.name) };
	f[1] = (struct field){ e->p->implicit[SLOT_NAMESPACE], value_cstr(e->arena, m->r.ns) };
	f[2] = (struct field){ atom_cstr(e->p->atoms, "component"), value_cstr(e->arena, m->top->name) };
	f[3] = (struct field){ atom_cstr(e->p->atoms, "order"), value_int(e->arena, n, (struct span){ 0, 0 }) };
	f[4] = (struct field){ atom_cstr(e->p->atoms, "chart"),
		value_record(e->arena, chart, k, (struct span){ 0, 0 }) };
	f[5] = (struct field){ atom_cstr(e->p->atoms, "values"), m->r.values };
	f[6] = (struct field){ atom_cstr(e->p->atoms, "needs"),
		value_list(e->arena, needs.v, needs.n, (struct span){ 0, 0 }) };
	f[7] = (struct field){ atom_cstr(e->p->atoms, "has-null"), value_bool(value_has_null(m->r.values)) };
	return value_record(e->arena, f, 8, (struct span){ 0, 0 });
}

static int is_delivery(struct kind *k, struct interface *f)
{
	for (uint32_t s = 0; k && s < k->members.n; s++)
		if (k->members.v[s].tag == MEMBER_COLLECTS && k->members.v[s].iface == f)
			return (int)s;
	return -1;
}

/* What a delivery kind says of objects that have to be there before the releases: namespaces, and what fetches
   secrets. */
static const struct value *early_annotations(struct compile *c, struct instance *i, const char *let)
{
	struct eval *e = c->e;
	const struct value *v = member_value(e, i, let);
	if (!v || is_error(v))
		return NULL;
	v = coerce(e, v, &type_string_map, i->at);
	return is_error(v) || !schema_labels(e, v, v->origin, 1) || !v->n ? NULL : v;
}

/* `deliver = KIND`: that kind is given every release and makes objects for its engine. */
void make_delivery(struct compile *c)
{
	struct eval *e = c->e;
	const struct value *v = member_value(e, e->stack, "deliver");
	if (!v || v->tag != VALUE_STRING)
		return;
	const struct atom *name = atom_intern(e->p->atoms, v->str.p, v->n);
	struct kind *k = program_kind(e->p, name);
	struct interface *f = program_interface(e->p, atom_cstr(e->p->atoms, "helm-release"));
	int slot = f ? is_delivery(k, f) : -1;
	if (slot < 0) {
		if (!k && program_lost(e->p, name))
			return;
		struct diag *x = k ? diag_error(e->diags, v->origin, D_OFFER,
			arena_printf(e->p->arena,
			"kind `%s` delivers nothing: it does not collect `helm-release`",
			name->text))
			: diag_error(e->diags, v->origin, D_UNKNOWN_KIND, name->text);
		struct suggest near;
		suggest_init(&near, name->text, name->len);
		struct buf b = { 0 };
		for (uint32_t n = 0; f && n < e->p->declared.n; n++) {
			const struct atom *word = library_word(e->p, n, 'k');
			if (!word || is_delivery(program_kind(e->p, word), f) < 0)
				continue;
			suggest_try(&near, word->text);
			buf_addf(&b, "%s%s", b.n ? ", " : "", word->text);
		}
		diag_suggest(e->diags, x, v->origin, suggest_best(&near));
		if (b.n)
			diag_help(e->diags, x, "kinds that deliver: %s", b.p);
		buf_free(&b);
		return;
	}
	struct instance *i = instance_new(e, k, name, NULL, NULL, NULL);
	i->at = v->origin;
	struct type t = { .tag = T_INTERFACE, .iface = f };
	const struct value **items = ARENA_ARRAY(e->unit, const struct value *, c->releases.n + 1);
	for (uint32_t n = 0; n < c->releases.n; n++)
		items[n] = coerce(e, release_record(c, n), &t, v->origin);
	i->cells[slot] = value_list(e->unit, items, c->releases.n, v->origin);
	struct top *top = top_new(c, name->text, name->text);
	top->inst = i;
	VEC_PUSH(e->unit, &e->instances, i);
	force(c, i);
	c->out.namespace_annotations = early_annotations(c, i, "namespace-annotations");
	const struct value *notes = early_annotations(c, i, "secret-annotations");
	for (uint32_t n = 0; notes && n < c->tops.n; n++)
		for (uint32_t q = 0; !c->tops.v[n]->inst && q < c->tops.v[n]->parts.n; q++)
			c->tops.v[n]->parts.v[q]->cells[SLOT_ANNOTATIONS] = notes;
	top->number = c->tops.n - c->nsources;
	VEC_PUSH(e->unit, &c->tops, top);
	c->delivery = top;
	c->out.delivered = 1;
}
