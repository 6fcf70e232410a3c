/* Portable dialect: the trajectory of NUTS (Hoffman & Gelman 2014), multinomial
 * (Betancourt 2017) with Stan's three U-turn checks, without recursion.
 *
 * Included by sampler.h. A transition starts at the draw (q0, g0) with a momentum p0.
 * Both ends of the trajectory carry their own position, prepared for the next leapfrog:
 * one pass over the coordinates takes the gradient at a leaf, completes its momentum,
 * sums the kinetic energy and already takes the first half of the next leapfrog.
 *
 * Subtree of 2^d leaves: after leaf i (from 0), one merge for each trailing 1 bit of i.
 * The momentum of leaf i is kept where merges look for it, without copies:
 *   i even: BEGIN[number of trailing 0 bits] (i = 0: BEGIN[d]), i odd: END[trailing 1 bits].
 * A node of level l that waits for its sibling begins at BEGIN[trailing 0 bits of its first
 * leaf] and ends at END[l] (l = 0: it is one leaf), with the sum of its momenta in RHO[l];
 * the right sibling begins at BEGIN[l] and ends at the leaf just made. RHO of level 1 isn't
 * stored, being BEGIN + END.
 */
#ifndef ERG_DEVICE_NUTS_H
#define ERG_DEVICE_NUTS_H

ERG_FN int erg_trailing_zeros(int i) {
  int t = 0;
  while (!((i >> t) & 1)) t++;
  return t;
}
ERG_FN ERG_GLOBAL double *erg_tree_begin(ERG_GLOBAL const erg_control *k,
                                         ERG_GLOBAL double *s, int level) {
  return erg_vector(k, s, ERG_V_TREE + level);
}
ERG_FN ERG_GLOBAL double *erg_tree_end(ERG_GLOBAL const erg_control *k,
                                       ERG_GLOBAL double *s, int level) {
  return erg_vector(k, s, ERG_V_TREE + k->tree_levels + level);
}
ERG_FN ERG_GLOBAL double *erg_tree_rho(ERG_GLOBAL const erg_control *k,
                                       ERG_GLOBAL double *s, int level) {
  return erg_vector(k, s, ERG_V_TREE + 2 * k->tree_levels + level);
}

/* Uniforms are made eight at a time and read one by one, in rising order. Slots `slot`, a
 * multiple of 8, to slot + 7 of a purpose, ERG_RANDOM_TREE or ERG_RANDOM_LEAF. */
ERG_FN ERG_GLOBAL double *erg_uniform_buffer(ERG_GLOBAL const erg_control *k,
                                             ERG_GLOBAL double *s, unsigned purpose) {
  return s + k->uniform_offset + (purpose == ERG_RANDOM_TREE ? 8 : 0);
}
ERG_FN void erg_make_uniforms(ERG_GROUP const erg_chain *c, ERG_GLOBAL const erg_control *k,
                              ERG_GLOBAL double *s, unsigned purpose, int slot) {
  ERG_GLOBAL double *u = erg_uniform_buffer(k, s, purpose);
  erg_barrier();
  for (int i = 0; i < 8; i += ERG_W)
    erg_store(u + i, erg_uniform(k->seed_low, k->seed_high, erg_slots(slot + i), purpose,
                                 (unsigned)c->iteration, (unsigned)c->number));
  erg_barrier();
}
ERG_FN double erg_next_uniform(ERG_GLOBAL const erg_control *k, ERG_GLOBAL double *s,
                               unsigned purpose, int slot) {
  return erg_uniform_buffer(k, s, purpose)[slot & 7];
}

/* Momentum z/sigma and first half leapfrog from the draw, for the lanes at i. Forward,
 * and backward too where `both`. Adds to the kinetic energy's lanes. */
