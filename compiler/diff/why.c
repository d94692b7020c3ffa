/* Chains from compiled output to the source, out of the graph of origins. See why.h.

   A chain is made by walking the graph from a value's origin: what has no origin itself is where the value is written
   (from); what lies between is what it came through; the containers that it was taken out of are no origin of it, but
   the wires and settings that led to them are named among what it came through. */
#include "diff/why.h"
#include "diff/where.h"
#include "emit/emit.h"
#include "eval/compile.h"
#include "eval/origin.h"
#include "value/toml.h"
#include <stdlib.h>
#include <string.h>

struct why {
	struct compile *c;
	struct eval *e;
	struct arena arena;             /* of the component in hand */
	uint32_t hand;                  /* its index + 1 */
	struct out_component out;
	uint32_t stamp;
	uint32_t inner;                 /* why_text_line() */
	/* not {0, 0}: chains that this line of the source has no part in are of no interest */
	struct span only;
};

struct why *why_new(struct compile *c, struct arena *a)
{
	struct why *w = ARENA_NEW(a, struct why);
	w->c = c;
	w->e = c->e;
	arena_init(&w->arena, 0);
	return w;
}

void why_free(struct why *w)
{
	arena_free(&w->arena);
}

const struct sources *why_sources(const struct why *w)
{
	return w->e->p->sources;
}

/* ---- components ---- */

static struct top *top_named(const struct why *w, const char *name, uint32_t *index)
{
	for (uint32_t i = 0; i < w->c->tops.n; i++)
		if (!strcmp(w->c->tops.v[i]->name, name)) {
			*index = i;
			return w->c->tops.v[i];
		}
	return NULL;
}

static int take(struct why *w, uint32_t index)
{
	if (w->hand == index + 1)
		return 1;
	arena_free(&w->arena);
	arena_init(&w->arena, 0);
	w->e->origins->parts.n = 0;
	w->e->origins->when = NULL;
	memset(&w->out, 0, sizeof w->out);
	w->hand = 0;
	if (!w->c->out.component(w->c->out.ctx, index, &w->arena, &w->out))
		return 0;
	emit_sort(&w->out);
	w->hand = index + 1;
	return 1;
}

/* ---- what stands in a place of the source ---- */

static const char *one_line(struct arena *a, const char *p, size_t n)
{
	enum { MAX = 100 };
	char *s = arena_alloc(a, MAX + 8);
	size_t k = 0;
	while (n && (*p == ' ' || *p == '\t')) {
		p++;
		n--;
	}
	for (size_t i = 0; i < n && p[i] != '\n' && p[i] != '\r'; i++) {
		if (k >= MAX && ((unsigned char)p[i] & 0xC0) != 0x80) {
			memcpy(s + k, "...", 3);
			return s;
		}
		s[k++] = p[i] == '\t' ? ' ' : p[i];
		if (k == MAX + 4)
			break;
	}
	while (k && s[k - 1] == ' ')
		k--;
	s[k] = 0;
	return s;
}

static int covers(const struct ast *x, struct span s)
{
	return x->span.lo <= s.lo && x->span.hi >= s.hi;
}

/* The smallest statement or entry around a place, and the word for the declaration that it stands in. */
struct around { const struct ast *statement, *decl, *patch; };

static void look_around(const struct ast *x, struct span s, struct around *r)
{
	switch ((enum ast_tag)x->tag) {
	case AST_ARG:
	case AST_SET:
	case AST_ASSIGN:
	case AST_ENTRY:
	case AST_PARAM:
	case AST_LET:
	case AST_KEY:
	case AST_SECRET:
	case AST_EXPOSE:
	case AST_ALERT:
	case AST_SETTING: case AST_PORT: case AST_FIELDDEF: case AST_CHECK: case AST_USE: case AST_NEEDS:
		r->statement = x;
		break;
	case AST_PATCH: case AST_VALUES:
		r->patch = x;
		break;
	case AST_ENV: case AST_KIND: case AST_CATALOG: case AST_FN: case AST_INTERFACE: case AST_DETECTOR:
		r->decl = x;
		break;
	default:
		break;
	}
	for (uint32_t i = 0; i < x->nkids; i++)
		if (x->kids[i] && covers(x->kids[i], s)) {
			look_around(x->kids[i], s, r);
			return;
		}
}

static const char *decl_word(char what)
{
	switch (what) {
	case 'k': return "kind";
	case 'i': return "interface";
	case 'v': return "fn";
	case 'c': return "catalog";
	case 'd': return "detector";
	case 'r': return "rule";
	default: return "";
	}
}

static const char *library_note(const struct program *p, const struct source *src, uint32_t at, struct arena *a)
{
	for (uint32_t i = 0; i < p->library_names.n; i++) {
		const struct library_name *n = &p->library_names.v[i];
		const char *path = p->library.v[n->file].path;
		const size_t len = strlen(path), own = strlen(src->name);
		if (own >= len && !strcmp(src->name + own - len, path) && n->lo <= at && at < n->hi
			&& *decl_word((char)n->what))
			return arena_printf(a, "%s %s", decl_word((char)n->what), n->word->text);
	}
	return NULL;
}

