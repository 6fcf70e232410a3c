/* Portable dialect, prologue for C on a CPU: a lane value is a vector register.
 *
 * The dialect is the common subset of C11, CUDA C++ and OpenCL C in which the
 * samplers, the elementary functions and the generated models are written once.
 * A group of ERG_W virtual lanes works on one chain. `erg_v` is one double per
 * lane: here a GCC/Clang vector of ERG_W doubles; on a GPU each thread's double.
 * Every prologue defines exactly the same words (docs/dialect.md lists them),
 * and every word has the same bits everywhere: contraction is off, fma is written
 * where it is meant, and lanes are summed by a fixed tree.
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
/* Functions whose lanes communicate take ERG_GROUP first and are called with
 * ERG_PASS first; only OpenCL on GPUs needs something there (local memory). */
#define ERG_GROUP
#define ERG_PASS

typedef double erg_v __attribute__((vector_size(64)));
typedef long erg_vi __attribute__((vector_size(64)));
typedef unsigned long erg_vu_ __attribute__((vector_size(64)));
#if defined(__AVX512F__) && defined(__AVX512DQ__)
typedef unsigned char erg_m; /* a mask: a bit a lane, in a mask register */
#else
typedef erg_vi erg_m; /* a mask: all bits or none in each lane */
#endif
typedef double erg_v_u_ __attribute__((vector_size(64), aligned(8), may_alias));

#if defined(__AVX512F__) && defined(__AVX512DQ__)
#define ERG_HALVES_ 1
#elif defined(__AVX__)
#define ERG_HALVES_ 2
#else
#define ERG_HALVES_ 4
#endif
/* gcc lowers comparisons and selects of vectors wider than the machine's lane by
 * lane; cutting them into machine-sized parts keeps them in registers. */
#if ERG_HALVES_ > 1
typedef double erg_part_ __attribute__((vector_size(64 / ERG_HALVES_)));
typedef long erg_parti_ __attribute__((vector_size(64 / ERG_HALVES_)));
typedef unsigned long erg_partu_ __attribute__((vector_size(64 / ERG_HALVES_)));
typedef union { erg_v v; erg_part_ h[ERG_HALVES_]; } erg_cut_;
typedef union { erg_vi v; erg_parti_ h[ERG_HALVES_]; } erg_cuti_;
#define ERG_COMPARE_(name, op)                                               \
  ERG_FN erg_m name(erg_v a, erg_v b) {                                      \
    erg_cut_ x = {a}, y = {b};                                               \
    erg_cuti_ r;                                                             \
    for (int i = 0; i < ERG_HALVES_; i++) r.h[i] = x.h[i] op y.h[i];         \
    return r.v;                                                              \
  }
ERG_COMPARE_(erg_lt, <)
ERG_COMPARE_(erg_le, <=)
ERG_COMPARE_(erg_gt, >)
ERG_COMPARE_(erg_ge, >=)
ERG_COMPARE_(erg_eq, ==)
ERG_COMPARE_(erg_ne, !=)
#else
/* Predicates of VCMPPD, quiet: a NaN makes all false but ne. */
#define ERG_COMPARE_(name, predicate)                                        \
  ERG_FN erg_m name(erg_v a, erg_v b) {                                      \
    return (erg_m)__builtin_ia32_cmppd512_mask(a, b, predicate, -1, 4);      \
  }
ERG_COMPARE_(erg_lt, 17)
ERG_COMPARE_(erg_le, 18)
ERG_COMPARE_(erg_gt, 30)
ERG_COMPARE_(erg_ge, 29)
ERG_COMPARE_(erg_eq, 0)
ERG_COMPARE_(erg_ne, 4)
#endif

ERG_FN erg_v erg_splat(double x) { return (erg_v){x, x, x, x, x, x, x, x}; }
ERG_FN erg_vi erg_splati(long x) { return (erg_vi){x, x, x, x, x, x, x, x}; }
ERG_FN double erg_first(erg_v v) { return v[0]; }