ERG_FN erg_v erg_launch_lanes(const erg_chain *c, ERG_GLOBAL const erg_control *k,
                              ERG_GLOBAL double *s, int i, erg_v z, int both,
                              erg_v kinetic) {
  ERG_GLOBAL double *mid = erg_vector(k, s, ERG_V_P) + i;
  erg_v e = erg_splat(c->step_now), h = erg_splat(0.5 * c->step_now);
  erg_v p = z * erg_load(erg_vector(k, s, ERG_V_SCALE) + i);
  erg_v m = erg_load(erg_vector(k, s, ERG_V_METRIC) + i);
  erg_v q = erg_load(erg_vector(k, s, ERG_V_SAMPLE_Q + c->slot) + i);
  erg_v g = erg_load(erg_vector(k, s, ERG_V_SAMPLE_G + c->slot) + i);
  erg_v x = erg_fma(h, g, p);
  erg_store(mid + k->stride, x);
  erg_store(erg_vector(k, s, ERG_V_Q + 2 + c->parity1) + i, erg_fma(e, m * x, q));
  if (both) {
    x = erg_fma(-h, g, p);
    erg_store(mid, x);
    erg_store(erg_vector(k, s, ERG_V_Q + c->parity0) + i, erg_fma(-e, m * x, q));
    erg_store(erg_vector(k, s, ERG_V_TOP_P) + i, p);
    erg_store(erg_vector(k, s, ERG_V_TOP_P + 1) + i, p);
    erg_store(erg_vector(k, s, ERG_V_TOP_RHO) + i, p);
  }
  return erg_fma(m * p, p, kinetic);
}
/* A fresh momentum for all coordinates; returns the kinetic energy. Coordinates i and
 * i + ERG_W share a block of random numbers. `salt` parts the momenta of the step size
 * search from each other. */
ERG_FN_PART double erg_launch_trajectory(ERG_GROUP const erg_chain *c,
                                         ERG_GLOBAL const erg_control *k,
                                         ERG_GLOBAL double *s, unsigned purpose, int salt) {
  int both = purpose == ERG_RANDOM_MOMENTUM && k->algorithm == ERG_ALGORITHM_NUTS;
  erg_v kinetic = erg_splat(0.0);
  for (int b = 0; b < k->blocks; b += 2) {
    int slot = (b >> 1) * ERG_W + salt * k->blocks * ERG_W;
    erg_two_normals z =
        erg_normal2(k->seed_low, k->seed_high, erg_slots(slot), purpose,
                    (unsigned)c->iteration, (unsigned)c->number);
    kinetic = erg_launch_lanes(c, k, s, b * ERG_W, z.first, both, kinetic);
    if (b + 1 < k->blocks)
      kinetic = erg_launch_lanes(c, k, s, (b + 1) * ERG_W, z.second, both, kinetic);
  }
  return 0.5 * erg_first(erg_sum_lanes(ERG_PASS kinetic));
}

/* Takes the gradient at the evaluated point: the leaf's momentum p goes to `leaf`, the
 * next point is prepared, c->parity flips. With `left` (the momentum of the leaf before),
 * *turn0 and *turn1 are left# . (left + p) and p# . (left + p). Returns kinetic energy. */
ERG_FN_PART double erg_leapfrog(ERG_GROUP erg_chain *c, ERG_GLOBAL const erg_control *k,
                                ERG_GLOBAL double *s, ERG_GLOBAL double *leaf,
                                ERG_GLOBAL const double *left, int pair, double *turn0,
                                double *turn1) {
  int side = c->side;
  int parity = side ? c->parity1 : c->parity0;
  double step = side ? c->step_now : -c->step_now;
  ERG_GLOBAL double *q0 = erg_vector(k, s, ERG_V_Q + 2 * side + parity);
  ERG_GLOBAL double *q1 = erg_vector(k, s, ERG_V_Q + 2 * side + 1 - parity);
  ERG_GLOBAL double *mid = erg_vector(k, s, ERG_V_P + side);
  ERG_GLOBAL double *g0 = erg_vector(k, s, ERG_V_G);
  ERG_GLOBAL double *metric = erg_vector(k, s, ERG_V_METRIC);
  erg_v e = erg_splat(step), h = erg_splat(0.5 * step);
  erg_v kinetic = erg_splat(0.0), a = erg_splat(0.0), z = erg_splat(0.0);
  if (pair) {
    for (int i = 0; i < k->blocks * ERG_W; i += ERG_W) {
      erg_v g = erg_load(g0 + i), m = erg_load(metric + i), l = erg_load(left + i);
      erg_v p = erg_fma(h, g, erg_load(mid + i));
      erg_v x = erg_fma(h, g, p);
      erg_v r = m * (l + p);
      kinetic = erg_fma(m * p, p, kinetic);
      a = erg_fma(l, r, a);
      z = erg_fma(p, r, z);
      erg_store(leaf + i, p);
      erg_store(mid + i, x);
      erg_store(q1 + i, erg_fma(e, m * x, erg_load(q0 + i)));
    }
    *turn0 = erg_first(erg_sum_lanes(ERG_PASS a));
    *turn1 = erg_first(erg_sum_lanes(ERG_PASS z));
  } else {
    for (int i = 0; i < k->blocks * ERG_W; i += ERG_W) {
      erg_v g = erg_load(g0 + i), m = erg_load(metric + i);
      erg_v p = erg_fma(h, g, erg_load(mid + i));
      erg_v x = erg_fma(h, g, p);
      kinetic = erg_fma(m * p, p, kinetic);
      erg_store(leaf + i, p);
      erg_store(mid + i, x);
      erg_store(q1 + i, erg_fma(e, m * x, erg_load(q0 + i)));
    }
    *turn0 = 1.0;
    *turn1 = 1.0;
  }
  if (side) {
    c->parity1 = 1 - parity;
  } else {
    c->parity0 = 1 - parity;
  }
  return 0.5 * erg_first(erg_sum_lanes(ERG_PASS kinetic));
}

