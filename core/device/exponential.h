/* Exponential and logarithm, their relatives and powers, in the portable dialect: a part of
 * elementary.h, which includes it. Same rules, same markers.
 */

//@begin exp: common
/* 2^n (1 + r + r^2 q(r)), r = x - n log 2. Where 2^n isn't normal it is applied in two
 * steps, so that results below 2^-1022 round once. */
ERG_FN erg_v erg_exp(erg_v x) {
  erg_v magic = erg_splat(6755399441055744.0); /* 1.5 2^52: rounds, n in the low bits */
  erg_v t, n, r, z, q, y;
  t = erg_fma(x, erg_splat(1.4426950408889634), magic);
  n = t - magic;
  r = erg_fma(n, erg_splat(-0.6931471805599453), x);
  r = erg_fma(n, erg_splat(-2.3190468138462996e-17), r);
  z = r * r;
  q = erg_fma(z, erg_fmak_(r, erg_splat(2.511427581418522e-08), 2.762634504943656e-07),
              erg_fmak_(r, erg_splat(2.7557228577325153e-06), 2.4801504400565083e-05));
  q = erg_fma(z, q, erg_fmak_(r, erg_splat(0.0001984126990234302), 0.0013888888932415792));
  q = erg_fma(z, q, erg_fmak_(r, erg_splat(0.008333333333314897), 0.04166666666657351));
  q = erg_fma(z, q, erg_fmak_(r, erg_splat(0.16666666666666685), 0.5000000000000006));
  r = 1.0 + erg_fma(z, q, r);
  y = erg_from_bits(erg_bits(r) + erg_shl(erg_bits(t), 52));
  {
    erg_m out = erg_not(erg_lt(erg_abs(x), erg_splat(708.0)));
    if (erg_some(out)) {
      erg_vi b = erg_bits(t) - 0x4337fffffffff800L; /* n + 2048 */
      erg_vi h = erg_shr(b, 1);
      r = r * erg_from_bits(erg_shl(h - 1L, 52));
      r = r * erg_from_bits(erg_shl(b - h - 1L, 52));
      r = erg_sel(erg_lt(x, erg_splat(-746.0)), erg_splat(0.0), r);
      r = erg_sel(erg_gt(x, erg_splat(710.0)), erg_inf_(), r);
      y = erg_sel(out, r, y);
    }
  }
  return y;
}
//@end

//@begin exp_dd_: common
/* exp(x) = (h + l) 2^n to about 2^-63, for x in [-1500, 1500]; two factors of 2^n. */
typedef struct { erg_v h, l, s1, s2; } erg_exp_parts_;
ERG_FN erg_exp_parts_ erg_exp_dd_(erg_v x, erg_v xl) {
  erg_exp_parts_ e;
  erg_v magic = erg_splat(6755399441055744.0);
  erg_v t, n, r, rl, z, q, p;
  erg_vi b, h;
  erg_dd_ s;
  t = erg_fma(x, erg_splat(1.4426950408889634), magic);
  n = t - magic;
  r = erg_fma(n, erg_splat(-0.6931471805599453), x);
  p = n * 2.3190468138462996e-17;
  rl = (erg_fma(n, erg_splat(-2.3190468138462996e-17), p) - n * 5.707708438416212e-34) + xl;
  s = erg_sum_(r, -p);
  s = erg_fast_sum_(s.h, rl + s.l);
  r = s.h;
  rl = s.l;
  z = r * r;
  q = erg_fma(z, erg_fmak_(r, erg_splat(2.0923304392201046e-09), 2.510913791837948e-08),
              erg_fmak_(r, erg_splat(2.7557251505482314e-07), 2.75572438992276e-06));
  q = erg_fma(z, q, erg_fmak_(r, erg_splat(2.480158734369431e-05), 0.00019841269886476488));
  q = erg_fma(z, q, erg_fmak_(r, erg_splat(0.0013888888888878923), 0.008333333333321463));
  q = erg_fma(z, q, erg_fmak_(r, erg_splat(0.04166666666666667), 0.16666666666666677));
  /* 1 + r + (r^2/2 + r^3 q + rl (1 + r + ...)) */
  s = erg_fast_sum_(erg_splat(1.0), r);
  p = erg_fma(z, erg_fma(r, q, erg_splat(0.5)), s.l + erg_fma(rl, r, rl));
  s = erg_fast_sum_(s.h, p);
  e.h = s.h;
  e.l = s.l;
  b = erg_bits(t) - 0x4337fffffffff800L;
  h = erg_shr(b, 1);
  e.s1 = erg_from_bits(erg_shl(h - 1L, 52));
  e.s2 = erg_from_bits(erg_shl(b - h - 1L, 52));
  return e;
}
//@end

