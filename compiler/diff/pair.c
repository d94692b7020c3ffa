/* Two sides in, items out: which parts are new, gone, changed, or the same under another name. */
#include "diff/diff.h"
#include "value/yaml.h"
#include <stdlib.h>
#include <string.h>

#define RENAMES 4000                    /* parts on either side among which renames are looked for, at most */

/* the whole; but for the version of the API; but for the name too */
enum identity { BY_VERSION, BY_GROUP, BY_KIND };

static const struct atom *identity(struct diff *d, const struct diff_part *p, enum identity how)
{
	const char *slash = strchr(p->api_version, '/');
	const int group = how == BY_VERSION ? (int)strlen(p->api_version) : slash ? (int)(slash - p->api_version) : 0;
	const int with_name = how != BY_KIND;
	const char *s = with_name
		? arena_printf(
			d->a, "%d\n%.*s\n%s\n%s\n%s", p->what, group, p->api_version, p->kind, p->ns, p->name)
		: arena_printf(d->a, "%d\n%.*s\n%s\n%s", p->what, group, p->api_version, p->kind, p->ns);
	return atom_cstr(d->atoms, s);
}


static void push(struct diff *d, struct diff_item *x)
{
	risk_of_item(d, x);
	VEC_PUSH(d->a, &d->items, *x);
}

/* apiVersion is identity, but for the version in it. */
static void drop_api_version(struct diff_item *x)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < x->nchanges; i++) {
		const struct diff_change *c = &x->changes[i];
		if (c->nsteps == 1 && c->steps[0].key && !strcmp(c->steps[0].key->text, "apiVersion"))
			continue;
		x->changes[n++] = *c;
	}
	x->nchanges = n;
}

static int compare_parts(struct diff *d, struct diff_part *p, struct diff_part *q, struct diff_item *x)
{
	if (!side_load(d, &d->old, p) || !side_load(d, &d->new, q))
		return 0;
	*x = (struct diff_item){ .op = DIFF_CHANGED, .old = p, .new = q };
	diff_compare(d,
		p->what == DIFF_OBJECT ? p->kind
			: p->what == DIFF_RELEASE ? "release"
			: "file",
		p->tree, q->tree, p->live, q->live, &x->changes, &x->nchanges);
	return 1;
}

static int changed(struct diff *d, struct diff_part *p, struct diff_part *q)
{
	struct diff_item x;
	if (p->hashed && q->hashed && hash_equal(p->hash, q->hash)) {
		d->same++;
		return 1;
	}
	if (!compare_parts(d, p, q, &x))
		return 0;
	if (!strcmp(p->api_version, q->api_version) || x.nchanges > 1)
		drop_api_version(&x);
	if (x.nchanges)
		push(d, &x);
	else
		d->same++;
	return 1;
}

/* ---- renames ---- */

static int in_word(const struct buf *b, size_t i)
{
	return i < b->n
		&& ((b->p[i] >= 'a' && b->p[i] <= 'z') || (b->p[i] >= 'A' && b->p[i] <= 'Z')
			|| (b->p[i] >= '0' && b->p[i] <= '9'));
}

static int word_at(const struct buf *b, size_t i, const char *word, size_t n)
{
	return n && b->n - i >= n && !memcmp(b->p + i, word, n) && !(i && in_word(b, i - 1)) && !in_word(b, i + n);
}

/* The object without its name, and with the name left out wherever it stands in a text. */
static struct hash128 nameless(struct diff *d, const struct diff_part *p)
{
	struct buf b = { 0 }, out = { 0 };
	const struct value *v = p->tree, *meta = value_getc(v, "metadata");
	const size_t n = strlen(p->name), m = strlen(p->component);
	const struct arena_mark mark = arena_mark(d->a);
	if (p->what == DIFF_OBJECT && meta && meta->tag == VALUE_RECORD) {
		const struct value *notes = value_getc(meta, "annotations");
		const struct value *less = meta;
		less = value_with(d->a, less, atom_cstr(d->atoms, "namespace"), NULL);
		less = value_with(d->a, less, atom_cstr(d->atoms, "name"), NULL);
		if (notes && notes->tag == VALUE_RECORD) {
			notes = value_with(d->a, notes, atom_cstr(d->atoms, "mlopsc/content-hash"), NULL);
			less = value_with(d->a, less, atom_cstr(d->atoms, "annotations"), notes->n ? notes : NULL);
		}
		v = value_with(d->a, v, atom_cstr(d->atoms, "metadata"), less);
	}
	json_write(&b, v, -1);
	for (size_t i = 0; i < b.n;) {
		if (word_at(&b, i, p->name, n)) {
			buf_addc(&out, 1);
			i += n;
		} else if (word_at(&b, i, p->component, m)) {
			buf_addc(&out, 1);
			i += m;
		} else {
			buf_addc(&out, b.p[i++]);
		}
	}
	const struct hash128 h = hash_bytes(out.p, out.n);
	buf_free(&b);
	buf_free(&out);
	arena_rewind(d->a, mark);
	return h;
}

