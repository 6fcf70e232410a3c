/* Elementary functions in the portable dialect (docs/dialect.md): the same bits on every
 * backend. Basic operations and fma only, selects for branches; errors of at most 2 ulp,
 * measured in docs/results/elementary.json; special values as in C99's annex F.
 * Coefficients come from tests/device/derive_polynomials.py.
 *
 * Each function stands between two markers: "begin NAME: DEPS" and "end" behind //@,
 * where DEPS are the other blocks that it needs, each of them earlier in this file. So a
 * program may take only what it uses (erg_device_functions in device/device_text.h).
 * Names that end in _ are parts of others.
 */

//@begin common:
/* Value as the unevaluated sum h + l, |l| at most half an ulp of h. */
typedef struct { erg_v h, l; } erg_dd_;
ERG_FN erg_v erg_fmak_(erg_v a, erg_v b, double c) { return erg_fma(a, b, erg_splat(c)); }
ERG_FN erg_v erg_raw_(long b) { return erg_from_bits(erg_splati(b)); }
ERG_FN erg_v erg_inf_(void) { return erg_raw_(0x7ff0000000000000L); }
ERG_FN erg_v erg_nan_(void) { return erg_raw_(0x7ff8000000000000L); }
/* Of a positive, normal x: x 2^-k in [1, 2). */
ERG_FN erg_v erg_mantissa_(erg_v x) {
  return erg_from_bits((erg_bits(x) & 0x000fffffffffffffL) | 0x3ff0000000000000L);
}
/* Magnitude of a, sign of s. */
ERG_FN erg_v erg_copysign_(erg_v a, erg_v s) {
  erg_vi low = erg_splati(0x7fffffffffffffffL);
  return erg_from_bits((erg_bits(a) & low) | (erg_bits(s) & ~low));
}
/* a + b for |a| >= |b| or a = 0. */
ERG_FN erg_dd_ erg_fast_sum_(erg_v a, erg_v b) {
  erg_dd_ r;
  r.h = a + b;
  r.l = b - (r.h - a);
  return r;
}
ERG_FN erg_dd_ erg_sum_(erg_v a, erg_v b) {
  erg_dd_ r;
  erg_v t;
  r.h = a + b;
  t = r.h - a;
  r.l = (a - (r.h - t)) + (b - t);
  return r;
}
ERG_FN erg_dd_ erg_product_(erg_v a, erg_v b) {
  erg_dd_ r;
  r.h = a * b;
  r.l = erg_fma(a, b, -r.h);
  return r;
}
//@end

//@begin rounding_: common
/* Nearest integer, ties to even; |x|. */
ERG_FN erg_v erg_nearest_(erg_v a) {
  erg_v big = erg_splat(4503599627370496.0);
  return erg_sel(erg_lt(a, big), (a + big) - big, a);
}
//@end

//@begin floor: common rounding_
ERG_FN erg_v erg_floor(erg_v x) {
  erg_v r = erg_copysign_(erg_nearest_(erg_abs(x)), x);
  return erg_copysign_(erg_sel(erg_gt(r, x), r - 1.0, r), x);
}
//@end

//@begin ceil: common rounding_
ERG_FN erg_v erg_ceil(erg_v x) {
  erg_v r = erg_copysign_(erg_nearest_(erg_abs(x)), x);
  return erg_copysign_(erg_sel(erg_lt(r, x), r + 1.0, r), x);
}
//@end

//@begin round: common rounding_
/* Ties away from zero, as C's round. */
ERG_FN erg_v erg_round(erg_v x) {
  erg_v a = erg_abs(x), r = erg_nearest_(a);
  r = erg_sel(erg_eq(a - r, erg_splat(0.5)), r + 1.0, r);
  return erg_copysign_(r, x);
}
//@end

