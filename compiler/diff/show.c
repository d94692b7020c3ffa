/* Values, paths and changes as a person reads them. */
#include "diff/diff.h"
#include "base/diag_write.h"
#include "value/yaml.h"
#include <string.h>

#define SIDE 48                         /* bytes of either value of a change */
#define AROUND 10                       /* bytes shown before and behind what differs in long texts */

/* At most `max` bytes, cut between characters. */
static void cut(struct buf *out, const char *p, size_t n, size_t max)
{
	size_t k = n;
	if (n > max) {
		k = max > 3 ? max - 3 : 0;
		while (k && ((unsigned char)p[k] & 0xc0) == 0x80)
			k--;
	}
	diag_put_safe(out, p, k, 0);
	if (k < n)
		buf_adds(out, "...");
}

void diff_show_value(const struct value *v, size_t max, struct buf *out)
{
	char num[40];
	struct buf b = { 0 };
	switch ((enum value_tag)v->tag) {
	case VALUE_STRING:
		if (!v->n || memchr(v->str.p, ' ', v->n) || memchr(v->str.p, '\n', v->n)) {
			json_write_string(&b, v->str.p, v->n);
			cut(out, b.p, b.n, max);
		} else {
			cut(out, v->str.p, v->n, max);
		}
		break;
	case VALUE_INT: buf_addf(out, "%lld", (long long)v->i); break;
	case VALUE_FLOAT: buf_add(out, num, float_print(v->d, num)); break;
	case VALUE_BOOL: buf_adds(out, v->i ? "true" : "false"); break;
	case VALUE_NONE: buf_adds(out, "null"); break;
	default:
		/* { team: ml } is team=ml */
		if (v->tag == VALUE_RECORD && v->n == 1 && v->rec.fields[0].value->tag == VALUE_STRING) {
			cut(&b, v->rec.fields[0].key->text, v->rec.fields[0].key->len, max);
			buf_addc(&b, '=');
			diff_show_value(v->rec.fields[0].value, max, &b);
		} else {
			json_write(&b, v, -1);
		}
		cut(out, b.p, b.n, max);
		break;
	}
	buf_free(&b);
}

static int plain(const struct atom *k)
{
	for (uint32_t i = 0; i < k->len; i++) {
		const char c = k->text[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			c == '_' || c == '-'))
			return 0;
	}
	return k->len > 0;
}

static void steps(const struct diff_step *s, uint32_t from, uint32_t n, struct buf *out)
{
	for (uint32_t i = from; i < n; i++)
		if (!s[i].key) {
			buf_addc(out, '[');
			cut(out, s[i].id, strlen(s[i].id), 60);
			buf_addc(out, ']');
		} else if (plain(s[i].key)) {
			buf_addf(out, "%s%s", i > from ? "." : "", s[i].key->text);
		} else {
			buf_adds(out, "[\"");
			diag_put_safe(out, s[i].key->text, s[i].key->len, 0);
			buf_adds(out, "\"]");
		}
}

void change_path(const struct diff_change *c, struct buf *out)
{
	steps(c->steps, 0, c->nsteps, out);
}

static int is_key(const struct diff_step *s, const char *word)
{
	return s->key && !strcmp(s->key->text, word);
}

/* What every line of an object begins with says nothing: a label is its key, a container's field stands behind its
   container. */
static void short_path(const struct diff_change *c, struct buf *out)
{
	uint32_t from = 0;
	if (c->nsteps > 1 && (is_key(c->steps, "metadata") || is_key(c->steps, "spec") || is_key(c->steps, "values")))
		from = 1;
	if (from && c->nsteps > 2 && is_key(c->steps, "metadata") &&
		(is_key(c->steps + 1, "labels") || is_key(c->steps + 1, "annotations")))
		from = 2;
	for (uint32_t i = from; i + 2 < c->nsteps; i++)
		if (is_key(c->steps + i, "template") && is_key(c->steps + i + 1, "spec"))
			from = i + 2;
	if (from + 2 < c->nsteps && (is_key(c->steps + from, "containers") ||
		is_key(c->steps + from, "initContainers")) && !c->steps[from + 1].key) {
		cut(out, c->steps[from + 1].id, strlen(c->steps[from + 1].id), 40);
		buf_addc(out, ' ');
		from += 2;
	}
	if (from < c->nsteps && from && c->steps[from].key && !plain(c->steps[from].key)) {
		diag_put_safe(out, c->steps[from].key->text, c->steps[from].key->len, 0);
		steps(c->steps, from + 1, c->nsteps, out);
		return;
	}
	steps(c->steps, from, c->nsteps, out);
}

