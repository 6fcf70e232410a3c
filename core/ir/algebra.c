#include "ir/algebra.h"

#include <assert.h>
#include <math.h>

static bool is(const ir_graph *g, ir_id n, ir_op op) { return ir_at(g, n)->op == op; }
static bool data_only(const ir_graph *g, ir_id n) { return ir_at(g, n)->data_only; }
static ir_dims dims_of(const ir_graph *g, ir_id n) { return ir_at(g, n)->dims; }
static ir_id arg(const ir_graph *g, ir_id n, int i) { return ir_at(g, n)->args[i]; }
static bool is_number(const ir_graph *g, ir_id n) { return is(g, n, IR_CONST); }

/* ---- functions of gathered values ------------------------------------------ */

/* If every argument is a scalar or a GATHER by the same positions (at least one of
 * unknowns), and there are no more groups than positions: the GATHER to copy. */
static ir_id common_gather(const ir_graph *g, const ir_id *args, int n) {
  ir_id found = IR_NONE;
  for (int i = 0; i < n; i++) {
    if (dims_of(g, args[i]) == 0) continue;
    if (!is(g, args[i], IR_GATHER) || data_only(g, args[i])) return IR_NONE;
    if (found == IR_NONE) found = args[i];
    const ir_node *a = ir_at(g, found), *b = ir_at(g, args[i]);
    if (a->dim != b->dim || a->args[1] != b->args[1]) return IR_NONE;
  }
  if (found == IR_NONE) return IR_NONE;
  const ir_node *n0 = ir_at(g, found);
  if (dims_of(g, n0->args[1]) == 0) return IR_NONE;
  if (ir_size(g, ir_bit(n0->dim)) > ir_size(g, dims_of(g, n0->args[1]))) return IR_NONE;
  return found;
}

static ir_id below_gather(const ir_graph *g, ir_id n) {
  return is(g, n, IR_GATHER) && dims_of(g, n) ? arg(g, n, 0) : n;
}

/* `inner`, over the groups, gathered as `like` is. */
static ir_id gather_like(ir_graph *g, ir_id inner, ir_id like) {
  const ir_node n = *ir_at(g, like);
  return alg_gather(g, inner, n.dim, n.args[1]);
}

/* ---- sums and products ------------------------------------------------------- */

ir_id alg_scale(ir_graph *g, double factor, ir_id a) {
  return alg_mul(g, ir_const(g, factor), a);
}

ir_id alg_neg(ir_graph *g, ir_id a) { return alg_scale(g, -1.0, a); }

/* x = -y in normal form: y, else IR_NONE. */
static ir_id negated(const ir_graph *g, ir_id n) {
  if (is(g, n, IR_NEG)) return arg(g, n, 0);
  if (is(g, n, IR_MUL) && !data_only(g, n)) {
    if (ir_is_const(g, arg(g, n, 0), -1.0)) return arg(g, n, 1);
    if (ir_is_const(g, arg(g, n, 1), -1.0)) return arg(g, n, 0);
  }
  return IR_NONE;
}

ir_id alg_add(ir_graph *g, ir_id a, ir_id b) {
  if (ir_is_const(g, a, 0.0)) return b;
  if (ir_is_const(g, b, 0.0)) return a;
  if (negated(g, b) != IR_NONE) return alg_sub(g, a, negated(g, b));
  if (negated(g, a) != IR_NONE) return alg_sub(g, b, negated(g, a));
  ir_id args[2] = {a, b};
  ir_id gather = common_gather(g, args, 2);
  if (gather != IR_NONE) {
    return gather_like(g, alg_add(g, below_gather(g, a), below_gather(g, b)), gather);
  }
  return ir_binary(g, IR_ADD, a, b);
}

