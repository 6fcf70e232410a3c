/* Calls: elementwise functions, reductions over everything, draws. */
#include <math.h>
#include <string.h>

#include "lang/build.h"

typedef enum {
  F_OP, /* one argument, an operation of the graph */
  F_BINARY,
  F_LOG1M,
  F_POW,
  F_LOGIT,
  F_STEP,
  F_LOG10,
  F_LOG2,
  F_HYPOT,
  F_FMA,
  F_LBETA,
  F_LCHOOSE,
  F_LOG_MIX,
  F_LOG_SUM_EXP,
  F_IF,
  F_SIZE,
  F_DRAW
} function_kind;

typedef struct {
  const char *name;
  int n_args;
  function_kind kind;
  ir_op op;
  const char *signature;
} function;

#define UNARY(name, OP) \
  { name, 1, F_OP, IR_##OP, name "(x)" }
static const function functions[] = {
    UNARY("exp", EXP),
    UNARY("log", LOG),
    UNARY("log1p", LOG1P),
    UNARY("expm1", EXPM1),
    UNARY("log1m_exp", LOG1M_EXP),
    UNARY("log1p_exp", LOG1P_EXP),
    UNARY("sqrt", SQRT),
    UNARY("inv_sqrt", RSQRT),
    UNARY("square", SQUARE),
    UNARY("abs", ABS),
    UNARY("fabs", ABS),
    UNARY("inv", INV),
    UNARY("inv_logit", INV_LOGIT),
    UNARY("sin", SIN),
    UNARY("cos", COS),
    UNARY("tan", TAN),
    UNARY("atan", ATAN),
    UNARY("tanh", TANH),
    UNARY("erf", ERF),
    UNARY("erfc", ERFC),
    UNARY("Phi", PHI),
    UNARY("lgamma", LGAMMA),
    UNARY("digamma", DIGAMMA),
    UNARY("trigamma", TRIGAMMA),
    UNARY("floor", FLOOR),
    UNARY("ceil", CEIL),
    UNARY("round", ROUND),
    {"log1m", 1, F_LOG1M, IR_LOG1P, "log1m(x)"},
    {"logit", 1, F_LOGIT, IR_LOG, "logit(p)"},
    {"step", 1, F_STEP, IR_GE, "step(x)"},
    {"log10", 1, F_LOG10, IR_LOG, "log10(x)"},
    {"log2", 1, F_LOG2, IR_LOG, "log2(x)"},
    {"pow", 2, F_POW, IR_POW, "pow(a, b)"},
    {"min", 2, F_BINARY, IR_MIN, "min(a, b), min(x) or min(i in dim: ...)"},
    {"max", 2, F_BINARY, IR_MAX, "max(a, b), max(x) or max(i in dim: ...)"},
    {"atan2", 2, F_BINARY, IR_ATAN2, "atan2(y, x)"},
    {"fmod", 2, F_BINARY, IR_FMOD, "fmod(a, b)"},
    {"hypot", 2, F_HYPOT, IR_SQRT, "hypot(a, b)"},
    {"fma", 3, F_FMA, IR_ADD, "fma(a, b, c)"},
    {"lbeta", 2, F_LBETA, IR_LGAMMA, "lbeta(a, b)"},
    {"lchoose", 2, F_LCHOOSE, IR_LGAMMA, "lchoose(n, k)"},
    {"log_mix", 3, F_LOG_MIX, IR_LOG, "log_mix(theta, log_a, log_b)"},
    {"log_sum_exp", 2, F_LOG_SUM_EXP, IR_LOG,
     "log_sum_exp(a, b), log_sum_exp(x) or "
     "log_sum_exp(i in dim: ...)"},
    {"if", 3, F_IF, IR_IF, "if(test, a, b)"},
    {"size", 1, F_SIZE, IR_CONST, "size(dim)"},
    {"draw", 1, F_DRAW, IR_RANDOM, "draw(y) or draw(normal(mu, sigma))"},
};
#define N_FUNCTIONS ((int)(sizeof functions / sizeof *functions))

static const function *find(const char *name) {
  for (int i = 0; i < N_FUNCTIONS; i++)
    if (!strcmp(functions[i].name, name)) return &functions[i];
  return NULL;
}

bool lang_is_function(const char *name) { return find(name) || lang_is_reduction(name); }

/* What is missing gives a hint: names of other languages and of later versions. */
static const char *hint(lang_builder *b, const char *name) {
  static const struct {
    const char *other, *ours;
  } same[] = {
      {"ln", "log"},
      {"expit", "inv_logit"},
      {"sigmoid", "inv_logit"},
      {"invlogit", "inv_logit"},
      {"ilogit", "inv_logit"},
      {"normal_cdf", "Phi"},
      {"pnorm", "Phi"},
      {"gammaln", "lgamma"},
      {"loggamma", "lgamma"},
      {"ifelse", "if"},
      {"where", "if"},
      {"std", "sd"},
      {"var", "sd"},
      {"dot", "'@'"},
      {"dnorm", "normal"},
      {"std_normal", "normal(0, 1)"},
      {"rnorm", "normal"},
      {"log1pexp", "log1p_exp"},
      {"logsumexp", "log_sum_exp"},
  };
  for (size_t i = 0; i < sizeof same / sizeof *same; i++)
    if (!strcmp(same[i].other, name))
      return lang_print(&b->arena, "it is called %s here", same[i].ours);
  const char *names[N_FUNCTIONS + IR_DISTRIBUTION_COUNT + 8];
  int n = 0;
  for (int i = 0; i < N_FUNCTIONS; i++) names[n++] = functions[i].name;
  for (int i = 0; i < IR_DISTRIBUTION_COUNT; i++) names[n++] = ir_distribution_at(i)->name;
  names[n++] = "sum";
  names[n++] = "mean";
  names[n++] = "prod";
  names[n++] = "softmax";
  names[n] = NULL;
  const char *near = erg_nearest(name, names);
  return near ? lang_print(&b->arena, "did you mean '%s'?", near)
              : "docs/language.md lists the functions";
}

static lang_value unary(lang_builder *b, ir_op op, ir_id x) {
  return lang_make(b, ir_unary(b->g, op, x));
}

static ir_id log1m(lang_builder *b, ir_id x) {
  return ir_unary(b->g, IR_LOG1P, ir_unary(b->g, IR_NEG, x));
}

static ir_id log_add(lang_builder *b, ir_id x, ir_id y) {
  ir_graph *g = b->g;
  ir_id d = ir_binary(g, IR_SUB, x, y);
  ir_id high = ir_binary(g, IR_ADD, x, ir_unary(g, IR_LOG1P_EXP, ir_unary(g, IR_NEG, d)));
  ir_id low = ir_binary(g, IR_ADD, y, ir_unary(g, IR_LOG1P_EXP, d));
  return ir_if(g, ir_binary(g, IR_GT, x, y), high, low);
}

/* `if` selects elements: positions in a branch matter only where it is taken. */
static lang_value conditional(lang_builder *b, const ast *e) {
  lang_value test = lang_lower(b, e->args[0]);
  if (test.node == IR_NONE) return test;
  const ir_node n = *ir_at(b->g, test.node);
  bool fixed = n.data_only && !n.random;
  lang_value part[2];
  ir_id outer = b->guard;
  for (int i = 0; i < 2; i++) {
    if (fixed) {
      ir_id own = i ? ir_unary(b->g, IR_NOT, test.node) : test.node;
      b->guard = outer == IR_NONE ? own : ir_binary(b->g, IR_AND, outer, own);
    }
    part[i] = lang_lower(b, e->args[1 + i]);
    b->guard = outer;
    if (part[i].node == IR_NONE) return LANG_BAD;
  }
  ir_dims dims = lang_dims(b, test.node);
  for (int i = 0; i < 2; i++) {
    part[i].node = lang_fit_vector(b, part[i].node, dims | lang_dims(b, part[1 - i].node));
    dims |= lang_dims(b, part[i].node);
  }
  if (!lang_check_size(b, dims, e->place)) return LANG_BAD;
  return lang_make(b, ir_if(b->g, test.node, part[0].node, part[1].node));
}

static lang_value size_of(lang_builder *b, const ast *e) {
  const ast *arg = e->args[0];
  int dim = arg->kind == AST_NAME ? lang_find_dim(b->m, arg->name) : -1;
  if (dim >= 0) return lang_scalar(b, (double)b->g->dims[dim].size);
  lang_value v = lang_lower(b, arg);
  if (v.node == IR_NONE) return v;
  return lang_scalar(b, (double)ir_size(b->g, lang_dims(b, v.node)));
}

static bool may_draw(const lang_builder *b) {
  for (int i = b->n_active - 1; i >= 0; i--)
    if (b->m->items[b->active[i]].kind != ITEM_GENERATE) return false;
  return b->n_active > 0;
}

static lang_value draw(lang_builder *b, const ast *e) {
  const ast *arg = e->args[0];
  if (!may_draw(b)) {
    erg_error(b->p, e->place, "move it to [generate]", "draws belong to [generate]");
    return LANG_BAD;
  }
  if (arg->kind == AST_CALL && ir_distribution_find(arg->name) >= 0) {
    lang_distribution d = lang_apply(b, arg);
    if (d.number < 0) return LANG_BAD;
    ir_dims dims = b->bound;
    for (int i = 0; i < d.n_args; i++) dims |= lang_dims(b, d.args[i].node);
    if (!lang_check_size(b, dims, e->place)) return LANG_BAD;
    return lang_make(b, lang_draw(b, &d, dims));
  }
  int item = arg->kind == AST_NAME ? lang_find_item(b->m, arg->name) : -1;
  if (item < 0) {
    erg_error(b->p, arg->whole, "write draw(y) or draw(normal(mu, sigma))",
              "draw needs an outcome of [observe] or a distribution");
    return LANG_BAD;
  }
  return lang_draw_outcome(b, item, arg->whole);
}

/* A distribution in an expression: in [simulate] it draws. */
static lang_value distribution(lang_builder *b, const ast *e) {
  if (!b->random) {
    erg_error(b->p, e->place,
              lang_print(&b->arena,
                         "distributions stand behind '~' in [params], in [observe] "
                         "and in [simulate]; in [generate] write draw(%s(...))",
                         e->name),
              "'%s' is a distribution, not a function", e->name);
    return LANG_BAD;
  }
  lang_distribution d = lang_apply(b, e);
  if (d.number < 0) return LANG_BAD;
  if (!lang_fit_args(b, &d, b->random_dims | b->bound, NULL)) return LANG_BAD;
  ir_dims dims = b->random_dims | b->bound;
  for (int i = 0; i < d.n_args; i++) dims |= lang_dims(b, d.args[i].node);
  if (!lang_check_size(b, dims, e->place)) return LANG_BAD;
  return lang_make(b, lang_draw(b, &d, dims));
}

static lang_value all_of(lang_builder *b, const ast *e) {
  lang_value x = lang_lower(b, e->args[0]);
  if (x.node == IR_NONE) return x;
  ir_dims over = lang_dims(b, x.node) & ~b->bound;
  if (!strcmp(e->name, "softmax") || !strcmp(e->name, "log_softmax")) {
    if (__builtin_popcountll(over) != 1) {
      erg_error(b->p, e->place, lang_print(&b->arena, "write %s(k in dim: ...)", e->name),
                "%s needs one dimension to run over, but the argument is %s", e->name,
                lang_shape(b, x.order, x.rank));
      return LANG_BAD;
    }
  }
  return lang_reduction(b, e, x, over);
}

lang_value lang_call(lang_builder *b, const ast *e) {
  const function *f = find(e->name);
  if (lang_is_reduction(e->name) && e->n_args == 1) return all_of(b, e);
  if (!f && ir_distribution_find(e->name) >= 0) return distribution(b, e);
  if (!f) {
    if (lang_is_reduction(e->name))
      erg_error(b->p, e->place,
                lang_print(&b->arena, "write %s(x) or %s(i in dim: ...)", e->name, e->name),
                "%s takes one argument, not %d", e->name, e->n_args);
    else
      erg_error(b->p, e->place, hint(b, e->name), "unknown function '%s'", e->name);
    return LANG_BAD;
  }
  if (e->n_args != f->n_args) {
    erg_error(b->p, e->place, lang_print(&b->arena, "write %s", f->signature),
              "%s takes %d argument%s, not %d", f->name, f->n_args, f->n_args == 1 ? "" : "s",
              e->n_args);
    return LANG_BAD;
  }
  if (f->kind == F_IF) return conditional(b, e);
  if (f->kind == F_SIZE) return size_of(b, e);
  if (f->kind == F_DRAW) return draw(b, e);
  lang_value v[3] = {LANG_BAD, LANG_BAD, LANG_BAD};
  for (int i = 0; i < e->n_args; i++) {
    v[i] = lang_lower(b, e->args[i]);
    if (v[i].node == IR_NONE) return LANG_BAD;
  }
  ir_graph *g = b->g;
  for (int i = 1; i < e->n_args; i++) { /* shapes are checked as for a sum */
    v[i].node = lang_fit_vector(b, v[i].node, lang_dims(b, v[0].node));
    v[0].node = lang_fit_vector(b, v[0].node, lang_dims(b, v[i].node));
    if (lang_binary(b, IR_ADD, v[0], v[i], e->place).node == IR_NONE) return LANG_BAD;
  }
  if (e->n_args == 3 && lang_binary(b, IR_ADD, v[1], v[2], e->place).node == IR_NONE)
    return LANG_BAD;
  ir_id x = v[0].node, y = e->n_args > 1 ? v[1].node : IR_NONE;
  switch (f->kind) {
    case F_OP:
      return unary(b, f->op, x);
    case F_BINARY:
      return lang_make(b, ir_binary(g, f->op, x, y));
    case F_LOG1M:
      return lang_make(b, log1m(b, x));
    case F_LOGIT:
      return lang_make(b, ir_binary(g, IR_SUB, ir_unary(g, IR_LOG, x), log1m(b, x)));
    case F_STEP:
      return lang_make(b, ir_binary(g, IR_GE, x, ir_const(g, 0)));
    case F_LOG10:
      return lang_make(b, ir_binary(g, IR_MUL, ir_unary(g, IR_LOG, x), ir_const(g, M_LOG10E)));
    case F_LOG2:
      return lang_make(b, ir_binary(g, IR_MUL, ir_unary(g, IR_LOG, x), ir_const(g, M_LOG2E)));
    case F_POW: {
      const ast *n = e->args[1];
      if (n->kind == AST_NUMBER && n->number == 2) return unary(b, IR_SQUARE, x);
      return lang_make(b, ir_binary(g, IR_POW, x, y));
    }
    case F_HYPOT:
      return unary(b, IR_SQRT,
                   ir_binary(g, IR_ADD, ir_unary(g, IR_SQUARE, x), ir_unary(g, IR_SQUARE, y)));
    case F_FMA:
      return lang_make(b, ir_binary(g, IR_ADD, ir_binary(g, IR_MUL, x, y), v[2].node));
    case F_LBETA:
      return lang_make(b, ir_lbeta(g, x, y));
    case F_LCHOOSE:
      return lang_make(b, ir_lchoose(g, x, y));
    case F_LOG_SUM_EXP:
      return lang_make(b, log_add(b, x, y));
    case F_LOG_MIX:
      return lang_make(b, log_add(b, ir_binary(g, IR_ADD, ir_unary(g, IR_LOG, x), y),
                                  ir_binary(g, IR_ADD, log1m(b, x), v[2].node)));
    default:
      return LANG_BAD;
  }
}
