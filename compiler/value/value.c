/* Immutable values: constructors, look-up, equality, and two encodings that everyone shares: the decimal of a float and
   the canonical bytes of a value. A record with more than INDEX_FROM fields gets a hash index when it is built, so a
   look-up costs the same in a map of ten thousand models as in one of ten. Keys are interned: equal keys are one
   pointer. */
#include "value/value.h"
#include "base/buf.h"
#include "base/text.h"
#include "value/literal.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INDEX_FROM = 16 };

const struct value value_none_v = { .tag = VALUE_NONE };
const struct value value_null_v = { .tag = VALUE_NULL };
const struct value value_empty_v = { .tag = VALUE_RECORD };
const struct value value_error_v = { .tag = VALUE_ERROR };
const struct value value_true_v = { .tag = VALUE_BOOL, .i = 1 };
const struct value value_false_v = { .tag = VALUE_BOOL, .i = 0 };

_Static_assert(sizeof(struct value) == 32, "a value is half a cache line");

static struct value *make(struct arena *a, enum value_tag tag, struct span at)
{
	struct value *v = ARENA_NEW(a, struct value);

	v->tag = (uint8_t)tag;
	v->origin = at;
	return v;
}

const struct value *value_int(struct arena *a, int64_t i, struct span at)
{
	struct value *v = make(a, VALUE_INT, at);

	v->i = i;
	return v;
}

const struct value *value_float(struct arena *a, double d, struct span at)
{
	struct value *v = make(a, VALUE_FLOAT, at);

	v->d = d;
	return v;
}

const struct value *value_text(struct arena *a, enum text_type t, const char *p, size_t n, double num, struct span at)
{
	struct value *v = make(a, VALUE_STRING, at);

	v->text = (uint8_t)t;
	v->n = (uint32_t)n;
	v->str.p = p;
	v->str.num = num;
	return v;
}

const struct value *value_string(struct arena *a, const char *p, size_t n, struct span at)
{
	return value_text(a, TEXT_NONE, p, n, 0, at);
}

const struct value *value_cstr(struct arena *a, const char *s)
{
	return value_text(a, TEXT_NONE, s, strlen(s), 0, (struct span){ 0, 0 });
}

const struct value *value_bytes(struct arena *a, const char *p, size_t n, struct span at)
{
	struct value *v = make(a, VALUE_BYTES, at);

	v->n = (uint32_t)n;
	v->str.p = p;
	return v;
}

const struct value *value_list(struct arena *a, const struct value **items, uint32_t n, struct span at)
{
	struct value *v = make(a, VALUE_LIST, at);

	v->n = n;
	v->items = items;
	return v;
}

/* The index: a power of two of slots, each a position + 1. */
struct record_index { uint32_t mask; uint32_t slot[]; };

static uint32_t slot_of(const struct atom *key, uint32_t mask)
{
	return (key->hash * 2654435761u >> 7) & mask;
}

static struct record_index *index_fields(struct arena *a, const struct field *f, uint32_t n)
{
	uint32_t size = 64;
	struct record_index *ix;

	while (size < n * 2)
		size *= 2;
	ix = arena_alloc(a, sizeof(*ix) + size * sizeof(ix->slot[0]));
	ix->mask = size - 1;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = slot_of(f[i].key, ix->mask);

		while (ix->slot[at])
			at = (at + 1) & ix->mask;
		ix->slot[at] = i + 1;
	}
	return ix;
}

const struct value *value_record(struct arena *a, const struct field *f, uint32_t n, struct span at)
{
	struct value *v = make(a, VALUE_RECORD, at);

	v->n = n;
	v->rec.fields = f;
	v->rec.index = n > INDEX_FROM ? index_fields(a, f, n) : NULL;
	return v;
}

/* The position of the key, or n. */
static uint32_t find(const struct value *rec, const struct atom *key)
{
	const struct record_index *ix = rec->rec.index;
	uint32_t i, at;

	if (!ix) {
		for (i = 0; i < rec->n; i++)
			if (rec->rec.fields[i].key == key)
				break;
		return i;
	}
	for (at = slot_of(key, ix->mask); ix->slot[at]; at = (at + 1) & ix->mask)
		if (rec->rec.fields[ix->slot[at] - 1].key == key)
			return ix->slot[at] - 1;
	return rec->n;
}

const struct value *value_get(const struct value *rec, const struct atom *key)
{
	uint32_t i;

	if (rec->tag != VALUE_RECORD || !key)
		return NULL;
	i = find(rec, key);
	return i < rec->n ? rec->rec.fields[i].value : NULL;
}

