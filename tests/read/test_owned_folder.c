/* Folders that go with their owners: closed, gone, killed together with whoever keeps them. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "read/owned_folder.h"
#include "read/private_folder.h"

static char *outer;

static int make_outer(void **state) {
  (void)state;
  outer = erg_private_folder(NULL, "ergode-test");
  return outer ? setenv("TMPDIR", outer, 1) : -1;
}

static int remove_outer(void **state) {
  (void)state;
  erg_private_folder_remove(outer);
  return unsetenv("TMPDIR");
}

static bool exists(const char *path) {
  struct stat st;
  return lstat(path, &st) == 0;
}

static void write_into(const char *folder, const char *name) {
  char path[900];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  fclose(f);
}

/* A process that makes a folder with a file, tells its path and its keeper, and waits. */
typedef struct {
  pid_t process, keeper, below; /* below: a process of its own, where it was asked for */
  char path[300];
} owner;

static owner start(bool with_one_below) {
  int ends[2];
  owner o = {0};
  assert_int_equal(pipe(ends), 0);
  o.process = fork();
  if (o.process == 0) {
    erg_owned_folder f;
    close(ends[0]);
    if (!erg_owned_folder_open(&f, "owned")) _exit(1);
    write_into(f.path, "draws");
    o.keeper = f.keeper;
    snprintf(o.path, sizeof o.path, "%s", f.path);
    o.below = with_one_below ? fork() : 0;
    while (with_one_below && o.below == 0) pause();
    if (write(ends[1], &o, sizeof o) != (ssize_t)sizeof o) _exit(1);
    for (;;) pause();
  }
  pid_t process = o.process;
  close(ends[1]);
  assert_int_equal(read(ends[0], &o, sizeof o), sizeof o);
  close(ends[0]);
  o.process = process;
  assert_true(o.keeper > 0 && exists(o.path));
  return o;
}

static void end(pid_t process) {
  kill(process, SIGKILL);
  waitpid(process, NULL, 0);
}

static void wait_until_gone(const char *path) {
  for (int i = 0; i < 60000 && exists(path); i++) usleep(1000);
  assert_false(exists(path));
}

static void closed(void **state) {
  (void)state;
  erg_owned_folder f, other;
  struct stat st;
  assert_true(erg_owned_folder_open(&f, "owned"));
  char *path = strdup(f.path);
  assert_int_equal(strncmp(path, outer, strlen(outer)), 0);
  assert_non_null(strstr(path, "/owned-"));
  assert_true(stat(path, &st) == 0 && (st.st_mode & 0777) == 0700);
  assert_true(erg_owned_folder_open(&other, "owned")); /* and leaves the first alone */
  assert_true(exists(path) && strcmp(path, other.path) != 0);
  write_into(path, "draws");
  erg_owned_folder_close(&f);
  assert_false(exists(path));
  assert_true(exists(other.path));
  erg_owned_folder_close(&other);
  erg_owned_folder_close(&other);
  free(path);
}

static void owner_killed(void **state) {
  (void)state;
  owner o = start(false);
  end(o.process);
  wait_until_gone(o.path);
}

/* Whoever was forked from the owner may write there still. */
static void used_below(void **state) {
  (void)state;
  owner o = start(true);
  end(o.process);
  erg_owned_folder f;
  assert_true(erg_owned_folder_open(&f, "owned"));
  assert_true(exists(o.path));
  erg_owned_folder_close(&f);
  kill(o.below, SIGKILL);
  wait_until_gone(o.path);
}

/* Nobody is left to remove it but the next. */
static void swept(void **state) {
  (void)state;
  owner o = start(false);
  kill(o.keeper, SIGKILL);
  end(o.process);
  assert_true(exists(o.path));
  erg_owned_folder f;
  for (int i = 0; i < 60000 && exists(o.path); i++) { /* the keeper may take a moment to go */
    assert_true(erg_owned_folder_open(&f, "owned"));
    erg_owned_folder_close(&f);
    usleep(1000);
  }
  assert_false(exists(o.path));
}

/* What only looks like one. */
static void left_alone(void **state) {
  (void)state;
  static const char *const names[] = {"owned-abcdef", "owned-abcdefg", "other-abcdef",
                                      "owned-new-abcdef"};
  char path[400], target[400];
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    snprintf(path, sizeof path, "%s/%s", outer, names[i]);
    assert_int_equal(mkdir(path, 0700), 0);
    if (i) write_into(path, "owner"); /* the first has no lock */
  }
  snprintf(target, sizeof target, "%s/%s", outer, "target");
  assert_int_equal(mkdir(target, 0700), 0);
  write_into(target, "owner");
  snprintf(path, sizeof path, "%s/owned-link00", outer);
  assert_int_equal(symlink(target, path), 0);
  erg_owned_folder f;
  assert_true(erg_owned_folder_open(&f, "owned"));
  erg_owned_folder_close(&f);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    snprintf(path, sizeof path, "%s/%s", outer, names[i]);
    assert_true(exists(path));
  }
  snprintf(path, sizeof path, "%s/owned-link00", outer);
  assert_true(exists(path) && exists(target));
  snprintf(path, sizeof path, "%s/target/owner", outer);
  assert_true(exists(path));
}

static void no_folder(void **state) {
  (void)state;
  erg_owned_folder f;
  setenv("TMPDIR", "/no/such/folder", 1);
  assert_false(erg_owned_folder_open(&f, "owned"));
  assert_int_equal(errno, ENOENT);
  erg_owned_folder_close(&f);
  setenv("TMPDIR", outer, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(closed),     cmocka_unit_test(owner_killed), cmocka_unit_test(used_below),
      cmocka_unit_test(swept),      cmocka_unit_test(left_alone),   cmocka_unit_test(no_folder)};
  return cmocka_run_group_tests(tests, make_outer, remove_outer);
}
