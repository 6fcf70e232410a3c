#include "report/predictive.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read/memory.h"
#include "report/draws_plots.h"

#define WINDOW_BYTES ((int64_t)32 << 20)
enum { WIDTH = 360, HEIGHT = 230, GRID = 100, MOST_BARS = 40, FEW_BARS = 12, STATISTIC_BARS = 30 };

/* --- Reading ------------------------------------------------------------------------ */

static bool usable(double v) { return fabs(v) < 1e250; } /* what a figure can show */

/* Sums of a set, shifted by the data's mean so that squares don't cancel. */
typedef struct {
  double sum, square;
  int64_t n;
} sums;

static void hold(sums *s, double difference) {
  s->sum += difference;
  s->square += difference * difference;
  s->n++;
}

static double mean_of(const sums *s, double shift) {
  return s->n ? shift + s->sum / (double)s->n : NAN;
}

static double sd_of(const sums *s) {
  double n = (double)s->n;
  return s->n > 1 ? sqrt(fmax(0, (s->square - s->sum * s->sum / n) / (n - 1))) : NAN;
}

static double plain_mean(const double *v, int64_t n) {
  double sum = 0;
  for (int64_t i = 0; i < n; i++) sum += v[i] / (double)n;
  return sum;
}

/* Element i is shown where i * shown / n steps. */
static int64_t place_of(int64_t i, const report_predictive *r) {
  int64_t at = i * r->shown / r->n;
  return i == 0 || (i - 1) * r->shown / r->n != at ? at : -1;
}

static void take_element(report_predictive *r, int64_t i, const double *values, double shift,
                         sums *all) {
  int64_t at = place_of(i, r);
  for (int k = 0; at >= 0 && k < r->sets; k++)
    r->drawn[k * r->shown + at] = values[k * r->draws / r->sets];
  for (int64_t d = 0; d < r->draws; d++) hold(&all[d], values[d] - shift);
}

static bool read_drawn(out_draws *d, int variable, report_predictive *r, double shift,
                       sums *all, erg_problems *p) {
  int64_t bytes = r->draws * (int64_t)sizeof(double), step = WINDOW_BYTES / bytes;
  if (step < 1) step = 1;
  if (step > r->n) step = r->n;
  double *window = malloc((size_t)(step * bytes));
  if (!window)
    return erg_error(p, (erg_place){0}, "free memory, or thin the draws",
                     "out of memory for the figures");
  bool good = true;
  for (int64_t first = 0; good && first < r->n; first += step) {
    int64_t count = r->n - first < step ? r->n - first : step;
    good = out_draws_read(d, variable, first, count, window, p);
    for (int64_t i = 0; good && i < count; i++)
      take_element(r, first + i, window + i * r->draws, shift, all);
  }
  free(window);
  return good;
}

bool report_predictive_read(out_draws *d, int drawn, int observed, report_predictive *r,
                            erg_problems *p) {
  const out_variable *v = &out_draws_schema(d)->variables[observed];
  *r = (report_predictive){.name = erg_copy(v->name, strlen(v->name)),
                           .whole = v->type != OUT_F64,
                           .n = v->n,
                           .draws = out_draws_chains(d) * out_draws_count(d)};
  r->shown = r->n < REPORT_MOST_SHOWN ? r->n : REPORT_MOST_SHOWN;
  r->sets = (int)(r->draws < REPORT_SETS ? r->draws : REPORT_SETS);
  r->observed = erg_alloc((size_t)r->shown * sizeof(double) + 1);
  r->drawn = erg_alloc((size_t)(r->sets * r->shown) * sizeof(double) + 1);
  for (int k = 0; k < REPORT_STATISTICS; k++)
    r->drawn_statistic[k] = erg_alloc((size_t)r->draws * sizeof(double) + 1);
  double *data = erg_alloc((size_t)r->n * sizeof *data + 1);
  sums own = {0}, *all = erg_alloc((size_t)r->draws * sizeof *all + 1);
  bool good = out_draws_read(d, observed, 0, r->n, data, p);
  double shift = good ? plain_mean(data, r->n) : 0;
  if (r->whole) shift = round(shift); /* sums of counts are exact: equal ones are equal */
  for (int64_t i = 0; good && i < r->n; i++) {
    int64_t at = place_of(i, r);
    if (at >= 0) r->observed[at] = data[i];
    hold(&own, data[i] - shift);
  }
  good = good && read_drawn(d, drawn, r, shift, all, p);
  r->statistic[REPORT_MEAN] = mean_of(&own, shift);
  r->statistic[REPORT_SD] = sd_of(&own);
  for (int64_t i = 0; good && i < r->draws; i++) {
    r->drawn_statistic[REPORT_MEAN][i] = mean_of(&all[i], shift);
    r->drawn_statistic[REPORT_SD][i] = sd_of(&all[i]);
  }
  free(data);
  free(all);
  if (!good) report_predictive_free(r);
  return good;
}

void report_predictive_free(report_predictive *r) {
  free(r->name);
  free(r->observed);
  free(r->drawn);
  for (int k = 0; k < REPORT_STATISTICS; k++) free(r->drawn_statistic[k]);
  *r = (report_predictive){0};
}

