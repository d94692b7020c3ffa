/* A changed part in; its class, flags, reason and cure out, from the rows of kubernetes/risk.tsv. Nothing here knows a
   field. */
#include "diff/diff.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

const char *const diff_class_words[6] = { "nothing", "label", "in place", "restart", "refused", "data" };

struct judging {
	struct diff *d;
	const struct diff_item *item;
	const char *kind;               /* as the table has it */
	const struct value *was, *now;  /* the whole part; NULL: it is not there */
	const char *name;
};
struct subject {                        /* what a row is held against: a change, or a part of one */
	struct diff_path path;
	enum diff_op op;
	const struct value *old, *new;
	uint32_t first;                 /* position of the outermost element that it is in */
	/* the map that it stood in, or the list that it was, is still there, with nothing in it */
	int emptied, cleared;
};

void risk_raise(struct diff_risk *r, const struct diff_risk *by)
{
	const unsigned flags = r->flags | by->flags;
	if (by->cls > r->cls || !r->reason)
		*r = *by;
	r->flags = flags;
}

static const struct value *at_path(const struct value *v, const char *path, size_t n, struct arena *a)
{
	const struct diff_path p = diff_path_parse(path, n, a);
	for (uint32_t i = 0; v && i < p.n; i++)
		v = v->tag == VALUE_RECORD ? value_getc(v, p.step[i]) : NULL;
	return v && v->tag != VALUE_NONE ? v : NULL;
}

/* Value against a word of a condition: "-" absent, "?" present. */
static int spells(const struct value *v, const char *word, size_t n)
{
	if (n == 1 && *word == '-')
		return !v;
	if (n == 1 && *word == '?')
		return v != NULL;
	if (!v)
		return 0;
	struct buf b = { 0 };
	diff_show_value(v, 200, &b);
	const int same = b.n == n && !memcmp(b.p, word, n);
	buf_free(&b);
	return same;
}

/* The default counts where a field is left out. */
static int field_is(const struct judging *j, const struct value *whole, const char *cond, size_t n)
{
	const char *eq = memchr(cond, '=', n);
	const size_t k = eq ? (size_t)(eq - cond) : n;
	const struct value *v = whole ? at_path(whole, cond, k, j->d->a) : NULL;
	if (!eq)
		return v != NULL;
	const char *word = eq + 1;
	const size_t nword = n - k - 1;
	if (!v && !(nword == 1 && *word == '-')) {
		const struct diff_path p = diff_path_parse(cond, k, j->d->a);
		const char *want = tables_default(&j->d->tables, j->kind, &p);
		size_t m = want ? strlen(want) : 0;
		if (want && want[0] == '"') {
			want++;
			m -= 2;
		}
		return want && whole && m == nword && !memcmp(want, word, m);
	}
	return spells(v, word, nword);
}

static int hash_name(const char *name)
{
	const size_t n = strlen(name);
	if (n < 12 || name[n - 11] != '-')
		return 0;
	return strspn(name + n - 10, "0123456789abcdef") == 10;
}

/* A label of a pod template that the selector asks for. */
static int selected(const struct judging *j, const struct subject *s)
{
	const struct value *labels = j->was ? at_path(j->was, "spec.selector.matchLabels", 25, j->d->a) : NULL;
	if (!labels)
		return 0;
	const struct value *v = s->old ? s->old : s->new;
	if (v->tag != VALUE_RECORD)
		return value_getc(labels, s->path.step[s->path.n - 1]) != NULL;
	for (uint32_t i = 0; i < v->n; i++)
		if (value_get(labels, v->rec.fields[i].key))
			return 1;
	return 0;
}

/* Groups with a dot that an API server has built in (Kubernetes 1.36); kinds of others are custom resources. */
static const char *const builtin_groups[] = {
	"admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "authentication.k8s.io", "authorization.k8s.io",
	"certificates.k8s.io", "coordination.k8s.io", "discovery.k8s.io", "events.k8s.io", "flowcontrol.apiserver.k8s.io", "internal.apiserver.k8s.io",
	"networking.k8s.io", "node.k8s.io", "rbac.authorization.k8s.io", "resource.k8s.io", "scheduling.k8s.io", "storage.k8s.io",
	"storagemigration.k8s.io",
};

