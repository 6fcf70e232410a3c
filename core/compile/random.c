#include "compile/random.h"

#include <math.h>

#include "compile/elementary.h"
#include "device/prologue_scalar.h"
#include "device/elementary.h"
#include "device/philox.h"
#include "ir/distribution.h"

/* ---- streams ------------------------------------------------------------- */

static void philox(const uint32_t key[2], const uint32_t counter[4], uint32_t out[4]) {
  erg_cipher_block b = erg_philox(key[0], key[1], counter[0], counter[1], counter[2], counter[3]);
  out[0] = (uint32_t)b.a;
  out[1] = (uint32_t)b.b;
  out[2] = (uint32_t)b.c;
  out[3] = (uint32_t)b.d;
}

random_stream random_open(const random_key *key, int32_t node, int64_t element) {
  uint32_t seed[2] = {(uint32_t)key->seed, (uint32_t)(key->seed >> 32)};
  uint32_t at[4] = {(uint32_t)element, (uint32_t)node | key->purpose << 24, key->draw,
                    key->chain};
  uint32_t own[4];
  philox(seed, at, own);
  return (random_stream){.key = {own[0], own[1]}, .counter = {0, 0, own[2], own[3]}};
}

uint32_t random_bits(random_stream *s) {
  if (!s->left) {
    philox(s->key, s->counter, s->words);
    if (++s->counter[0] == 0) s->counter[1]++;
    s->left = 4;
  }
  return s->words[4 - s->left--];
}

double random_unit(random_stream *s) {
  uint64_t high = random_bits(s), low = random_bits(s);
  uint64_t bits = (high << 32 | low) >> 12; /* 52 bits, centred in their cells */
  return ((double)bits + 0.5) * 0x1p-52;
}

/* ---- continuous ---------------------------------------------------------- */

/* Polar method: Marsaglia & Bray 1964. The second of the pair is left. */
double random_normal(random_stream *s) {
  for (;;) {
    double x = 2 * random_unit(s) - 1, y = 2 * random_unit(s) - 1;
    double r = x * x + y * y;
    if (r > 0 && r < 1) return x * sqrt(-2 * ergm_log(r) / r);
  }
}

double random_exponential(random_stream *s) { return -ergm_log(random_unit(s)); }

/* Marsaglia & Tsang 2000, for a shape of 1 and more. */
static double gamma_large(random_stream *s, double shape) {
  double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
  for (;;) {
    double x = random_normal(s), v = 1 + c * x;
    if (v <= 0) continue;
    v = v * v * v;
    double u = random_unit(s);
    if (ergm_log(u) < 0.5 * x * x + d - d * v + d * ergm_log(v)) return d * v;
  }
}

/* Below 1: a draw of shape + 1 times u^(1/shape). */
double random_log_gamma(random_stream *s, double shape) {
  if (shape >= 1) return ergm_log(gamma_large(s, shape));
  double large = ergm_log(gamma_large(s, shape + 1));
  return large - random_exponential(s) / shape;
}

double random_gamma(random_stream *s, double shape) {
  return shape >= 1 ? gamma_large(s, shape) : ergm_exp(random_log_gamma(s, shape));
}

double random_beta(random_stream *s, double a, double b) {
  double x = random_log_gamma(s, a), y = random_log_gamma(s, b);
  return ergm_inv_logit(x - y);
}

static double student_t(random_stream *s, double nu) {
  double z = random_normal(s);
  return z * sqrt(0.5 * nu / random_gamma(s, 0.5 * nu));
}

static double cauchy(random_stream *s) {
  for (;;) { /* ratio of the coordinates of a point in the disc */
    double x = 2 * random_unit(s) - 1, y = 2 * random_unit(s) - 1;
    if (x != 0 && x * x + y * y < 1) return y / x;
  }
}

/* ---- discrete ------------------------------------------------------------ */

static double log_factorial(double k) { return ergm_lgamma(k + 1); }

/* For large means by the deviance, whose terms don't cancel: Loader 2000. */
static double log_poisson(double k, double mean, double log_mean) {
  if (mean < 1000 || k < 100) return k * log_mean - mean - log_factorial(k);
  double x = (mean - k) / k, deviance = k * (x - ergm_log1p(x));
  return -deviance - 0.5 * ergm_log(2 * M_PI * k) - (1 - 1 / (30 * k * k)) / (12 * k);
}

