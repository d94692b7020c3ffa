/* Durations and rates: our own (1h30m, 40/s), Go's (1h30m0s), and those of operators that count days, weeks and
   years. */
#include "value/literal.h"
#include "value/literal/bytes.h"
#include <math.h>
#include <stdio.h>

static const struct { const char *unit; int64_t ms; } our_units[] = {
	{ "w", 604800000 }, { "d", 86400000 }, { "h", 3600000 }, { "m", 60000 }, { "s", 1000 }, { "ms", 1 },
};

/* Digits and units, each unit once, largest first; units are those from `first` on. Milliseconds. */
static int unit_chain(const char *s, size_t n, int64_t year, int64_t *ms, const char **why)
{
	size_t i = 0;
	int next = year ? -1 : 0;

	*ms = 0;
	while (i < n) {
		size_t d = digits(s + i, n - i), u = 0;
		uint64_t v;
		int k;
		int64_t unit;

		if (!d)
			return fail(why, s[i] == '-' || s[i] == '+' ? "it has no sign" : s[i] == '.' || s[i] == ' ' ?
				"it is made of whole numbers and units without blanks: `1h30m`" : "a number must stand before each unit");
		while (i + d + u < n && letter(s[i + d + u]))
			u++;
		if (i + d < n && s[i + d] == '.')
			return fail(why, "it is made of whole numbers: `1h30m` instead of `1.5h`");
		if (!u)
			return fail(why, "it needs a unit: `ms s m h d w`");
		for (k = next; k < 6; k++)
			if (k < 0 ? text_is(s + i + d, u, "y") : text_is(s + i + d, u, our_units[k].unit))
				break;
		if (k == 6) {
			for (k = 0; k < next; k++)
				if (k < 0 ? text_is(s + i + d, u, "y") : text_is(s + i + d, u, our_units[k].unit))
					return fail(why, "units stand from the largest to the smallest, each once");
			if (text_is(s + i + d, u, "M") || text_is(s + i + d, u, "y"))
				return fail(why, "months and years have no fixed length; the units are `ms s m h d w`");
			return fail(why, "the units are `ms s m h d w`");
		}
		unit = k < 0 ? year : our_units[k].ms;
		if (!number(s + i, d, INT64_MAX / 1000000, &v) || (int64_t)v > (INT64_MAX / 1000000 - *ms) / unit)
			return fail(why, "it is longer than 292 years");
		*ms += (int64_t)v * unit;
		next = k + 1;
		i += d + u;
	}
	return 1;
}

int lit_duration(const char *s, size_t n, double *seconds, const char **why)
{
	int64_t ms;

	if (!n)
		return fail(why, "it is empty");
	if (!unit_chain(s, n, 0, &ms, why))
		return 0;
	*seconds = (double)ms / 1000;
	return 1;
}

/* Weeks and years only when nothing is left over: 90d reads better than 12w6d. */
static size_t print_ms(int64_t ms, int64_t year, char out[64])
{
	size_t n = 0;

	if (!ms) {
		strcpy(out, "0s");
		return 2;
	}
	if (year && ms % year == 0)
		return (size_t)snprintf(out, 64, "%lldy", (long long)(ms / year));
	for (int k = 0; k < 6; k++) {
		int64_t unit = our_units[k].ms;

		if (ms < unit || (k == 0 && ms % unit))
			continue;
		n += (size_t)snprintf(out + n, 64 - n, "%lld%s", (long long)(ms / unit), our_units[k].unit);
		ms %= unit;
	}
	return n;
}

size_t lit_duration_print(double seconds, char out[64])
{
	int negative = seconds < 0;
	double ms = floor(fabs(seconds) * 1000 + 0.5);

	if (!(ms < 9e18))
		ms = 9e18;
	if (negative && ms > 0) {
		size_t n = print_ms((int64_t)ms, 0, out);

		memmove(out + 1, out, n + 1);
		out[0] = '-';
		return n + 1;
	}
	return print_ms((int64_t)ms, 0, out);
}

static const int64_t year_ms = (int64_t)365 * 86400000;

static int ordered_ms(const char *s, size_t n, int64_t *ms)
{
	if (text_is(s, n, "0")) {
		*ms = 0;
		return 1;
	}
	return n && unit_chain(s, n, year_ms, ms, NULL);
}

int lit_duration_ordered(const char *s, size_t n, double *seconds)
{
	int64_t ms;

	if (!ordered_ms(s, n, &ms))
		return 0;
	if (seconds)
		*seconds = (double)ms / 1000;
	return 1;
}

size_t lit_duration_ordered_canonical(const char *s, size_t n, char out[64])
{
	int64_t ms;

	return ordered_ms(s, n, &ms) ? print_ms(ms, year_ms, out) : 0;
}

