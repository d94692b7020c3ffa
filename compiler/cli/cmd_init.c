/* init: a folder in, a stack that builds out. The stack itself is a file of the library (start/stack.mlops), because it
   names kinds and the library alone knows which there are; its stack is called `platform` until the folder has a better
   name. */
#define _POSIX_C_SOURCE 200809L
#include "base/os.h"
#include "cli/cmd.h"
#include "cli/io.h"
#include "cli/session.h"
#include "value/literal.h"
#include "sema/embed.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static const char attributes[] =
	"# compiled files: reviewed, but folded in diffs and left out of language statistics; their bytes are hashed\n"
	"out/** linguist-generated=true -text\n";
static const char ignore[] = "# values of secrets, for mlopsc secrets --from\n*.env\n"
	"# what the last build found, to stop early; not output\n"
	".mlopsc-index-*\n";

/* The folder's own name where it can name a stack. */
static const char *stack_name(const char *dir, struct arena *a)
{
	size_t n = strlen(dir);
	while (n && dir[n - 1] == '/')
		n--;
	const char *end = dir + n, *start = end;
	while (start > dir && start[-1] != '/')
		start--;
	n = (size_t)(end - start);
	const char *name = arena_strdup(a, start, n);
	/* the language's names are Kubernetes' labels that start with a letter and have no two dashes in a row */
	const int fits = n <= 40 && name[0] >= 'a' && name[0] <= 'z' && lit_dns1123_label(name, n)
		&& !strstr(name, "--");
	return fits ? name : "platform";
}

static int make_folders(char *path)
{
	for (char *p = path + 1;; p++)
		if (*p == '/' || !*p) {
			const char was = *p;
			*p = 0;
			if (mkdir(path, 0777) != 0 && errno != EEXIST) {
				*p = was;
				return 0;
			}
			*p = was;
			if (!was)
				return 1;
		}
}

/* Writes a file unless there is one, and says so. must: that there is one is an error. */
static int put(struct session *s, struct buf *out, const char *path, const char *p, size_t n, int must)
{
	if (io_create(path, p, n)) {
		buf_addf(out, "  + %s\n", path);
		return 1;
	}
	if (errno != EEXIST || must) {
		diag_error(mlops_diags(s->m), (struct span){ 0, 0 }, D_WRITE, path, os_reason(errno));
		return 0;
	}
	buf_addf(out, "    %s exists and was left alone; it may want:\n", path);
	for (const char *line = p; *line; line += strcspn(line, "\n") + 1)
		if (*line != '#')
			buf_addf(out, "      %.*s\n", (int)strcspn(line, "\n"), line);
	return 1;
}

int cmd_init(const struct args *a)
{
	const char *dir = a->noperands ? a->operands[0] : "", *text = NULL, *at;
	static const char placeholder[] = "stack platform {";
	size_t len = 0;
	struct session s;
	struct arena arena;
	struct buf stack = { 0 }, out = { 0 };
	int ok = 1;
	session_open(&s, a, *dir ? dir : "this folder");
	arena_init(&arena, 0);
	for (size_t i = 0; i < embedded_stdlib_count; i++)
		if (strcmp(embedded_stdlib[i].path, "start/stack.mlops") == 0) {
			text = embedded_stdlib[i].text;
			len = embedded_stdlib[i].len;
		}
	if (text && (at = strstr(text, placeholder))) {
		buf_add(&stack, text, (size_t)(at - text));
		buf_addf(&stack, "stack %s {", stack_name(dir, &arena));
		buf_add(&stack, at + sizeof(placeholder) - 1, len - (size_t)(at - text) - (sizeof(placeholder) - 1));
	} else {
		diag_error(mlops_diags(s.m), (struct span){ 0, 0 }, D_READ, "start/stack.mlops",
			"the library has none");
		ok = 0;
	}
	if (ok && *dir && !make_folders(arena_strdup(&arena, dir, strlen(dir)))) {
		diag_error(mlops_diags(s.m), (struct span){ 0, 0 }, D_WRITE, dir, os_reason(errno));
		ok = 0;
	}
	const char *slash = *dir && dir[strlen(dir) - 1] != '/' ? "/" : "";
	const char *base = arena_printf(&arena, "%s%s", dir, slash);
	ok = ok && put(&s, &out, arena_printf(&arena, "%sstack.mlops", base), stack.p, stack.n, 1)
		&& put(&s, &out, arena_printf(&arena, "%s.gitattributes", base), attributes, sizeof(attributes) - 1, 0)
		&& put(&s, &out, arena_printf(&arena, "%s.gitignore", base), ignore, sizeof(ignore) - 1, 0);
	if (ok && *dir)
		buf_addf(&out, "next: mlopsc build %sstack.mlops\n", base);
	else if (ok)
		buf_adds(&out, "next: mlopsc build\n");
	int status = session_report(&s, NULL);
	if (!a->value[FLAG_QUIET]) {
		int printed = io_print(&out);
		if (status == STATUS_DONE)
			status = printed;
	}
	buf_free(&stack);
	buf_free(&out);
	arena_free(&arena);
	session_close(&s);
	return status;
}
