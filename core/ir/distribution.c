#include "ir/distribution.h"

#include <math.h>
#include <string.h>

#define C(v) ir_const(g, v)
#define NEG(a) ir_unary(g, IR_NEG, a)
#define ABS(a) ir_unary(g, IR_ABS, a)
#define SQUARE(a) ir_unary(g, IR_SQUARE, a)
#define INV(a) ir_unary(g, IR_INV, a)
#define EXP(a) ir_unary(g, IR_EXP, a)
#define LOG(a) ir_unary(g, IR_LOG, a)
#define SQRT(a) ir_unary(g, IR_SQRT, a)
#define LOG1P(a) ir_unary(g, IR_LOG1P, a)
#define LOG1P_EXP(a) ir_unary(g, IR_LOG1P_EXP, a)
#define LOG1M_EXP(a) ir_unary(g, IR_LOG1M_EXP, a)
#define LGAMMA(a) ir_unary(g, IR_LGAMMA, a)
#define PHI(a) ir_unary(g, IR_PHI, a)
#define ERFC(a) ir_unary(g, IR_ERFC, a)
#define ADD(a, b) ir_binary(g, IR_ADD, a, b)
#define SUB(a, b) ir_binary(g, IR_SUB, a, b)
#define MUL(a, b) ir_binary(g, IR_MUL, a, b)
#define MIN(a, b) ir_binary(g, IR_MIN, a, b)
#define MAX(a, b) ir_binary(g, IR_MAX, a, b)
#define ATAN2(y, x) ir_binary(g, IR_ATAN2, y, x)
#define SCALE(k, a) ir_binary(g, IR_MUL, C(k), a)
#define GT(a, b) ir_binary(g, IR_GT, a, b)
#define GE(a, b) ir_binary(g, IR_GE, a, b)
#define LT(a, b) ir_binary(g, IR_LT, a, b)
#define LE(a, b) ir_binary(g, IR_LE, a, b)
#define AND(a, b) ir_binary(g, IR_AND, a, b)
#define IF(t, a, b) ir_if(g, t, a, b)

#define LOG_2PI_HALF 0.91893853320467274178
#define LOG_PI 1.14472988584940017414
#define LOG_2 0.69314718055994530942
#define DENSITY(name) static ir_id name(ir_graph *g, ir_id y, const ir_id *args)

ir_id ir_lbeta(ir_graph *g, ir_id a, ir_id b) {
  return SUB(ADD(LGAMMA(a), LGAMMA(b)), LGAMMA(ADD(a, b)));
}

ir_id ir_lchoose(ir_graph *g, ir_id n, ir_id k) {
  return SUB(SUB(LGAMMA(ADD(n, C(1))), LGAMMA(ADD(k, C(1)))), LGAMMA(ADD(SUB(n, k), C(1))));
}

/* The standardised value, 1/scale a node of its own. */
static ir_id standard(ir_graph *g, ir_id y, ir_id location, ir_id scale) {
  return MUL(SUB(y, location), INV(scale));
}

/* exp(log_term) where the count is positive, else 0: 0 * log 0 is 0 here. */
static ir_id times_log(ir_graph *g, ir_id count, ir_id log_term) {
  return IF(GT(count, C(0)), MUL(count, log_term), C(0));
}

/* Cumulative distributions. Each branch of an IF is kept finite where it isn't taken: its
 * gradient is a product with 0 there. */

/* log Phi: below -25 by the asymptotic series (Abramowitz & Stegun 26.2.12), whose seven
 * terms are exact to a double there; Phi itself underflows at -38. */
static ir_id log_phi(ir_graph *g, ir_id z) {
  ir_id far = MIN(z, C(-25)), w = INV(SQUARE(far)), sum = C(1);
  for (int k = 13; k > 0; k -= 2) sum = SUB(C(1), MUL(SCALE(k, w), sum));
  ir_id tail = SUB(ADD(SCALE(-0.5, SQUARE(far)), LOG(sum)), ADD(LOG(NEG(far)), C(LOG_2PI_HALF)));
  return IF(LT(z, C(-25)), tail, LOG(PHI(MAX(z, C(-25)))));
}

/* log(1 - exp(-exp(w))) */
static ir_id log1m_exp_exp(ir_graph *g, ir_id w) {
  ir_id far = LOG1M_EXP(NEG(EXP(MIN(MAX(w, C(-40)), C(700)))));
  return IF(LT(w, C(-40)), w, far);
}

/* log(exp(a) - exp(b)), a >= b */
static ir_id log_difference(ir_graph *g, ir_id a, ir_id b) {
  return ADD(a, LOG1M_EXP(MIN(SUB(b, a), C(-1e-300))));
}

static ir_id log_sum(ir_graph *g, ir_id a, ir_id b) {
  return ADD(MAX(a, b), LOG1P_EXP(NEG(ABS(SUB(a, b)))));
}

