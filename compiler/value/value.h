/* Immutable values. 32 bytes each, in an arena; children are shared, never copied. */
#ifndef MLOPS_VALUE_H
#define MLOPS_VALUE_H
#include "base/arena.h"
#include "base/atom.h"
#include "base/source.h"
#include <stdint.h>

enum value_tag {
	VALUE_ERROR,            /* already reported; everything made from it is silent */
	VALUE_NONE,             /* nothing: left out of whatever is written */
	VALUE_NULL,             /* YAML's null, written: takes the default of a chart's value away */
	VALUE_BOOL, VALUE_INT, VALUE_FLOAT,
	VALUE_STRING,           /* p[0..n), UTF-8; `text` says which text type it was checked as */
	VALUE_LIST,             /* items[0..n) */
	VALUE_RECORD,           /* fields[0..n), in source order, keys unique */
	VALUE_SECRET,           /* ref: struct secret_decl *, sema */
	VALUE_SECRET_KEY,       /* ref: secret; key */
	VALUE_COMPONENT,        /* ref: struct instance *, eval */
	VALUE_GIVEN,            /* ref: struct given *: an interface as one component gives it */
	VALUE_DETECTOR,         /* ref: struct detected *, eval: a detector with its parameters */
	VALUE_BYTES,            /* str.p[0..n): bytes that are no text, for a file of a configuration */
	VALUE_VIEW,             /* ref: struct view *: a compiled object or release as rules see it */
};
enum text_type {                /* of a VALUE_STRING; `num` has its magnitude where there is one */
	TEXT_NONE,
	TEXT_VERSION,
	TEXT_SIZE,              /* num: bytes */
	TEXT_CORES,             /* num: cores */
	TEXT_DURATION,          /* num: seconds */
	TEXT_RATE,              /* num: per second */
	TEXT_HOST, TEXT_URL, TEXT_IMAGE, TEXT_NAME,
	TEXT_ENUM,
};
struct field { const struct atom *key; const struct value *value; };
struct value {
	uint8_t tag, text;
	uint8_t plain;                  /* cache of yaml_plain() for strings: 0 unknown, 1 yes, 2 no */
	uint8_t flags;
	uint32_t n;
	struct span origin;             /* where it was written; not part of equality or hash */
	union {
		int64_t i;              /* VALUE_INT, VALUE_BOOL */
		double d;
		struct { const char *p; double num; } str;
		const struct value **items;
		struct { const struct field *fields; void *index; } rec;
		struct { void *ref; const struct atom *key; } ref;
	};
};

/* the last: a record without fields */
extern const struct value value_none_v, value_null_v, value_error_v, value_true_v, value_false_v, value_empty_v;
#define VALUE_NONE_V (&value_none_v)
#define VALUE_NULL_V (&value_null_v)
#define VALUE_ERROR_V (&value_error_v)
static inline const struct value *value_bool(int b) { return b ? &value_true_v : &value_false_v; }
const struct value *value_int(struct arena *a, int64_t i, struct span at);
const struct value *value_float(struct arena *a, double d, struct span at);
/* p is kept, not copied */
const struct value *value_string(struct arena *a, const char *p, size_t n, struct span at);
const struct value *value_cstr(struct arena *a, const char *s);
const struct value *value_text(struct arena *a, enum text_type t, const char *p, size_t n, double num, struct span at);
const struct value *value_bytes(struct arena *a, const char *p, size_t n, struct span at);      /* kept */
/* kept */
const struct value *value_list(struct arena *a, const struct value **items, uint32_t n, struct span at);
/* kept */
const struct value *value_record(struct arena *a, const struct field *f, uint32_t n, struct span at);
/* NULL if absent, or where there is no record */
const struct value *value_get(const struct value *rec, const struct atom *key);
const struct value *value_getc(const struct value *rec, const char *key);                       /* rec may be NULL */
/* A copy of rec with the key set (in place, or appended), or without it (v == NULL). */
const struct value *value_with(struct arena *a, const struct value *rec, const struct atom *key, const struct value *v);
int value_says(const struct value *v, const char *word);                 /* is it text, this word? v may be NULL */
int value_has_null(const struct value *v);                              /* itself, or anywhere in it */
int value_equal(const struct value *a, const struct value *b);          /* meaning: record order does not matter */
/* "a list", "a size", "none" ... for messages */
const char *value_tag_name(const struct value *v);
/* The shortest decimal that reads back as d, always with a `.` or an exponent: 0.5, 1.0, 1e-06 is written 0.000001 down
   to 1e-7. */
size_t float_print(double d, char out[40]);

/* The canonical encoding of data (no components or secrets in it): typed, keys sorted bytewise, lengths written. */
struct buf;
void value_canonical(const struct value *v, struct buf *out);
/* A string that is text and nothing else is its bytes behind this head, for whoever keeps room for it before them. */
enum { VALUE_TEXT_HEAD = 5 };
static inline int value_is_only_text(enum text_type t) { return t == TEXT_NONE || t >= TEXT_HOST; }
static inline void value_text_head(char to[VALUE_TEXT_HEAD], uint32_t n)
{
	to[0] = 's';
	to[1] = (char)(n >> 24);
	to[2] = (char)(n >> 16);
	to[3] = (char)(n >> 8);
	to[4] = (char)n;
}
/* A VALUE_VIEW in the tree is a hole: its ref is one of these, which is asked for the bytes. */
struct canonical_hole { void (*write)(const struct canonical_hole *hole, struct buf *out); };
/* Does `key` sort before in output? bytewise */
int atom_compare(const struct atom *a, const struct atom *b);
#endif
