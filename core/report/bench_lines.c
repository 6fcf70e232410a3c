#include "report/bench_lines.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read/memory.h"

enum { WIDTH = VIEW_LINES_WIDTH, SMALL = 11 };

view_lines view_lines_of(const bench_report *r, const int *rows, int n) {
  view_lines l = {rows, n, erg_alloc((size_t)n * sizeof(char *) + 1),
                  erg_alloc((size_t)n * sizeof(char *) + 1), false};
  char label[VIEW_LABEL];
  for (int i = 0; i < n; i++) {
    view_label(r, rows[i], label);
    l.labels[i] = erg_copy(label, strlen(label));
    l.texts[i] = erg_copy("-", 1);
  }
  return l;
}

void view_lines_free(view_lines *l) {
  for (int i = 0; i < l->n; i++) {
    free(l->labels[i]);
    free(l->texts[i]);
  }
  free(l->labels);
  free(l->texts);
}

void view_set_text(view_lines *l, int i, const char *text) {
  free(l->texts[i]);
  l->texts[i] = erg_copy(text, strlen(text));
}

static double widest(char **texts, int n) {
  double w = 0;
  for (int i = 0; i < n; i++) w = fmax(w, plot_text_width(texts[i], SMALL));
  return w;
}

double view_line_height(const view_lines *l) {
  bool two = l->two || widest(l->labels, l->n) > PLOT_NAMES * WIDTH ||
             widest(l->texts, l->n) > PLOT_TEXTS * WIDTH;
  return two ? 28 : 20;
}

/* Less margins, labels, the column of texts. */
double view_lines_room(const view_lines *l) {
  return WIDTH - 16 - fmin(widest(l->labels, l->n), PLOT_NAMES * WIDTH) - 18 -
         fmin(widest(l->texts, l->n), PLOT_TEXTS * WIDTH) - 14 - 12;
}

plot *view_lines_plot(const view_lines *l, const char *what, const char *name) {
  char title[300];
  snprintf(title, sizeof title, "%s: %s", what, name);
  plot *p = plot_new(WIDTH, 52 + view_line_height(l) * l->n, title);
  plot_categories(p, PLOT_Y, (const char *const *)l->labels, l->n);
  return p;
}

plot_style view_colour(const bench_report *r, int row) {
  plot_style s = plot_series(view_series(r, row));
  s.dash = PLOT_SOLID;
  return s;
}

void view_describe(plot *p, const view_lines *l, const char *unit) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  if (!out) erg_out_of_memory();
  for (int i = 0; i < l->n; i++)
    fprintf(out, "%s%s: %s", i ? "; " : "", l->labels[i], l->texts[i]);
  fprintf(out, " (%s)", unit);
  if (fclose(out) != 0) erg_out_of_memory();
  plot_describe(p, text);
  free(text);
}

void view_each_workload(const bench_report *r, bool lesser_forms, int most, view_maker *make,
                        const char *kind, view_section section, const char *caption,
                        report_figures *f) {
  for (int w = 0; w < r->n_subjects; w++) {
    int n = 0, *rows = view_rows(r, w, lesser_forms, &n);
    for (int from = 0; from < n; from += most) {
      int stretch = n - from < most ? n - from : most;
      plot *p = make(r, rows + from, stretch, r->subjects[w].name);
      if (p)
        report_figures_add(f, kind, r->subjects[w].name, view_titles[section], caption, false,
                           p);
    }
    free(rows);
  }
}
