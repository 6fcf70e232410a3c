/* R-hat, nested R-hat and E-BFMI. */
#include <math.h>

#include "diagnostics/work.h"

/* sqrt((B/W + n - 1) / n) over the rows of split (Gelman & Rubin 1992 on half chains). */
double diag_r_hat_split(const diag_work *w) {
  double *means = w->row_mean, n = (double)w->half, within = 0;
  for (int r = 0; r < w->rows; r++) {
    const double *x = w->split + r * w->stride;
    means[r] = diag_mean(x, w->half);
    within += diag_variance(x, w->half, means[r]);
  }
  within /= w->rows;
  double between = n * diag_variance(means, w->rows, diag_mean(means, w->rows));
  return sqrt((between / within + n - 1) / n);
}

double diag_r_hat_loaded(diag_work *w, double *ess_bulk) {
  if (!diag_defined(w) || w->chains < 2 || w->constant) {
    if (ess_bulk) *ess_bulk = diag_ess_bulk_loaded(w);
    return NAN;
  }
  diag_fill_scores(w);
  double bulk = diag_r_hat_split(w);
  if (ess_bulk) *ess_bulk = diag_ess_split(w);
  if (!diag_fill_folded_scores(w)) return bulk;
  double folded = diag_r_hat_split(w);
  return folded > bulk ? folded : bulk; /* a constant distance (0, 1 draws): bulk alone */
}

double diag_r_hat(diag_work *w, const erg_draws *d) {
  return diag_load(w, d) ? diag_r_hat_loaded(w, NULL) : NAN;
}

/* Margossian et al. (2024): sqrt(1 + B_super / mean_k(B_k + W_k)), B_k the variance of
 * the chains' means in superchain k (0 with one chain), W_k the mean of their variances
 * (0 with one draw). */
double diag_nested_r_hat(diag_work *w, const erg_draws *d, int superchains,
                         double *floor_value) {
  if (floor_value) *floor_value = NAN;
  if (!diag_load(w, d) || superchains < 2 || w->chains % superchains || w->n_nan ||
      w->draws < 1)
    return NAN;
  int members = w->chains / superchains;
  if (members == 1 && w->draws == 1) return NAN;
  double *overall = w->row_mean, *means = overall + superchains, inside = 0;
  for (int k = 0; k < superchains; k++) {
    double variance = 0;
    for (int m = 0; m < members; m++) {
      const double *x = w->x + (k * (int64_t)members + m) * w->draws;
      means[m] = diag_mean(x, w->draws);
      if (w->draws > 1) variance += diag_variance(x, w->draws, means[m]) / members;
    }
    overall[k] = diag_mean(means, members);
    if (members > 1) variance += diag_variance(means, members, overall[k]);
    inside += variance / superchains;
  }
  double between = diag_variance(overall, superchains, diag_mean(overall, superchains));
  if (floor_value) *floor_value = sqrt(1 + 1 / ((double)members * (double)w->draws));
  return sqrt(1 + between / inside);
}

/* Betancourt (2016): mean squared step of the energy over its variance. ArviZ divides
 * the sum of squared steps by n - 1, its number, as it does the variance. */
void diag_bfmi(const erg_draws *energy, double *out) {
  for (int c = 0; c < energy->chains; c++) {
    const double *e = energy->values + c * energy->chain_stride;
    int64_t n = energy->draws, s = energy->draw_stride;
    if (n < 2) {
      out[c] = NAN;
      continue;
    }
    double mean = 0, steps = 0, variance = 0;
    for (int64_t i = 0; i < n; i++) mean += e[i * s] - e[0];
    mean = e[0] + mean / (double)n;
    for (int64_t i = 0; i < n; i++) {
      double step = i ? e[i * s] - e[(i - 1) * s] : 0, off = e[i * s] - mean;
      steps += step * step;
      variance += off * off;
    }
    out[c] = steps / variance;
  }
}
