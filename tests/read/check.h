/* What the tests of readers share: cmocka, problems as text. */
#ifndef ERGODE_TESTS_READ_CHECK_H
#define ERGODE_TESTS_READ_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "read/source.h"

/* The problems as they would be printed; freed by the caller. Not inlined, since gcc 12
 * takes what open_memstream leaves in `text` for a dangling pointer. */
__attribute__((noinline, unused)) static char *printed(const erg_problems *p, bool colour) {
  char *text = NULL;
  size_t length;
  FILE *out = open_memstream(&text, &length);
  erg_problems_print(p, out, colour);
  fclose(out);
  return text;
}

static inline void assert_printed(const erg_problems *p, const char *expected) {
  char *text = printed(p, false);
  assert_string_equal(text, expected);
  free(text);
}

#endif
