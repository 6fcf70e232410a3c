/* Figures, comparisons, curves, warnings and advice of rows made up for it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/derive.h"
#include "run/text.h"

enum { RUNS = 5, ROWS = 4 };

typedef struct {
  bench_subject subject;
  bench_row rows[ROWS];
  bench_peak peak;
  bench_report report;
} scene;

static void near(double got, double expected) {
  if (!(fabs(got - expected) <= 1e-12 * fabs(expected)))
    fail_msg("%.17g, not %.17g", got, expected);
}

/* Every row: 2 chains on 1 thread, 1000 gradients in 0.5 + 0.5 s, ESS 200, total 1.2 s. */
static void set_up(scene *s, int n_rows) {
  memset(s, 0, sizeof *s);
  s->subject = (bench_subject){.bytes_gradient = 8e6, .flops_gradient = 1e6, .dim = 12,
                               .observations = 100};
  s->peak = (bench_peak){.backend = "cpu", .device = "cpu", .threads = 1, .read_gb_s = 16,
                         .gflops = 4};
  s->report = (bench_report){.subjects = &s->subject, .n_subjects = 1, .rows = s->rows,
                             .n_rows = n_rows, .peaks = &s->peak, .n_peaks = 1};
  s->report.environment.cores = 4;
  for (int i = 0; i < n_rows; i++) {
    bench_row *row = &s->rows[i];
    row->n_devices = 1;
    row->chains = 2;
    row->threads = 1;
    strcpy(row->backend, "cpu");
    strcpy(row->devices[0].id, "cpu");
    snprintf(row->id, sizeof row->id, "row %d", i);
    row->n_runs = RUNS + 1;
    row->runs = run_alloc((RUNS + 1) * sizeof *row->runs);
    for (int k = 0; k <= RUNS; k++) {
      bench_once *f = &row->runs[k];
      bench_once_init(f);
      f->kind = k ? BENCH_CACHED : BENCH_COLD;
      f->repeat = k ? k - 1 : 0;
      f->seed = 1 + f->repeat;
      f->stages = (bench_stages){.load = 0.05, .compile = k ? 0.05 : 2, .warmup = 0.5,
                                 .sampling = 0.5, .output = 0.05, .rest = 0.05,
                                 .total = k ? 1.2 : 3.15};
      f->gradients = 1000;
      f->warmup_gradients = 500;
      f->kept = 400;
      f->ess_bulk = 200;
      f->ess_tail = 250;
      f->n_chain_gradients = 2;
      f->chain_gradients[0] = f->chain_gradients[1] = 250;
    }
  }
}

static void tear_down(scene *s) {
  for (int i = 0; i < s->report.n_rows; i++) {
    free(s->rows[i].runs);
    free(s->rows[i].advice);
    free(s->rows[i].warnings);
  }
  for (int i = 0; i < s->report.n_scaling; i++) free(s->report.scaling[i].points);
  free(s->report.scaling);
  free(s->report.pairs);
}

static bench_once *cached(scene *s, int row, int k) { return &s->rows[row].runs[1 + k]; }

static bool warned(const bench_row *row, const char *kind) {
  for (int i = 0; i < row->n_warnings; i++)
    if (!strcmp(row->warnings[i].kind, kind)) return true;
  return false;
}

static const bench_advice *advised(const bench_row *row, const char *stage) {
  for (int i = 0; i < row->n_advice; i++)
    if (!strcmp(row->advice[i].stage, stage)) return &row->advice[i];
  return NULL;
}

/* The work of a row takes so many times as long. */
static void slow(scene *s, int row, double times) {
  for (int k = 0; k <= RUNS; k++) {
    bench_stages *t = &s->rows[row].runs[k].stages;
    t->total += (times - 1) * (t->warmup + t->sampling);
    t->warmup *= times;
    t->sampling *= times;
  }
}

