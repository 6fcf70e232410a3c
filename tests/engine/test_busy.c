/* How busy devices were, from launches told by hand: nothing here depends on the clock. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine/run.h"

/* Two devices, three chains and one. */
static const engine_shape shapes[2] = {{.chains = 3, .first = 0}, {.chains = 1, .first = 3}};

static void launch(engine_work *w, erg_chain *chains, double begin, double end,
                   const double made[4]) {
  engine_work_begin(w, chains, 4, begin);
  engine_work_end(w, end);
  for (int c = 0; c < 4; c++) chains[c].gradients += made[c];
  engine_work_count(w, chains, shapes, 2);
}

static void test_nothing_ran(void **state) {
  engine_work w = {0};
  erg_telemetry t = {.size = sizeof t};
  (void)state;
  engine_work_tell(&w, &t);
  assert_true(isnan(t.device_busy) && isnan(t.lane_efficiency) && t.launches == 0);
  assert_int_equal(t.size, sizeof t);
}

static void test_launches(void **state) {
  double before[4];
  engine_work w = {.before = before};
  erg_chain chains[4] = {{.gradients = 5}, {.gradients = 0}};
  erg_telemetry t = {.size = sizeof t};
  (void)state;
  launch(&w, chains, 100, 103, (double[]){10, 10, 10, 10});
  engine_work_tell(&w, &t);
  assert_true(t.device_busy == 1 && t.lane_efficiency == 1 && t.launches == 2);
  /* 1 s of the host; chains of unequal length; a device whose chain is parked */
  launch(&w, chains, 104, 105, (double[]){4, 2, 0, 0});
  launch(&w, chains, 105, 108, (double[]){0, 0, 6, 8});
  engine_work_tell(&w, &t);
  assert_true(t.device_busy == 7.0 / 8.0);
  assert_true(t.lane_efficiency == (40.0 + 6 + 6 + 8) / (40 + 3 * 4 + 3 * 6 + 8));
  assert_true(t.launches == 6);
}

/* A host of an older version has less room. */
static void test_less_room(void **state) {
  double before[4];
  engine_work w = {.before = before};
  erg_chain chains[4] = {{0}};
  erg_telemetry t = {.size = offsetof(erg_telemetry, launches), .launches = 77};
  (void)state;
  launch(&w, chains, 1, 2, (double[]){1, 1, 1, 1});
  engine_work_tell(&w, &t);
  assert_true(t.device_busy == 1 && t.lane_efficiency == 1 && t.launches == 77);
  assert_int_equal(t.size, offsetof(erg_telemetry, launches));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_nothing_ran),
      cmocka_unit_test(test_launches),
      cmocka_unit_test(test_less_room),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
