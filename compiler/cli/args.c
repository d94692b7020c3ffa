/* Consumes argv; produces a struct args, or a message and status 3. Flags may stand before or behind the command and
   its operands; a flag is known by the table first and judged against the command afterwards, so that `--color never
   build` works and a flag of another command can be told from a misspelt one. */
#include "cli/args.h"
#include "base/suggest.h"
#include "cli/cmd.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BIT(command) (1u << COMMAND_##command)
#define STATUS(s) (1u << STATUS_##s)
#define ON_STACK (BIT(BUILD) | BIT(CHECK) | BIT(SECRETS) | BIT(GRAPH) | BIT(DIFF) | BIT(WHY))
#define ON_TEXT ((ON_STACK | BIT(FMT) | BIT(IMPORT)) & ~BIT(WHY))
#define REPORTS (ON_TEXT | BIT(INIT) | BIT(DOC))
#define OWN_FORMAT (BIT(VERIFY) | BIT(WHY) | BIT(GRAPH) | BIT(DIFF))
#define EVERY (~0u)

const struct command commands[NCOMMANDS] = {
	[COMMAND_INIT] = { "init", "[DIR]", 1, 0, COMPLETE_FOLDERS, "write a stack to start from, that builds",
		"Writes stack.mlops into DIR (the current folder), with a .gitattributes that shows\n"
		"out/ as generated and a .gitignore that keeps files of secret values out of Git.\n"
		"An existing stack.mlops is never overwritten; other files that exist are left\n"
		"alone.\n",
		STATUS(DONE) | STATUS(USAGE) | STATUS(IO), cmd_init },
	[COMMAND_BUILD] = { "build", "[FILE]", 1, 0, COMPLETE_FILES, "compile a stack into out/",
		"Compiles FILE (stack.mlops; `-` is standard input) and writes the folder\n"
		"out/STACK beside it, or out/STACK-ENV with --env. Nothing is written unless the\n"
		"whole stack compiles; an unchanged file keeps its bytes and its time; files that\n"
		"an earlier build wrote and this one does not are removed; files that mlopsc did\n"
		"not write are never touched.\n",
		STATUS(DONE) | STATUS(DIFFERS) | STATUS(ERRORS) | STATUS(USAGE) | STATUS(IO), cmd_build },
	[COMMAND_CHECK] = { "check", "[FILE]", 1, 0, COMPLETE_FILES,
		"find every error that build finds, write nothing",
		"Compiles FILE (stack.mlops; `-` is standard input) and each of its envs, and\n"
		"writes nothing. With --env, that env alone.\n",
		STATUS(DONE) | STATUS(ERRORS) | STATUS(USAGE) | STATUS(IO), cmd_check },
	[COMMAND_FMT] = { "fmt", "[FILE...]", -1, 0, COMPLETE_FILES, "lay out source in the one canonical way",
		"Rewrites each FILE (stack.mlops) in place; `-` formats standard input to standard\n"
		"output. A file that does not parse is left as it is, and so is one that needs no\n"
		"change. With --check nothing is written and the files that would change are\n"
		"named.\n",
		STATUS(DONE) | STATUS(DIFFERS) | STATUS(ERRORS) | STATUS(USAGE) | STATUS(IO), cmd_fmt },
	[COMMAND_DOC] = { "doc", "[NAME]", 1, 0, COMPLETE_NOTHING,
		"show the reference of a kind, interface, detector or function",
		"Shows what the library says of NAME: settings with types and defaults, ports,\n"
		"needs, gives, catalog versions. Without NAME, lists the kinds.\n",
		STATUS(DONE) | STATUS(ERRORS) | STATUS(USAGE) | STATUS(IO), cmd_doc },
	[COMMAND_EXPLAIN] = { "explain", "[CODE]", 1, 0, COMPLETE_CODES,
		"explain an error code, with an example and its cure",
		"Prints the page of CODE (E0201, or its name: unknown-kind). Without CODE, lists all\n"
		"codes.\n",
		STATUS(DONE) | STATUS(USAGE) | STATUS(IO), cmd_explain },
	[COMMAND_IMPORT] = { "import", "FILE.yaml", 1, 1, COMPLETE_FILES,
		"turn YAML into source, on standard output",
		"Reads Kubernetes objects or a file of chart values (`-` is standard input) and\n"
		"prints source that makes the same.\n"
		"With --chart and no file, prints what an unpacked chart takes as values: the table\n"
		"that `use \"web.keys.tsv\"` closes the values of its releases with. Read are\n"
		"Chart.yaml, values.yaml, values.schema.json, the templates, and the charts below\n"
		"charts/: mlopsc import --chart web >web.keys.tsv\n",
		STATUS(DONE) | STATUS(ERRORS) | STATUS(USAGE) | STATUS(IO), cmd_import },
	[COMMAND_SECRETS] = { "secrets", "[FILE]", 1, 0, COMPLETE_FILES,
		"list the secrets a stack needs, or render them",
		"Lists each secret with its keys, for every namespace that uses it. With --from,\n"
		"prints Secret manifests with the values of a file of NAME.KEY=value lines; they go\n"
		"to standard output only: mlopsc secrets --from FILE | kubectl apply -f -\n",
		STATUS(DONE) | STATUS(ERRORS) | STATUS(USAGE) | STATUS(IO), cmd_secrets },
	[COMMAND_DIFF] = { "diff", "[OLD] [NEW]", 2, 0, COMPLETE_FILES,
		"what changes by meaning, and what it will do to the cluster",
		"Compares OLD with NEW: objects by identity, lists by their keys, quantities,\n"
		"durations and schedules by value; what an API server fills in is no difference.\n"
		"Every change has a class: R0 nothing acts on it, R1 metadata, R2 changed in place,\n"
		"R3 restart, R4 refused or made anew, R5 data at risk; and flags: exposure, secret,\n"
		"licence, capacity, downtime. OLD and NEW are each one of\n"
		"  stack.mlops      a stack, as it compiles now\n"
		"  out/STACK        an output folder, or a folder of YAML files\n"
		"  main, HEAD~1     a git revision: its committed out/, or its stack compiled\n"
		"  v1.2:out/STACK   a folder, or a .mlops file, of a revision\n"
		"  -                YAML from standard input: kubectl get ... -o yaml | mlopsc diff -\n"
		"NEW is stack.mlops by default. OLD is by default the output folder on disk: diff\n"
		"alone tells what the next build will change. A stack as the only operand is NEW.\n"
		"Output is believed as its lock describes it; mlopsc verify finds edits by hand.\n",
		STATUS(DONE) | STATUS(DIFFERS) | STATUS(ERRORS) | STATUS(USAGE) | STATUS(IO) | STATUS(FAIL_ON),
		cmd_diff },
	[COMMAND_VERIFY] = { "verify", "[DIR...]", -1, 0, COMPLETE_FOLDERS,
		"is compiled output still what a build wrote?",
		"Holds the files of each DIR against its mlops.lock and XXH128SUMS, these two\n"
		"against each other, and the objects in the files against the lock: finds edits by\n"
		"hand, lost files and bad merges. DIR is an output folder, or a folder of them\n"
		"(out). Files that mlopsc did not write are not spoken of. Nothing is compiled:\n"
		"whether the source has changed since is what build --check tells.\n",
		STATUS(DONE) | STATUS(DIFFERS) | STATUS(USAGE) | STATUS(IO), cmd_verify },
	[COMMAND_WHY] = { "why", "PLACE [STACK]", 2, 1, COMPLETE_FILES,
		"which source made this line of output, or what a source line makes",
		"PLACE is a line of compiled output (out/STACK/manifests/x.yaml:37), or a path in\n"
		"it (out/STACK/manifests/x.yaml#spec.replicas; in a file of several objects also\n"
		"#Service/x:spec.ports[0].port), or a whole file of it. Prints what in the source\n"
		"the value comes from, and through which settings, defaults, kinds and wires. A\n"
		"line of source (stack.mlops:12) lists the values of the output that it has a part\n"
		"in. The stack is compiled anew, with the env and --set that the output's lock\n"
		"names; output that is not what the stack compiles to is not explained. STACK is\n"
		"the stack's file, where it is not stack.mlops beside out/ or in this folder.\n"
		"  mlopsc why out/demo/manifests/registry.yaml:12\n"
		"  mlopsc why out/demo/helm/database.values.yaml#primary.persistence.size\n"
		"  mlopsc why stack.mlops:9\n",
		STATUS(DONE) | STATUS(DIFFERS) | STATUS(ERRORS) | STATUS(USAGE) | STATUS(IO), cmd_why },
	[COMMAND_GRAPH] = { "graph", "[FILE]", 1, 0, COMPLETE_FILES,
		"draw the wiring of a stack, on standard output",
		"Compiles FILE (stack.mlops; `-` is standard input) and draws it: components with\n"
		"kinds, versions, ports and where these are exposed, drift policies, and an arrow\n"
		"from each component to what it needs. The members of a family are one box.\n"
		"Mermaid is what code hosts show in a README or a comment; dot is Graphviz'\n"
		"language; svg is a picture. With --changed, boxes say what mlopsc diff OLD says of\n"
		"them, and are coloured by its class; what is new or gone is drawn as such.\n"
		"  mlopsc graph --format svg > stack.svg\n"
		"  mlopsc graph --changed main\n",
		STATUS(DONE) | STATUS(ERRORS) | STATUS(USAGE) | STATUS(IO), cmd_graph },
	[COMMAND_VERSION] = { "version", "", 0, 0, COMPLETE_NOTHING, "print the versions of compiler and language",
		"Prints the compiler's version and the editions of the language that it reads.\n",
		STATUS(DONE) | STATUS(USAGE) | STATUS(IO), cmd_version },
	[COMMAND_HELP] = { "help", "[COMMAND]", 1, 0, COMPLETE_COMMANDS, "show this, or the help of a command",
		"Shows the commands, or the help of one. --man prints the same as a man page;\n"
		"--completion prints a script that completes commands, flags and codes:\n"
		"  bash   mlopsc help --completion bash > ~/.local/share/bash-completion/completions/mlopsc\n"
		"  zsh    mlopsc help --completion zsh > \"${fpath[1]}/_mlopsc\"\n"
		"  fish   mlopsc help --completion fish > ~/.config/fish/completions/mlopsc.fish\n",
		STATUS(DONE) | STATUS(USAGE) | STATUS(IO), cmd_help },
};

