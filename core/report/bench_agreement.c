/* Agreement with the reference: every quantity's difference, in figures and in a table. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read/memory.h"
#include "report/bench_lines.h"

enum { MOST_ROWS = 12, LINE = 26, WORST = 5 };
#define APART 0.17          /* of means and standard deviations from the line between them */
#define THREE_APART 0.27    /* the same with means of squares on that line */
#define LEAST_PERCENT 0.01  /* smaller differences are drawn here */
#define MOST_PERCENT 1000.0 /* and larger ones */

enum { MEAN, SD, SQUARE, PARTS };

static const bench_difference *part(const bench_agreement *a, int which) {
  return which == MEAN ? &a->mean : which == SD ? &a->sd : &a->square;
}

static bool has_squares(const bench_row *row) {
  return row->n_agreements > 0 && !isnan(row->agreements[0].square.z);
}

/* % of the reference's size. */
static double percent(const bench_difference *d) {
  double v = 100 * fabs(d->value - d->reference) / fabs(d->reference);
  return isnan(v) ? MOST_PERCENT : fmin(fmax(v, LEAST_PERCENT), MOST_PERCENT);
}

static plot_style dot_of(const bench_report *r, int row) {
  plot_style s = view_colour(r, row);
  s.marker = PLOT_DOT;
  s.size = 4;
  s.opacity = 0.7;
  return s;
}

/* --- Standard errors ------------------------------------------------------------------ */

/* Where the axis ends: what is farther off is drawn there. */
static double end_of(const bench_report *r, const view_lines *l) {
  double limit = 0, most = 0;
  for (int i = 0; i < l->n; i++) {
    limit = fmax(limit, r->rows[l->rows[i]].z_limit);
    most = fmax(most, fabs(r->rows[l->rows[i]].z_worst));
  }
  return fmax(5.3, 1.06 * fmax(limit, fmin(most, 2 * limit))); /* 5 is on the axis */
}

/* Differences of a row within the limit as dots, the others as crosses; those of squares,
 * which have no limit, in the row's own colour. */
static void put_errors(plot *p, const bench_report *r, int row_number, int at, double end,
                       bool *beyond) {
  const bench_row *row = &r->rows[row_number];
  int n = row->n_agreements;
  double *x = erg_alloc((size_t)(2 * n + 2) * sizeof *x), *y = x + n + 1;
  plot_style dot = dot_of(r, row_number), cross = plot_role(PLOT_BAD);
  cross.marker = PLOT_CROSS;
  cross.size = 8;
  plot_style beside = dot;
  beside.marker = PLOT_CROSS;
  double apart = has_squares(row) ? THREE_APART : APART;
  for (int which = 0; which < PARTS; which++) {
    int within = 0;
    double line = at + (which == MEAN ? -apart : which == SD ? apart : 0);
    for (int i = 0; i < n && (which != SQUARE || has_squares(row)); i++) {
      double z = part(&row->agreements[i], which)->z;
      if (isnan(z)) continue;
      if (fabs(z) <= row->z_limit) {
        x[within] = z;
        y[within++] = line;
      } else {
        z = fmax(fmin(z, 0.98 * end), -0.98 * end);
        plot_points(p, which == SQUARE ? beside : cross, &z, &line, 1);
        *beyond |= which != SQUARE;
      }
    }
    plot_points(p, dot, x, y, within);
  }
  if (!n && isfinite(row->z_worst)) { /* a document that has only the worst */
    double z = fmin(row->z_worst, 0.98 * end), line = at;
    bool good = row->z_worst <= row->z_limit;
    plot_points(p, good ? dot : cross, &z, &line, 1);
    *beyond |= !good;
  }
  free(x);
}

static void free_texts(char **texts, int n) {
  for (int i = 0; i < n; i++) free(texts[i]);
  free(texts);
}

