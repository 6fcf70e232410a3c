/* Error function, gamma function and kin, in the portable dialect: a part of
 * elementary.h, which includes it. Same rules, same markers.
 */

//@begin erf_core_: common
/* c erf(x)/x for x^2 = z <= 1, as a pair: the constant 2/sqrt(pi) and the rest. */
ERG_FN erg_dd_ erg_erf_core_(erg_v z) {
  erg_dd_ r;
  erg_v w = z * z, p;
  p = erg_fmak_(z, erg_splat(2.807995723011943e-13), -6.1976347379125455e-12);
  p = erg_fma(w, p, erg_fmak_(z, erg_splat(9.324004333737078e-11), -1.2277786175685207e-09));
  p = erg_fma(w, p, erg_fmak_(z, erg_splat(1.4806033367414394e-08), -1.6365769162986033e-07));
  p = erg_fma(w, p, erg_fmak_(z, erg_splat(1.6462110811830136e-06), -1.4925650238184911e-05));
  p = erg_fma(w, p, erg_fmak_(z, erg_splat(0.00012055332978914122), -0.000854832702340367));
  p = erg_fma(w, p, erg_fmak_(z, erg_splat(0.005223977625441682), -0.026866170645131218));
  p = erg_fma(w, p, erg_fmak_(z, erg_splat(0.11283791670955126), -0.37612638903183754));
  r.h = erg_splat(1.1283791670955126);
  r.l = erg_fmak_(z, p, 1.5335427058784907e-17);
  return r;
}
//@end

//@begin erfc_core_: common exp_dd_
/* erfc(z + zl) for z from 0.68 to 28, given s + sl = (z + zl)^2: (h + l) s1 s2. With
 * t = (z - 4)/(z + 4), (1 + 2z) exp(z^2) erfc(z) is a polynomial in t. */
ERG_FN erg_exp_parts_ erg_erfc_core_(erg_v z, erg_v zl, erg_v s, erg_v sl) {
  erg_exp_parts_ e = erg_exp_dd_(-s, -sl);
  erg_v four = erg_splat(4.0), t, w, p, i, q, ql;
  erg_dd_ n = erg_sum_(z, -four), d = erg_sum_(z, four), f;
  i = 1.0 / d.h;
  t = n.h * i;
  t = erg_fma(erg_fma(-t, d.h, n.h) + erg_fma(-t, d.l, n.l), i, t);
  w = t * t;
  p = erg_fmak_(t, erg_splat(-1.6228429167363525e-08), 7.71050957627372e-08);
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(7.702830754491847e-08), -7.89071495550799e-07));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(2.889606878926139e-07), 5.686620096129905e-06));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(-1.1218533959366594e-05), -2.439008041743622e-05));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(0.00015062031131961288), -0.00019925899245173173));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(-0.0007577729743024885), 0.005031970342243188));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(-0.016197734100710064), 0.03716751550264003));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(-0.06633036580891204), 0.09373283500018709));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(-0.10103906603643181), 0.06809705425464814));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(0.015379652102621624), -0.1396211168405622));
  f = erg_fast_sum_(erg_splat(1.2329951186255526), erg_fmak_(t, p, -5.004357154624393e-17));
  d = erg_sum_(erg_splat(1.0), 2.0 * z);
  d.l = erg_fma(erg_splat(2.0), zl, d.l);
  i = 1.0 / d.h;
  q = f.h * i;
  ql = (erg_fma(-q, d.h, f.h) + erg_fma(-q, d.l, f.l)) * i;
  n = erg_product_(e.h, q);
  e.l = erg_fma(e.h, ql, erg_fma(e.l, q, n.l));
  e.h = n.h;
  return e;
}
//@end

