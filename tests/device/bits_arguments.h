/* Arguments for comparing the functions bit by bit: special values, bit patterns of
 * every kind, and everyday numbers. */
#ifndef BITS_ARGUMENTS_H
#define BITS_ARGUMENTS_H
#include <math.h>
#include <stdint.h>
#include <string.h>

enum { BITS_N = 4096 };

static const double bits_special[] = {
    0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 3.0, -3.0, 5e-324, -5e-324, 1e-310, -1e-310,
    2.2250738585072014e-308, 1.7976931348623157e308, -1.7976931348623157e308, INFINITY,
    -INFINITY, NAN, 1e-17, -1e-17, 4503599627370496.0, 9007199254740993.0, 1e22, -1e22};

static inline uint64_t bits_mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}
static inline double bits_argument(uint64_t i, uint64_t stream) {
  enum { S = sizeof bits_special / sizeof *bits_special };
  uint64_t r = bits_mix(2 * i + stream);
  double d;
  if (i < S * S) return bits_special[stream ? i % S : i / S];
  if (i % 3 == 0) {
    memcpy(&d, &r, 8);
    return d;
  }
  return ((double)(int64_t)r * 0x1p-63) * (i % 3 == 1 ? 4.0 : 40.0);
}
static inline void bits_arguments(double *x, double *y) {
  for (int i = 0; i < BITS_N; i++) {
    x[i] = bits_argument((uint64_t)i, 0);
    y[i] = bits_argument((uint64_t)i, 1);
  }
}
/* A NaN's payload and sign are the machine's own business. */
static inline uint64_t bits_of(double d) {
  uint64_t u;
  memcpy(&u, &d, 8);
  return d != d ? 0x7ff8000000000000u : u;
}
#endif
