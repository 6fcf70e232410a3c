/* Portable dialect, prologue for C++ with AVX2 and FMA: a lane value is a pair of 4-wide
 * registers. The C prologue has one 8-wide vector type, which gcc without AVX-512 keeps in
 * memory between operations (3 to 5 times slower); two members of a class stay in
 * registers. The words and their bits are those of prologue_vector.h. No header and no
 * library is needed: models are compiled with it at run time.
 */
#ifndef ERG_PROLOGUE_H
#define ERG_PROLOGUE_H
#define ERG_W 8
#define ERG_FN static inline __attribute__((always_inline, unused))
#define ERG_FN_LARGE static __attribute__((noinline, unused))
#define ERG_FN_PART ERG_FN
#define ERG_GLOBAL
#define ERG_UNROLL _Pragma("GCC unroll 8")
#define ERG_ROLLED
#define ERG_GROUP
#define ERG_PASS
#define ERG_ONE_LANE
#define ERG_IN_ inline __attribute__((always_inline))

typedef double erg_d4_ __attribute__((vector_size(32)));
typedef double erg_d4_u_ __attribute__((vector_size(32), aligned(8), may_alias));
typedef long erg_l4_ __attribute__((vector_size(32)));
typedef unsigned long erg_ul4_ __attribute__((vector_size(32)));

