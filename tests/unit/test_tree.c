/* The output folder: what is written, what is left alone, what is refused, and what a killed build leaves behind. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "emit/tree.h"

#define LOCK_A "mlops.lock 1\nstack 00000000000000000000000000000001 a\n"
#define LOCK_B "mlops.lock 1\nstack 00000000000000000000000000000002 a\n"

struct world {
	char base[64], dir[80];         /* a folder of the test's own; the output folder in it */
	struct arena arena;
	struct sources sources;
	struct diags diags;
	struct tree *tree;
};

static void new_diags(struct world *w)
{
	sources_init(&w->sources, &w->arena);
	diags_init(&w->diags, &w->arena, &w->sources);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	if (!w)
		return -1;
	strcpy(w->base, "/tmp/mlopsc-tree-XXXXXX");
	if (!mkdtemp(w->base))
		return -1;
	snprintf(w->dir, sizeof w->dir, "%s/out/a", w->base);
	arena_init(&w->arena, 0);
	new_diags(w);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	char command[160];
	snprintf(command, sizeof command, "chmod -R u+rwx %s; rm -rf %s", w->base, w->base);
	int ok = system(command);
	arena_free(&w->arena);
	free(w);
	return ok;
}

static const char *in(struct world *w, const char *path)
{
	return arena_printf(&w->arena, "%s/%s", w->dir, path);
}

static char *slurp(struct world *w, const char *path)
{
	FILE *f = fopen(in(w, path), "rb");
	if (!f)
		return NULL;
	char *p = arena_alloc(&w->arena, 1 << 16);
	p[fread(p, 1, (1 << 16) - 1, f)] = 0;
	fclose(f);
	return p;
}

