/* An operand in, a side of a comparison out. A name that is on disk is that; another one is a git revision: its
   committed output folder, or, where it has none, its stack, compiled. */
#define _POSIX_C_SOURCE 200809L
#define _XOPEN_SOURCE 700
#include "cli/side.h"
#include "base/os.h"
#include "base/text.h"
#include "cli/git.h"
#include "cli/io.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int cannot(struct cli_side *x, const char *what, const char *why)
{
	diag_error(mlops_diags(x->s.m), (struct span){ 0, 0 }, D_READ, what, why);
	return 0;
}

static int ends(const char *s, const char *end)
{
	const size_t n = strlen(s), k = strlen(end);
	return n > k && !strcmp(s + n - k, end);
}

static const char *folder_of(struct cli_side *x, const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? arena_printf(&x->a, "%.*s", slash == path ? 1 : (int)(slash - path), path) : ".";
}

/* ---- a stack ---- */

static int compile(struct cli_side *x)
{
	for (size_t i = 0; i < x->s.args->nsets; i++)
		mlops_set(x->s.m, x->s.args->sets[i]);
	x->side.tag = MLOPS_STACK;
	x->side.stack = x->s.m;
	return mlops_compile(x->s.m, x->s.args->value[FLAG_ENV]) == 0;
}

static int stack_file(struct cli_side *x, const char *path)
{
	x->s.name = path;
	return mlops_add_file(x->s.m, path) && compile(x);
}

/* ---- a folder ---- */

static int read_disk(void *ctx, const char *path, struct buf *out, const char **why)
{
	const struct cli_side *x = ctx;
	struct buf name = { 0 };
	buf_addf(&name, "%s/%s", x->folder, path);
	const int ok = io_read(name.p, out);
	*why = ok || errno == ENOENT || errno == ENOTDIR ? NULL : os_reason(errno);
	buf_free(&name);
	return ok;
}

/* A folder without a lock: every YAML file that stands in it. */
static int yaml_folder(struct cli_side *x, const char *path)
{
	VEC(const char *) names = { 0 };
	DIR *dir = opendir(path);
	if (!dir)
		return cannot(x, path, os_reason(errno));
	for (struct dirent *e; (e = readdir(dir));)
		if (ends(e->d_name, ".yaml") || ends(e->d_name, ".yml")) {
			const char *name = arena_printf(&x->a, "%s/%s", path, e->d_name);
			VEC_PUSH(&x->a, &names, name);
		}
	closedir(dir);
	if (!names.n)
		return cannot(x, path,
			"it has neither a mlops.lock nor YAML files; mlopsc build writes an output folder");
	qsort(names.v, names.n, sizeof *names.v, text_compare);
	for (uint32_t i = 0; i < names.n; i++) {
		if (x->text.n && x->text.p[x->text.n - 1] != '\n')
			buf_addc(&x->text, '\n');
		buf_adds(&x->text, i ? "---\n" : "");
		if (!io_read(names.v[i], &x->text))
			return cannot(x, names.v[i], os_reason(errno));
	}
	x->side.tag = MLOPS_YAML;
	x->side.text = x->text.p;
	x->side.len = x->text.n;
	return 1;
}

static int disk_folder(struct cli_side *x, const char *path, const char *title)
{
	size_t n = strlen(path);
	while (n > 1 && path[n - 1] == '/')
		n--;
	x->folder = arena_strdup(&x->a, path, n);
	x->side.label = x->folder;
	if (access(arena_printf(&x->a, "%s/mlops.lock", x->folder), F_OK) != 0 && !x->is_default) {
		const char *below = title ? arena_printf(&x->a, "%s/%s", x->folder, title) : NULL;
		if (!below || access(arena_printf(&x->a, "%s/mlops.lock", below), F_OK) != 0)
			return yaml_folder(x, x->folder);
		x->folder = x->side.label = below;      /* a folder of output folders */
	}
	x->side.tag = MLOPS_FOLDER;
	x->side.read = read_disk;
	x->side.ctx = x;
	return 1;
}

/* ---- a revision ---- */

static int read_git(void *ctx, const char *path, struct buf *out, const char **why)
{
	const struct cli_side *x = ctx;
	struct buf name = { 0 };
	buf_addf(&name, "%s/%s", x->folder, path);
	const int ok = git_read(x->git, name.p, out, why);
	buf_free(&name);
	return ok;
}

