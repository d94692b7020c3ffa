/* Consumes a text of an object; produces a reference for each address of a Service in it. */
#include "eval/whole/part.h"

/* NAME.NAMESPACE.svc[.DOMAIN][:PORT] anywhere in a text. */
void refer_hosts(struct part *p, const struct from *o, const struct value *v)
{
	const char *s = v->str.p, *end = s + v->n;
	for (const char *q = s; (q = memchr(q, '.', (size_t)(end - q))) && end - q >= 4; q++) {
		if (memcmp(q, ".svc", 4) || (q + 4 < end && (host_char(q[4]) || q[4] == '_')))
			continue;
		const char *ns = q, *name, *port = q + 4;
		while (ns > s && host_char(ns[-1]))
			ns--;
		if (ns == q || ns == s || ns[-1] != '.')
			continue;
		name = ns - 1;
		while (name > s && host_char(name[-1]))
			name--;
		if (name == ns - 1)
			continue;
		if (symbolic(p, v)) {
			add_ref(p, o, REF_HOSTS, v);
			return;
		}
		while (port < end && (host_char(*port) || *port == '.'))
			port++;
		long number = 0;
		if (port < end && *port == ':')
			for (port++; port < end && *port >= '0' && *port <= '9' && number < 100000; port++)
				number = number * 10 + *port - '0';
		struct ref *r = add_ref(p, o, REF_NAME, value_string(p->a, name, (size_t)(ns - 1 - name), v->origin));
		r->kind = "Service";
		r->ns = value_string(p->a, ns, (size_t)(q - ns), v->origin);
		r->key = number > 0 && number < 65536 ? value_int(p->a, number, v->origin) : NULL;
		r->host = 1;
	}
}
