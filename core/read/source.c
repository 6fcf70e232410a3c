#include "read/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "read/interrupt.h"
#include "read/memory.h"

static const size_t max_size = ((size_t)1 << 31) - 1;

/* ---- files ---- */

erg_source *erg_source_from_text(const char *path, const char *text, size_t length) {
  erg_source *s = erg_alloc(sizeof *s);
  s->path = erg_copy(path, strlen(path));
  s->text = erg_copy(text, length);
  s->length = length;
  return s;
}

void erg_source_free(erg_source *s) {
  if (!s) return;
  free(s->path);
  free(s->text);
  free(s);
}

erg_place erg_place_whole(const erg_source *s) { return (erg_place){.source = s, .length = 1}; }

erg_place erg_place_at(const erg_source *s, size_t offset, size_t length) {
  if (offset > s->length) offset = s->length;
  const char *end = s->text + offset, *start = s->text, *newline;
  int line = 1;
  while ((newline = memchr(start, '\n', (size_t)(end - start)))) {
    line++;
    start = newline + 1;
  }
  return (erg_place){.source = s,
                     .line = line,
                     .column = (int)(end - start) + 1,
                     .length = length > 0 ? (int)length : 1};
}

erg_place erg_place_within(erg_place place, size_t offset, size_t length) {
  if (place.line == 0) return place;
  place.column += (int)offset;
  place.length = length > 0 ? (int)length : 1;
  return place;
}

/* Nothing was read, so there is no source to point to: the path goes into the text. */
static bool file_error(erg_problems *p, const char *path, const char *cause, const char *next) {
  return erg_error(p, (erg_place){0}, next, "%s: %s", path, cause);
}

/* After a signal that isn't the user's wish to stop. */
static bool go_on(ssize_t got) { return got < 0 && errno == EINTR && !erg_interrupted(); }

erg_source *erg_source_read(const char *path, erg_problems *p) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  struct stat status;
  if (fd < 0 || fstat(fd, &status) < 0) {
    const char *next = errno == ENOENT   ? "check the path; it is taken from the current folder"
                       : errno == EACCES ? "ask for permission to read it"
                                         : NULL;
    const char *cause = errno == ENOENT   ? "no such file"
                        : errno == EACCES ? "no permission to read this file"
                        : errno == EINTR  ? "interrupted"
                                          : strerror(errno);
    file_error(p, path, cause, next);
    if (fd >= 0) close(fd);
    return NULL;
  }
  if (S_ISDIR(status.st_mode)) {
    close(fd);
    file_error(p, path, "this is a folder, not a file", "name a file in it");
    return NULL;
  }
  size_t capacity = S_ISREG(status.st_mode) ? (size_t)status.st_size + 1 : 1 << 16;
  size_t length = 0;
  char *text = NULL;
  bool too_large = capacity > max_size + 1;
  if (!too_large) text = malloc(capacity);
  ssize_t got = 0;
  while (text && !too_large) {
    if (length + 1 >= capacity) {
      /* One byte tells a file that has grown from one that ends here. */
      char more;
      got = read(fd, &more, 1);
      if (got <= 0 && !go_on(got)) break;
      if (got < 0) continue;
      if (length >= max_size) {
        too_large = true;
        break;
      }
      capacity = capacity < max_size / 2 ? 2 * capacity + 64 : max_size + 1;
      char *larger = realloc(text, capacity);
      if (!larger) {
        free(text);
        text = NULL;
        break;
      }
      text = larger;
      text[length++] = more;
      continue;
    }
    got = read(fd, text + length, capacity - 1 - length);
    if (go_on(got)) continue;
    if (got <= 0) break;
    length += (size_t)got;
  }
  int error = errno;
  close(fd);
  if (too_large) {
    file_error(p, path, "the file is larger than 2 GiB",
               "leave out entries that the model does not need, or thin the data");
  } else if (!text) {
    file_error(p, path, "not enough memory to read this file", NULL);
  } else if (got < 0) {
    file_error(p, path, error == EINTR ? "interrupted" : strerror(error), NULL);
  } else {
    text[length] = 0;
    erg_source *s = erg_alloc(sizeof *s);
    *s = (erg_source){.path = erg_copy(path, strlen(path)), .text = text, .length = length};
    return s;
  }
  free(text);
  return NULL;
}

