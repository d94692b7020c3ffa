/* The grammars of sizes, durations, versions, images, names and schedules, over bytes. Nothing here allocates, reads
   the locale or looks at anything but its arguments. Where Kubernetes has a rule it is followed to the letter, quirks
   included (`Gi` is zero, `1.001` is stored as it is written), because what the API server accepts is not ours to
   decide; what we want to be stricter about, lit_size and its neighbours add on top. */
#define _POSIX_C_SOURCE 200809L
#include "value/literal.h"
#include "base/text.h"
#include <arpa/inet.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned __int128 u128;
#define U128_MAX (~(u128)0)

static int fail(const char **why, const char *what)
{
	if (why)
		*why = what;
	return 0;
}

static int digit(char c) { return c >= '0' && c <= '9'; }
static int lower(char c) { return c >= 'a' && c <= 'z'; }
static int upper(char c) { return c >= 'A' && c <= 'Z'; }
static int letter(char c) { return lower(c) || upper(c); }
static int alnum(char c) { return letter(c) || digit(c); }
static char to_lower(char c) { return upper(c) ? (char)(c + 32) : c; }

static int is_ci(const char *s, size_t n, const char *word)     /* word in lower case */
{
	if (strlen(word) != n)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (to_lower(s[i]) != word[i])
			return 0;
	return 1;
}

/* How many digits stand at s. */
static size_t digits(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && digit(s[i]))
		i++;
	return i;
}

/* All of s as a number; 0 if it is not one or passes max. */
static int number(const char *s, size_t n, uint64_t max, uint64_t *v)
{
	*v = 0;
	if (!n || digits(s, n) != n)
		return 0;
	for (size_t i = 0; i < n; i++) {
		unsigned d = (unsigned)(s[i] - '0');

		if (*v > (max - d) / 10)
			return 0;
		*v = *v * 10 + d;
	}
	return 1;
}

/* -- Quantities -- */

enum format { DECIMAL_SI, DECIMAL_EXPONENT, BINARY_SI };

struct parts {
	int negative;
	const char *num; size_t num_n;          /* before the point, without leading zeros; may be empty */
	const char *frac; size_t frac_n;        /* behind it */
	int any_digit;
	enum format format;
	int32_t exponent;                       /* of 10, or of 2 */
};

static const struct { const char *text; enum format format; int exponent; } suffixes[] = {
	{ "n", DECIMAL_SI, -9 }, { "u", DECIMAL_SI, -6 }, { "m", DECIMAL_SI, -3 }, { "", DECIMAL_SI, 0 },
	{ "k", DECIMAL_SI, 3 }, { "M", DECIMAL_SI, 6 }, { "G", DECIMAL_SI, 9 }, { "T", DECIMAL_SI, 12 },
	{ "P", DECIMAL_SI, 15 }, { "E", DECIMAL_SI, 18 },
	{ "Ki", BINARY_SI, 10 }, { "Mi", BINARY_SI, 20 }, { "Gi", BINARY_SI, 30 }, { "Ti", BINARY_SI, 40 },
	{ "Pi", BINARY_SI, 50 }, { "Ei", BINARY_SI, 60 },
};
enum { NSUFFIXES = sizeof suffixes / sizeof suffixes[0] };

/* What to say about a suffix that does not exist. */
static const char *suffix_trouble(const char *s, size_t n)
{
	if (text_is(s, n, "K"))
		return "there is no suffix `K`: thousand is `k`, 1024 is `Ki`";
	if (text_is(s, n, "g") || text_is(s, n, "t") || text_is(s, n, "p"))
		return "suffixes above `k` are capitals: `M G T P E`, `Mi Gi Ti Pi Ei`";
	if (text_is(s, n, "ki") || text_is(s, n, "mi") || text_is(s, n, "gi") || text_is(s, n, "ti")
		|| text_is(s, n, "pi") || text_is(s, n, "ei"))
		return "binary suffixes start with a capital: `Ki Mi Gi Ti Pi Ei`";
	if (n > 1 && (s[n - 1] == 'B' || s[n - 1] == 'b'))
		return "the suffix has no `B`: write `Mi` for MiB, `M` for MB";
	if (text_is(s, n, "B") || text_is(s, n, "b"))
		return "bytes have no suffix";
	if (is_ci(s, n, "s") || is_ci(s, n, "h") || is_ci(s, n, "d") || is_ci(s, n, "w") || is_ci(s, n, "ms"))
		return "that is the unit of a duration";
	return "the suffixes are `n u m k M G T P E`, `Ki Mi Gi Ti Pi Ei`, or an exponent such as `e3`";
}

