/* Releases of charts: `release` of a kind, with what the component's `values` say. */
#include "eval/object/making.h"
#include "eval/chart.h"
#include "value/literal.h"
#include "value/merge.h"

static const char *opt_text(struct eval *e, const struct value *rec, const char *key)
{
	const struct value *v = value_getc(rec, key);
	return v && v->tag == VALUE_STRING ? text(e, v) : "";
}

/* 0 after reporting a member that releases do not have */
static int known_members(struct making *m, const struct value *body, const struct ast *o)
{
	struct eval *e = m->e;
	static const char *const known[] = { "chart", "values", "ready", "namespace", NULL };
	for (uint32_t k = 0; k < body->n; k++) {
		int ok = 0;
		for (int q = 0; known[q]; q++)
			ok |= !strcmp(known[q], body->rec.fields[k].key->text);
		if (!ok) {
			diag_help(e->diags,
				diag_error(e->diags, o->span, D_RELEASE,
					arena_printf(e->p->arena, "a release has no `%s`",
						body->rec.fields[k].key->text)),
				"it has chart, values, ready and namespace");
			return 0;
		}
	}
	return 1;
}

/* What the block says in `values { }` or `values NAME { }`. */
static void merge_statements(struct making *m, struct instance *i, struct out_release *r)
{
	struct eval *e = m->e;
	for (uint32_t s = 0; s < i->statements.n; s++) {
		const struct ast *st = i->statements.v[s];
		if (st->tag != AST_VALUES || (st->name && strcmp(st->name->text, r->name)))
			continue;
		struct env outer = i->env ? *i->env : (struct env){ 0 };
		const struct value *more = eval(e, &outer, st->kids[0]);
		if (is_error(more))
			m->ok = 0;
		else
			r->values = merge_values(e->arena, r->values, more);
	}
}

/* What an installer waits for. 0 after reporting. */
static int ready_list(struct making *m, const struct value *ready, struct out_release *r, const struct ast *o)
{
	struct eval *e = m->e;
	if (!ready || ready->tag != VALUE_LIST || !ready->n)
		return 1;
	struct out_ready *v = ARENA_ARRAY(e->arena, struct out_ready, ready->n);
	for (uint32_t k = 0; k < ready->n; k++) {
		const struct value *x = ready->items[k],
			*roll = value_getc(x, "rollout");
		if (x->tag != VALUE_RECORD || !*opt_text(e, x, "resource")) {
			diag_error(e->diags, x->origin.hi ? x->origin : o->span, D_RELEASE,
				"`ready` lists records with `resource` and `condition` or `rollout`");
			return 0;
		}
		v[k] = (struct out_ready){ opt_text(e, x, "resource"),
			*opt_text(e, x, "namespace") ? opt_text(e, x, "namespace")
				: strncmp(opt_text(e, x, "resource"), "crd/", 4) ? r->ns
				: "",
			opt_text(e, x, "condition"), roll && roll->tag == VALUE_BOOL && roll->i };
	}
	r->ready = v;
	r->nready = ready->n;
	return 1;
}

void make_release(struct making *m, struct instance *i, struct env *env, const struct ast *o)
{
	struct eval *e = m->e;
	/* `chart` is typed, so that its version is written as one */
	struct interface *chart_iface = program_interface(e->p, atom(e, "chart"));
	struct type chart_type = { .tag = T_INTERFACE, .iface = chart_iface };
	struct type_field field = { .name = atom(e, "chart"), .type = chart_iface ? &chart_type : &type_any };
	struct type t = { .tag = T_RECORD, .n = 1, .fields = &field };
	const struct value *name = eval_typed(e, env, o->kids[0], &type_string),
		*body = eval_open(e, env, o->kids[1], &t);
	if (is_error(name) || is_error(body)) {
		m->ok = 0;
		m->lost = 1;
		return;
	}
	if (!known_members(m, body, o)) {
		m->ok = 0;
		return;
	}
	const struct value *chart = value_getc(body, "chart"), *values = value_getc(body, "values"),
		*ready = value_getc(body, "ready"), *ns = value_getc(body, "namespace");
	if (!ns)
		ns = slot_value(e, i, SLOT_NAMESPACE);
	if (!chart || chart->tag != VALUE_RECORD || ns->tag != VALUE_STRING) {
		if (!is_error(ns))
			diag_error(e->diags, o->span, D_RELEASE,
				chart ? "a release needs a namespace" : "a release needs a chart");
		m->ok = 0;
		return;
	}
	if (values && values->tag != VALUE_RECORD && values->tag != VALUE_NONE) {
		diag_error(e->diags, values->origin.hi ? values->origin : o->span, D_TYPE, "a map of values",
			value_noun(e, values));
		m->ok = 0;
		return;
	}
	if (name->n > 53 || !lit_dns1123_label(name->str.p, name->n)) {
		diag_error(e->diags, name->origin.hi ? name->origin : o->span, D_OBJECT_NAME, text(e, name),
			"a release", "at most 53 lower-case letters, digits and `-`");
		m->ok = 0;
		return;
	}
	struct out_release r = { .component = m->t->name,
		.name = text(e, name),
		.ns = text(e, ns),
		.chart_ref = opt_text(e, chart, "ref"),
		.repo = opt_text(e, chart, "repo"),
		.chart = opt_text(e, chart, "name"),
		.version = opt_text(e, chart, "version"),
		.values = values && values->tag == VALUE_RECORD ? values
								: value_record(e->arena, NULL, 0, o->span) };
	if (*r.chart_ref)
		r.repo = "";
	r.name_value = name;
	r.ns_value = ns;
	r.chart_value = chart;
	if (!*r.version || (!*r.chart_ref && (!*r.repo || !*r.chart))) {
		diag_error(e->diags, chart->origin.hi ? chart->origin : o->span, D_RELEASE,
			"a chart needs `version`, and either `ref` or `repo` and `name`");
		m->ok = 0;
		return;
	}
	merge_statements(m, i, &r);
	if (!ready_list(m, ready, &r, o)) {
		m->ok = 0;
		return;
	}
	if (m->c->pass == 1
		&& !writable(m, r.values, arena_printf(e->arena, "the values of release %s", r.name), o->span, 1)) {
		m->ok = 0;
		return;
	}
	if (m->c->pass == 1 && !e->plan)
		chart_check(m->c, i, &r, o);
	VEC_PUSH(e->arena, &m->releases, r);
	VEC_PUSH(e->arena, &m->release_owners, i);
}
