/* Scanner, token filter and parser: what every construct becomes, what every mistake is called and where, and that no
   text makes them crash, forget a mistake or take long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "front/parse.h"
#include "front/parse_state.h"
#include "../lib/text.h"

static void read_text(struct text *t, const char *s, size_t n)
{
	text_parse(t, "input.mlops", s, n);
	assert_non_null(t->file);
	assert_int_equal(t->file->tag, AST_FILE);
}

static const char *const valid[] = { "stack", "kinds", "declarations", "kind-members", "text", "keywords", "expressions" };
static const char *const broken[] = { "mistakes", "mistakes-of-kinds", "unclosed", "bad-text", "too-deep" };
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

static void print_diags(struct text *t)
{
	struct diag_style style = { 0, 1, 0, "input.mlops", NULL };
	struct buf b = { 0 };

	diag_write(&t->diags, DIAG_TEXT, &style, &b);
	if (b.n)
		fprintf(stderr, "%s", b.p);
	buf_free(&b);
}

static void all_valid(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(valid); i++) {
		struct buf b = { 0 };
		struct text t;

		read_case(valid[i], &b);
		read_text(&t, b.p, b.n);
		if (t.diags.n) {
			print_diags(&t);
			fail_msg("%s does not parse", valid[i]);
		}
		assert_true(t.file->nkids > 5);
		text_end(&t);
		buf_free(&b);
	}
}

/* -- trees */

static void expect_tree(const char *source, const char *tree)
{
	struct buf b = { 0 };
	struct text t;

	read_text(&t, source, strlen(source));
	if (t.diags.n)
		print_diags(&t);
	assert_int_equal(t.diags.n, 0);
	ast_dump(t.file, &t.sources, &b);
	assert_string_equal(b.p, tree);
	buf_free(&b);
	text_end(&t);
}

static void trees(void **state)
{
	(void)state;
	expect_tree("", "file\n");
	expect_tree("\n;;\n# nothing\n;", "file\n");
	expect_tree("\xef\xbb\xbflet a = 1", "file\n  let a\n    -\n    number 1\n");
	expect_tree("let a = 1 + 2 * 3 - 4", "file\n  let a\n    -\n    binary -\n      binary +\n        number 1\n        binary *\n"
		"          number 2\n          number 3\n      number 4\n");
	expect_tree("let a = !b || c && d == -e.f[0](g, h = i)", "file\n  let a\n    -\n    binary ||\n      unary !\n        name b\n"
		"      binary &&\n        name c\n        binary ==\n          name d\n          unary -\n            call\n"
		"              index\n                field f\n                  name e\n                number 0\n"
		"              name g\n              arg h\n                name i\n");
	expect_tree("let a = if b then 1 else c + 2", "file\n  let a\n    -\n    if\n      name b\n      number 1\n      binary +\n"
		"        name c\n        number 2\n");
	expect_tree("let a = { b: 1, \"c d\"?: 2, ...e, \"x${f}\": 3, Key_1: none }", "file\n  let a\n    -\n    object\n      entry b\n"
		"        number 1\n      entry \"c d\" [optional] [quoted]\n        number 2\n      spread\n        name e\n"
		"      entry\n        number 3\n        interp\n          string \"x\"\n          name f\n      entry Key_1\n"
		"        none\n");
	expect_tree("let a = { for k, v in m { b: k }, if c { d: 1 } else if e { f: 2 } }", "file\n  let a\n    -\n    object\n"
		"      entry-for k v\n        name m\n        object\n          entry b\n            name k\n      entry-if\n"
		"        name c\n        object\n          entry d\n            number 1\n        object\n          entry-if\n"
		"            name e\n            object\n              entry f\n                number 2\n            -\n");
	expect_tree("let a = [for x in l if x: x]", "file\n  let a\n    -\n    listfor x\n      name l\n      name x\n      name x\n");
	expect_tree("param a : int(1..) | [string]? | {string : \"x y\"} = true", "file\n  param a\n    type-union\n"
		"      type-name int [range]\n        number 1\n        -\n      type-optional\n        type-list\n"
		"          type-name string\n      type-record\n        field-def string\n          type-string \"x y\"\n          -\n"
		"    bool true\n");
	expect_tree("component a : k for m in l { b.c = 1 }", "file\n  component a k m\n    name l\n    set\n      field c\n"
		"        name b\n      number 1\n");
	expect_tree("env e { component a { }; drop b }", "file\n  env e\n    component a\n      -\n    drop b\n");
}

