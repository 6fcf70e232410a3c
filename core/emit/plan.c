#include "emit/plan.h"

#include <stdlib.h>
#include <string.h>

static void *append(void *list, int *count, size_t item) {
  void *more = realloc(list, (size_t)(*count + 1) * item);
  if (!more) abort();
  (*count)++;
  return more;
}

int emit_slot_of(emit_plan *p, int kind, int number, ir_dims dims) {
  int i = 0;
  while (i < p->n_slots && ((int)p->slots[i].kind != kind || p->slots[i].number != number ||
                            p->slots[i].dims != dims))
    i++;
  if (i == p->n_slots) {
    p->slots = append(p->slots, &p->n_slots, sizeof *p->slots);
    p->slots[i] = (emit_slot){.kind = kind, .number = number, .dims = dims};
  }
  p->slots[i].pass = p->pass;
  return i;
}

static void read_in_pass(const emit_plan *p, int *reads, int *pass) {
  if (*pass == p->pass) return;
  *pass = p->pass;
  ++*reads;
}

int emit_real_of(emit_plan *p, ir_id node, ir_dims space, ir_dims columns) {
  int i = 0;
  while (i < p->n_reals && (p->reals[i].node != node || p->reals[i].space != space ||
                            p->reals[i].columns != columns))
    i++;
  if (i == p->n_reals) {
    p->reals = append(p->reals, &p->n_reals, sizeof *p->reals);
    p->reals[i] = (emit_real){.node = node, .space = space, .columns = columns, .pass = -1};
  }
  read_in_pass(p, &p->reals[i].reads, &p->reals[i].pass);
  return i;
}

int emit_map_of(emit_plan *p, int kind, ir_id node, ir_dims from, ir_dims to) {
  int i = 0;
  while (i < p->n_maps && ((int)p->maps[i].kind != kind || p->maps[i].node != node ||
                           p->maps[i].from != from || p->maps[i].to != to))
    i++;
  if (i == p->n_maps) {
    p->maps = append(p->maps, &p->n_maps, sizeof *p->maps);
    p->maps[i] = (emit_map){.kind = kind, .node = node, .from = from, .to = to, .pass = -1};
  }
  read_in_pass(p, &p->maps[i].reads, &p->maps[i].pass);
  return i;
}

void emit_use_function(emit_plan *p, const char *name) {
  for (int i = 0; i < p->n_functions; i++)
    if (strcmp(p->functions[i], name) == 0) return;
  if (p->n_functions < 63) p->functions[p->n_functions++] = name;
}

static ir_dims dims_of(const emit_plan *p, ir_id n) { return ir_at(p->g, n)->dims; }

/* ---- what kind of thing is each node --------------------------------------------- */

static const char *contract_kind(emit_plan *p, ir_id id) {
  const ir_node *n = ir_at(p->g, id);
  emit_info *info = &p->info[id];
  int data = ir_at(p->g, n->args[0])->data_only ? 0 : 1;
  ir_id matrix = n->args[data], vector = n->args[1 - data];
  ir_dims all = dims_of(p, matrix);
  info->matrix = matrix;
  info->vector = vector;
  if (!ir_at(p->g, matrix)->data_only || dims_of(p, vector) != n->over ||
      all != (n->over | n->dims) || n->dims == 0)
    return "a contraction of two unknown tables";
  /* rows are the longer side */
  info->kind = ir_size(p->g, n->dims) >= ir_size(p->g, n->over) ? EMIT_MATVEC : EMIT_TRANSPOSED;
  return NULL;
}

bool emit_in_lanes(const emit_plan *p, ir_id n) {
  return p->level && dims_of(p, n) == p->level;
}

