/* Tokens of the scanner in; the same with brackets that match out, so that the parser always sees them balanced.

   A stack holds the brackets that are open. Line breaks inside `(` and `[` are forgotten; what is missing is put in,
   what closes nothing left out, and each is reported once.

   When brackets did not match, the source is read a second time. In between, watch() goes over its brackets with their
   indentation, and if that explains what is wrong with no more mistakes than plain counting finds, the missing ones are
   put in, and the surplus ones left out, where the indentation says. That is how a missing `}` is reported at its `{`,
   and nothing that follows from it is. */
#include "front/filter.h"

const char *bracket_text(int kind)
{
	return kind == '{' ? "{" : kind == '(' ? "(" : kind == '[' ? "[" : kind == '}' ? "}" : kind == ')' ? ")"
		: kind == ']' ? "]" : kind == T_INTERP ? "${" : "}";
}

static void report_unclosed(struct parse *p, int kind, struct span open, struct span at, const char *what)
{
	struct diag *d;

	if (open.lo == open.hi || parse_silent(p, open.lo) || at.lo < p->quiet || (p->skipping && kind != '{'))
		return;                 /* open.lo == open.hi: it is not written either */
	d = diag_error(p->diags, open, D_UNCLOSED, bracket_text(kind));
	if (what)
		diag_place(p->diags, d, at, "%s", what);
}

/* What is odd in the rest of the line follows from it. */
static void report_stray(struct parse *p, const struct token *t)
{
	if (!parse_muted(p, t->span.lo))
		diag_error(p->diags, t->span, D_STRAY_CLOSE, bracket_text(t->kind));
	parse_to_line_end(p, t->span.lo, &p->quiet);
}

/* Where brackets nest too deeply: leaves everything inside out. */
static void skip_deep(struct parse *p, struct token *t)
{
	uint32_t open = 1;
	struct span at = t->span;

	if (!p->deep) {
		struct diag *d = diag_error(p->diags, at, D_TOO_DEEP, PARSE_MAX_DEPTH);

		diag_help(p->diags, d, "give a part of it a name with `let`");
	}
	p->deep = 1;
	while (open) {
		t->kind = lexer_lex(p, &t->val, &t->span, p->lexer);
		if (t->kind == '{' || t->kind == '(' || t->kind == '[' || t->kind == T_INTERP) {
			open++;
		} else if (is_closer(t->kind)) {
			open--;
		} else if (t->kind == T_YYEOF) {
			p->quiet = UINT32_MAX;
			return;
		}
	}
	t->kind = T_MISTAKE;
	t->span.lo = at.lo;
}

uint32_t parse_indent_at(const struct parse *p, uint32_t lo)
{
	const char *s = p->text + (lo - p->src->base), *t = s;

	while (t > p->text && (t[-1] == ' ' || t[-1] == '\t'))
		t--;
	return (uint32_t)(s - t);
}

static void watch_repair(struct parse *p, struct watch *w, uint32_t at, int close, struct span open)
{
	struct repair r = { at, close, open };

	VEC_PUSH(p->scratch, &w->repairs, r);
	w->n++;
}

static void watch(struct parse *p, const struct token *t)
{
	struct watch *w = p->watch;
	struct watched o;
	int first = w->fresh;
	uint32_t i;

	if (t->kind == T_NL) {
		w->fresh |= !t->val.n;
		if (w->nimplied && *w->implied == t->span.lo) {
			w->implied++;
			w->nimplied--;
			o.kind = '{';
			o.at = t->span;
			o.indent = w->indent;
			VEC_PUSH(p->scratch, &w->open, o);
		}
		return;
	}
	if (t->kind == T_YYEOF) {
		w->n += w->open.n;
		return;
	}
	w->fresh = 0;
	if (first)
		w->indent = parse_indent_at(p, t->span.lo);
	if (is_closer(t->kind)) {
		int kind = opener_of(t->kind);

		for (i = w->open.n; i > 0; i--)
			if (w->open.v[i - 1].kind == kind && (!first || w->open.v[i - 1].indent <= w->indent))
				break;
		if (!i || (first && w->open.v[i - 1].indent < w->indent)) {
			watch_repair(p, w, t->span.lo, 0, t->span);
			return;
		}
		while (w->open.n > i) {
			o = w->open.v[--w->open.n];
			watch_repair(p, w, t->span.lo, closer_of(o.kind), o.at);
		}
		w->open.n--;
		return;
	}
	if (first)
		while (w->open.n && w->open.v[w->open.n - 1].indent >= w->indent) {
			o = w->open.v[--w->open.n];
			watch_repair(p, w, t->span.lo, closer_of(o.kind), o.at);
		}
	if (t->kind == '{' || t->kind == '(' || t->kind == '[' || t->kind == T_INTERP) {
		o.kind = t->kind;
		o.at = t->span;
		o.indent = w->indent;
		VEC_PUSH(p->scratch, &w->open, o);
	}
}