struct candidate { struct diff_part *p; struct hash128 hash; };
struct candidates { VEC(struct candidate) v; };

/* Names of runs end in a hash of what they run: the stem is what stays. */
static size_t stem(const char *name)
{
	const size_t n = strlen(name);
	return n > 11 && name[n - 11] == '-' && strspn(name + n - 10, "0123456789abcdef") == 10 ? n - 11 : 0;
}

static int candidates(struct diff *d, struct diff_side *s, const struct table *kinds, struct candidates *c)
{
	for (uint32_t i = 0; i < s->parts.n && c->v.n < RENAMES; i++) {
		struct diff_part *p = &s->parts.v[i];
		if (p->paired || p->what == DIFF_FILE
			|| !table_get(kinds, atom_cstr(d->atoms, arena_printf(d->a, "%d %s", p->what, p->kind))))
			continue;
		if (!side_load(d, s, p))
			return 0;
		const struct candidate x = { p, nameless(d, p) };
		VEC_PUSH(d->a, &c->v, x);
	}
	return 1;
}

static int renamed(struct diff *d, struct candidate *x, struct candidate *y)
{
	struct diff_item item;
	uint32_t n = 0;
	if (!compare_parts(d, x->p, y->p, &item))
		return 0;
	item.op = DIFF_RENAMED;
	/* the name itself, and labels that have it, are told by the name */
	for (uint32_t i = 0; i < item.nchanges; i++) {
		const struct diff_change *c = &item.changes[i];
		const int meta = c->nsteps && c->steps[0].key && !strcmp(c->steps[0].key->text, "metadata");
		if (!meta && !hash_equal(x->hash, y->hash))
			item.changes[n++] = *c;
	}
	item.nchanges = n;
	x->p->paired = y->p->paired = 1;
	push(d, &item);
	return 1;
}

static int find_renames(struct diff *d)
{
	struct table kinds[2];
	struct candidates c[2] = { { { 0 } }, { { 0 } } };
	struct diff_side *s[2] = { &d->old, &d->new };
	table_init(&kinds[0], d->a);
	table_init(&kinds[1], d->a);
	for (int k = 0; k < 2; k++)
		for (uint32_t i = 0; i < s[k]->parts.n; i++) {
			struct diff_part *p = &s[k]->parts.v[i];
			if (!p->paired)
				table_put(&kinds[k],
					atom_cstr(d->atoms, arena_printf(d->a, "%d %s", p->what, p->kind)), p);
		}
	if (!candidates(d, s[0], &kinds[1], &c[0]) || !candidates(d, s[1], &kinds[0], &c[1]))
		return 0;
	for (uint32_t i = 0; i < c[0].v.n; i++)
		for (uint32_t k = 0; k < c[1].v.n; k++) {
			struct candidate *x = &c[0].v.v[i], *y = &c[1].v.v[k];
			const size_t n = stem(x->p->name);
			const int run = n && n == stem(y->p->name) && !memcmp(x->p->name, y->p->name, n)
				&& !strcmp(x->p->ns, y->p->ns);
			if (x->p->paired || y->p->paired || x->p->what != y->p->what || strcmp(x->p->kind, y->p->kind))
				continue;
			if ((run || hash_equal(x->hash, y->hash)) && !renamed(d, x, y))
				return 0;
		}
	return 1;
}

/* ---- what stands twice ---- */

/* A file of a service stands in a ConfigMap and, for review, in drift/: what changed in it is told once, of the
   ConfigMap. */
static void drop_files(struct diff *d)
{
	struct table keys;
	uint32_t n = 0;
	table_init(&keys, d->a);
	for (uint32_t i = 0; i < d->items.n; i++) {
		const struct diff_item *x = &d->items.v[i];
		for (uint32_t k = 0; x->op == DIFF_CHANGED && x->new->what == DIFF_OBJECT && k < x->nchanges; k++) {
			const struct diff_change *c = &x->changes[k];
			if (c->nsteps == 2 && c->steps[0].key && c->steps[1].key
				&& !strcmp(c->steps[0].key->text, "data"))
				table_put(&keys,
					atom_cstr(d->atoms,
						arena_printf(
							d->a, "drift/%s/%s", x->new->name, c->steps[1].key->text)),
					d);
		}
	}
	for (uint32_t i = 0; i < d->items.n; i++) {
		const struct diff_item *x = &d->items.v[i];
		if (x->op == DIFF_CHANGED
			&& x->new->what == DIFF_FILE &&table_get(&keys, atom_cstr(d->atoms, x->new->name)))
			continue;
		d->items.v[n++] = *x;
	}
	d->items.n = n;
}

