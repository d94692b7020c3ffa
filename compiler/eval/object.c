/* A component's output: objects with our labels, releases, files. Evaluates the kind's output statements in order,
   applies the component's patches and names, and gives each pod template the hash of the configuration that it
   reads. */
#include "eval/chart.h"
#include "base/suggest.h"
#include "value/yaml.h"
#include "value/literal.h"
#include "value/merge.h"
#include "eval/origin.h"
#include "eval/plan.h"
#include "eval/schema.h"
#include <stdlib.h>
#include <string.h>

struct making {
	struct compile *c;
	struct eval *e;
	struct top *t;
	VEC(struct out_object) objects;
	VEC(struct instance *) owners;          /* of each object */
	VEC(struct out_release) releases;
	VEC(struct instance *) release_owners;
	VEC(struct out_file) files;
	int ok;
	int lost;                       /* something could not be made, or is called as nobody meant: reported */
	int checks_only;                /* run the checks and claims among the outputs, make nothing */
};

/* -- kinds of Kubernetes: stdlib/kubernetes/kinds.tsv -- */

static void read_kinds(struct compile *c)
{
	uint32_t len;
	const char *s = library_text(c->e->p, "kubernetes/kinds.tsv", &len), *end = s ? s + len : NULL;
	struct arena *a = c->e->p->arena;
	c->kinds_read = 1;
	table_init(&c->kind_words, a);
	while (s && s < end) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));
		const char *stop = nl ? nl : end, *f[6] = { 0 };
		size_t n[6] = { 0 };
		int k = 0;
		for (const char *q = s; k < 6 && q <= stop; k++) {
			const char *tab = memchr(q, '\t', (size_t)(stop - q));
			f[k] = q;
			n[k] = (size_t)((tab ? tab : stop) - q);
			if (!tab) {
				k++;
				break;
			}
			q = tab + 1;
		}
		if (k == 6 && *s != '#' && !(n[0] == 4 && !memcmp(f[0], "word", 4))) {
			struct kube_kind kk = { atom_intern(c->e->p->atoms, f[0], n[0]),
				arena_strdup(a, f[1], n[1]), arena_strdup(a, f[2], n[2]),
				arena_strdup(a, f[3], n[3]), n[4] && *f[4] == 'C', atoi(f[5]) };
			VEC_PUSH(a, &c->kinds, kk);
			if (!table_get(&c->kind_words, kk.word))
				table_put(&c->kind_words, kk.word, (void *)(uintptr_t)c->kinds.n);
		}
		s = stop + 1;
	}
}

const struct kube_kind *kube_kind(struct compile *c, const struct atom *word)
{
	if (!c->kinds_read)
		read_kinds(c);
	uintptr_t n = (uintptr_t)table_get(&c->kind_words, word);
	return n ? &c->kinds.v[n - 1] : NULL;
}

static char lower(char ch)
{
	return ch >= 'A' && ch <= 'Z' ? (char)(ch + 32) : ch;
}

const struct kube_kind *kube_kind_of(struct compile *c, const char *api_version, const char *kind)
{
	char word[80];
	size_t n = strlen(kind);
	if (n >= sizeof word)
		return NULL;
	for (size_t i = 0; i <= n; i++)
		word[i] = lower(kind[i]);
	const struct atom *w = atom_cstr(c->e->p->atoms, word);
	const struct kube_kind *k = kube_kind(c, w);
	if (!k || !strcmp(k->api_version, api_version))
		return k;
	for (uint32_t i = 0; i < c->kinds.n; i++)
		if (c->kinds.v[i].word == w && !strcmp(c->kinds.v[i].api_version, api_version))
			return &c->kinds.v[i];
	const char *slash = strchr(k->api_version, '/');
	/* another version of the same group has the same scope */
	return slash && !strncmp(k->api_version, api_version, (size_t)(slash - k->api_version) + 1) ? k : NULL;
}

/* -- values -- */

static const struct value *str(struct eval *e, const char *s)
{
	return value_string(e->arena, s, strlen(s), (struct span){ 0, 0 });
}

static const struct atom *atom(struct eval *e, const char *s)
{
	return atom_cstr(e->p->atoms, s);
}

/* A label's value from any text: what does not fit the grammar becomes `-`. */
static const struct value *label_text(struct eval *e, const char *s, size_t n)
{
	if (n <= 63 && lit_label_value(s, n))
		return value_string(e->arena, s, n, (struct span){ 0, 0 });
	char *q = arena_strdup(e->arena, s, n > 63 ? 63 : n);
	size_t len = n > 63 ? 63 : n;
	for (size_t i = 0; i < len; i++)
		if (!((q[i] >= 'a' && q[i] <= 'z') || (q[i] >= 'A' && q[i] <= 'Z') || (q[i] >= '0' && q[i] <= '9')
			|| q[i] == '.' || q[i] == '_'))
			q[i] = '-';
	while (len && (q[len - 1] == '-' || q[len - 1] == '.' || q[len - 1] == '_'))
		len--;
	while (len && (*q == '-' || *q == '.' || *q == '_')) {
		q++;
		len--;
	}
	return value_string(e->arena, q, len, (struct span){ 0, 0 });
}

/* What cannot be written: components, secrets, none in a list, text that no cluster takes, and null but where `nulls`
   says so. Reports the first. */