int value_says(const struct value *v, const char *word)
{
	return v && v->tag == VALUE_STRING && text_is(v->str.p, v->n, word);
}

const struct value *value_getc(const struct value *rec, const char *key)
{
	size_t n = strlen(key);

	if (!rec || rec->tag != VALUE_RECORD)
		return NULL;
	for (uint32_t i = 0; i < rec->n; i++) {
		const struct atom *k = rec->rec.fields[i].key;

		if (k->len == n && !memcmp(k->text, key, n))
			return rec->rec.fields[i].value;
	}
	return NULL;
}

const struct value *value_with(struct arena *a, const struct value *rec, const struct atom *key, const struct value *v)
{
	uint32_t i = find(rec, key), n = rec->n;
	struct field *f;

	if (i == n && !v)
		return rec;
	f = ARENA_ARRAY(a, struct field, n + 1);
	if (!v) {
		if (i)
			memcpy(f, rec->rec.fields, i * sizeof(*f));
		memcpy(f + i, rec->rec.fields + i + 1, (n - i - 1) * sizeof(*f));
		return value_record(a, f, n - 1, rec->origin);
	}
	if (n)
		memcpy(f, rec->rec.fields, n * sizeof(*f));
	f[i] = (struct field){ key, v };
	return value_record(a, f, i == n ? n + 1 : n, rec->origin);
}

static int same_bytes(const char *a, size_t an, const char *b, size_t bn)
{
	return an == bn && (!an || !memcmp(a, b, an));
}

/* Text types with a magnitude are equal when they mean the same. Between two types the spelling decides: whoever
   compares `x == "1Gi"` has given the literal the type of x already. */
static int string_equal(const struct value *a, const struct value *b)
{
	if (a->text == b->text) {
		switch ((enum text_type)a->text) {
		case TEXT_SIZE: case TEXT_CORES: case TEXT_DURATION: case TEXT_RATE:
			return a->str.num == b->str.num;
		case TEXT_VERSION:
			return lit_version_compare(a->str.p, a->n, b->str.p, b->n) == 0;
		case TEXT_NONE: case TEXT_HOST: case TEXT_URL: case TEXT_IMAGE: case TEXT_NAME: case TEXT_ENUM:
			break;
		}
	}
	return same_bytes(a->str.p, a->n, b->str.p, b->n);
}

/* 1 if d is a whole number that an int64 holds, which is then equal to that int. */
static int whole(double d, int64_t *i)
{
	if (!(d >= -9223372036854775808.0 && d < 9223372036854775808.0) || d != floor(d))
		return 0;
	*i = (int64_t)d;
	return 1;
}

int value_has_null(const struct value *v)
{
	if (v->tag == VALUE_LIST)
		for (uint32_t i = 0; i < v->n; i++)
			if (value_has_null(v->items[i]))
				return 1;
	if (v->tag == VALUE_RECORD)
		for (uint32_t i = 0; i < v->n; i++)
			if (value_has_null(v->rec.fields[i].value))
				return 1;
	return v->tag == VALUE_NULL;
}

int value_equal(const struct value *a, const struct value *b)
{
	int64_t i;

	if (a == b)
		return 1;
	if (a->tag != b->tag) {
		if (a->tag == VALUE_INT && b->tag == VALUE_FLOAT)
			return whole(b->d, &i) && i == a->i;
		if (a->tag == VALUE_FLOAT && b->tag == VALUE_INT)
			return whole(a->d, &i) && i == b->i;
		return 0;
	}
	switch ((enum value_tag)a->tag) {
	case VALUE_ERROR:
	case VALUE_NONE:
	case VALUE_NULL:
		return 1;
	case VALUE_BOOL:
	case VALUE_INT:
		return a->i == b->i;
	case VALUE_FLOAT:
		return a->d == b->d;
	case VALUE_STRING:
		return string_equal(a, b);
	case VALUE_BYTES:
		return same_bytes(a->str.p, a->n, b->str.p, b->n);
	case VALUE_LIST:
		if (a->n != b->n)
			return 0;
		for (uint32_t k = 0; k < a->n; k++)
			if (!value_equal(a->items[k], b->items[k]))
				return 0;
		return 1;
	case VALUE_RECORD:
		if (a->n != b->n)
			return 0;
		for (uint32_t k = 0; k < a->n; k++) {
			const struct field *f = &a->rec.fields[k];
			uint32_t at = b->rec.fields[k].key == f->key ? k : find(b, f->key);

			if (at == b->n || !value_equal(f->value, b->rec.fields[at].value))
				return 0;
		}
		return 1;
	case VALUE_SECRET:
	case VALUE_SECRET_KEY:
	case VALUE_COMPONENT:
	case VALUE_GIVEN:
	case VALUE_DETECTOR:
	case VALUE_VIEW:
		return a->ref.ref == b->ref.ref && a->ref.key == b->ref.key;
	}
	return 0;
}

