/* Plain numbers: whole ones, decimal ones, percentages. */
#include "value/literal.h"
#include "value/literal/bytes.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int lit_int(const char *s, size_t n, int64_t *v)
{
	int negative = n && s[0] == '-';
	uint64_t u;

	s += negative;
	n -= (size_t)negative;
	if ((n > 1 && s[0] == '0') || !number(s, n, (uint64_t)INT64_MAX + (uint64_t)negative, &u))
		return 0;
	*v = negative ? (int64_t)(0 - u) : (int64_t)u;
	return 1;
}

/* strtod is only shown digits and an exponent, never a decimal point, so no locale can matter. */
int lit_float(const char *s, size_t n, double *v)
{
	char small[64], *text = small;
	size_t i = 0, whole, frac = 0, len = 0;
	int64_t exponent = 0;
	double d;

	if (n && s[0] == '-')
		i++;
	whole = digits(s + i, n - i);
	if (!whole || (whole > 1 && s[i] == '0'))
		return 0;
	i += whole;
	if (i < n && s[i] == '.') {
		i++;
		frac = digits(s + i, n - i);
		if (!frac)
			return 0;
		i += frac;
	}
	if (i < n) {
		uint64_t e;
		int negative = 0;

		if (s[i] != 'e' && s[i] != 'E')
			return 0;
		if (++i < n && (s[i] == '-' || s[i] == '+'))
			negative = s[i++] == '-';
		if (i == n || digits(s + i, n - i) != n - i)
			return 0;
		if (!number(s + i, n - i, 1000000000, &e))
			e = 1000000000;         /* beyond any double: zero stays zero, the rest is 0 or does not fit */
		exponent = negative ? -(int64_t)e : (int64_t)e;
	}
	/* exact: both are below 2^53, and one rounding is left */
	if (whole + frac <= 15 && exponent >= -6 && exponent <= 6) {
		static const double tens[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
			1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
			1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
		int64_t all = 0, shift = exponent - (int64_t)frac;

		for (i = 0, len = 0; len < whole + frac; i++)
			if (digit(s[i])) {
				all = all * 10 + (s[i] - '0');
				len++;
			}
		d = shift < 0 ? (double)all / tens[-shift] : (double)all * tens[shift];
		*v = s[0] == '-' ? -d : d;
		return 1;
	}
	if (whole + frac + 32 > sizeof small && !(text = malloc(whole + frac + 32)))
		return 0;
	for (i = 0; len < whole + frac; i++)
		if (digit(s[i]))
			text[len++] = s[i];
	snprintf(text + len, 32, "e%lld", (long long)(exponent - (int64_t)frac));
	d = strtod(text, NULL);
	if (text != small)
		free(text);
	if (!isfinite(d))
		return 0;
	*v = s[0] == '-' ? -d : d;
	return 1;
}

int lit_percent(const char *s, size_t n)
{
	return n > 1 && s[n - 1] == '%' && digits(s, n) == n - 1;
}