/* On the real line */

DENSITY(normal_density) {
  ir_id z = standard(g, y, args[0], args[1]);
  return SUB(SCALE(-0.5, SQUARE(z)), ADD(LOG(args[1]), C(LOG_2PI_HALF)));
}
DENSITY(normal_log_cdf) { return log_phi(g, standard(g, y, args[0], args[1])); }
DENSITY(normal_log_ccdf) { return log_phi(g, NEG(standard(g, y, args[0], args[1]))); }

static ir_id student_t_at(ir_graph *g, ir_id z, ir_id nu, ir_id sigma) {
  ir_id half = SCALE(0.5, ADD(nu, C(1)));
  ir_id constant =
      SUB(SUB(LGAMMA(half), LGAMMA(SCALE(0.5, nu))), SCALE(0.5, ADD(LOG(nu), C(LOG_PI))));
  return ADD(NEG(MUL(half, LOG1P(MUL(SQUARE(z), INV(nu))))), SUB(constant, LOG(sigma)));
}
DENSITY(student_t_density) {
  return student_t_at(g, standard(g, y, args[1], args[2]), args[0], args[2]);
}
/* The whole number that a shape is, where a closed form is made of it: of unknowns alone, the
 * interpreter has the values of data; else 0. */
static int closed_form(const ir_graph *g, ir_id shape, ir_id at) {
  enum { MOST = 10 };
  const ir_node *n = ir_at(g, shape);
  bool whole = n->op == IR_CONST && n->value >= 1 && n->value <= MOST &&
               n->value == floor(n->value);
  return whole && !ir_at(g, at)->data_only ? (int)n->value : 0;
}

/* Closed forms of log P(T >= t) for a whole number nu of degrees of freedom (Abramowitz &
 * Stegun 26.7.3 and 26.7.4), arranged so that nothing cancels in the tail. With
 * u = t / sqrt(nu + t^2) and m = nu/2, the integral of (1 - s^2)^(m-1) from u to 1 by parts: */
static ir_id log_t_tail_even(ir_graph *g, ir_id t, int nu) {
  int m = nu / 2;
  double constant = 0.5, a = 1.0 / m; /* Gamma(m + 1/2) / (sqrt(pi) Gamma(m)) */
  for (int k = 1; k < m; k++) constant *= (k + 0.5) / k;
  ir_id r = SQRT(ADD(SQUARE(t), C(nu))), right = MUL(r, ADD(r, MAX(t, C(0))));
  ir_id below = IF(GT(t, C(0)), SCALE(nu, INV(right)), SUB(C(1), MUL(t, INV(r)))); /* 1 - u */
  ir_id above = SUB(C(2), below), sum = C(a), power = C(1);
  for (int j = 1; j < m; j++) {
    a *= (double)(m - j) / (m + j);
    power = MUL(power, below);
    sum = ADD(MUL(sum, above), SCALE(a, power));
  }
  return ADD(SCALE(m, LOG(below)), LOG(SCALE(constant, sum)));
}

/* With nu = 2m + 1 and phi the angle of (t, sqrt(nu)), the integral of sin^(2m) from 0 to phi:
 * by its recurrence upwards in m, or, where phi is small, downwards, as a series. */
static ir_id log_t_tail_odd(ir_graph *g, ir_id t, int nu) {
  enum { TERMS = 23 }; /* 5^-23 is below a double's last digit */
  int m = nu / 2;
  double constant = 1 / M_PI, root = sqrt(nu), far = 2 * root; /* there sin^2 is 1/5 */
  for (int k = 0; k < m; k++) constant *= (k + 1) / (k + 0.5);
  if (m == 0) return LOG(SCALE(constant, ATAN2(C(root), t)));
  ir_id near = MIN(t, C(far)), tail = MAX(t, C(far)), sum = C(1);
  ir_id integral = ATAN2(C(root), near), inverse = INV(SQRT(ADD(SQUARE(near), C(nu))));
  ir_id sine = SCALE(root, inverse), power = MUL(MUL(near, inverse), sine);
  for (int k = 1; k <= m; k++) {
    integral = SCALE(0.5 / k, SUB(SCALE(2 * k - 1, integral), power));
    power = MUL(power, SQUARE(sine));
  }
  ir_id square = ADD(SQUARE(tail), C(nu)), y = SCALE(nu, INV(square)); /* sin^2 */
  for (int k = TERMS; k > 0; k--)
    sum = ADD(C(1), MUL(SCALE((2.0 * (m + k)) / (2 * (m + k) + 1), y), sum));
  sum = MUL(MUL(tail, INV(SQRT(square))), sum);
  ir_id series = ADD(SCALE(m + 0.5, LOG(y)), LOG(SCALE(constant / nu, sum)));
  return IF(GT(t, C(far)), series, LOG(SCALE(constant, integral)));
}

