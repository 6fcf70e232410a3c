/* A figure as it is kept until it is drawn, and the drawing. */
#ifndef ERGODE_PLOT_INTERNAL_H
#define ERGODE_PLOT_INTERNAL_H

#include "plot/plot.h"

typedef enum {
  ITEM_LINE, ITEM_POINTS, ITEM_BARS, ITEM_WHISKERS, ITEM_HBARS, ITEM_AREA, ITEM_RUG,
  ITEM_RULE, ITEM_TEXT
} item_kind;

typedef struct {
  item_kind kind;
  int panel;
  plot_style style;
  plot_dim dim;
  plot_anchor anchor;
  double *x, *y, *low, *high; /* by kind; NULL where not used */
  int64_t n;
  double extent;              /* width of bars */
  char *text;
} plot_item;

typedef struct {
  char *label;
  bool log, no_ticks;
  double low, high;           /* asked for, NaN: none */
  double least, most;         /* to be held, by plot_include */
  char **names;
  int n_names;
} plot_scale;

typedef struct {
  char *heading;
  char **texts;
  int n;
} plot_text_column;

typedef struct {
  char *heading;
  plot_scale scale[2];
  plot_text_column *columns;
  int n_columns;
} plot_panel_data;

typedef struct {
  plot_style style;
  plot_key_kind kind;
  char *text;
} plot_legend_key;

struct plot {
  double width, height;
  char *title, *description;  /* or NULL */
  int rows, columns, current;
  plot_panel_data *panels;
  plot_item *items;
  int n_items;
  plot_legend_key *keys;
  int n_keys;
};

bool plot_usable(double x); /* finite and of a size that can be drawn */

/* --- Layout (layout.c) -------------------------------------------------------------- */
enum { PLOT_SMALL = 11, PLOT_NORMAL = 12, PLOT_LARGE = 14 }; /* sizes of text */

/* An axis laid out: values low..high lie at pixels from..to. */
typedef struct {
  bool log;
  double low, high, from, to;
  double ticks[PLOT_MOST_TICKS];
  int n_ticks;
} plot_axis_layout;

typedef struct {
  double left, right, top, bottom; /* of the panel's frame */
  plot_axis_layout axis[2];
} plot_panel_layout;

/* Position of a value; NaN where it can't be shown on this axis. */
double plot_at(const plot_axis_layout *a, double value);
double plot_title_height(const plot *p);
enum { PLOT_TITLE_LINE = 18 }; /* between the title's lines */
#define PLOT_BOLD 1.24         /* width of bold letters, by that of others */
size_t plot_title_break(const plot *p); /* as plot_text_break */
double plot_column_width(const plot_text_column *c, double cell);
double plot_legend_height(const plot *p);
double plot_total_height(const plot *p);
double plot_key_width(const plot_legend_key *k);
plot_panel_layout plot_lay_out(const plot *p, int panel);

/* --- Drawing ------------------------------------------------------------------------ */
/* A text of the figure, for SVG, where it stays text. */
typedef struct {
  double x, y, size;
  int colour;
  plot_anchor anchor;
  bool upright, bold; /* upright: read from bottom to top */
  char *text;
} plot_label;

/* Shapes go to cairo at once, texts to `labels` (SVG) or to cairo. */
typedef struct plot_canvas {
  const struct plot_cairo_api *cairo;
  struct _cairo *context;
  bool keep_text;
  plot_label *labels;
  int n_labels;
} plot_canvas;

void plot_draw(const plot *p, plot_canvas *canvas);
void plot_draw_item(const plot_item *item, const plot_panel_layout *at, plot_canvas *canvas);
void plot_draw_key(const plot_legend_key *key, double x, double y, plot_canvas *canvas);
/* Colour, width and dash of what is stroked next. */
void plot_pen(plot_canvas *c, int colour, double opacity, double width, plot_dash dash);
void plot_segment(plot_canvas *c, double x0, double y0, double x1, double y1);
void plot_put_text(plot_canvas *c, double x, double y, double size, int colour,
                   plot_anchor anchor, bool upright, bool bold, const char *text);

/* --- Colours (colour.c) ------------------------------------------------------------- */
unsigned plot_rgb(int colour);           /* light, 0xrrggbb */
const char *plot_variable(int colour);   /* "--plot-ink" */
enum { PLOT_ALL_COLOURS = PLOT_SERIES + PLOT_COLOURS };

/* The whole file: text with an XML header and light colours. */
char *plot_svg_file(const plot *p, erg_problems *problems);

#endif
