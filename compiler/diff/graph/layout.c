/* The classic four steps (Sugiyama): arrows that close a loop are turned round; boxes get columns by the longest path,
   then move right as far as that shortens more arrows than it lengthens; boxes of a column are ordered by the mean
   place of their neighbours, sweep after sweep, and the order with the fewest crossings is kept; and heights are what
   is nearest to those of the neighbours in the order and with the gaps that were fixed (isotonic regression, by pooling
   adjacent violators). An arrow over several columns has a thin cell in each of those between. */
#include "diff/layout.h"
#include <stdlib.h>
#include <string.h>

#define GAP_BOXES 24
#define GAP_LINES 12
#define THIN 6                  /* height of a cell that a line passes through */
#define ROOM 70                 /* between the bend of a column and the next column */
#define SWEEPS 24

struct cell { int box; uint32_t column, place; int64_t y, h; uint32_t *left, *right; uint32_t nleft, nright; };
/* of an edge: two cells of neighbouring columns; heights off their middles */
struct piece { uint32_t from, to; int out, in; int weight; };
struct column { uint32_t *cells, n; };

struct work {
	struct layout *l;
	struct arena *a;
	struct cell *cells; uint32_t ncells;
	struct piece *pieces; uint32_t npieces;
	struct column *columns; uint32_t ncolumns;
	uint32_t *first_piece;          /* of each edge */
	uint8_t *alone;
};

static uint32_t left_end(const struct layout_edge *e) { return e->back ? e->to : e->from; }
static uint32_t right_end(const struct layout_edge *e) { return e->back ? e->from : e->to; }

/* ---- loops ---- */

static void cut_loops(struct work *w)
{
	struct layout *l = w->l;
	uint32_t *first = ARENA_ARRAY(w->a, uint32_t, l->nboxes + 1), *out = ARENA_ARRAY(w->a, uint32_t, l->nedges + 1);
	uint32_t *at = ARENA_ARRAY(w->a, uint32_t, l->nboxes + 1),
		*stack = ARENA_ARRAY(w->a, uint32_t, l->nboxes + 1), depth = 0;
	uint8_t *state = ARENA_ARRAY(w->a, uint8_t, l->nboxes + 1);     /* 0 new, 1 on the path, 2 done */
	for (uint32_t i = 0; i < l->nedges; i++)
		first[l->edges[i].from + 1]++;
	for (uint32_t i = 0; i < l->nboxes; i++)
		first[i + 1] += first[i];
	memcpy(at, first, (l->nboxes + 1) * sizeof *at);
	for (uint32_t i = 0; i < l->nedges; i++)
		out[at[l->edges[i].from]++] = i;
	memcpy(at, first, (l->nboxes + 1) * sizeof *at);
	for (uint32_t root = 0; root < l->nboxes; root++) {
		if (state[root])
			continue;
		stack[depth++] = root;
		state[root] = 1;
		while (depth) {
			const uint32_t v = stack[depth - 1];
			if (at[v] == first[v + 1]) {
				state[v] = 2;
				depth--;
				continue;
			}
			struct layout_edge *e = &l->edges[out[at[v]++]];
			if (state[e->to] == 1)
				e->back = 1;
			else if (!state[e->to]) {
				state[e->to] = 1;
				stack[depth++] = e->to;
			}
		}
	}
}

/* ---- columns ---- */