//@begin erf: common exp_dd_ erf_core_ erfc_core_
ERG_FN erg_v erg_erf(erg_v x) {
  erg_v a = erg_abs(x), one = erg_splat(1.0), y, r;
  erg_m small = erg_lt(a, one);
  erg_dd_ c = erg_erf_core_(erg_sel(small, a * a, one)), s;
  erg_exp_parts_ e;
  r = erg_fma(a, c.h, a * c.l);
  y = erg_sel(small, one, erg_sel(erg_gt(a, erg_splat(6.5)), erg_splat(6.5), a));
  s = erg_product_(y, y);
  e = erg_erfc_core_(y, erg_splat(0.0), s.h, s.l);
  r = erg_sel(small, r, one - (e.h + e.l) * e.s1 * e.s2);
  r = erg_sel(erg_ne(x, x), x, r);
  return erg_copysign_(r, x);
}
//@end

//@begin erfc: common exp_dd_ erf_core_ erfc_core_
ERG_FN erg_v erg_erfc(erg_v x) {
  erg_v a = erg_abs(x), one = erg_splat(1.0), y, r, v;
  erg_m small = erg_lt(a, erg_splat(0.7));
  erg_dd_ c = erg_erf_core_(erg_sel(small, a * a, erg_splat(0.5))), s, m;
  erg_exp_parts_ e;
  m = erg_product_(x, c.h);
  s = erg_fast_sum_(one, -m.h);
  r = s.h + (s.l - erg_fma(x, c.l, m.l));
  y = erg_sel(small, one, erg_sel(erg_gt(a, erg_splat(28.0)), erg_splat(28.0), a));
  s = erg_product_(y, y);
  e = erg_erfc_core_(y, erg_splat(0.0), s.h, s.l);
  v = (e.h + e.l) * e.s1 * e.s2;
  v = erg_sel(erg_lt(x, erg_splat(0.0)), 2.0 - v, v);
  r = erg_sel(small, r, v);
  return erg_sel(erg_ne(x, x), x, r);
}
//@end

//@begin Phi: common exp_dd_ erf_core_ erfc_core_
/* Standard normal distribution function, erfc(-x/sqrt(2))/2. */
ERG_FN erg_v erg_Phi(erg_v x) {
  erg_v a = erg_abs(x), mid = erg_splat(0.5), y, r, v, z, zl;
  erg_m small = erg_lt(a, erg_splat(0.98));
  erg_dd_ c, s, m;
  erg_exp_parts_ e;
  y = erg_sel(small, erg_splat(1.0), erg_sel(erg_gt(a, erg_splat(39.0)), erg_splat(39.0), a));
  /* 1/2 + x/sqrt(8) erf(z)/z, z = x/sqrt(2) */
  c = erg_erf_core_(erg_sel(small, mid * (a * a), mid));
  z = 0.3535533905932738 * x;
  zl = erg_fma(erg_splat(0.3535533905932738), x, -z);
  zl = erg_fma(erg_splat(-2.4168233283632284e-17), x, zl);
  m = erg_product_(z, c.h);
  m.l = erg_fma(zl, c.h, erg_fma(z, c.l, m.l));
  s = erg_fast_sum_(mid, m.h);
  r = s.h + (s.l + m.l);
  z = 0.7071067811865476 * y;
  zl = erg_fma(erg_splat(0.7071067811865476), y, -z);
  zl = erg_fma(erg_splat(-4.833646656726457e-17), y, zl);
  s = erg_product_(mid * y, y);
  e = erg_erfc_core_(z, zl, s.h, s.l);
  v = (mid * (e.h + e.l)) * e.s1 * e.s2;
  v = erg_sel(erg_gt(x, erg_splat(0.0)), 1.0 - v, v);
  r = erg_sel(small, r, v);
  return erg_sel(erg_ne(x, x), x, r);
}
//@end

//@begin sincospi_: common sincos_
/* sin(pi a) and cos(pi a) up to the common sign (-1)^n, n the integer nearest to a >= 0;
 * pairs. */
