/* What the library declares, found without parsing it: declarations stand at column 0, and each kind of word is known
   by its first letter. embed.c makes the index of what is compiled into the program, load.c that of a folder; both
   with what stands here. */
#ifndef MLOPS_LIBRARY_H
#define MLOPS_LIBRARY_H
#include <stdint.h>
#include <string.h>

/* what: 'k' 'i' 'v' 'c' 'd' 'r'; lo, hi: its text with the comment above it, offsets into the file */
struct library_decl { const char *name; uint32_t n, file, lo, hi; char what; };
/* decls in the order of the files; slots: a hash of them, number + 1, the first of each name; mask + 1 slots */
struct library_index { const struct library_decl *decls; uint32_t n; const uint16_t *slots; uint32_t mask; };
struct library_scan { const char *text; uint32_t len, at, comment; };   /* comment: where that above begins, + 1 */

/* hash: the atom's of the name */
static inline uint32_t library_slot(uint32_t hash, char what)
{
	return hash ^ (uint32_t)what * 0x9e3779b1u;
}

static inline uint32_t library_mask(uint32_t n)
{
	uint32_t size = 16;
	while (size < n * 2)
		size *= 2;
	return size - 1;
}

/* The number + 1 of the declaration, or 0. */
static inline uint32_t library_find(const struct library_index *x, char what, const char *name, uint32_t n,
	uint32_t hash)
{
	uint32_t i;
	for (i = library_slot(hash, what) & x->mask; x->slots && x->slots[i]; i = (i + 1) & x->mask) {
		const struct library_decl *d = &x->decls[x->slots[i] - 1];
		if (d->what == what && d->n == n && !memcmp(d->name, name, n))
			return x->slots[i];
	}
	return 0;
}

/* Enters declaration i into slots, which are x's, unless an earlier one has its name. */
static inline void library_enter(const struct library_index *x, uint16_t *slots, uint32_t i, uint32_t hash)
{
	const struct library_decl *d = &x->decls[i];
	uint32_t at = library_slot(hash, d->what) & x->mask;
	if (library_find(x, d->what, d->name, d->n, hash))
		return;
	while (slots[at])
		at = (at + 1) & x->mask;
	slots[at] = (uint16_t)(i + 1);
}

/* The next declaration; its end is the beginning of the one after it, or that of the text. 0: there is none. */
static inline int library_next(struct library_scan *f, struct library_decl *d)
{
	static const struct { const char *word; char what;
	} words[] = { { "kind ", 'k' }, { "interface ", 'i' }, { "fn ", 'v' }, { "catalog ", 'c' },
		{ "detector ", 'd' }, { "rule ", 'r' } };
	while (f->at < f->len) {
		const char *s = f->text + f->at, *end = f->text + f->len, *nl = memchr(s, '\n', (size_t)(end - s)), *q;
		const uint32_t at = f->at;
		uint32_t lo = at;
		f->at = nl ? (uint32_t)(nl + 1 - f->text) : f->len;
		if (*s == '#') {
			if (!f->comment)
				f->comment = at + 1;
			continue;
		}
		if (f->comment)
			lo = f->comment - 1;
		f->comment = 0;
		for (size_t w = 0; *s >= 'a' && w < sizeof words / sizeof *words; w++) {
			const size_t n = strlen(words[w].word);
			if (*s != *words[w].word || (size_t)(end - s) <= n || memcmp(s, words[w].word, n))
				continue;
			q = s + n;
			while (q < end && ((*q >= 'a' && *q <= 'z') || (*q >= '0' && *q <= '9') || *q == '-'))
				q++;
			d->name = s + n;
			d->n = (uint32_t)(q - d->name);
			d->lo = lo;
			d->hi = f->len;
			d->what = words[w].what;
			return 1;
		}
	}
	return 0;
}
#endif
