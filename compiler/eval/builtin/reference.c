/* What a drift policy compares with. `file` reads a table below the stack's folder and gives a record of what is in it;
   `artifact` and `uri` say where the service itself finds one, and give the same record with what was declared. `npy`
   makes an array file of the table. A file is read once a build, whoever asks. */
#define _GNU_SOURCE
#include "eval/reference.h"
#include "base/os.h"
#include "base/suggest.h"
#include "value/data.h"
#include "eval/plan.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* -- what is asked for -- */

struct asked {
	/* NULL: not given */
	const struct value *label, *version, *rows, *columns, *categorical, *binary, *scale, *dtype;
	struct span label_at;
};
enum { FOR_FILE = 1, FOR_ARTIFACT = 2, FOR_URI = 4, FOR_ELSEWHERE = FOR_ARTIFACT | FOR_URI, FOR_ALL = 7 };
static const struct { const char *name; int tags; size_t at;
} named[] = {
#define AT(f) offsetof(struct asked, f)
	{ "label", FOR_ALL, AT(label) },
	{ "rows", FOR_ALL, AT(rows) },
	{ "columns", FOR_ALL, AT(columns) },
	{ "version", FOR_ELSEWHERE, AT(version) },
	{ "dtype", FOR_ELSEWHERE, AT(dtype) },
	{ "categorical", FOR_FILE, AT(categorical) },
	{ "binary", FOR_FILE, AT(binary) },
	{ "scale", FOR_FILE, AT(scale) },
#undef AT
};
#define NNAMED (sizeof named / sizeof *named)

static const struct value *not(struct eval *e, struct span at, const char *want, const struct value *v)
{
	diag_error(e->diags, at, D_TYPE, want, value_noun(e, v));
	return VALUE_ERROR_V;
}

static int is_names(const struct value *v)
{
	if (v->tag != VALUE_LIST || !v->n)
		return 0;
	for (uint32_t i = 0; i < v->n; i++)
		if (v->items[i]->tag != VALUE_STRING || !v->items[i]->n)
			return 0;
	return 1;
}

static int check_argument(struct eval *e, const char *name, const struct value *v, struct span at, int tag)
{
	const char *want = NULL;
	if (v->tag == VALUE_NONE)
		return 1;
	if (!strcmp(name, "label") && (v->tag != VALUE_STRING || !v->n))
		want = "the name of a column";
	else if (!strcmp(name, "rows") && (v->tag != VALUE_INT || v->i < 1))
		want = "a number of rows from 1 up";
	else if (!strcmp(name, "columns") && !is_names(v) && (tag == FOR_FILE || v->tag != VALUE_INT || v->i < 1))
		want = tag == FOR_FILE ? "a list of names of columns" : "a number of columns, or their names";
	else if ((!strcmp(name, "categorical") || !strcmp(name, "binary")) && !is_names(v) &&
		!(v->tag == VALUE_LIST && !v->n))
		want = "a list of names of columns";
	else if (!strcmp(name, "scale") && (v->tag != VALUE_STRING || v->n != 8 || memcmp(v->str.p, "standard", 8)))
		want = "\"standard\"";
	else if (!strcmp(name, "dtype") &&
		(v->tag != VALUE_STRING || v->n != 2 ||
		(memcmp(v->str.p, "f4", 2) && memcmp(v->str.p, "f8", 2) && memcmp(v->str.p, "i8", 2))))
		want = "\"f4\", \"f8\" or \"i8\"";
	if (want)
		not(e, at, want, v);
	return !want;
}

