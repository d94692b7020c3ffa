/* From the syntax of a type to a struct type, once for each node; and types in words for messages.

   A bare word in a union that names no type is a member of an enumeration. That makes a misspelt type a word too, so a
   lone unknown word, or one that is nearly a type's name among types, is an error. */
#include "sema/program.h"
#include "base/buf.h"
#include "base/suggest.h"
#include "value/literal.h"
#include "value/value.h"
#include <string.h>

const struct type type_any = { .tag = T_ANY }, type_bool = { .tag = T_BOOL },
	type_int = { .tag = T_INT }, type_float = { .tag = T_FLOAT },
	type_string = { .tag = T_STRING }, type_port = { .tag = T_PORT },
	type_error = { .tag = T_ERROR }, type_secret_key = { .tag = T_SECRET_KEY },
	type_version = { .tag = T_TEXT, .text = TEXT_VERSION }, type_size = { .tag = T_TEXT, .text = TEXT_SIZE },
	type_cores = { .tag = T_TEXT, .text = TEXT_CORES }, type_duration = { .tag = T_TEXT, .text = TEXT_DURATION },
	type_rate = { .tag = T_TEXT, .text = TEXT_RATE }, type_host = { .tag = T_TEXT, .text = TEXT_HOST },
	type_url = { .tag = T_TEXT, .text = TEXT_URL }, type_image = { .tag = T_TEXT, .text = TEXT_IMAGE },
	type_name = { .tag = T_TEXT, .text = TEXT_NAME },
	type_names_map = { .tag = T_MAP, .elem = &type_name }, type_string_map = { .tag = T_MAP, .elem = &type_string };
static const struct type type_secret = { .tag = T_SECRET };

static const struct { const char *word; const struct type *type;
} words[] = {
	{ "any", &type_any },
	{ "bool", &type_bool },
	{ "int", &type_int },
	{ "float", &type_float },
	{ "string", &type_string },
	{ "port", &type_port },
	{ "version", &type_version },
	{ "size", &type_size },
	{ "cores", &type_cores },
	{ "duration", &type_duration },
	{ "rate", &type_rate },
	{ "host", &type_host },
	{ "url", &type_url },
	{ "image", &type_image },
	{ "name", &type_name },
	{ "secret", &type_secret },
	{ "secret-key", &type_secret_key },
};
#define NWORDS (sizeof words / sizeof *words)

static const struct type *word_type(const struct atom *name)
{
	for (size_t i = 0; i < NWORDS; i++)
		if (!strcmp(words[i].word, name->text))
			return words[i].type;
	return NULL;
}

static int bound(struct program *p, const struct type *t, const struct ast *e, double *out)
{
	const struct ast *n = e;
	int negative = n->tag == AST_UNARY && n->op == '-';
	const char *why = NULL;
	if (negative)
		n = n->kids[0];
	if (n->tag == AST_NUMBER) {
		const char *s = n->name->text;
		size_t len = n->name->len;
		int ok = 0;
		if (t->tag == T_TEXT && t->text == TEXT_SIZE)
			ok = lit_size(s, len, out, &why);
		else if (t->tag == T_TEXT && t->text == TEXT_CORES)
			ok = lit_cores(s, len, out, &why);
		else if (t->tag == T_TEXT && t->text == TEXT_DURATION)
			ok = lit_duration(s, len, out, &why);
		else if (t->tag == T_TEXT && t->text == TEXT_RATE)
			ok = lit_rate(s, len, out, &why);
		else
			ok = lit_float(s, len, out);
		if (ok) {
			if (negative)
				*out = -*out;
			return 1;
		}
	}
	diag_help(p->diags, diag_error(p->diags, e->span, D_TYPE, "a bound of this type",
		"something else"), "bounds are literals: int(1..), float(0..1), size(1Gi..)");
	return 0;
}

