/* Slots: what each member of a component is, computed when it is first asked for and kept; and the same for the params
   and lets of the stack. Meeting one in progress is a cycle. */
#define _GNU_SOURCE
#include "eval/expr.h"
#include "eval/origin.h"
#include "eval/plan.h"
#include <string.h>

static const struct value in_progress = { .tag = VALUE_ERROR };
#define COLD __attribute__((noinline, cold))

static const char *asked(struct eval *e, const struct frame *f)
{
	return f->inst ? arena_printf(e->p->arena, "%s.%s", f->inst->local ? f->inst->local->text : "?",
		f->inst->kind->members.v[f->slot].name->text)
		: f->symbol->name->text;
}

static const struct value *cycle(
	struct eval *e, const struct instance *i, uint32_t slot, const struct symbol *y, struct span at)
{
	const char *what = i ? arena_printf(e->p->arena, "%s.%s", i->local ? i->local->text : "?",
		i->kind->members.v[slot].name->text)
		: y->name->text;
	const struct frame *f = e->frame;
	struct diag *x = diag_error(e->diags, at.hi || !f ? at : f->at, D_CYCLE, what);
	diag_label(e->diags, x, "asks for `%s` again", what);
	const struct frame *loop[12];   /* the innermost first, up to the one that is asked for again */
	int n = 0;
	for (; f; f = f->prev) {
		if ((f->inst || f->symbol) && f->at.hi && n < 12)
			loop[n++] = f;
		if ((i && f->inst == i && f->slot == slot) || (y && f->symbol == y))
			break;
	}
	while (n-- > 1) {
		/* a name is asked for at a place; a member by what stands in the other one */
		const struct frame *by = loop[n], *what_for = loop[n - 1];
		struct span place = what_for->symbol ? what_for->at : by->inst ? by->at
			: by->symbol->expr ? by->symbol->expr->span : what_for->at;
		struct location l = source_locate(e->p->sources, place.lo);
		diag_note(e->diags, x, "`%s` asks for `%s` at %s:%u", asked(e, loop[n]), asked(e, loop[n - 1]),
			l.source ? l.source->name : "?", l.line);
	}
	diag_help(e->diags, x, "cut the loop at one of these lines: write one of the values out");
	return VALUE_ERROR_V;
}

static const struct value *set_fields(struct eval *e, struct instance *i, uint32_t slot, const struct value *v);

static const struct value *selector(struct eval *e, struct instance *i)
{
	struct field *f = ARENA_ARRAY(e->arena, struct field, 2);
	f[0] = (struct field){ atom_cstr(e->p->atoms, "app.kubernetes.io/name"),
		value_string(e->arena, i->kind->name->text, i->kind->name->len, i->at) };
	f[1] = (struct field){ atom_cstr(e->p->atoms, "app.kubernetes.io/instance"),
		coerce(e, slot_value(e, i, SLOT_NAME), &type_string, i->at) };
	return value_record(e->arena, f, 2, i->at);
}

/* A secret of the component's own: its name is the component's and its own. */
static const struct value *kind_secret(struct eval *e, struct instance *i, const struct member *m)
{
	struct symbol *y = ARENA_NEW(e->unit, struct symbol);
	y->tag = SYMBOL_SECRET;
	y->name = atom_cstr(e->p->atoms, arena_printf(e->p->arena, "%s-%s", i->name->text, m->name->text));
	y->decl = m->decl;
	y->inst = i;
	VEC_PUSH(e->unit, &e->kind_secrets, y);
	struct value *v = ARENA_NEW(e->arena, struct value);
	v->tag = VALUE_SECRET;
	v->origin = m->decl->span;
	v->ref.ref = y;
	return v;
}

/* Of a kind's own expression: a let, a default. */
static const struct value *own_value(struct eval *e, struct instance *i, const struct member *m)
{
	struct env own = { .inst = i };
	return m->type ? eval_typed(e, &own, m->deflt, m->type) : eval(e, &own, m->deflt);
}

