/* Values of data-only nodes while a model is built: positions and bounds are checked
 * with them. Plain loops in double; functions that checks have no use for are left out. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lang/build.h"

#define MAX_WORK ((int64_t)1 << 26)

int64_t lang_project(const ir_graph *g, ir_dims to, int64_t k, ir_dims from) {
  int64_t at = 0, stride = 1;
  for (int d = g->n_dims - 1; d >= 0; d--) {
    if (!(to & ir_bit(d))) continue;
    int64_t size = g->dims[d].size, i = k % size;
    k /= size;
    if (from & ir_bit(d)) {
      at += i * stride;
      stride *= size;
    }
  }
  return at;
}

/* Strides of an array over `dims` for each dimension; 0 where it lacks one. */
static void strides(const ir_graph *g, ir_dims dims, int64_t *stride) {
  int64_t s = 1;
  for (int d = g->n_dims - 1; d >= 0; d--) {
    stride[d] = 0;
    if (!(dims & ir_bit(d))) continue;
    stride[d] = s;
    s *= g->dims[d].size;
  }
}

static bool unary(ir_op op, double a, double *r) {
  switch (op) {
    case IR_RSQRT:
      *r = 1 / sqrt(a);
      return true;
    case IR_EXP:
      *r = exp(a);
      return true;
    case IR_EXPM1:
      *r = expm1(a);
      return true;
    case IR_LOG:
      *r = log(a);
      return true;
    case IR_LOG1P:
      *r = log1p(a);
      return true;
    case IR_SIN:
      *r = sin(a);
      return true;
    case IR_COS:
      *r = cos(a);
      return true;
    case IR_TAN:
      *r = tan(a);
      return true;
    case IR_ATAN:
      *r = atan(a);
      return true;
    case IR_TANH:
      *r = tanh(a);
      return true;
    case IR_ERF:
      *r = erf(a);
      return true;
    case IR_ERFC:
      *r = erfc(a);
      return true;
    case IR_PHI:
      *r = 0.5 * erfc(-a * M_SQRT1_2);
      return true;
    case IR_LGAMMA:
      *r = lgamma(a);
      return true;
    case IR_INV_LOGIT:
      *r = 1 / (1 + exp(-a));
      return true;
    case IR_LOG1P_EXP:
      *r = a > 0 ? a + log1p(exp(-a)) : log1p(exp(a));
      return true;
    case IR_LOG1M_EXP:
      *r = log(-expm1(a));
      return true;
    case IR_ROUND:
      *r = round(a);
      return true;
    default:
      return ir_fold_unary(op, a, r);
  }
}

static bool binary(ir_op op, double a, double b, double *r) {
  switch (op) {
    case IR_POW:
      *r = pow(a, b);
      return true;
    case IR_MIN:
      *r = b < a ? b : a;
      return true;
    case IR_MAX:
      *r = b > a ? b : a;
      return true;
    case IR_ATAN2:
      *r = atan2(a, b);
      return true;
    case IR_FMOD:
      *r = fmod(a, b);
      return true;
    default:
      return ir_fold_binary(op, a, b, r);
  }
}

typedef struct {
  const ir_graph *g;
  double **values; /* of each node */
} machine;

/* Walks all elements over `dims`; returns false at an unknown operation. */
static bool elementwise(machine *m, const ir_node *n, double *out, int64_t count) {
  const ir_graph *g = m->g;
  int64_t stride[3][IR_MAX_DIMS], at[3] = {0}, counter[IR_MAX_DIMS] = {0};
  for (int a = 0; a < n->n_args; a++) strides(g, g->nodes[n->args[a]].dims, stride[a]);
  const double *x[3];
  for (int a = 0; a < n->n_args; a++) x[a] = m->values[n->args[a]];
  for (int64_t k = 0; k < count; k++) {
    bool fine = true;
    if (n->op == IR_IF)
      out[k] = x[0][at[0]] != 0 ? x[1][at[1]] : x[2][at[2]];
    else if (n->n_args == 2)
      fine = binary((ir_op)n->op, x[0][at[0]], x[1][at[1]], &out[k]);
    else
      fine = unary((ir_op)n->op, x[0][at[0]], &out[k]);
    if (!fine) return false;
    for (int d = g->n_dims - 1; d >= 0; d--) {
      if (!(n->dims & ir_bit(d))) continue;
      for (int a = 0; a < n->n_args; a++) at[a] += stride[a][d];
      if (++counter[d] < g->dims[d].size) break;
      for (int a = 0; a < n->n_args; a++) at[a] -= stride[a][d] * g->dims[d].size;
      counter[d] = 0;
    }
  }
  return true;
}

/* Index over `dims` with dimension `dim` at i and the others as in k over `to`. */
static int64_t project_with(const ir_graph *g, ir_dims to, int64_t k, ir_dims dims, int dim,
                            int64_t i) {
  int64_t stride[IR_MAX_DIMS], at = 0;
  strides(g, dims, stride);
  for (int d = g->n_dims - 1; d >= 0; d--) {
    if (!(to & ir_bit(d))) continue;
    int64_t digit = k % g->dims[d].size;
    k /= g->dims[d].size;
    if (d != dim) at += digit * stride[d];
  }
  return at + i * stride[dim];
}

