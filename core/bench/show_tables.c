/* The tables of a report, for terminal and Markdown alike. */
#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/derive.h"
#include "bench/show.h"
#include "run/text.h"

#define WORTH_NAMING 0.05 /* of a cached run */

static void number_cell(out_table *t, double v) {
  char text[SHOW_NUMBER];
  out_table_cell(t, isnan(v) ? OUT_DIM : OUT_PLAIN, "%s", show_number(v, text));
}

static void range_cell(out_table *t, double low, double high) {
  char text[SHOW_NUMBER];
  out_table_cell(t, OUT_DIM, "%s", show_range(low, high, text));
}

static void percent_cell(out_table *t, double share) {
  char text[SHOW_NUMBER];
  if (isnan(share))
    out_table_cell(t, OUT_DIM, "-");
  else
    out_table_cell(t, OUT_PLAIN, "%s %%", show_number(100 * share, text));
}

/* --- names of rows ---------------------------------------------------------------------- */

typedef struct {
  bool chains, threads;
} axes;

static axes axes_of(const bench_report *r, const int *rows, int n) {
  return (axes){n && show_chains_differ(r, r->rows[rows[0]].workload),
                n && show_threads_differ(r, r->rows[rows[0]].workload)};
}

static void name_columns(out_table *t, const char *title, axes a) {
  out_table_column(t, title, OUT_LEFT, 0);
  if (a.chains) out_table_column(t, "chains", OUT_RIGHT, 0);
  if (a.threads) out_table_column(t, "threads", OUT_RIGHT, 0);
}

static void axis_cells(out_table *t, axes a, const bench_row *row) {
  char text[SHOW_NUMBER];
  if (a.chains) out_table_cell(t, OUT_PLAIN, "%s", show_count(row->chains, text));
  if (a.threads) out_table_cell(t, OUT_PLAIN, "%d", row->threads);
}

static void name_cells(out_table *t, axes a, const bench_row *row) {
  char text[SHOW_NAME];
  out_table_cell(t, OUT_PLAIN, "%s", show_row(row, text));
  axis_cells(t, a, row);
}

/* --- stages ----------------------------------------------------------------------------- */

static const struct {
  const char *name;
  size_t offset;
} stages[] = {{"load", offsetof(bench_stages, load)},
              {"compile", offsetof(bench_stages, compile)},
              {"upload", offsetof(bench_stages, upload)},
              {"warm-up", offsetof(bench_stages, warmup)},
              {"sampling", offsetof(bench_stages, sampling)},
              {"download", offsetof(bench_stages, download)},
              {"diagnostics", offsetof(bench_stages, diagnostics)},
              {"output", offsetof(bench_stages, output)},
              {"rest", offsetof(bench_stages, rest)},
              {"total", offsetof(bench_stages, total)}};
static const int stage_priorities[] = {4, 1, 6, 0, 0, 6, 3, 2, 5, 0};
enum { STAGES = sizeof stages / sizeof *stages };

static double stage(const bench_stages *s, int i) {
  return *(const double *)((const char *)s + stages[i].offset);
}

/* --- cells of a row --------------------------------------------------------------------- */

/* A column of a table with a line a row: put, or show with one of the row's figures. */
typedef struct {
  const char *title;
  out_align align;
  int priority;
  void (*put)(out_table *t, const bench_row *row);
  void (*show)(out_table *t, const bench_estimate *figure);
  bench_figure figure;
} column;

static void median(out_table *t, const bench_estimate *e) { number_cell(t, e->median); }
static void median_or_word(out_table *t, const bench_estimate *e) {
  if (isnan(e->median))
    out_table_cell(t, OUT_DIM, "unavailable");
  else
    number_cell(t, e->median);
}
static void interval(out_table *t, const bench_estimate *e) { range_cell(t, e->low, e->high); }
static void percent(out_table *t, const bench_estimate *e) { percent_cell(t, e->median); }

