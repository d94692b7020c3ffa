/* The commands that turn something into text on standard output: doc, import, secrets, version. */
#include "cli/chart_folder.h"
#include "cli/cmd.h"
#include "cli/io.h"
#include "cli/session.h"
#include <string.h>

/* Reports, then prints what was made if there was no error. */
static int finish(struct session *s, struct buf *out)
{
	int status = session_report(s, NULL);
	if (status == STATUS_DONE)
		status = io_print(out);
	buf_free(out);
	session_close(s);
	return status;
}

int cmd_doc(const struct args *a)
{
	const char *what = a->noperands ? a->operands[0] : NULL;
	struct session s;
	struct buf out = { 0 };
	session_open(&s, a, NULL);
	if (mlops_doc(s.m, what, io_color(a, 1), &out))
		return finish(&s, &out);
	int status = session_report(&s, NULL);
	buf_free(&out);
	session_close(&s);
	/* A name that the library does not have is a slip on the command line; there is no source that could be
	   wrong. */
	return status == STATUS_IO ? status : STATUS_USAGE;
}

int cmd_import(const struct args *a)
{
	struct session s;
	struct buf text = { 0 }, out = { 0 };
	if (a->value[FLAG_CHART]) {
		struct chart_folder f;
		session_open(&s, a, a->value[FLAG_CHART]);
		if (chart_folder_read(&f, mlops_diags(s.m), s.name))
			mlops_import_chart(s.m, s.name, f.files.v, f.files.n, &out);
		int status = finish(&s, &out);
		chart_folder_free(&f);
		return status;
	}
	session_open(&s, a, a->operands[0]);
	if (session_read(&s, a->operands[0], &text, &s.name))
		mlops_import(s.m, s.name, text.p ? text.p : "", text.n, &out);
	buf_free(&text);
	return finish(&s, &out);
}

int cmd_secrets(const struct args *a)
{
	const char *from = a->value[FLAG_FROM], *name = NULL;
	struct session s;
	struct buf values = { 0 }, out = { 0 };
	if (from && strcmp(from, "-") == 0 && a->noperands && strcmp(a->operands[0], "-") == 0) {
		static const char text[] = "mlopsc: standard input cannot be both the stack and the values\n";
		io_write(2, text, sizeof(text) - 1);
		return STATUS_USAGE;
	}
	session_open(&s, a, "stack.mlops");
	s.errors_only = 1;
	if (session_add_stack(&s) && (!from || session_read(&s, from, &values, &name))
	    && mlops_compile(s.m, a->value[FLAG_ENV]) == 0)
		mlops_secrets(s.m, from ? values.p ? values.p : "" : NULL, values.n, name, &out);
	buf_free(&values);
	return finish(&s, &out);
}

int cmd_version(const struct args *a)
{
	struct buf out = { 0 };
	(void)a;
	buf_addf(&out, "mlopsc %s\nedition 2026\n", mlops_version());
	int status = io_print(&out);
	buf_free(&out);
	return status;
}