static void choose_columns(struct work *w)
{
	struct layout *l = w->l;
	uint32_t *in = ARENA_ARRAY(w->a, uint32_t, l->nboxes + 1), *out = ARENA_ARRAY(w->a, uint32_t, l->nboxes + 1);
	uint32_t *nearest = ARENA_ARRAY(w->a, uint32_t, l->nboxes + 1);
	for (uint32_t i = 0; i < l->nboxes; i++)
		l->boxes[i].column = 0;
	for (uint32_t i = 0; i < l->nedges; i++) {
		out[left_end(&l->edges[i])]++;
		in[right_end(&l->edges[i])]++;
	}
	for (int moved = 1; moved;) {           /* ends: there are no loops left */
		moved = 0;
		for (uint32_t i = 0; i < l->nedges; i++) {
			struct layout_box *u = &l->boxes[left_end(&l->edges[i])],
				*v = &l->boxes[right_end(&l->edges[i])];
			if (v->column <= u->column) {
				v->column = u->column + 1;
				moved = 1;
			}
		}
	}
	for (int moved = 1; moved;) {           /* ends: boxes move to the right only, up to the last column */
		moved = 0;
		for (uint32_t i = 0; i < l->nboxes; i++)
			nearest[i] = UINT32_MAX;
		for (uint32_t i = 0; i < l->nedges; i++) {
			const uint32_t u = left_end(&l->edges[i]), column = l->boxes[right_end(&l->edges[i])].column;
			if (column < nearest[u])
				nearest[u] = column;
		}
		for (uint32_t i = 0; i < l->nboxes; i++)
			if (out[i] > in[i] && nearest[i] - 1 > l->boxes[i].column) {
				l->boxes[i].column = nearest[i] - 1;
				moved = 1;
			}
	}
	for (uint32_t i = 0; i < l->nboxes; i++) {
		w->alone[i] = !in[i] && !out[i];
		if (!w->alone[i] && l->boxes[i].column >= w->ncolumns)
			w->ncolumns = l->boxes[i].column + 1;
	}
}

/* ---- cells ---- */

static uint32_t add_cell(struct work *w, int box, uint32_t column, int64_t h)
{
	struct column *k = &w->columns[column];
	w->cells[w->ncells] = (struct cell){ .box = box, .column = column, .place = k->n, .h = h };
	k->cells[k->n++] = w->ncells;
	return w->ncells++;
}

static void make_cells(struct work *w)
{
	struct layout *l = w->l;
	uint32_t cells = 0, pieces = 0;
	uint32_t *of_box = ARENA_ARRAY(w->a, uint32_t, l->nboxes + 1),
		*count = ARENA_ARRAY(w->a, uint32_t, w->ncolumns + 1);
	for (uint32_t i = 0; i < l->nboxes; i++)
		if (!w->alone[i]) {
			cells++;
			count[l->boxes[i].column]++;
		}
	for (uint32_t i = 0; i < l->nedges; i++) {
		const uint32_t from = l->boxes[left_end(&l->edges[i])].column,
			to = l->boxes[right_end(&l->edges[i])].column;
		for (uint32_t k = from + 1; k < to; k++) {
			count[k]++;
			cells++;
		}
		pieces += to - from;
	}
	w->cells = ARENA_ARRAY(w->a, struct cell, cells + 1);
	w->pieces = ARENA_ARRAY(w->a, struct piece, pieces + 1);
	w->first_piece = ARENA_ARRAY(w->a, uint32_t, l->nedges + 1);
	w->columns = ARENA_ARRAY(w->a, struct column, w->ncolumns + 1);
	for (uint32_t i = 0; i < w->ncolumns; i++)
		w->columns[i].cells = ARENA_ARRAY(w->a, uint32_t, count[i] + 1);
	for (uint32_t i = 0; i < l->nboxes; i++)
		if (!w->alone[i])
			of_box[i] = add_cell(w, (int)i, l->boxes[i].column, l->boxes[i].h);
	for (uint32_t i = 0; i < l->nedges; i++) {
		const uint32_t u = left_end(&l->edges[i]), v = right_end(&l->edges[i]);
		uint32_t last = of_box[u];
		w->first_piece[i] = w->npieces;
		l->edges[i].nvia = l->boxes[v].column - l->boxes[u].column - 1;
		l->edges[i].via = ARENA_ARRAY(w->a, int, l->edges[i].nvia + 1);
		for (uint32_t k = l->boxes[u].column + 1; k <= l->boxes[v].column; k++) {
			const uint32_t here = k < l->boxes[v].column ? add_cell(w, -1, k, THIN) : of_box[v];
			const int thin = (w->cells[last].box < 0) + (w->cells[here].box < 0);
			w->pieces[w->npieces++] = (struct piece){ .from = last, .to = here,
				.weight = thin == 2 ? 8 : thin ? 3 : 1 };
			last = here;
		}
	}
	for (uint32_t i = 0; i < w->npieces; i++) {
		w->cells[w->pieces[i].from].nright++;
		w->cells[w->pieces[i].to].nleft++;
	}
	for (uint32_t i = 0; i < w->ncells; i++) {
		struct cell *c = &w->cells[i];
		c->left = ARENA_ARRAY(w->a, uint32_t, c->nleft + 1);
		c->right = ARENA_ARRAY(w->a, uint32_t, c->nright + 1);
		c->nleft = c->nright = 0;
	}
	for (uint32_t i = 0; i < w->npieces; i++) {
		struct cell *u = &w->cells[w->pieces[i].from], *v = &w->cells[w->pieces[i].to];
		u->right[u->nright++] = i;
		v->left[v->nleft++] = i;
	}
}