static void test_figures(void **state) {
  (void)state;
  scene s;
  set_up(&s, 2);
  for (int k = 0; k < RUNS; k++) cached(&s, 0, k)->ess_bulk = 100 + 10 * k;
  cached(&s, 0, 4)->ess_tail = NAN; /* the least of both isn't known then */
  s.rows[1].verdict = BENCH_WRONG;
  bench_derive(&s.report);
  const bench_estimate *f = s.rows[0].figures;
  near(f[BENCH_GRADIENTS_S].median, 1000);
  near(f[BENCH_US_GRADIENT].median, 1000);
  near(f[BENCH_BULK_S].median, 120);
  near(f[BENCH_ESS_S].median, 115); /* of 100, 110, 120, 130 */
  assert_int_equal(f[BENCH_ESS_S].n, 4);
  near(f[BENCH_ESS_S].low, 95.62825526223368); /* Student's, of their logarithms */
  near(f[BENCH_ESS_S].high, 136.98480934456273);
  near(f[BENCH_ESS_1000_GRADIENTS].median, 230);
  near(f[BENCH_CACHED_S].median, 1.2);
  near(f[BENCH_COLD_S].median, 3.15);
  assert_int_equal(f[BENCH_COLD_S].n, 1);
  assert_true(isnan(f[BENCH_COLD_S].low));
  near(f[BENCH_BANDWIDTH_SHARE].median, 0.5);
  near(f[BENCH_FLOPS_SHARE].median, 0.25);
  assert_true(isnan(f[BENCH_SQUARE_S].median) && isnan(f[BENCH_ESS_JOULE].median));
  for (int i = 0; i < BENCH_FIGURES; i++) assert_true(isnan(s.rows[1].figures[i].median));
  assert_int_equal(s.report.n_pairs, 1);
  assert_string_equal(s.report.pairs[0].verdict, "INVALID");
  assert_true(isnan(s.report.pairs[0].ratio));
  tear_down(&s);
}

/* Peers count the gradients of their draws alone, some backends none. */
static void test_gradients_not_told(void **state) {
  (void)state;
  scene s;
  set_up(&s, 2);
  for (int k = 0; k < RUNS; k++) {
    cached(&s, 0, k)->warmup_gradients = -1;
    cached(&s, 1, k)->gradients = cached(&s, 1, k)->warmup_gradients = 0;
  }
  bench_derive(&s.report);
  assert_true(isnan(s.rows[0].figures[BENCH_GRADIENTS_S].median));
  near(s.rows[0].figures[BENCH_ESS_1000_GRADIENTS].median, 200);
  assert_true(isnan(s.rows[1].figures[BENCH_US_GRADIENT].median));
  assert_true(isnan(s.rows[1].figures[BENCH_ESS_1000_GRADIENTS].median));
  tear_down(&s);
}

static void test_pairs(void **state) {
  (void)state;
  scene s;
  set_up(&s, 3);
  slow(&s, 0, 2);
  s.rows[1].runs[0].stages.total += 2; /* dearer set-up */
  strcpy(s.rows[1].backend, "gpu");
  s.rows[2].chains = 8;
  bench_derive(&s.report);
  assert_int_equal(s.report.n_pairs, 3); /* row 2 has other chains */
  for (int i = 0; i < 3; i++) {
    const bench_pair *p = &s.report.pairs[i];
    assert_int_equal(p->a, 1);
    assert_int_equal(p->b, 0);
    bool time = p->figure == BENCH_CACHED_S;
    near(p->ratio, time ? 1.2 / 2.2 : 2);
    assert_string_equal(p->verdict, "FASTER");
    /* Set-up 4.65 s against 3.15 s (warm-up included); a draw 1.25 ms against 2.5 ms. */
    if (time) near(p->break_even_draws, 1.5 / 0.00125);
    else assert_true(isnan(p->break_even_draws));
  }
  tear_down(&s);
  set_up(&s, 2); /* other seeds: nothing to pair */
  for (int k = 0; k < RUNS; k++) cached(&s, 1, k)->seed += 100;
  bench_derive(&s.report);
  assert_int_equal(s.report.n_pairs, 0);
  tear_down(&s);
}