static int has_lock(struct cli_side *x, const char *folder)
{
	struct buf b = { 0 };
	const char *why;
	const int ok = git_read(x->git, arena_printf(&x->a, "%s/mlops.lock", folder), &b, &why);
	buf_free(&b);
	return ok;
}

static int make_folders(const char *path, size_t from)
{
	struct buf b = { 0 };
	int ok = 1;
	buf_adds(&b, path);
	for (size_t i = from; ok && i < b.n; i++)
		if (b.p[i] == '/') {
			b.p[i] = 0;
			ok = mkdir(b.p, 0700) == 0 || errno == EEXIST;
			b.p[i] = '/';
		}
	buf_free(&b);
	return ok;
}

/* A folder of compiled output is no source. paths: names of a list as git prints it. */
static int is_output(struct cli_side *x, const struct buf *paths, const char *path)
{
	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		const char *lock = arena_printf(&x->a, "%.*s/mlops.lock", (int)(slash - path), path);
		for (size_t at = 0; at < paths->n; at += strlen(paths->p + at) + 1)
			if (!strcmp(paths->p + at, lock))
				return 1;
	}
	return 0;
}

/* May a stack read it? What has an ending of sources and data; and what the sources speak of. */
static int is_wanted(const char *path, const struct buf *sources)
{
	static const char *const endings[] = { ".mlops", ".yaml", ".yml", ".tsv", ".csv", ".json" };
	const char *slash = strrchr(path, '/');
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (ends(path, endings[i]))
			return 1;
	return sources->n && strstr(sources->p, slash ? slash + 1 : path);
}

static int export_file(struct cli_side *x, const char *from, const char *path, struct buf *text)
{
	const char *why, *to = arena_printf(&x->a, "%s/%s", x->temporary, path);
	buf_clear(text);
	if (!git_read(x->git, arena_printf(&x->a, "%s%s", from, path), text, &why))
		return 1;
	return make_folders(to, strlen(x->temporary) + 1) && io_create(to, text->p ? text->p : "", text->n);
}

/* The sources of a revision, where a compiler can read them; they are removed when the side is closed. from: "./" or
   "./a/b/". */
