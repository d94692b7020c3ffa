/* Paths below the folder: which ones there may be, one entry for each that is put now or that an earlier build wrote,
   and what is said of one that cannot be written. */
#define _GNU_SOURCE
#include "emit/tree/state.h"
#include "base/os.h"
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* Also what keeps a forged XXH128SUMS from naming anything outside. */
int tree_path_ok(const char *p, size_t n)
{
	if (!n || n > 4000)
		return 0;
	for (size_t i = 0, start = 0; i <= n; i++) {
		if (i < n && p[i] != '/') {
			if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f || p[i] == '\\')
				return 0;
			continue;
		}
		const size_t len = i - start;
		if (!len || len > 255 || (len == 1 && p[start] == '.') ||
			(len == 2 && p[start] == '.' && p[start + 1] == '.'))
			return 0;
		if (len >= 8 && !memcmp(p + start, ".mlopsc-", 8))
			return 0;
		start = i + 1;
	}
	return 1;
}

static void rehash(struct tree *t)
{
	uint32_t n = t->nslots ? t->nslots * 2 : 256;
	t->slots = ARENA_ARRAY(t->a, struct name *, n);
	t->nslots = n;
	for (uint32_t i = 0; i < t->names.n; i++) {
		uint32_t k = (uint32_t)t->names.v[i]->key & (n - 1);
		while (t->slots[k])
			k = (k + 1) & (n - 1);
		t->slots[k] = t->names.v[i];
	}
}

struct name *tree_name(struct tree *t, const char *path, size_t n)
{
	const uint64_t key = hash64(path, n);
	if (t->names.n * 2 >= t->nslots)
		rehash(t);
	uint32_t k = (uint32_t)key & (t->nslots - 1);
	for (; t->slots[k]; k = (k + 1) & (t->nslots - 1))
		if (t->slots[k]->key == key && !strncmp(t->slots[k]->path, path, n) && !t->slots[k]->path[n])
			return t->slots[k];
	struct name *x = ARENA_NEW(t->a, struct name);
	x->path = arena_strdup(t->a, path, n);
	x->key = key;
	t->slots[k] = x;
	VEC_PUSH(t->a, &t->names, x);
	return x;
}

const char *tree_shown(struct tree *t, const char *path)
{
	if (!*path)
		return t->dir;
	return os_path(t->a, t->dir, path);
}

int tree_fail(struct tree *t, const char *path, int error)
{
	diag_error(t->d, nowhere, D_WRITE, tree_shown(t, path), strerror(error));
	t->failed = 1;
	return 0;
}

int tree_fail_folder(struct tree *t, const char *path, size_t n)
{
	char *folder = arena_strdup(t->a, path, n);
	struct stat st;
	struct diag *x = diag_error(t->d, nowhere, D_NOT_A_FOLDER, tree_shown(t, folder));
	if (fstatat(t->root, folder, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode))
		diag_note(t->d, x, "it is a symbolic link, and output is not written through links");
	diag_help(t->d, x, "move it away");
	t->failed = 1;
	return 0;
}

int tree_fail_foreign(struct tree *t, const char *path, const char *what)
{
	struct diag *x = diag_error(t->d, nowhere, D_FOREIGN, tree_shown(t, path));
	if (what)
		diag_note(t->d, x, "it is %s", what);
	else
		diag_note(t->d, x,
			"no XXH128SUMS or mlops.lock beside it names it, and its bytes differ from what the build has for it");
	diag_help(t->d, x, "move it away, or write to another folder with -o");
	t->failed = 1;
	return 0;
}
