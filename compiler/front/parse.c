/* One source through scanner, token filter and parser.

   The parser's grammar is plain because of what stands before it here. token_fetch() keeps a stack of open brackets: it
   forgets line breaks inside `(` and `[`, finds brackets that do not match and puts in what is missing, so that the
   parser always sees them balanced. mlops_yylex() folds line breaks, puts one before each `}`, decides where a word of
   the language is only a name, and after a mistake leaves out what is nested until the statement is over.

   When brackets did not match, the source is read a second time. In between, watch() goes over its brackets with their
   indentation, and if that explains what is wrong with no more mistakes than plain counting finds, the missing ones are
   put in, and the surplus ones left out, where the indentation says. That is how a missing `}` is reported at its `{`,
   and nothing that follows from it is. */
#include "front/parse_state.h"
#include "base/suggest.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct { const char *word; short token;
} words[] = {
	{ "stack", T_STACK },
	{ "use", T_USE },
	{ "catalog", T_CATALOG },
	{ "param", T_PARAM },
	{ "let", T_LET },
	{ "secret", T_SECRET },
	{ "component", T_COMPONENT },
	{ "drift", T_DRIFT },
	{ "env", T_ENV },
	{ "check", T_CHECK },
	{ "fn", T_FN },
	{ "kind", T_KIND },
	{ "interface", T_INTERFACE },
	{ "detector", T_DETECTOR },
	{ "rule", T_RULE },
	{ "allow", T_ALLOW },
	{ "expose", T_EXPOSE },
	{ "patch", T_PATCH },
	{ "values", T_VALUES },
	{ "alert", T_ALERT },
	{ "drop", T_DROP },
	{ "gives", T_GIVES },
	{ "needs", T_NEEDS },
	{ "collects", T_COLLECTS },
	{ "port", T_PORT },
	{ "runs", T_RUNS },
	{ "exports", T_EXPORTS },
	{ "manifest", T_MANIFEST },
	{ "release", T_RELEASE },
	{ "config", T_CONFIG },
	{ "offers", T_OFFERS },
	{ "claims", T_CLAIMS },
	{ "risk", T_RISK },
	{ "if", T_IF },
	{ "then", T_THEN },
	{ "else", T_ELSE },
	{ "for", T_FOR },
	{ "in", T_IN },
	{ "on", T_ON },
	{ "from", T_FROM },
	{ "because", T_BECAUSE },
	{ "when", T_WHEN },
	{ "warn", T_WARN },
	{ "none", T_NONE },
	{ "true", T_TRUE },
	{ "false", T_FALSE },
};
#define NWORDS (sizeof words / sizeof *words)

int parse_word(const struct atom *word)
{
	return words[word->keyword - 1].token;
}

/* -- when to say nothing */

/* What was reported before explains everything up to `quiet`, in the case of the scanner's mistakes up to `mute`: one
   in a line that the parser has complained about already. */
static int parse_silent(struct parse *p, uint32_t lo)
{
	if (diag_full(p->diags) || p->deep)
		p->quiet = UINT32_MAX;
	return lo < p->quiet;
}

int parse_muted(struct parse *p, uint32_t lo)
{
	return parse_silent(p, lo) || lo < p->mute;
}

/* Moves a limit to the end of the line of `lo`. */
static void to_line_end(const struct parse *p, uint32_t lo, uint32_t *limit)
{
	uint32_t from = lo - p->src->base, len = p->src->len;
	const char *end;

	if (lo < *limit || from >= len)
		return;
	end = memchr(p->text + from, '\n', len - from);
	*limit = end ? p->src->base + (uint32_t)(end - p->text) : UINT32_MAX;
}

static void start_skipping(struct parse *p, const struct token *t)
{
	p->skipping = 1;
	p->plain = 0;
	p->skip_level = t->level;
	to_line_end(p, t->span.lo, &p->mute);
}

/* -- text */

static uint32_t utf8_put(char *out, unsigned long c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 63));
		out[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 63));
	out[2] = (char)(0x80 | (c >> 6 & 63));
	out[3] = (char)(0x80 | (c & 63));
	return 4;
}

/* The character after a backslash at `s`. Gives the bytes read and written; an unknown escape is kept as it stands. */
static uint32_t escape(struct parse *p, const char *s, const char *end, char *out, uint32_t *nout)
{
	unsigned long c = 0;
	uint32_t n = 1;
	struct span at;
	struct diag *d;

	*nout = 1;
	switch (s + 1 < end ? s[1] : 0) {
	case '"': case '\\': case '$': *out = s[1]; return 2;
	case 'n': *out = '\n'; return 2;
	case 't': *out = '\t'; return 2;
	case 'r': *out = '\r'; return 2;
	case 'u':
		if (s + 2 < end && s[2] == '{') {
			for (n = 3; s + n < end && n < 9; n++) {
				char h = s[n];
				int v = h >= '0' && h <= '9' ? h - '0' : h >= 'a' && h <= 'f' ? h - 'a' + 10
					: h >= 'A' && h <= 'F' ? h - 'A' + 10 : -1;

				if (v < 0)
					break;
				c = c << 4 | (unsigned long)v;
			}
			if (n > 3 && s + n < end && s[n] == '}' && c && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff)) {
				*nout = utf8_put(out, c);
				return n + 1;
			}
			if (s + n < end && s[n] == '}')
				n++;
			break;
		}
		n = 2;
		break;
	default:
		if (s + 1 < end && s[1] != '\n' && s[1] != '\r')
			for (n = 2; s + n < end && (s[n] & 0xc0) == 0x80; n++)
				;
	}
	at.lo = p->src->base + (uint32_t)(s - p->text);
	at.hi = at.lo + n;
	*out = '\\';
	if (parse_muted(p, at.lo))
		return 1;
	d = diag_error(p->diags, at, D_BAD_ESCAPE, arena_strdup(p->scratch, s, n));
	diag_help(p->diags, d, "escapes are \\\" \\\\ \\n \\t \\r \\$ and \\u{1F600}; a backslash is written \\\\");
	return 1;
}

/* Resolves escapes. A piece of a """ block also loses `indent` blanks at the start of each of its lines, and all of
   them on blank lines; `last`: the closing quotes stand behind it. */
