/* The dialect's words where a lane is a work-item, thread or nothing (erg_v is a
 * double): shared by the scalar C, CUDA and OpenCL-GPU prologues, which define
 * before it ERG_W, ERG_FN, ERG_GLOBAL, erg_v, erg_vi, erg_m, erg_lane_id(),
 * erg_exchange_xor_(x, d), erg_vote_any_(m), erg_barrier(), erg_fma, erg_sqrt. */
ERG_FN erg_m erg_lt(erg_v a, erg_v b) { return a < b; }
ERG_FN erg_m erg_le(erg_v a, erg_v b) { return a <= b; }
ERG_FN erg_m erg_gt(erg_v a, erg_v b) { return a > b; }
ERG_FN erg_m erg_ge(erg_v a, erg_v b) { return a >= b; }
ERG_FN erg_m erg_eq(erg_v a, erg_v b) { return a == b; }
ERG_FN erg_m erg_ne(erg_v a, erg_v b) { return a != b; }
ERG_FN erg_v erg_splat(double x) { return x; }
ERG_FN erg_vi erg_splati(long x) { return x; }
ERG_FN double erg_first(erg_v v) { return v; }
ERG_FN erg_v erg_load(ERG_GLOBAL const double *p) { return p[erg_lane_id()]; }
ERG_FN void erg_prefetch(ERG_GLOBAL const double *p) { (void)p; }
ERG_FN erg_v erg_load_n(ERG_GLOBAL const double *p, int n) {
  return erg_lane_id() < n ? p[erg_lane_id()] : 0.0;
}
ERG_FN void erg_store(ERG_GLOBAL double *p, erg_v v) { p[erg_lane_id()] = v; }
ERG_FN void erg_store_n(ERG_GLOBAL double *p, int n, erg_v v) {
  if (erg_lane_id() < n) p[erg_lane_id()] = v;
}
ERG_FN erg_v erg_gather(ERG_GLOBAL const double *p, ERG_GLOBAL const int *index) {
  return p[index[erg_lane_id()]];
}
ERG_FN void erg_scatter(ERG_GLOBAL double *p, ERG_GLOBAL const int *index, erg_v v) {
  p[index[erg_lane_id()]] = v;
}
ERG_FN erg_v erg_load_int(ERG_GLOBAL const int *p) { return (double)p[erg_lane_id()]; }
ERG_FN erg_v erg_lane_number(void) { return (double)erg_lane_id(); }
ERG_FN erg_m erg_lane_below(int n) { return erg_lane_id() < n; }
ERG_FN erg_v erg_sel(erg_m m, erg_v a, erg_v b) { return m ? a : b; }
ERG_FN erg_vi erg_seli(erg_m m, erg_vi a, erg_vi b) { return m ? a : b; }
ERG_FN erg_m erg_and(erg_m a, erg_m b) { return a & b; }
ERG_FN erg_m erg_or(erg_m a, erg_m b) { return a | b; }
ERG_FN erg_m erg_not(erg_m a) { return !a; }
ERG_FN int erg_any(ERG_GROUP erg_m m) { return erg_vote_any_(ERG_PASS m); }
ERG_FN int erg_some(erg_m m) { return m; }
#ifndef ERG_HAVE_BITS
ERG_FN erg_vi erg_bits(erg_v a) { long r; __builtin_memcpy(&r, &a, sizeof r); return r; }
ERG_FN erg_v erg_from_bits(erg_vi a) { double r; __builtin_memcpy(&r, &a, sizeof r); return r; }
#endif
ERG_FN erg_vi erg_shl(erg_vi a, int n) { return (erg_vi)((unsigned long)a << n); }
ERG_FN erg_vi erg_shr(erg_vi a, int n) { return (erg_vi)((unsigned long)a >> n); }
ERG_FN erg_vi erg_mul32(erg_vi a, erg_vi b) {
  return (erg_vi)(((unsigned long)a & 0xffffffffUL) * ((unsigned long)b & 0xffffffffUL));
}
ERG_FN erg_v erg_abs(erg_v a) { return erg_from_bits(erg_bits(a) & 0x7fffffffffffffffL); }
#ifndef ERG_HAVE_SUM_LANES
ERG_FN erg_v erg_sum_lanes(ERG_GROUP erg_v x) {
#if ERG_W > 1
  x = x + erg_exchange_xor_(ERG_PASS x, 4);
  x = x + erg_exchange_xor_(ERG_PASS x, 2);
  x = x + erg_exchange_xor_(ERG_PASS x, 1);
#endif
  return x;
}
#endif
/* Each lane: that lane of v whose number (0 to ERG_W - 1) is in `number`. */
#ifndef ERG_HAVE_PICK
ERG_FN erg_v erg_pick(ERG_GROUP erg_v v, erg_v number) {
  erg_v r = v;
  for (int d = 1; d < ERG_W; d++) {
    erg_v other = erg_exchange_xor_(ERG_PASS v, d);
    if ((erg_lane_id() ^ d) == (int)number) r = other;
  }
  return r;
}
#endif
