/* why: a place of compiled output in, the places of the source that made it out; or a line of the source in, what it
   makes out. The stack is compiled as it is now. Output on disk that is something else is not explained: its lines
   would be others. */
#define _XOPEN_SOURCE 700
#include "cli/cmd.h"
#include "cli/io.h"
#include "cli/session.h"
#include "base/diag_write.h"
#include "base/os.h"
#include "emit/lock.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 20, THROUGH_SHOWN = 8, CONDITIONS_SHOWN = 3 };

struct one_file { const char *component, *path, *text; size_t n; };
struct asking {
	const struct args *a;
	struct session s;
	struct arena mem;
	const char *file;               /* the place's file, as it was given */
	const char *path;               /* behind #, or NULL */
	uint32_t line;                  /* behind :, or 0 */
	const char *folder, *below;     /* output folder with a lock, and the file below it */
	struct lock lock;
	int has_lock;
	const char *stack, *env;
	const char **sets; size_t nsets;
	VEC(struct one_file) files;     /* of the compiled stack */
};

static int say(int status, const char *text)
{
	io_write(2, text, strlen(text));
	return status;
}

/* ---- the place ---- */

static void read_place(struct asking *q, const char *text)
{
	const char *hash = strchr(text, '#'), *colon = strrchr(text, ':');
	size_t n = strlen(text);
	if (hash) {
		n = (size_t)(hash - text);
		q->path = hash + 1;
	} else if (colon && colon[1] && strspn(colon + 1, "0123456789") == strlen(colon + 1)
		&& strlen(colon + 1) < 10) {
		n = (size_t)(colon - text);
		q->line = (uint32_t)strtoul(colon + 1, NULL, 10);
	}
	q->file = arena_strdup(&q->mem, text, n);
}

static int is_file(const char *path)
{
	struct buf b = { 0 };
	const int ok = io_read(path, &b);
	buf_free(&b);
	return ok;
}

static const char *folder_of(struct asking *q, const char *path)
{
	size_t n = strlen(path);
	while (n > 1 && path[n - 1] == '/')
		n--;
	while (n && path[n - 1] != '/')
		n--;
	while (n > 1 && path[n - 1] == '/')
		n--;
	return n ? arena_strdup(&q->mem, path, n) : ".";
}

static const char *joined(struct asking *q, const char *folder, const char *name)
{
	return strcmp(folder, ".")
		? arena_printf(&q->mem, "%s%s%s", folder, folder[strlen(folder) - 1] == '/' ? "" : "/", name)
		: name;
}

/* The folder around a folder. */
static const char *above(struct asking *q, const char *dir)
{
	const size_t n = strlen(dir);
	if (!strcmp(dir, "."))
		return "..";
	return n >= 2 && !strcmp(dir + n - 2, "..") ? arena_printf(&q->mem, "%s/..", dir) : folder_of(q, dir);
}

/* The folder around the file that has a lock. */
static void find_folder_of(struct asking *q, const char *file)
{
	const char *dir = folder_of(q, file), *why;
	for (int up = 0; up < 4; up++) {
		struct buf b = { 0 };
		if (io_read(joined(q, dir, "mlops.lock"), &b)) {
			q->has_lock = lock_read(b.p ? b.p : "", b.n, &q->mem, &q->lock, &why);
			q->folder = dir;
			q->below = strcmp(dir, ".") ? file + strlen(dir) + (dir[strlen(dir) - 1] != '/') : file;
			while (*q->below == '/')
				q->below++;
			buf_free(&b);
			return;
		}
		buf_free(&b);
		if (!strcmp(dir, ".") || !strcmp(dir, "/"))
			return;
		dir = folder_of(q, dir);
	}
}

static void find_folder(struct asking *q)
{
	find_folder_of(q, q->file);
	/* the folder may be above the one that we are in */
	char *whole = q->folder ? NULL : realpath(q->file, NULL);
	if (whole)
		find_folder_of(q, arena_strdup(&q->mem, whole, strlen(whole)));
	free(whole);
}

/* The stack's file: as given, or stack.mlops (or the only source of the lock) beside out/ or here. */
static int find_stack(struct asking *q)
{
	const char *names[2] = { "stack.mlops", NULL }, *folders[2] = { ".", NULL };
	if (q->a->noperands > 1) {
		q->stack = q->a->operands[1];
		return 1;
	}
	if (q->has_lock && q->lock.sources.n == 1)
		names[1] = q->lock.sources.v[0].name;
	if (q->folder)
		folders[1] = above(q, above(q, q->folder));
	for (int f = 1; f >= 0; f--)
		for (int n = 0; n < 2; n++) {
			const char *path = folders[f] && names[n] ? joined(q, folders[f], names[n]) : NULL;
			if (path && is_file(path)) {
				q->stack = path;
				return 1;
			}
		}
	return 0;
}