static void spill(struct world *w, const char *path, const char *text)
{
	FILE *f = fopen(in(w, path), "wb");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static int exists(struct world *w, const char *path)
{
	struct stat st;
	return lstat(in(w, path), &st) == 0;
}

/* Number of names in a folder, the hidden ones too. */
static int count(struct world *w, const char *path)
{
	DIR *d = opendir(in(w, path));
	int n = 0;
	if (!d)
		return -1;
	for (struct dirent *e; (e = readdir(d));)
		n += strcmp(e->d_name, ".") && strcmp(e->d_name, "..");
	closedir(d);
	return n;
}

struct file { const char *path, *text; };

/* One build of these files. */
static int build(struct world *w, const char *lock, const struct file *f)
{
	w->tree = tree_open(w->dir, &w->arena, &w->diags);
	if (!w->tree)
		return 0;
	int ok = 1;
	for (; f->path; f++)
		ok &= tree_put(w->tree, f->path, f->text, strlen(f->text), strstr(f->path, ".sh") ? 0755 : 0644);
	ok = tree_commit(w->tree, lock, strlen(lock)) && ok;
	return ok;
}

static int change_of(struct world *w, const char *path)
{
	uint32_t n;
	const struct tree_entry *v = tree_entries(w->tree, &n);
	for (uint32_t i = 0; i < n; i++) {
		if (i)
			assert_true(strcmp(v[i - 1].path, v[i].path) < 0);
		if (!strcmp(v[i].path, path))
			return (int)v[i].change;
	}
	return -1;
}

static const struct file two[] = { { "manifests/a.yaml", "a: 1\n" }, { "drift/x/config.toml", "x\n" }, { "install.sh", "#!/bin/sh\n" }, { 0 } };

static void first_build(void **state)
{
	struct world *w = *state;
	struct stat st;
	assert_true(build(w, LOCK_A, two));
	assert_string_equal(slurp(w, "manifests/a.yaml"), "a: 1\n");
	assert_string_equal(slurp(w, "drift/x/config.toml"), "x\n");
	assert_string_equal(slurp(w, "mlops.lock"), LOCK_A);
	assert_int_equal(change_of(w, "manifests/a.yaml"), TREE_ADDED);
	assert_int_equal(change_of(w, "mlops.lock"), TREE_ADDED);
	assert_int_equal(change_of(w, "XXH128SUMS"), TREE_ADDED);
	assert_int_equal(stat(in(w, "install.sh"), &st), 0);
	assert_int_equal(st.st_mode & 0100, 0100);
	assert_int_equal(stat(in(w, "mlops.lock"), &st), 0);
	assert_int_equal(st.st_mode & 0111, 0);
	assert_int_equal(count(w, ""), 5);
	assert_int_equal(count(w, "manifests"), 1);
	tree_abandon(w->tree);
}

static void sums(void **state)
{
	struct world *w = *state;
	assert_true(build(w, LOCK_A, two));
	tree_abandon(w->tree);
	const char *text = slurp(w, "XXH128SUMS");
	char hex[33];
	hash_hex(hash_bytes("x\n", 2), hex);
	assert_true(!strncmp(text, hex, 32));
	assert_true(!strncmp(text + 32, "  drift/x/config.toml\n", 22));
	assert_null(strstr(text, "mlops.lock"));
	assert_null(strstr(text, "XXH128SUMS"));
	assert_true(strstr(text, "install.sh") < strstr(text, "manifests/a.yaml"));
	if (system("command -v xxh128sum >/dev/null 2>&1"))
		return;
	const char *check = arena_printf(&w->arena, "cd %s && xxh128sum -c XXH128SUMS >/dev/null 2>&1", w->dir);
	assert_int_equal(system(check), 0);
	spill(w, "manifests/a.yaml", "a: 2\n");
	assert_int_not_equal(system(check), 0);
}

static void unchanged_is_untouched(void **state)
{
	struct world *w = *state;
	static const struct file other[] = { { "manifests/a.yaml", "a: 1\n" }, { "drift/x/config.toml", "y\n" }, { "install.sh", "#!/bin/sh\n" }, { 0 } };
	const struct timespec old[2] = { { 1000, 5 }, { 1000, 5 } };
	static const char *const all[] = { "manifests/a.yaml", "drift/x/config.toml", "install.sh", "mlops.lock", "XXH128SUMS" };
	struct stat before[5], after;
	assert_true(build(w, LOCK_A, two));
	tree_abandon(w->tree);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(utimensat(AT_FDCWD, in(w, all[i]), old, 0), 0);
		assert_int_equal(stat(in(w, all[i]), &before[i]), 0);
	}
	assert_true(build(w, LOCK_A, two));
	assert_int_equal(change_of(w, "mlops.lock"), TREE_SAME);
	tree_abandon(w->tree);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(stat(in(w, all[i]), &after), 0);
		assert_int_equal(after.st_mtim.tv_sec, 1000);
		assert_true(after.st_ino == before[i].st_ino && after.st_ctim.tv_nsec == before[i].st_ctim.tv_nsec);
	}
	assert_true(build(w, LOCK_B, other));
	assert_int_equal(change_of(w, "drift/x/config.toml"), TREE_CHANGED);
	assert_int_equal(change_of(w, "manifests/a.yaml"), TREE_SAME);
	tree_abandon(w->tree);
	assert_int_equal(stat(in(w, all[0]), &after), 0);
	assert_int_equal(after.st_mtim.tv_sec, 1000);
	assert_int_equal(stat(in(w, all[1]), &after), 0);
	assert_int_not_equal(after.st_mtim.tv_sec, 1000);
	assert_string_equal(slurp(w, "drift/x/config.toml"), "y\n");
	assert_string_equal(slurp(w, "mlops.lock"), LOCK_B);
}

/* Same size, other bytes behind the first chunk of the comparison. */
static void late_difference(void **state)
{
	struct world *w = *state;
	char *big = arena_alloc(&w->arena, 200001);
	memset(big, 'x', 200000);
	const struct file f[] = { { "big", big }, { 0 } };
	assert_true(build(w, LOCK_A, f));
	tree_abandon(w->tree);
	big[199999] = 'y';
	assert_true(build(w, LOCK_B, f));
	assert_int_equal(change_of(w, "big"), TREE_CHANGED);
	tree_abandon(w->tree);
	int fd = open(in(w, "big"), O_RDONLY);
	char last = 0;
	assert_int_equal(pread(fd, &last, 1, 199999), 1);
	close(fd);
	assert_int_equal(last, 'y');
}

static void streamed(void **state)
{
	struct world *w = *state;
	struct hash128 h;
	w->tree = tree_open(w->dir, &w->arena, &w->diags);
	assert_true(tree_begin(w->tree, "a", 0644));
	assert_true(tree_write(w->tree, "one ", 4));
	assert_true(tree_write(w->tree, "two", 3));
	assert_true(tree_end(w->tree, &h));
	assert_true(hash_equal(h, hash_bytes("one two", 7)));
	assert_true(tree_commit(w->tree, LOCK_A, strlen(LOCK_A)));
	tree_abandon(w->tree);
	assert_string_equal(slurp(w, "a"), "one two");
}

