/* Operators: numbers, sizes and durations with their units, texts, lists, comparisons by value. */
#define _GNU_SOURCE
#include "eval/expr.h"
#include "eval/origin.h"
#include "eval/plan.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const op_text[] = { "||", "&&", "==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%" };

static const struct value *bad_operands(
	struct eval *e, const struct ast *x, const struct value *a, const struct value *b)
{
	struct diag *d = diag_error(e->diags, x->span, D_OPERATOR, op_text[x->op], value_noun(e, a), value_noun(e, b));
	if (!strcmp(op_text[x->op], "+") && ((a->tag == VALUE_STRING && b->tag < VALUE_STRING)
						     || (b->tag == VALUE_STRING && a->tag < VALUE_STRING)))
		diag_help(e->diags, d, "a value stands in text as ${NAME}");
	return VALUE_ERROR_V;
}

static int is_number(const struct value *v)
{
	return v->tag == VALUE_INT || v->tag == VALUE_FLOAT;
}

static double as_double(const struct value *v)
{
	return v->tag == VALUE_INT ? (double)v->i : v->tag == VALUE_FLOAT ? v->d : v->str.num;
}

static int is_text(const struct value *v, int text)
{
	return v->tag == VALUE_STRING && v->text == text;
}

/* The result of an operator as a size, a duration, a number of cores or a rate. What is left of one divided by another
   may be nothing. */
static const struct value *sized(struct eval *e, int text, double num, const struct ast *x)
{
	char s[64];
	struct span at = x->span;
	size_t n;
	if (!(num >= 0) || num > 9e18 || (num == 0 && text != TEXT_DURATION && x->op != OP_MOD)) {
		struct diag *d = diag_error(e->diags, at, D_OVERFLOW, op_text[x->op]);
		if (num <= 0)
			diag_label(e->diags, d, "%s",
				text == TEXT_DURATION ? "a duration is not negative"
					: "what is left must be more than zero");
		return VALUE_ERROR_V;
	}
	if (text == TEXT_DURATION) {
		n = lit_duration_print(num, s);
	} else if (text == TEXT_SIZE) {
		static const char suffix[][3] = { "", "Ki", "Mi", "Gi", "Ti", "Pi" };
		double v = floor(num);
		int i = 0;
		while (i < 5 && v >= 1024 && fmod(v, 1024) == 0) {
			v /= 1024;
			i++;
		}
		n = (size_t)snprintf(s, sizeof s, "%.0f%s", v, suffix[i]);
	} else if (text == TEXT_RATE) {
		static const struct {
			double s;
			char unit;
		} per[] = { { 1, 's' }, { 60, 'm' }, { 3600, 'h' }, { 86400, 'd' } };
		int i = 0;
		while (i < 3 && floor(num * per[i].s) != num * per[i].s)
			i++;
		if (floor(num * per[i].s) != num * per[i].s)
			i = 0;
		n = float_print(num * per[i].s, s);
		if (n > 2 && !memcmp(s + n - 2, ".0", 2))
			n -= 2;
		s[n++] = '/';
		s[n++] = per[i].unit;
	} else {        /* cores, in whole milli-cores */
		double milli = ceil(num * 1000 - 1e-9);
		n = fmod(milli, 1000) == 0 ? (size_t)snprintf(s, sizeof s, "%.0f", milli / 1000)
			: (size_t)snprintf(s, sizeof s, "%.0fm", milli);
	}
	return value_text(e->arena, (enum text_type)text, arena_strdup(e->arena, s, n), n, num, at);
}

const struct value *list_concat(struct eval *e, const struct value *a, const struct value *b, struct span at)
{
	size_t n = (size_t)a->n + b->n;
	if (!limit_bytes(e, n * sizeof a, at) || n > UINT32_MAX)
		return VALUE_ERROR_V;
	const struct value **items = ARENA_ARRAY(e->arena, const struct value *, n);
	if (a->n)
		memcpy(items, a->items, a->n * sizeof *items);
	if (b->n)
		memcpy(items + a->n, b->items, b->n * sizeof *items);
	return value_list(e->arena, items, (uint32_t)n, at);
}

