/* What stands in a kind, and in a rule: members, outputs with their loops and conditions, risks. */
#include "sema/resolve.h"
#include "base/suggest.h"
#include <string.h>

static void output(struct scope *s, struct ast *o)
{
	uint32_t n = s->n;
	switch ((enum ast_tag)o->tag) {
	case AST_COMPONENT: {
		uint32_t slot = (uint32_t)(uintptr_t)table_get(&s->kind->index, o->name);
		struct kind *inner = slot ? s->kind->members.v[slot - 1].inner : NULL;
		if (inner)
			resolve_kind(s->p, inner);
		o->bind_depth = (uint16_t)s->n;
		resolve_block(s, o, inner);
		break;
	}
	case AST_KFOR:
		resolve_loop(s, o, 2);
		if (scope_push(s, o, o->name) && scope_push(s, o, o->name2))
			output(s, o->kids[1]);
		break;
	case AST_KIF:
		resolve_expr(s, o->kids[0]);
		output(s, o->kids[1]);
		if (o->nkids > 2 && o->kids[2])
			output(s, o->kids[2]);
		break;
	case AST_BLOCK:
		for (uint32_t i = 0; i < o->nkids; i++)
			output(s, o->kids[i]);
		break;
	default:
		for (uint32_t i = 0; i < o->nkids; i++)
			resolve_expr(s, o->kids[i]);
		break;
	}
	s->n = n;
}

/* A risk is judged where no stack is, from what two locks say: it sees what was, what is, and functions. */
static void risk(struct program *p, struct kind *k, struct ast *d)
{
	static const char *const words[RISK_LOCALS] = { "old", "new", "restarts" };
	struct scope s = { .p = p, .pure = 1 };
	for (int i = 0; i < RISK_LOCALS; i++)
		s.locals[s.n++] = atom_cstr(p->atoms, words[i]);
	for (uint32_t i = 0; i < 3; i++)
		resolve_expr(&s, d->kids[i]);
	risk_check(p, k, d);
}

void resolve_kind(struct program *p, struct kind *k)
{
	if (k->resolved)
		return;
	k->resolved = 1;
	if (k->base)
		resolve_kind(p, k->base);
	struct scope s = { .p = p, .kind = k };
	for (uint32_t i = 0; i < k->decl->nkids; i++) {
		struct ast *m = k->decl->kids[i];
		switch ((enum ast_tag)m->tag) {
		case AST_SETTING:
			if (m->nkids > 1)
				resolve_expr(&s, m->kids[1]);
			break;
		case AST_LET:
			resolve_expr(&s, m->kids[1]);
			break;
		case AST_SECRET:
			for (uint32_t n = 1; n < m->nkids; n++)
				if (m->kids[n]->nkids && m->kids[n]->kids[0])
					resolve_expr(&s, m->kids[n]->kids[0]);
			break;
		case AST_NEEDS:
		case AST_COLLECTS:
		case AST_ERROR:
			break;
		case AST_PORT:
			resolve_expr(&s, m->kids[0]);
			break;
		case AST_GIVES:
		case AST_EXPORTS:
			resolve_params(&s, m, 1);
			resolve_expr(&s, m->kids[0]);
			s.n = 0;
			break;
		case AST_RUNS:
			if (m->nkids)
				resolve_expr(&s, m->kids[0]);
			break;
		case AST_RISK:
			risk(p, k, m);
			break;
		default:
			output(&s, m);
			break;
		}
	}
}

struct todo { struct ast *n; uint32_t locals; };   /* n NULL: back to so many locals */

/* Where a rule says over what it runs: the word behind `in`. */
static struct span rule_set(const struct program *p, const struct ast *d)
{
	const struct source *src = source_of(p->sources, d->span.lo);
	uint32_t at = d->name2_span.hi;
	if (!src)
		return d->span;
	at += (uint32_t)strspn(src->text + (at - src->base), " \t") + 2;
	at += (uint32_t)strspn(src->text + (at - src->base), " \t");
	return (struct span){ at, at + d->name3->len };
}

void resolve_rule(struct program *p, struct rule *r)
{
	if (r->resolved)
		return;
	r->resolved = 1;
	struct scope s = { .p = p, .pure = 1 };
	const struct ast *d = r->decl;
	const char *set = d->name3->text;
	if (strcmp(set, "objects") && strcmp(set, "releases")) {
		struct suggest near;
		struct diag *x = diag_error(p->diags, rule_set(p, d), D_UNKNOWN_NAME, set);
		suggest_init(&near, set, d->name3->len);
		suggest_try(&near, "objects");
		suggest_try(&near, "releases");
		diag_suggest(p->diags, x, x->span, suggest_best(&near));
		diag_help(p->diags, x, "a rule runs `for x in objects` or `for x in releases`");
	}
	scope_push(&s, d, d->name2);
	struct todo stack[256];
	uint32_t depth = 0;
	/* statements in order; a `let` is seen by what follows it in its block */
	for (uint32_t i = d->nkids; i-- > 0 && depth < 256;)
		stack[depth++] = (struct todo){ d->kids[i], 0 };
	while (depth) {
		struct ast *n = stack[--depth].n;
		if (!n) {
			s.n = stack[depth].locals;
			continue;
		}
		switch ((enum ast_tag)n->tag) {
		case AST_LET:
			resolve_expr(&s, n->kids[1]);
			n->bind_index = s.n;
			scope_push(&s, n, n->name);
			break;
		case AST_KFOR:
			resolve_expr(&s, n->kids[0]);
			n->bind_index = s.n;
			if (depth + n->kids[1]->nkids + 1 > 255)
				break;
			stack[depth].n = NULL;
			stack[depth++].locals = s.n;
			scope_push(&s, n, n->name);
			scope_push(&s, n, n->name2);
			for (uint32_t i = n->kids[1]->nkids; i-- > 0;)
				stack[depth++].n = n->kids[1]->kids[i];
			break;
		case AST_KIF:
			resolve_expr(&s, n->kids[0]);
			for (uint32_t b = n->nkids; b-- > 1;) {
				struct ast *block = n->kids[b];
				if (!block || depth + block->nkids + 1 > 255)
					continue;
				stack[depth].n = NULL;
				stack[depth++].locals = s.n;
				if (block->tag == AST_BLOCK)
					for (uint32_t i = block->nkids; i-- > 0;)
						stack[depth++].n = block->kids[i];
				else
					stack[depth++].n = block;
			}
			break;
		case AST_CHECK:
			resolve_expr(&s, n->kids[0]);
			resolve_expr(&s, n->kids[1]);
			break;
		default:
			break;
		}
	}
}
