/* A kind's declaration as tables: slots, gives, ports, outputs. Types of members are resolved here; expressions are
   left to resolve.c. The base's members come first, so a slot has one number in a kind and in all derived from it. */
#include "sema/program.h"
#include "base/suggest.h"
#include <string.h>

int kind_port(const struct kind *k, const struct atom *name)
{
	for (uint32_t i = 0; i < k->ports.n; i++)
		if (k->ports.v[i].name == name)
			return (int)i;
	return -1;
}

struct give *kind_give(struct kind *k, const struct interface *iface)
{
	for (uint32_t i = k->gives.n; i-- > 0;)
		if (k->gives.v[i].iface == iface)
			return &k->gives.v[i];
	return NULL;
}

static const struct type *const slot_types[SLOT_COUNT] = {
	[SLOT_NAME] = &type_name,
	[SLOT_NAMESPACE] = &type_name,
	[SLOT_VERSION] = &type_version,
	[SLOT_NAMES] = &type_names_map,
	[SLOT_LABELS] = &type_string_map,
	[SLOT_ANNOTATIONS] = &type_string_map,
};

static void member_add(struct program *p, struct kind *k, struct member m, struct span at)
{
	uint32_t old = (uint32_t)(uintptr_t)table_get(&k->index, m.name);
	if (old) {
		struct member *o = &k->members.v[old - 1];
		int from_base = k->base && old <= k->base->members.n;
		if ((o->tag == MEMBER_IMPLICIT
			&& !(o->decl && o->decl->span.lo >= k->decl->span.lo
			&& o->decl->span.hi <= k->decl->span.hi))
			|| (from_base && o->tag == m.tag && m.tag == MEMBER_SETTING)
			|| (from_base && o->tag == MEMBER_LET && m.tag == MEMBER_LET)) {
			if (from_base && m.tag == MEMBER_SETTING && o->type && m.type && o->type->tag != T_ERROR
				&& m.type->tag != T_ERROR
				&& strcmp(type_print(p, o->type), type_print(p, m.type))) {
				struct diag *x = diag_error(p->diags, m.decl->kids[0]->span, D_TYPE,
					arena_printf(p->arena, "the type `%s`", type_print(p, o->type)),
					arena_printf(p->arena, "`%s`", type_print(p, m.type)));
				diag_place(p->diags, x, o->decl ? o->decl->name_span : at, "declared by kind %s",
					k->base->name->text);
				diag_help(p->diags, x,
					"a kind may give a setting of its base another default, but no other type");
				return;
			}
			/* a redeclared default; `namespace : name = "..."` is how a kind gives that slot one */
			o->decl = m.decl;
			o->deflt = m.deflt;
			if (m.type && (o->tag != MEMBER_IMPLICIT || old - 1 != SLOT_NAME))
				o->type = m.type;
			return;
		}
		struct diag *x = diag_error(p->diags, at, D_DUPLICATE, m.name->text);
		if (o->decl)
			diag_place(p->diags, x, o->decl->name_span, "declared here");
		return;
	}
	VEC_PUSH(p->arena, &k->members, m);
	table_put(&k->index, m.name, (void *)(uintptr_t)k->members.n);
}

static struct interface *iface_or_error(struct program *p, const struct atom *name, struct span at)
{
	struct interface *i = program_interface(p, name);
	if (!i && !program_lost(p, name)) {
		struct diag *x = diag_error(p->diags, at, D_UNKNOWN_INTERFACE, name->text);
		diag_suggest(p->diags, x, at, program_suggest(p, 'i', name));
	}
	return i;
}

