/* Names of what is declared: of components after the file, of secrets after what they were called. */
#include "emit/import/state.h"
#include <string.h>

/* The text as a name: lower case, anything else a dash, a letter first. */
const char *import_name(struct import *im, const char *s, size_t n)
{
	struct buf b = { 0 };
	const char *name;

	buf_add(&b, "", 0);
	for (size_t i = 0; i < n && b.n < 60; i++) {
		char c = s[i] >= 'A' && s[i] <= 'Z' ? (char)(s[i] + 32) : s[i];

		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
			if (!b.n && c <= '9')
				buf_adds(&b, "x-");
			buf_addc(&b, c);
		} else if (b.n && b.p[b.n - 1] != '-') {
			buf_addc(&b, '-');
		}
	}
	while (b.n && b.p[b.n - 1] == '-')
		b.p[--b.n] = 0;
	name = b.n ? arena_strdup(im->arena, b.p, b.n) : "imported";
	buf_free(&b);
	return name;
}

int import_reserved(const char *name)
{
	static const char *const words[] = { "if", "then", "else", "for", "in", "on", "from",
		"because", "when", "warn", "none", "true", "false",
		"stack", "use", "catalog", "param", "let", "secret", "component", "drift", "env",
		"check", "fn", "kind", "interface", "detector", "rule",
		"allow", "values", "manifest", "release", "config", "names" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (!strcmp(name, words[i]))
			return 1;
	return 0;
}

/* charts/registry/values.yaml is registry, k8s/Legacy_Objects.yaml is legacy-objects. */
const char *component_name(struct import *im)
{
	const char *path = im->src->name, *end = path + strlen(path), *base, *dot, *name;

	base = end;
	while (base > path && base[-1] != '/')
		base--;
	for (dot = end; dot > base && *dot != '.'; dot--)
		;
	if (dot == base)
		dot = end;
	if (text_ends(base, (size_t)(dot - base), ".values"))
		dot -= strlen(".values");       /* NAME.values.yaml, as a build writes it */
	name = import_name(im, base, (size_t)(dot - base));
	if (!strcmp(name, "values") && base > path + 1) {
		const char *folder = base - 1;

		while (folder > path && folder[-1] != '/')
			folder--;
		if (*folder != '.')
			name = import_name(im, folder, (size_t)(base - 1 - folder));
	}
	if (import_reserved(name))
		name = arena_printf(im->arena, "%s-objects", name);
	for (uint32_t i = 0; i < im->secrets.n; i++)
		if (!strcmp(im->secrets.v[i].name, name)) {
			name = arena_printf(im->arena, "%s-objects", name);
			i = (uint32_t)-1;
		}
	return name;
}
