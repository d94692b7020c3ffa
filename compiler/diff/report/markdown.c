/* A difference as a comment of a code-review site: a table, gravest first, and the details folded below it. What does
   not fit into the limit is counted: first the details go, then the last rows of the table. */
#include "diff/report.h"
#include <string.h>

#define ROOM 400                        /* for what is said of the rest */

/* Text in a cell: no bars, no line breaks, nothing that is markup. */
static void cell(struct buf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		switch (s[i]) {
		case '|': buf_adds(out, "\\|"); break;
		case '\n': buf_addc(out, ' '); break;
		case '<': buf_adds(out, "&lt;"); break;
		case '>': buf_adds(out, "&gt;"); break;
		case '&': buf_adds(out, "&amp;"); break;
		case '*': case '_': case '`': case '[': case ']': case '\\': case '~': case '#': case '@':
			buf_addc(out, '\\');
			buf_addc(out, s[i]);
			break;
		default: buf_addc(out, s[i]); break;
		}
}

static void table_row(const struct diff_group *g, struct arena *a, struct buf *out)
{
	const struct diff_item *x = g->items.v[0];
	struct buf b = { 0 };
	if (x->op == DIFF_ADDED)
		buf_adds(out, "| added");
	else
		buf_addf(out, "| %sR%d %s%s", x->risk.cls >= 4 ? "**" : "", x->risk.cls,
			diff_class_words[x->risk.cls], x->risk.cls >= 4 ? "**" : "");
	if (x->risk.flags) {
		buf_adds(out, "<br>");
		diff_flags(x->risk.flags, ", ", out);
	}
	buf_adds(out, " | ");
	diff_group_label(g, a, &b);
	cell(out, b.p, b.n);
	buf_adds(out, " | ");
	buf_clear(&b);
	if (x->headline)
		buf_adds(&b, x->headline);
	else if (x->op == DIFF_REMOVED)
		buf_adds(&b, "removed");
	else if (x->nchanges == 1)
		diff_show_change(&x->changes[0], &b);
	else if (x->nchanges > 1)
		buf_addf(&b, "%u changes", x->nchanges);
	if (b.n)
		cell(out, b.p, b.n);
	buf_adds(out, " | ");
	const char *br = "";
	if ((x->risk.cls >= 2 || x->risk.cure) && x->op != DIFF_ADDED && x->risk.reason) {
		cell(out, x->risk.reason, strlen(x->risk.reason));
		br = "<br>";
	}
	if ((x->risk.cls >= 3 || (!x->risk.cls && x->op != DIFF_ADDED)) && x->risk.cure) {
		buf_addf(out, "%s*cure:* ", br);
		cell(out, x->risk.cure, strlen(x->risk.cure));
		br = "<br>";
	}
	if (x->from.file)
		buf_addf(out, "%s`%s:%u`", br, x->from.file, x->from.line);
	buf_adds(out, " |\n");
	buf_free(&b);
}

static void detail(const struct diff_group *g, struct arena *a, struct buf *out)
{
	const struct diff_item *x = g->items.v[0];
	struct buf b = { 0 };
	diff_group_label(g, a, &b);
	cell(out, b.p, b.n);
	buf_adds(out, "\n\n```diff\n");
	for (uint32_t i = 0; i < x->nchanges; i++) {
		const struct diff_change *c = &x->changes[i];
		buf_clear(&b);
		change_path(c, &b);
		buf_addf(out, "  R%d %s\n", c->risk.cls, b.p ? b.p : "");
		for (int k = 0; k < 2 && c->op != DIFF_ORDER; k++) {
			const struct value *v = k ? c->new : c->old;
			buf_clear(&b);
			if (v)
				diff_show_value(v, 400, &b);
			for (char *p = b.p; v && p && (p = strstr(p, "```"));)  /* would end the block */
				*p = '\'';
			if (v)
				buf_addf(out, "%c %s\n", k ? '+' : '-', b.p);
		}
		if (c->op == DIFF_ORDER)
			buf_adds(out, "  in another order\n");
	}
	buf_adds(out, "```\n\n");
	buf_free(&b);
}

void diff_markdown(const struct diff *d, size_t limit, struct buf *out)
{
	struct diff_group_list groups;
	struct buf row = { 0 }, details = { 0 };
	struct arena a;
	uint32_t shown = 0, detailed = 0, with_details = 0;
	arena_init(&a, 0);
	diff_groups(d, 0, &a, &groups);
	buf_addf(out, "### mlopsc diff: %s\n\n", d->title);
	diff_summary(d, out);
	if (d->items.n > d->added)
		buf_addf(out, "; highest: **R%d %s**", d->highest.cls, diff_class_words[d->highest.cls]);
	buf_adds(out, "\n");
	if (groups.n)
		buf_adds(out, "\n| risk | what | change | why |\n|---|---|---|---|\n");
	for (; shown < groups.n; shown++) {
		buf_clear(&row);
		table_row(&groups.v[shown], &a, &row);
		if (out->n + row.n + ROOM > limit)
			break;
		buf_add(out, row.p, row.n);
	}
	if (shown < groups.n)
		buf_addf(out, "\n%u more rows do not fit; all of them: `mlopsc diff --all`\n", groups.n - shown);
	for (uint32_t i = 0; i < shown; i++) {
		if (!groups.v[i].items.v[0]->nchanges)
			continue;
		with_details++;
		if (detailed + 1 < with_details)
			continue;
		buf_clear(&row);
		detail(&groups.v[i], &a, &row);
		if (out->n + details.n + row.n + ROOM > limit)
			continue;
		buf_add(&details, row.p, row.n);
		detailed++;
	}
	if (details.n) {
		buf_addf(out, "\n<details><summary>every change of %s</summary>\n\n",
			detailed < with_details ? "the first parts" : "each part");
		buf_add(out, details.p, details.n);
		buf_adds(out, "</details>\n");
	}
	if (detailed < with_details)
		buf_addf(out, "\nthe changes of %u more parts do not fit\n", with_details - detailed);
	buf_free(&row);
	buf_free(&details);
	arena_free(&a);
}
