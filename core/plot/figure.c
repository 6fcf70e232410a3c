/* Building a figure: everything is copied, nothing is drawn. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plot/internal.h"
#include "read/memory.h"

static char *copy_text(const char *text) {
  if (!text) return NULL;
  size_t n = strlen(text) + 1;
  return memcpy(erg_alloc(n), text, n);
}

static char **copy_texts(const char *const *texts, int n) {
  char **copy = erg_alloc((size_t)n * sizeof *copy + 1);
  for (int i = 0; i < n; i++) copy[i] = copy_text(texts[i] ? texts[i] : "");
  return copy;
}

static void free_texts(char **texts, int n) {
  for (int i = 0; i < n; i++) free(texts[i]);
  free(texts);
}

static double *copy_values(const double *values, int64_t n) {
  if (!values) return NULL;
  double *copy = erg_alloc((size_t)n * sizeof *copy + 1);
  if (n > 0) memcpy(copy, values, (size_t)n * sizeof *copy);
  return copy;
}

bool plot_usable(double x) { return fabs(x) < 1e250; }

plot_style plot_role(plot_colour colour) { return (plot_style){.colour = (int)colour}; }

plot_style plot_series(int i) {
  i = i < 0 ? 0 : i;
  return (plot_style){.colour = PLOT_SERIES + i % PLOT_COLOURS,
                      .dash = (plot_dash)(i % 4),
                      .marker = (plot_marker)(i % 4)};
}

void plot_describe(plot *p, const char *text) {
  free(p->description);
  p->description = copy_text(text);
}

static void free_panels(plot *p) {
  for (int i = 0; i < p->rows * p->columns; i++) {
    plot_panel_data *a = &p->panels[i];
    free(a->heading);
    for (int d = 0; d < 2; d++) {
      free(a->scale[d].label);
      free_texts(a->scale[d].names, a->scale[d].n_names);
    }
    for (int k = 0; k < a->n_columns; k++) {
      free(a->columns[k].heading);
      free_texts(a->columns[k].texts, a->columns[k].n);
    }
    free(a->columns);
  }
  free(p->panels);
}

static void make_panels(plot *p, int rows, int columns) {
  p->rows = rows < 1 ? 1 : rows;
  p->columns = columns < 1 ? 1 : columns;
  p->current = 0;
  p->panels = erg_alloc((size_t)(p->rows * p->columns) * sizeof *p->panels);
  for (int i = 0; i < p->rows * p->columns; i++) {
    for (int d = 0; d < 2; d++) {
      plot_scale *s = &p->panels[i].scale[d];
      s->low = s->high = s->least = s->most = NAN;
    }
  }
}

plot *plot_new(double width, double height, const char *title) {
  plot *p = erg_alloc(sizeof *p);
  p->width = width;
  p->height = height;
  p->title = copy_text(title);
  make_panels(p, 1, 1);
  return p;
}

void plot_free(plot *p) {
  if (!p) return;
  free_panels(p);
  for (int i = 0; i < p->n_items; i++) {
    plot_item *m = &p->items[i];
    free(m->x);
    free(m->y);
    free(m->low);
    free(m->high);
    free(m->text);
  }
  free(p->items);
  for (int i = 0; i < p->n_keys; i++) free(p->keys[i].text);
  free(p->keys);
  free(p->title);
  free(p->description);
  free(p);
}

void plot_panels(plot *p, int rows, int columns) {
  free_panels(p);
  make_panels(p, rows, columns);
}

void plot_panel(plot *p, int i) {
  if (i >= 0 && i < p->rows * p->columns) p->current = i;
}

static plot_scale *scale_of(plot *p, plot_dim d) { return &p->panels[p->current].scale[d]; }

static void replace(char **at, const char *text) {
  free(*at);
  *at = copy_text(text);
}

void plot_heading(plot *p, const char *text) { replace(&p->panels[p->current].heading, text); }
void plot_axis(plot *p, plot_dim d, const char *label) { replace(&scale_of(p, d)->label, label); }
void plot_log(plot *p, plot_dim d) { scale_of(p, d)->log = true; }
void plot_no_ticks(plot *p, plot_dim d) { scale_of(p, d)->no_ticks = true; }

void plot_range(plot *p, plot_dim d, double low, double high) {
  scale_of(p, d)->low = plot_usable(low) ? low : NAN;
  scale_of(p, d)->high = plot_usable(high) ? high : NAN;
}

void plot_include(plot *p, plot_dim d, double value) {
  plot_scale *s = scale_of(p, d);
  if (!plot_usable(value)) return;
  s->least = fmin(s->least, value);
  s->most = fmax(s->most, value);
}

void plot_categories(plot *p, plot_dim d, const char *const *names, int n) {
  plot_scale *s = scale_of(p, d);
  free_texts(s->names, s->n_names);
  s->names = copy_texts(names, n);
  s->n_names = n;
}

void plot_column(plot *p, const char *heading, const char *const *texts, int n) {
  plot_panel_data *a = &p->panels[p->current];
  a->columns = erg_realloc(a->columns, (size_t)(a->n_columns + 1) * sizeof *a->columns);
  a->columns[a->n_columns++] =
      (plot_text_column){copy_text(heading ? heading : ""), copy_texts(texts, n), n};
}

static plot_item *add(plot *p, item_kind kind, plot_style style, int64_t n) {
  if ((p->n_items & (p->n_items - 1)) == 0) { /* at 0, 1, 2, 4, ...: double */
    size_t room = p->n_items ? 2 * (size_t)p->n_items : 1;
    p->items = erg_realloc(p->items, room * sizeof *p->items);
  }
  plot_item *m = &p->items[p->n_items++];
  *m = (plot_item){.kind = kind, .panel = p->current, .style = style, .n = n < 0 ? 0 : n};
  return m;
}

