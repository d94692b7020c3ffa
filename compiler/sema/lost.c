/* What is missing because its declaration did not parse, or stands in a file that cannot be read: that it is missing is no
   mistake of its own, and is not said. The text is asked, since the tree no longer knows; only when something is wrong. */
#include "sema/program.h"
#include <string.h>

static int is_syntax(const struct diag *x) { return !strncmp(x->code, "E00", 3); }

int program_broken(const struct program *p, struct span at)
{
	for (uint32_t i = 0; i < p->diags->n; i++)
		if (is_syntax(p->diags->v[i]) && p->diags->v[i]->span.lo >= at.lo && p->diags->v[i]->span.lo <= at.hi)
			return 1;
	return 0;
}

static int in_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_'; }

/* Is the word at `at` one that is being declared: behind a declaring word, or as a setting at the start of a line? */
static int declares(const char *text, const char *at, const char *behind)
{
	static const char *const words[] = { "param", "let", "secret", "component", "drift", "fn", "kind", "interface", "detector", "catalog",
		"needs", "collects", "port", NULL };
	const char *s = at, *end;

	while (s > text && (s[-1] == ' ' || s[-1] == '\t'))
		s--;
	while (*behind == ' ' || *behind == '\t')
		behind++;
	if (s == text || strchr("\n{;", s[-1]))
		return *behind == ':';
	if (s == at)
		return 0;
	for (end = s; s > text && in_word(s[-1]); s--)
		;
	for (int i = 0; words[i]; i++)
		if (strlen(words[i]) == (size_t)(end - s) && !memcmp(s, words[i], (size_t)(end - s)))
			return 1;
	return 0;
}

/* Is it a `use` that did not parse? */
static int in_use(const struct program *p, uint32_t at)
{
	const struct source *src = source_of(p->sources, at);
	const char *s = src ? src->text + (at - src->base) : NULL;

	while (s && s > src->text && s[-1] != '\n')
		s--;
	return s && !strncmp(s, "use ", 4);
}

int program_lost(const struct program *p, const struct atom *name)
{
	int wrong = 0;

	if (p->unread)
		return 1;
	for (uint32_t i = 0; i < p->diags->n; i++)
		if (is_syntax(p->diags->v[i])) {
			wrong = 1;
			if (in_use(p, p->diags->v[i]->span.lo))
				return 1;
		}
	for (uint32_t i = 0; wrong && i < p->sources->n; i++) {
		const struct source *src = p->sources->v[i];
		const char *s = src->text, *end = src->text + src->len, *at;

		if (src->library)
			continue;
		for (; s < end && (at = memchr(s, *name->text, (size_t)(end - s))); s = at + 1)
			if ((size_t)(end - at) >= name->len && !memcmp(at, name->text, name->len) && (at == src->text || !in_word(at[-1]))
			    && !in_word(at[name->len]) && declares(src->text, at, at + name->len))
				return 1;
	}
	return 0;
}
