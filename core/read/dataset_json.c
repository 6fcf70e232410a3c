/* CmdStan's JSON into arrays, one pass over the text and no tree (docs/adr/0010). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "read/dataset_internal.h"
#include "read/memory.h"
#include "read/number.h"

enum { max_depth = 512 }; /* of entries that are left out */

typedef struct {
  const char *text, *s, *end; /* *end is a NUL */
  erg_lines lines;
  erg_dataset *dataset;
  erg_problems *problems;
} reader;

static erg_place place_of(reader *r, const char *from, const char *to) {
  return erg_lines_place(&r->lines, (size_t)(from - r->text), (size_t)(to - r->text));
}

#define FAIL(r, from, to, next, ...) \
  erg_error((r)->problems, place_of(r, from, to), next, __VA_ARGS__)

static inline const char *skip_space(const char *s) {
  while (*s == ' ' || *s == '\n' || *s == '\r' || *s == '\t') s++;
  return s;
}

/* ---- strings ---- */

static int hex4(const char *s) {
  int v = 0;
  for (int i = 0; i < 4; i++) {
    char c = s[i];
    int d = c >= '0' && c <= '9'   ? c - '0'
            : c >= 'a' && c <= 'f' ? c - 'a' + 10
            : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                   : -1;
    if (d < 0) return -1;
    v = 16 * v + d;
  }
  return v;
}

