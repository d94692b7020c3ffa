/* One function for each command: arguments in, exit status out. */
#ifndef MLOPS_CLI_CMD_H
#define MLOPS_CLI_CMD_H
struct args;
int cmd_init(const struct args *a);
int cmd_build(const struct args *a);
int cmd_check(const struct args *a);
int cmd_fmt(const struct args *a);
int cmd_doc(const struct args *a);
int cmd_explain(const struct args *a);
int cmd_import(const struct args *a);
int cmd_secrets(const struct args *a);
int cmd_diff(const struct args *a);
int cmd_verify(const struct args *a);
int cmd_graph(const struct args *a);
int cmd_why(const struct args *a);
int cmd_version(const struct args *a);
int cmd_help(const struct args *a);
#endif
