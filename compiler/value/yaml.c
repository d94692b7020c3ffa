/* Values to YAML. A string is written plain only if every reader (YAML 1.1, 1.2, and the one behind kubectl, which is
   neither) gives back the same string; the rule below was checked against ten of them. Otherwise it becomes a literal
   block where that keeps its bytes, else one double-quoted line. No folding, anchors, tags or flow style but {} and [].
   The writer is a straight walk that appends bytes; whether a key or a string is plain is asked once and kept with
   it. */
#include "value/yaml.h"
#include <string.h>

enum {
	PRINT = 1,      /* may stand in a plain scalar */
	NUMERIC = 2,    /* occurs in numbers, dates, times and the like */
	NOT_FIRST = 4,  /* means something at the start of a scalar */
	TAIL = 8,       /* may follow e or E in what some reader takes for a number */
	DOUBLE = 16,    /* stands for itself between double quotes */
	MARK = 32,      /* what stands beside it decides */
	TAME = 64,      /* in tame text, but for the first character */
};

/* Built from the rule at the point of use by two macros, so that the table stays readable. */
#define P (PRINT | DOUBLE)
#define PN (PRINT | DOUBLE | NUMERIC)
#define PNT (PRINT | DOUBLE | NUMERIC | TAIL)
#define PF (PRINT | DOUBLE | NOT_FIRST)
#define PB (PRINT | DOUBLE | NUMERIC)           /* the blank: in dates */
#define T (P | TAME)
#define TN (PN | TAME)
#define TNT (PNT | TAME)
static const unsigned char class[256] = {
	[' '] = PB, ['!'] = PF, ['"'] = PRINT | NOT_FIRST, ['#'] = PF | MARK, ['$'] = P, ['%'] = PF, ['&'] = PF,
	['\''] = PF,
	['('] = P, [')'] = P, ['*'] = PF, ['+'] = PNT, [','] = PF, ['-'] = TNT, ['.'] = TNT, ['/'] = T,
	['0'] = TNT, ['1'] = TNT, ['2'] = TNT, ['3'] = TNT, ['4'] = TNT, ['5'] = TNT, ['6'] = TNT,
	['7'] = TNT, ['8'] = TNT, ['9'] = TNT,
	[':'] = PNT | NOT_FIRST | MARK, [';'] = P, ['<'] = PF, ['='] = PF, ['>'] = PF, ['?'] = PF, ['@'] = PF,
	['A'] = TN, ['B'] = TN, ['C'] = TN, ['D'] = TN, ['E'] = TN, ['F'] = TN, ['G'] = T,
	['H'] = T, ['I'] = T, ['J'] = T, ['K'] = T,
	['L'] = T, ['M'] = T, ['N'] = T, ['O'] = TN, ['P'] = T, ['Q'] = T, ['R'] = T, ['S'] = T,
	['T'] = TN, ['U'] = T, ['V'] = T,
	['W'] = T, ['X'] = TN, ['Y'] = T, ['Z'] = TN,
	['['] = PF, ['\\'] = PRINT, [']'] = PF, ['^'] = P, ['_'] = TNT, ['`'] = PF,
	['a'] = TN, ['b'] = TN, ['c'] = TN, ['d'] = TN, ['e'] = TN, ['f'] = TN, ['g'] = T,
	['h'] = T, ['i'] = T, ['j'] = T, ['k'] = T,
	['l'] = T, ['m'] = T, ['n'] = T, ['o'] = TN, ['p'] = T, ['q'] = T, ['r'] = T, ['s'] = T,
	['t'] = TN, ['u'] = T, ['v'] = T,
	['w'] = T, ['x'] = TN, ['y'] = T, ['z'] = TN,
	['{'] = PF, ['|'] = PF, ['}'] = PF, ['~'] = PF,
};
#undef P
#undef PN
#undef PNT
#undef PF
#undef PB
#undef T
#undef TN
#undef TNT

