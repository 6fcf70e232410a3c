/* Measures the elementary functions: largest error in ulp against libquadmath over
 * random and edge arguments, and time per element. Not a test: see measure.py.
 *   measure [points per range] */
#include <quadmath.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <time.h>
#include "device/prologue_vector.h"
#include "device/elementary.h"
#include "measure_reference.h"

typedef struct {
  const char *name;
  void (*run)(const double *x, const double *y, double *r, long n);
  __float128 (*reference)(__float128 x, __float128 y);
  int arguments;
  /* ranges of the first argument; logarithmic in |x| where lo * hi > 0 and wide */
  double ranges[8][2];
  double time_lo, time_hi;
} function;

#define RUN1(f)                                                                              \
  static __attribute__((noinline)) void run_##f(const double *x, const double *y, double *r, \
                                                long n) {                                    \
    (void)y;                                                                                 \
    for (long i = 0; i < n; i += ERG_W) erg_store(r + i, erg_##f(erg_load(x + i)));          \
  }
#define RUN2(f)                                                                              \
  static __attribute__((noinline)) void run_##f(const double *x, const double *y, double *r, \
                                                long n) {                                    \
    for (long i = 0; i < n; i += ERG_W)                                                      \
      erg_store(r + i, erg_##f(erg_load(x + i), erg_load(y + i)));                           \
  }
#define F1(f, lo, hi, ...) RUN1(f)
#define F2(f, lo, hi, ...) RUN2(f)
#include "measure_table.h"
#undef F1
#undef F2
#define F1(f, lo, hi, ...) {#f, run_##f, ref_##f, 1, {__VA_ARGS__}, lo, hi},
#define F2(f, lo, hi, ...) {#f, run_##f, ref_##f, 2, {__VA_ARGS__}, lo, hi},
static const function table[] = {
#include "measure_table.h"
};

static uint64_t state = 88172645463325252ull;
static double uniform(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return ((double)(state >> 11) + 0.5) * 0x1p-53;
}
static double between(double lo, double hi) {
  if (lo * hi > 0 && (fabs(hi) > 100 * fabs(lo) || fabs(lo) > 100 * fabs(hi))) {
    double s = lo > 0 ? 1 : -1;
    return s * exp(log(fabs(lo)) + uniform() * (log(fabs(hi)) - log(fabs(lo))));
  }
  return lo + uniform() * (hi - lo);
}
double ulp_error(double r, __float128 q) {
  double d = (double)q;
  if (isnan(r) || isnan(d)) return isnan(r) && isnan(d) ? 0 : INFINITY;
  if (isinf(d) || isinf(r)) {
    if (d == r) return 0;
    if (isinf(r) && fabsq(q) > 1.797693134862315708e308Q) return 1;
    if (isinf(d) && fabs(r) > 1.79769313486231e308) return 1;
    return INFINITY;
  }
  int e;
  frexp(d, &e);
  if (d == 0) e = -1100;
  double u = ldexp(1.0, e - 53 < -1074 ? -1074 : e - 53);
  return (double)fabsq((r - q) / u);
}
static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}
int main(int argc, char **argv) {
  long n = argc > 1 ? atol(argv[1]) : 100000;
  enum { B = 2048 };
  static double x[B], y[B], r[B];
  printf("{\"points\": %ld, \"functions\": [", n);
  int first = 1;
  for (size_t f = 0; f < sizeof table / sizeof *table; f++) {
    const function *t = &table[f];
    if (argc > 2) {
      int found = 0;
      for (int a = 2; a < argc; a++) found |= !strcmp(argv[a], t->name);
      if (!found) continue;
    }
    double worst = 0, at = 0, at2 = 0;
    for (int g = 0; g < 8 && (t->ranges[g][0] != 0 || t->ranges[g][1] != 0); g++) {
      double local = 0, lx = 0;
      for (long done = 0; done < n; done += B) {
        for (int i = 0; i < B; i++) {
          if (t->arguments == 2) {
            pair_arguments(t->name, g, uniform(), uniform(), uniform(), &x[i], &y[i]);
          } else {
            x[i] = between(t->ranges[g][0], t->ranges[g][1]);
          }
        }
        t->run(x, y, r, B);
        for (int i = 0; i < B; i++) {
          double e = ulp_error(r[i], t->reference(x[i], y[i]));
          if (e > local) local = e, lx = x[i];
          if (e > worst) worst = e, at = x[i], at2 = y[i];
        }
      }
      if (getenv("VERBOSE"))
        fprintf(stderr, "%s [%g, %g]: %.3f at %.17g\n", t->name, t->ranges[g][0],
                t->ranges[g][1], local, lx);
    }
    for (int i = 0; i < B; i++) {
      x[i] = t->time_lo + uniform() * (t->time_hi - t->time_lo);
      y[i] = t->time_lo + uniform() * (t->time_hi - t->time_lo);
    }
    double best = 1e9;
    for (int rep = 0; rep < 200; rep++) {
      double t0 = now();
      for (int k = 0; k < 50; k++) {
        t->run(x, y, r, B);
        __asm__ volatile("" ::: "memory");
      }
      double s = (now() - t0) / (50.0 * B) * 1e9;
      if (s < best) best = s;
    }
    printf("%s\n  {\"name\": \"%s\", \"max_ulp\": %.3f, \"at\": [%.17g, %.17g], \"ns\": %.2f}",
           first ? "" : ",", t->name, worst, at, t->arguments == 2 ? at2 : 0.0, best);
    fflush(stdout);
    first = 0;
  }
  printf("\n]}\n");
  return 0;
}