static int take_arguments(struct eval *e, struct env *env, const char *tag, int which,
	const struct ast *x, struct asked *ask)
{
	for (uint32_t i = 2; i < x->nkids; i++) {
		const struct ast *a = x->kids[i];
		size_t k = 0;
		while (k < NNAMED && (a->tag != AST_ARG || strcmp(a->name->text, named[k].name) ||
			!(named[k].tags & which)))
			k++;
		if (k == NNAMED) {
			struct diag *d = diag_error(e->diags, a->span, D_ARGUMENTS,
				arena_printf(e->p->arena, "`%s` does not take this", tag));
			struct buf b = { 0 };
			for (k = 0; k < NNAMED; k++)
				if (named[k].tags & which)
					buf_addf(&b, ", %s", named[k].name);
			diag_help(e->diags, d, "by name it takes %s", b.p + 2);
			buf_free(&b);
			return 0;
		}
		const struct value *v = a->kids[0]->tag == AST_NUMBER &&
			!strcmp(a->name->text, "version")
			? eval_typed(e, env, a->kids[0], &type_version) : eval(e, env, a->kids[0]);
		if (is_error(v))
			return 0;
		TOUCH_DEEP(e, v);
		if (!check_argument(e, a->name->text, v, a->kids[0]->span, which))
			return 0;
		*(const struct value **)(void *)((char *)ask + named[k].at) = v->tag == VALUE_NONE ? NULL : v;
	}
	return 1;
}

/* -- the record -- */

struct making { struct eval *e; struct field f[24]; uint32_t n; struct span at; };

static void put(struct making *m, const char *key, const struct value *v)
{
	m->f[m->n++] = (struct field){ atom_cstr(m->e->p->atoms, key), v ? v : VALUE_NONE_V };
}

static const struct value *finish(struct making *m)
{
	struct field *f = ARENA_ARRAY(m->e->arena, struct field, m->n);
	memcpy(f, m->f, m->n * sizeof *f);
	return value_record(m->e->arena, f, m->n, m->at);
}

static const struct value *text(struct making *m, const char *s)
{
	return value_string(m->e->arena, s, strlen(s), m->at);
}

static const struct value *place_text(struct making *m, const char *path, struct data_place p)
{
	return p.line ? text(m, arena_printf(m->e->arena, "%s:%u:%u", path, (unsigned)p.line,
		(unsigned)p.column)) : VALUE_NONE_V;
}

static const struct value *column_record(struct making *up, const char *path, const struct data_column *c)
{
	static const char *const kinds[] = { [DATA_NUMERIC] = "numeric",
		[DATA_CATEGORICAL] = "categorical", [DATA_BINARY] = "binary" };
	struct arena *a = up->e->arena;
	struct making m = { .e = up->e, .at = up->at };
	const struct value **seen = c->seen ? ARENA_ARRAY(a, const struct value *, c->nseen) : NULL;
	for (uint32_t i = 0; seen && i < c->nseen; i++)
		seen[i] = value_int(a, (int64_t)c->seen[i], m.at);
	put(&m, "name", value_string(a, c->name, c->len, m.at));
	put(&m, "at", place_text(&m, path, c->at));
	put(&m, "kind", text(&m, kinds[c->kind]));
	put(&m, "mean", value_float(a, c->mean, m.at));
	put(&m, "std", value_float(a, c->std, m.at));
	put(&m, "min", value_float(a, c->min, m.at));
	put(&m, "max", value_float(a, c->max, m.at));
	put(&m, "distinct", value_int(a, c->distinct, m.at));
	put(&m, "constant", value_bool(c->distinct == 1));
	put(&m, "whole", value_bool(!c->not_whole.line));
	put(&m, "not-whole", place_text(&m, path, c->not_whole));
	put(&m, "zero-one", value_bool(!c->not_zero_one.line));
	put(&m, "not-zero-one", place_text(&m, path, c->not_zero_one));
	put(&m, "seen", seen ? value_list(a, seen, c->nseen, m.at) : NULL);
	return finish(&m);
}

static const struct value *names_of(const struct asked *ask)
{
	return ask->columns && ask->columns->tag == VALUE_LIST ? ask->columns : NULL;
}

