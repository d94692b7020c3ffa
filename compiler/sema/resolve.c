/* Binds every name to what it means: a local variable, a slot of the kind, a stack symbol, a function, a detector.
   A name that is bound to nothing may be a member of an enumeration, whose type is known only when a value is wanted;
   such words are kept, and what no enumeration has is reported once everything has been seen.

   The user's text is resolved whole, used or not, so that a mistake in it is always found; the library's, when it is
   used. Here are names and expressions; what they stand in is resolved by resolve_block.c (components and policies),
   resolve_kind.c (kinds and rules) and resolve_stack.c (the stack and its envs). */
#include "sema/resolve.h"
#include "base/suggest.h"
#include <string.h>

int scope_push(struct scope *s, const struct ast *at, const struct atom *name)
{
	if (!name)
		return 1;
	if (s->n == MAX_LOCALS) {
		diag_error(s->p->diags, at->span, D_TOO_DEEP, MAX_LOCALS);
		return 0;
	}
	s->locals[s->n++] = name;
	return 1;
}

/* A name that is nothing is reported where it is met first; its other uses are counted there. */
void unknown_first(struct program *p, const struct atom *name, struct diag *x)
{
	struct location l = source_locate(p->sources, x->span.lo);
	struct unknown *u = ARENA_NEW(p->arena, struct unknown);
	*u = (struct unknown){ x, l.line, 0, l.source, "" };
	table_put(&p->unknown, name, u);
	VEC_PUSH(p->arena, &p->unknowns, u);
}

void unknown_again(struct program *p, struct unknown *u, struct span at)
{
	struct location l = source_locate(p->sources, at.lo);
	if (l.line == u->line && l.source == u->source)
		return;         /* the same name in one line is one slip */
	u->line = l.line;
	u->source = l.source;
	u->more++;
	if (u->more <= 5 && l.source)
		u->lines = arena_printf(p->arena, "%s%s%s:%u", u->lines, *u->lines ? ", " : "", l.source->name, l.line);
}

/* What other languages call true, false and nothing. */
static const char *our_word(const char *word)
{
	static const char *const words[][2] = { { "yes", "true" }, { "on", "true" }, { "no", "false" },
		{ "off", "false" }, { "nil", "none" }, { "undefined", "none" } };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (!strcmp(words[i][0], word))
			return words[i][1];
	return NULL;
}

