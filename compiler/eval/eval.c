/* Expressions to values. A literal takes its meaning from the type that is wanted, so eval_typed() goes down with the
   type as far as the expression is written out, and everything else is computed and then held against the type. */
#define _GNU_SOURCE
#include "eval/expr.h"
#include "eval/origin.h"
#include "eval/plan.h"
#include <stdio.h>
#include <stdarg.h>
#include <string.h>

#define MAX_EVAL_DEPTH 3000
#define COLD __attribute__((noinline, cold))

struct diag *eval_error_at(struct eval *e, struct span at, const char *code, const char *fmt, ...)
{
	char text[2048];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return diag_error(e->diags, at, code, "%s", text);
}

static const struct value *stop(struct eval *e, struct span at, const char *code, const char *fmt, const char *limit)
{
	if (!e->stopped) {
		e->stopped = 1;
		eval_error_at(e, at, code, fmt, limit);
	}
	return VALUE_ERROR_V;
}
#define STOP(e, at, D, limit) stop_split(e, at, limit, D)
static const struct value *stop_split(
	struct eval *e, struct span at, const char *limit, const char *code, const char *fmt)
{
	return stop(e, at, code, fmt, limit);
}

int limit_bytes(struct eval *e, size_t more, struct span at)
{
	if (e->stopped)
		return 0;
	if (e->max_bytes && e->arena->used + more > e->max_bytes) {
		STOP(e, at, D_BYTES, arena_printf(e->p->arena, "%zu MiB", e->max_bytes >> 20));
		return 0;
	}
	return 1;
}

struct env *env_copy(struct eval *e, const struct env *env)
{
	struct env *c = ARENA_NEW(e->arena, struct env);
	*c = *env;
	return c;
}

/* Trees that share their parts can be small in memory and without end on paper. */
int counted(struct eval *e, uint32_t n, struct span at)
{
	e->steps += n + 1;
	if (e->steps <= e->max_steps && !e->stopped)
		return 1;
	STOP(e, at, D_STEPS, arena_printf(e->p->arena, "%llu", (unsigned long long)e->max_steps));
	return 0;
}

/* -- strings -- */

const char *text_of(struct eval *e, const struct value *v, size_t *n)
{
	char s[64];
	int len;
	switch (v->tag) {
	case VALUE_STRING:
		*n = v->n;
		return v->str.p;
	case VALUE_BOOL:
		*n = v->i ? 4 : 5;
		return v->i ? "true" : "false";
	case VALUE_INT: {
		uint64_t u = v->i < 0 ? 0 - (uint64_t)v->i : (uint64_t)v->i;
		len = sizeof s;
		do
			s[--len] = (char)('0' + u % 10);
		while (u /= 10);
		if (v->i < 0)
			s[--len] = '-';
		*n = sizeof s - (size_t)len;
		return arena_strdup(e->arena, s + len, *n);
	}
	case VALUE_FLOAT:
		*n = float_print(v->d, s);
		if (*n > 2 && !memcmp(s + *n - 2, ".0", 2))
			*n -= 2;        /* 5.0 goes into text as 5 */
		return arena_strdup(e->arena, s, *n);
	default:
		return NULL;
	}
}

