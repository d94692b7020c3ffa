/* import.c: the layout of what it writes, what it must not write, and a law: the source it makes parses, and what it says
   is what the YAML said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "emit/import.h"
#include "value/yaml.h"
#include "value/literal.h"
#include "value/value.h"
#include "front/parse.h"

struct fixture { struct arena arena; struct atoms atoms; struct sources sources; struct diags diags; struct buf out; struct ast *file; };

static void setup(struct fixture *f)
{
	memset(f, 0, sizeof *f);
	arena_init(&f->arena, 0);
	atoms_init(&f->atoms, &f->arena);
	sources_init(&f->sources, &f->arena);
	diags_init(&f->diags, &f->arena, &f->sources);
}

static void teardown(struct fixture *f)
{
	buf_free(&f->out);
	atoms_free(&f->atoms);
	arena_free(&f->arena);
}

/* Imports and parses; the result is in out and file. */
static void import(struct fixture *f, const char *name, const char *text, size_t n)
{
	if (!import_yaml(source_add(&f->sources, name, text, n, 0), &f->arena, &f->atoms, &f->diags, &f->out))
		fail_msg("%s: %s\n%.*s", name, f->diags.v[0]->message, (int)n, text);
	f->file = parse_source(source_add(&f->sources, "out.mlops", f->out.p, f->out.n, 0), &f->arena, &f->atoms, &f->diags);
	if (f->diags.nerrors) {
		const struct diag *d = f->diags.v[0];

		fail_msg("line %u: %s\n%s", (unsigned)source_locate(&f->sources, d->span.lo).line, d->message, f->out.p);
	}
}

static void import_text(struct fixture *f, const char *name, const char *text)
{
	import(f, name, text, strlen(text));
}

/* What an expression made of literals means where no type is wanted. */
static const struct value *literal(struct fixture *f, const struct ast *n)
{
	const struct span no = { 0, 0 };
	const struct value *v, **items;
	struct field *fields;
	int64_t i;
	double d;

	switch (n->tag) {
	case AST_BOOL:
		return value_bool(n->op);
	case AST_NONE:
		return VALUE_NONE_V;
	case AST_NAME:          /* what is read back does not tell null and none apart */
		assert_string_equal(n->name->text, "null");
		return VALUE_NONE_V;
	case AST_STRING:
		return value_string(&f->arena, n->name->text, n->name->len, no);
	case AST_NUMBER:
		if (lit_int(n->name->text, n->name->len, &i))
			return value_int(&f->arena, i, no);
		assert_true(lit_float(n->name->text, n->name->len, &d));
		return value_float(&f->arena, d, no);
	case AST_UNARY:
		assert_int_equal(n->op, '-');
		v = literal(f, n->kids[0]);
		return v->tag == VALUE_INT ? value_int(&f->arena, -v->i, no) : value_float(&f->arena, -v->d, no);
	case AST_BINARY:
		assert_int_equal(n->op, OP_SUB);
		return value_int(&f->arena, literal(f, n->kids[0])->i - literal(f, n->kids[1])->i, no);
	case AST_LIST:
		items = ARENA_ARRAY(&f->arena, const struct value *, n->nkids + 1);
		for (uint32_t k = 0; k < n->nkids; k++)
			items[k] = literal(f, n->kids[k]);
		return value_list(&f->arena, items, n->nkids, no);
	case AST_OBJECT:
		fields = ARENA_ARRAY(&f->arena, struct field, n->nkids + 1);
		for (uint32_t k = 0; k < n->nkids; k++) {
			assert_int_equal(n->kids[k]->tag, AST_ENTRY);
			assert_non_null(n->kids[k]->name);
			fields[k] = (struct field){ n->kids[k]->name, literal(f, n->kids[k]->kids[0]) };
		}
		return value_record(&f->arena, fields, n->nkids, no);
	default:
		fail_msg("a %s was not expected", ast_tag_name(n->tag));
		return NULL;
	}
}

