/* Folders below the root and bytes of files in them. No path is followed through a symbolic link: folders are opened
   one name at a time. */
#define _GNU_SOURCE
#include "emit/tree/state.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void tree_folder_close(struct tree *t)
{
	if (t->fd >= 0 && t->fd != t->root)
		close(t->fd);
	t->fd = -1;
	t->folder = NULL;
}

/* The folder path[0..n) below the root, made where it is missing if `make`. -1 with errno: ENOENT, ENOTDIR (also for a
   symbolic link), or whatever the system says. */
int tree_folder(struct tree *t, const char *path, size_t n, int make)
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
	tree_folder_close(t);
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
			if (!tree_intent(t, line, strlen(line)) || mkdirat(at, one, 0777) < 0)
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

int write_all(int fd, const void *p, size_t n)
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
ssize_t read_some(int fd, char *p, size_t n)
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

/* path[0..n) and the folders above it, as far as they are empty. */
int tree_remove_folders(struct tree *t, const char *path, size_t n)
{
	tree_folder_close(t);
	while (n) {
		size_t up = n;
		while (up && path[up - 1] != '/')
			up--;
		char one[256];
		memcpy(one, path + up, n - up);
		one[n - up] = 0;
		const size_t whole = n;
		n = up ? up - 1 : 0;
		int at = tree_folder(t, path, n, 0);
		if (at >= 0 && unlinkat(at, one, AT_REMOVEDIR) == 0)
			continue;
		if (errno == ENOTEMPTY || errno == EEXIST || errno == EBUSY || errno == ENOTDIR)
			return 1;
		if (errno != ENOENT)
			return tree_fail(t, arena_strdup(t->a, path, whole), errno);
	}
	return 1;
}
