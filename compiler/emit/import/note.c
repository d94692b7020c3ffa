/* What is said at the top of the source: spellings that mean something else than they seem to, lists with nothing in
   them, secrets that are written out. */
#include "emit/import/state.h"
#include "value/yaml.h"
#include <stdarg.h>
#include <string.h>

static void note(struct import *im, uint32_t at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void note(struct import *im, uint32_t at, const char *fmt, ...)
{
	va_list ap;

	if (im->nnotes++ >= MAX_NOTES)
		return;
	buf_addf(&im->notes, "# line %u: ", import_line(im, at));
	va_start(ap, fmt);
	buf_vaddf(&im->notes, fmt, ap);
	va_end(ap);
	buf_addc(&im->notes, '\n');
}

/* How a plain scalar is spelled; NULL when it is quoted, tagged or an anchor. */
static const char *spelling(const struct import *im, struct span at, size_t *n)
{
	const char *s = im->src->text + at.lo;

	*n = at.hi - at.lo;
	return at.hi <= at.lo || strchr("\"'!&|>*", *s) || *n > 60 ? NULL : s;
}

/* An item that is nothing: the language refuses it when it is written, so somebody has to decide. */
void note_items(struct import *im, const struct value *v)
{
	for (uint32_t i = 0; i < v->n && im->manifests; i++)    /* values may hold null */
		if (v->items[i]->tag == VALUE_NONE) {
			uint32_t at = v->items[i]->origin.lo ? v->items[i]->origin.lo : v->origin.lo;

			note(im, at ? import_offset(im, at) : 0,
				"a list with nothing (null) in it is refused by a build: take it out, or say what it is");
			return;
		}
}

void note_spelling(struct import *im, const struct value *v)
{
	struct span at = import_span(im, v->origin);
	size_t n;
	const char *s = v->origin.lo ? spelling(im, at, &n) : NULL;
	char text[40];

	if (v->tag == VALUE_STRING && v->n && memchr(v->str.p, 0, v->n))
		note(im, at.lo, "this text holds a NUL, which a source cannot; U+FFFD stands in its place");
	if (!s)
		return;
	if (v->tag == VALUE_BOOL && !text_is(s, n, v->i ? "true" : "false")) {
		if (strspn(s, "TRUEFALStruefals") < n)
			note(im, at.lo, "`%.*s` is %s, as it was for kubectl; as text it stands in quotes", (int)n,
				s, v->i ? "true" : "false");
	} else if (v->tag == VALUE_INT) {
		struct buf b = { 0 };

		buf_addf(&b, "%lld", (long long)v->i);
		if (!text_is(s, n, b.p) && !(s[0] == '+' && text_is(s + 1, n - 1, b.p)))
			note(im, at.lo,
				"`%.*s` is the number %s, as it was for kubectl; as text it stands in quotes",
				(int)n, s, b.p);
		buf_free(&b);
	} else if (v->tag == VALUE_FLOAT) {
		size_t printed = float_print(v->d, text);

		if (!memchr(s, '.', n) && !memchr(s, 'e', n) && !memchr(s, 'E', n))
			note(im, at.lo, "`%.*s` does not fit into an int; the float is what it was for kubectl",
				(int)n, s);
		else if (s[n - 1] == '0' && !memchr(s, 'e', n) && !memchr(s, 'E', n) &&
			(n != printed || memcmp(s, text, n)))
			note(im, at.lo,
				"`%.*s` is the number %s, as it was for kubectl; a version stands in quotes",
				(int)n, s, text);
	}
}

/* Beside the name of a Secret, `...Key` says which of its keys is meant. */
static int names_secret(const struct value *v)
{
	for (uint32_t i = 0; i < v->n; i++) {
		const struct atom *key = v->rec.fields[i].key;
		const struct value *x = v->rec.fields[i].value;

		if (!strcmp(key->text, "remoteRef") || !strcmp(key->text, "secretKeyRef"))
			return 1;
		if (x->tag == VALUE_STRING && x->n &&
			(!strncmp(key->text, "existing", 8) || text_ends(key->text, key->len, "ecretName")))
			return 1;
	}
	return 0;
}

/* A name that promises a secret, with something written out behind it. */
static void note_secret(struct import *im, struct span at, const char *name, size_t n, const struct value *v)
{
	static const char *const words[] = { "password", "passwd", "secretkey", "secretaccesskey",
		"privatekey", "apikey", "token" };
	char low[64];
	size_t k = 0;

	if (v->tag != VALUE_STRING || !v->n || v->str.p[0] == '$' || !at.lo)
		return;
	for (size_t i = 0; i < n && k + 1 < sizeof low; i++) {
		char c = name[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c + 32);
		if (c >= 'a' && c <= 'z')
			low[k++] = c;
	}
	low[k] = 0;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		size_t len = strlen(words[i]);

		if (k >= len && !strcmp(low + k - len, words[i])) {
			note(im, import_offset(im, at.lo),
				"`%.*s` looks like a secret that is written out: name a Secret that exists instead", (int)n, name);
			return;
		}
	}
}

/* Says what has to be said about an entry of a mapping, its value's own scalars aside. */
void note_entry(struct import *im, const struct value *v, uint32_t i)
{
	const struct field *f = &v->rec.fields[i];
	struct span key = import_span(im, yaml_key_span(v, i));
	size_t n;
	const char *s = spelling(im, key, &n);

	if (s && (n != f->key->len || memcmp(s, f->key->text, n)) && *s != '?')
		note(im, key.lo, "the key `%.*s` is `%s`, as it was for kubectl", (int)n, s, f->key->text);
	if (!text_ends(f->key->text, f->key->len, "Key") || !names_secret(v))
		note_secret(im, yaml_key_span(v, i), f->key->text, f->key->len, f->value);
	/* a variable: { name: DB_PASSWORD, value: ... } */
	if (!strcmp(f->key->text, "value")) {
		const struct value *name = value_getc(v, "name");

		if (name && name->tag == VALUE_STRING)
			note_secret(im, yaml_key_span(v, i), name->str.p, name->n, f->value);
	}
}

/* Says what has to be said about the scalars of a value that was written on one line. */
void note_all(struct import *im, const struct value *v)
{
	if (v->tag == VALUE_LIST) {
		note_items(im, v);
		for (uint32_t i = 0; i < v->n; i++)
			note_all(im, v->items[i]);
	} else if (v->tag == VALUE_RECORD) {
		for (uint32_t i = 0; i < v->n; i++) {
			note_entry(im, v, i);
			note_all(im, v->rec.fields[i].value);
		}
	} else {
		note_spelling(im, v);
	}
}
