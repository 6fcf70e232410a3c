/* Tables of a benchmark's rows: what the figures show, and the rest. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare.h"
#include "read/memory.h"
#include "report/bench_view.h"

static void put_estimate(FILE *out, const bench_row *row, int i, bench_figure f) {
  const bench_estimate *e = &row->figures[f];
  page_cell_begin(out, PAGE_NONE);
  view_interval(out, e->median, e->low, e->high, "median", "rows/%d/figures/%s", i,
                bench_figure_name(f));
  page_cell_end(out);
}

static void put_percent(FILE *out, const bench_row *row, int i, bench_figure f) {
  const bench_estimate *e = &row->figures[f];
  char text[40];
  page_cell_begin(out, PAGE_NONE);
  view_put_text(out, view_percent(e->median, text), "rows/%d/figures/%s%s", i,
                bench_figure_name(f), isnan(e->median) ? "" : "/median");
  if (!isnan(e->median) && !isnan(e->low)) {
    fputs(" <span class=\"range\">[", out);
    view_put_text(out, view_percent(e->low, text), "rows/%d/figures/%s/low", i,
                  bench_figure_name(f));
    fputs(", ", out);
    view_put_text(out, view_percent(e->high, text), "rows/%d/figures/%s/high", i,
                  bench_figure_name(f));
    fputs("]</span>", out);
  }
  page_cell_end(out);
}

/* In place of figures. */
static void put_invalid(FILE *out, const bench_row *row, int i, int columns) {
  page_wide_cell_begin(out, PAGE_BAD, columns);
  fputs("INVALID: ", out);
  view_put_text(out, row->reason, "rows/%d/reason", i);
  page_wide_cell_end(out);
}

static bool is_valid(const bench_row *row) { return row->verdict == BENCH_VALID; }
static bool any(const bench_row *row) { return row != NULL; }
static bool is_watched(const bench_row *row) {
  int run;
  return is_valid(row) && view_watched(row, &run);
}

/* A line for each row that is wanted, each workload's under its name: put fills the cells of
 * valid rows. */
typedef void cells(FILE *out, const bench_report *r, int row);
static void rows_table(FILE *out, const bench_report *r, const char *const *titles,
                       bool lesser_forms, bool wanted(const bench_row *row), cells *put) {
  view_table_begin(out, titles);
  for (int w = 0; w < r->n_subjects; w++) {
    int n = 0, *rows = view_rows(r, w, lesser_forms, &n);
    bool named = false;
    for (int k = 0; k < n; k++) {
      const bench_row *row = &r->rows[rows[k]];
      if (!wanted(row)) continue;
      if (!named) view_group(out, r, w, titles);
      named = true;
      view_row_begin(out, r, rows[k]);
      if (is_valid(row))
        put(out, r, rows[k]);
      else
        put_invalid(out, row, rows[k], view_n_titles(titles) - 1);
      page_row_end(out);
    }
    free(rows);
  }
  page_table_end(out);
}

/* --- Figures of the rows -------------------------------------------------------------- */

static void ess_cells(FILE *out, const bench_report *r, int i) {
  static const bench_figure shown[] = {BENCH_ESS_S,       BENCH_BULK_S,
                                       BENCH_TAIL_S,      BENCH_ESS_1000_GRADIENTS,
                                       BENCH_GRADIENTS_S, BENCH_ESS_WHOLE_S};
  const bench_row *row = &r->rows[i];
  for (size_t f = 0; f < sizeof shown / sizeof *shown; f++) put_estimate(out, row, i, shown[f]);
}

void view_ess_table(FILE *out, const bench_report *r) {
  static const char *const titles[] = {"row",
                                       "ESS/s",
                                       "bulk ESS/s",
                                       "tail ESS/s",
                                       "ESS/1000 gradients",
                                       "gradients/s",
                                       "ESS/s of the whole run",
                                       NULL};
  rows_table(out, r, titles, true, any, ess_cells);
}

