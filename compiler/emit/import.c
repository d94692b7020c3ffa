/* One YAML file in, the text of a source file out. The values come from yaml_read(); what a tree of values no longer
   knows is fetched from the text by their places: comments (everything behind a `#` that no scalar covers), blank lines
   between entries, and spellings that mean something else than they seem to, which are said at the top. */
#include "emit/import.h"
#include "base/vec.h"
#include "base/text.h"
#include "value/yaml.h"
#include <stdlib.h>
#include <string.h>

enum {
	WIDTH = 100,            /* of a line that holds a whole list or map */
	MAX_DEPTH = 190,        /* the language allows 200 levels, the component around takes some */
	MAX_NOTES = 30,
};

struct comment { uint32_t at, end; };           /* offsets in the text; at is the `#` */
struct secret { const char *name; VEC(const struct atom *) keys; const char *type; int renamed; const char *was; };

struct import {
	const struct source *src;
	struct arena *arena;
	struct atoms *atoms;
	struct diags *diags;
	struct buf body, notes;
	uint32_t nnotes;
	VEC(struct comment) comments;
	uint32_t next;                          /* the first comment that is not written yet */
	VEC(struct secret) secrets;
	int left_out;                           /* something that only the cluster writes */
	int manifests;                          /* objects, not a chart's values */
	int failed;
};

/* -- The text -- */

static uint32_t line_start(const struct import *im, uint32_t at)
{
	while (at && im->src->text[at - 1] != '\n')
		at--;
	return at;
}

static uint32_t line_end(const struct import *im, uint32_t at)
{
	while (at < im->src->len && im->src->text[at] != '\n')
		at++;
	return at;
}

static int blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

static int first_on_line(const struct import *im, uint32_t at)
{
	while (at && blank(im->src->text[at - 1]))
		at--;
	return !at || im->src->text[at - 1] == '\n';
}

/* Is the line above the one of `at` empty? */
static int blank_above(const struct import *im, uint32_t at)
{
	at = line_start(im, at);
	return at > 0 && first_on_line(im, at - 1);
}

static uint32_t offset(const struct import *im, uint32_t at) { return at - im->src->base; }

/* Places are in the file's sequence; 0 is nowhere. */
static struct span local(const struct import *im, struct span s)
{
	if (!s.lo)
		return (struct span){ 0, 0 };
	return (struct span){ offset(im, s.lo), offset(im, s.hi) };
}

static unsigned line_of(const struct import *im, uint32_t at)
{
	unsigned line = 1;

	for (uint32_t i = 0; i < at && i < im->src->len; i++)
		line += im->src->text[i] == '\n';
	return line;
}

/* -- Notes at the top -- */

static void note(struct import *im, uint32_t at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void note(struct import *im, uint32_t at, const char *fmt, ...)
{
	va_list ap;

	if (im->nnotes++ >= MAX_NOTES)
		return;
	buf_addf(&im->notes, "# line %u: ", line_of(im, at));
	va_start(ap, fmt);
	buf_vaddf(&im->notes, fmt, ap);
	va_end(ap);
	buf_addc(&im->notes, '\n');
}

/* How a plain scalar is spelled; NULL when it is quoted, tagged or an anchor. */
static const char *spelling(const struct import *im, struct span at, size_t *n)
{
	const char *s = im->src->text + at.lo;

	*n = at.hi - at.lo;
	return at.hi <= at.lo || strchr("\"'!&|>*", *s) || *n > 60 ? NULL : s;
}

/* An item that is nothing: the language refuses it when it is written, so somebody has to decide. */
static void note_items(struct import *im, const struct value *v)
{
	for (uint32_t i = 0; i < v->n && im->manifests; i++)    /* values may hold null */
		if (v->items[i]->tag == VALUE_NONE) {
			uint32_t at = v->items[i]->origin.lo ? v->items[i]->origin.lo : v->origin.lo;

			note(im, at ? offset(im, at) : 0,
				"a list with nothing (null) in it is refused by a build: take it out, or say what it is");
			return;
		}
}

static void note_spelling(struct import *im, const struct value *v)
{
	struct span at = local(im, v->origin);
	size_t n;
	const char *s = v->origin.lo ? spelling(im, at, &n) : NULL;
	char text[40];

	if (v->tag == VALUE_STRING && v->n && memchr(v->str.p, 0, v->n))
		note(im, at.lo, "this text holds a NUL, which a source cannot; U+FFFD stands in its place");
	if (!s)
		return;
	if (v->tag == VALUE_BOOL && !text_is(s, n, v->i ? "true" : "false")) {
		if (strspn(s, "TRUEFALStruefals") < n)
			note(im, at.lo, "`%.*s` is %s, as it was for kubectl; as text it stands in quotes", (int)n,
				s, v->i ? "true" : "false");
	} else if (v->tag == VALUE_INT) {
		struct buf b = { 0 };

		buf_addf(&b, "%lld", (long long)v->i);
		if (!text_is(s, n, b.p) && !(s[0] == '+' && text_is(s + 1, n - 1, b.p)))
			note(im, at.lo,
				"`%.*s` is the number %s, as it was for kubectl; as text it stands in quotes",
				(int)n, s, b.p);
		buf_free(&b);
	} else if (v->tag == VALUE_FLOAT) {
		size_t printed = float_print(v->d, text);

		if (!memchr(s, '.', n) && !memchr(s, 'e', n) && !memchr(s, 'E', n))
			note(im, at.lo, "`%.*s` does not fit into an int; the float is what it was for kubectl",
				(int)n, s);
		else if (s[n - 1] == '0' && !memchr(s, 'e', n) && !memchr(s, 'E', n) &&
			(n != printed || memcmp(s, text, n)))
			note(im, at.lo,
				"`%.*s` is the number %s, as it was for kubectl; a version stands in quotes",
				(int)n, s, text);
	}
}

static int ends_with(const char *s, size_t n, const char *end)
{
	size_t k = strlen(end);

	return n >= k && !memcmp(s + n - k, end, k);
}

/* Beside the name of a Secret, `...Key` says which of its keys is meant. */
static int names_secret(const struct value *v)
{
	for (uint32_t i = 0; i < v->n; i++) {
		const struct atom *key = v->rec.fields[i].key;
		const struct value *x = v->rec.fields[i].value;

		if (!strcmp(key->text, "remoteRef") || !strcmp(key->text, "secretKeyRef"))
			return 1;
		if (x->tag == VALUE_STRING && x->n &&
			(!strncmp(key->text, "existing", 8) || ends_with(key->text, key->len, "ecretName")))
			return 1;
	}
	return 0;
}

/* A name that promises a secret, with something written out behind it. */
static void note_secret(struct import *im, struct span at, const char *name, size_t n, const struct value *v)
{
	static const char *const words[] = { "password", "passwd", "secretkey", "secretaccesskey",
		"privatekey", "apikey", "token" };
	char low[64];
	size_t k = 0;

	if (v->tag != VALUE_STRING || !v->n || v->str.p[0] == '$' || !at.lo)
		return;
	for (size_t i = 0; i < n && k + 1 < sizeof low; i++) {
		char c = name[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c + 32);
		if (c >= 'a' && c <= 'z')
			low[k++] = c;
	}
	low[k] = 0;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		size_t len = strlen(words[i]);

		if (k >= len && !strcmp(low + k - len, words[i])) {
			note(im, offset(im, at.lo),
				"`%.*s` looks like a secret that is written out: name a Secret that exists instead", (int)n, name);
			return;
		}
	}
}

