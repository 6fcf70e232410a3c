/* Portable dialect, prologue for C++ with AVX2 and FMA: a lane value is a pair of 4-wide
 * registers. The C prologue has one 8-wide vector type, which gcc without AVX-512 keeps in
 * memory between operations (5 times slower); two members of a class stay in registers.
 * The words and their bits are those of core/device/prologue_vector.h. */
#ifndef ERG_PROLOGUE_H
#define ERG_PROLOGUE_H
#include <immintrin.h>
#define ERG_W 8
#define ERG_FN static inline __attribute__((always_inline, unused))
#define ERG_FN_LARGE static __attribute__((noinline, unused))
#define ERG_GLOBAL
#define ERG_UNROLL _Pragma("GCC unroll 8")
#define ERG_GROUP
#define ERG_PASS
#define ERG_ONE_LANE
#define ERG_IN_ inline __attribute__((always_inline))

typedef double erg_d4_ __attribute__((vector_size(32)));
typedef long erg_l4_ __attribute__((vector_size(32)));

struct erg_vi {
  erg_l4_ lo, hi;
  erg_vi() = default;
  ERG_IN_ erg_vi(erg_l4_ a, erg_l4_ b) : lo(a), hi(b) {}
  ERG_IN_ erg_vi(long x) : lo{x, x, x, x}, hi{x, x, x, x} {}
};
typedef erg_vi erg_m;
struct erg_v {
  erg_d4_ lo, hi;
  erg_v() = default;
  ERG_IN_ erg_v(erg_d4_ a, erg_d4_ b) : lo(a), hi(b) {}
  ERG_IN_ erg_v(double x) : lo{x, x, x, x}, hi{x, x, x, x} {}
};
#define ERG_OPERATOR_(type, op) \
  static ERG_IN_ type operator op(type a, type b) { return type(a.lo op b.lo, a.hi op b.hi); }
ERG_OPERATOR_(erg_v, +)
ERG_OPERATOR_(erg_v, -)
ERG_OPERATOR_(erg_v, *)
ERG_OPERATOR_(erg_v, /)
ERG_OPERATOR_(erg_vi, +)
ERG_OPERATOR_(erg_vi, -)
ERG_OPERATOR_(erg_vi, &)
ERG_OPERATOR_(erg_vi, |)
ERG_OPERATOR_(erg_vi, ^)
static ERG_IN_ erg_v operator-(erg_v a) { return erg_v(-a.lo, -a.hi); }
static ERG_IN_ erg_vi operator~(erg_vi a) { return erg_vi(~a.lo, ~a.hi); }
#define ERG_COMPARE_(name, op)                              \
  ERG_FN erg_m name(erg_v a, erg_v b) {                     \
    return erg_m((erg_l4_)(a.lo op b.lo), (erg_l4_)(a.hi op b.hi)); \
  }
ERG_COMPARE_(erg_lt, <)
ERG_COMPARE_(erg_le, <=)
ERG_COMPARE_(erg_gt, >)
ERG_COMPARE_(erg_ge, >=)
ERG_COMPARE_(erg_eq, ==)
ERG_COMPARE_(erg_ne, !=)

ERG_FN erg_v erg_splat(double x) { return erg_v(x); }
ERG_FN erg_vi erg_splati(long x) { return erg_vi(x); }
ERG_FN double erg_first(erg_v v) { return v.lo[0]; }
ERG_FN erg_v erg_load(const double *p) {
  return erg_v((erg_d4_)_mm256_loadu_pd(p), (erg_d4_)_mm256_loadu_pd(p + 4));
}
ERG_FN void erg_store(double *p, erg_v v) {
  _mm256_storeu_pd(p, (__m256d)v.lo);
  _mm256_storeu_pd(p + 4, (__m256d)v.hi);
}
ERG_FN void erg_store_n(double *p, int n, erg_v v) {
  if (n >= ERG_W) {
    erg_store(p, v);
  } else {
    double a[ERG_W];
    erg_store(a, v);
    for (int l = 0; l < n; l++) p[l] = a[l];
  }
}
ERG_FN erg_v erg_lane_number(void) {
  return erg_v(erg_d4_{0, 1, 2, 3}, erg_d4_{4, 5, 6, 7});
}
ERG_FN erg_m erg_lane_below(int n) { return erg_lt(erg_lane_number(), erg_v((double)n)); }
ERG_FN erg_v erg_fma(erg_v a, erg_v b, erg_v c) {
  return erg_v((erg_d4_)_mm256_fmadd_pd((__m256d)a.lo, (__m256d)b.lo, (__m256d)c.lo),
               (erg_d4_)_mm256_fmadd_pd((__m256d)a.hi, (__m256d)b.hi, (__m256d)c.hi));
}
ERG_FN erg_v erg_sqrt(erg_v a) {
  return erg_v((erg_d4_)_mm256_sqrt_pd((__m256d)a.lo), (erg_d4_)_mm256_sqrt_pd((__m256d)a.hi));
}
ERG_FN erg_vi erg_bits(erg_v a) { return erg_vi((erg_l4_)a.lo, (erg_l4_)a.hi); }
ERG_FN erg_v erg_from_bits(erg_vi a) { return erg_v((erg_d4_)a.lo, (erg_d4_)a.hi); }
ERG_FN erg_vi erg_seli(erg_m m, erg_vi a, erg_vi b) { return (a & m) | (b & ~m); }
ERG_FN erg_v erg_sel(erg_m m, erg_v a, erg_v b) {
  return erg_from_bits((erg_bits(a) & m) | (erg_bits(b) & ~m));
}
ERG_FN erg_m erg_and(erg_m a, erg_m b) { return a & b; }
ERG_FN erg_m erg_or(erg_m a, erg_m b) { return a | b; }
ERG_FN erg_m erg_not(erg_m a) { return ~a; }
ERG_FN erg_vi erg_shl(erg_vi a, int n) { return erg_vi(a.lo << n, a.hi << n); }
ERG_FN erg_vi erg_shr(erg_vi a, int n) {
  return erg_vi((erg_l4_)_mm256_srli_epi64((__m256i)a.lo, n),
                (erg_l4_)_mm256_srli_epi64((__m256i)a.hi, n));
}
ERG_FN erg_vi erg_mul32(erg_vi a, erg_vi b) {
  return erg_vi((erg_l4_)_mm256_mul_epu32((__m256i)a.lo, (__m256i)b.lo),
                (erg_l4_)_mm256_mul_epu32((__m256i)a.hi, (__m256i)b.hi));
}
ERG_FN erg_v erg_abs(erg_v a) {
  return erg_from_bits(erg_bits(a) & erg_splati(0x7fffffffffffffffL));
}
ERG_FN erg_v erg_sum_lanes(erg_v x) {
  erg_d4_ a = x.lo + x.hi;
  return erg_splat((a[0] + a[2]) + (a[1] + a[3]));
}
ERG_FN int erg_some(erg_m m) {
  erg_l4_ a = m.lo | m.hi;
  return (a[0] | a[1] | a[2] | a[3]) != 0;
}
ERG_FN int erg_any(erg_m m) { return erg_some(m); }
ERG_FN void erg_barrier(void) {}
#endif