static void families(void **state)
{
	(void)state;
	expect_tree("secret s { a, \"B.c\" = \"${x}\" } from f(\"n\")", "file\n  secret s\n    call\n      name f\n      string \"n\"\n"
		"    key a\n      -\n    key \"B.c\" [quoted]\n      interp\n        name x\n");
	expect_tree("fn f(a : int, b : int = 2) : int = a", "file\n  fn f\n    type-name int\n    name a\n    field-def a\n"
		"      type-name int\n      -\n    field-def b\n      type-name int\n      number 2\n");
	expect_tree("drift d on m[\"x\"] { alert warning when a > 1 for 5m then f(b) }", "file\n  drift d\n    index\n      name m\n"
		"      string \"x\"\n    alert warning\n      binary >\n        name a\n        number 1\n      number 5m\n"
		"      call\n        name f\n        name b\n");
	expect_tree("check a else warn b \"c\"\ncheck a\n  else \"d\"", "file\n  check b\n    name a\n    string \"c\"\n  check\n"
		"    name a\n    string \"d\"\n");
	expect_tree("kind k : b { gives a(x : t) { y: 1 }; gives c = d.e; port p = 1 on x | y; runs r : d { z: [1] } }",
		"file\n  kind k b\n    gives a [params]\n      object\n        entry y\n          number 1\n      field-def x\n"
		"        type-name t\n        -\n    gives c [alias]\n      field e\n        name d\n    port p\n      number 1\n"
		"      name x\n      name y\n    runs r d\n      object\n        entry z\n          list\n            number 1\n");
	expect_tree("kind k { if a { claims b } else if c { claims d }; for x, y in z { manifest \"g/v/K\"(n) { } } }",
		"file\n  kind k\n    kind-if\n      name a\n      block\n        claims\n          name b\n      block\n"
		"        kind-if\n          name c\n          block\n            claims\n              name d\n          -\n"
		"    kind-for x y\n      name z\n      block\n        manifest \"g/v/K\" [string]\n          name n\n"
		"          object\n");
	expect_tree("allow a because \"b\"\ncatalog 2026-11 : x { k = { a: 1.10 } }", "file\n  allow a \"b\"\n  catalog 2026-11 x\n"
		"    set\n      name k\n      object\n        entry a\n          number 1.10\n");
}

static void texts(void **state)
{
	(void)state;
	expect_tree("let a = \"\\\"\\\\\\n\\t\\r\\$\\u{e9}\"", "file\n  let a\n    -\n    string \"\\\"\\\\\\n\\x09\\x0d$\xc3\xa9\"\n");
	expect_tree("let a = \"cost $ and $$5 ${b}$\"", "file\n  let a\n    -\n    interp\n      string \"cost $ and $$5 \"\n"
		"      name b\n      string \"$\"\n");
	expect_tree("let a = \"\"\"\n    one\n      two ${b}\n\n  \t \n    three\n    \"\"\"", "file\n  let a\n    -\n    interp [block]\n"
		"      string \"one\\n  two \"\n      name b\n      string \"\\n\\n\\nthree\\n\"\n");
	expect_tree("let a = \"\"\"\n    one\n  two\"\"\"", "file\n  let a\n    -\n    string \"  one\\ntwo\" [block]\n");
	expect_tree("let a = \"\"\"\n    one\n  \"\"\"", "file\n  let a\n    -\n    string \"  one\\n\" [block]\n");
	expect_tree("let a = \"\"\"\n  say \\\"hi\\\" and \"\" and \"\n  \"\"\"", "file\n  let a\n    -\n"
		"    string \"say \\\"hi\\\" and \\\"\\\" and \\\"\\n\" [block]\n");
	expect_tree("let a = \"\"\"\n\"\"\"", "file\n  let a\n    -\n    string \"\" [block]\n");
	expect_tree("let a = \"x${f(\"y${ { b: \"}\" }.b }\")}\"", "file\n  let a\n    -\n    interp\n      string \"x\"\n      call\n"
		"        name f\n        interp\n          string \"y\"\n          field b\n            object\n              entry b\n"
		"                string \"}\"\n");
}

static void line_breaks(void **state)
{
	(void)state;
	expect_tree("let a =\n\n  1 +\n  # why\n  2\nlet b = (1\n\n)\nlet c = if x\n  then 1\n  else 2",
		"file\n  let a\n    -\n    binary +\n      number 1\n      number 2\n  let b\n    -\n    number 1\n  let c\n    -\n    if\n"
		"      name x\n      number 1\n      number 2\n");
	expect_tree("let a = f({\n  b: 1\n  c: 2, d: 3,\n}, [\n1,\n])", "file\n  let a\n    -\n    call\n      name f\n      object\n"
		"        entry b\n          number 1\n        entry c\n          number 2\n        entry d\n          number 3\n"
		"      list\n        number 1\n");
	expect_tree("component a : k { else = 1\nthen = 2; in = 3 }", "file\n  component a k\n    -\n    assign else\n"
		"      number 1\n    assign then\n      number 2\n    assign in\n      number 3\n");
}

/* -- mistakes */

/* "E0010@1:5 ..." of all diagnostics, in order of places. */
static void expect_errors(const char *source, const char *codes)
{
	struct buf b = { 0 };
	struct text t;
	uint32_t i;

	read_text(&t, source, strlen(source));
	diags_sort(&t.diags);
	buf_adds(&b, "");
	for (i = 0; i < t.diags.n; i++) {
		struct location l = source_locate(&t.sources, t.diags.v[i]->span.lo);

		buf_addf(&b, "%s%s@%u:%u", i ? " " : "", t.diags.v[i]->code, l.line, l.column);
	}
	if (strcmp(b.n ? b.p : "", codes)) {
		print_diags(&t);
		fail_msg("for\n%s\nexpected %s\ngot      %s", source, codes, b.n ? b.p : "");
	}
	buf_free(&b);
	text_end(&t);
}

