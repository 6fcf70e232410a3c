/* References in 113 bits for measure.c. */
#define Q __float128
static Q ref_exp(Q x, Q y) {
  (void)y;
  return expq(x);
}
static Q ref_expm1(Q x, Q y) {
  (void)y;
  return expm1q(x);
}
static Q ref_log(Q x, Q y) {
  (void)y;
  return logq(x);
}
static Q ref_log1p(Q x, Q y) {
  (void)y;
  return log1pq(x);
}
static Q ref_rsqrt(Q x, Q y) {
  (void)y;
  return 1 / sqrtq(x);
}
static Q ref_sin(Q x, Q y) {
  (void)y;
  return sinq(x);
}
static Q ref_cos(Q x, Q y) {
  (void)y;
  return cosq(x);
}
static Q ref_tan(Q x, Q y) {
  (void)y;
  return tanq(x);
}
static Q ref_inv_logit(Q x, Q y) {
  (void)y;
  return x < 0 ? expq(x) / (1 + expq(x)) : 1 / (1 + expq(-x));
}
static Q ref_log1p_exp(Q x, Q y) {
  (void)y;
  return x > 0 ? x + log1pq(expq(-x)) : log1pq(expq(x));
}
static Q ref_log1m_exp(Q x, Q y) {
  (void)y;
  return x > -0.5Q ? logq(-expm1q(x)) : log1pq(-expq(x));
}
static Q ref_atan(Q x, Q y) {
  (void)y;
  return atanq(x);
}
static Q ref_atan2(Q x, Q y) { return atan2q(x, y); }
static Q ref_tanh(Q x, Q y) {
  (void)y;
  return tanhq(x);
}
static Q ref_erf(Q x, Q y) {
  (void)y;
  return erfq(x);
}
static Q ref_erfc(Q x, Q y) {
  (void)y;
  return erfcq(x);
}
static Q ref_Phi(Q x, Q y) {
  (void)y;
  return 0.5Q * erfcq(-x * M_SQRT1_2q);
}
static Q ref_pow(Q x, Q y) { return powq(x, y); }
static Q ref_fmod(Q x, Q y) { return fmodq(x, y); }
/* Gamma's logarithm about its roots 1 and 2 by Taylor's series: quadmath's loses digits
 * there. zeta(k) - 1 by summation. */