/* Stan's three checks for left and right halves with begins, ends and momentum sums, all
 * by one pass; writes the sum of the sums to `rho`. Where a half has two leaves or one,
 * its sum is begin + end or begin (`leaves` 2 or 1; 0: any). `moved`, if not 0, gets a
 * copy of right_end. */
ERG_FN_PART int erg_merge(ERG_GROUP ERG_GLOBAL const erg_control *k, ERG_GLOBAL double *s,
                          ERG_GLOBAL const double *left_begin,
                          ERG_GLOBAL const double *left_end,
                          ERG_GLOBAL const double *left_rho, int left_leaves,
                          ERG_GLOBAL const double *right_begin,
                          ERG_GLOBAL const double *right_end,
                          ERG_GLOBAL const double *right_rho, int right_leaves,
                          ERG_GLOBAL double *rho, int move, ERG_GLOBAL double *moved) {
  ERG_GLOBAL double *metric = erg_vector(k, s, ERG_V_METRIC);
  erg_v zero = erg_splat(0.0);
  erg_v c0 = zero, c1 = zero, c2 = zero, c3 = zero, c4 = zero, c5 = zero;
  for (int i = 0; i < k->blocks * ERG_W; i += ERG_W) {
    erg_v m = erg_load(metric + i);
    erg_v lb = erg_load(left_begin + i), le = erg_load(left_end + i);
    erg_v rb = erg_load(right_begin + i), re = erg_load(right_end + i);
    erg_v lr, rr, x, y, z;
    if (left_leaves == 2) {
      lr = lb + le;
    } else {
      lr = erg_load(left_rho + i);
    }
    if (right_leaves == 2) {
      rr = rb + re;
    } else if (right_leaves == 1) {
      rr = rb;
    } else {
      rr = erg_load(right_rho + i);
    }
    x = lr + rr;
    erg_store(rho + i, x);
    if (move) erg_store(moved + i, re);
    x = m * x;
    y = m * (lr + rb);
    z = m * (rr + le);
    c0 = erg_fma(lb, x, c0);
    c1 = erg_fma(re, x, c1);
    c2 = erg_fma(lb, y, c2);
    c3 = erg_fma(rb, y, c3);
    c4 = erg_fma(le, z, c4);
    c5 = erg_fma(re, z, c5);
  }
  c0 = erg_sum_lanes(ERG_PASS c0);
  c1 = erg_sum_lanes(ERG_PASS c1);
  c2 = erg_sum_lanes(ERG_PASS c2);
  c3 = erg_sum_lanes(ERG_PASS c3);
  c4 = erg_sum_lanes(ERG_PASS c4);
  c5 = erg_sum_lanes(ERG_PASS c5);
  return (erg_first(c0) > 0.0) & (erg_first(c1) > 0.0) & (erg_first(c2) > 0.0) &
         (erg_first(c3) > 0.0) & (erg_first(c4) > 0.0) & (erg_first(c5) > 0.0);
}

