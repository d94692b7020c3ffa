/* verify: output folders in; what in them is not as a build left it. Nothing is compiled. */
#include "cli/cmd.h"
#include "cli/io.h"
#include "cli/session.h"
#include "base/diag_write.h"
#include "emit/verify.h"
#include <string.h>

#define SHOWN 20                        /* findings of a folder before a count takes over */

static const char *plural(uint32_t n)
{
	return n == 1 ? "" : "s";
}

static void place(struct buf *b, const struct verify_finding *f)
{
	buf_clear(b);
	diag_put_safe(b, f->file, strlen(f->file), 0);
	if (f->line)
		buf_addf(b, ":%u", f->line);
}

static char mark(const struct verify_finding *f)
{
	return f->what == VERIFY_MISSING ? '-' : f->what == VERIFY_EDITED || f->what == VERIFY_NOT_A_FILE ? '~' : '!';
}

static void text(struct buf *b, const struct verify *v, const struct args *a)
{
	struct buf one = { 0 };
	size_t width = 0;
	uint32_t shown = v->findings.n;
	if (!v->findings.n) {
		if (!a->value[FLAG_QUIET])
			buf_addf(b, "%s is as it was built: %u file%s, %u object%s\n", v->dir,
				v->files, plural(v->files), v->objects,
				plural(v->objects));
		return;
	}
	if (!a->value[FLAG_ALL] && shown > SHOWN + 1)
		shown = SHOWN;
	for (uint32_t i = 0; i < shown; i++) {
		place(&one, &v->findings.v[i]);
		if (one.n > width && one.n <= 60)
			width = one.n;
	}
	buf_addf(b, "%s is not as it was built:\n", v->dir);
	for (uint32_t i = 0; i < shown; i++) {
		const struct verify_finding *f = &v->findings.v[i];
		place(&one, f);
		buf_addf(b, "  %c %-*s  ", mark(f), (int)width, one.p);
		diag_put_safe(b, f->text, strlen(f->text), 0);
		buf_addc(b, '\n');
	}
	if (shown < v->findings.n)
		buf_addf(b, "  and %u more; all of them: --all\n", v->findings.n - shown);
	buf_addf(b, "  %u file%s as built\n", v->files, plural(v->files));
	buf_free(&one);
}

static void string(struct buf *b, const char *key, const char *s)
{
	buf_addf(b, "\"%s\": ", key);
	diag_put_json(b, s, strlen(s));
}

static void json(struct buf *b, const struct verify *v)
{
	char hex[33];
	hash_hex(v->hash, hex);
	buf_adds(b, "    {\n      ");
	string(b, "folder", v->dir);
	buf_adds(b, ",\n      ");
	string(b, "stack", v->title);
	buf_addf(b,
		",\n      \"hash\": \"%s\",\n      \"same\": %s,\n      \"files\": %u,\n      \"objects\": %u,\n      \"findings\": [",
		hex, v->findings.n ? "false" : "true", v->files, v->objects);
	for (uint32_t i = 0; i < v->findings.n; i++) {
		const struct verify_finding *f = &v->findings.v[i];
		buf_adds(b, i ? ",\n        { " : "\n        { ");
		string(b, "file", f->file);
		if (f->line)
			buf_addf(b, ", \"line\": %u", f->line);
		buf_addf(b, ", \"finding\": \"%s\", ", verify_word(f->what));
		string(b, "text", f->text);
		for (uint32_t k = 0; k < f->nobjects; k++) {
			buf_adds(b, k ? ", { " : ", \"objects\": [{ ");
			string(b, "object", f->objects[k].identity);
			buf_addf(b, ", \"change\": \"%s\" }", f->objects[k].change);
		}
		buf_adds(b, f->nobjects ? "] }" : " }");
	}
	buf_adds(b, v->findings.n ? "\n      ]\n    }" : "]\n    }");
}

int cmd_verify(const struct args *a)
{
	enum { TEXT, JSON };
	const int format = args_choice(a, FLAG_VERIFY_FORMAT, TEXT);
	struct session s;
	struct arena names;
	struct buf out = { 0 };
	struct verify_folders found = { 0 };
	uint32_t differ = 0;
	session_open(&s, a, a->noperands == 1 ? a->operands[0] : "out");
	arena_init(&names, 0);
	for (size_t i = 0; i < (a->noperands ? a->noperands : 1); i++)
		verify_find(a->noperands ? a->operands[i] : "out", &names, mlops_diags(s.m), &found);
	if (format == JSON)
		buf_adds(&out, "{\n  \"folders\": [\n");
	for (uint32_t i = 0; i < found.dirs.n; i++) {
		struct arena own;
		struct verify v;
		arena_init(&own, 0);
		const int read = verify_folder(found.dirs.v[i], &own, mlops_diags(s.m), &v);
		differ += v.findings.n > 0;
		if (format == JSON && i)
			buf_adds(&out, ",\n");
		if (format == JSON)
			json(&out, &v);
		else if (read || v.findings.n)  /* what cannot be read is not called the same */
			text(&out, &v, a);
		arena_free(&own);
	}
	if (format == JSON)
		buf_addf(&out, "%s  ],\n  \"same\": %s\n}\n", found.dirs.n ? "\n" : "", differ ? "false" : "true");
	int status = session_report(&s, NULL);
	int printed = io_print(&out);
	if (differ && format == TEXT && !a->value[FLAG_QUIET]) {
		buf_clear(&out);
		buf_addf(&out, "mlopsc: %u of %u folder%s differ%s; mlopsc build writes %s anew\n"
			"        an edit that should stay belongs into the source: a setting, or patch\n",
			differ, found.dirs.n, plural(found.dirs.n), differ == 1 ? "s" : "",
			differ == 1 ? "it" : "them");
		io_write(2, out.p, out.n);
	}
	if (status == STATUS_DONE)
		status = printed;
	if (status == STATUS_DONE && differ)
		status = STATUS_DIFFERS;
	buf_free(&out);
	arena_free(&names);
	session_close(&s);
	return status;
}