static ir_id log_t_cdf(ir_graph *g, ir_id z, ir_id nu) {
  int n = closed_form(g, nu, z);
  if (!n) return ir_binary(g, IR_LOG_T_CDF, z, nu);
  return n % 2 ? log_t_tail_odd(g, NEG(z), n) : log_t_tail_even(g, NEG(z), n);
}
DENSITY(student_t_log_cdf) {
  return log_t_cdf(g, standard(g, y, args[1], args[2]), args[0]);
}
DENSITY(student_t_log_ccdf) {
  return log_t_cdf(g, NEG(standard(g, y, args[1], args[2])), args[0]);
}

DENSITY(cauchy_density) {
  ir_id z = standard(g, y, args[0], args[1]);
  return SUB(NEG(LOG1P(SQUARE(z))), ADD(LOG(args[1]), C(LOG_PI)));
}
/* The angle of (-z, 1) is pi times the cdf, to the last digits in both tails. */
DENSITY(cauchy_log_cdf) {
  return SUB(LOG(ATAN2(C(1), NEG(standard(g, y, args[0], args[1])))), C(LOG_PI));
}
DENSITY(cauchy_log_ccdf) {
  return SUB(LOG(ATAN2(C(1), standard(g, y, args[0], args[1]))), C(LOG_PI));
}

DENSITY(laplace_density) {
  ir_id z = standard(g, y, args[0], args[1]);
  return SUB(NEG(ABS(z)), ADD(LOG(args[1]), C(LOG_2)));
}
/* Log of the cdf at z; the other tail's at -z. */
static ir_id laplace_tail(ir_graph *g, ir_id z) {
  ir_id below = SUB(z, C(LOG_2));
  ir_id above = LOG1P(SCALE(-0.5, EXP(NEG(MAX(z, C(0))))));
  return IF(LE(z, C(0)), below, above);
}
DENSITY(laplace_log_cdf) { return laplace_tail(g, standard(g, y, args[0], args[1])); }
DENSITY(laplace_log_ccdf) { return laplace_tail(g, NEG(standard(g, y, args[0], args[1]))); }

DENSITY(logistic_density) {
  ir_id z = standard(g, y, args[0], args[1]);
  return SUB(SUB(z, SCALE(2, LOG1P_EXP(z))), LOG(args[1]));
}
DENSITY(logistic_log_cdf) { return NEG(LOG1P_EXP(NEG(standard(g, y, args[0], args[1])))); }
DENSITY(logistic_log_ccdf) { return NEG(LOG1P_EXP(standard(g, y, args[0], args[1]))); }

DENSITY(gumbel_density) {
  ir_id z = standard(g, y, args[0], args[1]);
  return SUB(NEG(ADD(z, EXP(NEG(z)))), LOG(args[1]));
}
DENSITY(gumbel_log_cdf) { return NEG(EXP(NEG(standard(g, y, args[0], args[1])))); }
DENSITY(gumbel_log_ccdf) {
  return log1m_exp_exp(g, NEG(standard(g, y, args[0], args[1])));
}

DENSITY(skew_normal_density) {
  ir_id z = standard(g, y, args[0], args[1]);
  ir_id tilt = LOG(PHI(MUL(args[2], z)));
  return ADD(ADD(SCALE(-0.5, SQUARE(z)), tilt), SUB(C(LOG_2 - LOG_2PI_HALF), LOG(args[1])));
}

DENSITY(exp_mod_normal_density) {
  ir_id mu = args[0], sigma = args[1], lambda = args[2];
  ir_id shift = MUL(lambda, SQUARE(sigma));
  ir_id z = SCALE(M_SQRT1_2, MUL(SUB(ADD(mu, shift), y), INV(sigma)));
  ir_id slope = MUL(lambda, ADD(SUB(mu, y), SCALE(0.5, shift)));
  return ADD(ADD(slope, LOG(ERFC(z))), SUB(LOG(lambda), C(LOG_2)));
}

/* Log of the exponential part's share below y. */
static ir_id exp_mod_part(ir_graph *g, ir_id z, ir_id shift) {
  return ADD(MUL(shift, SUB(SCALE(0.5, shift), z)), log_phi(g, SUB(z, shift)));
}
DENSITY(exp_mod_normal_log_cdf) {
  ir_id z = standard(g, y, args[0], args[1]);
  return log_difference(g, log_phi(g, z), exp_mod_part(g, z, MUL(args[1], args[2])));
}
DENSITY(exp_mod_normal_log_ccdf) {
  ir_id z = standard(g, y, args[0], args[1]);
  return log_sum(g, log_phi(g, NEG(z)), exp_mod_part(g, z, MUL(args[1], args[2])));
}

/* Positive */