const char *value_tag_name(const struct value *v)
{
	switch ((enum value_tag)v->tag) {
	case VALUE_ERROR:      return "an error";
	case VALUE_NONE:       return "none";
	case VALUE_NULL:       return "null";
	case VALUE_BOOL:       return "a bool";
	case VALUE_INT:        return "an int";
	case VALUE_FLOAT:      return "a float";
	case VALUE_STRING:
		switch ((enum text_type)v->text) {
		case TEXT_NONE:     return "a string";
		case TEXT_VERSION:  return "a version";
		case TEXT_SIZE:     return "a size";
		case TEXT_CORES:    return "a number of cores";
		case TEXT_DURATION: return "a duration";
		case TEXT_RATE:     return "a rate";
		case TEXT_HOST:     return "a host";
		case TEXT_URL:      return "a url";
		case TEXT_IMAGE:    return "an image";
		case TEXT_NAME:     return "a name";
		case TEXT_ENUM:     return "a word";
		}
		return "a string";
	case VALUE_LIST:       return "a list";
	case VALUE_RECORD:     return "a record";
	case VALUE_SECRET:     return "a secret";
	case VALUE_SECRET_KEY: return "a key of a secret";
	case VALUE_COMPONENT:  return "a component";
	case VALUE_GIVEN:      return "an interface";
	case VALUE_DETECTOR:   return "a detector";
	case VALUE_BYTES:      return "bytes";
	case VALUE_VIEW:       return "an object";
	}
	return "a value";
}

/* The digits of d at a precision, and the power of ten of the first one. Reads what snprintf wrote digit by digit, so
   the locale's decimal point does not matter; strtod is given no point at all. 1 if they read back as d. */
static int digits_of(double d, int precision, char digits[20], int *exponent)
{
	char text[64], back[64];
	int n = 0;
	const char *p;

	snprintf(text, sizeof text, "%.*e", precision - 1, d);
	for (p = text; *p != 'e'; p++)
		if (*p >= '0' && *p <= '9')
			digits[n++] = *p;
	digits[n] = 0;
	*exponent = atoi(p + 1);
	snprintf(back, sizeof back, "%se%d", digits, *exponent - (n - 1));
	return strtod(back, NULL) == d;
}

/* Most floats are short decimals: m / 10^k of two exact doubles is the nearest double to that decimal, so if it is d,
   the decimal reads back as d, and the first k that does is the shortest. The end; NULL: d is none of those. */
static char *print_short(double d, char *o)
{
	double scale = 1;
	for (int k = 0; k <= 7 && d < 1e8; k++, scale *= 10) {
		double m = d * scale;
		uint64_t whole = (uint64_t)m;
		for (uint64_t c = whole; c <= whole + 1; c++) {
			if ((double)c / scale != d)
				continue;
			char rev[24];
			int r = 0;
			for (int digit = 0; c || digit <= k; digit++, c /= 10) {
				if (k && digit == k)
					rev[r++] = '.';
				rev[r++] = (char)('0' + c % 10);
			}
			while (r)
				*o++ = rev[--r];
			if (!k) {
				*o++ = '.';
				*o++ = '0';
			}
			return o;
		}
	}
	return NULL;
}

/* The digits with their point: digits[0] counts 10^exponent. The end. */
static char *print_digits(const char *digits, int n, int exponent, char *o)
{
	if (exponent < -7 || exponent >= 21) {
		*o++ = digits[0];
		*o++ = '.';
		if (n == 1)
			*o++ = '0';
		memcpy(o, digits + 1, (size_t)n - 1);
		o += n - 1;
		o += snprintf(o, 8, "e%c%d", exponent < 0 ? '-' : '+', abs(exponent));
	} else if (exponent < 0) {
		*o++ = '0';
		*o++ = '.';
		for (int i = -1; i > exponent; i--)
			*o++ = '0';
		memcpy(o, digits, (size_t)n);
		o += n;
	} else {
		for (int i = 0; i < n || i <= exponent; i++) {
			if (i == exponent + 1)
				*o++ = '.';
			*o++ = i < n ? digits[i] : '0';
		}
		if (n <= exponent + 1) {
			*o++ = '.';
			*o++ = '0';
		}
	}
	return o;
}

