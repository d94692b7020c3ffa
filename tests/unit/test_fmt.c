/* The formatter: its laws over every sample, also with blanks, breaks and comments strewn into them; and its layout. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "front/fmt.h"
#include "../lib/text.h"

static void expect_parsed(struct text *t, const char *s)
{
	struct diag_style style = { 0, 1, 0, "input.mlops", NULL };
	struct buf b = { 0 };

	if (!t->diags.n)
		return;
	diag_write(&t->diags, DIAG_TEXT, &style, &b);
	fprintf(stderr, "%s", b.p);
	buf_free(&b);
	fail_msg("does not parse:\n%s", s);
}

/* All comments, one a line, without blanks at their ends. */
static void comments(const struct source *s, struct buf *b)
{
	uint32_t i;

	for (i = 0; i < s->ncomments; i++) {
		const char *c = s->text + (s->comments[2 * i] - s->base);
		uint32_t n = s->comments[2 * i + 1] - s->comments[2 * i];

		while (n && (c[n - 1] == ' ' || c[n - 1] == '\t'))
			n--;
		buf_add(b, c, n);
		buf_addc(b, '\n');
	}
	buf_adds(b, "");
}

/* ast_equal leaves doc comments out. */
static int same_docs(const struct ast *a, const struct ast *b)
{
	uint32_t i;

	if (!a)
		return 1;
	if (ast_has_doc(a->tag) && (!a->doc != !b->doc || (a->doc && strcmp(a->doc, b->doc))))
		return 0;
	for (i = 0; i < a->nkids; i++)
		if (!same_docs(a->kids[i], b->kids[i]))
			return 0;
	return 1;
}

static void check_laws(const char *s, size_t n, const char *what)
{
	struct text t, u;
	struct buf once = { 0 }, twice = { 0 }, c1 = { 0 }, c2 = { 0 };
	size_t i;

	text_parse(&t, "input.mlops", s, n);
	expect_parsed(&t, s);
	fmt_source(t.source, t.file, &once);
	text_parse(&u, "input.mlops", once.p, once.n);
	expect_parsed(&u, once.p);
	if (!ast_equal(t.file, u.file) || !same_docs(t.file, u.file))
		fail_msg("%s: the tree changed:\n%s\n--- became\n%s", what, s, once.p);
	comments(t.source, &c1);
	comments(u.source, &c2);
	if (strcmp(c1.p, c2.p))
		fail_msg("%s: comments changed:\n%s\n--- became\n%s", what, s, once.p);
	fmt_source(u.source, u.file, &twice);
	if (once.n != twice.n || memcmp(once.p, twice.p, once.n))
		fail_msg("%s: not stable:\n%s\n--- became\n%s", what, once.p, twice.p);
	assert_true(once.n > 1 && once.p[once.n - 1] == '\n' && once.p[once.n - 2] != '\n');
	for (i = 0; i + 1 < once.n; i++) {
		assert_int_not_equal(once.p[i], '\r');
		assert_int_not_equal(once.p[i], '\t');
		assert_false(once.p[i] == ' ' && once.p[i + 1] == '\n');
		assert_false(i + 2 < once.n && once.p[i] == '\n' && once.p[i + 1] == '\n' && once.p[i + 2] == '\n');
	}
	buf_free(&once);
	buf_free(&twice);
	buf_free(&c1);
	buf_free(&c2);
	text_end(&t);
	text_end(&u);
}

static const char *const samples[] = { "stack", "kinds", "declarations", "kind-members", "text", "keywords", "expressions" };
#define COUNT(a) (sizeof(a) / sizeof *(a))

static void read_case(const char *name, struct buf *b)
{
	char path[256], chunk[4096];
	size_t n;
	FILE *f;

	snprintf(path, sizeof path, "tests/cases/parse/%s/input.mlops", name);
	f = fopen(path, "rb");
	if (!f)
		fail_msg("cannot open %s: run the tests in the project's folder", path);
	while ((n = fread(chunk, 1, sizeof chunk, f)))
		buf_add(b, chunk, n);
	fclose(f);
}

