#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lang/ast.h"

struct lang_block {
  struct lang_block *next;
};

#define BLOCK 16384
#define HEADER 16

void *lang_alloc(lang_arena *a, size_t bytes) {
  bytes = (bytes + 15) & ~(size_t)15;
  if (!a->blocks || a->used + bytes > a->size) {
    size_t size = bytes + HEADER > BLOCK ? bytes + HEADER : BLOCK;
    struct lang_block *b = malloc(size);
    if (!b) abort();
    b->next = a->blocks;
    a->blocks = b;
    a->size = size;
    a->used = HEADER;
  }
  void *p = (char *)a->blocks + a->used;
  a->used += bytes;
  return memset(p, 0, bytes);
}

char *lang_copy(lang_arena *a, const char *text, size_t length) {
  char *c = lang_alloc(a, length + 1);
  memcpy(c, text, length);
  return c;
}

char *lang_print(lang_arena *a, const char *format, ...) {
  va_list list, again;
  va_start(list, format);
  va_copy(again, list);
  int n = vsnprintf(NULL, 0, format, list);
  va_end(list);
  char *text = lang_alloc(a, (size_t)(n < 0 ? 0 : n) + 1);
  if (n > 0) vsnprintf(text, (size_t)n + 1, format, again);
  va_end(again);
  return text;
}

void lang_arena_free(lang_arena *a) {
  for (struct lang_block *b = a->blocks; b;) {
    struct lang_block *next = b->next;
    free(b);
    b = next;
  }
  *a = (lang_arena){0};
}