/* --- Figures ------------------------------------------------------------------------ */

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Sorts the usable ones to the front; returns how many. */
static int64_t sort_usable(double *values, int64_t n) {
  int64_t kept = 0;
  for (int64_t i = 0; i < n; i++) {
    if (usable(values[i])) values[kept++] = values[i];
  }
  qsort(values, (size_t)kept, sizeof *values, ascending);
  return kept;
}

/* What is shown: the data's range and the middle 98 % of what was drawn, which one heavy tail
 * shall not squash. False where there is nothing. */
static bool shown_range(const report_predictive *r, double *low, double *high) {
  int64_t n = (int64_t)r->sets * r->shown;
  double *all = erg_alloc((size_t)(n > r->shown ? n : r->shown) * sizeof *all + 1);
  if (n) memcpy(all, r->drawn, (size_t)n * sizeof *all);
  n = sort_usable(all, n);
  *low = n ? all[(int64_t)(0.01 * (double)(n - 1))] : NAN;
  *high = n ? all[(int64_t)ceil(0.99 * (double)(n - 1))] : NAN;
  if (r->shown) memcpy(all, r->observed, (size_t)r->shown * sizeof *all);
  n = sort_usable(all, r->shown);
  if (n) *low = fmin(*low, all[0]);
  if (n) *high = fmax(*high, all[n - 1]);
  free(all);
  return *low <= *high;
}

static plot *titled(const char *what, const report_predictive *r) {
  char text[400];
  snprintf(text, sizeof text, "%s: %.300s", what, r->name);
  return plot_new(WIDTH, HEIGHT, text);
}

/* What stands where nothing can be drawn. */
static void say(plot *p, const char *text) {
  plot_range(p, PLOT_X, 0, 1);
  plot_range(p, PLOT_Y, 0, 1);
  plot_no_ticks(p, PLOT_X);
  plot_no_ticks(p, PLOT_Y);
  plot_text(p, PLOT_MUTED, 0.5, 0.5, PLOT_MIDDLE, text);
}

static bool density_of(const double *values, int64_t n, double low, double high, double *at,
                       double *density) {
  double *kept = erg_alloc((size_t)n * sizeof *kept + 1);
  int64_t count = 0;
  for (int64_t i = 0; i < n; i++) {
    if (usable(values[i])) kept[count++] = values[i];
  }
  bool varies = report_kernel_between(kept, count, low, high, at, density, GRID);
  free(kept);
  return varies;
}

static void sets_key(plot *p, plot_style s, plot_key_kind kind, const char *what, int sets) {
  char text[80];
  snprintf(text, sizeof text, "%d %s", sets, what);
  plot_key(p, s, kind, text);
}

static void draw_densities(plot *p, const report_predictive *r, double low, double high) {
  double at[GRID], density[GRID];
  plot_style drawn = plot_role((plot_colour)PLOT_SERIES), data = plot_role(PLOT_INK);
  double beside = 0.05 * (high - low); /* room for the tails' ends */
  low -= beside;
  high += beside;
  drawn.width = 0.8;
  drawn.opacity = 0.4;
  data.width = 2;
  for (int k = 0; k < r->sets; k++) {
    if (density_of(r->drawn + k * r->shown, r->shown, low, high, at, density))
      plot_line(p, drawn, at, density, GRID);
  }
  plot_range(p, PLOT_X, low, high);
  if (density_of(r->observed, r->shown, low, high, at, density))
    plot_line(p, data, at, density, GRID);
  else
    plot_rule(p, data, PLOT_X, r->observed[0]);
  plot_axis(p, PLOT_X, r->name);
  plot_axis(p, PLOT_Y, "density");
  plot_no_ticks(p, PLOT_Y);
  plot_include(p, PLOT_Y, 0);
  drawn.opacity = 1;
  plot_key(p, data, PLOT_KEY_LINE, "observed");
  sets_key(p, drawn, PLOT_KEY_LINE, "replicated", r->sets);
}

/* counts[bar] of values low, low + 1, ... in bars of `width`. */
static void count_bars(const double *values, int64_t n, double low, double width, int bars,
                       double *counts) {
  memset(counts, 0, (size_t)bars * sizeof *counts);
  for (int64_t i = 0; i < n; i++) {
    double bar = floor((values[i] - low) / width);
    if (bar >= 0 && bar < bars) counts[(int)bar]++;
  }
}

/* Few values stand below their bars, whole. */
static void name_bars(plot *p, double low, int bars, double *at) {
  char text[FEW_BARS][32];
  const char *names[FEW_BARS];
  for (int b = 0; b < bars; b++) {
    snprintf(text[b], sizeof text[b], "%.0f", low + b);
    names[b] = text[b];
    at[b] = b;
  }
  plot_categories(p, PLOT_X, names, bars);
}