typedef struct { erg_dd_ s, c; } erg_sincos_t_;
ERG_FN erg_sincos_t_ erg_sincospi_(erg_v a) {
  erg_v big = erg_splat(4503599627370496.0);
  erg_v r = a - erg_sel(erg_lt(a, big), (a + big) - big, a), h = erg_abs(r), t;
  erg_m far = erg_gt(h, erg_splat(0.25));
  erg_dd_ p, s, c;
  erg_sincos_t_ v;
  t = erg_sel(far, 0.5 - h, h);
  p = erg_product_(t, erg_splat(3.141592653589793));
  p.l = erg_fma(t, erg_splat(1.2246467991473532e-16), p.l);
  s = erg_sin_core_(p.h, p.l);
  c = erg_cos_core_(p.h, p.l);
  v.s.h = erg_sel(far, c.h, s.h);
  v.s.l = erg_sel(far, c.l, s.l);
  v.c.h = erg_sel(far, s.h, c.h);
  v.c.l = erg_sel(far, s.l, c.l);
  v.s.l = erg_sel(erg_lt(r, erg_splat(0.0)), -v.s.l, v.s.l);
  v.s.h = erg_sel(erg_lt(r, erg_splat(0.0)), -v.s.h, v.s.h);
  return v;
}
//@end

//@begin lgamma: common log_core_ log_sum_ sincos_ sincospi_
/* log|Gamma(x)| for x > 0 as a pair. From 3.25: Stirling's series as a minimax
 * polynomial. Below, one step of the recurrence leads to [1.25, 2.25) (two from under
 * 0.25), where lgamma(2 + f) = f (1 + f) P(f); so the roots 1 and 2 are exact. */
