/* A drift block as `policy` in its runtime's kind: signals with their detectors held against what the runtime runs,
   the reference, the alerts, and the alerting rules made from what the runtime exports. Each field is computed when it is asked for. */
#include "eval/compile.h"
#include "base/suggest.h"
#include "eval/origin.h"
#include <string.h>

static const struct ast *setting(const struct instance *i, const char *name)
{
	for (uint32_t n = i->statements.n; n-- > 0;) {
		const struct ast *s = i->statements.v[n];
		if (s->tag == AST_ASSIGN && !strcmp(s->name->text, name))
			return s->kids[0];
		if (s->tag == AST_SET && s->kids[0]->tag == AST_NAME && !strcmp(s->kids[0]->name->text, name))
			return s->kids[1];
	}
	return NULL;
}

static const struct value *outer_value(struct eval *e, struct instance *i, const struct ast *x)
{
	struct env outer = i->env ? *i->env : (struct env){ 0 };
	return eval(e, &outer, x);
}

static const char *runtimes(struct eval *e, const struct atom *signal, const struct atom *detector)
{
	struct buf b = { 0 };
	for (uint32_t n = 0; n < e->p->library_names.n; n++) {
		if (e->p->library_names.v[n].what != 'k')
			continue;
		struct kind *k = program_kind(e->p, e->p->library_names.v[n].word);
		for (uint32_t r = 0; k && r < k->runs.n; r++)
			if (k->runs.v[r].detector->name == detector && (!signal || k->runs.v[r].signal == signal))
				buf_addf(&b, "%s%s", b.n ? ", " : "", k->name->text);
	}
	const char *s = b.n ? arena_strdup(e->p->arena, b.p, b.n) : NULL;
	buf_free(&b);
	return s;
}

/* In `runs` a value fixes a parameter, a list allows some. */
static int held_against(struct eval *e, struct instance *i, const struct runs *r, const struct value *d)
{
	const struct ast *o = r->decl->nkids ? r->decl->kids[0] : NULL;
	int ok = 1;
	for (uint32_t n = 0; o && n < o->nkids; n++) {
		const struct ast *f = o->kids[n];
		struct instance *di = d->ref.ref;
		uint32_t slot = f->name ? (uint32_t)(uintptr_t)table_get(&di->kind->index, f->name) : 0;
		if (!slot) {
			diag_error(e->diags, f->span, D_UNKNOWN_FIELD, arena_printf(e->p->arena, "detector `%s`", di->kind->name->text), f->name ? f->name->text : "?");
			return 0;
		}
		const struct value *have = slot_value(e, di, slot - 1);
		struct type list = { .tag = T_LIST, .elem = di->kind->members.v[slot - 1].type };
		int several = f->kids[0]->tag == AST_LIST;
		struct env own = { .inst = i };
		const struct value *want = eval_typed(e, &own, f->kids[0], several ? &list : di->kind->members.v[slot - 1].type);
		if (is_error(have) || is_error(want))
			return 0;
		int hit = 0;
		for (uint32_t k = 0; several && k < want->n; k++)
			hit |= value_equal(want->items[k], have);
		if (several ? hit : value_equal(want, have))
			continue;
		struct span at = instance_set(di, slot - 1) ? instance_set(di, slot - 1)->span : d->origin;
		size_t hn, wn;
		const char *hs = text_of(e, have, &hn), *ws = several ? NULL : text_of(e, want, &wn);
		struct diag *x = diag_error(e->diags, at, D_RUNTIME, arena_printf(e->p->arena, "the runtime `%s` cannot run `%s` with %s = %.*s", i->kind->name->text, di->kind->name->text, f->name->text, hs ? (int)hn : 1, hs ? hs : "?"));
		diag_place(e->diags, x, f->span, several ? "it allows these" : "it is fixed here");
		if (ws)
			diag_help(e->diags, x, "write %s = %.*s, or choose another runtime", f->name->text, (int)wn, ws);
		ok = 0;
	}
	return ok;
}