const struct flag flags[NFLAGS] = {
	[FLAG_ENV] = { "env", 'e', "ENV", { 0 }, COMPLETE_NOTHING, ON_STACK, "the stack as this env changes it" },
	[FLAG_SET] = { "set", 0, "NAME=VALUE", { 0 }, COMPLETE_NOTHING, ON_STACK,
		"set a param, or a setting by its path; repeatable" },
	[FLAG_OUT] = { NULL, 'o', "DIR", { 0 }, COMPLETE_FOLDERS, BIT(BUILD) | BIT(DIFF),
		"write below DIR instead of out/ beside the stack file" },
	[FLAG_STDOUT] = { "stdout", 0, NULL, { 0 }, COMPLETE_NOTHING, BIT(BUILD),
		"print every object as one YAML stream, write no files" },
	[FLAG_CHECK] = { "check", 0, NULL, { 0 }, COMPLETE_NOTHING, BIT(BUILD) | BIT(FMT),
		"write nothing; status 1 and names if something would change" },
	[FLAG_FROM] = { "from", 0, "FILE", { 0 }, COMPLETE_FILES, BIT(SECRETS),
		"print Secret manifests with the values in FILE" },
	[FLAG_STDLIB] = { "stdlib", 0, "DIR", { 0 }, COMPLETE_FOLDERS, ON_STACK | BIT(DOC) | BIT(IMPORT),
		"the library in DIR instead of the built-in one" },
	[FLAG_ROOT] = { "root", 0, "DIR", { 0 }, COMPLETE_FOLDERS, ON_STACK,
		"`use` may read below DIR instead of the stack's folder" },
	[FLAG_CHART] = { "chart", 0, "DIR", { 0 }, COMPLETE_FOLDERS, BIT(IMPORT),
		"print the table of an unpacked chart's values instead" },
	[FLAG_STDIN_NAME] = { "stdin-name", 0, "NAME", { 0 }, COMPLETE_FILES, ON_TEXT,
		"the file that standard input stands for" },
	[FLAG_DENY_WARNINGS] = { "deny-warnings", 0, NULL, { 0 }, COMPLETE_NOTHING, BIT(BUILD) | BIT(CHECK),
		"warnings fail as errors do" },
	[FLAG_FAIL_ON] = { "fail-on", 0, "RISK",
		{ "R1", "R2", "R3", "R4", "R5", "exposure", "secret", "licence", "capacity", "downtime" },
		COMPLETE_NOTHING, BIT(DIFF), "status 5 if a change is of this class or above, or has this flag" },
	[FLAG_VERBOSE] = { "verbose", 'v', NULL, { 0 }, COMPLETE_NOTHING, BIT(CHECK),
		"say also what is expected of each drift policy, and of which kinds no fields are known" },
	[FLAG_CHANGED] = { "changed", 0, "OLD", { 0 }, COMPLETE_FILES, BIT(GRAPH),
		"colour what differs from OLD: a revision, a folder, a stack" },
	[FLAG_VERIFY_FORMAT] = { "format", 0, "FORMAT", { "text", "json" }, COMPLETE_NOTHING, BIT(VERIFY),
		"how what is found is written" },
	[FLAG_WHY_FORMAT] = { "format", 0, "FORMAT", { "text", "json" }, COMPLETE_NOTHING, BIT(WHY),
		"how the answer is written" },
	[FLAG_GRAPH_FORMAT] = { "format", 0, "FORMAT", { "mermaid", "dot", "svg" }, COMPLETE_NOTHING, BIT(GRAPH),
		"the language of the picture" },
	[FLAG_DIFF_FORMAT] = { "format", 0, "FORMAT", { "text", "markdown", "json" }, COMPLETE_NOTHING, BIT(DIFF),
		"how the difference is written; markdown fits into a review comment" },
	[FLAG_MAN] = { "man", 0, NULL, { 0 }, COMPLETE_NOTHING, BIT(HELP), "print a man page" },
	[FLAG_COMPLETION] = { "completion", 0, "SHELL", { "bash", "zsh", "fish" }, COMPLETE_NOTHING, BIT(HELP),
		"print a completion script" },
	[FLAG_FORMAT] = { "format", 0, "FORMAT", { "text", "json", "sarif", "github" }, COMPLETE_NOTHING,
		REPORTS & ~OWN_FORMAT, "how errors and warnings are written" },
	[FLAG_COLOR] = { "color", 0, "WHEN", { "auto", "always", "never" }, COMPLETE_NOTHING, EVERY,
		"colour: auto is a terminal without NO_COLOR" },
	[FLAG_ALL] = { "all", 0, NULL, { 0 }, COMPLETE_NOTHING, REPORTS | BIT(VERIFY) | BIT(WHY),
		"show everything, not the first twenty" },
	[FLAG_QUIET] = { "quiet", 0, NULL, { 0 }, COMPLETE_NOTHING, EVERY, "no summary and no count line" },
	[FLAG_HELP] = { "help", 'h', NULL, { 0 }, COMPLETE_NOTHING, EVERY, "show the help of the command" },
	[FLAG_VERSION] = { "version", 0, NULL, { 0 }, COMPLETE_NOTHING, BIT(VERSION), "same as mlopsc version" },
};