static const struct atom *cook(struct parse *p, uint32_t lo, uint32_t hi, int block, int starts_line, uint32_t indent,
	int last)
{
	const char *s = p->text + lo, *end = p->text + hi;
	struct arena_mark mark = arena_mark(p->scratch);
	const struct atom *a;
	char *out;
	uint32_t n = 0, k;

	out = arena_alloc(p->scratch, (size_t)(end - s) + 4);
	while (s < end || starts_line) {
		if (starts_line) {
			const char *t = s;

			while (t < end && (*t == ' ' || *t == '\t'))
				t++;
			if ((t == end && last) || (t < end && *t == '\n')
				|| (t + 1 < end && *t == '\r' && t[1] == '\n'))
				s = t;
			else
				for (k = 0; k < indent && s < t; k++)
					s++;
			starts_line = 0;
			continue;
		}
		if (*s == '\\') {
			s += escape(p, s, end, out + n, &k);
			n += k;
		} else if (block && *s == '\r' && s + 1 < end && s[1] == '\n') {
			s++;
		} else {
			starts_line = block && *s == '\n';
			out[n++] = *s++;
		}
	}
	a = atom_intern(p->atoms, out, n);
	if (p->scratch != p->atoms->arena && p->scratch != p->diags->arena)
		arena_rewind(p->scratch, mark);
	return a;
}

const struct atom *parse_text(struct parse *p, uint32_t lo, uint32_t hi)
{
	if (!memchr(p->text + lo, '\\', hi - lo))
		return atom_intern(p->atoms, p->text + lo, hi - lo);
	return cook(p, lo, hi, 0, 0, 0, 0);
}

void parse_part(struct parse *p, struct span at)
{
	struct ast *top = p->nodes.n ? p->nodes.v[p->nodes.n - 1] : NULL;

	if (top && top->tag == AST_STRING && top->span.hi == at.lo) {
		top->span.hi = at.hi;   /* one text in several tokens */
		return;
	}
	top = ARENA_NEW(p->arena, struct ast);
	top->tag = AST_STRING;
	top->span = at;
	parse_push(p, top);
}

/* The pieces of a """ block that are text: finds the common indentation. */
static uint32_t common_indent(const struct parse *p, uint32_t from)
{
	uint32_t i, k, indent = UINT32_MAX;

	for (i = from; i < p->nodes.n; i++) {
		const struct ast *x = p->nodes.v[i];
		const char *s = p->text + (x->span.lo - p->src->base), *end = p->text + (x->span.hi - p->src->base);

		if (x->tag != AST_STRING || x->name)
			continue;
		while ((s = memchr(s, '\n', (size_t)(end - s)))) {
			for (s++, k = 0; s < end && (*s == ' ' || *s == '\t'); s++)
				k++;
			if ((s < end && *s == '\n') || (s + 1 < end && *s == '\r' && s[1] == '\n'))
				continue;
			if (k < indent)
				indent = k;
		}
	}
	return indent == UINT32_MAX ? 0 : indent;
}

struct ast *parse_string(struct parse *p, struct span at, uint32_t from)
{
	const char *open = p->text + (at.lo - p->src->base);
	int block = at.hi - at.lo >= 6 && !memcmp(open, "\"\"\"", 3), starts_line = 0, exprs = 0;
	uint32_t indent = block ? common_indent(p, from) : 0, i, n = 0, lo, hi, depth = 0;
	struct ast *x;

	for (i = from; i < p->nodes.n; i++) {
		struct ast *part = p->nodes.v[i];

		if (part->tag != AST_STRING || part->name) {
			exprs = 1;
			starts_line = 0;
			if (part->tag != AST_NAME && part->bind_depth >= depth)
				depth = part->bind_depth + 1u;
			p->nodes.v[from + n++] = part;
			continue;
		}
		lo = part->span.lo - p->src->base;
		hi = part->span.hi - p->src->base;
		if (block && i == from) {
			uint32_t k = lo;

			while (k < hi && (p->text[k] == ' ' || p->text[k] == '\t' || p->text[k] == '\r'))
				k++;
			if (k < hi && p->text[k] == '\n') {
				lo = k + 1;
				starts_line = 1;
			}
		}
		part->name = block ? cook(p, lo, hi, 1, starts_line, indent, i + 1 == p->nodes.n)
			: parse_text(p, lo, hi);
		if (block && !starts_line && i == from)
			diag_error(p->diags,
				(struct span){ at.lo + 3, part->span.hi > at.lo + 4 ? at.lo + 4 : part->span.hi },
				D_SYNTAX, "text", "a line break after `\"\"\"`");
		starts_line = 0;
		if (part->name->len || p->nodes.n - from == 1)
			p->nodes.v[from + n++] = part;
	}
	if (block && p->nodes.n > from && p->nodes.v[from]->tag != AST_STRING && p->nodes.v[from]->span.lo <= at.lo + 5)
		diag_error(p->diags, p->nodes.v[from]->span, D_SYNTAX, "`${`", "a line break after `\"\"\"`");
	if (!exprs) {
		x = ARENA_NEW(p->arena, struct ast);
		x->tag = AST_STRING;
		x->name = n ? p->nodes.v[from]->name : atom_intern(p->atoms, "", 0);
	} else {
		x = arena_alloc(p->arena, sizeof *x + n * sizeof *x->kids);
		x->tag = AST_INTERP;
		x->kids = (struct ast **)(x + 1);
		x->nkids = n;
		memcpy(x->kids, p->nodes.v + from, n * sizeof *x->kids);
		x->bind_depth = (uint16_t)(depth ? depth : 1);
	}
	p->nodes.n = from;
	x->span = at;
	x->flags = block ? AST_F_BLOCK : 0;
	return depth > PARSE_MAX_NODES ? parse_too_deep(p, at) : x;
}

/* -- nodes */

struct ast *parse_too_deep(struct parse *p, struct span at)
{
	struct ast *x = ARENA_NEW(p->arena, struct ast);

	if (!p->deep) {
		struct diag *d = diag_error(
			p->diags, (struct span){ at.hi ? at.hi - 1 : 0, at.hi }, D_TOO_DEEP, PARSE_MAX_NODES);

		diag_help(p->diags, d, "give a part of it a name with `let`");
	}
	p->deep = 1;
	p->quiet = UINT32_MAX;
	x->tag = AST_ERROR;
	x->span = at;
	return x;
}

/* Nodes are cut from pieces: one call of the arena for many. */
void *parse_more_nodes(struct parse *p, size_t size)
{
	const size_t piece = p->src->len < 16384 ? 1024 : 16384;

	if (size > piece / 4)
		return arena_alloc(p->arena, size);
	p->node = arena_alloc(p->arena, piece);
	p->node_end = p->node + piece;
	return parse_node(p, size);
}

void parse_take_doc(struct parse *p, struct ast *n)
{
	while (p->docs.n && p->docs.v[p->docs.n - 1].lo > n->span.lo)
		p->docs.n--;
	if (p->docs.n && p->docs.v[p->docs.n - 1].lo == n->span.lo) {
		p->docs.n--;
		if (ast_has_doc(n->tag))        /* a setting of a component has no room for one, and nothing shows it */
			n->doc = p->docs.v[p->docs.n].text;
	}
}

