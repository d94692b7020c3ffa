/* Arenas. Blocks form a list, newest last; allocation moves a pointer through the newest one. Rewinding keeps the
   blocks behind the mark for the next round, so that a loop of mark, work, rewind asks the system for memory only once.

   Memory is handed out zeroed. A block comes zeroed (the first from calloc, the others as pages that cost nothing until
   they are touched), and `dirty` remembers how far it was ever used: only that part has to be cleared again. Under
   AddressSanitizer everything that is not handed out is poisoned, with a gap behind each piece. */
#define _DEFAULT_SOURCE
#include "base/arena.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#define GAP 16
#else
#define POISON(p, n) ((void)0)
#define UNPOISON(p, n) ((void)0)
#define GAP 0
#endif

#define ALIGN 16
#define BLOCK_FIRST ((size_t)8 << 10)
#define BLOCK_MIN ((size_t)256 << 10)
#define BLOCK_MAX ((size_t)8 << 20)
#define HUGE_PAGE ((size_t)2 << 20)
#define PAGES_FROM ((size_t)64 << 10)
#define HUGE_FROM ((size_t)1 << 20)

struct arena_block {
	struct arena_block *prev, *next;        /* next: kept by a rewind, free for use */
	char *end, *dirty;
	size_t mapped;                          /* bytes from mmap; 0: from calloc */
	_Alignas(ALIGN) char data[];
};

void arena_init(struct arena *a, size_t limit)
{
	memset(a, 0, sizeof *a);
	a->limit = limit;
}

static void enter_block(struct arena *a, struct arena_block *b)
{
	a->block = b;
	a->at = b->data;
	a->end = b->end;
	a->dirty = b->dirty;
}

static void leave_block(struct arena *a)
{
	if (a->block && a->at > a->block->dirty)
		a->block->dirty = a->at;
}

static void free_from(struct arena_block *b)
{
	while (b) {
		struct arena_block *next = b->next;

		UNPOISON(b->data, (size_t)(b->end - b->data));
		if (b->mapped)
			munmap(b, b->mapped);
		else
			free(b);
		b = next;
	}
}

/* Zeroed. Large ones come in whole huge pages where the system has them: a fault for each 4 KiB costs more than filling
   them. */
static struct arena_block *new_block(size_t size)
{
	struct arena_block *b;
	const size_t over = size >= HUGE_FROM ? HUGE_PAGE : 0;
	size_t skip;
	char *p;

	if (size < PAGES_FROM) {
		b = calloc(1, size);
		if (!b)
			abort();
		return b;
	}
	p = mmap(NULL, size + over, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		abort();
	skip = over ? -(uintptr_t)p & (HUGE_PAGE - 1) : 0;
	if (skip)
		munmap(p, skip);
	if (skip < over)
		munmap(p + skip + size, over - skip);
	b = (struct arena_block *)(p + skip);
	if (over)
		madvise(b, size, MADV_HUGEPAGE);        /* advice: whether it is taken does not matter */
	b->mapped = size;
	return b;
}

static void more(struct arena *a, size_t size)
{
	struct arena_block *b = a->block ? a->block->next : NULL;
	size_t room;

	leave_block(a);
	if (b && (size_t)(b->end - b->data) >= size) {
		enter_block(a, b);
		return;
	}
	if (b) {                                /* too small for this one: make room for a fitting chain */
		free_from(b);
		a->block->next = NULL;
	}
	room = !a->block ? BLOCK_FIRST : a->used < BLOCK_MIN ? BLOCK_MIN : a->used > BLOCK_MAX ? BLOCK_MAX
		: a->used / ALIGN * ALIGN;
	if (room < size)
		room = size;
	if (sizeof *b + room >= HUGE_FROM)
		room = ((sizeof *b + room + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1)) - sizeof *b;
	b = new_block(sizeof *b + room);
	b->prev = a->block;
	b->end = b->data + room;
	b->dirty = b->data;
	if (a->block)
		a->block->next = b;
	POISON(b->data, room);
	enter_block(a, b);
}

void *arena_alloc_slow(struct arena *a, size_t size)
{
	size_t take;
	char *p;

	if (size > SIZE_MAX / 4)
		abort();
	take = (size + GAP + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (take == 0)
		take = ALIGN;                   /* distinct pointers for empty things */
	if (!a->block || (size_t)(a->end - a->at) < take)
		more(a, take);
	p = a->at;
	a->at += take;
	a->used += take;
	UNPOISON(p, size);
	if (p < a->dirty)
		memset(p, 0, size);
	return p;
}

char *arena_text_slow(struct arena *a, size_t n)
{
	return arena_alloc_slow(a, n < SIZE_MAX ? n + 1 : n);
}

int arena_over(const struct arena *a)
{
	return a->limit && a->used > a->limit;
}

char *arena_strdup(struct arena *a, const char *s, size_t len)
{
	char *p = arena_text(a, len);

	if (len)
		memcpy(p, s, len);
	return p;
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *p;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		return arena_strdup(a, "", 0);
	p = arena_alloc(a, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	return p;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return p;
}

struct arena_mark arena_mark(struct arena *a)
{
	return (struct arena_mark){ a->block, a->at, a->used };
}

void arena_rewind(struct arena *a, struct arena_mark m)
{
	leave_block(a);
	if (!a->block)
		return;
	while (a->block != m.block && a->block->prev) {
		POISON(a->block->data, (size_t)(a->block->end - a->block->data));
		a->block = a->block->prev;
	}
	enter_block(a, a->block);
	if (m.block)
		a->at = m.at;
	a->used = m.used;
	POISON(a->at, (size_t)(a->end - a->at));
}

void arena_free(struct arena *a)
{
	struct arena_block *b = a->block;
	size_t limit = a->limit;

	while (b && b->prev)
		b = b->prev;
	free_from(b);
	arena_init(a, limit);
}
