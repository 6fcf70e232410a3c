/* Models written by hand and a driver, for the tests of engine and plug-ins. */
#ifndef ERG_TESTS_TOYS_H
#define ERG_TESTS_TOYS_H

#include <stdio.h>
#include <ergode/plugin.h>

#include "diagnostics/diagnostics.h"

/* NORMAL: standard. CORRELATED: standard deviation 2^(i mod 7 - 3), correlation 0.6^|i-j|
 * (basic operations only: the same bits with every compiler). FUNNEL: Neal's. HALF:
 * exponential, rejected left of 0. NOWHERE: NaN. */
typedef enum { TOY_NORMAL, TOY_CORRELATED, TOY_FUNNEL, TOY_HALF, TOY_NOWHERE } toy_kind;
void toy_make(erg_model *model, toy_kind kind, int dim);
void toy_free(erg_model *model);

/* Hierarchical normal: y[g][i] ~ N(mu_g, sigma_obs), mu_g ~ N(mu, sigma), mu ~ N(50, 20),
 * sigma ~ halfN(15), sigma_obs ~ halfN(5); coordinates mu, log sigma, log sigma_obs, u. */
void toy_hierarchical(erg_model *model, int groups, int each, double true_sigma,
                      double true_sigma_obs);
/* Natural values of a draw: mu, sigma, sigma_obs, mu_g. */
void toy_natural(const erg_model *model, const double *centring, const double *q,
                 double *natural);

typedef struct toy_run {
  int chains, first_chain, threads, warmup, draws, capacity;
  uint64_t seed;
  double settings[16];
  int n_settings;
  const double *initial;
  /* Results; draws after warm-up (`keep_warmup`: all), owned: toy_run_free. */
  int keep_warmup;
  int total;
  double *q;         /* [chains][total][dim] */
  double *natural;   /* likewise, toy_natural; hierarchical model only */
  double *stats;     /* [chains][total][n_statistics] */
  double *metric, *step; /* [chains][dim], [chains] */
  int64_t *gradients, *warmup_gradients; /* [chains] */
  int n_statistics, blocks;
  long epoch;
  double *centring;
  int cancel_after;  /* cancelled() answers 1 from this call on; 0: never */
  int calls;
  char message[512];
} toy_run;

void toy_defaults(toy_run *run, const erg_sampler *sampler);
void toy_set(toy_run *run, const erg_sampler *sampler, const char *name, double value);
erg_status toy_sample(toy_run *run, const erg_sampler *sampler, const erg_model *model);
void toy_run_free(toy_run *run);

/* FNV-1a over everything that came out. */
uint64_t toy_hash(const toy_run *run, int dim);

/* Effective sample size of one coordinate, values at x[c * chain_stride + d * stride]:
 * diag_ess_mean and the like. */
double toy_ess(double (*ess)(diag_work *w, const erg_draws *d), const double *x, int chains,
               int draws, long chain_stride, long stride);

#endif