static const struct value *signal_value(struct eval *e, struct instance *i, const struct atom *signal)
{
	const struct ast *x = setting(i, signal->text);
	if (!x)
		return VALUE_NONE_V;
	const struct value *d = outer_value(e, i, x);
	if (is_error(d) || d->tag == VALUE_NONE)
		return d;
	if (d->tag != VALUE_DETECTOR) {
		diag_error(e->diags, x->span, D_TYPE, "a detector", value_noun(e, d));
		return VALUE_ERROR_V;
	}
	struct kind *t = ((struct instance *)d->ref.ref)->kind;
	for (uint32_t n = 0; n < i->kind->runs.n; n++)
		if (i->kind->runs.v[n].signal == signal && i->kind->runs.v[n].detector->shape == t)
			return held_against(e, i, &i->kind->runs.v[n], d) ? d : VALUE_ERROR_V;
	struct diag *r = diag_error(e->diags, x->span, D_RUNTIME, arena_printf(e->p->arena, "the runtime `%s` does not run `%s` on %s", i->kind->name->text, t->name->text, signal->text));
	const char *who = runtimes(e, signal, t->name);
	if (who)
		diag_help(e->diags, r, "runtimes that do: %s", who);
	else
		diag_help(e->diags, r, "no runtime of the library does");
	return VALUE_ERROR_V;
}

static const char *camel(struct eval *e, const char *a, const char *b)
{
	struct buf s = { 0 };
	for (int k = 0; k < 2; k++) {
		int up = 1;
		for (const char *q = k ? b : a; *q; q++) {
			if (*q == '-' || *q == '.' || *q == '_') {
				up = 1;
				continue;
			}
			buf_addc(&s, up && *q >= 'a' && *q <= 'z' ? (char)(*q - 32) : *q);
			up = 0;
		}
	}
	const char *r = arena_strdup(e->arena, s.p ? s.p : "", s.n);
	buf_free(&s);
	return r;
}

static const char *const op_words[] = { [OP_EQ] = "==", [OP_NE] = "!=", [OP_LT] = "<", [OP_LE] = "<=", [OP_GT] = ">", [OP_GE] = ">=" };

static const struct ast *export_of(const struct instance *i, const struct atom *name)
{
	for (uint32_t n = i->kind->exports.n; n-- > 0;)
		if (i->kind->exports.v[n]->name == name)
			return i->kind->exports.v[n];
	return NULL;
}

/* The observable as the runtime exports it, its parameters bound. */
static const struct value *exported(struct eval *e, struct instance *i, const struct ast *o)
{
	const struct ast *word = o->tag == AST_CALL ? o->kids[0] : o;
	const struct ast *x = word->tag == AST_NAME ? export_of(i, word->name) : NULL;
	if (!x) {
		struct diag *d = diag_error(e->diags, o->span, D_RUNTIME, arena_printf(e->p->arena, "the runtime `%s` exports no `%s`", i->kind->name->text, word->tag == AST_NAME ? word->name->text : "such observable"));
		struct buf b = { 0 };
		struct suggest s;
		suggest_init(&s, word->tag == AST_NAME ? word->name->text : "", word->tag == AST_NAME ? word->name->len : 0);
		for (uint32_t n = 0; n < i->kind->exports.n; n++) {
			buf_addf(&b, "%s%s", n ? ", " : "", i->kind->exports.v[n]->name->text);
			suggest_try(&s, i->kind->exports.v[n]->name->text);
		}
		if (suggest_best(&s))
			diag_label(e->diags, d, "did you mean `%s`?", suggest_best(&s));
		diag_help(e->diags, d, "it exports %s", b.n ? b.p : "nothing");
		buf_free(&b);
		return VALUE_ERROR_V;
	}
	struct env own = { .inst = i }, outer = i->env ? *i->env : (struct env){ 0 };
	uint32_t nparams = x->nkids - 1, nargs = o->tag == AST_CALL ? o->nkids - 1 : 0;
	if (nparams != nargs) {
		diag_error(e->diags, o->span, D_ARGUMENTS, arena_printf(e->p->arena, "`%s` takes %u argument%s", x->name->text, nparams, nparams == 1 ? "" : "s"));
		return VALUE_ERROR_V;
	}
	for (uint32_t n = 0; n < nparams; n++) {
		const struct ast *a = o->kids[n + 1];
		own.locals[n] = eval_typed(e, &outer, a->tag == AST_ARG ? a->kids[0] : a, type_of_ast(e->p, x->kids[n + 1]->kids[0]));
		if (is_error(own.locals[n]))
			return VALUE_ERROR_V;
	}
	return eval(e, &own, x->kids[0]);
}

