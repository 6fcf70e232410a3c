/* Simulation-based calibration (Talts, Betancourt, Simpson, Vehtari & Gelman 2018): with
 * parameters drawn from their priors and data from the model, the rank of each true value
 * among the posterior's draws is uniform, and a central 89 % interval holds it 89 times in
 * 100. The joint log density is one of the quantities: it sees mistakes that no single
 * parameter's ranks show (Modrak et al. 2023).
 *
 *   stat_sbc [--runs N] [--backend ID] [--dim NAME=SIZE ...] [--simulate TEXT] MODEL
 *
 * TEXT: a [simulate] section for a model that has none. Every parameter needs a prior. Of
 * an array the first and the last element count, since elements of a run are not
 * independent of each other. Uniformity by chi-square over BINS bins, coverage by the
 * binomial; a false alarm of all tests of a call together once in 5000. Seeds are fixed:
 * simulation r has seed r. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/text.h"
#include "whole.h"

#define FAMILY 2e-4
enum { CHAINS = 4, WARMUP = 400, DRAWS = 500, THINNED = 99, BINS = 20, MOST = 64 };

typedef struct {
  char *name;
  int64_t value; /* number of the natural value; -1: the log density */
  int array;     /* of the true values, and the element of it */
  int64_t element;
  int64_t ranks[BINS];
  int64_t covered, runs;
} quantity;

/* ---- tests ------------------------------------------------------------------------- */

/* Chance that chi-square of n degrees is above x: the regularised upper incomplete gamma
 * function, by its series or continued fraction (Abramowitz & Stegun 6.5.29, 6.5.31). */
static double chi_square_above(double x, int n) {
  double a = n / 2.0, z = x / 2, scale = exp(a * log(z) - z - lgamma(a));
  if (z <= 0) return 1;
  if (z < a + 1) {
    double term = 1 / a, sum = term;
    for (int k = 1; k < 500; k++) sum += term *= z / (a + k);
    return 1 - sum * scale;
  }
  double f = 0;
  for (int k = 200; k > 0; k--) f = k * (k - a) / (z + 2 * k + 1 - a - f);
  return scale / (z + 1 - a - f);
}

/* Two-sided chance of a count at least as far out, of n with probability p. */
static double binomial_chance(int64_t count, int64_t n, double p) {
  double below = 0, above = 0;
  for (int64_t k = 0; k <= n; k++) {
    double mass =
        exp(lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1) +
            (double)k * log(p) + (double)(n - k) * log1p(-p));
    if (k <= count) below += mass;
    if (k >= count) above += mass;
  }
  return fmin(1, 2 * fmin(below, above));
}

/* ---- one simulation ---------------------------------------------------------------- */

static double draw_of(const whole_run *r, const quantity *q, int lp, int64_t i) {
  int64_t c = i / r->count, d = i % r->count;
  if (q->value >= 0) return r->values[i * r->n + q->value];
  return r->statistics[(c * (r->warmup + r->count) + r->warmup + d) * r->n_statistics + lp];
}

static void count_rank(quantity *q, const whole_run *r, int lp, double truth) {
  int64_t total = (int64_t)r->chains * r->count, below = 0, all = 0;
  for (int64_t i = 0; i < total; i++) all += draw_of(r, q, lp, i) < truth;
  for (int64_t k = 0; k < THINNED; k++)
    below += draw_of(r, q, lp, (2 * k + 1) * total / (2 * THINNED)) < truth;
  double part = (double)all / (double)total;
  q->ranks[below * BINS / (THINNED + 1)]++;
  q->covered += part > 0.055 && part < 0.945;
  q->runs++;
}

/* The reported log density at the true values; NaN where they have no way back. */
static double density_at(const whole_model *m, const erg_dataset *truth) {
  const ir_graph *g = m->model.graph;
  const double **values = run_alloc((size_t)(g->n_params + 1) * sizeof *values);
  unconstrain *u = unconstrain_new(g);
  size_t n = (size_t)m->compiled->dim + ERG_PADDING;
  double *q = aligned_alloc(64, (n * sizeof *q + 63) / 64 * 64), lp[2] = {NAN, NAN};
  double *gradient = run_alloc(n * sizeof *gradient);
  void *scratch = aligned_alloc(64, (m->compiled->scratch_bytes / 64 + 1) * 64);
  char *message = NULL;
  memset(q, 0, n * sizeof *q);
  for (int p = 0; p < g->n_params; p++)
    for (int i = 0; i < truth->count; i++)
      if (!strcmp(truth->arrays[i].name, g->params[p].name))
        values[p] = truth->arrays[i].values;
  if (!unconstrain_run(u, values, NULL, q, &message))
    fprintf(stderr, "%s\n", message);
  else
    m->compiled->logp(m->compiled, NULL, scratch, q, lp, gradient, NULL);
  free(message);
  free(scratch);
  free(gradient);
  free(q);
  free(values);
  unconstrain_free(u);
  return lp[1];
}

