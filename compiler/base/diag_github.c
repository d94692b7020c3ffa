/* Diagnostics as workflow commands of a code host: one line each, which the host shows beside the changed lines. The
   whole text is in the message, since nothing else is shown there. */
#include "base/diag_write.h"
#include <string.h>

/* In the message %, CR and LF are escaped; in a property : and , as well. */
static void escaped(struct buf *out, const char *s, size_t n, int property)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (s[i] == '%' || s[i] == '\r' || s[i] == '\n' || (property && (s[i] == ':' || s[i] == ',')))
			buf_addf(out, "%%%02X", (unsigned char)s[i]);
		else
			buf_addc(out, s[i]);
	}
}

static void safe(struct buf *out, const char *s, int property)
{
	struct buf b = { 0 };

	diag_put_safe(&b, s, strlen(s), !property);
	escaped(out, b.p ? b.p : "", b.n, property);
	buf_free(&b);
}

static void one(const struct diags *d, const struct diag *x, struct buf *out)
{
	struct buf folded = { 0 };
	struct diag_region r;
	uint32_t i;

	buf_adds(out, x->severity == SEVERITY_ERROR ? "::error " : "::warning ");
	if (diag_region(d, x->span, &r)) {
		buf_adds(out, "file=");
		safe(out, r.source->name, 1);
		buf_addf(out, ",line=%u,", (unsigned)r.line);
		if (r.end_line > r.line)        /* columns mean something only within one line */
			buf_addf(out, "endLine=%u,", (unsigned)r.end_line);
		else
			buf_addf(out, "col=%u,endColumn=%u,", (unsigned)r.column, (unsigned)r.end_column);
	}
	buf_adds(out, "title=");
	buf_adds(out, x->code);
	if (x->name) {
		buf_addc(out, ' ');
		safe(out, x->name, 1);
	}
	buf_adds(out, "::");
	safe(out, x->message, 0);
	if (x->label && *x->label) {
		buf_adds(out, "%0A");
		safe(out, x->label, 0);
	}
	for (i = 0; i < x->nplaces; i++) {
		buf_adds(out, "%0A");
		if (diag_region(d, x->places[i].span, &r)) {
			safe(out, r.source->name, 0);
			buf_addf(out, ":%u:%u: ", (unsigned)r.line, (unsigned)r.column);
		}
		safe(out, x->places[i].text, 0);
	}
	for (i = 0; i < x->nnotes; i++) {
		buf_adds(out, "%0A");
		safe(out, x->notes[i], 0);
	}
	diag_put_folded(&folded, x);
	if (folded.n) {
		buf_adds(out, "%0A");
		safe(out, folded.p, 0);
	}
	buf_free(&folded);
	if (x->help) {
		buf_adds(out, "%0Ahelp: ");
		safe(out, x->help, 0);
	}
	buf_addc(out, '\n');
}

void diag_write_github(const struct diags *d, struct buf *out)
{
	uint32_t i;

	for (i = 0; i < d->n; i++)
		one(d, d->v[i], out);
}
