#include "models.h"

#include <math.h>
#include <stdlib.h>

/* Small generator for test data: splitmix64. */
static double uniform(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return ((double)((z ^ (z >> 31)) >> 11) + 0.5) / 9007199254740992.0;
}

static ir_id normal(ir_graph *g, ir_id y, ir_id m, ir_id s) {
  ir_id z = ir_binary(g, IR_MUL, ir_binary(g, IR_SUB, y, m), ir_unary(g, IR_INV, s));
  ir_id r = ir_binary(g, IR_MUL, ir_const(g, -0.5), ir_unary(g, IR_SQUARE, z));
  r = ir_binary(g, IR_SUB, r, ir_unary(g, IR_LOG, s));
  return ir_binary(g, IR_SUB, r, ir_const(g, 0.91893853320467274178));
}

static int64_t offset;

static int param(ir_graph *g, const char *name, ir_dims dims) {
  ir_param *p = ir_add_param(g, name);
  int number = g->n_params - 1;
  p->dims = dims;
  p->n = ir_size(g, dims);
  p->offset = offset;
  offset += p->n;
  g->dim = offset;
  ir_id input = ir_input(g, number, dims);
  g->params[number].input = g->params[number].natural = input;
  return number;
}

static ir_id positive(ir_graph *g, int p) {
  ir_id u = g->params[p].input;
  g->params[p].natural = ir_unary(g, IR_EXP, u);
  ir_add_term(g, IR_TERM_JACOBIAN, "jacobian", u, p, 0, 0);
  return g->params[p].natural;
}

static void prior(ir_graph *g, int p, double m, double s) {
  ir_add_term(g, IR_TERM_PRIOR, "prior",
              normal(g, g->params[p].natural, ir_const(g, m), ir_const(g, s)), p, 0, 0);
}

/* a ~ normal(m, s), standardised (algorithms: automatic centring). */
static ir_id centred(ir_graph *g, int p, ir_id m, ir_id s) {
  ir_param *q = &g->params[p];
  ir_dims dims = q->dims;
  q->centring = IR_CENTRING_AUTO;
  q->family = g->n_families++;
  q->element = g->n_elements;
  g->n_elements += q->n;
  int family = q->family;
  ir_id u = q->input;
  ir_id ell = ir_centre(g, IR_CENTRE_L, family, dims),
        h = ir_centre(g, IR_CENTRE_H, family, dims);
  ir_id kappa = ir_centre(g, IR_CENTRE_K, family, dims);
  ir_id P = ir_binary(g, IR_MUL, kappa, ir_unary(g, IR_INV, ir_unary(g, IR_SQUARE, s)));
  ir_id H = ir_binary(g, IR_ADD, P, ell);
  ir_id r = ir_unary(g, IR_RSQRT, H);
  ir_id a = ir_binary(g, IR_ADD,
                      ir_binary(g, IR_MUL, ir_binary(g, IR_ADD, ir_binary(g, IR_MUL, P, m), h),
                                ir_unary(g, IR_SQUARE, r)),
                      ir_binary(g, IR_MUL, u, r));
  g->params[p].base = g->params[p].natural = a;
  ir_add_term(g, IR_TERM_PRIOR, "prior", normal(g, a, m, s), p, 0, 0);
  ir_add_term(g, IR_TERM_CENTRING, "centring", ir_unary(g, IR_LOG, r), p, 0, 0);
  return a;
}

static ir_id data(ir_graph *g, const char *name, int dim, int n,
                  double (*value)(int, uint64_t *), int index_into) {
  uint64_t state = (uint64_t)n * 77 + (uint64_t)name[0];
  double *v = malloc((size_t)n * sizeof *v);
  if (!v) abort();
  for (int i = 0; i < n; i++) v[i] = value(i, &state);
  uint8_t order[1] = {(uint8_t)dim};
  int number = ir_add_data(g, name, 1, order, v, index_into, index_into >= 0);
  free(v);
  return g->data[number].node;
}

static int n_groups;
static double scrambled_group(int i, uint64_t *s) {
  (void)s;
  return 1 + (i * 7919) % n_groups;
}
static double some_y(int i, uint64_t *s) {
  return 50 + 10 * sin(1.0 + (i * 7919) % n_groups) + 4 * (uniform(s) - 0.5);
}
static double some_x(int i, uint64_t *s) {
  (void)i;
  return 2 * uniform(s) - 1;
}

