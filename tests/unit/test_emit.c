/* From a compiled stack to files: names, orders, texts, hashes, the lock and its reader, the installer as a program. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/vec.h"
#include "emit/emit.h"
#include "emit/lock.h"
#include "emit/tree.h"
#include "value/yaml.h"

struct world {
	char base[64], dir[80];
	struct arena arena, scratch;
	struct atoms atoms;
	struct sources sources;
	struct diags diags;
	struct tree *tree;
	struct out_summary sum;
	/* knobs of the stack below */
	int reversed;                   /* objects and keys in another order */
	int more_memory;                /* one object's meaning differs */
	int without_store;              /* a component is gone */
	const char *api;                /* of the custom object */
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	if (!w)
		return -1;
	strcpy(w->base, "/tmp/mlopsc-emit-XXXXXX");
	if (!mkdtemp(w->base))
		return -1;
	snprintf(w->dir, sizeof w->dir, "%s/out/demo", w->base);
	arena_init(&w->arena, 0);
	arena_init(&w->scratch, 0);
	atoms_init(&w->atoms, &w->arena);
	sources_init(&w->sources, &w->arena);
	diags_init(&w->diags, &w->arena, &w->sources);
	w->api = "example.com/v1";
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	char command[160];
	if (w->tree)
		tree_abandon(w->tree);
	snprintf(command, sizeof command, "rm -rf %s", w->base);
	int ok = system(command);
	atoms_free(&w->atoms);
	arena_free(&w->scratch);
	arena_free(&w->arena);
	free(w);
	return ok;
}

static const struct value *text(struct world *w, const char *s)
{
	return value_cstr(&w->arena, s);
}

static const struct value *number(struct world *w, int64_t i)
{
	return value_int(&w->arena, i, (struct span){ 0, 0 });
}

/* record(w, "key", value, ..., NULL) */
static const struct value *record(struct world *w, const char *key, ...)
{
	VEC(struct field) f = { 0 };
	va_list ap;
	va_start(ap, key);
	for (; key; key = va_arg(ap, const char *)) {
		struct field x = { atom_cstr(&w->atoms, key), va_arg(ap, const struct value *) };
		VEC_PUSH(&w->arena, &f, x);
	}
	va_end(ap);
	for (uint32_t i = 0; w->reversed && i < f.n / 2; i++) {
		struct field x = f.v[i];
		f.v[i] = f.v[f.n - 1 - i];
		f.v[f.n - 1 - i] = x;
	}
	return value_record(&w->arena, f.v, f.n, (struct span){ 0, 0 });
}

static struct out_object object(struct world *w, const char *api, const char *kind, const char *ns, const char *name, int rank, const struct value *spec)
{
	const struct value *labels = record(w, "zone", text(w, "b"), "app.kubernetes.io/part-of", text(w, "demo"), NULL);
	const struct value *meta = *ns ? record(w, "labels", labels, "name", text(w, name), "namespace", text(w, ns), NULL)
				       : record(w, "labels", labels, "name", text(w, name), NULL);
	return (struct out_object){ api, kind, ns, name, record(w, "metadata", meta, "spec", spec, "kind", text(w, kind), "apiVersion", text(w, api), NULL), .rank = rank };
}

/* Four components: a chart from a registry, one from a repository with plain objects too, plain objects, and files. */
static int component(void *ctx, uint32_t i, struct arena *a, struct out_component *c)
{
	struct world *w = ctx;
	if (w->without_store && i)
		i++;
	const struct value *none = record(w, NULL);
	c->objects = ARENA_ARRAY(a, struct out_object, 8);
	c->releases = ARENA_ARRAY(a, struct out_release, 4);
	c->files = ARENA_ARRAY(a, struct out_file, 4);
	switch (i) {
	case 0:
		c->name = "database";
		c->kind = "sql-server";
		c->releases[c->nreleases++] = (struct out_release){ .component = "database", .name = "database", .ns = "data",
			.chart_ref = "oci://registry.example.com/charts/sql", .repo = "", .chart = "", .version = "15.3.0",
			.values = record(w, "auth", record(w, "user", text(w, "yes"), NULL), "replicas", number(w, 2), NULL) };
		return 1;
	case 1: {
		struct out_ready *r = ARENA_ARRAY(a, struct out_ready, 2);
		c->name = "store";
		c->kind = "objects";
		r[0] = (struct out_ready){ "crd/buckets.example.com", "", "Established", 0 };
		r[1] = (struct out_ready){ "deployment/store", "data", "", 1 };
		c->releases[c->nreleases++] = (struct out_release){ .component = "store", .name = "operator", .ns = "data", .chart_ref = "",
			.repo = "https://charts.example.com/Stable/", .chart = "store-crds", .version = "1.0.0", .values = none };
		c->releases[c->nreleases++] = (struct out_release){ .component = "store", .name = "database", .ns = "other", .chart_ref = "",
			.repo = "https://charts.example.com/Stable/", .chart = "store", .version = "1.0.0", .values = none, .ready = r, .nready = 2 };
		c->objects[c->nobjects++] = object(w, w->api, "Bucket", "data", "bob's", 29, record(w, "size", text(w, "1Gi"), NULL));
		return 1;
	}
	case 2: {
		struct out_ready *r = ARENA_ARRAY(a, struct out_ready, 1);
		const struct value *list[2] = { text(w, "--port"), text(w, "-c") };
		const struct value **items = ARENA_ARRAY(&w->arena, const struct value *, 2);
		memcpy(items, list, sizeof list);
		c->name = "registry";
		c->kind = "fetcher";
		c->objects[c->nobjects++] = object(w, "apps/v1", "Deployment", "ml", "registry", 23,
			record(w, "memory", number(w, w->more_memory ? 2 : 1), "args", value_list(&w->arena, items, 2, (struct span){ 0, 0 }), NULL));
		c->objects[c->nobjects++] = object(w, "v1", "Service", "ml", "registry", 18, none);
		c->objects[c->nobjects++] = object(w, "v1", "PersistentVolumeClaim", "ml", "registry", 17, none);
		c->objects[c->nobjects++] = object(w, "v1", "Service", "ml", "admin", 18, none);
		c->objects[c->nobjects++] = object(w, "v1", "Service", "data", "registry", 18, none);
		c->objects[c->nobjects++] = object(w, "rbac.authorization.k8s.io/v1", "ClusterRole", "", "registry", 9, none);
		r[0] = (struct out_ready){ "deployment/registry", "ml", "Available", 0 };
		c->ready = r;
		c->nready = 1;
		break;
	}
	default:
		c->name = "drift";
		c->kind = "detector";
		c->files[c->nfiles++] = (struct out_file){ "drift/drift/config.toml", "x = 1\n", 6 };
		c->files[c->nfiles++] = (struct out_file){ "drift/drift/x_ref.npy", "\x93\0N", 3 };
		c->objects[c->nobjects++] = object(w, "v1", "ConfigMap", "ml", "drift", 15, none);
		break;
	}
	for (uint32_t k = 0; w->reversed && k < c->nobjects / 2; k++) {
		struct out_object x = c->objects[k];
		c->objects[k] = c->objects[c->nobjects - 1 - k];
		c->objects[c->nobjects - 1 - k] = x;
	}
	return 1;
}