enum { PLAIN_MAX = YAML_FRAME_MAX, KEY_MAX = 1000, NESTED_BY = 2 };

static int is_letter(unsigned char c)
{
	c |= 0x20;
	return c >= 'a' && c <= 'z';
}

/* One of the words that some reader does not take for text; a sign may stand before it. */
static int reserved(const char *s, size_t n)
{
	static const char words[][9] = { "y", "n", "yes", "no", "on", "off", "true", "false",
		"null", "~", "inf", "nan", "infinity",
		".inf", ".nan", "=", "<<" };
	char low[9];

	for (int round = 0; round < 2; round++) {
		if (n && n <= 8) {
			for (size_t i = 0; i < n; i++)
				low[i] = s[i] >= 'A' && s[i] <= 'Z' ? (char)(s[i] + 32) : s[i];
			low[n] = 0;
			for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
				if (low[0] == words[i][0] && !strcmp(low, words[i]))
					return 1;
		}
		if (!n || (s[0] != '-' && s[0] != '+'))
			return 0;
		s++;
		n--;
	}
	return 0;
}

/* Does a `:` end a key, or a `#` begin a comment? */
static int marked(const unsigned char *s, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if ((s[i] == ':' && (i + 1 == n || s[i + 1] == ' ')) || (s[i] == '#' && s[i - 1] == ' '))
			return 1;
	return 0;
}

static int is_tail(const unsigned char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!(class[s[i]] & TAIL))
			return 0;
	return 1;
}

static int is_plain(const char *text, size_t n)
{
	const unsigned char *s = (const unsigned char *)text;
	unsigned all, any;

	if (!n || n > PLAIN_MAX || s[0] == ' ' || s[n - 1] == ' ')
		return 0;
	all = any = class[s[0]];
	if (all & NOT_FIRST)
		return 0;
	for (size_t i = 1; i < n; i++) {
		const unsigned here = class[s[i]];

		all &= here;
		any |= here;
	}
	if (!(all & PRINT) || ((any & MARK) && marked(s, n)))
		return 0;
	if (s[0] == '-' && !(n > 1 && is_letter(s[1])) && !(n > 2 && s[1] == '-' && is_letter(s[2])))
		return 0;
	if ((all & NUMERIC) && (s[0] == '-' || s[0] == '+' || s[0] == '.' || (s[0] >= '0' && s[0] <= '9')))
		return 0;
	if ((s[0] | 0x20) == 'e' && n > 1 && is_tail(s + 1, n - 1))
		return 0;
	if (n >= 3 && s[0] == '.' && s[1] == '.' && s[2] == '.')
		return 0;
	return n > 9 || !reserved(text, n);
}

int yaml_is_tame(const char *s, size_t n)
{
	unsigned all = TAME;

	for (size_t i = 0; i < n; i++)
		all &= class[(unsigned char)s[i]];
	return n && all && (is_letter((unsigned char)*s) || (*s >= '0' && *s <= '9'));
}

/* With a hole read as the letter x the text has to be plain; what else could make a number or a word of it, or part it,
   is excluded: a letter that no number has must stand in a fixed part, and the first character be a letter, a digit or
   a dash with what makes it text. Tame text neither begins nor ends a comment, a key or a blank, and the length keeps
   off the reserved words. */
int yaml_is_frame(const char *s, size_t n)
{
	char copy[512];
	int text = 0;

	if (!n || n > sizeof copy)
		return 0;
	for (size_t i = 0; i < n; i++) {
		copy[i] = s[i] == YAML_HOLE ? 'x' : s[i];
		text |= s[i] != YAML_HOLE && !(class[(unsigned char)s[i]] & NUMERIC);
	}
	if (copy[0] == '-' && (memchr(s, YAML_HOLE, n < 3 ? n : 3) || n < 3))
		return 0;
	if (!text || (copy[0] != '-' && !is_letter((unsigned char)copy[0]) && !(copy[0] >= '0' && copy[0] <= '9')))
		return 0;
	return is_plain(copy, n);
}