static const char *around_note(const struct around *r, struct arena *a)
{
	if (r->decl && r->decl->tag == AST_ENV)
		return arena_printf(a, "env %s", r->decl->name->text);
	if (r->patch)
		return r->patch->tag == AST_PATCH ? "patch" : "values";
	if (r->decl) {
		static const struct {
			int tag;
			const char *word;
		} words[] = { { AST_KIND, "kind" }, { AST_CATALOG, "catalog" }, { AST_FN, "fn" },
			{ AST_INTERFACE, "interface" }, { AST_DETECTOR, "detector" } };
		for (size_t i = 0; i < sizeof words / sizeof *words; i++)
			if (words[i].tag == r->decl->tag)
				return arena_printf(a, "%s %s", words[i].word, r->decl->name->text);
	}
	return NULL;
}

/* 0: the span is nowhere. */
static int step_at(const struct why *w, enum why_what what, struct span s, struct arena *a, struct why_step *out)
{
	const struct program *p = w->e->p;
	const struct location l = source_locate(p->sources, s.lo);
	if (!l.source)
		return 0;
	*out = (struct why_step){ .what = what,
		.file = l.source->name,
		.line = l.line,
		.column = l.column,
		.span = s,
		.library = l.source->library };
	uint32_t n;
	const char *line = source_line(l.source, l.line, &n);
	out->text = one_line(a, line, n);
	if (l.source->library) {
		out->note = library_note(p, l.source, s.lo - l.source->base, a);
		return 1;
	}
	if (!strncmp(l.source->name, "--set ", 6))
		out->text = "";
	struct around r = { 0 };
	for (uint32_t i = 0; i < p->files.n; i++)
		if (source_of(p->sources, p->files.v[i]->span.lo) == l.source
			|| (p->files.v[i]->nkids
				&& source_of(p->sources, p->files.v[i]->kids[0]->span.lo) == l.source))
			for (uint32_t k = 0; k < p->files.v[i]->nkids; k++)
				if (covers(p->files.v[i]->kids[k], s))
					look_around(p->files.v[i]->kids[k], s, &r);
	out->note = around_note(&r, a);
	out->name = !r.statement && strncmp(l.source->name, "--set ", 6);
	if (r.statement) {
		const struct span t = r.statement->span;
		const struct location first = source_locate(p->sources, t.lo);
		if (first.line == l.line)
			out->text = one_line(a, l.source->text + (t.lo - l.source->base), t.hi - t.lo);
	}
	return 1;
}

/* ---- walking the graph ---- */

struct place { struct span at; const char *note; };
struct walk {
	struct why *w;
	struct arena *a;
	uint32_t stamp;
	VEC(struct place) roots, through;
	VEC(const struct origin_when *) when;
};

/* Whose a place is: the stack's own declarations say what it is to be; kinds and what else makes it of that, the user's
   or the library's, come behind them. */
enum rank { RANK_STACK, RANK_KIND, RANK_LIBRARY, NRANKS };
static enum rank rank_of(const struct why *w, struct span s)
{
	const struct program *p = w->e->p;
	const struct source *src = source_of(p->sources, s.lo);
	if (!src || src->library)
		return RANK_LIBRARY;
	for (uint32_t i = 0; i < p->files.n; i++)
		for (uint32_t k = 0; k < p->files.v[i]->nkids; k++) {
			const struct ast *d = p->files.v[i]->kids[k];
			if (covers(d, s))
				return d->tag == AST_KIND || d->tag == AST_FN || d->tag == AST_DETECTOR
						|| d->tag == AST_INTERFACE || d->tag == AST_CATALOG
					? RANK_KIND
					: RANK_STACK;
		}
	return RANK_STACK;              /* YAML that is used, --set */
}

static void root(struct walk *k, struct span at, const char *note)
{
	if (at.hi)
		VEC_PUSH(k->a, &k->roots, ((struct place){ at, note }));
}

static void through(struct walk *k, struct span at, const char *note)
{
	if (at.hi)
		VEC_PUSH(k->a, &k->through, ((struct place){ at, note }));
}

static const char *slot_note(struct walk *k, const struct origin *o)
{
	const struct member *m = &o->inst->kind->members.v[o->slot];
	if (instance_set(o->inst, o->slot) || !m->deflt || (m->tag != MEMBER_SETTING && m->tag != MEMBER_IMPLICIT))
		return NULL;
	return arena_printf(k->a, "default of %s", o->inst->kind->name->text);
}

static int marked(struct walk *k, const struct origin *o)
{
	if (!o || o->mark == k->stamp)
		return 1;
	((struct origin *)(uintptr_t)o)->mark = k->stamp;
	return 0;
}

/* The wires and settings that led to a container out of which something was taken. */
static void visit_via(struct walk *k, const struct origin *o, int depth)
{
	if (depth > 200 || marked(k, o))
		return;
	if (o->what == ORIGIN_SLOT) {
		const struct member *m = &o->inst->kind->members.v[o->slot];
		const int implied = m->tag == MEMBER_NEED && !instance_set(o->inst, o->slot);
		through(k, o->span,
			implied && o->inst->local ? arena_printf(k->a, "`%s` wired by itself", m->name->text)
				: slot_note(k, o));
	} else if (o->what == ORIGIN_SYMBOL) {
		through(k, o->symbol->decl->name_span, NULL);
	} else if (o->what == ORIGIN_EXPR && (o->same || rank_of(k->w, o->span) != RANK_LIBRARY)) {
		through(k, o->span, NULL);
	}
	for (uint32_t i = 0; o->same && i < o->nfrom + o->nvia; i++)
		visit_via(k, o->from[i], depth + 1);
}

