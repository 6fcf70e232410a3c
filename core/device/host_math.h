/* The elementary functions of elementary.h for the host's doubles: the very bits that
 * the devices compute. Errors and special values as documented in docs/dialect.md.
 * Thread safe. */
#ifndef ERGODE_HOST_MATH_H
#define ERGODE_HOST_MATH_H

/* X-macro: X1(name, function of one argument in elementary.h), X2 of two. */
#define ERGM_FUNCTIONS(X1, X2)                                               \
  X1(exp, exp) X1(expm1, expm1) X1(log, log) X1(log1p, log1p)                \
  X1(rsqrt, rsqrt) X1(sin, sin) X1(cos, cos) X1(tan, tan) X1(atan, atan)     \
  X2(atan2, atan2) X1(tanh, tanh) X1(inv_logit, inv_logit)                   \
  X1(log1p_exp, log1p_exp) X1(log1m_exp, log1m_exp) X1(erf, erf)             \
  X1(erfc, erfc) X1(phi, Phi) X1(lgamma, lgamma) X1(digamma, digamma)        \
  X1(trigamma, trigamma) X2(pow, pow) X1(floor, floor) X1(ceil, ceil)        \
  X1(round, round) X2(fmod, fmod) X2(min, min) X2(max, max)

#define ERGM_DECLARE1(name, f) double ergm_##name(double x);
#define ERGM_DECLARE2(name, f) double ergm_##name(double x, double y);
ERGM_FUNCTIONS(ERGM_DECLARE1, ERGM_DECLARE2)
#undef ERGM_DECLARE1
#undef ERGM_DECLARE2

#endif
