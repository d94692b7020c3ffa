/* Merging of values and of objects. Merge keys are those of Kubernetes 1.36's built-in types (client-side merge keys
   and server-side list keys agree on these fields). */
#include "value/merge.h"
#include "base/vec.h"
#include <string.h>

static const struct { const char *field, *keys[2];
} merge_keys[] = {
	{ "containers", { "name" } },
	{ "initContainers", { "name" } },
	{ "ephemeralContainers", { "name" } },
	{ "volumes", { "name" } },
	{ "env", { "name" } },
	{ "imagePullSecrets", { "name" } },
	{ "schedulingGates", { "name" } },
	{ "resourceClaims", { "name" } },
	{ "ports", { "containerPort", "port" } },
	{ "volumeMounts", { "mountPath" } },
	{ "volumeDevices", { "devicePath" } },
	{ "hostAliases", { "ip" } },
	{ "topologySpreadConstraints", { "topologyKey" } },
	{ "groups", { "name" } },
};

static const struct value *item_key(const struct value *item, int row)
{
	for (int k = 0; k < 2 && merge_keys[row].keys[k]; k++) {
		const struct value *v = item->tag == VALUE_RECORD ? value_getc(item, merge_keys[row].keys[k]) : NULL;
		if (v)
			return v;
	}
	return NULL;
}

static const struct value *merge(struct arena *a, const struct value *base, const struct value *over, int lists);

static const struct value *merge_list(struct arena *a, const struct value *base, const struct value *over, int row)
{
	VEC(const struct value *) out = { 0 };
	for (uint32_t i = 0; i < over->n; i++)
		if (!item_key(over->items[i], row))
			return over;
	for (uint32_t i = 0; i < base->n; i++) {
		const struct value *item = base->items[i], *k = item_key(item, row);
		for (uint32_t n = 0; k && n < over->n; n++)
			if (value_equal(k, item_key(over->items[n], row)))
				item = merge(a, item, over->items[n], 1);
		VEC_PUSH(a, &out, item);
	}
	for (uint32_t n = 0; n < over->n; n++) {
		int old = 0;
		for (uint32_t i = 0; i < base->n && !old; i++) {
			const struct value *k = item_key(base->items[i], row);
			old = k && value_equal(k, item_key(over->items[n], row));
		}
		if (!old)
			VEC_PUSH(a, &out, over->items[n]);
	}
	return value_list(a, out.v, out.n, base->origin);
}

static const struct value *merge(struct arena *a, const struct value *base, const struct value *over, int lists)
{
	if (base->tag != VALUE_RECORD || over->tag != VALUE_RECORD)
		return over;
	const struct value *v = base;
	for (uint32_t i = 0; i < over->n; i++) {
		const struct atom *k = over->rec.fields[i].key;
		const struct value *new = over->rec.fields[i].value, *old = value_get(v, k);
		if (new->tag == VALUE_NONE) {
			if (old)
				v = value_with(a, v, k, NULL);
			continue;
		}
		if (old && new->tag == VALUE_RECORD) {
			new = merge(a, old, new, lists);
		} else if (old && lists && new->tag == VALUE_LIST && old->tag == VALUE_LIST) {
			for (size_t row = 0; row < sizeof merge_keys / sizeof *merge_keys; row++)
				if (!strcmp(merge_keys[row].field, k->text)) {
					new = merge_list(a, old, new, (int)row);
					break;
				}
		}
		v = value_with(a, v, k, new);
	}
	return v;
}

const struct value *merge_values(struct arena *a, const struct value *base, const struct value *over)
{
	return merge(a, base, over, 0);
}

const struct value *merge_object(struct arena *a, const struct value *base, const struct value *over)
{
	return merge(a, base, over, 1);
}
