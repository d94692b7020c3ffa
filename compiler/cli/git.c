/* Questions to a child process `git`, answers from it. */
#define _POSIX_C_SOURCE 200809L
#include "cli/git.h"
#include "cli/io.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGUMENTS 12

struct git { pid_t pid; int to, from; const char *revision; struct buf have; size_t at; };

/* Starts git; its standard input and output are pipes, what it says to standard error goes nowhere. -1: *error. */
static pid_t start(const char *const *argv, int *to, int *from)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 };
	pid_t pid = -1;
	if (pipe(in) == 0 && pipe(out) == 0)
		pid = fork();
	if (pid == 0) {
		const int null = open("/dev/null", O_WRONLY);
		char *args[ARGUMENTS + 1];
		int n = 0;
		for (; argv[n] && n < ARGUMENTS; n++)
			args[n] = (char *)(size_t)argv[n];
		args[n] = NULL;
		dup2(in[0], 0);
		dup2(out[1], 1);
		if (null >= 0)
			dup2(null, 2);
		for (int fd = 3; fd < 16; fd++)
			close(fd);
		execvp("git", args);
		_exit(127);
	}
	if (in[0] >= 0)
		close(in[0]);
	if (out[1] >= 0)
		close(out[1]);
	if (pid < 0) {
		if (in[1] >= 0)
			close(in[1]);
		if (out[0] >= 0)
			close(out[0]);
		return -1;
	}
	*to = in[1];
	*from = out[0];
	return pid;
}

static int finish(pid_t pid)
{
	int status;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int more(int fd, struct buf *b)
{
	for (;;) {
		buf_reserve(b, 1 << 16);
		const ssize_t n = read(fd, b->p + b->n, 1 << 16);
		if (n < 0 && errno == EINTR)
			continue;
		if (n > 0)
			b->n += (size_t)n;
		b->p[b->n] = 0;
		return n > 0;
	}
}

/* Runs git to its end. Its exit status; out: what it printed. */
static int run(const char *const *argv, struct buf *out)
{
	int to, from;
	const pid_t pid = start(argv, &to, &from);
	if (pid < 0)
		return -1;
	close(to);
	while (more(from, out))
		;
	close(from);
	return finish(pid);
}

static int is_revision(const char *dir, const char *revision)
{
	struct buf out = { 0 }, name = { 0 };
	buf_addf(&name, "%s^{commit}", revision);
	const char *const argv[] = { "git", "-C", dir, "rev-parse", "--verify", "--quiet", "--end-of-options",
		name.p, NULL };
	const int status = run(argv, &out);
	buf_free(&out);
	buf_free(&name);
	return status == 0;
}

int git_revision(const char *dir, const char *revision, const char **why)
{
	struct buf out = { 0 };
	const char *const inside[] = { "git", "-C", dir, "rev-parse", "--git-dir", NULL };
	const int status = run(inside, &out);
	*why = NULL;
	if (status == 127 || status < 0)
		*why = "there is no such file or folder, and no git to ask for a revision";
	else if (status)
		*why = "there is no such file or folder, and no git repository that could have such a revision";
	else if (!is_revision(dir, revision))
		*why = "no file, folder or git revision is called so";
	buf_free(&out);
	return !*why;
}

int git_cure(const char *dir, const char *revision, struct buf *out)
{
	struct buf text = { 0 }, there = { 0 };
	const char *const shallow[] = { "git", "-C", dir, "rev-parse", "--is-shallow-repository", NULL };
	buf_addf(&there, "origin/%s", revision);
	if (is_revision(dir, there.p))
		buf_addf(out, "there is `%s`", there.p);
	else if (run(shallow, &text) == 0 && text.n >= 4 && !memcmp(text.p, "true", 4))
		buf_adds(out, "this clone is shallow, older revisions are not in it: git fetch --unshallow");
	buf_free(&text);
	buf_free(&there);
	return out->n > 0;
}

struct git *git_open(const char *dir, const char *revision)
{
	const char *const argv[] = { "git", "-C", dir, "cat-file", "--batch", NULL };
	struct git *g = calloc(1, sizeof *g);
	if (!g)
		abort();
	g->revision = revision;
	g->pid = start(argv, &g->to, &g->from);
	if (g->pid < 0) {
		free(g);
		return NULL;
	}
	return g;
}

/* "OID TYPE SIZE\n", SIZE bytes, "\n"; or "... missing\n" and the like. */
int git_read(struct git *g, const char *path, struct buf *out, const char **why)
{
	struct buf ask = { 0 };
	char type[16], oid[129];
	unsigned long long size;
	const char *nl;
	*why = NULL;
	if (strchr(path, '\n'))
		return 0;
	buf_addf(&ask, "%s:%s\n", g->revision, path);
	const int asked = io_write(g->to, ask.p, ask.n);
	buf_free(&ask);
	buf_clear(&g->have);
	while (asked && !(g->have.n && memchr(g->have.p, '\n', g->have.n)))
		if (!more(g->from, &g->have))
			break;
	if (!asked || !g->have.n || !(nl = memchr(g->have.p, '\n', g->have.n))) {
		*why = "git ended early";
		return 0;
	}
	if (sscanf(g->have.p, "%128s %15s %llu", oid, type, &size) != 3)
		return 0;
	const size_t head = (size_t)(nl - g->have.p) + 1;
	while (g->have.n < head + size + 1)
		if (!more(g->from, &g->have)) {
			*why = "git ended early";
			return 0;
		}
	if (strcmp(type, "blob"))
		return 0;
	buf_add(out, g->have.p + head, (size_t)size);
	return 1;
}

void git_close(struct git *g)
{
	if (!g)
		return;
	close(g->to);
	close(g->from);
	finish(g->pid);
	buf_free(&g->have);
	free(g);
}

int git_list(const char *dir, const char *revision, const char *path, int deep, struct buf *out)
{
	struct buf tree = { 0 };
	buf_addf(&tree, "%s:%s", revision, path);
	const char *const all[] = { "git", "-C", dir, "ls-tree", "-r", "-z", "--full-tree",
		"--name-only", tree.p, NULL };
	const char *const flat[] = { "git", "-C", dir, "ls-tree", "-z", "--full-tree", "--name-only", tree.p, NULL };
	const int status = run(deep ? all : flat, out);
	buf_free(&tree);
	return status == 0;
}
