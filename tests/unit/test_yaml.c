/* yaml.c, yaml_read.c and json.c: every measured trap (yaml-traps.tsv), layout, random values written and read back through
   libyaml, and what the reader must refuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "value/yaml.h"
#include "value/value.h"

#ifndef TEST_DATA
#define TEST_DATA "tests/unit/"
#endif
enum { TRAPS = 381 };

struct fixture { struct arena arena; struct atoms atoms; struct sources sources; struct diags diags; struct yaml_documents docs; };

static void setup(struct fixture *f)
{
	arena_init(&f->arena, 0);
	atoms_init(&f->atoms, &f->arena);
	sources_init(&f->sources, &f->arena);
	diags_init(&f->diags, &f->arena, &f->sources);
}

static void teardown(struct fixture *f)
{
	atoms_free(&f->atoms);
	arena_free(&f->arena);
}

static struct source *source;

static int read_n(struct fixture *f, const char *text, size_t n)
{
	source = source_add(&f->sources, "t.yaml", text, n, 0);
	return yaml_read(source, &f->arena, &f->atoms, &f->diags, &f->docs);
}

static const struct value *read_one(struct fixture *f, const char *text)
{
	int n = read_n(f, text, strlen(text));

	if (f->diags.nerrors)
		fail_msg("%s: %s", f->diags.v[f->diags.n - 1]->message, f->diags.v[f->diags.n - 1]->label ? f->diags.v[f->diags.n - 1]->label : text);
	assert_int_equal(n, 1);
	return f->docs.v[0];
}

static void add_utf8(struct buf *b, unsigned c)
{
	if (c < 0x80) {
		buf_addc(b, (char)c);
	} else if (c < 0x800) {
		buf_addc(b, (char)(0xc0 | c >> 6));
		buf_addc(b, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_addc(b, (char)(0xe0 | c >> 12));
		buf_addc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_addc(b, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_addc(b, (char)(0xf0 | c >> 18));
		buf_addc(b, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_addc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_addc(b, (char)(0x80 | (c & 0x3f)));
	}
}

static void unescape(struct buf *out, const char *s)
{
	buf_clear(out);
	buf_add(out, "", 0);
	for (; *s; s++) {
		unsigned c;
		int digits;
		char hex[9];

		if (*s != '\\') {
			buf_addc(out, *s);
			continue;
		}
		s++;
		digits = *s == 'x' ? 2 : *s == 'u' ? 4 : *s == 'U' ? 8 : 0;
		if (!digits) {
			buf_addc(out, *s == 'n' ? '\n' : *s == 't' ? '\t' : *s == 'r' ? '\r' : *s);
			continue;
		}
		memcpy(hex, s + 1, (size_t)digits);
		hex[digits] = 0;
		assert_int_equal(sscanf(hex, "%x", &c), 1);
		add_utf8(out, c);
		s += digits;
	}
}

static double number_of(const struct value *v)
{
	return v->tag == VALUE_INT ? (double)v->i : v->tag == VALUE_FLOAT ? v->d : NAN;
}

/* Whether `k: text` reads as column kubectl says. */
static int reads_as(struct fixture *f, const struct buf *in, const char *want)
{
	struct buf text = { 0 };
	const struct value *v = NULL;
	uint32_t errors = f->diags.nerrors;
	int n;

	buf_adds(&text, "k: ");
	buf_add(&text, in->p, in->n);
	buf_addc(&text, '\n');
	n = read_n(f, text.p, text.n);
	buf_free(&text);
	if (!strcmp(want, "error"))
		return f->diags.nerrors > errors;
	if (n >= 1)                     /* the reader that was measured looks at the first document only */
		v = value_getc(f->docs.v[0], "k");
	if (!v)
		return 0;
	if (!strcmp(want, "same"))
		return v->tag == VALUE_STRING && v->n == in->n && !memcmp(v->str.p, in->p, in->n);
	if (!strncmp(want, "str ", 4)) {
		size_t len = strlen(want + 4) - 2;

		return v->tag == VALUE_STRING && v->n == len && !memcmp(v->str.p, want + 5, len);
	}
	if (!strncmp(want, "bool ", 5))
		return v->tag == VALUE_BOOL && v->i == !strcmp(want + 5, "true");
	if (!strncmp(want, "int ", 4) || !strncmp(want, "float ", 6))
		return number_of(v) == strtod(strchr(want, ' ') + 1, NULL);
	if (!strcmp(want, "null"))
		return v->tag == VALUE_NONE;
	if (!strcmp(want, "seq"))
		return v->tag == VALUE_LIST;
	if (!strcmp(want, "map"))
		return v->tag == VALUE_RECORD;
	return 0;
}

