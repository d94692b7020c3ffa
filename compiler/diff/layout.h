/* Where the boxes of a picture stand: columns from left to right, an arrow always goes to the right (but for those that
   close a loop). Whole numbers only, so that every machine draws the same. */
#ifndef MLOPS_LAYOUT_H
#define MLOPS_LAYOUT_H
#include "base/arena.h"
#include <stdint.h>

struct layout_box {
	int w, h;                       /* in: what is needed; out: w of its column, h with room for its arrows */
	int x, y;                       /* out: the left upper corner */
	uint32_t column;                /* out */
};
struct layout_edge {
	uint32_t from, to;              /* in: boxes, two different ones */
	int w, above, below;            /* in: of its label, which stands at the left end, above and below the line */
	int y_from, y_to;               /* out: where it leaves its left box and enters its right one */
	int *via;                       /* out: its y in each column between the two */
	uint32_t nvia;
	int back;                       /* out: drawn from `to` on the left to `from` on the right */
};
struct layout_column { int x, w, bend; };       /* bend: behind the labels, where lines may leave their height */
struct layout {
	struct layout_box *boxes; uint32_t nboxes;
	struct layout_edge *edges; uint32_t nedges;
	struct layout_column *columns; uint32_t ncolumns;       /* out */
	int width, height;              /* out */
};
void layout_make(struct layout *l, struct arena *a);
#endif
