/* Is an output folder still what a build wrote? Its files are held against mlops.lock and XXH128SUMS, these two against
   each other, the objects in the files against the lock, and the lock against itself: hand edits, lost files and bad
   merges. Files that neither of the two names are nobody's business here. */
#ifndef MLOPS_VERIFY_H
#define MLOPS_VERIFY_H
#include "base/diag.h"
#include "base/hash.h"
#include "base/vec.h"

enum verify_what {
	VERIFY_MISSING,         /* a file is not there */
	VERIFY_NOT_A_FILE,      /* a link or a folder stands in its place */
	VERIFY_EDITED,          /* its bytes are not the ones that were written */
	VERIFY_CONFLICT,        /* marks of a merge conflict */
	VERIFY_LINE,            /* a line of the lock or the sums that no build writes */
	VERIFY_TWICE,           /* a fact that the lock or the sums have twice */
	VERIFY_ORDER,           /* lines that are not sorted */
	VERIFY_DISAGREE,        /* the lock and the sums say different things of a file */
	VERIFY_OBJECT,          /* the lock and an object in a file that was not edited have different hashes */
	VERIFY_HASH,            /* a hash of the lock does not follow from the hashes below it */
	VERIFY_INTERRUPTED,     /* a build was killed in the middle of its renames */
};
/* "apps/v1/Deployment ns/name"; "changed", "added", "removed" */
struct verify_object { const char *identity, *change; };
struct verify_finding {
	const char *file;               /* below the folder */
	uint32_t line;                  /* 0: the file as a whole */
	enum verify_what what;
	const char *text;               /* for the reader; it follows the file's name */
	struct verify_object *objects; uint32_t nobjects;       /* of an edited file of objects */
};
struct verify {
	const char *dir, *title;        /* of the stack; "" when the lock does not say */
	struct hash128 hash;
	uint32_t files, objects;        /* how many are as they were built */
	VEC(struct verify_finding) findings;    /* by file and line, lock and sums first */
};
/* 0: something cannot be read, which is reported (E13xx); the findings are those of the rest. */
int verify_folder(const char *dir, struct arena *a, struct diags *d, struct verify *v);
/* The output folders that `path` means: itself, or those directly below it; sorted. 0: cannot be read or none;
   reported. */
struct verify_folders { VEC(const char *) dirs; };
int verify_find(const char *path, struct arena *a, struct diags *d, struct verify_folders *found);
const char *verify_word(enum verify_what what);         /* "edited", for machines */
#endif
