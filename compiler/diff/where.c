/* Lines of a text to paths of the value that it stands for, and back. See where.h. */
#include "diff/where.h"
#include "value/yaml.h"
#include <stdlib.h>
#include <string.h>

/* ---- paths ---- */

void where_push(struct where_path *p, const struct atom *key, uint32_t index)
{
	if (p->n < WHERE_DEPTH)
		p->v[p->n++] = (struct where_step){ key, index };
}

static int is_word(const struct atom *k)
{
	for (uint32_t i = 0; i < k->len; i++) {
		const char c = k->text[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
			|| c == '-'))
			return 0;
	}
	return k->len > 0;
}

void where_print(const struct where_path *p, struct buf *out)
{
	for (uint32_t i = 0; i < p->n; i++) {
		const struct atom *k = p->v[i].key;
		if (!k)
			buf_addf(out, "[%u]", p->v[i].index);
		else if (is_word(k))
			buf_addf(out, "%s%s", i ? "." : "", k->text);
		else
			buf_addf(out, "[\"%s\"]", k->text);
	}
}

static const struct value *item_at(const struct value *v, uint32_t i)
{
	return v->tag == VALUE_LIST && i < v->n ? v->items[i] : NULL;
}

const struct value *where_follow(const struct value *tree, const struct where_path *p)
{
	const struct value *v = tree;
	for (uint32_t i = 0; v && i < p->n; i++)
		v = p->v[i].key ? value_get(v, p->v[i].key) : item_at(v, p->v[i].index);
	return v;
}

/* The field whose key the text begins with, to the end of a step: labels.app.kubernetes.io/name needs no brackets. */
static const struct field *longest(const struct value *v, const char *s)
{
	const struct field *best = NULL;
	for (uint32_t i = 0; v->tag == VALUE_RECORD && i < v->n; i++) {
		const struct atom *k = v->rec.fields[i].key;
		if (v->rec.fields[i].value->tag != VALUE_NONE && !strncmp(s, k->text, k->len)
			&& (!s[k->len] || s[k->len] == '.' || s[k->len] == '[')
			&& (!best || k->len > best->key->len))
			best = &v->rec.fields[i];
	}
	return best;
}

/* [0], ["key"], [name=x] */
static const struct value *bracket(const struct value *v, const char **text, struct where_path *p)
{
	const char *s = *text + 1, *end;
	if (*s == '"') {
		end = strchr(++s, '"');
		if (!end || end[1] != ']')
			return NULL;
		for (uint32_t i = 0; v->tag == VALUE_RECORD && i < v->n; i++) {
			const struct field *f = &v->rec.fields[i];
			if (f->key->len == (size_t)(end - s) && !memcmp(f->key->text, s, f->key->len)) {
				*text = end + 2;
				where_push(p, f->key, 0);
				return f->value;
			}
		}
		return NULL;
	}
	end = strchr(s, ']');
	if (!end || v->tag != VALUE_LIST)
		return NULL;
	*text = end + 1;
	const char *equals = memchr(s, '=', (size_t)(end - s));
	if (!equals) {
		char *stop;
		const unsigned long n = strtoul(s, &stop, 10);
		if (stop != end || *s < '0' || *s > '9' || n >= v->n)
			return NULL;
		where_push(p, NULL, (uint32_t)n);
		return v->items[n];
	}
	for (uint32_t i = 0; i < v->n; i++)
		for (uint32_t k = 0; v->items[i]->tag == VALUE_RECORD && k < v->items[i]->n; k++) {
			const struct field *f = &v->items[i]->rec.fields[k];
			struct buf b = { 0 };
			int hit = 0;
			if (f->key->len == (size_t)(equals - s) && !memcmp(f->key->text, s, f->key->len)
				&& f->value->tag >= VALUE_BOOL && f->value->tag <= VALUE_STRING) {
				if (f->value->tag == VALUE_STRING)
					buf_add(&b, f->value->str.p, f->value->n);
				else
					json_write(&b, f->value, -1);
				hit = b.n == (size_t)(end - equals - 1) && !memcmp(b.p, equals + 1, b.n);
			}
			buf_free(&b);
			if (hit) {
				where_push(p, NULL, i);
				return v->items[i];
			}
		}
	return NULL;
}

const struct value *where_parse(const struct value *tree, const char *text, struct where_path *p)
{
	const struct value *v = tree;
	p->n = 0;
	while (v && *text) {
		if (*text == '[') {
			v = bracket(v, &text, p);
		} else {
			if (*text == '.' && p->n)
				text++;
			const struct field *f = longest(v, text);
			if (!f)
				return NULL;
			text += f->key->len;
			where_push(p, f->key, 0);
			v = f->value;
		}
	}
	return v;
}

/* ---- YAML ---- */

