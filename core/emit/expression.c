#include "emit/expression.h"

#include <math.h>
#include <string.h>

int text_slot(writer *w, int kind, int number, ir_dims dims) {
  return emit_slot_of(w->p, kind, number, dims);
}

/* Where a leaf of the centring begins in C. */
int text_centre_slot(writer *w, ir_id id) {
  const ir_node *n = at(w, id);
  return text_slot(w,
                   n->op == IR_CENTRE_L        ? EMIT_ELL_AT
                   : n->op == IR_CENTRE_H      ? EMIT_H_AT
                   : n->op == IR_CENTRE_K      ? EMIT_KAPPA_AT
                   : n->op == IR_CENTRE_NUMBER ? EMIT_NUMBER_AT
                   : n->op == IR_CENTRE_LEVEL  ? EMIT_LEVEL_AT
                                               : EMIT_COUNT_AT,
                   n->index, 0);
}

/* Where an array's memory begins: text of a pointer expression. */
void text_pointer(writer *w, ir_id id, char *buffer, size_t n) {
  const emit_info *i = info(w, id);
  const ir_node *node = at(w, id);
  if (i->scratch >= 0)
    snprintf(buffer, n, "(S + i%d)", text_slot(w, EMIT_SCRATCH_AT, i->scratch, 0));
  else if (node->op == IR_INPUT)
    snprintf(buffer, n, "(q + i%d)", text_slot(w, EMIT_Q_AT, node->index, 0));
  else
    snprintf(buffer, n, "(C + i%d)", text_centre_slot(w, id));
}

/* ---- operands ---------------------------------------------------------------------- */

static void number_text(double x, char *buffer, size_t n) {
  if (isnan(x))
    snprintf(buffer, n, "erg_from_bits(erg_splati(0x7ff8000000000000L))");
  else if (isinf(x))
    snprintf(buffer, n, "erg_from_bits(erg_splati(%s0x7ff0000000000000L))",
             x < 0 ? "(long)0x8000000000000000UL | " : "");
  else {
    char digits[40];
    snprintf(digits, sizeof digits, "%.17g", x);
    snprintf(buffer, n, "erg_splat(%s%s)", digits, strpbrk(digits, ".e") ? "" : ".0");
  }
}

void text_operand(writer *w, ir_id id, char *buffer, size_t n) {
  switch (info(w, id)->kind) {
    case EMIT_NUMBER:
      number_text(at(w, id)->value, buffer, n);
      break;
    case EMIT_DATA_SCALAR:
    case EMIT_SCALAR_INPUT:
    case EMIT_SCALAR:
    case EMIT_READ:
    case EMIT_REDUCE:
      snprintf(buffer, n, "s%d", id);
      break;
    default:
      snprintf(buffer, n, "v%d", id);
      break;
  }
}

void text_factors(writer *w, ir_id id, char *x, char *y, size_t n) {
  const ir_node *m = at(w, id);
  text_operand(w, m->args[0], x, n);
  text_operand(w, m->args[m->op == IR_SQUARE ? 0 : 1], y, n);
}

static bool is_comparison(ir_op op) { return op >= IR_LT && op <= IR_NE; }

static const char *comparison_word(ir_op op) {
  static const char *const words[] = {"erg_lt", "erg_le", "erg_gt",
                                      "erg_ge", "erg_eq", "erg_ne"};
  return words[op - IR_LT];
}

/* Mask for a value used as a truth. */
static void truth(writer *w, ir_id id, char *buffer, size_t n) {
  char a[96], b[96];
  const ir_node *node = at(w, id);
  if (is_comparison((ir_op)node->op) && !node->data_only && info(w, id)->scratch < 0 &&
      emit_home(w->p, id) == w->space && info(w, id)->stage == w->stage) {
    text_operand(w, node->args[0], a, sizeof a);
    text_operand(w, node->args[1], b, sizeof b);
    snprintf(buffer, n, "%s(%s, %s)", comparison_word((ir_op)node->op), a, b);
  } else {
    text_operand(w, id, a, sizeof a);
    snprintf(buffer, n, "erg_ne(%s, erg_splat(0.0))", a);
  }
}

static const char *function_word(ir_op op) {
  switch (op) {
    case IR_ABS:
      return "erg_abs";
    case IR_SQRT:
      return "erg_sqrt";
    case IR_RSQRT:
      return "erg_rsqrt";
    case IR_EXP:
      return "erg_exp";
    case IR_EXPM1:
      return "erg_expm1";
    case IR_LOG:
      return "erg_log";
    case IR_LOG1P:
      return "erg_log1p";
    case IR_SIN:
      return "erg_sin";
    case IR_COS:
      return "erg_cos";
    case IR_TAN:
      return "erg_tan";
    case IR_ATAN:
      return "erg_atan";
    case IR_TANH:
      return "erg_tanh";
    case IR_ERF:
      return "erg_erf";
    case IR_ERFC:
      return "erg_erfc";
    case IR_PHI:
      return "erg_Phi";
    case IR_LGAMMA:
      return "erg_lgamma";
    case IR_DIGAMMA:
      return "erg_digamma";
    case IR_TRIGAMMA:
      return "erg_trigamma";
    case IR_INV_LOGIT:
      return "erg_inv_logit";
    case IR_LOG1P_EXP:
      return "erg_log1p_exp";
    case IR_LOG1M_EXP:
      return "erg_log1m_exp";
    case IR_FLOOR:
      return "erg_floor";
    case IR_CEIL:
      return "erg_ceil";
    case IR_ROUND:
      return "erg_round";
    case IR_POW:
      return "erg_pow";
    case IR_MIN:
      return "erg_min";
    case IR_MAX:
      return "erg_max";
    case IR_ATAN2:
      return "erg_atan2";
    case IR_FMOD:
      return "erg_fmod";
    default:
      return NULL;
  }
}