//@begin exp_pair_: common
/* exp(-a) as h + l to about 2^-60, for a in [0, 708]; `a` is made 708 where larger. */
ERG_FN erg_dd_ erg_exp_pair_(erg_v a) {
  erg_v magic = erg_splat(6755399441055744.0);
  erg_v x = erg_sel(erg_lt(a, erg_splat(708.0)), -a, erg_splat(-708.0));
  erg_v t = erg_fma(x, erg_splat(1.4426950408889634), magic), n = t - magic, y, r, rl, z, q;
  erg_dd_ s;
  y = erg_fma(n, erg_splat(-0.6931471805599453), x);
  r = erg_fma(n, erg_splat(-2.3190468138462996e-17), y);
  rl = erg_fma(n, erg_splat(-2.3190468138462996e-17), y - r);
  z = r * r;
  q = erg_fma(z, erg_fmak_(r, erg_splat(2.511427581418522e-08), 2.762634504943656e-07),
              erg_fmak_(r, erg_splat(2.7557228577325153e-06), 2.4801504400565083e-05));
  q = erg_fma(z, q, erg_fmak_(r, erg_splat(0.0001984126990234302), 0.0013888888932415792));
  q = erg_fma(z, q, erg_fmak_(r, erg_splat(0.008333333333314897), 0.04166666666657351));
  q = erg_fma(z, q, erg_fmak_(r, erg_splat(0.16666666666666685), 0.5000000000000006));
  s = erg_fast_sum_(erg_splat(1.0), r);
  s.l = erg_fma(z, q, s.l + rl);
  t = erg_from_bits(erg_shl(erg_bits(t) - 0x4337fffffffffc01L, 52)); /* 2^n */
  s = erg_fast_sum_(s.h, s.l);
  s.h = s.h * t;
  s.l = s.l * t;
  return s;
}
/* exp(x) for x <= -708, down to 0. */
ERG_FN erg_v erg_exp_least_(erg_v x) {
  erg_v a = erg_sel(erg_lt(x, erg_splat(-746.0)), erg_splat(646.0), -100.0 - x);
  erg_dd_ e = erg_exp_pair_(a);
  return (e.h + e.l) * 3.720075976020836e-44;
}
//@end

//@begin expm1: common
/* 2 ((s - 1/2) + s (r + r^2 q(r))), s = 2^(n-1). */
ERG_FN erg_v erg_expm1(erg_v x) {
  erg_v magic = erg_splat(6755399441055744.0);
  erg_v t, n, r, rl, z, q, s, a, h, y;
  t = erg_fma(x, erg_splat(1.4426950408889634), magic);
  n = t - magic;
  y = erg_fma(n, erg_splat(-0.6931471805599453), x);
  r = erg_fma(n, erg_splat(-2.3190468138462996e-17), y);
  rl = erg_fma(n, erg_splat(-2.3190468138462996e-17), y - r);
  z = r * r;
  q = erg_fma(z, erg_fmak_(r, erg_splat(2.0923304392201046e-09), 2.510913791837948e-08),
              erg_fmak_(r, erg_splat(2.7557251505482314e-07), 2.75572438992276e-06));
  q = erg_fma(z, q, erg_fmak_(r, erg_splat(2.480158734369431e-05), 0.00019841269886476488));
  q = erg_fma(z, q, erg_fmak_(r, erg_splat(0.0013888888888878923), 0.008333333333321463));
  q = erg_fma(z, q, erg_fmak_(r, erg_splat(0.04166666666666667), 0.16666666666666677));
  q = erg_fmak_(r, q, 0.5);
  s = erg_from_bits(erg_shl(erg_bits(t) - 0x4337fffffffffc02L, 52)); /* n + 1022 */
  a = s - 0.5;
  h = erg_fma(s, r, a);
  a = erg_fma(s, r, a - h);
  y = 2.0 * (h + erg_fma(s, erg_fma(z, q, rl), a));
  {
    erg_m in = erg_and(erg_gt(x, erg_splat(-40.0)), erg_lt(x, erg_splat(709.9)));
    erg_m out = erg_not(erg_and(in, erg_gt(erg_abs(x), erg_splat(1e-17))));
    if (erg_some(out)) {
      r = erg_sel(erg_gt(x, erg_splat(1.0)), erg_inf_(), x);
      r = erg_sel(erg_lt(x, erg_splat(-1.0)), erg_splat(-1.0), r);
      y = erg_sel(out, r, y);
    }
  }
  return y;
}
//@end