ERG_FN erg_dd_ erg_lgamma_core_(erg_v x) {
  erg_v one = erg_splat(1.0), zero = erg_splat(0.0);
  erg_m far = erg_ge(x, erg_splat(3.25)), up = erg_ge(x, erg_splat(2.25));
  erg_m low = erg_lt(x, erg_splat(1.25)), least = erg_lt(x, erg_splat(0.25));
  erg_m tiny = erg_lt(x, erg_splat(1e-290));
  erg_v u, ul, f, g, sign, w, p, q, t, scale;
  erg_dd_ l, v, s, r;
  /* log of x; x - 1; 1; x; x (1 + x) */
  s = erg_sum_(one, x);
  v = erg_product_(x, s.h);
  v.l = erg_fma(x, s.l, v.l);
  u = erg_sel(far, x, erg_sel(up, x - 1.0, erg_sel(low, erg_sel(least, v.h, x), one)));
  ul = erg_sel(erg_and(least, erg_not(tiny)), v.l, zero);
  u = erg_sel(tiny, u * 1267650600228229401496703205376.0, u); /* 2^100 */
  u = erg_sel(erg_gt(u, erg_splat(1e307)), erg_splat(1e307), u);
  l = erg_log_sum_(u, ul);
  scale = erg_sel(tiny, erg_splat(69.31471805599453), zero);
  /* near */
  f = x - erg_sel(up, erg_splat(3.0), erg_sel(low, erg_sel(least, zero, one), erg_splat(2.0)));
  f = erg_sel(far, zero, f);
  g = erg_sel(up, x - 2.0, erg_sel(low, erg_sel(least, s.h, x), x - 1.0));
  g = erg_sel(far, one, g);
  w = f * f;
  p = erg_fmak_(f, erg_splat(4.673760187020218e-07), 1.4991828642626845e-06);
  p = erg_fma(w, p, erg_fmak_(f, erg_splat(2.492445670463679e-06), 1.8005990142396762e-06));
  p = erg_fma(w, p, erg_fmak_(f, erg_splat(1.1891086807984542e-06), -8.879073292927594e-07));
  p = erg_fma(w, p, erg_fmak_(f, erg_splat(1.6404962605828116e-06), -3.901006790219269e-06));
  p = erg_fma(w, p, erg_fmak_(f, erg_splat(8.227336631489764e-06), -1.7655521426654996e-05));
  p = erg_fma(w, p, erg_fmak_(f, erg_splat(3.8169543779128476e-05), -8.309540071495384e-05));
  p = erg_fma(w, p, erg_fmak_(f, erg_splat(0.00018255258178536025), -0.00040570739221181305));
  p = erg_fma(w, p, erg_fmak_(f, erg_splat(0.0009153769240488672), -0.002108130833988139));
  p = erg_fma(w, p, erg_fmak_(f, erg_splat(0.004998641164672422), -0.012384192193371377));
  p = erg_fma(w, p, erg_fmak_(f, erg_splat(0.032965000621155954), -0.10031730167435392));
  p = erg_fmak_(f, p, 4.8329429673338875e-18);
  v = erg_product_(f, g);
  r = erg_product_(v.h, erg_splat(0.42278433509846713));
  r.l = erg_fma(v.l, p + 0.42278433509846713, erg_fma(v.h, p, r.l));
  sign = erg_sel(up, one, erg_sel(low, -one, zero));
  s = erg_sum_(r.h, sign * (l.h - scale));
  r.h = s.h;
  r.l = s.l + erg_fma(sign, l.l, r.l);
  /* far: (x - 1/2)(log x - 1) + log(2 pi)/2 - 1/2 + G(1/x^2)/x */
  q = 1.0 / x;
  t = q * q;
  w = t * t;
  p = erg_fmak_(t, erg_splat(-0.06276289573164599), 0.0467908125401557);
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(-0.01832730136849708), 0.005693794655660114));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(-0.0018849871533823173), 0.0008407441670987037));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(-0.0005952179344172475), 0.0007936505521538483));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(-0.002777777776280701), 0.08333333333332991));
  l = erg_fast_sum_(l.h, l.l);
  s = erg_fast_sum_(l.h, -one);
  s.l = s.l + l.l;
  f = x - 0.5;
  v = erg_product_(f, s.h);
  v.l = erg_fma(f, s.l, v.l);
  s = erg_fast_sum_(v.h, erg_splat(0.4189385332046727));
  s.l = s.l + erg_fma(q, p, v.l + 1.6728209650585413e-17);
  {
    erg_m over = erg_ge(x, erg_splat(2.5563481638716906e+305));
    s.h = erg_sel(over, erg_sel(erg_ne(x, x), x, erg_inf_()), s.h);
    s.l = erg_sel(over, zero, s.l);
  }
  r.h = erg_sel(far, s.h, r.h);
  r.l = erg_sel(far, s.l, r.l);
  return r;
}
/* x < 0: log(pi / (a |sin(pi a)|)) - lgamma(a), a = -x. The error there is at most 1 ulp
 * of the larger of 1 and the result, so relative accuracy is lost at the roots. */
ERG_FN erg_v erg_lgamma(erg_v x) {
  erg_v a = erg_abs(x);
  erg_m negative = erg_lt(x, erg_splat(-1e-20));
  erg_dd_ r = erg_lgamma_core_(a);
  erg_v y = r.h + r.l;
  if (erg_some(negative)) {
    erg_sincos_t_ t = erg_sincospi_(erg_sel(negative, a, erg_splat(0.5)));
    erg_v s = erg_abs(t.s.h);
    erg_m pole = erg_eq(s, erg_splat(0.0));
    erg_dd_ p = erg_product_(erg_sel(negative, a, erg_splat(1.0)), s), m;
    p.l = erg_fma(a, erg_copysign_(t.s.l, t.s.h * t.s.l), p.l);
    p.l = erg_sel(erg_gt(erg_abs(p.l), 1e-10 * p.h), erg_splat(0.0), p.l);
    p = erg_log_sum_(erg_sel(pole, erg_splat(1.0), p.h), erg_sel(pole, erg_splat(0.0), p.l));
    m = erg_sum_(erg_splat(1.1447298858494002), -p.h);
    p.l = m.l - p.l + 1.0265951162707826e-17;
    m = erg_sum_(m.h, -r.h);
    s = m.h + (m.l + (p.l - r.l));
    s = erg_sel(pole, erg_inf_(), s);
    s = erg_sel(erg_lt(a, erg_inf_()), s, erg_inf_());
    y = erg_sel(negative, s, y);
  }
  y = erg_sel(erg_eq(a, erg_inf_()), a, y);
  y = erg_sel(erg_eq(a, erg_splat(0.0)), erg_inf_(), y);
  return erg_sel(erg_ne(x, x), x, y);
}
//@end

