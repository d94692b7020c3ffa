/* Reference data: numbers, rows however the text is cut into pieces, figures, and the bytes of array files. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "value/data.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed;
static uint64_t next(void)      /* xorshift64* */
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return seed * 2685821657736338717u;
}

static void test_number(void **state)
{
	(void)state;
	static const struct { const char *text; double want; } good[] = {
		{ "0", 0 }, { "-0", 0 }, { "007", 7 }, { "+1", 1 }, { ".5", 0.5 }, { "5.", 5 }, { " 1.25\t", 1.25 }, { "-2E-3", -0.002 }, { "1e22", 1e22 }, { "1e+23", 1e23 },
		{ "9007199254740993", 9007199254740992.0 }, { "123456789012345678901234567890", 123456789012345678901234567890.0 }, { "4.9e-324", 4.9e-324 },
		{ "0.000000000000000000000000000000000000000000001e45", 1 }, { "1.7976931348623157e308", 1.7976931348623157e308 }, { "2.2250738585072011e-308", 2.2250738585072011e-308 },
		{ "8.5", 8.5 }, { "0.1", 0.1 }, { "100000000000000000000000", 1e23 },
	};
	static const char *const bad[] = { "", " ", ".", "-", "e5", "1e", "1e+", "1.2.3", "1,5", "0x10", "1_000", "nan", "inf", "1 2", "--1", "1f" };
	double v;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		assert_true(data_number(good[i].text, strlen(good[i].text), &v));
		assert_true(v == good[i].want);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(data_number(bad[i], strlen(bad[i]), &v));
	assert_true(data_number("1e400", 5, &v) && isinf(v));
	seed = 1;
	for (int i = 0; i < 200000; i++) {      /* as strtod reads it, whatever the length */
		char text[64];
		union { uint64_t u; double d; } x = { next() };
		if (!isfinite(x.d))
			continue;
		snprintf(text, sizeof text, i % 3 ? "%.*g" : "%.*f", (int)(next() % 20), i % 3 ? x.d : fmod(x.d, 1e9));
		assert_true(data_number(text, strlen(text), &v));
		assert_true(v == strtod(text, NULL));
	}
}

static void load(struct data *d, struct arena *a, const char *text, size_t n, size_t piece)
{
	arena_init(a, 0);
	data_begin(d, a);
	for (size_t i = 0; i < n; i += piece)
		data_add(d, text + i, n - i < piece ? n - i : piece);
	data_end(d);
}

static void test_pieces(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"a,b\n1,2\n3,4\n", "\xef\xbb\xbf\"a\",\"b \"\"q\"\"\"\r\n1,\"2\"\r\n\r\n\"3\",4", "a,skip\n1,\"x,\ny\"\n2,z\n", "a,b\n1,2\n3\n", "a,b\n1,\"2\n", "\xef\xbb\n", "a,b\n\"1\"x,2\n",
	};
	for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
		const size_t n = strlen(texts[t]);
		struct data whole = { .label = t == 2 ? "skip" : NULL };
		struct arena a, b;
		load(&whole, &a, texts[t], n, n);
		for (size_t piece = 1; piece < n; piece++) {
			struct data d = { .label = whole.label };
			load(&d, &b, texts[t], n, piece);
			assert_int_equal(d.fault, whole.fault);
			assert_int_equal(d.nrows, whole.nrows);
			assert_int_equal(d.ncolumns, whole.ncolumns);
			assert_int_equal(d.place.line, whole.place.line);
			assert_int_equal(d.place.column, whole.place.column);
			if (d.fault)
				assert_string_equal(d.message, whole.message);
			else
				assert_memory_equal(d.values, whole.values, d.nrows * d.ncolumns * sizeof(double));
			data_free(&d);
			arena_free(&b);
		}
		if (t < 3) {
			assert_int_equal(whole.fault, DATA_OK);
			assert_int_equal(whole.nrows, 2);
			assert_true(whole.values[0] == 1 && whole.values[whole.ncolumns] == (t == 2 ? 2 : 3));
		} else {
			assert_int_equal(whole.fault, DATA_TABLE);
		}
		if (t == 1)
			assert_string_equal(whole.columns[1].name, "b \"q\"");
		data_free(&whole);
		arena_free(&a);
	}
}

