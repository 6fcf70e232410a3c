/* Schemas, numbers and tables. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "fixture.h"
#include "folder.h"
#include "output/table.h"

static void schema_names(void **state) {
  (void)state;
  erg_problems p;
  erg_problems_init(&p);
  out_schema *s = fix_schema(10, false, &p);
  assert_non_null(s);
  assert_int_equal(s->row, 41);
  const out_variable *beta = &s->variables[out_find(s, OUT_POSTERIOR, "Beta")];
  assert_string_equal(s->dims[beta->dims[1]].name, "Beta_dim_1");
  assert_int_equal(beta->n, 12);
  /* a dimension called like a variable steps back */
  const out_variable *count = &s->variables[out_find(s, OUT_POSTERIOR, "count")];
  assert_string_equal(s->dims[count->dims[0]].name, "mu_dim");
  char name[64];
  out_element_name(s, out_find(s, OUT_POSTERIOR, "Beta"), 5, false, name, sizeof name);
  assert_string_equal(name, "Beta[2,3]");
  out_element_name(s, out_find(s, OUT_POSTERIOR, "Beta"), 5, true, name, sizeof name);
  assert_string_equal(name, "Beta[Deerfield,3]");
  out_element_name(s, out_find(s, OUT_POSTERIOR, "mu"), 0, true, name, sizeof name);
  assert_string_equal(name, "mu");
  out_element_name(s, out_find(s, OUT_POSTERIOR, "Beta"), 5, true, name, 8);
  assert_string_equal(name, "Beta[De");
  /* the same name with another size is another dimension */
  assert_int_equal(out_add_dim(s, "school", 4, (const char *const *)s->dims[0].labels), 0);
  int other = out_add_dim(s, "school", 5, NULL);
  assert_string_equal(s->dims[other].name, "school_2");
  assert_int_equal(out_add_dim(s, "school", 5, NULL), other);
  out_add_variable(s, OUT_POSTERIOR, OUT_F64, "mu", 0, NULL, NULL, NULL);
  assert_false(out_schema_finish(s, &p));
  assert_true(any_problem(&p, "'mu'"));
  out_schema_free(s);
  s = out_schema_new(1);
  out_add_variable(s, OUT_POSTERIOR, OUT_F64, "draw", 0, NULL, NULL, NULL);
  assert_false(out_schema_finish(s, &p));
  assert_true(any_problem(&p, "reserved"));
  out_schema_free(s);
  erg_problems_free(&p);
}

static void number_format(void **state) {
  (void)state;
  const struct {
    double value, error;
    const char *text;
  } cases[] = {
      {8.01234, 0.093, "8.01"}, {8.01234, 0.93, "8.0"},        {123456.7, 20, "123460"},
      {-0.001, 0.05, "0.00"},   {0.00123, 0.00004, "0.00123"}, {1.23456e-9, 1e-11, "1.23e-09"},
      {3e12, 1e9, "3.000e+12"}, {3.14159, NAN, "3.142"},       {12345, 0, "12345"},
      {NAN, 0.1, "-"},          {-INFINITY, 0.1, "-inf"}};
  char text[64];
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    out_format(cases[i].value, cases[i].error, text, sizeof text);
    assert_string_equal(text, cases[i].text);
  }
}

static char *printed(const out_table *t, int width, bool markdown) {
  char *text = NULL;
  size_t length;
  FILE *out = open_memstream(&text, &length);
  if (markdown) {
    out_table_markdown(t, out);
  } else {
    out_table_print(t, out, width, false);
  }
  fclose(out);
  return text;
}