static int writable(struct making *m, const struct value *v, const char *where, struct span at, int nulls)
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
static int is_custom(const char *api_version)
{
	const char *slash = strchr(api_version, '/');
	size_t n = slash ? (size_t)(slash - api_version) : 0;
	return memchr(api_version, '.', n) && !(n > 7 && !memcmp(api_version + n - 7, ".k8s.io", 7));
}

static const struct value *without_none(struct eval *e, const struct value *v)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < v->n; i++)
		n += v->rec.fields[i].value->tag != VALUE_NONE;
	if (n == v->n)
		return v;
	struct field *f = ARENA_ARRAY(e->arena, struct field, n);
	n = 0;
	for (uint32_t i = 0; i < v->n; i++)
		if (v->rec.fields[i].value->tag != VALUE_NONE)
			f[n++] = v->rec.fields[i];
	return value_record(e->arena, f, n, v->origin);
}

static const struct value *over(struct eval *e, const struct value *v, const struct value *more)
{
	for (uint32_t i = 0; more && more->tag == VALUE_RECORD && i < more->n; i++)
		v = value_with(e->arena, v, more->rec.fields[i].key,
			more->rec.fields[i].value->tag == VALUE_NONE ? NULL : more->rec.fields[i].value);
	return v;
}

static const struct value *our_labels(struct making *m, struct instance *i, const struct value *ns)
{
	struct eval *e = m->e;
	struct field *f = ARENA_ARRAY(e->arena, struct field, 6);
	uint32_t n = 0;
	const struct value *version = i ? slot_value(e, i, SLOT_VERSION) : VALUE_NONE_V;
	(void)ns;
	const struct value *name = i ? coerce(e, slot_value(e, i, SLOT_NAME), &type_string, i->at) : NULL;
	if (i) {
		const struct atom *top = i->top->local;
		f[n++] = (struct field){ atom(e, "app.kubernetes.io/component"),
			top == i->name ? name : value_string(e->arena, top->text, top->len, i->at) };
		f[n++] = (struct field){ atom(e, "app.kubernetes.io/instance"), name };
	}
	f[n++] = (struct field){ atom(e, "app.kubernetes.io/managed-by"), str(e, "mlopsc") };
	if (i)
		f[n++] = (struct field){ atom(e, "app.kubernetes.io/name"),
			value_string(e->arena, i->kind->name->text, i->kind->name->len, i->at) };
	f[n++] = (struct field){ atom(e, "app.kubernetes.io/part-of"),
		value_string(e->arena, m->c->out.name, strlen(m->c->out.name), e->stack->at) };
	TOUCH(e, version);
	if (version->tag == VALUE_STRING)
		f[n++] = (struct field){ atom(e, "app.kubernetes.io/version"),
			CARRIED(e, version, label_text(e, version->str.p, version->n)) };
	return value_record(e->arena, f, n, (struct span){ 0, 0 });
}

static const char *text(struct eval *e, const struct value *v)
{
	return arena_strdup(e->arena, v->str.p, v->n);
}

/* The name that the component's `names` gives an object, or its own. */
static const struct value *renamed(struct eval *e, struct instance *i, const char *word, const struct value *own)
{
	const struct value *names = slot_value(e, i, SLOT_NAMES);
	if (names->tag != VALUE_RECORD || !names->n)
		return own;
	TOUCH(e, own);
	const struct value *v = value_getc(names, arena_printf(e->arena, "%s/%.*s", word, (int)own->n, own->str.p));
	if (!v)
		v = value_getc(names, word);
	return v ? v : own;
}

/* label: 0 subdomain, 1 label, 2 label that begins with a letter */
struct name_rule { const char *kind; uint32_t max; uint8_t label; };
static const struct name_rule name_rules[] = {
	{ "", 253, 0 },
	{ "Service", 63, 2 },
	{ "Namespace", 63, 1 },
	{ "StatefulSet", 52, 1 },
	{ "CronJob", 52, 0 },
	{ "Job", 63, 0 },
	{ "DaemonSet", 242, 0 },
};

int object_name_rule(const char *kind)
{
	for (size_t i = 1; i < sizeof name_rules / sizeof *name_rules; i++)
		if (!strcmp(name_rules[i].kind, kind))
			return (int)i;
	return 0;
}

static const char *name_fault(const char *kind, const struct value *name, uint32_t *max)
{
	const struct name_rule *r = &name_rules[object_name_rule(kind)];
	*max = r->max;
	if (name->n > *max)
		return "too long";
	if (r->label == 2 ? !lit_dns1035_label(name->str.p, name->n)
			: r->label ? !lit_dns1123_label(name->str.p, name->n)
			: !lit_dns1123_subdomain(name->str.p, name->n))
		return r->label == 2 ? "lower-case letters, digits and `-`, beginning with a letter"
			: "lower-case letters, digits and `-`";
	return NULL;
}

int object_name_fits(const char *kind, const struct value *name)
{
	uint32_t max;
	return name->tag == VALUE_STRING && !name_fault(kind, name, &max);
}

static int object_name_ok(struct making *m, const char *kind, const struct value *name, struct span at)
{
	uint32_t max;
	const char *why = name_fault(kind, name, &max);
	if (!why)
		return 1;
	if (name->n > max)
		why = arena_printf(m->e->p->arena, "it has %u bytes; at most %u", name->n, max);
	diag_error(m->e->diags, name->origin.hi ? name->origin : at, D_OBJECT_NAME, text(m->e, name),
		arena_printf(m->e->p->arena, "%s %s", strchr("AEIOU", *kind) ? "an" : "a", kind), why);
	return 0;
}