static void test_traps(void **state)
{
	static const char *const styles[] = { "plain", "double", "literal", "reject" };
	FILE *file = fopen(TEST_DATA "yaml-traps.tsv", "r");
	char line[4096];
	struct buf in = { 0 }, want = { 0 }, out = { 0 }, text = { 0 };
	int ran = 0, wrong = 0, typed = 0, header = 0;
	struct fixture f;

	(void)state;
	assert_non_null(file);
	setup(&f);
	while (fgets(line, sizeof line, file)) {
		char *column[9] = { line }, *p = line;
		enum yaml_style style;
		const struct value *v;

		line[strcspn(line, "\n")] = 0;
		if (line[0] == '#')
			continue;
		for (int i = 1; i < 9; i++) {
			p = strchr(p, '\t');
			assert_non_null(p);
			*p++ = 0;
			column[i] = p;
		}
		if (!header++)
			continue;
		ran++;
		unescape(&in, column[0]);
		unescape(&want, column[7]);
		style = yaml_style_of(in.p, in.n);
		if (strcmp(styles[style], column[6])) {
			print_error("`%s` is %s instead of %s\n", column[0], styles[style], column[6]);
			wrong++;
			continue;
		}
		assert_int_equal(yaml_key_style_of(in.p, in.n), style == YAML_LITERAL ? YAML_DOUBLE : style);
		if (!reads_as(&f, &in, column[3])) {
			print_error("`k: %s` does not read as %s\n", column[0], column[3]);
			typed++;
		}
		if (style == YAML_REJECT)
			continue;
		buf_clear(&out);
		yaml_write_scalar(&out, in.p, in.n, 2);
		if (out.n != want.n || memcmp(out.p, want.p, out.n)) {
			print_error("`%s` is written `%s` instead of `%s`\n", column[0], out.p, want.p);
			wrong++;
		}
		/* as a value and as a key, at two depths */
		buf_clear(&text);
		buf_adds(&text, "k: ");
		buf_add(&text, out.p, out.n);
		buf_adds(&text, "\n");
		yaml_write_key(&text, in.p, in.n);
		buf_adds(&text, ":\n- - ");
		yaml_write_scalar(&text, in.p, in.n, 4);
		buf_addc(&text, '\n');
		f.diags.nerrors = 0;
		v = read_one(&f, text.p);
		if (!v || v->n != 2 || v->rec.fields[1].key->len != in.n || memcmp(v->rec.fields[1].key->text, in.p, in.n)) {
			print_error("`%s` does not read back as a key\n", column[0]);
			wrong++;
			continue;
		}
		for (int i = 0; i < 2; i++) {
			const struct value *x = i ? v->rec.fields[1].value->items[0]->items[0] : v->rec.fields[0].value;

			if (x->tag != VALUE_STRING || x->n != in.n || memcmp(x->str.p, in.p, in.n)) {
				print_error("`%s` does not read back\n", column[0]);
				wrong++;
			}
		}
	}
	fclose(file);
	buf_free(&in);
	buf_free(&want);
	buf_free(&out);
	buf_free(&text);
	teardown(&f);
	assert_int_equal(wrong, 0);
	assert_int_equal(typed, 0);
	assert_int_equal(ran, TRAPS);
}

/* ---- Layout -------------------------------------------------------------------------------------------------------- */

static void writes(const char *yaml)
{
	struct fixture f;
	struct buf out = { 0 };

	setup(&f);
	yaml_write(&out, read_one(&f, yaml), 0);
	assert_string_equal(out.p, yaml);
	buf_free(&out);
	teardown(&f);
}

