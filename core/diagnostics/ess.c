/* Effective sample size (Vehtari et al. 2021, section 3.2; Geyer 1992) and the Monte
 * Carlo standard errors that rest on it. */
#include <math.h>

#include "diagnostics/work.h"

/* Mean over the rows of the autocovariance at a lag, divided by the row's length. */
typedef struct {
  diag_work *w;
  bool indicator;
  int64_t known;        /* lags 0..known-1 are in w->covariance */
  double mean_variance; /* variance of the rows' means, n - 1 in the divisor */
  int64_t words;
} lags;

/* Autocovariances of an indicator come from counts: with a = ones/n,
 * sum (b_i - a)(b_{i+k} - a) = both - a (ones in the head + ones in the tail) + (n-k) a^2.
 * Lags are asked for in order, so the ones at the edges are counted up. */
static double indicator_lag(const lags *s, int64_t k) {
  const diag_work *w = s->w;
  int64_t n = w->half;
  int64_t *ones = w->row_count, *edges = ones + w->rows, *counts = edges + w->rows;
  diag_lagged_counts(w->bits, w->rows, s->words, k, counts);
  double sum = 0;
  for (int r = 0; r < w->rows; r++) {
    const uint64_t *b = w->bits + r * s->words;
    if (k == 0) {
      edges[r] = 0;
    } else {
      int64_t first = k - 1, last = n - k;
      edges[r] += (b[first / 64] >> (first % 64) & 1) + (b[last / 64] >> (last % 64) & 1);
    }
    double a = (double)ones[r] / (double)n;
    sum += (double)counts[r] - a * (double)(2 * ones[r] - edges[r]) + (double)(n - k) * a * a;
  }
  return sum;
}

static double covariance(lags *s, int64_t lag) {
  diag_work *w = s->w;
  while (lag >= s->known) {
    double sum[4];
    int count = 4;
    if (s->indicator) {
      sum[0] = indicator_lag(s, s->known);
      count = 1;
    } else {
      diag_lagged_products(w->split, w->rows, w->stride, w->half, s->known, sum);
    }
    for (int i = 0; i < count; i++) {
      if (s->known >= w->half) break;
      w->covariance[s->known++] = sum[i] / (double)w->half / w->rows;
    }
  }
  return w->covariance[lag];
}

/* Geyer's initial positive, then initial monotone sequence over pairs of lags, with the
 * indices as ArviZ and Stan have them: the last even lag is added once more on its own. */
static double ess_of(lags *s) {
  diag_work *w = s->w;
  int64_t n = w->half;
  double size = (double)w->n_split;
  double *rho = w->rho;
  double factor = (double)n / ((double)n - 1.0);
  double within = covariance(s, 0) * factor;
  double var_plus = within / factor + s->mean_variance;

  double even = 1.0, odd = 1.0 - (within - covariance(s, 1)) / var_plus;
  rho[0] = even;
  rho[1] = odd;
  int64_t t = 1, filled = 2;
  while (t < n - 3 && even + odd > 0.0) {
    even = 1.0 - (within - covariance(s, t + 1)) / var_plus;
    odd = 1.0 - (within - covariance(s, t + 2)) / var_plus;
    rho[t + 1] = rho[t + 2] = 0;
    if (even + odd >= 0) rho[t + 1] = even, rho[t + 2] = odd;
    filled = t + 3;
    t += 2;
  }
  if (isnan(even) || isnan(odd)) return NAN;
  int64_t max_t = t - 2;
  if (even > 0) rho[max_t + 1] = even;
  for (t = 1; t <= max_t - 2; t += 2) {
    if (rho[t + 1] + rho[t + 2] > rho[t - 1] + rho[t]) {
      rho[t + 1] = rho[t + 2] = (rho[t - 1] + rho[t]) / 2.0;
    }
  }
  double tau = -1.0;
  for (int64_t i = 0; i <= max_t; i++) tau += 2.0 * rho[i];
  if (max_t + 1 < filled) tau += rho[max_t + 1];
  tau = fmax(tau, 1 / log10(size));
  return size / tau;
}

double diag_ess_split(diag_work *w) {
  lags s = {.w = w};
  double low = INFINITY, high = -INFINITY, largest = 0;
  for (int r = 0; r < w->rows; r++) {
    const double *x = w->split + r * w->stride;
    for (int64_t i = 0; i < w->half; i++) {
      if (x[i] < low) low = x[i];
      if (x[i] > high) high = x[i];
      if (!isfinite(x[i])) return NAN;
    }
  }
  largest = fmax(fabs(low), fabs(high));
  if (high - low <= 1e-15 * largest) return (double)w->n_split;

  double *means = w->row_mean;
  for (int r = 0; r < w->rows; r++) {
    double *x = w->split + r * w->stride;
    means[r] = diag_mean(x, w->half);
    for (int64_t i = 0; i < w->half; i++) x[i] -= means[r];
  }
  s.mean_variance = diag_variance(means, w->rows, diag_mean(means, w->rows));
  return ess_of(&s);
}

