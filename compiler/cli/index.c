/* The record is a text file `.mlopsc-index-HASH` in the folder above the output, HASH being of the source's path, the
   env and the settings. Lines: the key; `source HASH path`; `file MODE SIZE SECONDS NANOSECONDS path`; `first ...` and
   `last ...` of the summary. */
#define _GNU_SOURCE
#include "cli/index.h"
#include "base/hash.h"
#include "cli/io.h"
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int applies(const struct args *a, const char *source)
{
	return strcmp(source, "-") && !a->value[FLAG_STDLIB] && !a->value[FLAG_ROOT] &&
		!a->value[FLAG_STDOUT] && !a->value[FLAG_CHECK];
}

static void put_key(const struct args *a, const char *source, struct buf *b)
{
	buf_addf(b, "mlopsc-index 1 %s\nstack %zu %s\n", build_id, strlen(source), source);
	if (a->value[FLAG_ENV])
		buf_addf(b, "env %zu %s\n", strlen(a->value[FLAG_ENV]), a->value[FLAG_ENV]);
	if (a->value[FLAG_OUT])
		buf_addf(b, "out %zu %s\n", strlen(a->value[FLAG_OUT]), a->value[FLAG_OUT]);
	for (uint32_t i = 0; i < (uint32_t)a->nsets; i++)
		buf_addf(b, "set %zu %s\n", strlen(a->sets[i]), a->sets[i]);
}

static void put_path(const struct args *a, const char *source, const struct buf *key, struct buf *b)
{
	const char *slash = strrchr(source, '/');
	if (a->value[FLAG_OUT])
		buf_adds(b, a->value[FLAG_OUT]);
	else
		buf_addf(b, "%.*sout", slash ? (int)(slash - source) + 1 : 0, source);
	buf_addf(b, "/.mlopsc-index-%016" PRIx64, hash64(key->p, key->n));
}

/* A path of the record is relative to the stack's folder. */
static int source_unchanged(const char *source, const char *hex, const char *name, int is_main)
{
	const char *slash = strrchr(source, '/');
	struct buf path = { 0 }, text = { 0 };
	char now[33];
	if (is_main)
		buf_adds(&path, source);
	else
		buf_addf(&path, "%.*s%s", slash ? (int)(slash - source) + 1 : 0, source, name);
	int same = io_read(path.p, &text);
	if (same) {
		hash_hex(hash_bytes(text.p ? text.p : "", text.n), now);
		same = !memcmp(now, hex, 32);
	}
	buf_free(&path);
	buf_free(&text);
	return same;
}

int index_fresh(const struct args *a, const char *source, struct buf *say)
{
	struct buf key = { 0 }, path = { 0 }, text = { 0 }, dir = { 0 };
	char *last = NULL, *first = NULL;
	uint32_t files = 0;
	int fresh = 0;
	if (!applies(a, source))
		return 0;
	put_key(a, source, &key);
	put_path(a, source, &key, &path);
	fresh = io_read(path.p, &text) && text.n >= key.n && !memcmp(text.p, key.p, key.n);
	const char *base = strrchr(source, '/');
	base = base ? base + 1 : source;
	for (char *s = fresh ? text.p + key.n : NULL, *end = fresh ? text.p + text.n : NULL; fresh && s < end;) {
		char *nl = memchr(s, '\n', (size_t)(end - s));
		if (!nl) {
			fresh = 0;      /* cut off */
			break;
		}
		*nl = 0;
		if (!strncmp(s, "source ", 7) && nl - s > 40) {
			fresh = source_unchanged(source, s + 7, s + 40, !strcmp(s + 40, base));
		} else if (!strncmp(s, "dir ", 4)) {
			buf_adds(&dir, s + 4);
		} else if (!strncmp(s, "file ", 5) && dir.n) {
			struct stat st;
			char *q = s + 5;
			const long long mode = strtoll(q, &q, 10), size = strtoll(q, &q, 10),
				sec = strtoll(q, &q, 10), nsec = strtoll(q, &q, 10);
			const size_t n = dir.n;
			buf_addf(&dir, "/%s", q + (*q == ' '));
			fresh = !lstat(dir.p, &st) && st.st_mode == mode && st.st_size == size &&
				st.st_ctim.tv_sec == sec && st.st_ctim.tv_nsec == nsec;
			dir.n = n;
			dir.p[n] = 0;
			files++;
		} else if (!strncmp(s, "first ", 6)) {
			first = s + 6;
		} else if (!strncmp(s, "last ", 5)) {
			last = s + 5;
		} else {
			fresh = 0;
		}
		s = nl + 1;
	}
	fresh = fresh && first && last && files;
	if (fresh)
		buf_addf(say, "%s\n  %u file%s unchanged\n%s\n", first, files, files == 1 ? "" : "s", last);
	buf_free(&key);
	buf_free(&path);
	buf_free(&text);
	buf_free(&dir);
	return fresh;
}

void index_drop(const struct args *a, const char *source)
{
	struct buf key = { 0 }, path = { 0 };
	if (!applies(a, source))
		return;
	put_key(a, source, &key);
	put_path(a, source, &key, &path);
	unlink(path.p);
	buf_free(&key);
	buf_free(&path);
}

void index_store(const struct args *a, const char *source, const struct out_stack *stack, const char *dir,
		 const struct tree_entry *entries, uint32_t n, const char *first, const char *last)
{
	struct buf key = { 0 }, path = { 0 }, at = { 0 };
	char hex[33];
	if (!applies(a, source))
		return;
	put_key(a, source, &key);
	put_path(a, source, &key, &path);
	for (uint32_t i = 0; i < stack->nsources; i++) {
		hash_hex(stack->sources[i].hash, hex);
		buf_addf(&key, "source %s %s\n", hex, stack->sources[i].name);
	}
	buf_addf(&key, "dir %s\n", dir);
	buf_addf(&at, "%s/", dir);
	const size_t base = at.n;
	int ok = 1;
	for (uint32_t i = 0; ok && i < n; i++) {
		struct stat st;
		if (entries[i].change == TREE_REMOVED)
			continue;
		at.n = base;
		buf_adds(&at, entries[i].path);
		ok = !lstat(at.p, &st);
		if (ok)
			buf_addf(&key, "file %lld %lld %lld %ld %s\n", (long long)st.st_mode,
				(long long)st.st_size, (long long)st.st_ctim.tv_sec,
				st.st_ctim.tv_nsec, entries[i].path);
	}
	buf_addf(&key, "first %s\nlast %s\n", first, last);
	/* beside and renamed: a record that is half written would be worse than none */
	struct buf temporary = { 0 };
	buf_addf(&temporary, "%s.new", path.p);
	int fd = ok ? open(temporary.p, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644) : -1;
	if (fd >= 0) {
		ok = io_write(fd, key.p, key.n);
		ok = !close(fd) && ok;
		if (!ok || rename(temporary.p, path.p))
			unlink(temporary.p);
	}
	buf_free(&temporary);
	buf_free(&key);
	buf_free(&path);
	buf_free(&at);
}