static void test_layout(void **state)
{
	(void)state;
	writes("a: 1\nb:\n  c: text\n  d: true\nlist:\n- 1\n- 0.5\n- x: 1\n  x2:\n  - 2\n  z:\n    w: 3\n- - 1\n  - - 2\n    - {}\n- []\n- null\nempty: {}\nnone: []\n");
	writes("- a\n- b: c\n");
	writes("text: |\n  one\n\n  two\nnext: |-\n  a\n    b\nlist:\n- |\n  x: y\n- k: |-\n    z\n    z\n");
	writes("{}\n");
	writes("[]\n");
	writes("\"yes\"\n");
	writes("|-\n  a\n  b\n");
	writes("\"y\": \"n\"\n\"a: b\": \" c\"\n\"1.10\": \"1.10\"\na/b: -9223372036854775808\nf: 1.0e-8\ng: 1.0e+30\n");
}

static void test_none_entries(void **state)
{
	struct fixture f;
	struct buf out = { 0 };
	struct field fields[3];
	const struct value *v;

	(void)state;
	setup(&f);
	fields[0] = (struct field){ atom_cstr(&f.atoms, "a"), VALUE_NONE_V };
	fields[1] = (struct field){ atom_cstr(&f.atoms, "b"), value_record(&f.arena, fields, 1, (struct span){ 0, 0 }) };
	fields[2] = (struct field){ atom_cstr(&f.atoms, "c"), value_bool(0) };
	v = value_record(&f.arena, fields, 3, (struct span){ 0, 0 });
	yaml_write(&out, v, 2);
	assert_string_equal(out.p, "  b: {}\n  c: false\n");
	buf_clear(&out);
	json_write(&out, v, -1);
	assert_string_equal(out.p, "{\"b\":{},\"c\":false}");
	buf_clear(&out);
	buf_adds(&out, "  ");
	yaml_write_entry(&out, fields[1].key, v, 2);
	assert_string_equal(out.p, "  b:\n    b: {}\n    c: false\n");
	buf_free(&out);
	teardown(&f);
}

static void test_json(void **state)
{
	struct fixture f;
	struct buf out = { 0 };
	const struct value *v, *back;

	(void)state;
	setup(&f);
	v = read_one(&f, "a: 1\nb: [x, {}, [], {c: 0.5}]\n\"q\\\"\\\\\\n\\u0001\": \"\\u00e9\\t\"\n");
	json_write(&out, v, -1);
	assert_string_equal(out.p, "{\"a\":1,\"b\":[\"x\",{},[],{\"c\":0.5}],\"q\\\"\\\\\\n\\u0001\":\"\xc3\xa9\\t\"}");
	buf_clear(&out);
	json_write(&out, v, 0);
	assert_string_equal(out.p, "{\n  \"a\": 1,\n  \"b\": [\n    \"x\",\n    {},\n    [],\n    {\n      \"c\": 0.5\n    }\n  ],\n"
		"  \"q\\\"\\\\\\n\\u0001\": \"\xc3\xa9\\t\"\n}");
	back = read_one(&f, out.p);     /* JSON is YAML */
	assert_true(value_equal(v, back));
	buf_clear(&out);
	json_write_string(&out, "a\xff" "b\xc3", 4);
	assert_string_equal(out.p, "\"a\xef\xbf\xbd" "b\xef\xbf\xbd\"");
	buf_free(&out);
	teardown(&f);
}

/* ---- Random values ------------------------------------------------------------------------------------------------- */

static uint32_t seed;

