/* Sine, cosine, tangent and arc tangent in the portable dialect: a part of elementary.h,
 * which includes it. Same rules, same markers.
 */

//@begin sincos_: common
/* Reduced angle x = n pi/2 + h + l; the low bits of n. */
typedef struct { erg_vi n; erg_v h, l; } erg_angle_;
/* |x| < 2^30: pi/2 in three parts; the first difference is exact. */
ERG_FN erg_angle_ erg_reduce_(erg_v x) {
  erg_angle_ a;
  erg_v magic = erg_splat(6755399441055744.0);
  erg_v t = erg_fma(x, erg_splat(0.6366197723675814), magic), n = t - magic, p, e;
  erg_dd_ s;
  p = n * 6.123233995736766e-17;
  e = erg_fma(n, erg_splat(6.123233995736766e-17), -p);
  s = erg_sum_(erg_fma(n, erg_splat(-1.5707963267948966), x), -p);
  a.n = erg_bits(t);
  a.h = s.h;
  a.l = erg_fma(n, erg_splat(1.4973849048591698e-33), s.l - e);
  return a;
}
/* Larger |x|: x times 2/pi in pieces of 53 bits (Payne & Hanek 1983), multiples of 4 cast
 * off, summed in three parts. */
ERG_FN_LARGE erg_angle_ erg_reduce_far_(erg_v x) {
  const double piece[22] = { /* 2/pi 2^400 */
      1.6439113295839025e+120, -1.0163052089080333e+104, -5.537085506883404e+87,
      4.159262893522554e+71, -8.058048072140756e+54, 1.4651757755900081e+38,
      -8.094740123092494e+21, -197090.0815934442, 6.58995786600766e-12,
      -5.973061554577791e-29, -2.0366086094047744e-45, 1.3980633095915105e-61,
      3.2232430335032852e-78, -3.4673674983529736e-96, -1.0925665677920232e-112,
      2.8336058970226355e-129, 1.2157716391776913e-146, -5.571699730057477e-163,
      -4.8443688672979895e-180, -2.8292847111932676e-197, -1.4995283159065672e-213,
      2.0538138525752873e-231};
  erg_v big = erg_splat(4503599627370496.0), s0 = erg_splat(0.0), s1 = s0, s2 = s0, n, p, q;
  erg_angle_ a;
  erg_dd_ s;
  int i, k;
  x = x * erg_raw_(0x26f0000000000000L); /* 2^-400 */
  for (i = 0; i < 22; i++) {
    s = erg_product_(x, erg_splat(piece[i]));
    for (k = 0; k < 2; k++) {
      p = k ? s.l : s.h;
      q = erg_abs(p) * 0.25;
      q = erg_sel(erg_lt(q, big), (q + big) - big, q);
      p = erg_fma(erg_splat(-4.0), erg_copysign_(q, p), p);
      {
        erg_dd_ u = erg_sum_(s0, p), v = erg_sum_(s1, u.l);
        s0 = u.h;
        s1 = v.h;
        s2 = s2 + v.l;
      }
    }
  }
  n = s0 + 6755399441055744.0;
  a.n = erg_bits(n);
  s = erg_sum_(s0 - (n - 6755399441055744.0), s1);
  s = erg_fast_sum_(s.h, s.l + s2);
  q = s.l;
  s = erg_product_(s.h, erg_splat(1.5707963267948966));
  q = erg_fma(q, erg_splat(1.5707963267948966), s.l);
  p = s.h * 0.6366197723675814;
  s = erg_fast_sum_(s.h, erg_fma(p, erg_splat(6.123233995736766e-17), q));
  a.h = s.h;
  a.l = s.l;
  return a;
}
ERG_FN erg_angle_ erg_angle_of_(erg_v x) {
  erg_angle_ a = erg_reduce_(x);
  erg_m far = erg_ge(erg_abs(x), erg_splat(1073741824.0));
  if (erg_some(far)) {
    erg_angle_ b = erg_reduce_far_(erg_sel(erg_lt(erg_abs(x), erg_inf_()), x, erg_nan_()));
    a.n = erg_seli(far, b.n, a.n);
    a.h = erg_sel(far, b.h, a.h);
    a.l = erg_sel(far, b.l, a.l);
  }
  return a;
}
ERG_FN erg_dd_ erg_sin_core_(erg_v h, erg_v l) {
  erg_v z = h * h, w = z * z, p;
  p = erg_fma(w, erg_fmak_(z, erg_splat(1.589660233689481e-10), -2.505075547717027e-08),
              erg_fmak_(z, erg_splat(2.7557313680743013e-06), -0.0001984126982979781));
  p = erg_fma(w, p, erg_fmak_(z, erg_splat(0.008333333333322443), -0.16666666666666632));
  return erg_fast_sum_(h, erg_fma(h * z, p, erg_fma(-0.5 * z, l, l)));
}
ERG_FN erg_dd_ erg_cos_core_(erg_v h, erg_v l) {
  erg_v z = h * h, w = z * z, g = 0.5 * z, c = 1.0 - g, p;
  p = erg_fma(w, erg_fmak_(z, erg_splat(-1.1359752491508003e-11), 2.0875726208443878e-09),
              erg_fmak_(z, erg_splat(-2.755731438222212e-07), 2.480158728962249e-05));
  p = erg_fma(w, p, erg_fmak_(z, erg_splat(-0.0013888888888874428), 0.0416666666666666));
  return erg_fast_sum_(c, ((1.0 - c) - g) + erg_fma(w, p, -(h * l)));
}
/* sin(x + q pi/2) from the reduced angle. */
ERG_FN erg_v erg_sin_turn_(erg_angle_ a, long q) {
  erg_vi n = a.n + q;
  erg_m odd = erg_lt(erg_from_bits(erg_shl(n, 63) | 0x3ff0000000000000L), erg_splat(0.0));
  erg_v r = erg_sel(odd, erg_cos_core_(a.h, a.l).h, erg_sin_core_(a.h, a.l).h);
  return erg_from_bits(erg_bits(r) ^ erg_shl(erg_shr(n, 1), 63));
}
//@end