/* ---- order ---- */

struct ranked { int64_t key; uint32_t place, cell; };

static int by_key(const void *pa, const void *pb)
{
	const struct ranked *a = pa, *b = pb;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->place < b->place ? -1 : a->place > b->place;
}

/* Crossings between two columns: pairs of pieces in the wrong order, counted with a tree of prefix sums. */
static uint64_t crossings_of(struct work *w, uint32_t column, uint32_t *tree)
{
	const struct column *left = &w->columns[column], *right = &w->columns[column + 1];
	uint64_t n = 0;
	uint32_t seen = 0;
	memset(tree, 0, (right->n + 1) * sizeof *tree);
	for (uint32_t i = 0; i < left->n; i++) {
		const struct cell *c = &w->cells[left->cells[i]];
		for (uint32_t k = 0; k < c->nright; k++) {
			uint32_t below = 0;
			for (uint32_t p = w->cells[w->pieces[c->right[k]].to].place + 1; p; p -= p & -p)
				below += tree[p];
			n += seen - below;
		}
		for (uint32_t k = 0; k < c->nright; k++, seen++)
			for (uint32_t p = w->cells[w->pieces[c->right[k]].to].place + 1; p <= right->n; p += p & -p)
				tree[p]++;
	}
	return n;
}

static uint64_t crossings(struct work *w, uint32_t *tree)
{
	uint64_t n = 0;
	for (uint32_t k = 0; k + 1 < w->ncolumns; k++)
		n += crossings_of(w, k, tree);
	return n;
}

static void order_column(struct work *w, uint32_t column, int from_left, struct ranked *v)
{
	struct column *k = &w->columns[column];
	for (uint32_t i = 0; i < k->n; i++) {
		struct cell *c = &w->cells[k->cells[i]];
		const uint32_t n = from_left ? c->nleft : c->nright;
		int64_t sum = 0;
		for (uint32_t q = 0; q < n; q++) {
			const struct piece *p = &w->pieces[from_left ? c->left[q] : c->right[q]];
			const struct cell *o = &w->cells[from_left ? p->from : p->to];
			/* places of columns of different lengths */
			sum += (2 * (int64_t)o->place + 1) * 100000 / w->columns[o->column].n;
		}
		v[i] = (struct ranked){ n ? sum / n : (2 * (int64_t)c->place + 1) * 100000 / k->n,
			c->place, k->cells[i] };
	}
	if (k->n > 1)
		qsort(v, k->n, sizeof *v, by_key);
	for (uint32_t i = 0; i < k->n; i++) {
		k->cells[i] = v[i].cell;
		w->cells[v[i].cell].place = i;
	}
}

