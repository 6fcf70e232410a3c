/* Figures of a benchmark with curves: scaling, telemetry, roofline. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read/memory.h"
#include "report/bench_view.h"

enum { WIDTH = 480, HEIGHT = 260, PANEL = 110 };

static plot *titled(double height, const char *what, const char *name) {
  char title[VIEW_LABEL];
  snprintf(title, sizeof title, "%s%s%.180s", what, *name ? ": " : "", name);
  return plot_new(WIDTH, height, title);
}

/* --- Scaling -------------------------------------------------------------------------- */

static bool alike(const bench_scaling *a, const bench_scaling *b) {
  return a->workload == b->workload && !strcmp(a->axis, b->axis) && !strcmp(a->kind, b->kind);
}

/* What tells this curve from the others of its figure. */
static void curve_label(const bench_report *r, const bench_scaling *c,
                        char text[static VIEW_LABEL]) {
  bool chains = false, devices = false;
  const bench_row *first = &r->rows[c->points[0].row];
  for (int i = 0; i < r->n_scaling; i++) {
    const bench_scaling *other = &r->scaling[i];
    if (other == c || !alike(c, other)) continue;
    chains |= r->rows[other->points[0].row].chains != first->chains;
    devices |= !strcmp(other->backend, c->backend);
  }
  size_t n = (size_t)snprintf(text, VIEW_LABEL, "%.90s", c->backend);
  if (devices && first->n_devices)
    n += (size_t)snprintf(text + n, VIEW_LABEL - n, " %s", first->devices[0].id);
  if (chains) snprintf(text + n, VIEW_LABEL - n, ", %lld chains", (long long)first->chains);
}

enum { MOST_NUMBERS = 32 };

/* The numbers of threads or devices on the x axis, upwards, at equal distances. */
typedef struct {
  int n[MOST_NUMBERS], count;
} steps;

static void steps_add(steps *s, int n) {
  int at = 0;
  while (at < s->count && s->n[at] < n) at++;
  if ((at < s->count && s->n[at] == n) || s->count == MOST_NUMBERS) return;
  memmove(&s->n[at + 1], &s->n[at], (size_t)(s->count - at) * sizeof *s->n);
  s->n[at] = n;
  s->count++;
}

/* NaN: not on the axis. */
static double step_of(const steps *s, int n) {
  for (int i = 0; i < s->count; i++)
    if (s->n[i] == n) return i;
  return NAN;
}

/* A line through the points that have a speedup; those outside the band are crossed. */
static void put_curve(plot *p, const bench_report *r, const bench_scaling *c, const steps *all,
                      int number, bool *missed) {
  double *x = erg_alloc((size_t)(2 * c->n_points + 1) * sizeof *x), *y = x + c->n_points;
  plot_style s = plot_series(number), bad = plot_role(PLOT_BAD);
  s.size = 6;
  bad.marker = PLOT_CROSS;
  bad.size = 10;
  int n = 0;
  for (int i = 0; i < c->n_points; i++) {
    if (isnan(c->points[i].speedup)) continue;
    x[n] = step_of(all, c->points[i].n);
    y[n++] = c->points[i].speedup;
  }
  plot_line(p, s, x, y, n);
  plot_points(p, s, x, y, n);
  for (int i = 0; i < c->n_points; i++) {
    double at = step_of(all, c->points[i].n);
    if (strcmp(c->points[i].verdict, "warning")) continue;
    plot_points(p, bad, &at, &c->points[i].speedup, 1);
    *missed = true;
  }
  char label[VIEW_LABEL];
  curve_label(r, c, label);
  plot_key(p, s, PLOT_KEY_LINE, label);
  free(x);
}

