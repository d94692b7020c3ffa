/* Two values of one part in, a flat list of changes out, in the order of the tree.

   Fields that a server fills in, and spellings of one meaning, are no change. Lists pair their elements by the key that
   kubernetes/lists.tsv has for them; where there is none, or position is the key, by the longest sequence that both
   have, so that an argument put in the middle is one change and not ten. */
#include "diff/list.h"
#include "value/yaml.h"
#include <stdlib.h>
#include <string.h>

static const struct value empty_record = { .tag = VALUE_RECORD };

struct compare {
	struct diff *d;
	const char *kind;
	int live[2];                            /* the old, the new side comes from a server */
	VEC(struct diff_step) steps;
	VEC(const char *) names;                /* of the steps, for tables */
	VEC(struct diff_change) out;
};

static void enter(struct compare *c, const struct atom *key, uint32_t at, uint32_t at_new, const char *id)
{
	const struct diff_step s = { key, at, at_new, id };
	const char *name = key ? key->text : "[]";
	VEC_PUSH(c->d->a, &c->steps, s);
	VEC_PUSH(c->d->a, &c->names, name);
}

static void leave(struct compare *c)
{
	c->steps.n--;
	c->names.n--;
}

static struct diff_path here(const struct compare *c)
{
	return (struct diff_path){ c->names.v, c->names.n };
}

static struct diff_change *add(struct compare *c, enum diff_op op, const struct value *old, const struct value *new)
{
	struct diff_change x = { .op = op, .nsteps = c->steps.n, .old = old, .new = new };
	struct diff_step *s = ARENA_ARRAY(c->d->a, struct diff_step, c->steps.n + 1);
	if (c->steps.n)
		memcpy(s, c->steps.v, c->steps.n * sizeof *s);
	x.steps = s;
	VEC_PUSH(c->d->a, &c->out, x);
	return &c->out.v[c->out.n - 1];
}

/* An API server takes null and an empty list as not said; in the values of a chart they take a default away. */
static int absent(const struct compare *c, const struct value *v)
{
	return !v || ((v->tag == VALUE_NONE || (v->tag == VALUE_LIST && !v->n)) && strcmp(c->kind, "release"));
}

/* ---- what a server fills in ---- */

static int is_none(const struct value *v)
{
	return !v || v->tag == VALUE_NONE;
}

/* The default of a field as a table writes it. */
static int is_default(const char *want, const struct value *v, const struct value *around)
{
	if (want[0] == '"')
		return v->tag == VALUE_STRING && v->n + 2 == strlen(want) && !memcmp(v->str.p, want + 1, v->n);
	if (want[0] == '=') {
		const struct value *beside = around ? value_getc(around, want + 1) : NULL;
		return beside && value_equal(beside, v);
	}
	if (!strcmp(want, "@pull")) {
		const struct value *image = value_getc(around, "image");
		int latest = 1;
		if (image && image->tag == VALUE_STRING) {
			const char *slash = memchr(image->str.p, '/', image->n), *colon, *end = image->str.p + image->n;
			for (const char *next; slash && (next = memchr(slash + 1, '/', (size_t)(end - slash - 1)));)
				slash = next;
			slash = slash ? slash : image->str.p;
			colon = memchr(slash, ':', (size_t)(end - slash));
			latest = !memchr(slash, '@', (size_t)(end - slash))
				&& (!colon || (end - colon == 7 && !memcmp(colon, ":latest", 7)));
		}
		return value_says(v, latest ? "Always" : "IfNotPresent");
	}
	if (!strcmp(want, "@policy")) {         /* Ingress always, Egress where there are rules for it */
		const int egress = around && !is_none(value_getc(around, "egress"));
		if (v->tag != VALUE_LIST || v->n != 1u + (uint32_t)egress)
			return 0;
		for (uint32_t i = 0; i < v->n; i++)
			if (!value_says(v->items[i], "Ingress") && !(egress && value_says(v->items[i], "Egress")))
				return 0;
		return 1;
	}
	if (!strcmp(want, "true") || !strcmp(want, "false"))
		return v->tag == VALUE_BOOL && v->i == (want[0] == 't');
	if (!strcmp(want, "{}"))
		return v->tag == VALUE_RECORD && !v->n;
	return v->tag == VALUE_INT && v->i == strtoll(want, NULL, 10) && want[0] >= '0' && want[0] <= '9';
}

/* v is on one side only; around: the record that has it; live: that side is a server's. Would its absence mean the
   same? */
static int means_nothing(struct compare *c, const struct value *v, const struct value *around, int live)
{
	const struct diff_path p = here(c);
	const char *want = tables_default(&c->d->tables, c->kind, &p);
	if (want && (!strcmp(want, "-") || (live && !strcmp(want, "*")) || is_default(want, v, around)))
		return 1;
	if (v->tag == VALUE_LIST)
		return !v->n && strcmp(c->kind, "release");
	if (v->tag != VALUE_RECORD || (!v->n && !live))
		return 0;
	for (uint32_t i = 0; i < v->n; i++) {   /* a record of nothing but defaults */
		enter(c, v->rec.fields[i].key, 0, 0, NULL);
		const int nothing = absent(c, v->rec.fields[i].value)
			|| means_nothing(c, v->rec.fields[i].value, v, live);
		leave(c);
		if (!nothing)
			return 0;
	}
	return 1;
}

static int never_compared(struct compare *c)
{
	const struct diff_path p = here(c);
	const char *want = tables_default(&c->d->tables, c->kind, &p);
	return want && !strcmp(want, "-");
}

/* ---- values ---- */