/* Closes the innermost bracket before `t`, which is read again after it. */
static void close_before(struct parse *p, struct token *t)
{
	int kind = p->brackets.v[p->brackets.n - 1].kind;

	p->raw[p->nraw++] = *t;
	pop_bracket(p);
	made_up(t, closer_of(kind), t->span.lo);
	t->depth = (uint16_t)p->brackets.n;
	t->level = (uint16_t)p->level;
}

/* Carries out a repair at this token. 1: t is something else now; 2: leave t out. */
static int repair_at(struct parse *p, struct token *t)
{
	const struct repair *r = &p->repairs[p->repair++];
	uint32_t n = p->brackets.n;
	int again = 0;

	if (!r->close) {
		if (t->span.lo != r->at)
			return 0;
		report_stray(p, t);
		return 2;
	}
	if (!n || p->brackets.v[n - 1].lo != r->open.lo)
		return 0;
	report_unclosed(p, opener_of(r->close), r->open, t->span,
		is_closer(t->kind) ? "it has to be closed before this"
			: "the indentation says that it ends before this");
	/* a line break behind the bracket, as there is one before `t`; behind the last bracket for this place only */
	again = p->repair < p->nrepairs && p->repairs[p->repair].at == r->at;
	close_before(p, t);
	if (!again && (!p->brackets.n || p->brackets.v[p->brackets.n - 1].kind == '{')) {
		made_up(&p->raw[p->nraw++], T_NL, t->span.lo);
		p->raw[p->nraw - 1].val.n = 1;
	}
	return 1;
}

void token_fetch(struct parse *p, struct token *t)
{
	uint32_t n, i;

again:
	if (p->nraw) {
		*t = p->raw[--p->nraw];
	} else {
		t->kind = lexer_lex(p, &t->val, &t->span, p->lexer);
		if (p->watch)
			watch(p, t);
	}
	if (p->repair < p->nrepairs && t->span.lo >= p->repairs[p->repair].at && t->kind != T_NL) {
		int done = repair_at(p, t);

		if (done == 1)
			return;
		if (done == 2 || p->repair < p->nrepairs) {
			if (done != 2)
				p->raw[p->nraw++] = *t;
			goto again;
		}
	}
	n = p->brackets.n;
	t->depth = (uint16_t)n;
	t->level = (uint16_t)p->level;
	switch (t->kind) {
	case T_NL:
		if (n && p->brackets.v[n - 1].kind != '{' && !t->val.n)
			goto again;
		break;
	case '{': case '(': case '[': case T_INTERP:
		if (n >= PARSE_MAX_DEPTH) {
			skip_deep(p, t);
			if (t->kind == T_YYEOF) {
				p->raw[p->nraw++] = *t;
				goto again;
			}
			break;
		}
		push_bracket(p, t->kind, t->span);
		break;
	case '}': case ')': case ']': case T_INTERP_END:
		if (n && p->brackets.v[n - 1].kind == opener_of(t->kind)) {
			pop_bracket(p);
			t->depth = (uint16_t)p->brackets.n;
			t->level = (uint16_t)p->level;
			break;
		}
		for (i = n; i > 0 && p->brackets.v[i - 1].kind != opener_of(t->kind); i--)
			if (p->brackets.v[i - 1].kind == T_INTERP) {
				i = 0;          /* a bracket in ${} closes nothing outside of it */
				break;
			}
		p->trouble++;
		if (!i) {
			report_stray(p, t);
			goto again;
		}
		report_unclosed(p, p->brackets.v[n - 1].kind,
			(struct span){ p->brackets.v[n - 1].lo, p->brackets.v[n - 1].hi }, t->span,
			"it has to be closed before this");
		close_before(p, t);
		break;
	case T_YYEOF:
		if (!n)
			break;
		p->trouble++;
		if (!p->at_end)
			report_unclosed(p, p->brackets.v[n - 1].kind,
				(struct span){ p->brackets.v[n - 1].lo, p->brackets.v[n - 1].hi }, t->span, NULL);
		p->at_end = 1;
		close_before(p, t);
		break;
	}
}
