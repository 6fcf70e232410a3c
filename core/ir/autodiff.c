/* Reverse-mode differentiation of a scalar on the graph. An adjoint may have fewer
 * dimensions than its node (it is then the same along the missing ones), which keeps
 * scalars out of the loops. */
#include <stdlib.h>

#include "ir/algebra.h"
#include "ir/passes.h"

typedef struct {
  ir_graph *g;
  ir_id *early, *late; /* adjoint so far, per node of the forward graph */
  const uint8_t *is_late;
  int n_late;
} reverse;

/* Adds `c`, of node `to`'s shape or constant along what it lacks of it. */
static void contribute_as_is(reverse *r, ir_id from, ir_id to, ir_id c) {
  ir_graph *g = r->g;
  if (ir_at(g, to)->data_only || ir_is_const(g, c, 0.0)) return;
  ir_id *slot = from < r->n_late && r->is_late[from] ? &r->late[to] : &r->early[to];
  *slot = *slot == IR_NONE ? c : alg_add(g, *slot, c);
}

/* Adds `c`, a contribution for each element of `from`, to node `to`, which was broadcast
 * along the dimensions that it lacks. */
static void contribute(reverse *r, ir_id from, ir_id to, ir_id c) {
  ir_graph *g = r->g;
  if (ir_at(g, to)->data_only) return;
  ir_dims all = ir_at(g, from)->dims | ir_at(g, c)->dims;
  contribute_as_is(r, from, to, alg_sum(g, c, all & ~ir_at(g, to)->dims));
}

/* d op(a) / da, given the node itself. */
static ir_id unary_partial(ir_graph *g, ir_op op, ir_id a, ir_id self) {
  ir_id one = ir_const(g, 1.0);
  switch (op) {
    case IR_NEG:
      return ir_const(g, -1.0);
    case IR_ABS:
      return alg_sub(g, ir_binary(g, IR_GT, a, ir_const(g, 0.0)),
                     ir_binary(g, IR_LT, a, ir_const(g, 0.0)));
    case IR_SQUARE:
      return alg_scale(g, 2.0, a);
    case IR_SQRT:
      return alg_scale(g, 0.5, alg_unary(g, IR_INV, self));
    case IR_INV:
      return alg_neg(g, alg_unary(g, IR_SQUARE, self));
    case IR_EXP:
      return self;
    case IR_EXPM1:
      return alg_add(g, self, one);
    case IR_LOG:
      return alg_unary(g, IR_INV, a);
    case IR_LOG1P:
      return alg_unary(g, IR_INV, alg_add(g, one, a));
    case IR_SIN:
      return alg_unary(g, IR_COS, a);
    case IR_COS:
      return alg_neg(g, alg_unary(g, IR_SIN, a));
    case IR_TAN:
      return alg_add(g, one, alg_unary(g, IR_SQUARE, self));
    case IR_ATAN:
      return alg_unary(g, IR_INV, alg_add(g, one, alg_unary(g, IR_SQUARE, a)));
    case IR_TANH:
      return alg_sub(g, one, alg_unary(g, IR_SQUARE, self));
    case IR_ERF: /* 2/sqrt(pi) exp(-a^2) */
      return alg_scale(g, 1.1283791670955125739,
                       alg_unary(g, IR_EXP, alg_neg(g, alg_unary(g, IR_SQUARE, a))));
    case IR_ERFC:
      return alg_scale(g, -1.1283791670955125739,
                       alg_unary(g, IR_EXP, alg_neg(g, alg_unary(g, IR_SQUARE, a))));
    case IR_PHI: /* 1/sqrt(2 pi) exp(-a^2/2) */
      return alg_scale(g, 0.39894228040143267794,
                       alg_unary(g, IR_EXP, alg_scale(g, -0.5, alg_unary(g, IR_SQUARE, a))));
    case IR_LGAMMA:
      return alg_unary(g, IR_DIGAMMA, a);
    case IR_DIGAMMA:
      return alg_unary(g, IR_TRIGAMMA, a);
    case IR_INV_LOGIT:
      return alg_mul(g, self, alg_unary(g, IR_INV_LOGIT, alg_neg(g, a)));
    case IR_LOG1P_EXP:
      return alg_unary(g, IR_INV_LOGIT, a);
    case IR_LOG1M_EXP: /* -exp(a)/(1-exp(a)) = 1/expm1(-a) * -1 */
      return alg_neg(g, alg_unary(g, IR_INV, alg_unary(g, IR_EXPM1, alg_neg(g, a))));
    case IR_FLOOR:
    case IR_CEIL:
    case IR_ROUND:
    case IR_NOT:
      return ir_const(g, 0.0);
    default:
      return IR_NONE;
  }
}