static const char *spaces[] = { "data", "ml" };
static const char *keys[] = { "password", "user.name" };
static const char *fetched_keys[] = { "token" };
static struct out_secret secrets[] = {
	{ "data", "auth", keys, 2, "mlopsc" },
	{ "data", "old", fetched_keys, 1, "existing" },
	{ "ml", "token", fetched_keys, 1, "fetcher" },
};
static struct out_wire wires[] = {
	{ "drift", "model", "registry" }, { "registry", "backend", "database" }, { "store-inner", "backend", "registry" },
};

static const struct out_wire *three_wires(void *ctx, uint32_t *n)
{
	(void)ctx;
	*n = 3;
	return wires;
}

static const struct out_wire *no_wires(void *ctx, uint32_t *n)
{
	(void)ctx;
	*n = 0;
	return NULL;
}
static const char *sets[] = { "a=1", "b=two\nlines \\ here" };
static struct out_source sources[] = { { "my rules.mlops", { 1, 2 } }, { "stack.mlops", { 3, 4 } } };

static struct out_stack stack_of(struct world *w)
{
	return (struct out_stack){
		.name = "demo", .env = "staging", .title = "demo", .catalog = "2026-11", .kubernetes = "1.31", .edition = 2026,
		.ncomponents = w->without_store ? 3 : 4, .component = component, .ctx = w, .namespaces = spaces, .nnamespaces = 2,
		.secrets = secrets, .nsecrets = 3, .sources = sources, .nsources = 2, .wires = three_wires,
		.sets = sets, .nsets = 2, .compiler_version = "0.1.0",
	};
}

static void build_stack(struct world *w, const struct out_stack *s)
{
	if (w->tree)
		tree_abandon(w->tree);
	w->tree = tree_open(w->dir, &w->arena, &w->diags);
	assert_non_null(w->tree);
	assert_true(emit_tree(s, w->tree, &w->scratch, &w->diags, &w->sum));
	assert_int_equal(w->diags.n, 0);
}

static void build(struct world *w)
{
	const struct out_stack s = stack_of(w);
	build_stack(w, &s);
}

static char *slurp_at(struct world *w, const char *path)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		return NULL;
	char *p = arena_alloc(&w->arena, 1 << 17);
	p[fread(p, 1, (1 << 17) - 1, f)] = 0;
	fclose(f);
	return p;
}

static char *slurp(struct world *w, const char *path)
{
	return slurp_at(w, arena_printf(&w->arena, "%s/%s", w->dir, path));
}

static void read_lock(struct world *w, struct lock *l)
{
	const char *p = slurp(w, "mlops.lock"), *why = NULL;
	assert_true(lock_read(p, strlen(p), &w->arena, l, &why));
	assert_int_equal(l->nstrange, 0);
}

/* Each of these, one after the other. */
static void assert_order(const char *p, const char *const *parts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *at = strstr(p, parts[i]);
		if (!at)
			fail_msg("`%s` does not follow in:\n%s", parts[i], p);
		p = at + strlen(parts[i]);
	}
}
#define ASSERT_ORDER(p, ...) assert_order((p), (const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static void files(void **state)
{
	struct world *w = *state;
	static const char *const want[] = {
		"00-namespaces.yaml", "XXH128SUMS", "drift/drift/config.toml", "drift/drift/x_ref.npy", "helm/database.values.yaml",
		"helm/operator.values.yaml", "helm/other.database.values.yaml", "helmfile.yaml", "install.sh", "kustomization.yaml",
		"manifests/drift.yaml", "manifests/registry.yaml", "manifests/store.yaml", "mlops.lock",
	};
	uint32_t n;
	build(w);
	const struct tree_entry *v = tree_entries(w->tree, &n);
	assert_int_equal(n, sizeof want / sizeof *want);
	for (uint32_t i = 0; i < n; i++)
		assert_string_equal(v[i].path, want[i]);
	assert_int_equal(w->sum.components, 4);
	assert_int_equal(w->sum.objects, 10);
	assert_int_equal(w->sum.releases, 3);
	struct stat st;
	assert_int_equal(stat(arena_printf(&w->arena, "%s/drift/drift/x_ref.npy", w->dir), &st), 0);
	assert_int_equal(st.st_size, 3);
	if (!system("command -v xxh128sum >/dev/null 2>&1"))
		assert_int_equal(system(arena_printf(&w->arena, "cd %s && xxh128sum -c XXH128SUMS >/dev/null 2>&1", w->dir)), 0);
}

