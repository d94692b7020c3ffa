/* What is missing because its declaration did not parse, or stands in a file that cannot be read: that it is missing is
   no mistake of its own, and is not said. The text is asked, since the tree no longer knows; only when something is
   wrong. */
#include "sema/program.h"
#include <string.h>

/* What is known so far of the diagnostics and of the sources: each is looked at once, however many names are
   missing. */
struct lost {
	uint32_t ndiags, nsources;      /* how many have been looked at */
	VEC(uint32_t) at;               /* where something did not parse */
	uint8_t in_use;                 /* a `use` did not */
	struct table names;             /* every word that the text declares */
};

/* bytes of a line on either side: whoever writes longer ones is not told that little */
enum { LINE_MAX_LOOKED = 2000 };
enum { MANY = 64 };     /* syntax errors: who has more is not told that little */

static int in_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	(c >= 'A' && c <= 'Z') || c == '-' || c == '_'; }

/* Does something on the rest of this line not parse? */
static int is_broken(const struct lost *l, const struct source *src, const char *at)
{
	const char *nl = memchr(at, '\n', (size_t)(src->text + src->len - at));
	uint32_t lo = src->base + (uint32_t)(at - src->text), hi = nl
		? src->base + (uint32_t)(nl - src->text) : src->base + src->len;

	for (uint32_t i = 0; i < l->at.n && i < MANY; i++)
		if (l->at.v[i] >= lo && l->at.v[i] <= hi)
			return 1;
	return 0;
}

/* Is the word at `at` one that is being declared: behind a declaring word, or as a setting at the start of a line? */
static int declares(const struct lost *l, const struct source *src, const char *at, const char *behind)
{
	static const char *const words[] = { "param", "let", "secret", "component", "drift", "fn",
		"kind", "interface", "detector", "catalog",
		"needs", "collects", "port", NULL };
	const char *s = at, *end, *text = src->text;

	while (s > text && (s[-1] == ' ' || s[-1] == '\t'))
		s--;
	while (*behind == ' ' || *behind == '\t')
		behind++;
	if (s == text || strchr("\n{;", s[-1]))
		return *behind == ':' || is_broken(l, src, at);
	if (s == at)
		return 0;
	for (end = s; s > text && in_word(s[-1]); s--)
		;
	for (int i = 0; words[i]; i++)
		if (strlen(words[i]) == (size_t)(end - s) && !memcmp(s, words[i], (size_t)(end - s)))
			return 1;
	/* behind a declaring word that is misspelt */
	for (at = s; at > text && (at[-1] == ' ' || at[-1] == '\t'); at--)
		;
	return end > s && (at == text || at[-1] == '\n' || at[-1] == ';') && is_broken(l, src, s);
}

/* Is it a `use` that did not parse? */
static int in_use(const struct program *p, uint32_t at)
{
	const struct source *src = source_of(p->sources, at);
	const char *s = src ? src->text + (at - src->base) : NULL;

	while (s && s > src->text && s[-1] != '\n')
		s--;
	if (!s || !strncmp(s, "use ", 4))
		return s != NULL;
	/* the word itself may be misspelt: WORD "file" */
	while (in_word(*s))
		s++;
	if (s[0] != ' ' || s[1] != '"')
		return 0;
	const char *end = s + 2 + strcspn(s + 2, "\"\n");
	return *end == '"'
		&& (!strncmp(end - 6, ".mlops", 6) || !strncmp(end - 5, ".yaml", 5)
			|| !strncmp(end - 4, ".yml", 4));
}

static struct lost *look(struct program *p)
{
	struct lost *l = p->lost;

	if (!l) {
		l = p->lost = ARENA_NEW(p->arena, struct lost);
		table_init(&l->names, p->arena);
	}
	for (; l->ndiags < p->diags->n; l->ndiags++) {
		const struct diag *x = p->diags->v[l->ndiags];

		if (!strncmp(x->code, "E00", 3)) {
			VEC_PUSH(p->arena, &l->at, x->span.lo);
			l->in_use |= (uint8_t)in_use(p, x->span.lo);
		}
	}
	return l;
}