static const struct value *rule(struct eval *e, struct instance *i, const struct ast *a)
{
	const struct ast *w = a->kids[0], *bound = NULL;
	const char *op = NULL;
	if (w->tag == AST_BINARY && w->op >= OP_EQ && w->op <= OP_GE) {
		op = op_words[w->op];
		bound = w->kids[1];
		w = w->kids[0];
	}
	const struct value *x = exported(e, i, w);
	if (is_error(x))
		return x;
	const struct value *query = value_getc(x, "query"), *scale = value_getc(x, "scale");
	if (!query || query->tag != VALUE_STRING) {
		diag_error(e->diags, x->origin, D_UNKNOWN_FIELD, "this `exports`", "query");
		return VALUE_ERROR_V;
	}
	struct buf b = { 0 };
	const struct value *parts[3] = { query, scale, NULL };
	buf_add(&b, query->str.p, query->n);
	if (bound) {
		struct env outer = i->env ? *i->env : (struct env){ 0 };
		const struct value *v = parts[2] = eval_typed(e, &outer, bound, &type_float);
		char num[40];
		if (is_error(v)) {
			buf_free(&b);
			return v;
		}
		double d = v->d * (scale && scale->tag == VALUE_FLOAT ? scale->d : scale && scale->tag == VALUE_INT ? (double)scale->i : 1.0);
		size_t n = float_print(d, num);
		if (n > 2 && !memcmp(num + n - 2, ".0", 2))
			n -= 2;
		buf_addf(&b, " %s %.*s", op, (int)n, num);
	}
	struct field *f = ARENA_ARRAY(e->arena, struct field, 5), *labels = ARENA_ARRAY(e->arena, struct field, 2), *notes = ARENA_ARRAY(e->arena, struct field, 1);
	uint32_t n = 0;
	const char *expr = arena_strdup(e->arena, b.p, b.n);
	buf_free(&b);
	f[n++] = (struct field){ atom_cstr(e->p->atoms, "alert"), value_cstr(e->arena, camel(e, i->name->text, a->name->text)) };
	const struct value *made = value_cstr(e->arena, expr);
	f[n++] = (struct field){ atom_cstr(e->p->atoms, "expr"), e->origins ? origin_joined(e, a->kids[0], made, parts, 3) : made };
	if (a->nkids > 1 && a->kids[1]) {
		struct env outer = i->env ? *i->env : (struct env){ 0 };
		const struct value *t = eval_typed(e, &outer, a->kids[1], &type_duration);
		if (is_error(t))
			return t;
		f[n++] = (struct field){ atom_cstr(e->p->atoms, "for"), t };
	}
	labels[0] = (struct field){ atom_cstr(e->p->atoms, "severity"), value_string(e->arena, a->name->text, a->name->len, a->name_span) };
	labels[1] = (struct field){ e->p->implicit[SLOT_POLICY], value_string(e->arena, i->name->text, i->name->len, i->at) };
	f[n++] = (struct field){ e->p->implicit[SLOT_LABELS], value_record(e->arena, labels, 2, a->span) };
	const struct source *src = source_of(e->p->sources, a->kids[0]->span.lo);
	notes[0] = (struct field){ atom_cstr(e->p->atoms, "summary"), value_cstr(e->arena, arena_printf(e->arena, "Drift policy %s: %.*s", i->name->text,
		(int)(a->kids[0]->span.hi - a->kids[0]->span.lo), src ? src->text + (a->kids[0]->span.lo - src->base) : "")) };
	f[n++] = (struct field){ e->p->implicit[SLOT_ANNOTATIONS], value_record(e->arena, notes, 1, a->span) };
	return value_record(e->arena, f, n, a->span);
}

static const struct value *alerts(struct eval *e, struct instance *i, int rules)
{
	VEC(const struct value *) out = { 0 };
	for (uint32_t n = 0; n < i->statements.n; n++) {
		const struct ast *a = i->statements.v[n];
		if (a->tag != AST_ALERT)
			continue;
		const struct value *v;
		if (rules) {
			v = rule(e, i, a);
		} else {
			struct field *f = ARENA_ARRAY(e->arena, struct field, 1);
			f[0] = (struct field){ atom_cstr(e->p->atoms, "severity"), value_string(e->arena, a->name->text, a->name->len, a->name_span) };
			v = value_record(e->arena, f, 1, a->span);
		}
		if (is_error(v))
			return v;
		VEC_PUSH(e->arena, &out, v);
	}
	return value_list(e->arena, out.v, out.n, i->at);
}

