/* The marks of a panel. Everything is clipped here, not by cairo: clip paths would need ids
 * in SVG, which must not meet in a page of several figures. */
#include <math.h>
#include <stdlib.h>

#include "plot/cairo_api.h"
#include "plot/internal.h"
#include "read/memory.h"

typedef struct {
  double x, y;
} point;

static double clamp(double v, double a, double b) {
  double low = fmin(a, b), high = fmax(a, b);
  return v < low ? low : v > high ? high : v;
}

static bool inside(const plot_panel_layout *l, double x, double y) {
  return x >= l->left - 0.01 && x <= l->right + 0.01 && y >= l->top - 0.01 &&
         y <= l->bottom + 0.01; /* false for NaN */
}

/* The part of a segment in the frame (Liang and Barsky). */
static bool clip(const plot_panel_layout *l, point *a, point *b) {
  double dx = b->x - a->x, dy = b->y - a->y, from = 0, to = 1;
  const double step[4] = {-dx, dx, -dy, dy};
  const double room[4] = {a->x - l->left, l->right - a->x, a->y - l->top, l->bottom - a->y};
  for (int i = 0; i < 4; i++) {
    if (step[i] == 0) {
      if (room[i] < 0) return false;
      continue;
    }
    double t = room[i] / step[i];
    if (step[i] < 0)
      from = fmax(from, t);
    else
      to = fmin(to, t);
  }
  if (from > to) return false;
  point start = *a;
  *a = (point){start.x + from * dx, start.y + from * dy};
  *b = (point){start.x + to * dx, start.y + to * dy};
  return true;
}

static void clipped_segment(const plot_panel_layout *l, plot_canvas *c, double x0, double y0,
                            double x1, double y1) {
  point a = {x0, y0}, b = {x1, y1};
  if (!isnan(x0 + y0 + x1 + y1) && clip(l, &a, &b)) plot_segment(c, a.x, a.y, b.x, b.y);
}

/* Draws a run of points without gaps. `pen`: where cairo's pen stands. */
static void join(const plot_panel_layout *l, plot_canvas *c, point *last, bool *started,
                 point next) {
  if (*started) {
    point a = *last, b = next;
    if (clip(l, &a, &b)) {
      if (a.x != last->x || a.y != last->y) c->cairo->move_to(c->context, a.x, a.y);
      c->cairo->line_to(c->context, b.x, b.y);
      if (b.x != next.x || b.y != next.y) c->cairo->move_to(c->context, next.x, next.y);
    } else {
      c->cairo->move_to(c->context, next.x, next.y);
    }
  } else {
    c->cairo->move_to(c->context, next.x, next.y);
  }
  *started = true;
  *last = next;
}

/* A line with many points in a pixel column shows the same with the first, lowest, highest
 * and last of each; they are kept in order. */
static void draw_line(const plot_item *m, const plot_panel_layout *l, plot_canvas *c) {
  const plot_axis_layout *ax = &l->axis[PLOT_X], *ay = &l->axis[PLOT_Y];
  bool ordered = m->n > 8 * (int64_t)(l->right - l->left), started = false;
  for (int64_t i = 1; i < m->n && ordered; i++) ordered = m->x[i] >= m->x[i - 1];
  point last = {0, 0};
  for (int64_t i = 0; i < m->n; i++) {
    point at = {plot_at(ax, m->x[i]), plot_at(ay, m->y[i])};
    if (isnan(at.x) || isnan(at.y)) {
      started = false;
      continue;
    }
    int64_t end = i + 1;
    if (ordered) {
      int64_t low = i, high = i;
      while (end < m->n) {
        double x = plot_at(ax, m->x[end]), y = plot_at(ay, m->y[end]);
        if (isnan(x) || isnan(y) || floor(x) != floor(at.x)) break;
        if (m->y[end] < m->y[low]) low = end;
        if (m->y[end] > m->y[high]) high = end;
        end++;
      }
      int64_t kept[4] = {i, low < high ? low : high, low < high ? high : low, end - 1};
      for (int k = 0; k < 4; k++) {
        if (k && kept[k] == kept[k - 1]) continue;
        join(l, c, &last, &started,
             (point){plot_at(ax, m->x[kept[k]]), plot_at(ay, m->y[kept[k]])});
      }
      i = end - 1;
    } else {
      join(l, c, &last, &started, at);
    }
  }
  c->cairo->stroke(c->context);
}

