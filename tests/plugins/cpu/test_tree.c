/* NUTS against a plain recursive reference written from the papers (Hoffman & Gelman
 * 2014; Betancourt 2017; Stan's reference manual): from the same draw, momentum and
 * choices it must build the same tree. It shares only the random numbers with the sampler. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "device/prologue_scalar.h"
#include "device/elementary.h"
#define erg_block erg_random_block /* a public structure has that name, too */
#include "device/philox.h"
#undef erg_block
#include "device/chain.h"
#include "toys.h"

#define MOST 16

typedef struct { double q[MOST + 8], p[MOST], g[MOST + 8], lp; } point;
typedef struct { double begin[MOST], end[MOST], rho[MOST]; } span; /* momenta, their sum */

typedef struct {
  const erg_model *model;
  const double *metric;
  int dim, max_depth;
  double step, h0;
  unsigned seed, iteration, chain;
  /* of the trajectory */
  int steps[2], n_steps, diverging;
  double accept;
  /* of the subtree */
  double weight;
  point proposal;
  int proposal_index;
} trajectory;

static double choice(const trajectory *t, unsigned purpose, long slot) {
  return erg_uniform(t->seed, 0, slot, purpose, t->iteration, t->chain);
}
static void evaluate(const trajectory *t, point *z) {
  double lp[2];
  erg_status s = t->model->logp(t->model, NULL, NULL, z->q, lp, z->g, NULL);
  z->lp = s == ERG_OK ? lp[0] : -INFINITY;
}
static double energy(const trajectory *t, const point *z) {
  double k = 0;
  for (int i = 0; i < t->dim; i++) k += z->p[i] * z->p[i] * t->metric[i];
  return 0.5 * k - z->lp;
}
static void leapfrog(const trajectory *t, point *z, double e) {
  for (int i = 0; i < t->dim; i++) z->p[i] += 0.5 * e * z->g[i];
  for (int i = 0; i < t->dim; i++) z->q[i] += e * t->metric[i] * z->p[i];
  evaluate(t, z);
  for (int i = 0; i < t->dim; i++) z->p[i] += 0.5 * e * z->g[i];
}
static int straight(const trajectory *t, const double *a, const double *b, const double *r) {
  double x = 0, y = 0;
  for (int i = 0; i < t->dim; i++) {
    x += a[i] * t->metric[i] * r[i];
    y += b[i] * t->metric[i] * r[i];
  }
  return x > 0 && y > 0;
}
/* Stan's three checks for joining `a` and `b`; *both is what they become. */
static int join(const trajectory *t, const span *a, const span *b, span *both) {
  double all[MOST], left[MOST], right[MOST];
  for (int i = 0; i < t->dim; i++) {
    all[i] = a->rho[i] + b->rho[i];
    left[i] = a->rho[i] + b->begin[i];
    right[i] = b->rho[i] + a->end[i];
  }
  int ok = straight(t, a->begin, b->end, all) && straight(t, a->begin, b->begin, left) &&
           straight(t, a->end, b->end, right);
  span s;
  memcpy(s.begin, a->begin, sizeof s.begin);
  memcpy(s.end, b->end, sizeof s.end);
  memcpy(s.rho, all, sizeof s.rho);
  *both = s;
  return ok;
}
static int build(trajectory *t, point *z, int side, int depth, span *s) {
  span a, b;
  if (depth == 0) {
    double error, w;
    leapfrog(t, z, side ? t->step : -t->step);
    error = energy(t, z) - t->h0;
    if (isnan(error)) error = INFINITY;
    t->n_steps++;
    t->steps[side]++;
    t->accept += error > 0 ? exp(-error) : 1;
    if (error > 1000) {
      t->diverging = 1;
      return 0;
    }
    w = exp(-error);
    t->weight += w;
    if (t->weight == w || choice(t, ERG_RANDOM_LEAF, t->n_steps - 1) * t->weight < w) {
      t->proposal = *z;
      t->proposal_index = side ? t->steps[1] : -t->steps[0];
    }
    memcpy(s->begin, z->p, sizeof s->begin);
    memcpy(s->end, z->p, sizeof s->end);
    memcpy(s->rho, z->p, sizeof s->rho);
    return 1;
  }
  return build(t, z, side, depth - 1, &a) && build(t, z, side, depth - 1, &b) &&
         join(t, &a, &b, s);
}

