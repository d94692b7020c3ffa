/* Diagnostics for people. Takes the sorted list; writes for each a head line, the source lines that its places are on,
   its notes and its help, and in the end how many there were.

   Places in one file share one block in line order; other files follow behind `:::`. A source line is written once
   with all its marks below it. Everything that comes from outside passes through diag_put_safe. */
#include "base/diag_write.h"
#include <stdlib.h>
#include <string.h>

#define SHOWN 20        /* errors, and warnings, unless all are wanted */
#define TAB 4
#define LINE_MAX_WIDTH 120
#define NOTE_WIDTH 100

#define RESET "\x1b[0m"
#define BOLD "\x1b[1m"
#define RED "\x1b[1;31m"
#define GREEN "\x1b[32m"
#define YELLOW "\x1b[1;33m"
#define CYAN "\x1b[36m"

struct writer {
	const struct diags *d;
	const struct diag_style *style;
	struct buf *out;
	uint32_t gutter;                /* digits of the largest line number of this diagnostic */
	const char *severity_color;
	int files;                      /* how many blocks of this diagnostic are written */
};

/* One place on one source line. x: display columns, from 0. */
struct mark {
	struct diag_region at;
	const char *label;
	int primary;
	uint32_t x0, x1;
	uint32_t row;                   /* of marks below the line: marks in one row do not overlap */
	int done;                       /* its line, or its file, is written */
};

uint32_t diag_put_char(struct buf *out, const char *s, size_t n, uint32_t *bytes)
{
	unsigned char c = (unsigned char)s[0];
	int width = utf8_width(s, n, bytes);
	size_t before = out->n;
	uint32_t u;

	if (*bytes == 1) {
		if (c >= 0x20 && c < 0x7f) {
			buf_addc(out, (char)c);
			return 1;
		}
		buf_addf(out, "\\x%02x", c);
		return 4;
	}
	u = c & (*bytes == 2 ? 0x1fu : *bytes == 3 ? 0x0fu : 0x07u);
	for (uint32_t i = 1; i < *bytes; i++)
		u = u << 6 | ((unsigned char)s[i] & 0x3fu);
	if ((u >= 0x80 && u < 0xa0) || u == 0xad || (u >= 0x200b && u <= 0x200f && u != 0x200d)
		|| (u >= 0x2028 && u <= 0x202e) || (u >= 0x2060 && u <= 0x206f) || u == 0xfeff || u == 0x061c
		|| (u >= 0xfff9 && u <= 0xfffb) || (u >= 0xe0000 && u <= 0xe007f)) {
		buf_addf(out, "\\u{%x}", (unsigned)u);
		return (uint32_t)(out->n - before);
	}
	buf_add(out, s, *bytes);
	return (uint32_t)width;
}

uint32_t diag_put_safe(struct buf *out, const char *s, size_t n, int lines)
{
	uint32_t width = 0, bytes;
	size_t i;

	for (i = 0; i < n; i += bytes) {
		bytes = 1;
		if (s[i] == '\n' && lines) {
			buf_addc(out, '\n');
		} else if (s[i] == '\n' || s[i] == '\t' || s[i] == '\r') {
			buf_adds(out, s[i] == '\n' ? "\\n" : s[i] == '\t' ? "\\t" : "\\r");
			width += 2;
		} else {
			width += diag_put_char(out, s + i, n - i, &bytes);
		}
	}
	return width;
}

void diag_put_folded(struct buf *out, const struct diag *x)
{
	if (x->folded)
		buf_addf(out, x->folded == 1 ? "%u message that follows from this %s is folded into it"
			: "%u messages that follow from this %s are folded into it", (unsigned)x->folded,
			x->severity == SEVERITY_ERROR ? "error" : "warning");
}

static void color(struct writer *w, const char *code)
{
	if (w->style->color)
		buf_adds(w->out, code);
}

static void blanks(struct buf *out, uint32_t n)
{
	while (n--)
		buf_addc(out, ' ');
}

static void strip_blanks(struct buf *out)
{
	while (out->n && out->p[out->n - 1] == ' ')
		out->p[--out->n] = 0;
}

