/* What parses is laid out: the result parses, means the same, keeps every comment, and is laid out already. */
#include "fuzz.h"
#include "base/diag.h"
#include "front/ast.h"
#include "front/fmt.h"
#include "../lib/text.h"
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
	struct text t;
	struct buf once = { 0 }, twice = { 0 }, before = { 0 }, after = { 0 };
	text_parse(&t, "stack.mlops", (const char *)text, len);
	const struct ast *file = t.file;
	struct source *src = t.source;
	const int errors = (int)t.diags.nerrors;
	if (!errors) {
		fmt_source(src, file, &once);
		struct source *next = source_add(&t.sources, "formatted.mlops", once.p ? once.p : "", once.n, 0);
		const struct ast *again = parse_source(next, &t.arena, &t.atoms, &t.diags);
		LAW(!t.diags.nerrors, "what was laid out parses");
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
	text_end(&t);
	return errors;
}
