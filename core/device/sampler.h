/* Portable dialect: a sampler as a state machine that asks for gradients.
 *
 * The includer has put a prologue, elementary.h and philox.h before this file. The loop
 * of a launch, erg_run_chain, needs three macros that say how the model is called, and is
 * left out where ERG_MODEL_CALL isn't defined:
 *   ERG_MODEL_PARAMETERS          what a launch hands on, as parameters, for example
 *                                   ERG_GLOBAL const double *D, ERG_GLOBAL const int *I,
 *                                   ERG_GLOBAL const double *C, ERG_GLOBAL double *S
 *   ERG_MODEL_CALL(q, g, lp, m)   a statement that evaluates the model: q, g, lp and m
 *                                   in ERG_GLOBAL memory, m 0 but for centring moments:
 *                                   erg_model(ERG_PASS D, I, C, S, q, g, lp, m)
 * A rejected point has lp[0] = -inf (or NaN).
 *
 * A backend that evaluates models outside this loop calls the three parts itself:
 *   while (budget-- > 0 && erg_prepare(&c, k, s)) {
 *     evaluate at erg_point(&c, k, s), gradient to erg_gradient(&c, k, s), lp to
 *     s + k->mail_offset, moments if erg_wants_moments(&c)
 *     erg_advance(&c, k, s, draws, statistics);
 *   }
 */
#ifndef ERG_DEVICE_SAMPLER_H
#define ERG_DEVICE_SAMPLER_H

/* A program may leave out what its job doesn't run: an algorithm, ... */
#ifndef ERG_WITH_NUTS
#define ERG_WITH_NUTS 1
#endif
#ifndef ERG_WITH_HMC
#define ERG_WITH_HMC 1
#endif
/* ... the centring moments of a model that has none. */
#ifndef ERG_WITH_MOMENTS
#define ERG_WITH_MOMENTS 1
#endif

#include "adapt.h"
#include "nuts.h"
#include "hmc.h"

ERG_FN int erg_is_nuts(ERG_GLOBAL const erg_control *k) {
#if ERG_WITH_NUTS && ERG_WITH_HMC
  return k->algorithm == ERG_ALGORITHM_NUTS;
#else /* no constant operands: compilers warn of them in every run */
  return ERG_WITH_NUTS;
#endif
}

/* Where the model is to be evaluated. */
ERG_FN ERG_GLOBAL double *erg_point(const erg_chain *c, ERG_GLOBAL const erg_control *k,
                                    ERG_GLOBAL double *s) {
  int v = ERG_V_Q + 2 + c->parity1;
  if (c->phase == ERG_PHASE_MOMENTS || c->phase == ERG_PHASE_START) {
    v = ERG_V_SAMPLE_Q + c->slot;
  } else if (c->phase == ERG_PHASE_LEAF && c->side == 0) {
    v = ERG_V_Q + c->parity0;
  }
  return erg_vector(k, s, v);
}
ERG_FN ERG_GLOBAL double *erg_gradient(const erg_chain *c, ERG_GLOBAL const erg_control *k,
                                       ERG_GLOBAL double *s) {
  (void)c;
  return erg_vector(k, s, ERG_V_G);
}
ERG_FN int erg_wants_moments(const erg_chain *c) {
  return ERG_WITH_MOMENTS && c->phase == ERG_PHASE_MOMENTS;
}

/* The next candidate for the initial point: uniform on (-r, r), r the control's
 * initial_radius. */
ERG_FN_PART void erg_initial_candidate(const erg_chain *c, ERG_GLOBAL const erg_control *k,
                                       ERG_GLOBAL double *s) {
  ERG_GLOBAL double *q = erg_vector(k, s, ERG_V_Q + 2 + c->parity1);
  for (int i = 0; i < k->blocks * ERG_W; i += ERG_W) {
    erg_v u = erg_uniform(k->seed_low, k->seed_high, erg_slots(i), ERG_RANDOM_INIT,
                          (unsigned)c->tries, (unsigned)c->number);
    u = erg_fma(erg_splat(2.0 * k->initial_radius), u, erg_splat(-k->initial_radius));
    erg_store(q + i, erg_sel(erg_lane_below(k->dim - i), u, erg_splat(0.0)));
  }
}