static uint32_t any(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static const char *random_text(struct fixture *f, size_t *n)
{
	static const char *const pieces[] = { "a", "b", "yes", "no", "null", "1", "0", ".", "-", "+", "e", "E", "x", ":", ": ", " ", " #", "#",
		"\n", "\n\n", "\t", "\r", "'", "\"", "\\", "{", "}", "[", "]", ",", "&", "*", "!", "|", ">", "%", "@", "`", "?", "~", "=", "<<", "/", "_",
		"\xc3\xa9", "\xe4\xb8\xad", "\xf0\x9f\x98\x80", "\xe2\x80\xa8", "\xef\xbb\xbf", "\xc2\xa0", "\x01", "\x1b", "--- ", "...", "${x}", "word", "on",
		"12:30", "2024-01-01", "Infinity", ".inf", "0x1F", "line\n", "    ", "- " };
	struct buf b = { 0 };
	const char *s;
	uint32_t count = any(8);

	do {
		buf_clear(&b);
		buf_add(&b, "", 0);
		for (uint32_t i = 0; i < count; i++)
			buf_adds(&b, pieces[any(sizeof pieces / sizeof pieces[0])]);
	} while (yaml_style_of(b.p, b.n) == YAML_REJECT);
	*n = b.n;
	s = arena_strdup(&f->arena, b.p, b.n);
	buf_free(&b);
	return s;
}

static const struct value *random_value(struct fixture *f, int depth)
{
	const struct span no = { 0, 0 };
	uint32_t kind = any(depth > 0 ? 10 : 6), n;
	const struct value **items;
	struct field *fields;
	const char *s;
	size_t len;
	uint64_t bits;
	double d;

	switch (kind) {
	case 0:
		return value_int(&f->arena, any(2) ? (int64_t)any(100) - 50 : (int64_t)((uint64_t)any(1u << 24) << 40 | any(1u << 24)), no);
	case 1:
		bits = (uint64_t)any(1u << 24) << 40 | (uint64_t)any(1u << 24) << 16 | any(1u << 16);
		memcpy(&d, &bits, 8);
		return value_float(&f->arena, isfinite(d) ? d : 0.1 * any(1000), no);
	case 2:
		return value_bool((int)any(2));
	case 3: case 4: case 5:
		s = random_text(f, &len);
		return value_string(&f->arena, s, len, no);
	case 6: case 7:
		n = any(4);
		items = ARENA_ARRAY(&f->arena, const struct value *, n + 1);
		for (uint32_t i = 0; i < n; i++)
			items[i] = any(12) ? random_value(f, depth - 1) : VALUE_NONE_V;
		return value_list(&f->arena, items, n, no);
	default:
		n = any(30) ? any(5) : 40;
		fields = ARENA_ARRAY(&f->arena, struct field, n + 1);
		for (uint32_t i = 0; i < n; i++) {
			uint32_t k = 0;

			s = random_text(f, &len);
			fields[i].key = atom_intern(&f->atoms, s, len);
			while (fields[k].key != fields[i].key)
				k++;
			if (k < i)      /* a key that is there already */
				fields[i].key = atom_cstr(&f->atoms, arena_printf(&f->arena, "key %u", (unsigned)i));
			fields[i].value = random_value(f, depth - 1);
		}
		return value_record(&f->arena, fields, n, no);
	}
}

static void test_random(void **state)
{
	struct buf out = { 0 }, again = { 0 };

	(void)state;
	seed = 20260101;
	for (int round = 0; round < 3000; round++) {
		struct fixture f;
		const struct value *v, *back;

		setup(&f);
		v = random_value(&f, 5);
		buf_clear(&out);
		yaml_write(&out, v, 0);
		if (read_n(&f, out.p, out.n) != (v->tag != VALUE_NONE) || f.diags.nerrors)
			fail_msg("round %d does not read: %s\n%s", round, f.diags.nerrors ? f.diags.v[0]->label : "", out.p);
		back = f.docs.v[0];
		if (!value_equal(v, back))
			fail_msg("round %d differs:\n%s", round, out.p);
		/* what was read is written as what was written */
		buf_clear(&again);
		yaml_write(&again, back, 0);
		assert_string_equal(out.p, again.p);
		/* JSON is YAML too, but for characters that YAML must escape and JSON need not */
		if (!strstr(out.p, "\\u")) {
			uint32_t at = any(2);

			buf_clear(&again);
			json_write(&again, v, at ? 0 : -1);
			if (read_n(&f, again.p, again.n) != 1 || !value_equal(v, f.docs.v[0]))
				fail_msg("round %d: JSON differs:\n%s", round, again.p);
		}
		teardown(&f);
	}
	buf_free(&out);
	buf_free(&again);
}

static void test_deep_and_long(void **state)
{
	struct fixture f;
	struct buf out = { 0 };
	const struct value *v;
	const struct value **items;
	struct field *field;
	char *s;

	(void)state;
	setup(&f);
	v = value_cstr(&f.arena, "x");
	for (int i = 0; i < 199; i++) {
		if (i % 3 == 0) {
			items = ARENA_ARRAY(&f.arena, const struct value *, 1);
			items[0] = v;
			v = value_list(&f.arena, items, 1, (struct span){ 0, 0 });
		} else {
			field = ARENA_NEW(&f.arena, struct field);
			*field = (struct field){ atom_cstr(&f.atoms, "k"), v };
			v = value_record(&f.arena, field, 1, (struct span){ 0, 0 });
		}
	}
	yaml_write(&out, v, 0);
	assert_true(value_equal(v, read_one(&f, out.p)));
	/* one level more is refused */
	buf_clear(&out);
	for (int i = 0; i < 201; i++)
		buf_addc(&out, '[');
	for (int i = 0; i < 201; i++)
		buf_addc(&out, ']');
	assert_int_equal(read_n(&f, out.p, out.n), 0);
	assert_string_equal(f.diags.v[0]->code, "E1203");
	f.diags.nerrors = 0;
	/* long lines stay one line; long keys take the explicit form */
	s = arena_alloc(&f.arena, 70000);
	for (int k = 0; k < 2; k++) {
		size_t len = k ? 70000 : 1023;

		memset(s, 'a', len);
		s[5] = s[len / 2] = ' ';
		buf_clear(&out);
		field = ARENA_ARRAY(&f.arena, struct field, 2);
		field[0] = (struct field){ atom_cstr(&f.atoms, "k"), value_string(&f.arena, s, len, (struct span){ 0, 0 }) };
		field[1] = (struct field){ atom_intern(&f.atoms, s, len), value_bool(1) };
		v = value_record(&f.arena, field, 2, (struct span){ 0, 0 });
		items = ARENA_ARRAY(&f.arena, const struct value *, 1);
		items[0] = v;
		v = value_list(&f.arena, items, 1, (struct span){ 0, 0 });
		yaml_write(&out, v, 0);
		assert_true(value_equal(v, read_one(&f, out.p)));
	}
	buf_free(&out);
	teardown(&f);
}

/* What a cluster cannot take is still written as YAML that can be read. */
static void test_rejected(void **state)
{
	static const struct { const char *s; size_t n; } bad[] = { { "\xff", 1 }, { "a\xc3", 2 }, { "\xed\xa0\x80", 3 }, { "\xc0\x80", 2 }, { "\x7f", 1 },
		{ "\xc2\x85", 2 }, { "\xef\xbf\xbe", 3 }, { "\xf4\x90\x80\x80", 4 }, { "a\nb\xff", 4 }, { "\xe2\x82", 2 } };
	struct buf out = { 0 };
	struct fixture f;

	(void)state;
	setup(&f);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(yaml_style_of(bad[i].s, bad[i].n), YAML_REJECT);
		buf_clear(&out);
		yaml_write_scalar(&out, bad[i].s, bad[i].n, 2);
		assert_int_equal(read_one(&f, out.p)->tag, VALUE_STRING);
	}
	buf_free(&out);
	teardown(&f);
}