static void object_text(void **state)
{
	struct world *w = *state;
	struct buf out = { 0 }, scratch = { 0 };
	struct hash128 h, again, other;
	char hex[33];
	const struct value *notes = record(w, "z", text(w, "1"), "a", text(w, "true"), NULL);
	const struct value *meta = record(w, "finalizers", record(w, NULL), "annotations", notes, "namespace", text(w, "ml"), "name", text(w, "x"), NULL);
	struct out_object o = { "v1", "ConfigMap", "ml", "x", record(w, "data", record(w, "k", text(w, "line\nmore\n"), NULL),
		"metadata", meta, "kind", text(w, "ConfigMap"), "apiVersion", text(w, "v1"), NULL), .rank = 15 };
	emit_object(&out, &o, &h, &scratch);
	hash_hex(h, hex);
	struct buf quoted = { 0 };
	yaml_write_scalar(&quoted, hex, 32, 0);
	assert_string_equal(out.p, arena_printf(&w->arena,
		"---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  namespace: ml\n  annotations:\n    a: \"true\"\n"
		"    mlopsc/content-hash: %s\n    z: \"1\"\n  finalizers: {}\ndata:\n  k: |\n    line\n    more\n", quoted.p));
	buf_free(&quoted);
	buf_clear(&scratch);
	value_canonical(o.tree, &scratch);
	assert_true(hash_equal(h, hash_bytes(scratch.p, scratch.n)));
	/* what the source was like does not count */
	buf_clear(&out);
	w->reversed = 1;
	struct out_object same = o;
	same.tree = record(w, "data", record(w, "k", text(w, "line\nmore\n"), NULL), "metadata", record(w, "finalizers", record(w, NULL),
		"annotations", record(w, "z", text(w, "1"), "a", text(w, "true"), NULL), "namespace", text(w, "ml"), "name", text(w, "x"), NULL),
		"kind", text(w, "ConfigMap"), "apiVersion", text(w, "v1"), NULL);
	emit_object(&out, &same, &again, &scratch);
	assert_true(hash_equal(h, again));
	/* our own output taken in again: the old hash is neither kept nor hashed */
	buf_clear(&out);
	same.tree = record(w, "data", record(w, "k", text(w, "line\nmore\n"), NULL), "metadata", record(w, "finalizers", record(w, NULL),
		"annotations", record(w, "mlopsc/content-hash", text(w, "old"), "z", text(w, "1"), "a", text(w, "true"), NULL), "namespace", text(w, "ml"),
		"name", text(w, "x"), NULL), "kind", text(w, "ConfigMap"), "apiVersion", text(w, "v1"), NULL);
	emit_object(&out, &same, &again, &scratch);
	assert_true(hash_equal(h, again));
	assert_null(strstr(out.p, "old"));
	/* meaning does */
	same.tree = record(w, "data", record(w, "k", text(w, "line\nless\n"), NULL), "metadata", meta, "kind", text(w, "ConfigMap"), "apiVersion", text(w, "v1"), NULL);
	emit_object(&out, &same, &other, &scratch);
	assert_false(hash_equal(h, other));
	buf_free(&out);
	buf_free(&scratch);
}

static void objects_in_order(void **state)
{
	struct world *w = *state;
	build(w);
	ASSERT_ORDER(slurp(w, "manifests/registry.yaml"), "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\n",
		"---\napiVersion: v1\nkind: PersistentVolumeClaim\n", "kind: Service\nmetadata:\n  name: registry\n  namespace: data\n",
		"kind: Service\nmetadata:\n  name: admin\n  namespace: ml\n", "kind: Service\nmetadata:\n  name: registry\n  namespace: ml\n",
		"kind: Deployment\n", "  labels:\n    app.kubernetes.io/part-of: demo\n    zone: b\n  annotations:\n    mlopsc/content-hash: ", "spec:\n",
		"  args:\n  - --port\n  - \"-c\"\n");
	ASSERT_ORDER(slurp(w, "00-namespaces.yaml"), "---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: data\n  labels:\n"
		"    app.kubernetes.io/managed-by: mlopsc\n    app.kubernetes.io/part-of: demo\n  annotations:\n    mlopsc/content-hash: ", "\n---\n", "  name: ml\n");
	assert_string_equal(slurp(w, "kustomization.yaml"), "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nsortOptions:\n  order: fifo\n"
		"resources:\n- 00-namespaces.yaml\n- manifests/store.yaml\n- manifests/registry.yaml\n- manifests/drift.yaml\n");
}

static void helm(void **state)
{
	struct world *w = *state;
	struct lock l;
	char hex[33];
	build(w);
	read_lock(w, &l);
	assert_int_equal(l.releases.n, 3);
	assert_string_equal(l.releases.v[0].name, "database");
	hash_hex(l.releases.v[0].hash, hex);
	assert_string_equal(slurp(w, "helm/database.values.yaml"), arena_printf(&w->arena,
		"# chart oci://registry.example.com/charts/sql, version 15.3.0, namespace data\n# content-hash: %s\nauth:\n  user: \"yes\"\nreplicas: 2\n", hex));
	ASSERT_ORDER(slurp(w, "helm/operator.values.yaml"), "# chart store-crds from https://charts.example.com/Stable/, version 1.0.0, namespace data\n# content-hash: ", "\n{}\n");
	assert_string_equal(slurp(w, "helmfile.yaml"),
		"repositories:\n- name: charts-example-com-stable\n  url: https://charts.example.com/Stable/\n"
		"releases:\n"
		"- name: database\n  namespace: data\n  createNamespace: false\n  chart: oci://registry.example.com/charts/sql\n  version: \"15.3.0\"\n"
		"  values:\n  - helm/database.values.yaml\n  wait: true\n"
		"- name: operator\n  namespace: data\n  createNamespace: false\n  chart: charts-example-com-stable/store-crds\n  version: \"1.0.0\"\n"
		"  values:\n  - helm/operator.values.yaml\n  wait: true\n  needs:\n  - data/database\n"
		"- name: database\n  namespace: other\n  createNamespace: false\n  chart: charts-example-com-stable/store\n  version: \"1.0.0\"\n"
		"  values:\n  - helm/other.database.values.yaml\n  wait: true\n  needs:\n  - data/operator\n");
}