DENSITY(half_normal_density) {
  ir_id z = MUL(y, INV(args[0]));
  return SUB(SCALE(-0.5, SQUARE(z)), ADD(LOG(args[0]), C(LOG_2PI_HALF - LOG_2)));
}
DENSITY(half_normal_log_cdf) {
  return LOG(ir_unary(g, IR_ERF, SCALE(M_SQRT1_2, MUL(y, INV(args[0])))));
}
DENSITY(half_normal_log_ccdf) {
  return ADD(log_phi(g, NEG(MUL(y, INV(args[0])))), C(LOG_2));
}
DENSITY(half_cauchy_density) {
  ir_id z = MUL(y, INV(args[0]));
  return SUB(NEG(LOG1P(SQUARE(z))), ADD(LOG(args[0]), C(LOG_PI - LOG_2)));
}
DENSITY(half_cauchy_log_cdf) {
  return SUB(LOG(ATAN2(MUL(y, INV(args[0])), C(1))), C(LOG_PI - LOG_2));
}
DENSITY(half_cauchy_log_ccdf) {
  return SUB(LOG(ATAN2(C(1), MUL(y, INV(args[0])))), C(LOG_PI - LOG_2));
}
DENSITY(half_student_t_density) {
  ir_id z = MUL(y, INV(args[1]));
  return ADD(student_t_at(g, z, args[0], args[1]), C(LOG_2));
}
DENSITY(half_student_t_log_ccdf) {
  return ADD(log_t_cdf(g, NEG(MUL(y, INV(args[1]))), args[0]), C(LOG_2));
}
DENSITY(half_student_t_log_cdf) { return LOG1M_EXP(half_student_t_log_ccdf(g, y, args)); }

ir_id ir_lognormal_at_log(ir_graph *g, ir_id log_y, const ir_id *args) {
  return SUB(normal_density(g, log_y, args), log_y);
}
DENSITY(lognormal_density) { return ir_lognormal_at_log(g, LOG(y), args); }
DENSITY(lognormal_log_cdf) { return normal_log_cdf(g, LOG(y), args); }
DENSITY(lognormal_log_ccdf) { return normal_log_ccdf(g, LOG(y), args); }

DENSITY(exponential_density) { return SUB(LOG(args[0]), MUL(args[0], y)); }
DENSITY(exponential_log_ccdf) { return NEG(MUL(args[0], y)); }
DENSITY(exponential_log_cdf) { return LOG1M_EXP(exponential_log_ccdf(g, y, args)); }

