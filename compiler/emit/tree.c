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
#include "emit/tree.h"
#include "base/buf.h"
#include "base/vec.h"
#include "emit/lock.h"
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define INTENT ".mlopsc-intent"
#define TEMPORARY ".mlopsc-new-"
#define SUMS "XXH128SUMS"
#define LOCK "mlops.lock"
#define CHUNK 65536

struct intent { struct intent *next; struct hash128 hash; };
struct node;
struct name {                   /* a path that is put now, or that an earlier build wrote */
	const char *path;
	uint64_t key;
	struct node *node;      /* put now */
	struct intent *intents; /* contents that a killed build had for it */
	int owned;              /* in the old sums or lock */
};
struct node {
	struct name *name;
	struct tree_entry entry;
	unsigned temporary;     /* N + 1 of its temporary file, 0: none */
	int mode, make_executable;
};
struct tree {
	struct arena *a;
	struct diags *d;
	const char *dir;
	int root;               /* -1: does not exist yet */
	int compare, failed, committed, had_intent, started;
	int intent;             /* -1, or open for appending */
	int intent_torn;        /* its last line has no end */
	unsigned temporaries;
	VEC(struct node *) nodes;
	VEC(struct name *) names;
	struct name **slots; uint32_t nslots;
	VEC(const char *) planned;      /* `folder` lines of a killed build */
	VEC(const char *) made;         /* folders made now, parents of dir included, for an abandoned first build */
	uint32_t nparents;              /* how many of them are dir and above */
	const char *folder; size_t nfolder; int fd;     /* the folder opened last; fd -1: none */
	struct buf old_lock, old_sums, stream, chunk, lines;
	const char *begun; int begun_mode;
	struct tree_entry *entries; uint32_t nentries;
};

/* ---- names ---- */

/* Also what keeps a forged XXH128SUMS from naming anything outside. */
static int path_ok(const char *p, size_t n)
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

static struct name *name_of(struct tree *t, const char *path, size_t n)
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

static size_t folder_part(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? (size_t)(slash - path) : 0;
}

static const char *base_part(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static const char *shown(struct tree *t, const char *path)
{
	if (!*path)
		return t->dir;
	return arena_printf(t->a, "%s%s%s", t->dir, t->dir[strlen(t->dir) - 1] == '/' ? "" : "/", path);
}

static const struct span nowhere;

static int fail(struct tree *t, const char *path, int error)
{
	diag_error(t->d, nowhere, D_WRITE, shown(t, path), strerror(error));
	t->failed = 1;
	return 0;
}

static int fail_folder(struct tree *t, const char *path, size_t n)
{
	char *folder = arena_strdup(t->a, path, n);
	struct stat st;
	struct diag *x = diag_error(t->d, nowhere, D_NOT_A_FOLDER, shown(t, folder));
	if (fstatat(t->root, folder, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode))
		diag_note(t->d, x, "it is a symbolic link, and output is not written through links");
	diag_help(t->d, x, "move it away");
	t->failed = 1;
	return 0;
}

static int fail_foreign(struct tree *t, const char *path, const char *what)
{
	struct diag *x = diag_error(t->d, nowhere, D_FOREIGN, shown(t, path));
	if (what)
		diag_note(t->d, x, "it is %s", what);
	else
		diag_note(t->d, x,
			"no XXH128SUMS or mlops.lock beside it names it, and its bytes differ from what the build has for it");
	diag_help(t->d, x, "move it away, or write to another folder with -o");
	t->failed = 1;
	return 0;
}

/* ---- folders ---- */

static int start(struct tree *t);
static int intent_line(struct tree *t, const char *p, size_t n);

static void folder_close(struct tree *t)
{
	if (t->fd >= 0 && t->fd != t->root)
		close(t->fd);
	t->fd = -1;
	t->folder = NULL;
}

/* The folder path[0..n) below the root, made where it is missing if `make`. -1 with errno: ENOENT, ENOTDIR (also for a
   symbolic link), or whatever the system says. */
static int folder_fd(struct tree *t, const char *path, size_t n, int make)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	if (t->root < 0) {
		errno = ENOENT;
		return -1;
	}
	if (!n)
		return t->root;
	if (t->folder && t->nfolder == n && !memcmp(t->folder, path, n))
		return t->fd;
	folder_close(t);
	int at = t->root;
	for (size_t i = 0; i < n;) {
		size_t end = i;
		while (end < n && path[end] != '/')
			end++;
		char one[256];
		memcpy(one, path + i, end - i);
		one[end - i] = 0;
		int fd = openat(at, one, flags);
		if (fd < 0 && errno == ENOENT && make) {
			char *whole = arena_strdup(t->a, path, end);
			const char *line = arena_printf(t->a, "folder %s\n", whole);
			if (!intent_line(t, line, strlen(line)) || mkdirat(at, one, 0777) < 0)
				goto failed;
			VEC_PUSH(t->a, &t->made, whole);
			fd = openat(at, one, flags);
		}
		if (fd < 0)
			goto failed;
		if (at != t->root)
			close(at);
		at = fd;
		i = end + 1;
	}
	t->folder = arena_strdup(t->a, path, n);
	t->nfolder = n;
	return t->fd = at;
failed:;
	const int error = errno == ELOOP ? ENOTDIR : errno;
	if (at != t->root)
		close(at);
	errno = error;
	return -1;
}

