/* Figures for reports and papers: one or several panels with axes, marks and a legend,
 * written as SVG (to inline in HTML, or a file), PNG and PDF.
 *
 *   plot *p = plot_new(480, 300, "Effective draws per second");
 *   plot_axis(p, PLOT_Y, "ESS/s");
 *   plot_bars(p, plot_series(0), x, y, low, high, n, 0.7);
 *   char *svg = plot_svg(p, "fig1", &problems);   // or plot_save(p, "f.pdf", ...)
 *   plot_free(p);
 *
 * Shapes are drawn by cairo, which is loaded on first use; without it the last step
 * fails with a problem that names the package. Everything given is copied. Values that
 * are NaN, infinite or beyond 1e250 are left out (and break a line). The same calls give
 * the same bytes of SVG and PNG: no time, no random ids. Text stays text in SVG, in the
 * page's font. Colours are roles, not values: inlined SVG names CSS variables
 * (--plot-ink, --plot-1, ...), which plot_css() gives for light, dark and print; files
 * have the light colours on white. Series differ in colour (Okabe and Ito's palette, safe
 * for colour-blind readers), dash and marker. Sizes are CSS pixels (points in PDF).
 */
#ifndef ERGODE_PLOT_PLOT_H
#define ERGODE_PLOT_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "read/source.h"

typedef struct plot plot;

typedef enum {
  PLOT_INK,    /* text, axes */
  PLOT_MUTED,  /* secondary text, reference lines */
  PLOT_GRID,
  PLOT_BAND,   /* expected ranges */
  PLOT_BAD,    /* divergences, INVALID */
  PLOT_PAPER,  /* background */
  PLOT_SERIES  /* PLOT_SERIES + 0 .. 7 */
} plot_colour;
enum { PLOT_COLOURS = 8 };

typedef enum { PLOT_SOLID, PLOT_DASHED, PLOT_DOTTED, PLOT_DASHDOT } plot_dash;
typedef enum { PLOT_DOT, PLOT_SQUARE, PLOT_TRIANGLE, PLOT_DIAMOND, PLOT_CROSS } plot_marker;
typedef struct {
  int colour;         /* of plot_colour */
  plot_dash dash;
  plot_marker marker;
  double width;       /* of lines, 0: 1.4 */
  double size;        /* of markers, 0: 5 */
  double opacity;     /* 0: 1 */
} plot_style;
plot_style plot_series(int i);          /* a style of its own for series i >= 0 */
plot_style plot_role(plot_colour colour); /* solid, dot */

typedef enum { PLOT_X, PLOT_Y } plot_dim;
typedef enum { PLOT_START, PLOT_MIDDLE, PLOT_END } plot_anchor;

/* Height is that of the panels with their axes; title (one line or two) and legend add to
 * it. title may be NULL. */
plot *plot_new(double width, double height, const char *title);
void plot_free(plot *p);
/* What the figure shows, in a sentence, for those who can't see it. */
void plot_describe(plot *p, const char *text);
/* rows x columns panels (1 x 1). What follows plot_panel(p, i) concerns panel i, counted
 * row by row. */
void plot_panels(plot *p, int rows, int columns);
void plot_panel(plot *p, int i);

/* --- Axes (of the current panel) ---------------------------------------------------- */
void plot_heading(plot *p, const char *text);
/* Label with its unit, "time (s)". */
void plot_axis(plot *p, plot_dim dim, const char *label);
void plot_log(plot *p, plot_dim dim);   /* values <= 0 are left out */
/* NaN: from the data. Marks beyond the range are clipped. */
void plot_range(plot *p, plot_dim dim, double low, double high);
void plot_include(plot *p, plot_dim dim, double value); /* the range holds it */
void plot_no_ticks(plot *p, plot_dim dim);
/* Names at 0, 1, ... n - 1 in place of numbers; on the y axis 0 is at the top, and names
 * wider than PLOT_NAMES of the panel's width take two lines (26 pixels a name hold them). */