static const char *classify(emit_plan *p, ir_id id) {
  const ir_node *n = ir_at(p->g, id);
  emit_info *info = &p->info[id];
  if (n->op == IR_CONST) {
    info->kind = EMIT_NUMBER;
  } else if (n->data_only) {
    info->kind = n->dims ? EMIT_DATA_ARRAY : EMIT_DATA_SCALAR;
  } else if (n->op == IR_INPUT || ir_is_centring((ir_op)n->op)) {
    info->kind = n->dims && !emit_in_lanes(p, id) ? EMIT_ARRAY_INPUT : EMIT_SCALAR_INPUT;
  } else if (n->op == IR_LOG_GAMMA_P || n->op == IR_LOG_GAMMA_Q || n->op == IR_LOG_T_CDF ||
             n->op == IR_LOG_BETA_I) {
    return "an incomplete gamma or beta function of unknowns";
  } else if (ir_is_elementwise((ir_op)n->op)) {
    info->kind = n->dims && !emit_in_lanes(p, id) ? EMIT_ELEMENT : EMIT_SCALAR;
  } else {
    switch (n->op) {
      case IR_GATHER:
        if (!ir_at(p->g, n->args[1])->data_only) return "positions that depend on unknowns";
        info->kind = n->dims ? EMIT_GATHER : EMIT_READ;
        break;
      case IR_RENAME:
      case IR_GATHER2:
        info->kind = EMIT_GATHER;
        break;
      case IR_SUM:
        info->kind = emit_in_lanes(p, n->args[0]) ? EMIT_SCALAR
                     : n->dims                    ? EMIT_SEGMENT
                                                  : EMIT_REDUCE;
        break;
      case IR_PICK:
        info->kind = EMIT_ELEMENT;
        break;
      case IR_SUMLOG:
        if (n->dims) return "a partial sum of logarithms";
        info->kind = EMIT_REDUCE;
        break;
      case IR_SEGSUM:
      case IR_SEGSUM2:
        info->kind = EMIT_SEGMENT;
        break;
      case IR_CONTRACT:
        return contract_kind(p, id);
      case IR_PACK:
        for (int i = 0; i < n->n_parts; i++)
          if (dims_of(p, p->g->parts[n->parts + i])) return "a vector made of arrays";
        info->kind = EMIT_PACK;
        break;
      case IR_PROD:
      case IR_REDUCE_MIN:
      case IR_REDUCE_MAX:
        info->kind = n->dims ? EMIT_SEGMENT : EMIT_REDUCE;
        break;
      case IR_RANDOM:
        return "a random number in the log density";
      default:
        return "an operation without a loop form";
    }
  }
  return NULL;
}

/* ---- stages ---------------------------------------------------------------------- */

bool emit_folds(ir_op op) {
  return op == IR_PROD || op == IR_REDUCE_MIN || op == IR_REDUCE_MAX;
}

bool emit_is_loop_kind(emit_kind k) {
  return k == EMIT_ELEMENT || k == EMIT_GATHER || k == EMIT_SEGMENT || k == EMIT_MATVEC;
}

ir_dims emit_home(const emit_plan *p, ir_id id) {
  const emit_info *info = &p->info[id];
  switch (info->kind) {
    case EMIT_ELEMENT:
    case EMIT_GATHER:
    case EMIT_SEGMENT:
    case EMIT_MATVEC:
    case EMIT_ARRAY_INPUT:
      return dims_of(p, id);
    case EMIT_REDUCE:
      return dims_of(p, ir_at(p->g, id)->args[0]);
    case EMIT_TRANSPOSED:
      return dims_of(p, info->vector);
    default:
      return 0;
  }
}

/* First stage in which a loop over `space` (0: the scalars) may use node a. */
static int ready(const emit_plan *p, ir_id a, ir_dims space) {
  const emit_info *info = &p->info[a];
  switch (info->kind) {
    case EMIT_ELEMENT:
    case EMIT_GATHER:
    case EMIT_SEGMENT:
    case EMIT_MATVEC:
      return emit_home(p, a) == space ? info->stage : info->stage + 1;
    case EMIT_REDUCE:
    case EMIT_TRANSPOSED:
      return info->stage + 1;
    case EMIT_ARRAY_INPUT:
      return 0;
    default:
      return info->stage;
  }
}

/* As above where a is read from memory by other lanes. */
static int stored_ready(const emit_plan *p, ir_id a) {
  const emit_info *info = &p->info[a];
  if (info->kind == EMIT_ARRAY_INPUT || info->kind == EMIT_PACK) return info->stage;
  return info->stage + 1;
}

static int max_int(int a, int b) { return a > b ? a : b; }

