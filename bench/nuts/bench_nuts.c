/* The sampler by itself, as JSON on standard output.
 *
 *   bench_nuts [SEEDS]    5
 *
 * nuts: what NUTS adds to a gradient, a leapfrog, by instruction set: runs on a standard
 * normal, the least of several, less as many evaluations of the model. Time of the process,
 * which other programs disturb less. effective: the least of bulk and tail ESS over all natural
 * parameters, a thousand gradients of the sampling phase, mean of the seeds; beside it what
 * warm-up and sampling did. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../about.h"
#include "engine/engine.h"
#include "toys.h"

enum { DIM = 103, REPEATS = 7, TIMED_DRAWS = 5000 };
/* As the settings have them. */
static const char *const isas[] = {"auto", "avx512", "avx2", "base"};
static const char *const metrics[] = {"gradient", "stan"};

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void time_leapfrogs(erg_json *j, const erg_sampler *s, int isa) {
  double best = INFINITY, direct = INFINITY, leapfrogs = 0;
  erg_model model;
  toy_make(&model, TOY_NORMAL, DIM);
  bool good = true;
  for (int repeat = 0; repeat < REPEATS && good; repeat++) {
    toy_run r;
    double q[DIM] = {0}, g[DIM], lp[2], t = now();
    toy_defaults(&r, s);
    r.chains = 1;
    r.warmup = 0;
    r.draws = r.capacity = TIMED_DRAWS;
    toy_set(&r, s, "step_size", 0.2);
    toy_set(&r, s, "isa", isa);
    toy_set(&r, s, "launch", 1000000);
    good = toy_sample(&r, s, &model) == ERG_OK; /* not every processor has every one */
    if (good) {
      int64_t n = r.gradients[0];
      best = fmin(best, (now() - t) / (double)n);
      leapfrogs = (double)n / TIMED_DRAWS;
      t = now();
      for (int64_t i = 0; i < n; i++) model.logp(&model, NULL, NULL, q, lp, g, NULL);
      direct = fmin(direct, (now() - t) / (double)n);
    }
    toy_run_free(&r);
  }
  toy_free(&model);
  if (!good) return;
  erg_json_object(j, NULL);
  erg_json_string(j, "isa", isas[isa]);
  erg_json_int(j, "dim", DIM);
  erg_json_real(j, "leapfrogs_per_draw", leapfrogs);
  erg_json_real(j, "leapfrog_us", best * 1e6);
  erg_json_real(j, "model_us", direct * 1e6);
  erg_json_real(j, "nuts_us", (best - direct) * 1e6);
  erg_json_end(j);
}

typedef struct {
  const char *name;
  int groups, each; /* 0 observations: that many coordinates of `kind` */
  double sigma, sigma_obs;
  toy_kind kind;
} target;
static const target targets[] = {
    {"hierarchical 100 x 10, 10/2", 100, 10, 10, 2, TOY_NORMAL},
    {"hierarchical 100 x 2, 2/10", 100, 2, 2, 10, TOY_NORMAL},
    {"hierarchical 8 x 20, 5/10", 8, 20, 5, 10, TOY_NORMAL},
    {"hierarchical 30 x 5, 0/2", 30, 5, 0, 2, TOY_NORMAL},
    {"standard normal 100", 100, 0, 0, 0, TOY_NORMAL},
    {"correlated normal 100", 100, 0, 0, 0, TOY_CORRELATED},
};
typedef struct {
  int chains, warmup, draws;
  double accept;
  int metric, centre;
} setting;
static const setting settings[] = {{4, 1000, 1000, 0.9, 0, 1}, {4, 1000, 1000, 0.9, 0, 0},
                                   {4, 1000, 1000, 0.8, 0, 1}, {4, 400, 1000, 0.8, 0, 1},
                                   {4, 1000, 1000, 0.8, 1, 1}, {2, 200, 200, 0.8, 0, 1}};

typedef struct {
  double per_1000, gradients, warmup, step, accept; /* means */
  int64_t divergent;
} outcome;

