/* Making plans and making components by them. A plan is learnt from a component that has been made plainly and found
   sound; the first two others that it fits are made both ways. */
#include "eval/compile.h"
#include "eval/plan.h"
#include "eval/whole.h"
#include "value/yaml.h"
#include <stdio.h>
#include <string.h>

enum { FROM_INSTANCES = 4, MAX_PLANS = 8, TRIALS = 2 };
#define HASH_LINE "mlopsc/content-hash: "

/* A component whose objects come from its kind and settings alone. */
static int is_simple(const struct compile *c, const struct top *t)
{
	const struct instance *i = t->inst;
	if (c->plain || !i || !i->decl || i->failed || t->parts.n || i->kind->has_inner || i->kind->runs.n
		|| i->allows.n || i->name != i->local)
		return 0;
	for (uint32_t n = 0; n < i->statements.n; n++)
		if (i->statements.v[n]->tag != AST_CHECK)
			return 0;
	return i->kind->ninstances >= FROM_INSTANCES;
}

static struct plan *fitting(struct compile *c, struct top *t, struct bound **b)
{
	struct kind *k = t->inst->kind;
	for (uint32_t n = 0; n < k->plans.n; n++) {
		struct plan *p = k->plans.v[n];
		if (!p->retired && (*b = plan_bind(c->e, p, t->inst)))
			return p;
	}
	return NULL;
}

static void objects_of(struct compile *c, struct top *t, struct bound *b, struct out_component *o)
{
	struct eval *e = c->e;
	const struct plan *p = b->plan;
	o->objects = ARENA_ARRAY(e->arena, struct out_object, p->objects.n);
	o->nobjects = p->objects.n;
	buf_clear(&c->text);
	for (uint32_t n = 0; n < p->objects.n; n++) {
		const struct plan_object *q = &p->objects.v[n];
		o->objects[n] = (struct out_object){ .api_version = q->api_version,
			.kind = q->kind,
			.rank = q->rank,
			.name = q->name_text ? q->name_text : plan_cstr(e, b, q->name),
			.ns = q->ns_text ? q->ns_text : plan_cstr(e, b, q->ns) };
		if (c->pass == 2) {
			size_t start = c->text.n;
			plan_text(e, b, q, &c->canonical, &c->text, &o->objects[n].hash);
			o->objects[n].text_n = c->text.n - start;
		}
	}
	/* the texts stand in one buffer, which is good until the next component is made */
	const char *at = c->text.p;
	for (uint32_t n = 0; c->pass == 2 && n < p->objects.n; n++) {
		o->objects[n].text = at;
		at += o->objects[n].text_n;
	}
	const struct value *version = slot_value(e, t->inst, SLOT_VERSION);
	o->name = t->name;
	o->kind = t->kind;
	o->version = version->tag == VALUE_STRING ? arena_strdup(e->arena, version->str.p, version->n) : "";
}

int plan_component(struct compile *c, struct top *t, struct out_component *o)
{
	*o = (struct out_component){ 0 };
	struct bound *b = c->bound ? c->bound : plan_bind(c->e, t->plan, t->inst);
	if (!b)
		return 0;
	objects_of(c, t, b, o);
	return 1;
}

/* The names of its objects, and what stands in its slots. */
static int names_ok(struct compile *c, struct bound *b)
{
	for (uint32_t n = 0; n < b->plan->objects.n; n++) {
		const struct plan_object *q = &b->plan->objects.v[n];
		if (q->name_first && !object_name_fits(q->kind, plan_value(c->e, b, q->name)))
			return 0;
	}
	return plan_leaves_fit(c->e, b);
}

void plan_first_use(struct compile *c, struct top *t)
{
	struct bound *b = NULL;
	struct plan *p;
	c->bound = NULL;
	if (!is_simple(c, t) || !t->inst->kind->plans.n)
		return;
	p = fitting(c, t, &b);
	if (!p || p->tried < TRIALS || !names_ok(c, b))
		return;         /* a trial, or something to report: plainly first */
	if (t->inst->kind->has_checks && !run_output_checks(c, t))
		return;
	struct eval *e = c->e;
	e->user = t->inst;
	for (uint32_t n = 0; n < p->uses.n; n++)
		secret_used(e, p->uses.v[n].secret, p->uses.v[n].key, p->uses.v[n].at);
	e->user = NULL;
	c->bound = b;
	t->plan = p;
}

