/* Bump allocation. Everything born together dies together: a pointer lives as long as its arena. */
#ifndef MLOPS_ARENA_H
#define MLOPS_ARENA_H
#include <stddef.h>
#include <stdarg.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifndef ARENA_ASAN
#define ARENA_ASAN 0
#endif

struct arena_block;
struct arena {
	struct arena_block *block;      /* newest first */
	char *at, *end;                 /* free part of the newest block */
	/* what lies before it in that block has been used, and is cleared when it is handed out again */
	char *dirty;
	size_t used, limit;             /* bytes handed out; 0 = no limit */
};
struct arena_mark { struct arena_block *block; char *at; size_t used; };

void arena_init(struct arena *a, size_t limit);
/* 16-byte aligned, zeroed. Aborts the process only when the machine has no memory; a caller with a budget looks at
   arena_over() at its own check points. */
void *arena_alloc_slow(struct arena *a, size_t size);
static inline void *arena_alloc(struct arena *a, size_t size)
{
	const size_t take = (size + 15) & ~(size_t)15;
	char *p = a->at;

	if (ARENA_ASAN || take - 1 >= (size_t)(a->end - p))     /* 0 bytes and very many go the long way, too */
		return arena_alloc_slow(a, size);
	a->at += take;
	a->used += take;
	return p < a->dirty ? memset(p, 0, size) : p;
}
int arena_over(const struct arena *a);
char *arena_strdup(struct arena *a, const char *s, size_t len);    /* adds a NUL */
/* For what is written at once: n bytes that are not cleared, and a NUL. */
char *arena_text_slow(struct arena *a, size_t n);
static inline char *arena_text(struct arena *a, size_t n)
{
	const size_t take = (n + 16) & ~(size_t)15;
	char *p = a->at;

	if (ARENA_ASAN || take - 1 >= (size_t)(a->end - p) || n > (size_t)-32)
		return arena_text_slow(a, n);
	a->at += take;
	a->used += take;
	p[n] = 0;
	return p;
}
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap);
struct arena_mark arena_mark(struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark m);
void arena_free(struct arena *a);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (size_t)(n)))
#endif
