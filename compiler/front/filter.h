/* What the files of the token filter share among themselves and with parse.c: brackets, and kinds of tokens. */
#ifndef MLOPS_FILTER_H
#define MLOPS_FILTER_H
#include "front/parse_state.h"

static inline int closer_of(int open)
{
	return open == '{' ? '}' : open == '(' ? ')' : open == '[' ? ']' : T_INTERP_END;
}

static inline int opener_of(int close)
{
	return close == '}' ? '{' : close == ')' ? '(' : close == ']' ? '[' : T_INTERP;
}

static inline int is_closer(int kind)
{
	return kind == '}' || kind == ')' || kind == ']' || kind == T_INTERP_END;
}

static inline void push_bracket(struct parse *p, int kind, struct span at)
{
	struct bracket b = { kind, at.lo, at.hi, p->level };

	if (kind == '{')
		b.level = p->brackets.n + 1;
	VEC_PUSH(p->scratch, &p->brackets, b);
	p->level = b.level;
}

static inline void pop_bracket(struct parse *p)
{
	p->brackets.n--;
	p->level = p->brackets.n ? p->brackets.v[p->brackets.n - 1].level : 0;
	if (p->brackets.n < p->settings)
		p->settings = 0;
}

/* A token that is not written: a closing bracket or a line break. */
static inline void made_up(struct token *t, int kind, uint32_t at)
{
	t->kind = kind;
	t->span.lo = t->span.hi = at;
	t->val.n = 0;
}

static inline int is_word(int kind)
{
	return kind >= T_STACK && kind <= T_FALSE;
}

static inline int is_reserved(int kind)
{
	return kind >= T_IF && kind <= T_FALSE;
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

/* brackets.c */
const char *bracket_text(int kind);
/* how many blanks stand before this place, on its line */
uint32_t parse_indent_at(const struct parse *p, uint32_t lo);
/* the next token, brackets balanced; line breaks within ( and [ forgotten */
void token_fetch(struct parse *p, struct token *t);

/* tokens.c */
int token_continues(int kind);                  /* does a statement go on after this token, whatever comes? */
/* The innermost `(` or `[` is open, and this token, the last one fetched, starts a line no deeper than the line of the
   bracket: its end was forgotten. Closes it, so that the token can begin a statement. */
int bracket_forgotten(struct parse *p, const struct token *t);
struct token token_last(const struct parse *p); /* delivered */

/* mistake.c */
int parse_silent(struct parse *p, uint32_t lo); /* does what was reported before explain what is wrong here? */
/* moves a limit to the end of the line of lo */
void parse_to_line_end(const struct parse *p, uint32_t lo, uint32_t *limit);
void parse_skip(struct parse *p, const struct token *t);        /* until the statement is over */

/* parse.c */
int parse_word_of(const char *name);            /* the token of a word of the language; 0: it is none */
const char *parse_statement_word(size_t i);     /* that begins a statement; NULL past the end */
#endif
