/* graph: a stack in, a drawing of its wiring on standard output; with what another side of a difference touches. */
#include "cli/cmd.h"
#include "cli/io.h"
#include "cli/side.h"

/* What has changed since `old`, as diff sees it. NULL after reporting to either session. */
static const struct diff *changed(struct session *s, struct cli_side *old)
{
	const struct mlops_side now = { .tag = MLOPS_STACK, .label = s->name, .stack = s->m };
	if (!side_open(old, s->args, s->args->value[FLAG_CHANGED], mlops_stack(s->m)->title, s->name))
		return NULL;
	return mlops_diff(s->m, &old->side, &now);
}

int cmd_graph(const struct args *a)
{
	struct session s;
	struct cli_side old = { 0 };
	struct buf out = { 0 };
	const struct diff *d = NULL;
	session_open(&s, a, "stack.mlops");
	int ok = session_add_stack(&s) && mlops_compile(s.m, a->value[FLAG_ENV]) == 0;
	if (ok && a->value[FLAG_CHANGED])
		ok = (d = changed(&s, &old)) != NULL;
	if (ok)
		mlops_graph(s.m, (enum graph_format)args_choice(a, FLAG_GRAPH_FORMAT, GRAPH_MERMAID), d, &out);
	s.errors_only = 1;
	int status = session_report(&s, NULL);
	if (old.opened && status == STATUS_DONE && mlops_diags(old.s.m)->nerrors)
		status = session_report(&old.s, NULL);
	if (status == STATUS_DONE)
		status = io_print(&out);
	buf_free(&out);
	side_close(&old);
	session_close(&s);
	return status;
}
