/* The tables of fields that are compiled in hold what stdlib/kubernetes/schema.tsv says, row by row; and the regular expressions
   of API schemas match what RE2 matches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "value/pattern.h"
#include "eval/schema.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text(uint32_t at) { return schema_text + at; }

/* One row of the table in its columns. 0 at the end. */
static int row(FILE *f, char *line, size_t size, char *c[12])
{
	do {
		if (!fgets(line, (int)size, f))
			return 0;
		line[strcspn(line, "\n")] = 0;
	} while (!*line || *line == '#');
	char *p = line;
	for (int i = 0; i < 12; i++) {
		c[i] = p ? p : line + strlen(line);
		p = p ? strchr(p, '\t') : NULL;
		if (p)
			*p++ = 0;
	}
	return 1;
}

static const struct { const char *name; int scalar; } scalars[] = {
	{ "any", SCHEMA_ANY }, { "string", SCHEMA_STRING }, { "int32", SCHEMA_INT32 }, { "int64", SCHEMA_INT64 }, { "bool", SCHEMA_BOOL }, { "number", SCHEMA_NUMBER },
	{ "quantity", SCHEMA_QUANTITY }, { "intorstring", SCHEMA_INT_OR_STRING }, { "time", SCHEMA_TIME }, { "microtime", SCHEMA_TIME }, { "bytes", SCHEMA_BYTES },
};

/* Types are found as a user finds them: from a kind down, along the names of fields. type_at[row of T] is what was met. */
struct known { char *name; int type; };
static struct known known[2000];
static unsigned nknown;

static int type_of(const char *name)
{
	for (unsigned i = 0; i < nknown; i++)
		if (!strcmp(known[i].name, name))
			return known[i].type;
	return -1;
}

static void met(const char *name, int type)
{
	int before = type_of(name);
	if (before >= 0) {
		assert_int_equal(before, type);
		return;
	}
	assert_true(nknown < 2000);
	known[nknown].name = malloc(strlen(name) + 1);
	strcpy(known[nknown].name, name);
	known[nknown++].type = type;
}

static void test_rows(void **state)
{
	static char line[1 << 16];
	char *c[12];
	unsigned kinds = 0, fields = 0, before;
	FILE *f = fopen("stdlib/kubernetes/schema.tsv", "rb");
	(void)state;
	assert_non_null(f);
	while (row(f, line, sizeof line, c))
		if (*c[0] == 'K') {
			const struct schema_kind *k = schema_kind(c[1], c[2]);
			assert_non_null(k);
			met(c[5], k->type);
			kinds++;
		}
	assert_int_equal(kinds, schema_nkinds);
	met("meta.v1.ObjectMeta", (int)schema_metadata);
	do {            /* until no pass over the rows meets a type that was not met before */
		before = nknown;
		fields = 0;
		rewind(f);
		while (row(f, line, sizeof line, c)) {
			if (*c[0] != 'F')
				continue;
			int type = type_of(c[1]), scalar = SCHEMA_OBJECT;
			const char *t = c[3];
			unsigned wrap = 0, depth = 0;
			if (type < 0)
				continue;
			const struct schema_field *x = schema_field((unsigned)type, c[2], strlen(c[2]));
			assert_non_null(x);
			assert_string_equal(text(x->name), c[2]);
			for (; !strncmp(t, "[]", 2) || !strncmp(t, "map[]", 5); t += *t == 'm' ? 5 : 2)
				wrap |= (unsigned)(*t == 'm' ? SCHEMA_MAP : SCHEMA_LIST) << (2 * depth++);
			assert_int_equal(x->wrap & ~SCHEMA_REQUIRED, wrap);
			if (*c[7])
				assert_true(x->wrap & SCHEMA_REQUIRED);
			for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++)
				if (!strcmp(scalars[i].name, t))
					scalar = scalars[i].scalar;
			assert_int_equal(x->scalar, scalar);
			if (scalar == SCHEMA_OBJECT)
				met(t, x->type);
			if (*c[9])
				assert_string_equal(text(schema_rules[x->rule].choices), c[9]);
			if (*c[11])
				assert_string_equal(text(schema_sinces[x->since].version), c[11]);
			fields++;
		}
	} while (nknown != before);
	fclose(f);
	/* what no kind leads to, such as types of a status that is free, is in the table all the same */
	assert_true(fields > 4400);
	assert_int_equal(schema_nfields, 4524);
	for (unsigned i = 0; i < nknown; i++)
		free(known[i].name);
}

static void test_order(void **state)
{
	unsigned total = 0;
	(void)state;
	for (unsigned t = 0; t < schema_ntypes; t++) {
		const struct schema_type *x = &schema_types[t];
		unsigned required = 0;
		for (unsigned i = x->first; i < (unsigned)x->first + x->n; i++) {
			const struct schema_field *f = &schema_fields[i];
			assert_int_equal(f->len, strlen(text(f->name)));
			if (i > x->first)
				assert_true(strcmp(text(schema_fields[i - 1].name), text(f->name)) < 0);
			required += (f->wrap & SCHEMA_REQUIRED) != 0;
			/* a prefix, or more than the name, is another name */
			assert_ptr_equal(schema_field(t, text(f->name), f->len), f);
		}
		assert_int_equal(required, x->required);
		total += x->n;
	}
	assert_int_equal(total, schema_nfields);
	assert_null(schema_kind("apps/v1", "Deploymen"));
	assert_null(schema_kind("v1", "Deployment"));
	assert_null(schema_field(schema_kind("apps/v1", "Deployment")->type, "specs", 5));
	assert_null(schema_field(schema_kind("apps/v1", "Deployment")->type, "spe", 3));
}

