/* A page of HTML by itself: no network, light and dark, phone and print. Written to a
 * stream from top to bottom; every text given is escaped. */
#ifndef ERGODE_REPORT_PAGE_H
#define ERGODE_REPORT_PAGE_H

#include <stdbool.h>
#include <stdio.h>
#include "plot/plot.h"

typedef enum { PAGE_NONE, PAGE_GOOD, PAGE_WARNING, PAGE_BAD } page_tone;

void page_begin(FILE *out, const char *title);
void page_end(FILE *out);
void page_escaped(FILE *out, const char *text);
void page_heading(FILE *out, const char *text);
void page_paragraph(FILE *out, const char *text);

/* The box that says how it went: a headline, then lines with what to do next ("" or NULL:
 * nothing). */
void page_box_begin(FILE *out, page_tone tone, const char *headline);
void page_box_line(FILE *out, page_tone tone, const char *text, const char *next);
void page_box_end(FILE *out);

/* The first column is of texts, the others of numbers, if `numbers`. */
void page_table_begin(FILE *out, const char *const *titles, int n, bool numbers);
void page_row_begin(FILE *out);
void page_cell(FILE *out, page_tone tone, const char *text);
void page_row_end(FILE *out);
void page_table_end(FILE *out);

/* Figures beside each other where there is room; wide ones take a line. */
void page_figures_begin(FILE *out);
bool page_figure(FILE *out, const plot *p, const char *id, const char *caption, bool wide,
                 erg_problems *problems);
void page_figures_end(FILE *out);

/* Writes a finished text to a file; false with a problem. */
bool page_save(const char *path, const char *text, size_t length, erg_problems *problems);

#endif
