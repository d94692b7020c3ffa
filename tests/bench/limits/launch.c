/* launch DIR OUT SECONDS REPEAT COMMAND [ARG ...]
 *
 * Runs the command REPEAT times with DIR as its folder, its output in OUT (a new file each time) and OUT.err, and prints
 * a line for each: status wall_s cpu_s rss_kib.  A small C program that starts by vfork, because forking a large one takes
 * longer than what is measured, and because a child's peak memory cannot read below that of the process it came from.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile pid_t child;
static volatile sig_atomic_t late;

static void on_alarm(int sig)
{
	(void)sig;
	late = 1;
	kill(-child, SIGKILL);
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	char err[4096];
	if (argc < 6)
		return 2;
	snprintf(err, sizeof(err), "%s.err", argv[2]);
	signal(SIGALRM, on_alarm);
	for (int i = atoi(argv[4]); i > 0 && !late; i--) {
		unlink(argv[2]);
		int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
		int out = open(argv[2], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
		int errors = open(err, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		if (in < 0 || out < 0 || errors < 0) {
			perror(argv[2]);
			return 1;
		}
		double start = now();
		pid_t pid = vfork();
		if (pid == 0) {
			setpgid(0, 0);
			if (dup2(in, 0) == 0 && dup2(out, 1) == 1 && dup2(errors, 2) == 2 && chdir(argv[1]) == 0)
				execvp(argv[5], argv + 5);
			_exit(127);
		}
		child = pid;
		alarm((unsigned)atoi(argv[3]));
		int status;
		struct rusage u;
		while (wait4(pid, &status, 0, &u) < 0)
			;
		double wall = now() - start;
		alarm(0);
		double cpu = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
			(double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
		if (late)
			printf("timeout");
		else
			printf("%d", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
		printf(" %.6f %.6f %ld\n", wall, cpu, u.ru_maxrss);
		close(in);
		close(out);
		close(errors);
	}
	return 0;
}