static int is_custom(const struct judging *j)
{
	const struct diff_part *p = j->item->new ? j->item->new : j->item->old;
	const char *slash = strchr(p->api_version, '/');
	const size_t n = slash ? (size_t)(slash - p->api_version) : 0;
	if (p->what != DIFF_OBJECT || !n || !memchr(p->api_version, '.', n))
		return 0;
	for (size_t i = 0; i < sizeof builtin_groups / sizeof *builtin_groups; i++)
		if (text_is(p->api_version, n, builtin_groups[i]))
			return 0;
	return 1;
}

/* Of a change that takes something away: is there nothing left in the map that it stood in, or in the list that it
   was? */
static void look_around(const struct value *now, const struct diff_change *c, struct subject *s)
{
	const struct value *v = now, *around = NULL;
	if (c->op != DIFF_REMOVED)
		return;
	for (uint32_t i = 0; v && i < c->nsteps; i++) {
		around = v;
		if (c->steps[i].key)
			v = v->tag == VALUE_RECORD ? value_get(v, c->steps[i].key) : NULL;
		else
			v = v->tag == VALUE_LIST && c->steps[i].at_new < v->n ? v->items[c->steps[i].at_new] : NULL;
		if (!v && i + 1 < c->nsteps)
			return;
	}
	s->cleared = v && v->tag == VALUE_LIST && !v->n;
	s->emptied = !v && around && around->tag == VALUE_RECORD && !around->n;
}

static int holds(const struct judging *j, const struct subject *s, const char *when)
{
	for (const char *w = when; *w;) {
		const size_t n = strcspn(w, " ");
		int order = 0, ok;
#define IS(word) (n == sizeof word - 1 && !memcmp(w, word, n))
#define BEGINS(word) (n >= sizeof word - 1 && !memcmp(w, word, sizeof word - 1))
		if (IS("any"))
			ok = 1;
		else if (IS("added"))
			ok = s->op == DIFF_ADDED;
		else if (IS("removed"))
			ok = s->op == DIFF_REMOVED;
		else if (IS("up") || IS("down"))
			ok = s->old && s->new &&scalar_order(s->old, s->new, &order)
				&& (*w == 'u' ? order < 0 : order > 0);
		else if (IS("hashed"))
			ok = hash_name(j->name);
		else if (IS("selected"))
			ok = selected(j, s);
		else if (IS("first"))
			ok = s->first == 0;
		else if (IS("emptied"))
			ok = s->emptied;
		else if (IS("cleared"))
			ok = s->cleared;
		else if (IS("custom"))
			ok = is_custom(j);
		else if (BEGINS("old="))
			ok = spells(s->old, w + 4, n - 4);
		else if (BEGINS("new="))
			ok = spells(s->new, w + 4, n - 4);
		else if (BEGINS("was:"))
			ok = field_is(j, j->was, w + 4, n - 4);
		else if (BEGINS("now:"))
			ok = field_is(j, j->now, w + 4, n - 4);
		else
			ok = 0;
#undef IS
#undef BEGINS
		if (!ok)
			return 0;
		w += n;
		w += *w == ' ';
	}
	return 1;
}

int diff_pods(const struct value *object, const char **text, struct arena *a)
{
	const struct value *v = object ? at_path(object, "spec.replicas", 13, a) : NULL;
	const long long n = v && v->tag == VALUE_INT ? v->i : 1;
	*text = !v ? "1 pod, or as many as an autoscaler has made" : n == 1 ? "1 pod" : arena_printf(a, "%lld pods", n);
	return object != NULL;
}

