/* Files go in one by one; a folder comes out in which each file is old or new, whenever the process dies.

   How. A put compares with the file on disk and forgets the bytes where they are equal. Bytes that differ are written
   to `.mlopsc-new-N` in the same folder. The commit renames those over their targets, removes what is stale, and
   renames XXH128SUMS and then mlops.lock, so that a lock never speaks of files that are not there yet.

   Whose is a file? The old XXH128SUMS and the `file` lines of the old mlops.lock name what an earlier build wrote.
   Between the first rename and the last there are new files that neither of them names: a build that was killed there
   must not make the next one call its own files foreign. So the very first thing written is `.mlopsc-intent`, which
   only grows:

     folder PATH      before a folder is made
     new HASH PATH    all in one go, once every temporary file is complete and before the first rename, for
                      each path that the old sums do not name

   It is removed after the lock is in place. A build that finds one knows that it was preceded by a killed build: it
   removes temporary files wherever they are, takes files as ours that have a `new` line and those very bytes, and keeps
   all lines until it has committed itself, however often it is killed. A torn last line is no harm: nothing was done
   because of it. The sums are believed only next to a lock or an intent, so that a stranger's XXH128SUMS never makes us
   remove his files.

   No path is followed through a symbolic link: folders are opened one name at a time. One fsync a run, of the lock's
   bytes while the old tree is still whole, and one of the folder at the end. */
#define _GNU_SOURCE
#include "emit/tree/state.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int busy(struct tree *t)
{
	struct diag *x = diag_error(t->d, nowhere, D_WRITE, t->dir, "another build is writing there");
	diag_help(t->d, x, "wait for it to end, and build again");
	t->failed = 1;
	return 0;
}