static int quantity_parts(const char *s, size_t n, struct parts *p, const char **why)
{
	size_t i = 0, k;

	memset(p, 0, sizeof *p);
	if (!n)
		return fail(why, "it is empty");
	if (s[0] == '-' || s[0] == '+')
		p->negative = s[i++] == '-';
	while (i < n && s[i] == '0') {
		p->any_digit = 1;
		i++;
	}
	p->num = s + i;
	i += p->num_n = digits(s + i, n - i);
	if (i < n && s[i] == '.') {
		p->frac = s + ++i;
		i += p->frac_n = digits(s + i, n - i);
	}
	if (p->num_n || p->frac_n)
		p->any_digit = 1;
	for (k = 0; k < NSUFFIXES; k++)
		if (text_is(s + i, n - i, suffixes[k].text)) {
			p->format = suffixes[k].format;
			p->exponent = suffixes[k].exponent;
			return 1;
		}
	if (n - i > 1 && (s[i] == 'e' || s[i] == 'E')) {
		size_t e = i + 1;
		int negative = 0;
		uint64_t v;

		if (s[e] == '-' || s[e] == '+')
			negative = s[e++] == '-';
		if (number(s + e, n - e, UINT64_MAX, &v)) {
			if (v > 2000000000)
				return fail(why, "the exponent is too large");
			p->format = DECIMAL_EXPONENT;
			p->exponent = negative ? -(int32_t)v : (int32_t)v;
			return 1;
		}
		return fail(why, "an `e` is followed by a whole exponent: `1e3`");
	}
	if (s[i] == ' ' || s[n - 1] == ' ')
		return fail(why, "blanks are not allowed");
	if (s[i] == ',' || s[i] == '_')
		return fail(why, "digits are not grouped");
	if (!p->any_digit && !p->frac)
		return fail(why, "it must start with a digit");
	if (s[i] == '.')
		return fail(why, "a number has one decimal point");
	return fail(why, suffix_trouble(s + i, n - i));
}

/* The value as the digits of a whole number times a power of ten, at least 1e-9, rounded away from zero. */
struct decimal { size_t n; int64_t exponent; int up; const struct parts *p; };

static char decimal_digit(const struct decimal *d, size_t i)
{
	return i < d->p->num_n ? d->p->num[i] : d->p->frac[i - d->p->num_n];
}

static struct decimal decimal_of(const struct parts *p)
{
	struct decimal d = { p->num_n + p->frac_n, (int64_t)p->exponent - (int64_t)p->frac_n, 0, p };

	while (d.n && d.exponent < -9) {
		if (decimal_digit(&d, --d.n) != '0')
			d.up = 1;
		d.exponent++;
	}
	if (d.exponent < -9)
		d.exponent = -9;
	return d;
}

static u128 mul_sat(u128 a, u128 b)
{
	return a && b > U128_MAX / a ? U128_MAX : a * b;
}

static u128 add_sat(u128 a, u128 b)
{
	return a > U128_MAX - b ? U128_MAX : a + b;
}

static const u128 billion = 1000000000u;

static u128 magnitude(const struct parts *p)
{
	u128 v = 0;

	if (p->format == BINARY_SI) {
		const u128 cap = (u128)INT64_MAX * billion, unit = ((u128)1 << p->exponent) * billion;
		u128 below = 0;
		int up = 0;

		for (size_t i = 0; i < p->num_n; i++)
			v = add_sat(mul_sat(v, 10), (u128)(p->num[i] - '0'));
		/* Horner from the last digit: exact, since what is cut off is remembered. */
		for (size_t i = p->frac_n; i-- > 0; ) {
			below += unit * (u128)(p->frac[i] - '0');
			up |= below % 10 != 0;
			below /= 10;
		}
		v = add_sat(mul_sat(v, unit), below + (u128)up);
		return v > cap ? cap : v;
	}
	struct decimal d = decimal_of(p);
	for (size_t i = 0; i < d.n; i++)
		v = add_sat(mul_sat(v, 10), (u128)(decimal_digit(&d, i) - '0'));
	v = add_sat(v, (u128)d.up);
	for (int64_t e = -9; v && v != U128_MAX && e < d.exponent; e++)
		v = mul_sat(v, 10);
	return v;
}