/* The rules' checks that look into what differs between components, with this component's values. */
int plan_rules(struct compile *c, struct top *t)
{
	struct eval *e = c->e;
	e->bound = c->bound;
	for (uint32_t n = 0; n < t->plan->residuals.n; n++) {
		const struct residual *r = &t->plan->residuals.v[n];
		c->rule = r->rule;
		run_check(c, r->env, r->check, t->inst, t->inst->at, "a rule");
	}
	c->rule = NULL;
	e->bound = NULL;
	return 1;
}

/* -- learning -- */

static const struct value *marked(struct eval *e, const struct plan *p, const struct value *v)
{
	if (is_symbolic(v) && ((const struct symbolic *)v)->sym->plan == p) {
		char s[16];
		int n = snprintf(s, sizeof s, "\1%08x\2", ((const struct symbolic *)v)->sym->index);
		struct value *w = (struct value *)(uintptr_t)value_string(
			e->arena, arena_strdup(e->arena, s, (size_t)n), (size_t)n, v->origin);
		/* so that the writer leaves it as it is; real text never holds a control character there */
		w->plain = 1;
		return w;
	}
	if (v->tag == VALUE_LIST) {
		const struct value **items = ARENA_ARRAY(e->arena, const struct value *, v->n);
		for (uint32_t i = 0; i < v->n; i++)
			items[i] = marked(e, p, v->items[i]);
		return value_list(e->arena, items, v->n, v->origin);
	}
	if (v->tag == VALUE_RECORD) {
		struct field *f = ARENA_ARRAY(e->arena, struct field, v->n);
		for (uint32_t i = 0; i < v->n; i++)
			f[i] = (struct field){ v->rec.fields[i].key, marked(e, p, v->rec.fields[i].value) };
		return value_record(e->arena, f, v->n, v->origin);
	}
	return v;
}

struct hole { struct canonical_hole hole; struct eval *e; struct plan_ops *ops; struct sym *sym; size_t *flushed; };

static void fill(const struct canonical_hole *h, struct buf *out)
{
	const struct hole *x = (const void *)h;
	struct op op = { .p = arena_strdup(x->e->unit, out->p + *x->flushed, out->n - *x->flushed),
		.n = (uint32_t)(out->n - *x->flushed), .sym = x->sym->index, .then = OP_SYM };
	VEC_PUSH(x->e->unit, x->ops, op);
	*x->flushed = out->n;
	x->sym->again |= x->sym->seen;
	x->sym->seen = 1;
}

static const struct value *holed(
	struct eval *e, const struct plan *p, struct plan_ops *ops, size_t *flushed, const struct value *v)
{
	if (is_symbolic(v) && ((const struct symbolic *)v)->sym->plan == p) {
		struct hole *h = ARENA_NEW(e->arena, struct hole);
		*h = (struct hole){ { fill }, e, ops, p->syms.v[((const struct symbolic *)v)->sym->index], flushed };
		struct value *w = ARENA_NEW(e->arena, struct value);
		w->tag = VALUE_VIEW;
		w->ref.ref = h;
		return w;
	}
	if (v->tag == VALUE_LIST) {
		const struct value **items = ARENA_ARRAY(e->arena, const struct value *, v->n);
		for (uint32_t i = 0; i < v->n; i++)
			items[i] = holed(e, p, ops, flushed, v->items[i]);
		return value_list(e->arena, items, v->n, v->origin);
	}
	if (v->tag == VALUE_RECORD) {
		struct field *f = ARENA_ARRAY(e->arena, struct field, v->n);
		for (uint32_t i = 0; i < v->n; i++)
			f[i] = (struct field){ v->rec.fields[i].key,
				holed(e, p, ops, flushed, v->rec.fields[i].value) };
		return value_record(e->arena, f, v->n, v->origin);
	}
	return v;
}

static void cut_canonical(struct eval *e, const struct plan *p, struct plan_ops *ops, const struct value *tree)
{
	struct buf b = { 0 };
	size_t flushed = 0;
	value_canonical(holed(e, p, ops, &flushed, tree), &b);
	VEC_PUSH(e->unit, ops,
		((struct op){ .p = arena_strdup(e->unit, b.p + flushed, b.n - flushed),
			.n = (uint32_t)(b.n - flushed) }));
	buf_free(&b);
}

