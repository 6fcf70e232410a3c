/* What the fuzz targets share: after each reading the problems are printed, since the
 * places must fit the text whatever it holds. */
#ifndef ERGODE_TESTS_FUZZ_H
#define ERGODE_TESTS_FUZZ_H

#include <stdint.h>
#include <stdlib.h>

#include "read/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* A target may have mutations of its own, of `data` in place, with room for `most` bytes. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
    __attribute__((weak));

static inline void require(bool condition) {
  if (!condition) abort();
}

static inline void finish(erg_problems *p, bool good) {
  char *text = NULL;
  size_t length;
  FILE *out = open_memstream(&text, &length);
  require(good != erg_problems_any_error(p));
  erg_problems_print(p, out, false);
  fclose(out);
  free(text);
  erg_problems_free(p);
}

#endif
