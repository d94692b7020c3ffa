/* Symbolic values, guards, and binding a plan to a component. See plan.h for the idea. */
#include "eval/plan.h"
#include "eval/origin.h"
#include "value/yaml.h"
#include "eval/schema.h"
#include <stdio.h>
#include <string.h>

/* -- tracing -- */

static const struct sym *sym_of(const struct eval *e, const struct value *v)
{
	const struct sym *s = is_symbolic(v) ? ((const struct symbolic *)v)->sym : NULL;
	return s && s->plan == e->plan ? s : NULL;      /* one of another trace is plain here */
}

static int same_parts(const struct sym *a, const struct sym *b)
{
	if (a->is_slot != b->is_slot || a->text != b->text || a->nparts != b->nparts || a->hashed || b->hashed)
		return 0;
	for (uint32_t i = 0; i < a->nparts; i++) {
		const struct sym_part *x = &a->parts[i], *y = &b->parts[i];
		if (!x->p != !y->p || (x->p ? x->n != y->n || memcmp(x->p, y->p, x->n) : x->slot != y->slot))
			return 0;
	}
	return 1;
}

static const struct value *wrap(struct eval *e, const struct value *v, struct sym *s)
{
	struct plan *p = e->plan;
	struct sym *known = NULL;
	for (uint32_t i = 0; i < p->syms.n && !known; i++)
		if (same_parts(p->syms.v[i], s))
			known = p->syms.v[i];
	if (!known) {
		known = s;
		s->plan = p;
		s->index = p->syms.n;
		VEC_PUSH(e->unit, &p->syms, s);
	}
	struct symbolic *w = ARENA_NEW(e->unit, struct symbolic);
	w->v = *v;
	w->v.flags |= VALUE_SYMBOLIC;
	w->sym = known;
	return &w->v;
}

static void guard(struct eval *e, uint32_t slot)
{
	struct plan *p = e->plan;
	if (p->depends) {
		++*p->depends;
		return;
	}
	if (p->guarded[slot])
		return;
	p->guarded[slot] = 1;
	VEC_PUSH(e->unit, &p->guards, ((struct guard){ slot, p->orig->cells[slot] }));
}

void plan_touch(struct eval *e, const struct value *v)
{
	const struct sym *s = sym_of(e, v);
	if (!s)
		return;
	if (s->hashed)
		e->plan->failed = 1;    /* nothing looks into a hash */
	for (uint32_t i = 0; i < s->nparts; i++)
		if (!s->parts[i].p)
			guard(e, s->parts[i].slot);
}

void plan_touch_deep(struct eval *e, const struct value *v)
{
	plan_touch(e, v);
	for (uint32_t i = 0; i < v->n && v->tag == VALUE_LIST; i++)
		plan_touch_deep(e, v->items[i]);
	for (uint32_t i = 0; i < v->n && v->tag == VALUE_RECORD; i++)
		plan_touch_deep(e, v->rec.fields[i].value);
}

const struct value *plan_slot(struct eval *e, struct instance *i, uint32_t slot)
{
	struct plan *p = e->plan;
	if (i != p->inst)
		return NULL;
	int tag = i->kind->members.v[slot].tag;
	if (tag == MEMBER_LET || slot == SLOT_SELECTOR || slot == SLOT_KIND || slot == SLOT_STACK)
		return NULL;            /* computed again, from symbolic values */
	const struct value *v = slot_value(e, p->orig, slot);
	if (v->tag == VALUE_BOOL || v->tag == VALUE_INT || v->tag == VALUE_FLOAT || v->tag == VALUE_STRING) {
		struct sym *s = ARENA_NEW(e->unit, struct sym);
		s->is_slot = 1;
		s->nparts = 1;
		s->parts = ARENA_NEW(e->unit, struct sym_part);
		s->parts[0].slot = slot;
		VEC_PUSH(e->unit, &p->slots, slot);
		v = wrap(e, v, s);
	} else {
		uint32_t *depends = p->depends; /* what is wired or listed shapes the objects, whoever looks first */
		p->depends = NULL;
		guard(e, slot);
		p->depends = depends;
	}
	i->cells[slot] = v;
	return v;
}

enum { MAX_PARTS = 64 };       /* of one text */

