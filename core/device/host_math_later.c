/* Functions that elementary.h is still to get: libm's for now. */
#include "device/host_math.h"

#include <math.h>

double ergm_atan(double x) { return atan(x); }
double ergm_atan2(double y, double x) { return atan2(y, x); }
double ergm_tanh(double x) { return tanh(x); }
double ergm_erf(double x) { return erf(x); }
double ergm_erfc(double x) { return erfc(x); }
double ergm_pow(double x, double y) { return pow(x, y); }
double ergm_phi(double x) { return 0.5 * erfc(-x * M_SQRT1_2); }
double ergm_lgamma(double x) {
  int sign;
  return lgamma_r(x, &sign);
}
double ergm_digamma(double x) {
  if (x <= 0) return x == floor(x) ? NAN : ergm_digamma(1 - x) - M_PI / tan(M_PI * x);
  double shift = 0;
  for (; x < 16; x += 1) shift += 1 / x;
  double s = 1 / (x * x);
  return log(x) - 0.5 / x -
         s * (1.0 / 12 - s * (1.0 / 120 - s * (1.0 / 252 - s * (1.0 / 240 - s * (1.0 / 132))))) -
         shift;
}
double ergm_trigamma(double x) {
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