static void visit(struct walk *k, const struct origin *o, int depth)
{
	if (depth > 2000 || marked(k, o))
		return;
	for (const struct origin_when *c = o->when; c; c = c->next) {
		uint32_t i = 0;
		while (i < k->when.n && k->when.v[i] != c)
			i++;
		if (i < k->when.n)
			break;          /* and all that is outside of it */
		VEC_PUSH(k->a, &k->when, c);
	}
	switch ((enum origin_what)o->what) {
	case ORIGIN_PLACE:
		root(k, o->span, NULL);
		break;
	case ORIGIN_SYMBOL:
		if (o->nfrom)
			through(k, o->symbol->decl->name_span, NULL);
		else
			root(k, o->span, NULL);
		break;
	case ORIGIN_SLOT:
		if (o->nfrom)
			through(k, o->span, slot_note(k, o));
		else
			root(k, o->span, slot_note(k, o));
		break;
	case ORIGIN_CHOICE:
		break;
	case ORIGIN_EXPR:
		if (!o->nfrom || (!o->same && o->x && o->x->tag == AST_INTERP && rank_of(k->w, o->span) == RANK_STACK))
			root(k, o->span, NULL);
		else
			through(k, o->span, NULL);
		break;
	}
	for (uint32_t i = 0; i < o->nfrom; i++)
		visit(k, o->from[i], depth + 1);
	for (uint32_t i = o->nfrom; i < o->nfrom + o->nvia; i++)
		visit_via(k, o->from[i], depth + 1);
}

static void add(struct walk *k, struct why_chain *out, enum why_what what, struct place p, int whole_line)
{
	struct why_step s;
	if (!step_at(k->w, what, p.at, k->a, &s))
		return;
	if (p.note)
		s.note = p.note;
	for (uint32_t i = 0; i < out->steps.n; i++) {
		struct why_step *old = &out->steps.v[i];
		if (!strcmp(old->file, s.file) && old->line == s.line && (whole_line || old->column == s.column)) {
			if (p.note)
				old->note = p.note;
			return;
		}
	}
	VEC_PUSH(k->a, &out->steps, s);
}

/* The conditions that the user's source decides; what it decides them by. */
static void add_conditions(struct walk *k, struct why_chain *out)
{
	struct walk c = { .w = k->w, .a = k->a, .stamp = ++k->w->stamp };
	for (uint32_t i = 0; i < k->when.n; i++)
		visit(&c, k->when.v[i]->cond, 0);
	for (uint32_t i = 0; i < c.roots.n; i++)
		if (rank_of(k->w, c.roots.v[i].at) == RANK_STACK)
			add(k, out, WHY_WHEN, c.roots.v[i], 1);
}

static struct span decl_of(const struct why *w, const struct top *t)
{
	return !t ? w->e->stack->at
		: t->inst ? t->inst->at
		: t->use ? t->use->span
		: t->parts.n ? t->parts.v[0]->at
		: w->e->stack->at;
}

/* Does it begin in the line, or is it a text that goes on over it? */
static int lies_in(const struct walk *k, struct span at, struct span line)
{
	if (at.lo >= line.lo && at.lo < line.hi)
		return 1;
	const struct source *src = at.lo < line.hi && at.hi > line.lo ? source_of(k->w->e->p->sources, at.lo) : NULL;
	return src && strchr("\"|", src->text[at.lo - src->base]);
}

static int concerns(const struct walk *k, struct span line, int starts)
{
	for (uint32_t i = 0; i < k->roots.n; i++)
		if (lies_in(k, k->roots.v[i].at, line))
			return 1;
	for (uint32_t i = 0; starts && i < k->through.n; i++)
		if (k->through.v[i].at.lo >= line.lo && k->through.v[i].at.lo < line.hi)
			return 1;
	return 0;
}

static int of_interest(struct walk *k, struct place own)
{
	const struct span line = k->w->only;
	if (!line.hi || concerns(k, line, 1) || (!k->roots.n && own.at.lo >= line.lo && own.at.lo < line.hi))
		return 1;
	struct walk c = { .w = k->w, .a = k->a, .stamp = ++k->w->stamp };
	for (uint32_t i = 0; i < k->when.n; i++)
		visit(&c, k->when.v[i]->cond, 0);
	return concerns(&c, line, 0);
}

/* Steps of what was walked over. */
static int finish(struct walk *k, const struct top *t, struct why_chain *out)
{
	const struct place own = { decl_of(k->w, t), NULL };
	enum rank best = NRANKS;
	out->steps.n = out->steps.cap = 0;
	if (!of_interest(k, own))
		return 0;
	for (uint32_t i = 0; i < k->roots.n; i++)
		if (rank_of(k->w, k->roots.v[i].at) < best)
			best = rank_of(k->w, k->roots.v[i].at);
	for (uint32_t i = 0; i < k->roots.n; i++)
		if (rank_of(k->w, k->roots.v[i].at) == best)
			add(k, out, WHY_FROM, k->roots.v[i], best == RANK_LIBRARY);
	for (uint32_t i = 1; i < out->steps.n; i++) {           /* names behind, else in order */
		const struct why_step s = out->steps.v[i];
		uint32_t n = i;
		for (; !s.name && n && out->steps.v[n - 1].name; n--)
			out->steps.v[n] = out->steps.v[n - 1];
		out->steps.v[n] = s;
	}
	if (!out->steps.n)              /* what the compiler makes itself, for the component's sake */
		add(k, out, WHY_FROM, own, 0);
	for (uint32_t i = 0; i < k->through.n; i++)
		add(k, out, WHY_THROUGH, k->through.v[i], 1);
	for (uint32_t i = 0; i < k->roots.n; i++)
		add(k, out, WHY_THROUGH, k->roots.v[i], 1);
	add_conditions(k, out);
	add(k, out, WHY_FOR, own, 1);
	return out->steps.n > 0;
}