static Q zeta_less_1(int k) {
  static Q known[120];
  if (known[k] == 0) {
    Q s = 0, n = 30;
    for (int i = 29; i >= 2; i--) s += powq(i, -k);
    /* Euler and Maclaurin */
    Q p = powq(n, -k), t = n * p / (k - 1) + p / 2, f = k * p / n / 12;
    t += f;
    f = -(Q)k * (k + 1) * (k + 2) * p / (n * n * n) / 720;
    t += f;
    f = (Q)k * (k + 1) * (k + 2) * (k + 3) * (k + 4) * p / powq(n, 5) / 30240;
    t += f;
    f = -(Q)k * (k + 1) * (k + 2) * (k + 3) * (k + 4) * (k + 5) * (k + 6) * p / powq(n, 7) /
        1209600;
    t += f;
    f = (Q)k * (k + 1) * (k + 2) * (k + 3) * (k + 4) * (k + 5) * (k + 6) * (k + 7) * (k + 8) *
        p / powq(n, 9) / 47900160;
    t += f;
    known[k] = s + t;
  }
  return known[k];
}
static const Q euler = 0.577215664901532860606512090082402431Q;
static Q ref_lgamma(Q x, Q y) {
  (void)y;
  Q shift = 0;
  if (fabsq(x - 1) < 0.26Q) {
    shift = -log1pq(x - 1);
    x += 1;
  }
  if (fabsq(x - 2) < 0.27Q) {
    Q f = x - 2, p = f, s = (1 - euler) * f;
    for (int k = 2; k < 60; k++) {
      p *= -f;
      s -= zeta_less_1(k) * p / k;
    }
    return s + shift;
  }
  return lgammaq(x) + shift;
}
static Q ref_digamma(Q x, Q y) {
  (void)y;
  if (fabsq(x - 1.4616Q) < 0.01Q) { /* about the root, digits cancel: Taylor's series */
    static const Q root = 1.46163214496836234126265954232572132846819620400644630Q;
    Q d = x - root;
    static Q c[24];
    if (c[1] == 0) {
      for (int k = 1; k < 24; k++) { /* (-1)^(k+1) zeta(k + 1, root) */
        Q s = 0, n = 60 + root;
        for (int i = 59; i >= 0; i--) s += powq(root + i, -(k + 1));
        int m = k + 1;
        Q p = powq(n, -m);
        s += n * p / (m - 1) + p / 2 + m * p / n / 12 -
             (Q)m * (m + 1) * (m + 2) * p / (n * n * n) / 720 +
             (Q)m * (m + 1) * (m + 2) * (m + 3) * (m + 4) * p / powq(n, 5) / 30240 -
             (Q)m * (m + 1) * (m + 2) * (m + 3) * (m + 4) * (m + 5) * (m + 6) * p / powq(n, 7) /
                 1209600;
        c[k] = (k & 1 ? 1 : -1) * s;
      }
    }
    Q s = 0;
    for (int k = 23; k >= 1; k--) s = (s + c[k]) * d;
    return s;
  }
  Q shift = 0;
  for (; x < 40; x += 1) shift += 1 / x;
  Q s = 1 / (x * x);
  return logq(x) - 0.5Q / x -
         s * (1 / 12.0Q -
              s * (1 / 120.0Q -
                   s * (1 / 252.0Q -
                        s * (1 / 240.0Q -
                             s * (1 / 132.0Q -
                                  s * (691 / 32760.0Q -
                                       s * (1 / 12.0Q -
                                            s * (3617 / 8160.0Q -
                                                 s * (43867 / 14364.0Q -
                                                      s * 174611 / 6600.0Q))))))))) -
         shift;
}
static Q ref_trigamma(Q x, Q y) {
  (void)y;
  Q shift = 0;
  for (; x < 40; x += 1) shift += 1 / (x * x);
  Q s = 1 / (x * x);
  return 1 / x + 0.5Q * s +
         s / x *
             (1 / 6.0Q -
              s * (1 / 30.0Q -
                   s * (1 / 42.0Q -
                        s * (1 / 30.0Q -
                             s * (5 / 66.0Q -
                                  s * (691 / 2730.0Q -
                                       s * (7 / 6.0Q - s * (3617 / 510.0Q -
                                                            s * (43867 / 798.0Q -
                                                                 s * 174611 / 330.0Q))))))))) +
         shift;
}
/* Arguments of the functions of two, from three uniforms. */
static void pair_arguments(const char *name, int range, double a, double b, double c, double *x,
                           double *y) {
  if (!strcmp(name, "pow")) {
    double wide = exp((a - 0.5) * 1400);
    if (range == 0) *x = wide, *y = (b - 0.5) * 2 * 745 / fabs(log(wide));
    if (range == 1) *x = a * 10, *y = (b - 0.5) * 20;
    if (range == 2) *x = 0.9 + a * 0.2, *y = (b - 0.5) * 14000;
    if (range == 3) *x = exp((a - 0.5) * 1400), *y = (b - 0.5) * 4;
  } else if (!strcmp(name, "fmod")) {
    *x = range ? exp((a - 0.5) * 1400) : a * 100;
    *y = range ? exp((b - 0.5) * 1400) : b * 10;
  } else {
    *x = range == 2 ? ldexp(1 + a, (int)(c * 2040) - 1060)
         : range    ? exp((a - 0.5) * 60)
                    : a - 0.5;
    *y = range == 2 ? ldexp(1 + b, (int)(c * 2040) - 1060 + (int)(b * 7))
         : range    ? exp((b - 0.5) * 60)
                    : b - 0.5;
    if (c > 0.5) *y = -*y;
  }
}
