/* A folder in; what is not as a build left it out. Bytes are compared by hash. A file whose bytes are right was written
   by us, so its objects are found by their first lines; only an edited one is read as YAML, to say which objects the
   edit changed. One root cause is one finding: where a file carries the marks of a merge conflict, what follows from
   them is not said. */
#define _POSIX_C_SOURCE 200809L
#define _XOPEN_SOURCE 700
#include "emit/verify/state.h"
#include "base/os.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *verify_word(enum verify_what what)
{
	static const char *const words[] = {
		[VERIFY_MISSING] = "missing",
		[VERIFY_NOT_A_FILE] = "not-a-file",
		[VERIFY_EDITED] = "edited",
		[VERIFY_CONFLICT] = "conflict",
		[VERIFY_LINE] = "line",
		[VERIFY_TWICE] = "twice",
		[VERIFY_ORDER] = "order",
		[VERIFY_DISAGREE] = "disagree",
		[VERIFY_OBJECT] = "object",
		[VERIFY_HASH] = "hash",
		[VERIFY_INTERRUPTED] = "interrupted",
	};
	return words[what];
}

struct verify_finding *verify_note(
	struct check *c, const char *file, uint32_t line, enum verify_what what, const char *text)
{
	VEC_PUSH(c->a, &c->v->findings,
		((struct verify_finding){ .file = file, .line = line, .what = what, .text = text }));
	return &c->v->findings.v[c->v->findings.n - 1];
}

enum found verify_slurp(struct check *c, const char *path, struct buf *out, const char **is)
{
	const char *whole = os_path(c->a, c->v->dir, path);
	struct stat st;
	int fd = open(whole, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	buf_clear(out);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return ABSENT;
	if (fd < 0 && (errno == ELOOP || errno == ENXIO)) {
		*is = errno == ELOOP ? "a symbolic link" : "not a file";
		return NOT_A_FILE;
	}
	int error = fd < 0 || fstat(fd, &st) < 0 ? errno : 0;
	if (!error && !S_ISREG(st.st_mode)) {
		*is = S_ISDIR(st.st_mode) ? "a folder" : "not a file";
		close(fd);
		return NOT_A_FILE;
	}
	while (!error) {
		const size_t room = st.st_size > 0 && !out->n ? (size_t)st.st_size + 1 : 1 << 16;
		buf_reserve(out, room);
		ssize_t r = read(fd, out->p + out->n, room);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			error = errno;
		if (r <= 0)
			break;
		out->n += (size_t)r;
		out->p[out->n] = 0;
	}
	if (fd >= 0)
		close(fd);
	if (!error)
		return FOUND;
	diag_error(c->d, nowhere, D_READ, whole, os_reason(error));
	c->failed = 1;
	return UNREADABLE;
}

static int first_file(const char *file)
{
	return strcmp(file, LOCK) ? strcmp(file, SUMS) ? 2 : 1 : 0;
}

static int by_place(const void *pa, const void *pb)
{
	const struct verify_finding *a = pa, *b = pb;
	int c = first_file(a->file) - first_file(b->file);
	if (!c)
		c = strcmp(a->file, b->file);
	if (!c)
		c = (a->line > b->line) - (a->line < b->line);
	if (!c)
		c = (int)a->what - (int)b->what;
	return c ? c : strcmp(a->text, b->text);
}

int verify_folder(const char *dir, struct arena *a, struct diags *d, struct verify *v)
{
	struct check c = { .v = v, .a = a, .d = d };
	const char *is = NULL;
	*v = (struct verify){ .dir = dir, .title = "" };
	atoms_init(&c.atoms, a);
	table_init(&c.objects, a);
	table_init(&c.lacking, a);
	enum found found[2];
	for (int f = 0; f < 2; f++) {
		found[f] = verify_slurp(&c, names[f], &c.text[f], &is);
		c.there[f] = found[f] == FOUND;
		if (found[f] == NOT_A_FILE)
			verify_note(&c, names[f], 0, VERIFY_NOT_A_FILE, arena_printf(a, "is %s", is));
	}
	if (found[FROM_LOCK] == ABSENT && found[FROM_SUMS] == ABSENT) {
		diag_error(d, nowhere, D_READ, os_path(a, dir, LOCK), os_reason(ENOENT));
		c.failed = 1;
	} else if (c.there[FROM_LOCK] && !read_lock(&c)) {
		v->findings.n = 0;      /* it may have other rules altogether */
	} else {
		for (int f = 0; f < 2; f++)
			if (found[f] == ABSENT)
				verify_note(&c, names[f], 0, VERIFY_MISSING, "is missing");
		if (c.there[FROM_SUMS])
			read_sums(&c);
		check_files(&c);
		check_hashes(&c);
	}
	struct stat st;
	if (lstat(os_path(a, dir, INTENT), &st) == 0)
		verify_note(&c, INTENT, 0, VERIFY_INTERRUPTED,
			"says that a build was stopped while it wrote; the next build heals the folder");
	if (v->findings.n > 1)
		qsort(v->findings.v, v->findings.n, sizeof *v->findings.v, by_place);
	for (int f = 0; f < 2; f++)
		buf_free(&c.text[f]);
	buf_free(&c.file);
	buf_free(&c.scratch);
	atoms_free(&c.atoms);
	return !c.failed;
}

/* ---- folders ---- */

static int is_output(struct arena *a, const char *dir)
{
	struct stat st;
	return lstat(os_path(a, dir, LOCK), &st) == 0 || lstat(os_path(a, dir, SUMS), &st) == 0;
}

int verify_find(const char *path, struct arena *a, struct diags *d, struct verify_folders *found)
{
	size_t n = strlen(path);
	while (n > 1 && path[n - 1] == '/')
		n--;
	path = arena_strdup(a, path, n);
	if (is_output(a, path)) {
		VEC_PUSH(a, &found->dirs, path);
		return 1;
	}
	const uint32_t before = found->dirs.n;
	DIR *dir = opendir(path);
	if (!dir) {
		if (errno == ENOTDIR)
			diag_error(d, nowhere, D_NOT_A_FOLDER, path);
		else
			diag_error(d, nowhere, D_READ, path, os_reason(errno));
		return 0;
	}
	for (struct dirent *e; (e = readdir(dir));) {
		if (e->d_name[0] == '.')
			continue;
		const char *one = os_path(a, path, e->d_name);
		if (is_output(a, one))
			VEC_PUSH(a, &found->dirs, one);
	}
	closedir(dir);
	if (found->dirs.n == before) {
		struct diag *x = diag_error(d, nowhere, D_READ, os_path(a, path, LOCK), os_reason(ENOENT));
		diag_note(d, x, "neither %s nor a folder in it was written by mlopsc", path);
		return 0;
	}
	qsort(found->dirs.v + before, found->dirs.n - before, sizeof *found->dirs.v, text_compare);
	return 1;
}