ir_id alg_sub(ir_graph *g, ir_id a, ir_id b) {
  if (ir_is_const(g, b, 0.0)) return a;
  if (a == b) return ir_const(g, 0.0);
  if (ir_is_const(g, a, 0.0)) return alg_neg(g, b);
  if (negated(g, b) != IR_NONE) return alg_add(g, a, negated(g, b));
  ir_id args[2] = {a, b};
  ir_id gather = common_gather(g, args, 2);
  if (gather != IR_NONE) {
    return gather_like(g, alg_sub(g, below_gather(g, a), below_gather(g, b)), gather);
  }
  return ir_binary(g, IR_SUB, a, b);
}

typedef struct {
  ir_id factors[16];
  int n;
} factor_list;

/* Factors of a product in normal form: low * high is opened, anything else is one. */
static void open_product(const ir_graph *g, ir_id n, factor_list *list) {
  const ir_node *p = ir_at(g, n);
  if (p->op == IR_MUL && !p->data_only && list->n < 12) {
    bool low0 = dims_of(g, p->args[0]) != p->dims || is_number(g, p->args[0]);
    bool low1 = dims_of(g, p->args[1]) != p->dims || is_number(g, p->args[1]);
    if (low0 || low1 || p->dims == 0) {
      open_product(g, p->args[0], list);
      open_product(g, p->args[1], list);
      return;
    }
  }
  list->factors[list->n++] = n;
}

static ir_id product(ir_graph *g, ir_id a, ir_id b) {
  if (a == IR_NONE || ir_is_const(g, a, 1.0)) return b;
  if (b == IR_NONE || ir_is_const(g, b, 1.0)) return a;
  return ir_binary(g, IR_MUL, a, b);
}

/* Product of the factors whose dimensions are not all of `all` (low), in the order:
 * numbers, data, unknowns. */
static ir_id low_product(ir_graph *g, const factor_list *list, ir_dims all) {
  double number = 1.0;
  factor_list low = {.n = 0};
  ir_dims dims = 0;
  for (int i = 0; i < list->n; i++) {
    if (is_number(g, list->factors[i])) {
      number *= ir_at(g, list->factors[i])->value;
    } else if (dims_of(g, list->factors[i]) != all || all == 0) {
      low.factors[low.n++] = list->factors[i];
      dims |= dims_of(g, list->factors[i]);
    }
  }
  ir_id data = IR_NONE, unknown = IR_NONE, lower = IR_NONE;
  if (all != 0 && dims == all) {
    /* no factor has all dimensions, their product does: one class suffices */
    for (int i = 0; i < low.n; i++) lower = product(g, lower, low.factors[i]);
  } else {
    for (int i = 0; i < low.n; i++) {
      if (dims != 0 && dims_of(g, low.factors[i]) != dims)
        lower = product(g, lower, low.factors[i]);
      else if (data_only(g, low.factors[i]))
        data = product(g, data, low.factors[i]);
      else
        unknown = product(g, unknown, low.factors[i]);
    }
  }
  if (number != 1.0) {
    ir_id c = ir_const(g, number);
    if (lower != IR_NONE)
      lower = product(g, c, lower);
    else if (data != IR_NONE)
      data = product(g, c, data);
    else
      lower = c;
  }
  return product(g, lower, product(g, data, unknown));
}

ir_id alg_mul(ir_graph *g, ir_id a, ir_id b) {
  if (ir_is_const(g, a, 1.0)) return b;
  if (ir_is_const(g, b, 1.0)) return a;
  if (ir_is_const(g, a, 0.0) || ir_is_const(g, b, 0.0)) return ir_const(g, 0.0);
  if (data_only(g, a) && data_only(g, b)) return ir_binary(g, IR_MUL, a, b);
  if (a == b) return alg_unary(g, IR_SQUARE, a);
  ir_id args[2] = {a, b};
  ir_id gather = common_gather(g, args, 2);
  if (gather != IR_NONE && dims_of(g, a) && dims_of(g, b)) {
    return gather_like(g, alg_mul(g, below_gather(g, a), below_gather(g, b)), gather);
  }
  ir_dims all = dims_of(g, a) | dims_of(g, b);
  factor_list list = {.n = 0};
  open_product(g, a, &list);
  open_product(g, b, &list);
  ir_id low = low_product(g, &list, all), data = IR_NONE, unknown = IR_NONE;
  if (all != 0)
    for (int i = 0; i < list.n; i++) {
      if (is_number(g, list.factors[i]) || dims_of(g, list.factors[i]) != all) continue;
      if (data_only(g, list.factors[i]))
        data = product(g, data, list.factors[i]);
      else
        unknown = product(g, unknown, list.factors[i]);
    }
  ir_id high = product(g, data, unknown);
  if (low == IR_NONE) return high;
  if (high == IR_NONE) return low;
  return product(g, low, high);
}