/* Whether Kubernetes keeps such a number in 64 bits; if not it goes through big decimals. */
static int fits_fast(const struct parts *p)
{
	size_t len = (p->num_n ? p->num_n : 1) + p->frac_n;

	if (p->format == BINARY_SI)
		return !p->frac_n && 15 - (int64_t)len - (int64_t)((float)p->exponent * 3 / 10) - 1 >= 0;
	return len <= 18 && (int64_t)p->exponent - (int64_t)p->frac_n >= -9;
}

int lit_quantity(const char *s, size_t n, struct quantity *q, const char **why)
{
	struct parts p;

	if (!quantity_parts(s, n, &p, why))
		return 0;
	if (!p.any_digit && !fits_fast(&p))
		return fail(why, "it has no digits");
	if (q) {
		q->nano = magnitude(&p);
		q->negative = p.negative && q->nano;
	}
	return 1;
}

/* Appends the digits, the suffix and a NUL; 0 if they do not fit. */
static size_t quantity_text(char out[64], int negative, const char *d, size_t n, size_t zeros, const char *suffix)
{
	size_t len = (size_t)negative + n + zeros + strlen(suffix);

	if (len > 63)
		return 0;
	if (negative)
		*out++ = '-';
	memcpy(out, d, n);
	memset(out + n, '0', zeros);
	strcpy(out + n + zeros, suffix);
	return len;
}

static size_t print_u128(u128 v, char out[40])
{
	char back[40];
	size_t n = 0;

	do {
		back[n++] = (char)('0' + (int)(v % 10));
		v /= 10;
	} while (v);
	for (size_t i = 0; i < n; i++)
		out[i] = back[n - 1 - i];
	out[n] = 0;
	return n;
}

/* digits * 10^exponent with a suffix whose exponent is the largest multiple of three that leaves a whole number */
static size_t canonical_decimal(char out[64], int negative, const char *d, size_t n, int64_t exponent, enum format f)
{
	char suffix[32] = "";
	size_t zeros = 0;

	while (n && d[0] == '0')
		d++, n--;
	if (!n)
		return quantity_text(out, 0, "0", 1, 0, "");
	while (n > 1 && d[n - 1] == '0')
		n--, exponent++;
	while (exponent % 3)
		zeros++, exponent--;
	if (f != DECIMAL_EXPONENT)
		for (size_t k = 0; k < NSUFFIXES; k++)
			if (suffixes[k].format == DECIMAL_SI && suffixes[k].exponent == exponent)
				return quantity_text(out, negative, d, n, zeros, suffixes[k].text);
	if (exponent)
		snprintf(suffix, sizeof suffix, "e%lld", (long long)exponent);
	return quantity_text(out, negative, d, n, zeros, suffix);
}

size_t lit_quantity_canonical(const char *s, size_t n, char out[64])
{
	struct parts p;
	struct quantity q;
	char d[72];
	size_t len = 0;

	if (!lit_quantity(s, n, &q, NULL) || !quantity_parts(s, n, &p, NULL))
		return 0;
	/* A spelling that looks canonical to the server is kept. */
	if (fits_fast(&p) && n <= 63) {
		char first = p.num_n ? p.num[0] : '0';
		char last = p.frac_n ? p.frac[p.frac_n - 1] : p.num_n ? p.num[p.num_n - 1] : '0';
		int keep = 0;

		if (p.format == BINARY_SI) {
			uint64_t v = 0;

			for (size_t i = 0; i < p.num_n; i++)
				v = v * 10 + (uint64_t)(p.num[i] - '0');
			keep = (v & 7) != 0;
		} else if ((p.exponent - (int64_t)p.frac_n) % 3 == 0 && first != '0') {
			size_t total = p.num_n + p.frac_n, zeros = 0;
			struct decimal all = { total, 0, 0, &p };

			if (last == '0')
				while (zeros < total && decimal_digit(&all, total - 1 - zeros) == '0')
					zeros++;
			keep = zeros < 3;
		}
		if (keep) {
			memcpy(out, s, n);
			out[n] = 0;
			return n;
		}
	}
	if (p.format == BINARY_SI) {
		u128 v = q.nano / billion;
		int k = 0;

		if (q.nano % billion || v < 1024) {
			len = print_u128(q.nano, d);
			return canonical_decimal(out, q.negative, d, len, -9, DECIMAL_SI);
		}
		while (v % 1024 == 0 && k < 6) {
			v /= 1024;
			k++;
		}
		len = print_u128(v, d);
		return quantity_text(out, q.negative, d, len, 0, k ? suffixes[9 + k].text : "");
	}
	struct decimal all = decimal_of(&p);
	if (all.n >= sizeof d - 1)
		return 0;
	d[0] = '0';                     /* room for a carry */
	for (len = 0; len < all.n; len++)
		d[len + 1] = decimal_digit(&all, len);
	len++;
	if (all.up)
		for (size_t i = len; i-- > 0; ) {
			if (d[i] != '9') {
				d[i]++;
				break;
			}
			d[i] = '0';
		}
	return canonical_decimal(out, q.negative, d, len, all.exponent, p.format);
}

