/* Errors of the system in the words of a person who has to cure them; paths. */
#define _POSIX_C_SOURCE 200809L
#include "base/os.h"
#include <errno.h>
#include <string.h>

const char *os_reason(int error)
{
	switch (error) {
	case ENOENT: return "there is no such file";
	case EISDIR: return "it is a folder";
	case ENOTDIR: return "a part of the path is not a folder";
	case EACCES: return "permission denied";
	case EEXIST: return "it exists already";
	case EINVAL: return "it is not an ordinary file";
	case ENOSPC: return "the disk is full";
	case EROFS: return "the file system is read-only";
	case EBADF: return "the stream is closed";
	default: return strerror(error);
	}
}

const char *os_path(struct arena *a, const char *dir, const char *path)
{
	const size_t n = strlen(dir);
	return arena_printf(a, "%s%s%s", dir, n && dir[n - 1] == '/' ? "" : "/", path);
}
