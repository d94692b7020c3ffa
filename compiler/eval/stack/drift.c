/* A drift block as `policy` in its runtime's kind: signals with their detectors held against what the runtime runs, the
   reference, the alerts, and the alerting rules made from what the runtime exports. Each field is computed when it is
   asked for. A detector sees the same `policy`, and through it the settings and lets of the runtime. */
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

struct span policy_place(const struct instance *i, const struct atom *name)
{
	const struct ast *x = setting(i, name->text);
	if (x)
		return x->span;
	uint32_t slot = (uint32_t)(uintptr_t)table_get(&i->kind->index, name);
	return slot && instance_set(i, slot - 1) ? instance_set(i, slot - 1)->span : (struct span){ 0, 0 };
}

static const struct value *outer_value(struct eval *e, struct instance *i, const struct ast *x)
{
	struct env outer = i->env ? *i->env : (struct env){ 0 };
	return eval(e, &outer, x);
}

static const struct ast *runs_value(const struct runs *r, const struct atom *parameter)
{
	const struct ast *o = r->decl->nkids ? r->decl->kids[0] : NULL;
	for (uint32_t n = 0; o && n < o->nkids; n++)
		if (o->kids[n]->name == parameter)
			return o->kids[n];
	return NULL;
}

/* The library's runtimes for a signal, a detector (NULL: any), and a parameter that they leave to the policy (NULL:
   none). */
static const char *runtimes(struct eval *e, const struct atom *signal, const struct atom *detector,
	const struct atom *parameter)
{
	struct buf b = { 0 };
	for (uint32_t n = 0; n < e->p->declared.n; n++) {
		const struct atom *word = library_word(e->p, n, 'k');
		struct kind *k = word ? program_kind(e->p, word) : NULL;
		for (uint32_t r = 0; k && r < k->runs.n; r++)
			if (k->runs.v[r].signal == signal && (!detector || k->runs.v[r].detector->name == detector) &&
			    (!parameter || !runs_value(&k->runs.v[r], parameter))) {
				buf_addf(&b, "%s%s", b.n ? ", " : "", k->name->text);
				break;
			}
	}
	const char *s = b.n ? arena_strdup(e->p->arena, b.p, b.n) : NULL;
	buf_free(&b);
	return s;
}

static void who_can(struct eval *e, struct diag *x, const char *who)
{
	if (who)
		diag_help(e->diags, x, "runtimes that can: %s", who);
	else
		diag_help(e->diags, x, "no runtime of the library can");
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
			const char *whose = arena_printf(e->p->arena, "detector `%s`", di->kind->name->text);
			diag_error(e->diags, f->span, D_UNKNOWN_FIELD, whose, f->name ? f->name->text : "?");
			return 0;
		}
		const struct value *have = slot_value(e, di, slot - 1);
		const struct type *one = di->kind->members.v[slot - 1].type;
		struct type list = { .tag = T_LIST, .elem = one };
		int several = f->kids[0]->tag == AST_LIST;
		struct env own = { .inst = i };
		const struct value *want = eval_typed(e, &own, f->kids[0], several ? &list : one);
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
		struct diag *x = diag_error(e->diags, at, D_FIXED, i->kind->name->text, di->kind->name->text,
			f->name->text,
			hs ? arena_strdup(e->p->arena, hs, hn)
				: have->tag == VALUE_NONE ? "none"
				: "this");
		diag_place(e->diags, x, f->span, several ? "it allows these" : "it is fixed here");
		if (ws) {
			const char *who = runtimes(e, r->signal, di->kind->name, f->name);
			diag_help(e->diags, x, "write %s = %.*s%s%s", f->name->text, (int)wn, ws,
				who ? "; runtimes that leave it open: " : "", who ? who : "");
		}
		ok = 0;
	}
	return ok;
}

/* The detector as one policy has it: its own cells, in which `policy` is that policy. */
static const struct value *bound_detector(struct eval *e, struct instance *i, const struct value *d)
{
	const struct instance *old = d->ref.ref;
	struct instance *own = instance_new(e, old->kind, old->name, NULL, NULL, old->env);
	for (uint32_t s = 0; s < old->kind->members.n; s++)
		if (instance_set(old, s))
			instance_set_to(e, own, s, instance_set(old, s));
	own->at = old->at;
	own->parent = i;
	own->top = i->top;
	struct value *v = ARENA_NEW(e->arena, struct value);
	*v = *d;
	v->flags &= (uint8_t)~VALUE_TRACED;     /* a copy is not the head of a struct traced */
	v->ref.ref = own;
	return CARRIED(e, d, v);
}

