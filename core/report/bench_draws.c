/* Draws that a benchmark kept, by the figures of a run's report. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/summary.h"
#include "report/bench_view.h"

/* The best row whose draws are there; -1: none. */
static int row_with_draws(const bench_report *r, int workload, const char *folder, char **path) {
  int best = -1;
  *path = NULL;
  for (int i = 0; i < r->n_rows; i++) {
    double v = view_figure(&r->rows[i], BENCH_ESS_S);
    if (r->rows[i].workload != workload || isnan(v)) continue;
    if (best >= 0 && v <= view_figure(&r->rows[best], BENCH_ESS_S)) continue;
    char *file = bench_draws_path(folder, r, i);
    if (access(file, R_OK) == 0) {
      free(*path);
      *path = file;
      best = i;
    } else {
      free(file);
    }
  }
  return best;
}

static void put_figures(FILE *out, const report_figures *f, int workload, erg_problems *p) {
  const char *section = "";
  for (int i = 0; i < f->n; i++) {
    const report_figure *g = &f->list[i];
    char id[60];
    if (strcmp(g->section, section)) {
      if (*section) page_figures_end(out);
      section = g->section;
      page_figures_begin(out, false);
    }
    snprintf(id, sizeof id, "draws-%d-%d", workload + 1, i + 1);
    if (!page_figure(out, g->figure, id, g->caption, g->wide, p)) break;
  }
  if (*section) page_figures_end(out);
}

static void put_row(FILE *out, const bench_report *r, int row, const char *path) {
  erg_problems problems;
  erg_problems_init(&problems);
  diag_limits limits = diag_limits_default();
  out_summary *s = NULL;
  report_figures f = {0};
  char label[VIEW_LABEL], text[2 * BENCH_TEXT];
  view_label(r, row, label);
  snprintf(text, sizeof text, "%.300s: %s", r->subjects[r->rows[row].workload].name, label);
  page_subheading(out, text);
  out_draws *draws = out_draws_open(&path, 1, &problems);
  if (draws) s = out_summary_from_draws(draws, &limits, 1, &problems);
  if (s && report_run_figures(draws, s, NULL, &f, &problems))
    put_figures(out, &f, r->rows[row].workload, &problems);
  if (problems.count) {
    snprintf(text, sizeof text, "Its draws can't be shown: %.600s", problems.list[0].cause);
    page_paragraph(out, text);
  }
  report_figures_free(&f);
  if (s) out_summary_free(s);
  if (draws) out_draws_close(draws);
  erg_problems_free(&problems);
}

bool view_draws(FILE *out, const bench_report *r, const char *folder, bool figures) {
  bool any = false;
  for (int w = 0; w < r->n_subjects && folder && figures; w++) {
    char *path = NULL;
    int row = row_with_draws(r, w, folder, &path);
    if (row >= 0) put_row(out, r, row, path);
    any |= row >= 0;
    free(path);
  }
  return any;
}
