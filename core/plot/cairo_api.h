/* libcairo, loaded on first use as core/output/netcdf_api.h loads libnetcdf: a run without
 * figures needs none. The functions' types are those of the installed header. */
#ifndef ERGODE_PLOT_CAIRO_API_H
#define ERGODE_PLOT_CAIRO_API_H

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <cairo.h>
#include "read/source.h"

#define PLOT_CAIRO_FUNCTIONS(X)                                                            \
  X(image_surface_create) X(svg_surface_create_for_stream) X(pdf_surface_create_for_stream) \
  X(surface_write_to_png_stream) X(surface_finish) X(surface_status) X(surface_destroy)    \
  X(create) X(destroy) X(status) X(status_to_string) X(scale) X(set_source_rgba)           \
  X(set_line_width) X(set_line_cap) X(set_line_join) X(set_dash) X(new_path) X(move_to)    \
  X(line_to) X(close_path) X(rectangle) X(stroke) X(fill) X(paint) X(save) X(restore)      \
  X(translate) X(rotate) X(select_font_face) X(set_font_size) X(text_extents) X(show_text)

typedef struct plot_cairo_api {
#define DECLARE(name) __typeof__(&cairo_##name) name;
  PLOT_CAIRO_FUNCTIONS(DECLARE)
#undef DECLARE
} plot_cairo_api;

/* NULL with a problem that says what to install. */
const plot_cairo_api *plot_cairo_load(erg_problems *p);

#endif
