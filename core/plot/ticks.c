/* Round numbers on axes, and how they are written. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plot/plot.h"
#include "read/memory.h"

static int linear_ticks(double low, double high, int about, double *ticks) {
  double raw = (high / about - low / about);
  double power = pow(10, floor(log10(raw))), f = raw / power;
  double step = power * (f <= 1.0000001 ? 1 : f <= 2.0000001 ? 2 : f <= 5.0000001 ? 5 : 10);
  double first = ceil(low / step - 1e-9);
  int n = 0;
  for (; n < PLOT_MOST_TICKS; n++) {
    double t = (first + n) * step;
    if (!(t <= high + 1e-9 * step)) break;
    ticks[n] = t == 0 ? 0 : t; /* no -0 */
  }
  return n;
}

/* Whole powers of ten, or of few decades also twice and five times those. */
static int powers(double low, double high, bool many, int every, double *ticks) {
  static const double few[] = {1, 2, 5}, one[] = {1};
  const double *within = many ? one : few;
  int n = 0;
  for (int e = (int)floor(log10(low)); e <= (int)ceil(log10(high)); e++) {
    if (many && ((e % every) + every) % every) continue;
    for (int k = 0; k < (many ? 1 : 3) && n < PLOT_MOST_TICKS; k++) {
      double t = within[k] * pow(10, e);
      if (t >= low * (1 - 1e-9) && t <= high * (1 + 1e-9)) ticks[n++] = t;
    }
  }
  return n;
}

static int log_ticks(double low, double high, int about, double *ticks) {
  double decades = log10(high) - log10(low);
  int n = 0, every = (int)ceil(decades / (about > 1 ? about : 1));
  for (; every > 1 && n < 2; every--) /* the ends may leave one of them alone in sight */
    n = powers(low, high, decades > 2, every, ticks);
  return n < 2 ? powers(low, high, decades > 2, 1, ticks) : n;
}

int plot_ticks(double low, double high, bool log, int about, double *ticks) {
  if (!isfinite(low) || !isfinite(high) || !(low < high) || (log && low <= 0)) return 0;
  if (about < 2) about = 2;
  if (about > PLOT_MOST_TICKS / 2) about = PLOT_MOST_TICKS / 2;
  if (log) {
    int n = log_ticks(low, high, about, ticks);
    if (n >= 2) return n;
  }
  return linear_ticks(low, high, about, ticks);
}

void plot_tick_text(const double *ticks, int n, bool log, int i, char *text, int capacity) {
  double value = ticks[i], largest = 0;
  for (int k = 0; k < n; k++) largest = fmax(largest, fabs(ticks[k]));
  if (log) {
    bool plain = value >= 1e-3 && value < 1e5;
    snprintf(text, (size_t)capacity, plain ? "%.12g" : "%.3g", value);
    return;
  }
  double step = n > 1 ? fabs(ticks[1] - ticks[0]) : largest;
  int decimals = step > 0 ? (int)ceil(-log10(step) - 1e-9) : 0;
  if (decimals < 0) decimals = 0;
  bool plain = largest < 1e6 && (largest >= 1e-4 || largest == 0);
  if (plain) {
    snprintf(text, (size_t)capacity, "%.*f", decimals > 12 ? 12 : decimals, value);
  } else if (value == 0) {
    snprintf(text, (size_t)capacity, "0");
  } else { /* digits that tell the ticks apart */
    int digits = (int)ceil(log10(largest) - log10(step) - 1e-9) + 1;
    snprintf(text, (size_t)capacity, "%.*g", digits < 1 ? 1 : digits > 15 ? 15 : digits, value);
  }
}

double plot_text_width(const char *text, double size) {
  double ems = 0;
  for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
    if ((*c & 0xc0) == 0x80) continue; /* inside a character of UTF-8 */
    if (*c == 'i' || *c == 'j' || *c == 'l' || *c == '.' || *c == ',' || *c == ':' || *c == '\'')
      ems += 0.29;
    else if (*c == ' ' || *c == 't' || *c == 'f' || *c == 'r' || *c == '(' || *c == ')' ||
             *c == '[' || *c == ']' || *c == '-')
      ems += 0.38;
    else if (*c == 'm' || *c == 'w' || *c == 'M' || *c == 'W' || *c == '%' || *c >= 0xe0)
      ems += 0.9;
    else if (*c >= 'A' && *c <= 'Z')
      ems += 0.68;
    else
      ems += 0.59;
  }
  return ems * size;
}

size_t plot_text_break(const char *text, double size, double width) {
  size_t n = strlen(text), whole = 0, sign = 0;
  if (plot_text_width(text, size) <= width) return n;
  char *part = erg_copy(text, n);
  for (size_t i = 1; i < n; i++) {
    if (((unsigned char)text[i] & 0xc0) == 0x80) continue; /* inside a character of UTF-8 */
    part[i] = 0;
    bool fits = plot_text_width(part, size) <= width;
    part[i] = text[i];
    if (!fits) break;
    whole = i;
    if (strchr(" ,;:/_-+=", text[i - 1]) || text[i] == '[' || text[i] == '(') sign = i;
  }
  free(part);
  return 3 * sign > whole ? sign : whole ? whole : n; /* not one word of a long line */
}
