/* The built-in diagnostics as a plug-in would give its own. */
#include <math.h>

#include "diagnostics/work.h"

static erg_value value_of(const char *name, double value, int verdict) {
  return (erg_value){
      .size = sizeof(erg_value), .name = name, .value = value, .verdict = verdict};
}

static int below(double value, double limit) { /* good if value >= limit */
  return isnan(value)     ? ERG_VERDICT_NONE
         : value >= limit ? ERG_VERDICT_GOOD
                          : ERG_VERDICT_WARNING;
}

static int above(double value, double limit, double bad) {
  return isnan(value)     ? ERG_VERDICT_NONE
         : value <= limit ? ERG_VERDICT_GOOD
         : value <= bad   ? ERG_VERDICT_WARNING
                          : ERG_VERDICT_BAD;
}

/* Each function gets loaded draws of at least 4 a chain. */
typedef void (*fill_values)(diag_work *w, const erg_draws *d, erg_value *v);

static erg_status run(const erg_host *host, const erg_draws *d, erg_value *v,
                      fill_values fill) {
  if (d->chains < 1 || d->draws < 4) {
    return host && host->fail ? host->fail(host->data, ERG_INVALID,
                                           "a diagnostic needs at least 4 draws a chain")
                              : ERG_INVALID;
  }
  diag_work *w = diag_work_new();
  bool loaded = w && diag_load(w, d);
  if (loaded) fill(w, d, v);
  diag_work_free(w);
  return loaded ? ERG_OK : ERG_NO_MEMORY;
}

static void fill_r_hat(diag_work *w, const erg_draws *d, erg_value *v) {
  (void)d;
  double r_hat = diag_r_hat_loaded(w, NULL);
  v[0] = value_of("r_hat", r_hat, above(r_hat, diag_limits_default().r_hat, 1.05));
}

static void fill_ess_bulk(diag_work *w, const erg_draws *d, erg_value *v) {
  double ess = diag_ess_bulk_loaded(w);
  v[0] = value_of("ess_bulk", ess, below(ess, diag_limits_default().ess_per_chain * d->chains));
}

static void fill_ess_tail(diag_work *w, const erg_draws *d, erg_value *v) {
  double low = diag_ess_quantile_loaded(w, 0.05), high = diag_ess_quantile_loaded(w, 0.95);
  double ess = isnan(low) || isnan(high) ? NAN : fmin(low, high);
  v[0] = value_of("ess_tail", ess, below(ess, diag_limits_default().ess_per_chain * d->chains));
}

static void fill_ess_mean(diag_work *w, const erg_draws *d, erg_value *v) {
  (void)d;
  v[0] = value_of("ess_mean", diag_ess_mean_loaded(w), ERG_VERDICT_NONE);
}

static void fill_ess_sd(diag_work *w, const erg_draws *d, erg_value *v) {
  (void)d;
  v[0] = value_of("ess_sd", diag_ess_sd_loaded(w, NULL), ERG_VERDICT_NONE);
}

static void fill_mcse_mean(diag_work *w, const erg_draws *d, erg_value *v) {
  v[0] = value_of("mcse_mean", diag_mcse_mean(w, d), ERG_VERDICT_NONE);
}

static void fill_mcse_sd(diag_work *w, const erg_draws *d, erg_value *v) {
  (void)d;
  double mcse;
  diag_ess_sd_loaded(w, &mcse);
  v[0] = value_of("mcse_sd", mcse, ERG_VERDICT_NONE);
}

static void fill_mcse_quantile(diag_work *w, const erg_draws *d, erg_value *v) {
  static const double prob[3] = {0.05, 0.5, 0.95};
  static const char *const name[3] = {"mcse_q5", "mcse_median", "mcse_q95"};
  (void)d;
  for (int i = 0; i < 3; i++) {
    double mcse = diag_mcse_quantile_loaded(w, prob[i], diag_ess_quantile_loaded(w, prob[i]));
    v[i] = value_of(name[i], mcse, ERG_VERDICT_NONE);
  }
}

static void fill_moments(diag_work *w, const erg_draws *d, erg_value *v) {
  diag_summary s;
  diag_summarise(w, d, &s);
  const double value[8] = {s.mean, s.sd, s.median, s.mad, s.q5, s.q95, s.low89, s.high89};
  static const char *const name[8] = {"mean", "sd",  "median", "mad",
                                      "q5",   "q95", "low89",  "high89"};
  for (int i = 0; i < 8; i++) v[i] = value_of(name[i], value[i], ERG_VERDICT_NONE);
}

/* X(id, number of values, summary) */
#define BUILTIN(X)                                                                           \
  X(r_hat, 1, "rank-normalised split R-hat, bulk or folded (Vehtari et al. 2021)")           \
  X(ess_bulk, 1, "effective sample size of the bulk (Vehtari et al. 2021)")                  \
  X(ess_tail, 1, "least effective sample size of the 5 and 95 % quantiles (Vehtari et al.)") \
  X(ess_mean, 1, "effective sample size for the mean (Geyer 1992)")                          \
  X(ess_sd, 1, "effective sample size for the standard deviation")                           \
  X(mcse_mean, 1, "Monte Carlo standard error of the mean")                                  \
  X(mcse_sd, 1, "Monte Carlo standard error of the standard deviation")                      \
  X(mcse_quantile, 3, "Monte Carlo standard errors of q5, median and q95")                   \
  X(moments, 8, "mean, sd, median, MAD and quantiles")

#define DEFINE(name, count, text)                                                            \
  static erg_status compute_##name(const erg_host *host, const erg_draws *d, erg_value *v) { \
    return run(host, d, v, fill_##name);                                                     \
  }                                                                                          \
  static const erg_diagnostic builtin_##name = {sizeof(erg_diagnostic), #name, text, count,  \
                                                compute_##name};
BUILTIN(DEFINE)

#define ENTRY(name, count, text) &builtin_##name,
const erg_diagnostic *const diag_builtin[] = {BUILTIN(ENTRY)};
const int diag_n_builtin = sizeof diag_builtin / sizeof *diag_builtin;
