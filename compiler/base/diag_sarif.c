/* Diagnostics as SARIF 2.1.0, for code hosts and editors that read it. A rule for each code that occurs; fixes as
   replacements; columns in Unicode characters.

   A fingerprint names a finding across commits, so it is made of what stays when lines move: code, file, message and
   the text of the line; the number behind it tells equal ones apart. */
#include "base/diag_write.h"
#include "base/hash.h"
#include <stdlib.h>
#include <string.h>

#ifndef MLOPS_VERSION
#define MLOPS_VERSION "0"
#endif

static void string(struct buf *out, const char *s)
{
	diag_put_json(out, s, strlen(s));
}

/* A file name as a relative reference of RFC 3986; an absolute one gets its scheme. */
static void uri(struct buf *out, const char *name)
{
	const char *p;

	buf_adds(out, name[0] == '/' ? "\"file://" : "\"");
	for (p = name; *p; p++) {
		if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			(*p >= '0' && *p <= '9') || strchr("-._~/", *p))
			buf_addc(out, *p);
		else
			buf_addf(out, "%%%02X", (unsigned char)*p);
	}
	buf_addc(out, '"');
}

static void artifact(struct buf *out, const struct source *src)
{
	buf_adds(out, "\"artifactLocation\":{\"uri\":");
	uri(out, src->name);
	buf_addc(out, '}');
}

static void region(struct buf *out, const char *key, const struct diag_region *r)
{
	buf_addf(out, "\"%s\":{\"startLine\":%u,\"startColumn\":%u,\"endLine\":%u,\"endColumn\":%u}", key,
		(unsigned)r->line, (unsigned)r->column, (unsigned)r->end_line, (unsigned)r->end_column);
}

static void location(struct buf *out, const struct diag_region *r)
{
	buf_adds(out, "\"physicalLocation\":{");
	artifact(out, r->source);
	buf_addc(out, ',');
	region(out, "region", r);
	buf_addc(out, '}');
}

static void add_part(struct buf *text, const char *before, const char *s)
{
	if (!s || !*s)
		return;
	if (text->n)
		buf_addc(text, '\n');
	buf_adds(text, before);
	buf_adds(text, s);
}

static void message(struct buf *out, const struct diag *x)
{
	struct buf text = { 0 }, folded = { 0 };
	uint32_t i;

	add_part(&text, "", x->message);
	add_part(&text, "", x->label);
	for (i = 0; i < x->nnotes; i++)
		add_part(&text, "", x->notes[i]);
	diag_put_folded(&folded, x);
	add_part(&text, "", folded.p);
	add_part(&text, "help: ", x->help);
	buf_adds(out, "\"message\":{\"text\":");
	string(out, text.p ? text.p : "");
	buf_addc(out, '}');
	buf_free(&folded);
	buf_free(&text);
}

static struct hash128 fingerprint(const struct diags *d, const struct diag *x)
{
	struct hash_stream *h = hash_open();
	struct diag_region r;

	hash_add(h, x->code, strlen(x->code) + 1);
	if (diag_region(d, x->span, &r)) {
		uint32_t len;
		const char *line = source_line(r.source, r.line, &len);

		while (len && (line[0] == ' ' || line[0] == '\t')) {
			line++;
			len--;
		}
		while (len && (line[len - 1] == ' ' || line[len - 1] == '\t'))
			len--;
		hash_add(h, r.source->name, strlen(r.source->name) + 1);
		hash_add(h, line, len);
	}
	hash_add(h, "", 1);
	hash_add(h, x->message, strlen(x->message));
	return hash_close(h);
}

