/* Every operation of the interpreter alone: values against a recursion over single
 * elements, gradients against Richardson-extrapolated differences, double against long
 * double. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "compile/interpret.h"

enum { A = 0, B = 1, C = 2, D = 3, N_DIMS = 4 };
static const int64_t sizes[N_DIMS] = {3, 4, 2, 4};

static uint64_t state = 1;
static double unit(void) { /* of the tests alone: a linear congruence's high bits */
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (double)(state >> 11) * 0x1p-53;
}

/* ---- one element at a time ----------------------------------------------- */

static const ir_graph *G;
static const long double *Q;

static int64_t flat(ir_dims dims, const int64_t *at) {
  int64_t i = 0;
  for (int d = 0; d < G->n_dims; d++)
    if (dims & ir_bit(d)) i = i * G->dims[d].size + at[d];
  return i;
}

static long double element(ir_id id, const int64_t *at);

/* Sums and the like: calls f(state, value) at each index of `over`. */
static void each(ir_dims over, int64_t *at, void (*f)(void *, int64_t *), void *s) {
  for (int d = 0; d < G->n_dims; d++)
    if (over & ir_bit(d)) {
      for (at[d] = 0; at[d] < G->dims[d].size; at[d]++) each(over & ~ir_bit(d), at, f, s);
      return;
    }
  f(s, at);
}

struct fold {
  const ir_node *n;
  long double r, top;
  int64_t target;
};

static void fold(void *state_, int64_t *at) {
  struct fold *s = state_;
  long double x = element(s->n->args[0], at);
  switch ((ir_op)s->n->op) {
    case IR_SUM:
      s->r += x;
      break;
    case IR_PROD:
      s->r *= x;
      break;
    case IR_SUMLOG:
      s->r += logl(x);
      break;
    case IR_REDUCE_MIN:
      s->r = fminl(s->r, x);
      break;
    case IR_REDUCE_MAX:
      s->r = fmaxl(s->r, x);
      break;
    case IR_LOG_SUM_EXP:
      s->r += expl(x);
      break;
    case IR_CONTRACT:
      s->r += x * element(s->n->args[1], at);
      break;
    case IR_SEGSUM:
      if (element(s->n->args[1], at) == s->target) s->r += x;
      break;
    default:
      abort();
  }
}

