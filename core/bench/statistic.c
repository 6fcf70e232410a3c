#include "bench/statistic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compile/random.h"
#include "run/text.h"

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The finite ones, sorted; to be freed. */
static double *sorted(const double *values, int n, int *count) {
  double *v = run_alloc((size_t)(n > 0 ? n : 1) * sizeof *v);
  *count = 0;
  for (int i = 0; i < n; i++)
    if (isfinite(values[i])) v[(*count)++] = values[i];
  qsort(v, (size_t)*count, sizeof *v, by_value);
  return v;
}

static double middle(const double *v, int n) {
  if (n < 1) return NAN;
  return n % 2 ? v[n / 2] : 0.5 * v[n / 2 - 1] + 0.5 * v[n / 2];
}

static double quantile(const double *v, int n, double p) {
  double at = p * (n - 1);
  int i = (int)at;
  return i + 1 < n ? v[i] + (at - i) * (v[i + 1] - v[i]) : v[n - 1];
}

double statistic_median(const double *values, int n) {
  int count;
  double *v = sorted(values, n, &count), m = middle(v, count);
  free(v);
  return m;
}

/* v is sorted. An index is the upper half of 32 random bits times n: its bias, below
 * n / 2^32, is far under what the resamples resolve. */
static void bootstrap(const double *v, int n, statistic *out) {
  random_key key = {.seed = 0, .purpose = RANDOM_BOOTSTRAP};
  random_stream stream = random_open(&key, 0, 0);
  double *medians = run_alloc(STATISTIC_RESAMPLES * sizeof *medians);
  double *x = run_alloc((size_t)n * sizeof *x);
  for (int r = 0; r < STATISTIC_RESAMPLES; r++) {
    for (int i = 0; i < n; i++) x[i] = v[(uint64_t)random_bits(&stream) * (uint64_t)n >> 32];
    qsort(x, (size_t)n, sizeof *x, by_value);
    medians[r] = middle(x, n);
  }
  qsort(medians, STATISTIC_RESAMPLES, sizeof *medians, by_value);
  out->low = quantile(medians, STATISTIC_RESAMPLES, 0.025);
  out->high = quantile(medians, STATISTIC_RESAMPLES, 0.975);
  free(medians);
  free(x);
}

/* 3 to 5 values, sorted. */
static void student(const double *v, int n, statistic *out) {
  static const double quantiles[] = {4.302652729911275, 3.182446305284263, 2.7764451051977987};
  int logarithms = v[0] > 0;
  double x[STATISTIC_LEAST_BOOTSTRAP], mean = 0, squares = 0;
  for (int i = 0; i < n; i++) {
    x[i] = logarithms ? log(v[i]) : v[i];
    mean += x[i] / n;
  }
  for (int i = 0; i < n; i++) squares += (x[i] - mean) * (x[i] - mean);
  double half = quantiles[n - STATISTIC_LEAST] * sqrt(squares / (n - 1) / n);
  out->low = logarithms ? exp(mean - half) : mean - half;
  out->high = logarithms ? exp(mean + half) : mean + half;
}

statistic statistic_of(const double *values, int n) {
  statistic s = {NAN, NAN, NAN, 0, 0};
  double *v = sorted(values, n, &s.n);
  s.median = middle(v, s.n);
  s.outliers = statistic_outliers(v, s.n, NULL);
  if (s.n >= STATISTIC_LEAST_BOOTSTRAP)
    bootstrap(v, s.n, &s);
  else if (s.n >= STATISTIC_LEAST)
    student(v, s.n, &s);
  free(v);
  return s;
}

int statistic_outliers(const double *values, int n, unsigned char *outlier) {
  if (outlier && n > 0) memset(outlier, 0, (size_t)n);
  int count;
  double *v = sorted(values, n, &count), median = middle(v, count), sum = 0;
  for (int i = 0; i < count; i++) {
    v[i] = fabs(v[i] - median);
    sum += v[i];
  }
  qsort(v, (size_t)count, sizeof *v, by_value);
  double mad = middle(v, count);
  double scale = mad > 0 ? mad / 0.6745 : 1.253314 * sum / count;
  free(v);
  if (count < STATISTIC_LEAST_OUTLIERS || !(scale > 0)) return 0;
  int found = 0;
  for (int i = 0; i < n; i++) {
    if (!isfinite(values[i]) || fabs(values[i] - median) <= STATISTIC_OUTLIER * scale) continue;
    if (outlier) outlier[i] = 1;
    found++;
  }
  return found;
}

double statistic_variation(const double *values, int n) {
  double sum = 0, squares = 0;
  int count = 0;
  for (int i = 0; i < n; i++)
    if (isfinite(values[i])) sum += values[i], count++;
  if (count < 2) return NAN;
  double mean = sum / count;
  for (int i = 0; i < n; i++)
    if (isfinite(values[i])) squares += (values[i] - mean) * (values[i] - mean);
  return sqrt(squares / (count - 1)) / mean;
}

statistic statistic_ratio(const double *a, const double *b, int n) {
  double *r = run_alloc((size_t)(n > 0 ? n : 1) * sizeof *r);
  int count = 0;
  for (int i = 0; i < n; i++)
    if (isfinite(a[i]) && isfinite(b[i]) && a[i] > 0 && b[i] > 0) r[count++] = a[i] / b[i];
  statistic s = statistic_of(r, count);
  free(r);
  return s;
}

const char *statistic_verdict_text(statistic_verdict v) {
  static const char *const texts[] = {"FASTER", "SLOWER", "SAME", "AMBIGUOUS", "INVALID"};
  return texts[v];
}

statistic_verdict statistic_judge(const statistic *ratio) {
  if (ratio->n < STATISTIC_LEAST) return STATISTIC_AMBIGUOUS;
  if (ratio->low > STATISTIC_CHANGE) return STATISTIC_FASTER;
  if (ratio->high < 1 / STATISTIC_CHANGE) return STATISTIC_SLOWER;
  if (ratio->low >= 1 / STATISTIC_EQUAL && ratio->high <= STATISTIC_EQUAL)
    return STATISTIC_SAME;
  return STATISTIC_AMBIGUOUS;
}
