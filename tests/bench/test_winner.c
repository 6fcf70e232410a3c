/* Who wins: the best valid row against the next with its chains and threads. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "bench/winner.h"

enum { ROWS = 4 };

typedef struct {
  bench_row rows[ROWS];
  bench_pair pairs[2];
  bench_report report;
} scene;

static void set_row(scene *s, int i, const char *backend, int chains, int threads, double ess) {
  bench_row *row = &s->rows[i];
  *row = (bench_row){.chains = chains, .threads = threads};
  snprintf(row->backend, sizeof row->backend, "%s", backend);
  for (int f = 0; f < BENCH_FIGURES; f++) row->figures[f] = (bench_estimate){.median = ess};
  s->report.n_rows = i + 1;
}

static void set_pair(scene *s, int i, int a, int b, double ratio, const char *verdict) {
  s->pairs[i] = (bench_pair){.a = a, .b = b, .figure = BENCH_ESS_S, .ratio = ratio,
                             .low = 0.9 * ratio, .high = 1.2 * ratio};
  snprintf(s->pairs[i].verdict, sizeof s->pairs[i].verdict, "%s", verdict);
  s->report.n_pairs = i + 1;
}

/* Rows 0 and 2 with 4 chains and 2 threads, 1 with other threads, 3 with other chains. */
static void set_up(scene *s) {
  *s = (scene){0};
  s->report.rows = s->rows;
  s->report.pairs = s->pairs;
  set_row(s, 0, "cpu", 4, 2, 100);
  set_row(s, 1, "cpu", 4, 1, 150);
  set_row(s, 2, "opencl", 4, 2, 200);
  set_row(s, 3, "opencl", 8, 2, 50);
}

static void the_better_is_on_top(void **state) {
  (void)state;
  scene s;
  set_up(&s);
  set_pair(&s, 0, 0, 2, 0.5, "SLOWER"); /* the other way round */
  bench_contest c = bench_contest_of(&s.report, 0, 0);
  assert_int_equal(c.outcome, WINNER_CLEAR);
  assert_true(c.best == 2 && c.second == 0 && c.pair == 0 && c.turned);
  assert_true(c.ratio == 2 && fabs(c.low - 1 / 0.6) < 1e-12 && fabs(c.high - 1 / 0.45) < 1e-12);
  set_pair(&s, 0, 2, 0, 2, "FASTER");
  c = bench_contest_of(&s.report, 0, 0);
  assert_true(c.outcome == WINNER_CLEAR && !c.turned && c.ratio == 2 && c.low == 1.8);
  set_pair(&s, 0, 2, 0, 1.01, "SAME");
  assert_int_equal(bench_contest_of(&s.report, 0, 0).outcome, WINNER_ALIKE);
  set_pair(&s, 0, 2, 0, 2, "AMBIGUOUS");
  assert_int_equal(bench_contest_of(&s.report, 0, 0).outcome, WINNER_UNDECIDED);
  /* The best by its own runs, but slower run by run: not decided for it. */
  set_pair(&s, 0, 2, 0, 0.9, "SLOWER");
  assert_int_equal(bench_contest_of(&s.report, 0, 0).outcome, WINNER_UNDECIDED);
}

static void others_are_not_compared(void **state) {
  (void)state;
  scene s;
  set_up(&s);
  bench_contest c = bench_contest_of(&s.report, 0, 0); /* there is no pair */
  assert_true(c.outcome == WINNER_UNMATCHED && c.best == 2 && c.second == -1 && c.pair == -1);
  assert_true(isnan(c.ratio));
  c = bench_contest_of(&s.report, 0, 8);
  assert_true(c.outcome == WINNER_ALONE && c.best == 3);
  c = bench_contest_of(&s.report, 0, 16);
  assert_true(c.outcome == WINNER_NONE && c.best == -1);
  assert_int_equal(bench_contest_of(&s.report, 1, 0).outcome, WINNER_NONE);
  s.rows[2].verdict = BENCH_WRONG;
  set_pair(&s, 0, 2, 0, 2, "INVALID");
  c = bench_contest_of(&s.report, 0, 4);
  assert_true(c.outcome == WINNER_UNMATCHED && c.best == 1); /* other threads than row 0 */
  for (int i = 0; i < ROWS; i++) s.rows[i].verdict = BENCH_FAILED;
  assert_int_equal(bench_contest_of(&s.report, 0, 0).outcome, WINNER_NONE);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_better_is_on_top),
                                     cmocka_unit_test(others_are_not_compared)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
