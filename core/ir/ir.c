/* Nodes: hash-consing, shapes, folding of numbers. */
#include "ir/ir.h"

#include <stdlib.h>
#include <string.h>

static void *grow(void *list, int count, int *capacity, size_t item) {
  if (count < *capacity) return list;
  int wanted = *capacity ? 2 * *capacity : 64;
  void *more = realloc(list, (size_t)wanted * item);
  if (!more) abort();
  *capacity = wanted;
  return more;
}

/* ---- nodes --------------------------------------------------------------- */

static uint64_t node_hash(const ir_node *n) {
  uint64_t h = 0xcbf29ce484222325u;
  uint64_t words[10];
  memcpy(&words[0], &n->value, 8);
  words[1] = n->dims;
  words[2] = n->over;
  words[3] = (uint64_t)n->op;
  words[4] = (uint64_t)(uint32_t)n->args[0] | (uint64_t)(uint32_t)n->args[1] << 32;
  words[5] = (uint64_t)(uint32_t)n->args[2];
  words[6] = (uint64_t)(uint16_t)n->dim | (uint64_t)(uint16_t)n->dim2 << 16;
  words[7] = (uint64_t)(uint32_t)n->index;
  words[8] = (uint64_t)(uint32_t)n->parts;
  words[9] = (uint64_t)(uint32_t)n->n_parts;
  for (int i = 0; i < 10; i++) {
    h ^= words[i];
    h *= 0x9e3779b97f4a7c15u;
    h ^= h >> 29;
  }
  return h;
}

static bool same_node(const ir_node *a, const ir_node *b) {
  return a->op == b->op && a->dims == b->dims && a->over == b->over && a->dim == b->dim &&
         a->dim2 == b->dim2 && a->index == b->index && a->parts == b->parts &&
         a->n_parts == b->n_parts && memcmp(&a->value, &b->value, 8) == 0 &&
         memcmp(a->args, b->args, sizeof a->args) == 0;
}

static ir_node blank(ir_op op) {
  ir_node n = {.op = (uint8_t)op,
               .dim = -1,
               .dim2 = -1,
               .index = -1,
               .parts = -1,
               .args = {IR_NONE, IR_NONE, IR_NONE}};
  return n;
}

static void rehash(ir_graph *g) {
  int wanted = g->cap_hash ? 2 * g->cap_hash : 256;
  int32_t *table = malloc((size_t)wanted * sizeof *table);
  if (!table) abort();
  memset(table, -1, (size_t)wanted * sizeof *table);
  for (int i = 0; i < g->n_nodes; i++) {
    uint64_t at = node_hash(&g->nodes[i]) & (uint64_t)(wanted - 1);
    while (table[at] >= 0) at = (at + 1) & (uint64_t)(wanted - 1);
    table[at] = i;
  }
  free(g->hash);
  g->hash = table;
  g->cap_hash = wanted;
}

static ir_id intern(ir_graph *g, ir_node n) {
  n.data_only = n.op != IR_INPUT && n.op != IR_RANDOM && !ir_is_centring((ir_op)n.op);
  n.random = n.op == IR_RANDOM;
  for (int i = 0; i < n.n_args; i++) {
    n.data_only = n.data_only && g->nodes[n.args[i]].data_only;
    n.random = n.random || g->nodes[n.args[i]].random;
  }
  for (int i = 0; i < n.n_parts; i++) {
    n.data_only = n.data_only && g->nodes[g->parts[n.parts + i]].data_only;
    n.random = n.random || g->nodes[g->parts[n.parts + i]].random;
  }
  if (2 * (g->n_nodes + 1) > g->cap_hash) rehash(g);
  uint64_t at = node_hash(&n) & (uint64_t)(g->cap_hash - 1);
  while (g->hash[at] >= 0) {
    if (n.op != IR_RANDOM && same_node(&g->nodes[g->hash[at]], &n)) return g->hash[at];
    at = (at + 1) & (uint64_t)(g->cap_hash - 1);
  }
  g->nodes = grow(g->nodes, g->n_nodes, &g->cap_nodes, sizeof *g->nodes);
  g->nodes[g->n_nodes] = n;
  g->hash[at] = g->n_nodes;
  return g->n_nodes++;
}