static const struct value *interp(struct eval *e, struct env *env, const struct ast *x)
{
	struct piece {
		const char *p;
		size_t n;
	} small[16], *v = x->nkids <= 16 ? small : ARENA_ARRAY(e->arena, struct piece, x->nkids);
	size_t total = 0;
	int bad = 0;
	const struct value **parts = e->plan || e->origins ? ARENA_ARRAY(e->arena, const struct value *, x->nkids)
		: NULL;
	for (uint32_t i = 0; i < x->nkids; i++) {
		const struct ast *k = x->kids[i];
		if (k->tag == AST_STRING) {
			v[i] = (struct piece){ k->name->text, k->name->len };
			total += v[i].n;
			if (e->plan)
				parts[i] = value_string(e->arena, k->name->text, k->name->len, k->span);
			continue;
		}
		const struct value *w = eval(e, env, k);
		if (parts)
			parts[i] = w;
		v[i] = (struct piece){ "", 0 };
		if (is_error(w)) {
			bad = 1;
			continue;
		}
		if (w->tag == VALUE_SECRET_KEY && e->in_secret) {
			w = e->secret_text(e, w->ref.ref, w->ref.key, k->span);
			if (is_error(w)) {
				bad = 1;
				continue;
			}
		}
		v[i].p = text_of(e, w, &v[i].n);
		if (!v[i].p) {
			bad = 1;
			v[i].n = 0;
			if (w->tag == VALUE_SECRET_KEY) {
				struct diag *d = diag_error(e->diags, k->span, D_SECRET_LEAK, "a string");
				diag_note(e->diags, d,
					"what is compiled is committed and reviewed, so no secret may be in it");
				diag_help(e->diags, d,
					"derive a key from it: secret NAME { key = \"...${%s}...\" }", "other.key");
			} else {
				diag_error(e->diags, k->span, D_NOT_TEXT, value_noun(e, w));
			}
		}
		total += v[i].n;
	}
	if (bad || !limit_bytes(e, total, x->span))
		return VALUE_ERROR_V;
	char *out = arena_alloc(e->arena, total + 1), *q = out;
	for (uint32_t i = 0; i < x->nkids; i++) {
		memcpy(q, v[i].p, v[i].n);
		q += v[i].n;
	}
	const struct value *made = value_string(e->arena, out, total, x->span);
	if (e->origins) {
		uint32_t *n = ARENA_ARRAY(e->arena, uint32_t, x->nkids);
		for (uint32_t i = 0; i < x->nkids; i++)
			n[i] = (uint32_t)v[i].n;
		origin_pieces(e, parts, n, x->nkids);
	}
	return e->plan ? plan_concat(e, made, parts, x->nkids) : made;
}

/* -- lists and objects -- */

int each(struct eval *e, struct env *env, const struct ast *loop,
	int (*body)(struct eval *, struct env *, const struct ast *, void *), void *ctx)
{
	const struct value *list = eval(e, env, loop->kids[0]);
	uint32_t at = loop->bind_index;
	int ok = 1;
	if (is_error(list))
		return 0;
	if (list->tag != VALUE_LIST && list->tag != VALUE_RECORD) {
		diag_error(e->diags, loop->kids[0]->span, D_TYPE, "a list or a map", value_noun(e, list));
		return 0;
	}
	for (uint32_t i = 0; i < list->n && !e->stopped; i++) {
		const struct value *first, *second = NULL;
		if (list->tag == VALUE_LIST) {
			first = LIVE(e, list->items[i]);
			if (loop->name2) {
				second = first;
				first = value_int(e->arena, i, loop->span);
			}
		} else {
			const struct field *f = &list->rec.fields[i];
			first = KEYED(e, f->value, value_string(e->arena, f->key->text, f->key->len, f->value->origin));
			second = LIVE(e, f->value);
		}
		env->locals[at] = first;
		if (loop->name2)
			env->locals[at + 1] = second;
		if (!body(e, env, loop, ctx))
			ok = 0;
	}
	return ok;
}

struct gather { VEC(const struct value *) items; const struct type *elem; };

static int gather_item(struct eval *e, struct env *env, const struct ast *x, void *ctx)
{
	struct gather *g = ctx;
	if (x->kids[1]) {
		const struct value *c = eval(e, env, x->kids[1]);
		int yes = truth(e, c, x->kids[1]->span);
		if (yes < 1)
			return yes == 0;
		WHEN(e, c);
	}
	const struct value *v = g->elem ? eval_typed(e, env, x->kids[2], g->elem) : eval(e, env, x->kids[2]);
	if (x->kids[1])
		WHEN_OVER(e);
	if (is_error(v) || !limit_bytes(e, sizeof v, x->span))
		return 0;
	VEC_PUSH(e->arena, &g->items, v);
	return 1;
}

const struct value *eval_list(struct eval *e, struct env *env, const struct ast *x, const struct type *elem)
{
	if (x->tag == AST_LISTFOR) {
		struct gather g = { .elem = elem };
		if (!each(e, env, x, gather_item, &g))
			return VALUE_ERROR_V;
		return value_list(e->arena, g.items.v, g.items.n, x->span);
	}
	const struct value **items = ARENA_ARRAY(e->arena, const struct value *, x->nkids);
	int bad = 0;
	for (uint32_t i = 0; i < x->nkids; i++) {
		items[i] = elem ? eval_typed(e, env, x->kids[i], elem) : eval(e, env, x->kids[i]);
		bad |= is_error(items[i]);
	}
	return bad ? VALUE_ERROR_V : value_list(e->arena, items, x->nkids, x->span);
}

struct fields {
	VEC(struct field) f;
	VEC(uint8_t) spread;
	const struct type *elem;
	struct table index;
	const struct type *record;
	int open;
};

