/* The elementary functions of elementary.h for the host's doubles: the very bits that
 * the devices compute. Errors and special values as documented in docs/dialect.md.
 * Thread safe. */
#ifndef ERGODE_HOST_MATH_H
#define ERGODE_HOST_MATH_H

/* X-macro: X1(name, function of one argument in elementary.h), X2 of two. */
#define ERGM_FUNCTIONS(X1, X2)                                               \
  X1(exp, exp) X1(expm1, expm1) X1(log, log) X1(log1p, log1p)                \
  X1(rsqrt, rsqrt) X1(sin, sin) X1(cos, cos) X1(tan, tan)                    \
  X1(inv_logit, inv_logit) X1(log1p_exp, log1p_exp)                          \
  X1(log1m_exp, log1m_exp)

#define ERGM_DECLARE1(name, f) double ergm_##name(double x);
#define ERGM_DECLARE2(name, f) double ergm_##name(double x, double y);
ERGM_FUNCTIONS(ERGM_DECLARE1, ERGM_DECLARE2)
ERGM_DECLARE1(atan, )
ERGM_DECLARE1(tanh, )
ERGM_DECLARE1(erf, )
ERGM_DECLARE1(erfc, )
ERGM_DECLARE1(phi, )
ERGM_DECLARE1(lgamma, )
ERGM_DECLARE1(digamma, )
ERGM_DECLARE1(trigamma, )
ERGM_DECLARE2(atan2, )
ERGM_DECLARE2(pow, )
#undef ERGM_DECLARE1
#undef ERGM_DECLARE2

#endif
