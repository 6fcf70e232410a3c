/* Lays out the data that a model's source reads. */
#include <ergode/centring.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "emit/plan.h"

typedef struct {
  const emit_plan *p;
  emit_evaluator evaluate;
  void *context;
  int32_t *integers;
  uint64_t n_integers, capacity;
  const char *reason;
} binder;

static int64_t size_of(const binder *b, ir_dims dims) { return ir_size(b->p->g, dims); }

static int64_t round_up(int64_t n) { return (n + EMIT_W - 1) / EMIT_W * EMIT_W; }

/* Walks the elements of a shape in canonical order: position[d] along dimension d. */
typedef struct {
  const ir_graph *g;
  ir_dims dims;
  int64_t position[IR_MAX_DIMS];
} walk;

static void walk_begin(walk *w, const ir_graph *g, ir_dims dims) {
  w->g = g;
  w->dims = dims;
  memset(w->position, 0, sizeof w->position);
}

static void walk_next(walk *w) {
  for (int d = w->g->n_dims - 1; d >= 0; d--) {
    if (!(w->dims & ir_bit(d))) continue;
    if (++w->position[d] < w->g->dims[d].size) return;
    w->position[d] = 0;
  }
}

/* Index of the walked element in an array over `dims`. */
static int64_t walk_index(const walk *w, ir_dims dims) {
  int64_t index = 0;
  for (int d = 0; d < w->g->n_dims; d++)
    if (dims & ir_bit(d)) index = index * w->g->dims[d].size + w->position[d];
  return index;
}

/* Value of a data-only node, or of a number, as an array of its own. */
static double *values_of(binder *b, ir_id node) {
  const ir_node *n = ir_at(b->p->g, node);
  int64_t count = size_of(b, n->dims);
  double *copy = malloc((size_t)(count ? count : 1) * sizeof(double));
  if (!copy) return NULL;
  if (n->op == IR_CONST) {
    copy[0] = n->value;
    return copy;
  }
  const double *v = b->evaluate(b->context, node);
  if (!v) {
    free(copy);
    return NULL;
  }
  memcpy(copy, v, (size_t)count * sizeof(double));
  return copy;
}

static bool push(binder *b, const int32_t *values, uint64_t n) {
  if (b->n_integers + n > b->capacity) {
    uint64_t wanted = b->capacity ? 2 * b->capacity : 1024;
    while (wanted < b->n_integers + n) wanted *= 2;
    int32_t *more = realloc(b->integers, wanted * sizeof *more);
    if (!more) return false;
    b->integers = more;
    b->capacity = wanted;
  }
  memcpy(b->integers + b->n_integers, values, n * sizeof *values);
  b->n_integers += n;
  return true;
}

/* Positions that a GATHER or SEGSUM goes by: one or two lists. */
typedef struct {
  double *values[2];
  ir_dims dims[2];
  int dim[2], n;
} position_lists;

static bool read_positions(binder *b, const ir_node *node, position_lists *lists) {
  *lists = (position_lists){.n = 0};
  bool two = node && (node->op == IR_GATHER2 || node->op == IR_SEGSUM2);
  if (!two && !(node && (node->op == IR_GATHER || node->op == IR_SEGSUM))) return true;
  for (; lists->n < (two ? 2 : 1); lists->n++) {
    ir_id list = node->args[1 + lists->n];
    lists->values[lists->n] = values_of(b, list);
    if (!lists->values[lists->n]) return false;
    lists->dims[lists->n] = ir_at(b->p->g, list)->dims;
    lists->dim[lists->n] = lists->n ? node->dim2 : node->dim;
  }
  return true;
}

static void free_positions(position_lists *lists) {
  free(lists->values[0]);
  free(lists->values[1]);
}

/* Moves `to` to where the lists point from the walked element; false outside. */
static bool follow(binder *b, const position_lists *lists, const walk *w, walk *to) {
  for (int i = 0; i < lists->n; i++) {
    int64_t at = (int64_t)lists->values[i][walk_index(w, lists->dims[i])] - 1;
    to->position[lists->dim[i]] = at;
    if (at < 0 || at >= b->p->g->dims[lists->dim[i]].size) {
      b->reason = "a position lies outside its dimension";
      return false;
    }
  }
  return true;
}