static void hashes(void **state)
{
	struct world *w = *state;
	struct lock a, b;
	build(w);
	read_lock(w, &a);
	assert_true(hash_equal(a.stack, w->sum.hash));
	const struct hash128 stack = a.stack;
	w->reversed = 1;
	build(w);
	read_lock(w, &b);
	assert_true(hash_equal(b.stack, stack));
	w->reversed = 0;
	build(w);
	w->more_memory = 1;
	build(w);
	read_lock(w, &b);
	assert_false(hash_equal(b.stack, stack));
	assert_int_equal(a.components.n, 4);
	assert_int_equal(b.components.n, 4);
	for (uint32_t i = 0; i < 4; i++) {
		assert_string_equal(a.components.v[i].name, b.components.v[i].name);
		assert_true(hash_equal(a.components.v[i].hash, b.components.v[i].hash) == (strcmp(a.components.v[i].name, "registry") != 0));
	}
	assert_int_equal(a.objects.n, 10);
	for (uint32_t i = 0; i < 10; i++)
		assert_true(hash_equal(a.objects.v[i].hash, b.objects.v[i].hash) == (strcmp(a.objects.v[i].kind, "Deployment") != 0));
	uint32_t n;
	const struct tree_entry *v = tree_entries(w->tree, &n);
	for (uint32_t i = 0; i < n; i++) {
		const int changed = !strcmp(v[i].path, "manifests/registry.yaml") || !strcmp(v[i].path, "mlops.lock") || !strcmp(v[i].path, "XXH128SUMS");
		assert_int_equal(v[i].change == TREE_CHANGED, changed);
		if (!strncmp(v[i].path, "manifests/", 10) && changed)
			assert_string_equal(v[i].note, "1 object changed");
		else
			assert_null(v[i].note);
	}
}

static void lock_text(void **state)
{
	struct world *w = *state;
	struct lock l;
	build(w);
	const char *p = slurp(w, "mlops.lock");
	assert_true(!strncmp(p, "mlops.lock 1\ncompiler 0.1.0\nedition 2026\ncatalog 2026-11\nkubernetes 1.31\nenv staging\n"
		"source 00000000000000010000000000000002 my rules.mlops\nsource 00000000000000030000000000000004 stack.mlops\n"
		"set a=1\nset b=two\\x0alines \\x5c here\nwire drift.model registry\nwire registry.backend database\nwire store-inner.backend registry\n"
		"secret data/auth password,user.name mlopsc\nsecret data/old token existing\nsecret ml/token token fetcher\ncomponent ",
		strlen("mlops.lock 1\ncompiler 0.1.0\nedition 2026\ncatalog 2026-11\nkubernetes 1.31\nenv staging\n")));
	ASSERT_ORDER(p, "\nset b=two\\x0alines \\x5c here\nwire drift.model registry\nwire registry.backend database\nwire store-inner.backend registry\n"
		"secret data/auth password,user.name mlopsc\nsecret data/old token existing\nsecret ml/token token fetcher\ncomponent ", " database\n",
		" drift\n", " registry\n", " store\n", "release ", " data/database oci://registry.example.com/charts/sql 15.3.0 database\n",
		" other/database https://charts.example.com/Stable/store 1.0.0 store\n", "object ", " apps/v1/Deployment ml/registry registry\n",
		" example.com/v1/Bucket data/bob's store\n", " rbac.authorization.k8s.io/v1/ClusterRole /registry registry\n", " v1/Namespace /data -\n",
		"file ", " install.sh\n", "\nstack ", " demo\n");
	read_lock(w, &l);
	assert_string_equal(l.compiler, "0.1.0");
	assert_string_equal(l.edition, "2026");
	assert_string_equal(l.catalog, "2026-11");
	assert_string_equal(l.kubernetes, "1.31");
	assert_string_equal(l.env, "staging");
	assert_string_equal(l.title, "demo");
	assert_int_equal(l.sources.n, 2);
	assert_string_equal(l.sources.v[0].name, "my rules.mlops");
	assert_true(l.sources.v[0].hash.hi == 1 && l.sources.v[0].hash.lo == 2);
	assert_int_equal(l.sets.n, 2);
	assert_string_equal(l.sets.v[1], sets[1]);
	assert_int_equal(l.wires.n, 3);
	assert_string_equal(l.wires.v[1].from, "registry");
	assert_string_equal(l.wires.v[1].need, "backend");
	assert_string_equal(l.wires.v[1].to, "database");
	assert_int_equal(l.secrets.n, 3);
	assert_string_equal(l.secrets.v[0].keys, "password,user.name");
	assert_string_equal(l.secrets.v[0].source, "mlopsc");
	assert_string_equal(l.releases.v[0].chart, "oci://registry.example.com/charts/sql");
	assert_string_equal(l.releases.v[0].version, "15.3.0");
	assert_string_equal(l.objects.v[0].api_version, "apps/v1");
	assert_string_equal(l.objects.v[0].kind, "Deployment");
	assert_string_equal(l.objects.v[0].ns, "ml");
	assert_string_equal(l.objects.v[0].component, "registry");
	/* a file line for each file but the two that speak of files, with the bytes' hash */
	uint32_t n;
	const struct tree_entry *v = tree_entries(w->tree, &n);
	assert_int_equal(l.files.n, n - 2);
	for (uint32_t i = 0, k = 0; i < n; i++) {
		if (!strcmp(v[i].path, "mlops.lock") || !strcmp(v[i].path, "XXH128SUMS"))
			continue;
		assert_string_equal(l.files.v[k].path, v[i].path);
		assert_true(hash_equal(l.files.v[k].hash, v[i].hash));
		k++;
	}
}

