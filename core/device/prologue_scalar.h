/* Portable dialect, prologue for C with one lane value = one double. Two uses:
 * - ERG_LANES_AS_THREADS defined: each lane is a thread, and the includer supplies
 *   erg_lane_id() (0..ERG_W-1), erg_exchange_xor_(x, d) and erg_barrier(). The
 *   tests run the dialect so, under ThreadSanitizer.
 * - otherwise: one lane alone, for the host's scalar use of the elementary
 *   functions and of Philox (ERG_W is 1; no group).
 */
#ifndef ERG_PROLOGUE_H
#define ERG_PROLOGUE_H
#define ERG_FN static inline __attribute__((unused))
#define ERG_FN_LARGE static __attribute__((noinline, unused))
#define ERG_FN_PART ERG_FN
#define ERG_GLOBAL
#define ERG_GROUP
#define ERG_PASS
#define ERG_UNROLL
#define ERG_ROLLED
typedef double erg_v;
typedef long erg_vi;
typedef int erg_m;
#ifdef ERG_LANES_AS_THREADS
#define ERG_W 8
static int erg_lane_id(void);
static double erg_exchange_xor_(double x, int d);
static int erg_vote_any_(int m);
static void erg_barrier(void);
#define ERG_ONE_LANE if (erg_lane_id() == 0)
#else
#define ERG_W 1
static inline int erg_lane_id(void) { return 0; }
static inline double erg_exchange_xor_(double x, int d) { (void)x; (void)d; return 0.0; }
static inline int erg_vote_any_(int m) { return m; }
static inline void erg_barrier(void) {}
#define ERG_ONE_LANE
#endif
ERG_FN erg_v erg_fma(erg_v a, erg_v b, erg_v c) { return __builtin_fma(a, b, c); }
ERG_FN erg_v erg_sqrt(erg_v a) { return __builtin_sqrt(a); }
#include "prologue_item.h"
#endif
