/* Where the draws of a run lie, and what it holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "bench/work.h"
#include "run/job.h"

#define MIB ((uint64_t)1 << 20)

static void on_disk_or_in_memory(void **state) {
  (void)state;
  /* 128 numbers a draw with their statistics: a KiB; 1024 draws: a MiB a chain */
  bench_subject subject = {.quantities = 116, .dim = 100, .data_bytes = 50 * MIB};
  bench_options o = {.draws = 1024};
  bench_report r = {.options = &o, .subjects = &subject};
  bench_row small = {.backend = "cpu", .chains = 256}, many = {.backend = "cpu", .chains = 1000};
  bench_row peer = {.backend = "peer:stan", .chains = 1000};
  /* Few are written and kept; many are kept, where there is memory for them, or written. */
  assert_true(bench_disk_bytes(&r, &small, 4000 * MIB) == 256 * MIB);
  assert_true(bench_disk_bytes(&r, &many, 4000 * MIB) == 0);
  assert_true(bench_disk_bytes(&r, &many, 999 * MIB) == 1000 * MIB);
  assert_true(bench_disk_bytes(&r, &peer, 4000 * MIB) == 1000 * MIB);
  uint64_t kept = bench_memory_bytes(&r, &many, 4000 * MIB),
           written = bench_memory_bytes(&r, &many, 0);
  assert_true(kept > 1000 * MIB + 2 * subject.data_bytes);
  assert_true(written < kept && written > RUN_MEMORY_BYTES + 2 * subject.data_bytes);
  o.keep_draws = true; /* files are wanted */
  assert_true(bench_held_bytes(&o) == 0);
  o.keep_draws = false;
  assert_true(bench_held_bytes(&o) > 0);
}

/* A run whose draws stay in memory: its summary is there, and no draws.nc. */
static void no_file(void **state) {
  (void)state;
  char *folder = erg_private_folder(NULL, "ergode-test");
  static const char *const folders[] = {PLUGINS, NULL};
  run_registry *registry = run_registry_search(&(run_search){.installed = folders});
  run_wishes w = run_no_wishes();
  w.inputs.model = MODELS "/funnel.toml";
  w.chains = 4000; /* 500 draws of 17 numbers and more: over RUN_MEMORY_BYTES */
  w.warmup = 5;
  w.draws = 500;
  w.max_depth = 1;
  w.out = folder;
  w.held_bytes = 4000 * MIB;
  run_host host;
  run_host_init(&host, NULL);
  run_job job;
  erg_problems p;
  erg_problems_init(&p);
  char *message = NULL, path[300];
  assert_int_equal(run_job_prepare(&w, registry, &host, &job, &p, &message), 0);
  assert_true(job.memory_bytes > RUN_MEMORY_BYTES && job.disk_bytes == 0);
  assert_int_equal(run_job_run(&job, NULL, NULL, &p), 0);
  assert_true(run_job_summarise(&job, &p));
  assert_true(job.memory && job.summary && job.summary->draws == 500);
  struct stat info;
  snprintf(path, sizeof path, "%s/draws.nc", folder);
  assert_int_not_equal(stat(path, &info), 0);
  snprintf(path, sizeof path, "%s/summary.json", folder);
  assert_int_equal(stat(path, &info), 0);
  run_job_release(&job);
  erg_problems_free(&p);
  run_host_destroy(&host);
  run_registry_free(registry);
  erg_private_folder_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(on_disk_or_in_memory),
                                     cmocka_unit_test(no_file)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