static void marker(plot_canvas *c, plot_marker kind, double x, double y, double size) {
  const plot_cairo_api *a = c->cairo;
  double h = size / 2;
  if (kind == PLOT_SQUARE) {
    a->rectangle(c->context, x - 0.9 * h, y - 0.9 * h, 1.8 * h, 1.8 * h);
  } else if (kind == PLOT_CROSS) {
    plot_segment(c, x - h, y - h, x + h, y + h);
    plot_segment(c, x - h, y + h, x + h, y - h);
  } else if (kind == PLOT_DOT) { /* a round cap without a line */
    plot_segment(c, x, y, x, y);
  } else {
    bool triangle = kind == PLOT_TRIANGLE;
    a->move_to(c->context, x, y - 1.2 * h);
    a->line_to(c->context, x + 1.1 * h, triangle ? y + 0.9 * h : y);
    if (!triangle) a->line_to(c->context, x, y + 1.2 * h);
    a->line_to(c->context, x - 1.1 * h, triangle ? y + 0.9 * h : y);
    a->close_path(c->context);
  }
}

static void marker_pen(plot_canvas *c, const plot_style *s, double size) {
  plot_pen(c, s->colour, s->opacity, s->marker == PLOT_DOT ? size : 1.5, PLOT_SOLID);
  if (s->marker == PLOT_DOT) c->cairo->set_line_cap(c->context, CAIRO_LINE_CAP_ROUND);
}

static void finish_markers(plot_canvas *c, plot_marker kind) {
  if (kind == PLOT_DOT || kind == PLOT_CROSS)
    c->cairo->stroke(c->context);
  else
    c->cairo->fill(c->context);
}

static void draw_points(const plot_item *m, const plot_panel_layout *l, plot_canvas *c) {
  double size = m->style.size > 0 ? m->style.size : 5;
  marker_pen(c, &m->style, size);
  for (int64_t i = 0; i < m->n; i++) {
    double x = plot_at(&l->axis[PLOT_X], m->x[i]), y = plot_at(&l->axis[PLOT_Y], m->y[i]);
    if (inside(l, x, y)) marker(c, m->style.marker, x, y, size);
  }
  finish_markers(c, m->style.marker);
}

/* From (x0, y0) to (x1, y1), clipped. */
static void box(const plot_panel_layout *l, plot_canvas *c, double x0, double y0, double x1,
                double y1) {
  if (isnan(x0 + y0 + x1 + y1)) return;
  x0 = clamp(x0, l->left, l->right);
  x1 = clamp(x1, l->left, l->right);
  y0 = clamp(y0, l->top, l->bottom);
  y1 = clamp(y1, l->top, l->bottom);
  if (x0 == x1 || y0 == y1) return;
  c->cairo->rectangle(c->context, fmin(x0, x1), fmin(y0, y1), fabs(x1 - x0), fabs(y1 - y0));
}

static void draw_whiskers(const plot_item *m, const double *at, plot_dim along,
                          const plot_panel_layout *l, plot_canvas *c) {
  double cap = m->style.width > 3 ? 0 : 3.5;
  const plot_axis_layout *a = &l->axis[along], *b = &l->axis[along == PLOT_X ? PLOT_Y : PLOT_X];
  for (int64_t i = 0; i < m->n; i++) {
    double low = plot_at(a, m->low[i]), high = plot_at(a, m->high[i]), x = plot_at(b, at[i]);
    bool across = along == PLOT_X;
    if (isnan(low + high + x)) continue;
    if (across)
      clipped_segment(l, c, low, x, high, x);
    else
      clipped_segment(l, c, x, low, x, high);
    for (int end = 0; end < 2 && cap > 0; end++) {
      double e = end ? high : low;
      if (across && inside(l, e, x)) plot_segment(c, e, x - cap, e, x + cap);
      if (!across && inside(l, x, e)) plot_segment(c, x - cap, e, x + cap, e);
    }
  }
  c->cairo->stroke(c->context);
}

static void draw_bars(const plot_item *m, const plot_panel_layout *l, plot_canvas *c) {
  const plot_axis_layout *ax = &l->axis[PLOT_X], *ay = &l->axis[PLOT_Y];
  double foot = ay->log ? l->bottom : plot_at(ay, 0);
  for (int64_t i = 0; i < m->n; i++)
    box(l, c, plot_at(ax, m->x[i] - m->extent / 2), foot, plot_at(ax, m->x[i] + m->extent / 2),
        plot_at(ay, m->y[i]));
  c->cairo->fill(c->context);
  if (!m->low) return;
  plot_pen(c, PLOT_INK, 1, 1.4, PLOT_SOLID);
  draw_whiskers(m, m->x, PLOT_Y, l, c);
}

