/* Shorter trajectories where all of them turn too far (docs/sampler.md, "Overshooting").
 *
 * In the warm-up's last window before its final part, the host watches the draws of the
 * first chains. If they are antithetic in every coordinate, trajectories end far past a
 * quarter turn, and half as many leapfrogs find as much. The job's later stages then take
 * one doubling less. What is decided is fixed before the first draw that counts. */
#include <stdlib.h>
#include <string.h>

#include "engine/run.h"

#define WATCH_CHAINS 8
#define DRAWS_MIN 40        /* watched draws that a decision needs */
#define MEAN_MOST -0.1      /* mean autocorrelation over the coordinates */
#define DEPTH_MIN 3         /* usual depth that is worth halving */
#define DEPTH_SHARE 0.4     /* of the transitions reach the usual depth */
#define DEEPER_MOST 0.1     /* go beyond it: half of it would fall short of half a turn */
#define SHORTFALL 1.5       /* 1 - target_accept grows by this: a longer step */

/* Vectors of a chain: the first draw, then of the differences d from it the last one and
 * sums of d, d^2 and d times the one before. */
enum { FIRST, LAST, SUM, SQUARES, PRODUCTS, VECTORS };

struct engine_watch {
  int32_t chains, dim;
  int64_t *draws;  /* [chains] */
  int64_t depth[32]; /* transitions that reached at least this depth */
  int64_t divergent;
  double *sums;    /* [chains][VECTORS][dim] */
};

erg_status engine_shorten_open(erg_run *run) {
  const erg_job *job = run->job;
  engine_watch *w;
  if (!job->settings[ENGINE_SHORTEN] ||
      (int)job->settings[ENGINE_ALGORITHM] != ERG_ALGORITHM_NUTS)
    return ERG_OK;
  w = run->watch = engine_array(1, sizeof *w);
  if (!w) return ERG_NO_MEMORY;
  w->dim = job->model->dim;
  w->chains = job->chains < WATCH_CHAINS ? job->chains : WATCH_CHAINS;
  w->draws = engine_array((size_t)w->chains, sizeof *w->draws);
  w->sums = engine_array((size_t)w->chains * VECTORS * (size_t)w->dim, sizeof *w->sums);
  return w->draws && w->sums ? ERG_OK : ERG_NO_MEMORY;
}
void engine_shorten_close(erg_run *run) {
  if (!run->watch) return;
  free(run->watch->draws);
  free(run->watch->sums);
  free(run->watch);
}

/* The watch of a chain's draws now, or NULL. */
static engine_watch *watching(const erg_run *run, int32_t chain) {
  engine_watch *w = run->watch;
  return w && chain < w->chains && run->schedule.stages[run->stage].watch ? w : NULL;
}

void engine_shorten_see(erg_run *run, int32_t chain, int32_t n, const double *draws) {
  engine_watch *w = watching(run, chain);
  if (!w || n < 1) return;
  size_t dim = (size_t)w->dim;
  double *s = w->sums + (size_t)chain * VECTORS * dim;
  double *last = s + LAST * dim, *sum = s + SUM * dim;
  double *squares = s + SQUARES * dim, *products = s + PRODUCTS * dim;
  if (w->draws[chain] == 0) memcpy(s, draws, dim * sizeof *s);
  w->draws[chain] += n;
  for (int32_t t = 0; t < n; t++, draws += dim)
    for (size_t i = 0; i < dim; i++) {
      double d = draws[i] - s[FIRST * dim + i];
      sum[i] += d;
      squares[i] += d * d;
      products[i] += d * last[i];
      last[i] = d;
    }
}
void engine_shorten_count(erg_run *run, int32_t chain, int32_t n, const double *statistics) {
  engine_watch *w = watching(run, chain);
  for (int32_t t = 0; w && t < n; t++, statistics += ERG_STATISTICS) {
    for (int d = (int)statistics[ERG_S_TREE_DEPTH]; d >= 0; d--) w->depth[d]++;
    w->divergent += statistics[ERG_S_DIVERGING] > 0;
  }
}

/* Autocorrelation of coordinate i at lag 1 about each chain's mean; NaN if nothing moved. */
static double autocorrelation(const engine_watch *w, size_t i) {
  size_t dim = (size_t)w->dim;
  double variance = 0, covariance = 0;
  for (int32_t c = 0; c < w->chains; c++) {
    const double *s = w->sums + (size_t)c * VECTORS * dim + i;
    double n = (double)w->draws[c], sum = s[SUM * dim], mean = sum / n;
    variance += s[SQUARES * dim] - sum * mean;
    /* The first difference is 0. */
    covariance += s[PRODUCTS * dim] - mean * (2 * sum - s[LAST * dim]) + (n - 1) * mean * mean;
  }
  return covariance / variance;
}

/* Draws in every coordinate are antithetic, but for one standard error where they hardly
 * are: a slow direction shows as a positive autocorrelation and needs the length. */
static int overshoots(const engine_watch *w) {
  double mean = 0;
  int64_t n = w->depth[0];
  if (n < DRAWS_MIN || w->divergent > 0) return 0;
  for (int32_t i = 0; i < w->dim; i++) {
    double r = autocorrelation(w, (size_t)i);
    if (!(r < 0 || r * r * (double)n < 1)) return 0;
    mean += r / w->dim;
  }
  return mean < MEAN_MOST;
}

int engine_shorten_decide(erg_run *run) {
  const engine_watch *w = run->watch;
  const engine_schedule *s = &run->schedule;
  int32_t usual = 0;
  double n;
  if (!w || !s->stages[run->stage].watch || !overshoots(w)) return 0;
  n = (double)w->depth[0];
  while ((double)w->depth[usual + 1] >= DEPTH_SHARE * n) usual++;
  if (usual < DEPTH_MIN || (double)w->depth[usual + 1] > DEEPER_MOST * n) return 0;
  for (int32_t i = run->stage + 1; i < s->n_stages; i++)
    run->schedule.stages[i].depth = usual - 1;
  run->control.target_accept = 1 - SHORTFALL * (1 - run->control.target_accept);
  run->control.shortened = 1;
  return 1;
}
