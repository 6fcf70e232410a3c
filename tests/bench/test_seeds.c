/* A row's seeds: each is run and judged. */
#include "play.h"

/* Every seed is run and judged; one of them makes the row invalid, and says which. */
static void one_seed_of_three(void **state) {
  (void)state;
  static const char *const backends[] = {"cpu", "moody", "tilts", NULL};
  char *folder = erg_private_folder(NULL, "test");
  scene s;
  play(&s, backends);
  s.options.repeats = 3;
  s.options.axes.chains[0] = 4; /* 2000 draws: R-hat has a limit */
  s.options.draws = 500;
  s.options.out = folder;
  run(&s);
  assert_says(row_of(&s, "cpu"), BENCH_VALID, "");
  const bench_row *moody = row_of(&s, "moody"), *tilts = row_of(&s, "tilts");
  assert_says(moody, BENCH_NOT_CONVERGED, "1 of 3 seeds failed (2); seed 2: too few effective");
  assert_says(tilts, BENCH_WRONG, "1 of 3 seeds failed (2); seed 2: the ");
  assert_int_equal(bench_exit_code(&s.report), 5);
  for (int i = 0; i < s.report.n_rows; i++) {
    const bench_row *row = &s.report.rows[i];
    int invalid;
    assert_int_equal(bench_n_cached(row), 3);
    assert_int_equal(bench_n_seeds(row, &invalid), 3);
    assert_int_equal(invalid, i > 0);
    for (int k = 0; k < row->n_runs; k++) {
      const bench_once *f = &row->runs[k];
      bool bad = i > 0 && f->seed == 2;
      assert_int_equal(f->judged, 1);
      assert_int_equal(f->verdict != BENCH_VALID, bad);
      assert_int_equal(f->reason[0] != 0, bad);
      assert_true(f->stages.sampling > 0 && f->ess_bulk > 0);
      if (strcmp(row->backend, "tilts") == 0) assert_int_equal(f->z_worst > f->z_limit, bad);
    }
  }
  /* Another session has the same answer from the journal; no seed is tried again. */
  char *reason = run_text("%s", moody->reason), *path = bench_journal_path(folder),
       *before = read_file(path);
  bench_report_free(&s.report);
  s.options.retry_failed = true;
  assert_true(resume(&s, folder));
  char *after = read_file(path);
  assert_string_equal(before, after);
  free(before);
  free(after);
  free(path);
  assert_says(row_of(&s, "moody"), BENCH_NOT_CONVERGED, reason);
  assert_int_equal(bench_n_cached(row_of(&s, "tilts")), 3);
  assert_says(row_of(&s, "tilts"), BENCH_WRONG, "1 of 3 seeds failed (2)");
  free(reason);
  end(&s);
  erg_private_folder_remove(folder);
}

/* What R-hat refuses: which quantity, its draws, how many others. */
static void r_hat_names_the_quantity(void **state) {
  (void)state;
  static const char *const backends[] = {"stuck", NULL};
  scene s;
  play(&s, backends);
  s.options.axes.chains[0] = 4;
  s.options.draws = 500;
  s.options.no_reference = true;
  run(&s);
  const bench_row *row = row_of(&s, "stuck");
  assert_says(row, BENCH_NOT_CONVERGED, "effective draws), below 1.02 is asked; ");
  assert_non_null(strstr(row->reason, bench_cold(row)->worst_r_hat));
  assert_non_null(strstr(row->reason, " of 10 quantities above: "));
  assert_int_equal(bench_n_cached(row), 1);
  end(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(one_seed_of_three),
                                     cmocka_unit_test(r_hat_names_the_quantity)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