/* Plain notation from 1e-7 up to 1e21, else one digit, a point, and a signed exponent: `1.0e+21` is a float for every
   reader of YAML, `1e21` is text for some. */
size_t float_print(double d, char out[40])
{
	char digits[20];
	int n, exponent, precision;
	char *o = out, *end;

	if (signbit(d)) {
		*o++ = '-';
		d = -d;
	}
	if (!(d <= 1.7976931348623157e308)) {   /* never in a value; but never a lie either */
		strcpy(o, isnan(d) ? ".nan" : ".inf");
		return strlen(out);
	}
	if (d == 0) {
		strcpy(o, "0.0");
		return strlen(out);
	}
	if ((end = print_short(d, o))) {
		*end = 0;
		return (size_t)(end - out);
	}
	/* A double of normal size keeps any 15 digits, so if those read back, dropping zeros leaves the shortest. */
	for (precision = d < 2.3e-308 ? 1 : 15; precision < 17; precision++)
		if (digits_of(d, precision, digits, &exponent))
			break;
	if (precision == 17)
		digits_of(d, 17, digits, &exponent);
	n = (int)strlen(digits);
	while (n > 1 && digits[n - 1] == '0')
		n--;
	digits[n] = 0;
	end = print_digits(digits, n, exponent, o);
	*end = 0;
	return (size_t)(end - out);
}

int atom_compare(const struct atom *a, const struct atom *b)
{
	uint32_t n = a->len < b->len ? a->len : b->len;
	int c = n ? memcmp(a->text, b->text, n) : 0;

	if (c)
		return c < 0 ? -1 : 1;
	return a->len < b->len ? -1 : a->len > b->len;
}

/* Every object is encoded once a build, so the bytes go straight into the buffer; value_canonical() ends them with a
   NUL. */
static inline char *room(struct buf *b, size_t n)
{
	if (b->cap - b->n <= n)
		buf_reserve(b, n);
	b->n += n;
	return b->p + b->n - n;
}

static inline void put_tag(struct buf *out, char tag)
{
	*room(out, 1) = tag;
}

static inline void put_u64(struct buf *out, uint64_t x)
{
	char *p = room(out, 8);

	for (int i = 0; i < 8; i++)
		p[i] = (char)(x >> (56 - 8 * i));
}

static inline void store_u32(char *p, uint32_t x)
{
	p[0] = (char)(x >> 24);
	p[1] = (char)(x >> 16);
	p[2] = (char)(x >> 8);
	p[3] = (char)x;
}

static inline void put_u32(struct buf *out, uint32_t x)
{
	store_u32(room(out, 4), x);
}

static void put_double(struct buf *out, double d)
{
	uint64_t bits;

	if (d == 0)
		d = 0;          /* -0.0 equals 0.0 */
	memcpy(&bits, &d, 8);
	put_u64(out, bits);
}

static inline void put_bytes(struct buf *out, const char *p, size_t n)
{
	char *to = room(out, n + 4);

	store_u32(to, (uint32_t)n);
	if (n)
		memcpy(to + 4, p, n);
}

/* A version as lit_version_compare sees it: numbers without leading zeros, no zero parts at the end of the core. */
static void put_version(struct buf *out, const char *p, size_t n)
{
	size_t length_at, start, core_end = 0, end;
	int in_core = 1;

	put_tag(out, 'v');
	length_at = out->n;
	put_u32(out, 0);
	start = core_end = out->n;
	for (size_t i = 0; i <= n; i = end + 1) {
		size_t from = i;
		int number = 1;

		for (end = i; end < n && p[end] != '.' && !(in_core && (p[end] == '-' || p[end] == '+')); end++)
			if (p[end] < '0' || p[end] > '9')
				number = 0;
		if (number)
			while (from + 1 < end && p[from] == '0')
				from++;
		if (end > from)
			memcpy(room(out, end - from), p + from, end - from);
		else
			put_tag(out, '0');
		if (in_core && !(number && (from == end || p[from] == '0')))
			core_end = out->n;
		if (end < n && in_core && p[end] != '.') {
			in_core = 0;
			out->n = core_end;
		}
		if (end < n)
			put_tag(out, p[end]);
	}
	if (in_core)
		out->n = core_end;
	n = out->n - start;
	store_u32(out->p + length_at, (uint32_t)n);
}

static int field_order(const void *a, const void *b)
{
	const struct field *const *x = a, *const *y = b;

	return atom_compare((*x)->key, (*y)->key);
}

