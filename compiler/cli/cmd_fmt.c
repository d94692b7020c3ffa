/* fmt: source files in, the same in the canonical layout. A file that does not parse, and one that is laid out already,
   is not touched. */
#include "base/os.h"
#include "cli/cmd.h"
#include "cli/io.h"
#include "cli/session.h"
#include <errno.h>
#include <string.h>

/* 1: the file differs from its canonical form (and has been rewritten, unless --check or `-`). */
static int format_one(struct session *s, const char *path, struct buf *out)
{
	const int check = s->args->value[FLAG_CHECK] != NULL, standard = strcmp(path, "-") == 0;
	struct buf before = { 0 }, after = { 0 };
	const char *name;
	int differs = 0;
	if (session_read(s, path, &before, &name)
	    && mlops_format(s->m, name, before.p ? before.p : "", before.n, &after)) {
		differs = before.n != after.n || (after.n && memcmp(before.p, after.p, after.n) != 0);
		if (standard && !check)
			buf_add(out, after.p, after.n);
		else if (differs && !check && !io_replace(path, &after)) {
			diag_error(mlops_diags(s->m), (struct span){ 0, 0 }, D_WRITE, path, os_reason(errno));
			differs = 0;
		}
		if (differs && (check || !standard) && !s->args->value[FLAG_QUIET])
			buf_addf(out, "%s%s\n", check ? "" : "formatted ", name);
	}
	buf_free(&before);
	buf_free(&after);
	return differs;
}

int cmd_fmt(const struct args *a)
{
	const char *first = a->noperands ? a->operands[0] : "stack.mlops";
	struct session s;
	struct buf out = { 0 };
	int differs = 0;
	session_open(&s, a, a->noperands > 1 ? "these files" : session_name(a, first));
	differs = format_one(&s, first, &out);
	for (size_t i = 1; i < a->noperands; i++)
		differs |= format_one(&s, a->operands[i], &out);
	int status = session_report(&s, "files with errors were left as they are"), printed = io_print(&out);
	if (status == STATUS_DONE)
		status = printed;
	if (status == STATUS_DONE && a->value[FLAG_CHECK] && differs)
		status = STATUS_DIFFERS;
	buf_free(&out);
	session_close(&s);
	return status;
}
