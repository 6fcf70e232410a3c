/* The plug-in "opencl" against "cpu": every draw, statistic, metric, step size and count of
 * gradients has the same bits, whatever the launches, blocks and devices. Runs on the first
 * OpenCL device; where there is none, exits with 77 (skipped) after saying why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "harness.h"

static const erg_sampler *cpu, *opencl;
static erg_device devices[8];
static int n_devices;
static char why[512];
static char cache[] = "/tmp/ergode-test-XXXXXX";

static harness_job job_of(const erg_sampler *sampler, const erg_model *model) {
  harness_job job = {.sampler = sampler,
                     .model = model,
                     .chains = 3,
                     .warmup = 60,
                     .draws = 40,
                     .capacity = 50,
                     .seed = 7,
                     .cache = cache};
  job.devices[0] = sampler == cpu ? "cpu" : devices[0].id;
  return job;
}

static void same(const harness_job *a, const harness_job *b) {
  harness_result *x = harness_run(a), *y = harness_run(b);
  const char *difference = harness_difference(x, y);
  if (difference != NULL) print_error("%s\n", difference);
  assert_null(difference);
  assert_true(x->gradients[0] > 0);
  harness_free(x);
  harness_free(y);
}

static void test_models(void **state) {
  (void)state;
  erg_model *models[] = {harness_normal(1), harness_normal(13), harness_hierarchical(10, 4),
                         harness_hierarchical(100, 10)};
  for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
    harness_job a = job_of(cpu, models[i]), b = job_of(opencl, models[i]);
    same(&a, &b);
  }
}

/* As the compiler emits them. The graphs are bare: they can't be recentred. */
static void test_compiled(void **state) {
  (void)state;
  for (int i = 0; i < HARNESS_GRAPHS; i++) {
    const erg_model *model = harness_compiled((harness_graph)i);
    if (model == NULL) skip();
    harness_job a = job_of(cpu, model), b = job_of(opencl, model);
    a.warmup = b.warmup = 200;
    a.set[0].name = b.set[0].name = "centre";
    same(&a, &b);
  }
}

static void test_settings(void **state) {
  (void)state;
  static const struct {
    const char *name;
    double value;
  } cases[] = {
      {"algorithm", 1}, {"metric", 1}, {"metric", 2}, {"jitter", 0.2}, {"max_depth", 3}};
  erg_model *model = harness_hierarchical(10, 4);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    harness_job a = job_of(cpu, model), b = job_of(opencl, model);
    a.set[0].name = b.set[0].name = cases[i].name;
    a.set[0].value = b.set[0].value = cases[i].value;
    same(&a, &b);
  }
}

/* Launches that end inside trees, and blocks of one draw. */
static void test_cuts(void **state) {
  (void)state;
  static const int budgets[] = {1, 7, 100000};
  erg_model *model = harness_hierarchical(10, 4);
  harness_job a = job_of(cpu, model);
  for (size_t i = 0; i < sizeof budgets / sizeof *budgets; i++) {
    harness_job b = job_of(opencl, model);
    b.set[0].name = "launch";
    b.set[0].value = budgets[i];
    b.capacity = i == 1 ? 1 : 13;
    same(&a, &b);
  }
}

static void test_two_devices(void **state) {
  (void)state;
  if (n_devices < 2) {
    print_message("skipped: one OpenCL device; POCL_DEVICES=\"pthread pthread\" makes two\n");
    skip();
  }
  erg_model *model = harness_hierarchical(10, 4);
  harness_job a = job_of(cpu, model), b = job_of(opencl, model);
  a.chains = b.chains = 5;
  b.devices[1] = devices[1].id;
  same(&a, &b);
  b.devices[0] = devices[1].id;
  b.devices[1] = devices[0].id;
  same(&a, &b);
}

/* One thread, on a part of the device. */
static void test_threads(void **state) {
  (void)state;
  if (devices[0].kind != ERG_DEVICE_CPU || devices[0].compute_units < 2) {
    print_message("skipped: the first OpenCL device is no processor with two units\n");
    skip();
  }
  harness_job job = job_of(opencl, harness_normal(13)), other = job_of(cpu, job.model);
  job.threads = 1;
  harness_result *a = harness_run(&job), *b = harness_run(&other);
  assert_null(harness_difference(a, b));
  assert_non_null(strstr(a->log, ": 1 of "));
  harness_free(a);
  harness_free(b);
}

/* The second run takes the kernel from the cache; a damaged file is compiled anew. */
static void test_cache(void **state) {
  (void)state;
  erg_model *model = harness_normal(5);
  char folder[] = "/tmp/ergode-test-XXXXXX", command[128];
  assert_non_null(mkdtemp(folder));
  harness_job job = job_of(opencl, model);
  job.cache = folder;
  job.set[0].name = "store";
  job.set[0].value = 1;
  for (int i = 0; i < 4; i++) {
    if (i == 2) {
      snprintf(command, sizeof command, "for f in %s/*; do printf x >>$f; done", folder);
      assert_int_equal(system(command), 0);
    }
    harness_result *r = harness_run(&job);
    print_message(
        "run %d: compile %.3f s, cached %d, first block after %.3f s (%.3f s of "
        "processor time)\n",
        i, r->stages.compile_s, r->stages.cached, r->first_s, r->first_cpu_s);
    assert_int_equal(r->status, ERG_OK);
    assert_int_equal(r->stages.cached, i == 1 || i == 3);
    assert_true(r->telemetry.device_busy > 0 && r->telemetry.device_busy <= 1);
    assert_true(r->telemetry.lane_efficiency > 0 && r->telemetry.lane_efficiency <= 1);
    harness_free(r);
  }
  snprintf(command, sizeof command, "rm -rf %s", folder);
  assert_int_equal(system(command), 0);
}

