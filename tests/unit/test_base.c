/* Units of base/: memory, text, places, diagnostics, hashes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/atom.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/hash.h"
#include "base/source.h"
#include "base/suggest.h"
#include "base/vec.h"

/* -- arena -- */

static void arena_hands_out_zeroed_aligned_memory(void **state)
{
	struct arena a;
	size_t i, k;

	(void)state;
	arena_init(&a, 0);
	for (i = 0; i < 3000; i++) {
		size_t size = i * 7 % 513;
		unsigned char *p = arena_alloc(&a, size);

		assert_int_equal((uintptr_t)p % 16, 0);
		for (k = 0; k < size; k++)
			assert_int_equal(p[k], 0);
		memset(p, 0xaa, size);
	}
	arena_free(&a);
	assert_null(a.block);
	assert_int_equal(a.used, 0);
}

static void arena_rewinds(void **state)
{
	struct arena a;
	struct arena_mark start, mark;
	char *keep, *first = NULL, *big;
	size_t i, k, used;

	(void)state;
	arena_init(&a, 0);
	start = arena_mark(&a);
	keep = arena_strdup(&a, "keep", 4);
	mark = arena_mark(&a);
	used = a.used;
	for (i = 0; i < 50; i++) {
		char *p = arena_alloc(&a, 100);

		if (!first)
			first = p;
		assert_ptr_equal(p, first);             /* the same memory again */
		for (k = 0; k < 100; k++)
			assert_int_equal(p[k], 0);      /* and clean again */
		memset(p, 1, 100);
		big = arena_alloc(&a, 40000 * (i % 7 + 1));
		for (k = 0; k < 40000 * (i % 7 + 1); k += 997)
			assert_int_equal(big[k], 0);
		memset(big, 1, 40000 * (i % 7 + 1));
		arena_rewind(&a, mark);
		assert_int_equal(a.used, used);
	}
	assert_string_equal(keep, "keep");
	arena_rewind(&a, start);                        /* made before there was a block */
	assert_int_equal(a.used, 0);
	assert_ptr_equal(arena_alloc(&a, 4), keep);
	assert_int_equal(keep[0], 0);
	arena_free(&a);
}

static void arena_knows_its_limit(void **state)
{
	struct arena a;
	struct arena_mark mark;

	(void)state;
	arena_init(&a, 1000);
	mark = arena_mark(&a);
	arena_alloc(&a, 900);
	assert_false(arena_over(&a));
	arena_alloc(&a, 200);
	assert_true(arena_over(&a));
	arena_rewind(&a, mark);
	assert_false(arena_over(&a));
	arena_free(&a);
	assert_int_equal(a.limit, 1000);
}

static void arena_prints(void **state)
{
	struct arena a;
	char *p;

	(void)state;
	arena_init(&a, 0);
	assert_string_equal(arena_printf(&a, "%d-%s", 42, "x"), "42-x");
	p = arena_printf(&a, "%0200000d", 7);           /* larger than a block */
	assert_int_equal(strlen(p), 200000);
	p = arena_strdup(&a, "a\0b", 3);
	assert_memory_equal(p, "a\0b\0", 4);
	arena_free(&a);
}

static void vec_grows(void **state)
{
	struct arena a;
	VEC(uint32_t) v = { 0 };
	uint32_t i;

	(void)state;
	arena_init(&a, 0);
	for (i = 0; i < 10000; i++)
		VEC_PUSH(&a, &v, i * 3);
	assert_int_equal(v.n, 10000);
	for (i = 0; i < v.n; i++)
		assert_int_equal(v.v[i], i * 3);
	arena_free(&a);
}

/* -- atoms and bytes -- */

static void atoms_are_unique(void **state)
{
	struct arena a;
	struct atoms t;
	struct atom *x, *all[5000];
	char word[32];
	int i, n;

	(void)state;
	arena_init(&a, 0);
	atoms_init(&t, &a);
	assert_null(atom_find(&t, "a", 1));
	x = atom_cstr(&t, "registry");
	assert_int_equal(x->len, 8);
	assert_string_equal(x->text, "registry");
	assert_ptr_equal(atom_intern(&t, "registry-b", 8), x);
	assert_ptr_not_equal(atom_cstr(&t, "Registry"), x);
	assert_ptr_equal(atom_intern(&t, NULL, 0), atom_cstr(&t, ""));
	assert_ptr_not_equal(atom_intern(&t, "a\0b", 3), atom_intern(&t, "a\0c", 3));
	for (i = 0; i < 5000; i++) {
		n = snprintf(word, sizeof word, "name-%d", i);
		all[i] = atom_intern(&t, word, (size_t)n);
	}
	for (i = 0; i < 5000; i++) {
		n = snprintf(word, sizeof word, "name-%d", i);
		assert_ptr_equal(atom_find(&t, word, (size_t)n), all[i]);
	}
	assert_null(atom_find(&t, "name-5000", 9));
	atoms_free(&t);
	arena_free(&a);
}

