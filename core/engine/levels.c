/* Few values for many likelihood precisions (ADR 71). */
#include <math.h>
#include <stdlib.h>

#include "engine/run.h"

enum { HALVINGS = 60 };

/* How many runs of the sorted values x[n] there are within which the total precision
 * x + p changes at most by the factor ratio; stops counting past `most`. first [most + 1]:
 * where each begins. */
static int cover(const double *x, int n, double p, double ratio, int most, int *first) {
  int levels = 0, i = 0;
  while (i < n && levels <= most) {
    int begin = i;
    first[levels++] = begin;
    while (i < n && (i == begin || x[i] + p <= ratio * (x[begin] + p))) i++;
  }
  return levels;
}

/* The family's ell and h, moved to the fewest ratios of total precision: the values of a
 * run become the one in its geometric middle. `sorted`: room for the elements. */
static void family_levels(const erg_model *model, int32_t family, const double *s2,
                          double *centring, double *sorted) {
  int32_t elements = model->n_elements;
  double *ell = centring, *h = centring + elements;
  double kappa = centring[2 * (int64_t)elements + family], p = 0;
  int n = 0, known = 0, none = 0, most, levels, first[ERG_CENTRING_LEVELS + 1];
  double low = 1, high;
  for (int32_t e = 0; e < elements; e++) {
    if (model->element_family[e] != family) continue;
    if (!(ell[e] > 0)) {
      none = 1;
      continue;
    }
    sorted[n++] = ell[e];
    if (s2[e] > 0 && kappa / s2[e] < 1e300) {
      p += kappa / s2[e];
      known++;
    }
  }
  if (n == 0) return;
  if (known > 0) p /= known;
  qsort(sorted, (size_t)n, sizeof *sorted, engine_ascending);
  most = ERG_CENTRING_LEVELS - none;
  /* the least ratio by bisection of its logarithm: roots are exact on every machine */
  high = (sorted[n - 1] + p) / (sorted[0] + p) * (1 + 1e-12);
  for (int i = 0; i < HALVINGS; i++) {
    double ratio = sqrt(low * high);
    if (cover(sorted, n, p, ratio, most, first) <= most)
      high = ratio;
    else
      low = ratio;
  }
  levels = cover(sorted, n, p, high, most, first);
  if (levels > most) levels = most; /* of infinite values; the last run takes them */
  first[levels] = n;
  for (int32_t e = 0; e < elements; e++) {
    if (model->element_family[e] != family || !(ell[e] > 0)) continue;
    for (int k = 0; k < levels; k++) {
      double from = sorted[first[k]], to = sorted[first[k + 1] - 1];
      if (ell[e] > to && k + 1 < levels) continue;
      double middle = from < to ? sqrt((from + p) * (to + p)) - p : from;
      h[e] = h[e] / ell[e] * middle;
      ell[e] = middle;
      break;
    }
  }
}

erg_status engine_centring_levels(const erg_model *model, const double *s2, double *centring) {
  double *sorted = engine_array((size_t)model->n_elements, sizeof *sorted);
  int status;
  if (!sorted) return ERG_NO_MEMORY;
  for (int32_t f = 0; f < model->n_families; f++) family_levels(model, f, s2, centring, sorted);
  free(sorted);
  status = erg_centring_levels(model->n_elements, model->n_families, model->element_family,
                               centring);
  return status == 0 ? ERG_OK : ERG_INTERNAL;
}
