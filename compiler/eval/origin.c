/* Origins of values: see origin.h for the idea. Nodes live in the arena of the values that they belong to. */
#include "eval/origin.h"
#include <string.h>

struct origin_mark origin_enter(struct eval *e)
{
	struct origin_mark m = { e->origins->parts.n, e->origins->when };
	return m;
}

void origin_leave(struct eval *e, struct origin_mark m)
{
	e->origins->parts.n = m.n;
	e->origins->when = m.when;
}

static void part(struct eval *e, const struct origin *o)
{
	VEC_PUSH(e->unit, &e->origins->parts, o);
}

static struct origin *node(struct eval *e, enum origin_what what, struct span at)
{
	struct origin *o = ARENA_NEW(e->arena, struct origin);
	o->what = (uint8_t)what;
	o->span = at;
	o->when = e->origins->when;
	return o;
}

static const struct value *traced(struct eval *e, const struct value *v, const struct origin *o)
{
	struct traced *t = ARENA_NEW(e->arena, struct traced);
	t->v = *v;
	t->v.flags |= VALUE_TRACED;
	t->origin = o;
	return &t->v;
}

/* Where the value was written, of one that nothing else is known of. */
static const struct origin *place_of(struct eval *e, const struct value *v)
{
	const struct origin *o = origin_of(v);
	return o ? o : v->origin.hi ? node(e, ORIGIN_PLACE, v->origin) : NULL;
}

static int passes(const struct ast *x)
{
	return x->tag == AST_NAME || x->tag == AST_FIELD || x->tag == AST_INDEX || x->tag == AST_IF;
}

static int is_scalar(const struct value *v)
{
	return v->tag >= VALUE_BOOL && v->tag <= VALUE_STRING;
}

/* What a built-in put into the list or map that it made has the built-in's origin, unless it has one of its own. */
static const struct value *filled(struct eval *e, const struct value *v, const struct origin *o, int depth)
{
	if (origin_of(v) || depth > 16)
		return v;
	if (is_scalar(v))
		return traced(e, v, o);
	if (v->tag == VALUE_LIST) {
		const struct value **items = NULL;
		for (uint32_t i = 0; i < v->n; i++) {
			const struct value *k = filled(e, v->items[i], o, depth + 1);
			if (k != v->items[i] && !items) {
				items = ARENA_ARRAY(e->arena, const struct value *, v->n);
				memcpy(items, v->items, v->n * sizeof *items);
			}
			if (items)
				items[i] = k;
		}
		return items ? value_list(e->arena, items, v->n, v->origin) : v;
	}
	if (v->tag == VALUE_RECORD) {
		struct field *f = NULL;
		for (uint32_t i = 0; i < v->n; i++) {
			const struct value *k = filled(e, v->rec.fields[i].value, o, depth + 1);
			if (k != v->rec.fields[i].value && !f) {
				f = ARENA_ARRAY(e->arena, struct field, v->n);
				memcpy(f, v->rec.fields, v->n * sizeof *f);
			}
			if (f)
				f[i].value = k;
		}
		return f ? value_record(e->arena, f, v->n, v->origin) : v;
	}
	return v;
}

/* The parts since the mark, without `own`, behind nfrom slots for what the value is made of. */
static void take_parts(struct eval *e, struct origin *o, struct origin_mark m, uint32_t nfrom, const struct origin *own)
{
	uint32_t n = e->origins->parts.n - m.n, k = nfrom;
	o->from = ARENA_ARRAY(e->arena, const struct origin *, n + nfrom);
	for (uint32_t i = 0; i < n; i++)
		if (e->origins->parts.v[m.n + i] != own)
			o->from[k++] = e->origins->parts.v[m.n + i];
	if (nfrom)
		o->nvia = k - nfrom;
	else
		o->nfrom = k;
}

const struct value *origin_made(struct eval *e, const struct ast *x, const struct value *v, struct origin_mark m)
{
	struct origins *s = e->origins;
	const struct origin *own = origin_of(v);
	const struct origin_piece *pieces = s->pieces;
	const struct value *data = s->data;
	uint32_t npieces = s->npieces;
	s->pieces = NULL;
	s->data = NULL;
	s->npieces = 0;
	if (is_error(v)) {
		s->parts.n = m.n;
		return v;
	}
	if (own && s->parts.n == m.n + 1 && s->parts.v[m.n] == own && own->x == x)
		return v;       /* the same expression, once by itself and once for its type */
	struct origin *o = node(e, ORIGIN_EXPR, x->span);
	o->x = x;
	if (!own && passes(x) && v->tag != VALUE_COMPONENT && v->origin.hi
		&& (v->origin.lo < x->span.lo || v->origin.hi > x->span.hi))
		own = node(e, ORIGIN_PLACE, v->origin);
	if (own) {
		take_parts(e, o, m, 1, own);
		if (x->tag == AST_CALL && x->kids[0]->bind_tag == BIND_FN)
			o->nvia = 0;    /* an argument counts where the body has used it */
		o->from[0] = own;
		o->nfrom = 1;
		o->same = 1;
	} else {
		take_parts(e, o, m, 0, NULL);
		if (x->tag == AST_CALL && x->kids[0]->bind_tag == BIND_BUILTIN)
			v = filled(e, v, o, 0);
		/* only text has pieces, and only what was put together last is this expression's */
		if (v->tag == VALUE_STRING) {
			o->pieces = pieces;
			o->npieces = npieces;
			o->data = data;
		}
	}
	s->parts.n = m.n;
	part(e, o);
	return traced(e, v, o);
}

