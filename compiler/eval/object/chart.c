/* Consumes a release's values and the table of its chart; reports keys that the chart does not read, and maps, lists
   and scalars where it wants another shape.

   A table is text: a head (`chart NAME VERSION REPO...`, `depends NAME VERSION`, `strict`), the line `path TAB type`,
   and then a line for each key, sorted bytewise, so that a key is found by halving the text and nothing has to be read
   at start. A key's path is that of `--set`: dots between keys, `\.` for a dot inside of one. Types:

	string int bool number list     the default's; scalars other than bool are all one, since charts print them
	map                             a map that is empty in the chart: anything may stand below
	any                             no default, or read by templates only
	open                            a map with defaults, in which other keys may stand too
	strict                          a map whose other keys the chart's schema refuses
	like NAME                       a map with the keys of NAME in charts/shapes.tsv besides those of the chart

   Below a dependency's name its own table counts, and `global` is common to all of them. */
#include "eval/chart.h"
#include "base/suggest.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_VIEWS = 12, MAX_PATH = 24 };

struct depends { const char *name, *version; size_t name_n, version_n; };
struct chart {
	const char *name, *version, *repos;     /* of the head; repos: TABs between them */
	size_t name_n, version_n, repos_n;
	const char *body, *end;                 /* the lines of keys */
	VEC(struct depends) depends;
	uint8_t strict;                         /* at the root */
};
struct charts { VEC(struct chart *) v; const struct chart *shapes; };

/* -- tables -- */

static const char *line_end(const char *s, const char *end)
{
	const char *nl = memchr(s, '\n', (size_t)(end - s));
	return nl ? nl : end;
}

static size_t field(const char *s, const char *end)
{
	const char *tab = memchr(s, '\t', (size_t)(end - s));
	size_t n = (size_t)((tab ? tab : end) - s);
	return n && s[n - 1] == '\r' ? n - 1 : n;
}

/* The head, up to the line that begins with `path`. NULL in *where: it is a table; else where it is not, and *why. */
static struct chart *read_head(struct arena *a, const char *text, size_t len, const char **where, const char **why)
{
	struct chart *t = ARENA_NEW(a, struct chart);
	const char *end = text + len;
	*where = NULL;
	for (const char *s = text; s < end;) {
		const char *stop = line_end(s, end), *f[3] = { s, stop, stop };
		size_t n[3] = { field(s, stop), 0, 0 };
		for (int k = 1; k < 3 && f[k - 1] + n[k - 1] < stop; k++) {
			f[k] = f[k - 1] + n[k - 1] + 1;
			n[k] = field(f[k], stop);
		}
		if (text_is(s, n[0], "chart") && n[1] && n[2]) {
			t->name = f[1];
			t->name_n = n[1];
			t->version = f[2];
			t->version_n = n[2];
			t->repos = f[2] + n[2] < stop ? f[2] + n[2] + 1 : stop;
			t->repos_n = (size_t)(stop - t->repos);
		} else if (text_is(s, n[0], "depends") && n[1]) {
			VEC_PUSH(a, &t->depends, ((struct depends){ f[1], f[2], n[1], n[2] }));
		} else if (text_is(s, n[0], "strict")) {
			t->strict = 1;
		} else if (text_is(s, n[0], "path")) {
			t->body = stop < end ? stop + 1 : end;
			t->end = end;
			return t;
		} else if (s != stop && *s != '#') {
			*where = s;
			*why = "a line above the keys begins with `chart`, `depends`, `strict` or `#`";
			return NULL;
		}
		s = stop + 1;
	}
	*where = text;
	*why = "it has no line `path` TAB `type`, below which the keys stand";
	return NULL;
}

static int line_order(const char *a, size_t an, const char *b, size_t bn)
{
	int d = memcmp(a, b, an < bn ? an : bn);
	return d ? d : an < bn ? -1 : an > bn;
}

/* The first line that is not less than the n bytes at p. */
static const char *lower_bound(const struct chart *t, const char *p, size_t n)
{
	const char *lo = t->body, *hi = t->end;
	while (lo < hi) {
		const char *mid = lo + (hi - lo) / 2, *stop;
		while (mid > lo && mid[-1] != '\n')
			mid--;
		stop = line_end(mid, t->end);
		if (line_order(mid, (size_t)(stop - mid), p, n) < 0)
			lo = stop < t->end ? stop + 1 : t->end;
		else
			hi = mid;
	}
	return lo;
}

