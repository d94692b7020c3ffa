/* Consumes the tables of args.c; produces help, man pages and completion scripts. Nothing about a command or a flag is
   written here a second time. */
#include "base/buf.h"
#include "cli/args.h"
#include "cli/cmd.h"
#include "cli/io.h"
#include "mlops.h"
#include <stdio.h>
#include <string.h>

#define COMMON_FROM FLAG_FORMAT         /* flags from here on are those that most commands share */

static const struct { int status; const char *text; } statuses[] = {
	{ STATUS_DONE, "done, or no difference" },
	{ STATUS_DIFFERS, "they differ, or something would change (--check)" },
	{ STATUS_ERRORS, "errors in the source" },
	{ STATUS_USAGE, "wrong use of the command line" },
	{ STATUS_IO, "a file cannot be read or written" },
	{ STATUS_FAIL_ON, "what --fail-on names was reached" },
	{ STATUS_FAULT, "a fault in mlopsc itself" },
};
#define NSTATUSES (sizeof(statuses) / sizeof(statuses[0]))

static int has_flag(const struct command *c, size_t id)
{
	return (flags[id].commands >> (c - commands) & 1) != 0;
}

static int has_status(const struct command *c, int status)
{
	return status == STATUS_FAULT || !c || (c->statuses >> status & 1) != 0;
}

/* ---- help ---- */

static void help_flag(struct buf *b, const struct flag *f)
{
	struct buf left = { 0 };
	if (f->letter)
		buf_addf(&left, "-%c%s", f->letter, f->name ? ", " : "");
	else
		buf_adds(&left, "    ");
	if (f->name)
		buf_addf(&left, "--%s", f->name);
	if (f->value && f->choices[0]) {
		for (int i = 0; f->choices[i]; i++)
			buf_addf(&left, "%c%s", i ? '|' : ' ', f->choices[i]);
	} else if (f->value)
		buf_addf(&left, " %s", f->value);
	if (left.n > 22)
		buf_addf(b, "  %s\n  %-22s  %s\n", left.p, "", f->help);
	else
		buf_addf(b, "  %-22s  %s\n", left.p, f->help);
	buf_free(&left);
}

static void heading(struct buf *b, int color, const char *text)
{
	buf_addf(b, color ? "\n\033[1m%s\033[0m\n" : "\n%s\n", text);
}

static void indented(struct buf *b, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");
		buf_addf(b, "  %.*s\n", (int)n, text);
		text += n + (text[n] == '\n');
	}
}

static void help_statuses(struct buf *b, const struct command *c, int color)
{
	heading(b, color, "Exit status");
	for (size_t i = 0; i < NSTATUSES; i++)
		if (has_status(c, statuses[i].status))
			buf_addf(b, "  %-4d%s\n", statuses[i].status, statuses[i].text);
}

static void help_command(struct buf *b, const struct command *c, int color)
{
	buf_addf(b, "usage: mlopsc %s [flags]%s%s\n       %s\n", c->name, c->operands[0] ? " " : "", c->operands,
		c->summary);
	buf_addc(b, '\n');
	indented(b, c->text);
	heading(b, color, "Flags");
	for (size_t i = 0; i < NFLAGS; i++)
		if (has_flag(c, i))
			help_flag(b, &flags[i]);
	help_statuses(b, c, color);
}

static void help_all(struct buf *b, int color)
{
	buf_adds(b, "mlopsc compiles stack.mlops, one typed file, into what a Kubernetes MLOps platform needs.\n"
		"\nusage: mlopsc COMMAND [flags] [operands]\n");
	heading(b, color, "Commands");
	for (size_t i = 0; i < NCOMMANDS; i++) {
		char left[48];
		snprintf(left, sizeof(left), "%s %s", commands[i].name, commands[i].operands);
		buf_addf(b, "  %-20s %s\n", left, commands[i].summary);
	}
	heading(b, color, "Flags that most commands share");
	for (size_t i = COMMON_FROM; i < NFLAGS; i++)
		help_flag(b, &flags[i]);
	help_statuses(b, NULL, color);
	buf_adds(b,
		"\nResults go to standard output, all else to standard error. `-` is standard input; `--` ends flags.\n"
		"A command's own flags: mlopsc help COMMAND\n");
}

