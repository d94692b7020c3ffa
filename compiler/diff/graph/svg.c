/* The picture as SVG: text is measured by a table of widths, boxes are placed by layout.c. Nothing outside is needed to
   show it, and what colour says is said in words too. */
#include "diff/graph.h"
#include "diff/layout.h"
#include "base/source.h"
#include <string.h>

#define MARGIN 24
#define HEAD 64                 /* title and legend */
#define PAD 12
#define NAME_LINE 19
#define TEXT_LINE 15
#define PORT_LINE 19
#define WRAP 46                 /* bytes of a line in a box */
#define WRAP_NOTE 38
#define LABEL 13                /* height of a label's line */

/* Widths of Helvetica in thousandths, from the blank to the tilde. */
static const uint16_t widths[95] = {
	278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556,
		556, 556, 556, 556, 556, 556, 556, 556, 278, 278,
	584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
	722, 778, 667, 778, 722, 667, 611, 722, 667, 944,
	667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222,
	222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
	278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
};

/* With room for the widest of the fonts that a viewer may have instead. */
static int width_of(const char *s, int size, int bold)
{
	const size_t n = strlen(s);
	int64_t sum = 0;
	for (size_t i = 0; i < n;) {
		uint32_t bytes = 1;
		if (s[i] >= ' ' && s[i] <= '~')
			sum += widths[s[i] - ' '];
		else
			sum += 1000 * utf8_width(s + i, n - i, &bytes);
		i += bytes ? bytes : 1;
	}
	return (int)(sum * size * (bold ? 132 : 118) / 100000) + 1;
}

static void text(struct buf *b, const char *s)
{
	for (; *s; s++)
		if (strchr("<>&\"", *s))
			buf_addf(b, "&#%d;", *s);
		else if ((unsigned char)*s >= 0x20)
			buf_addc(b, *s);
}

/* Parts of a long line, broken behind blanks; those that follow are moved in. */
struct text_lines { const char **v; uint32_t n, cap; };
static void wrapped(const char *s, size_t width, struct arena *a, struct text_lines *out)
{
	size_t n = strlen(s);
	const char *in = "";
	while (n > width) {
		size_t k = width;
		while (k > width / 3 && s[k] != ' ')
			k--;
		if (s[k] != ' ')
			break;
		const char *line = arena_printf(a, "%s%.*s", in, (int)k, s);
		VEC_PUSH(a, out, line);
		s += k + 1;
		n -= k + 1;
		in = "\xc2\xa0\xc2\xa0\xc2\xa0";        /* blanks that do not go away */
	}
	const char *line = arena_printf(a, "%s%s", in, s);
	VEC_PUSH(a, out, line);
}

static const char *port_text(const struct graph_port *p, struct arena *a)
{
	return *p->number ? arena_printf(a, "%s %s", p->name, p->number) : p->name;
}

static int max(int a, int b)
{
	return a > b ? a : b;
}

static int pill_width(const char *s)
{
	return width_of(s, 11, 0) + 14;
}

/* A word on a ground of its own, whose right end is at x. */
static void pill(struct buf *b, const char *class, const char *s, int x, int y)
{
	const int w = pill_width(s);
	buf_addf(b,
		"<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"16\" rx=\"8\"/><text class=\"pill\" x=\"%d\" y=\"%d\">",
		class, x - w, y - 12, w, x - w + w / 2, y);
	text(b, s);
	buf_adds(b, "</text>");
}

