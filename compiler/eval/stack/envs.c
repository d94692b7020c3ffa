/* The envs of a stack that are not the one being built: every value that they set is held against the type of what it
   sets, so that a build of one env finds the slips of the others. What would follow from such a value (checks, claims,
   rules) is found by `check`, which compiles each env, or once the env is built. */
#include "eval/compile.h"
#include <string.h>

/* Does the expression speak of what only this env declares? */
static int speaks_of(const struct ast *env, const struct ast *x)
{
	if (x->tag == AST_NAME && x->bind_tag == BIND_WORD)
		for (uint32_t n = 0; n < env->nkids; n++)
			if (env->kids[n]->name == x->name && env->kids[n]->tag != AST_SET)
				return 1;
	for (uint32_t n = 0; n < x->nkids; n++)
		if (x->kids[n] && speaks_of(env, x->kids[n]))
			return 1;
	return 0;
}

/* The type of what a path leads to, from its first field on; NULL when that is not known, or was reported. */
static const struct type *type_below(const struct kind *k, const struct ast *path)
{
	const struct ast *chain[32];
	uint32_t n = 0;
	for (; path->tag == AST_FIELD && n < 32; path = path->kids[0])
		chain[n++] = path;
	if (path->tag == AST_INDEX)
		path = path->kids[0];           /* a member of a family */
	if (!n || path->tag != AST_NAME)
		return NULL;
	uint32_t slot = (uint32_t)(uintptr_t)table_get(&k->index, chain[n - 1]->name);
	const struct member *m = slot ? &k->members.v[slot - 1] : NULL;
	const struct type *t = m && m->tag != MEMBER_NEED ? m->type : NULL;
	for (n--; t && n > 0; n--) {
		const struct type *next = NULL;
		while (t->tag == T_OPTIONAL)
			t = t->elem;
		if (t->tag == T_INTERFACE)
			t = t->iface->type;
		if (t->tag == T_MAP)
			next = t->elem;
		for (uint32_t f = 0; t->tag == T_RECORD && f < t->n; f++)
			if (t->fields[f].name == chain[n - 1]->name)
				next = t->fields[f].type;
		t = next;
	}
	return t;
}

static void hold(struct compile *c, const struct ast *env, const struct ast *value, const struct type *t)
{
	struct eval *e = c->e;
	struct env none = { 0 };
	uint32_t before = e->diags->n;
	if (!t || t->tag == T_ANY || speaks_of(env, value))
		return;
	eval_typed(e, &none, value, t);
	for (; before < e->diags->n; before++)
		diag_note(e->diags, e->diags->v[before], "found in env `%s`", env->name->text);
}

static const struct ast *root_of(const struct ast *path)
{
	while (path->tag == AST_FIELD || path->tag == AST_INDEX)
		path = path->kids[0];
	return path;
}

static const struct type *type_in_block(const struct kind *k, const struct atom *setting)
{
	uint32_t slot = (uint32_t)(uintptr_t)table_get(&k->index, setting);
	return slot && k->members.v[slot - 1].tag != MEMBER_NEED ? k->members.v[slot - 1].type : NULL;
}

static void hold_set(struct compile *c, const struct ast *env, const struct ast *set)
{
	struct program *p = c->e->p;
	const struct ast *root = root_of(set->kids[0]);
	const struct symbol *y = root->tag == AST_NAME ? table_get(&p->values, root->name) : NULL;
	if (root->tag == AST_NAME && !y && root->name == p->implicit[SLOT_STACK])
		hold(c, env, set->kids[1], type_below(c->e->stack->kind, set->kids[0]));
	else if (y && y->tag == SYMBOL_PARAM && set->kids[0] == root)
		hold(c, env, set->kids[1], y->type);
	else if (y && y->kind)
		hold(c, env, set->kids[1], type_below(y->kind, set->kids[0]));
}

void check_other_envs(struct compile *c)
{
	struct program *p = c->e->p;
	for (uint32_t n = 0; n < p->names['e'].n; n++) {
		const struct ast *env = table_get(&p->decls['e'], p->names['e'].v[n]);
		for (uint32_t k = 0; env && env != p->env_decl && k < env->nkids; k++) {
			const struct ast *d = env->kids[k];
			const struct symbol *y = d->tag == AST_COMPONENT ? table_get(&p->values, d->name) : NULL;
			const struct kind *kind = d->tag != AST_COMPONENT ? NULL : d->name2
				? program_kind(p, d->name2) : y && y->tag != SYMBOL_FAMILY ? y->kind : NULL;
			if (d->tag == AST_SET)
				hold_set(c, env, d);
			for (uint32_t s = 1; kind && !d->kids[0] && s < d->nkids; s++)
				if (d->kids[s]->tag == AST_ASSIGN)
					hold(c, env, d->kids[s]->kids[0], type_in_block(kind, d->kids[s]->name));
		}
	}
}
