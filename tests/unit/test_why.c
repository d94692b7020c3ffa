/* Every value of every example's output has a place in the source, and that place is written there: each file that a stack
   compiles to is read back by the YAML reader, and each of its scalars is looked for among the places that are known. What is
   asked by path gives what is asked by line. Output is the same with and without origins. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "mlops.h"
#include "value/yaml.h"
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct file { char *component, *path, *text; size_t n; };
struct files { struct file *v; uint32_t n; };

static void take(void *ctx, const char *component, const char *path, const void *p, size_t n)
{
	struct files *f = ctx;
	f->v = realloc(f->v, sizeof *f->v * (f->n + 1));
	f->v[f->n].component = component ? strdup(component) : NULL;
	f->v[f->n].path = strdup(path);
	f->v[f->n].text = malloc(n + 1);
	memcpy(f->v[f->n].text, p, n);
	f->v[f->n].text[n] = 0;
	f->v[f->n++].n = n;
}

static void forget(struct files *f)
{
	for (uint32_t i = 0; i < f->n; i++) {
		free(f->v[i].component);
		free(f->v[i].path);
		free(f->v[i].text);
	}
	free(f->v);
}

/* The text of a place, as it stands in the file that the step names. */
static const char *source_at(const struct sources *s, const struct why_step *p)
{
	const struct source *src = source_of(s, p->span.lo);
	assert_non_null(src);
	assert_string_equal(src->name, p->file);
	assert_true(p->span.hi > p->span.lo);
	assert_true(p->span.hi <= src->base + src->len);
	struct location l = source_locate(s, p->span.lo);
	assert_int_equal(l.line, p->line);
	assert_int_equal(l.column, p->column);
	return src->text + (p->span.lo - src->base);
}

struct scalars { const struct sources *s; uint32_t *lines, n, cap; };

static void count(struct scalars *c, const struct value *v)
{
	if ((v->tag == VALUE_LIST || v->tag == VALUE_RECORD) && v->n) {
		for (uint32_t i = 0; i < v->n; i++)
			count(c, v->tag == VALUE_LIST ? v->items[i] : v->rec.fields[i].value);
		return;
	}
	const uint32_t first = source_locate(c->s, v->origin.lo).line, last = source_locate(c->s, v->origin.hi > v->origin.lo ? v->origin.hi - 1 : v->origin.lo).line;
	if (c->n == c->cap)
		c->lines = realloc(c->lines, sizeof *c->lines * (c->cap = c->cap * 2 + 64));
	c->lines[c->n++] = last > first ? first + 1 : first;    /* of a text of several lines, its first */
}

static uint32_t values, user_values, of_charts, of_configs;

static void each_value(struct why *w, const struct file *f, const char *stack)
{
	struct arena a;
	struct atoms atoms;
	struct sources s;
	struct diags d;
	struct yaml_documents docs;
	struct why_places all;
	struct why_file wf = { f->component, f->path, f->text, f->n };
	arena_init(&a, 0);
	memset(&all, 0, sizeof all);
	why_all(w, &wf, &a, &all);
	for (uint32_t i = 0; i < all.v.n; i++) {
		const struct why_chain *c = &all.v.v[i].chain;
		int user = 0;
		if (!c->steps.n || c->steps.v[0].what != WHY_FROM)
			fail_msg("%s: %s:%u has no source", stack, f->path, all.v.v[i].line);
		for (uint32_t k = 0; k < c->steps.n; k++) {
			source_at(why_sources(w), &c->steps.v[k]);
			user |= !c->steps.v[k].library;
			assert_true(!k || c->steps.v[k].what >= c->steps.v[k - 1].what);
			assert_true(!k || c->steps.v[k].what != WHY_FROM || c->steps.v[k].library >= c->steps.v[k - 1].library);
		}
		if (!user)
			fail_msg("%s: %s:%u leads to no line of the user's", stack, f->path, all.v.v[i].line);
		values++;
		of_charts += !strncmp(f->path, "helm/", 5);
		of_configs += !strncmp(f->path, "drift/", 6);
		user_values += !c->steps.v[0].library;
	}
	if (strncmp(f->path, "drift/", 6) && strcmp(f->path, "install.sh")) {
		struct scalars c = { .s = &s };
		atoms_init(&atoms, &a);
		sources_init(&s, &a);
		diags_init(&d, &a, &s);
		assert_true(yaml_read(source_add(&s, f->path, f->text, f->n, 0), &a, &atoms, &d, &docs) >= 0);
		for (uint32_t i = 0; i < docs.n; i++)
			count(&c, docs.v[i]);
		assert_true(c.n > 0 || docs.n <= 1);
		for (uint32_t i = 0, k = 0; i < c.n; i++) {
			while (k < all.v.n && all.v.v[k].line < c.lines[i])
				k++;
			if (k == all.v.n || all.v.v[k].line != c.lines[i])
				fail_msg("%s: the value in %s:%u has no place", stack, f->path, c.lines[i]);
		}
		free(c.lines);
		atoms_free(&atoms);
	}
	/* by line and by path the same is found */
	for (uint32_t i = 0; i < all.v.n; i += 1 + all.v.n / 20) {
		const struct why_place *x = &all.v.v[i];
		struct why_place by_line;
		struct why_places by_path;
		const char *reason;
		assert_true(why_line(w, &wf, x->line, &a, &by_line, &reason));
		assert_string_equal(by_line.path, x->path);
		assert_int_equal(by_line.chain.steps.n, x->chain.steps.n);
		assert_int_equal(by_line.chain.steps.v[0].span.lo, x->chain.steps.v[0].span.lo);
		if (strstr(x->path, " > ") || !*x->path || (!strncmp(f->path, "drift/", 6) && !by_line.path[0]))
			continue;
		why_path(w, &wf, x->path, &a, &by_path);
		int hit = 0;
		for (uint32_t k = 0; k < by_path.v.n; k++)
			hit |= by_path.v.v[k].line == x->line ||        /* of a text of several lines, and where a map or list ends */
				(by_path.v.v[k].line && by_path.v.v[k].line < x->line && (by_path.v.v[k].scalar || !strncmp(f->path, "drift/", 6)));
		if (!hit)
			fail_msg("%s: %s#%s is not found in line %u", stack, f->path, x->path, x->line);
	}
	arena_free(&a);
}