/* ---- compiling ---- */

static void take_file(void *ctx, const char *component, const char *path, const void *p, size_t n)
{
	struct asking *q = ctx;
	struct one_file f = { component ? arena_strdup(&q->mem, component, strlen(component)) : NULL,
		arena_strdup(&q->mem, path, strlen(path)), NULL, n };
	f.text = arena_strdup(&q->mem, p, n);
	VEC_PUSH(&q->mem, &q->files, f);
}

/* STATUS_DONE, or what the diagnostics ask for. */
static int compile(struct asking *q)
{
	struct arena scratch;
	struct file_sink sink = { take_file, q };
	int ok = mlops_add_file(q->s.m, q->stack);
	q->s.name = q->stack;
	for (size_t i = 0; ok && i < q->nsets; i++)
		mlops_set(q->s.m, q->sets[i]);
	ok = ok && !mlops_compile(q->s.m, q->env);
	if (ok) {
		arena_init(&scratch, 0);
		emit_files(mlops_stack(q->s.m), &sink, &scratch, mlops_diags(q->s.m));
		arena_free(&scratch);
	}
	q->s.errors_only = 1;
	const int status = session_report(&q->s, NULL);
	return ok || status != STATUS_DONE ? status : STATUS_ERRORS;
}

/* ---- answers ---- */

static const char *const words[] = {
	[WHY_FROM] = "from", [WHY_THROUGH] = "through", [WHY_WHEN] = "when", [WHY_FOR] = "for"
};

static void string(struct buf *b, const char *key, const char *s)
{
	buf_addf(b, "\"%s\": ", key);
	diag_put_json(b, s, strlen(s));
}

static void json_place(struct buf *b, const struct one_file *f, const struct why_place *x, const char *indent)
{
	buf_addf(b, "%s{ ", indent);
	string(b, "file", f->path);
	buf_addf(b, ", \"line\": %u, ", x->line);
	string(b, "what", x->what);
	buf_adds(b, ", ");
	string(b, "path", x->path);
	buf_addf(b, ", \"value\": %s, \"chain\": [", x->scalar ? "true" : "false");
	for (uint32_t i = 0; i < x->chain.steps.n; i++) {
		const struct why_step *s = &x->chain.steps.v[i];
		buf_addf(b, "%s\n%s  { \"step\": \"%s\", ", i ? "," : "", indent, words[s->what]);
		string(b, "file", s->file);
		buf_addf(b, ", \"line\": %u, \"column\": %u, ", s->line, s->column);
		string(b, "text", s->text);
		if (s->note) {
			buf_adds(b, ", ");
			string(b, "note", s->note);
		}
		buf_addf(b, ", \"library\": %s }", s->library ? "true" : "false");
	}
	buf_addf(b, "\n%s] }", indent);
}

static const char *nth_line(const struct one_file *f, uint32_t line, size_t *n)
{
	const char *p = f->text, *end = p + f->n;
	for (uint32_t i = 1; i < line && p < end; i++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		p = nl ? nl + 1 : end;
	}
	const char *nl = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
	*n = p < end ? (size_t)((nl ? nl : end) - p) : 0;
	return p;
}

static void place_of(struct buf *b, const struct why_step *s)
{
	buf_clear(b);
	diag_put_safe(b, s->file, strlen(s->file), 0);
	if (*s->text || strncmp(s->file, "--set ", 6))
		buf_addf(b, s->what == WHY_FROM ? ":%u:%u" : ":%u", s->line, s->column);
}