static void measure(const struct graph_node *x, struct arena *a, struct layout_box *box)
{
	int w = width_of(x->name, 13, 1) + (*x->word ? 12 + pill_width(x->word) : 0), h = 2 * PAD + NAME_LINE;
	w = max(w, width_of(x->what, 11, 0));
	w = max(w, width_of(x->ns, 11, 0));
	h += (*x->what ? TEXT_LINE : 0) + (*x->ns ? TEXT_LINE : 0);
	for (uint32_t i = 0; i < x->notes.n; i++, h += TEXT_LINE)
		w = max(w, width_of(x->notes.v[i], 11, 0));
	for (uint32_t i = 0; i < x->lines.n; i++, h += TEXT_LINE)
		w = max(w, width_of(x->lines.v[i], 11, 0));
	h += x->ports.n ? 1 : 0;
	for (uint32_t i = 0; i < x->ports.n; i++, h += PORT_LINE) {
		const struct graph_port *p = &x->ports.v[i];
		w = max(w, width_of(port_text(p, a), 11, 0) + (*p->exposed
			? 10 + pill_width(p->exposed) : 0));
	}
	box->w = max(w + 2 * PAD, 120);
	box->h = h - 4;
}

static void draw_node(
	const struct graph_node *x, const struct layout_box *box, int is_compared, struct arena *a, struct buf *b)
{
	int outside = 0;
	for (uint32_t i = 0; i < x->ports.n; i++)
		outside |= *x->ports.v[i].exposed != 0;
	struct layout_box own;
	measure(x, a, &own);
	const int left = box->x + PAD;
	/* text in the middle of a box that is high for its arrows */
	int y = box->y + (box->h - own.h) / 2 + PAD + 10;
	buf_addf(b,
		"<g class=\"%s%s%s%s\"><rect class=\"box\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\"/>",
		x->tag == GRAPH_DRIFT ? "drift"
			: x->tag == GRAPH_YAML ? "yaml"
			: "component",
		outside ? " outside" : "", is_compared ? " " : "", is_compared ? graph_look(x) : "", box->x, box->y,
		box->w, box->h, x->tag == GRAPH_DRIFT ? 14 : 6);
	buf_addf(b, "<text class=\"name\" x=\"%d\" y=\"%d\">", left, y);
	text(b, x->name);
	buf_adds(b, "</text>");
	if (*x->word)
		pill(b, "pill mark", x->word, box->x + box->w - PAD, y);
	y += NAME_LINE - 3;
	for (uint32_t i = 0; i < x->notes.n; i++, y += TEXT_LINE) {
		buf_addf(b, "<text class=\"changed\" x=\"%d\" y=\"%d\">", left, y);
		text(b, x->notes.v[i]);
		buf_adds(b, "</text>");
	}
	const char *grey[2] = { x->what, x->ns };
	for (int i = 0; i < 2; i++) {
		if (!*grey[i])
			continue;
		buf_addf(b, "<text class=\"%s\" x=\"%d\" y=\"%d\">", i ? "ns" : "kind", left, y);
		text(b, grey[i]);
		buf_adds(b, "</text>");
		y += TEXT_LINE;
	}
	for (uint32_t i = 0; i < x->lines.n; i++, y += TEXT_LINE) {
		buf_addf(b, "<text x=\"%d\" y=\"%d\">", left, y);
		text(b, x->lines.v[i]);
		buf_adds(b, "</text>");
	}
	y += 5;
	for (uint32_t i = 0; i < x->ports.n; i++, y += PORT_LINE) {
		const struct graph_port *p = &x->ports.v[i];
		const char *s = port_text(p, a);
		buf_addf(b, "<text x=\"%d\" y=\"%d\">", left, y);
		text(b, s);
		buf_adds(b, "</text>");
		if (*p->exposed)
			pill(b, "pill", p->exposed, box->x + box->w - PAD, y);
	}
	buf_adds(b, "</g>\n");
}

static void curve(struct buf *b, int from, int y, int to, int y2)
{
	const int half = (to - from) / 2;
	if (y == y2)
		buf_addf(b, "H%d", to);
	else
		buf_addf(b, "C%d %d %d %d %d %d", from + half, y, to - half, y2, to, y2);
}