static void rate_cells(FILE *out, const bench_report *r, int i) {
  static const bench_figure shown[] = {BENCH_US_GRADIENT, BENCH_SQUARE_S, BENCH_LP_S,
                                       BENCH_COLD_S,      BENCH_CACHED_S, BENCH_ESS_JOULE};
  const bench_row *row = &r->rows[i];
  for (size_t f = 0; f < sizeof shown / sizeof *shown; f++) put_estimate(out, row, i, shown[f]);
  if (row->n_runs) {
    view_cell(out, (double)row->runs[0].divergent, "rows/%d/runs/0/divergent", i);
    view_cell(out, (double)row->runs[0].kept, "rows/%d/runs/0/kept", i);
  } else {
    page_cell(out, PAGE_NONE, "-");
    page_cell(out, PAGE_NONE, "-");
  }
}

void view_rates_table(FILE *out, const bench_report *r) {
  static const char *const titles[] = {"row",
                                       "microseconds a gradient",
                                       "ESS/s of squares",
                                       "ESS/s of the log density",
                                       "whole run, cold (s)",
                                       "whole run, cached (s)",
                                       "ESS a joule",
                                       "divergences of the first run",
                                       "draws of it",
                                       NULL};
  rows_table(out, r, titles, true, is_valid, rate_cells);
}

static void converged_cells(FILE *out, const bench_report *r, int i) {
  const bench_estimate *e = &r->rows[i].figures[BENCH_CONVERGED_S];
  put_estimate(out, &r->rows[i], i, BENCH_CONVERGED_S);
  if (isnan(e->median))
    view_cell(out, NAN, "rows/%d/figures/converged_s", i);
  else
    view_cell(out, e->n, "rows/%d/figures/converged_s/n", i);
}

void view_convergence_table(FILE *out, const bench_report *r) {
  static const char *const titles[] = {"row", "converged (s)", "runs that did", NULL};
  rows_table(out, r, titles, false, is_valid, converged_cells);
}

/* --- Stages --------------------------------------------------------------------------- */

static void put_stages(FILE *out, const bench_row *row, int i, bool cached) {
  double seconds[VIEW_STAGES], total = NAN;
  int first = bench_cold(row) ? 1 : 0, n = bench_n_cached(row);
  if (!view_stages(row, cached, seconds, &total)) return;
  for (int k = 0; k <= VIEW_STAGES; k++) {
    double v = k < VIEW_STAGES ? seconds[k] : total;
    const char *key = k < VIEW_STAGES ? view_stage_keys[k] : "total_s";
    if (cached && n > 1)
      view_cell(out, v, "median rows/%d/runs/cached/stages/%s", i, key);
    else
      view_cell(out, v, "rows/%d/runs/%d/stages/%s", i, cached ? first : 0, key);
  }
}

void view_stage_table(FILE *out, const bench_report *r) {
  const char *titles[VIEW_STAGES + 4] = {"seconds", "caches"};
  for (int k = 0; k < VIEW_STAGES; k++) titles[k + 2] = view_stage_names[k];
  titles[VIEW_STAGES + 2] = "total";
  view_table_begin(out, titles);
  for (int w = 0; w < r->n_subjects; w++) {
    int n = 0, *rows = view_rows(r, w, false, &n);
    bool named = false;
    for (int k = 0; k < n; k++) {
      const bench_row *row = &r->rows[rows[k]];
      if (row->verdict != BENCH_VALID) continue;
      if (!named) view_group(out, r, w, titles);
      named = true;
      for (int cached = 0; cached < 2; cached++) {
        if (cached ? !bench_n_cached(row) : !bench_cold(row)) continue;
        view_row_begin(out, r, rows[k]);
        page_cell(out, PAGE_NONE, cached ? "filled" : "empty");
        put_stages(out, row, rows[k], cached);
        page_row_end(out);
      }
    }
    free(rows);
  }
  page_table_end(out);
}

/* --- Scaling -------------------------------------------------------------------------- */

