/* YAML to values, through libyaml's events. Scalars get the type that kubectl gives them, because that is what the file
   meant to the cluster so far: `010` is 8, `yes` is true, `1:20` is text, `0o10` is 8, a timestamp is text; keys are
   typed and then made text again, so `y: 1` is the key "true". libyaml counts characters, we count bytes: the distance
   is walked from the last place asked for, which is never far. Aliases share the value of their anchor; what they would
   unfold to is counted, so that a small file cannot stand for a huge one. */
#include "value/yaml.h"
#include "base/vec.h"
#include "value/literal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { MAX_DEPTH = 200, MAX_ALIAS_NODES = 100000, TABLE_FROM = 16 };

/* Finds an atom among rows that start with a pointer to one. */
struct table { uint32_t *slot, mask; };

struct entry { const struct atom *key; const struct value *value; struct span at; int merged; };
struct anchor { const struct atom *name; const struct value *value; size_t nodes; int height; };

struct reader {
	yaml_parser_t parser;
	yaml_event_t event;
	int have_event;
	const struct source *src;
	uint32_t skip;                  /* of a byte order mark */
	struct arena *arena;
	struct atoms *atoms;
	struct diags *diags;
	size_t at_char; uint32_t at_byte;       /* the same place */
	size_t nodes, alias_nodes;
	struct buf anchors; struct table anchor_table;
};

/* -- Places -- */

static int continues(const struct reader *r, uint32_t byte)
{
	return ((unsigned char)r->src->text[byte] & 0xc0) == 0x80;
}

static uint32_t place(struct reader *r, yaml_mark_t mark)
{
	while (r->at_char < mark.index && r->at_byte < r->src->len) {
		r->at_byte++;
		while (r->at_byte < r->src->len && continues(r, r->at_byte))
			r->at_byte++;
		r->at_char++;
	}
	while (r->at_char > mark.index && r->at_byte > r->skip) {
		r->at_byte--;
		while (continues(r, r->at_byte))
			r->at_byte--;
		r->at_char--;
	}
	return r->src->base + r->at_byte;
}

static struct span span_of_event(struct reader *r)
{
	uint32_t lo = place(r, r->event.start_mark), hi = place(r, r->event.end_mark);

	/* libyaml lets a block of text end on the line below it */
	while (hi > lo && strchr(" \r\n", r->src->text[hi - 1 - r->src->base]))
		hi--;
	return (struct span){ lo, hi };
}

/* -- Events -- */

static void drop_event(struct reader *r)
{
	if (r->have_event)
		yaml_event_delete(&r->event);
	r->have_event = 0;
}

static struct span one_character(struct reader *r, yaml_mark_t mark)
{
	uint32_t lo = place(r, mark), end = r->src->base + r->src->len;

	if (lo >= end && lo > r->src->base)
		lo = end - 1;
	return (struct span){ lo, lo + 1 };
}

static void not_yaml(struct reader *r)
{
	const char *problem = r->parser.problem ? r->parser.problem : "the text ends too early";
	struct span at;
	struct diag *x;

	if (r->parser.error == YAML_READER_ERROR) {
		uint32_t lo = r->skip + (uint32_t)r->parser.problem_offset;

		if (lo >= r->src->len)
			lo = r->src->len ? r->src->len - 1 : 0;
		at = (struct span){ r->src->base + lo, r->src->base + lo + 1 };
		x = diag_error(r->diags, at, D_YAML, "a control character stands in the YAML");
		diag_label(r->diags, x, "byte 0x%02x", (unsigned char)r->src->text[lo]);
		return;
	}
	at = one_character(r, r->parser.problem_mark);
	if (at.lo < r->src->base + r->src->len && r->src->text[at.lo - r->src->base] == '\t') {
		x = diag_error(r->diags, at, D_YAML, "a tab stands where YAML wants blanks");
		diag_help(r->diags, x, "indent with blanks");
		return;
	}
	x = diag_error(r->diags, at, D_YAML, "this is not YAML");
	diag_label(r->diags, x, "%s", problem);
	if (r->parser.context && r->parser.context_mark.index != r->parser.problem_mark.index)
		diag_place(r->diags, x, one_character(r, r->parser.context_mark), "%s", r->parser.context);
	if (!strncmp(problem, "mapping values are not allowed", 30) ||
		!strncmp(problem, "found character that cannot start", 33))
		diag_help(r->diags, x, "text with `: `, ` #` or a special first character stands in quotes");
}

