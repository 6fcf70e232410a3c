/* Test model in the dialect: hierarchical normal with G groups of N observations,
 *   mu ~ normal(0, 5), log tau ~ normal(0, 1), log sigma ~ normal(0, 1),
 *   theta[g] ~ normal(mu, tau), y[g][i] ~ normal(theta[g], sigma).
 * q: mu, log tau, log sigma, theta[G]. I: G, N. D: y, observation by observation, each
 * padded to whole lanes: y[i * 8 * ceil(G/8) + g]. S: nothing. */
ERG_FN void erg_model(ERG_GROUP ERG_GLOBAL const double *D, ERG_GLOBAL const int *I,
                      ERG_GLOBAL const double *C, ERG_GLOBAL double *S,
                      ERG_GLOBAL const double *q, ERG_GLOBAL double *g,
                      double *lp, ERG_GLOBAL double *m) {
  int G = I[0], N = I[1], row = (G + ERG_W - 1) / ERG_W * ERG_W;
  erg_v mu = erg_splat(q[0]), ltau = erg_splat(q[1]), lsigma = erg_splat(q[2]);
  erg_v wt = erg_exp(erg_splat(-2.0) * ltau), ws = erg_exp(erg_splat(-2.0) * lsigma);
  erg_v sp = erg_splat(0.0), so = erg_splat(0.0), gm = erg_splat(0.0);
  double p, o, gmu, value;
  for (int b = 0; b < G; b += ERG_W) {
    erg_m in = erg_lane_below(G - b);
    erg_v t = erg_load(q + 3 + b), d = erg_sel(in, t - mu, erg_splat(0.0));
    erg_v sum = erg_splat(0.0), square = erg_splat(0.0);
    for (int i = 0; i < N; i++) {
      erg_v r = erg_load(D + i * row + b) - t;
      sum = sum + r;
      square = erg_fma(r, r, square);
    }
    square = erg_sel(in, square, erg_splat(0.0));
    sp = erg_fma(d, d, sp);
    so = so + square;
    gm = erg_fma(d, wt, gm);
    erg_store_n(g + 3 + b, G - b, erg_fma(ws, sum, -(wt * d)));
  }
  p = erg_first(erg_sum_lanes(ERG_PASS sp));
  o = erg_first(erg_sum_lanes(ERG_PASS so));
  gmu = erg_first(erg_sum_lanes(ERG_PASS gm));
  value = -0.02 * q[0] * q[0] - 0.5 * q[1] * q[1] - 0.5 * q[2] * q[2] -
          0.5 * p * erg_first(wt) - 0.5 * o * erg_first(ws) - (double)G * q[1] -
          (double)(G * N) * q[2];
  ERG_ONE_LANE {
    g[0] = gmu - 0.04 * q[0];
    g[1] = p * erg_first(wt) - (double)G - q[1];
    g[2] = o * erg_first(ws) - (double)(G * N) - q[2];
  }
  lp[0] = value;
  lp[1] = value;
  (void)C;
  (void)S;
  (void)m;
}