static int begins(const struct chart *t, const char *line, const char *p, size_t n)
{
	return (size_t)(t->end - line) >= n && !memcmp(line, p, n);
}

static int has_children(const struct chart *t, char *p, size_t n)
{
	if (!n)
		return 1;
	p[n] = '.';
	return begins(t, lower_bound(t, p, n + 1), p, n + 1);
}

/* The type of the key, or NULL. `p` has room for one byte more. *inner: keys stand below it. */
static const char *type_of_path(const struct chart *t, char *p, size_t n, size_t *type_n, int *inner)
{
	p[n] = '\t';
	const char *line = lower_bound(t, p, n + 1), *type = NULL;
	if (begins(t, line, p, n + 1)) {
		const char *stop = line_end(line, t->end);
		type = line + n + 1;
		*type_n = field(type, stop);
		line = stop < t->end ? stop + 1 : t->end;
	}
	/* keys below follow at once, but for those that go on with a character before the dot */
	p[n] = '.';
	*inner = begins(t, line, p, n + 1);
	if (!*inner && begins(t, line, p, n))
		*inner = has_children(t, p, n);
	return type;
}

/* -- the user's tables -- */

static const char *const types[] = { "string", "int", "bool", "number", "list", "map", "any", "open", "strict" };

static int known_type(const struct charts *all, const char *s, size_t n)
{
	for (size_t k = 0; k < sizeof types / sizeof *types; k++)
		if (text_is(s, n, types[k]))
			return 1;
	char shape[64];
	if (n < 6 || n > 60 || memcmp(s, "like ", 5) || !all->shapes)
		return 0;
	memcpy(shape, s + 5, n - 5);
	return has_children(all->shapes, shape, n - 5);
}

struct line { const char *p; size_t n; };

static int by_text(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	return line_order(x->p, x->n, y->p, y->n);
}

static void table_fault(struct compile *c, const struct source *src, const char *at, const char *why)
{
	uint32_t lo = src->base + (uint32_t)(at - src->text);
	uint32_t n = (uint32_t)(line_end(at, src->text + src->len) - at);
	diag_error(c->e->diags, (struct span){ lo, lo + (n ? n : 1) }, D_CHART_TABLE, why);
}

/* A file of the user's: looked through once, and sorted if it is not. */
static void user_table(struct compile *c, struct charts *all, const struct source *src)
{
	struct arena *a = c->e->unit;
	const char *where, *why, *end = src->text + src->len;
	struct chart *t = read_head(a, src->text, src->len, &where, &why);
	VEC(struct line) lines = { 0 };
	int sorted = 1, sound = 1;
	if (!t) {
		table_fault(c, src, where, why);
		return;
	}
	if (!t->name) {
		table_fault(c, src, src->text,
			"its head does not say of which chart it is: chart NAME VERSION, with tabs between them");
		return;
	}
	for (const char *s = t->body; s < end;) {
		const char *stop = line_end(s, end);
		size_t n = field(s, stop), m = s + n < stop ? field(s + n + 1, stop) : 0;
		if (s < stop && *s != '#') {
			if (!n || !known_type(all, s + n + 1, m)) {
				table_fault(c, src, s,
					"a key's line is its path, a tab and one of string, int, bool, number, list, map, any, open, strict, like SHAPE");
				sound = 0;
			}
			sorted &= !lines.n
				|| line_order(lines.v[lines.n - 1].p, lines.v[lines.n - 1].n, s, (size_t)(stop - s))
					<= 0;
			VEC_PUSH(a, &lines, ((struct line){ s, (size_t)(stop - s) }));
		} else {
			sorted = 0;
		}
		s = stop + 1;
	}
	if (!sound)
		return;
	if (!sorted && lines.n) {
		char *text = arena_alloc(a, src->len + 1), *q = text;
		qsort(lines.v, lines.n, sizeof *lines.v, by_text);
		for (uint32_t k = 0; k < lines.n; k++) {
			memcpy(q, lines.v[k].p, lines.v[k].n);
			q += lines.v[k].n;
			*q++ = '\n';
		}
		t->body = text;
		t->end = q;
	} else if (!lines.n) {
		t->body = t->end;
	}
	VEC_PUSH(a, &all->v, t);
}

