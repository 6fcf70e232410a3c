/* Portable dialect: adaptation. Step size by dual averaging, diagonal metric from
 * draws and gradients, moments for automatic centring.
 *
 * Included by sampler.h after a prologue, elementary.h and chain.h. `c` is the chain's
 * scalars in registers, `k` the control, `s` the chain's vectors.
 */
#ifndef ERG_DEVICE_ADAPT_H
#define ERG_DEVICE_ADAPT_H

ERG_FN ERG_GLOBAL double *erg_vector(ERG_GLOBAL const erg_control *k,
                                     ERG_GLOBAL double *s, int v) {
  return s + (long)v * k->stride;
}
ERG_FN ERG_GLOBAL double *erg_element_vector(ERG_GLOBAL const erg_control *k,
                                             ERG_GLOBAL double *s, int v) {
  return s + k->element_offset + (long)v * k->element_stride;
}
/* Slots `from` + number of the lane. */
ERG_FN erg_vi erg_slots(int from) {
  erg_v x = erg_lane_number() + erg_splat(4503599627370496.0 + (double)from); /* 2^52 */
  return erg_bits(x) & erg_splati(0xffffffffL);
}
ERG_FN_PART double erg_exp1(double x) { return erg_first(erg_exp(erg_splat(x))); }
ERG_FN_PART double erg_log1(double x) { return erg_first(erg_log(erg_splat(x))); }
ERG_FN double erg_sqrt1(double x) { return erg_first(erg_sqrt(erg_splat(x))); }
ERG_FN int erg_finite1(double x) { return x - x == 0.0; }

/* Dual averaging of log step size (Hoffman & Gelman 2014, section 3.2; constants as in
 * Stan: gamma 0.05, t0 10, kappa 0.75, mu = log(10 step)). */
ERG_FN void erg_average_start(erg_chain *c) {
  c->da_mu = erg_log1(10.0 * c->step);
  c->da_s = 0.0;
  c->da_x = 0.0;
  c->da_count = 0.0;
  c->da_step = c->step;
}
ERG_FN void erg_average_update(erg_chain *c, ERG_GLOBAL const erg_control *k,
                               double accept) {
  double t = c->da_count + 1.0;
  double eta = 1.0 / (t + 10.0);
  double root = erg_sqrt1(t);
  double x, w;
  c->da_count = t;
  c->da_s = (1.0 - eta) * c->da_s + eta * (k->target_accept - accept);
  x = c->da_mu - c->da_s * root / 0.05;
  w = 1.0 / (root * erg_sqrt1(root)); /* t^-0.75 */
  c->da_x = (1.0 - w) * c->da_x + w * x;
  c->step = erg_exp1(x);
  c->da_step = erg_exp1(c->da_x);
  if (!(c->step < k->max_step)) c->step = k->max_step;
  if (!(c->da_step < k->max_step)) c->da_step = k->max_step;
}

/* Inverse metric v (sigma^2) and the momentum's standard deviation 1/sigma, for the
 * lanes below dim of block b; padding stays zero. */
ERG_FN void erg_metric_put(ERG_GLOBAL const erg_control *k, ERG_GLOBAL double *s, int b,
                           erg_v v) {
  erg_v scale = erg_splat(1.0) / erg_sqrt(v);
  erg_m lanes = erg_lane_below(k->dim - b * ERG_W);
  erg_v zero = erg_splat(0.0);
  erg_store(erg_vector(k, s, ERG_V_METRIC) + b * ERG_W, erg_sel(lanes, v, zero));
  erg_store(erg_vector(k, s, ERG_V_SCALE) + b * ERG_W, erg_sel(lanes, scale, zero));
}
ERG_FN erg_v erg_clamp(erg_v v, double low, double high) {
  v = erg_sel(erg_gt(v, erg_splat(low)), v, erg_splat(low));
  return erg_sel(erg_lt(v, erg_splat(high)), v, erg_splat(high));
}

/* First guess: sigma_i^2 = 1/|g_i| at the initial point (nuts-rs); 1 where g_i is 0. */
ERG_FN void erg_metric_from_gradient(const erg_chain *c, ERG_GLOBAL const erg_control *k,
                                     ERG_GLOBAL double *s) {
  ERG_GLOBAL double *g = erg_vector(k, s, ERG_V_SAMPLE_G + c->slot);
  for (int b = 0; b < k->blocks; b++) {
    erg_v x = erg_abs(erg_load(g + b * ERG_W));
    erg_v v = erg_clamp(erg_splat(1.0) / x, 1e-20, 1e20);
    v = erg_sel(erg_gt(x, erg_splat(0.0)), v, erg_splat(1.0));
    erg_metric_put(k, s, b, v);
  }
}

/* sigma_i^2 = sqrt(Var x_i / Var g_i) of an estimator (the diagonal metric that
 * minimises the Fisher divergence to a normal; nuts-rs, Seyboldt et al. 2024). Keeps
 * the old value where it isn't finite and positive. */
ERG_FN void erg_metric_from_draws(ERG_GLOBAL const erg_control *k, ERG_GLOBAL double *s,
                                  int estimator) {
  ERG_GLOBAL double *m2x = erg_vector(k, s, estimator + 1);
  ERG_GLOBAL double *m2g = erg_vector(k, s, estimator + 3);
  ERG_GLOBAL double *metric = erg_vector(k, s, ERG_V_METRIC);
  for (int b = 0; b < k->blocks; b++) {
    erg_v v = erg_sqrt(erg_load(m2x + b * ERG_W) / erg_load(m2g + b * ERG_W));
    erg_m good = erg_and(erg_gt(v, erg_splat(0.0)), erg_lt(v, erg_splat(1e300)));
    v = erg_sel(good, erg_clamp(v, 1e-20, 1e20), erg_load(metric + b * ERG_W));
    erg_metric_put(k, s, b, v);
  }
}