static const struct type *named(struct program *p, const struct ast *t)
{
	const struct type *w = word_type(t->name);
	if (!w) {
		struct interface *i = program_interface(p, t->name);
		if (!i)
			return NULL;
		struct type *n = ARENA_NEW(p->arena, struct type);
		n->tag = T_INTERFACE;
		n->iface = i;
		return n;
	}
	if (!(t->flags & AST_F_RANGE))
		return w;
	if (w->tag != T_INT && w->tag != T_FLOAT && w->tag != T_PORT && w->tag != T_STRING &&
		!(w->tag == T_TEXT && w->text >= TEXT_SIZE && w->text <= TEXT_RATE)) {
		diag_help(p->diags,
			diag_error(p->diags, t->span, D_TYPE, "a type that is ordered", type_noun(p, w)),
			"ranges go with int, float, port, string (its length), size, cores, duration and rate");
		return &type_error;
	}
	struct type *n = ARENA_NEW(p->arena, struct type);
	*n = *w;
	n->ranged = 1;
	n->lo = -1e308;
	n->hi = 1e308;
	if (t->nkids > 0 && t->kids[0] && !bound(p, w, t->kids[0], &n->lo))
		return &type_error;
	if (t->nkids > 1 && t->kids[1] && !bound(p, w, t->kids[1], &n->hi))
		return &type_error;
	return n;
}

static const struct type *unknown(struct program *p, const struct ast *t)
{
	struct diag *x = diag_error(p->diags, t->span, D_UNKNOWN_TYPE, t->name->text);
	struct suggest s;
	suggest_init(&s, t->name->text, t->name->len);
	for (size_t i = 0; i < NWORDS; i++)
		suggest_try(&s, words[i].word);
	static const char *const others[][2] = { { "number", "float" }, { "double", "float" }, { "boolean", "bool" },
		{ "integer", "int" }, { "text", "string" }, { "str", "string" }, { "object", "any" }, { "dict", "any" } };
	const char *best = NULL;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (!strcmp(others[i][0], t->name->text))
			best = others[i][1];
	if (!best)
		best = suggest_best(&s);
	if (!best)
		best = program_suggest(p, 'i', t->name);
	if (best) {
		diag_suggest(p->diags, x, t->span, best);
	} else {
		struct buf b = { 0 };
		for (size_t i = 0; i < NWORDS; i++)
			buf_addf(&b, "%s%s", i ? ", " : "", words[i].word);
		diag_help(p->diags, x, "types: %s, and every interface", b.p);
		buf_free(&b);
	}
	return &type_error;
}

static void enum_word(struct program *p, const struct atom *w)
{
	table_put(&p->enum_words, w, (void *)(uintptr_t)1);
}

static const struct type *unite(struct program *p, const struct ast *t)
{
	VEC(const struct type *) alts = { 0 };
	VEC(const struct atom *) members = { 0 };
	int optional = 0;
	for (uint32_t i = 0; i < t->nkids; i++) {
		const struct ast *k = t->kids[i];
		if (k->tag == AST_TOPTIONAL) {
			optional = 1;
			k = k->kids[0];
		}
		if (k->tag == AST_TSTRING || (k->tag == AST_TNAME && !(k->flags & AST_F_RANGE) &&
			!word_type(k->name) && !program_interface(p, k->name))) {
			VEC_PUSH(p->arena, &members, k->name);
			enum_word(p, k->name);
		} else {
			const struct type *x = type_of_ast(p, k);
			VEC_PUSH(p->arena, &alts, x);
		}
	}
	struct type *n = ARENA_NEW(p->arena, struct type);
	if (members.n) {
		n->tag = T_ENUM;
		n->members = members.v;
		n->n = members.n;
		if (alts.n)
			VEC_PUSH(p->arena, &alts, n);
	}
	if (alts.n) {
		n = ARENA_NEW(p->arena, struct type);
		n->tag = T_UNION;
		n->alts = alts.v;
		n->n = alts.n;
	}
	if (!optional)
		return n;
	struct type *o = ARENA_NEW(p->arena, struct type);
	o->tag = T_OPTIONAL;
	o->elem = n;
	return o;
}

