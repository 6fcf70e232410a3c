/* Constructors that simplify: the algebra behind the passes and the gradients.
 *
 * They keep three normal forms, from which hoisting, sufficient statistics and
 * segment sums follow without further analysis:
 * - a product is (factors of fewer dimensions) * (factors of all its dimensions), so
 *   scalars move out of loops;
 * - a sum over a dimension is split into its summands and has no factor that lacks the
 *   dimension; data-only sums are numbers;
 * - a function of gathered values is the gathered function, computed once a group.
 * Data-only nodes are left alone: they are computed once, when data are bound.
 * Values may differ from the literal formula by rounding only.
 */
#ifndef ERGODE_IR_ALGEBRA_H
#define ERGODE_IR_ALGEBRA_H

#include "ir/ir.h"

ir_id alg_add(ir_graph *g, ir_id a, ir_id b);
ir_id alg_sub(ir_graph *g, ir_id a, ir_id b);
ir_id alg_mul(ir_graph *g, ir_id a, ir_id b);
ir_id alg_scale(ir_graph *g, double factor, ir_id a);
ir_id alg_neg(ir_graph *g, ir_id a);
ir_id alg_unary(ir_graph *g, ir_op op, ir_id a);
ir_id alg_binary(ir_graph *g, ir_op op, ir_id a, ir_id b);
ir_id alg_if(ir_graph *g, ir_id test, ir_id a, ir_id b);
ir_id alg_gather(ir_graph *g, ir_id source, int dim, ir_id positions);
/* Sum of a, broadcast over `over`, over those dimensions. */
ir_id alg_sum(ir_graph *g, ir_id a, ir_dims over);
/* Sum of square(residual) over `over`, all of its dimensions, where the residual is data
 * less a linear predictor: by statistics of the data (regression.c). IR_NONE where it isn't
 * so, or doesn't pay. */
ir_id alg_regression(ir_graph *g, ir_id residual, ir_dims over);
/* PROD, REDUCE_MIN, REDUCE_MAX, LOG_SUM_EXP of a, broadcast over `over`. */
ir_id alg_reduce(ir_graph *g, ir_op op, ir_id a, ir_dims over);
/* log sum exp over `over` is top + log(sum): top the largest value, or 0 where that isn't
 * finite, sum that of the elements exp(a - top). */
typedef struct {
  ir_id top, elements, sum;
} alg_exponentials;
alg_exponentials alg_exp_parts(ir_graph *g, ir_id a, ir_dims over);
/* Sum over `over` of a * b. */
ir_id alg_contract(ir_graph *g, ir_id a, ir_id b, ir_dims over);
/* Sum of a, broadcast over positions' dimensions, into dimension `dim`. */
ir_id alg_segsum(ir_graph *g, ir_id a, ir_id positions, int dim);
/* Any operation: rebuilds node `like` with these arguments (parts: PACK). */
ir_id alg_rebuild(ir_graph *g, const ir_node *like, const ir_id *args, const ir_id *parts);

#endif