/* ---- man ---- */

/* Text for roff: no line may look like a request, a dash is a minus. */
static void roff(struct buf *b, const char *s)
{
	for (int start = 1; *s; s++) {
		if (start && (*s == '.' || *s == '\''))
			buf_adds(b, "\\&");
		if (*s == '\\')
			buf_adds(b, "\\e");
		else if (*s == '-')
			buf_adds(b, "\\-");
		else
			buf_addc(b, *s);
		start = *s == '\n';
	}
}

static void man_flag(struct buf *b, const struct flag *f)
{
	buf_adds(b, ".TP\n");
	if (f->letter)
		buf_addf(b, "\\fB\\-%c\\fR", f->letter);
	if (f->name) {
		buf_addf(b, "%s\\fB\\-\\-", f->letter ? ", " : "");
		roff(b, f->name);
		buf_adds(b, "\\fR");
	}
	if (f->value) {
		buf_adds(b, " \\fI");
		roff(b, f->value);
		buf_adds(b, "\\fR");
	}
	buf_addc(b, '\n');
	roff(b, f->help);
	if (f->choices[0]) {
		buf_adds(b, ":");
		for (int i = 0; f->choices[i]; i++)
			buf_addf(b, "%s %s", i ? "," : "", f->choices[i]);
	}
	buf_addc(b, '\n');
}

/* Our texts mark an example by two blanks at the start of a line. */
static void man_text(struct buf *b, const char *text)
{
	int example = 0;
	while (*text) {
		size_t n = strcspn(text, "\n");
		const int is = strncmp(text, "  ", 2) == 0;
		struct buf line = { 0 };
		if (is != example)
			buf_adds(b, is ? ".nf\n" : ".fi\n");
		example = is;
		buf_add(&line, text, n);
		roff(b, line.p ? line.p : "");
		buf_addc(b, '\n');
		buf_free(&line);
		text += n + (text[n] == '\n');
	}
	if (example)
		buf_adds(b, ".fi\n");
}

static void man_usage(struct buf *b, const struct command *c)
{
	buf_addf(b, "\\fBmlopsc %s\\fR [\\fIflags\\fR]%s", c->name, c->operands[0] ? " " : "");
	roff(b, c->operands);
	buf_addc(b, '\n');
}

static void man_statuses(struct buf *b, const struct command *c)
{
	buf_adds(b, ".SH EXIT STATUS\n");
	for (size_t i = 0; i < NSTATUSES; i++)
		if (has_status(c, statuses[i].status)) {
			buf_addf(b, ".TP\n%d\n", statuses[i].status);
			roff(b, statuses[i].text);
			buf_addc(b, '\n');
		}
}

static void man(struct buf *b, const struct command *only)
{
	buf_addf(b, ".TH \"MLOPSC%s", only ? "\\-" : "");
	for (const char *s = only ? only->name : ""; *s; s++)
		buf_addc(b, (char)(*s >= 'a' && *s <= 'z' ? *s - 'a' + 'A' : *s));
	buf_addf(b, "\" 1 \"\" \"mlopsc %s\" \"mlopsc\"\n.SH NAME\nmlopsc%s%s \\- ", mlops_version(), only ? "\\-" : "",
		only ? only->name : "");
	roff(b, only ? only->summary : "compile one typed file into a Kubernetes MLOps platform");
	buf_adds(b, "\n.SH SYNOPSIS\n");
	if (only) {
		man_usage(b, only);
		buf_adds(b, ".SH DESCRIPTION\n");
		man_text(b, only->text);
		buf_adds(b, ".SH OPTIONS\n");
		for (size_t i = 0; i < NFLAGS; i++)
			if (has_flag(only, i))
				man_flag(b, &flags[i]);
		man_statuses(b, only);
		buf_adds(b, ".SH SEE ALSO\n.BR mlopsc (1)\n");
		return;
	}
	buf_adds(b, "\\fBmlopsc\\fR \\fICOMMAND\\fR [\\fIflags\\fR] [\\fIoperands\\fR]\n.SH COMMANDS\n");
	for (size_t i = 0; i < NCOMMANDS; i++) {
		buf_adds(b, ".SS ");
		man_usage(b, &commands[i]);
		man_text(b, commands[i].text);
		for (size_t k = 0; k < COMMON_FROM; k++)
			if (has_flag(&commands[i], k))
				man_flag(b, &flags[k]);
	}
	buf_adds(b, ".SH COMMON OPTIONS\n");
	for (size_t i = COMMON_FROM; i < NFLAGS; i++)
		man_flag(b, &flags[i]);
	buf_adds(b,
		".SH STREAMS\nResults go to standard output, all else to standard error. An operand \\- is standard input;\n"
		"\\-\\- ends flags. Colour follows \\-\\-color, then NO_COLOR, then CLICOLOR_FORCE, then whether the stream\n"
		"is a terminal and TERM is not dumb. No environment variable changes what is built.\n");
	man_statuses(b, NULL);
}

