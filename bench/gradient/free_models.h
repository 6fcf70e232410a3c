/* Two gradients written freely, by hand: what the promise of the same bits costs is the
 * time of the compiled model over the time of these. Plain loops, compiled for this
 * machine with -Ofast (contraction, reordering, the C library's vector functions): each
 * computes what the compiled model does, in the same unconstrained coordinates, and is
 * held against it before it is timed. */
#ifndef ERGODE_BENCH_FREE_MODELS_H
#define ERGODE_BENCH_FREE_MODELS_H

#include <stdint.h>

/* hierarchical_normal from sufficient statistics, automatic centring included.
 * The density is up to a constant. ell, h [groups] and kappa as in <ergode/model.h>. */
typedef struct {
  int mu, log_tau, log_sigma, u; /* first coordinates in q and gradient */
  int groups;
  const double *n, *mean;  /* [groups] */
  double within;           /* sum of squares about the groups' means */
  double observations;
  const double *ell, *h;
  double kappa;
} free_hierarchy;
double free_hierarchy_gradient(const free_hierarchy *m, const double *q, double *gradient);

enum { FREE_TILE = 32 };
/* logistic_regression. x: [tiles][features][FREE_TILE], rows beyond the last zero with
 * weight 0. */
typedef struct {
  int alpha, beta;           /* first coordinates in q and gradient */
  int64_t tiles;
  int features;
  const double *x;
  const double *y, *weight; /* [tiles * FREE_TILE] */
} free_logistic;
double free_logistic_gradient(const free_logistic *m, const double *q, double *gradient);

#endif
