/* diff: two sides in; what differs by meaning, and what it will do, on standard output. */
#include "cli/cmd.h"
#include "cli/io.h"
#include "cli/side.h"
#include <string.h>

#define MARKDOWN_MAX 60000              /* bytes of a comment that code hosts take */

static int is_stack(const char *operand)
{
	const size_t n = strlen(operand);
	return n > 6 && !strcmp(operand + n - 6, ".mlops") && !strchr(operand, ':');
}

/* Is what --fail-on names reached? A class, or a flag. */
static int reached(const struct args *a, const struct diff *d)
{
	const char *word = a->value[FLAG_FAIL_ON];
	unsigned flag = 0;
	if (!word || !d->items.n)
		return 0;
	if (risk_flag(word, strlen(word), &flag))
		return (d->highest.flags & flag) != 0;
	return d->highest.cls >= word[1] - '0';
}

static void print(const struct args *a, const struct diff *d, struct buf *out)
{
	enum { TEXT, MARKDOWN, JSON };
	const struct diff_style style = {
		.all = a->value[FLAG_ALL] != NULL, .quiet = a->value[FLAG_QUIET] != NULL, .color = io_color(a, 1)
	};
	switch (args_choice(a, FLAG_DIFF_FORMAT, TEXT)) {
	case MARKDOWN: diff_markdown(d, MARKDOWN_MAX, out); break;
	case JSON: diff_json(d, out); break;
	default: diff_text(d, &style, out); break;
	}
}

static void counts(const struct args *a, const struct diff *d)
{
	struct buf b = { 0 };
	if (a->value[FLAG_QUIET])
		return;
	if (d->unasked)
		buf_addf(&b,
			"mlopsc: %u part%s of kinds and namespaces that the dump does not have were left out\n",
			d->unasked, d->unasked == 1 ? "" : "s");
	if (d->foreign)
		buf_addf(&b, "mlopsc: %u object%s of the dump without the label managed-by: mlopsc were left out\n",
			d->foreign, d->foreign == 1 ? "" : "s");
	io_write(2, b.p, b.n);
	buf_free(&b);
}

/* Errors; warnings are check's to tell. */
static int report(struct session *s)
{
	return mlops_diags(s->m)->nerrors ? session_report(s, NULL) : STATUS_DONE;
}

int cmd_diff(const struct args *a)
{
	struct cli_side old = { 0 }, new = { 0 };
	const char *older = a->noperands ? a->operands[0] : NULL,
		*newer = a->noperands > 1 ? a->operands[1] : "stack.mlops";
	struct buf out = { 0 };
	const struct diff *d = NULL;
	if (a->noperands == 1 && is_stack(older)) {     /* what changes in its output */
		newer = older;
		older = NULL;
	}
	const char *stack = is_stack(newer) ? newer : "stack.mlops";
	int ok = side_open(&new, a, newer, NULL, stack), status = STATUS_DONE;
	if (ok && (ok = side_open(&old, a, older, side_title(&new), stack)))
		d = mlops_diff(new.s.m, &old.side, &new.side);
	if (new.opened)
		status = report(&new.s);
	if (old.opened && status == STATUS_DONE)
		status = report(&old.s);
	if (d && status == STATUS_DONE) {
		print(a, d, &out);
		status = io_print(&out);
		counts(a, d);
		if (status == STATUS_DONE && d->items.n)
			status = reached(a, d) ? STATUS_FAIL_ON : STATUS_DIFFERS;
	}
	buf_free(&out);
	side_close(&old);
	side_close(&new);
	return status;
}