static void lock_reader(void **state)
{
	struct world *w = *state;
	struct lock l;
	const char *why = NULL;
	static const char *const bad[] = { "", "mlops.lock", "mlops.lockx1\n   ", "{}\n", "mlops.lock 2\nstack x\n" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(lock_read(bad[i], strlen(bad[i]), &w->arena, &l, &why));
	assert_non_null(strstr(why, "newer"));
	const char *conflict = "mlops.lock 1\n<<<<<<< HEAD\nset a=1\n=======\nset a=2\n>>>>>>> branch\n"
		"file 0123456789abcdef0123456789abcde path\nobject 00000000000000000000000000000001 v1 /x c\nset bad\\x0\nfile 00000000000000000000000000000001 ok";
	assert_true(lock_read(conflict, strlen(conflict), &w->arena, &l, &why));
	assert_int_equal(l.sets.n, 2);
	assert_int_equal(l.files.n, 0);
	assert_int_equal(l.objects.n, 0);
	assert_int_equal(l.nstrange, 7);
	assert_int_equal(l.strange, 2);
	assert_string_equal(l.title, "");
}

/* Two locks without what both have: as they are sorted; facts of a component together; and no answer to what is out of order. */
static void locks_apart(void **state)
{
#define H(c) "0000000000000000000000000000000" c " "
	static const char head[] = "mlops.lock 1\ncompiler 0\nedition 2026\n";
	static const struct { const char *old, *new, *less_old, *less_new; } cases[] = {
		{ "", "", "", "" },
		{ "source " H("1") "a\nset a=1\n", "source " H("1") "a\nset a=1\n", "source " H("1") "a\n", "" },
		{ "component " H("1") "a\ncomponent " H("1") "b\ncomponent " H("1") "c\n", "component " H("1") "a\ncomponent " H("2") "b\ncomponent " H("1") "c\n",
			"component " H("1") "b\n", "component " H("2") "b\n" },
		{ "object " H("1") "v1/A /a x\nobject " H("1") "v1/A /b x\n", "object " H("1") "v1/A /b x\nobject " H("1") "v1/A /c x\n",
			"object " H("1") "v1/A /a x\n", "object " H("1") "v1/A /c x\n" },
		{ "fact a k m 1\nfact a k n 1\nfact ab k m 1\n", "fact a k m 1\nfact a k n 2\nfact ab k m 1\n", "fact a k m 1\nfact a k n 1\n", "fact a k m 1\nfact a k n 2\n" },
		{ "fact a k m 1\nfact a-b k m 1\nfact ab k m 1\ncomponent " H("1") "a\n", "fact a k m 1\nfact a-b k m 1\nfact ab k m 1\ncomponent " H("2") "a\n",
			"component " H("1") "a\nfact a k m 1\nfact a-b k m 1\n", "component " H("2") "a\nfact a k m 1\nfact a-b k m 1\n" },
		{ "fact a k m 1\n", "fact a k m 1\nfact a k n 2\n", "fact a k m 1\n", "fact a k m 1\nfact a k n 2\n" },
		{ "file " H("1") "p\n", "release " H("1") "n/r c 1 x\nfile " H("1") "p\n", "", "release " H("1") "n/r c 1 x\n" },
		{ "file " H("1") "b\nfile " H("1") "a\n", "file " H("1") "a\n", NULL, NULL },       /* not sorted */
		{ "file " H("1") "a\n", "file " H("1") "a\nfile " H("1") "a\n", NULL, NULL },       /* twice */
		{ "<<<<<<< HEAD\n", "", NULL, NULL },
		{ "file " H("1") "a", "", NULL, NULL },
		{ "file 1 a\n", "", NULL, NULL },
		{ "fact a\n", "", NULL, NULL },
	};
#undef H
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (int turned = 0; turned < 2; turned++) {
			struct buf p = { 0 }, q = { 0 }, x = { 0 }, y = { 0 };
			buf_addf(turned ? &q : &p, "%s%s", head, cases[i].old);
			buf_addf(turned ? &p : &q, "%s%s", head, cases[i].new);
			const int ok = lock_apart(p.p, p.n, q.p, q.n, &x, &y);
			assert_int_equal(ok, cases[i].less_old != NULL);
			if (ok && i != 1) {     /* what is of no component is kept, on both sides */
				assert_string_equal((turned ? y.p : x.p) + sizeof head - 1, cases[i].less_old);
				assert_string_equal((turned ? x.p : y.p) + sizeof head - 1, cases[i].less_new);
			} else if (ok) {
				assert_string_equal(x.p + sizeof head - 1, cases[i].less_old);
				assert_string_equal(x.p, y.p);
			}
			buf_free(&p);
			buf_free(&q);
			buf_free(&x);
			buf_free(&y);
		}
}

static void delivered(void **state)
{
	struct world *w = *state;
	struct out_stack s = stack_of(w);
	s.delivered = 1;
	build(w);
	build_stack(w, &s);
	assert_null(slurp(w, "install.sh"));
	assert_null(slurp(w, "helmfile.yaml"));
	struct stat st;
	assert_int_equal(stat(arena_printf(&w->arena, "%s/helm", w->dir), &st), -1);
	assert_non_null(slurp(w, "kustomization.yaml"));
	struct lock l;
	read_lock(w, &l);
	assert_int_equal(l.releases.n, 3);
}

static void empty(void **state)
{
	struct world *w = *state;
	struct out_stack s = stack_of(w);
	s.ncomponents = s.nnamespaces = s.nsecrets = s.nsets = s.nsources = 0;
	s.wires = no_wires;
	build_stack(w, &s);
	assert_null(slurp(w, "kustomization.yaml"));
	assert_null(slurp(w, "helmfile.yaml"));
	assert_int_equal(system(arena_printf(&w->arena, "sh -n %s/install.sh", w->dir)), 0);
	assert_int_equal(w->sum.objects, 0);
}

static int failing(void *ctx, uint32_t i, struct arena *a, struct out_component *c)
{
	return i < 2 && component(ctx, i, a, c);
}

static void failure_writes_nothing(void **state)
{
	struct world *w = *state;
	struct out_stack s = stack_of(w);
	struct stat st;
	s.component = failing;
	struct tree *t = tree_open(w->dir, &w->arena, &w->diags);
	assert_false(emit_tree(&s, t, &w->scratch, &w->diags, &w->sum));
	tree_abandon(t);
	assert_int_equal(stat(arena_printf(&w->arena, "%s/out", w->base), &st), -1);
	assert_int_equal(w->scratch.used, 0);
}

/* ---- the stream ---- */

struct collected { struct buf text; uint32_t writes, fail_at; size_t largest; };

static int collect(void *ctx, const void *p, size_t n)
{
	struct collected *c = ctx;
	if (c->fail_at && ++c->writes >= c->fail_at)
		return 0;
	c->largest = n > c->largest ? n : c->largest;
	buf_add(&c->text, p, n);
	return 1;
}

static void stream(void **state)
{
	struct world *w = *state;
	struct collected c = { 0 };
	struct sink sink = { collect, &c };
	struct out_summary sum;
	const struct out_stack s = stack_of(w);
	build(w);
	assert_true(emit_stream(&s, &sink, &w->scratch, &w->diags, &sum));
	const char *want = arena_printf(&w->arena, "%s%s%s%s", slurp(w, "00-namespaces.yaml"), slurp(w, "manifests/store.yaml"),
		slurp(w, "manifests/registry.yaml"), slurp(w, "manifests/drift.yaml"));
	assert_string_equal(c.text.p, want);
	assert_memory_equal(&sum, &w->sum, sizeof sum);
	c.fail_at = 1;
	assert_false(emit_stream(&s, &sink, &w->scratch, &w->diags, &sum));
	buf_free(&c.text);
}

/* Many components, one after the other through one arena. */
static int one_of_many(void *ctx, uint32_t i, struct arena *a, struct out_component *c)
{
	struct world *w = ctx;
	static const struct span at = { 0, 0 };
	struct field *top = ARENA_ARRAY(a, struct field, 3), *meta = ARENA_ARRAY(a, struct field, 1);
	char *big = arena_alloc(a, 1001);
	memset(big, 'x', 1000);
	c->name = atom_cstr(&w->atoms, arena_printf(a, "c%05u", i))->text;      /* lives as long as the stack */
	c->kind = "many";
	meta[0] = (struct field){ atom_cstr(&w->atoms, "name"), value_cstr(a, c->name) };
	top[0] = (struct field){ atom_cstr(&w->atoms, "kind"), value_cstr(a, "ConfigMap") };
	top[1] = (struct field){ atom_cstr(&w->atoms, "metadata"), value_record(a, meta, 1, at) };
	top[2] = (struct field){ atom_cstr(&w->atoms, "data"), value_cstr(a, big) };
	c->objects = ARENA_ARRAY(a, struct out_object, 1);
	c->nobjects = 1;
	c->objects[0] = (struct out_object){ "v1", "ConfigMap", "ml", c->name, value_record(a, top, 3, at), .rank = 15 };
	return 1;
}

static void stream_is_buffered(void **state)
{
	struct world *w = *state;
	struct collected c = { 0 };
	struct sink sink = { collect, &c };
	struct out_stack s = stack_of(w);
	s.component = one_of_many;
	s.ncomponents = 2000;
	assert_true(emit_stream(&s, &sink, &w->scratch, &w->diags, &w->sum));
	assert_true(c.text.n > 2000 * 1000);
	assert_true(c.largest >= 256 << 10 && c.largest < 260 << 10);
	assert_int_equal(w->sum.objects, 2002);
	assert_int_equal(w->scratch.used, 0);
	buf_free(&c.text);
}

/* ---- ranks ---- */

static void ranks(void **state)
{
	(void)state;
	static const char *const order[] = { "Namespace", "CustomResourceDefinition", "PriorityClass", "StorageClass", "ResourceQuota", "LimitRange",
		"ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "NetworkPolicy", "Secret", "ConfigMap", "PersistentVolume",
		"PersistentVolumeClaim", "Service", "StatefulSet", "Deployment", "DaemonSet", "Job", "CronJob", "PodDisruptionBudget",
		"HorizontalPodAutoscaler", "Ingress", "SomethingElse", "APIService", "ValidatingWebhookConfiguration" };
	for (size_t i = 1; i < sizeof order / sizeof *order; i++)
		assert_true(emit_rank(order[i - 1]) < emit_rank(order[i]));
	assert_int_equal(emit_rank("deployment"), EMIT_RANK_OTHER);
	assert_true(emit_cluster_scoped("v1", "Namespace"));
	assert_true(emit_cluster_scoped("rbac.authorization.k8s.io/v1", "ClusterRole"));
	assert_true(emit_cluster_scoped("networking.k8s.io/v1beta1", "IngressClass"));
	assert_true(emit_cluster_scoped("apiextensions.k8s.io/v1", "CustomResourceDefinition"));
	assert_true(emit_cluster_scoped("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding"));
	assert_false(emit_cluster_scoped("rbac.authorization.k8s.io/v1", "Role"));
	assert_false(emit_cluster_scoped("v1", "Service"));
	assert_false(emit_cluster_scoped("example.com/v1", "Namespace"));
}

/* ---- the installer, run against programs that write down how they are called ---- */

/* Behaves like a cluster where everything is there; tests put other answers in front. */
static const char fake_kubectl[] =
	"#!/bin/sh\n"
	"printf 'kubectl' >>\"$CALLS\"; for a in \"$@\"; do printf ' %s' \"$a\" >>\"$CALLS\"; done; echo >>\"$CALLS\"\n"
	"[ -z \"${ANSWERS-}\" ] || . \"$ANSWERS\"\n"
	"case \"$*\" in\n"
	"*go-template*) echo 'password user.name token ' ;;\n"
	"*jsonpath*) echo 'part-of=demo' ;;\n"
	"esac\n";
static const char fake_helm[] =
	"#!/bin/sh\n"
	"printf 'helm' >>\"$CALLS\"; for a in \"$@\"; do printf ' %s' \"$a\" >>\"$CALLS\"; done; echo >>\"$CALLS\"\n"
	"[ -z \"${ANSWERS-}\" ] || . \"$ANSWERS\"\n"
	"case \"$*\" in list*) echo there ;; esac\n";

static void spill(struct world *w, const char *name, const char *p, int mode)
{
	const char *path = arena_printf(&w->arena, "%s/%s", w->base, name);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	fputs(p, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, (mode_t)mode), 0);
}