static void tables(void **state) {
  (void)state;
  out_table *t = out_table_new();
  out_table_column(t, "", OUT_LEFT, 0);
  out_table_column(t, "mean", OUT_DECIMAL, 0);
  out_table_column(t, "ess", OUT_RIGHT, 2);
  out_table_cell(t, OUT_PLAIN, "Ährenfeld|x");
  out_table_number(t, OUT_RED, 10.25, 0.01);
  out_table_cell(t, OUT_PLAIN, "%d", 4000);
  out_table_cell(t, OUT_PLAIN, "mu");
  out_table_number(t, OUT_PLAIN, -3.5, 0.1);
  out_table_cell(t, OUT_PLAIN, "%d", 12);
  char *text = printed(t, 80, false);
  assert_string_equal(text,
                      "              mean   ess\n"
                      "Ährenfeld|x  10.25  4000\n"
                      "mu           -3.5     12\n");
  free(text);
  text = printed(t, 20, false); /* too narrow: the column that may go goes */
  assert_string_equal(text,
                      "              mean\n"
                      "Ährenfeld|x  10.25\n"
                      "mu           -3.5\n");
  free(text);
  text = printed(t, 15, false); /* then the first column is cut */
  assert_non_null(strstr(text, "Ährenfe…  10.25\n"));
  free(text);
  text = printed(t, 80, true);
  assert_string_equal(text,
                      "|  | mean | ess |\n|---|---:|---:|\n"
                      "| Ährenfeld\\|x | 10.25 | 4000 |\n| mu | -3.5 | 12 |\n");
  free(text);
  out_table_free(t);
}

/* Wide characters take two columns, combining marks none; a cut never halves one. */
static void widths(void **state) {
  (void)state;
  assert_int_equal(out_text_width("a[\u65e5\u672c]"), 7);
  assert_int_equal(out_text_width("e\u0301 \U0001f600"), 4);
  out_table *t = out_table_new();
  out_table_column(t, "", OUT_LEFT, 0);
  out_table_column(t, "n", OUT_RIGHT, 0);
  out_table_cell(t, OUT_PLAIN, "\u65e5\u672c\u8a9e\u65e5\u672c\u8a9e\u65e5\u672c");
  out_table_cell(t, OUT_PLAIN, "1");
  out_table_cell(t, OUT_PLAIN, "plain");
  out_table_cell(t, OUT_PLAIN, "2");
  char *text = printed(t, 80, false);
  assert_string_equal(
      text,
      "                  n\n\u65e5\u672c\u8a9e\u65e5\u672c\u8a9e\u65e5\u672c  1\n"
      "plain             2\n");
  free(text);
  text = printed(t, 13, false);
  assert_non_null(strstr(text, "\n\u65e5\u672c\u8a9e\u65e5\u2026   1\n"));
  free(text);
  out_table_free(t);
}

/* A text in place of the rest of a row has no width of its own, but room. */
static void spans(void **state) {
  (void)state;
  out_table *t = out_table_new();
  out_table_column(t, "row", OUT_LEFT, 0);
  out_table_column(t, "n", OUT_RIGHT, 0);
  out_table_column(t, "m", OUT_RIGHT, 1);
  out_table_cell(t, OUT_PLAIN, "one");
  out_table_cell(t, OUT_PLAIN, "1");
  out_table_cell(t, OUT_PLAIN, "2");
  out_table_cell(t, OUT_PLAIN, "two");
  out_table_span(t, OUT_RED, "%s", "words that take more than a line's width");
  char *text = printed(t, 30, false);
  assert_string_equal(text,
                      "row  n  m\n"
                      "one  1  2\n"
                      "two  words that take more than\n"
                      "     a line's width\n");
  free(text);
  text = printed(t, 24, false); /* the text needs 20 columns, so that "m" goes */
  assert_non_null(strstr(text, "row  n\n"));
  free(text);
  text = printed(t, 80, true);
  assert_non_null(strstr(text, "| two | words that take more than a line's width |  |\n"));
  free(text);
  out_table_free(t);
}

static void wrapped(void **state) {
  (void)state;
  char *text = NULL;
  size_t length;
  FILE *out = open_memstream(&text, &length);
  out_wrap(out, "über  one two\nthree\n\nfour averylongword", 10, 2, 3);
  fclose(out);
  assert_string_equal(text, "über\n  one two\n  three\n\n  four\n  averylongword\n");
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(schema_names), cmocka_unit_test(number_format),
      cmocka_unit_test(tables),       cmocka_unit_test(widths),
      cmocka_unit_test(spans),        cmocka_unit_test(wrapped)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
