/* The list of diagnostics. Records are made in the arena on arrival; a duplicate is dropped there, so that a pass that
   meets one mistake on two ways reports it once. Sorting happens once, before writing, and folds what only follows. */
#include "base/diag.h"
#include "base/diag_write.h"
#include "base/hash.h"
#include "base/vec.h"
#include <stdlib.h>
#include <string.h>


#define DEFAULT_MAX_ERRORS 1000

void diags_init(struct diags *d, struct arena *a, const struct sources *s)
{
	memset(d, 0, sizeof *d);
	d->arena = a;
	d->sources = s;
}

static uint32_t hash_of(struct span at, const char *message)
{
	return (uint32_t)(hash64(message, strlen(message)) ^ (uint64_t)at.lo * 0x9E3779B97F4A7C15u >> 32 ^ at.hi);
}

static void grow(struct diags *d)
{
	uint32_t cap = d->index_cap ? d->index_cap * 2 : 64;
	uint32_t *index = ARENA_ARRAY(d->arena, uint32_t, cap);

	for (uint32_t n = 0; n < d->n; n++) {
		uint32_t i = hash_of(d->v[n]->span, d->v[n]->message) & (cap - 1);
		while (index[i])
			i = (i + 1) & (cap - 1);
		index[i] = n + 1;
	}
	d->index = index;
	d->index_cap = cap;
}

static struct diag *reported(struct diags *d, struct diag *x)
{
	if (x->severity == SEVERITY_ERROR) {
		x->reports++;
		if (d->nlog == d->log_cap) {
			struct diag_report *log = ARENA_ARRAY(d->arena, struct diag_report, d->log_cap * 2 + 16);
			if (d->nlog)
				memcpy(log, d->log, sizeof *log * d->nlog);
			d->log = log;
			d->log_cap = d->log_cap * 2 + 16;
		}
		d->log[d->nlog++] = (struct diag_report){ x, d->owner };
	}
	return x;
}

static struct diag *add(struct diags *d, enum severity severity, struct span at, const char *name, const char *code,
	const char *fmt, va_list ap)
{
	struct arena_mark mark;
	const char *message;
	struct diag *x;
	uint32_t i;

	if (d->n * 2 >= d->index_cap)
		grow(d);
	mark = arena_mark(d->arena);
	message = arena_vprintf(d->arena, fmt, ap);
	for (i = hash_of(at, message) & (d->index_cap - 1); d->index[i]; i = (i + 1) & (d->index_cap - 1)) {
		x = d->v[d->index[i] - 1];
		if (x->span.lo == at.lo && x->span.hi == at.hi && x->severity == severity && !strcmp(x->code, code)
		    && !strcmp(x->message, message)) {
			arena_rewind(d->arena, mark);
			x->repeated = 1;
			return reported(d, x);
		}
	}
	d->index[i] = d->n + 1;
	x = ARENA_NEW(d->arena, struct diag);
	x->severity = severity;
	x->code = code;
	x->name = name ? arena_strdup(d->arena, name, strlen(name)) : NULL;
	x->message = message;
	x->span = at;
	x->seq = d->n;
	VEC_PUSH(d->arena, d, x);
	if (severity == SEVERITY_ERROR)
		d->nerrors++;
	else
		d->nwarnings++;
	return reported(d, x);
}

void diags_follow(struct diags *d, const void *owner, int (*follows)(const struct diag *x, const void *ctx),
	const void *ctx)
{
	for (uint32_t n = 0; n < d->nlog; n++)
		if (d->log[n].owner == owner && !d->log[n].diag->cause && follows(d->log[n].diag, ctx))
			d->log[n].diag->following++;
}

struct diag *diag_error(struct diags *d, struct span at, const char *code, const char *fmt, ...)
{
	struct diag *x;
	va_list ap;

	va_start(ap, fmt);
	x = add(d, SEVERITY_ERROR, at, NULL, code, fmt, ap);
	va_end(ap);
	return x;
}

