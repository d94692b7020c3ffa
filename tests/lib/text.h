/* A text that is read by a test: memory, names, places and diagnostics of its own, and what was parsed. */
#ifndef MLOPS_TEST_TEXT_H
#define MLOPS_TEST_TEXT_H
#include "front/parse.h"

struct text {
	struct arena arena;
	struct atoms atoms;
	struct sources sources;
	struct diags diags;
	struct source *source;
	struct ast *file;
};

static inline void text_begin(struct text *t)
{
	arena_init(&t->arena, 0);
	atoms_init(&t->atoms, &t->arena);
	sources_init(&t->sources, &t->arena);
	diags_init(&t->diags, &t->arena, &t->sources);
}

/* Begins, and parses n bytes as a file of this name. */
static inline void text_parse(struct text *t, const char *name, const char *s, size_t n)
{
	text_begin(t);
	t->source = source_add(&t->sources, name, s, n, 0);
	t->file = parse_source(t->source, &t->arena, &t->atoms, &t->diags);
}

static inline void text_end(struct text *t)
{
	atoms_free(&t->atoms);
	arena_free(&t->arena);
}
#endif