static void buf_appends(void **state)
{
	struct buf b = { 0 };
	int i;

	(void)state;
	buf_add(&b, NULL, 0);
	assert_string_equal(b.p, "");
	buf_adds(&b, "ab");
	buf_addc(&b, 'c');
	buf_addf(&b, "%d", 12);
	buf_add(&b, "\0z", 2);
	assert_int_equal(b.n, 7);
	assert_memory_equal(b.p, "abc12\0z\0", 8);
	buf_clear(&b);
	assert_int_equal(b.n, 0);
	for (i = 0; i < 100000; i++) {
		buf_addc(&b, (char)('a' + i % 26));
		if (i % 1000 == 0)
			assert_int_equal(b.p[b.n], 0);
	}
	buf_addf(&b, "%05000d", 1);                     /* longer than what is reserved for it */
	assert_int_equal(b.n, 105000);
	assert_int_equal(b.p[99999], 'a' + 99999 % 26);
	assert_int_equal(b.p[104999], '1');
	assert_int_equal(b.p[105000], 0);
	buf_free(&b);
	assert_null(b.p);
	buf_addf(&b, "%0777d", 3);                      /* and longer than what a new one has */
	assert_int_equal(strlen(b.p), 777);
	assert_int_equal(b.n, 777);
	buf_free(&b);
}

/* -- places -- */

struct world { struct arena arena; struct sources sources; struct diags diags; struct buf out; };

static void world_open(struct world *w)
{
	memset(w, 0, sizeof *w);
	arena_init(&w->arena, 0);
	sources_init(&w->sources, &w->arena);
	diags_init(&w->diags, &w->arena, &w->sources);
}

static void world_close(struct world *w)
{
	buf_free(&w->out);
	arena_free(&w->arena);
}

static struct source *text(struct world *w, const char *name, const char *s)
{
	return source_add(&w->sources, name, s, strlen(s), !strncmp(name, "stdlib/", 7));
}

/* The nth occurrence of a word, from 0. */
static struct span find(const struct source *s, const char *word, int nth)
{
	const char *p = strstr(s->text, word);
	uint32_t lo;

	while (p && nth--)
		p = strstr(p + 1, word);
	assert_non_null(p);
	lo = s->base + (uint32_t)(p - s->text);
	return (struct span){ lo, lo + (uint32_t)strlen(word) };
}

static void assert_at(struct world *w, uint32_t at, const char *name, uint32_t line, uint32_t column)
{
	struct location loc = source_locate(&w->sources, at);

	assert_non_null(loc.source);
	assert_string_equal(loc.source->name, name);
	assert_int_equal(loc.line, line);
	assert_int_equal(loc.column, column);
}

static void places_are_found(void **state)
{
	struct world w;
	struct source *a, *b, *c;
	uint32_t len;
	const char *p;

	(void)state;
	world_open(&w);
	a = text(&w, "a", "one\r\ntwo\n\nfo\xc3\xbcr \xe6\x97\xa5\xf0\x9f\x98\x80 x");
	b = text(&w, "empty", "");
	c = text(&w, "c", "\xef\xbb\xbfname\n");
	assert_int_equal(a->base, 1);
	assert_int_equal(a->text[a->len], 0);
	assert_int_equal(a->text[a->len + 1], 0);
	assert_at(&w, find(a, "one", 0).lo, "a", 1, 1);
	assert_at(&w, find(a, "\r", 0).lo, "a", 1, 4);
	assert_at(&w, find(a, "two", 0).lo, "a", 2, 1);
	assert_at(&w, find(a, "\n", 1).lo, "a", 2, 4);
	assert_at(&w, find(a, "\n", 2).lo, "a", 3, 1);
	assert_at(&w, find(a, "r \xe6", 0).lo, "a", 4, 4);
	assert_at(&w, find(a, "\xe6", 0).lo + 1, "a", 4, 6);     /* inside a character */
	assert_at(&w, find(a, " x", 0).lo, "a", 4, 8);
	assert_at(&w, a->base + a->len, "a", 4, 10);
	assert_at(&w, b->base, "empty", 1, 1);
	assert_at(&w, find(c, "name", 0).lo, "c", 1, 1);         /* the mark before it is no column */
	assert_at(&w, c->base + c->len, "c", 2, 1);
	assert_null(source_of(&w.sources, 0));
	assert_null(source_of(&w.sources, w.sources.next));
	assert_null(source_locate(&w.sources, 0).source);
	p = source_line(a, 1, &len);
	assert_int_equal(len, 3);
	assert_memory_equal(p, "one", 3);
	source_line(a, 3, &len);
	assert_int_equal(len, 0);
	p = source_line(c, 1, &len);
	assert_int_equal(len, 4);
	assert_memory_equal(p, "name", 4);
	source_line(a, 5, &len);
	assert_int_equal(len, 0);
	assert_int_equal(source_column_utf16(a, 4, 8), 9);
	assert_int_equal(source_column_utf16(a, 4, 7), 7);
	assert_int_equal(source_column_utf16(a, 1, 1), 1);
	world_close(&w);
}