/* -- Comments -- */

static int by_place(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->lo != y->lo ? (x->lo < y->lo ? -1 : 1) : x->hi < y->hi ? -1 : x->hi > y->hi;
}

/* The places of all scalars of a value. Aliased values are met several times, at the same places. */
static void scalars(const struct import *im, const struct value *v, struct buf *out)
{
	struct span at = local(im, v->origin);

	if (v->tag == VALUE_LIST) {
		for (uint32_t i = 0; i < v->n; i++)
			scalars(im, v->items[i], out);
	} else if (v->tag == VALUE_RECORD) {
		for (uint32_t i = 0; i < v->n; i++) {
			struct span key = local(im, yaml_key_span(v, i));

			buf_add(out, &key, sizeof key);
			scalars(im, v->rec.fields[i].value, out);
		}
	} else if (v->origin.lo) {
		/* the line that opens a block scalar may end in a comment */
		if (im->src->text[at.lo] == '|' || im->src->text[at.lo] == '>')
			at.lo = line_end(im, at.lo);
		buf_add(out, &at, sizeof at);
	}
}

static void find_comments(struct import *im, const struct yaml_documents *docs)
{
	struct buf spans = { 0 };
	const struct span *s;
	size_t n, k = 0;

	for (uint32_t i = 0; i < docs->n; i++)
		scalars(im, docs->v[i], &spans);
	n = spans.n / sizeof *s;
	if (n)
		qsort(spans.p, n, sizeof *s, by_place);
	s = (const struct span *)(const void *)spans.p;
	for (uint32_t at = 0; at < im->src->len; at++) {
		struct comment c;

		while (k < n && s[k].hi <= at)
			k++;
		if (k < n && s[k].lo <= at) {
			at = s[k].hi - 1;
			continue;
		}
		if (im->src->text[at] != '#' || (at && !strchr(" \t\n", im->src->text[at - 1])))
			continue;
		c.at = at;
		at = c.end = line_end(im, at);
		while (c.end > c.at && blank(im->src->text[c.end - 1]))
			c.end--;
		VEC_PUSH(im->arena, &im->comments, c);
	}
	buf_free(&spans);
}

/* `## text` would document something here, so one `#` is left; a row of them stays a row. */
static void put_comment(struct import *im, struct buf *out, struct comment c)
{
	const char *s = im->src->text + c.at, *end = im->src->text + c.end, *t = s;

	while (t < end && *t == '#')
		t++;
	buf_addc(out, '#');
	if (t == end) {
		if (t - s > 1) {
			buf_addc(out, ' ');
			buf_add(out, s, (size_t)(t - s) - 1);
		}
	} else {
		if (*t != ' ' && *t != '\t')
			buf_addc(out, ' ');
		buf_add(out, t, (size_t)(end - t));
	}
}

static void indentation(struct buf *out, int indent)
{
	static const char blanks[] = "                                ";

	while (indent > 0) {
		int n = indent < (int)sizeof blanks - 1 ? indent : (int)sizeof blanks - 1;

		buf_add(out, blanks, (size_t)n);
		indent -= n;
	}
}

/* Comments before a place, each on its own line; a blank line where there was one, unless this is the first thing in a
   block. Gives whether whatever comes next would still be the first. */
static int comments_before(struct import *im, struct buf *out, uint32_t at, int indent, int first)
{
	while (im->next < im->comments.n && im->comments.v[im->next].at < at) {
		struct comment c = im->comments.v[im->next++];

		if (!first && first_on_line(im, c.at) && blank_above(im, c.at))
			buf_addc(out, '\n');
		first = 0;
		indentation(out, indent);
		put_comment(im, out, c);
		buf_addc(out, '\n');
	}
	return first;
}

