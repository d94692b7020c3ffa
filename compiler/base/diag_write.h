/* What the writers of diagnostics share. Private to base/. */
#ifndef MLOPS_DIAG_WRITE_H
#define MLOPS_DIAG_WRITE_H
#include "base/diag.h"

/* A span in lines and columns, all 1-based; the end is behind the last character. */
struct diag_region { const struct source *source; uint32_t line, column, end_line, end_column; };
int diag_region(const struct diags *d, struct span at, struct diag_region *r);          /* 0: nowhere */

/* Text that cannot steer a terminal: control characters as \x1b, bytes that are not UTF-8 as \xff, what reorders or
   hides text as \u{202e}. Returns the width; a line break is kept when `lines`, else becomes \n. */
uint32_t diag_put_safe(struct buf *out, const char *s, size_t n, int lines);
/* The first character of s, made safe; *bytes is its length in s. */
uint32_t diag_put_char(struct buf *out, const char *s, size_t n, uint32_t *bytes);
/* with its quotes; well-formed UTF-8 always */
void diag_put_json(struct buf *out, const char *s, size_t n);
/* "2 messages ... are folded", or nothing */
void diag_put_folded(struct buf *out, const struct diag *x);

void diag_write_text(const struct diags *d, const struct diag_style *style, struct buf *out);
void diag_write_json(const struct diags *d, struct buf *out);
void diag_write_sarif(const struct diags *d, struct buf *out);
void diag_write_github(const struct diags *d, struct buf *out);
#endif