static int put(
	struct eval *e, struct fields *o, const struct atom *key, const struct value *v, struct span at, int spread)
{
	uint32_t n = o->f.n;
	uint32_t old = 0;
	if (n > 24) {
		if (!o->index.cap) {
			table_init(&o->index, e->arena);
			for (uint32_t i = 0; i < n; i++)
				table_put(&o->index, o->f.v[i].key, (void *)(uintptr_t)(i + 1));
		}
		old = (uint32_t)(uintptr_t)table_get(&o->index, key);
	} else {
		for (uint32_t i = 0; i < n && !old; i++)
			if (o->f.v[i].key == key)
				old = i + 1;
	}
	if (old) {
		if (!o->spread.v[old - 1] && !spread) {
			struct diag *d = diag_error(e->diags, at, D_DUPLICATE_KEY, key->text);
			if (o->f.v[old - 1].value->origin.hi)
				diag_place(e->diags, d, o->f.v[old - 1].value->origin, "first given here");
			return 0;
		}
		o->f.v[old - 1].value = v;
		o->spread.v[old - 1] = (uint8_t)spread;
		return 1;
	}
	VEC_PUSH(e->arena, &o->f, ((struct field){ key, v }));
	VEC_PUSH(e->arena, &o->spread, (uint8_t)spread);
	if (o->index.cap)
		table_put(&o->index, key, (void *)(uintptr_t)o->f.n);
	return 1;
}

static int entries(struct eval *e, struct env *env, const struct ast *x, struct fields *o);

static int entries_body(struct eval *e, struct env *env, const struct ast *x, void *ctx)
{
	return entries(e, env, x->kids[1], ctx);
}

static void unknown_field(struct eval *e, const struct ast *k, const struct type *record, const struct atom *key)
{
	struct suggest s;
	struct diag *d = diag_error(e->diags,
		k->name_span.hi ? k->name_span : k->span, D_UNKNOWN_FIELD,
		type_noun(e->p, record), key->text);
	suggest_init(&s, key->text, key->len);
	for (uint32_t f = 0; f < record->n; f++)
		suggest_try(&s, record->fields[f].name->text);
	if (suggest_best(&s)) {
		diag_label(e->diags, d, "did you mean `%s`?", suggest_best(&s));
		if (k->name_span.hi)
			diag_fix(e->diags, d, k->name_span, "%s", suggest_best(&s));
		return;
	}
	struct buf b = { 0 };
	for (uint32_t f = 0; f < record->n && f < 12; f++)
		buf_addf(&b, "%s%s", f ? ", " : "", record->fields[f].name->text);
	if (b.n)
		diag_help(e->diags, d, "it has %s%s", b.p, record->n > 12 ? ", ..." : "");
	buf_free(&b);
}

/* key: value. 0 after reporting. */
static int entry(struct eval *e, struct env *env, const struct ast *k, struct fields *o)
{
	const struct value *v;
	const struct atom *key = k->name;
	if (!key) {
		v = eval(e, env, k->kids[1]);
		if (is_error(v)) {
			return 0;
		}
		TOUCH(e, v);
		key = atom_intern(e->p->atoms, v->str.p, v->n);
	}
	const struct type *want = o->elem;
	if (o->record) {
		want = type_record_field(o->record, key);
		if (!want && !o->open) {
			unknown_field(e, k, o->record, key);
			return 0;
		}
	}
	v = want ? eval_typed(e, env, k->kids[0], want) : eval(e, env, k->kids[0]);
	if (is_error(v)) {
		return 0;
	}
	if ((k->flags & AST_F_OPTIONAL) && v->tag == VALUE_NONE)
		return 1;
	return limit_bytes(e, sizeof(struct field), k->span)
		&& put(e, o, key, v, k->name_span.hi ? k->name_span : k->span, 0);
}

/* ...map. 0 after reporting. */
static int spread(struct eval *e, struct env *env, const struct ast *k, struct fields *o)
{
	int ok = 1;
	const struct value *v = eval(e, env, k->kids[0]);
	if (is_error(v)) {
		ok = 0;
	} else if (v->tag == VALUE_RECORD) {
		for (uint32_t f = 0; f < v->n; f++)
			if (!put(e, o, v->rec.fields[f].key,
				e->origins ? origin_spread(e, k, v->rec.fields[f].value)
				: v->rec.fields[f].value,
				k->span, 1))
				ok = 0;
	} else if (v->tag != VALUE_NONE) {
		diag_error(e->diags, k->span, D_TYPE, "a map", value_noun(e, v));
		ok = 0;
	}
	return ok;
}