static void laws(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(samples); i++) {
		struct buf b = { 0 };

		read_case(samples[i], &b);
		check_laws(b.p, b.n, samples[i]);
		buf_free(&b);
	}
}

static uint32_t roll(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 16;
}

/* Rewrites a text line by line. A line that is in a block string, or begins or ends one, stays as it is. */
static void strew(const char *s, size_t n, int mode, uint32_t seed, struct buf *out)
{
	const char *end = s + n, *nl;
	int block = 0;
	unsigned count = 0;

	for (; s < end; s = nl + 1) {
		int quotes = 0, was = block;
		const char *p;

		nl = memchr(s, '\n', (size_t)(end - s));
		if (!nl)
			nl = end - 1;
		for (p = s; p + 2 < nl + 1; p++)
			if (!memcmp(p, "\"\"\"", 3)) {
				quotes++;
				block = !block;
				p += 2;
			}
		if (was || quotes) {
			buf_add(out, s, (size_t)(nl - s));
			buf_addc(out, '\n');
			continue;
		}
		while (s < nl && *s == ' ' && mode != 0)
			s++;
		if (mode == 1)          /* no indentation, blanks at random */
			for (p = s; p < nl; p++) {
				int code = !memchr(s, '"', (size_t)(nl - s)) && !memchr(s, '#', (size_t)(nl - s));

				buf_addc(out, *p);
				if (code && *p == ' ' && roll(&seed) % 3 == 0)
					buf_adds(out, "   ");
			}
		else if (mode == 2) {   /* comments behind lines */
			buf_add(out, s, (size_t)(nl - s));
			if (!memchr(s, '#', (size_t)(nl - s)))
				buf_addf(out, "   # behind %u", count++);
		} else {                /* lines of comments, blank lines, blanks and CR at the end */
			buf_adds(out, "   ");
			buf_add(out, s, (size_t)(nl - s));
			if (mode == 3 && roll(&seed) % 2)
				buf_addf(out, "\n      # between %u", count++);
			if (roll(&seed) % 3 == 0)
				buf_adds(out, "\n\n\t\n");
			if (!memchr(s, '#', (size_t)(nl - s)) || mode == 3)
				buf_adds(out, mode == 4 ? "  \r" : " ");
		}
		buf_addc(out, '\n');
	}
}

static void strewn(void **state)
{
	size_t i;
	int mode;
	uint32_t seed;

	(void)state;
	for (i = 0; i < COUNT(samples); i++) {
		struct buf b = { 0 };

		read_case(samples[i], &b);
		for (mode = 1; mode <= 4; mode++)
			for (seed = 1; seed < 6; seed++) {
				struct buf c = { 0 };
				char what[64];

				strew(b.p, b.n, mode, seed * 7919u, &c);
				snprintf(what, sizeof what, "%s, mode %d, seed %u", samples[i], mode, seed);
				check_laws(c.p, c.n, what);
				buf_free(&c);
			}
		buf_free(&b);
	}
}