static struct charts *tables(struct compile *c)
{
	struct program *p = c->e->p;
	const char *where, *why, *shapes;
	uint32_t n;
	if (c->charts)
		return c->charts;
	struct charts *all = c->charts = ARENA_NEW(c->e->unit, struct charts);
	if ((shapes = library_text(p, "charts/shapes.tsv", &n)))
		all->shapes = read_head(c->e->unit, shapes, n, &where, &why);
	/* the user's come first, so they replace the library's */
	for (uint32_t k = 0; k < p->charts.n; k++)
		user_table(c, all, p->charts.v[k]);
	for (uint32_t k = 0; k < p->nlibrary; k++) {
		const struct embedded_file *f = &p->library[k];
		size_t len = strlen(f->path);
		if (strncmp(f->path, "charts/", 7) || len < 9 || strcmp(f->path + len - 9, ".keys.tsv"))
			continue;
		struct chart *t = read_head(c->e->unit, f->text, f->len, &where, &why);
		if (t && t->name)
			VEC_PUSH(c->e->unit, &all->v, t);
	}
	return all;
}

void chart_tables_check(struct compile *c)
{
	if (c->e->p->charts.n)
		tables(c);
}

static int in_repos(const struct chart *t, const char *repo, size_t n)
{
	while (n && repo[n - 1] == '/')
		n--;
	for (size_t at = 0; at < t->repos_n;) {
		size_t m = field(t->repos + at, t->repos + t->repos_n);
		if (m == n && !memcmp(t->repos + at, repo, n))
			return 1;
		at += m + 1;
	}
	return !t->repos_n;
}

/* The table of this version. A repository that no table of the chart knows is a mirror, and its chart the same; one
   that a table knows holds another chart of that name. */
static const struct chart *find_chart(const struct charts *all, const char *name, size_t name_n,
	const char *version, size_t version_n, const char *repo, size_t repo_n)
{
	const struct chart *mirrored = NULL;
	int elsewhere = 0;
	for (uint32_t k = 0; k < all->v.n; k++) {
		const struct chart *t = all->v.v[k];
		if (t->name_n != name_n || memcmp(t->name, name, name_n))
			continue;
		int same_repo = !repo || in_repos(t, repo, repo_n),
			same = t->version_n == version_n && !memcmp(t->version, version, version_n);
		if (same && same_repo)
			return t;
		if (same && !mirrored)
			mirrored = t;
		elsewhere |= same_repo;
	}
	return elsewhere ? NULL : mirrored;
}

/* -- places -- */

struct at { struct span span; uint32_t depth; int of_key; };    /* how many keys of the path were found on the way */

static void look(struct eval *e, const struct instance *i, const struct ast *x, const struct atom *const *path,
	uint32_t n, uint32_t depth, struct at *best, int hops)
{
	if (!x || hops > 40)
		return;
	switch ((enum ast_tag)x->tag) {
	case AST_OBJECT:
		for (uint32_t k = x->nkids; k-- > 0;)
			look(e, i, x->kids[k], path, n, depth, best, hops + 1);
		break;
	case AST_ENTRY:
		if (depth < n && x->name == path[depth]) {
			if (depth + 1 > best->depth)
				*best = (struct at){ x->name_span, depth + 1, depth + 1 == n };
			look(e, i, x->kids[0], path, n, depth + 1, best, hops + 1);
		}
		break;
	case AST_SPREAD:
		look(e, i, x->kids[0], path, n, depth, best, hops + 1);
		break;
	case AST_EFOR:
		look(e, i, x->kids[1], path, n, depth, best, hops + 1);
		break;
	case AST_IF:
	case AST_EIF:
		for (uint32_t k = 1; k < x->nkids; k++)
			look(e, i, x->kids[k], path, n, depth, best, hops + 1);
		break;
	case AST_CALL:          /* what a function is given and passes on: merge, compact, some-map, ... */
		for (uint32_t k = 1; k < x->nkids; k++)
			look(e, i, x->kids[k]->tag == AST_ARG ? x->kids[k]->kids[0] : x->kids[k], path, n, depth,
				best, hops + 1);
		break;
	case AST_NAME:
		if (x->bind_tag == BIND_SLOT && i)
			look(e, i,
				instance_set(i, x->bind_index) ? instance_set(i, x->bind_index)
					: i->kind->members.v[x->bind_index].deflt,
				path, n, depth, best, hops + 1);
		break;
	default:
		break;
	}
}