//@begin digamma: common log_core_ sincos_ sincospi_
/* x > 0. From 3.1: log x - 1/(2x) - G(1/x^2)/x^2. Below, the recurrence leads to
 * [1.1, 2.1), where it is (x - x0) R(x - x0), x0 = 1.4616... the root. */
ERG_FN erg_v erg_digamma_core_(erg_v x) {
  erg_v one = erg_splat(1.0), zero = erg_splat(0.0), a, q, ql, qb, sign, y, w, p, t;
  erg_m far = erg_ge(x, erg_splat(3.1)), up = erg_ge(x, erg_splat(2.1));
  erg_m low = erg_lt(x, erg_splat(1.1)), least = erg_lt(x, erg_splat(0.1));
  erg_dd_ d, r, s, l;
  erg_log_split_t_ k;
  a = erg_sel(far, x, erg_sel(up, x - 1.0, x));
  q = 1.0 / a;
  ql = erg_fma(-q, a, one) * q;
  qb = erg_sel(least, 1.0 / (x + 1.0), zero);
  /* near */
  y = erg_sel(far, one, erg_sel(up, x - 1.0, x));
  d = erg_sum_(y, -erg_sel(low, erg_sel(least, erg_splat(-0.5383678550316376),
                                        erg_splat(0.46163214496836236)),
                           erg_splat(1.4616321449683622)));
  d.l = d.l - erg_sel(low, erg_splat(-1.5522348162858677e-17),
                      erg_splat(9.549995429965697e-17));
  d = erg_sum_(d.h, d.l);
  t = d.h;
  w = t * t;
  p = erg_splat(-3.9288989920302537e-05);
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(0.00017598811911744537), -0.00037395011952206776));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(0.0005545449692872467), -0.0007513740313624529));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(0.0010689019529019266), -0.001570890697122533));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(0.002305615797587615), -0.00337080994763797));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(0.004926868275108238), -0.007204445228986951));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(0.010538776557324239), -0.015424770400537226));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(0.02259764922723236), -0.033161126346594454));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(0.048804288131408136), -0.07219956125839956));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(0.10782405069177645), -0.16394270544239287));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(0.258499760955648), -0.44276316898359214));
  p = erg_fmak_(t, p, -3.09584924961236e-17);
  r = erg_product_(d.h, erg_splat(0.9676722454476212));
  r.l = erg_fma(d.l, p + 0.9676722454476212, erg_fma(d.h, p, r.l));
  sign = erg_sel(up, one, erg_sel(low, -one, zero));
  s = erg_sum_(sign * q, r.h);
  d = erg_sum_(s.h, -qb);
  y = d.h + (d.l + (s.l + erg_fma(sign, ql, r.l)));
  /* far */
  k = erg_log_split_(erg_sel(far, x, one));
  l = erg_log_core_(k.k, k.m - 1.0);
  t = q * q;
  w = t * t;
  p = erg_splat(3.901588012447333);
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(-3.0439671327269324), 1.1700934335112032));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(-0.31703272307551417), 0.07689096358778558));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(-0.020856204445887466), 0.007569802755410829));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(-0.004166569840979222), 0.003968253038232171));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(-0.008333333328833637), 0.08333333333332572));
  s = erg_sum_(l.h, -0.5 * q);
  return erg_sel(far, s.h + (s.l + erg_fma(-t, p, l.l)), y);
}
/* x < 0: digamma(a) + 1/a + pi cot(pi a), a = -x; NaN at the poles -1, -2, ... */
ERG_FN erg_v erg_digamma(erg_v x) {
  erg_v a = erg_abs(x), one = erg_splat(1.0), r;
  erg_m small = erg_lt(a, erg_splat(1e-20)), negative = erg_lt(x, erg_splat(-1e-20));
  r = erg_digamma_core_(erg_sel(small, one, a));
  if (erg_some(negative)) {
    erg_sincos_t_ t = erg_sincospi_(erg_sel(negative, a, erg_splat(0.5)));
    erg_v c = 3.141592653589793 * (t.c.h / t.s.h);
    c = erg_sel(erg_eq(t.s.h, erg_splat(0.0)), erg_nan_(), c);
    r = erg_sel(negative, (r + one / a) + c, r);
  }
  r = erg_sel(small, -1.0 / x, r);
  r = erg_sel(erg_eq(x, erg_inf_()), x, r);
  return erg_sel(erg_ne(x, x), x, r);
}
//@end

