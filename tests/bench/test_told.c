/* Devices that tell of themselves: instruments and peaks, as far as the document. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "bench/restore.h"
#include "bench/work.h"

static const bench_row *row_of(const bench_report *r, const char *backend) {
  for (int i = 0; i < r->n_rows; i++)
    if (!strcmp(r->rows[i].backend, backend)) return &r->rows[i];
  fail_msg("no row of %s", backend);
  return NULL;
}

static const bench_peak *peak_of(const bench_report *r, const char *backend) {
  for (int i = 0; i < r->n_peaks; i++)
    if (!strcmp(r->peaks[i].backend, backend)) return &r->peaks[i];
  fail_msg("no peak of %s", backend);
  return NULL;
}

/* eight_schools on a backend that tells and on one that doesn't. */
static void run(bench_report *r, bench_options *o, bench_workloads *w, run_registry **plugins) {
  static const char *const backends[] = {"told", "right", NULL};
  static const char *const folders[] = {PLUGINS, WRONG_FOLDER, NULL};
  run_search search = {.installed = folders};
  erg_problems problems;
  erg_problems_init(&problems);
  *w = (bench_workloads){0};
  bench_workloads_add(w, MODELS "/eight_schools.toml", NULL, NULL);
  *plugins = run_registry_search(&search);
  *o = (bench_options){.workloads = w, .registry = *plugins, .backends = backends,
                       .axes = {.chains = {2}, .threads = {2}}, .warmup = 100, .draws = 100,
                       .seed = 1, .target_accept = NAN, .repeats = 1, .time_limit_s = 600,
                       .no_reference = true, .command = "test", .version = "0"};
  assert_true(bench_run(o, r, &problems));
  erg_problems_free(&problems);
}

static void one_that_tells(void **state) {
  (void)state;
  bench_report r;
  bench_options o;
  bench_workloads w;
  run_registry *plugins;
  run(&r, &o, &w, &plugins);
  const bench_row *row = row_of(&r, "told");
  assert_string_equal(row->reason, "");
  assert_true(row->instruments[0].clock_mhz == 1980 && row->instruments[0].ecc == 1);
  assert_string_equal(row->instruments[0].driver_version, "1.2.3");
  const telemetry_result *t = &bench_cached(row, 0)->telemetry;
  assert_true(t->joules_device == 50 && t->sm_active == 0.75 && t->device_mhz_min == 1500);
  assert_true(t->device_memory_peak_bytes == 1 << 30 && t->throttled == 1);
  assert_int_equal(row->n_warnings > 0, 1);
  assert_string_equal(row->warnings[row->n_warnings - 1].kind, "throttled");
  assert_non_null(strstr(row->warnings[row->n_warnings - 1].text, "cpu: power cap"));
  const bench_peak *peak = peak_of(&r, "told");
  assert_true(peak->threads == 0 && peak->read_gb_s == 2 && peak->gflops == 3);
  double share = row->figures[BENCH_FLOPS_SHARE].median,
         rate = row->figures[BENCH_GRADIENTS_S].median;
  assert_float_equal(share, r.subjects[0].flops_gradient * rate / 3e9, 1e-9 * share);
  /* The other tells nothing: unavailable, with the reason. */
  const bench_row *other = row_of(&r, "right");
  assert_true(isnan(other->instruments[0].clock_mhz) && other->instruments[0].ecc == -1);
  assert_true(isnan(other->figures[BENCH_FLOPS_SHARE].median));
  assert_true(isnan(bench_cached(other, 0)->telemetry.joules_device));
  assert_non_null(strstr(peak_of(&r, "right")->how, "has no erg.peaks/1"));
  assert_true(isnan(peak_of(&r, "right")->gflops));
  bench_once back;
  char *text = NULL;
  size_t size = 0;
  FILE *f = open_memstream(&text, &size);
  erg_json *j = erg_json_to(f);
  erg_json_object(j, NULL);
  bench_write_once(j, "run", bench_cached(row, 0));
  assert_int_equal(erg_json_close(j), 0);
  fclose(f);
  json_t *read = json_loads(text, 0, NULL);
  assert_true(restore_once(json_object_get(read, "run"), &back));
  assert_true(back.telemetry.joules_device == 50 && back.telemetry.sm_active == 0.75);
  assert_true(back.telemetry.samples[back.telemetry.n_samples - 1].device_watts == 200);
  assert_string_equal(back.telemetry.throttled_by, t->throttled_by);
  json_decref(read);
  free(text);
  bench_report_free(&r);
  bench_workloads_free(&w);
  run_registry_free(plugins);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(one_that_tells)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