static void compare(struct compare *c, const struct value *a, const struct value *b);

static void one_sided(struct compare *c, const struct value *a, const struct value *b, const struct value *around)
{
	if (!means_nothing(c, a ? a : b, around, c->live[a ? 0 : 1]))
		add(c, a ? DIFF_REMOVED : DIFF_ADDED, a, b);
}

static void records(struct compare *c, const struct value *a, const struct value *b)
{
	for (uint32_t i = 0; i < a->n; i++) {
		const struct field *f = &a->rec.fields[i];
		const struct value *other = b->n > i && b->rec.fields[i].key == f->key ? b->rec.fields[i].value
			: value_get(b, f->key);
		if (f->value == other || (absent(c, f->value) && absent(c, other)))
			continue;
		enter(c, f->key, 0, 0, NULL);
		if (absent(c, f->value))
			one_sided(c, NULL, other, b);
		else if (absent(c, other))
			one_sided(c, f->value, NULL, a);
		else
			compare(c, f->value, other);
		leave(c);
	}
	for (uint32_t i = 0; i < b->n; i++) {
		const struct field *f = &b->rec.fields[i];
		if (absent(c, f->value) || (a->n > i && a->rec.fields[i].key == f->key) || value_get(a, f->key))
			continue;
		enter(c, f->key, 0, 0, NULL);
		one_sided(c, NULL, f->value, b);
		leave(c);
	}
}

static void lists(struct compare *c, const struct value *a, const struct value *b)
{
	const struct diff_path p = here(c);
	struct list_pairs pairs;
	list_pair(&c->d->tables, c->kind, &p, a, b, c->d->a, &pairs);
	for (uint32_t k = 0; k < pairs.n; k++) {
		const struct list_pair *x = &pairs.v[k];
		enter(c, NULL, (uint32_t)(x->old >= 0 ? x->old : x->new), (uint32_t)(x->new >= 0 ? x->new : x->old),
			x->id);
		if (x->old >= 0 && x->new >= 0)
			compare(c, a->items[x->old], b->items[x->new]);
		else if (x->old >= 0)
			add(c, DIFF_REMOVED, a->items[x->old], NULL);
		else
			add(c, DIFF_ADDED, NULL, b->items[x->new]);
		leave(c);
	}
	if (pairs.norder) {
		struct diff_change *x = add(c, DIFF_ORDER, a, b);
		x->order = pairs.order;
		x->norder = pairs.norder;
	}
}

/* A text that is a document itself, by its key: what differs in it. 0: it is not one, or does not parse. */
static int documents(
	struct compare *c, const struct value *a, const struct value *b, struct diff_change **inside, uint32_t *n)
{
	const struct diff_step *s = c->steps.n ? &c->steps.v[c->steps.n - 1] : NULL;
	const char *dot = s && s->key ? strrchr(s->key->text, '.') : NULL;
	if (!dot || (strcmp(dot, ".json") && strcmp(dot, ".yaml") && strcmp(dot, ".yml") && strcmp(dot, ".toml")))
		return 0;
	const struct value *x = diff_document(c->d, s->key->text, a->str.p, a->n),
		*y = diff_document(c->d, s->key->text, b->str.p, b->n);
	if ((x->tag != VALUE_RECORD && x->tag != VALUE_LIST) || x->tag != y->tag)
		return 0;
	diff_compare(c->d, "file", x, y, 0, 0, inside, n);
	return 1;
}

static void compare(struct compare *c, const struct value *a, const struct value *b)
{
	struct diff_change *inside = NULL;
	uint32_t ninside = 0;
	if (a == b || never_compared(c))
		return;
	if (a->tag == VALUE_RECORD && b->tag == VALUE_RECORD) {
		records(c, a, b);
		return;
	}
	if (a->tag == VALUE_LIST && b->tag == VALUE_LIST) {
		lists(c, a, b);
		return;
	}
	if (value_equal(a, b))
		return;
	const struct diff_path p = here(c);
	if (scalar_same(tables_scalar(&c->d->tables, c->kind, &p), a, b))
		return;
	if (a->tag == VALUE_STRING && b->tag == VALUE_STRING && documents(c, a, b, &inside, &ninside) && !ninside)
		return;
	struct diff_change *x = add(c, DIFF_CHANGED, a, b);
	x->inside = inside;
	x->ninside = ninside;
}

void diff_compare(struct diff *d, const char *kind, const struct value *old, const struct value *new, int old_live,
	int new_live, struct diff_change **changes, uint32_t *n)
{
	struct compare c = { .d = d, .kind = kind, .live = { old_live, new_live } };
	compare(&c, old ? old : &empty_record, new ? new : &empty_record);
	*changes = c.out.v;
	*n = c.out.n;
}

const struct value *diff_document(struct diff *d, const char *name, const char *p, size_t n)
{
	const char *dot = strrchr(name, '.');
	const struct value *v = NULL;
	if (dot && !strcmp(dot, ".toml"))
		v = toml_read(d->a, d->atoms, p, n);
	if (dot && (!strcmp(dot, ".json") || !strcmp(dot, ".yaml") || !strcmp(dot, ".yml"))) {
		struct yaml_documents docs = { 0 };
		struct diags own;
		struct source *src = source_add(d->sources, arena_strdup(d->a, name, strlen(name)), p, n, 0);
		diags_init(&own, d->a, d->sources);
		if (src)
			yaml_read(src, d->a, d->atoms, &own, &docs);
		if (docs.n == 1 && !own.nerrors)
			v = docs.v[0];
	}
	return v ? v : value_string(d->a, p, n, (struct span){ 0, 0 });
}
