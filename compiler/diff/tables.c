/* Rows of tab-separated text in, sorted rows out; and paths, and the patterns that rows have for them. */
#include "diff/tables.h"
#include "base/buf.h"
#include "sema/program.h"
#include <stdlib.h>
#include <string.h>

/* ---- paths ---- */

static void push(struct arena *a, struct diff_path *p, uint32_t *cap, const char *s, size_t n)
{
	if (p->n == *cap) {
		const char **more = ARENA_ARRAY(a, const char *, *cap ? *cap * 2 : 8);
		if (p->n)
			memcpy(more, p->step, p->n * sizeof *more);
		p->step = more;
		*cap = *cap ? *cap * 2 : 8;
	}
	p->step[p->n++] = arena_strdup(a, s, n);
}

struct diff_path diff_path_parse(const char *text, size_t n, struct arena *a)
{
	struct diff_path p = { 0 };
	uint32_t cap = 0;
	for (size_t i = 0; i < n;) {
		size_t from = i;
		if (text[i] == '.') {
			i++;
		} else if (text[i] == '[' && i + 1 < n && text[i + 1] == '"') {
			for (i = from += 2; i < n && text[i] != '"'; i++)
				;
			push(a, &p, &cap, text + from, i - from);
			i += 2;
		} else if (text[i] == '[') {
			push(a, &p, &cap, "[]", 2);
			i += 2;
		} else {
			while (i < n && text[i] != '.' && text[i] != '[')
				i++;
			push(a, &p, &cap, text + from, i - from);
		}
	}
	return p;
}

static int plain_key(const char *s)
{
	for (; *s; s++)
		if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') || *s == '_'
			|| *s == '-' || *s == '*'))
			return 0;
	return 1;
}

void diff_path_print(const struct diff_path *p, struct buf *out)
{
	for (uint32_t i = 0; i < p->n; i++)
		if (!strcmp(p->step[i], "[]"))
			buf_adds(out, "[]");
		else if (plain_key(p->step[i]))
			buf_addf(out, "%s%s", i ? "." : "", p->step[i]);
		else
			buf_addf(out, "[\"%s\"]", p->step[i]);
}

struct diff_path diff_pod_part(const char *kind, const struct diff_path *p)
{
	const struct diff_path none = { 0 };
	if (!strcmp(kind, "values") || !strcmp(kind, "file"))
		return none;
	if (!strcmp(kind, "Pod"))
		return p->n > 1 && !strcmp(p->step[0], "spec") ? (struct diff_path){ p->step + 1, p->n - 1 } : none;
	for (uint32_t i = 1; i + 1 < p->n; i++)
		if (!strcmp(p->step[i], "spec")
			&& (!strcmp(p->step[i - 1], "template") || !strcmp(p->step[i - 1], "[]")))
			return (struct diff_path){ p->step + i + 1, p->n - i - 1 };
	return none;
}

static int steps_match(const char *const *want, uint32_t nwant, const char *const *have, uint32_t n)
{
	for (; nwant; want++, nwant--, have++, n--) {
		if (!strcmp(*want, "**")) {
			if (nwant == 1)
				return 1;
			for (uint32_t k = 0; k <= n; k++)
				if (steps_match(want + 1, nwant - 1, have + k, n - k))
					return 1;
			return 0;
		}
		if (!n || (strcmp(*want, "*") && strcmp(*want, *have)))
			return 0;
	}
	return !n;
}

static int word_in(const char *list, const char *word)
{
	const size_t n = strlen(word);
	for (const char *p = list; p; p = strchr(p, '|'), p = p ? p + 1 : NULL)
		if (!strncmp(p, word, n) && (p[n] == '|' || !p[n]))
			return 1;
	return 0;
}

int pattern_matches(const struct pattern *p, const char *kind, const struct diff_path *path)
{
	if (!strcmp(p->kinds, "PodSpec")) {
		const struct diff_path pod = diff_pod_part(kind, path);
		return pod.n && steps_match(p->step, p->n, pod.step, pod.n);
	}
	if (strcmp(p->kinds, "*") && !word_in(p->kinds, kind))
		return 0;
	return steps_match(p->step, p->n, path->step, path->n);
}

