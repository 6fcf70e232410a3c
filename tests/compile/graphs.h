/* A graph that has everything the host's side of a model deals with. */
#ifndef TEST_COMPILE_GRAPHS_H
#define TEST_COMPILE_GRAPHS_H
#include "ir/ir.h"

/* Two nested levels with automatic centring, a scale that is positive, a parameter
 * declared in another order than it is stored, an outcome and generated quantities:
 *   mu    real               ~ normal(0, 5)
 *   sigma positive           ~ exponential(1)
 *   tau   positive           ~ exponential(1)
 *   alpha real[group]        ~ normal(mu, sigma)            family 0
 *   beta  real[group, kind]  ~ normal(alpha, tau)           family 1; declared [kind, group]
 *   y     real[obs]          ~ normal(sum over kind of beta[group_of], sigma)
 *   generate: total = sum of alpha; noise = normal(alpha, tau) drawn anew
 * Dimensions: group = 0, kind = 1, obs = 2. */
enum { GRAPH_MU, GRAPH_SIGMA, GRAPH_TAU, GRAPH_ALPHA, GRAPH_BETA, GRAPH_PARAMS };
ir_graph *graph_nested(int groups, int kinds, int observations);
#endif
