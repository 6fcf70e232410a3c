/* Prints a hash of the values of every function of the dialect over many arguments, one
 * line each; test_dialect_bits.py builds it with different compilers, machines and prologues
 * and compares. With a function's name, prints its values. */
#include <stdio.h>

#if defined(BITS_SCALAR)
#include "device/prologue_scalar.h"
#elif defined(BITS_PAIR)
#include "device/prologue_pair.h"
#else
#include "device/prologue_vector.h"
#endif
#include "device/elementary.h"
#include "device/philox.h"
#include "device/host_math.h"
#include "bits_arguments.h"

static double x[BITS_N], y[BITS_N], r[BITS_N];
static const char *wanted;

static void report(const char *name) {
  uint64_t h = 0;
  for (int i = 0; i < BITS_N; i++) h = bits_mix(h ^ bits_of(r[i]));
  if (!wanted) printf("%s %016lx\n", name, (unsigned long)h);
  if (wanted && !strcmp(wanted, name))
    for (int i = 0; i < BITS_N; i++)
      printf("%.17g %.17g -> %.17g %016lx\n", x[i], y[i], r[i], (unsigned long)bits_of(r[i]));
}
#define ONE(name, f)                                                                    \
  static __attribute__((noinline)) void run_##name(void) {                              \
    for (int i = 0; i < BITS_N; i += ERG_W) erg_store(r + i, erg_##f(erg_load(x + i))); \
    report(#name);                                                                      \
  }
#define TWO(name, f)                                               \
  static __attribute__((noinline)) void run_##name(void) {         \
    for (int i = 0; i < BITS_N; i += ERG_W)                        \
      erg_store(r + i, erg_##f(erg_load(x + i), erg_load(y + i))); \
    report(#name);                                                 \
  }
ERGM_FUNCTIONS(ONE, TWO)

static erg_vi slots(int i) {
  erg_v n = erg_lane_number() + (double)i;
  return erg_bits(n + 4503599627370496.0) & 0xffffffffL;
}
static void run_random(void) {
  for (int i = 0; i < BITS_N; i += ERG_W)
    erg_store(r + i, erg_uniform(12345u, 0x9abcdef0u, slots(i), 3, (unsigned)i >> 8, 7));
  report("uniform");
  for (int i = 0; i < BITS_N; i += ERG_W)
    erg_store(r + i, erg_normal(12345u, 0x9abcdef0u, slots(i), 3, (unsigned)i >> 8, 7));
  report("normal");
  for (int i = 0; i < BITS_N; i += ERG_W)
    erg_store(r + i, erg_normal2(12345u, 1u, slots(i), 3, (unsigned)i >> 8, 7).second);
  report("normal2");
}
static void run_words(void) {
  for (int i = 0; i < BITS_N; i += 8) {
#if ERG_W == 1
    double s = ((x[i] + x[i + 4]) + (x[i + 2] + x[i + 6])) +
               ((x[i + 1] + x[i + 5]) + (x[i + 3] + x[i + 7]));
    for (int l = 0; l < 8; l++) r[i + l] = s;
#else
    erg_store(r + i, erg_sum_lanes(ERG_PASS erg_load(x + i)));
#endif
  }
  report("sum_lanes");
  for (int i = 0; i < BITS_N; i += 8) {
    double number[8];
    for (int l = 0; l < 8; l++) number[l] = (i / 8 * 5 + 3 * l * l) % 8;
#if ERG_W == 1
    for (int l = 0; l < 8; l++) r[i + l] = x[i + (int)number[l]];
#else
    erg_store(r + i, erg_pick(ERG_PASS erg_load(x + i), erg_load(number)));
#endif
  }
  report("pick");
  for (int i = 0; i < BITS_N; i += ERG_W)
    erg_store(r + i, erg_sqrt(erg_load(x + i)) / erg_load(y + i));
  report("sqrt");
  for (int i = 0; i < BITS_N; i += ERG_W) {
    erg_vi a = erg_bits(erg_load(x + i)), b = erg_bits(erg_load(y + i));
    erg_store(r + i, erg_from_bits(erg_shr(erg_mul32(a, b) ^ erg_shl(a, 7), 3)));
  }
  report("mul32");
  for (int i = 0; i < BITS_N; i += ERG_W) {
    erg_v a = erg_load(x + i), b = erg_load(y + i);
    erg_m m = erg_or(erg_and(erg_lt(a, b), erg_ne(a, erg_splat(1.0))),
                     erg_not(erg_or(erg_le(a, b), erg_gt(b, erg_abs(a)))));
    erg_v s = erg_sel(m, a, erg_fma(a, b, -a));
    erg_store(r + i, erg_from_bits(erg_seli(erg_ge(a, b), erg_bits(s), erg_bits(s) | 1L)));
  }
  report("select");
}

int main(int argc, char **argv) {
  if (argc > 1) wanted = argv[1];
  bits_arguments(x, y);
#define RUN(name, f) run_##name();
  ERGM_FUNCTIONS(RUN, RUN)
  run_random();
  run_words();
  return 0;
}
