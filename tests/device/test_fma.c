/* The dialect's fma in the C prologue against libm's, bit by bit. Built for the plain
 * processor, where prologue_vector.h has no instruction for it and computes it from
 * products and sums. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "device/prologue_vector.h"

static uint64_t state = 1;
static uint64_t next(void) {
  uint64_t z = state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}
static uint64_t bits_of(double x) {
  uint64_t b;
  memcpy(&b, &x, sizeof b);
  return b;
}
static double of_bits(uint64_t b) {
  double x;
  memcpy(&x, &b, sizeof x);
  return x;
}
/* Any significand, few or many bits, with an exponent of e - range to e + range. */
static double value(int e, int range) {
  uint64_t b = next(), kind = next() % 4;
  uint64_t significand = b & 0x000fffffffffffffu;
  if (kind == 0) significand &= ~0u << (next() % 20);
  if (kind == 1) significand &= 0x000fc00000000000u;
  if (kind == 2) significand |= 0x000ffffff0000000u;
  int exponent = e + (int)(next() % (unsigned)(2 * range + 1)) - range;
  double x = ldexp(of_bits(significand | 0x3ff0000000000000u), exponent);
  return b >> 63 ? -x : x;
}

static void compare(const double *a, const double *b, const double *c) {
  double r[ERG_W];
  erg_store(r, erg_fma(erg_load(a), erg_load(b), erg_load(c)));
  for (int l = 0; l < ERG_W; l++) {
    double want = fma(a[l], b[l], c[l]);
    if (bits_of(r[l]) != bits_of(want) && !(isnan(r[l]) && isnan(want)))
      fail_msg("fma(%a, %a, %a) = %a, not %a", a[l], b[l], c[l], r[l], want);
  }
}

static void at_random(void **unused) {
  (void)unused;
  double a[ERG_W], b[ERG_W], c[ERG_W];
  for (int i = 0; i < 300000; i++) {
    for (int l = 0; l < ERG_W; l++) {
      a[l] = value(0, 60);
      b[l] = value(0, 60);
      double p = a[l] * b[l];
      int e = ilogb(p);
      switch (next() % 6) {
        case 0: c[l] = value(e, 3); break;
        case 1: c[l] = value(e - 53, 3); break;
        case 2: c[l] = value(e + 53, 3); break;
        case 3: c[l] = value(e, 120); break;
        case 4: c[l] = -p; break;
        default: c[l] = -of_bits(bits_of(p) + next() % 5 - 2);
      }
    }
    compare(a, b, c);
  }
}

/* Halves of a last place, on either side by the least amount. */
static void near_ties(void **unused) {
  (void)unused;
  double a[ERG_W], b[ERG_W], c[ERG_W];
  for (int i = 0; i < 100000; i++) {
    for (int l = 0; l < ERG_W; l++) {
      int bit = (int)(next() % 50) + 2;
      a[l] = 1 + ldexp(1, -bit);
      b[l] = (next() & 1 ? -1 : 1) * (1 + ldexp((double)(next() % 3) - 1, -(int)(next() % 50) - 2));
      c[l] = ldexp((next() & 1 ? -1 : 1) * (1 + ldexp((double)(next() % 5), -52)),
                   (int)(next() % 220) - 110);
    }
    compare(a, b, c);
  }
}

/* Overflow, underflow, subnormal numbers, infinities, NaN, zeros of both signs. */
static void extremes(void **unused) {
  (void)unused;
  static const double list[] = {0.0, -0.0, 1.0, -1.0, 0x1p-1074, -0x1p-1074, 0x1p-1022,
                                0x1.fffffffffffffp-1023, 0x1p1023, 0x1.fffffffffffffp1023,
                                -0x1.fffffffffffffp1023, INFINITY, -INFINITY, NAN, 1e-160,
                                1e160, 1.0000000000000002, 0x1.8p-540, 3.0, 0x1p-53, 0x1p53,
                                0x1p989, 0x1.1p991, 0x1.3p-450, -0x1.0000000000001p-451};
  enum { N = sizeof list / sizeof *list };
  double a[ERG_W], b[ERG_W], c[ERG_W];
  int l = 0;
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++)
      for (int k = 0; k < N; k++) {
        a[l] = list[i];
        b[l] = list[j];
        c[l] = list[k];
        if (++l < ERG_W) continue;
        l = 0;
        compare(a, b, c);
      }
  for (int i = 0; i < 100000; i++) {
    for (l = 0; l < ERG_W; l++) {
      a[l] = of_bits(next());
      b[l] = of_bits(next());
      c[l] = next() & 1 ? of_bits(next()) : value(-1000, 74);
    }
    compare(a, b, c);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(at_random), cmocka_unit_test(near_ties),
                                     cmocka_unit_test(extremes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