static plot *scaling(const bench_report *r, int which) {
  const bench_scaling *one = &r->scaling[which];
  char what[80], axis[40], text[300];
  snprintf(what, sizeof what, "%s scaling over %s",
           !strcmp(one->kind, "weak") ? "Weak" : "Strong", one->axis);
  plot *p = titled(HEIGHT, what, r->subjects[one->workload].name);
  int number = 0;
  bool bands = false, missed = false;
  steps all = {.count = 0};
  for (int i = which; i < r->n_scaling; i++)
    for (int k = 0; alike(one, &r->scaling[i]) && k < r->scaling[i].n_points; k++)
      steps_add(&all, r->scaling[i].points[k].n);
  char texts[MOST_NUMBERS][16];
  const char *names[MOST_NUMBERS];
  double at[MOST_NUMBERS], ideal_at[MOST_NUMBERS];
  for (int i = 0; i < all.count; i++) {
    snprintf(texts[i], sizeof texts[i], "%d", all.n[i]);
    names[i] = texts[i];
    at[i] = i;
    ideal_at[i] = all.n[i];
  }
  plot_categories(p, PLOT_X, names, all.count);
  plot_style band = plot_role(PLOT_BAND), ideal = plot_role(PLOT_MUTED);
  band.width = 10;
  ideal.dash = PLOT_DASHED;
  for (int i = which; i < r->n_scaling; i++)
    for (int k = 0; alike(one, &r->scaling[i]) && k < r->scaling[i].n_points; k++) {
      const bench_point *q = &r->scaling[i].points[k];
      double x = step_of(&all, q->n);
      if (isnan(q->band[0])) continue;
      plot_whiskers(p, band, PLOT_Y, &x, &q->band[0], &q->band[1], 1);
      bands = true;
    }
  plot_line(p, ideal, at, ideal_at, all.count);
  for (int i = which; i < r->n_scaling; i++)
    if (alike(one, &r->scaling[i])) put_curve(p, r, &r->scaling[i], &all, number++, &missed);
  snprintf(axis, sizeof axis, "%s", one->axis);
  plot_axis(p, PLOT_X, axis);
  plot_axis(p, PLOT_Y, "speedup over one");
  plot_include(p, PLOT_Y, 0);
  plot_key(p, ideal, PLOT_KEY_LINE, "ideal");
  if (bands) plot_key(p, plot_role(PLOT_BAND), PLOT_KEY_BOX, "band that is asked for");
  if (missed) plot_key(p, (plot_style){.colour = PLOT_BAD, .marker = PLOT_CROSS, .size = 7},
                       PLOT_KEY_MARKER, "outside it");
  snprintf(text, sizeof text, "Speedup of %d backend%s over 1 to %d %s; the table below has the "
           "numbers", number, number == 1 ? "" : "s", all.n[all.count - 1], one->axis);
  plot_describe(p, text);
  return p;
}

void view_scaling_figures(const bench_report *r, report_figures *f) {
  for (int i = 0; i < r->n_scaling; i++) {
    bool first = r->scaling[i].n_points > 0;
    for (int k = 0; k < i && first; k++)
      first = !r->scaling[k].n_points || !alike(&r->scaling[i], &r->scaling[k]);
    if (first)
      report_figures_add(f, r->scaling[i].kind, r->subjects[r->scaling[i].workload].name,
                         view_titles[VIEW_SCALING], "", false, scaling(r, i));
  }
}

/* --- Telemetry ------------------------------------------------------------------------ */

typedef struct {
  const char *axis;
  double scale;
} channel;
static const channel channels[] = {
    {"memory (MB)", 1e-6}, {"cores busy (%)", 100}, {"power (W)", 1},     {"clock (MHz)", 1},
    {"devices (%)", 100},  {"devices (W)", 1},      {"devices (MHz)", 1}, {"devices (MB)", 1e-6}};
enum { CHANNELS = sizeof channels / sizeof *channels };

static double sample(const telemetry_sample *s, int k) {
  const double all[CHANNELS] = {s->host_bytes,  s->cpu_share,    s->watts,      s->mhz,
                                s->device_busy, s->device_watts, s->device_mhz, s->device_bytes};
  return channels[k].scale * all[k];
}

/* Whether a channel was read in any of the runs shown. */
static bool was_read(const bench_report *r, const int *rows, int n, int k) {
  int number;
  for (int i = 0; i < n; i++) {
    const telemetry_result *t = &view_watched(&r->rows[rows[i]], &number)->telemetry;
    for (int j = 0; j < t->n_samples; j++)
      if (isfinite(sample(&t->samples[j], k))) return true;
  }
  return false;
}

static void put_channel(plot *p, const bench_report *r, const int *rows, int n, int k) {
  int number;
  for (int i = 0; i < n; i++) {
    const telemetry_result *t = &view_watched(&r->rows[rows[i]], &number)->telemetry;
    double x[TELEMETRY_SAMPLES], y[TELEMETRY_SAMPLES];
    for (int j = 0; j < t->n_samples; j++) {
      x[j] = t->samples[j].t_s;
      y[j] = sample(&t->samples[j], k);
    }
    plot_style s = plot_series(view_series(r, rows[i]));
    s.size = 3.5;
    plot_line(p, s, x, y, t->n_samples);
    if (t->n_samples <= 40) plot_points(p, s, x, y, t->n_samples);
  }
  plot_axis(p, PLOT_Y, channels[k].axis);
  plot_include(p, PLOT_Y, 0);
  if (channels[k].scale == 100) plot_include(p, PLOT_Y, 100);
}

/* The best row of each backend. */
static int watched_rows(const bench_report *r, int workload, int *rows) {
  int n = 0, number;
  for (int i = 0; i < r->n_rows; i++)
    if (r->rows[i].workload == workload && view_best(r, workload, r->rows[i].backend) == i &&
        view_watched(&r->rows[i], &number))
      rows[n++] = i;
  return n;
}

