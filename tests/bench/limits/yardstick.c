/* yardstick hash FILE             reads the file and takes its XXH3-128
 * yardstick stat LIST             looks at each file that LIST names, one a line
 * yardstick write LIST FROM TO    makes those files of the folder FROM again in the new folder TO, and prints the seconds
 *                                 that the making took, without the reading
 *
 * What the kernel alone takes for what a build has to do with its files.
 */
#include "common.h"
#include <errno.h>
#include <xxhash.h>

static void parents(char *path)
{
	for (char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = 0;
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			die(path);
		*p = '/';
	}
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "hash") == 0) {
		struct buf b = slurp(argv[2]);
		XXH128_hash_t h = XXH3_128bits(b.p, b.n);
		printf("%016llx%016llx\n", (unsigned long long)h.high64, (unsigned long long)h.low64);
		return 0;
	}
	if (argc < 3)
		return 2;
	struct buf list = slurp(argv[2]);
	if (strcmp(argv[1], "stat") == 0) {
		long long sum = 0;
		for (char *p = list.p, *e; p < list.p + list.n; p = e + 1) {
			struct stat st;
			e = strchr(p, '\n');
			*e = 0;
			if (stat(p, &st) < 0)
				die(p);
			sum += st.st_size;
		}
		printf("%lld\n", sum);
		return 0;
	}
	if (argc != 5 || strcmp(argv[1], "write") != 0)
		return 2;
	size_t n = 0, i = 0;
	for (size_t k = 0; k < list.n; k++)
		n += list.p[k] == '\n';
	struct buf *files = must(calloc(n, sizeof *files));
	char **names = must(calloc(n, sizeof *names)), path[8192];
	for (char *p = list.p, *e; p < list.p + list.n; p = e + 1, i++) {
		e = strchr(p, '\n');
		*e = 0;
		names[i] = p;
		snprintf(path, sizeof path, "%s/%s", argv[3], p);
		files[i] = slurp(path);
	}
	/* the folder of a file is opened once for all that stand in it, as a builder of trees would */
	double start = now();
	char dir[4096] = "";
	int at = -1;
	for (i = 0; i < n; i++) {
		char *slash = strrchr(names[i], '/');
		size_t len = slash ? (size_t)(slash - names[i]) : 0;
		if (at < 0 || strlen(dir) != len || memcmp(dir, names[i], len)) {
			memcpy(dir, names[i], len);
			dir[len] = 0;
			snprintf(path, sizeof path, "%s/%s/", argv[4], dir);
			parents(path);
			if (at >= 0)
				close(at);
			at = open(path, O_RDONLY | O_DIRECTORY);
			if (at < 0)
				die(path);
		}
		int fd = openat(at, slash ? slash + 1 : names[i], O_WRONLY | O_CREAT | O_EXCL, 0644);
		if (fd < 0 || write(fd, files[i].p, files[i].n) != (ssize_t)files[i].n || close(fd) < 0)
			die(names[i]);
	}
	printf("%.6f\n", now() - start);
	return 0;
}