static int entries(struct eval *e, struct env *env, const struct ast *x, struct fields *o)
{
	int ok = 1;
	for (uint32_t i = 0; i < x->nkids && !e->stopped; i++) {
		const struct ast *k = x->kids[i];
		const struct value *v;
		int yes;
		switch ((enum ast_tag)k->tag) {
		case AST_ENTRY:
			ok &= entry(e, env, k, o);
			break;
		case AST_SPREAD:
			ok &= spread(e, env, k, o);
			break;
		case AST_EFOR:
			ok &= each(e, env, k, entries_body, o);
			break;
		case AST_EIF:
			v = eval(e, env, k->kids[0]);
			yes = truth(e, v, k->kids[0]->span);
			if (yes < 0) {
				ok = 0;
				break;
			}
			WHEN(e, v);
			if (yes)
				ok &= entries(e, env, k->kids[1], o);
			else if (k->nkids > 2 && k->kids[2])
				ok &= entries(e, env, k->kids[2], o);
			WHEN_OVER(e);
			break;
		default:
			ok = 0;
			break;
		}
	}
	return ok;
}

static const struct value *object(struct eval *e, struct env *env, const struct ast *x, const struct type *t)
{
	struct fields o = { 0 };
	if (t && t->tag == T_MAP)
		o.elem = t->elem->tag == T_ANY ? NULL : t->elem;
	else if (t)
		o.record = t;
	if (!entries(e, env, x, &o))
		return VALUE_ERROR_V;
	const struct value *v = value_record(e->arena, o.f.v, o.f.n, x->span);
	return o.record ? coerce_fields(e, v, t, x->span, 0) : v;
}

/* An object that may have fields besides those of the type. */
const struct value *eval_open(struct eval *e, struct env *env, const struct ast *x, const struct type *t)
{
	struct fields o = { .record = t, .open = 1 };
	if (x->tag != AST_OBJECT)
		return eval(e, env, x);
	return entries(e, env, x, &o) ? value_record(e->arena, o.f.v, o.f.n, x->span) : VALUE_ERROR_V;
}

/* -- expressions -- */

static const struct value *name(struct eval *e, struct env *env, const struct ast *x)
{
	switch (x->bind_tag) {
	case BIND_LOCAL: {
		const struct value *v = env->locals[x->bind_index];
		return v ? LIVE(e, v) : VALUE_ERROR_V;
	}
	case BIND_SLOT:
		if (!env->inst)
			return x->bind_index == SLOT_STACK && e->stack ? component_value(e, e->stack) : VALUE_ERROR_V;
		return slot_value(e, env->inst, x->bind_index);
	case BIND_SYMBOL:
		return symbol_value(e, x->bind, x->span);
	case BIND_PORTS:
	case BIND_EXPOSE:
		diag_help(e->diags, diag_error(e->diags, x->span, D_TYPE, "one port", "all of them"),
			"write %s.NAME", x->name->text);
		return VALUE_ERROR_V;
	case BIND_NULL: {
		struct value *v = ARENA_NEW(e->arena, struct value);
		v->tag = VALUE_NULL;
		v->origin = x->span;
		return v;
	}
	case BIND_WORD:
		/* a word of an enumeration where none is wanted; what is in no enumeration is reported by
		   resolve_words() */
		if (table_get(&e->p->enum_words, x->name))
			diag_error(e->diags, x->span, D_UNKNOWN_NAME, x->name->text);
		return VALUE_ERROR_V;
	default:
		return VALUE_ERROR_V;
	}
}

