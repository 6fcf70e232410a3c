/* TOML as a tree with places, keys in the order of the file. The one reader of TOML;
 * toml++ does the parsing behind it (toml.cpp, the project's one C++ file). */
#ifndef ERGODE_READ_TOML_H
#define ERGODE_READ_TOML_H

#include <stdint.h>
#include "read/source.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  ERG_TOML_TABLE, ERG_TOML_ARRAY, ERG_TOML_STRING, ERG_TOML_INTEGER,
  ERG_TOML_REAL, ERG_TOML_BOOL, ERG_TOML_OTHER /* dates and times */
} erg_toml_kind;

typedef struct erg_toml erg_toml;
struct erg_toml {
  erg_toml_kind kind;
  erg_place place;      /* of the value; of a string its first character inside the
                         * quotes, see also `plain` and erg_toml_string_place */
  erg_place key_place;  /* of the key, for members of a table; inside its quotes */
  char *key;            /* for members of a table */
  erg_toml **items;     /* TABLE: members by position in the file; ARRAY: elements */
  int n_items;
  char *string;         /* UTF-8 without NUL bytes */
  bool plain;           /* STRING: one line without escapes, so that offsets within it
                         * are columns: erg_place_within(t->place, offset, length) */
  size_t start;         /* byte offset of the value in the source (a string's quote) */
  int64_t integer;      /* INTEGER and BOOL */
  double real;          /* REAL, and INTEGER converted */
};

/* The root table, or NULL with problems (syntax errors with their place). Files of at
 * most 4 MiB, keys of at most 16 parts, values nested at most 32 deep. Thread-safe. The
 * tree's places point to `source`, which must outlive it. */
erg_toml *erg_toml_parse(const erg_source *source, erg_problems *p);
void erg_toml_free(erg_toml *t);
/* Member by key, or NULL. */
const erg_toml *erg_toml_get(const erg_toml *table, const char *key);
/* The place of `length` bytes at byte `offset` of a string's value, also where escapes,
 * several lines or line continuations lie between the text and the value. Of anything
 * but a string: its own place. */
erg_place erg_toml_string_place(const erg_toml *t, size_t offset, size_t length);

#ifdef __cplusplus
}
#endif

#endif
