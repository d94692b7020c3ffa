/* The regular expressions that API schemas hold their text to (RE2's syntax as far as it occurs there): letters, `.`,
   classes, `\d` and escapes, groups, `|`, `? * + {n,m}`, `^ $`, `(?:`, `(?i)`. Matches anywhere in the text, as RE2
   does. */
#ifndef MLOPS_PATTERN_H
#define MLOPS_PATTERN_H
#include <stddef.h>
/* 1 also when it would take too long to find out. */
int pattern_match(const char *pattern, const char *s, size_t n);
#endif
