/* Growable bytes on the heap. Always followed by a NUL that does not count. */
#ifndef MLOPS_BUF_H
#define MLOPS_BUF_H
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

struct buf { char *p; size_t n, cap; };
void buf_adds(struct buf *b, const char *s);
void buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vaddf(struct buf *b, const char *fmt, va_list ap);
void buf_reserve(struct buf *b, size_t more);
void buf_free(struct buf *b);
static inline void buf_add(struct buf *b, const void *p, size_t n)
{
	if (n >= b->cap - b->n)         /* no room for n bytes and the NUL */
		buf_reserve(b, n);
	if (n)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = 0;
}
static inline void buf_addc(struct buf *b, char c)
{
	if (1 >= b->cap - b->n)
		buf_reserve(b, 1);
	b->p[b->n++] = c;
	b->p[b->n] = 0;
}
static inline void buf_clear(struct buf *b) { b->n = 0; if (b->p) b->p[0] = 0; }
#endif