/* Every width: names grow until each place has to be broken. */
static void widths(void **state)
{
	static const char *const shapes[] = {
		"let a = f(%s, b)\n", "let a = f({ b: %s, c: d })\n", "let a = { b: f(%s), c: [1, { d: %s }] }\n",
		"component a : k { b = %s; c = 2 }\n", "component a : k {\n  b = %s\n  cc = [1, %s]\n  d.e.f = { g: %s } # x\n}\n",
		"check %s && b || c else \"text\"\n", "check %s &&\n  b\n  else warn d \"text\"\n",
		"let a = if %s then { b: 1 } else { c: %s }\n", "let a = [ { b: %s }, { c: 1 } ]\n", "let a = f([ { b: %s, c: 1 } ])\n",
		"kind k {\n  a : %s = b\n  cc : int = 3\n  if %s { claims b } else { claims c }\n  needs d : e\n}\n",
		"let a = %s.b.c(d)[0](e, f) + g(h) * i(%s)\n", "fn f(a : %s, b : int = 2) : int = a\n",
		"param a : { b : %s, c : [d] }? = none\n", "let a = f(b, [\n  1, 2, %s, 3\n])\n", "secret s { %s, b = \"c\" } from d(e)\n",
		"let a = \"${%s}\" + \"\"\"\n  x ${%s}\n  \"\"\" + f(b)\n",
		"let a = [ {\n  b: %s\n}, { c: d, e: %s } ]\n", "let a = [\n{ b: %s, c: [1, 2] }, { d: e }, f\n]\n",
		"let a = if b then { c: %s, d: 1 }\nelse { e: f }\n", "secret s {\naa = f(%s), b = [c, %s], d\n}\n",
		"let a = b + if c\nthen { d: %s }\nelse [%s]\n",
		"let a = { b: { c: { d: %s } } }\n", "let a = ((%s) + (b))\n",
	};
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(shapes); i++)
		for (n = 1; n < 130; n++) {
			struct buf b = { 0 };
			const char *p;
			size_t k;

			for (p = shapes[i]; *p; p++)
				if (*p == '%') {
					for (k = 0; k < n; k++)
						buf_addc(&b, "abcdefghij"[k % 10]);
					p++;
				} else {
					buf_addc(&b, *p);
				}
			check_laws(b.p, b.n, shapes[i]);
			buf_free(&b);
		}
}

static void layouts(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ "# only a comment", "# only a comment\n" },
		{ "\n\n# a\n\n\n\nlet b=1\n\n", "# a\n\nlet b = 1\n" },
		{ "let a=1;let bb=2", "let a  = 1\nlet bb = 2\n" },
		{ "let a = 1\n\nlet bb = 2", "let a = 1\n\nlet bb = 2\n" },
		{ "component a:k{b=1;ccc=2}", "component a : k { b = 1; ccc = 2 }\n" },
		{ "component a:k{\nb=1;ccc=2 # x\n\n\n# y\nd=3\n# z\n}# w",
			"component a : k {\n  b   = 1\n  ccc = 2  # x\n\n  # y\n  d = 3\n  # z\n}  # w\n" },
		{ "component a:k{b=1\nc=2}", "component a : k {\n  b = 1\n  c = 2\n}\n" },
		{ "component agent : prefect-agent { a = b }\ncomponent mesh : istio { c = d }\n",
			"component agent : prefect-agent { a = b }\ncomponent mesh  : istio         { c = d }\n" },
		{ "secret a {x,y}\nsecret long{z}", "secret a    { x, y }\nsecret long { z }\n" },
		{ "kind k {\na : int(1 .. 5)=1\nlong : [string] ? = none\nneeds x : y\nport http=80 on a|b\n}",
			"kind k {\n  a         : int(1..5) = 1\n  long      : [string]? = none\n  needs x   : y\n  port http = 80 on a | b\n}\n" },
		{ "component a : k {\nexpose x on node(1)\nexpose long on cluster\n}",
			"component a : k {\n  expose x    on node(1)\n  expose long on cluster\n}\n" },
		{ "drift d on m {\nalert low when a\nalert critical when b then c()\n}",
			"drift d on m {\n  alert low      when a\n  alert critical when b then c()\n}\n" },
		{ "let a = {b:1,c?:2,...d}", "let a = { b: 1, c?: 2, ...d }\n" },
		{ "let a = {\nb:1,c:2\nd:3,}", "let a = {\n  b: 1, c: 2\n  d: 3\n}\n" },
		{ "let a = [1,2,\n3]", "let a = [1, 2, 3]\n" },
		{ "let a = [\n1,2,\n3]", "let a = [\n  1, 2,\n  3\n]\n" },
		{ "let a = [{b:1}]", "let a = [ { b: 1 } ]\n" },
		{ "let a = f(b,c=[1],-d)", "let a = f(b, c = [1], -d)\n" },
		{ "let a=f(\nb,\nc)", "let a = f(\n  b,\n  c\n)\n" },
		{ "let a = f({\nb:1})", "let a = f({\n  b: 1\n})\n" },
		{ "let a = !b&&-c<d - e|| f . g [ 0 ] ( h )", "let a = !b && -c < d - e || f.g[0](h)\n" },
		{ "let a =\n  1", "let a = 1\n" },
		{ "check a\n  else \"b\"", "check a else \"b\"\n" },
		{ "let a = [for k,v in m if v>1:k]", "let a = [for k, v in m if v > 1: k]\n" },
		{ "kind k {\nif a {\nclaims b\n}\nelse {\nclaims c }\n}", "kind k {\n  if a {\n    claims b\n  } else {\n    claims c\n  }\n}\n" },
		{ "let a = \"\"\"\n      x\n        y\n      \"\"\"", "let a = \"\"\"\n  x\n    y\n  \"\"\"\n" },
		{ "let a = { # x\n}", "let a = {  # x\n}\n" },
		{ "component a : k { }", "component a : k {}\n" },
		{ "let a = f(b # x\n, c)", "let a = f(\n  b,  # x\n  c\n)\n" },
		{ "let a = f(b # x\n, # y\nc)", "let a = f(\n  b,  # x\n  # y\n  c\n)\n" },
		{ "let a = { # x\nb: 1, c: 2, # y\nd: 3, # z\n}", "let a = {  # x\n  b: 1, c: 2  # y\n  d: 3  # z\n}\n" },
		{ "let a = b + # x\nc", "let a = b +  # x\n  c\n" },
		{ "\xef\xbb\xbflet a = 1\r\nlet b = \"\"\"\r\n  x\r\n  \"\"\"\r\n", "let a = 1\nlet b = \"\"\"\n  x\n  \"\"\"\n" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct buf b = { 0 };
		struct text t;

		text_parse(&t, "input.mlops", rows[i][0], strlen(rows[i][0]));
		expect_parsed(&t, rows[i][0]);
		fmt_source(t.source, t.file, &b);
		if (strcmp(b.n ? b.p : "", rows[i][1]))
			fail_msg("for\n%s\nexpected\n%s\ngot\n%s", rows[i][0], rows[i][1], b.n ? b.p : "");
		if (b.n)
			check_laws(rows[i][0], strlen(rows[i][0]), "layout");
		buf_free(&b);
		text_end(&t);
	}
}