//@begin sin: common sincos_
ERG_FN erg_v erg_sin(erg_v x) {
  erg_v r = erg_sin_turn_(erg_angle_of_(x), 0L);
  return erg_sel(erg_eq(x, erg_splat(0.0)), x, r);
}
//@end

//@begin cos: common sincos_
ERG_FN erg_v erg_cos(erg_v x) { return erg_sin_turn_(erg_angle_of_(x), 1L); }
//@end

//@begin tan: common sincos_
ERG_FN erg_v erg_tan(erg_v x) {
  erg_angle_ a = erg_angle_of_(x);
  erg_dd_ s = erg_sin_core_(a.h, a.l), c = erg_cos_core_(a.h, a.l);
  erg_m odd = erg_lt(erg_from_bits(erg_shl(a.n, 63) | 0x3ff0000000000000L), erg_splat(0.0));
  erg_v n = erg_sel(odd, -c.h, s.h), nl = erg_sel(odd, -c.l, s.l);
  erg_v d = erg_sel(odd, s.h, c.h), dl = erg_sel(odd, s.l, c.l);
  erg_v i = 1.0 / d, r = n * i;
  r = erg_fma(erg_fma(-r, d, n) + erg_fma(-r, dl, nl), i, r);
  return erg_sel(erg_eq(x, erg_splat(0.0)), x, r);
}
//@end

//@begin atan_core_: common
/* k pi/4 + atan(n/d) times `sign`, with d > 0, |n/d| <= sqrt(2) - 1; nl, dl are the tails
 * of n and d. */
ERG_FN erg_v erg_atan_core_(erg_v k, erg_v sign, erg_v n, erg_v nl, erg_v d, erg_v dl) {
  erg_v i = 1.0 / d, t = n * i, tl, z, w, p;
  erg_dd_ b, s;
  t = erg_fma(erg_fma(-t, d, n), i, t);
  tl = erg_fma(-t, d, n) + erg_fma(-t, dl, nl);
  tl = tl * i;
  z = t * t;
  w = z * z;
  p = erg_splat(-0.01791257110423131);
  p = erg_fma(w, p, erg_fmak_(z, erg_splat(0.0380696410178104), -0.05039511716631398));
  p = erg_fma(w, p, erg_fmak_(z, erg_splat(0.05847936721100643), -0.06663110744595069));
  p = erg_fma(w, p, erg_fmak_(z, erg_splat(0.07692060816449066), -0.09090897792013101));
  p = erg_fma(w, p, erg_fmak_(z, erg_splat(0.1111111078465823), -0.14285714280220374));
  p = erg_fma(w, p, erg_fmak_(z, erg_splat(0.19999999999953819), -0.333333333333332));
  p = erg_fma(t * z, p, erg_fma(-z, tl, tl)); /* tl / (1 + t^2), roughly */
  b = erg_product_(k, erg_splat(0.7853981633974483));
  b.l = erg_fma(k, erg_splat(3.061616997868383e-17), b.l);
  s = erg_sum_(b.h, sign * t);
  return s.h + (s.l + erg_fma(sign, p, b.l));
}
//@end