static void find_stage(emit_plan *p, ir_id id) {
  const ir_node *n = ir_at(p->g, id);
  emit_info *info = &p->info[id];
  int stage = 0;
  switch (info->kind) {
    case EMIT_SCALAR:
    case EMIT_ELEMENT:
      for (int i = 0; i < n->n_args; i++)
        stage = max_int(stage, dims_of(p, n->args[i]) && dims_of(p, n->args[i]) != n->dims &&
                                       !ir_at(p->g, n->args[i])->data_only &&
                                       !emit_in_lanes(p, n->args[i])
                                   ? stored_ready(p, n->args[i])
                                   : ready(p, n->args[i], n->dims));
      break;
    case EMIT_PACK:
      for (int i = 0; i < n->n_parts; i++)
        stage = max_int(stage, ready(p, p->g->parts[n->parts + i], 0));
      break;
    case EMIT_GATHER:
    case EMIT_READ:
      stage = stored_ready(p, n->args[0]);
      break;
    case EMIT_SEGMENT:
      /* an input array is copied to memory of its own first (the block of zeros) */
      stage = p->info[n->args[0]].kind == EMIT_ARRAY_INPUT ? 1 : stored_ready(p, n->args[0]);
      break;
    case EMIT_MATVEC:
      stage = stored_ready(p, info->vector);
      break;
    case EMIT_REDUCE:
      stage = ready(p, n->args[0], dims_of(p, n->args[0]));
      break;
    case EMIT_TRANSPOSED:
      stage = ready(p, info->vector, dims_of(p, info->vector));
      break;
    default:
      break;
  }
  info->stage = stage;
}

/* A loop of an early stage whose values are first needed later joins a later loop over
 * the same dimensions: one pass over memory less. */
static void find_limits(const emit_plan *p, int *limit) {
  for (ir_id id = 0; id < p->n_nodes; id++) limit[id] = p->n_stages - 1;
  for (ir_id id = p->n_nodes - 1; id >= 0; id--) {
    const emit_info *info = &p->info[id];
    if (info->kind == EMIT_DEAD) continue;
    const ir_node *n = ir_at(p->g, id);
    int n_args = n->n_args, n_parts = n->n_parts;
    if (ir_at(p->g, id)->data_only) continue;
    for (int i = 0; i < n_args + n_parts; i++) {
      ir_id a = i < n_args ? n->args[i] : p->g->parts[n->parts + i - n_args];
      if (ir_at(p->g, a)->data_only) continue;
      /* latest stage of a: what keeps ready(a) <= stage of its user */
      bool same_loop = emit_home(p, a) == emit_home(p, id) &&
                       emit_is_loop_kind(p->info[a].kind) &&
                       (info->kind == EMIT_ELEMENT || info->kind == EMIT_REDUCE ||
                        info->kind == EMIT_TRANSPOSED);
      bool free_stage = p->info[a].kind == EMIT_SCALAR || p->info[a].kind == EMIT_READ ||
                        p->info[a].kind == EMIT_PACK || p->info[a].kind == EMIT_ARRAY_INPUT ||
                        p->info[a].kind == EMIT_SCALAR_INPUT;
      int bound = same_loop ? limit[id] : free_stage ? info->stage : info->stage - 1;
      if (bound < limit[a]) limit[a] = bound;
    }
  }
}

static void merge_loops(emit_plan *p) {
  int *limit = malloc((size_t)p->n_nodes * sizeof *limit);
  if (!limit) abort();
  for (int from = 0; from < p->n_stages; from++) {
    bool again = true;
    while (again) {
      again = false;
      find_limits(p, limit);
      for (ir_id first = 0; first < p->n_nodes && !again; first++) {
        if (p->info[first].stage != from || emit_home(p, first) == 0 ||
            p->info[first].kind == EMIT_ARRAY_INPUT || p->info[first].kind == EMIT_DEAD)
          continue;
        ir_dims space = emit_home(p, first);
        int lowest = p->n_stages;
        for (ir_id id = 0; id < p->n_nodes; id++)
          if (p->info[id].kind != EMIT_DEAD && p->info[id].kind != EMIT_ARRAY_INPUT &&
              emit_home(p, id) == space && p->info[id].stage == from)
            lowest = lowest < limit[id] ? lowest : limit[id];
        for (int to = from + 1; to <= lowest && to < p->n_stages && !again; to++) {
          bool exists = false;
          for (ir_id id = 0; id < p->n_nodes; id++)
            exists = exists ||
                     (p->info[id].kind != EMIT_DEAD && p->info[id].kind != EMIT_ARRAY_INPUT &&
                      emit_home(p, id) == space && p->info[id].stage == to);
          if (!exists) continue;
          for (ir_id id = 0; id < p->n_nodes; id++)
            if (p->info[id].kind != EMIT_DEAD && p->info[id].kind != EMIT_ARRAY_INPUT &&
                emit_home(p, id) == space && p->info[id].stage == from)
              p->info[id].stage = to;
          again = true;
        }
      }
    }
  }
  free(limit);
}

