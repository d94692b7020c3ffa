/* Built-in functions: what the library cannot say in the language itself. One table: name, arguments, a line of
   documentation, and the function. */
#include "eval/builtin/args.h"
#include "base/hash.h"
#include "eval/origin.h"
#include "eval/plan.h"
#include "eval/reference.h"
#include <string.h>

const struct value *bad_argument(struct call_args *c, uint32_t i, const char *want)
{
	diag_error(c->e->diags, c->at[i]->span, D_TYPE, want, value_noun(c->e, c->v[i]));
	return VALUE_ERROR_V;
}

const struct value *owned_text(struct call_args *c, struct buf *b)
{
	const struct value *v = VALUE_ERROR_V;
	if (limit_bytes(c->e, b->n, c->x->span))
		v = value_string(c->e->arena, arena_strdup(c->e->arena, b->p ? b->p : "", b->n), b->n, c->x->span);
	buf_free(b);
	return v;
}

static const struct {
	const char *name;
	uint8_t min, max;
	builtin_fn *f;
	const char *args, *doc;
	uint8_t structural;     /* only takes apart and puts together: does not look into what it is given */
} table[] = {
	{ "abs", 1, 1, f_abs, "number", "its distance from 0", 0 },
	{ "all", 1, 1, f_all, "[bool]", "whether every element is true", 0 },
	{ "any", 1, 1, f_any, "[bool]", "whether some element is true", 0 },
	{ "artifact", 1, 1, f_reference, "path, rows = n, ...",
		"reference data: an artifact of the model's registry; also `version`, `label`, `columns`, `dtype`",
		0 },
	{ "bytes", 1, 1, f_bytes, "size", "the number of bytes", 0 },
	{ "ceil", 1, 1, f_ceil, "number", "rounded up to an int", 0 },
	{ "chart-fullname", 2, 2, f_chart_fullname, "release, chart",
		"the full name that a chart gives its objects: the release if it contains the chart's name, else `release-chart`; at most 63 bytes",
		0 },
	{ "compact", 1, 1, f_compact, "list or map", "without entries that are none", 1 },
	{ "ends-with", 2, 2, f_ends, "string, suffix", "", 0 },
	{ "env-list", 1, 1, f_env_list, "map",
		"Kubernetes' list of variables in the map's order: text and numbers become a `value`, a secret's key a `secretKeyRef`, a record a `valueFrom`, none nothing",
		1 },
	{ "ert-range", 2, 3, f_ert_range, "bootstraps, steps, features",
		"`{ least, greatest }`: the expected run times (whole rows) whose thresholds can be computed, or none; see `thresholds`",
		0 },
	{ "falls-behind", 3, 3, f_falls_behind, "rate, per-row, per-old-row",
		"seconds until a service that spends `per-row` seconds on a row and `per-old-row` more for each row before it takes longer for one than the next needs to come; 0 if it does from the start, none if it never does",
		0 },
	{ "false-alerts", 4, 6, f_false_alerts, "rate, rows, probability, hold, window, seen",
		"how often a day, where nothing drifts, tests of so many rows detect for longer than `hold`; with `window` (or none), tests at each row over the latest rows; with `seen`, where each detection is seen for so long",
		0 },
	{ "false-counts", 5, 5, f_false_counts, "rate, rows, probability, k, within",
		"how often a day, where nothing drifts, tests of so many rows come to k detections within a time",
		0 },
	{ "false-detections", 3, 3, f_false_detections, "rate, rows, probability",
		"how often a day, where nothing drifts, tests of so many rows detect drift", 0 },
	{ "family-wise", 2, 2, f_family_wise, "probability, n",
		"that one of n independent tests errs: 1 - (1 - p)^n", 0 },
	{ "file", 1, 1, f_reference, "path, label = column, ...",
		"reference data: comma-separated values of the project; also `rows`, `columns`, `categorical`, `binary`, `scale`",
		0 },
	{ "flatten", 1, 1, f_flatten, "[[T]]", "one list of all elements", 1 },
	{ "float", 1, 1, f_float, "number or text", "as a float", 0 },
	{ "floor", 1, 1, f_floor, "number", "rounded down to an int", 0 },
	{ "hash", 1, 1, f_hash, "data", "32 hexadecimal digits: XXH3-128 of the canonical encoding", 0 },
	{ "indent", 2, 2, f_indent, "text, n", "each line that is not empty moved right by n blanks", 0 },
	{ "int", 1, 1, f_int, "number or text", "as an int, rounded down", 0 },
	{ "is-cron", 1, 1, f_is_cron, "string", "whether it is a schedule of five fields, as CronJobs take it", 0 },
	{ "join", 2, 2, f_join, "list, separator", "", 0 },
	{ "json", 1, 1, f_json, "data", "as JSON on one line, keys in source order", 0 },
	{ "json-pretty", 1, 1, f_json_pretty, "data", "as indented JSON", 0 },
	{ "keys", 1, 1, f_keys, "map", "its keys in source order", 1 },
	{ "least-bootstraps", 2, 3, f_least_bootstraps, "ert, steps, features",
		"the fewest bootstraps from which the thresholds can be computed, or none (more than 1000000000); see `thresholds`",
		0 },
	{ "len", 1, 1, f_len, "list, map, string or bytes", "the number of elements or bytes", 1 },
	{ "lookup", 2, 3, f_lookup, "map, key, default",
		"the value of the key, or the default (none when left out); a map that is none has no keys", 1 },
	{ "lower", 1, 1, f_lower, "string", "in lower case (ASCII)", 0 },
	{ "max", 1, 4, f_max, "numbers or a list", "the greatest", 0 },
	{ "merge", 2, 2, f_merge, "map, map", "the second over the first, maps inside merged too", 1 },
	{ "min", 1, 4, f_min, "numbers or a list", "the least", 0 },
	{ "npy", 2, 3, f_npy, "reference, type, columns",
		"bytes: an array file (NPY 1.0, C order) of reference data as `\"f8\"`, `\"f4\"` or `\"i8\"`, or of some of its columns",
		0 },
	{ "per-second", 1, 1, f_per_second, "rate", "the number per second", 0 },
	{ "permutation-level", 2, 2, f_permutation_level, "probability, permutations",
		"the level that a permutation test at this level really has, its p-values being counts", 0 },
	{ "range", 1, 2, f_range, "n or from, to", "the ints 0..n-1, or from..to-1", 0 },
	{ "replace", 3, 3, f_replace, "string, from, to", "every occurrence replaced", 0 },
	{ "round", 1, 1, f_round, "number", "rounded to the nearest int, halves away from 0", 0 },
	{ "seconds", 1, 1, f_seconds, "duration", "the number of seconds", 0 },
	{ "shorten", 2, 2, f_shorten, "string, max",
		"at most max bytes: a prefix, `-` and eight characters of a hash of the whole", 0 },
	{ "slice", 2, 3, f_slice, "string or list, from, to", "a part; bounds outside are cut", 0 },
	{ "sort", 1, 1, f_sort, "list", "of strings by bytes or of numbers", 0 },
	{ "split", 2, 2, f_split, "string, separator", "", 0 },
	{ "starts-with", 2, 2, f_starts, "string, prefix", "", 0 },
	{ "string", 1, 1, f_string, "text, number or bool", "as it is spelled", 0 },
	{ "sum", 1, 1, f_sum, "[number]", "", 0 },
	{ "thresholds", 3, 4, f_thresholds, "bootstraps, ert, steps, features",
		"`{ feasible, step, left, needs }`: can an online detector compute its thresholds, or at which step are how many bootstraps left where how many are needed; section 9",
		0 },
	{ "toml", 1, 1, f_toml, "map", "as TOML", 0 },
	{ "trim", 1, 1, f_trim, "string", "without white space at both ends", 0 },
	{ "unique", 1, 1, f_unique, "list", "the first of each", 0 },
	{ "upper", 1, 1, f_upper, "string", "in upper case (ASCII)", 0 },
	{ "uri", 1, 1, f_reference, "address, rows = n, ...",
		"reference data: an address that the service itself reads; also `version`, `label`, `columns`, `dtype`",
		0 },
	{ "url-encode", 1, 1, f_url_encode, "string", "percent-encoded for a part of a URL", 0 },
	{ "values", 1, 1, f_values, "map", "its values in source order", 1 },
	{ "yaml", 1, 1, f_yaml, "data", "as YAML", 0 },
};
#define NTABLE ((int)(sizeof table / sizeof *table))