/* "12 | ", or "   | " for line 0. */
static void gutter(struct writer *w, uint32_t line)
{
	color(w, CYAN);
	if (line)
		buf_addf(w->out, "%*u |", (int)w->gutter, (unsigned)line);
	else
		buf_addf(w->out, "%*s |", (int)w->gutter, "");
	color(w, RESET);
	buf_addc(w->out, ' ');
}

static void end_line(struct writer *w)
{
	strip_blanks(w->out);
	buf_addc(w->out, '\n');
}

/* A text behind `indent` columns that are there already: broken between words where it gets too wide; its own line
   breaks stay. */
static void put_wrapped(struct writer *w, const char *text, uint32_t indent, uint32_t start)
{
	const char *p = text, *nl, *end;
	uint32_t x = start, width;
	struct buf word = { 0 };

	for (;;) {
		nl = strchr(p, '\n');
		end = nl ? nl : p + strlen(p);
		while (p < end) {
			const char *stop = p;

			while (stop < end && *stop == ' ')
				stop++;
			while (stop < end && *stop != ' ')
				stop++;
			buf_clear(&word);
			width = diag_put_safe(&word, p, (size_t)(stop - p), 0);
			if (*p == ' ' && x > start && x + width > NOTE_WIDTH) {
				while (p < stop && *p == ' ')
					p++;
				buf_clear(&word);
				width = diag_put_safe(&word, p, (size_t)(stop - p), 0);
				end_line(w);
				blanks(w->out, indent);
				x = indent;
			}
			buf_add(w->out, word.p, word.n);
			x += width;
			p = stop;
		}
		if (!nl || !nl[1])
			break;
		end_line(w);
		blanks(w->out, indent);
		x = indent;
		p = nl + 1;
	}
	end_line(w);
	buf_free(&word);
}

static void note(struct writer *w, const char *help, const char *text)
{
	blanks(w->out, w->gutter + 1);
	color(w, CYAN);
	buf_adds(w->out, "=");
	color(w, RESET);
	buf_addc(w->out, ' ');
	if (help) {
		color(w, GREEN);
		buf_adds(w->out, help);
		color(w, RESET);
		buf_addc(w->out, ' ');
	}
	put_wrapped(w, text, w->gutter + 3, w->gutter + 3 + (help ? (uint32_t)strlen(help) + 1 : 0));
}

static void head(struct writer *w, const struct diag *x)
{
	const char *nl;

	color(w, w->severity_color);
	buf_adds(w->out, x->severity == SEVERITY_ERROR ? "error[" : "warning[");
	buf_adds(w->out, x->code);
	if (x->name) {
		buf_addc(w->out, ' ');
		diag_put_safe(w->out, x->name, strlen(x->name), 0);
	}
	buf_addc(w->out, ']');
	color(w, RESET);
	color(w, BOLD);
	buf_adds(w->out, ": ");
	nl = strchr(x->message, '\n');
	diag_put_safe(w->out, x->message, nl ? (size_t)(nl - x->message) : strlen(x->message), 0);
	color(w, RESET);
	end_line(w);
	if (nl && nl[1]) {
		blanks(w->out, 2);
		put_wrapped(w, nl + 1, 2, 2);
	}
}

/* Display width of the first `chars` characters of a line, a tab going to the next multiple of TAB. With out, what lies
   in [from, to) is written. */
static uint32_t walk(const char *p, uint32_t len, uint32_t chars, struct buf *out, uint32_t from, uint32_t to)
{
	struct buf one = { 0 };
	uint32_t i, step, x = 0, width;

	for (i = 0; i < len && chars--; i += step, x += width) {
		step = 1;
		buf_clear(&one);
		if (p[i] == '\t') {
			width = TAB - x % TAB;
			blanks(&one, width);
		} else {
			width = diag_put_char(&one, p + i, len - i, &step);
		}
		if (!out || x + width <= from || x >= to)
			continue;
		if (x >= from && x + width <= to)
			buf_add(out, one.p, one.n);
		else                            /* cut by an edge */
			blanks(out, (x + width < to ? x + width : to) - (x > from ? x : from));
	}
	buf_free(&one);
	return x;
}

