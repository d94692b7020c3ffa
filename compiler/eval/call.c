/* Calls: functions of the source and of the language, detectors, what a component gives for arguments. */
#define _GNU_SOURCE
#include "eval/expr.h"
#include <string.h>

/* Arguments into params' order. 0 on error. */
/* What is called, for a message. */
static const char *callee(struct eval *e, const struct atom *name, const struct instance *of)
{
	return of ? arena_printf(e->p->arena, "`%s` of %s", name->text, instance_label(e, of))
		: arena_printf(e->p->arena, "`%s`", name->text);
}

static int bind_arguments(struct eval *e, struct env *env, const struct ast *call, const struct atom *name,
	const struct instance *of, const struct type_field *params, uint32_t n, const struct value **out)
{
	const struct ast *given[MAX_LOCALS] = { 0 };
	uint32_t pos = 0;
	int named = 0;
	if (n > MAX_LOCALS)
		n = MAX_LOCALS;
	for (uint32_t i = 1; i < call->nkids; i++) {
		const struct ast *a = call->kids[i];
		uint32_t k = pos;
		if (a->tag == AST_ARG) {
			struct suggest s;
			suggest_init(&s, a->name->text, a->name->len);
			for (k = 0; k < n && params[k].name != a->name; k++)
				suggest_try(&s, params[k].name->text);
			if (k == n) {
				struct diag *x = diag_error(e->diags, a->name_span, D_ARGUMENTS,
					arena_printf(e->p->arena, "%s takes no `%s`", callee(e, name, of),
						a->name->text));
				diag_suggest(e->diags, x, a->name_span, suggest_best(&s));
				return 0;
			}
			named = 1;
			a = a->kids[0];
		} else if (named) {
			diag_label(e->diags,
				diag_error(e->diags, a->span, D_ARGUMENTS,
					arena_printf(e->p->arena,
						"%s: an argument without a name stands behind one with a name",
						callee(e, name, of))),
				"which one is it?");
			return 0;
		} else {
			pos++;
		}
		if (k >= n) {
			diag_error(e->diags, a->span, D_ARGUMENTS,
				arena_printf(e->p->arena, "%s takes %u argument%s", callee(e, name, of), n,
					n == 1 ? "" : "s"));
			return 0;
		}
		if (given[k]) {
			diag_place(e->diags,
				diag_error(e->diags, a->span, D_ARGUMENTS,
					arena_printf(e->p->arena, "`%s` is given twice", params[k].name->text)),
				given[k]->span, "first here");
			return 0;
		}
		given[k] = a;
	}
	struct env inner = { .inst = NULL };
	int ok = 1;
	/* before any is looked at: those that are there may stand at the places of others */
	for (uint32_t k = 0; k < n; k++)
		if (!given[k] && !params[k].deflt && params[k].type->tag != T_OPTIONAL) {
			struct diag *x = diag_error(e->diags, call->span, D_ARGUMENTS,
				arena_printf(
					e->p->arena, "%s needs `%s`", callee(e, name, of), params[k].name->text));
			struct buf b = { 0 };
			for (uint32_t q = 0; q < n; q++)
				buf_addf(&b, "%s%s", q ? ", " : "", params[q].name->text);
			diag_help(e->diags, x, "it takes (%s)", b.p);
			buf_free(&b);
			return 0;
		}
	for (uint32_t k = 0; k < n; k++) {
		if (given[k]) {
			out[k] = eval_typed(e, env, given[k], params[k].type);
		} else if (params[k].deflt) {
			out[k] = eval_typed(e, &inner, params[k].deflt, params[k].type);
		} else {
			out[k] = VALUE_NONE_V;
		}
		inner.locals[k] = out[k];
		ok &= !is_error(out[k]);
	}
	return ok;
}

const struct value *give_call(
	struct eval *e, struct env *env, struct instance *i, struct give *g, const struct ast *call)
{
	const struct ast *d = g->decl;
	uint32_t n = d->nkids - 1;
	struct type_field *params = ARENA_ARRAY(e->arena, struct type_field, n);
	struct env *inner = ARENA_NEW(e->arena, struct env);
	inner->inst = i;
	for (uint32_t k = 0; k < n; k++)
		params[k] = (struct type_field){ d->kids[k + 1]->name, type_of_ast(e->p, d->kids[k + 1]->kids[0]),
			d->kids[k + 1]->nkids > 1 ? d->kids[k + 1]->kids[1] : NULL, d->kids[k + 1]->span, NULL };
	if (!bind_arguments(e, env, call, d->name, i, params, n, inner->locals))
		return VALUE_ERROR_V;
	struct given *gv = ARENA_NEW(e->arena, struct given);
	*gv = (struct given){ i, g, inner, ARENA_ARRAY(e->arena, const struct value *, g->iface->type->n), e->arena,
		call->span };
	if (e->on_given && !e->plan) {
		if (e->arena == e->unit)
			VEC_PUSH(e->unit, &e->givens, gv);
		else
			e->on_given(e, gv);     /* it will not be there later */
	}
	struct value *v = ARENA_NEW(e->arena, struct value);
	v->tag = VALUE_GIVEN;
	v->origin = call->span;
	v->ref.ref = gv;
	return v;
}

