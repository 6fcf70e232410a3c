/* Counts of a gradient, from the schedule. */
#include "emit/plan.h"

double emit_operations(const ir_node *n, double *functions) {
  *functions = 0;
  switch ((ir_op)n->op) {
    case IR_EXP:
    case IR_EXPM1:
    case IR_LOG:
    case IR_LOG1P:
    case IR_SIN:
    case IR_COS:
    case IR_TAN:
    case IR_ATAN:
    case IR_TANH:
    case IR_ERF:
    case IR_ERFC:
    case IR_PHI:
    case IR_LGAMMA:
    case IR_DIGAMMA:
    case IR_TRIGAMMA:
    case IR_INV_LOGIT:
    case IR_LOG1P_EXP:
    case IR_LOG1M_EXP:
    case IR_POW:
    case IR_ATAN2:
    case IR_FMOD:
      *functions = 1;
      return 0;
    case IR_RSQRT:
      return 2;
    default:
      return 1;
  }
}

void emit_count(const emit_plan *p, const uint64_t *map_integers, emit_blobs *blobs) {
  blobs->flops = blobs->functions = blobs->bytes = 0;
  for (ir_id id = 0; id < p->n_nodes; id++) {
    const emit_info *i = &p->info[id];
    const ir_node *n = ir_at(p->g, id);
    if (i->kind == EMIT_DEAD || n->data_only) continue;
    double functions, one = emit_operations(n, &functions),
                      size = (double)ir_size(p->g, n->dims);
    if (i->kind == EMIT_SCALAR || i->kind == EMIT_ELEMENT) {
      blobs->flops += one * size;
      blobs->functions += functions * size;
    } else if (i->kind == EMIT_MATVEC || i->kind == EMIT_TRANSPOSED) {
      blobs->flops += 2 * (double)ir_size(p->g, ir_at(p->g, i->matrix)->dims);
    } else if (i->kind == EMIT_REDUCE || i->kind == EMIT_SEGMENT) {
      ir_dims summands = 0; /* those of the positions of SEGSUM as well */
      for (int k = 0; k < n->n_args; k++) summands |= ir_at(p->g, n->args[k])->dims;
      blobs->flops += (double)ir_size(p->g, summands);
      blobs->functions += n->op == IR_SUMLOG; /* of the product */
    }
  }
  for (int k = 0; k < p->n_reals; k++) {
    const emit_real *r = &p->reals[k];
    blobs->bytes += 8.0 * r->reads * (double)ir_size(p->g, r->space | r->columns);
  }
  for (int k = 0; k < p->n_maps; k++)
    blobs->bytes += 4.0 * p->maps[k].reads * (double)map_integers[k];
}
