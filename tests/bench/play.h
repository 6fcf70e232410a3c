/* One workload, eight_schools, on given backends: what the tests of whole benchmarks share. */
#ifndef TESTS_BENCH_PLAY_H
#define TESTS_BENCH_PLAY_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "bench/work.h"
#include "run/text.h"

typedef struct {
  bench_workloads workloads;
  bench_options options;
  bench_report report;
  erg_problems problems;
} scene;

static run_registry *registry(void) {
  static const char *const folders[] = {PLUGINS, WRONG_FOLDER, NULL};
  run_search search = {.installed = folders};
  return run_registry_search(&search);
}

/* One workload, eight_schools, on these backends. */
static void play(scene *s, const char *const *backends) {
  *s = (scene){0};
  bench_workloads_add(&s->workloads, MODELS "/eight_schools.toml", NULL, NULL);
  s->options = (bench_options){.workloads = &s->workloads,
                               .registry = registry(),
                               .backends = backends,
                               .axes = {.chains = {2}, .threads = {2}},
                               .warmup = 200,
                               .draws = 400,
                               .seed = 1,
                               .target_accept = NAN,
                               .repeats = 1,
                               .time_limit_s = 600,
                               .command = "test",
                               .version = "0"};
  erg_problems_init(&s->problems);
}

static void run(scene *s) {
  assert_true(bench_run(&s->options, &s->report, &s->problems));
}

static void end(scene *s) {
  bench_report_free(&s->report);
  bench_workloads_free(&s->workloads);
  run_registry_free(s->options.registry);
  erg_problems_free(&s->problems);
}

static inline const bench_row *row_of(const scene *s, const char *backend) {
  for (int i = 0; i < s->report.n_rows; i++)
    if (!strcmp(s->report.rows[i].backend, backend)) return &s->report.rows[i];
  fail_msg("no row of %s", backend);
  return NULL;
}

static inline void assert_says(const bench_row *row, bench_verdict verdict, const char *part) {
  if (row->verdict != verdict || !strstr(row->reason, part))
    fail_msg("%s: %s: %s", row->backend, bench_verdict_text(row->verdict), row->reason);
}

static inline char *read_file(const char *path) {
  FILE *f = fopen(path, "r");
  char *text = run_alloc(1 << 20);
  text[fread(text, 1, (1 << 20) - 1, f)] = 0;
  fclose(f);
  return text;
}

static inline bool resume(scene *s, const char *folder) {
  bench_resumed held;
  bench_workloads w;
  s->options.resume = true;
  s->options.workloads = &w;
  bool good = bench_resume_read(folder, &s->options, &w, &held, &s->problems) &&
              bench_run(&s->options, &s->report, &s->problems);
  s->options.workloads = &s->workloads;
  bench_workloads_free(&w);
  bench_resumed_free(&held);
  s->options.backends = s->options.devices = NULL;
  s->options.set = s->options.preset = NULL;
  return good;
}

#endif