static void put_point(FILE *out, const bench_point *p, int curve, int k) {
  char text[40], n[40], place[60];
  page_row_begin(out);
  snprintf(place, sizeof place, "scaling/%d/points/%d/n", curve, k);
  snprintf(n, sizeof n, "%d", p->n);
  page_row_head(out, place, n);
  view_cell(out, p->seconds, "scaling/%d/points/%d/seconds", curve, k);
  view_cell(out, p->speedup, "scaling/%d/points/%d/speedup", curve, k);
  page_cell_begin(out, PAGE_NONE);
  view_put_text(out, view_percent(p->efficiency, text), "scaling/%d/points/%d/efficiency",
                curve, k);
  page_cell_end(out);
  page_cell_begin(out, PAGE_NONE);
  if (isnan(p->band[0])) {
    view_put(out, NAN, "scaling/%d/points/%d/band", curve, k);
  } else {
    view_put(out, p->band[0], "scaling/%d/points/%d/band/0", curve, k);
    fputs(" to ", out);
    view_put(out, p->band[1], "scaling/%d/points/%d/band/1", curve, k);
  }
  page_cell_end(out);
  view_cell(out, p->imbalance, "scaling/%d/points/%d/imbalance", curve, k);
  view_cell(out, p->straggler, "scaling/%d/points/%d/straggler", curve, k);
  page_tone tone = !strcmp(p->verdict, "warning") ? PAGE_WARNING : PAGE_NONE;
  view_cell_text(out, tone, p->verdict, "scaling/%d/points/%d/verdict", curve, k);
  view_cell_text(out, PAGE_TEXT, p->reason, "scaling/%d/points/%d/reason", curve, k);
  page_row_end(out);
}

void view_scaling_table(FILE *out, const bench_report *r) {
  static const char *const titles[] = {"number",    "warm-up and sampling (s)",
                                       "speedup",   "efficiency",
                                       "band",      "imbalance",
                                       "straggler", "verdict",
                                       "\twhy",     NULL};
  view_table_begin(out, titles);
  for (int i = 0; i < r->n_scaling; i++) {
    const bench_scaling *c = &r->scaling[i];
    const bench_row *first = &r->rows[c->points[0].row];
    char text[BENCH_TEXT];
    snprintf(text, sizeof text, "%.200s, %.90s %s: %s over %s, from %lld chain%s",
             r->subjects[c->workload].name, c->backend,
             first->n_devices ? first->devices[0].id : "", c->kind, c->axis,
             (long long)first->chains, first->chains == 1 ? "" : "s");
    page_group(out, NULL, text, view_n_titles(titles));
    for (int k = 0; k < c->n_points; k++) put_point(out, &c->points[k], i, k);
  }
  page_table_end(out);
}

/* --- Telemetry ------------------------------------------------------------------------ */

/* Whether a plug-in read its devices' instruments. */
static bool has_devices(const bench_report *r) {
  for (int i = 0; i < r->n_rows; i++) {
    int run;
    const bench_once *f = view_watched(&r->rows[i], &run);
    const telemetry_result *t = f ? &f->telemetry : NULL;
    if (t && (isfinite(t->device_memory_peak_bytes) || isfinite(t->sm_active) ||
              isfinite(t->joules_device) || isfinite(t->device_mhz_mean)))
      return true;
  }
  return false;
}

static void telemetry_cells(FILE *out, const bench_report *r, int i) {
  int run = 0;
  bool devices = has_devices(r);
  const bench_once *f = view_watched(&r->rows[i], &run);
  char text[40];
  const telemetry_result *t = &f->telemetry;
#define AT "rows/%d/runs/%d/telemetry/"
  view_cell_text(out, PAGE_NONE, view_bytes(t->host_memory_peak_bytes, text),
                 AT "host_memory_peak_bytes", i, run);
  view_cell_text(out, PAGE_NONE, view_bytes(t->host_memory_mean_bytes, text),
                 AT "host_memory_mean_bytes", i, run);
  view_cell_text(out, PAGE_NONE, view_percent(f->device_busy, text), AT "device_busy", i, run);
  view_cell_text(out, PAGE_NONE, view_percent(f->lane_efficiency, text), AT "lane_efficiency",
                 i, run);
  view_cell(out, t->joules_host, AT "joules_host", i, run);
  view_cell(out, t->clock_mhz_mean, AT "clock_mhz_mean", i, run);
  view_cell(out, t->clock_mhz_min, AT "clock_mhz_min", i, run);
  view_cell_text(out, t->throttled == 1 ? PAGE_WARNING : PAGE_NONE,
                 t->throttled < 0 ? "-"
                 : t->throttled   ? "yes"
                                  : "no",
                 AT "throttled", i, run);
  if (!devices) return;
  view_cell_text(out, PAGE_NONE, view_bytes(t->device_memory_peak_bytes, text),
                 AT "device_memory_peak_bytes", i, run);
  view_cell_text(out, PAGE_NONE, view_percent(t->sm_active, text), AT "sm_active", i, run);
  view_cell(out, t->joules_device, AT "joules_device", i, run);
  if (isnan(t->device_mhz_mean)) { /* older documents don't have them */
    page_cell(out, PAGE_NONE, "-");
    page_cell(out, PAGE_NONE, "-");
    return;
  }
  view_cell(out, t->device_mhz_mean, AT "device_mhz_mean", i, run);
  view_cell(out, t->device_mhz_min, AT "device_mhz_min", i, run);
}