static int positive_quantity(const char *s, size_t n, double *v, struct parts *p, const char **why)
{
	struct quantity q;

	if (!lit_quantity(s, n, &q, why) || !quantity_parts(s, n, p, why))
		return 0;
	if (!digit(s[0] == '+' || s[0] == '-' ? s[n > 1] : s[0]))
		return fail(why, "it must start with a digit");
	if (q.negative || !q.nano)
		return fail(why, "it must be more than zero");
	if (q.nano == U128_MAX)
		return fail(why, "it is too large");
	/* Exact for what fits: whole units and the rest apart, as 2^53 is passed by 9 TiB in nano-units. */
	*v = (double)(q.nano / billion) + (double)(q.nano % billion) / 1e9;
	return 1;
}

int lit_size(const char *s, size_t n, double *bytes, const char **why)
{
	struct parts p;

	if (!positive_quantity(s, n, bytes, &p, why))
		return 0;
	if (p.format == DECIMAL_SI && p.exponent < 0)
		return fail(why, s[n - 1] == 'm' ? "`m` is a thousandth; a mebibyte is `Mi`"
			: "that is a fraction of a byte");
	return 1;
}

int lit_cores(const char *s, size_t n, double *cores, const char **why)
{
	struct parts p;

	if (!positive_quantity(s, n, cores, &p, why))
		return 0;
	if (p.format == BINARY_SI)
		return fail(why, "cores are counted in decimals: `2`, `500m`, `0.5`");
	return 1;
}

/* -- Durations and rates -- */

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

/* -- Versions -- */

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