static void test_patterns(void **state)
{
	static const struct { const char *pattern, *s; int match; } cases[] = {
		{ "^a$", "a", 1 }, { "^a$", "ab", 0 }, { "a", "xay", 1 }, { "", "x", 1 }, { "^$", "", 1 }, { "^$", "x", 0 },
		{ "^(a|bc)+$", "abcbca", 1 }, { "^(a|bc)+$", "abcb", 0 }, { "^(a|bc)*$", "", 1 }, { "^a?b$", "b", 1 }, { "^a?b$", "aab", 0 },
		{ "^[a-c]{2,3}$", "ab", 1 }, { "^[a-c]{2,3}$", "abca", 0 }, { "^[a-c]{2,3}$", "a", 0 }, { "^x{2}$", "xx", 1 }, { "^x{2}$", "xxx", 0 }, { "^x{2,}$", "xxxxx", 1 },
		{ "^[^/]+$", "a/b", 0 }, { "^[^/]+$", "ab", 1 }, { "^[]a]$", "]", 1 }, { "^[-a]$", "-", 1 }, { "^[a-]$", "-", 1 }, { "^[\\-.]$", "\\", 0 }, { "^[\\-.]$", "-", 1 },
		{ "^2\\d{3}(?::2\\d{3}|$)", "2024", 1 }, { "^2\\d{3}(?::2\\d{3}|$)", "2024:2031", 1 }, { "^2\\d{3}(?::2\\d{3}|$)", "1999", 0 }, { "^2\\d{3}(?::2\\d{3}|$)", "2024:", 0 },
		{ "^(?i)(abort|warn)?$", "WARN", 1 }, { "^(?i)(abort|warn)?$", "", 1 }, { "^(?i)(abort|warn)?$", "warned", 0 },
		{ "^https?://.+$", "https://x", 1 }, { "^https?://.+$", "http://", 0 }, { "^https?://.+$", "xhttp://a", 0 },
		{ "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$", "1.5Gi", 1 },
		{ "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$", "1GB", 0 },
		{ "^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$", "1h30m", 1 }, { "^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$", "1d", 0 }, { "^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$", "", 0 },
		{ "^[^*]*(\\*[^/]*)?\\.(json|yml|yaml|JSON|YML|YAML)$", "dir/*.json", 1 }, { "^[^*]*(\\*[^/]*)?\\.(json|yml|yaml|JSON|YML|YAML)$", "*/x.json", 0 },
		{ "^((([01][0-9])|(2[0-3])):[0-5][0-9])$|(^24:00$)", "24:00", 1 }, { "^((([01][0-9])|(2[0-3])):[0-5][0-9])$|(^24:00$)", "23:59", 1 },
		{ "^((([01][0-9])|(2[0-3])):[0-5][0-9])$|(^24:00$)", "24:01", 0 }, { "^.{2,}|[^./]$", "..", 1 }, { "^.{2,}|[^./]$", ".", 0 }, { "^(a*)*$", "b", 0 },
		{ "(^$|^[a-f0-9]{4}$)", "", 1 }, { "(^$|^[a-f0-9]{4}$)", "a0f9", 1 }, { "(^$|^[a-f0-9]{4}$)", "a0f", 0 },
		{ "^((?i)sun|mon|tues|wednes|thurs|fri|satur)day(?:((:(sun|mon|tues|wednes|thurs|fri|satur)day)$)|$)", "Sunday", 1 },
		{ "^((?i)sun|mon|tues|wednes|thurs|fri|satur)day(?:((:(sun|mon|tues|wednes|thurs|fri|satur)day)$)|$)", "monday:friday", 1 },
		{ "^((?i)sun|mon|tues|wednes|thurs|fri|satur)day(?:((:(sun|mon|tues|wednes|thurs|fri|satur)day)$)|$)", "someday", 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int got = pattern_match(cases[i].pattern, cases[i].s, strlen(cases[i].s));
		if (got != cases[i].match)
			fail_msg("%s on `%s`: %d", cases[i].pattern, cases[i].s, got);
	}
	/* every pattern of the tables ends, whatever it is given */
	for (unsigned i = 0; i < schema_nfields; i++) {
		const struct schema_rule *r = &schema_rules[schema_fields[i].rule];
		if (r->pattern) {
			pattern_match(text(r->pattern), "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", 41);
			pattern_match(text(r->pattern), "1111111111.11111111111111111111111111111-", 41);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows), cmocka_unit_test(test_order), cmocka_unit_test(test_patterns) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