static long double element(ir_id id, const int64_t *at_) {
  const ir_node *n = ir_at(G, id);
  int64_t at[IR_MAX_DIMS];
  memcpy(at, at_, sizeof at);
  long double x = 0, y = 0;
  if (ir_is_elementwise(n->op) && n->op != IR_IF) {
    x = element(n->args[0], at);
    if (n->n_args > 1) y = element(n->args[1], at);
  }
  switch ((ir_op)n->op) {
    case IR_CONST:
      return n->value;
    case IR_DATA:
      return G->data[n->index].values[flat(n->dims, at)];
    case IR_INPUT:
      return Q[G->params[n->index].offset + flat(n->dims, at)];
    case IR_POSITION:
      return at[n->dim] + 1;
    case IR_NEG:
      return -x;
    case IR_ABS:
      return fabsl(x);
    case IR_SQUARE:
      return x * x;
    case IR_SQRT:
      return sqrtl(x);
    case IR_RSQRT:
      return 1 / sqrtl(x);
    case IR_INV:
      return 1 / x;
    case IR_EXP:
      return expl(x);
    case IR_EXPM1:
      return expm1l(x);
    case IR_LOG:
      return logl(x);
    case IR_LOG1P:
      return log1pl(x);
    case IR_SIN:
      return sinl(x);
    case IR_COS:
      return cosl(x);
    case IR_TAN:
      return tanl(x);
    case IR_ATAN:
      return atanl(x);
    case IR_TANH:
      return tanhl(x);
    case IR_ERF:
      return erfl(x);
    case IR_ERFC:
      return erfcl(x);
    case IR_PHI:
      return erfcl(-x / sqrtl(2)) / 2;
    case IR_LGAMMA:
      return lgammal(x);
    case IR_DIGAMMA: { /* by differences of lgamma */
      long double h = 1e-3L * fabsl(x), d[4];
      for (int k = 0; k < 4; k++, h /= 2) d[k] = (lgammal(x + h) - lgammal(x - h)) / (2 * h);
      for (int j = 1; j < 4; j++)
        for (int k = 3; k >= j; k--) d[k] += (d[k] - d[k - 1]) / (powl(4, j) - 1);
      return d[3];
    }
    case IR_TRIGAMMA: {
      long double sum = 0, z = x;
      for (; z < 1e4L; z += 1) sum += 1 / (z * z);
      return sum + 1 / z + 1 / (2 * z * z) + 1 / (6 * z * z * z) - 1 / (30 * powl(z, 5));
    }
    case IR_INV_LOGIT:
      return 1 / (1 + expl(-x));
    case IR_LOG1P_EXP:
      return log1pl(expl(x));
    case IR_LOG1M_EXP:
      return log1pl(-expl(x));
    case IR_FLOOR:
      return floorl(x);
    case IR_CEIL:
      return ceill(x);
    case IR_ROUND:
      return roundl(x);
    case IR_NOT:
      return x == 0;
    case IR_ADD:
      return x + y;
    case IR_SUB:
      return x - y;
    case IR_MUL:
      return x * y;
    case IR_DIV:
      return x / y;
    case IR_POW:
      return powl(x, y);
    case IR_MIN:
      return fminl(x, y);
    case IR_MAX:
      return fmaxl(x, y);
    case IR_ATAN2:
      return atan2l(x, y);
    case IR_FMOD:
      return fmodl(x, y);
    case IR_LT:
      return x < y;
    case IR_LE:
      return x <= y;
    case IR_GT:
      return x > y;
    case IR_GE:
      return x >= y;
    case IR_EQ:
      return x == y;
    case IR_NE:
      return x != y;
    case IR_AND:
      return x != 0 && y != 0;
    case IR_OR:
      return x != 0 || y != 0;
    case IR_IF:
      return element(n->args[element(n->args[0], at) != 0 ? 1 : 2], at);
    case IR_GATHER: {
      int64_t position = (int64_t)element(n->args[1], at);
      at[n->dim] = position - 1;
      return element(n->args[0], at);
    }
    case IR_RENAME:
      at[n->dim] = at[n->dim2];
      return element(n->args[0], at);
    case IR_PACK:
      return element(G->parts[n->parts + at[n->dim]], at);
    default:
      break;
  }
  struct fold s = {.n = n};
  if (n->op == IR_PROD) s.r = 1;
  if (n->op == IR_REDUCE_MIN) s.r = INFINITY;
  if (n->op == IR_REDUCE_MAX) s.r = -INFINITY;
  if (n->op == IR_SEGSUM) s.target = at[n->dim] + 1;
  each(n->over, at, fold, &s);
  return n->op == IR_LOG_SUM_EXP ? logl(s.r) : s.r;
}

/* ---- a graph with inputs of every shape ---------------------------------- */

struct fixture {
  ir_graph *g;
  ir_id input[16];     /* by set of dimensions */
  ir_id positions[16]; /* into A, by set of dimensions */
  long double q[512];
};

static struct fixture start(double low, double high) {
  struct fixture f = {.g = ir_graph_new()};
  static const char *const names[] = {"a", "b", "c", "d"};
  for (int d = 0; d < N_DIMS; d++) ir_add_dim(f.g, names[d], sizes[d], -1);
  for (ir_dims dims = 0; dims < 16; dims++) {
    ir_param *p = ir_add_param(f.g, "x");
    p->offset = f.g->dim;
    p->n = ir_size(f.g, dims);
    f.g->dim += p->n;
    f.input[dims] = ir_input(f.g, f.g->n_params - 1, dims);
    uint8_t order[N_DIMS];
    int rank = 0;
    double values[96];
    for (int d = 0; d < N_DIMS; d++)
      if (dims & ir_bit(d)) order[rank++] = (uint8_t)d;
    for (int64_t i = 0; i < p->n; i++) values[i] = 1 + floor(unit() * (double)sizes[A]);
    int data = ir_add_data(f.g, "positions", rank, order, values, A, true);
    f.positions[dims] = f.g->data[data].node;
  }
  assert_true(f.g->dim <= 512);
  /* no two alike, so that the differences meet no corner of min and max */
  for (int64_t i = 0; i < f.g->dim; i++)
    f.q[i] = low + (high - low) * ((double)(i * 101 % f.g->dim) + 0.5) / (double)f.g->dim;
  return f;
}