/* ---- values of a tree ---- */

/* A value with what is known of where it comes from: by itself, or else by what it stands in. */
struct spot { const struct value *v; const struct origin *o, *near; struct span at; };

static struct spot spot_at(const struct value *tree, const struct where_path *p)
{
	struct spot s = { 0 };
	const struct value *v = tree;
	for (uint32_t i = 0; v; i++) {
		if (origin_of(v))
			s.near = origin_of(v);
		if (v->origin.hi)
			s.at = v->origin;
		if (i == p->n)
			break;
		v = p->v[i].key ? value_get(v, p->v[i].key)
			: v->tag == VALUE_LIST && p->v[i].index < v->n ? v->items[p->v[i].index]
			: NULL;
	}
	s.v = v;
	s.o = v ? origin_of(v) : NULL;
	return s;
}

static int is_container(const struct value *v)
{
	return v->tag == VALUE_LIST || v->tag == VALUE_RECORD;
}

static void visit_spot(struct walk *k, const struct spot *s)
{
	if (s->o && !is_container(s->v)) {
		visit(k, s->o, 0);
	} else if (s->v->origin.hi) {   /* of a container: where it is written, not what stands in it */
		root(k, s->v->origin, NULL);
		if (s->o)
			visit_via(k, s->o, 0);
	} else {
		root(k, s->at, NULL);
	}
	for (const struct origin_when *c = s->near && !s->o ? s->near->when : NULL; c; c = c->next)
		VEC_PUSH(k->a, &k->when, c);
}

static struct walk walk_begin(struct why *w, struct arena *a)
{
	return (struct walk){ .w = w, .a = a, .stamp = ++w->stamp };
}

static int chain_of(struct why *w, const struct top *t, const struct spot *s, struct arena *a, struct why_chain *out)
{
	struct walk k = walk_begin(w, a);
	if (!s->v)
		return 0;
	visit_spot(&k, s);
	return finish(&k, t, out);
}

static int chain_at(struct why *w, const struct top *t, struct span at, struct arena *a, struct why_chain *out)
{
	struct walk k = walk_begin(w, a);
	root(&k, at, NULL);
	return finish(&k, t, out);
}

/* ---- texts that hold data or text put together ---- */

struct inside {
	struct buf path;                /* within the text */
	struct spot s;                  /* v NULL: not found by data */
	VEC(const struct origin *) parts;       /* what this line of it was put together from */
	int whole;                      /* s stands in this line with all that is in it */
};

static const char *builtin_of(const struct origin *o)
{
	const struct ast *c = o->x && o->x->tag == AST_CALL ? o->x->kids[0] : NULL;
	return c && c->bind_tag == BIND_BUILTIN ? builtin_name((int)c->bind_index) : "";
}

static const struct origin *maker(const struct origin *o)
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

static int chain_inside(struct why *w, const struct top *t, const struct spot *text, uint32_t line, struct arena *a,
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
		visit(&k, r.s.o, 0);
	} else if (r.s.v) {
		visit_spot(&k, &r.s);
	} else if (r.parts.n) {
		const struct origin *o = maker(text->o);
		for (uint32_t i = 0; i < r.parts.n; i++)
			if (r.parts.v[i])
				visit(&k, r.parts.v[i], 0);
		if (o && !k.roots.n)
			root(&k, o->span, NULL);
		else if (o)
			through(&k, o->span, NULL);
	} else {
		visit_spot(&k, text);
	}
	return finish(&k, t, out);
}

/* ---- the API by names ---- */

static int same(const char *want, const char *have)
{
	return !want || !strcmp(want, have);
}

static int is_hash(const char *path)
{
	return strstr(path, "mlopsc/content-hash") != NULL;
}

/* Calls one for each component that may be meant, until it says that it has found what it looks for. */
typedef int (*try_fn)(struct why *w, struct top *t, void *ctx);
static int find(struct why *w, const char *component, try_fn one, void *ctx)
{
	uint32_t index;
	struct top *t;
	if (component) {
		t = top_named(w, component, &index);
		return t && take(w, index) && one(w, t, ctx);
	}
	for (index = 0; index < w->c->tops.n; index++)
		if (take(w, index) && one(w, w->c->tops.v[index], ctx))
			return 1;
	return 0;
}

struct query { const char *api_version, *kind, *ns, *name, *path; struct arena *a; struct why_chain *out; };

static int in_tree(struct why *w, struct top *t, const struct value *tree, const char *path, struct arena *a,
	struct why_chain *out)
{
	struct where_path p;
	if (!where_parse(tree, path, &p))
		return is_hash(path) && chain_at(w, t, decl_of(w, t), a, out);
	const struct spot s = spot_at(tree, &p);
	const char *within;
	if (w->inner && s.v && s.v->tag == VALUE_STRING)
		return chain_inside(w, t, &s, w->inner, a, out, &within);
	return chain_of(w, t, &s, a, out);
}