static const struct value *expression(struct eval *e, struct env *env, const struct ast *x)
{
	const struct value *v;
	if (e->depth > MAX_EVAL_DEPTH)
		return STOP(e, x->span, D_STEPS, "3000 nested");
	if (!(e->steps & 255) && !limit_bytes(e, 0, x->span))
		return VALUE_ERROR_V;
	e->depth++;
	switch ((enum ast_tag)x->tag) {
	case AST_NUMBER: v = eval_number(e, x, &type_any, 0); break;
	case AST_STRING: v = value_string(e->arena, x->name->text, x->name->len, x->span); break;
	case AST_INTERP: v = interp(e, env, x); break;
	case AST_BOOL: v = value_bool(x->op); break;
	case AST_NONE: v = VALUE_NONE_V; break;
	case AST_NAME: v = name(e, env, x); break;
	case AST_FIELD: v = eval_field(e, env, x); break;
	case AST_INDEX: v = eval_index(e, env, x); break;
	case AST_CALL: v = eval_call(e, env, x); break;
	case AST_UNARY: {
		const struct value *k = eval(e, env, x->kids[0]);
		TOUCH(e, k);
		if (is_error(k)) {
			v = k;
		} else if (x->op == '!') {
			int t = truth(e, k, x->kids[0]->span);
			v = t < 0 ? VALUE_ERROR_V : value_bool(!t);
		} else if (k->tag == VALUE_INT && k->i != INT64_MIN) {
			v = value_int(e->arena, -k->i, x->span);
		} else if (k->tag == VALUE_FLOAT) {
			v = value_float(e->arena, -k->d, x->span);
		} else {
			diag_error(e->diags, x->span, D_TYPE, "a number", value_noun(e, k));
			v = VALUE_ERROR_V;
		}
		break;
	}
	case AST_BINARY: v = eval_binary(e, env, x); break;
	case AST_IF: {
		const struct value *c = eval(e, env, x->kids[0]);
		int t = truth(e, c, x->kids[0]->span);
		if (t < 0) {
			v = VALUE_ERROR_V;
			break;
		}
		if (e->origins) {
			origin_when(e, c);
			v = eval(e, env, x->kids[t ? 1 : 2]);
			WHEN_OVER(e);
			break;
		}
		v = eval(e, env, x->kids[t ? 1 : 2]);
		break;
	}
	case AST_LIST:
	case AST_LISTFOR: v = eval_list(e, env, x, NULL); break;
	case AST_OBJECT: v = object(e, env, x, NULL); break;
	default: v = VALUE_ERROR_V; break;
	}
	e->depth--;
	return v;
}

/* Off the short way: no more steps, or origins are wanted. */
static COLD const struct value *eval_long(struct eval *e, struct env *env, const struct ast *x)
{
	if (!e->origins || e->stopped || e->steps > e->max_steps)
		return STOP(e, x->span, D_STEPS, arena_printf(e->p->arena, "%llu", (unsigned long long)e->max_steps));
	struct origin_mark m = origin_enter(e);
	return origin_made(e, x, expression(e, env, x), m);
}

const struct value *eval(struct eval *e, struct env *env, const struct ast *x)
{
	if (++e->steps > e->limit || e->stopped)
		return eval_long(e, env, x);
	return expression(e, env, x);
}

/* Arithmetic whose result is wanted as a size, a duration, ...: its literals with a unit are read as that. */
static const struct value *sum(struct eval *e, struct env *env, const struct ast *x, const struct type *t)
{
	const struct value *v[2];
	for (int k = 0; k < 2; k++) {
		const struct ast *o = x->kids[k];
		double d;
		if (o->tag == AST_NUMBER
			&& (x->op == OP_ADD || x->op == OP_SUB || !lit_float(o->name->text, o->name->len, &d)))
			v[k] = e->origins ? origin_leaf(e, o, eval_number(e, o, t, 0)) : eval_number(e, o, t, 0);
		else if (o->tag == AST_BINARY && o->op >= OP_ADD)
			v[k] = sum(e, env, o, t);
		else
			v[k] = NULL;
	}
	if (!v[0] && !v[1])
		return eval(e, env, x);
	for (int k = 0; k < 2; k++) {
		if (!v[k])
			v[k] = eval(e, env, x->kids[k]);
		if (is_error(v[k]))
			return v[k];
		TOUCH_DEEP(e, v[k]);
	}
	return eval_arithmetic(e, x, v[0], v[1]);
}

static int wants_text(const struct type *t)
{
	return t->tag == T_STRING
		|| (t->tag == T_TEXT
			&& (t->text == TEXT_HOST || t->text == TEXT_URL || t->text == TEXT_IMAGE
				|| t->text == TEXT_NAME));
}

static void quotes_help(struct eval *e, struct diag *x, struct span at)
{
	const struct source *src = source_of(e->p->sources, at.lo);
	if (!src || at.hi - at.lo > 100)
		return;
	diag_help(e->diags, x, "text stands in quotes: \"%.*s\"", (int)(at.hi - at.lo),
		src->text + (at.lo - src->base));
	diag_fix(e->diags, x, at, "\"%.*s\"", (int)(at.hi - at.lo), src->text + (at.lo - src->base));
}