/* Aligned to 64 bytes. Large data lie on huge pages where the system gives them: read once
 * a gradient from end to end, they cost more in looked-up pages than in memory otherwise. */
static double *allocate_reals(uint64_t n) {
  const size_t huge = (size_t)2 << 20;
  size_t bytes = (size_t)n * sizeof(double), unit = bytes >= 2 * huge ? huge : 64;
  bytes = (bytes + unit - 1) / unit * unit;
  double *x = aligned_alloc(unit, bytes);
#ifdef MADV_HUGEPAGE
  if (x && unit == huge) madvise(x, bytes, MADV_HUGEPAGE);
#endif
  return x;
}

/* For each element of `to`, padded to lanes: index in the array over `from`. */
static bool bind_map(binder *b, const emit_map *m) {
  const ir_graph *g = b->p->g;
  int64_t n = size_of(b, m->to), padded = round_up(n) + EMIT_W;
  const ir_node *node = m->node >= 0 ? ir_at(g, m->node) : NULL;
  position_lists lists;
  bool ok = read_positions(b, node, &lists);
  int32_t *index = calloc((size_t)padded, sizeof *index);
  ok = ok && index;
  walk w;
  walk_begin(&w, g, m->to);
  for (int64_t i = 0; i < n && ok; i++, walk_next(&w)) {
    walk source = w;
    ok = follow(b, &lists, &w, &source);
    if (node && node->op == IR_RENAME) source.position[node->dim] = w.position[node->dim2];
    if (ok) index[i] = (int32_t)walk_index(&source, m->from);
  }
  ok = ok && push(b, index, (uint64_t)padded);
  free_positions(&lists);
  free(index);
  return ok;
}

/* Segment sums: per block of EMIT_W targets (begin, count), then `count` rows of EMIT_W
 * source indices; absent summands point at the source's block of zeros. */
static bool bind_segments(binder *b, const emit_map *m) {
  const ir_graph *g = b->p->g;
  int64_t n_to = size_of(b, m->to), n_from = size_of(b, m->from);
  int64_t blocks = round_up(n_to) / EMIT_W;
  position_lists lists;
  if (!read_positions(b, ir_at(g, m->node), &lists)) {
    free_positions(&lists);
    return false;
  }
  ir_dims all = m->from | lists.dims[0] | lists.dims[1];
  int64_t n_all = size_of(b, all);
  int32_t *target = malloc((size_t)(n_all + 1) * sizeof *target);
  int32_t *source = malloc((size_t)(n_all + 1) * sizeof *source);
  int32_t *count = calloc((size_t)(blocks * EMIT_W + 1), sizeof *count);
  int32_t *head = calloc((size_t)(2 * blocks + 1), sizeof *head);
  bool ok = target && source && count && head;
  walk w;
  walk_begin(&w, g, all);
  for (int64_t i = 0; i < n_all && ok; i++, walk_next(&w)) {
    walk to = w;
    ok = follow(b, &lists, &w, &to);
    if (!ok) break;
    target[i] = (int32_t)walk_index(&to, m->to);
    source[i] = (int32_t)walk_index(&w, m->from);
    count[target[i]]++;
  }
  int64_t rows = 0;
  for (int64_t k = 0; k < blocks && ok; k++) {
    int32_t most = 0;
    for (int l = 0; l < EMIT_W; l++)
      if (count[k * EMIT_W + l] > most) most = count[k * EMIT_W + l];
    head[2 * k] = (int32_t)(2 * blocks + rows * EMIT_W);
    head[2 * k + 1] = most;
    rows += most;
  }
  if (ok && 2 * blocks + rows * EMIT_W > INT32_MAX) {
    b->reason = "more than 2^31 indices";
    ok = false;
  }
  int32_t *table = ok ? malloc((size_t)(rows * EMIT_W + 1) * sizeof *table) : NULL;
  ok = ok && table;
  if (ok) {
    for (int64_t i = 0; i < rows * EMIT_W; i++) table[i] = (int32_t)round_up(n_from);
    memset(count, 0, (size_t)(blocks * EMIT_W) * sizeof *count);
    for (int64_t i = 0; i < n_all; i++) {
      int64_t block = target[i] / EMIT_W, lane = target[i] % EMIT_W;
      table[head[2 * block] - 2 * blocks + (int64_t)count[target[i]]++ * EMIT_W + lane] =
          source[i];
    }
    ok = push(b, head, (uint64_t)(2 * blocks)) && push(b, table, (uint64_t)(rows * EMIT_W));
  }
  free_positions(&lists);
  free(target);
  free(source);
  free(count);
  free(head);
  free(table);
  return ok;
}