ir_graph *model_hierarchical(int groups, int per_group, bool slope) {
  ir_graph *g = ir_graph_new();
  offset = 0;
  n_groups = groups;
  int group = ir_add_dim(g, "group", groups, -1);
  int obs = ir_add_dim(g, "obs", groups * per_group, -1);
  ir_id group_of = data(g, "group_of", obs, groups * per_group, scrambled_group, group);
  ir_id y = data(g, "y", obs, groups * per_group, some_y, -1);
  int p_group = param(g, "mu_group", ir_bit(group));
  int p_mu = param(g, "mu_pop", 0), p_s = param(g, "sigma_pop", 0),
      p_o = param(g, "sigma_obs", 0);
  ir_id mu = g->params[p_mu].natural, s = positive(g, p_s), o = positive(g, p_o);
  prior(g, p_mu, 50, 20);
  prior(g, p_s, 0, 15);
  prior(g, p_o, 0, 5);
  ir_id a = centred(g, p_group, mu, s);
  ir_id mean = ir_gather(g, a, group, group_of);
  if (slope) {
    ir_id x = data(g, "x", obs, groups * per_group, some_x, -1);
    int p_b = param(g, "slope", 0);
    prior(g, p_b, 0, 2);
    mean = ir_binary(g, IR_ADD, mean, ir_binary(g, IR_MUL, g->params[p_b].natural, x));
  }
  ir_add_term(g, IR_TERM_LIKELIHOOD, "y", normal(g, y, mean, o), -1, 0, 0);
  return g;
}

ir_graph *model_normal(int n) {
  ir_graph *g = ir_graph_new();
  offset = 0;
  n_groups = 1;
  int obs = ir_add_dim(g, "obs", n, -1);
  ir_id y = data(g, "y", obs, n, some_y, -1);
  int p_mu = param(g, "mu", 0), p_s = param(g, "sigma", 0);
  ir_id mu = g->params[p_mu].natural, s = positive(g, p_s);
  prior(g, p_mu, 50, 20);
  prior(g, p_s, 0, 5);
  ir_add_term(g, IR_TERM_LIKELIHOOD, "y", normal(g, y, mu, s), -1, 0, 0);
  return g;
}

ir_graph *model_logistic(int n, int k, double width) {
  ir_graph *g = ir_graph_new();
  offset = 0;
  int obs = ir_add_dim(g, "obs", n, -1), feature = ir_add_dim(g, "feature", k, -1);
  double *v = malloc((size_t)n * (size_t)k * sizeof *v);
  if (!v) abort();
  uint64_t state = 5;
  for (long i = 0; i < (long)n * k; i++) v[i] = width * (2 * uniform(&state) - 1);
  uint8_t order[2] = {(uint8_t)obs, (uint8_t)feature};
  int number = ir_add_data(g, "X", 2, order, v, -1, false);
  ir_id x = g->data[number].node;
  for (int i = 0; i < n; i++) v[i] = uniform(&state) < 0.4;
  number = ir_add_data(g, "y", 1, order, v, -1, true);
  ir_id y = g->data[number].node;
  free(v);
  int p_b = param(g, "beta", ir_bit(feature)), p_a = param(g, "alpha", 0);
  prior(g, p_a, 0, 2);
  prior(g, p_b, 0, 1);
  ir_id eta = ir_binary(g, IR_ADD, g->params[p_a].natural,
                        ir_contract(g, x, g->params[p_b].natural, ir_bit(feature)));
  ir_add_term(
      g, IR_TERM_LIKELIHOOD, "y",
      ir_binary(g, IR_SUB, ir_binary(g, IR_MUL, y, eta), ir_unary(g, IR_LOG1P_EXP, eta)), -1, 0,
      0);
  return g;
}