static const struct value *typed(struct eval *e, struct env *env, const struct ast *x, const struct type *t)
{
	const struct type *a;
	const struct value *v;
	switch ((enum ast_tag)x->tag) {
	case AST_NUMBER:
		e->steps++;
		return eval_number(e, x, t, 0);
	case AST_NAME:
		if (x->bind_tag != BIND_LOCAL && type_has_word(t, x->name))
			return value_text(e->arena, TEXT_ENUM, x->name->text, x->name->len, 0, x->span);
		if (x->bind_tag == BIND_WORD) {
			const struct type *o = t->tag == T_OPTIONAL ? t->elem : t;
			if (o->tag == T_ENUM || (o->tag == T_UNION && table_get(&e->p->enum_words, x->name))) {
				/* said here, so not again */
				table_put(&e->p->enum_words, x->name, (void *)(uintptr_t)1);
				word_error(e, o, x->name->text, x->span);
				return VALUE_ERROR_V;
			}
			if (wants_text(o))
				((struct ast *)(uintptr_t)x)->flags |= AST_F_TEXT;      /* for whoever reports it */
		}
		break;
	case AST_FIELD: {
		/* a host or file name without its quotes */
		const struct ast *root = x;
		uint32_t before = e->diags->n;
		if (!wants_text(t->tag == T_OPTIONAL ? t->elem : t))
			break;
		while (root->tag == AST_FIELD)
			root = root->kids[0];
		if (root->tag != AST_NAME)
			break;
		v = eval(e, env, x);
		if (is_error(v) && root->bind_tag == BIND_WORD)
			((struct ast *)(uintptr_t)root)->flags |= AST_F_TEXT;
		else if (is_error(v) && e->diags->n == before + 1 && !strcmp(e->diags->v[before]->code, "E0206")
			&& !e->diags->v[before]->label)
			quotes_help(e, e->diags->v[before], x->span);
		return coerce(e, v, t, x->span);
	}
	case AST_STRING:
		if (x->flags & AST_F_TEXT) {
			const struct type *o = t->tag == T_OPTIONAL ? t->elem : t;
			v = value_string(e->arena, x->name->text, x->name->len, x->span);
			return o->tag == T_TEXT ? eval_text_as(e, v, o, x->span, 0, 1) : coerce(e, v, t, x->span);
		}
		break;
	case AST_LIST:
	case AST_LISTFOR:
		a = type_alternative(t, 1);
		if (a)
			return eval_list(e, env, x, a->elem->tag == T_ANY ? NULL : a->elem);
		break;
	case AST_OBJECT:
		a = type_alternative(t, 0);
		if (a)
			return object(e, env, x, a);
		break;
	case AST_IF: {
		const struct value *c = eval(e, env, x->kids[0]);
		int yes = truth(e, c, x->kids[0]->span);
		if (yes < 0)
			return VALUE_ERROR_V;
		WHEN(e, c);
		v = eval_typed(e, env, x->kids[yes ? 1 : 2], t);
		WHEN_OVER(e);
		return v;
	}
	case AST_BINARY:
		a = t->tag == T_OPTIONAL ? t->elem : t;
		if (a->tag == T_TEXT && a->text >= TEXT_SIZE && a->text <= TEXT_RATE && x->op >= OP_ADD) {
			struct type free = *a;
			free.ranged = 0;
			return coerce(e, sum(e, env, x, &free), t, x->span);
		}
		break;
	case AST_UNARY:
		if (x->op == '-' && x->kids[0]->tag == AST_NUMBER && (t->tag == T_INT || t->tag == T_FLOAT)) {
			struct type free = *t;
			free.ranged = 0;
			v = eval_number(e, x->kids[0], &free, 0);
			if (is_error(v))
				return v;
			v = v->tag == VALUE_INT ? value_int(e->arena, -v->i, x->span)
						: value_float(e->arena, -v->d, x->span);
			return coerce(e, v, t, x->span);
		}
		break;
	default:
		break;
	}
	v = eval(e, env, x);
	return coerce(e, v, t, x->span);
}

static COLD const struct value *typed_long(struct eval *e, struct env *env, const struct ast *x, const struct type *t)
{
	struct origin_mark m = origin_enter(e);
	return origin_made(e, x, typed(e, env, x, t), m);
}

const struct value *eval_typed(struct eval *e, struct env *env, const struct ast *x, const struct type *t)
{
	if (t->tag == T_ANY)
		return eval(e, env, x);
	if (e->origins)
		return typed_long(e, env, x, t);
	return typed(e, env, x, t);
}
