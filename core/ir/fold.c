#include <math.h>

#include "ir/ir.h"

bool ir_fold_unary(ir_op op, double a, double *r) {
  switch (op) {
    case IR_NEG:
      *r = -a;
      return true;
    case IR_ABS:
      *r = fabs(a);
      return true;
    case IR_SQUARE:
      *r = a * a;
      return true;
    case IR_SQRT:
      *r = sqrt(a);
      return true;
    case IR_INV:
      *r = 1.0 / a;
      return true;
    case IR_FLOOR:
      *r = floor(a);
      return true;
    case IR_CEIL:
      *r = ceil(a);
      return true;
    case IR_NOT:
      *r = a == 0.0;
      return true;
    case IR_LOG:
      *r = 0.0;
      return a == 1.0;
    case IR_EXP:
      *r = 1.0;
      return a == 0.0;
    default:
      return false;
  }
}

bool ir_fold_binary(ir_op op, double a, double b, double *r) {
  switch (op) {
    case IR_ADD:
      *r = a + b;
      return true;
    case IR_SUB:
      *r = a - b;
      return true;
    case IR_MUL:
      *r = a * b;
      return true;
    case IR_DIV:
      *r = a / b;
      return true;
    case IR_LT:
      *r = a < b;
      return true;
    case IR_LE:
      *r = a <= b;
      return true;
    case IR_GT:
      *r = a > b;
      return true;
    case IR_GE:
      *r = a >= b;
      return true;
    case IR_EQ:
      *r = a == b;
      return true;
    case IR_NE:
      *r = a != b;
      return true;
    case IR_AND:
      *r = a != 0.0 && b != 0.0;
      return true;
    case IR_OR:
      *r = a != 0.0 || b != 0.0;
      return true;
    default:
      return false;
  }
}