/* n = low * high with fewer dimensions in low (or a number). */
static bool split_product(const ir_graph *g, ir_id n, ir_id *low, ir_id *high) {
  const ir_node *p = ir_at(g, n);
  if (p->op != IR_MUL || p->data_only) return false;
  for (int i = 0; i < 2; i++) {
    if ((dims_of(g, p->args[i]) != p->dims && dims_of(g, p->args[1 - i]) == p->dims) ||
        is_number(g, p->args[i])) {
      *low = p->args[i];
      *high = p->args[1 - i];
      return true;
    }
  }
  return false;
}

/* ---- functions ----------------------------------------------------------------- */

ir_id alg_unary(ir_graph *g, ir_op op, ir_id a) {
  if (data_only(g, a)) return ir_unary(g, op, a);
  ir_id low, high;
  ir_id inner = ir_at(g, a)->n_args ? arg(g, a, 0) : IR_NONE;
  ir_op below = (ir_op)ir_at(g, a)->op;
  switch (op) {
    case IR_NEG:
      return alg_neg(g, a);
    case IR_SQUARE:
      if (below == IR_SQRT) return inner;
      if (split_product(g, a, &low, &high))
        return alg_mul(g, alg_unary(g, IR_SQUARE, low), alg_unary(g, IR_SQUARE, high));
      break;
    case IR_INV:
      if (below == IR_INV) return inner;
      if (below == IR_SQRT) return alg_unary(g, IR_RSQRT, inner);
      if (below == IR_RSQRT) return alg_unary(g, IR_SQRT, inner);
      if (below == IR_SQUARE) return alg_unary(g, IR_SQUARE, alg_unary(g, IR_INV, inner));
      /* 1/a where 1/sqrt(a) is at hand: no division */
      if (ir_find_unary(g, IR_RSQRT, a) != IR_NONE)
        return alg_unary(g, IR_SQUARE, ir_find_unary(g, IR_RSQRT, a));
      if (split_product(g, a, &low, &high))
        return alg_mul(g, alg_unary(g, IR_INV, low), alg_unary(g, IR_INV, high));
      break;
    case IR_LOG:
      if (below == IR_EXP) return inner;
      if (below == IR_INV) return alg_neg(g, alg_unary(g, IR_LOG, inner));
      if (below == IR_SQRT) return alg_scale(g, 0.5, alg_unary(g, IR_LOG, inner));
      if (below == IR_RSQRT) return alg_scale(g, -0.5, alg_unary(g, IR_LOG, inner));
      break;
    case IR_EXP:
      if (below == IR_LOG) return inner;
      break;
    case IR_ABS:
      if (below == IR_ABS || below == IR_EXP || below == IR_SQUARE || below == IR_SQRT)
        return a;
      break;
    default:
      break;
  }
  ir_id gather = common_gather(g, &a, 1);
  if (gather != IR_NONE) return gather_like(g, alg_unary(g, op, arg(g, a, 0)), gather);
  return ir_unary(g, op, a);
}

