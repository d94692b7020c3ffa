/* The pipeline behind mlops.h: sources, program, evaluation, output. */
#define _POSIX_C_SOURCE 200809L
#include "mlops.h"
#include "base/text.h"
#include "emit/import.h"
#include "value/yaml.h"
#include "eval/compile.h"
#include "eval/doc.h"
#include "eval/origin.h"
#include "eval/schema.h"
#include "front/fmt.h"
#include "front/parse.h"
#include <stdlib.h>
#include <string.h>

#ifndef MLOPS_VERSION
#define MLOPS_VERSION "0"
#endif

struct mlops {
	struct arena arena;             /* sources, trees, diagnostics, the program */
	struct arena unit;              /* values */
	struct arena scratch;
	struct atoms atoms;
	struct sources sources;
	struct diags diags;
	struct mlops_options options;
	struct program program;
	struct eval eval;
	struct compile compile;
	struct source *main;
	const char *root;
	VEC(const char *) sets;
	const char *env;
	int begun, compiled;
	int origins;                    /* compile with them, and a component only when it is asked for */
	struct mlops *traced;           /* the same, compiled so */
	struct why *why;
};

const char *mlops_version(void)
{
	return MLOPS_VERSION;
}

static const char *copy(struct mlops *m, const char *s)
{
	return s ? arena_strdup(&m->arena, s, strlen(s)) : NULL;
}

struct mlops *mlops_new(const struct mlops_options *o)
{
	struct mlops *m = calloc(1, sizeof *m);
	if (!m)
		abort();
	arena_init(&m->arena, 0);
	arena_init(&m->unit, 0);
	arena_init(&m->scratch, 0);
	atoms_init(&m->atoms, &m->arena);
	sources_init(&m->sources, &m->arena);
	diags_init(&m->diags, &m->arena, &m->sources);
	if (o)
		m->options = *o;
	m->options.stdlib = copy(m, m->options.stdlib);
	m->options.root = copy(m, m->options.root);
	if (!m->options.max_steps)
		m->options.max_steps = 200000000;
	if (!m->options.max_bytes)
		m->options.max_bytes = (size_t)1 << 30;
	return m;
}

void mlops_free(struct mlops *m)
{
	if (!m)
		return;
	if (m->why)
		why_free(m->why);
	mlops_free(m->traced);
	buf_free(&m->eval.hashed);
	buf_free(&m->compile.text);
	buf_free(&m->compile.canonical);
	atoms_free(&m->atoms);
	arena_free(&m->scratch);
	arena_free(&m->unit);
	arena_free(&m->arena);
	free(m);
}

struct diags *mlops_diags(struct mlops *m)
{
	return &m->diags;
}

static int take_source(struct mlops *m, struct source *s)
{
	if (s && !m->main)
		m->main = s;
	return s != NULL;
}

int mlops_add_text(struct mlops *m, const char *name, const char *text, size_t len)
{
	if (len > PARSE_MAX_BYTES) {
		diag_error(&m->diags, (struct span){ 0, 0 }, D_TOO_LARGE, len, PARSE_MAX_BYTES);
		return 0;
	}
	return take_source(m, source_add(&m->sources, name, text, len, 0));
}

int mlops_add_file(struct mlops *m, const char *path)
{
	size_t len;
	const char *why, *slash = strrchr(path, '/');
	char *text = read_whole_file(&m->arena, path, 0, &len, &why);
	if (!text && len) {
		diag_error(&m->diags, (struct span){ 0, 0 }, D_TOO_LARGE, len, PARSE_MAX_BYTES);
		return 0;
	}
	if (!text) {
		diag_error(&m->diags, (struct span){ 0, 0 }, D_READ, path, why);
		return 0;
	}
	if (!m->root)
		m->root = slash ? slash == path ? "/" : arena_strdup(&m->arena, path, (size_t)(slash - path)) : ".";
	return take_source(m, source_adopt(&m->sources, path, text, len, 0));
}

void mlops_set(struct mlops *m, const char *assignment)
{
	const char *s = copy(m, assignment);
	VEC_PUSH(&m->arena, &m->sets, s);
}

