/* The first pass over a whole stack, and what the second asks for: see compile.h. What it is made of stands
   beside it: the settings of the stack, checks, claims, rules, tops and their order, delivery. */
#include "eval/stack/stack.h"
#include "eval/chart.h"
#include "eval/plan.h"
#include "eval/schema.h"
#include "eval/whole.h"
#include "base/order.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

static void wire_to(struct eval *e, struct instance *i, const struct value *v, int depth)
{
	struct instance *t = instance_behind(v);
	if (depth > 4)
		return;
	if (t && t->top != i->top && t != e->stack) {
		for (uint32_t n = 0; n < i->top->wires.n; n++)
			if (i->top->wires.v[n] == t->top)
				return;
		VEC_PUSH(e->unit, &i->top->wires, t->top);
	}
	for (uint32_t n = 0; n < v->n && v->tag == VALUE_LIST; n++)
		wire_to(e, i, v->items[n], depth + 1);
	for (uint32_t n = 0; n < v->n && v->tag == VALUE_RECORD; n++)
		wire_to(e, i, v->rec.fields[n].value, depth + 1);
}

void force(struct compile *c, struct instance *i)
{
	struct eval *e = c->e;
	uint8_t failed = 0;
	e->user = i;
	for (uint32_t s = 0; s < i->kind->members.n; s++) {
		const struct member *m = &i->kind->members.v[s];
		if (s == SLOT_POLICY || s == SLOT_CATALOG || s == SLOT_SELECTOR || s == SLOT_KIND || s == SLOT_STACK)
			continue;       /* the compiler's own: made when they are asked for */
		const struct value *v = slot_value(e, i, s);
		if (m->tag == MEMBER_NEED || m->tag == MEMBER_SETTING)
			wire_to(e, i, v, 0);
		failed |= is_error(v);
		if ((s == SLOT_LABELS || s == SLOT_ANNOTATIONS) && v->tag == VALUE_RECORD && v->n)
			schema_labels(
				e, v, instance_set(i, s) ? instance_set(i, s)->span : i->at, s == SLOT_ANNOTATIONS);
	}
	i->failed |= failed;            /* not before: each setting that is missing is a mistake of its own */
	/* a version that no catalog has is an error also where nothing of the row is used */
	if (instance_set(i, SLOT_VERSION))
		slot_value(e, i, SLOT_CATALOG);
	for (uint32_t n = 0; n < i->kind->ports.n; n++)
		if (is_error(port_value(e, i, i->kind->ports.v[n].name, i->at)))
			i->failed = 1;
	claim_exposes(c, i);
	if (i->kind->runs.n)
		check_policy(c, i);
	for (uint32_t n = 0; n < i->statements.n; n++)
		if (i->statements.v[n]->tag == AST_CHECK) {
			struct env outer = i->env ? *i->env : (struct env){ 0 };
			run_check(c, &outer, i->statements.v[n], i, i->statements.v[n]->span, "the component");
		}
	e->user = NULL;
}

/* Components are made in the order of their names and lie in memory in that of the source: what the next ones need is
   asked for ahead, in three steps, as each step knows the next one's address. */
static void ahead(const struct compile *c, uint32_t n)
{
	if (n + 3 < c->tops.n)
		__builtin_prefetch(c->tops.v[n + 3]);
	const struct instance *i = n + 2 < c->tops.n ? c->tops.v[n + 2]->inst : NULL;
	for (size_t k = 0; i && k < sizeof *i; k += 64)
		__builtin_prefetch((const char *)i + k);
	i = n + 1 < c->tops.n ? c->tops.v[n + 1]->inst : NULL;
	for (uint32_t k = 0; i && k < i->kind->members.n; k += 8)
		__builtin_prefetch(&i->cells[k]);
	i = c->tops.v[n]->inst;
	for (uint32_t k = 0; i && k < i->kind->members.n; k++)
		if (i->cells[k])
			__builtin_prefetch(i->cells[k]);
}

static void first_pass(struct compile *c, struct top *t)
{
	struct eval *e = c->e;
	struct out_component o;
	const int keep = c->delivery == NULL && c->delivers;
	struct arena_mark mark = arena_mark(c->scratch);
	e->arena = keep ? e->unit : c->scratch;         /* a delivery needs the values later */
	if (!keep)
		plan_first_use(c, t);
	t->unmade = !make_component(c, t, &o);
	if (!t->unmade) {
		struct instance *who = t->inst;
		struct span at = t->inst ? t->inst->at : t->use ? t->use->span : e->stack->at;
		claim_objects(c, &o, at, t);
		for (uint32_t n = 0; n < o.nobjects; n++) {
			if (t != c->delivery)   /* where the engine runs it has made its namespace itself */
				need_namespace(c, o.objects[n].ns);
			if (!strcmp(o.objects[n].kind, "Namespace"))
				table_put(&c->namespaces, atom_cstr(e->p->atoms, o.objects[n].name),
					(void *)(uintptr_t)2);
		}
		for (uint32_t n = 0; n < o.nreleases; n++) {
			need_namespace(c, o.releases[n].ns);
			claim_text(c,
				arena_printf(e->p->arena, "release %s/%s", o.releases[n].ns, o.releases[n].name),
				at, who ? instance_label(e, who) : t->name);
			if (keep)
				VEC_PUSH(e->unit, &c->releases, ((struct made_release){ o.releases[n], t, t->inst }));
		}
		whole_component(c, t, &o, t->plan ? c->bound : NULL);
		if (t->plan) {
			plan_rules(c, t);
		} else {
			uint32_t before = e->diags->n;
			run_rules(c, t, &o);
			if (!keep && e->diags->n == before)
				plan_learn(c, t, &o);
		}
	}
	e->arena = e->unit;
	c->bound = NULL;
	if (!keep)
		arena_rewind(c->scratch, mark);
}