/* The same before an entry, with the blank line that may stand between. */
static void lines_before(struct import *im, struct buf *out, uint32_t at, int indent, int first)
{
	if (!comments_before(im, out, at, indent, first) && blank_above(im, at))
		buf_addc(out, '\n');
}

/* A comment on the rest of the line of `at` goes to the end of the line that was just written. */
static void comment_behind(struct import *im, struct buf *out, uint32_t at)
{
	if (im->next < im->comments.n) {
		struct comment c = im->comments.v[im->next];

		if (c.at >= at && c.at < line_end(im, at) && !first_on_line(im, c.at)) {
			im->next++;
			buf_adds(out, "  ");
			put_comment(im, out, c);
		}
	}
	buf_addc(out, '\n');
}

/* The same behind an opening brace, unless the first entry stands on that line: then it is the entry's. */
static void comment_behind_brace(struct import *im, struct buf *out, uint32_t at, uint32_t entry)
{
	if (entry >= at && entry < line_end(im, at))
		buf_addc(out, '\n');
	else
		comment_behind(im, out, at);
}

/* Comments inside of what must not be shown. */
static void drop_comments(struct import *im, uint32_t before)
{
	while (im->next < im->comments.n && im->comments.v[im->next].at < before)
		im->next++;
}

static int comment_within(const struct import *im, struct span at)
{
	for (uint32_t i = im->next; i < im->comments.n && im->comments.v[i].at < at.hi; i++)
		if (im->comments.v[i].at >= at.lo)
			return 1;
	return 0;
}

/* -- Scalars -- */

static int bare_key(const char *s, size_t n)
{
	size_t i = 0;

	if (!n || n > 253)
		return 0;
	/* a name with dashes */
	while (i < n && ((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= '0' && s[i] <= '9') ||
		(s[i] == '-' && i && s[i - 1] != '-')))
		i++;
	if (i == n && s[0] >= 'a' && s[0] <= 'z' && s[n - 1] != '-')
		return 1;
	for (i = 0; i < n; i++)
		if (!((s[i] | 0x20) >= 'a' && (s[i] | 0x20) <= 'z') && s[i] != '_' &&
			!(i && s[i] >= '0' && s[i] <= '9'))
			return 0;
	return 1;
}

/* Characters that a reader of the source could not see, or that turn it around. */
static int unseen(const unsigned char *s, size_t n, unsigned *c)
{
	if (n >= 2 && s[0] == 0xc2 && (s[1] < 0xa1 || s[1] == 0xad)) {
		*c = s[1];
		return 2;
	}
	if (n >= 3 && s[0] == 0xe2 && (s[1] == 0x80 || s[1] == 0x81)) {
		*c = 0x2000u | (unsigned)(s[1] & 0x3f) << 6 | (s[2] & 0x3f);
		return (*c >= 0x200b && *c <= 0x200f) || (*c >= 0x2028 && *c <= 0x202e) ||
			(*c >= 0x2060 && *c <= 0x206f) ? 3 : 0;
	}
	if (n >= 3 && s[0] == 0xef && s[1] == 0xbb && s[2] == 0xbf) {
		*c = 0xfeff;
		return 3;
	}
	return 0;
}

/* One character of a string; how many bytes were taken. */
static size_t put_character(struct buf *out, const char *s, size_t n, int block)
{
	unsigned c;
	int k;

	switch (*s) {
	case '\\':
		buf_add(out, "\\\\", 2);
		return 1;
	case '"':
		/* in a block only three in a row mean anything */
		if (!block || (n >= 3 && s[1] == '"' && s[2] == '"') || n == 1)
			buf_addc(out, '\\');
		buf_addc(out, '"');
		return 1;
	case '$':
		if (n > 1 && s[1] == '{')
			buf_addc(out, '\\');
		buf_addc(out, '$');
		return 1;
	case '\n':
		buf_add(out, block ? "\n" : "\\n", block ? 1 : 2);
		return 1;
	case '\t':
		buf_add(out, block ? "\t" : "\\t", block ? 1 : 2);
		return 1;
	case '\r':
		buf_add(out, "\\r", 2);
		return 1;
	case 0:
		buf_adds(out, "\\u{FFFD}");     /* the language has no NUL; said at the top */
		return 1;
	}
	if ((unsigned char)*s < 0x20 || *s == 0x7f) {
		buf_addf(out, "\\u{%X}", (unsigned char)*s);
		return 1;
	}
	k = unseen((const unsigned char *)s, n, &c);
	if (k) {
		buf_addf(out, "\\u{%X}", c);
		return (size_t)k;
	}
	buf_addc(out, *s);
	return 1;
}

static void put_quoted(struct buf *out, const char *s, size_t n)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < n; )
		i += put_character(out, s + i, n - i, 0);
	buf_addc(out, '"');
}

static void put_key(struct buf *out, const struct atom *key)
{
	if (bare_key(key->text, key->len))
		buf_add(out, key->text, key->len);
	else
		put_quoted(out, key->text, key->len);
}