static void begin(struct mlops *m)
{
	struct program *p = &m->program;
	m->begun = 1;
	*p = (struct program){ .arena = &m->arena, .atoms = &m->atoms, .sources = &m->sources, .diags = &m->diags,
		.builtins = &builtins };
	p->root = m->options.root ? m->options.root : m->root;
	p->stdlib = m->options.stdlib;
	program_init(p);
	program_library(p);
	struct eval *e = &m->eval;
	*e = (struct eval){ .p = p, .arena = &m->unit, .unit = &m->unit, .diags = &m->diags };
	e->max_steps = e->limit = m->options.max_steps;
	e->max_bytes = m->options.max_bytes;
	table_init(&e->missing_keys, &m->unit);
	table_init(&e->use_index, &m->unit);
	table_init(&e->givers, &m->unit);
	table_init(&e->rows, &m->unit);
	table_init(&e->files, &m->unit);
	static const char *const words[] = { "on", "node", "nodes", "keys", "none", "cluster", "balancer" };
	const struct atom **slots[] = { &e->a_on, &e->a_node, &e->a_nodes, &e->a_keys, &e->a_none, &e->a_cluster,
		&e->a_balancer };
	for (int i = 0; i < 7; i++)
		*slots[i] = atom_cstr(&m->atoms, words[i]);
	m->compile = (struct compile){ .e = e, .scratch = &m->scratch };
	m->compile.plain = m->options.plain;
	if (m->origins) {
		e->origins = ARENA_NEW(&m->unit, struct origins);
		e->limit = 0;
		m->compile.plain = m->compile.lazy = 1;
	}
	m->compile.out.compiler_version = MLOPS_VERSION;
}

static int source_order(const void *a, const void *b)
{
	return strcmp(((const struct out_source *)a)->name, ((const struct out_source *)b)->name);
}

/* What the lock says about the input. Names are relative to the stack's folder. */
static void record_sources(struct mlops *m)
{
	struct out_stack *s = &m->compile.out;
	struct out_source *v = ARENA_ARRAY(&m->unit, struct out_source, m->sources.n + m->eval.inputs.n);
	uint32_t n = 0;
	for (uint32_t i = 0; i < m->sources.n; i++) {
		const struct source *f = m->sources.v[i];
		if (f->library || f->excerpt || !strncmp(f->name, "--set ", 6))
			continue;
		const char *slash = f == m->main ? strrchr(f->name, '/') : NULL;
		v[n].name = slash ? slash + 1 : f->name;
		v[n++].hash = hash_bytes(f->text, f->len);
	}
	for (uint32_t i = 0; i < m->eval.inputs.n; i++)
		v[n++] = (struct out_source){ m->eval.inputs.v[i].name, m->eval.inputs.v[i].hash };
	qsort(v, n, sizeof *v, source_order);
	s->sources = v;
	s->nsources = n;
	const char **sets = ARENA_ARRAY(&m->unit, const char *, m->sets.n + 1);
	for (uint32_t i = 0; i < m->sets.n; i++)
		sets[i] = m->sets.v[i];
	if (m->sets.n > 1)
		qsort(sets, m->sets.n, sizeof *sets, text_compare);
	s->sets = sets;
	s->nsets = m->sets.n;
}

/* every_env: each env is compiled, so that none has to look at the others. */
static size_t compile(struct mlops *m, const char *env, int every_env)
{
	m->compiled = 0;
	m->env = copy(m, env);
	if (!m->main)
		return m->diags.nerrors;
	begin(m);
	m->program.every_env = every_env != 0;
	if (program_load(&m->program, m->main)) {
		program_env(&m->program, env ? atom_cstr(&m->atoms, env) : NULL, m->sets.v, m->sets.n);
		m->compiled = compile_stack(&m->compile);
	}
	if (m->compiled)
		record_sources(m);
	return m->diags.nerrors;
}

size_t mlops_compile(struct mlops *m, const char *env)
{
	return compile(m, env, 0);
}

const struct out_stack *mlops_stack(struct mlops *m)
{
	return m->compiled ? &m->compile.out : NULL;
}

/* Takes over what another compilation of the same files said. Its places name the same files, but library files
   may stand elsewhere in its sequence of bytes. */
static struct span moved(struct mlops *to, struct mlops *from, struct span s)
{
	struct source *f = source_of(&from->sources, s.lo);
	for (uint32_t i = 0; f && i < to->sources.n; i++)
		if (!strcmp(to->sources.v[i]->name, f->name) && to->sources.v[i]->len == f->len
			&& to->sources.v[i]->line0 == f->line0 && to->sources.v[i]->excerpt == f->excerpt)
			return (struct span){ s.lo - f->base + to->sources.v[i]->base,
				s.hi - f->base + to->sources.v[i]->base };
	if (f) {
		struct source *n = source_add(&to->sources, copy(to, f->name), f->text, f->len, f->library);
		if (n) {
			n->line0 = f->line0;
			n->excerpt = f->excerpt;
			return (struct span){ s.lo - f->base + n->base, s.hi - f->base + n->base };
		}
	}
	return (struct span){ 0, 0 };
}

