/* Sufficient statistics of Gaussian regressions.
 *
 * y - a[group] - X beta, squared and summed over the observations: with counts n_g and
 * means of y and X by group, and the QR factorisation of what is left of [X y] when the
 * means are taken off,
 *   sum (y - a_g - x'beta)^2 = sum_g n_g (ybar_g - a_g - xbar_g'beta)^2 + |R (-beta, 1)|^2
 * where R has a row and a column for each column of X, and one for y; the last row holds
 * the least possible sum. It is exact for every X, of less than full rank also, since
 * nothing is solved for. Without groups an intercept is a column of ones.
 *
 * Cholesky's factor of X'X would be the same R, with the square of X's condition number. */
#include <string.h>

#include "ir/algebra.h"

enum { MAX_COLUMNS = 64, MAX_TERMS = 64 };

/* coefficient * column: a number and a vector of data, or a vector over `along` and a
 * matrix with that dimension. */
typedef struct {
  ir_id coefficient, column;
  int along; /* or -1 */
} term;

typedef struct {
  ir_graph *g;
  ir_dims over;
  ir_id ones;
  ir_id y; /* data; residual = y - group - terms */
  term terms[MAX_TERMS];
  int n;
  ir_id group, positions; /* group[positions]; or IR_NONE */
  int group_dim;
} predictor;

static bool data_only(const predictor *p, ir_id n) { return ir_at(p->g, n)->data_only; }
static ir_dims dims_of(const predictor *p, ir_id n) { return ir_at(p->g, n)->dims; }

/* a * b, where IR_NONE is 1. */
static ir_id times(ir_graph *g, ir_id a, ir_id b) {
  return a == IR_NONE ? b : b == IR_NONE ? a : alg_mul(g, a, b);
}

static ir_id plus(ir_graph *g, ir_id a, ir_id b, bool minus) {
  if (a == IR_NONE) return minus ? alg_neg(g, b) : b;
  return minus ? alg_sub(g, a, b) : alg_add(g, a, b);
}

static bool add_term(predictor *p, ir_id coefficient, ir_id column, int along, bool minus) {
  for (int i = 0; i < p->n; i++) {
    term *t = &p->terms[i];
    if (t->column != column || t->along != along) continue;
    t->coefficient = plus(p->g, t->coefficient, coefficient, !minus);
    return true;
  }
  if (p->n == MAX_TERMS) return false;
  p->terms[p->n++] = (term){plus(p->g, IR_NONE, coefficient, !minus), column, along};
  return true;
}

static bool add_group(predictor *p, const ir_node *gather, ir_id factor, bool minus) {
  ir_id source = gather->args[0], positions = gather->args[1];
  if (dims_of(p, positions) != p->over || dims_of(p, source) != ir_bit(gather->dim) ||
      !data_only(p, positions) || (p->over & ir_bit(gather->dim)))
    return false;
  if (p->group != IR_NONE && (p->positions != positions || p->group_dim != gather->dim))
    return false;
  p->positions = positions;
  p->group_dim = gather->dim;
  p->group = plus(p->g, p->group, times(p->g, factor, source), !minus);
  return true;
}

/* data * unknown * n, the first two IR_NONE or factors met on the way: data over `over`
 * and a number. */
static bool add(predictor *p, ir_id n, ir_id data, ir_id unknown, bool minus) {
  ir_graph *g = p->g;
  const ir_node node = *ir_at(g, n);
  if (node.data_only) {
    ir_id column = data == IR_NONE ? n : ir_binary(g, IR_MUL, data, n);
    if (dims_of(p, column) & ~p->over) return false;
    if (unknown != IR_NONE) return add_term(p, unknown, column, -1, minus);
    p->y = p->y == IR_NONE ? (minus ? ir_unary(g, IR_NEG, column) : column)
                           : ir_binary(g, minus ? IR_SUB : IR_ADD, p->y, column);
    return true;
  }
  if (node.dims == 0)
    return add_term(p, times(g, unknown, n), data == IR_NONE ? p->ones : data, -1, minus);
  switch (node.op) {
    case IR_NEG:
      return add(p, node.args[0], data, unknown, !minus);
    case IR_ADD:
    case IR_SUB:
      return add(p, node.args[0], data, unknown, minus) &&
             add(p, node.args[1], data, unknown, minus ^ (node.op == IR_SUB));
    case IR_MUL:
      for (int i = 0; i < 2; i++) {
        ir_id factor = node.args[i], rest = node.args[1 - i];
        if (data_only(p, factor)) {
          if (dims_of(p, factor) & ~p->over) return false;
          if (ir_is_const(g, factor, -1.0)) return add(p, rest, data, unknown, !minus);
          ir_id both = data == IR_NONE ? factor : ir_binary(g, IR_MUL, data, factor);
          return add(p, rest, both, unknown, minus);
        }
        if (dims_of(p, factor) == 0)
          return add(p, rest, data, times(g, unknown, factor), minus);
      }
      return false;
    case IR_GATHER:
      if (data != IR_NONE && dims_of(p, data)) return false;
      return add_group(p, &node, data == IR_NONE ? unknown : times(g, unknown, data), minus);
    case IR_CONTRACT:
      for (int i = 0; i < 2; i++) {
        ir_id matrix = node.args[i], vector = node.args[1 - i];
        int along = 0;
        if (!data_only(p, matrix) || dims_of(p, vector) != node.over) continue;
        while (along < g->n_dims && ir_bit(along) != node.over) along++;
        if (along == g->n_dims || (dims_of(p, matrix) & ~node.over & ~p->over) ||
            !(dims_of(p, matrix) & node.over) || (node.over & p->over))
          return false;
        if (data != IR_NONE) matrix = ir_binary(g, IR_MUL, matrix, data);
        return add_term(p, times(g, unknown, vector), matrix, along, minus);
      }
      return false;
    default:
      return false;
  }
}

