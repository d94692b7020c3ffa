/* What components give, and who gives what a component needs and does not name: the nearest one around it that gives it
   plainly, if there is just one. */
#include "eval/eval.h"
#include "eval/origin.h"

const struct value *give_value(struct eval *e, struct instance *i, struct give *g, struct span at)
{
	uint32_t n = (uint32_t)(g - i->kind->gives.v);
	if (i->given[n])
		return i->given[n];
	struct arena *old = e->arena;
	const struct value *v;
	struct origin_mark mark = origins_enter(e);
	if (i->decl)
		e->arena = e->unit;
	if (g->decl->flags & AST_F_ALIAS) {
		struct env env = { .inst = i };
		struct type t = { .tag = T_INTERFACE, .iface = g->iface };
		if (e->depth > 2000) {
			diag_error(e->diags, at, D_CYCLE, g->iface->name->text);
			v = VALUE_ERROR_V;
		} else {
			e->depth += 50;         /* an alias of an alias of itself ends soon */
			v = coerce(e, eval(e, &env, g->decl->kids[0]), &t, g->decl->kids[0]->span);
			e->depth -= 50;
		}
	} else {
		struct given *gv = ARENA_NEW(e->arena, struct given);
		*gv = (struct given){ i, g, NULL, ARENA_ARRAY(e->arena, const struct value *, g->iface->type->n),
			e->arena, i->at };
		struct value *w = ARENA_NEW(e->arena, struct value);
		w->tag = VALUE_GIVEN;
		w->origin = i->at;
		w->ref.ref = gv;
		v = w;
	}
	ORIGINS_LEAVE(e, mark);
	e->arena = old;
	i->given[n] = v;
	return v;
}

/* -- implied wires -- */

static struct give *gives_plainly(struct instance *i, const struct interface *f)
{
	struct give *g = kind_give(i->kind, f);
	return g && !(g->decl->flags & AST_F_PARAMS) ? g : NULL;
}

struct found { VEC(struct instance *) v; };

static struct found *stack_givers(struct eval *e, struct interface *f)
{
	struct found *c = table_get(&e->givers, f);
	if (c)
		return c;
	c = ARENA_NEW(e->unit, struct found);
	if (e->all_made)
		table_put(&e->givers, f, c);
	for (uint32_t n = 0; n < e->p->symbols.n; n++) {
		struct symbol *y = e->p->symbols.v[n];
		if ((y->tag != SYMBOL_COMPONENT && y->tag != SYMBOL_FAMILY && y->tag != SYMBOL_DRIFT) || y->dropped
			|| !y->kind)
			continue;
		struct give *g = kind_give(y->kind, f);
		if (!g || (g->decl->flags & AST_F_PARAMS))
			continue;
		const struct value *v = symbol_instances(e, y, y->decl->name_span);
		if (v->tag == VALUE_COMPONENT)
			VEC_PUSH(e->unit, &c->v, v->ref.ref);
		for (uint32_t k = 0; v->tag == VALUE_LIST && k < v->n; k++)
			VEC_PUSH(e->unit, &c->v, v->items[k]->ref.ref);
	}
	return c;
}

static const struct value *only(
	struct eval *e, struct instance *i, struct interface *f, struct found *c, struct span at, int *many)
{
	struct instance *one = NULL;
	uint32_t n = 0;
	for (uint32_t k = 0; k < c->v.n; k++)
		if (c->v.v[k] != i && c->v.v[k] != i->top) {
			one = c->v.v[k];
			n++;
		}
	*many = n > 1;
	return n == 1 ? give_value(e, one, gives_plainly(one, f), at) : NULL;
}