/* Several lines that a block keeps as they are: the common indentation of a block and what is blank in it are lost. */
static int fits_block(const char *s, size_t n)
{
	int flush_left = 0, empty_line = 1;
	size_t start = 0, lines = 0;

	if (n < 2 || !memchr(s, '\n', n - 1) || memchr(s, 0, n))
		return 0;
	for (size_t i = 0; i <= n; i++) {
		if (i < n && s[i] != '\n') {
			if (s[i] != ' ' && s[i] != '\t')
				empty_line = 0;
			continue;
		}
		if (i > start && empty_line)
			return 0;
		if (i > start && s[start] != ' ' && s[start] != '\t')
			flush_left = 1;
		if (i < n)
			lines++;
		start = i + 1;
		empty_line = 1;
	}
	/* with a line break at the end the closing quotes stand at the margin */
	return lines > 0 && (flush_left || s[n - 1] == '\n');
}

static void put_block(struct buf *out, const char *s, size_t n, int indent)
{
	int at_start = 1;

	buf_adds(out, "\"\"\"\n");
	for (size_t i = 0; i < n; ) {
		if (at_start && s[i] != '\n')
			indentation(out, indent);
		at_start = s[i] == '\n';
		i += put_character(out, s + i, n - i, 1);
	}
	if (at_start)
		indentation(out, indent);
	buf_adds(out, "\"\"\"");
}

static void put_float(struct buf *out, double d)
{
	char text[40], *plus;
	size_t n = float_print(d, text);

	plus = memchr(text, '+', n);    /* a number has no `+` in this language */
	if (plus)
		memmove(plus, plus + 1, n - (size_t)(plus - text));
	buf_adds(out, text);
}

static void put_scalar(struct buf *out, const struct value *v, int indent, int values)
{
	switch ((enum value_tag)v->tag) {
	case VALUE_BOOL:
		buf_adds(out, v->i ? "true" : "false");
		break;
	case VALUE_INT:
		if (v->i == INT64_MIN)
			buf_adds(out, "-9223372036854775807 - 1");
		else
			buf_addf(out, "%lld", (long long)v->i);
		break;
	case VALUE_FLOAT:
		put_float(out, v->d);
		break;
	case VALUE_STRING:
		if (indent >= 0 && fits_block(v->str.p, v->n))
			put_block(out, v->str.p, v->n, indent);
		else
			put_quoted(out, v->str.p, v->n);
		break;
	case VALUE_ERROR: case VALUE_NONE: case VALUE_NULL: case VALUE_LIST: case VALUE_RECORD: case VALUE_SECRET:
	case VALUE_SECRET_KEY:
	case VALUE_COMPONENT:
	case VALUE_GIVEN:
	case VALUE_DETECTOR:
	case VALUE_VIEW:
	case VALUE_BYTES: buf_adds(out, values ? "null" : "none"); break;
	}
}

/* -- Values -- */

/* What the cluster writes into an object and would refuse, or undo, when it is sent. */
enum level { LEVEL_VALUE, LEVEL_OBJECT, LEVEL_METADATA, LEVEL_LABELS, LEVEL_ANNOTATIONS };

static int from_cluster(enum level level, const struct atom *key)
{
	static const char *const metadata[] = { "uid", "resourceVersion", "generation",
		"creationTimestamp", "managedFields", "selfLink" };

	switch (level) {
	case LEVEL_VALUE:
		return 0;
	case LEVEL_OBJECT:
		return !strcmp(key->text, "status");
	case LEVEL_METADATA:
		for (size_t i = 0; i < sizeof metadata / sizeof metadata[0]; i++)
			if (!strcmp(key->text, metadata[i]))
				return 1;
		return 0;
	case LEVEL_ANNOTATIONS:
		return !strcmp(key->text, "kubectl.kubernetes.io/last-applied-configuration") ||
			!strcmp(key->text, "deployment.kubernetes.io/revision");
	case LEVEL_LABELS:
		return 0;
	}
	return 0;
}

/* What a build wrote: it is written anew, with what it says then. */
static int from_build(enum level level, const struct value *of, const struct atom *key)
{
	const struct value *by = level == LEVEL_LABELS ? value_getc(of, "app.kubernetes.io/managed-by") : NULL;

	if (level == LEVEL_ANNOTATIONS)
		return !strcmp(key->text, "mlopsc/content-hash");
	return by && by->tag == VALUE_STRING && by->n == 6 && !memcmp(by->str.p, "mlopsc", 6) &&
		(!strcmp(key->text, "app.kubernetes.io/managed-by") || !strcmp(key->text, "app.kubernetes.io/part-of"));
}

static enum level below(enum level level, const struct atom *key)
{
	if (level == LEVEL_OBJECT && !strcmp(key->text, "metadata"))
		return LEVEL_METADATA;
	if (level == LEVEL_METADATA && !strcmp(key->text, "annotations"))
		return LEVEL_ANNOTATIONS;
	if (level == LEVEL_METADATA && !strcmp(key->text, "labels"))
		return LEVEL_LABELS;
	return LEVEL_VALUE;
}

/* Also a mapping of which nothing would be left. */
static int left_out(enum level level, const struct value *of, const struct field *f)
{
	enum level in = below(level, f->key);

	if (from_cluster(level, f->key) || from_build(level, of, f->key))
		return 1;
	if ((in != LEVEL_LABELS && in != LEVEL_ANNOTATIONS) || f->value->tag != VALUE_RECORD || !f->value->n)
		return 0;
	for (uint32_t i = 0; i < f->value->n; i++)
		if (!left_out(in, f->value, &f->value->rec.fields[i]))
			return 0;
	return 1;
}

static int is_scalar(const struct value *v) { return v->tag != VALUE_LIST && v->tag != VALUE_RECORD; }

