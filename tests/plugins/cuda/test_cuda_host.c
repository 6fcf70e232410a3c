/* The host code of the plug-in "cuda" against the fake driver (fake/fake_cuda.c), which
 * LD_LIBRARY_PATH puts before a real one: devices, splitting over two of them, copies,
 * launches, refusals and every error's message. Kernels are compiled by the real NVRTC;
 * without one the test is skipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "harness.h"
#include "nvrtc.h"

static const erg_sampler *cpu, *cuda;
static char cache[] = "/tmp/ergode-test-XXXXXX";

static harness_job job_of(const erg_sampler *sampler, const erg_model *model) {
  harness_job job = {.sampler = sampler,
                     .model = model,
                     .chains = 5,
                     .warmup = 60,
                     .draws = 40,
                     .capacity = 50,
                     .seed = 7,
                     .cache = cache};
  job.devices[0] = sampler == cpu ? "cpu" : "cuda:0";
  return job;
}

static void test_listing(void **state) {
  (void)state;
  erg_device devices[4];
  char why[512];
  assert_int_equal(harness_devices(cuda, devices, 4, why, sizeof why), 2);
  assert_string_equal(devices[1].id, "cuda:1");
  assert_string_equal(devices[1].name, "Fake GPU 1");
  assert_string_equal(devices[1].architecture, "sm_90");
  assert_int_equal(devices[1].compute_units, 2);
  setenv("FAKE_CUDA_DEVICES", "0", 1);
  assert_int_equal(harness_devices(cuda, devices, 4, why, sizeof why), 0);
  assert_non_null(strstr(why, "CUDA_VISIBLE_DEVICES"));
  unsetenv("FAKE_CUDA_DEVICES");
}

static void test_draws(void **state) {
  (void)state;
  const erg_model *models[] = {harness_hierarchical(10, 4), harness_hierarchical(100, 3)};
  static const struct {
    const char *first, *second, *name;
    double value;
    int capacity;
  } cases[] = {
      {"cuda:0", NULL, NULL, 0, 50},
      {"cuda:1", "cuda:0", NULL, 0, 50},
      {"cuda:GPU-10111213", "cuda:GPU-20212223-2425-2627-2829-2a2b2c2d2e2f", "launch", 5, 1},
      {"cuda:0", NULL, "chains_a_warp", 4, 13},
      {"cuda:0", NULL, "chains_a_warp", 2, 200},
      {"cuda:0", NULL, "block", 128, 50},
  };
  for (int m = 0; m < 2; m++) {
    harness_job a = job_of(cpu, models[m]);
    harness_result *x = harness_run(&a);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
      harness_job b = job_of(cuda, models[m]);
      b.devices[0] = cases[i].first;
      b.devices[1] = cases[i].second;
      b.set[0].name = cases[i].name;
      b.set[0].value = cases[i].value;
      b.capacity = cases[i].capacity;
      harness_result *y = harness_run(&b);
      const char *difference = harness_difference(x, y);
      if (difference != NULL) print_error("case %zu: %s\n", i, difference);
      assert_null(difference);
      if (m == 0 && i == 0) assert_int_equal(y->stages.cached, 0);
      assert_true(y->telemetry.device_busy > 0 && y->telemetry.device_busy <= 1);
      assert_true(y->telemetry.lane_efficiency > 0 && y->telemetry.lane_efficiency <= 1);
      if (m == 0 && i == 1) assert_int_equal(y->stages.cached, 1);
      harness_free(y);
    }
    harness_free(x);
  }
}

/* More than fits one half of the page-locked memory (8 MiB), rows with gaps between. */
static void test_large_copies(void **state) {
  (void)state;
  const erg_model *model = harness_hierarchical(2000, 1);
  harness_job a = job_of(cpu, model), b = job_of(cuda, model);
  a.chains = b.chains = 9;
  a.warmup = b.warmup = 0;
  a.draws = b.draws = 150;
  a.set[0].name = b.set[0].name = "step_size";
  a.set[0].value = b.set[0].value = 0.01;
  a.set[1].name = b.set[1].name = "max_depth";
  a.set[1].value = b.set[1].value = 2;
  harness_result *x = harness_run(&a), *y = harness_run(&b);
  const char *difference = harness_difference(x, y);
  if (difference != NULL) print_error("%s\n", difference);
  assert_null(difference);
  harness_free(x);
  harness_free(y);
}

static void test_errors(void **state) {
  (void)state;
  static const struct {
    const char *fail;
    erg_status status;
    const char *text;
  } cases[] = {
      {"cuMemAlloc_v2:2", ERG_NO_MEMORY, "memory"},
      {"cuLaunchKernel:701", ERG_DEVICE, "starting the kernel on cuda:0"},
      {"cuStreamSynchronize:702", ERG_DEVICE, "CUDA_ERROR_LAUNCH_TIMEOUT"},
      {"cuStreamSynchronize:214", ERG_DEVICE, "uncorrectable"},
      {"cuModuleLoadData:209", ERG_DEVICE, "architecture"},
      {"cuDevicePrimaryCtxRetain:46", ERG_NO_DEVICE, "exclusive"},
      {"cuMemcpyDtoHAsync_v2:700", ERG_DEVICE, "CPU backend gives the same draws"},
  };
  const erg_model *model = harness_hierarchical(10, 4);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    harness_job job = job_of(cuda, model);
    setenv("FAKE_CUDA_FAIL", cases[i].fail, 1);
    harness_result *r = harness_run(&job);
    unsetenv("FAKE_CUDA_FAIL");
    print_message("%s\n", r->message);
    assert_int_equal(r->status, cases[i].status);
    assert_non_null(strstr(r->message, cases[i].text));
    harness_free(r);
  }
}