/* ---- reading what is there ---- */

static int write_all(int fd, const void *p, size_t n)
{
	for (const char *at = p; n;) {
		ssize_t w = write(fd, at, n);
		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return 0;
		if (w == 0) {           /* never for a regular file, but it must not loop */
			errno = ENOSPC;
			return 0;
		}
		at += w;
		n -= (size_t)w;
	}
	return 1;
}

/* Up to n bytes; fewer only at the end of the file. -1 on error. */
static ssize_t read_some(int fd, char *p, size_t n)
{
	size_t have = 0;
	while (have < n) {
		ssize_t r = read(fd, p + have, n - have);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -1;
		if (r == 0)
			break;
		have += (size_t)r;
	}
	return (ssize_t)have;
}

/* A file of the root folder. 0: it cannot be read, which is reported. *there: it exists. */
static int slurp(struct tree *t, const char *name, struct buf *out, int *there)
{
	struct stat st;
	int fd = openat(t->root, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	*there = 0;
	if (fd < 0 && errno == ENOENT)
		return 1;
	if (fd < 0 && (errno == ELOOP || errno == ENXIO))
		return fail_foreign(t, name, errno == ELOOP ? "a symbolic link" : "not a file");
	int error = fd < 0 || fstat(fd, &st) < 0 ? errno : 0;
	if (!error && !S_ISREG(st.st_mode)) {
		close(fd);
		return fail_foreign(t, name, S_ISDIR(st.st_mode) ? "a folder" : "not a file");
	}
	while (!error) {
		const size_t room = st.st_size > 0 && out->n == 0 ? (size_t)st.st_size + 1 : CHUNK;
		buf_reserve(out, room);
		ssize_t r = read_some(fd, out->p + out->n, room);
		if (r < 0)
			error = errno;
		else {
			out->n += (size_t)r;
			out->p[out->n] = 0;
			if ((size_t)r < room)
				break;
		}
	}
	if (fd >= 0)
		close(fd);
	if (error) {
		diag_error(t->d, nowhere, D_READ, shown(t, name), strerror(error));
		t->failed = 1;
		return 0;
	}
	*there = 1;
	return 1;
}

/* The next whole line without its end; NULL when there is none. A last line without an end is not whole. */
static const char *next_line(const char **at, const char *end, size_t *n)
{
	const char *line = *at, *nl = line < end ? memchr(line, '\n', (size_t)(end - line)) : NULL;
	if (!nl)
		return NULL;
	*n = (size_t)(nl - line);
	*at = nl + 1;
	return line;
}

static void own(struct tree *t, const char *path, size_t n)
{
	if (path_ok(path, n))
		name_of(t, path, n)->owned = 1;
}

static void read_intent(struct tree *t, const struct buf *b)
{
	const char *at = b->p, *end = b->p + b->n, *line;
	size_t n;
	struct hash128 h;
	while ((line = next_line(&at, end, &n))) {
		if (n > 7 && !memcmp(line, "folder ", 7) && path_ok(line + 7, n - 7)) {
			VEC_PUSH(t->a, &t->planned, arena_strdup(t->a, line + 7, n - 7));
		} else if (n > 37 && !memcmp(line, "new ", 4) && lock_parse_hash(line + 4, &h) &&
			line[36] == ' ' && path_ok(line + 37, n - 37)) {
			struct name *x = name_of(t, line + 37, n - 37);
			struct intent *i = ARENA_NEW(t->a, struct intent);
			i->hash = h;
			i->next = x->intents;
			x->intents = i;
		}
	}
	t->intent_torn = at < end;
}

/* Lines that are none (a merge conflict's marks) are passed over: both sides' files are ours. */
static int read_old(struct tree *t)
{
	struct buf intent = { 0 };
	int lock_there, sums_there;
	if (!slurp(t, LOCK, &t->old_lock, &lock_there) || !slurp(t, SUMS, &t->old_sums, &sums_there) ||
	    !slurp(t, INTENT, &intent, &t->had_intent)) {
		buf_free(&intent);
		return 0;
	}
	const int ours = lock_there && t->old_lock.n > 11 && !memcmp(t->old_lock.p, "mlops.lock ", 11);
	const char *at, *end, *line;
	size_t n;
	struct hash128 h;
	if (ours) {
		own(t, LOCK, strlen(LOCK));
		for (at = t->old_lock.p, end = at + t->old_lock.n; (line = next_line(&at, end, &n));)
			if (n > 38 && !memcmp(line, "file ", 5) && lock_parse_hash(line + 5, &h) && line[37] == ' ')
				own(t, line + 38, n - 38);
	} else {
		buf_clear(&t->old_lock);
	}
	if (sums_there && (ours || t->had_intent)) {
		own(t, SUMS, strlen(SUMS));
		for (at = t->old_sums.p, end = at + t->old_sums.n; (line = next_line(&at, end, &n));)
			if (n > 34 && lock_parse_hash(line, &h) && line[32] == ' ' && line[33] == ' ')
				own(t, line + 34, n - 34);
	}
	if (t->had_intent)
		read_intent(t, &intent);
	buf_free(&intent);
	return 1;
}

static int is_temporary(const char *name)
{
	const size_t n = strlen(TEMPORARY);
	return !strncmp(name, TEMPORARY, n) && name[n] && strspn(name + n, "0123456789") == strlen(name + n);
}

/* What a killed build left. Takes the descriptor. Errors are no matter here: a name that is still there is met
   again. */
static void sweep(int fd, int depth)
{
	DIR *dir = fdopendir(fd);
	struct dirent *e;
	struct stat st;
	if (!dir) {
		close(fd);
		return;
	}
	while ((e = readdir(dir))) {
		if (e->d_name[0] == '.' && (!e->d_name[1] || (e->d_name[1] == '.' && !e->d_name[2])))
			continue;
		if (is_temporary(e->d_name)) {
			if (fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
				unlinkat(fd, e->d_name, 0);
		} else if (depth && (e->d_type == DT_DIR || e->d_type == DT_UNKNOWN)) {
			int sub = openat(fd, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
			if (sub >= 0)
				sweep(sub, depth - 1);
		}
	}
	closedir(dir);
}

/* ---- opening ---- */

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
	if (t->root >= 0 && ((!compare && !take(t)) || !read_old(t))) {
		tree_abandon(t);
		return NULL;
	}
	if (t->had_intent && !compare) {
		int fd = openat(t->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0)
			sweep(fd, 16);
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

/* ---- writing ---- */

/* errno says what went wrong; the caller names the file. */
static int intent_line(struct tree *t, const char *p, size_t n)
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
	return t->root < 0 ? fail(t, "", errno) : take(t);
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
		return fail(t, "", errno);
	t->started = 1;
	return 1;
}

static void temporary_name(const struct node *x, char out[64])
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
	int at = folder_fd(t, path, folder_part(path), 1);
	if (at < 0)
		return errno == ENOTDIR ? fail_folder(t, path, folder_part(path)) : fail(t, path, errno);
	for (int tries = 0; fd < 0; tries++) {
		x->temporary = ++t->temporaries;
		temporary_name(x, name);
		fd = openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, x->mode);
		if (fd < 0 && (errno != EEXIST || tries == 1000)) {
			const int error = errno;
			x->temporary = 0;
			return fail(t, path, error);
		}
	}
	int error = write_all(fd, p, n) && (!sync || fsync(fd) == 0) ? 0 : errno;
	if (close(fd) < 0 && !error)
		error = errno;
	return error ? fail(t, path, error) : 1;
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
static int intended(struct tree *t, const struct name *x, int fd)
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
	int at = folder_fd(t, path, folder_part(path), 0);
	if (at < 0 && errno == ENOENT)
		return LOOK_ABSENT;
	if (at < 0 && errno == ENOTDIR)
		return fail_folder(t, path, folder_part(path)), LOOK_FAILED;
	int fd = at < 0 ? -1 : openat(at, base_part(path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && at >= 0 && errno == ENOENT)
		return LOOK_ABSENT;
	if (fd < 0 && at >= 0 && (errno == ELOOP || errno == ENXIO))
		return fail_foreign(t, path, errno == ELOOP ? "a symbolic link" : "not a file"), LOOK_FAILED;
	int error = fd < 0 || fstat(fd, &st) < 0 ? errno : 0;
	enum look result = LOOK_DIFFERENT;
	if (!error && !S_ISREG(st.st_mode)) {
		close(fd);
		return fail_foreign(t, path, S_ISDIR(st.st_mode) ? "a folder" : "not a file"), LOOK_FAILED;
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
	if (!error && result == LOOK_DIFFERENT && !x->name->owned && !intended(t, x->name, fd)) {
		close(fd);
		return fail_foreign(t, path, NULL), LOOK_FAILED;
	}
	if (fd >= 0)
		close(fd);
	if (error) {
		diag_error(t->d, nowhere, D_READ, shown(t, path), strerror(error));
		t->failed = 1;
		return LOOK_FAILED;
	}
	return result;
}

static int put(struct tree *t, const char *path, const void *p, size_t n, int mode, int sync)
{
	assert(!t->committed);
	struct name *name = name_of(t, path, strlen(path));
	if (name->node) {
		diag_error(t->d, nowhere, D_OBJECT_TWICE, shown(t, path));
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
	if (!path_ok(path, strlen(path)) || !strcmp(path, SUMS) || !strcmp(path, LOCK)) {
		diag_error(t->d, nowhere, D_WRITE, shown(t, path), "a file of the output cannot be called that");
		t->failed = 1;
		return 0;
	}
	return put(t, path, p, n, mode, 0);
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

/* ---- commit ---- */

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

static int entries_by_path(const void *a, const void *b)
{
	return strcmp(((const struct tree_entry *)a)->path, ((const struct tree_entry *)b)->path);
}

/* An earlier build's file that this one does not write. What cannot be looked at is an error: it would be forgotten. */
static int is_stale(struct tree *t, const struct name *x)
{
	struct stat st;
	int ours = x->owned, error = 0;
	if (x->node || (!x->owned && !x->intents))
		return 0;
	int at = folder_fd(t, x->path, folder_part(x->path), 0);
	if (at < 0 || fstatat(at, base_part(x->path), &st, AT_SYMLINK_NOFOLLOW) < 0) {
		error = errno == ENOENT || errno == ENOTDIR ? 0 : errno;
		ours = 0;
	} else if (!S_ISREG(st.st_mode)) {
		ours = 0;
	} else if (!ours) {
		int fd = openat(at, base_part(x->path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		error = fd < 0 ? errno : 0;
		ours = fd >= 0 && intended(t, x, fd);
		if (fd >= 0)
			close(fd);
	}
	if (error) {
		diag_error(t->d, nowhere, D_READ, shown(t, x->path), strerror(error));
		t->failed = 1;
	}
	return ours;
}

/* path[0..n) and the folders above it, as far as they are empty. */
static int remove_folders(struct tree *t, const char *path, size_t n)
{
	folder_close(t);
	while (n) {
		size_t up = n;
		while (up && path[up - 1] != '/')
			up--;
		char one[256];
		memcpy(one, path + up, n - up);
		one[n - up] = 0;
		const size_t whole = n;
		n = up ? up - 1 : 0;
		int at = folder_fd(t, path, n, 0);
		if (at >= 0 && unlinkat(at, one, AT_REMOVEDIR) == 0)
			continue;
		if (errno == ENOTEMPTY || errno == EEXIST || errno == EBUSY || errno == ENOTDIR)
			return 1;
		if (errno != ENOENT)
			return fail(t, arena_strdup(t->a, path, whole), errno);
	}
	return 1;
}

static int rename_node(struct tree *t, struct node *x)
{
	const char *path = x->name->path;
	char name[64];
	if (!x->temporary)
		return 1;
	int at = folder_fd(t, path, folder_part(path), 0);
	temporary_name(x, name);
	if (at < 0 || renameat(at, name, at, base_part(path)) < 0)
		return fail(t, path, errno);
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
	struct node *lock = name_of(t, LOCK, strlen(LOCK))->node, *sums = name_of(t, SUMS, strlen(SUMS))->node;
	buf_clear(&t->lines);
	for (uint32_t i = 0; i < t->nodes.n; i++) {
		const struct node *x = t->nodes.v[i];
		char hex[33];
		if (!x->temporary || x->name->owned || x == lock)
			continue;
		hash_hex(x->entry.hash, hex);
		buf_addf(&t->lines, "new %s %s\n", hex, x->name->path);
	}
	if (t->lines.n && !intent_line(t, t->lines.p, t->lines.n))
		return fail(t, "", errno);
	for (uint32_t i = 0; i < t->nodes.n; i++)
		if (!is_special(t->nodes.v[i]->name) && !rename_node(t, t->nodes.v[i]))
			return 0;
	const char *last = NULL;
	for (uint32_t i = 0; i < nstale; i++) {
		const char *path = stale[i]->path;
		int at = folder_fd(t, path, folder_part(path), 0);
		if (at < 0 || unlinkat(at, base_part(path), 0) < 0)
			return fail(t, path, errno);
	}
	for (uint32_t i = 0; i < nstale; i++) {
		const size_t n = folder_part(stale[i]->path);
		if (n && (!last || strncmp(last, stale[i]->path, n + 1)) && !remove_folders(t, stale[i]->path, n))
			return 0;
		last = n ? stale[i]->path : NULL;
	}
	/* what a killed build may have emptied, and what it made and did not fill */
	for (uint32_t i = 0; t->had_intent && i < t->names.n; i++)
		if (!t->names.v[i]->node && !remove_folders(t, t->names.v[i]->path, folder_part(t->names.v[i]->path)))
			return 0;
	if (t->planned.n)
		qsort(t->planned.v, t->planned.n, sizeof *t->planned.v, strings_backwards);
	for (uint32_t i = 0; i < t->planned.n; i++)
		if (!remove_folders(t, t->planned.v[i], strlen(t->planned.v[i])))
			return 0;
	if (!rename_node(t, sums) || !rename_node(t, lock))
		return 0;
	for (uint32_t i = 0; i < t->nodes.n; i++) {
		struct node *x = t->nodes.v[i];
		struct stat st;
		if (!x->make_executable)
			continue;
		/* a file system without such bits is left as it is */
		int at = folder_fd(t, x->name->path, folder_part(x->name->path), 0);
		if (at >= 0 && fstatat(at, base_part(x->name->path), &st,
			AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
			(void)!fchmodat(at, base_part(x->name->path),
				(st.st_mode | (st.st_mode & 0444) >> 2) & 07777, 0);
	}
	if (t->intent >= 0)
		close(t->intent);
	t->intent = -1;
	if ((t->started || t->had_intent) && unlinkat(t->root, INTENT, 0) < 0 && errno != ENOENT)
		return fail(t, "", errno);
	/* some file systems cannot sync a folder, which says nothing about its safety */
	if ((t->started || nstale) && fsync(t->root) < 0 && errno != EINVAL && errno != EBADF &&
		errno != ENOTSUP && errno != EROFS)
		return fail(t, "", errno);
	t->started = t->had_intent = 0;
	return 1;
}

static void finish(struct tree *t)
{
	folder_close(t);
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
		int at = folder_fd(t, x->name->path, folder_part(x->name->path), 0);
		temporary_name(x, name);
		if (at >= 0)
			unlinkat(at, name, 0);
		x->temporary = 0;
	}
	folder_close(t);
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
	if (t->failed || !put(t, SUMS, t->stream.p, t->stream.n, 0644, 0) || !put(t, LOCK, lock, n, 0644, 1))
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