static const struct value *record(struct eval *e, const char *tag, const struct value *path,
	const struct asked *ask, struct data *d, struct span at)
{
	struct making m = { .e = e, .at = at };
	const struct value *names = names_of(ask), *columns = ask->columns, *rows = ask->rows,
		*distinct = NULL, *ratio = NULL, *widest = NULL, *stats = NULL, *bytes = NULL;
	if (names)
		columns = value_int(e->arena, names->n, names->origin);
	if (d) {
		const struct value **nv = ARENA_ARRAY(e->arena, const struct value *, d->ncolumns),
			**sv = ARENA_ARRAY(e->arena, const struct value *, d->ncolumns);
		uint32_t wide;
		double r = data_std_ratio(d, &wide);
		if (ask->scale)
			data_standardise(d);
		for (uint32_t k = 0; k < d->ncolumns; k++) {
			nv[k] = value_string(e->arena, d->columns[k].name, d->columns[k].len, at);
			sv[k] = column_record(&m, path->str.p, &d->columns[k]);
		}
		const size_t n = (size_t)d->nrows * d->ncolumns;
		char *p = arena_alloc(e->arena, n * 8);
		for (size_t i = 0; i < n; i++)
			data_store(p + 8 * i, d->values[i]);
		names = value_list(e->arena, nv, d->ncolumns, at);
		columns = value_int(e->arena, d->ncolumns, at);
		rows = value_int(e->arena, (int64_t)d->nrows, at);
		distinct = value_int(e->arena, d->distinct_rows, at);
		ratio = value_float(e->arena, ask->scale ? 1.0 : r, at);
		widest = wide < d->ncolumns ? nv[wide] : NULL;
		stats = value_list(e->arena, sv, d->ncolumns, at);
		bytes = value_bytes(e->arena, p, n * 8, at);
	}
	put(&m, "kind", text(&m, tag));
	put(&m, "path", path);
	put(&m, "label", ask->label);
	put(&m, "version", ask->version);
	put(&m, "rows", rows);
	put(&m, "columns", columns);
	put(&m, "names", names);
	put(&m, "dtype", ask->dtype);
	put(&m, "scale", ask->scale);
	put(&m, "distinct-rows", distinct);
	put(&m, "spread", ratio);
	put(&m, "widest", widest);
	put(&m, "statistics", stats);
	put(&m, "data", bytes);
	return finish(&m);
}

/* -- a file -- */

static void add_choices(struct eval *e, const struct value *names, enum data_kind kind,
	struct data_choice *out, uint32_t *n)
{
	(void)e;
	for (uint32_t i = 0; names && i < names->n; i++)
		out[(*n)++] = (struct data_choice){ names->items[i]->str.p, names->items[i]->n, kind };
}

static enum data_kind kind_of(const struct data_choice *kinds, uint32_t n, const struct data_choice *c)
{
	for (uint32_t i = 0; i < n; i++)
		if (kinds[i].len == c->len && !memcmp(kinds[i].name, c->name, c->len))
			return kinds[i].kind;
	return DATA_NUMERIC;
}

/* A column that `columns` does not choose cannot be categorical, or the label be one that it does. */
static int fits_together(struct eval *e, const struct asked *ask)
{
	const struct value *chosen = names_of(ask);
	const struct value *const kinds[] = { ask->categorical, ask->binary };
	for (int k = 0; k < 2; k++)
		for (uint32_t i = 0; kinds[k] && i < kinds[k]->n; i++) {
			const struct value *v = kinds[k]->items[i];
			int in = !chosen, also = 0;
			for (uint32_t q = 0; chosen && q < chosen->n; q++)
				in |= value_equal(chosen->items[q], v);
			for (uint32_t q = 0; k && kinds[0] && q < kinds[0]->n; q++)
				also |= value_equal(kinds[0]->items[q], v);
			if (in && !also && !(ask->label && value_equal(ask->label, v)))
				continue;
			diag_error(e->diags, v->origin, D_ARGUMENTS,
				arena_printf(e->p->arena, also
				? "`%.*s` is categorical and binary at once" : in ? "`%.*s` is the label" :
				"`%.*s` is not among the columns", (int)v->n, v->str.p));
			return 0;
		}
	for (uint32_t q = 0; chosen && q < chosen->n; q++) {
		int again = ask->label && value_equal(ask->label, chosen->items[q]);
		for (uint32_t i = 0; i < q; i++)
			again |= value_equal(chosen->items[i], chosen->items[q]) ? 2 : 0;
		if (again) {
			diag_error(e->diags, chosen->items[q]->origin, D_ARGUMENTS,
				arena_printf(e->p->arena, again & 2
				? "column `%.*s` is chosen twice" : "`%.*s` is the label",
				(int)chosen->items[q]->n, chosen->items[q]->str.p));
			return 0;
		}
	}
	return 1;
}

