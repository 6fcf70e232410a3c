/* The table of distributions: arguments, supports, log densities as graphs.
 *
 * Parameterisations are Stan's, with full normalising constants; docs/language.md
 * gives every formula and its source. The numbers (IR_DIST_...) name distributions in
 * IR_RANDOM nodes and in ir_distribution_use.
 */
#ifndef ERGODE_IR_DISTRIBUTION_H
#define ERGODE_IR_DISTRIBUTION_H

#include "ir/ir.h"

/* X(NAME, name): in the order of the manual's table. */
#define IR_DISTRIBUTIONS(X)                                                  \
  /* on the real line */                                                     \
  X(NORMAL, normal) X(STUDENT_T, student_t) X(CAUCHY, cauchy)                \
  X(LAPLACE, laplace) X(LOGISTIC, logistic) X(GUMBEL, gumbel)                \
  X(SKEW_NORMAL, skew_normal) X(EXP_MOD_NORMAL, exp_mod_normal)              \
  /* positive */                                                             \
  X(HALF_NORMAL, half_normal) X(HALF_CAUCHY, half_cauchy)                    \
  X(HALF_STUDENT_T, half_student_t) X(LOGNORMAL, lognormal)                  \
  X(EXPONENTIAL, exponential) X(GAMMA, gamma) X(INV_GAMMA, inv_gamma)        \
  X(CHI_SQUARE, chi_square) X(INV_CHI_SQUARE, inv_chi_square)                \
  X(SCALED_INV_CHI_SQUARE, scaled_inv_chi_square) X(WEIBULL, weibull)        \
  X(FRECHET, frechet) X(RAYLEIGH, rayleigh) X(PARETO, pareto)                \
  /* bounded */                                                              \
  X(BETA, beta) X(BETA_PROPORTION, beta_proportion) X(UNIFORM, uniform)      \
  /* discrete */                                                             \
  X(BERNOULLI, bernoulli) X(BERNOULLI_LOGIT, bernoulli_logit)                \
  X(BINOMIAL, binomial) X(BINOMIAL_LOGIT, binomial_logit)                    \
  X(BETA_BINOMIAL, beta_binomial) X(POISSON, poisson)                        \
  X(POISSON_LOG, poisson_log) X(NEG_BINOMIAL, neg_binomial)                  \
  X(NEG_BINOMIAL_2, neg_binomial_2)                                          \
  X(NEG_BINOMIAL_2_LOG, neg_binomial_2_log) X(GEOMETRIC, geometric)

typedef enum {
#define X(NAME, name) IR_DIST_##NAME,
  IR_DISTRIBUTIONS(X)
#undef X
  IR_DISTRIBUTION_COUNT
} ir_distribution_number;

/* Where values of an outcome or of an argument may lie. */
typedef enum {
  IR_RANGE_REAL,
  IR_RANGE_POSITIVE,     /* > 0 */
  IR_RANGE_NONNEGATIVE,  /* >= 0 */
  IR_RANGE_UNIT,         /* 0 to 1, ends included for arguments */
  IR_RANGE_BINARY,       /* 0 or 1 */
  IR_RANGE_COUNT,        /* 0, 1, 2, ... */
  IR_RANGE_COUNT_TO,     /* 0 ... first argument */
  IR_RANGE_BETWEEN       /* first argument ... second argument */
} ir_range;

typedef struct {
  const char *name;
  int n_args;
  const char *arg_names[IR_MAX_ARGS];
  ir_range arg_ranges[IR_MAX_ARGS];
  ir_range range;        /* of the outcome */
  bool discrete;
  int location, scale;   /* arguments that shift and scale the distribution (lognormal:
                          * on the log scale), or -1 */
  bool symmetric;        /* about its location */
  /* Log density or log mass at y, elementwise. All three take y inside the range. */
  ir_id (*log_density)(ir_graph *g, ir_id y, const ir_id *args);
  /* Log of P(Y <= y) and P(Y > y), or NULL where no closed form is at hand. */
  ir_id (*log_cdf)(ir_graph *g, ir_id y, const ir_id *args);
  ir_id (*log_ccdf)(ir_graph *g, ir_id y, const ir_id *args);
} ir_distribution;

const ir_distribution *ir_distribution_at(int number);
/* Number of the distribution of this name, or -1. */
int ir_distribution_find(const char *name);
/* "student_t(nu, mu, sigma)": writes at most `size` bytes, NUL included. */
void ir_distribution_signature(int number, char *text, size_t size);
/* "real", "positive", ...: for messages. */
const char *ir_range_text(ir_range range);

/* Log of P(lower < Y < upper), of a distribution that has cdfs; IR_NONE: no bound on that
 * side. Accurate in both tails, finite with a finite gradient where a cdf underflows. */
ir_id ir_log_between(ir_graph *g, int number, ir_id lower, ir_id upper, const ir_id *args);

/* Pieces that densities share with functions of the language. */
ir_id ir_lbeta(ir_graph *g, ir_id a, ir_id b);
ir_id ir_lchoose(ir_graph *g, ir_id n, ir_id k);
/* Log density of a lognormal at exp(log_y). */
ir_id ir_lognormal_at_log(ir_graph *g, ir_id log_y, const ir_id *args);

#endif
