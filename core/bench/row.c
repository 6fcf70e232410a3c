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
  f->device_busy = f->lane_efficiency = NAN;
}

const bench_once *bench_cold(const bench_row *row) {
  return row->n_runs && row->runs[0].kind == BENCH_COLD ? &row->runs[0] : NULL;
}

int bench_n_cached(const bench_row *row) {
  return row->n_runs - (bench_cold(row) != NULL);
}

const bench_once *bench_cached(const bench_row *row, int i) {
  return &row->runs[i + (bench_cold(row) != NULL)];
}