static void inner_components(struct program *p, struct kind *k, const struct ast *d)
{
	if (d->tag == AST_COMPONENT) {
		if (!d->name2)
			return;
		struct kind *inner = program_kind(p, d->name2);
		if (!inner && program_lost(p, d->name2)) {
			k->has_inner = 1;       /* said where it did not parse */
		} else if (!inner) {
			struct diag *x = diag_error(p->diags, d->name2_span, D_UNKNOWN_KIND, d->name2->text);
			diag_suggest(p->diags, x, d->name2_span, program_suggest(p, 'k', d->name2));
		} else if (inner == k || inner->decl == k->decl) {
			diag_error(p->diags, d->name2_span, D_RECURSION, "kind", k->name->text, "contains");
			inner = NULL;
		}
		k->has_inner = 1;
		member_add(p, k, (struct member){ .tag = MEMBER_INNER, .name = d->name, .decl = d, .inner = inner },
			d->name_span);
		return;
	}
	if (d->tag == AST_OFFERS) {
		k->has_offers = 1;
		iface_or_error(p, d->name, d->name_span);
	}
	if (d->tag == AST_CHECK || d->tag == AST_CLAIMS)
		k->has_checks = 1;
	if (d->tag == AST_KIF || d->tag == AST_KFOR || d->tag == AST_BLOCK)
		for (uint32_t i = 0; i < d->nkids; i++)
			if (d->kids[i])
				inner_components(p, k, d->kids[i]);
}

/* A need, or a collection. One of nothing known is there all the same, with an error for its value. */
static void member_of(struct program *p, struct kind *k, const struct ast *m, int tag, int optional,
	struct interface *f)
{
	struct member x = { .tag = (uint8_t)tag, .name = m->name, .decl = m, .iface = f };

	x.optional = (uint8_t)optional;
	if (!f)
		x = (struct member){ .tag = MEMBER_SETTING, .name = m->name, .decl = m, .type = &type_error };
	member_add(p, k, x, m->name_span);
}

static void give_add(struct program *p, struct kind *k, const struct ast *d)
{
	struct interface *i = iface_or_error(p, d->name, d->name_span);
	if (!i) {
		k->gives_broken = 1;
		return;
	}
	struct give g = { .iface = i, .decl = d };
	table_init(&g.entries, p->arena);
	for (uint32_t n = k->base ? k->base->gives.n : 0; n < k->gives.n; n++)
		if (k->gives.v[n].iface == i)
			diag_place(p->diags, diag_error(p->diags, d->name_span, D_DUPLICATE, i->name->text),
				k->gives.v[n].decl->name_span, "given here");
	if (!(d->flags & AST_F_ALIAS) && d->kids[0]->tag == AST_OBJECT) {
		const struct ast *o = d->kids[0];
		int misspelt = 0;       /* then it is most likely the one that is wanted */
		for (uint32_t n = 0; n < o->nkids; n++) {
			const struct ast *e = o->kids[n];
			if (e->tag == AST_CHECK)
				continue;
			if (e->tag != AST_ENTRY || !e->name) {
				diag_error(p->diags, e->span, D_TYPE, "a field `name: value`", "something else");
				continue;
			}
			if (!table_get(&i->index, e->name)) {
				misspelt = 1;
				struct diag *x = diag_error(p->diags, e->name_span, D_UNKNOWN_FIELD,
					arena_printf(p->arena, "interface `%s`", i->name->text), e->name->text);
				struct suggest s;
				suggest_init(&s, e->name->text, e->name->len);
				for (uint32_t f = 0; f < i->type->n; f++)
					suggest_try(&s, i->type->fields[f].name->text);
				diag_suggest(p->diags, x, e->name_span, suggest_best(&s));
				continue;
			}
			table_put(&g.entries, e->name, e->kids[0]);
		}
		for (uint32_t f = 0; f < i->type->n && !misspelt; f++) {
			const struct type_field *tf = &i->type->fields[f];
			if (!table_get(&g.entries, tf->name) && !tf->deflt && tf->type->tag != T_OPTIONAL)
				diag_place(p->diags,
					diag_error(p->diags, d->name_span, D_UNKNOWN_FIELD, "this `gives`",
						tf->name->text),
					tf->span, "interface `%s` wants it", i->name->text);
		}
	}
	VEC_PUSH(p->arena, &k->gives, g);
}