/* A name that is nothing is said once, whichever env meets it first. */
static int said_of_name(const struct mlops *to, const struct diag *d)
{
	if (strcmp(d->code, "E0202") && strcmp(d->code, "E0212"))
		return 0;
	for (uint32_t i = 0; i < to->diags.n; i++)
		if (!strcmp(to->diags.v[i]->code, d->code) && !strcmp(to->diags.v[i]->message, d->message))
			return 1;
	return 0;
}

static void take_diags(struct mlops *to, struct mlops *from, const char *env)
{
	for (uint32_t i = 0; i < from->diags.n; i++) {
		const struct diag *d = from->diags.v[i];
		uint32_t before = to->diags.n;
		if (said_of_name(to, d))
			continue;
		if (!strcmp(d->code, "W0501"))
			continue;       /* an env may well drop what an allow is about */
		struct diag *x = d->severity == SEVERITY_ERROR
			? diag_error(&to->diags, moved(to, from, d->span), d->code, "%s", d->message)
			: diag_warn(
				&to->diags, moved(to, from, d->span), copy(to, d->name), d->code, "%s", d->message);
		if (to->diags.n == before)
			continue;
		if (d->label)
			diag_label(&to->diags, x, "%s", d->label);
		for (uint32_t k = 0; k < d->nplaces; k++)
			diag_place(&to->diags, x, moved(to, from, d->places[k].span), "%s", d->places[k].text);
		for (uint32_t k = 0; k < d->nnotes; k++)
			diag_note(&to->diags, x, "%s", d->notes[k]);
		diag_note(&to->diags, x, "found in env `%s`", env);
		if (d->help)
			diag_help(&to->diags, x, "%s", d->help);
		if (d->fix)
			diag_fix(&to->diags, x, moved(to, from, d->fix_span), "%s", d->fix);
	}
}

size_t mlops_check_all(struct mlops *m)
{
	compile(m, NULL, 1);
	if (!m->main)
		return m->diags.nerrors;
	for (uint32_t i = 0; i < m->program.names['e'].n; i++) {
		const char *env = m->program.names['e'].v[i]->text;
		struct mlops *o = mlops_new(&m->options);
		o->root = copy(o, m->root);
		mlops_add_text(o, m->main->name, m->main->text, m->main->len);
		for (uint32_t k = 0; k < m->sets.n; k++)
			mlops_set(o, m->sets.v[k]);
		compile(o, env, 1);
		take_diags(m, o, env);
		mlops_free(o);
	}
	return m->diags.nerrors;
}

int mlops_format(struct mlops *m, const char *name, const char *text, size_t len, struct buf *out)
{
	uint32_t before = m->diags.nerrors;
	if (len > PARSE_MAX_BYTES) {
		diag_error(&m->diags, (struct span){ 0, 0 }, D_TOO_LARGE, len, PARSE_MAX_BYTES);
		return 0;
	}
	struct source *s = source_add(&m->sources, copy(m, name), text, len, 0);
	if (!s)
		return 0;
	struct ast *f = parse_source(s, &m->arena, &m->atoms, &m->diags);
	if (m->diags.nerrors != before)
		return 0;
	fmt_source(s, f, out);
	return 1;
}

int mlops_import(struct mlops *m, const char *name, const char *text, size_t len, struct buf *out)
{
	struct buf raw = { 0 };
	struct source *s = source_add(&m->sources, copy(m, name), text, len, 0);
	int ok = s && import_yaml(s, &m->arena, &m->atoms, &m->diags, &raw);
	if (ok)
		ok = mlops_format(m, name, raw.p ? raw.p : "", raw.n, out);
	buf_free(&raw);
	return ok;
}

int mlops_import_chart(struct mlops *m, const char *folder, const struct chart_file *files, uint32_t n, struct buf *out)
{
	return import_chart(&m->sources, copy(m, folder), files, n, &m->arena, &m->atoms, &m->diags, out);
}

int mlops_secrets(struct mlops *m, const char *values, size_t len, const char *values_name, struct buf *out)
{
	if (!m->compiled)
		return 0;
	if (values)
		return render_secrets(&m->compile, values, len, copy(m, values_name), out);
	list_secrets(&m->compile, out);
	return 1;
}

