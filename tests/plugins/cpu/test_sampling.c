/* Known moments, adaptation, short warm-ups, divergences, cancellation, refusals. Seeds are
 * fixed; bounds are 4.5 Monte Carlo standard errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "device/chain.h"
#include "toys.h"

static const erg_sampler *cpu(void) { return erg_plugin_v1()->samplers[0]; }

/* z-score of the mean of f(x) against `known`. */
static double z_score(const toy_run *run, int dim, int i, int square, double known) {
  int n = run->draws, m = run->chains;
  double *x = calloc((size_t)(n * m), sizeof *x), mean = 0, var = 0, ess;
  for (int c = 0; c < m; c++)
    for (int d = 0; d < n; d++) {
      double v = run->q[(size_t)(c * n + d) * (size_t)dim + (size_t)i];
      x[c * n + d] = square ? v * v : v;
    }
  for (int j = 0; j < n * m; j++) mean += x[j] / (n * m);
  for (int j = 0; j < n * m; j++) var += (x[j] - mean) * (x[j] - mean) / (n * m - 1);
  ess = toy_ess(diag_ess_mean, x, m, n, n, 1);
  free(x);
  return (mean - known) / sqrt(var / ess);
}

static void moments(toy_kind kind, int dim, int algorithm, int metric, double jitter) {
  erg_model m;
  toy_run run;
  double worst = 0;
  toy_make(&m, kind, dim);
  toy_defaults(&run, cpu());
  run.warmup = 400;
  run.draws = 2000;
  run.seed = 5;
  toy_set(&run, cpu(), "algorithm", algorithm);
  toy_set(&run, cpu(), "metric", metric);
  toy_set(&run, cpu(), "jitter", jitter);
  assert_int_equal(toy_sample(&run, cpu(), &m), ERG_OK);
  for (int i = 0; i < dim; i++) {
    double s = kind == TOY_CORRELATED ? ldexp(1, i % 7 - 3) : 1;
    double a = fabs(z_score(&run, dim, i, 0, 0)), b = fabs(z_score(&run, dim, i, 1, s * s));
    if (a > worst) worst = a;
    if (b > worst) worst = b;
  }
  print_message("kind %d dim %d algorithm %d metric %d: worst z %.2f\n", (int)kind, dim,
                algorithm, metric, worst);
  assert_true(worst < 4.5);
  toy_run_free(&run);
  toy_free(&m);
}
static void known_moments(void **state) {
  (void)state;
  moments(TOY_NORMAL, 1, 0, 0, 0);
  moments(TOY_NORMAL, 20, 0, 0, 0);
  moments(TOY_CORRELATED, 20, 0, 0, 0);
  moments(TOY_CORRELATED, 20, 0, 1, 0.1);
  moments(TOY_CORRELATED, 8, 0, 2, 0);
  moments(TOY_CORRELATED, 20, 1, 0, 0.2);
  moments(TOY_NORMAL, 7, 1, 1, 0.2);
}

/* The step size reaches the acceptance that is asked for. */
static void target_acceptance(void **state) {
  static const double targets[] = {0.6, 0.8, 0.95};
  (void)state;
  for (int algorithm = 0; algorithm < 2; algorithm++)
    for (int i = 0; i < 3; i++) {
      erg_model m;
      toy_run run;
      double mean = 0;
      toy_make(&m, TOY_CORRELATED, 30);
      toy_defaults(&run, cpu());
      run.warmup = 1000;
      run.draws = 500;
      toy_set(&run, cpu(), "algorithm", algorithm);
      toy_set(&run, cpu(), "target_accept", targets[i]);
      assert_int_equal(toy_sample(&run, cpu(), &m), ERG_OK);
      for (int d = 0; d < 4 * run.draws; d++)
        mean += run.stats[d * run.n_statistics + ERG_S_ACCEPTANCE] / (4 * run.draws);
      print_message("target %.2f: %.3f\n", targets[i], mean);
      assert_true(fabs(mean - targets[i]) < (targets[i] < 0.9 ? 0.08 : 0.03));
      toy_run_free(&run);
      toy_free(&m);
    }
}

