/* Runs inputs through the fuzz targets without a fuzzer.

     replay TARGET FILE...     each file; prints its name before it runs, so that a crash has one
     replay TARGET -           inputs from standard input, each `LENGTH\n` and so many bytes; for each a line with the
                               number of errors. An input that takes more than ten seconds ends the program. */
#define _POSIX_C_SOURCE 200809L
#include "fuzz.h"
#include <string.h>
#include <unistd.h>

int fuzz_parse(const uint8_t *text, size_t len);
int fuzz_fmt(const uint8_t *text, size_t len);
int fuzz_build(const uint8_t *text, size_t len);
int fuzz_yaml(const uint8_t *text, size_t len);

static const struct { const char *name; int (*run)(const uint8_t *, size_t); } targets[] = {
	{ "parse", fuzz_parse }, { "fmt", fuzz_fmt }, { "build", fuzz_build }, { "yaml", fuzz_yaml },
};

/* Exactly len bytes on the heap, so that a sanitizer sees a read beyond them. */
static int one(int (*run)(const uint8_t *, size_t), FILE *f, size_t len, int *errors)
{
	uint8_t *p = malloc(len ? len : 1);
	const int ok = p && fread(p, 1, len, f) == len;
	alarm(10);
	if (ok)
		*errors = run(p, len);
	alarm(0);
	free(p);
	return ok;
}

int main(int argc, char **argv)
{
	int (*run)(const uint8_t *, size_t) = NULL;
	int errors;
	for (size_t i = 0; argc > 2 && i < sizeof targets / sizeof *targets; i++)
		if (!strcmp(argv[1], targets[i].name))
			run = targets[i].run;
	if (!run) {
		fputs("usage: replay parse|fmt|build|yaml FILE... | -\n", stderr);
		return 3;
	}
	if (!strcmp(argv[2], "-")) {
		size_t len;
		while (scanf("%zu", &len) == 1 && getchar() == '\n') {
			if (!one(run, stdin, len, &errors))
				return 4;
			printf("%d\n", errors);
			fflush(stdout);
		}
		return 0;
	}
	for (int i = 2; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		if (!f || fseek(f, 0, SEEK_END) != 0) {
			perror(argv[i]);
			return 4;
		}
		const long len = ftell(f);
		rewind(f);
		printf("%s\n", argv[i]);
		fflush(stdout);
		if (len < 0 || !one(run, f, (size_t)len, &errors)) {
			perror(argv[i]);
			return 4;
		}
		fclose(f);
	}
	return 0;
}