//@begin log_core_: common
/* u = m 2^k, m in [sqrt(1/2), sqrt(2)), for u positive and normal. */
typedef struct { erg_v m, k; } erg_log_split_t_;
ERG_FN erg_log_split_t_ erg_log_split_(erg_v u) {
  erg_log_split_t_ r;
  erg_vi i = erg_bits(u) - 0x3fe6a09e667f3bcdL;
  erg_vi k = erg_shr(i + 0x4000000000000000L, 52); /* k + 1024 */
  r.m = erg_from_bits((i & 0x000fffffffffffffL) + 0x3fe6a09e667f3bcdL);
  r.k = erg_from_bits(k | 0x4330000000000000L) - 4503599627371520.0;
  return r;
}
/* log(1 + f) - f for m = 1 + f: with s = f/(2 + f), -f^2/2 + s (f^2/2 + s^2 R(s^2)). */
ERG_FN erg_v erg_log_tail_(erg_v f) {
  erg_v d = 2.0 + f, g = 0.5 * (f * f), y, e, s, z, w, p;
  /* f/d by steps of third and second order, to 2^-52: cheaper than a division */
  y = erg_fmak_(f, erg_fmak_(f, erg_splat(0.11686313863972934), -0.25499309147330385),
                0.5003192827692725);
  e = erg_fma(-d, y, erg_splat(1.0));
  y = erg_fma(y, erg_fma(e, e, e), y);
  e = erg_fma(-d, y, erg_splat(1.0));
  s = f * y;
  s = erg_fma(s, e, s);
  z = s * s;
  w = z * z;
  p = erg_fma(w, erg_fmak_(z, erg_splat(0.147956453470159), 0.15314083749984475),
              erg_fmak_(z, erg_splat(0.1818356288939118), 0.22222198604428242));
  p = erg_fma(w, p, erg_fmak_(z, erg_splat(0.2857142874203283), 0.3999999999941663));
  p = erg_fmak_(z, p, 0.6666666666666734);
  return erg_fma(s, erg_fma(z, p, g), -g);
}
/* k log 2 + log(1 + f), about 2^-60 of max(|f|, |k log 2|). */
ERG_FN erg_dd_ erg_log_core_(erg_v k, erg_v f) {
  erg_v p = erg_log_tail_(f), a;
  erg_dd_ r;
  a = k * 0.6931471805598903; /* exact: 42 bits */
  r.h = a + f;
  r.l = (f - (r.h - a)) + erg_fma(k, erg_splat(5.497923018708371e-14), p);
  return r;
}
//@end