static void draw_bars(plot *p, const report_predictive *r, double low, double high) {
  low = floor(low);
  double span = floor(high) - low + 1, width = fmax(1, ceil(span / MOST_BARS));
  int bars = (int)ceil(span / width);
  double at[MOST_BARS], data[MOST_BARS], counts[MOST_BARS], least[MOST_BARS], middle[MOST_BARS],
      most[MOST_BARS], one[REPORT_SETS];
  double *drawn = erg_alloc((size_t)(bars * REPORT_SETS) * sizeof *drawn);
  for (int k = 0; k < r->sets; k++) {
    count_bars(r->drawn + k * r->shown, r->shown, low, width, bars, counts);
    for (int b = 0; b < bars; b++) drawn[b * REPORT_SETS + k] = counts[b];
  }
  count_bars(r->observed, r->shown, low, width, bars, data);
  for (int b = 0; b < bars; b++) {
    at[b] = low + width * b + 0.5 * (width - 1);
    memcpy(one, drawn + b * REPORT_SETS, sizeof one);
    qsort(one, (size_t)r->sets, sizeof *one, ascending);
    double last = r->sets - 1;
    least[b] = one[(int)(0.055 * last)];
    middle[b] = one[(int)(0.5 * last)];
    most[b] = one[(int)ceil(0.945 * last)];
  }
  free(drawn);
  if (width == 1 && bars <= FEW_BARS) name_bars(p, low, bars, at);
  plot_style bar = plot_role((plot_colour)PLOT_SERIES), interval = plot_role(PLOT_INK),
             dot = {.colour = PLOT_INK, .size = 4};
  bar.opacity = 0.45;
  plot_bars(p, bar, at, data, NULL, NULL, bars, 0.85 * width);
  plot_whiskers(p, interval, PLOT_Y, at, least, most, bars);
  plot_points(p, dot, at, middle, bars);
  char label[400];
  snprintf(label, sizeof label, width > 1 ? "%.300s, %.0f values a bar" : "%.300s", r->name,
           width);
  plot_axis(p, PLOT_X, label);
  plot_axis(p, PLOT_Y, "elements");
  plot_key(p, bar, PLOT_KEY_BOX, "observed");
  sets_key(p, dot, PLOT_KEY_MARKER, "replicated: median, 89 %", r->sets);
}

plot *report_predictive_plot(const report_predictive *r) {
  plot *p = titled("Posterior predictive", r);
  double low, high;
  if (!shown_range(r, &low, &high)) {
    say(p, "no finite value was drawn");
  } else if (r->whole) {
    draw_bars(p, r, low, high);
  } else {
    draw_densities(p, r, low, high);
  }
  return p;
}

double report_predictive_p(const report_predictive *r, report_statistic which) {
  int64_t n = 0, above = 0;
  for (int64_t i = 0; i < r->draws; i++) {
    double t = r->drawn_statistic[which][i];
    n += !isnan(t);
    above += t >= r->statistic[which];
  }
  return n && !isnan(r->statistic[which]) ? (double)above / (double)n : NAN;
}

plot *report_predictive_statistic(const report_predictive *r, report_statistic which) {
  static const char *const names[] = {"Mean", "Standard deviation"};
  plot *p = titled(names[which], r);
  double own = r->statistic[which], chance = report_predictive_p(r, which);
  double *sorted = erg_alloc((size_t)r->draws * sizeof *sorted + 1);
  memcpy(sorted, r->drawn_statistic[which], (size_t)r->draws * sizeof *sorted);
  int64_t n = sort_usable(sorted, r->draws);
  if (isnan(chance) || n < 1) {
    say(p, "no finite value was drawn");
    free(sorted);
    return p;
  }
  /* The middle 99 % of the drawn ones, in bars from the first to the last. */
  double low = sorted[(int64_t)(0.005 * (double)(n - 1))],
         high = sorted[(int64_t)ceil(0.995 * (double)(n - 1))];
  double width = high > low ? (high - low) / STATISTIC_BARS : fmax(fabs(low), 1) * 0.01;
  double at[STATISTIC_BARS], counts[STATISTIC_BARS];
  count_bars(sorted, n, low, width, STATISTIC_BARS, counts);
  for (int64_t i = n - 1; i >= 0 && sorted[i] >= low + width * STATISTIC_BARS; i--)
    counts[STATISTIC_BARS - 1] += sorted[i] <= high; /* the last bar holds its upper end */
  for (int b = 0; b < STATISTIC_BARS; b++) at[b] = low + width * (b + 0.5);
  plot_style bar = plot_role((plot_colour)PLOT_SERIES), data = plot_role(PLOT_INK);
  bar.opacity = 0.45;
  data.width = 2;
  plot_bars(p, bar, at, counts, NULL, NULL, STATISTIC_BARS, 0.9 * width);
  plot_rule(p, data, PLOT_X, own);
  char text[100];
  snprintf(text, sizeof text, "observed %.4g, p = %.3g", own, chance);
  plot_heading(p, text);
  plot_axis(p, PLOT_Y, "replicated sets");
  plot_key(p, data, PLOT_KEY_LINE, "observed");
  sets_key(p, bar, PLOT_KEY_BOX, "replicated", (int)(n < INT32_MAX ? n : INT32_MAX));
  free(sorted);
  return p;
}
