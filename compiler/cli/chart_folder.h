/* The files of an unpacked chart that say what its values are, read into memory. */
#ifndef MLOPS_CLI_CHART_FOLDER_H
#define MLOPS_CLI_CHART_FOLDER_H
#include "base/arena.h"
#include "base/diag.h"
#include "base/vec.h"
#include "emit/import.h"

struct chart_folder { struct arena arena; VEC(struct chart_file) files; size_t bytes; };
/* 0: cannot be read, or is too large; reported. Free it either way. */
int chart_folder_read(struct chart_folder *f, struct diags *d, const char *folder);
void chart_folder_free(struct chart_folder *f);
#endif