/* The row of the catalog, or a value of it, with what it was chosen by as its origin. */
static const struct value *chosen(struct eval *e, struct instance *i, const struct value *row)
{
	if (!e->origins || is_error(row) || row->tag == VALUE_NONE || i == e->stack)
		return row;
	const struct value *by = instance_set(i, SLOT_VERSION) ? slot_value(e, i, SLOT_VERSION)
		: slot_value(e, e->stack, SLOT_CATALOG);
	return origin_choice(e, row, by->origin, by);
}

/* set: instance_set(i, slot) */
static const struct value *compute(struct eval *e, struct instance *i, uint32_t slot, const struct ast *set)
{
	const struct member *m = &i->kind->members.v[slot];
	if (m->tag == MEMBER_INNER)
		expand_instance(e, i);
	if (i->fixed && i->fixed[slot])
		return i->fixed[slot];
	if (set) {
		if (slot == SLOT_VERSION && m->tag != MEMBER_NEED)
			return version_slot(e, i);
		struct env outer = i->env ? *i->env : (struct env){ 0 };
		if (m->tag == MEMBER_NEED) {
			struct type t = { .tag = T_INTERFACE, .iface = m->iface },
				maybe = { .tag = T_OPTIONAL, .elem = &t };
			return eval_typed(e, &outer, set, m->optional ? &maybe : &t);
		}
		return eval_typed(e, &outer, set, m->type ? m->type : &type_any);
	}
	switch ((enum member_tag)m->tag) {
	case MEMBER_SETTING:
		if (m->deflt)
			return own_value(e, i, m);
		if (m->type->tag == T_OPTIONAL)
			return VALUE_NONE_V;
		if (m->type->tag != T_ERROR && !i->kind->broken && !i->failed
			&& !(i->decl && program_broken(e->p, i->decl->span))) {
			struct diag *x = diag_error(e->diags, i->at, D_MISSING_SETTING,
				i->local ? i->local->text : i->kind->name->text, i->kind->name->text,
				m->name->text);
			if (m->decl)
				diag_place(e->diags, x, m->decl->name_span, "%s", type_noun(e->p, m->type));
			diag_help(e->diags, x, "add %s = ... (%s)", m->name->text, type_print(e->p, m->type));
		}
		return VALUE_ERROR_V;
	case MEMBER_LET:
		return own_value(e, i, m);
	case MEMBER_NEED:
		return m->optional ? VALUE_NONE_V : wire_implied(e, i, slot);
	case MEMBER_COLLECTS:
		return collected(e, i, slot);
	case MEMBER_SECRET:
		return kind_secret(e, i, m);
	case MEMBER_INNER:
		/* stands behind an `if` that is false; its kind is unknown */
		return m->inner ? VALUE_NONE_V : VALUE_ERROR_V;
	case MEMBER_IMPLICIT:
		if (m->deflt)
			return own_value(e, i, m);
		switch (slot) {
		case SLOT_NAME: return value_text(e->arena, TEXT_NAME, i->name->text, i->name->len, 0, i->at);
		case SLOT_NAMESPACE:
			if (i->parent)
				return slot_value(e, i->parent, SLOT_NAMESPACE);
			if (e->stack && i != e->stack)
				return slot_value(e, e->stack, SLOT_NAMESPACE);
			return VALUE_NONE_V;
		case SLOT_VERSION: return chosen(e, i, version_slot(e, i));
		case SLOT_NAMES:
		case SLOT_LABELS:
		case SLOT_ANNOTATIONS: return &value_empty_v;
		case SLOT_SELECTOR: return selector(e, i);
		case SLOT_STACK: return e->stack ? component_value(e, e->stack) : VALUE_NONE_V;
		case SLOT_CATALOG: return chosen(e, i, catalog_slot(e, i));
		case SLOT_KIND: return value_string(e->arena, i->kind->name->text, i->kind->name->len, i->at);
		default: return VALUE_NONE_V;
		}
	}
	return VALUE_ERROR_V;
}

