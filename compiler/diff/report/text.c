/* A difference as a person reads it in a terminal: one block for each part, the gravest first. Parts to which the same
   happened stand as one, so that a label on four hundred objects is one line. */
#include "diff/report.h"
#include "base/diag_write.h"
#include <string.h>

#define SHOWN 5                         /* changes of one part before a count takes over */
#define MARGIN "            "           /* as wide as "R3 restart  " */

/* ---- what every report shares ---- */

void diff_flags(unsigned flags, const char *comma, struct buf *out)
{
	int first = 1;
	for (int i = 0; i < RISK_NFLAGS; i++)
		if (flags >> i & 1) {
			buf_addf(out, "%s%s", first ? "" : comma, risk_flag_names[i]);
			first = 0;
		}
}

static void signature(const struct diff_item *x, struct buf *b)
{
	buf_addf(b, "%d %d %u %s\n%s\n", x->op, x->risk.cls, x->risk.flags, x->risk.reason ? x->risk.reason : "",
		x->headline ? x->headline : "");
	if (x->from.file)
		buf_addf(b, "%s:%u\n", x->from.file, x->from.line);
	for (uint32_t i = 0; i < x->nchanges; i++) {
		diff_show_change(&x->changes[i], b);
		buf_addc(b, '\n');
	}
}

/* A name is what tells parts apart when they come or go: those are never one. */
static int can_group(const struct diff_item *x)
{
	return x->op == DIFF_CHANGED || x->op == DIFF_ADDED || x->op == DIFF_REMOVED;
}

void diff_groups(const struct diff *d, int all, struct arena *a, struct diff_group_list *out)
{
	struct buf b = { 0 };
	struct table seen;
	struct atoms words;
	memset(out, 0, sizeof *out);
	table_init(&seen, a);
	atoms_init(&words, a);
	for (uint32_t i = 0; i < d->items.n; i++) {
		const struct diff_item *x = &d->items.v[i];
		struct diff_group *g = NULL;
		const struct diff_part *p = x->new ? x->new : x->old;
		buf_clear(&b);
		if (!all && can_group(x)) {
			signature(x, &b);
			if (x->op != DIFF_CHANGED)
				buf_addf(&b, "%d %s", p->what, p->kind);
			const uintptr_t at = (uintptr_t)table_get(&seen, atom_cstr(&words, b.p));
			g = at ? &out->v[at - 1] : NULL;
		}
		if (g) {
			VEC_PUSH(a, &g->items, x);
			continue;
		}
		struct diff_group new = { 0 };
		VEC_PUSH(a, &new.items, x);
		VEC_PUSH(a, out, new);
		if (b.n)
			table_put(&seen, atom_cstr(&words, b.p), (void *)(uintptr_t)out->n);
	}
	atoms_free(&words);
	buf_free(&b);
}

void diff_group_label(const struct diff_group *g, struct arena *a, struct buf *out)
{
	const struct diff_item *x = g->items.v[0];
	const char *label = part_label(x->new ? x->new : x->old, a);
	diag_put_safe(out, label, strlen(label), 0);
	if (x->op == DIFF_RENAMED) {
		const char *was = strcmp(x->old->ns, x->new->ns)
			? arena_printf(a, "%s/%s", x->old->ns, x->old->name)
			: x->old->name;
		buf_adds(out, ", was ");
		diag_put_safe(out, was, strlen(was), 0);
	}
	if (g->items.n > 1)
		buf_addf(out, " and %u more", g->items.n - 1);
}

void diff_summary(const struct diff *d, struct buf *out)
{
	static const char *const words[] = { "changed", "added", "removed", "renamed" };
	const uint32_t n[] = { d->changed, d->added, d->removed, d->renamed };
	int first = 1;
	for (int i = 0; i < 4; i++)
		if (n[i]) {
			buf_addf(out, "%s%u %s", first ? "" : ", ", n[i], words[i]);
			first = 0;
		}
	if (first)
		buf_adds(out, "no difference");
}

/* ---- text ---- */

static const char *word(const struct diff_item *x)
{
	return x->op == DIFF_ADDED ? "added" : x->op == DIFF_REMOVED ? "removed" : "";
}

static void origin(const struct diff_origin *o, struct buf *out)
{
	if (!o->file)
		return;
	buf_addf(out, MARGIN "from  %s:%u", o->file, o->line);
	if (o->text && *o->text) {
		buf_adds(out, "   ");
		diag_put_safe(out, o->text, strlen(o->text), 0);
	}
	buf_addc(out, '\n');
}

