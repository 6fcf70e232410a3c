/* Elementary functions in double for the host: our own (device/host_math.h). Internal. */
#ifndef ERGODE_COMPILE_ELEMENTARY_H
#define ERGODE_COMPILE_ELEMENTARY_H

#include <math.h>

#if __has_include("device/host_math.h")
#include "device/host_math.h"
#else /* until it is there: libm */
static inline double ergm_exp(double x) { return exp(x); }
static inline double ergm_expm1(double x) { return expm1(x); }
static inline double ergm_log(double x) { return log(x); }
static inline double ergm_log1p(double x) { return log1p(x); }
static inline double ergm_sin(double x) { return sin(x); }
static inline double ergm_cos(double x) { return cos(x); }
static inline double ergm_tan(double x) { return tan(x); }
static inline double ergm_atan(double x) { return atan(x); }
static inline double ergm_atan2(double y, double x) { return atan2(y, x); }
static inline double ergm_tanh(double x) { return tanh(x); }
static inline double ergm_erf(double x) { return erf(x); }
static inline double ergm_erfc(double x) { return erfc(x); }
static inline double ergm_pow(double x, double y) { return pow(x, y); }
static inline double ergm_phi(double x) { return 0.5 * erfc(-x * M_SQRT1_2); }
static inline double ergm_lgamma(double x) {
  int sign;
  return lgamma_r(x, &sign);
}
static inline double ergm_inv_logit(double x) { return 1.0 / (1.0 + exp(-x)); }
static inline double ergm_log1p_exp(double x) {
  return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}
static inline double ergm_log1m_exp(double x) {
  return x > -M_LN2 ? log(-expm1(x)) : log1p(-exp(x));
}
static inline double ergm_digamma(double x) {
  if (x <= 0) return x == floor(x) ? NAN : ergm_digamma(1 - x) - M_PI / tan(M_PI * x);
  double shift = 0;
  for (; x < 16; x += 1) shift += 1 / x;
  double s = 1 / (x * x);
  return log(x) - 0.5 / x -
         s * (1.0 / 12 - s * (1.0 / 120 - s * (1.0 / 252 - s * (1.0 / 240 - s * (1.0 / 132))))) -
         shift;
}
static inline double ergm_trigamma(double x) {
  if (x <= 0) {
    double s = sin(M_PI * x);
    return M_PI * M_PI / (s * s) - ergm_trigamma(1 - x);
  }
  double shift = 0;
  for (; x < 16; x += 1) shift += 1 / (x * x);
  double s = 1 / (x * x);
  return 1 / x + 0.5 * s +
         s / x * (1.0 / 6 - s * (1.0 / 30 - s * (1.0 / 42 - s * (1.0 / 30 - s * (5.0 / 66))))) +
         shift;
}
#endif

/* Second derivative of digamma: only the gradient of trigamma needs it. Abramowitz &
 * Stegun 6.4.6, 6.4.7, 6.4.12. */
static inline double elementary_tetragamma(double x) {
  if (x <= 0) {
    double angle = M_PI * (x - floor(x)), s = ergm_sin(angle);
    return elementary_tetragamma(1 - x) - 2 * M_PI * M_PI * M_PI * ergm_cos(angle) / (s * s * s);
  }
  double shift = 0;
  for (; x < 12; x += 1) shift += 2 / (x * x * x);
  double s = 1 / (x * x);
  double sum = s * (0.5 - s * (1.0 / 6 - s * (1.0 / 6 - s * (0.3 - s * (5.0 / 6)))));
  return -s - s / x - sum * s - shift;
}

#endif