struct diag *diag_warn(struct diags *d, struct span at, const char *name, const char *code, const char *fmt, ...)
{
	struct diag *x;
	va_list ap;

	va_start(ap, fmt);
	x = add(d, SEVERITY_WARNING, at, name, code, fmt, ap);
	va_end(ap);
	return x;
}

/* A duplicate is described again by its reporter in the same words: what is there already stays, and is not doubled. */
void diag_label(struct diags *d, struct diag *x, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	x->label = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
}

void diag_place(struct diags *d, struct diag *x, struct span at, const char *fmt, ...)
{
	struct diag_place *grown;
	const char *text;
	va_list ap;
	uint32_t i;

	va_start(ap, fmt);
	text = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
	if (x->repeated)
		return;                 /* the places of the first time are enough */
	for (i = 0; i < x->nplaces; i++)
		if (x->places[i].span.lo == at.lo && x->places[i].span.hi == at.hi)
			return;
	grown = ARENA_ARRAY(d->arena, struct diag_place, x->nplaces + 1);
	if (x->nplaces)
		memcpy(grown, x->places, sizeof *grown * x->nplaces);
	grown[x->nplaces].span = at;
	grown[x->nplaces++].text = text;
	x->places = grown;
}

void diag_note(struct diags *d, struct diag *x, const char *fmt, ...)
{
	const char **grown, *text;
	va_list ap;
	uint32_t i;

	va_start(ap, fmt);
	text = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
	for (i = 0; i < x->nnotes; i++)
		if (!strcmp(x->notes[i], text))
			return;
	grown = ARENA_ARRAY(d->arena, const char *, x->nnotes + 1);
	if (x->nnotes)
		memcpy(grown, x->notes, sizeof *grown * x->nnotes);
	grown[x->nnotes++] = text;
	x->notes = grown;
}

void diag_help(struct diags *d, struct diag *x, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	x->help = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
}

void diag_fix(struct diags *d, struct diag *x, struct span at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	x->fix = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
	x->fix_span = at;
}

void diag_suggest(struct diags *d, struct diag *x, struct span at, const char *best)
{
	if (!best)
		return;
	diag_label(d, x, "did you mean `%s`?", best);
	diag_fix(d, x, at, "%s", best);
}

int diag_full(const struct diags *d)
{
	return d->nerrors >= (d->max_errors ? d->max_errors : DEFAULT_MAX_ERRORS);
}

/* What belongs to no place comes first, then the user's files in the order they were read, then the library. */
struct key { int rank; const struct diag *x; struct diag *diag; };

static int compare(const void *a, const void *b)
{
	const struct key *p = a, *q = b;
	int c;

	if (p->rank != q->rank)
		return p->rank < q->rank ? -1 : 1;
	if (p->x->span.lo != q->x->span.lo)
		return p->x->span.lo < q->x->span.lo ? -1 : 1;
	if (p->x->span.hi != q->x->span.hi)
		return p->x->span.hi < q->x->span.hi ? -1 : 1;
	c = strcmp(p->x->code, q->x->code);
	if (c)
		return c;
	return p->x->seq < q->x->seq ? -1 : p->x->seq > q->x->seq;
}

static int is_syntax(const struct diag *x)
{
	return !strncmp(x->code, "E00", 3);
}

/* The first of the syntax errors, which are sorted by place, that does not begin before `at`. */
static int covers_syntax(struct span at, struct diag *const *v, uint32_t n)
{
	uint32_t lo = 0, hi = n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (v[mid]->span.lo < at.lo)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && v[lo]->span.hi <= at.hi;
}

/* Mistakes in one expression that is evaluated for many: the place and the code are one cause. */
static int once_at_a_place(const struct diag *x)
{
	static const char codes[] = "E0301 E0310 E0311 E0312 E0313 E0327 E0403 E0414 E0802";

	return strstr(codes, x->code) != NULL;
}