static const char *binary_adjoint(reverse *r, ir_id id, ir_op op, ir_id a, ir_id b, ir_id adj) {
  ir_graph *g = r->g;
  ir_id zero = ir_const(g, 0.0);
  switch (op) {
    case IR_ADD:
      contribute(r, id, a, adj);
      contribute(r, id, b, adj);
      break;
    case IR_SUB:
      contribute(r, id, a, adj);
      contribute(r, id, b, alg_neg(g, adj));
      break;
    case IR_MUL:
      contribute(r, id, a, alg_mul(g, adj, b));
      contribute(r, id, b, alg_mul(g, adj, a));
      break;
    case IR_DIV: {
      ir_id inverse = alg_unary(g, IR_INV, b);
      contribute(r, id, a, alg_mul(g, adj, inverse));
      contribute(r, id, b, alg_neg(g, alg_mul(g, adj, alg_mul(g, id, inverse))));
      break;
    }
    case IR_POW:
      if (!ir_at(g, a)->data_only) {
        ir_id below = alg_binary(g, IR_POW, a, alg_sub(g, b, ir_const(g, 1.0)));
        contribute(r, id, a, alg_mul(g, adj, alg_mul(g, b, below)));
      }
      if (!ir_at(g, b)->data_only) {
        ir_id positive = alg_binary(g, IR_GT, a, zero);
        ir_id log_a = alg_if(g, positive, alg_unary(g, IR_LOG, a), zero);
        contribute(r, id, b, alg_mul(g, adj, alg_mul(g, id, log_a)));
      }
      break;
    case IR_MIN:
    case IR_MAX: {
      ir_id first = alg_binary(g, op == IR_MIN ? IR_LE : IR_GE, a, b);
      contribute(r, id, a, alg_if(g, first, adj, zero));
      contribute(r, id, b, alg_if(g, first, zero, adj));
      break;
    }
    case IR_ATAN2: {
      ir_id norm = alg_unary(
          g, IR_INV, alg_add(g, alg_unary(g, IR_SQUARE, a), alg_unary(g, IR_SQUARE, b)));
      contribute(r, id, a, alg_mul(g, adj, alg_mul(g, b, norm)));
      contribute(r, id, b, alg_neg(g, alg_mul(g, adj, alg_mul(g, a, norm))));
      break;
    }
    case IR_FMOD:
      contribute(r, id, a, adj);
      return NULL;
    case IR_LT:
    case IR_LE:
    case IR_GT:
    case IR_GE:
    case IR_EQ:
    case IR_NE:
    case IR_AND:
    case IR_OR:
      break;
    case IR_LOG_GAMMA_P:
    case IR_LOG_GAMMA_Q:
      return "an incomplete gamma function of unknowns (compiled where its shape is written as a "
             "whole number up to 10)";
    case IR_LOG_T_CDF:
      return "the cdf of student_t at unknowns (compiled where nu is written as a whole number up "
             "to 10)";
    default:
      return "an operation of two arguments has no gradient yet";
  }
  return NULL;
}

