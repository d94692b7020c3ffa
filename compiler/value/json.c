/* Values to JSON, for configuration files that are JSON and for machines that read our results. Entries that are none
   are left out, as in YAML. */
#include "value/yaml.h"
#include <string.h>

static void line(struct buf *out, int indent)
{
	buf_addc(out, '\n');
	buf_reserve(out, (size_t)indent);
	memset(out->p + out->n, ' ', (size_t)indent);
	out->n += (size_t)indent;
	out->p[out->n] = 0;
}

void json_write_string(struct buf *out, const char *s, size_t n)
{
	buf_addc(out, '"');
	while (n) {
		size_t k = 0, bad;
		unsigned char c;

		while (k < n && (unsigned char)s[k] >= 0x20 && s[k] != '"' && s[k] != '\\' &&
			(unsigned char)s[k] < 0x80)
			k++;
		buf_add(out, s, k);
		s += k;
		n -= k;
		if (!n)
			break;
		c = (unsigned char)*s;
		if (c >= 0x80) {
			/* a run of other characters, up to the next ASCII one; a broken one becomes U+FFFD */
			for (k = 1; k < n && (unsigned char)s[k] >= 0x80; k++)
				;
			if (utf8_valid(s, k, &bad)) {
				buf_add(out, s, k);
			} else {
				buf_add(out, s, bad);
				buf_add(out, "\xef\xbf\xbd", 3);
				k = bad + 1;
			}
			s += k;
			n -= k;
			continue;
		}
		switch (c) {
		case '"': case '\\':
			buf_addc(out, '\\');
			buf_addc(out, (char)c);
			break;
		case '\n': buf_add(out, "\\n", 2); break;
		case '\t': buf_add(out, "\\t", 2); break;
		case '\r': buf_add(out, "\\r", 2); break;
		case '\b': buf_add(out, "\\b", 2); break;
		case '\f': buf_add(out, "\\f", 2); break;
		default: buf_addf(out, "\\u%04x", c); break;
		}
		s++;
		n--;
	}
	buf_addc(out, '"');
}

void json_write(struct buf *out, const struct value *v, int indent)
{
	int inner = indent < 0 ? -1 : indent + 2, first = 1;
	char text[40];

	switch ((enum value_tag)v->tag) {
	case VALUE_BOOL:
		buf_adds(out, v->i ? "true" : "false");
		return;
	case VALUE_INT:
		buf_addf(out, "%lld", (long long)v->i);
		return;
	case VALUE_FLOAT:
		buf_add(out, text, float_print(v->d, text));
		return;
	case VALUE_STRING:
		json_write_string(out, v->str.p, v->n);
		return;
	case VALUE_LIST:
		buf_addc(out, '[');
		for (uint32_t i = 0; i < v->n; i++) {
			if (i)
				buf_addc(out, ',');
			if (inner >= 0)
				line(out, inner);
			json_write(out, v->items[i], inner);
		}
		if (v->n && inner >= 0)
			line(out, indent);
		buf_addc(out, ']');
		return;
	case VALUE_RECORD:
		buf_addc(out, '{');
		for (uint32_t i = 0; i < v->n; i++) {
			const struct field *f = &v->rec.fields[i];

			if (f->value->tag == VALUE_NONE)
				continue;
			if (!first)
				buf_addc(out, ',');
			first = 0;
			if (inner >= 0)
				line(out, inner);
			json_write_string(out, f->key->text, f->key->len);
			buf_addc(out, ':');
			if (inner >= 0)
				buf_addc(out, ' ');
			json_write(out, f->value, inner);
		}
		if (!first && inner >= 0)
			line(out, indent);
		buf_addc(out, '}');
		return;
	case VALUE_ERROR:
	case VALUE_NONE:
	case VALUE_NULL:
	case VALUE_SECRET:
	case VALUE_SECRET_KEY:
	case VALUE_COMPONENT:
	case VALUE_GIVEN:
	case VALUE_DETECTOR: case VALUE_VIEW: case VALUE_BYTES:
		break;
	}
	buf_adds(out, "null");
}