/* Lines are the same whether the table of lines was made or not. */
static void lines_without_a_table(void **state)
{
	struct world w;
	struct source *s;
	uint32_t before[6], after, i;
	const char *p[6];

	(void)state;
	world_open(&w);
	s = text(&w, "a", "\xef\xbb\xbf" "a\r\n\nccc\nd");
	for (i = 0; i < 6; i++)
		p[i] = source_line(s, i, &before[i]);
	source_locate(&w.sources, s->base);
	assert_non_null(s->lines);
	for (i = 0; i < 6; i++) {
		const char *q = source_line(s, i, &after);

		assert_int_equal(before[i], after);
		if (i >= 1 && i <= 4)
			assert_ptr_equal(p[i], q);
	}
	world_close(&w);
}

static void utf8_is_measured(void **state)
{
	static const struct { const char *s; int width; uint32_t bytes; } chars[] = {
		{ "a", 1, 1 }, { "\xc3\xbc", 1, 2 }, { "\xe6\x97\xa5", 2, 3 }, { "\xf0\x9f\x98\x80", 2, 4 }, { "\xcc\x81", 0, 2 },
		{ "\xef\xbc\xa1", 2, 3 }, { "\xff", 1, 1 }, { "\xc3", 1, 1 }, { "\xe2\x82\xac", 1, 3 },
	};
	static const struct { const char *s; size_t bad; } broken[] = {
		{ "ab\xff", 2 }, { "\xc0\x80", 0 }, { "x\xed\xa0\x80", 1 }, { "\xf4\x90\x80\x80", 0 }, { "\xe6\x97", 0 },
		{ "a\xc3\xbc\x80", 3 }, { "\xe0\x80\x80", 0 }, { "\xf0\x80\x80\x80", 0 },
	};
	uint32_t bytes;
	size_t i, bad;

	(void)state;
	for (i = 0; i < sizeof chars / sizeof *chars; i++) {
		assert_int_equal(utf8_width(chars[i].s, strlen(chars[i].s), &bytes), chars[i].width);
		assert_int_equal(bytes, chars[i].bytes);
	}
	assert_true(utf8_valid("a\xc3\xbc\xe6\x97\xa5\xf0\x9f\x98\x80", 10, &bad));
	assert_true(utf8_valid("", 0, &bad));
	for (i = 0; i < sizeof broken / sizeof *broken; i++) {
		assert_false(utf8_valid(broken[i].s, strlen(broken[i].s), &bad));
		assert_int_equal(bad, broken[i].bad);
	}
}

static void spans_join(void **state)
{
	struct span j = span_join((struct span){ 5, 7 }, (struct span){ 2, 6 });

	(void)state;
	assert_int_equal(j.lo, 2);
	assert_int_equal(j.hi, 7);
	j = span_join((struct span){ 0, 0 }, (struct span){ 2, 6 });
	assert_int_equal(j.lo, 2);
}

/* -- diagnostics -- */

static void duplicates_are_dropped(void **state)
{
	struct world w;
	struct source *s;
	struct diag *x;

	(void)state;
	world_open(&w);
	s = text(&w, "a", "aa bb");
	x = diag_error(&w.diags, find(s, "aa", 0), D_UNKNOWN_NAME, "aa");
	diag_note(&w.diags, x, "n");
	assert_ptr_equal(diag_error(&w.diags, find(s, "aa", 0), D_UNKNOWN_NAME, "aa"), x);
	diag_note(&w.diags, x, "n");
	assert_int_equal(x->nnotes, 1);
	assert_ptr_not_equal(diag_error(&w.diags, find(s, "aa", 0), D_UNKNOWN_NAME, "ab"), x);
	assert_ptr_not_equal(diag_error(&w.diags, find(s, "aa", 0), D_UNKNOWN_KIND, "aa"), x);
	assert_ptr_not_equal(diag_error(&w.diags, find(s, "bb", 0), D_UNKNOWN_NAME, "aa"), x);
	diag_warn(&w.diags, find(s, "bb", 0), "n", W_CHECK, "m");
	assert_int_equal(w.diags.n, 5);
	assert_int_equal(w.diags.nerrors, 4);
	assert_int_equal(w.diags.nwarnings, 1);
	w.diags.max_errors = 5;
	assert_false(diag_full(&w.diags));
	diag_error(&w.diags, find(s, "bb", 0), D_UNKNOWN_NAME, "last");
	assert_true(diag_full(&w.diags));
	world_close(&w);
}

