/* The text of a string as it was written in; what it says out: escapes resolved, the indentation of a block taken away,
   pieces and expressions in one node. */
#include "front/parse_state.h"
#include <string.h>

static uint32_t utf8_put(char *out, unsigned long c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 63));
		out[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 63));
	out[2] = (char)(0x80 | (c >> 6 & 63));
	out[3] = (char)(0x80 | (c & 63));
	return 4;
}

/* The character after a backslash at `s`. Gives the bytes read and written; an unknown escape is kept as it stands. */
static uint32_t escape(struct parse *p, const char *s, const char *end, char *out, uint32_t *nout)
{
	unsigned long c = 0;
	uint32_t n = 1;
	struct span at;
	struct diag *d;

	*nout = 1;
	switch (s + 1 < end ? s[1] : 0) {
	case '"': case '\\': case '$': *out = s[1]; return 2;
	case 'n': *out = '\n'; return 2;
	case 't': *out = '\t'; return 2;
	case 'r': *out = '\r'; return 2;
	case 'u':
		if (s + 2 < end && s[2] == '{') {
			for (n = 3; s + n < end && n < 9; n++) {
				char h = s[n];
				int v = h >= '0' && h <= '9' ? h - '0' : h >= 'a' && h <= 'f' ? h - 'a' + 10
					: h >= 'A' && h <= 'F' ? h - 'A' + 10 : -1;

				if (v < 0)
					break;
				c = c << 4 | (unsigned long)v;
			}
			if (n > 3 && s + n < end && s[n] == '}' && c && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff)) {
				*nout = utf8_put(out, c);
				return n + 1;
			}
			if (s + n < end && s[n] == '}')
				n++;
			break;
		}
		n = 2;
		break;
	default:
		if (s + 1 < end && s[1] != '\n' && s[1] != '\r')
			for (n = 2; s + n < end && (s[n] & 0xc0) == 0x80; n++)
				;
	}
	at.lo = p->src->base + (uint32_t)(s - p->text);
	at.hi = at.lo + n;
	*out = '\\';
	if (parse_muted(p, at.lo))
		return 1;
	d = diag_error(p->diags, at, D_BAD_ESCAPE, arena_strdup(p->scratch, s, n));
	diag_help(p->diags, d, "escapes are \\\" \\\\ \\n \\t \\r \\$ and \\u{1F600}; a backslash is written \\\\");
	return 1;
}

/* Resolves escapes. A piece of a """ block also loses `indent` blanks at the start of each of its lines, and all of
   them on blank lines; `last`: the closing quotes stand behind it. */
static const struct atom *cook(struct parse *p, uint32_t lo, uint32_t hi, int block, int starts_line, uint32_t indent,
	int last)
{
	const char *s = p->text + lo, *end = p->text + hi;
	struct arena_mark mark = arena_mark(p->scratch);
	const struct atom *a;
	char *out;
	uint32_t n = 0, k;

	out = arena_alloc(p->scratch, (size_t)(end - s) + 4);
	while (s < end || starts_line) {
		if (starts_line) {
			const char *t = s;

			while (t < end && (*t == ' ' || *t == '\t'))
				t++;
			if ((t == end && last) || (t < end && *t == '\n')
				|| (t + 1 < end && *t == '\r' && t[1] == '\n'))
				s = t;
			else
				for (k = 0; k < indent && s < t; k++)
					s++;
			starts_line = 0;
			continue;
		}
		if (*s == '\\') {
			s += escape(p, s, end, out + n, &k);
			n += k;
		} else if (block && *s == '\r' && s + 1 < end && s[1] == '\n') {
			s++;
		} else {
			starts_line = block && *s == '\n';
			out[n++] = *s++;
		}
	}
	a = atom_intern(p->atoms, out, n);
	if (p->scratch != p->atoms->arena && p->scratch != p->diags->arena)
		arena_rewind(p->scratch, mark);
	return a;
}

const struct atom *parse_text(struct parse *p, uint32_t lo, uint32_t hi)
{
	if (!memchr(p->text + lo, '\\', hi - lo))
		return atom_intern(p->atoms, p->text + lo, hi - lo);
	return cook(p, lo, hi, 0, 0, 0, 0);
}