static const struct { const char *unit; uint64_t ns; } go_units[] = {
	{ "ns", 1 }, { "us", 1000 }, { "\xc2\xb5s", 1000 }, { "\xce\xbcs", 1000 }, { "ms", 1000000 },
	{ "s", 1000000000 }, { "m", 60000000000 }, { "h", 3600000000000 },
};

static int go_ns(const char *s, size_t n, int *negative, uint64_t *ns)
{
	const uint64_t top = (uint64_t)1 << 63;
	size_t i = 0;

	*ns = 0;
	*negative = 0;
	if (n && (s[0] == '-' || s[0] == '+'))
		*negative = s[i++] == '-';
	if (n - i == 1 && s[i] == '0')
		return 1;
	if (i == n)
		return 0;
	while (i < n) {
		size_t whole = digits(s + i, n - i), frac = 0, u = 0, k;
		uint64_t v = 0, f = 0, total;
		double scale = 1;

		if (whole && !number(s + i, whole, top, &v))
			return 0;
		i += whole;
		if (i < n && s[i] == '.') {
			i++;
			frac = digits(s + i, n - i);
			for (size_t j = 0; j < frac && f < top / 10; j++) {
				f = f * 10 + (uint64_t)(s[i + j] - '0');
				scale *= 10;
			}
			i += frac;
		}
		if (!whole && !frac)
			return 0;
		while (i + u < n && s[i + u] != '.' && !digit(s[i + u]))
			u++;
		for (k = 0; k < sizeof go_units / sizeof go_units[0]; k++)
			if (text_is(s + i, u, go_units[k].unit))
				break;
		if (k == sizeof go_units / sizeof go_units[0] || v > top / go_units[k].ns)
			return 0;
		total = v * go_units[k].ns;
		if (f)
			total += (uint64_t)((double)f * ((double)go_units[k].ns / scale));
		if (total > top || total > top - *ns)
			return 0;
		*ns += total;
		i += u;
	}
	return *negative || *ns < top;
}

int lit_duration_go(const char *s, size_t n, double *seconds)
{
	int negative;
	uint64_t ns;

	if (!go_ns(s, n, &negative, &ns))
		return 0;
	if (seconds)
		*seconds = (negative ? -1 : 1) * ((double)(ns / 1000000000) + (double)(ns % 1000000000) / 1e9);
	return 1;
}

/* value / unit with its fraction, without trailing zeros */
static size_t print_fraction(char *out, size_t room, uint64_t v, uint64_t unit, int places, const char *name)
{
	char frac[24];
	int k = places;
	int n = snprintf(out, room, "%llu", (unsigned long long)(v / unit));

	snprintf(frac, sizeof frac, "%0*llu", places ? places : 1, (unsigned long long)(v % unit));
	while (k && frac[k - 1] == '0')
		k--;
	if (k)
		n += snprintf(out + n, room - (size_t)n, ".%.*s", k, frac);
	return (size_t)(n + snprintf(out + n, room - (size_t)n, "%s", name));
}

size_t lit_duration_go_canonical(const char *s, size_t n, char out[64])
{
	int negative;
	uint64_t ns, seconds;
	size_t at = 0;

	if (!go_ns(s, n, &negative, &ns))
		return 0;
	if (!ns) {
		strcpy(out, "0s");
		return 2;
	}
	if (negative)
		out[at++] = '-';
	if (ns < 1000)
		return at + print_fraction(out + at, 64 - at, ns, 1, 0, "ns");
	if (ns < 1000000)
		return at + print_fraction(out + at, 64 - at, ns, 1000, 3, "\xc2\xb5s");
	if (ns < 1000000000)
		return at + print_fraction(out + at, 64 - at, ns, 1000000, 6, "ms");
	seconds = ns / 1000000000;
	if (seconds >= 3600)
		at += (size_t)snprintf(out + at, 64 - at, "%lluh", (unsigned long long)(seconds / 3600));
	if (seconds >= 60)
		at += (size_t)snprintf(out + at, 64 - at, "%llum", (unsigned long long)(seconds / 60 % 60));
	return at + print_fraction(out + at, 64 - at, ns % 60000000000, 1000000000, 9, "s");
}

int lit_rate(const char *s, size_t n, double *per_second, const char **why)
{
	const char *slash = n ? memchr(s, '/', n) : NULL;
	double v, unit;
	size_t k = slash ? (size_t)(slash - s) : n;

	if (!slash)
		return fail(why, "a rate is a number per time: `40/s`, `10/d`");
	if (n - k != 2)
		return fail(why, "the time of a rate is one of `s m h d`: `40/s`");
	switch (s[n - 1]) {
	case 's': unit = 1; break;
	case 'm': unit = 60; break;
	case 'h': unit = 3600; break;
	case 'd': unit = 86400; break;
	default: return fail(why, "the time of a rate is one of `s m h d`: `40/s`");
	}
	if (!k || !digit(s[0]) || !lit_float(s, k, &v))
		return fail(why, "a rate starts with a number: `40/s`, `0.5/m`");
	*per_second = v / unit;
	return 1;
}