static void put_inline(const struct import *im, struct buf *out, const struct value *v)
{
	if (v->tag == VALUE_LIST) {
		buf_addc(out, '[');
		for (uint32_t i = 0; i < v->n && out->n < WIDTH; i++) {
			if (i)
				buf_adds(out, ", ");
			put_inline(im, out, v->items[i]);
		}
		buf_addc(out, ']');
	} else if (v->tag == VALUE_RECORD) {
		buf_adds(out, v->n ? "{ " : "{");
		for (uint32_t i = 0; i < v->n && out->n < WIDTH; i++) {
			if (i)
				buf_adds(out, ", ");
			put_key(out, v->rec.fields[i].key);
			buf_adds(out, ": ");
			put_inline(im, out, v->rec.fields[i].value);
		}
		buf_adds(out, v->n ? " }" : "}");
	} else {
		put_scalar(out, v, -1, !im->manifests);
	}
}

static void look(struct import *im, const struct value *v);

/* Was it on one line, or is it a list of scalars, and does it still fit into one? */
static int one_line(struct import *im, struct buf *out, const struct value *v, size_t column)
{
	struct span at = local(im, v->origin);
	struct buf text = { 0 };
	int flow, ok;

	if (!v->n) {
		if (v->origin.lo && comment_within(im, at))
			return 0;
		buf_adds(out, v->tag == VALUE_LIST ? "[]" : "{}");
		return 1;
	}
	if (!v->origin.lo)
		return 0;
	flow = strchr("{[", im->src->text[at.lo]) && !memchr(im->src->text + at.lo, '\n', at.hi - at.lo);
	if (comment_within(im, (struct span){ at.lo, flow ? at.hi : line_end(im, at.hi) }))
		return 0;
	if (!flow) {
		if (v->tag != VALUE_LIST)
			return 0;
		for (uint32_t i = 0; i < v->n; i++)
			if (!is_scalar(v->items[i]) ||
				(v->items[i]->tag == VALUE_STRING &&
				fits_block(v->items[i]->str.p, v->items[i]->n)))
				return 0;
	}
	put_inline(im, &text, v);
	ok = column + text.n <= WIDTH;
	if (ok) {
		buf_add(out, text.p, text.n);
		look(im, v);
	}
	buf_free(&text);
	return ok;
}

static size_t column(const struct buf *out)
{
	size_t i = out->n;

	while (i && out->p[i - 1] != '\n')
		i--;
	return out->n - i;
}

/* Says what has to be said about an entry of a mapping, its value's own scalars aside. */
static void note_entry(struct import *im, const struct value *v, uint32_t i)
{
	const struct field *f = &v->rec.fields[i];
	struct span key = local(im, yaml_key_span(v, i));
	size_t n;
	const char *s = spelling(im, key, &n);

	if (s && (n != f->key->len || memcmp(s, f->key->text, n)) && *s != '?')
		note(im, key.lo, "the key `%.*s` is `%s`, as it was for kubectl", (int)n, s, f->key->text);
	if (!ends_with(f->key->text, f->key->len, "Key") || !names_secret(v))
		note_secret(im, yaml_key_span(v, i), f->key->text, f->key->len, f->value);
	/* a variable: { name: DB_PASSWORD, value: ... } */
	if (!strcmp(f->key->text, "value")) {
		const struct value *name = value_getc(v, "name");

		if (name && name->tag == VALUE_STRING)
			note_secret(im, yaml_key_span(v, i), name->str.p, name->n, f->value);
	}
}

/* Says what has to be said about the scalars of a value that was written on one line. */
static void look(struct import *im, const struct value *v)
{
	if (v->tag == VALUE_LIST) {
		note_items(im, v);
		for (uint32_t i = 0; i < v->n; i++)
			look(im, v->items[i]);
	} else if (v->tag == VALUE_RECORD) {
		for (uint32_t i = 0; i < v->n; i++) {
			note_entry(im, v, i);
			look(im, v->rec.fields[i].value);
		}
	} else {
		note_spelling(im, v);
	}
}

static void too_deep(struct import *im, const struct value *v)
{
	if (!im->failed)
		diag_error(im->diags, v->origin, D_YAML_LIMIT,
			"nesting is deeper than the 190 levels that a source can take in");
	im->failed = 1;
}

static void put_fields(struct import *im, struct buf *out, const struct value *v, int indent,
	int depth, enum level level, int first);

/* Is nothing of it left out? */
static int whole(enum level level, const struct value *v)
{
	if (level == LEVEL_OBJECT || level == LEVEL_METADATA)
		return 0;
	for (uint32_t i = 0; level != LEVEL_VALUE && v->tag == VALUE_RECORD && i < v->n; i++)
		if (left_out(level, v, &v->rec.fields[i]))
			return 0;
	return 1;
}

static uint32_t first_entry(const struct import *im, const struct value *v)
{
	if (!v->n)
		return 0;
	return local(im, v->tag == VALUE_RECORD ? yaml_key_span(v, 0) : v->items[0]->origin).lo;
}

/* The value, from behind `key: ` or at the start of an item, up to but without the line break. *end is where it ended
   in the text, for a comment behind it. */