static void draw_edge(
	const struct layout *l, const struct layout_edge *e, int soft, enum graph_mark mark, struct buf *b)
{
	static const char *const marks[] = { "", "", " new", " gone" };
	const struct layout_box *u = &l->boxes[e->back ? e->to : e->from], *v = &l->boxes[e->back ? e->from : e->to];
	const int start = u->x + u->w, end = v->x;
	int x = l->columns[u->column].bend, y = e->y_from;
	buf_addf(b, "<path class=\"wire%s%s\" marker-%s=\"url(#arrow%s)\" d=\"M%d %dH%d", soft ? " soft" : "",
		marks[mark], e->back ? "start" : "end",
		mark == GRAPH_ADDED ? "-new"
			: mark == GRAPH_REMOVED ? "-gone"
						: "",
		start, y, x);
	for (uint32_t k = 0; k < e->nvia; k++) {
		const struct layout_column *c = &l->columns[u->column + k + 1];
		curve(b, x, y, c->x, e->via[k]);
		y = e->via[k];
		x = c->bend;
		buf_addf(b, "H%d", x);
	}
	curve(b, x, y, end - 7, e->y_to);
	buf_addf(b, "H%d\"/>\n", end - 1);
}

static void draw_label(const struct layout *l, const struct layout_edge *e, const char *needs,
	const char *offers, struct buf *b)
{
	const struct layout_box *u = &l->boxes[e->back ? e->to : e->from];
	const int x = u->x + u->w + 8;
	if (needs) {
		buf_addf(b, "<text class=\"need\" x=\"%d\" y=\"%d\">", x, e->y_from - 4);
		text(b, needs);
		buf_adds(b, "</text>\n");
	}
	if (offers) {
		buf_addf(b, "<text class=\"offer\" x=\"%d\" y=\"%d\">", x, needs ? e->y_from + 12 : e->y_from - 4);
		text(b, offers);
		buf_adds(b, "</text>\n");
	}
}

#define ARROW(id, color) "<marker id=\"" id "\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" " \
	"orient=\"auto-start-reverse\" markerUnits=\"userSpaceOnUse\"><path d=\"M0 0L8 4L0 8z\" fill=\"" color "\"/></marker>"
static const char head[] =
	"<style>\n"
	"text { font: 11px Helvetica, Arial, \"Liberation Sans\", sans-serif; fill: #1f2328 }\n"
	".title { font-size: 17px; font-weight: bold } .name { font-size: 13px; font-weight: bold }\n"
	".kind, .ns, .note { fill: #59636e } .ns { font-style: italic }\n"
	".box { fill: #f6f8fa; stroke: #818b98; stroke-width: 1.2 }\n"
	".drift .box { fill: #fbefff; stroke: #8250df; stroke-dasharray: 5 4 } .yaml .box { fill: #fff; stroke-dasharray: 2 3 }\n"
	".outside .box { stroke: #bc4c00; stroke-width: 2 }\n"
	"rect.pill { fill: #bc4c00 } text.pill { fill: #fff; text-anchor: middle }\n"
	".wire { fill: none; stroke: #59636e; stroke-width: 1.3 } .soft { stroke-dasharray: 5 4 }\n"
	".need { fill: #0550ae } .offer { fill: #1a7f37; font-style: italic }\n"
	"</style>\n"
	"<defs>" ARROW("arrow", "#59636e") "</defs>\n";

