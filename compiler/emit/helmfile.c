/* helmfile.yaml: the releases for those who install charts with Helmfile, and the values file of each release.

   What a release waits for: the releases before it in its own component, and those that the component's wires lead to.
   A wire to a component without releases leads on to what that one is wired to. */
#include "emit/parts.h"
#include "value/yaml.h"
#include <stdlib.h>
#include <string.h>

/* A chart's name comes from a catalog, but must not be able to end a comment. */
static void comment_text(struct buf *out, const char *s)
{
	for (; *s; s++)
		buf_addc(out, (unsigned char)*s < 0x20 || *s == 0x7f ? ' ' : *s);
}

void release_values(const struct out_release *r, struct hash128 hash, struct buf *out)
{
	char hex[33];
	hash_hex(hash, hex);
	buf_adds(out, "# chart ");
	comment_text(out, *r->chart_ref ? r->chart_ref : r->chart);
	if (!*r->chart_ref) {
		buf_adds(out, " from ");
		comment_text(out, r->repo);
	}
	buf_adds(out, ", version ");
	comment_text(out, r->version);
	buf_adds(out, ", namespace ");
	comment_text(out, r->ns);
	buf_adds(out, "\n# content-hash: ");
	buf_adds(out, hex);
	buf_addc(out, '\n');
	if (r->values->n)
		yaml_write(out, r->values, 0);
	else
		buf_adds(out, "{}\n");
}

void helmfile_add(struct helmfile *h, const struct out_component *c, const char *const *values_paths)
{
	struct arena *a = h->keep;
	VEC_PUSH(a, &h->components,
		((struct helmfile_component){ arena_strdup(a, c->name, strlen(c->name)),
		h->releases.n, c->nreleases }));
	for (uint32_t i = 0; i < c->nreleases; i++) {
		const struct out_release *r = &c->releases[i];
		VEC_PUSH(a, &h->releases, ((struct helmfile_release){
			.name = arena_strdup(a, r->name, strlen(r->name)),
			.ns = arena_strdup(a, r->ns, strlen(r->ns)),
			.chart_ref = arena_strdup(a, r->chart_ref, strlen(r->chart_ref)),
			.repo = arena_strdup(a, r->repo, strlen(r->repo)),
			.chart = arena_strdup(a, r->chart, strlen(r->chart)),
			.version = arena_strdup(a, r->version, strlen(r->version)),
			.values_path = values_paths[i],
		}));
	}
}

struct repository { const char *url, *name; };
struct place { const char *name; uint32_t index; };
struct plan {
	const struct helmfile *h;
	struct place *places;           /* components by name */
	uint32_t *first, *to;           /* wires of component i: to[first[i] .. first[i + 1]) */
	uint32_t *seen;                 /* stamp of the last walk that came by */
};

static int by_url(const void *a, const void *b)
{
	return strcmp(((const struct repository *)a)->url, ((const struct repository *)b)->url);
}

static int by_repository_name(const void *a, const void *b)
{
	return strcmp(((const struct repository *)a)->name, ((const struct repository *)b)->name);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct place *)a)->name, ((const struct place *)b)->name);
}

/* https://charts.example.com/stable: charts-example-com-stable */
static char *slug(const char *url, struct arena *a)
{
	const char *s = strstr(url, "://");
	char *out = arena_strdup(a, s ? s + 3 : url, strlen(s ? s + 3 : url)), *w = out;
	for (const char *p = out; *p; p++) {
		const char c = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			*w++ = c;
		else if (w > out && w[-1] != '-')
			*w++ = '-';
	}
	while (w > out && w[-1] == '-')
		w--;
	*w = 0;
	return *out ? out : arena_strdup(a, "charts", 6);
}

/* Each repository once, named after its address; two addresses with one name are told apart by a number. */
static struct repository *repositories(const struct helmfile *h, struct arena *a, uint32_t *n)
{
	struct repository *v = ARENA_ARRAY(a, struct repository, h->releases.n + 1);
	uint32_t all = 0;
	*n = 0;
	for (uint32_t i = 0; i < h->releases.n; i++)
		if (!*h->releases.v[i].chart_ref)
			v[all++].url = h->releases.v[i].repo;
	if (all > 1)
		qsort(v, all, sizeof *v, by_url);
	for (uint32_t i = 0; i < all; i++)
		if (!i || strcmp(v[i].url, v[i - 1].url))
			v[(*n)++] = (struct repository){ v[i].url, slug(v[i].url, a) };
	/* by name; equal names stay in the order of their addresses, so the numbers are the same in every build */
	struct repository *named = ARENA_ARRAY(a, struct repository, *n + 1);
	memcpy(named, v, sizeof *v * *n);
	if (*n > 1)
		qsort(named, *n, sizeof *named, by_repository_name);
	for (uint32_t i = 0; i < *n;) {
		uint32_t end = i + 1;
		while (end < *n && !strcmp(named[end].name, named[i].name))
			end++;
		if (end - i > 1)
			qsort(named + i, end - i, sizeof *named, by_url);
		for (uint32_t k = i + 1; k < end; k++)
			named[k].name = arena_printf(a, "%s-%u", named[k].name, k - i + 1);
		i = end;
	}
	if (*n > 1)
		qsort(named, *n, sizeof *named, by_url);
	return named;
}

