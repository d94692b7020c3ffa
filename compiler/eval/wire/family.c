/* The components that there are: one for a declaration, a family for a declaration with `for`, those inside of a
   composite; with what envs and --set say of them. */
#include "eval/wire/instance.h"
#include "base/suggest.h"

static void overrides(struct eval *e, struct instance *i, struct symbol *y)
{
	i->symbol = y;
	i->suspect |= y->suspect;
	for (uint32_t n = 0; n < y->overrides.n; n++)
		if (!y->overrides.v[n].member || y->overrides.v[n].member == i->name)
			instance_take(e, i, y->overrides.v[n].statement, 0);
}

/* The name of a member of a family, or of a component whose block sets `name`. NULL on error. */
static const struct atom *own_name(struct eval *e, struct instance *i, int must)
{
	if (!instance_set(i, SLOT_NAME)) {
		if (must && !i->failed && !i->suspect)
			diag_help(e->diags,
				diag_error(e->diags, i->at, D_FAMILY_NAME,
					arena_printf(e->p->arena, "the members of `%s` have no name of their own",
						i->local->text)),
				"set `name` from the element: name = %s.name",
				i->decl->name3 ? i->decl->name3->text : "x");
		return must ? NULL : i->name;
	}
	struct env outer = i->env ? *i->env : (struct env){ 0 };
	const struct value *v = eval_typed(e, &outer, instance_set(i, SLOT_NAME), &type_name);
	if (is_error(v))
		return NULL;
	return atom_intern(e->p->atoms, v->str.p, v->n);
}

static void register_instance(struct eval *e, struct instance *i)
{
	VEC_PUSH(e->unit, &e->instances, i);
	if (!i->parent)
		VEC_PUSH(e->unit, &e->tops, i);
}

struct members {
	VEC(const struct value *) v;
	struct table seen;
	int failed;
	struct symbol *y;
	struct instance *parent;
	struct kind *kind;
	const struct ast *decl;
	struct env *env;
};

static void member(struct eval *e, struct members *m, const struct value *x)
{
	struct env *env = ARENA_NEW(e->arena, struct env);
	*env = *m->env;
	env->locals[m->decl->bind_index] = x;
	struct instance *i = instance_new(e, m->kind, m->decl->name, m->decl, m->parent, env);
	const struct atom *n = own_name(e, i, 1);
	if (!n) {
		m->failed = 1;
		return;
	}
	const struct instance *twin = table_get(&m->seen, n);
	if (twin) {
		diag_error(e->diags, m->decl->name_span, D_FAMILY_NAME,
			arena_printf(e->p->arena, "two members of `%s` are called \"%s\"", m->decl->name->text,
				n->text));
		m->failed = 1;
		return;
	}
	table_put(&m->seen, n, i);
	i->name = i->local = n;
	if (m->y)
		overrides(e, i, m->y);
	register_instance(e, i);
	const struct value *v = component_value(e, i);
	VEC_PUSH(e->arena, &m->v, v);
}

/* family["x"].setting = value, where there is no x. */
static void no_member(struct eval *e, const struct members *m, const struct override *o)
{
	struct diag *x = diag_error(e->diags, o->at, D_INDEX,
		arena_printf(e->p->arena, "`%s` has no member \"%s\"", m->decl->name->text, o->member->text));
	struct suggest s;
	suggest_init(&s, o->member->text, o->member->len);
	for (uint32_t n = 0; n < m->v.n; n++)
		suggest_try(&s, ((const struct instance *)m->v.v[n]->ref.ref)->name->text);
	if (suggest_best(&s))
		diag_label(e->diags, x, "did you mean \"%s\"?", suggest_best(&s));
}

static const struct value *family(struct eval *e, struct symbol *y, struct instance *parent, struct kind *k,
	const struct ast *d, struct env *env)
{
	struct members m = { .y = y, .parent = parent, .kind = k, .decl = d, .env = env };
	const struct value *list = eval(e, env, d->kids[0]);
	table_init(&m.seen, e->arena);
	if (is_error(list))
		return list;
	if (list->tag != VALUE_LIST) {
		diag_error(e->diags, d->kids[0]->span, D_TYPE, "a list", value_noun(e, list));
		return VALUE_ERROR_V;
	}
	for (uint32_t n = 0; n < list->n && !e->stopped; n++)
		member(e, &m, list->items[n]);
	if (m.failed)
		return VALUE_ERROR_V;   /* nobody is to miss a member for that */
	for (uint32_t n = 0; y && n < y->overrides.n; n++)
		if (y->overrides.v[n].member && !table_get(&m.seen, y->overrides.v[n].member))
			no_member(e, &m, &y->overrides.v[n]);
	return value_list(e->arena, m.v.v, m.v.n, d->span);
}