ir_graph *model_functions(int n) {
  ir_graph *g = ir_graph_new();
  offset = 0;
  int obs = ir_add_dim(g, "obs", n, -1), row = ir_add_dim(g, "row", 3, -1);
  int p_x = param(g, "x", ir_bit(obs)), p_t = param(g, "table", ir_bit(obs) | ir_bit(row)),
      p_s = param(g, "s", 0);
  ir_id x = g->params[p_x].natural, s = g->params[p_s].natural, t = g->params[p_t].natural;
  prior(g, p_x, 0, 1);
  prior(g, p_s, 0, 1);
  /* broadcast of a vector into a table, a row of a table, a sum over one of two */
  ir_add_term(g, IR_TERM_LIKELIHOOD, "table", normal(g, t, x, ir_const(g, 2.0)), -1, 0, 0);
  ir_id second = ir_gather(g, t, row, ir_const(g, 2.0));
  /* table[row_of, other_of], both over the observations */
  uint8_t order[1] = {(uint8_t)obs};
  double *row_of = malloc((size_t)n * sizeof *row_of),
         *other_of = malloc((size_t)n * sizeof *other_of);
  if (!row_of || !other_of) abort();
  for (int i = 0; i < n; i++) {
    row_of[i] = 1 + i % 3;
    other_of[i] = 1 + i * 5 % 4;
  }
  int other = ir_add_dim(g, "other", 4, -1);
  int d_row = ir_add_data(g, "row_of", 1, order, row_of, row, true);
  int d_other = ir_add_data(g, "other_of", 1, order, other_of, other, true);
  free(row_of);
  free(other_of);
  int p_o = param(g, "effects", ir_bit(row) | ir_bit(other));
  ir_id cell = ir_gather(g, ir_gather(g, g->params[p_o].natural, row, g->data[d_row].node),
                         other, g->data[d_other].node);
  ir_add_term(g, IR_TERM_LIKELIHOOD, "cells", normal(g, cell, x, ir_const(g, 1.5)), -1, 0, 0);
  ir_add_term(g, IR_TERM_LIKELIHOOD, "flat cells", ir_binary(g, IR_MUL, s, cell), -1, 0, 0);
  ir_id sums = ir_reduce(g, IR_SUM, ir_unary(g, IR_SQUARE, t), ir_bit(row));
  ir_add_term(
      g, IR_TERM_LIKELIHOOD, "rows",
      ir_unary(g, IR_NEG,
               ir_binary(g, IR_MUL, ir_unary(g, IR_SIN, second), ir_unary(g, IR_LOG1P, sums))),
      -1, 0, 0);
  ir_id v = ir_binary(g, IR_ADD, ir_const(g, 1.1),
                      ir_unary(g, IR_SQUARE, ir_binary(g, IR_ADD, x, s)));
  ir_id f = ir_const(g, 0.0);
  const ir_op ops[] = {IR_EXP,   IR_LOG, IR_SQRT,   IR_RSQRT,   IR_INV,       IR_EXPM1,
                       IR_LOG1P, IR_SIN, IR_COS,    IR_ATAN,    IR_TANH,      IR_ERF,
                       IR_ERFC,  IR_PHI, IR_LGAMMA, IR_DIGAMMA, IR_INV_LOGIT, IR_LOG1P_EXP};
  for (unsigned i = 0; i < sizeof ops / sizeof *ops; i++)
    f = ir_binary(g, IR_ADD, f,
                  ir_binary(g, IR_MUL, ir_const(g, 0.1 * (i + 1)), ir_unary(g, ops[i], v)));
  f = ir_binary(g, IR_ADD, f, ir_unary(g, IR_LOG1M_EXP, ir_unary(g, IR_NEG, v)));
  f = ir_binary(g, IR_ADD, f, ir_binary(g, IR_POW, v, x));
  f = ir_binary(g, IR_ADD, f, ir_binary(g, IR_DIV, x, v));
  f = ir_binary(g, IR_ADD, f,
                ir_if(g, ir_binary(g, IR_GT, x, s), ir_binary(g, IR_MUL, x, s),
                      ir_unary(g, IR_SQUARE, s)));
  f = ir_binary(g, IR_ADD, f, ir_binary(g, IR_MAX, x, ir_binary(g, IR_MIN, s, v)));
  ir_add_term(g, IR_TERM_LIKELIHOOD, "functions", f, -1, 0, 0);
  return g;
}

static double zero_or_one(int i, uint64_t *s) {
  (void)s;
  return i % 5 != 0;
}
static double hidden(int i, uint64_t *s) {
  return i % 7 == 3 ? -INFINITY : uniform(s);
}

