/* What differs, and a new side that was compiled with origins, in; the line of source that each change comes from,
   noted on it. */
#include "diff/diff.h"
#include "diff/why.h"
#include <string.h>

#define ASKED 1000                      /* changes that are looked up, the gravest first */

/* The path of a value of a tree, as why.h writes it. */
static int path_of(const struct value *tree, const struct value *want, struct buf *path, int depth)
{
	const size_t n = path->n;
	if (tree == want)
		return 1;
	for (uint32_t i = 0; depth < 60 && i < tree->n && tree->tag == VALUE_RECORD; i++) {
		buf_addf(path, "[\"%s\"]", tree->rec.fields[i].key->text);
		if (path_of(tree->rec.fields[i].value, want, path, depth + 1))
			return 1;
		path->p[path->n = n] = 0;
	}
	for (uint32_t i = 0; depth < 60 && i < tree->n && tree->tag == VALUE_LIST; i++) {
		buf_addf(path, "[%u]", i);
		if (path_of(tree->items[i], want, path, depth + 1))
			return 1;
		path->p[path->n = n] = 0;
	}
	return 0;
}

/* The first line of a text that is not as it was. 0: it has but one line. */
static uint32_t changed_line(const struct value *old, const struct value *new)
{
	uint32_t line = 1;
	if (!old || !new || old->tag != VALUE_STRING || new->tag != VALUE_STRING || !memchr(new->str.p, '\n', new->n))
		return 0;
	for (uint32_t i = 0; i < old->n && i + 1 < new->n && old->str.p[i] == new->str.p[i]; i++)
		line += new->str.p[i] == '\n';
	return line;
}

/* As far as the steps of a change lead by keys: what has gone has only what it stood in. */
static void path_along(const struct value *tree, const struct diff_change *c, struct buf *path)
{
	const struct value *v = tree;
	for (uint32_t i = 0; v && i < c->nsteps && c->steps[i].key; i++) {
		v = value_get(v, c->steps[i].key);
		if (v)
			buf_addf(path, "[\"%s\"]", c->steps[i].key->text);
	}
}

static int of_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* A text is put together from several places: what the new one has in place of the old, as whole words. NULL: nothing,
   or all of it. */
static const char *changed_part(const struct value *old, const struct value *new, size_t *n)
{
	uint32_t lo = 0, hi = 0;
	if (!old || !new || old->tag != VALUE_STRING || new->tag != VALUE_STRING)
		return NULL;
	const char *a = old->str.p, *b = new->str.p;
	while (lo < old->n && lo < new->n && a[lo] == b[lo])
		lo++;
	while (hi + lo < old->n && hi + lo < new->n && a[old->n - 1 - hi] == b[new->n - 1 - hi])
		hi++;
	while (lo && of_word(b[lo - 1]))
		lo--;
	while (hi && of_word(b[new->n - hi]))
		hi--;
	*n = new->n - hi > lo ? new->n - hi - lo : 0;
	return *n && (lo || hi) ? b + lo : NULL;
}

static int holds_text(const char *text, const char *part, size_t n)
{
	for (const char *s = text; (s = strchr(s, *part)); s++)
		if (!strncmp(s, part, n) && !of_word(s[n]) && (s == text || !of_word(s[-1])))
			return 1;
	return 0;
}

/* Of a chain, what a reader of a change wants to see: what the stack says, or what in the stack decides that it is
   there. */
static struct diff_origin chosen(const struct why_chain *c, const struct diff_change *change)
{
	const struct why_step *s = &c->steps.v[0];
	size_t n;
	const char *part = change ? changed_part(change->old, change->new, &n) : NULL;
	for (uint32_t i = 0; part && i < c->steps.n; i++)
		if (c->steps.v[i].what == WHY_FROM && !c->steps.v[i].library
			&& holds_text(c->steps.v[i].text, part, n)) {
			s = &c->steps.v[i];
			break;
		}
	for (uint32_t i = 0; s->library && i < c->steps.n; i++)
		if (c->steps.v[i].what == WHY_WHEN)
			s = &c->steps.v[i];
	return (struct diff_origin){ s->file, s->line, s->text };
}

static int after(const char *path, const char *word, const char **rest)
{
	const size_t n = strlen(word);
	if (strncmp(path, "[\"", 2) || strncmp(path + 2, word, n) || strncmp(path + 2 + n, "\"]", 2))
		return 0;
	*rest = path + n + 4;
	return 1;
}