/* Takes the leapfrog of the step size search: doubles or halves until the acceptance
 * crosses 0.8 (Hoffman & Gelman 2014, algorithm 4; 0.8 as in Stan). */
ERG_FN void erg_search_take(erg_chain *c, ERG_GLOBAL const erg_control *k, double lp,
                            double kinetic) {
  double gain = c->energy_start - (kinetic - lp);
  double sign = gain > -0.2231435513142097558 ? 1.0 : -1.0; /* log 0.8; NaN halves */
  c->tries++;
  if (c->search_sign == 0.0) c->search_sign = sign;
  if (sign == c->search_sign && c->tries < 100) {
    double next = sign > 0.0 ? 2.0 * c->step : 0.5 * c->step;
    if (next < k->max_step && next > 1e-290) {
      c->step = next;
      c->search = 2;
      return;
    }
  }
  c->search = 0;
  c->phase = ERG_PHASE_IDLE;
  erg_average_start(c);
}

/* A momentum, and the point one leapfrog ahead of the draw: of a new transition, or where
 * c->phase is ERG_PHASE_SEARCH of the step size search. */
ERG_FN void erg_begin(ERG_GROUP erg_chain *c, ERG_GLOBAL const erg_control *k,
                      ERG_GLOBAL double *s) {
  unsigned purpose = ERG_RANDOM_SEARCH;
  int salt = c->tries;
  c->step_now = c->step;
  c->side = 1;
  if (c->phase != ERG_PHASE_SEARCH) {
    double u = erg_next_uniform(k, s, ERG_RANDOM_TREE, 0);
    c->step_now = c->step * (1.0 + k->jitter * (2.0 * u - 1.0));
    purpose = ERG_RANDOM_MOMENTUM;
    salt = 0;
  }
  c->energy_start = erg_launch_trajectory(ERG_PASS c, k, s, purpose, salt) - c->lp;
  if (c->phase == ERG_PHASE_SEARCH) return;
  c->energy = c->energy_start;
  c->index = 0;
  c->weight = 1.0;
  c->shift = 0.0;
  c->accept_sum = 0.0;
  c->max_error = 0.0;
  c->depth = 0;
  c->steps0 = 0;
  c->steps1 = 0;
  c->n_steps = 0;
  c->diverging = 0;
  c->phase = ERG_PHASE_LEAF;
  if (erg_is_nuts(k)) {
    erg_nuts_subtree(c, k, s);
  } else {
    c->target_steps = erg_hmc_steps(c, k);
  }
}

/* The transition is over: statistics and draw to the buffers, adaptation. */
ERG_FN void erg_finish(ERG_GROUP erg_chain *c, ERG_GLOBAL const erg_control *k,
                       ERG_GLOBAL double *s, ERG_GLOBAL double *draws,
                       ERG_GLOBAL double *statistics) {
  ERG_GLOBAL double *q = erg_vector(k, s, ERG_V_SAMPLE_Q + c->slot);
  ERG_GLOBAL double *d = draws + (long)c->filled * k->dim;
  ERG_GLOBAL double *t = statistics + (long)c->filled * ERG_STATISTICS;
  double accept = c->accept_sum / (double)c->n_steps;
  for (int i = 0; i < k->blocks * ERG_W; i += ERG_W)
    erg_store_n(d + i, k->dim - i, erg_load(q + i));
  ERG_ONE_LANE {
    t[ERG_S_LP] = c->lp_reported;
    t[ERG_S_ACCEPTANCE] = accept;
    t[ERG_S_STEP_SIZE] = c->step_now;
    t[ERG_S_TREE_DEPTH] = (double)c->depth;
    t[ERG_S_N_STEPS] = (double)c->n_steps;
    t[ERG_S_DIVERGING] = (double)c->diverging;
    t[ERG_S_ENERGY] = c->energy;
    t[ERG_S_ENERGY_ERROR] = c->energy - c->energy_start;
    t[ERG_S_MAX_ENERGY_ERROR] = c->max_error;
    t[ERG_S_REACHED_MAX] =
        erg_is_nuts(k) && !k->shortened && c->depth >= k->max_depth ? 1.0 : 0.0;
    t[ERG_S_INDEX] = (double)c->index;
  }
  c->filled++;
  c->iteration++;
  if (k->adapt) erg_adapt(c, k, s, accept);
  c->phase = ERG_WITH_MOMENTS && (k->adapt & ERG_ADAPT_MOMENTS) ? ERG_PHASE_MOMENTS
                                                                : ERG_PHASE_IDLE;
}

