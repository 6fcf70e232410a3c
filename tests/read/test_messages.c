/* Each file in messages/ is read by its kind's reader; what is said about it must be what
 * stands in FILE.expected. With ERGODE_UPDATE_EXPECTED=1 these are written anew. */
#include "check.h"
#include "expected.h"
#include "read/dataset.h"
#include "read/ini.h"
#include "read/toml.h"

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

static bool is_message(const char *name) {
  return name[0] != '.' && !ends_with(name, ".expected");
}

static void messages(void **state) {
  (void)state;
  hold_texts("messages", is_message, say, 50);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(messages)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