void why_text_line(struct why *w, uint32_t line)
{
	w->inner = line;
}

static int try_object(struct why *w, struct top *t, void *ctx)
{
	const struct query *q = ctx;
	for (uint32_t i = 0; i < w->out.nobjects; i++) {
		const struct out_object *o = &w->out.objects[i];
		if (same(q->api_version, o->api_version) && same(q->kind, o->kind) && same(q->ns, o->ns)
			&& same(q->name, o->name) && o->tree)
			return in_tree(w, t, o->tree, q->path, q->a, q->out);
	}
	return 0;
}

static int chain_namespace(struct why *w, const char *name, struct arena *a, struct why_chain *out)
{
	struct walk k = walk_begin(w, a);
	struct top *t = NULL;
	for (uint32_t i = 0; i < w->c->tops.n; i++) {
		struct top *own = w->c->tops.v[i];
		for (uint32_t n = 0; n <= own->parts.n; n++) {
			struct instance *inst = n < own->parts.n ? own->parts.v[n] : own->inst;
			const struct value *ns = inst ? slot_value(w->e, inst, SLOT_NAMESPACE) : NULL;
			if (!ns || ns->tag != VALUE_STRING || ns->n != strlen(name) || memcmp(ns->str.p, name, ns->n))
				continue;
			if (!t)
				t = own;
			if (origin_of(ns))
				visit(&k, origin_of(ns), 0);
		}
	}
	return finish(&k, t, out);
}

int why_object(struct why *w, const char *component, const char *api_version, const char *kind, const char *ns,
	const char *name, const char *path, struct arena *a, struct why_chain *out)
{
	struct query q = { api_version, kind, ns, name, path, a, out };
	if (component && !strcmp(component, "-"))
		return kind && !strcmp(kind, "Namespace") && name && chain_namespace(w, name, a, out);
	if (find(w, component, try_object, &q))
		return 1;
	return !component && kind && !strcmp(kind, "Namespace") && name && chain_namespace(w, name, a, out);
}

static const struct out_release *release_of(const struct why *w, const char *ns, const char *name)
{
	for (uint32_t i = 0; i < w->out.nreleases; i++)
		if (same(ns, w->out.releases[i].ns) && same(name, w->out.releases[i].name))
			return &w->out.releases[i];
	return NULL;
}

static int try_values(struct why *w, struct top *t, void *ctx)
{
	const struct query *q = ctx;
	const struct out_release *r = release_of(w, q->ns, q->name);
	return r && in_tree(w, t, r->values, q->path, q->a, q->out);
}

int why_values(struct why *w, const char *component, const char *ns, const char *release, const char *path,
	struct arena *a, struct why_chain *out)
{
	struct query q = { .ns = ns, .name = release, .path = path, .a = a, .out = out };
	return find(w, component, try_values, &q);
}

static int try_release(struct why *w, struct top *t, void *ctx)
{
	const struct query *q = ctx;
	const struct out_release *r = release_of(w, q->ns, q->name);
	struct spot s = { 0 };
	if (!r)
		return 0;
	const int own = !strcmp(q->path, "release");
	if (own || !strcmp(q->path, "namespace"))
		s = (struct spot){ .v = own ? r->name_value : r->ns_value,
			.o = origin_of(own ? r->name_value : r->ns_value) };
	else
		return in_tree(w, t, r->chart_value, q->path, q->a, q->out);
	return chain_of(w, t, &s, q->a, q->out);
}

int why_release(struct why *w, const char *component, const char *ns, const char *release, const char *what,
	struct arena *a, struct why_chain *out)
{
	struct query q = { .ns = ns, .name = release, .path = what, .a = a, .out = out };
	return find(w, component, try_release, &q);
}

/* The text of a file below drift/: a ConfigMap of the component has it too. */
static struct spot config_text(const struct why *w, const char *path)
{
	struct spot s = { 0 };
	for (uint32_t i = 0; i < w->out.nfiles; i++)
		for (uint32_t n = 0; !strcmp(w->out.files[i].path, path) && n < w->out.nobjects; n++) {
			const struct value *data = w->out.objects[n].tree
				? value_getc(w->out.objects[n].tree, "data")
				: NULL;
			for (uint32_t k = 0; data && data->tag == VALUE_RECORD && k < data->n; k++)
				if (data->rec.fields[k].value->tag == VALUE_STRING
					&& data->rec.fields[k].value->str.p == w->out.files[i].p) {
					s.v = data->rec.fields[k].value;
					s.o = s.near = origin_of(s.v);
					s.at = s.v->origin;
				}
		}
	return s;
}

static int try_config(struct why *w, struct top *t, void *ctx)
{
	const struct query *q = ctx;
	const struct spot s = config_text(w, q->name);
	if (!s.v)
		return 0;
	if (!*q->path)
		return chain_of(w, t, &s, q->a, q->out);
	const struct origin *o = maker(s.o);
	return o && o->data && is_container(o->data) && in_tree(w, t, o->data, q->path, q->a, q->out);
}

int why_config(struct why *w, const char *component, const char *file, const char *path, struct arena *a,
	struct why_chain *out)
{
	struct query q = { .name = file, .path = path, .a = a, .out = out };
	return find(w, component, try_config, &q);
}