/* ---- Reading ------------------------------------------------------------------------------------------------------- */

static void same(const char *a, const char *b)
{
	struct fixture f;
	const struct value *x;

	setup(&f);
	x = read_one(&f, a);
	if (!value_equal(x, read_one(&f, b)))
		fail_msg("not the same:\n%s\n---\n%s", a, b);
	teardown(&f);
}

static void refused(const char *text, const char *code, const char *part, unsigned line)
{
	struct fixture f;

	setup(&f);
	read_n(&f, text, strlen(text));
	if (!f.diags.nerrors)
		fail_msg("not refused:\n%s", text);
	assert_string_equal(f.diags.v[0]->code, code);
	if (!strstr(f.diags.v[0]->message, part) && !(f.diags.v[0]->label && strstr(f.diags.v[0]->label, part)))
		fail_msg("`%s` instead of `%s`", f.diags.v[0]->message, part);
	if (source_locate(&f.sources, f.diags.v[0]->span.lo).line != line)
		print_error("%s", text);
	assert_int_equal(source_locate(&f.sources, f.diags.v[0]->span.lo).line, line);
	teardown(&f);
}

static void test_read(void **state)
{
	struct fixture f;
	const struct value *v;
	struct location at;
	struct span key;

	(void)state;
	same("a: &x {b: 1}\nc: *x\n", "a: {b: 1}\nc: {b: 1}\n");
	same("base: &b {x: 1, y: 2}\nd:\n  <<: *b\n  y: 3\n  z: 4\n", "base: {x: 1, y: 2}\nd: {x: 1, y: 3, z: 4}\n");
	same("b: &b {x: 1}\nc: &c {x: 2, y: 2}\nd:\n  x: 0\n  <<: [*b, *c]\n", "b: {x: 1}\nc: {x: 2, y: 2}\nd: {x: 0, y: 2}\n");
	same("b: &b {x: 1}\nc: &c {x: 2, y: 2}\nd:\n  <<: [*b, *c]\n", "b: {x: 1}\nc: {x: 2, y: 2}\nd: {x: 1, y: 2}\n");
	same("a: &x 1\nb: &x 2\nc: *x\n", "a: 1\nb: 2\nc: 2\n");
	same("y: 1\n010: 2\n1.0: 3\n1.50: 4\n", "\"true\": 1\n\"8\": 2\n\"1\": 3\n\"1.5\": 4\n");
	same("a: !!str 1\nb: !!float 1\nc: !!binary aGk=\nd: !foo x\ne: ! 5\n", "a: \"1\"\nb: 1.0\nc: hi\nd: x\ne: \"5\"\n");
	same("\xef\xbb\xbf" "a: 1\r\nb: |\r\n  x\r\n  y\r\n", "a: 1\nb: |\n  x\n  y\n");
	same("a: 1\n...\n", "{a: 1}");
	same("%YAML 1.1\n---\na: 1\n", "a: 1");

	setup(&f);
	assert_int_equal(read_n(&f, "", 0), 0);
	assert_int_equal(read_n(&f, "# only\n---\n---\n~\n---\na: 1\n---\n- 2\n", 34), 2);
	assert_int_equal(f.docs.v[0]->tag, VALUE_RECORD);
	assert_int_equal(f.docs.v[1]->tag, VALUE_LIST);
	assert_int_equal(f.diags.nerrors, 0);
	/* places count bytes, characters, and survive an earlier source */
	v = read_one(&f, "\xc3\xa9: x\nk: {\xc3\xa9: \xf0\x9f\x98\x80, b: true}\nlast:\n  - \"q\"\n  - 2\n");
	at = source_locate(&f.sources, value_getc(value_getc(v, "k"), "b")->origin.lo);
	assert_int_equal(at.line, 2);
	assert_int_equal(at.column, 14);
	key = yaml_key_span(v, 2);
	assert_int_equal(source_locate(&f.sources, key.lo).line, 3);
	assert_int_equal(key.hi - key.lo, 4);
	assert_memory_equal(source->text + (key.lo - source->base), "last", 4);
	v = value_getc(v, "last");
	assert_int_equal(source_locate(&f.sources, v->origin.lo).line, 4);
	assert_int_equal(source_locate(&f.sources, v->origin.hi).line, 5);
	assert_memory_equal(source->text + (v->items[0]->origin.lo - source->base), "\"q\"", 3);
	assert_int_equal(v->items[0]->origin.hi - v->items[0]->origin.lo, 3);
	teardown(&f);
}

