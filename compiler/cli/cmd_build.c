/* build: a stack in, the folder out/STACK, or one YAML stream; and what changed, for the reader. */
#include "base/os.h"
#include "cli/cmd.h"
#include "cli/index.h"
#include "cli/io.h"
#include "cli/session.h"
#include "emit/tree.h"
#include <errno.h>
#include <string.h>

#define SHOWN 20                        /* lines of changes before a count takes over */

/* out/TITLE beside the stack file, or DIR/TITLE. */
static const char *output_folder(const struct session *s, const char *title, struct arena *a)
{
	const char *dir = s->args->value[FLAG_OUT], *slash = strrchr(s->name, '/');
	if (dir) {
		size_t n = strlen(dir);
		while (n > 1 && dir[n - 1] == '/')
			n--;
		return arena_printf(a, "%.*s%s%s", (int)n, dir, n == 1 && dir[0] == '/' ? "" : "/", title);
	}
	return arena_printf(a, "%.*sout/%s", slash ? (int)(slash - s->name) + 1 : 0, s->name, title);
}

static const char *plural(uint32_t n)
{
	return n == 1 ? "" : "s";
}

static void changes(struct buf *b, const struct tree_entry *v, uint32_t n, int all)
{
	static const char mark[] = { [TREE_SAME] = ' ', [TREE_ADDED] = '+', [TREE_CHANGED] = '~',
		[TREE_REMOVED] = '-' };
	uint32_t count[4] = { 0 }, left[4] = { 0 }, shown = 0;
	size_t width = 0;               /* notes stand in one column, unless a path is very long */
	for (uint32_t i = 0; i < n; i++) {
		const size_t len = strlen(v[i].path);
		count[v[i].change]++;
		if (v[i].change != TREE_SAME && v[i].note && len > width && len <= 60)
			width = len;
	}
	const uint32_t differ = n - count[TREE_SAME];
	for (uint32_t i = 0; i < n; i++) {
		if (v[i].change == TREE_SAME)
			continue;
		/* one line over the limit is worth as much as a count */
		if (all || shown < SHOWN || differ == SHOWN + 1) {
			if (v[i].note)
				buf_addf(b, "  %c %-*s  %s\n", mark[v[i].change], (int)width, v[i].path, v[i].note);
			else
				buf_addf(b, "  %c %s\n", mark[v[i].change], v[i].path);
			shown++;
		} else
			left[v[i].change]++;
	}
	if (shown < differ) {
		const char *comma = ": ";
		buf_addf(b, "  and %u more", differ - shown);
		for (int c = TREE_ADDED; c <= TREE_REMOVED; c++)
			if (left[c]) {
				buf_addf(b, "%s%u %s", comma, left[c],
					c == TREE_ADDED ? "added" : c == TREE_CHANGED ? "changed" : "removed");
				comma = ", ";
			}
		buf_adds(b, "\n");
	}
	if (count[TREE_SAME])
		buf_addf(b, "  %u file%s unchanged\n", count[TREE_SAME], plural(count[TREE_SAME]));
}

static int differs(const struct tree_entry *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (v[i].change != TREE_SAME)
			return 1;
	return 0;
}

static void summary(struct buf *b, const struct out_stack *stack, const struct out_summary *sum)
{
	buf_addf(b, "%s: %u component%s, %u object%s", stack->title, sum->components, plural(sum->components),
		sum->objects, plural(sum->objects));
	if (sum->releases)
		buf_addf(b, ", %u release%s", sum->releases, plural(sum->releases));
	buf_adds(b, "\n");
}

/* Into the folder, or against it with --check. An error is in the diagnostics. */
static void to_folder(struct session *s, const struct out_stack *stack, const char *dir, struct arena *a, struct buf *b,
		      int *different)
{
	const int check = s->args->value[FLAG_CHECK] != NULL, all = s->args->value[FLAG_ALL] != NULL;
	struct diags *d = mlops_diags(s->m);
	if (!check)
		index_drop(s->args, s->name);
	struct tree *t = check ? tree_open_compare(dir, a, d) : tree_open(dir, a, d);
	struct arena scratch;
	struct out_summary sum;
	uint32_t n;
	if (!t)
		return;
	arena_init(&scratch, 0);
	int ok = emit_tree(stack, t, &scratch, d, &sum);
	arena_free(&scratch);
	if (!ok) {
		tree_abandon(t);
		return;
	}
	const struct tree_entry *v = tree_entries(t, &n);
	*different = differs(v, n);
	if (!check)
		summary(b, stack, &sum);
	else
		buf_addf(b, "%s is %s\n", dir, *different
			? "not up to date; mlopsc build would change:" : "up to date");
	if (!check || *different)
		changes(b, v, n, all);
	if (!check) {
		struct buf first = { 0 };
		char hex[33];
		hash_hex(sum.hash, hex);
		const size_t last = b->n;
		buf_addf(b, "%s  %s", dir, hex);
		summary(&first, stack, &sum);
		first.p[--first.n] = 0;         /* without the line break */
		if (!d->n)      /* a warning has to be said again by the next build, so that one compiles */
			index_store(s->args, s->name, stack, dir, v, n, first.p, b->p + last);
		buf_free(&first);
		buf_addc(b, '\n');
	}
	tree_abandon(t);
}

struct stream { int error; };

static int stream_write(void *ctx, const void *p, size_t n)
{
	struct stream *st = ctx;
	if (io_write(1, p, n))
		return 1;
	st->error = errno;
	return 0;
}

/* A reader who has seen enough is no error. */
static void to_stdout(struct session *s, const struct out_stack *stack)
{
	struct stream st = { 0 };
	struct sink sink = { .write = stream_write, .ctx = &st };
	struct diags *d = mlops_diags(s->m);
	const uint32_t before = d->nerrors;
	struct arena scratch;
	struct out_summary sum;
	arena_init(&scratch, 0);
	int ok = emit_stream(stack, &sink, &scratch, d, &sum);
	arena_free(&scratch);
	if (!ok && st.error != EPIPE && d->nerrors == before)
		diag_error(d, (struct span){ 0, 0 }, D_WRITE, "standard output", os_reason(st.error));
}

int cmd_build(const struct args *a)
{
	const struct out_stack *stack = NULL;
	struct session s;
	struct arena own;
	struct buf out = { 0 };
	int different = 0;
	session_open(&s, a, "stack.mlops");
	arena_init(&own, 0);
	const int fresh = index_fresh(a, a->noperands ? a->operands[0] : "stack.mlops", &out);
	if (!fresh && session_add_stack(&s) && mlops_compile(s.m, a->value[FLAG_ENV]) == 0)
		stack = mlops_stack(s.m);
	if (session_deny(&s) == 0 && stack) {
		if (a->value[FLAG_STDOUT])
			to_stdout(&s, stack);
		else
			to_folder(&s, stack, output_folder(&s, stack->title, &own), &own, &out, &different);
	}
	int status = session_report(&s, "nothing was written");
	if (status == STATUS_DONE && !a->value[FLAG_QUIET])
		status = io_print(&out);
	if (status == STATUS_DONE && a->value[FLAG_CHECK] && different)
		status = STATUS_DIFFERS;
	buf_free(&out);
	arena_free(&own);
	session_close(&s);
	return status;
}
