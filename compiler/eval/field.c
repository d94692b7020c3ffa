/* `value.name` and `value[index]`: fields of records, of what a component gives, of secrets, images and versions. */
#define _GNU_SOURCE
#include "eval/expr.h"
#include "eval/origin.h"
#include "eval/plan.h"
#include <string.h>

static const struct value in_progress = { .tag = VALUE_ERROR };

const struct value *no_such_field(
	struct eval *e, struct span at, const char *noun, const struct atom *name, struct suggest *s)
{
	struct diag *x = diag_error(e->diags, at, D_UNKNOWN_FIELD, noun, name->text);
	if (s && suggest_best(s)) {
		diag_label(e->diags, x, "did you mean `%s`?", suggest_best(s));
		diag_fix(e->diags, x, at, "%s", suggest_best(s));
	}
	return VALUE_ERROR_V;
}

const struct value *given_field(struct eval *e, struct given *g, const struct atom *name, struct span at)
{
	uint32_t f = (uint32_t)(uintptr_t)table_get(&g->give->iface->index, name);
	const struct type *t = g->give->iface->type;
	if (!f) {
		struct suggest s;
		suggest_init(&s, name->text, name->len);
		for (uint32_t i = 0; i < t->n; i++)
			suggest_try(&s, t->fields[i].name->text);
		return no_such_field(
			e, at, arena_printf(e->p->arena, "interface `%s`", g->give->iface->name->text), name, &s);
	}
	f--;
	const struct value *v = g->cells[f];
	if (v == &in_progress) {
		diag_label(e->diags,
			diag_error(e->diags, at, D_CYCLE,
				arena_printf(e->p->arena, "%s.%s", g->inst->name->text, name->text)),
			"asked for again here");
		return VALUE_ERROR_V;
	}
	if (v)
		return v;
	g->cells[f] = &in_progress;
	struct arena *old = e->arena;
	e->arena = g->arena;
	struct env env = g->env ? *g->env : (struct env){ .inst = g->inst };
	const struct ast *x = table_get(&g->give->entries, name);
	struct frame fr = { .at = at, .prev = e->frame };
	struct origin_mark mark = origins_enter(e);
	e->frame = &fr;
	if (e->origins)
		e->origins->when = NULL;
	if (x)
		v = eval_typed(e, &env, x, t->fields[f].type);
	else if (t->fields[f].deflt)
		v = eval_typed(e, &(struct env){ 0 }, t->fields[f].deflt, t->fields[f].type);
	else
		v = VALUE_NONE_V;
	ORIGINS_LEAVE(e, mark);
	e->frame = fr.prev;
	e->arena = old;
	g->cells[f] = v;
	return v;
}

static int holds(const struct value *v, const struct symbol *y, int depth)
{
	if (!v || depth > 4)
		return 0;
	if (v->tag == VALUE_SECRET)
		return v->ref.ref == y;
	for (uint32_t i = 0; v->tag == VALUE_RECORD && i < v->n; i++)
		if (holds(v->rec.fields[i].value, y, depth + 1))
			return 1;
	if (v->tag == VALUE_GIVEN) {
		const struct given *g = v->ref.ref;
		for (uint32_t i = 0; i < g->give->iface->type->n; i++)
			if (holds(g->cells[i], y, depth + 1))
				return 1;
	}
	return 0;
}

/* Where a component is given the secret, if its block says so. */
static struct span handed_over(struct eval *e, const struct instance *i, const struct symbol *y)
{
	(void)e;
	for (uint32_t s = 0; i->sets && s < i->kind->members.n; s++)
		if (instance_set(i, s) && i->cells[s] && holds(i->cells[s], y, 0))
			return instance_set(i, s)->span;
	return i->at;
}

static const struct value *secret_name(struct eval *e, struct symbol *y, struct span at)
{
	const char *s = secret_object(e, y);
	return value_string(e->arena, s, strlen(s), at);
}

/* What an object needs that names a Secret and its key otherwise than `env-list` does. */
static const struct value *secret_key_field(
	struct eval *e, const struct value *v, const struct atom *name, struct span at)
{
	struct symbol *y = v->ref.ref;
	struct suggest s;
	if (name == e->p->a_name || !strcmp(name->text, "key")) {
		secret_used(e, y, v->ref.key, at);
		return name == e->p->a_name ? secret_name(e, y, at)
			: value_string(e->arena, v->ref.key->text, v->ref.key->len, at);
	}
	suggest_init(&s, name->text, name->len);
	suggest_try(&s, "name");
	suggest_try(&s, "key");
	return no_such_field(e, at, "a key of a secret", name, &s);
}

