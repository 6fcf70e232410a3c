/* The oracle: the interpreter in long double. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compile/interpret_plan.h"

#define TWO_OVER_SQRT_PI 1.12837916709551257389615890312154517L
#define ONE_OVER_SQRT_2PI 0.39894228040143267793994605993438187L
#define PI_L 3.14159265358979323846264338327950288L
#define SQRT_HALF 0.70710678118654752440084436210484904L

static long double long_lgamma(long double x) {
  int sign;
  return lgammal_r(x, &sign);
}

static long double long_phi(long double x) { return 0.5L * erfcl(-x * SQRT_HALF); }

static long double long_inv_logit(long double x) {
  if (x >= 0) return 1 / (1 + expl(-x));
  long double e = expl(x);
  return e / (1 + e);
}

static long double long_log1p_exp(long double x) {
  return x > 0 ? x + log1pl(expl(-x)) : log1pl(expl(x));
}

/* Maechler 2012: either form is accurate on its side of -log 2. */
static long double long_log1m_exp(long double x) {
  return x > -0.69314718055994530941723212145817657L ? logl(-expm1l(x)) : log1pl(-expl(x));
}

/* B_2k, k = 1..14: Abramowitz & Stegun 23.2. */
static const long double bernoulli[] = {
    1.0L / 6,       -1.0L / 30,           1.0L / 42,       -1.0L / 30,
    5.0L / 66,      -691.0L / 2730,       7.0L / 6,        -3617.0L / 510,
    43867.0L / 798, -174611.0L / 330,     854513.0L / 138, -236364091.0L / 2730,
    8553103.0L / 6, -23749461029.0L / 870};
enum { N_BERNOULLI = 14 };
/* From here on the asymptotic series with these terms is exact to a long double. */
#define FAR 24

/* Abramowitz & Stegun 6.3.5, 6.3.7, 6.3.18; reflected below 0. */
static long double long_digamma(long double x) {
  if (x <= 0 && x == floorl(x)) return (long double)NAN;
  if (x < 0) return long_digamma(1 - x) - PI_L / tanl(PI_L * (x - floorl(x)));
  long double shift = 0;
  for (; x < FAR; x += 1) shift += 1 / x;
  long double square = 1 / (x * x), sum = 0;
  for (int k = N_BERNOULLI - 1; k >= 0; k--) sum = square * (sum + bernoulli[k] / (2 * k + 2));
  return logl(x) - 0.5L / x - sum - shift;
}

/* 6.4.6, 6.4.7, 6.4.12 with n = 1. */
static long double long_trigamma(long double x) {
  if (x <= 0 && x == floorl(x)) return (long double)INFINITY;
  if (x < 0) {
    long double s = sinl(PI_L * (x - floorl(x)));
    return PI_L * PI_L / (s * s) - long_trigamma(1 - x);
  }
  long double shift = 0;
  for (; x < FAR; x += 1) shift += 1 / (x * x);
  long double square = 1 / (x * x), sum = 0;
  for (int k = N_BERNOULLI - 1; k >= 0; k--) sum = square * (sum + bernoulli[k]);
  return 1 / x + 0.5L * square + sum / x + shift;
}

/* The same with n = 2. */
static long double long_tetragamma(long double x) {
  if (x <= 0 && x == floorl(x)) return (long double)NAN;
  if (x < 0) {
    long double angle = PI_L * (x - floorl(x)), s = sinl(angle);
    return long_tetragamma(1 - x) - 2 * PI_L * PI_L * PI_L * cosl(angle) / (s * s * s);
  }
  long double shift = 0;
  for (; x < FAR; x += 1) shift += 2 / (x * x * x);
  long double square = 1 / (x * x), sum = 0;
  for (int k = N_BERNOULLI - 1; k >= 0; k--) sum = square * (sum + (2 * k + 3) * bernoulli[k]);
  return -square - square / x - sum * square - shift;
}

#define T long double
#define TYPE interpl
#define I(name) interpl_##name
#define M(name) LONG_##name
#define LONG_fabs fabsl
#define LONG_sqrt sqrtl
#define LONG_rsqrt(x) (1 / sqrtl(x))
#define LONG_exp expl
#define LONG_expm1 expm1l
#define LONG_log logl
#define LONG_log1p log1pl
#define LONG_sin sinl
#define LONG_cos cosl
#define LONG_tan tanl
#define LONG_atan atanl
#define LONG_tanh tanhl
#define LONG_erf erfl
#define LONG_erfc erfcl
#define LONG_floor floorl
#define LONG_ceil ceill
#define LONG_round roundl
#define LONG_trunc truncl
#define LONG_pow powl
#define LONG_atan2 atan2l
#define LONG_fmod fmodl
#define LONG_phi long_phi
#define LONG_lgamma long_lgamma
#define LONG_digamma long_digamma
#define LONG_trigamma long_trigamma
#define LONG_tetragamma long_tetragamma
#define LONG_inv_logit long_inv_logit
#define LONG_log1p_exp long_log1p_exp
#define LONG_log1m_exp long_log1m_exp
#include "compile/interpret_body.inc"
