/* CSV into arrays, one a column: numbers in one pass; columns with texts are read a
 * second time for their labels. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "read/dataset_internal.h"
#include "read/memory.h"
#include "read/number.h"

typedef struct {
  const char *from, *to; /* the cell's text without outer quotes */
  const char *next;      /* behind the comma or line break; NULL: a quote is not closed */
  bool quoted, escaped;  /* escaped: "" stands for " */
  bool last;             /* of its row */
  bool stray;            /* something stands behind the closing quote */
} cell;

static cell read_cell(const char *s, const char *end) {
  cell c = {0};
  const char *blank = s;
  while (blank < end && (*blank == ' ' || *blank == '\t')) blank++;
  if (blank < end && *blank == '"') {
    c.quoted = true;
    c.from = s = blank + 1;
    for (;;) {
      s = memchr(s, '"', (size_t)(end - s));
      if (!s) return c;
      if (s + 1 >= end || s[1] != '"') break;
      c.escaped = true;
      s += 2;
    }
    c.to = s++;
    while (s < end && (*s == ' ' || *s == '\t')) s++;
    c.stray =
        s < end && *s != ',' && *s != '\n' && !(*s == '\r' && (s + 1 == end || s[1] == '\n'));
  } else {
    c.from = s;
  }
  while (s < end && *s != ',' && *s != '\n') s++;
  if (!c.quoted) {
    c.to = s;
    if (c.to > c.from && c.to[-1] == '\r' && (s == end || *s == '\n')) c.to--;
    while (c.to > c.from && (c.to[-1] == ' ' || c.to[-1] == '\t')) c.to--;
    while (c.from < c.to && (*c.from == ' ' || *c.from == '\t')) c.from++;
  }
  c.last = s >= end || *s == '\n';
  c.next = s < end ? s + 1 : end;
  return c;
}

typedef struct {
  const char *text, *end;
  erg_lines lines;
  erg_dataset *dataset;
  erg_problems *problems;
  int first;     /* index of the first column's array */
  int columns;   /* of the file */
  int *array_of; /* the array of each column, or -1: a column without a name */
  int64_t rows, capacity;
} reader;

static erg_place place_of(reader *r, const char *from, const char *to) {
  return erg_lines_place(&r->lines, (size_t)(from - r->text), (size_t)(to - r->text));
}

#define FAIL(r, from, to, next, ...) \
  erg_error((r)->problems, place_of(r, from, to), next, __VA_ARGS__)

static bool is_word(const cell *c, const char *word) {
  return (size_t)(c->to - c->from) == strlen(word) &&
         !memcmp(c->from, word, (size_t)(c->to - c->from));
}

static bool is_missing(const cell *c) {
  return c->from == c->to || is_word(c, "NA") || is_word(c, "NaN") || is_word(c, "nan") ||
         is_word(c, "N/A") || is_word(c, "null");
}

/* In a column of texts a quoted "NA" is a text. */
static bool is_missing_text(const cell *c) {
  return c->from == c->to || (!c->quoted && is_missing(c));
}

static bool read_number(const cell *c, double *value, bool *integer) {
  if (erg_number_read(c->from, true, value, integer) == c->to) return true;
  *integer = false;
  if (is_missing(c)) {
    *value = NAN;
    return true;
  }
  if (is_word(c, "TRUE") || is_word(c, "True") || is_word(c, "true")) {
    *value = 1;
    *integer = true;
    return true;
  }
  if (is_word(c, "FALSE") || is_word(c, "False") || is_word(c, "false")) {
    *value = 0;
    *integer = true;
    return true;
  }
  return c->to - c->from < 16 && erg_number_special(c->from, (int)(c->to - c->from), value);
}

static char *cell_text(const cell *c, size_t *length) {
  char *text = erg_alloc((size_t)(c->to - c->from) + 1), *out = text;
  for (const char *s = c->from; s < c->to; s++) {
    *out++ = *s;
    if (c->escaped && *s == '"') s++;
  }
  *length = (size_t)(out - text);
  return text;
}

/* ---- header ---- */

/* Behind a byte order mark, empty lines, and comment lines with #. */
static const char *header_start(const reader *r) {
  const char *s = r->text;
  if (r->end - s >= 3 && !memcmp(s, "\xef\xbb\xbf", 3)) s += 3;
  while (s < r->end && (*s == '#' || *s == '\n' || *s == '\r')) {
    const char *newline = memchr(s, '\n', (size_t)(r->end - s));
    s = newline ? newline + 1 : r->end;
  }
  return s;
}