static void put_work(out_table *t, const bench_row *row) {
  number_cell(t, bench_work_seconds(row));
}

static void put_verdict(out_table *t, const bench_row *row) {
  (void)row;
  out_table_cell(t, OUT_GREEN, "valid");
}

static const char *bits_text(const bench_row *row) {
  return row->bits == BENCH_BITS_SAME ? "same" : row->bits == BENCH_BITS_OTHER ? "OTHER" : "-";
}

static void put_bits(out_table *t, const bench_row *row) {
  out_table_cell(t, row->bits == BENCH_BITS_SAME ? OUT_GREEN : OUT_PLAIN, "%s", bits_text(row));
}

/* "warm-up 22, sampling 41, output 20". */
static void put_shares(out_table *t, const bench_row *row) {
  bench_stages s;
  double whole = show_stages(row, &s);
  char text[300] = "";
  for (int i = 0; i < STAGES - 1; i++) {
    double share = stage(&s, i) / whole;
    size_t n = strlen(text);
    if (share >= WORTH_NAMING)
      snprintf(text + n, sizeof text - n, "%s%s %.0f", n ? ", " : "", stages[i].name,
               100 * share);
  }
  out_table_span(t, OUT_PLAIN, "%s", *text ? text : "-");
}

static void put_gate(out_table *t, const run_gate *g) {
  if (g->done)
    out_table_cell(t, g->passed ? OUT_PLAIN : OUT_RED, "%.1e",
                   fmax(g->lp_error, g->gradient_error));
  else
    out_table_cell(t, OUT_DIM, "-");
}

static void of_cell(out_table *t, double value, double limit, const char *format) {
  char text[400], most[400]; /* any double fits */
  snprintf(text, sizeof text, format, value);
  snprintf(most, sizeof most, format, limit);
  if (isnan(value))
    out_table_cell(t, OUT_DIM, "-");
  else if (isfinite(limit) && limit > 0)
    out_table_cell(t, OUT_PLAIN, "%s (%s)", text, most);
  else
    out_table_cell(t, OUT_PLAIN, "%s", text);
}

static void put_host_gate(out_table *t, const bench_row *row) {
  put_gate(t, &row->host_gate);
}

static void put_device_gate(out_table *t, const bench_row *row) {
  put_gate(t, &row->device_gate);
}

static void put_plain_bits(out_table *t, const bench_row *row) {
  out_table_cell(t, OUT_PLAIN, "%s", bits_text(row));
}

static void put_z(out_table *t, const bench_row *row) {
  of_cell(t, row->z_tests ? row->z_worst : NAN, row->z_limit, "%.2f");
}

static void put_r_hat(out_table *t, const bench_row *row) {
  of_cell(t, row->n_runs ? bench_worst_r_hat(row)->r_hat : NAN, row->r_hat_limit, "%.4g");
}

static void put_ess(out_table *t, const bench_row *row) {
  of_cell(t, row->n_runs ? bench_least_ess(bench_worst_ess(row)) : NAN, row->ess_limit,
          "%.0f");
}

static void put_truth(out_table *t, const bench_row *row) {
  if (row->truth_of)
    out_table_cell(t, OUT_PLAIN, "%d of %d", row->truth_inside, row->truth_of);
  else
    out_table_cell(t, OUT_DIM, "-");
}

static void put_divergent(out_table *t, const bench_row *row) {
  int64_t divergent = 0;
  for (int k = 0; k < row->n_runs; k++) divergent += row->runs[k].divergent;
  out_table_cell(t, divergent ? OUT_YELLOW : OUT_PLAIN, "%" PRId64, divergent);
}

/* --- tables with a line a row ----------------------------------------------------------- */