static ir_id find(const ir_graph *g, const ir_node *n) {
  uint64_t at = node_hash(n) & (uint64_t)(g->cap_hash - 1);
  for (; g->hash[at] >= 0; at = (at + 1) & (uint64_t)(g->cap_hash - 1))
    if (same_node(&g->nodes[g->hash[at]], n)) return g->hash[at];
  return IR_NONE;
}

ir_id ir_find_unary(const ir_graph *g, ir_op op, ir_id a) {
  ir_node n = blank(op);
  n.n_args = 1;
  n.args[0] = a;
  n.dims = ir_at(g, a)->dims;
  return find(g, &n);
}

ir_id ir_find_product(const ir_graph *g, ir_id a, ir_id b) {
  ir_node n = blank(IR_MUL);
  n.n_args = 2;
  n.args[0] = a < b ? a : b;
  n.args[1] = a < b ? b : a;
  n.dims = ir_at(g, a)->dims | ir_at(g, b)->dims;
  return find(g, &n);
}

ir_id ir_const(ir_graph *g, double value) {
  ir_node n = blank(IR_CONST);
  n.value = value;
  return intern(g, n);
}

ir_id ir_data_node(ir_graph *g, int data) {
  ir_node n = blank(IR_DATA);
  n.index = data;
  n.dims = g->data[data].dims;
  return intern(g, n);
}

ir_id ir_input(ir_graph *g, int param, ir_dims dims) {
  ir_node n = blank(IR_INPUT);
  n.index = param;
  n.dims = dims;
  return intern(g, n);
}

ir_id ir_centre(ir_graph *g, ir_op op, int family, ir_dims dims) {
  ir_node n = blank(op);
  n.index = family;
  n.dims = op == IR_CENTRE_K ? 0 : dims;
  return intern(g, n);
}

ir_id ir_position(ir_graph *g, int dim) {
  ir_node n = blank(IR_POSITION);
  n.dim = (int16_t)dim;
  n.dims = ir_bit(dim);
  return intern(g, n);
}

ir_id ir_unary(ir_graph *g, ir_op op, ir_id a) {
  double r;
  if (ir_at(g, a)->op == IR_CONST && ir_fold_unary(op, ir_at(g, a)->value, &r))
    return ir_const(g, r);
  ir_node n = blank(op);
  n.n_args = 1;
  n.args[0] = a;
  n.dims = ir_at(g, a)->dims;
  return intern(g, n);
}

ir_id ir_binary(ir_graph *g, ir_op op, ir_id a, ir_id b) {
  double r;
  if (ir_at(g, a)->op == IR_CONST && ir_at(g, b)->op == IR_CONST &&
      ir_fold_binary(op, ir_at(g, a)->value, ir_at(g, b)->value, &r))
    return ir_const(g, r);
  /* one order for commuting operations, so that equal expressions are one node */
  if ((op == IR_ADD || op == IR_MUL || op == IR_EQ || op == IR_NE) && a > b) {
    ir_id swap = a;
    a = b;
    b = swap;
  }
  ir_node n = blank(op);
  n.n_args = 2;
  n.args[0] = a;
  n.args[1] = b;
  n.dims = ir_at(g, a)->dims | ir_at(g, b)->dims;
  return intern(g, n);
}

ir_id ir_if(ir_graph *g, ir_id test, ir_id a, ir_id b) {
  if (ir_at(g, test)->op == IR_CONST && ((ir_at(g, a)->dims | ir_at(g, b)->dims) ==
                                         ir_at(g, ir_at(g, test)->value != 0.0 ? a : b)->dims))
    return ir_at(g, test)->value != 0.0 ? a : b;
  ir_node n = blank(IR_IF);
  n.n_args = 3;
  n.args[0] = test;
  n.args[1] = a;
  n.args[2] = b;
  n.dims = ir_at(g, test)->dims | ir_at(g, a)->dims | ir_at(g, b)->dims;
  return intern(g, n);
}