/* d prod(a) / d a: the product of the others, also where one of them is 0. */
static ir_id product_partial(ir_graph *g, ir_id product, ir_id a, ir_dims over) {
  ir_id zero = ir_const(g, 0.0), one = ir_const(g, 1.0);
  ir_id is_zero = alg_binary(g, IR_EQ, a, zero);
  ir_id safe = alg_if(g, is_zero, one, a);
  ir_id zeros = alg_sum(g, is_zero, over), rest = alg_reduce(g, IR_PROD, safe, over);
  ir_id only = alg_if(g, alg_binary(g, IR_EQ, zeros, one), rest, zero);
  return alg_if(g, is_zero, only, alg_mul(g, product, alg_unary(g, IR_INV, safe)));
}

static const char *structure_adjoint(reverse *r, ir_id id, ir_id adj) {
  ir_graph *g = r->g;
  const ir_node n = *ir_at(g, id);
  ir_id a = n.args[0];
  switch (n.op) {
    case IR_IF: {
      ir_id zero = ir_const(g, 0.0);
      contribute(r, id, n.args[1], alg_if(g, a, adj, zero));
      contribute(r, id, n.args[2], alg_if(g, a, zero, adj));
      return NULL;
    }
    case IR_LOG_BETA_I:
      return "an incomplete beta function of unknowns";
    case IR_GATHER: {
      ir_dims at = ir_at(g, n.args[1])->dims;
      if (!ir_at(g, n.args[1])->data_only) return "positions that depend on unknowns";
      if (at & ir_at(g, a)->dims)
        return "a gather whose positions share dimensions with its source";
      contribute_as_is(r, id, a, alg_segsum(g, adj, n.args[1], n.dim));
      return NULL;
    }
    case IR_GATHER2: {
      /* an adjoint that is the same for all observations is written out for each */
      ir_dims missing = n.dims & ~ir_at(g, adj)->dims;
      for (int d = 0; d < g->n_dims; d++)
        if (missing & ir_bit(d))
          adj = ir_binary(g, IR_MUL, adj,
                          ir_binary(g, IR_GE, ir_position(g, d), ir_const(g, 1.0)));
      contribute_as_is(r, id, a, ir_segsum2(g, adj, n.args[1], n.dim, n.args[2], n.dim2));
      return NULL;
    }
    case IR_SEGSUM2:
      contribute_as_is(r, id, a, ir_gather2(g, adj, n.dim, n.args[1], n.dim2, n.args[2]));
      return NULL;
    case IR_SEGSUM:
      contribute_as_is(r, id, a, alg_gather(g, adj, n.dim, n.args[1]));
      return NULL;
    case IR_RENAME:
      contribute_as_is(r, id, a, ir_rename(g, adj, n.dim2, n.dim));
      return NULL;
    case IR_SUM:
      contribute_as_is(r, id, a, adj);
      return NULL;
    case IR_CONTRACT:
      for (int i = 0; i < 2; i++) {
        ir_id to = n.args[i], other = n.args[1 - i];
        if (ir_at(g, to)->data_only) continue;
        ir_dims gone = (n.dims | ir_at(g, other)->dims) & ~ir_at(g, to)->dims;
        contribute_as_is(r, id, to, alg_contract(g, other, adj, gone));
      }
      return NULL;
    case IR_PACK:
      for (int i = 0; i < n.n_parts; i++) {
        ir_id part = g->parts[n.parts + i];
        contribute_as_is(r, id, part, alg_gather(g, adj, n.dim, ir_const(g, i + 1)));
      }
      return NULL;
    case IR_PROD:
      contribute_as_is(r, id, a, alg_mul(g, adj, product_partial(g, id, a, n.over)));
      return NULL;
    case IR_REDUCE_MIN:
    case IR_REDUCE_MAX: {
      /* equal ones share */
      ir_id chosen = alg_binary(g, IR_EQ, a, id);
      ir_id share = alg_mul(g, adj, alg_unary(g, IR_INV, alg_sum(g, chosen, n.over)));
      contribute_as_is(r, id, a, alg_if(g, chosen, share, ir_const(g, 0.0)));
      return NULL;
    }
    case IR_LOG_SUM_EXP: {
      /* The sum holds exp(0), unless all are minus infinity: then none has a share. */
      alg_exponentials e = alg_exp_parts(g, a, n.over);
      ir_id sum = alg_binary(g, IR_MAX, e.sum, ir_const(g, 1.0));
      contribute_as_is(r, id, a,
                       alg_mul(g, alg_mul(g, adj, alg_unary(g, IR_INV, sum)), e.elements));
      return NULL;
    }
    default:
      return "an operation has no gradient yet";
  }
}

