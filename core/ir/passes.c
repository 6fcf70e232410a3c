#include "ir/passes.h"

#include <stdlib.h>
#include <string.h>

#include "ir/algebra.h"

void ir_mark(const ir_graph *g, const ir_id *roots, int n, uint8_t *marks) {
  ir_id top = -1;
  for (int i = 0; i < n; i++)
    if (roots[i] >= 0) {
      marks[roots[i]] = 1;
      if (roots[i] > top) top = roots[i];
    }
  /* Arguments have smaller numbers, so one sweep downwards suffices. */
  for (ir_id id = top; id >= 0; id--) {
    if (!marks[id]) continue;
    const ir_node *node = ir_at(g, id);
    for (int i = 0; i < node->n_args; i++) marks[node->args[i]] = 1;
    for (int i = 0; i < node->n_parts; i++) marks[g->parts[node->parts + i]] = 1;
  }
}

ir_id *ir_rewrite(ir_graph *g, ir_id *roots, int n, ir_visitor visit, void *context) {
  int count = g->n_nodes;
  uint8_t *marks = calloc((size_t)count, 1);
  ir_id *map = malloc((size_t)count * sizeof(ir_id));
  if (!marks || !map) abort();
  ir_mark(g, roots, n, marks);
  for (ir_id id = 0; id < count; id++) {
    map[id] = IR_NONE;
    if (!marks[id]) continue;
    if (ir_at(g, id)->data_only) {
      map[id] = id;
      continue;
    }
    ir_id args[IR_MAX_ARGS] = {IR_NONE, IR_NONE, IR_NONE};
    int n_args = ir_at(g, id)->n_args, n_parts = ir_at(g, id)->n_parts;
    for (int i = 0; i < n_args; i++) args[i] = map[ir_at(g, id)->args[i]];
    ir_id *parts = malloc((size_t)(n_parts + 1) * sizeof(ir_id));
    if (!parts) abort();
    for (int i = 0; i < n_parts; i++) parts[i] = map[g->parts[ir_at(g, id)->parts + i]];
    map[id] = visit(g, id, args, parts, context);
    free(parts);
  }
  for (int i = 0; i < n; i++)
    if (roots[i] >= 0) roots[i] = map[roots[i]];
  free(marks);
  return map;
}

static ir_id simplify_node(ir_graph *g, ir_id old, const ir_id *args, const ir_id *parts,
                           void *context) {
  (void)context;
  const ir_node like = *ir_at(g, old);
  return alg_rebuild(g, &like, args, parts);
}

typedef struct {
  const int *uses;
  const uint8_t *softplus_sums; /* LOG1P_EXP nodes that nothing but a sum to a scalar reads */
  int n;                        /* nodes when they were counted */
} use_counts;

/* The sum of d e^2 where the gradient has d e already: of (d e) e, a product less. */
static ir_id sum_by_product(ir_graph *g, ir_id old, ir_id summand, const use_counts *counts) {
  const ir_node like = *ir_at(g, old), product = *ir_at(g, like.args[0]);
  if (product.op != IR_MUL || counts->uses[like.args[0]] != 1) return IR_NONE;
  for (int i = 0; i < 2; i++) {
    const ir_node *square = ir_at(g, product.args[i]);
    if (square->op != IR_SQUARE || square->data_only || counts->uses[product.args[i]] != 1)
      continue;
    ir_id other = ir_find_product(g, product.args[1 - i], square->args[0]);
    if (other == IR_NONE || other >= counts->n || !counts->uses[other]) continue;
    const ir_node now = *ir_at(g, summand);
    for (int k = 0; k < 2 && now.op == IR_MUL; k++)
      if (ir_at(g, now.args[k])->op == IR_SQUARE) {
        ir_id e = ir_at(g, now.args[k])->args[0];
        ir_id both = alg_mul(g, now.args[1 - k], e);
        return ir_reduce(g, IR_SUM, ir_binary(g, IR_MUL, both, e), like.over);
      }
  }
  return IR_NONE;
}

/* exp(-|x|), which log1p_exp(x) = max(x, 0) + log(1 + e) and inv_logit(x) = (x < 0 ? e : 1)
 * / (1 + e) share. */
