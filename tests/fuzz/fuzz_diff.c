/* Any bytes as two dumps of YAML, parted by a line `%%`: nothing differs from itself, reports are made whatever differs, and both ways
   find the same number of parts. The same bytes as TOML. */
#include "fuzz.h"
#include "mlops.h"
#include <string.h>

static const struct diff *compare(struct mlops *m, const char *a, size_t na, const char *b, size_t nb)
{
	const struct mlops_side old = { .tag = MLOPS_YAML, .label = "old", .text = a, .len = na }, new = { .tag = MLOPS_YAML, .label = "new", .text = b, .len = nb };
	return mlops_diff(m, &old, &new);
}

FUZZ_TARGET(diff)
{
	const struct mlops_options o = { .max_steps = 100000, .max_bytes = 64u << 20, .root = "" };
	const char *p = (const char *)text, *cut = NULL;
	struct mlops *m = mlops_new(&o);
	struct buf out = { 0 };
	struct arena a;
	struct atoms atoms;
	for (size_t i = 0; i + 4 <= len && !cut; i++)
		if (!memcmp(p + i, "\n%%\n", 4))
			cut = p + i;
	const size_t n = cut ? (size_t)(cut - p) : len, rest = cut ? len - n - 4 : 0;
	const struct diff *d = compare(m, p, n, cut ? cut + 4 : "", rest);
	const int errors = (int)mlops_diags(m)->nerrors;
	LAW((d != NULL) == !errors, "a comparison that fails says why");
	if (d) {
		const struct diff_style style = { .all = 1 };
		diff_text(d, &style, &out);
		diff_markdown(d, 60000, &out);
		diff_json(d, &out);
		LAW(out.n > 0, "a comparison is told");
		struct mlops *back = mlops_new(&o), *self = mlops_new(&o);
		const struct diff *e = compare(back, cut ? cut + 4 : "", rest, p, n), *f = compare(self, p, n, p, n);
		LAW(e && e->changed == d->changed && e->renamed == d->renamed && e->added == d->removed && e->removed == d->added, "both ways the same parts");
		LAW(f && !f->items.n, "nothing differs from itself");
		mlops_free(back);
		mlops_free(self);
	}
	mlops_free(m);
	arena_init(&a, 0);
	atoms_init(&atoms, &a);
	toml_read(&a, &atoms, p, len);
	atoms_free(&atoms);
	arena_free(&a);
	buf_free(&out);
	return errors;
}