static void errors_panel(plot *p, const bench_report *r, view_lines *l, bool *beyond) {
  double end = end_of(r, l);
  char **worst = erg_alloc((size_t)l->n * sizeof *worst + 1);
  plot_style band = plot_role(PLOT_BAND);
  band.width = 18;
  plot_heading(p, "In Monte Carlo standard errors");
  plot_axis(p, PLOT_X, "(value - reference) / error");
  plot_range(p, PLOT_X, -end, end);
  for (int i = 0; i < l->n; i++) {
    const bench_row *row = &r->rows[l->rows[i]];
    double low = -row->z_limit, at = i;
    char number[40], text[VIEW_LABEL + 60];
    bool finite = isfinite(row->z_worst);
    plot_whiskers(p, band, PLOT_X, &at, &low, &row->z_limit, 1);
    put_errors(p, r, l->rows[i], i, end, beyond);
    if (!finite)
      strcpy(number, "not finite");
    else
      snprintf(number, sizeof number, row->z_worst < 1000 ? "%.2f" : "%.2g", row->z_worst);
    worst[i] = erg_copy(number, strlen(number));
    snprintf(text, sizeof text, "%s %s", row->z_name, number);
    view_set_text(l, i, text);
  }
  plot_column(p, "worst", (const char *const *)worst, l->n);
  free_texts(worst, l->n);
}

/* --- Bands ---------------------------------------------------------------------------- */

static void percent_panel(plot *p, const bench_report *r, const view_lines *l) {
  char **texts = erg_alloc((size_t)l->n * sizeof *texts + 1);
  plot_style band = plot_role(PLOT_BAND);
  double most = 200 * BENCH_BAND_SD, least = LEAST_PERCENT;
  band.width = 9;
  for (int i = 0; i < l->n; i++) {
    const bench_row *row = &r->rows[l->rows[i]];
    plot_style dot = dot_of(r, l->rows[i]);
    int n = row->n_agreements;
    double *x = erg_alloc((size_t)(2 * n + 2) * sizeof *x), *y = x + n + 1;
    for (int sd = 0; sd < 2; sd++) {
      double end = 100 * (sd ? BENCH_BAND_SD : BENCH_BAND_MEAN), line = i + (sd ? APART : -APART);
      plot_whiskers(p, band, PLOT_X, &line, &least, &end, 1);
      for (int k = 0; k < n; k++) {
        x[k] = percent(part(&row->agreements[k], sd));
        y[k] = line;
        most = fmax(most, x[k]);
      }
      plot_points(p, dot, x, y, n);
    }
    free(x);
    char text[80];
    snprintf(text, sizeof text, "%d, %d of %d", row->mean_outside, row->sd_outside,
             row->z_tests / 2);
    texts[i] = erg_copy(text, strlen(text));
  }
  plot_heading(p, "In % of the reference's");
  plot_axis(p, PLOT_X, "% (log scale)");
  plot_log(p, PLOT_X);
  plot_range(p, PLOT_X, LEAST_PERCENT / 1.3, fmin(most, MOST_PERCENT) * 1.3);
  plot_column(p, "outside", (const char *const *)texts, l->n);
  free_texts(texts, l->n);
}

/* --- Figure --------------------------------------------------------------------------- */

