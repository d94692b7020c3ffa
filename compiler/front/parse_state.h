/* What lexer.l, parser.y and the C files around them share, and fmt.c and a test for its tokens. Nobody else includes
   this.

   The way of a token: the flex scanner (lexer.l) reads bytes; token_fetch() (brackets.c) follows brackets and forgets
   line breaks that mean nothing; mlops_yylex() (tokens.c), with a look-ahead of two tokens, decides which words are
   words of the language here; bison takes what comes out. Nearly every token is what it seems at once, and
   mlops_yylex() hands it from the scanner to bison itself. And most of what is written are settings, `name = value` on
   a line of its own, in the blocks of components: as many of them as follow each other are one token, T_SETTINGS. */
#ifndef MLOPS_PARSE_STATE_H
#define MLOPS_PARSE_STATE_H
#include "front/parse.h"
#include "base/vec.h"

#define PARSE_MAX_NAME 253
#define PARSE_MAX_NODES (5 * PARSE_MAX_DEPTH)   /* levels of tree: each bracket may hold a few operators */

struct parse;
#include "parser.tab.h"
#define T_MISTAKE T_MLOPS_YYerror       /* the parser gives up the statement and says nothing */

struct token {
	union MLOPS_YYSTYPE val;
	struct span span;               /* empty when the token stands for something that is not written */
	int kind;
	uint16_t depth, level;          /* how many brackets are open around it; how many up to the innermost `{` */
};
struct bracket {
	int kind;                       /* '{' '(' '[' or T_INTERP, the opening of ${} */
	uint32_t lo, hi;
	uint32_t level;                 /* as in struct token, inside this bracket */
};
struct open_string { struct span open; uint32_t braces; int block; };  /* braces: open ones within its ${} */
struct doc { uint32_t lo; const char *text; };
/* A line `name = value`, value being one token: kind. */
struct setting_line { const struct atom *name, *value; struct span name_at, value_at; int kind; };
/* close: a bracket to put before `at`; 0: leave out the one at `at` */
struct repair { uint32_t at; int close; struct span open; };

struct parse {
	struct source *src;
	const char *text;               /* the source's, or a copy freed of what is not UTF-8 */
	struct arena *arena;            /* nodes */
	struct arena *scratch;
	struct atoms *atoms;
	struct diags *diags;
	void *lexer;                    /* yyscan_t */
	char *copy;                     /* what flex reads, if it is not the source's text itself */
	const char *stop;               /* of what flex reads: the second NUL behind it */
	const char *next;               /* behind the last name or line break, with the blanks that follow it */
	int by_rules;                   /* every token by the rules of lexer.l, also those known at sight */
	int apart;                      /* every token on its own: no T_SETTINGS */
	/* how many brackets are open in the block of settings that this place is in; 0: in none, or not at sight */
	uint32_t settings;
	VEC(struct setting_line) lines; /* of the last T_SETTINGS */
	/* what makes a place in the sequence of the low half of an address in the text */
	uint32_t delta;
	char *node, *node_end;          /* room for nodes */

	VEC(struct open_string) strings;
	VEC(uint32_t) comments;

	VEC(struct bracket) brackets;
	uint32_t level;
	struct token raw[8]; unsigned nraw;      /* to be fetched again, the last one first */
	struct token ahead[2]; unsigned nahead;  /* fetched, not yet decided on */
	struct token held[2]; unsigned nheld;    /* decided on, not yet delivered; the last one is first */
	/* nothing waits: in raw, ahead, held, repairs, no comment; and no mistake is being skipped */
	int plain;
	int started;                    /* the token that says what to parse has been delivered */
	int start;                      /* that token */
	int prev;                       /* kind of the last token delivered; T_NL at the start */
	uint32_t end;                   /* where it ends */
	struct token last;              /* this token, if it came the long way */
	int short_way;                  /* else it is where bison has it: */
	const union MLOPS_YYSTYPE *val; const struct span *at;
	struct token first;             /* of the current statement */
	uint32_t nth;                   /* of the last token within the statement: 1 is `first` */
	struct token head;              /* the word of a declaration whose `{` has not come yet; kind 0: none */
	struct token scrap;

	int skipping;                   /* after an error, until the parser has found its place again */
	uint32_t skip_level;
	uint32_t quiet;                 /* a syntax error before this place only follows from what was reported */
	uint32_t mute;                  /* likewise for the scanner's */
	int trouble;                    /* how many brackets do not match */
	VEC(uint32_t) implied;          /* line breaks that were taken for a `{` */
	int at_end;                     /* what is open at the end of the file has been reported */
	struct watch *watch;
	int deep;                       /* D_TOO_DEEP has been reported */
	uint32_t seen_comments;
	const struct repair *repairs; uint32_t nrepairs, repair;