/* Copies the evaluated point (position `q`) to the proposal's slot. */
ERG_FN void erg_propose(const erg_chain *c, ERG_GLOBAL const erg_control *k,
                        ERG_GLOBAL double *s, ERG_GLOBAL const double *q) {
  ERG_GLOBAL double *to_q = erg_vector(k, s, ERG_V_SAMPLE_Q + 1 - c->slot);
  ERG_GLOBAL double *to_g = erg_vector(k, s, ERG_V_SAMPLE_G + 1 - c->slot);
  ERG_GLOBAL const double *g = erg_vector(k, s, ERG_V_G);
  for (int i = 0; i < k->blocks * ERG_W; i += ERG_W) {
    erg_store(to_q + i, erg_load(q + i));
    erg_store(to_g + i, erg_load(g + i));
  }
}
ERG_FN void erg_accept(erg_chain *c) {
  c->slot = 1 - c->slot;
  c->lp = c->prop_lp;
  c->lp_reported = c->prop_reported;
  c->energy = c->prop_energy;
  c->index = c->prop_index;
}

/* Starts the subtree of depth c->depth. */
ERG_FN void erg_nuts_subtree(erg_chain *c, ERG_GLOBAL const erg_control *k,
                             ERG_GLOBAL double *s) {
  double u = erg_next_uniform(k, s, ERG_RANDOM_TREE, 1 + 2 * c->depth);
  c->side = u < 0.5 ? 0 : 1;
  c->leaf = 0;
  c->sub_weight = 0.0;
}
/* Makes the uniforms that the leaf about to be evaluated may need: the leaves' from the
 * second on (the first is always taken), the tree's a subtree ahead. Never both at once. */
ERG_FN int erg_nuts_uniforms(const erg_chain *c, unsigned *purpose) {
  int n = c->n_steps, leaf = c->leaf, depth = c->depth;
  if (n == 1 || (n & 7) == 0) {
    *purpose = ERG_RANDOM_LEAF;
    return n & ~7;
  }
  if (leaf == 0 && (depth & 3) == 3) { /* of c's, gcc reads both at once, and waits for them */
    *purpose = ERG_RANDOM_TREE;
    return 2 + 2 * depth;
  }
  return -1;
}

/* Energy bookkeeping of a leaf that NUTS and HMC share: H - H0 in *error (+inf for
 * NaN), e^-max(error, 0) in *accept. Returns 1 if it diverges. */
ERG_FN int erg_leaf_energy(erg_chain *c, ERG_GLOBAL const erg_control *k, double lp,
                           double kinetic, double *energy, double *error) {
  double h = kinetic - lp;
  double e = h - c->energy_start;
  if (!(e < 1e300)) e = 1e300;  /* NaN and infinities */
  if (!(e > -1e300)) e = -1e300;
  *energy = h;
  *error = e;
  c->n_steps++;
  if (c->side) {
    c->steps1++;
  } else {
    c->steps0++;
  }
  {
    double x = e < 0.0 ? -e : e, y = c->max_error < 0.0 ? -c->max_error : c->max_error;
    if (x > y) c->max_error = e;
  }
  return e > k->max_error;
}

/* Where the momentum of the leaf that was evaluated goes, and that of the leaf before
 * where the two make a pair (else *left is anything). Returns whether they do. */
ERG_FN int erg_nuts_places(const erg_chain *c, ERG_GLOBAL const erg_control *k,
                           ERG_GLOBAL double *s, ERG_GLOBAL double **leaf,
                           ERG_GLOBAL const double **left) {
  int i = c->leaf, even = i & ~1;
  ERG_GLOBAL double *begin =
      erg_tree_begin(k, s, even == 0 ? c->depth : erg_trailing_zeros(even));
  *left = begin;
  *leaf = i & 1 ? erg_tree_end(k, s, erg_trailing_zeros(i + 1)) : begin;
  return i & 1;
}

/* One leaf of NUTS, after its leapfrog; lp and reported are the model's at the evaluated
 * point. Returns 1 while the trajectory grows, 0 at its end. */