/* The character at s, of *len bytes; -1 (one byte) where there is none. */
static int32_t decode(const unsigned char *s, size_t n, unsigned *len)
{
	int32_t c = s[0];
	unsigned k;

	*len = 1;
	if (c < 0x80)
		return c;
	if (c < 0xc2 || c > 0xf4)
		return -1;
	k = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
	if (n <= k)
		return -1;
	c &= 0x3f >> k;
	for (unsigned i = 1; i <= k; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return -1;
		c = c << 6 | (s[i] & 0x3f);
	}
	if ((k == 2 && c < 0x800) || (k == 3 && c < 0x10000) || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return -1;
	*len = k + 1;
	return c;
}

/* What no cluster takes: bytes that are no character, and controls that are lost or refused on the way. */
static int rejected(int32_t c)
{
	return c < 0 || (c >= 0x7f && c <= 0x9f) || c == 0xfffe || c == 0xffff;
}

/* Characters that a reader of the file could not see or that reorder it. */
static int escaped(int32_t c)
{
	return c < 0x20 || c == 0xa0 || c == 0xad || c == 0x61c || c == 0x180e || (c >= 0x200b && c <= 0x200f) ||
		(c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

static enum yaml_style style_unless_plain(const char *text, size_t n)
{
	const unsigned char *s = (const unsigned char *)text;
	int newline = 0, literal = n && s[0] != ' ' && s[0] != '\t' && s[0] != '\n' && s[n - 1] != ' ';
	unsigned len;

	for (size_t i = 0; i < n; i += len) {
		int32_t c;

		len = 1;
		if (class[s[i]] & PRINT)
			continue;
		c = decode(s + i, n - i, &len);
		if (rejected(c))
			return YAML_REJECT;
		if (c == '\n') {
			newline = 1;
			if (i && (s[i - 1] == ' ' || s[i - 1] == '\t' || (s[i - 1] == '\n' && i + 1 == n)))
				literal = 0;
		} else if (c == '\t' && i + 1 == n) {
			literal = 0;
		} else if (c == 0xa0 || c > 0xffff || c == 0x2028 || c == 0x2029 || c == 0xfeff ||
			(c < 0x20 && c != '\t')) {
			literal = 0;
		}
	}
	return newline && literal ? YAML_LITERAL : YAML_DOUBLE;
}

enum yaml_style yaml_style_of(const char *s, size_t n)
{
	return is_plain(s, n) ? YAML_PLAIN : style_unless_plain(s, n);
}

enum yaml_style yaml_key_style_of(const char *s, size_t n)
{
	enum yaml_style style = yaml_style_of(s, n);

	return style == YAML_LITERAL ? YAML_DOUBLE : style;
}

/* -- Bytes -- */

/* Room for n more bytes and the NUL, which is written once, at the end of each public function. */
static inline char *room(struct buf *b, size_t n)
{
	if (b->cap - b->n <= n)
		buf_reserve(b, n);
	return b->p + b->n;
}

static inline void put(struct buf *b, const char *s, size_t n)
{
	memcpy(room(b, n), s, n);
	b->n += n;
}

static inline void put2(struct buf *b, char c, char d)
{
	char *p = room(b, 2);

	p[0] = c;
	p[1] = d;
	b->n += 2;
}

static inline void put1(struct buf *b, char c)
{
	*room(b, 1) = c;
	b->n++;
}

static inline void spaces(struct buf *b, int n)
{
	memset(room(b, (size_t)n), ' ', (size_t)n);
	b->n += (size_t)n;
}

static void finish(struct buf *b)
{
	*room(b, 0) = 0;
}

static void put_int(struct buf *b, int64_t i)
{
	char back[24];
	size_t n = sizeof back;
	uint64_t u = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;

	do {
		back[--n] = (char)('0' + u % 10);
		u /= 10;
	} while (u);
	if (i < 0)
		back[--n] = '-';
	put(b, back + n, sizeof back - n);
}

static void put_float(struct buf *b, double d)
{
	char text[40];

	put(b, text, float_print(d, text));
}

/* -- Scalars -- */

static void put_double_quoted(struct buf *b, const char *text, size_t n)
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *s = (const unsigned char *)text;
	unsigned len;

	put1(b, '"');
	for (size_t i = 0; i < n; i += len) {
		size_t from = i;
		int32_t c;
		char *p;

		while (i < n && (class[s[i]] & DOUBLE))
			i++;
		if (i > from)
			put(b, text + from, i - from);
		if (i == n)
			break;
		c = decode(s + i, n - i, &len);
		if (c < 0)
			c = 0xfffd;
		if (c == '"' || c == '\\') {
			put2(b, '\\', (char)c);
		} else if (c == '\n') {
			put2(b, '\\', 'n');
		} else if (c == '\t') {
			put2(b, '\\', 't');
		} else if (c == '\r') {
			put2(b, '\\', 'r');
		} else if (escaped(c) || rejected(c)) {
			p = room(b, 6);
			p[0] = '\\';
			p[1] = 'u';
			for (int k = 0; k < 4; k++)
				p[2 + k] = hex[c >> (12 - 4 * k) & 15];
			b->n += 6;
		} else if (len == 1 && c == 0xfffd) {
			put(b, "\xef\xbf\xbd", 3);
		} else {
			put(b, text + i, len);
		}
	}
	put1(b, '"');
}

static void put_literal(struct buf *b, const char *s, size_t n, int indent)
{
	const char *end = s + n;

	put1(b, '|');
	if (end[-1] == '\n')
		end--;
	else
		put1(b, '-');
	while (s <= end) {
		const char *stop = s < end ? memchr(s, '\n', (size_t)(end - s)) : NULL;

		if (!stop)
			stop = end;
		put1(b, '\n');
		if (stop > s) {
			spaces(b, indent);
			put(b, s, (size_t)(stop - s));
		}
		s = stop + 1;
	}
}

static void put_not_plain(struct buf *b, const char *s, size_t n, int indent)
{
	if (style_unless_plain(s, n) == YAML_LITERAL)
		put_literal(b, s, n, indent);
	else
		put_double_quoted(b, s, n);
}

void yaml_write_scalar(struct buf *out, const char *s, size_t n, int indent)
{
	if (is_plain(s, n))
		put(out, s, n);
	else
		put_not_plain(out, s, n, indent);
	finish(out);
}

void yaml_write_key(struct buf *out, const char *s, size_t n)
{
	if (is_plain(s, n))
		put(out, s, n);
	else
		put_double_quoted(out, s, n);
	finish(out);
}

/* -- Values -- */

static void put_scalar(struct buf *b, const struct value *v, int indent)
{
	switch ((enum value_tag)v->tag) {
	case VALUE_BOOL:
		if (v->i)
			put(b, "true", 4);
		else
			put(b, "false", 5);
		return;
	case VALUE_INT:
		put_int(b, v->i);
		return;
	case VALUE_FLOAT:
		put_float(b, v->d);
		return;
	case VALUE_STRING:
		if (!v->plain)          /* a cache inside an immutable value */
			((struct value *)(uintptr_t)v)->plain = is_plain(v->str.p, v->n) ? 1 : 2;
		if (v->plain == 1)
			put(b, v->str.p, v->n);
		else
			put_not_plain(b, v->str.p, v->n, indent);
		return;
	case VALUE_NULL:
		put(b, "null", 4);
		return;
	case VALUE_ERROR: case VALUE_NONE: case VALUE_LIST: case VALUE_RECORD: case VALUE_SECRET: case VALUE_SECRET_KEY:
	case VALUE_COMPONENT: case VALUE_GIVEN: case VALUE_DETECTOR: case VALUE_VIEW: case VALUE_BYTES:
		break;
	}
	put(b, "null", 4);              /* refused before anything is written; kept well-formed all the same */
}

static void put_fields(struct buf *b, const struct value *v, int indent, int inline_first);
static void put_items(struct buf *b, const struct value *v, int indent, int inline_first);

static int has_fields(const struct value *v)
{
	for (uint32_t i = 0; i < v->n; i++)
		if (v->rec.fields[i].value->tag != VALUE_NONE)
			return 1;
	return 0;
}

static void put_entry(struct buf *b, const struct atom *key, const struct value *v, int indent)
{
	if (!key->plain)                /* likewise a cache */
		((struct atom *)(uintptr_t)key)->plain = is_plain(key->text, key->len) ? 1 : 2;
	if (key->plain == 1 && key->len <= KEY_MAX) {
		char *p = room(b, key->len + 2);

		memcpy(p, key->text, key->len);
		p[key->len] = ':';
		b->n += key->len + 1;
	} else {
		size_t at = b->n;

		put_double_quoted(b, key->text, key->len);
		if (b->n - at > KEY_MAX) {      /* readers stop looking for the colon after 1024 characters */
			b->n = at;
			put2(b, '?', ' ');
			put_double_quoted(b, key->text, key->len);
			put1(b, '\n');
			spaces(b, indent);
		}
		put1(b, ':');
	}
	if (v->tag == VALUE_RECORD) {
		if (has_fields(v)) {
			put1(b, '\n');
			put_fields(b, v, indent + NESTED_BY, 0);
		} else {
			put(b, " {}\n", 4);
		}
	} else if (v->tag == VALUE_LIST) {
		if (v->n) {
			put1(b, '\n');
			put_items(b, v, indent, 0);
		} else {
			put(b, " []\n", 4);
		}
	} else {
		put1(b, ' ');
		put_scalar(b, v, indent + NESTED_BY);
		put1(b, '\n');
	}
}

/* inline_first: the cursor stands behind `- `, at column indent. */
static void put_fields(struct buf *b, const struct value *v, int indent, int inline_first)
{
	for (uint32_t i = 0; i < v->n; i++) {
		const struct field *f = &v->rec.fields[i];

		if (f->value->tag == VALUE_NONE)
			continue;
		if (!inline_first)
			spaces(b, indent);
		inline_first = 0;
		put_entry(b, f->key, f->value, indent);
	}
}

static void put_items(struct buf *b, const struct value *v, int indent, int inline_first)
{
	for (uint32_t i = 0; i < v->n; i++) {
		const struct value *item = v->items[i];

		if (!inline_first)
			spaces(b, indent);
		inline_first = 0;
		put2(b, '-', ' ');
		if (item->tag == VALUE_RECORD && has_fields(item)) {
			put_fields(b, item, indent + NESTED_BY, 1);
		} else if (item->tag == VALUE_RECORD) {
			put(b, "{}\n", 3);
		} else if (item->tag == VALUE_LIST && item->n) {
			put_items(b, item, indent + NESTED_BY, 1);
		} else if (item->tag == VALUE_LIST) {
			put(b, "[]\n", 3);
		} else {
			put_scalar(b, item, indent + NESTED_BY);
			put1(b, '\n');
		}
	}
}

void yaml_write(struct buf *out, const struct value *v, int indent)
{
	if (v->tag == VALUE_RECORD && has_fields(v)) {
		put_fields(out, v, indent, 0);
	} else if (v->tag == VALUE_LIST && v->n) {
		put_items(out, v, indent, 0);
	} else {
		spaces(out, indent);
		if (v->tag == VALUE_RECORD)
			put(out, "{}", 2);
		else if (v->tag == VALUE_LIST)
			put(out, "[]", 2);
		else
			put_scalar(out, v, indent + NESTED_BY);
		put1(out, '\n');
	}
	finish(out);
}

void yaml_write_entry(struct buf *out, const struct atom *key, const struct value *v, int indent)
{
	put_entry(out, key, v, indent);
	finish(out);
}