/* ---- rows ---- */

struct columns { const char *v[8]; uint32_t n; };

/* The next row of a table: not a comment, not the line of titles. 0: there is none. */
static int row(const char **at, const char *end, int *title, struct columns *c, struct arena *a)
{
	while (*at < end) {
		const char *line = *at, *nl = memchr(line, '\n', (size_t)(end - line));
		if (!nl)
			nl = end;
		*at = nl < end ? nl + 1 : end;
		if (line == nl || *line == '#')
			continue;
		if (!*title) {
			*title = 1;
			continue;
		}
		c->n = 0;
		while (c->n < 8) {
			const char *tab = memchr(line, '\t', (size_t)(nl - line));
			c->v[c->n++] = arena_strdup(a, line, (size_t)((tab ? tab : nl) - line));
			if (!tab)
				break;
			line = tab + 1;
		}
		return 1;
	}
	return 0;
}

/* One pattern for each alternative of a row's path. */
static const char *alternative(const char **rest, size_t *n)
{
	const char *p = *rest;
	if (!p)
		return NULL;
	const char *bar = strchr(p, '|');
	*n = bar ? (size_t)(bar - p) : strlen(p);
	*rest = bar ? bar + 1 : NULL;
	return p;
}

static struct pattern pattern(const char *kinds, const char *text, size_t n, struct arena *a)
{
	const struct diff_path p = diff_path_parse(text, n, a);
	return (struct pattern){ kinds, p.step, p.n };
}

static int by_last(const void *pa, const void *pb)
{
	const struct list_row *a = pa, *b = pb;
	return strcmp(a->last, b->last);
}

static int by_path(const void *pa, const void *pb)
{
	const struct default_row *a = pa, *b = pb;
	const int c = strcmp(a->kind, b->kind);
	return c ? c : strcmp(a->path, b->path);
}

static int list_row(struct diff_tables *t, const struct columns *c, struct arena *a)
{
	if (c->n != 4)
		return 0;
	const char *dot = strrchr(c->v[1], '.');
	const struct list_row r = { c->v[0], c->v[1], dot ? dot + 1 : c->v[1], c->v[2], !strcmp(c->v[3], "yes") };
	VEC_PUSH(a, &t->lists, r);
	return 1;
}

static int scalar_row(struct diff_tables *t, const struct columns *c, struct arena *a)
{
	static const char *const words[] = { "text", "quantity", "go", "ordered", "cron" };
	const char *rest = c->n == 3 ? c->v[1] : NULL, *p;
	size_t n;
	int as = 0;
	for (int i = 1; rest && i < 5; i++)
		if (!strcmp(c->v[2], words[i]))
			as = i;
	if (!as)
		return 0;
	while ((p = alternative(&rest, &n))) {
		const struct scalar_row r = { pattern(c->v[0], p, n, a), (enum scalar_meaning)as };
		VEC_PUSH(a, &t->scalars, r);
	}
	return 1;
}

static int default_row(struct diff_tables *t, const struct columns *c, struct arena *a)
{
	const struct default_row r = { c->v[0], c->v[1], c->v[2] };
	if (c->n == 3)
		VEC_PUSH(a, &t->defaults, r);
	return c->n == 3;
}

static int risk_row(struct diff_tables *t, const struct columns *c, struct arena *a)
{
	if (c->n != 7)
		return 0;
	struct risk_row r = { .when = c->v[2], .reason = c->v[5], .cure = c->v[6] };
	const char *rest = c->v[1], *p;
	size_t n;
	if (!strcmp(c->v[3], "+"))
		r.cls = DIFF_FLAGS_ONLY;
	else if (c->v[3][0] == 'R' && c->v[3][1] >= '0' && c->v[3][1] <= '5' && !c->v[3][2])
		r.cls = c->v[3][1] - '0';
	else
		return 0;
	for (const char *w = c->v[4]; strcmp(c->v[4], "-") && *w; w += strcspn(w, ","), w += *w == ',')
		if (!risk_flag(w, strcspn(w, ","), &r.flags))
			return 0;
	while ((p = alternative(&rest, &n))) {
		r.p = pattern(c->v[0], p, n, a);
		VEC_PUSH(a, &t->risks, r);
	}
	return 1;
}