static void test_time_verdicts(void **state) {
  (void)state;
  statistic less = {0.5, 0.4, 0.6, 5, 0}, more = {2, 1.5, 3, 5, 0}, few = {2, NAN, NAN, 2, 0};
  assert_int_equal(bench_judge_ratio(BENCH_CACHED_S, &less), STATISTIC_FASTER);
  assert_int_equal(bench_judge_ratio(BENCH_CACHED_S, &more), STATISTIC_SLOWER);
  assert_int_equal(bench_judge_ratio(BENCH_ESS_S, &less), STATISTIC_SLOWER);
  assert_int_equal(bench_judge_ratio(BENCH_ESS_S, &more), STATISTIC_FASTER);
  assert_int_equal(bench_judge_ratio(BENCH_CACHED_S, &few), STATISTIC_AMBIGUOUS);
}

static void test_warnings(void **state) {
  (void)state;
  scene s;
  set_up(&s, 2);
  cached(&s, 0, 4)->stages.sampling = 2; /* 2.5 s where the others take 1 s */
  cached(&s, 0, 2)->has_telemetry = 1;
  cached(&s, 0, 2)->telemetry.throttled = 1;
  bench_derive(&s.report);
  assert_true(warned(&s.rows[0], "variance") && warned(&s.rows[0], "outlier"));
  assert_true(warned(&s.rows[0], "throttled"));
  assert_int_equal(s.rows[1].n_warnings, 0);
  tear_down(&s);
}

/* Below BENCH_NOISE_S of work nothing is said of noise, but of heat. */
static void test_warnings_of_short_runs(void **state) {
  (void)state;
  for (int brief = 0; brief < 2; brief++) {
    scene s;
    set_up(&s, 1);
    slow(&s, 0, brief ? 0.09 : 0.11);
    cached(&s, 0, 4)->stages.sampling *= 6;
    cached(&s, 0, 2)->has_telemetry = 1;
    cached(&s, 0, 2)->telemetry.throttled = 1;
    bench_derive(&s.report);
    assert_int_equal(warned(&s.rows[0], "variance"), !brief);
    assert_int_equal(warned(&s.rows[0], "outlier"), !brief);
    assert_true(warned(&s.rows[0], "throttled"));
    tear_down(&s);
  }
}

static void test_scaling(void **state) {
  (void)state;
  scene s;
  set_up(&s, 4); /* 2, 1, 4 threads; and a row of one thread on twice the chains */
  s.rows[0].threads = 2;
  slow(&s, 1, 1.8);
  s.rows[2].threads = 4;
  s.rows[3].chains = 4;
  bench_derive(&s.report);
  assert_int_equal(s.report.n_scaling, 1);
  const bench_scaling *c = &s.report.scaling[0];
  assert_string_equal(c->axis, "threads");
  assert_string_equal(c->kind, "strong");
  assert_int_equal(c->n_points, 3);
  assert_string_equal(c->points[0].verdict, "first");
  near(c->points[1].speedup, 1.8);
  near(c->points[1].efficiency, 0.9);
  assert_string_equal(c->points[1].verdict, "pass");
  assert_string_equal(c->points[2].verdict, "warning");
  assert_true(warned(&s.rows[2], "scaling") && !warned(&s.rows[0], "scaling"));
  tear_down(&s);

  set_up(&s, 3); /* one device, two on twice the chains (weak), three that failed */
  s.rows[1].n_devices = 2;
  s.rows[1].chains = 4;
  for (int k = 0; k < RUNS; k++) {
    bench_once *f = cached(&s, 1, k);
    f->n_chain_gradients = 4;
    for (int i = 0; i < 4; i++) f->chain_gradients[i] = i == 3 ? 500 : 100;
  }
  s.rows[2].n_devices = 3;
  s.rows[2].chains = 6;
  s.rows[2].verdict = BENCH_FAILED;
  strcpy(s.rows[2].reason, "no memory");
  bench_derive(&s.report);
  assert_int_equal(s.report.n_scaling, 1);
  c = &s.report.scaling[0];
  assert_string_equal(c->axis, "devices");
  assert_string_equal(c->kind, "weak");
  near(c->points[1].speedup, 2);
  near(c->points[1].imbalance, 1.5); /* 600 of mean 400 */
  near(c->points[1].straggler, 1);
  assert_string_equal(c->points[2].verdict, "skipped");
  assert_string_equal(c->points[2].reason, "failed: no memory");
  assert_true(isnan(c->points[2].seconds));
  tear_down(&s);
}

