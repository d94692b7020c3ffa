/* Consumes flags and operands; produces a struct mlops that has read its input, and at the end text on standard
   error. */
#include "base/os.h"
#include "cli/session.h"
#include "cli/io.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *session_name(const struct args *a, const char *path)
{
	if (strcmp(path, "-") != 0)
		return path;
	return a->value[FLAG_STDIN_NAME] ? a->value[FLAG_STDIN_NAME] : "stdin";
}

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	const size_t n = slash ? (size_t)(slash - path) : 0;
	char *folder = malloc(n + 2);
	if (!folder)
		abort();
	memcpy(folder, n ? path : slash ? "/" : ".", n ? n : 1);
	folder[n ? n : 1] = 0;
	return folder;
}

void session_open(struct session *s, const struct args *a, const char *name)
{
	struct mlops_options o = { 0 };
	char *folder = NULL;
	o.stdlib = a->value[FLAG_STDLIB];
	o.root = a->value[FLAG_ROOT];
	/* A text has no folder of its own: the name that it stands for has. */
	if (!o.root && a->command != &commands[COMMAND_DIFF] && a->noperands && strcmp(a->operands[0], "-") == 0)
		o.root = folder = folder_of(session_name(a, "-"));
	*s = (struct session){ .args = a, .name = name };
	s->m = mlops_new(&o);
	free(folder);
}

static void cannot_read(struct session *s, const char *name, int error)
{
	diag_error(mlops_diags(s->m), (struct span){ 0, 0 }, D_READ, name, os_reason(error));
}

int session_add_stack(struct session *s)
{
	const char *path = s->args->noperands ? s->args->operands[0] : "stack.mlops";
	int ok;
	s->name = session_name(s->args, path);
	if (strcmp(path, "-") == 0) {
		struct buf text = { 0 };
		ok = io_read(path, &text);
		if (ok)
			ok = mlops_add_text(s->m, s->name, text.p ? text.p : "", text.n);
		else
			cannot_read(s, s->name, errno);
		buf_free(&text);
	} else
		ok = mlops_add_file(s->m, path);
	for (size_t i = 0; ok && i < s->args->nsets; i++)
		mlops_set(s->m, s->args->sets[i]);
	return ok;
}

int session_read(struct session *s, const char *path, struct buf *out, const char **name)
{
	*name = session_name(s->args, path);
	if (io_read(path, out))
		return 1;
	cannot_read(s, *name, errno);
	return 0;
}

size_t session_deny(struct session *s)
{
	struct diags *d = mlops_diags(s->m);
	if (s->args->value[FLAG_DENY_WARNINGS]) {
		for (uint32_t i = 0; i < d->n; i++)
			d->v[i]->severity = SEVERITY_ERROR;
		d->nerrors += d->nwarnings;
		d->nwarnings = 0;
	}
	return d->nerrors;
}

static int asked_status(struct session *s)
{
	const struct diags *d = mlops_diags(s->m);
	int io = 0, source = 0, usage = 0;
	for (uint32_t i = 0; i < d->n; i++) {
		const struct diag *x = d->v[i];
		const int nowhere = !x->span.lo && !x->span.hi;
		if (x->severity != SEVERITY_ERROR)
			continue;
		/* A file that a line of source names is that line's mistake; one that the command line names is not. */
		if (nowhere && strncmp(x->code, "E13", 3) == 0)
			io = 1;
		else if (strncmp(x->code, "E11", 3) == 0 || (nowhere && strcmp(x->code, "E0211") == 0))
			usage = 1;
		else
			source = 1;
	}
	return io ? STATUS_IO : source ? STATUS_ERRORS : usage ? STATUS_USAGE : STATUS_DONE;
}

int session_report(struct session *s, const char *consequence)
{
	struct diags *d = mlops_diags(s->m);
	const enum diag_format format = (enum diag_format)args_choice(s->args, FLAG_FORMAT, DIAG_TEXT);
	const int status = asked_status(s);
	const struct diag_style style = {
		.color = format == DIAG_TEXT && io_color(s->args, 2), .all = s->args->value[FLAG_ALL] != NULL,
		.quiet = s->args->value[FLAG_QUIET] != NULL, .what = s->name, .consequence = consequence,
	};
	struct buf out = { 0 };
	diags_sort(d);
	/* Machines get their document even when it is empty. */
	const int unasked = s->errors_only && !d->nerrors && format == DIAG_TEXT;
	if ((d->n && !unasked) || format == DIAG_JSON || format == DIAG_SARIF)
		diag_write(d, format, &style, &out);
	io_write(2, out.p, out.n);              /* where would one complain about standard error? */
	buf_free(&out);
	return status;
}

void session_close(struct session *s)
{
	mlops_free(s->m);
}