static void mistakes(void **state)
{
	(void)state;
	/* every independent one, and none that only follows */
	expect_errors("let a = = 1\nlet b = 2 3\nlet c = 4", "E0010@1:9 E0010@2:11");
	expect_errors("component a : k { x = 1; y = = 2; z 3 }\nlet 5 = 1", "E0010@1:30 E0010@1:37 E0010@2:5");
	expect_errors("component a k {\n  x = = 1\n}\nlet b = 1", "E0010@1:13 E0010@2:7");
	expect_errors("component a = k { x = 1 }", "E0015@1:13");
	expect_errors("let a = { b = 1, c: 2 2\n d: 3, e: }\nlet f = [1 2, 3 4]", "E0010@1:13 E0010@1:23 E0010@2:11 E0010@3:12");
	expect_errors("secret s { a b, c = }\nsecret t { a } form f()", "E0010@1:14 E0010@1:21 E0010@2:16");
	expect_errors("kind k {\n  a : \n}\nkind l { b : int = }", "E0010@3:1 E0010@4:20");
}

static void lines_of_mistakes(void **state)
{
	(void)state;
	expect_errors("compnent a : k {\n  x = = 1\n}\nlet b = 1 1", "E0010@1:1 E0010@4:11");
	expect_errors("kind k {\n  need a : b\n  gives x { y 1 }\n  if a b { claims 1 1 }\n  claims c\n}",
		"E0010@2:3 E0010@3:15 E0010@4:8 E0010@4:21");
	expect_errors("component a : k\n  x = = 1\n}\nlet b = 1", "E0010@1:16 E0010@2:7");
	expect_errors("component a : k\n{\n  x = 1\n}\n", "E0010@1:16");
	expect_errors("let a = none.b\nlet none = 1", "E0010@2:5");
	expect_errors("let Foo = 1\nlet b = foo_bar + Baz\nlet c-- = 1", "E0014@1:5 E0014@2:9 E0014@2:19 E0014@3:5");
	expect_errors("let a = 1 == 2 == 3", "E0010@1:16");
	expect_errors("allow a because \"x ${b}\"", "E0010@1:17");
	expect_errors("kind k {\n  release a + b { c: d }\n  config (a + b) { c: d }\n  config !a { }\n}", "E0010@2:11 E0010@4:10");
	expect_errors("stack a\"\n  b = 1\n: c { }\n", "E0004@1:8 E0010@3:1");
}

/* What is no name stands in the tree as the name that was most likely meant, so that others find it. */
static void meant(void **state)
{
	static const char *const rows[][2] = {
		{ "MyNote", "my-note" }, { "under_score", "under-score" }, { "double--dash", "double-dash" }, { "end-", "end" },
		{ "_1a", "a" }, { "A", "a" }, { "ABc", "abc" }, { "kHz2", "k-hz2" }, { "_", "_" },
	};
	struct buf b = { 0 };
	struct text t;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		buf_clear(&b);
		buf_addf(&b, "component %s : %s { %s = 1 }\n", rows[i][0], rows[i][0], rows[i][0]);
		read_text(&t, b.p, b.n);
		assert_int_equal(t.diags.n, 3);
		assert_string_equal(t.file->kids[0]->name->text, rows[i][1]);
		assert_string_equal(t.file->kids[0]->name2->text, rows[i][1]);
		assert_string_equal(t.file->kids[0]->kids[1]->kids[0]->name->text, rows[i][1]);
		text_end(&t);
	}
	buf_clear(&b);
	buf_adds(&b, "component ");
	for (i = 0; i < 300; i++)
		buf_addc(&b, 'a');
	buf_adds(&b, " : k { }\n");
	read_text(&t, b.p, b.n);
	assert_int_equal(t.diags.n, 1);
	assert_true(t.file->kids[0]->name->len < 30);
	text_end(&t);
	buf_free(&b);
}

static void brackets(void **state)
{
	(void)state;
	expect_errors("component a : k {\n  x = 1\n\ncomponent b : k {\n  y = 2\n}\n", "E0011@1:17");
	expect_errors("component a : k {\n  x = {\n    y: 1\n  z = 2\n}\nlet b = 1 1\n", "E0011@2:7 E0010@6:11");
	expect_errors("component a : k {\n  x = f(1,\n    2\n  y = 3\n}\n", "E0011@2:8");
	expect_errors("component a : k {\n  x = [1, 2\n}\n", "E0011@2:7");
	expect_errors("let a = {\n  b: 1\n", "E0011@1:9");
	expect_errors("let a = 1\n}\nlet b = 2", "E0016@2:1");
	expect_errors("component a : k {\n  x = {\n    y: 1\n  }\n  }\n  z = 2\n}\n", "E0016@5:3");
	expect_errors("let a = (1]\nlet b = 1)", "E0016@1:11 E0016@2:10");
	expect_errors("let a = \"${f(}\"\nlet b = \"${ ) }\"", "E0011@1:13 E0016@2:13");
}

