/* Changes put back into the value that they were found in. The changes below one child stand together, as compare.c
   writes them. */
#include "diff/diff.h"
#include <string.h>

static const struct value *apply(struct arena *a, const struct value *old,
	const struct diff_change *c, uint32_t n, uint32_t depth);

/* How many of the changes are below the same child as the first. */
static uint32_t run(const struct diff_change *c, uint32_t n, uint32_t depth)
{
	const struct diff_step *s = &c[0].steps[depth];
	const int added = c[0].op == DIFF_ADDED && c[0].nsteps == depth + 1;
	uint32_t k = 1;
	while (k < n && c[k].nsteps > depth && c[k].steps[depth].key == s->key &&
	    (s->key || (c[k].steps[depth].at == s->at &&
	(c[k].op == DIFF_ADDED && c[k].nsteps == depth + 1) == added && !added)))
		k++;
	return k;
}

static const struct value *record(struct arena *a, const struct value *old,
	const struct diff_change *c, uint32_t n, uint32_t depth)
{
	const struct value *v = old;
	for (uint32_t i = 0, k; i < n; i += k) {
		const struct atom *key = c[i].steps[depth].key;
		k = run(c + i, n - i, depth);
		const int own = c[i].nsteps == depth + 1;
		if (own && c[i].op == DIFF_REMOVED)
			v = value_with(a, v, key, NULL);
		else if (own && c[i].op == DIFF_ADDED)
			v = value_with(a, v, key, c[i].new);
		else
			v = value_with(a, v, key, apply(a, value_get(v, key), c + i, k, depth + 1));
	}
	return v;
}

static const struct value *list(struct arena *a, const struct value *old,
	const struct diff_change *c, uint32_t n, uint32_t depth)
{
	const struct value **items = ARENA_ARRAY(a, const struct value *, old->n + n + 1),
		**was = ARENA_ARRAY(a, const struct value *, old->n + 1);
	const struct diff_change *order = NULL;
	uint32_t count = 0;
	if (old->n)
		memcpy(was, old->items, old->n * sizeof *was);
	for (uint32_t i = 0, k; i < n; i += k) {
		k = 1;
		if (c[i].nsteps == depth) {             /* of the list itself: its order */
			order = &c[i];
			continue;
		}
		if (c[i].nsteps == depth + 1 && c[i].op == DIFF_ADDED)
			continue;
		k = run(c + i, n - i, depth);
		const uint32_t at = c[i].steps[depth].at;
		was[at] = c[i].nsteps == depth + 1 && c[i].op == DIFF_REMOVED ? NULL
			: apply(a, was[at], c + i, k, depth + 1);
	}
	if (order)
		for (uint32_t i = 0; i < order->norder; i++)
			items[count++] = was[order->order[i]];
	else
		for (uint32_t i = 0; i < old->n; i++)
			if (was[i])
				items[count++] = was[i];
	for (uint32_t i = 0; i < n; i++) {
		if (c[i].nsteps != depth + 1 || c[i].op != DIFF_ADDED)
			continue;
		const uint32_t at = c[i].steps[depth].at < count ? c[i].steps[depth].at : count;
		memmove(items + at + 1, items + at, (count - at) * sizeof *items);
		items[at] = c[i].new;
		count++;
	}
	return value_list(a, items, count, old->origin);
}

static const struct value *apply(struct arena *a, const struct value *old,
	const struct diff_change *c, uint32_t n, uint32_t depth)
{
	if (!n)
		return old;
	if (c[0].nsteps == depth && c[0].op != DIFF_ORDER)
		return c[0].new;
	return old->tag == VALUE_LIST ? list(a, old, c, n, depth) : record(a, old, c, n, depth);
}

const struct value *diff_apply(struct arena *a, const struct value *old, const struct diff_change *changes, uint32_t n)
{
	return apply(a, old, changes, n, 0);
}
