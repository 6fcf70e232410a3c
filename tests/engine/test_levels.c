/* Few values of ell for many elements, and the array that carries them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "engine/run.h"

enum { N = 60, LENGTH = 3 * N + 2 * (1 + 2 * ERG_CENTRING_LEVELS) };
static int32_t family[N];
static const erg_model model = {.n_elements = N, .n_families = 2, .element_family = family};
static double before[LENGTH], centring[LENGTH], s2[N];

/* Elements of two families by turns; fill(i): ell of the i-th. */
static void make(double (*fill)(int i), double kappa) {
  for (int e = 0; e < N; e++) {
    family[e] = e % 2;
    centring[e] = fill(e);
    centring[N + e] = centring[e] * sin(e);
    s2[e] = family[e] ? 0.5 : 0;
  }
  centring[2 * N] = 1;
  centring[2 * N + 1] = kappa;
  memcpy(before, centring, sizeof before);
  assert_int_equal(erg_centring_length(N, 2), LENGTH);
  assert_int_equal(engine_centring_levels(&model, s2, centring), ERG_OK);
}

/* Numbers, levels and counts say what ell says. */
static void consistent(void) {
  const double *number = centring + 2 * N + 2, *level = number + N;
  const double *count = level + 2 * ERG_CENTRING_LEVELS;
  double have[2 * ERG_CENTRING_LEVELS] = {0};
  for (int e = 0; e < N; e++) {
    int at = ERG_CENTRING_LEVELS * family[e] + (int)number[e];
    assert_true(number[e] >= 0 && number[e] < ERG_CENTRING_LEVELS);
    assert_true(level[at] == centring[e]);
    have[at]++;
  }
  assert_memory_equal(have, count, sizeof have);
}

static double wide(int i) { return i % 7 == 0 ? 0 : 0.01 * exp(0.16 * i); }
static double same(int i) { return i % 2 ? 3 : 5; }
static double none(int i) { return i * 0.0; }
static double two(int i) { return i < N / 2 ? 2.0 : 2.5; }
static double vast(int i) { return i % 3 ? 1e-300 : 1e299; }

static void few_levels(void **state) {
  (void)state;
  make(wide, 0.7);
  consistent();
  double kappa = 0.7, p = kappa / 0.5, largest = 1, low = INFINITY, high = 0;
  for (int e = 1; e < N; e += 2) { /* the family whose s2 is known */
    assert_true((centring[e] == 0) == (before[e] == 0));
    if (before[e] == 0) {
      assert_true(centring[N + e] == 0);
      continue;
    }
    double ratio = (centring[e] + p) / (before[e] + p);
    largest = fmax(largest, fmax(ratio, 1 / ratio));
    low = fmin(low, before[e]);
    high = fmax(high, before[e]);
    /* the centre stays */
    assert_true(fabs(centring[N + e] / centring[e] - before[N + e] / before[e]) < 1e-12);
    for (int k = 1; k < N; k += 2) /* and the order */
      assert_true(before[k] < before[e] || centring[k] >= centring[e]);
  }
  /* seven runs, from whose middle nothing is further than half of a seventh of the range */
  assert_true(largest <= pow((high + p) / (low + p), 0.5 / 7) * (1 + 1e-9));
  assert_true(largest > 1);
}

static void nothing_to_do(void **state) {
  (void)state;
  double (*const fills[])(int) = {same, none, two};
  for (int k = 0; k < 3; k++) {
    make(fills[k], 1);
    consistent();
    assert_memory_equal(centring, before, 2 * N * sizeof *before);
  }
  make(vast, 1);
  consistent();
  for (int e = 0; e < N; e++) assert_true(isfinite(centring[e]) && isfinite(centring[N + e]));
}

static void array(void **state) {
  (void)state;
  double own[LENGTH];
  for (int e = 0; e < N; e++) family[e] = e % 2;
  erg_centring_default(N, 2, family, own);
  for (int i = 0; i < LENGTH; i++) {
    int counted =
        i == 3 * N + 2 + 2 * ERG_CENTRING_LEVELS || i == 3 * N + 2 + 3 * ERG_CENTRING_LEVELS;
    assert_true(own[i] == (counted ? N / 2 : i == 2 * N || i == 2 * N + 1 ? 1 : 0));
  }
  for (int e = 0; e < N; e++) own[e] = e;
  assert_int_equal(erg_centring_levels(N, 2, family, own), -1);
  assert_int_equal(erg_centring_length(0, 0), 0);
  erg_centring_default(0, 0, NULL, own);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(few_levels),
                                     cmocka_unit_test(nothing_to_do), cmocka_unit_test(array)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
