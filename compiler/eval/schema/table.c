/* The rows of eval/schema_table.h by name: kinds and the fields of a type, both sorted, found by binary search. */
#include "eval/schema/look.h"
#include <string.h>

const struct schema_kind *schema_kind(const char *api_version, const char *kind)
{
	unsigned lo = 0, hi = schema_nkinds;
	while (lo < hi) {
		unsigned mid = (lo + hi) / 2;
		int d = strcmp(text_at(schema_kinds[mid].kind), kind);
		if (!d)
			d = strcmp(text_at(schema_kinds[mid].api_version), api_version);
		if (!d)
			return &schema_kinds[mid];
		if (d < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

const struct schema_field *schema_field(unsigned type, const char *name, size_t n)
{
	const struct schema_type *t = &schema_types[type];
	unsigned lo = t->first, hi = lo + t->n;
	while (lo < hi) {
		unsigned mid = (lo + hi) / 2;
		const struct schema_field *f = &schema_fields[mid];
		const char *have = text_at(f->name);
		/* both end in a NUL, so the first difference decides */
		size_t i = 0;
		while (have[i] && have[i] == name[i])
			i++;
		int d = (unsigned char)have[i] - (unsigned char)name[i];
		if (!d)
			return f->len == n ? f : NULL;
		if (d < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}
