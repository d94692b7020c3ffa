/* The user's declarations, all of them: which kind each component and policy is of, what stands in them, and what can
   be said of an env without building it. */
#include "sema/resolve.h"
#include <string.h>

/* Does the drift block set something that was most likely meant to be this word? */
static int misspells(const struct ast *d, const char *word)
{
	for (uint32_t i = 1; i < d->nkids; i++) {
		const struct ast *st = d->kids[i],
			*root = st->tag == AST_SET ? st->kids[0]
			: st->tag == AST_ASSIGN ? st
			: NULL;
		const char *best = root && (root == st || root->tag == AST_NAME) && !drift_word(root->name)
			? drift_suggest(root->name)
			: NULL;
		if (best && !strcmp(best, word))
			return 1;
	}
	return 0;
}

/* The runtime of a drift that names none: the stack's `drift-runtime`, which the library's kind of stacks has a default
   for. */
static const struct atom *default_runtime(struct program *p)
{
	static const char word[] = "drift-runtime";
	for (uint32_t n = p->stack_sets.n; n-- > 0;) {
		const struct ast *st = p->stack_sets.v[n];
		if (st->kids[0]->tag == AST_NAME && !strcmp(st->kids[0]->name->text, word))
			return st->kids[1]->tag == AST_NAME || st->kids[1]->tag == AST_STRING ? st->kids[1]->name
				: NULL;
	}
	struct kind *k = program_kind(p, p->implicit[SLOT_STACK]);
	for (uint32_t n = 0; k && n < k->members.n; n++)
		if (!strcmp(k->members.v[n].name->text, word) && k->members.v[n].deflt
			&& k->members.v[n].deflt->tag == AST_STRING)
			return k->members.v[n].deflt->name;
	return NULL;
}

static void symbol_kind(struct program *p, struct symbol *y)
{
	const struct ast *d = y->decl;
	const struct atom *kind = d->name2;
	struct span at = d->name2_span;
	if (y->tag == SYMBOL_DRIFT) {
		static const char word[] = "runtime";
		for (uint32_t pass = 0; pass < 2; pass++)
			for (uint32_t i = pass ? 0 : 1; i < (pass ? y->overrides.n : d->nkids); i++) {
				const struct ast *st = pass ? y->overrides.v[i].statement : d->kids[i];
				const struct ast *v = NULL;
				if (st->tag == AST_ASSIGN && !strcmp(st->name->text, word))
					v = st->kids[0];
				else if (st->tag == AST_SET && st->kids[0]->tag == AST_NAME
					&& !strcmp(st->kids[0]->name->text, word))
					v = st->kids[1];
				if (v && v->tag == AST_NAME) {
					kind = v->name;
					at = v->span;
				}
			}
		if (!kind && (program_broken(p, d->span) || misspells(d, word)))
			return;         /* that it is missing follows from it */
		if (!kind)
			kind = default_runtime(p);
		if (!kind) {
			diag_help(p->diags,
				diag_error(p->diags, d->name_span, D_MISSING_SETTING, d->name->text, "drift",
					"runtime"),
				"write runtime = KIND, a kind that runs detectors");
			return;
		}
	}
	if (!kind)
		return;
	y->kind = program_kind(p, kind);
	if (!y->kind && program_lost(p, kind))
		return;
	if (!y->kind) {
		struct diag *x = y->said = diag_error(p->diags, at, D_UNKNOWN_KIND, kind->text);
		diag_suggest(p->diags, x, at, program_suggest(p, 'k', kind));
		return;
	}
	if (y->tag == SYMBOL_DRIFT && !y->kind->runs.n) {
		diag_label(p->diags,
			diag_error(p->diags, at, D_RUNTIME,
				arena_printf(p->arena, "`%s` is no drift runtime", kind->text)),
			"it runs no detector");
		y->kind = NULL;
	}
}

