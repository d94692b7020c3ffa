/* Fields and kinds by release: what the stack's oldest cluster, or the catalog's version of an operator, does not have
   yet, and what Kubernetes no longer has. */
#include "eval/schema/look.h"
#include <string.h>

/* Is the stack's oldest cluster older than this release of Kubernetes? */
int schema_older(struct eval *e, const char *release)
{
	const struct value *v = member_value(e, e->stack, "kubernetes");
	return v && v->tag == VALUE_STRING && lit_version_compare(v->str.p, v->n, release, strlen(release)) < 0;
}

static const struct value *row_text(struct eval *e, const struct schema_level *g)
{
	const struct value *row = catalog_row_of(e, text_at(g->row)), *images;
	if (row->tag != VALUE_RECORD)
		return NULL;
	if (!g->field)
		return value_get(row, e->p->implicit[SLOT_VERSION]);
	images = value_getc(row, "images");
	return images && images->tag == VALUE_RECORD ? value_getc(images, text_at(g->field)) : NULL;
}

/* Of an image its tag, without a `v` in front and what a distributor appended. */
static const char *level_version(struct eval *e, const struct value *v)
{
	const char *s = v->str.p, *why;
	size_t n = v->n, k = 0;
	struct image_ref image;
	if (lit_image(s, n, &image, &why) && image.tag_n) {
		s = image.tag;
		n = image.tag_n;
	}
	if (n && *s == 'v') {
		s++;
		n--;
	}
	while (k < n && ((s[k] >= '0' && s[k] <= '9') || s[k] == '.'))
		k++;
	return k && *s >= '0' && *s <= '9' ? arena_strdup(e->p->arena, s, k) : NULL;
}

/* 1 when it was reported: what stands in the field is then not looked at. */
int look_too_new(struct look *l, const struct path *p, const struct value *v, const struct schema_field *f)
{
	const struct schema_since *since = &schema_sinces[f->since];
	const char *release = text_at(since->version), *have;
	struct eval *e = l->e;
	if (!since->level) {
		if (!schema_older(e, release))
			return 0;
		const struct value *k8s = member_value(e, e->stack, "kubernetes");
		struct where w = look_at_key(l, v, p->key);
		struct diag *x = diag_error(e->diags, w.at, D_FIELD_SINCE, look_path(l, p),
			arena_printf(e->p->arena, "Kubernetes %s", release));
		look_finish(l, x, w);
		if (look_source(l, look_origin(k8s)) && !look_source(l, look_origin(k8s))->library && !x->help)
			diag_place(e->diags, x, k8s->origin, "the stack is made for this release and newer ones");
		diag_help(e->diags, x, "leave the field out, or write kubernetes = %s in the stack (it says %.*s)",
			release, (int)k8s->n, k8s->str.p);
		return 1;
	}
	const struct schema_level *g = &schema_levels[since->level - 1];
	const struct value *t = row_text(e, g);
	have = t && t->tag == VALUE_STRING ? level_version(e, t) : NULL;
	if (!have || lit_version_compare(have, strlen(have), release, strlen(release)) >= 0)
		return 0;
	struct where w = look_at_key(l, v, p->key);
	struct diag *x = diag_error(e->diags, w.at, D_FIELD_SINCE, look_path(l, p),
		arena_printf(e->p->arena, "%s %s", g->field ? "an operator of version" : text_at(g->row), release));
	look_finish(l, x, w);
	diag_help(e->diags, x,
		"the catalog's `%s` brings the definitions of %s in version %s, which drop the field",
		text_at(g->row), text_at(g->group), have);
	return 1;
}

/* A version of a kind that is gone, or a kind in a group that is not its own. */
static size_t group_length(const char *api_version)
{
	const char *slash = strchr(api_version, '/');
	return slash ? (size_t)(slash - api_version) : 0;
}

/* Groups of Kubernetes itself: no dot, or like `networking.k8s.io` one of those in the table. */
static int own_group(const char *api)
{
	size_t n = group_length(api);
	int own = !memchr(api, '.', n);
	for (unsigned i = 0; i < schema_nkinds && !own; i++) {
		const char *have = text_at(schema_kinds[i].api_version);
		own = n > 7 && !memcmp(api + n - 7, ".k8s.io", 7) && group_length(have) == n && !memcmp(have, api, n);
	}
	return own;
}

void look_api_version(struct look *l)
{
	struct eval *e = l->e;
	const char *api = l->o->api_version, *kind = l->o->kind, *now = NULL, *gone = NULL;
	for (unsigned i = 0; i < schema_ngones && !now; i++)
		if (!strcmp(text_at(schema_gones[i].kind), kind)
			&& !strcmp(text_at(schema_gones[i].api_version), api)) {
			now = text_at(schema_gones[i].now);
			gone = text_at(schema_gones[i].since);
		}
	for (unsigned i = 0; i < schema_nkinds && !now; i++) {
		const char *have = text_at(schema_kinds[i].api_version);
		size_t n = group_length(have);
		if (!strcmp(text_at(schema_kinds[i].kind), kind) && own_group(have) && own_group(api)
			&& (n != group_length(api) || memcmp(have, api, n)))
			now = have;
	}
	if (!now)
		return;
	const struct value *v = value_getc(l->o->tree, "apiVersion");
	struct where w = look_place(l, look_origin(v));
	struct diag *x = diag_error(e->diags, w.at, D_API_VERSION, api, kind);
	look_finish(l, x, w);
	if (gone)
		diag_note(e->diags, x, "it is gone since Kubernetes %s", gone);
	diag_help(e->diags, x, "write %s", now);
}