int why_component(struct why *w, const char *component, struct arena *a, struct why_chain *out)
{
	uint32_t index;
	struct top *t = strcmp(component, "-") ? top_named(w, component, &index) : NULL;
	return (t || !strcmp(component, "-")) && chain_at(w, t, decl_of(w, t), a, out);
}

/* ---- files ---- */

enum file_tag {
	FILE_OBJECTS,
	FILE_NAMESPACES,
	FILE_VALUES,
	FILE_CONFIG,
	FILE_HELMFILE,
	FILE_KUSTOMIZATION,
	FILE_OTHER
};
struct file {
	struct why *w;
	const struct why_file *f;
	enum file_tag tag;
	struct top *top;
	const struct out_release *release;
	struct where_text t;
	struct arena *a;
};

static int ends_with(const char *s, const char *end)
{
	const size_t n = strlen(s), k = strlen(end);
	return n >= k && !strcmp(s + n - k, end);
}

static int file_open(struct why *w, const struct why_file *f, struct arena *a, struct file *o)
{
	uint32_t index;
	*o = (struct file){ .w = w, .f = f, .a = a, .tag = FILE_OTHER };
	if (f->component && strcmp(f->component, "-")) {
		o->top = top_named(w, f->component, &index);
		if (!o->top || !take(w, index))
			return 0;
	}
	if (!strncmp(f->path, "manifests/", 10))
		o->tag = FILE_OBJECTS;
	else if (f->component && !strcmp(f->component, "-"))
		o->tag = FILE_NAMESPACES;
	else if (!strncmp(f->path, "helm/", 5))
		o->tag = FILE_VALUES;
	else if (!strncmp(f->path, "drift/", 6))
		o->tag = FILE_CONFIG;
	else if (!strcmp(f->path, "helmfile.yaml"))
		o->tag = FILE_HELMFILE;
	else if (!strcmp(f->path, "kustomization.yaml"))
		o->tag = FILE_KUSTOMIZATION;
	for (uint32_t i = 0; o->tag == FILE_VALUES && i < w->out.nreleases; i++) {
		const struct out_release *r = &w->out.releases[i];
		if (!strcmp(f->path, arena_printf(a, "helm/%s.values.yaml", r->name))
			|| !strcmp(f->path, arena_printf(a, "helm/%s.%s.values.yaml", r->ns, r->name)))
			o->release = r;
	}
	if (o->tag == FILE_VALUES && !o->release)
		return 0;
	return o->tag == FILE_OTHER || o->tag == FILE_CONFIG
		|| where_read(&o->t, w->e->p->sources, f->path, f->text, f->n, a, w->e->p->atoms);
}

static const char *text_at(const struct value *rec, const char *key, struct arena *a)
{
	const struct value *v = rec && rec->tag == VALUE_RECORD ? value_getc(rec, key) : NULL;
	return v && v->tag == VALUE_STRING ? arena_strdup(a, v->str.p, v->n) : "";
}

/* releases[i].version of helmfile.yaml */
static int chain_helmfile(struct file *o, const struct where_path *p, const char **what, struct why_chain *out)
{
	const struct value *list = p->n > 1 && p->v[0].key && !p->v[1].key ? value_get(o->t.docs[0], p->v[0].key)
		: NULL;
	const struct value *row = list && list->tag == VALUE_LIST && p->v[1].index < list->n
		? list->items[p->v[1].index]
		: NULL;
	const char *key = p->n > 2 && p->v[2].key ? p->v[2].key->text : "", *name = text_at(row, "name", o->a),
		*ns = text_at(row, "namespace", o->a);
	if (row && !strcmp(p->v[0].key->text, "repositories")) {
		for (uint32_t i = 0; i < o->w->c->tops.n; i++)
			for (uint32_t n = 0; take(o->w, i) && n < o->w->out.nreleases; n++)
				if (!strcmp(o->w->out.releases[n].repo, text_at(row, "url", o->a))) {
					*what = arena_printf(o->a, "chart repository %s", text_at(row, "name", o->a));
					return why_release(o->w, o->w->c->tops.v[i]->name, o->w->out.releases[n].ns,
						o->w->out.releases[n].name, "repo", o->a, out);
				}
		return 0;
	}
	if (!row || strcmp(p->v[0].key->text, "releases"))
		return chain_at(o->w, NULL, o->w->e->stack->at, o->a, out);
	*what = arena_printf(o->a, "release %s/%s", ns, name);
	const char *ask = !strcmp(key, "name") ? "release"
		: !strcmp(key, "namespace") || !strcmp(key, "version") ? key
		: NULL;
	if (!strcmp(key, "chart"))
		return why_release(o->w, NULL, ns, name, "ref", o->a, out)
			|| why_release(o->w, NULL, ns, name, "name", o->a, out);
	if (ask)
		return why_release(o->w, NULL, ns, name, ask, o->a, out);
	for (uint32_t i = 0; i < o->w->c->tops.n; i++)
		if (take(o->w, i) && release_of(o->w, ns, name))
			return chain_at(o->w, o->w->c->tops.v[i], decl_of(o->w, o->w->c->tops.v[i]), o->a, out);
	return 0;
}