static void add_parts(struct eval *e, struct sym *s, const struct value *v)
{
	const struct sym *from = sym_of(e, v);
	VEC(struct sym_part) out = { s->parts, s->nparts, s->nparts };
	if (from && from->hashed)
		e->plan->failed = 1;
	if (from) {
		for (uint32_t i = 0; i < from->nparts; i++)
			VEC_PUSH(e->unit, &out, from->parts[i]);
	} else {
		struct arena *old = e->arena;
		size_t n;
		e->arena = e->unit;
		const char *p = text_of(e, v, &n);
		e->arena = old;
		if (p)
			VEC_PUSH(e->unit, &out, ((struct sym_part){ arena_strdup(e->unit, p, n), (uint32_t)n, 0 }));
		else
			e->plan->failed = 1;
	}
	s->parts = out.v;
	s->nparts = out.n;
	if (s->nparts > MAX_PARTS)
		e->plan->failed = 1;
}

const struct value *plan_concat(struct eval *e, const struct value *made, const struct value *const *parts, uint32_t n)
{
	int symbolic = 0;
	for (uint32_t i = 0; i < n; i++)
		symbolic |= sym_of(e, parts[i]) != NULL;
	if (!symbolic)
		return made;
	struct sym *s = ARENA_NEW(e->unit, struct sym);
	s->text = made->text;
	for (uint32_t i = 0; i < n; i++)
		add_parts(e, s, parts[i]);
	return wrap(e, made, s);
}

const struct value *plan_carry(struct eval *e, const struct value *from, const struct value *made)
{
	if (!e->plan || !sym_of(e, from) || made->tag != VALUE_STRING)
		return CARRIED(e, from, made);
	if (made->text >= TEXT_SIZE && made->text <= TEXT_RATE) {
		plan_touch(e, from);
		return made;
	}
	return plan_concat(e, made, &from, 1);
}

const struct value *plan_hash(struct eval *e, const struct value *data)
{
	struct buf b = { 0 };
	char hex[33];
	value_canonical(data, &b);
	hash_hex(hash_bytes(b.p, b.n), hex);
	buf_free(&b);
	const struct value *v = value_string(e->arena, arena_strdup(e->arena, hex, 32), 32, (struct span){ 0, 0 });
	if (!e->plan)
		return v;
	struct sym *s = ARENA_NEW(e->unit, struct sym);
	s->hashed = data;
	return wrap(e, v, s);
}

int plan_same(const struct value *a, const struct value *b)
{
	if (!is_symbolic(a) && !is_symbolic(b))
		return 1;
	if (!is_symbolic(a) || !is_symbolic(b))
		return 0;
	const struct sym *x = ((const struct symbolic *)a)->sym, *y = ((const struct symbolic *)b)->sym;
	if (x == y)
		return 1;
	if (x->nparts != y->nparts)
		return 0;
	for (uint32_t i = 0; i < x->nparts; i++)        /* the same text, once as a name and once as a string */
		if (!x->parts[i].p != !y->parts[i].p
			|| (x->parts[i].p ? x->parts[i].n != y->parts[i].n
						|| memcmp(x->parts[i].p, y->parts[i].p, x->parts[i].n)
						: x->parts[i].slot != y->parts[i].slot))
			return 0;
	return 1;
}

void plan_check(struct eval *e, const struct value *v, const struct type *t)
{
	const struct sym *s = sym_of(e, v);
	if (!s)
		return;
	if (e->plan->depends) {
		++*e->plan->depends;
		return;
	}
	while (t->tag == T_OPTIONAL)
		t = t->elem;
	if ((t->tag == T_STRING && !t->ranged) || t->tag == T_ANY
		|| (t->tag == T_TEXT && !t->ranged && v->tag == VALUE_STRING && v->text == t->text)
		|| (t->tag == T_BOOL && v->tag == VALUE_BOOL))
		return;                 /* holds for whatever the slot's type lets through */
	VEC_PUSH(e->unit, &e->plan->checks, ((struct sym_check){ s, t }));
}

/* -- binding -- */