static plot_item *add_xy(plot *p, item_kind kind, plot_style s, const double *x,
                         const double *y, int64_t n) {
  plot_item *m = add(p, kind, s, n);
  m->y = copy_values(y, m->n);
  m->x = copy_values(x, m->n);
  if (!x) {
    m->x = erg_alloc((size_t)m->n * sizeof *m->x + 1);
    for (int64_t i = 0; i < m->n; i++) m->x[i] = (double)i;
  }
  return m;
}

void plot_line(plot *p, plot_style s, const double *x, const double *y, int64_t n) {
  add_xy(p, ITEM_LINE, s, x, y, n);
}
void plot_points(plot *p, plot_style s, const double *x, const double *y, int64_t n) {
  add_xy(p, ITEM_POINTS, s, x, y, n);
}

void plot_bars(plot *p, plot_style s, const double *x, const double *y, const double *low,
               const double *high, int64_t n, double width) {
  plot_item *m = add_xy(p, ITEM_BARS, s, x, y, n);
  m->extent = width;
  if (low && high) {
    m->low = copy_values(low, m->n);
    m->high = copy_values(high, m->n);
  }
}

void plot_whiskers(plot *p, plot_style s, plot_dim along, const double *at, const double *low,
                   const double *high, int64_t n) {
  plot_item *m = add(p, ITEM_WHISKERS, s, n);
  m->dim = along;
  m->x = copy_values(at, m->n);
  m->low = copy_values(low, m->n);
  m->high = copy_values(high, m->n);
}

void plot_hbars(plot *p, plot_style s, const double *y, const double *x0, const double *x1,
                int64_t n, double height) {
  plot_item *m = add(p, ITEM_HBARS, s, n);
  m->y = copy_values(y, m->n);
  m->low = copy_values(x0, m->n);
  m->high = copy_values(x1, m->n);
  m->extent = height;
}

void plot_area(plot *p, plot_style s, const double *x, const double *low, const double *high,
               int64_t n) {
  plot_item *m = add_xy(p, ITEM_AREA, s, x, NULL, n);
  m->high = copy_values(high, m->n);
  m->low = low ? copy_values(low, m->n) : erg_alloc((size_t)m->n * sizeof *m->low + 1);
}

void plot_rug(plot *p, plot_style s, const double *x, int64_t n) {
  plot_item *m = add(p, ITEM_RUG, s, n);
  m->x = copy_values(x, m->n);
}

void plot_rule(plot *p, plot_style s, plot_dim dim, double value) {
  plot_item *m = add(p, ITEM_RULE, s, 1);
  m->dim = dim;
  m->x = copy_values(&value, 1);
}

void plot_text(plot *p, plot_colour c, double x, double y, plot_anchor anchor,
               const char *text) {
  plot_item *m = add_xy(p, ITEM_TEXT, plot_role(c), &x, &y, 1);
  m->anchor = anchor;
  m->text = copy_text(text);
}

void plot_key(plot *p, plot_style s, plot_key_kind kind, const char *text) {
  p->keys = erg_realloc(p->keys, (size_t)(p->n_keys + 1) * sizeof *p->keys);
  p->keys[p->n_keys++] = (plot_legend_key){s, kind, copy_text(text)};
}
