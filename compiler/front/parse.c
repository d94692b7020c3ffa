/* One source through scanner, token filter and parser: the words of the language, room for nodes, and reading it again
   when brackets did not match (brackets.c). */
#include "front/filter.h"
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

int parse_word_of(const char *name)
{
	size_t i;

	for (i = 0; i < NWORDS; i++)
		if (!strcmp(words[i].word, name))
			return words[i].token;
	return 0;
}

const char *parse_statement_word(size_t i)
{
	return i < NWORDS && words[i].token < T_IF ? words[i].word : NULL;
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
