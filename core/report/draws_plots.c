#include "report/draws_plots.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read/memory.h"

enum { GRID = 200, WIDTH = 360, HEIGHT = 230 };

static bool usable(double v) { return fabs(v) < 1e250; } /* what a figure can show */

static int shown(const report_scalar *s) {
  return s->chains < REPORT_MOST_CHAINS ? s->chains : REPORT_MOST_CHAINS;
}

static plot *titled(const char *what, const char *name) {
  char text[400];
  snprintf(text, sizeof text, "%s: %s", what, name);
  return plot_new(WIDTH, HEIGHT, text);
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The finite ones of n values, malloc'd. */
static double *finite_of(const double *values, int64_t n, int64_t *count) {
  double *kept = erg_alloc((size_t)n * sizeof *kept + 1);
  *count = 0;
  for (int64_t i = 0; i < n; i++) {
    if (usable(values[i])) kept[(*count)++] = values[i];
  }
  return kept;
}

static void chain_keys(plot *p, const report_scalar *s) {
  char text[32];
  if (s->chains > PLOT_COLOURS) return; /* colours come again */
  for (int c = 0; c < s->chains; c++) {
    snprintf(text, sizeof text, "chain %d", c + 1);
    plot_style style = plot_series(c);
    style.dash = PLOT_SOLID;
    plot_key(p, style, PLOT_KEY_LINE, text);
  }
}

plot *report_trace(const report_scalar *s, const report_scalar *divergent) {
  plot *p = titled("Trace", s->name);
  plot_axis(p, PLOT_X, "draw");
  plot_range(p, PLOT_X, 1, s->draws > 1 ? (double)s->draws : 2);
  double *x = erg_alloc((size_t)s->draws * sizeof *x + 1);
  for (int64_t i = 0; i < s->draws; i++) x[i] = (double)(i + 1);
  for (int c = 0; c < shown(s); c++) {
    plot_style style = plot_series(c);
    style.dash = PLOT_SOLID;
    style.width = 0.8;
    style.opacity = 0.7;
    if (s->draws > 1)
      plot_line(p, style, x, s->values + c * s->draws, s->draws);
    else
      plot_points(p, style, x, s->values + c * s->draws, s->draws);
  }
  int64_t n = 0;
  double *bad = erg_alloc((size_t)(s->chains * s->draws) * sizeof *bad + 1);
  for (int c = 0; divergent && c < s->chains; c++) {
    for (int64_t i = 0; i < s->draws; i++) {
      if (divergent->values[c * s->draws + i] > 0.5) bad[n++] = x[i];
    }
  }
  plot_rug(p, plot_role(PLOT_BAD), bad, n);
  chain_keys(p, s);
  plot_style rug = plot_role(PLOT_BAD);
  if (n) plot_key(p, rug, PLOT_KEY_LINE, "divergent (below)");
  free(bad);
  free(x);
  return p;
}

typedef struct {
  double value;
  int chain;
} ranked;

static int by_value(const void *a, const void *b) {
  return ascending(&((const ranked *)a)->value, &((const ranked *)b)->value);
}

bool report_rank_counts(const report_scalar *s, double *counts) {
  int64_t n = 0;
  ranked *all = erg_alloc((size_t)(s->chains * s->draws) * sizeof *all + 1);
  for (int c = 0; c < s->chains; c++) {
    for (int64_t i = 0; i < s->draws; i++) {
      double v = s->values[c * s->draws + i];
      if (usable(v)) all[n++] = (ranked){v, c};
    }
  }
  qsort(all, (size_t)n, sizeof *all, by_value);
  bool varies = n > 1 && all[0].value < all[n - 1].value;
  memset(counts, 0, (size_t)s->chains * REPORT_RANK_BINS * sizeof *counts);
  for (int64_t i = 0, end; varies && i < n; i = end) {
    for (end = i + 1; end < n && all[end].value == all[i].value;) end++;
    double rank = 0.5 * (double)(i + end - 1); /* 0 .. n - 1 */
    int bin = (int)((rank + 0.5) / (double)n * REPORT_RANK_BINS);
    for (int64_t k = i; k < end; k++) counts[all[k].chain * REPORT_RANK_BINS + bin]++;
  }
  free(all);
  return varies;
}

/* What stands where nothing can be drawn. */
static void say_constant(plot *p, const report_scalar *s) {
  int64_t n;
  double *kept = finite_of(s->values, s->chains * s->draws, &n);
  plot_range(p, PLOT_X, 0, 1);
  plot_range(p, PLOT_Y, 0, 1);
  plot_no_ticks(p, PLOT_X);
  plot_no_ticks(p, PLOT_Y);
  char text[64];
  snprintf(text, sizeof text, n ? "constant: %.6g" : "no finite draw", n ? kept[0] : 0);
  plot_text(p, PLOT_MUTED, 0.5, 0.5, PLOT_MIDDLE, text);
  free(kept);
}

plot *report_rank(const report_scalar *s) {
  plot *p = titled("Ranks", s->name);
  double *counts = erg_alloc((size_t)s->chains * REPORT_RANK_BINS * sizeof *counts + 1);
  if (!report_rank_counts(s, counts)) {
    say_constant(p, s);
    free(counts);
    return p;
  }
  double total = (double)s->chains * (double)s->draws, share = 1.0 / REPORT_RANK_BINS;
  double expected = (double)s->draws * share;
  /* Hypergeometric: a chain's draws are drawn from the ranks without putting back. */
  double sd = sqrt(expected * (1 - share) * (total - (double)s->draws) / (total - 1));
  double edge[2] = {0, total}, low[2], high[2];
  for (int i = 0; i < 2; i++) {
    low[i] = fmax(0, expected - 2.5758 * sd);
    high[i] = expected + 2.5758 * sd;
  }
  plot_axis(p, PLOT_X, "rank among all draws");
  plot_axis(p, PLOT_Y, "draws");
  plot_include(p, PLOT_Y, 0);
  plot_range(p, PLOT_X, 0, total);
  plot_area(p, plot_role(PLOT_BAND), edge, low, high, 2);
  for (int c = 0; c < shown(s); c++) {
    double x[2 * REPORT_RANK_BINS], y[2 * REPORT_RANK_BINS];
    for (int b = 0; b < REPORT_RANK_BINS; b++) {
      x[2 * b] = total * share * b;
      x[2 * b + 1] = total * share * (b + 1);
      y[2 * b] = y[2 * b + 1] = counts[c * REPORT_RANK_BINS + b];
    }
    plot_style style = plot_series(c);
    style.dash = PLOT_SOLID;
    plot_line(p, style, x, y, 2 * REPORT_RANK_BINS);
  }
  chain_keys(p, s);
  plot_key(p, plot_role(PLOT_BAND), PLOT_KEY_BOX, "99 % band");
  free(counts);
  return p;
}

/* Silverman's width of n sorted values. */
static double kernel_width(const double *sorted, int64_t n) {
  double mean = 0, square = 0;
  for (int64_t i = 0; i < n; i++) mean += sorted[i] / (double)n;
  for (int64_t i = 0; i < n; i++)
    square += (sorted[i] - mean) * (sorted[i] - mean) / (double)(n - 1);
  double spread = sqrt(square);
  double iqr = (sorted[(int64_t)(0.75 * (double)(n - 1))] -
                sorted[(int64_t)(0.25 * (double)(n - 1))]) / 1.349;
  if (iqr > 0 && iqr < spread) spread = iqr;
  return 0.9 * spread * pow((double)n, -0.2);
}

/* Density of n values at m points from low to high; those outside are left out, and count. */
static void smooth(const double *values, int64_t n, double width, double low, double high,
                   bool mirrored, double *at, double *density, int m) {
  double step = (high - low) / (m - 1);
  width = fmax(width, 0.5 * step);
  double *mass = erg_alloc((size_t)m * sizeof *mass);
  for (int64_t i = 0; i < n; i++) { /* shared between the two points beside it */
    double place = (values[i] - low) / step;
    if (!(place >= 0 && place <= m - 1)) continue;
    int k = (int)place;
    if (k > m - 2) k = m - 2;
    mass[k] += 1 - (place - k);
    mass[k + 1] += place - k;
  }
  for (int i = 0; i < m; i++) {
    at[i] = low + step * i;
    density[i] = 0;
    for (int k = 0; k < m; k++) {
      /* The copies mirrored at both ends. */
      const int distance[3] = {i - k, i + k, 2 * (m - 1) - i - k};
      for (int d = 0; d < (mirrored ? 3 : 1); d++) {
        double z = distance[d] * step / width;
        density[i] += mass[k] * exp(-0.5 * z * z);
      }
    }
    density[i] /= (double)n * width * sqrt(2 * M_PI);
  }
  free(mass);
}

static bool kernel(const double *values, int64_t n, const double *range, double *at,
                   double *density, int m) {
  double *sorted = erg_alloc((size_t)n * sizeof *sorted + 1);
  if (n > 0) memcpy(sorted, values, (size_t)n * sizeof *sorted);
  qsort(sorted, (size_t)n, sizeof *sorted, ascending);
  bool varies = n > 1 && sorted[0] < sorted[n - 1];
  if (varies)
    smooth(sorted, n, kernel_width(sorted, n), range ? range[0] : sorted[0],
           range ? range[1] : sorted[n - 1], !range, at, density, m);
  free(sorted);
  return varies;
}

bool report_kernel(const double *values, int64_t n, double *at, double *density, int m) {
  return kernel(values, n, NULL, at, density, m);
}

bool report_kernel_between(const double *values, int64_t n, double low, double high,
                           double *at, double *density, int m) {
  const double range[2] = {low, high};
  return kernel(values, n, range, at, density, m);
}

plot *report_density(const report_scalar *s, const diag_summary *d) {
  plot *p = titled("Posterior", s->name);
  int64_t n;
  double at[GRID], density[GRID];
  double *kept = finite_of(s->values, s->chains * s->draws, &n);
  bool varies = report_kernel(kept, n, at, density, GRID);
  free(kept);
  if (!varies) {
    say_constant(p, s);
    return p;
  }
  plot_axis(p, PLOT_X, s->name);
  plot_axis(p, PLOT_Y, "density");
  plot_no_ticks(p, PLOT_Y);
  plot_include(p, PLOT_Y, 0);
  plot_style fill = plot_role(PLOT_SERIES);
  fill.opacity = 0.2;
  plot_area(p, fill, at, NULL, density, GRID);
  for (int c = 0; c < shown(s) && s->chains > 1; c++) {
    double x[GRID], y[GRID];
    kept = finite_of(s->values + c * s->draws, s->draws, &n);
    plot_style style = plot_series(c);
    style.dash = PLOT_SOLID;
    style.width = 0.8;
    style.opacity = 0.7;
    if (report_kernel(kept, n, x, y, GRID)) plot_line(p, style, x, y, GRID);
    free(kept);
  }
  plot_style line = plot_role(PLOT_INK), bar = plot_role(PLOT_INK);
  plot_line(p, line, at, density, GRID);
  double zero = 0;
  bar.width = 4;
  plot_whiskers(p, bar, PLOT_X, &zero, &d->low89, &d->high89, 1);
  plot_points(p, (plot_style){.colour = PLOT_BAD, .size = 7}, &d->median, &zero, 1);
  plot_key(p, line, PLOT_KEY_LINE, "all chains");
  plot_key(p, bar, PLOT_KEY_LINE, "89 % interval");
  plot_key(p, (plot_style){.colour = PLOT_BAD, .size = 7}, PLOT_KEY_MARKER, "median");
  return p;
}

plot *report_energy(const report_scalar *e, const double *bfmi) {
  plot *p = plot_new(2 * WIDTH, HEIGHT, "Energy");
  int64_t n = e->chains * e->draws, n_marginal = 0, n_change = 0;
  double *marginal = erg_alloc((size_t)n * sizeof *marginal + 1);
  double *change = erg_alloc((size_t)n * sizeof *change + 1);
  double at[GRID], density[GRID], least = INFINITY;
  for (int c = 0; c < e->chains; c++) {
    const double *v = e->values + c * e->draws;
    double mean = 0;
    for (int64_t i = 0; i < e->draws; i++) mean += v[i] / (double)e->draws;
    for (int64_t i = 0; i < e->draws; i++) {
      if (usable(v[i] - mean)) marginal[n_marginal++] = v[i] - mean;
      if (i && usable(v[i] - v[i - 1])) change[n_change++] = v[i] - v[i - 1];
    }
    if (bfmi) least = fmin(least, bfmi[c]);
  }
  bool any = false;
  for (int k = 0; k < 2; k++) {
    if (!report_kernel(k ? change : marginal, k ? n_change : n_marginal, at, density, GRID))
      continue;
    plot_style fill = plot_series(k), line = plot_series(k);
    fill.opacity = 0.2;
    plot_area(p, fill, at, NULL, density, GRID);
    plot_line(p, line, at, density, GRID);
    plot_key(p, line, PLOT_KEY_LINE,
             k ? "change from draw to draw" : "energy less its chain's mean");
    any = true;
  }
  if (any) {
    char text[64];
    snprintf(text, sizeof text, "lowest E-BFMI %.2f", least);
    if (usable(least)) plot_heading(p, text);
    plot_axis(p, PLOT_X, "energy");
    plot_axis(p, PLOT_Y, "density");
    plot_no_ticks(p, PLOT_Y);
  } else {
    say_constant(p, e);
  }
  free(marginal);
  free(change);
  return p;
}

plot *report_pair(const report_scalar *x, const report_scalar *y,
                  const report_scalar *divergent) {
  char title[400];
  snprintf(title, sizeof title, "%s and %s", x->name, y->name);
  plot *p = plot_new(WIDTH, 280, title);
  plot_axis(p, PLOT_X, x->name);
  plot_axis(p, PLOT_Y, y->name);
  int64_t n = x->chains * x->draws, bad = 0;
  double *bx = erg_alloc((size_t)n * sizeof *bx + 1), *by = erg_alloc((size_t)n * sizeof *by + 1);
  int64_t every = n > 2000 ? (n + 1999) / 2000 : 1, kept = 0;
  double *gx = erg_alloc((size_t)n * sizeof *gx + 1), *gy = erg_alloc((size_t)n * sizeof *gy + 1);
  for (int64_t i = 0; i < n; i++) {
    if (divergent && divergent->values[i] > 0.5) { /* never thinned */
      bx[bad] = x->values[i];
      by[bad++] = y->values[i];
    } else if (i % every == 0) {
      gx[kept] = x->values[i];
      gy[kept++] = y->values[i];
    }
  }
  plot_style good = {.colour = PLOT_SERIES, .size = 3, .opacity = kept > 500 ? 0.45 : 0.7};
  plot_style diverged = {.colour = PLOT_BAD, .marker = PLOT_CROSS, .size = 5};
  plot_points(p, good, gx, gy, kept);
  plot_points(p, diverged, bx, by, bad);
  if (bad) {
    char text[64];
    snprintf(text, sizeof text, "divergent (%lld)", (long long)bad);
    plot_key(p, (plot_style){.colour = PLOT_SERIES, .size = 5}, PLOT_KEY_MARKER, "draws");
    plot_key(p, diverged, PLOT_KEY_MARKER, text);
  }
  free(bx);
  free(by);
  free(gx);
  free(gy);
  return p;
}

plot *report_forest(const char *title, const char *const *names, const diag_summary *rows,
                    const double *low50, const double *high50, int n) {
  plot *p = plot_new(2 * WIDTH, 60 + 20 * n, title);
  double *at = erg_alloc((size_t)n * 4 * sizeof *at + 1), *low = at + n, *high = low + n,
         *median = high + n;
  char **r_hat = erg_alloc((size_t)n * 2 * sizeof *r_hat + 1), **ess = r_hat + n, text[64];
  for (int i = 0; i < n; i++) {
    at[i] = i;
    low[i] = rows[i].low89;
    high[i] = rows[i].high89;
    median[i] = rows[i].median;
    snprintf(text, sizeof text, isnan(rows[i].r_hat) ? "-" : "%.3f", rows[i].r_hat);
    r_hat[i] = erg_copy(text, strlen(text));
    snprintf(text, sizeof text, isnan(rows[i].ess_bulk) ? "-" : "%.0f", rows[i].ess_bulk);
    ess[i] = erg_copy(text, strlen(text));
  }
  plot_categories(p, PLOT_Y, names, n);
  plot_style thin = plot_role(PLOT_SERIES), thick = plot_role(PLOT_SERIES);
  thin.width = 1.4;
  thick.width = 5;
  plot_style dot = {.colour = PLOT_INK, .size = 6};
  plot_whiskers(p, thin, PLOT_X, at, low, high, n);
  plot_whiskers(p, thick, PLOT_X, at, low50, high50, n);
  plot_points(p, dot, median, at, n);
  plot_column(p, "R-hat", (const char *const *)r_hat, n);
  plot_column(p, "bulk ESS", (const char *const *)ess, n);
  plot_key(p, dot, PLOT_KEY_MARKER, "median");
  plot_key(p, thick, PLOT_KEY_LINE, "50 % interval");
  plot_key(p, thin, PLOT_KEY_LINE, "89 % interval");
  for (int i = 0; i < 2 * n; i++) free(r_hat[i]);
  free(r_hat);
  free(at);
  return p;
}