static void sorting_is_by_file_place_code_arrival(void **state)
{
	struct world w;
	struct source *lib, *a, *b;
	static const char *const want[] = { "nowhere", "a1", "a2", "a2-later-code", "a2-wide", "b", "lib" };
	size_t i;

	(void)state;
	world_open(&w);
	lib = text(&w, "stdlib/x", "lib");
	a = text(&w, "a", "one two");
	b = text(&w, "b", "bbb");
	diag_error(&w.diags, find(lib, "lib", 0), D_CHECK, "lib");
	diag_error(&w.diags, find(b, "bbb", 0), D_CHECK, "b");
	diag_error(&w.diags, find(a, "two", 0), D_RELEASE, "a2-later-code");
	diag_error(&w.diags, span_join(find(a, "two", 0), find(b, "bbb", 0)), D_CHECK, "a2-wide");
	diag_warn(&w.diags, find(a, "two", 0), "n", D_CHECK, "a2");
	diag_error(&w.diags, find(a, "one", 0), D_RELEASE, "a1");
	diag_error(&w.diags, (struct span){ 0, 0 }, D_RELEASE, "nowhere");
	diags_sort(&w.diags);
	assert_int_equal(w.diags.n, sizeof want / sizeof *want);
	for (i = 0; i < w.diags.n; i++)
		assert_string_equal(w.diags.v[i]->message, want[i]);
	world_close(&w);
}

static const struct diag_style plain = { 0, 0, 0, "stack.mlops", "nothing was written" };

static const char *rendered(struct world *w, enum diag_format f, const struct diag_style *style)
{
	buf_clear(&w->out);
	diags_sort(&w->diags);
	diag_write(&w->diags, f, style, &w->out);
	return w->out.p ? w->out.p : "";
}

static void text_of_two_places(void **state)
{
	struct world w;
	struct source *s;
	struct diag *x;

	(void)state;
	world_open(&w);
	s = text(&w, "stack.mlops", "component registry : mlfow {\n  expose http on node(32001)\n}\n\n\n\n\n\n\ncomponent b : mlflow {\n"
		"  expose api on node(32001)\n}\n");
	x = diag_error(&w.diags, find(s, "32001", 1), D_NODE_PORT_TWICE, 32001);
	diag_label(&w.diags, x, "second claim: chart server, value service.nodePort");
	diag_place(&w.diags, x, find(s, "32001", 0), "first claim: Service ns/registry");
	diag_note(&w.diags, x, "node ports are cluster-wide: the API server would refuse the second Service after the first was "
		"already changed, and a client-side dry run does not see it");
	diag_help(&w.diags, x, "free ones nearby: 32000, 32007");
	x = diag_error(&w.diags, find(s, "mlfow", 0), D_UNKNOWN_KIND, "mlfow");
	diag_label(&w.diags, x, "did you mean `mlflow`?");
	diag_fix(&w.diags, x, find(s, "mlfow", 0), "mlflow");
	x->folded = 2;
	assert_string_equal(rendered(&w, DIAG_TEXT, &plain),
		"error[E0201]: no kind is called `mlfow`\n"
		" --> stack.mlops:1:22\n"
		"  |\n"
		"1 | component registry : mlfow {\n"
		"  |                      ^^^^^ did you mean `mlflow`?\n"
		"  = 2 messages that follow from this error are folded into it\n"
		"\n"
		"error[E0412]: node port 32001 is claimed twice\n"
		"  --> stack.mlops:11:22\n"
		"   |\n"
		" 2 |   expose http on node(32001)\n"
		"   |                       ----- first claim: Service ns/registry\n"
		"11 |   expose api on node(32001)\n"
		"   |                      ^^^^^ second claim: chart server, value service.nodePort\n"
		"   = node ports are cluster-wide: the API server would refuse the second Service after the first was\n"
		"     already changed, and a client-side dry run does not see it\n"
		"   = help: free ones nearby: 32000, 32007\n"
		"\n"
		"mlopsc: 2 errors in stack.mlops; nothing was written\n"
		"        explain one: mlopsc explain E0201\n");
	world_close(&w);
}

static void text_of_one_line(void **state)
{
	struct world w;
	struct source *s, *lib;
	struct diag *x;

	(void)state;
	world_open(&w);
	lib = text(&w, "stdlib/m.mlops", "## m\nkind mlflow {\n}\n");
	s = text(&w, "s", "\td\xc3\xa4t\xc3\xa4 = \"\xe6\x97\xa5\xe6\x9c\xac\" wrong \x1b[31m\t \r\n");
	x = diag_error(&w.diags, find(s, "wrong", 0), D_UNKNOWN_NAME, "a\x1b]0;x\x07\xff\xe2\x80\xae");
	diag_label(&w.diags, x, "here");
	diag_place(&w.diags, x, find(s, "d\xc3\xa4t\xc3\xa4", 0), "the setting");
	diag_place(&w.diags, x, find(s, "\xe6\x97\xa5\xe6\x9c\xac", 0), "the value");
	diag_place(&w.diags, x, find(s, "\xe6\x9c\xac", 0), "half of it");
	diag_place(&w.diags, x, find(lib, "mlflow", 0), "its kind");
	diag_place(&w.diags, x, (struct span){ 0, 0 }, "and from the command line");
	assert_string_equal(rendered(&w, DIAG_TEXT, NULL),
		"error[E0202]: nothing here is called `a\\x1b]0;x\\x07\\xff\\u{202e}`\n"
		" --> s:1:14\n"
		"  |\n"
		"1 |     d\xc3\xa4t\xc3\xa4 = \"\xe6\x97\xa5\xe6\x9c\xac\" wrong \\x1b[31m\n"
		"  |     ----    ----  ^^^^^ here\n"
		"  |     |       |\n"
		"  |     |       the value\n"
		"  |     the setting\n"
		"  |               -- half of it\n"
		" ::: stdlib/m.mlops:2:6\n"
		"  |\n"
		"2 | kind mlflow {\n"
		"  |      ------ its kind\n"
		"  = and from the command line\n"
		"\n"
		"mlopsc: 1 error\n"
		"        explain one: mlopsc explain E0202\n");
	world_close(&w);
}