/* -- objects -- */

static void add_object(struct making *m, struct instance *i, const char *api_version, const char *kind,
	const struct value *name, const struct value *body, struct span at, int ours)
{
	struct eval *e = m->e;
	const struct kube_kind *kk = kube_kind_of(m->c, api_version, kind);
	int cluster = kk ? kk->cluster : 0;
	const struct value *meta = NULL, *ns = NULL;
	if (m->c->pass == 1 && !object_name_ok(m, kind, name, at)) {
		m->ok = 0;
		return;
	}
	meta = value_getc(body, "metadata");
	if (meta && meta->tag != VALUE_RECORD) {
		diag_error(e->diags, meta->origin, D_TYPE, "a record", value_noun(e, meta));
		m->ok = 0;
		return;
	}
	if (meta)
		ns = value_getc(meta, "namespace");
	if (!ns && !cluster)
		/* as it came in as YAML: the stack's */
		ns = i ? slot_value(e, i, SLOT_NAMESPACE) : member_value(e, e->stack, "namespace");
	if (cluster)
		ns = NULL;
	else if (!ns || ns->tag != VALUE_STRING) {
		if (!ns || !is_error(ns))
			diag_help(e->diags,
				diag_error(e->diags, i ? i->at : at, D_NO_NAMESPACE,
					arena_printf(e->p->arena, "%s %s", kind, text(e, name))),
				"set `namespace`, in the component or in the stack");
		m->ok = 0;
		return;
	}
	const struct value *labels = our_labels(m, i, ns), *annotations = NULL;
	if (!ours && meta && value_getc(meta, "labels"))
		/* what came in as YAML keeps its labels' order of words, not ours */
		labels = over(e, value_getc(meta, "labels"), labels);
	else if (meta)
		labels = over(e, labels, value_getc(meta, "labels"));
	if (meta)
		annotations = value_getc(meta, "annotations");
	if (i) {
		const struct value *more = slot_value(e, i->top, SLOT_LABELS), *own = slot_value(e, i, SLOT_LABELS);
		labels = over(e, over(e, labels, more), own);
		more = slot_value(e, i->top, SLOT_ANNOTATIONS);
		own = slot_value(e, i, SLOT_ANNOTATIONS);
		if ((more->tag == VALUE_RECORD && more->n) || (own->tag == VALUE_RECORD && own->n))
			annotations = over(e,
				over(e,
					annotations && annotations->tag == VALUE_RECORD
						? annotations
						: value_record(e->arena, NULL, 0, at),
					more),
				own);
	}
	struct field *mf = ARENA_ARRAY(e->arena, struct field, (meta ? meta->n : 0) + 4);
	uint32_t n = 0;
	mf[n++] = (struct field){ e->p->a_name, name };
	if (ns)
		mf[n++] = (struct field){ e->p->implicit[SLOT_NAMESPACE], ns };
	mf[n++] = (struct field){ e->p->implicit[SLOT_LABELS], labels };
	if (annotations && annotations->tag == VALUE_RECORD && annotations->n)
		mf[n++] = (struct field){ e->p->implicit[SLOT_ANNOTATIONS], annotations };
	for (uint32_t k = 0; meta && k < meta->n; k++) {
		const struct atom *key = meta->rec.fields[k].key;
		if (key != e->p->a_name && key != e->p->implicit[SLOT_NAMESPACE]
			&& key != e->p->implicit[SLOT_LABELS] && key != e->p->implicit[SLOT_ANNOTATIONS])
			mf[n++] = meta->rec.fields[k];
	}
	struct field *f = ARENA_ARRAY(e->arena, struct field, body->n + 3);
	uint32_t o = 0;
	const struct atom *a_api = atom(e, "apiVersion"), *a_kind = e->p->implicit[SLOT_KIND],
		*a_meta = atom(e, "metadata");
	const struct value *said = value_get(body, a_api);      /* keeps its place in the source */
	f[o++] = (struct field){ a_api,
		value_string(e->arena, api_version, strlen(api_version),
			said && said->tag == VALUE_STRING ? said->origin : (struct span){ 0, 0 }) };
	f[o++] = (struct field){ a_kind, str(e, kind) };
	f[o++] = (struct field){ a_meta, value_record(e->arena, mf, n, at) };
	for (uint32_t k = 0; k < body->n; k++) {
		const struct atom *key = body->rec.fields[k].key;
		if (key != a_api && key != a_kind && key != a_meta)
			f[o++] = body->rec.fields[k];
	}
	struct out_object obj = { .api_version = api_version,
		.kind = kind,
		.ns = ns ? text(e, ns) : "",
		.name = text(e, name),
		.tree = value_record(e->arena, f, o, at),
		.rank = kk ? kk->rank : 34 };
	if (m->c->pass == 1
		&& !writable(
			m, obj.tree, arena_printf(e->arena, "%s %s", kind, obj.name), at, is_custom(api_version))) {
		m->ok = 0;
		return;
	}
	VEC_PUSH(e->arena, &m->objects, obj);
	VEC_PUSH(e->arena, &m->owners, i);
}

