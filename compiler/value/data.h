/* Reference data: a table of numbers read from comma-separated text, what is known about its columns, and its bytes as
   an array file. Text comes in pieces of any size, so a file is never in memory; the numbers of the chosen columns
   are. */
#ifndef MLOPS_DATA_H
#define MLOPS_DATA_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"
#include <stddef.h>
#include <stdint.h>

enum data_kind { DATA_NUMERIC, DATA_CATEGORICAL /* whole numbers */, DATA_BINARY /* 0 and 1 */ };
struct data_choice { const char *name; size_t len; enum data_kind kind; };      /* a column that is asked for */
struct data_place { uint32_t line, column; };   /* from 1; in the text; column in characters. {0, 0}: nowhere */
struct data_column {
	const char *name; uint32_t len;
	enum data_kind kind;                    /* as it was asked for */
	struct data_place at;                   /* of its header cell */
	double mean, std;                       /* std divides by the number of rows */
	double min, max;
	uint32_t distinct;                      /* exact */
	struct data_place not_whole, not_zero_one;      /* the first cell that is not */
	/* sorted; of whole columns with at most DATA_MAX_SEEN distinct values */
	const double *seen; uint32_t nseen;
};
#define DATA_MAX_SEEN 1000
#define DATA_MAX_VALUES (8u << 20)              /* of the chosen columns: 64 MiB as doubles */
#define DATA_MAX_LINE (1u << 20)                /* bytes of a row, line breaks inside quotes included */

enum data_fault {               /* what is wrong; which code it is, the caller says */
	DATA_OK,
	DATA_TABLE,             /* header, ragged row, not text */
	DATA_CELL,              /* a cell is not the number that is needed */
	DATA_ROWS,              /* too few */
	DATA_NO_COLUMN,
	DATA_LARGE,
};
struct data {
	/* asked for */
	const struct data_choice *choices; uint32_t nchoices;   /* in order; none: every column but the label */
	const struct data_choice *kinds; uint32_t nkinds;       /* without choices: the columns that are not numeric */
	const char *label;                                      /* or NULL */
	/* take so many rows, and the file has to have them; 0 all */
	uint64_t limit;
	/* found */
	struct data_column *columns; uint32_t ncolumns;
	uint64_t nrows;
	double *values;                                         /* [row][column]; on the heap */
	uint32_t distinct_rows;
	/* the first fault; what is read after it is ignored */
	enum data_fault fault;
	const char *message;
	const char *help;                                       /* or NULL */
	const char *missing; uint32_t nmissing;                 /* DATA_NO_COLUMN: the name */
	struct data_place place;
	const char *line; uint32_t nline;                       /* the text of that line */
	struct data_place mark_end;                             /* behind the cell */
	/* private */
	struct arena *arena;
	struct buf row;                                         /* the bytes of the row in hand */
	/* offset of each cell's first byte, then of its end: pairs */
	VEC(uint32_t) cells;
	uint8_t state, have_header, done;
	uint32_t line_number, row_line;
	uint32_t width;                                         /* cells of the header */
	int32_t *column_of;                                     /* for each cell the chosen column, or -1 */
	const char **header; uint32_t *header_len;
	size_t cap;
};

/* What is asked for is set by the caller first, the rest is zero; text and messages live in the arena. */
void data_begin(struct data *d, struct arena *a);
void data_add(struct data *d, const char *p, size_t n);
/* Ends the last row and computes the columns' figures. 0: there is a fault. */
int data_end(struct data *d);
void data_free(struct data *d);                                 /* values and buffers; not what is in the arena */
/* of columns that are not constant: greatest std / median std (the lower of two) */
double data_std_ratio(const struct data *d, uint32_t *widest);
/* each value minus the mean, by the standard deviation */
void data_standardise(struct data *d);

/* An array file, format version 1.0: what the common array library itself writes for a C-ordered two-dimensional array,
   byte for byte. data: rows x width doubles, little-endian; pick: the columns to write, in order. 0: a value does not
   fit the type, at row, column. */
enum data_type { DATA_F8, DATA_F4, DATA_I8 };
int data_npy(const char *data, uint64_t rows, uint32_t width, const uint32_t *pick, uint32_t npick,
	enum data_type type, struct buf *out, uint64_t *row, uint32_t *column);
double data_load(const char *p);                                /* eight little-endian bytes */
void data_store(char *p, double d);
/* a decimal number, blanks around it; 0: it is none; may be infinite */
int data_number(const char *s, size_t n, double *v);
#endif