/* Values over levels, and numbers made of them, wait until they are needed: a thread of a GPU
 * that keeps them through a loop lacks their registers there. */
static void delay_levels(emit_plan *p) {
  bool *levels = calloc((size_t)p->n_nodes + 1, sizeof *levels);
  int *latest = malloc(((size_t)p->n_nodes + 1) * sizeof *latest);
  if (!levels || !latest) abort();
  for (ir_id id = 0; id < p->n_nodes; id++) {
    const ir_node *n = ir_at(p->g, id);
    latest[id] = p->n_stages - 1;
    levels[id] = emit_in_lanes(p, id);
    for (int i = 0; i < n->n_args && p->info[id].kind == EMIT_SCALAR; i++)
      levels[id] |= levels[n->args[i]];
  }
  for (ir_id id = p->n_nodes - 1; id >= 0; id--) {
    const ir_node *n = ir_at(p->g, id);
    emit_info *info = &p->info[id];
    if (info->kind == EMIT_DEAD || n->data_only) continue;
    if (levels[id]) info->stage = latest[id];
    for (int i = 0; i < n->n_args + n->n_parts; i++) {
      ir_id a = i < n->n_args ? n->args[i] : p->g->parts[n->parts + i - n->n_args];
      if (latest[a] > info->stage) latest[a] = info->stage;
    }
  }
  free(levels);
  free(latest);
}

/* ---- memory ------------------------------------------------------------------------ */

/* Number of a new scratch array. */
static int reserve(emit_plan *p, ir_dims dims, int blocks) {
  p->scratches = append(p->scratches, &p->n_scratches, sizeof *p->scratches);
  p->scratches[p->n_scratches - 1] = (emit_scratch){.dims = dims, .blocks = blocks};
  return p->n_scratches - 1;
}

static void store(emit_plan *p, ir_id id) {
  emit_info *info = &p->info[id];
  if (info->scratch < 0) info->scratch = reserve(p, dims_of(p, id), 0);
}

/* The result, then its sums by lanes. */
static void store_transposed(emit_plan *p, ir_id id) {
  store(p, id);
  reserve(p, dims_of(p, id), 1);
}

/* The array node that this one reads from memory, or IR_NONE. */
static ir_id stored_source(const emit_plan *p, ir_id id) {
  const emit_info *info = &p->info[id];
  if (info->kind == EMIT_MATVEC) return info->vector;
  bool reads =
      info->kind == EMIT_GATHER || info->kind == EMIT_READ || info->kind == EMIT_SEGMENT;
  return reads ? ir_at(p->g, id)->args[0] : IR_NONE;
}

/* Columns of a triangular factor: no more rows than there are columns. */
static bool is_factor(const emit_plan *p, ir_id id) {
  while (ir_at(p->g, id)->op == IR_GATHER) id = ir_at(p->g, id)->args[0];
  return ir_at(p->g, id)->op == IR_QR;
}

/* Transposed products, and products in the same loop, go by tiles of blocks; of a factor not,
 * of which a tile would be most. */
static void find_tiles(emit_plan *p) {
  for (ir_id id = 0; id < p->n_nodes; id++) {
    const emit_info *info = &p->info[id];
    if (info->kind != EMIT_TRANSPOSED || is_factor(p, info->matrix)) continue;
    for (ir_id m = 0; m < p->n_nodes; m++) {
      emit_info *im = &p->info[m];
      if ((im->kind == EMIT_MATVEC || im->kind == EMIT_TRANSPOSED) && im->lanes < 0 &&
          im->stage == info->stage && emit_home(p, m) == emit_home(p, id))
        im->lanes = reserve(p, 0, EMIT_TILE);
    }
  }
}

