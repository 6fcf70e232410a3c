/* Files that are whole or not there. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "read/whole_file.h"

static char folder[] = "/tmp/ergode-whole-XXXXXX", path[64], part[64];

static int set_up(void **state) {
  (void)state;
  if (!mkdtemp(folder)) return -1;
  snprintf(path, sizeof path, "%s/file", folder);
  snprintf(part, sizeof part, "%s/file.part", folder);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  unlink(path);
  return rmdir(folder); /* nothing else is left */
}

static void holds(const char *expected) {
  char text[64] = "";
  FILE *f = fopen(path, "r");
  assert_non_null(f);
  assert_int_equal(fread(text, 1, sizeof text - 1, f), strlen(expected));
  fclose(f);
  assert_string_equal(text, expected);
}

static void renamed_when_closed(void **state) {
  (void)state;
  erg_whole_file f = erg_whole_open(path);
  assert_non_null(f.out);
  fputs("one", f.out);
  assert_int_equal(access(path, F_OK), -1);
  assert_int_equal(erg_whole_close(&f, 0), 0);
  assert_int_equal(access(part, F_OK), -1);
  holds("one");
}

static void left_as_it_was(void **state) {
  (void)state;
  erg_whole_file f = erg_whole_open(path);
  fputs("two", f.out);
  assert_int_equal(erg_whole_close(&f, ECANCELED), ECANCELED);
  assert_int_equal(access(part, F_OK), -1);
  holds("one");
}

static void errors_are_told(void **state) {
  (void)state;
  erg_whole_file f = erg_whole_open("/no/such/folder/file");
  assert_null(f.out);
  assert_int_equal(erg_whole_close(&f, 0), ENOENT);
  f = erg_whole_open("/dev/full"); /* no plain file: written directly */
  assert_non_null(f.out);
  fputs("three", f.out);
  assert_int_equal(erg_whole_close(&f, 0), ENOSPC);
  assert_int_equal(access("/dev/full", F_OK), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(renamed_when_closed),
                                     cmocka_unit_test(left_as_it_was),
                                     cmocka_unit_test(errors_are_told)};
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
