/* Internals shared by the files of core/diagnostics. */
#ifndef ERGODE_DIAGNOSTICS_WORK_H
#define ERGODE_DIAGNOSTICS_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "diagnostics/diagnostics.h"

/* Zeroes kept past the end of a row of split draws, which vector loads may read. */
#define DIAG_ROW_PADDING 24

/* Draws of one scalar made ready: gathered, split in halves, sorted.
 *
 * Row r of the split is half a chain: 2c and 2c+1 are the first and last `half` draws of
 * chain c; of an odd number of draws the middle one is left out, as ArviZ does. */
struct diag_work {
  /* sizes */
  int chains, rows;         /* rows = 2 chains */
  int64_t draws, half;
  int64_t n, n_split;       /* chains * draws, rows * half */
  int64_t stride;           /* of a row: half + padding, a multiple of 8 */
  /* contents */
  double *x;                /* [n] chain by chain */
  double *sorted;           /* [n] ascending; valid if is_sorted */
  uint32_t *order;          /* [n] position in x of sorted[i] */
  double *split;            /* [rows][stride] scratch rows for one ESS or R-hat */
  double *distance;         /* [n] folded values, ascending */
  uint32_t *fold;           /* [n] their positions */
  uint64_t *bits;           /* [rows][words] an indicator */
  double *z;                /* [2 n_split] normal scores of ranks 1, 1.5, 2, ...; by z_n */
  int64_t z_n;
  double *covariance;       /* [half] of an ESS */
  double *rho;              /* [half] */
  double *row_mean;         /* [rows] */
  int64_t *row_count;       /* [3][rows]: ones, ones at the edges, counts of a lag */
  uint64_t *keys, *keys2;   /* [n] radix sort */
  uint32_t *order2;
  int32_t *place;           /* [n] position in split of a position of x; -1: left out */
  bool is_sorted;
  int64_t n_nan, n_infinite;
  bool constant;
  /* capacities, in elements */
  int64_t cap_n, cap_split, cap_half, cap_bits, cap_z, cap_rows;
  int placed_chains;        /* shape that `place` is for */
  int64_t placed_draws;
};

/* Gathers d. false on no memory or over 2^31 draws. */
bool diag_load(diag_work *w, const erg_draws *d);
/* Whether any diagnostic is defined: 4 draws a chain, no NaN. */
static inline bool diag_defined(const diag_work *w) {
  return w->chains >= 1 && w->draws >= 4 && w->n_nan == 0;
}
/* Fills sorted and order once. */
void diag_sort(diag_work *w);
/* Radix sort of w->x into sorted and order; NaN last. */
void diag_radix_sort(diag_work *w);

/* Copies x into split. */
void diag_fill_split(diag_work *w);
/* Normal scores of the ranks of the draws (bulk), or of their distance from the median
 * of the split draws (folded), into split. false: folded is undefined (median infinite). */
void diag_fill_scores(diag_work *w);
bool diag_fill_folded_scores(diag_work *w);

double diag_quantile_sorted(const double *sorted, int64_t n, double prob);
double diag_mean(const double *x, int64_t n);
/* Sum of (x - mean)^2 / (n - 1). */
double diag_variance(const double *x, int64_t n, double mean);

/* ESS of the rows in split (overwritten), and of the indicator x <= limit. */
double diag_ess_split(diag_work *w);
double diag_ess_indicator(diag_work *w, double limit);
double diag_r_hat_split(const diag_work *w);

/* The rest, on loaded draws. */
/* *ess_bulk, where not NULL, comes with it at little cost. */
double diag_r_hat_loaded(diag_work *w, double *ess_bulk);
double diag_ess_bulk_loaded(diag_work *w);
double diag_ess_mean_loaded(diag_work *w);
/* ESS of the squared distances from the mean; *mcse_sd where not NULL. */
double diag_ess_sd_loaded(diag_work *w, double *mcse_sd);
double diag_ess_quantile_loaded(diag_work *w, double prob);
double diag_mcse_quantile_loaded(diag_work *w, double prob, double ess);
double diag_mad_loaded(diag_work *w);

/* Lagged products of rows of zero-padded values: out[l] = sum over rows and i of
 * x[i] x[i + lag + l], l = 0..3. The same bits on every CPU. */
void diag_lagged_products(const double *rows, int n_rows, int64_t stride, int64_t n, int64_t lag,
                          double out[4]);
/* The same of bits: number of i with both bit i and bit i + lag set, a row. */
void diag_lagged_counts(const uint64_t *bits, int n_rows, int64_t words, int64_t lag,
                        int64_t *counts);

/* Quantile of the standard normal; 1e-16. */
double diag_normal_quantile(double p);
/* Quantile of Beta(a, b); 1e-10 for shapes up to 1e5: it serves as an index into draws. */
double diag_beta_quantile(double p, double a, double b);

#endif