static const struct type *record(struct program *p, const struct ast *t)
{
	struct type *n = ARENA_NEW(p->arena, struct type);
	if (t->nkids == 1 && !t->kids[0]->kids[1] &&
		(t->kids[0]->name == p->a_name || t->kids[0]->name == p->a_string)) {
		n->tag = T_MAP;
		n->elem = type_of_ast(p, t->kids[0]->kids[0]);
		return n;
	}
	n->tag = T_RECORD;
	n->n = t->nkids;
	n->fields = ARENA_ARRAY(p->arena, struct type_field, t->nkids);
	for (uint32_t i = 0; i < t->nkids; i++) {
		const struct ast *f = t->kids[i];
		n->fields[i] = (struct type_field){ f->name, type_of_ast(p, f->kids[0]),
			f->nkids > 1 ? f->kids[1] : NULL, f->span, f->doc };
	}
	return n;
}

const struct type *type_of_ast(struct program *p, const struct ast *t)
{
	if (!t)
		return &type_any;
	if (t->bind)
		return t->bind;
	struct ast *node = (struct ast *)(uintptr_t)t;  /* the cache is the one thing of a node that changes */
	const struct type *r = &type_error;
	struct type *n;
	switch (t->tag) {
	case AST_TNAME:
		r = named(p, t);
		if (!r)
			r = unknown(p, t);
		break;
	case AST_TSTRING:
		n = ARENA_NEW(p->arena, struct type);
		n->tag = T_ENUM;
		n->n = 1;
		n->members = ARENA_ARRAY(p->arena, const struct atom *, 1);
		n->members[0] = t->name;
		enum_word(p, t->name);
		r = n;
		break;
	case AST_TLIST:
	case AST_TOPTIONAL:
		n = ARENA_NEW(p->arena, struct type);
		n->tag = t->tag == AST_TLIST ? T_LIST : T_OPTIONAL;
		n->elem = type_of_ast(p, t->kids[0]);
		r = n;
		break;
	case AST_TRECORD:
		r = record(p, t);
		break;
	case AST_TUNION:
		r = unite(p, t);
		break;
	default:
		break;
	}
	node->bind = (void *)(uintptr_t)r;
	return r;
}

static const char *text_word(int text)
{
	for (size_t i = 0; i < NWORDS; i++)
		if (words[i].type->tag == T_TEXT && words[i].type->text == text)
			return words[i].word;
	return "string";
}

static void bound_print(struct buf *b, const struct type *t, double v)
{
	char s[64];
	if (v <= -1e308 || v >= 1e308)
		return;
	if (t->tag == T_TEXT && t->text == TEXT_SIZE) {
		static const char suffix[][3] = { "", "Ki", "Mi", "Gi", "Ti", "Pi" };
		int i = 0;
		while (i < 5 && v >= 1024 && v / 1024 == (double)(int64_t)(v / 1024)) {
			v /= 1024;
			i++;
		}
		buf_addf(b, "%.0f%s", v, suffix[i]);
	} else if (t->tag == T_TEXT && t->text == TEXT_DURATION) {
		lit_duration_print(v, s);
		buf_adds(b, s);
	} else if (t->tag == T_TEXT && t->text == TEXT_RATE) {
		buf_addf(b, "%g/s", v);
	} else {
		buf_addf(b, "%.10g", v);
	}
}

/* As the language has its names; other members stand in quotes. */
static int is_word(const char *s)
{
	return *s >= 'a' && *s <= 'z' && !s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-")];
}