static plot *timeline(const bench_report *r, const int *rows, int n, const char *name) {
  int shown = 0, number;
  double end = 0;
  for (int i = 0; i < n; i++) {
    const telemetry_result *t = &view_watched(&r->rows[rows[i]], &number)->telemetry;
    end = fmax(end, t->samples[t->n_samples - 1].t_s);
  }
  if (!(end > 0)) end = 1;
  for (int k = 0; k < CHANNELS; k++) shown += was_read(r, rows, n, k);
  if (!shown) return NULL;
  plot *p = titled(PANEL * shown + 34, "While it ran", name);
  plot_panels(p, shown, 1);
  for (int k = 0, panel = 0; k < CHANNELS; k++) {
    if (!was_read(r, rows, n, k)) continue;
    plot_panel(p, panel++);
    put_channel(p, r, rows, n, k);
    plot_range(p, PLOT_X, -0.03 * end, 1.03 * end); /* the corner is the y axis's */
    if (panel == shown) plot_axis(p, PLOT_X, "seconds since the run began");
  }
  for (int i = 0; i < n; i++) {
    char label[VIEW_LABEL];
    view_label(r, rows[i], label);
    plot_key(p, plot_series(view_series(r, rows[i])), PLOT_KEY_LINE, label);
  }
  plot_describe(p, "Memory and load of the processor over a cached run; the samples are in the "
                   "table below");
  return p;
}

void view_telemetry_figures(const bench_report *r, report_figures *f) {
  int *rows = erg_alloc((size_t)r->n_rows * sizeof *rows + 1);
  for (int w = 0; w < r->n_subjects; w++) {
    int n = watched_rows(r, w, rows);
    plot *p = n ? timeline(r, rows, n, r->subjects[w].name) : NULL;
    if (p)
      report_figures_add(f, "telemetry", r->subjects[w].name, view_titles[VIEW_TELEMETRY], "",
                         false, p);
  }
  free(rows);
}

/* --- Roofline ------------------------------------------------------------------------- */

static double intensity(const bench_subject *s) { return s->flops_gradient / s->bytes_gradient; }

/* Operations a second of a row, in 1e9. */
static double speed(const bench_report *r, const bench_row *row) {
  if (isnan(view_figure(row, BENCH_FLOPS_SHARE))) return NAN;
  return r->subjects[row->workload].flops_gradient * row->figures[BENCH_GRADIENTS_S].median / 1e9;
}

void view_roofline_figures(const bench_report *r, report_figures *f) {
  double low = INFINITY, high = 0;
  for (int i = 0; i < r->n_rows; i++) {
    double x = intensity(&r->subjects[r->rows[i].workload]);
    if (!(speed(r, &r->rows[i]) > 0) || !isfinite(x) || !(x > 0)) continue;
    low = fmin(low, x);
    high = fmax(high, x);
  }
  if (!(high > 0)) return;
  plot *p = titled(HEIGHT + 40, "Roofline", "");
  for (int i = 0; i < r->n_peaks; i++) { /* the ridges are in the picture */
    double ridge = r->peaks[i].gflops / r->peaks[i].read_gb_s;
    if (!isfinite(ridge) || !(ridge > 0)) continue;
    low = fmin(low, ridge);
    high = fmax(high, ridge);
  }
  low /= 4;
  high *= 4;
  plot_log(p, PLOT_X);
  plot_log(p, PLOT_Y);
  plot_range(p, PLOT_X, low, high);
  char text[VIEW_LABEL];
  for (int i = 0; i < r->n_peaks; i++) {
    const bench_peak *k = &r->peaks[i];
    double x[3] = {low, k->gflops / k->read_gb_s, high},
           y[3] = {low * k->read_gb_s, k->gflops, k->gflops};
    plot_style s = plot_role(PLOT_MUTED);
    s.dash = (plot_dash)(i % 4);
    if (!isfinite(x[1]) || !(x[1] > 0)) continue;
    plot_line(p, s, x, y, 3);
    if (k->threads)
      snprintf(text, sizeof text, "%.60s, %d thread%s", k->device, k->threads,
               k->threads == 1 ? "" : "s");
    else
      snprintf(text, sizeof text, "%.60s", k->device);
    plot_key(p, s, PLOT_KEY_LINE, text);
  }
  for (int w = 0; w < r->n_subjects; w++) {
    plot_style s = plot_series(w);
    s.size = 8;
    bool any = false;
    for (int i = 0; i < r->n_rows; i++) {
      double x = intensity(&r->subjects[w]), y = speed(r, &r->rows[i]);
      if (r->rows[i].workload != w || !(y > 0) || !isfinite(x)) continue;
      plot_points(p, s, &x, &y, 1);
      any = true;
    }
    snprintf(text, sizeof text, "%s", r->subjects[w].name);
    view_cut(text, 0.85 * WIDTH);
    if (any) plot_key(p, s, PLOT_KEY_MARKER, text);
  }
  plot_axis(p, PLOT_X, "floating-point operations a byte read");
  plot_axis(p, PLOT_Y, "1e9 operations a second");
  plot_describe(p, "Speed of the rows against what memory and arithmetic of their device "
                   "allow; the table below has the shares");
  report_figures_add(f, "roofline", "", view_titles[VIEW_ROOFLINE], "", true, p);
}