/* The metric finds the scales: sigma^2 = sqrt(Var x / Var g) is within a factor of 2. */
static void metric_scales(void **state) {
  (void)state;
  for (int metric = 0; metric < 3; metric++) {
    erg_model m;
    toy_run run;
    toy_make(&m, TOY_CORRELATED, 14);
    toy_defaults(&run, cpu());
    run.warmup = 400;
    run.draws = 10;
    toy_set(&run, cpu(), "metric", metric);
    assert_int_equal(toy_sample(&run, cpu(), &m), ERG_OK);
    for (int c = 0; c < run.chains; c++)
      for (int i = 0; i < 14; i++) {
        double v = metric == 2 ? 1 : ldexp(1, 2 * (i % 7 - 3));
        double r = run.metric[c * 14 + i] / v;
        assert_true(r > (metric == 2 ? 0.99 : 0.3) && r < (metric == 2 ? 1.01 : 2));
      }
    toy_run_free(&run);
    toy_free(&m);
  }
}

static void short_warmups(void **state) {
  static const int lengths[] = {0, 1, 2, 7, 10, 20, 50, 200};
  (void)state;
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
    for (int metric = 0; metric < 3; metric++)
      for (int draws = 0; draws < 20; draws += 19)
        for (int k = 0; k < 2; k++) {
          erg_model m;
          toy_run run;
          if (k) {
            toy_hierarchical(&m, 5, 3, 2, 1);
          } else {
            toy_make(&m, TOY_CORRELATED, 4);
          }
          toy_defaults(&run, cpu());
          run.warmup = lengths[i];
          run.draws = draws;
          run.keep_warmup = 1;
          toy_set(&run, cpu(), "metric", metric);
          assert_int_equal(toy_sample(&run, cpu(), &m), ERG_OK);
          for (int c = 0; c < run.chains; c++) {
            assert_true(run.step[c] > 0 && isfinite(run.step[c]));
            for (int d = 0; d < run.total; d++)
              assert_true(run.stats[(c * run.total + d) * run.n_statistics + ERG_S_N_STEPS] >=
                          1);
          }
          toy_run_free(&run);
          toy_free(&m);
        }
}

static void divergences(void **state) {
  erg_model m;
  toy_run run;
  int diverging = 0;
  (void)state;
  toy_make(&m, TOY_FUNNEL, 10);
  toy_defaults(&run, cpu());
  run.draws = 1000;
  assert_int_equal(toy_sample(&run, cpu(), &m), ERG_OK);
  for (int d = 0; d < 4 * run.draws; d++) {
    const double *st = run.stats + d * run.n_statistics;
    if (st[ERG_S_DIVERGING] != 0) {
      diverging++;
      assert_true(st[ERG_S_MAX_ENERGY_ERROR] > 1000);
    } else {
      assert_true(st[ERG_S_MAX_ENERGY_ERROR] <= 1000);
    }
  }
  print_message("%d divergences\n", diverging);
  assert_true(diverging > 0);
  toy_run_free(&run);
  toy_free(&m);
}

static void no_initial_point(void **state) {
  erg_model m;
  toy_run run;
  (void)state;
  toy_make(&m, TOY_NOWHERE, 2);
  toy_defaults(&run, cpu());
  assert_int_equal(toy_sample(&run, cpu(), &m), ERG_INIT);
  assert_non_null(strstr(run.message, "no finite log density"));
  toy_run_free(&run);
  toy_free(&m);
}

