/* Figures of draws: one scalar each, or a pair. Values that aren't finite are left out; of
 * more than REPORT_MOST_CHAINS chains the first are shown one by one. */
#ifndef ERGODE_REPORT_DRAWS_PLOTS_H
#define ERGODE_REPORT_DRAWS_PLOTS_H

#include "diagnostics/diagnostics.h"
#include "plot/plot.h"

enum { REPORT_MOST_CHAINS = 16, REPORT_RANK_BINS = 20 };

/* The draws of one scalar, values[chain][draw]. */
typedef struct {
  char *name;
  double *values;
  int chains;
  int64_t draws;
} report_scalar;

/* `divergent` (values[chain][draw], 1 where a draw diverged) may be NULL. */
plot *report_trace(const report_scalar *s, const report_scalar *divergent);
/* Histograms of the ranks among all draws, a line a chain, with the 99 % band of a bin's
 * count for independent draws of the same distribution. */
plot *report_rank(const report_scalar *s);
plot *report_density(const report_scalar *s, const diag_summary *summary);
/* Marginal energy against its changes from draw to draw; bfmi[chains]. */
plot *report_energy(const report_scalar *energy, const double *bfmi);
plot *report_pair(const report_scalar *x, const report_scalar *y,
                  const report_scalar *divergent);
/* Medians with 50 % and 89 % intervals (low50, high50 besides the summaries), R-hat and
 * bulk ESS. */
plot *report_forest(const char *title, const char *const *names, const diag_summary *rows,
                    const double *low50, const double *high50, int n);

/* Counts of ranks in REPORT_RANK_BINS bins: counts[chain][bin]; ties get their mean rank. False
 * where all finite draws are equal or there are none. */
bool report_rank_counts(const report_scalar *s, double *counts);
/* Gaussian kernel density of n finite values at m points from the least to the greatest,
 * reflected there; false where they are all equal. */
bool report_kernel(const double *values, int64_t n, double *at, double *density, int m);
/* The same from low to high, without reflection; values outside count, and aren't shown. */
bool report_kernel_between(const double *values, int64_t n, double low, double high,
                           double *at, double *density, int m);

#endif
