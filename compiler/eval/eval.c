/* Expressions to values. A literal takes its meaning from the type that is wanted, so eval_typed() goes down with the
   type as far as the expression is written out, and everything else is computed and then held against the type. */
#define _GNU_SOURCE
#include "eval/eval.h"
#include "base/suggest.h"
#include "eval/literal.h"
#include "emit/yaml.h"
#include "eval/origin.h"
#include "eval/plan.h"
#include "eval/schema.h"
#include <math.h>
#include <stdio.h>
#include <stdarg.h>
#include <string.h>

#define MAX_EVAL_DEPTH 3000
#define SMALL_SIZE 1048576.0            /* bytes: below that a size without a unit is most likely a mistake */
#define COLD __attribute__((noinline, cold))
static const struct value in_progress = { .tag = VALUE_ERROR };

int is_error(const struct value *v)
{
	return v->tag == VALUE_ERROR;
}

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
static const struct value *stop_split(struct eval *e, struct span at, const char *limit, const char *code, const char *fmt)
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

/* -- words for messages -- */

const char *value_noun(struct eval *e, const struct value *v)
{
	switch ((enum value_tag)v->tag) {
	case VALUE_COMPONENT: return arena_printf(e->p->arena, "the component %s", instance_label(e, v->ref.ref));
	case VALUE_GIVEN: return arena_printf(e->p->arena, "the `%s` of %s", ((struct given *)v->ref.ref)->give->iface->name->text, instance_label(e, ((struct given *)v->ref.ref)->inst));
	case VALUE_SECRET: return arena_printf(e->p->arena, "the secret `%s`", ((struct symbol *)v->ref.ref)->name->text);
	case VALUE_SECRET_KEY: return arena_printf(e->p->arena, "a key of the secret `%s`", ((struct symbol *)v->ref.ref)->name->text);
	case VALUE_DETECTOR: return "a detector";
	default: return value_tag_name(v);
	}
}

const struct type *type_of_value(const struct value *v)
{
	switch (v->tag) {
	case VALUE_BOOL: return &type_bool;
	case VALUE_INT: return &type_int;
	case VALUE_FLOAT: return &type_float;
	case VALUE_STRING:
		switch (v->text) {
		case TEXT_VERSION: return &type_version;
		case TEXT_SIZE: return &type_size;
		case TEXT_CORES: return &type_cores;
		case TEXT_DURATION: return &type_duration;
		case TEXT_RATE: return &type_rate;
		default: return &type_string;
		}
	default: return &type_any;
	}
}

/* Which setting it is whose type is wanted, if it is the whole setting. */
static void note_setting(struct eval *e, struct diag *x, const struct type *t)
{
	const struct frame *f = e->frame;
	const struct type *own = f && f->inst ? f->inst->kind->members.v[f->slot].type : NULL;
	if (own && (own == t || (own->tag == T_OPTIONAL && own->elem == t)))
		diag_note(e->diags, x, "`%s` of %s is %s", f->inst->kind->members.v[f->slot].name->text, f->inst->kind->name->text, type_noun(e->p, t));
}

/* What was most likely meant, where another value was given than one of type t. */
static void type_help(struct eval *e, struct diag *x, const struct type *t, const struct value *v, struct span at)
{
	while (t->tag == T_OPTIONAL)
		t = t->elem;
	if (v->tag == VALUE_STRING && (t->tag == T_INTERFACE || t->tag == T_SECRET)) {
		const struct atom *a = v->n && v->n < 200 ? atom_find(e->p->atoms, v->str.p, v->n) : NULL;
		const struct symbol *y = a ? table_get(&e->p->values, a) : NULL;
		if (y && y->tag != SYMBOL_FN) {
			diag_help(e->diags, x, "a name stands without quotes: %s", a->text);
			diag_fix(e->diags, x, at, "%s", a->text);
		}
	} else if ((v->tag == VALUE_STRING || v->tag == VALUE_RECORD) && t->tag == T_SECRET) {
		diag_help(e->diags, x, "values of secrets never stand in a source: declare secret NAME { KEY }, and write NAME");
	} else if (v->tag == VALUE_STRING && t->tag == T_SECRET_KEY) {
		diag_help(e->diags, x, "values of secrets never stand in a source: declare secret NAME { KEY }, and write NAME.KEY");
	} else if (v->tag == VALUE_STRING && (t->tag == T_INT || t->tag == T_PORT || t->tag == T_FLOAT || t->tag == T_BOOL)) {
		int64_t i;
		double d;
		if (t->tag == T_BOOL ? (v->n == 4 && !memcmp(v->str.p, "true", 4)) || (v->n == 5 && !memcmp(v->str.p, "false", 5))
				: lit_int(v->str.p, v->n, &i) || (t->tag == T_FLOAT && lit_float(v->str.p, v->n, &d))) {
			diag_help(e->diags, x, "write it without quotes: %.*s", (int)v->n, v->str.p);
			diag_fix(e->diags, x, at, "%.*s", (int)v->n, v->str.p);
		}
	} else if (v->tag == VALUE_SECRET && t->tag == T_SECRET_KEY) {
		const struct ast *d = ((const struct symbol *)v->ref.ref)->decl;
		struct buf b = { 0 };
		for (uint32_t n = 1; n < d->nkids && n < 6; n++)
			buf_addf(&b, "%s%s.%s", b.n ? ", " : "", d->name->text, d->kids[n]->name->text);
		if (b.n)
			diag_help(e->diags, x, "name one of its keys: %s", b.p);
		buf_free(&b);
	} else if (v->tag == VALUE_SECRET_KEY && t->tag == T_SECRET) {
		diag_help(e->diags, x, "write the secret itself: %s", ((const struct symbol *)v->ref.ref)->name->text);
	} else if (v->tag == VALUE_SECRET_KEY && (t->tag == T_STRING || t->tag == T_TEXT)) {
		diag_help(e->diags, x, "a key of a secret may stand in settings of type secret-key, and in env-list({ NAME: key })");
	} else if (v->tag == VALUE_NULL) {
		diag_help(e->diags, x, "`null` is a value of charts; nothing at all is `none`");
	} else if (t->tag == T_LIST && (v->tag == VALUE_STRING || v->tag == VALUE_INT || v->tag == VALUE_COMPONENT) && fits(e, v, t->elem)) {
		diag_help(e->diags, x, "a list stands in brackets: [...]");
	}
}

static struct diag *type_error_at(struct eval *e, struct span at, const struct type *t, const struct value *v)
{
	struct diag *x = diag_error(e->diags, at, D_TYPE, type_noun(e->p, t), value_noun(e, v));
	note_setting(e, x, t);
	type_help(e, x, t, v, at);
	return x;
}

/* -- literals -- */

static int in_range(struct eval *e, const struct type *t, double num, struct span at, const char *spelled, int silent)
{
	if (t->tag == T_PORT && !t->ranged ? num >= 1 && num <= 65535 : !t->ranged || (num >= t->lo && num <= t->hi))
		return 1;
	if (!silent) {
		struct diag *x = diag_error(e->diags, at, D_RANGE, spelled, t->tag == T_PORT && !t->ranged ? "port(1..65535)" : type_print(e->p, t));
		note_setting(e, x, t);
	}
	return 0;
}

static int parse_text(int text, const char *s, size_t n, double *num, const char **why)
{
	struct image_ref ref;
	*num = 0;
	*why = "";
	switch (text) {
	case TEXT_VERSION: return lit_version(s, n, why);
	case TEXT_SIZE:
		return lit_size(s, n, num, why);
	case TEXT_CORES: return lit_cores(s, n, num, why);
	case TEXT_DURATION: return lit_duration(s, n, num, why);
	case TEXT_RATE: return lit_rate(s, n, num, why);
	case TEXT_HOST: return lit_host(s, n, why);
	case TEXT_URL: return lit_url(s, n, why);
	case TEXT_IMAGE: return lit_image(s, n, &ref, why);
	case TEXT_NAME:
		*why = "use lower-case letters, digits and `-`, at most 63";
		return n <= 63 && lit_dns1123_label(s, n);
	default: return 1;
	}
}

/* What a number's spelling would be: "a time", for a message about the wrong unit. */
static const char *unit_noun(const char *s, size_t n)
{
	double d;
	int64_t i;
	const char *why;
	if (lit_int(s, n, &i) || lit_float(s, n, &d) || strspn(s, "0123456789") == n)
		return NULL;
	if (lit_duration(s, n, &d, &why))
		return "a duration";
	if (lit_size(s, n, &d, &why))
		return "a size";
	if (lit_rate(s, n, &d, &why))
		return "a rate";
	if (lit_cores(s, n, &d, &why))
		return "a number of cores";
	if (lit_version(s, n, &why))
		return "a version";
	return NULL;
}

static const char *unit_help(const struct type *t)
{
	switch (t->text) {
	case TEXT_SIZE: return "sizes are written 500Mi, 20Gi, 1Ti";
	case TEXT_CORES: return "cores are written 2, 0.5, 500m";
	case TEXT_DURATION: return "durations are written 30s, 5m, 1h30m, 7d";
	case TEXT_RATE: return "rates are written 40/s, 600/h, 10/d";
	case TEXT_VERSION: return "versions are written 1.10, 2.3.1";
	default: return NULL;
	}
}

/* A spelling as messages show it. */
static const char *shown(struct eval *e, const struct atom *a)
{
	return a->len <= 60 ? a->text : arena_printf(e->p->arena, "%.40s...", a->text);
}

