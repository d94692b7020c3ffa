/* Offers to what collects them: an output of one component that is a member of another. */
#include "eval/wire/instance.h"
#include "eval/eval.h"
#include <stdlib.h>

static int offer_statement(struct eval *e, struct env *env, const struct ast *o, void *ctx)
{
	struct instance *i = ctx;
	if (o->tag != AST_OFFERS)
		return 1;
	const struct value *v = eval(e, env, o->kids[0]);
	struct instance *to = instance_behind(v);
	e->offers_lost |= is_error(v);
	if (is_error(v) || v->tag == VALUE_NONE)
		return 1;
	if (!to) {
		diag_error(e->diags, o->kids[0]->span, D_OFFER,
			arena_printf(e->p->arena, "`%s` is offered to %s, which is no component",
				o->name->text, value_noun(e, v)));
		return 1;
	}
	struct interface *f = program_interface(e->p, o->name);
	uint32_t slot = 0;
	if (!f)
		return 1;       /* reported where it is declared */
	while (slot < to->kind->members.n
		&& !(to->kind->members.v[slot].tag == MEMBER_COLLECTS
			&& to->kind->members.v[slot].iface == f))
		slot++;
	if (!f || slot == to->kind->members.n) {
		struct diag *x = diag_error(e->diags, o->name_span, D_OFFER,
			arena_printf(e->p->arena, "%s does not collect `%s`", instance_label(e, to),
				o->name->text));
		diag_place(e->diags, x, i->at, "%s offers it", instance_label(e, i));
		return 1;
	}
	if (!to->offers)
		to->offers = (void *)ARENA_ARRAY(e->unit, __typeof__(*to->offers), to->kind->members.n);
	VEC_PUSH(e->unit, &to->offers[slot], ((struct offer){ i, o, env_copy(e, env) }));
	return 1;
}

static int by_name(const void *a, const void *b)
{
	const struct instance *x = *(struct instance *const *)a, *y = *(struct instance *const *)b;
	return atom_compare(x->name, y->name);
}

void all_offers(struct eval *e)
{
	if (e->offers_done)
		return;
	e->offers_done = 1;
	struct arena *old = e->arena;
	e->arena = e->unit;
	struct instance **v = ARENA_ARRAY(e->arena, struct instance *, e->instances.n);
	uint32_t n = 0;
	for (uint32_t k = 0; k < e->instances.n; k++)
		if (e->instances.v[k]->kind->has_offers)
			v[n++] = e->instances.v[k];
	if (n > 1)
		qsort(v, n, sizeof *v, by_name);
	for (uint32_t k = 0; k < n; k++) {
		struct env env = { .inst = v[k] };
		for (uint32_t o = 0; o < v[k]->kind->outputs.n; o++)
			if (!each_statement(e, &env, v[k]->kind->outputs.v[o], offer_statement, v[k]))
				e->offers_lost = 1;
	}
	e->arena = old;
	e->offers_done = 2;
}

const struct value *collected(struct eval *e, struct instance *i, uint32_t slot)
{
	const struct member *m = &i->kind->members.v[slot];
	if (e->offers_done == 1) {
		diag_label(e->diags, diag_error(e->diags, m->decl->name_span, D_CYCLE, m->name->text),
			"whether something is offered to it depends on it");
		return VALUE_ERROR_V;
	}
	all_offers(e);
	/* somebody is missing */
	const int lost = e->offers_lost || (e->diags->nerrors && program_declarations_lost(e->p));
	if (!i->offers && lost)
		return VALUE_ERROR_V;
	if (!i->offers)
		return value_list(e->arena, NULL, 0, i->at);
	uint32_t n = i->offers[slot].n;
	const struct value **items = ARENA_ARRAY(e->arena, const struct value *, n);
	struct type t = { .tag = T_INTERFACE, .iface = m->iface };
	for (uint32_t k = 0; k < n; k++) {
		struct offer *o = &i->offers[slot].v[k];
		items[k] = eval_typed(e, o->env, o->decl->kids[1], &t);
		if (is_error(items[k]))
			return VALUE_ERROR_V;
	}
	return lost ? VALUE_ERROR_V : value_list(e->arena, items, n, i->at);
}

/* Who offered what a loop over collected offers has in hand, or NULL. */
const struct instance *offered_by(const struct instance *i, const struct value *v)
{
	for (uint32_t s = SLOT_COUNT; i->offers && v && s < i->kind->members.n; s++) {
		const struct value *all = i->kind->members.v[s].tag == MEMBER_COLLECTS ? i->cells[s] : NULL;
		for (uint32_t n = 0; all && all->tag == VALUE_LIST && n < all->n; n++)
			if (all->items[n] == v)
				return i->offers[s].v[n].from;
	}
	return NULL;
}