static void stale_is_removed(void **state)
{
	struct world *w = *state;
	static const struct file one[] = { { "manifests/a.yaml", "a: 1\n" }, { 0 } };
	assert_true(build(w, LOCK_A, two));
	tree_abandon(w->tree);
	spill(w, "notes.txt", "mine\n");
	spill(w, "manifests/notes.txt", "mine\n");
	assert_true(build(w, LOCK_B, one));
	assert_int_equal(change_of(w, "drift/x/config.toml"), TREE_REMOVED);
	assert_int_equal(change_of(w, "notes.txt"), -1);
	tree_abandon(w->tree);
	assert_false(exists(w, "drift"));
	assert_false(exists(w, "install.sh"));
	assert_string_equal(slurp(w, "notes.txt"), "mine\n");
	assert_string_equal(slurp(w, "manifests/notes.txt"), "mine\n");
	assert_string_equal(slurp(w, "manifests/a.yaml"), "a: 1\n");
	/* a folder with something of somebody else in it stays */
	static const struct file none[] = { { "kustomization.yaml", "k\n" }, { 0 } };
	assert_true(build(w, LOCK_A, none));
	tree_abandon(w->tree);
	assert_false(exists(w, "manifests/a.yaml"));
	assert_true(exists(w, "manifests/notes.txt"));
}

/* The lock's `file` lines know, too, what is ours: XXH128SUMS may be lost. */
static void lock_names_files(void **state)
{
	struct world *w = *state;
	static const struct file a[] = { { "a", "1" }, { "b", "1" }, { 0 } }, b[] = { { "a", "2" }, { 0 } };
	assert_true(build(w, "mlops.lock 1\nfile 00000000000000000000000000000001 a\nfile 00000000000000000000000000000001 b\n", a));
	tree_abandon(w->tree);
	assert_int_equal(unlink(in(w, "XXH128SUMS")), 0);
	assert_true(build(w, LOCK_B, b));
	tree_abandon(w->tree);
	assert_string_equal(slurp(w, "a"), "2");
	assert_false(exists(w, "b"));
}

static void hand_edit_is_overwritten(void **state)
{
	struct world *w = *state;
	assert_true(build(w, LOCK_A, two));
	tree_abandon(w->tree);
	spill(w, "manifests/a.yaml", "a: 7\n");
	assert_int_equal(chmod(in(w, "install.sh"), 0644), 0);
	assert_true(build(w, LOCK_A, two));
	assert_int_equal(change_of(w, "manifests/a.yaml"), TREE_CHANGED);
	tree_abandon(w->tree);
	assert_string_equal(slurp(w, "manifests/a.yaml"), "a: 1\n");
	struct stat st;
	assert_int_equal(stat(in(w, "install.sh"), &st), 0);
	assert_int_equal(st.st_mode & 0111, 0111);
}

static void assert_error(struct world *w, const char *code, const char *part)
{
	for (uint32_t i = 0; i < w->diags.n; i++)
		if (!strcmp(w->diags.v[i]->code, code) && strstr(w->diags.v[i]->message, part))
			return;
	fail_msg("no %s about %s among %u diagnostics (first: %s)", code, part, w->diags.n, w->diags.n ? w->diags.v[0]->message : "none");
}

static void foreign_is_refused(void **state)
{
	struct world *w = *state;
	const char *dir = arena_printf(&w->arena, "mkdir -p %s/manifests", w->dir);
	assert_int_equal(system(dir), 0);
	spill(w, "manifests/a.yaml", "theirs\n");
	spill(w, "install.sh", "theirs too\n");
	assert_false(build(w, LOCK_A, two));
	assert_error(w, "E1304", "manifests/a.yaml");
	assert_error(w, "E1304", "install.sh");                 /* all of them in one run */
	tree_abandon(w->tree);
	assert_string_equal(slurp(w, "manifests/a.yaml"), "theirs\n");
	assert_false(exists(w, "drift"));
	assert_false(exists(w, "mlops.lock"));
	assert_int_equal(count(w, ""), 2);
	assert_int_equal(count(w, "manifests"), 1);
	/* equal bytes are nobody's loss */
	new_diags(w);
	spill(w, "manifests/a.yaml", "a: 1\n");
	spill(w, "install.sh", "#!/bin/sh\n");
	assert_true(build(w, LOCK_A, two));
	tree_abandon(w->tree);
}