static void put_samples(FILE *out, const bench_report *r, int i) {
  static const char *const
      own[] = {"seconds", "memory (bytes)", "cores busy", "power (W)", "clock (MHz)", NULL},
      *const all[] = {
          "seconds",      "memory (bytes)",     "cores busy",  "power (W)",      "clock (MHz)",
          "devices busy", "devices, power (W)", "clock (MHz)", "memory (bytes)", NULL};
  int run = 0;
  const bench_once *f = view_watched(&r->rows[i], &run);
  char text[BENCH_TEXT + VIEW_LABEL], label[VIEW_LABEL], number[40];
  bool devices = false;
  for (int k = 0; k < f->telemetry.n_samples; k++) {
    const telemetry_sample *s = &f->telemetry.samples[k];
    devices |= isfinite(s->device_busy) || isfinite(s->device_watts) ||
               isfinite(s->device_mhz) || isfinite(s->device_bytes);
  }
  view_label(r, i, label);
  snprintf(text, sizeof text, "Samples: %.200s, %s", r->subjects[r->rows[i].workload].name,
           label);
  page_details_begin(out, text);
  view_table_begin(out, devices ? all : own);
  for (int k = 0; k < f->telemetry.n_samples; k++) {
    const telemetry_sample *s = &f->telemetry.samples[k];
    char place[100];
    page_row_begin(out);
    snprintf(place, sizeof place, AT "samples/%d/0", i, run, k);
    page_row_head(out, place, view_number(s->t_s, number));
    view_cell_text(out, PAGE_NONE, view_bytes(s->host_bytes, number), AT "samples/%d/1", i, run,
                   k);
    view_cell_text(out, PAGE_NONE, view_percent(s->cpu_share, number), AT "samples/%d/2", i,
                   run, k);
    view_cell(out, s->watts, AT "samples/%d/4", i, run, k);
    view_cell(out, s->mhz, AT "samples/%d/5", i, run, k);
    if (devices) {
      view_cell_text(out, PAGE_NONE, view_percent(s->device_busy, number), AT "samples/%d/3", i,
                     run, k);
      view_cell(out, s->device_watts, AT "samples/%d/6", i, run, k);
      view_cell(out, s->device_mhz, AT "samples/%d/7", i, run, k);
      view_cell_text(out, PAGE_NONE, view_bytes(s->device_bytes, number), AT "samples/%d/8", i,
                     run, k);
    }
    page_row_end(out);
  }
  page_table_end(out);
  page_details_end(out);
#undef AT
}

/* Each reason once. */
static void put_unavailable(FILE *out, const bench_report *r) {
  static const char *const what[] = {"Memory",          "Power and joules",
                                     "Clocks",          "Throttling",
                                     "Devices' memory", "Devices' multiprocessors at work",
                                     "Devices' joules", "Devices' clocks"};
  enum { WHAT = sizeof what / sizeof *what };
  char seen[WHAT][TELEMETRY_REASON] = {""};
  for (int i = 0; i < r->n_rows; i++) {
    int run;
    const bench_once *f = view_watched(&r->rows[i], &run);
    if (!f) continue;
    const telemetry_result *t = &f->telemetry;
    const char *const reasons[WHAT] = {
        t->no_memory,        t->no_energy,    t->no_clock,         t->no_throttle,
        t->no_device_memory, t->no_sm_active, t->no_device_energy, t->no_device_clock};
    for (int k = 0; k < WHAT; k++) {
      if (!*reasons[k] || !strcmp(reasons[k], seen[k])) continue;
      memcpy(seen[k], reasons[k], TELEMETRY_REASON);
      char text[TELEMETRY_REASON + 60];
      snprintf(text, sizeof text, "%s: unavailable: %s.", what[k], reasons[k]);
      page_paragraph(out, text);
    }
  }
}

