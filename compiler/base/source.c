/* Sources and places. A source takes len + 1 bytes of the sequence, so that its end has a place of its own. A line ends
   at LF; a CR before it belongs to the line break. A byte order mark opening the file belongs to no line. A byte that
   is not part of well-formed UTF-8 counts as one character. */
#include "base/source.h"
#include "base/vec.h"
#include <string.h>

void sources_init(struct sources *s, struct arena *a)
{
	memset(s, 0, sizeof *s);
	s->arena = a;
	s->next = 1;
}

struct source *source_add(struct sources *s, const char *name, const char *text, size_t len, int library)
{
	char *copy;

	if (len >= UINT32_MAX - s->next)
		return NULL;
	copy = arena_alloc(s->arena, len + 2);
	if (len)
		memcpy(copy, text, len);
	return source_adopt(s, name, copy, len, library);
}

struct source *source_adopt(struct sources *s, const char *name, const char *text, size_t len, int library)
{
	struct source *src;

	if (len >= UINT32_MAX - s->next)
		return NULL;
	src = ARENA_NEW(s->arena, struct source);
	src->name = arena_strdup(s->arena, name, strlen(name));
	src->text = text;
	src->len = (uint32_t)len;
	src->base = s->next;
	src->library = library != 0;
	s->next += (uint32_t)len + 1;
	VEC_PUSH(s->arena, s, src);
	return src;
}

struct source *source_of(const struct sources *s, uint32_t at)
{
	uint32_t lo = 0, hi = s->n;

	if (!at || at >= s->next)
		return NULL;
	while (hi - lo > 1) {                   /* v[lo]->base <= at */
		uint32_t mid = lo + (hi - lo) / 2;

		if (s->v[mid]->base <= at)
			lo = mid;
		else
			hi = mid;
	}
	return s->v[lo];
}

static uint32_t bom(const struct source *src)
{
	return src->len >= 3 && !memcmp(src->text, "\xef\xbb\xbf", 3) ? 3 : 0;
}

static void count_lines(struct arena *a, struct source *src)
{
	const char *p = src->text, *end = p + src->len, *nl;
	uint32_t n = 1;

	while ((nl = memchr(p, '\n', (size_t)(end - p)))) {
		n++;
		p = nl + 1;
	}
	src->lines = ARENA_ARRAY(a, uint32_t, n);
	src->lines[0] = bom(src);
	src->nlines = 1;
	for (p = src->text; (nl = memchr(p, '\n', (size_t)(end - p))); p = nl + 1)
		src->lines[src->nlines++] = (uint32_t)(nl + 1 - src->text);
}

struct location source_locate(const struct sources *s, uint32_t at)
{
	struct source *src = source_of(s, at);
	struct location loc = { src, 0, 0 };
	uint32_t off, lo = 0, hi, i, step;

	if (!src)
		return loc;
	if (!src->lines)
		count_lines(s->arena, src);
	off = at - src->base;
	for (hi = src->nlines; hi - lo > 1; ) { /* lines[lo] <= off, or lo == 0 */
		uint32_t mid = lo + (hi - lo) / 2;

		if (src->lines[mid] <= off)
			lo = mid;
		else
			hi = mid;
	}
	loc.line = src->line0 + lo + 1;
	loc.column = 1;
	for (i = src->lines[lo]; i < off; i += step, loc.column++) {
		utf8_width(src->text + i, src->len - i, &step);
		if (i + step > off)             /* inside a character: its column */
			break;
	}
	return loc;
}

const char *source_line(const struct source *src, uint32_t line, uint32_t *len)
{
	const char *p, *end = src->text + src->len, *nl;
	uint32_t i;

	*len = 0;
	if (line <= src->line0)
		return "";
	line -= src->line0;
	if (src->lines) {
		if (line > src->nlines)
			return "";
		p = src->text + src->lines[line - 1];
	} else {
		p = src->text + bom(src);
		for (i = 1; i < line; i++) {
			nl = memchr(p, '\n', (size_t)(end - p));
			if (!nl)
				return "";
			p = nl + 1;
		}
	}
	nl = memchr(p, '\n', (size_t)(end - p));
	if (!nl)
		nl = end;
	if (nl > p && nl < end && nl[-1] == '\r')
		nl--;
	*len = (uint32_t)(nl - p);
	return p;
}

/* 1-based like `column`; a character above U+FFFF takes two units. */
uint32_t source_column_utf16(const struct source *src, uint32_t line, uint32_t column)
{
	uint32_t len, step, i, c, units = 1;
	const char *p = source_line(src, line, &len);

	for (i = 0, c = 1; i < len && c < column; i += step, c++) {
		utf8_width(p + i, len - i, &step);
		units += step == 4 ? 2 : 1;
	}
	return units + (column > c ? column - c : 0);
}

