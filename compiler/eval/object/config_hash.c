/* Each pod template gets the hash of the ConfigMaps that it reads, so that its pods are replaced when those change. */
#include "eval/object/making.h"
#include "eval/plan.h"

static void config_names(const struct value *v, struct eval *e, int depth, struct table *names)
{
	static const char *const refs[] = { "configMapKeyRef", "configMapRef", "configMap" };
	if (depth > 12)
		return;
	for (uint32_t i = 0; i < v->n && v->tag == VALUE_LIST; i++)
		config_names(v->items[i], e, depth + 1, names);
	for (uint32_t i = 0; i < v->n && v->tag == VALUE_RECORD; i++) {
		const struct value *x = v->rec.fields[i].value;
		for (int k = 0; k < 3; k++)
			if (x->tag == VALUE_RECORD && !strcmp(v->rec.fields[i].key->text, refs[k])) {
				const struct value *n = value_get(x, e->p->a_name);
				if (n && n->tag == VALUE_STRING)
					table_put(names, atom_intern(e->p->atoms, n->str.p, n->n),
						(void *)(uintptr_t)n);
			}
		if (x->tag == VALUE_LIST || x->tag == VALUE_RECORD)
			config_names(x, e, depth + 1, names);
	}
}

static const struct value *set2(
	struct eval *e, const struct value *rec, const char *k1, const char *k2, const struct value *v)
{
	const struct value *in = value_getc(rec, k1);
	if (!in || in->tag != VALUE_RECORD)
		in = value_record(e->arena, NULL, 0, (struct span){ 0, 0 });
	return value_with(e->arena, rec, atom(e, k1), value_with(e->arena, in, atom(e, k2), v));
}

static const struct value *metadata_first(struct eval *e, const struct value *tpl)
{
	struct field *f = ARENA_ARRAY(e->arena, struct field, tpl->n + 1);
	f[0] = (struct field){ atom(e, "metadata"), VALUE_NONE_V };
	if (tpl->n)
		memcpy(f + 1, tpl->rec.fields, tpl->n * sizeof *f);
	return value_record(e->arena, f, tpl->n + 1, tpl->origin);
}

void config_hashes(struct making *m)
{
	struct eval *e = m->e;
	int configs = 0;
	for (uint32_t k = 0; k < m->objects.n; k++)
		configs += !strcmp(m->objects.v[k].kind, "ConfigMap");
	if (!configs)
		return;
	for (uint32_t k = 0; k < m->objects.n; k++) {
		struct out_object *o = &m->objects.v[k];
		const struct value *spec = value_getc(o->tree, "spec"),
			*tpl = value_getc(spec, "template");
		const struct value *pod = value_getc(tpl, "spec");
		if (!pod || pod->tag != VALUE_RECORD
			|| (strcmp(o->kind, "Deployment") && strcmp(o->kind, "StatefulSet")
				&& strcmp(o->kind, "DaemonSet")))
			continue;
		struct table names;
		/* name, data and binary data of each ConfigMap that the pods read */
		VEC(const struct value *) read = { 0 };
		table_init(&names, e->arena);
		config_names(pod, e, 0, &names);
		for (uint32_t q = 0; q < m->objects.n; q++) {
			struct out_object *cm = &m->objects.v[q];
			const struct value *ref = strcmp(cm->kind, "ConfigMap") || strcmp(cm->ns, o->ns)
				? NULL
				: table_get(&names, atom(e, cm->name));
			if (!ref)
				continue;
			const struct value *own = value_get(value_getc(cm->tree, "metadata"), e->p->a_name),
				*d = value_getc(cm->tree, "data"),
				*bin = value_getc(cm->tree, "binaryData");
			if (e->plan && !plan_same(own, ref)) {
				plan_touch(e, own);
				plan_touch(e, ref);
			}
			VEC_PUSH(e->arena, &read, own);
			VEC_PUSH(e->arena, &read, d ? d : VALUE_NONE_V);
			VEC_PUSH(e->arena, &read, bin ? bin : VALUE_NONE_V);
		}
		if (read.n) {
			const struct value *meta = value_getc(tpl, "metadata");
			if (!meta || meta->tag != VALUE_RECORD)
				meta = value_record(e->arena, NULL, 0, (struct span){ 0, 0 });
			meta = set2(e, meta, "annotations", "mlopsc/config-hash",
				plan_hash(e, value_list(e->arena, read.v, read.n, (struct span){ 0, 0 })));
			if (!value_getc(tpl, "metadata"))       /* metadata stands first */
				tpl = metadata_first(e, tpl);
			o->tree = value_with(e->arena, o->tree, atom(e, "spec"),
				value_with(e->arena, spec, atom(e, "template"),
					value_with(e->arena, tpl, atom(e, "metadata"), meta)));
		}
	}
}
