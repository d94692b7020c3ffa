/* Comma-separated text in, numbers and figures out. A scanner cuts the text into rows and cells (quotes as in RFC
   4180); a row is judged as soon as it is whole, so the first fault is the first one in the file. The numbers of the
   chosen columns are kept; the figures are computed from them at the end, in a fixed order. */
#define _GNU_SOURCE
#include "value/data.h"
#include "base/hash.h"
#include "base/source.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif

enum { AT_START, IN_CELL, IN_QUOTES, AFTER_QUOTE };

void data_begin(struct data *d, struct arena *a)
{
	d->arena = a;
	d->line_number = d->row_line = 1;
}

void data_free(struct data *d)
{
	buf_free(&d->row);
	free(d->values);
	d->values = NULL;
}

/* -- faults -- */

/* Where a byte of the row in hand stands, and the line that it stands on. */
static struct data_place place_of(const struct data *d, uint32_t offset, uint32_t *from, uint32_t *to)
{
	struct data_place at = { d->row_line, 1 };
	uint32_t start = 0, bytes;
	for (uint32_t i = 0; i < offset && i < d->row.n; i++)
		if (d->row.p[i] == '\n') {
			at.line++;
			start = i + 1;
		}
	for (uint32_t i = start; i < offset; i += bytes, at.column++)
		utf8_width(d->row.p + i, d->row.n - i, &bytes);
	const char *nl = start < d->row.n ? memchr(d->row.p + start, '\n', d->row.n - start) : NULL;
	*from = start;
	*to = nl ? (uint32_t)(nl - d->row.p) : (uint32_t)d->row.n;
	if (*to > *from && d->row.p[*to - 1] == '\r')
		--*to;
	return at;
}

