/* What may stand in an object or in a chart's values: data that YAML can hold and a cluster takes. */
#include "eval/object/making.h"
#include "value/yaml.h"

/* What cannot be written: components, secrets, none in a list, text that no cluster takes, and null but where `nulls`
   says so. Reports the first. */
int writable(struct making *m, const struct value *v, const char *where, struct span at, int nulls)
{
	struct eval *e = m->e;
	struct span here = v->origin.hi && (v->tag <= VALUE_RECORD || v->tag == VALUE_SECRET_KEY) ? v->origin : at;
	struct diag *x;
	if (!counted(e, v->tag == VALUE_LIST || v->tag == VALUE_RECORD ? v->n : 0, here))
		return 0;
	switch ((enum value_tag)v->tag) {
	case VALUE_ERROR:
		return 0;
	case VALUE_NULL:
		if (nulls)
			return 1;
		x = diag_error(e->diags, here, D_OBJECT_FIELD, "null stands in an object, which has no use for it");
		diag_place(e->diags, x, at, "in %s", where);
		diag_help(e->diags, x,
			"null takes a chart's default away; a field that is not wanted is `none`, or left out");
		return 0;
	case VALUE_STRING:
		if (!v->plain && yaml_style_of(v->str.p, v->n) == YAML_REJECT) {
			x = diag_error(e->diags, here, D_NOT_YAML, "a control character");
			diag_place(e->diags, x, at, "in %s", where);
			return 0;
		}
		return 1;
	case VALUE_LIST:
		for (uint32_t i = 0; i < v->n; i++) {
			if (v->items[i]->tag == VALUE_NONE) {
				diag_help(e->diags, diag_error(e->diags, here, D_NOT_YAML, "none in a list"),
					"leave it out: compact([...])");
				return 0;
			}
			if (!writable(m, v->items[i], where, here, nulls))
				return 0;
		}
		return 1;
	case VALUE_RECORD:
		for (uint32_t i = 0; i < v->n; i++)
			if (!writable(m, v->rec.fields[i].value, where, here, nulls))
				return 0;
		return 1;
	case VALUE_SECRET_KEY:
		x = diag_error(e->diags, here, D_SECRET_LEAK, where);
		diag_help(e->diags, x, "put it through env-list({ NAME: key }), or give the chart the secret's name");
		return 0;
	case VALUE_SECRET:
	case VALUE_COMPONENT:
	case VALUE_GIVEN:
	case VALUE_DETECTOR:
	case VALUE_BYTES:
	case VALUE_VIEW:
		x = diag_error(e->diags, here, D_NOT_YAML, value_noun(e, v));
		diag_place(e->diags, x, at, "in %s", where);
		return 0;
	default:
		return 1;
	}
}

/* Is it a custom resource? Only some of those know null; Kubernetes' own objects drop it. */
int is_custom(const char *api_version)
{
	const char *slash = strchr(api_version, '/');
	size_t n = slash ? (size_t)(slash - api_version) : 0;
	return memchr(api_version, '.', n) && !(n > 7 && !memcmp(api_version + n - 7, ".k8s.io", 7));
}