static void stack_of(const char *path, const char *env)
{
	struct mlops *m = mlops_new(&(struct mlops_options){ .stdlib = "stdlib" });
	struct files f = { 0 };
	struct file_sink sink = { take, &f };
	struct arena scratch;
	arena_init(&scratch, 0);
	assert_true(mlops_add_file(m, path));
	assert_int_equal(mlops_compile(m, env), 0);
	assert_true(emit_files(mlops_stack(m), &sink, &scratch, mlops_diags(m)));
	struct why *w = mlops_why(m);
	assert_non_null(w);
	assert_true(f.n > 2);
	for (uint32_t i = 0; i < f.n; i++)
		each_value(w, &f.v[i], path);
	forget(&f);
	arena_free(&scratch);
	mlops_free(m);
}

static void examples(void **state)
{
	glob_t g;
	(void)state;
	assert_int_equal(glob("examples/*/stack.mlops", 0, NULL, &g), 0);
	assert_true(g.gl_pathc >= 4);
	for (size_t i = 0; i < g.gl_pathc; i++)
		stack_of(g.gl_pathv[i], NULL);
	globfree(&g);
	stack_of("examples/platform-2026/stack.mlops", "staging");
	stack_of("examples/platform-2026/stack.mlops", "production");
	print_message("%u values, %u of them written in the stack itself\n", values, user_values);
	assert_true(values > 10000 && of_charts > 500 && of_configs > 0);
	assert_true(user_values * 4 > values);
}

/* ---- single chains ---- */

static const char *const text =
	"stack demo {\n"
	"  edition = 2026\n"
	"  catalog = 2026-11\n"
	"  allow unauthenticated-port because \"x\"\n"
	"}\n"
	"param size : size = 8Gi\n"                                             /* 6 */
	"secret postgres-auth { postgres-password }\n"
	"secret object-store  { access-key, secret-key }\n"                     /* 8 */
	"component database : postgresql { database = \"tracking\"; auth = postgres-auth; storage = size }\n"
	"component store : minio { credentials = object-store; buckets = [\"b\"]; storage = 50Gi }\n"   /* 10 */
	"component registry : mlflow {\n"
	"  artifacts = store.bucket(\"b\")\n"
	"  expose http on node(32001)\n"                                        /* 13 */
	"  patch deployment(\"registry\") { metadata: { annotations: { \"a.b/c\": \"patched\" } }\n"
	"    spec: { template: { spec: { containers: [{ name: \"mlflow\", tty: true }] } } } }\n"       /* 15 */
	"}\n"
	"env staging { database.storage = 2Gi\n  size = 3Gi }\n";               /* 17, 18 */

static struct mlops *demo(const char *env, const char *set)
{
	struct mlops *m = mlops_new(&(struct mlops_options){ .stdlib = "stdlib", .root = "" });
	mlops_add_text(m, "stack.mlops", text, strlen(text));
	if (set)
		mlops_set(m, set);
	assert_int_equal(mlops_compile(m, env), 0);
	assert_non_null(mlops_why(m));
	return m;
}

