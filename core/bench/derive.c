/* Figures with their intervals, comparisons between rows, warnings. */
#include "bench/derive.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/scaling.h"
#include "run/text.h"

void bench_warn(bench_row *row, const char *kind, const char *format, ...) {
  row->warnings = run_grow(row->warnings, (size_t)(row->n_warnings + 1) * sizeof *row->warnings);
  bench_warning *w = &row->warnings[row->n_warnings++];
  *w = (bench_warning){0};
  snprintf(w->kind, sizeof w->kind, "%s", kind);
  va_list list;
  va_start(list, format);
  vsnprintf(w->text, sizeof w->text, format, list);
  va_end(list);
}

/* --- figures of a run ------------------------------------------------------------------- */

static const bench_peak *peak_of(const bench_report *r, const bench_row *row) {
  for (int i = 0; i < r->n_peaks && row->n_devices == 1; i++) {
    const bench_peak *p = &r->peaks[i];
    if (!strcmp(p->backend, row->backend) && !strcmp(p->device, row->devices[0].id) &&
        (p->threads == row->threads || p->threads == 0))
      return p;
  }
  return NULL;
}

/* Of host and device, or of the one that is known. */
static double joules_of(const bench_once *f) {
  double host = f->telemetry.joules_host, device = f->telemetry.joules_device;
  if (!f->has_telemetry) return NAN;
  return isnan(host) ? device : isnan(device) ? host : host + device;
}

double bench_figure_of_run(const bench_once *f, bench_figure figure) {
  double work = f->stages.warmup + f->stages.sampling;
  if (!(work > 0)) work = NAN;
  /* A backend may not count, or count those of the draws alone. */
  bool all = f->gradients > 0 && f->warmup_gradients >= 0;
  double rate = all ? (double)f->gradients / work : NAN, ess = bench_least_ess(f);
  double kept = (double)f->gradients - fmax((double)f->warmup_gradients, 0);
  double joules = joules_of(f);
  switch (figure) {
    case BENCH_GRADIENTS_S: return rate;
    case BENCH_US_GRADIENT: return 1e6 / rate;
    case BENCH_BULK_S: return f->ess_bulk / work;
    case BENCH_TAIL_S: return f->ess_tail / work;
    case BENCH_SQUARE_S: return f->ess_square / work;
    case BENCH_LP_S: return f->ess_lp / work;
    case BENCH_ESS_S: return ess / work;
    case BENCH_ESS_1000_GRADIENTS: return kept > 0 ? 1000 * (ess / kept) : NAN;
    case BENCH_CACHED_S:
    case BENCH_COLD_S: return f->stages.total;
    case BENCH_ESS_WHOLE_S: return f->stages.total > 0 ? ess / f->stages.total : NAN;
    case BENCH_CONVERGED_S: return f->converged_s;
    case BENCH_ESS_JOULE: return joules > 0 ? ess / joules : NAN;
    case BENCH_BANDWIDTH_SHARE:
    case BENCH_FLOPS_SHARE:
    case BENCH_FIGURES: break;
  }
  return NAN;
}

double bench_figure_of(const bench_report *r, const bench_row *row, const bench_once *f,
                       bench_figure figure) {
  bool bytes = figure == BENCH_BANDWIDTH_SHARE;
  if (!bytes && figure != BENCH_FLOPS_SHARE) return bench_figure_of_run(f, figure);
  const bench_subject *s = &r->subjects[row->workload];
  const bench_peak *peak = peak_of(r, row);
  double rate = bench_figure_of_run(f, BENCH_GRADIENTS_S);
  double most = !peak ? 0 : bytes ? peak->read_gb_s : peak->gflops;
  double each = bytes ? s->bytes_gradient : s->flops_gradient;
  return most > 0 ? each * rate / (1e9 * most) : NAN;
}

bool bench_figure_is_time(bench_figure f) {
  return f == BENCH_US_GRADIENT || f == BENCH_CACHED_S || f == BENCH_CONVERGED_S ||
         f == BENCH_COLD_S;
}

statistic_verdict bench_judge_ratio(bench_figure figure, const statistic *ratio) {
  if (!bench_figure_is_time(figure)) return statistic_judge(ratio);
  statistic turned = {1 / ratio->median, 1 / ratio->high, 1 / ratio->low, ratio->n, 0};
  return statistic_judge(&turned);
}

/* The figure of each cached run; to be freed. */
static double *values_of(const bench_report *r, const bench_row *row, bench_figure f) {
  int n = bench_n_cached(row);
  double *v = run_alloc((size_t)(n + 1) * sizeof *v);
  for (int i = 0; i < n; i++) v[i] = bench_figure_of(r, row, bench_cached(row, i), f);
  return v;
}

double bench_work_seconds(const bench_row *row) {
  int n = bench_n_cached(row);
  double *v = run_alloc((size_t)(n + 1) * sizeof *v);
  for (int i = 0; i < n; i++) {
    const bench_stages *s = &bench_cached(row, i)->stages;
    v[i] = s->warmup + s->sampling;
  }
  double median = statistic_median(v, n);
  free(v);
  return median;
}

static void derive_figures(const bench_report *r, bench_row *row) {
  for (int f = 0; f < BENCH_FIGURES; f++) {
    statistic s = {NAN, NAN, NAN, 0, 0};
    if (row->verdict == BENCH_VALID && f == BENCH_COLD_S) {
      if (bench_cold(row)) s = statistic_of(&bench_cold(row)->stages.total, 1);
    } else if (row->verdict == BENCH_VALID) {
      double *v = values_of(r, row, (bench_figure)f);
      s = statistic_of(v, bench_n_cached(row));
      free(v);
    }
    row->figures[f] = s;
  }
}