/* Decodes one character: its length, or 0 if the bytes are not well-formed UTF-8 (RFC 3629). */
static unsigned decode(const unsigned char *s, size_t len, uint32_t *c)
{
	if (!len)
		return 0;
	if (s[0] < 0x80) {
		*c = s[0];
		return 1;
	}
	if (s[0] >= 0xc2 && s[0] <= 0xdf && len >= 2 && (s[1] & 0xc0) == 0x80) {
		*c = (uint32_t)(s[0] & 0x1f) << 6 | (s[1] & 0x3f);
		return 2;
	}
	if ((s[0] & 0xf0) == 0xe0 && len >= 3 && (s[1] & 0xc0) == 0x80 && (s[2] & 0xc0) == 0x80) {
		*c = (uint32_t)(s[0] & 0x0f) << 12 | (uint32_t)(s[1] & 0x3f) << 6 | (s[2] & 0x3f);
		return *c >= 0x800 && (*c < 0xd800 || *c > 0xdfff) ? 3 : 0;
	}
	if (s[0] >= 0xf0 && s[0] <= 0xf4 && len >= 4 && (s[1] & 0xc0) == 0x80 &&
		(s[2] & 0xc0) == 0x80 && (s[3] & 0xc0) == 0x80) {
		*c = (uint32_t)(s[0] & 0x07) << 18 | (uint32_t)(s[1] & 0x3f) << 12 | (uint32_t)(s[2] & 0x3f) << 6
			| (s[3] & 0x3f);
		return *c >= 0x10000 && *c <= 0x10ffff ? 4 : 0;
	}
	return 0;
}

struct range { uint32_t lo, hi; };