static ir_id softplus_exp(ir_graph *g, ir_id x) {
  return alg_unary(g, IR_EXP, alg_neg(g, alg_unary(g, IR_ABS, x)));
}

/* The sum of log1p_exp(x), its logarithms by products; x's inverse logit beside it. */
static ir_id softplus_sum(ir_graph *g, ir_id x, ir_dims over) {
  ir_id zero = ir_const(g, 0.0), one = ir_const(g, 1.0);
  ir_id positive = alg_if(g, ir_binary(g, IR_GT, x, zero), x, zero);
  return alg_add(g, ir_reduce(g, IR_SUM, positive, over),
                 ir_reduce(g, IR_SUMLOG, alg_add(g, one, softplus_exp(g, x)), over));
}
static ir_id softplus_slope(ir_graph *g, ir_id x) {
  ir_id zero = ir_const(g, 0.0), one = ir_const(g, 1.0), e = softplus_exp(g, x);
  return ir_binary(g, IR_DIV, alg_if(g, ir_binary(g, IR_LT, x, zero), e, one),
                   alg_add(g, one, e));
}

/* What has a loop form: a sum of logarithms to a scalar is one logarithm of a product a
 * lane (SUMLOG), log_sum_exp a maximum and a sum. */
static ir_id loop_node(ir_graph *g, ir_id old, const ir_id *args, const ir_id *parts,
                       void *context) {
  const use_counts *counts = context;
  const ir_node like = *ir_at(g, old);
  if (like.op == IR_LOG_SUM_EXP) {
    alg_exponentials e = alg_exp_parts(g, args[0], like.over);
    return alg_add(g, e.top, alg_unary(g, IR_LOG, e.sum));
  }
  if (like.op == IR_SUM && like.dims == 0 && like.args[0] >= 0) {
    const ir_node *below = ir_at(g, like.args[0]);
    if (below->op == IR_LOG && !below->data_only && counts->uses[like.args[0]] == 1)
      return ir_reduce(g, IR_SUMLOG, ir_at(g, args[0])->args[0], like.over);
    if (counts->softplus_sums[like.args[0]])
      return softplus_sum(g, ir_at(g, args[0])->args[0], like.over);
    ir_id sum = sum_by_product(g, old, args[0], counts);
    if (sum != IR_NONE) return sum;
  }
  if (like.op == IR_INV_LOGIT) {
    ir_id softplus = ir_find_unary(g, IR_LOG1P_EXP, like.args[0]);
    if (softplus != IR_NONE && softplus < counts->n && counts->softplus_sums[softplus])
      return softplus_slope(g, args[0]);
  }
  return alg_rebuild(g, &like, args, parts);
}

static uint8_t *find_softplus_sums(const ir_graph *g, const int *uses) {
  uint8_t *found = calloc((size_t)g->n_nodes + 1, 1);
  if (!found) abort();
  for (ir_id id = 0; id < g->n_nodes; id++) {
    const ir_node *n = ir_at(g, id);
    if (!uses[id] || n->op != IR_SUM || n->dims != 0) continue;
    const ir_node *below = ir_at(g, n->args[0]);
    found[n->args[0]] = below->op == IR_LOG1P_EXP && !below->data_only && uses[n->args[0]] == 1;
  }
  return found;
}

static int *count_uses(const ir_graph *g, const ir_id *roots, int n) {
  uint8_t *marks = calloc((size_t)g->n_nodes, 1);
  int *uses = calloc((size_t)g->n_nodes, sizeof(int));
  if (!marks || !uses) abort();
  ir_mark(g, roots, n, marks);
  for (int i = 0; i < n; i++)
    if (roots[i] >= 0) uses[roots[i]]++;
  for (ir_id id = 0; id < g->n_nodes; id++) {
    if (!marks[id]) continue;
    const ir_node *node = ir_at(g, id);
    for (int i = 0; i < node->n_args; i++) uses[node->args[i]]++;
    for (int i = 0; i < node->n_parts; i++) uses[g->parts[node->parts + i]]++;
  }
  free(marks);
  return uses;
}

static bool own_term(const ir_graph *g, const ir_term *t, int param) {
  (void)g;
  return t->param == param && (t->kind == IR_TERM_PRIOR || t->kind == IR_TERM_CENTRING);
}

