/* Names and keys, as Kubernetes takes them: of objects, labels, ports, variables, files of a ConfigMap, HTTP
   headers. */
#include "value/literal.h"
#include "value/literal/bytes.h"

/* One label: lower-case letters, digits, and `-` inside. */
static int label_chars(const char *s, size_t n)
{
	if (!n || s[0] == '-' || s[n - 1] == '-')
		return 0;
	for (size_t i = 0; i < n; i++)
		if (!lower(s[i]) && !digit(s[i]) && s[i] != '-')
			return 0;
	return 1;
}

int lit_dns1123_label(const char *s, size_t n)
{
	return n <= 63 && label_chars(s, n);
}

int lit_dns1035_label(const char *s, size_t n)
{
	return n <= 63 && label_chars(s, n) && lower(s[0]);
}

/* Kubernetes limits the whole name, not each label. */
int lit_dns1123_subdomain(const char *s, size_t n)
{
	if (!n || n > 253)
		return 0;
	for (;;) {
		size_t k = part(s, n);

		if (!label_chars(s, k))
			return 0;
		if (k == n)
			return 1;
		s += k + 1;
		n -= k + 1;
	}
}

int lit_wildcard_host(const char *s, size_t n)
{
	return n > 2 && n <= 253 && s[0] == '*' && s[1] == '.' && lit_dns1123_subdomain(s + 2, n - 2);
}

/* Letters, digits, `-`, `_` and `.` */
static int word_chars(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!alnum(s[i]) && s[i] != '-' && s[i] != '_' && s[i] != '.')
			return 0;
	return 1;
}

static int qualified_name(const char *s, size_t n)
{
	return n && n <= 63 && alnum(s[0]) && alnum(s[n - 1]) && word_chars(s, n);
}

int lit_label_key(const char *s, size_t n)
{
	const char *slash = n ? memchr(s, '/', n) : NULL;
	size_t prefix = slash ? (size_t)(slash - s) : 0;

	if (!slash)
		return qualified_name(s, n);
	return lit_dns1123_subdomain(s, prefix) && qualified_name(slash + 1, n - prefix - 1);
}

int lit_label_value(const char *s, size_t n)
{
	return !n || qualified_name(s, n);
}

int lit_annotation_key(const char *s, size_t n)
{
	char low[253 + 1 + 63];

	if (n > sizeof low)
		return 0;
	for (size_t i = 0; i < n; i++)
		low[i] = to_lower(s[i]);
	return lit_label_key(low, n);
}

int lit_port_name(const char *s, size_t n)
{
	int letters = 0;

	if (n > 15 || !label_chars(s, n))
		return 0;
	for (size_t i = 0; i < n; i++) {
		letters |= lower(s[i]);
		if (i && s[i] == '-' && s[i - 1] == '-')
			return 0;
	}
	return letters;
}

/* Neither `.` nor `..` nor anything that starts with `..`. */
static int dotty(const char *s, size_t n)
{
	return text_is(s, n, ".") || (n > 1 && s[0] == '.' && s[1] == '.');
}

int lit_config_key(const char *s, size_t n)
{
	return n && n <= 253 && !dotty(s, n) && word_chars(s, n);
}

int lit_env_name(const char *s, size_t n)
{
	return n && !digit(s[0]) && !dotty(s, n) && word_chars(s, n);
}

int lit_env_name_relaxed(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] < 0x20 || s[i] > 0x7e || s[i] == '=')
			return 0;
	return n > 0;
}

int lit_http_header(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!alnum(s[i]) && s[i] != '-')
			return 0;
	return n > 0;
}