static const char *color_of(const struct diff_item *x)
{
	return x->risk.cls >= 4 ? "\033[31m" : x->risk.cls == 3 ? "\033[33m" : x->risk.cls == 2 ? "\033[36m" : "";
}

static void block(
	const struct diff_group *g, const struct diff_style *s, size_t width, struct arena *a, struct buf *out)
{
	const struct diff_item *x = g->items.v[0];
	struct buf head = { 0 }, line = { 0 };
	const char *color = s->color ? color_of(x) : "";
	diff_group_label(g, a, &head);
	if (x->op == DIFF_ADDED && x->risk.cls <= 2)
		buf_addf(&line, "%-11s", "added");
	else
		buf_addf(&line, "R%d %-8s", x->risk.cls,
			x->risk.cls == 2 && x->op == DIFF_REMOVED ? "removed" : diff_class_words[x->risk.cls]);
	buf_addf(out, "%s%s%s ", color, line.p, *color ? "\033[0m" : "");
	buf_adds(out, head.p);
	buf_clear(&line);
	if (x->headline)
		buf_adds(&line, x->headline);
	else if (x->op == DIFF_REMOVED && x->risk.cls != 2)
		buf_adds(&line, word(x));
	else if (x->nchanges == 1)
		diff_show_change(&x->changes[0], &line);
	else if (x->nchanges > 1)
		buf_addf(&line, "%u changes", x->nchanges);
	if (x->risk.flags) {
		buf_adds(&line, line.n ? "  [" : "[");
		diff_flags(x->risk.flags, ", ", &line);
		buf_addc(&line, ']');
	}
	if (line.n)
		buf_addf(out, "%*s%s", (int)(width > head.n ? width - head.n : 0) + 2, "", line.p);
	buf_addc(out, '\n');
	const uint32_t shown = s->all || x->nchanges <= SHOWN + 1 ? x->nchanges : SHOWN;
	for (uint32_t i = 0; i < shown && (x->nchanges > 1 || (x->headline && s->all)); i++) {
		buf_clear(&line);
		diff_show_change(&x->changes[i], &line);
		buf_adds(out, MARGIN "  ");
		if (x->changes[i].risk.cls != x->risk.cls)
			buf_addf(out, "R%d ", x->changes[i].risk.cls);
		buf_addf(out, "%s\n", line.p);
	}
	if (shown < x->nchanges)
		buf_addf(out, MARGIN "  and %u more; all of them: --all\n", x->nchanges - shown);
	if ((x->risk.cls >= 2 || x->risk.cure) && x->op != DIFF_ADDED && x->risk.reason)
		buf_addf(out, MARGIN "%s\n", x->risk.reason);
	if ((x->risk.cls >= 3 || (!x->risk.cls && x->op != DIFF_ADDED)) && x->risk.cure)
		buf_addf(out, MARGIN "cure  %s\n", x->risk.cure);
	origin(&x->from, out);
	buf_free(&head);
	buf_free(&line);
}

void diff_text(const struct diff *d, const struct diff_style *s, struct buf *out)
{
	struct diff_group_list groups;
	struct buf b = { 0 };
	struct arena a;
	size_t width = 0;
	if (!d->items.n) {
		if (!s->quiet)
			buf_addf(out, "%s: no difference\n", d->title);
		return;
	}
	arena_init(&a, 0);
	diff_groups(d, s->all, &a, &groups);
	for (uint32_t i = 0; i < groups.n; i++) {
		buf_clear(&b);
		diff_group_label(&groups.v[i], &a, &b);
		if (b.n > width && b.n <= 52)
			width = b.n;
	}
	buf_clear(&b);
	buf_addf(&b, "%s: ", d->title);
	diff_summary(d, &b);
	buf_add(out, b.p, b.n);
	if (d->items.n > d->added)      /* what is new does nothing to what is there */
		buf_addf(out, "%*shighest: R%d %s", b.n < 70 ? (int)(70 - b.n) : 2, "", d->highest.cls,
			diff_class_words[d->highest.cls]);
	buf_adds(out, "\n\n");
	for (uint32_t i = 0; i < groups.n; i++)
		block(&groups.v[i], s, width, &a, out);
	arena_free(&a);
	buf_free(&b);
}