static const column figures[] = {
    {"verdict", OUT_LEFT, 0, .put = put_verdict},
    {"ESS/s", OUT_RIGHT, 0, .show = median, .figure = BENCH_ESS_S},
    {"95 %", OUT_RIGHT, 1, .show = interval, .figure = BENCH_ESS_S},
    {"us/gradient", OUT_RIGHT, 3, .show = median, .figure = BENCH_US_GRADIENT},
    {"ESS/1000 gr.", OUT_RIGHT, 4, .show = median, .figure = BENCH_ESS_1000_GRADIENTS},
    {"bits", OUT_LEFT, 2, .put = put_bits},
    {.title = NULL}};
static const column times[] = {
    {"work s", OUT_RIGHT, 2, .put = put_work},
    {"cached s", OUT_RIGHT, 0, .show = median, .figure = BENCH_CACHED_S},
    {"cold s", OUT_RIGHT, 1, .show = median, .figure = BENCH_COLD_S},
    {"% of a cached run", OUT_LEFT, 0, .put = put_shares},
    {.title = NULL}};
static const column checks[] = {
    {"gate host", OUT_RIGHT, 4, .put = put_host_gate},
    {"device", OUT_RIGHT, 3, .put = put_device_gate},
    {"bits", OUT_LEFT, 0, .put = put_plain_bits},
    {"worst z (limit)", OUT_RIGHT, 0, .put = put_z},
    {"R-hat (limit)", OUT_RIGHT, 0, .put = put_r_hat},
    {"ESS (limit)", OUT_RIGHT, 1, .put = put_ess},
    {"truth", OUT_RIGHT, 5, .put = put_truth},
    {"divergent", OUT_RIGHT, 2, .put = put_divergent},
    {.title = NULL}};
static const column limits[] = {
    {"bandwidth", OUT_RIGHT, 0, .show = percent, .figure = BENCH_BANDWIDTH_SHARE},
    {"arithmetic", OUT_RIGHT, 0, .show = percent, .figure = BENCH_FLOPS_SHARE},
    {"ESS/joule", OUT_RIGHT, 0, .show = median_or_word, .figure = BENCH_ESS_JOULE},
    {.title = NULL}};

static bool is_valid(const bench_row *row) { return row->verdict == BENCH_VALID; }

static bool has_limits(const bench_row *row) {
  const bench_estimate *f = row->figures;
  return is_valid(row) &&
         !(isnan(f[BENCH_BANDWIDTH_SHARE].median) && isnan(f[BENCH_FLOPS_SHARE].median) &&
           isnan(f[BENCH_ESS_JOULE].median));
}

typedef struct {
  const column *columns;
  bool (*shown)(const bench_row *row); /* NULL: every row */
  bool reasons;             /* a row that isn't valid has its reason in place of figures */
} layout;

/* NULL where no row is shown. */
static out_table *table_of(const bench_report *r, const int *rows, int n, const layout *of) {
  const column *columns = of->columns;
  axes a = axes_of(r, rows, n);
  out_table *t = out_table_new();
  int lines = 0;
  name_columns(t, "row", a);
  for (const column *c = columns; c->title; c++)
    out_table_column(t, c->title, c->align, c->priority);
  for (int i = 0; i < n; i++) {
    const bench_row *row = &r->rows[rows[i]];
    if (of->shown && !of->shown(row)) continue;
    lines++;
    name_cells(t, a, row);
    if (of->reasons && !is_valid(row)) {
      char reason[BENCH_TEXT + 40];
      show_reason(row, reason, sizeof reason);
      out_table_cell(t, OUT_RED, "INVALID");
      out_table_span(t, OUT_PLAIN, "%s", reason);
      continue;
    }
    for (const column *c = columns; c->title; c++)
      if (c->put)
        c->put(t, row);
      else
        c->show(t, &row->figures[c->figure]);
  }
  if (lines) return t;
  out_table_free(t);
  return NULL;
}

out_table *show_figures(const bench_report *r, const int *rows, int n) {
  return table_of(r, rows, n, &(layout){.columns = figures, .reasons = true});
}

out_table *show_times(const bench_report *r, const int *rows, int n) {
  return table_of(r, rows, n, &(layout){.columns = times, .shown = is_valid});
}