static const struct value *number(struct eval *e, const struct ast *x, const struct type *t, int silent)
{
	const char *s = x->name->text, *why = "", *said = silent ? s : shown(e, x->name);
	size_t n = x->name->len;
	int64_t i;
	double d;
	int ok;
	switch ((enum type_tag)t->tag) {
	case T_ANY:
		if (lit_int(s, n, &i))
			return value_int(e->arena, i, x->span);
		/* 1.10 would lose its zero: what it is has to be said */
		if (lit_float(s, n, &d) && !(n > 3 && memchr(s, '.', n - 2) && s[n - 1] == '0' && !memchr(s, 'e', n) && !memchr(s, 'E', n)))
			return value_float(e->arena, d, x->span);
		if (x->flags & AST_F_TEXT)
			return value_string(e->arena, s, n, x->span);
		if (e->body && schema_literals(e) && (x->flags & AST_F_TEXT))
			return value_string(e->arena, s, n, x->span);
		if (!silent) {
			struct diag *w = diag_error(e->diags, x->span, D_UNTYPED_NUMBER, said);
			const char *help = e->body ? schema_literal_help(e, x) : NULL;
			diag_help(e->diags, w, help ? "%s" : "write it as text: \"%s\"", help ? help : said);
		}
		return silent ? NULL : VALUE_ERROR_V;
	case T_INT:
	case T_PORT:
		if (lit_int(s, n, &i)) {
			if (!in_range(e, t, (double)i, x->span, said, silent))
				return silent ? NULL : VALUE_ERROR_V;
			return value_int(e->arena, i, x->span);
		}
		break;
	case T_FLOAT:
		if (lit_float(s, n, &d)) {
			if (!in_range(e, t, d, x->span, said, silent))
				return silent ? NULL : VALUE_ERROR_V;
			return value_float(e->arena, d, x->span);
		}
		break;
	case T_TEXT:
		ok = parse_text(t->text, s, n, &d, &why);
		if (ok && (t->text == TEXT_URL || t->text == TEXT_IMAGE || t->text == TEXT_NAME) && !(x->flags & AST_F_TEXT))
			ok = 0;
		if (ok) {
			if (!in_range(e, t, d, x->span, said, silent))
				return silent ? NULL : VALUE_ERROR_V;
			if (t->text == TEXT_SIZE && d < SMALL_SIZE && strspn(s, "0123456789") == n && !silent && e->allowed && !e->allowed(e, "bare-size")) {
				struct diag *w = diag_warn(e->diags, x->span, "bare-size", W_BARE_SIZE, said);
				note_setting(e, w, t);
				diag_help(e->diags, w, "%s", unit_help(t));
			}
			return value_text(e->arena, t->text, s, n, d, x->span);
		}
		break;
	case T_STRING:
		if (x->flags & AST_F_TEXT)
			return value_string(e->arena, s, n, x->span);
		break;
	case T_OPTIONAL:
		return number(e, x, t->elem, silent);
	case T_UNION:
		for (uint32_t k = 0; k < t->n; k++) {
			const struct value *v = number(e, x, t->alts[k], 1);
			if (v)
				return v;
		}
		if (t->n && !silent)
			for (uint32_t k = 0; k < t->n; k++)
				if (t->alts[k]->tag == T_INT && lit_int(s, n, &i))
					return number(e, x, t->alts[k], 0);     /* only its range is wrong */
		break;
	case T_ENUM:
		for (uint32_t k = 0; k < t->n; k++)
			if (t->members[k] == x->name)
				return value_text(e->arena, TEXT_ENUM, s, n, 0, x->span);
		break;
	case T_ERROR:
		return VALUE_ERROR_V;
	default:
		break;
	}
	if (silent)
		return NULL;
	const char *unit = unit_noun(s, n);
	struct diag *r;
	if (unit && (t->tag == T_TEXT || t->tag == T_INT || t->tag == T_FLOAT || t->tag == T_PORT || t->tag == T_UNION || t->tag == T_OPTIONAL)) {
		r = diag_error(e->diags, x->span, D_UNIT, type_noun(e->p, t), said, unit);
		diag_label(e->diags, r, "%s", unit);
	} else if (t->tag == T_TEXT && *why) {
		r = diag_error(e->diags, x->span, D_BAD_LITERAL, said, type_noun(e->p, t), why);
	} else if ((t->tag == T_INT || t->tag == T_PORT || t->tag == T_FLOAT) && strspn(s, "0123456789") == n) {
		r = *s == '0' ? diag_error(e->diags, x->span, D_BAD_LITERAL, said, type_noun(e->p, t), "it has leading zeros")
			: diag_error(e->diags, x->span, D_RANGE, said, "what 64 bits hold");
	} else if ((t->tag == T_INT || t->tag == T_PORT) && lit_float(s, n, &d)) {
		r = diag_error(e->diags, x->span, D_BAD_LITERAL, said, type_noun(e->p, t), "it has a fraction or an exponent");
	} else if (t->tag == T_INT || t->tag == T_PORT || t->tag == T_FLOAT) {
		r = diag_error(e->diags, x->span, D_BAD_LITERAL, said, type_noun(e->p, t), t->tag == T_FLOAT ? "write it like 0.5 or 1e-6" : "write it in decimal digits");
	} else {
		r = diag_error(e->diags, x->span, D_TYPE, type_noun(e->p, t), arena_printf(e->p->arena, "the number `%s`", said));
	}
	note_setting(e, r, t);
	if (t->tag == T_STRING || (t->tag == T_TEXT && t->text >= TEXT_HOST)) {
		diag_help(e->diags, r, "write it as text: \"%s\"", said);
		diag_fix(e->diags, r, x->span, "\"%s\"", s);
	} else if (unit_help(t)) {
		diag_help(e->diags, r, "%s", unit_help(t));
	}
	return VALUE_ERROR_V;
}

/* A string value held against a type; NULL when silent and it does not fit. */
static const struct value *text_as(struct eval *e, const struct value *v, const struct type *t, struct span at, int silent, int from_set)
{
	const char *why = "";
	double d = 0;
	if (t->text == TEXT_SIZE || t->text == TEXT_CORES || t->text == TEXT_DURATION || t->text == TEXT_RATE) {
		if (!from_set) {
			if (silent)
				return NULL;
			struct diag *x = type_error_at(e, at, t, v);
			if (parse_text(t->text, v->str.p, v->n, &d, &why)) {
				diag_help(e->diags, x, "write it without quotes: %.*s", (int)v->n, v->str.p);
				diag_fix(e->diags, x, at, "%.*s", (int)v->n, v->str.p);
			}
			return VALUE_ERROR_V;
		}
	}
	if (!parse_text(t->text, v->str.p, v->n, &d, &why)) {
		if (silent)
			return NULL;
		const struct source *src = source_of(e->p->sources, at.lo);
		struct diag *x = diag_error(e->diags, at, D_BAD_LITERAL, arena_strdup(e->p->arena, v->str.p, v->n > 200 ? 200 : v->n), type_noun(e->p, t), why);
		if (src && src->library && e->frame && e->frame->inst && e->frame->inst->decl)
			diag_place(e->diags, x, e->frame->inst->at, "for %s", instance_label(e, e->frame->inst));
		return VALUE_ERROR_V;
	}
	if (t->ranged && !in_range(e, t, d, at, arena_strdup(e->p->arena, v->str.p, v->n), silent))
		return silent ? NULL : VALUE_ERROR_V;
	return plan_carry(e, v, value_text(e->arena, t->text, v->str.p, v->n, d, v->origin));
}

static int has_member(const struct type *t, const struct atom *word)
{
	if (t->tag == T_OPTIONAL)
		return has_member(t->elem, word);
	if (t->tag == T_UNION) {
		for (uint32_t i = 0; i < t->n; i++)
			if (has_member(t->alts[i], word))
				return 1;
		return 0;
	}
	if (t->tag == T_ENUM)
		for (uint32_t i = 0; i < t->n; i++)
			if (t->members[i] == word)
				return 1;
	return 0;
}

static int enum_index(const struct type *t, const struct value *v)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (t->members[i]->len == v->n && !memcmp(t->members[i]->text, v->str.p, v->n))
			return (int)i;
	return -1;
}

static void enum_error(struct eval *e, const struct type *t, const char *word, struct span at)
{
	struct suggest s;
	while (t->tag == T_OPTIONAL)
		t = t->elem;
	struct diag *x = diag_error(e->diags, at, D_ENUM, word, type_print(e->p, t));
	suggest_init(&s, word, strlen(word));
	if (t->tag == T_ENUM)
		for (uint32_t i = 0; i < t->n; i++)
			suggest_try(&s, t->members[i]->text);
	if (suggest_best(&s)) {
		diag_label(e->diags, x, "did you mean `%s`?", suggest_best(&s));
		diag_fix(e->diags, x, at, "%s", suggest_best(&s));
	}
}

/* -- types -- */

static const struct value *coerce_quiet(struct eval *e, const struct value *v, const struct type *t, struct span at, int silent);

static const struct value *coerce_fields(struct eval *e, const struct value *v, const struct type *t, struct span at, int silent)
{
	struct field *f = ARENA_ARRAY(e->arena, struct field, t->n);
	uint32_t known = 0, n = 0;
	for (uint32_t i = 0; i < t->n; i++) {
		const struct value *x = value_get(v, t->fields[i].name);
		known += x != NULL;
		if (!x && t->fields[i].deflt) {
			struct env none = { 0 };
			x = eval_typed(e, &none, t->fields[i].deflt, t->fields[i].type);
		} else if (!x || (x->tag == VALUE_NONE && t->fields[i].type->tag == T_OPTIONAL)) {
			if (t->fields[i].type->tag != T_OPTIONAL) {
				if (silent)
					return NULL;
				struct diag *d = diag_error(e->diags, at, D_UNKNOWN_FIELD, "this record", t->fields[i].name->text);
				if (t->fields[i].span.hi)
					diag_place(e->diags, d, t->fields[i].span, "it is wanted here");
				return VALUE_ERROR_V;
			}
			x = VALUE_NONE_V;
		} else {
			x = coerce_quiet(e, x, t->fields[i].type, x->origin.hi ? x->origin : at, silent);
		}
		if (!x)
			return NULL;
		if (is_error(x))
			return VALUE_ERROR_V;
		f[n++] = (struct field){ t->fields[i].name, x };
	}
	if (known < v->n) {
		for (uint32_t i = 0; i < v->n; i++) {
			uint32_t k = 0;
			while (k < t->n && t->fields[k].name != v->rec.fields[i].key)
				k++;
			if (k < t->n)
				continue;
			if (silent)
				return NULL;
			struct suggest s;
			const char *word = v->rec.fields[i].key->text;
			struct diag *d = diag_error(e->diags, v->rec.fields[i].value->origin.hi ? v->rec.fields[i].value->origin : at, D_UNKNOWN_FIELD, type_noun(e->p, t), word);
			suggest_init(&s, word, strlen(word));
			for (k = 0; k < t->n; k++)
				suggest_try(&s, t->fields[k].name->text);
			if (suggest_best(&s))
				diag_help(e->diags, d, "did you mean `%s`?", suggest_best(&s));
			return VALUE_ERROR_V;
		}
	}
	return value_record(e->arena, f, n, v->origin);
}