static int by_column(const void *a, const void *b)
{
	const struct mark *p = *(const struct mark *const *)a, *q = *(const struct mark *const *)b;

	if (p->x0 != q->x0)
		return p->x0 < q->x0 ? -1 : 1;
	if (p->primary != q->primary)
		return p->primary ? -1 : 1;
	return p < q ? -1 : p > q;
}

static void put_label(struct writer *w, const struct mark *m)
{
	const char *p;

	color(w, m->primary ? w->severity_color : CYAN);
	for (p = m->label; *p; ) {              /* a label is one line */
		size_t n = strcspn(p, "\n");

		diag_put_safe(w->out, p, n, 0);
		p += n;
		if (*p == '\n') {
			buf_addc(w->out, ' ');
			p++;
		}
	}
	color(w, RESET);
}

static int labelled(const struct mark *m)
{
	return m->label && *m->label;
}

/* One row of marks, then the labels that do not stand behind the last one, each under its mark. */
static void put_row(struct writer *w, struct mark **marks, uint32_t n, uint32_t row)
{
	uint32_t i, k, x = 0, pending = 0;
	struct mark *last = NULL;

	gutter(w, 0);
	for (i = 0; i < n; i++) {
		struct mark *m = marks[i];

		if (m->row != row)
			continue;
		if (last && labelled(last))
			pending++;
		blanks(w->out, m->x0 - x);
		color(w, m->primary ? w->severity_color : CYAN);
		for (x = m->x0; x < m->x1; x++)
			buf_addc(w->out, m->primary ? '^' : '-');
		color(w, RESET);
		last = m;
	}
	if (last && labelled(last)) {
		buf_addc(w->out, ' ');
		put_label(w, last);
	}
	end_line(w);
	/* k labels are left: a line of bars first, then a line for each label from the right */
	for (k = pending + 1; pending && k-- > 0; ) {
		uint32_t seen = 0;

		gutter(w, 0);
		for (i = 0, x = 0; i < n; i++) {
			struct mark *m = marks[i];

			if (m->row != row || m == last || !labelled(m))
				continue;
			if (seen > k)
				break;
			if (k < pending && seen == k) {
				blanks(w->out, m->x0 - x);
				put_label(w, m);
			} else {
				blanks(w->out, m->x0 - x);
				color(w, m->primary ? w->severity_color : CYAN);
				buf_addc(w->out, '|');
				color(w, RESET);
				x = m->x0 + 1;
			}
			seen++;
		}
		end_line(w);
	}
}

/* A source line with its marks. A line that is too wide is shown around its first mark. */
static void put_line(struct writer *w, struct mark **marks, uint32_t n)
{
	uint32_t len, i, j, full, from = 0, to, rows = 1, line = marks[0]->at.line, right = 0;
	const char *p = source_line(marks[0]->at.source, line, &len);
	struct mark *focus = marks[0];

	while (len && (p[len - 1] == ' ' || p[len - 1] == '\t' || p[len - 1] == '\r'))
		len--;
	full = to = walk(p, len, UINT32_MAX, NULL, 0, 0);
	for (i = 0; i < n; i++) {
		struct mark *m = marks[i];

		m->x0 = walk(p, len, m->at.column - 1, NULL, 0, 0);
		m->x1 = m->at.end_line > line ? full : walk(p, len, m->at.end_column - 1, NULL, 0, 0);
		if (m->x1 <= m->x0)
			m->x1 = m->x0 + 1;
		if (m->primary && !focus->primary)
			focus = m;
		if (m->x1 > right)
			right = m->x1;
	}
	if (full > LINE_MAX_WIDTH) {
		if (right > LINE_MAX_WIDTH - 3 && focus->x0 > LINE_MAX_WIDTH / 3)
			from = focus->x0 - LINE_MAX_WIDTH / 3;
		if (full - from > LINE_MAX_WIDTH)
			to = from + LINE_MAX_WIDTH - 3 - (from ? 3 : 0);
	}
	gutter(w, line);
	if (from)
		buf_adds(w->out, "...");
	walk(p, len, UINT32_MAX, w->out, from, to);
	if (to < full)
		buf_adds(w->out, "...");
	end_line(w);
	for (i = 0; i < n; i++) {               /* into the window; what lies outside points to its edge */
		struct mark *m = marks[i];

		m->x0 = m->x0 < from ? from : m->x0 > to ? to : m->x0;
		m->x1 = m->x1 <= m->x0 ? m->x0 + 1 : m->x1 > to + 1 ? (to > m->x0 ? to : m->x0 + 1) : m->x1;
		m->x0 = m->x0 - from + (from ? 3 : 0);
		m->x1 = m->x1 - from + (from ? 3 : 0);
	}
	qsort(marks, n, sizeof *marks, by_column);
	for (i = 0; i < n; i++)
		marks[i]->row = UINT32_MAX;
	focus->row = 0;
	for (i = 0; i < n; i++) {
		if (marks[i] == focus)
			continue;
		for (marks[i]->row = 0, j = 0; j < n; j++) {
			if (j == i || marks[j]->row != marks[i]->row)
				continue;
			if (marks[i]->x0 < marks[j]->x1 && marks[j]->x0 < marks[i]->x1) {
				marks[i]->row++;
				j = UINT32_MAX;                 /* look at all again for the next row */
			}
		}
		if (marks[i]->row + 1 > rows)
			rows = marks[i]->row + 1;
	}
	for (i = 0; i < rows; i++)
		put_row(w, marks, n, i);
}

