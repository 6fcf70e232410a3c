/* Where panels, axes and texts lie. Widths of texts are estimated, so that the layout is
 * the same whatever fonts are installed. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plot/internal.h"

double plot_title_height(const plot *p) {
  if (!p->title || !*p->title) return 0;
  return plot_title_break(p) < strlen(p->title) ? 26 + PLOT_TITLE_LINE : 26;
}

size_t plot_title_break(const plot *p) {
  return plot_text_break(p->title, PLOT_LARGE, (p->width - 16) / PLOT_BOLD);
}

double plot_key_width(const plot_legend_key *k) {
  return 26 + plot_text_width(k->text, PLOT_SMALL) + 16;
}

double plot_legend_height(const plot *p) {
  if (!p->n_keys) return 0;
  double x = 0;
  int lines = 1;
  for (int i = 0; i < p->n_keys; i++) {
    double w = plot_key_width(&p->keys[i]);
    if (x > 0 && x + w > p->width - 16) {
      x = 0;
      lines++;
    }
    x += w;
  }
  return 8 + 17 * lines;
}

double plot_total_height(const plot *p) {
  return p->height + plot_title_height(p) + plot_legend_height(p);
}

double plot_at(const plot_axis_layout *a, double v) {
  if (!plot_usable(v) || (a->log && v <= 0)) return NAN;
  double part = a->log ? (log(v) - log(a->low)) / (log(a->high) - log(a->low))
                       : (v - a->low) / (a->high - a->low);
  double at = a->from + part * (a->to - a->from);
  /* Far outside: near enough that cairo's fixed-point numbers hold it. */
  return fmin(fmax(at, -20000), 20000);
}

/* --- Ranges ------------------------------------------------------------------------- */

typedef struct {
  double low, high;
  bool log;
} span;

static void hold(span *s, double v) {
  if (!plot_usable(v) || (s->log && v <= 0)) return;
  if (!(s->low <= v)) s->low = v;
  if (!(s->high >= v)) s->high = v;
}

static void hold_all(span *s, const double *v, int64_t n, double beside) {
  for (int64_t i = 0; v && i < n; i++) {
    hold(s, v[i] - beside);
    hold(s, v[i] + beside);
  }
}

static void hold_item(span *s, const plot_item *m, plot_dim d) {
  bool x = d == PLOT_X;
  switch (m->kind) {
    case ITEM_LINE:
    case ITEM_POINTS: hold_all(s, x ? m->x : m->y, m->n, 0); break;
    case ITEM_TEXT: break; /* texts don't stretch axes */
    case ITEM_BARS:
      hold_all(s, x ? m->x : m->y, m->n, x ? m->extent / 2 : 0);
      if (!x) {
        hold_all(s, m->low, m->n, 0);
        hold_all(s, m->high, m->n, 0);
        hold(s, 0);
      }
      break;
    case ITEM_WHISKERS:
      if (m->dim == d) {
        hold_all(s, m->low, m->n, 0);
        hold_all(s, m->high, m->n, 0);
      } else {
        hold_all(s, m->x, m->n, 0);
      }
      break;
    case ITEM_HBARS:
      hold_all(s, x ? m->low : m->y, m->n, x ? 0 : m->extent / 2);
      if (x) hold_all(s, m->high, m->n, 0);
      break;
    case ITEM_AREA:
      hold_all(s, x ? m->x : m->low, m->n, 0);
      if (!x) hold_all(s, m->high, m->n, 0);
      break;
    case ITEM_RUG:
      if (x) hold_all(s, m->x, m->n, 0);
      break;
    case ITEM_RULE:
      if (m->dim == d) hold_all(s, m->x, 1, 0);
      break;
  }
}