/* The next event; 0 after an error, which is reported. */
static int next(struct reader *r)
{
	drop_event(r);
	if (!yaml_parser_parse(&r->parser, &r->event)) {
		not_yaml(r);
		return 0;
	}
	r->have_event = 1;
	return 1;
}

/* -- Scalars -- */

static int one_of(const char *s, size_t n, const char *words)
{
	while (*words) {
		size_t k = strcspn(words, " ");

		if (k == n && !memcmp(words, s, n))
			return 1;
		words += k + (words[k] == ' ');
	}
	return 0;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

/* A sign, a prefix that names the base (a leading 0 is octal), digits. 1 an int64, 2 only a uint64 without a sign. */
static int parse_int(const char *s, size_t n, int64_t *i, uint64_t *u)
{
	int negative = 0, sign = 0, base = 10;

	if (n && (s[0] == '-' || s[0] == '+')) {
		negative = s[0] == '-';
		sign = 1;
		s++;
		n--;
	}
	if (n > 1 && s[0] == '0') {
		char c = (char)(s[1] | 0x20);
		size_t prefix = c == 'x' || c == 'b' || c == 'o' ? 2 : 1;

		base = c == 'x' ? 16 : c == 'b' ? 2 : 8;
		s += prefix;
		n -= prefix;
	}
	if (!n)
		return 0;
	*u = 0;
	for (; n; s++, n--) {
		int d = digit_of(*s);

		if (d >= base || *u > (UINT64_MAX - (unsigned)d) / (unsigned)base)
			return 0;
		*u = *u * (unsigned)base + (unsigned)d;
	}
	if (*u <= (uint64_t)INT64_MAX + (uint64_t)negative) {
		*i = negative ? (int64_t)(0 - *u) : (int64_t)*u;
		return 1;
	}
	return sign ? 0 : 2;
}

static size_t count_digits(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] >= '0' && s[i] <= '9')
		i++;
	return i;
}

/* [-+]? (.digits | digits[.digits?]) ([eE][-+]?digits)?, rewritten into what lit_float reads. */
static int parse_float(const char *s, size_t n, double *v)
{
	struct buf text = { 0 };
	size_t whole, frac = 0, exponent;
	int ok;

	if (n && (s[0] == '-' || s[0] == '+')) {
		if (s[0] == '-')
			buf_addc(&text, '-');
		s++;
		n--;
	}
	while (n > 1 && s[0] == '0' && s[1] >= '0' && s[1] <= '9')
		s++, n--;
	whole = count_digits(s, n);
	buf_add(&text, whole ? s : "0", whole ? whole : 1);
	s += whole;
	n -= whole;
	if (n && s[0] == '.') {
		frac = count_digits(s + 1, n - 1);
		if (frac)
			buf_add(&text, s, frac + 1);
		s += frac + 1;
		n -= frac + 1;
	}
	ok = whole || frac;
	if (ok && n) {
		ok = s[0] == 'e' || s[0] == 'E';
		exponent = n > 1 && (s[1] == '-' || s[1] == '+') ? 2 : 1;
		ok = ok && n > exponent && count_digits(s + exponent, n - exponent) == n - exponent;
		buf_add(&text, s, n);
	}
	ok = ok && lit_float(text.p, text.n, v);
	buf_free(&text);
	return ok;
}

