/* The one writer of JSON: every `--json` output and result file goes through it.
 *
 *   erg_json *j = erg_json_open("result.json");
 *   erg_json_object(j, NULL);
 *   erg_json_string(j, "model", "radon");
 *   erg_json_reals(j, "mean", mean, n);
 *   erg_json_end(j);
 *   if (erg_json_close(j) != 0) ...
 *
 * Inside an object every call takes a key, inside an array NULL. The text is indented by
 * two spaces, UTF-8, and strict JSON: NaN and infinities become null, bytes that aren't
 * UTF-8 become U+FFFD. Real numbers are written with 15, 16 or 17 digits, the fewest that
 * read back as the same number. Not thread-safe. */
#ifndef ERGODE_READ_JSON_WRITE_H
#define ERGODE_READ_JSON_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct erg_json erg_json;

/* To a stream, which stays open after erg_json_close. */
erg_json *erg_json_to(FILE *out);
/* To a file: written as PATH.part and renamed when closed, so that PATH is always whole
 * (something that is no plain file, as /dev/stdout, is written directly, and "-" is standard
 * output). Never NULL: what
 * goes wrong is reported by erg_json_close. */
erg_json *erg_json_open(const char *path);
/* On one line, without indentation: for outputs with one document a line. */
void erg_json_compact(erg_json *j);
/* Closes what is still open, writes the last line break, flushes, frees. 0, or errno of
 * the first failure (ENOSPC for a full disk); then PATH is left as it was. */
int erg_json_close(erg_json *j);
/* Frees without finishing: PATH is left as it was. */
void erg_json_abandon(erg_json *j);

void erg_json_object(erg_json *j, const char *key);
void erg_json_array(erg_json *j, const char *key);
/* Ends the innermost object or array. */
void erg_json_end(erg_json *j);

/* NULL is written as null. */
void erg_json_string(erg_json *j, const char *key, const char *value);
void erg_json_int(erg_json *j, const char *key, int64_t value);
void erg_json_uint(erg_json *j, const char *key, uint64_t value);
void erg_json_real(erg_json *j, const char *key, double value);
void erg_json_bool(erg_json *j, const char *key, bool value);
void erg_json_null(erg_json *j, const char *key);
/* Lists on one line. */
void erg_json_reals(erg_json *j, const char *key, const double *values, size_t n);
void erg_json_ints(erg_json *j, const char *key, const int64_t *values, size_t n);
void erg_json_strings(erg_json *j, const char *key, const char *const *values, size_t n);

#endif