static void chain(struct asking *q, struct buf *b, const struct why_chain *c)
{
	struct buf at = { 0 };
	size_t width = 0;
	uint32_t count[4] = { 0 }, hidden[4] = { 0 };
	static const uint32_t most[] = {
		[WHY_FROM] = SHOWN, [WHY_THROUGH] = THROUGH_SHOWN, [WHY_WHEN] = CONDITIONS_SHOWN, [WHY_FOR] = 1
	};
	for (uint32_t i = 0; i < c->steps.n; i++) {
		place_of(&at, &c->steps.v[i]);
		if (at.n > width && at.n <= 48)
			width = at.n;
	}
	for (uint32_t i = 0; i < c->steps.n; i++) {
		const struct why_step *s = &c->steps.v[i];
		const int last = i + 1 == c->steps.n || c->steps.v[i + 1].what != s->what;
		if (count[s->what] < most[s->what] || q->a->value[FLAG_ALL]) {
			place_of(&at, s);
			buf_addf(b, "     %-8s %-*s", words[s->what], (int)(*s->text || s->note ? width : 0), at.p);
			if (*s->text) {
				buf_adds(b, "  ");
				diag_put_safe(b, s->text, strlen(s->text), 0);
			}
			if (s->note)
				buf_addf(b, "  (%s)", s->note);
			buf_addc(b, '\n');
		} else {
			hidden[s->what]++;
		}
		count[s->what]++;
		if (last && hidden[s->what])
			buf_addf(b, "     %-8s and %u more; all of them: --all\n", "", hidden[s->what]);
	}
	buf_free(&at);
}

static void answer(struct asking *q, struct buf *b, const struct one_file *f, const struct why_place *x)
{
	if (x->line) {
		size_t n;
		const char *p = nth_line(f, x->line, &n);
		buf_addf(b, "%u | ", x->line);
		diag_put_safe(b, p, n > 200 ? 200 : n, 0);
		buf_adds(b, n > 200 ? "...\n" : "\n");
	}
	buf_addf(b, "     %s%s", x->what, *x->path ? "  " : "");
	diag_put_safe(b, x->path, strlen(x->path), 0);
	buf_addc(b, '\n');
	chain(q, b, &x->chain);
}

/* Each line of the file with the place that it comes from first. */
static void annotated(struct buf *b, const struct one_file *f, const struct why_places *all)
{
	uint32_t line = 1, k = 0;
	size_t width = 0;
	for (const char *p = f->text, *end = p + f->n, *nl; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (!nl)
			nl = end;
		if ((size_t)(nl - p) > width && nl - p <= 64)
			width = (size_t)(nl - p);
	}
	for (const char *p = f->text, *end = p + f->n, *nl; p < end; p = nl + 1, line++) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (!nl)
			nl = end;
		while (k < all->v.n && all->v.v[k].line < line)
			k++;
		struct buf text = { 0 };
		diag_put_safe(&text, p, (size_t)(nl - p), 0);
		if (k < all->v.n && all->v.v[k].line == line && all->v.v[k].chain.steps.n) {
			const struct why_step *s = &all->v.v[k].chain.steps.v[0];
			buf_addf(b, "%-*s  # %s:%u\n", (int)width, text.p ? text.p : "", s->file, s->line);
		} else {
			buf_addf(b, "%s\n", text.p ? text.p : "");
		}
		buf_free(&text);
	}
}

/* ---- output to source ---- */

static const struct one_file *compiled_file(const struct asking *q)
{
	const struct one_file *best = NULL;
	for (uint32_t i = 0; i < q->files.n; i++) {
		const struct one_file *f = &q->files.v[i];
		if (q->below) {
			if (!strcmp(f->path, q->below))
				return f;
			continue;
		}
		/* no such folder: the end of the path counts */
		const size_t n = strlen(q->file), k = strlen(f->path);
		if (n >= k && !strcmp(q->file + n - k, f->path) && (n == k || q->file[n - k - 1] == '/'))
			best = f;
	}
	return best;
}

/* 0: these are the bytes that the last build wrote; 1: they are not; -1: the lock does not say. */
static int built_as(const struct asking *q, const char *p, size_t n)
{
	for (uint32_t i = 0; q->has_lock && i < q->lock.files.n; i++)
		if (!strcmp(q->lock.files.v[i].path, q->below))
			return !hash_equal(q->lock.files.v[i].hash, hash_bytes(p, n));
	return -1;
}

/* 0: the bytes on disk are others; told. */
static int is_current(struct asking *q, const struct one_file *f)
{
	struct buf b = { 0 }, text = { 0 };
	if (!io_read(q->file, &b))
		return 1;               /* it is asked what it would be */
	const int same = b.n == f->n && !memcmp(b.p ? b.p : "", f->text, f->n);
	if (!same) {
		uint32_t line = 1;
		for (size_t i = 0; i < b.n && i < f->n && b.p[i] == f->text[i]; i++)
			line += b.p[i] == '\n';
		buf_addf(&text, "mlopsc: %s is not what %s compiles to: line %u differs\n", q->file, q->stack, line);
		const int edited = built_as(q, b.p ? b.p : "", b.n);
		if (edited >= 0)
			buf_adds(&text,
				edited ? "        it was edited after it was built; what should stay belongs into the source\n"
					: "        the source has changed since it was built: mlopsc build\n");
		say(0, text.p);
	}
	buf_free(&b);
	buf_free(&text);
	return same;
}

