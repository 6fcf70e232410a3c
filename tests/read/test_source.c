#include "check.h"

#include <sys/stat.h>
#include <unistd.h>

static erg_source *text(const char *s) { return erg_source_from_text("a.toml", s, strlen(s)); }

static void shown(const char *line, int column, int length, const char *expected) {
  erg_source *s = text(line);
  erg_problems p;
  erg_problems_init(&p);
  erg_error(&p, (erg_place){s, 1, column, length}, NULL, "wrong");
  assert_printed(&p, expected);
  erg_problems_free(&p);
  erg_source_free(s);
}

static void carets(void **state) {
  (void)state;
  shown("y = alhpa + 1\n", 5, 5,
        "a.toml:1:5: error: wrong\n"
        "    1 | y = alhpa + 1\n"
        "      |     ^~~~~\n");
  /* Tabs go to the next multiple of four. */
  shown("\ty\t= 1", 2, 1,
        "a.toml:1:2: error: wrong\n"
        "    1 |     y   = 1\n"
        "      |     ^\n");
  /* Columns are shown in characters, carets by their width. */
  shown("\xce\xb1\xce\xb2 = x", 8, 1,
        "a.toml:1:6: error: wrong\n"
        "    1 | \xce\xb1\xce\xb2 = x\n"
        "      |      ^\n");
  shown("\xe6\xbc\xa2 = x", 7, 1,
        "a.toml:1:5: error: wrong\n"
        "    1 | \xe6\xbc\xa2 = x\n"
        "      |      ^\n");
  shown("e\xcc\x81 = x", 7, 1,
        "a.toml:1:6: error: wrong\n"
        "    1 | e\xcc\x81 = x\n"
        "      |     ^\n");
  /* Control characters and broken UTF-8 don't reach the terminal. */
  shown("\x1b[31m\xff x", 8, 1,
        "a.toml:1:8: error: wrong\n"
        "    1 | \xef\xbf\xbd[31m\xef\xbf\xbd x\n"
        "      |        ^\n");
  /* At and behind the end of the line; CRLF. */
  shown("x =\r\ny", 4, 9,
        "a.toml:1:4: error: wrong\n"
        "    1 | x =\n"
        "      |    ^\n");
  shown("x", 40, 2,
        "a.toml:1:40: error: wrong\n"
        "    1 | x\n"
        "      |  ^\n");
  /* A byte order mark is no character. */
  shown("\xef\xbb\xbfx = 1", 4, 1,
        "a.toml:1:1: error: wrong\n"
        "    1 | x = 1\n"
        "      | ^\n");
}

static void long_lines(void **state) {
  (void)state;
  char line[400];
  for (int i = 0; i < 399; i++) line[i] = (char)('0' + i % 10);
  line[399] = 0;
  erg_source *s = text(line);
  for (int column = 1; column < 400; column += 7) {
    for (int length = 1; length < 300; length *= 5) {
      erg_problems p;
      erg_problems_init(&p);
      erg_error(&p, (erg_place){s, 1, column, length}, NULL, "wrong");
      char *out = printed(&p, false);
      char *shown_line = strchr(out, '\n') + 1, *caret_line = strchr(shown_line, '\n') + 1;
      /* Above the caret stands the digit of that column. */
      char *at = strchr(caret_line, '^');
      long columns = at - caret_line;
      char *c = shown_line;
      for (long i = 0; i < columns; i++) c += (unsigned char)*c == 0xe2 ? 3 : 1;
      assert_int_equal(*c, '0' + (column - 1) % 10);
      assert_true(caret_line - shown_line < 96 + 20);
      assert_true(strlen(caret_line) < 96 + 20);
      free(out);
      erg_problems_free(&p);
    }
  }
  erg_source_free(s);
}

static void whole_and_none(void **state) {
  (void)state;
  erg_source *s = text("");
  erg_problems p;
  erg_problems_init(&p);
  assert_false(erg_problems_any_error(&p));
  erg_warn(&p, erg_place_whole(s), NULL, "empty");
  assert_false(erg_problems_any_error(&p));
  assert_false(erg_error(&p, (erg_place){0}, "one\ntwo", "no\nbreak %d", 3));
  assert_true(erg_problems_any_error(&p));
  erg_error(&p, (erg_place){s, 7, 2, 1}, NULL, "no such line");
  assert_printed(&p,
                 "a.toml: warning: empty\n"
                 "error: no\xef\xbf\xbd"
                 "break 3\n"
                 "   next: one\n"
                 "         two\n"
                 "a.toml:7:2: error: no such line\n");
  char *bright = printed(&p, true);
  assert_non_null(strstr(bright, "\x1b[1;31merror"));
  free(bright);
  erg_problems_free(&p);
  erg_source_free(s);
}