/* Neighbours change places where that takes crossings away. */
static void swap_neighbours(struct work *w, uint32_t *tree)
{
	for (uint32_t k = 0; k < w->ncolumns; k++) {
		struct column *c = &w->columns[k];
		if (c->n > 60)
			continue;
		for (uint32_t i = 0; i + 1 < c->n; i++) {
			uint64_t before = 0, after = 0;
			for (int again = 0; again < 2; again++) {
				uint64_t *sum = again ? &after : &before;
				if (k)
					*sum += crossings_of(w, k - 1, tree);
				if (k + 1 < w->ncolumns)
					*sum += crossings_of(w, k, tree);
				if (again && after < before)
					break;
				const uint32_t x = c->cells[i];         /* there, and back again when it was no gain */
				c->cells[i] = c->cells[i + 1];
				c->cells[i + 1] = x;
				w->cells[c->cells[i]].place = i;
				w->cells[x].place = i + 1;
			}
		}
	}
}

static void choose_order(struct work *w)
{
	uint32_t most = 0;
	for (uint32_t k = 0; k < w->ncolumns; k++)
		most = w->columns[k].n > most ? w->columns[k].n : most;
	struct ranked *v = ARENA_ARRAY(w->a, struct ranked, most + 1);
	uint32_t *tree = ARENA_ARRAY(w->a, uint32_t, most + 2), *best = ARENA_ARRAY(w->a, uint32_t, w->ncells + 1);
	uint64_t fewest = crossings(w, tree);
	for (uint32_t i = 0; i < w->ncells; i++)
		best[i] = w->cells[i].place;
	for (int sweep = 0; sweep < SWEEPS && fewest; sweep++) {
		if (sweep % 2 == 0)
			for (uint32_t k = 1; k < w->ncolumns; k++)
				order_column(w, k, 1, v);
		else
			for (uint32_t k = w->ncolumns - 1; k-- > 0;)
				order_column(w, k, 0, v);
		swap_neighbours(w, tree);
		const uint64_t n = crossings(w, tree);
		if (n >= fewest)
			continue;
		fewest = n;
		for (uint32_t i = 0; i < w->ncells; i++)
			best[i] = w->cells[i].place;
	}
	for (uint32_t i = 0; i < w->ncells; i++) {
		w->cells[i].place = best[i];
		w->columns[w->cells[i].column].cells[best[i]] = i;
	}
}

/* ---- where lines meet boxes ---- */

static void sort_pieces(struct work *w, uint32_t *v, uint32_t n, int right, struct ranked *order)
{
	for (uint32_t i = 0; i < n; i++)
		order[i] = (struct ranked){ w->cells[right ? w->pieces[v[i]].to
			: w->pieces[v[i]].from].place, v[i], v[i] };
	if (n > 1)
		qsort(order, n, sizeof *order, by_key);
	for (uint32_t i = 0; i < n; i++)
		v[i] = order[i].cell;
}

static void make_room(struct work *w)
{
	struct layout *l = w->l;
	struct ranked *order = ARENA_ARRAY(w->a, struct ranked, w->npieces + 1);
	uint32_t *edge_of = ARENA_ARRAY(w->a, uint32_t, w->npieces + 1);
	for (uint32_t i = 0; i < l->nedges; i++)
		edge_of[w->first_piece[i]] = i;
	for (uint32_t i = 0; i < w->ncells; i++) {
		struct cell *c = &w->cells[i];
		if (c->box < 0)
			continue;
		int64_t labels = 0;
		for (uint32_t k = 0; k < c->nright; k++)
			labels += l->edges[edge_of[c->right[k]]].above + l->edges[edge_of[c->right[k]]].below + 4;
		if (labels + 8 > c->h)
			c->h = labels + 8;
		if ((int64_t)c->nleft * 10 + 12 > c->h)
			c->h = (int64_t)c->nleft * 10 + 12;
		l->boxes[c->box].h = (int)c->h;
		sort_pieces(w, c->right, c->nright, 1, order);
		sort_pieces(w, c->left, c->nleft, 0, order);
		int64_t at = -labels / 2;
		for (uint32_t k = 0; k < c->nright; k++) {
			const struct layout_edge *e = &l->edges[edge_of[c->right[k]]];
			w->pieces[c->right[k]].out = (int)at + 2 + e->above;
			at += e->above + e->below + 4;
		}
		const int64_t step = c->nleft > 1 && (c->h - 24) / (c->nleft - 1) < 18
			? (c->h - 24) / (c->nleft - 1) : 18;
		for (uint32_t k = 0; k < c->nleft; k++)
			w->pieces[c->left[k]].in = (int)(step * (2 * (int64_t)k - c->nleft + 1) / 2);
	}
}