static int equal(const struct value *a, const struct value *b)
{
	if (a == b)
		return 1;
	if (a->tag != b->tag)
		return 0;
	switch ((enum value_tag)a->tag) {
	case VALUE_STRING:
		return a->text == b->text && a->n == b->n && !memcmp(a->str.p, b->str.p, a->n);
	case VALUE_BYTES:
		return value_equal(a, b);
	case VALUE_LIST:
		if (a->n != b->n)
			return 0;
		for (uint32_t i = 0; i < a->n; i++)
			if (!equal(a->items[i], b->items[i]))
				return 0;
		return 1;
	case VALUE_RECORD:
		if (a->n != b->n)
			return 0;
		for (uint32_t i = 0; i < a->n; i++)
			if (a->rec.fields[i].key != b->rec.fields[i].key
				|| !equal(a->rec.fields[i].value, b->rec.fields[i].value))
				return 0;
		return 1;
	case VALUE_COMPONENT: case VALUE_SECRET:
		return a->ref.ref == b->ref.ref;
	case VALUE_SECRET_KEY:
		return a->ref.ref == b->ref.ref && a->ref.key == b->ref.key;
	case VALUE_GIVEN: {
		const struct given *x = a->ref.ref, *y = b->ref.ref;
		if (x->inst != y->inst || x->give != y->give || !x->env != !y->env)
			return 0;
		for (uint32_t i = 0; x->env && i + 1 < x->give->decl->nkids; i++)
			if (!equal(x->env->locals[i], y->env->locals[i]))
				return 0;
		return 1;
	}
	case VALUE_DETECTOR: case VALUE_VIEW: case VALUE_ERROR:
		return 0;
	case VALUE_NONE: case VALUE_NULL: case VALUE_BOOL: case VALUE_INT: case VALUE_FLOAT:
		return value_equal(a, b);
	}
	return 0;
}

static void print_scalar(struct buf *out, const struct value *v, int indent)
{
	char num[40];
	switch (v->tag) {
	case VALUE_STRING:
		if (v->plain == 1)
			buf_add(out, v->str.p, v->n);
		else
			yaml_write_scalar(out, v->str.p, v->n, indent);
		break;
	case VALUE_INT: {
		uint64_t u = v->i < 0 ? 0 - (uint64_t)v->i : (uint64_t)v->i;
		int at = sizeof num;
		do
			num[--at] = (char)('0' + u % 10);
		while (u /= 10);
		if (v->i < 0)
			num[--at] = '-';
		buf_add(out, num + at, sizeof num - (size_t)at);
		break;
	}
	case VALUE_FLOAT: buf_add(out, num, float_print(v->d, num)); break;
	default: buf_adds(out, v->i ? "true" : "false"); break;
	}
}

static const struct value *sym_value(struct eval *e, struct bound *b, const struct sym *s);

/* Most of what is copied here is short: a call would cost more than the bytes. */
static inline void copy(char *to, const char *from, size_t n)
{
	if (n > 64) {
		memcpy(to, from, n);
	} else if (n > 32) {
		memcpy(to, from, 32);
		memcpy(to + n - 32, from + n - 32, 32);
	} else if (n >= 16) {
		memcpy(to, from, 16);
		memcpy(to + n - 16, from + n - 16, 16);
	} else if (n >= 8) {
		memcpy(to, from, 8);
		memcpy(to + n - 8, from + n - 8, 8);
	} else if (n >= 4) {
		memcpy(to, from, 4);
		memcpy(to + n - 4, from + n - 4, 4);
	} else {
		for (size_t i = 0; i < n; i++)
			to[i] = from[i];
	}
}

static inline char *room(struct buf *b, size_t n)
{
	if (n >= b->cap - b->n)
		buf_reserve(b, n);
	return b->p + b->n;
}

static inline void put(struct buf *b, const char *p, size_t n)
{
	copy(room(b, n), p, n);
	b->n += n;
}

static void put_canonical(struct eval *e, struct bound *b, const struct sym *s, struct buf *out)
{
	struct filled *f = &b->syms[s->index];
	const struct value *v = sym_value(e, b, s);
	const size_t start = out->n;
	if (f->canonical) {
		put(out, f->canonical, f->ncanonical);
		return;
	}
	value_canonical(v, out);
	if (!s->again)
		return;
	f->ncanonical = (uint32_t)(out->n - start);
	f->canonical = arena_strdup(e->arena, out->p + start, f->ncanonical);
}