/* The value of a setting of the only component; NULL if there is none. */
static const struct value *setting(struct fixture *f, const char *component, const char *kind, const char *name)
{
	for (uint32_t i = 0; i < f->file->nkids; i++) {
		const struct ast *c = f->file->kids[i];

		if (c->tag != AST_COMPONENT)
			continue;
		assert_string_equal(c->name->text, component);
		assert_string_equal(c->name2->text, kind);
		for (uint32_t k = 1; k < c->nkids; k++)
			if (c->kids[k]->tag == AST_ASSIGN && !strcmp(c->kids[k]->name->text, name))
				return literal(f, c->kids[k]->kids[0]);
	}
	return NULL;
}

static const struct value *yaml(struct fixture *f, const char *text)
{
	struct yaml_documents docs;

	assert_int_equal(yaml_read(source_add(&f->sources, "want.yaml", text, strlen(text), 0), &f->arena, &f->atoms, &f->diags, &docs), 1);
	return docs.v[0];
}

static void has(const struct fixture *f, const char *part)
{
	if (!strstr(f->out.p, part))
		fail_msg("`%s` is missing in\n%s", part, f->out.p);
}

static void has_not(const struct fixture *f, const char *part)
{
	if (strstr(f->out.p, part))
		fail_msg("`%s` occurs in\n%s", part, f->out.p);
}

/* Imports the YAML; the objects are those of the list in `want`. */
static void manifests(struct fixture *f, const char *text, const char *want)
{
	const struct value *got;

	setup(f);
	import(f, "a/app.yaml", text, strlen(text));
	got = setting(f, "app", "manifests", "objects");
	assert_non_null(got);
	if (!value_equal(got, yaml(f, want)))
		fail_msg("not what was meant:\n%s", f->out.p);
}

static const char deployment[] =
	"# Nobody's licence.\n"
	"\n"
	"# the app\n"
	"apiVersion: apps/v1\n"
	"kind: Deployment   # workload\n"
	"metadata:\n"
	"  name: web\n"
	"  creationTimestamp: null\n"
	"  uid: 1-2\n"
	"  annotations:\n"
	"    kubectl.kubernetes.io/last-applied-configuration: |\n"
	"      {\"a\": 1}\n"
	"    mode: \"0644\"\n"
	"spec:\n"
	"  # how many\n"
	"  replicas: 2 # two\n"
	"\n"
	"  template:\n"
	"    args: [--x, \"8080\", $(A), \"${B}\"]\n"
	"    command: # behind the key\n"
	"    - sh    ## first\n"
	"    - -c\n"
	"    - |      # behind the bar\n"
	"      echo \"a\" # no comment\n"
	"      echo ${X} \\\n"
	"    env:\n"
	"    - {name: A, value: '#'}\n"
	"    - name: B\n"
	"      value: x#y\n"
	"    ####\n"
	"    resources: {limits: {cpu: 500m}}\n"
	"    # last\n"
	"status:\n"
	"  ready: 1\n";