/* ---- heights ---- */

struct pool { int64_t sum, weight; uint32_t first; };

static int64_t gap(const struct cell *a, const struct cell *b)
{
	return (a->h + b->h) / 2 + (a->box >= 0 && b->box >= 0 ? GAP_BOXES : a->box < 0 &&
		b->box < 0 ? GAP_LINES : (GAP_BOXES + GAP_LINES) / 2);
}

static int64_t rounded(int64_t sum, int64_t weight)
{
	return sum >= 0 ? (sum + weight / 2) / weight : -((-sum + weight / 2) / weight);
}

/* Heights of a column, nearest to those that its neighbours ask for. sides: 1 left, 2 right. */
static void place_column(struct work *w, uint32_t column, int sides, struct pool *pools, int64_t *offset)
{
	struct column *k = &w->columns[column];
	uint32_t n = 0;
	for (uint32_t i = 0; i < k->n; i++) {
		struct cell *c = &w->cells[k->cells[i]];
		int64_t sum = 0, weight = 0;
		offset[i] = i ? offset[i - 1] + gap(&w->cells[k->cells[i - 1]], c) : 0;
		for (uint32_t q = 0; (sides & 1) && q < c->nleft; q++) {
			const struct piece *p = &w->pieces[c->left[q]];
			sum += p->weight * (w->cells[p->from].y + p->out - p->in);
			weight += p->weight;
		}
		for (uint32_t q = 0; (sides & 2) && q < c->nright; q++) {
			const struct piece *p = &w->pieces[c->right[q]];
			sum += p->weight * (w->cells[p->to].y + p->in - p->out);
			weight += p->weight;
		}
		if (!weight) {
			sum = c->y;
			weight = 1;
		}
		struct pool *p = &pools[n++];
		*p = (struct pool){ sum - weight * offset[i], weight, i };
		while (n > 1 && rounded(pools[n - 2].sum,
			pools[n - 2].weight) >= rounded(pools[n - 1].sum, pools[n - 1].weight)) {
			pools[n - 2].sum += pools[n - 1].sum;
			pools[n - 2].weight += pools[n - 1].weight;
			n--;
		}
	}
	for (uint32_t i = 0, q = 0; i < k->n; i++) {
		if (q + 1 < n && pools[q + 1].first == i)
			q++;
		w->cells[k->cells[i]].y = rounded(pools[q].sum, pools[q].weight) + offset[i];
	}
}

static void choose_heights(struct work *w)
{
	uint32_t most = 0;
	for (uint32_t k = 0; k < w->ncolumns; k++)
		most = w->columns[k].n > most ? w->columns[k].n : most;
	struct pool *pools = ARENA_ARRAY(w->a, struct pool, most + 1);
	int64_t *offset = ARENA_ARRAY(w->a, int64_t, most + 1);
	for (uint32_t k = 0; k < w->ncolumns; k++) {
		int64_t y = 0, last = 0;
		for (uint32_t i = 0; i < w->columns[k].n; i++) {
			struct cell *c = &w->cells[w->columns[k].cells[i]];
			y += i ? gap(&w->cells[w->columns[k].cells[i - 1]], c) : 0;
			c->y = last = y;
		}
		for (uint32_t i = 0; i < w->columns[k].n; i++)
			w->cells[w->columns[k].cells[i]].y -= last / 2;
	}
	for (int sweep = 0; sweep < 16; sweep++) {
		const int sides = sweep < 8 ? 0 : 3;
		for (uint32_t k = 0; k < w->ncolumns; k++) {
			const uint32_t column = sweep % 2 ? w->ncolumns - 1 - k : k;
			if (k || sides)
				place_column(w, column, sides ? sides : sweep % 2 ? 2 : 1, pools, offset);
		}
	}
}