static void no_giver(struct eval *e, struct instance *i, const struct member *m)
{
	for (uint32_t n = 0; n < e->p->symbols.n; n++)
		if (!e->p->symbols.v[n]->kind
			&& (e->p->symbols.v[n]->tag == SYMBOL_COMPONENT
				|| e->p->symbols.v[n]->tag == SYMBOL_FAMILY))
			return;         /* the giver may be the one whose kind is unknown */
	if (e->p->unread || program_declarations_lost(e->p))
		return;
	struct diag *x = diag_error(
		e->diags, i->at, D_NO_GIVER, m->iface->name->text, instance_label(e, i), m->name->text);
	struct buf b = { 0 };
	for (uint32_t n = 0; n < e->p->symbols.n; n++) {        /* something may give it when it is asked */
		const struct symbol *y = e->p->symbols.v[n];
		const struct give *g = y->kind && (y->tag == SYMBOL_COMPONENT || y->tag == SYMBOL_DRIFT)
			? kind_give(y->kind, m->iface)
			: NULL;
		if (g && y->dropped) {
			diag_note(e->diags, x, "`%s` gives it, and env `%s` drops it", y->name->text,
				e->p->env ? e->p->env->text : "?");
		} else if (g && (g->decl->flags & AST_F_PARAMS)) {
			diag_help(e->diags, x, "`%s` gives it when it is asked: %s = %s.%s(...)", y->name->text,
				m->name->text, y->name->text, m->iface->name->text);
			return;
		}
	}
	struct table seen;
	uint32_t shown = 0;
	table_init(&seen, e->p->arena);
	const struct atom *name;
	for (uint32_t at = 0; (name = program_next_name(e->p, 'k', &at));)
		if (!table_get(&seen, name) && program_kind_gives(e->p, name, m->iface->name)) {
			table_put(&seen, name, (void *)(uintptr_t)1);
			if (shown++ < 8)
				buf_addf(&b, "%s%s", shown > 1 ? ", " : "", name->text);
		}
	if (b.n)
		diag_help(e->diags, x, "kinds that give `%s`: %s", m->iface->name->text, b.p);
	else
		diag_help(e->diags, x, "no kind gives `%s`", m->iface->name->text);
	buf_free(&b);
}

const struct value *wire_implied(struct eval *e, struct instance *i, uint32_t slot)
{
	const struct member *m = &i->kind->members.v[slot];
	const struct value *v;
	struct found *c = NULL;
	int many = 0;
	for (struct instance *p = i->parent, *self = i; p; self = p, p = p->parent) {
		uint32_t n = 0;
		const struct value *one = NULL;
		for (uint32_t s = 0; s < p->kind->members.n; s++)
			if (p->kind->members.v[s].tag == MEMBER_NEED && p->kind->members.v[s].iface == m->iface) {
				v = slot_value(e, p, s);
				if (v->tag != VALUE_NONE) {
					one = v;
					n++;
				}
			}
		if (n == 1)
			return one;
		struct found siblings = { 0 };
		expand_instance(e, p);
		for (uint32_t k = 0; k < p->inner.n; k++)
			if (p->inner.v[k] != self && gives_plainly(p->inner.v[k], m->iface))
				VEC_PUSH(e->arena, &siblings.v, p->inner.v[k]);
		v = only(e, i, m->iface, &siblings, i->at, &many);
		if (v)
			return v;
		if (many) {
			c = ARENA_NEW(e->arena, struct found);
			*c = siblings;
			break;
		}
	}
	if (!c) {
		c = stack_givers(e, m->iface);
		v = only(e, i, m->iface, c, i->at, &many);
		if (v)
			return v;
	}
	if (many) {
		struct buf b = { 0 };
		uint32_t n = 0;
		for (uint32_t k = 0; k < c->v.n; k++)
			if (c->v.v[k] != i && n++ < 6)
				buf_addf(&b, "%s`%s`", n > 1 ? ", " : "", c->v.v[k]->local->text);
		struct diag *x = diag_error(
			e->diags, i->at, D_MANY_GIVERS, instance_label(e, i), m->iface->name->text, b.p);
		for (uint32_t k = 0; k < c->v.n && k < 2; k++)
			diag_place(e->diags, x, c->v.v[k]->at, "gives `%s`", m->iface->name->text);
		diag_help(e->diags, x, "choose one: %s = %s", m->name->text, c->v.v[0]->local->text);
		buf_free(&b);
	} else {
		no_giver(e, i, m);
	}
	return VALUE_ERROR_V;
}
