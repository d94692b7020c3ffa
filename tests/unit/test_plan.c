/* A plan and the plain writer give the same bytes: over the examples that have families, and over kinds written to be hard
   for plans (conditions, loops, functions, names, text of every style, secrets, wires, rules). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "mlops.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int keep(void *ctx, const void *p, size_t n)
{
	buf_add(ctx, p, n);
	return 1;
}

static void compile(const char *text, const char *path, int plain, struct buf *out, struct buf *said)
{
	struct mlops *m = mlops_new(&(struct mlops_options){ .plain = plain, .stdlib = "stdlib", .root = path ? NULL : "tests/cases/build/reference/data" });
	struct out_summary sum;
	struct arena scratch;
	arena_init(&scratch, 0);
	if (path)
		mlops_add_file(m, path);
	else
		mlops_add_text(m, "stack.mlops", text, strlen(text));
	mlops_compile(m, NULL);
	diag_write(mlops_diags(m), DIAG_TEXT, &(struct diag_style){ .all = 1, .what = "stack.mlops" }, said);
	if (mlops_stack(m)) {
		struct sink sink = { keep, out };
		emit_stream(mlops_stack(m), &sink, &scratch, mlops_diags(m), &sum);
	}
	arena_free(&scratch);
	mlops_free(m);
}

static void same(const char *text, const char *path, int sound)
{
	struct buf a = { 0 }, b = { 0 }, sa = { 0 }, sb = { 0 };
	compile(text, path, 1, &a, &sa);
	compile(text, path, 0, &b, &sb);
	if (sound)
		assert_string_equal(sa.p ? sa.p : "", "");
	assert_string_equal(sa.p ? sa.p : "", sb.p ? sb.p : "");
	assert_int_equal(a.n, b.n);
	if (a.n)
		assert_memory_equal(a.p, b.p, a.n);
	assert_true(!sound || a.n > 0);
	buf_free(&a);
	buf_free(&b);
	buf_free(&sa);
	buf_free(&sb);
}

#define STACK(more) "stack demo { edition = 2026; catalog = khaos-2024\n" more \
	" allow no-security-context because \"x\"\n allow service-links because \"x\" }\n"
#define LIST "let all = [\n" \
	"{ name: \"a\", n: 1, t: \"yes\", up: true, f: 0.5 }, { name: \"b-c\", n: 22, t: \"two\\nlines\\n\", up: false, f: 2.0 },\n" \
	"{ name: \"c\", n: 3, t: \" lead\", up: true, f: 0.001 }, { name: \"d\", n: 4, t: \"\", up: true, f: 3.0 },\n" \
	"{ name: \"e5\", n: 5, t: \"# no\", up: false, f: 100.0 }, { name: \"f\", n: 6, t: \"plain\", up: true, f: 1e-6 },\n" \
	"{ name: \"g\", n: 7, t: \"12:30\", up: false, f: 7.5 }, { name: \"h\", n: 8, t: \"a\\nb\", up: true, f: 8.25 },\n" \
	"{ name: \"i\", n: 9, t: \"tab\\there\", up: true, f: 9.0 }, { name: \"j\", n: 10, t: \"1e3\", up: true, f: 10.0 } ]\n"

static void test_scalars(void **state)
{
	(void)state;
	same(STACK("") LIST
	     "kind thing { namespace : name = \"demo\"\n n : int\n t : string\n up : bool\n f : float\n mem : size = 1Gi\n hold : duration = 5m\n cpu : cores = 500m\n"
	     " let both = \"${name}-${n}\"\n"
	     " manifest configmap(both) { metadata: { labels: { team: \"${t == \"\"}\" } }, data: { t: t, n: \"${n}\", f: \"${f}\", all: \"${t}|${up}|${mem}\", nested: \"x: ${both}\" } }\n"
	     " manifest deployment(name) { spec: { replicas: n, paused: up, minReadySeconds: n + 1\n"
	     "  selector: { matchLabels: selector }, template: { metadata: { labels: selector }, spec: { containers: [ { name: \"c\", image: \"x/y:${n}\", args: [\"--t=${t}\", t], resources: { limits: { cpu: cpu, memory: mem } }\n"
	     "   env: env-list({ T: t, N: n, HOLD: hold, BOTH: both, ON: up }) + [ { name: \"REF\", valueFrom: { configMapKeyRef: { name: both, key: \"t\" } } } ] } ] } } } }\n"
	     " manifest \"example.com/v1/Thing\"(name) { spec: { weight: f, items: [t, n, f, up, [t, [n]]] } }\n"
	     "}\n"
	     "component x : thing for m in all { name = m.name; n = m.n; t = m.t; up = m.up; f = m.f }\n", NULL, 1);
}

static void test_structure(void **state)
{
	(void)state;
	same(STACK(" allow no-resources because \"x\"\n allow unread because \"x\"\n") LIST
	     "secret s { k, l }\n"
	     "interface link { host : host, port : port }\n"
	     "kind server { gives link { host: \"${name}.demo\", port: 80 }\n gives link2(q : string) { v: \"${q}/${name}\" }\n namespace : name = \"demo\"\n manifest configmap(name) { data: { a: \"b\" } } }\n"
	     "interface link2 { v : string }\n"
	     "component s1 : server { }\ncomponent s2 : server { }\n"
	     "fn label(x : string, up : bool) : any = if up then { \"big\": upper(x) } else { small: x }\n"
	     "kind thing { needs to : link\n needs q : link2\n namespace : name = \"demo\"\n n : int(1..)\n t : string\n up : bool\n f : float\n mode : fast | slow = fast\n extra : [string] = []\n"
	     " check n < 1000 else \"too many\"\n"
	     " let size = if n > 5 then \"large\" else \"small\"\n"
	     " if up { manifest service(name) { spec: { selector: selector, ports: [ { name: \"http\", port: 80 } ] } } }\n"
	     " for x in extra { manifest configmap(\"${name}-${x}\") { data: { x: x, host: to.host } } }\n"
	     " manifest configmap(name) { metadata: { annotations: { q: q.v, \"at-${n}\": \"k\" } }, data: { ...label(name, up), size: size, host: \"${to.host}:${to.port}\", if mode == slow { slow: \"yes\" } } }\n"
	     " manifest deployment(name) { spec: { selector: { matchLabels: selector }, template: { metadata: { labels: selector }, spec: { containers: [ { name: name, image: \"a/b:1\", env: env-list({ K: s-key }) } ] } } } }\n"
	     " s-key : secret-key\n"
	     "}\n"
	     "component x : thing for m in all { name = m.name; n = m.n; t = m.t; up = m.up; f = m.f\n"
	     " to = if m.n > 4 then s1 else s2\n q = s1.link2(if m.n > 7 then \"p\" else \"r\")\n s-key = if m.up then s.k else s.l\n"
	     " extra = if m.n == 3 then [\"u\", \"v\"] else []\n mode = if m.n == 9 then slow else fast }\n", NULL, 1);
}

static void test_rules(void **state)
{
	(void)state;
	same("stack demo { edition = 2026; catalog = khaos-2024 }\n" LIST
	     "kind thing { namespace : name = \"demo\"\n tag : string\n n : int\n"
	     " manifest deployment(name) { spec: { replicas: n, selector: { matchLabels: selector }, template: { metadata: { labels: selector }, spec: { containers: [ { name: \"c\", image: \"x/y:${tag}\" } ] } } } } }\n"
	     "rule few for o in objects { check o.spec.replicas < 7 else warn few \"${o.name} has ${o.spec.replicas}\" }\n"
	     "rule names for o in objects { check o.name != \"g\" else \"${o.kind} ${o.name} is not wanted\" }\n"
	     "component x : thing for m in all { name = m.name; n = m.n; tag = if m.n in [2, 8] then \"latest\" else \"1.${m.n}\" }\n", NULL, 0);
}

/* Functions that look into numbers, and data that is read from a file once for all. */
static void test_numbers(void **state)
{
	(void)state;
	same("stack demo { edition = 2026; catalog = khaos-2024 }\n" LIST
	     "kind thing { namespace : name = \"demo\"\n n : int\n f : float\n up : bool\n hold : duration = 5m\n rate : rate = 40/s\n"
	     " let ref = file(\"reference.csv\", label = \"Class\", rows = n + 1)\n"
	     " let possible = thresholds(100 * n, 20 + n, n)\n"
	     " manifest configmap(name) { data: { rows: \"${ref.rows}\", last: \"${ref.statistics[0].max}\", bytes: hash(npy(ref, \"f8\", if up then [\"V1\"] else [\"V1\", \"Amount\"]))\n"
	     "  left: \"${possible.left} ${possible.feasible}\", least: \"${least-bootstraps(10 + n, 5)}\", range: json(ert-range(50 * n, 10))\n"
	     "  wrong: \"${false-detections(rate, n, 0.05)} ${false-alerts(rate, n, 0.05, hold)} ${family-wise(0.01, n)} ${permutation-level(0.05, 10 * n)}\"\n"
	     "  late: \"${falls-behind(rate, 0, f * 0.000001)} ${false-counts(rate, n, 0.01, 2, hold)}\" } }\n"
	     "}\n"
	     "component x : thing for m in all { name = m.name; n = m.n; up = m.up; f = m.f; hold = if m.n > 5 then 1s else 5m }\n", NULL, 1);
}

