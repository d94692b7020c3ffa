/* The layout of pictures: over many random graphs no box lies on another, no line runs through a box, every arrow goes to the
   right unless it closes a loop, and the same graph gives the same picture. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "diff/layout.h"

static uint32_t step(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

static void make(struct layout *l, struct arena *a, uint64_t seed, uint32_t nboxes, uint32_t nedges, int loops)
{
	memset(l, 0, sizeof *l);
	l->boxes = ARENA_ARRAY(a, struct layout_box, nboxes + 1);
	l->edges = ARENA_ARRAY(a, struct layout_edge, nedges + 1);
	l->nboxes = nboxes;
	for (uint32_t i = 0; i < nboxes; i++)
		l->boxes[i] = (struct layout_box){ .w = 100 + (int)step(&seed, 120), .h = 40 + (int)step(&seed, 90) };
	for (uint32_t i = 0; i < nedges; i++) {
		uint32_t u = step(&seed, nboxes), v = step(&seed, nboxes), again = u == v;
		if (!loops && u > v) {
			const uint32_t x = u;
			u = v;
			v = x;
		}
		for (uint32_t k = 0; k < l->nedges; k++)        /* the pairs of a graph are different ones */
			again |= l->edges[k].from == u && l->edges[k].to == v;
		if (!again)
			l->edges[l->nedges++] = (struct layout_edge){ .from = u, .to = v, .w = (int)step(&seed, 90), .above = 15, .below = step(&seed, 2) ? 13 : 0 };
	}
	layout_make(l, a);
}

static int apart(const struct layout_box *a, const struct layout_box *b)
{
	return a->x + a->w <= b->x || b->x + b->w <= a->x || a->y + a->h <= b->y || b->y + b->h <= a->y;
}

static void check(const struct layout *l, int loops)
{
	for (uint32_t i = 0; i < l->nboxes; i++) {
		const struct layout_box *b = &l->boxes[i];
		assert_true(b->x >= 0 && b->y >= 0 && b->x + b->w <= l->width && b->y + b->h <= l->height);
		for (uint32_t k = 0; k < i; k++)
			assert_true(apart(b, &l->boxes[k]));
	}
	for (uint32_t i = 0; i < l->nedges; i++) {
		const struct layout_edge *e = &l->edges[i];
		const struct layout_box *u = &l->boxes[e->back ? e->to : e->from], *v = &l->boxes[e->back ? e->from : e->to];
		assert_true(loops || !e->back);
		assert_true(u->column < v->column);
		assert_int_equal(e->nvia, v->column - u->column - 1);
		/* its ends, and its label, lie at the sides of its boxes */
		assert_true(e->y_from - e->above >= u->y && e->y_from + e->below <= u->y + u->h);
		assert_true(e->y_to > v->y && e->y_to < v->y + v->h);
		for (uint32_t n = 0; n < e->nvia; n++)
			for (uint32_t k = 0; k < l->nboxes; k++)
				assert_true(l->boxes[k].x != l->columns[u->column + 1 + n].x || e->via[n] < l->boxes[k].y || e->via[n] > l->boxes[k].y + l->boxes[k].h);
		assert_true(l->columns[u->column].bend >= u->x + u->w + e->w);
		assert_true(l->columns[u->column + 1].x > l->columns[u->column].bend);
		for (uint32_t k = 0; k < i; k++) {              /* two labels of a box have a line each */
			const struct layout_edge *o = &l->edges[k];
			if ((o->back ? o->to : o->from) == (e->back ? e->to : e->from))
				assert_true(o->y_from + o->below <= e->y_from - e->above || e->y_from + e->below <= o->y_from - o->above);
		}
	}
}

static void random_graphs(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 150; seed++) {
		struct arena a;
		struct layout one, two;
		const int loops = seed % 3 == 0;
		const uint32_t n = 1 + (uint32_t)seed % 30, m = (uint32_t)(seed * 7 % 61);
		arena_init(&a, 0);
		make(&one, &a, seed, n, m, loops);
		check(&one, loops);
		make(&two, &a, seed, n, m, loops);
		assert_int_equal(one.nedges, two.nedges);
		assert_memory_equal(one.boxes, two.boxes, n * sizeof *one.boxes);
		for (uint32_t i = 0; i < one.nedges; i++) {
			assert_int_equal(one.edges[i].y_from, two.edges[i].y_from);
			assert_int_equal(one.edges[i].y_to, two.edges[i].y_to);
		}
		arena_free(&a);
	}
}

static void nothing(void **state)
{
	struct arena a;
	struct layout l = { 0 };
	(void)state;
	arena_init(&a, 0);
	layout_make(&l, &a);
	assert_int_equal(l.width, 0);
	assert_int_equal(l.height, 0);
	arena_free(&a);
}

/* Two pairs whose arrows cross as they are declared, and need not. */
static void uncrossed(void **state)
{
	struct arena a;
	struct layout l = { .nboxes = 4, .nedges = 2 };
	(void)state;
	arena_init(&a, 0);
	l.boxes = ARENA_ARRAY(&a, struct layout_box, 4);
	l.edges = ARENA_ARRAY(&a, struct layout_edge, 2);
	for (int i = 0; i < 4; i++)
		l.boxes[i] = (struct layout_box){ .w = 100, .h = 50 };
	l.edges[0] = (struct layout_edge){ .from = 0, .to = 3, .above = 15 };
	l.edges[1] = (struct layout_edge){ .from = 1, .to = 2, .above = 15 };
	layout_make(&l, &a);
	assert_int_equal(l.boxes[0].y < l.boxes[1].y, l.boxes[3].y < l.boxes[2].y);
	assert_int_equal(l.edges[0].y_from - l.boxes[0].y, l.edges[1].y_from - l.boxes[1].y);
	arena_free(&a);
}

/* What needs one box far away stands beside it, not at the other end of the picture. */
static void short_arrows(void **state)
{
	struct arena a;
	struct layout l = { .nboxes = 5, .nedges = 4 };
	(void)state;
	arena_init(&a, 0);
	l.boxes = ARENA_ARRAY(&a, struct layout_box, 5);
	l.edges = ARENA_ARRAY(&a, struct layout_edge, 4);
	for (int i = 0; i < 5; i++)
		l.boxes[i] = (struct layout_box){ .w = 100, .h = 50 };
	for (uint32_t i = 0; i < 3; i++)
		l.edges[i] = (struct layout_edge){ .from = i, .to = i + 1, .above = 15 };
	l.edges[3] = (struct layout_edge){ .from = 4, .to = 3, .above = 15 };
	layout_make(&l, &a);
	assert_int_equal(l.boxes[3].column, 3);
	assert_int_equal(l.boxes[4].column, 2);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing), cmocka_unit_test(uncrossed), cmocka_unit_test(short_arrows), cmocka_unit_test(random_graphs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