/* The exit status. calls: what kubectl and helm were called with; out, err: what it printed. */
static int run(struct world *w, const char *arguments, char **calls, char **out, char **err)
{
	spill(w, "kubectl", fake_kubectl, 0755);
	spill(w, "helm", fake_helm, 0755);
	spill(w, "calls", "", 0644);
	const char *command = arena_printf(&w->arena,
		"cd %s && CALLS=%s/calls PATH=%s:$PATH KUBECTL= HELM= sh %s/install.sh </dev/null %s >%s/stdout 2>%s/stderr",
		w->base, w->base, w->base, w->dir, arguments, w->base, w->base);
	int status = system(command);
	*calls = slurp_at(w, arena_printf(&w->arena, "%s/calls", w->base));
	*out = slurp_at(w, arena_printf(&w->arena, "%s/stdout", w->base));
	*err = slurp_at(w, arena_printf(&w->arena, "%s/stderr", w->base));
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void with_answers(struct world *w, const char *script)
{
	spill(w, "answers", script, 0644);
	setenv("ANSWERS", arena_printf(&w->arena, "%s/answers", w->base), 1);
}

static int forget_answers(void **state)
{
	unsetenv("ANSWERS");
	return teardown(state);
}

static void install_runs(void **state)
{
	struct world *w = *state;
	char *calls, *out, *err;
	build(w);
	assert_int_equal(run(w, "", &calls, &out, &err), 0);
	ASSERT_ORDER(calls,
		"kubectl apply --server-side --field-manager=mlopsc -f 00-namespaces.yaml\n",
		"kubectl get secret auth --namespace data ", "kubectl get secret old --namespace data ",
		"helm upgrade --install database oci://registry.example.com/charts/sql --version 15.3.0 --namespace data --values helm/database.values.yaml --wait --timeout 600s\n",
		"helm upgrade --install operator store-crds --repo https://charts.example.com/Stable/ --version 1.0.0 --namespace data --values helm/operator.values.yaml --wait",
		"helm upgrade --install database store --repo", "--namespace other --values helm/other.database.values.yaml",
		"kubectl get crd/buckets.example.com -o name\n", "kubectl wait --for=condition=Established crd/buckets.example.com --timeout=300s\n",
		"kubectl rollout status deployment/store --namespace data --timeout=300s\n",
		"kubectl apply --server-side --field-manager=mlopsc -f manifests/store.yaml\n",
		"kubectl apply --server-side --field-manager=mlopsc -f manifests/registry.yaml\n",
		"kubectl wait --for=condition=Available deployment/registry --namespace ml --timeout=300s\n",
		"kubectl get secret token --namespace ml ",             /* fetched by registry's objects: waited for behind them */
		"kubectl apply --server-side --field-manager=mlopsc -f manifests/drift.yaml\n");
	assert_null(strstr(calls, "--force-conflicts"));
	assert_int_equal(run(w, "--force-conflicts --timeout=7", &calls, &out, &err), 0);
	ASSERT_ORDER(calls, "apply --server-side --field-manager=mlopsc --force-conflicts -f 00-namespaces.yaml", "--wait --timeout 7s");
}

static void install_dry_run(void **state)
{
	struct world *w = *state;
	char *calls, *out, *err;
	build(w);
	assert_int_equal(run(w, "--dry-run", &calls, &out, &err), 0);
	assert_string_equal(calls, "");
	ASSERT_ORDER(out, "kubectl apply --server-side --field-manager=mlopsc -f 00-namespaces.yaml\n", "kubectl get secret auth --namespace data\n",
		"helm upgrade --install database oci://", "kubectl apply --server-side --field-manager=mlopsc -f manifests/drift.yaml\n");
}

/* Every shell there is can read it. */
static void install_is_portable(void **state)
{
	struct world *w = *state;
	static const char *const readers[] = { "dash -n", "bash --posix -n", "busybox sh -n", "ksh -n", "shellcheck -s sh" };
	build(w);
	for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
		const char *word = arena_strdup(&w->arena, readers[i], strcspn(readers[i], " "));
		if (!system(arena_printf(&w->arena, "command -v %s >/dev/null 2>&1", word)))
			assert_int_equal(system(arena_printf(&w->arena, "%s %s/install.sh", readers[i], w->dir)), 0);
	}
}

