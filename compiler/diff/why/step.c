/* A place of the source as a step of a chain: file and line, what stands there, and in which declaration. */
#include "diff/why/chain.h"
#include <string.h>

static const char *one_line(struct arena *a, const char *p, size_t n)
{
	enum { MAX = 100 };
	char *s = arena_alloc(a, MAX + 8);
	size_t k = 0;
	while (n && (*p == ' ' || *p == '\t')) {
		p++;
		n--;
	}
	for (size_t i = 0; i < n && p[i] != '\n' && p[i] != '\r'; i++) {
		if (k >= MAX && ((unsigned char)p[i] & 0xC0) != 0x80) {
			memcpy(s + k, "...", 3);
			return s;
		}
		s[k++] = p[i] == '\t' ? ' ' : p[i];
		if (k == MAX + 4)
			break;
	}
	while (k && s[k - 1] == ' ')
		k--;
	s[k] = 0;
	return s;
}

int span_covers(const struct ast *x, struct span s)
{
	return x->span.lo <= s.lo && x->span.hi >= s.hi;
}

/* The smallest statement or entry around a place, and the word for the declaration that it stands in. */
struct around { const struct ast *statement, *decl, *patch; };

static void look_around(const struct ast *x, struct span s, struct around *r)
{
	switch ((enum ast_tag)x->tag) {
	case AST_ARG:
	case AST_SET:
	case AST_ASSIGN:
	case AST_ENTRY:
	case AST_PARAM:
	case AST_LET:
	case AST_KEY:
	case AST_SECRET:
	case AST_EXPOSE:
	case AST_ALERT:
	case AST_SETTING: case AST_PORT: case AST_FIELDDEF: case AST_CHECK: case AST_USE: case AST_NEEDS:
		r->statement = x;
		break;
	case AST_PATCH: case AST_VALUES:
		r->patch = x;
		break;
	case AST_ENV: case AST_KIND: case AST_CATALOG: case AST_FN: case AST_INTERFACE: case AST_DETECTOR:
		r->decl = x;
		break;
	default:
		break;
	}
	for (uint32_t i = 0; i < x->nkids; i++)
		if (x->kids[i] && span_covers(x->kids[i], s)) {
			look_around(x->kids[i], s, r);
			return;
		}
}

static const char *decl_word(char what)
{
	switch (what) {
	case 'k': return "kind";
	case 'i': return "interface";
	case 'v': return "fn";
	case 'c': return "catalog";
	case 'd': return "detector";
	case 'r': return "rule";
	default: return "";
	}
}

static const char *library_note(const struct program *p, const struct source *src, uint32_t at, struct arena *a)
{
	for (uint32_t i = 0; i < p->declared.n; i++) {
		const struct library_decl *n = &p->declared.decls[i];
		const char *path = p->library[n->file].path;
		const size_t len = strlen(path), own = strlen(src->name);
		if (own >= len && !strcmp(src->name + own - len, path) && n->lo <= at && at < n->hi
			&& *decl_word(n->what))
			return arena_printf(a, "%s %.*s", decl_word(n->what), (int)n->n, n->name);
	}
	return NULL;
}

static const char *around_note(const struct around *r, struct arena *a)
{
	if (r->decl && r->decl->tag == AST_ENV)
		return arena_printf(a, "env %s", r->decl->name->text);
	if (r->patch)
		return r->patch->tag == AST_PATCH ? "patch" : "values";
	if (r->decl) {
		static const struct {
			int tag;
			const char *word;
		} words[] = { { AST_KIND, "kind" }, { AST_CATALOG, "catalog" }, { AST_FN, "fn" },
			{ AST_INTERFACE, "interface" }, { AST_DETECTOR, "detector" } };
		for (size_t i = 0; i < sizeof words / sizeof *words; i++)
			if (words[i].tag == r->decl->tag)
				return arena_printf(a, "%s %s", words[i].word, r->decl->name->text);
	}
	return NULL;
}

/* 0: the span is nowhere. */
int step_at(const struct why *w, enum why_what what, struct span s, struct arena *a, struct why_step *out)
{
	const struct program *p = w->e->p;
	const struct location l = source_locate(p->sources, s.lo);
	if (!l.source)
		return 0;
	*out = (struct why_step){ .what = what,
		.file = l.source->name,
		.line = l.line,
		.column = l.column,
		.span = s,
		.library = l.source->library };
	uint32_t n;
	const char *line = source_line(l.source, l.line, &n);
	out->text = one_line(a, line, n);
	if (l.source->library) {
		out->note = library_note(p, l.source, s.lo - l.source->base, a);
		return 1;
	}
	if (!strncmp(l.source->name, "--set ", 6))
		out->text = "";
	struct around r = { 0 };
	for (uint32_t i = 0; i < p->files.n; i++)
		if (source_of(p->sources, p->files.v[i]->span.lo) == l.source
			|| (p->files.v[i]->nkids
				&& source_of(p->sources, p->files.v[i]->kids[0]->span.lo) == l.source))
			for (uint32_t k = 0; k < p->files.v[i]->nkids; k++)
				if (span_covers(p->files.v[i]->kids[k], s))
					look_around(p->files.v[i]->kids[k], s, &r);
	out->note = around_note(&r, a);
	out->name = !r.statement && strncmp(l.source->name, "--set ", 6);
	if (r.statement) {
		const struct span t = r.statement->span;
		const struct location first = source_locate(p->sources, t.lo);
		if (first.line == l.line)
			out->text = one_line(a, l.source->text + (t.lo - l.source->base), t.hi - t.lo);
	}
	return 1;
}
