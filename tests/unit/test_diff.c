/* Laws of a difference, over every object and every file of values below out/, changed at random: diff(a, a) is empty; the changes
   put into a give b, to the letter where no field has a meaning of its own; and what lists.tsv, scalars.tsv and defaults.tsv say.
   Random numbers are the same in every run. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "diff/list.h"
#include "value/yaml.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 12                       /* of changes for each document */

struct bench { struct arena arena; struct atoms atoms; struct sources sources; struct diags diags; struct program program; struct diff d; };

static void open_bench(struct bench *x)
{
	memset(x, 0, sizeof *x);
	arena_init(&x->arena, 0);
	atoms_init(&x->atoms, &x->arena);
	sources_init(&x->sources, &x->arena);
	diags_init(&x->diags, &x->arena, &x->sources);
	x->program = (struct program){ .arena = &x->arena, .atoms = &x->atoms, .sources = &x->sources, .diags = &x->diags, .stdlib = "stdlib" };
	program_init(&x->program);
	program_library(&x->program);
	x->d = (struct diff){ .a = &x->arena, .atoms = &x->atoms, .sources = &x->sources, .diags = &x->diags };
	assert_true(diff_tables_read(&x->d.tables, &x->program, &x->arena));
}

static void close_bench(struct bench *x)
{
	atoms_free(&x->atoms);
	arena_free(&x->arena);
}

static struct yaml_documents read_text(struct bench *x, const char *p, size_t n)
{
	struct yaml_documents docs = { 0 };
	yaml_read(source_add(&x->sources, "text", p, n, 0), &x->arena, &x->atoms, &x->diags, &docs);
	assert_int_equal(x->diags.nerrors, 0);
	return docs;
}

static const struct value *one(struct bench *x, const char *text)
{
	const struct yaml_documents docs = read_text(x, text, strlen(text));
	assert_int_equal(docs.n, 1);
	return docs.v[0];
}

static uint32_t compare(struct bench *x, const char *kind, const struct value *a, const struct value *b, struct diff_change **c)
{
	struct diff_change *own;
	uint32_t n;
	diff_compare(&x->d, kind, a, b, 0, 0, c ? c : &own, &n);
	return n;
}

/* ---- random changes ---- */

static uint64_t seed = 88172645463325252u;

static uint32_t pick(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed % n);
}

static const struct value *leaf(struct bench *x)
{
	static const char *const texts[] = { "a", "b c", "1Gi", "yes", "", "5m", "\xc3\xa4", "long text that does not stand in any object" };
	switch (pick(4)) {
	case 0: return value_int(&x->arena, pick(100), (struct span){ 0, 0 });
	case 1: return value_bool((int)pick(2));
	default: return value_cstr(&x->arena, texts[pick(8)]);
	}
}

static const struct value *grown(struct bench *x, uint32_t depth)
{
	if (depth > 2 || pick(3))
		return leaf(x);
	if (pick(2)) {
		const struct value **items = ARENA_ARRAY(&x->arena, const struct value *, 3);
		for (int i = 0; i < 3; i++)
			items[i] = grown(x, depth + 1);
		return value_list(&x->arena, items, 1 + pick(3), (struct span){ 0, 0 });
	}
	struct field *f = ARENA_ARRAY(&x->arena, struct field, 2);
	f[0] = (struct field){ atom_cstr(&x->atoms, "name"), leaf(x) };
	f[1] = (struct field){ atom_cstr(&x->atoms, "grown"), grown(x, depth + 1) };
	return value_record(&x->arena, f, 2, (struct span){ 0, 0 });
}