static const struct value *truth(struct reader *r, int b, struct span at)
{
	struct value *v = ARENA_NEW(r->arena, struct value);

	*v = *value_bool(b);
	v->origin = at;
	return v;
}

/* A plain scalar. NULL after an error. */
static const struct value *resolve(struct reader *r, const char *s, size_t n, struct span at)
{
	static const char infinite[] = ".inf .Inf .INF +.inf +.Inf +.INF -.inf -.Inf -.INF .nan .NaN .NAN";
	const char *digits = s;
	size_t ndigits = n;
	int64_t i;
	uint64_t u;
	double d;

	if (!n || one_of(s, n, "~ null Null NULL"))
		return VALUE_NONE_V;
	if (strchr("yYnNtTfFoO", s[0])) {
		if (one_of(s, n, "y Y yes Yes YES true True TRUE on On ON"))
			return truth(r, 1, at);
		if (one_of(s, n, "n N no No NO false False FALSE off Off OFF"))
			return truth(r, 0, at);
	}
	if (one_of(s, n, infinite)) {
		struct diag *x = diag_error(r->diags, at, D_YAML, arena_printf(r->arena,
			"`%.*s` is a number that JSON and Kubernetes do not have", (int)n, s));

		diag_help(r->diags, x, "in quotes it is text");
		return NULL;
	}
	if (s[0] == '.') {
		if (parse_float(s, n, &d))
			return value_float(r->arena, d, at);
	} else if (s[0] == '-' || s[0] == '+' || (s[0] >= '0' && s[0] <= '9')) {
		if (memchr(s, '_', n)) {
			char *p = arena_alloc(r->arena, n + 1);

			digits = p;
			for (size_t k = 0; k < n; k++)
				if (s[k] != '_')
					*p++ = s[k];
			ndigits = (size_t)(p - digits);
		}
		switch (parse_int(digits, ndigits, &i, &u)) {
		case 1: return value_int(r->arena, i, at);
		case 2: return value_float(r->arena, (double)u, at);
		}
		if (parse_float(digits, ndigits, &d))
			return value_float(r->arena, d, at);
	}
	return value_string(r->arena, arena_strdup(r->arena, s, n), n, at);
}

static const struct value *binary(struct reader *r, const char *s, size_t n, struct span at)
{
	char *out = arena_alloc(r->arena, n + 1);
	size_t len = 0, bad;
	uint32_t bits = 0;
	int have = 0;

	for (size_t i = 0; i < n && s[i] != '='; i++) {
		static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
		const char *p = s[i] ? strchr(alphabet, s[i]) : NULL;

		if (s[i] == '\n' || s[i] == ' ' || s[i] == '\t')
			continue;
		if (!p) {
			diag_error(r->diags, at, D_YAML, "`!!binary` is followed by something that is not base64");
			return NULL;
		}
		bits = bits << 6 | (uint32_t)(p - alphabet);
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[len++] = (char)(bits >> have);
		}
	}
	if (!utf8_valid(out, len, &bad)) {
		diag_error(r->diags, at, D_YAML, "this `!!binary` holds bytes that are not text");
		return NULL;
	}
	return value_string(r->arena, out, len, at);
}

static const struct value *scalar(struct reader *r, struct span at)
{
	const char *s = (const char *)r->event.data.scalar.value, *tag = (const char *)r->event.data.scalar.tag;
	size_t n = r->event.data.scalar.length;
	const struct value *v;

	if (!tag && r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE && r->event.data.scalar.plain_implicit)
		return resolve(r, s, n, at);
	if (tag && !strncmp(tag, "tag:yaml.org,2002:", 18)) {
		tag += 18;
		if (!strcmp(tag, "binary"))
			return binary(r, s, n, at);
		if (!strcmp(tag, "int") || !strcmp(tag, "float") || !strcmp(tag, "bool") || !strcmp(tag, "null")) {
			v = resolve(r, s, n, at);
			if (!v)
				return NULL;
			if ((*tag == 'i' && v->tag == VALUE_INT) ||
				(*tag == 'b' && v->tag == VALUE_BOOL) ||
				(*tag == 'n' && v->tag == VALUE_NONE) ||
				(*tag == 'f' && v->tag == VALUE_FLOAT))
				return v;
			if (*tag == 'f' && v->tag == VALUE_INT)
				return value_float(r->arena, (double)v->i, at);
			diag_error(r->diags, at, D_YAML,
				arena_printf(r->arena, "`!!%s` is followed by something else", tag));
			return NULL;
		}
	}
	return value_string(r->arena, arena_strdup(r->arena, s, n), n, at);
}

