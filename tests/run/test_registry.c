/* The registry: search order, manifests, and plug-ins that are wrong on purpose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/registry.h"
#include "run/text.h"

/* A fresh folder; removed by `forget`. */
static char *folder(void) {
  char *path = run_text("/tmp/ergode-test-XXXXXX");
  assert_non_null(mkdtemp(path));
  return path;
}

static void forget(char *path) {
  char *command = run_text("rm -rf '%s'", path);
  assert_int_equal(system(command), 0);
  free(command);
  free(path);
}

static void write_file(const char *where, const char *name, const char *text) {
  char *path = run_text("%s/%s", where, name);
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  fputs(text, f);
  fclose(f);
  free(path);
}

static void manifest(const char *where, const char *name, const char *id, int wrong) {
  char *text = run_text("[plugin]\nid = %s\nlibrary = " WRONG_FOLDER "/wrong_%d.so\n"
                        "abi = 1\nsummary = test %d\n", id, wrong, wrong);
  write_file(where, name, text);
  free(text);
}

static run_registry *search(const char *const *files, const char *environment,
                            const char *installed) {
  const char *list[] = {installed, NULL};
  run_search s = {files, environment, installed ? list : NULL};
  return run_registry_search(&s);
}

static void right_plugin_is_found(void **state) {
  (void)state;
  char *f = folder();
  manifest(f, "wrong.ini", "wrong", 0);
  run_registry *r = search(NULL, NULL, f);
  assert_int_equal(r->count, 1);
  assert_null(r->candidates[0].refused);
  assert_null(r->candidates[0].plugin); /* not opened by listing */
  const run_candidate *c;
  char *message = NULL;
  const erg_sampler *s = run_find_sampler(r, "wrong", &c, &message);
  assert_non_null(s);
  assert_string_equal(s->id, "wrong");
  assert_ptr_equal(c->plugin, r->candidates[0].plugin);
  assert_null(run_find_sampler(r, "wrong.hmc", NULL, &message));
  assert_non_null(strstr(message, "has no sampler 'wrong.hmc'"));
  free(message);
  assert_null(run_find_sampler(r, "wrongly", NULL, &message));
  assert_non_null(strstr(message, "no backend 'wrongly' (found: wrong"));
  free(message);
  run_registry_free(r);
  forget(f);
}

/* Reason with which a plug-in of this kind of wrongness is refused. */
static void refused(int wrong, const char *reason) {
  char *f = folder();
  manifest(f, "wrong.ini", "wrong", wrong);
  run_registry *r = search(NULL, f, NULL);
  assert_int_equal(r->count, 1);
  assert_null(r->candidates[0].refused);
  char *message = NULL;
  assert_null(run_find_sampler(r, "wrong", NULL, &message));
  assert_non_null(r->candidates[0].refused);
  if (!strstr(r->candidates[0].refused, reason))
    fail_msg("wrong %d: '%s' lacks '%s'", wrong, r->candidates[0].refused, reason);
  assert_non_null(strstr(message, reason));
  assert_non_null(strstr(message, "wrong.ini"));
  free(message);
  /* A second look says the same. */
  assert_null(run_candidate_open(&r->candidates[0]));
  run_registry_free(r);
  forget(f);
}

static void wrong_plugins_are_refused(void **state) {
  (void)state;
  refused(1, "its erg_plugin says size = 12");
  refused(2, "an erg_sampler says size = ");
  refused(3, "`advance` is NULL");
  refused(4, "exports no erg_plugin_v1");
  refused(5, "built for plug-in ABI 2");
  refused(6, "lacks the required statistic 'lp'");
  refused(7, "default 11 outside 0 to 10");
  refused(8, "the library calls itself 'other'");
  refused(9, "returned NULL");
  refused(10, "declares parameter 'scale' twice");
  refused(11, "sampler 'cpu' is named neither 'wrong' nor 'wrong.NAME'");
  refused(12, "declares 1802201963 parameters");
  refused(13, "a choice without choices");
}

static void manifest_refused(const char *text, const char *reason) {
  char *f = folder();
  write_file(f, "a.ini", text);
  run_registry *r = search(NULL, NULL, f);
  assert_int_equal(r->count, 1);
  assert_non_null(r->candidates[0].refused);
  if (!strstr(r->candidates[0].refused, reason))
    fail_msg("'%s' lacks '%s'", r->candidates[0].refused, reason);
  run_registry_free(r);
  forget(f);
}

