#include "graphs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ir/distribution.h"

static const ir_distribution *law(int number) { return ir_distribution_at(number); }

static int param(ir_graph *g, const char *name, ir_dims dims, const uint8_t *order, int rank) {
  ir_param *p = ir_add_param(g, name);
  p->dims = dims;
  p->rank = rank;
  for (int k = 0; k < rank; k++) p->order[k] = order[k];
  p->n = ir_size(g, dims);
  p->offset = g->dim;
  g->dim += p->n;
  int number = g->n_params - 1;
  ir_id input = ir_input(g, number, dims);
  int data = ir_add_data(g, name, rank, order, NULL, -1, false);
  g->params[number].input = g->params[number].natural = input;
  g->params[number].natural_data = data;
  g->params[number].unconstrain = g->data[data].node;
  return number;
}

static void positive(ir_graph *g, int p) {
  ir_param *x = &g->params[p];
  x->support = strdup("positive");
  ir_id given = g->data[x->natural_data].node;
  x->natural = ir_unary(g, IR_EXP, x->input);
  x->unconstrain = ir_unary(g, IR_LOG, given);
  ir_add_term(g, IR_TERM_JACOBIAN, "jacobian", x->input, p, 0, 0);
  ir_id one = ir_const(g, 1);
  ir_add_term(g, IR_TERM_PRIOR, "prior",
              law(IR_DIST_EXPONENTIAL)->log_density(g, g->params[p].natural, &one), p, 0, 0);
}

static void centred(ir_graph *g, int p, ir_id m, ir_id s) {
  ir_param *x = &g->params[p];
  x->centring = IR_CENTRING_AUTO;
  x->family = g->n_families++;
  x->element = g->n_elements;
  g->n_elements += x->n;
  ir_id ell = ir_centre(g, IR_CENTRE_L, x->family, x->dims);
  ir_id h = ir_centre(g, IR_CENTRE_H, x->family, x->dims);
  ir_id kappa = ir_centre(g, IR_CENTRE_K, x->family, 0);
  ir_id P = ir_binary(g, IR_DIV, kappa, ir_unary(g, IR_SQUARE, s));
  ir_id H = ir_binary(g, IR_ADD, P, ell);
  ir_id middle = ir_binary(g, IR_DIV, ir_binary(g, IR_ADD, ir_binary(g, IR_MUL, P, m), h), H);
  ir_id root = ir_unary(g, IR_RSQRT, H);
  x->base = x->natural = ir_binary(g, IR_ADD, middle, ir_binary(g, IR_MUL, x->input, root));
  ir_id given = g->data[x->natural_data].node;
  x->unconstrain = ir_binary(g, IR_DIV, ir_binary(g, IR_SUB, given, middle), root);
  ir_id args[2] = {m, s}, a = x->natural;
  ir_add_term(g, IR_TERM_PRIOR, "prior", law(IR_DIST_NORMAL)->log_density(g, a, args), p, 0, 0);
  ir_add_term(g, IR_TERM_CENTRING, "centring",
              ir_binary(g, IR_MUL, ir_const(g, -0.5), ir_unary(g, IR_LOG, H)), p, 0, 0);
}

static int indices(ir_graph *g, const char *name, int obs, int n, int into, int many,
                   int step) {
  double *v = malloc((size_t)n * sizeof *v);
  uint8_t order[1] = {(uint8_t)obs};
  for (int i = 0; i < n; i++) v[i] = 1 + i * step % many;
  int data = ir_add_data(g, name, 1, order, v, into, true);
  free(v);
  return g->data[data].node;
}

ir_graph *graph_nested(int groups, int kinds, int observations) {
  ir_graph *g = ir_graph_new();
  int group = ir_add_dim(g, "group", groups, -1), kind = ir_add_dim(g, "kind", kinds, -1);
  int obs = ir_add_dim(g, "obs", observations, -1);
  uint8_t one[1] = {(uint8_t)group}, two[2] = {(uint8_t)kind, (uint8_t)group};
  int mu = param(g, "mu", 0, NULL, 0), sigma = param(g, "sigma", 0, NULL, 0);
  int tau = param(g, "tau", 0, NULL, 0), alpha = param(g, "alpha", ir_bit(group), one, 1);
  int beta = param(g, "beta", ir_bit(group) | ir_bit(kind), two, 2);
  ir_id wide[2] = {ir_const(g, 0), ir_const(g, 5)};
  ir_add_term(g, IR_TERM_PRIOR, "prior",
              law(IR_DIST_NORMAL)->log_density(g, g->params[mu].natural, wide), mu, 0, 0);
  positive(g, sigma);
  positive(g, tau);
  centred(g, alpha, g->params[mu].natural, g->params[sigma].natural);
  centred(g, beta, g->params[alpha].natural, g->params[tau].natural);
  ir_id group_of = indices(g, "group_of", obs, observations, group, groups, 7);
  ir_id gathered = ir_gather(g, g->params[beta].natural, group, group_of);
  ir_id mean = ir_reduce(g, IR_SUM, gathered, ir_bit(kind));
  double *y = malloc((size_t)observations * sizeof *y);
  uint8_t along[1] = {(uint8_t)obs};
  for (int i = 0; i < observations; i++) y[i] = sin(i) + 0.1 * (i % 5);
  int data = ir_add_data(g, "y", 1, along, y, -1, false);
  free(y);
  ir_id args[2] = {mean, g->params[sigma].natural};
  ir_add_term(g, IR_TERM_LIKELIHOOD, "y",
              law(IR_DIST_NORMAL)->log_density(g, g->data[data].node, args), -1, 0, 0);
  ir_outcome *o = ir_add_outcome(g, "y");
  o->data = data;
  o->term = g->n_terms - 1;
  o->dims = ir_bit(obs);
  o->use = (ir_distribution_use){
      .distribution = IR_DIST_NORMAL, .args = {mean, args[1]}, .n_args = 2};
  ir_id total = ir_reduce(g, IR_SUM, g->params[alpha].natural, ir_bit(group));
  ir_quantity *q = ir_add_quantity(g, "total", total);
  q->generated = true;
  ir_id around[2] = {g->params[alpha].natural, g->params[tau].natural};
  q = ir_add_quantity(g, "noise", ir_random(g, IR_DIST_NORMAL, around, 2, ir_bit(group)));
  q->generated = true;
  q->rank = 1;
  q->order[0] = (uint8_t)group;
  q = ir_add_quantity(g, "double", ir_binary(g, IR_MUL, ir_const(g, 2), g->params[mu].natural));
  return g;
}
