/* Figures that have a line a row: names at the left, texts at the right. */
#ifndef ERGODE_REPORT_BENCH_LINES_H
#define ERGODE_REPORT_BENCH_LINES_H

#include "report/bench_view.h"

enum { VIEW_LINES_WIDTH = 480, VIEW_MOST_LINES = 40 };

typedef struct {
  const int *rows;
  int n;
  char **labels, **texts; /* right of the panel; "-" at first */
  bool two;               /* something between them needs two lines of letters */
} view_lines;

view_lines view_lines_of(const bench_report *r, const int *rows, int n);
void view_lines_free(view_lines *l);
void view_set_text(view_lines *l, int i, const char *text);
/* Of one panel; pixels between its lines are enough for the names. */
plot *view_lines_plot(const view_lines *l, const char *what, const char *name);
double view_line_height(const view_lines *l);
/* Pixels that the panel is wide, as it is laid out. */
double view_lines_room(const view_lines *l);
/* "label: text; label: text; ... (unit)" as the figure's description. */
void view_describe(plot *p, const view_lines *l, const char *unit);
plot_style view_colour(const bench_report *r, int row); /* solid, of the row's backend */

/* Calls make for stretches of at most `most` rows of each workload; NULL: no figure. */
typedef plot *view_maker(const bench_report *r, const int *rows, int n, const char *name);
void view_each_workload(const bench_report *r, bool lesser_forms, int most, view_maker *make,
                        const char *kind, view_section section, const char *caption,
                        report_figures *f);

#endif