/* Of whole shapes (Abramowitz & Stegun 6.5.13, 6.5.29): exp(-x) sum_{k < n} x^k / k!, */
static ir_id log_gamma_q(ir_graph *g, ir_id shape, ir_id x) {
  int n = closed_form(g, shape, x);
  if (!n) return ir_binary(g, IR_LOG_GAMMA_Q, shape, x);
  ir_id within = MIN(x, C(1e30)), sum = C(1); /* its power stays finite */
  for (int k = n - 1; k > 0; k--) sum = ADD(C(1), MUL(SCALE(1.0 / k, within), sum));
  return SUB(LOG(sum), x);
}
/* and where the other is near 1, exp(-x) x^n / n! (1 + x/(n+1) (1 + x/(n+2) (...))). */
static ir_id log_gamma_p(ir_graph *g, ir_id shape, ir_id x) {
  int n = closed_form(g, shape, x), terms = 13 + 3 * n / 2;
  if (!n) return ir_binary(g, IR_LOG_GAMMA_P, shape, x);
  double half = 0.5 * n, factorial = 1;
  ir_id near = MIN(x, C(half)), sum = C(1);
  for (int k = terms; k > 0; k--) sum = ADD(C(1), MUL(SCALE(1.0 / (n + k), near), sum));
  for (int k = 2; k <= n; k++) factorial *= k;
  ir_id series = ADD(SUB(SCALE(n, LOG(near)), near), LOG(SCALE(1 / factorial, sum)));
  return IF(LT(x, C(half)), series, LOG1M_EXP(log_gamma_q(g, shape, MAX(x, C(half)))));
}
DENSITY(gamma_density) {
  ir_id constant = SUB(MUL(args[0], LOG(args[1])), LGAMMA(args[0]));
  return ADD(SUB(MUL(SUB(args[0], C(1)), LOG(y)), MUL(args[1], y)), constant);
}
DENSITY(gamma_log_cdf) { return log_gamma_p(g, args[0], MUL(args[1], y)); }
DENSITY(gamma_log_ccdf) { return log_gamma_q(g, args[0], MUL(args[1], y)); }
DENSITY(inv_gamma_density) {
  ir_id constant = SUB(MUL(args[0], LOG(args[1])), LGAMMA(args[0]));
  return SUB(constant, ADD(MUL(ADD(args[0], C(1)), LOG(y)), MUL(args[1], INV(y))));
}
DENSITY(inv_gamma_log_cdf) { return log_gamma_q(g, args[0], MUL(args[1], INV(y))); }
DENSITY(inv_gamma_log_ccdf) { return log_gamma_p(g, args[0], MUL(args[1], INV(y))); }
DENSITY(chi_square_density) {
  ir_id half = SCALE(0.5, args[0]);
  ir_id constant = NEG(ADD(SCALE(LOG_2, half), LGAMMA(half)));
  return ADD(SUB(MUL(SUB(half, C(1)), LOG(y)), SCALE(0.5, y)), constant);
}
DENSITY(chi_square_log_cdf) { return log_gamma_p(g, SCALE(0.5, args[0]), SCALE(0.5, y)); }
DENSITY(chi_square_log_ccdf) { return log_gamma_q(g, SCALE(0.5, args[0]), SCALE(0.5, y)); }
DENSITY(inv_chi_square_density) {
  ir_id half = SCALE(0.5, args[0]);
  ir_id constant = NEG(ADD(SCALE(LOG_2, half), LGAMMA(half)));
  return SUB(constant, ADD(MUL(ADD(half, C(1)), LOG(y)), SCALE(0.5, INV(y))));
}
DENSITY(inv_chi_square_log_cdf) {
  return log_gamma_q(g, SCALE(0.5, args[0]), SCALE(0.5, INV(y)));
}
DENSITY(inv_chi_square_log_ccdf) {
  return log_gamma_p(g, SCALE(0.5, args[0]), SCALE(0.5, INV(y)));
}
DENSITY(scaled_inv_chi_square_density) {
  ir_id half = SCALE(0.5, args[0]);
  ir_id constant = ADD(SUB(MUL(half, LOG(half)), LGAMMA(half)), MUL(args[0], LOG(args[1])));
  ir_id rate = MUL(half, SQUARE(args[1]));
  return SUB(constant, ADD(MUL(ADD(half, C(1)), LOG(y)), MUL(rate, INV(y))));
}
static ir_id scaled_point(ir_graph *g, ir_id y, const ir_id *args) {
  return MUL(MUL(SCALE(0.5, args[0]), SQUARE(args[1])), INV(y));
}
DENSITY(scaled_inv_chi_square_log_cdf) {
  return log_gamma_q(g, SCALE(0.5, args[0]), scaled_point(g, y, args));
}
DENSITY(scaled_inv_chi_square_log_ccdf) {
  return log_gamma_p(g, SCALE(0.5, args[0]), scaled_point(g, y, args));
}
DENSITY(weibull_density) {
  ir_id t = SUB(LOG(y), LOG(args[1]));
  ir_id constant = SUB(LOG(args[0]), LOG(args[1]));
  return ADD(SUB(MUL(SUB(args[0], C(1)), t), EXP(MUL(args[0], t))), constant);
}
DENSITY(weibull_log_ccdf) { return NEG(EXP(MUL(args[0], SUB(LOG(y), LOG(args[1]))))); }
DENSITY(weibull_log_cdf) {
  return log1m_exp_exp(g, MUL(args[0], SUB(LOG(y), LOG(args[1]))));
}
DENSITY(frechet_density) {
  ir_id t = SUB(LOG(y), LOG(args[1]));
  ir_id constant = SUB(LOG(args[0]), LOG(args[1]));
  return SUB(constant, ADD(MUL(ADD(args[0], C(1)), t), EXP(NEG(MUL(args[0], t)))));
}
DENSITY(frechet_log_cdf) { return NEG(EXP(NEG(MUL(args[0], SUB(LOG(y), LOG(args[1])))))); }
DENSITY(frechet_log_ccdf) {
  return log1m_exp_exp(g, NEG(MUL(args[0], SUB(LOG(y), LOG(args[1])))));
}
DENSITY(rayleigh_density) {
  ir_id z = MUL(y, INV(args[0]));
  return SUB(SUB(LOG(y), SCALE(0.5, SQUARE(z))), SCALE(2, LOG(args[0])));
}
DENSITY(rayleigh_log_ccdf) { return SCALE(-0.5, SQUARE(MUL(y, INV(args[0])))); }
DENSITY(rayleigh_log_cdf) { return LOG1M_EXP(rayleigh_log_ccdf(g, y, args)); }
DENSITY(pareto_density) {
  ir_id constant = ADD(LOG(args[1]), MUL(args[1], LOG(args[0])));
  ir_id inside = SUB(constant, MUL(ADD(args[1], C(1)), LOG(y)));
  return IF(GE(y, args[0]), inside, C(-INFINITY));
}
DENSITY(pareto_log_ccdf) {
  return MIN(C(0), MUL(args[1], SUB(LOG(args[0]), LOG(y))));
}
DENSITY(pareto_log_cdf) { return LOG1M_EXP(pareto_log_ccdf(g, y, args)); }