static void bad_texts(void **state)
{
	(void)state;
	expect_errors("let a = \"abc\nlet b = 1 1\nlet c = f(\"x)\nlet d = [\"x, \"y\"]\nlet e = \"${x\"",
		"E0004@1:9 E0010@2:11 E0004@3:11 E0010@4:15 E0004@5:9");
	expect_errors("component a : k { x = \"abc }\nlet b = 1", "E0004@1:23");
	expect_errors("let a = [\n  \"b\",\n  \"c,\n  \"d\"\n]", "E0004@3:3");
	expect_errors("let a = {\n  b: \"\"\"\n  open\n}\nlet b = = 1", "E0004@2:6");
	expect_errors("let a = \"\\q\\u{d800}\\u{41}\\u{}\"", "E0005@1:10 E0005@1:12 E0005@1:26");
	expect_errors("let a = @b\nlet b = 'c'\nlet c = d & e\nlet d = \xe2\x80\x9cx\xe2\x80\x9d", "E0003@1:9 E0003@2:9 E0003@3:11 E0003@4:9");
	expect_errors("let a = 5_000\nlet b = 1. + 2\nlet c = 3- 2\nlet d = a- 1", "E0017@1:9 E0017@2:9 E0017@3:9 E0014@4:9");
	expect_errors("let a = \"x\x01y\"\r\nlet b = 1\rlet c = 2", "E0003@1:11 E0003@2:10");
	expect_errors("let a = \"x\xff\xfe\"\nlet b\xc3 = 1 1", "E0001@1:11 E0001@1:12 E0001@2:6 E0010@2:12");
}

static void nul_bytes(void **state)
{
	static const char source[] = "let a\0 = 1\nlet b = \"\0\"\n";
	struct text t;

	(void)state;
	read_text(&t, source, sizeof source - 1);
	assert_int_equal(t.diags.n, 2);
	assert_string_equal(t.diags.v[0]->code, "E0002");
	assert_string_equal(t.diags.v[1]->code, "E0002");
	assert_int_equal(t.file->nkids, 2);
	text_end(&t);
}

static const char *only_message(struct text *t, const char *source)
{
	read_text(t, source, strlen(source));
	assert_int_equal(t->diags.n, 1);
	return t->diags.v[0]->message;
}

static void expect_message(const char *source, const char *message, const char *fix)
{
	struct text t;

	assert_string_equal(only_message(&t, source), message);
	if (fix) {
		assert_non_null(t.diags.v[0]->fix);
		assert_string_equal(t.diags.v[0]->fix, fix);
	}
	text_end(&t);
}

static void messages(void **state)
{
	(void)state;
	expect_message("let a = ", "the end of the file was found where an expression was expected", NULL);
	expect_message("let 5 = 1", "`5` was found where a name was expected", NULL);
	expect_message("foo", "`foo` was found where a declaration was expected", NULL);
	expect_message("param a = 1", "`=` was found where `:` was expected", NULL);
	expect_message("param a : = 1", "`=` was found where a type was expected", NULL);
	expect_message("component a : k { b: 1 }", "`:` was found where `=` was expected", "=");
	expect_message("component a : k { 5 }", "`5` was found where a setting or statement of a component or `}` was expected", NULL);
	expect_message("kind k { 5 }", "`5` was found where a statement of a kind or `}` was expected", NULL);
	expect_message("kind k { needz a : b }", "`needz` was found where a statement was expected", "needs");
	expect_message("let a = { 5 }", "`5` was found where an entry or `}` was expected", NULL);
	expect_message("let a = b c", "`c` was found where the end of the line was expected", NULL);
	expect_message("let a = b or c", "`or` was found where the end of the line was expected", "||");
	expect_message("let a = (b c)", "`c` was found where `)` was expected", NULL);
	expect_message("component a b { }", "`b` was found where `:` was expected", NULL);
	expect_message("component a = b { }", "a component's kind is written after `:`, not `=`", ":");
	expect_message("component a : b\n  x = 1\n}\n", "the end of the line was found where `{` was expected", " {");
	expect_message("let a = {\n", "this `{` is never closed", NULL);
}

/* What did not parse is left out; the rest is there. */
static void what_remains(void **state)
{
	struct text t;
	const char *s = "let a = 1\nlet b = = 2\ncomponent c : k { x = 1; y 2; z = 3 }\nlet d = { e: 1, f 2, g: 3 }\ncomponent h k { i = 1 }\n";

	(void)state;
	read_text(&t, s, strlen(s));
	assert_int_equal(t.diags.n, 4);
	assert_int_equal(t.file->nkids, 3);
	assert_int_equal(t.file->kids[1]->nkids, 3);
	assert_int_equal(t.file->kids[2]->kids[1]->nkids, 2);
	text_end(&t);
}

/* -- places */

