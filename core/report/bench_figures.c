/* Figures of a benchmark that have a line a row: effective draws, stages, time to
 * convergence. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read/memory.h"
#include "report/bench_lines.h"
#include "report/bench_report.h"

/* --- Medians with intervals ----------------------------------------------------------- */

enum { REASON = BENCH_TEXT + 64 };

static void reason_of(const bench_row *row, const char *otherwise, char text[static REASON]) {
  static const char invalid[] = "INVALID: ";
  snprintf(text, REASON, "%s", row->verdict == BENCH_VALID ? otherwise : invalid);
  if (row->verdict != BENCH_VALID)
    show_reason(row, text + strlen(invalid), REASON - strlen(invalid));
}

/* Whether a line without a value needs two for its reason. */
static bool any_long_reason(const bench_report *r, const view_lines *l, const char *otherwise) {
  char text[REASON];
  bool any = false;
  for (int i = 0; i < l->n; i++) {
    reason_of(&r->rows[l->rows[i]], otherwise, text);
    any |= !strcmp(l->texts[i], "-") && plot_text_width(text, 11) > view_lines_room(l);
  }
  return any;
}

/* Lines that have no value say why, in place: in one line of letters or two, the second cut. */
static void put_reasons(plot *p, const bench_report *r, const view_lines *l, double left,
                        const char *otherwise) {
  double line = view_line_height(l);
  for (int i = 0; i < l->n; i++) {
    const bench_row *row = &r->rows[l->rows[i]];
    plot_colour c = row->verdict == BENCH_VALID ? PLOT_MUTED : PLOT_BAD;
    char text[REASON], first[REASON];
    if (strcmp(l->texts[i], "-")) continue;
    reason_of(row, otherwise, text);
    size_t n = plot_text_break(text, 11, view_lines_room(l));
    bool two = text[n] != 0;
    snprintf(first, sizeof first, "%.*s", (int)n, text);
    view_cut(text + n, view_lines_room(l));
    /* the middle of the letters on the line */
    plot_text(p, c, left, i + (two ? 4 - 6 : 4) / line, PLOT_START, first);
    if (two) plot_text(p, c, left, i + (4 + 6) / line, PLOT_START, text + n);
  }
}

static plot *dots(const bench_report *r, const int *rows, int n, bench_figure figure,
                  const char *what, const char *unit, const char *otherwise, const char *name) {
  view_lines l = view_lines_of(r, rows, n);
  double least = NAN, most = NAN, low_end = NAN, high_end = NAN;
  char text[40];
  for (int i = 0; i < n; i++) {
    const bench_estimate *e = &r->rows[rows[i]].figures[figure];
    double v = view_figure(&r->rows[rows[i]], figure);
    if (isnan(v)) continue;
    view_set_text(&l, i, view_number(v, text));
    least = fmin(least, v); /* of a number and NaN: the number */
    most = fmax(most, v);
    low_end = fmin(low_end, fmin(v, e->low));
    high_end = fmax(high_end, fmax(v, e->high));
  }
  l.two = any_long_reason(r, &l, otherwise);
  plot *p = view_lines_plot(&l, what, name);
  bool log = most > 10 * least && low_end > 0;
  double left = 0, right = isnan(high_end) || high_end <= 0 ? 1 : 1.06 * high_end;
  if (log) {
    plot_log(p, PLOT_X);
    left = low_end / 1.3;
    right = high_end * 1.3;
  }
  char axis[80];
  snprintf(axis, sizeof axis, "%s%s", unit, log ? " (log scale)" : "");
  if (isnan(most))
    plot_no_ticks(p, PLOT_X);
  else
    plot_axis(p, PLOT_X, axis);
  plot_range(p, PLOT_X, left, right);
  bool intervals = false;
  for (int i = 0; i < n; i++) {
    const bench_estimate *e = &r->rows[rows[i]].figures[figure];
    double v = view_figure(&r->rows[rows[i]], figure), at = i;
    plot_style s = view_colour(r, rows[i]);
    s.width = 2;
    s.size = 8;
    if (isnan(v)) continue;
    plot_whiskers(p, s, PLOT_X, &at, &e->low, &e->high, 1);
    plot_points(p, s, &v, &at, 1);
    intervals |= !isnan(e->low);
  }
  put_reasons(p, r, &l, left, otherwise);
  plot_column(p, "", (const char *const *)l.texts, n);
  plot_style key = {.colour = PLOT_INK, .size = 6};
  if (!isnan(most)) plot_key(p, key, PLOT_KEY_MARKER, "median of the cached runs");
  if (intervals) plot_key(p, plot_role(PLOT_INK), PLOT_KEY_LINE, "95 % interval");
  view_describe(p, &l, unit);
  view_lines_free(&l);
  return p;
}

