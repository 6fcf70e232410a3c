/* Test model in the dialect: independent standard normals. I: the dimension. */
ERG_FN void erg_model(ERG_GROUP ERG_GLOBAL const double *D, ERG_GLOBAL const int *I,
                      ERG_GLOBAL const double *C, ERG_GLOBAL double *S,
                      ERG_GLOBAL const double *q, ERG_GLOBAL double *g,
                      double *lp, ERG_GLOBAL double *m) {
  erg_v sum = erg_splat(0.0);
  double value;
  for (int b = 0; b < I[0]; b += ERG_W) {
    erg_v x = erg_sel(erg_lane_below(I[0] - b), erg_load(q + b), erg_splat(0.0));
    sum = erg_fma(x, x, sum);
    erg_store_n(g + b, I[0] - b, -x);
  }
  value = -0.5 * erg_first(erg_sum_lanes(ERG_PASS sum));
  lp[0] = value;
  lp[1] = value;
  (void)D;
  (void)C;
  (void)S;
  (void)m;
}