static struct span asked_at(const struct asked *ask, const char *name, uint32_t n, struct span at)
{
	const struct value *const lists[] = { ask->columns, ask->categorical, ask->binary };
	if (ask->label && ask->label->n == n && !memcmp(ask->label->str.p, name, n))
		return ask->label->origin.hi ? ask->label->origin : at;
	for (int k = 0; k < 3; k++)
		for (uint32_t i = 0; lists[k] && lists[k]->tag == VALUE_LIST && i < lists[k]->n; i++)
			if (lists[k]->items[i]->n == n &&
				!memcmp(lists[k]->items[i]->str.p, name, n) && lists[k]->items[i]->origin.hi)
				return lists[k]->items[i]->origin;
	return at;
}

static void report(struct eval *e, const struct data *d, const char *path, const struct asked *ask, struct span at)
{
	struct diags *ds = e->diags;
	struct diag *x = NULL;
	switch (d->fault) {
	case DATA_OK: return;
	case DATA_TABLE: x = diag_error(ds, at, D_DATA_TABLE, path, d->message); break;
	case DATA_CELL: x = diag_error(ds, at, D_DATA_CELL, path, d->message); break;
	case DATA_ROWS: x = diag_error(ds, at, D_DATA_ROWS, path, d->message); break;
	case DATA_LARGE: x = diag_error(ds, at, D_DATA_LARGE, path, d->message); break;
	case DATA_NO_COLUMN: {
		struct suggest near;
		x = diag_error(ds, asked_at(ask, d->missing, d->nmissing, at), D_DATA_COLUMN, path,
			(int)d->nmissing, d->missing);
		suggest_init(&near, d->missing, d->nmissing);
		for (uint32_t i = 0; i < d->width; i++)
			suggest_try(&near, d->header[i]);
		if (suggest_best(&near))
			diag_label(ds, x, "did you mean `%s`?", suggest_best(&near));
		struct buf b = { 0 };
		for (uint32_t i = 0; i < d->width && b.n < 400; i++)
			buf_addf(&b, "%s%s", i ? ", " : "", d->header[i]);
		diag_note(ds, x, "its columns are %s", b.p);
		buf_free(&b);
		break;
	}
	}
	if (d->place.line) {            /* the line alone becomes a source: the file may be large */
		char *line = arena_alloc(e->p->arena, d->nline + 2);
		memcpy(line, d->line, d->nline);
		struct source *s = source_adopt(e->p->sources, path, line, d->nline, 0);
		if (s) {
			s->line0 = d->place.line - 1;
			s->excerpt = 1;
			uint32_t lo = 0, hi = 0, bytes;
			for (uint32_t c = 1; c < d->place.column && lo < d->nline; c++, lo += bytes)
				utf8_width(line + lo, d->nline - lo, &bytes);
			hi = lo;
			for (uint32_t c = d->place.column; c < d->mark_end.column && hi < d->nline; c++, hi += bytes)
				utf8_width(line + hi, d->nline - hi, &bytes);
			diag_place(ds, x, (struct span){ s->base + lo, s->base + hi }, "%s", "");
		}
	}
	if (d->help)
		diag_help(ds, x, "%s", d->help);
}

