/* Tables: widths, alignment at the decimal point, dropping columns that don't fit; wrapped
 * text. */
#include "output/table.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "read/memory.h"

typedef struct {
  char *title;
  out_align align;
  int priority;
} column;

typedef struct {
  char *text;
  out_colour colour;
  bool span; /* in place of the rest of the row */
} cell;

struct out_table {
  column *columns;
  cell *cells;
  int n_columns;
  size_t n_cells, capacity;
};

out_table *out_table_new(void) { return erg_alloc(sizeof(out_table)); }

void out_table_free(out_table *t) {
  if (!t) return;
  for (int i = 0; i < t->n_columns; i++) free(t->columns[i].title);
  for (size_t i = 0; i < t->n_cells; i++) free(t->cells[i].text);
  free(t->columns);
  free(t->cells);
  free(t);
}

void out_table_column(out_table *t, const char *title, out_align align, int priority) {
  t->columns = erg_realloc(t->columns, (size_t)(t->n_columns + 1) * sizeof *t->columns);
  t->columns[t->n_columns++] = (column){erg_copy(title, strlen(title)), align, priority};
}

static void add_cell(out_table *t, out_colour colour, bool span, const char *format,
                     va_list args) {
  char *text = NULL;
  if (vasprintf(&text, format, args) < 0) erg_out_of_memory();
  if (t->n_cells == t->capacity) {
    t->capacity = t->capacity ? 2 * t->capacity : 64;
    t->cells = erg_realloc(t->cells, t->capacity * sizeof *t->cells);
  }
  t->cells[t->n_cells++] = (cell){text, colour, span};
}

void out_table_cell(out_table *t, out_colour colour, const char *format, ...) {
  va_list args;
  va_start(args, format);
  add_cell(t, colour, false, format, args);
  va_end(args);
}

void out_table_span(out_table *t, out_colour colour, const char *format, ...) {
  va_list args;
  va_start(args, format);
  add_cell(t, colour, true, format, args);
  va_end(args);
  while (t->n_cells % (size_t)t->n_columns) out_table_cell(t, OUT_PLAIN, "%s", "");
}

void out_format(double value, double error, char *text, int capacity) {
  size_t room = (size_t)capacity;
  double size = fabs(value);
  if (isnan(value)) {
    snprintf(text, room, "-");
  } else if (isinf(value)) {
    snprintf(text, room, value < 0 ? "-inf" : "inf");
  } else if (!(error > 0) || !isfinite(error)) {
    if (size >= 1000 && size < 1e7) {
      snprintf(text, room, "%.0f", value);
    } else {
      snprintf(text, room, "%.4g", value);
    }
  } else {
    int decimals = -(int)floor(log10(error));
    if (size >= 1e7 || decimals > 6) { /* as many digits, with an exponent */
      int digits = size > 0 ? (int)floor(log10(size)) + decimals : 0;
      snprintf(text, room, "%.*e", digits < 0 ? 0 : digits > 16 ? 16 : digits, value);
    } else if (decimals >= 0) {
      snprintf(text, room, "%.*f", decimals, value);
    } else {
      double unit = pow(10, -decimals);
      snprintf(text, room, "%.0f", round(value / unit) * unit);
    }
    /* no sign before a zero */
    if (text[0] == '-' && !strpbrk(text, "123456789")) memmove(text, text + 1, strlen(text));
  }
}

void out_table_number(out_table *t, out_colour colour, double value, double error) {
  char text[64];
  out_format(value, error, text, sizeof text);
  out_table_cell(t, colour, "%s", text);
}

/* Columns that a terminal takes for it: two for East Asian wide characters and pictures, none
 * for marks that combine with the character before (Unicode's EastAsianWidth, in blocks).
 * wcwidth would need a locale, which the program doesn't set. */
