#include "read/names.h"

#include <stdint.h>
#include <string.h>

#include "read/memory.h"

/* FNV-1a with a last mixing step, since the slots take the low bits. */
static uint64_t hash(const char *text, size_t length) {
  uint64_t h = 0xcbf29ce484222325u;
  for (size_t i = 0; i < length; i++) h = (h ^ (unsigned char)text[i]) * 0x100000001b3u;
  return h ^ h >> 32;
}

static void grow(erg_names *names) {
  size_t n = names->n_slots ? 2 * names->n_slots : 64;
  free(names->slots);
  names->slots = erg_alloc(n * sizeof *names->slots);
  names->n_slots = n;
  for (int i = 0; i < names->count; i++) {
    size_t slot = hash(names->list[i], strlen(names->list[i])) & (n - 1);
    while (names->slots[slot]) slot = (slot + 1) & (n - 1);
    names->slots[slot] = i + 1;
  }
}

int erg_names_add(erg_names *names, const char *text, size_t length, bool *found) {
  if (2 * (size_t)names->count >= names->n_slots) grow(names);
  size_t slot = hash(text, length) & (names->n_slots - 1);
  for (; names->slots[slot]; slot = (slot + 1) & (names->n_slots - 1)) {
    int i = names->slots[slot] - 1;
    if (strlen(names->list[i]) == length && !memcmp(names->list[i], text, length)) {
      *found = true;
      return i;
    }
  }
  *found = false;
  if (names->count == names->capacity) {
    names->capacity = names->capacity ? 2 * names->capacity : 16;
    names->list = erg_realloc(names->list, (size_t)names->capacity * sizeof *names->list);
  }
  names->list[names->count] = erg_copy(text, length);
  names->slots[slot] = ++names->count;
  return names->count - 1;
}

char **erg_names_take(erg_names *names) {
  char **list = names->list;
  free(names->slots);
  *names = (erg_names){0};
  return list;
}

void erg_names_free(erg_names *names) {
  for (int i = 0; i < names->count; i++) free(names->list[i]);
  free(names->list);
  free(names->slots);
  *names = (erg_names){0};
}