static const struct value *read_table(struct eval *e, const struct value *path, const struct asked *ask, struct span at)
{
	const char *name = arena_strdup(e->p->arena, path->str.p, path->n),
		*full = program_path(e->p, name, path->n, at, "file");
	struct stat st;
	if (!full)
		return VALUE_ERROR_V;
	const int fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		diag_error(e->diags, at, D_READ, name,
			os_reason(fd < 0 ? errno : S_ISDIR(st.st_mode) ? EISDIR : EINVAL));
		if (fd >= 0)
			close(fd);
		return VALUE_ERROR_V;
	}
	const struct value *chosen = names_of(ask);
	const uint32_t room = (chosen ? chosen->n : 0) + (ask->categorical ? ask->categorical->n
		: 0) + (ask->binary ? ask->binary->n : 0) + 1;
	struct data_choice *choices = ARENA_ARRAY(e->arena, struct data_choice, room),
		*kinds = ARENA_ARRAY(e->arena, struct data_choice, room);
	uint32_t nchoices = 0, nkinds = 0;
	add_choices(e, ask->categorical, DATA_CATEGORICAL, kinds, &nkinds);
	add_choices(e, ask->binary, DATA_BINARY, kinds, &nkinds);
	add_choices(e, chosen, DATA_NUMERIC, choices, &nchoices);
	for (uint32_t i = 0; i < nchoices; i++)
		choices[i].kind = kind_of(kinds, nkinds, &choices[i]);
	struct data d = { .choices = choices, .nchoices = nchoices, .kinds = kinds,
		.nkinds = nkinds, .limit = ask->rows ? (uint64_t)ask->rows->i : 0,
		.label = ask->label ? arena_strdup(e->arena, ask->label->str.p, ask->label->n) : NULL };
	struct hash_stream *h = hash_open();
	enum { PIECE = 1 << 16 };
	char *piece = malloc(PIECE);
	ssize_t n;
	if (!piece)
		abort();
	data_begin(&d, e->arena);
	/* to the end, whatever is taken: the hash is of the whole file */
	while ((n = read(fd, piece, PIECE)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		hash_add(h, piece, (size_t)n);
		data_add(&d, piece, (size_t)n);
		if (d.fault)
			break;
	}
	const int error = n < 0 ? errno : 0;
	close(fd);
	free(piece);
	const struct input in = { name, hash_close(h) };
	const struct value *v = VALUE_ERROR_V;
	if (error) {
		diag_error(e->diags, at, D_READ, name, os_reason(error));
	} else if (!data_end(&d)) {
		report(e, &d, name, ask, at);
	} else if (limit_bytes(e, (size_t)d.nrows * d.ncolumns * 8, at)) {
		int known = 0;
		for (uint32_t i = 0; i < e->inputs.n; i++)
			known |= !strcmp(e->inputs.v[i].name, name);
		if (!known)
			VEC_PUSH(e->p->arena, &e->inputs, in);
		v = record(e, "file", value_string(e->arena, name, path->n, path->origin), ask, &d, at);
	}
	data_free(&d);
	return v;
}

/* One reading for all who ask for the same. */
static const struct value *file_value(struct eval *e, const struct value *path, const struct asked *ask, struct span at)
{
	const struct value *const parts[] = { ask->label, ask->rows, ask->columns, ask->categorical,
		ask->binary, ask->scale };
	struct buf b = { 0 };
	if (!fits_together(e, ask))
		return VALUE_ERROR_V;
	value_canonical(path, &b);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		value_canonical(parts[i] ? parts[i] : VALUE_NONE_V, &b);
	const struct atom *key = atom_intern(e->p->atoms, b.p, b.n);
	buf_free(&b);
	const struct value *v = table_get(&e->files, key);
	if (v)
		return v;
	struct arena *old = e->arena;
	e->arena = e->unit;
	v = read_table(e, path, ask, at);
	e->arena = old;
	table_put(&e->files, key, (void *)(uintptr_t)v);
	return v;
}

const struct value *reference_value(struct eval *e, struct env *env, const char *tag,
	const struct ast *x, const struct value *first)
{
	const int which = *tag == 'f' ? FOR_FILE : *tag == 'a' ? FOR_ARTIFACT : FOR_URI;
	struct asked ask = { 0 };
	if (!take_arguments(e, env, tag, which, x, &ask))
		return VALUE_ERROR_V;
	return which == FOR_FILE ? file_value(e, first, &ask, x->kids[1]->span)
		: record(e, tag, first, &ask, NULL, x->span);
}