/* What every kind has, whatever is written. */
static void implicit_members(struct program *p, struct kind *k)
{
	for (int i = 0; i < SLOT_COUNT; i++) {
		struct member m = { .tag = MEMBER_IMPLICIT, .name = p->implicit[i], .type = slot_types[i] };
		VEC_PUSH(p->arena, &k->members, m);
		table_put(&k->index, m.name, (void *)(uintptr_t)k->members.n);
	}
}

static void setting_add(struct program *p, struct kind *k, const struct ast *m)
{
	member_add(p, k,
		(struct member){ .tag = MEMBER_SETTING,
			.name = m->name,
			.decl = m,
			.deflt = m->nkids > 1 ? m->kids[1] : NULL,
			.type = type_of_ast(p, m->kids[0]) },
		m->name_span);
}

static void let_add(struct program *p, struct kind *k, const struct ast *m)
{
	member_add(p, k,
		(struct member){ .tag = MEMBER_LET,
			.name = m->name,
			.decl = m,
			.deflt = m->kids[1],
			.type = m->kids[0] ? type_of_ast(p, m->kids[0]) : NULL },
		m->name_span);
}

/* The kind that it extends, if there is one of that name and it is not itself inside of it. */
static void find_base(struct program *p, struct kind *k, const struct ast *d)
{
	k->base = program_kind(p, d->name2);
	if (k->base == k || (k->base && !k->base->members.n)) {
		diag_error(p->diags, d->name2_span, D_CYCLE, d->name->text);
		k->base = NULL;
		k->broken = 1;
	} else if (!k->base && program_lost(p, d->name2)) {
		k->broken = 1;
	} else if (!k->base) {
		struct diag *x = diag_error(p->diags, d->name2_span, D_UNKNOWN_KIND, d->name2->text);
		const char *best = program_suggest(p, 'k', d->name2);
		if (best)
			diag_label(p->diags, x, "did you mean `%s`?", best);
		k->broken = 1;
	}
}

/* What the base has comes first, so that a slot has one number in both. */
static void inherit(struct program *p, struct kind *k, const struct kind *b)
{
	for (uint32_t i = 0; i < b->members.n; i++) {
		VEC_PUSH(p->arena, &k->members, b->members.v[i]);
		table_put(&k->index, b->members.v[i].name, (void *)(uintptr_t)k->members.n);
	}
	for (uint32_t i = 0; i < b->gives.n; i++)
		VEC_PUSH(p->arena, &k->gives, b->gives.v[i]);
	for (uint32_t i = 0; i < b->ports.n; i++)
		VEC_PUSH(p->arena, &k->ports, b->ports.v[i]);
	for (uint32_t i = 0; i < b->outputs.n; i++)
		VEC_PUSH(p->arena, &k->outputs, b->outputs.v[i]);
	for (uint32_t i = 0; i < b->runs.n; i++)
		VEC_PUSH(p->arena, &k->runs, b->runs.v[i]);
	for (uint32_t i = 0; i < b->exports.n; i++)
		VEC_PUSH(p->arena, &k->exports, b->exports.v[i]);
	for (uint32_t i = 0; i < b->risks.n; i++)
		VEC_PUSH(p->arena, &k->risks, b->risks.v[i]);
	k->has_offers = b->has_offers;
	k->has_inner = b->has_inner;
	k->has_checks = b->has_checks;
	k->broken |= b->broken;
	k->gives_broken |= b->gives_broken;
}

static void need_add(struct program *p, struct kind *k, const struct ast *m)
{
	const struct ast *t = m->kids[0];
	int optional = t->tag == AST_TOPTIONAL;
	if (optional)
		t = t->kids[0];
	if (t->tag != AST_TNAME) {
		diag_error(p->diags, t->span, D_TYPE, "an interface", "another type");
		return;
	}
	struct interface *f = iface_or_error(p, t->name, t->span);
	member_of(p, k, m, MEMBER_NEED, optional, f);
}