static int has(const struct why_chain *c, enum why_what what, const char *file, uint32_t line)
{
	for (uint32_t i = 0; i < c->steps.n; i++)
		if (c->steps.v[i].what == what && !strcmp(c->steps.v[i].file, file) && (!line || c->steps.v[i].line == line))
			return 1;
	return 0;
}

static void chains(void **state)
{
	struct arena a;
	struct why_chain c;
	struct mlops *m = demo(NULL, NULL);
	struct why *w = mlops_why(m);
	(void)state;
	arena_init(&a, 0);
	const char *const path = "primary.persistence.size";
	assert_true(why_values(w, "database", "mlops-mlflow", "database", path, &a, &c));
	assert_true(has(&c, WHY_FROM, "stack.mlops", 6) && has(&c, WHY_THROUGH, "stack.mlops", 9));
	assert_string_equal(c.steps.v[0].text, "param size : size = 8Gi");
	assert_true(why_values(w, NULL, NULL, "database", path, &a, &c) && has(&c, WHY_FROM, "stack.mlops", 6));
	/* a wire, also one that nobody wrote */
	assert_true(why_object(w, "registry", "v1", "ConfigMap", "mlops-mlflow", "registry", "data.DB_NAME", &a, &c));
	assert_true(has(&c, WHY_FROM, "stack.mlops", 9) && has(&c, WHY_THROUGH, "stdlib/kinds/mlflow.mlops", 0) && has(&c, WHY_THROUGH, "stack.mlops", 11));
	assert_true(why_object(w, "registry", "v1", "ConfigMap", "mlops-mlflow", "registry", "data.MLFLOW_S3_BUCKET", &a, &c));
	assert_true(has(&c, WHY_FROM, "stack.mlops", 12) && c.steps.v[0].column == 28);
	/* a patch; a list's item by its field */
	assert_true(why_object(w, "registry", "apps/v1", "Deployment", "mlops-mlflow", "registry", "metadata.annotations[\"a.b/c\"]", &a, &c));
	assert_true(has(&c, WHY_FROM, "stack.mlops", 14));
	assert_string_equal(c.steps.v[0].note, "patch");
	assert_true(why_object(w, "registry", "apps/v1", "Deployment", NULL, "registry", "spec.template.spec.containers[name=mlflow].tty", &a, &c));
	assert_true(has(&c, WHY_FROM, "stack.mlops", 15));
	/* the catalog; what is exposed; a secret; a condition */
	assert_true(why_object(w, "registry", NULL, "Deployment", NULL, "registry", "spec.template.spec.containers[0].image", &a, &c));
	assert_true(has(&c, WHY_FROM, "stack.mlops", 3) && has(&c, WHY_THROUGH, "stdlib/catalogs/2026-11.mlops", 0));
	assert_true(why_object(w, "registry", NULL, "Service", NULL, "registry-external", "spec.ports[0].nodePort", &a, &c) && has(&c, WHY_FROM, "stack.mlops", 13));
	assert_true(why_object(w, "registry", NULL, "Service", NULL, "registry-external", "spec.ports[0].protocol", &a, &c));
	assert_true(c.steps.v[0].library && has(&c, WHY_WHEN, "stack.mlops", 13) && has(&c, WHY_FOR, "stack.mlops", 11));
	assert_true(why_values(w, "database", NULL, NULL, "global.postgresql.auth.existingSecret", &a, &c) && has(&c, WHY_FROM, "stack.mlops", 7));
	assert_true(why_release(w, "database", NULL, "database", "version", &a, &c) && has(&c, WHY_FROM, "stack.mlops", 3));
	assert_true(why_object(w, "-", "v1", "Namespace", "", "mlops-mlflow", "metadata.name", &a, &c));
	assert_true(why_component(w, "store", &a, &c) && c.steps.v[0].line == 10);
	/* what there is not */
	assert_false(why_values(w, "database", NULL, "database", "primary.nothing", &a, &c));
	assert_false(why_object(w, "nobody", NULL, "Service", NULL, "registry", "spec", &a, &c));
	assert_false(why_object(w, "registry", NULL, "Service", NULL, "registry", "spec.ports[9].port", &a, &c));
	assert_false(why_component(w, "nobody", &a, &c));
	mlops_free(m);

	m = demo("staging", NULL);
	assert_true(why_values(mlops_why(m), "database", NULL, "database", path, &a, &c) && has(&c, WHY_FROM, "stack.mlops", 17));
	assert_string_equal(c.steps.v[0].note, "env staging");
	mlops_free(m);
	m = demo(NULL, "size=9Gi");
	assert_true(why_values(mlops_why(m), "database", NULL, "database", path, &a, &c) && has(&c, WHY_FROM, "--set size=9Gi", 1));
	mlops_free(m);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(chains), cmocka_unit_test(examples) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