/* "apps/v1/Deployment" into "apps/v1" and "Deployment". */
static int split_kind(struct eval *e, const char *s, size_t n, const char **api, const char **kind)
{
	size_t k = n;
	while (k && s[k - 1] != '/')
		k--;
	if (k < 2 || k == n)
		return 0;
	*api = arena_strdup(e->arena, s, k - 1);
	*kind = arena_strdup(e->arena, s + k, n - k);
	return 1;
}

const struct kube_kind *manifest_kind(struct compile *c, const struct ast *o)
{
	const struct kube_kind *kk = kube_kind(c, o->name);
	if (kk)
		return kk;
	struct diags *d = c->e->diags;
	struct diag *x = diag_error(d, o->name_span, D_UNKNOWN_OBJECT_KIND, o->name->text);
	struct suggest s;
	suggest_init(&s, o->name->text, o->name->len);
	for (uint32_t k = 0; k < c->kinds.n; k++)
		suggest_try(&s, c->kinds.v[k].word->text);
	if (suggest_best(&s)) {
		diag_label(d, x, "did you mean `%s`?", suggest_best(&s));
		diag_fix(d, x, o->name_span, "%s", suggest_best(&s));
	} else {
		diag_help(d, x, "for a kind that is not in the table: manifest \"group/version/Kind\"(name) { ... }");
	}
	return NULL;
}

/* The body of an object: its literals mean what the fields of its kind say. */
static const struct value *eval_body(
	struct eval *e, struct env *env, const struct ast *x, const char *api_version, const char *kind)
{
	const struct ast *body = e->body;
	const char *body_api = e->body_api, *body_kind = e->body_kind;
	e->body = x;
	e->body_api = api_version;
	e->body_kind = kind;
	const struct value *v = eval(e, env, x);
	e->body = body;
	e->body_api = body_api;
	e->body_kind = body_kind;
	return v;
}

static void manifest(struct making *m, struct instance *i, struct env *env, const struct ast *o)
{
	struct eval *e = m->e;
	const char *api, *kind, *word;
	if (o->flags & AST_F_STRING) {
		const char *s = o->name ? o->name->text : NULL;
		size_t n = o->name ? o->name->len : 0;
		if (!s) {
			const struct value *v = eval(e, env, o->kids[2]);
			if (is_error(v)) {
				m->ok = 0;
				return;
			}
			TOUCH(e, v);
			s = v->str.p;
			n = v->n;
		}
		if (!split_kind(e, s, n, &api, &kind)) {
			diag_help(e->diags,
				diag_error(e->diags, o->name_span.hi ? o->name_span : o->span,
					D_UNKNOWN_OBJECT_KIND, arena_strdup(e->p->arena, s, n)),
				"write \"group/version/Kind\" or \"v1/Kind\"");
			m->ok = 0;
			return;
		}
		char *w = arena_strdup(e->arena, kind, strlen(kind));
		for (char *q = w; *q; q++)
			*q = lower(*q);
		word = w;
	} else {
		const struct kube_kind *kk = manifest_kind(m->c, o);
		if (!kk) {
			m->ok = 0;
			return;
		}
		api = kk->api_version;
		kind = kk->kind;
		word = kk->word->text;
	}
	if (!strcmp(kind, "Secret") && !strcmp(api, "v1")) {
		diag_help(e->diags,
			diag_error(e->diags, o->name_span.hi ? o->name_span : o->span, D_SECRET_YAML,
				"written among the objects"),
			"a kind declares its own: secret NAME { key, ... }; mlopsc secrets --from renders it");
		m->ok = 0;
		return;
	}
	const struct value *name = eval_typed(e, env, o->kids[0], &type_string),
		*body = eval_body(e, env, o->kids[1], api, kind);
	if (is_error(name) || is_error(body)) {
		m->ok = 0;
		m->lost = 1;
		return;
	}
	add_object(m, i, api, kind, renamed(e, i, word, name), without_none(e, body), o->name_span, 1);
}

/* RFC 4648, as binaryData wants it. */
static const struct value *base64(struct eval *e, const struct value *bytes)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = (const unsigned char *)bytes->str.p;
	const size_t n = bytes->n, len = (n + 2) / 3 * 4;
	char *out = arena_alloc(e->arena, len + 1), *q = out;
	for (size_t i = 0; i < n; i += 3) {
		const unsigned b = i + 1 < n ? p[i + 1] : 0, c = i + 2 < n ? p[i + 2] : 0;
		*q++ = digits[p[i] >> 2];
		*q++ = digits[(p[i] & 3) << 4 | b >> 4];
		*q++ = i + 1 < n ? digits[(b & 15) << 2 | c >> 6] : '=';
		*q++ = i + 2 < n ? digits[c & 63] : '=';
	}
	return value_string(e->arena, out, len, bytes->origin);
}

