/* Objects: `manifest` and `config` of a kind, and documents that came in as YAML. Each gets our labels, its namespace,
   and metadata in our order. */
#include "eval/object/making.h"
#include "eval/origin.h"
#include "eval/plan.h"
#include "value/literal.h"

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

static const struct value *our_labels(struct making *m, struct instance *i)
{
	struct eval *e = m->e;
	struct field *f = ARENA_ARRAY(e->arena, struct field, 6);
	uint32_t n = 0;
	const struct value *version = i ? slot_value(e, i, SLOT_VERSION) : VALUE_NONE_V;
	const struct value *name = i ? coerce(e, slot_value(e, i, SLOT_NAME), &type_string, i->at) : NULL;
	if (i) {
		const struct atom *top = i->top->local;
		f[n++] = (struct field){ atom(e, "app.kubernetes.io/component"),
			top == i->name ? name : value_string(e->arena, top->text, top->len, i->at) };
		f[n++] = (struct field){ atom(e, "app.kubernetes.io/instance"), name };
	}
	f[n++] = (struct field){ atom(e, "app.kubernetes.io/managed-by"), value_cstr(e->arena, "mlopsc") };
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

/* The object's own metadata (or NULL) with its name, its namespace (or NULL: of the whole cluster), our labels, and
   what the component says of labels and annotations. */
static const struct value *metadata(struct making *m, struct instance *i, const struct value *meta,
	const struct value *name, const struct value *ns, struct span at, int ours)
{
	struct eval *e = m->e;
	const struct value *labels = our_labels(m, i), *annotations = NULL;
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
	return value_record(e->arena, mf, n, at);
}

/* apiVersion, kind and metadata, then the rest of the body. */
static const struct value *object_tree(struct eval *e, const char *api_version, const char *kind,
	const struct value *body, const struct value *meta, struct span at)
{
	struct field *f = ARENA_ARRAY(e->arena, struct field, body->n + 3);
	uint32_t o = 0;
	const struct atom *a_api = atom(e, "apiVersion"), *a_kind = e->p->implicit[SLOT_KIND],
		*a_meta = atom(e, "metadata");
	const struct value *said = value_get(body, a_api);      /* keeps its place in the source */
	f[o++] = (struct field){ a_api,
		value_string(e->arena, api_version, strlen(api_version),
			said && said->tag == VALUE_STRING ? said->origin : (struct span){ 0, 0 }) };
	f[o++] = (struct field){ a_kind, value_cstr(e->arena, kind) };
	f[o++] = (struct field){ a_meta, meta };
	for (uint32_t k = 0; k < body->n; k++) {
		const struct atom *key = body->rec.fields[k].key;
		if (key != a_api && key != a_kind && key != a_meta)
			f[o++] = body->rec.fields[k];
	}
	return value_record(e->arena, f, o, at);
}

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
	const struct value *made = metadata(m, i, meta, name, ns, at, ours);
	struct out_object obj = { .api_version = api_version,
		.kind = kind,
		.ns = ns ? text(e, ns) : "",
		.name = text(e, name),
		.tree = object_tree(e, api_version, kind, body, made, at),
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

/* The body of an object: its literals mean what the fields of its kind say. */
const struct value *object_body(
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

void make_manifest(struct making *m, struct instance *i, struct env *env, const struct ast *o)
{
	struct eval *e = m->e;
	char own[KUBE_WORD];
	const char *api, *kind, *word = own;
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
		kube_word(own, kind);
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
		*body = object_body(e, env, o->kids[1], api, kind);
	if (is_error(name) || is_error(body)) {
		m->ok = 0;
		m->lost = 1;
		return;
	}
	add_object(m, i, api, kind, object_renamed(e, i, word, name), without_none(e, body), o->name_span, 1);
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

void make_config(struct making *m, struct instance *i, struct env *env, const struct ast *o)
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
	add_object(m, i, "v1", "ConfigMap", object_renamed(e, i, "configmap", name), value_record(e->arena, d, n, o->span),
		o->span, 1);
}

void make_yaml_objects(struct making *m)
{
	struct eval *e = m->e;
	for (uint32_t d = 0; d < m->t->ndocs; d++) {
		const struct value *v = m->t->docs[d], *api = value_getc(v, "apiVersion"),
			*kind = value_getc(v, "kind"), *meta = value_getc(v, "metadata");
		const struct value *name = value_getc(meta, "name");
		if (!name || name->tag != VALUE_STRING)
			continue;       /* reported when it was read */
		add_object(m, NULL, text(e, api), text(e, kind), name, without_none(e, v), v->origin, 0);
	}
}