static int export_sources(struct cli_side *x, const char *dir, const char *revision, const char *from)
{
	struct buf list = { 0 }, text = { 0 }, sources = { 0 };
	const char *tmp = getenv("TMPDIR");
	int ok = 1;
	char *name = malloc(strlen(tmp && *tmp ? tmp : "/tmp") + 32);
	if (!name)
		abort();
	sprintf(name, "%s/mlopsc-diff-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	x->temporary = mkdtemp(name);
	if (!x->temporary) {
		free(name);
		return cannot(x, "a temporary folder", os_reason(errno));
	}
	git_list(dir, revision, from, 1, &list);
	for (int round = 0; round < 2; round++)         /* first the sources, which name the others */
		for (size_t at = 0; ok && at < list.n; at += strlen(list.p + at) + 1) {
			const char *path = list.p + at;
			if (ends(path, ".mlops") != !round || (round && !is_wanted(path, &sources))
				|| is_output(x, &list, path))
				continue;
			ok = export_file(x, from, path, &text);
			if (!round && text.n)
				buf_add(&sources, text.p, text.n);
		}
	if (!ok)
		cannot(x, x->temporary, os_reason(errno));
	buf_free(&list);
	buf_free(&text);
	buf_free(&sources);
	return ok;
}

static int revision_stack(struct cli_side *x, const char *dir, const char *revision, const char *path)
{
	struct buf text = { 0 };
	const char *why = NULL, *slash = strrchr(path, '/'), *root = x->s.args->value[FLAG_ROOT];
	struct mlops_options o = { .stdlib = x->s.args->value[FLAG_STDLIB] };
	const char *below = slash ? arena_printf(&x->a, "./%.*s/", (int)(slash - path), path) : "./";
	int ok = git_read(x->git, arena_printf(&x->a, "./%s", path), &text, &why);
	if (!ok)
		cannot(x, arena_printf(&x->a, "%s:%s", revision, path),
			why ? why : "there is no such file in that revision, nor an output folder");
	if (ok && root) {                               /* what it reads is below another folder than its own */
		git_close(x->git);
		x->git = git_open(root, revision);
		below = "./";
		dir = root;
		ok = x->git != NULL || cannot(x, revision, "git cannot be started");
	}
	ok = ok && export_sources(x, dir, revision, below);
	if (ok) {
		o.root = x->temporary;
		mlops_free(x->s.m);
		x->s.m = mlops_new(&o);
		x->s.name = arena_printf(&x->a, "%s:%s", revision, path);
		ok = mlops_add_text(x->s.m, x->s.name, text.p ? text.p : "", text.n) && compile(x);
	}
	buf_free(&text);
	return ok;
}

/* Was it built with this env, or with none? */
static int of_env(struct cli_side *x, const char *folder, const char *env)
{
	struct buf b = { 0 };
	const char *why, *line;
	int ok = git_read(x->git, arena_printf(&x->a, "%s/mlops.lock", folder), &b, &why);
	if (ok) {
		line = strstr(b.p, "\nenv ");
		ok = env ? line && !strncmp(line + 5, env, strlen(env)) && line[5 + strlen(env)] == '\n' : !line;
	}
	buf_free(&b);
	return ok;
}

/* The output folders of a revision, when nothing says which stack is meant. NULL after reporting. */
static const char *only_folder(struct cli_side *x, const char *dir, const char *revision, const char *out)
{
	struct buf list = { 0 }, several = { 0 };
	const char *env = x->s.args->value[FLAG_ENV], *found = NULL;
	uint32_t n = 0;
	if (git_list(dir, revision, out, 0, &list))
		for (size_t at = 0; at < list.n; at += strlen(list.p + at) + 1) {
			const char *name = arena_strdup(&x->a, list.p + at, strlen(list.p + at));
			const char *folder = arena_printf(&x->a, "%s/%s", out, name);
			if (!of_env(x, folder, env))
				continue;
			found = folder;
			buf_addf(&several, "%s%s", n++ ? ", " : "", name);
		}
	if (n > 1) {
		struct diag *e = diag_error(mlops_diags(x->s.m), (struct span){ 0, 0 }, D_READ,
			revision, "it has several stacks");
		diag_note(mlops_diags(x->s.m), e, "in %s: %s", out, several.p);
		diag_help(mlops_diags(x->s.m), e, "say which: %s:%s/NAME", revision,
			strncmp(out, "./", 2) ? out : out + 2);
		found = NULL;
	} else if (!n) {
		cannot(x, revision, arena_printf(&x->a, "it has no output in %s", out));
	}
	buf_free(&list);
	buf_free(&several);
	return n == 1 ? found : NULL;
}

static int revision_folder(struct cli_side *x, const char *folder)
{
	x->folder = folder;
	x->side.tag = MLOPS_FOLDER;
	x->side.read = read_git;
	x->side.ctx = x;
	return 1;
}

static int revision(struct cli_side *x, const char *operand, const char *title, const char *stack)
{
	const char *colon = strchr(operand, ':'), *why = NULL, *out = x->s.args->value[FLAG_OUT];
	const char *rev = colon ? arena_strdup(&x->a, operand, (size_t)(colon - operand)) : operand;
	const char *dir = colon || out ? "." : folder_of(x, stack);
	if (!git_revision(dir, rev, &why)) {
		struct diag *e = diag_error(mlops_diags(x->s.m), (struct span){ 0, 0 }, D_READ, operand, why);
		struct buf cure = { 0 };
		if (git_cure(dir, rev, &cure))
			diag_help(mlops_diags(x->s.m), e, "%s", cure.p);
		buf_free(&cure);
		return 0;
	}
	if (!(x->git = git_open(dir, rev)))
		return cannot(x, operand, "git cannot be started");
	if (colon) {
		const char *path = colon + 1;
		size_t n = strlen(path);
		while (n && path[n - 1] == '/')
			n--;
		path = arena_strdup(&x->a, path, n);
		if (ends(path, ".mlops"))
			return revision_stack(x, dir, rev, path);
		if (strncmp(path, "./", 2))
			path = arena_printf(&x->a, "./%s", path);
		return has_lock(x, path) ? revision_folder(x, path) : cannot(x, operand, "it has no mlops.lock");
	}
	const char *where = out ? out : "out";
	if (where[0] == '/')
		return cannot(x, operand,
			"the output folder (-o) is named from the root: a revision knows it only from the folder of the repository");
	where = strncmp(where, "./", 2) && strncmp(where, "../", 3) ? arena_printf(&x->a, "./%s", where) : where;
	size_t n = strlen(where);
	while (n && where[n - 1] == '/')
		n--;
	where = arena_strdup(&x->a, where, n);
	if (!title) {
		const char *folder = only_folder(x, dir, rev, where);
		return folder && revision_folder(x, folder);
	}
	const char *folder = arena_printf(&x->a, "%s/%s", where, title);
	if (has_lock(x, folder))
		return revision_folder(x, folder);
	const char *slash = strrchr(stack, '/');
	return revision_stack(x, dir, rev, out ? stack : slash ? slash + 1 : stack);
}

/* ---- */

int side_open(struct cli_side *x, const struct args *a, const char *operand, const char *title, const char *stack)
{
	struct stat st;
	memset(x, 0, sizeof *x);
	arena_init(&x->a, 0);
	session_open(&x->s, a, operand ? operand : stack);
	x->opened = 1;
	if (!operand) {
		const char *out = a->value[FLAG_OUT] ? a->value[FLAG_OUT]
			: arena_printf(&x->a, "%s/out", folder_of(x, stack));
		const char *path = arena_printf(&x->a, "%s/%s", !strncmp(out, "./", 2) &&
			!a->value[FLAG_OUT] ? out + 2 : out, title);
		x->is_default = 1;
		if (access(arena_printf(&x->a, "%s/mlops.lock", path), F_OK) != 0) {
			struct diag *e = diag_error(mlops_diags(x->s.m), (struct span){ 0, 0 },
				D_READ, arena_printf(&x->a, "%s/mlops.lock", path), os_reason(errno));
			diag_help(mlops_diags(x->s.m), e,
				"mlopsc build writes it; or say what to compare with: a revision, a folder, a stack");
			return 0;
		}
		return disk_folder(x, path, NULL);
	}
	x->side.label = operand;
	if (!strcmp(operand, "-") ||
		((ends(operand, ".yaml") || ends(operand, ".yml") || ends(operand, ".json")) &&
		stat(operand, &st) == 0 && S_ISREG(st.st_mode))) {
		x->side.label = session_name(a, operand);
		if (!io_read(operand, &x->text))
			return cannot(x, x->side.label, os_reason(errno));
		x->side.tag = MLOPS_YAML;
		x->side.text = x->text.p ? x->text.p : "";
		x->side.len = x->text.n;
		x->side.stream = !strcmp(operand, "-");
		return 1;
	}
	if (stat(operand, &st) == 0 && S_ISDIR(st.st_mode))
		return disk_folder(x, operand, title);
	if (ends(operand, ".mlops") && (!strchr(operand, ':') || access(operand, F_OK) == 0))
		return stack_file(x, operand);
	return revision(x, operand, title, stack);
}

const char *side_title(const struct cli_side *x)
{
	if (x->side.tag == MLOPS_STACK)
		return mlops_stack(x->s.m) ? mlops_stack(x->s.m)->title : NULL;
	if (x->side.tag == MLOPS_FOLDER) {
		const char *slash = strrchr(x->folder, '/');
		return slash ? slash + 1 : x->folder;
	}
	return NULL;
}

static void remove_tree(const char *path)
{
	struct buf b = { 0 };
	DIR *dir = opendir(path);
	for (struct dirent *e; dir && (e = readdir(dir));) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		buf_clear(&b);
		buf_addf(&b, "%s/%s", path, e->d_name);
		if (unlink(b.p) != 0)
			remove_tree(b.p);
	}
	if (dir)
		closedir(dir);
	rmdir(path);
	buf_free(&b);
}

void side_close(struct cli_side *x)
{
	if (!x->opened)
		return;
	git_close(x->git);
	if (x->temporary)
		remove_tree(x->temporary);
	free(x->temporary);
	buf_free(&x->text);
	session_close(&x->s);
	arena_free(&x->a);
}