static void initial_points(void **state) {
  erg_model m;
  toy_run run;
  double initial[4 * 3] = {5, 5, 5, -1, 5, 5, 5, 5, 5, 6, 7, 8}; /* the second is rejected */
  (void)state;
  toy_make(&m, TOY_HALF, 3);
  toy_defaults(&run, cpu());
  run.initial = initial;
  run.warmup = 0;
  run.draws = 1;
  toy_set(&run, cpu(), "step_size", 1e-9);
  assert_int_equal(toy_sample(&run, cpu(), &m), ERG_OK);
  for (int i = 0; i < 12; i++) {
    if (i / 3 == 1) {
      assert_true(run.q[i] > 0 && run.q[i] < 2);
    } else {
      assert_true(fabs(run.q[i] - initial[i]) < 1e-5);
    }
  }
  toy_run_free(&run);
  toy_free(&m);
}

static void cancellation(void **state) {
  erg_model m;
  toy_run run;
  (void)state;
  toy_make(&m, TOY_NORMAL, 10);
  toy_defaults(&run, cpu());
  run.cancel_after = 20;
  run.threads = 2;
  run.draws = 100000;
  toy_set(&run, cpu(), "launch", 50);
  assert_int_equal(toy_sample(&run, cpu(), &m), ERG_CANCELLED);
  assert_int_equal(run.calls, 20);
  assert_true(run.gradients[0] > 0 && run.gradients[0] <= 20 * 50);
  toy_run_free(&run);
  toy_free(&m);
}

/* Centring: epochs, and posterior means that agree with those of the fixed form. */
static void automatic_centring(void **state) {
  erg_model m;
  toy_run a, b;
  (void)state;
  toy_hierarchical(&m, 40, 10, 10, 2);
  for (int k = 0; k < 2; k++) {
    toy_run *run = k ? &b : &a;
    toy_defaults(run, cpu());
    run->warmup = 600;
    run->draws = 1000;
    run->threads = 2;
    toy_set(run, cpu(), "centre", k);
    assert_int_equal(toy_sample(run, cpu(), &m), ERG_OK);
  }
  assert_int_equal(a.epoch, 0);
  assert_int_equal(b.epoch, 3);
  for (int i = 0; i < m.dim; i++) {
    double mean[2] = {0, 0}, error[2] = {0, 0}, ess[2];
    for (int k = 0; k < 2; k++) {
      const toy_run *run = k ? &b : &a;
      const double *x = run->natural + i;
      int n = 4 * run->draws;
      for (int d = 0; d < n; d++) mean[k] += x[(size_t)d * (size_t)m.dim] / n;
      for (int d = 0; d < n; d++)
        error[k] += pow(x[(size_t)d * (size_t)m.dim] - mean[k], 2) / (n - 1);
      ess[k] = toy_ess(diag_ess_mean, x, 4, run->draws, (long)run->draws * m.dim, m.dim);
      error[k] /= ess[k];
    }
    assert_true(fabs(mean[0] - mean[1]) < 4.5 * sqrt(error[0] + error[1]));
    assert_true(ess[1] > 400);
    if (i >= 3) { /* the data say nearly everything: ell is about n / sigma_obs^2 */
      double ell = b.centring[i - 3];
      assert_true(ell > 1 && ell < 6);
    }
  }
  toy_run_free(&a);
  toy_run_free(&b);
  toy_free(&m);
}

/* Of a run's draws: the deepest tree, and the means of tree depth and acceptance. */
static void trees(const toy_run *run, double *deepest, double *depth, double *accept) {
  int n = run->chains * run->draws;
  *deepest = *depth = *accept = 0;
  for (int d = 0; d < n; d++) {
    const double *s = run->stats + (size_t)d * (size_t)run->n_statistics;
    if (s[ERG_S_TREE_DEPTH] > *deepest) *deepest = s[ERG_S_TREE_DEPTH];
    *depth += s[ERG_S_TREE_DEPTH] / n;
    *accept += s[ERG_S_ACCEPTANCE] / n;
    assert_true(s[ERG_S_REACHED_MAX] == 0); /* the warm-up's choice is no limit */
  }
}

/* 500 coordinates of one frequency: one doubling less, a longer step, and distances from
 * the mean, which overshooting leaves as they were, are found with more than twice as many
 * effective draws a leapfrog. A correlated normal needs its length and keeps it. */
