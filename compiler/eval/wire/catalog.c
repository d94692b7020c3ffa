/* The row of the catalog that a component's kind has: which version of the product, its images and its chart. */
#include "eval/eval.h"
#include "eval/origin.h"
#include <string.h>

static const struct value *row_value(struct eval *e, const struct ast *set)
{
	const struct value *v = table_get(&e->rows, set);
	if (v)
		return v;
	struct interface *f = program_interface(e->p, atom_cstr(e->p->atoms, "catalog-row"));
	struct type t = { .tag = T_INTERFACE, .iface = f };
	struct env none = { 0 };
	struct arena *old = e->arena;
	e->arena = e->unit;
	resolve_catalog_row(e->p, set);
	struct origin_mark mark = origins_enter(e);
	v = f ? eval_typed(e, &none, set->kids[1], &t) : eval(e, &none, set->kids[1]);
	ORIGINS_LEAVE(e, mark);
	e->arena = old;
	table_put(&e->rows, set, (void *)(uintptr_t)v);
	return v;
}

/* The user's own catalogs: rows of kinds that no component uses are looked at as well. */
void check_catalogs(struct eval *e)
{
	for (uint32_t n = 0; n < e->p->names['c'].n; n++) {
		struct catalog *c = program_catalog(e->p, e->p->names['c'].v[n]);
		for (uint32_t k = 0; c && k < c->decl->nkids; k++) {
			const struct ast *s = c->decl->kids[k];
			if (!s || s->tag != AST_SET || s->kids[0]->tag != AST_NAME)
				continue;
			const struct atom *kind = s->kids[0]->name;
			if (!program_kind(e->p, kind) && !table_get(&e->p->decls['k'], kind)) {
				const char *best = program_suggest(e->p, 'k', kind);
				if (best) {     /* else it is a kind of another file, which this stack does not use */
					struct diag *x = diag_error(
						e->diags, s->kids[0]->span, D_UNKNOWN_KIND, kind->text);
					diag_suggest(e->diags, x, s->kids[0]->span, best);
				}
			}
			row_value(e, s);
		}
	}
}

static const struct ast *row_of(struct catalog *c, const struct kind *k)
{
	for (; k; k = k->base)
		for (struct catalog *q = c; q; q = q->base) {
			const struct ast *s = table_get(&q->rows, k->name);
			if (s)
				return s;
		}
	return NULL;
}

static const struct value *current_row(struct eval *e, struct instance *i)
{
	struct catalog *c = e->catalog ? program_catalog(e->p, e->catalog) : NULL;
	const struct ast *s = c ? row_of(c, i->kind) : NULL;
	return s ? row_value(e, s) : e->catalog_broken ? VALUE_ERROR_V : VALUE_NONE_V;
}

const struct value *version_slot(struct eval *e, struct instance *i)
{
	if (instance_set(i, SLOT_VERSION)) {
		struct env outer = i->env ? *i->env : (struct env){ 0 };
		return eval_typed(e, &outer, instance_set(i, SLOT_VERSION), &type_version);
	}
	const struct value *row = current_row(e, i);
	if (row->tag != VALUE_RECORD)
		return row->tag == VALUE_ERROR ? row : VALUE_NONE_V;
	const struct value *v = value_get(row, e->p->implicit[SLOT_VERSION]);
	return v ? v : VALUE_NONE_V;
}

const struct value *catalog_row_of(struct eval *e, const char *kind)
{
	const struct atom *name = atom_cstr(e->p->atoms, kind);
	for (uint32_t n = 0; n < e->instances.n; n++)
		for (const struct kind *k = e->instances.v[n]->kind; k; k = k->base)
			if (k->name == name)
				return slot_value(e, e->instances.v[n], SLOT_CATALOG);
	for (struct catalog *c = e->catalog ? program_catalog(e->p, e->catalog) : NULL; c; c = c->base) {
		const struct ast *s = table_get(&c->rows, name);
		if (s)
			return row_value(e, s);
	}
	return VALUE_NONE_V;
}

static int same_version(const struct value *row, const struct value *want, const struct atom *key)
{
	const struct value *v = row->tag == VALUE_RECORD ? value_get(row, key) : NULL;
	return v && v->tag == VALUE_STRING && lit_version_compare(v->str.p, v->n, want->str.p, want->n) == 0;
}

/* Versions of its kind that catalogs know: "1.10 (catalog 2026-11), ...". The row of the version that is wanted,
   or NULL. */
static const struct value *known_rows(struct eval *e, struct instance *i, const struct value *want, struct buf *known)
{
	const struct atom *key = e->p->implicit[SLOT_VERSION];
	const struct atom *name;
	for (uint32_t at = 0; (name = program_next_name(e->p, 'c', &at));) {
		struct catalog *c = program_catalog(e->p, name);
		const struct ast *s = c ? row_of(c, i->kind) : NULL;
		const struct value *r = s ? row_value(e, s) : VALUE_NONE_V;
		if (want && same_version(r, want, key))
			return r;
		const struct value *v = r->tag == VALUE_RECORD ? value_get(r, key) : NULL;
		if (v && v->tag == VALUE_STRING)
			buf_addf(known, "%s%.*s (catalog %s)", known->n ? ", " : "", (int)v->n, v->str.p,
				c->name->text);
	}
	return NULL;
}

const struct value *no_catalog_row(struct eval *e, struct instance *i, struct span at)
{
	const struct source *src = source_of(e->p->sources, at.lo);
	const int library = src && src->library;
	struct diag *d = diag_error(e->diags, library ? i->at : at, D_NO_CATALOG_ROW,
		e->catalog ? e->catalog->text : "?", i->kind->name->text);
	if (library)
		diag_place(e->diags, d, at, "wanted here");
	else
		diag_place(e->diags, d, i->at, "%s", instance_label(e, i));
	struct buf known = { 0 };
	known_rows(e, i, NULL, &known);
	if (known.n)
		diag_help(e->diags, d, "other catalogs have it, and a version can be pinned: version = %s", known.p);
	buf_free(&known);
	return VALUE_ERROR_V;
}

const struct value *catalog_slot(struct eval *e, struct instance *i)
{
	const struct value *row = current_row(e, i);
	const struct atom *key = e->p->implicit[SLOT_VERSION];
	if (!instance_set(i, SLOT_VERSION) || is_error(row))
		return row;
	const struct value *want = slot_value(e, i, SLOT_VERSION);
	if (want->tag != VALUE_STRING || same_version(row, want, key))
		return is_error(want) ? want : row;
	struct buf known = { 0 };
	const struct value *found = known_rows(e, i, want, &known);
	if (found) {
		buf_free(&known);
		return found;
	}
	for (uint32_t s = SLOT_COUNT; s < i->kind->members.n; s++)
		if (instance_set(i, s)
			&& (!strcmp(i->kind->members.v[s].name->text, "image")
				|| !strcmp(i->kind->members.v[s].name->text, "chart"))) {
			buf_free(&known);
			return row->tag == VALUE_RECORD ? value_with(e->arena, row, key, want) : row;
		}
	if (!known.n)           /* a kind that no catalog speaks of: any version is right */
		return row;
	struct diag *x = diag_error(e->diags, instance_set(i, SLOT_VERSION)->span, D_UNKNOWN_VERSION,
		i->kind->name->text, arena_strdup(e->p->arena, want->str.p, want->n));
	diag_help(e->diags, x, "known: %s", known.p);
	buf_free(&known);
	return VALUE_ERROR_V;
}
