/* Consumes the files of an unpacked chart; produces the table of its values.

   Four sources, and the earlier one says what a key's type is: the chart's values.yaml; its values.schema.json, which
   also says where no other key may stand (chart_schema.c); the templates, which read keys that have no default
   (chart_template.c); and the charts below charts/, whose keys stand below their name or alias, `global` aside, which
   is common to all. The keys of all of them are nodes in one hash table by path (chart_keys.c), so that a chart of any
   size takes one pass. */
#include "emit/import/chart.h"
#include "base/os.h"
#include "value/yaml.h"
#include <stdlib.h>
#include <string.h>

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct chart_file *)a)->path, ((const struct chart_file *)b)->path);
}

/* The first file whose path is not less. */
static uint32_t find_file(const struct importer *im, const char *path)
{
	uint32_t lo = 0, hi = im->nfiles;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (strcmp(im->files[mid].path, path) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static const struct chart_file *file_at(const struct importer *im, const char *dir, const char *name)
{
	const char *path = arena_printf(im->arena, "%s%s", dir, name);
	uint32_t k = find_file(im, path);
	return k < im->nfiles && !strcmp(im->files[k].path, path) ? &im->files[k] : NULL;
}

static void fault(struct importer *im, struct span at, const char *message, const char *help)
{
	struct diag *x = diag_error(im->diags, at, D_CHART_FOLDER, message);
	if (help)
		diag_help(im->diags, x, "%s", help);
	im->failed = 1;
}

/* The map that a file holds: NULL if there is no file, or it is empty, or it was reported. *src: the source. */
static const struct value *read_map(struct importer *im, const char *dir, const char *name, struct source **src)
{
	const struct chart_file *f = file_at(im, dir, name);
	struct yaml_documents docs = { 0 };
	uint32_t before = im->diags->nerrors;
	if (!f)
		return NULL;
	struct source *s = source_add(im->sources, os_path(im->arena, im->folder, f->path), f->text, f->len, 0);
	if (!s) {
		chart_limit(im, "is too large");
		return NULL;
	}
	if (src)
		*src = s;
	yaml_read(s, im->arena, im->atoms, im->diags, &docs);
	if (im->diags->nerrors > before) {
		im->failed = 1;
		return NULL;
	}
	const struct value *v = docs.n ? docs.v[0] : NULL;
	if (!v || v->tag == VALUE_NONE || v->tag == VALUE_NULL)
		return NULL;
	if (v->tag != VALUE_RECORD) {
		fault(im, v->origin, arena_printf(im->arena, "%s is a map, and this is %s", name, value_tag_name(v)), NULL);
		return NULL;
	}
	return v;
}

/* A text of one line; NULL: there is none. */
static const char *line_of(struct importer *im, const struct value *rec, const char *key)
{
	const struct value *v = rec && rec->tag == VALUE_RECORD ? value_getc(rec, key) : NULL;
	if (!v || v->tag != VALUE_STRING || !v->n || v->n > 200)
		return NULL;
	for (uint32_t k = 0; k < v->n; k++)
		if ((unsigned char)v->str.p[k] < ' ')
			return NULL;
	return arena_strdup(im->arena, v->str.p, v->n);
}

/* A chart's name or version, which it cannot do without. */
static const char *needed(struct importer *im, const struct value *rec, const struct source *src, const char *key)
{
	const char *s = line_of(im, rec, key);
	const struct value *v = rec ? value_getc(rec, key) : NULL;
	if (s || im->failed)
		return s;
	struct span at = v ? v->origin : rec ? rec->origin : (struct span){ 0, 0 };
	if (!at.lo && src)
		at = (struct span){ src->base, src->base + 1 };
	if (v && (v->tag == VALUE_INT || v->tag == VALUE_FLOAT))
		fault(im, at, arena_printf(im->arena, "the chart's `%s` is a number", key), "as text it stands in quotes");
	else
		fault(im, at, arena_printf(im->arena, "the chart has no `%s`", key),
			"Chart.yaml says of which chart the table is: `name: web` and `version: 1.2.3`");
	return NULL;
}

/* -- charts -- */

/* The node of a path as `condition` and `tags` name it. */
static void switch_at(struct importer *im, struct node *root, const char *s, size_t n)
{
	struct node *at = root;
	const char *end = s + n;
	while (at && s < end) {
		const char *dot = memchr(s, '.', (size_t)(end - s));
		size_t m = (size_t)((dot ? dot : end) - s);
		if (at->type && !at->inner)
			return;
		at = chart_key(im, root, at, s, m, 1);
		s += m + 1;
	}
	if (at && at != root)
		set_type(at, "bool");
}

static void take_switches(struct importer *im, struct node *root, const struct value *dep)
{
	const char *s = line_of(im, dep, "condition");
	const struct value *tags = value_getc(dep, "tags");
	while (s && *s) {
		size_t n = strcspn(s, ",");
		const char *from = s + strspn(s, " ");
		if (from < s + n)
			switch_at(im, root, from, (size_t)(s + n - from));
		s += n + (s[n] == ',');
	}
	for (uint32_t k = 0; tags && tags->tag == VALUE_LIST && k < tags->n; k++) {
		const struct value *tag = tags->items[k];
		struct node *all = tag->tag == VALUE_STRING ? chart_below(im, im->t->root, "tags", 4, 1) : NULL,
			*x = all ? chart_below(im, all, tag->str.p, tag->n, 1) : NULL;
		if (x)
			set_type(x, "bool");
	}
}

/* A dependency that is not unpacked: at the top its own table counts; elsewhere it takes what it is given. */
static void take_absent(struct importer *im, struct node *root, const struct value *lock, const struct value *dep)
{
	const char *name = line_of(im, dep, "name"), *alias = line_of(im, dep, "alias"),
		*version = line_of(im, dep, "version");
	const struct value *list = value_getc(lock, "dependencies");
	for (uint32_t k = 0; list && list->tag == VALUE_LIST && k < list->n; k++) {
		const char *locked = line_of(im, list->items[k], "name");
		if (locked && !strcmp(locked, name) && line_of(im, list->items[k], "version"))
			version = line_of(im, list->items[k], "version");
	}
	if (alias)
		name = alias;
	if (root == im->t->root) {
		buf_addf(&im->depends, "depends\t%s\t%s\n", name, version ? version : "");
		return;
	}
	struct node *x = chart_below(im, root, name, strlen(name), 1);
	if (x) {
		x->open = 1;
		set_type(x, "map");
	}
}

static void take_templates(struct importer *im, const char *dir, const struct place *c)
{
	const char *below_dir = arena_printf(im->arena, "%stemplates/", dir);
	size_t n = strlen(below_dir);
	for (uint32_t k = find_file(im, below_dir); k < im->nfiles && !im->failed; k++) {
		if (strncmp(im->files[k].path, below_dir, n))
			break;
		take_template(im, c, im->files[k].text, im->files[k].len);
	}
}

/* The key whose keys the templates lay below all values; NULL: none. Read on a table that is thrown away. */
static const char *find_lifted(struct importer *im, const char *dir, const struct value *values)
{
	struct table *kept = im->t;
	im->t = new_table(im->arena);
	im->lifted = NULL;
	struct place c = { im->t->root, im->t->root };
	take_values(im, c.root, c.root, values);
	take_templates(im, dir, &c);
	const char *key = im->lifted ? im->lifted->path : NULL;
	im->t = kept;
	im->lifted = NULL;
	return key;
}

static void take_chart(struct importer *im, const char *dir, const struct value *head, struct node *root,
	struct node *user, int nested);

/* The charts below charts/, under the names that the chart's dependencies give them. */
static void take_inner(struct importer *im, const char *dir, const struct value *head, struct node *root, int nested)
{
	const char *charts = arena_printf(im->arena, "%scharts/", dir);
	const struct value *deps = value_getc(head, "dependencies"), *old, *lock;
	struct { const char *dir, *name; const struct value *head; int wanted; } *v;
	size_t n = strlen(charts);
	uint32_t count = 0, from = find_file(im, charts), to = from;
	if (!deps && (old = read_map(im, dir, "requirements.yaml", NULL)))      /* where apiVersion v1 has them */
		deps = value_getc(old, "dependencies");
	lock = read_map(im, dir, "Chart.lock", NULL);
	while (to < im->nfiles && !strncmp(im->files[to].path, charts, n))
		to++;
	v = arena_alloc(im->arena, sizeof *v * (to - from + 1));
	for (uint32_t k = from; k < to && !im->failed; k++) {
		const char *name = im->files[k].path + n, *slash = strchr(name, '/');
		if (!slash || strcmp(slash + 1, "Chart.yaml"))
			continue;
		struct source *src = NULL;
		v[count].dir = arena_strdup(im->arena, im->files[k].path, (size_t)(slash + 1 - im->files[k].path));
		v[count].head = read_map(im, v[count].dir, "Chart.yaml", &src);
		v[count].name = needed(im, v[count].head, src, "name");
		count += v[count].name != NULL;
	}
	for (uint32_t d = 0; deps && deps->tag == VALUE_LIST && d < deps->n && !im->failed; d++) {
		const struct value *dep = deps->items[d];
		const char *name = line_of(im, dep, "name"), *alias = line_of(im, dep, "alias");
		uint32_t k = 0;
		if (!name)
			continue;
		take_switches(im, root, dep);
		while (k < count && strcmp(v[k].name, name))
			k++;
		if (k == count) {
			take_absent(im, root, lock, dep);
			continue;
		}
		const char *key = alias ? alias : name;
		struct node *at = chart_below(im, root, key, strlen(key), 1);
		v[k].wanted = 1;
		if (at)
			take_chart(im, v[k].dir, v[k].head, at, root, nested + 1);
	}
	for (uint32_t k = 0; k < count && !im->failed; k++) {
		struct node *at = v[k].wanted ? NULL : chart_below(im, root, v[k].name, strlen(v[k].name), 1);
		if (at)
			take_chart(im, v[k].dir, v[k].head, at, root, nested + 1);
	}
}

/* user: the values of the chart that this one stands in. */
static void take_chart(struct importer *im, const char *dir, const struct value *head, struct node *root,
	struct node *user, int nested)
{
	const char *type = line_of(im, head, "type"), *lifted;
	struct place c = { root, type && !strcmp(type, "library") && user ? user : root };
	const struct value *values = read_map(im, dir, "values.yaml", NULL), *own, *schema;
	if (nested > MAX_NESTED || ++im->charts > MAX_CHARTS)
		chart_limit(im, nested > MAX_NESTED ? "has charts inside of charts more than 8 deep"
			: "has more than 500 charts inside");
	if (im->failed)
		return;
	if (root != im->t->root && root->type)
		root->type = NULL;      /* `store: {}` in the values around: this chart says what is there */
	if (values) {
		if ((lifted = find_lifted(im, dir, values)) && (own = value_getc(values, lifted))) {
			struct node *x = chart_key(im, root, root, lifted, strlen(lifted), 1);
			if (x)
				x->hidden = 1;
			take_values(im, root, root, own);
		}
		take_values(im, root, root, values);
	}
	if ((schema = read_map(im, dir, "values.schema.json", NULL)))
		take_schema(im, root, root, schema, schema, 1, NULL);
	if (!im->failed)
		take_templates(im, dir, &c);
	if (!im->failed)
		take_inner(im, dir, head, root, nested);
	if (!root->inner)
		set_type(root, "map");
}

/* -- the table -- */

/* Maps of Kubernetes that charts have under these names: their keys are known, listed or not. What a container requests
   is counted under names that a cluster can add to. */
static const char *shape_of(const struct node *x)
{
	static const char *const shapes[][2] = {
		{ "resources", "like resources" }, { "requests", "open" }, { "limits", "open" },
		{ "livenessProbe", "like probe" }, { "readinessProbe", "like probe" }, { "startupProbe", "like probe" },
		{ "podSecurityContext", "like pod-security-context" },
		{ "containerSecurityContext", "like container-security-context" },
		{ "securityContext", "like security-context" }, { "capabilities", "like capabilities" },
		{ "seccompProfile", "like seccomp-profile" }, { "updateStrategy", "like update-strategy" },
	};
	const char *last = x->path;
	for (const char *s = x->path; *s; s++)
		if (*s == '.' && s > x->path && s[-1] != '\\')
			last = s + 1;
	for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++)
		if (!strcmp(last, shapes[k][0]))
			return shapes[k][1];
	return NULL;
}

static void write_table(struct importer *im, const char *name, const char *version, struct buf *out)
{
	struct table *t = im->t;
	const char **lines = ARENA_ARRAY(im->arena, const char *, t->v.n + 1);
	uint32_t n = 0;
	for (uint32_t k = 0; k < t->v.n; k++) {
		const struct node *x = t->v.v[k], *up = x;
		const char *shape = shape_of(x);
		while (up && !up->hidden)
			up = up->parent;
		if (up)
			continue;
		if (!x->inner)
			lines[n++] = arena_printf(im->arena, "%s\t%s", x->path, x->type ? x->type : "any");
		else if (x->strict)
			lines[n++] = arena_printf(im->arena, "%s\tstrict", x->path);
		else if (shape)
			lines[n++] = arena_printf(im->arena, "%s\t%s", x->path, shape);
		else if (x->open)
			lines[n++] = arena_printf(im->arena, "%s\topen", x->path);
	}
	qsort(lines, n, sizeof *lines, text_compare);
	buf_addf(out, "chart\t%s\t%s\n", name, version);
	buf_add(out, im->depends.p, im->depends.n);
	buf_adds(out, t->root->strict ? "strict\npath\ttype\n" : "path\ttype\n");
	for (uint32_t k = 0; k < n; k++)
		buf_addf(out, "%s\n", lines[k]);
}

int import_chart(struct sources *sources, const char *folder, const struct chart_file *files, uint32_t n,
	struct arena *a, struct atoms *atoms, struct diags *d, struct buf *out)
{
	struct chart_file *sorted = ARENA_ARRAY(a, struct chart_file, n + 1);
	struct importer im = { .sources = sources, .folder = folder, .files = sorted, .nfiles = n, .arena = a,
		.atoms = atoms, .diags = d, .t = new_table(a) };
	struct source *src = NULL;
	if (n)
		memcpy(sorted, files, sizeof *files * n);
	qsort(sorted, n, sizeof *sorted, by_path);
	if (!file_at(&im, "", "Chart.yaml")) {
		struct diag *x = diag_error(d, (struct span){ 0, 0 }, D_READ, os_path(im.arena, im.folder, "Chart.yaml"),
			"there is no such file");
		diag_help(d, x, "the folder of an unpacked chart is the one with Chart.yaml in it");
		return 0;
	}
	const struct value *head = read_map(&im, "", "Chart.yaml", &src);
	const char *name = needed(&im, head, src, "name"), *version = needed(&im, head, src, "version");
	if (name && version)
		take_chart(&im, "", head, im.t->root, NULL, 0);
	if (!im.failed)
		write_table(&im, name, version, out);
	buf_free(&im.depends);
	return !im.failed;
}