/* What a picture with a difference has besides: what is untouched steps back. */
static const char compared[] =
	"<style>\n"
	".same, .wire, .need, .offer { opacity: 0.55 } .new, .gone { opacity: 1 }\n"
	".r0 .box, .r1 .box { stroke: #57606a; stroke-width: 2 } .r0 .changed, .r1 .changed { fill: #57606a } .r0 .mark, .r1 .mark { fill: #57606a }\n"
	".r2 .box { fill: #ddf4ff; stroke: #0969da; stroke-width: 2 } .r2 .changed { fill: #0550ae } .r2 .mark { fill: #0969da }\n"
	".r3 .box { fill: #fff8c5; stroke: #9a6700; stroke-width: 2 } .r3 .changed { fill: #7d4e00 } .r3 .mark { fill: #9a6700 }\n"
	".r4 .box, .r5 .box { fill: #ffebe9; stroke: #cf222e; stroke-width: 2 } .r4 .changed, .r5 .changed { fill: #a40e26 } .r4 .mark, .r5 .mark { fill: #cf222e }\n"
	".added .box { fill: #dafbe1; stroke: #1a7f37; stroke-width: 2 } .added .mark { fill: #1a7f37 }\n"
	".removed .box { fill: #fff; stroke: #cf222e; stroke-width: 2; stroke-dasharray: 2 3 } .removed .mark { fill: #cf222e } .removed .name { text-decoration: line-through }\n"
	".new { stroke: #1a7f37; stroke-width: 2 } .gone { stroke: #cf222e; stroke-width: 2; stroke-dasharray: 2 3 }\n"
	"</style>\n"
	"<defs>" ARROW("arrow-new", "#1a7f37") ARROW("arrow-gone", "#cf222e") "</defs>\n";

/* What the marks mean, as far as the picture has them. Its width. */
static int legend(const struct graph *g, struct buf *b)
{
	int x = MARGIN, offers = 0, outside = 0, drift = 0, gone = 0, new = 0;
	const int y = MARGIN + 26;
	for (uint32_t i = 0; i < g->edges.n; i++)
		offers |= g->edges.v[i].offers.n > 0;
	for (uint32_t i = 0; i < g->nodes.n; i++) {
		drift |= g->nodes.v[i].tag == GRAPH_DRIFT;
		for (uint32_t k = 0; k < g->nodes.v[i].ports.n; k++)
			outside |= *g->nodes.v[i].ports.v[k].exposed != 0;
	}
	if (g->edges.n) {
		buf_addf(b,
			"<path class=\"wire\" marker-end=\"url(#arrow)\" d=\"M%d %dH%d\"/><text class=\"note\" x=\"%d\" y=\"%d\">needs</text>\n",
			x, y - 4, x + 30, x + 38, y);
		x += 38 + width_of("needs", 11, 0) + 22;
	}
	if (offers) {
		static const char *const words = "is handed to what it needs";
		buf_addf(b,
			"<text class=\"offer\" x=\"%d\" y=\"%d\">offers x</text><text class=\"note\" x=\"%d\" y=\"%d\">%s</text>\n",
			x, y, x + 54, y, words);
		x += 54 + width_of(words, 11, 0) + 22;
	}
	if (outside) {
		static const char *const words = "can be reached from outside the cluster";
		buf_addf(b,
			"<rect class=\"pill\" x=\"%d\" y=\"%d\" width=\"30\" height=\"12\" rx=\"6\"/><text class=\"note\" x=\"%d\" y=\"%d\">%s</text>\n",
			x, y - 10, x + 38, y, words);
		x += 38 + width_of(words, 11, 0) + 22;
	}
	if (drift) {
		static const char *const words = "drift policy";
		buf_addf(b,
			"<g class=\"drift\"><rect class=\"box\" x=\"%d\" y=\"%d\" width=\"30\" height=\"14\" rx=\"6\"/></g><text class=\"note\" x=\"%d\" y=\"%d\">%s"
			"</text>\n",
			x, y - 11, x + 38, y, words);
		x += 38 + width_of(words, 11, 0) + 22;
	}
	for (uint32_t i = 0; i < g->edges.n; i++) {
		gone |= g->edges.v[i].mark == GRAPH_REMOVED;
		new |= g->edges.v[i].mark == GRAPH_ADDED;
	}
	for (int k = 0; k < 2; k++) {
		const char *words = k ? "a wire that is gone" : "a new wire";
		if (!(k ? gone : new))
			continue;
		buf_addf(b,
			"<path class=\"wire %s\" marker-end=\"url(#arrow-%s)\" d=\"M%d %dH%d\"/><text class=\"note\" x=\"%d\" y=\"%d\">%s</text>\n",
			k ? "gone" : "new", k ? "gone" : "new", x, y - 4, x + 30, x + 38, y, words);
		x += 38 + width_of(words, 11, 0) + 22;
	}
	return x;
}