void view_telemetry_table(FILE *out, const bench_report *r) {
  static const char *const titles[] = {"row",
                                       "memory, peak (bytes)",
                                       "mean (bytes)",
                                       "device busy",
                                       "lane efficiency",
                                       "joules",
                                       "clock, mean (MHz)",
                                       "least (MHz)",
                                       "throttled",
                                       "devices' memory (bytes)",
                                       "multiprocessors at work",
                                       "devices' joules",
                                       "devices' clock (MHz)",
                                       "least (MHz)",
                                       NULL},
                           *own[9 + 1];
  memcpy(own, titles, 9 * sizeof *own);
  own[9] = NULL;
  put_unavailable(out, r);
  rows_table(out, r, has_devices(r) ? titles : own, false, is_watched, telemetry_cells);
  int run;
  for (int i = 0; i < r->n_rows; i++)
    if (view_best(r, r->rows[i].workload, r->rows[i].backend) == i &&
        view_watched(&r->rows[i], &run))
      put_samples(out, r, i);
}

/* --- Checks --------------------------------------------------------------------------- */

static void put_gate(FILE *out, const run_gate *g, int i, const char *key) {
  char text[40];
  double worst = fmax(g->lp_error, g->gradient_error);
  if (!g->done) {
    view_cell(out, NAN, "rows/%d/checks/%s", i, key);
    return;
  }
  view_cell_text(out, g->passed ? PAGE_NONE : PAGE_BAD, view_number(worst, text),
                 "rows/%d/checks/%s/worst", i, key);
}

static void put_moments(FILE *out, const bench_row *row, int i) {
  char text[40];
  if (!row->z_tests) {
    for (int k = 0; k < 6; k++) view_cell(out, NAN, "rows/%d/checks/moments", i);
    return;
  }
  view_cell(out, row->z_tests, "rows/%d/checks/moments/tests", i);
  view_cell_text(out, row->z_worst > row->z_limit ? PAGE_BAD : PAGE_NONE,
                 view_number(row->z_worst, text), "rows/%d/checks/moments/worst_z", i);
  view_cell(out, row->z_limit, "rows/%d/checks/moments/limit_z", i);
  view_cell_text(out, PAGE_NONE, row->z_name, "rows/%d/checks/moments/name", i);
  view_cell(out, row->mean_outside, "rows/%d/checks/moments/mean_outside_5_percent", i);
  view_cell(out, row->sd_outside, "rows/%d/checks/moments/sd_outside_10_percent", i);
}

static void put_against(FILE *out, const bench_row *row, int i) {
  view_cell_text(out, is_valid(row) ? PAGE_NONE : PAGE_BAD, bench_verdict_text(row->verdict),
                 "rows/%d/verdict", i);
  put_gate(out, &row->host_gate, i, "gate_host");
  put_gate(out, &row->device_gate, i, "gate_device");
  view_cell_text(out, row->bits == BENCH_BITS_OTHER ? PAGE_BAD : PAGE_NONE,
                 row->bits == BENCH_BITS_NONE   ? "-"
                 : row->bits == BENCH_BITS_SAME ? "same"
                                                : "other",
                 "rows/%d/checks/bits_of_cpu", i);
  put_moments(out, row, i);
}

