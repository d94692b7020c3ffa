/* value/literal against the measured vectors (k8s-vectors.tsv, all of them), and what our own grammars add. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "value/literal.h"
#include "value/value.h"

#ifndef TEST_DATA
#define TEST_DATA "tests/unit/"
#endif
enum { VECTORS = 438 };

/* `<c*63>` repeats, `\t` is a tab. */
static void unescape(struct buf *out, const char *s, size_t n)
{
	buf_clear(out);
	buf_add(out, "", 0);
	for (size_t i = 0; i < n; i++) {
		int count, used;

		if (s[i] == '<' && i + 3 < n && s[i + 2] == '*' && sscanf(s + i + 3, "%d>%n", &count, &used) == 1) {
			for (int k = 0; k < count; k++)
				buf_addc(out, s[i + 1]);
			i += 2 + (size_t)used;
		} else if (s[i] == '\\' && i + 1 < n && s[i + 1] == 't') {
			buf_addc(out, '\t');
			i++;
		} else {
			buf_addc(out, s[i]);
		}
	}
}

/* The verdict; *canonical is the printed form where the type has one. */
static int verdict(const char *type, const char *s, size_t n, char *canonical, int *has)
{
	const char *why = NULL;
	int ok;

	*has = 1;
	canonical[0] = 0;
	if (!strcmp(type, "quantity")) {
		struct quantity q;

		ok = lit_quantity(s, n, &q, &why);
		assert_int_equal(ok, lit_quantity_canonical(s, n, canonical) != 0);
	} else if (!strcmp(type, "duration-go")) {
		double d;

		ok = lit_duration_go(s, n, &d);
		assert_int_equal(ok, lit_duration_go_canonical(s, n, canonical) != 0);
		return ok;
	} else if (!strcmp(type, "duration-prometheus")) {
		double d;

		ok = lit_duration_ordered(s, n, &d);
		assert_int_equal(ok, lit_duration_ordered_canonical(s, n, canonical) != 0);
		return ok;
	} else if (!strcmp(type, "image")) {
		struct image_ref r;

		ok = lit_image(s, n, &r, &why);
		assert_int_equal(ok, lit_image_canonical(s, n, canonical) != 0);
	} else {
		*has = 0;
		if (!strcmp(type, "cron"))
			ok = lit_cron(s, n, &why);
		else if (!strcmp(type, "dns1123-label"))
			return lit_dns1123_label(s, n);
		else if (!strcmp(type, "dns1123-subdomain"))
			return lit_dns1123_subdomain(s, n);
		else if (!strcmp(type, "dns1035-label"))
			return lit_dns1035_label(s, n);
		else if (!strcmp(type, "wildcard-host"))
			return lit_wildcard_host(s, n);
		else if (!strcmp(type, "label-key"))
			return lit_label_key(s, n);
		else if (!strcmp(type, "label-value"))
			return lit_label_value(s, n);
		else if (!strcmp(type, "annotation-key"))
			return lit_annotation_key(s, n);
		else if (!strcmp(type, "port-name"))
			return lit_port_name(s, n);
		else if (!strcmp(type, "env-name-strict"))
			return lit_env_name(s, n);
		else if (!strcmp(type, "env-name-relaxed"))
			return lit_env_name_relaxed(s, n);
		else if (!strcmp(type, "config-key"))
			return lit_config_key(s, n);
		else if (!strcmp(type, "http-header"))
			return lit_http_header(s, n);
		else if (!strcmp(type, "percent"))
			return lit_percent(s, n);
		else {
			fail_msg("no check for type %s", type);
			return 0;
		}
	}
	if (!ok)
		assert_non_null(why);
	return ok;
}