ir_id alg_binary(ir_graph *g, ir_op op, ir_id a, ir_id b) {
  if (data_only(g, a) && data_only(g, b)) return ir_binary(g, op, a, b);
  switch (op) {
    case IR_ADD:
      return alg_add(g, a, b);
    case IR_SUB:
      return alg_sub(g, a, b);
    case IR_MUL:
      return alg_mul(g, a, b);
    case IR_DIV:
      /* a division by fewer dimensions is done once */
      if (data_only(g, b) || dims_of(g, b) != (dims_of(g, a) | dims_of(g, b)) ||
          is_number(g, a))
        return alg_mul(g, a, alg_unary(g, IR_INV, b));
      break;
    case IR_POW:
      if (ir_is_const(g, b, 2.0)) return alg_unary(g, IR_SQUARE, a);
      if (ir_is_const(g, b, 1.0)) return a;
      if (ir_is_const(g, b, 0.5)) return alg_unary(g, IR_SQRT, a);
      if (ir_is_const(g, b, -1.0)) return alg_unary(g, IR_INV, a);
      if (ir_is_const(g, b, 3.0)) return alg_mul(g, a, alg_unary(g, IR_SQUARE, a));
      break;
    default:
      break;
  }
  ir_id args[2] = {a, b};
  ir_id gather = common_gather(g, args, 2);
  if (gather != IR_NONE) {
    return gather_like(g, alg_binary(g, op, below_gather(g, a), below_gather(g, b)), gather);
  }
  return ir_binary(g, op, a, b);
}

ir_id alg_if(ir_graph *g, ir_id test, ir_id a, ir_id b) {
  if (a == b) return a;
  if (is_number(g, test)) {
    ir_id taken = ir_at(g, test)->value != 0.0 ? a : b;
    if ((dims_of(g, a) | dims_of(g, b)) == dims_of(g, taken)) return taken;
  }
  return ir_if(g, test, a, b);
}

ir_id alg_gather(ir_graph *g, ir_id source, int dim, ir_id positions) {
  if (!(dims_of(g, source) & ir_bit(dim))) return source;
  if (is(g, source, IR_PACK) && ir_at(g, source)->dim == dim && is_number(g, positions) &&
      !data_only(g, source)) {
    const ir_node *n = ir_at(g, source);
    int part = (int)ir_at(g, positions)->value - 1;
    if (part >= 0 && part < n->n_parts) return g->parts[n->parts + part];
  }
  /* table[group_of, kind_of]: both positions run over the observations */
  const ir_node s = *ir_at(g, source);
  if (s.op == IR_GATHER && !s.data_only && data_only(g, positions) && data_only(g, s.args[1]) &&
      (dims_of(g, positions) & dims_of(g, s.args[1])) &&
      !(dims_of(g, s.args[0]) & (dims_of(g, positions) | dims_of(g, s.args[1]))))
    return ir_gather2(g, s.args[0], s.dim, s.args[1], dim, positions);
  return ir_gather(g, source, dim, positions);
}

/* ---- sums over dimensions ----------------------------------------------------- */

/* Number of elements of a shape as a data-only node, not a number: the source that is
 * made from the graph then serves data of every size. */
static ir_id size_node(ir_graph *g, ir_dims dims) {
  ir_id size = ir_const(g, 1.0);
  for (int d = 0; d < g->n_dims; d++) {
    if (!(dims & ir_bit(d))) continue;
    ir_id ones = ir_binary(g, IR_GE, ir_position(g, d), ir_const(g, 1.0));
    ir_id n = ir_reduce(g, IR_SUM, ones, ir_bit(d));
    size = ir_is_const(g, size, 1.0) ? n : ir_binary(g, IR_MUL, size, n);
  }
  return size;
}

/* Sum of square(y - x) over `over` where y is data: counts, means and the sum of
 * squares within are data, so the loop over observations disappears. */