/* A matrix is followed by rows of zeros to the end of its last tile. */
static int64_t real_doubles(const binder *b, const emit_real *r) {
  const int64_t tile = EMIT_TILE * EMIT_W;
  if (r->columns)
    return (size_of(b, r->space) + tile - 1) / tile * tile * size_of(b, r->columns);
  return r->space ? round_up(size_of(b, r->space)) + EMIT_W : EMIT_W;
}

static bool bind_real(binder *b, const emit_real *r, double *out) {
  const ir_graph *g = b->p->g;
  double *values = values_of(b, r->node);
  if (!values) return false;
  ir_dims have = ir_at(g, r->node)->dims;
  int64_t n = size_of(b, r->space), columns = size_of(b, r->columns);
  if (r->columns) {
    ir_dims all = r->space | r->columns;
    walk w;
    walk_begin(&w, g, all);
    for (int64_t i = 0; i < n * columns; i++, walk_next(&w)) {
      int64_t row = walk_index(&w, r->space), column = walk_index(&w, r->columns);
      out[(row / EMIT_W * columns + column) * EMIT_W + row % EMIT_W] =
          values[walk_index(&w, have)];
    }
  } else if (r->space == 0) {
    out[0] = values[0];
  } else {
    walk w;
    walk_begin(&w, g, r->space);
    for (int64_t i = 0; i < n; i++, walk_next(&w)) out[i] = values[walk_index(&w, have)];
    /* lanes past the end compute with a benign value; their results are masked */
    for (int64_t i = n; i < round_up(n) + EMIT_W; i++) out[i] = n ? out[n - 1] : 0.0;
  }
  free(values);
  return true;
}

static const ir_param *family_param(const ir_graph *g, int family) {
  for (int i = 0; i < g->n_params; i++)
    if (g->params[i].family == family) return &g->params[i];
  return NULL;
}

/* Columns from a tile of a matrix to the one that is asked for: whole tiles, and 64 at least,
 * the time that a line takes, where columns are few. None where all lie in a near cache
 * anyway, or where a tile alone fills the nearest. No result depends on it. */
static int64_t ahead(const binder *b, const emit_real *matrix) {
  const int64_t near_doubles = 65536, nearest_columns = 500;
  int64_t tile = EMIT_TILE * size_of(b, matrix->columns);
  if (tile == 0 || tile > nearest_columns || real_doubles(b, matrix) < near_doubles) return 0;
  return (64 / tile + 1) * tile;
}

static int64_t slot_value(binder *b, const emit_slot *s, const int64_t *real_at,
                          const int64_t *map_at, const int64_t *scratch_at) {
  const ir_graph *g = b->p->g;
  switch (s->kind) {
    case EMIT_SIZE:
      return size_of(b, s->dims);
    case EMIT_REAL_AT:
      return real_at[s->number];
    case EMIT_MAP_AT:
      return map_at[s->number];
    case EMIT_SCRATCH_AT:
      return scratch_at[s->number];
    case EMIT_Q_AT:
      return g->params[s->number].offset;
    case EMIT_ELL_AT:
      return family_param(g, s->number)->element;
    case EMIT_H_AT:
      return g->n_elements + family_param(g, s->number)->element;
    case EMIT_KAPPA_AT:
      return 2 * g->n_elements + s->number;
    case EMIT_NUMBER_AT:
      return 2 * g->n_elements + g->n_families + family_param(g, s->number)->element;
    case EMIT_LEVEL_AT:
      return 3 * g->n_elements + g->n_families + ERG_CENTRING_LEVELS * s->number;
    case EMIT_COUNT_AT:
      return 3 * g->n_elements + g->n_families +
             ERG_CENTRING_LEVELS * (g->n_families + s->number);
    case EMIT_ELEMENT_AT:
      return family_param(g, s->number)->element;
    case EMIT_ELEMENTS:
      return g->n_elements;
    case EMIT_AHEAD:
      return ahead(b, &b->p->reals[s->number]);
    case EMIT_POSITION_AT: {
      const ir_node *n = ir_at(g, s->number);
      double *v = values_of(b, n->args[1]);
      int64_t at = v ? (int64_t)v[0] - 1 : -1;
      free(v);
      if (at < 0 || at >= g->dims[n->dim].size)
        b->reason = "a position lies outside its dimension";
      return at;
    }
  }
  return 0;
}

