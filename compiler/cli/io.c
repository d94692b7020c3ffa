/* Consumes paths and bytes; does every system call of the command line but those of the library. */
#define _POSIX_C_SOURCE 200809L
#define _XOPEN_SOURCE 700
#include "base/os.h"
#include "cli/io.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void io_prepare(void)
{
	/* Write-only for 0 and read-only for 1 and 2: using a closed stream stays an error, as it was. */
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
			break;
	signal(SIGPIPE, SIG_IGN);
}

int io_color(const struct args *a, int fd)
{
	enum { AUTO, ALWAYS, NEVER };
	const char *no = getenv("NO_COLOR"), *force = getenv("CLICOLOR_FORCE"), *term = getenv("TERM");
	int when = args_choice(a, FLAG_COLOR, AUTO);
	if (when != AUTO)
		return when == ALWAYS;
	if (no && no[0])
		return 0;
	if (force && force[0] && strcmp(force, "0") != 0)
		return 1;
	return isatty(fd) && term && term[0] && strcmp(term, "dumb") != 0;
}

int io_write(int fd, const void *p, size_t n)
{
	const char *s = p;
	while (n) {
		ssize_t done = write(fd, s, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return 0;
		s += done;
		n -= (size_t)done;
	}
	return 1;
}

int io_print(const struct buf *b)
{
	if (io_write(1, b->p, b->n) || errno == EPIPE)
		return STATUS_DONE;
	fprintf(stderr, "mlopsc: cannot write to standard output: %s\n", os_reason(errno));
	return STATUS_IO;
}

static int read_all(int fd, struct buf *out)
{
	for (;;) {
		buf_reserve(out, 1 << 16);
		ssize_t n = read(fd, out->p + out->n, 1 << 16);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			out->p[out->n] = 0;
			return n == 0;
		}
		out->n += (size_t)n;
	}
}

int io_read(const char *path, struct buf *out)
{
	if (strcmp(path, "-") == 0)
		return read_all(0, out);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	int ok = read_all(fd, out), error = errno;
	close(fd);
	errno = error;
	return ok;
}

int io_replace(const char *path, const struct buf *b)
{
	struct stat st;
	int fd = -1, error;
	char *real = realpath(path, NULL), *tmp = NULL;
	if (!real || stat(real, &st) != 0)
		goto fail;
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		goto fail;
	}
	if (access(real, W_OK) != 0)            /* a rename would get round a read-only file */
		goto fail;
	size_t len = strlen(real) + sizeof(".mlopsc-XXXXXX");
	if (!(tmp = malloc(len)))
		goto fail;
	snprintf(tmp, len, "%s.mlopsc-XXXXXX", real);
	if ((fd = mkstemp(tmp)) < 0) {
		error = errno;
		free(tmp);
		tmp = NULL;
		errno = error;
		goto fail;
	}
	/* The owner can be kept only by root; whoever may write the file may own its successor. */
	if ((st.st_uid != geteuid() || st.st_gid != getegid()) &&
		fchown(fd, st.st_uid, st.st_gid) != 0 && errno != EPERM)
		goto fail;
	if (fchmod(fd, st.st_mode & 07777) != 0 || !io_write(fd, b->p, b->n) || fsync(fd) != 0)
		goto fail;
	if (close(fd) != 0) {
		fd = -1;
		goto fail;
	}
	fd = -1;
	if (rename(tmp, real) != 0)
		goto fail;
	free(tmp);
	free(real);
	return 1;
fail:
	error = errno;
	if (fd >= 0)
		close(fd);
	if (tmp)
		unlink(tmp);
	free(tmp);
	free(real);
	errno = error;
	return 0;
}

int io_create(const char *path, const void *p, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return 0;
	int ok = io_write(fd, p, n), error = errno;
	if (close(fd) != 0 && ok) {
		ok = 0;
		error = errno;
	}
	if (!ok)
		unlink(path);
	errno = error;
	return ok;
}
