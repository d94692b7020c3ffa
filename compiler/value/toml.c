/* TOML 1.0. Maps inside lists become inline tables; none is left out. */
#include "value/toml.h"
#include <string.h>

static void string(struct buf *out, const char *s, size_t n)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else if (c == '\n')
			buf_adds(out, "\\n");
		else if (c == '\t')
			buf_adds(out, "\\t");
		else if (c < 0x20 || c == 0x7f)
			buf_addf(out, "\\u%04x", c);
		else
			buf_addc(out, (char)c);
	}
	buf_addc(out, '"');
}

static void key(struct buf *out, const struct atom *k)
{
	int bare = k->len > 0;
	for (uint32_t i = 0; i < k->len; i++) {
		char c = k->text[i];
		bare &= (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || c == '_' || c == '-';
	}
	if (bare)
		buf_add(out, k->text, k->len);
	else
		string(out, k->text, k->len);
}

static void inline_value(struct buf *out, const struct value *v)
{
	char num[40];
	int first = 1;
	switch (v->tag) {
	case VALUE_BOOL: buf_adds(out, v->i ? "true" : "false"); break;
	case VALUE_INT: buf_addf(out, "%lld", (long long)v->i); break;
	case VALUE_FLOAT: buf_add(out, num, float_print(v->d, num)); break;
	case VALUE_STRING: string(out, v->str.p, v->n); break;
	case VALUE_LIST:
		buf_addc(out, '[');
		for (uint32_t i = 0; i < v->n; i++) {
			if (i)
				buf_adds(out, ", ");
			inline_value(out, v->items[i]);
		}
		buf_addc(out, ']');
		break;
	case VALUE_RECORD:
		buf_adds(out, "{");
		for (uint32_t i = 0; i < v->n; i++) {
			if (v->rec.fields[i].value->tag == VALUE_NONE)
				continue;
			buf_adds(out, first ? " " : ", ");
			first = 0;
			key(out, v->rec.fields[i].key);
			buf_adds(out, " = ");
			inline_value(out, v->rec.fields[i].value);
		}
		buf_adds(out, first ? "}" : " }");
		break;
	default: buf_adds(out, "\"\""); break;
	}
}

static void table(struct buf *out, const struct value *v, struct buf *path)
{
	for (uint32_t i = 0; i < v->n; i++) {
		const struct value *f = v->rec.fields[i].value;
		if (f->tag == VALUE_NONE || f->tag == VALUE_RECORD)
			continue;
		key(out, v->rec.fields[i].key);
		buf_adds(out, " = ");
		inline_value(out, f);
		buf_addc(out, '\n');
	}
	for (uint32_t i = 0; i < v->n; i++) {
		const struct value *f = v->rec.fields[i].value;
		size_t n = path->n;
		if (f->tag != VALUE_RECORD)
			continue;
		if (n)
			buf_addc(path, '.');
		key(path, v->rec.fields[i].key);
		if (out->n)
			buf_addc(out, '\n');
		buf_addf(out, "[%s]\n", path->p);
		table(out, f, path);
		path->n = n;
		path->p[n] = 0;
	}
}

void toml_write(struct buf *out, const struct value *record)
{
	struct buf path = { 0 };
	table(out, record, &path);
	buf_free(&path);
}
