/* Diagnostics: one record behind text, JSON, SARIF and the annotations of code hosts. A diagnostic has a code, a
   primary place (^^^), related places (---), notes ("= ..."), one help ("= help: ...") and perhaps a fix (an edit). */
#ifndef MLOPS_DIAG_H
#define MLOPS_DIAG_H
#include "base/buf.h"
#include "base/source.h"
#include "base/diag_codes.h"

enum severity { SEVERITY_ERROR, SEVERITY_WARNING };
struct diag_place { struct span span; const char *text; };      /* text may be "" */
struct diag {
	enum severity severity;
	const char *code;               /* "E0203" */
	const char *name;               /* of a named check: "image-latest"; else NULL. Warnings can be allowed by it */
	const char *message;            /* first line: no full stop */
	struct span span;
	const char *label;              /* text behind ^^^, or NULL */
	struct diag_place *places; uint32_t nplaces;
	const char **notes; uint32_t nnotes;
	const char *help;               /* or NULL */
	struct span fix_span; const char *fix;          /* replacement text, or NULL: no fix */
	uint8_t repeated;               /* reported more than once */
	uint32_t seq;                   /* order of arrival, the last sort key */
	uint32_t folded;                /* how many follow-ups were folded into this one */
	uint32_t reports, following;    /* how often it was reported, and of these how often as a consequence */
	uint8_t cause;                  /* follows from nothing, whatever diags_follow() is asked */
};
struct diag_report { struct diag *diag; const void *owner; };
struct diags {
	struct arena *arena;
	const struct sources *sources;
	struct diag **v; uint32_t n, cap;
	uint32_t nerrors, nwarnings;    /* of the list before sorting; duplicates are dropped on arrival */
	uint32_t max_errors;            /* the parser stops at so many; 0 = 1000 */
	uint32_t *index, index_cap;     /* record + 1 by hash of code, place and message */
	const void *owner;              /* whose value or output is being made: what is reported now is of it */
	struct diag_report *log; uint32_t nlog, log_cap;        /* every report of an error, in order */
};

void diags_init(struct diags *d, struct arena *a, const struct sources *s);
/* D_X of diag_codes.h expands to code and format, so the compiler checks the arguments. Never NULL. An exact duplicate
   (code, span, message) is counted once: the earlier record is returned. */
struct diag *diag_error(struct diags *d, struct span at, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
struct diag *diag_warn(struct diags *d, struct span at, const char *name, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* text behind ^^^ */
void diag_label(struct diags *d, struct diag *x, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* A related place. One that is there already is not kept, nor any of a mistake that was reported before. */
void diag_place(struct diags *d, struct diag *x, struct span at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void diag_note(struct diags *d, struct diag *x, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void diag_help(struct diags *d, struct diag *x, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void diag_fix(struct diags *d, struct diag *x, struct span at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* "did you mean `best`?", and the fix of what stands at `at`; best NULL: nothing */
void diag_suggest(struct diags *d, struct diag *x, struct span at, const char *best);
/* The errors that were reported for the owner and for which follows() is true are consequences of another that is in
   the list: they are left out when the list is sorted, unless they were reported for others too. */
void diags_follow(struct diags *d, const void *owner, int (*follows)(const struct diag *x, const void *ctx),
	const void *ctx);
int diag_full(const struct diags *d);
/* by file, place, code, arrival; errors and warnings mixed; folds what follows from another */
void diags_sort(struct diags *d);

enum diag_format { DIAG_TEXT, DIAG_JSON, DIAG_SARIF, DIAG_GITHUB };
struct diag_style { int color; int all; int quiet; const char *what; const char *consequence; };
/* what: "stack.mlops" for the count line; consequence: "nothing was written" or NULL. Twenty errors are shown unless
   all. */
void diag_write(const struct diags *d, enum diag_format f, const struct diag_style *style, struct buf *out);
#endif