out_table *show_checks(const bench_report *r, const int *rows, int n) {
  return table_of(r, rows, n, &(layout){.columns = checks});
}

out_table *show_limits(const bench_report *r, const int *rows, int n) {
  column shown[sizeof limits / sizeof *limits];
  bool joules = false;
  for (int i = 0; i < n; i++) joules |= !isnan(r->rows[rows[i]].figures[BENCH_ESS_JOULE].median);
  memcpy(shown, limits, sizeof limits);
  if (!joules) /* the last column; a note says why (show_notes) */
    shown[sizeof limits / sizeof *limits - 2].title = NULL;
  return table_of(r, rows, n, &(layout){.columns = shown, .shown = has_limits});
}

out_table *show_stage_table(const bench_report *r, const int *rows, int n) {
  bool any = false;
  for (int i = 0; i < n; i++) any |= is_valid(&r->rows[rows[i]]);
  if (!any) return NULL;
  axes a = axes_of(r, rows, n);
  out_table *t = out_table_new();
  name_columns(t, "row", a);
  out_table_column(t, "ms", OUT_LEFT, 0);
  for (int k = 0; k < STAGES; k++)
    out_table_column(t, stages[k].name, OUT_RIGHT, stage_priorities[k]);
  for (int i = 0; i < n; i++) {
    const bench_row *row = &r->rows[rows[i]];
    if (row->verdict != BENCH_VALID) continue;
    for (int cached = 0; cached < 2; cached++) {
      bench_stages s;
      if (cached)
        show_stages(row, &s);
      else if (bench_cold(row))
        s = bench_cold(row)->stages;
      else
        continue;
      name_cells(t, a, row);
      out_table_cell(t, OUT_PLAIN, "%s", cached ? "cached" : "cold");
      for (int k = 0; k < STAGES; k++) number_cell(t, 1000 * stage(&s, k));
    }
  }
  return t;
}

/* --- pairs ------------------------------------------------------------------------------ */

static out_colour verdict_colour(const char *verdict) {
  return !strcmp(verdict, "FASTER")    ? OUT_GREEN
         : !strcmp(verdict, "SLOWER")  ? OUT_YELLOW
         : !strcmp(verdict, "INVALID") ? OUT_RED
                                       : OUT_PLAIN;
}

static bool pair_shown(const bench_report *r, const bench_pair *p, bool all) {
  if (p->figure != BENCH_ESS_S || !strcmp(p->verdict, "INVALID")) return false;
  if (all) return true;
  if (bench_is_lesser_form(r, p->a) || bench_is_lesser_form(r, p->b)) return false;
  int best = show_best_like(r, p->a);
  return p->a == best || p->b == best;
}

static double ratio_of(const bench_pair *p) { return p ? p->ratio : NAN; }

out_table *show_pairs(const bench_report *r, int workload, bool all) {
  out_table *t = out_table_new();
  axes axis = {show_chains_differ(r, workload), show_threads_differ(r, workload)};
  int n = 0;
  name_columns(t, "ratio", axis);
  out_table_column(t, "ESS/s", OUT_RIGHT, 0);
  out_table_column(t, "95 %", OUT_RIGHT, 1);
  out_table_column(t, "verdict", OUT_LEFT, 0);
  out_table_column(t, "gradients/s", OUT_RIGHT, 4);
  out_table_column(t, "cached s", OUT_RIGHT, 3);
  out_table_column(t, "break-even", OUT_RIGHT, 2);
  for (int i = 0; i < r->n_pairs; i++) {
    const bench_pair *p = &r->pairs[i];
    char a[SHOW_NAME], b[SHOW_NAME], number[SHOW_NUMBER];
    if (p->workload != workload || !pair_shown(r, p, all)) continue;
    n++;
    show_row(&r->rows[p->a], a);
    out_table_cell(t, OUT_PLAIN, "%s / %s", a, show_row(&r->rows[p->b], b));
    axis_cells(t, axis, &r->rows[p->a]); /* the same of both */
    number_cell(t, p->ratio);
    range_cell(t, p->low, p->high);
    out_table_cell(t, verdict_colour(p->verdict), "%s", p->verdict);
    const bench_pair *whole = show_pair(r, p->a, p->b, BENCH_CACHED_S);
    number_cell(t, ratio_of(show_pair(r, p->a, p->b, BENCH_GRADIENTS_S)));
    number_cell(t, ratio_of(whole));
    if (!whole || isnan(whole->break_even_draws))
      out_table_cell(t, OUT_DIM, "-");
    else
      out_table_cell(t, OUT_PLAIN, "%s", show_number(whole->break_even_draws, number));
  }
  if (n) return t;
  out_table_free(t);
  return NULL;
}