const struct value *symbol_instances(struct eval *e, struct symbol *y, struct span at)
{
	if (y->state == 2)
		return y->value;
	if (y->state == 1 && y->twice)
		return VALUE_ERROR_V;   /* the other one was meant, perhaps: reported */
	if (y->state == 1) {
		diag_label(e->diags, diag_error(e->diags, at, D_CYCLE, y->name->text), "its own list asks for it");
		return VALUE_ERROR_V;
	}
	if (!y->kind) {
		y->state = 2;
		y->value = VALUE_ERROR_V;
		return VALUE_ERROR_V;
	}
	struct arena *old = e->arena;
	y->state = 1;
	e->arena = e->unit;
	const struct value *v;
	if (y->tag == SYMBOL_FAMILY) {
		v = family(e, y, NULL, y->kind, y->decl, ARENA_NEW(e->arena, struct env));
	} else {
		struct instance *i = instance_new(e, y->kind, y->name, y->decl, NULL, NULL);
		overrides(e, i, y);
		v = component_value(e, i);
		y->value = v;   /* so that `on` and names of its own block may mention others that mention it */
		y->state = 2;
		const struct atom *n = own_name(e, i, 0);
		if (n)
			i->name = n;
		register_instance(e, i);
	}
	e->arena = old;
	y->value = v;
	y->state = 2;
	return v;
}

/* A component inside of a composite, as a statement of its kind. */
static int expand_statement(struct eval *e, struct env *env, const struct ast *o, void *ctx)
{
	struct instance *i = ctx;
	if (o->tag != AST_COMPONENT)
		return 1;
	uint32_t slot = (uint32_t)(uintptr_t)table_get(&i->kind->index, o->name);
	struct kind *k = slot ? i->kind->members.v[slot - 1].inner : NULL;
	uint32_t depth = 0;
	for (struct instance *q = i; q; q = q->parent)
		depth++;
	if (!k)
		return 1;
	if (depth > 16) {
		diag_error(e->diags, o->name_span, D_RECURSION, "kind", k->name->text, "contains");
		return 1;
	}
	if (o->kids[0]) {
		instance_fix(e, i, slot - 1, family(e, NULL, i, k, o, env_copy(e, env)));
		return 1;
	}
	struct instance *c = instance_new(e, k, o->name, o, i, env_copy(e, env));
	const struct atom *n = own_name(e, c, 0);
	c->name = n != c->name
		? n
		: atom_cstr(e->p->atoms, arena_printf(e->p->arena, "%s-%s", i->name->text, o->name->text));
	if (!n)
		return 1;
	register_instance(e, c);
	VEC_PUSH(e->arena, &i->inner, c);
	instance_fix(e, i, slot - 1, component_value(e, c));
	return 1;
}

void expand_instance(struct eval *e, struct instance *i)
{
	if (i->expanded || !i->kind->has_inner)
		return;
	i->expanded = 1;
	struct arena *old = e->arena;
	e->arena = e->unit;
	struct env env = { .inst = i };
	for (uint32_t n = 0; n < i->kind->outputs.n; n++) {
		int tag = i->kind->outputs.v[n]->tag;
		if (tag == AST_COMPONENT || tag == AST_KIF || tag == AST_KFOR)
			each_statement(e, &env, i->kind->outputs.v[n], expand_statement, i);
	}
	e->arena = old;
}

void make_instances(struct eval *e)
{
	e->instances.cap = e->tops.cap = e->p->symbols.n + 4;   /* families and composites have more */
	e->instances.v = ARENA_ARRAY(e->unit, struct instance *, e->instances.cap);
	e->tops.v = ARENA_ARRAY(e->unit, struct instance *, e->tops.cap);
	for (uint32_t n = 0; n < e->p->symbols.n; n++) {
		struct symbol *y = e->p->symbols.v[n];
		if ((y->tag == SYMBOL_COMPONENT || y->tag == SYMBOL_FAMILY || y->tag == SYMBOL_DRIFT) && !y->dropped)
			symbol_instances(e, y, y->decl->name_span);
	}
	for (uint32_t n = 0; n < e->instances.n; n++)   /* grows as composites are expanded */
		expand_instance(e, e->instances.v[n]);
	e->all_made = 1;
}