static void config(struct making *m, struct instance *i, struct env *env, const struct ast *o)
{
	struct eval *e = m->e;
	const struct value *name = eval_typed(e, env, o->kids[0], &type_string), *body = eval(e, env, o->kids[1]);
	if (is_error(name) || is_error(body)) {
		m->ok = 0;
		m->lost = 1;
		return;
	}
	body = without_none(e, body);
	struct field *data = ARENA_ARRAY(e->arena, struct field, body->n + 1),
		*binary = ARENA_ARRAY(e->arena, struct field, body->n + 1);
	uint32_t ndata = 0, nbinary = 0;
	for (uint32_t k = 0; k < body->n; k++) {
		const struct field *f = &body->rec.fields[k];
		const int bytes = f->value->tag == VALUE_BYTES;
		if ((f->value->tag != VALUE_STRING && !bytes) || !lit_config_key(f->key->text, f->key->len)) {
			diag_error(e->diags, f->value->origin.hi ? f->value->origin : o->span, D_OBJECT_FIELD,
				f->value->tag == VALUE_STRING || bytes
					? arena_printf(e->p->arena,
						"`%s` cannot be the name of a file in a ConfigMap", f->key->text)
					: arena_printf(e->p->arena, "`%s` must be text, not %s", f->key->text,
						value_noun(e, f->value)));
			m->ok = 0;
			return;
		}
		struct out_file file = { arena_printf(e->arena, "drift/%.*s/%s", (int)name->n, name->str.p,
			f->key->text),
			f->value->str.p, f->value->n };
		VEC_PUSH(e->arena, &m->files, file);
		if (bytes)
			binary[nbinary++] = (struct field){ f->key, base64(e, f->value) };
		else
			data[ndata++] = *f;
	}
	struct field *d = ARENA_ARRAY(e->arena, struct field, 2);
	uint32_t n = 0;
	if (ndata || !nbinary)
		d[n++] = (struct field){ atom(e, "data"), value_record(e->arena, data, ndata, body->origin) };
	if (nbinary)
		d[n++] = (struct field){ atom(e, "binaryData"), value_record(e->arena, binary, nbinary, body->origin) };
	add_object(m, i, "v1", "ConfigMap", renamed(e, i, "configmap", name), value_record(e->arena, d, n, o->span),
		o->span, 1);
}

static const char *opt_text(struct eval *e, const struct value *rec, const char *key)
{
	const struct value *v = value_getc(rec, key);
	return v && v->tag == VALUE_STRING ? text(e, v) : "";
}

static void release(struct making *m, struct instance *i, struct env *env, const struct ast *o)
{
	struct eval *e = m->e;
	/* `chart` is typed, so that its version is written as one */
	struct interface *chart_iface = program_interface(e->p, atom(e, "chart"));
	struct type chart_type = { .tag = T_INTERFACE, .iface = chart_iface };
	struct type_field field = { .name = atom(e, "chart"), .type = chart_iface ? &chart_type : &type_any };
	struct type t = { .tag = T_RECORD, .n = 1, .fields = &field };
	const struct value *name = eval_typed(e, env, o->kids[0], &type_string),
		*body = eval_open(e, env, o->kids[1], &t);
	if (is_error(name) || is_error(body)) {
		m->ok = 0;
		m->lost = 1;
		return;
	}
	static const char *const known[] = { "chart", "values", "ready", "namespace", NULL };
	for (uint32_t k = 0; k < body->n; k++) {
		int ok = 0;
		for (int q = 0; known[q]; q++)
			ok |= !strcmp(known[q], body->rec.fields[k].key->text);
		if (!ok) {
			diag_help(e->diags,
				diag_error(e->diags, o->span, D_RELEASE,
					arena_printf(e->p->arena, "a release has no `%s`",
						body->rec.fields[k].key->text)),
				"it has chart, values, ready and namespace");
			m->ok = 0;
			return;
		}
	}
	const struct value *chart = value_getc(body, "chart"), *values = value_getc(body, "values"),
		*ready = value_getc(body, "ready"), *ns = value_getc(body, "namespace");
	if (!ns)
		ns = slot_value(e, i, SLOT_NAMESPACE);
	if (!chart || chart->tag != VALUE_RECORD || ns->tag != VALUE_STRING) {
		if (!is_error(ns))
			diag_error(e->diags, o->span, D_RELEASE,
				chart ? "a release needs a namespace" : "a release needs a chart");
		m->ok = 0;
		return;
	}
	if (values && values->tag != VALUE_RECORD && values->tag != VALUE_NONE) {
		diag_error(e->diags, values->origin.hi ? values->origin : o->span, D_TYPE, "a map of values",
			value_noun(e, values));
		m->ok = 0;
		return;
	}
	if (name->n > 53 || !lit_dns1123_label(name->str.p, name->n)) {
		diag_error(e->diags, name->origin.hi ? name->origin : o->span, D_OBJECT_NAME, text(e, name),
			"a release", "at most 53 lower-case letters, digits and `-`");
		m->ok = 0;
		return;
	}
	struct out_release r = { .component = m->t->name,
		.name = text(e, name),
		.ns = text(e, ns),
		.chart_ref = opt_text(e, chart, "ref"),
		.repo = opt_text(e, chart, "repo"),
		.chart = opt_text(e, chart, "name"),
		.version = opt_text(e, chart, "version"),
		.values = values && values->tag == VALUE_RECORD ? values
								: value_record(e->arena, NULL, 0, o->span) };
	if (*r.chart_ref)
		r.repo = "";
	r.name_value = name;
	r.ns_value = ns;
	r.chart_value = chart;
	if (!*r.version || (!*r.chart_ref && (!*r.repo || !*r.chart))) {
		diag_error(e->diags, chart->origin.hi ? chart->origin : o->span, D_RELEASE,
			"a chart needs `version`, and either `ref` or `repo` and `name`");
		m->ok = 0;
		return;
	}
	/* what the block says in `values { }` or `values NAME { }` */
	for (uint32_t s = 0; s < i->statements.n; s++) {
		const struct ast *st = i->statements.v[s];
		if (st->tag != AST_VALUES || (st->name && strcmp(st->name->text, r.name)))
			continue;
		struct env outer = i->env ? *i->env : (struct env){ 0 };
		const struct value *more = eval(e, &outer, st->kids[0]);
		if (is_error(more))
			m->ok = 0;
		else
			r.values = merge_values(e->arena, r.values, more);
	}
	if (ready && ready->tag == VALUE_LIST && ready->n) {
		struct out_ready *v = ARENA_ARRAY(e->arena, struct out_ready, ready->n);
		for (uint32_t k = 0; k < ready->n; k++) {
			const struct value *x = ready->items[k],
				*roll = x->tag == VALUE_RECORD ? value_getc(x, "rollout") : NULL;
			if (x->tag != VALUE_RECORD || !*opt_text(e, x, "resource")) {
				diag_error(e->diags, x->origin.hi ? x->origin : o->span, D_RELEASE,
					"`ready` lists records with `resource` and `condition` or `rollout`");
				m->ok = 0;
				return;
			}
			v[k] = (struct out_ready){ opt_text(e, x, "resource"),
				*opt_text(e, x, "namespace") ? opt_text(e, x, "namespace")
					: strncmp(opt_text(e, x, "resource"), "crd/", 4) ? r.ns
					: "",
				opt_text(e, x, "condition"), roll && roll->tag == VALUE_BOOL && roll->i };
		}
		r.ready = v;
		r.nready = ready->n;
	}
	if (m->c->pass == 1
		&& !writable(m, r.values, arena_printf(e->arena, "the values of release %s", r.name), o->span, 1)) {
		m->ok = 0;
		return;
	}
	if (m->c->pass == 1 && !e->plan)
		chart_check(m->c, i, &r, o);
	VEC_PUSH(e->arena, &m->releases, r);
	VEC_PUSH(e->arena, &m->release_owners, i);
}

