/* Gathering draws, splitting chains, ranks and their normal scores. */
#include "diagnostics/work.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

diag_work *diag_work_new(void) { return calloc(1, sizeof(diag_work)); }

void diag_work_free(diag_work *w) {
  if (!w) return;
  free(w->x), free(w->sorted), free(w->order), free(w->split), free(w->distance);
  free(w->fold), free(w->bits), free(w->z), free(w->covariance), free(w->rho);
  free(w->keys), free(w->keys2), free(w->order2), free(w->row_mean), free(w->row_count);
  free(w->place);
  free(w);
}

uint64_t diag_work_bytes(int64_t chains, int64_t draws) {
  /* x, sorted, distance, keys, keys2, split; order, fold, order2, place; two normal scores;
   * covariance and rho of half a chain */
  return (uint64_t)(chains * draws) * (6 * 8 + 4 * 4 + 2 * 8) + (uint64_t)draws * 8;
}

/* Grows *p without keeping its contents. */
static bool grow(void *p, size_t count, size_t size) {
  void **slot = p;
  free(*slot);
  *slot = malloc((count ? count : 1) * size);
  return *slot != NULL;
}

static bool reserve(diag_work *w) {
  if (w->n > w->cap_n) {
    size_t n = (size_t)w->n;
    w->cap_n = 0;
    if (!grow(&w->x, n, sizeof(double)) || !grow(&w->sorted, n, sizeof(double)) ||
        !grow(&w->order, n, sizeof(uint32_t)) || !grow(&w->distance, n, sizeof(double)) ||
        !grow(&w->fold, n, sizeof(uint32_t)) || !grow(&w->keys, n, sizeof(uint64_t)) ||
        !grow(&w->keys2, n, sizeof(uint64_t)) || !grow(&w->order2, n, sizeof(uint32_t)) ||
        !grow(&w->place, n, sizeof(int32_t)))
      return false;
    w->placed_chains = -1;
    w->cap_n = w->n;
  }
  int64_t split = w->rows * w->stride;
  if (split > w->cap_split) {
    w->cap_split = 0;
    if (!grow(&w->split, (size_t)split, sizeof(double))) return false;
    w->cap_split = split;
  }
  int64_t bits = w->rows * (w->half / 64 + 2);
  if (bits > w->cap_bits) {
    w->cap_bits = 0;
    if (!grow(&w->bits, (size_t)bits, sizeof(uint64_t))) return false;
    w->cap_bits = bits;
  }
  if (w->half + 4 > w->cap_half) {
    w->cap_half = 0;
    if (!grow(&w->covariance, (size_t)w->half + 4, sizeof(double)) ||
        !grow(&w->rho, (size_t)w->half + 4, sizeof(double)))
      return false;
    w->cap_half = w->half + 4;
  }
  if (w->rows > w->cap_rows) {
    w->cap_rows = 0;
    if (!grow(&w->row_mean, (size_t)w->rows, sizeof(double)) ||
        !grow(&w->row_count, 3 * (size_t)w->rows, sizeof(int64_t)))
      return false;
    w->cap_rows = w->rows;
  }
  if (2 * w->n_split > w->cap_z) {
    w->cap_z = w->z_n = 0;
    if (!grow(&w->z, (size_t)(2 * w->n_split), sizeof(double))) return false;
    w->cap_z = 2 * w->n_split;
  }
  return true;
}

static void make_places(diag_work *w) {
  if (w->placed_chains == w->chains && w->placed_draws == w->draws) return;
  for (int c = 0; c < w->chains; c++) {
    int64_t row = 2 * (int64_t)c * w->stride, late = w->draws - w->half;
    int32_t *place = w->place + c * w->draws;
    for (int64_t i = 0; i < w->half; i++) {
      place[i] = (int32_t)(row + i);
      place[late + i] = (int32_t)(row + w->stride + i);
    }
    if (w->draws % 2) place[w->half] = -1;
  }
  w->placed_chains = w->chains;
  w->placed_draws = w->draws;
}

