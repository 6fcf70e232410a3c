/* Diagnostics of draws: convergence, effective sample sizes, Monte Carlo errors.
 *
 * Sources: Vehtari, Gelman, Simpson, Carpenter, Bürkner (2021), "Rank-normalization,
 * folding, and localization: an improved R-hat", Bayesian Analysis 16(2); Geyer (1992);
 * Betancourt (2016) for E-BFMI; Margossian et al. (2024) for nested R-hat. Numbers are
 * those of ArviZ 0.23 (az.rhat, az.ess, az.mcse, az.bfmi) to 1e-10; docs/diagnostics.md
 * has every formula, threshold and the few deliberate differences.
 *
 * Every function takes the draws of one scalar (erg_draws: any strides), so nothing
 * holds more than a parameter at a time. Rules common to all: fewer than 4 draws a chain
 * or any NaN gives NaN; R-hat needs 2 chains; a constant has ESS = number of draws,
 * MCSE 0 and R-hat NaN.
 */
#ifndef ERGODE_DIAGNOSTICS_H
#define ERGODE_DIAGNOSTICS_H

#include <stdbool.h>
#include <stdint.h>
#include <ergode/diagnostic.h>

/* Scratch memory, grown as needed and kept between calls; one a thread. */
typedef struct diag_work diag_work;
diag_work *diag_work_new(void);
void diag_work_free(diag_work *w);
/* Bytes that one needs for so many draws. */
uint64_t diag_work_bytes(int64_t chains, int64_t draws);

/* Everything that a summary reports about one scalar. */
typedef struct {
  double mean, sd, median;
  double mad;                        /* median |x - median| times 1.4826, as R's mad() */
  double q5, q95;                    /* quantiles, R's type 7 */
  double low89, high89;              /* 5.5 and 94.5 %: the central 89 % interval */
  double mcse_mean, mcse_sd, mcse_median, mcse_q5, mcse_q95;
  double ess_mean, ess_sd, ess_bulk, ess_tail;
  double r_hat;                      /* max of bulk and folded, rank-normalised, split */
  int64_t n_nan, n_infinite;         /* among the draws */
  bool constant;
} diag_summary;

/* ERG_INVALID with fewer than 4 draws a chain or no chain: mean, sd and quantiles are
 * filled in as far as they exist, the rest is NaN. ERG_NO_MEMORY. */
erg_status diag_summarise(diag_work *w, const erg_draws *d, diag_summary *out);

/* Summaries of n scalars on `threads` threads (1: the caller's only). `draws` gives the
 * draws of scalar i; it is called under a lock by one thread at a time, and what it
 * points to must stay until the next call with the same `slot` (0..threads-1). It
 * returns false to stop the work (the result is then ERG_IO). */
typedef bool (*diag_get_draws)(void *data, int64_t scalar, int slot, erg_draws *out);
erg_status diag_summarise_all(int64_t n, diag_get_draws draws, void *data, int threads,
                              diag_summary *out);

/* The single numbers. */
double diag_r_hat(diag_work *w, const erg_draws *d);
double diag_ess_bulk(diag_work *w, const erg_draws *d);
double diag_ess_tail(diag_work *w, const erg_draws *d); /* min of q05 and q95 */
double diag_ess_mean(diag_work *w, const erg_draws *d);
double diag_ess_sd(diag_work *w, const erg_draws *d);
double diag_ess_quantile(diag_work *w, const erg_draws *d, double prob);
double diag_mcse_mean(diag_work *w, const erg_draws *d);
double diag_mcse_sd(diag_work *w, const erg_draws *d);
double diag_mcse_quantile(diag_work *w, const erg_draws *d, double prob);
/* Quantile, R's type 7, of all chains together. */
double diag_quantile(diag_work *w, const erg_draws *d, double prob);
/* Nested R-hat for many short chains: chains in `superchains` equal groups in order (the
 * chains of a group started from the same point). floor_value, where not NULL, is what a
 * stationary run would give with an ESS of 1 a chain for each draw: sqrt(1 + 1/(M N)). */
double diag_nested_r_hat(diag_work *w, const erg_draws *d, int superchains,
                         double *floor_value);
/* E-BFMI of each chain from the energies: out[d->chains]. */
void diag_bfmi(const erg_draws *energy, double *out);

/* The built-in diagnostics behind the public interface, the same way a plug-in gives
 * its own: r_hat, ess_bulk, ess_tail, ess_mean, ess_sd, mcse_mean, mcse_sd,
 * mcse_quantile (of q5, median, q95), moments, bfmi. */
extern const erg_diagnostic *const diag_builtin[];
extern const int diag_n_builtin;

/* --- Verdict over a run ------------------------------------------------------------ */

/* Limits; diag_limits_default() is what Vehtari et al. advise. */
typedef struct {
  double r_hat;             /* 1.01 */
  double ess_per_chain;     /* bulk and tail ESS at least so much a chain: 100 */
  double bfmi;              /* 0.3 */
  double divergent_share;   /* share of draws above which it is bad, not a warning: 0.01 */
} diag_limits;
diag_limits diag_limits_default(void);

/* What the verdict is made from. Worst values are found by diag_run_add. */
typedef struct {
  int32_t chains;
  int64_t draws;            /* a chain */
  int max_depth;            /* 0: unknown */
  double target_accept;     /* 0: unknown */
  bool interrupted;
  /* Of the sampler; [chains] arrays may be NULL, where the statistic is missing. */
  const int64_t *divergent;
  const int64_t *saturated; /* draws that reached the maximum tree depth */
  const double *bfmi;
  /* By diag_run_add: */
  int64_t n_scalars, n_constant, n_not_finite, n_high_r_hat, n_low_bulk, n_low_tail;
  double max_r_hat, min_ess_bulk, min_ess_tail;
  char max_r_hat_name[96], min_ess_bulk_name[96], min_ess_tail_name[96];
} diag_run;
/* Zeroes and sets the sizes. */
void diag_run_init(diag_run *r, int32_t chains, int64_t draws);
void diag_run_add(diag_run *r, const diag_limits *limits, const char *name,
                  const diag_summary *s);

typedef struct {
  int32_t verdict;          /* erg_verdict */
  const char *id;           /* "divergences", "r_hat", ...: static */
  double value, limit;      /* the number that decided; NaN where there is none */
  char text[256];           /* "12 of 4000 draws diverged (chains 1: 5, 3: 7)" */
  char next[256];           /* next step, "" where all is well */
} diag_finding;

#define DIAG_MAX_FINDINGS 16
typedef struct {
  int32_t verdict;          /* worst of the findings */
  int n;
  diag_finding findings[DIAG_MAX_FINDINGS]; /* bad first, then warnings, then good */
} diag_verdict;
/* Judges: every check gives one finding, also where all is well. */
void diag_judge(const diag_run *r, const diag_limits *limits, diag_verdict *out);
/* "good", "warning", "bad", "none" */
const char *diag_verdict_text(int32_t verdict);

#endif
