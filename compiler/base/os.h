/* What is asked of the system in many places. */
#ifndef MLOPS_OS_H
#define MLOPS_OS_H
#include "base/arena.h"

/* why a system call failed, in one wording for the whole program; error: errno */
const char *os_reason(int error);
/* path below a folder */
const char *os_path(struct arena *a, const char *dir, const char *path);
#endif
