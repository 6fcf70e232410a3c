/* INI files: presets (configs/) and plug-in manifests. inih does the parsing.
 *
 *   ; a comment; also behind a value, after a space
 *   [bench]
 *   chains = 4
 *   workloads = hierarchical_normal, logistic_regression,
 *     gaussian_process          <- an indented line continues the value
 *
 * Lines of at most 198 bytes, UTF-8; names of sections and keys of at most 48. */
#ifndef ERGODE_READ_INI_H
#define ERGODE_READ_INI_H

#include <stdint.h>
#include "read/source.h"

typedef struct {
  char *section;        /* "" before the first header */
  char *key;
  char *value;          /* continued lines joined by one space; may be empty */
  erg_place key_place;
  erg_place place;      /* of the value's first line */
} erg_ini_entry;

typedef struct {
  char *name;
  erg_place place;
} erg_ini_section;

typedef struct {
  erg_source *source;          /* owned; places point to it */
  erg_ini_entry *entries;      /* in the order of the file */
  int count;
  erg_ini_section *sections;   /* headers, also of empty sections */
  int n_sections;
} erg_ini;

/* NULL with problems: no such file, no `=`, a key twice in a section, lines too long. */
erg_ini *erg_ini_read(const char *path, erg_problems *p);
/* From text in memory. Takes the source; after a failure `p` owns it. */
erg_ini *erg_ini_parse(erg_source *source, erg_problems *p);
void erg_ini_free(erg_ini *ini);
/* Frees it; after problems (`good` false) its source goes to `p`, whose places point into it. */
void erg_ini_end(erg_ini *ini, bool good, erg_problems *p);

/* NULL if there is none. */
const erg_ini_entry *erg_ini_get(const erg_ini *ini, const char *section, const char *key);
/* The value, or `fallback`. */
const char *erg_ini_text(const erg_ini *ini, const char *section, const char *key,
                         const char *fallback);

/* Typed values. Without an entry *value stays as it is and the answer is true; a value
 * of another type, or outside min..max, is a problem and the answer false. Integers may
 * be written 1_000 or 1e6; bool is true/false, yes/no, on/off, 1/0. */
bool erg_ini_int(const erg_ini *ini, const char *section, const char *key, int64_t min,
                 int64_t max, int64_t *value, erg_problems *p);
bool erg_ini_real(const erg_ini *ini, const char *section, const char *key, double min,
                  double max, double *value, erg_problems *p);
bool erg_ini_bool(const erg_ini *ini, const char *section, const char *key, bool *value,
                  erg_problems *p);
/* The parts between commas, trimmed; empty parts left out. NULL if there is no entry;
 * else a NULL-terminated list in one block, freed by free(). */
char **erg_ini_list(const erg_ini *ini, const char *section, const char *key, int *count);

/* Every key of the section, and every section, must be one of `known` (NULL-terminated):
 * else a problem for each with the nearest known name. */
bool erg_ini_check_keys(const erg_ini *ini, const char *section, const char *const *known,
                        erg_problems *p);
bool erg_ini_check_sections(const erg_ini *ini, const char *const *known, erg_problems *p);

#endif