/* v with about one in `rate` of its parts changed, left out, added, moved or doubled. */
static const struct value *changed(struct bench *x, const struct value *v, uint32_t rate)
{
	const struct value **items;
	uint32_t n = 0;
	if (!pick(rate * 4))
		return grown(x, 0);
	if (v->tag == VALUE_RECORD) {
		struct field *f = ARENA_ARRAY(&x->arena, struct field, v->n + 1);
		for (uint32_t i = 0; i < v->n; i++)
			if (pick(rate * 3))
				f[n++] = (struct field){ v->rec.fields[i].key, changed(x, v->rec.fields[i].value, rate) };
		if (!pick(rate))
			f[n++] = (struct field){ atom_cstr(&x->atoms, "added"), grown(x, 0) };
		for (uint32_t i = n; i-- > 1 && !pick(3);) {
			const uint32_t k = pick(i + 1);
			const struct field t = f[i];
			f[i] = f[k];
			f[k] = t;
		}
		return value_record(&x->arena, f, n, v->origin);
	}
	if (v->tag != VALUE_LIST)
		return pick(rate) ? v : leaf(x);
	items = ARENA_ARRAY(&x->arena, const struct value *, v->n * 2 + 2);
	for (uint32_t i = 0; i < v->n; i++) {
		if (!pick(rate * 2))
			items[n++] = grown(x, 0);
		if (pick(rate * 2))
			items[n++] = changed(x, v->items[i], rate);
		if (!pick(rate * 4))
			items[n++] = v->items[i];
	}
	if (!pick(rate))
		items[n++] = grown(x, 0);
	if (n > 1 && !pick(3)) {
		const uint32_t i = pick(n), k = pick(n);
		const struct value *t = items[i];
		items[i] = items[k];
		items[k] = t;
	}
	return value_list(&x->arena, items, n, v->origin);
}

/* Absent and empty mean the same: for the law to the letter, nothing is empty or null. */
static const struct value *without_nothing(struct bench *x, const struct value *v)
{
	uint32_t n = 0;
	if (v->tag == VALUE_RECORD) {
		struct field *f = ARENA_ARRAY(&x->arena, struct field, v->n + 1);
		for (uint32_t i = 0; i < v->n; i++) {
			const struct value *y = without_nothing(x, v->rec.fields[i].value);
			if (y && strcmp(v->rec.fields[i].key->text, "status") && strcmp(v->rec.fields[i].key->text, "metadata"))
				f[n++] = (struct field){ v->rec.fields[i].key, y };
		}
		return n ? value_record(&x->arena, f, n, v->origin) : NULL;
	}
	if (v->tag == VALUE_LIST) {
		const struct value **items = ARENA_ARRAY(&x->arena, const struct value *, v->n + 1);
		for (uint32_t i = 0; i < v->n; i++) {
			const struct value *y = without_nothing(x, v->items[i]);
			if (y)
				items[n++] = y;
		}
		return n ? value_list(&x->arena, items, n, v->origin) : NULL;
	}
	return v->tag == VALUE_NONE ? NULL : v;
}

static void show(const char *what, const struct value *v)
{
	struct buf b = { 0 };
	json_write(&b, v, -1);
	print_error("%s: %s\n", what, b.p);
	buf_free(&b);
}

/* To the letter, but for a quantity, which is the same as a number and as a text. */
static int alike(const struct value *a, const struct value *b)
{
	char text[2][64] = { "", "" };
	const struct value *v[2] = { a, b };
	if (a->tag == b->tag && a->tag == VALUE_RECORD && a->n == b->n) {
		for (uint32_t i = 0; i < a->n; i++) {
			const struct value *y = value_get(b, a->rec.fields[i].key);
			if (!y || !alike(a->rec.fields[i].value, y))
				return 0;
		}
		return 1;
	}
	if (a->tag == b->tag && a->tag == VALUE_LIST && a->n == b->n) {
		for (uint32_t i = 0; i < a->n; i++)
			if (!alike(a->items[i], b->items[i]))
				return 0;
		return 1;
	}
	for (int i = 0; i < 2; i++)
		if (v[i]->tag == VALUE_INT)
			snprintf(text[i], sizeof text[i], "%lld", (long long)v[i]->i);
		else if (v[i]->tag == VALUE_STRING && v[i]->n < sizeof text[i])
			snprintf(text[i], sizeof text[i], "%.*s", (int)v[i]->n, v[i]->str.p);
	return value_equal(a, b) || (*text[0] && !strcmp(text[0], text[1]));
}

static void laws(struct bench *x, const char *kind, const struct value *a, int letter)
{
	const struct arena_mark mark = arena_mark(&x->arena);
	struct diff_change *c;
	assert_int_equal(compare(x, kind, a, a, NULL), 0);
	for (int round = 0; round < ROUNDS; round++) {
		const struct value *b = changed(x, a, 4 + pick(30));
		if (b->tag != a->tag)
			continue;
		if (letter) {
			a = without_nothing(x, a);
			b = without_nothing(x, b);
			if (!a || !b || a->tag != b->tag)
				break;
		}
		const uint32_t n = compare(x, kind, a, b, &c);
		const struct value *got = diff_apply(&x->arena, a, c, n);
		const int same = letter ? alike(got, b) : compare(x, kind, got, b, NULL) == 0;
		if (!same) {
			struct diff_change *left;
			const uint32_t nleft = compare(x, kind, got, b, &left);
			struct buf t = { 0 };
			for (uint32_t i = 0; i < nleft; i++) {
				change_path(&left[i], &t);
				buf_adds(&t, ": ");
				diff_show_change(&left[i], &t);
				buf_addc(&t, '\n');
			}
			print_error("left:\n%s", t.p ? t.p : "");
			buf_free(&t);
			show("old", a);
			show("new", b);
			show("applied", got);
		}
		assert_true(same);
	}
	(void)mark;
}