static int list_quantities(const whole_model *m, const erg_dataset *truth, quantity *all) {
  int n = 0;
  for (int i = 0; i < truth->count && n + 2 < MOST; i++) {
    const erg_array *a = &truth->arrays[i];
    for (int64_t k = 0; k < m->n; k++) {
      size_t length = strlen(a->name);
      bool its = !strncmp(m->names[k], a->name, length) &&
                 (m->names[k][length] == 0 || m->names[k][length] == '[');
      if (!its) continue;
      all[n++] = (quantity){.name = run_text("%s", m->names[k]), .value = k, .array = i};
      if (a->n > 1)
        all[n++] = (quantity){.name = run_text("%s", m->names[k + a->n - 1]),
                              .value = k + a->n - 1,
                              .array = i,
                              .element = a->n - 1};
      break;
    }
  }
  all[n++] = (quantity){.name = run_text("log density"), .value = -1};
  return n;
}

static double truth_of(const whole_model *m, const erg_dataset *truth, const quantity *q) {
  return q->value < 0 ? density_at(m, truth) : truth->arrays[q->array].values[q->element];
}

/* ---- all --------------------------------------------------------------------------- */

typedef struct {
  const char *model, *text, *sizes[8];
  const erg_sampler *sampler;
  int runs;
} request;

static bool simulate(const request *w, int seed, quantity *all, int *n, int64_t *divergent) {
  const erg_dataset *truth;
  whole_model *m = whole_open_prior(w->model, w->text, w->sizes, seed, &truth);
  if (!m) return false;
  if (!*n) *n = list_quantities(m, truth, all);
  whole_job job = {.sampler = w->sampler,
                   .chains = CHAINS,
                   .warmup = WARMUP,
                   .draws = DRAWS,
                   .threads = 2,
                   .seed = (uint64_t)seed};
  int lp = 0;
  while (strcmp(w->sampler->statistics[lp].name, "lp") != 0) lp++;
  whole_run *run = whole_sample(m, &job);
  bool good = run->status == ERG_OK;
  if (!good) fprintf(stderr, "simulation %d: %s\n", seed, run->message);
  for (int i = 0; i < *n && good; i++)
    count_rank(&all[i], run, lp, truth_of(m, truth, &all[i]));
  *divergent += run->divergent;
  whole_free(run);
  whole_close(m);
  return good;
}

static int judge(const quantity *all, int n) {
  int bad = 0;
  double allowed = FAMILY / (2 * n);
  printf("  %-16s %10s %9s %9s   of %d tests none under %.2g\n", "", "chi-square", "p",
         "in 89 %", 2 * n, allowed);
  for (int i = 0; i < n; i++) {
    const quantity *q = &all[i];
    double x = 0, expected = (double)q->runs / BINS;
    for (int b = 0; b < BINS; b++) {
      double d = (double)q->ranks[b] - expected;
      x += d * d / expected;
    }
    double p = chi_square_above(x, BINS - 1),
           cover = binomial_chance(q->covered, q->runs, 0.89);
    bool off = p < allowed || cover < allowed;
    printf("  %-16s %10.1f %9.3g %8.1f%% (p %.3g)%s\n", q->name, x, p,
           100.0 * (double)q->covered / (double)q->runs, cover, off ? "   OFF" : "");
    if (off) {
      printf("    ranks:");
      for (int b = 0; b < BINS; b++) printf(" %lld", (long long)q->ranks[b]);
      printf("\n");
    }
    bad += off;
  }
  return bad;
}

int main(int count, char **arguments) {
  request w = {.runs = 200};
  const char *backend = "cpu", *simulation = "";
  int n_sizes = 0, n = 0, at = 1;
  for (; at + 1 < count && arguments[at][0] == '-'; at += 2) {
    const char *value = arguments[at + 1];
    if (!strcmp(arguments[at], "--runs")) w.runs = atoi(value);
    if (!strcmp(arguments[at], "--backend")) backend = value;
    if (!strcmp(arguments[at], "--simulate")) simulation = value;
    if (!strcmp(arguments[at], "--dim") && n_sizes < 7 && strchr(value, '='))
      w.sizes[n_sizes++] = value;
  }
  if (at >= count || w.runs < 1) {
    fprintf(stderr,
            "use: stat_sbc [--runs N] [--backend ID] [--dim NAME=SIZE ...] "
            "[--simulate TEXT] MODEL\n");
    return 2;
  }
  quantity all[MOST];
  int64_t divergent = 0;
  char *text = whole_read(arguments[at]);
  w.model = arguments[at];
  w.sampler = whole_sampler(backend);
  if (!text || !w.sampler) return 1;
  w.text = run_text("%s\n%s\n", text, simulation);
  for (int r = 1; r <= w.runs; r++)
    if (!simulate(&w, r, all, &n, &divergent)) return 1;
  printf("%s: %d simulations, %.2f divergent draws a thousand\n", w.model, w.runs,
         1000.0 * (double)divergent / ((double)w.runs * CHAINS * DRAWS));
  int bad = judge(all, n);
  for (int i = 0; i < n; i++) free(all[i].name);
  free((char *)w.text);
  free(text);
  return bad != 0;
}
