/* Measures the sampler: time of NUTS itself a leapfrog (standard normal, the model's own
 * time subtracted), and effective samples per 1000 gradients. A program, not a test.
 *   bench_nuts time [dim] | bench_nuts ess [seeds] | bench_nuts warm [seeds] */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "toys.h"

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* not disturbed by other programs */
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void bench_time(const erg_sampler *s, int dim) {
  static const char *const isa[] = {"auto", "avx512", "avx2", "base"};
  erg_model model;
  toy_make(&model, TOY_NORMAL, dim);
  for (int i = 1; i < 4; i++) {
    double best = 1e9, direct = 1e9, steps = 0;
    for (int repeat = 0; repeat < 7; repeat++) {
      toy_run r;
      double t, q[4096] = {0}, g[4096], lp[2];
      long n = 0, count;
      toy_defaults(&r, s);
      r.chains = 1;
      r.warmup = 0;
      r.draws = 5000;
      r.capacity = 5000;
      toy_set(&r, s, "step_size", 0.2);
      toy_set(&r, s, "isa", i);
      toy_set(&r, s, "launch", 1000000);
      t = now();
      toy_sample(&r, s, &model);
      t = now() - t;
      count = (long)r.gradients[0];
      for (int d = 0; d < r.draws; d++) steps += r.stats[d * r.n_statistics + 4];
      if (t / (double)count < best) best = t / (double)count;
      steps = (double)count / r.draws;
      t = now();
      for (n = 0; n < count; n++) model.logp(&model, NULL, NULL, q, lp, g, NULL);
      t = (now() - t) / (double)count;
      if (t < direct) direct = t;
      toy_run_free(&r);
    }
    printf("D %d %s: %.1f ns a gradient in all, model %.1f, NUTS %.1f (%.1f leapfrogs a draw)\n",
           dim, isa[i], best * 1e9, direct * 1e9, (best - direct) * 1e9, steps);
  }
  toy_free(&model);
}

typedef struct { const char *name; int kind, a, b; double x, y; } target;
static const target targets[] = {
    {"normal 100", TOY_NORMAL, 100, 0, 0, 0},
    {"correlated 100", TOY_CORRELATED, 100, 0, 0, 0},
    {"hierarchical 100x10, 10/2", -1, 100, 10, 10, 2},
    {"hierarchical 100x2, 2/10", -1, 100, 2, 2, 10},
    {"hierarchical 8x20, 5/10", -1, 8, 20, 5, 10},
    {"hierarchical 30x5, 0/2", -1, 30, 5, 0, 2},
};

static void measure(const erg_sampler *s, const target *t, int seeds, int warmup, int draws,
                    int chains, double accept, int metric, int centre) {
  double sum = 0, steps = 0, warm = 0, acc = 0, eps = 0;
  int divergent = 0;
  erg_model model;
  if (t->kind < 0) {
    toy_hierarchical(&model, t->a, t->b, t->x, t->y);
  } else {
    toy_make(&model, (toy_kind)t->kind, t->a);
  }
  for (int seed = 1; seed <= seeds; seed++) {
    toy_run r;
    double least = 1e300, gradients = 0;
    toy_defaults(&r, s);
    r.seed = (uint64_t)seed;
    r.threads = 2;
    r.chains = chains;
    r.warmup = warmup;
    r.draws = draws;
    r.capacity = draws;
    toy_set(&r, s, "target_accept", accept);
    toy_set(&r, s, "metric", metric);
    toy_set(&r, s, "centre", centre);
    if (toy_sample(&r, s, &model) != ERG_OK) printf("failed: %s\n", r.message);
    for (int c = 0; c < chains; c++) {
      gradients += (double)(r.gradients[c] - r.warmup_gradients[c]);
      warm += (double)r.warmup_gradients[c] / chains / seeds;
      eps += r.step[c] / chains / seeds;
      for (int d = 0; d < draws; d++) {
        const double *st = r.stats + (size_t)(c * draws + d) * (size_t)r.n_statistics;
        divergent += st[5] != 0;
        acc += st[1] / chains / draws / seeds;
      }
    }
    for (int i = 0; i < model.dim; i++) {
      const double *x = (r.natural ? r.natural : r.q) + i;
      double b = toy_ess_bulk(x, chains, draws, (long)draws * model.dim, model.dim);
      double e = toy_ess_tail(x, chains, draws, (long)draws * model.dim, model.dim);
      if (b < least) least = b;
      if (e < least) least = e;
    }
    sum += 1000 * least / gradients / seeds;
    steps += gradients / chains / draws / seeds;
    toy_run_free(&r);
  }
  printf("%-28s W %4d N %4d acc %.2f metric %d centre %d: minESS/1000 grad %6.2f, %5.1f "
         "grads/draw, warm-up %6.0f grads, step %.3f, accept %.3f, divergent %d\n",
         t->name, warmup, draws, accept, metric, centre, sum, steps, warm, eps, acc, divergent);
  fflush(stdout);
  toy_free(&model);
}

int main(int argc, char **argv) {
  const erg_sampler *s = erg_plugin_v1()->samplers[0];
  const char *what = argc > 1 ? argv[1] : "time";
  int number = argc > 2 ? atoi(argv[2]) : 0;
  if (strcmp(what, "time") == 0) {
    bench_time(s, number ? number : 103);
  } else if (strcmp(what, "ess") == 0) {
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
      measure(s, &targets[i], number ? number : 3, 1000, 1000, 4, 0.9, 0, 1);
      measure(s, &targets[i], number ? number : 3, 1000, 1000, 4, 0.8, 0, 1);
      measure(s, &targets[i], number ? number : 3, 400, 1000, 4, 0.8, 0, 1);
      measure(s, &targets[i], number ? number : 3, 200, 200, 2, 0.8, 0, 1);
      measure(s, &targets[i], number ? number : 3, 1000, 1000, 4, 0.8, 1, 1);
      if (targets[i].kind < 0)
        measure(s, &targets[i], number ? number : 3, 1000, 1000, 4, 0.9, 0, 0);
    }
  } else {
    static const int lengths[] = {0, 1, 10, 20, 50, 200, 1000};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
      for (size_t j = 0; j < sizeof lengths / sizeof *lengths; j++)
        measure(s, &targets[i], number ? number : 3, lengths[j], 500, 4, 0.8, 0, 1);
  }
  return 0;
}
