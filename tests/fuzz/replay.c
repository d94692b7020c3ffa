/* Runs inputs through the fuzz targets without a fuzzer.

     replay TARGET FILE...     each file; prints its name before it runs, so that a crash has one
     replay TARGET -           inputs from standard input, each `LENGTH\n` and so many bytes; for each a line with the
                               number of errors. An input that takes more than ten seconds ends the program.
     replay ast FILE           the syntax tree of a file on standard output, its diagnostics on standard error */
#define _POSIX_C_SOURCE 200809L
#include "fuzz.h"
#include "front/ast.h"
#include "front/parse.h"
#include <string.h>
#include <unistd.h>

int fuzz_parse(const uint8_t *text, size_t len);
int fuzz_fmt(const uint8_t *text, size_t len);
int fuzz_build(const uint8_t *text, size_t len);
int fuzz_yaml(const uint8_t *text, size_t len);
int fuzz_diff(const uint8_t *text, size_t len);

static const struct { const char *name; int (*run)(const uint8_t *, size_t); } targets[] = {
	{ "parse", fuzz_parse }, { "fmt", fuzz_fmt }, { "build", fuzz_build }, { "yaml", fuzz_yaml }, { "diff", fuzz_diff },
};

/* Exactly len bytes on the heap, so that a sanitizer sees a read beyond them. */
static int one(int (*run)(const uint8_t *, size_t), uint8_t *p, size_t len)
{
	alarm(10);
	const int errors = run(p, len);
	alarm(0);
	free(p);
	return errors;
}

static void tree(const char *name, const char *text, size_t len)
{
	struct arena a;
	struct atoms atoms;
	struct sources sources;
	struct diags diags;
	struct buf out = { 0 };
	const struct diag_style style = { .all = 1, .what = name };
	arena_init(&a, 0);
	atoms_init(&atoms, &a);
	sources_init(&sources, &a);
	diags_init(&diags, &a, &sources);
	ast_dump(parse_source(source_add(&sources, name, text, len, 0), &a, &atoms, &diags), &sources, &out);
	fwrite(out.p, 1, out.n, stdout);
	buf_clear(&out);
	diags_sort(&diags);
	if (diags.n)
		diag_write(&diags, DIAG_TEXT, &style, &out);
	fwrite(out.p, 1, out.n, stderr);
	buf_free(&out);
	atoms_free(&atoms);
	arena_free(&a);
}

/* The file on the heap; its length, or -1. */
static long slurp(const char *name, uint8_t **p)
{
	FILE *f = fopen(name, "rb");
	long len = -1;
	if (f && fseek(f, 0, SEEK_END) == 0 && (len = ftell(f)) >= 0) {
		rewind(f);
		*p = malloc(len ? (size_t)len : 1);
		if (!*p || fread(*p, 1, (size_t)len, f) != (size_t)len)
			len = -1;
	}
	if (len < 0)
		perror(name);
	if (f)
		fclose(f);
	return len;
}

int main(int argc, char **argv)
{
	int (*run)(const uint8_t *, size_t) = NULL;
	uint8_t *p = NULL;
	long len;
	for (size_t i = 0; argc > 2 && i < sizeof targets / sizeof *targets; i++)
		if (!strcmp(argv[1], targets[i].name))
			run = targets[i].run;
	if (argc == 3 && !strcmp(argv[1], "ast")) {
		if ((len = slurp(argv[2], &p)) < 0)
			return 4;
		tree(argv[2], (const char *)p, (size_t)len);
		free(p);
		return 0;
	}
	if (!run) {
		fputs("usage: replay parse|fmt|build|yaml|diff FILE... | -, replay ast FILE\n", stderr);
		return 3;
	}
	if (!strcmp(argv[2], "-")) {
		while (scanf("%ld", &len) == 1 && getchar() == '\n' && len >= 0) {
			if (!(p = malloc(len ? (size_t)len : 1)) || fread(p, 1, (size_t)len, stdin) != (size_t)len)
				return 4;
			printf("%d\n", one(run, p, (size_t)len));
			fflush(stdout);
		}
		return 0;
	}
	for (int i = 2; i < argc; i++) {
		printf("%s\n", argv[i]);
		fflush(stdout);
		if ((len = slurp(argv[i], &p)) < 0)
			return 4;
		one(run, p, (size_t)len);
	}
	return 0;
}