ERG_FN erg_v erg_load(const double *p) { return *(const erg_v_u_ *)p; }
ERG_FN void erg_prefetch(const double *p) { __builtin_prefetch(p, 0, 3); }
#if defined(__AVX512F__) && defined(__AVX512DQ__)
#if defined(__clang__)
#define ERG_MEMORY_(p) ((erg_v *)(p))
#else
#define ERG_MEMORY_(p) (p)
#endif
typedef int erg_index_ __attribute__((vector_size(32), aligned(4), may_alias));
ERG_FN erg_m erg_lane_below(int n) {
  return (erg_m)(n >= ERG_W ? 0xff : n <= 0 ? 0 : (1 << n) - 1);
}
/* The first n lanes; the others are 0 and their memory isn't touched. */
ERG_FN erg_v erg_load_n(const double *p, int n) {
  if (n >= ERG_W) return erg_load(p); /* a branch that is foretold costs less than a mask */
  return __builtin_ia32_loadupd512_mask((void *)ERG_MEMORY_(p), erg_splat(0.0), erg_lane_below(n));
}
ERG_FN void erg_store(double *p, erg_v v) { *(erg_v_u_ *)p = v; }
ERG_FN void erg_store_n(double *p, int n, erg_v v) {
  if (n >= ERG_W)
    erg_store(p, v);
  else
    __builtin_ia32_storeupd512_mask((void *)ERG_MEMORY_(p), v, erg_lane_below(n));
}
ERG_FN erg_v erg_gather(const double *p, const int *index) {
  return __builtin_ia32_gathersiv8df(erg_splat(0.0), p, *(const erg_index_ *)index, (char)-1, 8);
}
#else
ERG_FN erg_m erg_lane_below(int n) {
  return erg_lt((erg_v){0, 1, 2, 3, 4, 5, 6, 7}, erg_splat((double)n));
}
/* The first n lanes; the others are 0 and their memory isn't touched. */
ERG_FN erg_v erg_load_n(const double *p, int n) {
  erg_v r = {0, 0, 0, 0, 0, 0, 0, 0};
  if (n >= ERG_W) return erg_load(p);
  for (int l = 0; l < n; l++) r[l] = p[l];
  return r;
}
ERG_FN void erg_store(double *p, erg_v v) { *(erg_v_u_ *)p = v; }
ERG_FN void erg_store_n(double *p, int n, erg_v v) {
  if (n >= ERG_W) {
    erg_store(p, v);
  } else {
    for (int l = 0; l < n; l++) p[l] = v[l];
  }
}
ERG_FN erg_v erg_gather(const double *p, const int *index) {
  erg_v r = {p[index[0]], p[index[1]], p[index[2]], p[index[3]],
             p[index[4]], p[index[5]], p[index[6]], p[index[7]]};
  return r;
}
#endif
/* Each lane: that lane of v whose number (0 to ERG_W - 1) is in `number`. */
ERG_FN erg_v erg_pick(ERG_GROUP erg_v v, erg_v number) {
#if defined(__AVX512F__) && defined(__AVX512DQ__)
  typedef long long index_ __attribute__((vector_size(64)));
#if defined(__clang__)
  return __builtin_ia32_permvardf512(v, __builtin_convertvector(number, index_));
#else
  return __builtin_ia32_permvardf512_mask(v, __builtin_convertvector(number, index_), v, -1);
#endif
#else
  erg_v r;
  for (int l = 0; l < ERG_W; l++) r[l] = v[(int)number[l] & (ERG_W - 1)];
  return r;
#endif
}
ERG_FN void erg_scatter(double *p, const int *index, erg_v v) {
  for (int l = 0; l < ERG_W; l++) p[index[l]] = v[l];
}
ERG_FN erg_v erg_load_int(const int *p) {
  erg_v r = {p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]};
  return r;
}
ERG_FN erg_v erg_lane_number(void) { return (erg_v){0, 1, 2, 3, 4, 5, 6, 7}; }

#if defined(__AVX512F__) && defined(__AVX512DQ__)
ERG_FN erg_v erg_fma(erg_v a, erg_v b, erg_v c) {
  return __builtin_ia32_vfmaddpd512_mask(a, b, c, -1, 4);
}
ERG_FN erg_v erg_sqrt(erg_v a) {
#if defined(__clang__)
  return __builtin_ia32_sqrtpd512(a, 4);
#else
  return __builtin_ia32_sqrtpd512_mask(a, a, -1, 4);
#endif
}
#elif defined(__FMA__)
ERG_FN erg_v erg_fma(erg_v a, erg_v b, erg_v c) {
  erg_cut_ x = {a}, y = {b}, z = {c}, r;
  r.h[0] = __builtin_ia32_vfmaddpd256(x.h[0], y.h[0], z.h[0]);
  r.h[1] = __builtin_ia32_vfmaddpd256(x.h[1], y.h[1], z.h[1]);
  return r.v;
}
ERG_FN erg_v erg_sqrt(erg_v a) {
  erg_cut_ x = {a}, r;
  r.h[0] = __builtin_ia32_sqrtpd256(x.h[0]);
  r.h[1] = __builtin_ia32_sqrtpd256(x.h[1]);
  return r.v;
}
#elif defined(__SSE2__)
/* No fma instruction, and libm's fma() costs a microsecond then: the exact product and sum
 * as pairs, the last sum but one rounded to odd (Boldo & Melquiond 2008, "Emulation of a
 * FMA and correctly rounded sums"). Right where nothing over- or underflows; libm has the
 * other lanes, so the bits are the same. */