/* Bounded */

static ir_id beta_at(ir_graph *g, ir_id y, ir_id a, ir_id b) {
  return SUB(ADD(MUL(SUB(a, C(1)), LOG(y)), MUL(SUB(b, C(1)), LOG1P(NEG(y)))),
             ir_lbeta(g, a, b));
}
DENSITY(beta_density) { return beta_at(g, y, args[0], args[1]); }
DENSITY(beta_proportion_density) {
  return beta_at(g, y, MUL(args[0], args[1]), MUL(SUB(C(1), args[0]), args[1]));
}
DENSITY(beta_log_cdf) { return ir_log_beta_i(g, y, args[0], args[1]); }
DENSITY(beta_log_ccdf) { return ir_log_beta_i(g, SUB(C(1), y), args[1], args[0]); }
DENSITY(beta_proportion_log_cdf) {
  const ir_id shapes[2] = {MUL(args[0], args[1]), MUL(SUB(C(1), args[0]), args[1])};
  return beta_log_cdf(g, y, shapes);
}
DENSITY(beta_proportion_log_ccdf) {
  const ir_id shapes[2] = {MUL(args[0], args[1]), MUL(SUB(C(1), args[0]), args[1])};
  return beta_log_ccdf(g, y, shapes);
}
DENSITY(uniform_density) {
  ir_id inside = AND(GE(y, args[0]), LE(y, args[1]));
  return IF(inside, NEG(LOG(SUB(args[1], args[0]))), C(-INFINITY));
}
DENSITY(uniform_log_cdf) { return SUB(LOG(SUB(y, args[0])), LOG(SUB(args[1], args[0]))); }
DENSITY(uniform_log_ccdf) { return SUB(LOG(SUB(args[1], y)), LOG(SUB(args[1], args[0]))); }

/* Discrete */

DENSITY(bernoulli_density) { return LOG(IF(y, args[0], SUB(C(1), args[0]))); }
DENSITY(bernoulli_logit_density) { return SUB(MUL(y, args[0]), LOG1P_EXP(args[0])); }
DENSITY(binomial_density) {
  ir_id failures = SUB(args[0], y);
  return ADD(ADD(times_log(g, y, LOG(args[1])), times_log(g, failures, LOG1P(NEG(args[1])))),
             ir_lchoose(g, args[0], y));
}
DENSITY(binomial_logit_density) {
  return ADD(SUB(MUL(y, args[1]), MUL(args[0], LOG1P_EXP(args[1]))), ir_lchoose(g, args[0], y));
}
DENSITY(beta_binomial_density) {
  ir_id a = ADD(y, args[1]), b = ADD(SUB(args[0], y), args[2]);
  return ADD(SUB(ir_lbeta(g, a, b), ir_lbeta(g, args[1], args[2])), ir_lchoose(g, args[0], y));
}
static ir_id log_factorial(ir_graph *g, ir_id y) { return LGAMMA(ADD(y, C(1))); }
DENSITY(poisson_density) {
  return SUB(SUB(times_log(g, y, LOG(args[0])), args[0]), log_factorial(g, y));
}
DENSITY(poisson_log_density) {
  return SUB(SUB(MUL(y, args[0]), EXP(args[0])), log_factorial(g, y));
}
/* log of Gamma(y + a) / (Gamma(a) y!) */
static ir_id log_rising(ir_graph *g, ir_id y, ir_id a) {
  return SUB(SUB(LGAMMA(ADD(y, a)), LGAMMA(a)), log_factorial(g, y));
}
DENSITY(neg_binomial_density) {
  ir_id shape = MUL(args[0], LOG1P(INV(args[1])));
  return SUB(log_rising(g, y, args[0]), ADD(shape, MUL(y, LOG1P(args[1]))));
}
DENSITY(neg_binomial_2_density) {
  ir_id mu = args[0], phi = args[1];
  ir_id ratio = SUB(LOG(mu), LOG(ADD(mu, phi)));
  return SUB(ADD(log_rising(g, y, phi), times_log(g, y, ratio)),
             MUL(phi, LOG1P(MUL(mu, INV(phi)))));
}
DENSITY(neg_binomial_2_log_density) {
  ir_id phi = args[1], shift = SUB(args[0], LOG(phi)), soft = LOG1P_EXP(shift);
  return SUB(ADD(log_rising(g, y, phi), MUL(y, SUB(shift, soft))), MUL(phi, soft));
}
DENSITY(geometric_density) { return ADD(LOG(args[0]), times_log(g, y, LOG1P(NEG(args[0])))); }

