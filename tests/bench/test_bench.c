/* Right and wrong backends: each ends as the right row. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "bench/bench.h"
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

static const bench_row *row_of(const scene *s, const char *backend) {
  for (int i = 0; i < s->report.n_rows; i++)
    if (!strcmp(s->report.rows[i].backend, backend)) return &s->report.rows[i];
  fail_msg("no row of %s", backend);
  return NULL;
}

static void assert_says(const bench_row *row, bench_verdict verdict, const char *part) {
  if (row->verdict != verdict || !strstr(row->reason, part))
    fail_msg("%s: %s: %s", row->backend, bench_verdict_text(row->verdict), row->reason);
}

static void right_backends(void **state) {
  (void)state;
  static const char *const backends[] = {"cpu", "right", NULL};
  scene s;
  play(&s, backends);
  s.options.repeats = 2;
  run(&s);
  assert_int_equal(s.report.n_rows, 2);
  assert_int_equal(bench_exit_code(&s.report), 0);
  for (int i = 0; i < 2; i++) {
    const bench_row *row = &s.report.rows[i];
    assert_says(row, BENCH_VALID, "");
    assert_true(row->host_gate.done && row->host_gate.passed);
    assert_int_equal(row->host_gate.points, 20);
    assert_int_equal(row->z_tests, 20);
    assert_int_equal(bench_n_cached(row), 2);
    assert_int_equal(bench_cold(row)->cached, 0);
    assert_int_equal(bench_cold(row)->kept, 400);
    assert_true(bench_cold(row)->gradients > bench_cold(row)->warmup_gradients);
    assert_true(bench_cold(row)->ess_bulk > 0);
    if (bench_cold(row)->compiled) assert_true(bench_cached(row, 0)->cached & 1);
    bench_rates b = bench_rates_of(row);
    assert_true(b.gradients_s > 0 && b.bulk_s > 0 && b.per_1000 > 0);
  }
  /* One promises the CPU's bits and devices' gradients, the other doesn't. */
  const bench_row *cpu = row_of(&s, "cpu"), *other = row_of(&s, "right");
  assert_int_equal(cpu->bits, BENCH_BITS_SAME);
  assert_true(cpu->device_gate.done && cpu->device_gate.passed);
  assert_int_equal(other->bits, BENCH_BITS_NONE);
  assert_false(other->device_gate.done);
  /* The same model, data and seeds: the same work. */
  assert_int_equal(bench_cold(cpu)->gradients, bench_cold(other)->gradients);
  assert_int_equal(bench_cold(cpu)->gradients, bench_cached(cpu, 0)->gradients);
  assert_int_not_equal(bench_cold(cpu)->gradients, bench_cached(cpu, 1)->gradients);
  end(&s);
}

static void wrong_backends(void **state) {
  (void)state;
  static const char *const backends[] = {"cpu",     "biased", "gradient", "errors", "bits",
                                         "crashes", "absent", "stuck",    NULL};
  scene s;
  play(&s, backends);
  run(&s);
  assert_int_equal(s.report.n_rows, 7);
  assert_says(row_of(&s, "cpu"), BENCH_VALID, "");
  assert_says(row_of(&s, "biased"), BENCH_WRONG, "Monte Carlo errors apart");
  assert_says(row_of(&s, "gradient"), BENCH_WRONG, "coordinate 10");
  assert_says(row_of(&s, "errors"), BENCH_FAILED, "the device is on fire");
  assert_says(row_of(&s, "bits"), BENCH_WRONG, "first in chain 1, draw 1");
  assert_says(row_of(&s, "crashes"), BENCH_FAILED, "crashed: signal 4");
  assert_says(row_of(&s, "stuck"), BENCH_NOT_CONVERGED, "too few effective draws");
  assert_int_equal(s.report.n_skipped, 1);
  assert_string_equal(s.report.skipped[0].backend, "absent");
  assert_string_equal(s.report.skipped[0].reason, "no driver: install one");
  assert_int_equal(bench_exit_code(&s.report), 5);
  end(&s);
}

