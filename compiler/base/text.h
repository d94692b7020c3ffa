/* What is asked of texts in many places. */
#ifndef MLOPS_TEXT_H
#define MLOPS_TEXT_H
#include <string.h>

static inline int text_is(const char *s, size_t n, const char *word)    /* are the n bytes at s this word? */
{
	return strlen(word) == n && !memcmp(s, word, n);
}
static inline int text_ends(const char *s, size_t n, const char *end)   /* do the n bytes at s end so? */
{
	return n >= strlen(end) && !memcmp(s + n - strlen(end), end, strlen(end));
}
static inline char text_lower(char c)                                   /* ASCII alone, whatever the locale */
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}
static inline int text_compare(const void *a, const void *b)            /* for qsort and bsearch, of const char * */
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}
#endif