static bool read_header(reader *r, const char **rows) {
  const char *s = header_start(r), *start = s;
  if (s >= r->end)
    return erg_error(r->problems, erg_place_whole(r->dataset->source),
                     "write the columns' names into the first row", "the file is empty");
  r->first = r->dataset->count;
  erg_names names = {0};
  bool numbers = true, good = true;
  cell c;
  do {
    c = read_cell(s, r->end);
    if (!c.next) {
      good = FAIL(r, c.from - 1, c.from, "close it with a quote", "a quote is not closed");
      break;
    }
    if (!erg_is_utf8(c.from, c.to) || memchr(c.from, 0, (size_t)(c.to - c.from))) {
      good = FAIL(r, c.from, c.to, "save the file as UTF-8 text",
                  "the name of column %d is not UTF-8 text", r->columns + 1);
      break;
    }
    if (!c.quoted && memchr(c.from, '\r', (size_t)(c.to - c.from))) {
      good = erg_error(r->problems, erg_place_whole(r->dataset->source),
                       "save the file with line feeds at the ends of lines",
                       "the lines end in carriage returns alone");
      break;
    }
    double value;
    bool integer, found = false;
    numbers &= c.from < c.to && read_number(&c, &value, &integer);
    /* The capacity is the next power of two. */
    if ((r->columns & (r->columns - 1)) == 0)
      r->array_of = erg_realloc(
          r->array_of, (size_t)(r->columns ? 2 * r->columns : 1) * sizeof *r->array_of);
    if (c.from == c.to) { /* row names, as R writes them */
      r->array_of[r->columns++] = -1;
    } else {
      size_t length;
      char *name = cell_text(&c, &length);
      erg_names_add(&names, name, length, &found);
      if (found) {
        good = FAIL(r, c.from, c.to, "give each column a name of its own",
                    "two columns are named '%.60s'", name);
        free(name);
        break;
      }
      r->array_of[r->columns] = r->dataset->count;
      erg_array *a = erg_dataset_append(r->dataset);
      a->name = name;
      a->place = place_of(r, c.from, c.to);
      a->rank = 1;
      a->integer = true;
      a->column = ++r->columns;
    }
    s = c.next;
  } while (!c.last);
  erg_names_free(&names);
  if (!good) return false;
  const char *to = s > start && s[-1] == '\n' ? s - 1 : s;
  if (r->columns == 1 && !c.quoted) {
    const char *other = memchr(start, ';', (size_t)(to - start));
    if (!other) other = memchr(start, '\t', (size_t)(to - start));
    if (other)
      return FAIL(r, other, other + 1, "write commas, and decimal points",
                  "the columns are separated by %s", *other == ';' ? "semicolons" : "tabs");
  }
  if (numbers)
    return FAIL(r, start, to, "write the columns' names into the first row",
                "the first row holds numbers instead of names");
  *rows = s;
  return true;
}

/* ---- rows ---- */

static bool make_room(reader *r) {
  if (r->rows < r->capacity) return true;
  int64_t capacity = r->capacity ? 2 * r->capacity : 16;
  for (int i = r->first; i < r->dataset->count; i++) {
    erg_array *a = &r->dataset->arrays[i];
    double *larger = realloc(a->values, (size_t)capacity * sizeof(double));
    if (!larger)
      return erg_error(r->problems, a->place, NULL, "not enough memory for '%.60s'", a->name);
    a->values = larger;
  }
  r->capacity = capacity;
  return true;
}

/* A row without text. In a file of one column it is a missing cell, except at the end. */
static const char *skip_empty(const reader *r, const char *s) {
  const char *t = s;
  for (;;) {
    const char *u = t;
    while (u < r->end && (*u == '\r' || *u == ' ')) u++;
    if (u < r->end && *u != '\n') return r->columns > 1 ? t : s;
    if (u >= r->end) return r->end;
    t = u + 1;
  }
}

