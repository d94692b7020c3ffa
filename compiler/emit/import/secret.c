/* Secrets become declarations without their values. */
#include "emit/import/state.h"
#include "value/yaml.h"
#include <string.h>

/* Also where it is only said by the list around it, or where the apiVersion is missing: what it holds must not get
   out. */
int is_secret(const struct value *v, const struct value *list)
{
	const struct value *kind, *version;

	if (v->tag != VALUE_RECORD)
		return 0;
	kind = text_field(v, "kind");
	version = text_field(v, "apiVersion");
	if (!kind && list)
		return value_says(text_field(list, "kind"), "SecretList");
	return value_says(kind, "Secret") && (!version || !memchr(version->str.p, '/', version->n));
}

static void secret_keys(struct import *im, struct secret *s, const struct value *data)
{
	if (!data || data->tag != VALUE_RECORD)
		return;
	for (uint32_t i = 0; i < data->n; i++) {
		uint32_t k = 0;

		while (k < s->keys.n && s->keys.v[k] != data->rec.fields[i].key)
			k++;
		if (k == s->keys.n)
			VEC_PUSH(im->arena, &s->keys, data->rec.fields[i].key);
	}
}

void add_secret(struct import *im, const struct value *v)
{
	const struct value *metadata = value_getc(v, "metadata"), *name = metadata
		? text_field(metadata, "name") : NULL;
	const struct value *type = text_field(v, "type");
	struct secret s = { 0 }, *have = NULL;

	s.was = name ? arena_strdup(im->arena, name->str.p, name->n) : "";
	s.name = import_name(im, s.was, strlen(s.was));
	s.renamed = strcmp(s.name, s.was) != 0;
	if (import_reserved(s.name)) {
		s.name = arena_printf(im->arena, "%s-secret", s.name);
		s.renamed = 1;
	}
	if (type && !value_says(type, "Opaque"))
		s.type = arena_strdup(im->arena, type->str.p, type->n);
	for (uint32_t i = 0; i < im->secrets.n && !have; i++)
		if (!strcmp(im->secrets.v[i].name, s.name))
			have = &im->secrets.v[i];
	if (!have) {
		VEC_PUSH(im->arena, &im->secrets, s);
		have = &im->secrets.v[im->secrets.n - 1];
	}
	secret_keys(im, have, value_getc(v, "data"));
	secret_keys(im, have, value_getc(v, "stringData"));
}

/* Text from somebody's YAML inside of a comment: one line of it. */
void put_words(struct buf *out, const char *s)
{
	for (; *s; s++)
		buf_addc(out, (unsigned char)*s < 0x20 || *s == 0x7f ? ' ' : *s);
}

void put_secrets(struct import *im, struct buf *out)
{
	for (uint32_t i = 0; i < im->secrets.n; i++) {
		const struct secret *s = &im->secrets.v[i];

		if (i == 0)
			buf_adds(out,
				"# What these Secrets hold is not taken over: `mlopsc secrets --from FILE.env` renders them, or\n"
				"# `from existing(\"name\")` behind the braces says that they are in the cluster.\n");
		if (s->renamed) {
			buf_adds(out, "# It was called ");
			put_words(out, *s->was ? s->was : "nothing");
			buf_adds(out, ".\n");
		}
		if (s->type) {
			buf_adds(out, "# It was of type ");
			put_words(out, s->type);
			buf_adds(out, ".\n");
		}
		buf_addf(out, "secret %s {", s->name);
		for (uint32_t k = 0; k < s->keys.n; k++) {
			buf_adds(out, k ? ", " : " ");
			put_key(out, s->keys.v[k]);
		}
		buf_adds(out, " }\n");
	}
	if (im->secrets.n)
		buf_addc(out, '\n');
}

const char *secret_behind(const struct import *im, const struct value *v)
{
	for (uint32_t i = 0; i < im->references.n; i++)
		if (im->references.v[i].at == v)
			return im->secrets.v[im->references.v[i].secret].name;
	return NULL;
}

static void refer(struct import *im, const struct value *name)
{
	for (uint32_t i = 0; name && i < im->secrets.n; i++)
		if (value_says(name, im->secrets.v[i].was))
			VEC_PUSH(im->arena, &im->references, ((struct reference){ name, i }));
}

/* Where pods, and what opens them to the outside, name a secret. */
static void find_references(struct import *im, const struct value *v, int depth)
{
	static const char *const records[] = { "secretKeyRef", "secretRef" };

	for (uint32_t i = 0; depth < MAX_DEPTH && v->tag == VALUE_LIST && i < v->n; i++)
		find_references(im, v->items[i], depth + 1);
	for (uint32_t i = 0; depth < MAX_DEPTH && v->tag == VALUE_RECORD && i < v->n; i++) {
		const struct field *f = &v->rec.fields[i];

		for (size_t k = 0; k < sizeof records / sizeof *records; k++)
			if (!strcmp(f->key->text, records[k]) && f->value->tag == VALUE_RECORD)
				refer(im, text_field(f->value, "name"));
		if (!strcmp(f->key->text, "secretName") && f->value->tag == VALUE_STRING)
			refer(im, f->value);
		for (uint32_t k = 0; !strcmp(f->key->text, "imagePullSecrets") && f->value->tag == VALUE_LIST
			&& k < f->value->n; k++)
			if (f->value->items[k]->tag == VALUE_RECORD)
				refer(im, text_field(f->value->items[k], "name"));
		find_references(im, f->value, depth + 1);
	}
}

typedef void visit(struct import *im, const struct value *v, const struct value *list, int *differ);

static void each_object(struct import *im, const struct yaml_documents *docs, visit *what, int *differ)
{
	for (uint32_t i = 0; i < docs->n; i++) {
		const struct value *v = docs->v[i], *items = v->tag == VALUE_RECORD ? value_getc(v, "items") : NULL;

		if (!items || items->tag != VALUE_LIST)
			what(im, v, NULL, differ);
		for (uint32_t k = 0; items && items->tag == VALUE_LIST && k < items->n; k++)
			what(im, items->items[k], v, differ);
	}
}

static void look_at_object(struct import *im, const struct value *v, const struct value *list, int *differ)
{
	const struct value *metadata = v->tag == VALUE_RECORD ? value_getc(v, "metadata") : NULL,
		*ns = metadata && metadata->tag == VALUE_RECORD ? text_field(metadata, "namespace") : NULL;

	if (is_secret(v, list))
		add_secret(im, v);
	if (!ns)
		return;
	if (im->ns && !value_equal(im->ns, ns))
		*differ = 1;
	im->ns = ns;
}

static void look_for_secrets(struct import *im, const struct value *v, const struct value *list, int *differ)
{
	(void)differ;
	if (!is_secret(v, list))
		find_references(im, v, 0);
}

void find_secrets(struct import *im, const struct yaml_documents *docs)
{
	int differ = 0;

	each_object(im, docs, look_at_object, &differ);
	if (differ)
		im->ns = NULL;
	else            /* where a component of several namespaces needs its secrets cannot be told */
		each_object(im, docs, look_for_secrets, &differ);
}
