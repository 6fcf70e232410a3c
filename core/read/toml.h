/* TOML as a tree with places, keys in the order of the file. The one reader of TOML;
 * toml++ does the parsing behind it (toml.cpp, the project's one C++ file). */
#ifndef ERGODE_READ_TOML_H
#define ERGODE_READ_TOML_H

#include <stdint.h>
#include "read/source.h"

typedef enum {
  ERG_TOML_TABLE, ERG_TOML_ARRAY, ERG_TOML_STRING, ERG_TOML_INTEGER,
  ERG_TOML_REAL, ERG_TOML_BOOL, ERG_TOML_OTHER /* dates and times */
} erg_toml_kind;

typedef struct erg_toml erg_toml;
struct erg_toml {
  erg_toml_kind kind;
  erg_place place;      /* of the value; of a plain one-line string: its first character
                         * inside the quotes, so that offsets within it are columns */
  erg_place key_place;  /* of the key, for members of a table */
  char *key;            /* for members of a table */
  erg_toml **items;     /* TABLE: members by position in the file; ARRAY: elements */
  int n_items;
  char *string;
  int64_t integer;      /* INTEGER and BOOL */
  double real;          /* REAL, and INTEGER converted */
};

/* The root table, or NULL with problems (syntax errors with their place). */
erg_toml *erg_toml_parse(const erg_source *source, erg_problems *p);
void erg_toml_free(erg_toml *t);
/* Member by key, or NULL. */
const erg_toml *erg_toml_get(const erg_toml *table, const char *key);

#endif
