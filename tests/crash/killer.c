/* Runs a program and ends it at its N-th system call, before the call is made; or lets the N-th call fail.

     killer kill N COMMAND...          SIGKILL; exit 137 when it struck, the command's status when it made fewer calls
     killer fail N ERRNO COMMAND...    call N returns -ERRNO and is not made; the command's status
     killer list COMMAND...            one line a call on standard error: number, name where it matters, the file that is opened

   System calls are counted from the first one behind exec. Linux on x86-64 and AArch64. */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)
typedef struct user_regs_struct registers;
#define NUMBER(r) ((long)(r).orig_rax)
#define PATH(r) ((r).rsi)
#define SET_NUMBER(r, n) ((r).orig_rax = (unsigned long)(n))
#define SET_RESULT(r, v) ((r).rax = (unsigned long)(v))
#elif defined(__aarch64__)
typedef struct user_regs_struct registers;
#define NUMBER(r) ((long)(r).regs[8])
#define PATH(r) ((r).regs[1])
#define SET_RESULT(r, v) ((r).regs[0] = (unsigned long)(v))
#ifndef NT_ARM_SYSTEM_CALL
#define NT_ARM_SYSTEM_CALL 0x404
#endif
#else
#error "this machine's registers are not known here"
#endif

static void get(pid_t pid, registers *r)
{
	struct iovec v = { r, sizeof *r };
	if (ptrace(PTRACE_GETREGSET, pid, (void *)NT_PRSTATUS, &v) < 0) {
		perror("killer: registers");
		exit(125);
	}
}

static void set(pid_t pid, registers *r)
{
	struct iovec v = { r, sizeof *r };
	ptrace(PTRACE_SETREGSET, pid, (void *)NT_PRSTATUS, &v);
}

static void set_number(pid_t pid, registers *r, int number)
{
#ifdef SET_NUMBER
	SET_NUMBER(*r, number);
	set(pid, r);
#else
	struct iovec v = { &number, sizeof number };
	(void)r;
	ptrace(PTRACE_SETREGSET, pid, (void *)NT_ARM_SYSTEM_CALL, &v);
#endif
}

static const struct { long number; const char *name; } names[] = {
	{ SYS_write, "write" }, { SYS_openat, "openat" }, { SYS_renameat, "rename" }, { SYS_unlinkat, "unlink" }, { SYS_mkdirat, "mkdir" },
	{ SYS_fsync, "fsync" }, { SYS_close, "close" }, { SYS_ftruncate, "ftruncate" }, { SYS_fchmod, "fchmod" }, { SYS_fchmodat, "fchmodat" },
	{ SYS_read, "read" }, { SYS_flock, "flock" }, { SYS_getdents64, "getdents" }, { SYS_renameat2, "rename" },
#ifdef SYS_rename
	{ SYS_rename, "rename" }, { SYS_unlink, "unlink" }, { SYS_mkdir, "mkdir" }, { SYS_rmdir, "rmdir" }, { SYS_open, "openat" }, { SYS_chmod, "fchmod" },
#endif
};

/* The path that openat is given. */
static void path_of(pid_t pid, const registers *r, char out[256])
{
	struct iovec here = { out, 255 }, there = { (void *)PATH(*r), 255 };
	ssize_t n;
	memset(out, 0, 256);
	if ((n = process_vm_readv(pid, &here, 1, &there, 1, 0)) < 0) {
		/* the path may end right before a page that is not there */
		there.iov_len = here.iov_len = 4096 - (size_t)(PATH(*r) & 4095) < 255 ? 4096 - (size_t)(PATH(*r) & 4095) : 255;
		process_vm_readv(pid, &here, 1, &there, 1, 0);
	}
}

static const char *name_of(long number)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].number == number)
			return names[i].name;
	return "-";
}

int main(int argc, char **argv)
{
	enum { KILL, FAIL, LIST } what = argc > 3 && !strcmp(argv[1], "kill") ? KILL : argc > 4 && !strcmp(argv[1], "fail") ? FAIL : LIST;
	const long target = what == LIST ? -1 : atol(argv[2]);
	const int error = what == FAIL ? atoi(argv[3]) : 0;
	char **command = argv + (what == KILL ? 3 : what == FAIL ? 4 : 2);
	if (argc < 3 || (what == LIST && strcmp(argv[1], "list"))) {
		fputs("usage: killer kill N COMMAND... | fail N ERRNO COMMAND... | list COMMAND...\n", stderr);
		return 125;
	}
	const pid_t pid = fork();
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
			_exit(126);
		raise(SIGSTOP);
		execv(command[0], command);
		_exit(127);
	}
	int status, entering = 1, failing = 0;
	long n = 0;
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)) < 0) {
		fputs("killer: cannot trace\n", stderr);
		return 126;
	}
	int running = 0, signal_number = 0;
	for (;;) {
		if (ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(long)signal_number) < 0 || waitpid(pid, &status, 0) < 0)
			return 125;
		signal_number = 0;
		if (WIFEXITED(status))
			return WEXITSTATUS(status);
		if (WIFSIGNALED(status))
			return 128 + WTERMSIG(status);
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8)) {
			running = 1;
			entering = 0;           /* the end of exec itself comes next */
			continue;
		}
		if (WSTOPSIG(status) != (SIGTRAP | 0x80)) {
			signal_number = WSTOPSIG(status);
			continue;
		}
		if (!running)
			continue;
		registers r;
		if (!entering) {
			entering = 1;
			if (failing) {
				get(pid, &r);
				SET_RESULT(r, -(long)error);
				set(pid, &r);
				failing = 0;
			}
			continue;
		}
		entering = 0;
		n++;
		if (what == LIST) {
			get(pid, &r);
			char path[256] = "";
			if (NUMBER(r) == SYS_openat)
				path_of(pid, &r, path);
			fprintf(stderr, "%ld %s%s%s\n", n, name_of(NUMBER(r)), *path ? " " : "", path);
		} else if (n == target && what == KILL) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			return 137;
		} else if (n == target) {
			get(pid, &r);
			set_number(pid, &r, -1);
			failing = 1;
		}
	}
}