ERG_FN erg_part_ erg_part_fma_(erg_part_ a, erg_part_ b, erg_part_ c, erg_parti_ *out) {
  const erg_part_ zero = {0};
  const erg_parti_ low = (erg_parti_){0} + 0x7fffffffffffffffL;
  erg_part_ p = a * b, t, ah, al, bh, bl, pl, h, hl, s, sl, r, rl, size;
  erg_parti_ odd, sign, in;
  t = a * 134217729.0; /* 2^27 + 1 splits a value into halves (Veltkamp, Dekker) */
  ah = t - (t - a);
  al = a - ah;
  t = b * 134217729.0;
  bh = t - (t - b);
  bl = b - bh;
  pl = (((ah * bh - p) + ah * bl) + al * bh) + al * bl;
  h = c + pl; /* p + pl + c = s + sl + hl */
  t = h - c;
  hl = (c - (h - t)) + (pl - t);
  s = p + h;
  t = s - p;
  sl = (p - (s - t)) + (h - t);
  r = hl + sl;
  t = r - hl;
  rl = (hl - (r - t)) + (sl - t);
  /* inexact and even: the odd neighbour on the side of the rest */
  odd = (erg_parti_)r & 1L;
  sign = -(erg_parti_)(((erg_partu_)((erg_parti_)r ^ (erg_parti_)rl)) >> 63);
  r = (erg_part_)((erg_parti_)r + ((erg_parti_)(rl != zero) & (odd - 1L) & (sign | 1L)));
  r = s + r;
  in = (erg_parti_)(r == zero); /* the sign of zero */
  r = (erg_part_)(((erg_parti_)(p + c) & in) | ((erg_parti_)r & ~in));
  t = (erg_part_)((erg_parti_)p & low);
  size = (erg_part_)((erg_parti_)a & low) + (erg_part_)((erg_parti_)b & low) +
         (erg_part_)((erg_parti_)c & low) + t;
  in = (erg_parti_)(t >= zero + 0x1p-900) | (erg_parti_)(a == zero) | (erg_parti_)(b == zero);
  *out |= ~(in & (erg_parti_)(size < zero + 0x1p990));
  return r;
}
ERG_FN_LARGE erg_v erg_fma(erg_v a, erg_v b, erg_v c) {
  erg_cut_ x = {a}, y = {b}, z = {c}, r;
  erg_parti_ out = {0};
  for (int i = 0; i < ERG_HALVES_; i++) r.h[i] = erg_part_fma_(x.h[i], y.h[i], z.h[i], &out);
  for (int l = 0; l < 8 / ERG_HALVES_; l++)
    if (out[l])
      for (int k = l; k < 8; k += 8 / ERG_HALVES_) r.v[k] = __builtin_fma(a[k], b[k], c[k]);
  return r.v;
}
#else /* an instruction, or libm: exact in either case */
ERG_FN erg_v erg_fma(erg_v a, erg_v b, erg_v c) {
  erg_v r;
  for (int l = 0; l < ERG_W; l++) r[l] = __builtin_fma(a[l], b[l], c[l]);
  return r;
}
#endif
#if !defined(__FMA__) && !(defined(__AVX512F__) && defined(__AVX512DQ__))
ERG_FN erg_v erg_sqrt(erg_v a) {
  erg_v r;
  for (int l = 0; l < ERG_W; l++) r[l] = __builtin_sqrt(a[l]);
  return r;
}
#endif