static size_t part(const char *s, size_t n)
{
	const char *dot = n ? memchr(s, '.', n) : NULL;

	return dot ? (size_t)(dot - s) : n;
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

/* -- Numbers -- */

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

/* -- Names -- */

/* One label: lower-case letters, digits, and `-` inside. */
static int label_chars(const char *s, size_t n)
{
	if (!n || s[0] == '-' || s[n - 1] == '-')
		return 0;
	for (size_t i = 0; i < n; i++)
		if (!lower(s[i]) && !digit(s[i]) && s[i] != '-')
			return 0;
	return 1;
}

int lit_dns1123_label(const char *s, size_t n)
{
	return n <= 63 && label_chars(s, n);
}

int lit_dns1035_label(const char *s, size_t n)
{
	return n <= 63 && label_chars(s, n) && lower(s[0]);
}

/* Kubernetes limits the whole name, not each label. */
int lit_dns1123_subdomain(const char *s, size_t n)
{
	if (!n || n > 253)
		return 0;
	for (;;) {
		size_t k = part(s, n);

		if (!label_chars(s, k))
			return 0;
		if (k == n)
			return 1;
		s += k + 1;
		n -= k + 1;
	}
}

int lit_wildcard_host(const char *s, size_t n)
{
	return n > 2 && n <= 253 && s[0] == '*' && s[1] == '.' && lit_dns1123_subdomain(s + 2, n - 2);
}

static int qualified_name(const char *s, size_t n)
{
	if (!n || n > 63 || !alnum(s[0]) || !alnum(s[n - 1]))
		return 0;
	for (size_t i = 0; i < n; i++)
		if (!alnum(s[i]) && s[i] != '-' && s[i] != '_' && s[i] != '.')
			return 0;
	return 1;
}

int lit_label_key(const char *s, size_t n)
{
	const char *slash = n ? memchr(s, '/', n) : NULL;
	size_t prefix = slash ? (size_t)(slash - s) : 0;

	if (!slash)
		return qualified_name(s, n);
	return lit_dns1123_subdomain(s, prefix) && qualified_name(slash + 1, n - prefix - 1);
}

int lit_label_value(const char *s, size_t n)
{
	return !n || qualified_name(s, n);
}

int lit_annotation_key(const char *s, size_t n)
{
	char low[253 + 1 + 63];

	if (n > sizeof low)
		return 0;
	for (size_t i = 0; i < n; i++)
		low[i] = to_lower(s[i]);
	return lit_label_key(low, n);
}

int lit_port_name(const char *s, size_t n)
{
	int letters = 0;

	if (n > 15 || !label_chars(s, n))
		return 0;
	for (size_t i = 0; i < n; i++) {
		letters |= lower(s[i]);
		if (i && s[i] == '-' && s[i - 1] == '-')
			return 0;
	}
	return letters;
}

/* Neither `.` nor `..` nor anything that starts with `..`. */
static int dotty(const char *s, size_t n)
{
	return text_is(s, n, ".") || (n > 1 && s[0] == '.' && s[1] == '.');
}

int lit_config_key(const char *s, size_t n)
{
	if (!n || n > 253 || dotty(s, n))
		return 0;
	for (size_t i = 0; i < n; i++)
		if (!alnum(s[i]) && s[i] != '-' && s[i] != '_' && s[i] != '.')
			return 0;
	return 1;
}

int lit_env_name(const char *s, size_t n)
{
	if (!n || digit(s[0]) || dotty(s, n))
		return 0;
	for (size_t i = 0; i < n; i++)
		if (!alnum(s[i]) && s[i] != '-' && s[i] != '_' && s[i] != '.')
			return 0;
	return 1;
}

int lit_env_name_relaxed(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] < 0x20 || s[i] > 0x7e || s[i] == '=')
			return 0;
	return n > 0;
}

int lit_http_header(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!alnum(s[i]) && s[i] != '-')
			return 0;
	return n > 0;
}

/* -- Hosts and URLs -- */

static int inet(int family, const char *s, size_t n)
{
	char text[64];
	unsigned char address[16];

	if (n >= sizeof text || (n && memchr(s, 0, n)))
		return 0;
	memcpy(text, s, n);
	text[n] = 0;
	return inet_pton(family, text, address) == 1;
}

int lit_host(const char *s, size_t n, const char **why)
{
	size_t numeric = 0;

	if (!n)
		return fail(why, "it is empty");
	if (memchr(s, ':', n)) {
		if (inet(AF_INET6, s, n))
			return 1;
		if (s[0] == '[')
			return fail(why, "an IPv6 address stands without brackets here");
		for (size_t i = n; i-- > 0 && (digit(s[i]) || s[i] == ':'); )
			if (s[i] == ':' && !memchr(s, ':', i))
				return fail(why, "a host has no port");
		return fail(why, n > 3 && memchr(s, '/', n)
			? "a host is a name or an address, without a scheme and a path" :
			"it is neither a name nor an IPv6 address");
	}
	while (numeric < n && (digit(s[numeric]) || s[numeric] == '.'))
		numeric++;
	if (numeric == n)
		return inet(AF_INET, s, n) ? 1 : fail(why, "an IPv4 address is four numbers from 0 to 255");
	if (lit_dns1123_subdomain(s, n))
		return 1;
	if (n > 253)
		return fail(why, "it has more than 253 characters");
	if (s[n - 1] == '.')
		return fail(why, "it stands without the dot at the end");
	if (memchr(s, '/', n))
		return fail(why, "a host is a name or an address, without a path");
	if (memchr(s, '_', n))
		return fail(why, "a host has no `_`");
	for (size_t i = 0; i < n; i++)
		if (upper(s[i]))
			return fail(why, "it is written in lower case");
	return fail(why, "a host is made of lower-case letters, digits, `-` inside, and dots");
}