/* Runs of less than BENCH_NOISE_S are put into no band, nor is a number without one. */
static void test_unjudged_scaling(void **state) {
  (void)state;
  for (int brief = 0; brief < 2; brief++) {
    scene s;
    set_up(&s, 3);
    for (int i = 0; i < 3; i++) slow(&s, i, brief ? 0.099 : 0.101);
    s.rows[1].threads = 2; /* twice as many, no faster */
    s.rows[2].threads = 3;
    bench_derive(&s.report);
    const bench_scaling *c = &s.report.scaling[0];
    assert_int_equal(c->n_points, 3);
    assert_string_equal(c->points[0].verdict, "first");
    assert_string_equal(c->points[1].verdict, brief ? "too_brief" : "warning");
    assert_int_equal(warned(&s.rows[1], "scaling"), !brief);
    near(c->points[1].speedup, 1);
    assert_string_equal(c->points[2].verdict, "no_band");
    assert_true(c->points[2].reason[0] && !warned(&s.rows[2], "scaling"));
    tear_down(&s);
  }
}

static void test_advice_of_stages(void **state) {
  (void)state;
  static const struct {
    const char *name;
    size_t offset;
  } stages[] = {{"load", offsetof(bench_stages, load)},
                {"compile", offsetof(bench_stages, compile)},
                {"upload", offsetof(bench_stages, upload)},
                {"download", offsetof(bench_stages, download)},
                {"diagnostics", offsetof(bench_stages, diagnostics)},
                {"output", offsetof(bench_stages, output)},
                {"rest", offsetof(bench_stages, rest)}};
  for (unsigned i = 0; i < sizeof stages / sizeof *stages; i++)
    for (int over = 0; over < 2; over++) { /* 0.6 s of 2 s, and a little more */
      scene s;
      set_up(&s, 1);
      for (int k = 0; k < RUNS; k++) {
        bench_stages *t = &cached(&s, 0, k)->stages;
        *t = (bench_stages){.total = 2}; /* the share is of the stages' sum */
        *(double *)((char *)t + stages[i].offset) = over ? 0.61 : 0.59;
        t->warmup = over ? 1.39 : 1.41;
      }
      bench_derive(&s.report);
      assert_int_equal(s.rows[0].n_advice, over);
      if (over) near(advised(&s.rows[0], stages[i].name)->share, 0.305);
      tear_down(&s);
    }
}

/* Of other engines: no option of ours mends their imports and compilations. */
static void test_advice_of_peers(void **state) {
  (void)state;
  for (int peer = 0; peer < 2; peer++) {
    scene s;
    set_up(&s, 1);
    if (peer) strcpy(s.rows[0].backend, "peer:nutpie");
    for (int k = 0; k < RUNS; k++) {
      bench_stages *t = &cached(&s, 0, k)->stages;
      t->load = t->compile = 0.61; /* of 1.92 s */
      t->warmup = 0.1;
    }
    bench_derive(&s.report);
    assert_int_equal(strstr(advised(&s.rows[0], "load")->text, "imported") != NULL, peer);
    assert_int_equal(strstr(advised(&s.rows[0], "load")->text, "smaller file") != NULL, !peer);
    assert_int_equal(strstr(advised(&s.rows[0], "compile")->text, "ergode") != NULL, !peer);
    tear_down(&s);
  }
}

/* Below BENCH_ADVISED_S nothing is said of shares of the time; what doesn't depend on it is. */
static void test_advice_of_short_runs(void **state) {
  (void)state;
  for (int brief = 0; brief < 2; brief++) {
    scene s;
    set_up(&s, 1);
    s.rows[0].threads = 4;
    for (int k = 0; k < RUNS; k++) {
      bench_once *f = cached(&s, 0, k);
      f->stages.warmup = f->stages.sampling = 0.2;
      f->stages.output = 0.6;
      f->stages.total = brief ? 0.99 : 1.01;
      f->chain_gradients[1] = 500;
    }
    bench_derive(&s.report);
    assert_int_equal(advised(&s.rows[0], "output") != NULL, !brief);
    assert_int_equal(s.rows[0].n_advice, brief ? 1 : 3); /* idle threads; uneven chains */
    assert_non_null(strstr(advised(&s.rows[0], "sampling")->text, "idle"));
    tear_down(&s);
  }
}

