/* Schedules, as CronJobs take them. */
#include "value/literal.h"
#include "value/literal/bytes.h"

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