/* Sum of the chosen terms' scalars. skip: a parameter whose own terms are left out, or
 * -1; centring: whether centring terms count. */
static ir_id total(ir_graph *g, const ir_id *terms, int skip, bool centring) {
  ir_id sum = ir_const(g, 0.0);
  for (int i = 0; i < g->n_terms; i++) {
    if (skip >= 0 && own_term(g, &g->terms[i], skip)) continue;
    if (!centring && g->terms[i].kind == IR_TERM_CENTRING) continue;
    sum = alg_add(g, sum, terms[i]);
  }
  return sum;
}

static void record(ir_program *p, const char *name, const char *about, const ir_id *roots,
                   int n) {
  const ir_graph *g = p->graph;
  uint8_t *marks = calloc((size_t)g->n_nodes, 1);
  if (!marks) abort();
  ir_mark(g, roots, n, marks);
  ir_pass_record r = {.name = name, .about = about};
  for (ir_id id = 0; id < g->n_nodes; id++) {
    if (!marks[id] || ir_at(g, id)->data_only) continue;
    r.nodes++;
    r.numbers += ir_size(g, ir_at(g, id)->dims);
  }
  p->passes[p->n_passes++] = r;
  free(marks);
}

ir_program *ir_program_build(const ir_graph *source, const ir_pass_options *options,
                             const char **reason) {
  ir_graph *g = ir_graph_copy(source);
  g->no_collapse = options && options->no_collapse;
  int np = g->n_params, nt = g->n_terms;
  ir_program *p = calloc(1, sizeof *p);
  if (!p) abort();
  p->graph = g;
  /* roots: terms, then base and weight of every parameter */
  int n_roots = nt + 2 * np;
  ir_id *roots = malloc((size_t)(n_roots + 1) * sizeof(ir_id));
  if (!roots) abort();
  for (int i = 0; i < nt; i++)
    roots[i] = ir_reduce(g, IR_SUM, g->terms[i].node, ir_at(g, g->terms[i].node)->dims);
  for (int i = 0; i < np; i++) {
    bool centred = g->params[i].centring == IR_CENTRING_AUTO;
    roots[nt + i] = centred ? g->params[i].base : IR_NONE;
    roots[nt + np + i] = centred ? g->params[i].weight : IR_NONE;
  }
  record(p, "model", "log density, as the language made it", roots, n_roots);
  free(ir_rewrite(g, roots, n_roots, simplify_node, NULL));
  record(p, "simplify",
         "factors out of loops, functions of groups once a group, sums of data once", roots,
         n_roots);

  p->gradient = malloc((size_t)(np + 1) * sizeof(ir_id));
  p->base = malloc((size_t)(np + 1) * sizeof(ir_id));
  p->outer = malloc((size_t)(np + 1) * sizeof(ir_id));
  p->weight = malloc((size_t)(np + 1) * sizeof(ir_id));
  if (!p->gradient || !p->base || !p->outer || !p->weight) abort();
  p->lp = total(g, roots, -1, true);
  p->lp_reported = total(g, roots, -1, false);

  /* What only a centred parameter's own prior reaches comes last in its adjoint. */
  int n_forward = g->n_nodes;
  uint8_t *late = calloc((size_t)n_forward, 1);
  if (!late) abort();
  for (int i = 0; i < nt; i++) {
    const ir_term *t = &g->terms[i];
    bool own = t->param >= 0 && g->params[t->param].centring == IR_CENTRING_AUTO &&
               own_term(g, t, t->param);
    if (!own) ir_mark(g, &roots[i], 1, late);
  }
  for (int i = 0; i < n_forward; i++) late[i] = !late[i];

  bool ok = true;
  ir_id *inputs = malloc((size_t)(np + 1) * sizeof(ir_id));
  if (!inputs) abort();
  for (int i = 0; i < np; i++) inputs[i] = g->params[i].input;
  for (int i = 0; i < np && ok; i++) {
    p->base[i] = roots[nt + i];
    p->weight[i] = roots[nt + np + i];
    p->outer[i] = IR_NONE;
    if (p->base[i] == IR_NONE) continue;
    ir_id outer = total(g, roots, i, true);
    ok = ir_adjoints(g, outer, late, n_forward, &p->base[i], 1, &p->outer[i], reason);
  }
  ok = ok && ir_adjoints(g, p->lp, late, n_forward, inputs, np, p->gradient, reason);
  free(late);
  free(inputs);
  if (ok) {
    int n = 2 + 4 * np;
    ir_id *all = malloc((size_t)n * sizeof(ir_id));
    if (!all) abort();
    all[0] = p->lp;
    all[1] = p->lp_reported;
    memcpy(all + 2, p->gradient, (size_t)np * sizeof(ir_id));
    memcpy(all + 2 + np, p->base, (size_t)np * sizeof(ir_id));
    memcpy(all + 2 + 2 * np, p->outer, (size_t)np * sizeof(ir_id));
    memcpy(all + 2 + 3 * np, p->weight, (size_t)np * sizeof(ir_id));
    record(p, "differentiate", "reverse mode, simplified as it is made", all, n);
    ir_use_levels(g, all, n);
    record(p, "levels", "functions of centred elements' precision once a level", all, n);
    int *uses = count_uses(g, all, n);
    uint8_t *softplus_sums = find_softplus_sums(g, uses);
    use_counts counts = {uses, softplus_sums, g->n_nodes};
    free(ir_rewrite(g, all, n, loop_node, &counts));
    record(p, "loop forms",
           "logarithms summed by products, also of 1 + exp; log_sum_exp as maximum and sum",
           all, n);
    free(uses);
    free(softplus_sums);
    p->lp = all[0];
    p->lp_reported = all[1];
    memcpy(p->gradient, all + 2, (size_t)np * sizeof(ir_id));
    memcpy(p->base, all + 2 + np, (size_t)np * sizeof(ir_id));
    memcpy(p->outer, all + 2 + 2 * np, (size_t)np * sizeof(ir_id));
    memcpy(p->weight, all + 2 + 3 * np, (size_t)np * sizeof(ir_id));
    free(all);
  }
  free(roots);
  if (!ok) {
    ir_program_free(p);
    return NULL;
  }
  return p;
}

