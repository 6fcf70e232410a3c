/* The warm-up's stages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "device/chain.h"
#include "engine/engine.h"
#include "engine/schedule.h"

static void check_stops(const engine_schedule *s, const int *stops, int n) {
  assert_int_equal(s->n_stages, n);
  for (int i = 0; i < n; i++) assert_int_equal(s->stages[i].stop, stops[i]);
}

static void stan_windows(void **state) {
  static const int full[] = {75, 100, 150, 250, 450, 950, 1000, 2000};
  static const int cut[] = {15, 90, 100, 150};
  static const int none[] = {19, 20};
  engine_schedule s;
  (void)state;
  engine_schedule_make(&s, ENGINE_METRIC_STAN, 1000, 1000, 0, 10);
  check_stops(&s, full, 8);
  assert_int_equal(s.n_warmup, 7);
  assert_int_equal(s.stages[0].pool, ENGINE_POOL_NONE);
  for (int i = 1; i < 6; i++) assert_int_equal(s.stages[i].pool, ENGINE_POOL_VARIANCE);
  engine_schedule_make(&s, ENGINE_METRIC_STAN, 100, 50, 0, 10);
  check_stops(&s, cut, 4);
  engine_schedule_make(&s, ENGINE_METRIC_STAN, 19, 1, 0, 10);
  check_stops(&s, none, 2);
}

static void gradient_windows(void **state) {
  static const int plain[] = {10, 300, 380, 500, 680, 850, 1000, 1500};
  static const int looks[] = {10, 50, 100, 300, 380, 500, 680, 850, 1000, 1500};
  static const int small[] = {10, 20, 40, 60, 140, 170, 200, 400};
  engine_schedule s;
  (void)state;
  engine_schedule_make(&s, ENGINE_METRIC_GRADIENT, 1000, 500, 0, 10);
  check_stops(&s, plain, 8);
  assert_int_equal(s.stages[0].depth, 7);
  engine_schedule_make(&s, ENGINE_METRIC_GRADIENT, 1000, 500, 1, 10);
  check_stops(&s, looks, 10);
  for (int i = 0; i < 10; i++) {
    assert_int_equal(s.stages[i].look, i >= 1 && i <= 3);
    assert_int_equal((s.stages[i].adapt & ERG_ADAPT_MOMENTS) != 0, i <= 3);
  }
  assert_int_equal(s.stages[8].adapt, ERG_ADAPT_STEP);
  assert_int_equal(s.stages[8].last, 1);
  assert_int_equal(s.stages[9].adapt, 0);
  assert_int_equal(s.stages[7].watch, 1);
  engine_schedule_make(&s, ENGINE_METRIC_GRADIENT, 200, 200, 1, 10);
  check_stops(&s, small, 8);
}

/* Any length: stops rise, the warm-up ends where it should, flags are sane. */
static void all_lengths(void **state) {
  (void)state;
  for (int metric = 0; metric < 3; metric++)
    for (int centring = 0; centring < 2; centring++)
      for (int warmup = 0; warmup < 3000; warmup += warmup < 400 ? 1 : 37)
        for (int draws = 0; draws < 2; draws++) {
          engine_schedule s;
          int before = 0;
          engine_schedule_make(&s, (engine_metric)metric, warmup, draws, centring, 10);
          assert_int_equal(s.n_stages, s.n_warmup + (draws > 0));
          for (int i = 0; i < s.n_stages; i++) {
            assert_true(s.stages[i].stop > before);
            assert_int_equal(s.stages[i].length, s.stages[i].stop - before);
            before = s.stages[i].stop;
            assert_int_equal(s.stages[i].last, i + 1 == s.n_warmup);
            if (!centring) assert_int_equal(s.stages[i].look, 0);
            if (s.stages[i].watch) assert_true(s.stages[i].pool && i + 2 == s.n_warmup);
            if (i >= s.n_warmup) assert_int_equal(s.stages[i].adapt, 0);
          }
          assert_int_equal(before, warmup + draws);
          assert_int_equal(s.n_warmup > 0, warmup > 0);
        }
  { /* the longest run */
    engine_schedule s;
    engine_schedule_make(&s, ENGINE_METRIC_GRADIENT, 500000000, 500000000, 1, 10);
    assert_int_equal(s.stages[s.n_stages - 1].stop, 1000000000);
  }
}

static void layout(void **state) {
  (void)state;
  for (int dim = 1; dim < 40; dim++) {
    engine_shape s = {0};
    engine_layout(dim, 3, 2, 10, 4, &s);
    assert_true(s.control.stride >= dim + ERG_PADDING);
    assert_int_equal(s.control.stride % 8, 0);
    assert_int_equal(s.control.chain_doubles % 8, 0);
    assert_int_equal(s.row_bytes[ENGINE_CENTRING], (3 * 3 + 2 * (1 + 8 + 8)) * 8);
    assert_true(s.control.element_offset + ERG_E_MOMENTS * s.control.element_stride + 3 * 3 +
                    8 <= s.control.chain_doubles);
  }
  assert_int_equal(sizeof(erg_chain) % 8, 0);
  assert_int_equal(sizeof(erg_control) % 8, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(stan_windows), cmocka_unit_test(gradient_windows),
      cmocka_unit_test(all_lengths), cmocka_unit_test(layout)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
