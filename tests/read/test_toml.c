#include "check.h"

#include "read/toml.h"

static erg_source *source;
static erg_problems problems;

static erg_toml *parse(const char *text, size_t length) {
  source = erg_source_from_text("m.toml", text, length);
  erg_problems_init(&problems);
  return erg_toml_parse(source, &problems);
}

static void done(erg_toml *t) {
  erg_toml_free(t);
  erg_problems_free(&problems);
  erg_source_free(source);
}

static void assert_place(erg_place p, int line, int column, int length) {
  assert_int_equal(p.line, line);
  assert_int_equal(p.column, column);
  assert_int_equal(p.length, length);
}

static void order_and_kinds(void **state) {
  (void)state;
  const char *text =
      "zeta = 1\n"
      "alpha = 2.5\n"
      "[model]\n"
      "b = true\n"
      "a = \"text\"\n"
      "\"K[i,j]\" = 'raw'\n"
      "list = [3, \"x\", { k = -1 }]\n"
      "when = 1979-05-27\n"
      "[model.sub]\n"
      "[[item]]\n"
      "n = inf\n"
      "[[item]]\n";
  erg_toml *t = parse(text, strlen(text));
  assert_non_null(t);
  assert_int_equal(t->n_items, 4);
  const char *names[] = {"zeta", "alpha", "model", "item"};
  for (int i = 0; i < 4; i++) assert_string_equal(t->items[i]->key, names[i]);
  assert_int_equal(t->items[0]->kind, ERG_TOML_INTEGER);
  assert_int_equal(t->items[0]->integer, 1);
  assert_true(t->items[0]->real == 1);
  assert_place(t->items[0]->place, 1, 8, 1);
  assert_place(t->items[0]->key_place, 1, 1, 4);
  assert_int_equal(t->items[1]->kind, ERG_TOML_REAL);
  assert_true(t->items[1]->real == 2.5);

  const erg_toml *m = erg_toml_get(t, "model");
  assert_int_equal(m->n_items, 6);
  assert_place(m->key_place, 3, 2, 5);
  assert_int_equal(m->items[0]->kind, ERG_TOML_BOOL);
  assert_int_equal(m->items[0]->integer, 1);
  assert_string_equal(m->items[1]->string, "text");
  assert_true(m->items[1]->plain);
  assert_place(m->items[1]->place, 5, 6, 4);
  assert_string_equal(m->items[2]->key, "K[i,j]");
  assert_place(m->items[2]->key_place, 6, 2, 6);
  assert_place(m->items[2]->place, 6, 13, 3);
  const erg_toml *list = erg_toml_get(m, "list");
  assert_int_equal(list->kind, ERG_TOML_ARRAY);
  assert_int_equal(list->n_items, 3);
  assert_int_equal(list->items[2]->items[0]->integer, -1);
  assert_place(list->items[1]->place, 7, 13, 1);
  assert_int_equal(erg_toml_get(m, "when")->kind, ERG_TOML_OTHER);
  assert_int_equal(erg_toml_get(m, "sub")->n_items, 0);
  assert_int_equal(t->items[3]->n_items, 2);
  assert_null(erg_toml_get(t, "nothing"));
  assert_null(erg_toml_get(list, "x"));
  assert_null(erg_toml_get(NULL, "x"));
  done(t);
}

/* Members of one table from several places of the file. */
static void scattered(void **state) {
  (void)state;
  const char *text = "[b.z]\n[a]\n[b.y]\nq.w = 1\nq.a = 2\n";
  erg_toml *t = parse(text, strlen(text));
  assert_non_null(t);
  assert_string_equal(t->items[0]->key, "b");
  assert_string_equal(t->items[0]->items[0]->key, "z");
  assert_string_equal(t->items[0]->items[1]->key, "y");
  assert_string_equal(t->items[0]->items[1]->items[0]->items[0]->key, "w");
  assert_string_equal(t->items[0]->items[1]->items[0]->items[1]->key, "a");
  done(t);
}