static int character_width(uint32_t c) {
  static const uint32_t wide[][2] = {
      {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0xa4cf},   {0xac00, 0xd7a3},
      {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},
      {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};
  if ((c >= 0x300 && c <= 0x36f) || (c >= 0x200b && c <= 0x200f) ||
      (c >= 0xfe00 && c <= 0xfe0f))
    return 0;
  for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
    if (c >= wide[i][0] && c <= wide[i][1]) return 2;
  return 1;
}

/* Moves behind a character of UTF-8 and returns its width. */
static int step(const char **text) {
  const unsigned char *s = (const unsigned char *)*text;
  uint32_t c = *s < 0x80 ? *s : *s < 0xe0 ? *s & 0x1f : *s < 0xf0 ? *s & 0x0f : *s & 0x07;
  for (s++; (*s & 0xc0) == 0x80; s++) c = c << 6 | (*s & 0x3f);
  *text = (const char *)s;
  return character_width(c);
}

int out_text_width(const char *text) {
  int width = 0;
  while (*text) width += step(&text);
  return width;
}

bool out_wants_colour(FILE *out) {
  const char *none = getenv("NO_COLOR"), *term = getenv("TERM");
  return isatty(fileno(out)) && !(none && none[0]) && !(term && !strcmp(term, "dumb"));
}

int out_terminal_width(FILE *out) {
  struct winsize size;
  if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 100;
}

/* Width up to and from the decimal point (or the exponent, or the end). */
static int before_point(const char *text) { return (int)strcspn(text, ".e"); }

typedef struct {
  int width, before, after;
  bool span; /* a cell of it takes the rest of its row, SPAN columns at least */
} extent;
enum { SPAN = 20 };

static extent measure(const out_table *t, int c, size_t rows) {
  extent e = {0, 0, 0, false};
  for (size_t r = 0; r < rows; r++) {
    const cell *x = &t->cells[r * (size_t)t->n_columns + (size_t)c];
    e.span |= x->span;
    if (x->span) continue;
    int width = out_text_width(x->text), before = before_point(x->text);
    if (width > e.width) e.width = width;
    if (before > e.before) e.before = before;
    if (width - before > e.after) e.after = width - before;
  }
  if (t->columns[c].align == OUT_DECIMAL) e.width = e.before + e.after;
  int title = out_text_width(t->columns[c].title);
  if (title > e.width) e.width = title;
  return e;
}

static void spaces(FILE *out, int n) {
  for (; n > 0; n--) putc(' ', out);
}

static const char *const codes[] = {"",         "\033[1m",  "\033[2m",
                                    "\033[32m", "\033[33m", "\033[31m"};

void out_wrap(FILE *out, const char *text, int width, int indent, int at) {
  int column = at;
  bool first = true; /* of its line */
  while (*text) {
    if (text[0] == '\n' && text[1] == '\n') {
      fputs("\n\n", out);
      spaces(out, indent);
      column = indent;
      first = true;
      text += 2;
    } else if (strchr(" \n\t", *text)) {
      text++;
    } else {
      size_t bytes = strcspn(text, " \n\t");
      int word = 0;
      for (size_t i = 0; i < bytes; i++) word += ((unsigned char)text[i] & 0xc0) != 0x80;
      if (!first && column + 1 + word > width) {
        putc('\n', out);
        spaces(out, indent);
        column = indent;
        first = true;
      }
      if (!first) putc(' ', out);
      fwrite(text, 1, bytes, out);
      column += word + !first;
      first = false;
      text += bytes;
    }
  }
  putc('\n', out);
}

static void put_text(FILE *out, const char *text, out_colour colour, bool coloured, int width) {
  if (coloured && colour != OUT_PLAIN) fputs(codes[colour], out);
  if (out_text_width(text) <= width) {
    fputs(text, out);
  } else { /* cut, at a character's edge */
    int shown = 0;
    for (const char *end = text; *text; text = end) {
      int more = step(&end);
      if (shown + more >= width) break;
      fwrite(text, 1, (size_t)(end - text), out);
      shown += more;
    }
    fputs("…", out);
    spaces(out, width - 1 - shown);
  }
  if (coloured && colour != OUT_PLAIN) fputs("\033[0m", out);
}

static void put_cell(FILE *out, const char *text, out_colour colour, bool coloured, extent e,
                     out_align align, bool last) {
  int width = out_text_width(text), left = 0;
  if (width > e.width) width = e.width;
  if (align == OUT_RIGHT) left = e.width - width;
  if (align == OUT_DECIMAL) left = e.width - e.after - before_point(text);
  if (left < 0) left = 0;
  spaces(out, left);
  put_text(out, text, colour, coloured, e.width);
  if (!last) spaces(out, e.width - left - width);
}

static void put_span(FILE *out, const cell *x, bool coloured, int width, int at) {
  bool on = coloured && x->colour != OUT_PLAIN;
  if (on) fputs(codes[x->colour], out);
  out_wrap(out, x->text, width - at < SPAN ? at + SPAN : width, at, at);
  if (on) fputs("\033[0m", out);
}

static int total_width(const out_table *t, const extent *e, const bool *shown) {
  int at = 0, most = 0;
  for (int c = 0; c < t->n_columns; c++) {
    if (!shown[c]) continue;
    if (at) at += 2;
    if (e[c].span && at + SPAN > most) most = at + SPAN;
    at += e[c].width;
  }
  return at > most ? at : most;
}

void out_table_print(const out_table *t, FILE *out, int width, bool colour) {
  if (!t->n_columns) return;
  size_t n = (size_t)t->n_columns, rows = t->n_cells / n;
  extent *e = erg_alloc(n * sizeof *e);
  bool *shown = erg_alloc(n * sizeof *shown);
  if (width <= 0) width = out_terminal_width(out);
  for (size_t c = 0; c < n; c++) {
    e[c] = measure(t, (int)c, rows);
    shown[c] = true;
  }
  int total;
  while ((total = total_width(t, e, shown)) > width) {
    int worst = -1;
    for (int c = 0; c < t->n_columns; c++) {
      if (shown[c] && t->columns[c].priority > 0 &&
          (worst < 0 || t->columns[c].priority >= t->columns[worst].priority))
        worst = c;
    }
    if (worst < 0) break;
    shown[worst] = false;
  }
  if (total > width && e[0].width > 8) {
    e[0].width -= total - width;
    if (e[0].width < 8) e[0].width = 8;
  }
  int last = 0;
  for (int c = 0; c < t->n_columns; c++) {
    if (shown[c]) last = c;
  }
  for (size_t r = 0; r <= rows; r++) {
    bool any = false, spanned = false;
    int at = 0;
    for (int c = 0; c < t->n_columns && !spanned; c++) {
      if (!shown[c]) continue;
      if (any) fputs("  ", out), at += 2;
      any = true;
      const column *k = &t->columns[c];
      if (r == 0) {
        put_cell(out, k->title, OUT_BOLD, colour, e[c],
                 k->align == OUT_LEFT ? OUT_LEFT : OUT_RIGHT, c == last);
      } else {
        const cell *x = &t->cells[(r - 1) * n + (size_t)c];
        spanned = x->span;
        if (spanned)
          put_span(out, x, colour, width, at);
        else
          put_cell(out, x->text, x->colour, colour, e[c], k->align, c == last);
      }
      at += e[c].width;
    }
    if (!spanned) putc('\n', out);
  }
  free(e);
  free(shown);
}

void out_table_markdown(const out_table *t, FILE *out) {
  size_t n = (size_t)t->n_columns, rows = n ? t->n_cells / n : 0;
  if (!n) return;
  for (size_t c = 0; c < n; c++) fprintf(out, "| %s ", t->columns[c].title);
  fputs("|\n", out);
  for (size_t c = 0; c < n; c++) fputs(t->columns[c].align == OUT_LEFT ? "|---" : "|---:", out);
  fputs("|\n", out);
  for (size_t r = 0; r < rows; r++) {
    for (size_t c = 0; c < n; c++) {
      fputs("| ", out);
      for (const char *s = t->cells[r * n + c].text; *s; s++) {
        if (*s == '|') putc('\\', out);
        putc(*s == '\n' ? ' ' : *s, out);
      }
      putc(' ', out);
    }
    fputs("|\n", out);
  }
}