int lit_url(const char *s, size_t n, const char **why)
{
	size_t i = 0, end, at;

	while (i < n && (alnum(s[i]) || (i && (s[i] == '+' || s[i] == '.' || s[i] == '-'))))
		i++;
	if (!i || !letter(s[0]) || n - i < 3 || memcmp(s + i, "://", 3))
		return fail(why, "a url starts with a scheme: `http://...`");
	for (size_t k = 0; k < n; k++)
		if ((unsigned char)s[k] <= ' ' || s[k] == 0x7f)
			return fail(why, "a url has no blanks");
	i += 3;
	if (i == n)
		return fail(why, "a host must follow `://`");
	for (end = i; end < n && s[end] != '/' && s[end] != '?' && s[end] != '#'; end++)
		;
	for (at = end; at > i && s[at - 1] != '@'; at--)
		;
	if (at == end)
		return text_is(s, i, "file://") && end < n ? 1 : fail(why, "a host must follow `://`");
	/* Several hosts, or variables that the program fills in, are not ours to judge. */
	if (memchr(s + at, ',', end - at) || memchr(s + at, '$', end - at) || memchr(s + at, '{', end - at))
		return 1;
	i = at;
	if (s[at] == '[') {
		const char *close = memchr(s + at, ']', end - at);

		if (!close || !inet(AF_INET6, s + at + 1, (size_t)(close - s) - at - 1))
			return fail(why, "an IPv6 address in brackets was expected");
		i = (size_t)(close - s) + 1;
	} else {
		while (i < end && s[i] != ':')
			i++;
		if (i == at)
			return fail(why, "a host must stand before the port");
	}
	if (i < end) {
		uint64_t port;

		if (s[i] != ':' || !number(s + i + 1, end - i - 1, 65535, &port) || !port)
			return fail(why, "the port is a number from 1 to 65535");
	}
	return 1;
}

/* -- Images -- */

static int image_component(const char *s, size_t n)
{
	size_t i = 0;

	for (;;) {
		size_t from = i;

		while (i < n && (lower(s[i]) || digit(s[i])))
			i++;
		if (i == from)
			return 0;
		if (i == n)
			return 1;
		if (s[i] == '-') {
			while (i < n && s[i] == '-')
				i++;
		} else if (s[i] == '.' || s[i] == '_') {
			i += n - i > 1 && s[i] == '_' && s[i + 1] == '_' ? 2 : 1;
		} else {
			return 0;
		}
	}
}

static int image_path(const char *s, size_t n)
{
	for (;;) {
		const char *slash = n ? memchr(s, '/', n) : NULL;
		size_t k = slash ? (size_t)(slash - s) : n;

		if (!image_component(s, k))
			return 0;
		if (!slash)
			return 1;
		s += k + 1;
		n -= k + 1;
	}
}

static int image_registry(const char *s, size_t n)
{
	size_t i = 0;

	if (n && s[0] == '[') {
		for (i = 1; i < n && s[i] != ']'; i++)
			if (!digit(s[i]) && s[i] != ':' && !(to_lower(s[i]) >= 'a' && to_lower(s[i]) <= 'f'))
				return 0;
		if (i < 2 || i == n)
			return 0;
		i++;
	} else {
		for (;;) {
			size_t from = i;

			while (i < n && (alnum(s[i]) || s[i] == '-'))
				i++;
			if (i == from || s[from] == '-' || s[i - 1] == '-')
				return 0;
			if (i == n || s[i] != '.')
				break;
			i++;
		}
	}
	return i == n || (s[i] == ':' && i + 1 < n && digits(s + i + 1, n - i - 1) == n - i - 1);
}

static int lower_hex(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!digit(s[i]) && !(s[i] >= 'a' && s[i] <= 'f'))
			return 0;
	return 1;
}

static int image_digest(const char *s, size_t n, const char **why)
{
	static const struct { const char *name; size_t hex; } algorithms[] = { { "sha256:", 64 },
		{ "sha384:", 96 }, { "sha512:", 128 } };

	for (int k = 0; k < 3; k++)
		if (n > 7 && !memcmp(s, algorithms[k].name, 7)) {
			if (n - 7 == algorithms[k].hex && lower_hex(s + 7, n - 7))
				return 1;
			return fail(why, k == 0 ? "a sha256 digest has 64 lower-case hex digits" : k == 1 ?
				"a sha384 digest has 96 lower-case hex digits" : "a sha512 digest has 128 lower-case hex digits");
		}
	return fail(why, "a digest is `sha256:` and 64 lower-case hex digits");
}

