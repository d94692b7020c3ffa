/* One run of the library for one command: options from the flags, the stack's text in, diagnostics and a status out. */
#ifndef MLOPS_CLI_SESSION_H
#define MLOPS_CLI_SESSION_H
#include "cli/args.h"
#include "mlops.h"

struct session {
	const struct args *args;
	struct mlops *m;
	const char *name;               /* of the source, as shown */
	int errors_only;                /* the command asks something of the stack: check and build say its warnings */
};
/* What a file is called in messages: its path; standard input by --stdin-name, which also says beside which folder's
   files the stack stands. */
const char *session_name(const struct args *a, const char *path);
void session_open(struct session *s, const struct args *a, const char *name);
/* The command's FILE, or stack.mlops, or standard input, with every --set. 0: cannot be read; reported. */
int session_add_stack(struct session *s);
/* A file that is not the stack: its bytes. 0: cannot be read; reported. *name: what it is called in messages. */
int session_read(struct session *s, const char *path, struct buf *out, const char **name);
/* Writes the diagnostics to standard error. The status they ask for: done, errors, usage or io. */
int session_report(struct session *s, const char *consequence);
/* With --deny-warnings, makes every warning an error. The number of errors then. */
size_t session_deny(struct session *s);
void session_close(struct session *s);
#endif
