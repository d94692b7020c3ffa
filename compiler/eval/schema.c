/* Walks an object beside the type that the table gives it. A field is found by binary search in the sorted fields of
   its type; nothing is allocated before something is wrong. What a plan's components have in common is checked when the
   plan's first component is made plainly; for the others only what is in a slot is looked at again (sym_leaf), and of
   that only what the slot's own type does not promise already. */
#include "eval/schema.h"
#include "base/suggest.h"
#include "eval/compile.h"
#include "value/literal.h"
#include "value/pattern.h"
#include "eval/plan.h"
#include <stdio.h>
#include <string.h>

struct path { const struct path *up; const char *key; uint32_t index; };       /* key NULL: an item of a list */
struct look {
	struct eval *e;
	const struct out_object *o;
	const struct instance *who;
	struct span at;
	const struct schema_kind *kind;
	int ok, misshapen;              /* misshapen: something is of another type than its field */
};
enum fault {
	FINE, WRONG_TYPE, NO_CHOICE, OUT_OF_RANGE, TOO_SHORT, TOO_LONG, BAD_FORM, BAD_PATTERN, BAD_QUANTITY, BAD_BASE64,
};

static const char *text_at(uint32_t offset) { return schema_text + offset; }

const struct schema_kind *schema_kind(const char *api_version, const char *kind)
{
	unsigned lo = 0, hi = schema_nkinds;
	while (lo < hi) {
		unsigned mid = (lo + hi) / 2;
		int d = strcmp(text_at(schema_kinds[mid].kind), kind);
		if (!d)
			d = strcmp(text_at(schema_kinds[mid].api_version), api_version);
		if (!d)
			return &schema_kinds[mid];
		if (d < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

const struct schema_field *schema_field(unsigned type, const char *name, size_t n)
{
	const struct schema_type *t = &schema_types[type];
	unsigned lo = t->first, hi = lo + t->n;
	while (lo < hi) {
		unsigned mid = (lo + hi) / 2;
		const struct schema_field *f = &schema_fields[mid];
		const char *have = text_at(f->name);
		/* both end in a NUL, so the first difference decides */
		size_t i = 0;
		while (have[i] && have[i] == name[i])
			i++;
		int d = (unsigned char)have[i] - (unsigned char)name[i];
		if (!d)
			return f->len == n ? f : NULL;
		if (d < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static unsigned wrap_of(const struct schema_field *f, int depth)
{
	return depth < SCHEMA_WRAPS ? ((f->wrap & ~SCHEMA_REQUIRED) >> (2 * depth)) & 3u : 0;
}

/* -- forms of text -- */

static int one_of(const char *choices, const char *s, size_t n)
{
	for (const char *p = choices; ; ) {
		const char *bar = strchr(p, '|');
		size_t len = bar ? (size_t)(bar - p) : strlen(p);
		if (len == n && !memcmp(p, s, n))
			return 1;
		if (!bar)
			return 0;
		p = bar + 1;
	}
}

static int is_resource(const char *s, size_t n)
{
	return memchr(s, '/', n) ? lit_label_key(s, n)
		: (n > 10 && !memcmp(s, "hugepages-", 10))
			|| one_of("cpu|memory|storage|ephemeral-storage|pods", s, n);
}

static int is_cidr(const char *s, size_t n)
{
	const char *slash = memchr(s, '/', n);
	const char *why;
	int64_t bits;
	size_t host = slash ? (size_t)(slash - s) : 0;
	if (!slash || !lit_int(slash + 1, n - host - 1, &bits) || bits < 0 || bits > (memchr(s, ':', host) ? 128 : 32))
		return 0;
	for (size_t i = 0; i < host; i++)
		if (!strchr("0123456789abcdefABCDEF.:", s[i]))
			return 0;
	return lit_host(s, host, &why);
}

static int is_relative(const char *s, size_t n)
{
	if (n && *s == '/')
		return 0;
	for (size_t i = 0; i + 1 < n; i++)
		if (s[i] == '.' && s[i + 1] == '.' && (!i || s[i - 1] == '/') && (i + 2 == n || s[i + 2] == '/'))
			return 0;
	return 1;
}

static int is_identifier(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') || s[i] == '_'
			|| (i && s[i] >= '0' && s[i] <= '9')))
			return 0;
	return n > 0;
}

/* Is the stack's oldest cluster older than this release of Kubernetes? */
static int older(struct eval *e, const char *release)
{
	const struct value *v = member_value(e, e->stack, "kubernetes");
	return v && v->tag == VALUE_STRING && lit_version_compare(v->str.p, v->n, release, strlen(release)) < 0;
}

static int has_form(struct eval *e, enum schema_form form, const char *s, size_t n)
{
	struct image_ref image;
	const char *why;
	double seconds;
	switch (form) {
	case FORM_LABEL: return lit_dns1123_label(s, n);
	case FORM_SUBDOMAIN: return lit_dns1123_subdomain(s, n);
	case FORM_PORT_NAME: case FORM_PORT: return lit_port_name(s, n);
	case FORM_ENV_NAME: return lit_env_name(s, n) || (lit_env_name_relaxed(s, n) && !older(e, "1.32"));
	case FORM_CONFIG_KEY: return lit_config_key(s, n);
	case FORM_LABEL_KEY: return lit_label_key(s, n);
	case FORM_IMAGE: return lit_image(s, n, &image, &why);
	case FORM_RESOURCE: return is_resource(s, n);
	case FORM_CRON: return lit_cron(s, n, &why);
	case FORM_PERCENT: return lit_percent(s, n);
	case FORM_HOST: return lit_dns1123_subdomain(s, n) || lit_wildcard_host(s, n);
	case FORM_HTTP_PATH: return *s == '/';
	case FORM_RELATIVE_PATH: return is_relative(s, n);
	case FORM_HEADER: return lit_http_header(s, n);
	case FORM_CIDR: return is_cidr(s, n);
	case FORM_IDENTIFIER: return is_identifier(s, n);
	case FORM_DURATION: return lit_duration_ordered(s, n, &seconds);
	case FORM_DURATION_GO: return lit_duration_go(s, n, &seconds);
	case FORM_NONE: case FORM_LABELS: case FORM_ANNOTATIONS: case FORM_COUNT: break;
	}
	return 1;
}

static const char *form_words(unsigned form)
{
	static const char *const words[] = {
#define X(id, name, meaning) meaning,
		SCHEMA_FORMS(X)
#undef X
	};
	return words[form];
}

/* -- one scalar -- */

static enum fault check_text(
	struct eval *e, const struct value *v, const struct schema_field *f, const struct schema_rule *r)
{
	if (v->n < r->minlen)
		return TOO_SHORT;
	if (r->maxlen && v->n > r->maxlen)
		return TOO_LONG;
	if (r->choices && v->n && !one_of(text_at(r->choices), v->str.p, v->n))
		return NO_CHOICE;
	/* an empty text is as good as none */
	if (r->form && (v->n || f->wrap & SCHEMA_REQUIRED) && !has_form(e, (enum schema_form)r->form, v->str.p, v->n))
		return BAD_FORM;
	if (r->pattern && !pattern_match(text_at(r->pattern), v->str.p, v->n))
		return BAD_PATTERN;
	return FINE;
}

static enum fault check_number(double d, const struct schema_rule *r)
{
	return ((r->has & RULE_MIN) && d < (double)r->min) || ((r->has & RULE_MAX) && d > (double)r->max)
		? OUT_OF_RANGE
		: FINE;
}

static int is_base64(const char *s, size_t n)
{
	size_t end = n;
	while (end && n - end < 2 && s[end - 1] == '=')
		end--;
	for (size_t i = 0; i < end; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') || (s[i] >= '0' && s[i] <= '9')
			|| s[i] == '+' || s[i] == '/' || s[i] == '\n'))
			return 0;
	return 1;
}

static enum fault check_scalar(struct eval *e, const struct value *v, const struct schema_field *f)
{
	const struct schema_rule *r = &schema_rules[f->rule];
	struct quantity q;
	const char *why;
	switch ((enum schema_scalar)f->scalar) {
	case SCHEMA_STRING:
		return v->tag != VALUE_STRING ? WRONG_TYPE : f->rule ? check_text(e, v, f, r) : FINE;
	case SCHEMA_INT32:
		if (v->tag == VALUE_INT && (v->i > INT32_MAX || v->i < INT32_MIN))
			return OUT_OF_RANGE;
		/* fallthrough */
	case SCHEMA_INT64:
		return v->tag != VALUE_INT ? WRONG_TYPE : f->rule ? check_number((double)v->i, r) : FINE;
	case SCHEMA_NUMBER:
		return v->tag == VALUE_INT ? check_number((double)v->i, r)
			: v->tag == VALUE_FLOAT ? check_number(v->d, r)
						: WRONG_TYPE;
	case SCHEMA_BOOL:
		return v->tag == VALUE_BOOL ? FINE : WRONG_TYPE;
	case SCHEMA_QUANTITY:
		if (v->tag == VALUE_INT)
			return check_number((double)v->i, r);
		if (v->tag == VALUE_FLOAT)
			return check_number(v->d, r);
		if (v->tag != VALUE_STRING)
			return WRONG_TYPE;
		if (!lit_quantity(v->str.p, v->n, &q, &why))
			return BAD_QUANTITY;
		return q.negative && q.nano && (r->has & RULE_MIN) && r->min >= 0 ? OUT_OF_RANGE : FINE;
	case SCHEMA_INT_OR_STRING:
		if (v->tag == VALUE_INT)
			return r->form == FORM_PORT ? v->i < 1 || v->i > 65535 ? OUT_OF_RANGE : FINE
				: r->form == FORM_PERCENT && v->i < 0 ? OUT_OF_RANGE
				: FINE;
		return v->tag != VALUE_STRING ? WRONG_TYPE : f->rule ? check_text(e, v, f, r) : FINE;
	case SCHEMA_TIME:
		return v->tag == VALUE_STRING ? FINE : WRONG_TYPE;
	case SCHEMA_BYTES:
		return v->tag != VALUE_STRING ? WRONG_TYPE : is_base64(v->str.p, v->n) ? FINE : BAD_BASE64;
	case SCHEMA_OBJECT: case SCHEMA_ANY:
		break;
	}
	return FINE;
}

int schema_leaf_fits(struct eval *e, const struct sym_leaf *leaf, const struct value *v)
{
	if (leaf->label)
		return v->tag == VALUE_STRING && (leaf->label == 2 || lit_label_value(v->str.p, v->n));
	return check_scalar(e, v, leaf->field) == FINE;
}

/* -- plans -- */

/* A slot that holds one of a few words: do all of them fit? */
static int words_fit(
	struct eval *e, const struct sym *sym, const struct type *t, const struct schema_field *f, int label)
{
	if (!sym->is_slot || !t || t->tag != T_ENUM)
		return 0;
	for (uint32_t i = 0; i < t->n; i++) {
		const struct value word = {
			.tag = VALUE_STRING, .n = (uint32_t)t->members[i]->len, .str = { .p = t->members[i]->text }
		};
		if (!schema_leaf_fits(e, &(struct sym_leaf){ sym, f, (uint8_t)label }, &word))
			return 0;
	}
	return 1;
}

/* Does the slot's type promise it? */
static int promised(struct eval *e, const struct value *v, const struct sym *sym, const struct type *t,
	const struct schema_field *f, int label)
{
	const struct schema_rule *r = f ? &schema_rules[f->rule] : NULL;
	if (t && t->tag == T_OPTIONAL)
		t = t->elem;
	if (words_fit(e, sym, t, f, label))
		return 1;
	if (label)
		return v->tag == VALUE_STRING && (label == 2 || (sym->is_slot && v->text == TEXT_NAME));
	switch ((enum schema_scalar)f->scalar) {
	case SCHEMA_ANY: case SCHEMA_OBJECT:
		return 1;
	case SCHEMA_STRING:
		if (v->tag != VALUE_STRING)
			return 0;
		if (!f->rule)
			return 1;
		if (!sym->is_slot || r->choices || r->pattern || r->minlen > 1 || (r->maxlen && r->maxlen < 63))
			return 0;
		return (v->text == TEXT_NAME
			&& (r->form == FORM_NONE || r->form == FORM_LABEL || r->form == FORM_SUBDOMAIN))
			|| (v->text == TEXT_IMAGE && r->form == FORM_IMAGE)
			|| (v->text == TEXT_DURATION && r->form == FORM_DURATION);
	case SCHEMA_INT32: case SCHEMA_INT64: {
		double lo = f->scalar == SCHEMA_INT32 ? INT32_MIN : -9e18,
			hi = f->scalar == SCHEMA_INT32 ? INT32_MAX : 9e18;
		if (r->has & RULE_MIN)
			lo = (double)r->min;
		if (r->has & RULE_MAX)
			hi = (double)r->max;
		if (t && t->tag == T_PORT)
			return lo <= 1 && hi >= 65535;
		return v->tag == VALUE_INT && t && t->tag == T_INT && t->ranged && t->lo >= lo && t->hi <= hi;
	}
	case SCHEMA_BOOL:
		return v->tag == VALUE_BOOL;
	case SCHEMA_QUANTITY:
		return v->tag == VALUE_STRING && (v->text == TEXT_SIZE || v->text == TEXT_CORES);
	case SCHEMA_INT_OR_STRING:
		return (v->tag == VALUE_STRING && !f->rule) || (t && t->tag == T_PORT && r->form == FORM_PORT);
	case SCHEMA_NUMBER: case SCHEMA_TIME: case SCHEMA_BYTES:
		break;
	}
	return 0;
}

static void later(struct look *l, const struct value *v, const struct schema_field *f, int label)
{
	struct plan *p = l->e->plan;
	const struct sym *s = ((const struct symbolic *)v)->sym;
	if (s->plan != p || s->hashed)
		return;
	if (promised(l->e, v, s, s->is_slot ? p->kind->members.v[s->parts[0].slot].type : NULL, f, label))
		return;
	for (uint32_t i = 0; i < p->leaves.n; i++) {
		const struct sym_leaf *x = &p->leaves.v[i];
		if (x->sym == s && x->label == label
			&& (x->field == f
				|| (f && x->field && x->field->scalar == f->scalar && x->field->rule == f->rule
					&& x->field->wrap == f->wrap)))
			return;
	}
	VEC_PUSH(l->e->unit, &p->leaves, ((struct sym_leaf){ s, f, (uint8_t)label }));
}

/* -- where -- */

static const char *path_text(struct look *l, const struct path *p)
{
	const struct path *way[64];
	struct buf b = { 0 };
	int n = 0;
	for (; p && n < 64; p = p->up)
		way[n++] = p;
	while (n--) {
		const struct path *q = way[n];
		int word = q->key && !q->key[strcspn(q->key, "./ ")];
		if (!q->key)
			buf_addf(&b, "[%u]", q->index);
		else if (word)
			buf_addf(&b, "%s%s", b.n ? "." : "", q->key);
		else
			buf_addf(&b, "[\"%s\"]", q->key);
	}
	const char *s = arena_strdup(l->e->p->arena, b.p ? b.p : "", b.n);
	buf_free(&b);
	return s;
}

static const struct source *source_at(const struct look *l, struct span at)
{
	return at.hi ? source_of(l->e->p->sources, at.lo) : NULL;
}

static struct span origin(const struct value *v)
{
	return v && v->tag <= VALUE_RECORD ? v->origin : (struct span){ 0, 0 };
}

/* The key that stands before a value: `replicas: 3`, `"a.b"?: x`, and in YAML the same with line breaks. */
static struct span key_before(const struct look *l, struct span value, const char *key)
{
	const struct source *src = source_at(l, value);
	size_t n = strlen(key);
	if (!src)
		return (struct span){ 0, 0 };
	uint32_t i = value.lo - src->base;
	while (i && strchr(" \t\r\n", src->text[i - 1]))
		i--;
	if (!i || src->text[i - 1] != ':')
		return (struct span){ 0, 0 };
	i--;
	if (i && src->text[i - 1] == '?')
		i--;
	while (i && src->text[i - 1] == ' ')
		i--;
	uint32_t quote = i && (src->text[i - 1] == '"' || src->text[i - 1] == '\'');
	if (i < n + 2 * quote || memcmp(src->text + i - quote - n, key, n))
		return (struct span){ 0, 0 };
	return (struct span){ src->base + i - (uint32_t)n - 2 * quote, src->base + i };
}

/* Entries of this key (of true or false, if that is what is looked for); the first of them in *found. */
static unsigned entries_called(const struct ast *x, const char *key, int of_bool, const struct ast **found)
{
	unsigned n = 0;
	if (!x)
		return 0;
	if (x->tag == AST_ENTRY && x->name && !strcmp(x->name->text, key)
		&& (!of_bool || x->kids[0]->tag == AST_BOOL)) {
		if (!*found)
			*found = x;
		n++;
	}
	for (uint32_t i = 0; i < x->nkids; i++)
		n += entries_called(x->kids[i], key, of_bool, found);
	return n;
}

/* An entry whose value does not say where it was written: the only one of that key in the component's block, or in its
   kind. */
static const struct ast *entry_anywhere(const struct look *l, const char *key, int of_bool)
{
	const struct ast *found = NULL;
	unsigned n = 0;
	for (const struct instance *i = l->who; i; i = i->parent)
		n += i->decl ? entries_called(i->decl, key, of_bool, &found) : 0;
	for (uint32_t i = 0; !n && l->who && i < l->who->kind->outputs.n; i++)
		n += entries_called(l->who->kind->outputs.v[i], key, of_bool, &found);
	return n == 1 ? found : NULL;
}

/* Where an error is said: where the user wrote it; of what the library wrote, at the component, with the library's line
   below. */
struct where { struct span at, made; };

static struct where place(struct look *l, struct span best)
{
	const struct source *src = source_at(l, best);
	if (!src)
		return (struct where){ l->at, { 0, 0 } };
	return src->library ? (struct where){ l->at, best } : (struct where){ best, { 0, 0 } };
}

static struct where at_value(struct look *l, const struct value *v, const char *key)
{
	const struct ast *x = origin(v).hi || !key ? NULL : entry_anywhere(l, key, v->tag == VALUE_BOOL);
	return place(l, x ? x->kids[0]->span : origin(v));
}

static struct where at_key(struct look *l, const struct value *v, const char *key)
{
	struct span k = key_before(l, origin(v), key);
	const struct ast *x = k.hi ? NULL : entry_anywhere(l, key, v->tag == VALUE_BOOL);
	return place(l, k.hi ? k : x ? x->name_span : origin(v));
}

static void finish(struct look *l, struct diag *x, struct where w)
{
	l->ok = 0;
	if (w.made.hi && !x->nplaces)
		diag_place(l->e->diags, x, w.made, "made here");
	if (x->nnotes < 4 && l->o)      /* of a kind with many components the first */
		diag_note(l->e->diags, x, "in %s %s", l->o->kind, l->o->name);
}

/* -- what is wrong -- */

struct near { struct suggest s; const char *word; size_t n; const char *elsewhere; int left; };

/* The same name, in whatever case elsewhere below a type: the path of the first, with the fewest steps. */
static int elsewhere(struct look *l, struct near *near, unsigned type, const struct path *p, int depth)
{
	const struct schema_type *t = &schema_types[type];
	if (--near->left < 0)
		return 0;
	for (unsigned i = t->first; i < (unsigned)t->first + t->n; i++) {
		const struct schema_field *f = &schema_fields[i];
		const char *name = text_at(f->name);
		int same = !depth && f->len == near->n;
		for (size_t k = 0; same && k < near->n; k++)
			same = (name[k] | 32) == (near->word[k] | 32);
		if (same) {
			near->elsewhere = path_text(l, p);
			return 1;
		}
		if (!depth || f->scalar != SCHEMA_OBJECT || !strcmp(name, "status"))
			continue;
		struct path here = { p,
			wrap_of(f, 0) == SCHEMA_LIST ? arena_printf(l->e->p->arena, "%s[]", name) : name, 0 };
		if (elsewhere(l, near, f->type, &here, depth - 1))
			return 1;
	}
	return 0;
}

static const char *an(const char *word)
{
	return strchr("AEIOUaeiou", *word) ? "an" : "a";
}

static void unknown(struct look *l, const struct path *p, const struct value *v, unsigned type)
{
	struct eval *e = l->e;
	const struct schema_type *t = &schema_types[type];
	struct where w = at_key(l, v, p->key);
	struct span key = key_before(l, origin(v), p->key);
	struct diag *x = diag_error(e->diags, w.at, D_FIELD_UNKNOWN, an(l->o->kind), l->o->kind, path_text(l, p));
	struct near near = { .word = p->key, .n = strlen(p->key) };
	const char *best;
	finish(l, x, w);
	suggest_init(&near.s, p->key, near.n);
	for (unsigned i = t->first; i < (unsigned)t->first + t->n; i++)
		suggest_try(&near.s, text_at(schema_fields[i].name));
	best = suggest_best(&near.s);
	near.left = 20000;
	for (int depth = 0; l->kind && !best && depth < 8; depth++)
		if (elsewhere(l, &near, l->kind->type, NULL, depth))
			break;
	if (best) {
		diag_label(e->diags, x, "did you mean `%s`?", best);
		if (!w.made.hi && key.hi && key.lo == w.at.lo && key.hi - key.lo == near.n)
			diag_fix(e->diags, x, key, "%s", best);
	} else if (near.elsewhere) {
		if (*near.elsewhere)
			diag_help(e->diags, x, "`%s` stands in `%s`", p->key, near.elsewhere);
		else
			diag_help(e->diags, x, "`%s` stands at the top of the object", p->key);
	} else if (t->n && t->n <= 12) {
		struct buf b = { 0 };
		for (unsigned i = t->first; i < (unsigned)t->first + t->n; i++)
			buf_addf(&b, "%s%s", b.n ? ", " : "", text_at(schema_fields[i].name));
		diag_help(e->diags, x, "its fields here: %s", b.p);
		buf_free(&b);
	}
}

static const char *wanted(const struct schema_field *f, int depth)
{
	const struct schema_rule *r = &schema_rules[f->rule];
	unsigned wrap = wrap_of(f, depth);
	if (wrap)
		return wrap == SCHEMA_LIST ? "a list" : "a map";
	switch ((enum schema_scalar)f->scalar) {
	case SCHEMA_OBJECT: return "a record";
	case SCHEMA_STRING: case SCHEMA_TIME: case SCHEMA_BYTES: return "text";
	case SCHEMA_INT32: case SCHEMA_INT64: return "an int";
	case SCHEMA_BOOL: return "true or false";
	case SCHEMA_NUMBER: return "a number";
	case SCHEMA_QUANTITY: return "a quantity";
	case SCHEMA_INT_OR_STRING:
		return r->form == FORM_PERCENT ? "an int or a percentage"
			: r->form == FORM_PORT ? "a port's number or name"
			: "an int or text";
	case SCHEMA_ANY: break;
	}
	return "anything";
}

static void wrong_type(
	struct look *l, const struct path *p, const struct value *v, const struct schema_field *f, int depth)
{
	struct eval *e = l->e;
	const char *want = wanted(f, depth), *s;
	struct where w = at_value(l, v, p->key);
	size_t n;
	struct diag *x = diag_error(e->diags, w.at, D_FIELD_TYPE, path_text(l, p), want, value_noun(e, v));
	l->misshapen = 1;
	finish(l, x, w);
	if (x->help)
		return;
	s = v->tag == VALUE_INT || v->tag == VALUE_FLOAT || v->tag == VALUE_BOOL || v->tag == VALUE_STRING
		? text_of(e, v, &n)
		: NULL;
	if (s && v->tag != VALUE_STRING && !strcmp(want, "text"))
		diag_help(e->diags, x, "write it in quotes: \"%.*s\"", (int)n, s);
	else if (s && v->tag == VALUE_STRING && n && n < 20
		&& ((!strcmp(want, "an int") && strspn(s, "0123456789") >= n)
			|| (!strcmp(want, "true or false") && one_of("true|false", s, n))))
		diag_help(e->diags, x, "write it without quotes: %.*s", (int)n, s);
	else if (!strcmp(want, "a list") && v->tag != VALUE_LIST)
		diag_help(e->diags, x, "put it in brackets: [ ... ]");
}

static void bad_scalar(
	struct look *l, const struct path *p, const struct value *v, const struct schema_field *f, enum fault fault)
{
	struct eval *e = l->e;
	const struct schema_rule *r = &schema_rules[f->rule];
	const char *path = path_text(l, p), *why = NULL, *s;
	struct where w = at_value(l, v, p->key);
	struct quantity q;
	struct diag *x;
	size_t n = 0;
	s = text_of(e, v, &n);
	if (!s)
		s = "";
	s = arena_strdup(e->p->arena, s, n > 60 ? 60 : n);
	switch (fault) {
	case NO_CHOICE: {
		struct suggest near;
		struct buf b = { 0 };
		char word[64];
		x = diag_error(e->diags, w.at, D_FIELD_CHOICE, path, s);
		finish(l, x, w);
		suggest_init(&near, s, strlen(s));
		for (const char *c = text_at(r->choices); ; ) {
			size_t len = strcspn(c, "|");
			buf_addf(&b, "%s%.*s", b.n ? ", " : "", (int)len, c);
			if (len < sizeof word) {
				memcpy(word, c, len);
				word[len] = 0;
				suggest_try(&near, arena_strdup(e->p->arena, word, len));
			}
			if (!c[len])
				break;
			c += len + 1;
		}
		if (suggest_best(&near)) {
			diag_label(e->diags, x, "did you mean `%s`?", suggest_best(&near));
			const struct source *src = source_at(l, origin(v));
			if (!w.made.hi && src && w.at.lo == v->origin.lo && w.at.hi - w.at.lo == n + 2
				&& src->text[w.at.lo - src->base] == '"')
				diag_fix(e->diags, x, w.at, "\"%s\"", suggest_best(&near));
		}
		diag_help(e->diags, x, "one of %s", b.p);
		buf_free(&b);
		return;
	}
	case OUT_OF_RANGE: {
		struct schema_rule range = *r;
		if (f->scalar == SCHEMA_INT32 && v->i > INT32_MAX && !(r->has & RULE_MAX)) {
			range.max = INT32_MAX;
			range.has |= RULE_MAX;
		} else if (f->scalar == SCHEMA_INT32 && v->i < INT32_MIN && !(r->has & RULE_MIN)) {
			range.min = INT32_MIN;
			range.has |= RULE_MIN;
		} else if (f->scalar == SCHEMA_INT_OR_STRING && r->form == FORM_PORT) {
			range = (struct schema_rule){ .min = 1, .max = 65535, .has = RULE_MIN | RULE_MAX };
		} else if (f->scalar == SCHEMA_INT_OR_STRING && r->form == FORM_PERCENT) {
			range = (struct schema_rule){ .min = 0, .has = RULE_MIN };
		}
		x = diag_error(e->diags, w.at, D_FIELD_RANGE, path, arena_printf(e->p->arena, "be %s", s));
		finish(l, x, w);
		if (range.has == (RULE_MIN | RULE_MAX))
			diag_help(e->diags, x, "from %lld to %lld", (long long)range.min, (long long)range.max);
		else if (range.has & RULE_MIN)
			diag_help(e->diags, x, "at least %lld", (long long)range.min);
		else
			diag_help(e->diags, x, "at most %lld", (long long)range.max);
		return;
	}
	case TOO_SHORT:
	case TOO_LONG:
		x = diag_error(e->diags, w.at, D_FIELD_RANGE, path,
			v->n ? arena_printf(e->p->arena, "have %u bytes", v->n) : "be empty");
		finish(l, x, w);
		if (fault == TOO_LONG)
			diag_help(e->diags, x, "at most %u", r->maxlen);
		else if (v->n)
			diag_help(e->diags, x, "at least %u", r->minlen);
		return;
	case BAD_FORM:
	case BAD_PATTERN:
	case BAD_QUANTITY:
	case BAD_BASE64:
		x = diag_error(e->diags, w.at, D_FIELD_FORM, path, s);
		finish(l, x, w);
		if (x->help)
			return;
		if (fault == BAD_FORM)
			diag_help(e->diags, x, "%s", form_words(r->form));
		else if (fault == BAD_PATTERN && r->words)
			diag_help(e->diags, x, "%s", text_at(r->words));
		else if (fault == BAD_PATTERN)
			diag_help(e->diags, x, "it has to match %s", text_at(r->pattern));
		else if (fault == BAD_BASE64)
			diag_help(e->diags, x, "it is base64 here; plain text belongs to the map beside it");
		else if (!lit_quantity(v->str.p, v->n, &q, &why) && why)
			diag_help(e->diags, x, "%s", why);
		return;
	case FINE: case WRONG_TYPE:
		return;
	}
}

static void missing(struct look *l, const struct path *p, const struct value *v, unsigned type, struct span deflt)
{
	const struct schema_type *t = &schema_types[type];
	for (unsigned i = t->first; i < (unsigned)t->first + t->n; i++) {
		const struct schema_field *f = &schema_fields[i];
		const struct value *x = f->wrap & SCHEMA_REQUIRED ? value_getc(v, text_at(f->name)) : v;
		if (x && x->tag != VALUE_NONE)
			continue;
		struct path here = { p, text_at(f->name), 0 };
		struct span at = origin(v).hi && p ? v->origin : deflt;
		struct where w = place(l, at);
		/* of an item that has a name, the name is a better place than the whole of it */
		const struct value *name = value_getc(v, "name");
		if (name && name->tag == VALUE_STRING && origin(name).hi && !w.made.hi)
			w = place(l, name->origin);
		finish(l,
			diag_error(l->e->diags, w.at, D_FIELD_MISSING, an(l->o->kind), l->o->kind,
				path_text(l, &here)),
			w);
	}
}

/* Fields of which at most one may be given, or of which one has to be. */
static void exclusive(struct look *l, const struct path *p, const struct value *v, const struct schema_rule *r)
{
	const char *names = text_at(r->oneof);
	const struct field *first = NULL;
	for (uint32_t i = 0; i < v->n; i++) {
		const struct field *f = &v->rec.fields[i];
		if (f->value->tag == VALUE_NONE || !one_of(names, f->key->text, f->key->len))
			continue;
		if (!first) {
			first = f;
			continue;
		}
		struct path here = { p, f->key->text, 0 };
		struct where w = at_key(l, f->value, f->key->text);
		struct diag *d = diag_error(l->e->diags, w.at, D_FIELD_ONE_OF, path_text(l, &here), first->key->text);
		finish(l, d, w);
		if (!d->help && source_at(l, origin(first->value)) && !source_at(l, origin(first->value))->library)
			diag_place(l->e->diags, d, origin(first->value), "the other");
		diag_help(l->e->diags, d, "leave one of them out");
	}
	if (first || !(r->has & RULE_ONE))
		return;
	struct buf b = { 0 };
	struct where w = place(l, origin(v));
	for (const char *c = names; ; c++) {
		size_t len = strcspn(c, "|");
		buf_addf(&b, "%s%.*s", b.n ? ", " : "", (int)len, c);
		c += len;
		if (!*c)
			break;
	}
	struct diag *d = diag_error(l->e->diags, w.at, D_FIELD_MISSING, an(l->o->kind), l->o->kind,
		arena_printf(l->e->p->arena, "%s", p ? path_text(l, p) : "it"));
	diag_label(l->e->diags, d, "with one of %s", b.p);
	finish(l, d, w);
	buf_free(&b);
}

static void wrong_count(struct look *l, const struct path *p, const struct value *v, const struct schema_rule *r)
{
	struct where w = at_value(l, v, p->key);
	struct diag *x = diag_error(l->e->diags, w.at, D_FIELD_RANGE, path_text(l, p),
		v->n ? arena_printf(l->e->p->arena, "have %u entries", v->n) : "be empty");
	finish(l, x, w);
	diag_help(l->e->diags, x, v->n < r->minitems ? "at least %u" : "at most %u",
		v->n < r->minitems ? r->minitems : r->maxitems);
}

static int same_scalar(const struct value *a, const struct value *b)
{
	return a && b && a->tag == b->tag
		&& (a->tag == VALUE_STRING ? a->n == b->n && !memcmp(a->str.p, b->str.p, a->n)
			: a->tag == VALUE_INT && a->i == b->i);
}

/* Of a list that is merged by keys the server takes no two entries with the same; a key that is left out is that of no
   other. */
static void same_keys(struct look *l, const struct path *p, const struct value *list, const char *keys)
{
	char key[64];
	for (uint32_t i = 1; i < list->n && list->n < 500; i++)
		for (uint32_t q = 0; q < i; q++) {
			const char *s = keys;
			const struct value *x = NULL;
			int same = list->items[i]->tag == VALUE_RECORD && list->items[q]->tag == VALUE_RECORD;
			while (same && *s) {
				size_t n = strcspn(s, ",");
				if (n >= sizeof key)
					return;
				memcpy(key, s, n);
				key[n] = 0;
				x = value_getc(list->items[i], key);
				same = same_scalar(x, value_getc(list->items[q], key));
				s += n + (s[n] == ',');
			}
			if (!same)
				continue;
			struct path here = { p, NULL, i }, first = { p, NULL, q };
			struct where w = at_value(l, x, key);
			const char *one = arena_strdup(
				l->e->p->arena, path_text(l, &here), strlen(path_text(l, &here)));
			struct diag *d = diag_error(l->e->diags, w.at, D_OBJECT_FIELD,
				arena_printf(
					l->e->p->arena, "`%s` has the %s of `%s`", one, key, path_text(l, &first)));
			finish(l, d, w);
			diag_note(l->e->diags, d, "entries of this list are known by their %s", keys);
			break;
		}
}

static const struct value *row_text(struct eval *e, const struct schema_level *g)
{
	const struct value *row = catalog_row_of(e, text_at(g->row)), *images;
	if (row->tag != VALUE_RECORD)
		return NULL;
	if (!g->field)
		return value_get(row, e->p->implicit[SLOT_VERSION]);
	images = value_getc(row, "images");
	return images && images->tag == VALUE_RECORD ? value_getc(images, text_at(g->field)) : NULL;
}

/* Of an image its tag, without a `v` in front and what a distributor appended. */
static const char *level_version(struct eval *e, const struct value *v)
{
	const char *s = v->str.p, *why;
	size_t n = v->n, k = 0;
	struct image_ref image;
	if (lit_image(s, n, &image, &why) && image.tag_n) {
		s = image.tag;
		n = image.tag_n;
	}
	if (n && *s == 'v') {
		s++;
		n--;
	}
	while (k < n && ((s[k] >= '0' && s[k] <= '9') || s[k] == '.'))
		k++;
	return k && *s >= '0' && *s <= '9' ? arena_strdup(e->p->arena, s, k) : NULL;
}

/* 1 when it was reported: what stands in the field is then not looked at. */
static int too_new(struct look *l, const struct path *p, const struct value *v, const struct schema_field *f)
{
	const struct schema_since *since = &schema_sinces[f->since];
	const char *release = text_at(since->version), *have;
	struct eval *e = l->e;
	if (!since->level) {
		if (!older(e, release))
			return 0;
		const struct value *k8s = member_value(e, e->stack, "kubernetes");
		struct where w = at_key(l, v, p->key);
		struct diag *x = diag_error(e->diags, w.at, D_FIELD_SINCE, path_text(l, p),
			arena_printf(e->p->arena, "Kubernetes %s", release));
		finish(l, x, w);
		if (source_at(l, origin(k8s)) && !source_at(l, origin(k8s))->library && !x->help)
			diag_place(e->diags, x, k8s->origin, "the stack is made for this release and newer ones");
		diag_help(e->diags, x, "leave the field out, or write kubernetes = %s in the stack (it says %.*s)",
			release, (int)k8s->n, k8s->str.p);
		return 1;
	}
	const struct schema_level *g = &schema_levels[since->level - 1];
	const struct value *t = row_text(e, g);
	have = t && t->tag == VALUE_STRING ? level_version(e, t) : NULL;
	if (!have || lit_version_compare(have, strlen(have), release, strlen(release)) >= 0)
		return 0;
	struct where w = at_key(l, v, p->key);
	struct diag *x = diag_error(e->diags, w.at, D_FIELD_SINCE, path_text(l, p),
		arena_printf(e->p->arena, "%s %s", g->field ? "an operator of version" : text_at(g->row), release));
	finish(l, x, w);
	diag_help(e->diags, x,
		"the catalog's `%s` brings the definitions of %s in version %s, which drop the field",
		text_at(g->row), text_at(g->group), have);
	return 1;
}

/* -- labels -- */

static void labels(struct look *l, const struct value *v, int annotations)
{
	struct eval *e = l->e;
	const char *what = annotations ? "annotation" : "label";
	for (uint32_t i = 0; i < v->n; i++) {
		const struct atom *k = v->rec.fields[i].key;
		const struct value *x = v->rec.fields[i].value;
		struct diag *d;
		struct where w;
		size_t n;
		if (x->tag == VALUE_NONE || x->tag == VALUE_ERROR)
			continue;
		if (e->plan) {
			if (is_symbolic(x))
				later(l, x, NULL, annotations ? 2 : 1);
			continue;
		}
		if (!(annotations ? lit_annotation_key : lit_label_key)(k->text, k->len)) {
			w = at_value(l, x, k->text);
			d = diag_error(e->diags, w.at, D_OBJECT_FIELD,
				arena_printf(e->p->arena, "`%s` cannot be the key of %s %s", k->text,
					annotations ? "an" : "a", what));
			finish(l, d, w);
			diag_help(e->diags, d, "%s", form_words(FORM_LABEL_KEY));
		} else if (x->tag != VALUE_STRING) {
			w = at_value(l, x, k->text);
			d = diag_error(e->diags, w.at, D_OBJECT_FIELD,
				arena_printf(e->p->arena, "%s `%s` must be text, not %s", what, k->text,
					value_noun(e, x)));
			finish(l, d, w);
			const char *s = x->tag == VALUE_INT || x->tag == VALUE_FLOAT || x->tag == VALUE_BOOL
				? text_of(e, x, &n)
				: NULL;
			if (s)
				diag_help(e->diags, d, "write it in quotes: \"%.*s\"", (int)n, s);
		} else if (!annotations && !lit_label_value(x->str.p, x->n)) {
			w = at_value(l, x, k->text);
			d = diag_error(e->diags, w.at, D_OBJECT_FIELD,
				arena_printf(e->p->arena, "label `%s` cannot be `%.*s`", k->text,
					(int)(x->n > 80 ? 80 : x->n), x->str.p));
			finish(l, d, w);
			diag_help(e->diags, d,
				"at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends");
		}
	}
}

int schema_labels(struct eval *e, const struct value *v, struct span at, int annotations)
{
	struct look l = { .e = e, .at = at, .ok = 1 };
	if (v->tag == VALUE_RECORD)
		labels(&l, v, annotations);
	return l.ok;
}

/* -- the walk -- */

static void record(struct look *l, const struct path *p, const struct value *v, unsigned type);

static void any_value(
	struct look *l, const struct path *p, const struct value *v, const struct schema_field *f, int depth)
{
	const struct schema_rule *r = &schema_rules[f->rule];
	unsigned wrap = wrap_of(f, depth);
	struct eval *e = l->e;
	if (v->tag == VALUE_ERROR || v->tag > VALUE_RECORD)
		return;
	if (wrap == SCHEMA_LIST) {
		if (v->tag != VALUE_LIST) {
			wrong_type(l, p, v, f, depth);
			return;
		}
		if (!e->plan && f->rule && (v->n < r->minitems || (r->maxitems && v->n > r->maxitems)))
			wrong_count(l, p, v, r);
		if (!e->plan && r->keys)
			same_keys(l, p, v, text_at(r->keys));
		for (uint32_t i = 0; i < v->n; i++) {
			struct path here = { p, NULL, i };
			if (v->items[i]->tag != VALUE_NONE)
				any_value(l, &here, v->items[i], f, depth + 1);
		}
	} else if (wrap == SCHEMA_MAP) {
		if (v->tag != VALUE_RECORD) {
			wrong_type(l, p, v, f, depth);
			return;
		}
		if (f->rule && (r->form == FORM_LABELS || r->form == FORM_ANNOTATIONS)) {
			labels(l, v, r->form == FORM_ANNOTATIONS);
			return;
		}
		if (!e->plan && f->rule && (v->n < r->minitems || (r->maxitems && v->n > r->maxitems)))
			wrong_count(l, p, v, r);
		for (uint32_t i = 0; i < v->n; i++) {
			const struct field *x = &v->rec.fields[i];
			struct path here = { p, x->key->text, 0 };
			if (x->value->tag == VALUE_NONE)
				continue;
			if (!e->plan && r->keyform
				&& !has_form(e, (enum schema_form)r->keyform, x->key->text, x->key->len)) {
				struct where w = at_key(l, x->value, x->key->text);
				struct diag *d = diag_error(e->diags, w.at, D_FIELD_KEY, x->key->text, path_text(l, p));
				finish(l, d, w);
				diag_help(e->diags, d, "%s", form_words(r->keyform));
			}
			any_value(l, &here, x->value, f, depth + 1);
		}
	} else if (f->scalar == SCHEMA_OBJECT) {
		if (v->tag == VALUE_RECORD)
			record(l, p, v, f->type);
		else if (!(schema_types[f->type].flags & SCHEMA_OPAQUE))
			wrong_type(l, p, v, f, depth);
	} else if (e->plan) {
		if (is_symbolic(v))
			later(l, v, f, 0);
	} else {
		enum fault fault = check_scalar(e, v, f);
		if (fault == WRONG_TYPE)
			wrong_type(l, p, v, f, depth);
		else if (fault)
			bad_scalar(l, p, v, f, fault);
	}
}

static void record(struct look *l, const struct path *p, const struct value *v, unsigned type)
{
	const struct schema_type *t = &schema_types[type];
	uint32_t required = 0;
	if (t->flags & SCHEMA_OPAQUE)
		return;
	for (uint32_t i = 0; i < v->n; i++) {
		const struct field *x = &v->rec.fields[i];
		const struct schema_field *f;
		struct path here = { p, x->key->text, 0 };
		if (x->value->tag == VALUE_NONE)
			continue;
		f = schema_field(type, x->key->text, x->key->len);
		if (!f) {
			if (!(t->flags & SCHEMA_OPEN) && !l->e->plan)
				unknown(l, &here, x->value, type);
			continue;
		}
		required += (f->wrap & SCHEMA_REQUIRED) != 0;
		if (f->since && !l->e->plan && too_new(l, &here, x->value, f))
			continue;
		any_value(l, &here, x->value, f, 0);
	}
	if (required < t->required && !l->e->plan)
		missing(l, p, v, type, l->at);
	if (t->rule && schema_rules[t->rule].oneof && !l->e->plan)
		exclusive(l, p, v, &schema_rules[t->rule]);
}

/* A version of a kind that is gone, or a kind in a group that is not its own. */
static size_t group_length(const char *api_version)
{
	const char *slash = strchr(api_version, '/');
	return slash ? (size_t)(slash - api_version) : 0;
}

/* Groups of Kubernetes itself: no dot, or like `networking.k8s.io` one of those in the table. */
static int own_group(const char *api)
{
	size_t n = group_length(api);
	int own = !memchr(api, '.', n);
	for (unsigned i = 0; i < schema_nkinds && !own; i++) {
		const char *have = text_at(schema_kinds[i].api_version);
		own = n > 7 && !memcmp(api + n - 7, ".k8s.io", 7) && group_length(have) == n && !memcmp(have, api, n);
	}
	return own;
}

static void check_version(struct look *l)
{
	struct eval *e = l->e;
	const char *api = l->o->api_version, *kind = l->o->kind, *now = NULL, *gone = NULL;
	for (unsigned i = 0; i < schema_ngones && !now; i++)
		if (!strcmp(text_at(schema_gones[i].kind), kind)
			&& !strcmp(text_at(schema_gones[i].api_version), api)) {
			now = text_at(schema_gones[i].now);
			gone = text_at(schema_gones[i].since);
		}
	for (unsigned i = 0; i < schema_nkinds && !now; i++) {
		const char *have = text_at(schema_kinds[i].api_version);
		size_t n = group_length(have);
		if (!strcmp(text_at(schema_kinds[i].kind), kind) && own_group(have) && own_group(api)
			&& (n != group_length(api) || memcmp(have, api, n)))
			now = have;
	}
	if (!now)
		return;
	const struct value *v = value_getc(l->o->tree, "apiVersion");
	struct where w = place(l, origin(v));
	struct diag *x = diag_error(e->diags, w.at, D_API_VERSION, api, kind);
	finish(l, x, w);
	if (gone)
		diag_note(e->diags, x, "it is gone since Kubernetes %s", gone);
	diag_help(e->diags, x, "write %s", now);
}

int schema_check(struct eval *e, const struct out_object *o, const struct instance *who, struct span at)
{
	struct look l = { .e = e, .o = o, .who = who, .at = at, .ok = 1 };
	const struct schema_type *t;
	unsigned type;
	uint32_t required = 0;
	l.kind = schema_kind(o->api_version, o->kind);
	if (!l.kind && !e->plan)
		check_version(&l);
	type = l.kind ? l.kind->type : 0;
	t = &schema_types[type];
	for (uint32_t i = 0; i < o->tree->n; i++) {
		const struct field *x = &o->tree->rec.fields[i];
		const struct schema_field *f;
		struct path here = { NULL, x->key->text, 0 };
		if (x->value->tag == VALUE_NONE || !strcmp(x->key->text, "apiVersion") || !strcmp(x->key->text, "kind"))
			continue;
		if (!strcmp(x->key->text, "metadata")) {
			if (x->value->tag == VALUE_RECORD)
				record(&l, &here, x->value, schema_metadata);
			continue;
		}
		if (!l.kind)
			continue;
		f = schema_field(type, x->key->text, x->key->len);
		if (!f) {
			if (!e->plan)
				unknown(&l, &here, x->value, type);
			continue;
		}
		required += (f->wrap & SCHEMA_REQUIRED) != 0;
		if (f->since && !e->plan && too_new(&l, &here, x->value, f))
			continue;
		any_value(&l, &here, x->value, f, 0);
	}
	if (l.kind && required < t->required && !e->plan)
		missing(&l, NULL, o->tree, type, at);
	return l.misshapen ? -1 : l.ok;
}

/* -- literals -- */

static int takes_literal(const struct schema_field *f, const char *s, size_t n)
{
	const struct schema_rule *r = &schema_rules[f->rule];
	struct quantity q;
	const char *why;
	double seconds;
	if (f->scalar == SCHEMA_QUANTITY)
		return lit_quantity(s, n, &q, &why);
	if (f->scalar != SCHEMA_STRING && f->scalar != SCHEMA_INT_OR_STRING)
		return 0;
	if (r->form == FORM_DURATION)
		return lit_duration_ordered(s, n, &seconds);
	return f->scalar == SCHEMA_INT_OR_STRING && r->pattern && pattern_match(text_at(r->pattern), s, n)
		&& lit_quantity(s, n, &q, &why);
}

/* what the field takes at which one literal stands */
struct wish { const struct ast *of; const struct schema_field *field; };

static int literals(struct wish *w, const struct ast *x, const struct schema_field *f, unsigned type, int depth)
{
	int n = 0;
	int64_t i;
	double d;
	if (!x)
		return 0;
	/* f: what a value at this place has to be, `depth` lists and maps deep; else x is an object of the type, or of
	   its entries */
	switch ((enum ast_tag)x->tag) {
	case AST_NUMBER: {
		if (x == w->of && f && !wrap_of(f, depth))
			w->field = f;
		if (!f || wrap_of(f, depth) || x->flags & AST_F_TEXT || lit_int(x->name->text, x->name->len, &i)
			|| lit_float(x->name->text, x->name->len, &d)
			|| !takes_literal(f, x->name->text, x->name->len))
			return 0;
		((struct ast *)(uintptr_t)x)->flags |= AST_F_TEXT;
		return 1;
	}
	case AST_IF:
		return literals(w, x->kids[1], f, type, depth)
			+ literals(w, x->nkids > 2 ? x->kids[2] : NULL, f, type, depth);
	case AST_LIST:
		for (uint32_t k = 0; f && wrap_of(f, depth) == SCHEMA_LIST && k < x->nkids; k++)
			n += literals(w, x->kids[k], f, type, depth + 1);
		return n;
	case AST_LISTFOR:
		return f && wrap_of(f, depth) == SCHEMA_LIST && x->nkids > 2
			? literals(w, x->kids[2], f, type, depth + 1)
			: 0;
	case AST_OBJECT: case AST_EIF: case AST_EFOR:
		if (f && x->tag == AST_OBJECT && wrap_of(f, depth) != SCHEMA_MAP) {
			if (wrap_of(f, depth) || f->scalar != SCHEMA_OBJECT)
				return 0;
			type = f->type;
			f = NULL;
		}
		for (uint32_t k = 0; k < x->nkids; k++)
			if (x->kids[k] && (x->tag == AST_OBJECT || k))
				n += literals(w, x->kids[k], f, type, depth);
		return n;
	case AST_ENTRY: {
		const struct schema_field *g = f;
		if (f)
			return wrap_of(f, depth) == SCHEMA_MAP ? literals(w, x->kids[0], f, type, depth + 1) : 0;
		g = x->name ? schema_field(type, x->name->text, x->name->len) : NULL;
		return g ? literals(w, x->kids[0], g, type, 0) : 0;
	}
	default:
		return 0;
	}
}

int schema_literals(struct eval *e)
{
	const struct schema_kind *k = schema_kind(e->body_api, e->body_kind);
	return k ? literals(&(struct wish){ 0 }, e->body, NULL, k->type, 0) : 0;
}

const char *schema_literal_help(struct eval *e, const struct ast *x)
{
	const struct schema_kind *k = schema_kind(e->body_api, e->body_kind);
	struct wish w = { .of = x };
	struct quantity q;
	const char *why = NULL;
	if (k)
		literals(&w, e->body, NULL, k->type, 0);
	if (!w.field || w.field->scalar == SCHEMA_ANY)
		return NULL;
	if (w.field->scalar == SCHEMA_QUANTITY && !lit_quantity(x->name->text, x->name->len, &q, &why) && why)
		return arena_printf(e->p->arena, "the field takes a quantity, and %s", why);
	if (schema_rules[w.field->rule].form == FORM_DURATION)
		return arena_printf(e->p->arena, "the field takes %s", form_words(FORM_DURATION));
	return w.field->scalar == SCHEMA_STRING
		? NULL
		: arena_printf(e->p->arena, "the field takes %s", wanted(w.field, SCHEMA_WRAPS));
}