static void find_stored(emit_plan *p) {
  for (ir_id id = 0; id < p->n_nodes; id++) {
    const emit_info *info = &p->info[id];
    if (info->kind == EMIT_DEAD || ir_at(p->g, id)->data_only) continue;
    const ir_node *n = ir_at(p->g, id);
    if (info->kind == EMIT_PACK) store(p, id);
    if (info->kind == EMIT_TRANSPOSED) store_transposed(p, id);
    if (info->kind == EMIT_REDUCE && emit_folds((ir_op)n->op))
      p->info[id].lanes = reserve(p, 0, 1);
    ir_id source = stored_source(p, id);
    if (source != IR_NONE) {
      emit_kind k = p->info[source].kind;
      if (k != EMIT_ARRAY_INPUT || info->kind == EMIT_SEGMENT) store(p, source);
    }
    if (info->kind != EMIT_ELEMENT && info->kind != EMIT_REDUCE &&
        info->kind != EMIT_TRANSPOSED)
      continue;
    for (int i = 0; i < n->n_args; i++) {
      ir_id a = n->args[i];
      const emit_info *ia = &p->info[a];
      if (!emit_is_loop_kind(ia->kind)) continue;
      if (emit_home(p, a) != emit_home(p, id) || ia->stage != info->stage) store(p, a);
    }
  }
}

/* Outputs whose shape differs from their destination's are broadcast from memory. */
static void store_outputs(emit_plan *p) {
  const ir_program *m = p->program;
  for (int i = 0; i < p->g->n_params; i++) {
    ir_id out[4] = {m->gradient[i], m->base[i], m->outer[i], m->weight[i]};
    ir_dims shape = ir_at(p->g, p->g->params[i].input)->dims;
    for (int k = 0; k < 4; k++)
      if (out[k] >= 0 && emit_is_loop_kind(p->info[out[k]].kind) && dims_of(p, out[k]) != shape)
        store(p, out[k]);
  }
}

/* A product with one user in the same place is written inside that user's fma. */
static void find_fused(emit_plan *p) {
  for (ir_id id = 0; id < p->n_nodes; id++) {
    const emit_info *info = &p->info[id];
    if (info->kind != EMIT_SCALAR && info->kind != EMIT_ELEMENT && info->kind != EMIT_REDUCE)
      continue;
    const ir_node *n = ir_at(p->g, id);
    if (n->op != IR_ADD && n->op != IR_SUB && n->op != IR_SUM) continue;
    if (n->op == IR_SUM && info->kind == EMIT_SCALAR) continue; /* over lanes */
    for (int i = 0; i < n->n_args; i++) {
      ir_id a = n->args[i];
      emit_info *ia = &p->info[a];
      ir_op op = (ir_op)ir_at(p->g, a)->op;
      if ((op == IR_MUL || op == IR_SQUARE) && ia->uses == 1 && ia->scratch < 0 &&
          (ia->kind == EMIT_SCALAR || ia->kind == EMIT_ELEMENT) && ia->stage == info->stage &&
          emit_home(p, a) == emit_home(p, id)) {
        ia->fused = true;
        break;
      }
    }
  }
}

/* ---- the plan ---------------------------------------------------------------------- */

static void find_loops(emit_plan *p) {
  for (ir_id id = 0; id < p->n_nodes; id++) {
    const emit_info *info = &p->info[id];
    ir_dims space = emit_home(p, id);
    if (info->kind == EMIT_DEAD || space == 0) continue;
    if (info->kind == EMIT_ARRAY_INPUT && info->scratch < 0) continue;
    bool known = false;
    for (int i = 0; i < p->n_loops; i++)
      known = known || (p->loops[i].space == space && p->loops[i].stage == info->stage);
    if (known) continue;
    p->loops = append(p->loops, &p->n_loops, sizeof *p->loops);
    p->loops[p->n_loops - 1] = (emit_loop){.space = space, .stage = info->stage};
  }
}

static void add_root(emit_plan *p, ir_id id) {
  p->roots = append(p->roots, &p->n_roots, sizeof *p->roots);
  p->roots[p->n_roots - 1] = id;
}