#define PLOT_NAMES 0.4
void plot_categories(plot *p, plot_dim dim, const char *const *names, int n);
/* A column of text right of the panel, one a category of the y axis; those wider than
 * PLOT_TEXTS of the panel's width in two lines, too. */
#define PLOT_TEXTS 0.3
void plot_column(plot *p, const char *heading, const char *const *texts, int n);

/* --- Marks -------------------------------------------------------------------------- */
/* x NULL: 0, 1, ... */
void plot_line(plot *p, plot_style s, const double *x, const double *y, int64_t n);
void plot_points(plot *p, plot_style s, const double *x, const double *y, int64_t n);
/* Vertical bars from 0 (log: from the bottom), width in units of x; whiskers where low is
 * not NULL and both ends are finite. */
void plot_bars(plot *p, plot_style s, const double *x, const double *y, const double *low,
               const double *high, int64_t n, double width);
/* The intervals alone; horizontal: from (low, y) to (high, y), vertical: (x, low)-(x, high).
 * Without caps where style.width > 3. */
void plot_whiskers(plot *p, plot_style s, plot_dim along, const double *at, const double *low,
                   const double *high, int64_t n);
/* Rectangles from (x0, y - height/2) to (x1, y + height/2): a waterfall's stages. */
void plot_hbars(plot *p, plot_style s, const double *y, const double *x0, const double *x1,
                int64_t n, double height);
/* Between two curves; low NULL: 0. */
void plot_area(plot *p, plot_style s, const double *x, const double *low, const double *high,
               int64_t n);
void plot_rug(plot *p, plot_style s, const double *x, int64_t n); /* ticks at the bottom */
/* The line x = value (PLOT_X) or y = value (PLOT_Y) across the panel. */
void plot_rule(plot *p, plot_style s, plot_dim dim, double value);
void plot_text(plot *p, plot_colour c, double x, double y, plot_anchor anchor,
               const char *text);
/* Legend, below the figure: a line, marker or filled box with its text. */
typedef enum { PLOT_KEY_LINE, PLOT_KEY_MARKER, PLOT_KEY_BOX } plot_key_kind;
void plot_key(plot *p, plot_style s, plot_key_kind kind, const char *text);

/* --- Writing ------------------------------------------------------------------------ */
/* Whether figures can be drawn here; false with the problem that they would have. */
bool plot_available(erg_problems *problems);
/* To inline in HTML, malloc'd, UTF-8, no XML header; scales with its parent. Ids begin
 * with `prefix`, which must be unique in the page (letters, digits, -). NULL with a
 * problem. */
char *plot_svg(const plot *p, const char *prefix, erg_problems *problems);
/* A file; format by the name's end: .svg, .png (2 pixels a CSS pixel), .pdf. */
bool plot_save(const plot *p, const char *path, erg_problems *problems);
/* CSS of inlined figures, for the page's <style>. */
const char *plot_css(void);

/* --- Ticks -------------------------------------------------------------------------- */
enum { PLOT_MOST_TICKS = 24 };
/* Round numbers (1, 2, 5 times a power of ten) in [low, high], about `about` of them, at
 * most PLOT_MOST_TICKS; log: powers of ten, with 2 and 5 where few. Returns how many. */
int plot_ticks(double low, double high, bool log, int about, double *ticks);
/* Text of tick i: as many decimals as the step needs; large and small ones as 1e6. */
void plot_tick_text(const double *ticks, int n, bool log, int i, char *text, int capacity);
/* Width of a text of this size, estimated without a font: layout never depends on one. */
double plot_text_width(const char *text, double size);
/* Bytes of the first of two lines, of at most this width where there is a place to break:
 * after a space, comma or sign, else between characters. All bytes where the text fits, or
 * not even its first letter does. */
size_t plot_text_break(const char *text, double size, double width);

#endif