static ir_id sum_of_squares(ir_graph *g, ir_id y, ir_id x, ir_dims over) {
  if (g->no_collapse) return IR_NONE;
  ir_id one = ir_const(g, 1.0);
  if ((dims_of(g, x) & over) == 0 && (dims_of(g, y) & over) == over) {
    ir_id n = size_node(g, over);
    ir_id mean =
        ir_binary(g, IR_DIV, ir_reduce(g, IR_SUM, y, over), ir_binary(g, IR_MAX, n, one));
    ir_id within =
        ir_reduce(g, IR_SUM, ir_unary(g, IR_SQUARE, ir_binary(g, IR_SUB, y, mean)), over);
    ir_id between = alg_unary(g, IR_SQUARE, alg_sub(g, mean, x));
    return alg_add(g, within, alg_mul(g, n, between));
  }
  if (!is(g, x, IR_GATHER)) return IR_NONE;
  ir_id source = arg(g, x, 0), positions = arg(g, x, 1);
  int dim = ir_at(g, x)->dim;
  ir_dims at = dims_of(g, positions);
  if (at == 0 || (over & at) != at || (dims_of(g, source) & at) ||
      (dims_of(g, y) & ~at & ~dims_of(g, x)) || (dims_of(g, y) & ir_bit(dim)))
    return IR_NONE;
  if (!data_only(g, positions)) return IR_NONE;
  ir_id count = ir_segsum(g, one, positions, dim);
  ir_id safe = ir_binary(g, IR_MAX, count, one);
  ir_id mean = ir_binary(g, IR_DIV, ir_segsum(g, y, positions, dim), safe);
  ir_id residual = ir_binary(g, IR_SUB, y, ir_gather(g, mean, dim, positions));
  ir_id within = ir_segsum(g, ir_unary(g, IR_SQUARE, residual), positions, dim);
  ir_id between = alg_mul(g, count, alg_unary(g, IR_SQUARE, alg_sub(g, mean, source)));
  ir_dims rest = (over & ~at) | ir_bit(dim);
  return alg_add(g, alg_sum(g, within, rest), alg_sum(g, between, rest));
}

/* Sum over `over` of data * gather(source): the data are summed by group. */
static ir_id sum_of_gathered(ir_graph *g, ir_id data, ir_id gathered, ir_dims over) {
  if (g->no_collapse) return IR_NONE;
  const ir_node *n = ir_at(g, gathered);
  ir_id source = n->args[0], positions = n->args[1];
  int dim = n->dim;
  ir_dims at = dims_of(g, positions);
  if (at == 0 || (over & at) != at || (dims_of(g, source) & at) || !data_only(g, positions) ||
      (dims_of(g, data) & ir_bit(dim)) || (dims_of(g, data) & ~at & ~dims_of(g, gathered)))
    return IR_NONE;
  ir_id by_group = ir_segsum(g, data, positions, dim);
  return alg_sum(g, alg_mul(g, by_group, source), (over & ~at) | ir_bit(dim));
}

