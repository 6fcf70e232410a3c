/* Compiling at run time: the cache alone, shared, damaged and out of reach; errors; the
 * instruction sets. Skipped without a compiler. */
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "compile/cc.h"

static char folder[256];
static int said;
static char last[1024];

static void note(void *data, erg_log_level level, const char *text) {
  (void)data;
  (void)level;
  said++;
  snprintf(last, sizeof last, "%s", text);
}

static int begin(void **state) {
  (void)state;
  snprintf(folder, sizeof folder, "%s/ergode-test-XXXXXX",
           getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
  said = 0;
  return mkdtemp(folder) ? 0 : -1;
}

static void each_file(const char *ending, void (*f)(const char *path)) {
  DIR *d = opendir(folder);
  for (struct dirent *e; d && (e = readdir(d));) {
    char path[600];
    snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
    size_t n = strlen(path), m = strlen(ending);
    if (e->d_name[0] != '.' && n > m && !strcmp(path + n - m, ending)) f(path);
  }
  if (d) closedir(d);
}

static int counted;
static void count(const char *path) {
  (void)path;
  counted++;
}
static void delete_file(const char *path) {
  if (unlink(path) != 0) rmdir(path);
}
static int files(const char *ending) {
  counted = 0;
  each_file(ending, count);
  return counted;
}
static int end(void **state) {
  (void)state;
  each_file("", delete_file);
  return rmdir(folder);
}

#define TEXT(n) "int answer(void) { return " #n "; }\n"

static int answer(const cc_module *m) {
  int (*f)(void) = (int (*)(void))(uintptr_t)cc_symbol(m, "answer");
  assert_non_null(f);
  return f();
}

static cc_module *load(const char *text, const cc_options *o) {
  cc_module *m;
  char *message;
  cc_status status = cc_load(text, o, &m, &message);
  if (status == CC_NO_COMPILER) skip();
  if (status != CC_OK) fail_msg("%s", message);
  assert_null(message);
  return m;
}

static void kept_and_found(void **unused) {
  (void)unused;
  cc_options o = {.cache_dir = folder};
  cc_module *m = load(TEXT(41), &o);
  assert_int_equal(answer(m), 41);
  assert_false(m->cached);
  assert_null(cc_symbol(m, "question"));
  cc_close(m);
  assert_int_equal(files(".so"), 1);
  m = load(TEXT(41), &o);
  assert_true(m->cached);
  assert_int_equal(answer(m), 41);
  cc_module *other = load(TEXT(42), &o);
  assert_false(other->cached);
  assert_int_equal(answer(other), 42);
  assert_int_equal(answer(m), 41);
  cc_close(m);
  cc_close(other);
  assert_int_equal(files(".so"), 2);
  o.no_cache = true;
  m = load(TEXT(41), &o);
  assert_false(m->cached);
  cc_close(m);
  assert_int_equal(files(""), 3); /* and the compiler's version; no folder is left */
}

/* Flags and instruction sets are part of the key. */
static void keys(void **unused) {
  (void)unused;
  cc_options list[] = {{.cache_dir = folder},
                       {.cache_dir = folder, .level = "-O1"},
                       {.cache_dir = folder, .isa = CC_ISA_BASELINE}};
  char key[3][65];
  for (int i = 0; i < 3; i++) {
    cc_module *m = load(TEXT(1), &list[i]);
    memcpy(key[i], m->key, 65);
    cc_close(m);
    for (int k = 0; k < i && *cc_isa_flags(CC_ISA_AUTO); k++)
      assert_string_not_equal(key[i], key[k]);
  }
  assert_string_equal(cc_isa_flags(CC_ISA_BASELINE), "");
  const char *features = cc_cpu_features();
  assert_true((strstr(features, "avx512f") != NULL) ==
              (strstr(cc_isa_flags(CC_ISA_AUTO), "-mavx512f") != NULL));
  assert_true((strstr(features, "fma") != NULL) ==
              (strstr(cc_isa_flags(CC_ISA_AUTO), "-mfma") != NULL));
}

static void damage(const char *path) {
  FILE *f = fopen(path, "r+b");
  fseek(f, 600, SEEK_SET);
  fputc('?', f);
  fputc('!', f);
  fclose(f);
}
static void cut(const char *path) { assert_int_equal(truncate(path, 300), 0); }
static void empty(const char *path) { assert_int_equal(truncate(path, 0), 0); }

static void damaged_entries(void **unused) {
  (void)unused;
  cc_options o = {.cache_dir = folder, .log = note};
  void (*const ways[])(const char *) = {damage, cut, empty};
  cc_close(load(TEXT(7), &o));
  for (int i = 0; i < 3; i++) {
    each_file(".so", ways[i]);
    said = 0;
    cc_module *m = load(TEXT(7), &o);
    assert_false(m->cached);
    assert_int_equal(answer(m), 7);
    assert_true(said >= 2);
    cc_close(m);
    m = load(TEXT(7), &o);
    assert_true(m->cached);
    cc_close(m);
  }
}

static void damaged_version(const char *path) {
  if (strstr(path, "compiler-")) assert_int_equal(truncate(path, 20), 0);
}

static void version_is_kept(void **unused) {
  (void)unused;
  cc_options o = {.cache_dir = folder};
  cc_module *m = load(TEXT(3), &o);
  char key[65];
  memcpy(key, m->key, 65);
  assert_true(strlen(m->version) > 3);
  cc_close(m);
  each_file("", damaged_version);
  m = load(TEXT(3), &o);
  assert_true(m->cached);
  assert_string_equal(m->key, key);
  cc_close(m);
}

static void many_processes(void **unused) {
  (void)unused;
  cc_options o = {.cache_dir = folder};
  cc_close(load(TEXT(0), &o));
  pid_t children[8];
  for (int i = 0; i < 8; i++)
    if ((children[i] = fork()) == 0) {
      int good = 0;
      for (int k = 0; k < 4; k++) {
        const char *const texts[] = {TEXT(10), TEXT(11), TEXT(12), TEXT(13)};
        cc_module *m;
        char *message;
        int which = (k + i) % 4;
        if (cc_load(texts[which], &o, &m, &message) != CC_OK) break;
        int (*f)(void) = (int (*)(void))(uintptr_t)cc_symbol(m, "answer");
        good += f && f() == 10 + which;
        cc_close(m);
      }
      _exit(good == 4 ? 0 : 1);
    }
  for (int i = 0; i < 8; i++) {
    int status;
    assert_int_equal(waitpid(children[i], &status, 0), children[i]);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  assert_int_equal(files(".so"), 5);
  assert_int_equal(files(""), 6);
}

static void wrong_source(void **unused) {
  (void)unused;
  cc_options o = {.cache_dir = folder};
  cc_close(load(TEXT(0), &o));
  cc_module *m;
  char *message;
  assert_int_equal(
      cc_load("int a;\nint f(void) { return undeclared_name; }\n", &o, &m, &message),
      CC_REJECTED);
  assert_null(m);
  assert_non_null(strstr(message, "line 2 of the generated code"));
  assert_non_null(strstr(message, "2 | int f(void) { return undeclared_name; }"));
  free(message);
  assert_int_equal(files(".so"), 1);
  assert_int_equal(files(""), 2);
}

/* A C++ text takes the C text's place on AVX2 alone, and where it can be compiled. */
static void other_language(void **unused) {
  (void)unused;
  if (!strstr(cc_cpu_features(), "avx2")) skip();
  cc_options o = {.cache_dir = folder, .isa = CC_ISA_AVX2, .log = note};
  o.cxx = "int same(int x) { return x; }\nextern \"C\" " TEXT(2);
  cc_module *m = load(TEXT(1), &o);
  assert_int_equal(m->cxx, !m->no_cxx);
  assert_int_equal(answer(m), m->cxx ? 2 : 1);
  bool cxx = m->cxx;
  cc_close(m);
  m = load(TEXT(1), &o);
  assert_true(m->cached);
  assert_int_equal(m->cxx, cxx);
  assert_int_equal(answer(m), cxx ? 2 : 1);
  cc_close(m);
  o.isa = CC_ISA_BASELINE;
  m = load(TEXT(1), &o);
  assert_int_equal(answer(m), 1);
  assert_false(m->cxx || m->no_cxx || m->cached);
  cc_close(m);
  o.isa = CC_ISA_AVX2;
  o.cxx = "wrong";
  m = load(TEXT(1), &o);
  assert_int_equal(answer(m), 1);
  assert_true(m->no_cxx && !m->cxx);
  cc_close(m);
  /* gcc without its C++ compiler */
  char script[300];
  snprintf(script, sizeof script, "%s/mycc", folder);
  FILE *f = fopen(script, "w");
  fputs("#!/bin/sh\nfor a; do case $a in *.cpp) echo \"mycc: fatal error: cannot execute "
        "'cc1plus'\"; exit 1;; esac; done\nexec cc \"$@\"\n", f);
  fclose(f);
  assert_int_equal(chmod(script, 0700), 0);
  o.compiler = script;
  o.cxx = "extern \"C\" " TEXT(3);
  m = load(TEXT(1), &o);
  assert_int_equal(answer(m), 1);
  assert_true(m->no_cxx);
  cc_close(m);
  /* ahead: found by the C text, whatever the language */
  char *message;
  o.compiler = NULL;
  assert_int_equal(cc_prebuild(TEXT(1), &o, CC_ISA_AVX2, folder, &message), CC_OK);
  assert_null(message);
  o.prebuilt = folder;
  o.cxx = NULL;
  m = load(TEXT(1), &o);
  assert_string_equal(m->version, "prebuilt");
  assert_int_equal(answer(m), cxx ? 3 : 1);
  cc_close(m);
}

static void no_compiler(void **unused) {
  (void)unused;
  cc_options o = {.cache_dir = folder, .compiler = "no-such-compiler-here"};
  cc_module *m;
  char *message;
  assert_int_equal(cc_load(TEXT(0), &o, &m, &message), CC_NO_COMPILER);
  assert_non_null(strstr(message, "no-such-compiler-here"));
  free(message);
  o.compiler = "false"; /* runs, and does nothing */
  assert_int_equal(cc_load(TEXT(0), &o, &m, &message), CC_NO_COMPILER);
  assert_non_null(strstr(message, "doesn't work here"));
  free(message);
  char *path = strdup(getenv("PATH")), *compiler = getenv("CC") ? strdup(getenv("CC")) : NULL;
  setenv("PATH", folder, 1);
  unsetenv("CC");
  o.compiler = NULL;
  assert_int_equal(cc_load(TEXT(0), &o, &m, &message), CC_NO_COMPILER);
  assert_non_null(strstr(message, "install"));
  free(message);
  unsetenv("PATH"); /* the usual folders serve, for the compiler's own tools too */
  o.no_cache = true;
  cc_close(load(TEXT(0), &o));
  o.no_cache = false;
  setenv("PATH", path, 1);
  setenv("CC", "nonsense -x", 1); /* falls back to cc */
  o.log = note;
  cc_close(load(TEXT(0), &o));
  assert_true(said >= 2);
  if (compiler)
    setenv("CC", compiler, 1);
  else
    unsetenv("CC");
  free(path);
  free(compiler);
}

static volatile sig_atomic_t alarms;
static void on_alarm(int signal) {
  (void)signal;
  alarms++;
}

/* Signals that interrupt the wait don't disturb it. */
static void interrupted(void **unused) {
  (void)unused;
  cc_options o = {.cache_dir = folder};
  struct sigaction action = {.sa_handler = on_alarm}, old; /* no SA_RESTART */
  struct itimerval often = {{0, 1000}, {0, 1000}}, never = {{0, 0}, {0, 0}};
  sigaction(SIGALRM, &action, &old);
  setitimer(ITIMER_REAL, &often, NULL);
  cc_module *m;
  char *message;
  cc_status status = cc_load(TEXT(17), &o, &m, &message);
  setitimer(ITIMER_REAL, &never, NULL);
  sigaction(SIGALRM, &old, NULL);
  if (status == CC_NO_COMPILER) skip();
  if (status != CC_OK) fail_msg("%s", message);
  assert_int_equal(answer(m), 17);
  assert_true(alarms > 0);
  cc_close(m);
}

static void cache_out_of_reach(void **unused) {
  (void)unused;
  char below[300];
  snprintf(below, sizeof below, "%s/file/cache", folder);
  char file[300];
  snprintf(file, sizeof file, "%s/file", folder);
  FILE *f = fopen(file, "w");
  fclose(f);
  cc_options o = {.cache_dir = below, .log = note};
  cc_module *m = load(TEXT(5), &o);
  assert_int_equal(answer(m), 5);
  assert_false(m->cached);
  assert_true(said >= 2);
  cc_close(m);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
  const struct CMUnitTest tests[] = {
      T(kept_and_found),  T(keys),           T(damaged_entries),
      T(version_is_kept), T(many_processes), T(wrong_source),
      T(other_language), T(no_compiler),     T(interrupted),    T(cache_out_of_reach)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
