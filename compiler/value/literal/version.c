/* Versions, as products number them, and their order. */
#include "value/literal.h"
#include "value/literal/bytes.h"

int lit_version(const char *s, size_t n, const char **why)
{
	size_t i = 0, count = 0, from;

	if (!n)
		return fail(why, "it is empty");
	if (s[0] == 'v' && n > 1 && digit(s[1]))
		return fail(why, "it is written without the `v`");
	for (;;) {
		size_t d = digits(s + i, n - i);

		if (!d)
			return fail(why, i ? "a number must follow each dot" : "it starts with a number: `2.3.1`");
		i += d;
		if (++count > 4)
			return fail(why, "it has at most four numbers");
		if (i == n || s[i] != '.')
			break;
		i++;
	}
	if (i == n)
		return 1;
	if (s[i] != '-' && s[i] != '+')
		return fail(why, "numbers are followed by a dot, or by a suffix such as `-rc.1`");
	for (from = ++i; i < n; i++)
		if (!alnum(s[i]) && s[i] != '.' && s[i] != '-' && !(s[i] == '+' && i > from))
			return fail(why, "a suffix is made of letters, digits, dots and `-`");
	for (i = from; i <= n; i++)
		if ((i == n || s[i] == '.') && (i == from || s[i - 1] == '.'))
			return fail(why, "a part of the suffix is empty");
	return 1;
}

/* Numbers before words; an empty part is 0. */
static int compare_part(const char *a, size_t an, const char *b, size_t bn)
{
	int a_number = digits(a, an) == an, b_number = digits(b, bn) == bn, c;
	size_t n;

	if (a_number != b_number)
		return a_number ? -1 : 1;
	if (a_number) {
		while (an && *a == '0')
			a++, an--;
		while (bn && *b == '0')
			b++, bn--;
		if (an != bn)
			return an < bn ? -1 : 1;
	}
	n = an < bn ? an : bn;
	c = n ? memcmp(a, b, n) : 0;
	return c ? (c < 0 ? -1 : 1) : an < bn ? -1 : an > bn;
}

/* longer: what a missing part of the other side is worth: in the core 0, in a suffix less than anything */
static int compare_parts(const char *a, size_t an, const char *b, size_t bn, int suffix)
{
	int a_more = 1, b_more = 1;

	while (a_more || b_more) {
		size_t ap = a_more ? part(a, an) : 0, bp = b_more ? part(b, bn) : 0;
		int c;

		if (suffix && a_more != b_more)
			return a_more ? 1 : -1;
		c = compare_part(a, ap, b, bp);
		if (c)
			return c;
		if (a_more) {
			a_more = ap < an;
			a += ap + (size_t)a_more;
			an -= ap + (size_t)a_more;
		}
		if (b_more) {
			b_more = bp < bn;
			b += bp + (size_t)b_more;
			bn -= bp + (size_t)b_more;
		}
	}
	return 0;
}

int lit_version_compare(const char *a, size_t an, const char *b, size_t bn)
{
	size_t ac = 0, bc = 0;
	int c, ar, br;

	while (ac < an && a[ac] != '-' && a[ac] != '+')
		ac++;
	while (bc < bn && b[bc] != '-' && b[bc] != '+')
		bc++;
	c = compare_parts(a, ac, b, bc, 0);
	if (c)
		return c;
	ar = ac == an ? 1 : a[ac] == '-' ? 0 : 2;
	br = bc == bn ? 1 : b[bc] == '-' ? 0 : 2;
	if (ar != br)
		return ar < br ? -1 : 1;
	return ar == 1 ? 0 : compare_parts(a + ac + 1, an - ac - 1, b + bc + 1, bn - bc - 1, 1);
}
