/* Consumes the folder of an unpacked chart; produces its files, by their paths below it. Read are Chart.yaml and its
   kin, values.yaml, values.schema.json, everything below templates/, and the same of the charts below charts/. A link
   is followed to a place inside of the folder only, so that a chart from elsewhere shows nothing of this machine;
   folders that link to one another end at a depth. */
#define _POSIX_C_SOURCE 200809L
#define _XOPEN_SOURCE 700
#include "cli/chart_folder.h"
#include "base/os.h"
#include "base/text.h"
#include "cli/io.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_FILES = 20000, MAX_LEVELS = 40 };
static const size_t max_bytes = 32u << 20;

struct walk { struct chart_folder *f; struct diags *d; const char *folder; char *real; };
enum what { A_CHART, TEMPLATES };       /* what the folder in hand is */

static int refuse(struct walk *w, const char *why)
{
	diag_error(w->d, (struct span){ 0, 0 }, D_YAML_LIMIT,
		arena_printf(&w->f->arena, "chart %s %s", w->folder, why));
	return 0;
}

static int cannot(struct walk *w, const char *path, int error)
{
	diag_error(w->d, (struct span){ 0, 0 }, D_READ, path, os_reason(error));
	return 0;
}

static int is_inside(struct walk *w, const char *path)
{
	char *real = realpath(path, NULL);
	size_t n = strlen(w->real);
	int inside = real && !strncmp(real, w->real, n) && (n == 1 || !real[n] || real[n] == '/');
	free(real);
	return inside;
}

static int is_read(const char *name)
{
	static const char *const names[] = { "Chart.yaml", "Chart.lock", "requirements.yaml", "values.yaml",
		"values.schema.json" };
	for (size_t k = 0; k < sizeof names / sizeof *names; k++)
		if (!strcmp(name, names[k]))
			return 1;
	return 0;
}

static int take_file(struct walk *w, const char *path, const char *rel, const struct stat *st)
{
	struct buf b = { 0 };
	if (w->f->files.n == MAX_FILES)
		return refuse(w, "has more than 20000 files");
	if ((size_t)st->st_size > max_bytes - w->f->bytes)
		return refuse(w, "is larger than 32 MiB");
	if (!io_read(path, &b)) {
		int error = errno;
		buf_free(&b);
		return cannot(w, path, error);
	}
	w->f->bytes += b.n < max_bytes - w->f->bytes ? b.n : max_bytes - w->f->bytes;
	VEC_PUSH(&w->f->arena, &w->f->files,
		((struct chart_file){ rel, arena_strdup(&w->f->arena, b.p ? b.p : "", b.n), b.n }));
	buf_free(&b);
	return 1;
}

/* The names in a folder, sorted, so that of several faults the same one is reported everywhere. */
static int names_of(struct walk *w, const char *path, const char ***names, uint32_t *n)
{
	VEC(const char *) v = { 0 };
	DIR *dir = opendir(path);
	if (!dir)
		return cannot(w, path, errno);
	for (struct dirent *e; (e = readdir(dir)) && v.n < MAX_FILES;)
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			VEC_PUSH(&w->f->arena, &v, arena_strdup(&w->f->arena, e->d_name, strlen(e->d_name)));
	closedir(dir);
	if (v.n)
		qsort(v.v, v.n, sizeof *v.v, text_compare);
	*names = v.v;
	*n = v.n;
	return 1;
}

/* rel: the folder's path below the chart's, ending with a slash unless it is that. */
static int walk(struct walk *w, const char *path, const char *rel, enum what what, int level)
{
	const char **names;
	uint32_t n;
	if (level > MAX_LEVELS)
		return refuse(w, "has folders more than 40 deep");
	if (!names_of(w, path, &names, &n))
		return 0;
	for (uint32_t k = 0; k < n; k++) {
		const char *one = arena_printf(&w->f->arena, "%s/%s", path, names[k]),
			*below = arena_printf(&w->f->arena, "%s%s", rel, names[k]);
		int charts = what == A_CHART && !strcmp(names[k], "charts"),
			templates = what == TEMPLATES || !strcmp(names[k], "templates");
		struct stat st;
		if (!charts && !templates && !is_read(names[k]))
			continue;
		if (lstat(one, &st) != 0)
			return cannot(w, one, errno);
		if (S_ISLNK(st.st_mode)) {
			if (stat(one, &st) != 0)
				return cannot(w, one, errno);
			if (!is_inside(w, one)) {
				diag_error(w->d, (struct span){ 0, 0 }, D_OUTSIDE, one, "the chart's folder");
				return 0;
			}
		}
		const char *inner = arena_printf(&w->f->arena, "%s/", below);
		if (S_ISREG(st.st_mode) && !charts) {
			if (!take_file(w, one, below, &st))
				return 0;
		} else if (S_ISDIR(st.st_mode) && charts) {
			const char **sub;
			uint32_t nsub;
			if (!names_of(w, one, &sub, &nsub))
				return 0;
			for (uint32_t m = 0; m < nsub; m++) {
				const char *chart = arena_printf(&w->f->arena, "%s/%s", one, sub[m]);
				if (stat(chart, &st) != 0)
					return cannot(w, chart, errno);
				if (!S_ISDIR(st.st_mode))
					continue;       /* packed: what it is, Chart.yaml says */
				if (!is_inside(w, chart)) {
					diag_error(w->d, (struct span){ 0, 0 }, D_OUTSIDE, chart, "the chart's folder");
					return 0;
				}
				if (!walk(w, chart, arena_printf(&w->f->arena, "%s%s/", inner, sub[m]), A_CHART, level + 2))
					return 0;
			}
		} else if (S_ISDIR(st.st_mode) && templates) {
			if (!walk(w, one, inner, TEMPLATES, level + 1))
				return 0;
		}
	}
	return 1;
}

int chart_folder_read(struct chart_folder *f, struct diags *d, const char *folder)
{
	struct walk w = { f, d, folder, NULL };
	struct stat st;
	memset(f, 0, sizeof *f);
	arena_init(&f->arena, 0);
	if (stat(folder, &st) != 0)
		return cannot(&w, folder, errno);
	if (!S_ISDIR(st.st_mode)) {
		struct diag *x = diag_error(d, (struct span){ 0, 0 }, D_NOT_A_FOLDER, folder);
		diag_help(d, x, "a packed chart is unpacked by tar xzf; its folder has Chart.yaml in it");
		return 0;
	}
	if (!(w.real = realpath(folder, NULL)))
		return cannot(&w, folder, errno);
	int ok = walk(&w, folder, "", A_CHART, 0);
	free(w.real);
	return ok;
}

void chart_folder_free(struct chart_folder *f)
{
	arena_free(&f->arena);
}