/* Does the path of an env's `path = value` name something that can be set? */
static void env_path(struct scope *s, const struct ast *path)
{
	struct program *p = s->p;
	const struct ast *root = path, *above = NULL;   /* above: the first field of the path */
	while (root->tag == AST_FIELD || root->tag == AST_INDEX) {
		if (root->tag == AST_FIELD)
			above = root;
		root = root->kids[0];
	}
	if (root->tag != AST_NAME || root->name == p->implicit[SLOT_STACK])
		return;
	for (uint32_t i = 0; i < s->env->nkids; i++)
		if ((s->env->kids[i]->tag == AST_COMPONENT || s->env->kids[i]->tag == AST_DRIFT)
			&& s->env->kids[i]->name == root->name && s->env->kids[i]->name2)
			return;
	const struct symbol *y = table_get(&p->values, root->name);
	if (!y || y->tag == SYMBOL_FN || y->tag == SYMBOL_SECRET || y->tag == SYMBOL_LET)
		program_unknown_path(p, root);
	else if (above && y->kind && y->tag != SYMBOL_DRIFT && !table_get(&y->kind->index, above->name)
		&& !y->kind->broken && !program_lost(p, above->name)) {
		struct diag *x = diag_error(p->diags, above->name_span, D_UNKNOWN_SETTING, y->name->text,
			y->kind->name->text, above->name->text);
		diag_suggest(p->diags, x, above->name_span, setting_suggest(y->kind, above->name));
		diag_help(p->diags, x, "mlopsc doc %s lists its settings", y->kind->name->text);
	}
}

/* Of an env that is not built now: what can be said of it without applying it. */
static void env_item(struct scope *s, const struct ast *env, struct ast *d)
{
	struct program *p = s->p;
	struct symbol *y;
	struct kind *k;
	s->env = env;
	switch ((enum ast_tag)d->tag) {
	case AST_SET:
		resolve_expr(s, d->kids[1]);
		env_path(s, d->kids[0]);
		break;
	case AST_COMPONENT:
		y = table_get(&p->values, d->name);
		k = d->name2 ? program_kind(p, d->name2) : y ? y->kind : NULL;
		if (d->name2 && !k && !program_lost(p, d->name2)) {
			const char *best = program_suggest(p, 'k', d->name2);
			struct diag *x = diag_error(p->diags, d->name2_span, D_UNKNOWN_KIND, d->name2->text);
			diag_suggest(p->diags, x, d->name2_span, best);
		}
		if (k)
			resolve_kind(p, k);
		if (!d->name2 && y && y->tag == SYMBOL_FAMILY)
			scope_push(s, d, y->decl->name3);
		resolve_block(s, d, k);
		s->n = 0;
		break;
	case AST_DRIFT:
		resolve_block(s, d, NULL);
		break;
	default:
		break;
	}
}

static void resolve_symbol(struct scope *s, struct symbol *y)
{
	struct program *p = s->p;
	struct ast *d = (struct ast *)(uintptr_t)y->decl;
	switch ((enum symbol_tag)y->tag) {
	case SYMBOL_PARAM:
		y->type = type_of_ast(p, d->kids[0]);
		if (!y->expr)
			y->expr = d->nkids > 1 ? d->kids[1] : NULL;
		if (d->nkids > 1)
			resolve_expr(s, d->kids[1]);
		if (y->expr && (d->nkids < 2 || y->expr != d->kids[1]))
			resolve_expr(s, (struct ast *)(uintptr_t)y->expr);
		break;
	case SYMBOL_LET:
		y->type = d->kids[0] ? type_of_ast(p, d->kids[0]) : NULL;
		y->expr = d->kids[1];
		resolve_expr(s, d->kids[1]);
		break;
	case SYMBOL_SECRET:
		for (uint32_t k = 1; k < d->nkids; k++)
			if (d->kids[k]->nkids)
				resolve_expr(s, d->kids[k]->kids[0]);
		if (d->kids[0])
			for (uint32_t k = 1; k < d->kids[0]->nkids; k++)
				resolve_expr(s, d->kids[0]->kids[k]);
		break;
	case SYMBOL_COMPONENT:
	case SYMBOL_FAMILY:
	case SYMBOL_DRIFT:
		if (y->kind)
			resolve_kind(p, y->kind);
		resolve_block(s, d, y->kind);
		for (uint32_t o = 0; o < y->overrides.n; o++) {
			if (d->tag == AST_COMPONENT && d->kids[0])
				scope_push(s, d, d->name3);
			resolve_statement(s, (struct ast *)(uintptr_t)y->overrides.v[o].statement, y->kind, d, NULL);
			s->n = 0;
		}
		break;
	case SYMBOL_FN:
		resolve_fn(p, y->fn);
		break;
	}
}