static struct at place_of(struct eval *e, const struct instance *i, const struct out_release *r,
	const struct ast *release, const struct atom *const *path, uint32_t n)
{
	struct at best = { release->span, 0, 0 };
	const struct ast *body = release->kids[1];
	for (uint32_t s = i->statements.n; s-- > 0;) {
		const struct ast *st = i->statements.v[s];
		if (st->tag == AST_VALUES && (!st->name || !strcmp(st->name->text, r->name)))
			look(e, i, st->kids[0], path, n, 0, &best, 0);
	}
	for (uint32_t k = 0; body->tag == AST_OBJECT && k < body->nkids; k++)
		if (body->kids[k]->tag == AST_ENTRY && body->kids[k]->name
			&& !strcmp(body->kids[k]->name->text, "values"))
			look(e, i, body->kids[k]->kids[0], path, n, 0, &best, 0);
	return best;
}

/* -- checking -- */

struct view { const struct chart *t; char *path; size_t n; };   /* the same place, in one of the tables that know it */
struct check {
	struct compile *c;
	struct instance *i;
	const struct out_release *r;
	const struct ast *release;
	const struct charts *all;
	const struct chart *t;
	const char *name;               /* with its version */
	const struct atom *path[MAX_PATH];
	uint32_t depth;
};

static const char *path_text(struct check *k, uint32_t depth)
{
	struct buf b = { 0 };
	for (uint32_t n = 0; n < depth; n++) {
		if (n)
			buf_addc(&b, '.');
		for (const char *s = k->path[n]->text; *s; s++) {
			if (*s == '.')
				buf_addc(&b, '\\');
			buf_addc(&b, *s);
		}
	}
	const char *s = arena_strdup(k->c->e->p->arena, b.p ? b.p : "", b.n);
	buf_free(&b);
	return s;
}

/* Said at the key, if the user wrote it; else at the component, with the place in its kind. */
static struct diag *report(struct check *k, struct at *at, const char *code, const char *fmt, const char *text)
{
	struct eval *e = k->c->e;
	*at = place_of(e, k->i, k->r, k->release, k->path, k->depth);
	const struct source *src = source_of(e->p->sources, at->span.lo);
	if (!src || !src->library)
		return diag_error(e->diags, at->span, code, fmt, text);
	struct diag *x = diag_error(e->diags, k->i->top->at, code, fmt, text);
	diag_place(e->diags, x, at->span, "written here");
	return x;
}

/* The keys directly below a place, each once. */
static void each_child(const struct view *v, void (*f)(void *ctx, const char *key, size_t n), void *ctx)
{
	const char *s, *last = NULL;
	size_t skip = v->n ? v->n + 1 : 0, last_n = 0;
	if (v->n)
		v->path[v->n] = '.';
	for (s = lower_bound(v->t, v->path, skip); s < v->t->end && begins(v->t, s, v->path, skip);) {
		const char *key = s + skip, *q = key, *stop = line_end(s, v->t->end);
		while (q < stop && *q != '\t' && (*q != '.' || (q > key && q[-1] == '\\')))
			q++;
		if (!last || last_n != (size_t)(q - key) || memcmp(last, key, last_n))
			f(ctx, key, (size_t)(q - key));
		last = key;
		last_n = (size_t)(q - key);
		s = stop + 1;
	}
}

struct near { struct suggest s; struct arena *a; struct buf list; uint32_t listed, all; };

static void try_child(void *ctx, const char *key, size_t n)
{
	struct near *m = ctx;
	char *plain = arena_alloc(m->a, n + 1), *q = plain;
	for (size_t k = 0; k < n; k++)
		if (key[k] != '\\')
			*q++ = key[k];
	*q = 0;
	suggest_try(&m->s, plain);
	if (m->all++ < 12)
		buf_addf(&m->list, "%s%s", m->listed++ ? ", " : "", plain);
}

/* Where else in the table this path stands, as it was perhaps meant: `a.b` and `c.b` for `b`. NULL: nowhere, or in many
   places. */
static const char *elsewhere(struct check *k, const char *path)
{
	size_t n = strlen(path), last_n = 0;
	const char *last = NULL;
	struct buf b = { 0 };
	int found = 0;
	for (const char *s = k->t->body; s < k->t->end && found < 4;) {
		const char *stop = line_end(s, k->t->end), *end = s + field(s, stop), *q = s;
		while ((q = memchr(q, '.', (size_t)(end - q))) && (size_t)(end - q) > n) {
			q++;
			if (memcmp(q, path, n) || (q + n < end && q[n] != '.'))
				continue;
			if (last && (size_t)(q - s) + n == last_n && !memcmp(last, s, last_n))
				break;
			last = s;
			last_n = (size_t)(q - s) + n;
			buf_addf(&b, "%s`%.*s`", found++ ? ", " : "", (int)last_n, s);
			break;
		}
		s = stop + 1;
	}
	const char *text = found && found < 4 ? arena_strdup(k->c->e->p->arena, b.p, b.n) : NULL;
	buf_free(&b);
	return text;
}