static void foreign_sums_and_lock(void **state)
{
	struct world *w = *state;
	assert_int_equal(system(arena_printf(&w->arena, "mkdir -p %s", w->dir)), 0);
	spill(w, "mine.txt", "mine\n");
	spill(w, "XXH128SUMS", "0123456789abcdef0123456789abcdef  mine.txt\n");
	assert_false(build(w, LOCK_A, two));
	assert_error(w, "E1304", "XXH128SUMS");
	tree_abandon(w->tree);
	assert_true(exists(w, "mine.txt"));                     /* a stranger's sums do not make it stale */
	assert_int_equal(count(w, ""), 2);
	assert_int_equal(unlink(in(w, "XXH128SUMS")), 0);
	spill(w, "mlops.lock", "something else\n");
	assert_false(build(w, LOCK_A, two));
	assert_error(w, "E1304", "mlops.lock");
	tree_abandon(w->tree);
	assert_string_equal(slurp(w, "mlops.lock"), "something else\n");
	assert_int_equal(count(w, ""), 2);
}

/* Sums that name files elsewhere must not make us remove them. */
static void forged_sums(void **state)
{
	struct world *w = *state;
	static const struct file one[] = { { "a", "1" }, { 0 } };
	assert_true(build(w, LOCK_A, one));
	tree_abandon(w->tree);
	spill(w, "../victim", "x");
	spill(w, "XXH128SUMS", arena_printf(&w->arena, "0123456789abcdef0123456789abcdef  ../victim\n"
		"0123456789abcdef0123456789abcdef  %s\n0123456789abcdef0123456789abcdef  manifests/../../victim\n", in(w, "../victim")));
	assert_true(build(w, LOCK_B, one));
	tree_abandon(w->tree);
	assert_true(exists(w, "../victim"));
}

static void bad_paths(void **state)
{
	struct world *w = *state;
	static const char *const bad[] = { "", "/a", "a/", "a//b", "../a", "a/../b", "./a", "a\nb", "a\\b", ".mlopsc-new-1", "x/.mlopsc-intent", "XXH128SUMS", "mlops.lock" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		new_diags(w);
		w->tree = tree_open(w->dir, &w->arena, &w->diags);
		assert_false(tree_put(w->tree, bad[i], "x", 1, 0644));
		assert_int_equal(w->diags.nerrors, 1);
		assert_false(tree_commit(w->tree, LOCK_A, strlen(LOCK_A)));
		tree_abandon(w->tree);
		assert_false(exists(w, ""));
	}
	w->tree = tree_open(w->dir, &w->arena, &w->diags);
	assert_true(tree_put(w->tree, "a", "x", 1, 0644));
	assert_false(tree_put(w->tree, "a", "x", 1, 0644));
	assert_error(w, "E0414", "a");
	tree_abandon(w->tree);
}

static void not_folders(void **state)
{
	struct world *w = *state;
	assert_int_equal(mkdir(arena_printf(&w->arena, "%s/out", w->base), 0777), 0);
	int fd = open(w->dir, O_CREAT | O_WRONLY, 0644);
	assert_true(fd >= 0);
	close(fd);
	assert_null(tree_open(w->dir, &w->arena, &w->diags));
	assert_error(w, "E1305", "out/a");
	assert_int_equal(unlink(arena_printf(&w->arena, "%s/out/a", w->base)), 0);
	assert_int_equal(rmdir(arena_printf(&w->arena, "%s/out", w->base)), 0);
	fd = open(arena_printf(&w->arena, "%s/out", w->base), O_CREAT | O_WRONLY, 0644);
	assert_true(fd >= 0);
	close(fd);
	new_diags(w);
	assert_null(tree_open(w->dir, &w->arena, &w->diags));
	assert_error(w, "E1305", "/out is not");
}