/* -- Tables -- */

static const struct atom *row_key(const struct buf *rows, size_t stride, uint32_t i)
{
	const struct atom *key;

	memcpy(&key, rows->p + stride * i, sizeof key);
	return key;
}

static void table_put(struct table *t, const struct buf *rows, size_t stride, uint32_t i)
{
	const struct atom *key = row_key(rows, stride, i);
	uint32_t at = key->hash & t->mask;

	while (t->slot[at] && row_key(rows, stride, t->slot[at] - 1) != key)
		at = (at + 1) & t->mask;
	t->slot[at] = i + 1;
}

/* Row i is new, or takes the place of an older one with its key. */
static void table_add(struct table *t, const struct buf *rows, size_t stride, uint32_t i)
{
	if (i < TABLE_FROM)
		return;
	if (!t->slot || i * 2 >= t->mask) {
		free(t->slot);
		t->mask = (t->slot ? t->mask * 2 + 1 : TABLE_FROM * 8 - 1);
		t->slot = calloc((size_t)t->mask + 1, sizeof *t->slot);
		if (!t->slot)
			abort();
		for (uint32_t k = 0; k < i; k++)
			table_put(t, rows, stride, k);
	}
	table_put(t, rows, stride, i);
}

/* The last row with the key, or -1. */
static int64_t table_find(const struct table *t, const struct buf *rows, size_t stride, const struct atom *key)
{
	if (!t->slot) {
		for (uint32_t i = (uint32_t)(rows->n / stride); i-- > 0; )
			if (row_key(rows, stride, i) == key)
				return i;
		return -1;
	}
	for (uint32_t at = key->hash & t->mask; t->slot[at]; at = (at + 1) & t->mask)
		if (row_key(rows, stride, t->slot[at] - 1) == key)
			return t->slot[at] - 1;
	return -1;
}

/* -- Nodes -- */

static const struct value *node(struct reader *r, int depth, int *height);

static uint32_t anchor_open(struct reader *r, const char *name)
{
	uint32_t i = (uint32_t)(r->anchors.n / sizeof(struct anchor));
	struct anchor row = { atom_cstr(r->atoms, name), NULL, r->nodes, 0 };

	buf_add(&r->anchors, &row, sizeof row);
	table_add(&r->anchor_table, &r->anchors, sizeof row, i);
	return i;
}

static void anchor_close(struct reader *r, uint32_t i, const struct value *v, int height)
{
	struct anchor *row = (struct anchor *)(void *)r->anchors.p + i;

	row->value = v;
	row->nodes = r->nodes - row->nodes;
	row->height = height;
}

static const struct value *too_deep(struct reader *r)
{
	diag_error(r->diags, one_character(r, r->event.start_mark), D_YAML_LIMIT, "nesting is deeper than 200 levels");
	return NULL;
}

