/* Rows and runs: names of their keys, look-up. */
#include <math.h>
#include <string.h>

#include "bench/bench.h"

const char *bench_figure_name(bench_figure f) {
  static const char *const names[BENCH_FIGURES] = {
      "gradients_s", "us_gradient",        "bulk_s",   "tail_s",      "square_s",
      "lp_s",        "ess_s",              "ess_1000_gradients",      "cached_s",
      "ess_whole_s", "converged_s",        "bandwidth_share",         "flops_share",
      "ess_joule",   "cold_s"};
  return names[f];
}

void bench_once_init(bench_once *f) {
  memset(f, 0, sizeof *f);
  f->ess_bulk = f->ess_tail = f->r_hat = f->ess_square = f->ess_lp = f->converged_s = NAN;
  f->device_busy = f->lane_efficiency = f->z_worst = f->z_limit = NAN;
}

double bench_least_ess(const bench_once *f) { /* fmin would hide one that isn't known */
  return isnan(f->ess_bulk) || isnan(f->ess_tail) ? NAN : fmin(f->ess_bulk, f->ess_tail);
}

/* Of a document of an earlier version, the first run alone was judged. */
static int n_judged(const bench_row *row) {
  return row->n_runs && row->runs[0].judged ? row->n_runs : row->n_runs > 0;
}

const bench_once *bench_worst_r_hat(const bench_row *row) {
  const bench_once *worst = NULL;
  for (int i = 0; i < n_judged(row); i++)
    if (!worst || !(row->runs[i].r_hat <= worst->r_hat)) worst = &row->runs[i];
  return worst;
}

const bench_once *bench_worst_ess(const bench_row *row) {
  const bench_once *worst = NULL;
  for (int i = 0; i < n_judged(row); i++)
    if (!worst || !(bench_least_ess(&row->runs[i]) >= bench_least_ess(worst)))
      worst = &row->runs[i];
  return worst;
}

int bench_n_seeds(const bench_row *row, int *invalid) {
  int n = 0;
  *invalid = 0;
  for (int i = 0; i < row->n_runs; i++) {
    bool again = false, bad = false;
    for (int k = 0; k < row->n_runs; k++) {
      if (row->runs[k].seed != row->runs[i].seed) continue;
      again |= k < i;
      bad |= row->runs[k].verdict != BENCH_VALID;
    }
    n += !again;
    *invalid += !again && bad;
  }
  return n;
}

const bench_once *bench_cold(const bench_row *row) {
  return row->n_runs && row->runs[0].kind == BENCH_COLD ? &row->runs[0] : NULL;
}

bool bench_is_lesser_form(const bench_report *r, int i) {
  const bench_row *row = &r->rows[i];
  bool valid = row->verdict == BENCH_VALID;
  for (int k = 0; k < r->n_rows && row->form[0]; k++) {
    const bench_row *other = &r->rows[k];
    if (k == i || other->workload != row->workload || other->chains != row->chains ||
        other->threads != row->threads || strcmp(other->backend, row->backend) != 0)
      continue;
    bool also = other->verdict == BENCH_VALID;
    double mine = valid ? row->figures[BENCH_ESS_S].median : 0,
           theirs = also ? other->figures[BENCH_ESS_S].median : 0;
    if (theirs > mine || (theirs == mine && k < i)) return true;
  }
  return false;
}

int bench_n_cached(const bench_row *row) {
  return row->n_runs - (bench_cold(row) != NULL);
}

const bench_once *bench_cached(const bench_row *row, int i) {
  return &row->runs[i + (bench_cold(row) != NULL)];
}