uint32_t program_broken_at(struct program *p, struct span in, uint32_t nth)
{
	const struct lost *l = look(p);

	for (uint32_t i = 0; i < l->at.n && i < MANY; i++)
		if (l->at.v[i] >= in.lo && l->at.v[i] <= in.hi && !nth--)
			return l->at.v[i];
	return 0;
}

int program_word_lost(struct program *p, const char *word)
{
	const struct lost *l = look(p);
	size_t n = strlen(word);

	for (uint32_t i = 0; i < l->at.n && i < MANY; i++) {
		const struct source *src = source_of(p->sources, l->at.v[i]);
		const char *s = src ? src->text + (l->at.v[i] - src->base) : NULL, *end;

		const char *from = s;

		while (s && s > src->text && s[-1] != '\n' && from - s < LINE_MAX_LOOKED)
			s--;
		end = s ? memchr(s, '\n', (size_t)(src->text + src->len - s)) : NULL;
		if (!end && s)
			end = src->text + src->len;
		if (end && end - s > 2 * LINE_MAX_LOOKED)
			end = s + 2 * LINE_MAX_LOOKED;
		for (; s && s + n <= end; s++)
			if (!memcmp(s, word, n) && (s == src->text || !in_word(s[-1])) &&
				(s + n == end || !in_word(s[n])))
				return 1;
	}
	return 0;
}

/* Is the place within something that did become a declaration? */
static int is_kept(const struct program *p, uint32_t at)
{
	for (uint32_t f = 0; f < p->files.n; f++)
		for (uint32_t n = 0; n < p->files.v[f]->nkids; n++) {
			const struct ast *d = p->files.v[f]->kids[n];

			if (at >= d->span.lo && at <= d->span.hi)
				return 1;
		}
	return 0;
}

/* Does its line begin as a declaration that makes no component? */
static int makes_nothing(const struct program *p, uint32_t at)
{
	static const char *const words[] = { "param", "let", "secret", "fn", "check", "kind",
		"interface", "detector", "catalog", "rule", "allow",
		"stack", "env", NULL };
	const struct source *src = source_of(p->sources, at);
	const char *s = src ? src->text + (at - src->base) : NULL;

	for (int n = 0; s && s > src->text && s[-1] != '\n' && n < LINE_MAX_LOOKED; n++)
		s--;
	for (int i = 0; s && words[i]; i++)
		if (!strncmp(s, words[i], strlen(words[i])) && !in_word(s[strlen(words[i])]))
			return 1;
	/* a declaration without a block, under whatever word */
	return s && *s != ' ' && *s != '\t' && strncmp(s, "component ", 10) && strncmp(s, "drift ", 6)
		&& !memchr(s, '{', strcspn(s, "\n"));
}

int program_declarations_lost(struct program *p)
{
	const struct lost *l = look(p);

	if (p->unread)
		return 1;
	for (uint32_t i = 0; i < l->at.n && i < MANY; i++)
		if (!is_kept(p, l->at.v[i]) && !makes_nothing(p, l->at.v[i]))
			return 1;
	for (uint32_t n = 0; n < p->symbols.n; n++)
		if (!p->symbols.v[n]->kind &&
			(p->symbols.v[n]->tag == SYMBOL_COMPONENT ||
			p->symbols.v[n]->tag == SYMBOL_FAMILY || p->symbols.v[n]->tag == SYMBOL_DRIFT))
			return 1;
	return 0;
}

int program_broken(struct program *p, struct span at)
{
	const struct lost *l = look(p);

	for (uint32_t i = 0; i < l->at.n; i++)
		if (l->at.v[i] >= at.lo && l->at.v[i] <= at.hi)
			return 1;
	return 0;
}

int program_lost(struct program *p, const struct atom *name)
{
	if (p->unread)
		return 1;
	struct lost *l = look(p);
	if (!l->at.n)
		return 0;
	if (l->in_use)
		return 1;
	for (; l->nsources < p->sources->n; l->nsources++) {
		const struct source *src = p->sources->v[l->nsources];
		const char *s = src->text, *end = src->text + src->len;

		while (!src->library && !src->excerpt && s < end) {
			const char *word = s;

			while (s < end && in_word(*s))
				s++;
			if (s > word && declares(l, src, word, s))
				table_put(&l->names, atom_intern(p->atoms, word, (size_t)(s - word)), l);
			s += s == word;
		}
	}
	return table_get(&l->names, name) != NULL;
}