bool diag_load(diag_work *w, const erg_draws *d) {
  w->is_sorted = false;
  w->n_nan = w->n_infinite = 0;
  w->constant = false;
  w->chains = d->chains > 0 ? d->chains : 0;
  w->draws = d->draws > 0 ? d->draws : 0;
  int64_t padding = 2 * (DIAG_ROW_PADDING + 8); /* split positions fit 31 bits, too */
  if (w->chains && w->draws > INT32_MAX / w->chains - padding) return false;
  w->rows = 2 * w->chains;
  w->half = w->draws / 2;
  w->n = w->chains * w->draws;
  w->n_split = w->rows * w->half;
  w->stride = (w->half + 7) / 8 * 8 + DIAG_ROW_PADDING;
  if (!reserve(w)) return false;
  make_places(w);

  double *x = w->x;
  for (int c = 0; c < w->chains; c++) {
    const double *from = d->values + c * d->chain_stride;
    if (w->draws && d->draw_stride == 1) {
      memcpy(x + c * w->draws, from, (size_t)w->draws * sizeof *x);
    } else {
      for (int64_t i = 0; i < w->draws; i++) x[c * w->draws + i] = from[i * d->draw_stride];
    }
  }
  int64_t n_nan = 0, n_infinite = 0, n_other = 0;
  for (int64_t i = 0; i < w->n; i++) {
    x[i] += 0.0; /* -0 becomes 0, so that they tie */
    n_nan += x[i] != x[i];
    n_infinite += fabs(x[i]) == INFINITY;
    n_other += x[i] != x[0];
  }
  w->n_nan = n_nan;
  w->n_infinite = n_infinite;
  w->constant = w->n > 0 && n_other == 0;
  return true;
}

void diag_sort(diag_work *w) {
  if (!w->is_sorted) diag_radix_sort(w);
  w->is_sorted = true;
}

static void pad_rows(diag_work *w) {
  for (int r = 0; r < w->rows; r++) {
    memset(w->split + r * w->stride + w->half, 0,
           (size_t)(w->stride - w->half) * sizeof *w->split);
  }
}

void diag_fill_split(diag_work *w) {
  for (int c = 0; c < w->chains; c++) {
    const double *from = w->x + c * w->draws;
    double *to = w->split + 2 * c * w->stride;
    memcpy(to, from, (size_t)w->half * sizeof *to);
    memcpy(to + w->stride, from + (w->draws - w->half), (size_t)w->half * sizeof *to);
  }
  pad_rows(w);
}

/* Normal scores (Blom) of ranks 1, 1.5, 2, ..., n_split: z[2 rank - 2]. */
static void make_scores(diag_work *w) {
  int64_t s = w->n_split;
  if (w->z_n == s) return;
  double size = (double)s;
  for (int64_t i = 0; 2 * i <= 2 * s - 2; i++) {
    double rank = 1 + 0.5 * (double)i;
    double z = diag_normal_quantile((rank - 0.375) / (size + 0.25));
    w->z[2 * s - 2 - i] = -z;
    w->z[i] = z;
  }
  w->z_n = s;
}

/* Scores of positions in ascending order of value; ties get their mean rank. */
static void fill_ranked(diag_work *w, const double *value, const uint32_t *position,
                        int64_t count) {
  make_scores(w);
  int64_t rank = 0; /* values before the group */
  for (int64_t i = 0; i < count;) {
    int64_t end = i + 1, members = 0;
    while (end < count && value[end] == value[i]) end++;
    if (w->draws % 2 == 0) {
      members = end - i;
    } else {
      for (int64_t k = i; k < end; k++) members += w->place[position[k]] >= 0;
    }
    /* ranks rank + 1 .. rank + members, whose mean is rank + (members + 1) / 2 */
    double z = members ? w->z[2 * rank + members - 1] : 0;
    for (int64_t k = i; k < end; k++) {
      int32_t to = w->place[position[k]];
      if (to >= 0) w->split[to] = z;
    }
    rank += members;
    i = end;
  }
  pad_rows(w);
}

