/* What the files that import YAML share: the text, what is known of it, and the source as far as it is written. Places
   are offsets in the text, from 0. */
#ifndef MLOPS_IMPORT_YAML_H
#define MLOPS_IMPORT_YAML_H
#include "base/buf.h"
#include "base/diag.h"
#include "base/text.h"
#include "base/vec.h"
#include "value/value.h"

enum {
	WIDTH = 100,            /* of a line that holds a whole list or map */
	MAX_DEPTH = 190,        /* the language allows 200 levels, the component around takes some */
	MAX_NOTES = 30,
};

struct comment { uint32_t at, end; };           /* offsets in the text; at is the `#` */
struct secret { const char *name; VEC(const struct atom *) keys; const char *type; int renamed; const char *was; };

struct reference { const struct value *at; uint32_t secret; };          /* at: the text that is its name */

struct import {
	const struct source *src;
	struct arena *arena;
	struct atoms *atoms;
	struct diags *diags;
	struct buf body, notes;
	uint32_t nnotes;
	VEC(struct comment) comments;
	uint32_t next;                          /* the first comment that is not written yet */
	VEC(struct secret) secrets;
	const struct value *ns;                 /* that every object lies in; NULL: several, or none says so */
	VEC(struct reference) references;       /* to these secrets */
	int left_out;                           /* something that only the cluster writes */
	int manifests;                          /* objects, not a chart's values */
	int failed;
};

/* What the cluster writes into an object and would refuse, or undo, when it is sent. */
enum level { LEVEL_VALUE, LEVEL_OBJECT, LEVEL_METADATA, LEVEL_LABELS, LEVEL_ANNOTATIONS };

static inline int blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

static inline int is_scalar(const struct value *v) { return v->tag != VALUE_LIST && v->tag != VALUE_RECORD; }

static inline const struct value *text_field(const struct value *v, const char *key)
{
	const struct value *x = value_getc(v, key);

	return x && x->tag == VALUE_STRING && x->n ? x : NULL;
}

/* text.c */
uint32_t line_start(const struct import *im, uint32_t at);
uint32_t line_end(const struct import *im, uint32_t at);                /* of its line break, or of the text */
int first_on_line(const struct import *im, uint32_t at);                /* blanks do not count */
int blank_above(const struct import *im, uint32_t at);                  /* is the line above the one of `at` empty? */
uint32_t import_offset(const struct import *im, uint32_t at);
struct span import_span(const struct import *im, struct span s);              /* {0, 0}: nowhere */
unsigned import_line(const struct import *im, uint32_t at);                  /* from 1 */

/* note.c */
void note_items(struct import *im, const struct value *v);
void note_spelling(struct import *im, const struct value *v);
/* what has to be said about an entry of a mapping, its value's own scalars aside */
void note_entry(struct import *im, const struct value *v, uint32_t i);
/* what has to be said about the scalars of a value that was written on one line */
void note_all(struct import *im, const struct value *v);

/* comment.c: each is written once, in order */
struct yaml_documents;
void find_comments(struct import *im, const struct yaml_documents *docs);
void put_indent(struct buf *out, int indent);
/* Comments before a place, each on its own line; a blank line where there was one, unless this is the first thing in a
   block. Gives whether whatever comes next would still be the first. */
int comments_before(struct import *im, struct buf *out, uint32_t at, int indent, int first);
/* The same before an entry, with the blank line that may stand between. */
void lines_before(struct import *im, struct buf *out, uint32_t at, int indent, int first);
/* A comment on the rest of the line of `at` goes to the end of the line that was just written. */
void comment_behind(struct import *im, struct buf *out, uint32_t at);
/* The same behind an opening brace, unless the first entry stands on that line: then it is the entry's. */
void comment_behind_brace(struct import *im, struct buf *out, uint32_t at, uint32_t entry);
void drop_comments(struct import *im, uint32_t before);                  /* inside of what must not be shown */
int comment_within(const struct import *im, struct span at);

/* scalar.c. indent < 0: on one line, whatever it is; values: of a chart, where null has a meaning */
void put_quoted(struct buf *out, const char *s, size_t n);
void put_key(struct buf *out, const struct atom *key);
int fits_block(const char *s, size_t n);
void put_scalar(struct buf *out, const struct value *v, int indent, int values);

/* value.c */
uint32_t first_entry(const struct import *im, const struct value *v);
/* The entries of a mapping, each on its own lines; first: nothing stands before them in their block. */
void put_fields(struct import *im, struct buf *out, const struct value *v, int indent,
	int depth, enum level level, int first);

/* name.c */
const char *import_name(struct import *im, const char *s, size_t n);
int import_reserved(const char *name);
const char *component_name(struct import *im);

/* secret.c */
/* Also where it is only said by the list around it (or NULL), or where the apiVersion is missing: what it holds must
   not get out. */
int is_secret(const struct value *v, const struct value *list);
void add_secret(struct import *im, const struct value *v);
void put_words(struct buf *out, const char *s);          /* somebody's text inside of a comment: one line of it */
void put_secrets(struct import *im, struct buf *out);
/* First of all: the secrets, the namespace of all objects, and who names one of the secrets there. */
void find_secrets(struct import *im, const struct yaml_documents *docs);
/* the declared name, where the value names a secret that is taken in; NULL */
const char *secret_behind(const struct import *im, const struct value *v);
#endif
