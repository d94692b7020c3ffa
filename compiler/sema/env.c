/* The env that is built, and --set: what they say is laid over the declarations of the stack, as if it stood there. A
   path whose root is no declaration is reported, with what was most likely meant. */
#include "sema/program.h"
#include "base/suggest.h"
#include "front/parse.h"
#include <string.h>

static struct ast *node(struct program *p, enum ast_tag tag, struct span at, const struct atom *name, uint32_t nkids)
{
	struct ast *n = ARENA_NEW(p->arena, struct ast);
	n->tag = (uint8_t)tag;
	n->span = n->name_span = at;
	n->name = name;
	n->nkids = nkids;
	n->kids = nkids ? ARENA_ARRAY(p->arena, struct ast *, nkids) : NULL;
	return n;
}

void program_unknown_path(struct program *p, const struct ast *root)
{
	const struct symbol *y = table_get(&p->values, root->name);
	if (!y && program_lost(p, root->name))
		return;
	struct unknown *u = y ? NULL : table_get(&p->unknown, root->name);
	if (u) {
		unknown_again(p, u, root->span);
		return;
	}
	struct diag *x = diag_error(p->diags, root->span, D_UNKNOWN_PATH, root->name->text);
	const char *best = y ? NULL : program_suggest(p, 'v', root->name);
	struct symbol *meant = best ? table_get(&p->values, atom_cstr(p->atoms, best)) : NULL;
	if (!y)
		unknown_first(p, root->name, x);
	if (meant)
		meant->suspect = 1;
	if (y) {
		diag_label(p->diags, x,
			y->tag == SYMBOL_LET ? "a `let` has its value for good; a `param` can be set"
				: y->tag == SYMBOL_SECRET ? "values of secrets never stand in a source"
				: "this is a function");
	} else if (best) {
		diag_suggest(p->diags, x, root->span, best);
	}
}

/* The path without its root: `database.storage` is the setting `storage` of the component `database`. */
static struct ast *without_root(struct program *p, const struct ast *path, const struct ast *root)
{
	if (path->kids[0] == root)
		return node(p, AST_NAME, path->name_span, path->name, 0);
	struct ast *n = node(p, AST_FIELD, path->span, path->name, 1);
	n->name_span = path->name_span;
	n->kids[0] = without_root(p, path->kids[0], root);
	return n;
}

static void apply_set(struct program *p, const struct ast *set)
{
	const struct ast *path = set->kids[0], *root = path, *index = NULL;
	while (root->tag == AST_FIELD || root->tag == AST_INDEX) {
		if (root->tag == AST_INDEX)
			index = root;
		root = root->kids[0];
	}
	if (root->tag != AST_NAME)
		return;
	if (!strcmp(root->name->text, "stack") && path != root) {
		struct ast *s = node(p, AST_SET, set->span, NULL, 2);
		s->kids[0] = without_root(p, path, root);
		s->kids[1] = set->kids[1];
		VEC_PUSH(p->arena, &p->stack_sets, s);
		return;
	}
	struct symbol *y = table_get(&p->values, root->name);
	if (!y || y->tag == SYMBOL_FN || y->tag == SYMBOL_SECRET || y->tag == SYMBOL_LET) {
		program_unknown_path(p, root);
		return;
	}
	y->uses++;
	if (y->tag == SYMBOL_PARAM) {
		if (path != root)
			diag_error(p->diags, path->span, D_UNKNOWN_PATH, root->name->text);
		else
			y->expr = set->kids[1];
		return;
	}
	if (path == root || path == index
		|| (index
			&& (y->tag != SYMBOL_FAMILY || index->kids[0] != root
				|| index->kids[1]->tag != AST_STRING))) {
		diag_help(p->diags, diag_error(p->diags, path->span, D_UNKNOWN_PATH, root->name->text),
			"write %s.SETTING = value", root->name->text);
		return;
	}
	struct ast *s = node(p, AST_SET, set->span, NULL, 2);
	s->kids[0] = without_root(p, path, index ? index : root);
	s->kids[1] = set->kids[1];
	VEC_PUSH(p->arena, &y->overrides,
		((struct override){
			index ? index->kids[1]->name : NULL, s, index ? index->kids[1]->span : s->span }));
}

static void no_such_component(struct program *p, const struct ast *s, const char *why)
{
	struct suggest near;
	if (program_lost(p, s->name))
		return;
	struct diag *x = diag_error(p->diags, s->name_span, D_UNKNOWN_PATH, s->name->text);
	suggest_init(&near, s->name->text, s->name->len);
	for (uint32_t i = 0; i < p->symbols.n && !table_get(&p->values, s->name); i++)
		if (p->symbols.v[i]->tag == SYMBOL_COMPONENT || p->symbols.v[i]->tag == SYMBOL_FAMILY
			|| p->symbols.v[i]->tag == SYMBOL_DRIFT)
			suggest_try(&near, p->symbols.v[i]->name->text);
	if (suggest_best(&near)) {
		diag_suggest(p->diags, x, s->name_span, suggest_best(&near));
	} else {
		diag_label(p->diags, x, "%s", why);
	}
}

/* Components of which a statement of the env speaks that did not parse. */
static void suspect_paths(struct program *p, const struct ast *e)
{
	uint32_t at;
	for (uint32_t n = 0; (at = program_broken_at(p, e->span, n)); n++) {
		const struct source *src = source_of(p->sources, at);
		const char *s = src->text + (at - src->base), *word;
		for (int k = 0; k < 2000 && s > src->text && s[-1] != '\n' && s[-1] != ';' && s[-1] != '{'; k++)
			s--;
		s += strspn(s, " \t");
		word = s;
		s += strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");
		const struct atom *a = atom_find(p->atoms, word, (size_t)(s - word));
		struct symbol *y = a ? table_get(&p->values, a) : NULL;
		if (y)
			y->suspect = 1;
	}
}