static void wrong_manifests_are_refused(void **state) {
  (void)state;
  manifest_refused("", "no section [plugin]");
  manifest_refused("[plugin]\n", "no 'id'");
  manifest_refused("[plugin]\nid = a\nlibrary = a.so\n", "no 'abi'");
  manifest_refused("[plugin]\nid = a\nabi = 1\n", "no 'library'");
  manifest_refused("[plugin]\nid = A b\nabi = 1\nlibrary = a.so\n", "is not made of");
  manifest_refused("[plugin]\nid = a\nabi = 7\nlibrary = a.so\n", "ABI 7");
  manifest_refused("[plugin]\nid = a\nabi = x\nlibrary = a.so\n", "line 3 of its manifest: ");
  manifest_refused("[plugin]\nid = a\nabi = 1\nlibrary = a.so\n", "/a.so is missing");
  manifest_refused("[plugin]\nid\n", "line 2");
}

static void a_missing_library_dependency_is_named(void **state) {
  (void)state;
  char *f = folder();
  write_file(f, "a.so", "not an ELF file");
  write_file(f, "a.ini", "[plugin]\nid = a\nabi = 1\nlibrary = a.so\n");
  run_registry *r = search(NULL, NULL, f);
  assert_null(run_candidate_open(&r->candidates[0]));
  assert_non_null(strstr(r->candidates[0].refused, "can't be loaded"));
  run_registry_free(r);
  forget(f);
}

static void first_id_wins(void **state) {
  (void)state;
  char *a = folder(), *b = folder();
  manifest(a, "z.ini", "wrong", 0);
  manifest(a, "zz.ini", "wrong", 0);
  manifest(b, "a.ini", "wrong", 3);
  char *environment = run_text("%s::%s", a, a);
  run_registry *r = search(NULL, environment, b);
  assert_int_equal(r->count, 3);
  assert_int_equal(r->n_folders, 2);
  assert_null(r->candidates[0].refused);
  for (int i = 1; i < 3; i++) {
    assert_non_null(strstr(r->candidates[i].refused, "duplicate"));
    assert_non_null(strstr(r->candidates[i].refused, r->candidates[0].manifest));
    assert_non_null(strstr(r->candidates[i].refused, r->candidates[i].manifest));
  }
  char *message = NULL;
  assert_non_null(run_find_sampler(r, "wrong", NULL, &message));
  run_registry_free(r);
  free(environment);
  forget(a);
  forget(b);
}

static void an_explicit_file_comes_first(void **state) {
  (void)state;
  char *a = folder();
  manifest(a, "wrong.ini", "wrong", 3);
  const char *library[] = {WRONG_FOLDER "/wrong_0.so", NULL};
  run_registry *r = search(library, a, NULL);
  assert_int_equal(r->count, 2);
  assert_string_equal(r->candidates[0].id, "wrong");
  assert_non_null(r->candidates[0].plugin);
  assert_non_null(strstr(r->candidates[1].refused, "duplicate"));
  run_registry_free(r);
  char *path = run_text("%s/wrong.ini", a);
  const char *named[] = {path, NULL};
  r = search(named, a, NULL);
  assert_int_equal(r->count, 1); /* the same manifest twice is one */
  run_registry_free(r);
  const char *missing[] = {"/nowhere/x.so", NULL};
  r = search(missing, NULL, NULL);
  assert_non_null(r->candidates[0].refused);
  run_registry_free(r);
  free(path);
  forget(a);
}

static void the_current_folder_is_never_searched(void **state) {
  (void)state;
  char *a = folder(), here[4096];
  manifest(a, "wrong.ini", "wrong", 0);
  assert_non_null(getcwd(here, sizeof here));
  assert_int_equal(chdir(a), 0);
  run_registry *r = search(NULL, ".:", NULL);
  assert_int_equal(r->count, 1);
  assert_non_null(strstr(r->candidates[0].refused, "relative folder '.'"));
  run_registry_free(r);
  r = search(NULL, "", NULL);
  assert_int_equal(r->count, 0);
  run_registry_free(r);
  assert_int_equal(chdir(here), 0);
  forget(a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(right_plugin_is_found),
      cmocka_unit_test(wrong_plugins_are_refused),
      cmocka_unit_test(wrong_manifests_are_refused),
      cmocka_unit_test(a_missing_library_dependency_is_named),
      cmocka_unit_test(first_id_wins),
      cmocka_unit_test(an_explicit_file_comes_first),
      cmocka_unit_test(the_current_folder_is_never_searched)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
