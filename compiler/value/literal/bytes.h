/* What the grammars of value/literal.h have in common: kinds of bytes, digits, and saying why not. ASCII alone: no
   locale is read. */
#ifndef MLOPS_LITERAL_BYTES_H
#define MLOPS_LITERAL_BYTES_H
#include "base/text.h"
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline int fail(const char **why, const char *what)
{
	if (why)
		*why = what;
	return 0;
}

static inline int digit(char c) { return c >= '0' && c <= '9'; }
static inline int lower(char c) { return c >= 'a' && c <= 'z'; }
static inline int upper(char c) { return c >= 'A' && c <= 'Z'; }
static inline int letter(char c) { return lower(c) || upper(c); }
static inline int alnum(char c) { return letter(c) || digit(c); }
static inline char to_lower(char c) { return upper(c) ? (char)(c + 32) : c; }

static inline int is_ci(const char *s, size_t n, const char *word)     /* word in lower case */
{
	if (strlen(word) != n)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (to_lower(s[i]) != word[i])
			return 0;
	return 1;
}

/* How many digits stand at s. */
static inline size_t digits(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && digit(s[i]))
		i++;
	return i;
}

/* All of s as a number; 0 if it is not one or passes max. */
static inline int number(const char *s, size_t n, uint64_t max, uint64_t *v)
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

/* How many bytes stand before the first dot; without one, all. */
static inline size_t part(const char *s, size_t n)
{
	const char *dot = n ? memchr(s, '.', n) : NULL;

	return dot ? (size_t)(dot - s) : n;
}

#endif