static plot *ess_dots(const bench_report *r, const int *rows, int n, const char *name) {
  return dots(r, rows, n, BENCH_ESS_S, "ESS/s", "effective draws a second", "no figure", name);
}

void view_ess_figures(const bench_report *r, report_figures *f) {
  view_each_workload(r, true, VIEW_MOST_LINES, ess_dots, "ess", VIEW_ESS, "", f);
}

static plot *converged_dots(const bench_report *r, const int *rows, int n, const char *name) {
  bool any = false;
  for (int i = 0; i < n; i++) any |= !isnan(view_figure(&r->rows[rows[i]], BENCH_CONVERGED_S));
  return any ? dots(r, rows, n, BENCH_CONVERGED_S, "Converged", "seconds of warm-up and sampling",
                    "not within the draws", name)
             : NULL;
}

void view_convergence_figures(const bench_report *r, report_figures *f) {
  view_each_workload(r, false, VIEW_MOST_LINES, converged_dots, "converged", VIEW_CONVERGENCE, "", f);
}

/* --- Stages --------------------------------------------------------------------------- */

/* A bar a row: its stages one after another. */
static plot *bars(const bench_report *r, const int *rows, int n, bool cached, const char *name) {
  view_lines l = view_lines_of(r, rows, n);
  double *ends = erg_alloc((size_t)n * sizeof *ends + 1), most = 0;
  bool used[VIEW_STAGES] = {false};
  char text[48], number[40];
  for (int i = 0; i < n; i++) {
    double seconds[VIEW_STAGES], total;
    if (!view_stages(&r->rows[rows[i]], cached, seconds, &total)) continue;
    snprintf(text, sizeof text, "%s s", view_number(total, number));
    view_set_text(&l, i, text);
    most = fmax(most, total);
    for (int k = 0; k < VIEW_STAGES; k++) used[k] |= seconds[k] > 0;
  }
  plot *p = view_lines_plot(&l, cached ? "Caches filled" : "Caches empty", name);
  plot_axis(p, PLOT_X, "seconds");
  plot_range(p, PLOT_X, 0, most > 0 ? 1.02 * most : 1);
  for (int k = 0; k < VIEW_STAGES; k++) {
    plot_style s = k == VIEW_STAGES - 1 ? plot_role(PLOT_BAND) : plot_series(k);
    s.dash = PLOT_SOLID;
    for (int i = 0; i < n; i++) {
      double seconds[VIEW_STAGES], total, at = i;
      if (!view_stages(&r->rows[rows[i]], cached, seconds, &total) || !(seconds[k] > 0)) continue;
      double end = ends[i] + seconds[k];
      plot_hbars(p, s, &at, &ends[i], &end, 1, 0.66);
      ends[i] = end;
    }
    if (used[k]) plot_key(p, s, PLOT_KEY_BOX, view_stage_names[k]);
  }
  plot_column(p, "", (const char *const *)l.texts, n);
  view_describe(p, &l, "seconds of the whole run");
  view_lines_free(&l);
  free(ends);
  return p;
}

/* Of backends and of other engines apart: seconds of the one are milliseconds of the other. */
void view_stage_figures(const bench_report *r, report_figures *f) {
  static const char peers[] = "Other engines.", own[] = "";
  for (int w = 0; w < r->n_subjects; w++) {
    int n = 0, *rows = view_rows(r, w, false, &n);
    int *some = erg_alloc((size_t)n * sizeof *some + 1);
    for (int peer = 0; peer < 2; peer++) {
      int m = 0;
      for (int i = 0; i < n && m < VIEW_MOST_LINES; i++) {
        const bench_row *row = &r->rows[rows[i]];
        if (row->verdict == BENCH_VALID && view_is_peer(row) == peer) some[m++] = rows[i];
      }
      for (int cached = 0; cached < 2 && m; cached++)
        report_figures_add(f, cached ? "cached" : "cold", r->subjects[w].name,
                           view_titles[VIEW_STAGE], peer ? peers : own, false,
                           bars(r, some, m, cached, r->subjects[w].name));
    }
    free(some);
    free(rows);
  }
}

void report_bench_figures(const bench_report *r, report_figures *f) {
  *f = (report_figures){0};
  view_ess_figures(r, f);
  view_baseline_figures(r, f);
  view_stage_figures(r, f);
  view_scaling_figures(r, f);
  view_telemetry_figures(r, f);
  view_agreement_figures(r, f);
  view_roofline_figures(r, f);
  view_convergence_figures(r, f);
}