/* A file system without locks is no reason not to build. */
static int take(struct tree *t)
{
	if (flock(t->root, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		return busy(t);
	return 1;
}

/* dir, or the first of its parents that is not a folder. */
static const char *not_a_folder(struct tree *t)
{
	struct stat st;
	for (const char *s = strchr(t->dir + 1, '/'); s; s = strchr(s + 1, '/')) {
		const char *parent = arena_strdup(t->a, t->dir, (size_t)(s - t->dir));
		if (stat(parent, &st) == 0 && !S_ISDIR(st.st_mode))
			return parent;
	}
	return t->dir;
}

static struct tree *open_tree(const char *dir, struct arena *a, struct diags *d, int compare)
{
	struct tree *t = ARENA_NEW(a, struct tree);
	struct stat st;
	size_t n = strlen(dir);
	while (n > 1 && dir[n - 1] == '/')
		n--;
	t->a = a;
	t->d = d;
	t->compare = compare;
	t->dir = n ? arena_strdup(a, dir, n) : ".";
	t->fd = t->intent = -1;
	t->root = open(t->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (t->root < 0 && (errno == ENOTDIR || errno == ELOOP)) {
		struct diag *x = diag_error(d, nowhere, D_NOT_A_FOLDER, not_a_folder(t));
		if (lstat(t->dir, &st) == 0 && S_ISLNK(st.st_mode))
			diag_note(d, x, "it is a symbolic link, and output is not written through links");
		diag_help(d, x, "move it away, or write to another folder with -o");
		return NULL;
	}
	if (t->root < 0 && errno != ENOENT) {
		diag_error(d, nowhere, D_READ, t->dir, strerror(errno));
		return NULL;
	}
	if (t->root >= 0 && ((!compare && !take(t)) || !tree_read_old(t))) {
		tree_abandon(t);
		return NULL;
	}
	if (t->had_intent && !compare) {
		int fd = openat(t->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0)
			tree_sweep(fd, 16);
	}
	return t;
}

struct tree *tree_open(const char *dir, struct arena *a, struct diags *d)
{
	return open_tree(dir, a, d, 0);
}

struct tree *tree_open_compare(const char *dir, struct arena *a, struct diags *d)
{
	return open_tree(dir, a, d, 1);
}

/* errno says what went wrong; the caller names the file. */
int tree_intent(struct tree *t, const char *p, size_t n)
{
	if (t->intent_torn) {
		if (!write_all(t->intent, "\n", 1))
			return 0;
		t->intent_torn = 0;
	}
	return write_all(t->intent, p, n);
}

/* dir and its parents. */
static int make_root(struct tree *t)
{
	for (const char *s = t->dir; s;) {
		s = strchr(s + 1, '/');
		const char *part = s ? arena_strdup(t->a, t->dir, (size_t)(s - t->dir)) : t->dir;
		if (mkdir(part, 0777) == 0)
			VEC_PUSH(t->a, &t->made, part);
		else if (errno != EEXIST && errno != EISDIR) {
			diag_error(t->d, nowhere, D_WRITE, part, strerror(errno));
			t->failed = 1;
			return 0;
		} else if (!s) {
			return busy(t);         /* it was not there a moment ago */
		}
	}
	t->nparents = t->made.n;
	t->root = open(t->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return t->root < 0 ? tree_fail(t, "", errno) : take(t);
}

/* Before the first byte. */
static int start(struct tree *t)
{
	if (t->started)
		return 1;
	if (t->root < 0 && !make_root(t))
		return 0;
	t->intent = openat(t->root, INTENT,
		O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0644);
	if (t->intent < 0)
		return tree_fail(t, "", errno);
	t->started = 1;
	return 1;
}

void temporary_name(const struct node *x, char out[64])
{
	snprintf(out, 64, "%s%u", TEMPORARY, x->temporary - 1);
}

static int write_temporary(struct tree *t, struct node *x, const void *p, size_t n, int sync)
{
	const char *path = x->name->path;
	char name[64];
	int fd = -1;
	if (!start(t))
		return 0;
	int at = tree_folder(t, path, folder_part(path), 1);
	if (at < 0)
		return errno == ENOTDIR ? tree_fail_folder(t, path, folder_part(path)) : tree_fail(t, path, errno);
	for (int tries = 0; fd < 0; tries++) {
		x->temporary = ++t->temporaries;
		temporary_name(x, name);
		fd = openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, x->mode);
		if (fd < 0 && (errno != EEXIST || tries == 1000)) {
			const int error = errno;
			x->temporary = 0;
			return tree_fail(t, path, error);
		}
	}
	int error = write_all(fd, p, n) && (!sync || fsync(fd) == 0) ? 0 : errno;
	if (close(fd) < 0 && !error)
		error = errno;
	return error ? tree_fail(t, path, error) : 1;
}

enum look { LOOK_SAME, LOOK_DIFFERENT, LOOK_ABSENT, LOOK_FAILED };

static int hash_file(struct tree *t, int fd, struct hash128 *h)
{
	struct hash_stream *s = hash_open();
	ssize_t r = -1;
	if (lseek(fd, 0, SEEK_SET) == 0) {
		buf_clear(&t->chunk);
		buf_reserve(&t->chunk, CHUNK);
		while ((r = read_some(fd, t->chunk.p, CHUNK)) > 0)
			hash_add(s, t->chunk.p, (size_t)r);
	}
	*h = hash_close(s);
	return r == 0;
}

/* Is the file behind fd what a killed build of ours wrote under this name? */
int tree_intended(struct tree *t, const struct name *x, int fd)
{
	struct hash128 h;
	if (!x->intents || !hash_file(t, fd, &h))
		return 0;
	for (const struct intent *i = x->intents; i; i = i->next)
		if (hash_equal(i->hash, h))
			return 1;
	return 0;
}

static enum look look(struct tree *t, struct node *x, const char *p, size_t n)
{
	const char *path = x->name->path;
	struct stat st;
	int at = tree_folder(t, path, folder_part(path), 0);
	if (at < 0 && errno == ENOENT)
		return LOOK_ABSENT;
	if (at < 0 && errno == ENOTDIR)
		return tree_fail_folder(t, path, folder_part(path)), LOOK_FAILED;
	int fd = at < 0 ? -1 : openat(at, base_part(path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && at >= 0 && errno == ENOENT)
		return LOOK_ABSENT;
	if (fd < 0 && at >= 0 && (errno == ELOOP || errno == ENXIO))
		return tree_fail_foreign(t, path, errno == ELOOP ? "a symbolic link" : "not a file"), LOOK_FAILED;
	int error = fd < 0 || fstat(fd, &st) < 0 ? errno : 0;
	enum look result = LOOK_DIFFERENT;
	if (!error && !S_ISREG(st.st_mode)) {
		close(fd);
		return tree_fail_foreign(t, path, S_ISDIR(st.st_mode) ? "a folder" : "not a file"), LOOK_FAILED;
	}
	if (!error && st.st_size >= 0 && (uint64_t)st.st_size == n) {
		buf_clear(&t->chunk);
		buf_reserve(&t->chunk, CHUNK);
		size_t done = 0;
		while (done < n) {
			const size_t want = n - done < CHUNK ? n - done : CHUNK;
			ssize_t r = read_some(fd, t->chunk.p, want);
			if (r < 0)
				error = errno;
			if (r != (ssize_t)want || memcmp(t->chunk.p, p + done, want))
				break;
			done += want;
		}
		if (done == n) {
			result = LOOK_SAME;
			x->make_executable = (x->mode & 0100) && !(st.st_mode & 0100);
		}
	}
	if (!error && result == LOOK_DIFFERENT && !x->name->owned && !tree_intended(t, x->name, fd)) {
		close(fd);
		return tree_fail_foreign(t, path, NULL), LOOK_FAILED;
	}
	if (fd >= 0)
		close(fd);
	if (error) {
		diag_error(t->d, nowhere, D_READ, tree_shown(t, path), strerror(error));
		t->failed = 1;
		return LOOK_FAILED;
	}
	return result;
}

int tree_put_any(struct tree *t, const char *path, const void *p, size_t n, int mode, int sync)
{
	assert(!t->committed);
	struct name *name = tree_name(t, path, strlen(path));
	if (name->node) {
		diag_error(t->d, nowhere, D_OBJECT_TWICE, tree_shown(t, path));
		t->failed = 1;
		return 0;
	}
	struct node *x = ARENA_NEW(t->a, struct node);
	x->name = name;
	x->mode = mode;
	x->entry = (struct tree_entry){ .path = name->path, .hash = hash_bytes(p, n), .size = n };
	name->node = x;
	VEC_PUSH(t->a, &t->nodes, x);
	switch (look(t, x, p, n)) {
	case LOOK_SAME:
		x->entry.change = TREE_SAME;
		return 1;
	case LOOK_FAILED:
		return 0;
	case LOOK_ABSENT:
		x->entry.change = TREE_ADDED;
		break;
	case LOOK_DIFFERENT:
		x->entry.change = TREE_CHANGED;
		break;
	}
	if (t->compare || t->failed)
		return !t->failed;
	return write_temporary(t, x, p, n, sync);
}

int tree_put(struct tree *t, const char *path, const void *p, size_t n, int mode)
{
	if (!tree_path_ok(path, strlen(path)) || !strcmp(path, SUMS) || !strcmp(path, LOCK)) {
		diag_error(t->d, nowhere, D_WRITE, tree_shown(t, path), "a file of the output cannot be called that");
		t->failed = 1;
		return 0;
	}
	return tree_put_any(t, path, p, n, mode, 0);
}

int tree_begin(struct tree *t, const char *path, int mode)
{
	assert(!t->begun);
	t->begun = arena_strdup(t->a, path, strlen(path));
	t->begun_mode = mode;
	buf_clear(&t->stream);
	return !t->failed;
}

int tree_write(struct tree *t, const void *p, size_t n)
{
	assert(t->begun);
	buf_add(&t->stream, p, n);
	return 1;
}

int tree_end(struct tree *t, struct hash128 *hash)
{
	const char *path = t->begun;
	assert(path);
	t->begun = NULL;
	int ok = tree_put(t, path, t->stream.p, t->stream.n, t->begun_mode);
	if (hash)
		*hash = hash_bytes(t->stream.p, t->stream.n);
	return ok;
}

const struct tree_entry *tree_entries(const struct tree *t, uint32_t *n)
{
	*n = t->nentries;
	return t->entries;
}

void tree_note(struct tree *t, const char *path, const char *note)
{
	const struct tree_entry key = { .path = path };
	struct tree_entry *e = t->nentries ? bsearch(&key, t->entries, t->nentries, sizeof key, entries_by_path) : NULL;
	if (e)
		e->note = arena_strdup(t->a, note, strlen(note));
}

const char *tree_old_lock(const struct tree *t, size_t *n)
{
	*n = t->old_lock.n;
	return t->old_lock.p;
}

int entries_by_path(const void *a, const void *b)
{
	return strcmp(((const struct tree_entry *)a)->path, ((const struct tree_entry *)b)->path);
}
