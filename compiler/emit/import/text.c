/* Lines of the YAML text, by offset. */
#include "emit/import/state.h"

uint32_t line_start(const struct import *im, uint32_t at)
{
	while (at && im->src->text[at - 1] != '\n')
		at--;
	return at;
}

uint32_t line_end(const struct import *im, uint32_t at)
{
	while (at < im->src->len && im->src->text[at] != '\n')
		at++;
	return at;
}

int first_on_line(const struct import *im, uint32_t at)
{
	while (at && blank(im->src->text[at - 1]))
		at--;
	return !at || im->src->text[at - 1] == '\n';
}

/* Is the line above the one of `at` empty? */
int blank_above(const struct import *im, uint32_t at)
{
	at = line_start(im, at);
	return at > 0 && first_on_line(im, at - 1);
}

uint32_t import_offset(const struct import *im, uint32_t at) { return at - im->src->base; }

/* Places are in the file's sequence; 0 is nowhere. */
struct span import_span(const struct import *im, struct span s)
{
	if (!s.lo)
		return (struct span){ 0, 0 };
	return (struct span){ import_offset(im, s.lo), import_offset(im, s.hi) };
}

unsigned import_line(const struct import *im, uint32_t at)
{
	unsigned line = 1;

	for (uint32_t i = 0; i < at && i < im->src->len; i++)
		line += im->src->text[i] == '\n';
	return line;
}