	VEC(struct ast *) nodes;        /* lists under construction, one above the other */
	VEC(struct doc) docs;
	uint32_t ndecls;                /* of `nodes`, the finished declarations at the bottom */
	struct ast *result;

	/* Not zeroed: where these begin, so that a small source needs no memory but for its nodes. */
	struct ast *few_nodes[128];
	struct setting_line few_lines[32];
	struct bracket few_brackets[32];
	struct doc few_docs[8];
	struct open_string few_strings[8];
	_Alignas(16) char lexer_room[768];
	size_t lexer_used;
};

/* lexer.l */
void lexer_open(struct parse *p);
void lexer_close(struct parse *p);
int lexer_lex(struct parse *p, union MLOPS_YYSTYPE *val, struct span *at, void *scanner);
/* At the start of a line: fills `lines` with the settings from here on that are known at sight. Where they stand; how
   many. */
uint32_t lexer_settings(struct parse *p, struct span *at, void *scanner);

/* for the scanner; text.c, parse.c */
const struct atom *parse_text(struct parse *p, uint32_t lo, uint32_t hi);       /* offsets; escapes resolved */
int parse_word(const struct atom *word);        /* its token, T_NAME for a plain one */
/* Does what comes behind a line break, going by its first letters, begin a statement or entry, or close a block? What
   may be `else`, `then` or `because` does not. */
static inline int parse_begins_line(const char *s)
{
	return *s == '}' || *s == '"'
		|| (*s >= 'a' && *s <= 'z' && !(*s == 'e' && s[1] == 'l' && s[2] == 's')
			&& !(*s == 't' && s[1] == 'h' && s[2] == 'e') && !(*s == 'b' && s[1] == 'e' && s[2] == 'c'));
}

/* for the parser; tokens.c, parse.c, text.c, mistake.c */
int mlops_yylex(union MLOPS_YYSTYPE *val, struct span *at, struct parse *p);
void *parse_more_nodes(struct parse *p, size_t size);
void parse_take_doc(struct parse *p, struct ast *n);
struct ast *parse_too_deep(struct parse *p, struct span at);
struct ast *parse_string(struct parse *p, struct span at, uint32_t from);       /* from the pieces on `nodes` */
void parse_part(struct parse *p, struct span at);
struct ast *parse_key(struct parse *p, struct span at, struct ast *entry, unsigned flags);
void parse_family(struct ast *component, const struct ast *family);
int parse_multiline(const struct parse *p, struct span open);
int parse_muted(struct parse *p, uint32_t lo);
void parse_recovered(struct parse *p);
/* Reports it, and gives the name that was most likely meant, so that nothing follows. */
const struct atom *parse_not_a_name(struct parse *p, struct span at, const struct atom *word);
struct expected { const char *found; const char *name[128]; int n; };
void parse_syntax_error(struct parse *p, const struct expected *e);
/* habit.c: what this language has where somebody writes another: a help for a syntax error noticed at t; the word of a
   declaration, or NULL */
void parse_habit(struct parse *p, const struct token *t, const struct expected *e, struct diag *d);
const char *parse_our_word(const struct parse *p, const struct token *t);
/* a statement: takes its doc comment */
static inline struct ast *parse_done(struct parse *p, struct ast *n)
{
	if (p->docs.n)
		parse_take_doc(p, n);
	return n;
}
/* Zeroed room for a node; size is a multiple of 8. */
static inline void *parse_node(struct parse *p, size_t size)
{
	char *x = p->node;

	if ((size_t)(p->node_end - x) < size)
		return parse_more_nodes(p, size);
	p->node = x + size;
	return x;
}
static inline void parse_push(struct parse *p, struct ast *n) { VEC_PUSH(p->scratch, &p->nodes, n); }

/* For a test; parse.c. The source parsed with by_rules and apart: it makes no difference to what comes out. */
struct ast *parse_slowly(struct source *src, struct arena *a, struct atoms *atoms, struct diags *diags);
/* For fmt.c; parse.c. All tokens of a source that has parsed, line breaks included, strings in their pieces. by_rules:
   as in struct parse; it makes no difference to what comes out. */
struct tokens { struct token *v; uint32_t n, cap; };
void parse_tokens(struct source *src, struct arena *a, int by_rules, struct tokens *out);
#endif