/* All marks in the file of `first`, which is named in the block's head. */
static void put_file(struct writer *w, struct mark *marks, uint32_t n, const struct mark *first, struct mark **on_line)
{
	const struct source *src = first->at.source;
	uint32_t i;

	blanks(w->out, w->gutter);
	color(w, CYAN);
	buf_adds(w->out, w->files++ ? "::: " : "--> ");
	color(w, RESET);
	diag_put_safe(w->out, src->name, strlen(src->name), 0);
	buf_addf(w->out, ":%u:%u\n", (unsigned)first->at.line, (unsigned)first->at.column);
	gutter(w, 0);
	end_line(w);
	for (;;) {
		uint32_t line = UINT32_MAX, k = 0;

		for (i = 0; i < n; i++)
			if (!marks[i].done && marks[i].at.source == src && marks[i].at.line < line)
				line = marks[i].at.line;
		if (line == UINT32_MAX)
			break;
		for (i = 0; i < n; i++) {
			if (marks[i].done || marks[i].at.source != src || marks[i].at.line != line)
				continue;
			marks[i].done = 1;
			on_line[k++] = &marks[i];
		}
		put_line(w, on_line, k);
	}
}

static uint32_t digits(uint32_t n)
{
	uint32_t k = 1;

	while (n >= 10) {
		n /= 10;
		k++;
	}
	return k;
}

static void put_diag(struct writer *w, const struct diag *x, int how_to_allow)
{
	struct mark *marks = calloc((size_t)x->nplaces + 1, sizeof *marks);
	struct mark **on_line = calloc((size_t)x->nplaces + 1, sizeof *on_line);
	struct buf text = { 0 };
	uint32_t i, n = 0;

	if (!marks || !on_line)
		abort();
	w->severity_color = x->severity == SEVERITY_ERROR ? RED : YELLOW;
	w->files = 0;
	head(w, x);
	w->gutter = 1;
	if (diag_region(w->d, x->span, &marks[n].at)) {
		marks[n].label = x->label;
		marks[n++].primary = 1;
	}
	for (i = 0; i < x->nplaces; i++)
		if (diag_region(w->d, x->places[i].span, &marks[n].at))
			marks[n++].label = x->places[i].text;
	for (i = 0; i < n; i++)
		if (digits(marks[i].at.line) > w->gutter)
			w->gutter = digits(marks[i].at.line);
	if (!n)
		w->gutter = 2;
	for (i = 0; i < n; i++)
		if (!marks[i].done)
			put_file(w, marks, n, &marks[i], on_line);
	if (x->label && *x->label && !(n && marks[0].primary))
		note(w, NULL, x->label);
	for (i = 0; i < x->nplaces; i++) {
		struct diag_region r;

		if (!diag_region(w->d, x->places[i].span, &r) && *x->places[i].text)
			note(w, NULL, x->places[i].text);
	}
	for (i = 0; i < x->nnotes; i++)
		note(w, NULL, x->notes[i]);
	diag_put_folded(&text, x);
	if (text.n)
		note(w, NULL, text.p);
	if (x->help) {
		note(w, "help:", x->help);
	} else if (x->fix && !(x->label && *x->label)) {
		buf_clear(&text);
		if (*x->fix)
			buf_addf(&text, "write `%s`", x->fix);
		else
			buf_adds(&text, "leave this out");
		note(w, "help:", text.p);
	}
	if (how_to_allow && x->name) {
		buf_clear(&text);
		buf_addf(&text, "if it is meant: allow %s because \"the reason\"", x->name);
		note(w, NULL, text.p);
	}
	buf_free(&text);
	free(on_line);
	free(marks);
}