#define REAL IR_RANGE_REAL
#define POS IR_RANGE_POSITIVE
#define UNIT IR_RANGE_UNIT
#define COUNT IR_RANGE_COUNT
#define ENTRY(NAME, name_) [IR_DIST_##NAME] = {.name = #name_, .log_density = name_##_density,
#define CDFS(name_) .log_cdf = name_##_log_cdf, .log_ccdf = name_##_log_ccdf
#define NO_SHIFT .location = -1, .scale = -1
#define ONE(a, ra) .n_args = 1, .arg_names = {a}, .arg_ranges = {ra}
#define TWO(a, ra, b, rb) .n_args = 2, .arg_names = {a, b}, .arg_ranges = {ra, rb}
#define THREE(a, ra, b, rb, c, rc) \
  .n_args = 3, .arg_names = {a, b, c}, .arg_ranges = {ra, rb, rc}

/* clang-format off */
static const ir_distribution table[IR_DISTRIBUTION_COUNT] = {
  ENTRY(NORMAL, normal) TWO("mu", REAL, "sigma", POS), .range = REAL,
    .location = 0, .scale = 1, .symmetric = true, CDFS(normal)},
  ENTRY(STUDENT_T, student_t) THREE("nu", POS, "mu", REAL, "sigma", POS), .range = REAL,
    .location = 1, .scale = 2, .symmetric = true, CDFS(student_t)},
  ENTRY(CAUCHY, cauchy) TWO("mu", REAL, "sigma", POS), .range = REAL,
    .location = 0, .scale = 1, .symmetric = true, CDFS(cauchy)},
  ENTRY(LAPLACE, laplace) TWO("mu", REAL, "sigma", POS), .range = REAL,
    .location = 0, .scale = 1, .symmetric = true, CDFS(laplace)},
  ENTRY(LOGISTIC, logistic) TWO("mu", REAL, "sigma", POS), .range = REAL,
    .location = 0, .scale = 1, .symmetric = true, CDFS(logistic)},
  ENTRY(GUMBEL, gumbel) TWO("mu", REAL, "beta", POS), .range = REAL,
    .location = 0, .scale = 1, CDFS(gumbel)},
  ENTRY(SKEW_NORMAL, skew_normal) THREE("xi", REAL, "omega", POS, "alpha", REAL),
    .range = REAL, .location = 0, .scale = 1},
  ENTRY(EXP_MOD_NORMAL, exp_mod_normal) THREE("mu", REAL, "sigma", POS, "lambda", POS),
    .range = REAL, NO_SHIFT, CDFS(exp_mod_normal)},
  ENTRY(HALF_NORMAL, half_normal) ONE("sigma", POS), .range = IR_RANGE_NONNEGATIVE, NO_SHIFT, CDFS(half_normal)},
  ENTRY(HALF_CAUCHY, half_cauchy) ONE("sigma", POS), .range = IR_RANGE_NONNEGATIVE, NO_SHIFT, CDFS(half_cauchy)},
  ENTRY(HALF_STUDENT_T, half_student_t) TWO("nu", POS, "sigma", POS),
    .range = IR_RANGE_NONNEGATIVE, NO_SHIFT, CDFS(half_student_t)},
  ENTRY(LOGNORMAL, lognormal) TWO("mu", REAL, "sigma", POS), .range = POS,
    .location = 0, .scale = 1, CDFS(lognormal)},
  ENTRY(EXPONENTIAL, exponential) ONE("beta", POS), .range = IR_RANGE_NONNEGATIVE, NO_SHIFT,
    CDFS(exponential)},
  ENTRY(GAMMA, gamma) TWO("alpha", POS, "beta", POS), .range = POS, NO_SHIFT, CDFS(gamma)},
  ENTRY(INV_GAMMA, inv_gamma) TWO("alpha", POS, "beta", POS), .range = POS, NO_SHIFT, CDFS(inv_gamma)},
  ENTRY(CHI_SQUARE, chi_square) ONE("nu", POS), .range = POS, NO_SHIFT, CDFS(chi_square)},
  ENTRY(INV_CHI_SQUARE, inv_chi_square) ONE("nu", POS), .range = POS, NO_SHIFT, CDFS(inv_chi_square)},
  ENTRY(SCALED_INV_CHI_SQUARE, scaled_inv_chi_square) TWO("nu", POS, "s", POS),
    .range = POS, NO_SHIFT, CDFS(scaled_inv_chi_square)},
  ENTRY(WEIBULL, weibull) TWO("alpha", POS, "sigma", POS), .range = POS, NO_SHIFT,
    CDFS(weibull)},
  ENTRY(FRECHET, frechet) TWO("alpha", POS, "sigma", POS), .range = POS, NO_SHIFT,
    CDFS(frechet)},
  ENTRY(RAYLEIGH, rayleigh) ONE("sigma", POS), .range = POS, NO_SHIFT, CDFS(rayleigh)},
  ENTRY(PARETO, pareto) TWO("y_min", POS, "alpha", POS), .range = POS, NO_SHIFT, CDFS(pareto)},
  ENTRY(BETA, beta) TWO("alpha", POS, "beta", POS), .range = UNIT, NO_SHIFT, CDFS(beta)},
  ENTRY(BETA_PROPORTION, beta_proportion) TWO("mu", UNIT, "kappa", POS), .range = UNIT,
    NO_SHIFT, CDFS(beta_proportion)},
  ENTRY(UNIFORM, uniform) TWO("a", REAL, "b", REAL), .range = IR_RANGE_BETWEEN, NO_SHIFT,
    CDFS(uniform)},
  ENTRY(BERNOULLI, bernoulli) ONE("theta", UNIT), .range = IR_RANGE_BINARY,
    .discrete = true, NO_SHIFT},
  ENTRY(BERNOULLI_LOGIT, bernoulli_logit) ONE("alpha", REAL), .range = IR_RANGE_BINARY,
    .discrete = true, NO_SHIFT},
  ENTRY(BINOMIAL, binomial) TWO("n", COUNT, "theta", UNIT), .range = IR_RANGE_COUNT_TO,
    .discrete = true, NO_SHIFT},
  ENTRY(BINOMIAL_LOGIT, binomial_logit) TWO("n", COUNT, "alpha", REAL),
    .range = IR_RANGE_COUNT_TO, .discrete = true, NO_SHIFT},
  ENTRY(BETA_BINOMIAL, beta_binomial) THREE("n", COUNT, "alpha", POS, "beta", POS),
    .range = IR_RANGE_COUNT_TO, .discrete = true, NO_SHIFT},
  ENTRY(POISSON, poisson) ONE("lambda", IR_RANGE_NONNEGATIVE), .range = COUNT,
    .discrete = true, NO_SHIFT},
  ENTRY(POISSON_LOG, poisson_log) ONE("alpha", REAL), .range = COUNT, .discrete = true,
    NO_SHIFT},
  ENTRY(NEG_BINOMIAL, neg_binomial) TWO("alpha", POS, "beta", POS), .range = COUNT,
    .discrete = true, NO_SHIFT},
  ENTRY(NEG_BINOMIAL_2, neg_binomial_2) TWO("mu", POS, "phi", POS), .range = COUNT,
    .discrete = true, NO_SHIFT},
  ENTRY(NEG_BINOMIAL_2_LOG, neg_binomial_2_log) TWO("eta", REAL, "phi", POS),
    .range = COUNT, .discrete = true, NO_SHIFT},
  ENTRY(GEOMETRIC, geometric) ONE("theta", UNIT), .range = COUNT, .discrete = true,
    NO_SHIFT},
};
/* clang-format on */