static const struct value *reference(struct eval *e, struct instance *i)
{
	const struct ast *x = setting(i, "reference");
	if (!x && i->suspect)
		return VALUE_ERROR_V;   /* most likely it is what did not parse, or is misspelt */
	if (!x) {
		diag_help(e->diags, diag_error(e->diags, i->at, D_DRIFT, arena_printf(e->p->arena, "drift policy `%s` has no `reference`", i->name->text)), "write reference = file(\"x.csv\"), artifact(\"x.csv\") or uri(\"s3://...\"): the data that new data is compared with");
		return VALUE_ERROR_V;
	}
	const struct value *v = outer_value(e, i, x);
	if (is_error(v))
		return v;
	if (v->tag != VALUE_RECORD || !value_getc(v, "path")) {
		diag_help(e->diags, diag_error(e->diags, x->span, D_TYPE, "reference data", value_noun(e, v)), "write file(\"x.csv\"), artifact(\"x.csv\") or uri(\"s3://...\")");
		return VALUE_ERROR_V;
	}
	static const char *const all[] = { "version", "rows", "label" };
	for (int k = 0; k < 3; k++)     /* fields that were not given are none */
		if (!value_getc(v, all[k]))
			v = value_with(e->arena, v, atom_cstr(e->p->atoms, all[k]), VALUE_NONE_V);
	return v;
}

const struct value *policy_field(struct eval *e, struct instance *i, const struct atom *name, struct span at)
{
	const char *s = name->text;
	if (!i->decl || i->decl->tag != AST_DRIFT) {
		diag_error(e->diags, at, D_DRIFT, "`policy` exists in a drift runtime only");
		return VALUE_ERROR_V;
	}
	if (!strcmp(s, "data") || !strcmp(s, "predictions") || !strcmp(s, "concept"))
		return signal_value(e, i, name);
	if (!strcmp(s, "reference"))
		return reference(e, i);
	if (!strcmp(s, "rules") || !strcmp(s, "alerts"))
		return alerts(e, i, s[0] == 'r');
	if (!strcmp(s, "name"))
		return value_string(e->arena, i->name->text, i->name->len, i->at);
	if (!strcmp(s, "rate") || !strcmp(s, "budget")) {
		const struct ast *x = setting(i, s);
		struct env outer = i->env ? *i->env : (struct env){ 0 };
		if (x)
			return eval_typed(e, &outer, x, &type_rate);
		const struct value *model = s[0] == 'r' ? member_value(e, i, "model") : NULL;
		if (model && model->tag == VALUE_GIVEN && table_get(&((struct given *)model->ref.ref)->give->iface->index, name))
			return given_field(e, model->ref.ref, name, at);
		return VALUE_NONE_V;
	}
	diag_help(e->diags, diag_error(e->diags, at, D_UNKNOWN_FIELD, "`policy`", s), "it has name, data, predictions, concept, reference, rate, budget, alerts and rules");
	return VALUE_ERROR_V;
}

void check_policy(struct compile *c, struct instance *i)
{
	struct eval *e = c->e;
	static const char *const signals[] = { "data", "predictions", "concept" };
	int any = 0;
	if (!i->decl || i->decl->tag != AST_DRIFT) {
		diag_help(e->diags, diag_error(e->diags, i->at, D_DRIFT, arena_printf(e->p->arena, "`%s` is a drift runtime, not a component", i->kind->name->text)), "write drift %s on MODEL { runtime = %s ... }", i->name->text, i->kind->name->text);
		return;
	}
	for (int k = 0; k < 3; k++) {
		const struct value *d = policy_field(e, i, atom_cstr(e->p->atoms, signals[k]), i->at);
		any |= d->tag != VALUE_NONE;
		if (d->tag != VALUE_DETECTOR)
			continue;
		struct instance *t = d->ref.ref;
		for (uint32_t s = SLOT_COUNT; s < t->kind->members.n; s++)
			slot_value(e, t, s);
		struct env own = { .inst = t };
		for (uint32_t n = 0; n < t->kind->outputs.n; n++)
			if (t->kind->outputs.v[n]->tag == AST_CHECK)
				run_check(c, &own, t->kind->outputs.v[n], t, d->origin, "the detector");
	}
	if (!any && !i->suspect)
		diag_help(e->diags, diag_error(e->diags, i->at, D_DRIFT, arena_printf(e->p->arena, "drift policy `%s` watches nothing", i->name->text)), "write data = DETECTOR(...)");
	policy_field(e, i, atom_cstr(e->p->atoms, "reference"), i->at);
	policy_field(e, i, atom_cstr(e->p->atoms, "rules"), i->at);
	policy_field(e, i, atom_cstr(e->p->atoms, "budget"), i->at);
	for (uint32_t n = 0; n < i->statements.n; n++)
		if (i->statements.v[n]->tag == AST_ALERT && i->statements.v[n]->nkids > 2 && i->statements.v[n]->kids[2]) {
			struct diag *x = diag_error(e->diags, i->statements.v[n]->kids[2]->span, D_DRIFT, "this version does not compile what an alert starts");
			diag_help(e->diags, x, "leave `then ...` out and route the alert by its labels severity and policy");
		}
}
