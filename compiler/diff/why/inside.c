/* One line of a text of several: of data that a built-in function wrote as text, or of a text that was put together. */
#include "diff/why/chain.h"
#include "diff/where.h"
#include <string.h>

struct inside {
	struct buf path;                /* within the text */
	struct spot s;                  /* v NULL: not found by data */
	VEC(const struct origin *) parts;       /* what this line of it was put together from */
	int whole;                      /* s stands in this line with all that is in it */
};

const char *builtin_of(const struct origin *o)
{
	const struct ast *c = o->x && o->x->tag == AST_CALL ? o->x->kids[0] : NULL;
	return c && c->bind_tag == BIND_BUILTIN ? builtin_name((int)c->bind_index) : "";
}

const struct origin *maker(const struct origin *o)
{
	for (int i = 0; o && o->same && i < 5000; i++)
		o = o->from[0];
	return o;
}

static int writes_yaml(const char *builtin)
{
	return !strcmp(builtin, "yaml") || !strcmp(builtin, "json") || !strcmp(builtin, "json-pretty");
}

/* What stands in line `line` of a text with this origin. */
static void look_inside(struct why *w, const struct origin *o, const char *p, size_t n, uint32_t line,
	struct arena *a, struct inside *r, int depth)
{
	o = maker(o);
	if (!o || depth > 20)
		return;
	const char *builtin = builtin_of(o);
	struct where_path path = { .n = 0 };
	if (o->data && !strcmp(builtin, "indent") && o->data->tag == VALUE_STRING) {
		look_inside(w, origin_of(o->data), o->data->str.p, o->data->n, line, a, r, depth + 1);
		return;
	}
	if (o->data && !strcmp(builtin, "toml") && where_toml_at(o->data, line, &path)) {
		r->s = spot_at(o->data, &path);
		r->whole = r->s.v && r->s.v->tag != VALUE_RECORD;
	} else if (o->data && writes_yaml(builtin)) {
		struct where_text t;
		uint32_t inner;
		if (where_read(&t, w->e->p->sources, "text", p, n, a, w->e->p->atoms)
			&& where_at(&t, line, &path, &inner) == 0) {
			const struct value *read = where_follow(t.docs[0], &path);
			r->s = spot_at(o->data, &path);
			r->whole = where_line_of(&t, read) == where_last_line_of(&t, read);
		}
	}
	if (r->s.v) {
		where_print(&path, &r->path);
		return;
	}
	/* the bytes of the line, against the pieces */
	size_t lo = 0, hi, at = 0;
	for (uint32_t i = 1; i < line && lo < n; i++) {
		const char *nl = memchr(p + lo, '\n', n - lo);
		lo = nl ? (size_t)(nl - p) + 1 : n;
	}
	const char *end = lo < n ? memchr(p + lo, '\n', n - lo) : NULL;
	hi = end ? (size_t)(end - p) : n;
	const struct origin *only = NULL;
	size_t only_at = 0, only_n = 0;
	for (uint32_t i = 0; i < o->npieces; at += o->pieces[i++].n)
		if (o->pieces[i].from && at < hi && at + o->pieces[i].n > lo) {
			only = r->parts.n ? NULL : o->pieces[i].from;
			only_at = at;
			only_n = o->pieces[i].n;
			VEC_PUSH(a, &r->parts, o->pieces[i].from);
		}
	if (only && only_at + only_n <= n && memchr(p + only_at, '\n', only_n)) {
		uint32_t before = 0;
		for (size_t i = 0; i < only_at; i++)
			before += p[i] == '\n';
		struct inside deeper = { 0 };
		look_inside(w, only, p + only_at, only_n, line - before, a, &deeper, depth + 1);
		if (deeper.s.v || deeper.parts.n)
			*r = deeper;
		else
			buf_free(&deeper.path);
	}
	if (o->npieces && !r->parts.n && !r->s.v)
		VEC_PUSH(a, &r->parts, NULL);   /* written out in the text itself */
}

int chain_inside(struct why *w, const struct top *t, const struct spot *text, uint32_t line, struct arena *a,
	struct why_chain *out, const char **path)
{
	struct inside r = { 0 };
	struct walk k = walk_begin(w, a);
	*path = "";
	look_inside(w, text->o, text->v->str.p, text->v->n, line, a, &r, 0);
	if (r.path.n)
		*path = arena_strdup(a, r.path.p, r.path.n);
	buf_free(&r.path);
	if (r.s.v && r.s.o && r.whole) {
		walk_visit(&k, r.s.o, 0);
	} else if (r.s.v) {
		walk_visit_spot(&k, &r.s);
	} else if (r.parts.n) {
		const struct origin *o = maker(text->o);
		for (uint32_t i = 0; i < r.parts.n; i++)
			if (r.parts.v[i])
				walk_visit(&k, r.parts.v[i], 0);
		if (o && !k.roots.n)
			walk_root(&k, o->span, NULL);
		else if (o)
			walk_through(&k, o->span, NULL);
	} else {
		walk_visit_spot(&k, text);
	}
	return walk_finish(&k, t, out);
}
