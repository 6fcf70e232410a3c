/* Tables for terminals and Markdown: columns lined up, numbers with meaningful digits. */
#ifndef ERGODE_OUTPUT_TABLE_H
#define ERGODE_OUTPUT_TABLE_H

#include <stdbool.h>
#include <stdio.h>

typedef enum { OUT_LEFT, OUT_RIGHT, OUT_DECIMAL /* points under each other */ } out_align;
typedef enum { OUT_PLAIN, OUT_BOLD, OUT_DIM, OUT_GREEN, OUT_YELLOW, OUT_RED } out_colour;

typedef struct out_table out_table;
out_table *out_table_new(void);
void out_table_free(out_table *t);
/* Columns, before the first cell. priority 0 is never dropped; where the table is wider
 * than the terminal, columns of the highest priority go first, then column 0 is cut. */
void out_table_column(out_table *t, const char *title, out_align align, int priority);
/* Cells, row by row; text is copied. */
void out_table_cell(out_table *t, out_colour colour, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A text in place of this cell and all others of the row: wrapped to the table's right edge.
 * Its column must not be one that is dropped. */
void out_table_span(out_table *t, out_colour colour, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A number rounded to the digits that its Monte Carlo standard error supports: the last
 * digit shown stands where the error's first digit does; error NaN or <= 0: 4 significant
 * digits. */
void out_table_number(out_table *t, out_colour colour, double value, double error);
/* width 0: of the terminal behind `out`, else 100. */
void out_table_print(const out_table *t, FILE *out, int width, bool colour);
void out_table_markdown(const out_table *t, FILE *out);

/* Words of `text` in lines of at most `width` columns; the first begins at column `at`, the
 * others are indented by `indent`. "\n\n" parts paragraphs. Ends with a line break. */
void out_wrap(FILE *out, const char *text, int width, int indent, int at);

/* The rounding by itself: writes at most capacity bytes. NaN as "-". */
void out_format(double value, double error, char *text, int capacity);
/* Whether `out` is a terminal and NO_COLOR is not set. */
bool out_wants_colour(FILE *out);
int out_terminal_width(FILE *out);
/* Columns of a terminal that a UTF-8 text takes. */
int out_text_width(const char *text);

#endif
