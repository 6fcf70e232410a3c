/* Allocation for the readers: small structures whose failure nobody could go on from
 * end the program with a message; the large buffers are checked where they grow. */
#ifndef ERGODE_READ_MEMORY_H
#define ERGODE_READ_MEMORY_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline _Noreturn void erg_out_of_memory(void) {
  fputs("error: out of memory\n", stderr);
  exit(1);
}

static inline void *erg_realloc(void *old, size_t size) {
  void *new = realloc(old, size ? size : 1);
  if (!new) erg_out_of_memory();
  return new;
}

/* Zeroed. */
static inline void *erg_alloc(size_t size) {
  void *new = calloc(1, size ? size : 1);
  if (!new) erg_out_of_memory();
  return new;
}

/* A copy with a NUL behind it. */
static inline char *erg_copy(const char *text, size_t length) {
  char *copy = erg_alloc(length + 1);
  if (length) memcpy(copy, text, length);
  return copy;
}

#endif
