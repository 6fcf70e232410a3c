/* Portable dialect, prologue for OpenCL C. Two forms of the same words:
 * - ERG_OPENCL_VECTOR defined (CPU devices, work-group size 1): a lane value is a
 *   double8, the group is one work-item;
 * - otherwise (GPUs): a lane is a work-item, a group is a work-group of ERG_W of them,
 *   and the lanes meet in local memory: the kernel declares
 *   `__local double erg_group_area[ERG_W];` and hands it down by ERG_PASS.
 */
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#pragma OPENCL FP_CONTRACT OFF
#define ERG_W 8
#define ERG_OPENCL 1
#define ERG_FN static inline
#define ERG_FN_LARGE static
#define ERG_GLOBAL __global
#define ERG_UNROLL
#define ERG_ROLLED
#ifdef ERG_OPENCL_VECTOR
#define ERG_FN_PART static __attribute__((noinline))
#define ERG_GROUP
#define ERG_PASS
typedef double8 erg_v;
typedef long8 erg_vi;
typedef long8 erg_m;
#define ERG_ONE_LANE
ERG_FN void erg_barrier(void) {}
ERG_FN erg_m erg_lt(erg_v a, erg_v b) { return a < b; }
ERG_FN erg_m erg_le(erg_v a, erg_v b) { return a <= b; }
ERG_FN erg_m erg_gt(erg_v a, erg_v b) { return a > b; }
ERG_FN erg_m erg_ge(erg_v a, erg_v b) { return a >= b; }
ERG_FN erg_m erg_eq(erg_v a, erg_v b) { return a == b; }
ERG_FN erg_m erg_ne(erg_v a, erg_v b) { return a != b; }
ERG_FN erg_v erg_splat(double x) { return (double8)(x); }
ERG_FN erg_vi erg_splati(long x) { return (long8)(x); }
ERG_FN double erg_first(erg_v v) { return v.s0; }
/* Not vload8 and vstore8, which PoCL compiles as calls first: such calls hide memory from
 * the first optimisation, and each brings a body of 14 instructions to the second. */