static const struct value *signal_make(struct eval *e, struct instance *i, const struct atom *signal)
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
	d = bound_detector(e, i, d);
	struct kind *t = ((struct instance *)d->ref.ref)->kind;
	int any = 0;
	for (uint32_t n = 0; n < i->kind->runs.n; n++) {
		any |= i->kind->runs.v[n].signal == signal;
		if (i->kind->runs.v[n].signal == signal && i->kind->runs.v[n].detector->shape == t)
			return held_against(e, i, &i->kind->runs.v[n], d) ? d : VALUE_ERROR_V;
	}
	struct diag *r = any
		? diag_error(e->diags, x->span, D_DETECTOR, i->kind->name->text, t->name->text, signal->text)
		: diag_error(e->diags, x->span, D_SIGNAL, i->kind->name->text, signal->text);
	who_can(e, r, runtimes(e, signal, any ? t->name : NULL, NULL));
	return VALUE_ERROR_V;
}

static const struct value *signal_value(struct eval *e, struct instance *i, const struct atom *signal)
{
	const struct value **cell = &i->signals[signal->text[0] == 'd' ? 0 : signal->text[0] == 'p' ? 1 : 2];
	if (!*cell) {
		struct arena *old = e->arena;
		e->arena = e->unit;
		*cell = VALUE_ERROR_V;  /* a detector that asks for itself */
		*cell = signal_make(e, i, signal);
		e->arena = old;
	}
	return *cell;
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

static const char *const op_words[] = {
	[OP_EQ] = "==", [OP_NE] = "!=", [OP_LT] = "<", [OP_LE] = "<=", [OP_GT] = ">", [OP_GE] = ">=",
};

static struct field field_of(struct eval *e, const char *key, const struct value *v)
{
	return (struct field){ atom_cstr(e->p->atoms, key), v };
}

static const struct value *name_value(struct eval *e, const struct atom *name, struct span at)
{
	return value_string(e->arena, name->text, name->len, at);
}

static const struct ast *export_of(const struct instance *i, const struct atom *name)
{
	for (uint32_t n = i->kind->exports.n; n-- > 0;)
		if (i->kind->exports.v[n]->name == name)
			return i->kind->exports.v[n];
	return NULL;
}

/* An argument of an observable: by name, else by place. */
static const struct ast *argument(const struct ast *o, const struct atom *name, uint32_t place)
{
	uint32_t seen = 0;
	for (uint32_t n = 1; o->tag == AST_CALL && n < o->nkids; n++) {
		const struct ast *a = o->kids[n];
		if (a->tag == AST_ARG ? a->name == name : seen++ == place)
			return a->tag == AST_ARG ? a->kids[0] : a;
	}
	return NULL;
}

static int arguments(struct eval *e, struct instance *i, const struct ast *x, const struct ast *o, struct env *own)
{
	struct env outer = i->env ? *i->env : (struct env){ 0 };
	uint32_t nparams = x->nkids - 1, given = o->tag == AST_CALL ? o->nkids - 1 : 0, used = 0;
	struct buf b = { 0 };
	for (uint32_t n = 0; n < nparams; n++)
		buf_addf(&b, "%s%s", n ? ", " : "", x->kids[n + 1]->name->text);
	const char *wants = arena_printf(e->p->arena, "`%s` takes %s", x->name->text, nparams ? b.p : "no argument");
	buf_free(&b);
	for (uint32_t n = 0; n < nparams; n++) {
		const struct ast *p = x->kids[n + 1], *a = argument(o, p->name, n);
		used += a != NULL;
		if (!a && (p->nkids < 2 || !p->kids[1])) {
			diag_error(e->diags, o->span, D_ARGUMENTS, wants);
			return 0;
		}
		own->locals[n] = eval_typed(e, a ? &outer : own, a ? a : p->kids[1], type_of_ast(e->p, p->kids[0]));
		if (is_error(own->locals[n]))
			return 0;
	}
	if (used != given) {
		diag_error(e->diags, o->span, D_ARGUMENTS, wants);
		return 0;
	}
	return 1;
}

/* Runtimes of the library that export it. */
static const char *exporters(struct eval *e, const struct atom *name)
{
	struct buf b = { 0 };
	for (uint32_t n = 0; n < e->p->declared.n; n++) {
		const struct atom *word = library_word(e->p, n, 'k');
		struct kind *k = word ? program_kind(e->p, word) : NULL;
		for (uint32_t r = 0; k && r < k->exports.n; r++)
			if (k->exports.v[r]->name == name)
				buf_addf(&b, "%s%s", b.n ? ", " : "", k->name->text);
	}
	const char *s = b.n ? arena_strdup(e->p->arena, b.p, b.n) : NULL;
	buf_free(&b);
	return s;
}

/* The observable as the runtime exports it, its parameters bound. */
static const struct value *exported(struct eval *e, struct instance *i, const struct ast *o)
{
	const struct ast *word = o->tag == AST_CALL ? o->kids[0] : o;
	const struct ast *x = word->tag == AST_NAME ? export_of(i, word->name) : NULL;
	if (!x) {
		const char *named = word->tag == AST_NAME ? word->name->text : NULL;
		struct diag *d = diag_error(e->diags, o->span, D_OBSERVABLE, arena_printf(e->p->arena,
			"the runtime `%s` exports no `%s`", i->kind->name->text, named ? named : "such observable"));
		struct buf b = { 0 };
		struct suggest s;
		suggest_init(&s, named ? named : "", named ? word->name->len : 0);
		for (uint32_t n = 0; n < i->kind->exports.n; n++) {
			buf_addf(&b, "%s%s", n ? ", " : "", i->kind->exports.v[n]->name->text);
			suggest_try(&s, i->kind->exports.v[n]->name->text);
		}
		if (suggest_best(&s))
			diag_label(e->diags, d, "did you mean `%s`?", suggest_best(&s));
		const char *who = named ? exporters(e, word->name) : NULL;
		diag_help(e->diags, d, "it exports %s%s%s", b.n ? b.p : "nothing",
			who ? "; runtimes that export this: " : "", who ? who : "");
		buf_free(&b);
		return VALUE_ERROR_V;
	}
	struct env own = { .inst = i };
	return arguments(e, i, x, o, &own) ? eval(e, &own, x->kids[0]) : VALUE_ERROR_V;
}

/* An alert: its observable, and the bound that it is held against where it has one. */
struct alert { const struct ast *decl, *what, *bound; const char *op; const struct value *exported, *limit, *wait; };

static int flag_of(const struct value *rec, const char *key)
{
	const struct value *v = value_getc(rec, key);
	return v && v->tag == VALUE_BOOL && v->i;
}

static int alert_read(struct eval *e, struct instance *i, const struct ast *a, struct alert *r)
{
	struct env outer = i->env ? *i->env : (struct env){ 0 };
	*r = (struct alert){ .decl = a, .what = a->kids[0], .limit = VALUE_NONE_V, .wait = VALUE_NONE_V };
	if (r->what->tag == AST_BINARY && r->what->op >= OP_EQ && r->what->op <= OP_GE) {
		r->op = op_words[r->what->op];
		r->bound = r->what->kids[1];
		r->what = r->what->kids[0];
	}
	const struct value *x = r->exported = exported(e, i, r->what);
	if (is_error(x))
		return 0;
	const struct value *query = value_getc(x, "query");
	if (!query || query->tag != VALUE_STRING) {
		diag_error(e->diags, x->origin, D_UNKNOWN_FIELD, "this `exports`", "query");
		return 0;
	}
	const char *word = (r->what->tag == AST_CALL ? r->what->kids[0] : r->what)->name->text;
	const struct span at = r->decl->kids[0]->span;
	if (flag_of(x, "decides") != !r->bound) {
		const char *why = r->bound ? "`%s` happens or does not: it has no bound"
			: "`%s` is a number: an alert needs a bound for it";
		struct diag *d = diag_error(e->diags, at, D_OBSERVABLE, arena_printf(e->p->arena, why, word));
		diag_help(e->diags, d, r->bound ? "write when %s"
			: flag_of(x, "below") ? "write when %s < BOUND" : "write when %s > BOUND", word);
		return 0;
	}
	if (r->bound && (*r->op == '=' || *r->op == '!' || flag_of(x, "below") != (*r->op == '<'))) {
		struct diag *d = diag_error(e->diags, at, D_OBSERVABLE,
			arena_printf(e->p->arena, "`%s %s` would alert while all is well", word, r->op));
		diag_help(e->diags, d, flag_of(x, "below") ? "a low %s is bad: write %s < BOUND"
			: "a high %s is bad: write %s > BOUND", word, word);
		return 0;
	}
	if (r->bound)
		r->limit = eval_typed(e, &outer, r->bound, &type_float);
	if (a->nkids > 1 && a->kids[1])
		r->wait = eval_typed(e, &outer, a->kids[1], &type_duration);
	return !is_error(r->limit) && !is_error(r->wait);
}

static const struct value *text_between(struct eval *e, const struct ast *x)
{
	const struct source *src = source_of(e->p->sources, x->span.lo);
	return value_string(e->arena, src ? src->text + (x->span.lo - src->base) : "",
		src ? x->span.hi - x->span.lo : 0, x->span);
}

static const char *word_of(const struct ast *alert)
{
	const struct ast *w = alert->kids[0];
	if (w->tag == AST_BINARY)
		w = w->kids[0];
	if (w->tag == AST_CALL)
		w = w->kids[0];
	return w->tag == AST_NAME ? w->name->text : "";
}

/* Routes know an alert by its name, so no two of a policy have one: those of one severity are called after what they
   observe too, and counted where that is the same. */
static const char *alert_name(struct eval *e, const struct instance *i, const struct ast *a)
{
	uint32_t severity = 0, same = 0, before = 0;
	for (uint32_t n = 0; n < i->statements.n; n++) {
		const struct ast *s = i->statements.v[n];
		if (s->tag != AST_ALERT || s->name != a->name)
			continue;
		severity++;
		if (strcmp(word_of(s), word_of(a)))
			continue;
		before += s == a ? 0 : !same;
		same += s == a;
	}
	const char *own = a->name->text;
	if (severity > 1)
		own = arena_printf(e->arena, "%s-%s", own, word_of(a));
	if (before)
		own = arena_printf(e->arena, "%s-%u", own, (unsigned)before + 1);
	return camel(e, i->name->text, own);
}

/* The condition as it is written comes from the bound and the arguments that stand in it. */
static const struct value *in_words(struct eval *e, struct instance *i, const struct ast *a, const struct alert *r,
	const struct value *made)
{
	const struct ast *word = r->what->tag == AST_CALL ? r->what->kids[0] : r->what, *x = export_of(i, word->name);
	const struct value **parts = ARENA_ARRAY(e->arena, const struct value *, x->nkids);
	struct env own = { .inst = i };
	arguments(e, i, x, r->what, &own);
	for (uint32_t k = 1; k < x->nkids; k++)
		parts[k - 1] = own.locals[k - 1];
	parts[x->nkids - 1] = r->limit;
	return origin_joined(e, a->kids[0], made, parts, x->nkids);
}

static const struct value *rule(struct eval *e, struct instance *i, const struct ast *a)
{
	struct alert r;
	if (!alert_read(e, i, a, &r))
		return VALUE_ERROR_V;
	const struct value *query = value_getc(r.exported, "query"), *guard = value_getc(r.exported, "guard");
	const struct value *scale = value_getc(r.exported, "scale");
	struct buf b = { 0 };
	const struct value *parts[4] = { query, scale, NULL, guard };
	buf_add(&b, query->str.p, query->n);
	if (r.bound) {
		parts[2] = r.limit;
		char num[40];
		double d = r.limit->d;
		if (scale && (scale->tag == VALUE_FLOAT || scale->tag == VALUE_INT))
			d *= scale->tag == VALUE_FLOAT ? scale->d : (double)scale->i;
		size_t n = float_print(d, num);
		if (n > 2 && !memcmp(num + n - 2, ".0", 2))
			n -= 2;
		buf_addf(&b, " %s %.*s", r.op, (int)n, num);
	}
	if (guard && guard->tag == VALUE_STRING)
		buf_addf(&b, " and %.*s", (int)guard->n, guard->str.p);
	struct field *f = ARENA_ARRAY(e->arena, struct field, 5), *notes = ARENA_ARRAY(e->arena, struct field, 1);
	struct field *labels = ARENA_ARRAY(e->arena, struct field, 2);
	uint32_t n = 0;
	const char *expr = arena_strdup(e->arena, b.p, b.n);
	buf_free(&b);
	f[n++] = field_of(e, "alert", value_cstr(e->arena, alert_name(e, i, a)));
	const struct value *made = value_cstr(e->arena, expr);
	f[n++] = field_of(e, "expr", e->origins ? origin_joined(e, a->kids[0], made, parts, 4) : made);
	if (r.wait->tag != VALUE_NONE) {
		const struct value *held = value_string(e->arena, r.wait->str.p, r.wait->n, r.wait->origin);
		f[n++] = field_of(e, "for", e->origins ? origin_carried(e, r.wait, held) : held);
	}
	labels[0] = field_of(e, "severity", name_value(e, a->name, a->name_span));
	labels[1] = (struct field){ e->p->implicit[SLOT_POLICY], name_value(e, i->name, i->at) };
	f[n++] = (struct field){ e->p->implicit[SLOT_LABELS], value_record(e->arena, labels, 2, a->span) };
	const struct value *said = text_between(e, a->kids[0]);
	const struct value *summary = value_cstr(e->arena,
		arena_printf(e->arena, "Drift policy %s: %.*s", i->name->text, (int)said->n, said->str.p));
	notes[0] = field_of(e, "summary", e->origins ? in_words(e, i, a, &r, summary) : summary);
	f[n++] = (struct field){ e->p->implicit[SLOT_ANNOTATIONS], value_record(e->arena, notes, 1, a->span) };
	return value_record(e->arena, f, n, a->span);
}

/* What kinds see of an alert. `then` calls functions, whose records say what happens. */
static const struct value *alert_record(struct eval *e, struct instance *i, const struct ast *a)
{
	struct alert r;
	struct env outer = i->env ? *i->env : (struct env){ 0 };
	if (!alert_read(e, i, a, &r))
		return VALUE_ERROR_V;
	const struct ast *word = r.what->tag == AST_CALL ? r.what->kids[0] : r.what, *x = export_of(i, word->name);
	const struct value **then = ARENA_ARRAY(e->arena, const struct value *, a->nkids);
	struct field *f = ARENA_ARRAY(e->arena, struct field, 9), *args = ARENA_ARRAY(e->arena, struct field, x->nkids);
	uint32_t n = 0, nthen = 0;
	struct env own = { .inst = i };
	arguments(e, i, x, r.what, &own);
	for (uint32_t k = 1; k < x->nkids; k++)
		args[k - 1] = (struct field){ x->kids[k]->name, own.locals[k - 1] };
	for (uint32_t k = 2; k < a->nkids; k++) {
		const struct value *v = eval(e, &outer, a->kids[k]);
		if (is_error(v))
			return v;
		if (v->tag != VALUE_RECORD || !value_getc(v, "action")) {
			diag_help(e->diags,
				diag_error(e->diags, a->kids[k]->span, D_DRIFT, "an alert cannot start this"),
				"write then notify(RECEIVER) or then retrain(FLOW, cooldown = 6h)");
			return VALUE_ERROR_V;
		}
		then[nthen++] = v;
	}
	f[n++] = field_of(e, "severity", name_value(e, a->name, a->name_span));
	f[n++] = field_of(e, "text", text_between(e, a->kids[0]));
	f[n++] = field_of(e, "observable", name_value(e, word->name, word->span));
	f[n++] = field_of(e, "arguments", value_record(e->arena, args, x->nkids - 1, r.what->span));
	f[n++] = field_of(e, "decides", value_bool(flag_of(r.exported, "decides")));
	f[n++] = field_of(e, "below", value_bool(flag_of(r.exported, "below")));
	f[n++] = field_of(e, "bound", r.limit);
	f[n++] = field_of(e, "for", r.wait);
	f[n++] = field_of(e, "then", value_list(e->arena, then, nthen, a->span));
	return value_record(e->arena, f, n, a->span);
}

static const struct value *alerts(struct eval *e, struct instance *i, int rules)
{
	VEC(const struct value *) out = { 0 };
	int failed = 0;
	for (uint32_t n = 0; n < i->statements.n; n++) {
		const struct ast *a = i->statements.v[n];
		if (a->tag != AST_ALERT)
			continue;
		const struct value *v = rules ? rule(e, i, a) : alert_record(e, i, a);
		failed |= is_error(v);
		VEC_PUSH(e->arena, &out, v);
	}
	return failed ? VALUE_ERROR_V : value_list(e->arena, out.v, out.n, i->at);
}

/* Fields that are not known are none. */
static const struct value *with_all(struct eval *e, const struct value *v)
{
	static const char *const all[] = { "version", "rows", "label", "columns", "names", "dtype", "scale",
		"distinct-rows", "spread", "widest", "statistics", "data" };
	for (size_t k = 0; k < sizeof all / sizeof *all; k++)
		if (!value_getc(v, all[k]))
			v = value_with(e->arena, v, atom_cstr(e->p->atoms, all[k]), VALUE_NONE_V);
	return v;
}

static void said(struct eval *e, struct span at, const char *what, const char *cure)
{
	diag_help(e->diags, diag_error(e->diags, at, D_DRIFT, what), "%s", cure);
}

static const struct value *reference(struct eval *e, struct instance *i)
{
	const struct ast *x = setting(i, "reference");
	if (!x && setting(i, "concept") && !setting(i, "data") && !setting(i, "predictions")) {
		/* truth is compared with answers, not with old data */
		struct field *f = ARENA_ARRAY(e->arena, struct field, 2);
		f[0] = field_of(e, "kind", VALUE_NONE_V);
		f[1] = field_of(e, "path", VALUE_NONE_V);
		return with_all(e, value_record(e->arena, f, 2, i->at));
	}
	if (!x && i->suspect)
		return VALUE_ERROR_V;   /* most likely it is what did not parse, or is misspelt */
	if (!x) {
		said(e, i->at, arena_printf(e->p->arena, "drift policy `%s` has no `reference`", i->name->text),
			"write reference = file(\"x.csv\"), artifact(\"x.csv\") or uri(\"s3://...\"): "
			"the data that new data is compared with");
		return VALUE_ERROR_V;
	}
	const struct value *v = outer_value(e, i, x);
	if (is_error(v))
		return v;
	if (v->tag != VALUE_RECORD || !value_getc(v, "path")) {
		diag_help(e->diags, diag_error(e->diags, x->span, D_TYPE, "reference data", value_noun(e, v)),
			"write file(\"x.csv\"), artifact(\"x.csv\") or uri(\"s3://...\")");
		return VALUE_ERROR_V;
	}
	return with_all(e, v);
}

const struct value *policy_field(struct eval *e, struct instance *i, const struct atom *name, struct span at)
{
	const char *s = name->text;
	if (!i->decl && i->parent && i->parent->decl && i->parent->decl->tag == AST_DRIFT)
		i = i->parent;          /* a detector's */
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
		return name_value(e, i->name, i->at);
	if (!strcmp(s, "rate") || !strcmp(s, "budget")) {
		const struct ast *x = setting(i, s);
		struct env outer = i->env ? *i->env : (struct env){ 0 };
		if (x)
			return eval_typed(e, &outer, x, &type_rate);
		const struct value *model = s[0] == 'r' ? member_value(e, i, "model") : NULL;
		struct given *g = model && model->tag == VALUE_GIVEN ? model->ref.ref : NULL;
		if (g && table_get(&g->give->iface->index, name))
			return given_field(e, g, name, at);
		return VALUE_NONE_V;
	}
	const struct value *own = member_value(e, i, s);
	if (own)
		return own;
	diag_help(e->diags, diag_error(e->diags, at, D_UNKNOWN_FIELD, "`policy`", s),
		"it has name, data, predictions, concept, reference, rate, budget, alerts, rules, and what the runtime has");
	return VALUE_ERROR_V;
}

void check_policy(struct compile *c, struct instance *i)
{
	struct eval *e = c->e;
	static const char *const signals[] = { "data", "predictions", "concept" };
	int any = 0;
	if (!i->decl || i->decl->tag != AST_DRIFT) {
		const char *kind = i->kind->name->text;
		said(e, i->at, arena_printf(e->p->arena, "`%s` is a drift runtime, not a component", kind),
			arena_printf(e->p->arena, "write drift %s on MODEL { runtime = %s ... }", i->name->text, kind));
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
		said(e, i->at, arena_printf(e->p->arena, "drift policy `%s` watches nothing", i->name->text),
			"write data = DETECTOR(...)");
	policy_field(e, i, atom_cstr(e->p->atoms, "reference"), i->at);
	policy_field(e, i, atom_cstr(e->p->atoms, "rules"), i->at);
	policy_field(e, i, atom_cstr(e->p->atoms, "alerts"), i->at);
	policy_field(e, i, atom_cstr(e->p->atoms, "budget"), i->at);
}
