/* A report at the terminal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare.h"
#include "bench/show.h"
#include "run/text.h"

enum { NOTES = 6 }; /* warnings and pieces of advice each, without --verbose */

typedef struct {
  FILE *out;
  const bench_look *look;
} screen;

static const char *const colours[] = {"",         "\033[1m",  "\033[2m",
                                      "\033[32m", "\033[33m", "\033[31m"};

static void paragraph(const screen *s, const char *text) {
  out_wrap(s->out, text, s->look->width, 2, 0);
}

static void heading(const screen *s, const char *text) {
  fprintf(s->out, "\n%s", s->look->colour ? colours[OUT_BOLD] : "");
  paragraph(s, text);
  if (s->look->colour) fputs("\033[0m", s->out);
}

static void put_table(const screen *s, out_table *t) {
  if (!t) return;
  fputc('\n', s->out);
  out_table_print(t, s->out, s->look->width, s->look->colour);
  out_table_free(t);
}

static void print_head(const bench_report *r, const screen *s) {
  char *text = NULL;
  size_t size = 0;
  FILE *f = open_memstream(&text, &size);
  if (!f) return;
  show_head(r, f, "");
  fclose(f);
  bool first = true;
  for (char *line = text, *end; *line; line = end + 1) {
    end = strchr(line, '\n');
    *end = 0;
    if (first && s->look->colour) fputs(colours[OUT_BOLD], s->out);
    paragraph(s, line);
    if (first && s->look->colour) fputs("\033[0m", s->out);
    first = false;
  }
  free(text);
}

static void print_workload(const bench_report *r, int workload, const screen *s, int *rows) {
  int n = show_order(r, workload, rows);
  bool verbose = s->look->verbose;
  if (!n) return;
  char *title = show_workload_title(r, workload);
  heading(s, title);
  free(title);
  out_table *t = show_figures(r, rows, n);
  out_table_print(t, s->out, s->look->width, s->look->colour);
  out_table_free(t);
  put_table(s, show_pairs(r, workload, verbose));
  put_table(s, show_times(r, rows, n));
  put_table(s, show_limits(r, rows, n));
  if (!verbose) return;
  put_table(s, show_stage_table(r, rows, n));
  put_table(s, show_checks(r, rows, n));
}

static void print_note(void *data, const char *mark, out_colour colour, const char *text) {
  const screen *s = data;
  bool on = s->look->colour && colour != OUT_PLAIN;
  fprintf(s->out, "%s%s%s ", on ? colours[colour] : "", mark, on ? "\033[0m" : "");
  out_wrap(s->out, text, s->look->width, 2, (int)strlen(mark) + 1);
}

void bench_print(const bench_report *r, FILE *out, const bench_look *look) {
  screen s = {out, look};
  print_head(r, &s);
  int *rows = run_alloc((size_t)(r->n_rows + 1) * sizeof *rows);
  for (int i = 0; i < r->n_subjects; i++) print_workload(r, i, &s, rows);
  free(rows);
  for (int i = 0; i < r->n_scaling; i++) {
    char *title = show_curve_title(r, &r->scaling[i]);
    heading(&s, title);
    free(title);
    out_table *t = show_curve(r, &r->scaling[i]);
    out_table_print(t, out, look->width, look->colour);
    out_table_free(t);
  }
  if (r->n_rows) {
    fputc('\n', out);
    char *settings = show_settings(r), *checked = show_checked(r);
    paragraph(&s, settings);
    paragraph(&s, show_legend);
    if (*checked) paragraph(&s, checked);
    free(settings);
    free(checked);
  }
  int left = show_notes(r, look->verbose ? 0 : NOTES, print_note, &s);
  if (left) fprintf(out, "and %d more: --verbose, or report.md\n", left);
  if (!r->baseline) return;
  heading(&s, "Against the baseline");
  bench_compare_print(r->baseline, out, look);
}
