#include "check.h"

#include <math.h>

#include "read/dataset.h"

static erg_problems problems;

static erg_dataset *parse(const char *path, const char *text) {
  erg_problems_init(&problems);
  return erg_dataset_parse(erg_source_from_text(path, text, strlen(text)), &problems);
}

static void done(erg_dataset *d) {
  erg_problems_free(&problems);
  erg_dataset_free(d);
}

static void assert_place(erg_place p, int line, int column, int length) {
  assert_int_equal(p.line, line);
  assert_int_equal(p.column, column);
  assert_int_equal(p.length, length);
}

static void json(void **state) {
  (void)state;
  erg_dataset *d =
      parse("d.json",
            "{ \"N\": 3,\n"
            "  \"y\": [1.5, \"NaN\", \"-inf\", NaN, Infinity, -Infinity, \"+inf\"],\n"
            "  \"X\": [[1, 2, 3],\n"
            "        [4, 5, 6]],\n"
            "  \"A\": [[[1], [2]], [[3], [4]], [[5], [6]]],\n"
            "  \"none\": [], \"none2\": [[], []],\n"
            "  \"yes\": true, \"one\": [7],\n"
            "  \"sch\\u00f6n\": 1e400, \"minus\": -0\n"
            "}\n");
  assert_non_null(d);
  assert_int_equal(problems.count, 0);
  assert_int_equal(d->count, 10);
  const erg_array *a = erg_dataset_get(d, "N");
  assert_int_equal(a->rank, 0);
  assert_int_equal(a->n, 1);
  assert_true(a->integer && a->values[0] == 3);
  assert_place(a->place, 1, 4, 1);
  a = erg_dataset_get(d, "y");
  assert_int_equal(a->n, 7);
  assert_false(a->integer);
  assert_true(isnan(a->values[1]) && isnan(a->values[3]));
  assert_true(a->values[2] == -INFINITY && a->values[4] == INFINITY);
  assert_true(a->values[5] == -INFINITY && a->values[6] == INFINITY);
  assert_place(erg_array_place(a, 0), 2, 9, 3);
  assert_place(erg_array_place(a, 1), 2, 14, 5);
  assert_place(erg_array_place(a, 6), 2, 55, 6);
  a = erg_dataset_get(d, "X");
  assert_int_equal(a->rank, 2);
  assert_int_equal(a->shape[0], 2);
  assert_int_equal(a->shape[1], 3);
  assert_true(a->integer && a->values[5] == 6);
  assert_place(erg_array_place(a, 3), 4, 10, 1);
  a = erg_dataset_get(d, "A");
  assert_int_equal(a->rank, 3);
  assert_int_equal(a->shape[0], 3);
  assert_int_equal(a->shape[1], 2);
  assert_int_equal(a->shape[2], 1);
  for (int i = 0; i < 6; i++) assert_true(a->values[i] == i + 1);
  a = erg_dataset_get(d, "none");
  assert_true(a->empty && a->rank == 1 && a->n == 0 && a->integer);
  a = erg_dataset_get(d, "none2");
  assert_true(a->empty && a->rank == 2 && a->n == 0 && a->shape[0] == 2);
  assert_true(erg_dataset_get(d, "yes")->values[0] == 1);
  assert_int_equal(erg_dataset_get(d, "one")->rank, 1);
  a = erg_dataset_get(d, "sch\xc3\xb6n");
  assert_true(a->values[0] == INFINITY && !a->integer);
  assert_true(signbit(erg_dataset_get(d, "minus")->values[0]));
  assert_null(erg_dataset_get(d, "z"));
  done(d);
}

static void json_texts(void **state) {
  (void)state;
  erg_dataset *d =
      parse("d.json",
            "{\"school\": [\"NA\", \"b\\\"\\ud83d\\ude00\", \"NA\", \"inf\"],\n"
            " \"title\": \"radon\", \"mixed\": [\"NaN\", \"inf\"], \"na\": [1, \"NA\"]}");
  assert_non_null(d);
  const erg_array *a = erg_dataset_get(d, "school");
  assert_int_equal(a->n_labels, 3);
  assert_string_equal(a->labels[0], "NA");
  assert_string_equal(a->labels[1], "b\"\xf0\x9f\x98\x80");
  assert_string_equal(a->labels[2], "inf");
  assert_true(a->values[0] == 1 && a->values[1] == 2 && a->values[2] == 1 && a->values[3] == 3);
  assert_place(a->text_place, 1, 14, 2);
  assert_place(erg_array_place(a, 2), 1, 38, 4);
  a = erg_dataset_get(d, "title");
  assert_int_equal(a->rank, 0);
  assert_string_equal(a->labels[0], "radon");
  a = erg_dataset_get(d, "mixed");
  assert_null(a->labels);
  assert_true(isnan(a->values[0]) && a->values[1] == INFINITY);
  assert_true(isnan(erg_dataset_get(d, "na")->values[1]));
  done(d);
}

/* What no model can use is left out with a warning. */
static void json_left_out(void **state) {
  (void)state;
  erg_dataset *d = parse("d.json",
                         "{\"meta\": {\"a\": [1, {\"b\": null}], \"c\": \"x}\", \"d\": {}},\n"
                         " \"no\": null, \"y\": 1}");
  assert_non_null(d);
  assert_int_equal(d->count, 1);
  assert_printed(&problems,
                 "d.json:1:3: warning: 'meta' is an object, which no model can use; left out\n"
                 "    1 | {\"meta\": {\"a\": [1, {\"b\": null}], \"c\": \"x}\", \"d\": {}},\n"
                 "      |   ^~~~\n"
                 "d.json:2:3: warning: 'no' is null, which no model can use; left out\n"
                 "    2 |  \"no\": null, \"y\": 1}\n"
                 "      |   ^~\n");
  done(d);
}

