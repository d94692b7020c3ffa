/* mlopsc doc. Reads declarations; evaluates only catalog rows, for the versions of a kind. */
#include "eval/doc.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

static const char *source_text(struct eval *e, const struct ast *x)
{
	const struct source *s = x ? source_of(e->p->sources, x->span.lo) : NULL;
	if (!s)
		return "";
	char *t = arena_strdup(e->p->arena, s->text + (x->span.lo - s->base), x->span.hi - x->span.lo);
	char *w = t;
	for (char *r = t; *r; r++)      /* on one line */
		if (*r != '\n' && !((*r == ' ' || *r == '\t') && w > t && w[-1] == ' '))
			*w++ = *r;
		else if (*r == '\n' && w > t && w[-1] != ' ')
			*w++ = ' ';
	*w = 0;
	return t;
}

static void doc_text(struct buf *out, const char *doc, const char *indent)
{
	for (const char *s = doc; s && *s;) {
		const char *nl = strchr(s, '\n');
		size_t n = nl ? (size_t)(nl - s) : strlen(s);
		buf_addf(out, "%s%.*s\n", indent, (int)n, s);
		s += n + (nl != NULL);
	}
}

/* Up to the first full stop at the end of a word, on one line. */
static const char *first_sentence(struct eval *e, const char *doc)
{
	size_t n = 0;
	if (!doc)
		return "";
	while (doc[n] && !(doc[n] == '.' && (doc[n + 1] == ' ' || doc[n + 1] == '\n' || !doc[n + 1])))
		n++;
	char *s = arena_strdup(e->p->arena, doc, n);
	for (char *q = s; *q; q++)
		if (*q == '\n')
			*q = ' ';
	return s;
}

static void list(struct eval *e, struct buf *out, char what, const char *title)
{
	VEC(const char *) v = { 0 };
	size_t width = 0;
	const struct atom *name;
	for (uint32_t at = 0; (name = program_next_name(e->p, what, &at));)
		VEC_PUSH(e->p->arena, &v, name->text);
	if (!v.n)
		return;
	qsort(v.v, v.n, sizeof *v.v, text_compare);
	for (uint32_t n = 0; n < v.n; n++)
		if (strlen(v.v[n]) > width)
			width = strlen(v.v[n]);
	buf_addf(out, "%s%s\n", out->n ? "\n" : "", title);
	for (uint32_t n = 0; n < v.n; n++) {
		const struct atom *a = atom_cstr(e->p->atoms, v.v[n]);
		const char *doc = NULL;
		if (n && !strcmp(v.v[n], v.v[n - 1]))
			continue;
		if (what == 'k') {
			struct kind *k = program_kind(e->p, a);
			doc = k ? k->decl->doc : NULL;
		} else if (what == 'i') {
			struct interface *i = program_interface(e->p, a);
			doc = i ? i->decl->doc : NULL;
		} else if (what == 'd') {
			struct detector *d = program_detector(e->p, a);
			doc = d ? d->decl->doc : NULL;
		} else if (what == 'c') {
			struct catalog *c = program_catalog(e->p, a);
			doc = c ? c->decl->doc : NULL;
		}
		buf_addf(out, "  %-*s  %s\n", (int)width, v.v[n], first_sentence(e, doc));
	}
}

static void fields(struct eval *e, struct buf *out, const struct type *t)
{
	for (uint32_t n = 0; n < t->n; n++) {
		const struct type_field *f = &t->fields[n];
		buf_addf(out, "  %s : %s%s%s\n", f->name->text, type_print(e->p, f->type), f->deflt
			? " = " : "", source_text(e, f->deflt));
		doc_text(out, f->doc, "      ");
	}
}