static void literal(struct eval *e, struct plan_object *o, const char *s, size_t n, struct op then)
{
	then.p = arena_strdup(e->unit, s, n);
	then.n = (uint32_t)n;
	VEC_PUSH(e->unit, &o->text, then);
}

/* Cuts the plain writer's text at the marks and at the hash. */
static int cut_text(struct eval *e, struct plan_object *o, const struct out_object *obj, const struct value *marks)
{
	struct buf text = { 0 }, canonical = { 0 };
	struct out_object m = *obj;
	struct hash128 hash;
	char hex[33];
	m.tree = marks;
	emit_object(&text, &m, &hash, &canonical);
	hash_hex(hash, hex);
	char *line = strstr(text.p, HASH_LINE);
	char *at = line ? strstr(line, hex) : NULL;
	size_t from = 0, cut = at ? (size_t)(at - text.p) : 0;
	int ok = at != NULL;
	for (size_t k = 0; ok && k < text.n; k++) {
		if (k == cut) {
			size_t quote = text.p[k - 1] == '"';
			literal(e, o, text.p + from, k - quote - from, (struct op){ .then = OP_HASH, .indent = 6 });
			from = k + 32 + quote;
			k = from - 1;
			continue;
		}
		if (text.p[k] != '\1')
			continue;
		size_t start = k;
		uint32_t column = 0;
		unsigned sym = 0;
		while (start && text.p[start - 1] != '\n')
			start--;
		while (text.p[start + column] == ' '
			|| (text.p[start + column] == '-' && text.p[start + column + 1] == ' '))
			column++;
		sscanf(text.p + k + 1, "%8x", &sym);
		/* children of a key stand two columns in; those of an item of a list where its text begins */
		literal(e, o, text.p + from, k - from,
			(struct op){ .then = OP_SYM, .sym = sym,
				.indent = (uint16_t)(start + column == k ? column : column + 2) });
		from = k + 10;
		k = from - 1;
	}
	if (ok)
		literal(e, o, text.p + from, text.n - from, (struct op){ .then = OP_NOTHING });
	buf_free(&text);
	buf_free(&canonical);
	return ok;
}

/* The instance again, with nothing computed. */
static struct instance *fresh(struct eval *e, const struct instance *orig)
{
	struct instance *i = ARENA_NEW(e->unit, struct instance);
	struct kind *k = orig->kind;
	*i = *orig;
	i->top = i;
	i->cells = ARENA_ARRAY(e->unit, const struct value *, k->members.n);
	i->given = ARENA_ARRAY(e->unit, const struct value *, k->gives.n + 1);
	i->ports = ARENA_ARRAY(e->unit, const struct value *, k->ports.n + 1);
	i->exposes = ARENA_ARRAY(e->unit, const struct value *, k->ports.n + 1);
	return i;
}

static int has_node_port(const struct out_object *o)
{
	const struct value *spec = value_getc(o->tree, "spec"),
		*ports = value_getc(spec, "ports");
	for (uint32_t n = 0; ports && ports->tag == VALUE_LIST && n < ports->n; n++)
		if (ports->items[n]->tag == VALUE_RECORD && value_getc(ports->items[n], "nodePort"))
			return 1;
	return 0;
}

static int same_as_plain(struct compile *c, struct top *t, struct bound *b, const struct out_component *plain)
{
	struct out_component o = { 0 };
	struct buf text = { 0 }, canonical = { 0 };
	int pass = c->pass, ok;
	c->pass = 2;
	objects_of(c, t, b, &o);
	c->pass = pass;
	ok = o.nobjects == plain->nobjects;
	for (uint32_t n = 0; ok && n < o.nobjects; n++) {
		struct hash128 h;
		buf_clear(&text);
		emit_object(&text, &plain->objects[n], &h, &canonical);
		ok = text.n == o.objects[n].text_n && !memcmp(text.p, o.objects[n].text, text.n)
			&& hash_equal(h, o.objects[n].hash) && !strcmp(o.objects[n].name, plain->objects[n].name)
			&& !strcmp(o.objects[n].ns, plain->objects[n].ns);
	}
	buf_free(&text);
	buf_free(&canonical);
	return ok;
}