static void unknown_key(struct check *k, const struct view *views, uint32_t nviews, int strict)
{
	struct eval *e = k->c->e;
	const struct atom *key = k->path[k->depth - 1];
	const char *path = path_text(k, k->depth), *best, *other;
	struct at at;
	struct diag *x = report(
		k, &at, D_CHART_KEY, arena_printf(e->p->arena, "chart %s has no value `%s`", k->name, path));
	struct near m = { .a = e->p->arena };
	suggest_init(&m.s, key->text, key->len);
	for (uint32_t n = 0; n < nviews; n++)
		each_child(&views[n], try_child, &m);
	best = suggest_best(&m.s);
	other = best ? NULL : elsewhere(k, path);
	if (best) {
		diag_label(e->diags, x, "did you mean `%s`?", best);
		if (at.of_key && x->span.lo == at.span.lo && at.span.hi - at.span.lo == key->len)
			diag_fix(e->diags, x, at.span, "%s", best);
	}
	diag_note(e->diags, x,
		strict ? "the chart's schema refuses what it does not name: the release would not be installed"
			: "Helm keeps silent about a value that no template reads: it would have no effect");
	if (other)
		diag_help(e->diags, x, "the chart has %s", other);
	else if (!best && m.listed)
		diag_help(e->diags, x, "%s%s%s has %s%s", k->depth > 1 ? "`" : "the chart",
			k->depth > 1 ? path_text(k, k->depth - 1) : "", k->depth > 1 ? "`" : "", m.list.p,
			m.all > m.listed ? ", ..." : "");
	buf_free(&m.list);
}

static void wrong_shape(struct check *k, const struct value *v, const char *want)
{
	struct eval *e = k->c->e;
	struct at at;
	size_t n;
	const char *s = v->tag == VALUE_STRING ? text_of(e, v, &n) : NULL;
	struct diag *x = report(k, &at, D_CHART_VALUE,
		arena_printf(e->p->arena, "chart %s wants %s as `%s`, not %s", k->name, want,
			path_text(k, k->depth), value_noun(e, v)));
	if (s && !strcmp(want, "true or false") && (text_is(s, n, "true") || text_is(s, n, "false")))
		diag_help(e->diags, x,
			"without quotes: %.*s. In a template every text that is not empty counts as true", (int)n,
			s);
	else if (s && !strcmp(want, "a list") && n < 60)
		diag_help(e->diags, x, "a list of one: [\"%.*s\"]", (int)n, s);
}

static const char *misfit(const char *type, size_t n, const struct value *v)
{
	int list = v->tag == VALUE_LIST, map = v->tag == VALUE_RECORD;
	if (text_is(type, n, "any") || v->tag == VALUE_NONE || v->tag == VALUE_ERROR)
		return NULL;
	if (text_is(type, n, "list"))
		return list ? NULL : "a list";
	if (text_is(type, n, "map") || text_is(type, n, "open") || text_is(type, n, "strict")
		|| (n > 5 && !memcmp(type, "like ", 5)))
		return map ? NULL : "a map";
	if (text_is(type, n, "bool"))
		return v->tag == VALUE_BOOL ? NULL : "true or false";
	if (list || map)
		return text_is(type, n, "string") ? "text" : "a number";
	return v->tag == VALUE_BOOL && !text_is(type, n, "string") ? "a number" : NULL;
}

static int add_view(struct view *v, uint32_t *n, const struct chart *t, struct arena *a, const char *path,
	size_t path_n, const char *key, size_t key_n)
{
	if (*n == MAX_VIEWS)
		return 0;
	size_t dots = 0;
	for (size_t k = 0; k < key_n; k++)
		dots += key[k] == '.';
	char *p = arena_alloc(a, path_n + key_n + dots + 4), *q = p;
	if (path_n)
		memcpy(q, path, path_n);
	q += path_n;
	if (path_n && key_n)
		*q++ = '.';
	for (size_t k = 0; k < key_n; k++) {
		if (key[k] == '.')
			*q++ = '\\';
		*q++ = key[k];
	}
	v[(*n)++] = (struct view){ t, p, (size_t)(q - p) };
	return 1;
}