const struct value *origin_slot(struct eval *e, const struct instance *i, uint32_t slot, struct span at,
	const struct value *v, struct origin_mark m)
{
	struct origins *s = e->origins;
	if (!is_error(v)) {
		s->when = NULL;
		const struct origin *own = place_of(e, v);
		/* what the compiler fixed stands where its value does */
		struct origin *o = node(e, ORIGIN_SLOT, i->fixed && i->fixed[slot] && v->origin.hi ? v->origin : at);
		o->inst = i;
		o->slot = slot;
		if (own) {
			take_parts(e, o, m, 1, own);
			o->nvia = 0;
			o->from[0] = own;
			o->nfrom = 1;
			o->same = 1;
		} else {
			take_parts(e, o, m, 0, NULL);
		}
		v = traced(e, v, o);
	}
	origin_leave(e, m);
	return v;
}

const struct value *origin_symbol(
	struct eval *e, const struct symbol *y, struct span at, const struct value *v, struct origin_mark m)
{
	if (!is_error(v)) {
		e->origins->when = NULL;
		struct origin *o = node(e, ORIGIN_SYMBOL, at);
		const struct origin *own = origin_of(v);
		o->symbol = y;
		if (own) {
			o->from = ARENA_NEW(e->arena, const struct origin *);
			o->from[0] = own;
			o->nfrom = 1;
			o->same = 1;
		}
		v = traced(e, v, o);
	}
	origin_leave(e, m);
	return v;
}

const struct value *origin_carried(struct eval *e, const struct value *from, const struct value *made)
{
	const struct origin *o = place_of(e, from);
	return o && !origin_of(made) && made->tag != VALUE_ERROR ? traced(e, made, o) : made;
}

/* The key of a field as a value: it is written beside the field's value. */
const struct value *origin_key(struct eval *e, const struct value *made, const struct value *of)
{
	const struct origin *o = origin_of(of);
	const struct span at = o ? o->span : of->origin;
	return at.hi ? traced(e, made, node(e, ORIGIN_PLACE, at)) : made;
}

/* A literal that was read without an evaluation of its own. */
const struct value *origin_leaf(struct eval *e, const struct ast *x, const struct value *v)
{
	if (is_error(v) || origin_of(v))
		return v;
	struct origin *o = node(e, ORIGIN_EXPR, x->span);
	o->x = x;
	part(e, o);
	return traced(e, v, o);
}

/* A field that came with others through `...x`. */
const struct value *origin_spread(struct eval *e, const struct ast *x, const struct value *v)
{
	const struct origin *own = place_of(e, v);
	struct origin *o = node(e, ORIGIN_EXPR, x->span);
	o->x = x;
	o->from = ARENA_NEW(e->arena, const struct origin *);
	o->from[0] = own;
	o->nfrom = own != NULL;
	o->same = own != NULL;
	return traced(e, v, o);
}

/* A row of the catalog, each field of which also comes from what chose the row: the stack's catalog, or a version. */
const struct value *origin_choice(struct eval *e, const struct value *row, struct span at, const struct value *chosen)
{
	if (row->tag == VALUE_RECORD) {
		struct field *f = ARENA_ARRAY(e->arena, struct field, row->n);
		for (uint32_t i = 0; i < row->n; i++)
			f[i] = (struct field){ row->rec.fields[i].key,
				row->rec.fields[i].value->tag == VALUE_NONE
					? row->rec.fields[i].value
					: origin_choice(e, row->rec.fields[i].value, at, chosen) };
		return value_record(e->arena, f, row->n, row->origin);
	}
	const struct origin *own = place_of(e, row), *why = chosen ? place_of(e, chosen) : NULL;
	struct origin *o = node(e, ORIGIN_CHOICE, at);
	o->from = ARENA_ARRAY(e->arena, const struct origin *, 2);
	if (own)
		o->from[o->nfrom++] = own;
	if (why)
		o->from[o->nfrom++] = why;
	return traced(e, row, o);
}

/* What the compiler put together itself, in the place of an expression. */
const struct value *origin_joined(
	struct eval *e, const struct ast *x, const struct value *made, const struct value *const *parts, uint32_t n)
{
	struct origin *o = node(e, ORIGIN_EXPR, x->span);
	o->x = x;
	o->from = ARENA_ARRAY(e->arena, const struct origin *, n);
	for (uint32_t i = 0; i < n; i++) {
		const struct origin *k = parts[i] ? place_of(e, parts[i]) : NULL;
		if (k)
			o->from[o->nfrom++] = k;
	}
	return traced(e, made, o);
}

void origin_pieces(struct eval *e, const struct value *const *parts, const uint32_t *n, uint32_t nparts)
{
	struct origin_piece *p = ARENA_ARRAY(e->arena, struct origin_piece, nparts);
	for (uint32_t i = 0; i < nparts; i++)
		p[i] = (struct origin_piece){ parts[i] ? place_of(e, parts[i]) : NULL, n[i] };
	e->origins->pieces = p;
	e->origins->npieces = nparts;
}

/* What is made from here on stands under a condition; the condition itself is no part of it. */
void origin_when(struct eval *e, const struct value *cond)
{
	struct origins *s = e->origins;
	const struct origin *o = origin_of(cond);
	struct origin_when *w = ARENA_NEW(e->arena, struct origin_when);
	if (o && s->parts.n && s->parts.v[s->parts.n - 1] == o)
		s->parts.n--;
	w->cond = o;
	w->next = s->when;
	s->when = w;
}
