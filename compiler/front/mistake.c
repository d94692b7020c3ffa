/* What did not parse in; the report of it out: what was found, what was expected in its place, and what was most likely
   meant. And when to say nothing, because what was reported before explains everything up to some place. */
#include "front/filter.h"
#include "base/suggest.h"
#include <stdio.h>
#include <string.h>

/* What was reported before explains everything up to `quiet`, in the case of the scanner's mistakes up to `mute`: one
   in a line that the parser has complained about already. */
int parse_silent(struct parse *p, uint32_t lo)
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
void parse_to_line_end(const struct parse *p, uint32_t lo, uint32_t *limit)
{
	uint32_t from = lo - p->src->base, len = p->src->len;
	const char *end;

	if (lo < *limit || from >= len)
		return;
	end = memchr(p->text + from, '\n', len - from);
	*limit = end ? p->src->base + (uint32_t)(end - p->text) : UINT32_MAX;
}

void parse_skip(struct parse *p, const struct token *t)
{
	p->skipping = 1;
	p->plain = 0;
	p->skip_level = t->level;
	parse_to_line_end(p, t->span.lo, &p->mute);
}

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
	if (s == p->text || p->head.kind == T_COMPONENT || !strchr("=:,([", s[-1]))
		return 0;
	const char *behind = p->text + (at.hi - p->src->base);

	behind += strspn(behind, " \t");
	return s[-1] != ':' || strchr(",}])\n\r#;", *behind) != NULL;   /* a type has a default, or a `?`, behind it */
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
		int token = parse_word_of(e->name[i]);

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
				if (!parse_word_of(e->name[i]) && strcmp(e->name[i], "a name") && strcmp(e->name[i], "a key")
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
	const char *word;
	size_t i;

	if (t->kind != T_NAME)
		return NULL;
	suggest_init(&s, a->text, a->len);
	for (i = 0; (word = parse_statement_word(i)); i++)
		suggest_try(&s, word);
	return suggest_best(&s) && strcmp(suggest_best(&s), a->text) ? suggest_best(&s) : NULL;
}

void parse_syntax_error(struct parse *p, const struct expected *expected)
{
	static const char *const wrong_sign[] = { "'='", NULL };
	struct expected e = *expected;
	const struct token t = token_last(p);
	struct diag *d;
	const char *found, *want, *best = NULL;
	struct span at = t.span;
	int quiet = parse_silent(p, t.span.lo);

	if (t.kind != T_NL && t.span.lo == t.span.hi && t.kind != T_YYEOF && t.kind != T_STRING_END)
		quiet = 1;              /* the filter put it there, and has said why */
	if (!quiet && bracket_forgotten(p, &t)) {
		p->plain = 0;
		p->skipping = 1;        /* only as far as the line break that has been put before this token */
		p->skip_level = t.level;
		return;
	}
	parse_skip(p, &t);
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
		if (t.kind == '=' && colon && !equals && p->first.kind != T_PARAM)
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
		&& (token_continues(t.kind) || t.kind == '.') && t.kind != ',' && t.kind != ':')
		diag_help(p->diags, d,
			"a statement goes on in the next line when its line ends with the operator, or within `(` and `)`");
	else if (p->nth == 1 && t.kind == T_NAME
		&& ((find(expected, "stack") && (best = parse_our_word(p, &t))) || (best = misspelt(&t)))) {
		diag_label(p->diags, d, "did you mean `%s`?", best);
		diag_fix(p->diags, d, at, "%s", best);
	}
	parse_habit(p, &t, expected, d);
}