static void put_value(struct import *im, struct buf *out, const struct value *v, int indent,
	int depth, enum level level, uint32_t *end)
{
	struct span at = local(im, v->origin);

	if (depth > MAX_DEPTH) {
		too_deep(im, v);
		return;
	}
	if (is_scalar(v)) {
		note_spelling(im, v);
		put_scalar(out, v, indent + 2, !im->manifests);
		if (v->origin.lo && at.hi > at.lo && !strchr("|>", im->src->text[at.lo]))
			*end = at.hi;
		return;
	}
	if (whole(level, v) && one_line(im, out, v, column(out))) {
		if (v->origin.lo && strchr("{[", im->src->text[at.lo]))
			*end = at.hi;
		return;
	}
	buf_addc(out, v->tag == VALUE_LIST ? '[' : '{');
	comment_behind_brace(im, out, *end, first_entry(im, v));
	if (v->tag == VALUE_RECORD) {
		put_fields(im, out, v, indent + 2, depth, level, 1);
	} else {
		note_items(im, v);
		for (uint32_t i = 0; i < v->n; i++) {
			const struct value *item = v->items[i];
			uint32_t item_end = local(im, item->origin).lo;

			if (item->origin.lo)
				lines_before(im, out, item_end, indent + 2, i == 0);
			indentation(out, indent + 2);
			put_value(im, out, item, indent + 2, depth + 1, LEVEL_VALUE, &item_end);
			if (i + 1 < v->n)
				buf_addc(out, ',');
			comment_behind(im, out, item_end);
		}
	}
	indentation(out, indent);
	buf_addc(out, v->tag == VALUE_LIST ? ']' : '}');
	*end = v->origin.lo ? at.hi : *end;
}

static void put_fields(struct import *im, struct buf *out, const struct value *v, int indent,
	int depth, enum level level, int first)
{
	for (uint32_t i = 0; i < v->n; i++) {
		const struct field *f = &v->rec.fields[i];
		struct span key = local(im, yaml_key_span(v, i));
		uint32_t end = key.hi;

		if (left_out(level, v, f)) {
			im->left_out |= from_cluster(level, f->key) &&
				f->value->tag != VALUE_NONE && (is_scalar(f->value) || f->value->n);
			first = comments_before(im, out, key.lo, indent, first);
			drop_comments(im, line_end(im, f->value->origin.lo ? local(im, f->value->origin).hi : key.hi));
			continue;
		}
		lines_before(im, out, key.lo, indent, first);
		first = 0;
		note_entry(im, v, i);
		indentation(out, indent);
		put_key(out, f->key);
		buf_adds(out, ": ");
		put_value(im, out, f->value, indent, depth + 1, below(level, f->key), &end);
		comment_behind(im, out, end);
	}
}

/* -- Names -- */

/* The text as a name: lower case, anything else a dash, a letter first. */
static const char *name_of(struct import *im, const char *s, size_t n)
{
	struct buf b = { 0 };
	const char *name;

	buf_add(&b, "", 0);
	for (size_t i = 0; i < n && b.n < 60; i++) {
		char c = s[i] >= 'A' && s[i] <= 'Z' ? (char)(s[i] + 32) : s[i];

		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
			if (!b.n && c <= '9')
				buf_adds(&b, "x-");
			buf_addc(&b, c);
		} else if (b.n && b.p[b.n - 1] != '-') {
			buf_addc(&b, '-');
		}
	}
	while (b.n && b.p[b.n - 1] == '-')
		b.p[--b.n] = 0;
	name = b.n ? arena_strdup(im->arena, b.p, b.n) : "imported";
	buf_free(&b);
	return name;
}

