/* The pooled metric: estimators of all chains merged in the order of the chains (Chan,
 * Golub & LeVeque 1983), so that the result depends on nothing but the draws. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/run.h"

typedef struct estimator {
  double n;
  double *mean, *m2;
} estimator;

/* Adds (n, mean, m2) to `into`. */
static void merge(estimator *into, double n, const double *mean, const double *m2, int dim) {
  double total = into->n + n;
  if (!(n > 0)) return;
  for (int i = 0; i < dim; i++) {
    double d = mean[i] - into->mean[i];
    into->mean[i] += d * (n / total);
    into->m2[i] += m2[i] + d * d * (into->n * n / total);
  }
  into->n = total;
}

/* Writes the inverse metric v (with 1/sqrt) of chain c from rows of `stride` doubles. */
static erg_status put_metric(erg_run *run, int32_t c, const double *v, double *two) {
  int dim = run->control.dim, stride = run->control.stride;
  memset(two, 0, sizeof *two * 2 * (size_t)stride);
  for (int i = 0; i < dim; i++) {
    two[i] = v[i];
    two[stride + i] = 1.0 / sqrt(v[i]);
  }
  return engine_write(run, ENGINE_STATE, c, 1, engine_vector_offset(run, ERG_V_METRIC),
                      sizeof *two * 2 * (size_t)stride, two, 0);
}

static double clamp(double v) { return v < 1e-20 ? 1e-20 : v > 1e20 ? 1e20 : v; }

erg_status engine_pool_metric(erg_run *run, engine_pool kind) {
  int32_t chains = run->job->chains;
  size_t stride = (size_t)run->control.stride, dim = (size_t)run->control.dim;
  uint64_t bytes = 8 * stride * sizeof(double); /* both estimators are neighbours */
  double *pooled = engine_array(8 * stride, sizeof(double));
  double *one = engine_array(8 * stride, sizeof(double));
  double *metric = engine_array(stride, sizeof(double));
  estimator x = {0, pooled, pooled + stride}, g = {0, pooled + 2 * stride, pooled + 3 * stride};
  estimator bx = {0, pooled + 4 * stride, pooled + 5 * stride};
  estimator bg = {0, pooled + 6 * stride, pooled + 7 * stride};
  erg_status status = pooled && one && metric ? ERG_OK : ERG_NO_MEMORY;

  for (int32_t c = 0; c < chains && status == ERG_OK; c++) {
    double n = run->scalars[c].front_n, m = run->scalars[c].back_n;
    status = engine_read(run, ENGINE_STATE, c, 1, engine_vector_offset(run, ERG_V_FRONT),
                         bytes, one, 0);
    merge(&x, n, one, one + stride, (int)dim);
    merge(&g, n, one + 2 * stride, one + 3 * stride, (int)dim);
    merge(&bx, m, one + 4 * stride, one + 5 * stride, (int)dim);
    merge(&bg, m, one + 6 * stride, one + 7 * stride, (int)dim);
  }
  if (status == ERG_OK && x.n >= 3) {
    for (int32_t c = 0; c < chains && status == ERG_OK; c++) {
      status = engine_read(run, ENGINE_STATE, c, 1, engine_vector_offset(run, ERG_V_METRIC),
                           dim * sizeof(double), metric, 0);
      for (size_t i = 0; i < dim; i++) {
        double v = kind == ENGINE_POOL_GRADIENT
                       ? sqrt(x.m2[i] / g.m2[i])
                       : x.m2[i] / (x.n - 1) * (x.n / (x.n + 5)) + 1e-3 * (5 / (x.n + 5));
        if (v > 0 && v < 1e300) metric[i] = clamp(v);
      }
      if (status == ERG_OK) status = put_metric(run, c, metric, one);
    }
  }
  /* Estimators: each chain goes on from its share of the pooled background. */
  memset(pooled, 0, 4 * stride * sizeof(double));
  if (kind == ENGINE_POOL_GRADIENT && status == ERG_OK) {
    for (size_t i = 0; i < dim; i++) {
      x.mean[i] = bx.mean[i];
      x.m2[i] = bx.m2[i] / chains;
      g.mean[i] = bg.mean[i];
      g.m2[i] = bg.m2[i] / chains;
    }
  } else {
    bx.n = 0;
  }
  memset(pooled + 4 * stride, 0, 4 * stride * sizeof(double));
  for (int32_t c = 0; c < chains && status == ERG_OK; c++) {
    run->scalars[c].front_n = bx.n / chains;
    run->scalars[c].back_n = 0;
    status = engine_write(run, ENGINE_STATE, c, 1, engine_vector_offset(run, ERG_V_FRONT),
                          bytes, pooled, 0);
  }
  run->metric_stale = 1;
  free(pooled);
  free(one);
  free(metric);
  return status;
}

erg_status engine_reset_metric(erg_run *run, const unsigned char *coordinate_reset) {
  size_t stride = (size_t)run->control.stride, dim = (size_t)run->control.dim;
  double *zero = engine_array(8 * stride, sizeof(double));
  double *two = engine_array(2 * stride, sizeof(double));
  double *metric = engine_array(stride, sizeof(double));
  erg_status status = zero && two && metric ? ERG_OK : ERG_NO_MEMORY;
  for (int32_t c = 0; c < run->job->chains && status == ERG_OK; c++) {
    status = engine_read(run, ENGINE_STATE, c, 1, engine_vector_offset(run, ERG_V_METRIC),
                         dim * sizeof(double), metric, 0);
    for (size_t i = 0; i < dim; i++)
      if (!coordinate_reset || coordinate_reset[i]) metric[i] = 1;
    if (status == ERG_OK) status = put_metric(run, c, metric, two);
    if (status == ERG_OK)
      status = engine_write(run, ENGINE_STATE, c, 1, engine_vector_offset(run, ERG_V_FRONT),
                            8 * stride * sizeof(double), zero, 0);
    run->scalars[c].front_n = run->scalars[c].back_n = 0;
  }
  run->metric_stale = 1;
  free(zero);
  free(two);
  free(metric);
  return status;
}