//@begin atan: common atan_core_
ERG_FN erg_v erg_atan(erg_v x) {
  erg_v a = erg_abs(x), one = erg_splat(1.0), zero = erg_splat(0.0), n, d, k, r;
  erg_m mid, far;
  erg_dd_ nn, dd;
  a = erg_sel(erg_gt(a, erg_splat(1e300)), erg_splat(1e300), a);
  mid = erg_gt(a, erg_splat(0.41421356237309503));
  far = erg_gt(a, erg_splat(2.414213562373095));
  /* a; (a - 1)/(a + 1) + pi/4; -1/a + pi/2 */
  nn = erg_sum_(a, -one);
  dd = erg_sum_(a, one);
  n = erg_sel(far, -one, erg_sel(mid, nn.h, a));
  nn.l = erg_sel(mid, erg_sel(far, zero, nn.l), zero);
  d = erg_sel(far, a, erg_sel(mid, dd.h, one));
  dd.l = erg_sel(mid, erg_sel(far, zero, dd.l), zero);
  k = erg_sel(far, erg_splat(2.0), erg_sel(mid, one, zero));
  r = erg_atan_core_(k, one, n, nn.l, d, dd.l);
  r = erg_sel(erg_lt(a, erg_splat(1e-9)), a, r);
  return erg_copysign_(r, x);
}
//@end

//@begin atan2: common atan_core_
ERG_FN erg_v erg_atan2(erg_v y, erg_v x) {
  erg_v a = erg_abs(x), b = erg_abs(y), one = erg_splat(1.0), zero = erg_splat(0.0);
  erg_v big, small, s, n, d, k, sign, r;
  erg_m steep = erg_gt(b, a), mid, left, nan, inf;
  erg_dd_ nn, dd;
  nan = erg_or(erg_ne(x, x), erg_ne(y, y));
  inf = erg_and(erg_eq(a, erg_inf_()), erg_eq(b, erg_inf_()));
  big = erg_sel(steep, b, a);
  small = erg_sel(steep, a, b);
  big = erg_sel(inf, one, big);
  small = erg_sel(inf, one, small);
  /* keep sums finite and remainders normal */
  s = erg_sel(erg_gt(big, erg_splat(1e300)), erg_splat(9.5367431640625e-07), one);
  s = erg_sel(erg_lt(big, erg_splat(1e-200)), erg_raw_(0x58f0000000000000L), s); /* 2^400 */
  big = big * s;
  small = small * s;
  { /* infinite or zero: the quotient is 0 */
    erg_m zq = erg_or(erg_eq(big, erg_inf_()), erg_eq(big, zero));
    big = erg_sel(zq, one, big);
    small = erg_sel(zq, zero, small);
  }
  mid = erg_gt(small, 0.41421356237309503 * big);
  nn = erg_sum_(small, -big);
  dd = erg_sum_(small, big);
  n = erg_sel(mid, nn.h, small);
  d = erg_sel(mid, dd.h, big);
  nn.l = erg_sel(mid, nn.l, zero);
  dd.l = erg_sel(mid, dd.l, zero);
  /* The first octant's angle, reflected at pi/4 if steep, at pi/2 if x < 0. */
  k = erg_sel(mid, one, zero);
  left = erg_lt(erg_copysign_(one, x), zero);
  k = erg_sel(steep, 2.0 - k, k);
  k = erg_sel(left, 4.0 - k, k);
  sign = erg_sel(steep, -one, one);
  sign = erg_sel(left, -sign, sign);
  r = erg_atan_core_(k, sign, n, nn.l, d, dd.l);
  { /* a small angle: the quotient alone, which may be denormal */
    erg_v q = small / big;
    r = erg_sel(erg_and(erg_eq(k, zero), erg_lt(q, erg_splat(1e-9))), q, r);
  }
  return erg_sel(nan, erg_nan_(), erg_copysign_(r, y));
}
//@end
