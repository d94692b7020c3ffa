/* What the command line does to the outside: streams, files, colour. */
#ifndef MLOPS_CLI_IO_H
#define MLOPS_CLI_IO_H
#include "base/buf.h"
#include "cli/args.h"

/* Keeps descriptors 0 to 2 taken, so that no output file can become standard output; a broken pipe becomes an error of
   write() and not a death. */
void io_prepare(void);
/* --color, NO_COLOR, CLICOLOR_FORCE, then terminal and TERM, for the stream with this descriptor. */
int io_color(const struct args *a, int fd);

/* Writes all. 1, or 0 with errno. */
int io_write(int fd, const void *p, size_t n);
/* Standard output. STATUS_DONE, also when the reader has gone; STATUS_IO after telling why. */
int io_print(const struct buf *b);
/* Appends what can be read. 1, or 0 with errno (EISDIR for a folder). `-` is standard input. */
int io_read(const char *path, struct buf *out);
/* Replaces the contents of a file: a new file beside it, then a rename; follows links, keeps the mode. 1, or 0 with
   errno. */
int io_replace(const char *path, const struct buf *b);
/* Makes a new file. 1, or 0 with errno: EEXIST when there is one. */
int io_create(const char *path, const void *p, size_t n);
/* What errno means, in words of this program ("there is no such file"). */
#endif
