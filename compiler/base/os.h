/* Why a system call failed, in one wording for the whole program. */
#ifndef MLOPS_OS_H
#define MLOPS_OS_H
const char *os_reason(int error);
#endif