static void unknown_name(struct program *p, struct kind *k, const struct ast *e)
{
	if ((k && k->broken) || program_lost(p, e->name))
		return;         /* follows from what was said */
	const struct atom *id = k
		? atom_cstr(p->atoms, arena_printf(p->arena, "%s/%s", k->name->text, e->name->text))
		: e->name;
	struct unknown *u = table_get(&p->unknown, id);
	if (u) {
		unknown_again(p, u, e->span);
		return;
	}
	struct diag *x = diag_error(p->diags, e->span, D_UNKNOWN_NAME, e->name->text);
	struct suggest s;
	unknown_first(p, id, x);
	if (diag_full(p->diags))
		return;
	const char *best = our_word(e->name->text);
	suggest_init(&s, e->name->text, e->name->len);
	if (k)
		for (uint32_t i = 0; i < k->members.n; i++)
			suggest_try(&s, k->members.v[i].name->text);
	else
		for (uint32_t i = 0; i < p->names['v'].n; i++)
			suggest_try(&s, p->names['v'].v[i]->text);
	if (!best)
		best = suggest_best(&s);
	diag_suggest(p->diags, x, e->span, best);
	const struct symbol *fn = best ? NULL : program_callable(p, e->name);
	if (fn && fn->tag == SYMBOL_FN) {
		diag_help(p->diags, x, "it is a function: %s(...)", e->name->text);
		return;
	}
	if (!best && program_kind(p, e->name)) {
		diag_help(p->diags, x, "it is a kind; write the name of a component that is one");
		return;
	}
	if (e->flags & AST_F_TEXT) {    /* text was wanted: perhaps the quotes are missing */
		const struct source *src = source_of(p->sources, e->span.lo);
		struct span at = e->span;
		static const char inside[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
		if (src)
			at.hi = at.lo + (uint32_t)strspn(src->text + (at.lo - src->base), inside);
		diag_help(p->diags, x, "text stands in quotes: \"%.*s\"", (int)(at.hi - at.lo),
			src ? src->text + (at.lo - src->base) : "");
		if (!suggest_best(&s))
			diag_fix(p->diags, x, at, "\"%.*s\"", (int)(at.hi - at.lo),
				src ? src->text + (at.lo - src->base) : "");
	}
}

static void name(struct scope *s, struct ast *e)
{
	struct program *p = s->p;
	e->bind_tag = BIND_WORD;
	for (uint32_t i = s->n; i-- > 0;)
		if (s->locals[i] == e->name) {
			e->bind_tag = BIND_LOCAL;
			e->bind_index = i;
			return;
		}
	if (s->kind) {
		uint32_t slot = (uint32_t)(uintptr_t)table_get(&s->kind->index, e->name);
		if (slot) {
			e->bind_tag = BIND_SLOT;
			e->bind_index = slot - 1;
			return;
		}
		if (e->name == p->a_port || e->name == p->a_expose) {
			e->bind_tag = e->name == p->a_port ? BIND_PORTS : BIND_EXPOSE;
			return;
		}
	} else if (!s->pure) {
		struct symbol *y = table_get(&p->values, e->name);
		if (y && y->tag != SYMBOL_FN) {
			y->uses++;
			e->bind_tag = BIND_SYMBOL;
			e->bind = y;
			return;
		}
		if (e->name == p->implicit[SLOT_STACK]) {
			/* the stack's settings; the stack's own scope has no other slot */
			e->bind_tag = BIND_SLOT;
			e->bind_index = SLOT_STACK;
			return;
		}
	}
	for (uint32_t i = 0; s->env && i < s->env->nkids; i++)
		if ((s->env->kids[i]->tag == AST_COMPONENT || s->env->kids[i]->tag == AST_DRIFT)
			&& s->env->kids[i]->name == e->name)
			return;
	if (e->name->len == 4 && !memcmp(e->name->text, "null", 4)) {
		e->bind_tag = BIND_NULL;
		return;
	}
	if (!table_get(&p->enum_words, e->name))        /* or else there is nothing left to find out */
		VEC_PUSH(p->arena, &p->words, e);
	e->bind = s->kind;
}

static void callee(struct scope *s, struct ast *call)
{
	struct program *p = s->p;
	struct ast *c = call->kids[0];
	if (c->tag != AST_NAME) {
		resolve_expr(s, c);
		return;
	}
	int b = p->builtins->index(c->name);
	struct symbol *y = program_callable(p, c->name);
	if (y && y->tag == SYMBOL_FN) {
		c->bind_tag = BIND_FN;
		c->bind = y->fn;
		resolve_fn(p, y->fn);
		return;
	}
	if (b >= 0) {
		c->bind_tag = BIND_BUILTIN;
		c->bind_index = (uint32_t)b;
		return;
	}
	struct detector *t = program_detector(p, c->name);
	if (t) {
		c->bind_tag = BIND_DETECTOR;
		c->bind = t;
		resolve_kind(p, t->shape);
		return;
	}
	c->bind_tag = BIND_BAD;
	if (program_lost(p, c->name))
		return;
	struct diag *x = diag_error(p->diags, c->span, D_UNKNOWN_FUNCTION, c->name->text);
	if (y || (s->kind && table_get(&s->kind->index, c->name))) {
		diag_label(p->diags, x, "`%s` is a value, not a function", c->name->text);
		return;
	}
	struct suggest g;
	suggest_init(&g, c->name->text, c->name->len);
	for (int i = 0; p->builtins->name(i); i++)
		suggest_try(&g, p->builtins->name(i));
	const char *best = suggest_best(&g);
	if (!best)
		best = program_suggest(p, 'v', c->name);
	if (!best)
		best = program_suggest(p, 'd', c->name);
	diag_suggest(p->diags, x, c->span, best);
}

/* for a, b in list { ... }: the list sees the outer scope, the rest the variables. */
void resolve_loop(struct scope *s, struct ast *e, uint32_t first_inside)
{
	uint32_t n = s->n;
	resolve_expr(s, e->kids[0]);
	if (scope_push(s, e, e->name) && scope_push(s, e, e->name2)) {
		e->bind_index = n;
		for (uint32_t i = first_inside; i < e->nkids; i++)
			if (e->kids[i])
				resolve_expr(s, e->kids[i]);
	}
	s->n = n;
}

void resolve_expr(struct scope *s, struct ast *e)
{
	if (!e)
		return;
	switch ((enum ast_tag)e->tag) {
	case AST_NAME:
		name(s, e);
		break;
	case AST_CALL: {
		callee(s, e);
		uint32_t words = s->p->words.n;
		for (uint32_t i = 1; i < e->nkids; i++)
			resolve_expr(s, e->kids[i]);
		if (e->kids[0]->tag == AST_NAME && e->kids[0]->bind_tag == BIND_BAD)
			s->p->words.n = words;  /* what is called may know them: only that it is not there is said */
		break;
	}
	case AST_LISTFOR:
	case AST_EFOR:
		resolve_loop(s, e, 1);
		break;
	default:
		for (uint32_t i = 0; i < e->nkids; i++)
			resolve_expr(s, e->kids[i]);
		break;
	}
}

void resolve_params(struct scope *s, const struct ast *d, uint32_t from)
{
	for (uint32_t i = from; i < d->nkids; i++) {
		const struct ast *f = d->kids[i];
		if (f->tag != AST_FIELDDEF)
			continue;
		type_of_ast(s->p, f->kids[0]);
		if (f->nkids > 1)
			resolve_expr(s, f->kids[1]);
		for (uint32_t k = from; k < i; k++)
			if (d->kids[k]->tag == AST_FIELDDEF && d->kids[k]->name == f->name)
				diag_place(s->p->diags,
					diag_error(s->p->diags, f->name_span, D_DUPLICATE, f->name->text),
					d->kids[k]->name_span, "declared here");
		scope_push(s, f, f->name);
	}
}

void resolve_fn(struct program *p, struct fn *f)
{
	if (f->visiting) {
		diag_label(p->diags,
			diag_error(p->diags, f->decl->name_span, D_RECURSION, "function", f->name->text, "calls"),
			"reaches itself");
		f->recursive = 1;
		return;
	}
	if (f->resolved)
		return;
	f->visiting = 1;
	struct scope s = { .p = p, .pure = 1 };
	const struct ast *d = f->decl;
	f->nparams = d->nkids - 2;
	f->params = ARENA_ARRAY(p->arena, struct type_field, f->nparams);
	for (uint32_t i = 0; i < f->nparams; i++) {
		const struct ast *x = d->kids[i + 2];
		f->params[i] = (struct type_field){ x->name, type_of_ast(p, x->kids[0]),
			x->nkids > 1 ? x->kids[1] : NULL, x->span, NULL };
	}
	f->result = d->kids[0] ? type_of_ast(p, d->kids[0]) : NULL;
	resolve_params(&s, d, 2);
	resolve_expr(&s, d->kids[1]);
	f->visiting = 0;
	f->resolved = 1;
}

void resolve_catalog_row(struct program *p, const struct ast *set)
{
	struct scope s = { .p = p, .pure = 1 };
	if (!set->kids[0]->bind_depth) {
		set->kids[0]->bind_depth = 1;
		resolve_expr(&s, set->kids[1]);
	}
}

void resolve_stack_expr(struct program *p, struct ast *e, const struct atom *local)
{
	struct scope s = { .p = p };
	scope_push(&s, e, local);
	resolve_expr(&s, e);
}

/* After everything has been evaluated: words that no enumeration has. */
void resolve_words(struct program *p)
{
	for (uint32_t i = 0; i < p->words.n; i++)
		if (!table_get(&p->enum_words, p->words.v[i]->name))
			unknown_name(p, p->words.v[i]->bind, p->words.v[i]);
	for (uint32_t i = 0; i < p->unknowns.n; i++) {
		const struct unknown *u = p->unknowns.v[i];
		if (u->more)
			diag_note(p->diags, u->said, "%u other use%s of it (%s%s) %s folded into this error",
				u->more, u->more == 1 ? "" : "s", u->lines, u->more > 5 ? ", ..." : "",
				u->more == 1 ? "is" : "are");
	}
}
