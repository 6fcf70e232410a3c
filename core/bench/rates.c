/* Figures of a row from its runs. */
#include <math.h>
#include <stdlib.h>

#include "bench/bench.h"
#include "run/text.h"

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

double bench_median(double *values, int n) {
  if (n == 0) return NAN;
  qsort(values, (size_t)n, sizeof *values, compare);
  return n % 2 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

bench_rates bench_rates_once(const bench_once *f) {
  double s = f->stages.warmup + f->stages.sampling;
  double gradients = (double)f->gradients - fmax((double)f->warmup_gradients, 0);
  /* A backend may not count, or count those of the draws alone. */
  double all = f->gradients > 0 && f->warmup_gradients >= 0 ? (double)f->gradients : NAN;
  return (bench_rates){.gradients_s = all / s,
                       .bulk_s = f->ess_bulk / s,
                       .tail_s = f->ess_tail / s,
                       .per_1000 = gradients > 0
                                       ? 1000 * fmin(f->ess_bulk, f->ess_tail) / gradients
                                       : NAN,
                       .us_gradient = 1e6 * s / all,
                       .cached_s = f->stages.total,
                       .r_hat = f->r_hat,
                       .divergent = f->divergent};
}

bench_rates bench_rates_of(const bench_row *row) {
  int n = bench_n_cached(row);
  double *v = run_alloc((size_t)(7 * n + 1) * sizeof *v);
  bench_rates out = {.cold_s = bench_cold(row) ? bench_cold(row)->stages.total : NAN};
  for (int i = 0; i < n; i++) {
    bench_rates one = bench_rates_once(bench_cached(row, i));
    double all[7] = {one.gradients_s, one.bulk_s, one.tail_s, one.per_1000, one.us_gradient,
                     one.cached_s, one.r_hat};
    for (int k = 0; k < 7; k++) v[k * n + i] = all[k];
    out.divergent += one.divergent;
  }
  out.gradients_s = bench_median(v, n);
  out.bulk_s = bench_median(v + n, n);
  out.tail_s = bench_median(v + 2 * n, n);
  out.per_1000 = bench_median(v + 3 * n, n);
  out.us_gradient = bench_median(v + 4 * n, n);
  out.cached_s = bench_median(v + 5 * n, n);
  out.r_hat = bench_median(v + 6 * n, n);
  free(v);
  return out;
}
