/* Consumes a text of an object; produces a reference for each address of a Service in it. What may be an address:

     NAME.NAMESPACE.svc[.DOMAIN][:PORT]         anywhere: it can be nothing else
     SCHEME://[USER@]NAME[.NAMESPACE][:PORT]    with a port, or of http and https, whose ports are known
     NAME[.NAMESPACE]:PORT[,...]                where the text is nothing else: it may also be something else

   A name of one label is of the object's own namespace. */
#include "eval/whole/part.h"

struct address {
	uint8_t sure, implied;          /* enum host_tag; the port is the scheme's */
	const char *name, *ns;          /* ns NULL: the object's */
	size_t nname, nns;
	long port;                      /* 0: none is said */
};

/* The first labels of the host at s are a Service's name, and its namespace if there are two, or `svc` follows. */
static int service_host(struct address *x, const char *s, const char *end)
{
	const char *label[64] = { s };
	uint32_t n = 0;
	for (const char *q = s; q <= end; q++)
		if (q == end || *q == '.') {
			if (q == label[n] || ++n == 63)
				return 0;
			label[n] = q + 1;
		}
	for (uint32_t k = 2; k < n; k++)
		if (label[k + 1] - label[k] == 4 && !memcmp(label[k], "svc", 3)) {
			*x = (struct address){ .sure = HOST_SVC, .name = label[k - 2], .ns = label[k - 1] };
			break;
		}
	if (!x->name && n <= 2)
		*x = (struct address){ .sure = HOST_PLAIN, .name = s, .ns = n == 2 ? label[1] : NULL };
	if (!x->name || *x->name < 'a' || *x->name > 'z')
		return 0;
	for (uint32_t k = 0; k < n; k++)
		if (label[k] == x->name) {
			x->nname = (size_t)(label[k + 1] - 1 - label[k]);
			x->nns = x->ns ? (size_t)(label[k + 2] - 1 - x->ns) : 0;
		}
	return x->sure == HOST_SVC || x->nname != 9 || memcmp(x->name, "localhost", 9);
}

static long port_at(const char **at, const char *end)
{
	const char *s = *at;
	long n = 0;
	if (s == end || *s != ':' || s + 1 == end || s[1] < '0' || s[1] > '9')
		return 0;
	for (s++; s < end && *s >= '0' && *s <= '9'; s++)
		n = n < 100000 ? n * 10 + *s - '0' : n;
	*at = s;
	return n;
}

/* The scheme's own port if the host at s stands behind SCHEME:// or SCHEME://USER@; 0: another scheme; -1: none. */
static long scheme_port(const char *text, const char *s)
{
	const char *q = s;
	if (q > text && q[-1] == '@')
		while (q > text && q[-1] != '/' && q[-1] != ' ' && q[-1] != '\n')
			q--;
	if (q - text < 4 || memcmp(q - 3, "://", 3))
		return -1;
	q -= 3;
	return q - text >= 5 && !memcmp(q - 5, "https", 5) ? 443
		: q - text >= 4 && !memcmp(q - 4, "http", 4) ? 80
		: 0;
}

static uint8_t how_sure(const struct address *x, long scheme, int list)
{
	if (x->port > 65535)
		return HOST_NONE;               /* the digits of a hash */
	if (x->sure == HOST_SVC)
		return HOST_SVC;
	if (scheme < 0)
		return list && x->port >= 80 ? HOST_MAYBE : HOST_NONE;
	if (!scheme && !x->port)
		return HOST_NONE;               /* a bucket, a model */
	return x->ns || x->port ? HOST_PLAIN : HOST_MAYBE;      /* http://wiki is often for people */
}

/* The next address in the text from *at on. */
static int next_address(const char *text, const char *end, const char **at, int list, struct address *x)
{
	for (const char *s = *at; s < end; s++) {
		if (!host_char(*s))
			continue;
		const char *host = s, *stop;
		while (s < end && (host_char(*s) || *s == '.'))
			s++;
		stop = s;
		while (stop > host && stop[-1] == '.')
			stop--;
		*at = s;
		*x = (struct address){ 0 };
		if (!service_host(x, host, stop) || (s < end && (*s == '_' || *s == '$' || *s == '{')))
			continue;
		long own = scheme_port(text, host);
		x->port = port_at(at, end);
		x->sure = how_sure(x, own, list);
		x->implied = !x->port && own > 0;
		if (x->implied)
			x->port = own;
		if (x->sure)
			return 1;
		s = *at - 1;
	}
	return 0;
}

/* NAME:PORT, or several of them with commas between */
static int is_list(const char *s, const char *end)
{
	int port = 0;
	for (; s < end; s++)
		if (*s == ':')
			port = 1;
		else if (!host_char(*s) && *s != '.' && *s != ',' && *s != ' ')
			return 0;
	return port;
}

/* Another component may say any text there. */
static int free_slot(const struct part *p, const struct value *v)
{
	const struct sym *y = symbolic(p, v) ? ((const struct symbolic *)v)->sym : NULL;
	for (uint32_t k = 0; y && k < y->nparts; k++) {
		const struct type *t = y->parts[k].p ? NULL : p->plan->kind->members.v[y->parts[k].slot].type;
		while (t && t->tag == T_OPTIONAL)
			t = t->elem;
		if (t && (t->tag == T_STRING || t->tag == T_ANY || (t->tag == T_TEXT && t->text == TEXT_URL)))
			return 1;
	}
	return 0;
}

static struct ref *to_service(
	struct part *p, const struct from *o, const struct address *x, const struct value *name, struct span at)
{
	struct ref *r = add_ref(p, o, REF_NAME, name);
	r->kind = "Service";
	if (x->ns)
		r->ns = value_string(p->a, x->ns, x->nns, at);
	r->host = x->sure;
	return r;
}

void refer_host(struct part *p, const struct from *o, const struct value *host, const struct value *port)
{
	struct address x = { 0 };
	if (free_slot(p, host)) {
		add_ref(p, o, REF_HOST, host)->key = port;
		return;
	}
	if (!service_host(&x, host->str.p, host->str.p + host->n)
		|| (x.sure == HOST_PLAIN && (x.ns || !o->ns)))
		return;                         /* a name with a dot is of the world */
	if (symbolic(p, host) && x.ns)
		return;                         /* found as a text that holds an address */
	x.sure = HOST_SVC;
	to_service(p, o, &x, x.ns ? value_string(p->a, x.name, x.nname, host->origin) : host, host->origin)->key =
		port && port->tag == VALUE_INT ? port : NULL;
}

void refer_hosts(struct part *p, const struct from *o, const struct value *v)
{
	const char *text = v->str.p, *end = text + v->n, *at = text;
	struct address x;
	if (free_slot(p, v)) {
		add_ref(p, o, REF_HOSTS, v);
		return;
	}
	if (!memchr(text, ':', v->n) && !memchr(text, '.', v->n))
		return;
	int list = is_list(text, end), lines = memchr(text, '\n', v->n) != NULL;
	while (next_address(text, end, &at, list, &x)) {
		if (symbolic(p, v)) {
			add_ref(p, o, REF_HOSTS, v);
			return;
		}
		if (!x.ns && !o->ns)
			continue;
		if (x.sure == HOST_PLAIN && lines)
			x.sure = HOST_MAYBE;
		struct ref *r = to_service(
			p, o, &x, value_string(p->a, x.name, x.nname, v->origin), v->origin);
		r->key = x.port ? value_int(p->a, x.port, v->origin) : NULL;
		r->implied = x.implied;
	}
}