/* Makes the next point to evaluate ready. Returns 0 if the chain has nothing to do before
 * the host acts. Here and in erg_advance each large function is called at one place, so
 * that inlining makes one copy of it. */
ERG_FN int erg_prepare(ERG_GROUP erg_chain *c, ERG_GLOBAL const erg_control *k,
                       ERG_GLOBAL double *s) {
  unsigned purpose = ERG_RANDOM_TREE;
  int slot = -1, begins = 0; /* uniforms to make; a momentum is to be drawn */
  if (c->phase == ERG_PHASE_IDLE) {
    if (c->iteration >= k->stop || c->filled >= k->capacity) return 0;
    if (c->fresh) {
      c->tries = 0;
      c->search_sign = 0.0; /* no initial point found yet */
      c->phase = c->fresh == ERG_FRESH_INIT ? ERG_PHASE_INIT : ERG_PHASE_START;
    } else {
      if (c->metric_from_gradient) {
        erg_metric_from_gradient(c, k, s);
        c->metric_from_gradient = 0;
      }
      begins = 1;
      if (c->search) {
        c->tries = 0;
        c->search_sign = 0.0;
        c->phase = ERG_PHASE_SEARCH;
      } else {
        slot = 0;
      }
    }
  } else if (c->phase == ERG_PHASE_LEAF) {
    if (erg_is_nuts(k)) slot = erg_nuts_uniforms(c, &purpose);
  } else if (c->phase == ERG_PHASE_SEARCH) {
    begins = c->search == 2; /* with the next step size */
  } else if (c->phase > ERG_PHASE_IDLE) {
    return 0;
  }
  if (slot >= 0) erg_make_uniforms(ERG_PASS c, k, s, purpose, slot);
  if (c->phase == ERG_PHASE_INIT) erg_initial_candidate(c, k, s);
  if (begins) {
    erg_begin(ERG_PASS c, k, s);
    if (c->phase == ERG_PHASE_SEARCH) c->search = 1;
  }
  return 1;
}

/* The leapfrog that was evaluated. */
ERG_FN void erg_take_leapfrog(ERG_GROUP erg_chain *c, ERG_GLOBAL const erg_control *k,
                              ERG_GLOBAL double *s, ERG_GLOBAL double *draws,
                              ERG_GLOBAL double *statistics, double lp, double reported) {
  ERG_GLOBAL const double *q = erg_point(c, k, s), *left = s;
  ERG_GLOBAL double *leaf = erg_vector(k, s, ERG_V_TREE);
  double turn0, turn1, kinetic;
  int pair = 0, grows;
  if (c->phase == ERG_PHASE_LEAF && erg_is_nuts(k))
    pair = erg_nuts_places(c, k, s, &leaf, &left);
  kinetic = erg_leapfrog(ERG_PASS c, k, s, leaf, left, pair, &turn0, &turn1);
  if (c->phase == ERG_PHASE_SEARCH) {
    erg_search_take(c, k, lp, kinetic);
    return;
  }
  if (erg_is_nuts(k)) {
    grows = erg_nuts_leaf(ERG_PASS c, k, s, lp, reported, leaf, q, kinetic, turn0, turn1);
  } else {
    grows = erg_hmc_leaf(ERG_PASS c, k, s, lp, reported, q, kinetic);
  }
  if (!grows) erg_finish(ERG_PASS c, k, s, draws, statistics);
}