static void test_layout(void **state)
{
	struct fixture f;

	(void)state;
	manifests(&f, deployment, "- apiVersion: apps/v1\n  kind: Deployment\n  metadata:\n    name: web\n    annotations: {mode: \"0644\"}\n"
		"  spec:\n    replicas: 2\n    template:\n      args: [--x, \"8080\", $(A), \"${B}\"]\n"
		"      command: [sh, -c, \"echo \\\"a\\\" # no comment\\necho ${X} \\\\\\n\"]\n      env: [{name: A, value: '#'}, {name: B, value: 'x#y'}]\n"
		"      resources: {limits: {cpu: 500m}}\n");
	assert_string_equal(f.out.p,
		"# Taken in from a/app.yaml.\n"
		"# What the cluster itself writes into objects (status, metadata.uid and the like) is left out.\n"
		"\n"
		"# Nobody's licence.\n"
		"\n"
		"component app : manifests {\n"
		"  objects = [\n"
		"    # the app\n"
		"    {\n"
		"      apiVersion: \"apps/v1\"\n"
		"      kind: \"Deployment\"  # workload\n"
		"      metadata: {\n"
		"        name: \"web\"\n"
		"        annotations: {\n"
		"          mode: \"0644\"\n"
		"        }\n"
		"      }\n"
		"      spec: {\n"
		"        # how many\n"
		"        replicas: 2  # two\n"
		"\n"
		"        template: {\n"
		"          args: [\"--x\", \"8080\", \"$(A)\", \"\\${B}\"]\n"
		"          command: [  # behind the key\n"
		"            \"sh\",  # first\n"
		"            \"-c\",\n"
		"            \"\"\"\n"
		"              echo \"a\" # no comment\n"
		"              echo \\${X} \\\\\n"
		"              \"\"\"  # behind the bar\n"
		"          ]\n"
		"          env: [\n"
		"            { name: \"A\", value: \"#\" },\n"
		"            {\n"
		"              name: \"B\"\n"
		"              value: \"x#y\"\n"
		"            }\n"
		"          ]\n"
		"          # ###\n"
		"          resources: { limits: { cpu: \"500m\" } }\n"
		"        }\n"
		"      }\n"
		"      # last\n"
		"    }\n"
		"  ]\n"
		"}\n");
	teardown(&f);
}

static void test_values(void **state)
{
	static const char text[] =
		"# License\n\n## @param image.tag the tag\nimage:\n  tag: 1.10 # c1\n  repo: r\n\n# section\nauth:\n  password: hunter2\n"
		"  existing: \"\"\n  list:\n  - a # first\n  - b # second\nempty: {}\nnothing:\nnone-list: []\n# tail\n";
	struct fixture f;

	(void)state;
	setup(&f);
	import(&f, "charts/registry/values.yaml", text, sizeof text - 1);
	assert_true(value_equal(setting(&f, "registry", "chart", "settings"), yaml(&f, text)));
	assert_string_equal(f.out.p,
		"# The values of a chart, taken in from charts/registry/values.yaml.\n"
		"# line 5: `1.10` is the number 1.1, as it was for kubectl; a version stands in quotes\n"
		"# line 10: `password` looks like a secret that is written out: name a Secret that exists instead\n"
		"\n"
		"# License\n"
		"\n"
		"# The chart: its OCI reference, or `repo` and `chart` instead of `ref`; and its version.\n"
		"param registry-chart   : string\n"
		"param registry-version : version\n"
		"\n"
		"component registry : chart {\n"
		"  ref     = registry-chart\n"
		"  version = registry-version\n"
		"  settings = {\n"
		"    # @param image.tag the tag\n"
		"    image: {\n"
		"      tag: 1.1  # c1\n"
		"      repo: \"r\"\n"
		"    }\n"
		"\n"
		"    # section\n"
		"    auth: {\n"
		"      password: \"hunter2\"\n"
		"      existing: \"\"\n"
		"      list: [\n"
		"        \"a\",  # first\n"
		"        \"b\"  # second\n"
		"      ]\n"
		"    }\n"
		"    empty: {}\n"
		"    nothing: null\n"
		"    none-list: []\n"
		"    # tail\n"
		"  }\n"
		"}\n");
	teardown(&f);
}