static void one_that_hangs(void **state) {
  (void)state;
  static const char *const backends[] = {"hangs", NULL};
  scene s;
  play(&s, backends);
  s.options.time_limit_s = 1;
  run(&s);
  assert_says(row_of(&s, "hangs"), BENCH_FAILED, "no end within 1 s");
  assert_int_equal(bench_exit_code(&s.report), 6);
  end(&s);
}

static void nothing_to_run(void **state) {
  (void)state;
  static const char *const backends[] = {"absent", "nowhere", NULL};
  scene s;
  play(&s, backends);
  run(&s);
  assert_int_equal(s.report.n_rows, 0);
  assert_int_equal(s.report.n_skipped, 2);
  assert_non_null(strstr(s.report.skipped[1].reason, "nowhere"));
  assert_int_equal(bench_exit_code(&s.report), 3);
  end(&s);
  static const char *const cpu[] = {"cpu", NULL}, *const devices[] = {"cuda:7", NULL};
  play(&s, cpu);
  s.options.devices = devices;
  run(&s);
  assert_int_equal(s.report.n_rows, 0);
  assert_non_null(strstr(s.report.skipped[0].reason, "it has cpu"));
  end(&s);
}

static void reports_hide_invalid_figures(void **state) {
  (void)state;
  static const char *const backends[] = {"cpu", "biased", NULL};
  scene s;
  play(&s, backends);
  run(&s);
  char *text = NULL;
  size_t size = 0;
  FILE *f = open_memstream(&text, &size);
  bench_print(&s.report, f, false);
  fclose(f);
  assert_non_null(strstr(text, "INVALID eight_schools, biased on cpu: the mean of"));
  const char *line = strstr(text, "biased");
  char row[400] = "";
  snprintf(row, sizeof row, "%.*s", (int)strcspn(line, "\n"), line);
  assert_non_null(strstr(row, "INVALID"));
  assert_null(strpbrk(row, "0123456789"));
  free(text);
  f = open_memstream(&text, &size);
  erg_json *j = erg_json_to(f);
  erg_json_object(j, NULL);
  bench_write_json(&s.report, j);
  assert_int_equal(erg_json_close(j), 0);
  fclose(f);
  assert_non_null(strstr(text, "\"verdict\": \"wrong\""));
  assert_non_null(strstr(strstr(text, "\"verdict\": \"wrong\""), "\"figures\": null"));
  free(text);
  end(&s);
}

static void workload_files(void **state) {
  (void)state;
  bench_workloads w;
  erg_problems p;
  erg_problems_init(&p);
  assert_true(bench_workloads_read(CONFIGS "/bench/default.ini", &w, &p));
  assert_int_equal(w.n, 5);
  assert_string_equal(w.list[0].name, "hierarchical_normal");
  assert_null(w.list[0].data);
  assert_string_equal(w.list[4].name, "radon");
  assert_non_null(strstr(w.list[4].data, "radon.json"));
  bench_workloads_free(&w);
  assert_false(bench_workloads_read("no_such_set", &w, &p));
  assert_int_equal(p.count, 1);
  bench_workloads_free(&w);
  erg_problems_free(&p);
}

/* What can't be loaded is said before anything runs. */
static void bad_model(void **state) {
  (void)state;
  scene s;
  play(&s, NULL);
  bench_workloads_add(&s.workloads, MODELS "/nowhere.toml", NULL, NULL);
  assert_false(bench_run(&s.options, &s.report, &s.problems));
  assert_int_equal(s.report.n_rows, 0);
  assert_true(s.problems.count > 0);
  end(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(right_backends),   cmocka_unit_test(wrong_backends),
      cmocka_unit_test(one_that_hangs),   cmocka_unit_test(nothing_to_run),
      cmocka_unit_test(workload_files),   cmocka_unit_test(bad_model),
      cmocka_unit_test(reports_hide_invalid_figures)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