int where_read(struct where_text *t, struct sources *s, const char *name, const char *text, size_t n,
	struct arena *a, struct atoms *atoms)
{
	struct diags d;
	struct yaml_documents docs = { 0 };
	char *copy = arena_alloc(a, n + 2);
	memcpy(copy, text, n);
	t->sources = s;
	t->src = source_adopt(s, name, copy, n, 0);
	if (!t->src)
		return 0;
	diags_init(&d, a, s);
	yaml_read(t->src, a, atoms, &d, &docs);
	t->docs = docs.v;
	t->ndocs = docs.n;
	return !d.nerrors;
}

static uint32_t line_at(const struct where_text *t, uint32_t at)
{
	return source_locate(t->sources, at).line;
}

uint32_t where_line_of(const struct where_text *t, const struct value *v)
{
	return line_at(t, v->origin.lo);
}

uint32_t where_last_line_of(const struct where_text *t, const struct value *v)
{
	return line_at(t, v->origin.hi > v->origin.lo ? v->origin.hi - 1 : v->origin.lo);
}

static int is_container(const struct value *v)
{
	return (v->tag == VALUE_LIST || v->tag == VALUE_RECORD) && v->n;
}

/* The line in which entry i begins, its key or its dash. */
static uint32_t begins(const struct where_text *t, const struct value *v, uint32_t i)
{
	return v->tag == VALUE_RECORD ? line_at(t, yaml_key_span(v, i).lo) : where_line_of(t, v->items[i]);
}

int where_at(const struct where_text *t, uint32_t line, struct where_path *p, uint32_t *inner)
{
	uint32_t d = t->ndocs;
	p->n = 0;
	*inner = 0;
	while (d-- && where_line_of(t, t->docs[d]) > line)
		;
	if (d == UINT32_MAX || where_last_line_of(t, t->docs[d]) < line)
		return -1;
	const struct value *v = t->docs[d];
	while (is_container(v)) {
		uint32_t i = v->n;
		while (i && begins(t, v, i - 1) > line)
			i--;
		if (!i || (i > 1 && begins(t, v, i - 2) == line && begins(t, v, i - 1) == line))
			break;          /* several of them in the line: all of it is meant */
		i--;
		const struct value *next = v->tag == VALUE_RECORD ? v->rec.fields[i].value : v->items[i];
		where_push(p, v->tag == VALUE_RECORD ? v->rec.fields[i].key : NULL, i);
		if (v->tag == VALUE_RECORD && begins(t, v, i) == line && is_container(next)
			&& where_line_of(t, next) > line)
			return (int)d;
		v = next;
	}
	while (p->n && where_last_line_of(t, v) < line) {        /* the line ends what is around it */
		p->n--;
		v = where_follow(t->docs[d], p);
	}
	const char *s = t->src->text + (v->origin.lo - t->src->base);
	if (v->tag == VALUE_STRING && *s == '|' && line > where_line_of(t, v))
		*inner = line - where_line_of(t, v);
	return (int)d;
}

uint32_t where_is(const struct where_text *t, uint32_t doc, const struct where_path *p)
{
	const struct value *v = doc < t->ndocs ? t->docs[doc] : NULL;
	uint32_t line = v ? where_line_of(t, v) : 0;
	for (uint32_t i = 0; v && i < p->n; i++) {
		if (!p->v[i].key) {
			v = item_at(v, p->v[i].index);
			line = v ? where_line_of(t, v) : 0;
			continue;
		}
		const struct value *next = value_get(v, p->v[i].key);
		for (uint32_t k = 0; next && k < v->n; k++)
			if (v->rec.fields[k].key == p->v[i].key)
				line = begins(t, v, k);
		v = next;
	}
	return v ? line : 0;
}

/* ---- TOML: a line for each field, and for each table a header, with an empty line before it but for the first ---- */

struct toml_walk { uint32_t line, want; const struct where_path *find; struct where_path here, hit; uint32_t found; };

static void toml_field(struct toml_walk *w)
{
	w->line++;
	int is = w->find ? w->here.n == w->find->n : w->line == w->want;
	for (uint32_t i = 0; w->find && is && i < w->here.n; i++)
		is = w->here.v[i].key == w->find->v[i].key;
	if (is && !w->found) {
		w->found = w->line;
		w->hit = w->here;
	}
}

static void toml_table(struct toml_walk *w, const struct value *v)
{
	for (int tables = 0; tables < 2; tables++)
		for (uint32_t i = 0; i < v->n; i++) {
			const struct value *f = v->rec.fields[i].value;
			if (f->tag == VALUE_NONE || (f->tag == VALUE_RECORD) != tables)
				continue;
			where_push(&w->here, v->rec.fields[i].key, 0);
			if (tables && w->line)
				w->line++;
			toml_field(w);
			if (tables)
				toml_table(w, f);
			w->here.n--;
		}
}

int where_toml_at(const struct value *record, uint32_t line, struct where_path *p)
{
	struct toml_walk w = { .want = line };
	toml_table(&w, record);
	*p = w.hit;
	return w.found != 0;
}

uint32_t where_toml_is(const struct value *record, const struct where_path *p)
{
	struct toml_walk w = { .find = p };
	toml_table(&w, record);
	return w.found;
}
