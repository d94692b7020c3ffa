/* What an earlier build left: its lock and sums, which say what is ours; and what one that was killed left, its intent
   and its temporary files. */
#include "emit/tree/state.h"
#include "emit/lock.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file of the root folder. 0: it cannot be read, which is reported. *there: it exists. */
static int slurp(struct tree *t, const char *name, struct buf *out, int *there)
{
	struct stat st;
	int fd = openat(t->root, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	*there = 0;
	if (fd < 0 && errno == ENOENT)
		return 1;
	if (fd < 0 && (errno == ELOOP || errno == ENXIO))
		return tree_fail_foreign(t, name, errno == ELOOP ? "a symbolic link" : "not a file");
	int error = fd < 0 || fstat(fd, &st) < 0 ? errno : 0;
	if (!error && !S_ISREG(st.st_mode)) {
		close(fd);
		return tree_fail_foreign(t, name, S_ISDIR(st.st_mode) ? "a folder" : "not a file");
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
		diag_error(t->d, nowhere, D_READ, tree_shown(t, name), strerror(error));
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
	if (tree_path_ok(path, n))
		tree_name(t, path, n)->owned = 1;
}

static void read_intent(struct tree *t, const struct buf *b)
{
	const char *at = b->p, *end = b->p + b->n, *line;
	size_t n;
	struct hash128 h;
	while ((line = next_line(&at, end, &n))) {
		if (n > 7 && !memcmp(line, "folder ", 7) && tree_path_ok(line + 7, n - 7)) {
			VEC_PUSH(t->a, &t->planned, arena_strdup(t->a, line + 7, n - 7));
		} else if (n > 37 && !memcmp(line, "new ", 4) && lock_parse_hash(line + 4, &h) &&
			line[36] == ' ' && tree_path_ok(line + 37, n - 37)) {
			struct name *x = tree_name(t, line + 37, n - 37);
			struct intent *i = ARENA_NEW(t->a, struct intent);
			i->hash = h;
			i->next = x->intents;
			x->intents = i;
		}
	}
	t->intent_torn = at < end;
}

/* Lines that are none (a merge conflict's marks) are passed over: both sides' files are ours. */
int tree_read_old(struct tree *t)
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
void tree_sweep(int fd, int depth)
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
				tree_sweep(sub, depth - 1);
		}
	}
	closedir(dir);
}