static const struct value *detector_call(struct eval *e, struct env *env, const struct ast *x)
{
	struct detector *t = x->kids[0]->bind;
	struct instance *i = instance_new(e, t->shape, t->name, NULL, NULL, env_copy(e, env));
	uint32_t pos = SLOT_COUNT;
	i->at = x->span;
	for (uint32_t n = 1; n < x->nkids; n++) {
		const struct ast *a = x->kids[n];
		uint32_t slot;
		if (a->tag == AST_ARG) {
			slot = (uint32_t)(uintptr_t)table_get(&t->shape->index, a->name);
			if (!slot || t->shape->members.v[slot - 1].tag != MEMBER_SETTING) {
				struct suggest s;
				struct diag *d = diag_error(e->diags, a->name_span, D_ARGUMENTS,
					arena_printf(e->p->arena, "detector `%s` has no parameter `%s`",
						t->name->text, a->name->text));
				suggest_init(&s, a->name->text, a->name->len);
				for (uint32_t k = SLOT_COUNT; k < t->shape->members.n; k++)
					if (t->shape->members.v[k].tag == MEMBER_SETTING)
						suggest_try(&s, t->shape->members.v[k].name->text);
				diag_suggest(e->diags, d, a->name_span, suggest_best(&s));
				struct buf b = { 0 };
				for (uint32_t k = SLOT_COUNT; k < t->shape->members.n; k++)
					if (t->shape->members.v[k].tag == MEMBER_SETTING)
						buf_addf(&b, "%s%s", b.n ? ", " : "",
							t->shape->members.v[k].name->text);
				if (b.n)
					diag_help(e->diags, d, "it has %s", b.p);
				buf_free(&b);
				return VALUE_ERROR_V;
			}
			slot--;
			a = a->kids[0];
		} else {
			while (pos < t->shape->members.n && t->shape->members.v[pos].tag != MEMBER_SETTING)
				pos++;
			slot = pos++;
			if (slot >= t->shape->members.n) {
				diag_error(e->diags, a->span, D_ARGUMENTS,
					arena_printf(
						e->p->arena, "detector `%s` has fewer parameters", t->name->text));
				return VALUE_ERROR_V;
			}
		}
		if (instance_set(i, slot)) {
			diag_place(e->diags,
				diag_error(e->diags, a->span, D_ARGUMENTS,
					arena_printf(e->p->arena, "`%s` is given twice",
						t->shape->members.v[slot].name->text)),
				instance_set(i, slot)->span, "first here");
			return VALUE_ERROR_V;
		}
		instance_set_to(e, i, slot, a);
	}
	struct value *v = ARENA_NEW(e->arena, struct value);
	v->tag = VALUE_DETECTOR;
	v->origin = x->span;
	v->ref.ref = i;
	return v;
}

/* component.iface(...): it gives nothing that is called so. */
static void not_given(struct eval *e, struct instance *i, const struct ast *c)
{
	struct diag *x = diag_error(
		e->diags, c->name_span, D_NOT_GIVEN, i->name->text, i->kind->name->text, c->name->text);
	struct buf b = { 0 };
	struct suggest s;
	suggest_init(&s, c->name->text, c->name->len);
	for (uint32_t k = 0; k < i->kind->gives.n; k++) {
		buf_addf(&b, "%s%s", k ? ", " : "", i->kind->gives.v[k].iface->name->text);
		suggest_try(&s, i->kind->gives.v[k].iface->name->text);
	}
	if (suggest_best(&s)) {
		diag_suggest(e->diags, x, c->name_span, suggest_best(&s));
	} else if (b.n) {
		diag_note(e->diags, x, "it gives %s", b.p);
	}
	buf_free(&b);
}

const struct value *eval_call(struct eval *e, struct env *env, const struct ast *x)
{
	const struct ast *c = x->kids[0];
	if (c->tag == AST_FIELD) {
		const struct value *v = eval(e, env, c->kids[0]);
		if (is_error(v))
			return v;
		struct instance *i = v->tag == VALUE_COMPONENT ? v->ref.ref
			: v->tag == VALUE_GIVEN ? ((struct given *)v->ref.ref)->inst
			: NULL;
		struct interface *iface = i ? program_interface(e->p, c->name) : NULL;
		struct give *g = iface ? kind_give(i->kind, iface) : NULL;
		if (!g) {
			if (i && (i->kind->gives_broken || i->kind->broken))
				return VALUE_ERROR_V;
			if (i)
				not_given(e, i, c);
			else
				diag_error(e->diags, c->span, D_UNKNOWN_FUNCTION, c->name->text);
			return VALUE_ERROR_V;
		}
		if (g->decl->flags & AST_F_ALIAS) {
			const struct value *t = give_value(e, i, g, x->span);
			return t;
		}
		return give_call(e, env, i, g, x);
	}
	switch (c->bind_tag) {
	case BIND_FN: {
		struct fn *f = c->bind;
		if (f->recursive)       /* said where it is declared */
			return VALUE_ERROR_V;
		struct env inner = { .inst = NULL };
		if (!bind_arguments(e, env, x, f->name, NULL, f->params, f->nparams, inner.locals))
			return VALUE_ERROR_V;
		return f->result ? eval_typed(e, &inner, f->decl->kids[1], f->result)
			: eval(e, &inner, f->decl->kids[1]);
	}
	case BIND_BUILTIN:
		return builtin_call(e, env, (int)c->bind_index, x);
	case BIND_DETECTOR:
		return detector_call(e, env, x);
	case BIND_BAD:
		return VALUE_ERROR_V;
	default:
		diag_error(e->diags, c->span, D_UNKNOWN_FUNCTION, "this");
		return VALUE_ERROR_V;
	}
}