static void text_of_long_and_many_lines(void **state)
{
	struct world w;
	struct source *s;
	struct diag *x;
	char line[501];
	const char *p, *nl;

	(void)state;
	world_open(&w);
	memset(line, 'x', 500);
	line[500] = 0;
	memcpy(line + 300, " far ", 5);
	s = text(&w, "s", arena_printf(&w.arena, "kind a {\n  b\n}\n%s\n", line));
	x = diag_error(&w.diags, span_join(find(s, "a", 0), find(s, "}", 0)), D_CYCLE, "a");
	diag_label(&w.diags, x, "all of it");
	diag_error(&w.diags, find(s, "far", 0), D_UNKNOWN_NAME, "far");
	diag_fix(&w.diags, diag_error(&w.diags, (struct span){ s->base + s->len, s->base + s->len }, D_SYNTAX, "the end", "`}`"),
		(struct span){ s->base + s->len, s->base + s->len }, "}");
	p = rendered(&w, DIAG_TEXT, NULL);
	assert_non_null(strstr(p, "1 | kind a {\n  |      ^^^ all of it\n"));
	assert_non_null(strstr(p, "5 |\n  | ^\n  = help: write `}`\n"));
	assert_non_null(strstr(p, "4 | ...xxx"));
	for (; (nl = strchr(p, '\n')); p = nl + 1)
		assert_true(nl - p <= 130);
	p = strstr(w.out.p, "4 | ...");
	nl = strchr(p, '\n');
	assert_int_equal(strstr(p, "far") - p, strstr(nl, "^^^") - (nl + 1));    /* the mark stands below the word */
	assert_memory_equal(nl - 3, "...", 3);
	world_close(&w);
}

static void text_counts(void **state)
{
	struct world w;
	struct source *s;
	struct diag_style style = plain;
	const char *p;
	int i, n;

	(void)state;
	world_open(&w);
	assert_string_equal(rendered(&w, DIAG_TEXT, &plain), "");
	s = text(&w, "s", "abc\n");
	diag_warn(&w.diags, find(s, "abc", 0), "image-latest", W_CHECK, "it moves");
	diag_warn(&w.diags, find(s, "bc", 0), "image-latest", W_CHECK, "it moves");
	assert_string_equal(rendered(&w, DIAG_TEXT, &plain),
		"warning[W0500 image-latest]: it moves\n --> s:1:1\n  |\n1 | abc\n  | ^^^\n"
		"  = if it is meant: allow image-latest because \"the reason\"\n\n"
		"warning[W0500 image-latest]: it moves\n --> s:1:2\n  |\n1 | abc\n  |  ^^\n\n"
		"mlopsc: 2 warnings in s\n        explain one: mlopsc explain W0500\n");
	style.quiet = 1;
	assert_string_equal(rendered(&w, DIAG_TEXT, &style), "");
	for (i = 0; i < 23; i++)
		diag_error(&w.diags, find(s, "c", 0), D_CHECK, arena_printf(&w.arena, "number %d", i));
	p = rendered(&w, DIAG_TEXT, &plain);
	assert_non_null(strstr(p, "number 19\n"));
	assert_null(strstr(p, "number 20\n"));
	assert_non_null(strstr(p, "mlopsc: 23 errors, 2 warnings in s; nothing was written\n"
		"        3 of them are not shown; --all shows all\n        explain one: mlopsc explain E0500\n"));
	style = plain;
	style.all = 1;
	p = rendered(&w, DIAG_TEXT, &style);
	for (n = 0; (p = strstr(p, "error[")); p++)
		n++;
	assert_int_equal(n, 23);
	assert_null(strstr(w.out.p, "not shown"));
	world_close(&w);
}