static const struct value *texts(struct eval *e, const struct ast *x, const struct value *a, const struct value *b)
{
	size_t n = (size_t)a->n + b->n;
	if (!limit_bytes(e, n, x->span) || n > UINT32_MAX)
		return VALUE_ERROR_V;
	char *s = arena_alloc(e->arena, n + 1);
	memcpy(s, a->str.p, a->n);
	memcpy(s + a->n, b->str.p, b->n);
	if (e->origins)
		origin_pieces(e, (const struct value *[]){ a, b }, (uint32_t[]){ a->n, b->n }, 2);
	return value_string(e->arena, s, n, x->span);
}

static const struct value *ints(struct eval *e, const struct ast *x, const struct value *a, const struct value *b)
{
	const int op = x->op;
	int64_t r = 0;
	int over = 0;
	switch (op) {
	case OP_ADD: over = __builtin_add_overflow(a->i, b->i, &r); break;
	case OP_SUB: over = __builtin_sub_overflow(a->i, b->i, &r); break;
	case OP_MUL: over = __builtin_mul_overflow(a->i, b->i, &r); break;
	default:
		if (!b->i) {
			diag_error(e->diags, x->kids[1]->span, D_DIVIDE);
			return VALUE_ERROR_V;
		}
		if (b->i == -1) {
			over = op == OP_DIV && __builtin_sub_overflow((int64_t)0, a->i, &r);
		} else if (op == OP_MOD) {
			r = a->i % b->i;
		} else if (a->i % b->i) {
			return value_float(e->arena, (double)a->i / (double)b->i, x->span);
		} else {
			r = a->i / b->i;
		}
		break;
	}
	if (over) {
		diag_error(e->diags, x->span, D_OVERFLOW, op_text[op]);
		return VALUE_ERROR_V;
	}
	return value_int(e->arena, r, x->span);
}

/* What comes out of two numbers, sizes, durations, cores or rates: 0 a float, a text type, or -1: nothing does. */
static int unit_of(int op, const struct value *a, const struct value *b)
{
	int an = is_number(a), bn = is_number(b);
	int as = is_text(a, TEXT_SIZE) || is_text(a, TEXT_DURATION) || is_text(a, TEXT_CORES),
		bs = is_text(b, TEXT_SIZE) || is_text(b, TEXT_DURATION) || is_text(b, TEXT_CORES);
	int ar = is_text(a, TEXT_RATE), br = is_text(b, TEXT_RATE);
	if (an && bn)
		return 0;
	if (as && bs && a->text == b->text)
		return op == OP_DIV ? 0 : op == OP_ADD || op == OP_SUB || op == OP_MOD ? a->text : -1;
	if (as && bn && (op == OP_MUL || op == OP_DIV))
		return a->text;
	if (an && bs && op == OP_MUL)
		return b->text;
	if ((ar && is_text(b, TEXT_DURATION)) || (br && is_text(a, TEXT_DURATION)))
		return op == OP_MUL ? 0 : -1;
	if (an && br && op == OP_DIV)
		return TEXT_DURATION;
	if (ar && br)
		return op == OP_DIV ? 0 : op == OP_ADD || op == OP_SUB ? TEXT_RATE : -1;
	if ((ar && bn && (op == OP_MUL || op == OP_DIV)) || (an && br && op == OP_MUL))
		return TEXT_RATE;
	return -1;
}

const struct value *eval_arithmetic(struct eval *e, const struct ast *x, const struct value *a, const struct value *b)
{
	int op = x->op;
	if (op == OP_ADD && a->tag == VALUE_STRING && b->tag == VALUE_STRING
		&& !(a->text >= TEXT_SIZE && a->text <= TEXT_RATE && a->text == b->text))
		return texts(e, x, a, b);
	if (op == OP_ADD && a->tag == VALUE_LIST && b->tag == VALUE_LIST)
		return list_concat(e, a, b, x->span);
	if (a->tag == VALUE_INT && b->tag == VALUE_INT)
		return ints(e, x, a, b);
	const int result = unit_of(op, a, b);
	if (result < 0)
		return bad_operands(e, x, a, b);
	const double p = as_double(a), q = as_double(b);
	double r;
	switch (op) {
	case OP_ADD: r = p + q; break;
	case OP_SUB: r = p - q; break;
	case OP_MUL: r = p * q; break;
	default:
		if (q == 0) {
			diag_error(e->diags, x->kids[1]->span, D_DIVIDE);
			return VALUE_ERROR_V;
		}
		r = op == OP_DIV ? p / q : fmod(p, q);
		break;
	}
	if (!isfinite(r)) {
		diag_error(e->diags, x->span, D_OVERFLOW, op_text[op]);
		return VALUE_ERROR_V;
	}
	return result ? sized(e, result, r, x) : value_float(e->arena, r, x->span);
}

