#include "read/json_write.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "read/dataset_internal.h"
#include "read/memory.h"
#include "read/number.h"
#include "read/whole_file.h"

enum { max_depth = 64 };

struct erg_json {
  FILE *out;
  erg_whole_file file; /* path NULL: the stream is the caller's */
  int error;
  bool compact;
  int depth;
  bool object[max_depth];
  bool filled[max_depth]; /* holds a member already */
};

static void put(erg_json *j, const char *text, size_t length) {
  if (j->error || length == 0) return;
  errno = 0;
  if (fwrite(text, 1, length, j->out) != length) j->error = errno ? errno : EIO;
}

static void puts_(erg_json *j, const char *text) { put(j, text, strlen(text)); }

erg_json *erg_json_to(FILE *out) {
  erg_json *j = erg_alloc(sizeof *j);
  j->out = out;
  return j;
}

erg_json *erg_json_open(const char *path) {
  erg_json *j = erg_alloc(sizeof *j);
  j->file = erg_whole_open(path);
  j->out = j->file.out;
  j->error = j->file.error;
  return j;
}

void erg_json_compact(erg_json *j) { j->compact = true; }

static void finish(erg_json *j) {
  if (j->file.path)
    j->error = erg_whole_close(&j->file, j->error);
  else if (j->out && fflush(j->out) != 0 && !j->error)
    j->error = errno;
}

int erg_json_close(erg_json *j) {
  if (!j) return 0;
  while (j->depth > 0) erg_json_end(j);
  puts_(j, "\n");
  finish(j);
  int error = j->error;
  free(j);
  return error;
}

void erg_json_abandon(erg_json *j) {
  if (!j) return;
  if (!j->error) j->error = ECANCELED;
  finish(j);
  free(j);
}

static void put_string(erg_json *j, const char *text) {
  puts_(j, "\"");
  const char *start = text, *s = text, *end = text + strlen(text);
  while (s < end) {
    unsigned char c = (unsigned char)*s;
    if (c >= 0x20 && c != '"' && c != '\\' && c < 0x7f) {
      s++;
      continue;
    }
    int bytes = c < 0x80 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    if (c >= 0x80 && bytes <= end - s && erg_is_utf8(s, s + bytes)) {
      s += bytes;
      continue;
    }
    put(j, start, (size_t)(s - start));
    char code[8];
    const char *names = "\"\\\b\f\n\r\t", *name = strchr(names, (char)c);
    if (c >= 0x80)
      puts_(j, "\xef\xbf\xbd");
    else if (name) {
      put(j, "\\", 1);
      put(j, &"\"\\bfnrt"[name - names], 1);
    } else {
      snprintf(code, sizeof code, "\\u%04x", c);
      puts_(j, code);
    }
    start = ++s;
  }
  put(j, start, (size_t)(end - start));
  puts_(j, "\"");
}

static void line_break(erg_json *j) {
  static const char blanks[2 * max_depth + 1] =
      "                                                                "
      "                                                                ";
  if (j->compact) return;
  put(j, "\n", 1);
  put(j, blanks, 2 * (size_t)j->depth);
}

/* What stands before a value: comma, line break, key. */
static void begin_value(erg_json *j, const char *key) {
  assert(j->depth == 0 || j->object[j->depth - 1] == (key != NULL));
  if (j->depth == 0) return;
  if (j->filled[j->depth - 1]) puts_(j, j->compact ? ", " : ",");
  j->filled[j->depth - 1] = true;
  line_break(j);
  if (key) {
    put_string(j, key);
    puts_(j, ": ");
  }
}

static void begin(erg_json *j, const char *key, bool object) {
  begin_value(j, key);
  assert(j->depth < max_depth);
  puts_(j, object ? "{" : "[");
  j->object[j->depth] = object;
  j->filled[j->depth++] = false;
}

void erg_json_object(erg_json *j, const char *key) { begin(j, key, true); }
void erg_json_array(erg_json *j, const char *key) { begin(j, key, false); }

void erg_json_end(erg_json *j) {
  assert(j->depth > 0);
  j->depth--;
  if (j->filled[j->depth]) line_break(j);
  puts_(j, j->object[j->depth] ? "}" : "]");
}

static void put_real(erg_json *j, double value) {
  char text[32];
  if (!isfinite(value))
    puts_(j, "null");
  else
    put(j, text, (size_t)erg_number_write(text, value));
}

static void put_int(erg_json *j, int64_t value) {
  char text[32];
  put(j, text, (size_t)snprintf(text, sizeof text, "%lld", (long long)value));
}

void erg_json_string(erg_json *j, const char *key, const char *value) {
  begin_value(j, key);
  if (value)
    put_string(j, value);
  else
    puts_(j, "null");
}

void erg_json_int(erg_json *j, const char *key, int64_t value) {
  begin_value(j, key);
  put_int(j, value);
}

void erg_json_uint(erg_json *j, const char *key, uint64_t value) {
  char text[32];
  begin_value(j, key);
  put(j, text, (size_t)snprintf(text, sizeof text, "%llu", (unsigned long long)value));
}

void erg_json_real(erg_json *j, const char *key, double value) {
  begin_value(j, key);
  put_real(j, value);
}

void erg_json_bool(erg_json *j, const char *key, bool value) {
  begin_value(j, key);
  puts_(j, value ? "true" : "false");
}

void erg_json_null(erg_json *j, const char *key) {
  begin_value(j, key);
  puts_(j, "null");
}

void erg_json_reals(erg_json *j, const char *key, const double *values, size_t n) {
  begin_value(j, key);
  puts_(j, "[");
  for (size_t i = 0; i < n; i++) {
    if (i) puts_(j, ", ");
    put_real(j, values[i]);
  }
  puts_(j, "]");
}

void erg_json_ints(erg_json *j, const char *key, const int64_t *values, size_t n) {
  begin_value(j, key);
  puts_(j, "[");
  for (size_t i = 0; i < n; i++) {
    if (i) puts_(j, ", ");
    put_int(j, values[i]);
  }
  puts_(j, "]");
}

void erg_json_strings(erg_json *j, const char *key, const char *const *values, size_t n) {
  begin_value(j, key);
  puts_(j, "[");
  for (size_t i = 0; i < n; i++) {
    if (i) puts_(j, ", ");
    if (values[i])
      put_string(j, values[i]);
    else
      puts_(j, "null");
  }
  puts_(j, "]");
}