static void refused(harness_job job, erg_status status, const char *text) {
  harness_result *r = harness_run(&job);
  print_message("%s\n", r->message);
  assert_int_equal(r->status, status);
  assert_non_null(strstr(r->message, text));
  harness_free(r);
}

static void test_refusals(void **state) {
  (void)state;
  erg_model *model = harness_hierarchical(10, 4), bare = *model;
  harness_job job = job_of(cuda, model);
  setenv("FAKE_CUDA_FREE", "70000000", 1);
  refused(job, ERG_UNSUPPORTED, "run at most");
  unsetenv("FAKE_CUDA_FREE");
  job.devices[0] = "cuda:7";
  refused(job, ERG_NO_DEVICE, "cuda:0 to cuda:1");
  job.devices[0] = "cuda:GPU-99";
  refused(job, ERG_NO_DEVICE, "no CUDA device");
  job.devices[0] = "cuda:1";
  job.devices[1] = "cuda:GPU-20";
  refused(job, ERG_UNSUPPORTED, "named twice");
  bare.extension = NULL;
  job = job_of(cuda, &bare);
  refused(job, ERG_UNSUPPORTED, "portable dialect");
  erg_model *broken = harness_hierarchical(3, 1);
  ((erg_model_source *)broken->extension(broken, "erg.source/1"))->text =
      "__device__ void erg_model(int x) { no_such_name = x; }";
  refused(job_of(cuda, broken), ERG_COMPILE, "no_such_name");
}

/* --- peaks ------------------------------------------------------------------------------ */

static char peaks_reason[512];
static erg_status keep_reason(void *data, erg_status code, const char *text) {
  (void)data;
  snprintf(peaks_reason, sizeof peaks_reason, "%s", text);
  return code;
}

/* The fake device takes 20 ms a launch: 16 blocks of 256 threads for two multiprocessors. */
static void test_peaks(void **state) {
  (void)state;
  const erg_peaks_extension *e = cuda->extension(cuda, "erg.peaks/1");
  erg_host host = {.size = sizeof host, .fail = keep_reason, .cache_dir = cache};
  erg_peaks found = {.size = sizeof found};
  setenv("FAKE_CUDA_FREE", "64000000", 1);
  assert_int_equal(e->measure(&host, "cuda:1", 2, &found), ERG_OK);
  assert_int_equal(found.size, sizeof found);
  assert_int_equal(found.threads, 0);
  assert_float_equal(found.read_bytes_s, 8e6 / 0.02, 1);
  assert_float_equal(found.flops_s, 2.0 * 8 * 8192 * 16 * 256 / 0.02, 1);
  assert_non_null(strstr(found.how, "sum of 8 MB, best of 10;"));
  assert_non_null(strstr(found.how, "16 blocks of 256 threads"));
  /* A host of an older version has less room. */
  erg_peaks small = {.size = offsetof(erg_peaks, flops_s), .flops_s = 77};
  assert_int_equal(e->measure(&host, "cuda:0", 2, &small), ERG_OK);
  assert_int_equal(small.size, offsetof(erg_peaks, flops_s));
  assert_true(small.read_bytes_s == found.read_bytes_s && small.flops_s == 77);
  setenv("FAKE_CUDA_WRONG", "1", 1);
  assert_int_equal(e->measure(&host, "cuda:1", 2, &found), ERG_DEVICE);
  assert_non_null(strstr(peaks_reason, "cuda:1 computes wrong sums"));
  unsetenv("FAKE_CUDA_WRONG");
  setenv("FAKE_CUDA_FAIL", "cuMemAlloc_v2:2", 1);
  assert_int_equal(e->measure(&host, "cuda:1", 2, &found), ERG_NO_MEMORY);
  unsetenv("FAKE_CUDA_FAIL");
  setenv("FAKE_CUDA_FREE", "64000", 1);
  assert_int_equal(e->measure(&host, "cuda:1", 2, &found), ERG_UNSUPPORTED);
  assert_non_null(strstr(peaks_reason, "too little to measure its memory"));
  unsetenv("FAKE_CUDA_FREE");
  assert_int_equal(e->measure(&host, "cuda:9", 2, &found), ERG_NO_DEVICE);
}

int main(void) {
  char why[800];
  if (nvrtc_open(why, sizeof why) == NULL) {
    printf("skipped: %s\n", why);
    return 77;
  }
  cpu = harness_plugin(PLUGIN_CPU);
  cuda = harness_plugin(PLUGIN_CUDA);
  if (mkdtemp(cache) == NULL) return 1;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_listing),      cmocka_unit_test(test_draws),
      cmocka_unit_test(test_large_copies), cmocka_unit_test(test_errors),
      cmocka_unit_test(test_refusals),     cmocka_unit_test(test_peaks),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  char command[128];
  snprintf(command, sizeof command, "rm -rf %s", cache);
  if (system(command) != 0) failed++;
  return failed;
}