static void near(long double a, long double b, long double tolerance, const char *what,
                 int op) {
  if (a == b || (isnan(a) && isnan(b))) return;
  long double scale = 1 + fabsl(a) + fabsl(b);
  if (!(fabsl(a - b) <= tolerance * scale))
    fail_msg("%s of %s: %.20Lg, not %.20Lg", what, ir_op_text((ir_op)op), a, b);
}

/* Difference quotient of the sum of `node` along coordinate k, four halvings. */
static long double difference(interpl *ws, ir_id node, long double *q, int64_t k) {
  long double d[4], h = 0x1p-13L, x = q[k];
  for (int j = 0; j < 4; j++, h /= 2) {
    long double sum[2] = {0, 0};
    for (int side = 0; side < 2; side++) {
      q[k] = x + (side ? h : -h);
      interpl_run(ws, q, NULL, NULL);
      int64_t n;
      const long double *v = interpl_value(ws, node, &n);
      for (int64_t i = 0; i < n; i++) sum[side] += v[i];
    }
    d[j] = (sum[1] - sum[0]) / (2 * h);
  }
  q[k] = x;
  for (int j = 1; j < 4; j++)
    for (int i = 3; i >= j; i--) d[i] += (d[i] - d[i - 1]) / (powl(4, j) - 1);
  return d[3];
}

static void check(struct fixture *f, ir_id node) {
  int op = ir_at(f->g, node)->op;
  G = f->g;
  Q = f->q;
  /* weights, so that every element's derivative differs */
  ir_dims dims = ir_at(f->g, node)->dims;
  uint8_t order[N_DIMS];
  int rank = 0;
  double weights[96];
  for (int d = 0; d < N_DIMS; d++)
    if (dims & ir_bit(d)) order[rank++] = (uint8_t)d;
  for (int i = 0; i < 96; i++) weights[i] = unit() - 0.3;
  int entry = ir_add_data(f->g, "w", rank, order, weights, -1, false);
  ir_id weight = f->g->data[entry].node;
  ir_id term = ir_binary(f->g, IR_MUL, weight, node);
  ir_id wanted[] = {node, term};
  interpl *l = interpl_new(f->g, wanted, 2);
  interp *s = interp_new(f->g, wanted, 2);
  double q[512], grad[512];
  long double gradl[512];
  for (int64_t i = 0; i < f->g->dim; i++) q[i] = (double)(f->q[i] = (double)f->q[i]);
  interpl_run(l, f->q, NULL, NULL);
  interp_run(s, q, NULL, NULL);
  int64_t n;
  const long double *v = interpl_value(l, node, &n);
  const double *w = interp_value(s, node, NULL);
  assert_int_equal(n, ir_size(f->g, dims));
  int64_t at[IR_MAX_DIMS] = {0};
  for (int64_t i = 0; i < n; i++) {
    near(v[i], element(node, at), op == IR_DIGAMMA || op == IR_TRIGAMMA ? 1e-13L : 1e-17L,
         "value", op);
    near(w[i], v[i], 1e-14L, "value in double", op);
    for (int d = N_DIMS - 1; d >= 0; d--) {
      if (!(dims & ir_bit(d))) continue;
      if (++at[d] < sizes[d]) break;
      at[d] = 0;
    }
  }
  interpl_gradient(l, &term, 1, gradl);
  interp_gradient(s, &term, 1, grad);
  for (int64_t k = 0; k < f->g->dim; k++) {
    near(grad[k], gradl[k], 1e-13L, "gradient in double", op);
    long double d = difference(l, term, f->q, k);
    near(gradl[k], d, 1e-10L, "gradient", op);
  }
  interpl_free(l);
  interp_free(s);
}

/* ---- tests --------------------------------------------------------------- */

