/* The formatter: one canonical layout.

   It works on tokens and comments, not on the tree: what is printed is what was written, with other blanks and line
   breaks between, so the meaning cannot change and no comment gets lost. The tree only says which `{` opens an object
   and which a type.

   The tokens of a source become groups (a bracket and what it holds), a group holds items (statements, entries,
   elements, arguments), an item holds elements: tokens, groups, and comments that stand in its middle.

   The rules. An item is printed on one line if that has at most WIDTH columns and nothing in it asks for more: a
   comment, a block string, or a group that was opened with a line break behind its bracket (a block of statements: with
   any line break in it) and so keeps one item a line. Otherwise its groups are opened from the outside in, until it
   fits; a call or list that holds one object only is not opened, its object is. Where the user broke a line between
   brackets, that break is kept in an item that needs several lines. All this depends on widths without alignment and on
   breaks that survive printing, which is why a second run changes nothing.

   Of statements that follow each other, one a line, the signs `:` `=` `on` `when` are aligned. */
#include "front/fmt.h"
#include "front/parse_state.h"
#include <stdlib.h>
#include <string.h>

#define WIDTH 100
#define STEP 2
#define LONG UINT32_MAX                 /* does not go on one line */
#define COMMENT (-1)
#define MAX_CELL_1 40                   /* wider things are not aligned */
#define MAX_CELL_2 30

enum role { ROLE_BLOCK, ROLE_OBJECT, ROLE_FIELDS, ROLE_KEYS, ROLE_CALL, ROLE_LIST };

struct group;
struct elem {
	int kind;                       /* of the token; '{' '(' '[' for a group; COMMENT */
	uint32_t lo, hi;                /* offsets; the whole of a group */
	uint32_t width;                 /* on one line, or LONG */
	struct group *group;
	uint8_t nl;                     /* a line break stands before it in the source */
	uint8_t own;                    /* a comment on a line of its own */
	uint8_t unary;
	uint8_t fixed;                  /* a block string with line breaks in its ${}: printed as it stands */
};
struct item {
	VEC(struct elem) e;
	uint32_t lo, hi;
	uint32_t width;                 /* without the comment behind it */
	uint32_t comment_lo, comment_hi;/* behind it; lo == hi: none */
	uint8_t is_comment, blank, same_line;
	uint8_t joins;                  /* the line of the item before it */
	uint8_t class;                  /* of alignment, 0: none */
	uint32_t at1, at2;              /* elements that are aligned; 0: none */
	uint32_t pad1, pad2;
};
struct group {
	enum role role;
	VEC(struct item) items;
	uint32_t comment_lo, comment_hi;/* behind the opening bracket */
	uint32_t width;
	uint8_t open;                   /* asks for several lines by itself */
	uint8_t noted;                  /* holds comments */
};
struct fmt {
	const struct source *src;
	const char *text;
	struct arena *arena;
	struct tokens tokens;
	uint32_t at;                    /* next token */
	uint32_t comment;               /* next comment */
	VEC(uint32_t) objects, records; /* where they begin, sorted */
	struct buf *out;
	uint32_t line;                  /* where the current line starts in `out` */
	uint32_t indent;                /* of the current line */

};

/* -- what the tree knows */

static void note_braces(struct fmt *f, const struct ast *n)
{
	uint32_t i;

	if (!n)
		return;
	if (n->tag == AST_OBJECT)
		VEC_PUSH(f->arena, &f->objects, n->span.lo - f->src->base);
	else if (n->tag == AST_TRECORD)
		VEC_PUSH(f->arena, &f->records, n->span.lo - f->src->base);
	for (i = 0; i < n->nkids; i++)
		note_braces(f, n->kids[i]);
}

