/* What makes a cell valid, besides the gate. */
#ifndef ERGODE_BENCH_JUDGE_H
#define ERGODE_BENCH_JUDGE_H

#include "bench/cell.h"

enum { BENCH_MIN_ESS = 50 }; /* of a quantity whose moments can be compared */

typedef struct {
  int tests;        /* moments compared */
  int left_out;     /* quantities with too few effective draws on either side */
  int mean_outside; /* means more than 5 % off the reference's, by its size */
  int sd_outside;   /* standard deviations, 10 % */
  double worst, limit;
  char name[BENCH_NAME + 8];   /* "mean of mu" */
  double value, expected;      /* of the worst */
  double freedom;              /* of the limit's quantile */
  bench_agreement *list;       /* at most BENCH_AGREEMENTS, in the model's order */
  int n;
} judge_moments;

/* z = |difference| / sqrt(MCSE^2 + MCSE^2) for mean and sd of every quantity that isn't
 * constant; the judged run's MCSE is at least the reference's, scaled to its effective
 * draws. limit: quantile of Student's t, whose degrees of freedom are the smallest
 * number of effective draws that went into a standard error, at the family-wise rate
 * `alpha` shared over the tests (Bonferroni). out->list is to be freed. */
void judge_compare(const cell *a, const cell *reference, double alpha, judge_moments *out);

/* False with the first draw that differs; b's run had the same settings and seed. */
bool judge_same_bits(const cell *a, const cell *b, int64_t *chain, int64_t *draw);

/* Limit of R-hat for so many draws; INFINITY where there is none. */
double judge_r_hat_limit(int64_t chains, int64_t draws);

/* Limit of the least ESS, bulk and tail, over all quantities: 400 at the size of a
 * publication (4 chains of 1000 draws), else 0. */
double judge_ess_limit(int64_t chains, int64_t draws);

/* Of parameters that made simulated data, fewer than so many lie inside their central
 * 89 % intervals with a chance below alpha, Binomial(of, 0.89). */
int judge_truth_least(int of, double alpha);

#endif