/* ---- completion ---- */

#define CODES "mlopsc explain --color never 2>/dev/null | cut -c1-5"

static void words_of_flags(struct buf *b, const struct command *c)
{
	const char *blank = "";
	char spelling[40];
	for (size_t i = 0; i < NFLAGS; i++)
		if (!c || has_flag(c, i)) {
			buf_addf(b, "%s%s", blank, args_flag_spelling((enum flag_id)i, spelling));
			blank = " ";
		}
}

static void words_of_commands(struct buf *b)
{
	for (size_t i = 0; i < NCOMMANDS; i++)
		buf_addf(b, "%s%s", i ? " " : "", commands[i].name);
}

static void bash_spellings(struct buf *b, const struct flag *f)
{
	if (f->letter)
		buf_addf(b, "-%c%s", f->letter, f->name ? "|" : "");
	if (f->name)
		buf_addf(b, "--%s", f->name);
}

static void bash_values(struct buf *b, const struct flag *f)
{
	if (f->choices[0]) {
		buf_adds(b, "COMPREPLY=($(compgen -W '");
		for (int k = 0; f->choices[k]; k++)
			buf_addf(b, "%s%s", k ? " " : "", f->choices[k]);
		buf_adds(b, "' -- \"$cur\")); ");
	} else if (f->complete == COMPLETE_FOLDERS)
		buf_adds(b, "COMPREPLY=($(compgen -d -- \"$cur\")); ");
	else if (f->complete == COMPLETE_FILES)
		buf_adds(b, "COMPREPLY=($(compgen -f -- \"$cur\")); ");
}

/* The values of a flag that means something else to other commands, for each of these. */
static void bash_rows(struct buf *b, enum flag_id first)
{
	enum flag_id id = first;
	buf_adds(b, "case $command in ");
	do {
		const char *bar = "";
		for (size_t i = 0; i < NCOMMANDS; i++)
			if (has_flag(&commands[i], id)) {
				buf_addf(b, "%s%s", bar, commands[i].name);
				bar = "|";
			}
		buf_adds(b, ") ");
		bash_values(b, &flags[id]);
		buf_adds(b, ";; ");
		id = args_next_row(id);
	} while (id != first);
	buf_adds(b, "esac; ");
}