static int by_offset(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static int noted(const uint32_t *v, uint32_t n, uint32_t at)
{
	return n && bsearch(&at, v, n, sizeof *v, by_offset) != NULL;
}

/* -- tokens to groups */

static uint32_t columns(const char *s, uint32_t n)
{
	uint32_t i, w = 0;

	for (i = 0; i < n; i++)
		w += ((unsigned char)s[i] & 0xc0) != 0x80;
	return w;
}

static int has_newline(const struct fmt *f, uint32_t lo, uint32_t hi)
{
	return hi > lo && memchr(f->text + lo, '\n', hi - lo) != NULL;
}

static int blank_line(const struct fmt *f, uint32_t lo, uint32_t hi)
{
	uint32_t n = 0;

	for (; lo < hi; lo++) {
		if (f->text[lo] == '\n' && ++n == 2)
			return 1;
		if (f->text[lo] != '\n' && f->text[lo] != ' ' && f->text[lo] != '\t' && f->text[lo] != '\r')
			n = 0;
	}
	return 0;
}

static int own_line(const struct fmt *f, uint32_t at)
{
	while (at > 0 && (f->text[at - 1] == ' ' || f->text[at - 1] == '\t'))
		at--;
	return !at || f->text[at - 1] == '\n' || (at == 3 && !memcmp(f->text, "\xef\xbb\xbf", 3));
}

static int closes(int kind)
{
	return kind == '}' || kind == ')' || kind == ']' || kind == T_YYEOF;
}

static int is_operand(int kind)
{
	switch (kind) {
	case T_NAME:
	case T_KEY:
	case T_NUMBER:
	case T_STRING:
	case T_NONE:
	case T_TRUE:
	case T_FALSE:
	case '{':
	case '(':
	case '[': case '?':
		return 1;
	}
	return 0;
}

static const struct token *token(const struct fmt *f)
{
	return &f->tokens.v[f->at];
}

/* The next comment before offset `limit`: its ends. */
static int next_comment(struct fmt *f, uint32_t limit, uint32_t *lo, uint32_t *hi)
{
	if (f->comment >= f->src->ncomments)
		return 0;
	*lo = f->src->comments[2 * f->comment] - f->src->base;
	*hi = f->src->comments[2 * f->comment + 1] - f->src->base;
	if (*lo >= limit)
		return 0;
	while (*hi > *lo + 1 && (f->text[*hi - 1] == ' ' || f->text[*hi - 1] == '\t'))
		(*hi)--;
	f->comment++;
	return 1;
}

static struct elem string_elem(struct fmt *f)
{
	struct elem e = { .kind = T_STRING };
	uint32_t depth = 0, from = 0, lo, hi;

	e.lo = token(f)->span.lo - f->src->base;
	do {
		const struct token *t = token(f);

		if (t->kind == T_STRING_BEGIN) {
			depth++;
		} else if (t->kind == T_STRING_END) {
			depth--;
		} else if (depth == 1 && t->kind == T_INTERP) {
			from = t->span.lo - f->src->base;
		} else if (depth == 1 && t->kind == T_INTERP_END) {
			e.fixed |= has_newline(f, from, t->span.lo - f->src->base);
		}
		e.hi = t->span.hi - f->src->base;
		f->at++;
	} while (depth);
	while (next_comment(f, e.hi, &lo, &hi))
		;
	e.width = has_newline(f, e.lo, e.hi) ? LONG : columns(f->text + e.lo, e.hi - e.lo);
	return e;
}

/* `:` belongs to the word before it in objects and in [for x in l: e]. */
static int space_before(const struct elem *a, const struct elem *b, enum role role)
{
	if (!a || a->kind == '.' || b->kind == '.' || a->kind == T_DOTDOT || b->kind == T_DOTDOT
		|| a->kind == T_ELLIPSIS || a->unary || b->kind == ',' || b->kind == '?')
		return 0;
	switch (b->kind) {
	case ':':
		return role != ROLE_OBJECT && role != ROLE_LIST;
	case '(':
	case '[':
		return a->kind != T_NAME && a->kind != T_KEY && a->kind != T_STRING && a->kind != '('
			&& a->kind != '[' && a->kind != '{';
	}
	return 1;
}

static uint32_t add_width(uint32_t a, uint32_t b)
{
	return a == LONG || b == LONG || b > LONG - 1 - a ? LONG : a + b;
}

static uint32_t elem_width(const struct elem *e)
{
	return e->group ? e->group->width : e->width;
}

/* The width of elements i to n of an item, with the blank before the first one unless it begins the item. */
static uint32_t widths(const struct item *it, uint32_t i, uint32_t n, enum role role)
{
	uint32_t w = 0;

	for (; i < n; i++) {
		w = add_width(w, elem_width(&it->e.v[i]));
		w = add_width(w, (uint32_t)space_before(i ? &it->e.v[i - 1] : NULL, &it->e.v[i], role));
	}
	return w;
}

/* Is there a blank behind the opening bracket, and before the closing one? `[ { ... } ]` has them, `[1]` has not. */
static uint32_t pads(const struct group *g, int kind)
{
	const struct item *it = g->items.v;

	return g->items.n && (kind == '{' || (kind == '[' && it->e.n && it->e.v[0].kind == '{'));
}

static uint32_t find_elem(const struct item *it, int kind, uint32_t from)
{
	for (; from < it->e.n; from++)
		if (it->e.v[from].kind == kind)
			return from;
	return 0;
}

/* What is aligned in a statement. */
static void classify(struct item *it, enum role role)
{
	int kind = it->e.n ? it->e.v[0].kind : 0;
	uint32_t colon = find_elem(it, ':', 0), equals = find_elem(it, '=', 0);

	it->class = 0;
	it->at1 = it->at2 = 0;
	if (role != ROLE_BLOCK && role != ROLE_FIELDS && role != ROLE_KEYS)
		return;
	switch (kind) {
	case T_NAME: case T_KEY: case T_STRING: case T_NEEDS: case T_COLLECTS: case T_RUNS: case T_PORT:
		if (colon && (!equals || colon < equals)) {
			it->class = 1;
			it->at1 = colon;
			it->at2 = equals;
		} else if (equals) {
			it->class = kind == T_PORT ? 1 : 2;
			it->at1 = equals;
		}
		return;
	case T_PARAM: case T_LET:
		it->class = colon && (!equals || colon < equals) ? 3 : 4;
		it->at1 = it->class == 3 ? colon : equals;
		it->at2 = it->class == 3 ? equals : 0;
		break;
	case T_EXPOSE: it->class = 5; it->at1 = find_elem(it, T_ON, 0); break;
	case T_ALERT: it->class = 6; it->at1 = find_elem(it, T_WHEN, 0); break;
	case T_COMPONENT: it->class = 7; it->at1 = colon; it->at2 = find_elem(it, '{', colon); break;
	case T_SECRET: it->class = 8; it->at1 = find_elem(it, '{', 0); break;
	case T_INTERFACE: it->class = 9; it->at1 = find_elem(it, '{', 0); break;
	case T_EXPORTS: it->class = 10; it->at1 = find_elem(it, '{', 0); break;
	case T_ALLOW: it->class = 11; it->at1 = find_elem(it, T_BECAUSE, 0); break;
	}
	if (!it->at1)
		it->class = 0;
}

static void finish_item(struct fmt *f, struct group *g, struct item *it)
{
	(void)f;
	if (!it->e.n)
		return;
	it->lo = it->e.v[0].lo;
	it->hi = it->e.v[it->e.n - 1].hi;
	it->width = widths(it, 0, it->e.n, g->role);
	classify(it, g->role);
	VEC_PUSH(f->arena, &g->items, *it);
	memset(it, 0, sizeof *it);
}

static struct group *read_group(struct fmt *f, int kind, enum role role);

static enum role role_of(const struct fmt *f, int kind, uint32_t at, const struct item *it)
{
	int head = it->e.n ? it->e.v[0].kind : 0;

	if (kind == '(')
		return ROLE_CALL;
	if (kind == '[')
		return ROLE_LIST;
	if (noted(f->objects.v, f->objects.n, at))
		return ROLE_OBJECT;
	if (noted(f->records.v, f->records.n, at) || head == T_INTERFACE)
		return ROLE_FIELDS;
	return head == T_SECRET ? ROLE_KEYS : ROLE_BLOCK;
}

static void add_elem(struct fmt *f, struct item *it, struct elem e)
{
	const struct elem *prev = it->e.n ? &it->e.v[it->e.n - 1] : NULL;

	if (prev)
		e.nl = (uint8_t)has_newline(f, prev->hi, e.lo);
	while (prev && prev->kind == COMMENT)
		prev = prev == it->e.v ? NULL : prev - 1;
	e.unary = e.kind == '!' || (e.kind == '-' && (!prev || !is_operand(prev->kind)));
	VEC_PUSH(f->arena, &it->e, e);
}

/* Comments before the next token: behind an item, in its middle, or items of their own. */
static void read_comments(struct fmt *f, struct group *g, struct item *it)
{
	const struct token *t = token(f);
	uint32_t limit = t->kind == T_YYEOF ? UINT32_MAX : t->span.lo - f->src->base, lo, hi;
	int ends = t->kind == T_NL || t->kind == ',' || closes(t->kind);

	while (next_comment(f, limit, &lo, &hi)) {
		int own = own_line(f, lo);
		struct item c = { 0 };
		struct elem e = { .kind = COMMENT };

		e.lo = lo;
		e.hi = hi;
		e.width = LONG;
		e.own = (uint8_t)own;
		if (it->e.n && ends && own)
			finish_item(f, g, it);
		if (it->e.n && !ends) {
			add_elem(f, it, e);
			continue;
		}
		g->noted = 1;
		if (it->e.n) {
			finish_item(f, g, it);
			g->items.v[g->items.n - 1].comment_lo = lo;
			g->items.v[g->items.n - 1].comment_hi = hi;
		} else if (!own && g->items.n && !g->items.v[g->items.n - 1].is_comment
			&& g->items.v[g->items.n - 1].comment_lo == g->items.v[g->items.n - 1].comment_hi) {
			g->items.v[g->items.n - 1].comment_lo = lo;
			g->items.v[g->items.n - 1].comment_hi = hi;
		} else if (!own && !g->items.n) {
			g->comment_lo = lo;
			g->comment_hi = hi;
		} else {
			VEC_PUSH(f->arena, &c.e, e);
			c.lo = lo;
			c.hi = hi;
			c.width = LONG;
			c.is_comment = 1;
			VEC_PUSH(f->arena, &g->items, c);
		}
	}
}

/* Does a comma belong to the item before it? Between the two names of a `for`, and between the flags of a `risk`. */
static int is_inner_comma(const struct item *it)
{
	if (!it->e.n)
		return 0;
	return it->e.v[0].kind == T_FOR ? it->e.n == 2 : it->e.v[0].kind == T_RISK && !find_elem(it, T_WHEN, 0);
}

/* The items up to the closing bracket, which is passed over. */
static struct group *read_group(struct fmt *f, int kind, enum role role)
{
	struct group *g = ARENA_NEW(f->arena, struct group);
	uint32_t open = f->at ? f->tokens.v[f->at - 1].span.hi - f->src->base : 0, i, end;
	struct item it = { 0 };
	struct elem e;

	g->role = role;
	for (;;) {
		const struct token *t = token(f);

		read_comments(f, g, &it);
		if (closes(t->kind))
			break;
		if (t->kind == T_NL || (t->kind == ',' && !is_inner_comma(&it))) {
			finish_item(f, g, &it);
			f->at++;
			continue;
		}
		if (t->kind == T_STRING_BEGIN) {
			add_elem(f, &it, string_elem(f));
			continue;
		}
		memset(&e, 0, sizeof e);
		e.kind = t->kind;
		e.lo = t->span.lo - f->src->base;
		f->at++;
		if (t->kind == '{' || t->kind == '(' || t->kind == '[') {
			e.group = read_group(f, t->kind, role_of(f, t->kind, e.lo, &it));
			e.hi = f->tokens.v[f->at - 1].span.hi - f->src->base;
		} else {
			e.hi = t->span.hi - f->src->base;
			e.width = columns(f->text + e.lo, e.hi - e.lo);
		}
		add_elem(f, &it, e);
	}
	finish_item(f, g, &it);
	end = token(f)->span.lo - f->src->base;
	if (token(f)->kind != T_YYEOF)
		f->at++;
	for (i = 1; i < g->items.n; i++) {
		struct item *x = &g->items.v[i], *before = x - 1;
		uint32_t from = before->comment_hi > before->hi ? before->comment_hi : before->hi;

		x->blank = (uint8_t)blank_line(f, from, x->lo);
		x->same_line = !has_newline(f, from, x->lo);
	}
	if (kind) {
		uint32_t w = 2 + 2 * pads(g, kind);

		g->open = g->noted || (role == ROLE_BLOCK ? g->items.n && has_newline(f, open, end)
			: g->items.n && has_newline(f, open, g->items.v[0].lo));
		for (i = 0; i < g->items.n; i++)
			w = add_width(w, add_width(g->items.v[i].width, i ? 2 : 0));
		g->width = g->open ? LONG : w;
	}
	return g;
}

/* -- printing */

static void put(struct fmt *f, const char *s, size_t n)
{
	buf_add(f->out, s, n);
}

static void newline(struct fmt *f, uint32_t indent)
{
	uint32_t i;

	buf_addc(f->out, '\n');
	f->line = (uint32_t)f->out->n;
	f->indent = indent;
	for (i = 0; i < indent; i++)
		buf_addc(f->out, ' ');
}

static uint32_t column(const struct fmt *f)
{
	return f->out->n ? columns(f->out->p + f->line, (uint32_t)f->out->n - f->line) : 0;
}

static void put_comment(struct fmt *f, uint32_t lo, uint32_t hi)
{
	put(f, f->text + lo, hi - lo);
}

static void comment_behind(struct fmt *f, uint32_t lo, uint32_t hi)
{
	if (lo == hi)
		return;
	put(f, "  ", 2);
	put_comment(f, lo, hi);
}

/* A """ block moves as a whole, to one step right of the line it begins on. */
static void put_block(struct fmt *f, const struct elem *e)
{
	const char *s = f->text + e->lo, *end = f->text + e->hi, *nl, *t;
	uint32_t common = UINT32_MAX, i, indent = f->indent + STEP;
	int last;

	for (t = s; (t = memchr(t, '\n', (size_t)(end - t))); ) {
		for (t++, i = 0; t < end && (*t == ' ' || *t == '\t'); t++)
			i++;
		if (*t != '\n' && !(*t == '\r' && t[1] == '\n') && i < common)
			common = i;
	}
	for (;;) {
		nl = memchr(s, '\n', (size_t)(end - s));
		last = !nl;
		t = last ? end : nl > s && nl[-1] == '\r' ? nl - 1 : nl;
		put(f, s, (size_t)(t - s));
		if (last)
			break;
		buf_addc(f->out, '\n');
		f->line = (uint32_t)f->out->n;
		s = nl + 1;
		if (e->fixed)
			continue;
		for (t = s; t < end && (*t == ' ' || *t == '\t'); t++)
			;
		if (*t == '\n' || (*t == '\r' && t[1] == '\n')) {
			s = t;
			continue;
		}
		s += common;
		for (i = 0; i < indent; i++)
			buf_addc(f->out, ' ');
	}
}

static void put_flat_item(struct fmt *f, const struct item *it, enum role role);

static void put_token(struct fmt *f, const struct elem *e)
{
	if (e->kind == T_STRING && e->width == LONG)
		put_block(f, e);
	else
		put(f, f->text + e->lo, e->hi - e->lo);
}

static const char *separator(const struct group *g)
{
	return g->role == ROLE_BLOCK ? "; " : ", ";
}

static const char *bracket(int kind, int close)
{
	return kind == '{' ? (close ? "}" : "{") : kind == '(' ? (close ? ")" : "(") : close ? "]" : "[";
}

static void put_flat_elem(struct fmt *f, const struct elem *e)
{
	const struct group *g = e->group;
	uint32_t i;

	if (!g) {
		put_token(f, e);
		return;
	}
	buf_adds(f->out, bracket(e->kind, 0));
	if (pads(g, e->kind))
		buf_addc(f->out, ' ');
	for (i = 0; i < g->items.n; i++) {
		if (i)
			buf_adds(f->out, separator(g));
		put_flat_item(f, &g->items.v[i], g->role);
	}
	if (pads(g, e->kind))
		buf_addc(f->out, ' ');
	buf_adds(f->out, bracket(e->kind, 1));
}

static void pad(struct fmt *f, uint32_t n)
{
	while (n--)
		buf_addc(f->out, ' ');
}

static void put_flat_item(struct fmt *f, const struct item *it, enum role role)
{
	uint32_t i;

	for (i = 0; i < it->e.n; i++) {
		if (space_before(i ? &it->e.v[i - 1] : NULL, &it->e.v[i], role))
			buf_addc(f->out, ' ');
		if (i && i == it->at1)
			pad(f, it->pad1);
		else if (i && i == it->at2)
			pad(f, it->pad2);
		put_flat_elem(f, &it->e.v[i]);
	}
}

/* A call or list of one object or list: that one is opened, not its brackets. */
static int hugs(const struct elem *e)
{
	const struct group *g = e->group;

	return e->kind != '{' && !g->open && g->items.n == 1 && g->items.v[0].e.n == 1 && g->items.v[0].e.v[0].group
		&& g->items.v[0].e.v[0].kind != '(';
}

/* The least that has to stand on the line of this group's bracket if it is not opened itself: all up to the first thing
   in it that is opened anyway. 1: there is such a thing. */
static int first_part(const struct elem *e, uint32_t *w)
{
	const struct group *g = e->group;
	uint32_t i, k;

	*w = add_width(*w, 1 + pads(g, e->kind));
	if (g->open)
		return 1;
	for (i = 0; i < g->items.n; i++) {
		const struct item *it = &g->items.v[i];

		if (i)
			*w = add_width(*w, 2);
		for (k = 0; k < it->e.n; k++) {
			const struct elem *x = &it->e.v[k];

			*w = add_width(*w, (uint32_t)space_before(k ? x - 1 : NULL, x, g->role));
			if (x->kind == COMMENT)
				return 1;
			if (elem_width(x) != LONG) {
				*w = add_width(*w, elem_width(x));
			} else if (!x->group) {
				*w = add_width(*w, 3);
				return 1;       /* a block string */
			} else if (first_part(x, w)) {
				return 1;
			}
		}
	}
	*w = add_width(*w, 1 + pads(g, e->kind));
	return 0;
}

/* Is the line break that the user made before element i kept in an item that needs several lines? Not between a `}` and
   its `else`. */
static int keeps_break(const struct item *it, uint32_t i)
{
	return it->e.v[i].nl && !(i && it->e.v[i].kind == T_ELSE && it->e.v[i - 1].kind == '{');
}

/* What stands behind element i up to the next place where a line may end. */
static uint32_t rest(const struct item *it, uint32_t i, enum role role, uint32_t tail)
{
	uint32_t w = 0;

	for (i++; i < it->e.n; i++) {
		const struct elem *x = &it->e.v[i];

		if (keeps_break(it, i) || x->kind == COMMENT)
			return w;
		w = add_width(w, (uint32_t)space_before(x - 1, x, role));
		if (x->group)
			return add_width(w, 1);
		if (x->width == LONG)
			return add_width(w, 3);
		w = add_width(w, x->width);
	}
	return add_width(w, tail);
}

static void put_item(struct fmt *f, const struct item *it, enum role role, uint32_t tail);
static void put_items(struct fmt *f, struct group *g, int kind, uint32_t indent);

/* The blocks of an `if` that needs several lines are all opened. */
static int opens_all(const struct item *it, uint32_t i, enum role role)
{
	const struct elem *e = &it->e.v[i];

	return (role == ROLE_BLOCK || role == ROLE_OBJECT) && it->e.v[0].kind == T_IF && e->kind == '{'
		&& (i + 1 == it->e.n || it->e.v[i + 1].kind == T_ELSE) && it->e.n > 3 && find_elem(it, T_ELSE, 0);
}

static void put_group(struct fmt *f, const struct elem *e, uint32_t after, int open)
{
	struct group *g = e->group;
	uint32_t w = 0, indent = f->indent, i;
	int inline_;

	if (!open && g->width != LONG && column(f) + g->width + after <= WIDTH) {
		put_flat_elem(f, e);
		return;
	}
	inline_ = !open && hugs(e);
	if (!open && !inline_ && !g->open && g->width == LONG && g->role != ROLE_BLOCK) {
		first_part(e, &w);
		inline_ = column(f) + w <= WIDTH;
	}
	if (!g->items.n && !g->noted) {
		put_flat_elem(f, e);
		return;
	}
	buf_adds(f->out, bracket(e->kind, 0));
	if (inline_) {
		uint32_t close = 1 + pads(g, e->kind) + after;

		if (pads(g, e->kind))
			buf_addc(f->out, ' ');
		for (i = 0; i < g->items.n; i++) {
			if (i)
				buf_adds(f->out, ", ");
			put_item(f, &g->items.v[i], g->role, i + 1 < g->items.n ? 1 : close);
		}
		if (pads(g, e->kind))
			buf_addc(f->out, ' ');
	} else {
		comment_behind(f, g->comment_lo, g->comment_hi);
		put_items(f, g, e->kind, indent + STEP);
		newline(f, indent);
	}
	buf_adds(f->out, bracket(e->kind, 1));
}

/* One item, beginning at the current column; `tail`: what has to follow it on its last line. */
static void put_item(struct fmt *f, const struct item *it, enum role role, uint32_t tail)
{
	uint32_t i, indent = f->indent;
	int fresh = 0;

	if (it->width != LONG && column(f) + it->width + tail <= WIDTH) {
		put_flat_item(f, it, role);
		return;
	}
	for (i = 0; i < it->e.n; i++) {
		const struct elem *e = &it->e.v[i], *prev = i ? e - 1 : NULL;

		if (e->kind == COMMENT) {
			if (e->own || fresh)
				newline(f, indent + STEP);
			else
				put(f, "  ", 2);
			put_comment(f, e->lo, e->hi);
			fresh = 1;
			continue;
		}
		if (fresh || keeps_break(it, i))
			newline(f, indent + STEP);
		else if (space_before(prev, e, role))
			buf_addc(f->out, ' ');
		fresh = 0;
		if (e->group)
			put_group(f, e, rest(it, i, role, tail), opens_all(it, i, role));
		else
			put_token(f, e);
	}
}

/* -- alignment */

static int aligns(const struct item *it, uint32_t indent)
{
	return it->class && !it->is_comment && it->width != LONG && indent + it->width <= WIDTH;
}

/* Items i to n, one a line, of one class. */
static void align(struct item *v, uint32_t n, enum role role, uint32_t indent)
{
	uint32_t i, k, w, max1 = 0, max2 = 0, last;

	for (i = 0; i < n; i++) {
		w = widths(&v[i], 0, v[i].at1, role);
		if (w <= MAX_CELL_1 && w > max1)
			max1 = w;
	}
	for (i = 0; i < n; i++) {
		w = widths(&v[i], 0, v[i].at1, role);
		v[i].pad1 = w <= MAX_CELL_1 ? max1 - w : 0;
	}
	/* the second sign: over neighbours whose middle is not too wide */
	for (i = 0; i < n; i = k) {
		max2 = 0;
		for (k = i; k < n; k++) {
			if (!v[k].at2)
				continue;
			w = v[k].pad1 + widths(&v[k], 0, v[k].at2, role);
			if (widths(&v[k], v[k].at1, v[k].at2, role) > MAX_CELL_2)
				break;
			if (w > max2)
				max2 = w;
		}
		last = k;
		if (k < n)
			k++;                    /* the wide one stays as it is */
		for (; i < last; i++)
			if (v[i].at2)
				v[i].pad2 = max2 - (v[i].pad1 + widths(&v[i], 0, v[i].at2, role));
	}
	for (i = 0; i < n; i++)
		if (indent + v[i].width + v[i].pad1 + v[i].pad2 > WIDTH) {
			for (i = 0; i < n; i++)
				v[i].pad1 = v[i].pad2 = 0;
			return;
		}
}

static void align_runs(struct group *g, uint32_t indent)
{
	uint32_t i, k;

	for (i = 0; i < g->items.n; i = k) {
		struct item *v = &g->items.v[i];

		k = i + 1;
		if (!aligns(v, indent))
			continue;
		while (k < g->items.n && aligns(&g->items.v[k], indent)
			&& g->items.v[k].class == v->class && !g->items.v[k].blank)
			k++;
		if (k > i + 1)
			align(v, k - i, g->role, indent);
	}
}

/* Entries, elements and arguments of an opened group that shared a line go on sharing it while there is room, and if
   what stands before them takes one line. Such lines are not aligned. */
static void share_lines(struct group *g, int commas, uint32_t last, uint32_t indent)
{
	uint32_t i, at = indent;        /* where the next one would stand on the line */
	int room = 0;

	if (g->role == ROLE_BLOCK || !g->open)
		return;
	for (i = 0; i < g->items.n; i++) {
		struct item *it = &g->items.v[i];
		uint32_t w = add_width(it->width, (uint32_t)(commas && i < last && !it->is_comment));

		it->joins = room && it->same_line && w <= WIDTH && at + w <= WIDTH;
		if (it->joins)
			it->class = it[-1].class = 0;
		else
			at = indent;
		room = w <= WIDTH && at + w <= WIDTH && it->comment_lo == it->comment_hi;
		at = add_width(at, add_width(w, commas ? 1 : 2));
	}
}

/* The items of an opened group, or of the file. */
static void put_items(struct fmt *f, struct group *g, int kind, uint32_t indent)
{
	int commas = kind == '(' || kind == '[';
	uint32_t i, last = 0;

	for (i = 0; i < g->items.n; i++)
		if (!g->items.v[i].is_comment)
			last = i;
	share_lines(g, commas, last, indent);
	if (g->role == ROLE_BLOCK || g->role == ROLE_FIELDS || g->role == ROLE_KEYS)
		align_runs(g, indent);
	for (i = 0; i < g->items.n; i++) {
		struct item *it = &g->items.v[i];
		int comma = commas && i < last && !it->is_comment;

		if (it->joins) {
			buf_adds(f->out, commas ? " " : ", ");
		} else if (kind || i) {
			if (it->blank)
				buf_addc(f->out, '\n');
			newline(f, indent);
		}
		if (it->is_comment)
			put_comment(f, it->lo, it->hi);
		else
			put_item(f, it, g->role, (uint32_t)comma);
		if (comma)
			buf_addc(f->out, ',');
		comment_behind(f, it->comment_lo, it->comment_hi);
	}
}

void fmt_source(const struct source *src, const struct ast *file, struct buf *out)
{
	struct fmt f = { .src = src, .text = src->text, .out = out };
	struct arena arena;
	struct source own = *src;               /* scanning it again leaves the caller's comments alone */
	struct group *g;

	arena_init(&arena, 0);
	f.arena = &arena;
	f.line = (uint32_t)out->n;
	parse_tokens(&own, &arena, 0, &f.tokens);
	f.src = &own;
	note_braces(&f, file);
	if (f.objects.n)
		qsort(f.objects.v, f.objects.n, sizeof *f.objects.v, by_offset);
	if (f.records.n)
		qsort(f.records.v, f.records.n, sizeof *f.records.v, by_offset);
	g = read_group(&f, 0, ROLE_BLOCK);
	put_items(&f, g, 0, 0);
	if (g->items.n)
		buf_addc(out, '\n');
	arena_free(&arena);
}