/* A dimension of ours: found or made. No name of a model's has a blank. */
static int own_dim(ir_graph *g, const char *name, int64_t size) {
  for (int d = 0; d < g->n_dims; d++)
    if (g->dims[d].size == size && !strcmp(g->dims[d].name, name)) return d;
  return g->n_dims < IR_MAX_DIMS ? ir_add_dim(g, name, size, -1) : -1;
}

/* coefficient * column of one term, with `column` over whatever in place of observations. */
static ir_id product(ir_graph *g, const term *t, ir_id column) {
  return t->along < 0 ? alg_mul(g, t->coefficient, column)
                      : alg_contract(g, column, t->coefficient, ir_bit(t->along));
}

static ir_id mean_by_group(predictor *p, ir_id a, ir_id safe) {
  return ir_binary(p->g, IR_DIV, ir_segsum(p->g, a, p->positions, p->group_dim), safe);
}

/* sum_g n_g (mean residual of g)^2. The groups' means meet the coefficients in loops of their
 * own, over a copy of the dimension: with all else that is done for a group there are more
 * values at once than a GPU's thread has registers. */
static ir_id between_groups(predictor *p) {
  ir_graph *g = p->g;
  int copy = own_dim(g, "qr group", g->dims[p->group_dim].size);
  if (copy < 0) return IR_NONE;
  ir_id one = ir_const(g, 1.0), count = ir_segsum(g, one, p->positions, p->group_dim);
  ir_id safe = ir_binary(g, IR_MAX, count, one), predicted = IR_NONE;
  for (int i = 0; i < p->n; i++) {
    ir_id mean = ir_rename(g, mean_by_group(p, p->terms[i].column, safe), p->group_dim, copy);
    predicted = plus(g, predicted, product(g, &p->terms[i], mean), false);
  }
  ir_id mean = alg_sub(g, mean_by_group(p, p->y, safe), p->group);
  mean = alg_sub(g, mean, ir_rename(g, predicted, copy, p->group_dim));
  return alg_sum(g, alg_mul(g, count, alg_unary(g, IR_SQUARE, mean)), ir_bit(p->group_dim));
}

/* |R (coefficients, 1)|^2 */
static ir_id within_groups(predictor *p, int64_t columns) {
  ir_graph *g = p->g;
  int row = own_dim(g, "qr row", columns), column = own_dim(g, "qr column", columns);
  if (row < 0 || column < 0) return IR_NONE;
  ir_id parts[MAX_TERMS + 1];
  for (int i = 0; i < p->n; i++) parts[i] = p->terms[i].column;
  parts[p->n] = p->y;
  ir_id qr = ir_qr(g, parts, p->n + 1, p->positions, p->over, row, column);
  ir_id residual = ir_gather(g, qr, column, ir_const(g, (double)columns));
  double before = 0;
  for (int i = 0; i < p->n; i++) {
    const term *t = &p->terms[i];
    ir_id at = ir_const(g, before + 1);
    if (t->along >= 0)
      at = ir_binary(g, IR_ADD, ir_position(g, t->along), ir_const(g, before));
    residual = alg_sub(g, residual, product(g, t, ir_gather(g, qr, column, at)));
    before += t->along < 0 ? 1 : (double)g->dims[t->along].size;
  }
  return alg_sum(g, alg_unary(g, IR_SQUARE, residual), ir_bit(row));
}

ir_id alg_regression(ir_graph *g, ir_id residual, ir_dims over) {
  if (g->no_collapse || ir_at(g, residual)->dims != over) return IR_NONE;
  predictor p = {.g = g, .over = over, .y = IR_NONE, .group = IR_NONE, .positions = IR_NONE};
  p.ones = ir_const(g, 1.0);
  if (!add(&p, residual, IR_NONE, IR_NONE, false) || p.y == IR_NONE) return IR_NONE;
  int64_t columns = 1, groups = 0;
  for (int i = 0; i < p.n; i++) {
    const term *t = &p.terms[i];
    if (p.group != IR_NONE && t->column == p.ones) {
      p.group = alg_add(g, p.group, t->coefficient);
      p.terms[i--] = p.terms[--p.n];
    } else {
      columns += t->along < 0 ? 1 : g->dims[t->along].size;
    }
  }
  if (p.group != IR_NONE) groups = ir_size(g, ir_bit(p.group_dim));
  /* an observation costs as much as a group or a row of R */
  if (p.n == 0 || columns > MAX_COLUMNS + 1 || columns + groups >= ir_size(g, over))
    return IR_NONE;
  ir_id within = within_groups(&p, columns);
  if (within == IR_NONE) return IR_NONE;
  ir_id between = p.group == IR_NONE ? ir_const(g, 0.0) : between_groups(&p);
  return between == IR_NONE ? IR_NONE : alg_add(g, within, between);
}