static int chain_kustomization(struct file *o, const struct where_path *p, const char **what, struct why_chain *out)
{
	const struct value *v = where_follow(o->t.docs[0], p);
	const char *s = v && v->tag == VALUE_STRING ? arena_strdup(o->a, v->str.p, v->n) : "";
	uint32_t index;
	struct top *t = NULL;
	if (!strncmp(s, "manifests/", 10) && ends_with(s, ".yaml"))
		t = top_named(o->w, arena_strdup(o->a, s + 10, strlen(s) - 15), &index);
	if (t)
		*what = arena_printf(o->a, "component %s", t->name);
	return chain_at(o->w, t, decl_of(o->w, t), o->a, out);
}

/* What stands at a path of a document of the file. inner: the line within a text, or 0. */
static int chain_in_file(
	struct file *o, uint32_t doc, const struct where_path *p, uint32_t inner, struct why_place *out)
{
	struct why *w = o->w;
	const struct value *tree = NULL, *read = where_follow(o->t.docs[doc], p);
	const char *what = "", *within = "";
	struct buf path = { 0 };
	int ok = 0;
	if (o->tag == FILE_OBJECTS && doc < w->out.nobjects) {
		const struct out_object *x = &w->out.objects[doc];
		tree = x->tree;
		what = arena_printf(o->a, "%s %s%s%s", x->kind, x->ns, *x->ns ? "/" : "", x->name);
	} else if (o->tag == FILE_VALUES) {
		tree = o->release->values;
		what = arena_printf(o->a, "values of release %s/%s", o->release->ns, o->release->name);
	} else if (o->tag == FILE_NAMESPACES) {
		const char *name = text_at(value_getc(o->t.docs[doc], "metadata"), "name", o->a);
		what = arena_printf(o->a, "Namespace %s", name);
		ok = chain_namespace(w, name, o->a, &out->chain);
	} else if (o->tag == FILE_HELMFILE) {
		what = "helmfile";
		ok = chain_helmfile(o, p, &what, &out->chain);
	} else if (o->tag == FILE_KUSTOMIZATION) {
		what = "kustomization";
		ok = chain_kustomization(o, p, &what, &out->chain);
	}
	where_print(p, &path);
	if (tree) {
		const struct spot s = spot_at(tree, p);
		if (!s.v)               /* only the writer puts it there: the hash */
			ok = chain_at(w, o->top, decl_of(w, o->top), o->a, &out->chain);
		else if (inner && s.v->tag == VALUE_STRING)
			ok = chain_inside(w, o->top, &s, inner, o->a, &out->chain, &within);
		else
			ok = chain_of(w, o->top, &s, o->a, &out->chain);
	}
	out->what = what;
	out->path = arena_printf(o->a, "%s%s%s", path.p ? path.p : "", *within ? " > " : "", within);
	out->scalar = read && !(is_container(read) && read->n);
	buf_free(&path);
	return ok;
}

static int chain_config(struct file *o, uint32_t line, struct why_place *out)
{
	const struct spot s = config_text(o->w, o->f->path);
	if (!s.v)
		return 0;
	out->what = o->f->path;
	out->line = line;
	out->scalar = 1;
	return chain_inside(o->w, o->top, &s, line, o->a, &out->chain, &out->path);
}

static const char *line_text(const struct why_file *f, uint32_t line, size_t *n)
{
	const char *p = f->text, *end = f->text + f->n;
	for (uint32_t i = 1; i < line && p < end; i++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		p = nl ? nl + 1 : end;
	}
	const char *nl = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
	*n = p < end ? (size_t)((nl ? nl : end) - p) : 0;
	return p < end ? p : NULL;
}

/* A line of a file that speaks of components by name: the one whose name, or whose release's, stands in it. */
static int chain_by_words(struct file *o, const char *p, size_t n, struct why_place *out)
{
	struct top *best = NULL;
	size_t longest = 0;
	for (size_t i = 0; i < n;) {
		size_t k = i;
		while (k < n && p[k] != ' ' && p[k] != '"' && p[k] != '\'' && p[k] != '/' && p[k] != '\t'
			&& p[k] != ';' && p[k] != '=')
			k++;
		char *word = arena_strdup(o->a, p + i, k - i);
		uint32_t index;
		if (ends_with(word, ".values.yaml"))
			word[strlen(word) - 12] = 0;
		else if (ends_with(word, ".yaml"))
			word[strlen(word) - 5] = 0;
		struct top *t = *word ? top_named(o->w, word, &index) : NULL;
		if (t && k - i >= longest) {
			best = t;
			longest = k - i;
		}
		i = k + 1;
	}
	if (!best)
		return 0;
	out->what = arena_printf(o->a, "component %s", best->name);
	out->path = "";
	out->scalar = 0;
	return chain_at(o->w, best, decl_of(o->w, best), o->a, &out->chain);
}