static void unary_operations(void **unused) {
  (void)unused;
  static const struct {
    ir_op op;
    double low, high;
  } list[] = {{IR_NEG, -2, 2},          {IR_ABS, 0.1, 2},      {IR_ABS, -2, -0.1},
              {IR_SQUARE, -2, 2},       {IR_SQRT, 0.1, 3},     {IR_RSQRT, 0.1, 3},
              {IR_INV, -3, -0.2},       {IR_EXP, -3, 3},       {IR_EXPM1, -1, 1},
              {IR_LOG, 0.1, 4},         {IR_LOG1P, -0.5, 2},   {IR_SIN, -4, 4},
              {IR_COS, -4, 4},          {IR_TAN, -1.2, 1.2},   {IR_ATAN, -3, 3},
              {IR_TANH, -2, 2},         {IR_ERF, -2, 2},       {IR_ERFC, -2, 3},
              {IR_PHI, -3, 3},          {IR_LGAMMA, 0.2, 9},   {IR_DIGAMMA, 0.3, 30},
              {IR_TRIGAMMA, 0.3, 30},   {IR_INV_LOGIT, -4, 4}, {IR_LOG1P_EXP, -4, 4},
              {IR_LOG1M_EXP, -3, -0.1}, {IR_FLOOR, 0.1, 0.9},  {IR_CEIL, 0.1, 0.9},
              {IR_ROUND, 0.6, 1.4},     {IR_NOT, 0.2, 1}};
  for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
    struct fixture f = start(list[i].low, list[i].high);
    check(&f, ir_unary(f.g, list[i].op, f.input[ir_bit(A) | ir_bit(C)]));
    check(&f, ir_unary(f.g, list[i].op, f.input[0]));
    ir_graph_free(f.g);
  }
}

static void binary_operations(void **unused) {
  (void)unused;
  static const ir_op list[] = {IR_ADD, IR_SUB,   IR_MUL,  IR_DIV, IR_POW, IR_MIN,
                               IR_MAX, IR_ATAN2, IR_FMOD, IR_LT,  IR_LE,  IR_GT,
                               IR_GE,  IR_EQ,    IR_NE,   IR_AND, IR_OR};
  for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
    struct fixture f = start(0.3, 2.5);
    for (int k = 0; k < 12; k++) {
      ir_dims x = (ir_dims)(unit() * 16), y = (ir_dims)(unit() * 16);
      if (k == 0) x = y = 7;
      if (ir_size(f.g, x | y) > 48) continue;
      check(&f, ir_binary(f.g, list[i], f.input[x], f.input[y]));
    }
    ir_graph_free(f.g);
  }
}

static void choices(void **unused) {
  (void)unused;
  struct fixture f = start(-2, 2);
  for (int k = 0; k < 20; k++) {
    ir_dims t = (ir_dims)(unit() * 8), x = (ir_dims)(unit() * 8), y = (ir_dims)(unit() * 8);
    ir_id test = ir_binary(f.g, IR_GT, f.input[t], ir_const(f.g, 0.1));
    check(&f, ir_if(f.g, test, f.input[x], f.input[y]));
  }
  ir_graph_free(f.g);
}

static void structure(void **unused) {
  (void)unused;
  struct fixture f = start(-1.5, 1.5);
  ir_graph *g = f.g;
  const ir_dims a = ir_bit(A), b = ir_bit(B), c = ir_bit(C), d = ir_bit(D);
  for (ir_dims source = 0; source < 16; source++)
    for (ir_dims positions = 0; positions < 16; positions++) {
      if (!(source & a) || ir_size(g, (source & ~a) | positions) > 32) continue;
      check(&f, ir_gather(g, f.input[source], A, f.positions[positions]));
    }
  /* positions that depend on the point */
  ir_id moving = ir_binary(g, IR_ADD, ir_unary(g, IR_FLOOR, ir_unary(g, IR_ABS, f.input[b])),
                           ir_const(g, 1));
  ir_id wanted[] = {ir_gather(g, f.input[a | c], A, moving)};
  interpl *l = interpl_new(g, wanted, 1);
  interpl_run(l, f.q, NULL, NULL);
  G = g;
  Q = f.q;
  for (int64_t i = 0; i < 8; i++) {
    int64_t at[IR_MAX_DIMS] = {0, i / 2, i % 2};
    near(interpl_value(l, wanted[0], NULL)[i], element(wanted[0], at), 0, "value", IR_GATHER);
  }
  interpl_free(l);
  check(&f, ir_rename(g, f.input[b | c], B, D));
  check(&f, ir_rename(g, f.input[c | d], D, B));
  check(&f, ir_rename(g, f.input[b | d], D, B)); /* the diagonal */
  check(&f, ir_binary(g, IR_MUL, ir_position(g, B), f.input[a | b]));
  ir_id parts[4] = {f.input[0], f.input[a], f.input[a | c], ir_const(g, 3)};
  check(&f, ir_pack(g, B, parts, 4));
  check(&f, ir_pack(g, D, parts, 4));
  ir_id scalars[3] = {f.input[0], ir_const(g, 1), f.input[0]};
  check(&f, ir_pack(g, A, scalars, 3));
  for (ir_dims x = 0; x < 16; x++)
    for (ir_dims positions = 0; positions < 16; positions++) {
      if ((x | positions) & a || ir_size(g, x | positions) > 32) continue;
      check(&f, ir_segsum(g, f.input[x], f.positions[positions], A));
    }
  ir_graph_free(g);
}