/* What once needed two runs to come to rest. */
static void at_rest(void **state)
{
	static const char *const texts[] = {
		("kind b{manifest ep(name){spec:{recas:1,template:{spec:{enableServiceLinks:false,containers:[\n"
		"{name:\"web\",image:\"web:1\",env:[{name:\"A\",value:\"1\"},{name:\"B\",value:\"2\"}]},{e:\"\",e:\"\"}]}}}}}"),
		"secret c{\nxx=if ab-b-b-c()then ab-c()else{x:4Gi,for xxxxxxxx,v in 63706{}},x=[truexxxxxx,true]}",
		"let x=x+[{\"\":{\"\":e}},if\"\"then{ab-b-c:true,if:26496,ac:ab-b-b-c}\nelse\" t t t t t t t t t t t t t t t t t t t t t t t\"]",
		"secret x{b=x()}from c(e#\n,#\nc=\"\")",
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++)
		check_laws(texts[i], strlen(texts[i]), texts[i]);
}

/* No line of a sample is wider than the page, but for comments and single strings. */
static void page_width(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(samples); i++) {
		struct buf b = { 0 }, out = { 0 };
		struct text t;
		char *line, *next;

		read_case(samples[i], &b);
		text_parse(&t, "input.mlops", b.p, b.n);
		fmt_source(t.source, t.file, &out);
		for (line = out.p; *line; line = next) {
			next = strchr(line, '\n') + 1;
			if (next - line > 101 && !memchr(line, '#', (size_t)(next - line)) && !memchr(line, '"', (size_t)(next - line)))
				fail_msg("too wide: %.*s", (int)(next - line), line);
		}
		buf_free(&b);
		buf_free(&out);
		text_end(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(laws), cmocka_unit_test(layouts), cmocka_unit_test(strewn), cmocka_unit_test(widths),
		cmocka_unit_test(at_rest), cmocka_unit_test(page_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