static void reduce(machine *m, const ir_node *n, double *out, int64_t count) {
  const ir_graph *g = m->g;
  ir_dims all = n->dims | n->over;
  int64_t total = ir_size(g, all);
  bool lse = n->op == IR_LOG_SUM_EXP;
  for (int64_t k = 0; k < count; k++)
    out[k] = n->op == IR_PROD                ? 1
             : n->op == IR_REDUCE_MIN        ? INFINITY
             : n->op == IR_REDUCE_MAX || lse ? -INFINITY
                                             : 0;
  const double *x = m->values[n->args[0]];
  const double *y = n->op == IR_CONTRACT ? m->values[n->args[1]] : NULL;
  for (int64_t i = 0; i < total; i++) {
    double a = x[lang_project(g, all, i, g->nodes[n->args[0]].dims)];
    double *r = &out[lang_project(g, all, i, n->dims)];
    switch (n->op) {
      case IR_PROD:
        *r *= a;
        break;
      case IR_REDUCE_MIN:
        *r = a < *r ? a : *r;
        break;
      case IR_REDUCE_MAX:
        *r = a > *r ? a : *r;
        break;
      case IR_LOG_SUM_EXP: {
        double high = a > *r ? a : *r, low = a > *r ? *r : a;
        *r = high == -INFINITY ? high : high + log1p(exp(low - high));
        break;
      }
      case IR_SUMLOG:
        *r += log(a);
        break;
      case IR_CONTRACT:
        *r += a * y[lang_project(g, all, i, g->nodes[n->args[1]].dims)];
        break;
      default:
        *r += a;
        break;
    }
  }
}

static void gather(machine *m, const ir_node *n, double *out, int64_t count) {
  const ir_graph *g = m->g;
  ir_dims source = g->nodes[n->args[0]].dims, where = g->nodes[n->args[1]].dims;
  int64_t size = g->dims[n->dim].size;
  for (int64_t k = 0; k < count; k++) {
    double position = m->values[n->args[1]][lang_project(g, n->dims, k, where)];
    if (!(position >= 1 && position <= (double)size))
      out[k] = NAN;
    else
      out[k] = m->values[n->args[0]]
                        [project_with(g, n->dims, k, source, n->dim, (int64_t)position - 1)];
  }
}

static bool compute(machine *m, ir_id id) {
  const ir_graph *g = m->g;
  const ir_node *n = &g->nodes[id];
  int64_t count = ir_size(g, n->dims);
  double *out = malloc((size_t)(count > 0 ? count : 1) * sizeof *out);
  if (!out) return false;
  m->values[id] = out;
  switch (n->op) {
    case IR_CONST:
      out[0] = n->value;
      return true;
    case IR_DATA:
      if (!g->data[n->index].values) return false;
      memcpy(out, g->data[n->index].values, (size_t)count * sizeof *out);
      return true;
    case IR_POSITION:
      for (int64_t k = 0; k < count; k++) out[k] = (double)(k + 1);
      return true;
    case IR_GATHER:
      gather(m, n, out, count);
      return true;
    case IR_RENAME: {
      ir_dims source = g->nodes[n->args[0]].dims;
      for (int64_t k = 0; k < count; k++) {
        int64_t digit = lang_project(g, n->dims, k, ir_bit(n->dim2));
        out[k] = m->values[n->args[0]][project_with(g, n->dims, k, source, n->dim, digit)];
      }
      return true;
    }
    case IR_PACK:
      for (int64_t k = 0; k < count; k++) {
        ir_id part = g->parts[n->parts + lang_project(g, n->dims, k, ir_bit(n->dim))];
        out[k] = m->values[part][lang_project(g, n->dims, k, g->nodes[part].dims)];
      }
      return true;
    case IR_SUM:
    case IR_PROD:
    case IR_REDUCE_MIN:
    case IR_REDUCE_MAX:
    case IR_LOG_SUM_EXP:
    case IR_SUMLOG:
    case IR_CONTRACT:
      reduce(m, n, out, count);
      return true;
    default:
      return ir_is_elementwise((ir_op)n->op) && elementwise(m, n, out, count);
  }
}

double *lang_evaluate(const ir_graph *g, ir_id node) {
  if (!g->nodes[node].data_only || g->nodes[node].random) return NULL;
  bool *needed = calloc((size_t)node + 1, sizeof *needed);
  machine m = {g, calloc((size_t)node + 1, sizeof *m.values)};
  if (!needed || !m.values) abort();
  needed[node] = true;
  int64_t work = 0;
  for (ir_id i = node; i >= 0; i--) {
    if (!needed[i]) continue;
    const ir_node *n = &g->nodes[i];
    work += ir_size(g, n->dims | n->over);
    if (work > MAX_WORK) break;
    for (int a = 0; a < n->n_args; a++) needed[n->args[a]] = true;
    for (int a = 0; a < n->n_parts; a++) needed[g->parts[n->parts + a]] = true;
  }
  bool good = work <= MAX_WORK;
  for (ir_id i = 0; i <= node && good; i++)
    if (needed[i]) good = compute(&m, i);
  double *result = good ? m.values[node] : NULL;
  for (ir_id i = 0; i <= node; i++)
    if (m.values[i] != result) free(m.values[i]);
  free(m.values);
  free(needed);
  return result;
}