static void reductions(void **unused) {
  (void)unused;
  static const ir_op list[] = {IR_SUM,        IR_PROD,        IR_REDUCE_MIN,
                               IR_REDUCE_MAX, IR_LOG_SUM_EXP, IR_SUMLOG};
  for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
    struct fixture f = start(0.4, 1.8);
    for (ir_dims x = 1; x < 16; x++)
      for (ir_dims over = 1; over < 16; over++)
        if (!(over & ~x) && ir_size(f.g, x) <= 32)
          check(&f, ir_reduce(f.g, list[i], f.input[x], over));
    ir_graph_free(f.g);
  }
  struct fixture f = start(-1, 1);
  for (ir_dims x = 0; x < 16; x++)
    for (ir_dims y = 0; y < 16; y++)
      if (ir_size(f.g, x | y) <= 24)
        for (ir_dims over = 1; over < 16; over++)
          if (!(over & ~(x | y))) check(&f, ir_contract(f.g, f.input[x], f.input[y], over));
  ir_graph_free(f.g);
}

/* Branches not taken, zeros in products, impossible points. */
static void edges(void **unused) {
  (void)unused;
  struct fixture f = start(-1, -0.5);
  ir_graph *g = f.g;
  ir_id x = f.input[ir_bit(A)], zero = ir_const(g, 0);
  ir_id bad = ir_unary(g, IR_LOG, x), positive = ir_binary(g, IR_GT, x, zero);
  ir_id safe = ir_if(g, positive, bad, ir_unary(g, IR_SQUARE, x));
  ir_id impossible = ir_if(g, positive, bad, ir_const(g, -INFINITY));
  ir_id outside = ir_gather(g, x, A, ir_binary(g, IR_SUB, ir_position(g, A), ir_const(g, 1)));
  ir_id first = ir_binary(g, IR_EQ, ir_position(g, A), ir_const(g, 1));
  ir_id lag = ir_if(g, first, zero, outside);
  ir_id product = ir_reduce(g, IR_PROD, ir_binary(g, IR_SUB, x, f.input[0]), ir_bit(A));
  ir_id all_low = ir_reduce(g, IR_LOG_SUM_EXP, impossible, ir_bit(A));
  ir_id wanted[] = {safe, impossible, outside, lag, product, all_low};
  interpl *l = interpl_new(g, wanted, 6);
  long double grad[512];
  int64_t at_x = g->params[ir_at(g, x)->index].offset;
  int64_t at_0 = g->params[ir_at(g, f.input[0])->index].offset;
  f.q[at_0] = f.q[at_x + 1]; /* one factor is 0 */
  interpl_run(l, f.q, NULL, NULL);
  interpl_gradient(l, &safe, 1, grad);
  for (int i = 0; i < 3; i++) assert_true(grad[at_x + i] == 2 * f.q[at_x + i]);
  interpl_gradient(l, &impossible, 1, grad);
  for (int i = 0; i < 3; i++) assert_true(grad[at_x + i] == 0);
  assert_true(isinf(interpl_value(l, all_low, NULL)[0]));
  interpl_gradient(l, &all_low, 1, grad);
  for (int i = 0; i < 3; i++) assert_true(grad[at_x + i] == 0);
  assert_true(isnan(interpl_value(l, outside, NULL)[0]));
  assert_true(interpl_value(l, lag, NULL)[0] == 0);
  assert_true(interpl_value(l, lag, NULL)[2] == f.q[at_x + 1]);
  interpl_gradient(l, &lag, 1, grad);
  assert_true(grad[at_x] == 1 && grad[at_x + 1] == 1 && grad[at_x + 2] == 0);
  interpl_gradient(l, &product, 1, grad);
  long double others = (f.q[at_x] - f.q[at_0]) * (f.q[at_x + 2] - f.q[at_0]);
  near(grad[at_x + 1], others, 1e-18L, "gradient", IR_PROD);
  assert_true(grad[at_x] == 0);
  interpl_free(l);
  ir_graph_free(g);
}

