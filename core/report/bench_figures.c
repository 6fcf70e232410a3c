/* Figures of a benchmark that have a line a row: effective draws, stages, agreement, time
 * to convergence. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read/memory.h"
#include "report/bench_report.h"
#include "report/bench_view.h"

enum { WIDTH = 480, LINE = 20, MOST_LINES = 40 };

/* Rows of one figure with what stands beside them. */
typedef struct {
  const int *rows;
  int n;
  char **labels, **texts; /* right of the panel */
} lines;

static lines lines_of(const bench_report *r, const int *rows, int n) {
  lines l = {rows, n, erg_alloc((size_t)n * sizeof(char *) + 1),
             erg_alloc((size_t)n * sizeof(char *) + 1)};
  char label[VIEW_LABEL];
  for (int i = 0; i < n; i++) {
    view_label(r, rows[i], label);
    view_cut(label, 0.38 * WIDTH);
    l.labels[i] = erg_copy(label, strlen(label));
    l.texts[i] = erg_copy("-", 1);
  }
  return l;
}

static void lines_free(lines *l) {
  for (int i = 0; i < l->n; i++) {
    free(l->labels[i]);
    free(l->texts[i]);
  }
  free(l->labels);
  free(l->texts);
}

static void set_text(lines *l, int i, const char *text) {
  free(l->texts[i]);
  l->texts[i] = erg_copy(text, strlen(text));
}

static double widest(char **texts, int n) {
  double w = 0;
  for (int i = 0; i < n; i++) w = fmax(w, plot_text_width(texts[i], 11));
  return w;
}

/* Pixels of the panel, as it is laid out: margins, labels, the column of texts. */
static double room_of(const lines *l) {
  return WIDTH - 16 - fmin(widest(l->labels, l->n), 0.4 * WIDTH) - 18 - widest(l->texts, l->n) -
         14 - 12;
}

static plot *new_lines(const lines *l, const char *what, const char *name) {
  char title[300];
  snprintf(title, sizeof title, "%s: %s", what, name);
  view_cut(title, 0.62 * WIDTH); /* its letters are larger */
  plot *p = plot_new(WIDTH, 52 + LINE * l->n, title);
  plot_categories(p, PLOT_Y, (const char *const *)l->labels, l->n);
  return p;
}

static plot_style colour_of(const bench_report *r, int row) {
  plot_style s = plot_series(view_series(r, row));
  s.dash = PLOT_SOLID;
  return s;
}