static int make_out(void *ctx, uint32_t n, struct arena *a, struct out_component *o)
{
	struct compile *c = ctx;
	struct arena *old = c->e->arena;
	c->e->arena = a;
	ahead(c, n);
	int ok = make_component(c, c->tops.v[n], o);
	if (c->out.delivered)
		o->nreleases = 0;
	c->e->arena = old;
	return ok;
}

static void out_facts(void *ctx,
	void (*take)(void *to, const char *instance, const char *kind, const char *member, const char *value),
	void *to)
{
	tell_facts(ctx, take, to);
}

static const char *out_name(void *ctx, uint32_t n)
{
	return ((struct compile *)ctx)->tops.v[n]->name;
}

static int wire_order(const void *a, const void *b)
{
	const struct out_wire *x = ((const struct ordered *)a)->of, *y = ((const struct ordered *)b)->of;
	int d = ordered_compare(a, b);
	if (!d)
		d = strcmp(x->need, y->need);
	return d ? d : strcmp(x->to, y->to);
}

static const struct out_wire *out_wires(void *ctx, uint32_t *count)
{
	struct compile *c = ctx;
	struct eval *e = c->e;
	*count = c->nwires;
	if (c->wires)
		return c->wires;
	const struct arena_mark mark = arena_mark(c->scratch);
	VEC(struct out_wire) v = { .cap = e->instances.n + 1 };
	v.v = ARENA_ARRAY(c->scratch, struct out_wire, v.cap);
	for (uint32_t n = 0; n < e->instances.n; n++) {
		struct instance *i = e->instances.v[n];
		for (uint32_t s = SLOT_COUNT; s < i->kind->members.n; s++) {
			if (i->kind->members.v[s].tag != MEMBER_NEED)
				continue;
			struct instance *to = instance_behind(slot_value(e, i, s));
			if (to)
				VEC_PUSH(c->scratch, &v,
					((struct out_wire){
						i->name->text, i->kind->members.v[s].name->text, to->name->text }));
		}
	}
	struct ordered *by_name = ARENA_ARRAY(c->scratch, struct ordered, v.n);
	c->wires = ARENA_ARRAY(e->unit, struct out_wire, v.n);
	c->nwires = *count = v.n;
	for (uint32_t n = 0; n < v.n; n++)
		by_name[n] = ordered_by(v.v[n].from, &v.v[n]);
	if (v.n > 1)
		qsort(by_name, v.n, sizeof *by_name, wire_order);
	for (uint32_t n = 0; n < v.n; n++)
		c->wires[n] = *(const struct out_wire *)by_name[n].of;
	arena_rewind(c->scratch, mark);
	return c->wires;
}

/* Kinds of Kubernetes that do not exist, in kinds that no component uses. */
static void check_manifest_words(struct compile *c, const struct ast *d)
{
	if (d->tag == AST_MANIFEST && !(d->flags & AST_F_STRING))
		manifest_kind(c, d);
	for (uint32_t n = 0; n < d->nkids; n++)
		if (d->kids[n]
			&& (d->tag == AST_KIND || d->tag == AST_KIF || d->tag == AST_KFOR || d->tag == AST_BLOCK))
			check_manifest_words(c, d->kids[n]);
}

/* Something is made from what all the others made: a delivery, or what fetches the secrets that are used. */
static int needs_all(const struct compile *c)
{
	struct eval *e = c->e;
	for (uint32_t n = 0; n < e->p->symbols.n; n++) {
		const struct symbol *y = e->p->symbols.v[n];
		const struct ast *from = y->tag == SYMBOL_SECRET ? y->decl->kids[0] : NULL;
		if (from
			&& !(from->tag == AST_CALL && from->kids[0]->tag == AST_NAME
				&& !strcmp(from->kids[0]->name->text, "existing")))
			return 1;
	}
	return c->delivers;
}