static void check_spans(const struct text *t, const struct ast *n, const struct ast *parent)
{
	const char *text = t->source->text;
	uint32_t base = t->source->base, i;

	if (!n)
		return;
	assert_true(n->span.lo >= base && n->span.hi <= base + t->source->len && n->span.lo <= n->span.hi);
	if (parent) {
		assert_true(n->span.lo >= parent->span.lo && n->span.hi <= parent->span.hi);
		assert_true(n->span.lo < n->span.hi);
		/* a piece of a string may begin or end with a blank, nothing else does */
		if (parent->tag != AST_INTERP || n->tag != AST_STRING) {
			assert_null(strchr(" \t\r\n", text[n->span.lo - base]));
			assert_null(strchr(" \t\r\n", text[n->span.hi - 1 - base]));
		}
	}
	if (n->name && ast_has_doc(n->tag) && n->name_span.hi) {
		const char *s = text + (n->name_span.lo - base);

		assert_true(n->name_span.lo >= n->span.lo && n->name_span.hi <= n->span.hi);
		if (*s != '"')
			assert_true(n->name_span.hi - n->name_span.lo == n->name->len && !memcmp(s, n->name->text, n->name->len));
	}
	if (ast_is_long(n->tag) && n->name2 && n->name2_span.hi)
		assert_true(n->name2_span.lo > n->name_span.hi && n->name2_span.hi <= n->span.hi);
	for (i = 0; i < n->nkids; i++)
		check_spans(t, n->kids[i], n);
}

static void spans(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(valid); i++) {
		struct buf b = { 0 };
		struct text t;

		read_case(valid[i], &b);
		read_text(&t, b.p, b.n);
		check_spans(&t, t.file, NULL);
		text_end(&t);
		buf_free(&b);
	}
}

static void exact_spans(void **state)
{
	const char *s = "let a = (1 + 2) * 3  # x\ncomponent b : k { c.d = 4 }\n";
	struct text t;
	const struct ast *n;

	(void)state;
	read_text(&t, s, strlen(s));
	n = t.file->kids[0];
	assert_int_equal(n->span.hi - n->span.lo, 19);
	assert_int_equal(n->kids[1]->span.lo - n->span.lo, 8);
	assert_true(n->kids[1]->kids[0]->flags & AST_F_PAREN);
	n = t.file->kids[1]->kids[1];
	assert_int_equal(n->tag, AST_SET);
	assert_int_equal(n->span.hi - n->span.lo, 7);
	assert_int_equal(n->kids[0]->name_span.lo - n->span.lo, 2);
	assert_int_equal(t.source->ncomments, 1);
	assert_memory_equal(s + (t.source->comments[0] - t.source->base), "# x", 3);
	assert_int_equal(t.source->comments[1] - t.source->comments[0], 3);
	text_end(&t);
}

static void docs(void **state)
{
	const char *s = "## one\n##two \nlet a = 1 ## behind\nlet b = 2\n\n## far\n\nlet c = 3\n# plain\nlet d = 4\n## above\n# plain\nlet e = 5\n"
		"kind k {\n  ## member\n  x : int = 1 # trailing\n  ## next\n  y : int\n}\n##########\nlet f = 6\r\n## crlf\r\nlet g = 7\n";
	struct text t;

	(void)state;
	read_text(&t, s, strlen(s));
	assert_int_equal(t.diags.n, 0);
	assert_string_equal(t.file->kids[0]->doc, "one\ntwo");
	assert_null(t.file->kids[1]->doc);
	assert_null(t.file->kids[2]->doc);
	assert_null(t.file->kids[3]->doc);
	assert_null(t.file->kids[4]->doc);
	assert_null(t.file->kids[5]->doc);
	assert_string_equal(t.file->kids[5]->kids[0]->doc, "member");
	assert_string_equal(t.file->kids[5]->kids[1]->doc, "next");
	assert_null(t.file->kids[6]->doc);
	assert_string_equal(t.file->kids[7]->doc, "crlf");
	text_end(&t);
}

static void crlf(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(valid); i++) {
		struct buf b = { 0 }, c = { 0 };
		struct text t, u;

		read_case(valid[i], &b);
		for (k = 0; k < b.n; k++) {
			if (b.p[k] == '\n')
				buf_addc(&c, '\r');
			buf_addc(&c, b.p[k]);
		}
		read_text(&t, b.p, b.n);
		read_text(&u, c.p, c.n);
		assert_int_equal(u.diags.n, 0);
		assert_true(ast_equal(t.file, u.file));
		text_end(&t);
		text_end(&u);
		buf_free(&b);
		buf_free(&c);
	}
}