void diag_fill_scores(diag_work *w) {
  diag_sort(w);
  fill_ranked(w, w->sorted, w->order, w->n);
}

/* Distances from `centre`, ascending, by merging outward from the middle. */
static void fold_sorted(diag_work *w, const double *sorted, const uint32_t *order, int64_t n,
                        double centre) {
  int64_t right = 0;
  for (int64_t low = 0, high = n; low < high;) {
    right = low + (high - low) / 2;
    if (sorted[right] < centre) {
      low = ++right;
    } else {
      high = right;
    }
  }
  int64_t left = right - 1;
  for (int64_t i = 0; i < n; i++) {
    double a = left >= 0 ? fabs(sorted[left] - centre) : INFINITY;
    double b = right < n ? fabs(sorted[right] - centre) : INFINITY;
    bool take_left = left >= 0 && (right >= n || a <= b);
    w->distance[i] = take_left ? a : b;
    w->fold[i] = take_left ? order[left--] : order[right++];
  }
}

bool diag_fill_folded_scores(diag_work *w) {
  diag_sort(w);
  double centre;
  if (w->draws % 2 == 0) {
    int64_t m = w->n / 2;
    centre = (w->sorted[m - 1] + w->sorted[m]) / 2;
  } else { /* the median of the draws that the split keeps; their number is even */
    int64_t seen = 0, m = w->n_split / 2;
    double below = 0, above = 0;
    for (int64_t i = 0; i < w->n; i++) {
      if (w->place[w->order[i]] < 0) continue;
      if (seen == m - 1) below = w->sorted[i];
      if (seen++ == m) {
        above = w->sorted[i];
        break;
      }
    }
    centre = (below + above) / 2;
  }
  if (!isfinite(centre)) return false;
  fold_sorted(w, w->sorted, w->order, w->n, centre);
  fill_ranked(w, w->distance, w->fold, w->n);
  return true;
}

double diag_mad_loaded(diag_work *w) {
  if (w->n == 0 || w->n_nan) return NAN;
  diag_sort(w);
  double centre = diag_quantile_sorted(w->sorted, w->n, 0.5);
  if (!isfinite(centre)) return NAN;
  fold_sorted(w, w->sorted, w->order, w->n, centre);
  return 1.4826 * diag_quantile_sorted(w->distance, w->n, 0.5);
}

/* Hyndman & Fan's type 7, the default of R and numpy. Equal neighbours are returned as
 * they are: interpolating between them may be an ulp off, which turns `x <= quantile`
 * round for every tie. */
double diag_quantile_sorted(const double *sorted, int64_t n, double prob) {
  if (n < 1) return NAN;
  if (n == 1) return sorted[0];
  double position = (double)n * prob + (1.0 - prob);
  double k = floor(fmin(fmax(position, 1.0), (double)n - 1.0));
  double gamma = fmin(fmax(position - k, 0.0), 1.0);
  double a = sorted[(int64_t)k - 1], b = sorted[(int64_t)k];
  if (a == b || gamma == 0) return a;
  if (gamma == 1) return b;
  return (1.0 - gamma) * a + gamma * b;
}

/* Sums in eight lanes about the first value, so that a large offset costs no digits. */
double diag_mean(const double *x, int64_t n) {
  if (n < 1) return NAN;
  double shift = isfinite(x[0]) ? x[0] : 0, lane[8] = {0};
  for (int64_t i = 0; i < n; i++) lane[i & 7] += x[i] - shift;
  double sum =
      ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
  return shift + sum / (double)n;
}

double diag_variance(const double *x, int64_t n, double mean) {
  double lane[8] = {0};
  for (int64_t i = 0; i < n; i++) lane[i & 7] += (x[i] - mean) * (x[i] - mean);
  double sum =
      ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
  return sum / (double)(n - 1);
}