void graph_svg(const struct graph *g, struct arena *a, struct buf *out)
{
	struct layout l = { .nboxes = g->nodes.n, .nedges = g->edges.n };
	struct graph_node *nodes = ARENA_ARRAY(a, struct graph_node, g->nodes.n + 1);
	const char **needs = ARENA_ARRAY(a, const char *, g->edges.n + 1),
		**offers = ARENA_ARRAY(a, const char *, g->edges.n + 1);
	struct buf b = { 0 };
	l.boxes = ARENA_ARRAY(a, struct layout_box, g->nodes.n + 1);
	l.edges = ARENA_ARRAY(a, struct layout_edge, g->edges.n + 1);
	for (uint32_t i = 0; i < g->nodes.n; i++) {
		nodes[i] = g->nodes.v[i];
		struct text_lines lines = { 0 }, notes = { 0 };
		for (uint32_t k = 0; k < g->nodes.v[i].lines.n; k++)
			wrapped(g->nodes.v[i].lines.v[k], WRAP, a, &lines);
		for (uint32_t k = 0; k < g->nodes.v[i].notes.n; k++)
			wrapped(g->nodes.v[i].notes.v[k], WRAP_NOTE, a, &notes);
		nodes[i].lines.v = lines.v;
		nodes[i].lines.n = lines.n;
		nodes[i].notes.v = notes.v;
		nodes[i].notes.n = notes.n;
		measure(&nodes[i], a, &l.boxes[i]);
	}
	for (uint32_t i = 0; i < g->edges.n; i++) {
		const struct graph_edge *e = &g->edges.v[i];
		needs[i] = graph_needs(e, a);
		offers[i] = graph_offers(e, a);
		l.edges[i] = (struct layout_edge){ .from = e->from, .to = e->to, .above = LABEL + 2,
			.below = needs[i] && offers[i] ? LABEL : 0 };
		l.edges[i].w = max(needs[i] ? width_of(needs[i], 11, 0) : 0, offers[i]
			? width_of(offers[i], 11, 0) : 0) + 8;
	}
	layout_make(&l, a);
	const int legend_width = legend(g, &b);
	const int width = max(max(l.width + 2 * MARGIN, legend_width),
		2 * MARGIN + width_of(g->title, 17, 1) + width_of(g->caption, 11, 0) + 20);
	const int height = l.height + HEAD + 2 * MARGIN;
	buf_addf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\">\n<title>",
		width, height, width, height);
	text(out, g->title);
	buf_adds(out, ": ");
	text(out, g->caption);
	buf_adds(out, "</title>\n");
	buf_adds(out, head);
	if (g->since)
		buf_adds(out, compared);
	buf_addf(out, "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n<text class=\"title\" x=\"%d\" y=\"%d\">",
		width, height, MARGIN, MARGIN + 4);
	text(out, g->title);
	buf_addf(out, "</text><text class=\"note\" x=\"%d\" y=\"%d\">",
		MARGIN + width_of(g->title, 17, 1) + 12, MARGIN + 4);
	text(out, g->caption);
	buf_adds(out, "</text>\n");
	buf_add(out, b.p, b.n);
	buf_free(&b);
	buf_addf(out, "<g transform=\"translate(%d %d)\">\n", MARGIN, MARGIN + HEAD - 8);
	for (uint32_t i = 0; i < g->edges.n; i++)
		draw_edge(&l, &l.edges[i], !needs[i], g->edges.v[i].mark, out);
	for (uint32_t i = 0; i < g->nodes.n; i++)
		draw_node(&nodes[i], &l.boxes[i], g->since != NULL, a, out);
	for (uint32_t i = 0; i < g->edges.n; i++)
		draw_label(&l, &l.edges[i], needs[i], offers[i], out);
	buf_adds(out, "</g>\n</svg>\n");
}