static void test_refused(void **state)
{
	struct buf b = { 0 };

	(void)state;
	refused("a: 1\nb: 2\na: 3\n", "E1202", "`a`", 3);
	refused("a: 1\nb: {c: 1, c: 2}\n", "E1202", "`c`", 2);
	refused("true: 1\nyes: 2\n", "E1202", "`true`", 2);
	refused("a: b: c\n", "E1201", "mapping values", 1);
	refused("a:\n\tb: 1\n", "E1201", "tab", 2);
	refused("a: [1\nb: 2\n", "E1201", "not YAML", 2);
	refused("a: \"x\n", "E1201", "not YAML", 1);
	refused("a: *x\n", "E1201", "anchor", 1);
	refused("a: &x [*x]\n", "E1201", "contain itself", 1);
	refused("a: .inf\n", "E1201", "`.inf`", 1);
	refused("? [1]\n: 2\n", "E1201", "cannot be a key", 1);
	refused("~: 2\n", "E1201", "missing", 1);
	refused("a: \x01\n", "E1201", "control", 1);
	refused("a: 1\nb: \xff\n", "E1201", "UTF-8", 2);
	refused("a: !!int x\n", "E1201", "!!int", 1);
	refused("a: !!binary .\n", "E1201", "base64", 1);
	refused("a:\n  <<: 5\n", "E1201", "`<<`", 2);
	/* nine aliases of nine aliases of nine ...: 9^9 values in 300 bytes */
	buf_adds(&b, "a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
	for (int i = 1; i < 9; i++) {
		buf_addf(&b, "a%d: &a%d [", i, i);
		for (int k = 0; k < 9; k++)
			buf_addf(&b, "%s*a%d", k ? "," : "", i - 1);
		buf_adds(&b, "]\n");
	}
	refused(b.p, "E1203", "100000", 6);
	/* a chain of aliases may not nest deeper than text may */
	buf_clear(&b);
	buf_adds(&b, "a0: &a0 [x]\n");
	for (int i = 1; i < 220; i++)
		buf_addf(&b, "a%d: &a%d [*a%d]\n", i, i, i - 1);
	refused(b.p, "E1203", "200", 199);
	buf_free(&b);
}

/* Many keys, many anchors: still fast, still exact. */
static void test_large(void **state)
{
	struct buf b = { 0 };
	struct fixture f;
	const struct value *v;

	(void)state;
	setup(&f);
	for (int i = 0; i < 20000; i++)
		buf_addf(&b, "key-%d: &anchor-%d %d\n", i, i, i);
	for (int i = 0; i < 20000; i++)
		buf_addf(&b, "alias-%d: *anchor-%d\n", i, 19999 - i);
	v = read_one(&f, b.p);
	assert_int_equal(v->n, 40000);
	for (int i = 0; i < 20000; i++)
		assert_int_equal(v->rec.fields[20000 + i].value->i, 19999 - i);
	assert_int_equal(value_get(v, atom_cstr(&f.atoms, "key-12345"))->i, 12345);
	buf_adds(&b, "key-777: 1\n");
	read_n(&f, b.p, b.n);
	assert_int_equal(f.diags.nerrors, 1);
	assert_string_equal(f.diags.v[0]->code, "E1202");
	buf_free(&b);
	teardown(&f);
}

/* Prefixes and one-byte changes of a document end in a value or an error, never worse. */
static void test_broken(void **state)
{
	static const char text[] = "a: &x {b: 1, <<: {c: [1, 2.5, ~, yes]}}\nk\xc3\xa9y: |\n  text\n   more\n? long\n: *x\n---\n- !!binary aGk=\n- \"q\\u00e9\"\n- - >-\n    f\n";
	size_t n = sizeof text - 1;

	(void)state;
	seed = 7;
	for (size_t i = 0; i < n * 12; i++) {
		struct fixture f;
		char *copy;
		size_t len = i < n ? i : n;

		setup(&f);
		copy = malloc(len ? len : 1);
		memcpy(copy, text, len);
		if (i >= n)
			copy[i % n] = "\n\t :-[]{}*&!|>\"'#%@,?\xff\xc3" "0"[any(24)];
		read_n(&f, copy, len);
		free(copy);
		teardown(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_traps),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_none_entries),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_deep_and_long),
		cmocka_unit_test(test_rejected),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_broken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
