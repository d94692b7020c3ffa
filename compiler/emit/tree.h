/* The output folder: each file old or new, never half. Files are put one by one, those that changed beside the old
   ones; no old file is touched until tree_commit(), which renames them, then removes what an earlier build wrote and
   this one did not (known from its mlops.lock and XXH128SUMS), then renames the lock, last. An unchanged file keeps its
   bytes and its mtime. Files that mlopsc did not write are never touched: putting one over a foreign file is an
   error. */
#ifndef MLOPS_TREE_H
#define MLOPS_TREE_H
#include "base/arena.h"
#include "base/diag.h"
#include "base/hash.h"

/* Files that no component makes: the lock, the hash of every file, and what a build that was killed meant to do. */
#define LOCK "mlops.lock"
#define SUMS "XXH128SUMS"
#define INTENT ".mlopsc-intent"

struct tree;
enum tree_change { TREE_SAME, TREE_ADDED, TREE_CHANGED, TREE_REMOVED };
struct tree_entry { const char *path; enum tree_change change; struct hash128 hash; size_t size; const char *note; };

/* dir is made with its parents when the first file is written. NULL on error (E13xx: not a folder, unreadable, in use
   by another build). Two builds cannot have the same folder open. */
struct tree *tree_open(const char *dir, struct arena *a, struct diags *d);
/* The same, but nothing is ever written: after tree_commit() the entries say what a build would change. */
struct tree *tree_open_compare(const char *dir, struct arena *a, struct diags *d);
/* path is relative, '/'-separated, below dir. mode 0644 or 0755. 0 on error. Streams: bytes may come in several calls
   between tree_begin and tree_end. After an error later files are still compared, so that one run reports them all. */
int tree_put(struct tree *t, const char *path, const void *p, size_t n, int mode);
int tree_begin(struct tree *t, const char *path, int mode);
int tree_write(struct tree *t, const void *p, size_t n);
int tree_end(struct tree *t, struct hash128 *hash);
/* Writes XXH128SUMS itself (every file but itself and the lock), takes the finished lock text, commits. 0 on error: the
   old tree is whole and the temporary files are gone (but for an I/O error during the renames: then each file is old or
   new, and the next build heals it). */
int tree_commit(struct tree *t, const void *lock, size_t n);
/* Before a commit: removes temporary files; the old tree is untouched. Always: frees what is not in the arena. */
void tree_abandon(struct tree *t);
/* sorted by path; after commit, until abandoned */
const struct tree_entry *tree_entries(const struct tree *t, uint32_t *n);
/* a word for the reader about an entry; kept, after commit */
void tree_note(struct tree *t, const char *path, const char *note);
/* as found by tree_open; n 0 if there was none */
const char *tree_old_lock(const struct tree *t, size_t *n);
#endif