static void test_vectors(void **state)
{
	FILE *f = fopen(TEST_DATA "k8s-vectors.tsv", "r");
	char line[4096], canonical[512];
	struct buf in = { 0 }, want = { 0 };
	int ran = 0, wrong = 0, header = 0;

	(void)state;
	assert_non_null(f);
	while (fgets(line, sizeof line, f)) {
		char *column[4] = { line, NULL, NULL, NULL }, *p = line;
		char *heap;
		int ok, has;

		line[strcspn(line, "\n")] = 0;
		if (line[0] == '#')
			continue;
		for (int i = 1; i < 4; i++) {
			p = strchr(p, '\t');
			assert_non_null(p);
			*p++ = 0;
			column[i] = p;
		}
		if (!header++)
			continue;
		unescape(&in, column[1], strlen(column[1]));
		unescape(&want, column[3], strlen(column[3]));
		/* exactly as long as the text, so that reading past its end is caught */
		heap = malloc(in.n ? in.n : 1);
		memcpy(heap, in.p, in.n);
		ok = verdict(column[0], heap, in.n, canonical, &has);
		free(heap);
		if (ok != !strcmp(column[2], "ok")) {
			print_error("%s `%s`: %s is wrong\n", column[0], column[1], ok ? "ok" : "bad");
			wrong++;
		} else if (ok && has && strcmp(canonical, want.p)) {
			print_error("%s `%s`: `%s` instead of `%s`\n", column[0], column[1], canonical, want.p);
			wrong++;
		}
		ran++;
	}
	fclose(f);
	buf_free(&in);
	buf_free(&want);
	assert_int_equal(wrong, 0);
	assert_int_equal(ran, VECTORS);
}

#define L(s) (s), strlen(s)

static double nano(const char *s)
{
	struct quantity q;

	assert_true(lit_quantity(L(s), &q, NULL));
	return (q.negative ? -1 : 1) * (double)q.nano;
}

static void test_quantity_value(void **state)
{
	char out[64];

	(void)state;
	assert_true(nano("1") == 1e9);
	assert_true(nano("-1.5") == -1.5e9);
	assert_true(nano("1Ki") == 1024e9);
	assert_true(nano("0.1n") == 1);                 /* rounded up */
	assert_true(nano("1.0000000000000000000001n") == 2);
	assert_true(nano("0.1Ki") == 102.4e9);
	assert_true(nano("0.0000000001Ki") == 103);     /* 102.4 n */
	assert_true(nano("8Ei") == (double)INT64_MAX * 1e9);
	assert_true(nano("100Ei") == nano("8Ei"));
	assert_true(nano("1e3") == 1e12);
	assert_true(nano("1E") == 1e27);
	assert_true(nano("Gi") == 0);
	assert_true(nano("1e-99999") == 1);
	assert_true(lit_quantity_canonical(L("1000E"), out) && !strcmp(out, "1e21"));
	assert_true(lit_quantity_canonical(L("0.9999999999"), out) && !strcmp(out, "1"));
	assert_true(lit_quantity_canonical(L("1.0001Ki"), out) && !strcmp(out, "1024102400u"));
	assert_true(lit_quantity_canonical(L("123456789012345678901234567890"), out) && !strcmp(out, "123456789012345678901234567890"));
	assert_int_equal(lit_quantity_canonical(L("1234567890123456789012345678901234567890123456789012345678901234567890"), out), 0);
	assert_false(lit_quantity(L("1e99999999999999999999"), &(struct quantity){ 0 }, NULL));
}

static void test_size_and_cores(void **state)
{
	double v;
	const char *why;

	(void)state;
	assert_true(lit_size(L("8Gi"), &v, &why) && v == 8589934592.0);
	assert_true(lit_size(L("1.5Gi"), &v, &why) && v == 1610612736.0);
	assert_true(lit_size(L("9Ti"), &v, &why) && v == 9895604649984.0);
	assert_true(lit_size(L("500M"), &v, &why) && v == 5e8);
	assert_false(lit_size(L("100m"), &v, &why));
	assert_string_equal(why, "`m` is a thousandth; a mebibyte is `Mi`");
	assert_false(lit_size(L("Gi"), &v, &why));
	assert_false(lit_size(L("0"), &v, &why));
	assert_false(lit_size(L("-1Gi"), &v, &why));
	assert_false(lit_size(L("20s"), &v, &why));
	assert_string_equal(why, "that is the unit of a duration");
	assert_false(lit_size(L("1K"), &v, &why));
	assert_string_equal(why, "there is no suffix `K`: thousand is `k`, 1024 is `Ki`");
	assert_false(lit_size(L(""), &v, &why));
	assert_true(lit_cores(L("500m"), &v, &why) && v == 0.5);
	assert_true(lit_cores(L("2"), &v, &why) && v == 2);
	assert_true(lit_cores(L("0.5"), &v, &why) && v == 0.5);
	assert_false(lit_cores(L("1Gi"), &v, &why));
	assert_false(lit_cores(L("0"), &v, &why));
	assert_false(lit_cores(L("+"), &v, &why));
}

