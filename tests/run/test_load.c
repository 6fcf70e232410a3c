/* Data made once, for several loads of the same model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "run/load.h"

static const char model[] = "[dims]\nobs = 3\n[data]\ny = \"real[obs]\"\n"
                            "[params]\nmu = \"real ~ normal(0, 1)\"\n"
                            "[observe]\ny = \"normal(mu, 1)\"\n"
                            "[simulate]\nseed = 7\nmu = 2\n";

static void data_given(void **state) {
  (void)state;
  erg_problems p;
  erg_problems_init(&p);
  run_inputs in = {.model = "line.toml", .text = model, .seed = -1};
  run_model made, again;
  assert_true(run_load(&in, &made, &p));
  assert_false(made.given);
  double *y = made.data->arrays[0].values;
  y[1] = 17; /* nothing that a simulation would make */
  in.simulated = &made.simulation;
  assert_true(run_load(&in, &again, &p));
  assert_true(again.given && again.data == made.data);
  assert_true(again.simulation.truth == made.simulation.truth && again.simulation.seed == 7);
  assert_true(again.graph->data[0].values[1] == 17);
  run_unload(&again); /* leaves what isn't its own */
  assert_true(y[1] == 17 && made.simulation.truth->arrays[0].values[0] == 2);
  run_unload(&made);
  erg_problems_free(&p);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(data_given)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