/* ---- the whole ---- */

static void place_columns(struct work *w)
{
	struct layout *l = w->l;
	l->ncolumns = w->ncolumns;
	l->columns = ARENA_ARRAY(w->a, struct layout_column, w->ncolumns + 1);
	for (uint32_t i = 0; i < l->nboxes; i++)
		if (!w->alone[i] && l->boxes[i].w > l->columns[l->boxes[i].column].w)
			l->columns[l->boxes[i].column].w = l->boxes[i].w;
	for (uint32_t i = 0; i < l->nedges; i++) {
		struct layout_column *k = &l->columns[l->boxes[left_end(&l->edges[i])].column];
		if (l->edges[i].w > k->bend)
			k->bend = l->edges[i].w;
	}
	for (uint32_t k = 0, x = 0; k < w->ncolumns; k++) {
		struct layout_column *c = &l->columns[k];
		c->x = (int)x;
		c->bend += c->x + c->w + 12;
		x = (uint32_t)c->bend + ROOM;
		l->width = c->x + c->w;
	}
}

/* Boxes without an arrow stand in rows below the others. */
static void place_alone(struct work *w)
{
	struct layout *l = w->l;
	const int limit = l->width > 900 ? l->width : 900;
	int x = 0, y = l->height ? l->height + 2 * GAP_BOXES : 0, high = 0;
	for (uint32_t i = 0; i < l->nboxes; i++) {
		struct layout_box *b = &l->boxes[i];
		if (!w->alone[i])
			continue;
		if (x && x + b->w > limit) {
			x = 0;
			y += high + GAP_BOXES;
			high = 0;
		}
		b->x = x;
		b->y = y;
		x += b->w + GAP_BOXES;
		high = b->h > high ? b->h : high;
		l->width = b->x + b->w > l->width ? b->x + b->w : l->width;
		l->height = y + high;
	}
}

void layout_make(struct layout *l, struct arena *a)
{
	struct work w = { .l = l, .a = a, .alone = ARENA_ARRAY(a, uint8_t, l->nboxes + 1) };
	int64_t top = 0;
	l->width = l->height = 0;
	cut_loops(&w);
	choose_columns(&w);
	make_cells(&w);
	if (w.ncolumns) {
		choose_order(&w);
		make_room(&w);
		choose_heights(&w);
	}
	place_columns(&w);
	for (uint32_t i = 0; i < w.ncells; i++)
		if (w.cells[i].y - w.cells[i].h / 2 < top || !i)
			top = w.cells[i].y - w.cells[i].h / 2;
	for (uint32_t i = 0; i < w.ncells; i++) {
		struct cell *c = &w.cells[i];
		c->y -= top;
		if (c->y + (c->h + 1) / 2 > l->height)
			l->height = (int)(c->y + (c->h + 1) / 2);
		if (c->box < 0)
			continue;
		struct layout_box *b = &l->boxes[c->box];
		b->x = l->columns[c->column].x;
		b->w = l->columns[c->column].w;
		b->y = (int)(c->y - c->h / 2);
	}
	for (uint32_t i = 0; i < l->nedges; i++) {
		struct layout_edge *e = &l->edges[i];
		const struct piece *p = &w.pieces[w.first_piece[i]];
		e->y_from = (int)w.cells[p->from].y + p->out;
		for (uint32_t k = 0; k < e->nvia; k++)
			e->via[k] = (int)w.cells[p[k].to].y;
		e->y_to = (int)w.cells[p[e->nvia].to].y + p[e->nvia].in;
	}
	place_alone(&w);
}