static void install_misuse(void **state)
{
	struct world *w = *state;
	char *calls, *out, *err;
	static const char *const bad[] = { "--frobnicate", "--prune", "--timeout", "--timeout=5m", "x" };
	build(w);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(run(w, bad[i], &calls, &out, &err), 3);
		assert_string_equal(calls, "");
	}
	assert_int_equal(run(w, "--help", &calls, &out, &err), 0);
	ASSERT_ORDER(out, "usage: install.sh", "--prune", "--uninstall", "--dry-run", "--force-conflicts");
	assert_int_equal(run(w, "--prune missing.lock --yes", &calls, &out, &err), 1);
	spill(w, "other.lock", "mlops.lock 1\nstack 00000000000000000000000000000001 demo2\n", 0644);
	assert_int_equal(run(w, "--prune other.lock --yes", &calls, &out, &err), 1);
	ASSERT_ORDER(err, "is not a lock of demo");
	assert_string_equal(calls, "");
	assert_int_equal(system(arena_printf(&w->arena, "KUBECTL=no-such-program sh %s/install.sh 2>%s/stderr", w->dir, w->base)), 256);
	ASSERT_ORDER(slurp_at(w, arena_printf(&w->arena, "%s/stderr", w->base)), "no-such-program is needed and not found");
}

