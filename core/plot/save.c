/* Figures as files: SVG, PNG, PDF. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plot/cairo_api.h"
#include "plot/internal.h"
#include "read/whole_file.h"

enum { PNG_SCALE = 2 };

static cairo_status_t keep(void *out, const unsigned char *bytes, unsigned n) {
  return fwrite(bytes, 1, n, out) == n ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static cairo_status_t draw(const plot *p, const plot_cairo_api *a, cairo_surface_t *surface,
                           double scale) {
  plot_canvas canvas = {.cairo = a, .context = a->create(surface)};
  a->scale(canvas.context, scale, scale);
  plot_pen(&canvas, PLOT_PAPER, 1, 1, PLOT_SOLID);
  a->paint(canvas.context);
  plot_draw(p, &canvas);
  cairo_status_t status = a->status(canvas.context);
  a->destroy(canvas.context);
  return status;
}

static cairo_status_t write_png(const plot *p, const plot_cairo_api *a, FILE *out) {
  cairo_surface_t *s = a->image_surface_create(
      CAIRO_FORMAT_RGB24, (int)(p->width * PNG_SCALE), (int)(plot_total_height(p) * PNG_SCALE));
  cairo_status_t status = draw(p, a, s, PNG_SCALE);
  if (!status) status = a->surface_write_to_png_stream(s, keep, out);
  a->surface_destroy(s);
  return status;
}

static cairo_status_t write_pdf(const plot *p, const plot_cairo_api *a, FILE *out) {
  cairo_surface_t *s =
      a->pdf_surface_create_for_stream(keep, out, p->width, plot_total_height(p));
  cairo_status_t status = draw(p, a, s, 1);
  a->surface_finish(s);
  if (!status) status = a->surface_status(s);
  a->surface_destroy(s);
  return status;
}

bool plot_save(const plot *p, const char *path, erg_problems *problems) {
  const char *end = strrchr(path, '.');
  bool svg = end && !strcmp(end, ".svg"), png = end && !strcmp(end, ".png");
  if (!svg && !png && !(end && !strcmp(end, ".pdf")))
    return erg_error(problems, (erg_place){0}, "end its name in .svg, .png or .pdf",
                     "%s: the format of the figure isn't known", path);
  const plot_cairo_api *a = plot_cairo_load(problems);
  if (!a) return false;
  char *text = svg ? plot_svg_file(p, problems) : NULL;
  if (svg && !text) return false;
  erg_whole_file file = erg_whole_open(path);
  cairo_status_t status = CAIRO_STATUS_SUCCESS;
  if (file.out) {
    errno = 0;
    if (svg && fputs(text, file.out) < 0) status = CAIRO_STATUS_WRITE_ERROR;
    if (png) status = write_png(p, a, file.out);
    if (!svg && !png) status = write_pdf(p, a, file.out);
    if (status && !file.error) file.error = errno ? errno : EIO;
  }
  free(text);
  int code = erg_whole_close(&file, 0);
  if (!code) return true;
  bool system = !status || status == CAIRO_STATUS_WRITE_ERROR;
  return erg_error(problems, (erg_place){0},
                   system ? "free space, or write elsewhere" : NULL, "%s can't be written: %s",
                   path, system ? strerror(code) : a->status_to_string(status));
}