/* ---- problems ---- */

void erg_problems_init(erg_problems *p) { *p = (erg_problems){0}; }

void erg_problems_free(erg_problems *p) {
  for (int i = 0; i < p->count; i++) {
    free(p->list[i].cause);
    free(p->list[i].next);
  }
  free(p->list);
  for (int i = 0; i < p->n_kept; i++) erg_source_free(p->kept[i]);
  free(p->kept);
  *p = (erg_problems){0};
}

void erg_problems_keep(erg_problems *p, erg_source *source) {
  if (!source) return;
  p->kept = erg_realloc(p->kept, (size_t)(p->n_kept + 1) * sizeof(erg_source *));
  p->kept[p->n_kept++] = source;
}

static void add(erg_problems *p, bool warning, erg_place place, const char *next,
                const char *format, va_list arguments) {
  if (p->count == p->capacity) {
    p->capacity = p->capacity ? 2 * p->capacity : 8;
    p->list = erg_realloc(p->list, (size_t)p->capacity * sizeof *p->list);
  }
  struct erg_problem *problem = &p->list[p->count++];
  *problem = (struct erg_problem){.warning = warning, .place = place};
  if (vasprintf(&problem->cause, format, arguments) < 0) erg_out_of_memory();
  if (next) problem->next = erg_copy(next, strlen(next));
}

bool erg_error(erg_problems *p, erg_place place, const char *next, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  add(p, false, place, next, format, arguments);
  va_end(arguments);
  return false;
}

void erg_warn(erg_problems *p, erg_place place, const char *next, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  add(p, true, place, next, format, arguments);
  va_end(arguments);
}

bool erg_problems_any_error(const erg_problems *p) {
  for (int i = 0; i < p->count; i++)
    if (!p->list[i].warning) return true;
  return false;
}

/* ---- printing ---- */

/* One character at `s` (before `end`): its code point, or -1 if it isn't UTF-8. */
static int32_t decode(const char *s, const char *end, int *bytes) {
  const unsigned char *u = (const unsigned char *)s;
  *bytes = 1;
  if (u[0] < 0x80) return u[0];
  int more = u[0] >= 0xf0 && u[0] <= 0xf4 ? 3 : u[0] >= 0xe0 ? 2 : u[0] >= 0xc2 ? 1 : 0;
  if (u[0] > 0xf4 || more == 0 || end - s <= more) return -1;
  int32_t c = u[0] & (0x3f >> more);
  for (int i = 1; i <= more; i++) {
    if ((u[i] & 0xc0) != 0x80) return -1;
    c = c << 6 | (u[i] & 0x3f);
  }
  if ((more == 2 && (c < 0x800 || (c >= 0xd800 && c < 0xe000))) ||
      (more == 3 && (c < 0x10000 || c > 0x10ffff)))
    return -1;
  *bytes = more + 1;
  return c;
}

/* Terminal columns of a code point: 0 for the common combining marks, 2 for East Asian
 * wide characters and emoji. wcwidth would depend on the process's locale. */
static int width_of(int32_t c) {
  static const struct {
    int32_t first, last;
    int width;
  } ranges[] = {
      {0x300, 0x36f, 0},     {0x483, 0x489, 0},     {0x591, 0x5bd, 0},    {0x610, 0x61a, 0},
      {0x64b, 0x65f, 0},     {0x1100, 0x115f, 2},   {0x1ab0, 0x1aff, 0},  {0x1dc0, 0x1dff, 0},
      {0x200b, 0x200f, 0},   {0x20d0, 0x20ff, 0},   {0x2e80, 0x303e, 2},  {0x3041, 0xa4cf, 2},
      {0xac00, 0xd7a3, 2},   {0xf900, 0xfaff, 2},   {0xfe00, 0xfe0f, 0},  {0xfe20, 0xfe2f, 0},
      {0xfe30, 0xfe6f, 2},   {0xff00, 0xff60, 2},   {0xffe0, 0xffe6, 2},  {0x1f300, 0x1f64f, 2},
      {0x1f680, 0x1f6ff, 2}, {0x1f900, 0x1f9ff, 2}, {0x20000, 0x3fffd, 2}};
  for (size_t i = 0; i < sizeof ranges / sizeof *ranges && c >= ranges[i].first; i++)
    if (c <= ranges[i].last) return ranges[i].width;
  return 1;
}