/* Welford's update of an estimator (4 vectors from `estimator` on) that now holds n
 * draws, the new one included. */
ERG_FN void erg_estimate_add(const erg_chain *c, ERG_GLOBAL const erg_control *k,
                             ERG_GLOBAL double *s, int estimator, double n) {
  ERG_GLOBAL double *x = erg_vector(k, s, ERG_V_SAMPLE_Q + c->slot);
  ERG_GLOBAL double *e = erg_vector(k, s, estimator);
  erg_v weight = erg_splat(1.0 / n);
  for (int j = 0; j < 2; j++) {
    for (int b = 0; b < k->blocks; b++) {
      erg_v v = erg_load(x + b * ERG_W);
      erg_v mean = erg_load(e + b * ERG_W);
      erg_v m2 = erg_load(e + k->stride + b * ERG_W);
      erg_v d = v - mean;
      mean = erg_fma(d, weight, mean);
      m2 = erg_fma(d, v - mean, m2);
      erg_store(e + b * ERG_W, mean);
      erg_store(e + k->stride + b * ERG_W, m2);
    }
    x = erg_vector(k, s, ERG_V_SAMPLE_G + c->slot);
    e = e + 2 * k->stride;
  }
}
/* Foreground = background, background = nothing. */
ERG_FN void erg_estimate_switch(erg_chain *c, ERG_GLOBAL const erg_control *k,
                                ERG_GLOBAL double *s) {
  ERG_GLOBAL double *front = erg_vector(k, s, ERG_V_FRONT);
  ERG_GLOBAL double *back = erg_vector(k, s, ERG_V_BACK);
  for (int v = 0; v < 4; v++) {
    for (int b = 0; b < k->blocks; b++) {
      int i = v * k->stride + b * ERG_W;
      erg_store(front + i, erg_load(back + i));
      erg_store(back + i, erg_splat(0.0));
    }
  }
  c->front_n = c->back_n;
  c->back_n = 0.0;
}

/* After a transition of the warm-up; c->iteration counts it already. */
ERG_FN_PART void erg_adapt(erg_chain *c, ERG_GLOBAL const erg_control *k, ERG_GLOBAL double *s,
                           double accept) {
  int index = c->index < 0 ? -c->index : c->index;
  if (k->adapt & ERG_ADAPT_STEP) erg_average_update(c, k, accept);
  if (k->adapt & ERG_ADAPT_COLLECT) {
    /* A draw that has not moved, or hardly before a divergence, says little. */
    if ((k->adapt & ERG_ADAPT_VARIANCE) || (c->diverging ? index > 4 : index > 0)) {
      c->front_n += 1.0;
      c->back_n += 1.0;
      for (int v = ERG_V_FRONT; v <= ERG_V_BACK; v += ERG_V_BACK - ERG_V_FRONT)
        erg_estimate_add(c, k, s, v, v == ERG_V_FRONT ? c->front_n : c->back_n);
    }
    if ((k->adapt & ERG_ADAPT_METRIC) && c->front_n >= 3.0)
      erg_metric_from_draws(k, s, ERG_V_FRONT);
    /* At the stop, the host pools and switches. */
    if (k->switch_every > 0 && c->iteration < k->stop &&
        (c->iteration - k->switch_from) % k->switch_every == 0)
      erg_estimate_switch(c, k, s);
  }
}

/* Welford's update with the moments (a, g, w) that the model wrote at the draw. The
 * lanes of g and w run over array ends; what lies past `elements` is never read back. */
ERG_FN_PART void erg_moments_add(erg_chain *c, ERG_GLOBAL const erg_control *k,
                                 ERG_GLOBAL double *s) {
  ERG_GLOBAL double *m = erg_element_vector(k, s, ERG_E_MOMENTS);
  erg_v weight;
  c->moments_n += 1.0;
  weight = erg_splat(1.0 / c->moments_n);
  for (int b = 0; b < k->element_blocks; b++) {
    int i = b * ERG_W, st = k->element_stride;
    ERG_GLOBAL double *e = erg_element_vector(k, s, 0) + i;
    int rest = k->elements - i;
    erg_v a = erg_load(m + i);
    erg_v g = erg_load(m + k->elements + i);
    erg_v w = erg_load(m + 2 * k->elements + i);
    erg_v mean_a = erg_load(e + ERG_E_MEAN_A * st);
    erg_v mean_g = erg_load(e + ERG_E_MEAN_G * st);
    erg_v mean_w = erg_load(e + ERG_E_MEAN_W * st);
    erg_v da = a - mean_a;
    mean_a = erg_fma(da, weight, mean_a);
    mean_g = erg_fma(g - mean_g, weight, mean_g);
    mean_w = erg_fma(w - mean_w, weight, mean_w);
    erg_store_n(e + ERG_E_M2_A * st, rest,
                erg_fma(da, a - mean_a, erg_load(e + ERG_E_M2_A * st)));
    erg_store_n(e + ERG_E_C_AG * st, rest,
                erg_fma(da, g - mean_g, erg_load(e + ERG_E_C_AG * st)));
    erg_store_n(e + ERG_E_MEAN_A * st, rest, mean_a);
    erg_store_n(e + ERG_E_MEAN_G * st, rest, mean_g);
    erg_store_n(e + ERG_E_MEAN_W * st, rest, mean_w);
  }
}

#endif