static void test_figures(void **state)
{
	(void)state;
	static const char text[] = "x,flag,same,code\n1,0,5,3\n2,1,5,-1\n2,0,5,3\n7,1,5,2.5\n2,-0,5,3\n";
	struct data d = { 0 };
	struct arena a;
	uint32_t widest;
	load(&d, &a, text, sizeof text - 1, sizeof text);
	assert_int_equal(d.fault, DATA_OK);
	assert_int_equal(d.nrows, 5);
	assert_int_equal(d.distinct_rows, 4);           /* the last is the third: -0 equals 0 */
	const struct data_column *x = &d.columns[0], *flag = &d.columns[1], *same = &d.columns[2], *code = &d.columns[3];
	assert_true(x->mean == 2.8 && x->min == 1 && x->max == 7 && x->distinct == 3);
	assert_true(fabs(x->std - sqrt((1.8 * 1.8 + 3 * 0.8 * 0.8 + 4.2 * 4.2) / 5)) < 1e-15);
	assert_true(x->nseen == 3 && x->seen[0] == 1 && x->seen[2] == 7 && x->not_whole.line == 0);
	assert_int_equal(x->not_zero_one.line, 3);
	assert_int_equal(flag->not_zero_one.line, 0);
	assert_int_equal(flag->distinct, 2);
	assert_true(same->std == 0 && same->distinct == 1);
	assert_int_equal(code->not_whole.line, 5);
	assert_int_equal(code->not_whole.column, 7);
	assert_null(code->seen);
	assert_int_equal(code->at.column, 13);
	const double ratio = data_std_ratio(&d, &widest);
	assert_int_equal(widest, 0);
	assert_true(ratio == x->std / code->std);       /* of the three that vary: flag, code, x */
	data_standardise(&d);
	double sum = 0, squares = 0;
	for (int i = 0; i < 5; i++) {
		sum += d.values[4 * i];
		squares += d.values[4 * i] * d.values[4 * i];
		assert_true(d.values[4 * i + 2] == 0);
	}
	assert_true(fabs(sum) < 1e-12 && fabs(squares - 5) < 1e-12);
	data_free(&d);
	arena_free(&a);
}

/* Limits: rows that are asked for, a value too many, a line without an end. */
static void test_limits(void **state)
{
	(void)state;
	struct arena a;
	struct data d = { .limit = 2 };
	load(&d, &a, "a,b\n1,2\n3,4\nnot,looked,at\n", 26, 5);
	assert_int_equal(d.fault, DATA_OK);
	assert_int_equal(d.nrows, 2);
	data_free(&d);
	arena_free(&a);

	d = (struct data){ 0 };
	arena_init(&a, 0);
	data_begin(&d, &a);
	data_add(&d, "a\n", 2);
	char *lines = malloc(1 << 20);
	for (size_t i = 0; i < 1 << 20; i += 2)
		memcpy(lines + i, "1\n", 2);
	for (int i = 0; i < 17 && !d.fault; i++)
		data_add(&d, lines, 1 << 20);
	assert_int_equal(d.fault, DATA_LARGE);
	assert_int_equal(d.nrows, DATA_MAX_VALUES);
	assert_true(a.used < 1 << 16);                  /* and no more than the values is kept */
	data_free(&d);
	arena_free(&a);

	for (int quoted = 0; quoted < 2; quoted++) {
		d = (struct data){ 0 };
		arena_init(&a, 0);
		data_begin(&d, &a);
		data_add(&d, quoted ? "a\n\"" : "a\n", quoted ? 3 : 2);
		memset(lines, '1', 1 << 20);
		data_add(&d, lines, 1 << 20);
		data_add(&d, lines, 1 << 20);
		assert_int_equal(d.fault, quoted ? DATA_TABLE : DATA_LARGE);
		assert_true(d.row.n <= DATA_MAX_LINE + 1);
		data_free(&d);
		arena_free(&a);
	}
	free(lines);
}

static void test_npy(void **state)
{
	(void)state;
	static const double values[] = { 1.5, -2, 3, 4, 0.1, 6 };
	static const uint32_t all[] = { 0, 1, 2 }, two[] = { 1, 0 };
	/* what the array library itself writes for np.array([[-2, 1.5], [0.1, 4]], "<f4") */
	static const char head[] = "\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }";
	static const unsigned char body[] = { 0, 0, 0, 0xc0, 0, 0, 0xc0, 0x3f, 0xcd, 0xcc, 0xcc, 0x3d, 0, 0, 0x80, 0x40 };
	char data[48];
	struct buf b = { 0 };
	uint64_t row = 9;
	uint32_t column = 9;
	for (int i = 0; i < 6; i++) {
		data_store(data + 8 * i, values[i]);
		assert_true(data_load(data + 8 * i) == values[i]);
	}
	assert_true(data_npy(data, 2, 3, two, 2, DATA_F4, &b, &row, &column));
	assert_int_equal(b.n, 128 + 16);
	assert_memory_equal(b.p, head, sizeof head - 1);
	for (size_t i = sizeof head - 1; i < 127; i++)
		assert_int_equal(b.p[i], ' ');
	assert_int_equal(b.p[127], '\n');
	assert_memory_equal(b.p + 128, body, 16);
	buf_clear(&b);
	assert_true(data_npy(data, 2, 3, all, 3, DATA_F8, &b, &row, &column));
	assert_int_equal(b.n, 128 + 48);
	assert_memory_equal(b.p + 128, data, 48);
	buf_clear(&b);
	assert_false(data_npy(data, 2, 3, all, 3, DATA_I8, &b, &row, &column));
	assert_true(row == 0 && column == 0);
	data_store(data, 1e39);
	assert_false(data_npy(data, 2, 3, all, 3, DATA_F4, &b, &row, &column));
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_number), cmocka_unit_test(test_pieces), cmocka_unit_test(test_figures),
		cmocka_unit_test(test_limits), cmocka_unit_test(test_npy) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
