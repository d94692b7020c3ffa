/* A value held against the type that is wanted: what a literal means there, which values may stand for others, and the
   words of what is said when one may not. */
#define _GNU_SOURCE
#include "eval/expr.h"
#include "eval/origin.h"
#include "eval/plan.h"
#include "eval/schema.h"
#include <stdio.h>
#include <string.h>

#define SMALL_SIZE 1048576.0            /* bytes: below that a size without a unit is most likely a mistake */

/* -- words for messages -- */

const char *value_noun(struct eval *e, const struct value *v)
{
	switch ((enum value_tag)v->tag) {
	case VALUE_COMPONENT: return arena_printf(e->p->arena, "the component %s", instance_label(e, v->ref.ref));
	case VALUE_GIVEN:
		return arena_printf(e->p->arena, "the `%s` of %s",
			((struct given *)v->ref.ref)->give->iface->name->text,
			instance_label(e, ((struct given *)v->ref.ref)->inst));
	case VALUE_SECRET:
		return arena_printf(e->p->arena, "the secret `%s`", ((struct symbol *)v->ref.ref)->name->text);
	case VALUE_SECRET_KEY:
		return arena_printf(
			e->p->arena, "a key of the secret `%s`", ((struct symbol *)v->ref.ref)->name->text);
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
		diag_note(e->diags, x, "`%s` of %s is %s", f->inst->kind->members.v[f->slot].name->text,
			f->inst->kind->name->text, type_noun(e->p, t));
}

/* What was most likely meant, where another value was given than one of type t. */
static void type_help(struct eval *e, struct diag *x, const struct type *t, const struct value *v, struct span at)
{
	static const char declare[] =
		"declare secret NAME { KEY }, from existing(\"NAME\") if the cluster has it, and write NAME: values of secrets never stand in a source";
	while (t->tag == T_OPTIONAL)
		t = t->elem;
	if (v->tag == VALUE_STRING && (t->tag == T_INTERFACE || t->tag == T_SECRET)) {
		const struct atom *a = v->n && v->n < 200 ? atom_find(e->p->atoms, v->str.p, v->n) : NULL;
		const struct symbol *y = a ? table_get(&e->p->values, a) : NULL;
		if (y && y->tag != SYMBOL_FN) {
			diag_help(e->diags, x, "a name stands without quotes: %s", a->text);
			diag_fix(e->diags, x, at, "%s", a->text);
		} else if (t->tag == T_SECRET) {
			diag_help(e->diags, x, declare);
		}
	} else if (v->tag == VALUE_RECORD && t->tag == T_SECRET) {
		diag_help(e->diags, x, declare);
	} else if (v->tag == VALUE_STRING && t->tag == T_SECRET_KEY) {
		diag_help(e->diags, x,
			"values of secrets never stand in a source: declare secret NAME { KEY }, and write NAME.KEY");
	} else if (v->tag == VALUE_STRING
		&& (t->tag == T_INT || t->tag == T_PORT || t->tag == T_FLOAT || t->tag == T_BOOL)) {
		int64_t i;
		double d;
		if (t->tag == T_BOOL ? value_says(v, "true") || value_says(v, "false")
					: lit_int(v->str.p, v->n, &i)
					|| (t->tag == T_FLOAT && lit_float(v->str.p, v->n, &d))) {
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
		diag_help(e->diags, x,
			"a key of a secret may stand in settings of type secret-key, and in env-list({ NAME: key })");
	} else if (v->tag == VALUE_NULL) {
		diag_help(e->diags, x, "`null` is a value of charts; nothing at all is `none`");
	} else if (t->tag == T_LIST && (v->tag == VALUE_STRING || v->tag == VALUE_INT || v->tag == VALUE_COMPONENT)
		&& fits(e, v, t->elem)) {
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
		struct diag *x = diag_error(e->diags, at, D_RANGE, spelled,
			t->tag == T_PORT && !t->ranged ? "port(1..65535)" : type_print(e->p, t));
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

/* A number that the type does not take. said: as it is shown; why: what is wrong with its form, or "". */
static void number_error(struct eval *e, const struct ast *x, const struct type *t, const char *said, const char *why)
{
	const char *s = x->name->text;
	const size_t n = x->name->len;
	double d;
	const char *unit = unit_noun(s, n);
	struct diag *r;
	if (unit
		&& (t->tag == T_TEXT || t->tag == T_INT || t->tag == T_FLOAT || t->tag == T_PORT
			|| t->tag == T_UNION || t->tag == T_OPTIONAL)) {
		r = diag_error(e->diags, x->span, D_UNIT, type_noun(e->p, t), said, unit);
		diag_label(e->diags, r, "%s", unit);
	} else if (t->tag == T_TEXT && *why) {
		r = diag_error(e->diags, x->span, D_BAD_LITERAL, said, type_noun(e->p, t), why);
	} else if ((t->tag == T_INT || t->tag == T_PORT || t->tag == T_FLOAT) && strspn(s, "0123456789") == n) {
		r = *s == '0' ? diag_error(
			e->diags, x->span, D_BAD_LITERAL, said, type_noun(e->p, t), "it has leading zeros")
			: diag_error(e->diags, x->span, D_RANGE, said, "what 64 bits hold");
	} else if ((t->tag == T_INT || t->tag == T_PORT) && lit_float(s, n, &d)) {
		r = diag_error(e->diags, x->span, D_BAD_LITERAL, said, type_noun(e->p, t),
			"it has a fraction or an exponent");
	} else if (t->tag == T_INT || t->tag == T_PORT || t->tag == T_FLOAT) {
		r = diag_error(e->diags, x->span, D_BAD_LITERAL, said, type_noun(e->p, t),
			t->tag == T_FLOAT ? "write it like 0.5 or 1e-6" : "write it in decimal digits");
	} else {
		r = diag_error(e->diags, x->span, D_TYPE, type_noun(e->p, t),
			arena_printf(e->p->arena, "the number `%s`", said));
	}
	note_setting(e, r, t);
	if (t->tag == T_STRING || (t->tag == T_TEXT && t->text >= TEXT_HOST)) {
		diag_help(e->diags, r, "write it as text: \"%s\"", said);
		diag_fix(e->diags, r, x->span, "\"%s\"", s);
	} else if (unit_help(t)) {
		diag_help(e->diags, r, "%s", unit_help(t));
	}
}

/* The `let` without a type whose value is being computed; NULL: something else is. */
static const char *untyped_let(const struct eval *e)
{
	const struct frame *f = e->frame;
	const struct member *m = f && f->inst ? &f->inst->kind->members.v[f->slot] : NULL;
	if (m && m->tag == MEMBER_LET && !m->type && m->deflt->tag != AST_BINARY)
		return m->name->text;
	return f && f->symbol && f->symbol->tag == SYMBOL_LET && !f->symbol->type
			&& f->symbol->expr->tag != AST_BINARY
		? f->symbol->name->text
		: NULL;
}

const struct value *eval_number(struct eval *e, const struct ast *x, const struct type *t, int silent)
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
		if (lit_float(s, n, &d)
			&& !(n > 3 && memchr(s, '.', n - 2) && s[n - 1] == '0' && !memchr(s, 'e', n)
				&& !memchr(s, 'E', n)))
			return value_float(e->arena, d, x->span);
		if (x->flags & AST_F_TEXT)
			return value_string(e->arena, s, n, x->span);
		if (e->body && schema_literals(e) && (x->flags & AST_F_TEXT))
			return value_string(e->arena, s, n, x->span);
		if (!silent) {
			struct diag *w = diag_error(e->diags, x->span, D_UNTYPED_NUMBER, said);
			const char *help = e->body ? schema_literal_help(e, x) : NULL, *let = untyped_let(e);
			if (help)
				diag_help(e->diags, w, "%s", help);
			else if (let)
				diag_help(e->diags, w, "say what it is, let %s : TYPE = ..., or write it as text: \"%s\"",
					let, said);
			else
				diag_help(e->diags, w, "write it as text: \"%s\"", said);
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
		if (ok && (t->text == TEXT_URL || t->text == TEXT_IMAGE || t->text == TEXT_NAME)
			&& !(x->flags & AST_F_TEXT))
			ok = 0;
		if (ok) {
			if (!in_range(e, t, d, x->span, said, silent))
				return silent ? NULL : VALUE_ERROR_V;
			if (t->text == TEXT_SIZE && d < SMALL_SIZE && strspn(s, "0123456789") == n && !silent
				&& e->allowed && !e->allowed(e, "bare-size")) {
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
		return eval_number(e, x, t->elem, silent);
	case T_UNION:
		for (uint32_t k = 0; k < t->n; k++) {
			const struct value *v = eval_number(e, x, t->alts[k], 1);
			if (v)
				return v;
		}
		if (t->n && !silent)
			for (uint32_t k = 0; k < t->n; k++)
				if (t->alts[k]->tag == T_INT && lit_int(s, n, &i))
					return eval_number(e, x, t->alts[k], 0);     /* only its range is wrong */
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
	number_error(e, x, t, said, why);
	return VALUE_ERROR_V;
}

/* A string value held against a type; NULL when silent and it does not fit. */
const struct value *eval_text_as(
	struct eval *e, const struct value *v, const struct type *t, struct span at, int silent, int from_set)
{
	const char *why = "";
	double d = 0;
	if (t->text == TEXT_SIZE || t->text == TEXT_CORES || t->text == TEXT_DURATION || t->text == TEXT_RATE) {
		if (!from_set) {
			if (silent)
				return NULL;
			struct diag *x = type_error_at(e, at, t, v);
			if (!parse_text(t->text, v->str.p, v->n, &d, &why)) {
				;
			} else if (v->origin.hi && v->origin.lo != at.lo) {
				diag_place(e->diags, x, v->origin, "the text");
				diag_help(e->diags, x,
					"write %.*s there without quotes, where a type says that it is %s: let NAME : TYPE = ...",
					(int)v->n, v->str.p, type_noun(e->p, t));
			} else {
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
		struct diag *x = diag_error(e->diags, at, D_BAD_LITERAL,
			arena_strdup(e->p->arena, v->str.p, v->n > 200 ? 200 : v->n), type_noun(e->p, t), why);
		if (src && src->library && e->frame && e->frame->inst && e->frame->inst->decl)
			diag_place(e->diags, x, e->frame->inst->at, "for %s", instance_label(e, e->frame->inst));
		if (memchr(v->str.p, '{', v->n) || memchr(v->str.p, '$', v->n))
			diag_help(e->diags, x, "a value stands in text as ${NAME}");
		return VALUE_ERROR_V;
	}
	if (t->ranged && !in_range(e, t, d, at, arena_strdup(e->p->arena, v->str.p, v->n), silent))
		return silent ? NULL : VALUE_ERROR_V;
	return plan_carry(e, v, value_text(e->arena, t->text, v->str.p, v->n, d, v->origin));
}

int type_has_word(const struct type *t, const struct atom *word)
{
	if (t->tag == T_OPTIONAL)
		return type_has_word(t->elem, word);
	if (t->tag == T_UNION) {
		for (uint32_t i = 0; i < t->n; i++)
			if (type_has_word(t->alts[i], word))
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

void word_error(struct eval *e, const struct type *t, const char *word, struct span at)
{
	struct suggest s;
	while (t->tag == T_OPTIONAL)
		t = t->elem;
	struct diag *x = diag_error(e->diags, at, D_ENUM, word, type_print(e->p, t));
	suggest_init(&s, word, strlen(word));
	if (t->tag == T_ENUM)
		for (uint32_t i = 0; i < t->n; i++)
			suggest_try(&s, t->members[i]->text);
	diag_suggest(e->diags, x, at, suggest_best(&s));
}

/* -- types -- */

static const struct value *coerce_quiet(
	struct eval *e, const struct value *v, const struct type *t, struct span at, int silent);

const struct value *coerce_fields(
	struct eval *e, const struct value *v, const struct type *t, struct span at, int silent)
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
				struct diag *d = diag_error(
					e->diags, at, D_UNKNOWN_FIELD, "this record", t->fields[i].name->text);
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
			struct diag *d = diag_error(e->diags,
				v->rec.fields[i].value->origin.hi ? v->rec.fields[i].value->origin : at,
				D_UNKNOWN_FIELD, type_noun(e->p, t), word);
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

static const struct value *coerce_list(
	struct eval *e, const struct value *v, const struct type *t, struct span at, int silent)
{
	const struct value **items = NULL;
	for (uint32_t i = 0; i < v->n; i++) {
		const struct value *x = coerce_quiet(e, v->items[i], t->elem,
			v->items[i]->origin.hi ? v->items[i]->origin : at, silent);
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

static const struct value *coerce_map(
	struct eval *e, const struct value *v, const struct type *t, struct span at, int silent)
{
	struct field *f = NULL;
	for (uint32_t i = 0; i < v->n; i++) {
		const struct value *x = coerce_quiet(e, v->rec.fields[i].value, t->elem,
			v->rec.fields[i].value->origin.hi ? v->rec.fields[i].value->origin : at,
			silent);
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

static const struct value *coerce_word(
	struct eval *e, const struct value *v, const struct type *t, struct span at, int silent)
{
	int i = enum_index(t, v);
	if (i >= 0)
		return v->text == TEXT_ENUM
			? v
			: plan_carry(e, v,
				value_text(e->arena, TEXT_ENUM, v->str.p, v->n, 0, v->origin));
	if (!silent)
		word_error(e, t, arena_strdup(e->p->arena, v->str.p, v->n > 100 ? 100 : v->n), at);
	return silent ? NULL : VALUE_ERROR_V;
}

/* The components beside it that do give the interface. */
static void name_givers(struct eval *e, struct diag *x, const struct instance *parent, const struct interface *f)
{
	struct buf b = { 0 };
	int n = 0, asked = 0;
	for (uint32_t k = 0; k < e->instances.n && n < 3; k++) {
		const struct instance *i = e->instances.v[k];
		const struct give *g = i->parent == parent ? kind_give(i->kind, f) : NULL;
		if (!g)
			continue;
		asked = (g->decl->flags & AST_F_PARAMS) != 0;
		buf_addf(&b, "%s`%s%s%s%s`", n++ ? ", " : "", i->local->text, asked ? "." : "", asked ? f->name->text : "",
			asked ? "(...)" : "");
	}
	if (n)
		diag_help(e->diags, x, "`%s` comes from %s", f->name->text, b.p);
	buf_free(&b);
}

static const struct value *coerce_component(
	struct eval *e, const struct value *v, const struct type *t, struct span at, int silent)
{
	struct instance *i = v->ref.ref;
	struct give *g = kind_give(i->kind, t->iface);
	if (g && !(g->decl->flags & AST_F_PARAMS))
		return give_value(e, i, g, at);
	if (silent)
		return NULL;
	if (!g && (i->kind->gives_broken || i->kind->broken))
		return VALUE_ERROR_V;
	struct diag *x = diag_error(e->diags, at, D_NOT_GIVEN, i->name->text, i->kind->name->text,
		t->iface->name->text);
	if (g)
		diag_help(e->diags, x, "it must be asked for: %s.%s(...)", i->local->text,
			t->iface->name->text);
	else if (i->kind->gives.n) {
		struct buf b = { 0 };
		for (uint32_t k = 0; k < i->kind->gives.n; k++)
			buf_addf(&b, "%s%s", k ? ", " : "", i->kind->gives.v[k].iface->name->text);
		diag_note(e->diags, x, "it gives %s", b.p);
		buf_free(&b);
	}
	if (!g)
		name_givers(e, x, i->parent, t->iface);
	return VALUE_ERROR_V;
}

static const struct value *cores_of_int(struct eval *e, const struct value *v)
{
	char s[32];
	int n = snprintf(s, sizeof s, "%lld", (long long)v->i);
	TOUCH(e, v);
	return CARRIED(e, v,
		value_text(e->arena, TEXT_CORES, arena_strdup(e->arena, s, (size_t)n), (size_t)n,
			(double)v->i, v->origin));
}

static const struct value *coerce_float(
	struct eval *e, const struct value *v, const struct type *t, struct span at, int silent)
{
	double d = v->tag == VALUE_INT ? (double)v->i : v->d;
	if (!in_range(e, t, d, at, arena_printf(e->p->arena, "%g", d), silent))
		return silent ? NULL : VALUE_ERROR_V;
	if (v->tag == VALUE_FLOAT)
		return v;
	TOUCH(e, v);
	return CARRIED(e, v, value_float(e->arena, d, v->origin));
}

static const struct value *coerce_string(
	struct eval *e, const struct value *v, const struct type *t, struct span at, int silent)
{
	if (t->ranged
		&& !in_range(e, t, v->n, at,
			arena_printf(e->p->arena, "a text of %u byte%s", v->n, v->n == 1 ? "" : "s"),
			silent))
		return silent ? NULL : VALUE_ERROR_V;
	return v->text == TEXT_NONE || v->text == TEXT_ENUM
		? v
		: plan_carry(e, v, value_string(e->arena, v->str.p, v->n, v->origin));
}

static const struct value *coerce_quiet(
	struct eval *e, const struct value *v, const struct type *t, struct span at, int silent)
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
			return in_range(e, t, (double)v->i, at, arena_printf(e->p->arena, "%lld", (long long)v->i),
				silent)
				? v
				: silent ? NULL
				: VALUE_ERROR_V;
		break;
	case T_FLOAT:
		if (v->tag == VALUE_INT || v->tag == VALUE_FLOAT)
			return coerce_float(e, v, t, at, silent);
		break;
	case T_STRING:
		if (v->tag == VALUE_STRING)
			return coerce_string(e, v, t, at, silent);
		break;
	case T_TEXT:
		if (v->tag == VALUE_STRING && v->text == t->text)
			return !t->ranged
					|| in_range(e, t, v->str.num, at, arena_strdup(e->p->arena, v->str.p, v->n),
						silent)
				? v
				: silent ? NULL
				: VALUE_ERROR_V;
		if (v->tag == VALUE_STRING
			&& (v->text == TEXT_NONE || v->text == TEXT_ENUM
				|| (t->text >= TEXT_HOST && v->text >= TEXT_HOST)
				|| (t->text >= TEXT_HOST && v->text == TEXT_VERSION)))
			return eval_text_as(e, v, t, at, silent, 0);
		if (v->tag == VALUE_INT && t->text == TEXT_CORES)
			return cores_of_int(e, v);
		break;
	case T_ENUM:
		if (v->tag == VALUE_STRING)
			return coerce_word(e, v, t, at, silent);
		break;
	case T_LIST:
		if (v->tag == VALUE_LIST)
			return coerce_list(e, v, t, at, silent);
		break;
	case T_MAP:
		if (v->tag == VALUE_RECORD)
			return coerce_map(e, v, t, at, silent);
		break;
	case T_RECORD:
		if (v->tag == VALUE_RECORD)
			return coerce_fields(e, v, t, at, silent);
		break;
	case T_INTERFACE:
		if (v->tag == VALUE_GIVEN && ((struct given *)v->ref.ref)->give->iface == t->iface)
			return v;
		if (v->tag == VALUE_COMPONENT)
			return coerce_component(e, v, t, at, silent);
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

const struct type *type_record_field(const struct type *t, const struct atom *key)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (t->fields[i].name == key)
			return t->fields[i].type;
	return NULL;
}

const struct type *type_alternative(const struct type *t, int want_list)
{
	if (t->tag == T_OPTIONAL)
		return type_alternative(t->elem, want_list);
	if (t->tag == T_UNION) {
		for (uint32_t i = 0; i < t->n; i++) {
			const struct type *a = type_alternative(t->alts[i], want_list);
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