static const struct value *secret_field(struct eval *e, struct symbol *y, const struct atom *name, struct span at)
{
	const struct ast *d = y->decl;
	for (uint32_t i = 1; i < d->nkids; i++)
		if (d->kids[i]->name == name) {
			struct value *v = ARENA_NEW(e->arena, struct value);
			v->tag = VALUE_SECRET_KEY;
			v->origin = at;
			v->ref.ref = y;
			v->ref.key = name;
			return v;
		}
	if (name == e->p->a_name) {
		secret_used(e, y, NULL, at);
		return secret_name(e, y, at);
	}
	if (name == e->a_keys) {
		if (e->diags->nerrors && program_broken(e->p, d->span))
			return VALUE_ERROR_V;
		for (const struct frame *f = e->frame; f; f = f->prev)
			if (f->inst && f->inst->decl) {
				VEC_PUSH(e->unit, &((struct instance *)(uintptr_t)f->inst)->keyed, y);
				break;
			}
		if (!e->frame && e->user)
			VEC_PUSH(e->unit, &((struct instance *)(uintptr_t)e->user)->keyed, y);
		const struct value **items = ARENA_ARRAY(e->arena, const struct value *, d->nkids);
		for (uint32_t i = 1; i < d->nkids; i++)
			items[i - 1] = value_string(
				e->arena, d->kids[i]->name->text, d->kids[i]->name->len, d->kids[i]->span);
		return value_list(e->arena, items, d->nkids - 1, at);
	}
	if (e->diags->nerrors && program_broken(e->p, d->span))
		return VALUE_ERROR_V;   /* it may stand in what did not parse */
	const struct source *src = source_of(e->p->sources, at.lo);
	struct span where = src && src->library && e->user ? handed_over(e, e->user, y) : at;
	const struct atom *id = atom_cstr(e->p->atoms, arena_printf(e->p->arena, "%s.%s", y->name->text, name->text));
	struct diag *said = table_get(&e->missing_keys, id);
	if (said) {             /* however many need it, it is missing once */
		if (said->span.lo != (where.hi ? where : at).lo)
			said->folded++;
		return VALUE_ERROR_V;
	}
	struct diag *x = diag_error(e->diags, where.hi ? where : at, D_SECRET_KEY, y->name->text, name->text);
	table_put(&e->missing_keys, id, x);
	struct suggest s;
	suggest_init(&s, name->text, name->len);
	for (uint32_t i = 1; i < d->nkids; i++)
		suggest_try(&s, d->kids[i]->name->text);
	if (suggest_best(&s) && !(src && src->library))
		diag_suggest(e->diags, x, at, suggest_best(&s));
	if (suggest_best(&s))
		diag_place(e->diags, x, d->name_span, "declared here, with `%s`", suggest_best(&s));
	else
		diag_place(e->diags, x, d->name_span, "declared here");
	if (e->user)
		diag_note(e->diags, x, "%s needs it", instance_label(e, e->user));
	if (!e->in_secret)
		diag_note(e->diags, x,
			"without it the pod stays in CreateContainerConfigError, although kubectl apply succeeds");
	diag_help(e->diags, x, "add it: secret %s { ..., %s }", y->name->text, name->text);
	return VALUE_ERROR_V;
}

static const struct value *image_field(struct eval *e, const struct value *v, const struct atom *name, struct span at)
{
	struct image_seen *seen = &e->image;
	const char *why, *s = NULL;
	size_t n = 0;
	if (v->n >= sizeof seen->text) {
		lit_image(v->str.p, v->n, &seen->parts, &why);
		seen->n = 0;
	} else if (!seen->n || v->n != seen->n || memcmp(seen->text, v->str.p, v->n)) {
		memcpy(seen->text, v->str.p, v->n);
		lit_image(seen->text, v->n, &seen->parts, &why);
		seen->n = v->n;
	}
	const struct image_ref r = seen->parts;
	if (!strcmp(name->text, "registry")) {
		s = r.registry_n ? r.registry : "docker.io";
		n = r.registry_n ? r.registry_n : 9;
	} else if (!strcmp(name->text, "repository")) {
		s = r.repository;
		n = r.repository_n;
	} else if (!strcmp(name->text, "tag")) {
		if (!r.tag_n && r.digest_n)
			return VALUE_NONE_V;
		s = r.tag_n ? r.tag : "latest";
		n = r.tag_n ? r.tag_n : 6;
	} else if (!strcmp(name->text, "digest")) {
		if (!r.digest_n)
			return VALUE_NONE_V;
		s = r.digest;
		n = r.digest_n;
	} else {
		return no_such_field(e, at, "an image", name, NULL);
	}
	if (seen->n && s >= seen->text && s < seen->text + sizeof seen->text)
		s = v->str.p + (s - seen->text);        /* the value's own bytes, which live as long as it */
	return value_string(e->arena, s, n, v->origin);
}