//@begin log: common log_core_
ERG_FN erg_v erg_log(erg_v x) {
  erg_m out = erg_not(erg_and(erg_ge(x, erg_raw_(0x0010000000000000L)), erg_lt(x, erg_inf_())));
  erg_v u = x, off = erg_splat(0.0), k, f, r;
  erg_log_split_t_ p;
  if (erg_some(out)) {
    u = erg_sel(out, x * 18014398509481984.0, x);
    off = erg_sel(out, erg_splat(54.0), off);
  }
  p = erg_log_split_(u);
  k = p.k - off;
  f = p.m - 1.0;
  r = erg_fma(k, erg_splat(2.3190468138462996e-17), erg_log_tail_(f));
  r = erg_fma(k, erg_splat(0.6931471805599453), f + r);
  if (erg_some(out)) {
    r = erg_sel(erg_lt(x, erg_inf_()), r, x);
    r = erg_sel(erg_lt(x, erg_splat(0.0)), erg_nan_(), r);
    r = erg_sel(erg_eq(x, erg_splat(0.0)), -erg_inf_(), r);
  }
  return r;
}
//@end

//@begin log_sum_: common log_core_
/* log(u + c) for normal u > 0 up to 2^1000, |c| at most an ulp of u, as a pair. */
ERG_FN erg_dd_ erg_log_sum_(erg_v u, erg_v c) {
  erg_log_split_t_ p = erg_log_split_(u);
  /* 2^-k: the difference of the exponents */
  erg_v s = erg_from_bits(erg_bits(p.m) - erg_bits(u) + 0x3ff0000000000000L);
  erg_dd_ f = erg_sum_(p.m - 1.0, c * s), r = erg_log_core_(p.k, f.h);
  r.l = r.l + erg_fma(-f.l, f.h, f.l); /* f.l / (1 + f.h), roughly */
  return r;
}
//@end

//@begin log1p: common log_core_ log_sum_
ERG_FN erg_v erg_log1p(erg_v x) {
  erg_v one = erg_splat(1.0), zero = erg_splat(0.0), r;
  erg_m in = erg_and(erg_gt(x, -one), erg_lt(x, erg_splat(1e300)));
  erg_m out = erg_not(erg_and(in, erg_ne(x, zero)));
  erg_dd_ u = erg_sum_(one, x), d = erg_log_sum_(u.h, u.l);
  r = d.h + d.l;
  if (erg_some(out)) {
    erg_log_split_t_ p = erg_log_split_(x); /* log(1 + x) = log x */
    d = erg_log_core_(p.k, p.m - 1.0);
    u.h = erg_sel(erg_lt(x, erg_inf_()), d.h + d.l, x);
    u.h = erg_sel(erg_eq(x, zero), x, u.h);
    u.h = erg_sel(erg_le(x, -one), erg_sel(erg_lt(x, -one), erg_nan_(), -erg_inf_()), u.h);
    r = erg_sel(out, u.h, r);
  }
  return r;
}
//@end

//@begin inv_logit: common exp_pair_
/* 1/(1 + exp(-x)) = e/(1 + e) for x < 0, with the division's remainder. */
ERG_FN erg_v erg_inv_logit(erg_v x) {
  erg_v a = erg_abs(x), one = erg_splat(1.0), zero = erg_splat(0.0), q, n, nl;
  erg_m up = erg_ge(x, zero), out = erg_not(erg_lt(a, erg_splat(708.0)));
  erg_dd_ e = erg_exp_pair_(a), d = erg_fast_sum_(one, e.h);
  d.l = d.l + e.l;
  n = erg_sel(up, one, e.h);
  nl = erg_sel(up, zero, e.l);
  q = n / d.h;
  nl = erg_fma(-q, d.h, n) + erg_fma(-q, d.l, nl);
  q = erg_fma(nl, erg_fma(e.h, erg_splat(-0.5), one), q); /* 1/d, roughly */
  if (erg_some(out)) {
    n = erg_sel(up, one, erg_exp_least_(-a));
    q = erg_sel(out, erg_sel(erg_eq(x, x), n, x), q);
  }
  return q;
}
//@end

