/* Many things in the order of their names. Beside each stands how its name begins, so that hardly any comparison goes
   to the name itself, which lies somewhere else in memory. */
#ifndef MLOPS_ORDER_H
#define MLOPS_ORDER_H
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct ordered { uint64_t head[2]; const char *name; const void *of; };

static inline struct ordered ordered_by(const char *name, const void *of)
{
	struct ordered o = { .name = name, .of = of };
	for (int i = 0; i < 16 && name[i]; i++)
		o.head[i / 8] |= (uint64_t)(unsigned char)name[i] << (56 - 8 * (i & 7));
	return o;
}

/* bytewise, as strcmp() */
static inline int ordered_compare(const void *pa, const void *pb)
{
	const struct ordered *a = pa, *b = pb;
	for (int i = 0; i < 2; i++)
		if (a->head[i] != b->head[i])
			return a->head[i] < b->head[i] ? -1 : 1;
	return a->head[1] & 0xff ? strcmp(a->name + 16, b->name + 16) : 0;
}

static inline void order(struct ordered *v, uint32_t n)
{
	if (n > 1)
		qsort(v, n, sizeof *v, ordered_compare);
}
#endif
