/* Graphs made by hand for the tests of passes and emitter: no language needed. */
#ifndef TEST_EMIT_MODELS_H
#define TEST_EMIT_MODELS_H
#include "ir/ir.h"

/* Hierarchical normal with automatic centring; groups of unequal size in scrambled
 * order; with `slope`, a covariate. */
ir_graph *model_hierarchical(int groups, int per_group, bool slope);
/* Logistic regression, n by k; predictors uniform on (-width, width). */
ir_graph *model_logistic(int n, int k, double width);
/* y ~ normal(mu, exp(s)), mu and s with normal priors. */
ir_graph *model_normal(int n);
/* Poisson with group effects and every elementary function of one argument on a
 * second term. */
ir_graph *model_functions(int n);
/* log_sum_exp, products, minima and maxima over one of two dimensions and over all, with
 * ties, zeros and elements of minus infinity. */
ir_graph *model_reductions(int n);
/* A sum of logarithms of values of all sizes. */
ir_graph *model_logarithms(int n);
#endif
