/* replay KIND FOLDER...: every file KIND_* or *.KIND of the folders, and fixed mutations
 * of it, through the fuzz target. The same inputs on every machine and in every run. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"

static uint64_t random_state;
static uint64_t random_bits(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state;
}

#ifndef MUTATIONS
#define MUTATIONS 1500
#endif
enum { mutations = MUTATIONS, room = 512 };

static void mutate(const uint8_t *data, size_t size) {
  static const char tokens[][8] = {"[",    "]", "{", "}",  ",",      "\"",   "\\u00", "\n",
                                   "NaN",  "-", ".", "e9", "'",      "\"\"", "null",  "\t",
                                   "\r\n", "=", "#", ";",  "[[1],[", "0",    "1e400", " "};
  uint8_t *copy = malloc(size + room);
  random_state = 88172645463325252u ^ size;
  for (int i = 0; i < mutations; i++) {
    size_t n = size;
    memcpy(copy, data, n);
    for (uint64_t edits = 1 + random_bits() % 4; edits > 0; edits--) {
      size_t at = n ? random_bits() % n : 0;
      const char *token = tokens[random_bits() % (sizeof tokens / sizeof *tokens)];
      size_t length = strlen(token);
      switch (random_bits() % 5) {
        case 0: /* another byte */
          if (n) copy[at] = (uint8_t)random_bits();
          break;
        case 1: /* cut off */
          n = at;
          break;
        case 2: /* take out */
          if (n) memmove(copy + at, copy + at + 1, --n - at);
          break;
        case 3: /* put in */
          if (n + length > size + room) break;
          memmove(copy + at + length, copy + at, n - at);
          memcpy(copy + at, token, length);
          n += length;
          break;
        default: { /* repeat a stretch */
          size_t stretch = n - at < 16 ? n - at : 16;
          if (n + stretch > size + room) break;
          memmove(copy + at + stretch, copy + at, n - at);
          n += stretch;
        }
      }
    }
    LLVMFuzzerTestOneInput(copy, n);
  }
  free(copy);
}

/* The target's own mutations. */
static void mutate_by_target(const uint8_t *data, size_t size) {
  size_t most = 2 * size + 65536;
  uint8_t *copy = malloc(most);
  for (int i = 0; i < mutations; i++) {
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, LLVMFuzzerCustomMutator(copy, size, most, (unsigned)i));
  }
  free(copy);
}

int main(int argc, char **argv) {
  int tried = 0;
  for (int i = 2; i < argc; i++) {
    struct dirent **files;
    int n = scandir(argv[i], &files, NULL, alphasort);
    for (int j = 0; j < n; j++) {
      const char *dot = strrchr(files[j]->d_name, '.');
      if (dot && !strcmp(dot + 1, argv[1])) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", argv[i], files[j]->d_name);
        erg_problems p;
        erg_problems_init(&p);
        erg_source *s = erg_source_read(path, &p);
        erg_problems_free(&p);
        if (s) {
          LLVMFuzzerTestOneInput((const uint8_t *)s->text, s->length);
          mutate((const uint8_t *)s->text, s->length);
          if (LLVMFuzzerCustomMutator) mutate_by_target((const uint8_t *)s->text, s->length);
          tried++;
        }
        erg_source_free(s);
      }
      free(files[j]);
    }
    if (n >= 0) free(files);
  }
  printf("%d files of kind %s\n", tried, argc > 1 ? argv[1] : "");
  return tried > 5 ? 0 : 1;
}
