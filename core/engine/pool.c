/* The pooled metric: estimators of all chains merged in the order of the chains (Chan,
 * Golub & LeVeque 1983), so that the result depends on nothing but the draws. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/run.h"

/* Mean and M2 of one quantity, [dim] each, over n draws. */
typedef struct estimator {
  double n;
  double *mean, *m2;
} estimator;

/* The chains' four pairs of vectors in the order of the state, pooled. */
typedef struct pool {
  engine_pool kind;
  size_t stride;
  double *vectors;      /* [8][stride] */
  estimator of[4];      /* foreground x, g; background x, g */
  const unsigned char *reset;
} pool;

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

static erg_status collect(erg_run *run, void *data, int32_t chain, double *row) {
  pool *p = data;
  for (int j = 0; j < 4; j++) {
    double n = j < 2 ? run->scalars[chain].front_n : run->scalars[chain].back_n;
    const double *mean = row + 2 * (size_t)j * p->stride;
    merge(&p->of[j], n, mean, mean + p->stride, run->control.dim);
  }
  return ERG_OK;
}

static double clamp(double v) { return v < 1e-20 ? 1e-20 : v > 1e20 ? 1e20 : v; }

/* Inverse metric, and 1/sqrt of it, of a chain; keeps its value where the estimate is no
 * good. */
static erg_status put_metric(erg_run *run, void *data, int32_t chain, double *row) {
  const pool *p = data;
  const estimator *x = &p->of[0], *g = &p->of[1];
  (void)chain;
  for (int32_t i = 0; i < run->control.dim; i++) {
    double v = p->kind == ENGINE_POOL_GRADIENT
                   ? sqrt(x->m2[i] / g->m2[i])
                   : x->m2[i] / (x->n - 1) * (x->n / (x->n + 5)) + 1e-3 * (5 / (x->n + 5));
    if (v > 0 && v < 1e300) row[i] = clamp(v);
    row[p->stride + (size_t)i] = 1.0 / sqrt(row[i]);
  }
  return ERG_OK;
}
static erg_status reset_metric(erg_run *run, void *data, int32_t chain, double *row) {
  const pool *p = data;
  (void)chain;
  for (int32_t i = 0; i < run->control.dim; i++) {
    if (!p->reset || p->reset[i]) row[i] = 1;
    row[p->stride + (size_t)i] = 1.0 / sqrt(row[i]);
  }
  return ERG_OK;
}

/* Estimators: each chain goes on from its share of the pooled background, or from none. */
static erg_status restart(erg_run *run, void *data, int32_t chain, double *row) {
  const pool *p = data;
  int32_t chains = run->job->chains;
  double n = p->kind == ENGINE_POOL_GRADIENT ? p->of[2].n / chains : 0;
  run->scalars[chain].front_n = n;
  run->scalars[chain].back_n = 0;
  for (int j = 0; j < 2 && n > 0; j++) {
    double *mean = row + 2 * (size_t)j * p->stride;
    for (int32_t i = 0; i < run->control.dim; i++) {
      mean[i] = p->of[2 + j].mean[i];
      mean[p->stride + (size_t)i] = p->of[2 + j].m2[i] / chains;
    }
  }
  return ERG_OK;
}

erg_status engine_pool_metric(erg_run *run, engine_pool kind) {
  size_t stride = (size_t)run->control.stride;
  pool p = {.kind = kind, .stride = stride};
  erg_status status;
  p.vectors = engine_array(8 * stride, sizeof *p.vectors);
  if (!p.vectors) return ERG_NO_MEMORY;
  for (size_t j = 0; j < 4; j++) {
    p.of[j].mean = p.vectors + 2 * j * stride;
    p.of[j].m2 = p.of[j].mean + stride;
  }
  status = engine_each_row(run, ERG_V_FRONT * stride, 8 * stride, ENGINE_ROWS_READ, collect,
                           &p);
  if (status == ERG_OK && p.of[0].n >= 3)
    status = engine_each_row(run, ERG_V_METRIC * stride, 2 * stride,
                             ENGINE_ROWS_READ | ENGINE_ROWS_WRITE, put_metric, &p);
  if (status == ERG_OK)
    status = engine_each_row(run, ERG_V_FRONT * stride, 8 * stride, ENGINE_ROWS_WRITE,
                             restart, &p);
  run->metric_stale = 1;
  free(p.vectors);
  return status;
}

erg_status engine_reset_metric(erg_run *run, const unsigned char *coordinate_reset) {
  size_t stride = (size_t)run->control.stride;
  pool p = {.kind = ENGINE_POOL_NONE, .stride = stride, .reset = coordinate_reset};
  erg_status status =
      engine_each_row(run, ERG_V_METRIC * stride, 2 * stride,
                      ENGINE_ROWS_READ | ENGINE_ROWS_WRITE, reset_metric, &p);
  if (status == ERG_OK)
    status = engine_each_row(run, ERG_V_FRONT * stride, 8 * stride, ENGINE_ROWS_WRITE,
                             restart, &p);
  run->metric_stale = 1;
  return status;
}