//@begin trigamma: common sincos_ sincospi_
/* x > 0: 1/x^2 + 1/(x+1)^2 + 1/(x+2)^2 and, with y = x + 3 (or x from 3 on),
 * 1/y + 1/(2y^2) + G(1/y^2)/y^3. */
ERG_FN erg_v erg_trigamma_core_(erg_v x) {
  erg_v one = erg_splat(1.0), zero = erg_splat(0.0), q, ql, b, c, y, t, w, p;
  erg_m near = erg_lt(x, erg_splat(3.0));
  erg_dd_ s, u;
  q = erg_sel(near, one / x, zero);
  ql = erg_sel(near, erg_fma(-q, x, one) * q, zero);
  b = erg_sel(near, one / (x + 1.0), zero);
  c = erg_sel(near, one / (x + 2.0), zero);
  y = one / erg_sel(near, x + 3.0, x);
  t = y * y;
  w = t * t;
  p = erg_fmak_(t, erg_splat(-10188.617257728896), 9485.46422553246);
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(-4149.14366453563), 1153.7297175024833));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(-236.3820146415265), 40.24337705597585));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(-6.493329223937135), 1.1479540726646338));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(-0.2526832631571752), 0.07575063178674088));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(-0.03333325943833828), 0.023809523337535363));
  p = erg_fma(w, p, erg_fmak_(t, erg_splat(-0.03333333333179768), 0.1666666666666649));
  u = erg_fast_sum_(y, erg_fma(t * y, p, 0.5 * t));
  s = erg_product_(q, q);
  s.l = erg_fma(2.0 * q, ql, s.l) + u.l;
  b = erg_fma(b, b, c * c);
  u = erg_sum_(u.h, b);
  s.l = s.l + u.l;
  u = erg_sum_(s.h, u.h);
  return u.h + (u.l + s.l);
}
/* x < 0: pi^2/sin(pi a)^2 + 1/a^2 - trigamma(a), a = -x; infinite at the poles. */
ERG_FN erg_v erg_trigamma(erg_v x) {
  erg_v a = erg_abs(x), one = erg_splat(1.0), q, r;
  erg_m small = erg_lt(a, erg_splat(1e-100)), negative = erg_lt(x, erg_splat(-1e-100));
  r = erg_trigamma_core_(erg_sel(small, one, a));
  if (erg_some(negative)) {
    erg_sincos_t_ t = erg_sincospi_(erg_sel(negative, a, erg_splat(0.5)));
    q = 3.141592653589793 / t.s.h;
    q = erg_fma(q, q, one / (a * a) - r);
    q = erg_sel(erg_eq(t.s.h, erg_splat(0.0)), erg_inf_(), q);
    r = erg_sel(negative, q, r);
  }
  q = one / x;
  r = erg_sel(small, q * q, r);
  r = erg_sel(erg_eq(a, erg_inf_()), erg_sel(negative, erg_nan_(), erg_splat(0.0)), r);
  return erg_sel(erg_ne(x, x), x, r);
}
//@end