static void test_advice_of_chains(void **state) {
  (void)state;
  scene s;
  set_up(&s, 2);
  s.rows[0].threads = 4; /* 2 chains */
  s.rows[1].threads = 2;
  bench_derive(&s.report);
  assert_non_null(advised(&s.rows[0], "sampling"));
  near(advised(&s.rows[0], "sampling")->share, 0.5);
  assert_int_equal(s.rows[1].n_advice, 0);
  tear_down(&s);
  for (int uneven = 0; uneven < 2; uneven++) {
    set_up(&s, 1);
    s.rows[0].threads = 2;
    for (int k = 0; k < RUNS; k++) cached(&s, 0, k)->chain_gradients[1] = uneven ? 500 : 400;
    bench_derive(&s.report); /* 500 of mean 375; 400 of mean 325 */
    assert_int_equal(s.rows[0].n_advice, uneven);
    tear_down(&s);
  }
}

static void test_advice_of_busy(void **state) {
  (void)state;
  for (int idle = 0; idle < 2; idle++) {
    scene s;
    set_up(&s, 1);
    s.rows[0].threads = 2; /* of 4 cores: a share of 0.5 is all */
    for (int k = 0; k < RUNS; k++) {
      bench_once *f = cached(&s, 0, k);
      f->has_telemetry = 1;
      f->telemetry.joules_host = NAN;
      f->telemetry.n_samples = 2;
      f->telemetry.samples[0].cpu_share = NAN; /* the first has none */
      f->telemetry.samples[1].cpu_share = idle ? 0.3 : 0.45;
    }
    bench_derive(&s.report);
    assert_int_equal(s.rows[0].n_advice, idle);
    if (idle) near(advised(&s.rows[0], "busy")->share, 0.6);
    tear_down(&s);
  }
}

/* Other backends tell how busy their device is; its threads are no matter then. */
static void test_advice_of_busy_device(void **state) {
  (void)state;
  for (int idle = 0; idle < 2; idle++) {
    scene s;
    set_up(&s, 1);
    strcpy(s.rows[0].backend, "gpu");
    for (int k = 0; k < RUNS; k++) {
      bench_once *f = cached(&s, 0, k);
      f->device_busy = idle ? 0.79 : 0.81;
      f->has_telemetry = 1;
      f->telemetry.n_samples = 2;
      f->telemetry.samples[0].cpu_share = f->telemetry.samples[1].cpu_share = 0.01;
    }
    bench_derive(&s.report);
    assert_int_equal(s.rows[0].n_advice, idle);
    if (idle) {
      near(advised(&s.rows[0], "busy")->share, 0.79);
      assert_non_null(strstr(s.rows[0].advice[0].text, "the device is 79 % busy"));
    }
    tear_down(&s);
  }
}

static void test_advice_of_device(void **state) {
  (void)state;
  for (int worse = 0; worse < 2; worse++) {
    scene s;
    set_up(&s, 2);
    strcpy(s.rows[1].backend, "gpu");
    if (worse) slow(&s, 1, 4);
    bench_derive(&s.report);
    assert_int_equal(s.rows[0].n_advice, 0);
    assert_int_equal(s.rows[1].n_advice, worse);
    if (worse) {
      near(advised(&s.rows[1], "device")->share, 0.25);
      assert_non_null(strstr(s.rows[1].advice[0].text, "cpu has 4 times"));
    }
    tear_down(&s);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_figures), cmocka_unit_test(test_gradients_not_told),
            cmocka_unit_test(test_pairs),
      cmocka_unit_test(test_time_verdicts),   cmocka_unit_test(test_warnings),
      cmocka_unit_test(test_scaling),         cmocka_unit_test(test_unjudged_scaling),
      cmocka_unit_test(test_advice_of_stages),
      cmocka_unit_test(test_advice_of_chains), cmocka_unit_test(test_advice_of_busy),
      cmocka_unit_test(test_advice_of_device), cmocka_unit_test(test_advice_of_peers),
      cmocka_unit_test(test_advice_of_short_runs),
      cmocka_unit_test(test_advice_of_busy_device),
      cmocka_unit_test(test_warnings_of_short_runs)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