/* top: the kind that is shown; what it declares anew is not shown again for its bases. */
static void members(struct eval *e, struct buf *out, const struct kind *k, int tag,
	const char *title, const struct kind *of, const struct kind *top)
{
	int head = 0;
	for (uint32_t s = 0; s < k->members.n; s++) {
		const struct member *m = &k->members.v[s];
		if (m->tag != tag && !(tag == MEMBER_SETTING && m->tag == MEMBER_IMPLICIT &&
			m->decl && m->decl->tag == AST_SETTING))
			continue;
		int inherited = of->base && s < of->base->members.n && of->base->members.v[s].decl == m->decl;
		if (inherited && tag == MEMBER_SETTING)
			continue;
		if (tag == MEMBER_SETTING && s < top->members.n && top->members.v[s].decl != m->decl)
			continue;
		if (!head++)
			buf_addf(out, "\n%s\n", title);
		if (tag == MEMBER_SETTING)
			buf_addf(out, "  %s : %s%s%s\n", m->name->text, type_print(e->p, m->type),
				m->deflt ? " = " : m->type->tag == T_OPTIONAL ? " = none"
				: "   (required)", m->deflt ? source_text(e, m->deflt) : "");
		else
			buf_addf(out, "  %s : %s%s\n", m->name->text, m->iface->name->text,
				tag == MEMBER_NEED && m->optional ? "?" : "");
		if (m->decl)
			doc_text(out, m->decl->doc, "      ");
	}
}

/* Checks that only warn, by the names under which they are allowed. */
static void advice(struct eval *e, struct buf *out, const struct ast *o, int *head)
{
	if (o->tag == AST_CHECK && o->name) {
		if (!(*head)++)
			buf_adds(out, "\nadvice (allow NAME because \"...\")\n");
		buf_addf(out, "  %s\n      %s\n", o->name->text, source_text(e, o->kids[1]));
	}
	if (o->tag == AST_KIF || o->tag == AST_KFOR || o->tag == AST_BLOCK)
		for (uint32_t n = 0; n < o->nkids; n++)
			if (o->kids[n])
				advice(e, out, o->kids[n], head);
}

static void catalog_doc(struct eval *e, struct buf *out, const struct catalog *c)
{
	buf_addf(out, "%scatalog %s%s%s\n", out->n ? "\n" : "", c->name->text, c->base ? " : " : "",
		c->base ? c->base->name->text : "");
	doc_text(out, c->decl->doc, "  ");
	buf_adds(out, "\nversions\n");
	for (uint32_t n = 0; n < c->decl->nkids; n++) {
		const struct ast *row = c->decl->kids[n];
		if (!row || row->tag != AST_SET || row->kids[0]->tag != AST_NAME)
			continue;
		buf_addf(out, "  %s", row->kids[0]->name->text);
		for (uint32_t q = 0; row->kids[1]->tag == AST_OBJECT && q < row->kids[1]->nkids; q++)
			if (row->kids[1]->kids[q]->tag == AST_ENTRY &&
				row->kids[1]->kids[q]->name == e->p->implicit[SLOT_VERSION])
				buf_addf(out, "  %s", source_text(e, row->kids[1]->kids[q]->kids[0]));
		buf_addc(out, '\n');
	}
}

