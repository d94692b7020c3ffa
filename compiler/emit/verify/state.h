/* What the files of emit/verify/ share. Findings are collected in check.v; what cannot be read is reported, and leaves
   check.failed 1. */
#ifndef MLOPS_VERIFY_STATE_H
#define MLOPS_VERIFY_STATE_H
#include "base/buf.h"
#include "base/text.h"
#include "emit/lock.h"
#include "emit/tree.h"
#include "emit/verify.h"
#include "sema/table.h"

#define HASH_ANNOTATION "    mlopsc/content-hash: "

static const struct span nowhere;

enum from { FROM_LOCK, FROM_SUMS };
struct said { const char *path; struct hash128 hash; enum from from; };         /* a line about a file */
struct known { const struct lock_object *object; uint8_t seen, wrong, twice; }; /* an object of the lock */

struct check {
	struct verify *v;
	struct arena *a;
	struct diags *d;
	struct atoms atoms;
	int failed;
	struct buf text[2];             /* of the lock and the sums */
	uint8_t there[2], conflict[2], broken[2];       /* broken: lines that are no facts, or facts twice */
	struct lock lock;
	int locked;                     /* the lock could be read */
	VEC(struct said) said;
	struct known *known;            /* of each object of the lock */
	struct known **by_component;
	const struct lock_release **releases;   /* by component too */
	struct table objects;           /* identity -> struct known */
	struct table lacking;           /* components of which the lock has too few objects */
	struct buf file, scratch;
};

static const char *const names[2] = { LOCK, SUMS };

enum found { FOUND, ABSENT, NOT_A_FILE, UNREADABLE };

struct text { const char *at, *end; uint32_t number; };
struct line { const char *p; size_t n; uint32_t number; int whole; };

struct range { uint32_t from, to; };

/* verify.c */
/* One more finding; line 0: the file as a whole. */
struct verify_finding *verify_note(
	struct check *c, const char *file, uint32_t line, enum verify_what what, const char *text);
/* A file of the folder, whole. *is: what it is, if NOT_A_FILE. */
enum found verify_slurp(struct check *c, const char *path, struct buf *out, const char **is);

/* lines.c */
/* The next whole line; 0: there is none. */
int verify_next(struct text *t, struct line *l);
/* How many marks of a merge conflict there are; each is a finding. */
uint32_t verify_conflicts(struct check *c, const char *file, const struct buf *b);
void read_sums(struct check *c);
int read_lock(struct check *c);                                  /* 0: there is none that can be read */

/* objects.c: of a component, in check.by_component and check.releases */
struct range objects_of(const struct check *c, const char *component);
struct range releases_of(const struct check *c, const char *component);
/* "apps/v1/Deployment ns/name" */
const char *object_identity(
	struct arena *a, const char *api_version, const char *kind, const char *ns, const char *name);
void check_files(struct check *c);

/* hashes.c */
void check_hashes(struct check *c);
#endif
