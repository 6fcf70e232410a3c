/* The sources as text: each elementary function with what its marker says it needs, and
 * nothing else, compiles alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "device/device_text.h"
#include "device/host_math.h"

#define ONE(name, f) {#f, 1},
#define TWO(name, f) {#f, 2},
static const struct {
  const char *name;
  int arguments;
} functions[] = {ERGM_FUNCTIONS(ONE, TWO)};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void files(void **state) {
  (void)state;
  static const char *const needed[] = {
      "prologue_scalar.h", "prologue_vector.h", "prologue_opencl.h", "prologue_cuda.h",
      "prologue_pair.h",   "elementary.h",      "philox.h",           "sampler.h"};
  for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
    const char *text = erg_device_text(needed[i]);
    assert_non_null(text);
    assert_null(strstr(text, "#include"));
    assert_true(text[strlen(text) - 1] == '\n');
  }
  assert_null(erg_device_text("nothing.h"));
  assert_null(erg_device_text("host_math.h"));
  for (int i = 0; erg_device_file(i); i++) {
    assert_non_null(erg_device_text(erg_device_file(i)));
    if (i) assert_true(strcmp(erg_device_file(i - 1), erg_device_file(i)) < 0);
  }
  assert_non_null(strstr(erg_device_text("prologue_scalar.h"), "erg_sum_lanes"));
  assert_non_null(strstr(erg_device_text("elementary.h"), "erg_v erg_digamma(erg_v x)"));
}

static bool block_named(const char *text, const char *end, const char *name, size_t size) {
  for (const char *p = text; (p = strstr(p, "\n//@begin ")) && p < end; p++)
    if (!strncmp(p + 10, name, size) && p[10 + size] == ':') return true;
  return false;
}
/* Every marker is well formed and every need stands before it. */
static void markers(void **state) {
  (void)state;
  const char *text = erg_device_text("elementary.h");
  int n = 0;
  for (const char *p = text; (p = strstr(p, "\n//@begin ")); n++) {
    const char *line = p + 10, *colon = strchr(line, ':'), *end = strchr(line, '\n');
    assert_true(colon && colon < end);
    const char *stop = strstr(end, "\n//@end\n"), *next = strstr(end, "\n//@begin ");
    assert_non_null(stop);
    assert_true(!next || stop < next);
    for (const char *q = colon + 1; q < end;) {
      q += strspn(q, " ");
      size_t size = strcspn(q, " \n");
      if (size && !block_named(text, p, q, size))
        fail_msg("need %.*s of %.20s", (int)size, q, line);
      q += size;
    }
    p = stop;
  }
  assert_true(n > 30);
}

static void alone(void **state) {
  (void)state;
  char folder[] = "/tmp/ergode-text-XXXXXX", file[64], command[256];
  assert_non_null(mkdtemp(folder));
  snprintf(file, sizeof file, "%s/a.c", folder);
  snprintf(command, sizeof command,
           "cc -std=gnu11 -Wall -Wextra -Werror -Wno-unused-function -fsyntax-only %s", file);
  const char *prologue = erg_device_text("prologue_scalar.h");
  for (int i = 0; i < FUNCTIONS; i++) {
    char name[32];
    snprintf(name, sizeof name, "%s%s", i & 1 ? "erg_" : "", functions[i].name);
    char *text = erg_device_functions((const char *const[]){name, NULL});
    assert_non_null(text);
    assert_null(strstr(text, "//@"));
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    fprintf(f, "%s\n%s\ndouble f(double x, double y) { (void)y; return erg_%s(x%s); }\n",
            prologue, text, functions[i].name, functions[i].arguments == 2 ? ", y" : "");
    fclose(f);
    if (system(command) != 0) fail_msg("%s does not compile alone", name);
    free(text);
  }
  unlink(file);
  rmdir(folder);
}

static size_t count(const char *text, const char *word) {
  size_t n = 0;
  for (; (text = strstr(text, word)); text++) n++;
  return n;
}
static void selection(void **state) {
  (void)state;
  char *text = erg_device_functions(
      (const char *const[]){"erg_sqrt", "erg_log", "exp", "erg_exp", "lgamma", NULL});
  assert_int_equal(count(text, " erg_exp(erg_v x) {"), 1);
  assert_int_equal(count(text, " erg_log_core_("), 2); /* definition, log_sum_ */
  assert_int_equal(count(text, " erg_sin(erg_v x)"), 0);
  assert_int_equal(count(text, " erg_digamma"), 0);
  assert_true(strstr(text, "erg_log_sum_(") < strstr(text, "erg_lgamma("));
  free(text);
  text = erg_device_functions((const char *const[]){"erg_sqrt", NULL});
  assert_string_equal(text, "");
  free(text);
}

/* What a text calls, and what it asks for by a line of its own. */
static void used(void **state) {
  (void)state;
  char *text = erg_device_functions_in((const char *const[]){
      "erg_v f(erg_v x) { return erg_log1p(x) + erg_nothing(x); }\n//@needs sincos_\n",
      "x = erg_floor(x);", NULL});
  assert_int_equal(count(text, " erg_log1p(erg_v x)"), 1);
  assert_int_equal(count(text, " erg_floor(erg_v x)"), 1);
  assert_int_equal(count(text, " erg_reduce_(erg_v x)"), 1);
  assert_int_equal(count(text, " erg_sin(erg_v x)"), 0);
  assert_int_equal(count(text, " erg_exp(erg_v x)"), 0);
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(files), cmocka_unit_test(markers),
                                     cmocka_unit_test(alone), cmocka_unit_test(selection),
                                     cmocka_unit_test(used)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
