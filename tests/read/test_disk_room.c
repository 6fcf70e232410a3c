/* The disk's room, less where the process may write less. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <cmocka.h>

#include "read/disk_room.h"

static void free_bytes(void **state) {
  (void)state;
  struct statvfs disk;
  struct rlimit before, small;
  assert_int_equal(statvfs("/", &disk), 0);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  assert_true(erg_free_bytes("/") <= (uint64_t)disk.f_blocks * disk.f_frsize);
  errno = 17;
  if (before.rlim_cur == RLIM_INFINITY) assert_true(erg_free_bytes("/nowhere") == UINT64_MAX);
  assert_int_equal(errno, 17);
  small = before;
  small.rlim_cur = 4096;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
  assert_true(erg_free_bytes("/nowhere") == 4096);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(free_bytes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