static void csv(void **state) {
  (void)state;
  erg_dataset *d = parse("d.csv",
                         "\xef\xbb\xbf# made by hand\r\n"
                         "\"\",y, x ,county,\"a \"\"b\"\"\",ok\r\n"
                         "\"1\",1.5,1,ST LOUIS,1,TRUE\r\n"
                         "\r\n"
                         "\"2\",NA,2,\"A, B\",\"2\",FALSE\r\n"
                         "\"3\", -inf ,+3,ST LOUIS,\"NA\",true\r\n"
                         "\"4\",,04,,.5,False");
  assert_non_null(d);
  assert_int_equal(problems.count, 0);
  assert_int_equal(d->count, 5);
  const erg_array *a = erg_dataset_get(d, "y");
  assert_int_equal(a->n, 4);
  assert_int_equal(a->rank, 1);
  assert_int_equal(a->shape[0], 4);
  assert_true(a->values[0] == 1.5 && isnan(a->values[1]) && a->values[2] == -INFINITY &&
              isnan(a->values[3]));
  assert_place(erg_array_place(a, 2), 6, 6, 4);
  assert_place(erg_array_place(a, 3), 7, 5, 1);
  a = erg_dataset_get(d, "x");
  assert_true(a->integer && a->values[2] == 3 && a->values[3] == 4);
  a = erg_dataset_get(d, "county");
  assert_int_equal(a->n_labels, 2);
  assert_string_equal(a->labels[0], "ST LOUIS");
  assert_string_equal(a->labels[1], "A, B");
  assert_true(a->values[0] == 1 && a->values[1] == 2 && a->values[2] == 1 &&
              isnan(a->values[3]));
  assert_place(a->text_place, 3, 11, 8);
  assert_place(erg_array_place(a, 1), 5, 11, 4);
  a = erg_dataset_get(d, "a \"b\"");
  assert_true(a->values[1] == 2 && isnan(a->values[2]) && a->values[3] == 0.5);
  a = erg_dataset_get(d, "ok");
  assert_true(a->integer && a->values[0] == 1 && a->values[3] == 0);
  done(d);
}

static void csv_edges(void **state) {
  (void)state;
  /* One column: an empty line inside is a missing value. */
  erg_dataset *d = parse("d.csv", "y\n1\n\n3\n\n\n");
  assert_int_equal(d->arrays[0].n, 3);
  assert_true(isnan(d->arrays[0].values[1]));
  assert_place(erg_array_place(&d->arrays[0], 2), 4, 1, 1);
  done(d);
  d = parse("d.csv", "a,b\n1,");
  assert_int_equal(d->arrays[0].n, 1);
  assert_true(isnan(d->arrays[1].values[0]));
  done(d);
  d = parse("d.csv", "a,b\n");
  assert_true(d->arrays[0].empty && d->arrays[0].n == 0);
  done(d);
  d = parse("d.csv", "a,b\n\"x\ny\",1\n");
  assert_string_equal(d->arrays[0].labels[0], "x\ny");
  assert_place(erg_array_place(&d->arrays[1], 0), 3, 4, 1);
  done(d);
  d = parse("d.csv", "c\nNA\n\"NA\"\nFR\n");
  assert_int_equal(d->arrays[0].n_labels, 2);
  assert_true(isnan(d->arrays[0].values[0]) && d->arrays[0].values[1] == 1);
  done(d);
}

static void kinds(void **state) {
  (void)state;
  erg_dataset *d = parse("/dev/stdin", " {\"a\": 1}");
  assert_non_null(d);
  done(d);
  d = parse("d.txt", "a,b\n");
  assert_null(d);
  assert_printed(&problems,
                 "d.txt: error: the name does not say which kind of data this is\n"
                 "   next: name it .json (CmdStan's JSON) or .csv\n");
  done(d);
  erg_problems_init(&problems);
  d = erg_dataset_parse(erg_source_from_text("d.json", "\x1f\x8b\0\0", 4), &problems);
  assert_null(d);
  assert_string_equal(problems.list[0].cause, "the file is compressed");
  done(d);
}

/* Depth and repetition take no stack and linear time. */
static void hostile(void **state) {
  (void)state;
  size_t n = 1 << 22;
  char *text = malloc(n + 1);
  text[n] = 0;
  const char *starts[] = {"{\"a\":", "{\"a\":{\"b\":", "{\"a\":1,\"a\":"};
  for (int i = 0; i < 3; i++)
    for (const char *fill = "[{\"1,. -\\"; *fill; fill++) {
      memset(text, *fill, n);
      memcpy(text, starts[i], strlen(starts[i]));
      erg_dataset *d = parse("d.json", text);
      assert_null(d);
      assert_int_equal(problems.count, 1);
      done(d);
      d = parse("d.csv", text);
      done(d);
    }
  free(text);
}

static void many_names(void **state) {
  (void)state;
  size_t n = 200000, used = 1;
  char *text = malloc(n * 24);
  text[0] = '{';
  for (size_t i = 0; i < n; i++)
    used += (size_t)sprintf(text + used, "%s\"k%zu\":\n%zu", i ? "," : "", i, i);
  strcpy(text + used, "}");
  erg_dataset *d = parse("d.json", text);
  assert_non_null(d);
  assert_int_equal(d->count, n);
  assert_place(d->arrays[n - 1].place, (int)n, 9, 7);
  done(d);
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(json),    cmocka_unit_test(json_texts), cmocka_unit_test(json_left_out),
      cmocka_unit_test(csv),     cmocka_unit_test(csv_edges),  cmocka_unit_test(kinds),
      cmocka_unit_test(hostile), cmocka_unit_test(many_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
