/* YAML: writes the subset that every parser reads alike (grammar/LANGUAGE.md 7, rule checked against ten loaders);
   reads any YAML through libyaml. */
#ifndef MLOPS_YAML_H
#define MLOPS_YAML_H
#include "base/buf.h"
#include "base/diag.h"
#include "value/value.h"

enum yaml_style { YAML_PLAIN, YAML_DOUBLE, YAML_LITERAL, YAML_REJECT };
/* of a value; YAML_REJECT: cannot be sent to a cluster */
enum yaml_style yaml_style_of(const char *s, size_t n);
enum yaml_style yaml_key_style_of(const char *s, size_t n);     /* never literal */
/* Text put together of fixed parts and holes (each a YAML_HOLE): is it plain whatever tame text fills them, if it has
   YAML_FRAME_MIN to YAML_FRAME_MAX bytes in all? */
#define YAML_HOLE '\1'
enum { YAML_FRAME_MIN = 10, YAML_FRAME_MAX = 1024 };
int yaml_is_frame(const char *s, size_t n);
/* letters, digits, and `-`, `_`, `.`, `/` behind the first character; not empty */
int yaml_is_tame(const char *s, size_t n);
/* what follows "key: "; indent: of the key's children */
void yaml_write_scalar(struct buf *out, const char *s, size_t n, int indent);
void yaml_write_key(struct buf *out, const char *s, size_t n);
/* The value as a block at `indent` columns, sequences not indented below their key (kubectl's style), each line ended.
   For a scalar: one line. none entries of records are left out. */
void yaml_write(struct buf *out, const struct value *v, int indent);
/* An entry of a mapping: "key: ..." with the value behind or below it; the cursor stands at column `indent` already. */
void yaml_write_entry(struct buf *out, const struct atom *key, const struct value *v, int indent);
/* indent < 0: compact; keys in source order */
void json_write(struct buf *out, const struct value *v, int indent);
void json_write_string(struct buf *out, const char *s, size_t n);

/* All documents of a source. Scalars are typed as kubectl does (go-yaml v2): a plain scalar that it reads as bool, int,
   float or null becomes that; everything else a string. Every value has its origin. Errors (E12xx): not YAML, duplicate
   key, alias bomb (limit 100,000 nodes), nesting over 200, not UTF-8. Returns the number of documents. */
struct yaml_documents { const struct value **v; uint32_t n; };
int yaml_read(struct source *src, struct arena *a, struct atoms *atoms, struct diags *d, struct yaml_documents *docs);
/* Where the key of field i was written. Only for records that yaml_read() made, not for copies of them. */
struct span yaml_key_span(const struct value *rec, uint32_t i);
#endif