static const struct value *alias(struct reader *r, int depth, int *height)
{
	const char *name = (const char *)r->event.data.alias.anchor;
	const struct atom *atom = atom_find(r->atoms, name, strlen(name));
	struct span at = span_of_event(r);
	int64_t i = atom ? table_find(&r->anchor_table, &r->anchors, sizeof(struct anchor), atom) : -1;
	const struct anchor *a;

	if (i < 0) {
		diag_error(r->diags, at, D_YAML, arena_printf(r->arena, "no anchor is called `%s`", name));
		return NULL;
	}
	a = (const struct anchor *)(const void *)r->anchors.p + i;
	if (!a->value) {
		diag_error(r->diags, at, D_YAML, arena_printf(r->arena, "`%s` would contain itself", name));
		return NULL;
	}
	r->nodes += a->nodes;
	r->alias_nodes += a->nodes;
	if (r->alias_nodes > MAX_ALIAS_NODES) {
		diag_error(r->diags, at, D_YAML_LIMIT, "the aliases stand for more than 100000 values");
		return NULL;
	}
	if (depth + a->height > MAX_DEPTH)
		return too_deep(r);
	*height = a->height;
	return a->value;
}

/* %g with as few digits as read back: how kubectl spells a key that is a float. */
static const struct atom *float_key(struct reader *r, double d)
{
	char text[40], *e;
	int precision;
	double back;

	for (precision = 1; precision < 17; precision++) {
		snprintf(text, sizeof text, "%.*e", precision - 1, d);
		for (e = text; *e; e++)
			if (*e == ',')
				*e = '.';
		if (lit_float(text, strlen(text), &back) && back == d)
			break;
	}
	e = strchr(text, 'e');
	if (e && atoi(e + 1) >= -4 && atoi(e + 1) < (precision > 21 ? precision : 21)) {
		size_t n = float_print(d, text);

		if (n > 2 && !strcmp(text + n - 2, ".0"))
			text[n - 2] = 0;
	}
	return atom_cstr(r->atoms, text);
}

/* What a value is as a key; NULL after an error. */
static const struct atom *key_of(struct reader *r, const struct value *v, struct span at)
{
	char text[40];

	switch ((enum value_tag)v->tag) {
	case VALUE_STRING:
		return atom_intern(r->atoms, v->str.p, v->n);
	case VALUE_BOOL:
		return atom_cstr(r->atoms, v->i ? "true" : "false");
	case VALUE_INT:
		snprintf(text, sizeof text, "%lld", (long long)v->i);
		return atom_cstr(r->atoms, text);
	case VALUE_FLOAT:
		return float_key(r, v->d);
	case VALUE_NONE:
		diag_error(r->diags, at, D_YAML, "a key is missing before the colon");
		return NULL;
	case VALUE_LIST: case VALUE_RECORD:
		diag_error(r->diags, at, D_YAML, "a list or a mapping cannot be a key");
		return NULL;
	case VALUE_ERROR:
	case VALUE_NULL:
	case VALUE_SECRET:
	case VALUE_SECRET_KEY:
	case VALUE_COMPONENT:
	case VALUE_GIVEN:
	case VALUE_DETECTOR:
	case VALUE_VIEW: case VALUE_BYTES:
		break;
	}
	return NULL;
}

struct mapping { struct buf rows; struct table table; };

static struct entry *mapping_find(struct mapping *m, const struct atom *key)
{
	int64_t i = table_find(&m->table, &m->rows, sizeof(struct entry), key);

	return i < 0 ? NULL : (struct entry *)(void *)m->rows.p + i;
}

static void mapping_add(struct mapping *m, struct entry e)
{
	uint32_t i = (uint32_t)(m->rows.n / sizeof e);

	buf_add(&m->rows, &e, sizeof e);
	table_add(&m->table, &m->rows, sizeof e, i);
}