static void shorter_trajectories(void **state) {
  static const toy_kind kinds[] = {TOY_NORMAL, TOY_CORRELATED};
  static const int dims[] = {500, 20};
  (void)state;
  for (int j = 0; j < 2; j++) {
    double deepest[2], depth[2], accept[2], ess[2];
    uint64_t hash[2];
    erg_model m;
    toy_make(&m, kinds[j], dims[j]);
    for (int k = 0; k < 2; k++) {
      size_t n = 0;
      double *squares;
      toy_run run;
      toy_defaults(&run, cpu());
      run.warmup = 500;
      run.draws = 500;
      run.threads = 2;
      toy_set(&run, cpu(), "shorten", k);
      assert_int_equal(toy_sample(&run, cpu(), &m), ERG_OK);
      trees(&run, &deepest[k], &depth[k], &accept[k]);
      n = (size_t)run.chains * (size_t)run.draws;
      squares = calloc(n, sizeof *squares);
      for (size_t d = 0; d < n; d++) squares[d] = pow(run.q[d * (size_t)m.dim], 2);
      ess[k] = toy_ess(diag_ess_mean, squares, run.chains, run.draws, run.draws, 1);
      ess[k] /= exp2(depth[k]);
      hash[k] = toy_hash(&run, m.dim);
      free(squares);
      toy_run_free(&run);
    }
    print_message("dim %d: depth %.2f and %.2f, acceptance %.2f and %.2f, squares %.1f and %.1f\n",
                  dims[j], depth[0], depth[1], accept[0], accept[1], ess[0], ess[1]);
    if (j == 0) {
      assert_true(deepest[1] < deepest[0] && depth[1] < depth[0] - 0.9);
      assert_true(accept[1] < accept[0] - 0.04);
      assert_true(ess[1] > 2 * ess[0]);
    } else {
      assert_true(hash[0] == hash[1]);
    }
    toy_free(&m);
  }
}

static void refusals(void **state) {
  erg_model m;
  toy_run run;
  (void)state;
  toy_make(&m, TOY_NORMAL, 2);
  toy_defaults(&run, cpu());
  run.chains = 0;
  {
    erg_job job = {.size = sizeof job, .chains = 0, .threads = 1, .model = &m,
                   .n_settings = run.n_settings, .settings = run.settings};
    const char *devices[] = {"gpu"};
    erg_host host = {.size = sizeof host};
    assert_int_equal(cpu()->supports(&host, &job), ERG_INVALID);
    job.chains = 1;
    assert_int_equal(cpu()->supports(&host, &job), ERG_OK);
    job.devices = devices;
    job.n_devices = 1;
    assert_int_equal(cpu()->supports(&host, &job), ERG_NO_DEVICE);
    /* More than any machine has; and what it says grows with the chains. */
    const erg_memory_extension *memory = cpu()->extension(cpu(), "erg.memory/1");
    job.n_devices = 0;
    job.chains = 7;
    uint64_t seven = memory->bytes(&job);
    job.chains = 70;
    assert_true(seven > 7 * (ERG_V_TREE + 30) * 2 * sizeof(double));
    assert_true(memory->bytes(&job) == 10 * seven);
    m.dim = 10000000;
    job.chains = 1000000;
    assert_int_equal(cpu()->supports(&host, &job), ERG_UNSUPPORTED);
    m.dim = 2;
  }
  toy_free(&m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(known_moments),    cmocka_unit_test(target_acceptance),
      cmocka_unit_test(metric_scales),    cmocka_unit_test(short_warmups),
      cmocka_unit_test(divergences),      cmocka_unit_test(no_initial_point),
      cmocka_unit_test(initial_points),   cmocka_unit_test(cancellation),
      cmocka_unit_test(automatic_centring), cmocka_unit_test(shorter_trajectories),
      cmocka_unit_test(refusals),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