static void fault(struct data *d, enum data_fault f, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void fault(struct data *d, enum data_fault f, const char *fmt, ...)
{
	va_list ap;
	if (d->fault)
		return;
	va_start(ap, fmt);
	d->fault = f;
	d->message = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
}

/* The fault is at these bytes of the row in hand. */
static void at(struct data *d, uint32_t lo, uint32_t hi)
{
	uint32_t from, to, f2, t2;
	if (!d->fault || d->place.line)
		return;
	d->place = place_of(d, lo, &from, &to);
	d->mark_end = place_of(d, hi, &f2, &t2);
	if (d->mark_end.line != d->place.line)
		d->mark_end = d->place;
	d->line = arena_strdup(d->arena, d->row.n ? d->row.p + from : "", to - from);
	d->nline = to - from;
}

/* -- cells -- */

/* The decimal number as digits and a power of ten, which strtod reads alike in every locale. Few digits and a small
   power are the quotient or product of two exact doubles, hence the nearest one at once. */
int data_number(const char *s, size_t n, double *v)
{
	static const double ten[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
		1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
	size_t i = 0, digits = 0;
	int64_t exponent = 0, shift = 0;
	uint64_t m = 0;
	int negative = 0, point = 0, significant = 0;
	while (n && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	while (i < n && (s[i] == ' ' || s[i] == '\t'))
		i++;
	if (i < n && (s[i] == '-' || s[i] == '+'))
		negative = s[i++] == '-';
	const size_t from = i;
	for (; i < n; i++) {
		if (s[i] == '.' && !point) {
			point = 1;
			continue;
		}
		if (s[i] < '0' || s[i] > '9')
			break;
		digits++;
		shift -= point;
		if (significant || s[i] != '0')
			significant++;
		if (significant <= 18)
			m = m * 10 + (uint64_t)(s[i] - '0');
	}
	const size_t to = i;
	if (!digits)
		return 0;
	if (i < n && (s[i] == 'e' || s[i] == 'E')) {
		int minus = 0;
		i++;
		if (i < n && (s[i] == '-' || s[i] == '+'))
			minus = s[i++] == '-';
		if (i == n)
			return 0;
		for (; i < n && s[i] >= '0' && s[i] <= '9'; i++)
			if (exponent < 100000000)
				exponent = exponent * 10 + (s[i] - '0');
		if (minus)
			exponent = -exponent;
	}
	if (i != n)
		return 0;
	exponent += shift;
	if (significant <= 15 && exponent >= -22 && exponent <= 22) {
		*v = exponent < 0 ? (double)m / ten[-exponent] : (double)m * ten[exponent];
	} else {
		struct buf b = { 0 };
		for (size_t k = from; k < to; k++)
			if (s[k] != '.')
				buf_addc(&b, s[k]);
		buf_addf(&b, "e%lld", (long long)exponent);
		*v = strtod(b.p, NULL);
		buf_free(&b);
	}
	if (negative)
		*v = -*v;
	return 1;
}

static int same_word(const char *s, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (!word[i] || (s[i] | 0x20) != word[i])
			return 0;
	return !word[n];
}

static int is_word(const char *s, size_t n, const char *const *words)
{
	for (; *words; words++)
		if (same_word(s, n, *words))
			return 1;
	return 0;
}

/* The text of a cell: without the blanks around it, quotes taken off. */
static const char *cell_text(struct data *d, uint32_t cell, size_t *n)
{
	const char *p = d->row.p + d->cells.v[2 * cell], *end = d->row.p + d->cells.v[2 * cell + 1];
	if (p < end && *p == '"') {
		struct buf b = { 0 };
		for (p++; p + 1 < end; p++) {
			buf_addc(&b, *p);
			if (*p == '"')
				p++;            /* "" stands for one */
		}
		const char *s = arena_strdup(d->arena, b.p ? b.p : "", b.n);
		*n = b.n;
		buf_free(&b);
		p = s;
	} else {
		*n = (size_t)(end - p);
	}
	while (*n && (p[*n - 1] == ' ' || p[*n - 1] == '\t' || p[*n - 1] == '\r'))
		--*n;
	while (*n && (*p == ' ' || *p == '\t')) {
		p++;
		--*n;
	}
	return p;
}

static void mark_cell(struct data *d, uint32_t cell)
{
	at(d, d->cells.v[2 * cell], d->cells.v[2 * cell + 1]);
}

static void number_cell(struct data *d, uint32_t cell, struct data_column *c, double *v)
{
	static const char *const nan[] = { "nan", "-nan", "1.#qnan", NULL },
		*const inf[] = { "inf", "-inf", "+inf", "infinity", "-infinity", "+infinity", NULL },
		*const missing[] = { "na", "n/a", "#n/a", "<na>", "null", "none", "nil", "?", "-", NULL };
	const struct arena_mark mark = arena_mark(d->arena);    /* a quoted cell is copied: given back */
	size_t n;
	const char *s = cell_text(d, cell, &n);
	int ok = data_number(s, n, v);
	if (ok && isfinite(*v)) {
		arena_rewind(d->arena, mark);
		return;
	}
	int shown = 0;
	while (shown < 40 && (size_t)shown < n && (unsigned char)s[shown] >= ' ')
		shown++;
	while (shown && (size_t)shown < n && ((unsigned char)s[shown] & 0xc0) == 0x80)
		shown--;                /* not inside a character */
	if (!n)
		fault(d, DATA_CELL, "row %llu has no value for `%.*s`",
			(unsigned long long)d->nrows + 1, (int)c->len, c->name);
	else if (!ok && is_word(s, n, missing))
		fault(d, DATA_CELL, "row %llu has no value for `%.*s`: `%.*s` stands for a missing one",
			(unsigned long long)d->nrows + 1, (int)c->len, c->name, shown, s);
	else if (!ok && is_word(s, n, nan))
		fault(d, DATA_CELL, "row %llu has `%.*s` for `%.*s`, which compares with nothing",
			(unsigned long long)d->nrows + 1, shown, s, (int)c->len, c->name);
	else if (ok || is_word(s, n, inf))
		fault(d, DATA_CELL, "row %llu has `%.*s` for `%.*s`, which is not finite",
			(unsigned long long)d->nrows + 1, shown, s, (int)c->len, c->name);
	else {
		fault(d, DATA_CELL, "row %llu has `%.*s` for `%.*s`, which is not a number",
			(unsigned long long)d->nrows + 1, shown, s, (int)c->len, c->name);
		d->help =
			"leave the column out (columns = [...], or label = \"...\"), or write its categories as whole numbers";
	}
	if (!d->help)
		d->help =
			"a detector that is given such a value reports drift for ever, or does not start: drop the row, or fill it in";
	mark_cell(d, cell);
}

/* -- rows -- */

static uint32_t find_name(const struct data *d, const char *s, size_t n)
{
	uint32_t i = 0;
	while (i < d->width && (d->header_len[i] != n || memcmp(d->header[i], s, n)))
		i++;
	return i;
}

static void no_column(struct data *d, const char *s, size_t n)
{
	fault(d, DATA_NO_COLUMN, "the header has no column `%.*s`", (int)n, s);
	d->missing = s;
	d->nmissing = (uint32_t)n;
}

static void take_column(struct data *d, uint32_t cell, enum data_kind kind)
{
	struct data_column *c = &d->columns[d->ncolumns];
	uint32_t from, to;
	*c = (struct data_column){ .name = d->header[cell], .len = d->header_len[cell], .kind = kind };
	c->at = place_of(d, d->cells.v[2 * cell], &from, &to);
	d->column_of[cell] = (int32_t)d->ncolumns++;
}

/* Each column has a name, and no other has the same. */
static void check_names(struct data *d, uint32_t n)
{
	for (uint32_t i = 0; i < n && !d->fault; i++) {
		if (!d->header_len[i]) {
			fault(d, DATA_TABLE, "column %u has no name", (unsigned)i + 1);
			mark_cell(d, i);
			d->help = "a column of row numbers is written without: leave it out of the file";
		}
		for (uint32_t k = 0; k < i && n <= 4096; k++)
			if (d->header_len[k] == d->header_len[i] &&
				!memcmp(d->header[k], d->header[i], d->header_len[i])) {
				fault(d, DATA_TABLE, "two columns are called `%.*s`",
					(int)d->header_len[i], d->header[i]);
				mark_cell(d, i);
			}
	}
}

/* Which columns are taken, and as what: those that were chosen, or all but the label. */
static void choose_columns(struct data *d, uint32_t n)
{
	if (d->label && find_name(d, d->label, strlen(d->label)) == n)
		no_column(d, d->label, strlen(d->label));
	for (uint32_t i = 0; i < d->nkinds; i++)
		if (find_name(d, d->kinds[i].name, d->kinds[i].len) == n)
			no_column(d, d->kinds[i].name, d->kinds[i].len);
	for (uint32_t i = 0; i < d->nchoices && !d->fault; i++) {
		const uint32_t cell = find_name(d, d->choices[i].name, d->choices[i].len);
		if (cell == n)
			no_column(d, d->choices[i].name, d->choices[i].len);
		else if (d->column_of[cell] < 0)
			take_column(d, cell, d->choices[i].kind);
	}
	for (uint32_t i = 0; i < n && !d->nchoices && !d->fault; i++) {
		enum data_kind kind = DATA_NUMERIC;
		if (d->label && strlen(d->label) == d->header_len[i] &&
			!memcmp(d->label, d->header[i], d->header_len[i]))
			continue;
		for (uint32_t k = 0; k < d->nkinds; k++)
			if (d->kinds[k].len == d->header_len[i] &&
				!memcmp(d->kinds[k].name, d->header[i], d->header_len[i]))
				kind = d->kinds[k].kind;
		take_column(d, i, kind);
	}
	if (!d->fault && !d->ncolumns)
		fault(d, DATA_TABLE, "no column is left besides the label");
}

static void header(struct data *d)
{
	const uint32_t n = d->cells.n / 2;
	size_t bad;
	d->have_header = 1;
	if (!utf8_valid(d->row.p, d->row.n, &bad) || memchr(d->row.p, 0, d->row.n)) {
		fault(d, DATA_TABLE, "the header is not text in UTF-8");
		d->help = "write the file as comma-separated text in UTF-8";
		return;
	}
	d->width = n;
	d->header = ARENA_ARRAY(d->arena, const char *, n);
	d->header_len = ARENA_ARRAY(d->arena, uint32_t, n);
	d->column_of = ARENA_ARRAY(d->arena, int32_t, n);
	d->columns = ARENA_ARRAY(d->arena, struct data_column, d->nchoices > n ? d->nchoices : n);
	int numbers = 1;
	for (uint32_t i = 0; i < n; i++) {
		size_t len;
		double v;
		const char *s = cell_text(d, i, &len);
		d->header[i] = arena_strdup(d->arena, s, len);
		d->header_len[i] = (uint32_t)len;
		d->column_of[i] = -1;
		numbers &= data_number(s, len, &v);
	}
	if (n == 1 && (memchr(d->row.p, ';', d->row.n) || memchr(d->row.p, '\t', d->row.n))) {
		fault(d, DATA_TABLE, "the columns are parted by %s, not by commas",
			memchr(d->row.p, ';', d->row.n) ? "semicolons" : "tabs");
		mark_cell(d, 0);
		d->help = "write the file with commas between the columns and points in the numbers";
		return;
	}
	if (numbers) {
		fault(d, DATA_TABLE, "the first line holds numbers; it has to name the columns");
		mark_cell(d, 0);
		return;
	}
	check_names(d, n);
	if (n > 4096) {
		fault(d, DATA_LARGE, "the header has %u columns; the limit is 4096", (unsigned)n);
		return;
	}
	if (!d->fault)
		choose_columns(d, n);
}

static void data_row(struct data *d)
{
	const uint32_t n = d->cells.n / 2;
	if (n != d->width) {
		fault(d, DATA_TABLE, "row %llu has %u value%s; the header names %u columns",
			(unsigned long long)d->nrows + 1, (unsigned)n, n == 1 ? "" : "s", (unsigned)d->width);
		at(d, n > d->width ? d->cells.v[2 * d->width] : 0, (uint32_t)d->row.n);
		return;
	}
	const size_t base = (size_t)d->nrows * d->ncolumns;
	if (base + d->ncolumns > DATA_MAX_VALUES) {
		fault(d, DATA_LARGE,
			"%u columns of more than %llu rows are more than can be compared with: the limit is %u MiB of numbers", (unsigned)d->ncolumns,
			(unsigned long long)d->nrows, DATA_MAX_VALUES / (1u << 20) * 8);
		d->help = "give rows = N: a few thousand rows are enough for every detector";
		return;
	}
	if (base + d->ncolumns > d->cap) {
		const size_t cap = d->cap ? d->cap * 2 : 1024 + d->ncolumns;
		double *more = realloc(d->values, cap * sizeof *more);
		if (!more)
			abort();
		d->values = more;
		d->cap = cap;
	}
	for (uint32_t i = 0; i < n; i++) {
		const int32_t k = d->column_of[i];
		if (k < 0)
			continue;
		struct data_column *c = &d->columns[k];
		double *v = &d->values[base + (uint32_t)k];
		uint32_t from, to;
		number_cell(d, i, c, v);
		if (d->fault)
			return;
		if (*v != floor(*v) && !c->not_whole.line) {
			c->not_whole = place_of(d, d->cells.v[2 * i], &from, &to);
			if (c->kind == DATA_CATEGORICAL)
				fault(d, DATA_CELL, "row %llu has a fraction for the categorical `%.*s`",
					(unsigned long long)d->nrows + 1, (int)c->len, c->name);
		}
		if (*v != 0 && *v != 1 && !c->not_zero_one.line) {
			c->not_zero_one = place_of(d, d->cells.v[2 * i], &from, &to);
			if (c->kind == DATA_BINARY)
				fault(d, DATA_CELL, "row %llu has a value other than 0 and 1 for the binary `%.*s`",
					(unsigned long long)d->nrows + 1, (int)c->len, c->name);
		}
		if (d->fault) {
			mark_cell(d, i);
			return;
		}
	}
	d->nrows++;
	d->done = d->limit && d->nrows == d->limit;
}

static void end_cell(struct data *d, uint32_t end)
{
	VEC_PUSH(d->arena, &d->cells, end);
	d->state = AT_START;
}

static void end_row(struct data *d)
{
	if (d->row.n && d->row.p[d->row.n - 1] == '\r')
		d->row.p[--d->row.n] = 0;
	const int empty = !d->row.n;
	if (d->state == AT_START)
		VEC_PUSH(d->arena, &d->cells, (uint32_t)d->row.n);
	end_cell(d, (uint32_t)d->row.n);
	if (!d->have_header && !empty)
		header(d);
	else if (!empty)
		data_row(d);
	else if (d->have_header && d->width == 1)
		data_row(d);            /* an empty cell */
	buf_clear(&d->row);
	d->cells.n = 0;
	d->row_line = d->line_number;
}

void data_add(struct data *d, const char *p, size_t n)
{
	for (size_t i = 0; i < n && !d->fault && !d->done; i++) {
		const char c = p[i];
		if (c == '\n') {
			d->line_number++;
			if (d->state != IN_QUOTES) {
				end_row(d);
				continue;
			}
		} else if (d->state == IN_QUOTES) {
			if (c == '"')
				d->state = AFTER_QUOTE;
		} else if (c == ',') {
			if (d->state == AT_START)
				VEC_PUSH(d->arena, &d->cells, (uint32_t)d->row.n);
			end_cell(d, (uint32_t)d->row.n);
		} else if (c == '"' && d->state != IN_CELL) {
			if (d->state == AT_START)
				VEC_PUSH(d->arena, &d->cells, (uint32_t)d->row.n);
			d->state = IN_QUOTES;
		} else if (d->state == AT_START) {
			VEC_PUSH(d->arena, &d->cells, (uint32_t)d->row.n);
			d->state = IN_CELL;
		} else if (d->state == AFTER_QUOTE && c != '\r') {
			fault(d, DATA_TABLE, "something follows the closing quote of a cell");
			buf_addc(&d->row, c);
			at(d, (uint32_t)d->row.n - 1, (uint32_t)d->row.n);
			return;
		}
		buf_addc(&d->row, c);
		if (d->row.n == 3 && !d->have_header && !memcmp(d->row.p, "\xef\xbb\xbf", 3)) {
			buf_clear(&d->row);     /* a byte order mark opening the file belongs to nothing */
			d->cells.n = 0;
			d->state = AT_START;
		}
		if (d->row.n > DATA_MAX_LINE) {
			if (d->state == IN_QUOTES)
				fault(d, DATA_TABLE, "a quote is never closed");
			else
				fault(d, DATA_LARGE, "a row has more than %u bytes", DATA_MAX_LINE);
			const uint32_t first = d->cells.n ? d->cells.v[d->cells.n - 1] : 0;
			at(d, first, first + 1);
			return;
		}
	}
}

/* -- figures -- */

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static int by_hash(const void *a, const void *b)
{
	const struct hash128 *x = a, *y = b;
	return x->hi != y->hi ? (x->hi > y->hi ? 1 : -1) : (x->lo > y->lo) - (x->lo < y->lo);
}

static void figures(struct data *d)
{
	const uint64_t n = d->nrows;
	double *sorted = malloc(n * sizeof *sorted), *row = malloc(d->ncolumns * sizeof *row);
	struct hash128 *rows = malloc(n * sizeof *rows);
	if (!sorted || !row || !rows)
		abort();
	for (uint32_t k = 0; k < d->ncolumns; k++) {
		struct data_column *c = &d->columns[k];
		double sum = 0, squares = 0;
		for (uint64_t i = 0; i < n; i++) {
			sorted[i] = d->values[i * d->ncolumns + k] + 0.0;
			sum += sorted[i];
		}
		c->mean = sum / (double)n;
		for (uint64_t i = 0; i < n; i++)
			squares += (sorted[i] - c->mean) * (sorted[i] - c->mean);
		c->std = sqrt(squares / (double)n);
		qsort(sorted, n, sizeof *sorted, by_size);
		c->min = sorted[0];
		c->max = sorted[n - 1];
		for (uint64_t i = 0; i < n; i++)
			c->distinct += !i || sorted[i] != sorted[i - 1];
		if (!isfinite(c->std) || !isfinite(c->mean))
			fault(d, DATA_CELL, "the values of `%.*s` are too large to compute with", (int)c->len, c->name);
		if (c->distinct == 1) {         /* whatever rounding says */
			c->mean = c->min;
			c->std = 0;
		}
		if (!c->not_whole.line && c->distinct <= DATA_MAX_SEEN && fabs(c->min) < 9e15 && fabs(c->max) < 9e15) {
			double *seen = ARENA_ARRAY(d->arena, double, c->distinct);
			for (uint64_t i = 0; i < n; i++)
				if (!i || sorted[i] != sorted[i - 1])
					seen[c->nseen++] = sorted[i];
			c->seen = seen;
		}
	}
	for (uint64_t i = 0; i < n; i++) {
		for (uint32_t k = 0; k < d->ncolumns; k++)
			row[k] = d->values[i * d->ncolumns + k] + 0.0;          /* -0.0 equals 0.0 */
		rows[i] = hash_bytes(row, d->ncolumns * sizeof *row);
	}
	qsort(rows, n, sizeof *rows, by_hash);
	for (uint64_t i = 0; i < n; i++)
		d->distinct_rows += !i || !hash_equal(rows[i], rows[i - 1]);
	free(sorted);
	free(row);
	free(rows);
}

int data_end(struct data *d)
{
	if (!d->fault && !d->done && d->state == IN_QUOTES) {
		fault(d, DATA_TABLE, "a quote is never closed");
		at(d, d->cells.v[d->cells.n - 1], d->cells.v[d->cells.n - 1] + 1);
	}
	if (!d->fault && !d->done && d->row.n)
		end_row(d);
	if (!d->fault && !d->have_header)
		fault(d, DATA_TABLE, "it is empty; its first line has to name the columns");
	if (!d->fault && !d->nrows)
		fault(d, DATA_ROWS, "it has a header and nothing else");
	if (!d->fault && d->nrows < d->limit)
		fault(d, DATA_ROWS, "rows = %llu is asked for, and it has %llu",
			(unsigned long long)d->limit, (unsigned long long)d->nrows);
	if (d->fault)
		return 0;
	figures(d);
	return !d->fault;
}

double data_std_ratio(const struct data *d, uint32_t *widest)
{
	double *std = malloc((d->ncolumns + 1) * sizeof *std), ratio = 1;
	uint32_t n = 0;
	if (!std)
		abort();
	*widest = d->ncolumns;
	for (uint32_t k = 0; k < d->ncolumns; k++)
		if (d->columns[k].distinct > 1) {
			std[n++] = d->columns[k].std;
			if (*widest == d->ncolumns || d->columns[k].std > d->columns[*widest].std)
				*widest = k;
		}
	if (n) {
		qsort(std, n, sizeof *std, by_size);
		ratio = std[n - 1] / std[(n - 1) / 2];
	}
	free(std);
	return ratio;
}

void data_standardise(struct data *d)
{
	for (uint64_t i = 0; i < d->nrows; i++)
		for (uint32_t k = 0; k < d->ncolumns; k++) {
			double *v = &d->values[i * d->ncolumns + k];
			*v = d->columns[k].distinct > 1 ? (*v - d->columns[k].mean) / d->columns[k].std : 0;
		}
}

/* -- bytes -- */

static void store(char *p, uint64_t bits, int n)
{
	for (int i = 0; i < n; i++)
		p[i] = (char)(bits >> (8 * i));
}

void data_store(char *p, double v)
{
	uint64_t bits;
	memcpy(&bits, &v, 8);
	store(p, bits, 8);
}

double data_load(const char *p)
{
	uint64_t bits = 0;
	double v;
	for (int i = 0; i < 8; i++)
		bits |= (uint64_t)(unsigned char)p[i] << (8 * i);
	memcpy(&v, &bits, 8);
	return v;
}

int data_npy(const char *data, uint64_t rows, uint32_t width, const uint32_t *pick, uint32_t npick,
	enum data_type type, struct buf *out,
	     uint64_t *row, uint32_t *column)
{
	static const struct { const char *word; int size; } types[] = { [DATA_F8] = { "f8", 8 },
		[DATA_F4] = { "f4", 4 }, [DATA_I8] = { "i8", 8 } };
	const int size = types[type].size;
	struct buf head = { 0 };
	buf_addf(&head, "{'descr': '<%s', 'fortran_order': False, 'shape': (%llu, %u), }",
		types[type].word, (unsigned long long)rows, (unsigned)npick);
	/* room for the first dimension to grow to 21 digits, then up to a multiple of 64, the last byte being a line
	   break */
	char digits[24];
	for (int spare = 21 - snprintf(digits, sizeof digits, "%llu", (unsigned long long)rows); spare > 0; spare--)
		buf_addc(&head, ' ');
	while ((10 + head.n + 1) % 64)
		buf_addc(&head, ' ');
	buf_addc(&head, '\n');
	buf_add(out, "\x93NUMPY\x01\x00", 8);
	buf_addc(out, (char)(head.n & 0xff));
	buf_addc(out, (char)(head.n >> 8));
	buf_add(out, head.p, head.n);
	buf_free(&head);
	buf_reserve(out, (size_t)rows * npick * (size_t)size);
	for (uint64_t i = 0; i < rows; i++)
		for (uint32_t k = 0; k < npick; k++) {
			const char *from = data + ((size_t)i * width + pick[k]) * 8;
			const double v = data_load(from);
			char p[8];
			uint32_t bits;
			int ok = 1;
			if (type == DATA_F8) {
				memcpy(p, from, 8);
			} else if (type == DATA_F4) {
				const float f = (float)v;
				ok = isfinite(f) != 0;
				memcpy(&bits, &f, 4);
				store(p, bits, 4);
			} else {
				ok = v == floor(v) && v >= -9223372036854775808.0 && v < 9223372036854775808.0;
				store(p, ok ? (uint64_t)(int64_t)v : 0, 8);
			}
			if (!ok) {
				*row = i;
				*column = k;
				return 0;
			}
			buf_add(out, p, (size_t)size);
		}
	return 1;
}