/* "label text; label text; ..." as the figure's description. */
static void describe(plot *p, const lines *l, const char *unit) {
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

/* Calls make for stretches of at most MOST_LINES rows of each workload. */
typedef plot *maker(const bench_report *r, const int *rows, int n, const char *name);
static void each_workload(const bench_report *r, bool lesser_forms, maker *make, const char *kind,
                          view_section section, const char *caption, report_figures *f) {
  for (int w = 0; w < r->n_subjects; w++) {
    int n = 0, *rows = view_rows(r, w, lesser_forms, &n);
    for (int from = 0; from < n; from += MOST_LINES) {
      int stretch = n - from < MOST_LINES ? n - from : MOST_LINES;
      plot *p = make(r, rows + from, stretch, r->subjects[w].name);
      if (p)
        report_figures_add(f, kind, r->subjects[w].name, view_titles[section], caption, false, p);
    }
    free(rows);
  }
}

/* --- Medians with intervals ----------------------------------------------------------- */

/* Lines that have no value say why, in place. */
static void put_reasons(plot *p, const bench_report *r, const lines *l, double left,
                        const char *otherwise) {
  for (int i = 0; i < l->n; i++) {
    const bench_row *row = &r->rows[l->rows[i]];
    if (strcmp(l->texts[i], "-")) continue;
    char text[BENCH_TEXT + 64] = "INVALID: ";
    bool valid = row->verdict == BENCH_VALID;
    if (valid)
      snprintf(text, sizeof text, "%s", otherwise);
    else
      show_reason(row, text + strlen(text), sizeof text - strlen(text));
    view_cut(text, room_of(l));
    /* the letters' middle on the line */
    plot_text(p, valid ? PLOT_MUTED : PLOT_BAD, left, i + 0.2, PLOT_START, text);
  }
}

static plot *dots(const bench_report *r, const int *rows, int n, bench_figure figure,
                  const char *what, const char *unit, const char *otherwise, const char *name) {
  lines l = lines_of(r, rows, n);
  double least = NAN, most = NAN, low_end = NAN, high_end = NAN;
  char text[40];
  for (int i = 0; i < n; i++) {
    const bench_estimate *e = &r->rows[rows[i]].figures[figure];
    double v = view_figure(&r->rows[rows[i]], figure);
    if (isnan(v)) continue;
    set_text(&l, i, view_number(v, text));
    least = fmin(least, v); /* of a number and NaN: the number */
    most = fmax(most, v);
    low_end = fmin(low_end, fmin(v, e->low));
    high_end = fmax(high_end, fmax(v, e->high));
  }
  plot *p = new_lines(&l, what, name);
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
    plot_style s = colour_of(r, rows[i]);
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
  describe(p, &l, unit);
  lines_free(&l);
  return p;
}

static plot *ess_dots(const bench_report *r, const int *rows, int n, const char *name) {
  return dots(r, rows, n, BENCH_ESS_S, "ESS/s", "effective draws a second", "no figure", name);
}

void view_ess_figures(const bench_report *r, report_figures *f) {
  each_workload(r, true, ess_dots, "ess", VIEW_ESS, "", f);
}

static plot *converged_dots(const bench_report *r, const int *rows, int n, const char *name) {
  bool any = false;
  for (int i = 0; i < n; i++) any |= !isnan(view_figure(&r->rows[rows[i]], BENCH_CONVERGED_S));
  return any ? dots(r, rows, n, BENCH_CONVERGED_S, "Converged", "seconds of warm-up and sampling",
                    "not within the draws", name)
             : NULL;
}

void view_convergence_figures(const bench_report *r, report_figures *f) {
  each_workload(r, false, converged_dots, "converged", VIEW_CONVERGENCE, "", f);
}

/* --- Stages --------------------------------------------------------------------------- */

/* A bar a row: its stages one after another. */
static plot *bars(const bench_report *r, const int *rows, int n, bool cached, const char *name) {
  lines l = lines_of(r, rows, n);
  double *ends = erg_alloc((size_t)n * sizeof *ends + 1), most = 0;
  bool used[VIEW_STAGES] = {false};
  char text[48], number[40];
  for (int i = 0; i < n; i++) {
    double seconds[VIEW_STAGES], total;
    if (!view_stages(&r->rows[rows[i]], cached, seconds, &total)) continue;
    snprintf(text, sizeof text, "%s s", view_number(total, number));
    set_text(&l, i, text);
    most = fmax(most, total);
    for (int k = 0; k < VIEW_STAGES; k++) used[k] |= seconds[k] > 0;
  }
  plot *p = new_lines(&l, cached ? "Caches filled" : "Caches empty", name);
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
  describe(p, &l, "seconds of the whole run");
  lines_free(&l);
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
      for (int i = 0; i < n && m < MOST_LINES; i++) {
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

/* --- Agreement ------------------------------------------------------------------------ */

static plot *agreement(const bench_report *r, const int *rows, int n, const char *name) {
  int *tested = erg_alloc((size_t)n * sizeof *tested + 1), m = 0;
  for (int i = 0; i < n; i++)
    if (r->rows[rows[i]].z_tests && isfinite(r->rows[rows[i]].z_worst)) tested[m++] = rows[i];
  if (!m) {
    free(tested);
    return NULL;
  }
  lines l = lines_of(r, tested, m);
  for (int i = 0; i < m; i++) {
    char text[VIEW_LABEL];
    snprintf(text, sizeof text, "%s", r->rows[tested[i]].z_name);
    view_cut(text, 0.28 * WIDTH);
    set_text(&l, i, text);
  }
  plot *p = new_lines(&l, "Worst difference", name);
  plot_axis(p, PLOT_X, "Monte Carlo standard errors");
  plot_include(p, PLOT_X, 0);
  plot_style band = plot_role(PLOT_BAND);
  band.width = 12;
  bool outside = false;
  for (int i = 0; i < m; i++) {
    const bench_row *row = &r->rows[tested[i]];
    double at = i, zero = 0, limit = row->z_limit, z = row->z_worst;
    bool out = z > limit;
    plot_style dot = out ? plot_role(PLOT_BAD) : colour_of(r, tested[i]);
    dot.marker = out ? PLOT_CROSS : PLOT_DOT;
    dot.size = 8;
    plot_whiskers(p, band, PLOT_X, &at, &zero, &limit, 1);
    plot_points(p, dot, &z, &at, 1);
    outside |= out;
  }
  plot_column(p, "", (const char *const *)l.texts, m);
  plot_key(p, plot_role(PLOT_BAND), PLOT_KEY_BOX, "up to the limit");
  plot_key(p, (plot_style){.colour = PLOT_INK, .size = 6}, PLOT_KEY_MARKER,
           "worst of all means and standard deviations");
  if (outside)
    plot_key(p, (plot_style){.colour = PLOT_BAD, .marker = PLOT_CROSS, .size = 7},
             PLOT_KEY_MARKER, "beyond it");
  describe(p, &l, "the quantity that differs most");
  lines_free(&l);
  free(tested);
  return p;
}

void view_agreement_figures(const bench_report *r, report_figures *f) {
  each_workload(r, true, agreement, "agreement", VIEW_AGREEMENT, "", f);
}

void report_bench_figures(const bench_report *r, report_figures *f) {
  *f = (report_figures){0};
  view_ess_figures(r, f);
  view_stage_figures(r, f);
  view_scaling_figures(r, f);
  view_telemetry_figures(r, f);
  view_agreement_figures(r, f);
  view_roofline_figures(r, f);
  view_convergence_figures(r, f);
}
