/* A chain is made by walking the graph of origins from a value's: what has no origin itself is where the value is
   written (from); what lies between is what it came through; the containers that it was taken out of are no origin of
   it, but the wires and settings that led to them are named among what it came through. */
#include "diff/why/chain.h"
#include "eval/compile.h"
#include <string.h>

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
			if (span_covers(d, s))
				return d->tag == AST_KIND || d->tag == AST_FN || d->tag == AST_DETECTOR
						|| d->tag == AST_INTERFACE || d->tag == AST_CATALOG
					? RANK_KIND
					: RANK_STACK;
		}
	return RANK_STACK;              /* YAML that is used, --set */
}

void walk_root(struct walk *k, struct span at, const char *note)
{
	if (at.hi)
		VEC_PUSH(k->a, &k->roots, ((struct place){ at, note }));
}

void walk_through(struct walk *k, struct span at, const char *note)
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
		walk_through(k, o->span,
			implied && o->inst->local ? arena_printf(k->a, "`%s` wired by itself", m->name->text)
				: slot_note(k, o));
	} else if (o->what == ORIGIN_SYMBOL) {
		walk_through(k, o->symbol->decl->name_span, NULL);
	} else if (o->what == ORIGIN_EXPR && (o->same || rank_of(k->w, o->span) != RANK_LIBRARY)) {
		walk_through(k, o->span, NULL);
	}
	for (uint32_t i = 0; o->same && i < o->nfrom + o->nvia; i++)
		visit_via(k, o->from[i], depth + 1);
}

void walk_visit(struct walk *k, const struct origin *o, int depth)
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
		walk_root(k, o->span, NULL);
		break;
	case ORIGIN_SYMBOL:
		if (o->nfrom)
			walk_through(k, o->symbol->decl->name_span, NULL);
		else
			walk_root(k, o->span, NULL);
		break;
	case ORIGIN_SLOT:
		if (o->nfrom)
			walk_through(k, o->span, slot_note(k, o));
		else
			walk_root(k, o->span, slot_note(k, o));
		break;
	case ORIGIN_CHOICE:
		break;
	case ORIGIN_EXPR:
		if (!o->nfrom || (!o->same && o->x && o->x->tag == AST_INTERP && rank_of(k->w, o->span) == RANK_STACK))
			walk_root(k, o->span, NULL);
		else
			walk_through(k, o->span, NULL);
		break;
	}
	for (uint32_t i = 0; i < o->nfrom; i++)
		walk_visit(k, o->from[i], depth + 1);
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
		walk_visit(&c, k->when.v[i]->cond, 0);
	for (uint32_t i = 0; i < c.roots.n; i++)
		if (rank_of(k->w, c.roots.v[i].at) == RANK_STACK)
			add(k, out, WHY_WHEN, c.roots.v[i], 1);
}

struct span decl_of(const struct why *w, const struct top *t)
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
		walk_visit(&c, k->when.v[i]->cond, 0);
	return concerns(&c, line, 0);
}

/* Steps of what was walked over. */
int walk_finish(struct walk *k, const struct top *t, struct why_chain *out)
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

struct spot spot_at(const struct value *tree, const struct where_path *p)
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

void walk_visit_spot(struct walk *k, const struct spot *s)
{
	if (s->o && !is_container(s->v)) {
		walk_visit(k, s->o, 0);
	} else if (s->v->origin.hi) {   /* of a container: where it is written, not what stands in it */
		walk_root(k, s->v->origin, NULL);
		if (s->o)
			visit_via(k, s->o, 0);
	} else {
		walk_root(k, s->at, NULL);
	}
	for (const struct origin_when *c = s->near && !s->o ? s->near->when : NULL; c; c = c->next)
		VEC_PUSH(k->a, &k->when, c);
}

struct walk walk_begin(struct why *w, struct arena *a)
{
	return (struct walk){ .w = w, .a = a, .stamp = ++w->stamp };
}

int chain_of(struct why *w, const struct top *t, const struct spot *s, struct arena *a, struct why_chain *out)
{
	struct walk k = walk_begin(w, a);
	if (!s->v)
		return 0;
	walk_visit_spot(&k, s);
	return walk_finish(&k, t, out);
}

int chain_at(struct why *w, const struct top *t, struct span at, struct arena *a, struct why_chain *out)
{
	struct walk k = walk_begin(w, a);
	walk_root(&k, at, NULL);
	return walk_finish(&k, t, out);
}