emit_plan *emit_plan_new(const ir_program *program, const char **reason) {
  emit_plan *p = calloc(1, sizeof *p);
  if (!p) abort();
  p->program = program;
  p->g = program->graph;
  p->n_nodes = p->g->n_nodes;
  p->info = calloc((size_t)p->n_nodes + 1, sizeof *p->info);
  uint8_t *marks = calloc((size_t)p->n_nodes + 1, 1);
  if (!p->info || !marks) abort();
  add_root(p, program->lp);
  add_root(p, program->lp_reported);
  for (int i = 0; i < p->g->n_params; i++) {
    add_root(p, program->gradient[i]);
    if (program->base[i] == IR_NONE) continue;
    add_root(p, program->base[i]);
    add_root(p, program->outer[i]);
    add_root(p, program->weight[i]);
  }
  ir_mark(p->g, p->roots, p->n_roots, marks);
  for (ir_id id = 0; id < p->n_nodes; id++)
    if (marks[id] && ir_at(p->g, id)->op == IR_CENTRE_LEVEL) p->level = dims_of(p, id);
  const char *why = NULL;
  for (ir_id id = 0; id < p->n_nodes; id++) {
    p->info[id].scratch = p->info[id].lanes = -1;
    p->info[id].matrix = p->info[id].vector = IR_NONE;
    if (!marks[id]) continue;
    const char *w = classify(p, id);
    if (w) why = w;
  }
  free(marks);
  if (why) {
    if (reason) *reason = why;
    emit_plan_free(p);
    return NULL;
  }
  /* data-only nodes below data-only nodes are not the source's business */
  uint8_t *wanted = calloc((size_t)p->n_nodes + 1, 1);
  if (!wanted) abort();
  for (int i = 0; i < p->n_roots; i++)
    if (p->roots[i] >= 0) {
      wanted[p->roots[i]] = 1;
      p->info[p->roots[i]].uses++;
    }
  for (ir_id id = p->n_nodes - 1; id >= 0; id--) {
    if (!wanted[id] || ir_at(p->g, id)->data_only) continue;
    const ir_node *n = ir_at(p->g, id);
    for (int i = 0; i < n->n_args; i++) {
      wanted[n->args[i]] = 1;
      p->info[n->args[i]].uses++;
    }
    for (int i = 0; i < n->n_parts; i++) {
      wanted[p->g->parts[n->parts + i]] = 1;
      p->info[p->g->parts[n->parts + i]].uses++;
    }
  }
  for (ir_id id = 0; id < p->n_nodes; id++)
    if (!wanted[id]) p->info[id].kind = EMIT_DEAD;
  free(wanted);
  for (ir_id id = 0; id < p->n_nodes; id++) {
    if (p->info[id].kind != EMIT_DEAD) find_stage(p, id);
    p->n_stages = max_int(p->n_stages, p->info[id].stage + 1);
  }
  merge_loops(p);
  delay_levels(p);
  find_stored(p);
  find_tiles(p);
  store_outputs(p);
  find_fused(p);
  find_loops(p);
  emit_write_model(p);
  return p;
}

void emit_plan_free(emit_plan *p) {
  if (!p) return;
  free(p->info);
  free(p->loops);
  free(p->reals);
  free(p->maps);
  free(p->slots);
  free(p->scratches);
  free(p->roots);
  free(p->text);
  free(p);
}

const char *const *emit_functions(const emit_plan *p) { return p->functions; }

static const char *const kind_names[] = {"dead",
                                         "number",
                                         "data",
                                         "data array",
                                         "input",
                                         "input array",
                                         "scalar",
                                         "element",
                                         "gather",
                                         "read",
                                         "reduce",
                                         "segment sum",
                                         "matrix times vector",
                                         "transposed",
                                         "pack"};

void emit_plan_print(const emit_plan *p, FILE *out) {
  fprintf(out, "schedule: %d stages, %d loops, %d scratch arrays\n", p->n_stages, p->n_loops,
          p->n_scratches);
  for (int stage = 0; stage < p->n_stages; stage++) {
    fprintf(out, "stage %d\n", stage);
    for (int i = -1; i < p->n_loops; i++) {
      ir_dims space = i < 0 ? 0 : p->loops[i].space;
      if (i >= 0 && p->loops[i].stage != stage) continue;
      fprintf(out, "  %s", i < 0 ? "scalars" : "loop over");
      for (int d = 0; d < p->g->n_dims; d++)
        if (space & ir_bit(d)) fprintf(out, " %s", p->g->dims[d].name);
      fputc('\n', out);
      for (ir_id id = 0; id < p->n_nodes; id++) {
        const emit_info *info = &p->info[id];
        bool here = info->kind != EMIT_DEAD && !ir_at(p->g, id)->data_only &&
                    info->stage == stage && emit_home(p, id) == space;
        if (!here) continue;
        fprintf(out, "  [%s%s%s]", kind_names[info->kind], info->fused ? ", in fma" : "",
                info->scratch >= 0 ? ", stored" : "");
        ir_print_node(p->g, id, out);
      }
    }
  }
}