static void output(struct making *m, struct instance *i, struct env *env, const struct ast *o);

static int output_body(struct eval *e, struct env *env, const struct ast *loop, void *ctx)
{
	struct making *m = ctx;
	(void)e;
	output(m, env->inst, env, loop->kids[1]);
	return 1;
}

static void output(struct making *m, struct instance *i, struct env *env, const struct ast *o)
{
	struct eval *e = m->e;
	const struct value *cond;
	int yes;
	if (m->checks_only && (o->tag == AST_MANIFEST || o->tag == AST_CONFIG || o->tag == AST_RELEASE))
		return;
	switch ((enum ast_tag)o->tag) {
	case AST_BLOCK:
		for (uint32_t n = 0; n < o->nkids; n++)
			output(m, i, env, o->kids[n]);
		break;
	case AST_KIF:
		cond = eval(e, env, o->kids[0]);
		yes = truth(e, cond, o->kids[0]->span);
		m->lost |= yes < 0;
		if (yes < 0) {
			m->ok = 0;
			break;
		}
		WHEN(e, cond);
		if (yes)
			output(m, i, env, o->kids[1]);
		else if (o->nkids > 2 && o->kids[2])
			output(m, i, env, o->kids[2]);
		WHEN_OVER(e);
		break;
	case AST_KFOR:
		if (!each(e, env, o, output_body, m)) {
			m->ok = 0;
			m->lost = 1;
		}
		break;
	case AST_MANIFEST: manifest(m, i, env, o); break;
	case AST_CONFIG: config(m, i, env, o); break;
	case AST_RELEASE: release(m, i, env, o); break;
	case AST_CHECK:
		if (m->c->pass == 1 && !e->plan && !i->suspect && !run_check(m->c, env, o, i, i->at, "the kind"))
			m->ok = 0;
		break;
	case AST_CLAIMS:
		if (m->c->pass == 1 && !e->plan) {
			const struct value *v = eval_typed(e, env, o->kids[0], &type_string);
			if (is_error(v))
				m->ok = 0;
			else {
				/* in a loop over what others have offered it is theirs */
				const struct instance *who = NULL;
				for (uint32_t n = 0; n < MAX_LOCALS && env->locals[n] && !who; n++)
					who = offered_by(i, env->locals[n]);
				claim_text(m->c, arena_strdup(e->p->arena, v->str.p, v->n), who ? who->at : i->at,
					instance_label(e, who ? who : i));
			}
		}
		break;
	default:
		break;
	}
}

