/* The nearest spelling. The distance is Damerau-Levenshtein's in its restricted form: insert, delete, replace, or swap
   two neighbours, each costs one. Case and the difference of `-` and `_` cost nothing, so that they win over any typo.
   Three rows of the usual table are enough, and longer words than a name can be are not compared. Where nothing is
   near, the only candidate that begins with the word is taken: `prod` for `production`. */
#include "base/suggest.h"
#include <string.h>

#define MAX_LEN 255

void suggest_init(struct suggest *s, const char *word, size_t len)
{
	s->word = word;
	s->len = len;
	s->best = s->longer = NULL;
	s->nlonger = 0;
	s->distance = (unsigned)((len < 3 ? 3 : len) / 3) + 1;  /* what must be beaten */
}

static unsigned char fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned char)(c - 'A' + 'a');
	return (unsigned char)(c == '_' ? '-' : c);
}

static unsigned min(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* The distance, or `limit` if it is not smaller. */
static unsigned distance(const char *a, size_t an, const char *b, size_t bn, unsigned limit)
{
	unsigned row[3][MAX_LEN + 1], *two = row[0], *one = row[1], *now = row[2], *t, least;
	size_t i, j;

	if ((an > bn ? an - bn : bn - an) >= limit)
		return limit;
	for (j = 0; j <= bn; j++)
		one[j] = (unsigned)j;
	for (i = 1; i <= an; i++) {
		least = now[0] = (unsigned)i;
		for (j = 1; j <= bn; j++) {
			unsigned char x = fold(a[i - 1]), y = fold(b[j - 1]);

			now[j] = min(min(one[j], now[j - 1]) + 1, one[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == fold(b[j - 2]) && y == fold(a[i - 2]))
				now[j] = min(now[j], two[j - 2] + 1);
			least = min(least, now[j]);
		}
		/* a swap looks two rows back, so one more than the limit can still recover */
		if (least > limit)
			return limit;
		t = two;
		two = one;
		one = now;
		now = t;
	}
	return min(one[bn], limit);
}

static int same_start(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fold(a[i]) != fold(b[i]))
			return 0;
	return 1;
}

void suggest_try(struct suggest *s, const char *candidate)
{
	size_t n = strlen(candidate);
	unsigned d;

	if (s->len >= 3 && n > s->len && same_start(s->word, candidate, s->len)) {
		s->nlonger += !s->longer || strcmp(s->longer, candidate);
		s->longer = candidate;
	}
	if (!n || !s->len || n > MAX_LEN || s->len > MAX_LEN)
		return;
	d = distance(s->word, s->len, candidate, n, s->distance);
	if (d < s->distance && d < (n > s->len ? n : s->len)) {         /* something must be left of the word */
		s->distance = d;
		s->best = candidate;
	}
}

const char *suggest_best(const struct suggest *s)
{
	return s->best ? s->best : s->nlonger == 1 ? s->longer : NULL;
}