ir_id alg_sum(ir_graph *g, ir_id a, ir_dims over) {
  ir_dims absent = over & ~dims_of(g, a);
  if (absent) a = alg_mul(g, size_node(g, absent), a);
  over &= ~absent;
  if (!over) return a;
  if (data_only(g, a)) return ir_reduce(g, IR_SUM, a, over);
  const ir_node n = *ir_at(g, a);
  ir_id r = IR_NONE;
  switch (n.op) {
    case IR_ADD:
      return alg_add(g, alg_sum(g, n.args[0], over), alg_sum(g, n.args[1], over));
    case IR_SUB:
      return alg_sub(g, alg_sum(g, n.args[0], over), alg_sum(g, n.args[1], over));
    case IR_MUL:
      for (int i = 0; i < 2; i++)
        if ((dims_of(g, n.args[i]) & over) == 0)
          return alg_mul(g, n.args[i], alg_sum(g, n.args[1 - i], over));
      /* data times a sum of which a summand can be collapsed */
      for (int i = 0; i < 2; i++) {
        const ir_node f = *ir_at(g, n.args[1 - i]);
        if (!data_only(g, n.args[i])) continue;
        if (f.op == IR_GATHER)
          r = sum_of_gathered(g, n.args[i], n.args[1 - i], over);
        else if (f.op == IR_ADD)
          return alg_add(g, alg_sum(g, alg_mul(g, n.args[i], f.args[0]), over),
                         alg_sum(g, alg_mul(g, n.args[i], f.args[1]), over));
        else if (f.op == IR_SUB)
          return alg_sub(g, alg_sum(g, alg_mul(g, n.args[i], f.args[0]), over),
                         alg_sum(g, alg_mul(g, n.args[i], f.args[1]), over));
        else if (f.op == IR_CONTRACT && data_only(g, f.args[0]) &&
                 !(f.over & dims_of(g, n.args[i])) && !(over & dims_of(g, f.args[1]))) {
          /* y'(X beta) = (X'y)' beta */
          ir_id weights = ir_contract(g, n.args[i], f.args[0], over);
          return alg_sum(g, alg_mul(g, weights, f.args[1]), f.over);
        }
        if (r != IR_NONE) return r;
      }
      break;
    case IR_GATHER:
      r = sum_of_gathered(g, ir_const(g, 1.0), a, over);
      if (r != IR_NONE) return r;
      break;
    case IR_SQUARE:
      if (is(g, n.args[0], IR_SUB))
        for (int i = 0; i < 2; i++) {
          ir_id y = arg(g, n.args[0], i), x = arg(g, n.args[0], 1 - i);
          if (!data_only(g, y)) continue;
          r = sum_of_squares(g, y, x, over);
          if (r != IR_NONE) return r;
        }
      r = alg_regression(g, n.args[0], over);
      if (r != IR_NONE) return r;
      break;
    case IR_SUM:
      return alg_sum(g, n.args[0], n.over | over);
    default:
      break;
  }
  return ir_reduce(g, IR_SUM, a, over);
}

ir_id alg_reduce(ir_graph *g, ir_op op, ir_id a, ir_dims over) {
  ir_dims absent = over & ~dims_of(g, a);
  ir_id r = ir_reduce(g, op, a, over & ~absent);
  if (!absent || op == IR_REDUCE_MIN || op == IR_REDUCE_MAX) return r;
  ir_id n = size_node(g, absent);
  if (op == IR_PROD) return alg_binary(g, IR_POW, r, n);
  return alg_add(g, r, alg_unary(g, IR_LOG, n));
}

alg_exponentials alg_exp_parts(ir_graph *g, ir_id a, ir_dims over) {
  ir_id top = alg_reduce(g, IR_REDUCE_MAX, a, over);
  ir_id finite = alg_binary(g, IR_LT, alg_unary(g, IR_ABS, top), ir_const(g, INFINITY));
  alg_exponentials e = {.top = alg_if(g, finite, top, ir_const(g, 0.0))};
  e.elements = alg_unary(g, IR_EXP, alg_sub(g, a, e.top));
  e.sum = alg_sum(g, e.elements, over);
  return e;
}

ir_id alg_contract(ir_graph *g, ir_id a, ir_id b, ir_dims over) {
  if (data_only(g, a) && data_only(g, b)) return ir_contract(g, a, b, over);
  if ((dims_of(g, a) & over) == over && (dims_of(g, b) & over) == over &&
      (dims_of(g, a) != over || dims_of(g, b) != over)) {
    ir_id low, high;
    if (split_product(g, a, &low, &high) && (dims_of(g, low) & over) == 0 &&
        (dims_of(g, low) & dims_of(g, b) & ~over) == 0)
      return alg_mul(g, low, alg_contract(g, high, b, over));
    if (split_product(g, b, &low, &high) && (dims_of(g, low) & over) == 0)
      return alg_mul(g, low, alg_contract(g, a, high, over));
    return data_only(g, b) ? ir_contract(g, b, a, over) : ir_contract(g, a, b, over);
  }
  return alg_sum(g, alg_mul(g, a, b), over);
}