static int read_table(struct diff_tables *t, struct program *p, const char *path,
	int (*take)(struct diff_tables *t, const struct columns *c, struct arena *a), struct arena *a)
{
	uint32_t len;
	const char *text = library_text(p, path, &len), *end = text + (text ? len : 0);
	struct columns c;
	int title = 0;
	if (!text)
		return 0;
	while (row(&text, end, &title, &c, a))
		if (!take(t, &c, a))
			return 0;
	return 1;
}

int diff_tables_read(struct diff_tables *t, struct program *p, struct arena *a)
{
	memset(t, 0, sizeof *t);
	const int ok = read_table(t, p, "kubernetes/lists.tsv", list_row, a)
		&& read_table(t, p, "kubernetes/scalars.tsv", scalar_row, a)
		&& read_table(t, p, "kubernetes/defaults.tsv", default_row, a)
		&& read_table(t, p, "kubernetes/risk.tsv", risk_row, a);
	if (t->lists.n > 1)
		qsort(t->lists.v, t->lists.n, sizeof *t->lists.v, by_last);
	if (t->defaults.n > 1)
		qsort(t->defaults.v, t->defaults.n, sizeof *t->defaults.v, by_path);
	return ok;
}

/* ---- looking up ---- */

const struct list_row *tables_list(const struct diff_tables *t, const char *kind, const struct diff_path *p)
{
	const struct list_row *best = NULL;
	uint32_t lo = 0, hi = t->lists.n, last = p->n;
	size_t best_n = 0;
	while (last && !strcmp(p->step[last - 1], "[]"))
		last--;
	if (!last)
		return NULL;
	while (lo < hi) {
		const uint32_t mid = (lo + hi) / 2;
		if (strcmp(t->lists.v[mid].last, p->step[last - 1]) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	struct buf b = { 0 };
	diff_path_print(p, &b);
	for (; lo < t->lists.n && !strcmp(t->lists.v[lo].last, p->step[last - 1]); lo++) {
		const struct list_row *r = &t->lists.v[lo];
		const size_t n = strlen(r->suffix);
		const int own = strcmp(r->kind, "*") != 0;
		if (own && strcmp(r->kind, kind))
			continue;
		if (n > b.n || memcmp(b.p + b.n - n, r->suffix, n) || (b.n > n && b.p[b.n - n - 1] != '.'))
			continue;
		if (n + own > best_n) {
			best = r;
			best_n = n + own;
		}
	}
	buf_free(&b);
	return best;
}

enum scalar_meaning tables_scalar(const struct diff_tables *t, const char *kind, const struct diff_path *p)
{
	for (uint32_t i = 0; i < t->scalars.n; i++)
		if (pattern_matches(&t->scalars.v[i].p, kind, p))
			return t->scalars.v[i].as;
	return MEANS_TEXT;
}

static const char *look(const struct diff_tables *t, const char *kind, const struct diff_path *p, struct buf *b)
{
	buf_clear(b);
	diff_path_print(p, b);
	const struct default_row want = { kind, b->p ? b->p : "", NULL };
	const struct default_row *r = t->defaults.n
		? bsearch(&want, t->defaults.v, t->defaults.n, sizeof want, by_path)
		: NULL;
	return r ? r->value : NULL;
}

const char *tables_default(const struct diff_tables *t, const char *kind, const struct diff_path *p)
{
	struct buf b = { 0 };
	const struct diff_path pod = diff_pod_part(kind, p);
	const char *v = look(t, kind, p, &b);
	if (!v)
		v = look(t, "*", p, &b);
	if (!v && pod.n)
		v = look(t, "PodSpec", &pod, &b);
	buf_free(&b);
	return v;
}
