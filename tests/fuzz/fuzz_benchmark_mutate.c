/* Documents with another value somewhere: edits of bytes hardly ever get past the JSON. */
#include "fuzz_benchmark.h"

#include <jansson.h>
#include <limits.h>
#include <string.h>

typedef struct {
  json_t *parent, *value;
  const char *key; /* NULL: of an array, at `index` */
  size_t index;
  long left;       /* values to pass by before the one that is sought */
} document_place;

static bool document_find(json_t *parent, document_place *at) {
  json_t *value;
  if (json_is_object(parent)) {
    const char *key;
    json_object_foreach(parent, key, value) {
      if (!at->left--) {
        *at = (document_place){parent, value, key, 0, 0};
        return true;
      }
      if (document_find(value, at)) return true;
    }
    return false;
  }
  size_t i;
  json_array_foreach(parent, i, value) {
    if (!at->left--) {
      *at = (document_place){parent, value, NULL, i, 0};
      return true;
    }
    if (document_find(value, at)) return true;
  }
  return false;
}

static bool document_pick(json_t *json, uint64_t random, document_place *at) {
  *at = (document_place){.left = LONG_MAX};
  document_find(json, at);
  long n = LONG_MAX - at->left;
  *at = (document_place){.left = n ? (long)(random % (uint64_t)n) : 0};
  return n && document_find(json, at);
}

static json_t *document_value(uint64_t random) {
  static const char *const values[] = {
      "null", "true", "false", "0", "-1", "1", "2", "0.5", "-0.0", "1e308", "-1e308", "1e-320",
      "2147483647", "2147483648", "-2147483648", "4294967295", "4294967296", "1000000000",
      "9223372036854775807", "-9223372036854775808", "\"\"", "\"valid\"", "\"cold\"",
      "\"%s%n\"", "\"<b>&'\\\"\\n|`\"", "\"../../a/b\"", "\"\\u00e9\\u2013\\ud83d\\ude00\"", "[]",
      "{}", "[[]]", "[null]"};
  enum { known = sizeof values / sizeof *values };
  uint64_t k = random % (known + 2);
  if (k < known) return json_loads(values[k], JSON_DECODE_ANY, NULL);
  char text[3000]; /* longer than any room, of one byte a letter or of two */
  for (size_t i = 0; i + 1 < sizeof text; i += 2) memcpy(text + i, k == known ? "ab" : "é", 2);
  text[sizeof text - 2] = 0;
  return json_string(text);
}

static void document_edit(json_t *json, uint64_t random) {
  document_place at, other;
  if (!document_pick(json, random >> 16, &at)) return;
  json_t *new = NULL;
  switch (random % 8) {
    case 0: /* take out */
      if (at.key) json_object_del(at.parent, at.key);
      else json_array_remove(at.parent, at.index);
      return;
    case 1: /* another place's */
      if (document_pick(json, random >> 8, &other)) new = json_deep_copy(other.value);
      break;
    case 2: { /* a list longer */
      json_t *list = json_is_array(at.value) ? at.value : at.parent;
      size_t n = json_array_size(list);
      for (uint64_t i = 0; n && i < 1 + (random >> 32) % 80; i++)
        json_array_append_new(list, json_deep_copy(json_array_get(list, i % n)));
      return;
    }
    default: new = document_value(random >> 40);
  }
  if (!new) return;
  if (at.key) json_object_set_new(at.parent, at.key, new);
  else json_array_set_new(at.parent, at.index, new);
}

/* libFuzzer's own; there is none where the corpus is only replayed. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most) __attribute__((weak));

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed) {
  uint64_t state = seed * 2862933555777941757u + 3037000493u;
  uint8_t *cut = memmem(data, size, FUZZ_OTHER, sizeof FUZZ_OTHER - 1);
  size_t first = cut ? (size_t)(cut - data) : size, rest = size - first;
  json_t *json = json_loadb((const char *)data, first, 0, NULL);
  if (!json || (LLVMFuzzerMutate && seed % 16 == 0)) {
    json_decref(json);
    return LLVMFuzzerMutate ? LLVMFuzzerMutate(data, size, most) : size;
  }
  for (unsigned edits = 1 + seed % 3; edits > 0; edits--) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    document_edit(json, state);
  }
  char *text = json_dumps(json, JSON_COMPACT);
  size_t n = text ? strlen(text) : most + 1;
  if (n + rest <= most) {
    memmove(data + n, data + first, rest);
    memcpy(data, text, n);
    size = n + rest;
  }
  free(text);
  json_decref(json);
  return size;
}