void mlops_forecast(struct mlops *m, struct buf *out)
{
	struct eval *e = &m->eval;
	for (uint32_t n = 0; m->compiled && n < e->instances.n; n++) {
		struct instance *i = e->instances.v[n];
		const struct value *v = member_value(e, i, "forecast");
		for (uint32_t k = 0; v && v->tag == VALUE_LIST && k < v->n; k++)
			if (v->items[k]->tag == VALUE_STRING)
				buf_addf(out, "%s: %.*s\n", i->name->text, (int)v->items[k]->n, v->items[k]->str.p);
	}
}

static int word_order(const void *a, const void *b)
{
	const struct atom *const *x = a, *const *y = b;
	return strcmp((*x)->text, (*y)->text);
}

void mlops_unknown_kinds(struct mlops *m, struct buf *out)
{
	const struct out_stack *s = mlops_stack(m);
	const struct arena_mark mark = arena_mark(&m->scratch);
	struct table counts;
	VEC(const struct atom *) kinds = { 0 };
	table_init(&counts, &m->unit);
	for (uint32_t n = 0; s && n < s->ncomponents; n++) {
		struct out_component c = { 0 };
		if (!s->component(s->ctx, n, &m->scratch, &c))
			break;
		for (uint32_t k = 0; k < c.nobjects; k++) {
			const struct out_object *o = &c.objects[k];
			if (schema_kind(o->api_version, o->kind))
				continue;
			const struct atom *a = atom_cstr(
				&m->atoms, arena_printf(&m->scratch, "%s %s", o->api_version, o->kind));
			uintptr_t old = (uintptr_t)table_get(&counts, a);
			if (!old)
				VEC_PUSH(&m->unit, &kinds, a);
			table_put(&counts, a, (void *)(old + 1));
		}
		arena_rewind(&m->scratch, mark);
	}
	if (kinds.n > 1)
		qsort(kinds.v, kinds.n, sizeof *kinds.v, word_order);
	for (uint32_t n = 0; n < kinds.n; n++) {
		unsigned long long count = (uintptr_t)table_get(&counts, kinds.v[n]);
		buf_addf(out, "%s: its fields are not known here; only its metadata was looked at (%llu object%s)\n",
			kinds.v[n]->text, count, count == 1 ? "" : "s");
	}
}

int mlops_graph(struct mlops *m, enum graph_format f, const struct diff *changed, struct buf *out)
{
	struct graph g;
	if (!m->compiled)
		return 0;
	graph_build(&m->compile, &m->unit, &g);
	if (changed)
		graph_compare(&g, changed, &m->unit);
	switch (f) {
	case GRAPH_MERMAID: graph_mermaid(&g, &m->unit, out); break;
	case GRAPH_DOT: graph_dot(&g, &m->unit, out); break;
	case GRAPH_SVG: graph_svg(&g, &m->unit, out); break;
	}
	return 1;
}

/* ---- sides of a difference ---- */

static int read_compiled(void *ctx, const struct diff_part *p, struct buf *out, const char **why)
{
	struct mlops *m = ctx;
	(void)why;
	return emit_part(&m->compile.out, p->component, p->ns, p->what == DIFF_RELEASE ? p->name : NULL,
		p->what == DIFF_FILE ? p->name : NULL, &m->scratch, out);
}

static int read_folder(void *ctx, const struct diff_part *p, struct buf *out, const char **why)
{
	const struct mlops_side *s = ctx;
	struct buf path = { 0 };
	int ok = 0;
	switch (p->what) {
	case DIFF_OBJECT:
		if (strcmp(p->component, "-"))
			buf_addf(&path, "manifests/%s.yaml", p->component);
		else
			buf_adds(&path, "00-namespaces.yaml");
		break;
	case DIFF_RELEASE:              /* the short name is that of the first release that has it */
		buf_addf(&path, "helm/%s.%s.values.yaml", p->ns, p->name);
		if ((ok = s->read(s->ctx, path.p, out, why)) || *why)
			break;
		buf_clear(&path);
		buf_addf(&path, "helm/%s.values.yaml", p->name);
		break;
	case DIFF_FILE:
		buf_adds(&path, p->name);
		break;
	}
	if (!ok && !*why)
		ok = s->read(s->ctx, path.p, out, why);
	buf_free(&path);
	return ok;
}

