/* A difference for machines: every change of every part, in the order of the text. */
#include "diff/report.h"
#include "base/diag_write.h"
#include "value/yaml.h"
#include <string.h>

static const char *const ops[] = { "changed", "added", "removed", "renamed", "order" };

static void string(struct buf *b, const char *key, const char *s)
{
	buf_addf(b, "\"%s\": ", key);
	diag_put_json(b, s, strlen(s));
}

static void flags(struct buf *b, unsigned f)
{
	buf_adds(b, "\"flags\": [");
	if (f) {
		buf_addc(b, '"');
		diff_flags(f, "\", \"", b);
		buf_addc(b, '"');
	}
	buf_addc(b, ']');
}

static void risk(struct buf *b, const struct diff_risk *r)
{
	buf_addf(b, "\"class\": \"R%d\", ", r->cls);
	flags(b, r->flags);
	buf_adds(b, ", ");
	string(b, "reason", r->reason ? r->reason : "");
	if (r->cure) {
		buf_adds(b, ", ");
		string(b, "cure", r->cure);
	}
}

static void from(struct buf *b, const struct diff_origin *o)
{
	if (!o->file)
		return;
	buf_adds(b, ", \"from\": { ");
	string(b, "file", o->file);
	buf_addf(b, ", \"line\": %u", o->line);
	if (o->text) {
		buf_adds(b, ", ");
		string(b, "text", o->text);
	}
	buf_adds(b, " }");
}

static void value(struct buf *b, const char *key, const struct value *v)
{
	if (!v)
		return;
	buf_addf(b, ", \"%s\": ", key);
	json_write(b, v, -1);
}

static void change(struct buf *b, const struct diff_change *c, int judged)
{
	struct buf path = { 0 };
	change_path(c, &path);
	buf_adds(b, "{ ");
	string(b, "path", path.p ? path.p : "");
	buf_addf(b, ", \"change\": \"%s\"", ops[c->op]);
	value(b, "old", c->old);
	value(b, "new", c->new);
	if (judged) {
		buf_adds(b, ", ");
		risk(b, &c->risk);
	}
	for (uint32_t i = 0; i < c->ninside; i++) {
		buf_adds(b, i ? ", " : ", \"inside\": [");
		change(b, &c->inside[i], 0);
	}
	buf_adds(b, c->ninside ? "]" : "");
	from(b, &c->from);
	buf_adds(b, " }");
	buf_free(&path);
}

static void part(struct buf *b, const struct diff_part *p)
{
	static const char *const what[] = { "object", "release", "file" };
	buf_addf(b, "\"what\": \"%s\", ", what[p->what]);
	if (p->what == DIFF_OBJECT) {
		string(b, "apiVersion", p->api_version);
		buf_adds(b, ", ");
		string(b, "kind", p->kind);
		buf_adds(b, ", ");
	}
	if (*p->ns) {
		string(b, "namespace", p->ns);
		buf_adds(b, ", ");
	}
	string(b, "name", p->name);
	buf_adds(b, ", ");
	if (*p->component && strcmp(p->component, "-")) {
		string(b, "component", p->component);
		buf_adds(b, ", ");
	}
}

void diff_json(const struct diff *d, struct buf *out)
{
	buf_adds(out, "{\n  ");
	string(out, "stack", d->title);
	buf_adds(out, ",\n  ");
	string(out, "old", d->old.label);
	buf_adds(out, ",\n  ");
	string(out, "new", d->new.label);
	buf_addf(out, ",\n  \"same\": %s,\n  \"highest\": \"R%d\",\n  ", d->items.n ? "false" : "true", d->highest.cls);
	flags(out, d->highest.flags);
	buf_addf(out, ",\n  \"changed\": %u,\n  \"added\": %u,\n  \"removed\": %u,\n  \"renamed\": %u,\n",
		d->changed, d->added, d->removed, d->renamed);
	if (d->unasked || d->foreign)
		buf_addf(out, "  \"unasked\": %u,\n  \"foreign\": %u,\n", d->unasked, d->foreign);
	buf_adds(out, "  \"items\": [");
	for (uint32_t i = 0; i < d->items.n; i++) {
		const struct diff_item *x = &d->items.v[i];
		buf_adds(out, i ? ",\n    { " : "\n    { ");
		buf_addf(out, "\"change\": \"%s\", ", ops[x->op]);
		part(out, x->new ? x->new : x->old);
		if (x->op == DIFF_RENAMED) {
			buf_adds(out, "\"was\": { ");
			if (*x->old->ns) {
				string(out, "namespace", x->old->ns);
				buf_adds(out, ", ");
			}
			string(out, "name", x->old->name);
			buf_adds(out, " }, ");
		}
		risk(out, &x->risk);
		if (x->headline) {
			buf_adds(out, ", ");
			string(out, "headline", x->headline);
		}
		from(out, &x->from);
		for (uint32_t k = 0; k < x->nchanges; k++) {
			buf_adds(out, k ? ",\n        " : ",\n      \"changes\": [\n        ");
			change(out, &x->changes[k], 1);
		}
		buf_adds(out, x->nchanges ? "\n      ] }" : " }");
	}
	buf_adds(out, d->items.n ? "\n  ]\n}\n" : "]\n}\n");
}