/* {old}, {new}, {key}, {pods}, {kind} of a row's text. */
static const char *filled(const struct judging *j, const struct subject *s, const char *text)
{
	struct buf b = { 0 };
	if (!strcmp(text, "-"))
		return NULL;
	if (!strchr(text, '{'))
		return text;
	for (const char *p = text; *p;) {
		const char *close = *p == '{' ? strchr(p, '}') : NULL;
		const size_t n = close ? (size_t)(close - p) + 1 : 0;
		const char *pods;
		if (!close) {
			buf_addc(&b, *p++);
			continue;
		}
		if (!strncmp(p, "{old}", n) && s->old)
			diff_show_value(s->old, 40, &b);
		else if (!strncmp(p, "{new}", n) && s->new)
			diff_show_value(s->new, 40, &b);
		else if (!strncmp(p, "{key}", n))
			buf_adds(&b, j->name);
		else if (!strncmp(p, "{kind}", n))
			buf_adds(&b, j->kind);
		else if (!strncmp(p, "{pods}", n) && diff_pods(j->now, &pods, j->d->a))
			buf_adds(&b, pods);
		p += n;
	}
	const char *out = arena_strdup(j->d->a, b.p ? b.p : "", b.n);
	buf_free(&b);
	return out;
}

static struct subject below(const struct judging *j, const struct subject *s, const char *step, const struct value *x)
{
	struct subject part = *s;
	part.path.step = ARENA_ARRAY(j->d->a, const char *, s->path.n + 1);
	if (s->path.n)
		memcpy(part.path.step, s->path.step, s->path.n * sizeof *part.path.step);
	part.path.step[part.path.n++] = step;
	part.old = s->old ? x : NULL;
	part.new = s->new ? x : NULL;
	return part;
}

/* Rows for everything and rows that say "unknown" are no knowledge of a field. */
static int is_general(const struct risk_row *r)
{
	return r->p.n && !strcmp(r->p.step[r->p.n - 1], "**")
		&& (r->p.n == 1 || (r->p.n == 2 && !strcmp(r->p.step[0], "spec")));
}

static const struct risk_row *row_for(const struct judging *j, const struct subject *s, unsigned *flags)
{
	const struct diff_tables *t = &j->d->tables;
	const struct risk_row *best = NULL;
	for (uint32_t i = 0; i < t->risks.n; i++) {
		const struct risk_row *r = &t->risks.v[i];
		if (r->cls == DIFF_FLAGS_ONLY ? 0 : best != NULL)
			continue;
		if (!pattern_matches(&r->p, j->kind, &s->path) || !holds(j, s, r->when))
			continue;
		*flags |= r->flags;
		if (r->cls != DIFF_FLAGS_ONLY)
			best = r;
	}
	return best;
}

/* Flags of what is inside of something that comes or goes. */
static unsigned flags_inside(const struct judging *j, const struct subject *s)
{
	const struct value *v = s->old ? s->old : s->new;
	unsigned flags = 0;
	if (v->tag != VALUE_RECORD && v->tag != VALUE_LIST)
		return 0;
	for (uint32_t i = 0; i < v->n; i++) {
		const struct value *x = v->tag == VALUE_LIST ? v->items[i] : v->rec.fields[i].value;
		const struct subject part = below(j, s, v->tag == VALUE_LIST ? "[]" : v->rec.fields[i].key->text, x);
		for (uint32_t k = 0; k < j->d->tables.risks.n; k++) {
			const struct risk_row *r = &j->d->tables.risks.v[k];
			if (r->cls == DIFF_FLAGS_ONLY && pattern_matches(&r->p, j->kind, &part.path)
				&& holds(j, &part, r->when))
				flags |= r->flags;
		}
		flags |= flags_inside(j, &part);
	}
	return flags;
}

