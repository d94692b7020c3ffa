/* What the files of emit/tree/ share: the folder while it is written. tree.c explains how; emit/tree.h has what others
   call. Functions give 0 on error, reported, unless they say otherwise. */
#ifndef MLOPS_TREE_STATE_H
#define MLOPS_TREE_STATE_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "emit/tree.h"
#include "base/buf.h"
#include "base/vec.h"
#include <string.h>
#include <sys/types.h>

#define TEMPORARY ".mlopsc-new-"
enum { CHUNK = 65536 };

struct intent { struct intent *next; struct hash128 hash; };

struct node;

struct name {                   /* a path that is put now, or that an earlier build wrote */
	const char *path;
	uint64_t key;
	struct node *node;      /* put now */
	struct intent *intents; /* contents that a killed build had for it */
	int owned;              /* in the old sums or lock */
};
struct node {
	struct name *name;
	struct tree_entry entry;
	unsigned temporary;     /* N + 1 of its temporary file, 0: none */
	int mode, make_executable;
};
struct tree {
	struct arena *a;
	struct diags *d;
	const char *dir;
	int root;               /* -1: does not exist yet */
	int compare, failed, committed, had_intent, started;
	int intent;             /* -1, or open for appending */
	int intent_torn;        /* its last line has no end */
	unsigned temporaries;
	VEC(struct node *) nodes;
	VEC(struct name *) names;
	struct name **slots; uint32_t nslots;
	VEC(const char *) planned;      /* `folder` lines of a killed build */
	VEC(const char *) made;         /* folders made now, parents of dir included, for an abandoned first build */
	uint32_t nparents;              /* how many of them are dir and above */
	const char *folder; size_t nfolder; int fd;     /* the folder opened last; fd -1: none */
	struct buf old_lock, old_sums, stream, chunk, lines;
	const char *begun; int begun_mode;
	struct tree_entry *entries; uint32_t nentries;
};

static const struct span nowhere;

/* of a path: the length of its folder, without the slash; and what follows it */
static inline size_t folder_part(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? (size_t)(slash - path) : 0;
}

static inline const char *base_part(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* name.c */
/* Also what keeps a forged XXH128SUMS from naming anything outside. */
int tree_path_ok(const char *p, size_t n);
/* the one of this path, made if there is none */
struct name *tree_name(struct tree *t, const char *path, size_t n);
const char *tree_shown(struct tree *t, const char *path);                /* for messages: with the folder in front */
/* These report why a path cannot be written, and give 0; error: errno */
int tree_fail(struct tree *t, const char *path, int error);
int tree_fail_folder(struct tree *t, const char *path, size_t n);        /* path[0..n) is no folder */
/* something stands there that is not ours; what: "a folder", or NULL: a file */
int tree_fail_foreign(struct tree *t, const char *path, const char *what);

/* folder.c */
void tree_folder_close(struct tree *t);
/* The folder path[0..n) below the root, made where it is missing if `make`. -1 with errno: ENOENT, ENOTDIR (also for a
   symbolic link), or whatever the system says. */
int tree_folder(struct tree *t, const char *path, size_t n, int make);
/* path[0..n) and the folders above it, as far as they are empty. */
int tree_remove_folders(struct tree *t, const char *path, size_t n);
int write_all(int fd, const void *p, size_t n);                          /* 0 with errno; nothing is reported */
/* Up to n bytes; fewer only at the end of the file. -1 on error, not reported. */
ssize_t read_some(int fd, char *p, size_t n);

/* old.c */
int tree_read_old(struct tree *t);
void tree_sweep(int fd, int depth);                                      /* temporary files of a killed build */

/* tree.c */
/* A line of the intent. 0 with errno; the caller names the file. */
int tree_intent(struct tree *t, const char *p, size_t n);
/* Is the file behind fd what a killed build of ours wrote under this name? */
int tree_intended(struct tree *t, const struct name *x, int fd);
void temporary_name(const struct node *x, char out[64]);
int tree_put_any(struct tree *t, const char *path, const void *p, size_t n, int mode, int sync);
int entries_by_path(const void *a, const void *b);                       /* for qsort, of struct tree_entry */
#endif