static void bash(struct buf *b)
{
	buf_adds(b, "# completion of mlopsc for bash\n_mlopsc() {\n"
		"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= word\n"
		"\tCOMPREPLY=()\n\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n\t\tcase $word in\n\t\t");
	for (size_t i = 0; i < NCOMMANDS; i++)
		buf_addf(b, "%s%s", i ? "|" : "", commands[i].name);
	buf_adds(b, ") command=$word; break ;;\n\t\tesac\n\tdone\n\tcase $prev in\n");
	for (size_t i = 0; i < NFLAGS; i++) {
		const struct flag *f = &flags[i];
		if (!f->value)
			continue;
		const enum flag_id other = args_next_row((enum flag_id)i);
		enum flag_id first = other;
		while (first > (enum flag_id)i)
			first = args_next_row(first);
		if (first < (enum flag_id)i)    /* written with the first row of its name */
			continue;
		buf_adds(b, "\t");
		bash_spellings(b, f);
		buf_adds(b, ") ");
		if (other != (enum flag_id)i)
			bash_rows(b, (enum flag_id)i);
		else
			bash_values(b, f);
		buf_adds(b, "return ;;\n");
	}
	buf_adds(b, "\tesac\n\tcase $command in\n\t'') COMPREPLY=($(compgen -W '");
	words_of_commands(b);
	buf_adds(b, " --help --version' -- \"$cur\")); return ;;\n");
	for (size_t i = 0; i < NCOMMANDS; i++) {
		buf_addf(b, "\t%s) [[ $cur == -* ]] && { COMPREPLY=($(compgen -W '", commands[i].name);
		words_of_flags(b, &commands[i]);
		buf_adds(b, "' -- \"$cur\")); return; }");
		switch (commands[i].complete) {
		case COMPLETE_NOTHING: break;
		case COMPLETE_FILES: buf_adds(b, "\n\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))"); break;
		case COMPLETE_FOLDERS: buf_adds(b, "\n\t\tCOMPREPLY=($(compgen -d -- \"$cur\"))"); break;
		case COMPLETE_CODES:
			buf_adds(b, "\n\t\tCOMPREPLY=($(compgen -W \"$(" CODES ")\" -- \"$cur\"))");
			break;
		case COMPLETE_COMMANDS:
			buf_adds(b, "\n\t\tCOMPREPLY=($(compgen -W '");
			words_of_commands(b);
			buf_adds(b, "' -- \"$cur\"))");
			break;
		}
		buf_adds(b, " ;;\n");
	}
	buf_adds(b, "\tesac\n}\ncomplete -o filenames -o bashdefault -F _mlopsc mlopsc\n");
}

/* Text between single quotes of zsh's _arguments: no quote, no bracket, no colon may end it. */
static void zsh_text(struct buf *b, const char *s)
{
	for (; *s; s++)
		if (*s == '\'')
			buf_adds(b, "'\\''");
		else {
			if (*s == '[' || *s == ']' || *s == ':')
				buf_addc(b, '\\');
			buf_addc(b, *s);
		}
}

static void zsh_flag(struct buf *b, const struct flag *f, int letter)
{
	buf_adds(b, " \\\n\t\t'");
	if (f == &flags[FLAG_SET])
		buf_addc(b, '*');
	if (letter)
		buf_addf(b, "-%c", f->letter);
	else
		buf_addf(b, "--%s%s", f->name, f->value ? "=" : "");
	buf_addc(b, '[');
	zsh_text(b, f->help);
	buf_addc(b, ']');
	if (f->value) {
		buf_adds(b, ":");
		zsh_text(b, f->value);
		buf_adds(b, ":");
		if (f->choices[0]) {
			buf_addc(b, '(');
			for (int k = 0; f->choices[k]; k++)
				buf_addf(b, "%s%s", k ? " " : "", f->choices[k]);
			buf_addc(b, ')');
		} else if (f->complete == COMPLETE_FOLDERS)
			buf_adds(b, "_files -/");
		else if (f->complete == COMPLETE_FILES)
			buf_adds(b, "_files");
	}
	buf_addc(b, '\'');
}

static void zsh(struct buf *b)
{
	buf_adds(b, "#compdef mlopsc\n# completion of mlopsc for zsh\n_mlopsc() {\n\tlocal -a commands=(\n");
	for (size_t i = 0; i < NCOMMANDS; i++) {
		buf_addf(b, "\t\t'%s:", commands[i].name);
		zsh_text(b, commands[i].summary);
		buf_adds(b, "'\n");
	}
	buf_adds(b, "\t)\n\tif (( CURRENT == 2 )); then\n\t\t_describe command commands\n\t\treturn\n\tfi\n"
		"\tlocal command=$words[2]\n\tshift words\n\t(( CURRENT-- ))\n\tcase $command in\n");
	for (size_t i = 0; i < NCOMMANDS; i++) {
		const struct command *c = &commands[i];
		buf_addf(b, "\t%s) _arguments -s", c->name);
		for (size_t k = 0; k < NFLAGS; k++)
			if (has_flag(c, k)) {
				if (flags[k].letter)
					zsh_flag(b, &flags[k], 1);
				if (flags[k].name)
					zsh_flag(b, &flags[k], 0);
			}
		if (c->complete != COMPLETE_NOTHING) {
			buf_addf(b, " \\\n\t\t'%s:", c->max < 0 ? "*" : "1");
			zsh_text(b, c->operands);
			buf_addc(b, ':');
			switch (c->complete) {
			case COMPLETE_NOTHING: break;
			case COMPLETE_FILES: buf_adds(b, "_files"); break;
			case COMPLETE_FOLDERS: buf_adds(b, "_files -/"); break;
			case COMPLETE_CODES: buf_adds(b, "{compadd - ${(f)\"$(" CODES ")\"}}"); break;
			case COMPLETE_COMMANDS:
				buf_addc(b, '(');
				words_of_commands(b);
				buf_addc(b, ')');
				break;
			}
			buf_addc(b, '\'');
		}
		buf_adds(b, " ;;\n");
	}
	buf_adds(b, "\tesac\n}\n"
		"if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _mlopsc \"$@\"; else compdef _mlopsc mlopsc; fi\n");
}