static void test_lists_and_documents(void **state)
{
	struct fixture f;

	(void)state;
	manifests(&f, "---\n---\napiVersion: v1\nkind: List\nitems:\n# one\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n"
		"# two\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: b}\n# end\n---\napiVersion: apps/v1\nkind: DeploymentList\nitems:\n- metadata: {name: c}\n---\n",
		"- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}\n"
		"- {apiVersion: apps/v1, kind: Deployment, metadata: {name: c}}\n");
	has(&f, "    # one\n    {\n");
	has(&f, "    # two\n    {\n");
	has(&f, "    # end\n    {\n      apiVersion: \"apps/v1\"\n      kind: \"Deployment\"\n");
	teardown(&f);
	/* JSON, anchors, merges, CRLF, a byte order mark */
	manifests(&f, "\xef\xbb\xbf{\"apiVersion\": \"v1\", \"kind\": \"X\", \"metadata\": {\"name\": \"a\"}}\r\n---\r\n# c\r\napiVersion: v1\r\nkind: Z\r\n"
		"a: &a {x: 1} # d\r\nb: {<<: *a, y: 2}\r\nc: *a\r\n",
		"- {apiVersion: v1, kind: X, metadata: {name: a}}\n- {apiVersion: v1, kind: Z, a: {x: 1}, b: {x: 1, y: 2}, c: {x: 1}}\n");
	has(&f, "    # c\n    {\n");
	has(&f, "# d\n");
	teardown(&f);
}

/* A block of text ends before the next line, also for the containers that it ends. */
static void test_comment_after_block(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f);
	import_text(&f, "v.yaml", "a:\n  b: |\n    x\n    y\n\nc: 1 # note\nd:\n- |\n  x\n  y\ne: 2 # more\nf: >\n  x\n\n\n# own\ng: 3 # last");
	has(&f, "    c: 1  # note\n");
	has(&f, "    e: 2  # more\n");
	has(&f, "    # own\n    g: 3  # last\n");
	has(&f, "      b: \"\"\"\n        x\n        y\n        \"\"\"\n    }\n\n");
	teardown(&f);
	/* what is left out takes only its own comments along */
	setup(&f);
	import_text(&f, "o.yaml", "apiVersion: v1\nkind: X\nmetadata:\n  # one\n  uid: x # two\n  # three\n  name: nn # four\n  annotations:\n"
		"    kubectl.kubernetes.io/last-applied-configuration: |\n      # five\n    a: b # six\n# seven\nstatus:\n  # eight\n  a: b # nine\n# ten\n");
	has(&f, "        # one\n        # three\n        name: \"nn\"  # four\n        annotations: {\n          a: \"b\"  # six\n        }\n      }\n"
		"      # seven\n      # ten\n    }\n");
	has_not(&f, "two");
	has_not(&f, "five");
	has_not(&f, "eight");
	has_not(&f, "nine");
	teardown(&f);
}

static void test_secrets(void **state)
{
	static const char text[] =
		"# hunter0\napiVersion: v1 # hunter1\nkind: Secret\nmetadata:\n  name: DB.auth\ntype: kubernetes.io/tls\ndata:\n  tls.crt: aHVudGVyMg==\n  key: aHVudGVyMg==\n"
		"  # hunter3\n# hunter4\n---\napiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: c}\n"
		"# hunter5\n- kind: Secret\n  metadata: {name: s2}\n  stringData: {password: hunter6} # hunter7\n# hunter8\n"
		"---\nkind: SecretList\napiVersion: v1\nitems:\n- metadata: {name: s3}\n  data: {a-b: hunter9, \"c.d\": x}\n- metadata: {name: s3}\n  data: {e: hunter9}\n";
	struct fixture f;

	(void)state;
	setup(&f);
	import(&f, "app.yaml", text, sizeof text - 1);
	has_not(&f, "hunter");
	has_not(&f, "aHVudGVyMg");
	has(&f, "# It was called DB.auth.\n# It was of type kubernetes.io/tls.\nsecret db-auth { \"tls.crt\", key }\n");
	has(&f, "secret s2 { password }\n");
	has(&f, "secret s3 { a-b, \"c.d\", e }\n");
	assert_true(value_equal(setting(&f, "app", "manifests", "objects"), yaml(&f, "- {apiVersion: v1, kind: ConfigMap, metadata: {name: c}}\n")));
	teardown(&f);

	setup(&f);
	import_text(&f, "db.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\n");
	assert_null(setting(&f, "db", "manifests", "objects"));
	has(&f, "secret db { }\n");
	has_not(&f, "component");
	teardown(&f);

	/* a component is not called like a secret */
	setup(&f);
	import_text(&f, "db.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\n---\napiVersion: v1\nkind: X\n");
	has(&f, "component db-objects : manifests {");
	teardown(&f);
}