static void links_are_not_followed(void **state)
{
	struct world *w = *state;
	static const struct file f[] = { { "manifests/a.yaml", "a\n" }, { 0 } };
	const char *elsewhere = arena_printf(&w->arena, "%s/elsewhere", w->base);
	assert_int_equal(mkdir(elsewhere, 0777), 0);
	assert_int_equal(mkdir(arena_printf(&w->arena, "%s/out", w->base), 0777), 0);
	assert_int_equal(symlink(elsewhere, w->dir), 0);
	assert_null(tree_open(w->dir, &w->arena, &w->diags));
	assert_error(w, "E1305", "out/a");
	assert_int_equal(unlink(w->dir), 0);
	assert_int_equal(mkdir(w->dir, 0777), 0);
	assert_int_equal(symlink(elsewhere, in(w, "manifests")), 0);
	new_diags(w);
	assert_false(build(w, LOCK_A, f));
	assert_error(w, "E1305", "manifests");
	tree_abandon(w->tree);
	assert_int_equal(count(w, "../../elsewhere"), 0);
	assert_int_equal(unlink(in(w, "manifests")), 0);
	assert_int_equal(mkdir(in(w, "manifests"), 0777), 0);
	spill(w, "../../elsewhere/a", "precious\n");
	assert_int_equal(symlink("../../../elsewhere/a", in(w, "manifests/a.yaml")), 0);
	new_diags(w);
	assert_false(build(w, LOCK_A, f));
	assert_error(w, "E1304", "manifests/a.yaml");
	tree_abandon(w->tree);
	assert_string_equal(slurp(w, "../../elsewhere/a"), "precious\n");
}

static void odd_files(void **state)
{
	struct world *w = *state;
	static const struct file f[] = { { "a", "a\n" }, { 0 } }, under[] = { { "a/b", "b\n" }, { 0 } };
	assert_int_equal(system(arena_printf(&w->arena, "mkdir -p %s", w->dir)), 0);
	assert_int_equal(mkfifo(in(w, "a"), 0644), 0);          /* must not be waited for */
	assert_false(build(w, LOCK_A, f));
	assert_error(w, "E1304", "/a was");
	tree_abandon(w->tree);
	assert_int_equal(unlink(in(w, "a")), 0);
	assert_int_equal(mkdir(in(w, "a"), 0777), 0);
	new_diags(w);
	assert_false(build(w, LOCK_A, f));
	assert_error(w, "E1304", "/a was");
	tree_abandon(w->tree);
	assert_int_equal(rmdir(in(w, "a")), 0);
	spill(w, "a", "file\n");
	new_diags(w);
	assert_false(build(w, LOCK_A, under));
	assert_error(w, "E1305", "/a is not");
	tree_abandon(w->tree);
}

static void abandoned(void **state)
{
	struct world *w = *state;
	static const struct file other[] = { { "manifests/a.yaml", "a: 2\n" }, { "new/folder/b", "b\n" }, { 0 } };
	w->tree = tree_open(w->dir, &w->arena, &w->diags);
	for (const struct file *f = two; f->path; f++)
		assert_true(tree_put(w->tree, f->path, f->text, strlen(f->text), 0644));
	assert_true(exists(w, "drift"));
	tree_abandon(w->tree);
	assert_false(exists(w, ".."));                          /* out, too, was made by us */
	assert_true(build(w, LOCK_A, two));
	tree_abandon(w->tree);
	w->tree = tree_open(w->dir, &w->arena, &w->diags);
	for (const struct file *f = other; f->path; f++)
		assert_true(tree_put(w->tree, f->path, f->text, strlen(f->text), 0644));
	tree_abandon(w->tree);
	assert_int_equal(count(w, ""), 5);
	assert_int_equal(count(w, "manifests"), 1);
	assert_string_equal(slurp(w, "manifests/a.yaml"), "a: 1\n");
}

static void compare_writes_nothing(void **state)
{
	struct world *w = *state;
	static const struct file other[] = { { "manifests/a.yaml", "a: 2\n" }, { "b", "b\n" }, { 0 } };
	w->tree = tree_open_compare(w->dir, &w->arena, &w->diags);
	assert_true(tree_put(w->tree, "a", "x", 1, 0644));
	assert_true(tree_commit(w->tree, LOCK_A, strlen(LOCK_A)));
	assert_int_equal(change_of(w, "a"), TREE_ADDED);
	tree_abandon(w->tree);
	assert_false(exists(w, ".."));
	assert_true(build(w, LOCK_A, two));
	tree_abandon(w->tree);
	w->tree = tree_open_compare(w->dir, &w->arena, &w->diags);
	for (const struct file *f = other; f->path; f++)
		assert_true(tree_put(w->tree, f->path, f->text, strlen(f->text), 0644));
	assert_true(tree_commit(w->tree, LOCK_B, strlen(LOCK_B)));
	assert_int_equal(change_of(w, "manifests/a.yaml"), TREE_CHANGED);
	assert_int_equal(change_of(w, "b"), TREE_ADDED);
	assert_int_equal(change_of(w, "drift/x/config.toml"), TREE_REMOVED);
	assert_int_equal(change_of(w, "mlops.lock"), TREE_CHANGED);
	tree_abandon(w->tree);
	assert_int_equal(count(w, ""), 5);
	assert_string_equal(slurp(w, "manifests/a.yaml"), "a: 1\n");
	assert_string_equal(slurp(w, "mlops.lock"), LOCK_A);
}