/* The component a name belongs to; `outer-inner` belongs to `outer`. -1: none. */
static int64_t component_of(const struct plan *p, const char *name, struct arena *a)
{
	char *word = arena_strdup(a, name, strlen(name));
	for (;;) {
		const struct place key = { .name = word };
		const struct place *x = bsearch(&key, p->places, p->h->components.n, sizeof key, by_name);
		char *dash = strrchr(word, '-');
		if (x)
			return x->index;
		if (!dash)
			return -1;
		*dash = 0;
	}
}

static void make_plan(struct plan *p, const struct out_stack *s, struct arena *a)
{
	const uint32_t n = p->h->components.n;
	uint32_t nwires;
	const struct out_wire *wires = s->wires(s->ctx, &nwires);
	int64_t *from = ARENA_ARRAY(a, int64_t, nwires + 1), *to = ARENA_ARRAY(a, int64_t, nwires + 1);
	p->places = ARENA_ARRAY(a, struct place, n + 1);
	p->first = ARENA_ARRAY(a, uint32_t, n + 2);
	p->to = ARENA_ARRAY(a, uint32_t, nwires + 1);
	p->seen = ARENA_ARRAY(a, uint32_t, n + 1);
	for (uint32_t i = 0; i < n; i++)
		p->places[i] = (struct place){ p->h->components.v[i].name, i };
	if (n > 1)
		qsort(p->places, n, sizeof *p->places, by_name);
	for (uint32_t i = 0; i < nwires; i++) {
		const struct arena_mark mark = arena_mark(a);
		from[i] = component_of(p, wires[i].from, a);
		to[i] = component_of(p, wires[i].to, a);
		arena_rewind(a, mark);
		if (to[i] < 0 || from[i] == to[i])
			from[i] = -1;
		if (from[i] >= 0)
			p->first[from[i] + 2]++;
	}
	for (uint32_t i = 2; i < n + 2; i++)
		p->first[i] += p->first[i - 1];
	for (uint32_t i = 0; i < nwires; i++)
		if (from[i] >= 0)
			p->to[p->first[from[i] + 1]++] = (uint32_t)to[i];
}

/* Adds the releases that component i is wired to. */
static uint32_t walk(struct plan *p, uint32_t i, uint32_t stamp, const struct helmfile_release **needs, uint32_t n)
{
	for (uint32_t k = p->first[i]; k < p->first[i + 1]; k++) {
		const uint32_t next = p->to[k];
		const struct helmfile_component *c = &p->h->components.v[next];
		if (p->seen[next] == stamp)
			continue;
		p->seen[next] = stamp;
		if (c->count)           /* its last release waits for its others */
			needs[n++] = &p->h->releases.v[c->first + c->count - 1];
		else
			n = walk(p, next, stamp, needs, n);
	}
	return n;
}

static int by_release(const void *pa, const void *pb)
{
	const struct helmfile_release *a = *(const struct helmfile_release *const *)pa,
		*b = *(const struct helmfile_release *const *)pb;
	int c = strcmp(a->ns, b->ns);
	return c ? c : strcmp(a->name, b->name);
}

static void line(struct buf *out, const char *key, const char *s)
{
	buf_adds(out, key);
	yaml_write_scalar(out, s, strlen(s), 4);
	buf_addc(out, '\n');
}

static void need(struct buf *out, const struct helmfile_release *r)
{
	struct buf b = { 0 };
	buf_addf(&b, "%s/%s", r->ns, r->name);
	line(out, "  - ", b.p);
	buf_free(&b);
}

int helmfile_finish(const struct helmfile *h, const struct out_stack *s, struct arena *scratch, struct buf *out)
{
	uint32_t nrepositories;
	if (!h->releases.n)
		return 0;
	const struct arena_mark mark = arena_mark(scratch);
	const struct repository *repo = repositories(h, scratch, &nrepositories);
	struct plan plan = { .h = h };
	make_plan(&plan, s, scratch);
	const struct helmfile_release **needs = ARENA_ARRAY(scratch,
		const struct helmfile_release *, h->components.n + 1);
	if (nrepositories)
		buf_adds(out, "repositories:\n");
	for (uint32_t i = 0; i < nrepositories; i++) {
		line(out, "- name: ", repo[i].name);
		line(out, "  url: ", repo[i].url);
	}
	buf_adds(out, "releases:\n");
	for (uint32_t i = 0; i < h->components.n; i++) {
		const struct helmfile_component *c = &h->components.v[i];
		const uint32_t nneeds = c->count ? walk(&plan, i, i + 1, needs, 0) : 0;
		if (nneeds > 1)
			qsort(needs, nneeds, sizeof *needs, by_release);
		for (uint32_t k = 0; k < c->count; k++) {
			const struct helmfile_release *r = &h->releases.v[c->first + k];
			line(out, "- name: ", r->name);
			line(out, "  namespace: ", r->ns);
			buf_adds(out, "  createNamespace: false\n");
			if (*r->chart_ref) {
				line(out, "  chart: ", r->chart_ref);
			} else {
				const struct repository key = { .url = r->repo };
				const struct repository *x = bsearch(&key, repo, nrepositories, sizeof key, by_url);
				line(out, "  chart: ", arena_printf(scratch, "%s/%s", x->name, r->chart));
			}
			line(out, "  version: ", r->version);
			buf_adds(out, "  values:\n");
			line(out, "  - ", r->values_path);
			buf_adds(out, "  wait: true\n");
			if (k || nneeds)
				buf_adds(out, "  needs:\n");
			if (k)
				need(out, r - 1);
			for (uint32_t j = 0; !k && j < nneeds; j++)
				need(out, needs[j]);
		}
	}
	arena_rewind(scratch, mark);
	return 1;
}
