/* A page of HTML by itself: no network, light and dark, phone and print. Written to a
 * stream from top to bottom; every text given is escaped. */
#ifndef ERGODE_REPORT_PAGE_H
#define ERGODE_REPORT_PAGE_H

#include <stdbool.h>
#include <stdio.h>
#include "plot/plot.h"

/* PAGE_TEXT: a cell of words in a table of numbers. */
typedef enum { PAGE_NONE, PAGE_GOOD, PAGE_WARNING, PAGE_BAD, PAGE_TEXT } page_tone;

void page_begin(FILE *out, const char *title);
void page_end(FILE *out);
void page_escaped(FILE *out, const char *text);
void page_heading(FILE *out, const char *text);
/* A heading that links can name: letters, digits, - in the id. */
void page_section(FILE *out, const char *id, const char *title);
void page_subheading(FILE *out, const char *text);
/* A value, or a text, with its place in the document that the page shows: "rows/0/id".
 * NULL: without. */
void page_value(FILE *out, const char *place, const char *text);
/* What is shown on demand (and in print). */
void page_details_begin(FILE *out, const char *summary);
void page_details_end(FILE *out);
void page_paragraph(FILE *out, const char *text);

/* The box that says how it went: a headline, then lines with what to do next ("" or NULL:
 * nothing). */
void page_box_begin(FILE *out, page_tone tone, const char *headline);
void page_box_line(FILE *out, page_tone tone, const char *text, const char *next);
void page_box_line_begin(FILE *out, page_tone tone);
void page_box_line_end(FILE *out);
void page_box_end(FILE *out);

/* The first column is of texts, the others of numbers, if `numbers`, but for those whose title
 * begins with a tab. titles NULL: none. */
void page_table_begin(FILE *out, const char *const *titles, int n, bool numbers);
void page_row_begin(FILE *out);
void page_cell(FILE *out, page_tone tone, const char *text);
/* The cell that names its row. */
void page_row_head(FILE *out, const char *place, const char *text);
void page_cell_begin(FILE *out, page_tone tone);
void page_cell_end(FILE *out);
/* A cell of words over several columns. */
void page_wide_cell_begin(FILE *out, page_tone tone, int columns);
void page_wide_cell_end(FILE *out);
/* A line that names the rows below it. */
void page_group(FILE *out, const char *place, const char *text, int columns);
void page_row_end(FILE *out);
void page_table_end(FILE *out);

/* Figures beside each other where there is room, fewer of `large` ones; wide ones take a
 * line. */
void page_figures_begin(FILE *out, bool large);
bool page_figure(FILE *out, const plot *p, const char *id, const char *caption, bool wide,
                 erg_problems *problems);
void page_figures_end(FILE *out);

/* Writes a finished text to a file; false with a problem. */
bool page_save(const char *path, const char *text, size_t length, erg_problems *problems);

#endif