/* 17 of 17.6.0: major; a part that is not there is 0. */
static const struct value *version_field(struct eval *e, const struct value *v, const struct atom *name, struct span at)
{
	static const char *const parts[] = { "major", "minor", "patch" };
	uint32_t i = 0, part = 0;
	int64_t n = 0;
	while (part < 3 && strcmp(parts[part], name->text))
		part++;
	if (part == 3)
		return no_such_field(e, at, "a version", name, NULL);
	for (; part && i < v->n; i++)
		if (v->str.p[i] == '.')
			part--;
		else if (v->str.p[i] == '-')
			break;
	for (; !part && i < v->n && v->str.p[i] >= '0' && v->str.p[i] <= '9' && n < 1000000000; i++)
		n = n * 10 + (v->str.p[i] - '0');
	return value_int(e->arena, n, v->origin);
}

const struct value *detected_value(struct eval *e, const struct value *d, const struct atom *name)
{
	struct instance *i = d->ref.ref;
	uint32_t slot = (uint32_t)(uintptr_t)table_get(&i->kind->index, name);
	return slot ? slot_value(e, i, slot - 1) : NULL;
}

const struct value *value_field(
	struct eval *e, const struct value *v, const struct atom *name, struct span at, struct span whole)
{
	const struct value *r;
	struct suggest s;
	switch ((enum value_tag)v->tag) {
	case VALUE_ERROR:
		return v;
	case VALUE_RECORD:
		r = value_get(v, name);
		if (r)
			return LIVE(e, r);
		suggest_init(&s, name->text, name->len);
		for (uint32_t i = 0; i < v->n; i++)
			suggest_try(&s, v->rec.fields[i].key->text);
		return no_such_field(e, at, "this record", name, &s);
	case VALUE_GIVEN:
		return given_field(e, v->ref.ref, name, at);
	case VALUE_SECRET:
		return secret_field(e, v->ref.ref, name, at);
	case VALUE_SECRET_KEY:
		return secret_key_field(e, v, name, at);
	case VALUE_DETECTOR:
		r = detected_value(e, v, name);
		if (r)
			return r;
		return no_such_field(e, at,
			arena_printf(
				e->p->arena, "detector `%s`", ((struct instance *)v->ref.ref)->kind->name->text),
			name, NULL);
	case VALUE_COMPONENT: {
		struct instance *i = v->ref.ref;
		uint32_t slot = (uint32_t)(uintptr_t)table_get(&i->kind->index, name);
		struct interface *iface = program_interface(e->p, name);
		struct give *g = iface ? kind_give(i->kind, iface) : NULL;
		if (g && !(g->decl->flags & AST_F_PARAMS))
			return give_value(e, i, g, at);
		if (slot && (i->kind->members.v[slot - 1].tag == MEMBER_SETTING || slot - 1 <= SLOT_ANNOTATIONS))
			return slot_value(e, i, slot - 1);
		for (uint32_t k = 0; k < i->kind->gives.n; k++) {
			const struct give *one = &i->kind->gives.v[k];
			if ((one->decl->flags & AST_F_PARAMS) || !table_get(&one->iface->index, name))
				continue;
			struct diag *x = diag_error(e->diags, at, D_UNKNOWN_FIELD, instance_label(e, i), name->text);
			diag_suggest(e->diags, x, at,
				arena_printf(e->p->arena, "%s.%s", one->iface->name->text, name->text));
			return VALUE_ERROR_V;
		}
		suggest_init(&s, name->text, name->len);
		for (uint32_t k = 0; k < i->kind->gives.n; k++)
			suggest_try(&s, i->kind->gives.v[k].iface->name->text);
		for (uint32_t k = 0; k < i->kind->members.n; k++)
			if (i->kind->members.v[k].tag == MEMBER_SETTING)
				suggest_try(&s, i->kind->members.v[k].name->text);
		return no_such_field(e, at, instance_label(e, i), name, &s);
	}
	case VALUE_STRING:
		TOUCH(e, v);
		if (v->text == TEXT_IMAGE)
			return image_field(e, v, name, at);
		if (v->text == TEXT_VERSION)
			return version_field(e, v, name, at);
		break;
	case VALUE_NONE: {
		struct diag *x = diag_error(e->diags, whole, D_UNKNOWN_FIELD, "none", name->text);
		diag_help(e->diags, x, "ask first: if x != none then x.%s else ...", name->text);
		return VALUE_ERROR_V;
	}
	default:
		break;
	}
	return no_such_field(e, at, value_noun(e, v), name, NULL);
}

