/* Balanced tokens in (brackets.c); those that bison takes out.

   Folds line breaks, puts one before each `}`, decides where a word of the language is only a name, finds the comments
   that belong to a declaration, and after a mistake leaves out what is nested until the statement is over. All of that
   is the long way, with a look-ahead of two tokens; nearly every token goes straight from the scanner to bison. */
#include "front/filter.h"
#include <string.h>

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
int token_continues(int kind)
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
int bracket_forgotten(struct parse *p, const struct token *t)
{
	uint32_t n = p->brackets.n, i, back;
	const struct bracket *b = n ? &p->brackets.v[n - 1] : NULL;
	const char *s = p->text + (t->span.lo - p->src->base), *line;
	int kind = t->kind;

	if (!b || b->kind == '{' || b->kind == T_INTERP || p->nahead || p->nraw || p->nheld || t->depth != n
	    || (kind != T_NAME && !is_word(kind)))
		return 0;
	i = parse_indent_at(p, t->span.lo);
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
	if (!brace && parse_indent_at(p, next->span.lo) <= parse_indent_at(p, p->head.span.lo))
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
			if (t->depth > p->skip_level && bracket_forgotten(p, t))
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
			if (!t->val.n && token_continues(p->prev) && !p->skipping)
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
			parse_skip(p, t);
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
		return !p->head.kind && prev != T_NL && prev != '{' && !token_continues(prev)
			&& parse_begins_line(p->next) && (!n || p->brackets.v[n - 1].kind == '{') ? kind : -1;
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
struct token token_last(const struct parse *p)
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