static char *put_utf8(char *out, long c) {
  if (c < 0x80) {
    *out++ = (char)c;
  } else if (c < 0x800) {
    *out++ = (char)(0xc0 | c >> 6);
    *out++ = (char)(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    *out++ = (char)(0xe0 | c >> 12);
    *out++ = (char)(0x80 | (c >> 6 & 0x3f));
    *out++ = (char)(0x80 | (c & 0x3f));
  } else {
    *out++ = (char)(0xf0 | c >> 18);
    *out++ = (char)(0x80 | (c >> 12 & 0x3f));
    *out++ = (char)(0x80 | (c >> 6 & 0x3f));
    *out++ = (char)(0x80 | (c & 0x3f));
  }
  return out;
}

/* The end of the string that starts at r->s with its quote, checked: the byte behind the
 * closing quote, or NULL with a problem. */
static const char *string_end(reader *r, bool *escaped) {
  const char *start = r->s, *s = start + 1;
  *escaped = false;
  for (;; s++) {
    if (*s == '"') break;
    if ((unsigned char)*s < 0x20) {
      if (s >= r->end || *s == '\n')
        FAIL(r, start, s, "close it with a quote on the same line", "a text is not closed");
      else
        FAIL(r, s, s + 1, "write it as \\u00XX", "a control character stands in a text");
      return NULL;
    }
    if (*s == '\\') {
      *escaped = true;
      s++;
      int code = *s == 'u' ? hex4(s + 1) : 0;
      if ((*s == 'u' && code < 0) || *s == 0 || !strchr("\"\\/bfnrtu", *s)) {
        FAIL(r, s - 1, s + 1, "write \\\\ for a backslash", "not an escape of JSON");
        return NULL;
      }
      if (*s == 'u' && code == 0) {
        FAIL(r, s - 1, s + 5, "take it out", "a text holds a NUL character");
        return NULL;
      }
      if (code >= 0xd800 && code < 0xe000) {
        int low = code < 0xdc00 && s[5] == '\\' && s[6] == 'u' ? hex4(s + 7) : -1;
        if (low < 0xdc00 || low > 0xdfff) {
          FAIL(r, s - 1, s + 5, NULL, "half of a surrogate pair stands alone");
          return NULL;
        }
        s += 6;
      }
      if (*s == 'u') s += 4;
    }
  }
  if (!erg_is_utf8(start + 1, s)) {
    FAIL(r, start, s + 1, "save the file as UTF-8 text", "a text is not UTF-8");
    return NULL;
  }
  return s + 1;
}

/* The value of a string from..to (both quotes included), already checked. */
static char *string_value(const char *from, const char *to, size_t *length) {
  char *value = erg_alloc((size_t)(to - from)), *out = value;
  for (const char *s = from + 1; s < to - 1; s++) {
    if (*s != '\\') {
      *out++ = *s;
      continue;
    }
    static const char names[] = "\"\\/bfnrt", meaning[] = "\"\\/\b\f\n\r\t";
    s++;
    if (*s == 'u') {
      long c = hex4(s + 1);
      s += 4;
      if (c >= 0xd800 && c < 0xdc00) {
        c = 0x10000 + ((c - 0xd800) << 10) + (hex4(s + 3) - 0xdc00);
        s += 6;
      }
      out = put_utf8(out, c);
    } else {
      *out++ = meaning[strchr(names, *s) - names];
    }
  }
  *length = (size_t)(out - value);
  return value;
}

/* ---- values ---- */

typedef struct {
  erg_array *a;
  int64_t capacity;
  int depth;                    /* of the list that is being read */
  int64_t counts[ERG_MAX_RANK]; /* elements so far, a level */
  const char *open[ERG_MAX_RANK];
  bool ranked;     /* a->rank is known */
  bool as_text;    /* the list is one of texts */
  bool only_texts; /* so far */
  erg_names labels;
} list_state;

static bool make_room(reader *r, list_state *l) {
  if (l->a->n < l->capacity) return true;
  int64_t capacity = l->capacity ? 2 * l->capacity : 16;
  double *larger = realloc(l->a->values, (size_t)capacity * sizeof(double));
  if (!larger)
    return erg_error(r->problems, l->a->place, NULL, "not enough memory for '%s'", l->a->name);
  l->a->values = larger;
  l->capacity = capacity;
  return true;
}

/* "y", "y[3]", "row 3 of X", "K[2, 3]": the list that is being read. */
static const char *describe(const list_state *l, int depth, char *out, size_t size) {
  if (depth <= 1) {
    snprintf(out, size, "%.60s", l->a->name);
  } else if (depth == 2) {
    snprintf(out, size, "row %lld of %.60s", (long long)l->counts[0] + 1, l->a->name);
  } else {
    size_t n = (size_t)snprintf(out, size, "%.60s[", l->a->name);
    for (int i = 0; i < depth - 1 && n < size; i++)
      n += (size_t)snprintf(out + n, size - n, "%s%lld", i ? ", " : "",
                            (long long)l->counts[i] + 1);
    if (n < size) snprintf(out + n, size - n, "]");
  }
  return out;
}

/* The end of whatever stands at s where a value should, for underlining. */
static const char *word_end(const reader *r, const char *s) {
  const char *t = s;
  while (t < r->end && *t && !strchr(",]}[{ \t\r\n\"", *t)) t++;
  return t > s ? t : s + 1;
}

static bool not_a_number(reader *r, const char *s, const char *name) {
  const char *to = word_end(r, s);
  const char *next = "write a number; NaN, Infinity and -Infinity are allowed";
  if (to < r->end && *to == 0)
    return FAIL(r, to, to + 1, "take it out", "a NUL byte stands in '%.60s'", name);
  if (s >= r->end)
    return FAIL(r, s, s + 1, "the file is cut off; write it again",
                "the file ends in the middle of '%.60s'", name);
  if (*s == ']' || *s == '}' || *s == ',')
    return FAIL(r, s, s + 1,
                *s == ',' ? "leave out rows with missing values" : "take the last comma out",
                "a value is missing in '%.60s'", name);
  if (!strncmp(s, "null", 4)) next = "leave out rows with missing values";
  if (*s == '{') next = "data are numbers and lists of numbers";
  if (*s == '.' || *s == '+' || *s == '0' || *s == '-')
    next = "JSON writes 0.5, not .5, 5. or +5, and no leading zeros";
  return FAIL(r, s, to, next, "'%.*s' is not a number, in '%.60s'",
              to - s > 40 ? 40 : (int)(to - s), s, name);
}

/* One number, name of a number or text at r->s. */
static bool read_scalar(reader *r, list_state *l) {
  erg_array *a = l->a;
  const char *s = r->s, *to;
  if (!make_room(r, l)) return false;
  double *value = &a->values[a->n];
  bool integer;
  if ((to = erg_number_read(s, false, value, &integer))) {
    a->integer &= integer;
    l->only_texts = false;
  } else if (*s == '"') {
    bool escaped;
    if (!(to = string_end(r, &escaped))) return false;
    int length = to - s - 2 < 20 ? (int)(to - s - 2) : 20;
    bool special = erg_number_special(s + 1, length, value) ||
                   (length == 2 && !memcmp(s + 1, "NA", 2) && (*value = NAN, true));
    if (l->as_text) {
      size_t bytes;
      bool found;
      char *text = string_value(s, to, &bytes);
      *value = 1 + erg_names_add(&l->labels, text, bytes, &found);
      free(text);
      if (a->text_place.line == 0) a->text_place = place_of(r, s + 1, to - 1);
    } else if (!special) {
      if (l->only_texts && l->depth <= 1) {
        l->as_text = true; /* the caller starts again */
        return true;
      }
      return FAIL(r, s, to, "write a number; \"NaN\", \"+inf\" and \"-inf\" are allowed",
                  "text where a number belongs, in '%.60s'", a->name);
    }
    a->integer = false;
  } else {
    bool minus = *s == '-';
    const char *word = s + (minus || *s == '+');
    to = word;
    while ((*to >= 'a' && *to <= 'z') || (*to >= 'A' && *to <= 'Z')) to++;
    int length = to - s < 20 ? (int)(to - s) : 20;
    if (length == 4 && !memcmp(s, "true", 4))
      *value = 1;
    else if (length == 5 && !memcmp(s, "false", 5))
      *value = 0;
    else if (erg_number_special(s, length, value))
      a->integer = false;
    else
      return not_a_number(r, s, a->name);
    l->only_texts = false;
  }
  if (l->as_text && *s != '"')
    return FAIL(r, s, to, "write either texts or numbers",
                "a number stands among the texts of '%.60s'", a->name);
  /* What follows decides whether the number ended where it should: 1.2.3, 0x10, 007. */
  if (*to != ',' && *to != ']' && *to != '}' && *to != ' ' && *to != '\n' && *to != '\r' &&
      *to != '\t' && to < r->end) {
    if (*s == '"') return FAIL(r, to, to + 1, "write a comma", "a comma is missing");
    return not_a_number(r, s, a->name);
  }
  a->n++;
  r->s = to;
  return true;
}

static bool open_list(reader *r, list_state *l) {
  const char *s = r->s;
  if (l->as_text && l->depth >= 1)
    return FAIL(r, s, s + 1, "data of texts are plain lists",
                "a list stands among texts, in '%.60s'", l->a->name);
  if (l->depth == ERG_MAX_RANK)
    return FAIL(r, s, s + 1, NULL, "'%.60s' has more than %d dimensions", l->a->name,
                ERG_MAX_RANK);
  if (l->ranked && l->depth >= l->a->rank)
    return FAIL(r, s, s + 1, "every row must have the same shape",
                "a list stands where a number belongs, in '%.60s'", l->a->name);
  l->open[l->depth] = s;
  l->counts[l->depth++] = 0;
  r->s = skip_space(s + 1);
  return true;
}

static bool close_list(reader *r, list_state *l) {
  erg_array *a = l->a;
  int level = l->depth - 1;
  if (!l->ranked) { /* only empty lists so far */
    l->ranked = true;
    a->rank = l->depth;
  } else if (l->counts[level] == 0 && l->depth < a->rank && a->shape[level] != 0) {
    return FAIL(r, l->open[level], r->s + 1, "every row must have the same shape",
                "an empty list stands where rows belong, in '%.60s'", a->name);
  }
  if (a->shape[level] < 0) a->shape[level] = l->counts[level];
  if (a->shape[level] != l->counts[level]) {
    char text[128];
    return FAIL(r, l->open[level], r->s + 1, "every row must have as many values as the first",
                "%s has %lld value%s, expected %lld", describe(l, l->depth, text, sizeof text),
                (long long)l->counts[level], l->counts[level] == 1 ? "" : "s",
                (long long)a->shape[level]);
  }
  l->depth--;
  r->s++;
  return true;
}

/* The value at r->s, a scalar or a list. */
static bool read_lists(reader *r, list_state *l) {
  erg_array *a = l->a;
  for (int i = 0; i < ERG_MAX_RANK; i++) a->shape[i] = -1;
  a->integer = true;
  a->n = 0;
  l->depth = 0;
  l->ranked = false;
  l->only_texts = true;
  for (;;) {
    char c = *r->s;
    if (c == '[') {
      if (!open_list(r, l)) return false;
      if (*r->s != ']') continue;
    } else if (c == ']') {
      return not_a_number(r, r->s, a->name);
    } else {
      if (l->ranked && l->depth != a->rank)
        return FAIL(r, r->s, word_end(r, r->s), "every row must have the same shape",
                    "a value stands where a list belongs, in '%.60s'", a->name);
      if (!l->ranked) {
        l->ranked = true;
        a->rank = l->depth;
      }
      bool before = l->as_text;
      if (!read_scalar(r, l) || l->as_text != before) return !before && l->as_text;
      if (l->depth == 0) return true;
      l->counts[l->depth - 1]++;
    }
    /* Behind an element, or before the end of an empty list. */
    r->s = skip_space(r->s);
    while (*r->s == ']' && l->depth > 0) {
      if (!close_list(r, l)) return false;
      if (l->depth == 0) return true;
      l->counts[l->depth - 1]++;
      r->s = skip_space(r->s);
    }
    if (*r->s != ',') {
      if (r->s >= r->end) return not_a_number(r, r->s, a->name);
      return FAIL(r, r->s, r->s + 1, "separate values by commas and close lists with ]",
                  "expected a comma or ] in '%.60s'", a->name);
    }
    r->s = skip_space(r->s + 1);
  }
}

static bool read_value(reader *r, erg_array *a) {
  list_state l = {.a = a};
  const char *start = r->s;
  a->start = (size_t)(start - r->text);
  bool good = read_lists(r, &l);
  if (good && l.as_text) { /* it turned out to be texts: once more */
    r->s = start;
    good = read_lists(r, &l);
    a->n_labels = l.labels.count;
    a->labels = erg_names_take(&l.labels);
  }
  erg_names_free(&l.labels);
  if (!good) return false;
  a->empty = a->n == 0;
  for (int i = 0; i < ERG_MAX_RANK; i++)
    if (i >= a->rank || a->shape[i] < 0) a->shape[i] = 0;
  if (a->empty) a->integer = true;
  double *fitted = realloc(a->values, (size_t)(a->n ? a->n : 1) * sizeof(double));
  if (fitted) a->values = fitted;
  return true;
}

/* Steps over any value at r->s. */
static bool skip_value(reader *r, const char *name) {
  bool object[max_depth], escaped;
  int depth = 0;
  const char *start = r->s;
  for (bool key = false;;) { /* key: a member's name comes next */
    r->s = skip_space(r->s);
    const char *s = r->s;
    if (s >= r->end)
      return FAIL(r, start, start + 1, "the file is cut off; write it again",
                  "'%.60s' is not closed", name);
    if (key && *s != '"' && *s != '}')
      return FAIL(r, s, s + 1, "write \"name\": value", "expected a name in quotes");
    if (*s == '{' || *s == '[') {
      if (depth == max_depth)
        return FAIL(r, s, s + 1, NULL, "'%.60s' is nested more than %d deep", name, max_depth);
      object[depth++] = *s == '{';
      key = *s == '{';
      r->s = skip_space(s + 1);
      if (*r->s != (key ? '}' : ']')) continue;
    } else if (*s == '"') {
      if (!(r->s = string_end(r, &escaped))) {
        r->s = s;
        return false;
      }
      if (key) {
        r->s = skip_space(r->s);
        if (*r->s != ':')
          return FAIL(r, r->s, r->s + 1, "write \"name\": value", "expected a colon");
        r->s++;
        key = false;
        continue;
      }
    } else {
      const char *to = word_end(r, s);
      double value;
      bool integer;
      const char *stop = erg_number_read(s, false, &value, &integer);
      int length = (int)(to - s);
      if (stop != to && !(length == 4 && !memcmp(s, "null", 4)) &&
          !(length == 4 && !memcmp(s, "true", 4)) && !(length == 5 && !memcmp(s, "false", 5)) &&
          !erg_number_special(s, length, &value))
        return not_a_number(r, s, name);
      r->s = to;
    }
    for (;;) {
      if (depth == 0) return true;
      r->s = skip_space(r->s);
      if (*r->s != (object[depth - 1] ? '}' : ']')) break;
      depth--;
      r->s++;
    }
    if (*r->s != ',')
      return FAIL(r, r->s, r->s + 1, "separate values by commas",
                  "expected a comma or a closing bracket in '%.60s'", name);
    r->s++;
    key = object[depth - 1];
    if (key && *skip_space(r->s) == '}') {
      r->s = skip_space(r->s);
      return FAIL(r, r->s, r->s + 1, "take the last comma out", "expected a name in quotes");
    }
  }
}

static bool read_entry(reader *r, erg_names *names) {
  if (*r->s != '"')
    return FAIL(
        r, r->s, word_end(r, r->s),
        *r->s == '}' ? "take the last comma out" : "write \"name\": value",
        r->s >= r->end ? "the file ends before its last }" : "expected a name in quotes");
  const char *key = r->s;
  bool escaped, found;
  const char *to = string_end(r, &escaped);
  if (!to) return false;
  erg_place place = place_of(r, key + 1, to - 1);
  size_t length;
  char *name = string_value(key, to, &length);
  erg_names_add(names, name, length, &found);
  if (found) {
    FAIL(r, key + 1, to - 1, "keep one of the two", "'%.60s' stands twice in the data", name);
    free(name);
    return false;
  }
  r->s = skip_space(to);
  if (*r->s != ':') {
    FAIL(r, r->s, r->s + 1, "write \"name\": value", "expected a colon behind '%.60s'", name);
    free(name);
    return false;
  }
  r->s = skip_space(r->s + 1);
  if (*r->s == '{' || !strncmp(r->s, "null", 4)) {
    bool good = skip_value(r, name);
    if (good)
      erg_warn(r->problems, place, NULL, "'%.60s' is %s, which no model can use; left out",
               name, place.source->text[r->s - r->text - 1] == '}' ? "an object" : "null");
    free(name);
    return good;
  }
  erg_array *a = erg_dataset_append(r->dataset);
  a->name = name;
  a->place = place;
  return read_value(r, a);
}

bool erg_dataset_read_json(erg_dataset *d, erg_problems *p) {
  const erg_source *source = d->source;
  reader r = {.text = source->text,
              .s = source->text,
              .end = source->text + source->length,
              .lines = {.source = source},
              .dataset = d,
              .problems = p};
  if (source->length >= 3 && !memcmp(r.s, "\xef\xbb\xbf", 3)) r.s += 3;
  r.s = skip_space(r.s);
  if (*r.s != '{') {
    if (r.s >= r.end)
      return erg_error(p, erg_place_whole(source), "write { \"name\": value, ... }",
                       "the file is empty");
    return FAIL(&r, r.s, r.s + 1, "write { \"name\": value, ... }",
                "the data are not one JSON object");
  }
  r.s = skip_space(r.s + 1);
  erg_names names = {0};
  bool good = true;
  if (*r.s == '}') {
    r.s++;
  } else {
    for (;;) {
      if (!(good = read_entry(&r, &names))) break;
      r.s = skip_space(r.s);
      if (*r.s == '}') {
        r.s++;
        break;
      }
      if (*r.s != ',') {
        good = r.s >= r.end ? FAIL(&r, r.s, r.s + 1, "the file is cut off; write it again",
                                   "the file ends before its last }")
                            : FAIL(&r, r.s, r.s + 1, "write a comma between two entries",
                                   "expected a comma or }");
        break;
      }
      r.s = skip_space(r.s + 1);
    }
  }
  erg_names_free(&names);
  if (!good) return false;
  r.s = skip_space(r.s);
  if (r.s < r.end)
    return FAIL(&r, r.s, r.s + 1, "one object makes the whole file",
                "there is something behind the last }");
  return true;
}

/* The text has been read once, so it is well formed. */
void erg_json_element(const erg_array *a, int64_t element, size_t *from, size_t *to) {
  const char *text = a->place.source->text, *s = text + a->start, *t;
  for (;;) {
    while (*s == '[' || *s == ']' || *s == ',' || *s == ' ' || *s == '\n' || *s == '\r' ||
           *s == '\t')
      s++;
    t = s;
    if (*t == '"') {
      for (t++; *t && *t != '"'; t++)
        if (*t == '\\' && t[1]) t++;
      if (*t) t++;
    } else {
      while (*t && *t != ',' && *t != ']' && *t != '}' && *t != ' ' && *t != '\n' &&
             *t != '\r' && *t != '\t')
        t++;
    }
    if (element-- == 0 || !*t) break;
    s = t;
  }
  *from = (size_t)(s - text);
  *to = (size_t)(t - text);
}