static void equality(void **state)
{
	static const struct { const char *a, *b; int same; } pairs[] = {
		{ "let a = (1) + 2", "let a =\n 1 + (2) # x", 1 }, { "let a = 1 + 2", "let a = 1 - 2", 0 },
		{ "let a = 1.0", "let a = 1.00", 0 }, { "let a = { b: 1 }", "let a = {\n  \"b\": 1\n}", 1 },
		{ "let a = { b: 1 }", "let a = { b?: 1 }", 0 }, { "let a = \"x\\ny\\n\"", "let a = \"\"\"\n  x\n  y\n  \"\"\"", 1 },
		{ "let a = [1, 2]", "let a = [1, 2, 3]", 0 }, { "let a = true", "let a = false", 0 },
		{ "component a : b { }", "component a : c { }", 0 }, { "allow a because \"b\"", "allow a because \"c\"", 0 },
		{ "kind k { gives a { } }", "kind k { gives a() { } }", 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(pairs); i++) {
		struct text t, u;

		read_text(&t, pairs[i].a, strlen(pairs[i].a));
		read_text(&u, pairs[i].b, strlen(pairs[i].b));
		assert_int_equal(t.diags.n + u.diags.n, 0);
		assert_int_equal(ast_equal(t.file, u.file), pairs[i].same);
		text_end(&t);
		text_end(&u);
	}
}

/* -- expressions of --set */

static void expressions(void **state)
{
	static const struct { const char *s; int tag; } rows[] = {
		{ "5", AST_NUMBER }, { "1.2.3", AST_NUMBER }, { "[1, 2]", AST_LIST }, { "{ a: 1, b: 2 }", AST_OBJECT }, { "a.b", AST_FIELD },
		{ "\"x\"", AST_STRING }, { " true ", AST_BOOL }, { "-5", AST_UNARY }, { "demo", AST_NAME }, { "kind", AST_NAME },
		{ "", -1 }, { "a b", -1 }, { "a = b", -1 }, { "\"x", -1 }, { "a\nb", -1 }, { "Foo", -1 }, { "[1", -1 }, { "http://x", -1 },
		{ "1)", -1 }, { "${x}", -1 }, { "a.example.com:80", -1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct text t;
		struct source *s;
		struct ast *x;

		read_text(&t, "", 0);
		s = source_add(&t.sources, "--set", rows[i].s, strlen(rows[i].s), 0);
		x = parse_expression(s, &t.arena, &t.atoms, &t.diags);
		assert_int_equal(t.diags.n, 0);
		if (x ? (int)x->tag != rows[i].tag : rows[i].tag != -1)
			fail_msg("%s: tag %d, not %d", rows[i].s, x ? x->tag : -1, rows[i].tag);
		text_end(&t);
	}
}

/* -- nothing crashes, nothing takes long */

static void repeat(struct buf *b, const char *s, size_t n)
{
	while (n--)
		buf_adds(b, s);
}

static void parse_repeated(const char *before, const char *s, size_t n, const char *after, size_t m, const char *end, const char *code)
{
	struct buf b = { 0 };
	struct text t;

	buf_adds(&b, before);
	repeat(&b, s, n);
	repeat(&b, after, m);
	buf_adds(&b, end);
	read_text(&t, b.p, b.n);
	if (!code) {
		assert_int_equal(t.diags.n, 0);
	} else {
		assert_true(t.diags.n > 0);
		if (strcmp(t.diags.v[0]->code, code))
			fail_msg("%.20s...: %s, not %s", b.p, t.diags.v[0]->code, code);
	}
	assert_true(t.diags.n <= 1100);
	text_end(&t);
	buf_free(&b);
}

static void deep(void **state)
{
	const size_t n = 200000;

	(void)state;
	parse_repeated("let a = ", "[", 200, "]", 200, "\n", NULL);
	parse_repeated("let a = ", "[", 201, "]", 201, "\nlet b = 1\n", "E0012");
	parse_repeated("let a = ", "[", n, "", 0, "", "E0012");
	parse_repeated("let a = ", "(", n, ")", n, "", "E0012");
	parse_repeated("let a = ", "{a:", n, "}", n, "", "E0012");
	parse_repeated("let a = ", "\"${", n, "", 0, "", "E0012");
	parse_repeated("let a = ", "!", n, "x", 1, "", "E0012");
	parse_repeated("let a = ", "1 + ", n, "x", 1, "", "E0012");
	parse_repeated("let a = ", "1 + ", 900, "x", 1, "", NULL);
	parse_repeated("let a = x", ".y", n, "", 0, "", "E0012");
	parse_repeated("let a = x", "[0]", n, "", 0, "", "E0012");
	parse_repeated("let a = ", "if b then c else ", n, "x", 1, "", "E0012");
	parse_repeated("let a = { ", "if b { c: 1 } else ", n, "{ }", 1, "}", "E0012");
	parse_repeated("param a : ", "[", n, "", 0, "", "E0012");
	parse_repeated("kind k { ", "if a {", n, "", 0, "", "E0012");
}

static void long_texts(void **state)
{
	const size_t n = 200000;

	(void)state;
	parse_repeated("let a = [", "1, ", n, "", 0, "1]\n", NULL);
	parse_repeated("let a = {\n", "k: 1\n", n, "", 0, "}\n", NULL);
	parse_repeated("let a = f(", "x, ", n, "", 0, "1)\n", NULL);
	parse_repeated("let a = \"", "${x} ", n, "", 0, "\"\n", NULL);
	parse_repeated("let a = \"\"\"\n", "  line\n", n, "", 0, "  \"\"\"\n", NULL);
	parse_repeated("param a : ", "x | ", n, "", 0, "x\n", NULL);
	parse_repeated("", "let a = 1\n", n, "", 0, "", NULL);
	parse_repeated("", "## doc\n", n, "", 0, "let a = 1", NULL);
	parse_repeated("component a : k {\n", "x = 1; ", n, "", 0, "}\n", NULL);
	parse_repeated("", ")", n, "", 0, "", "E0016");
	parse_repeated("", "@\n", n, "", 0, "", "E0003");
	parse_repeated("", "\"\n", n, "", 0, "", "E0004");
	parse_repeated("", "let a = = 1\n", n, "", 0, "", "E0010");
	parse_repeated("let a = \"", "\\q", n, "", 0, "\"", "E0005");
	parse_repeated("", "} ( ", n, "", 0, "", "E0016");
	parse_repeated("", "\xff", n, "", 0, "", "E0001");
	parse_repeated("", "{\n", n, "", 0, "", "E0010");
}

static void huge_list(void **state)
{
	struct buf b = { 0 };
	struct text t;

	(void)state;
	buf_adds(&b, "let a = [");
	repeat(&b, "1, ", 1000000);
	buf_adds(&b, "1]\n");
	read_text(&t, b.p, b.n);
	assert_int_equal(t.diags.n, 0);
	assert_int_equal(t.file->kids[0]->kids[1]->nkids, 1000001);
	text_end(&t);
	buf_free(&b);
}

static void prefixes(void **state)
{
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(valid) + COUNT(broken); i++) {
		struct buf b = { 0 };
		struct text t;

		read_case(i < COUNT(valid) ? valid[i] : broken[i - COUNT(valid)], &b);
		for (n = 0; n <= b.n; n += b.n > 2500 ? 3 : 1) {
			read_text(&t, b.p, n);
			text_end(&t);
		}
		buf_free(&b);
	}
}

static int same_atom(const struct atom *a, const struct atom *b)
{
	return !a == !b && (!a || (a->len == b->len && !memcmp(a->text, b->text, a->len)));
}

static int same_tree(const struct ast *a, const struct ast *b)
{
	uint32_t i;

	if (!a || !b)
		return a == b;
	if (a->tag != b->tag || a->op != b->op || a->flags != b->flags || a->nkids != b->nkids
		|| a->bind_depth != b->bind_depth || memcmp(&a->span, &b->span, sizeof a->span)
		|| !same_atom(a->name, b->name))
		return 0;
	if (ast_has_doc(a->tag) && (memcmp(&a->name_span, &b->name_span, sizeof a->name_span) || !a->doc != !b->doc))
		return 0;
	for (i = 0; i < a->nkids; i++)
		if (!same_tree(a->kids[i], b->kids[i]))
			return 0;
	return 1;
}

/* Each case of tests/cases/parse, and what is left of it when its end is cut off, in steps of 37 and at last of one byte. */
static void over_cases(void (*law)(const char *s, size_t n))
{
	uint32_t i, n;

	for (i = 0; i < COUNT(valid) + COUNT(broken); i++) {
		struct buf b = { 0 };

		read_case(i < COUNT(valid) ? valid[i] : broken[i - COUNT(valid)], &b);
		for (n = (uint32_t)b.n; n; n -= n > 40 ? 37 : 1)
			law(b.p, n);
		buf_free(&b);
	}
}

/* The settings that are taken many at a time are those that the parser makes one by one, and the mistakes around them
   are the same ones. */
static void same_parse(const char *s, size_t n)
{
	struct text t;
	struct atoms atoms;
	struct diags diags;
	struct ast *slow;
	uint32_t i;

	read_text(&t, s, n);
	atoms_init(&atoms, &t.arena);
	diags_init(&diags, &t.arena, &t.sources);
	slow = parse_slowly(t.source, &t.arena, &atoms, &diags);
	for (i = 0; i < t.diags.n && i < diags.n; i++)
		if (strcmp(t.diags.v[i]->code, diags.v[i]->code) || strcmp(t.diags.v[i]->message, diags.v[i]->message)
			|| memcmp(&t.diags.v[i]->span, &diags.v[i]->span, sizeof diags.v[i]->span))
			break;
	if (i < t.diags.n || i < diags.n)
		fail_msg("mistakes differ in\n%.*s", (int)n, s);
	if (!same_tree(t.file, slow))
		fail_msg("trees differ of\n%.*s", (int)n, s);
	atoms_free(&atoms);
	text_end(&t);
}

static void many_settings(void **state)
{
	static const char *const starts[] = { "component a : k {", "drift a on b {", "env e { component a {", "component a {",
		"component a = k {", "component a : k for x in {\n", "component a : k\n", "env e {\n component a : k {", "kind k {",
		"component A : k {", "component a : k { }\ncomponent b : k {", "let x = [\n", "component a in b {", "drift a on b.c {" };
	static const char *const pieces[] = { "\n  a = 1", "\n  port = 8080", "\n  then = 5m", "\n  name = \"x\"", "\n  b = c-d", "\n",
		"\n  else = true", "\nthreshold = 0.5", "\n  elsewhere = x ", "\n  a == 1", "\n  x = 1 # c", "\n  ## doc\n  y = 2",
		" ", "\t", ";", "\r\n", " c", " \"d\"", " + 1", "\n + 1", "\n  a.b = 1", "\n  A = 1", "\n  a = ", "\n  a = \"${b}\"", "}", "\n}", "{",
		"\n  check a else \"b\"", "\n  if = b", "\n  \"q\" = 1", "(", "\n  )", "]", "\n  a = \"\"\"\n  t\n  \"\"\"", "\n  a = 1 2",
		"\n  allow x because \"y\"", "=", "\n  a: 1", "\n  alert a when b", "\xc3\xa9", "\n  a = 40/s", "\n  a = 1_0", "\"" };
	uint32_t seed = 7, i, n, end;

	(void)state;
	over_cases(same_parse);
	for (i = 0; i < 60000; i++) {
		struct buf b = { 0 };

		buf_adds(&b, starts[i % COUNT(starts)]);
		seed = seed * 1664525u + 1013904223u;
		for (n = 0, end = 2 + (seed >> 16) % 7; n < end; n++) {
			seed = seed * 1664525u + 1013904223u;
			/* mostly what is right, or nearly nothing would be */
			buf_adds(&b, pieces[(seed >> 16) % (i & 64 ? COUNT(pieces) : 10)]);
		}
		buf_adds(&b, i % 5 ? "\n}\nlet z = 1\n" : "");
		same_parse(b.p, b.n);
		buf_free(&b);
	}
}

/* The tokens that lexer.l knows at sight are those of its rules. */
static void same_tokens(const char *s, size_t n)
{
	struct arena a;
	struct sources sources;
	struct tokens sight, rules;
	struct source *src;
	uint32_t i;

	arena_init(&a, 0);
	sources_init(&sources, &a);
	src = source_add(&sources, "input.mlops", s, n, 0);
	parse_tokens(src, &a, 0, &sight);
	parse_tokens(src, &a, 1, &rules);
	for (i = 0; i < sight.n && i < rules.n; i++)
		if (sight.v[i].kind != rules.v[i].kind || memcmp(&sight.v[i].span, &rules.v[i].span, sizeof sight.v[i].span))
			break;
	if (i < sight.n || i < rules.n)
		fail_msg("tokens differ at byte %u of\n%s", i < rules.n ? rules.v[i].span.lo - src->base : 0, s);
	arena_free(&a);
}

static void at_sight(void **state)
{
	static const char *const pieces[] = { "a", "b2", "-", "--", "C", "_", "1", "1.5", ".", "..", "...", "/", "/s", "=", "==", ":",
		",", ";", "(", ")", "[", "]", "{", "}", "${", "\"", "\"\"", "\"\"\"", "\\n", "\\", "$", "'", "#", " ", "\t", "\n", "\r\n",
		"\r", "\n  \n", "if", "kind", "let a = ", "\xc3\xa9", "\x01", "&", "|", "?", "!", "\xef\xbb\xbf", "@" };
	uint32_t seed = 1, i, n;

	(void)state;
	over_cases(same_tokens);
	for (i = 0; i < 60000; i++) {
		struct buf b = { 0 };

		buf_adds(&b, "");
		for (n = 0; n < 12; n++) {
			seed = seed * 1664525u + 1013904223u;
			buf_adds(&b, pieces[(seed >> 16) % COUNT(pieces)]);
		}
		same_tokens(b.p, b.n);
		buf_free(&b);
	}
}

/* One byte more, less or other than there should be. */
static void slips(void **state)
{
	static const char bytes[] = "{}()[]\"$#;\n,=:.|-\\ a5\x80";
	size_t i, n, k = 0;

	(void)state;
	for (i = 0; i < COUNT(valid) + COUNT(broken); i++) {
		struct buf b = { 0 }, c = { 0 };
		struct text t;

		read_case(i < COUNT(valid) ? valid[i] : broken[i - COUNT(valid)], &b);
		for (n = 0; n < b.n; n += b.n > 2500 ? 7 : 2) {
			buf_clear(&c);
			buf_add(&c, b.p, n);
			switch (k % 3) {
			case 0: buf_add(&c, b.p + n + 1, b.n - n - 1); break;
			case 1: buf_addc(&c, bytes[k / 3 % (sizeof bytes - 1)]); buf_add(&c, b.p + n, b.n - n); break;
			case 2: buf_addc(&c, bytes[k / 3 % (sizeof bytes - 1)]); buf_add(&c, b.p + n + 1, b.n - n - 1); break;
			}
			k++;
			read_text(&t, c.p, c.n);
			text_end(&t);
		}
		buf_free(&b);
		buf_free(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_valid), cmocka_unit_test(trees), cmocka_unit_test(families), cmocka_unit_test(texts),
		cmocka_unit_test(line_breaks), cmocka_unit_test(mistakes), cmocka_unit_test(lines_of_mistakes), cmocka_unit_test(meant),
		cmocka_unit_test(brackets), cmocka_unit_test(bad_texts), cmocka_unit_test(nul_bytes), cmocka_unit_test(messages),
		cmocka_unit_test(what_remains), cmocka_unit_test(spans), cmocka_unit_test(exact_spans), cmocka_unit_test(docs),
		cmocka_unit_test(crlf), cmocka_unit_test(equality), cmocka_unit_test(expressions), cmocka_unit_test(deep),
		cmocka_unit_test(long_texts), cmocka_unit_test(huge_list), cmocka_unit_test(prefixes), cmocka_unit_test(at_sight),
		cmocka_unit_test(many_settings), cmocka_unit_test(slips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