static void one(const struct diags *d, uint32_t at, const struct hash128 *prints, uint32_t rule, struct buf *out)
{
	const struct diag *x = d->v[at];
	uint32_t i, id = 0, same = 1;
	struct diag_region r;
	char hex[33];

	buf_adds(out, "{\"ruleId\":");
	string(out, x->code);
	buf_addf(out, ",\"ruleIndex\":%u,\"level\":\"%s\",", (unsigned)rule,
		x->severity == SEVERITY_ERROR ? "error" : "warning");
	message(out, x);
	buf_adds(out, ",\"locations\":[");
	if (diag_region(d, x->span, &r)) {
		buf_addc(out, '{');
		location(out, &r);
		buf_addc(out, '}');
	}
	buf_adds(out, "],\"relatedLocations\":[");
	for (i = 0; i < x->nplaces; i++) {
		if (!diag_region(d, x->places[i].span, &r))
			continue;
		buf_addf(out, "%s{\"id\":%u,", id ? "," : "", (unsigned)id + 1);
		location(out, &r);
		buf_adds(out, ",\"message\":{\"text\":");
		string(out, x->places[i].text);
		buf_adds(out, "}}");
		id++;
	}
	buf_adds(out, "]");
	if (x->fix && diag_region(d, x->fix_span, &r)) {
		buf_adds(out, ",\"fixes\":[{\"description\":{\"text\":");
		string(out, x->help ? x->help : x->label && *x->label ? x->label : x->message);
		buf_adds(out, "},\"artifactChanges\":[{");
		artifact(out, r.source);
		buf_adds(out, ",\"replacements\":[{");
		region(out, "deletedRegion", &r);
		buf_adds(out, ",\"insertedContent\":{\"text\":");
		string(out, x->fix);
		buf_adds(out, "}}]}]}]");
	}
	for (i = 0; i < at; i++)
		same += (uint32_t)hash_equal(prints[i], prints[at]);
	hash_hex(prints[at], hex);
	buf_addf(out, ",\"partialFingerprints\":{\"primaryLocationLineHash\":\"%s:%u\"}", hex, (unsigned)same);
	if (x->name) {
		buf_adds(out, ",\"properties\":{\"name\":");
		string(out, x->name);
		buf_addc(out, '}');
	}
	buf_addc(out, '}');
}

static int by_code(const void *a, const void *b)
{
	return strcmp((*(const struct diag *const *)a)->code, (*(const struct diag *const *)b)->code);
}

void diag_write_sarif(const struct diags *d, struct buf *out)
{
	const struct diag **rules = calloc((size_t)d->n + 1, sizeof *rules);
	struct hash128 *prints = calloc((size_t)d->n + 1, sizeof *prints);
	uint32_t i, n = 0, k;

	if (!rules || !prints)
		abort();
	for (i = 0; i < d->n; i++) {
		rules[i] = d->v[i];
		prints[i] = fingerprint(d, d->v[i]);
	}
	if (d->n)
		qsort(rules, d->n, sizeof *rules, by_code);
	for (i = 0; i < d->n; i++)
		if (!i || strcmp(rules[i]->code, rules[n - 1]->code))
			rules[n++] = rules[i];
	buf_adds(out,
		"{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{\n"
		"\"tool\":{\"driver\":{\"name\":\"mlopsc\",\"version\":");
	string(out, MLOPS_VERSION);
	buf_adds(out, ",\"rules\":[");
	for (i = 0; i < n; i++) {
		buf_adds(out, i ? ",\n{\"id\":" : "\n{\"id\":");
		string(out, rules[i]->code);
		buf_addf(out, ",\"defaultConfiguration\":{\"level\":\"%s\"},\"help\":{\"text\":\"mlopsc explain %s\"}}",
			rules[i]->severity == SEVERITY_ERROR ? "error" : "warning", rules[i]->code);
	}
	buf_adds(out, "]}},\n\"columnKind\":\"unicodeCodePoints\",\n\"results\":[");
	for (i = 0; i < d->n; i++) {
		for (k = 0; strcmp(rules[k]->code, d->v[i]->code); k++)
			;
		buf_adds(out, i ? ",\n" : "\n");
		one(d, i, prints, k, out);
	}
	buf_adds(out, "]\n}]}\n");
	free(prints);
	free(rules);
}