/* What a character is shown as: printable itself, or U+FFFD, one column wide. Also
 * keeps escape sequences, and marks that reorder text, away from the terminal. */
static bool printable(int32_t c) {
  return c >= 0x20 && !(c >= 0x7f && c < 0xa0) && !(c >= 0x2028 && c <= 0x202e) &&
         !(c >= 0x2066 && c <= 0x2069);
}

enum { tab = 4, window = 96 };

static int shown_width(const char *s, const char *end, int column, int *bytes) {
  int32_t c = decode(s, end, bytes);
  if (c == '\t') return tab - column % tab;
  return printable(c) ? width_of(c) : 1;
}

static void show(FILE *out, const char *s, const char *end, int column, int *bytes) {
  int32_t c = decode(s, end, bytes);
  if (c == '\t')
    fprintf(out, "%*s", tab - column % tab, "");
  else if (printable(c))
    fwrite(s, 1, (size_t)*bytes, out);
  else
    fputs("\xef\xbf\xbd", out);
}

/* A text of ours with parts of the user's: the same rules, and no line break. */
static void show_text(FILE *out, const char *text, const char *end) {
  for (int bytes; text < end; text += bytes) show(out, text, end, 0, &bytes);
}

static void repeat(FILE *out, char c, int times) {
  for (int i = 0; i < times; i++) putc(c, out);
}

typedef struct {
  const char *reset, *bold, *error, *warning, *caret;
} colours;

/* The line [line, end) and under it the caret at byte `at`, `length` bytes long. */
static void show_line(FILE *out, const colours *c, int number, const char *line,
                      const char *end, int at, int length) {
  if (at > end - line) at = (int)(end - line);
  if (length > end - line - at) length = (int)(end - line - at);
  int digits = snprintf(NULL, 0, "%d", number), bytes;
  if (digits < 2) digits = 2;

  /* The columns where the caret starts and ends, and where the line ends; a line of
   * a gigabyte is measured only up to where it is cut. */
  int column = 0, from = -1, to = -1;
  const char *s = line;
  for (; s < end; s += bytes) {
    if (from < 0 && s - line >= at) from = column;
    if (to < 0 && s - line >= at + length) to = column;
    if (to >= 0 && column > to + window) break;
    column += shown_width(s, end, column, &bytes);
  }
  if (from < 0) from = column;
  if (to < 0) to = column;

  int first = 0, last = column; /* columns shown */
  if (column > window) {
    if (to - first > window - 12) first = from > window / 3 ? from - window / 3 : 0;
    last = first + window;
    if (last > column) last = column;
  }
  if (to > last) to = last;

  fprintf(out, "   %*d | ", digits, number);
  int start = 0; /* what `first` becomes on the screen */
  if (first > 0) fputs("\xe2\x80\xa6", out), start = 1;
  column = 0;
  int begun = -1;
  for (s = line; s < end && column < last; s += bytes) {
    int wide = shown_width(s, end, column, &bytes);
    if (column >= first) {
      if (begun < 0) begun = column;
      if (column + wide > last) break;
      show(out, s, end, column, &bytes);
    }
    column += wide;
  }
  if (begun < 0) begun = first;
  if (s < end) fputs("\xe2\x80\xa6", out);
  fprintf(out, "\n   %*s | ", digits, "");
  repeat(out, ' ', start + from - begun);
  fputs(c->caret, out);
  putc('^', out);
  repeat(out, '~', to - from - 1);
  fprintf(out, "%s\n", c->reset);
}

