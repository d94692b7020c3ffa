/* What parses is laid out: the result parses, means the same, keeps every comment, and is laid out already. */
#include "fuzz.h"
#include "base/diag.h"
#include "front/ast.h"
#include "front/fmt.h"
#include "front/parse.h"
#include <string.h>

/* The text of all comments, one a line. */
static void comments(const struct source *src, struct buf *out)
{
	for (uint32_t i = 0; i < src->ncomments; i++) {
		uint32_t lo = src->comments[2 * i] - src->base, hi = src->comments[2 * i + 1] - src->base;
		while (hi > lo && (src->text[hi - 1] == ' ' || src->text[hi - 1] == '\t' || src->text[hi - 1] == '\r' || src->text[hi - 1] == '\n'))
			hi--;
		buf_add(out, src->text + lo, hi - lo);
		buf_addc(out, '\n');
	}
}

FUZZ_TARGET(fmt)
{
	struct arena a;
	struct atoms atoms;
	struct sources sources;
	struct diags diags;
	struct buf once = { 0 }, twice = { 0 }, before = { 0 }, after = { 0 };
	arena_init(&a, 0);
	atoms_init(&atoms, &a);
	sources_init(&sources, &a);
	diags_init(&diags, &a, &sources);
	struct source *src = source_add(&sources, "stack.mlops", (const char *)text, len, 0);
	const struct ast *file = parse_source(src, &a, &atoms, &diags);
	const int errors = (int)diags.nerrors;
	if (!errors) {
		fmt_source(src, file, &once);
		struct source *next = source_add(&sources, "formatted.mlops", once.p ? once.p : "", once.n, 0);
		const struct ast *again = parse_source(next, &a, &atoms, &diags);
		LAW(!diags.nerrors, "what was laid out parses");
		LAW(ast_equal(file, again), "laying out keeps the meaning");
		comments(src, &before);
		comments(next, &after);
		LAW(before.n == after.n && (!before.n || !memcmp(before.p, after.p, before.n)), "laying out keeps every comment in order");
		fmt_source(next, again, &twice);
		LAW(once.n == twice.n && (!once.n || !memcmp(once.p, twice.p, once.n)), "laying out twice is laying out once");
	}
	buf_free(&once);
	buf_free(&twice);
	buf_free(&before);
	buf_free(&after);
	atoms_free(&atoms);
	arena_free(&a);
	return errors;
}
