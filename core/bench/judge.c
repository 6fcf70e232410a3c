#include "bench/judge.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diagnostics/work.h"
#include "run/text.h"

double judge_r_hat_limit(int64_t chains, int64_t draws) {
  if (chains * draws >= 4000 && draws >= 1000) return 1.01;
  return chains * draws >= 2000 && draws >= 500 ? 1.02 : INFINITY;
}

double judge_ess_limit(int64_t chains, int64_t draws) {
  return chains * draws >= 4000 && draws >= 1000 ? 400 : 0;
}

int judge_truth_least(int of, double alpha) {
  double below = 0; /* P(X < k) */
  for (int k = 0; k <= of; k++) {
    double log_p = lgamma(of + 1.0) - lgamma(k + 1.0) - lgamma(of - k + 1.0) +
                   k * log(0.89) + (of - k) * log1p(-0.89);
    if (below + exp(log_p) >= alpha) return k;
    below += exp(log_p);
  }
  return of;
}

bool judge_same_bits(const cell *a, const cell *b, int64_t *chain, int64_t *draw) {
  const cell_result *r = a->result;
  for (int64_t d = 0; d < r->draws; d++)
    for (int64_t c = 0; c < r->chains; c++)
      if (a->hashes[c * r->draws + d] != b->hashes[c * r->draws + d]) {
        *chain = c;
        *draw = d;
        return false;
      }
  return true;
}

/* Student's t from the normal quantile: Cornish-Fisher, Abramowitz & Stegun 26.7.5. */
static double t_quantile(double p, double v) {
  double x = diag_normal_quantile(p), x2 = x * x;
  double g1 = x * (x2 + 1) / 4;
  double g2 = x * ((5 * x2 + 16) * x2 + 3) / 96;
  double g3 = x * (((3 * x2 + 19) * x2 + 17) * x2 - 15) / 384;
  return x + g1 / v + g2 / (v * v) + g3 / (v * v * v);
}

static bench_difference difference(double value, double error, double expected,
                                   double expected_error) {
  double sd = sqrt(error * error + expected_error * expected_error);
  bench_difference d = {value, error, expected, expected_error, (value - expected) / sd};
  if (value == expected) d.z = 0;
  if (isnan(d.z)) d.z = INFINITY; /* draws that aren't finite */
  return d;
}

static bench_difference take(judge_moments *o, const bench_moment *m, const char *what,
                             double value, double error, double expected,
                             double expected_error) {
  bench_difference d = difference(value, error, expected, expected_error);
  o->tests++;
  if (fabs(d.z) <= o->worst) return d;
  o->worst = fabs(d.z);
  o->value = value;
  o->expected = expected;
  snprintf(o->name, sizeof o->name, "%s of %s", what, m->name);
  return d;
}

double bench_worst_z(const bench_agreement *a) { return fmax(fabs(a->mean.z), fabs(a->sd.z)); }

static int downwards(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x < y) - (x > y);
}

/* Keeps those that differ most; of equal ones the first. */
static void shorten(judge_moments *o) {
  if (o->n <= BENCH_AGREEMENTS) return;
  double *z = run_alloc((size_t)o->n * sizeof *z);
  for (int i = 0; i < o->n; i++) z[i] = bench_worst_z(&o->list[i]);
  qsort(z, (size_t)o->n, sizeof *z, downwards);
  double least = z[BENCH_AGREEMENTS - 1];
  int above = 0, n = 0;
  while (above < BENCH_AGREEMENTS && z[above] > least) above++;
  int equal = BENCH_AGREEMENTS - above;
  free(z);
  for (int i = 0; i < o->n; i++) {
    double w = bench_worst_z(&o->list[i]);
    if (w > least || (w == least && equal-- > 0)) o->list[n++] = o->list[i];
  }
  o->n = n;
}

/* At most the number of draws: antithetic chains are not counted on. */
static double effective(const cell *c, const bench_moment *m) {
  double n = (double)(c->result->chains * c->result->draws);
  return fmin(fmin(m->ess_bulk, m->ess_tail), n);
}

static bool is_poor(const bench_moment *m) {
  return !(m->ess_bulk >= BENCH_MIN_ESS && m->ess_tail >= BENCH_MIN_ESS);
}

void judge_compare(const cell *a, const cell *reference, double alpha, judge_moments *o) {
  *o = (judge_moments){0};
  double least = INFINITY;
  int64_t n = a->result->n_moments;
  if (reference->result->n_moments < n) n = reference->result->n_moments;
  o->list = run_alloc((size_t)(n + 1) * sizeof *o->list);
  for (int64_t i = 0; i < n; i++) {
    const bench_moment *m = &a->moments[i], *r = &reference->moments[i];
    if (m->constant && r->constant && m->mean == r->mean) continue;
    bool poor = is_poor(m), broken = isnan(m->ess_bulk) && !isnan(r->ess_bulk);
    if (!broken && (poor || is_poor(r))) {
      o->left_out++;
      continue;
    }
    /* A sample whose spread happens to be small believes in a small error of it, too: the
     * reference's error, scaled to this many effective draws, is the floor. */
    double scale = sqrt(effective(reference, r) / effective(a, m));
    if (!(scale > 0)) scale = 1;
    if (!broken) least = fmin(least, fmin(m->ess_bulk, m->ess_tail));
    o->mean_outside += !(fabs(m->mean - r->mean) <= BENCH_BAND_MEAN * fabs(r->mean));
    o->sd_outside += !(fabs(m->sd - r->sd) <= BENCH_BAND_SD * fabs(r->sd));
    bench_agreement *to = &o->list[o->n++];
    snprintf(to->name, sizeof to->name, "%s", m->name);
    to->mean = take(o, m, "mean", m->mean, fmax(m->mcse_mean, scale * r->mcse_mean), r->mean,
                    r->mcse_mean);
    to->sd = take(o, m, "sd", m->sd, fmax(m->mcse_sd, scale * r->mcse_sd), r->sd, r->mcse_sd);
    to->square = difference(m->square, fmax(m->mcse_square, scale * r->mcse_square), r->square,
                            r->mcse_square);
  }
  o->freedom = fmin(least, 1e9);
  if (o->tests) o->limit = t_quantile(1 - alpha / (2 * o->tests), o->freedom);
  shorten(o);
}