/* ---- what is on one side only ---- */

static int one_sided(struct diff *d, struct diff_side *s, struct diff_side *other, enum diff_op op)
{
	struct table asked;
	table_init(&asked, d->a);
	if (other->is_stream)
		for (uint32_t i = 0; i < other->parts.n; i++)
			table_put(&asked, identity(d, &other->parts.v[i], BY_KIND), other);
	for (uint32_t i = 0; i < s->parts.n; i++) {
		struct diff_part *p = &s->parts.v[i];
		struct diff_item x = { .op = op };
		if (p->paired)
			continue;
		/* A dump speaks of the kinds and namespaces that someone asked for, and of objects of others. */
		if (other->is_stream && !table_get(&asked, identity(d, p, BY_KIND))) {
			d->unasked++;
			continue;
		}
		if (!side_load(d, s, p))
			return 0;
		if (s->is_stream && p->live) {
			const struct value *meta = value_getc(p->tree, "metadata"),
				*labels = value_getc(meta, "labels");
			const struct value *by = value_getc(labels, "app.kubernetes.io/managed-by");
			if (!by || by->tag != VALUE_STRING || by->n != 6 || memcmp(by->str.p, "mlopsc", 6)) {
				d->foreign++;
				continue;
			}
		}
		*(op == DIFF_ADDED ? &x.new : &x.old) = p;
		push(d, &x);
	}
	return 1;
}

static int item_order(const void *pa, const void *pb)
{
	const struct diff_item *a = pa, *b = pb;
	const struct diff_part *p = a->new ? a->new : a->old, *q = b->new ? b->new : b->old;
	const int fa = a->op == DIFF_ADDED && !(a->risk.flags & (RISK_EXPOSURE | RISK_SECRET));
	const int fb = b->op == DIFF_ADDED && !(b->risk.flags & (RISK_EXPOSURE | RISK_SECRET));
	int c;
	if (fa != fb)
		return fa - fb;
	if (a->risk.cls != b->risk.cls)
		return b->risk.cls - a->risk.cls;
	if (p->what != q->what)
		return p->what == DIFF_RELEASE ? -1 : q->what == DIFF_RELEASE ? 1 : (int)p->what - (int)q->what;
	if ((c = strcmp(p->kind, q->kind)) || (c = strcmp(p->ns, q->ns)) || (c = strcmp(p->name, q->name)))
		return c;
	return strcmp(p->api_version, q->api_version);
}

/* The same object twice in one stream: whoever applies it has the last one. */
static void drop_twice(struct diff *d, struct diff_side *s)
{
	struct table seen;
	table_init(&seen, d->a);
	for (uint32_t i = s->parts.n; i-- > 0;) {
		const struct atom *id = identity(d, &s->parts.v[i], BY_VERSION);
		if (table_get(&seen, id))
			s->parts.v[i].paired = 1;
		table_put(&seen, id, s);
	}
}

static int pair(struct diff *d, enum identity how)
{
	struct table index;
	int ok = 1;
	table_init(&index, d->a);
	for (uint32_t i = 0; i < d->new.parts.n; i++)
		if (!d->new.parts.v[i].paired)
			table_put(&index, identity(d, &d->new.parts.v[i], how), &d->new.parts.v[i]);
	for (uint32_t i = 0; ok && i < d->old.parts.n; i++) {
		struct diff_part *p = &d->old.parts.v[i],
			*q = p->paired ? NULL : table_get(&index, identity(d, p, how));
		if (!q || q->paired)
			continue;
		p->paired = q->paired = 1;
		ok = changed(d, p, q);
	}
	return ok;
}

int diff_run(struct diff *d)
{
	side_parts(d, &d->old, &d->new);
	side_parts(d, &d->new, &d->old);
	drop_twice(d, &d->old);
	drop_twice(d, &d->new);
	int ok = pair(d, BY_VERSION) && pair(d, BY_GROUP);
	ok = ok && (d->old.is_stream || d->new.is_stream || find_renames(d))
		&& one_sided(d, &d->old, &d->new, DIFF_REMOVED) && one_sided(d, &d->new, &d->old, DIFF_ADDED)
		&& diff_rules(d);
	drop_files(d);
	for (uint32_t i = 0; i < d->items.n; i++) {
		const struct diff_item *x = &d->items.v[i];
		d->added += x->op == DIFF_ADDED;
		d->removed += x->op == DIFF_REMOVED;
		d->changed += x->op == DIFF_CHANGED;
		d->renamed += x->op == DIFF_RENAMED;
		risk_raise(&d->highest, &x->risk);
	}
	if (d->items.n > 1)
		qsort(d->items.v, d->items.n, sizeof *d->items.v, item_order);
	return ok;
}