/* Between single quotes fish knows two escapes. */
static void fish_text(struct buf *b, const char *s)
{
	buf_addc(b, '\'');
	for (; *s; s++) {
		if (*s == '\'' || *s == '\\')
			buf_addc(b, '\\');
		buf_addc(b, *s);
	}
	buf_addc(b, '\'');
}

static void fish(struct buf *b)
{
	buf_adds(b, "# completion of mlopsc for fish\ncomplete -c mlopsc -f\n");
	for (size_t i = 0; i < NCOMMANDS; i++) {
		buf_addf(b, "complete -c mlopsc -n __fish_use_subcommand -a %s -d ", commands[i].name);
		fish_text(b, commands[i].summary);
		buf_addc(b, '\n');
	}
	for (size_t i = 0; i < NCOMMANDS; i++) {
		const struct command *c = &commands[i];
		const char *operands = c->complete == COMPLETE_FILES ? "-F" :
			c->complete == COMPLETE_FOLDERS ? "-a '(__fish_complete_directories)'" :
			c->complete == COMPLETE_CODES ? "-a '(" CODES ")'" : NULL;
		if (operands)
			buf_addf(b, "complete -c mlopsc -n '__fish_seen_subcommand_from %s' %s\n", c->name, operands);
		else if (c->complete == COMPLETE_COMMANDS) {
			buf_addf(b, "complete -c mlopsc -n '__fish_seen_subcommand_from %s' -a '", c->name);
			words_of_commands(b);
			buf_adds(b, "'\n");
		}
	}
	for (size_t k = 0; k < NFLAGS; k++) {
		const struct flag *f = &flags[k];
		buf_adds(b, "complete -c mlopsc -n '__fish_seen_subcommand_from");
		for (size_t i = 0; i < NCOMMANDS; i++)
			if (has_flag(&commands[i], k))
				buf_addf(b, " %s", commands[i].name);
		buf_addc(b, '\'');
		if (f->letter)
			buf_addf(b, " -s %c", f->letter);
		if (f->name)
			buf_addf(b, " -l %s", f->name);
		if (f->value && f->choices[0]) {
			buf_adds(b, " -x -a '");
			for (int i = 0; f->choices[i]; i++)
				buf_addf(b, "%s%s", i ? " " : "", f->choices[i]);
			buf_addc(b, '\'');
		} else if (f->value)
			buf_adds(b, f->complete == COMPLETE_FILES ? " -r -F" :
				f->complete == COMPLETE_FOLDERS ? " -x -a '(__fish_complete_directories)'" : " -x");
		buf_adds(b, " -d ");
		fish_text(b, f->help);
		buf_addc(b, '\n');
	}
}

int cmd_help(const struct args *a)
{
	static void (*const completions[])(struct buf *) = { bash, zsh, fish };
	const struct command *c = NULL;
	struct buf b = { 0 };
	if (a->noperands && !(c = args_find_command(a->operands[0]))) {
		args_unknown_command(a->operands[0]);
		return STATUS_USAGE;
	}
	if (a->value[FLAG_COMPLETION])
		completions[args_choice(a, FLAG_COMPLETION, 0)](&b);
	else if (a->value[FLAG_MAN])
		man(&b, c);
	else if (c)
		help_command(&b, c, io_color(a, 1));
	else
		help_all(&b, io_color(a, 1));
	int status = io_print(&b);
	buf_free(&b);
	return status;
}