static void test_duration(void **state)
{
	static const struct { const char *text; double seconds; const char *printed; } good[] = {
		{ "5m", 300, "5m" }, { "1h30m", 5400, "1h30m" }, { "12h", 43200, "12h" }, { "1d", 86400, "1d" },
		{ "2w", 1209600, "2w" }, { "90d", 7776000, "90d" }, { "100ms", 0.1, "100ms" }, { "90s", 90, "1m30s" },
		{ "1w2d3h4m5s6ms", 788645.006, "9d3h4m5s6ms" }, { "0s", 0, "0s" }, { "144m", 8640, "2h24m" },
	};
	static const char *const bad[] = { "", "5", "1.5h", "30m1h", "1m1m", "m", "1 h", "-5m", "1M", "1y", "99999999999999999999h",
		"9999999999999w", "1h30", "1H" };
	char out[64];
	double v;
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_true(lit_duration(L(good[i].text), &v, &why));
		assert_true(v == good[i].seconds);
		assert_int_equal(lit_duration_print(v, out), strlen(good[i].printed));
		assert_string_equal(out, good[i].printed);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		why = NULL;
		if (lit_duration(L(bad[i]), &v, &why))
			fail_msg("`%s` was taken for a duration", bad[i]);
		assert_non_null(why);
	}
	lit_duration_print(-90, out);
	assert_string_equal(out, "-1m30s");
	lit_duration_print(0.0004, out);
	assert_string_equal(out, "0s");
	lit_duration_print(-0.0004, out);
	assert_string_equal(out, "0s");
	lit_duration_print(1e300, out);
	assert_true(lit_duration_go(L("1h30m"), &v) && v == 5400);
	assert_true(lit_duration_go(L("-1.5s"), &v) && v == -1.5);
	assert_true(lit_duration_ordered(L("1y"), &v) && v == 31536000);
	assert_false(lit_duration_ordered(L("1y1y"), &v));
	assert_false(lit_duration_ordered(L("1w1y"), &v));
}

static void test_rate(void **state)
{
	double v;
	const char *why;

	(void)state;
	assert_true(lit_rate(L("40/s"), &v, &why) && v == 40);
	assert_true(lit_rate(L("10/d"), &v, &why) && v == 10.0 / 86400);
	assert_true(lit_rate(L("0.5/m"), &v, &why) && v == 0.5 / 60);
	assert_true(lit_rate(L("600/h"), &v, &why) && v == 600.0 / 3600);
	assert_false(lit_rate(L("40"), &v, &why));
	assert_false(lit_rate(L("/s"), &v, &why));
	assert_false(lit_rate(L("-1/s"), &v, &why));
	assert_false(lit_rate(L("40/w"), &v, &why));
	assert_false(lit_rate(L("40/ms"), &v, &why));
	assert_false(lit_rate(L(""), &v, &why));
}

static int compare(const char *a, const char *b)
{
	int c = lit_version_compare(L(a), L(b));

	assert_int_equal(lit_version_compare(L(b), L(a)), -c);
	return c;
}

static void test_version(void **state)
{
	/* strictly ascending */
	static const char *const order[] = { "0.9", "1.2", "1.9-rc.1", "1.9-rc.2", "1.9-rc.10", "1.9-rc.10.1", "1.9-rc.x", "1.9-s", "1.9",
		"1.9+build", "1.9.1", "1.10", "1.10.0.1", "2.0.0-rc1", "2.0.0", "2023.04.13", "2023.11.2", "99999999999999999999999" };
	enum { N = sizeof order / sizeof order[0] };
	static const char *const bad[] = { "", "1.", ".1", "1..2", "1.2.3.4.5", "a", "1.2rc", "1.2-", "1.2-rc..1", "1.2-r_c", "v1.2", "1.2-." };
	const char *why;
	const struct value *a, *b;
	struct arena arena;
	struct buf x = { 0 }, y = { 0 };

	(void)state;
	for (int i = 0; i < N; i++) {
		assert_true(lit_version(L(order[i]), &why));
		for (int k = 0; k < N; k++)
			assert_int_equal(compare(order[i], order[k]), i < k ? -1 : i > k);
	}
	assert_int_equal(compare("1.2", "1.2.0"), 0);
	assert_int_equal(compare("01.2", "1.02.0.0"), 0);
	assert_int_equal(compare("1.2-rc.1", "1.2-rc.01"), 0);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		why = NULL;
		if (lit_version(L(bad[i]), &why))
			fail_msg("`%s` was taken for a version", bad[i]);
		assert_non_null(why);
	}
	/* equal versions have equal canonical bytes, different ones different */
	arena_init(&arena, 0);
	for (int i = 0; i < N; i++)
		for (int k = 0; k < N; k++) {
			a = value_text(&arena, TEXT_VERSION, L(order[i]), 0, (struct span){ 0, 0 });
			b = value_text(&arena, TEXT_VERSION, L(order[k]), 0, (struct span){ 0, 0 });
			buf_clear(&x);
			buf_clear(&y);
			value_canonical(a, &x);
			value_canonical(b, &y);
			assert_int_equal(x.n == y.n && !memcmp(x.p, y.p, x.n), i == k);
			assert_int_equal(value_equal(a, b), i == k);
		}
	buf_free(&x);
	buf_free(&y);
	arena_free(&arena);
}