static void test_refusals(void **state) {
  (void)state;
  erg_model *model = harness_normal(5), bare = *model;
  harness_job job = job_of(opencl, model);
  job.devices[0] = "nowhere:3";
  harness_result *r = harness_run(&job);
  assert_int_equal(r->status, ERG_NO_DEVICE);
  assert_non_null(strstr(r->message, devices[0].id));
  harness_free(r);
  job = job_of(opencl, model);
  job.devices[1] = job.devices[0];
  r = harness_run(&job);
  assert_int_equal(r->status, ERG_UNSUPPORTED);
  harness_free(r);
  bare.extension = NULL;
  job = job_of(opencl, &bare);
  r = harness_run(&job);
  assert_int_equal(r->status, ERG_UNSUPPORTED);
  assert_non_null(strstr(r->message, "portable dialect"));
  harness_free(r);
  /* A text that doesn't compile: the driver's own message is in ours. */
  erg_model *broken = harness_normal(5);
  erg_model_source *source = (erg_model_source *)broken->extension(broken, "erg.source/1");
  source->text = "void erg_model(int x) { no_such_name = x; }";
  job = job_of(opencl, broken);
  r = harness_run(&job);
  assert_int_equal(r->status, ERG_COMPILE);
  assert_non_null(strstr(r->message, "no_such_name"));
  harness_free(r);
}

static void test_listing(void **state) {
  (void)state;
  for (int i = 0; i < n_devices && i < 8; i++) {
    print_message("%s: %s, %s, %d units, %.1f GiB\n", devices[i].id, devices[i].name,
                  devices[i].driver, devices[i].compute_units,
                  (double)devices[i].memory_bytes / 0x1p30);
    assert_int_equal(devices[i].fp64, 1);
    assert_non_null(strchr(devices[i].id, ':'));
    for (int k = 0; k < i; k++) assert_string_not_equal(devices[i].id, devices[k].id);
  }
}

static char peaks_reason[512];
static erg_status keep_reason(void *data, erg_status code, const char *text) {
  (void)data;
  snprintf(peaks_reason, sizeof peaks_reason, "%s", text);
  return code;
}

static void no_log(void *data, erg_log_level level, const char *text) {
  (void)data, (void)level, (void)text;
}

/* The sums are held against what they must be; the speeds against nothing. */
static void test_peaks(void **state) {
  (void)state;
  const erg_peaks_extension *e = opencl->extension(opencl, "erg.peaks/1");
  erg_host host = {.size = sizeof host, .fail = keep_reason, .log = no_log};
  erg_peaks found = {.size = sizeof found};
  int processor = devices[0].kind == ERG_DEVICE_CPU;
  for (int threads = 1; threads <= 2; threads++) {
    if (e->measure(&host, devices[0].id, threads, &found) != ERG_OK)
      fail_msg("%s", peaks_reason);
    print_message("%d threads: %.1f GB/s, %.1f GFLOP/s: %s\n", found.threads,
                  1e-9 * found.read_bytes_s, 1e-9 * found.flops_s, found.how);
    assert_true(found.read_bytes_s > 0 && found.flops_s > 0);
    assert_int_equal(found.size, sizeof found);
    if (processor && threads <= devices[0].compute_units)
      assert_int_equal(found.threads, threads);
    if (!processor) assert_int_equal(found.threads, 0);
  }
  assert_int_equal(e->measure(&host, "nowhere:3", 1, &found), ERG_NO_DEVICE);
  assert_non_null(strstr(peaks_reason, "nowhere:3"));
}

int main(void) {
  cpu = harness_plugin(PLUGIN_CPU);
  opencl = harness_plugin(PLUGIN_OPENCL);
  if (mkdtemp(cache) == NULL) return 1;
  n_devices = harness_devices(opencl, devices, 8, why, sizeof why);
  if (n_devices == 0) {
    printf("skipped: %s\n", why);
    return 77;
  }
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_listing),  cmocka_unit_test(test_models),
      cmocka_unit_test(test_compiled), cmocka_unit_test(test_settings),
      cmocka_unit_test(test_cuts),     cmocka_unit_test(test_two_devices),
      cmocka_unit_test(test_cache),    cmocka_unit_test(test_refusals),
      cmocka_unit_test(test_threads),  cmocka_unit_test(test_peaks),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  char command[128];
  snprintf(command, sizeof command, "rm -rf %s", cache);
  if (system(command) != 0) failed++;
  return failed;
}