/* The canonical bytes, with this component's values between the pieces. */
static void fill(struct eval *e, struct bound *b, const struct plan_ops *ops, struct buf *out)
{
	for (uint32_t k = 0; k < ops->n; k++) {
		const struct op *op = &ops->v[k];
		put(out, op->p, op->n);
		if (op->then == OP_NOTHING)
			continue;
		const struct filled *f = &b->syms[op->sym];
		if (f->canonical)
			put(out, f->canonical, f->ncanonical);
		else
			put_canonical(e, b, b->plan->syms.v[op->sym], out);
	}
	*room(out, 0) = 0;
}

static const struct value *text_value(struct eval *e, struct bound *b, const struct sym *s, struct filled *f)
{
	const char *p[MAX_PARTS];
	size_t n[MAX_PARTS], total = 0;
	int tame = s->frame;
	for (uint32_t k = 0; k < s->nparts; k++) {
		p[k] = s->parts[k].p;
		n[k] = s->parts[k].n;
		if (!p[k]) {
			const struct value *v = b->inst->cells[s->parts[k].slot];
			tame &= v->tag == VALUE_STRING ? (v->flags & VALUE_TAME) != 0
				: v->tag == VALUE_INT  ? v->i >= 0
				: v->tag == VALUE_FLOAT && v->d >= 0;
			if (v->tag == VALUE_STRING) {
				p[k] = v->str.p;
				n[k] = v->n;
			} else {
				p[k] = text_of(e, v, &n[k]);
			}
		}
		total += n[k];
	}
	char *out = arena_text(e->arena, 8 + total) + 8, *q = out;
	for (uint32_t k = 0; k < s->nparts; k++) {
		copy(q, p[k], n[k]);
		q += n[k];
	}
	if (value_is_only_text((enum text_type)s->text)) {
		f->canonical = out - VALUE_TEXT_HEAD;
		f->ncanonical = VALUE_TEXT_HEAD + (uint32_t)total;
		value_text_head(out - VALUE_TEXT_HEAD, (uint32_t)total);
	}
	struct value *v = (struct value *)(uintptr_t)value_text(
		e->arena, (enum text_type)s->text, out, total, 0, (struct span){ 0, 0 });
	if (tame && total <= YAML_FRAME_MAX && total >= YAML_FRAME_MIN)
		v->plain = 1;
	else if (s->nparts == 1 && !s->parts[0].p)      /* a slot's own text */
		v->plain = b->inst->cells[s->parts[0].slot]->plain;
	return v;
}

static const struct value *sym_value(struct eval *e, struct bound *b, const struct sym *s)
{
	struct filled *f = &b->syms[s->index];
	if (f->v)
		return f->v;
	if (s->hashed) {
		char hex[33];
		struct buf *c = &e->hashed;
		const size_t start = c->n;
		fill(e, b, s->canonical, c);
		hash_hex(hash_bytes(c->p + start, c->n - start), hex);
		c->n = start;
		f->v = value_string(e->arena, arena_strdup(e->arena, hex, 32), 32, (struct span){ 0, 0 });
	} else if (s->is_slot) {
		f->v = b->inst->cells[s->parts[0].slot];
	} else {
		f->v = text_value(e, b, s, f);
	}
	return f->v;
}

/* Has the slot a value of the same form as when the plan was made, and one that can be written? Text that is put
   together from what can be written can be written. */
static int slot_fits(struct eval *e, const struct plan *p, struct instance *i, uint32_t slot)
{
	const struct value *v = i->cells[slot] ? i->cells[slot] : slot_value(e, i, slot), *was = p->orig->cells[slot];
	if (v->tag != was->tag || v->text != was->text)
		return 0;
	if (v->tag == VALUE_STRING && !v->plain) {
		const enum yaml_style style = yaml_style_of(v->str.p, v->n);
		if (style == YAML_REJECT)
			return 0;
		((struct value *)(uintptr_t)v)->plain = style == YAML_PLAIN ? 1 : 2;    /* the writer's cache */
		if (style == YAML_PLAIN && yaml_is_tame(v->str.p, v->n))
			((struct value *)(uintptr_t)v)->flags |= VALUE_TAME;
	}
	return 1;
}

