/* explain: a code, or its name, in; its page out. The pages are the Markdown files of compiler/explain/, embedded; a
   page starts with "# E0201 unknown kind", whose words joined by dashes are the name. */
#include "cli/cmd.h"
#include "cli/io.h"
#include "base/suggest.h"
#include "sema/embed.h"
#include <stdio.h>
#include <string.h>

struct title { char code[8]; char name[80]; const char *words; size_t n; };

/* The first line, taken apart. 0: not a page. */
static int title_of(const char *text, struct title *t)
{
	size_t n = strcspn(text, "\n"), k = 0;
	if (strncmp(text, "# ", 2) != 0 || n < 9 || n - 8 >= sizeof(t->name) || text[7] != ' ')
		return 0;
	memcpy(t->code, text + 2, 5);
	t->code[5] = 0;
	t->words = text + 8;
	t->n = n - 8;
	for (; k < t->n; k++)
		t->name[k] = (char)(t->words[k] == ' ' ? '-' : t->words[k]);
	t->name[k] = 0;
	return 1;
}

static int same(const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		char x = *a, y = *b;
		if (x >= 'A' && x <= 'Z')
			x = (char)(x - 'A' + 'a');
		if (y >= 'A' && y <= 'Z')
			y = (char)(y - 'A' + 'a');
		if (x == ' ')
			x = '-';
		if (x != y)
			return 0;
	}
	return *a == *b;
}

/* Markdown for a terminal: marks of headings and fences go, code is indented, lines for the tests are left out. */
static void page(struct buf *b, const char *text, int color)
{
	int code = 0;
	while (*text) {
		size_t n = strcspn(text, "\n");
		if (strncmp(text, "```", 3) == 0)
			code = !code;
		else if (code)
			buf_addf(b, n ? "    %.*s\n" : "\n", (int)n, text);
		else if (text[0] == '#') {
			size_t skip = strspn(text, "# ");
			buf_addf(b, color ? "\033[1m%.*s\033[0m\n" : "%.*s\n", (int)(n - skip), text + skip);
		} else if (strncmp(text, "<!-- file: ", 11) == 0)
			buf_addf(b, "    --- %.*s ---\n", (int)(n - 11 - 4), text + 11);
		else if (strncmp(text, "<!-- command: ", 14) == 0)
			buf_addf(b, "    $ mlopsc %.*s\n", (int)(n - 14 - 4), text + 14);
		else if (strncmp(text, "<!--", 4) != 0)
			buf_addf(b, "%.*s\n", (int)n, text);
		text += n + (text[n] == '\n');
	}
}

int cmd_explain(const struct args *a)
{
	const char *what = a->noperands ? a->operands[0] : NULL;
	const int color = io_color(a, 1);
	struct buf out = { 0 };
	struct suggest near;
	struct title t;
	int found = 0, status = STATUS_DONE;
	for (size_t i = 0; i < embedded_explain_count; i++) {
		const char *text = embedded_explain[i].text;
		if (!title_of(text, &t))
			continue;
		if (!what)
			buf_addf(&out, "%s  %.*s\n", t.code, (int)t.n, t.words);
		else if (!found && (same(what, t.code) || same(what, t.name))) {
			page(&out, text, color);
			found = 1;
		}
	}
	if (what && !found) {
		/* the names live only as long as one turn of the loop: a second look finds whose the best one was */
		char best[80] = "";
		unsigned distance = 0;
		for (size_t i = 0; i < embedded_explain_count; i++) {
			if (!title_of(embedded_explain[i].text, &t))
				continue;
			suggest_init(&near, what, strlen(what));
			suggest_try(&near, t.code);
			suggest_try(&near, t.name);
			if (suggest_best(&near) && (!best[0] || near.distance < distance)) {
				distance = near.distance;
				snprintf(best, sizeof(best), "%s", suggest_best(&near));
			}
		}
		fprintf(stderr, "mlopsc: no error is called `%s`", what);
		if (best[0])
			fprintf(stderr, "; did you mean `%s`?", best);
		fprintf(stderr, "\n        all codes: mlopsc explain\n");
		status = STATUS_USAGE;
	}
	if (status == STATUS_DONE)
		status = io_print(&out);
	buf_free(&out);
	return status;
}