static void patches(struct making *m, struct instance *i)
{
	struct eval *e = m->e;
	for (uint32_t s = 0; s < i->statements.n; s++) {
		const struct ast *st = i->statements.v[s];
		if (st->tag != AST_PATCH)
			continue;
		if (m->lost || is_error(slot_value(e, i, SLOT_NAMES)))
			return;         /* what it is about may be missing for that */
		struct env outer = i->env ? *i->env : (struct env){ 0 };
		const struct value *name = eval_typed(e, &outer, st->kids[0], &type_string), *body;
		const struct kube_kind *kk = kube_kind(m->c, st->name);
		body = kk ? eval_body(e, &outer, st->kids[1], kk->api_version, kk->kind) : eval(e, &outer, st->kids[1]);
		int hit = 0;
		if (is_error(name) || is_error(body)) {
			m->ok = 0;
			continue;
		}
		struct buf have = { 0 };
		for (uint32_t k = 0; k < m->objects.n; k++) {
			struct out_object *o = &m->objects.v[k];
			char word[80];
			size_t n = 0;
			while (o->kind[n] && n < sizeof word - 1) {
				word[n] = lower(o->kind[n]);
				n++;
			}
			word[n] = 0;
			if (m->owners.v[k] != i && (!m->owners.v[k] || m->owners.v[k]->top != i))
				continue;
			buf_addf(&have, "%s%s(\"%s\")", have.n ? ", " : "", word, o->name);
			if (strcmp(word, st->name->text) || strlen(o->name) != name->n
				|| memcmp(o->name, name->str.p, name->n))
				continue;
			hit = 1;
			const struct value *before = o->tree;
			o->tree = merge_object(e->arena, before, body);
			if (m->c->pass == 1 && !writable(m, o->tree, o->name, st->span, is_custom(o->api_version))) {
				m->ok = 0;
				o->tree = before;       /* so that nothing more is said of it */
			}
		}
		if (!hit) {
			struct diag *x = diag_error(e->diags, st->span, D_PATCH_TARGET,
				arena_printf(e->p->arena, "%s makes no %s \"%.*s\" to patch", instance_label(e, i),
					st->name->text, (int)name->n, name->str.p));
			if (have.n)
				diag_help(e->diags, x, "it makes %s", have.p);
			m->ok = 0;
		}
		buf_free(&have);
	}
}

static void lower_word(char *word, const char *kind)
{
	size_t q = 0;
	for (; kind[q] && q < 63; q++)
		word[q] = lower(kind[q]);
	word[q] = 0;
}

/* An entry of `names` renames something that the component makes: it has that kind and, now, that name. */
static void name_used(struct making *m, struct instance *i, const struct field *f)
{
	struct eval *e = m->e;
	const char *slash = memchr(f->key->text, '/', f->key->len);
	size_t n = slash ? (size_t)(slash - f->key->text) : f->key->len;
	struct buf have = { 0 };
	char word[64];
	if (f->value->tag != VALUE_STRING)
		return;
	for (uint32_t k = 0; k < m->releases.n && n == 7 && !memcmp(f->key->text, "release", 7); k++)
		if (m->release_owners.v[k] == i)
			return;         /* kinds name their releases themselves, by renamed(names, ...) */
	for (uint32_t k = 0; k < m->objects.n; k++) {
		const struct out_object *o = &m->objects.v[k];
		if (m->owners.v[k] != i)
			continue;
		lower_word(word, o->kind);
		if (strlen(word) == n && !memcmp(word, f->key->text, n) && strlen(o->name) == f->value->n &&
		    !memcmp(o->name, f->value->str.p, f->value->n)) {
			buf_free(&have);
			return;
		}
		buf_addf(&have, "%s%s(\"%s\")", have.n ? ", " : "", word, o->name);
	}
	struct diag *x = diag_error(e->diags, f->value->origin.hi ? f->value->origin : i->at, D_PATCH_TARGET,
		arena_printf(e->p->arena, "%s makes no %s to rename", instance_label(e, i), f->key->text));
	if (have.n)
		diag_help(e->diags, x, "it makes %s", have.p);
	m->ok = 0;
	buf_free(&have);
}

/* `names` and `values` that are about nothing that the component makes. */
static void statements_used(struct making *m, struct instance *i)
{
	struct eval *e = m->e;
	const struct value *names = slot_value(e, i, SLOT_NAMES);
	for (uint32_t k = 0; names->tag == VALUE_RECORD && k < names->n; k++) {
		const struct atom *key = names->rec.fields[k].key;
		const char *slash = memchr(key->text, '/', key->len);
		const struct atom *word = slash ? atom_intern(e->p->atoms, key->text, (size_t)(slash - key->text))
						: key;
		int known = !strcmp(word->text, "release") || kube_kind(m->c, word);
		for (uint32_t n = 0; n < m->objects.n && !known; n++) {
			const char *kind = m->objects.v[n].kind;
			size_t q = 0;
			while (kind[q] && lower(kind[q]) == word->text[q])
				q++;
			known = !kind[q] && q == word->len;
		}
		if (known)
			continue;
		struct diag *x = diag_error(e->diags,
			names->rec.fields[k].value->origin.hi ? names->rec.fields[k].value->origin : i->at,
			D_UNKNOWN_OBJECT_KIND, word->text);
		struct suggest s;
		suggest_init(&s, word->text, word->len);
		suggest_try(&s, "release");
		for (uint32_t n = 0; n < m->c->kinds.n; n++)
			suggest_try(&s, m->c->kinds.v[n].word->text);
		if (suggest_best(&s))
			diag_help(e->diags, x, "did you mean `%s`?", suggest_best(&s));
		else
			diag_help(e->diags, x,
				"`names` is written { deployment: \"new\" }, or { \"service/old\": \"new\" }");
		m->ok = 0;
		m->lost = 1;
	}
	for (uint32_t k = 0; names->tag == VALUE_RECORD && k < names->n && !m->lost; k++)
		name_used(m, i, &names->rec.fields[k]);
	for (uint32_t s = 0; s < i->statements.n && !m->lost; s++) {
		const struct ast *st = i->statements.v[s];
		struct buf have = { 0 };
		int hit = 0;
		if (st->tag != AST_VALUES)
			continue;
		for (uint32_t n = 0; n < m->releases.n; n++)
			if (m->release_owners.v[n] == i) {
				hit |= !st->name || !strcmp(st->name->text, m->releases.v[n].name);
				buf_addf(&have, "%s%s", have.n ? ", " : "", m->releases.v[n].name);
			}
		if (!hit) {
			struct diag *x = diag_error(e->diags, st->name ? st->name_span : st->span, D_PATCH_TARGET,
				st->name ? arena_printf(
					e->p->arena, "%s has no release `%s`", instance_label(e, i), st->name->text)
						: arena_printf(e->p->arena, "%s has no release", instance_label(e, i)));
			if (have.n)
				diag_help(e->diags, x, "its releases: %s", have.p);
			m->ok = 0;
		}
		buf_free(&have);
	}
}