ERG_FN_PART int erg_nuts_leaf(ERG_GROUP erg_chain *c, ERG_GLOBAL const erg_control *k,
                              ERG_GLOBAL double *s, double lp, double reported,
                              ERG_GLOBAL const double *leaf, ERG_GLOBAL const double *q,
                              double kinetic, double turn0, double turn1) {
  int i = c->leaf, d = c->depth, side = c->side;
  int trailing = erg_trailing_zeros(i + 1); /* trailing 1 bits of i */
  double energy, error, weight, accept;
  int diverges = erg_leaf_energy(c, k, lp, kinetic, &energy, &error);

  /* Weights are relative to e^shift, so that one exp serves the usual case. */
  if (-error - c->shift > 300.0) {
    double f = erg_exp1(c->shift + error > -700.0 ? c->shift + error : -700.0);
    c->weight = c->weight * f;
    c->sub_weight = c->sub_weight * f;
    c->shift = -error;
  }
  weight = -error - c->shift;
  weight = weight > -700.0 ? erg_exp1(weight) : 0.0;
  if (error <= 0.0) {
    accept = 1.0;
  } else if (c->shift == 0.0) {
    accept = weight;
  } else {
    accept = error < 700.0 ? erg_exp1(-error) : 0.0;
  }
  c->accept_sum += accept;
  if (diverges) {
    c->diverging = 1;
    return 0;
  }

  /* Take leaf i with probability weight / sub_weight. */
  c->sub_weight += weight;
  {
    double u = erg_next_uniform(k, s, ERG_RANDOM_LEAF, c->n_steps - 1);
    if (i == 0 || u * c->sub_weight < weight) {
      c->prop_lp = lp;
      c->prop_reported = reported;
      c->prop_energy = energy;
      c->prop_index = side ? c->steps1 : -c->steps0;
      erg_propose(c, k, s, q);
    }
  }

  if (!(turn0 > 0.0 && turn1 > 0.0)) return 0;
  /* The merges above level 0 that the leaf completes, then, with the subtree's last leaf,
   * the top level's. */
  for (int l = 1;; l++) {
    int top = l >= trailing, first = i + 1 - (2 << l);
    int begin = top || first == 0 ? d : erg_trailing_zeros(first);
    int left_leaves = !top && l == 1 ? 2 : 0, right_leaves = left_leaves;
    ERG_GLOBAL double *left_begin = erg_tree_begin(k, s, begin);
    ERG_GLOBAL double *left_end = erg_tree_end(k, s, l);
    ERG_GLOBAL double *right_begin = erg_tree_begin(k, s, l);
    ERG_GLOBAL double *rho = erg_tree_rho(k, s, trailing);
    ERG_GLOBAL double *left_rho = erg_tree_rho(k, s, l), *right_rho = rho;
    int grows;
    if (top) {
      if (i + 1 < (1 << d)) {
        c->leaf = i + 1;
        return 1;
      }
      /* The subtree is whole and valid: biased progressive step. */
      if (erg_next_uniform(k, s, ERG_RANDOM_TREE, 2 + 2 * d) * c->weight < c->sub_weight)
        erg_accept(c);
      c->weight += c->sub_weight;
      right_leaves = d == 0 ? 1 : d == 1 ? 2 : 0;
      right_begin = left_begin;
      right_rho = erg_tree_rho(k, s, d);
      rho = erg_vector(k, s, ERG_V_TOP_RHO);
      left_rho = rho;
      left_begin = erg_vector(k, s, ERG_V_TOP_P + 1 - side);
      left_end = erg_vector(k, s, ERG_V_TOP_P + side);
    }
#define ERG_MERGE_(left, right, move)                                                     \
  erg_merge(ERG_PASS k, s, left_begin, left_end, left_rho, left, right_begin, leaf, right_rho, \
            right, rho, move, left_end)
#ifdef ERG_SMALL /* compiled at run time: one loop that chooses */
    grows = ERG_MERGE_(left_leaves, right_leaves, top);
#else
    if (top) {
      grows = ERG_MERGE_(0, right_leaves, 1);
    } else if (l == 1) {
      grows = ERG_MERGE_(2, 2, 0);
    } else {
      grows = ERG_MERGE_(0, 0, 0);
    }
#endif
#undef ERG_MERGE_
    if (top) {
      c->depth = d + 1;
      if (!grows || c->depth >= k->max_depth) return 0;
      erg_nuts_subtree(c, k, s);
      return 1;
    }
    if (!grows) return 0;
  }
}

#endif
