#include "check.h"

#include "read/ini.h"

static erg_problems problems;

static erg_ini *parse(const char *text) {
  erg_problems_init(&problems);
  return erg_ini_parse(erg_source_from_text("p.ini", text, strlen(text)), &problems);
}

static void done(erg_ini *ini) {
  erg_problems_free(&problems);
  erg_ini_free(ini);
}

static const char preset[] =
    "; a preset\n"
    "name = standard\n"
    "[bench]\r\n"
    "chains = 4   ; as many as everyone\n"
    "workloads = hierarchical_normal,\n"
    "  logistic_regression, ; the large one\n"
    "  gaussian_process\n"
    "draws = 1_000\n"
    "warmup = 1e3\n"
    "accept: 0.8\n"
    "plots = Yes\n"
    "empty =\n"
    "[other]\n"
    "chains = four\n"
    "[nothing]\n";

static void values(void **state) {
  (void)state;
  erg_ini *ini = parse(preset);
  assert_non_null(ini);
  assert_int_equal(problems.count, 0);
  assert_int_equal(ini->n_sections, 3);
  assert_string_equal(ini->sections[2].name, "nothing");
  assert_string_equal(erg_ini_text(ini, "", "name", NULL), "standard");
  assert_string_equal(erg_ini_text(ini, "bench", "none", "else"), "else");
  assert_string_equal(erg_ini_text(ini, "bench", "empty", NULL), "");
  const erg_ini_entry *e = erg_ini_get(ini, "bench", "workloads");
  assert_string_equal(e->value, "hierarchical_normal, logistic_regression, gaussian_process");
  assert_int_equal(e->place.line, 5);
  assert_int_equal(e->place.column, 13);
  assert_int_equal(e->key_place.length, 9);
  int count;
  char **list = erg_ini_list(ini, "bench", "workloads", &count);
  assert_int_equal(count, 3);
  assert_string_equal(list[1], "logistic_regression");
  assert_null(list[3]);
  free(list);
  list = erg_ini_list(ini, "bench", "empty", &count);
  assert_non_null(list);
  assert_int_equal(count, 0);
  free(list);
  assert_null(erg_ini_list(ini, "bench", "none", &count));

  int64_t i = 7;
  double r = 0;
  bool b = false;
  assert_true(erg_ini_int(ini, "bench", "chains", 1, 100, &i, &problems) && i == 4);
  assert_true(erg_ini_int(ini, "bench", "draws", 1, 10000, &i, &problems) && i == 1000);
  assert_true(erg_ini_int(ini, "bench", "warmup", 1, 10000, &i, &problems) && i == 1000);
  assert_true(erg_ini_int(ini, "bench", "none", 1, 100, &i, &problems) && i == 1000);
  assert_true(erg_ini_real(ini, "bench", "accept", 0, 1, &r, &problems) && r == 0.8);
  assert_true(erg_ini_bool(ini, "bench", "plots", &b, &problems) && b);
  assert_false(erg_ini_int(ini, "other", "chains", 1, 100, &i, &problems));
  assert_false(erg_ini_int(ini, "bench", "chains", 5, 100, &i, &problems));
  assert_false(erg_ini_int(ini, "bench", "accept", 0, 1, &i, &problems));
  assert_false(erg_ini_real(ini, "bench", "accept", 0.9, 1, &r, &problems));
  assert_false(erg_ini_real(ini, "bench", "plots", 0.9, 1, &r, &problems));
  assert_false(erg_ini_bool(ini, "bench", "chains", &b, &problems));
  assert_int_equal(i, 1000);
  assert_int_equal(problems.count, 6);
  char *text = printed(&problems, false);
  assert_non_null(strstr(text,
                         "p.ini:14:10: error: chains is not a whole number\n"
                         "   14 | chains = four\n"
                         "      |          ^~~~\n"
                         "   next: write a whole number\n"));
  assert_non_null(strstr(text, "p.ini:4:10: error: chains must lie between 5 and 100\n"));
  free(text);
  done(ini);
}

static void unknown(void **state) {
  (void)state;
  erg_ini *ini = parse("[bench]\nchans = 4\nzzz = 1\n[bnech]\n");
  static const char *const keys[] = {"chains", "draws", NULL};
  static const char *const sections[] = {"bench", NULL};
  assert_false(erg_ini_check_keys(ini, "bench", keys, &problems));
  assert_false(erg_ini_check_sections(ini, sections, &problems));
  assert_printed(&problems,
                 "p.ini:2:1: error: unknown key 'chans'\n"
                 "    2 | chans = 4\n"
                 "      | ^~~~~\n"
                 "   next: did you mean 'chains'?\n"
                 "p.ini:3:1: error: unknown key 'zzz'\n"
                 "    3 | zzz = 1\n"
                 "      | ^~~\n"
                 "   next: known are chains, draws\n"
                 "p.ini:4:2: error: unknown section 'bnech'\n"
                 "    4 | [bnech]\n"
                 "      |  ^~~~~\n"
                 "   next: did you mean 'bench'?\n");
  done(ini);
}

static void marks(void **state) {
  (void)state;
  erg_ini *ini = parse("\xef\xbb\xbfkey = v\n");
  assert_non_null(ini);
  assert_string_equal(ini->entries[0].key, "key");
  assert_string_equal(ini->entries[0].value, "v");
  done(ini);
  ini = parse("");
  assert_non_null(ini);
  done(ini);
  /* A long comment is no long line. */
  char text[600] = "# ";
  memset(text + 2, 'x', 500);
  strcpy(text + 502, "\na = 1");
  ini = parse(text);
  assert_non_null(ini);
  assert_int_equal(ini->entries[0].key_place.line, 2);
  done(ini);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values),
      cmocka_unit_test(unknown),
      cmocka_unit_test(marks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