static void sort_fields(const struct field **order, uint32_t n)
{
	if (n > 32) {
		qsort(order, n, sizeof *order, field_order);
		return;
	}
	for (uint32_t i = 1; i < n; i++) {
		const struct field *f = order[i];
		unsigned char first = (unsigned char)f->key->text[0];
		uint32_t k = i;

		for (; k; k--) {
			unsigned char before = (unsigned char)order[k - 1]->key->text[0];

			if (before < first || (before == first && atom_compare(order[k - 1]->key, f->key) < 0))
				break;
			order[k] = order[k - 1];
		}
		order[k] = f;
	}
}

/* N; T F; i + 8 bytes, two's complement; f + 8 bytes of the double (a whole number in int64's range is an i); s +
   length + bytes; b + length + bytes that are no text; q + text type + 8 bytes of the magnitude; v + length + normal
   form; l + count + items; r + count + (length + key + value) by key. Numbers are big-endian, lengths and counts take 4
   bytes. Values that are equal by value_equal have equal encodings, except that a text type with a magnitude differs
   from a string of another type that is spelled the same. */
static void canonical(const struct value *v, struct buf *out)
{
	int64_t whole_i;

	switch ((enum value_tag)v->tag) {
	case VALUE_NONE:
	case VALUE_NULL:        /* what is read back does not tell them apart */
		put_tag(out, 'N');
		return;
	case VALUE_BOOL:
		put_tag(out, v->i ? 'T' : 'F');
		return;
	case VALUE_INT:
		put_tag(out, 'i');
		put_u64(out, (uint64_t)v->i);
		return;
	case VALUE_FLOAT:
		if (whole(v->d, &whole_i)) {
			put_tag(out, 'i');
			put_u64(out, (uint64_t)whole_i);
			return;
		}
		put_tag(out, 'f');
		put_double(out, v->d);
		return;
	case VALUE_STRING:
		switch ((enum text_type)v->text) {
		case TEXT_SIZE: case TEXT_CORES: case TEXT_DURATION: case TEXT_RATE:
			put_tag(out, 'q');
			put_tag(out, (char)v->text);
			put_double(out, v->str.num);
			return;
		case TEXT_VERSION:
			put_version(out, v->str.p, v->n);
			return;
		case TEXT_NONE: case TEXT_HOST: case TEXT_URL: case TEXT_IMAGE: case TEXT_NAME: case TEXT_ENUM:
			break;
		}
		put_tag(out, 's');
		put_bytes(out, v->str.p, v->n);
		return;
	case VALUE_BYTES:
		put_tag(out, 'b');
		put_bytes(out, v->str.p, v->n);
		return;
	case VALUE_LIST:
		put_tag(out, 'l');
		put_u32(out, v->n);
		for (uint32_t i = 0; i < v->n; i++)
			canonical(v->items[i], out);
		return;
	case VALUE_RECORD: {
		const struct field *few[64], **order = few;
		struct buf many = { 0 };

		if (v->n > 64) {
			buf_reserve(&many, v->n * sizeof(*order));
			order = (const struct field **)(void *)many.p;
		}
		for (uint32_t i = 0; i < v->n; i++)
			order[i] = &v->rec.fields[i];
		sort_fields(order, v->n);
		put_tag(out, 'r');
		put_u32(out, v->n);
		for (uint32_t i = 0; i < v->n; i++) {
			put_bytes(out, order[i]->key->text, order[i]->key->len);
			canonical(order[i]->value, out);
		}
		buf_free(&many);
		return;
	}
	case VALUE_ERROR: case VALUE_SECRET: case VALUE_SECRET_KEY: case VALUE_COMPONENT: case VALUE_GIVEN:
	case VALUE_DETECTOR:
		break;
	case VALUE_VIEW:
		((const struct canonical_hole *)v->ref.ref)->write(v->ref.ref, out);
		return;
	}
	/* Not data. The address would not be the same twice; the tag alone keeps the encoding well-formed. */
	put_tag(out, '?');
	put_tag(out, (char)v->tag);
}

void value_canonical(const struct value *v, struct buf *out)
{
	if (v->tag == VALUE_STRING && value_is_only_text((enum text_type)v->text)) {    /* most of what plans ask for */
		char *to = room(out, v->n + VALUE_TEXT_HEAD);

		value_text_head(to, v->n);
		if (v->n)
			memcpy(to + VALUE_TEXT_HEAD, v->str.p, v->n);
		out->p[out->n] = 0;
		return;
	}
	canonical(v, out);
	buf_add(out, "", 0);
}
