/* The nearest spelling of a name (Damerau-Levenshtein, case-insensitive first, at most a third of the length), else what it begins. */
#ifndef MLOPS_SUGGEST_H
#define MLOPS_SUGGEST_H
#include <stddef.h>
#include <stdint.h>
struct suggest { const char *word; size_t len; const char *best, *longer; unsigned distance, nlonger; };  /* longer: begins with the word */
void suggest_init(struct suggest *s, const char *word, size_t len);
void suggest_try(struct suggest *s, const char *candidate);     /* keeps the first best; ties by arrival */
const char *suggest_best(const struct suggest *s);              /* NULL if nothing is near, and not just one thing begins so */
#endif