const struct value *eval_field(struct eval *e, struct env *env, const struct ast *x)
{
	const struct ast *k = x->kids[0];
	if (k->tag == AST_NAME && k->bind_tag == BIND_PORTS)
		return port_value(e, env->inst, x->name, x->name_span);
	if (k->tag == AST_NAME && k->bind_tag == BIND_EXPOSE)
		return expose_value(e, env->inst, x->name, x->name_span);
	if (k->tag == AST_NAME && k->bind_tag == BIND_SLOT && k->bind_index == SLOT_POLICY && env->inst)
		return policy_field(e, env->inst, x->name, x->name_span);
	const struct value *v = eval(e, env, k);
	if (v->tag == VALUE_NONE && k->tag == AST_NAME && k->bind_tag == BIND_SLOT && k->bind_index == SLOT_CATALOG
		&& env->inst)
		return no_catalog_row(e, env->inst, k->span);
	if (v->tag == VALUE_LIST && k->tag == AST_NAME && k->bind_tag == BIND_SYMBOL
		&& ((struct symbol *)k->bind)->tag == SYMBOL_FAMILY) {
		struct diag *d = diag_error(e->diags, x->name_span, D_UNKNOWN_FIELD,
			arena_printf(e->p->arena, "the family `%s`", k->name->text), x->name->text);
		diag_help(e->diags, d, "a member is written %s[\"%s\"]", k->name->text, x->name->text);
		return VALUE_ERROR_V;
	}
	return value_field(e, v, x->name, x->name_span, x->span);
}

const struct value *eval_index(struct eval *e, struct env *env, const struct ast *x)
{
	const struct ast *k = x->kids[0];
	const struct value *i = eval(e, env, x->kids[1]);
	if (is_error(i))
		return i;
	TOUCH(e, i);
	if (k->tag == AST_NAME && k->bind_tag == BIND_SYMBOL && ((struct symbol *)k->bind)->tag == SYMBOL_FAMILY) {
		const struct value *all = symbol_instances(e, k->bind, k->span);
		if (is_error(all))
			return all;
		struct suggest s;
		if (i->tag == VALUE_STRING) {
			suggest_init(&s, i->str.p, i->n);
			for (uint32_t n = 0; n < all->n; n++) {
				const struct atom *a = ((struct instance *)all->items[n]->ref.ref)->name;
				if (a->len == i->n && !memcmp(a->text, i->str.p, i->n))
					return all->items[n];
				suggest_try(&s, a->text);
			}
			struct diag *d = diag_error(e->diags, x->kids[1]->span, D_INDEX,
				arena_printf(e->p->arena, "`%s` has no member \"%.*s\"", k->name->text, (int)i->n,
					i->str.p));
			if (suggest_best(&s))
				diag_label(e->diags, d, "did you mean \"%s\"?", suggest_best(&s));
			return VALUE_ERROR_V;
		}
	}
	const struct value *v = eval(e, env, k);
	if (is_error(v))
		return v;
	if (v->tag == VALUE_LIST && i->tag == VALUE_INT) {
		if (i->i >= 0 && i->i < v->n)
			return LIVE(e, v->items[i->i]);
		diag_error(e->diags, x->kids[1]->span, D_INDEX,
			arena_printf(
				e->p->arena, "there is no element %lld in a list of %u", (long long)i->i, v->n));
		return VALUE_ERROR_V;
	}
	if (i->tag == VALUE_STRING && v->tag != VALUE_LIST)
		return value_field(e, v, atom_intern(e->p->atoms, i->str.p, i->n), x->kids[1]->span, x->span);
	diag_error(e->diags, x->span, D_INDEX,
		arena_printf(e->p->arena, "%s cannot be indexed by %s", value_noun(e, v), value_noun(e, i)));
	return VALUE_ERROR_V;
}