/* Combining marks, joiners and other characters that take no room of their own. */
static const struct range zero_width[] = {
	{ 0x0300, 0x036f },
	{ 0x0483, 0x0489 },
	{ 0x0591, 0x05bd },
	{ 0x05bf, 0x05bf },
	{ 0x05c1, 0x05c2 },
	{ 0x05c4, 0x05c5 },
	{ 0x05c7, 0x05c7 },
	{ 0x0610, 0x061a },
	{ 0x064b, 0x065f },
	{ 0x0670, 0x0670 },
	{ 0x06d6, 0x06dc },
	{ 0x06df, 0x06e4 },
	{ 0x06e7, 0x06e8 },
	{ 0x06ea, 0x06ed },
	{ 0x0711, 0x0711 },
	{ 0x0730, 0x074a },
	{ 0x07a6, 0x07b0 },
	{ 0x07eb, 0x07f3 },
	{ 0x0816, 0x082d },
	{ 0x0859, 0x085b },
	{ 0x08d3, 0x0902 },
	{ 0x093a, 0x093a },
	{ 0x093c, 0x093c },
	{ 0x0941, 0x0948 },
	{ 0x094d, 0x094d },
	{ 0x0951, 0x0957 },
	{ 0x0962, 0x0963 },
	{ 0x0981, 0x0981 },
	{ 0x09bc, 0x09bc },
	{ 0x09c1, 0x09c4 },
	{ 0x09cd, 0x09cd },
	{ 0x0a01, 0x0a02 },
	{ 0x0a3c, 0x0a3c },
	{ 0x0a41, 0x0a51 },
	{ 0x0e31, 0x0e31 },
	{ 0x0e34, 0x0e3a },
	{ 0x0e47, 0x0e4e },
	{ 0x0eb1, 0x0eb1 },
	{ 0x0eb4, 0x0ebc },
	{ 0x0ec8, 0x0ecd },
	{ 0x1160, 0x11ff },
	{ 0x135d, 0x135f },
	{ 0x1ab0, 0x1aff },
	{ 0x1dc0, 0x1dff },
	{ 0x200d, 0x200d },
	{ 0x20d0, 0x20f0 },
	{ 0x302a, 0x302d },
	{ 0x3099, 0x309a },
	{ 0xa66f, 0xa672 },
	{ 0xa674, 0xa67d },
	{ 0xa69e, 0xa69f },
	{ 0xfb1e, 0xfb1e },
	{ 0xfe00, 0xfe0f },
	{ 0xfe20, 0xfe2f },
	{ 0x1f3fb, 0x1f3ff },
	{ 0xe0100, 0xe01ef },
};
/* East Asian wide and full-width characters, and what terminals draw as emoji. */
static const struct range double_width[] = {
	{ 0x1100, 0x115f },
	{ 0x231a, 0x231b },
	{ 0x2329, 0x232a },
	{ 0x23e9, 0x23ec },
	{ 0x23f0, 0x23f0 },
	{ 0x23f3, 0x23f3 },
	{ 0x25fd, 0x25fe },
	{ 0x2614, 0x2615 },
	{ 0x2648, 0x2653 },
	{ 0x267f, 0x267f },
	{ 0x2693, 0x2693 },
	{ 0x26a1, 0x26a1 },
	{ 0x26aa, 0x26ab },
	{ 0x26bd, 0x26be },
	{ 0x26c4, 0x26c5 },
	{ 0x26ce, 0x26ce },
	{ 0x26d4, 0x26d4 },
	{ 0x26ea, 0x26ea },
	{ 0x26f2, 0x26f3 },
	{ 0x26f5, 0x26f5 },
	{ 0x26fa, 0x26fa },
	{ 0x26fd, 0x26fd },
	{ 0x2705, 0x2705 },
	{ 0x270a, 0x270b },
	{ 0x2728, 0x2728 },
	{ 0x274c, 0x274c },
	{ 0x274e, 0x274e },
	{ 0x2753, 0x2755 },
	{ 0x2757, 0x2757 },
	{ 0x2795, 0x2797 },
	{ 0x27b0, 0x27b0 },
	{ 0x27bf, 0x27bf },
	{ 0x2b1b, 0x2b1c },
	{ 0x2b50, 0x2b50 },
	{ 0x2b55, 0x2b55 },
	{ 0x2e80, 0x303e },
	{ 0x3041, 0x33ff },
	{ 0x3400, 0x4dbf },
	{ 0x4e00, 0xa4cf },
	{ 0xa960, 0xa97c },
	{ 0xac00, 0xd7a3 },
	{ 0xf900, 0xfaff },
	{ 0xfe10, 0xfe19 },
	{ 0xfe30, 0xfe6f },
	{ 0xff01, 0xff60 },
	{ 0xffe0, 0xffe6 },
	{ 0x16fe0, 0x18cff },
	{ 0x1b000, 0x1b2ff },
	{ 0x1f004, 0x1f004 },
	{ 0x1f0cf, 0x1f0cf },
	{ 0x1f18e, 0x1f18e },
	{ 0x1f191, 0x1f19a },
	{ 0x1f200, 0x1f320 },
	{ 0x1f32d, 0x1f335 },
	{ 0x1f337, 0x1f37c },
	{ 0x1f37e, 0x1f393 },
	{ 0x1f3a0, 0x1f3ca },
	{ 0x1f3cf, 0x1f3d3 },
	{ 0x1f3e0, 0x1f3f0 },
	{ 0x1f3f4, 0x1f3f4 },
	{ 0x1f3f8, 0x1f43e },
	{ 0x1f440, 0x1f440 },
	{ 0x1f442, 0x1f4fc },
	{ 0x1f4ff, 0x1f53d },
	{ 0x1f54b, 0x1f567 },
	{ 0x1f57a, 0x1f57a },
	{ 0x1f595, 0x1f596 },
	{ 0x1f5a4, 0x1f5a4 },
	{ 0x1f5fb, 0x1f64f },
	{ 0x1f680, 0x1f6c5 },
	{ 0x1f6cc, 0x1f6cc },
	{ 0x1f6d0, 0x1f6d2 },
	{ 0x1f6d5, 0x1f6df },
	{ 0x1f6eb, 0x1f6ec },
	{ 0x1f6f4, 0x1f6fc },
	{ 0x1f7e0, 0x1f7f0 },
	{ 0x1f90c, 0x1f93a },
	{ 0x1f93c, 0x1f945 },
	{ 0x1f947, 0x1f9ff },
	{ 0x1fa70, 0x1faff },
	{ 0x20000, 0x2fffd },
	{ 0x30000, 0x3fffd },
};

static int within(const struct range *r, size_t n, uint32_t c)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (c > r[mid].hi)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && c >= r[lo].lo;
}

int utf8_width(const char *s, size_t len, uint32_t *bytes)
{
	uint32_t c = 0;
	unsigned n = decode((const unsigned char *)s, len, &c);

	*bytes = n ? n : len ? 1 : 0;
	if (n < 2)
		return len ? 1 : 0;
	if (within(zero_width, sizeof zero_width / sizeof *zero_width, c))
		return 0;
	return within(double_width, sizeof double_width / sizeof *double_width, c) ? 2 : 1;
}

int utf8_valid(const char *s, size_t len, size_t *bad)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t i = 0;
	uint32_t c;
	unsigned n;

	while (i < len) {
		if (p[i] < 0x80) {
			i++;
			continue;
		}
		n = decode(p + i, len - i, &c);
		if (!n) {
			if (bad)
				*bad = i;
			return 0;
		}
		i += n;
	}
	return 1;
}