static void find_range(const plot *p, int panel, plot_dim d, plot_axis_layout *a) {
  const plot_scale *k = &p->panels[panel].scale[d];
  a->log = k->log;
  if (k->n_names) {
    a->log = false;
    a->low = -0.5;
    a->high = k->n_names - 0.5;
    return;
  }
  span s = {NAN, NAN, k->log};
  for (int i = 0; i < p->n_items; i++) {
    if (p->items[i].panel == panel) hold_item(&s, &p->items[i], d);
  }
  hold(&s, k->least);
  hold(&s, k->most);
  bool fixed_low = plot_usable(k->low) && (!k->log || k->low > 0),
       fixed_high = plot_usable(k->high) && (!k->log || k->high > 0);
  bool at_zero = !k->log && s.low == 0; /* counts and shares start at the axis */
  if (fixed_low) s.low = k->low;
  if (fixed_high) s.high = k->high;
  if (isnan(s.low)) s.low = isnan(s.high) ? (k->log ? 1 : 0) : s.high;
  if (isnan(s.high)) s.high = s.low;
  if (k->log) {
    double pad = s.high > s.low ? pow(s.high / s.low, 0.04) : 2;
    if (!fixed_low || !(s.high > s.low)) s.low /= pad;
    if (!fixed_high || !(s.high > s.low)) s.high *= pad;
  } else {
    double size = fmax(fabs(s.low), fabs(s.high));
    bool flat = !(s.high - s.low > 1e-13 * size);
    double pad = flat ? (size > 0 ? 0.5 * size : 1) : 0.04 * (s.high - s.low);
    if (flat || !(fixed_low || at_zero)) s.low -= pad;
    if (flat || !fixed_high) s.high += pad;
  }
  a->low = s.low;
  a->high = s.high;
}

static double widest(char **texts, int n, double size) {
  double w = 0;
  for (int i = 0; i < n; i++) w = fmax(w, plot_text_width(texts[i], size));
  return w;
}

double plot_column_width(const plot_text_column *c, double cell) {
  return fmax(fmin(widest(c->texts, c->n, PLOT_SMALL), PLOT_TEXTS * cell),
              plot_text_width(c->heading, PLOT_SMALL));
}

/* --- Panels ------------------------------------------------------------------------- */

plot_panel_layout plot_lay_out(const plot *p, int panel) {
  const plot_panel_data *d = &p->panels[panel];
  plot_panel_layout l;
  double cell_w = p->width / p->columns, cell_h = p->height / p->rows;
  int row = panel / p->columns, column = panel % p->columns;
  l.top = plot_title_height(p) + row * cell_h + (d->heading ? 22 : 10);
  l.bottom = plot_title_height(p) + (row + 1) * cell_h - 8;
  l.left = column * cell_w + 8;
  l.right = (column + 1) * cell_w - 18;
  const plot_scale *x = &d->scale[PLOT_X], *y = &d->scale[PLOT_Y];
  if (!x->no_ticks) l.bottom -= 16;
  if (x->label) l.bottom -= 18;
  if (y->label) l.left += 18;
  bool any_heading = false;
  for (int k = 0; k < d->n_columns; k++) {
    const plot_text_column *c = &d->columns[k];
    any_heading = any_heading || *c->heading;
    l.right -= plot_column_width(c, cell_w) + 14;
  }
  if (any_heading) l.top += 8;
  if (l.bottom < l.top + 20) l.bottom = l.top + 20;

  plot_axis_layout *ax = &l.axis[PLOT_X], *ay = &l.axis[PLOT_Y];
  find_range(p, panel, PLOT_X, ax);
  find_range(p, panel, PLOT_Y, ay);
  ay->n_ticks = ax->n_ticks = 0;
  if (y->n_names) {
    l.left += fmin(widest(y->names, y->n_names, PLOT_SMALL), PLOT_NAMES * cell_w) + 8;
  } else if (!y->no_ticks) {
    ay->n_ticks = plot_ticks(ay->low, ay->high, ay->log, (int)((l.bottom - l.top) / 36),
                             ay->ticks);
    double w = 0;
    for (int i = 0; i < ay->n_ticks; i++) {
      char text[40];
      plot_tick_text(ay->ticks, ay->n_ticks, ay->log, i, text, sizeof text);
      w = fmax(w, plot_text_width(text, PLOT_SMALL));
    }
    l.left += w + 8;
  }
  if (l.right < l.left + 20) l.right = l.left + 20;
  if (!x->n_names && !x->no_ticks)
    ax->n_ticks = plot_ticks(ax->low, ax->high, ax->log, (int)((l.right - l.left) / 58),
                             ax->ticks);
  ax->from = l.left;
  ax->to = l.right;
  /* Categories go from the top down. */
  ay->from = y->n_names ? l.top : l.bottom;
  ay->to = y->n_names ? l.bottom : l.top;
  return l;
}