static void color_only_adds_escapes(void **state)
{
	struct world w;
	struct source *s;
	struct diag *x;
	struct diag_style style = plain;
	struct buf bare = { 0 };
	char *without, *p;

	(void)state;
	world_open(&w);
	s = text(&w, "s", "a bb ccc\n");
	x = diag_error(&w.diags, find(s, "bb", 0), D_CHECK, "m");
	diag_label(&w.diags, x, "l");
	diag_place(&w.diags, x, find(s, "a", 0), "k");
	diag_help(&w.diags, x, "h");
	without = arena_printf(&w.arena, "%s", rendered(&w, DIAG_TEXT, &plain));
	assert_null(strchr(without, '\x1b'));
	style.color = 1;
	rendered(&w, DIAG_TEXT, &style);
	assert_non_null(strchr(w.out.p, '\x1b'));
	for (p = w.out.p; *p; p++) {
		if (*p == '\x1b')
			p = strchr(p, 'm');
		else
			buf_addc(&bare, *p);
	}
	/* blanks before an escape are not stripped at the end of a line: compare without them */
	for (p = bare.p; (p = strstr(p, " \n")); )
		memmove(p, p + 1, strlen(p));
	assert_string_equal(bare.p, without);
	buf_free(&bare);
	world_close(&w);
}

/* A JSON checker of our own: the end of the value, or NULL. */
static const char *json(const char *p)
{
	char close;

	p += strspn(p, " \n\t");
	if (*p == '{' || *p == '[') {
		close = *p++ == '{' ? '}' : ']';
		p += strspn(p, " \n\t");
		if (*p == close)
			return p + 1;
		for (;;) {
			if (close == '}') {
				p += strspn(p, " \n\t");
				if (*p != '"' || !(p = json(p)))
					return NULL;
				p += strspn(p, " \n\t");
				if (*p++ != ':')
					return NULL;
			}
			if (!(p = json(p)))
				return NULL;
			p += strspn(p, " \n\t");
			if (*p == close)
				return p + 1;
			if (*p++ != ',')
				return NULL;
		}
	}
	if (*p == '"') {
		for (p++; *p != '"'; p++) {
			if ((unsigned char)*p < 0x20)
				return NULL;
			if (*p == '\\') {
				p++;
				if (*p == 'u') {
					if (strspn(p + 1, "0123456789abcdef") < 4)
						return NULL;
					p += 4;
				} else if (!*p || !strchr("\"\\/bfnrt", *p)) {
					return NULL;
				}
			}
		}
		return p + 1;
	}
	if (!strncmp(p, "null", 4) || !strncmp(p, "true", 4))
		return p + 4;
	if (!strncmp(p, "false", 5))
		return p + 5;
	if (*p >= '1' && *p <= '9')
		return p + strspn(p, "0123456789");
	return *p == '0' ? p + 1 : NULL;
}

static void hostile(struct world *w, int moved)
{
	struct source *s = text(w, "dir/a b%.mlops", moved ? "# new\n\n   key = \"\xc3\xbc\" bad\n" : "key = \"\xc3\xbc\" bad\n");
	struct diag *x = diag_error(&w->diags, find(s, "bad", 0), D_UNKNOWN_NAME, "\"q\\\x01\x1b\xff,:%\n2");

	diag_label(&w->diags, x, "la\tbel");
	diag_place(&w->diags, x, find(s, "key", 0), "rel\"ated");
	diag_place(&w->diags, x, (struct span){ 0, 0 }, "nowhere");
	diag_note(&w->diags, x, "note");
	diag_help(&w->diags, x, "100%% help");
	diag_fix(&w->diags, x, find(s, "bad", 0), "\"good\"");
	diag_warn(&w->diags, (struct span){ 0, 0 }, "some-rule", W_CHECK, "no place");
	x->folded = 1;
}

static void json_is_json(void **state)
{
	struct world w;
	const char *end;
	size_t bad;

	(void)state;
	world_open(&w);
	assert_string_equal(rendered(&w, DIAG_JSON, NULL), "{\"version\":1,\"diagnostics\":[],\"errors\":0,\"warnings\":0}\n");
	hostile(&w, 0);
	end = json(rendered(&w, DIAG_JSON, NULL));
	assert_non_null(end);
	assert_string_equal(end, "\n");
	assert_true(utf8_valid(w.out.p, w.out.n, &bad));
	assert_non_null(strstr(w.out.p, "{\"severity\":\"error\",\"code\":\"E0202\",\"name\":null,\"message\":"
		"\"nothing here is called `\\\"q\\\\\\u0001\\u001b\xef\xbf\xbd,:%\\n2`\",\"file\":\"dir/a b%.mlops\",\"line\":1,\"column\":11,"
		"\"endLine\":1,\"endColumn\":14,\"label\":\"la\\tbel\",\"related\":[{\"file\":\"dir/a b%.mlops\",\"line\":1,\"column\":1,"
		"\"endLine\":1,\"endColumn\":4,\"message\":\"rel\\\"ated\"},{\"file\":null,\"line\":null,\"column\":null,\"endLine\":null,"
		"\"endColumn\":null,\"message\":\"nowhere\"}],\"notes\":[\"note\",\"1 message that follows from this error is folded into it\"],"
		"\"help\":\"100% help\",\"fix\":{\"file\":\"dir/a b%.mlops\",\"line\":1,\"column\":11,\"endLine\":1,\"endColumn\":14,"
		"\"text\":\"\\\"good\\\"\"}}"));
	assert_non_null(strstr(w.out.p, "\"errors\":1,\"warnings\":1}\n"));
	world_close(&w);
}