static void count(struct buf *out, uint32_t n, const char *what)
{
	buf_addf(out, "%u %s%s", (unsigned)n, what, n == 1 ? "" : "s");
}

/* The file that the messages are about, or the first of two; what the command was given where they name none, or
   many; nothing where it was given nothing. */
static const char *files(const struct writer *w, const char **second)
{
	const struct diags *d = w->d;
	const char *first = NULL;

	for (uint32_t i = 0; i < d->n && w->style->what; i++) {
		const struct span at = d->v[i]->span;
		const struct source *src = d->sources && at.hi ? source_of(d->sources, at.lo) : NULL;

		if (!src || src->library || (w->style->quiet && d->v[i]->severity != SEVERITY_ERROR))
			continue;
		if (!first) {
			first = src->name;
		} else if (strcmp(first, src->name) && (!*second || strcmp(*second, src->name))) {
			if (*second) {
				*second = NULL;
				return w->style->what;
			}
			*second = src->name;
		}
	}
	return first ? first : w->style->what;
}

static void put_count(struct writer *w, uint32_t errors, uint32_t warnings, uint32_t hidden, const char *explain)
{
	const struct diag_style *s = w->style;
	struct buf *out = w->out;
	const char *second = NULL, *where = files(w, &second);

	buf_adds(out, "mlopsc: ");
	if (errors)
		count(out, errors, "error");
	if (errors && warnings)
		buf_adds(out, ", ");
	if (warnings)
		count(out, warnings, "warning");
	if (where) {
		buf_adds(out, " in ");
		diag_put_safe(out, where, strlen(where), 0);
	}
	if (second) {
		buf_adds(out, " and ");
		diag_put_safe(out, second, strlen(second), 0);
	}
	if (s->consequence && errors) {
		buf_adds(out, "; ");
		diag_put_safe(out, s->consequence, strlen(s->consequence), 0);
	}
	buf_addc(out, '\n');
	if (hidden)
		buf_addf(out, "        %u of them %s not shown; --all shows all\n", (unsigned)hidden,
			hidden == 1 ? "is" : "are");
	if (explain && !s->quiet)
		buf_addf(out, "        explain one: mlopsc explain %s\n", explain);
}

/* Is x the first warning of its name? */
static int first_of_name(const struct diags *d, uint32_t at)
{
	uint32_t i;

	for (i = 0; i < at; i++)
		if (d->v[i]->name && !strcmp(d->v[i]->name, d->v[at]->name))
			return 0;
	return 1;
}

void diag_write_text(const struct diags *d, const struct diag_style *style, struct buf *out)
{
	struct writer w = { d, style, out, 1, RED, 0 };
	uint32_t i, errors = 0, warnings = 0, hidden = 0;
	const char *explain_error = NULL, *explain_warning = NULL;

	for (i = 0; i < d->n; i++) {
		const struct diag *x = d->v[i];
		int error = x->severity == SEVERITY_ERROR;
		uint32_t *n = error ? &errors : &warnings;

		if (!error && style->quiet)
			continue;
		if (++*n > SHOWN && !style->all) {
			hidden++;
			continue;
		}
		put_diag(&w, x, x->name && *x->code == 'W' && !style->quiet && first_of_name(d, i));
		buf_addc(out, '\n');
		if (error && !explain_error)
			explain_error = x->code;
		if (!error && !explain_warning)
			explain_warning = x->code;
	}
	if (errors + warnings)
		put_count(&w, errors, warnings, hidden, explain_error ? explain_error : explain_warning);
}
