/* Speedups, their bands and the straggler, on figures made up for it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/speedup.h"

static void near(double got, double expected, double error) {
  if (!(fabs(got - expected) <= error)) fail_msg("%.17g, not %.17g", got, expected);
}

static void test_bands(void **state) {
  (void)state;
  static const struct {
    speedup_kind kind;
    int n;
    double one, many, speedup;
    speedup_verdict verdict;
  } cases[] = {
      {SPEEDUP_STRONG, 1, 8, 8, 1, SPEEDUP_FIRST},
      {SPEEDUP_STRONG, 2, 8, 4, 2, SPEEDUP_PASS},
      {SPEEDUP_STRONG, 2, 8, 5, 1.6, SPEEDUP_PASS},
      {SPEEDUP_STRONG, 2, 8, 5.125, 8 / 5.125, SPEEDUP_WARNING},
      {SPEEDUP_STRONG, 2, 8, 3.875, 8 / 3.875, SPEEDUP_WARNING}, /* more than twice */
      {SPEEDUP_STRONG, 3, 9, 3, 3, SPEEDUP_UNJUDGED},
      {SPEEDUP_STRONG, 4, 12, 4, 3, SPEEDUP_PASS},
      {SPEEDUP_STRONG, 4, 12, 4.5, 12 / 4.5, SPEEDUP_WARNING},
      {SPEEDUP_STRONG, 8, 12, 2, 6, SPEEDUP_PASS},
      {SPEEDUP_STRONG, 8, 12, 2.5, 4.8, SPEEDUP_WARNING},
      {SPEEDUP_WEAK, 2, 8, 8, 2, SPEEDUP_PASS},
      {SPEEDUP_WEAK, 2, 8, 16, 1, SPEEDUP_WARNING},
      {SPEEDUP_WEAK, 8, 6, 8, 6, SPEEDUP_PASS},
  };
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
    speedup_point p = speedup_of(cases[i].kind, cases[i].n, cases[i].one, cases[i].many);
    near(p.speedup, cases[i].speedup, 1e-15);
    near(p.efficiency, cases[i].speedup / cases[i].n, 1e-15);
    assert_int_equal(p.verdict, cases[i].verdict);
  }
}

static void test_no_figure(void **state) {
  (void)state;
  const double bad[] = {NAN, 0, -1, INFINITY};
  for (int i = 0; i < 4; i++) {
    speedup_point p = speedup_of(SPEEDUP_STRONG, 2, 8, bad[i]);
    assert_true(isnan(p.speedup) && isnan(p.efficiency));
    assert_int_equal(p.verdict, SPEEDUP_UNJUDGED);
    p = speedup_of(SPEEDUP_STRONG, 2, bad[i], 8);
    assert_int_equal(p.verdict, SPEEDUP_UNJUDGED);
  }
}

static void test_imbalance(void **state) {
  (void)state;
  int who;
  int64_t even[4] = {10, 20, 20, 10}, late[4] = {10, 10, 10, 50}, none[2] = {0, 0};
  near(speedup_imbalance(even, 4, 2, &who), 1, 0);
  assert_int_equal(who, 0);
  near(speedup_imbalance(late, 4, 2, &who), 1.5, 1e-15); /* 60 of mean 40 */
  assert_int_equal(who, 1);
  int64_t five[5] = {1, 1, 1, 1, 1}; /* two chains and three */
  near(speedup_imbalance(five, 5, 2, &who), 1.2, 1e-15);
  assert_int_equal(who, 1);
  assert_true(isnan(speedup_imbalance(none, 2, 2, &who)));
  assert_int_equal(who, -1);
  assert_true(isnan(speedup_imbalance(even, 1, 2, &who)));
  assert_int_equal(who, -1);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_bands),
                                     cmocka_unit_test(test_no_figure),
                                     cmocka_unit_test(test_imbalance)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
