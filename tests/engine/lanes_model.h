/* A model in the dialect whose lanes read each other's coordinates: a ring of normals,
 * lp = -1/2 sum q_i^2 - 1/4 sum (q_next - q_i)^2, with moments of 5 made-up elements. The
 * harness defines lanes_previous[] and lanes_next[], indices of the neighbours. */
#define LANES_DIM 21
#define LANES_ELEMENTS 5
ERG_FN void erg_model(ERG_GROUP const int *previous, const int *next, ERG_GLOBAL double *S,
                      ERG_GLOBAL double *q, ERG_GLOBAL double *g, ERG_GLOBAL double *lp,
                      ERG_GLOBAL double *m) {
  erg_v sum = erg_splat(0.0);
  for (int i = 0; i < LANES_DIM; i += ERG_W) {
    erg_v x = erg_load(q + i), a = erg_gather(q, previous + i), b = erg_gather(q, next + i);
    erg_v d = b - x;
    erg_v t = x * x + erg_splat(0.5) * d * d;
    sum = sum + erg_sel(erg_lane_below(LANES_DIM - i), t, erg_splat(0.0));
    erg_store_n(g + i, LANES_DIM - i, erg_splat(0.5) * (a - x) + erg_splat(0.5) * d - x);
    erg_store(S + i, x);
  }
  sum = erg_splat(-0.5) * erg_sum_lanes(ERG_PASS sum);
  erg_barrier(); /* S is read by other lanes */
  if (m) {
    erg_v a = erg_pick(ERG_PASS erg_load(S), erg_lane_number() + erg_splat(1.0) -
                               erg_sel(erg_eq(erg_lane_number(), erg_splat(7.0)),
                                       erg_splat(8.0), erg_splat(0.0)));
    erg_store_n(m, LANES_ELEMENTS, a);
    erg_store_n(m + LANES_ELEMENTS, LANES_ELEMENTS, -a);
    erg_store_n(m + 2 * LANES_ELEMENTS, LANES_ELEMENTS, erg_splat(1.0));
  }
  ERG_ONE_LANE {
    lp[0] = erg_first(sum);
    lp[1] = erg_first(sum);
  }
  erg_barrier();
}
#define ERG_MODEL_PARAMETERS const int *previous, const int *next, ERG_GLOBAL double *S
#define ERG_MODEL_CALL(q, g, lp, m) erg_model(ERG_PASS previous, next, S, q, g, lp, m)