static void print(struct program *p, const struct type *t, struct buf *b)
{
	switch ((enum type_tag)t->tag) {
	case T_ERROR: buf_adds(b, "?"); break;
	case T_ANY: buf_adds(b, "any"); break;
	case T_BOOL: buf_adds(b, "bool"); break;
	case T_INT: buf_adds(b, "int"); break;
	case T_FLOAT: buf_adds(b, "float"); break;
	case T_STRING: buf_adds(b, "string"); break;
	case T_PORT: buf_adds(b, "port"); break;
	case T_TEXT: buf_adds(b, text_word(t->text)); break;
	case T_SECRET: buf_adds(b, "secret"); break;
	case T_SECRET_KEY: buf_adds(b, "secret-key"); break;
	case T_INTERFACE: buf_adds(b, t->iface->name->text); break;
	case T_ENUM:
		for (uint32_t i = 0; i < t->n; i++) {
			const char *quote = is_word(t->members[i]->text) ? "" : "\"";
			buf_addf(b, "%s%s%s%s", i ? " | " : "", quote, t->members[i]->text, quote);
		}
		break;
	case T_UNION:
		for (uint32_t i = 0; i < t->n; i++) {
			if (i)
				buf_adds(b, " | ");
			print(p, t->alts[i], b);
		}
		break;
	case T_LIST:
		buf_adds(b, "[");
		print(p, t->elem, b);
		buf_adds(b, "]");
		break;
	case T_MAP:
		buf_adds(b, "{name: ");
		print(p, t->elem, b);
		buf_adds(b, "}");
		break;
	case T_OPTIONAL:
		print(p, t->elem, b);
		buf_adds(b, "?");
		break;
	case T_RECORD:
		buf_adds(b, "{ ");
		for (uint32_t i = 0; i < t->n; i++) {
			buf_addf(b, "%s%s : ", i ? ", " : "", t->fields[i].name->text);
			print(p, t->fields[i].type, b);
		}
		buf_adds(b, " }");
		break;
	}
	if (t->ranged) {
		buf_adds(b, "(");
		bound_print(b, t, t->lo);
		buf_adds(b, "..");
		bound_print(b, t, t->hi);
		buf_adds(b, ")");
	}
}

const char *type_print(struct program *p, const struct type *t)
{
	struct buf b = { 0 };
	buf_adds(&b, "");
	print(p, t, &b);
	const char *s = arena_strdup(p->arena, b.p ? b.p : "", b.n);
	buf_free(&b);
	return s;
}

/* An interface that no kind gives is a record for settings. */
static int is_given(struct program *p, const struct interface *f)
{
	const struct atom *kind;
	for (uint32_t at = 0; (kind = program_next_name(p, 'k', &at));)
		if (program_kind_gives(p, kind, f->name))
			return 1;
	return 0;
}

/* "a record { cron, timezone? }" */
static const char *record_noun(struct program *p, const struct type *t)
{
	struct buf b = { 0 };
	buf_adds(&b, "a record {");
	for (uint32_t i = 0; i < t->n; i++)
		buf_addf(&b, "%s %s%s", i ? "," : "", t->fields[i].name->text, t->fields[i].deflt ||
			t->fields[i].type->tag == T_OPTIONAL ? "?" : "");
	buf_adds(&b, " }");
	const char *s = arena_strdup(p->arena, b.p, b.n);
	buf_free(&b);
	return s;
}

const char *type_noun(struct program *p, const struct type *t)
{
	if (t->ranged)
		return arena_printf(p->arena, "%s %s", t->tag == T_INT ? "an" : "a", type_print(p, t));
	switch ((enum type_tag)t->tag) {
	case T_BOOL: return "true or false";
	case T_INT: return "a whole number";
	case T_FLOAT: return "a number";
	case T_STRING: return "a string";
	case T_PORT: return "a port";
	case T_TEXT:
		switch (t->text) {
		case TEXT_CORES: return "a number of cores";
		case TEXT_HOST: return "a host";
		case TEXT_IMAGE: return "an image";
		default: return arena_printf(p->arena, "a %s", text_word(t->text));
		}
	case T_SECRET: return "a secret";
	case T_SECRET_KEY: return "a key of a secret";
	case T_INTERFACE: return is_given(p, t->iface)
		? arena_printf(p->arena, "something that gives `%s`", t->iface->name->text)
		: record_noun(p, t->iface->type);
	case T_ENUM: return arena_printf(p->arena, "one of %s", type_print(p, t));
	case T_LIST: return arena_printf(p->arena, "a list %s", type_print(p, t));
	case T_MAP: return arena_printf(p->arena, "a map %s", type_print(p, t));
	case T_OPTIONAL: return type_noun(p, t->elem);
	case T_RECORD: return t->name ? arena_printf(p->arena, "`%s`", t->name->text)
		: arena_printf(p->arena, "a record %s", type_print(p, t));
	case T_UNION: return type_print(p, t);
	case T_ERROR: case T_ANY: break;
	}
	return "a value";
}
