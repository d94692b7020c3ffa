/* What is said of a field that is not what the table says: unknown, of another type, out of its range or form, missing,
   or one too many; each with what would be right. */
#include "eval/schema/look.h"
#include "base/suggest.h"
#include <string.h>

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
			near->elsewhere = look_path(l, p);
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

const char *look_article(const char *word)
{
	return strchr("AEIOUaeiou", *word) ? "an" : "a";
}

void say_unknown(struct look *l, const struct path *p, const struct value *v, unsigned type)
{
	struct eval *e = l->e;
	const struct schema_type *t = &schema_types[type];
	struct where w = look_at_key(l, v, p->key);
	struct span key = look_key_before(l, look_origin(v), p->key);
	l->misshapen = 1;               /* what the object lacks may be what stands here under another name */
	struct diag *x = diag_error(
		e->diags, w.at, D_FIELD_UNKNOWN, look_article(l->o->kind), l->o->kind, look_path(l, p));
	struct near near = { .word = p->key, .n = strlen(p->key) };
	const char *best;
	look_finish(l, x, w);
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

const char *schema_wanted(const struct schema_field *f, int depth)
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

/* The setting of the component, or its default, as which the value was written; NULL: it was not, or could be anything
   there. */
static const struct member *typed_setting(const struct look *l, const struct value *v)
{
	const struct instance *i = l->who;
	for (uint32_t s = 0; i && look_origin(v).hi && s < i->kind->members.n; s++) {
		const struct member *m = &i->kind->members.v[s];
		const struct ast *x = instance_set(i, s) ? instance_set(i, s) : m->deflt;
		if (m->tag == MEMBER_SETTING && x && m->type && m->type->tag >= T_BOOL && m->type->tag <= T_TEXT
			&& look_origin(v).lo >= x->span.lo && look_origin(v).hi <= x->span.hi)
			return m;
	}
	return NULL;
}

void say_wrong_type(
	struct look *l, const struct path *p, const struct value *v, const struct schema_field *f, int depth)
{
	struct eval *e = l->e;
	const char *want = schema_wanted(f, depth), *s;
	struct where w = look_at_value(l, v, p->key);
	size_t n;
	s = v->tag == VALUE_INT || v->tag == VALUE_FLOAT || v->tag == VALUE_BOOL || v->tag == VALUE_STRING
		? text_of(e, v, &n)
		: NULL;
	/* a setting of the right type that the kind puts where text is wanted: the kind's mistake, and one for all */
	const struct member *m = s && v->tag != VALUE_STRING && !strcmp(want, "text") ? typed_setting(l, v) : NULL;
	const struct ast *entry = m && p->key ? look_entry(l, p->key, 0) : NULL;
	if (entry)
		w = look_place(l, entry->kids[0]->span);
	struct diag *x = diag_error(e->diags, w.at, D_FIELD_TYPE, look_path(l, p), want, value_noun(e, v));
	l->misshapen = 1;
	look_finish(l, x, w);
	if (x->help)
		return;
	if (m)
		diag_help(e->diags, x, "the kind makes text of it: \"${%s}\"", m->name->text);
	else if (s && v->tag != VALUE_STRING && !strcmp(want, "text"))
		diag_help(e->diags, x, "write it in quotes: \"%.*s\"", (int)n, s);
	else if (s && v->tag == VALUE_STRING && n && n < 20
		&& ((!strcmp(want, "an int") && strspn(s, "0123456789") >= n)
			|| (!strcmp(want, "true or false") && schema_one_of("true|false", s, n))))
		diag_help(e->diags, x, "write it without quotes: %.*s", (int)n, s);
	else if (!strcmp(want, "a list") && v->tag != VALUE_LIST)
		diag_help(e->diags, x, "put it in brackets: [ ... ]");
}

/* A scalar that its field does not take, and where that is said. */
struct bad {
	const struct value *v;
	const struct schema_field *field;
	const struct schema_rule *rule;
	const char *path, *text;        /* text: of the value, cut for a message */
	size_t n;                       /* of the whole text */
	struct where w;
};

static void say_no_choice(struct look *l, const struct bad *bad)
{
	struct eval *e = l->e;
	struct suggest near;
	struct buf b = { 0 };
	struct diag *x = diag_error(e->diags, bad->w.at, D_FIELD_CHOICE, bad->path, bad->text);
	look_finish(l, x, bad->w);
	suggest_init(&near, bad->text, strlen(bad->text));
	for (const char *c = text_at(bad->rule->choices); ; ) {
		size_t len = strcspn(c, "|");
		buf_addf(&b, "%s%.*s", b.n ? ", " : "", (int)len, c);
		if (len < 64)
			suggest_try(&near, arena_strdup(e->p->arena, c, len));
		if (!c[len])
			break;
		c += len + 1;
	}
	if (suggest_best(&near)) {
		diag_label(e->diags, x, "did you mean `%s`?", suggest_best(&near));
		const struct source *src = look_source(l, look_origin(bad->v));
		const struct span at = bad->w.at;
		if (!bad->w.made.hi && src && at.lo == bad->v->origin.lo && at.hi - at.lo == bad->n + 2
			&& src->text[at.lo - src->base] == '"')
			diag_fix(e->diags, x, at, "\"%s\"", suggest_best(&near));
	}
	diag_help(e->diags, x, "one of %s", b.p);
	buf_free(&b);
}

static void say_out_of_range(struct look *l, const struct bad *bad)
{
	const struct schema_rule *r = bad->rule;
	const int scalar = bad->field->scalar;
	struct diags *d = l->e->diags;
	struct schema_rule range = *r;
	if (scalar == SCHEMA_INT32 && bad->v->i > INT32_MAX && !(r->has & RULE_MAX)) {
		range.max = INT32_MAX;
		range.has |= RULE_MAX;
	} else if (scalar == SCHEMA_INT32 && bad->v->i < INT32_MIN && !(r->has & RULE_MIN)) {
		range.min = INT32_MIN;
		range.has |= RULE_MIN;
	} else if (scalar == SCHEMA_INT_OR_STRING && r->form == FORM_PORT) {
		range = (struct schema_rule){ .min = 1, .max = 65535, .has = RULE_MIN | RULE_MAX };
	} else if (scalar == SCHEMA_INT_OR_STRING && r->form == FORM_PERCENT) {
		range = (struct schema_rule){ .min = 0, .has = RULE_MIN };
	}
	struct diag *x = diag_error(
		d, bad->w.at, D_FIELD_RANGE, bad->path, arena_printf(l->e->p->arena, "be %s", bad->text));
	look_finish(l, x, bad->w);
	if (range.has == (RULE_MIN | RULE_MAX))
		diag_help(d, x, "from %lld to %lld", (long long)range.min, (long long)range.max);
	else if (range.has & RULE_MIN)
		diag_help(d, x, "at least %lld", (long long)range.min);
	else
		diag_help(d, x, "at most %lld", (long long)range.max);
}

static void say_length(struct look *l, const struct bad *bad, enum fault fault)
{
	struct diags *d = l->e->diags;
	const uint32_t n = bad->v->n;
	struct diag *x = diag_error(d, bad->w.at, D_FIELD_RANGE, bad->path,
		n ? arena_printf(l->e->p->arena, "have %u bytes", n) : "be empty");
	look_finish(l, x, bad->w);
	if (fault == TOO_LONG)
		diag_help(d, x, "at most %u", bad->rule->maxlen);
	else if (n)
		diag_help(d, x, "at least %u", bad->rule->minlen);
}

static void say_form(struct look *l, const struct bad *bad, enum fault fault)
{
	struct diags *d = l->e->diags;
	const struct schema_rule *r = bad->rule;
	struct diag *x = diag_error(d, bad->w.at, D_FIELD_FORM, bad->path, bad->text);
	const char *why = NULL;
	struct quantity q;
	look_finish(l, x, bad->w);
	if (x->help)
		return;
	if (fault == BAD_FORM)
		diag_help(d, x, "%s", schema_form_words(r->form));
	else if (fault == BAD_PATTERN && r->words)
		diag_help(d, x, "%s", text_at(r->words));
	else if (fault == BAD_PATTERN)
		diag_help(d, x, "it has to match %s", text_at(r->pattern));
	else if (fault == BAD_BASE64)
		diag_help(d, x, "it is base64 here; plain text belongs to the map beside it");
	else if (!lit_quantity(bad->v->str.p, bad->v->n, &q, &why) && why)
		diag_help(d, x, "%s", why);
}

void say_bad_scalar(
	struct look *l, const struct path *p, const struct value *v, const struct schema_field *f, enum fault fault)
{
	size_t n = 0;
	const char *s = text_of(l->e, v, &n);
	const struct bad bad = { v, f, &schema_rules[f->rule], look_path(l, p),
		arena_strdup(l->e->p->arena, s ? s : "", n > 60 ? 60 : n), n, look_at_value(l, v, p->key) };
	switch (fault) {
	case NO_CHOICE: say_no_choice(l, &bad); break;
	case OUT_OF_RANGE: say_out_of_range(l, &bad); break;
	case TOO_SHORT: case TOO_LONG: say_length(l, &bad, fault); break;
	case BAD_FORM: case BAD_PATTERN: case BAD_QUANTITY: case BAD_BASE64: say_form(l, &bad, fault); break;
	case FINE: case WRONG_TYPE: break;
	}
}

/* Whether a field of the record that its type does not have was most likely meant to be this one. */
static int misspelt(const struct value *v, unsigned type, const char *name)
{
	const struct schema_type *t = &schema_types[type];
	for (uint32_t k = 0; k < v->n && v->tag == VALUE_RECORD; k++) {
		const struct atom *key = v->rec.fields[k].key;
		struct suggest s;
		if (schema_field(type, key->text, key->len))
			continue;
		suggest_init(&s, key->text, key->len);
		for (unsigned i = t->first; i < (unsigned)t->first + t->n; i++)
			suggest_try(&s, text_at(schema_fields[i].name));
		if (suggest_best(&s) && !strcmp(suggest_best(&s), name))
			return 1;
	}
	return 0;
}

void say_missing(struct look *l, const struct path *p, const struct value *v, unsigned type, struct span deflt)
{
	const struct schema_type *t = &schema_types[type];
	for (unsigned i = t->first; i < (unsigned)t->first + t->n; i++) {
		const struct schema_field *f = &schema_fields[i];
		const struct value *x = f->wrap & SCHEMA_REQUIRED ? value_getc(v, text_at(f->name)) : v;
		if ((x && x->tag != VALUE_NONE) || misspelt(v, type, text_at(f->name)))
			continue;
		struct path here = { p, text_at(f->name), 0 };
		struct span at = look_origin(v).hi && p ? v->origin : deflt;
		struct where w = look_place(l, at);
		/* of an item that has a name, the name is a better place than the whole of it */
		const struct value *name = value_getc(v, "name");
		if (name && name->tag == VALUE_STRING && look_origin(name).hi && !w.made.hi)
			w = look_place(l, name->origin);
		look_finish(l,
			diag_error(l->e->diags, w.at, D_FIELD_MISSING, look_article(l->o->kind), l->o->kind,
				look_path(l, &here)),
			w);
	}
}

/* Fields of which at most one may be given, or of which one has to be. */
void look_exclusive(struct look *l, const struct path *p, const struct value *v, const struct schema_rule *r)
{
	const char *names = text_at(r->oneof);
	const struct field *first = NULL;
	for (uint32_t i = 0; i < v->n; i++) {
		const struct field *f = &v->rec.fields[i];
		if (f->value->tag == VALUE_NONE || !schema_one_of(names, f->key->text, f->key->len))
			continue;
		if (!first) {
			first = f;
			continue;
		}
		struct path here = { p, f->key->text, 0 };
		struct where w = look_at_key(l, f->value, f->key->text);
		struct diag *d = diag_error(
			l->e->diags, w.at, D_FIELD_ONE_OF, look_path(l, &here), first->key->text);
		look_finish(l, d, w);
		const struct source *other = look_source(l, look_origin(first->value));
		if (!d->help && other && !other->library)
			diag_place(l->e->diags, d, look_origin(first->value), "the other");
		diag_help(l->e->diags, d, "leave one of them out");
	}
	if (first || !(r->has & RULE_ONE))
		return;
	struct buf b = { 0 };
	struct where w = look_place(l, look_origin(v));
	for (const char *c = names; ; c++) {
		size_t len = strcspn(c, "|");
		buf_addf(&b, "%s%.*s", b.n ? ", " : "", (int)len, c);
		c += len;
		if (!*c)
			break;
	}
	struct diag *d = diag_error(l->e->diags, w.at, D_FIELD_MISSING, look_article(l->o->kind), l->o->kind,
		arena_printf(l->e->p->arena, "%s", p ? look_path(l, p) : "it"));
	diag_label(l->e->diags, d, "with one of %s", b.p);
	look_finish(l, d, w);
	buf_free(&b);
}

void say_wrong_count(struct look *l, const struct path *p, const struct value *v, const struct schema_rule *r)
{
	struct where w = look_at_value(l, v, p->key);
	struct diag *x = diag_error(l->e->diags, w.at, D_FIELD_RANGE, look_path(l, p),
		v->n ? arena_printf(l->e->p->arena, "have %u entries", v->n) : "be empty");
	look_finish(l, x, w);
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
void look_same_keys(struct look *l, const struct path *p, const struct value *list, const char *keys)
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
			struct where w = look_at_value(l, x, key);
			const char *one = look_path(l, &here);
			struct diag *d = diag_error(l->e->diags, w.at, D_OBJECT_FIELD,
				arena_printf(l->e->p->arena, "`%s` has the %s of `%s`", one, key, look_path(l, &first)));
			look_finish(l, d, w);
			diag_note(l->e->diags, d, "entries of this list are known by their %s", keys);
			break;
		}
}