static COLD const struct value *slot_long(struct eval *e, struct instance *i, uint32_t slot)
{
	const struct member *m = &i->kind->members.v[slot];
	struct origin_mark mark = origin_enter(e);
	e->origins->when = NULL;
	const struct ast *set = instance_set(i, slot);
	const struct value *v = compute(e, i, slot, set);
	if (i->fields.n && !is_error(v))
		v = set_fields(e, i, slot, v);
	return origin_slot(e, i, slot, set ? set->span : m->deflt ? m->deflt->span : i->at, v, mark);
}

const struct value *slot_value(struct eval *e, struct instance *i, uint32_t slot)
{
	const struct value *v = i->cells[slot];
	if (!v && e->plan && (v = plan_slot(e, i, slot)))
		return v;
	if (v)
		return v == &in_progress ? cycle(e, i, slot, NULL, (struct span){ 0, 0 }) : v;
	const struct member *m = &i->kind->members.v[slot];
	const struct ast *set = instance_set(i, slot);
	struct span at = set ? set->span : m->decl ? m->decl->name_span : i->at;
	struct frame f = { .inst = i, .slot = slot, .at = at, .prev = e->frame };
	struct arena *old = e->arena;
	i->cells[slot] = &in_progress;
	e->frame = &f;
	const void *owner = e->diags->owner;
	e->diags->owner = i;
	if (e->arena != e->unit && i->decl)
		e->arena = e->unit;
	if (e->origins) {
		v = slot_long(e, i, slot);
	} else {
		v = compute(e, i, slot, set);
		if (i->fields.n && !is_error(v))
			v = set_fields(e, i, slot, v);
	}
	e->arena = old;
	e->frame = f.prev;
	e->diags->owner = owner;
	i->cells[slot] = v;
	return v;
}

const struct value *member_value(struct eval *e, struct instance *i, const char *name)
{
	const struct atom *a = atom_find(e->p->atoms, name, strlen(name));
	uint32_t slot = a ? (uint32_t)(uintptr_t)table_get(&i->kind->index, a) : 0;
	return slot ? slot_value(e, i, slot - 1) : NULL;
}

/* `setting.a.b = value`: the record with that field set. Whether it is whole is seen once all of them are. */
static const struct value *set_path(struct eval *e, const struct value *v, const struct type *t,
	const struct ast *path, struct env *env, const struct ast *x)
{
	/* path is the target's chain; its last FIELD is the innermost; walk from the root */
	const struct ast *chain[32];
	int n = 0;
	for (const struct ast *q = path;
		(q->tag == AST_FIELD || (q->tag == AST_INDEX && q->kids[1]->tag == AST_STRING)) && n < 32;
		q = q->kids[0])
		chain[n++] = q;
	const struct value *levels[33];
	const struct type *types[33];
	levels[0] = v;
	types[0] = t;
	for (int k = 0; k < n; k++) {
		const struct ast *q = chain[n - 1 - k];
		const struct atom *key = q->tag == AST_FIELD ? q->name : q->kids[1]->name;
		const struct type *here = type_alternative(types[k], 0);
		if (levels[k]->tag == VALUE_NONE)
			levels[k] = value_record(e->arena, NULL, 0, q->span);
		if (levels[k]->tag != VALUE_RECORD) {
			diag_error(e->diags, q->kids[0]->span, D_TYPE, "a record", value_noun(e, levels[k]));
			return VALUE_ERROR_V;
		}
		types[k + 1] = &type_any;
		if (here && here->tag == T_MAP)
			types[k + 1] = here->elem;
		else if (here) {
			types[k + 1] = type_record_field(here, key);
			if (!types[k + 1]) {
				struct suggest s;
				suggest_init(&s, key->text, key->len);
				for (uint32_t f = 0; f < here->n; f++)
					suggest_try(&s, here->fields[f].name->text);
				return no_such_field(e, q->tag == AST_FIELD ? q->name_span : q->kids[1]->span,
					type_noun(e->p, here), key, &s);
			}
		}
		const struct value *next = value_get(levels[k], key);
		levels[k + 1] = next ? next : VALUE_NONE_V;
	}
	const struct value *r = eval_typed(e, env, x, types[n]);
	if (is_error(r))
		return r;
	for (int k = n; k-- > 0;)
		r = value_with(e->arena, levels[k],
			chain[n - 1 - k]->tag == AST_FIELD ? chain[n - 1 - k]->name
				: chain[n - 1 - k]->kids[1]->name,
			r);
	return r;
}