static void missing_secrets(void **state)
{
	struct world *w = *state;
	char *calls, *out, *err;
	build(w);
	with_answers(w, "case \"$*\" in *'secret auth '*) echo 'user.name other '; exit 0 ;; *'secret old '*) exit 0 ;; esac\n");
	assert_int_equal(run(w, "", &calls, &out, &err), 1);
	ASSERT_ORDER(err, "  data/auth: password\n", "  data/old: token\n", "mlopsc secrets");
	assert_null(strstr(err, "user.name"));
	assert_null(strstr(calls, "helm "));
	assert_null(strstr(calls, "manifests/"));
}

static void apply_fails(void **state)
{
	struct world *w = *state;
	char *calls, *out, *err;
	build(w);
	with_answers(w, "case \"$*\" in *manifests/registry.yaml) echo 'conflict with somebody' >&2; exit 1 ;; esac\n");
	assert_int_equal(run(w, "", &calls, &out, &err), 1);
	ASSERT_ORDER(err, "conflict with somebody", "manifests/registry.yaml could not be applied");
	assert_null(strstr(calls, "manifests/drift.yaml"));
	/* a kind that is not there yet is tried again */
	with_answers(w, "case \"$*\" in *manifests/store.yaml) if ! [ -e tried ]; then touch tried; echo 'no matches for kind \"Bucket\"' >&2; exit 1; fi ;; esac\n");
	assert_int_equal(run(w, "", &calls, &out, &err), 0);
	ASSERT_ORDER(calls, "manifests/store.yaml\n", "manifests/store.yaml\n", "manifests/registry.yaml\n");
}

static void prune(void **state)
{
	struct world *w = *state;
	char *calls, *out, *err;
	build(w);
	spill(w, "old.lock", slurp(w, "mlops.lock"), 0644);
	assert_int_equal(run(w, "--prune old.lock", &calls, &out, &err), 0);
	ASSERT_ORDER(err, "nothing to delete");
	assert_string_equal(calls, "");
	/* an object whose API version changed is the same object */
	w->api = "example.com/v2";
	build(w);
	assert_int_equal(run(w, "--prune old.lock", &calls, &out, &err), 0);
	ASSERT_ORDER(err, "nothing to delete");
	w->without_store = 1;
	build(w);
	assert_int_equal(run(w, "--prune old.lock --dry-run", &calls, &out, &err), 0);
	assert_string_equal(calls, "");
	ASSERT_ORDER(out, "kubectl delete Bucket.example.com 'bob'\\''s' --namespace data", "helm uninstall operator --namespace data", "helm uninstall database --namespace other");
	assert_int_equal(run(w, "--prune old.lock --yes", &calls, &out, &err), 0);
	ASSERT_ORDER(calls, "kubectl get Bucket.example.com bob's --namespace data", "kubectl delete Bucket.example.com bob's --namespace data --ignore-not-found",
		"helm uninstall operator --namespace data --wait", "helm uninstall database --namespace other");
	assert_null(strstr(calls, "registry"));
	assert_null(strstr(calls, "uninstall database --namespace data"));
	/* from standard input; not ours any more; not there any more; a chart with a claim in it */
	with_answers(w, "case \"$*\" in *jsonpath*) echo part-of=other; exit 0 ;; 'list'*operator*) exit 0 ;;\n"
		"'get manifest database'*) printf '%s\\n' --- 'kind: PersistentVolumeClaim' --- 'kind: Service'; exit 0 ;; esac\n");
	assert_int_equal(run(w, "--prune - --yes <old.lock", &calls, &out, &err), 0);
	ASSERT_ORDER(err, "kept: Bucket.example.com data/bob's belongs to \"other\"", "kept: release other/database contains PersistentVolumeClaim");
	assert_null(strstr(calls, "delete"));
	assert_null(strstr(calls, "uninstall"));
}

static void uninstall(void **state)
{
	struct world *w = *state;
	char *calls, *out, *err;
	build(w);
	/* asking needs a terminal; setsid has none */
	if (!system("command -v setsid >/dev/null 2>&1")) {
		assert_int_equal(system(arena_printf(&w->arena, "PATH=%s:$PATH; cd %s; : >calls; setsid -w sh out/demo/install.sh --uninstall 2>stderr </dev/null; [ $? = 1 ] && [ ! -s calls ]",
			w->base, w->base)), 0);
	}
	assert_int_equal(run(w, "--uninstall --yes", &calls, &out, &err), 0);
	ASSERT_ORDER(err, "kept", "  PersistentVolumeClaim ml registry\n", "  Namespace data\n", "to be deleted");
	/* backwards: drift needs registry, registry the database; store is wired to registry by a component inside it */
	ASSERT_ORDER(calls, "kubectl delete ConfigMap.v1. drift --namespace ml", "kubectl delete Deployment.apps registry --namespace ml",
		"kubectl delete Service.v1. registry --namespace data", "kubectl delete ClusterRole.rbac.authorization.k8s.io registry --ignore-not-found",
		"helm uninstall database --namespace data");
	ASSERT_ORDER(calls, "kubectl delete Bucket.example.com", "helm uninstall database --namespace other", "helm uninstall operator", "kubectl delete Deployment.apps");
	assert_null(strstr(calls, "delete PersistentVolumeClaim"));
	assert_null(strstr(calls, "delete Namespace"));
	/* what fails is said, and the rest is done */
	with_answers(w, "case \"$*\" in 'delete Deployment'*) echo refused >&2; exit 1 ;; esac\n");
	assert_int_equal(run(w, "--uninstall --yes", &calls, &out, &err), 1);
	ASSERT_ORDER(err, "refused", "not deleted: ml/registry");
	ASSERT_ORDER(calls, "delete Deployment", "delete Service", "helm uninstall database --namespace data");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, forget_answers)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files), TEST(object_text), TEST(objects_in_order), TEST(helm), TEST(hashes), TEST(lock_text), TEST(lock_reader), TEST(locks_apart), TEST(delivered),
		TEST(empty), TEST(failure_writes_nothing), TEST(stream), TEST(stream_is_buffered), TEST(ranks), TEST(install_runs),
		TEST(install_dry_run), TEST(install_is_portable), TEST(install_misuse), TEST(missing_secrets), TEST(apply_fails), TEST(prune), TEST(uninstall),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
