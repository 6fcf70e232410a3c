/* Portable dialect: the trajectory of static HMC: a fixed integration time, Metropolis
 * at its end (Duane et al. 1987; Neal 2011). Included by sampler.h after nuts.h, with
 * which it shares leapfrog, energies and the proposal's slot. */
#ifndef ERG_DEVICE_HMC_H
#define ERG_DEVICE_HMC_H

/* Leapfrogs of a transition: integration time / step, at least 1, at most max_steps. */
ERG_FN int erg_hmc_steps(const erg_chain *c, ERG_GLOBAL const erg_control *k) {
  double steps = k->integration_time / c->step + 0.5;
  if (!(steps < (double)k->max_steps)) return k->max_steps;
  return steps < 1.0 ? 1 : (int)steps;
}

/* Takes a leapfrog; returns 1 while the trajectory goes on, 0 at its end. */
ERG_FN int erg_hmc_leaf(ERG_GROUP erg_chain *c, ERG_GLOBAL const erg_control *k,
                        ERG_GLOBAL double *s, double lp, double reported,
                        ERG_GLOBAL const double *q, double kinetic) {
  double energy, error, accept, u;
  if (erg_leaf_energy(c, k, lp, kinetic, &energy, &error)) {
    c->diverging = 1;
    c->accept_sum = 0.0;
    return 0;
  }
  if (c->n_steps < c->target_steps) return 1;
  accept = error <= 0.0 ? 1.0 : error < 700.0 ? erg_exp1(-error) : 0.0;
  c->accept_sum = accept * (double)c->n_steps; /* the mean is taken over leapfrogs */
  erg_make_uniforms(ERG_PASS c, k, s, ERG_RANDOM_LEAF, 0);
  u = erg_next_uniform(k, s, ERG_RANDOM_LEAF, 0);
  if (u < accept) {
    c->prop_lp = lp;
    c->prop_reported = reported;
    c->prop_energy = energy;
    c->prop_index = c->n_steps;
    erg_propose(c, k, s, q);
    erg_accept(c);
  }
  return 0;
}

#endif
