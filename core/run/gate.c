#include "run/gate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compile/interpret.h"
#include "run/text.h"

enum { TRIES_A_POINT = 20 };

/* --- points ------------------------------------------------------------------------- */

static void random_point(const ir_graph *g, random_stream *s, int number, double *q) {
  double width = number % 2 ? 0.5 : 2; /* as initial points are; nearer to the middle */
  for (int64_t i = 0; i < g->dim; i++) q[i] = width * (2 * random_unit(s) - 1);
}

static double *random_centring(const ir_graph *g, uint64_t seed) {
  int64_t n = g->n_elements;
  if (n == 0) return NULL;
  size_t length = (size_t)erg_centring_length((int32_t)n, g->n_families);
  double *c = run_alloc((length + ERG_PADDING) * sizeof *c);
  int32_t *family = run_alloc((size_t)n * sizeof *family);
  random_key key = {.seed = seed, .purpose = RANDOM_TEST, .draw = 1};
  random_stream s = random_open(&key, 0, 0);
  double level[ERG_CENTRING_LEVELS];
  for (int k = 0; k < ERG_CENTRING_LEVELS; k++) level[k] = exp(2 * random_normal(&s));
  for (int64_t i = 0; i < n; i++) {
    c[i] = level[(int)(ERG_CENTRING_LEVELS * random_unit(&s)) % ERG_CENTRING_LEVELS];
    c[n + i] = c[i] * random_normal(&s);
  }
  for (int f = 0; f < g->n_families; f++) c[2 * n + f] = 0.5 + 0.5 * random_unit(&s);
  ir_element_families(g, family);
  if (erg_centring_levels((int32_t)n, g->n_families, family, c) != 0) abort();
  free(family);
  return c;
}

/* The oracle at point k; false where the log density isn't finite. */
static bool ask(const ir_graph *g, interpl *oracle, const ir_id *terms, long double *wide,
                run_points *p, int k, bool centred) {
  const double *q = p->q + (size_t)k * (size_t)(p->dim + ERG_PADDING);
  for (int32_t i = 0; i < p->dim; i++) wide[i] = q[i];
  interpl_run(oracle, wide, centred ? p->centring : NULL, NULL);
  long double lp = 0, reported = 0, scale = 0;
  for (int t = 0; t < g->n_terms; t++) {
    int64_t n = 0;
    const long double *v = interpl_value(oracle, g->terms[t].node, &n);
    long double sum = 0;
    for (int64_t i = 0; i < n; i++) {
      sum += v[i];
      scale += fabsl(v[i]);
    }
    lp += sum;
    if (g->terms[t].kind != IR_TERM_CENTRING) reported += sum;
  }
  if (!isfinite((double)lp)) return false;
  long double *gradient = p->gradient + (size_t)k * (size_t)p->dim;
  interpl_gradient(oracle, terms, g->n_terms, gradient);
  for (int32_t i = 0; i < p->dim; i++)
    if (!isfinite((double)gradient[i])) return false;
  p->lp[2 * k] = lp;
  p->lp[2 * k + 1] = reported;
  p->scale[k] = fmax(1, (double)scale);
  return true;
}

run_points *run_points_new(const ir_graph *g, int32_t n, uint64_t seed) {
  run_points *p = run_alloc(sizeof *p);
  p->dim = (int32_t)g->dim;
  size_t dim = (size_t)g->dim, count = (size_t)n;
  p->q = run_alloc(count * (dim + ERG_PADDING) * sizeof *p->q);
  p->lp = run_alloc(2 * count * sizeof *p->lp);
  p->scale = run_alloc(count * sizeof *p->scale);
  p->gradient = run_alloc(count * dim * sizeof *p->gradient);
  p->centring = random_centring(g, seed);
  ir_id *terms = run_alloc(((size_t)g->n_terms + 1) * sizeof *terms);
  for (int t = 0; t < g->n_terms; t++) terms[t] = g->terms[t].node;
  interpl *oracle = interpl_new(g, terms, g->n_terms);
  long double *wide = run_alloc((dim + 1) * sizeof *wide);
  random_key key = {.seed = seed, .purpose = RANDOM_TEST};
  int plain = p->centring ? (n + 1) / 2 : n;
  for (int tries = 0; p->n < n && tries < TRIES_A_POINT * n; tries++) {
    bool centred = p->n_plain >= plain || (p->centring && tries >= TRIES_A_POINT * plain);
    random_stream s = random_open(&key, 0, tries);
    random_point(g, &s, tries, p->q + (size_t)p->n * (dim + ERG_PADDING));
    if (!ask(g, oracle, terms, wide, p, p->n, centred)) continue;
    p->n++;
    p->n_plain += !centred;
  }
  free(wide);
  interpl_free(oracle);
  free(terms);
  return p;
}

void run_points_free(run_points *p) {
  if (!p) return;
  free(p->centring);
  free(p->q);
  free(p->lp);
  free(p->scale);
  free(p->gradient);
  free(p);
}