/* What `<<` brings in never wins: not over the mapping's own keys, nor over an earlier `<<`. */
static int merge(struct reader *r, struct mapping *m, const struct value *from, struct span at)
{
	if (from->tag == VALUE_LIST) {
		for (uint32_t i = 0; i < from->n; i++)
			if (from->items[i]->tag != VALUE_RECORD || !merge(r, m, from->items[i], at))
				goto wrong;
		return 1;
	}
	if (from->tag != VALUE_RECORD)
		goto wrong;
	for (uint32_t i = 0; i < from->n; i++) {
		const struct field *f = &from->rec.fields[i];

		if (!mapping_find(m, f->key))
			mapping_add(m, (struct entry){ f->key, f->value, yaml_key_span(from, i), 1 });
	}
	return 1;
wrong:
	diag_error(r->diags, at, D_YAML, "`<<` is followed by a mapping or a list of mappings");
	return 0;
}

static const struct value *record_of(struct reader *r, const struct mapping *m, struct span at)
{
	const struct entry *e = (const struct entry *)(const void *)m->rows.p;
	uint32_t n = (uint32_t)(m->rows.n / sizeof *e);
	/* the spans of the keys stand behind the fields: see yaml_key_span() */
	struct field *f = arena_alloc(r->arena, n * (sizeof(struct field) + sizeof(struct span)));
	struct span *keys = (struct span *)(void *)(f + n);

	for (uint32_t i = 0; i < n; i++) {
		f[i] = (struct field){ e[i].key, e[i].value };
		keys[i] = e[i].at;
	}
	return value_record(r->arena, f, n, at);
}

struct span yaml_key_span(const struct value *rec, uint32_t i)
{
	return ((const struct span *)(const void *)(rec->rec.fields + rec->n))[i];
}

static const struct value *mapping(struct reader *r, int depth, int *height)
{
	struct mapping m = { 0 };
	const struct value *result = NULL, *k, *v;
	struct span at = span_of_event(r);
	int flow = r->event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE, h;

	*height = 0;
	for (;;) {
		struct span key_at;
		const struct atom *key;
		struct entry *old;
		int is_merge;

		if (!next(r))
			goto out;
		if (r->event.type == YAML_MAPPING_END_EVENT)
			break;
		key_at = span_of_event(r);
		is_merge = r->event.type == YAML_SCALAR_EVENT && r->event.data.scalar.length == 2 &&
			!memcmp(r->event.data.scalar.value, "<<", 2) &&
			r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
		k = node(r, depth + 1, &h);
		if (!k || !(key = key_of(r, k, key_at)))
			goto out;
		if (!next(r))
			goto out;
		v = node(r, depth + 1, &h);
		if (!v)
			goto out;
		if (h + 1 > *height)
			*height = h + 1;
		if (!flow && v->origin.hi > at.hi && r->event.type != YAML_ALIAS_EVENT)
			at.hi = v->origin.hi;
		if (!flow && key_at.hi > at.hi)
			at.hi = key_at.hi;
		if (is_merge) {
			if (!merge(r, &m, v, key_at))
				goto out;
			continue;
		}
		old = mapping_find(&m, key);
		if (old && !old->merged) {
			struct diag *x = diag_error(r->diags, key_at, D_YAML_DUPLICATE, key->text);

			diag_place(r->diags, x, old->at, "first here");
			diag_note(r->diags, x, "kubectl takes the last one silently, other tools refuse the file");
			if (diag_full(r->diags))
				goto out;
		} else if (old) {
			*old = (struct entry){ key, v, key_at, 0 };
		} else {
			mapping_add(&m, (struct entry){ key, v, key_at, 0 });
		}
	}
	if (flow)
		at.hi = place(r, r->event.end_mark);
	result = record_of(r, &m, at);
out:
	free(m.table.slot);
	buf_free(&m.rows);
	return result;
}