static void each_file(const char *dir, const char *end, void (*take)(struct bench *x, const char *p, size_t n), uint32_t *count)
{
	struct dirent **entries = NULL;
	struct buf path = { 0 }, text = { 0 };
	const int found = scandir(dir, &entries, NULL, alphasort);      /* the same order on every machine */
	for (int entry = 0; entry < found; entry++) {
		struct dirent *e = entries[entry];
		const size_t n = strlen(e->d_name);
		if (e->d_name[0] == '.')
			continue;
		buf_clear(&path);
		buf_addf(&path, "%s/%s", dir, e->d_name);
		char *sub = strdup(path.p);
		if (n < strlen(end) || strcmp(e->d_name + n - strlen(end), end)) {
			each_file(sub, end, take, count);
			free(sub);
			continue;
		}
		FILE *f = fopen(sub, "rb");
		char part[4096];
		size_t k;
		free(sub);
		buf_clear(&text);
		while (f && (k = fread(part, 1, sizeof part, f)) > 0)
			buf_add(&text, part, k);
		if (f)
			fclose(f);
		struct bench x;
		open_bench(&x);
		if (text.n && text.n < 200000) {
			take(&x, text.p, text.n);
			(*count)++;
		}
		close_bench(&x);
	}
	for (int entry = 0; entry < found; entry++)
		free(entries[entry]);
	free(entries);
	buf_free(&path);
	buf_free(&text);
}

static void documents(struct bench *x, const char *p, size_t n)
{
	const struct yaml_documents docs = read_text(x, p, n);
	for (uint32_t i = 0; i < docs.n && i < 30; i++) {
		const struct value *kind = docs.v[i]->tag == VALUE_RECORD ? value_getc(docs.v[i], "kind") : NULL;
		if (docs.v[i]->tag != VALUE_RECORD)
			continue;
		laws(x, kind && kind->tag == VALUE_STRING ? arena_strdup(&x->arena, kind->str.p, kind->n) : "release", docs.v[i], 0);
		laws(x, "file", docs.v[i], 1);
	}
}

static void test_laws(void **state)
{
	uint32_t files = 0;
	(void)state;
	each_file("out", ".yaml", documents, &files);
	assert_true(files > 50);
}

/* ---- what the tables say ---- */