static const struct value *coerce_quiet(struct eval *e, const struct value *v, const struct type *t, struct span at, int silent)
{
	if (is_error(v) || t->tag == T_ERROR)
		return VALUE_ERROR_V;
	if (e->plan && is_symbolic(v) && t->tag != T_ANY) {
		if (silent)
			plan_touch(e, v);
		else
			plan_check(e, v, t);
	}
	switch ((enum type_tag)t->tag) {
	case T_ERROR:
		break;
	case T_ANY:
		return v;
	case T_OPTIONAL:
		return v->tag == VALUE_NONE ? v : coerce_quiet(e, v, t->elem, at, silent);
	case T_BOOL:
		if (v->tag == VALUE_BOOL)
			return v;
		break;
	case T_INT:
	case T_PORT:
		if (v->tag == VALUE_INT)
			return in_range(e, t, (double)v->i, at, arena_printf(e->p->arena, "%lld", (long long)v->i), silent) ? v : silent ? NULL : VALUE_ERROR_V;
		break;
	case T_FLOAT:
		if (v->tag == VALUE_INT || v->tag == VALUE_FLOAT) {
			double d = v->tag == VALUE_INT ? (double)v->i : v->d;
			if (!in_range(e, t, d, at, arena_printf(e->p->arena, "%g", d), silent))
				return silent ? NULL : VALUE_ERROR_V;
			if (v->tag == VALUE_FLOAT)
				return v;
			TOUCH(e, v);
			return CARRIED(e, v, value_float(e->arena, d, v->origin));
		}
		break;
	case T_STRING:
		if (v->tag == VALUE_STRING && t->ranged && !in_range(e, t, v->n, at, arena_printf(e->p->arena, "a text of %u byte%s", v->n, v->n == 1 ? "" : "s"), silent))
			return silent ? NULL : VALUE_ERROR_V;
		if (v->tag == VALUE_STRING)
			return v->text == TEXT_NONE || v->text == TEXT_ENUM ? v : plan_carry(e, v, value_string(e->arena, v->str.p, v->n, v->origin));
		break;
	case T_TEXT:
		if (v->tag == VALUE_STRING && v->text == t->text)
			return !t->ranged || in_range(e, t, v->str.num, at, arena_strdup(e->p->arena, v->str.p, v->n), silent) ? v : silent ? NULL : VALUE_ERROR_V;
		if (v->tag == VALUE_STRING && (v->text == TEXT_NONE || v->text == TEXT_ENUM || (t->text >= TEXT_HOST && v->text >= TEXT_HOST) || (t->text >= TEXT_HOST && v->text == TEXT_VERSION)))
			return text_as(e, v, t, at, silent, 0);
		if (v->tag == VALUE_INT && t->text == TEXT_CORES) {
			char s[32];
			int n = snprintf(s, sizeof s, "%lld", (long long)v->i);
			TOUCH(e, v);
			return CARRIED(e, v, value_text(e->arena, TEXT_CORES, arena_strdup(e->arena, s, (size_t)n), (size_t)n, (double)v->i, v->origin));
		}
		break;
	case T_ENUM:
		if (v->tag == VALUE_STRING) {
			int i = enum_index(t, v);
			if (i >= 0)
				return v->text == TEXT_ENUM ? v : plan_carry(e, v, value_text(e->arena, TEXT_ENUM, v->str.p, v->n, 0, v->origin));
			if (!silent)
				enum_error(e, t, arena_strdup(e->p->arena, v->str.p, v->n > 100 ? 100 : v->n), at);
			return silent ? NULL : VALUE_ERROR_V;
		}
		break;
	case T_LIST:
		if (v->tag == VALUE_LIST) {
			const struct value **items = NULL;
			for (uint32_t i = 0; i < v->n; i++) {
				const struct value *x = coerce_quiet(e, v->items[i], t->elem, v->items[i]->origin.hi ? v->items[i]->origin : at, silent);
				if (!x)
					return NULL;
				if (is_error(x))
					return VALUE_ERROR_V;
				if (x != v->items[i] && !items) {
					items = ARENA_ARRAY(e->arena, const struct value *, v->n);
					memcpy(items, v->items, i * sizeof *items);
				}
				if (items)
					items[i] = x;
			}
			return items ? value_list(e->arena, items, v->n, v->origin) : v;
		}
		break;
	case T_MAP:
		if (v->tag == VALUE_RECORD) {
			struct field *f = NULL;
			for (uint32_t i = 0; i < v->n; i++) {
				const struct value *x = coerce_quiet(e, v->rec.fields[i].value, t->elem, v->rec.fields[i].value->origin.hi ? v->rec.fields[i].value->origin : at, silent);
				if (!x)
					return NULL;
				if (is_error(x))
					return VALUE_ERROR_V;
				if (x != v->rec.fields[i].value && !f) {
					f = ARENA_ARRAY(e->arena, struct field, v->n);
					memcpy(f, v->rec.fields, v->n * sizeof *f);
				}
				if (f)
					f[i].value = x;
			}
			return f ? value_record(e->arena, f, v->n, v->origin) : v;
		}
		break;
	case T_RECORD:
		if (v->tag == VALUE_RECORD)
			return coerce_fields(e, v, t, at, silent);
		break;
	case T_INTERFACE:
		if (v->tag == VALUE_GIVEN && ((struct given *)v->ref.ref)->give->iface == t->iface)
			return v;
		if (v->tag == VALUE_COMPONENT) {
			struct instance *i = v->ref.ref;
			struct give *g = kind_give(i->kind, t->iface);
			if (g && !(g->decl->flags & AST_F_PARAMS))
				return give_value(e, i, g, at);
			if (silent)
				return NULL;
			if (!g && (i->kind->gives_broken || i->kind->broken))
				return VALUE_ERROR_V;
			struct diag *x = diag_error(e->diags, at, D_NOT_GIVEN, i->name->text, i->kind->name->text, t->iface->name->text);
			if (g)
				diag_help(e->diags, x, "it must be asked for: %s.%s(...)", i->local->text, t->iface->name->text);
			else if (i->kind->gives.n) {
				struct buf b = { 0 };
				for (uint32_t k = 0; k < i->kind->gives.n; k++)
					buf_addf(&b, "%s%s", k ? ", " : "", i->kind->gives.v[k].iface->name->text);
				diag_note(e->diags, x, "it gives %s", b.p);
				buf_free(&b);
			}
			return VALUE_ERROR_V;
		}
		if (v->tag == VALUE_RECORD)
			return coerce_fields(e, v, t->iface->type, at, silent);
		break;
	case T_UNION:
		for (uint32_t i = 0; i < t->n; i++) {
			const struct value *x = coerce_quiet(e, v, t->alts[i], at, 1);
			if (x)
				return x;
		}
		break;
	case T_SECRET:
		if (v->tag == VALUE_SECRET)
			return v;
		break;
	case T_SECRET_KEY:
		if (v->tag == VALUE_SECRET_KEY)
			return v;
		break;
	}
	if (silent)
		return NULL;
	type_error_at(e, at, t, v);
	return VALUE_ERROR_V;
}

const struct value *coerce(struct eval *e, const struct value *v, const struct type *t, struct span at)
{
	return coerce_quiet(e, v, t, at, 0);
}

int fits(struct eval *e, const struct value *v, const struct type *t)
{
	const struct value *r = coerce_quiet(e, v, t, v->origin, 1);
	return r && !is_error(r);
}

int truth(struct eval *e, const struct value *v, struct span at)
{
	if (is_error(v))
		return -1;
	TOUCH(e, v);
	if (v->tag == VALUE_BOOL)
		return v->i != 0;
	type_error_at(e, at, &type_bool, v);
	return -1;
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
	struct piece { const char *p; size_t n; } small[16], *v = x->nkids <= 16 ? small : ARENA_ARRAY(e->arena, struct piece, x->nkids);
	size_t total = 0;
	int bad = 0;
	const struct value **parts = e->plan || e->origins ? ARENA_ARRAY(e->arena, const struct value *, x->nkids) : NULL;
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
				diag_note(e->diags, d, "what is compiled is committed and reviewed, so no secret may be in it");
				diag_help(e->diags, d, "derive a key from it: secret NAME { key = \"...${%s}...\" }", "other.key");
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

int each(struct eval *e, struct env *env, const struct ast *loop, int (*body)(struct eval *, struct env *, const struct ast *, void *), void *ctx)
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

static const struct value *list(struct eval *e, struct env *env, const struct ast *x, const struct type *elem)
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

struct fields { VEC(struct field) f; VEC(uint8_t) spread; const struct type *elem; struct table index; const struct type *record; int open; };

static int put(struct eval *e, struct fields *o, const struct atom *key, const struct value *v, struct span at, int spread)
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

static const struct type *record_field(const struct type *t, const struct atom *key)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (t->fields[i].name == key)
			return t->fields[i].type;
	return NULL;
}