/* -- configuration hashes -- */

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

static void config_hashes(struct making *m)
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
			*tpl = spec && spec->tag == VALUE_RECORD ? value_getc(spec, "template") : NULL;
		const struct value *pod = tpl && tpl->tag == VALUE_RECORD ? value_getc(tpl, "spec") : NULL;
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

/* -- one component -- */

static void instance_output(struct making *m, struct instance *i)
{
	struct eval *e = m->e;
	const struct instance *old = e->user;
	e->user = i;
	for (uint32_t n = 0; n < i->kind->outputs.n; n++) {
		struct env env = { .inst = i };
		output(m, i, &env, i->kind->outputs.v[n]);
	}
	e->user = old;
}

static void yaml_objects(struct making *m)
{
	struct eval *e = m->e;
	for (uint32_t d = 0; d < m->t->ndocs; d++) {
		const struct value *v = m->t->docs[d], *api = value_getc(v, "apiVersion"),
			*kind = value_getc(v, "kind"), *meta = value_getc(v, "metadata");
		const struct value *name = meta && meta->tag == VALUE_RECORD ? value_getc(meta, "name") : NULL;
		if (!name || name->tag != VALUE_STRING)
			continue;       /* reported when it was read */
		add_object(m, NULL, text(e, api), text(e, kind), name, without_none(e, v), v->origin, 0);
	}
}

int run_output_checks(struct compile *c, struct top *t)
{
	struct making m = { .c = c, .e = c->e, .t = t, .ok = 1, .checks_only = 1 };
	instance_output(&m, t->inst);
	return m.ok;
}

/* What others need has to run before they are applied. Nobody waits for what nothing needs: a model's detector, say,
   starts only once somebody has registered the model. */
static void wait_for(struct eval *e, struct out_component *out)
{
	static const char *const kinds[][2] = { { "Deployment", "deployment" }, { "StatefulSet", "statefulset" },
		{ "DaemonSet", "daemonset" } };
	VEC(struct out_ready) v = { 0 };
	for (uint32_t n = 0; n < out->nobjects; n++)
		for (int k = 0; k < 3; k++)
			if (!strcmp(out->objects[n].kind, kinds[k][0])
				&& !strcmp(out->objects[n].api_version, "apps/v1"))
				VEC_PUSH(e->arena, &v,
					((struct out_ready){
						arena_printf(e->arena, "%s/%s", kinds[k][1], out->objects[n].name),
						out->objects[n].ns, "", 1 }));
	out->ready = v.v;
	out->nready = v.n;
}

int make_component(struct compile *c, struct top *t, struct out_component *out)
{
	int ok = t->plan ? plan_component(c, t, out) : make_objects(c, t, t->inst, out);
	if (ok && t->needed && c->pass == 2)
		wait_for(c->e, out);
	return ok;
}

int make_objects(struct compile *c, struct top *t, struct instance *inst, struct out_component *out)
{
	struct making m = { .c = c, .e = c->e, .t = t, .ok = 1 };
	struct eval *e = c->e;
	if (inst) {
		instance_output(&m, inst);
		/* inner components, theirs included, in order of making */
		for (uint32_t n = 0; n < t->parts.n; n++)
			instance_output(&m, t->parts.v[n]);
		if (c->pass == 1 && !e->plan)
			statements_used(&m, inst);
		patches(&m, inst);
		for (uint32_t n = 0; n < t->parts.n; n++)
			patches(&m, t->parts.v[n]);
	} else if (t->yaml) {
		yaml_objects(&m);
	} else {
		for (uint32_t n = 0; n < t->parts.n; n++)
			instance_output(&m, t->parts.v[n]);
	}
	config_hashes(&m);
	for (uint32_t n = 0; n < m.objects.n && c->pass == 1; n++) {
		const struct instance *who = m.owners.v[n];
		struct span at = who ? who->top->at : t->use ? t->use->span : t->inst ? t->inst->at : e->stack->at;
		int fits = schema_check(e, &m.objects.v[n], who, at);
		m.ok &= fits > 0;
		if (!e->plan && fits >= 0)
			m.ok &= object_sound(e, &m.objects.v[n], at);
	}
	const struct value *version = t->inst ? slot_value(e, t->inst, SLOT_VERSION) : VALUE_NONE_V;
	*out = (struct out_component){ .name = t->name,
		.kind = t->kind,
		.version = version->tag == VALUE_STRING ? text(e, version) : "",
		.objects = m.objects.v,
		.nobjects = m.objects.n,
		.releases = m.releases.v,
		.nreleases = m.releases.n,
		.files = m.files.v,
		.nfiles = m.files.n };
	return m.ok;
}