typedef double8 erg_mem_ __attribute__((aligned(8)));
ERG_FN erg_v erg_load(__global const double *p) { return *(__global const erg_mem_ *)p; }
ERG_FN void erg_prefetch(__global const double *p) { prefetch(p, ERG_W); }
ERG_FN_PART erg_v erg_load_some_(__global const double *p, int n) {
  return (double8)(n > 0 ? p[0] : 0.0, n > 1 ? p[1] : 0.0, n > 2 ? p[2] : 0.0, n > 3 ? p[3] : 0.0,
                   n > 4 ? p[4] : 0.0, n > 5 ? p[5] : 0.0, n > 6 ? p[6] : 0.0, 0.0);
}
ERG_FN erg_v erg_load_n(__global const double *p, int n) {
  if (n >= ERG_W) return erg_load(p);
  return erg_load_some_(p, n);
}
ERG_FN void erg_store(__global double *p, erg_v v) { *(__global erg_mem_ *)p = v; }
ERG_FN_PART void erg_store_some_(__global double *p, int n, erg_v v) {
  if (n > 0) p[0] = v.s0;
  if (n > 1) p[1] = v.s1;
  if (n > 2) p[2] = v.s2;
  if (n > 3) p[3] = v.s3;
  if (n > 4) p[4] = v.s4;
  if (n > 5) p[5] = v.s5;
  if (n > 6) p[6] = v.s6;
}
ERG_FN void erg_store_n(__global double *p, int n, erg_v v) {
  if (n >= ERG_W) {
    erg_store(p, v);
  } else {
    erg_store_some_(p, n, v);
  }
}
ERG_FN erg_v erg_gather(__global const double *p, __global const int *i) {
  return (double8)(p[i[0]], p[i[1]], p[i[2]], p[i[3]], p[i[4]], p[i[5]], p[i[6]], p[i[7]]);
}
ERG_FN erg_v erg_pick(erg_v v, erg_v number) { return shuffle(v, convert_ulong8(number)); }
ERG_FN void erg_scatter(__global double *p, __global const int *i, erg_v v) {
  p[i[0]] = v.s0; p[i[1]] = v.s1; p[i[2]] = v.s2; p[i[3]] = v.s3;
  p[i[4]] = v.s4; p[i[5]] = v.s5; p[i[6]] = v.s6; p[i[7]] = v.s7;
}
ERG_FN erg_v erg_load_int(__global const int *p) { return convert_double8(vload8(0, p)); }
ERG_FN erg_v erg_lane_number(void) { return (double8)(0, 1, 2, 3, 4, 5, 6, 7); }
ERG_FN erg_m erg_lane_below(int n) { return erg_lane_number() < (double8)((double)n); }
ERG_FN erg_v erg_fma(erg_v a, erg_v b, erg_v c) { return fma(a, b, c); }
ERG_FN erg_v erg_sqrt(erg_v a) { return sqrt(a); }
ERG_FN erg_vi erg_bits(erg_v a) { return as_long8(a); }
ERG_FN erg_v erg_from_bits(erg_vi a) { return as_double8(a); }
ERG_FN erg_v erg_sel(erg_m m, erg_v a, erg_v b) {
  return as_double8((as_long8(a) & m) | (as_long8(b) & ~m));
}
ERG_FN erg_vi erg_seli(erg_m m, erg_vi a, erg_vi b) { return (a & m) | (b & ~m); }
ERG_FN erg_m erg_and(erg_m a, erg_m b) { return a & b; }
ERG_FN erg_m erg_or(erg_m a, erg_m b) { return a | b; }
ERG_FN erg_m erg_not(erg_m a) { return ~a; }
ERG_FN int erg_any(ERG_GROUP erg_m m) { return any(m); }
ERG_FN int erg_some(erg_m m) { return any(m); }
ERG_FN erg_vi erg_shl(erg_vi a, int n) { return a << (long8)(n); }
ERG_FN erg_vi erg_shr(erg_vi a, int n) { return as_long8(as_ulong8(a) >> (ulong8)(n)); }
ERG_FN erg_vi erg_mul32(erg_vi a, erg_vi b) {
  return as_long8((as_ulong8(a) & 0xffffffffUL) * (as_ulong8(b) & 0xffffffffUL));
}
ERG_FN erg_v erg_abs(erg_v a) { return as_double8(as_long8(a) & 0x7fffffffffffffffL); }
ERG_FN erg_v erg_sum_lanes(ERG_GROUP erg_v x) {
  double4 a = x.lo + x.hi;
  double2 b = a.lo + a.hi;
  return (double8)(b.s0 + b.s1);
}
#else
#define ERG_FN_PART ERG_FN
#define ERG_GROUP __local double *erg_group_area,
#define ERG_PASS erg_group_area,
typedef double erg_v;
typedef long erg_vi;
typedef int erg_m;
#define ERG_ONE_LANE if (erg_lane_id() == 0)
ERG_FN int erg_lane_id(void) { return (int)get_local_id(0); }
ERG_FN void erg_barrier(void) { barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE); }
ERG_FN erg_v erg_fma(erg_v a, erg_v b, erg_v c) { return fma(a, b, c); }
ERG_FN erg_v erg_sqrt(erg_v a) { return sqrt(a); }
#define ERG_HAVE_BITS 1
ERG_FN erg_vi erg_bits(erg_v a) { return as_long(a); }
ERG_FN erg_v erg_from_bits(erg_vi a) { return as_double(a); }
/* One visit to local memory instead of three exchanges; addition commutes, so this is
 * every lane's tree. */
#define ERG_HAVE_SUM_LANES 1
ERG_FN erg_v erg_sum_lanes(ERG_GROUP erg_v x) {
  __local double *a = erg_group_area;
  erg_v r;
  a[erg_lane_id()] = x;
  barrier(CLK_LOCAL_MEM_FENCE);
  r = ((a[0] + a[4]) + (a[2] + a[6])) + ((a[1] + a[5]) + (a[3] + a[7]));
  barrier(CLK_LOCAL_MEM_FENCE);
  return r;
}
#define ERG_HAVE_PICK 1
ERG_FN erg_v erg_pick(ERG_GROUP erg_v v, erg_v number) {
  __local double *a = erg_group_area;
  erg_v r;
  a[erg_lane_id()] = v;
  barrier(CLK_LOCAL_MEM_FENCE);
  r = a[(int)number];
  barrier(CLK_LOCAL_MEM_FENCE);
  return r;
}
ERG_FN int erg_vote_any_(ERG_GROUP int m) {
  __local double *a = erg_group_area;
  int r;
  a[erg_lane_id()] = m ? 1.0 : 0.0;
  barrier(CLK_LOCAL_MEM_FENCE);
  r = a[0] + a[1] + a[2] + a[3] + a[4] + a[5] + a[6] + a[7] != 0.0;
  barrier(CLK_LOCAL_MEM_FENCE);
  return r;
}
#include "prologue_item.h"
#endif