static int entries(struct eval *e, struct env *env, const struct ast *x, struct fields *o)
{
	int ok = 1;
	for (uint32_t i = 0; i < x->nkids && !e->stopped; i++) {
		const struct ast *k = x->kids[i];
		const struct value *v;
		int yes;
		switch ((enum ast_tag)k->tag) {
		case AST_ENTRY: {
			const struct atom *key = k->name;
			if (!key) {
				v = eval(e, env, k->kids[1]);
				if (is_error(v)) {
					ok = 0;
					break;
				}
				TOUCH(e, v);
				key = atom_intern(e->p->atoms, v->str.p, v->n);
			}
			const struct type *want = o->elem;
			if (o->record) {
				want = record_field(o->record, key);
				if (!want && !o->open) {
					struct suggest s;
					struct diag *d = diag_error(e->diags, k->name_span.hi ? k->name_span : k->span, D_UNKNOWN_FIELD, type_noun(e->p, o->record), key->text);
					suggest_init(&s, key->text, key->len);
					for (uint32_t f = 0; f < o->record->n; f++)
						suggest_try(&s, o->record->fields[f].name->text);
					if (suggest_best(&s)) {
						diag_label(e->diags, d, "did you mean `%s`?", suggest_best(&s));
						if (k->name_span.hi)
							diag_fix(e->diags, d, k->name_span, "%s", suggest_best(&s));
					}
					ok = 0;
					break;
				}
			}
			v = want ? eval_typed(e, env, k->kids[0], want) : eval(e, env, k->kids[0]);
			if (is_error(v)) {
				ok = 0;
				break;
			}
			if ((k->flags & AST_F_OPTIONAL) && v->tag == VALUE_NONE)
				break;
			if (!limit_bytes(e, sizeof(struct field), k->span) || !put(e, o, key, v, k->name_span.hi ? k->name_span : k->span, 0))
				ok = 0;
			break;
		}
		case AST_SPREAD:
			v = eval(e, env, k->kids[0]);
			if (is_error(v)) {
				ok = 0;
			} else if (v->tag == VALUE_RECORD) {
				for (uint32_t f = 0; f < v->n; f++)
					if (!put(e, o, v->rec.fields[f].key, e->origins ? origin_spread(e, k, v->rec.fields[f].value) : v->rec.fields[f].value, k->span, 1))
						ok = 0;
			} else if (v->tag != VALUE_NONE) {
				diag_error(e->diags, k->span, D_TYPE, "a map", value_noun(e, v));
				ok = 0;
			}
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

/* -- operators -- */

static const char *const op_text[] = { "||", "&&", "==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%" };

static const struct value *bad_operands(struct eval *e, const struct ast *x, const struct value *a, const struct value *b)
{
	diag_error(e->diags, x->span, D_OPERATOR, op_text[x->op], value_noun(e, a), value_noun(e, b));
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

/* The result of an operator as a size, a duration, a number of cores or a rate. What is left of one divided by another may be nothing. */
static const struct value *sized(struct eval *e, int text, double num, const struct ast *x)
{
	char s[64];
	struct span at = x->span;
	size_t n;
	if (!(num >= 0) || num > 9e18 || (num == 0 && text != TEXT_DURATION && x->op != OP_MOD)) {
		struct diag *d = diag_error(e->diags, at, D_OVERFLOW, op_text[x->op]);
		if (num <= 0)
			diag_label(e->diags, d, "%s", text == TEXT_DURATION ? "a duration is not negative" : "what is left must be more than zero");
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
		static const struct { double s; char unit; } per[] = { { 1, 's' }, { 60, 'm' }, { 3600, 'h' }, { 86400, 'd' } };
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
		n = fmod(milli, 1000) == 0 ? (size_t)snprintf(s, sizeof s, "%.0f", milli / 1000) : (size_t)snprintf(s, sizeof s, "%.0fm", milli);
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

static const struct value *arithmetic(struct eval *e, const struct ast *x, const struct value *a, const struct value *b)
{
	int op = x->op;
	if (op == OP_ADD && a->tag == VALUE_STRING && b->tag == VALUE_STRING && !(a->text >= TEXT_SIZE && a->text <= TEXT_RATE && a->text == b->text)) {
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
	if (op == OP_ADD && a->tag == VALUE_LIST && b->tag == VALUE_LIST)
		return list_concat(e, a, b, x->span);
	if (a->tag == VALUE_INT && b->tag == VALUE_INT) {
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
	int an = is_number(a), bn = is_number(b);
	int as = is_text(a, TEXT_SIZE) || is_text(a, TEXT_DURATION) || is_text(a, TEXT_CORES), bs = is_text(b, TEXT_SIZE) || is_text(b, TEXT_DURATION) || is_text(b, TEXT_CORES);
	int ar = is_text(a, TEXT_RATE), br = is_text(b, TEXT_RATE);
	double p = an || as || ar ? as_double(a) : 0, q = bn || bs || br ? as_double(b) : 0, r;
	int result = -1;        /* -1 error, 0 a float, else a text type */
	if (an && bn)
		result = 0;
	else if (as && bs && a->text == b->text)
		result = op == OP_DIV ? 0 : op == OP_ADD || op == OP_SUB || op == OP_MOD ? a->text : -1;
	else if (as && bn && (op == OP_MUL || op == OP_DIV))
		result = a->text;
	else if (an && bs && op == OP_MUL)
		result = b->text;
	else if ((ar && is_text(b, TEXT_DURATION)) || (br && is_text(a, TEXT_DURATION)))
		result = op == OP_MUL ? 0 : -1;
	else if (an && br && op == OP_DIV)
		result = TEXT_DURATION;
	else if (ar && br)
		result = op == OP_DIV ? 0 : op == OP_ADD || op == OP_SUB ? TEXT_RATE : -1;
	else if ((ar && bn && (op == OP_MUL || op == OP_DIV)) || (an && br && op == OP_MUL))
		result = TEXT_RATE;
	if (result < 0)
		return bad_operands(e, x, a, b);
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
		c = a->tag == VALUE_INT && b->tag == VALUE_INT ? (double)((a->i > b->i) - (a->i < b->i)) : as_double(a) - as_double(b);
	} else if (a->tag == VALUE_STRING && b->tag == VALUE_STRING) {
		if (a->text == TEXT_VERSION || b->text == TEXT_VERSION) {
			c = lit_version_compare(a->str.p, a->n, b->str.p, b->n);
		} else if (a->text == b->text && a->text >= TEXT_SIZE && a->text <= TEXT_RATE) {
			c = a->str.num - b->str.num;
		} else if ((a->text == TEXT_NONE || a->text >= TEXT_HOST) && (b->text == TEXT_NONE || b->text >= TEXT_HOST)) {
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

/* Trees that share their parts can be small in memory and without end on paper. */
int counted(struct eval *e, uint32_t n, struct span at)
{
	e->steps += n + 1;
	if (e->steps <= e->max_steps && !e->stopped)
		return 1;
	STOP(e, at, D_STEPS, arena_printf(e->p->arena, "%llu", (unsigned long long)e->max_steps));
	return 0;
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
		return ((struct given *)a->ref.ref)->inst == ((struct given *)b->ref.ref)->inst && ((struct given *)a->ref.ref)->give == ((struct given *)b->ref.ref)->give;
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
	return x->tag == AST_NUMBER || (x->tag == AST_UNARY && x->op == '-' && x->kids[0]->tag == AST_NUMBER) || (x->tag == AST_NAME && x->bind_tag == BIND_WORD);
}

static const struct value *operand(struct eval *e, struct env *env, const struct ast *x, const struct type *t)
{
	if (x->tag == AST_NAME && x->bind_tag == BIND_NULL)
		return VALUE_NULL_V;
	if (x->tag == AST_NAME && x->bind_tag == BIND_WORD)     /* what no enumeration has is reported by resolve_words() */
		return table_get(&e->p->enum_words, x->name) ? value_text(e->arena, TEXT_ENUM, x->name->text, x->name->len, 0, x->span) : VALUE_ERROR_V;
	if (!t || x->tag != AST_NUMBER)
		return eval(e, env, x);
	const struct value *v = number(e, x, t, 0);
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

static const struct value *binary(struct eval *e, struct env *env, const struct ast *x)
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
	if (e->plan && (x->op != OP_EQ && x->op != OP_NE ? x->op != OP_ADD || a->tag != VALUE_LIST : a->tag != VALUE_NONE && b->tag != VALUE_NONE)) {
		if (x->op == OP_ADD && a->tag == VALUE_STRING && b->tag == VALUE_STRING) {
			const struct value *parts[2] = { a, b }, *sum = arithmetic(e, x, a, b);
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
	default: return arithmetic(e, x, a, b);
	}
}

/* -- fields -- */

static const struct value *no_field(struct eval *e, struct span at, const char *noun, const struct atom *name, struct suggest *s)
{
	struct diag *x = diag_error(e->diags, at, D_UNKNOWN_FIELD, noun, name->text);
	if (s && suggest_best(s)) {
		diag_label(e->diags, x, "did you mean `%s`?", suggest_best(s));
		diag_fix(e->diags, x, at, "%s", suggest_best(s));
	}
	return VALUE_ERROR_V;
}

const struct value *given_field(struct eval *e, struct given *g, const struct atom *name, struct span at)
{
	uint32_t f = (uint32_t)(uintptr_t)table_get(&g->give->iface->index, name);
	const struct type *t = g->give->iface->type;
	if (!f) {
		struct suggest s;
		suggest_init(&s, name->text, name->len);
		for (uint32_t i = 0; i < t->n; i++)
			suggest_try(&s, t->fields[i].name->text);
		return no_field(e, at, arena_printf(e->p->arena, "interface `%s`", g->give->iface->name->text), name, &s);
	}
	f--;
	const struct value *v = g->cells[f];
	if (v == &in_progress) {
		diag_label(e->diags, diag_error(e->diags, at, D_CYCLE, arena_printf(e->p->arena, "%s.%s", g->inst->name->text, name->text)), "asked for again here");
		return VALUE_ERROR_V;
	}
	if (v)
		return v;
	g->cells[f] = &in_progress;
	struct arena *old = e->arena;
	e->arena = g->arena;
	struct env env = g->env ? *g->env : (struct env){ .inst = g->inst };
	const struct ast *x = table_get(&g->give->entries, name);
	struct frame fr = { .at = at, .prev = e->frame };
	struct origin_mark mark = origins_enter(e);
	e->frame = &fr;
	if (e->origins)
		e->origins->when = NULL;
	if (x)
		v = eval_typed(e, &env, x, t->fields[f].type);
	else if (t->fields[f].deflt)
		v = eval_typed(e, &(struct env){ 0 }, t->fields[f].deflt, t->fields[f].type);
	else
		v = VALUE_NONE_V;
	ORIGINS_LEAVE(e, mark);
	e->frame = fr.prev;
	e->arena = old;
	g->cells[f] = v;
	return v;
}

static int holds(const struct value *v, const struct symbol *y, int depth)
{
	if (!v || depth > 4)
		return 0;
	if (v->tag == VALUE_SECRET)
		return v->ref.ref == y;
	for (uint32_t i = 0; v->tag == VALUE_RECORD && i < v->n; i++)
		if (holds(v->rec.fields[i].value, y, depth + 1))
			return 1;
	if (v->tag == VALUE_GIVEN) {
		const struct given *g = v->ref.ref;
		for (uint32_t i = 0; i < g->give->iface->type->n; i++)
			if (holds(g->cells[i], y, depth + 1))
				return 1;
	}
	return 0;
}

/* Where a component is given the secret, if its block says so. */
static struct span handed_over(struct eval *e, const struct instance *i, const struct symbol *y)
{
	(void)e;
	for (uint32_t s = 0; i->sets && s < i->kind->members.n; s++)
		if (instance_set(i, s) && i->cells[s] && holds(i->cells[s], y, 0))
			return instance_set(i, s)->span;
	return i->at;
}

static const struct value *secret_field(struct eval *e, struct symbol *y, const struct atom *name, struct span at)
{
	const struct ast *d = y->decl;
	for (uint32_t i = 1; i < d->nkids; i++)
		if (d->kids[i]->name == name) {
			struct value *v = ARENA_NEW(e->arena, struct value);
			v->tag = VALUE_SECRET_KEY;
			v->origin = at;
			v->ref.ref = y;
			v->ref.key = name;
			return v;
		}
	if (name == e->p->a_name) {
		secret_used(e, y, NULL, at);
		const struct value *n = VALUE_ERROR_V;
		if (d->kids[0] && d->kids[0]->tag == AST_CALL && d->kids[0]->kids[0]->tag == AST_NAME && !strcmp(d->kids[0]->kids[0]->name->text, "existing") && d->kids[0]->nkids > 1) {
			struct env none = { 0 };
			n = eval_typed(e, &none, d->kids[0]->kids[1], &type_string);
		} else {
			n = value_string(e->arena, y->name->text, y->name->len, at);
		}
		return n;
	}
	if (name == e->a_keys) {
		if (e->diags->nerrors && program_broken(e->p, d->span))
			return VALUE_ERROR_V;
		for (const struct frame *f = e->frame; f; f = f->prev)
			if (f->inst && f->inst->decl) {
				VEC_PUSH(e->unit, &((struct instance *)(uintptr_t)f->inst)->keyed, y);
				break;
			}
		if (!e->frame && e->user)
			VEC_PUSH(e->unit, &((struct instance *)(uintptr_t)e->user)->keyed, y);
		const struct value **items = ARENA_ARRAY(e->arena, const struct value *, d->nkids);
		for (uint32_t i = 1; i < d->nkids; i++)
			items[i - 1] = value_string(e->arena, d->kids[i]->name->text, d->kids[i]->name->len, d->kids[i]->span);
		return value_list(e->arena, items, d->nkids - 1, at);
	}
	if (e->diags->nerrors && program_broken(e->p, d->span))
		return VALUE_ERROR_V;   /* it may stand in what did not parse */
	const struct source *src = source_of(e->p->sources, at.lo);
	struct span where = src && src->library && e->user ? handed_over(e, e->user, y) : at;
	const struct atom *id = atom_cstr(e->p->atoms, arena_printf(e->p->arena, "%s.%s", y->name->text, name->text));
	struct diag *said = table_get(&e->missing_keys, id);
	if (said) {             /* however many need it, it is missing once */
		if (said->span.lo != (where.hi ? where : at).lo)
			said->folded++;
		return VALUE_ERROR_V;
	}
	struct diag *x = diag_error(e->diags, where.hi ? where : at, D_SECRET_KEY, y->name->text, name->text);
	table_put(&e->missing_keys, id, x);
	struct suggest s;
	suggest_init(&s, name->text, name->len);
	for (uint32_t i = 1; i < d->nkids; i++)
		suggest_try(&s, d->kids[i]->name->text);
	if (suggest_best(&s) && !(src && src->library)) {
		diag_label(e->diags, x, "did you mean `%s`?", suggest_best(&s));
		diag_fix(e->diags, x, at, "%s", suggest_best(&s));
	}
	if (suggest_best(&s))
		diag_place(e->diags, x, d->name_span, "declared here, with `%s`", suggest_best(&s));
	else
		diag_place(e->diags, x, d->name_span, "declared here");
	if (e->user)
		diag_note(e->diags, x, "%s needs it", instance_label(e, e->user));
	if (!e->in_secret)
		diag_note(e->diags, x, "without it the pod stays in CreateContainerConfigError, although kubectl apply succeeds");
	diag_help(e->diags, x, "add it: secret %s { ..., %s }", y->name->text, name->text);
	return VALUE_ERROR_V;
}

static const struct value *image_field(struct eval *e, const struct value *v, const struct atom *name, struct span at)
{
	struct image_seen *seen = &e->image;
	const char *why, *s = NULL;
	size_t n = 0;
	if (v->n >= sizeof seen->text) {
		lit_image(v->str.p, v->n, &seen->parts, &why);
		seen->n = 0;
	} else if (!seen->n || v->n != seen->n || memcmp(seen->text, v->str.p, v->n)) {
		memcpy(seen->text, v->str.p, v->n);
		lit_image(seen->text, v->n, &seen->parts, &why);
		seen->n = v->n;
	}
	const struct image_ref r = seen->parts;
	if (!strcmp(name->text, "registry")) {
		s = r.registry_n ? r.registry : "docker.io";
		n = r.registry_n ? r.registry_n : 9;
	} else if (!strcmp(name->text, "repository")) {
		s = r.repository;
		n = r.repository_n;
	} else if (!strcmp(name->text, "tag")) {
		if (!r.tag_n && r.digest_n)
			return VALUE_NONE_V;
		s = r.tag_n ? r.tag : "latest";
		n = r.tag_n ? r.tag_n : 6;
	} else if (!strcmp(name->text, "digest")) {
		if (!r.digest_n)
			return VALUE_NONE_V;
		s = r.digest;
		n = r.digest_n;
	} else {
		return no_field(e, at, "an image", name, NULL);
	}
	if (seen->n && s >= seen->text && s < seen->text + sizeof seen->text)
		s = v->str.p + (s - seen->text);        /* the value's own bytes, which live as long as it */
	return value_string(e->arena, s, n, v->origin);
}

/* 17 of 17.6.0: major; a part that is not there is 0. */
static const struct value *version_field(struct eval *e, const struct value *v, const struct atom *name, struct span at)
{
	static const char *const parts[] = { "major", "minor", "patch" };
	uint32_t i = 0, part = 0;
	int64_t n = 0;
	while (part < 3 && strcmp(parts[part], name->text))
		part++;
	if (part == 3)
		return no_field(e, at, "a version", name, NULL);
	for (; part && i < v->n; i++)
		if (v->str.p[i] == '.')
			part--;
		else if (v->str.p[i] == '-')
			break;
	for (; !part && i < v->n && v->str.p[i] >= '0' && v->str.p[i] <= '9' && n < 1000000000; i++)
		n = n * 10 + (v->str.p[i] - '0');
	return value_int(e->arena, n, v->origin);
}

const struct value *detected_value(struct eval *e, const struct value *d, const struct atom *name)
{
	struct instance *i = d->ref.ref;
	uint32_t slot = (uint32_t)(uintptr_t)table_get(&i->kind->index, name);
	return slot ? slot_value(e, i, slot - 1) : NULL;
}

const struct value *value_field(struct eval *e, const struct value *v, const struct atom *name, struct span at, struct span whole)
{
	const struct value *r;
	struct suggest s;
	switch ((enum value_tag)v->tag) {
	case VALUE_ERROR:
		return v;
	case VALUE_RECORD:
		r = value_get(v, name);
		if (r)
			return LIVE(e, r);
		suggest_init(&s, name->text, name->len);
		for (uint32_t i = 0; i < v->n; i++)
			suggest_try(&s, v->rec.fields[i].key->text);
		return no_field(e, at, "this record", name, &s);
	case VALUE_GIVEN:
		return given_field(e, v->ref.ref, name, at);
	case VALUE_SECRET:
		return secret_field(e, v->ref.ref, name, at);
	case VALUE_DETECTOR:
		r = detected_value(e, v, name);
		if (r)
			return r;
		return no_field(e, at, arena_printf(e->p->arena, "detector `%s`", ((struct instance *)v->ref.ref)->kind->name->text), name, NULL);
	case VALUE_COMPONENT: {
		struct instance *i = v->ref.ref;
		uint32_t slot = (uint32_t)(uintptr_t)table_get(&i->kind->index, name);
		struct interface *iface = program_interface(e->p, name);
		struct give *g = iface ? kind_give(i->kind, iface) : NULL;
		if (g && !(g->decl->flags & AST_F_PARAMS))
			return give_value(e, i, g, at);
		if (slot && (i->kind->members.v[slot - 1].tag == MEMBER_SETTING || slot - 1 <= SLOT_ANNOTATIONS))
			return slot_value(e, i, slot - 1);
		suggest_init(&s, name->text, name->len);
		for (uint32_t k = 0; k < i->kind->gives.n; k++)
			suggest_try(&s, i->kind->gives.v[k].iface->name->text);
		for (uint32_t k = 0; k < i->kind->members.n; k++)
			if (i->kind->members.v[k].tag == MEMBER_SETTING)
				suggest_try(&s, i->kind->members.v[k].name->text);
		return no_field(e, at, instance_label(e, i), name, &s);
	}
	case VALUE_STRING:
		TOUCH(e, v);
		if (v->text == TEXT_IMAGE)
			return image_field(e, v, name, at);
		if (v->text == TEXT_VERSION)
			return version_field(e, v, name, at);
		break;
	case VALUE_NONE: {
		struct diag *x = diag_error(e->diags, whole, D_UNKNOWN_FIELD, "none", name->text);
		diag_help(e->diags, x, "ask first: if x != none then x.%s else ...", name->text);
		return VALUE_ERROR_V;
	}
	default:
		break;
	}
	return no_field(e, at, value_noun(e, v), name, NULL);
}

static const struct value *field(struct eval *e, struct env *env, const struct ast *x)
{
	const struct ast *k = x->kids[0];
	if (k->tag == AST_NAME && k->bind_tag == BIND_PORTS)
		return port_value(e, env->inst, x->name, x->name_span);
	if (k->tag == AST_NAME && k->bind_tag == BIND_EXPOSE)
		return expose_value(e, env->inst, x->name, x->name_span);
	if (k->tag == AST_NAME && k->bind_tag == BIND_SLOT && k->bind_index == SLOT_POLICY && env->inst)
		return policy_field(e, env->inst, x->name, x->name_span);
	const struct value *v = eval(e, env, k);
	if (v->tag == VALUE_NONE && k->tag == AST_NAME && k->bind_tag == BIND_SLOT && k->bind_index == SLOT_CATALOG && env->inst) {
		struct diag *d = diag_error(e->diags, k->span, D_NO_CATALOG_ROW, e->catalog ? e->catalog->text : "?", env->inst->kind->name->text);
		diag_place(e->diags, d, env->inst->at, "%s", instance_label(e, env->inst));
		return VALUE_ERROR_V;
	}
	if (v->tag == VALUE_LIST && k->tag == AST_NAME && k->bind_tag == BIND_SYMBOL && ((struct symbol *)k->bind)->tag == SYMBOL_FAMILY) {
		struct diag *d = diag_error(e->diags, x->name_span, D_UNKNOWN_FIELD, arena_printf(e->p->arena, "the family `%s`", k->name->text), x->name->text);
		diag_help(e->diags, d, "a member is written %s[\"%s\"]", k->name->text, x->name->text);
		return VALUE_ERROR_V;
	}
	return value_field(e, v, x->name, x->name_span, x->span);
}

static const struct value *index_value(struct eval *e, struct env *env, const struct ast *x)
{
	const struct ast *k = x->kids[0];
	const struct value *i = eval(e, env, x->kids[1]);
	if (is_error(i))
		return i;
	TOUCH(e, i);
	if (k->tag == AST_NAME && k->bind_tag == BIND_SYMBOL && ((struct symbol *)k->bind)->tag == SYMBOL_FAMILY) {
		const struct value *all = symbol_instances(e, k->bind, k->span);
		if (is_error(all))
			return all;
		struct suggest s;
		if (i->tag == VALUE_STRING) {
			suggest_init(&s, i->str.p, i->n);
			for (uint32_t n = 0; n < all->n; n++) {
				const struct atom *a = ((struct instance *)all->items[n]->ref.ref)->name;
				if (a->len == i->n && !memcmp(a->text, i->str.p, i->n))
					return all->items[n];
				suggest_try(&s, a->text);
			}
			struct diag *d = diag_error(e->diags, x->kids[1]->span, D_INDEX, arena_printf(e->p->arena, "`%s` has no member \"%.*s\"", k->name->text, (int)i->n, i->str.p));
			if (suggest_best(&s))
				diag_label(e->diags, d, "did you mean \"%s\"?", suggest_best(&s));
			return VALUE_ERROR_V;
		}
	}
	const struct value *v = eval(e, env, k);
	if (is_error(v))
		return v;
	if (v->tag == VALUE_LIST && i->tag == VALUE_INT) {
		if (i->i >= 0 && i->i < v->n)
			return LIVE(e, v->items[i->i]);
		diag_error(e->diags, x->kids[1]->span, D_INDEX, arena_printf(e->p->arena, "there is no element %lld in a list of %u", (long long)i->i, v->n));
		return VALUE_ERROR_V;
	}
	if (i->tag == VALUE_STRING && v->tag != VALUE_LIST)
		return value_field(e, v, atom_intern(e->p->atoms, i->str.p, i->n), x->kids[1]->span, x->span);
	diag_error(e->diags, x->span, D_INDEX, arena_printf(e->p->arena, "%s cannot be indexed by %s", value_noun(e, v), value_noun(e, i)));
	return VALUE_ERROR_V;
}

/* -- calls -- */

/* Arguments into params' order. 0 on error. */
/* What is called, for a message. */
static const char *callee(struct eval *e, const struct atom *name, const struct instance *of)
{
	return of ? arena_printf(e->p->arena, "`%s` of %s", name->text, instance_label(e, of)) : arena_printf(e->p->arena, "`%s`", name->text);
}

static int bind_arguments(struct eval *e, struct env *env, const struct ast *call, const struct atom *name, const struct instance *of, const struct type_field *params, uint32_t n, const struct value **out)
{
	const struct ast *given[MAX_LOCALS] = { 0 };
	uint32_t pos = 0;
	int named = 0;
	if (n > MAX_LOCALS)
		n = MAX_LOCALS;
	for (uint32_t i = 1; i < call->nkids; i++) {
		const struct ast *a = call->kids[i];
		uint32_t k = pos;
		if (a->tag == AST_ARG) {
			struct suggest s;
			suggest_init(&s, a->name->text, a->name->len);
			for (k = 0; k < n && params[k].name != a->name; k++)
				suggest_try(&s, params[k].name->text);
			if (k == n) {
				struct diag *x = diag_error(e->diags, a->name_span, D_ARGUMENTS, arena_printf(e->p->arena, "%s takes no `%s`", callee(e, name, of), a->name->text));
				if (suggest_best(&s)) {
					diag_label(e->diags, x, "did you mean `%s`?", suggest_best(&s));
					diag_fix(e->diags, x, a->name_span, "%s", suggest_best(&s));
				}
				return 0;
			}
			named = 1;
			a = a->kids[0];
		} else if (named) {
			diag_label(e->diags, diag_error(e->diags, a->span, D_ARGUMENTS, arena_printf(e->p->arena, "%s: an argument without a name stands behind one with a name", callee(e, name, of))), "which one is it?");
			return 0;
		} else {
			pos++;
		}
		if (k >= n) {
			diag_error(e->diags, a->span, D_ARGUMENTS, arena_printf(e->p->arena, "%s takes %u argument%s", callee(e, name, of), n, n == 1 ? "" : "s"));
			return 0;
		}
		if (given[k]) {
			diag_place(e->diags, diag_error(e->diags, a->span, D_ARGUMENTS, arena_printf(e->p->arena, "`%s` is given twice", params[k].name->text)), given[k]->span, "first here");
			return 0;
		}
		given[k] = a;
	}
	struct env inner = { .inst = NULL };
	int ok = 1;
	for (uint32_t k = 0; k < n; k++) {
		if (given[k]) {
			out[k] = eval_typed(e, env, given[k], params[k].type);
		} else if (params[k].deflt) {
			out[k] = eval_typed(e, &inner, params[k].deflt, params[k].type);
		} else if (params[k].type->tag == T_OPTIONAL) {
			out[k] = VALUE_NONE_V;
		} else {
			diag_error(e->diags, call->span, D_ARGUMENTS, arena_printf(e->p->arena, "%s needs `%s`", callee(e, name, of), params[k].name->text));
			return 0;
		}
		inner.locals[k] = out[k];
		ok &= !is_error(out[k]);
	}
	return ok;
}

const struct value *give_call(struct eval *e, struct env *env, struct instance *i, struct give *g, const struct ast *call)
{
	const struct ast *d = g->decl;
	uint32_t n = d->nkids - 1;
	struct type_field *params = ARENA_ARRAY(e->arena, struct type_field, n);
	struct env *inner = ARENA_NEW(e->arena, struct env);
	inner->inst = i;
	for (uint32_t k = 0; k < n; k++)
		params[k] = (struct type_field){ d->kids[k + 1]->name, type_of_ast(e->p, d->kids[k + 1]->kids[0]), d->kids[k + 1]->nkids > 1 ? d->kids[k + 1]->kids[1] : NULL, d->kids[k + 1]->span, NULL };
	if (!bind_arguments(e, env, call, d->name, i, params, n, inner->locals))
		return VALUE_ERROR_V;
	struct given *gv = ARENA_NEW(e->arena, struct given);
	*gv = (struct given){ i, g, inner, ARENA_ARRAY(e->arena, const struct value *, g->iface->type->n), e->arena, call->span };
	if (e->on_given && !e->plan) {
		if (e->arena == e->unit)
			VEC_PUSH(e->unit, &e->givens, gv);
		else
			e->on_given(e, gv);     /* it will not be there later */
	}
	struct value *v = ARENA_NEW(e->arena, struct value);
	v->tag = VALUE_GIVEN;
	v->origin = call->span;
	v->ref.ref = gv;
	return v;
}

static const struct value *detector_call(struct eval *e, struct env *env, const struct ast *x)
{
	struct detector *t = x->kids[0]->bind;
	struct instance *i = instance_new(e, t->shape, t->name, NULL, NULL, env_copy(e, env));
	uint32_t pos = SLOT_COUNT;
	i->at = x->span;
	for (uint32_t n = 1; n < x->nkids; n++) {
		const struct ast *a = x->kids[n];
		uint32_t slot;
		if (a->tag == AST_ARG) {
			slot = (uint32_t)(uintptr_t)table_get(&t->shape->index, a->name);
			if (!slot || t->shape->members.v[slot - 1].tag != MEMBER_SETTING) {
				struct suggest s;
				struct diag *d = diag_error(e->diags, a->name_span, D_ARGUMENTS, arena_printf(e->p->arena, "detector `%s` has no parameter `%s`", t->name->text, a->name->text));
				suggest_init(&s, a->name->text, a->name->len);
				for (uint32_t k = SLOT_COUNT; k < t->shape->members.n; k++)
					if (t->shape->members.v[k].tag == MEMBER_SETTING)
						suggest_try(&s, t->shape->members.v[k].name->text);
				if (suggest_best(&s)) {
					diag_label(e->diags, d, "did you mean `%s`?", suggest_best(&s));
					diag_fix(e->diags, d, a->name_span, "%s", suggest_best(&s));
				}
				struct buf b = { 0 };
				for (uint32_t k = SLOT_COUNT; k < t->shape->members.n; k++)
					if (t->shape->members.v[k].tag == MEMBER_SETTING)
						buf_addf(&b, "%s%s", b.n ? ", " : "", t->shape->members.v[k].name->text);
				if (b.n)
					diag_help(e->diags, d, "it has %s", b.p);
				buf_free(&b);
				return VALUE_ERROR_V;
			}
			slot--;
			a = a->kids[0];
		} else {
			while (pos < t->shape->members.n && t->shape->members.v[pos].tag != MEMBER_SETTING)
				pos++;
			slot = pos++;
			if (slot >= t->shape->members.n) {
				diag_error(e->diags, a->span, D_ARGUMENTS, arena_printf(e->p->arena, "detector `%s` has fewer parameters", t->name->text));
				return VALUE_ERROR_V;
			}
		}
		if (instance_set(i, slot)) {
			diag_place(e->diags, diag_error(e->diags, a->span, D_ARGUMENTS, arena_printf(e->p->arena, "`%s` is given twice", t->shape->members.v[slot].name->text)), instance_set(i, slot)->span, "first here");
			return VALUE_ERROR_V;
		}
		instance_set_to(e, i, slot, a);
	}
	struct value *v = ARENA_NEW(e->arena, struct value);
	v->tag = VALUE_DETECTOR;
	v->origin = x->span;
	v->ref.ref = i;
	return v;
}

/* component.iface(...): it gives nothing that is called so. */
static void not_given(struct eval *e, struct instance *i, const struct ast *c)
{
	struct diag *x = diag_error(e->diags, c->name_span, D_NOT_GIVEN, i->name->text, i->kind->name->text, c->name->text);
	struct buf b = { 0 };
	struct suggest s;
	suggest_init(&s, c->name->text, c->name->len);
	for (uint32_t k = 0; k < i->kind->gives.n; k++) {
		buf_addf(&b, "%s%s", k ? ", " : "", i->kind->gives.v[k].iface->name->text);
		suggest_try(&s, i->kind->gives.v[k].iface->name->text);
	}
	if (suggest_best(&s)) {
		diag_label(e->diags, x, "did you mean `%s`?", suggest_best(&s));
		diag_fix(e->diags, x, c->name_span, "%s", suggest_best(&s));
	} else if (b.n) {
		diag_note(e->diags, x, "it gives %s", b.p);
	}
	buf_free(&b);
}

static const struct value *call(struct eval *e, struct env *env, const struct ast *x)
{
	const struct ast *c = x->kids[0];
	if (c->tag == AST_FIELD) {
		const struct value *v = eval(e, env, c->kids[0]);
		if (is_error(v))
			return v;
		struct instance *i = v->tag == VALUE_COMPONENT ? v->ref.ref : v->tag == VALUE_GIVEN ? ((struct given *)v->ref.ref)->inst : NULL;
		struct interface *iface = i ? program_interface(e->p, c->name) : NULL;
		struct give *g = iface ? kind_give(i->kind, iface) : NULL;
		if (!g) {
			if (i && (i->kind->gives_broken || i->kind->broken))
				return VALUE_ERROR_V;
			if (i)
				not_given(e, i, c);
			else
				diag_error(e->diags, c->span, D_UNKNOWN_FUNCTION, c->name->text);
			return VALUE_ERROR_V;
		}
		if (g->decl->flags & AST_F_ALIAS) {
			const struct value *t = give_value(e, i, g, x->span);
			return t;
		}
		return give_call(e, env, i, g, x);
	}
	switch (c->bind_tag) {
	case BIND_FN: {
		struct fn *f = c->bind;
		if (f->recursive)       /* said where it is declared */
			return VALUE_ERROR_V;
		struct env inner = { .inst = NULL };
		if (!bind_arguments(e, env, x, f->name, NULL, f->params, f->nparams, inner.locals))
			return VALUE_ERROR_V;
		return f->result ? eval_typed(e, &inner, f->decl->kids[1], f->result) : eval(e, &inner, f->decl->kids[1]);
	}
	case BIND_BUILTIN:
		return builtin_call(e, env, (int)c->bind_index, x);
	case BIND_DETECTOR:
		return detector_call(e, env, x);
	case BIND_BAD:
		return VALUE_ERROR_V;
	default:
		diag_error(e->diags, c->span, D_UNKNOWN_FUNCTION, "this");
		return VALUE_ERROR_V;
	}
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
		diag_help(e->diags, diag_error(e->diags, x->span, D_TYPE, "one port", "all of them"), "write %s.NAME", x->name->text);
		return VALUE_ERROR_V;
	case BIND_NULL: {
		struct value *v = ARENA_NEW(e->arena, struct value);
		v->tag = VALUE_NULL;
		v->origin = x->span;
		return v;
	}
	case BIND_WORD:
		/* a word of an enumeration where none is wanted; what is in no enumeration is reported by resolve_words() */
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
	case AST_NUMBER: v = number(e, x, &type_any, 0); break;
	case AST_STRING: v = value_string(e->arena, x->name->text, x->name->len, x->span); break;
	case AST_INTERP: v = interp(e, env, x); break;
	case AST_BOOL: v = value_bool(x->op); break;
	case AST_NONE: v = VALUE_NONE_V; break;
	case AST_NAME: v = name(e, env, x); break;
	case AST_FIELD: v = field(e, env, x); break;
	case AST_INDEX: v = index_value(e, env, x); break;
	case AST_CALL: v = call(e, env, x); break;
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
	case AST_BINARY: v = binary(e, env, x); break;
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
	case AST_LISTFOR: v = list(e, env, x, NULL); break;
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
		if (o->tag == AST_NUMBER && (x->op == OP_ADD || x->op == OP_SUB || !lit_float(o->name->text, o->name->len, &d)))
			v[k] = e->origins ? origin_leaf(e, o, number(e, o, t, 0)) : number(e, o, t, 0);
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
	return arithmetic(e, x, v[0], v[1]);
}

static const struct type *alternative(const struct type *t, int want_list)
{
	if (t->tag == T_OPTIONAL)
		return alternative(t->elem, want_list);
	if (t->tag == T_UNION) {
		for (uint32_t i = 0; i < t->n; i++) {
			const struct type *a = alternative(t->alts[i], want_list);
			if (a)
				return a;
		}
		return NULL;
	}
	if (want_list)
		return t->tag == T_LIST ? t : NULL;
	if (t->tag == T_INTERFACE)
		return t->iface->type;
	return t->tag == T_RECORD || t->tag == T_MAP ? t : NULL;
}

static int wants_text(const struct type *t)
{
	return t->tag == T_STRING || (t->tag == T_TEXT && (t->text == TEXT_HOST || t->text == TEXT_URL || t->text == TEXT_IMAGE || t->text == TEXT_NAME));
}

static void quotes_help(struct eval *e, struct diag *x, struct span at)
{
	const struct source *src = source_of(e->p->sources, at.lo);
	if (!src || at.hi - at.lo > 100)
		return;
	diag_help(e->diags, x, "text stands in quotes: \"%.*s\"", (int)(at.hi - at.lo), src->text + (at.lo - src->base));
	diag_fix(e->diags, x, at, "\"%.*s\"", (int)(at.hi - at.lo), src->text + (at.lo - src->base));
}

static const struct value *typed(struct eval *e, struct env *env, const struct ast *x, const struct type *t)
{
	const struct type *a;
	const struct value *v;
	switch ((enum ast_tag)x->tag) {
	case AST_NUMBER:
		e->steps++;
		return number(e, x, t, 0);
	case AST_NAME:
		if (x->bind_tag != BIND_LOCAL && has_member(t, x->name))
			return value_text(e->arena, TEXT_ENUM, x->name->text, x->name->len, 0, x->span);
		if (x->bind_tag == BIND_WORD) {
			const struct type *o = t->tag == T_OPTIONAL ? t->elem : t;
			if (o->tag == T_ENUM || (o->tag == T_UNION && table_get(&e->p->enum_words, x->name))) {
				table_put(&e->p->enum_words, x->name, (void *)(uintptr_t)1);    /* said here, so not again */
				enum_error(e, o, x->name->text, x->span);
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
		else if (is_error(v) && e->diags->n == before + 1 && !strcmp(e->diags->v[before]->code, "E0206") && !e->diags->v[before]->label)
			quotes_help(e, e->diags->v[before], x->span);
		return coerce(e, v, t, x->span);
	}
	case AST_STRING:
		if (x->flags & AST_F_TEXT) {
			const struct type *o = t->tag == T_OPTIONAL ? t->elem : t;
			v = value_string(e->arena, x->name->text, x->name->len, x->span);
			return o->tag == T_TEXT ? text_as(e, v, o, x->span, 0, 1) : coerce(e, v, t, x->span);
		}
		break;
	case AST_LIST:
	case AST_LISTFOR:
		a = alternative(t, 1);
		if (a)
			return list(e, env, x, a->elem->tag == T_ANY ? NULL : a->elem);
		break;
	case AST_OBJECT:
		a = alternative(t, 0);
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
			v = number(e, x->kids[0], &free, 0);
			if (is_error(v))
				return v;
			v = v->tag == VALUE_INT ? value_int(e->arena, -v->i, x->span) : value_float(e->arena, -v->d, x->span);
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

/* -- slots and symbols -- */

static const struct value *cycle(struct eval *e, const struct instance *i, uint32_t slot, const struct symbol *y, struct span at)
{
	const char *what = i ? arena_printf(e->p->arena, "%s.%s", i->local ? i->local->text : "?", i->kind->members.v[slot].name->text) : y->name->text;
	const struct frame *f = e->frame;
	struct diag *x = diag_error(e->diags, at.hi || !f ? at : f->at, D_CYCLE, what);
	diag_label(e->diags, x, "asks for `%s` again", what);
	int steps = 0;
	for (; f; f = f->prev) {
		const char *here = f->inst ? arena_printf(e->p->arena, "%s.%s", f->inst->local ? f->inst->local->text : "?", f->inst->kind->members.v[f->slot].name->text) : f->symbol ? f->symbol->name->text : NULL;
		if (here && f->at.hi && steps++ < 12) {
			struct location l = source_locate(e->p->sources, f->at.lo);
			diag_note(e->diags, x, "`%s` is asked for at %s:%u", here, l.source ? l.source->name : "?", l.line);
		}
		if ((i && f->inst == i && f->slot == slot) || (y && f->symbol == y))
			break;
	}
	diag_help(e->diags, x, "cut the loop at one of these lines: write one of the values out");
	return VALUE_ERROR_V;
}

static const struct value *set_fields(struct eval *e, struct instance *i, uint32_t slot, const struct value *v);

static const struct value *selector(struct eval *e, struct instance *i)
{
	struct field *f = ARENA_ARRAY(e->arena, struct field, 2);
	f[0] = (struct field){ atom_cstr(e->p->atoms, "app.kubernetes.io/name"), value_string(e->arena, i->kind->name->text, i->kind->name->len, i->at) };
	f[1] = (struct field){ atom_cstr(e->p->atoms, "app.kubernetes.io/instance"), coerce(e, slot_value(e, i, SLOT_NAME), &type_string, i->at) };
	return value_record(e->arena, f, 2, i->at);
}

/* A secret of the component's own: its name is the component's and its own. */
static const struct value *kind_secret(struct eval *e, struct instance *i, const struct member *m)
{
	struct symbol *y = ARENA_NEW(e->unit, struct symbol);
	y->tag = SYMBOL_SECRET;
	y->name = atom_cstr(e->p->atoms, arena_printf(e->p->arena, "%s-%s", i->name->text, m->name->text));
	y->decl = m->decl;
	y->inst = i;
	VEC_PUSH(e->unit, &e->kind_secrets, y);
	struct value *v = ARENA_NEW(e->arena, struct value);
	v->tag = VALUE_SECRET;
	v->origin = m->decl->span;
	v->ref.ref = y;
	return v;
}

/* Of a kind's own expression: a let, a default. */
static const struct value *own_value(struct eval *e, struct instance *i, const struct member *m)
{
	struct env own = { .inst = i };
	return m->type ? eval_typed(e, &own, m->deflt, m->type) : eval(e, &own, m->deflt);
}

/* The row of the catalog, or a value of it, with what it was chosen by as its origin. */
static const struct value *chosen(struct eval *e, struct instance *i, const struct value *row)
{
	if (!e->origins || is_error(row) || row->tag == VALUE_NONE || i == e->stack)
		return row;
	const struct value *by = instance_set(i, SLOT_VERSION) ? slot_value(e, i, SLOT_VERSION) : slot_value(e, e->stack, SLOT_CATALOG);
	return origin_choice(e, row, by->origin, by);
}

static const struct value *compute(struct eval *e, struct instance *i, uint32_t slot)
{
	const struct member *m = &i->kind->members.v[slot];
	if (m->tag == MEMBER_INNER)
		expand_instance(e, i);
	if (i->fixed && i->fixed[slot])
		return i->fixed[slot];
	if (instance_set(i, slot)) {
		if (slot == SLOT_VERSION && m->tag != MEMBER_NEED)
			return version_slot(e, i);
		struct env outer = i->env ? *i->env : (struct env){ 0 };
		if (m->tag == MEMBER_NEED) {
			struct type t = { .tag = T_INTERFACE, .iface = m->iface }, maybe = { .tag = T_OPTIONAL, .elem = &t };
			return eval_typed(e, &outer, instance_set(i, slot), m->optional ? &maybe : &t);
		}
		return eval_typed(e, &outer, instance_set(i, slot), m->type ? m->type : &type_any);
	}
	switch ((enum member_tag)m->tag) {
	case MEMBER_SETTING:
		if (m->deflt)
			return own_value(e, i, m);
		if (m->type->tag == T_OPTIONAL)
			return VALUE_NONE_V;
		if (m->type->tag != T_ERROR && !i->kind->broken && !i->failed && !(i->decl && program_broken(e->p, i->decl->span))) {
			struct diag *x = diag_error(e->diags, i->at, D_MISSING_SETTING, i->local ? i->local->text : i->kind->name->text, i->kind->name->text, m->name->text);
			if (m->decl)
				diag_place(e->diags, x, m->decl->name_span, "%s", type_noun(e->p, m->type));
			diag_help(e->diags, x, "add %s = ... (%s)", m->name->text, type_print(e->p, m->type));
		}
		return VALUE_ERROR_V;
	case MEMBER_LET:
		return own_value(e, i, m);
	case MEMBER_NEED:
		return m->optional ? VALUE_NONE_V : wire_implied(e, i, slot);
	case MEMBER_COLLECTS:
		return collected(e, i, slot);
	case MEMBER_SECRET:
		return kind_secret(e, i, m);
	case MEMBER_INNER:
		return m->inner ? VALUE_NONE_V : VALUE_ERROR_V; /* stands behind an `if` that is false; its kind is unknown */
	case MEMBER_IMPLICIT:
		if (m->deflt)
			return own_value(e, i, m);
		switch (slot) {
		case SLOT_NAME: return value_text(e->arena, TEXT_NAME, i->name->text, i->name->len, 0, i->at);
		case SLOT_NAMESPACE:
			if (i->parent)
				return slot_value(e, i->parent, SLOT_NAMESPACE);
			if (e->stack && i != e->stack)
				return slot_value(e, e->stack, SLOT_NAMESPACE);
			return VALUE_NONE_V;
		case SLOT_VERSION: return chosen(e, i, version_slot(e, i));
		case SLOT_NAMES:
		case SLOT_LABELS:
		case SLOT_ANNOTATIONS: return &value_empty_v;
		case SLOT_SELECTOR: return selector(e, i);
		case SLOT_STACK: return e->stack ? component_value(e, e->stack) : VALUE_NONE_V;
		case SLOT_CATALOG: return chosen(e, i, catalog_slot(e, i));
		case SLOT_KIND: return value_string(e->arena, i->kind->name->text, i->kind->name->len, i->at);
		default: return VALUE_NONE_V;
		}
	}
	return VALUE_ERROR_V;
}

static COLD const struct value *slot_long(struct eval *e, struct instance *i, uint32_t slot)
{
	const struct member *m = &i->kind->members.v[slot];
	struct origin_mark mark = origin_enter(e);
	e->origins->when = NULL;
	const struct value *v = compute(e, i, slot);
	if (i->fields.n && !is_error(v))
		v = set_fields(e, i, slot, v);
	const struct ast *set = instance_set(i, slot);
	return origin_slot(e, i, slot, set ? set->span : m->deflt ? m->deflt->span : i->at, v, mark);
}

const struct value *slot_value(struct eval *e, struct instance *i, uint32_t slot)
{
	const struct value *v = i->cells[slot];
	if (!v && e->plan && (v = plan_slot(e, i, slot)))
		return v;
	if (v)
		return v == &in_progress ? cycle(e, i, slot, NULL, (struct span){ 0, 0 }) : v;
	const struct member *m = &i->kind->members.v[slot];
	struct span at = instance_set(i, slot) ? instance_set(i, slot)->span : m->decl ? m->decl->name_span : i->at;
	struct frame f = { .inst = i, .slot = slot, .at = at, .prev = e->frame };
	struct arena *old = e->arena;
	i->cells[slot] = &in_progress;
	e->frame = &f;
	if (e->arena != e->unit && i->decl)
		e->arena = e->unit;
	if (e->origins) {
		v = slot_long(e, i, slot);
	} else {
		v = compute(e, i, slot);
		if (i->fields.n && !is_error(v))
			v = set_fields(e, i, slot, v);
	}
	e->arena = old;
	e->frame = f.prev;
	i->cells[slot] = v;
	return v;
}

const struct value *member_value(struct eval *e, struct instance *i, const char *name)
{
	const struct atom *a = atom_find(e->p->atoms, name, strlen(name));
	uint32_t slot = a ? (uint32_t)(uintptr_t)table_get(&i->kind->index, a) : 0;
	return slot ? slot_value(e, i, slot - 1) : NULL;
}

/* `setting.a.b = value`: the record with that field set. Whether it is whole is seen once all of them are. */
static const struct value *set_path(struct eval *e, const struct value *v, const struct type *t, const struct ast *path, struct env *env, const struct ast *x)
{
	/* path is the target's chain; its last FIELD is the innermost; walk from the root */
	const struct ast *chain[32];
	int n = 0;
	for (const struct ast *q = path; (q->tag == AST_FIELD || (q->tag == AST_INDEX && q->kids[1]->tag == AST_STRING)) && n < 32; q = q->kids[0])
		chain[n++] = q;
	const struct value *levels[33];
	const struct type *types[33];
	levels[0] = v;
	types[0] = t;
	for (int k = 0; k < n; k++) {
		const struct ast *q = chain[n - 1 - k];
		const struct atom *key = q->tag == AST_FIELD ? q->name : q->kids[1]->name;
		const struct type *here = alternative(types[k], 0);
		if (levels[k]->tag == VALUE_NONE)
			levels[k] = value_record(e->arena, NULL, 0, q->span);
		if (levels[k]->tag != VALUE_RECORD) {
			diag_error(e->diags, q->kids[0]->span, D_TYPE, "a record", value_noun(e, levels[k]));
			return VALUE_ERROR_V;
		}
		types[k + 1] = &type_any;
		if (here && here->tag == T_MAP)
			types[k + 1] = here->elem;
		else if (here) {
			types[k + 1] = record_field(here, key);
			if (!types[k + 1]) {
				struct suggest s;
				suggest_init(&s, key->text, key->len);
				for (uint32_t f = 0; f < here->n; f++)
					suggest_try(&s, here->fields[f].name->text);
				return no_field(e, q->tag == AST_FIELD ? q->name_span : q->kids[1]->span, type_noun(e->p, here), key, &s);
			}
		}
		const struct value *next = value_get(levels[k], key);
		levels[k + 1] = next ? next : VALUE_NONE_V;
	}
	const struct value *r = eval_typed(e, env, x, types[n]);
	if (is_error(r))
		return r;
	for (int k = n; k-- > 0;)
		r = value_with(e->arena, levels[k], chain[n - 1 - k]->tag == AST_FIELD ? chain[n - 1 - k]->name : chain[n - 1 - k]->kids[1]->name, r);
	return r;
}

static const struct value *set_fields(struct eval *e, struct instance *i, uint32_t slot, const struct value *v)
{
	const struct type *t = i->kind->members.v[slot].type;
	const struct ast *last = NULL;
	for (uint32_t n = 0; n < i->fields.n && !is_error(v); n++)
		if (i->fields.v[n].slot == slot) {
			struct env outer = i->env ? *i->env : (struct env){ 0 };
			last = i->fields.v[n].set->kids[0];
			v = set_path(e, v, t ? t : &type_any, last, &outer, i->fields.v[n].set->kids[1]);
		}
	return last && t && !is_error(v) ? coerce(e, v, t, last->span) : v;
}

const struct value *symbol_value(struct eval *e, struct symbol *y, struct span at)
{
	if (y->tag == SYMBOL_COMPONENT || y->tag == SYMBOL_FAMILY || y->tag == SYMBOL_DRIFT) {
		if (y->dropped) {
			struct diag *x = diag_error(e->diags, at, D_UNKNOWN_NAME, y->name->text);
			diag_label(e->diags, x, "dropped by env `%s`", e->p->env ? e->p->env->text : "");
			return VALUE_ERROR_V;
		}
		return symbol_instances(e, y, at);
	}
	if (y->tag == SYMBOL_SECRET) {
		struct value *v = ARENA_NEW(e->arena, struct value);
		v->tag = VALUE_SECRET;
		v->origin = at;
		v->ref.ref = y;
		return e->origins ? origin_symbol(e, y, y->decl->name_span, v, origin_enter(e)) : v;
	}
	if (y->state == 2)
		return y->value;
	struct frame f = { .symbol = y, .at = at, .prev = e->frame };
	if (y->state == 1)
		return cycle(e, NULL, 0, y, at);
	e->frame = &f;
	y->state = 1;
	struct arena *old = e->arena;
	struct env none = { 0 };
	const struct value *v;
	e->arena = e->unit;
	struct origin_mark mark = origins_enter(e);
	if (e->origins)
		e->origins->when = NULL;
	if (!y->expr) {
		if (y->type && y->type->tag == T_OPTIONAL) {
			v = VALUE_NONE_V;
		} else if (e->p->env_unknown) {
			v = VALUE_ERROR_V;      /* the env that was meant may set it */
		} else if (e->p->every_env && !e->p->env && program_env_sets(e->p, y->name)) {
			e->p->only_envs = 1;    /* the stack is one for its envs, and each of them is looked at */
			v = VALUE_ERROR_V;
		} else {
			struct diag *x = diag_error(e->diags, y->decl->name_span, D_MISSING_PARAM, y->name->text);
			diag_help(e->diags, x, "give it a default, set it in an env, or build with --set %s=VALUE", y->name->text);
			v = VALUE_ERROR_V;
		}
	} else {
		v = y->type ? eval_typed(e, &none, y->expr, y->type) : eval(e, &none, y->expr);
	}
	if (e->origins)
		v = origin_symbol(e, y, y->expr ? y->expr->span : y->decl->name_span, v, mark);
	e->arena = old;
	e->frame = f.prev;
	y->state = 2;
	y->value = v;
	return v;
}