/* Envs that are not built now are looked at all the same. */
static void resolve_other_envs(struct scope *s)
{
	struct program *p = s->p;
	const uint32_t words = p->words.n;
	for (uint32_t i = 0; i < p->names['e'].n; i++) {
		const struct ast *e = table_get(&p->decls['e'], p->names['e'].v[i]);
		for (uint32_t n = 0; e && e != p->env_decl && n < e->nkids; n++)
			env_item(s, e, e->kids[n]);
		s->env = NULL;
	}
	if (p->every_env)
		p->words.n = words;     /* which types know them is seen when the env is compiled */
}

void resolve_program(struct program *p)
{
	struct scope s = { .p = p };
	/* kinds first: their types declare the words that settings may use */
	for (uint32_t i = 0; i < p->names['k'].n; i++) {
		struct kind *k = program_kind(p, p->names['k'].v[i]);
		if (k) {
			VEC_PUSH(p->arena, &p->user_kinds, k);
			resolve_kind(p, k);
		}
	}
	for (uint32_t i = 0; i < p->names['i'].n; i++)
		program_interface(p, p->names['i'].v[i]);
	for (uint32_t i = 0; i < p->names['d'].n; i++)
		resolve_kind(p, program_detector(p, p->names['d'].v[i])->shape);
	for (uint32_t i = 0; i < p->names['c'].n; i++) {
		struct catalog *c = program_catalog(p, p->names['c'].v[i]);
		for (uint32_t r = 0; c && r < c->decl->nkids; r++)
			if (c->decl->kids[r]->tag == AST_SET)
				resolve_catalog_row(p, c->decl->kids[r]);
	}
	for (uint32_t i = 0; i < p->symbols.n; i++)
		if (p->symbols.v[i]->tag == SYMBOL_COMPONENT || p->symbols.v[i]->tag == SYMBOL_FAMILY
			|| p->symbols.v[i]->tag == SYMBOL_DRIFT)
			symbol_kind(p, p->symbols.v[i]);
	for (uint32_t i = 0; i < p->symbols.n; i++)
		resolve_symbol(&s, p->symbols.v[i]);
	resolve_other_envs(&s);
	for (uint32_t i = 0; i < p->stack_sets.n; i++)
		resolve_expr(&s, p->stack_sets.v[i]->kids[1]);
	for (uint32_t i = 0; i < p->checks.n; i++) {
		resolve_expr(&s, p->checks.v[i]->kids[0]);
		resolve_expr(&s, p->checks.v[i]->kids[1]);
	}
	for (uint32_t i = 0; i < p->rules.n; i++)
		resolve_rule(p, p->rules.v[i]);
	for (uint32_t i = 0; i < p->symbols.n; i++) {
		struct symbol *y = p->symbols.v[i];
		if (!y->said || !y->uses)
			continue;
		diag_note(p->diags, y->said, "%u other use%s of `%s` %s folded into this error", y->uses,
			y->uses == 1 ? "" : "s", y->name->text, y->uses == 1 ? "is" : "are");
	}
}
