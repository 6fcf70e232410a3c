/* Portable dialect, prologue for CUDA C++ under NVRTC: a lane is a thread, a group
 * is ERG_W neighbouring threads of a warp. Compile with --fmad=false. */
#define ERG_W 8
#define ERG_FN static __device__ __forceinline__ __attribute__((unused))
#define ERG_FN_LARGE static __device__ __noinline__ __attribute__((unused))
#define ERG_FN_PART ERG_FN
#define ERG_GLOBAL
#define ERG_GROUP
#define ERG_PASS
#define ERG_UNROLL _Pragma("unroll")
#define ERG_ROLLED _Pragma("unroll 1")
#define ERG_CUDA 1
typedef double erg_v;
typedef long erg_vi;
typedef int erg_m;
ERG_FN int erg_lane_id(void) { return (int)(threadIdx.x & (ERG_W - 1)); }
ERG_FN unsigned erg_group_mask_(void) {
  return 0xffu << (threadIdx.x & 31u & ~(unsigned)(ERG_W - 1));
}
ERG_FN double erg_exchange_xor_(double x, int d) {
  return __shfl_xor_sync(erg_group_mask_(), x, d, ERG_W);
}
#define ERG_HAVE_PICK 1
ERG_FN double erg_pick(double v, double number) {
  return __shfl_sync(erg_group_mask_(), v, (int)number, ERG_W);
}
ERG_FN int erg_vote_any_(int m) { return __any_sync(erg_group_mask_(), m); }
ERG_FN void erg_barrier(void) { __syncwarp(erg_group_mask_()); }
#define ERG_ONE_LANE if (erg_lane_id() == 0)
ERG_FN erg_v erg_fma(erg_v a, erg_v b, erg_v c) { return __fma_rn(a, b, c); }
ERG_FN erg_v erg_sqrt(erg_v a) { return __dsqrt_rn(a); }
#define ERG_HAVE_BITS 1
ERG_FN erg_vi erg_bits(erg_v a) { return (long)__double_as_longlong(a); }
ERG_FN erg_v erg_from_bits(erg_vi a) { return __longlong_as_double((long long)a); }
#include "prologue_item.h"