/* A sum of logarithms makes the density NaN wherever its argument isn't positive, normal
 * and finite, so that functions of that argument need no care of their own. */
static bool checked_by_sumlog(const writer *w, ir_id argument) {
  for (ir_id id = argument + 1; id < w->p->n_nodes; id++)
    if (info(w, id)->kind == EMIT_REDUCE && at(w, id)->op == IR_SUMLOG &&
        at(w, id)->args[0] == argument)
      return true;
  return false;
}

void text_expression(writer *w, ir_id id, char *buffer, size_t n) {
  const ir_node *node = at(w, id);
  char a[96] = "", b[96] = "", c[96] = "", mask[256], mask2[256];
  for (int i = 0; i < node->n_args; i++)
    if (!info(w, node->args[i])->fused)
      text_operand(w, node->args[i], i == 0 ? a : i == 1 ? b : c, sizeof a);
  bool fused0 = node->n_args > 0 && info(w, node->args[0])->fused;
  bool fused1 = node->n_args > 1 && info(w, node->args[1])->fused;
  char x[96], y[96];
  switch (node->op) {
    case IR_ADD:
      if (fused0 || fused1) {
        text_factors(w, node->args[fused0 ? 0 : 1], x, y, sizeof x);
        snprintf(buffer, n, "erg_fma(%s, %s, %s)", x, y, fused0 ? b : a);
      } else {
        snprintf(buffer, n, "%s + %s", a, b);
      }
      break;
    case IR_SUB:
      if (fused0) {
        text_factors(w, node->args[0], x, y, sizeof x);
        snprintf(buffer, n, "erg_fma(%s, %s, -(%s))", x, y, b);
      } else if (fused1) {
        text_factors(w, node->args[1], x, y, sizeof x);
        snprintf(buffer, n, "erg_fma(-(%s), %s, %s)", x, y, a);
      } else {
        snprintf(buffer, n, "%s - %s", a, b);
      }
      break;
    case IR_MUL:
      if (ir_is_const(w->p->g, node->args[0], -1.0))
        snprintf(buffer, n, "-(%s)", b);
      else if (ir_is_const(w->p->g, node->args[1], -1.0))
        snprintf(buffer, n, "-(%s)", a);
      else
        snprintf(buffer, n, "%s * %s", a, b);
      break;
    case IR_DIV: /* a divider is slow: one lane's value serves where all are the same */
      if (w->space == 0 && node->dims == 0)
        snprintf(buffer, n, "erg_splat(erg_first(%s) / erg_first(%s))", a, b);
      else
        snprintf(buffer, n, "%s / %s", a, b);
      break;
    case IR_SUM: /* over the levels, which lie in the lanes */
      snprintf(buffer, n, "erg_sum_lanes(ERG_PASS %s)", a);
      break;
    case IR_PICK:
      snprintf(buffer, n, "erg_pick(ERG_PASS %s, %s)", a, b);
      break;
    case IR_NEG:
      snprintf(buffer, n, "-(%s)", a);
      break;
    case IR_SQUARE:
      snprintf(buffer, n, "%s * %s", a, a);
      break;
    case IR_INV:
      if (w->space == 0 && node->dims == 0)
        snprintf(buffer, n, "erg_splat(1.0 / erg_first(%s))", a);
      else
        snprintf(buffer, n, "erg_splat(1.0) / %s", a);
      break;
    case IR_LT:
    case IR_LE:
    case IR_GT:
    case IR_GE:
    case IR_EQ:
    case IR_NE:
      snprintf(buffer, n, "erg_sel(%s(%s, %s), erg_splat(1.0), erg_splat(0.0))",
               comparison_word((ir_op)node->op), a, b);
      break;
    case IR_AND:
    case IR_OR:
      truth(w, node->args[0], mask, sizeof mask);
      truth(w, node->args[1], mask2, sizeof mask2);
      snprintf(buffer, n, "erg_sel(%s(%s, %s), erg_splat(1.0), erg_splat(0.0))",
               node->op == IR_AND ? "erg_and" : "erg_or", mask, mask2);
      break;
    case IR_NOT:
      truth(w, node->args[0], mask, sizeof mask);
      snprintf(buffer, n, "erg_sel(%s, erg_splat(0.0), erg_splat(1.0))", mask);
      break;
    case IR_IF:
      truth(w, node->args[0], mask, sizeof mask);
      snprintf(buffer, n, "erg_sel(%s, %s, %s)", mask, b, c);
      break;
    default: {
      const char *word = function_word((ir_op)node->op);
      if (node->op == IR_RSQRT && checked_by_sumlog(w, node->args[0]))
        word = "erg_rsqrt_normal";
      emit_use_function(w->p, word);
      if (node->n_args == 2)
        snprintf(buffer, n, "%s(%s, %s)", word, a, b);
      else
        snprintf(buffer, n, "%s(%s)", word, a);
    }
  }
}