//@begin log1p_exp: common exp_pair_ log_core_
/* log(1 + exp(x)) = max(x, 0) + log(1 + e), e = exp(-|x|), 1 + e = 2^k (1 + f). */
ERG_FN erg_v erg_log1p_exp(erg_v x) {
  erg_v a = erg_abs(x), zero = erg_splat(0.0), one = erg_splat(1.0), m, k, c, f, fl, r;
  erg_m out = erg_not(erg_lt(a, erg_splat(708.0))), big;
  erg_dd_ e = erg_exp_pair_(a), d;
  m = erg_sel(erg_gt(x, zero), x, zero);
  big = erg_gt(e.h, erg_splat(0.4142135623730951));
  k = erg_sel(big, one, zero);
  c = erg_fma(k, erg_splat(-0.5), one);
  f = erg_fma(e.h, c, c - 1.0);
  fl = erg_fma(e.h, c, (c - 1.0) - f) + c * e.l;
  d = erg_log_core_(k, f);
  r = m + (d.h + (d.l + erg_fma(-fl, f, fl))); /* fl/(1 + f), roughly */
  if (erg_some(out)) {
    f = erg_sel(erg_gt(x, zero), x, erg_exp_least_(-a));
    r = erg_sel(out, erg_sel(erg_eq(x, x), f, x), r);
  }
  return r;
}
//@end

//@begin log1m_exp: common exp_pair_ log_core_ log_sum_
/* log(1 - exp(x)) for x <= 0: -infinity at 0, NaN above. */
ERG_FN erg_v erg_log1m_exp(erg_v x) {
  erg_v one = erg_splat(1.0), zero = erg_splat(0.0), r, y;
  erg_m out = erg_not(erg_and(erg_gt(x, erg_splat(-708.0)), erg_lt(x, erg_splat(-1e-17))));
  erg_dd_ e = erg_exp_pair_(erg_sel(out, one, -x)), u, d;
  u = erg_fast_sum_(one, -e.h);
  u = erg_fast_sum_(u.h, u.l - e.l);
  d = erg_log_sum_(u.h, u.l);
  r = d.h + d.l;
  if (erg_some(out)) { /* log(-x); -exp(x) */
    erg_m tiny = erg_gt(x, -erg_raw_(0x0010000000000000L));
    erg_log_split_t_ p = erg_log_split_(erg_sel(tiny, -18014398509481984.0 * x, -x));
    d = erg_log_core_(p.k - erg_sel(tiny, erg_splat(54.0), zero), p.m - 1.0);
    y = erg_sel(erg_lt(x, -one), -erg_exp_least_(x), d.h + d.l);
    y = erg_sel(erg_eq(x, zero), -erg_inf_(), y);
    y = erg_sel(erg_gt(x, zero), erg_nan_(), y);
    r = erg_sel(out, erg_sel(erg_eq(x, x), y, x), r);
  }
  return r;
}
//@end

//@begin tanh: common exp_pair_
/* (1 - e)/(1 + e), e = exp(-2|x|), with the division's remainder. */
ERG_FN erg_v erg_tanh(erg_v x) {
  erg_v a = erg_abs(x), one = erg_splat(1.0), t, u;
  erg_dd_ e = erg_exp_pair_(2.0 * a), n = erg_fast_sum_(one, -e.h), d = erg_fast_sum_(one, e.h);
  n = erg_fast_sum_(n.h, n.l - e.l);
  d.l = d.l + e.l;
  t = n.h / d.h;
  u = erg_fma(-t, d.h, n.h) + erg_fma(-t, d.l, n.l);
  t = erg_fma(u, erg_fma(e.h, erg_splat(-0.5), one), t); /* 1/d, roughly */
  t = erg_sel(erg_lt(a, erg_splat(1e-9)), a, t);
  t = erg_sel(erg_eq(x, x), t, x);
  return erg_copysign_(t, x);
}
//@end

