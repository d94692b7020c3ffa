/* Any bytes into the import of YAML: what comes out is source that parses and is laid out already. */
#include "fuzz.h"
#include "mlops.h"
#include <string.h>

FUZZ_TARGET(yaml)
{
	const struct mlops_options o = { .max_steps = 100000, .max_bytes = 64u << 20, .root = "" };
	struct mlops *m = mlops_new(&o);
	struct buf out = { 0 }, again = { 0 };
	const int ok = mlops_import(m, "input.yaml", (const char *)text, len, &out);
	const int errors = (int)mlops_diags(m)->nerrors;
	LAW(ok || errors, "an import that fails says why");
	mlops_free(m);
	if (ok && !errors) {
		m = mlops_new(&o);
		LAW(mlops_format(m, "imported.mlops", out.p ? out.p : "", out.n, &again), "what was imported parses");
		LAW(out.n == again.n && (!out.n || !memcmp(out.p, again.p, out.n)), "what was imported is laid out");
		mlops_free(m);
	}
	buf_free(&out);
	buf_free(&again);
	return errors;
}
