/* Any bytes into the parser: a tree and diagnostics come out, places lie inside the text, and a text without errors has no
   error node. */
#include "fuzz.h"
#include "base/diag.h"
#include "front/ast.h"
#include "../lib/text.h"
#include <string.h>

static int has_error(const struct ast *n)
{
	if (!n)
		return 0;
	if (n->tag == AST_ERROR)
		return 1;
	for (uint32_t i = 0; i < n->nkids; i++)
		if (has_error(n->kids[i]))
			return 1;
	return 0;
}

FUZZ_TARGET(parse)
{
	struct text t;
	struct buf out = { 0 };
	text_parse(&t, "stack.mlops", (const char *)text, len);
	const struct ast *file = t.file;
	struct source *src = t.source;
	LAW(file && file->tag == AST_FILE, "a file is always a file");
	for (uint32_t i = 0; i < t.diags.n; i++) {
		const struct span at = t.diags.v[i]->span;
		LAW(at.lo <= at.hi && (!at.hi || (at.lo >= src->base && at.hi <= src->base + src->len + 1)), "a diagnostic lies in the text");
	}
	LAW(t.diags.nerrors || !has_error(file), "what did not parse was reported");
	ast_dump(file, &t.sources, &out);
	/* the writers have little to find in the hundredth message of one input, and are most of its cost */
	for (enum diag_format f = DIAG_TEXT; f <= DIAG_GITHUB && t.diags.n <= 5; f++) {
		const struct diag_style style = { .what = "stack.mlops", .all = 1 };
		buf_clear(&out);
		diag_write(&t.diags, f, &style, &out);
		LAW(!memchr(out.p ? out.p : "", 0, out.n), "messages hold no NUL");
	}
	const int errors = (int)t.diags.nerrors;
	buf_free(&out);
	text_end(&t);
	return errors;
}