struct bound *plan_bind(struct eval *e, const struct plan *p, struct instance *i)
{
	for (uint32_t k = 0; k < p->guards.n; k++)
		if (!equal(i->cells[p->guards.v[k].slot] ? i->cells[p->guards.v[k].slot]
			: slot_value(e, i, p->guards.v[k].slot),
			p->guards.v[k].want))
			return NULL;
	for (uint32_t k = 0; k < p->slots.n; k++)
		if (!slot_fits(e, p, i, p->slots.v[k]))
			return NULL;
	struct bound *b = ARENA_NEW(e->arena, struct bound);
	b->plan = p;
	b->inst = i;
	b->syms = ARENA_ARRAY(e->arena, struct filled, p->syms.n);
	for (uint32_t k = 0; k < p->checks.n; k++)
		if (!fits(e, sym_value(e, b, p->checks.v[k].sym), p->checks.v[k].type))
			return NULL;
	return b;
}

int plan_leaves_fit(struct eval *e, struct bound *b)
{
	for (uint32_t n = 0; n < b->plan->leaves.n; n++)
		if (!schema_leaf_fits(e, &b->plan->leaves.v[n], sym_value(e, b, b->plan->leaves.v[n].sym)))
			return 0;
	return 1;
}

const struct value *plan_value(struct eval *e, struct bound *b, const struct value *v)
{
	return is_symbolic(v) && ((const struct symbolic *)v)->sym->plan == b->plan
		? sym_value(e, b, ((const struct symbolic *)v)->sym)
		: v;
}

const char *plan_cstr(struct eval *e, struct bound *b, const struct value *v)
{
	const struct value *w = plan_value(e, b, v);
	if (w != v && !((const struct symbolic *)v)->sym->is_slot)
		return w->str.p;        /* made by text_value() */
	return arena_strdup(e->arena, w->str.p, w->n);
}

const struct value *plan_live(struct eval *e, const struct value *v)
{
	return plan_value(e, e->bound, v);
}

/* The hash as a scalar: digits in front make it look like a number to some reader; `e` might, with nothing but digits
   behind it. */
static void put_hash(struct buf *out, struct hash128 hash, int indent)
{
	char hex[33];
	hash_hex(hash, hex);
	if (hex[0] >= 'a' && hex[0] != 'e') {
		put(out, hex, 32);
	} else if (hex[0] <= '9') {
		char *p = room(out, 34);
		p[0] = p[33] = '"';
		memcpy(p + 1, hex, 32);
		out->n += 34;
	} else {
		yaml_write_scalar(out, hex, 32, indent);
	}
}

static void put_symbolic(struct eval *e, struct bound *b, const struct op *op, struct buf *out)
{
	struct filled *f = &b->syms[op->sym];
	const struct value *v = sym_value(e, b, b->plan->syms.v[op->sym]);
	if (v->tag == VALUE_STRING && v->plain == 1) {
		f->yaml = v->str.p;
		f->n = v->n;
		put(out, f->yaml, f->n);
		return;
	}
	size_t start = out->n;
	print_scalar(out, v, op->indent);
	size_t n = out->n - start;
	/* a literal block depends on where it stands; all else is the same everywhere */
	if (v->tag != VALUE_STRING || !memchr(out->p + start, '\n', n)) {
		f->yaml = arena_strdup(e->arena, out->p + start, n);
		f->n = (uint32_t)n;
	}
}

void plan_text(struct eval *e, struct bound *b, const struct plan_object *o, struct buf *canonical, struct buf *out,
	struct hash128 *hash)
{
	canonical->n = 0;
	fill(e, b, &o->canonical, canonical);
	*hash = hash_bytes(canonical->p, canonical->n);
	for (uint32_t k = 0; k < o->text.n; k++) {
		const struct op *op = &o->text.v[k];
		put(out, op->p, op->n);
		if (op->then == OP_NOTHING)
			continue;
		if (op->then == OP_HASH)
			put_hash(out, *hash, op->indent);
		else if (b->syms[op->sym].yaml)
			put(out, b->syms[op->sym].yaml, b->syms[op->sym].n);
		else
			put_symbolic(e, b, op, out);
	}
	*room(out, 0) = 0;
}