static void apply_env(struct program *p, const struct ast *e)
{
	if (p->diags->nerrors)
		suspect_paths(p, e);
	for (uint32_t i = 0; i < e->nkids; i++) {
		const struct ast *s = e->kids[i];
		struct symbol *y;
		switch (s->tag) {
		case AST_COMPONENT:
			if (s->name2) {
				declare_value(p, s->kids[0] ? SYMBOL_FAMILY : SYMBOL_COMPONENT, s, 0);
				break;
			}
			y = table_get(&p->values, s->name);
			if (!y || (y->tag != SYMBOL_COMPONENT && y->tag != SYMBOL_FAMILY && y->tag != SYMBOL_DRIFT)) {
				no_such_component(p, s, "no component to reopen");
				break;
			}
			for (uint32_t n = 1; n < s->nkids; n++)
				VEC_PUSH(p->arena, &y->overrides,
					((struct override){ NULL, s->kids[n], s->kids[n]->span }));
			break;
		case AST_DRIFT:
			declare_value(p, SYMBOL_DRIFT, s, 0);
			break;
		case AST_DROP:
			y = table_get(&p->values, s->name);
			if (!y || y->tag == SYMBOL_FN || y->tag == SYMBOL_PARAM || y->tag == SYMBOL_LET)
				no_such_component(p, s,
					y ? "only components, drifts and secrets can be dropped"
						: "nothing to drop");
			else
				y->dropped = 1;
			break;
		case AST_ALLOW:
			VEC_PUSH(p->arena, &p->allows, ((struct allow){ s, 0 }));
			break;
		default:
			break;
		}
	}
	struct table seen;
	table_init(&seen, p->arena);
	for (uint32_t i = 0; i < e->nkids; i++) {
		const struct ast *s = e->kids[i];
		if (s->tag != AST_SET)
			continue;
		const struct source *src = source_of(p->sources, s->kids[0]->span.lo);
		const struct atom *path = src ? atom_intern(p->atoms, src->text + (s->kids[0]->span.lo - src->base),
			s->kids[0]->span.hi - s->kids[0]->span.lo)
			: NULL;
		const struct ast *old = path ? table_get(&seen, path) : NULL;
		if (old)
			diag_place(p->diags,
				diag_error(p->diags, s->kids[0]->span, D_DUPLICATE_SETTING, path->text), old->span,
				"first set here");
		else if (path)
			table_put(&seen, path, s->kids[0]);
		apply_set(p, s);
	}
}

static void apply_assignment(struct program *p, const char *text)
{
	const char *eq = strchr(text, '=');
	struct source *ks = eq
		? source_add(p->sources, arena_printf(p->arena, "--set %.*s", (int)(eq - text), text), text,
			(size_t)(eq - text), 0)
		: NULL;
	struct ast *path = ks ? parse_expression(ks, p->arena, p->atoms, p->diags) : NULL;
	if (!path || (path->tag != AST_NAME && path->tag != AST_FIELD && path->tag != AST_INDEX)) {
		diag_error(p->diags, (struct span){ 0, 0 }, D_SET,
			arena_printf(p->arena, "--set %s is not of the form path=value", text));
		return;
	}
	const char *vt = eq + 1;
	struct source *vs = source_add(p->sources, arena_printf(p->arena, "--set %s", text), vt, strlen(vt), 0);
	struct ast *v = parse_expression(vs, p->arena, p->atoms, p->diags);
	/* what is no literal is text: a host name parses as a path of fields */
	int literal = v
		&& (v->tag == AST_NUMBER || v->tag == AST_STRING || v->tag == AST_BOOL || v->tag == AST_LIST
			|| v->tag == AST_OBJECT || v->tag == AST_NONE);
	if (!literal) {
		struct span at = { vs->base, vs->base + vs->len };
		v = node(p, AST_STRING, at, atom_intern(p->atoms, vt, strlen(vt)), 0);
	}
	v->flags |= AST_F_TEXT;
	struct ast *set = node(p, AST_SET, path->span, NULL, 2);
	set->kids[0] = path;
	set->kids[1] = v;
	apply_set(p, set);
}

int program_env_sets(const struct program *p, const struct atom *param)
{
	for (uint32_t n = 0; n < p->names['e'].n; n++) {
		const struct ast *env = table_get(&p->decls['e'], p->names['e'].v[n]);
		for (uint32_t k = 0; env && k < env->nkids; k++) {
			const struct ast *s = env->kids[k];
			if (s->tag == AST_SET && s->kids[0]->tag == AST_NAME && s->kids[0]->name == param)
				return 1;
		}
	}
	return 0;
}

void program_env(struct program *p, const struct atom *env, const char **sets, uint32_t nsets)
{
	p->env = env;
	if (env) {
		p->env_decl = table_get(&p->decls['e'], env);
		if (!p->env_decl) {
			struct diag *x = diag_error(p->diags, (struct span){ 0, 0 }, D_UNKNOWN_ENV, env->text);
			struct buf b = { 0 };
			for (uint32_t i = 0; i < p->names['e'].n; i++)
				buf_addf(&b, "%s%s", i ? ", " : "", p->names['e'].v[i]->text);
			if (b.n)
				diag_help(p->diags, x, "this stack has: %s", b.p);
			else
				diag_help(p->diags, x, "this stack declares no env");
			buf_free(&b);
			p->env_unknown = 1;
		} else {
			apply_env(p, p->env_decl);
		}
	}
	for (uint32_t i = 0; i < nsets; i++)
		apply_assignment(p, sets[i]);
}