struct erg_vi {
  erg_l4_ lo, hi;
  erg_vi() = default;
  ERG_IN_ erg_vi(erg_l4_ a, erg_l4_ b) : lo(a), hi(b) {}
  ERG_IN_ erg_vi(long x) : lo{x, x, x, x}, hi{x, x, x, x} {}
};
typedef erg_vi erg_m; /* a mask: all bits or none in each lane */
struct erg_v {
  erg_d4_ lo, hi;
  erg_v() = default;
  ERG_IN_ erg_v(erg_d4_ a, erg_d4_ b) : lo(a), hi(b) {}
  ERG_IN_ erg_v(double x) : lo{x, x, x, x}, hi{x, x, x, x} {}
};
#define ERG_OPERATOR_(type, op)                      \
  static ERG_IN_ type operator op(type a, type b) {  \
    return type(a.lo op b.lo, a.hi op b.hi);         \
  }
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
#define ERG_COMPARE_(name, op)                                      \
  ERG_FN erg_m name(erg_v a, erg_v b) {                             \
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
ERG_FN erg_v erg_lane_number(void) {
  return erg_v(erg_d4_{0, 1, 2, 3}, erg_d4_{4, 5, 6, 7});
}
ERG_FN erg_m erg_lane_below(int n) { return erg_lt(erg_lane_number(), erg_v((double)n)); }

ERG_FN void erg_prefetch(const double *p) { __builtin_prefetch(p, 0, 3); }
ERG_FN erg_v erg_load(const double *p) {
  return erg_v(*(const erg_d4_u_ *)p, *(const erg_d4_u_ *)(p + 4));
}
ERG_FN void erg_store(double *p, erg_v v) {
  *(erg_d4_u_ *)p = v.lo;
  *(erg_d4_u_ *)(p + 4) = v.hi;
}
typedef long long erg_x4_ __attribute__((vector_size(32)));
/* The first n lanes; the others are 0 and their memory isn't touched. */
ERG_FN erg_v erg_load_n(const double *p, int n) {
  if (n >= ERG_W) return erg_load(p);
  erg_m m = erg_lane_below(n);
  return erg_v(__builtin_ia32_maskloadpd256((const erg_d4_ *)p, (erg_x4_)m.lo),
               __builtin_ia32_maskloadpd256((const erg_d4_ *)(p + 4), (erg_x4_)m.hi));
}
ERG_FN void erg_store_n(double *p, int n, erg_v v) {
  if (n >= ERG_W) {
    erg_store(p, v);
  } else {
    erg_m m = erg_lane_below(n);
    __builtin_ia32_maskstorepd256((erg_d4_ *)p, (erg_x4_)m.lo, v.lo);
    __builtin_ia32_maskstorepd256((erg_d4_ *)(p + 4), (erg_x4_)m.hi, v.hi);
  }
}
ERG_FN erg_v erg_gather(const double *p, const int *i) {
  return erg_v(erg_d4_{p[i[0]], p[i[1]], p[i[2]], p[i[3]]},
               erg_d4_{p[i[4]], p[i[5]], p[i[6]], p[i[7]]});
}
/* Each lane: that lane of v whose number (0 to ERG_W - 1) is in `number`. */
ERG_FN erg_v erg_pick(ERG_GROUP erg_v v, erg_v number) {
  double from[ERG_W], at[ERG_W];
  erg_store(from, v);
  erg_store(at, number);
#define ERG_FROM_(l) from[(int)at[l] & (ERG_W - 1)]
  return erg_v(erg_d4_{ERG_FROM_(0), ERG_FROM_(1), ERG_FROM_(2), ERG_FROM_(3)},
               erg_d4_{ERG_FROM_(4), ERG_FROM_(5), ERG_FROM_(6), ERG_FROM_(7)});
#undef ERG_FROM_
}
ERG_FN void erg_scatter(double *p, const int *i, erg_v v) {
  for (int l = 0; l < 4; l++) p[i[l]] = v.lo[l];
  for (int l = 0; l < 4; l++) p[i[l + 4]] = v.hi[l];
}
ERG_FN erg_v erg_load_int(const int *p) {
  return erg_v(erg_d4_{(double)p[0], (double)p[1], (double)p[2], (double)p[3]},
               erg_d4_{(double)p[4], (double)p[5], (double)p[6], (double)p[7]});
}

ERG_FN erg_v erg_fma(erg_v a, erg_v b, erg_v c) {
  return erg_v(__builtin_ia32_vfmaddpd256(a.lo, b.lo, c.lo),
               __builtin_ia32_vfmaddpd256(a.hi, b.hi, c.hi));
}
ERG_FN erg_v erg_sqrt(erg_v a) {
  return erg_v(__builtin_ia32_sqrtpd256(a.lo), __builtin_ia32_sqrtpd256(a.hi));
}
ERG_FN erg_vi erg_bits(erg_v a) { return erg_vi((erg_l4_)a.lo, (erg_l4_)a.hi); }
ERG_FN erg_v erg_from_bits(erg_vi a) { return erg_v((erg_d4_)a.lo, (erg_d4_)a.hi); }
ERG_FN erg_v erg_sel(erg_m m, erg_v a, erg_v b) {
  return erg_v(__builtin_ia32_blendvpd256(b.lo, a.lo, (erg_d4_)m.lo),
               __builtin_ia32_blendvpd256(b.hi, a.hi, (erg_d4_)m.hi));
}
ERG_FN erg_vi erg_seli(erg_m m, erg_vi a, erg_vi b) {
  return erg_bits(erg_sel(m, erg_from_bits(a), erg_from_bits(b)));
}
ERG_FN erg_m erg_and(erg_m a, erg_m b) { return a & b; }
ERG_FN erg_m erg_or(erg_m a, erg_m b) { return a | b; }
ERG_FN erg_m erg_not(erg_m a) { return ~a; }
ERG_FN int erg_any(ERG_GROUP erg_m m) {
  return __builtin_ia32_movmskpd256((erg_d4_)(m.lo | m.hi)) != 0;
}
ERG_FN int erg_some(erg_m m) { return erg_any(m); }
ERG_FN erg_vi erg_shl(erg_vi a, int n) { return erg_vi(a.lo << n, a.hi << n); }
ERG_FN erg_vi erg_shr(erg_vi a, int n) {
  return erg_vi((erg_l4_)((erg_ul4_)a.lo >> n), (erg_l4_)((erg_ul4_)a.hi >> n));
}
/* Product of the low 32 bits of each lane, 64 bits wide. */
ERG_FN erg_vi erg_mul32(erg_vi a, erg_vi b) {
#if defined(__clang__) /* knows the pattern */
  erg_ul4_ low = {0xffffffffUL, 0xffffffffUL, 0xffffffffUL, 0xffffffffUL};
  return erg_vi((erg_l4_)(((erg_ul4_)a.lo & low) * ((erg_ul4_)b.lo & low)),
                (erg_l4_)(((erg_ul4_)a.hi & low) * ((erg_ul4_)b.hi & low)));
#else
  typedef int v8_ __attribute__((vector_size(32)));
  return erg_vi((erg_l4_)__builtin_ia32_pmuludq256((v8_)a.lo, (v8_)b.lo),
                (erg_l4_)__builtin_ia32_pmuludq256((v8_)a.hi, (v8_)b.hi));
#endif
}
ERG_FN erg_v erg_abs(erg_v a) {
  return erg_from_bits(erg_bits(a) & erg_splati(0x7fffffffffffffffL));
}
/* Sum over the lanes by the fixed tree (l, l^4), (l, l^2), (l, l^1). */
ERG_FN erg_v erg_sum_lanes(ERG_GROUP erg_v x) {
  erg_d4_ a = x.lo + x.hi;
  return erg_splat((a[0] + a[2]) + (a[1] + a[3]));
}
ERG_FN void erg_barrier(void) {}
#endif