int builtin_index(const struct atom *name)
{
	int lo = 0, hi = NTABLE;
	while (lo < hi) {
		int mid = (lo + hi) / 2, c = strcmp(name->text, table[mid].name);
		if (!c)
			return mid;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return -1;
}

const char *builtin_name(int i)
{
	return i < NTABLE ? table[i].name : NULL;
}

const struct builtins builtins = { builtin_index, builtin_name };

void builtin_doc(struct buf *out)
{
	for (int i = 0; i < NTABLE; i++)
		buf_addf(out, "| `%s(%s)` | %s |\n", table[i].name, table[i].args, table[i].doc);
}

/* What a literal means at this place, by the name of the argument. */
static const struct type *wanted(const char *args, uint32_t i)
{
	static const struct {
		const char *name;
		const struct type *type;
	} types[] = { { "size", &type_size }, { "duration", &type_duration }, { "rate", &type_rate },
		{ "hold", &type_duration }, { "within", &type_duration } };
	for (; i; i--) {
		args = strchr(args, ',');
		if (!args)
			return NULL;
		args += 2;
	}
	const size_t n = strcspn(args, ",");
	for (size_t k = 0; k < sizeof types / sizeof *types; k++)
		if (n == strlen(types[k].name) && !memcmp(args, types[k].name, n))
			return types[k].type;
	return NULL;
}

const struct value *builtin_call(struct eval *e, struct env *env, int index, const struct ast *x)
{
	struct call_args c = { .e = e, .x = x, .n = x->nkids - 1 };
	int is_reference = table[index].f == f_reference;
	if (is_reference && c.n >= 1)
		c.n = 1;
	if (c.n < table[index].min || c.n > table[index].max) {
		diag_error(e->diags, x->span, D_ARGUMENTS,
			arena_printf(e->p->arena, "`%s` takes (%s)", table[index].name, table[index].args));
		return VALUE_ERROR_V;
	}
	for (uint32_t i = 0; i < c.n; i++) {
		const struct ast *a = x->kids[i + 1];
		if (a->tag == AST_ARG) {
			diag_error(e->diags, a->span, D_ARGUMENTS,
				arena_printf(e->p->arena, "`%s` takes (%s), not by name", table[index].name,
					table[index].args));
			return VALUE_ERROR_V;
		}
		c.at[i] = a;
		const struct type *t = a->tag == AST_NUMBER || a->tag == AST_BINARY ? wanted(table[index].args, i)
			: NULL;
		c.v[i] = t ? eval_typed(e, env, a, t) : eval(e, env, a);
		if (is_error(c.v[i]))
			return VALUE_ERROR_V;
	}
	/* these only take apart and put together; the others look into what they are given */
	if (e->plan && !table[index].structural)
		for (uint32_t i = 0; i < c.n; i++)
			plan_touch_deep(e, c.v[i]);
	const struct value *v = table[index].f(&c);
	if (e->origins)
		e->origins->data = c.v[0];
	if (is_reference && !is_error(v))
		return reference_value(e, env, table[index].name, x, v);
	return v;
}
