#include "run/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void *must(void *p) {
  if (!p) {
    fputs("ergode: out of memory\n", stderr);
    abort();
  }
  return p;
}

char *run_text(const char *format, ...) {
  char *text = NULL;
  va_list args;
  va_start(args, format);
  int n = vasprintf(&text, format, args);
  va_end(args);
  return must(n < 0 ? NULL : text);
}

void run_append(char **text, const char *format, ...) {
  char *more = NULL;
  va_list args;
  va_start(args, format);
  int n = vasprintf(&more, format, args);
  va_end(args);
  char *both = run_text("%s%s", *text, (char *)must(n < 0 ? NULL : more));
  free(more);
  free(*text);
  *text = both;
}

void *run_alloc(size_t bytes) { return must(calloc(1, bytes ? bytes : 1)); }

void *run_grow(void *array, size_t bytes) { return must(realloc(array, bytes ? bytes : 1)); }

const char *run_bytes_text(double bytes, char out[static 32]) {
  static const char *const unit[] = {"B", "kB", "MB", "GB", "TB"};
  int u = 0;
  while (bytes >= 999.5 && u < 4) bytes /= 1000, u++;
  snprintf(out, 32, bytes < 10 && u ? "%.1f %s" : "%.0f %s", bytes, unit[u]);
  return out;
}
