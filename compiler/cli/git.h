/* Reading a git repository: its objects, never its work tree. git itself is asked, as a child process without a shell:
   `git cat-file --batch` answers as many questions as there are, so a comparison that reads five files of a tree of
   thousands costs five. */
#ifndef MLOPS_CLI_GIT_H
#define MLOPS_CLI_GIT_H
#include "base/buf.h"

struct git;
/* Is there such a revision, as seen from folder `dir`? 0: *why. */
int git_revision(const char *dir, const char *revision, const char **why);
/* What may help where there is no such revision; 0: nothing is known. */
int git_cure(const char *dir, const char *revision, struct buf *out);
struct git *git_open(const char *dir, const char *revision);
/* Appends a file at a path from `dir` ("./out/x", "../x") or from the top of the repository ("out/x"). 0: *why, or NULL
   when there is none. */
int git_read(struct git *g, const char *path, struct buf *out, const char **why);
void git_close(struct git *g);
/* Names below a folder of the revision, each with a NUL behind it: of everything, or of what is directly there. 0:
   there is none. */
int git_list(const char *dir, const char *revision, const char *path, int deep, struct buf *out);
#endif
