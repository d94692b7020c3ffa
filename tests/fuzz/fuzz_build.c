/* The whole way from text to YAML, with a small budget and no file to read. What was built is read back: as many objects as
   the summary says, no error of YAML. Building twice gives the same bytes. */
#include "fuzz.h"
#include "mlops.h"
#include "value/yaml.h"
#include "../lib/text.h"
#include <string.h>

static int collect(void *ctx, const void *p, size_t n)
{
	buf_add(ctx, p, n);
	return 1;
}

static size_t build(const uint8_t *text, size_t len, struct buf *out, uint32_t *objects, size_t *all)
{
	const struct mlops_options o = { .max_steps = 100000, .max_bytes = 64u << 20, .root = "" };
	struct mlops *m = mlops_new(&o);
	*objects = 0;
	*all = 0;
	size_t errors = mlops_add_text(m, "stack.mlops", (const char *)text, len) ? mlops_compile(m, NULL) : 1;
	const struct out_stack *s = errors ? NULL : mlops_stack(m);
	LAW(errors || s, "a build without errors has a stack");
	LAW(!errors == !mlops_diags(m)->nerrors, "the number of errors is that of the diagnostics");
	if (s) {
		struct sink sink = { collect, out };
		struct arena scratch;
		struct out_summary sum;
		arena_init(&scratch, 0);
		if (emit_stream(s, &sink, &scratch, mlops_diags(m), &sum))
			*objects = sum.objects;
		else {
			LAW(mlops_diags(m)->nerrors, "an emission that fails says why");
			errors = mlops_diags(m)->nerrors;
		}
		arena_free(&scratch);
	}
	struct buf report = { 0 };
	const struct diag_style style = { .what = "stack.mlops" };
	diags_sort(mlops_diags(m));
	diag_write(mlops_diags(m), DIAG_TEXT, &style, &report);
	buf_free(&report);
	*all = errors;
	mlops_free(m);
	return errors;
}

static void read_back(const struct buf *yaml, uint32_t objects)
{
	struct text t;
	struct yaml_documents docs = { 0 };
	text_begin(&t);
	struct source *src = source_add(&t.sources, "built.yaml", yaml->p ? yaml->p : "", yaml->n, 0);
	yaml_read(src, &t.arena, &t.atoms, &t.diags, &docs);
	LAW(!t.diags.nerrors, "what was built is YAML");
	uint32_t n = 0;
	for (uint32_t i = 0; i < docs.n; i++)
		n += docs.v[i]->tag == VALUE_RECORD;
	LAW(n == objects, "every object can be read back");
	text_end(&t);
}

FUZZ_TARGET(build)
{
	struct buf one = { 0 }, two = { 0 };
	uint32_t objects;
	size_t errors, all;
	errors = build(text, len, &one, &objects, &all);
	if (!errors) {
		read_back(&one, objects);
		build(text, len, &two, &objects, &all);
		LAW(one.n == two.n && (!one.n || !memcmp(one.p, two.p, one.n)), "building twice gives the same bytes");
	}
	buf_free(&one);
	buf_free(&two);
	return (int)errors;
}