void ir_program_free(ir_program *p) {
  if (!p) return;
  ir_graph_free(p->graph);
  free(p->gradient);
  free(p->base);
  free(p->outer);
  free(p->weight);
  free(p);
}

void ir_program_print_passes(const ir_program *p, FILE *out) {
  fprintf(out, "%-16s%8s%12s\n", "passes", "nodes", "numbers");
  for (int i = 0; i < p->n_passes; i++)
    fprintf(out, "  %-14s%8d%12lld  %s\n", p->passes[i].name, p->passes[i].nodes,
            (long long)p->passes[i].numbers, p->passes[i].about);
}

void ir_program_print(const ir_program *p, FILE *out) {
  const ir_graph *g = p->graph;
  int n = 2 + 4 * g->n_params;
  ir_id *roots = malloc((size_t)n * sizeof(ir_id));
  uint8_t *marks = calloc((size_t)g->n_nodes, 1);
  if (!roots || !marks) abort();
  roots[0] = p->lp;
  roots[1] = p->lp_reported;
  for (int i = 0; i < g->n_params; i++) {
    roots[2 + 4 * i] = p->gradient[i];
    roots[3 + 4 * i] = p->base[i];
    roots[4 + 4 * i] = p->outer[i];
    roots[5 + 4 * i] = p->weight[i];
  }
  ir_mark(g, roots, n, marks);
  fprintf(out, "program: value, gradient and centring moments after the passes\n");
  for (ir_id id = 0; id < g->n_nodes; id++)
    if (marks[id]) ir_print_node(g, id, out);
  fprintf(out, "  lp = %%%d, reported %%%d\n", p->lp, p->lp_reported);
  for (int i = 0; i < g->n_params; i++) {
    fprintf(out, "  d lp / d %s = %%%d", g->params[i].name, p->gradient[i]);
    if (p->base[i] != IR_NONE)
      fprintf(out, "; value %%%d, outer adjoint %%%d", p->base[i], p->outer[i]);
    fputc('\n', out);
  }
  free(roots);
  free(marks);
}