#if defined(__AVX512F__) && defined(__AVX512DQ__)
#if defined(__clang__)
#define ERG_BLEND_(m, a, b) __builtin_ia32_selectpd_512(m, a, b)
#else
#define ERG_BLEND_(m, a, b) __builtin_ia32_blendmpd_512_mask(b, a, m)
#endif
ERG_FN erg_v erg_sel(erg_m m, erg_v a, erg_v b) { return ERG_BLEND_(m, a, b); }
ERG_FN erg_vi erg_seli(erg_m m, erg_vi a, erg_vi b) {
  return (erg_vi)ERG_BLEND_(m, (erg_v)a, (erg_v)b);
}
ERG_FN erg_m erg_not(erg_m a) { return (erg_m)~a; }
ERG_FN int erg_any(ERG_GROUP erg_m m) { return m != 0; }
#else
/* Lane value of the mask's choice, bit by bit. */
ERG_FN erg_v erg_sel(erg_m m, erg_v a, erg_v b) {
  return (erg_v)(((erg_vi)a & m) | ((erg_vi)b & ~m));
}
ERG_FN erg_vi erg_seli(erg_m m, erg_vi a, erg_vi b) {
  return (a & m) | (b & ~m);
}
ERG_FN erg_m erg_not(erg_m a) { return ~a; }
ERG_FN int erg_any(ERG_GROUP erg_m m) {
#if defined(__AVX512F__) && defined(__AVX512DQ__)
  typedef long long mask8_ __attribute__((vector_size(64)));
  return __builtin_ia32_cvtq2mask512((mask8_)m) != 0;
#elif defined(__AVX__)
  erg_cut_ c = {(erg_v)m};
  return (__builtin_ia32_movmskpd256(c.h[0]) | __builtin_ia32_movmskpd256(c.h[1])) != 0;
#elif defined(__SSE2__)
  erg_cut_ c = {(erg_v)m};
  return (__builtin_ia32_movmskpd(c.h[0]) | __builtin_ia32_movmskpd(c.h[1]) |
          __builtin_ia32_movmskpd(c.h[2]) | __builtin_ia32_movmskpd(c.h[3])) != 0;
#else
  return (m[0] | m[1] | m[2] | m[3] | m[4] | m[5] | m[6] | m[7]) != 0;
#endif
}
#endif
ERG_FN erg_m erg_and(erg_m a, erg_m b) { return (erg_m)(a & b); }
ERG_FN erg_m erg_or(erg_m a, erg_m b) { return (erg_m)(a | b); }
/* Of the lanes that this thread holds: no lanes communicate. Guards a rare, slow case
 * whose result a mask then selects, so that taking it changes no bit. */
ERG_FN int erg_some(erg_m m) { return erg_any(m); }
ERG_FN erg_vi erg_bits(erg_v a) { return (erg_vi)a; }
ERG_FN erg_v erg_from_bits(erg_vi a) { return (erg_v)a; }
ERG_FN erg_vi erg_shl(erg_vi a, int n) { return a << n; }
ERG_FN erg_vi erg_shr(erg_vi a, int n) { return (erg_vi)((erg_vu_)a >> n); }
/* Product of the low 32 bits of each lane, 64 bits wide. */
ERG_FN erg_vi erg_mul32(erg_vi a, erg_vi b) {
#if defined(__AVX512F__) && defined(__AVX512DQ__) && !defined(__clang__)
  typedef int v16_ __attribute__((vector_size(64)));
  typedef long long v8l_ __attribute__((vector_size(64)));
  return (erg_vi)__builtin_ia32_pmuludq512_mask((v16_)a, (v16_)b, (v8l_)a, -1);
#elif defined(__AVX2__) && !defined(__clang__)
  typedef int v8_ __attribute__((vector_size(32)));
  erg_cuti_ x = {a}, y = {b}, r;
  for (int i = 0; i < 2; i++)
    r.h[i] = (erg_parti_)__builtin_ia32_pmuludq256((v8_)x.h[i], (v8_)y.h[i]);
  return r.v;
#else /* clang knows the pattern */
  return (erg_vi)(((erg_vu_)a & 0xffffffffUL) * ((erg_vu_)b & 0xffffffffUL));
#endif
}
ERG_FN erg_v erg_abs(erg_v a) {
  return (erg_v)((erg_vi)a & 0x7fffffffffffffffL);
}

/* Sum over the lanes by the fixed tree (l, l^4), (l, l^2), (l, l^1). */
ERG_FN erg_v erg_sum_lanes(ERG_GROUP erg_v x) {
  typedef double v4_ __attribute__((vector_size(32)));
  typedef double v2_ __attribute__((vector_size(16)));
  union { erg_v v; v4_ h[2]; } a = {x};
  union { v4_ v; v2_ h[2]; } b = {a.h[0] + a.h[1]};
  v2_ c = b.h[0] + b.h[1];
  return erg_splat(c[0] + c[1]);
}

/* Orders the group's memory accesses; nothing to do where one thread is the group. */
ERG_FN void erg_barrier(void) {}
/* Statement that one lane executes for the group: ERG_ONE_LANE { ... } */
#define ERG_ONE_LANE
#endif