static plot *agreement(const bench_report *r, const int *rows, int n, const char *name) {
  int *tested = erg_alloc((size_t)n * sizeof *tested + 1), m = 0;
  bool any = false, beyond = false, squares = false;
  for (int i = 0; i < n; i++) {
    const bench_row *row = &r->rows[rows[i]];
    if (!row->z_tests || !(row->z_limit > 0)) continue;
    tested[m++] = rows[i];
    any |= row->n_agreements > 0;
    squares |= has_squares(row);
  }
  if (!m) {
    free(tested);
    return NULL;
  }
  view_lines l = view_lines_of(r, tested, m);
  char title[300];
  snprintf(title, sizeof title, "Agreement: %s", name);
  int panels = any ? 2 : 1;
  plot *p = plot_new(VIEW_LINES_WIDTH, panels * (76 + LINE * m), title);
  plot_panels(p, panels, 1);
  for (int i = 0; i < panels; i++) {
    plot_panel(p, i);
    plot_categories(p, PLOT_Y, (const char *const *)l.labels, m);
    if (i)
      percent_panel(p, r, &l);
    else
      errors_panel(p, r, &l, &beyond);
  }
  plot_key(p, (plot_style){.colour = PLOT_INK, .size = 5}, PLOT_KEY_MARKER,
           squares ? "from above: mean, square (not judged), standard deviation"
           : any   ? "a quantity: above its mean, below its standard deviation"
                   : "the worst");
  plot_key(p, plot_role(PLOT_BAND), PLOT_KEY_BOX,
           any ? "the limit; 5 % of means, 10 % of standard deviations" : "up to the limit");
  if (beyond)
    plot_key(p, (plot_style){.colour = PLOT_BAD, .marker = PLOT_CROSS, .size = 7},
             PLOT_KEY_MARKER, "beyond the limit");
  view_describe(p, &l, "the quantity that differs most, in Monte Carlo standard errors");
  view_lines_free(&l);
  free(tested);
  return p;
}

void view_agreement_figures(const bench_report *r, report_figures *f) {
  view_each_workload(r, true, MOST_ROWS, agreement, "agreement", VIEW_AGREEMENT, "", f);
}

/* --- Table ---------------------------------------------------------------------------- */

/* The quantities that differ most, the worst first; returns how many. */
static int worst_of(const bench_row *row, int list[static WORST]) {
  int n = 0;
  for (int i = 0; i < row->n_agreements; i++) {
    double w = bench_worst_z(&row->agreements[i]);
    int k = n < WORST ? n++ : WORST;
    for (; k && w > bench_worst_z(&row->agreements[list[k - 1]]); k--)
      if (k < WORST) list[k] = list[k - 1];
    if (k < WORST) list[k] = i;
  }
  return n;
}

static void put_difference(FILE *out, const bench_row *row, int i, int q, int sd) {
  const bench_difference *d = part(&row->agreements[q], sd);
  const char *key = sd ? "sd" : "mean";
  char text[40];
#define AT "rows/%d/checks/moments/quantities/%d/%s/%d"
  view_cell(out, d->value, AT, i, q, key, 0);
  view_cell(out, d->reference, AT, i, q, key, 2);
  view_cell_text(out, fabs(d->z) > row->z_limit ? PAGE_BAD : PAGE_NONE,
                 view_number(d->z, text), AT, i, q, key, 4);
#undef AT
}

void view_agreement_table(FILE *out, const bench_report *r) {
  static const char *const titles[] = {"row", "\tquantity", "mean", "reference's", "z", "sd",
                                       "reference's", "z"};
  enum { TITLES = sizeof titles / sizeof *titles };
  bool any = false;
  for (int i = 0; i < r->n_rows; i++) any |= r->rows[i].n_agreements > 0;
  if (!any) return;
  page_details_begin(out, "Quantities that differ most");
  page_table_begin(out, titles, TITLES, true);
  for (int w = 0; w < r->n_subjects; w++) {
    int n = 0, *rows = view_rows(r, w, true, &n);
    for (int k = 0; k < n; k++) {
      const bench_row *row = &r->rows[rows[k]];
      int list[WORST], worst = worst_of(row, list);
      for (int j = 0; j < worst; j++) {
        char label[VIEW_LABEL], head[VIEW_LABEL + BENCH_NAME + 4];
        view_label(r, rows[k], label);
        snprintf(head, sizeof head, "%.90s, %s", r->subjects[w].name, label);
        page_row_begin(out);
        page_row_head(out, NULL, head);
        view_cell_text(out, PAGE_TEXT, row->agreements[list[j]].name,
                       "rows/%d/checks/moments/quantities/%d/name", rows[k], list[j]);
        put_difference(out, row, rows[k], list[j], 0);
        put_difference(out, row, rows[k], list[j], 1);
        page_row_end(out);
      }
    }
    free(rows);
  }
  page_table_end(out);
  page_details_end(out);
}