ir_id alg_segsum(ir_graph *g, ir_id a, ir_id positions, int dim) {
  ir_dims at = dims_of(g, positions);
  if (data_only(g, a)) return ir_segsum(g, a, positions, dim);
  if ((dims_of(g, a) & at) == 0)
    return alg_mul(g, a, ir_segsum(g, ir_const(g, 1.0), positions, dim));
  ir_id low, high;
  if (split_product(g, a, &low, &high) && (dims_of(g, low) & at) == 0)
    return alg_mul(g, low, alg_segsum(g, high, positions, dim));
  const ir_node n = *ir_at(g, a);
  if (n.op == IR_GATHER && n.args[1] == positions && n.dim == dim &&
      !(dims_of(g, n.args[0]) & at))
    return alg_mul(g, ir_segsum(g, ir_const(g, 1.0), positions, dim), n.args[0]);
  if (n.op == IR_ADD || n.op == IR_SUB) {
    /* split only where a part collapses */
    for (int i = 0; i < 2; i++) {
      const ir_node *p = ir_at(g, n.args[i]);
      bool collapses = p->data_only || (p->dims & at) == 0 ||
                       (p->op == IR_GATHER && p->args[1] == positions && p->dim == dim);
      if (!collapses) continue;
      ir_id x = alg_segsum(g, n.args[0], positions, dim);
      ir_id y = alg_segsum(g, n.args[1], positions, dim);
      return n.op == IR_ADD ? alg_add(g, x, y) : alg_sub(g, x, y);
    }
  }
  return ir_segsum(g, a, positions, dim);
}

ir_id alg_rebuild(ir_graph *g, const ir_node *like, const ir_id *args, const ir_id *parts) {
  switch (like->op) {
    case IR_CONST:
      return ir_const(g, like->value);
    case IR_DATA:
      return ir_data_node(g, like->index);
    case IR_INPUT:
      return ir_input(g, like->index, like->dims);
    case IR_CENTRE_L:
    case IR_CENTRE_H:
    case IR_CENTRE_K:
    case IR_CENTRE_NUMBER:
    case IR_CENTRE_LEVEL:
    case IR_CENTRE_COUNT:
      return ir_centre(g, (ir_op)like->op, like->index, like->dims);
    case IR_POSITION:
      return ir_position(g, like->dim);
    case IR_IF:
      return alg_if(g, args[0], args[1], args[2]);
    case IR_LOG_BETA_I:
      return ir_log_beta_i(g, args[0], args[1], args[2]);
    case IR_GATHER:
      return alg_gather(g, args[0], like->dim, args[1]);
    case IR_RENAME:
      return ir_rename(g, args[0], like->dim, like->dim2);
    case IR_SUM:
      return alg_sum(g, args[0], like->over);
    case IR_CONTRACT:
      return alg_contract(g, args[0], args[1], like->over);
    case IR_PACK:
      return ir_pack(g, like->dim, parts, like->n_parts);
    case IR_SEGSUM:
      return alg_segsum(g, args[0], args[1], like->dim);
    case IR_GATHER2:
      return ir_gather2(g, args[0], like->dim, args[1], like->dim2, args[2]);
    case IR_SEGSUM2:
      return ir_segsum2(g, args[0], args[1], like->dim, args[2], like->dim2);
    case IR_PROD:
    case IR_REDUCE_MIN:
    case IR_REDUCE_MAX:
    case IR_LOG_SUM_EXP:
      return alg_reduce(g, (ir_op)like->op, args[0], like->over);
    case IR_SUMLOG:
      return ir_reduce(g, (ir_op)like->op, args[0], like->over);
    case IR_PICK:
      return ir_pick(g, args[0], args[1]);
    case IR_RANDOM:
      assert(!"random nodes are not rewritten");
      return IR_NONE;
    default:
      return like->n_args == 1 ? alg_unary(g, (ir_op)like->op, args[0])
                               : alg_binary(g, (ir_op)like->op, args[0], args[1]);
  }
}