static bool read_rows(reader *r, const char *s) {
  while ((s = skip_empty(r, s)) < r->end) {
    if (!make_room(r)) return false;
    const char *row = s;
    int column = 0;
    bool last = false;
    while (!last) {
      erg_array *a = NULL;
      if (column < r->columns && r->array_of[column] >= 0)
        a = &r->dataset->arrays[r->array_of[column]];
      /* Nearly every cell is a bare number and ends at a comma or line break. */
      if (a && (unsigned char)(*s - '-') <= '9' - '-') {
        bool integer;
        const char *to = erg_number_read(s, true, &a->values[r->rows], &integer);
        if (to && (*to == ',' || *to == '\n')) {
          a->integer &= integer;
          last = *to == '\n';
          column++;
          s = to + 1;
          continue;
        }
      }
      cell c = read_cell(s, r->end);
      if (!c.next)
        return FAIL(r, c.from - 1, c.from, "close it with a quote; a quote inside is \"\"",
                    "a quote is not closed");
      if (c.stray)
        return FAIL(r, c.from - 1, c.to + 1, "write a quote inside quotes as \"\"",
                    "something stands behind a closing quote");
      if (a) {
        bool integer;
        if (read_number(&c, &a->values[r->rows], &integer)) {
          a->integer &= integer;
        } else if (a->text_place.line == 0) {
          a->text_place = place_of(r, c.from, c.to);
          a->integer = false;
        }
      }
      column++;
      s = c.next;
      last = c.last;
    }
    if (column != r->columns) {
      const char *to = memchr(row, '\n', (size_t)(r->end - row));
      if (!to) to = r->end;
      if (to > row && to[-1] == '\r') to--;
      return FAIL(r, row, to, "every row needs a cell for each column, if need be an empty one",
                  "this row has %d cell%s, the first row %d", column, column == 1 ? "" : "s",
                  r->columns);
    }
    r->rows++;
  }
  return true;
}

/* ---- labels ---- */

static bool read_labels(reader *r, const char *s) {
  bool any = false;
  for (int i = r->first; i < r->dataset->count; i++)
    any |= r->dataset->arrays[i].text_place.line > 0;
  if (!any) return true;
  erg_names *labels = erg_alloc((size_t)r->columns * sizeof *labels);
  bool good = true;
  for (int64_t row = 0; row < r->rows && good; row++) {
    s = skip_empty(r, s);
    for (int column = 0; column < r->columns && good; column++) {
      cell c = read_cell(s, r->end);
      s = c.next;
      if (r->array_of[column] < 0) continue;
      erg_array *a = &r->dataset->arrays[r->array_of[column]];
      if (a->text_place.line == 0) continue;
      if (is_missing_text(&c)) {
        a->values[row] = NAN;
        continue;
      }
      if (!erg_is_utf8(c.from, c.to) || memchr(c.from, 0, (size_t)(c.to - c.from))) {
        good = FAIL(r, c.from, c.to, "save the file as UTF-8 text", "a cell is not UTF-8 text");
        continue;
      }
      size_t length;
      bool found;
      char *text = cell_text(&c, &length);
      a->values[row] = 1 + erg_names_add(&labels[column], text, length, &found);
      free(text);
    }
  }
  for (int column = 0; column < r->columns; column++) {
    int i = r->array_of[column];
    if (i >= 0 && r->dataset->arrays[i].text_place.line > 0) {
      r->dataset->arrays[i].n_labels = labels[column].count;
      r->dataset->arrays[i].labels = erg_names_take(&labels[column]);
    }
    erg_names_free(&labels[column]);
  }
  free(labels);
  return good;
}

bool erg_dataset_read_csv(erg_dataset *d, erg_problems *p) {
  reader r = {.text = d->source->text,
              .end = d->source->text + d->source->length,
              .lines = {.source = d->source},
              .dataset = d,
              .problems = p};
  const char *rows = NULL;
  bool good = read_header(&r, &rows) && read_rows(&r, rows) && read_labels(&r, rows);
  for (int i = r.first; i < d->count && good; i++) {
    erg_array *a = &d->arrays[i];
    a->n = a->shape[0] = r.rows;
    a->empty = r.rows == 0;
    a->start = (size_t)(rows - r.text);
    double *fitted = realloc(a->values, (size_t)(a->n ? a->n : 1) * sizeof(double));
    if (fitted) a->values = fitted;
  }
  free(r.array_of);
  return good;
}

/* The text has been read once, so its rows are complete. */
void erg_csv_element(const erg_array *a, int64_t element, size_t *from, size_t *to) {
  const erg_source *source = a->place.source;
  reader r = {.text = source->text, .end = source->text + source->length};
  /* The number of columns decides what an empty line means. */
  cell c;
  const char *s = header_start(&r);
  do {
    c = read_cell(s, r.end);
    s = c.next;
    r.columns++;
  } while (!c.last);
  for (int64_t row = 0; row <= element; row++) {
    s = skip_empty(&r, s);
    for (int column = 1; column <= r.columns; column++) {
      c = read_cell(s, r.end);
      s = c.next;
      if (row == element && column == a->column) {
        *from = (size_t)(c.from - r.text);
        *to = (size_t)(c.to - r.text);
        return;
      }
    }
  }
}