static int reserved(const char *name)
{
	static const char *const words[] = { "if", "then", "else", "for", "in", "on", "from",
		"because", "when", "warn", "none", "true", "false",
		"stack", "use", "catalog", "param", "let", "secret", "component", "drift", "env",
		"check", "fn", "kind", "interface", "detector", "rule",
		"allow", "values", "manifest", "release", "config", "names" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (!strcmp(name, words[i]))
			return 1;
	return 0;
}

/* charts/registry/values.yaml is registry, k8s/Legacy_Objects.yaml is legacy-objects. */
static const char *component_name(struct import *im)
{
	const char *path = im->src->name, *end = path + strlen(path), *base, *dot, *name;

	base = end;
	while (base > path && base[-1] != '/')
		base--;
	for (dot = end; dot > base && *dot != '.'; dot--)
		;
	if (dot == base)
		dot = end;
	if (ends_with(base, (size_t)(dot - base), ".values"))
		dot -= strlen(".values");       /* NAME.values.yaml, as a build writes it */
	name = name_of(im, base, (size_t)(dot - base));
	if (!strcmp(name, "values") && base > path + 1) {
		const char *folder = base - 1;

		while (folder > path && folder[-1] != '/')
			folder--;
		if (*folder != '.')
			name = name_of(im, folder, (size_t)(base - 1 - folder));
	}
	if (reserved(name))
		name = arena_printf(im->arena, "%s-objects", name);
	for (uint32_t i = 0; i < im->secrets.n; i++)
		if (!strcmp(im->secrets.v[i].name, name)) {
			name = arena_printf(im->arena, "%s-objects", name);
			i = (uint32_t)-1;
		}
	return name;
}

/* -- Documents -- */

static const struct value *text_field(const struct value *v, const char *key)
{
	const struct value *x = value_getc(v, key);

	return x && x->tag == VALUE_STRING && x->n ? x : NULL;
}

static int says(const struct value *v, const char *text)
{
	return v && v->n == strlen(text) && !memcmp(v->str.p, text, v->n);
}

static int is_object(const struct value *v)
{
	return v->tag == VALUE_RECORD && text_field(v, "apiVersion") && text_field(v, "kind");
}

static int is_list(const struct value *v)
{
	const struct value *kind = text_field(v, "kind"), *items = value_getc(v, "items");

	return kind && kind->n >= 4 && !memcmp(kind->str.p + kind->n - 4, "List", 4) && items &&
		items->tag == VALUE_LIST;
}

/* Also where it is only said by the list around it, or where the apiVersion is missing: what it holds must not get
   out. */
static int is_secret(const struct value *v, const struct value *list)
{
	const struct value *kind, *version;

	if (v->tag != VALUE_RECORD)
		return 0;
	kind = text_field(v, "kind");
	version = text_field(v, "apiVersion");
	if (!kind && list)
		return says(text_field(list, "kind"), "SecretList");
	return says(kind, "Secret") && (!version || !memchr(version->str.p, '/', version->n));
}

static void secret_keys(struct import *im, struct secret *s, const struct value *data)
{
	if (!data || data->tag != VALUE_RECORD)
		return;
	for (uint32_t i = 0; i < data->n; i++) {
		uint32_t k = 0;

		while (k < s->keys.n && s->keys.v[k] != data->rec.fields[i].key)
			k++;
		if (k == s->keys.n)
			VEC_PUSH(im->arena, &s->keys, data->rec.fields[i].key);
	}
}

static void add_secret(struct import *im, const struct value *v)
{
	const struct value *metadata = value_getc(v, "metadata"), *name = metadata
		? text_field(metadata, "name") : NULL;
	const struct value *type = text_field(v, "type");
	struct secret s = { 0 }, *have = NULL;

	s.was = name ? arena_strdup(im->arena, name->str.p, name->n) : "";
	s.name = name_of(im, s.was, strlen(s.was));
	s.renamed = strcmp(s.name, s.was) != 0;
	if (reserved(s.name)) {
		s.name = arena_printf(im->arena, "%s-secret", s.name);
		s.renamed = 1;
	}
	if (type && !says(type, "Opaque"))
		s.type = arena_strdup(im->arena, type->str.p, type->n);
	for (uint32_t i = 0; i < im->secrets.n && !have; i++)
		if (!strcmp(im->secrets.v[i].name, s.name))
			have = &im->secrets.v[i];
	if (!have) {
		VEC_PUSH(im->arena, &im->secrets, s);
		have = &im->secrets.v[im->secrets.n - 1];
	}
	secret_keys(im, have, value_getc(v, "data"));
	secret_keys(im, have, value_getc(v, "stringData"));
}

/* Text from somebody's YAML inside of a comment: one line of it. */
static void put_words(struct buf *out, const char *s)
{
	for (; *s; s++)
		buf_addc(out, (unsigned char)*s < 0x20 || *s == 0x7f ? ' ' : *s);
}

static void put_secrets(struct import *im, struct buf *out)
{
	for (uint32_t i = 0; i < im->secrets.n; i++) {
		const struct secret *s = &im->secrets.v[i];

		if (i == 0)
			buf_adds(out,
				"# What these Secrets hold is not taken over: `mlopsc secrets --from FILE.env` renders them, or\n"
				"# `from existing(\"name\")` behind the braces says that they are in the cluster.\n");
		if (s->renamed) {
			buf_adds(out, "# It was called ");
			put_words(out, *s->was ? s->was : "nothing");
			buf_adds(out, ".\n");
		}
		if (s->type) {
			buf_adds(out, "# It was of type ");
			put_words(out, s->type);
			buf_adds(out, ".\n");
		}
		buf_addf(out, "secret %s {", s->name);
		for (uint32_t k = 0; k < s->keys.n; k++) {
			buf_adds(out, k ? ", " : " ");
			put_key(out, s->keys.v[k]);
		}
		buf_adds(out, " }\n");
	}
	if (im->secrets.n)
		buf_addc(out, '\n');
}

/* Where the document ends that holds the place. */
static uint32_t document_end(const struct import *im, uint32_t at)
{
	for (at = line_end(im, at); at < im->src->len; at = line_end(im, at + 1)) {
		const char *s = im->src->text + at + 1;

		if (im->src->len - at > 3 && (!memcmp(s, "---", 3) || !memcmp(s, "...", 3)))
			return at + 1;
	}
	return im->src->len;
}

static void put_object(struct import *im, struct buf *out, const struct value *v,
	const struct value *list, uint32_t end, int first)
{
	uint32_t from = local(im, v->origin).lo;

	if (!is_object(v) && !is_secret(v, list) &&
		!(list && v->tag == VALUE_RECORD && !says(text_field(list, "kind"), "List"))) {
		struct diag *x = diag_error(im->diags, v->origin, D_YAML_OBJECT, "this is not a Kubernetes object");

		diag_label(im->diags, x, "it has no apiVersion and kind");
		im->failed = 1;
		return;
	}
	if (is_secret(v, list)) {
		add_secret(im, v);
		drop_comments(im, end);
		return;
	}
	if (!first)
		buf_adds(out, ",\n");
	comments_before(im, out, from, 4, 1);
	buf_adds(out, "    {");
	comment_behind_brace(im, out, from, first_entry(im, v));
	if (!is_object(v)) {
		const struct value *kind = text_field(list, "kind"), *version = text_field(list, "apiVersion");

		/* the items of a DeploymentList need not repeat what they are */
		if (!value_getc(v, "apiVersion")) {
			buf_adds(out, "      apiVersion: ");
			put_quoted(out, version ? version->str.p : "", version ? version->n : 0);
			buf_addc(out, '\n');
		}
		if (!value_getc(v, "kind")) {
			buf_adds(out, "      kind: ");
			put_quoted(out, kind->str.p, kind->n - 4);
			buf_addc(out, '\n');
		}
	}
	put_fields(im, out, v, 6, 3, LEVEL_OBJECT, 1);
	if (end != UINT32_MAX)
		comments_before(im, out, end, 6, 0);
	buf_adds(out, "    }");
}

/* Comments at the top, those that a blank line or `---` sets apart from the first entry. */
static void head_comments(struct import *im, struct buf *out, uint32_t first)
{
	uint32_t n = im->next, attached, line = line_start(im, first);

	while (n < im->comments.n && im->comments.v[n].at < first)
		n++;
	for (attached = n; attached > im->next; attached--) {
		uint32_t at = line_start(im, im->comments.v[attached - 1].at);

		if (line_end(im, at) + 1 != line || !first_on_line(im, im->comments.v[attached - 1].at))
			break;
		line = at;
	}
	if (attached > im->next) {
		comments_before(im, out, im->comments.v[attached - 1].at + 1, 0, 1);
		buf_addc(out, '\n');
	}
}

static void put_manifests(struct import *im, struct buf *head, const struct yaml_documents *docs)
{
	struct buf *out = &im->body;
	int first = 1;

	for (uint32_t i = 0; i < docs->n && !im->failed; i++) {
		const struct value *v = docs->v[i];
		uint32_t end = document_end(im, v->origin.lo ? local(im, v->origin).hi : 0);

		if (v->tag == VALUE_RECORD && is_list(v)) {
			const struct value *items = value_getc(v, "items");

			for (uint32_t k = 0; k < items->n && !im->failed; k++) {
				const struct value *item = items->items[k];
				uint32_t item_end = k + 1 < items->n &&
					items->items[k + 1]->origin.lo
					? local(im, items->items[k + 1]->origin).lo : end;
				size_t before = out->n;

				put_object(im, out, item, v, is_secret(item, v) ? item_end : UINT32_MAX, first);
				first = first && out->n == before;
			}
			continue;
		}
		if (i == 0 && v->tag == VALUE_RECORD && !is_secret(v, NULL))
			head_comments(im, head, local(im, v->origin).lo);
		size_t before = out->n;
		put_object(im, out, v, NULL, end, first);
		first = first && out->n == before;
	}
	if (first || im->next == im->comments.n)
		return;
	buf_addc(out, '\n');
	comments_before(im, out, im->src->len, 4, 1);
	out->p[--out->n] = 0;
}

int import_yaml(struct source *src, struct arena *a, struct atoms *atoms, struct diags *d, struct buf *out)
{
	struct import im = { .src = src, .arena = a, .atoms = atoms, .diags = d };
	struct yaml_documents docs;
	struct buf head = { 0 };
	uint32_t errors = d->nerrors;
	const char *name;

	yaml_read(src, a, atoms, d, &docs);
	if (d->nerrors > errors)
		return 0;
	if (!docs.n) {
		diag_error(d, (struct span){ src->base, src->base + (src->len != 0) },
			D_YAML_OBJECT, "this file holds no document");
		return 0;
	}
	for (uint32_t i = 0; i < docs.n; i++)
		if (docs.v[i]->tag == VALUE_RECORD &&
			(is_object(docs.v[i]) || is_list(docs.v[i]) || is_secret(docs.v[i], NULL)))
			im.manifests = 1;
	if (!im.manifests && (docs.n > 1 || docs.v[0]->tag != VALUE_RECORD)) {
		struct diag *x = diag_error(d, docs.v[docs.n > 1]->origin, D_YAML_OBJECT, docs.n > 1 ?
			"the values of a chart are one document, and this is another" : "a mapping was expected");

		diag_help(d, x, "Kubernetes objects have apiVersion and kind; a chart's values are one mapping");
		return 0;
	}
	find_comments(&im, &docs);
	if (im.manifests) {
		put_manifests(&im, &head, &docs);
		name = component_name(&im);
	} else {
		const struct value *v = docs.v[0];

		name = component_name(&im);
		if (v->n)
			head_comments(&im, &head, local(&im, yaml_key_span(v, 0)).lo);
		put_fields(&im, &im.body, v, 4, 2, LEVEL_VALUE, 1);
		comments_before(&im, &im.body, src->len, 4, 0);
	}
	if (!im.failed) {
		buf_adds(out, im.manifests ? "# Taken in from " : "# The values of a chart, taken in from ");
		put_words(out, src->name);
		buf_adds(out, ".\n");
		buf_add(out, im.notes.p, im.notes.n);
		if (im.left_out)
			buf_adds(out,
				"# What the cluster itself writes into objects (status, metadata.uid and the like) is left out.\n");
		if (im.nnotes > MAX_NOTES)
			buf_addf(out, "# ... and %u more of this kind\n", im.nnotes - MAX_NOTES);
		buf_addc(out, '\n');
		buf_add(out, head.p, head.n);
		put_secrets(&im, out);
		if (!im.manifests)
			buf_addf(out,
				"# The chart: its OCI reference, or `repo` and `chart` instead of `ref`; and its version.\n"
				"param %s-chart   : string\nparam %s-version : version\n\n"
				"component %s : chart {\n  ref     = %s-chart\n  version = %s-version\n  settings = {\n",
				name, name, name, name, name);
		else if (im.body.n)
			buf_addf(out, "component %s : manifests {\n  objects = [\n", name);
		buf_add(out, im.body.p, im.body.n);
		if (!im.manifests)
			buf_adds(out, "  }\n}\n");
		else if (im.body.n)
			buf_adds(out, "\n  ]\n}\n");
		while (out->n > 1 && out->p[out->n - 1] == '\n' && out->p[out->n - 2] == '\n')
			out->p[--out->n] = 0;
	}
	buf_free(&head);
	buf_free(&im.body);
	buf_free(&im.notes);
	return !im.failed;
}