static void touched(struct asking *q, struct buf *b, const struct one_file *f, const struct why_places *all,
	uint32_t *shown, uint32_t *total)
{
	const char *last = "";
	for (uint32_t i = 0; i < all->v.n; i++) {
		const struct why_place *x = &all->v.v[i];
		size_t n;
		++*total;
		if (*shown >= SHOWN * 2 && !q->a->value[FLAG_ALL])
			continue;
		if (strcmp(last, x->what))
			buf_addf(b, "     %s  (%s)\n", x->what, f->path);
		last = x->what;
		const char *p = nth_line(f, x->line, &n);
		while (n && (*p == ' ' || *p == '-')) {
			p++;
			n--;
		}
		buf_addf(b, "     %6u | ", x->line);
		diag_put_safe(b, p, n > 100 ? 100 : n, 0);
		buf_adds(b, n > 100 ? "...\n" : "\n");
		++*shown;
	}
}

static int list_touched(struct asking *q);

/* reason: of a line that has no source */
static void nothing_there(const struct asking *q, const char *reason, struct buf *out)
{
	if (q->line)
		buf_addf(out, "mlopsc: line %u of %s has no source: %s\n", q->line, q->file, reason);
	else if (q->path)
		buf_addf(out,
			"mlopsc: %s has nothing at %s\n        a path is written spec.containers[0].image; the whole file: mlopsc why %s\n",
			q->file, q->path, q->file);
	else
		buf_addf(out, "mlopsc: %s holds no values of the source\n", q->file);
}

static void put_places(struct asking *q, const struct one_file *f, const struct why_places *found, struct buf *out)
{
	const int as_json = args_choice(q->a, FLAG_WHY_FORMAT, 0) == 1;
	if (as_json)
		buf_adds(out, "{\n  \"places\": [\n");
	for (uint32_t i = 0; i < found->v.n && (as_json || q->line || q->path); i++) {
		if (as_json) {
			buf_adds(out, i ? ",\n" : "");
			json_place(out, f, &found->v.v[i], "    ");
		} else {
			buf_adds(out, i ? "\n" : "");
			answer(q, out, f, &found->v.v[i]);
		}
	}
	if (as_json)
		buf_adds(out, "\n  ]\n}\n");
	else if (!q->line && !q->path)
		annotated(out, f, found);
}

static int of_output(struct asking *q)
{
	struct buf out = { 0 };
	find_folder(q);
	if (!find_stack(q)) {
		buf_addf(&out,
			"mlopsc: which stack is %s compiled from? there is no stack.mlops here%s\n        name it: mlopsc why %s STACK.mlops\n",
			q->file, q->folder ? " or beside the output" : "", q->a->operands[0]);
		say(0, out.p);
		buf_free(&out);
		return STATUS_USAGE;
	}
	if (!q->env && q->has_lock && *q->lock.env)
		q->env = q->lock.env;
	if (!q->nsets && q->has_lock) {
		q->sets = q->lock.sets.v;
		q->nsets = q->lock.sets.n;
	}
	int status = compile(q);
	if (status != STATUS_DONE)
		return status;
	const struct one_file *f = compiled_file(q);
	struct one_file own = { 0 };
	struct buf text = { 0 };
	if (!f && q->below && (!strcmp(q->below, "mlops.lock") || !strcmp(q->below, "XXH128SUMS"))
		&& io_read(q->file, &text)) {
		own = (struct one_file){ NULL, q->below, text.p ? text.p : "", text.n };
		f = &own;
	}
	if (!f && q->line && !q->folder) {      /* YAML that the stack uses, perhaps */
		status = list_touched(q);
		if (status >= 0)
			return status;
	}
	if (!f) {
		buf_addf(&out,
			"mlopsc: %s compiles to no file %s\n        what it compiles to: mlopsc build --check %s\n",
			q->stack, q->below ? q->below : q->file, q->stack);
		say(0, out.p);
		buf_free(&out);
		return STATUS_DIFFERS;
	}
	if (f != &own && !is_current(q, f))
		return STATUS_DIFFERS;
	struct why *w = mlops_why(q->s.m);
	struct why_file wf = { f->component, f->path, f->text, f->n };
	struct why_places found = { 0 };
	struct why_place one;
	const char *reason = "no value stands there";
	if (w && q->line) {
		if (why_line(w, &wf, q->line, &q->mem, &one, &reason))
			VEC_PUSH(&q->mem, &found.v, one);
	} else if (w && q->path) {
		why_path(w, &wf, q->path, &q->mem, &found);
	} else if (w) {
		why_all(w, &wf, &q->mem, &found);
	}
	if (!found.v.n) {
		nothing_there(q, reason, &out);
		say(0, out.p);
		buf_free(&out);
		buf_free(&text);
		return STATUS_USAGE;
	}
	put_places(q, f, &found, &out);
	status = io_print(&out);
	buf_free(&out);
	buf_free(&text);
	return status;
}

