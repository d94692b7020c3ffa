/* Where in a text a value stands, and which value stands in a line of it. The text is read back, by the reader that is
   the oracle of what is written, so no writer has to keep account of lines. Private to diff/. */
#ifndef MLOPS_WHERE_H
#define MLOPS_WHERE_H
#include "base/buf.h"
#include "base/diag.h"
#include "value/value.h"

enum { WHERE_DEPTH = 64 };
struct where_step { const struct atom *key; uint32_t index; };         /* key NULL: an item of a list */
struct where_path { struct where_step v[WHERE_DEPTH]; uint32_t n; };
void where_push(struct where_path *p, const struct atom *key, uint32_t index);
void where_print(const struct where_path *p, struct buf *out);         /* spec.containers[0].labels["a.b/c"] */
/* A path as a person writes it, against a tree. The end that was reached, or NULL. */
const struct value *where_parse(const struct value *tree, const char *text, struct where_path *p);
const struct value *where_follow(const struct value *tree, const struct where_path *p);

/* A text read as YAML (or JSON). */
struct where_text { const struct sources *sources; struct source *src; const struct value **docs; uint32_t ndocs; };
int where_read(struct where_text *t, struct sources *s, const char *name, const char *text, size_t n,
	struct arena *a, struct atoms *atoms);
uint32_t where_line_of(const struct where_text *t, const struct value *v);              /* from 1 */
uint32_t where_last_line_of(const struct where_text *t, const struct value *v);
/* The document and the path of what stands in a line; *inner: the line within a text of several lines, from 1, or 0.
   -1: nothing. */
int where_at(const struct where_text *t, uint32_t line, struct where_path *p, uint32_t *inner);
/* The line of what stands at a path of a document: of its key, or of the value itself. 0: nothing. */
uint32_t where_is(const struct where_text *t, uint32_t doc, const struct where_path *p);

/* The same for a record as toml_write() writes it. */
int where_toml_at(const struct value *record, uint32_t line, struct where_path *p);
uint32_t where_toml_is(const struct value *record, const struct where_path *p);
#endif
