/* graph: a stack in, a drawing of its wiring on standard output. */
#include "cli/cmd.h"
#include "cli/io.h"
#include "cli/session.h"

int cmd_graph(const struct args *a)
{
	struct session s;
	struct buf out = { 0 };
	session_open(&s, a, "stack.mlops");
	if (session_add_stack(&s) && mlops_compile(s.m, a->value[FLAG_ENV]) == 0)
		mlops_graph(s.m, (enum graph_format)args_choice(a, FLAG_GRAPH_FORMAT, GRAPH_MERMAID), &out);
	int status = session_report(&s, NULL);
	if (status == STATUS_DONE)
		status = io_print(&out);
	buf_free(&out);
	session_close(&s);
	return status;
}
