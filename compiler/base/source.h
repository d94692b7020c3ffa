/* Sources and places in them. The bytes of all files of an instance form one sequence, so that eight bytes name a
   file and a range in it; lines and columns are counted only when someone looks. */
#ifndef MLOPS_SOURCE_H
#define MLOPS_SOURCE_H
#include "base/arena.h"
#include <stdint.h>

struct span { uint32_t lo, hi; };       /* [lo, hi); {0, 0} is nowhere */
struct source {
	const char *name;               /* as shown to the user, with forward slashes */
	const char *text;               /* len bytes and two NULs (for flex) */
	uint32_t len, base;             /* text[0] is byte `base` of the sequence; base >= 1 */
	uint8_t library;                /* part of the standard library */
	uint8_t excerpt;                /* some lines of a file, to show a place in it: no source of the stack */
	uint32_t line0;                 /* lines of the file before text[0] */
	uint32_t *lines, nlines;        /* offsets of line starts, made on demand */
	uint32_t *comments, ncomments;  /* pairs lo, hi of each comment in order; filled by the lexer */
};
struct sources { struct arena *arena; struct source **v; uint32_t n, cap; uint32_t next; };
struct location { const struct source *source; uint32_t line, column; };  /* 1-based; column in Unicode characters */

void sources_init(struct sources *s, struct arena *a);
/* Without a copy: text lives as long as the arena and has two NULs behind its len bytes. Unless it is the library's, it
   lies in memory that can be written: the scanner runs over it there, and writes what it finds. */
struct source *source_adopt(struct sources *s, const char *name, const char *text, size_t len, int library);
/* Copies the text. NULL when the sequence would pass 2^32 - 1 bytes. */
struct source *source_add(struct sources *s, const char *name, const char *text, size_t len, int library);
struct source *source_of(const struct sources *s, uint32_t at);         /* NULL for 0 */
struct location source_locate(const struct sources *s, uint32_t at);    /* {NULL,0,0} for 0 */
/* The line (1-based) without its line break. */
const char *source_line(const struct source *src, uint32_t line, uint32_t *len);
uint32_t source_column_utf16(const struct source *src, uint32_t line, uint32_t column);
int utf8_width(const char *s, size_t len, uint32_t *bytes);              /* display width of the first character */
int utf8_valid(const char *s, size_t len, size_t *bad);                  /* 1 if well-formed; else *bad = offset */
static inline struct span span_join(struct span a, struct span b)
{
	if (!a.lo && !a.hi) return b;
	if (!b.lo && !b.hi) return a;
	return (struct span){ a.lo < b.lo ? a.lo : b.lo, a.hi > b.hi ? a.hi : b.hi };
}
#endif