/* --- scaling, workloads ----------------------------------------------------------------- */

out_table *show_curve(const bench_report *r, const bench_scaling *c) {
  out_table *t = out_table_new();
  out_table_column(t, c->axis, OUT_RIGHT, 0);
  out_table_column(t, "verdict", OUT_LEFT, 0);
  out_table_column(t, "work s", OUT_RIGHT, 0);
  out_table_column(t, "speedup", OUT_RIGHT, 0);
  out_table_column(t, "band", OUT_RIGHT, 0);
  out_table_column(t, "efficiency", OUT_RIGHT, 0);
  out_table_column(t, "imbalance", OUT_RIGHT, 1);
  out_table_column(t, "straggler", OUT_RIGHT, 2);
  for (int i = 0; i < c->n_points; i++) {
    const bench_point *p = &c->points[i];
    bool warns = !strcmp(p->verdict, "warning"), skipped = !strcmp(p->verdict, "skipped");
    bool good = !strcmp(p->verdict, "pass") || !strcmp(p->verdict, "first");
    const char *verdict = !strcmp(p->verdict, "no_band")     ? "no band"
                          : !strcmp(p->verdict, "too_brief") ? "too brief"
                                                             : p->verdict;
    out_table_cell(t, OUT_PLAIN, "%d", p->n);
    out_table_cell(t, warns ? OUT_YELLOW : good ? OUT_GREEN : OUT_DIM, "%s", verdict);
    if (skipped) {
      out_table_span(t, OUT_PLAIN, "%s", p->reason);
      continue;
    }
    number_cell(t, p->seconds);
    number_cell(t, p->speedup);
    range_cell(t, p->band[0], p->band[1]);
    percent_cell(t, p->efficiency);
    number_cell(t, p->imbalance);
    if (isnan(p->straggler) || p->n == 1)
      out_table_cell(t, OUT_DIM, "-");
    else
      out_table_cell(t, OUT_PLAIN, "%s", r->rows[p->row].devices[(int)p->straggler].id);
  }
  return t;
}

char *show_curve_title(const bench_report *r, const bench_scaling *c) {
  const char *name = r->subjects[c->workload].name;
  const bench_row *first = &r->rows[c->points[0].row];
  bool threads = !strcmp(c->axis, "threads"), weak = !strcmp(c->kind, "weak");
  int others = threads ? first->n_devices : first->threads;
  char row[SHOW_NAME];
  return run_text("%s, %s: %s scaling over %s, %" PRId64 " chain%s%s, %d %s%s", name,
                  show_row(first, row), c->kind, c->axis, first->chains,
                  first->chains == 1 ? "" : "s", weak ? " on each" : "", others,
                  threads ? "device" : "thread", others == 1 ? "" : "s");
}

char *show_workload_title(const bench_report *r, int workload) {
  const bench_subject *s = &r->subjects[workload];
  char a[SHOW_NUMBER], b[SHOW_NUMBER];
  return run_text("%s: %s coordinates, %s observations", s->name, show_count(s->dim, a),
                  show_count(s->observations, b));
}