static const struct value *compare(struct eval *e, const struct ast *x, const struct value *a, const struct value *b)
{
	double c;
	if (is_number(a) && is_number(b)) {
		c = a->tag == VALUE_INT && b->tag == VALUE_INT ? (double)((a->i > b->i) - (a->i < b->i))
			: as_double(a) - as_double(b);
	} else if (a->tag == VALUE_STRING && b->tag == VALUE_STRING) {
		if (a->text == TEXT_VERSION || b->text == TEXT_VERSION) {
			c = lit_version_compare(a->str.p, a->n, b->str.p, b->n);
		} else if (a->text == b->text && a->text >= TEXT_SIZE && a->text <= TEXT_RATE) {
			c = a->str.num - b->str.num;
		} else if ((a->text == TEXT_NONE || a->text >= TEXT_HOST)
			&& (b->text == TEXT_NONE || b->text >= TEXT_HOST)) {
			size_t n = a->n < b->n ? a->n : b->n;
			c = memcmp(a->str.p, b->str.p, n);
			if (c == 0)
				c = (double)a->n - (double)b->n;
		} else {
			return bad_operands(e, x, a, b);
		}
	} else if (is_text(a, TEXT_CORES) && is_number(b)) {
		c = as_double(a) - as_double(b);
	} else {
		return bad_operands(e, x, a, b);
	}
	return value_bool(x->op == OP_LT ? c < 0 : x->op == OP_LE ? c <= 0 : x->op == OP_GT ? c > 0 : c >= 0);
}

static int same(struct eval *e, const struct value *a, const struct value *b)
{
	if (a == b)
		return 1;
	if (a->tag == VALUE_LIST && b->tag == VALUE_LIST) {
		if (a->n != b->n || !counted(e, a->n, a->origin))
			return 0;
		for (uint32_t i = 0; i < a->n; i++)
			if (!same(e, a->items[i], b->items[i]))
				return 0;
		return 1;
	}
	if (a->tag == VALUE_RECORD && b->tag == VALUE_RECORD) {
		if (a->n != b->n || !counted(e, a->n, a->origin))
			return 0;
		for (uint32_t i = 0; i < a->n; i++) {
			const struct value *x = value_get(b, a->rec.fields[i].key);
			if (!x || !same(e, a->rec.fields[i].value, x))
				return 0;
		}
		return 1;
	}
	if (a->tag != b->tag)
		return is_number(a) && is_number(b) && as_double(a) == as_double(b);
	switch (a->tag) {
	case VALUE_COMPONENT:
	case VALUE_DETECTOR:
	case VALUE_SECRET:
		return a->ref.ref == b->ref.ref;
	case VALUE_GIVEN:
		return ((struct given *)a->ref.ref)->inst == ((struct given *)b->ref.ref)->inst
			&& ((struct given *)a->ref.ref)->give == ((struct given *)b->ref.ref)->give;
	case VALUE_SECRET_KEY:
		return a->ref.ref == b->ref.ref && a->ref.key == b->ref.key;
	case VALUE_STRING:
		if (a->text == TEXT_VERSION || b->text == TEXT_VERSION)
			return lit_version_compare(a->str.p, a->n, b->str.p, b->n) == 0;
		return value_equal(a, b);
	default:
		return value_equal(a, b);
	}
}

static int is_literal(const struct ast *x)
{
	return x->tag == AST_NUMBER || (x->tag == AST_UNARY && x->op == '-' && x->kids[0]->tag == AST_NUMBER)
		|| (x->tag == AST_NAME && x->bind_tag == BIND_WORD);
}