static void test_same(void **state)
{
	static const struct { const char *kind, *a, *b; uint32_t changes; } cases[] = {
		{ "PersistentVolumeClaim", "spec: {resources: {requests: {storage: 1Gi}}}", "spec: {resources: {requests: {storage: 1024Mi}}}", 0 },
		{ "PersistentVolumeClaim", "spec: {resources: {requests: {storage: 1Gi}}}", "spec: {resources: {requests: {storage: 1G}}}", 1 },
		{ "Pod", "spec: {containers: [{name: c, resources: {limits: {cpu: 1}}}]}", "spec: {containers: [{name: c, resources: {limits: {cpu: '1000m'}}}]}", 0 },
		{ "ConfigMap", "data: {a: 1Gi}", "data: {a: 1024Mi}", 1 },
		{ "ConfigMap", "data: {a: '1'}", "data: {a: '1.0'}", 1 },
		{ "CronJob", "spec: {schedule: '@daily'}", "spec: {schedule: '0 0 * * *'}", 0 },
		{ "CronJob", "spec: {schedule: '0 0 * * SUN,mon'}", "spec: {schedule: '0  0 * * 0-1'}", 0 },
		{ "CronJob", "spec: {schedule: '*/15 * * * *'}", "spec: {schedule: '0,15,30,45 * * * *'}", 0 },
		{ "CronJob", "spec: {schedule: '0 0 * * 0'}", "spec: {schedule: '0 0 1-31 * 0'}", 1 },   /* a day that is restricted is or'ed */
		{ "CronJob", "spec: {schedule: '0 0 * * *'}", "spec: {schedule: '0 1 * * *'}", 1 },
		{ "CronJob", "spec: {schedule: '@every 90s'}", "spec: {schedule: '@every 1m30s'}", 0 },
		{ "HelmRelease", "spec: {interval: 60s}", "spec: {interval: 1m0s}", 0 },
		{ "ServiceMonitor", "spec: {endpoints: [{port: a, interval: 60s}]}", "spec: {endpoints: [{port: a, interval: 1m}]}", 0 },
		{ "PrometheusRule", "spec: {groups: [{name: g, rules: [{alert: a, for: 60m}]}]}", "spec: {groups: [{name: g, rules: [{alert: a, for: 1h}]}]}", 0 },
		{ "release", "values: {resources: {requests: {memory: 1Gi}}}", "values: {resources: {requests: {memory: 1024Mi}}}", 0 },
		{ "release", "values: {a: null}", "values: {}", 1 },
		{ "Deployment", "spec: {a: null}", "spec: {}", 0 },
		{ "Deployment", "spec: {template: {spec: {containers: [{name: a, image: x}, {name: b, image: y}]}}}",
			"spec: {template: {spec: {containers: [{name: b, image: y}, {name: a, image: x}]}}}", 1 },
		{ "Pod", "spec: {containers: [{name: a, image: x}, {name: b, image: y}]}", "spec: {containers: [{name: b, image: y}, {name: a, image: x}]}", 0 },
		{ "RoleBinding", "roleRef: {kind: Role, name: a}", "roleRef: {kind: Role, name: a, apiGroup: rbac.authorization.k8s.io}", 0 },
		{ "NetworkPolicy", "spec: {podSelector: {}, policyTypes: []}", "spec: {podSelector: {}, policyTypes: [Ingress]}", 0 },
		{ "release", "values: {a: []}", "values: {}", 1 },
		{ "Deployment", "spec: {template: {spec: {initContainers: [{name: a, image: x}, {name: b, image: y}]}}}",
			"spec: {template: {spec: {initContainers: [{name: b, image: y}, {name: a, image: x}]}}}", 1 },
		{ "Deployment", "spec: {template: {spec: {containers: [{name: a, args: [x, y]}]}}}", "spec: {template: {spec: {containers: [{name: a, args: [y, x]}]}}}", 2 },
		{ "Deployment", "spec: {template: {spec: {containers: [{name: a, args: [x, y, z]}]}}}", "spec: {template: {spec: {containers: [{name: a, args: [x, n, y, z]}]}}}", 1 },
		{ "Deployment", "spec: {template: {spec: {containers: [{name: a, image: 'x:latest'}]}}}",
			"spec: {template: {spec: {containers: [{name: a, image: 'x:latest', imagePullPolicy: Always}]}}}", 0 },
		{ "Deployment", "spec: {template: {spec: {containers: [{name: a, image: 'x:1'}]}}}",
			"spec: {template: {spec: {containers: [{name: a, image: 'x:1', imagePullPolicy: Always}]}}}", 1 },
		{ "Deployment", "spec: {template: {spec: {containers: [{name: a, image: 'h:5000/x'}]}}}",
			"spec: {template: {spec: {containers: [{name: a, image: 'h:5000/x', imagePullPolicy: Always}]}}}", 0 },
		{ "Service", "spec: {ports: [{port: 80}]}", "spec: {ports: [{port: 80, targetPort: 80, protocol: TCP}]}", 0 },
		{ "Service", "spec: {ports: [{port: 80}]}", "spec: {ports: [{port: 80, targetPort: 8080}]}", 1 },
		{ "Service", "spec: {ports: [{port: 80, name: a}]}", "spec: {ports: [{port: 81, name: a}]}", 1 },
		{ "Service", "spec: {ports: [{port: 53, protocol: UDP}, {port: 53}]}", "spec: {ports: [{port: 53, protocol: TCP}, {port: 53, protocol: UDP}]}", 0 },
		{ "NetworkPolicy", "spec: {podSelector: {}}", "spec: {podSelector: {}, policyTypes: [Ingress]}", 0 },
		{ "NetworkPolicy", "spec: {egress: [{}]}", "spec: {egress: [{}], policyTypes: [Egress, Ingress]}", 0 },
		{ "NetworkPolicy", "spec: {podSelector: {}}", "spec: {podSelector: {}, policyTypes: [Egress]}", 1 },
		{ "Widget", "status: {a: 1}\nspec: {a: 1}", "status: {a: 2}\nspec: {a: 1}", 0 },
		{ "Widget", "spec: {things: [{name: a, v: 1}, {name: b}]}", "spec: {things: [{name: a, v: 2}, {name: b}]}", 1 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct bench x;
		open_bench(&x);
		for (int k = 0; k < 2; k++) {
			const struct value *a = one(&x, k ? cases[i].b : cases[i].a), *b = one(&x, k ? cases[i].a : cases[i].b);
			const uint32_t n = compare(&x, cases[i].kind, a, b, NULL);
			if (n != cases[i].changes)
				print_error("%s: %s | %s: %u changes, not %u\n", cases[i].kind, cases[i].a, cases[i].b, n, cases[i].changes);
			assert_int_equal(n, cases[i].changes);
		}
		close_bench(&x);
	}
}

static void test_toml(void **state)
{
	static const struct { const char *toml, *json; } same[] = {
		{ "a = 1\nb = \"x\"\n", "{a: 1, b: x}" }, { "[t]\nk = 'z'\n[t.u]\nv = true", "{t: {k: z, u: {v: true}}}" },
		{ "a.b.c = 1", "{a: {b: {c: 1}}}" }, { "p = [1, 2,\n 3, # three\n]", "{p: [1, 2, 3]}" }, { "x = { k = 1, z = [ { w = 2 } ] }", "{x: {k: 1, z: [{w: 2}]}}" },
		{ "[[l]]\ni = 1\n[[l]]\ni = 2\n[l.m]\no = 3", "{l: [{i: 1}, {i: 2, m: {o: 3}}]}" }, { "s = \"\"\"\na\nb\"\"\"", "{s: \"a\\nb\"}" },
		{ "h = 0xff\no = 0o17\ni = 1_000\nf = 1.5", "{h: 255, o: 15, i: 1000, f: 1.5}" }, { "u = \"\\u00e4\\t\"", "{u: \"\xc3\xa4\\t\"}" }, { "d = 2026-01-02", "{d: '2026-01-02'}" },
	};
	static const char *const bad[] = { "a", "a =", "a = [1", "a = \"x", "[t", "a = 1 b = 2", "a = 1\na = 2", "= 1", "a = {b = 1", "a = \"\\q\"", "[a]\n[[a]]\nx = }" };
	(void)state;
	for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
		struct bench x;
		open_bench(&x);
		const struct value *v = toml_read(&x.arena, &x.atoms, same[i].toml, strlen(same[i].toml));
		if (!v || !value_equal(v, one(&x, same[i].json)))
			print_error("%s\n", same[i].toml);
		assert_non_null(v);
		assert_true(value_equal(v, one(&x, same[i].json)));
		close_bench(&x);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct bench x;
		open_bench(&x);
		if (toml_read(&x.arena, &x.atoms, bad[i], strlen(bad[i])))
			print_error("%s is taken\n", bad[i]);
		assert_null(toml_read(&x.arena, &x.atoms, bad[i], strlen(bad[i])));
		close_bench(&x);
	}
}