static struct diff_risk judge(const struct judging *j, const struct subject *s)
{
	struct diff_risk risk = { 0 };
	unsigned flags = 0;
	const struct risk_row *r = row_for(j, s, &flags);
	const struct value *v = s->old ? s->old : s->new;
	/* A whole record that comes or goes is what its fields are, unless the table knows the record. */
	if ((!r || is_general(r)) && (!s->old || !s->new) && v && v->tag == VALUE_RECORD && v->n) {
		for (uint32_t i = 0; i < v->n; i++) {
			const struct subject part = below(j, s, v->rec.fields[i].key->text, v->rec.fields[i].value);
			const struct diff_risk one = judge(j, &part);
			risk_raise(&risk, &one);
		}
		risk.flags |= flags;
		return risk;
	}
	if (!r) {
		risk = (struct diff_risk){ 2, flags, "not known here", NULL };
		return risk;
	}
	if (v && (!s->old || !s->new))
		flags |= flags_inside(j, s);
	risk = (struct diff_risk){ r->cls, flags, filled(j, s, r->reason), filled(j, s, r->cure) };
	return risk;
}

struct diff_path change_steps(const struct diff_change *c, struct arena *a)
{
	struct diff_path p = { ARENA_ARRAY(a, const char *, c->nsteps + 1), c->nsteps };
	for (uint32_t i = 0; i < c->nsteps; i++)
		p.step[i] = c->steps[i].key ? c->steps[i].key->text : "[]";
	return p;
}

static void judge_changes(struct judging *j, struct diff_item *x)
{
	for (uint32_t i = 0; i < x->nchanges; i++) {
		struct diff_change *c = &x->changes[i];
		struct subject s = { change_steps(c, j->d->a), c->op, c->old, c->new, UINT32_MAX, 0, 0 };
		const char *kind = j->kind;
		look_around(j->now, c, &s);
		for (uint32_t k = 0; k < c->nsteps && s.first == UINT32_MAX; k++)
			if (!c->steps[k].key)
				s.first = c->steps[k].at;
		/* values of a chart, also those that an object hands to whatever installs it */
		const uint32_t values = x->new->what == DIFF_RELEASE ? 0 : 1;
		if (c->nsteps > values + 1 && x->new->what != DIFF_FILE && !strcmp(s.path.step[values], "values")
			&& (!values || !strcmp(s.path.step[0], "spec"))) {
			j->kind = "values";
			s.path.step += values + 1;
			s.path.n -= values + 1;
		}
		c->risk = judge(j, &s);
		j->kind = kind;
		risk_raise(&x->risk, &c->risk);
	}
}

static struct diff_risk whole(struct judging *j, const char *field, enum diff_op op)
{
	struct subject s = { { &field, 1 }, op, NULL, NULL, UINT32_MAX, 0, 0 };
	if (strchr(field, '.'))
		s.path = diff_path_parse(field, strlen(field), j->d->a);
	return judge(j, &s);
}

void risk_of_item(struct diff *d, struct diff_item *x)
{
	const struct diff_part *p = x->new ? x->new : x->old;
	struct judging j = { .d = d, .item = x, .name = p->name };
	j.kind = p->what == DIFF_OBJECT ? p->kind : p->what == DIFF_RELEASE ? "release" : "file";
	j.was = x->old ? x->old->tree : NULL;
	j.now = x->new ? x->new->tree : NULL;
	x->risk = (struct diff_risk){ 0 };
	if (x->op == DIFF_ADDED || x->op == DIFF_REMOVED) {
		x->risk = whole(&j, "(object)", x->op);
		return;
	}
	judge_changes(&j, x);
	if (x->op == DIFF_RENAMED) {
		const int moved = strcmp(x->old->ns, x->new->ns) != 0, other = strcmp(x->old->name, x->new->name) != 0;
		const struct diff_risk by = whole(&j,
			p->what == DIFF_RELEASE ? "name"
				: other || !moved ? "metadata.name"
				: "metadata.namespace",
			DIFF_CHANGED);
		if (p->what == DIFF_OBJECT && hash_name(x->old->name) && hash_name(x->new->name))
			/* what a run of another content would be refused for is no change of this one */
			x->risk = (struct diff_risk){ 0 };
		risk_raise(&x->risk, &by);
	} else if (p->what == DIFF_OBJECT && strcmp(x->old->api_version, x->new->api_version)) {
		const struct diff_risk by = whole(&j, "apiVersion", DIFF_CHANGED);
		risk_raise(&x->risk, &by);
	}
}