static void one_build_at_a_time(void **state)
{
	struct world *w = *state;
	assert_true(build(w, LOCK_A, two));
	tree_abandon(w->tree);
	struct tree *first = tree_open(w->dir, &w->arena, &w->diags);
	assert_non_null(first);
	assert_null(tree_open(w->dir, &w->arena, &w->diags));
	assert_error(w, "E1303", "another build");
	tree_abandon(first);
	new_diags(w);
	first = tree_open(w->dir, &w->arena, &w->diags);
	assert_non_null(first);
	tree_abandon(first);
}

/* What a build leaves that was killed after its renames, before its lock. */
static void killed_builds_files_are_ours(void **state)
{
	struct world *w = *state;
	static const struct file a[] = { { "a", "1\n" }, { 0 } }, ab[] = { { "a", "1\n" }, { "sub/b", "3\n" }, { 0 } };
	char hex[33];
	assert_true(build(w, LOCK_A, a));
	tree_abandon(w->tree);
	hash_hex(hash_bytes("2\n", 2), hex);
	const char *intent = arena_printf(&w->arena, "folder sub\nnew %s sub/b\nnew %s", hex, hex);     /* torn at the end */
	assert_int_equal(mkdir(in(w, "sub"), 0777), 0);
	spill(w, "sub/b", "2\n");
	spill(w, "sub/.mlopsc-new-17", "half");
	spill(w, ".mlopsc-new-3", "");
	spill(w, ".mlopsc-new-x", "not ours\n");
	spill(w, ".mlopsc-intent", intent);
	assert_true(build(w, LOCK_B, ab));                      /* other bytes than the killed build's */
	tree_abandon(w->tree);
	assert_string_equal(slurp(w, "sub/b"), "3\n");
	assert_false(exists(w, ".mlopsc-intent"));
	assert_false(exists(w, ".mlopsc-new-3"));
	assert_false(exists(w, "sub/.mlopsc-new-17"));
	assert_true(exists(w, ".mlopsc-new-x"));
	/* and a file that the killed build made, and this one does not want, goes with its folder */
	assert_true(build(w, LOCK_A, a));
	tree_abandon(w->tree);
	assert_false(exists(w, "sub"));
	assert_int_equal(mkdir(in(w, "sub"), 0777), 0);
	spill(w, "sub/b", "2\n");
	spill(w, ".mlopsc-intent", intent);
	assert_true(build(w, LOCK_A, a));
	assert_int_equal(change_of(w, "sub/b"), TREE_REMOVED);
	tree_abandon(w->tree);
	assert_false(exists(w, "sub"));
	assert_false(exists(w, ".mlopsc-intent"));
	/* but other bytes than the intended ones are somebody's */
	assert_int_equal(mkdir(in(w, "sub"), 0777), 0);
	spill(w, "sub/b", "mine\n");
	spill(w, ".mlopsc-intent", intent);
	assert_false(build(w, LOCK_B, ab));
	assert_error(w, "E1304", "sub/b");
	tree_abandon(w->tree);
	assert_string_equal(slurp(w, "sub/b"), "mine\n");
	assert_true(exists(w, ".mlopsc-intent"));
}

/* The old tree, whole and alone. */
static void assert_old_tree(struct world *w)
{
	assert_string_equal(slurp(w, "manifests/a.yaml"), "a: 1\n");
	assert_string_equal(slurp(w, "mlops.lock"), LOCK_A);
	assert_int_equal(count(w, ""), 5);
	assert_int_equal(count(w, "manifests"), 1);
	assert_int_equal(count(w, "drift/x"), 1);
}