/* Line after line of a block whose head is missing, and the bracket that closes it. */
static int follows_line(const struct diags *d, const struct diag *first, const struct diag *x, uint32_t *line)
{
	static const char lost[] = "where a declaration was expected";
	struct location l;

	if (!d->sources || !first || first->label || x->label || !strstr(first->message, lost) ||
		(strcmp(x->code, "E0016") && !(strcmp(x->code, "E0010") == 0 && strstr(x->message, lost))))
		return 0;
	l = source_locate(d->sources, x->span.lo);
	if (l.column == 1 && strcmp(x->code, "E0016"))
		return 0;               /* not indented: a declaration of its own */
	if (l.source != source_locate(d->sources, first->span.lo).source || (l.line != *line + 1 && l.line != *line))
		return 0;
	*line = l.line;
	return 1;
}

/* One cause, one message: what is wrong with text that did not parse goes; what is wrong again at the same place is
   counted. */
static void fold(struct diags *d)
{
	struct diag **syntax = ARENA_ARRAY(d->arena, struct diag *, d->n), *last = NULL;
	const struct diag *head = NULL;         /* of a run of lines */
	uint32_t n = 0, kept = 0, line = 0;

	for (uint32_t i = 0; i < d->n; i++)
		if (is_syntax(d->v[i]) && d->v[i]->span.hi)
			syntax[n++] = d->v[i];
	for (uint32_t i = 0; i < d->n; i++) {
		struct diag *x = d->v[i];
		int again = last && once_at_a_place(x) && !strcmp(last->code, x->code) &&
			last->span.lo == x->span.lo && last->span.hi == x->span.hi;

		const int run = follows_line(d, head, x, &line),
			follows = x->following && x->following >= x->reports;

		if (again || run || follows
			|| (n && !is_syntax(x) && x->span.hi && covers_syntax(x->span, syntax, n))) {
			if (again || run)
				last->folded++;
			if (x->severity == SEVERITY_ERROR)
				d->nerrors--;
			else
				d->nwarnings--;
			continue;
		}
		last = d->v[kept++] = x;
		head = x;
		line = d->sources && is_syntax(x) ? source_locate(d->sources, x->span.lo).line : 0;
	}
	d->n = kept;
}

void diags_sort(struct diags *d)
{
	struct key *keys;
	uint32_t i;

	if (d->n < 2)
		return;
	keys = malloc(sizeof *keys * d->n);
	if (!keys)
		abort();
	for (i = 0; i < d->n; i++) {
		const struct source *src = d->sources ? source_of(d->sources, d->v[i]->span.lo) : NULL;

		keys[i] = (struct key){ src ? 1 + src->library : 0, d->v[i], d->v[i] };
	}
	qsort(keys, d->n, sizeof *keys, compare);
	for (i = 0; i < d->n; i++)
		d->v[i] = keys[i].diag;
	free(keys);
	fold(d);
}

int diag_region(const struct diags *d, struct span at, struct diag_region *r)
{
	uint32_t hi = at.hi > at.lo ? at.hi : at.lo, end;
	struct location lo, last;

	memset(r, 0, sizeof *r);
	if (!d->sources || !source_of(d->sources, at.lo))
		return 0;
	lo = source_locate(d->sources, at.lo);
	end = lo.source->base + lo.source->len;
	last = source_locate(d->sources, hi > end ? end : hi);
	r->source = lo.source;
	r->line = lo.line;
	r->column = lo.column;
	r->end_line = last.line;
	r->end_column = last.column;
	return 1;
}

void diag_write(const struct diags *d, enum diag_format f, const struct diag_style *style, struct buf *out)
{
	static const struct diag_style plain = { 0, 0, 0, NULL, NULL };

	if (!style)
		style = &plain;
	switch (f) {
	case DIAG_TEXT:
		diag_write_text(d, style, out);
		break;
	case DIAG_JSON:
		diag_write_json(d, out);
		break;
	case DIAG_SARIF:
		diag_write_sarif(d, out);
		break;
	case DIAG_GITHUB:
		diag_write_github(d, out);
		break;
	}
}
