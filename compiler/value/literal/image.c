/* Names of container images, by the grammar of the reference implementation. */
#include "value/literal.h"
#include "value/literal/bytes.h"
#include <stdio.h>

static int image_component(const char *s, size_t n)
{
	size_t i = 0;

	for (;;) {
		size_t from = i;

		while (i < n && (lower(s[i]) || digit(s[i])))
			i++;
		if (i == from)
			return 0;
		if (i == n)
			return 1;
		if (s[i] == '-') {
			while (i < n && s[i] == '-')
				i++;
		} else if (s[i] == '.' || s[i] == '_') {
			i += n - i > 1 && s[i] == '_' && s[i + 1] == '_' ? 2 : 1;
		} else {
			return 0;
		}
	}
}

static int image_path(const char *s, size_t n)
{
	for (;;) {
		const char *slash = n ? memchr(s, '/', n) : NULL;
		size_t k = slash ? (size_t)(slash - s) : n;

		if (!image_component(s, k))
			return 0;
		if (!slash)
			return 1;
		s += k + 1;
		n -= k + 1;
	}
}

static int image_registry(const char *s, size_t n)
{
	size_t i = 0;

	if (n && s[0] == '[') {
		for (i = 1; i < n && s[i] != ']'; i++)
			if (!digit(s[i]) && s[i] != ':' && !(to_lower(s[i]) >= 'a' && to_lower(s[i]) <= 'f'))
				return 0;
		if (i < 2 || i == n)
			return 0;
		i++;
	} else {
		for (;;) {
			size_t from = i;

			while (i < n && (alnum(s[i]) || s[i] == '-'))
				i++;
			if (i == from || s[from] == '-' || s[i - 1] == '-')
				return 0;
			if (i == n || s[i] != '.')
				break;
			i++;
		}
	}
	return i == n || (s[i] == ':' && i + 1 < n && digits(s + i + 1, n - i - 1) == n - i - 1);
}

static int lower_hex(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!digit(s[i]) && !(s[i] >= 'a' && s[i] <= 'f'))
			return 0;
	return 1;
}

static int image_digest(const char *s, size_t n, const char **why)
{
	static const struct { const char *name; size_t hex; } algorithms[] = { { "sha256:", 64 },
		{ "sha384:", 96 }, { "sha512:", 128 } };

	for (int k = 0; k < 3; k++)
		if (n > 7 && !memcmp(s, algorithms[k].name, 7)) {
			if (n - 7 == algorithms[k].hex && lower_hex(s + 7, n - 7))
				return 1;
			return fail(why, k == 0 ? "a sha256 digest has 64 lower-case hex digits" : k == 1 ?
				"a sha384 digest has 96 lower-case hex digits" : "a sha512 digest has 128 lower-case hex digits");
		}
	return fail(why, "a digest is `sha256:` and 64 lower-case hex digits");
}

int lit_image(const char *s, size_t n, struct image_ref *r, const char **why)
{
	struct image_ref none;
	const char *p, *end = s + n;
	size_t first;

	if (!r)
		r = &none;
	memset(r, 0, sizeof *r);
	if (!n)
		return fail(why, "it is empty");
	if (n == 64 && lower_hex(s, n))
		return fail(why, "64 hex digits are an image's id, not its name");
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] <= ' ')
			return fail(why, "an image has no blanks");
	if ((p = memchr(s, ':', n)) && end - p > 2 && !memcmp(p, "://", 3))
		return fail(why, "an image is named without a scheme");
	/* The first part names a registry if it cannot be a folder of the default one. */
	p = memchr(s, '/', n);
	first = p ? (size_t)(p - s) : 0;
	if (p) {
		int upper_case = 0;

		for (size_t i = 0; i < first; i++)
			upper_case |= upper(s[i]);
		if (upper_case || memchr(s, '.', first) || memchr(s, ':', first) || text_is(s, first, "localhost")) {
			r->registry = s;
			r->registry_n = first;
			s += first + 1;
		}
	}
	n = (size_t)(end - s);
	if ((p = n ? memchr(s, '@', n) : NULL)) {
		r->digest = p + 1;
		r->digest_n = (size_t)(end - p) - 1;
		if (!image_digest(r->digest, r->digest_n, why))
			return 0;
		n = (size_t)(p - s);
	}
	if ((p = n ? memchr(s, ':', n) : NULL)) {
		size_t t = (size_t)(s + n - p) - 1;

		r->tag = p + 1;
		r->tag_n = t;
		if (!t)
			return fail(why, "a tag must follow the `:`");
		if (t > 128)
			return fail(why, "a tag has at most 128 characters");
		for (size_t i = 0; i < t; i++)
			if (!alnum(r->tag[i]) && r->tag[i] != '_' && (!i || (r->tag[i] != '.' && r->tag[i] != '-')))
				return fail(why, i ? "a tag is made of letters, digits, `_`, `.` and `-`" :
					"a tag starts with a letter, a digit or `_`");
		n = (size_t)(p - s);
	}
	r->repository = s;
	r->repository_n = n;
	for (size_t i = 0; i < n; i++)
		if (upper(s[i]))
			return fail(why, "the name of an image is written in lower case");
	if (!image_path(s, n))
		return fail(why,
			"the name of an image is made of parts joined by `/`, each of letters and digits with single `.`, `_`, `__` or `-` between them");
	/* A part before the first slash that is no host may still be a folder: the grammar is ambiguous, and the
	   reference implementation tries the folder second. */
	if (r->registry_n && !image_registry(r->registry, r->registry_n) &&
		!image_component(r->registry, r->registry_n))
		return fail(why, "the registry is not a host with an optional port");
	if (n + (!r->registry_n && !memchr(s, '/', n) ? 8 : 0) > 255)
		return fail(why, "the name of an image has at most 255 characters");
	return 1;
}

size_t lit_image_canonical(const char *s, size_t n, char out[512])
{
	struct image_ref r;
	const char *registry = "docker.io", *folder = "";
	size_t registry_n = 9, len;

	if (!lit_image(s, n, &r, NULL))
		return 0;
	if (r.registry_n && !text_is(r.registry, r.registry_n, "index.docker.io")) {
		registry = r.registry;
		registry_n = r.registry_n;
	}
	if (text_is(registry, registry_n, "docker.io") && !memchr(r.repository, '/', r.repository_n))
		folder = "library/";
	len = registry_n + 1 + strlen(folder) + r.repository_n + 1 + (r.tag_n ? r.tag_n : 6) + 1 + r.digest_n;
	if (len > 511)
		return 0;
	len = (size_t)snprintf(out, 512, "%.*s/%s%.*s", (int)registry_n, registry, folder,
		(int)r.repository_n, r.repository);
	if (r.tag_n || !r.digest_n)
		len += (size_t)snprintf(out + len, 512 - len, ":%.*s", r.tag_n ? (int)r.tag_n : 6,
			r.tag_n ? r.tag : "latest");
	if (r.digest_n)
		len += (size_t)snprintf(out + len, 512 - len, "@%.*s", (int)r.digest_n, r.digest);
	return len;
}