/* Adds one seed's share. */
static void measure(outcome *o, const erg_sampler *s, const erg_model *model, const setting *as,
                    int seed, int seeds) {
  double least = INFINITY, gradients = 0;
  toy_run r;
  toy_defaults(&r, s);
  r.seed = (uint64_t)seed;
  r.threads = 2;
  r.chains = as->chains;
  r.warmup = as->warmup;
  r.draws = r.capacity = as->draws;
  toy_set(&r, s, "target_accept", as->accept);
  toy_set(&r, s, "metric", as->metric);
  toy_set(&r, s, "centre", as->centre);
  if (toy_sample(&r, s, model) != ERG_OK) {
    fprintf(stderr, "bench_nuts: %s\n", r.message);
    exit(6);
  }
  for (int c = 0; c < as->chains; c++) {
    gradients += (double)(r.gradients[c] - r.warmup_gradients[c]);
    o->warmup += (double)r.warmup_gradients[c] / as->chains / seeds;
    o->step += r.step[c] / as->chains / seeds;
    for (int d = 0; d < as->draws; d++) {
      const double *st = r.stats + (size_t)(c * as->draws + d) * (size_t)r.n_statistics;
      o->divergent += st[ERG_S_DIVERGING] != 0;
      o->accept += st[ERG_S_ACCEPTANCE] / as->chains / as->draws / seeds;
    }
  }
  for (int i = 0; i < model->dim; i++) {
    const double *x = (r.natural ? r.natural : r.q) + i;
    long chain = (long)as->draws * model->dim;
    least = fmin(least, toy_ess(diag_ess_bulk, x, as->chains, as->draws, chain, model->dim));
    least = fmin(least, toy_ess(diag_ess_tail, x, as->chains, as->draws, chain, model->dim));
  }
  o->per_1000 += 1000 * least / gradients / seeds;
  o->gradients += gradients / as->chains / as->draws / seeds;
  toy_run_free(&r);
}

static void effective(erg_json *j, const erg_sampler *s, const target *t, int seeds) {
  erg_model model;
  if (t->each)
    toy_hierarchical(&model, t->groups, t->each, t->sigma, t->sigma_obs);
  else
    toy_make(&model, t->kind, t->groups);
  for (size_t k = 0; k < sizeof settings / sizeof *settings; k++) {
    const setting *as = &settings[k];
    outcome o = {0};
    if (!as->centre && !t->each) continue;
    for (int seed = 1; seed <= seeds; seed++) measure(&o, s, &model, as, seed, seeds);
    erg_json_object(j, NULL);
    erg_json_string(j, "target", t->name);
    erg_json_int(j, "chains", as->chains);
    erg_json_int(j, "warmup", as->warmup);
    erg_json_int(j, "draws", as->draws);
    erg_json_real(j, "target_accept", as->accept);
    erg_json_string(j, "metric", metrics[as->metric]);
    erg_json_bool(j, "centre", as->centre);
    erg_json_real(j, "ess_per_1000_gradients", o.per_1000);
    erg_json_real(j, "gradients_per_draw", o.gradients);
    erg_json_real(j, "warmup_gradients_per_chain", o.warmup);
    erg_json_real(j, "step_size", o.step);
    erg_json_real(j, "acceptance", o.accept);
    erg_json_int(j, "divergent", o.divergent);
    erg_json_end(j);
  }
  toy_free(&model);
}

int main(int argc, char **argv) {
  const erg_sampler *s = erg_plugin_v1()->samplers[0];
  int seeds = argc > 1 ? atoi(argv[1]) : 5;
  if (argc > 2 || seeds < 1) {
    fprintf(stderr, "usage: bench_nuts [SEEDS]\n");
    return 2;
  }
  erg_json *j = erg_json_to(stdout);
  erg_json_object(j, NULL);
  erg_json_int(j, "schema_version", 1);
  about_write(j, "the sampler by itself: its own time a leapfrog, effective draws a gradient",
              argc, argv);
  erg_json_array(j, "nuts");
  for (int isa = 1; isa < 4; isa++) time_leapfrogs(j, s, isa);
  erg_json_end(j);
  erg_json_int(j, "seeds", seeds);
  erg_json_array(j, "effective");
  for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
    effective(j, s, &targets[i], seeds);
  erg_json_end(j);
  erg_json_end(j);
  return erg_json_close(j) != 0 ? 7 : 0;
}