static const struct value *operand(struct eval *e, struct env *env, const struct ast *x, const struct type *t)
{
	if (x->tag == AST_NAME && x->bind_tag == BIND_NULL)
		return VALUE_NULL_V;
	/* what no enumeration has is reported by resolve_words() */
	if (x->tag == AST_NAME && x->bind_tag == BIND_WORD)
		return table_get(&e->p->enum_words, x->name)
			? value_text(e->arena, TEXT_ENUM, x->name->text, x->name->len, 0, x->span)
			: VALUE_ERROR_V;
	if (!t || x->tag != AST_NUMBER)
		return eval(e, env, x);
	const struct value *v = eval_number(e, x, t, 0);
	return e->origins ? origin_leaf(e, x, v) : v;
}

/* The type in which a literal is read beside a value of type t under an operator. */
static const struct type *beside(const struct value *v, int op, const struct ast *literal)
{
	int64_t i;
	if (v->tag != VALUE_STRING)
		return NULL;
	int simple = literal->tag == AST_NUMBER && lit_int(literal->name->text, literal->name->len, &i);
	double d;
	simple |= literal->tag == AST_NUMBER && lit_float(literal->name->text, literal->name->len, &d);
	if ((op == OP_MUL || op == OP_DIV) && simple)
		return NULL;            /* duration * 2 */
	if (v->text == TEXT_RATE && (op == OP_MUL || op == OP_DIV))
		return &type_duration;
	return v->text >= TEXT_VERSION && v->text <= TEXT_RATE ? type_of_value(v) : NULL;
}

const struct value *eval_binary(struct eval *e, struct env *env, const struct ast *x)
{
	const struct ast *l = x->kids[0], *r = x->kids[1];
	if (x->op == OP_OR || x->op == OP_AND) {
		int a = truth(e, eval(e, env, l), l->span);
		if (a < 0)
			return VALUE_ERROR_V;
		if (a == (x->op == OP_OR))
			return value_bool(a);
		int b = truth(e, eval(e, env, r), r->span);
		return b < 0 ? VALUE_ERROR_V : value_bool(b);
	}
	const struct value *a, *b;
	if (is_literal(l) && !is_literal(r)) {
		b = eval(e, env, r);
		a = is_error(b) ? b : operand(e, env, l, beside(b, x->op, l));
	} else {
		a = operand(e, env, l, NULL);
		b = is_error(a) ? a : operand(e, env, r, is_literal(r) ? beside(a, x->op, r) : NULL);
	}
	if (is_error(a) || is_error(b))
		return VALUE_ERROR_V;
	if (e->plan
		&& (x->op != OP_EQ && x->op != OP_NE ? x->op != OP_ADD || a->tag != VALUE_LIST
			: a->tag != VALUE_NONE && b->tag != VALUE_NONE)) {
		if (x->op == OP_ADD && a->tag == VALUE_STRING && b->tag == VALUE_STRING) {
			const struct value *parts[2] = { a, b }, *sum = eval_arithmetic(e, x, a, b);
			if (sum->tag == VALUE_STRING && sum->text == TEXT_NONE)
				return plan_concat(e, sum, parts, 2);
		}
		plan_touch_deep(e, a);
		if (x->op != OP_IN || b->tag != VALUE_RECORD)
			plan_touch_deep(e, b);
	}
	switch (x->op) {
	case OP_EQ: return value_bool(same(e, a, b));
	case OP_NE: return value_bool(!same(e, a, b));
	case OP_LT: case OP_LE: case OP_GT: case OP_GE: return compare(e, x, a, b);
	case OP_IN:
		if (b->tag == VALUE_LIST) {
			for (uint32_t i = 0; i < b->n; i++)
				if (same(e, a, b->items[i]))
					return value_bool(1);
			return value_bool(0);
		}
		if (a->tag == VALUE_STRING && b->tag == VALUE_RECORD) {
			const struct atom *k = atom_find(e->p->atoms, a->str.p, a->n);
			return value_bool(k && value_get(b, k));
		}
		if (a->tag == VALUE_STRING && b->tag == VALUE_STRING)
			return value_bool(!a->n || (b->n >= a->n && memmem(b->str.p, b->n, a->str.p, a->n)));
		return bad_operands(e, x, a, b);
	default: return eval_arithmetic(e, x, a, b);
	}
}
