/* The plug-in "cuda" on a GPU: draws, statistics, metrics and step sizes have the bits of
 * "cpu", over models, settings, mappings, launches and devices. Exits with 77 and the reason
 * where there is no CUDA device. With --short one model alone, for compute-sanitizer, which is
 * slow. With --bench prints gradients a second, one JSON line a number of chains, instead. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "harness.h"

static const erg_sampler *cpu, *cuda;
static erg_device devices[8];
static int n_devices, failures;
static char cache[] = "/tmp/ergode-test-XXXXXX";

static harness_job job_of(const erg_sampler *sampler, const erg_model *model, int chains) {
  harness_job job = {.sampler = sampler,
                     .model = model,
                     .chains = chains,
                     .warmup = 150,
                     .draws = 50,
                     .capacity = 60,
                     .seed = 11,
                     .cache = cache};
  job.devices[0] = sampler == cpu ? "cpu" : devices[0].id;
  return job;
}

static void compare(const char *what, const harness_job *a, const harness_job *b) {
  harness_result *x = harness_run(a), *y = harness_run(b);
  const char *difference = harness_difference(x, y);
  printf("%-40s %s\n", what, difference != NULL ? difference : "same bits");
  failures += difference != NULL;
  harness_free(x);
  harness_free(y);
}

static void bench(void) {
  const erg_model *model = harness_hierarchical(100, 10);
  for (int chains = 4; chains <= 16384; chains *= 8) {
    harness_job job = job_of(cuda, model, chains);
    job.warmup = 200;
    job.draws = 100;
    job.capacity = 20;
    harness_result *r = harness_run(&job);
    int64_t gradients = 0;
    for (int c = 0; c < chains && r->status == ERG_OK; c++) gradients += r->gradients[c];
    double seconds = r->stages.warmup_s + r->stages.sampling_s;
    printf(
        "{\"chains\": %d, \"gradients\": %lld, \"kernel_s\": %.4f, \"download_s\": %.4f, "
        "\"compile_s\": %.3f, \"gradients_per_s\": %.0f, \"error\": \"%.100s\"}\n",
        chains, (long long)gradients, seconds, r->stages.download_s, r->stages.compile_s,
        seconds > 0 ? (double)gradients / seconds : 0.0, r->message);
    fflush(stdout);
    failures += r->status != ERG_OK;
    harness_free(r);
  }
}

static int finish(void) {
  char command[128];
  snprintf(command, sizeof command, "rm -rf %s", cache);
  return failures > 0 || system(command) != 0;
}

int main(int argc, char **argv) {
  char why[512];
  cpu = harness_plugin(PLUGIN_CPU);
  cuda = harness_plugin(PLUGIN_CUDA);
  n_devices = harness_devices(cuda, devices, 8, why, sizeof why);
  if (n_devices == 0) {
    printf("skipped: %s\n", why);
    return 77;
  }
  if (mkdtemp(cache) == NULL) return 1;
  for (int i = 0; i < n_devices && i < 8; i++)
    printf("%s: %s, %s, %s, %d SM\n", devices[i].id, devices[i].name, devices[i].driver,
           devices[i].architecture, devices[i].compute_units);
  if (argc > 1 && strcmp(argv[1], "--bench") == 0) {
    bench();
    return finish();
  }
  static const struct {
    const char *name;
    double value;
  } cases[] = {{NULL, 0},      {"launch", 1},       {"launch", 97},       {"algorithm", 1},
               {"metric", 1},  {"jitter", 0.3},     {"chains_a_warp", 1}, {"chains_a_warp", 2},
               {"block", 128}, {"chains_a_warp", 4}};
  const erg_model *small = harness_hierarchical(10, 4);
  size_t n_cases = argc > 1 && strcmp(argv[1], "--short") == 0 ? 1 : sizeof cases / sizeof *cases;
  for (size_t i = 0; i < n_cases; i++) {
    harness_job a = job_of(cpu, small, 13), b = job_of(cuda, small, 13);
    char what[64];
    snprintf(what, sizeof what, "hierarchical 13, %s %g",
             cases[i].name != NULL ? cases[i].name : "defaults", cases[i].value);
    b.set[0].name = cases[i].name;
    b.set[0].value = cases[i].value;
    if (i == 3 || i == 4 || i == 5) a.set[0] = b.set[0];
    compare(what, &a, &b);
  }
  if (argc > 1 && strcmp(argv[1], "--short") == 0) return finish();
  const erg_model *models[] = {harness_normal(1),
                               harness_normal(13),
                               harness_hierarchical(100, 10),
                               harness_compiled(HARNESS_CENTRED),
                               harness_compiled(HARNESS_LOGISTIC),
                               harness_compiled(HARNESS_FUNCTIONS),
                               harness_compiled(HARNESS_REDUCTIONS)};
  static const char *const names[] = {"normal 1",           "normal 13",
                                      "hierarchical 103",   "compiled: hierarchical",
                                      "compiled: logistic", "compiled: functions",
                                      "compiled: reductions"};
  for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
    if (models[i] == NULL) {
      printf("%-40s skipped: it needs a C compiler\n", names[i]);
      continue;
    }
    harness_job a = job_of(cpu, models[i], 9), b = job_of(cuda, models[i], 9);
    if (i >= 3) a.set[0].name = b.set[0].name = "centre";
    compare(names[i], &a, &b);
  }
  if (n_devices > 1) {
    harness_job a = job_of(cpu, small, 13), b = job_of(cuda, small, 13);
    b.devices[1] = devices[1].id;
    compare("two devices", &a, &b);
  }
  return finish();
}
