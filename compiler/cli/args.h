/* argv to a struct args, by two const tables: commands and flags. Help, man pages and shell completions are made from
   the same two tables (cli/help.c), so they cannot disagree with what is accepted. */
#ifndef MLOPS_CLI_ARGS_H
#define MLOPS_CLI_ARGS_H
#include <stddef.h>

enum { /* exit statuses */
	STATUS_DONE = 0,
	STATUS_DIFFERS = 1,
	STATUS_ERRORS = 2,
	STATUS_USAGE = 3,
	STATUS_IO = 4,
	STATUS_FAIL_ON = 5,
	STATUS_FAULT = 70
};
enum command_id {
	COMMAND_INIT,
	COMMAND_BUILD,
	COMMAND_CHECK,
	COMMAND_FMT,
	COMMAND_DOC,
	COMMAND_EXPLAIN,
	COMMAND_IMPORT,
	COMMAND_SECRETS,
	COMMAND_DIFF,
	COMMAND_VERIFY,
	COMMAND_WHY,
	COMMAND_GRAPH,
	COMMAND_VERSION,
	COMMAND_HELP,
	NCOMMANDS
};
enum flag_id {
	FLAG_ENV,
	FLAG_SET,
	FLAG_OUT,
	FLAG_STDOUT,
	FLAG_CHECK,
	FLAG_FROM,
	FLAG_STDLIB,
	FLAG_ROOT,
	FLAG_CHART,
	FLAG_STDIN_NAME,
	FLAG_DENY_WARNINGS,
	FLAG_VERBOSE,
	FLAG_FAIL_ON,
	FLAG_CHANGED,
	FLAG_VERIFY_FORMAT,
	FLAG_WHY_FORMAT,
	FLAG_GRAPH_FORMAT,
	FLAG_DIFF_FORMAT,
	FLAG_MAN,
	FLAG_COMPLETION,
	FLAG_FORMAT,
	FLAG_COLOR,
	FLAG_ALL,
	FLAG_QUIET,
	FLAG_HELP,
	FLAG_VERSION,
	NFLAGS
};
#define FLAGS_MAX_CHOICES 10
enum complete { COMPLETE_NOTHING, COMPLETE_FILES, COMPLETE_FOLDERS, COMPLETE_COMMANDS, COMPLETE_CODES };

struct args;
struct flag {
	/* without the dashes; NULL: a letter only. Rows of one name belong to different commands */
	const char *name;
	char letter;                                    /* or 0 */
	const char *value;                              /* what its value is called; NULL: it takes none */
	const char *choices[FLAGS_MAX_CHOICES + 1];     /* the values it can have; empty: any */
	enum complete complete;
	unsigned commands;                              /* bits 1 << enum command_id */
	const char *help;
};
struct command {
	const char *name, *operands;                    /* operands as help shows them */
	int max;                                        /* how many operands at most; -1: any number */
	int min;
	enum complete complete;
	const char *summary;
	const char *text;                               /* paragraphs for help and man, lines under 80 columns */
	unsigned statuses;                              /* bits 1 << exit status; 70 is always possible */
	int (*run)(const struct args *a);
};
extern const struct command commands[NCOMMANDS];
extern const struct flag flags[NFLAGS];

struct args {
	const struct command *command;
	const char *value[NFLAGS];                      /* NULL: not given; "" for a flag without a value */
	const char **sets; size_t nsets;                /* each --set */
	const char **operands; size_t noperands;
	char **memory;                                  /* what sets and operands point into */
};

/* 1: ready to run. 0: the mistake has been told on standard error, the status is 3. */
int args_parse(struct args *a, int argc, char **argv);
void args_free(struct args *a);
/* The next row of the same name, from `after` on round to it; the row itself when there is no other. */
enum flag_id args_next_row(enum flag_id after);
const char *args_flag_spelling(enum flag_id id, char out[40]);  /* "--env", "-o" */
/* Index of the choice that was given for a flag; `otherwise` when the flag was not given. */
int args_choice(const struct args *a, enum flag_id id, int otherwise);
const struct command *args_find_command(const char *name);
/* Tells that no command has this name, on standard error. */
void args_unknown_command(const char *name);
#endif