/* text: of the lock, if the side has one. */
static int open_side(struct diff *d, struct diff_side *s, const struct mlops_side *from, struct buf *text)
{
	const char *why = NULL;
	s->label = arena_strdup(d->a, from->label, strlen(from->label));
	s->is_stream = from->stream != 0;
	switch (from->tag) {
	case MLOPS_STACK:
		s->files = (struct diff_files){ from->stack, read_compiled };
		return emit_lock(&from->stack->compile.out, &from->stack->scratch, &from->stack->diags, text);
	case MLOPS_FOLDER:
		s->files = (struct diff_files){ (void *)(uintptr_t)from, read_folder };
		if (from->read(from->ctx, "mlops.lock", text, &why))
			return 1;
		diag_error(d->diags, (struct span){ 0, 0 }, D_READ, arena_printf(d->a, "%s/mlops.lock", s->label),
			why ? why : "there is no such file");
		return 0;
	case MLOPS_YAML:
		if (!side_from_yaml(d, s, s->label, from->text, from->len))
			return 0;
		if (s->parts.n || !s->is_stream)
			return 1;
		/* What writes the dump may have failed: that is not the answer that nothing differs. */
		diag_help(d->diags,
			diag_error(d->diags, (struct span){ 0, 0 }, D_READ, s->label,
				"there is no object of Kubernetes in it"),
			"kubectl get deployments,services,configmaps -A -o yaml | mlopsc diff -");
		return 0;
	}
	return 0;
}

static int has_lock(const struct mlops_side *s)
{
	return s->tag != MLOPS_YAML;
}

static int open_sides(struct diff *d, const struct mlops_side *older, const struct mlops_side *newer)
{
	struct buf text[2] = { { 0 } }, less[2] = { { 0 } };
	int ok = open_side(d, &d->old, older, &text[0]) && open_side(d, &d->new, newer, &text[1]);
	if (ok && has_lock(older) && has_lock(newer) && text[0].n && text[1].n &&
	    lock_apart(text[0].p, text[0].n, text[1].p, text[1].n, &less[0], &less[1])) {
		buf_free(&text[0]);
		buf_free(&text[1]);
		text[0] = less[0];
		text[1] = less[1];
	} else {
		buf_free(&less[0]);
		buf_free(&less[1]);
	}
	ok = ok && (!has_lock(older) || side_from_lock(d, &d->old, text[0].p ? text[0].p : "", text[0].n));
	ok = ok && (!has_lock(newer) || side_from_lock(d, &d->new, text[1].p ? text[1].p : "", text[1].n));
	if (ok)
		d->title = newer->tag == MLOPS_STACK ? newer->stack->compile.out.title
			: older->tag == MLOPS_STACK  ? older->stack->compile.out.title
			: d->old.lock ? d->old.lock->title
			: d->new.lock ? d->new.lock->title
			: NULL;
	buf_free(&text[0]);
	buf_free(&text[1]);
	return ok;
}

const struct diff *mlops_diff(struct mlops *m, const struct mlops_side *older, const struct mlops_side *newer)
{
	struct diff *d = ARENA_NEW(&m->arena, struct diff);
	if (!m->begun)
		begin(m);
	d->a = &m->arena;
	d->atoms = &m->atoms;
	d->sources = &m->sources;
	d->diags = &m->diags;
	d->eval = &m->eval;
	if (!diff_tables_read(&d->tables, &m->program, d->a)) {
		diag_error(d->diags, (struct span){ 0, 0 }, D_READ, "the library's folder kubernetes",
			"a table is missing or has a row that does not parse");
		return NULL;
	}
	if (!open_sides(d, older, newer) || !diff_run(d))
		return NULL;
	if (!d->title)
		d->title = d->new.label;
	if (newer->tag == MLOPS_STACK && d->items.n && mlops_why(newer->stack))
		diff_blame(d, mlops_why(newer->stack));
	return d;
}

struct why *mlops_why(struct mlops *m)
{
	if (m->why || !m->compiled)
		return m->why;
	struct mlops *t = m->traced = mlops_new(&m->options);
	t->origins = 1;
	/* what is kept of origins is many times the values; that the stack compiles within its limits is known */
	t->options.max_bytes = t->options.max_bytes > SIZE_MAX / 64 ? SIZE_MAX / 2 : t->options.max_bytes * 32;
	t->options.max_steps = t->options.max_steps > INT64_MAX / 64 ? INT64_MAX : t->options.max_steps * 32;
	t->root = copy(t, m->root);
	mlops_add_text(t, m->main->name, m->main->text, m->main->len);
	for (uint32_t i = 0; i < m->sets.n; i++)
		mlops_set(t, m->sets.v[i]);
	mlops_compile(t, m->env);
	if (t->compiled)
		m->why = why_new(&t->compile, &t->arena);
	return m->why;
}

int mlops_doc(struct mlops *m, const char *what, int color, struct buf *out)
{
	begin(m);
	if (m->main)
		program_load(&m->program, m->main);
	(void)color;
	return doc_write(&m->eval, what, out);
}