/* -- an array file -- */

const struct value *npy_value(struct eval *e, const struct value *const *v, uint32_t n,
	const struct span *at, struct span whole)
{
	const struct value *bytes = value_getc(v[0], "data"),
		*rows = value_getc(v[0], "rows"), *names = value_getc(v[0], "names");
	if (!bytes || bytes->tag != VALUE_BYTES || !rows || rows->tag != VALUE_INT || !names ||
		names->tag != VALUE_LIST || !names->n
	    || rows->i < 0 || (uint64_t)rows->i * names->n * 8 != bytes->n)
		return not(e, at[0], "reference data that was read from a file", v[0]);
	enum data_type type = DATA_F8;
	if (v[1]->tag != VALUE_STRING || v[1]->n != 2)
		return not(e, at[1], "\"f4\", \"f8\" or \"i8\"", v[1]);
	if (!memcmp(v[1]->str.p, "f4", 2))
		type = DATA_F4;
	else if (!memcmp(v[1]->str.p, "i8", 2))
		type = DATA_I8;
	else if (memcmp(v[1]->str.p, "f8", 2))
		return not(e, at[1], "\"f4\", \"f8\" or \"i8\"", v[1]);
	if (n > 2 && !is_names(v[2]))
		return not(e, at[2], "a list of names of columns", v[2]);
	const uint32_t npick = n > 2 ? v[2]->n : names->n;
	uint32_t *pick = ARENA_ARRAY(e->arena, uint32_t, npick), column;
	uint64_t row;
	for (uint32_t i = 0; i < npick; i++) {
		pick[i] = i;
		for (pick[i] = n > 2 ? 0 : i; n > 2 && pick[i] < names->n &&
			!value_equal(names->items[pick[i]], v[2]->items[i]);)
			pick[i]++;
		if (pick[i] == names->n) {
			const struct value *path = value_getc(v[0], "path"), *miss = v[2]->items[i];
			struct suggest near;
			char *word = arena_strdup(e->p->arena, miss->str.p, miss->n);
			struct diag *x = diag_error(e->diags, miss->origin.hi ? miss->origin
				: at[2], D_DATA_COLUMN, path && path->tag == VALUE_STRING ?
				arena_strdup(e->p->arena, path->str.p, path->n) : "the reference", (int)miss->n, word);
			suggest_init(&near, word, miss->n);
			for (uint32_t k = 0; k < names->n; k++)
				if (names->items[k]->tag == VALUE_STRING)
					suggest_try(&near, arena_strdup(e->p->arena,
						names->items[k]->str.p, names->items[k]->n));
			if (suggest_best(&near))
				diag_label(e->diags, x, "did you mean `%s`?", suggest_best(&near));
			return VALUE_ERROR_V;
		}
	}
	struct buf b = { 0 };
	const struct value *out = VALUE_ERROR_V;
	if (!data_npy(bytes->str.p, (uint64_t)rows->i, names->n, pick, npick, type, &b, &row, &column)) {
		const struct value *c = names->items[pick[column]];
		char num[40];
		float_print(data_load(bytes->str.p + ((size_t)row * names->n + pick[column]) * 8), num);
		diag_error(e->diags, at[1], D_DATA_TYPE,
			arena_printf(e->p->arena, "%s (row %llu, column `%.*s`)", num,
			(unsigned long long)row + 1,
			c->tag == VALUE_STRING ? (int)c->n : 1, c->tag == VALUE_STRING ? c->str.p
			: "?"), type == DATA_F4 ? "f4" : "i8");
	} else if (limit_bytes(e, b.n, whole)) {
		out = value_bytes(e->arena, arena_strdup(e->arena, b.p, b.n), b.n, whole);
	}
	buf_free(&b);
	return out;
}