ir_id ir_log_beta_i(ir_graph *g, ir_id x, ir_id a, ir_id b) {
  ir_node n = blank(IR_LOG_BETA_I);
  n.n_args = 3;
  n.args[0] = x;
  n.args[1] = a;
  n.args[2] = b;
  n.dims = ir_at(g, x)->dims | ir_at(g, a)->dims | ir_at(g, b)->dims;
  return intern(g, n);
}

ir_id ir_gather(ir_graph *g, ir_id source, int dim, ir_id positions) {
  if (!(ir_at(g, source)->dims & ir_bit(dim))) return source;
  ir_node n = blank(IR_GATHER);
  n.n_args = 2;
  n.args[0] = source;
  n.args[1] = positions;
  n.dim = (int16_t)dim;
  n.dims = (ir_at(g, source)->dims & ~ir_bit(dim)) | ir_at(g, positions)->dims;
  return intern(g, n);
}

ir_id ir_rename(ir_graph *g, ir_id a, int dim, int to) {
  if (dim == to || !(ir_at(g, a)->dims & ir_bit(dim))) return a;
  ir_node n = blank(IR_RENAME);
  n.n_args = 1;
  n.args[0] = a;
  n.dim = (int16_t)dim;
  n.dim2 = (int16_t)to;
  n.dims = (ir_at(g, a)->dims & ~ir_bit(dim)) | ir_bit(to);
  return intern(g, n);
}

ir_id ir_reduce(ir_graph *g, ir_op op, ir_id a, ir_dims over) {
  if (!over && op != IR_SUMLOG) return a;
  ir_node n = blank(op);
  n.n_args = 1;
  n.args[0] = a;
  n.over = over;
  n.dims = ir_at(g, a)->dims & ~over;
  return intern(g, n);
}

ir_id ir_pick(ir_graph *g, ir_id levels, ir_id numbers) {
  ir_node n = blank(IR_PICK);
  n.n_args = 2;
  n.args[0] = levels;
  n.args[1] = numbers;
  n.dims = ir_at(g, numbers)->dims;
  return intern(g, n);
}

ir_id ir_contract(ir_graph *g, ir_id a, ir_id b, ir_dims over) {
  ir_node n = blank(IR_CONTRACT);
  n.n_args = 2;
  n.args[0] = a;
  n.args[1] = b;
  n.over = over;
  n.dims = (ir_at(g, a)->dims | ir_at(g, b)->dims) & ~over;
  return intern(g, n);
}

/* The same list of parts is stored once, so that hash-consing sees it. */
static void set_parts(ir_graph *g, ir_node *n, const ir_id *parts, int count) {
  n->n_parts = count;
  for (int at = 0; at + count <= g->n_parts && n->parts < 0; at++)
    if (memcmp(g->parts + at, parts, (size_t)count * sizeof *parts) == 0) n->parts = at;
  if (n->parts >= 0) return;
  n->parts = g->n_parts;
  for (int i = 0; i < count; i++) {
    g->parts = grow(g->parts, g->n_parts, &g->cap_parts, sizeof *g->parts);
    g->parts[g->n_parts++] = parts[i];
  }
}

ir_id ir_pack(ir_graph *g, int dim, const ir_id *parts, int count) {
  ir_node n = blank(IR_PACK);
  n.dim = (int16_t)dim;
  n.dims = ir_bit(dim);
  for (int i = 0; i < count; i++) n.dims |= ir_at(g, parts[i])->dims;
  set_parts(g, &n, parts, count);
  return intern(g, n);
}

ir_id ir_segsum(ir_graph *g, ir_id a, ir_id positions, int dim) {
  ir_node n = blank(IR_SEGSUM);
  n.n_args = 2;
  n.args[0] = a;
  n.args[1] = positions;
  n.dim = (int16_t)dim;
  n.over = ir_at(g, positions)->dims;
  n.dims = (ir_at(g, a)->dims & ~n.over) | ir_bit(dim);
  return intern(g, n);
}

