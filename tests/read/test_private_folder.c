/* Private folders: where they are, who may look, and what is left of them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "read/private_folder.h"

static void made_and_removed(void **state) {
  (void)state;
  char *outer = erg_private_folder(NULL, "ergode-test"), kept[300], inner[300], file[340];
  assert_non_null(outer);
  setenv("TMPDIR", outer, 1);
  assert_string_equal(erg_temporary_folder(), outer);
  char *path = erg_private_folder(NULL, "one"), *other = erg_private_folder(outer, "one");
  assert_true(!strncmp(path, outer, strlen(outer)) && strstr(path, "/one-"));
  assert_string_not_equal(path, other);
  struct stat info;
  assert_int_equal(stat(path, &info), 0);
  assert_int_equal(info.st_mode & 0777, 0700);
  /* a folder in it, a file, and a link to something that stays */
  snprintf(kept, sizeof kept, "%s/kept", outer);
  snprintf(inner, sizeof inner, "%s/inner", path);
  snprintf(file, sizeof file, "%s/link", inner);
  assert_true(mkdir(kept, 0700) == 0 && mkdir(inner, 0700) == 0 && symlink(kept, file) == 0);
  snprintf(file, sizeof file, "%s/file", inner);
  fclose(fopen(file, "w"));
  errno = 17;
  erg_private_folder_remove(path);
  assert_int_equal(errno, 17);
  assert_int_not_equal(stat(inner, &info), 0);
  assert_int_equal(stat(kept, &info), 0);
  erg_private_folder_remove(other);
  erg_private_folder_remove(NULL);
  setenv("TMPDIR", "", 1);
  assert_string_equal(erg_temporary_folder(), "/tmp");
  assert_null(erg_private_folder(file, "one")); /* its folder is gone */
  assert_int_equal(errno, ENOENT);
  erg_private_folder_remove(outer);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(made_and_removed)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