/* Every row of the tables is reached by some path: none stands behind one that takes everything. */
static void test_tables(void **state)
{
	struct bench x;
	(void)state;
	open_bench(&x);
	for (uint32_t i = 0; i < x.d.tables.risks.n; i++) {
		const struct risk_row *r = &x.d.tables.risks.v[i];
		assert_true(r->cls == DIFF_FLAGS_ONLY || *r->reason);
		assert_true(r->cls < 4 || (r->cure && strcmp(r->cure, "-")));
		for (uint32_t k = 0; k < i; k++) {
			const struct risk_row *q = &x.d.tables.risks.v[k];
			const struct diff_path path = { r->p.step, r->p.n };
			if (q->cls == DIFF_FLAGS_ONLY || r->cls == DIFF_FLAGS_ONLY || strcmp(q->when, "any") || strcmp(q->p.kinds, r->p.kinds))
				continue;
			if (pattern_matches(&q->p, r->p.kinds, &path))
				print_error("row %u (%s %s) hides row %u (%s)\n", k, q->p.kinds, q->reason, i, r->reason);
			assert_false(pattern_matches(&q->p, r->p.kinds, &path));
		}
	}
	close_bench(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_same), cmocka_unit_test(test_toml), cmocka_unit_test(test_tables), cmocka_unit_test(test_laws) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