static void check_map(
	struct check *k, const struct value *v, const struct view *views, uint32_t nviews, int strict, int open);

/* One entry of a map, seen from each table that knows the map. */
static void check_entry(struct check *k, const struct atom *key, const struct value *v, const struct view *views,
	uint32_t nviews, int strict, int open)
{
	struct eval *e = k->c->e;
	struct view below[MAX_VIEWS];
	uint32_t nbelow = 0;
	const char *type = NULL;
	size_t type_n = 0;
	int known = 0, inner_strict = 0, inner_open = 0, is_inner = 0;
	if (k->depth == MAX_PATH)
		return;
	k->path[k->depth++] = key;
	for (uint32_t n = 0; n < nviews; n++) {
		const struct view *w = &views[n];
		for (uint32_t d = 0; !w->n && d < w->t->depends.n; d++) {
			const struct depends *dep = &w->t->depends.v[d];
			const struct chart *t = find_chart(
				k->all, dep->name, dep->name_n, dep->version, dep->version_n, NULL, 0);
			if (text_is(key->text, key->len, "global")) {
				if (t && add_view(below, &nbelow, t, e->arena, "", 0, key->text, key->len)) {
					if (has_children(t, below[nbelow - 1].path, below[nbelow - 1].n))
						known = is_inner = 1;
					else
						nbelow--;
				} else if (!t && !text_is(dep->name, dep->name_n, "common")) {
					known = inner_open = 1; /* whatever the dependency reads there */
				}
			} else if (text_is(key->text, key->len, "tags")) {
				known = inner_open = 1; /* Helm's own: which dependencies are wanted */
			} else if (text_is(dep->name, dep->name_n, key->text)) {
				known = 1;
				if (t)
					add_view(below, &nbelow, t, e->arena, "", 0, "", 0);
				else
					inner_open = 1;
			}
		}
		if (!add_view(below, &nbelow, w->t, e->arena, w->path, w->n, key->text, key->len))
			continue;
		struct view *self = &below[nbelow - 1];
		size_t m = 0;
		int inner;
		const char *found = type_of_path(self->t, self->path, self->n, &m, &inner);
		is_inner |= inner;
		if (!found && !inner) {
			nbelow--;
			continue;
		}
		known = 1;
		if (!found)
			continue;
		if (!type) {
			type = found;
			type_n = m;
		}
		inner_strict |= text_is(found, m, "strict");
		inner_open |= text_is(found, m, "map") || text_is(found, m, "open") || text_is(found, m, "any");
		if (m > 5 && !memcmp(found, "like ", 5) && k->all->shapes)
			add_view(below, &nbelow, k->all->shapes, e->arena, found + 5, m - 5, "", 0);
	}
	const char *want = type ? misfit(type, type_n, v)
		: is_inner && v->tag != VALUE_RECORD && v->tag != VALUE_NONE && v->tag != VALUE_ERROR ? "a map"
		: NULL;
	if (!known && !open)
		unknown_key(k, views, nviews, strict);
	else if (want)
		wrong_shape(k, v, want);
	else if (known && v->tag == VALUE_RECORD && nbelow)
		check_map(k, v, below, nbelow, inner_strict, inner_open);
	k->depth--;
}

static void check_map(
	struct check *k, const struct value *v, const struct view *views, uint32_t nviews, int strict, int open)
{
	for (uint32_t n = 0; n < v->n; n++)
		check_entry(k, v->rec.fields[n].key, v->rec.fields[n].value, views, nviews, strict, open);
}

void chart_check(struct compile *c, struct instance *i, const struct out_release *r, const struct ast *release)
{
	const char *name = *r->chart_ref ? r->chart_ref : r->chart, *repo = *r->chart_ref ? r->chart_ref : r->repo,
		*slash = strrchr(name, '/');
	size_t repo_n = *r->chart_ref ? slash ? (size_t)(slash - name) : 0 : strlen(repo);
	if (*r->chart_ref && slash)
		name = slash + 1;
	struct check k = { .c = c, .i = i, .r = r, .release = release, .all = tables(c) };
	k.t = find_chart(k.all, name, strlen(name), r->version, strlen(r->version), repo, repo_n);
	if (!k.t)
		return;
	k.name = arena_printf(c->e->arena, "%s %s", name, r->version);
	char root[2] = "";
	struct view v = { k.t, root, 0 };
	check_map(&k, r->values, &v, 1, k.t->strict, 0);
}