static void test_numbers(void **state)
{
	int64_t i;
	double d;

	(void)state;
	assert_true(lit_int(L("0"), &i) && i == 0);
	assert_true(lit_int(L("-5"), &i) && i == -5);
	assert_true(lit_int(L("9223372036854775807"), &i) && i == INT64_MAX);
	assert_true(lit_int(L("-9223372036854775808"), &i) && i == INT64_MIN);
	assert_false(lit_int(L("9223372036854775808"), &i));
	assert_false(lit_int(L("-9223372036854775809"), &i));
	assert_false(lit_int(L("007"), &i));
	assert_false(lit_int(L(""), &i));
	assert_false(lit_int(L("-"), &i));
	assert_false(lit_int(L("5m"), &i));
	assert_true(lit_float(L("0.5"), &d) && d == 0.5);
	assert_true(lit_float(L("1e-6"), &d) && d == 1e-6);
	assert_true(lit_float(L("-2.5e+3"), &d) && d == -2500);
	assert_true(lit_float(L("3"), &d) && d == 3);
	assert_true(lit_float(L("0.1000000000000000000000000000000000000000000000000000000000000000000000000000000001"), &d) && d == 0.1);
	assert_true(lit_float(L("1e-99999"), &d) && d == 0);
	assert_false(lit_float(L("1e999"), &d));
	assert_false(lit_float(L("1."), &d));
	assert_false(lit_float(L(".5"), &d));
	assert_false(lit_float(L("1.5e"), &d));
	assert_false(lit_float(L("nan"), &d));
	assert_false(lit_float(L("0x10"), &d));
	assert_false(lit_float(L("1,5"), &d));
}

static void test_hosts_and_urls(void **state)
{
	static const char *const hosts[] = { "db.example.com", "192.0.2.1", "::1", "fe80::1", "a", "1a.b", "2001:db8::192.0.2.1" };
	static const char *const no_hosts[] = { "", "192.0.2.256", "1.2.3", "DB.example.com", "a_b", "a.", "-a", "a:80", "[::1]", "http://a/",
		"a/b", ":::", "1:2:3", "a b" };
	static const char *const urls[] = { "http://a:80/x", "s3://bucket/key", "amqp://u:p@h:5432/db", "https://[::1]:80/", "oci://registry/x",
		"http://h?x=1", "file:///etc/x", "amqp://a:1,b:2", "http://$(HOST):$(PORT)/" };
	static const char *const no_urls[] = { "", "http", "http:/a", "http://", "http:///x", "http://a b", "http://:80/", "http://a:0", "http://a:65536/",
		"http://a:x/", "://a", "1a://b", "http://[::1", "http://[x]/" };
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
		if (!lit_host(L(hosts[i]), &why))
			fail_msg("`%s` was refused: %s", hosts[i], why);
	for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++)
		if (!lit_url(L(urls[i]), &why))
			fail_msg("`%s` was refused: %s", urls[i], why);
	for (size_t i = 0; i < sizeof no_hosts / sizeof no_hosts[0]; i++) {
		why = NULL;
		if (lit_host(L(no_hosts[i]), &why))
			fail_msg("`%s` was taken for a host", no_hosts[i]);
		assert_non_null(why);
	}
	for (size_t i = 0; i < sizeof no_urls / sizeof no_urls[0]; i++) {
		why = NULL;
		if (lit_url(L(no_urls[i]), &why))
			fail_msg("`%s` was taken for a url", no_urls[i]);
		assert_non_null(why);
	}
}

#define PART(r, f, want) assert_true((r).f##_n == strlen(want) && (!(r).f##_n || !memcmp((r).f, want, (r).f##_n)))