/* --- warnings --------------------------------------------------------------------------- */

static void warn_of_noise(const bench_report *r, bench_row *row) {
  bool brief = !(bench_work_seconds(row) >= BENCH_NOISE_S);
  int n = bench_n_cached(row), throttled = 0;
  const char *by = "";
  double *v = values_of(r, row, BENCH_US_GRADIENT);
  double variation = statistic_variation(v, n);
  int outliers = statistic_outliers(v, n, NULL);
  free(v);
  for (int i = 0; i < n; i++) {
    const bench_once *f = bench_cached(row, i);
    if (!f->has_telemetry || f->telemetry.throttled != 1) continue;
    throttled++;
    by = f->telemetry.throttled_by;
  }
  if (variation > BENCH_VARIATION && !brief)
    bench_warn(row, "variance", "the time per gradient varies by %.0f %% between the cached "
               "runs: let the machine rest, or take more repeats", 100 * variation);
  if (outliers && !brief)
    bench_warn(row, "outlier", "%d of %d cached runs %s far off the others in time per gradient",
               outliers, n, outliers == 1 ? "is" : "are");
  if (throttled)
    bench_warn(row, "throttled", "slowed down in %d of %d cached runs (%s): what it can do with "
               "more power or cooling isn't seen", throttled, n, *by ? by : "cause not told");
}

/* --- comparisons ------------------------------------------------------------------------ */

/* Runs of the same repeat have the same seed. */
static statistic ratio_of(const bench_report *r, const bench_row *a, const bench_row *b,
                          bench_figure figure) {
  int n = 0, most = bench_n_cached(a);
  double *x = run_alloc((size_t)(2 * most + 1) * sizeof *x), *y = x + most;
  for (int i = 0; i < most; i++)
    for (int k = 0; k < bench_n_cached(b); k++) {
      const bench_once *f = bench_cached(a, i), *g = bench_cached(b, k);
      if (f->repeat != g->repeat || f->seed != g->seed) continue;
      x[n] = bench_figure_of(r, a, f, figure);
      y[n++] = bench_figure_of(r, b, g, figure);
    }
  statistic s = statistic_ratio(x, y, n);
  free(x);
  return s;
}

/* Seconds a kept draw takes, and those before the first one with empty caches. */
static double draw_seconds(const bench_row *row) {
  int n = bench_n_cached(row);
  double *v = run_alloc((size_t)(n + 1) * sizeof *v);
  for (int i = 0; i < n; i++) {
    const bench_once *f = bench_cached(row, i);
    v[i] = f->kept > 0 ? f->stages.sampling / (double)f->kept : NAN;
  }
  double median = statistic_median(v, n);
  free(v);
  return median;
}

static double setup_seconds(const bench_row *row) {
  const bench_once *cold = bench_cold(row);
  return cold ? cold->stages.total - cold->stages.sampling : NAN;
}

/* Draws from which a, started with empty caches, is done before b; NaN: never. */
static double break_even(const bench_row *a, const bench_row *b) {
  double gain = draw_seconds(b) - draw_seconds(a), cost = setup_seconds(a) - setup_seconds(b);
  if (!(gain > 0) || isnan(cost)) return NAN;
  return cost > 0 ? cost / gain : 0;
}

static void compare_rows(bench_report *r, int a, int b) {
  static const bench_figure figures[] = {BENCH_ESS_S, BENCH_GRADIENTS_S, BENCH_CACHED_S};
  const bench_row *x = &r->rows[a], *y = &r->rows[b];
  bool valid = x->verdict == BENCH_VALID && y->verdict == BENCH_VALID;
  for (int i = 0; i < (valid ? 3 : 1); i++) {
    bench_pair p = {.workload = x->workload, .a = a, .b = b, .figure = figures[i], .ratio = NAN,
                    .low = NAN, .high = NAN, .break_even_draws = NAN};
    statistic_verdict verdict = STATISTIC_INVALID;
    if (valid) {
      statistic s = ratio_of(r, x, y, figures[i]);
      if (!s.n) continue;
      p.ratio = s.median;
      p.low = s.low;
      p.high = s.high;
      verdict = bench_judge_ratio(figures[i], &s);
      if (bench_figure_is_time(figures[i])) p.break_even_draws = break_even(x, y);
    }
    snprintf(p.verdict, sizeof p.verdict, "%s", statistic_verdict_text(verdict));
    r->pairs = run_grow(r->pairs, (size_t)(r->n_pairs + 1) * sizeof *r->pairs);
    r->pairs[r->n_pairs++] = p;
  }
}

void bench_derive(bench_report *r) {
  for (int i = 0; i < r->n_rows; i++) {
    derive_figures(r, &r->rows[i]);
    if (r->rows[i].verdict == BENCH_VALID) warn_of_noise(r, &r->rows[i]);
  }
  for (int b = 0; b < r->n_rows; b++)
    for (int a = b + 1; a < r->n_rows; a++) {
      const bench_row *x = &r->rows[a], *y = &r->rows[b];
      if (x->workload == y->workload && x->chains == y->chains && x->threads == y->threads)
        compare_rows(r, a, b);
    }
  bench_scale(r);
  bench_advise(r);
}