static void put_own(FILE *out, const bench_row *row, int i) {
  char text[40];
  double r_hat = row->n_runs ? bench_worst_r_hat(row)->r_hat : NAN,
         ess = row->n_runs ? bench_least_ess(bench_worst_ess(row)) : NAN;
  snprintf(text, sizeof text, isnan(r_hat) ? "-" : "%.4f", r_hat);
  view_cell_text(out, r_hat >= row->r_hat_limit ? PAGE_BAD : PAGE_NONE, text,
                 "rows/%d/checks/r_hat/value", i);
  view_cell(out, isfinite(row->r_hat_limit) ? row->r_hat_limit : NAN,
            "rows/%d/checks/r_hat/limit", i);
  view_cell(out, ess, "rows/%d/checks/ess/value", i);
  view_cell(out, row->ess_limit > 0 ? row->ess_limit : NAN, "rows/%d/checks/ess/limit", i);
  if (!row->truth_of) {
    view_cell(out, NAN, "rows/%d/checks/truth", i);
    return;
  }
  page_cell_begin(out, row->truth_inside < row->truth_least ? PAGE_BAD : PAGE_NONE);
  view_put(out, row->truth_inside, "rows/%d/checks/truth/inside", i);
  fputs(" of ", out);
  view_put(out, row->truth_of, "rows/%d/checks/truth/of", i);
  fputs(" (", out);
  view_put(out, row->truth_least, "rows/%d/checks/truth/least", i);
  fputs(")", out);
  page_cell_end(out);
}

/* Against oracle, CPU and reference; then what the runs say by themselves. */
void view_checks_table(FILE *out, const bench_report *r) {
  static const char *const against[] =
      {"row",     "state", "gate, host", "gate, device",      "bits of the CPU",  "moments",
       "worst z", "limit", "of",         "means outside 5 %", "sds outside 10 %", NULL},
                           *const own[] = {"row",       "R-hat", "limit",
                                           "least ESS", "limit", "truth inside (least)",
                                           NULL};
  for (int pass = 0; pass < 2; pass++) {
    const char *const *titles = pass ? own : against;
    if (pass) page_subheading(out, "Convergence, the worst of all runs; true parameters");
    view_table_begin(out, titles);
    for (int w = 0; w < r->n_subjects; w++) {
      int n = 0, *rows = view_rows(r, w, true, &n);
      if (n) view_group(out, r, w, titles);
      for (int k = 0; k < n; k++) {
        view_row_begin(out, r, rows[k]);
        (pass ? put_own : put_against)(out, &r->rows[rows[k]], rows[k]);
        page_row_end(out);
      }
      free(rows);
    }
    page_table_end(out);
  }
}

/* --- Limits of the machine ---------------------------------------------------------------- */

static void roofline_cells(FILE *out, const bench_report *r, int i) {
  const bench_row *row = &r->rows[i];
  const bench_subject *s = &r->subjects[row->workload];
  double gflops = s->flops_gradient * row->figures[BENCH_GRADIENTS_S].median;
  if (isnan(s->bytes_gradient)) {
    page_cell(out, PAGE_NONE, "-");
  } else {
    view_cell(out, s->flops_gradient / s->bytes_gradient,
              "ratio workloads/%d/counts/flops_gradient workloads/%d/counts/bytes_gradient",
              row->workload, row->workload);
  }
  if (isnan(gflops))
    page_cell(out, PAGE_NONE, "-");
  else
    view_cell(out, gflops,
              "product workloads/%d/counts/flops_gradient rows/%d/figures/gradients_s/median",
              row->workload, i);
  put_percent(out, row, i, BENCH_BANDWIDTH_SHARE);
  put_percent(out, row, i, BENCH_FLOPS_SHARE);
}

void view_roofline_table(FILE *out, const bench_report *r) {
  static const char *const counts[] = {"one gradient", "bytes read", "operations",
                                       "elementary functions", NULL};
  static const char *const titles[] = {"row",
                                       "operations a byte",
                                       "operations a second",
                                       "share of the bandwidth",
                                       "share of the arithmetic",
                                       NULL};
  view_table_begin(out, counts);
  for (int w = 0; w < r->n_subjects; w++) {
    const bench_subject *s = &r->subjects[w];
    char place[60];
    if (isnan(s->bytes_gradient)) continue;
    snprintf(place, sizeof place, "workloads/%d/name", w);
    page_row_begin(out);
    page_row_head(out, place, s->name);
    view_cell(out, s->bytes_gradient, "workloads/%d/counts/bytes_gradient", w);
    view_cell(out, s->flops_gradient, "workloads/%d/counts/flops_gradient", w);
    view_cell(out, s->functions_gradient, "workloads/%d/counts/functions_gradient", w);
    page_row_end(out);
  }
  page_table_end(out);
  rows_table(out, r, titles, false, is_valid, roofline_cells);
}
