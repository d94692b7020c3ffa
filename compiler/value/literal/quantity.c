/* Quantities as Kubernetes writes them, and what of them this language calls a size or a number of cores. Where the API
   server has a rule it is followed to the letter, quirks included (`Gi` is zero, `1.001` is stored as it is written),
   because what it accepts is not ours to decide; lit_size and lit_cores are stricter on top. */
#include "value/literal.h"
#include "value/literal/bytes.h"
#include <stdio.h>

typedef unsigned __int128 u128;
#define U128_MAX (~(u128)0)

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
		if ((i == n || s[i] == *suffixes[k].text) && text_is(s + i, n - i, suffixes[k].text)) {
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

static int quantity(const char *s, size_t n, struct quantity *q, struct parts *p, const char **why)
{
	if (!quantity_parts(s, n, p, why))
		return 0;
	if (!p->any_digit && !fits_fast(p))
		return fail(why, "it has no digits");
	if (q) {
		q->nano = magnitude(p);
		q->negative = p->negative && q->nano;
	}
	return 1;
}

int lit_quantity(const char *s, size_t n, struct quantity *q, const char **why)
{
	struct parts p;

	return quantity(s, n, q, &p, why);
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

	if (!quantity(s, n, &q, &p, NULL))
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

	if (!quantity(s, n, &q, p, why))
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
