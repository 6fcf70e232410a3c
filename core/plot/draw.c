/* Drawing a figure: title, panels with axes and marks, legend. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plot/cairo_api.h"
#include "plot/internal.h"
#include "read/memory.h"

static double channel(unsigned rgb, int shift) { return (double)(rgb >> shift & 255) / 255; }

void plot_pen(plot_canvas *c, int colour, double opacity, double width, plot_dash dash) {
  static const double dashes[][4] = {{0}, {6, 3}, {1.5, 2.5}, {6, 2.5, 1.5, 2.5}};
  static const int counts[] = {0, 2, 2, 4};
  unsigned rgb = plot_rgb(colour);
  c->cairo->set_source_rgba(c->context, channel(rgb, 16), channel(rgb, 8), channel(rgb, 0),
                            opacity > 0 ? opacity : 1);
  c->cairo->set_line_width(c->context, width);
  c->cairo->set_line_cap(c->context, CAIRO_LINE_CAP_BUTT);
  c->cairo->set_line_join(c->context, CAIRO_LINE_JOIN_ROUND);
  c->cairo->set_dash(c->context, dashes[dash], counts[dash], 0);
}

void plot_segment(plot_canvas *c, double x0, double y0, double x1, double y1) {
  c->cairo->move_to(c->context, x0, y0);
  c->cairo->line_to(c->context, x1, y1);
}

void plot_put_text(plot_canvas *c, double x, double y, double size, int colour,
                   plot_anchor anchor, bool upright, bool bold, const char *text) {
  if (!text || !*text) return;
  if (c->keep_text) {
    if ((c->n_labels & (c->n_labels - 1)) == 0) {
      size_t room = c->n_labels ? 2 * (size_t)c->n_labels : 1;
      c->labels = erg_realloc(c->labels, room * sizeof *c->labels);
    }
    c->labels[c->n_labels++] =
        (plot_label){x, y, size, colour, anchor, upright, bold, erg_copy(text, strlen(text))};
    return;
  }
  const plot_cairo_api *a = c->cairo;
  plot_pen(c, colour, 1, 1, PLOT_SOLID);
  a->select_font_face(c->context, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                      bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  a->set_font_size(c->context, size);
  cairo_text_extents_t e;
  a->text_extents(c->context, text, &e);
  a->save(c->context);
  a->translate(c->context, x, y);
  if (upright) a->rotate(c->context, -M_PI / 2);
  a->move_to(c->context, anchor == PLOT_START ? 0 : anchor == PLOT_END ? -e.x_advance
                                                                       : -e.x_advance / 2, 0);
  a->show_text(c->context, text);
  a->restore(c->context);
  a->new_path(c->context);
}

/* Text cut to a width, by its end. */
static void put_cut(plot_canvas *c, double x, double y, double width, plot_anchor anchor,
                    const char *text, double size, bool bold) {
  if (plot_text_width(text, size) <= width) {
    plot_put_text(c, x, y, size, PLOT_INK, anchor, false, bold, text);
    return;
  }
  char *cut = erg_alloc(strlen(text) + 4);
  strcpy(cut, text);
  size_t n = strlen(cut);
  while (n > 1 && plot_text_width(cut, size) > width - size) {
    do n--;
    while (n > 1 && ((unsigned char)cut[n] & 0xc0) == 0x80);
    cut[n] = 0;
  }
  strcat(cut, "…");
  plot_put_text(c, x, y, size, PLOT_INK, anchor, false, bold, cut);
  free(cut);
}

/* In two lines where one is too wide, the second cut; y: where one line's letters stand. */
static void put_lines(plot_canvas *c, double x, double y, double width, plot_anchor anchor,
                      const char *text) {
  size_t n = plot_text_break(text, PLOT_SMALL, width);
  if (!text[n]) {
    put_cut(c, x, y, width, anchor, text, PLOT_SMALL, false);
    return;
  }
  char *first = erg_copy(text, n);
  plot_put_text(c, x, y - 6, PLOT_SMALL, PLOT_INK, anchor, false, false, first);
  put_cut(c, x, y + 6, width, anchor, text + n, PLOT_SMALL, false);
  free(first);
}

static void draw_grid(const plot_panel_data *d, const plot_panel_layout *l, plot_canvas *c) {
  plot_pen(c, PLOT_GRID, 1, 1, PLOT_SOLID);
  for (int i = 0; i < l->axis[PLOT_X].n_ticks; i++) {
    double x = plot_at(&l->axis[PLOT_X], l->axis[PLOT_X].ticks[i]);
    plot_segment(c, x, l->top, x, l->bottom);
  }
  for (int i = 0; i < l->axis[PLOT_Y].n_ticks; i++) {
    double y = plot_at(&l->axis[PLOT_Y], l->axis[PLOT_Y].ticks[i]);
    plot_segment(c, l->left, y, l->right, y);
  }
  for (int i = 0; i < d->scale[PLOT_Y].n_names; i++) {
    double y = plot_at(&l->axis[PLOT_Y], i);
    plot_segment(c, l->left, y, l->right, y);
  }
  c->cairo->stroke(c->context);
}

