/* Reductions over everything, mean(x), and loops, sum(k in lag: ...). */
#include <math.h>
#include <string.h>

#include "lang/build.h"

bool lang_is_reduction(const char *name) {
  static const char *const names[] = {"sum", "prod",        "min",     "max",         "mean",
                                      "sd",  "log_sum_exp", "softmax", "log_softmax", NULL};
  for (int i = 0; names[i]; i++)
    if (!strcmp(names[i], name)) return true;
  return false;
}

static ir_id mean(lang_builder *b, ir_id x, ir_dims over) {
  return ir_binary(b->g, IR_DIV, ir_reduce(b->g, IR_SUM, x, over),
                   ir_const(b->g, (double)ir_size(b->g, over)));
}

lang_value lang_reduction(lang_builder *b, const ast *e, lang_value x, ir_dims over) {
  ir_graph *g = b->g;
  const char *name = e->name;
  ir_dims all = lang_dims(b, x.node) | over;
  if (!lang_check_size(b, all, e->whole)) return LANG_BAD;
  ir_id node = lang_widen(b, x.node, over);
  double n = (double)ir_size(g, over);
  if (!strcmp(name, "sum")) return lang_make(b, ir_reduce(g, IR_SUM, node, over));
  if (!strcmp(name, "prod")) return lang_make(b, ir_reduce(g, IR_PROD, node, over));
  if (!strcmp(name, "min")) return lang_make(b, ir_reduce(g, IR_REDUCE_MIN, node, over));
  if (!strcmp(name, "max")) return lang_make(b, ir_reduce(g, IR_REDUCE_MAX, node, over));
  if (!strcmp(name, "log_sum_exp"))
    return lang_make(b, ir_reduce(g, IR_LOG_SUM_EXP, node, over));
  if (!strcmp(name, "mean")) return lang_make(b, mean(b, node, over));
  if (!strcmp(name, "sd")) {
    if (n < 2) {
      erg_error(b->p, e->whole, NULL, "sd of a single value is not defined");
      return LANG_BAD;
    }
    ir_id off = ir_binary(g, IR_SUB, node, mean(b, node, over));
    ir_id ss = ir_reduce(g, IR_SUM, ir_unary(g, IR_SQUARE, off), over);
    return lang_make(b, ir_unary(g, IR_SQRT, ir_binary(g, IR_DIV, ss, ir_const(g, n - 1))));
  }
  ir_id log_p = ir_binary(g, IR_SUB, node, ir_reduce(g, IR_LOG_SUM_EXP, node, over));
  return lang_make(b, !strcmp(name, "softmax") ? ir_unary(g, IR_EXP, log_p) : log_p);
}

lang_value lang_loop(lang_builder *b, const ast *e) {
  if (!lang_is_reduction(e->name)) {
    erg_error(b->p, e->place,
              "loops are sum, prod, min, max, mean, sd, log_sum_exp, softmax, log_softmax",
              "'%s' can't run over an index", e->name);
    return LANG_BAD;
  }
  lang_scope scope = lang_enter(b);
  ir_dims over = 0;
  for (int i = 0; i < e->n_binders; i++) {
    const ast_binder *binder = &e->binders[i];
    int dim = lang_find_dim(b->m, binder->dim), own;
    if (dim < 0) {
      const char *names[64] = {0};
      for (int k = 0; k < b->m->n_dims; k++) names[k] = b->m->dims[k].name;
      const char *near = erg_nearest(binder->dim, names);
      erg_error(
          b->p, binder->dim_place,
          near ? lang_print(&b->arena, "did you mean '%s'?", near) : "declare it in [dims]",
          "unknown dimension '%s'", binder->dim);
      lang_leave(b, scope);
      return LANG_BAD;
    }
    if (!lang_bind_index(b, binder->index, dim, binder->index_place, &own)) {
      lang_leave(b, scope);
      return LANG_BAD;
    }
    over |= ir_bit(own);
  }
  lang_value x = lang_lower(b, e->args[0]);
  if (x.node != IR_NONE) x = lang_reduction(b, e, x, over);
  lang_leave(b, scope);
  if (x.node == IR_NONE) return x;
  return lang_make(b, lang_unalias(b, x.node));
}