static void test_names(void **state)
{
	static const struct { const char *path, *name; } cases[] = {
		{ "k8s/Legacy_Objects.yaml", "legacy-objects" }, { "-", "imported" }, { "01-base.yml", "x-01-base" }, { "a.b.yaml", "a-b" },
		{ "none.yaml", "none-objects" }, { "\xc3\xa9t\xc3\xa9.yaml", "t" }, { "values.yaml", "values-objects" }, { "x/values.yaml", "x" },
		{ "../values.yaml", "values-objects" }, { "noext", "noext" },
		{ "a-very-long-name-that-goes-on-and-on-and-on-until-it-is-far-too-long-for-a-label.yaml", "a-very-long-name-that-goes-on-and-on-and-on-until-it-is-far" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct fixture f;
		char line[160];

		setup(&f);
		import_text(&f, cases[i].path, "apiVersion: v1\nkind: X\n");
		snprintf(line, sizeof line, "component %s : manifests {\n", cases[i].name);
		has(&f, line);
		teardown(&f);
	}
}

static void test_notes(void **state)
{
	static const char text[] = "a: yes\nb: 010\nc: 1_000\nd: 0x1F\ne: 12345678901234567890\nf: True\ny: 2\ng: 1.50\nh: +5\ni: 3.0\nj: \"nul \\0\"\nk: 1e3\n"
		"env:\n- name: DB_PASSWORD\n  value: hunter\n- name: OTHER\n  value: x\napiToken: ${FROM_ENV}\n";
	struct fixture f;

	(void)state;
	setup(&f);
	import(&f, "v.yaml", text, sizeof text - 1);
	has(&f, "# line 1: `yes` is true,");
	has(&f, "# line 2: `010` is the number 8,");
	has(&f, "# line 3: `1_000` is the number 1000,");
	has(&f, "# line 4: `0x1F` is the number 31,");
	has(&f, "# line 5: `12345678901234567890` does not fit");
	has_not(&f, "# line 6:");
	has(&f, "# line 7: the key `y` is `true`,");
	has(&f, "# line 8: `1.50` is the number 1.5,");
	has_not(&f, "# line 9:");
	has_not(&f, "# line 10:");
	has(&f, "# line 11: this text holds a NUL");
	has_not(&f, "# line 12:");
	has(&f, "# line 15: `DB_PASSWORD` looks like a secret");
	has_not(&f, "# line 17:");
	has_not(&f, "# line 18:");
	teardown(&f);
}

static void refused(const char *text, const char *code)
{
	struct fixture f;

	setup(&f);
	buf_adds(&f.out, "before");
	assert_false(import_yaml(source_add(&f.sources, "t.yaml", text, strlen(text), 0), &f.arena, &f.atoms, &f.diags, &f.out));
	assert_int_equal(f.diags.nerrors, 1);
	assert_string_equal(f.diags.v[0]->code, code);
	assert_string_equal(f.out.p, "before");
	teardown(&f);
}

static void test_refused(void **state)
{
	struct buf b = { 0 };

	(void)state;
	refused("", "E1204");
	refused("---\n---\n", "E1204");
	refused("- a\n- b\n", "E1204");
	refused("text\n", "E1204");
	refused("a: 1\n---\nb: 2\n", "E1204");
	refused("apiVersion: v1\nkind: X\n---\nb: 2\n", "E1204");
	refused("apiVersion: v1\nkind: X\n---\n- 1\n", "E1204");
	refused("apiVersion: v1\nkind: List\nitems:\n- a: 1\n", "E1204");
	refused("apiVersion: v1\nkind: List\nitems:\n- 1\n", "E1204");
	refused("a: [1\n", "E1201");
	refused("a: 1\na: 2\n", "E1202");
	buf_adds(&b, "a: ");
	for (int i = 0; i < 195; i++)
		buf_addc(&b, '[');
	for (int i = 0; i < 195; i++)
		buf_addc(&b, ']');
	refused(b.p, "E1203");
	buf_free(&b);
}

/* ---- The law ------------------------------------------------------------------------------------------------------- */

static uint32_t seed;

static uint32_t any(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static void random_text(struct buf *b)
{
	static const char *const pieces[] = { "a", "b", "yes", "1", ".", "-", "e", ":", ": ", " ", "  ", " #", "#", "\n", "\n", "\n\n", "\t", "\r", "'", "\"",
		"\"\"\"", "\\", "{", "}", "$", "${", "${x}", "$$", "[", "]", ",", "&", "*", "\xc3\xa9", "\xf0\x9f\x98\x80", "\xe2\x80\xa8", "\xef\xbb\xbf", "\xc2\xa0",
		"\x01", "\x1b", "---", "word", "line\n", "    indented\n", "\n  ", "if", "for", "none", "apiVersion", "x-y", "A_B", "-z", "0" };
	uint32_t count = any(any(3) ? 4 : 12);

	buf_clear(b);
	buf_add(b, "", 0);
	for (uint32_t i = 0; i < count; i++)
		buf_adds(b, pieces[any(sizeof pieces / sizeof pieces[0])]);
}

static const struct value *random_value(struct fixture *f, int depth)
{
	const struct span no = { 0, 0 };
	uint32_t kind = any(depth > 0 ? 10 : 6), n;
	const struct value **items;
	struct field *fields;
	struct buf b = { 0 };
	uint64_t bits;
	double d;

	switch (kind) {
	case 0:
		return value_int(&f->arena, any(10) ? (int64_t)any(100) - 50 : any(2) ? INT64_MIN : INT64_MAX, no);
	case 1:
		bits = (uint64_t)any(1u << 24) << 40 | (uint64_t)any(1u << 24) << 16 | any(1u << 16);
		memcpy(&d, &bits, 8);
		return value_float(&f->arena, isfinite(d) && any(2) ? d : 0.1 * any(1000) - 20, no);
	case 2:
		return any(3) ? value_bool((int)any(2)) : VALUE_NONE_V;
	case 3: case 4: case 5:
		random_text(&b);
		items = NULL;
		{
			const struct value *v = value_string(&f->arena, arena_strdup(&f->arena, b.p, b.n), b.n, no);

			buf_free(&b);
			return v;
		}
	case 6: case 7:
		n = any(4);
		items = ARENA_ARRAY(&f->arena, const struct value *, n + 1);
		for (uint32_t i = 0; i < n; i++)
			items[i] = random_value(f, depth - 1);
		return value_list(&f->arena, items, n, no);
	default:
		n = any(5);
		fields = ARENA_ARRAY(&f->arena, struct field, n + 1);
		for (uint32_t i = 0; i < n; i++) {
			uint32_t k = 0;

			random_text(&b);
			fields[i].key = atom_intern(&f->atoms, b.p, b.n);
			while (fields[k].key != fields[i].key)
				k++;
			if (k < i)
				fields[i].key = atom_cstr(&f->atoms, arena_printf(&f->arena, "key %u", (unsigned)i));
			do
				fields[i].value = random_value(f, depth - 1);
			while (fields[i].value->tag == VALUE_NONE);     /* YAML is written without them */
		}
		buf_free(&b);
		return value_record(&f->arena, fields, n, no);
	}
}

/* Comments behind lines of random YAML must not change what it means, nor get lost. A line is safe to comment when it is
   an entry or item that is not part of a block of text. */
static uint32_t sprinkle(struct buf *out, const char *text)
{
	uint32_t count = 0;
	int block = -1;

	while (*text) {
		size_t n = strcspn(text, "\n"), indent = strspn(text, " -");

		if (block >= 0 && n && (int)strspn(text, " ") <= block)
			block = -1;
		if (block < 0 && n && any(4) == 0) {
			for (size_t i = 0; i < strspn(text, " "); i++)
				buf_addc(out, ' ');
			buf_addf(out, "# own%u\n", (unsigned)count++);
		}
		buf_add(out, text, n);
		if (block < 0 && n >= 1 && (text[n - 1] == '|' || (n >= 2 && text[n - 1] == '-' && text[n - 2] == '|')) && n > indent)
			block = (int)strspn(text, " ");
		else if (block < 0 && n && any(4) == 0)
			buf_addf(out, " # end%u", (unsigned)count++);
		buf_addc(out, '\n');
		text += n + (text[n] == '\n');
	}
	return count;
}

static void test_random(void **state)
{
	struct buf text = { 0 }, commented = { 0 };

	(void)state;
	seed = 20261101;
	for (int round = 0; round < 3000; round++) {
		struct fixture f;
		const struct value *v, *got;
		uint32_t comments;

		setup(&f);
		do
			v = random_value(&f, 4);
		while (v->tag != VALUE_RECORD || value_getc(v, "apiVersion"));
		buf_clear(&text);
		buf_clear(&commented);
		if (round % 3 == 2)
			json_write(&text, v, round % 2 ? 0 : -1);
		else
			yaml_write(&text, v, 0);
		if (round % 3 == 2 && (strstr(text.p, "\xe2\x80\xa8") || strstr(text.p, "\xef\xbb\xbf")))
			buf_clear(&text), buf_adds(&text, "{}"), v = value_record(&f.arena, NULL, 0, (struct span){ 0, 0 });
		comments = round % 3 == 1 ? sprinkle(&commented, text.p) : 0;
		import(&f, "v.yaml", comments ? commented.p : text.p, comments ? commented.n : text.n);
		got = setting(&f, "v", "chart", "settings");
		if (!got || !value_equal(v, got))
			fail_msg("round %d:\n%s\nbecame\n%s", round, comments ? commented.p : text.p, f.out.p);
		for (uint32_t i = 0; i < comments; i++) {
			char own[24], end[24];

			snprintf(own, sizeof own, "# own%u\n", (unsigned)i);
			snprintf(end, sizeof end, "# end%u\n", (unsigned)i);
			if (!strstr(f.out.p, own) && !strstr(f.out.p, end))
				fail_msg("round %d: comment %u is lost:\n%s\nbecame\n%s", round, (unsigned)i, commented.p, f.out.p);
		}
		teardown(&f);
	}
	buf_free(&text);
	buf_free(&commented);
}

/* Prefixes and one-byte changes end in a source that parses or in an error. */
static void test_broken(void **state)
{
	size_t n = sizeof deployment - 1;

	(void)state;
	seed = 11;
	for (size_t i = 0; i < n * 6; i++) {
		struct fixture f;
		char *copy;
		size_t len = i < n ? i : n;

		setup(&f);
		copy = malloc(len ? len : 1);
		memcpy(copy, deployment, len);
		if (i >= n)
			copy[i % n] = "\n\t :-[]{}*&!|>\"'#%@,?\xff\xc3" "0"[any(25)];
		if (import_yaml(source_add(&f.sources, "t.yaml", copy, len, 0), &f.arena, &f.atoms, &f.diags, &f.out)) {
			assert_int_equal(f.diags.nerrors, 0);
			parse_source(source_add(&f.sources, "out.mlops", f.out.p, f.out.n, 0), &f.arena, &f.atoms, &f.diags);
			if (f.diags.nerrors)
				fail_msg("%s\n%.*s\nbecame\n%s", f.diags.v[0]->message, (int)len, copy, f.out.p);
		} else {
			assert_true(f.diags.nerrors > 0);
		}
		free(copy);
		teardown(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_lists_and_documents),
		cmocka_unit_test(test_comment_after_block),
		cmocka_unit_test(test_secrets),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_broken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