void parse_part(struct parse *p, struct span at)
{
	struct ast *top = p->nodes.n ? p->nodes.v[p->nodes.n - 1] : NULL;

	if (top && top->tag == AST_STRING && top->span.hi == at.lo) {
		top->span.hi = at.hi;   /* one text in several tokens */
		return;
	}
	top = ARENA_NEW(p->arena, struct ast);
	top->tag = AST_STRING;
	top->span = at;
	parse_push(p, top);
}

/* The pieces of a """ block that are text: finds the common indentation. */
static uint32_t common_indent(const struct parse *p, uint32_t from)
{
	uint32_t i, k, indent = UINT32_MAX;

	for (i = from; i < p->nodes.n; i++) {
		const struct ast *x = p->nodes.v[i];
		const char *s = p->text + (x->span.lo - p->src->base), *end = p->text + (x->span.hi - p->src->base);

		if (x->tag != AST_STRING || x->name)
			continue;
		while ((s = memchr(s, '\n', (size_t)(end - s)))) {
			for (s++, k = 0; s < end && (*s == ' ' || *s == '\t'); s++)
				k++;
			if ((s < end && *s == '\n') || (s + 1 < end && *s == '\r' && s[1] == '\n'))
				continue;
			if (k < indent)
				indent = k;
		}
	}
	return indent == UINT32_MAX ? 0 : indent;
}

struct ast *parse_string(struct parse *p, struct span at, uint32_t from)
{
	const char *open = p->text + (at.lo - p->src->base);
	int block = at.hi - at.lo >= 6 && !memcmp(open, "\"\"\"", 3), starts_line = 0, exprs = 0;
	uint32_t indent = block ? common_indent(p, from) : 0, i, n = 0, lo, hi, depth = 0;
	struct ast *x;

	for (i = from; i < p->nodes.n; i++) {
		struct ast *part = p->nodes.v[i];

		if (part->tag != AST_STRING || part->name) {
			exprs = 1;
			starts_line = 0;
			if (part->tag != AST_NAME && part->bind_depth >= depth)
				depth = part->bind_depth + 1u;
			p->nodes.v[from + n++] = part;
			continue;
		}
		lo = part->span.lo - p->src->base;
		hi = part->span.hi - p->src->base;
		if (block && i == from) {
			uint32_t k = lo;

			while (k < hi && (p->text[k] == ' ' || p->text[k] == '\t' || p->text[k] == '\r'))
				k++;
			if (k < hi && p->text[k] == '\n') {
				lo = k + 1;
				starts_line = 1;
			}
		}
		part->name = block ? cook(p, lo, hi, 1, starts_line, indent, i + 1 == p->nodes.n)
			: parse_text(p, lo, hi);
		if (block && !starts_line && i == from)
			diag_error(p->diags,
				(struct span){ at.lo + 3, part->span.hi > at.lo + 4 ? at.lo + 4 : part->span.hi },
				D_SYNTAX, "text", "a line break after `\"\"\"`");
		starts_line = 0;
		if (part->name->len || p->nodes.n - from == 1)
			p->nodes.v[from + n++] = part;
	}
	if (block && p->nodes.n > from && p->nodes.v[from]->tag != AST_STRING && p->nodes.v[from]->span.lo <= at.lo + 5)
		diag_error(p->diags, p->nodes.v[from]->span, D_SYNTAX, "`${`", "a line break after `\"\"\"`");
	if (!exprs) {
		x = ARENA_NEW(p->arena, struct ast);
		x->tag = AST_STRING;
		x->name = n ? p->nodes.v[from]->name : atom_intern(p->atoms, "", 0);
	} else {
		x = arena_alloc(p->arena, sizeof *x + n * sizeof *x->kids);
		x->tag = AST_INTERP;
		x->kids = (struct ast **)(x + 1);
		x->nkids = n;
		memcpy(x->kids, p->nodes.v + from, n * sizeof *x->kids);
		x->bind_depth = (uint16_t)(depth ? depth : 1);
	}
	p->nodes.n = from;
	x->span = at;
	x->flags = block ? AST_F_BLOCK : 0;
	return depth > PARSE_MAX_NODES ? parse_too_deep(p, at) : x;
}
