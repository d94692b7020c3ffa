/* A backtracking matcher that walks the expression's own text. What is still to be matched behind a part is a chain of
   continuations on the C stack, so nothing is allocated. The texts are short, and the steps are counted: an expression
   that takes too long refuses nothing. */
#include "value/pattern.h"
#include <string.h>

enum { MAX_STEPS = 200000, MAX_DEPTH = 2000 };
struct match { const char *start, *end; int left, depth, fold; };
struct rest {                           /* what follows: the part [p, end), then `next` */
	int (*go)(struct match *m, const struct rest *r, const char *s);
	const char *p, *end;            /* a sequence, or the part that is repeated */
	int min, max;                   /* more repetitions: at least, at most (-1 any) */
	const char *from;               /* where the last repetition began: one that takes nothing is the last */
	const struct rest *next;
};

static int done(struct match *m, const struct rest *r, const char *s)
{
	(void)m;
	(void)r;
	(void)s;
	return 1;
}

static int go(struct match *m, const struct rest *r, const char *s)
{
	int ok;
	if (--m->left <= 0 || m->depth > MAX_DEPTH)
		return 1;
	m->depth++;
	ok = r->go(m, r, s);
	m->depth--;
	return ok;
}

/* The end of the class that begins at p: `[]a]` and `[^]a]` hold a bracket. */
static const char *class_end(const char *p, const char *end)
{
	p++;
	if (p < end && *p == '^')
		p++;
	if (p < end && *p == ']')
		p++;
	while (p < end && *p != ']')
		p += *p == '\\' && p + 1 < end ? 2 : 1;
	return p < end ? p + 1 : end;
}

static const char *part_end(const char *p, const char *end)
{
	int depth = 0;
	if (*p == '\\')
		return p + (p + 1 < end ? 2 : 1);
	if (*p == '[')
		return class_end(p, end);
	if (*p != '(')
		return p + 1;
	while (p < end) {
		if (*p == '\\' && p + 1 < end) {
			p += 2;
			continue;
		}
		if (*p == '[') {
			p = class_end(p, end);
			continue;
		}
		depth += *p == '(' ? 1 : *p == ')' ? -1 : 0;
		p++;
		if (!depth)
			break;
	}
	return p;
}

static unsigned char lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

static int same(const struct match *m, unsigned char a, unsigned char b)
{
	return m->fold ? lower(a) == lower(b) : a == b;
}

static int escaped(unsigned char e, unsigned char c)
{
	switch (e) {
	case 'd': return c >= '0' && c <= '9';
	case 'w': return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '_';
	case 's': return c == ' ' || (c >= '\t' && c <= '\r');
	default: return e == c;
	}
}

static int in_class(const struct match *m, const char *p, const char *end, unsigned char c)
{
	int not = 0, hit = 0;
	p++;
	end--;
	if (p < end && *p == '^') {
		not = 1;
		p++;
	}
	while (p < end) {
		unsigned char lo = (unsigned char)*p++, hi;
		if (lo == '\\' && p < end) {
			lo = (unsigned char)*p++;
			if (strchr("dws", lo)) {
				hit |= escaped(lo, c);
				continue;
			}
		}
		hi = lo;
		if (p + 1 < end && *p == '-') {
			hi = (unsigned char)p[1];
			p += 2;
		}
		hit |= c >= lo && c <= hi;
		hit |= m->fold
			&& ((lower(c) >= lo && lower(c) <= hi)
				|| (c >= 'a' && c <= 'z' && c - 32 >= lo && c - 32 <= hi));
	}
	return hit != not;
}

static int sequence(struct match *m, const struct rest *r, const char *s);

/* One alternative after the other of what stands in a group, or of the whole. */
static int alternatives(struct match *m, const char *p, const char *end, const char *s, const struct rest *next)
{
	for (;;) {
		const char *q = p;
		while (q < end && *q != '|')
			q = part_end(q, end);
		struct rest r = { .go = sequence, .p = p, .end = q, .next = next };
		if (go(m, &r, s))
			return 1;
		if (q >= end)
			return 0;
		p = q + 1;
	}
}

/* The part [p, end) once, then next. */
static int once(struct match *m, const char *p, const char *end, const char *s, const struct rest *next)
{
	int ok;
	switch (*p) {
	case '^': return s == m->start && go(m, next, s);
	case '$': return s == m->end && go(m, next, s);
	case '(':
		p++;
		if (p[0] == '?' && p[1] == ':')
			p += 2;
		return alternatives(m, p, end - 1, s, next);
	}
	if (s >= m->end)
		return 0;
	switch (*p) {
	case '[': ok = in_class(m, p, end, (unsigned char)*s); break;
	case '.': ok = *s != '\n'; break;
	case '\\': ok = escaped((unsigned char)p[1], (unsigned char)*s); break;
	default: ok = same(m, (unsigned char)*p, (unsigned char)*s); break;
	}
	return ok && go(m, next, s + 1);
}

static int repeat(struct match *m, const struct rest *r, const char *s)
{
	if (r->min <= 0 && r->from == s)
		return go(m, r->next, s);
	if (r->max) {
		struct rest again = *r;
		again.min = r->min > 0 ? r->min - 1 : 0;
		again.max = r->max > 0 ? r->max - 1 : -1;
		again.from = s;
		if (once(m, r->p, r->end, s, &again))
			return 1;
	}
	return r->min <= 0 && go(m, r->next, s);
}

static int sequence(struct match *m, const struct rest *r, const char *s)
{
	const char *p = r->p, *q;
	int min = 1, max = 1;
	if (r->end - p >= 4 && !memcmp(p, "(?i)", 4)) {
		m->fold = 1;
		p += 4;
	}
	if (p >= r->end)
		return go(m, r->next, s);
	q = part_end(p, r->end);
	const char *part = q;
	if (q < r->end && strchr("?*+", *q)) {
		min = *q == '+';
		max = *q == '?' ? 1 : -1;
		q++;
	} else if (q < r->end && *q == '{') {
		for (min = 0, q++; q < r->end && *q >= '0' && *q <= '9'; q++)
			min = min * 10 + (*q - '0');
		max = min;
		if (q < r->end && *q == ',')
			for (max = q[1] == '}' ? -1 : 0, q++; q < r->end && *q >= '0' && *q <= '9'; q++)
				max = max * 10 + (*q - '0');
		q += q < r->end;
	}
	struct rest behind = { .go = sequence, .p = q, .end = r->end, .next = r->next };
	if (min == 1 && max == 1)
		return once(m, p, part, s, &behind);
	struct rest again = { .go = repeat, .p = p, .end = part, .min = min, .max = max, .next = &behind };
	return repeat(m, &again, s);
}

int pattern_match(const char *pattern, const char *s, size_t n)
{
	struct match m = { .start = s, .end = s + n, .left = MAX_STEPS };
	struct rest end = { .go = done };
	const char *stop = pattern + strlen(pattern);
	for (const char *at = s; at <= s + n; at++) {
		m.fold = 0;
		if (alternatives(&m, pattern, stop, at, &end))
			return 1;
		if (*pattern == '^' && !strchr(pattern, '|'))
			break;
	}
	return 0;
}
