/* Two spellings of one meaning: quantities, durations, cron. A plain number counts as its text, so that 1 is "1" where
   a quantity stands. */
#include "diff/diff.h"
#include "base/text.h"
#include "value/literal.h"
#include <stdio.h>
#include <string.h>

static const char *spelled(const struct value *v, char out[48], size_t *n)
{
	switch ((enum value_tag)v->tag) {
	case VALUE_STRING:
		*n = v->n;
		return v->str.p;
	case VALUE_INT:
		*n = (size_t)snprintf(out, 48, "%lld", (long long)v->i);
		return out;
	case VALUE_FLOAT:
		*n = float_print(v->d, out);
		return out;
	default:
		return NULL;
	}
}

/* ---- cron ---- */

struct cron { uint64_t bits[5]; int star[5]; };

static int number(const char **p, const char *end, const char *const *names, int first)
{
	if (*p < end && **p >= '0' && **p <= '9') {
		int v = 0;
		while (*p < end && **p >= '0' && **p <= '9' && v < 1000)
			v = v * 10 + (*(*p)++ - '0');
		return v;
	}
	for (int i = 0; names && names[i]; i++) {
		if (end - *p < 3)
			break;
		int same = 1;
		for (int k = 0; k < 3; k++)
			same = same && ((*p)[k] | 0x20) == names[i][k];
		if (same) {
			*p += 3;
			return first + i;
		}
	}
	return -1;
}

static int cron_field(const char *p, const char *end, int field, struct cron *c)
{
	static const int lo[] = { 0, 0, 1, 1, 0 }, hi[] = { 59, 23, 31, 12, 6 };
	static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun", "jul",
		"aug", "sep", "oct", "nov", "dec", NULL };
	static const char *const days[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL };
	const char *const *names = field == 3 ? months : field == 4 ? days : NULL;
	while (p < end) {
		int a = lo[field], b = hi[field], step = 1, star = 0;
		if (*p == '*' || *p == '?') {
			star = 1;
			p++;
		} else {
			if ((a = b = number(&p, end, names, lo[field])) < 0)
				return 0;
			if (p < end && *p == '-') {
				p++;
				if ((b = number(&p, end, names, lo[field])) < 0)
					return 0;
			} else if (p < end && *p == '/') {
				b = hi[field];
			}
		}
		if (p < end && *p == '/') {
			p++;
			if ((step = number(&p, end, NULL, 0)) <= 0)
				return 0;
			star = star && step == 1;
		}
		if (a < lo[field] || b > hi[field] || a > b)
			return 0;
		for (int i = a; i <= b; i += step)
			c->bits[field] |= (uint64_t)1 << i;
		c->star[field] |= star;
		if (p < end && *p++ != ',')
			return 0;
	}
	return c->bits[field] != 0;
}

static int cron_read(const char *p, size_t n, struct cron *c)
{
	static const char *const macros[][2] = {
		{ "@yearly", "0 0 1 1 *" },
		{ "@annually", "0 0 1 1 *" },
		{ "@monthly", "0 0 1 * *" },
		{ "@weekly", "0 0 * * 0" },
		{ "@daily", "0 0 * * *" },
		{ "@midnight", "0 0 * * *" },
		{ "@hourly", "0 * * * *" },
	};
	const char *end;
	memset(c, 0, sizeof *c);
	for (size_t i = 0; i < sizeof macros / sizeof *macros; i++)
		if (text_is(p, n, macros[i][0])) {
			p = macros[i][1];
			n = strlen(p);
			break;
		}
	end = p + n;
	for (int f = 0; f < 5; f++) {
		while (p < end && (*p == ' ' || *p == '\t'))
			p++;
		const char *from = p;
		while (p < end && *p != ' ' && *p != '\t')
			p++;
		if (!cron_field(from, p, f, c))
			return 0;
	}
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	return p == end;
}

static int cron_same(const char *a, size_t an, const char *b, size_t bn)
{
	struct cron x, y;
	double s, t;
	if (an > 7 && bn > 7 && !memcmp(a, "@every ", 7) && !memcmp(b, "@every ", 7))
		return lit_duration_go(a + 7, an - 7, &s) && lit_duration_go(b + 7, bn - 7, &t) && s == t;
	return cron_read(a, an, &x) && cron_read(b, bn, &y) && !memcmp(&x, &y, sizeof x);
}

/* ---- */

int scalar_same(enum scalar_meaning as, const struct value *a, const struct value *b)
{
	char abuf[48], bbuf[48];
	size_t an = 0, bn = 0;
	const char *p, *q, *why;
	struct quantity x, y;
	double s, t;
	if (as == MEANS_TEXT || !(p = spelled(a, abuf, &an)) || !(q = spelled(b, bbuf, &bn)))
		return 0;
	switch (as) {
	case MEANS_QUANTITY:
		return lit_quantity(p, an, &x, &why) && lit_quantity(q, bn, &y, &why) &&
			x.nano == y.nano && (x.negative == y.negative || !x.nano);
	case MEANS_GO:
		return lit_duration_go(p, an, &s) && lit_duration_go(q, bn, &t) && s == t;
	case MEANS_ORDERED:
		return lit_duration_ordered(p, an, &s) && lit_duration_ordered(q, bn, &t) && s == t;
	case MEANS_CRON:
		return cron_same(p, an, q, bn);
	case MEANS_TEXT:
		break;
	}
	return 0;
}

int scalar_order(const struct value *a, const struct value *b, int *order)
{
	char abuf[48], bbuf[48];
	size_t an = 0, bn = 0;
	const char *p = spelled(a, abuf, &an), *q = spelled(b, bbuf, &bn), *why;
	struct quantity x, y;
	if (!p || !q || !lit_quantity(p, an, &x, &why) || !lit_quantity(q, bn, &y, &why))
		return 0;
	*order = x.nano < y.nano ? -1 : x.nano > y.nano;
	if (x.negative && y.negative)
		*order = -*order;
	else if (x.negative != y.negative)
		*order = x.negative ? -1 : 1;
	return 1;
}