static int starts_character(const struct value *v, uint32_t at)
{
	return at >= v->n || ((unsigned char)v->str.p[at] & 0xc0) != 0x80;
}

static void part_of(const struct value *v, uint32_t lo, uint32_t hi, struct buf *out)
{
	struct buf b = { 0 };
	json_write_string(&b, v->str.p + lo, hi - lo);
	if (lo)
		buf_adds(out, "...");
	cut(out, b.p + 1, b.n - 2, SIDE);
	if (hi < v->n)
		buf_adds(out, "...");
	buf_free(&b);
}

/* Two long texts: only where they differ, with a little before and behind it. */
static void long_texts(const struct value *a, const struct value *b, struct buf *out)
{
	const uint32_t shorter = a->n < b->n ? a->n : b->n;
	uint32_t lo = 0, tail = 0;
	while (lo < shorter && a->str.p[lo] == b->str.p[lo])
		lo++;
	while (tail < shorter - lo && a->str.p[a->n - 1 - tail] == b->str.p[b->n - 1 - tail])
		tail++;
	lo = lo > AROUND ? lo - AROUND : 0;
	tail = tail > AROUND ? tail - AROUND : 0;
	while (lo && !starts_character(a, lo))
		lo--;
	while (tail && (!starts_character(a, a->n - tail) || !starts_character(b, b->n - tail)))
		tail--;
	part_of(a, lo, a->n - tail, out);
	buf_adds(out, " -> ");
	part_of(b, lo, b->n - tail, out);
}

void diff_show_change(const struct diff_change *c, struct buf *out)
{
	const int label = c->nsteps > 2 && is_key(c->steps, "metadata") &&
		(is_key(c->steps + 1, "labels") || is_key(c->steps + 1, "annotations"));
	const struct value *v = c->old ? c->old : c->new;
	/* a hash of what the pods read says nothing to people */
	if (c->nsteps && is_key(&c->steps[c->nsteps - 1], "mlopsc/config-hash")) {
		buf_adds(out, "what it reads has changed");
		return;
	}
	switch (c->op) {
	case DIFF_ADDED:
	case DIFF_REMOVED:
		buf_adds(out, c->op == DIFF_ADDED ? "+ " : "- ");
		if (label && v->tag == VALUE_STRING) {
			cut(out, c->steps[2].key->text, c->steps[2].key->len, 60);
			buf_addc(out, '=');
			diff_show_value(v, 40, out);
			return;
		}
		/* an element is its value */
		if (c->nsteps && !c->steps[c->nsteps - 1].key && v->tag != VALUE_RECORD) {
			const struct diff_change list = { .steps = c->steps, .nsteps = c->nsteps - 1 };
			short_path(&list, out);
		} else {
			short_path(c, out);
		}
		buf_addc(out, ' ');
		diff_show_value(v, 60, out);
		return;
	case DIFF_ORDER:
		short_path(c, out);
		buf_adds(out, " in another order");
		return;
	case DIFF_RENAMED:
	case DIFF_CHANGED:
		break;
	}
	short_path(c, out);
	if (c->ninside) {
		buf_adds(out, ": ");
		for (uint32_t i = 0; i < c->ninside && i < 3; i++) {
			if (i)
				buf_adds(out, ", ");
			diff_show_change(&c->inside[i], out);
		}
		if (c->ninside > 3)
			buf_addf(out, " and %u more", c->ninside - 3);
		return;
	}
	if (c->nsteps)
		buf_addc(out, ' ');
	if (c->old->tag == VALUE_STRING && c->new->tag == VALUE_STRING && (c->old->n > SIDE || c->new->n > SIDE)) {
		long_texts(c->old, c->new, out);
		return;
	}
	diff_show_value(c->old, SIDE, out);
	buf_adds(out, " -> ");
	diff_show_value(c->new, SIDE, out);
}
