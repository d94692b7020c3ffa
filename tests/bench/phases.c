/* phases SOURCE RUNS: how long the parts of a build take inside one process, in memory, each the least of RUNS.
 *
 * It uses the library as the command line does, and prints a line for each part: name, seconds, bytes.
 *   parse    the source through lexer and parser: bytes of source
 *   front    the source to a checked program ready to be emitted, the standard library included: bytes of source
 *   stream   from there to the bytes of every object, with their hashes, into nothing: bytes of output
 */
#define _POSIX_C_SOURCE 200809L
#include "base/arena.h"
#include "base/atom.h"
#include "base/source.h"
#include "emit/emit.h"
#include "front/parse.h"
#include "mlops.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double cpu(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void least(double *best, double from)
{
	double t = cpu() - from;
	if (*best == 0 || t < *best)
		*best = t;
}

static int count(void *ctx, const void *p, size_t n)
{
	(void)p;
	*(size_t *)ctx += n;
	return 1;
}

static void fail(struct mlops *m, const char *what)
{
	struct buf b = { 0 };
	if (m)
		diag_write(mlops_diags(m), DIAG_TEXT, &(struct diag_style){ .what = "the workload" }, &b);
	fprintf(stderr, "phases: %s\n%.*s", what, (int)b.n, b.p ? b.p : "");
	exit(1);
}

static char *slurp(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	char *p = malloc(64u << 20);
	if (!f || !p)
		fail(NULL, path);
	*n = fread(p, 1, 64u << 20, f);
	fclose(f);
	return p;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	size_t n, streamed = 0;
	char *text = slurp(argv[1], &n);
	double parse = 0, front = 0, stream = 0;
	for (int r = atoi(argv[2]); r > 0; r--) {
		struct arena a;
		struct atoms atoms;
		struct sources sources;
		struct diags diags;
		arena_init(&a, 0);
		atoms_init(&atoms, &a);
		sources_init(&sources, &a);
		diags_init(&diags, &a, &sources);
		struct source *src = source_add(&sources, "w.mlops", text, n, 0);
		double t = cpu();
		parse_source(src, &a, &atoms, &diags);
		least(&parse, t);
		if (diags.nerrors)
			fail(NULL, "the source does not parse");
		atoms_free(&atoms);
		arena_free(&a);

		t = cpu();
		struct mlops *m = mlops_new(&(struct mlops_options){ .root = "" });
		if (!mlops_add_text(m, "w.mlops", text, n) || mlops_compile(m, NULL))
			fail(m, "the source does not compile");
		const struct out_stack *s = mlops_stack(m);
		least(&front, t);

		struct arena scratch;
		struct out_summary sum;
		arena_init(&scratch, 0);
		streamed = 0;
		t = cpu();
		if (!s || !emit_stream(s, &(struct sink){ count, &streamed }, &scratch, mlops_diags(m), &sum))
			fail(m, "nothing comes out");
		least(&stream, t);
		arena_free(&scratch);

		mlops_free(m);
	}
	printf("parse %.6f %zu\nfront %.6f %zu\nstream %.6f %zu\n", parse, n, front, n, stream, streamed);
	free(text);
	return 0;
}