const char *args_flag_spelling(enum flag_id id, char out[40])
{
	if (flags[id].name)
		snprintf(out, 40, "--%s", flags[id].name);
	else
		snprintf(out, 40, "-%c", flags[id].letter);
	return out;
}

enum flag_id args_next_row(enum flag_id after)
{
	const char *name = flags[after].name;
	for (int i = 1; name && i < NFLAGS; i++) {
		const int id = ((int)after + i) % NFLAGS;
		if (flags[id].name && !strcmp(flags[id].name, name))
			return (enum flag_id)id;
	}
	return after;
}

const struct command *args_find_command(const char *name)
{
	for (size_t i = 0; i < NCOMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

void args_unknown_command(const char *name)
{
	struct suggest s;
	suggest_init(&s, name, strlen(name));
	for (size_t i = 0; i < NCOMMANDS; i++)
		suggest_try(&s, commands[i].name);
	if (suggest_best(&s))
		fprintf(stderr, "mlopsc: no command is called `%s`; did you mean `%s`?\n", name, suggest_best(&s));
	else
		fprintf(stderr, "mlopsc: no command is called `%s`\n", name);
	fprintf(stderr, "        all commands: mlopsc help\n");
}

/* Whom to ask for more, below a message. */
static int usage(const struct args *a)
{
	if (a->command)
		fprintf(stderr, "        usage: mlopsc help %s\n", a->command->name);
	else
		fprintf(stderr, "        all commands: mlopsc help\n");
	return 0;
}

static int unknown_flag(const struct args *a, const char *arg, size_t len)
{
	struct suggest s;
	const char *best = NULL;
	if (arg[0] == '-' && arg[1] == '-') {
		suggest_init(&s, arg + 2, len - 2);
		/* flags of this command are nearer than others */
		for (int own = 1; own >= 0 && !best; own--) {
			for (size_t i = 0; i < NFLAGS; i++) {
				const int ours = !a->command || flags[i].commands >> (a->command - commands) & 1;
				if (flags[i].name && (!own || ours))
					suggest_try(&s, flags[i].name);
			}
			best = suggest_best(&s);
		}
	}
	if (best)
		fprintf(stderr, "mlopsc: no flag is called `%.*s`; did you mean `--%s`?\n", (int)len, arg, best);
	else
		fprintf(stderr, "mlopsc: no flag is called `%.*s`\n", (int)len, arg);
	return usage(a);
}

static int chosen(const struct args *a, enum flag_id id)
{
	const struct flag *f = &flags[id];
	const char *value = a->value[id];
	char spelling[40];
	struct suggest s;
	size_t i = 0;
	while (f->choices[i] && strcmp(f->choices[i], value) != 0)
		i++;
	if (f->choices[i] || !f->choices[0])
		return 1;
	suggest_init(&s, value, strlen(value));
	fprintf(stderr, "mlopsc: `%s` takes", args_flag_spelling(id, spelling));
	for (i = 0; f->choices[i]; i++) {
		suggest_try(&s, f->choices[i]);
		fprintf(stderr, "%s %s", i == 0 ? "" : f->choices[i + 1] ? "," : " or", f->choices[i]);
	}
	fprintf(stderr, ", not `%s`", value);
	if (suggest_best(&s))
		fprintf(stderr, "; did you mean `%s`?", suggest_best(&s));
	fputc('\n', stderr);
	return usage(a);
}

static int give(struct args *a, enum flag_id id, const char *value)
{
	const struct flag *f = &flags[id];
	char spelling[40];
	if (id == FLAG_SET)
		a->sets[a->nsets++] = value;
	else if (f->value && !value[0]) {
		fprintf(stderr, "mlopsc: `%s` needs a value that is not empty: %s\n", args_flag_spelling(id, spelling),
			f->value);
		return usage(a);
	} else if (f->value && a->value[id]) {
		fprintf(stderr, "mlopsc: `%s` is given twice: `%s` and `%s`\n", args_flag_spelling(id, spelling),
			a->value[id], value);
		return usage(a);
	}
	a->value[id] = value;
	return 1;
}

/* argv[*i] starts with `-` and is not `-` alone. */
static int flag(struct args *a, int argc, char **argv, int *i)
{
	const char *arg = argv[*i], *value = NULL;
	size_t len = strlen(arg), id;
	char spelling[40];
	if (arg[1] == '-') {
		const char *equals = strchr(arg, '=');
		if (equals) {
			len = (size_t)(equals - arg);
			value = equals + 1;
		}
		for (id = 0; id < NFLAGS; id++)
			if (flags[id].name && strlen(flags[id].name) == len - 2
				&& !memcmp(flags[id].name, arg + 2, len - 2))
				break;
	} else {
		for (id = 0; id < NFLAGS; id++)
			if (flags[id].letter == arg[1])
				break;
		if (id < NFLAGS && arg[2])                      /* -eENV */
			value = arg + 2;
	}
	if (id == NFLAGS)
		return unknown_flag(a, arg, len);
	args_flag_spelling((enum flag_id)id, spelling);
	if (!flags[id].value) {
		if (value) {
			fprintf(stderr, "mlopsc: `%s` takes no value\n", spelling);
			return usage(a);
		}
		return give(a, (enum flag_id)id, "");
	}
	if (!value) {
		if (*i + 1 >= argc) {
			fprintf(stderr, "mlopsc: `%s` needs a value: %s %s\n", spelling, spelling, flags[id].value);
			return usage(a);
		}
		value = argv[++*i];
	}
	return give(a, (enum flag_id)id, value);
}

/* Flags that were given and do not belong to the command, or not to each other, or have a value that they cannot
   have. */
static int judge(struct args *a)
{
	const enum command_id c = (enum command_id)(a->command - commands);
	static const enum flag_id apart[][2] = {
		{ FLAG_STDOUT, FLAG_CHECK }, { FLAG_STDOUT, FLAG_OUT }, { FLAG_MAN, FLAG_COMPLETION },
	};
	char one[40], two[40];
	for (size_t id = 0; id < NFLAGS; id++) {
		enum flag_id own = (enum flag_id)id;
		if (!a->value[id])
			continue;
		do      /* it was taken for the first row of its name */
			own = args_next_row(own);
		while (!(flags[own].commands & 1u << c) && own != (enum flag_id)id);
		if (flags[own].commands & 1u << c) {
			const char *value = a->value[id];
			a->value[id] = NULL;
			a->value[own] = value;
			continue;
		}
		fprintf(stderr, "mlopsc: `%s` is no flag of `%s`; it belongs to",
			args_flag_spelling((enum flag_id)id, one), a->command->name);
		const char *comma = "";
		unsigned any = flags[id].commands;
		for (own = args_next_row((enum flag_id)id); own != (enum flag_id)id; own = args_next_row(own))
			any |= flags[own].commands;
		for (size_t k = 0; k < NCOMMANDS; k++)
			if (any & 1u << k) {
				fprintf(stderr, "%s `%s`", comma, commands[k].name);
				comma = ",";
			}
		fputc('\n', stderr);
		return usage(a);
	}
	for (size_t id = 0; id < NFLAGS; id++)
		if (a->value[id] && !chosen(a, (enum flag_id)id))
			return 0;
	for (size_t k = 0; k < sizeof(apart) / sizeof(apart[0]); k++)
		if (a->value[apart[k][0]] && a->value[apart[k][1]]) {
			fprintf(stderr, "mlopsc: `%s` and `%s` cannot be given together\n",
				args_flag_spelling(apart[k][0], one), args_flag_spelling(apart[k][1], two));
			return usage(a);
		}
	if (a->command->max >= 0 && a->noperands > (size_t)a->command->max) {
		if (a->command->max == 0)
			fprintf(stderr, "mlopsc: `%s` takes no operand, but `%s` was given\n", a->command->name,
				a->operands[0]);
		else
			fprintf(stderr, "mlopsc: `%s` takes %s, but %zu were given: `%s`, `%s`%s\n",
				a->command->name, a->command->max == 1 ? "one operand" : "two operands",
				a->noperands, a->operands[0], a->operands[1], a->noperands > 2 ? ", ..." : "");
		return usage(a);
	}
	if (a->value[FLAG_CHART] && a->noperands) {
		fprintf(stderr, "mlopsc: `--chart` takes the place of %s, but `%s` was given\n", a->command->operands,
			a->operands[0]);
		return usage(a);
	}
	if (a->noperands < (size_t)a->command->min && !a->value[FLAG_CHART]) {
		fprintf(stderr, "mlopsc: `%s` needs a file: mlopsc %s %s\n", a->command->name, a->command->name,
			a->command->operands);
		return usage(a);
	}
	size_t streams = a->value[FLAG_CHANGED] && !strcmp(a->value[FLAG_CHANGED], "-");
	for (size_t i = 0; i < a->noperands; i++)
		streams += !strcmp(a->operands[i], "-");
	if (streams > 1) {
		fprintf(stderr, "mlopsc: standard input is named twice: it can be read once only\n");
		return usage(a);
	}
	for (size_t i = 0; i < a->noperands; i++)
		if (!a->operands[i][0]) {
			fprintf(stderr, "mlopsc: an operand of `%s` is empty\n", a->command->name);
			return usage(a);
		}
	return 1;
}

int args_parse(struct args *a, int argc, char **argv)
{
	int ended = 0;
	memset(a, 0, sizeof(*a));
	/* Neither list can be longer than argv. */
	const char **lists = calloc((size_t)argc * 2 + 2, sizeof(*lists));
	if (!lists)
		abort();
	a->memory = (char **)lists;
	a->operands = lists;
	a->sets = lists + argc + 1;
	for (int i = 1; i < argc; i++) {
		if (!ended && strcmp(argv[i], "--") == 0)
			ended = 1;
		else if (!ended && argv[i][0] == '-' && argv[i][1]) {
			if (!flag(a, argc, argv, &i))
				return 0;
		} else if (!a->command) {
			if (!(a->command = args_find_command(argv[i]))) {
				args_unknown_command(argv[i]);
				return 0;
			}
		} else
			a->operands[a->noperands++] = argv[i];
	}
	if (!a->command) {
		if (a->value[FLAG_VERSION])
			a->command = &commands[COMMAND_VERSION];
		else if (a->value[FLAG_HELP])
			a->command = &commands[COMMAND_HELP];
		else {
			fprintf(stderr, "mlopsc: which command? mlopsc build compiles stack.mlops\n");
			return usage(a);
		}
	}
	if (a->value[FLAG_HELP] && a->command != &commands[COMMAND_HELP]) {
		/* `build --help x` is `help build`, whatever else stands there */
		a->operands[0] = a->command->name;
		a->noperands = 1;
		a->command = &commands[COMMAND_HELP];
		return 1;
	}
	return judge(a);
}

void args_free(struct args *a)
{
	free(a->memory);
}

int args_choice(const struct args *a, enum flag_id id, int otherwise)
{
	if (!a->value[id])
		return otherwise;
	for (int i = 0; flags[id].choices[i]; i++)
		if (strcmp(flags[id].choices[i], a->value[id]) == 0)
			return i;
	return otherwise;
}