bool emit_bind(const emit_plan *p, emit_evaluator evaluate, void *context, emit_blobs *blobs,
               const char **reason) {
  binder b = {.p = p, .evaluate = evaluate, .context = context};
  memset(blobs, 0, sizeof *blobs);
  int64_t *real_at = calloc((size_t)p->n_reals + 1, sizeof *real_at);
  int64_t *map_at = calloc((size_t)p->n_maps + 1, sizeof *map_at);
  int64_t *scratch_at = calloc((size_t)p->n_scratches + 1, sizeof *scratch_at);
  uint64_t *map_integers = calloc((size_t)p->n_maps + 1, sizeof *map_integers);
  int32_t *head = calloc((size_t)p->n_slots + 1, sizeof *head);
  bool ok = real_at && map_at && scratch_at && map_integers && head &&
            push(&b, head, (uint64_t)p->n_slots);
  for (int i = 0; i < p->n_maps && ok; i++) {
    map_at[i] = (int64_t)b.n_integers;
    ok = p->maps[i].kind == EMIT_MAP ? bind_map(&b, &p->maps[i])
                                     : bind_segments(&b, &p->maps[i]);
    map_integers[i] = b.n_integers - (uint64_t)map_at[i];
    ok = ok && b.n_integers < INT32_MAX;
  }
  int64_t reals = 0, scratch = 0;
  for (int i = 0; i < p->n_reals && ok; i++) {
    real_at[i] = reals;
    reals += real_doubles(&b, &p->reals[i]);
    if (reals > INT32_MAX) b.reason = "more than 2^31 numbers of data";
  }
  for (int i = 0; i < p->n_scratches && ok; i++) {
    scratch_at[i] = scratch;
    int64_t n = size_of(&b, p->scratches[i].dims);
    int blocks = p->scratches[i].blocks;
    scratch += blocks ? n * blocks * EMIT_W : round_up(n) + EMIT_W;
    if (scratch > INT32_MAX) b.reason = "more than 2^31 numbers of scratch";
  }
  ok = ok && !b.reason;
  if (ok) {
    blobs->n_reals = (uint64_t)(reals ? reals : EMIT_W);
    blobs->reals = allocate_reals(blobs->n_reals);
    ok = blobs->reals != NULL;
    if (ok) memset(blobs->reals, 0, blobs->n_reals * sizeof(double));
  }
  for (int i = 0; i < p->n_reals && ok; i++)
    ok = bind_real(&b, &p->reals[i], blobs->reals + real_at[i]);
  for (int i = 0; i < p->n_slots && ok; i++) {
    int64_t v = slot_value(&b, &p->slots[i], real_at, map_at, scratch_at);
    if (v > INT32_MAX && !b.reason) b.reason = "more than 2^31 elements";
    b.integers[i] = (int32_t)v;
    ok = !b.reason;
  }
  blobs->integers = b.integers;
  blobs->n_integers = b.n_integers;
  blobs->scratch_doubles = (uint64_t)(scratch ? scratch : EMIT_W);
  if (ok) emit_count(p, map_integers, blobs);
  free(real_at);
  free(map_at);
  free(scratch_at);
  free(map_integers);
  free(head);
  if (!ok) {
    emit_blobs_free(blobs);
    if (reason) *reason = b.reason ? b.reason : "out of memory";
  }
  return ok;
}

void emit_blobs_free(emit_blobs *blobs) {
  free(blobs->reals);
  free(blobs->integers);
  memset(blobs, 0, sizeof *blobs);
}
