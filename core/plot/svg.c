/* SVG: cairo's paths without its header and ids, coordinates rounded to 0.01, colours named
 * by their roles, and the texts as texts. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plot/cairo_api.h"
#include "plot/internal.h"
#include "read/memory.h"

static cairo_status_t keep(void *out, const unsigned char *bytes, unsigned n) {
  return fwrite(bytes, 1, n, out) == n ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static void put_escaped(FILE *out, const char *text) {
  for (; *text; text++) {
    unsigned char c = (unsigned char)*text;
    if (c == '<') fputs("&lt;", out);
    else if (c == '>') fputs("&gt;", out);
    else if (c == '&') fputs("&amp;", out);
    else if (c == '"') fputs("&quot;", out);
    else if (c < 32) putc(' ', out); /* XML has no control characters */
    else putc(c, out);
  }
}

static void put_colour(FILE *out, int colour, bool inlined) {
  if (inlined)
    fprintf(out, "var(%s)", plot_variable(colour));
  else
    fprintf(out, "#%06x", plot_rgb(colour));
}

/* The role with the colour nearest to cairo's percentages. */
static int role_of(const double *percent) {
  int best = 0;
  double least = INFINITY;
  for (int k = 0; k < PLOT_ALL_COLOURS; k++) {
    double distance = 0;
    for (int i = 0; i < 3; i++)
      distance += fabs(percent[i] * 2.55 - (double)(plot_rgb(k) >> (16 - 8 * i) & 255));
    if (distance < least) {
      least = distance;
      best = k;
    }
  }
  return best;
}

static void put_number(FILE *out, double v) {
  char text[400];
  snprintf(text, sizeof text, "%.2f", v);
  char *end = text + strlen(text);
  while (end[-1] == '0') *--end = 0;
  if (end[-1] == '.') *--end = 0;
  fputs(strcmp(text, "-0") ? text : "0", out);
}

/* What cairo writes though it is SVG's default. */
static size_t needless(const char *at) {
  static const char *const texts[] = {
      "stroke-miterlimit:10;",      " stroke-miterlimit=\"10\"", "stroke-opacity:1;",
      " stroke-opacity=\"1\"",      "fill-opacity:1;",           " fill-opacity=\"1\"",
      "fill-rule:nonzero;",         " fill-rule=\"nonzero\"",    "stroke-linecap:butt;",
      " stroke-linecap=\"butt\"",   " transform=\"matrix(1,0,0,1,0,0)\"",
      " transform=\"matrix(1 0 0 1 0 0)\"", "stroke:none;"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    size_t n = strlen(texts[i]);
    if (!strncmp(at, texts[i], n)) return n;
  }
  return 0;
}

static void put_element(FILE *out, const char *from, const char *to, bool inlined) {
  for (const char *c = from; c < to;) {
    double rgb[3];
    int used = 0;
    size_t skip = needless(c);
    if (skip) {
      c += skip;
    } else if (sscanf(c, "rgb(%lf%%,%lf%%,%lf%%)%n", &rgb[0], &rgb[1], &rgb[2], &used) == 3 &&
               used) {
      put_colour(out, role_of(rgb), inlined);
      c += used;
    } else if ((isdigit((unsigned char)*c) || *c == '-') && !isalnum((unsigned char)c[-1]) &&
               isdigit((unsigned char)c[*c == '-'])) {
      char *end;
      put_number(out, strtod(c, &end));
      c = end;
    } else {
      if (!(*c == ' ' && c[1] == '"')) putc(*c, out);
      c++;
    }
  }
  putc('\n', out);
}

static void put_shapes(FILE *out, const char *svg, bool inlined) {
  for (const char *at = svg; (at = strstr(at, "<path"));) {
    const char *end = strstr(at, "/>");
    if (!end) break;
    put_element(out, at, end + 2, inlined);
    at = end;
  }
}