/* x * r for a sum of products x, by way of products with r that are there already: the
 * standardised form r (u + r c) of a hierarchy has both. */
static ir_id product_through(ir_graph *g, ir_id x, ir_id r) {
  const ir_node n = *ir_at(g, x);
  if (n.op == IR_ADD && !n.data_only)
    return alg_add(g, product_through(g, n.args[0], r), product_through(g, n.args[1], r));
  if (n.op == IR_MUL && !n.data_only && n.args[0] != r && n.args[1] != r) {
    ir_id first = ir_find_product(g, n.args[0], r), second = ir_find_product(g, n.args[1], r);
    if (first != IR_NONE && (second == IR_NONE || first < second))
      return alg_mul(g, first, n.args[1]);
    if (second != IR_NONE) return alg_mul(g, second, n.args[0]);
  }
  return alg_mul(g, x, r);
}

bool ir_adjoints(ir_graph *g, ir_id root, const uint8_t *late, int n_late, const ir_id *wrt,
                 int n, ir_id *adjoints, const char **reason) {
  int count = root + 1;
  reverse r = {.g = g, .is_late = late, .n_late = late ? n_late : 0};
  r.early = malloc((size_t)count * sizeof(ir_id));
  r.late = malloc((size_t)count * sizeof(ir_id));
  uint8_t *below = calloc((size_t)count, 1);
  if (!r.early || !r.late || !below) abort();
  for (int i = 0; i < count; i++) r.early[i] = r.late[i] = IR_NONE;
  ir_mark(g, &root, 1, below);
  r.early[root] = ir_const(g, 1.0);
  const char *why = NULL;
  for (ir_id id = root; id >= 0 && !why; id--) {
    if (!below[id] || ir_at(g, id)->data_only) continue;
    ir_id adj = r.early[id];
    if (r.late[id] != IR_NONE) adj = adj == IR_NONE ? r.late[id] : alg_add(g, adj, r.late[id]);
    r.early[id] = adj;
    if (adj == IR_NONE) continue;
    const ir_node node = *ir_at(g, id);
    if (!ir_is_elementwise((ir_op)node.op)) {
      if (node.n_args || node.n_parts) why = structure_adjoint(&r, id, adj);
    } else if (node.op == IR_RSQRT) { /* d a^(-1/2) = -1/2 a^(-1) a^(-1/2) da */
      ir_id square = alg_unary(g, IR_SQUARE, id);
      contribute(&r, id, node.args[0],
                 alg_scale(g, -0.5, alg_mul(g, square, product_through(g, adj, id))));
    } else if (node.n_args == 1) {
      ir_id partial = unary_partial(g, (ir_op)node.op, node.args[0], id);
      if (partial == IR_NONE)
        why = "an operation of one argument has no gradient yet";
      else
        contribute(&r, id, node.args[0], alg_mul(g, adj, partial));
    } else if (node.n_args == 2) {
      why = binary_adjoint(&r, id, (ir_op)node.op, node.args[0], node.args[1], adj);
    } else {
      why = structure_adjoint(&r, id, adj);
    }
  }
  for (int i = 0; i < n; i++) {
    ir_id a = wrt[i] >= 0 && wrt[i] < count ? r.early[wrt[i]] : IR_NONE;
    adjoints[i] = a == IR_NONE ? ir_const(g, 0.0) : a;
  }
  free(r.early);
  free(r.late);
  free(below);
  if (why && reason) *reason = why;
  return why == NULL;
}
