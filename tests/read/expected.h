/* Texts held against files: what is said about a file stands in FILE.expected. */
#ifndef ERGODE_TESTS_READ_EXPECTED_H
#define ERGODE_TESTS_READ_EXPECTED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>

#include "read/source.h"

static inline bool ends_with(const char *s, const char *end) {
  return strlen(s) >= strlen(end) && !strcmp(s + strlen(s) - strlen(end), end);
}

/* Holds say(path), which it frees, of every wanted file of a folder against what is expected;
 * at least `least` must be there. With ERGODE_UPDATE_EXPECTED=1 the expected texts are
 * written anew. */
static inline void hold_texts(const char *folder, bool (*wanted)(const char *name),
                              char *(*say)(const char *path), int least) {
  struct dirent **files;
  int n = scandir(folder, &files, NULL, alphasort), tried = 0, wrong = 0;
  assert_true(n > 0);
  for (int i = 0; i < n; i++) {
    const char *name = files[i]->d_name;
    char path[400], expected_path[420];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    snprintf(expected_path, sizeof expected_path, "%s.expected", path);
    if (wanted(name)) {
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
  assert_true(tried >= least);
}

#endif
