/* Which secret is used in which namespace: noted here whenever an object or a value names one. */
#include "eval/eval.h"
#include "eval/plan.h"
#include <string.h>

const char *secret_object(struct eval *e, struct symbol *y)
{
	const struct ast *s = y->decl->kids[0];
	if (s && s->tag == AST_CALL && s->kids[0]->tag == AST_NAME && !strcmp(s->kids[0]->name->text, "existing")
		&& s->nkids > 1) {
		struct env none = { 0 };
		const struct value *v = eval_typed(e, &none, s->kids[1], &type_string);
		if (!is_error(v))
			return arena_strdup(e->p->arena, v->str.p, v->n);
	}
	return y->name->text;
}

void secret_used(struct eval *e, struct symbol *secret, const struct atom *key, struct span at)
{
	const struct instance *by = e->user;
	for (const struct frame *f = e->frame; f; f = f->prev)
		if (f->inst && f->inst->decl) {
			by = f->inst;
			break;
		}
	if (!by || by == e->stack || e->in_secret)
		return;
	if (e->plan && by == e->plan->inst) {   /* for every component that the plan will serve */
		VEC_PUSH(e->unit, &e->plan->uses, ((struct plan_use){ secret, key, at }));
		return;
	}
	const struct value *ns = slot_value(e, (struct instance *)(uintptr_t)by, SLOT_NAMESPACE);
	if (ns->tag != VALUE_STRING)
		return;
	const struct atom *id = atom_cstr(e->p->atoms,
		arena_printf(e->p->arena, "%.*s/%s/%s", (int)ns->n, ns->str.p, secret->name->text,
			key ? key->text : ""));
	if (table_get(&e->use_index, id))
		return;
	table_put(&e->use_index, id, (void *)(uintptr_t)1);
	struct secret_use u = { atom_intern(e->p->atoms, ns->str.p, ns->n), secret, key, by, at };
	VEC_PUSH(e->unit, &e->uses, u);
}