struct ast *parse_key(struct parse *p, struct span at, struct ast *entry, unsigned flags)
{
	struct ast *text = entry->tag == AST_ENTRY ? entry->kids[1] : NULL;

	entry->span = at;
	entry->flags |= (uint16_t)flags;
	if (text && text->tag == AST_STRING) {
		entry->name = text->name;
		entry->name_span = text->span;
		entry->flags |= AST_F_QUOTED;
		entry->nkids = 1;
	}
	return parse_done(p, entry);
}

void parse_family(struct ast *component, const struct ast *family)
{
	if (!family || !family->nkids || component->tag != AST_COMPONENT)
		return;
	component->kids[0] = family->kids[0];
	component->name3 = family->name;
}

int parse_multiline(const struct parse *p, struct span open)
{
	const char *s = p->text + (open.lo - p->src->base) + 1;

	while (*s == ' ' || *s == '\t' || *s == '\r')
		s++;
	return *s == '\n' || *s == '#';
}

/* -- the token filter: brackets */

static int closer_of(int open)
{
	return open == '{' ? '}' : open == '(' ? ')' : open == '[' ? ']' : T_INTERP_END;
}

static inline int opener_of(int close)
{
	return close == '}' ? '{' : close == ')' ? '(' : close == ']' ? '[' : T_INTERP;
}

static int is_closer(int kind)
{
	return kind == '}' || kind == ')' || kind == ']' || kind == T_INTERP_END;
}

static const char *bracket_text(int kind)
{
	return kind == '{' ? "{" : kind == '(' ? "(" : kind == '[' ? "[" : kind == '}' ? "}" : kind == ')' ? ")"
		: kind == ']' ? "]" : kind == T_INTERP ? "${" : "}";
}

static void push_bracket(struct parse *p, int kind, struct span at)
{
	struct bracket b = { kind, at.lo, at.hi, p->level };

	if (kind == '{')
		b.level = p->brackets.n + 1;
	VEC_PUSH(p->scratch, &p->brackets, b);
	p->level = b.level;
}

