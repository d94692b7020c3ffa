/* A build helper, no part of the compiler: takes a C name, folders and, on standard input, paths below these, one
   a line; writes C with an array of struct embedded_file. Texts become string literals with everything that
   is not plain printable ASCII in three octal digits, so that they are byte exact under every compiler. If declarations
   of the language are among them, an index of these comes with it (sema/library.h). */
#define XXH_INLINE_ALL
#include <xxhash.h>
#include "base/atom.h"
#include "sema/library.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DECLS 4096
struct declared { struct library_decl v[MAX_DECLS]; uint32_t n; };

static int fail(const char *what, const char *path)
{
	fprintf(stderr, "embed: cannot %s %s\n", what, path);
	return 0;
}

static void put_text(const char *text, size_t len, unsigned n)
{
	int column = 0;

	printf("static const char text%u[] =\n\t\"", n);
	for (size_t i = 0; i < len; i++) {
		const int c = (unsigned char)text[i];

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
	}
	printf("\";\n");
}

/* The texts of declarations stay in memory until the index is written. */
static int put_file(const char *path, unsigned n, struct declared *all)
{
	FILE *f = fopen(path, "rb");
	size_t len = 0, cap = 1 << 16, got, end = strlen(path);
	char *text = malloc(cap);
	const uint32_t first = all->n;
	struct library_scan scan = { 0 };
	struct library_decl d = { .file = n };

	if (!f)
		return fail("open", path);
	while (text && (got = fread(text + len, 1, cap - len, f)) > 0)
		if ((len += got) == cap)
			text = realloc(text, cap *= 2);
	if (!text || ferror(f)) {
		fclose(f);
		return fail("read", path);
	}
	fclose(f);
	if (len > 0x7fffffff)
		return fail("embed more than 2 GiB of", path);
	put_text(text, len, n);
	scan.text = text;
	scan.len = (uint32_t)len;
	if (end < 6 || strcmp(path + end - 6, ".mlops")) {
		free(text);
		return 1;
	}
	while (library_next(&scan, &d)) {
		if (all->n == MAX_DECLS)
			return fail("take so many declarations:", path);
		if (all->n > first)
			all->v[all->n - 1].hi = d.lo;
		all->v[all->n++] = d;
	}
	return 1;
}

static void put_index(const char *name, const struct declared *all)
{
	static uint16_t slots[4 * MAX_DECLS];
	const struct library_index index = { all->v, all->n, slots, library_mask(all->n) };
	uint32_t i;

	printf("static const struct library_decl decls[] = {\n");
	for (i = 0; i < all->n; i++) {
		const struct library_decl *d = &all->v[i];

		printf("\t{ \"%.*s\", %u, %u, %u, %u, '%c' },\n", (int)d->n, d->name, (unsigned)d->n, (unsigned)d->file,
			(unsigned)d->lo, (unsigned)d->hi, d->what);
		library_enter(&index, slots, i, atom_hash(XXH3_64bits(d->name, d->n)));
	}
	printf("};\nstatic const uint16_t slots[] = {");
	for (i = 0; i <= index.mask; i++)
		printf("%s%u,", i % 16 ? " " : "\n\t", slots[i]);
	printf("\n};\nconst struct library_index %s_index = { decls, %u, slots, %u };\n", name, (unsigned)all->n,
		(unsigned)index.mask);
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
	static struct declared all;
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
		if (!put_file(path, n++, &all))
			return 1;
		used += len + 1;
	}
	printf("const struct embedded_file %s[] = {\n", argv[1]);
	for (i = 0, at = 0; i < n; i++) {
		printf("\t{ \"%s\", text%u, sizeof text%u - 1 },\n", below(argv + 2, paths + at), i, i);
		at += strlen(paths + at) + 1;
	}
	printf("\t{ 0, 0, 0 }\n};\nconst unsigned %s_count = %u;\n", argv[1], n);
	if (all.n)
		put_index(argv[1], &all);
	if (ferror(stdin) || fflush(stdout) || ferror(stdout))
		return fail("write", argv[1]), 1;
	return 0;
}