int lit_image(const char *s, size_t n, struct image_ref *r, const char **why)
{
	struct image_ref none;
	const char *p, *end = s + n;
	size_t first;

	if (!r)
		r = &none;
	memset(r, 0, sizeof *r);
	if (!n)
		return fail(why, "it is empty");
	if (n == 64 && lower_hex(s, n))
		return fail(why, "64 hex digits are an image's id, not its name");
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] <= ' ')
			return fail(why, "an image has no blanks");
	if ((p = memchr(s, ':', n)) && end - p > 2 && !memcmp(p, "://", 3))
		return fail(why, "an image is named without a scheme");
	/* The first part names a registry if it cannot be a folder of the default one. */
	p = memchr(s, '/', n);
	first = p ? (size_t)(p - s) : 0;
	if (p) {
		int upper_case = 0;

		for (size_t i = 0; i < first; i++)
			upper_case |= upper(s[i]);
		if (upper_case || memchr(s, '.', first) || memchr(s, ':', first) || text_is(s, first, "localhost")) {
			r->registry = s;
			r->registry_n = first;
			s += first + 1;
		}
	}
	n = (size_t)(end - s);
	if ((p = n ? memchr(s, '@', n) : NULL)) {
		r->digest = p + 1;
		r->digest_n = (size_t)(end - p) - 1;
		if (!image_digest(r->digest, r->digest_n, why))
			return 0;
		n = (size_t)(p - s);
	}
	if ((p = n ? memchr(s, ':', n) : NULL)) {
		size_t t = (size_t)(s + n - p) - 1;

		r->tag = p + 1;
		r->tag_n = t;
		if (!t)
			return fail(why, "a tag must follow the `:`");
		if (t > 128)
			return fail(why, "a tag has at most 128 characters");
		for (size_t i = 0; i < t; i++)
			if (!alnum(r->tag[i]) && r->tag[i] != '_' && (!i || (r->tag[i] != '.' && r->tag[i] != '-')))
				return fail(why, i ? "a tag is made of letters, digits, `_`, `.` and `-`" :
					"a tag starts with a letter, a digit or `_`");
		n = (size_t)(p - s);
	}
	r->repository = s;
	r->repository_n = n;
	for (size_t i = 0; i < n; i++)
		if (upper(s[i]))
			return fail(why, "the name of an image is written in lower case");
	if (!image_path(s, n))
		return fail(why,
			"the name of an image is made of parts joined by `/`, each of letters and digits with single `.`, `_`, `__` or `-` between them");
	/* A part before the first slash that is no host may still be a folder: the grammar is ambiguous, and the
	   reference implementation tries the folder second. */
	if (r->registry_n && !image_registry(r->registry, r->registry_n) &&
		!image_component(r->registry, r->registry_n))
		return fail(why, "the registry is not a host with an optional port");
	if (n + (!r->registry_n && !memchr(s, '/', n) ? 8 : 0) > 255)
		return fail(why, "the name of an image has at most 255 characters");
	return 1;
}

size_t lit_image_canonical(const char *s, size_t n, char out[512])
{
	struct image_ref r;
	const char *registry = "docker.io", *folder = "";
	size_t registry_n = 9, len;

	if (!lit_image(s, n, &r, NULL))
		return 0;
	if (r.registry_n && !text_is(r.registry, r.registry_n, "index.docker.io")) {
		registry = r.registry;
		registry_n = r.registry_n;
	}
	if (text_is(registry, registry_n, "docker.io") && !memchr(r.repository, '/', r.repository_n))
		folder = "library/";
	len = registry_n + 1 + strlen(folder) + r.repository_n + 1 + (r.tag_n ? r.tag_n : 6) + 1 + r.digest_n;
	if (len > 511)
		return 0;
	len = (size_t)snprintf(out, 512, "%.*s/%s%.*s", (int)registry_n, registry, folder,
		(int)r.repository_n, r.repository);
	if (r.tag_n || !r.digest_n)
		len += (size_t)snprintf(out + len, 512 - len, ":%.*s", r.tag_n ? (int)r.tag_n : 6,
			r.tag_n ? r.tag : "latest");
	if (r.digest_n)
		len += (size_t)snprintf(out + len, 512 - len, "@%.*s", (int)r.digest_n, r.digest);
	return len;
}

