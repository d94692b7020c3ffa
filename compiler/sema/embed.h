/* Files compiled into the program: the standard library and the pages of `explain`. The tables are made by the Makefile
   with embed.c; both are sorted by path, bytewise. */
#ifndef MLOPS_EMBED_H
#define MLOPS_EMBED_H
#include "sema/library.h"

struct embedded_file {
	const char *path;               /* below the folder: "kubernetes/kinds.tsv", "E0201.md" */
	const char *text;               /* the file's bytes and a NUL */
	unsigned len;
};
/* stdlib: *.mlops, *.tsv; explain: *.md */
extern const struct embedded_file embedded_stdlib[], embedded_explain[];
extern const unsigned embedded_stdlib_count, embedded_explain_count;
extern const struct library_index embedded_stdlib_index;
#endif
