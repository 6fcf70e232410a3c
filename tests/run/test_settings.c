/* Settings against a sampler's table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "run/settings.h"

static const erg_parameter table[] = {
    {"target_accept", ERG_TYPE_REAL, 0.8, 0.01, 0.999, "acceptance aimed at", NULL},
    {"max_depth", ERG_TYPE_INT, 10, 1, 20, "doublings", NULL},
    {"metric", ERG_TYPE_CHOICE, 0, 0, 2, "metric", "gradient|stan|none"},
    {"centre", ERG_TYPE_BOOL, 1, 0, 1, "automatic centring", NULL}};
static const erg_sampler sampler = {.id = "cpu", .parameters = table, .n_parameters = 4};

static void good(const char *assignment, int index, double expected) {
  double values[4];
  char *message = NULL;
  run_settings_defaults(&sampler, values);
  assert_true(run_settings_apply(&sampler, assignment, values, &message));
  for (int i = 0; i < 4; i++)
    assert_true(values[i] == (i == index ? expected : table[i].initial));
}

static void bad(const char *assignment, const char *text) {
  double values[4];
  char *message = NULL;
  run_settings_defaults(&sampler, values);
  assert_false(run_settings_apply(&sampler, assignment, values, &message));
  if (!strstr(message, text)) fail_msg("'%s' lacks '%s'", message, text);
  free(message);
  for (int i = 0; i < 4; i++) assert_true(values[i] == table[i].initial);
}

static void values_are_taken(void **state) {
  (void)state;
  good("target_accept=0.95", 0, 0.95);
  good("max_depth=12", 1, 12);
  good("metric=stan", 2, 1);
  good("metric=none", 2, 2);
  good("centre=no", 3, 0);
  good("centre=TRUE", 3, 1);
}

static void mistakes_are_explained(void **state) {
  (void)state;
  bad("target_acept=0.9", "did you mean 'target_accept'?");
  bad("zzzzzzzz=1", "its settings: target_accept, max_depth, metric, centre");
  bad("target_accept=1.5", "outside 0.01 to 0.999");
  bad("target_accept=nan", "not a number");
  bad("target_accept=", "not a number");
  bad("max_depth=2.5", "whole number");
  bad("metric=sta", "gradient|stan|none");
  bad("metric=stan|none", "gradient|stan|none");
  bad("centre=maybe", "true or false");
  bad("centre", "not NAME=VALUE");
  bad("=1", "not NAME=VALUE");
}

static void values_are_shown(void **state) {
  (void)state;
  const struct { int index; double value; const char *text; } cases[] = {
      {0, 0.8, "0.8"}, {1, 10, "10"}, {2, 1, "stan"}, {2, 2, "none"}, {3, 0, "false"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *text = run_settings_text(&table[cases[i].index], cases[i].value);
    assert_string_equal(text, cases[i].text);
    free(text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(values_are_taken),
                                     cmocka_unit_test(mistakes_are_explained),
                                     cmocka_unit_test(values_are_shown)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