static int is_frame(const struct sym *s)
{
	struct buf b = { 0 };
	for (uint32_t n = 0; n < s->nparts; n++) {
		if (s->parts[n].p)
			buf_add(&b, s->parts[n].p, s->parts[n].n);
		else
			buf_addc(&b, YAML_HOLE);
	}
	int ok = yaml_is_frame(b.p, b.n);
	buf_free(&b);
	return ok;
}

static struct plan *trace(struct compile *c, struct top *t)
{
	struct eval *e = c->e;
	struct plan *p = ARENA_NEW(e->unit, struct plan);
	struct out_component o;
	struct arena *old = e->arena;
	uint32_t errors = e->diags->n;
	p->kind = t->inst->kind;
	p->orig = t->inst;
	p->inst = fresh(e, t->inst);
	p->guarded = ARENA_ARRAY(e->unit, uint8_t, p->kind->members.n);
	e->arena = e->unit;
	e->plan = p;
	int ok = make_objects(c, t, p->inst, &o) && !o.nreleases && !o.nfiles;
	if (ok)
		run_rules(c, t, &o);
	e->plan = NULL;
	for (uint32_t n = 0; ok && n < o.nobjects; n++) {
		const struct out_object *obj = &o.objects[n];
		const struct value *meta = value_getc(obj->tree, "metadata");
		struct plan_object q = { .api_version = obj->api_version, .kind = obj->kind, .rank = obj->rank,
			.name = value_get(meta, e->p->a_name), .ns = value_get(meta, e->p->implicit[SLOT_NAMESPACE]) };
		q.ns_text = !q.ns ? "" : is_symbolic(q.ns) ? NULL : arena_strdup(e->unit, q.ns->str.p, q.ns->n);
		q.name_text = is_symbolic(q.name) ? NULL : arena_strdup(e->unit, q.name->str.p, q.name->n);
		ok = !has_node_port(obj) && cut_text(e, &q, obj, marked(e, p, obj->tree));
		if (ok)
			cut_canonical(e, p, &q.canonical, obj->tree);
		VEC_PUSH(e->unit, &p->objects, q);
	}
	/* one name is looked at once for each rule that it stands under */
	for (uint32_t n = 0; n < p->objects.n; n++) {
		struct plan_object *q = &p->objects.v[n];
		q->name_first = (uint8_t)is_symbolic(q->name);
		for (uint32_t k = 0; k < n && q->name_first; k++) {
			const struct plan_object *r = &p->objects.v[k];
			q->name_first = !(is_symbolic(r->name)
				&& ((const struct symbolic *)r->name)->sym
					== ((const struct symbolic *)q->name)->sym
				&& object_name_rule(r->kind) == object_name_rule(q->kind));
		}
	}
	for (uint32_t n = 0; ok && n < p->syms.n; n++) {
		struct sym *s = p->syms.v[n];
		if (s->hashed) {
			struct plan_ops *ops = ARENA_NEW(e->unit, struct plan_ops);
			cut_canonical(e, p, ops, s->hashed);
			s->canonical = ops;
		} else if (!s->is_slot) {
			s->frame = (uint8_t)is_frame(s);
		}
	}
	if (ok)
		p->whole = whole_trace(c, p, &o);
	e->arena = old;
	return ok && !p->failed && e->diags->n == errors ? p : NULL;
}

void plan_learn(struct compile *c, struct top *t, const struct out_component *plain)
{
	struct bound *b = NULL;
	struct plan *p;
	if (!is_simple(c, t) || plain->nreleases || plain->nfiles || t->inst->kind->unplannable)
		return;
	struct kind *k = t->inst->kind;
	p = k->plans.n ? fitting(c, t, &b) : NULL;
	if (!p) {
		if (k->plans.n == MAX_PLANS)
			return;
		p = trace(c, t);
		b = p ? plan_bind(c->e, p, t->inst) : NULL;
		if (!b || !same_as_plain(c, t, b, plain)) {
			k->unplannable = 1;
			return;
		}
		VEC_PUSH(c->e->unit, &k->plans, p);
		t->plan = p;
		return;
	}
	if (p->tried < TRIALS && names_ok(c, b)) {
		p->tried++;
		if (same_as_plain(c, t, b, plain))
			t->plan = p;
		else
			p->retired = 1;
	}
}