/* Inversion below a mean of 10, else PTRS: Hormann 1993, "The transformed rejection
 * method for generating Poisson random variables". */
double random_poisson(random_stream *s, double mean) {
  if (!(mean > 0)) return mean == 0 ? 0 : NAN;
  if (mean < 10) {
    double u = random_unit(s), p = ergm_exp(-mean), k = 0;
    while (u > p && k < 1000) {
      u -= p;
      p *= mean / ++k;
    }
    return k;
  }
  if (mean > 0x1p62) return NAN;
  double log_mean = ergm_log(mean), b = 0.931 + 2.53 * sqrt(mean);
  double a = -0.059 + 0.02483 * b, inverse = 1.1239 + 1.1328 / (b - 3.4);
  double v_r = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    double u = random_unit(s) - 0.5, v = random_unit(s), us = 0.5 - fabs(u);
    double k = floor((2 * a / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= v_r) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (ergm_log(v * inverse / (a / (us * us) + b)) <= log_poisson(k, mean, log_mean)) return k;
  }
}

/* Inversion below n p = 10, else BTRS: Hormann 1993, "The generation of binomial random
 * variates". */
double random_binomial(random_stream *s, double n, double p) {
  if (!(n >= 0 && p >= 0 && p <= 1) || n != floor(n)) return NAN;
  if (p > 0.5) return n - random_binomial(s, n, 1 - p);
  if (n == 0 || p == 0) return 0;
  double q = 1 - p, odds = p / q;
  if (n * p < 10) {
    for (;;) {
      double u = random_unit(s), mass = ergm_exp(n * ergm_log1p(-p)), k = 0;
      while (u > mass && k < n && k < 1000) {
        u -= mass;
        k++;
        mass *= odds * (n - k + 1) / k;
      }
      if (k <= n) return k;
    }
  }
  double spread = sqrt(n * p * q), b = 1.15 + 2.53 * spread;
  double a = -0.0873 + 0.0248 * b + 0.01 * p, c = n * p + 0.5, v_r = 0.92 - 4.2 / b;
  double alpha = (2.83 + 5.1 / b) * spread, mode = floor((n + 1) * p);
  double log_odds = ergm_log(odds), top = log_factorial(mode) + log_factorial(n - mode);
  for (;;) {
    double u = random_unit(s) - 0.5, v = random_unit(s), us = 0.5 - fabs(u);
    double k = floor((2 * a / us + b) * u + c);
    if (k < 0 || k > n) continue;
    if (us >= 0.07 && v <= v_r) return k;
    v = ergm_log(v * alpha / (a / (us * us) + b));
    if (v <= top - log_factorial(k) - log_factorial(n - k) + (k - mode) * log_odds) return k;
  }
}

/* Poisson with a mean drawn from gamma(shape, mean / shape). */
static double poisson_gamma(random_stream *s, double shape, double scale) {
  return random_poisson(s, random_gamma(s, shape) * scale);
}

/* ---- the table ----------------------------------------------------------- */

static bool in_range(const ir_distribution *d, const double *args) {
  for (int k = 0; k < d->n_args; k++) {
    double a = args[k];
    bool good = a == a;
    switch (d->arg_ranges[k]) {
      case IR_RANGE_REAL:
        good = good && fabs(a) < INFINITY;
        break;
      case IR_RANGE_POSITIVE:
        good = good && a > 0 && a < INFINITY;
        break;
      case IR_RANGE_NONNEGATIVE:
        good = good && a >= 0 && a < INFINITY;
        break;
      case IR_RANGE_UNIT:
        good = good && a >= 0 && a <= 1;
        break;
      case IR_RANGE_COUNT:
        good = good && a >= 0 && a == floor(a) && a < INFINITY;
        break;
      default:
        break;
    }
    if (!good) return false;
  }
  return true;
}