/* One transition from q; fills the sample, its index, and the tree's depth. */
static void transition(trajectory *t, const double *q, point *sample, int *index, int *depth) {
  point ends[2];
  span whole, part;
  double weight = 1;
  memset(&ends[0], 0, sizeof ends[0]);
  memcpy(ends[0].q, q, sizeof(double) * (size_t)t->dim);
  evaluate(t, &ends[0]);
  for (int i = 0; i < t->dim; i++) {
    erg_two_normals z =
        erg_normal2(t->seed, 0, i / 16 * 8 + i % 8, ERG_RANDOM_MOMENTUM, t->iteration, t->chain);
    ends[0].p[i] = (i / 8 % 2 ? z.second : z.first) / sqrt(t->metric[i]);
  }
  ends[1] = *sample = ends[0];
  t->h0 = energy(t, &ends[0]);
  t->steps[0] = t->steps[1] = t->n_steps = t->diverging = *index = *depth = 0;
  t->accept = 0;
  memcpy(whole.begin, ends[0].p, sizeof whole.begin);
  memcpy(whole.end, ends[0].p, sizeof whole.end);
  memcpy(whole.rho, ends[0].p, sizeof whole.rho);
  while (*depth < t->max_depth) {
    int side = choice(t, ERG_RANDOM_TREE, 1 + 2 * *depth) >= 0.5, ok;
    t->weight = 0;
    if (!build(t, &ends[side], side, *depth, &part)) break;
    if (choice(t, ERG_RANDOM_TREE, 2 + 2 * *depth) * weight < t->weight) {
      *sample = t->proposal;
      *index = t->proposal_index;
    }
    weight += t->weight;
    ++*depth;
    if (side) {
      ok = join(t, &whole, &part, &whole);
    } else { /* in time, the new part comes first and runs backwards */
      span turned = part;
      memcpy(turned.begin, part.end, sizeof turned.begin);
      memcpy(turned.end, part.begin, sizeof turned.end);
      ok = join(t, &turned, &whole, &whole);
    }
    if (!ok) break;
  }
}

static void compare(toy_kind kind, int dim, int warmup, double step, int max_depth) {
  const erg_sampler *s = erg_plugin_v1()->samplers[0];
  erg_model model;
  toy_run run;
  int deepest = 0, diverging = 0;
  toy_make(&model, kind, dim);
  toy_defaults(&run, s);
  run.chains = 2;
  run.warmup = warmup;
  run.draws = 300;
  run.seed = 77;
  toy_set(&run, s, "max_depth", max_depth);
  toy_set(&run, s, "step_size", step);
  assert_int_equal(toy_sample(&run, s, &model), ERG_OK);
  for (int c = 0; c < run.chains; c++) {
    trajectory t = {.model = &model, .metric = run.metric + c * dim, .dim = dim,
                    .max_depth = max_depth, .step = run.step[c], .seed = 77,
                    .chain = (unsigned)c};
    for (int d = 1; d < run.draws; d++) {
      const double *q = run.q + (size_t)(c * run.draws + d) * (size_t)dim;
      const double *st = run.stats + (size_t)(c * run.draws + d) * (size_t)run.n_statistics;
      point sample;
      int index, depth;
      t.iteration = (unsigned)(warmup + d);
      transition(&t, q - dim, &sample, &index, &depth);
      assert_int_equal(depth, (int)st[ERG_S_TREE_DEPTH]);
      assert_int_equal(t.n_steps, (int)st[ERG_S_N_STEPS]);
      assert_int_equal(index, (int)st[ERG_S_INDEX]);
      assert_int_equal(t.diverging, (int)st[ERG_S_DIVERGING]);
      assert_true(fabs(t.accept / t.n_steps - st[ERG_S_ACCEPTANCE]) < 1e-9);
      assert_true(fabs(energy(&t, &sample) - st[ERG_S_ENERGY]) <
                  1e-9 * (1 + fabs(st[ERG_S_ENERGY])));
      for (int i = 0; i < dim; i++)
        assert_true(fabs(sample.q[i] - q[i]) <= 1e-7 * (1 + fabs(q[i])));
      if (depth > deepest) deepest = depth;
      diverging += t.diverging;
    }
  }
  print_message("deepest %d, diverging %d\n", deepest, diverging);
  toy_run_free(&run);
  toy_free(&model);
}

static void normal(void **state) {
  (void)state;
  compare(TOY_NORMAL, 1, 0, 0.3, 10);
  compare(TOY_NORMAL, 9, 100, 0.1, 10);
}
static void correlated(void **state) {
  (void)state;
  compare(TOY_CORRELATED, 16, 150, 0.1, 10);
  compare(TOY_CORRELATED, 7, 0, 0.02, 10); /* deep trees */
  compare(TOY_CORRELATED, 7, 0, 0.02, 3);  /* cut off */
}
static void funnel(void **state) {
  (void)state;
  compare(TOY_FUNNEL, 9, 100, 0.1, 10);
}
static void rejecting(void **state) {
  (void)state;
  compare(TOY_HALF, 3, 50, 0.1, 10);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(normal), cmocka_unit_test(correlated),
                                     cmocka_unit_test(funnel), cmocka_unit_test(rejecting)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