void erg_problems_print(const erg_problems *p, FILE *out, bool colour) {
  static const colours plain = {"", "", "", "", ""};
  static const colours bright = {"\x1b[0m", "\x1b[1m", "\x1b[1;31m", "\x1b[1;35m",
                                 "\x1b[1;32m"};
  const colours *c = colour ? &bright : &plain;
  /* Problems mostly come in the order of the file: go on from the last line found. */
  const erg_source *source = NULL;
  const char *line = NULL;
  int number = 0;

  for (int i = 0; i < p->count; i++) {
    const struct erg_problem *problem = &p->list[i];
    const erg_place *place = &problem->place;
    const char *end = NULL;
    bool known = false;
    fputs(c->bold, out);
    if (place->source) {
      show_text(out, place->source->path, place->source->path + strlen(place->source->path));
      if (place->line > 0) {
        const char *stop = place->source->text + place->source->length;
        if (source != place->source || place->line < number) {
          source = place->source;
          line = source->text;
          number = 1;
        }
        while (number < place->line) {
          const char *newline = memchr(line, '\n', (size_t)(stop - line));
          if (!newline) break;
          line = newline + 1;
          number++;
        }
        int column = place->column > 0 ? place->column : 1, characters = column;
        if (number == place->line) {
          known = true;
          end = memchr(line, '\n', (size_t)(stop - line));
          if (!end) end = stop;
          if (end > line && end[-1] == '\r') end--;
          if (place->line == 1 && end - line >= 3 && !memcmp(line, "\xef\xbb\xbf", 3) &&
              column > 3)
            line += 3, column -= 3; /* a byte order mark is no character */
          characters = 1;
          int bytes;
          const char *stop_at = line + column - 1;
          for (const char *s = line; s < end && s < stop_at; s += bytes, characters++)
            decode(s, end, &bytes);
          if (column - 1 > end - line) characters += (int)(column - 1 - (end - line));
          fprintf(out, ":%d:%d: ", place->line, characters);
          /* The line follows below, after the cause. */
        } else {
          fprintf(out, ":%d:%d: ", place->line, characters);
        }
      } else {
        fputs(": ", out);
      }
    }
    fprintf(out, "%s%s%s%s: ", c->reset, problem->warning ? c->warning : c->error,
            problem->warning ? "warning" : "error", c->reset);
    show_text(out, problem->cause, problem->cause + strlen(problem->cause));
    putc('\n', out);
    if (known) {
      bool marked = place->line == 1 && line != source->text;
      show_line(out, c, place->line, line, end, place->column - 1 - (marked ? 3 : 0),
                place->length);
      if (marked) line = source->text;
    }
    for (const char *next = problem->next, *label = "   next: "; next; label = "         ") {
      const char *newline = strchr(next, '\n');
      fputs(label, out);
      show_text(out, next, newline ? newline : next + strlen(next));
      putc('\n', out);
      next = newline ? newline + 1 : NULL;
    }
  }
}

/* ---- names ---- */

enum { longest_name = 64 };

/* Optimal string alignment distance; more than `limit` is given as limit + 1. */
static int distance(const char *a, int m, const char *b, int n, int limit) {
  if (abs(m - n) > limit) return limit + 1;
  int rows[3][longest_name + 1];
  int *before = rows[0], *last = rows[1], *row = rows[2];
  for (int j = 0; j <= n; j++) last[j] = j;
  for (int i = 1; i <= m; i++) {
    row[0] = i;
    for (int j = 1; j <= n; j++) {
      int best = last[j - 1] + (a[i - 1] != b[j - 1]);
      if (last[j] + 1 < best) best = last[j] + 1;
      if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
          before[j - 2] + 1 < best)
        best = before[j - 2] + 1;
      row[j] = best;
    }
    int *free_row = before;
    before = last;
    last = row;
    row = free_row;
  }
  return last[n];
}

const char *erg_nearest(const char *name, const char *const *candidates) {
  size_t length = strlen(name);
  if (length == 0 || length > longest_name) return NULL;
  int limit = (int)length / 3;
  const char *nearest = NULL;
  for (; *candidates; candidates++) {
    size_t n = strlen(*candidates);
    if (n > longest_name) continue;
    if (!strcasecmp(name, *candidates)) return *candidates;
    int d = distance(name, (int)length, *candidates, (int)n, limit);
    if (d <= limit && (!nearest || d < limit)) {
      nearest = *candidates;
      limit = d;
    }
  }
  return nearest;
}
