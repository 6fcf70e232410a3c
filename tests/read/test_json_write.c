#include "check.h"

#include <errno.h>
#include <math.h>
#include <unistd.h>

#include "read/json_write.h"

static void sample(erg_json *j) {
  const double reals[] = {0.1, NAN, -INFINITY, 1.0 / 3};
  const int64_t ints[] = {1, INT64_MIN};
  const char *const texts[] = {"a", NULL};
  erg_json_object(j, NULL);
  erg_json_int(j, "schema_version", 1);
  erg_json_string(j, "text", "q\"\\\n\t\x01 \xce\xb1 \xff \x7f");
  erg_json_string(j, "none", NULL);
  erg_json_uint(j, "big", UINT64_MAX);
  erg_json_real(j, "real", 1e22);
  erg_json_real(j, "nan", NAN);
  erg_json_bool(j, "yes", true);
  erg_json_reals(j, "reals", reals, 4);
  erg_json_ints(j, "ints", ints, 2);
  erg_json_strings(j, "texts", texts, 2);
  erg_json_object(j, "empty");
  erg_json_end(j);
  erg_json_array(j, "list");
  erg_json_object(j, NULL);
  erg_json_null(j, "x");
  erg_json_end(j);
  erg_json_bool(j, NULL, false);
  erg_json_end(j);
}

static void text(void **state) {
  (void)state;
  char *out = NULL;
  size_t length;
  FILE *f = open_memstream(&out, &length);
  erg_json *j = erg_json_to(f);
  sample(j);
  assert_int_equal(erg_json_close(j), 0);
  fclose(f);
  assert_string_equal(out,
                      "{\n"
                      "  \"schema_version\": 1,\n"
                      "  \"text\": \"q\\\"\\\\\\n\\t\\u0001 \xce\xb1 \xef\xbf\xbd \\u007f\",\n"
                      "  \"none\": null,\n"
                      "  \"big\": 18446744073709551615,\n"
                      "  \"real\": 1e+22,\n"
                      "  \"nan\": null,\n"
                      "  \"yes\": true,\n"
                      "  \"reals\": [0.1, null, null, 0.3333333333333333],\n"
                      "  \"ints\": [1, -9223372036854775808],\n"
                      "  \"texts\": [\"a\", null],\n"
                      "  \"empty\": {},\n"
                      "  \"list\": [\n"
                      "    {\n"
                      "      \"x\": null\n"
                      "    },\n"
                      "    false\n"
                      "  ]\n"
                      "}\n");
  free(out);

  f = open_memstream(&out, &length);
  j = erg_json_to(f);
  erg_json_compact(j);
  erg_json_object(j, NULL);
  erg_json_int(j, "a", 1);
  erg_json_int(j, "b", 2);
  assert_int_equal(erg_json_close(j), 0);
  fclose(f);
  assert_string_equal(out, "{\"a\": 1, \"b\": 2}\n");
  free(out);
}

static void files(void **state) {
  (void)state;
  char folder[] = "/tmp/ergode-json-XXXXXX";
  assert_non_null(mkdtemp(folder));
  char path[64], part[64];
  snprintf(path, sizeof path, "%s/a.json", folder);
  snprintf(part, sizeof part, "%s/a.json.part", folder);
  erg_json *j = erg_json_open(path);
  sample(j);
  assert_int_equal(access(path, F_OK), -1);
  assert_int_equal(erg_json_close(j), 0);
  assert_int_equal(access(path, F_OK), 0);
  assert_int_equal(access(part, F_OK), -1);
  j = erg_json_open(path);
  erg_json_abandon(j);
  assert_int_equal(access(path, F_OK), 0);
  assert_int_equal(access(part, F_OK), -1);
  j = erg_json_open("/nowhere/a.json");
  sample(j);
  assert_int_equal(erg_json_close(j), ENOENT);
  unlink(path);
  rmdir(folder);
}

static void full_disk(void **state) {
  (void)state;
  if (access("/dev/full", W_OK) != 0) skip();
  erg_json *j = erg_json_open("/dev/full");
  sample(j);
  assert_int_equal(erg_json_close(j), ENOSPC);
  j = erg_json_open("/dev/full");
  erg_json_array(j, NULL);
  for (int i = 0; i < 100000; i++) erg_json_int(j, NULL, i);
  assert_int_equal(erg_json_close(j), ENOSPC);
  FILE *f = fopen("/dev/full", "w");
  j = erg_json_to(f);
  sample(j);
  assert_int_equal(erg_json_close(j), ENOSPC);
  fclose(f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(text),
      cmocka_unit_test(files),
      cmocka_unit_test(full_disk),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