static char *fingerprint(struct world *w, int moved)
{
	const char *p, *end;

	world_open(w);
	hostile(w, moved);
	end = json(rendered(w, DIAG_SARIF, NULL));
	assert_non_null(end);
	assert_string_equal(end, "\n");
	p = strstr(w->out.p, "\"ruleId\":\"E0202\"");
	assert_non_null(p);
	p = strstr(p, "\"primaryLocationLineHash\":\"");
	assert_non_null(p);
	p += strlen("\"primaryLocationLineHash\":\"");
	return arena_strdup(&w->arena, p, strcspn(p, "\""));
}

static void sarif_is_stable(void **state)
{
	struct world w, v;
	char *a, *b;

	(void)state;
	a = fingerprint(&w, 0);
	b = fingerprint(&v, 1);
	assert_int_equal(strlen(a), 34);
	assert_string_equal(a, b);
	assert_non_null(strstr(w.out.p, "\"version\":\"2.1.0\""));
	assert_non_null(strstr(w.out.p, "\"uri\":\"dir/a%20b%25.mlops\""));
	assert_non_null(strstr(w.out.p, "{\"id\":\"E0202\",\"defaultConfiguration\":{\"level\":\"error\"}"));
	assert_non_null(strstr(w.out.p, "\"ruleId\":\"W0500\",\"ruleIndex\":1,\"level\":\"warning\""));
	assert_non_null(strstr(w.out.p, "\"deletedRegion\":{\"startLine\":1,\"startColumn\":11,\"endLine\":1,\"endColumn\":14},"
		"\"insertedContent\":{\"text\":\"\\\"good\\\"\"}"));
	world_close(&w);
	world_close(&v);
}

static void sarif_tells_equal_findings_apart(void **state)
{
	struct world w;
	struct source *s;
	const char *p, *q;

	(void)state;
	world_open(&w);
	s = text(&w, "s", "a = b\na = b\na = c\n");
	diag_error(&w.diags, find(s, "b", 0), D_UNKNOWN_NAME, "b");
	diag_error(&w.diags, find(s, "b", 1), D_UNKNOWN_NAME, "b");
	diag_error(&w.diags, find(s, "a", 2), D_UNKNOWN_NAME, "b");
	p = strstr(rendered(&w, DIAG_SARIF, NULL), "LineHash\":\"") + 11;
	q = strstr(p, "LineHash\":\"") + 11;
	assert_memory_equal(p, q, 32);
	assert_memory_equal(p + 32, ":1\"", 3);
	assert_memory_equal(q + 32, ":2\"", 3);
	q = strstr(q, "LineHash\":\"") + 11;
	assert_memory_not_equal(p, q, 32);
	world_close(&w);
}

static void github_is_escaped(void **state)
{
	struct world w;

	(void)state;
	world_open(&w);
	hostile(&w, 0);
	assert_string_equal(rendered(&w, DIAG_GITHUB, NULL),
		"::warning title=W0500 some-rule::no place\n"
		"::error file=dir/a b%25.mlops,line=1,col=11,endColumn=14,title=E0202::nothing here is called `\"q\\\\x01\\x1b\\xff,:%25%0A2`"
		"%0Ala\\tbel%0Adir/a b%25.mlops:1:1: rel\"ated%0Anowhere%0Anote%0A1 message that follows from this error is folded into it"
		"%0Ahelp: 100%25 help\n");
	world_close(&w);
}

/* -- suggestions -- */

static const char *nearest(const char *word, const char *const *candidates)
{
	struct suggest s;

	suggest_init(&s, word, strlen(word));
	for (; *candidates; candidates++)
		suggest_try(&s, *candidates);
	return suggest_best(&s);
}

static void suggestions_are_near(void **state)
{
	static const char *const names[] = { "mlflow", "postgresql", "replicas", "rate", "p-value", "namespace", "x", NULL };

	(void)state;
	assert_string_equal(nearest("mlfow", names), "mlflow");
	assert_string_equal(nearest("mlflwo", names), "mlflow");
	assert_string_equal(nearest("replcas", names), "replicas");
	assert_string_equal(nearest("MLFlow", names), "mlflow");
	assert_string_equal(nearest("p_value", names), "p-value");
	assert_string_equal(nearest("postgres-sql", names), "postgresql");
	assert_string_equal(nearest("nmaepsace", names), "namespace");
	assert_string_equal(nearest("rat", names), "rate");
	assert_null(nearest("kafka", names));
	assert_null(nearest("y", names));               /* every letter is one change from every other */
	assert_null(nearest("", names));
	assert_null(nearest("postgres", names + 2));
}