static void test_image_parts(void **state)
{
	struct image_ref r;
	const char *why;

	(void)state;
	assert_true(lit_image(L("ghcr.io/a/b:1.2"), &r, &why));
	PART(r, registry, "ghcr.io");
	PART(r, repository, "a/b");
	PART(r, tag, "1.2");
	PART(r, digest, "");
	assert_true(lit_image(L("nginx"), &r, &why));
	PART(r, registry, "");
	PART(r, repository, "nginx");
	PART(r, tag, "");
	assert_true(lit_image(L("localhost:5000/x@sha256:0000000000000000000000000000000000000000000000000000000000000000"), &r, &why));
	PART(r, registry, "localhost:5000");
	PART(r, repository, "x");
	PART(r, tag, "");
	assert_int_equal(r.digest_n, 71);
	assert_false(lit_image(L("docker://x/y"), &r, &why));
	assert_string_equal(why, "an image is named without a scheme");
}

/* Every prefix and every one-byte change of the vectors is answered, within bounds (the sanitizers look). */
static void test_mutations(void **state)
{
	FILE *f = fopen(TEST_DATA "k8s-vectors.tsv", "r");
	char line[4096], out[512];
	uint32_t seed = 1;
	int header = 0;

	(void)state;
	assert_non_null(f);
	while (fgets(line, sizeof line, f)) {
		char *tab = strchr(line, '\t'), *end;

		if (line[0] == '#' || !header++ || !tab || !(end = strchr(tab + 1, '\t')))
			continue;
		for (int round = 0; round < 40; round++) {
			size_t n = (size_t)(end - tab - 1), keep;
			char *s;
			double d;
			const char *why;

			seed = seed * 1664525 + 1013904223;
			keep = n ? seed % (n + 1) : 0;
			s = malloc(keep ? keep : 1);
			memcpy(s, tab + 1, keep);
			if (keep && round % 2)
				s[(seed >> 8) % keep] = "0.eE-+:/@9\t\xff"[(seed >> 16) % 12];
			lit_quantity_canonical(s, keep, out);
			lit_size(s, keep, &d, &why);
			lit_duration(s, keep, &d, &why);
			lit_duration_go_canonical(s, keep, out);
			lit_duration_ordered_canonical(s, keep, out);
			lit_rate(s, keep, &d, &why);
			lit_version(s, keep, &why);
			lit_version_compare(s, keep, "1.2.3-rc.1", 10);
			lit_float(s, keep, &d);
			lit_host(s, keep, &why);
			lit_url(s, keep, &why);
			lit_image_canonical(s, keep, out);
			lit_cron(s, keep, &why);
			lit_label_key(s, keep);
			free(s);
		}
	}
	fclose(f);
}

static void test_float_print(void **state)
{
	static const struct { double d; const char *text; } known[] = {
		{ 0.5, "0.5" }, { 1, "1.0" }, { 0, "0.0" }, { -0.0, "-0.0" }, { 1e-6, "0.000001" }, { 1e-7, "0.0000001" }, { 1e-8, "1.0e-8" },
		{ 1.25e-9, "1.25e-9" }, { 1e20, "100000000000000000000.0" }, { 1e21, "1.0e+21" }, { 1.5e300, "1.5e+300" }, { 0.1, "0.1" },
		{ -123.456, "-123.456" }, { 5e-324, "5.0e-324" }, { 1.7976931348623157e308, "1.7976931348623157e+308" }, { 0.30000000000000004, "0.30000000000000004" },
		{ 12.0, "12.0" }, { 9007199254740993.0, "9007199254740992.0" },
	};
	char out[40];
	uint64_t x = 88172645463325252u;

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
			assert_int_equal(float_print(known[i].d, out), strlen(known[i].text));
			assert_string_equal(out, known[i].text);
		}
		/* A host program may have set a locale with a decimal comma. */
		if (!setlocale(LC_ALL, "de_DE.UTF-8"))
			break;
	}
	for (int i = 0; i < 20000; i++) {
		double d, back;

		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		memcpy(&d, &x, 8);
		if (!(d - d == 0))
			continue;
		assert_true(float_print(d, out) < 40);
		assert_true(strchr(out, '.') != NULL);
		assert_true(lit_float(out, strlen(out), &back));
		assert_true(back == d);
	}
	setlocale(LC_ALL, "C");
}