//@begin fmod: common
/* Exact. Each turn takes 52 bits off the quotient; one turn is enough below 2^52. */
ERG_FN erg_v erg_fmod(erg_v x, erg_v y) {
  erg_v a = erg_abs(x), b = erg_abs(y), big = erg_splat(4503599627370496.0), t, q, c, r, m;
  erg_v least = erg_raw_(0x0010000000000000L);
  erg_vi exponent = erg_splati(0x7ff0000000000000L);
  erg_m bad = erg_or(erg_or(erg_eq(a, erg_inf_()), erg_eq(b, erg_splat(0.0))),
                     erg_or(erg_ne(x, x), erg_ne(y, y)));
  a = erg_sel(bad, erg_splat(0.0), a);
  b = erg_sel(bad, erg_splat(1.0), b);
  m = erg_sel(erg_lt(b, least), b * 18014398509481984.0, b);
  m = erg_mantissa_(m);
  while (erg_some(erg_ge(a, b))) {
    erg_m more = erg_ge(a, b), far;
    t = a / b;
    far = erg_ge(t, big);
    /* b times a power of two, for a quotient up to 2^53 */
    c = m * erg_from_bits((erg_bits(a) & exponent) - erg_shl(erg_splati(52L), 52));
    r = b * big;
    r = erg_sel(erg_ge(t, big * big), r * big, r);
    c = erg_sel(erg_lt(a, erg_splat(1e-288)), r, c); /* no room below a's exponent */
    c = erg_sel(far, c, b);
    t = a / c;
    q = erg_sel(erg_lt(t, big), (t + big) - big, t);
    r = erg_fma(-q, c, a);
    r = erg_sel(erg_lt(r, erg_splat(0.0)), r + c, r);
    a = erg_sel(more, r, a);
  }
  return erg_sel(bad, erg_nan_(), erg_copysign_(a, x));
}
//@end

//@begin min: common
/* As fmin: a NaN counts as missing; -0 is below +0. */
ERG_FN erg_v erg_min(erg_v a, erg_v b) {
  erg_v r = erg_sel(erg_lt(a, b), a, b);
  r = erg_sel(erg_eq(a, b), erg_from_bits(erg_bits(a) | erg_bits(b)), r);
  return erg_sel(erg_ne(b, b), a, r);
}
//@end

//@begin max: common
ERG_FN erg_v erg_max(erg_v a, erg_v b) {
  erg_v r = erg_sel(erg_gt(a, b), a, b);
  r = erg_sel(erg_eq(a, b), erg_from_bits(erg_bits(a) & erg_bits(b)), r);
  return erg_sel(erg_ne(b, b), a, r);
}
//@end

//@begin rsqrt: common
/* 1/sqrt(x) from an estimate by the exponent (|e| < 0.0692) and two steps towards
 * y (1 - e)^(-1/2), e = 1 - x y^2: a minimax cubic, good to 1.1e-6, and the series. */
ERG_FN erg_v erg_rsqrt(erg_v x) {
  erg_m out = erg_not(erg_and(erg_ge(x, erg_raw_(0x0010000000000000L)), erg_lt(x, erg_inf_())));
  erg_v a = x, y, e, p;
  if (erg_some(out)) a = erg_sel(out, x * 18014398509481984.0, x);
  y = erg_from_bits(0x5fe6eb50c7b537a9L - erg_shr(erg_bits(a), 1));
  e = erg_fma(a * y, -y, erg_splat(1.0));
  p = erg_fmak_(e, erg_fmak_(e, erg_splat(0.31290047749427136), 0.37605931149104), 0.5000006596415029);
  y = erg_fma(y * e, p, y);
  e = erg_fma(a * y, -y, erg_splat(1.0));
  y = erg_fma(y * e, erg_fmak_(e, erg_splat(0.375), 0.5), y);
  if (erg_some(out)) {
    p = erg_sel(erg_lt(x, erg_splat(0.0)), erg_nan_(), y * 134217728.0);
    p = erg_sel(erg_eq(x, erg_inf_()), erg_splat(0.0), p);
    p = erg_sel(erg_eq(x, erg_splat(0.0)), erg_copysign_(erg_inf_(), x), p);
    y = erg_sel(out, erg_sel(erg_eq(x, x), p, x), y);
  }
  return y;
}
//@end

//@begin rsqrt_normal: common
/* The same bits as erg_rsqrt for positive, normal, finite x; anything else gives a wrong
 * number: the caller knows or checks. */
ERG_FN erg_v erg_rsqrt_normal(erg_v x) {
  erg_v y, e, p;
  y = erg_from_bits(0x5fe6eb50c7b537a9L - erg_shr(erg_bits(x), 1));
  e = erg_fma(x * y, -y, erg_splat(1.0));
  p = erg_fmak_(e, erg_fmak_(e, erg_splat(0.31290047749427136), 0.37605931149104), 0.5000006596415029);
  y = erg_fma(y * e, p, y);
  e = erg_fma(x * y, -y, erg_splat(1.0));
  return erg_fma(y * e, erg_fmak_(e, erg_splat(0.375), 0.5), y);
}
//@end

#include "exponential.h"
#include "trigonometric.h"
#include "special.h"
