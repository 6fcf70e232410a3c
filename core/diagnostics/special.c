/* Quantiles of the normal and the beta distribution. */
#include <math.h>

#include "diagnostics/work.h"

static double polynomial(double x, const double *c, int n) {
  double sum = c[n - 1];
  for (int i = n - 2; i >= 0; i--) sum = sum * x + c[i];
  return sum;
}

/* Wichura (1988), algorithm AS 241, PPND16: rational approximations in three regions. */
double diag_normal_quantile(double p) {
  static const double a[8] = {3.3871328727963666080e0, 1.3314166789178437745e2,
                              1.9715909503065514427e3, 1.3731693765509461125e4,
                              4.5921953931549871457e4, 6.7265770927008700853e4,
                              3.3430575583588128105e4, 2.5090809287301226727e3};
  static const double b[8] = {1.0,
                              4.2313330701600911252e1,
                              6.8718700749205790830e2,
                              5.3941960214247511077e3,
                              2.1213794301586595867e4,
                              3.9307895800092710610e4,
                              2.8729085735721942674e4,
                              5.2264952788528545610e3};
  static const double c[8] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                              5.76949722146069140550e0,  3.64784832476320460504e0,
                              1.27045825245236838258e0,  2.41780725177450611770e-1,
                              2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static const double d[8] = {1.0,
                              2.05319162663775882187e0,
                              1.67638483018380384940e0,
                              6.89767334985100004550e-1,
                              1.48103976427480074590e-1,
                              1.51986665636164571966e-2,
                              5.47593808499534494600e-4,
                              1.05075007164441684324e-9};
  static const double e[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                              1.78482653991729133580e0,  2.96560571828504891230e-1,
                              2.65321895265761230930e-2, 1.24266094738807843860e-3,
                              2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static const double f[8] = {1.0,
                              5.99832206555887937690e-1,
                              1.36929880922735805310e-1,
                              1.48753612908506148525e-2,
                              7.86869131145613259100e-4,
                              1.84631831751005468180e-5,
                              1.42151175831644588870e-7,
                              2.04426310338993978564e-15};
  if (!(p > 0 && p < 1)) return p == 0 ? -INFINITY : p == 1 ? INFINITY : NAN;
  double q = p - 0.5;
  if (fabs(q) <= 0.425) {
    double r = 0.180625 - q * q;
    return q * polynomial(r, a, 8) / polynomial(r, b, 8);
  }
  double r = sqrt(-log(q < 0 ? p : 1 - p)), z;
  if (r <= 5) {
    r -= 1.6;
    z = polynomial(r, c, 8) / polynomial(r, d, 8);
  } else {
    r -= 5;
    z = polynomial(r, e, 8) / polynomial(r, f, 8);
  }
  return q < 0 ? -z : z;
}

/* Regularised incomplete beta function by its continued fraction (DLMF 8.17.22) with
 * Lentz's method; x below the mean, where it converges in O(sqrt(a + b)) terms. */
static double beta_fraction(double x, double a, double b) {
  const double tiny = 1e-300;
  double f = 1, c = 1, d = 1 - (a + b) * x / (a + 1);
  if (fabs(d) < tiny) d = tiny;
  d = 1 / d;
  f = d;
  for (int m = 1; m < 100000; m++) {
    double k = m;
    double even = k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k));
    d = 1 + even * d, c = 1 + even / c;
    if (fabs(d) < tiny) d = tiny;
    if (fabs(c) < tiny) c = tiny;
    d = 1 / d;
    f *= d * c;
    double odd = -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1));
    d = 1 + odd * d, c = 1 + odd / c;
    if (fabs(d) < tiny) d = tiny;
    if (fabs(c) < tiny) c = tiny;
    d = 1 / d;
    double step = d * c;
    f *= step;
    if (fabs(step - 1) < 1e-16) break;
  }
  return f;
}

/* ln x^a (1-x)^b / B(a, b). */
static double beta_log_front(double x, double a, double b) {
  int sign;
  return a * log(x) + b * log1p(-x) + lgamma_r(a + b, &sign) - lgamma_r(a, &sign) -
         lgamma_r(b, &sign);
}

static double beta_cdf(double x, double a, double b) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  double front = exp(beta_log_front(x, a, b));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(x, a, b) / a;
  return 1 - front * beta_fraction(1 - x, b, a) / b;
}

/* Newton's method inside a bracket that bisection keeps shrinking. */
double diag_beta_quantile(double p, double a, double b) {
  if (!(a > 0 && b > 0 && p >= 0 && p <= 1) || !isfinite(a) || !isfinite(b)) return NAN;
  if (p == 0 || p == 1) return p;
  double low = 0, high = 1, mean = a / (a + b);
  double sd = sqrt(a * b / ((a + b) * (a + b) * (a + b + 1)));
  double x = mean + sd * diag_normal_quantile(p);
  if (!(x > 0 && x < 1)) x = mean;
  for (int i = 0; i < 200; i++) {
    double error = beta_cdf(x, a, b) - p;
    if (error == 0) break;
    if (error > 0) {
      high = x;
    } else {
      low = x;
    }
    double density = exp(beta_log_front(x, a, b)) / (x * (1 - x));
    double next = x - error / density;
    if (!(next > low && next < high)) next = low + (high - low) / 2;
    if (fabs(next - x) <= 1e-15 * x) {
      x = next;
      break;
    }
    x = next;
  }
  return x;
}