static void port_add(struct program *p, struct kind *k, const struct ast *m)
{
	if (kind_port(k, m->name) >= 0) {
		if (k->base && kind_port(k->base, m->name) >= 0)
			k->ports.v[kind_port(k, m->name)].decl = m;
		else
			diag_error(p->diags, m->name_span, D_DUPLICATE, m->name->text);
	} else {
		VEC_PUSH(p->arena, &k->ports, ((struct kport){ m->name, m }));
	}
}

static void runs_add(struct program *p, struct kind *k, const struct ast *m)
{
	struct detector *t = program_detector(p, m->name2);
	if (!t) {
		struct diag *x = diag_error(
			p->diags, m->name2_span, D_UNKNOWN_DETECTOR, m->name2->text);
		const char *best = program_suggest(p, 'd', m->name2);
		if (best)
			diag_label(p->diags, x, "did you mean `%s`?", best);
	} else {
		VEC_PUSH(p->arena, &k->runs, ((struct runs){ t, m->name, m }));
	}
}

static void member_of_kind(struct program *p, struct kind *k, const struct ast *m)
{
	switch (m->tag) {
	case AST_SETTING:
		setting_add(p, k, m);
		break;
	case AST_LET:
		let_add(p, k, m);
		break;
	case AST_SECRET:
		member_add(p, k, (struct member){ .tag = MEMBER_SECRET, .name = m->name, .decl = m },
			m->name_span);
		break;
	case AST_NEEDS:
		need_add(p, k, m);
		break;
	case AST_COLLECTS: {
		struct interface *f = iface_or_error(p, m->name2, m->name2_span);
		member_of(p, k, m, MEMBER_COLLECTS, 0, f);
		break;
	}
	case AST_GIVES:
		give_add(p, k, m);
		break;
	case AST_PORT:
		port_add(p, k, m);
		break;
	case AST_RUNS:
		runs_add(p, k, m);
		break;
	case AST_EXPORTS:
		VEC_PUSH(p->arena, &k->exports, m);
		break;
	case AST_RISK:
		VEC_PUSH(p->arena, &k->risks, m);
		break;
	case AST_ERROR:
		break;
	default:
		inner_components(p, k, m);
		VEC_PUSH(p->arena, &k->outputs, m);
		break;
	}
}

struct kind *kind_make(struct program *p, const struct ast *d, struct source *src)
{
	struct kind *k = ARENA_NEW(p->arena, struct kind);
	k->name = d->name;
	k->decl = d;
	k->source = src;
	table_init(&k->index, p->arena);
	/* known under its name before its members are looked at: an inner component of the same kind is then seen as a
	   loop */
	table_put(&p->kinds, d->name, k);
	if (d->name2)
		find_base(p, k, d);
	if (k->base)
		inherit(p, k, k->base);
	else
		implicit_members(p, k);
	for (uint32_t i = 0; i < d->nkids; i++)
		member_of_kind(p, k, d->kids[i]);
	return k;
}

struct detector *detector_make(struct program *p, const struct ast *d)
{
	struct detector *t = ARENA_NEW(p->arena, struct detector);
	struct kind *k = ARENA_NEW(p->arena, struct kind);
	t->name = d->name;
	t->decl = d;
	t->shape = k;
	k->name = d->name;
	k->decl = d;
	k->source = source_of(p->sources, d->span.lo);
	table_init(&k->index, p->arena);
	implicit_members(p, k);
	for (uint32_t i = 0; i < d->nkids; i++) {
		const struct ast *m = d->kids[i];
		if (m->tag == AST_SETTING)
			setting_add(p, k, m);
		else if (m->tag == AST_LET)
			let_add(p, k, m);
		else if (m->tag == AST_CHECK)
			VEC_PUSH(p->arena, &k->outputs, m);
	}
	return t;
}