/* -- Schedules -- */

static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep",
	"oct", "nov", "dec" };
static const char *const weekdays[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat" };

struct cron_field { const char *what; unsigned min, max; const char *const *names; unsigned first; };
static const struct cron_field cron_fields[5] = {
	{ "the minute is 0 to 59", 0, 59, NULL, 0 },
	{ "the hour is 0 to 23", 0, 23, NULL, 0 },
	{ "the day of the month is 1 to 31", 1, 31, NULL, 0 },
	{ "the month is 1 to 12 or JAN to DEC", 1, 12, months, 1 },
	{ "the weekday is 0 to 6 or SUN to SAT; Sunday is 0", 0, 6, weekdays, 0 },
};

static int cron_number(const char *s, size_t n, const struct cron_field *f, uint64_t *v)
{
	if (f->names)
		for (unsigned i = f->min; i <= f->max; i++)
			if (is_ci(s, n, f->names[i - f->first])) {
				*v = i;
				return 1;
			}
	if (n && s[0] == '+')
		s++, n--;
	return number(s, n, 1000000, v);
}

static int cron_item(const char *s, size_t n, const struct cron_field *f, const char **why)
{
	const char *slash = n ? memchr(s, '/', n) : NULL, *dash;
	size_t range = slash ? (size_t)(slash - s) : n;
	uint64_t low = f->min, high = f->max, step;

	if (!(range == 1 && (s[0] == '*' || s[0] == '?'))) {
		dash = range ? memchr(s, '-', range) : NULL;
		if (!cron_number(s, dash ? (size_t)(dash - s) : range, f, &low))
			return fail(why, f->what);
		if (dash) {
			if (!cron_number(dash + 1, (size_t)(s + range - dash) - 1, f, &high))
				return fail(why, f->what);
		} else if (!slash) {
			high = low;
		}
		if (low < f->min || high > f->max || low > f->max)
			return fail(why, f->what);
		if (low > high)
			return fail(why, "a range goes from the smaller to the larger");
	}
	if (slash) {
		if (slash + 1 < s + n && slash[1] == '+')
			slash++;
		if (!number(slash + 1, (size_t)(s + n - slash) - 1, 1000000, &step) || !step)
			return fail(why, "a step is a number above 0: `*/5`");
	}
	return 1;
}

int lit_cron(const char *s, size_t n, const char **why)
{
	static const char *const macros[] = { "@yearly", "@annually", "@monthly", "@weekly",
		"@daily", "@midnight", "@hourly" };
	size_t i = 0, count = 0;

	if (!n)
		return fail(why, "it is empty");
	if (s[0] == '@') {
		for (size_t k = 0; k < sizeof macros / sizeof macros[0]; k++)
			if (text_is(s, n, macros[k]))
				return 1;
		if (n > 7 && !memcmp(s, "@every ", 7))
			return lit_duration_go(s + 7, n - 7, NULL) ? 1
				: fail(why, "`@every` is followed by a duration with the units `s m h`");
		return fail(why, "the names are `@yearly @monthly @weekly @daily @hourly`, or `@every 1h`");
	}
	for (size_t k = 0; k + 1 < n; k++)
		if (s[k] == 'T' && s[k + 1] == 'Z')
			return fail(why, "a time zone is not part of a schedule: the CronJob has the field timeZone");
	while (i < n) {
		size_t from;

		while (i < n && (s[i] == ' ' || (s[i] >= '\t' && s[i] <= '\r')))
			i++;
		for (from = i; i < n && !(s[i] == ' ' || (s[i] >= '\t' && s[i] <= '\r')); i++)
			;
		if (i == from)
			break;
		if (count++ >= 5)
			return fail(why, "a schedule has five fields: minute, hour, day, month, weekday");
		while (from < i) {
			const char *comma = memchr(s + from, ',', i - from);
			size_t end = comma ? (size_t)(comma - s) : i;

			if (end == from || end + 1 == i)
				return fail(why, "a list has no empty items");
			if (!cron_item(s + from, end - from, &cron_fields[count - 1], why))
				return 0;
			from = end + 1;
		}
	}
	return count == 5 ? 1 : fail(why, "a schedule has five fields: minute, hour, day, month, weekday");
}