static ir_node two_positions(const ir_graph *g, ir_op op, ir_id a, int dim, ir_id positions,
                             int dim2, ir_id positions2) {
  ir_node n = blank(op);
  n.n_args = 3;
  n.args[0] = a;
  n.args[1] = positions;
  n.args[2] = positions2;
  n.dim = (int16_t)dim;
  n.dim2 = (int16_t)dim2;
  n.over = ir_at(g, positions)->dims | ir_at(g, positions2)->dims;
  n.dims = ir_at(g, a)->dims;
  return n;
}

ir_id ir_gather2(ir_graph *g, ir_id source, int dim, ir_id positions, int dim2,
                 ir_id positions2) {
  ir_node n = two_positions(g, IR_GATHER2, source, dim, positions, dim2, positions2);
  n.dims = (n.dims & ~ir_bit(dim) & ~ir_bit(dim2)) | n.over;
  n.over = 0;
  return intern(g, n);
}

ir_id ir_segsum2(ir_graph *g, ir_id a, ir_id positions, int dim, ir_id positions2, int dim2) {
  ir_node n = two_positions(g, IR_SEGSUM2, a, dim, positions, dim2, positions2);
  n.dims = (n.dims & ~n.over) | ir_bit(dim) | ir_bit(dim2);
  return intern(g, n);
}

ir_id ir_qr(ir_graph *g, const ir_id *parts, int count, ir_id groups, ir_dims over, int dim,
            int dim2) {
  ir_node n = blank(IR_QR);
  n.n_args = groups != IR_NONE;
  n.args[0] = groups;
  n.over = over;
  n.dim = (int16_t)dim;
  n.dim2 = (int16_t)dim2;
  n.dims = ir_bit(dim) | ir_bit(dim2);
  set_parts(g, &n, parts, count);
  return intern(g, n);
}

static ir_node random_node(const ir_graph *g, int distribution, const ir_id *args, int n_args,
                           ir_dims shape) {
  ir_node n = blank(IR_RANDOM);
  n.index = distribution;
  n.n_args = (uint8_t)n_args;
  n.dims = shape;
  for (int i = 0; i < n_args; i++) {
    n.args[i] = args[i];
    n.dims |= ir_at(g, args[i])->dims;
  }
  return n;
}

ir_id ir_random(ir_graph *g, int distribution, const ir_id *args, int n_args, ir_dims shape) {
  return intern(g, random_node(g, distribution, args, n_args, shape));
}

ir_id ir_random_within(ir_graph *g, int distribution, const ir_id *args, int n_args,
                       ir_dims shape, ir_id lower, ir_id upper) {
  ir_node n = random_node(g, distribution, args, n_args, shape);
  const ir_id bounds[2] = {lower, upper};
  n.dims |= ir_at(g, lower)->dims | ir_at(g, upper)->dims;
  set_parts(g, &n, bounds, 2);
  return intern(g, n);
}

/* ---- queries ------------------------------------------------------------- */

int64_t ir_size(const ir_graph *g, ir_dims dims) {
  int64_t n = 1;
  for (int d = 0; d < g->n_dims; d++)
    if (dims & ir_bit(d)) n *= g->dims[d].size;
  return n;
}

void ir_element_families(const ir_graph *g, int32_t *family) {
  for (int k = 0; k < g->n_params; k++) {
    const ir_param *x = &g->params[k];
    for (int64_t i = 0; x->family >= 0 && i < x->n && x->element + i < g->n_elements; i++)
      family[x->element + i] = x->family;
  }
}

bool ir_is_elementwise(ir_op op) { return op >= IR_NEG && op <= IR_IF; }
bool ir_is_centring(ir_op op) { return op >= IR_CENTRE_L && op <= IR_CENTRE_COUNT; }

bool ir_is_const(const ir_graph *g, ir_id n, double value) {
  return ir_at(g, n)->op == IR_CONST && ir_at(g, n)->value == value;
}

const char *ir_op_text(ir_op op) {
  static const char *const text[] = {
#define X(name, t, n) t,
      IR_OPS(X)
#undef X
  };
  return op < IR_OP_COUNT ? text[op] : "?";
}
