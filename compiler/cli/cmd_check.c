/* check: everything that build finds out, for the stack and each of its envs; nothing is written. */
#include "cli/cmd.h"
#include "cli/io.h"
#include "cli/session.h"

int cmd_check(const struct args *a)
{
	const char *env = a->value[FLAG_ENV];
	struct session s;
	session_open(&s, a, "stack.mlops");
	if (session_add_stack(&s)) {
		if (env)
			mlops_compile(s.m, env);
		else
			mlops_check_all(s.m);
	}
	const uint32_t warnings = mlops_diags(s.m)->nwarnings;
	session_deny(&s);
	int status = session_report(&s, NULL);
	if (status == STATUS_DONE && !a->value[FLAG_QUIET] && args_choice(a, FLAG_FORMAT, DIAG_TEXT) == DIAG_TEXT) {
		struct buf out = { 0 };
		buf_addf(&out, "%s: no errors, ", s.name);
		if (warnings)
			buf_addf(&out, "%u warning%s\n", warnings, warnings == 1 ? "" : "s");
		else
			buf_adds(&out, "no warnings\n");
		if (a->value[FLAG_VERBOSE]) {
			mlops_forecast(s.m, &out);
			mlops_unknown_kinds(s.m, &out);
		}
		status = io_print(&out);
		buf_free(&out);
	}
	session_close(&s);
	return status;
}
