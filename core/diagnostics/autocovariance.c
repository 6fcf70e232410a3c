/* Lagged products, a few lags at a time: most chains need some dozen lags only, so no
 * Fourier transform. Lanes and the order of sums are fixed; results don't depend on the
 * CPU's vector width. */
#include <string.h>

#include "diagnostics/work.h"

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && \
    defined(__GNUC__) && !defined(__clang__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif

typedef double lanes __attribute__((vector_size(64)));

CLONES void diag_lagged_products(const double *rows, int n_rows, int64_t stride, int64_t n,
                                 int64_t lag, double out[4]) {
  lanes s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
  for (int r = 0; r < n_rows; r++) {
    const double *x = rows + r * stride;
    for (int64_t i = 0; i < n - lag; i += 8) {
      lanes a, b0, b1, b2, b3;
      memcpy(&a, x + i, sizeof a);
      memcpy(&b0, x + i + lag, sizeof a);
      memcpy(&b1, x + i + lag + 1, sizeof a);
      memcpy(&b2, x + i + lag + 2, sizeof a);
      memcpy(&b3, x + i + lag + 3, sizeof a);
      s0 += a * b0;
      s1 += a * b1;
      s2 += a * b2;
      s3 += a * b3;
    }
  }
  const lanes *s[4] = {&s0, &s1, &s2, &s3};
  for (int l = 0; l < 4; l++) {
    lanes v = *s[l];
    out[l] = ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
  }
}

CLONES void diag_lagged_counts(const uint64_t *bits, int n_rows, int64_t words, int64_t lag,
                               int64_t *counts) {
  int64_t skip = lag / 64;
  int shift = (int)(lag % 64);
  for (int r = 0; r < n_rows; r++) {
    const uint64_t *b = bits + r * words;
    int64_t count = 0;
    /* the last word of a row is zero padding */
    for (int64_t i = 0; i + skip + 1 < words; i++) {
      uint64_t later = b[i + skip] >> shift;
      if (shift) later |= b[i + skip + 1] << (64 - shift);
      count += __builtin_popcountll(b[i] & later);
    }
    counts[r] = count;
  }
}