/* A file that cannot be written whole: the limit on file sizes stands in for a full disk wherever the test runs. */
static void file_too_large(void **state)
{
	struct world *w = *state;
	struct rlimit old, small;
	char *big = arena_alloc(&w->arena, 20001);
	memset(big, 'x', 20000);
	const struct file f[] = { { "manifests/a.yaml", "a: 2\n" }, { "new/big", big }, { "z", "z\n" }, { 0 } };
	assert_true(build(w, LOCK_A, two));
	tree_abandon(w->tree);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = old;
	small.rlim_cur = 8192;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	int ok = build(w, LOCK_B, f);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_false(ok);
	assert_error(w, "E1303", "new/big");
	assert_int_equal(w->diags.nerrors, 1);
	tree_abandon(w->tree);
	assert_old_tree(w);
}

static void full_disk(void **state)
{
	struct world *w = *state;
	char *big = arena_alloc(&w->arena, 60001);
	memset(big, 'x', 60000);
	const struct file f[] = { { "manifests/a.yaml", "a: 2\n" }, { "new/big", big }, { 0 } };
	assert_int_equal(system(arena_printf(&w->arena, "mkdir -p %s", w->dir)), 0);
	if (mount("tmpfs", w->dir, "tmpfs", 0, "size=32k") < 0) {
		print_message("full_disk: no right to mount a small file system\n");
		skip();
	}
	int first = build(w, LOCK_A, two);
	tree_abandon(w->tree);
	int second = first && build(w, LOCK_B, f);
	tree_abandon(w->tree);
	char *a = slurp(w, "manifests/a.yaml"), *lock = slurp(w, "mlops.lock");
	int names = count(w, ""), manifests = count(w, "manifests");
	assert_int_equal(umount(w->dir), 0);
	assert_true(first);
	assert_false(second);
	assert_error(w, "E1303", "new/big");
	assert_string_equal(a, "a: 1\n");
	assert_string_equal(lock, LOCK_A);
	assert_int_equal(names, 5);
	assert_int_equal(manifests, 1);
}

/* In a process without root's rights, if need be. */
static void read_only_folder(void **state)
{
	struct world *w = *state;
	static const struct file other[] = { { "manifests/a.yaml", "a: 2\n" }, { "drift/x/config.toml", "x\n" }, { "install.sh", "#!/bin/sh\n" }, { 0 } };
	assert_true(build(w, LOCK_A, two));
	tree_abandon(w->tree);
	const char *mode = arena_printf(&w->arena, "chmod -R a+rX %s && chmod 0555 %s/manifests %s", w->base, w->dir, w->dir);
	assert_int_equal(system(mode), 0);
	pid_t child = fork();
	if (child == 0) {
		if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
			_exit(9);
		if (!build(w, LOCK_A, two))
			_exit(1);               /* nothing to write is no error */
		tree_abandon(w->tree);
		if (build(w, LOCK_B, other))
			_exit(2);
		tree_abandon(w->tree);
		_exit(w->diags.nerrors == 1 && !strcmp(w->diags.v[0]->code, "E1303") ? 0 : 3);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_old_tree(w);
}

static void notes(void **state)
{
	struct world *w = *state;
	uint32_t n;
	assert_true(build(w, LOCK_A, two));
	tree_note(w->tree, "manifests/a.yaml", "1 object changed");
	tree_note(w->tree, "nothing", "x");
	const struct tree_entry *v = tree_entries(w->tree, &n);
	assert_int_equal(n, 5);
	for (uint32_t i = 0; i < n; i++) {
		if (!strcmp(v[i].path, "manifests/a.yaml"))
			assert_string_equal(v[i].note, "1 object changed");
		else
			assert_null(v[i].note);
	}
	size_t size;
	tree_old_lock(w->tree, &size);
	assert_int_equal(size, 0);
	tree_abandon(w->tree);
	w->tree = tree_open(w->dir, &w->arena, &w->diags);
	assert_string_equal(tree_old_lock(w->tree, &size), LOCK_A);
	tree_abandon(w->tree);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(first_build), TEST(sums), TEST(unchanged_is_untouched), TEST(late_difference), TEST(streamed), TEST(stale_is_removed),
		TEST(lock_names_files), TEST(hand_edit_is_overwritten), TEST(foreign_is_refused), TEST(foreign_sums_and_lock), TEST(forged_sums),
		TEST(bad_paths), TEST(not_folders), TEST(links_are_not_followed), TEST(odd_files), TEST(abandoned), TEST(compare_writes_nothing),
		TEST(one_build_at_a_time), TEST(killed_builds_files_are_ours), TEST(file_too_large), TEST(full_disk), TEST(read_only_folder),
		TEST(notes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