static struct diff_origin origin_at(
	struct why *w, const struct diff_part *p, const char *path, const struct diff_change *change, struct arena *a)
{
	struct why_chain c;
	const char *rest, *component = *p->component ? p->component : NULL;
	int ok = 0;
	switch (p->what) {
	case DIFF_OBJECT:
		ok = why_object(w, component, p->api_version, p->kind, p->ns, p->name, path, a, &c);
		break;
	case DIFF_RELEASE:
		if (after(path, "values", &rest))
			ok = why_values(w, component, p->ns, p->name, rest, a, &c);
		else if (after(path, "chart", &rest))
			ok = why_release(w, component, p->ns, p->name, "ref", a, &c)
				|| why_release(w, component, p->ns, p->name, "name", a, &c);
		else
			ok = why_release(w, component, p->ns, p->name,
				after(path, "version", &rest) ? "version" : "release", a, &c);
		break;
	case DIFF_FILE:
		ok = why_config(w, component, p->name, path, a, &c) || why_config(w, component, p->name, "", a, &c);
		break;
	}
	return ok ? chosen(&c, change) : (struct diff_origin){ NULL, 0, NULL };
}

static void item_origin(struct diff *d, struct why *w, struct diff_item *x)
{
	struct why_chain c;
	struct diff_change *gravest = NULL;
	if (!x->new)
		return;
	for (uint32_t i = 0; i < x->nchanges; i++)
		if (!gravest || x->changes[i].risk.cls > gravest->risk.cls)
			gravest = &x->changes[i];
	if (gravest)
		x->from = gravest->from;
	/* new: what decides that it is there, or else the component that makes it */
	if (x->op == DIFF_ADDED
		&& x->new->what
			== DIFF_OBJECT &&why_object(w, *x->new->component ? x->new->component : NULL,
				x->new->api_version, x->new->kind, x->new->ns, x->new->name, "metadata", d->a, &c))
		for (uint32_t i = 0; i < c.steps.n && !x->from.file; i++)
			if (c.steps.v[i].what == WHY_WHEN)
				x->from = (struct diff_origin){ c.steps.v[i].file, c.steps.v[i].line,
					c.steps.v[i].text };
	if (!x->from.file && !strcmp(x->new->component, "-") && !strcmp(x->new->kind, "Namespace"))
		x->from = origin_at(w, x->new, "", NULL, d->a);
	if (!x->from.file && *x->new->component && why_component(w, x->new->component, d->a, &c))
		x->from = chosen(&c, NULL);
}

/* A pod that restarts since what it reads has changed: the line that this comes from, and not the one that writes the
   hash of it. */
static void through_config(struct diff *d)
{
	struct table read;
	table_init(&read, d->a);
	for (uint32_t i = 0; i < d->items.n; i++) {
		struct diff_item *x = &d->items.v[i];
		if (x->new && x->from.file && *x->new->component && !strcmp(x->new->kind, "ConfigMap"))
			table_put(&read, atom_cstr(d->atoms, x->new->component), &x->from);
	}
	for (uint32_t i = 0; i < d->items.n; i++) {
		struct diff_item *x = &d->items.v[i];
		struct diff_origin *from = x->new ? table_get(&read, atom_cstr(d->atoms, x->new->component)) : NULL;
		for (uint32_t k = 0; from && k < x->nchanges; k++) {
			struct diff_change *c = &x->changes[k];
			const struct atom *last = c->nsteps ? c->steps[c->nsteps - 1].key : NULL;
			if (!last || strcmp(last->text, "mlopsc/config-hash"))
				continue;
			if (x->from.file == c->from.file && x->from.line == c->from.line)
				x->from = *from;
			c->from = *from;
		}
	}
}

void diff_blame(struct diff *d, struct why *w)
{
	uint32_t asked = 0;
	struct buf path = { 0 };
	for (uint32_t i = 0; i < d->items.n && asked < ASKED; i++) {
		struct diff_item *x = &d->items.v[i];
		for (uint32_t k = 0; x->new && x->new->tree && k < x->nchanges && asked < ASKED; k++, asked++) {
			struct diff_change *c = &x->changes[k];
			buf_clear(&path);
			if (!c->new || !path_of(x->new->tree, c->new, &path, 0)) {
				buf_clear(&path);
				path_along(x->new->tree, c, &path);
			}
			why_text_line(w, changed_line(c->old, c->new));
			c->from = origin_at(w, x->new, path.p ? path.p : "", c, d->a);
			why_text_line(w, 0);
			for (uint32_t n = 0; n < c->ninside; n++)
				c->inside[n].from = c->from;
		}
		item_origin(d, w, x);
		asked++;
	}
	through_config(d);
	buf_free(&path);
}
