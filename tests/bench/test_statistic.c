/* Medians, intervals, outliers and verdicts against statistic_reference.py. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bench/statistic.h"
#include "statistic_reference.h"

enum { N = sizeof references / sizeof *references };

/* The order of a sum and of an interpolation may differ, nothing else. */
static void near(const char *what, double got, double expected) {
  if (isnan(expected) ? isnan(got) : fabs(got - expected) <= 4e-15 * fabs(expected)) return;
  fail_msg("%s is %.17g, not %.17g", what, got, expected);
}

static void test_estimates(void **state) {
  (void)state;
  for (int i = 0; i < N; i++) {
    statistic s = statistic_of(references[i].values, references[i].n);
    near(references[i].name, s.median, references[i].median);
    near(references[i].name, s.low, references[i].low);
    near(references[i].name, s.high, references[i].high);
    near(references[i].name, statistic_variation(references[i].values, references[i].n),
         references[i].variation);
    assert_int_equal(s.n, references[i].n);
    assert_int_equal(s.outliers, references[i].outliers);
  }
}

static void test_verdicts(void **state) {
  (void)state;
  static const double ones[10] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  for (int i = 0; i < N; i++) {
    statistic s = statistic_ratio(references[i].values, ones, references[i].n);
    assert_string_equal(statistic_verdict_text(statistic_judge(&s)), references[i].verdict);
  }
}

/* Pairs, not two medians: what both repeats share falls out. */
static void test_pairs(void **state) {
  (void)state;
  double a[5] = {220, 110, 440, 55, 330}, b[5] = {200, 100, 400, 50, 300};
  statistic s = statistic_ratio(a, b, 5);
  near("ratio", s.median, 1.1);
  assert_int_equal(statistic_judge(&s), STATISTIC_FASTER);
  s = statistic_ratio(b, a, 5);
  assert_int_equal(statistic_judge(&s), STATISTIC_SLOWER);
}

static void test_left_out(void **state) {
  (void)state;
  double v[5] = {NAN, 2, INFINITY, 1, 4}, clean[3] = {2, 1, 4};
  statistic s = statistic_of(v, 5), t = statistic_of(clean, 3);
  assert_int_equal(s.n, 3);
  near("low", s.low, t.low);
  near("high", s.high, t.high);
  double a[4] = {1, NAN, 3, 1}, b[4] = {1, 1, 0, 1};
  s = statistic_ratio(a, b, 4);
  assert_int_equal(s.n, 2);
  assert_int_equal(statistic_judge(&s), STATISTIC_AMBIGUOUS);
  s = statistic_of(v, 1);
  assert_int_equal(s.n, 0);
  assert_true(isnan(s.median));
  s = statistic_of(NULL, 0);
  assert_true(isnan(s.median) && isnan(s.low));
}

static void test_marks(void **state) {
  (void)state;
  double v[6] = {10.1, 14.0, 10.0, NAN, 10.3, 9.8};
  unsigned char mark[6];
  assert_int_equal(statistic_outliers(v, 6, mark), 1);
  for (int i = 0; i < 6; i++) assert_int_equal(mark[i], i == 1);
  assert_int_equal(statistic_outliers(v, 3, mark), 0); /* too few to say */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_estimates), cmocka_unit_test(test_verdicts),
      cmocka_unit_test(test_pairs), cmocka_unit_test(test_left_out),
      cmocka_unit_test(test_marks)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
