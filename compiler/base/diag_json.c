/* Diagnostics as one JSON object, a line for each: everything that the text says, with columns in Unicode characters
   and ends behind the last character. What has no place has null for file, line and columns. */
#include "base/diag_write.h"
#include <string.h>

void diag_put_json(struct buf *out, const char *s, size_t n)
{
	uint32_t bytes;
	size_t i;

	buf_addc(out, '"');
	for (i = 0; i < n; i += bytes) {
		unsigned char c = (unsigned char)s[i];

		bytes = 1;
		if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else if (c == '\n')
			buf_adds(out, "\\n");
		else if (c == '\t')
			buf_adds(out, "\\t");
		else if (c < 0x20 || c == 0x7f)
			buf_addf(out, "\\u%04x", c);
		else if (c < 0x80)
			buf_addc(out, (char)c);
		else {
			utf8_width(s + i, n - i, &bytes);
			if (bytes == 1)
				buf_adds(out, "\xef\xbf\xbd");
			else
				buf_add(out, s + i, bytes);
		}
	}
	buf_addc(out, '"');
}

static void string(struct buf *out, const char *key, const char *s)
{
	buf_addf(out, "\"%s\":", key);
	if (s)
		diag_put_json(out, s, strlen(s));
	else
		buf_adds(out, "null");
}

static void place(const struct diags *d, struct span at, struct buf *out)
{
	struct diag_region r;

	if (!diag_region(d, at, &r)) {
		buf_adds(out, "\"file\":null,\"line\":null,\"column\":null,\"endLine\":null,\"endColumn\":null");
		return;
	}
	string(out, "file", r.source->name);
	buf_addf(out, ",\"line\":%u,\"column\":%u,\"endLine\":%u,\"endColumn\":%u",
		(unsigned)r.line, (unsigned)r.column,
		(unsigned)r.end_line, (unsigned)r.end_column);
}

static void one(const struct diags *d, const struct diag *x, struct buf *out)
{
	struct buf folded = { 0 };
	uint32_t i;

	buf_addc(out, '{');
	string(out, "severity", x->severity == SEVERITY_ERROR ? "error" : "warning");
	buf_addc(out, ',');
	string(out, "code", x->code);
	buf_addc(out, ',');
	string(out, "name", x->name);
	buf_addc(out, ',');
	string(out, "message", x->message);
	buf_addc(out, ',');
	place(d, x->span, out);
	buf_addc(out, ',');
	string(out, "label", x->label);
	buf_adds(out, ",\"related\":[");
	for (i = 0; i < x->nplaces; i++) {
		buf_adds(out, i ? ",{" : "{");
		place(d, x->places[i].span, out);
		buf_addc(out, ',');
		string(out, "message", x->places[i].text);
		buf_addc(out, '}');
	}
	buf_adds(out, "],\"notes\":[");
	for (i = 0; i < x->nnotes; i++) {
		if (i)
			buf_addc(out, ',');
		diag_put_json(out, x->notes[i], strlen(x->notes[i]));
	}
	diag_put_folded(&folded, x);
	if (folded.n) {
		if (x->nnotes)
			buf_addc(out, ',');
		diag_put_json(out, folded.p, folded.n);
	}
	buf_free(&folded);
	buf_adds(out, "],");
	string(out, "help", x->help);
	buf_adds(out, ",\"fix\":");
	if (x->fix) {
		buf_addc(out, '{');
		place(d, x->fix_span, out);
		buf_addc(out, ',');
		string(out, "text", x->fix);
		buf_addc(out, '}');
	} else {
		buf_adds(out, "null");
	}
	buf_addc(out, '}');
}

void diag_write_json(const struct diags *d, struct buf *out)
{
	uint32_t i;

	buf_adds(out, "{\"version\":1,\"diagnostics\":[");
	for (i = 0; i < d->n; i++) {
		buf_adds(out, i ? ",\n" : "\n");
		one(d, d->v[i], out);
	}
	buf_addf(out, "%s],\"errors\":%u,\"warnings\":%u}\n", d->n ? "\n" : "",
		(unsigned)d->nerrors, (unsigned)d->nwarnings);
}