//@begin pow: common exp_dd_ log_core_ rounding_
/* exp(y log|x|) with the logarithm in two parts, to about 2^-68. */
ERG_FN erg_v erg_pow(erg_v x, erg_v y) {
  erg_v a = erg_abs(x), zero = erg_splat(0.0), one = erg_splat(1.0), k, f, i, p, w, z, r, m;
  erg_m tiny = erg_lt(a, erg_raw_(0x0010000000000000L)), integer, odd, negative;
  erg_log_split_t_ u = erg_log_split_(erg_sel(tiny, a * 18014398509481984.0, a));
  erg_dd_ d, s, g, h, e;
  erg_exp_parts_ x2;
  k = u.k - erg_sel(tiny, erg_splat(54.0), zero);
  f = u.m - 1.0;
  /* s = f/(2 + f) in two parts */
  d = erg_fast_sum_(erg_splat(2.0), f);
  i = 1.0 / d.h;
  s.h = f * i;
  s.h = erg_fma(erg_fma(-s.h, d.h, f), i, s.h);
  s.l = (erg_fma(-s.h, d.h, f) - s.h * d.l) * i;
  z = s.h * s.h;
  w = z * z;
  p = erg_fmak_(z, erg_splat(0.11981743032935659), 0.11675781832430447);
  p = erg_fma(w, p, erg_fmak_(z, erg_splat(0.13336264451740268), 0.153845584295071));
  p = erg_fma(w, p, erg_fmak_(z, erg_splat(0.18181818843983363), 0.22222222217789775));
  p = erg_fma(w, p, erg_fmak_(z, erg_splat(0.2857142857144384), 0.3999999999999998));
  /* 2 s + (2/3) s^3 + s^5 p */
  g = erg_product_(s.h, s.h);
  g.l = erg_fma(2.0 * s.h, s.l, g.l);
  h = erg_product_(g.h, s.h); /* s^3 */
  h.l = erg_fma(g.h, s.l, erg_fma(g.l, s.h, h.l));
  e = erg_product_(h.h, erg_splat(0.6666666666666666));
  e.l = erg_fma(h.l, erg_splat(0.6666666666666666),
                erg_fma(h.h, erg_splat(3.700743415417188e-17), e.l));
  e.l = erg_fma(h.h * z, p, e.l);
  g = erg_fast_sum_(2.0 * s.h, e.h);
  g.l = g.l + (e.l + 2.0 * s.l);
  h = erg_sum_(k * 0.6931471805598903, g.h); /* exact: 42 bits */
  e = erg_product_(k, erg_splat(5.497923018708371e-14));
  h.l = h.l + (g.l + erg_fma(k, erg_splat(1.94704509238075e-31), e.l));
  g = erg_sum_(h.h, e.h);
  g = erg_fast_sum_(g.h, g.l + h.l);
  /* y log|x| */
  m = erg_sel(erg_gt(y, erg_splat(3e19)), erg_splat(3e19), y);
  m = erg_sel(erg_lt(m, erg_splat(-3e19)), erg_splat(-3e19), m);
  e = erg_product_(m, g.h);
  e.l = erg_fma(m, g.l, e.l);
  e.l = erg_sel(erg_gt(erg_abs(e.h), erg_splat(760.0)), zero, e.l);
  e.h = erg_sel(erg_gt(e.h, erg_splat(720.0)), erg_splat(720.0), e.h);
  e.h = erg_sel(erg_lt(e.h, erg_splat(-760.0)), erg_splat(-760.0), e.h);
  x2 = erg_exp_dd_(e.h, e.l);
  r = x2.h * x2.s1 * x2.s2;
  /* C99, annex F */
  r = erg_sel(erg_eq(a, zero), erg_sel(erg_lt(y, zero), erg_inf_(), zero), r);
  r = erg_sel(erg_eq(a, erg_inf_()), erg_sel(erg_lt(y, zero), zero, erg_inf_()), r);
  m = erg_abs(y);
  integer = erg_eq(erg_nearest_(m), m);
  odd = erg_and(integer, erg_ne(2.0 * erg_nearest_(0.5 * m), m));
  odd = erg_and(odd, erg_lt(m, erg_splat(9007199254740992.0)));
  negative = erg_lt(erg_copysign_(one, x), zero);
  r = erg_sel(erg_and(negative, odd), -r, r);
  r = erg_sel(erg_and(erg_lt(x, zero), erg_and(erg_not(integer), erg_lt(a, erg_inf_()))),
              erg_nan_(), r);
  r = erg_sel(erg_or(erg_ne(x, x), erg_ne(y, y)), erg_nan_(), r);
  return erg_sel(erg_or(erg_eq(y, zero), erg_eq(x, one)), one, r);
}
//@end
