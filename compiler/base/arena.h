/* Bump allocation. Everything born together dies together: a pointer lives as long as its arena. */
#ifndef MLOPS_ARENA_H
#define MLOPS_ARENA_H
#include <stddef.h>
#include <stdarg.h>

struct arena_block;
struct arena {
	struct arena_block *block;      /* newest first */
	char *at, *end;                 /* free part of the newest block */
	size_t used, limit;             /* bytes handed out; 0 = no limit */
};
struct arena_mark { struct arena_block *block; char *at; size_t used; };

void arena_init(struct arena *a, size_t limit);
/* 16-byte aligned, zeroed. Aborts the process only when the machine has no memory; a caller with a budget looks at
   arena_over() at its own check points. */
void *arena_alloc(struct arena *a, size_t size);
int arena_over(const struct arena *a);
char *arena_strdup(struct arena *a, const char *s, size_t len);    /* adds a NUL */
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap);
struct arena_mark arena_mark(struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark m);
void arena_free(struct arena *a);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (size_t)(n)))
#endif