ir_graph *model_reductions(int n) {
  ir_graph *g = ir_graph_new();
  offset = 0;
  int obs = ir_add_dim(g, "obs", n, -1), part = ir_add_dim(g, "part", 3, -1);
  ir_id some = data(g, "some", obs, n, zero_or_one, -1), low = data(g, "low", obs, n, hidden, -1);
  int p_t = param(g, "t", ir_bit(obs) | ir_bit(part)), p_x = param(g, "x", ir_bit(obs)),
      p_s = param(g, "s", 0);
  prior(g, p_t, 0, 1);
  prior(g, p_x, 0, 1);
  prior(g, p_s, 0, 1);
  ir_id t = g->params[p_t].natural, x = g->params[p_x].natural, s = g->params[p_s].natural;
  ir_id shifted = ir_binary(g, IR_ADD, t, ir_binary(g, IR_MUL, s, x));
  ir_id tied = ir_binary(g, IR_MAX, ir_binary(g, IR_MUL, t, s), ir_const(g, 0.25));
  ir_id masked = ir_binary(g, IR_MUL, some, ir_binary(g, IR_ADD, ir_const(g, 1.5), t));
  ir_id one_zero = ir_binary(g, IR_MUL, ir_binary(g, IR_NE, ir_position(g, obs), ir_const(g, 2)),
                             ir_binary(g, IR_ADD, ir_const(g, 1.2), x));
  const struct {
    ir_op op;
    ir_id of;
    ir_dims over;
  } all[] = {
      {IR_LOG_SUM_EXP, ir_binary(g, IR_MUL, ir_const(g, 300), t), ir_bit(part)},
      {IR_LOG_SUM_EXP, shifted, ir_bit(obs)},
      {IR_LOG_SUM_EXP, shifted, ir_bit(obs) | ir_bit(part)},
      {IR_LOG_SUM_EXP, ir_binary(g, IR_ADD, x, low), ir_bit(obs)},
      {IR_REDUCE_MAX, tied, ir_bit(part)},
      {IR_REDUCE_MAX, x, ir_bit(obs)},
      {IR_REDUCE_MIN, shifted, ir_bit(obs) | ir_bit(part)},
      {IR_PROD, masked, ir_bit(part)},
      {IR_PROD, masked, ir_bit(obs)},
      {IR_PROD, one_zero, ir_bit(obs)},
  };
  for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
    ir_id r = ir_reduce(g, all[k].op, all[k].of, all[k].over);
    /* bounded above, so that the density is one to sample; of both signs */
    ir_id square = ir_unary(g, IR_SQUARE, ir_binary(g, IR_ADD, r, s));
    ir_id term = ir_binary(g, IR_MUL, ir_const(g, -0.05), square);
    if (all[k].op != IR_PROD)
      term = ir_binary(g, IR_ADD, term,
                       ir_binary(g, IR_MUL, ir_const(g, 0.1 * (double)(k + 1)), r));
    ir_add_term(g, IR_TERM_LIKELIHOOD, "reduction", term, -1, 0, 0);
  }
  return g;
}

/* 1e-300 to 1e300, with stretches where a product of sixteen just holds. */
static double any_size(int i, uint64_t *s) {
  (void)s;
  return i % 300 < 150 ? pow(10.0, (i * 37) % 601 - 300) : i % 2 ? 0x1.8p59 : 0x1p-60;
}

ir_graph *model_logarithms(int n) {
  ir_graph *g = ir_graph_new();
  offset = 0;
  int obs = ir_add_dim(g, "obs", n, -1);
  ir_id size = data(g, "size", obs, n, any_size, -1);
  int p_x = param(g, "x", ir_bit(obs));
  prior(g, p_x, 0, 1);
  ir_id x = g->params[p_x].natural;
  ir_id v = ir_binary(
      g, IR_MUL, size,
      ir_binary(g, IR_ADD, ir_const(g, 1.0),
                ir_binary(g, IR_MUL, ir_const(g, 0.01), ir_unary(g, IR_SQUARE, x))));
  ir_add_term(g, IR_TERM_LIKELIHOOD, "logarithms", ir_unary(g, IR_LOG, v), -1, 0, 0);
  return g;
}