ir_id ir_log_between(ir_graph *g, int number, ir_id lower, ir_id upper, const ir_id *args) {
  const ir_distribution *d = &table[number];
  if (upper == IR_NONE) return d->log_ccdf(g, lower, args);
  if (lower == IR_NONE) return d->log_cdf(g, upper, args);
  ir_id low = d->log_cdf(g, lower, args);
  ir_id by_cdf = log_difference(g, d->log_cdf(g, upper, args), low);
  ir_id by_ccdf = log_difference(g, d->log_ccdf(g, lower, args), d->log_ccdf(g, upper, args));
  return IF(GT(low, C(-LOG_2)), by_ccdf, by_cdf);
}

const ir_distribution *ir_distribution_at(int number) {
  return number >= 0 && number < IR_DISTRIBUTION_COUNT ? &table[number] : NULL;
}

int ir_distribution_find(const char *name) {
  for (int i = 0; i < IR_DISTRIBUTION_COUNT; i++)
    if (!strcmp(table[i].name, name)) return i;
  if (!strcmp(name, "double_exponential")) return IR_DIST_LAPLACE; /* Stan's name */
  return -1;
}

void ir_distribution_signature(int number, char *text, size_t size) {
  const ir_distribution *d = ir_distribution_at(number);
  size_t used = (size_t)snprintf(text, size, "%s(", d->name);
  for (int i = 0; i < d->n_args && used < size; i++)
    used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", d->arg_names[i]);
  if (used < size) snprintf(text + used, size - used, ")");
}

const char *ir_range_text(ir_range range) {
  static const char *const texts[] = {
      [IR_RANGE_REAL] = "a real number",
      [IR_RANGE_POSITIVE] = "positive",
      [IR_RANGE_NONNEGATIVE] = "zero or positive",
      [IR_RANGE_UNIT] = "between 0 and 1",
      [IR_RANGE_BINARY] = "0 or 1",
      [IR_RANGE_COUNT] = "a count (0, 1, 2, ...)",
      [IR_RANGE_COUNT_TO] = "a count from 0 to n",
      [IR_RANGE_BETWEEN] = "between the distribution's bounds",
  };
  return texts[range];
}
