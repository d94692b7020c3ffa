/* Hosts and URLs. */
#define _POSIX_C_SOURCE 200809L
#include "value/literal.h"
#include "value/literal/bytes.h"
#include <arpa/inet.h>

static int inet(int family, const char *s, size_t n)
{
	char text[64];
	unsigned char address[16];

	if (n >= sizeof text || (n && memchr(s, 0, n)))
		return 0;
	memcpy(text, s, n);
	text[n] = 0;
	return inet_pton(family, text, address) == 1;
}

int lit_host(const char *s, size_t n, const char **why)
{
	size_t numeric = 0;

	if (!n)
		return fail(why, "it is empty");
	if (memchr(s, ':', n)) {
		if (inet(AF_INET6, s, n))
			return 1;
		if (s[0] == '[')
			return fail(why, "an IPv6 address stands without brackets here");
		for (size_t i = n; i-- > 0 && (digit(s[i]) || s[i] == ':'); )
			if (s[i] == ':' && !memchr(s, ':', i))
				return fail(why, "a host has no port");
		return fail(why, n > 3 && memchr(s, '/', n)
			? "a host is a name or an address, without a scheme and a path" :
			"it is neither a name nor an IPv6 address");
	}
	while (numeric < n && (digit(s[numeric]) || s[numeric] == '.'))
		numeric++;
	if (numeric == n)
		return inet(AF_INET, s, n) ? 1 : fail(why, "an IPv4 address is four numbers from 0 to 255");
	if (lit_dns1123_subdomain(s, n))
		return 1;
	if (n > 253)
		return fail(why, "it has more than 253 characters");
	if (s[n - 1] == '.')
		return fail(why, "it stands without the dot at the end");
	if (memchr(s, '/', n))
		return fail(why, "a host is a name or an address, without a path");
	if (memchr(s, '_', n))
		return fail(why, "a host has no `_`");
	for (size_t i = 0; i < n; i++)
		if (upper(s[i]))
			return fail(why, "it is written in lower case");
	return fail(why, "a host is made of lower-case letters, digits, `-` inside, and dots");
}

int lit_url(const char *s, size_t n, const char **why)
{
	size_t i = 0, end, at;

	while (i < n && (alnum(s[i]) || (i && (s[i] == '+' || s[i] == '.' || s[i] == '-'))))
		i++;
	if (!i || !letter(s[0]) || n - i < 3 || memcmp(s + i, "://", 3))
		return fail(why, "a url starts with a scheme: `http://...`");
	for (size_t k = 0; k < n; k++)
		if ((unsigned char)s[k] <= ' ' || s[k] == 0x7f)
			return fail(why, "a url has no blanks");
	i += 3;
	if (i == n)
		return fail(why, "a host must follow `://`");
	for (end = i; end < n && s[end] != '/' && s[end] != '?' && s[end] != '#'; end++)
		;
	for (at = end; at > i && s[at - 1] != '@'; at--)
		;
	if (at == end)
		return text_is(s, i, "file://") && end < n ? 1 : fail(why, "a host must follow `://`");
	/* Several hosts, or variables that the program fills in, are not ours to judge. */
	if (memchr(s + at, ',', end - at) || memchr(s + at, '$', end - at) || memchr(s + at, '{', end - at))
		return 1;
	i = at;
	if (s[at] == '[') {
		const char *close = memchr(s + at, ']', end - at);

		if (!close || !inet(AF_INET6, s + at + 1, (size_t)(close - s) - at - 1))
			return fail(why, "an IPv6 address in brackets was expected");
		i = (size_t)(close - s) + 1;
	} else {
		while (i < end && s[i] != ':')
			i++;
		if (i == at)
			return fail(why, "a host must stand before the port");
	}
	if (i < end) {
		uint64_t port;

		if (s[i] != ':' || !number(s + i + 1, end - i - 1, 65535, &port) || !port)
			return fail(why, "the port is a number from 1 to 65535");
	}
	return 1;
}