static void kind_doc(struct eval *e, struct buf *out, struct kind *k)
{
	buf_addf(out, "kind %s%s%s\n", k->name->text, k->base ? " : " : "", k->base ? k->base->name->text : "");
	doc_text(out, k->decl->doc, "  ");
	members(e, out, k, MEMBER_NEED, "needs", k, k);
	if (k->gives.n) {
		buf_adds(out, "\ngives\n");
		for (uint32_t n = 0; n < k->gives.n; n++) {
			const struct ast *d = k->gives.v[n].decl;
			buf_addf(out, "  %s", d->name->text);
			if (d->flags & AST_F_PARAMS) {
				buf_addc(out, '(');
				for (uint32_t q = 1; q < d->nkids; q++)
					buf_addf(out, "%s%s", q > 1 ? ", " : "", source_text(e, d->kids[q]));
				buf_addc(out, ')');
			}
			buf_addc(out, '\n');
		}
	}
	members(e, out, k, MEMBER_COLLECTS, "collects", k, k);
	members(e, out, k, MEMBER_SETTING, "settings", k, k);
	for (const struct kind *b = k->base; b; b = b->base)
		members(e, out, b, MEMBER_SETTING, arena_printf(e->p->arena, "settings of %s", b->name->text), b, k);
	if (k->ports.n) {
		buf_adds(out, "\nports\n");
		for (uint32_t n = 0; n < k->ports.n; n++) {
			buf_addf(out, "  %s\n", source_text(e, k->ports.v[n].decl) + 5);
			doc_text(out, k->ports.v[n].decl->doc, "      ");
		}
	}
	if (k->runs.n) {
		buf_adds(out, "\nruns\n");
		for (uint32_t n = 0; n < k->runs.n; n++)
			buf_addf(out, "  %s\n", source_text(e, k->runs.v[n].decl) + 5);
		buf_adds(out, "\nexports\n");
		for (uint32_t n = 0; n < k->exports.n; n++)
			buf_addf(out, "  %s\n", k->exports.v[n]->name->text);
	}
	int head = 0;
	for (uint32_t n = 0; n < k->outputs.n; n++)
		advice(e, out, k->outputs.v[n], &head);
	head = 0;
	const struct atom *name;
	for (uint32_t at = 0; (name = program_next_name(e->p, 'c', &at));) {
		struct catalog *c = program_catalog(e->p, name);
		const struct ast *row = c ? table_get(&c->rows, k->name) : NULL;
		if (!row)
			continue;
		if (!head++)
			buf_adds(out, "\ncatalogs\n");
		buf_addf(out, "  %s", c->name->text);
		for (uint32_t q = 0; row->kids[1]->tag == AST_OBJECT && q < row->kids[1]->nkids; q++)
			if (row->kids[1]->kids[q]->tag == AST_ENTRY &&
				row->kids[1]->kids[q]->name == e->p->implicit[SLOT_VERSION])
				buf_addf(out, "  %s", source_text(e, row->kids[1]->kids[q]->kids[0]));
		buf_addc(out, '\n');
	}
}

int doc_write(struct eval *e, const char *what, struct buf *out)
{
	if (!what) {
		list(e, out, 'k', "kinds");
		list(e, out, 'i', "interfaces");
		list(e, out, 'd', "detectors");
		list(e, out, 'c', "catalogs");
		return 1;
	}
	if (!strcmp(what, "functions")) {
		builtin_doc(out);
		return 1;
	}
	const struct atom *a = atom_cstr(e->p->atoms, what);
	struct kind *k = program_kind(e->p, a);
	struct interface *i = program_interface(e->p, a);
	struct detector *d = program_detector(e->p, a);
	struct symbol *f = program_symbol(e->p, a);
	if (k)
		kind_doc(e, out, k);
	if (i) {
		buf_addf(out, "%sinterface %s\n", out->n ? "\n" : "", what);
		doc_text(out, i->decl->doc, "  ");
		buf_adds(out, "\n");
		fields(e, out, i->type);
	}
	if (d) {
		buf_addf(out, "%sdetector %s\n", out->n ? "\n" : "", what);
		doc_text(out, d->decl->doc, "  ");
		members(e, out, d->shape, MEMBER_SETTING, "parameters", d->shape, d->shape);
	}
	if (f && f->tag == SYMBOL_FN) {
		buf_addf(out, "%s%s\n", out->n ? "\n" : "", source_text(e, f->decl));
		doc_text(out, f->decl->doc, "  ");
	}
	struct catalog *c = program_catalog(e->p, a);
	if (c)
		catalog_doc(e, out, c);
	if (out->n)
		return 1;
	int b = builtin_index(a);
	if (b >= 0) {
		struct buf all = { 0 };
		builtin_doc(&all);
		const char *s = strstr(all.p, arena_printf(e->p->arena, "| `%s(", what));
		const char *nl = s ? strchr(s, '\n') : NULL;
		if (nl)
			buf_add(out, s, (size_t)(nl - s) + 1);
		buf_free(&all);
		return 1;
	}
	struct diag *x = diag_error(e->diags, (struct span){ 0, 0 }, D_UNKNOWN_NAME, what);
	const char *best = program_suggest(e->p, 'k', a);
	if (!best)
		best = program_suggest(e->p, 'i', a);
	if (!best)
		best = program_suggest(e->p, 'd', a);
	if (!best)
		best = program_suggest(e->p, 'c', a);
	if (best)
		diag_help(e->diags, x, "did you mean `%s`?", best);
	else
		diag_help(e->diags, x, "mlopsc doc lists what there is");
	return 0;
}
