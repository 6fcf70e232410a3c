/* Prints what summaries of 4 x 2000 draws of 103 quantities cost. Not a test. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "diagnostics/work.h"

enum { N = 103, CHAINS = 4, DRAWS = 2000 };
static bool get(void *data, int64_t scalar, int slot, erg_draws *out) {
  (void)slot;
  *out = (erg_draws){.size = sizeof *out,
                     .chains = CHAINS,
                     .draws = DRAWS,
                     .values = (double *)data + scalar * CHAINS * DRAWS,
                     .chain_stride = DRAWS,
                     .draw_stride = 1};
  return true;
}

int main(void) {
  double *x = malloc(sizeof(double) * N * CHAINS * DRAWS);
  static diag_summary out[N];
  const double rho[] = {0, 0.5, 0.9, 0.99, 0.999};
  for (int k = 0; k < 5; k++) {
    srand(1);
    for (int i = 0; i < N * CHAINS * DRAWS; i++) {
      double z = diag_normal_quantile((rand() + 0.5) / (RAND_MAX + 1.0));
      x[i] = i % DRAWS ? rho[k] * x[i - 1] + sqrt(1 - rho[k] * rho[k]) * z : z;
    }
    for (int threads = 1; threads <= 2; threads++) {
      struct timespec a, b;
      clock_gettime(CLOCK_MONOTONIC, &a);
      diag_summarise_all(N, get, x, threads, out);
      clock_gettime(CLOCK_MONOTONIC, &b);
      printf("autocorrelation %.3f, %d thread%s: %.1f ms (ESS %.0f)\n", rho[k], threads,
             threads > 1 ? "s" : "",
             (b.tv_sec - a.tv_sec) * 1e3 + (b.tv_nsec - a.tv_nsec) * 1e-6, out[0].ess_bulk);
    }
  }
  free(x);
  return 0;
}