static void draw_axes(const plot_panel_data *d, const plot_panel_layout *l, double cell,
                      plot_canvas *c) {
  const plot_axis_layout *ax = &l->axis[PLOT_X], *ay = &l->axis[PLOT_Y];
  const plot_scale *sx = &d->scale[PLOT_X], *sy = &d->scale[PLOT_Y];
  char text[40];
  plot_pen(c, PLOT_MUTED, 1, 1, PLOT_SOLID);
  plot_segment(c, l->left, l->bottom, l->right, l->bottom);
  if (!sy->no_ticks || sy->label) plot_segment(c, l->left, l->top, l->left, l->bottom);
  c->cairo->stroke(c->context);
  for (int i = 0; i < ax->n_ticks; i++) {
    plot_tick_text(ax->ticks, ax->n_ticks, ax->log, i, text, sizeof text);
    plot_put_text(c, plot_at(ax, ax->ticks[i]), l->bottom + 14, PLOT_SMALL, PLOT_MUTED,
                  PLOT_MIDDLE, false, false, text);
  }
  for (int i = 0; i < ay->n_ticks; i++) {
    plot_tick_text(ay->ticks, ay->n_ticks, ay->log, i, text, sizeof text);
    plot_put_text(c, l->left - 5, plot_at(ay, ay->ticks[i]) + 4, PLOT_SMALL, PLOT_MUTED,
                  PLOT_END, false, false, text);
  }
  double room = sx->n_names ? (l->right - l->left) / sx->n_names - 4 : 0;
  for (int i = 0; i < sx->n_names; i++)
    put_cut(c, plot_at(ax, i), l->bottom + 14, room, PLOT_MIDDLE, sx->names[i],
            PLOT_SMALL, false);
  for (int i = 0; i < sy->n_names; i++)
    put_lines(c, l->left - 6, plot_at(ay, i) + 4, PLOT_NAMES * cell, PLOT_END, sy->names[i]);
  if (sx->label)
    plot_put_text(c, (l->left + l->right) / 2, l->bottom + (sx->no_ticks ? 15 : 31),
                  PLOT_NORMAL, PLOT_INK, PLOT_MIDDLE, false, false, sx->label);
}

static void draw_columns(const plot_panel_data *d, const plot_panel_layout *l, double cell,
                         plot_canvas *c) {
  double x = l->right;
  for (int k = 0; k < d->n_columns; k++) {
    const plot_text_column *t = &d->columns[k];
    double width = plot_column_width(t, cell);
    x += width + 14;
    plot_put_text(c, x, l->top - 5, PLOT_SMALL, PLOT_MUTED, PLOT_END, false, true, t->heading);
    for (int i = 0; i < t->n; i++)
      put_lines(c, x, plot_at(&l->axis[PLOT_Y], i) + 4, width, PLOT_END, t->texts[i]);
  }
}

static void draw_legend(const plot *p, plot_canvas *c) {
  double x = 8, y = plot_title_height(p) + p->height + 14;
  for (int i = 0; i < p->n_keys; i++) {
    double w = plot_key_width(&p->keys[i]);
    if (x > 8 && x - 8 + w > p->width - 16) {
      x = 8;
      y += 17;
    }
    plot_draw_key(&p->keys[i], x, y, c);
    plot_put_text(c, x + 26, y, PLOT_SMALL, PLOT_INK, PLOT_START, false, false,
                  p->keys[i].text);
    x += w;
  }
}

static void draw_title(const plot *p, plot_canvas *c) {
  size_t n = plot_title_break(p);
  char *first = erg_copy(p->title, n);
  plot_put_text(c, 8, 18, PLOT_LARGE, PLOT_INK, PLOT_START, false, true, first);
  put_cut(c, 8, 18 + PLOT_TITLE_LINE, (p->width - 16) / PLOT_BOLD, PLOT_START, p->title + n,
          PLOT_LARGE, true);
  free(first);
}

void plot_draw(const plot *p, plot_canvas *c) {
  if (plot_title_height(p) > 0) draw_title(p, c);
  for (int i = 0; i < p->rows * p->columns; i++) {
    const plot_panel_data *d = &p->panels[i];
    plot_panel_layout l = plot_lay_out(p, i);
    draw_grid(d, &l, c);
    for (int k = 0; k < p->n_items; k++) {
      if (p->items[k].panel == i) plot_draw_item(&p->items[k], &l, c);
    }
    double cell = p->width / p->columns;
    draw_axes(d, &l, cell, c);
    draw_columns(d, &l, cell, c);
    if (d->scale[PLOT_Y].label)
      plot_put_text(c, (i % p->columns) * cell + 16, (l.top + l.bottom) / 2, PLOT_NORMAL,
                    PLOT_INK, PLOT_MIDDLE, true, false, d->scale[PLOT_Y].label);
    if (d->heading)
      plot_put_text(c, l.left, l.top - 7, PLOT_NORMAL, PLOT_INK, PLOT_START, false, true,
                    d->heading);
  }
  draw_legend(p, c);
}