static void pop_bracket(struct parse *p)
{
	p->brackets.n--;
	p->level = p->brackets.n ? p->brackets.v[p->brackets.n - 1].level : 0;
	if (p->brackets.n < p->settings)
		p->settings = 0;
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
	to_line_end(p, t->span.lo, &p->quiet);
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

/* Indentation against brackets. Its own stack: what the filter makes of the brackets does not matter here. */
struct watched { int kind; struct span at; uint32_t indent; };
struct watch {
	VEC(struct watched) open;
	VEC(struct repair) repairs;
	uint32_t indent;                /* of the line */
	int fresh;                      /* the next token is the first on its line */
	uint32_t n;                     /* mistakes found */
	const uint32_t *implied; uint32_t nimplied;    /* line breaks that stand for a `{`, still to come */
};

static uint32_t indent_at(const struct parse *p, uint32_t lo)
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
		w->indent = indent_at(p, t->span.lo);
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

/* A token that is not written: a closing bracket or a line break. */
static void made_up(struct token *t, int kind, uint32_t at)
{
	t->kind = kind;
	t->span.lo = t->span.hi = at;
	t->val.n = 0;
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

static void token_fetch(struct parse *p, struct token *t)
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

/* -- the token filter: words and line breaks */

static int is_word(int kind)
{
	return kind >= T_STACK && kind <= T_FALSE;
}

static int is_reserved(int kind)
{
	return kind >= T_IF && kind <= T_FALSE;
}

static int has_block(int kind)
{
	switch (kind) {
	case T_STACK: case T_SECRET: case T_COMPONENT: case T_DRIFT: case T_ENV: case T_KIND: case T_INTERFACE:
	case T_DETECTOR: case T_RULE: case T_CATALOG:
		return 1;
	}
	return 0;
}

/* Does a statement go on after this token, whatever comes? */
static int continues(int kind)
{
	switch (kind) {
	case '=':
	case ',':
	case ':':
	case '|':
	case T_OR:
	case T_AND:
	case T_EQ:
	case T_NE:
	case '<':
	case T_LE:
	case '>':
	case T_GE: case T_IN: case '+': case '-': case '*': case '/': case '%': case '!': case T_THEN: case T_ELSE:
	case T_BECAUSE:
		return 1;
	}
	return 0;
}

static void take(struct parse *p, struct token *t)
{
	if (!p->nahead) {
		token_fetch(p, t);
		return;
	}
	*t = p->ahead[0];
	p->ahead[0] = p->ahead[1];
	p->nahead--;
}

static const struct token *peek(struct parse *p, unsigned i)
{
	while (p->nahead <= i)
		token_fetch(p, &p->ahead[p->nahead++]);
	return &p->ahead[i];
}

/* Is the reserved word before the look-ahead a key? */
static int before_key_sign(struct parse *p)
{
	int kind = peek(p, 0)->kind;

	return kind == ':' || kind == '=' || (kind == '?' && peek(p, 1)->kind == ':');
}

/* The next token is a reserved word that is none, being a key? */
static int next_is_key(struct parse *p)
{
	int kind = peek(p, 1)->kind;

	return kind == ':' || kind == '=' || kind == '?';
}

/* The innermost `(` or `[` is open, and this token, the last one fetched, starts a line no deeper than the line of the
   bracket: its end was forgotten. Closes it, so that the token can begin a statement. */
static int forgotten(struct parse *p, const struct token *t)
{
	uint32_t n = p->brackets.n, i, back;
	const struct bracket *b = n ? &p->brackets.v[n - 1] : NULL;
	const char *s = p->text + (t->span.lo - p->src->base), *line;
	int kind = t->kind;

	if (!b || b->kind == '{' || b->kind == T_INTERP || p->nahead || p->nraw || p->nheld || t->depth != n
	    || (kind != T_NAME && !is_word(kind)))
		return 0;
	i = indent_at(p, t->span.lo);
	if ((uint32_t)(s - p->text) > i && s[-(int)i - 1] != '\n')
		return 0;
	line = p->text + (b->lo - p->src->base);
	for (back = 0; line > p->text && line[-1] != '\n'; line--)
		if (++back > 4096)
			return 0;
	for (back = 0; line[back] == ' ' || line[back] == '\t'; back++)
		;
	if (i > back)
		return 0;
	if (!parse_silent(p, b->lo)) {
		struct diag *d = diag_error(p->diags, (struct span){ b->lo, b->hi }, D_UNCLOSED, bracket_text(b->kind));

		diag_place(p->diags, d, t->span, "it has to be closed before this");
	}
	while (p->brackets.n > p->level)
		pop_bracket(p);
	if (t->val.atom->keyword)
		kind = parse_word(t->val.atom);
	p->raw[p->nraw] = *t;
	p->raw[p->nraw++].kind = kind;
	made_up(&p->raw[p->nraw], T_NL, t->span.lo);
	p->raw[p->nraw++].val.n = 1;
	return 1;
}

/* The ## lines directly above this token. */
static void find_doc(struct parse *p, uint32_t lo)
{
	uint32_t k = p->comments.n / 2, first, i, len = 0;
	uint32_t below = lo;
	struct doc d;
	char *out;

	while (k > 0 && p->comments.v[2 * k - 2] > lo)
		k--;
	p->seen_comments = 2 * k;
	for (first = k; first > 0; first--) {
		uint32_t clo = p->comments.v[2 * first - 2], chi = p->comments.v[2 * first - 1];
		const char *s = p->text + (clo - p->src->base), *t = p->text + (chi - p->src->base);
		const char *end = p->text + (below - p->src->base);

		if (chi - clo < 2 || s[1] != '#' || (chi - clo > 2 && s[2] == '#'))
			break;
		if (*t == '\r')
			t++;
		if (*t++ != '\n')
			break;
		while (t < end && (*t == ' ' || *t == '\t'))
			t++;
		if (t != end)
			break;
		while (s > p->text && (s[-1] == ' ' || s[-1] == '\t'))
			s--;
		if (s > p->text && s[-1] != '\n')
			break;
		below = clo;
		len += chi - clo;
	}
	if (first == k)
		return;
	d.lo = lo;
	d.text = out = arena_alloc(p->arena, len + 1);
	for (i = first; i < k; i++) {
		const char *s = p->text + (p->comments.v[2 * i] - p->src->base) + 2;
		const char *end = p->text + (p->comments.v[2 * i + 1] - p->src->base);

		if (s < end && *s == ' ')
			s++;
		if (i > first)
			*out++ = '\n';
		memcpy(out, s, (size_t)(end - s));
		out += end - s;
		while (out > d.text && (out[-1] == ' ' || out[-1] == '\t'))
			out--;
	}
	*out = 0;
	VEC_PUSH(p->scratch, &p->docs, d);
}

/* The line of a head ends and its `{` is missing. Reports it, and behaves as if it were there when the next line is
   indented like a block. 1: the line break is to be forgotten; 2: it has become the `{`. */
static int missing_block(struct parse *p, struct token *nl)
{
	const struct token *next = peek(p, 0);
	int brace = next->kind == '{';
	struct diag *d;

	if (next->kind == T_YYEOF || next->span.lo == next->span.hi)
		return 0;
	if (!brace && (!is_word(next->kind) && next->kind != T_NAME && next->kind != T_KEY && next->kind != T_STRING))
		return 0;
	if (!brace && indent_at(p, next->span.lo) <= indent_at(p, p->head.span.lo))
		return 0;
	if (!p->skipping && nl->span.lo >= p->quiet) {
		d = diag_error(p->diags, nl->span, D_SYNTAX, "the end of the line", "`{`");
		if (!brace)
			diag_fix(p->diags, d, (struct span){ p->end, p->end }, " {");
		else
			diag_help(p->diags, d, "the `{` stands on the same line");
	}
	if (brace)
		return 1;
	VEC_PUSH(p->scratch, &p->implied, nl->span.lo);
	push_bracket(p, '{', (struct span){ nl->span.lo, nl->span.lo });
	made_up(nl, '{', nl->span.lo);
	p->ahead[0].depth = (uint16_t)p->brackets.n;
	p->ahead[0].level = (uint16_t)p->level;
	return 2;
}

/* The long way: the next token, looked at from all sides. Its kind. */
static int ordinary(struct parse *p, struct token *t)
{
	if (p->nheld) {
		*t = p->held[--p->nheld];
		return t->kind;
	}
	for (;;) {
		take(p, t);
		if (t->kind == T_NAME && p->comments.n == p->seen_comments && !p->skipping)
			return t->kind;
		if (p->skipping) {
			if (t->kind == '}' && t->depth < p->skip_level) {
				p->held[p->nheld++] = *t;
				made_up(t, T_NL, t->span.lo);
				return t->kind;
			}
			if (t->depth > p->skip_level && forgotten(p, t))
				continue;
			if (t->kind != T_YYEOF
				&& (t->kind == T_MISTAKE || t->depth > p->skip_level || is_closer(t->kind)))
				continue;
		}
		if (t->kind == T_NL) {
			const struct token *next;
			int made;

			if (p->prev == T_NL || (p->prev == '{' && !p->skipping))
				continue;
			if (!t->val.n && continues(p->prev) && !p->skipping)
				continue;
			while ((next = peek(p, 0))->kind == T_NL)
				take(p, &p->scrap);
			if (!t->val.n && (next->kind == T_ELSE || next->kind == T_THEN || next->kind == T_BECAUSE)
				&& !next_is_key(p))
				continue;
			if (p->head.kind && t->depth == p->head.depth) {
				made = missing_block(p, t);
				p->head.kind = 0;
				if (made == 1)
					continue;
			}
			return t->kind;
		}
		if (t->kind == '}' || t->kind == T_YYEOF) {
			if (p->prev != T_NL && ((p->prev != '{' && p->prev != ',') || t->kind == T_YYEOF)) {
				p->held[p->nheld++] = *t;
				made_up(t, T_NL, t->span.lo);
			}
			return t->kind;
		}
		if (t->kind == T_MISTAKE) {
			start_skipping(p, t);
			return t->kind;
		}
		if (p->comments.n != p->seen_comments && (p->prev == T_NL || p->prev == '{' || p->prev == ','))
			find_doc(p, t->span.lo);
		if (t->kind == '{' && p->head.kind && t->depth == p->head.depth)
			p->head.kind = 0;
		if (is_reserved(t->kind)) {
			if (p->prev == '.' || ((p->prev == T_NL || p->prev == '{' || p->prev == ',' || p->prev == '(')
			    && before_key_sign(p)))
				t->kind = T_NAME;
		} else if (is_word(t->kind)) {
			int starts = p->prev == T_NL || p->prev == '{';

			if (starts)
				switch (peek(p, 0)->kind) {
				case '=': case ':': case '?': case '.': case ',': case '}': case T_NL: case T_YYEOF:
					starts = 0;
				}
			if (!starts) {
				t->kind = T_NAME;
			} else if (has_block(t->kind)) {
				p->head = *t;
			}
		}
		return t->kind;
	}
}

static void note_first(struct parse *p, int kind, const union MLOPS_YYSTYPE *val, const struct span *at)
{
	p->first.kind = kind;
	p->first.val = *val;
	p->first.span = *at;
	p->nth = 1;
}

static __attribute__((noinline)) int long_way(struct parse *p, union MLOPS_YYSTYPE *val, struct span *at)
{
	struct token *t = &p->last;
	int prev = p->prev;

	if (p->started) {
		ordinary(p, t);
	} else {
		p->started = 1;
		made_up(t, p->start, p->src->base);
		t->depth = t->level = 0;
		p->val = val;
		p->at = at;
	}
	p->plain = !p->nraw && !p->nahead && !p->nheld && !p->skipping && p->repair == p->nrepairs
		&& p->comments.n == p->seen_comments;
	if (prev == T_NL || prev == '{')
		note_first(p, t->kind, &t->val, &t->span);
	else
		p->nth++;
	p->prev = t->kind == p->start ? T_NL : t->kind;
	p->end = t->span.hi;
	p->short_way = 0;
	*val = t->val;
	*at = t->span;
	return t->kind;
}

/* What becomes of a token straight from the scanner, when nothing waits. */
enum way { WAY_LONG, WAY_AS_IT_IS, WAY_OPEN, WAY_CLOSE, WAY_END, WAY_LINE };
static const uint8_t ways[T_FALSE + 1] = {
	[T_NAME] = WAY_AS_IT_IS,
	[T_KEY] = WAY_AS_IT_IS,
	[T_NUMBER] = WAY_AS_IT_IS,
	[T_STRING] = WAY_AS_IT_IS,
	[T_STRING_BEGIN] = WAY_AS_IT_IS,
	[T_STRING_END] = WAY_AS_IT_IS,
	[T_TEXT] = WAY_AS_IT_IS,
	[T_ELLIPSIS] = WAY_AS_IT_IS,
	[T_EQ] = WAY_AS_IT_IS,
	[T_NE] = WAY_AS_IT_IS,
	[T_LE] = WAY_AS_IT_IS,
	[T_GE] = WAY_AS_IT_IS,
	[T_AND] = WAY_AS_IT_IS,
	[T_OR] = WAY_AS_IT_IS,
	[T_DOTDOT] = WAY_AS_IT_IS,
	['='] = WAY_AS_IT_IS,
	[':'] = WAY_AS_IT_IS,
	[','] = WAY_AS_IT_IS,
	['.'] = WAY_AS_IT_IS,
	['?'] = WAY_AS_IT_IS,
	['|'] = WAY_AS_IT_IS,
	['+'] = WAY_AS_IT_IS,
	['-'] = WAY_AS_IT_IS,
	['*'] = WAY_AS_IT_IS,
	['/'] = WAY_AS_IT_IS,
	['%'] = WAY_AS_IT_IS,
	['!'] = WAY_AS_IT_IS,
	['<'] = WAY_AS_IT_IS,
	['>'] = WAY_AS_IT_IS,
	['{'] = WAY_OPEN,
	['('] = WAY_OPEN,
	['['] = WAY_OPEN,
	[T_INTERP] = WAY_OPEN,
	[')'] = WAY_CLOSE,
	[']'] = WAY_CLOSE,
	[T_INTERP_END] = WAY_CLOSE,
	['}'] = WAY_END,
	[T_NL] = WAY_LINE,
};

/* Can what stands behind this word make a name of it? */
static int stays_word(const char *s)
{
	return (*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9') || *s == '"' || *s == '(' || *s == '['
		|| *s == '{' || *s == '!';
}

/* Is the `{` that comes now that of `component NAME : NAME {` or `drift NAME on NAME {`? */
static int opens_settings(const struct parse *p)
{
	return (p->head.kind == T_COMPONENT || p->head.kind == T_DRIFT) && p->nth == 4 && p->prev == T_NAME
		&& p->first.kind == p->head.kind;
}

/* The short way: a token that needs no look-ahead, while nothing waits. Its kind, or -1: it has to go the long way. */
static inline int straight(struct parse *p, int kind, const union MLOPS_YYSTYPE *val, const struct span *at)
{
	uint32_t n = p->brackets.n;
	int prev = p->prev;

	switch ((enum way)ways[kind]) {
	case WAY_AS_IT_IS:
		return kind;
	case WAY_OPEN:
		if (n >= PARSE_MAX_DEPTH)
			return -1;
		push_bracket(p, kind, *at);
		if (kind == '{' && p->head.kind && n == p->head.depth) {
			if (!p->apart && opens_settings(p))
				p->settings = n + 1;
			p->head.kind = 0;
		}
		return kind;
	case WAY_END:
		if (prev != T_NL && prev != '{' && prev != ',')
			return -1;
		/* fall through */
	case WAY_CLOSE:
		if (!n || p->brackets.v[n - 1].kind != opener_of(kind))
			return -1;
		pop_bracket(p);
		return kind;
	case WAY_LINE:
		return !p->head.kind && prev != T_NL && prev != '{' && !continues(prev) && parse_begins_line(p->next)
			&& (!n || p->brackets.v[n - 1].kind == '{') ? kind : -1;
	case WAY_LONG:
		if (is_reserved(kind))
			return prev != '.'
					&& ((prev != T_NL && prev != '{' && prev != ',' && prev != '(')
						|| stays_word(p->next))
				? kind
				: -1;
		if (!is_word(kind))
			return -1;
		if (prev != T_NL && prev != '{')
			return T_NAME;
		if (!stays_word(p->next))
			return -1;
		if (has_block(kind)) {
			p->head.kind = kind;
			p->head.val = *val;
			p->head.span = *at;
			p->head.depth = (uint16_t)n;
		}
		return kind;
	}
	return -1;
}

int mlops_yylex(union MLOPS_YYSTYPE *val, struct span *at, struct parse *p)
{
	if (p->plain && p->settings && p->settings == p->brackets.n && (p->prev == T_NL || p->prev == '{')
	    && lexer_settings(p, at, p->lexer)) {
		p->prev = T_NL;         /* they end with one */
		p->end = at->hi;
		p->short_way = 1;
		return T_SETTINGS;
	}
	if (p->plain) {
		int got = lexer_lex(p, val, at, p->lexer), kind = p->plain ? straight(p, got, val, at) : -1;

		if (kind >= 0) {
			if (p->prev == T_NL || p->prev == '{')
				note_first(p, kind, val, at);
			else
				p->nth++;
			p->prev = kind;
			p->end = at->hi;
			p->short_way = 1;
			return kind;
		}
		p->raw[p->nraw].kind = got;
		p->raw[p->nraw].val = *val;
		p->raw[p->nraw++].span = *at;
	}
	return long_way(p, val, at);
}

/* The last token delivered. */
static struct token last_token(const struct parse *p)
{
	struct token t = p->last;
	uint32_t n = p->brackets.n;

	if (!p->short_way)
		return t;
	t.kind = p->prev;
	t.val = *p->val;
	t.span = *p->at;
	if (n && ways[t.kind] == WAY_OPEN)      /* a bracket stands outside of itself */
		n--;
	t.depth = (uint16_t)n;
	t.level = (uint16_t)(n ? p->brackets.v[n - 1].level : 0);
	return t;
}

void parse_recovered(struct parse *p)
{
	p->skipping = 0;
}

/* -- syntax errors */

/* The nearest name: what others call it that spell it so as well. NULL when nothing is left of it. */
static const struct atom *proper_name(struct parse *p, const struct atom *word)
{
	struct arena_mark mark = arena_mark(p->scratch);
	const struct atom *a = NULL;
	char *s = arena_alloc(p->scratch, (size_t)word->len * 2 + 16);
	uint32_t i, n = 0;

	for (i = 0; i < word->len && n < PARSE_MAX_NAME; i++) {
		char c = word->text[i];
		int upper = c >= 'A' && c <= 'Z', sign = c == '_' || c == '-';

		if (n && s[n - 1] != '-' && (sign || (upper && word->text[i - 1] >= 'a' && word->text[i - 1] <= 'z')))
			s[n++] = '-';
		if (!sign && (n || c > '9'))    /* no digit comes first */
			s[n++] = upper ? (char)(c - 'A' + 'a') : c;
	}
	if (i < word->len)
		n = (uint32_t)sprintf(s + 20, "-%08x", (unsigned)word->hash) + 20;
	while (n && s[n - 1] == '-')
		n--;
	if (n)
		a = atom_intern(p->atoms, s, n);
	arena_rewind(p->scratch, mark);
	return a;
}

/* Where a value stands more often than a name: behind `=`, `:`, a comma or an opening bracket. */
static int is_value_place(const struct parse *p, struct span at)
{
	const char *s = p->text + (at.lo - p->src->base);

	while (s > p->text && (s[-1] == ' ' || s[-1] == '\t'))
		s--;
	return s > p->text && p->head.kind != T_COMPONENT && strchr("=:,([", s[-1]) != NULL;
}

const struct atom *parse_not_a_name(struct parse *p, struct span at, const struct atom *word)
{
	const struct atom *proper = proper_name(p, word);
	struct diag *d;

	if (!parse_muted(p, at.lo)) {
		if (word->len > PARSE_MAX_NAME) {
			d = diag_error(p->diags, at, D_BAD_NAME, arena_printf(p->scratch, "%.20s...", word->text));
			diag_help(p->diags, d, "a name has at most %d bytes", PARSE_MAX_NAME);
		} else {
			d = diag_error(p->diags, at, D_BAD_NAME, word->text);
			if (word->text[word->len - 1] == '-' || strstr(word->text, "--"))
				diag_help(p->diags, d,
					"a name ends with a letter or digit; a minus between two values has blanks around it");
			else if (*word->text >= 'A' && *word->text <= 'Z' && is_value_place(p, at))
				diag_help(p->diags, d,
					"text stands in quotes: \"%s\"; names are lower-case letters and digits, joined by `-`%s%s%s",
					word->text, proper ? ": `" : "", proper ? proper->text : "", proper ? "`" : "");
			else
				diag_help(p->diags, d,
					"names are lower-case letters and digits, joined by `-`%s%s%s; text stands in quotes",
					proper ? ": `" : "", proper ? proper->text : "", proper ? "`" : "");
		}
	}
	return proper ? proper : word;
}

static const char *phrase(struct parse *p, const char *name)
{
	size_t n = strlen(name);

	if (!strncmp(name, "a ", 2) || !strncmp(name, "the ", 4) || !strcmp(name, "text"))
		return name;
	if (n == 3 && name[0] == '\'')
		return arena_printf(p->scratch, "`%c`", name[1]);
	return arena_printf(p->scratch, "`%s`", name);
}

static int find(const struct expected *e, const char *name)
{
	int i;

	for (i = 0; i < e->n; i++)
		if (!strcmp(e->name[i], name))
			return 1;
	return 0;
}

static void drop(struct expected *e, const char *const *names)
{
	int i, j, n = 0;

	for (i = 0; i < e->n; i++) {
		for (j = 0; names[j] && strcmp(names[j], e->name[i]); j++)
			;
		if (!names[j])
			e->name[n++] = e->name[i];
	}
	e->n = n;
}

static int word_of(const char *name)
{
	size_t i;

	for (i = 0; i < NWORDS; i++)
		if (!strcmp(words[i].word, name))
			return words[i].token;
	return 0;
}

/* What was expected, in a phrase: "`}`", "an expression", "a statement of a kind, or `}`". */
static const char *expectation(struct parse *p, struct expected *e)
{
	static const char *const expr_start[] = { "a name", "a key", "a number", "text", "the beginning of a text",
		"'('", "'['", "'{'", "'-'", "'!'", "if", "true", "false", "none", "for", NULL };
	static const char *const type_start[] = { "a name", "a key", "text", "'['", "'{'", NULL };
	static const char *const key_start[] = { "a name", "a key", "text", "the beginning of a text", "...", "if",
		"for", NULL };
	static const char *const operators[] = { "||", "&&", "==", "!=", "'<'", "<=", "'>'", ">=", "in", "'+'",
		"'-'", "'*'", "'/'", "'%'", "'.'", "'['", "'('", NULL };
	static const char *const postfix[] = { "'.'", "'['", NULL };
	static const char *const pieces[] = { "a piece of text", "${", NULL };
	static const char *const bad_name[] = { "a key", NULL };
	const char *what = NULL, *s = "";
	int i, n, nwords = 0;

	for (i = 0; i < e->n; i++) {
		int token = word_of(e->name[i]);

		nwords += token && token < T_IF;
	}
	if (nwords) {
		what = find(e, "gives") || find(e, "manifest")  ? "a statement of a kind"
			: find(e, "stack") ? "a declaration"
			: find(e, "alert") ? "a statement of a drift"
			: find(e, "drop") ? "a statement of an env"
			: find(e, "expose") ? "a setting or statement of a component"
			: find(e, "allow") ? "a setting or `allow`"
			: find(e, "check") && find(e, "a name") ? "a parameter, `let` or `check`"
			: find(e, "check") ? "a statement of a rule"
								: NULL;
		if (what) {
			for (i = n = 0; i < e->n; i++)
				if (!word_of(e->name[i]) && strcmp(e->name[i], "a name") && strcmp(e->name[i], "a key")
				    && strcmp(e->name[i], "the end of the file"))
					e->name[n++] = e->name[i];
			e->n = n;
		}
	} else if (find(e, "a number") && find(e, "'!'")) {
		what = "an expression";
		drop(e, expr_start);
	} else if (find(e, "a number") && find(e, "the beginning of a text")) {
		what = "a value";
		drop(e, expr_start);
	} else if (find(e, "a name") && find(e, "'['") && find(e, "'{'")) {
		what = "a type";
		drop(e, type_start);
	} else if (find(e, "...") && find(e, "a key")) {
		what = "an entry";
		drop(e, key_start);
	} else if (find(e, "a key") && find(e, "text")) {
		what = "a key";
		drop(e, key_start);
	}
	if (find(e, "&&")) {
		drop(e, operators);
		if (!e->n)
			what = "an operator";
	} else if (e->n > 2) {
		drop(e, postfix);
	}
	if (find(e, "a piece of text"))
		drop(e, pieces);
	if (find(e, "a name"))
		drop(e, bad_name);
	n = e->n > 5 ? 5 : e->n;
	if (what) {
		s = what;
		if (n > 2)
			n = 2;
	}
	for (i = 0; i < n; i++)
		s = arena_printf(p->scratch, "%s%s%s", s, !*s ? "" : i + 1 == n ? " or " : ", ", phrase(p, e->name[i]));
	return *s ? s : "something else";
}

static const char *found_words(struct parse *p, const struct token *t, const char *name)
{
	uint32_t lo = t->span.lo - p->src->base, n = t->span.hi - t->span.lo;

	if (t->kind == T_NL) {
		if (t->span.lo == t->span.hi && p->nheld)
			return p->held[p->nheld - 1].kind == '}' ? "`}`" : "the end of the file";
		return p->text[lo] == ';' ? "`;`" : "the end of the line";
	}
	if (t->kind == T_STRING || t->kind == T_STRING_BEGIN)
		return "text";
	if (t->kind == T_YYEOF)
		return "the end of the file";
	if (n && n < 60)
		return arena_printf(p->scratch, "`%.*s`", (int)n, p->text + lo);
	return phrase(p, name);
}

/* The first word of a statement may be one of the language, misspelt. */
static const char *misspelt(const struct token *t)
{
	struct suggest s;
	const struct atom *a = t->val.atom;
	size_t i;

	if (t->kind != T_NAME)
		return NULL;
	suggest_init(&s, a->text, a->len);
	for (i = 0; i < NWORDS && words[i].token < T_IF; i++)
		suggest_try(&s, words[i].word);
	return suggest_best(&s) && strcmp(suggest_best(&s), a->text) ? suggest_best(&s) : NULL;
}

void parse_syntax_error(struct parse *p, const struct expected *expected)
{
	static const char *const wrong_sign[] = { "'='", NULL };
	struct expected e = *expected;
	const struct token t = last_token(p);
	struct diag *d;
	const char *found, *want, *best = NULL;
	struct span at = t.span;
	int quiet = parse_silent(p, t.span.lo);

	if (t.kind != T_NL && t.span.lo == t.span.hi && t.kind != T_YYEOF && t.kind != T_STRING_END)
		quiet = 1;              /* the filter put it there, and has said why */
	if (!quiet && forgotten(p, &t)) {
		p->plain = 0;
		p->skipping = 1;        /* only as far as the line break that has been put before this token */
		p->skip_level = t.level;
		return;
	}
	start_skipping(p, &t);
	if (quiet)
		return;
	found = found_words(p, &t, e.found);
	if (p->nth == 2 && p->first.kind == T_NAME
		&& (t.kind == T_NAME || t.kind == T_STRING || t.kind == T_STRING_BEGIN)) {
		best = misspelt(&p->first);
		if (best) {
			d = diag_error(p->diags, p->first.span, D_SYNTAX, found_words(p, &p->first, ""), "a statement");
			diag_label(p->diags, d, "did you mean `%s`?", best);
			diag_fix(p->diags, d, p->first.span, "%s", best);
			return;
		}
	}
	if (t.kind == T_NL && t.span.lo == t.span.hi && p->nheld)  /* made up before a bracket or the end */
		at = p->held[p->nheld - 1].span;
	if (at.lo == at.hi && at.lo > p->src->base)
		at.lo--;
	{
		int colon = find(&e, "':'"), equals = find(&e, "'='");

		if (p->head.kind == T_COMPONENT && colon)
			drop(&e, wrong_sign);
		want = expectation(p, &e);
		d = diag_error(p->diags, at, D_SYNTAX, found, want);
		if (t.kind == '=' && colon && !equals)
			diag_fix(p->diags, d, at, ":");
		else if (t.kind == ':' && equals && !colon)
			diag_fix(p->diags, d, at, "=");
	}
	if (is_reserved(t.kind))
		diag_note(p->diags, d, "`%s` is a word of the language; only keys and fields may be called so",
			t.val.atom->text);
	else if (t.kind == T_NAME && !strcmp(t.val.atom->text, "and"))
		diag_fix(p->diags, d, at, "&&");
	else if (t.kind == T_NAME && !strcmp(t.val.atom->text, "or"))
		diag_fix(p->diags, d, at, "||");
	else if (p->nth == 1 && t.kind != T_NAME && p->text[at.lo - p->src->base + 1] != '*'
		&& (continues(t.kind) || t.kind == '.') && t.kind != ',' && t.kind != ':')
		diag_help(p->diags, d,
			"a statement goes on in the next line when its line ends with the operator, or within `(` and `)`");
	else if (p->nth == 1 && t.kind == T_NAME
		&& ((find(expected, "stack") && (best = parse_our_word(p, &t))) || (best = misspelt(&t)))) {
		diag_label(p->diags, d, "did you mean `%s`?", best);
		diag_fix(p->diags, d, at, "%s", best);
	}
	parse_habit(p, &t, expected, d);
}

/* -- a source */

/* Reports what is not UTF-8 and gives a text without it. Each bad byte becomes a letter next to letters, so that a name
   stays one, else a blank. */
static const char *clean_text(struct parse *p)
{
	uint32_t len = p->src->len, i;
	int nul;
	const char *text = p->src->text;
	size_t bad, from = 0;
	char *copy = NULL;

	for (i = 0; i + 32 <= len; i += 32) {   /* nearly always there is nothing to do */
		uint64_t w[4];

		memcpy(w, text + i, 32);
		if ((w[0] | w[1] | w[2] | w[3]) & 0x8080808080808080u)
			break;
	}
	while (i < len && (unsigned char)text[i] < 0x80)
		i++;
	nul = memchr(text, 0, len) != NULL;
	if (i == len && !nul)
		return text;
	if (nul) {
		copy = arena_strdup(p->arena, text, len + 1);
		for (i = 0; i < len; i++)
			if (!copy[i]) {
				if (!diag_full(p->diags))
					diag_error(p->diags,
						(struct span){ p->src->base + i, p->src->base + i + 1 },
						D_NUL_BYTE);
				copy[i] = ' ';
			}
		text = copy;
	}
	while (from < len && !utf8_valid(text + from, len - from, &bad)) {
		from += bad;
		if (!copy)
			text = copy = arena_strdup(p->arena, text, len + 1);
		i = p->src->base + (uint32_t)from;
		if (!diag_full(p->diags))
			diag_error(p->diags, (struct span){ i, i + 1 }, D_BAD_UTF8, (unsigned char)copy[from],
				(unsigned)from);
		for (;;) {
			int letter = from
				&& ((copy[from - 1] >= 'a' && copy[from - 1] <= 'z')
					|| (copy[from - 1] >= 'A' && copy[from - 1] <= 'Z'));

			copy[from++] = letter ? 'x' : ' ';
			if (from >= len || ((unsigned char)copy[from] & 0xc0) != 0x80)
				break;          /* continuation bytes behind it are the same mistake */
		}
	}
	return text;
}

#define START_WITH(vec, room) ((vec).v = (room), (vec).cap = sizeof (room) / sizeof *(room))

static void open_parse(struct parse *p, struct source *src, struct arena *a, struct arena *scratch, struct atoms *atoms,
	struct diags *diags, int start)
{
	size_t i;

	memset(p, 0, offsetof(struct parse, few_nodes));
	START_WITH(p->nodes, p->few_nodes);
	START_WITH(p->lines, p->few_lines);
	START_WITH(p->brackets, p->few_brackets);
	START_WITH(p->docs, p->few_docs);
	START_WITH(p->strings, p->few_strings);
	p->src = src;
	p->arena = a;
	p->scratch = scratch;
	p->atoms = atoms;
	p->diags = diags;
	p->start = start;
	p->prev = T_NL;
	p->text = clean_text(p);
	if (!atom_intern(atoms, words[0].word, strlen(words[0].word))->keyword)
		for (i = 0; i < NWORDS; i++)
			atom_cstr(atoms, words[i].word)->keyword = (uint8_t)(i + 1);
	lexer_open(p);
}

static void close_parse(struct parse *p)
{
	lexer_close(p);
	p->src->comments = p->comments.v;
	p->src->ncomments = p->comments.n / 2;
}

static struct ast *run(struct parse *p)
{
	p->result = NULL;
	if (mlops_yyparse(p) && !p->result && p->start == T_START_FILE) {
		/* given up: what was complete by then is still on the stack */
		p->result = arena_alloc(p->arena, sizeof *p->result);
		p->result->tag = AST_FILE;
		p->result->nkids = p->ndecls;
		p->result->kids = ARENA_ARRAY(p->arena, struct ast *, p->ndecls);
		if (p->ndecls)
			memcpy(p->result->kids, p->nodes.v, p->ndecls * sizeof *p->result->kids);
	}
	if (p->result && p->start == T_START_FILE)
		p->result->span = (struct span){ p->src->base, p->src->base + p->src->len };
	return p->result;
}

static struct ast *parse_file(struct source *src, struct arena *a, struct atoms *atoms, struct diags *diags, int slowly)
{
	const struct diags before = *diags;
	struct arena scratch;
	struct parse p, second;
	struct watch w;
	struct ast *file;

	if (src->len > PARSE_MAX_BYTES) {
		diag_error(diags, (struct span){ src->base, src->base + 1 }, D_TOO_LARGE, (size_t)src->len,
			PARSE_MAX_BYTES);
		file = ARENA_NEW(a, struct ast);
		file->tag = AST_FILE;
		return file;
	}
	if (src->len > 1 && (!memcmp(src->text, "\xff\xfe", 2) || !memcmp(src->text, "\xfe\xff", 2))) {
		diag_help(diags,
			diag_error(diags, (struct span){ src->base, src->base + 2 }, D_BAD_UTF8,
				(unsigned char)*src->text, 0u),
			"the file is UTF-16; save it as UTF-8");
		file = ARENA_NEW(a, struct ast);
		file->tag = AST_FILE;
		return file;
	}
	arena_init(&scratch, 0);
	open_parse(&p, src, a, &scratch, atoms, diags, T_START_FILE);
	p.by_rules = p.apart = slowly;
	file = run(&p);
	close_parse(&p);
	if (p.trouble && !p.deep) {
		struct diags quiet;
		struct token t;

		memset(&w, 0, sizeof w);
		w.fresh = 1;
		w.implied = p.implied.v;
		w.nimplied = p.implied.n;
		diags_init(&quiet, &scratch, diags->sources);
		open_parse(&second, src, a, &scratch, atoms, &quiet, T_START_FILE);
		second.watch = &w;
		do
			token_fetch(&second, &t);
		while (t.kind != T_YYEOF && !second.deep);
		close_parse(&second);
		if (!second.deep && w.repairs.n && w.n <= (uint32_t)second.trouble) {
			*diags = before;
			open_parse(&p, src, a, &scratch, atoms, diags, T_START_FILE);
			p.by_rules = p.apart = slowly;
			p.repairs = w.repairs.v;
			p.nrepairs = w.repairs.n;
			file = run(&p);
			close_parse(&p);
		}
	}
	arena_free(&scratch);
	return file;
}

struct ast *parse_source(struct source *src, struct arena *a, struct atoms *atoms, struct diags *diags)
{
	return parse_file(src, a, atoms, diags, 0);
}

struct ast *parse_slowly(struct source *src, struct arena *a, struct atoms *atoms, struct diags *diags)
{
	return parse_file(src, a, atoms, diags, 1);
}

struct ast *parse_expression(struct source *src, struct arena *a, struct atoms *atoms, struct diags *diags)
{
	struct diags quiet;
	struct arena scratch;
	struct parse p;
	struct ast *x;

	if (src->len > PARSE_MAX_BYTES)
		return NULL;
	arena_init(&scratch, 0);
	diags_init(&quiet, &scratch, diags->sources);
	open_parse(&p, src, a, &scratch, atoms, &quiet, T_START_EXPR);
	x = run(&p);
	close_parse(&p);
	if (quiet.nerrors || (x && x->tag == AST_ERROR))
		x = NULL;
	arena_free(&scratch);
	return x;
}

void parse_tokens(struct source *src, struct arena *a, int by_rules, struct tokens *out)
{
	struct arena names, scratch;
	struct atoms atoms;
	struct diags quiet;
	struct parse p;
	struct token t;

	arena_init(&names, 0);
	arena_init(&scratch, 0);
	atoms_init(&atoms, &names);
	diags_init(&quiet, &scratch, NULL);
	open_parse(&p, src, a, &scratch, &atoms, &quiet, T_START_FILE);
	p.by_rules = by_rules;
	p.apart = 1;
	memset(out, 0, sizeof *out);
	do {
		t.kind = mlops_yylex(&t.val, &t.span, &p);
		if (t.kind != T_START_FILE)
			VEC_PUSH(a, out, t);
	} while (t.kind != T_YYEOF);
	close_parse(&p);
	atoms_free(&atoms);
	arena_free(&scratch);
	arena_free(&names);
}
