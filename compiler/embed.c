/* A build helper, no part of the compiler: takes a C name, folders and, on standard input, paths below these, one
   a line; writes C with an array of struct embedded_file. Texts become string literals with everything that
   is not plain printable ASCII in three octal digits, so that they are byte exact under every compiler. */
#include <stdio.h>
#include <string.h>

static int fail(const char *what, const char *path)
{
	fprintf(stderr, "embed: cannot %s %s\n", what, path);
	return 0;
}

static int put_file(const char *path, unsigned n)
{
	FILE *f = fopen(path, "rb");
	unsigned long len = 0;
	int c, column = 0;

	if (!f)
		return fail("open", path);
	printf("static const char text%u[] =\n\t\"", n);
	while ((c = getc(f)) != EOF) {
		if (column >= 100) {
			printf("\"\n\t\"");
			column = 0;
		}
		if (c == '\n')
			column += printf("\\n");
		else if (c == '"' || c == '\\')
			column += printf("\\%c", c);
		else if (c < ' ' || c > '~' || c == '?')        /* ?: no trigraphs */
			column += printf("\\%03o", (unsigned)c);
		else
			column += putchar(c) != EOF;
		len++;
	}
	printf("\";\n");
	if (ferror(f)) {
		fclose(f);
		return fail("read", path);
	}
	fclose(f);
	if (len > 0x7fffffff)
		return fail("embed more than 2 GiB of", path);
	return 1;
}

/* The path below whichever of the folders it is in. */
static const char *below(char **folders, const char *path)
{
	for (; *folders; folders++) {
		size_t n = strlen(*folders);

		if (!strncmp(path, *folders, n) && path[n] == '/' && !strpbrk(path, "\"\\?"))
			return path + n + 1;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	static char paths[1 << 20];
	size_t used = 0, at;
	unsigned n = 0, i;

	if (argc < 3) {
		fprintf(stderr, "usage: embed NAME FOLDER... < paths\n");
		return 3;
	}
	printf("/* made by embed.c */\n#include \"sema/embed.h\"\n");
	while (used < sizeof paths && fgets(paths + used, (int)(sizeof paths - used), stdin)) {
		char *path = paths + used;
		size_t len = strcspn(path, "\n");

		if (path[len] != '\n')
			return fail("take the list of", argv[2]), 1;
		path[len] = 0;
		if (!below(argv + 2, path))
			return fail("name", path), 1;
		if (!put_file(path, n++))
			return 1;
		used += len + 1;
	}
	printf("const struct embedded_file %s[] = {\n", argv[1]);
	for (i = 0, at = 0; i < n; i++) {
		printf("\t{ \"%s\", text%u, sizeof text%u - 1 },\n", below(argv + 2, paths + at), i, i);
		at += strlen(paths + at) + 1;
	}
	printf("\t{ 0, 0, 0 }\n};\nconst unsigned %s_count = %u;\n", argv[1], n);
	if (ferror(stdin) || fflush(stdout) || ferror(stdout))
		return fail("write", argv[1]), 1;
	return 0;
}