static void put_label(FILE *out, const plot_label *t, bool inlined) {
  static const char *const anchors[] = {"start", "middle", "end"};
  fputs("<text x=\"", out);
  put_number(out, t->x);
  fputs("\" y=\"", out);
  put_number(out, t->y);
  fprintf(out, "\" font-size=\"%g\"", t->size);
  if (t->anchor != PLOT_START) fprintf(out, " text-anchor=\"%s\"", anchors[t->anchor]);
  if (t->bold) fputs(" font-weight=\"bold\"", out);
  if (t->upright) {
    fputs(" transform=\"rotate(-90 ", out);
    put_number(out, t->x);
    putc(' ', out);
    put_number(out, t->y);
    fputs(")\"", out);
  }
  fputs(" style=\"fill:", out);
  put_colour(out, t->colour, inlined);
  fputs("\">", out);
  put_escaped(out, t->text);
  fputs("</text>\n", out);
}

/* What a screen reader says: title and description, as elements of their own. */
static void put_naming(FILE *out, const plot *p, const char *id) {
  const char *prefix = id ? id : "figure";
  fprintf(out, " role=\"img\" aria-labelledby=\"%s-title%s%s%s\">\n<title id=\"%s-title\">", prefix,
          p->description ? " " : "", p->description ? prefix : "", p->description ? "-desc" : "",
          prefix);
  put_escaped(out, p->title ? p->title : "figure");
  fputs("</title>\n", out);
  if (!p->description) return;
  fprintf(out, "<desc id=\"%s-desc\">", prefix);
  put_escaped(out, p->description);
  fputs("</desc>\n", out);
}

/* id NULL: a file. */
static char *make_svg(const plot *p, const char *id, erg_problems *problems) {
  const plot_cairo_api *a = plot_cairo_load(problems);
  if (!a) return NULL;
  double height = plot_total_height(p);
  char *drawn = NULL, *text = NULL;
  size_t n = 0;
  FILE *memory = open_memstream(&drawn, &n);
  if (!memory) erg_out_of_memory();
  cairo_surface_t *surface = a->svg_surface_create_for_stream(keep, memory, p->width, height);
  plot_canvas canvas = {.cairo = a, .context = a->create(surface), .keep_text = true};
  plot_draw(p, &canvas);
  cairo_status_t status = a->status(canvas.context);
  a->destroy(canvas.context);
  a->surface_finish(surface);
  if (!status) status = a->surface_status(surface);
  a->surface_destroy(surface);
  if (fclose(memory) != 0) erg_out_of_memory();
  if (status) {
    erg_error(problems, (erg_place){0}, NULL, "libcairo can't draw the figure: %s",
              a->status_to_string(status));
  } else {
    FILE *out = open_memstream(&text, &n);
    if (!out) erg_out_of_memory();
    if (!id) fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", out);
    fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %g %g\"", p->width,
            height);
    if (id)
      fprintf(out, " class=\"plot\" id=\"%s\" style=\"max-width:%gpx\"", id, p->width);
    else
      fprintf(out, " width=\"%g\" height=\"%g\" font-family=\"sans-serif\"", p->width, height);
    put_naming(out, p, id);
    if (!id) fprintf(out, "<path d=\"M0 0H%gV%gH0Z\" fill=\"#ffffff\"/>\n", p->width, height);
    put_shapes(out, drawn, id != NULL);
    for (int i = 0; i < canvas.n_labels; i++) put_label(out, &canvas.labels[i], id != NULL);
    fputs("</svg>\n", out);
    if (fclose(out) != 0) erg_out_of_memory();
  }
  for (int i = 0; i < canvas.n_labels; i++) free(canvas.labels[i].text);
  free(canvas.labels);
  free(drawn);
  return text;
}

char *plot_svg(const plot *p, const char *prefix, erg_problems *problems) {
  return make_svg(p, prefix, problems);
}

char *plot_svg_file(const plot *p, erg_problems *problems) {
  return make_svg(p, NULL, problems);
}