double random_draw(random_stream *s, int number, const double *args) {
  const ir_distribution *d = ir_distribution_at(number);
  if (!d || !in_range(d, args)) return NAN;
  double a = args[0], b = args[1], c = args[2];
  switch ((ir_distribution_number)number) {
    case IR_DIST_NORMAL:
      return a + b * random_normal(s);
    case IR_DIST_STUDENT_T:
      return b + c * student_t(s, a);
    case IR_DIST_CAUCHY:
      return a + b * cauchy(s);
    case IR_DIST_LAPLACE: {
      double e = random_exponential(s);
      return a + b * (random_bits(s) & 1 ? e : -e);
    }
    case IR_DIST_LOGISTIC: {
      double u = random_unit(s);
      return a + b * (ergm_log(u) - ergm_log1p(-u));
    }
    case IR_DIST_GUMBEL:
      return a - b * ergm_log(random_exponential(s));
    case IR_DIST_SKEW_NORMAL: { /* Azzalini 1985 */
      double x = random_normal(s), y = random_normal(s), norm = sqrt(1 + c * c);
      return a + b * (c / norm * fabs(x) + y / norm);
    }
    case IR_DIST_EXP_MOD_NORMAL:
      return a + b * random_normal(s) + random_exponential(s) / c;
    case IR_DIST_HALF_NORMAL:
      return fabs(a * random_normal(s));
    case IR_DIST_HALF_CAUCHY:
      return fabs(a * cauchy(s));
    case IR_DIST_HALF_STUDENT_T:
      return fabs(b * student_t(s, a));
    case IR_DIST_LOGNORMAL:
      return ergm_exp(a + b * random_normal(s));
    case IR_DIST_EXPONENTIAL:
      return random_exponential(s) / a;
    case IR_DIST_GAMMA:
      return random_gamma(s, a) / b;
    case IR_DIST_INV_GAMMA:
      return b / random_gamma(s, a);
    case IR_DIST_CHI_SQUARE:
      return 2 * random_gamma(s, 0.5 * a);
    case IR_DIST_INV_CHI_SQUARE:
      return 0.5 / random_gamma(s, 0.5 * a);
    case IR_DIST_SCALED_INV_CHI_SQUARE:
      return 0.5 * a * b * b / random_gamma(s, 0.5 * a);
    case IR_DIST_WEIBULL:
      return b * ergm_pow(random_exponential(s), 1 / a);
    case IR_DIST_FRECHET:
      return b * ergm_pow(random_exponential(s), -1 / a);
    case IR_DIST_RAYLEIGH:
      return a * sqrt(2 * random_exponential(s));
    case IR_DIST_PARETO:
      return a * ergm_exp(random_exponential(s) / b);
    case IR_DIST_BETA:
      return random_beta(s, a, b);
    case IR_DIST_BETA_PROPORTION:
      return a == 0 || a == 1 ? a : random_beta(s, a * b, (1 - a) * b);
    case IR_DIST_UNIFORM:
      return a <= b ? a + (b - a) * random_unit(s) : NAN;
    case IR_DIST_BERNOULLI:
      return random_unit(s) < a;
    case IR_DIST_BERNOULLI_LOGIT:
      return random_unit(s) < ergm_inv_logit(a);
    case IR_DIST_BINOMIAL:
      return random_binomial(s, a, b);
    case IR_DIST_BINOMIAL_LOGIT:
      return random_binomial(s, a, ergm_inv_logit(b));
    case IR_DIST_BETA_BINOMIAL:
      return random_binomial(s, a, random_beta(s, b, c));
    case IR_DIST_POISSON:
      return random_poisson(s, a);
    case IR_DIST_POISSON_LOG:
      return random_poisson(s, ergm_exp(a));
    case IR_DIST_NEG_BINOMIAL:
      return poisson_gamma(s, a, 1 / b);
    case IR_DIST_NEG_BINOMIAL_2:
      return poisson_gamma(s, b, a / b);
    case IR_DIST_NEG_BINOMIAL_2_LOG:
      return poisson_gamma(s, b, ergm_exp(a) / b);
    case IR_DIST_GEOMETRIC:
      if (a == 0) return NAN;
      return a == 1 ? 0 : floor(-random_exponential(s) / ergm_log1p(-a));
    default:
      return NAN;
  }
}