double diag_ess_indicator(diag_work *w, double limit) {
  lags s = {.w = w, .indicator = true, .words = w->half / 64 + 2};
  double *means = w->row_mean;
  int64_t total = 0;
  for (int r = 0; r < w->rows; r++) {
    const double *x = w->x + r / 2 * w->draws + (r % 2 ? w->draws - w->half : 0);
    uint64_t *b = w->bits + r * s.words;
    int64_t ones = 0;
    for (int64_t word = 0; word < s.words; word++) {
      uint64_t bits = 0;
      int64_t from = word * 64, to = from + 64 < w->half ? from + 64 : w->half;
      for (int64_t i = from; i < to; i++) bits |= (uint64_t)(x[i] <= limit) << (i - from);
      b[word] = bits;
      ones += __builtin_popcountll(bits);
    }
    w->row_count[r] = ones;
    means[r] = (double)ones / (double)w->half;
    total += ones;
  }
  if (total == 0 || total == w->n_split) return (double)w->n_split;
  s.mean_variance = diag_variance(means, w->rows, diag_mean(means, w->rows));
  return ess_of(&s);
}

double diag_ess_bulk_loaded(diag_work *w) {
  if (!diag_defined(w)) return NAN;
  if (w->constant) return (double)w->n_split;
  diag_fill_scores(w);
  return diag_ess_split(w);
}

double diag_ess_mean_loaded(diag_work *w) {
  if (!diag_defined(w)) return NAN;
  diag_fill_split(w);
  return diag_ess_split(w);
}

double diag_ess_sd_loaded(diag_work *w, double *mcse_sd) {
  if (mcse_sd) *mcse_sd = NAN;
  if (!diag_defined(w)) return NAN;
  double mean = diag_mean(w->x, w->n), sum = 0, sum2 = 0;
  for (int64_t i = 0; i < w->n; i++) {
    double square = (w->x[i] - mean) * (w->x[i] - mean);
    sum += square;
    sum2 += square * square;
  }
  diag_fill_split(w);
  for (int r = 0; r < w->rows; r++) {
    double *x = w->split + r * w->stride;
    for (int64_t i = 0; i < w->half; i++) x[i] = (x[i] - mean) * (x[i] - mean);
  }
  double ess = diag_ess_split(w);
  double variance = sum / (double)w->n;
  double of_variance = (sum2 / (double)w->n - variance * variance) / ess;
  if (mcse_sd) *mcse_sd = w->constant ? 0 : sqrt(fmax(of_variance, 0) / variance / 4);
  if (mcse_sd && isnan(of_variance)) *mcse_sd = NAN;
  return ess;
}

double diag_ess_quantile_loaded(diag_work *w, double prob) {
  if (!diag_defined(w)) return NAN;
  diag_sort(w);
  return diag_ess_indicator(w, diag_quantile_sorted(w->sorted, w->n, prob));
}

/* Half the spread of the order statistics at the beta quantiles of one standard error. */
double diag_mcse_quantile_loaded(diag_work *w, double prob, double ess) {
  if (!diag_defined(w) || isnan(ess)) return NAN;
  diag_sort(w);
  double n = (double)w->n;
  double low = diag_beta_quantile(0.1586553, ess * prob + 1, ess * (1 - prob) + 1);
  double high = diag_beta_quantile(0.8413447, ess * prob + 1, ess * (1 - prob) + 1);
  int64_t first = (int64_t)floor(fmax(low * n - 1, 0));
  int64_t last = (int64_t)ceil(fmin(high * n - 1, n - 1));
  if (first > w->n - 1) first = w->n - 1;
  if (last < 0) last = 0;
  return (w->sorted[last] - w->sorted[first]) / 2;
}

double diag_ess_bulk(diag_work *w, const erg_draws *d) {
  return diag_load(w, d) ? diag_ess_bulk_loaded(w) : NAN;
}
double diag_ess_mean(diag_work *w, const erg_draws *d) {
  return diag_load(w, d) ? diag_ess_mean_loaded(w) : NAN;
}
double diag_ess_sd(diag_work *w, const erg_draws *d) {
  return diag_load(w, d) ? diag_ess_sd_loaded(w, NULL) : NAN;
}
double diag_ess_quantile(diag_work *w, const erg_draws *d, double prob) {
  return diag_load(w, d) ? diag_ess_quantile_loaded(w, prob) : NAN;
}
double diag_ess_tail(diag_work *w, const erg_draws *d) {
  if (!diag_load(w, d)) return NAN;
  double low = diag_ess_quantile_loaded(w, 0.05), high = diag_ess_quantile_loaded(w, 0.95);
  return isnan(low) || isnan(high) ? NAN : fmin(low, high);
}
double diag_mcse_mean(diag_work *w, const erg_draws *d) {
  if (!diag_load(w, d) || !diag_defined(w)) return NAN;
  double variance = diag_variance(w->x, w->n, diag_mean(w->x, w->n));
  return sqrt(variance / diag_ess_mean_loaded(w));
}
double diag_mcse_sd(diag_work *w, const erg_draws *d) {
  double mcse = NAN;
  if (diag_load(w, d)) diag_ess_sd_loaded(w, &mcse);
  return mcse;
}
double diag_mcse_quantile(diag_work *w, const erg_draws *d, double prob) {
  if (!diag_load(w, d)) return NAN;
  return diag_mcse_quantile_loaded(w, prob, diag_ess_quantile_loaded(w, prob));
}
double diag_quantile(diag_work *w, const erg_draws *d, double prob) {
  if (!diag_load(w, d) || w->n == 0 || w->n_nan) return NAN;
  diag_sort(w);
  return diag_quantile_sorted(w->sorted, w->n, prob);
}