/* Centring leaves, adjoints of inner nodes, clones and placed workspaces, bindings. */
static void workspaces(void **unused) {
  (void)unused;
  ir_graph *g = ir_graph_new();
  int a = ir_add_dim(g, "a", 3, -1);
  uint8_t order[1] = {0};
  ir_param *p = ir_add_param(g, "theta");
  p->n = g->dim = 3;
  p->family = 0;
  p->element = 0;
  g->n_elements = 3;
  g->n_families = 1;
  ir_id u = ir_input(g, 0, ir_bit(a));
  ir_id h = ir_centre(g, IR_CENTRE_H, 0, ir_bit(a)),
        ell = ir_centre(g, IR_CENTRE_L, 0, ir_bit(a));
  ir_id kappa = ir_centre(g, IR_CENTRE_K, 0, 0);
  ir_id base =
      ir_binary(g, IR_MUL, ir_binary(g, IR_ADD, kappa, ell), ir_binary(g, IR_ADD, u, h));
  ir_id term = ir_unary(g, IR_SQUARE, base);
  int bound = ir_add_data(g, "theta", 1, order, NULL, -1, false);
  g->params[0].natural_data = bound;
  ir_id back = ir_binary(g, IR_SUB, g->data[bound].node, h);
  ir_id wanted[] = {term, back};
  interp *ws = interp_new(g, wanted, 2), *other = interp_clone(ws);
  double q[3] = {1, 2, 3}, centring[7] = {1, 1, 1, 0.5, 0.25, 0, 2}, grad[3];
  interp_run(ws, q, NULL, NULL);
  interp_run(other, q, centring, NULL);
  assert_true(interp_value(ws, base, NULL)[1] == 2);
  assert_true(interp_value(other, base, NULL)[1] == 3 * 2.25);
  assert_true(isnan(interp_value(ws, back, NULL)[2]));
  double natural[3] = {5, 6, 7};
  interp_bind(other, bound, natural);
  interp_run(other, q, centring, NULL);
  assert_true(interp_value(other, back, NULL)[0] == 4.5);
  interp_gradient(other, &term, 1, grad);
  assert_true(interp_adjoint(other, base)[0] == 2 * 3 * 1.5);
  assert_true(grad[0] == 3 * 2 * 3 * 1.5);
  assert_null(interp_adjoint(other, h));
  ir_id twice[] = {term, term};
  interp_gradient(other, twice, 2, grad);
  assert_true(grad[0] == 2 * 3 * 2 * 3 * 1.5);
  void *memory = aligned_alloc(64, interp_size(ws));
  interp *placed = interp_place(ws, memory);
  interp_run(placed, q, NULL, NULL);
  assert_true(interp_value(placed, term, NULL)[2] == 9);
  free(memory);
  interp_free(ws);
  interp_run(other, q, NULL, NULL);
  assert_true(interp_value(other, base, NULL)[1] == 2);
  interp_free(other);
  ir_graph_free(g);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(unary_operations), cmocka_unit_test(binary_operations),
      cmocka_unit_test(choices),          cmocka_unit_test(structure),
      cmocka_unit_test(reductions),       cmocka_unit_test(edges),
      cmocka_unit_test(workspaces)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