/* --- comparison --------------------------------------------------------------------- */

static void start(const run_points *p, run_gate *out) {
  *out = (run_gate){.done = 1, .passed = 1, .points = p->n, .point = -1, .coordinate = -1};
  if (p->n == 0) {
    out->passed = 0;
    snprintf(out->reason, sizeof out->reason,
             "no point uniform on (-2, 2) has a finite log density");
  }
}

/* NaN is worse than any number. */
static bool worse(double error, double than) { return !(error <= than); }

static void compare(const run_points *p, int k, const double *lp, const double *gradient,
                    run_gate *out) {
  const long double *want = p->gradient + (size_t)k * (size_t)p->dim;
  double largest = 1000; /* 1e-3 of it: 1 */
  for (int32_t i = 0; i < p->dim; i++) largest = fmax(largest, fabs((double)want[i]));
  for (int side = 0; side < 2; side++) {
    double error = fabs((double)(lp[side] - p->lp[2 * k + side])) / p->scale[k];
    if (!worse(error, out->lp_error)) continue;
    out->lp_error = error;
    if (worse(error, RUN_GATE_LIMIT) && out->passed) {
      out->passed = 0;
      snprintf(out->reason, sizeof out->reason,
               "log density at point %d: %.15g, the oracle has %.15g", k + 1, lp[side],
               (double)p->lp[2 * k + side]);
    }
  }
  for (int32_t i = 0; i < p->dim; i++) {
    double scale = fmax(fabs((double)want[i]), 1e-3 * largest);
    double error = fabs((double)(gradient[i] - want[i])) / scale;
    if (!worse(error, out->gradient_error)) continue;
    out->gradient_error = error;
    out->point = k;
    out->coordinate = i;
    if (worse(error, RUN_GATE_LIMIT) && out->passed) {
      out->passed = 0;
      snprintf(out->reason, sizeof out->reason,
               "gradient at point %d, coordinate %d: %.15g, the oracle has %.15g", k + 1, i + 1,
               gradient[i], (double)want[i]);
    }
  }
}

void run_gate_model(const run_points *p, const erg_model *model, run_gate *out) {
  start(p, out);
  size_t dim = (size_t)p->dim;
  double *gradient = run_alloc((dim + ERG_PADDING) * sizeof *gradient), lp[2];
  size_t bytes = (model->scratch_bytes / 64 + 1) * 64;
  void *scratch = aligned_alloc(64, bytes);
  if (!scratch) abort();
  for (int k = 0; k < p->n; k++) {
    lp[0] = lp[1] = NAN;
    for (size_t i = 0; i < dim; i++) gradient[i] = NAN;
    model->logp(model, k < p->n_plain ? NULL : p->centring, scratch,
                p->q + (size_t)k * (dim + ERG_PADDING), lp, gradient, NULL);
    compare(p, k, lp, gradient, out);
  }
  free(scratch);
  free(gradient);
}

void run_gate_sampler(const run_points *p, const erg_host *host, const erg_sampler *sampler,
                      const erg_job *job, const char *(*reason)(void *data, erg_status code),
                      void *data, run_gate *out) {
  const erg_gradient_extension *e =
      sampler->extension ? sampler->extension(sampler, "erg.gradient/1") : NULL;
  *out = (run_gate){.point = -1, .coordinate = -1};
  if (!e || !ERG_HAS(e, gradient) || !e->gradient) return;
  start(p, out);
  size_t dim = (size_t)p->dim, n = (size_t)p->n;
  double *q = run_alloc((n * dim + 1) * sizeof *q), *lp = run_alloc((2 * n + 1) * sizeof *lp);
  double *gradient = run_alloc((n * dim + 1) * sizeof *gradient);
  for (size_t k = 0; k < n; k++)
    memcpy(q + k * dim, p->q + k * (dim + ERG_PADDING), dim * sizeof *q);
  for (size_t i = 0; i < n * dim; i++) gradient[i] = NAN;
  for (size_t i = 0; i < 2 * n; i++) lp[i] = NAN;
  for (int part = 0; part < 2; part++) {
    size_t first = part ? (size_t)p->n_plain : 0, end = part ? n : (size_t)p->n_plain;
    if (first == end) continue;
    erg_job one = *job;
    one.chains = (int32_t)(end - first);
    one.initial = q + first * dim;
    one.warmup = 0;
    one.draws = 1;
    erg_status status = e->gradient(host, &one, part ? p->centring : NULL, lp + 2 * first,
                                    gradient + first * dim);
    if (status != ERG_OK) {
      out->passed = 0;
      snprintf(out->reason, sizeof out->reason, "%s", reason(data, status));
      break;
    }
    for (size_t k = first; k < end; k++)
      compare(p, (int)k, lp + 2 * k, gradient + k * dim, out);
  }
  free(gradient);
  free(lp);
  free(q);
}