/* ---- source to output ---- */

static int has_stack(const char *path)
{
	struct buf b = { 0 };
	int found = 0;
	if (io_read(path, &b))
		for (const char *p = b.p; p && *p && !found; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL)
			found = !strncmp(p, "stack ", 6);
	buf_free(&b);
	return found;
}

/* What the line of source has a part in. -1: it is no line of a source. */
static int list_touched(struct asking *q)
{
	const int as_json = args_choice(q->a, FLAG_WHY_FORMAT, 0) == 1;
	const char *root = folder_of(q, q->stack), *name = q->file, *text;
	struct buf out = { 0 };
	uint32_t shown = 0, total = 0;
	/* what the stack uses is called by its path from the stack's folder */
	if (strcmp(q->file, q->stack) && strcmp(root, ".") && !strncmp(q->file, root, strlen(root))
		&& q->file[strlen(root)] == '/')
		name = q->file + strlen(root) + 1;
	struct why *w = mlops_why(q->s.m);
	if (!w || !(text = why_only(w, name, q->line, &q->mem)))
		return -1;
	if (as_json)
		buf_adds(&out, "{\n  \"places\": [\n");
	else {
		buf_addf(&out, "%u | ", q->line);
		diag_put_safe(&out, text, strlen(text), 0);
		buf_addc(&out, '\n');
	}
	for (uint32_t i = 0; i < q->files.n; i++) {
		struct arena own;
		const struct one_file *f = &q->files.v[i];
		struct why_file wf = { f->component, f->path, f->text, f->n };
		struct why_places found = { 0 };
		arena_init(&own, 0);
		why_all(w, &wf, &own, &found);
		for (uint32_t k = 0; as_json && k < found.v.n; k++) {
			buf_adds(&out, total++ ? ",\n" : "");
			json_place(&out, f, &found.v.v[k], "    ");
		}
		if (!as_json)
			touched(q, &out, f, &found, &shown, &total);
		arena_free(&own);
	}
	if (as_json)
		buf_adds(&out, "\n  ]\n}\n");
	else if (shown < total)
		buf_addf(&out, "     and %u more; all of them: --all\n", total - shown);
	else if (!total)
		buf_adds(&out, "     nothing in the output comes from this line\n");
	const int status = io_print(&out);
	buf_free(&out);
	return status;
}

static int of_source(struct asking *q)
{
	const char *folder = folder_of(q, q->file), *sibling = joined(q, folder, "stack.mlops");
	struct buf out = { 0 };
	if (q->a->noperands > 1)
		q->stack = q->a->operands[1];
	else if (has_stack(q->file))
		q->stack = q->file;
	else
		q->stack = is_file(sibling) ? sibling : "stack.mlops";
	if (!q->line) {
		buf_addf(&out, "mlopsc: which line of %s? mlopsc why %s:12\n", q->file, q->file);
		say(0, out.p);
		buf_free(&out);
		return STATUS_USAGE;
	}
	int status = compile(q);
	if (status != STATUS_DONE)
		return status;
	status = list_touched(q);
	if (status >= 0)
		return status;
	if (strcmp(q->file, q->stack))
		buf_addf(&out, "mlopsc: %s has no line %u, or %s does not use it\n", q->file, q->line, q->stack);
	else
		buf_addf(&out, "mlopsc: %s has no line %u\n", q->file, q->line);
	say(0, out.p);
	buf_free(&out);
	return STATUS_USAGE;
}

int cmd_why(const struct args *a)
{
	struct asking q = { .a = a, .env = a->value[FLAG_ENV], .sets = a->sets, .nsets = a->nsets };
	arena_init(&q.mem, 0);
	session_open(&q.s, a, "stack.mlops");
	read_place(&q, a->operands[0]);
	const size_t n = strlen(q.file);
	const int status = n > 6 && !strcmp(q.file + n - 6, ".mlops") ? of_source(&q) : of_output(&q);
	session_close(&q.s);
	arena_free(&q.mem);
	return status;
}
