/* The kernels compute what they should; no figure is held against a clock. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "measure/peaks.h"

static void test_kernels_are_there(void **state) {
  const peaks_kernel *k[3];
  int n = peaks_kernels(k);
  (void)state;
  assert_in_range(n, 1, 3);
  for (int i = 1; i < n; i++) assert_true(k[i]->lanes < k[i - 1]->lanes);
}

/* Whole numbers below 2^53: the sum is exact in any order. Every length about the
 * kernels' blocks, every alignment. */
static void test_sum(void **state) {
  static double x[400];
  const peaks_kernel *k[3];
  int n = peaks_kernels(k);
  (void)state;
  for (int i = 0; i < 400; i++) x[i] = 1000.0 * i + 7;
  for (int i = 0; i < n; i++)
    for (size_t from = 0; from < 8; from++)
      for (size_t length = 0; length < 390; length++) {
        double expected = 0;
        for (size_t j = 0; j < length; j++) expected += x[from + j];
        assert_true(k[i]->sum(x + from, length) == expected);
      }
}

/* Each chain tends to 1 by halves: all values are exact, and none can be left out. */
static void test_multiply_add(void **state) {
  const peaks_kernel *k[3];
  int n = peaks_kernels(k);
  (void)state;
  for (int i = 0; i < n; i++)
    for (long rounds = 0; rounds < 20; rounds++) {
      double expected = 0;
      for (int c = 0; c < PEAKS_SUMS; c++) {
        double x = 3.0 + c;
        for (long r = 0; r < rounds; r++) x = x * 0.5 + 0.5;
        expected += k[i]->lanes * x;
      }
      assert_true(k[i]->multiply_add(rounds, 3, 0.5, 0.5) == expected);
    }
}

static void test_measured(void **state) {
  (void)state;
  static const int threads[] = {1, 2, 3};
  peaks_result r[3];
  peaks_measure(threads, 3, (1 << 20) + 8, r);
  for (int i = 0; i < 3; i++) {
    assert_int_equal(r[i].threads, threads[i]);
    assert_true(isfinite(r[i].read_gb_s) && r[i].read_gb_s > 0);
    assert_true(isfinite(r[i].gflops) && r[i].gflops > 0);
    assert_non_null(strstr(r[i].how, "sum of 1.049 MB, best of"));
  }
  assert_true(isnan(peaks_read(0, 1 << 20)) && isnan(peaks_read(1, 0)));
  assert_true(isnan(peaks_flops(0)));
}

static void test_array(void **state) {
  double caches;
  (void)state;
  assert_true(peaks_array_bytes(&caches) >= 1 << 20);
  assert_true(caches >= 0 && isfinite(caches));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_kernels_are_there), cmocka_unit_test(test_sum),
      cmocka_unit_test(test_multiply_add),      cmocka_unit_test(test_measured),
      cmocka_unit_test(test_array),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