static void string_places(void **state) {
  (void)state;
  /* a\tb: escape; multi-line with continuation; UTF-8 before the value. */
  const char *text =
      "\xef\xbb\xbfs = \"\xce\xb1 a\\tb\\u03b1c\"\n"
      "m = \"\"\"\n"
      "one \\\n"
      "   two\n"
      "three\"\"\"\n"
      "\"\xce\xb1\" = { p = \"xy\" }\n";
  erg_toml *t = parse(text, strlen(text));
  assert_non_null(t);
  const erg_toml *s = t->items[0];
  assert_string_equal(s->string,
                      "\xce\xb1 a\tb\xce\xb1"
                      "c");
  assert_false(s->plain);
  assert_place(erg_toml_string_place(s, 0, 2), 1, 9, 2);  /* alpha */
  assert_place(erg_toml_string_place(s, 3, 1), 1, 12, 1); /* a */
  assert_place(erg_toml_string_place(s, 4, 1), 1, 13, 2); /* \t */
  assert_place(erg_toml_string_place(s, 5, 1), 1, 15, 1); /* b */
  assert_place(erg_toml_string_place(s, 6, 2), 1, 16, 6); /* \u03b1 */
  assert_place(erg_toml_string_place(s, 8, 1), 1, 22, 1); /* c */
  const erg_toml *m = t->items[1];
  assert_string_equal(m->string, "one two\nthree");
  assert_place(m->place, 3, 1, 4);
  assert_place(erg_toml_string_place(m, 4, 3), 4, 4, 3); /* two */
  assert_place(erg_toml_string_place(m, 8, 5), 5, 1, 5); /* three */
  const erg_toml *a = t->items[2];
  assert_place(a->key_place, 6, 2, 2);
  assert_true(a->items[0]->plain);
  assert_place(a->items[0]->place, 6, 15, 2);
  assert_place(erg_toml_string_place(a->items[0], 1, 1), 6, 16, 1);
  assert_place(erg_toml_string_place(a, 1, 1), a->place.line, a->place.column, a->place.length);
  done(t);
}

static void refused(const char *text, size_t length, const char *cause) {
  erg_toml *t = parse(text, length);
  assert_null(t);
  assert_true(problems.count == 1);
  if (!strstr(problems.list[0].cause, cause)) fail_msg("%s", problems.list[0].cause);
  done(t);
}

static char *repeated(const char *unit, size_t times) {
  size_t n = strlen(unit);
  char *text = malloc(n * times + 1);
  for (size_t i = 0; i < times; i++) memcpy(text + n * i, unit, n);
  text[n * times] = 0;
  return text;
}

/* Each of these once took minutes, or the stack. */
static void hostile(void **state) {
  (void)state;
  char *text = repeated("[", 1 << 20);
  text[0] = 'a', text[1] = '=';
  refused(text, 1 << 20, "nested");
  free(text);
  text = repeated("a.", 1 << 20);
  refused(text, 2 << 20, "more than 16 parts");
  free(text);
  text = repeated("{a.b.c.d.e.f=", 1 << 10);
  refused(text, 13 << 10, "not valid TOML");
  free(text);
  text = repeated("x = 1\n", 1 << 20);
  refused(text, 6 << 20, "more than the 4194304");
  free(text);
  text = repeated("\xff\x80\xc3", 1 << 20);
  refused(text, 3 << 20, "not UTF-8");
  free(text);
  refused("a = 1\0b = 2", 11, "not valid TOML");
  refused("a = \"\\u0000\"", 12, "NUL");
  refused("\"\\u0000\" = 1", 12, "NUL");
  text = repeated("\"\xc3\xa9\",", 600000);
  memcpy(text, "a=[1,", 5);
  text[600000 * 5 - 1] = ']';
  erg_toml *t = parse(text, 600000 * 5);
  assert_non_null(t);
  assert_int_equal(t->items[0]->n_items, 600000);
  assert_place(t->items[0]->items[599999]->place, 1, 5 * 599999 + 2, 2);
  done(t);
  free(text);
}

static void dotted_limit(void **state) {
  (void)state;
  size_t n = 30000, used = 0;
  char *text = malloc(n * 20);
  for (size_t i = 0; i < n; i++) used += (size_t)sprintf(text + used, "a%zu.x=1\n", i);
  refused(text, used, "dotted keys");
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(order_and_kinds), cmocka_unit_test(scattered),
      cmocka_unit_test(string_places),   cmocka_unit_test(hostile),
      cmocka_unit_test(dotted_limit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