static const struct value *sequence(struct reader *r, int depth, int *height)
{
	struct buf rows = { 0 };
	const struct value *result = NULL, *v, **items;
	struct span at = span_of_event(r);
	int flow = r->event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE, h;
	uint32_t n;

	*height = 0;
	for (;;) {
		if (!next(r))
			goto out;
		if (r->event.type == YAML_SEQUENCE_END_EVENT)
			break;
		v = node(r, depth + 1, &h);
		if (!v)
			goto out;
		if (h + 1 > *height)
			*height = h + 1;
		if (!flow && v->origin.hi > at.hi && r->event.type != YAML_ALIAS_EVENT)
			at.hi = v->origin.hi;
		buf_add(&rows, &v, sizeof v);
	}
	if (flow)
		at.hi = place(r, r->event.end_mark);
	n = (uint32_t)(rows.n / sizeof v);
	items = ARENA_ARRAY(r->arena, const struct value *, n);
	if (n)
		memcpy(items, rows.p, rows.n);
	result = value_list(r->arena, items, n, at);
out:
	buf_free(&rows);
	return result;
}

/* The node that the current event starts; the current event is its last one afterwards. */
static const struct value *node(struct reader *r, int depth, int *height)
{
	const struct value *v = NULL;
	const char *name = NULL;
	uint32_t anchor = 0;

	*height = 0;
	if (depth > MAX_DEPTH)
		return too_deep(r);
	switch (r->event.type) {
	case YAML_ALIAS_EVENT:          return alias(r, depth, height);
	case YAML_SCALAR_EVENT:         name = (const char *)r->event.data.scalar.anchor; break;
	case YAML_MAPPING_START_EVENT:  name = (const char *)r->event.data.mapping_start.anchor; break;
	case YAML_SEQUENCE_START_EVENT: name = (const char *)r->event.data.sequence_start.anchor; break;
	case YAML_NO_EVENT: case YAML_STREAM_START_EVENT: case YAML_STREAM_END_EVENT: case YAML_DOCUMENT_START_EVENT:
	case YAML_DOCUMENT_END_EVENT: case YAML_SEQUENCE_END_EVENT: case YAML_MAPPING_END_EVENT:
		return NULL;
	}
	if (name)
		anchor = anchor_open(r, name);
	r->nodes++;
	if (r->event.type == YAML_SCALAR_EVENT) {
		v = scalar(r, span_of_event(r));
	} else if (r->event.type == YAML_MAPPING_START_EVENT) {
		v = mapping(r, depth, height);
	} else {
		v = sequence(r, depth, height);
	}
	if (name && v)
		anchor_close(r, anchor, v, *height);
	return v;
}

int yaml_read(struct source *src, struct arena *a, struct atoms *atoms, struct diags *d, struct yaml_documents *docs)
{
	struct reader r = { .src = src, .arena = a, .atoms = atoms, .diags = d };
	VEC(const struct value *) found = { 0 };
	size_t bad;
	int height;

	docs->v = NULL;
	docs->n = 0;
	if (!utf8_valid(src->text, src->len, &bad)) {
		uint32_t at = src->base + (uint32_t)bad;

		diag_error(d, (struct span){ at, at + 1 }, D_YAML, "this YAML is not UTF-8");
		return 0;
	}
	if (src->len >= 3 && !memcmp(src->text, "\xef\xbb\xbf", 3))
		r.skip = 3;
	r.at_byte = r.skip;
	if (!yaml_parser_initialize(&r.parser))
		abort();
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)src->text + r.skip, src->len - r.skip);
	while (next(&r) && r.event.type != YAML_STREAM_END_EVENT) {
		const struct value *v;

		if (r.event.type != YAML_DOCUMENT_START_EVENT)
			continue;
		r.anchors.n = 0;
		free(r.anchor_table.slot);
		r.anchor_table = (struct table){ 0 };
		r.nodes = r.alias_nodes = 0;
		if (!next(&r))
			break;
		v = node(&r, 1, &height);
		if (!v)
			break;
		if (v->tag != VALUE_NONE)
			VEC_PUSH(a, &found, v);
	}
	drop_event(&r);
	yaml_parser_delete(&r.parser);
	free(r.anchor_table.slot);
	buf_free(&r.anchors);
	docs->v = found.v;
	docs->n = found.n;
	return (int)found.n;
}