static void test_faults(void **state)
{
	(void)state;
	same(STACK("") LIST
	     "kind thing { namespace : name = \"demo\"\n t : string\n manifest service(\"${t}\") { spec: { ports: [] } } }\n"
	     "component x : thing for m in all { name = m.name; t = m.t }\n", NULL, 0);
	same(STACK("") LIST
	     "kind thing { namespace : name = \"demo\"\n n : int\n t : string\n manifest configmap(name) { data: { t: t } }\n"
	     " manifest service(name) { spec: { selector: { app: if n > 5 then \"other\" else name }, ports: [ { name: \"http\", port: 80 } ] } }\n"
	     " manifest pod(name) { metadata: { labels: { app: name } }, spec: { containers: [ { name: \"c\", image: \"x/y:1\", envFrom: [ { configMapRef: { name: \"${name}-${n}\" } } ] } ] } } }\n"
	     "component x : thing for m in all { name = m.name; n = m.n; t = m.t }\n", NULL, 0);
	same(STACK("") LIST
	     "kind thing { namespace : name = \"demo\"\n t : string\n manifest configmap(\"same\") { data: { t: t } } }\n"
	     "component x : thing for m in all { name = m.name; t = m.t }\n", NULL, 0);
}

static void test_examples(void **state)
{
	(void)state;
	same(NULL, "examples/fleet/stack.mlops", 0);
	same(NULL, "examples/khaos/stack.mlops", 0);
	same(NULL, "examples/platform-2026/stack.mlops", 0);
	same(NULL, "examples/own-kind/stack.mlops", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_scalars), cmocka_unit_test(test_structure), cmocka_unit_test(test_rules),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_faults), cmocka_unit_test(test_examples) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