static void test_value_with(void **state)
{
	struct arena a;
	struct atoms atoms;
	const struct value *r, *s, *t;
	struct field *f;
	char name[16];

	(void)state;
	arena_init(&a, 0);
	atoms_init(&atoms, &a);
	/* small, and large enough for the index */
	for (uint32_t n = 0; n < 200; n += 13) {
		f = ARENA_ARRAY(&a, struct field, n + 1);
		for (uint32_t i = 0; i < n; i++) {
			snprintf(name, sizeof name, "key-%u", (unsigned)i);
			f[i] = (struct field){ atom_cstr(&atoms, name), value_int(&a, i, (struct span){ 0, 0 }) };
		}
		r = value_record(&a, f, n, (struct span){ 0, 0 });
		for (uint32_t i = 0; i < n; i++) {
			snprintf(name, sizeof name, "key-%u", (unsigned)i);
			assert_int_equal(value_get(r, f[i].key)->i, i);
			assert_ptr_equal(value_getc(r, name), value_get(r, f[i].key));
		}
		assert_null(value_get(r, atom_cstr(&atoms, "none")));
		s = value_with(&a, r, atom_cstr(&atoms, "new"), VALUE_NONE_V);
		assert_int_equal(s->n, n + 1);
		assert_ptr_equal(value_getc(s, "new"), VALUE_NONE_V);
		assert_false(value_equal(r, s));
		t = value_with(&a, s, atom_cstr(&atoms, "new"), NULL);
		assert_true(value_equal(r, t));
		assert_ptr_equal(value_with(&a, t, atom_cstr(&atoms, "new"), NULL), t);
		if (n) {
			struct buf x = { 0 }, y = { 0 };

			s = value_with(&a, r, f[n / 2].key, value_bool(1));
			assert_int_equal(s->n, n);
			assert_ptr_equal(s->rec.fields[n / 2].value, value_bool(1));
			/* order does not matter to equality nor to the canonical bytes */
			t = value_with(&a, value_with(&a, r, f[0].key, NULL), f[0].key, f[0].value);
			assert_true(value_equal(r, t) && value_equal(t, r));
			value_canonical(r, &x);
			value_canonical(t, &y);
			assert_true(x.n == y.n && !memcmp(x.p, y.p, x.n));
			buf_clear(&y);
			value_canonical(s, &y);
			assert_false(x.n == y.n && !memcmp(x.p, y.p, x.n));
			buf_free(&x);
			buf_free(&y);
		}
	}
	atoms_free(&atoms);
	arena_free(&a);
}

static void test_value_equal(void **state)
{
	struct arena a;
	const struct span no = { 0, 0 };
	struct buf x = { 0 }, y = { 0 };
	const struct value *gi, *mi, *five, *five_float;

	(void)state;
	arena_init(&a, 0);
	gi = value_text(&a, TEXT_SIZE, "1Gi", 3, 1073741824.0, no);
	mi = value_text(&a, TEXT_SIZE, "1024Mi", 6, 1073741824.0, (struct span){ 1, 2 });
	five = value_int(&a, 5, no);
	five_float = value_float(&a, 5, no);
	assert_true(value_equal(gi, mi));
	value_canonical(gi, &x);
	value_canonical(mi, &y);
	assert_true(x.n == y.n && !memcmp(x.p, y.p, x.n));
	assert_true(value_equal(five, five_float));
	buf_clear(&x);
	buf_clear(&y);
	value_canonical(five, &x);
	value_canonical(five_float, &y);
	assert_true(x.n == y.n && !memcmp(x.p, y.p, x.n));
	assert_false(value_equal(five, value_float(&a, 5.5, no)));
	assert_false(value_equal(five, value_cstr(&a, "5")));
	assert_false(value_equal(value_int(&a, INT64_MAX, no), value_float(&a, 9223372036854775808.0, no)));
	assert_true(value_equal(value_text(&a, TEXT_ENUM, "demo", 4, 0, no), value_cstr(&a, "demo")));
	assert_false(value_equal(VALUE_NONE_V, value_bool(0)));
	assert_string_equal(value_tag_name(gi), "a size");
	assert_string_equal(value_tag_name(VALUE_NONE_V), "none");
	buf_free(&x);
	buf_free(&y);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_quantity_value),
		cmocka_unit_test(test_size_and_cores),
		cmocka_unit_test(test_duration),
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_version),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_hosts_and_urls),
		cmocka_unit_test(test_image_parts),
		cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_float_print),
		cmocka_unit_test(test_value_with),
		cmocka_unit_test(test_value_equal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