static void draw_hbars(const plot_item *m, const plot_panel_layout *l, plot_canvas *c) {
  const plot_axis_layout *ax = &l->axis[PLOT_X], *ay = &l->axis[PLOT_Y];
  for (int64_t i = 0; i < m->n; i++)
    box(l, c, plot_at(ax, m->low[i]), plot_at(ay, m->y[i] - m->extent / 2),
        plot_at(ax, m->high[i]), plot_at(ay, m->y[i] + m->extent / 2));
  c->cairo->fill(c->context);
}

/* One stretch of an area without gaps, points from..to - 1. */
static void draw_stretch(const plot_item *m, const plot_panel_layout *l, plot_canvas *c,
                         int64_t from, int64_t to) {
  const plot_axis_layout *ax = &l->axis[PLOT_X], *ay = &l->axis[PLOT_Y];
  for (int64_t k = 0; k < 2 * (to - from); k++) {
    bool upper = k < to - from;
    int64_t i = upper ? from + k : to - 1 - (k - (to - from));
    double x = clamp(plot_at(ax, m->x[i]), l->left, l->right);
    double y = clamp(plot_at(ay, upper ? m->high[i] : m->low[i]), l->top, l->bottom);
    if (k)
      c->cairo->line_to(c->context, x, y);
    else
      c->cairo->move_to(c->context, x, y);
  }
  c->cairo->close_path(c->context);
}

static void draw_area(const plot_item *m, const plot_panel_layout *l, plot_canvas *c) {
  const plot_axis_layout *ax = &l->axis[PLOT_X], *ay = &l->axis[PLOT_Y];
  int64_t from = 0;
  for (int64_t i = 0; i <= m->n; i++) {
    bool gap = i == m->n || isnan(plot_at(ax, m->x[i]) + plot_at(ay, m->low[i]) +
                                  plot_at(ay, m->high[i]));
    if (!gap) continue;
    if (i - from > 1) draw_stretch(m, l, c, from, i);
    from = i + 1;
  }
  c->cairo->fill(c->context);
}

void plot_draw_item(const plot_item *m, const plot_panel_layout *l, plot_canvas *c) {
  const plot_style *s = &m->style;
  bool line = m->kind == ITEM_LINE || m->kind == ITEM_RULE; /* intervals are never dashed */
  plot_pen(c, s->colour, s->opacity, s->width > 0 ? s->width : 1.4, line ? s->dash : PLOT_SOLID);
  switch (m->kind) {
    case ITEM_LINE: draw_line(m, l, c); break;
    case ITEM_POINTS: draw_points(m, l, c); break;
    case ITEM_BARS: draw_bars(m, l, c); break;
    case ITEM_WHISKERS: draw_whiskers(m, m->x, m->dim, l, c); break;
    case ITEM_HBARS: draw_hbars(m, l, c); break;
    case ITEM_AREA: draw_area(m, l, c); break;
    case ITEM_RUG:
      for (int64_t i = 0; i < m->n; i++) {
        double x = plot_at(&l->axis[PLOT_X], m->x[i]);
        if (inside(l, x, l->bottom)) plot_segment(c, x, l->bottom, x, l->bottom - 8);
      }
      c->cairo->stroke(c->context);
      break;
    case ITEM_RULE: {
      double at = plot_at(&l->axis[m->dim], m->x[0]);
      if (m->dim == PLOT_X)
        clipped_segment(l, c, at, l->top, at, l->bottom);
      else
        clipped_segment(l, c, l->left, at, l->right, at);
      c->cairo->stroke(c->context);
      break;
    }
    case ITEM_TEXT: {
      double x = plot_at(&l->axis[PLOT_X], m->x[0]), y = plot_at(&l->axis[PLOT_Y], m->y[0]);
      if (inside(l, x, y))
        plot_put_text(c, x, y, PLOT_SMALL, s->colour, m->anchor, false, false, m->text);
      break;
    }
  }
}

void plot_draw_key(const plot_legend_key *k, double x, double y, plot_canvas *c) {
  const plot_style *s = &k->style;
  double size = s->size > 0 ? s->size : 5;
  if (k->kind == PLOT_KEY_MARKER) {
    marker_pen(c, s, size);
    marker(c, s->marker, x + 11, y - 4, size);
    finish_markers(c, s->marker);
    return;
  }
  plot_pen(c, s->colour, s->opacity, s->width > 0 ? s->width : 1.8, s->dash);
  if (k->kind == PLOT_KEY_BOX) {
    c->cairo->rectangle(c->context, x + 4, y - 9, 14, 9);
    c->cairo->fill(c->context);
  } else {
    plot_segment(c, x, y - 4, x + 21, y - 4);
    c->cairo->stroke(c->context);
  }
}