/* Takes log density and gradient at the point that was asked for. */
ERG_FN void erg_advance(ERG_GROUP erg_chain *c, ERG_GLOBAL const erg_control *k,
                        ERG_GLOBAL double *s, ERG_GLOBAL double *draws,
                        ERG_GLOBAL double *statistics) {
  double lp = s[k->mail_offset], reported = s[k->mail_offset + 1];
  c->gradients += 1.0;
  if (c->phase == ERG_PHASE_LEAF || c->phase == ERG_PHASE_SEARCH) {
    erg_take_leapfrog(ERG_PASS c, k, s, draws, statistics, lp, reported);
  } else if (erg_wants_moments(c)) {
    erg_moments_add(c, k, s);
    c->phase = ERG_PHASE_IDLE;
  } else if (c->phase == ERG_PHASE_START) {
    if (erg_finite1(lp)) {
      ERG_GLOBAL double *g = erg_vector(k, s, ERG_V_SAMPLE_G + c->slot);
      ERG_GLOBAL const double *from = erg_vector(k, s, ERG_V_G);
      for (int i = 0; i < k->blocks * ERG_W; i += ERG_W)
        erg_store(g + i, erg_load(from + i));
      c->lp = lp;
      c->lp_reported = reported;
      c->fresh = 0;
    } else {
      c->fresh = ERG_FRESH_INIT;
    }
    c->phase = ERG_PHASE_IDLE;
  } else { /* ERG_PHASE_INIT */
    if (erg_finite1(lp) && (c->search_sign == 0.0 || lp > c->lp)) {
      c->search_sign = 1.0;
      c->prop_lp = lp;
      c->prop_reported = reported;
      c->prop_energy = 0.0;
      c->prop_index = 0;
      erg_propose(c, k, s, erg_point(c, k, s));
      erg_accept(c);
    }
    c->tries++;
    if (c->tries >= k->initial_tries && c->search_sign != 0.0) {
      c->fresh = 0;
      c->phase = ERG_PHASE_IDLE;
    } else if (c->tries >= k->initial_most) {
      c->phase = ERG_PHASE_FAILED;
    }
  }
}

#ifdef ERG_MODEL_CALL
/* A launch for one chain: at most `budget` gradients. */
ERG_FN void erg_run_chain(ERG_GROUP ERG_GLOBAL const erg_control *k,
                          ERG_GLOBAL erg_chain *scalars, ERG_GLOBAL double *s,
                          ERG_GLOBAL double *draws, ERG_GLOBAL double *statistics,
                          int budget, ERG_MODEL_PARAMETERS) {
  erg_chain c = *scalars;
  while (budget > 0 && erg_prepare(ERG_PASS &c, k, s)) {
    ERG_GLOBAL double *erg_q_ = erg_point(&c, k, s);
    ERG_GLOBAL double *erg_g_ = erg_gradient(&c, k, s);
    ERG_GLOBAL double *erg_lp_ = s + k->mail_offset;
    ERG_GLOBAL double *erg_m_ = erg_element_vector(k, s, ERG_E_MOMENTS);
    erg_barrier();
    if (erg_wants_moments(&c)) {
      ERG_MODEL_CALL(erg_q_, erg_g_, erg_lp_, erg_m_);
    } else {
      ERG_MODEL_CALL(erg_q_, erg_g_, erg_lp_, 0);
    }
    erg_barrier();
    erg_advance(ERG_PASS &c, k, s, draws, statistics);
    budget--;
  }
  erg_barrier();
  ERG_ONE_LANE { *scalars = c; }
}
#endif

#endif