static void places(void **state) {
  (void)state;
  erg_source *s = text("ab\ncd\n\nef");
  erg_place p = erg_place_at(s, 4, 1);
  assert_int_equal(p.line, 2);
  assert_int_equal(p.column, 2);
  p = erg_place_at(s, 7, 2);
  assert_int_equal(p.line, 4);
  assert_int_equal(p.column, 1);
  assert_int_equal(p.length, 2);
  p = erg_place_at(s, 999, 0);
  assert_int_equal(p.line, 4);
  assert_int_equal(p.column, 3);
  assert_int_equal(p.length, 1);
  p = erg_place_within(erg_place_at(s, 3, 2), 1, 1);
  assert_int_equal(p.column, 2);
  erg_source_free(s);
}

/* Many problems in one large file take linear time: this would run for minutes. */
static void many_problems(void **state) {
  (void)state;
  size_t n = 40000;
  char *line = malloc(100 * n + 1);
  for (size_t i = 0; i < n; i++) {
    memset(line + 100 * i, 'x', 99);
    line[100 * i + 99] = '\n';
  }
  line[100 * n] = 0;
  erg_source *s = erg_source_from_text("big", line, 100 * n);
  erg_problems p;
  erg_problems_init(&p);
  for (size_t i = 0; i < n; i++) erg_error(&p, (erg_place){s, (int)i + 1, 5, 1}, NULL, "x");
  char *out = printed(&p, false);
  assert_non_null(strstr(out, "big:40000:5: error: x"));
  free(out);
  erg_problems_free(&p);
  erg_source_free(s);
  free(line);
}

static void files(void **state) {
  (void)state;
  char folder[] = "/tmp/ergode-read-XXXXXX";
  assert_non_null(mkdtemp(folder));
  char path[64];
  snprintf(path, sizeof path, "%s/a", folder);
  FILE *f = fopen(path, "wb");
  fwrite("a\0b", 1, 3, f);
  fclose(f);
  erg_problems p;
  erg_problems_init(&p);
  erg_source *s = erg_source_read(path, &p);
  assert_non_null(s);
  assert_int_equal(s->length, 3);
  assert_memory_equal(s->text, "a\0b\0", 4);
  assert_string_equal(s->path, path);
  erg_source_free(s);

  assert_null(erg_source_read(folder, &p));
  assert_non_null(strstr(p.list[0].cause, "this is a folder"));
  assert_null(erg_source_read("/nowhere/x", &p));
  assert_non_null(strstr(p.list[1].cause, "/nowhere/x: no such file"));
  chmod(path, 0);
  if (geteuid() != 0) {
    assert_null(erg_source_read(path, &p));
    assert_non_null(strstr(p.list[2].cause, "no permission"));
  }
  /* Something of unknown length, read to its end. */
  s = erg_source_read("/proc/self/status", &p);
  if (s) assert_true(s->length > 100);
  erg_source_free(s);
  erg_problems_free(&p);
  unlink(path);
  /* A sparse file of 3 GiB is refused before it is read. */
  f = fopen(path, "wb");
  if (f && ftruncate(fileno(f), (off_t)3 << 30) == 0) {
    erg_problems_init(&p);
    assert_null(erg_source_read(path, &p));
    assert_non_null(strstr(p.list[0].cause, "larger than 2 GiB"));
    erg_problems_free(&p);
  }
  if (f) fclose(f);
  unlink(path);
  rmdir(folder);
}

static void nearest(void **state) {
  (void)state;
  static const char *const names[] = {"alpha", "beta", "mu_alpha", "N", "normal", NULL};
  assert_string_equal(erg_nearest("alhpa", names), "alpha");
  assert_string_equal(erg_nearest("bta", names), "beta");
  assert_string_equal(erg_nearest("n", names), "N");
  assert_string_equal(erg_nearest("Normal", names), "normal");
  assert_string_equal(erg_nearest("nromal", names), "normal");
  assert_null(erg_nearest("gamma", names));
  assert_null(erg_nearest("x", names));
  assert_null(erg_nearest("", names));
  char longest[300];
  memset(longest, 'a', 299);
  longest[299] = 0;
  assert_null(erg_nearest(longest, names));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(carets),         cmocka_unit_test(long_lines),
      cmocka_unit_test(whole_and_none), cmocka_unit_test(places),
      cmocka_unit_test(many_problems),  cmocka_unit_test(files),
      cmocka_unit_test(nearest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