/* What is written in the stack, whether a component uses it or not. */
static void force_all(struct compile *c)
{
	struct eval *e = c->e;
	struct program *p = e->p;
	make_instances(e);
	all_offers(e);          /* what nobody collects is a mistake too */
	for (uint32_t n = 0; n < e->instances.n; n++)
		e->instances.v[n]->kind->ninstances++;
	for (uint32_t n = 0; n < e->instances.n; n++)
		force(c, e->instances.v[n]);
	for (uint32_t n = 0; n < p->symbols.n; n++)
		if (p->symbols.v[n]->tag == SYMBOL_PARAM || p->symbols.v[n]->tag == SYMBOL_LET)
			symbol_value(e, p->symbols.v[n], p->symbols.v[n]->decl->name_span);
	for (uint32_t s = 0; s < e->stack->kind->members.n; s++)
		if (s != SLOT_POLICY)
			slot_value(e, e->stack, s);
	for (uint32_t n = 0; n < p->checks.n; n++) {
		struct env none = { 0 };
		run_check(c, &none, p->checks.v[n], NULL, p->checks.v[n]->span, "the stack");
	}
	if (!p->every_env)
		check_other_envs(c);
}

/* Namespaces that the installer makes, and those that an object of the stack makes. */
static void list_namespaces(struct compile *c)
{
	struct eval *e = c->e;
	uint32_t kept = 0;
	VEC(const char *) own = { 0 };
	for (uint32_t n = 0; n < c->namespace_list.n; n++)
		if ((uintptr_t)table_get(&c->namespaces, atom_cstr(e->p->atoms, c->namespace_list.v[n])) == 1)
			c->namespace_list.v[kept++] = c->namespace_list.v[n];
		else
			VEC_PUSH(e->unit, &own, c->namespace_list.v[n]);
	c->namespace_list.n = kept;
	if (own.n > 1)
		qsort(own.v, own.n, sizeof(char *), text_compare);
	c->out.own_namespaces = own.v;
	c->out.nown_namespaces = own.n;
	if (kept > 1)
		qsort(c->namespace_list.v, kept, sizeof(char *), text_compare);
	c->out.namespaces = c->namespace_list.v;
	c->out.nnamespaces = kept;
}

/* What the emitter is told of the stack. */
static void describe(struct compile *c)
{
	struct eval *e = c->e;
	c->out.ncomponents = c->tops.n;
	c->out.component = make_out;
	c->out.component_name = out_name;
	c->out.facts = out_facts;
	c->out.wires = out_wires;
	c->out.ctx = c;
	c->out.edition = EDITION;
	c->out.catalog = e->catalog ? e->catalog->text : "";
	const struct value *k8s = member_value(e, e->stack, "kubernetes");
	c->out.kubernetes = k8s && k8s->tag == VALUE_STRING ? arena_strdup(e->unit, k8s->str.p, k8s->n) : "";
}

static int compile_all(struct compile *c)
{
	struct eval *e = c->e;
	struct program *p = e->p;
	c->pass = 1;
	e->on_given = look_at_given;
	e->allowed = value_allowed;
	e->hooks_ctx = c;
	table_init(&c->claims, e->unit);
	table_init(&c->node_ports, e->unit);
	table_init(&c->namespaces, e->unit);
	c->out.name = p->stack->name->text;
	c->out.env = p->env ? p->env->text : "";
	c->out.title = p->env ? arena_printf(e->unit, "%s-%s", c->out.name, p->env->text) : c->out.name;
	resolve_program(p);
	if (!stack_settings(c))
		return 0;
	/* what did not even resolve would be said again by everything that depends on it, in other words; but
	   components that are sound are looked at all the same, so that one run reports every mistake */
	force_all(c);
	check_catalogs(e);
	chart_tables_check(c);
	make_tops(c);
	read_yaml_uses(c);
	install_first(c);
	order_tops(c);
	const struct value *deliver = member_value(e, e->stack, "deliver");
	c->delivers = deliver && deliver->tag == VALUE_STRING;
	if (!c->lazy || needs_all(c)) {
		for (uint32_t n = 0; n < c->tops.n; n++) {
			ahead(c, n);
			c->tops.v[n]->number = n;
			first_pass(c, c->tops.v[n]);
		}
		look_at_gives(c);
		check_secrets(c);
		collect_secrets(c);
	}
	make_delivery(c);
	if (c->delivery)
		first_pass(c, c->delivery);
	if (!c->lazy)
		check_node_ports(c);
	for (uint32_t n = 0; n < p->user_kinds.n; n++)
		check_manifest_words(c, p->user_kinds.v[n]->decl);
	try_risks(c);
	resolve_words(p);
	if (e->diags->nerrors || p->only_envs)
		return 0;       /* what was not made silences nothing, and may be what others look for */
	whole_check(c);
	if (e->diags->nerrors)
		return 0;
	for (uint32_t n = 0; n < e->instances.n; n++)
		unused_allows(c, e->instances.v[n]->allows.v, e->instances.v[n]->allows.n);
	unused_allows(c, p->allows.v, p->allows.n);
	list_namespaces(c);
	describe(c);
	c->pass = 2;
	return 1;
}

int compile_stack(struct compile *c)
{
	const int ok = compile_all(c);
	if (c->e->diags->nerrors)
		fold_consequences(c);
	free(c->identities);
	c->identities = NULL;
	c->identity_cap = c->nidentities = 0;
	return ok;
}