int why_line(struct why *w, const struct why_file *f, uint32_t line, struct arena *a, struct why_place *out,
	const char **reason)
{
	struct file o;
	size_t n;
	const char *p = line ? line_text(f, line, &n) : NULL;
	memset(out, 0, sizeof *out);
	out->path = "";
	out->line = line;
	*reason = "it is beyond the end of the file";
	if (!p)
		return 0;
	*reason = "it cannot be read back";
	if (!file_open(w, f, a, &o))
		return 0;
	if (o.tag == FILE_CONFIG)
		return chain_config(&o, line, out);
	*reason = "no value stands in it";
	if (o.tag == FILE_OTHER)
		return chain_by_words(&o, p, n, out);
	if (o.tag == FILE_VALUES && *p == '#') {
		out->what = arena_printf(a, "release %s/%s", o.release->ns, o.release->name);
		out->path = line == 1 ? "chart" : "content-hash";
		return line == 1
			? why_release(w, f->component, o.release->ns, o.release->name, "version", a, &out->chain)
			: chain_at(w, o.top, decl_of(w, o.top), a, &out->chain);
	}
	if (n == 3 && !memcmp(p, "---", 3)) {
		*reason = "it only begins a document";
		return 0;
	}
	struct where_path path;
	uint32_t inner;
	const int doc = where_at(&o.t, line, &path, &inner);
	return doc >= 0 && chain_in_file(&o, (uint32_t)doc, &path, inner, out);
}

static void path_in(struct file *o, uint32_t doc, const char *text, struct why_places *out)
{
	struct where_path p;
	struct why_place x = { 0 };
	if (!where_parse(o->t.docs[doc], text, &p) || !chain_in_file(o, doc, &p, 0, &x))
		return;
	x.line = where_is(&o->t, doc, &p);
	VEC_PUSH(o->a, &out->v, x);
}

void why_path(struct why *w, const struct why_file *f, const char *path, struct arena *a, struct why_places *out)
{
	struct file o;
	out->v.n = out->v.cap = 0;
	if (!file_open(w, f, a, &o) || o.tag == FILE_OTHER)
		return;
	if (o.tag == FILE_CONFIG) {
		const struct spot s = config_text(w, f->path);
		const struct origin *m = s.v ? maker(s.o) : NULL;
		struct where_path p;
		struct why_place x = { .what = f->path, .path = path };
		if (!m || !m->data || !is_container(m->data) || !where_parse(m->data, path, &p))
			return;
		struct where_text t;
		if (!strcmp(builtin_of(m), "toml"))
			x.line = where_toml_is(m->data, &p);
		else if (where_read(&t, w->e->p->sources, f->path, f->text, f->n, a, w->e->p->atoms))
			x.line = where_is(&t, 0, &p);
		const struct spot at = spot_at(m->data, &p);
		x.scalar = at.v && !is_container(at.v);
		if (chain_of(w, o.top, &at, a, &x.chain))
			VEC_PUSH(a, &out->v, x);
		return;
	}
	for (uint32_t d = 0; d < o.t.ndocs; d++) {
		const char *kind = text_at(o.t.docs[d], "kind", a),
			*name = text_at(value_getc(o.t.docs[d], "metadata"), "name", a);
		const char *own = arena_printf(a, "%s/%s:", kind, name);
		if (!strncmp(path, own, strlen(own))) {
			out->v.n = 0;
			path_in(&o, d, path + strlen(own), out);
			return;
		}
		path_in(&o, d, path, out);
	}
}

static void all_in(struct file *o, uint32_t doc, const struct value *v, struct where_path *p, struct why_places *out)
{
	if (is_container(v) && v->n) {
		for (uint32_t i = 0; i < v->n; i++) {
			where_push(p, v->tag == VALUE_RECORD ? v->rec.fields[i].key : NULL, i);
			all_in(o, doc, v->tag == VALUE_RECORD ? v->rec.fields[i].value : v->items[i], p, out);
			p->n--;
		}
		return;
	}
	const uint32_t first = where_line_of(&o->t, v), last = where_last_line_of(&o->t, v);
	for (uint32_t line = first; line <= last; line++) {
		struct why_place x = { 0 };
		if (line == first && last > first)
			continue;
		size_t n;
		const char *text = line > first ? line_text(o->f, line, &n) : NULL;
		while (text && n && *text == ' ') {
			text++;
			n--;
		}
		if (text && !n)
			continue;
		if (!chain_in_file(o, doc, p, line - first, &x))
			continue;
		x.line = line;
		VEC_PUSH(o->a, &out->v, x);
	}
}

void why_all(struct why *w, const struct why_file *f, struct arena *a, struct why_places *out)
{
	struct file o;
	out->v.n = out->v.cap = 0;
	if (!file_open(w, f, a, &o) || o.tag == FILE_OTHER)
		return;
	if (o.tag == FILE_CONFIG) {
		size_t n;
		for (uint32_t line = 1; line_text(f, line, &n); line++) {
			struct why_place x = { 0 };
			if (n && chain_config(&o, line, &x))
				VEC_PUSH(a, &out->v, x);
		}
		return;
	}
	for (uint32_t d = 0; d < o.t.ndocs; d++) {
		struct where_path p = { .n = 0 };
		all_in(&o, d, o.t.docs[d], &p, out);
	}
}

const char *why_only(struct why *w, const char *name, uint32_t line, struct arena *a)
{
	const struct sources *s = w->e->p->sources;
	w->only = (struct span){ 0, 0 };
	for (uint32_t i = 0; name && i < s->n; i++) {
		struct source *src = s->v[i];
		uint32_t n;
		if (strcmp(src->name, name))
			continue;
		const char *p = source_line(src, line, &n);
		if ((uintptr_t)p < (uintptr_t)src->text || (uintptr_t)p >= (uintptr_t)src->text + src->len)
			return NULL;    /* beyond the end */
		w->only.lo = src->base + (uint32_t)(p - src->text);
		w->only.hi = w->only.lo + n + 1;
		return arena_strdup(a, p, n);
	}
	return name ? NULL : "";
}
