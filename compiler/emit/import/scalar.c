/* Scalars and keys as the language spells them. */
#include "emit/import/state.h"
#include "value/yaml.h"
#include <string.h>

static int bare_key(const char *s, size_t n)
{
	size_t i = 0;

	if (!n || n > 253)
		return 0;
	/* a name with dashes */
	while (i < n && ((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= '0' && s[i] <= '9') ||
		(s[i] == '-' && i && s[i - 1] != '-')))
		i++;
	if (i == n && s[0] >= 'a' && s[0] <= 'z' && s[n - 1] != '-')
		return 1;
	for (i = 0; i < n; i++)
		if (!((s[i] | 0x20) >= 'a' && (s[i] | 0x20) <= 'z') && s[i] != '_' &&
			!(i && s[i] >= '0' && s[i] <= '9'))
			return 0;
	return 1;
}

/* Characters that a reader of the source could not see, or that turn it around. */
static int unseen(const unsigned char *s, size_t n, unsigned *c)
{
	if (n >= 2 && s[0] == 0xc2 && (s[1] < 0xa1 || s[1] == 0xad)) {
		*c = s[1];
		return 2;
	}
	if (n >= 3 && s[0] == 0xe2 && (s[1] == 0x80 || s[1] == 0x81)) {
		*c = 0x2000u | (unsigned)(s[1] & 0x3f) << 6 | (s[2] & 0x3f);
		return (*c >= 0x200b && *c <= 0x200f) || (*c >= 0x2028 && *c <= 0x202e) ||
			(*c >= 0x2060 && *c <= 0x206f) ? 3 : 0;
	}
	if (n >= 3 && s[0] == 0xef && s[1] == 0xbb && s[2] == 0xbf) {
		*c = 0xfeff;
		return 3;
	}
	return 0;
}

/* One character of a string; how many bytes were taken. */
static size_t put_character(struct buf *out, const char *s, size_t n, int block)
{
	unsigned c;
	int k;

	switch (*s) {
	case '\\':
		buf_add(out, "\\\\", 2);
		return 1;
	case '"':
		/* in a block only three in a row mean anything */
		if (!block || (n >= 3 && s[1] == '"' && s[2] == '"') || n == 1)
			buf_addc(out, '\\');
		buf_addc(out, '"');
		return 1;
	case '$':
		if (n > 1 && s[1] == '{')
			buf_addc(out, '\\');
		buf_addc(out, '$');
		return 1;
	case '\n':
		buf_add(out, block ? "\n" : "\\n", block ? 1 : 2);
		return 1;
	case '\t':
		buf_add(out, block ? "\t" : "\\t", block ? 1 : 2);
		return 1;
	case '\r':
		buf_add(out, "\\r", 2);
		return 1;
	case 0:
		buf_adds(out, "\\u{FFFD}");     /* the language has no NUL; said at the top */
		return 1;
	}
	if ((unsigned char)*s < 0x20 || *s == 0x7f) {
		buf_addf(out, "\\u{%X}", (unsigned char)*s);
		return 1;
	}
	k = unseen((const unsigned char *)s, n, &c);
	if (k) {
		buf_addf(out, "\\u{%X}", c);
		return (size_t)k;
	}
	buf_addc(out, *s);
	return 1;
}

void put_quoted(struct buf *out, const char *s, size_t n)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < n; )
		i += put_character(out, s + i, n - i, 0);
	buf_addc(out, '"');
}

void put_key(struct buf *out, const struct atom *key)
{
	if (bare_key(key->text, key->len))
		buf_add(out, key->text, key->len);
	else
		put_quoted(out, key->text, key->len);
}

/* Several lines that a block keeps as they are: the common indentation of a block and what is blank in it are lost. */
int fits_block(const char *s, size_t n)
{
	int flush_left = 0, empty_line = 1;
	size_t start = 0, lines = 0;

	if (n < 2 || !memchr(s, '\n', n - 1) || memchr(s, 0, n))
		return 0;
	for (size_t i = 0; i <= n; i++) {
		if (i < n && s[i] != '\n') {
			if (s[i] != ' ' && s[i] != '\t')
				empty_line = 0;
			continue;
		}
		if (i > start && empty_line)
			return 0;
		if (i > start && s[start] != ' ' && s[start] != '\t')
			flush_left = 1;
		if (i < n)
			lines++;
		start = i + 1;
		empty_line = 1;
	}
	/* with a line break at the end the closing quotes stand at the margin */
	return lines > 0 && (flush_left || s[n - 1] == '\n');
}

static void put_block(struct buf *out, const char *s, size_t n, int indent)
{
	int at_start = 1;

	buf_adds(out, "\"\"\"\n");
	for (size_t i = 0; i < n; ) {
		if (at_start && s[i] != '\n')
			put_indent(out, indent);
		at_start = s[i] == '\n';
		i += put_character(out, s + i, n - i, 1);
	}
	if (at_start)
		put_indent(out, indent);
	buf_adds(out, "\"\"\"");
}

static void put_float(struct buf *out, double d)
{
	char text[40], *plus;
	size_t n = float_print(d, text);

	plus = memchr(text, '+', n);    /* a number has no `+` in this language */
	if (plus)
		memmove(plus, plus + 1, n - (size_t)(plus - text));
	buf_adds(out, text);
}

void put_scalar(struct buf *out, const struct value *v, int indent, int values)
{
	switch ((enum value_tag)v->tag) {
	case VALUE_BOOL:
		buf_adds(out, v->i ? "true" : "false");
		break;
	case VALUE_INT:
		if (v->i == INT64_MIN)
			buf_adds(out, "-9223372036854775807 - 1");
		else
			buf_addf(out, "%lld", (long long)v->i);
		break;
	case VALUE_FLOAT:
		put_float(out, v->d);
		break;
	case VALUE_STRING:
		if (indent >= 0 && fits_block(v->str.p, v->n))
			put_block(out, v->str.p, v->n, indent);
		else
			put_quoted(out, v->str.p, v->n);
		break;
	case VALUE_ERROR: case VALUE_NONE: case VALUE_NULL: case VALUE_LIST: case VALUE_RECORD: case VALUE_SECRET:
	case VALUE_SECRET_KEY:
	case VALUE_COMPONENT:
	case VALUE_GIVEN:
	case VALUE_DETECTOR:
	case VALUE_VIEW:
	case VALUE_BYTES: buf_adds(out, values ? "null" : "none"); break;
	}
}
