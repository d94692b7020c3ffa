/* The commit, or the way back: renames what is new over what is old, removes what is stale, and the lock last. */
#define _GNU_SOURCE
#include "emit/tree/state.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int by_path(const void *a, const void *b)
{
	return strcmp((*(struct node *const *)a)->name->path, (*(struct node *const *)b)->name->path);
}

static int names_by_path(const void *a, const void *b)
{
	return strcmp((*(struct name *const *)a)->path, (*(struct name *const *)b)->path);
}

static int strings_backwards(const void *a, const void *b)
{
	return strcmp(*(const char *const *)b, *(const char *const *)a);
}

/* An earlier build's file that this one does not write. What cannot be looked at is an error: it would be forgotten. */
static int is_stale(struct tree *t, const struct name *x)
{
	struct stat st;
	int ours = x->owned, error = 0;
	if (x->node || (!x->owned && !x->intents))
		return 0;
	int at = tree_folder(t, x->path, folder_part(x->path), 0);
	if (at < 0 || fstatat(at, base_part(x->path), &st, AT_SYMLINK_NOFOLLOW) < 0) {
		error = errno == ENOENT || errno == ENOTDIR ? 0 : errno;
		ours = 0;
	} else if (!S_ISREG(st.st_mode)) {
		ours = 0;
	} else if (!ours) {
		int fd = openat(at, base_part(x->path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		error = fd < 0 ? errno : 0;
		ours = fd >= 0 && tree_intended(t, x, fd);
		if (fd >= 0)
			close(fd);
	}
	if (error) {
		diag_error(t->d, nowhere, D_READ, tree_shown(t, x->path), strerror(error));
		t->failed = 1;
	}
	return ours;
}

static int rename_node(struct tree *t, struct node *x)
{
	const char *path = x->name->path;
	char name[64];
	if (!x->temporary)
		return 1;
	int at = tree_folder(t, path, folder_part(path), 0);
	temporary_name(x, name);
	if (at < 0 || renameat(at, name, at, base_part(path)) < 0)
		return tree_fail(t, path, errno);
	x->temporary = 0;
	return 1;
}

static int is_special(const struct name *x)
{
	return !strcmp(x->path, SUMS) || !strcmp(x->path, LOCK);
}

/* Every temporary file is complete. From here on each step leaves a folder that the next build understands. */
static int replace(struct tree *t, struct name **stale, uint32_t nstale)
{
	struct node *lock = tree_name(t, LOCK, strlen(LOCK))->node, *sums = tree_name(t, SUMS, strlen(SUMS))->node;
	buf_clear(&t->lines);
	for (uint32_t i = 0; i < t->nodes.n; i++) {
		const struct node *x = t->nodes.v[i];
		char hex[33];
		if (!x->temporary || x->name->owned || x == lock)
			continue;
		hash_hex(x->entry.hash, hex);
		buf_addf(&t->lines, "new %s %s\n", hex, x->name->path);
	}
	if (t->lines.n && !tree_intent(t, t->lines.p, t->lines.n))
		return tree_fail(t, "", errno);
	for (uint32_t i = 0; i < t->nodes.n; i++)
		if (!is_special(t->nodes.v[i]->name) && !rename_node(t, t->nodes.v[i]))
			return 0;
	const char *last = NULL;
	for (uint32_t i = 0; i < nstale; i++) {
		const char *path = stale[i]->path;
		int at = tree_folder(t, path, folder_part(path), 0);
		if (at < 0 || unlinkat(at, base_part(path), 0) < 0)
			return tree_fail(t, path, errno);
	}
	for (uint32_t i = 0; i < nstale; i++) {
		const size_t n = folder_part(stale[i]->path);
		if (n && (!last || strncmp(last, stale[i]->path, n + 1)) && !tree_remove_folders(t, stale[i]->path, n))
			return 0;
		last = n ? stale[i]->path : NULL;
	}
	/* what a killed build may have emptied, and what it made and did not fill */
	for (uint32_t i = 0; t->had_intent && i < t->names.n; i++)
		if (!t->names.v[i]->node
			&& !tree_remove_folders(t, t->names.v[i]->path, folder_part(t->names.v[i]->path)))
			return 0;
	if (t->planned.n)
		qsort(t->planned.v, t->planned.n, sizeof *t->planned.v, strings_backwards);
	for (uint32_t i = 0; i < t->planned.n; i++)
		if (!tree_remove_folders(t, t->planned.v[i], strlen(t->planned.v[i])))
			return 0;
	if (!rename_node(t, sums) || !rename_node(t, lock))
		return 0;
	for (uint32_t i = 0; i < t->nodes.n; i++) {
		struct node *x = t->nodes.v[i];
		struct stat st;
		if (!x->make_executable)
			continue;
		/* a file system without such bits is left as it is */
		int at = tree_folder(t, x->name->path, folder_part(x->name->path), 0);
		if (at >= 0 && fstatat(at, base_part(x->name->path), &st,
			AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
			(void)!fchmodat(at, base_part(x->name->path),
				(st.st_mode | (st.st_mode & 0444) >> 2) & 07777, 0);
	}
	if (t->intent >= 0)
		close(t->intent);
	t->intent = -1;
	if ((t->started || t->had_intent) && unlinkat(t->root, INTENT, 0) < 0 && errno != ENOENT)
		return tree_fail(t, "", errno);
	/* some file systems cannot sync a folder, which says nothing about its safety */
	if ((t->started || nstale) && fsync(t->root) < 0 && errno != EINVAL && errno != EBADF &&
		errno != ENOTSUP && errno != EROFS)
		return tree_fail(t, "", errno);
	t->started = t->had_intent = 0;
	return 1;
}

static void finish(struct tree *t)
{
	tree_folder_close(t);
	if (t->intent >= 0)
		close(t->intent);
	if (t->root >= 0)
		close(t->root);
	t->root = t->intent = -1;
	buf_free(&t->old_sums);
	buf_free(&t->stream);
	buf_free(&t->chunk);
	buf_free(&t->lines);
}

/* Temporary files, and the folders that were made for them. Once a rename was done the intent stays for the next
   build. */
static void roll_back(struct tree *t)
{
	int renamed = 0;
	for (uint32_t i = 0; i < t->nodes.n; i++) {
		struct node *x = t->nodes.v[i];
		char name[64];
		if (!x->temporary) {
			renamed |= x->entry.change != TREE_SAME && t->committed;
			continue;
		}
		int at = tree_folder(t, x->name->path, folder_part(x->name->path), 0);
		temporary_name(x, name);
		if (at >= 0)
			unlinkat(at, name, 0);
		x->temporary = 0;
	}
	tree_folder_close(t);
	for (uint32_t i = t->made.n; i > t->nparents && t->root >= 0; i--)
		unlinkat(t->root, t->made.v[i - 1], AT_REMOVEDIR);
	if (t->started && !t->had_intent && !renamed)
		unlinkat(t->root, INTENT, 0);
	for (uint32_t i = t->nparents; i > 0; i--)
		rmdir(t->made.v[i - 1]);
	t->made.n = t->nparents = 0;
	t->started = 0;
}

static int give_up(struct tree *t)
{
	roll_back(t);
	finish(t);
	return 0;
}

int tree_commit(struct tree *t, const void *lock, size_t n)
{
	assert(!t->committed && !t->begun);
	VEC(struct name *) stale = { 0 };
	if (t->nodes.n)
		qsort(t->nodes.v, t->nodes.n, sizeof *t->nodes.v, by_path);
	buf_clear(&t->stream);
	for (uint32_t i = 0; i < t->nodes.n; i++) {
		const struct tree_entry *e = &t->nodes.v[i]->entry;
		char hex[33];
		hash_hex(e->hash, hex);
		buf_add(&t->stream, hex, 32);
		buf_adds(&t->stream, "  ");
		buf_adds(&t->stream, e->path);
		buf_addc(&t->stream, '\n');
	}
	if (t->failed || !tree_put_any(t, SUMS, t->stream.p, t->stream.n, 0644, 0)
		|| !tree_put_any(t, LOCK, lock, n, 0644, 1))
		return give_up(t);
	for (uint32_t i = 0; i < t->names.n; i++)
		if (is_stale(t, t->names.v[i]))
			VEC_PUSH(t->a, &stale, t->names.v[i]);
	if (t->failed)
		return give_up(t);
	if (stale.n)
		qsort(stale.v, stale.n, sizeof *stale.v, names_by_path);
	t->committed = 1;
	if (!t->compare && !replace(t, stale.v, stale.n))
		return give_up(t);
	t->nentries = t->nodes.n + stale.n;
	t->entries = ARENA_ARRAY(t->a, struct tree_entry, t->nentries + 1);
	for (uint32_t i = 0; i < t->nodes.n; i++)
		t->entries[i] = t->nodes.v[i]->entry;
	for (uint32_t i = 0; i < stale.n; i++)
		t->entries[t->nodes.n + i] = (struct tree_entry){ .path = stale.v[i]->path, .change = TREE_REMOVED };
	qsort(t->entries, t->nentries, sizeof *t->entries, entries_by_path);
	t->made.n = t->nparents = 0;
	finish(t);
	return 1;
}

void tree_abandon(struct tree *t)
{
	t->begun = NULL;
	if (!t->committed)
		roll_back(t);
	finish(t);
	buf_free(&t->old_lock);
}