static const struct value *set_fields(struct eval *e, struct instance *i, uint32_t slot, const struct value *v)
{
	const struct type *t = i->kind->members.v[slot].type;
	const struct ast *last = NULL;
	for (uint32_t n = 0; n < i->fields.n && !is_error(v); n++)
		if (i->fields.v[n].slot == slot) {
			struct env outer = i->env ? *i->env : (struct env){ 0 };
			last = i->fields.v[n].set->kids[0];
			v = set_path(e, v, t ? t : &type_any, last, &outer, i->fields.v[n].set->kids[1]);
		}
	return last && t && !is_error(v) ? coerce(e, v, t, last->span) : v;
}

const struct value *symbol_value(struct eval *e, struct symbol *y, struct span at)
{
	if (y->tag == SYMBOL_COMPONENT || y->tag == SYMBOL_FAMILY || y->tag == SYMBOL_DRIFT) {
		if (y->dropped) {
			struct diag *x = diag_error(e->diags, at, D_UNKNOWN_NAME, y->name->text);
			diag_label(e->diags, x, "dropped by env `%s`", e->p->env ? e->p->env->text : "");
			return VALUE_ERROR_V;
		}
		return symbol_instances(e, y, at);
	}
	if (y->tag == SYMBOL_SECRET) {
		struct value *v = ARENA_NEW(e->arena, struct value);
		v->tag = VALUE_SECRET;
		v->origin = at;
		v->ref.ref = y;
		return e->origins ? origin_symbol(e, y, y->decl->name_span, v, origin_enter(e)) : v;
	}
	if (y->state == 2)
		return y->value;
	struct frame f = { .symbol = y, .at = at, .prev = e->frame };
	if (y->state == 1)
		return cycle(e, NULL, 0, y, at);
	e->frame = &f;
	y->state = 1;
	struct arena *old = e->arena;
	struct env none = { 0 };
	const struct value *v;
	e->arena = e->unit;
	struct origin_mark mark = origins_enter(e);
	if (e->origins)
		e->origins->when = NULL;
	if (!y->expr) {
		if (y->type && y->type->tag == T_OPTIONAL) {
			v = VALUE_NONE_V;
		} else if (e->p->env_unknown) {
			v = VALUE_ERROR_V;      /* the env that was meant may set it */
		} else if (e->p->every_env && !e->p->env && program_env_sets(e->p, y->name)) {
			e->p->only_envs = 1;    /* the stack is one for its envs, and each of them is looked at */
			v = VALUE_ERROR_V;
		} else {
			struct diag *x = diag_error(e->diags, y->decl->name_span, D_MISSING_PARAM, y->name->text);
			diag_help(e->diags, x, "give it a default, set it in an env, or build with --set %s=VALUE",
				y->name->text);
			v = VALUE_ERROR_V;
		}
	} else {
		v = y->type ? eval_typed(e, &none, y->expr, y->type) : eval(e, &none, y->expr);
	}
	if (e->origins)
		v = origin_symbol(e, y, y->expr ? y->expr->span : y->decl->name_span, v, mark);
	e->arena = old;
	e->frame = f.prev;
	y->state = 2;
	y->value = v;
	return v;
}
