/* Each file in messages/ is read by its kind's reader; what is said about it must be what
 * stands in FILE.expected. With ERGODE_UPDATE_EXPECTED=1 these are written anew. */
#include "check.h"

#include <dirent.h>

#include "read/dataset.h"
#include "read/ini.h"
#include "read/toml.h"

static bool ends_with(const char *s, const char *end) {
  return strlen(s) >= strlen(end) && !strcmp(s + strlen(s) - strlen(end), end);
}

static char *say(const char *path) {
  erg_problems p;
  erg_problems_init(&p);
  erg_source *s = NULL;
  bool good;
  if (ends_with(path, ".toml")) {
    s = erg_source_read(path, &p);
    erg_toml *t = erg_toml_parse(s, &p);
    good = t != NULL;
    erg_toml_free(t);
  } else if (ends_with(path, ".ini")) {
    erg_ini *ini = erg_ini_read(path, &p);
    good = ini != NULL;
    erg_ini_free(ini);
  } else {
    erg_dataset *d = erg_dataset_read(path, &p);
    good = d != NULL;
    erg_dataset_free(d);
  }
  assert_true(good != erg_problems_any_error(&p));
  assert_false(good);
  char *text = printed(&p, false);
  erg_problems_free(&p);
  erg_source_free(s);
  return text;
}

static void messages(void **state) {
  (void)state;
  struct dirent **files;
  int n = scandir("messages", &files, NULL, alphasort), tried = 0, wrong = 0;
  assert_true(n > 0);
  for (int i = 0; i < n; i++) {
    const char *name = files[i]->d_name;
    char path[400], expected_path[420];
    snprintf(path, sizeof path, "messages/%s", name);
    snprintf(expected_path, sizeof expected_path, "%s.expected", path);
    if (name[0] != '.' && !ends_with(name, ".expected")) {
      char *text = say(path);
      if (getenv("ERGODE_UPDATE_EXPECTED")) {
        FILE *f = fopen(expected_path, "w");
        fputs(text, f);
        fclose(f);
      }
      erg_problems p;
      erg_problems_init(&p);
      erg_source *expected = erg_source_read(expected_path, &p);
      erg_problems_free(&p);
      if (!expected || strcmp(text, expected->text) != 0) {
        print_error("%s: said\n%sexpected\n%s", path, text, expected ? expected->text : "");
        wrong++;
      }
      erg_source_free(expected);
      free(text);
      tried++;
    }
    free(files[i]);
  }
  free(files);
  assert_int_equal(wrong, 0);
  assert_true(tried >= 50);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(messages)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
