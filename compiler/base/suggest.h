/* The nearest spelling of a name (Damerau-Levenshtein, case-insensitive first, at most a third of the length), else
   what it begins. */
#ifndef MLOPS_SUGGEST_H
#define MLOPS_SUGGEST_H
#include <stddef.h>
#include <stdint.h>
/* longer: begins with the word */
struct suggest { const char *word; size_t len; const char *best, *longer; unsigned distance, nlonger; };
void suggest_init(struct suggest *s, const char *word, size_t len);
void suggest_try(struct suggest *s, const char *candidate);     /* keeps the first best; ties by arrival */
/* NULL if nothing is near, and not just one thing begins so */
const char *suggest_best(const struct suggest *s);
#endif