static void suggestions_prefer(void **state)
{
	static const char *const ties[] = { "bats", "cats", "hats", NULL }, *const casing[] = { "image", "IMAGES", "images", NULL };
	static const char *const closer[] = { "version-x", "version", NULL };
	char longest[400];
	struct suggest s;

	(void)state;
	assert_string_equal(nearest("rats", ties), "bats");
	assert_string_equal(nearest("Images", casing), "IMAGES");
	assert_string_equal(nearest("versio", closer), "version");
	memset(longest, 'a', sizeof longest - 1);
	longest[sizeof longest - 1] = 0;
	suggest_init(&s, longest, sizeof longest - 1);
	suggest_try(&s, longest);                       /* nothing that long is a name */
	assert_null(suggest_best(&s));
}

/* -- hashes: what xxh128sum prints -- */

static void hashes_are_known(void **state)
{
	static const struct { const char *text, *hex; } known[] = {
		{ "", "99aa06d3014798d86001c324468d497f" },
		{ "a", "a96faf705af16834e6c632b61e964e1f" },
		{ "abc", "06b05ab6733a618578af5f94892f3950" },
		{ "mlopsc", "4716567c0f7a6f0da70bc5e53c03a3dd" },
		{ "The quick brown fox jumps over the lazy dog", "ddd650205ca3e7fa24a1cc2e3a8a7651" },
		{ "0123456789" "0123456789" "0123456789" "0123456789" "0123456789" "0123456789" "0123456789" "0123456789"
		  "0123456789" "0123456789" "0123456789" "0123456789" "0123456789" "0123456789" "0123456789" "0123456789"
		  "0123456789" "0123456789" "0123456789" "0123456789",
		  "3002ce74d0912319cabd4a5ce8f7ef2d" },
		{ "0123456789" "0123456789" "0123456789" "0123456789" "0123456789" "0123456789" "0123456789" "0123456789"
		  "0123456789" "0123456789" "0123456789" "0123456789" "0123456789" "0123456789" "0123456789" "0123456789"
		  "0123456789" "0123456789" "0123456789" "0123456789" "0123456789" "0123456789" "0123456789" "0123456789"
		  "0123456789" "0123456789" "0123456789" "0123456789" "0123456789" "0123456789",
		  "7ddadb70cbb43a6305681ea1b2e3086b" },
	};
	char hex[33], *big;
	struct hash_stream *h;
	size_t i, n = 300000;

	(void)state;
	for (i = 0; i < sizeof known / sizeof *known; i++) {
		hash_hex(hash_bytes(known[i].text, strlen(known[i].text)), hex);
		assert_string_equal(hex, known[i].hex);
	}
	big = malloc(n);
	assert_non_null(big);
	for (i = 0; i < n; i++)
		big[i] = (char)(i * 31 % 251);
	hash_hex(hash_bytes(big, n), hex);
	assert_string_equal(hex, "96caf2a551fa233272b19f629d50046a");
	h = hash_open();
	for (i = 0; i < n; ) {                          /* the same in pieces */
		size_t piece = i % 4093 + 1;

		if (piece > n - i)
			piece = n - i;
		hash_add(h, big + i, piece);
		i += piece;
	}
	hash_add(h, NULL, 0);
	assert_true(hash_equal(hash_close(h), hash_bytes(big, n)));
	assert_false(hash_equal(hash_bytes(big, n), hash_bytes(big, n - 1)));
	free(big);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_hands_out_zeroed_aligned_memory),
		cmocka_unit_test(arena_rewinds),
		cmocka_unit_test(arena_knows_its_limit),
		cmocka_unit_test(arena_prints),
		cmocka_unit_test(vec_grows),
		cmocka_unit_test(atoms_are_unique),
		cmocka_unit_test(buf_appends),
		cmocka_unit_test(places_are_found),
		cmocka_unit_test(lines_without_a_table),
		cmocka_unit_test(utf8_is_measured),
		cmocka_unit_test(spans_join),
		cmocka_unit_test(duplicates_are_dropped),
		cmocka_unit_test(sorting_is_by_file_place_code_arrival),
		cmocka_unit_test(text_of_two_places),
		cmocka_unit_test(text_of_one_line),
		cmocka_unit_test(text_of_long_and_many_lines),
		cmocka_unit_test(text_counts),
		cmocka_unit_test(color_only_adds_escapes),
		cmocka_unit_test(json_is_json),
		cmocka_unit_test(sarif_is_stable),
		cmocka_unit_test(sarif_tells_equal_findings_apart),
		cmocka_unit_test(github_is_escaped),
		cmocka_unit_test(suggestions_are_near),
		cmocka_unit_test(suggestions_prefer),
		cmocka_unit_test(hashes_are_known),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
