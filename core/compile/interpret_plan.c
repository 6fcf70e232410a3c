#include "compile/interpret_plan.h"

#include <stdlib.h>
#include <string.h>

void *plan_memory(size_t bytes) {
  void *m = calloc(1, bytes ? bytes : 1);
  if (!m) abort();
  return m;
}

static int32_t small(int64_t n) {
  if (n < 0 || n > INT32_MAX) abort(); /* the language refuses such sizes */
  return (int32_t)n;
}

int64_t plan_stride(const ir_graph *g, ir_dims array, int dim) {
  int64_t s = 1;
  for (int d = dim + 1; d < g->n_dims; d++)
    if (array & ir_bit(d)) s *= g->dims[d].size;
  return s;
}

static int32_t *walk_offsets(const ir_graph *g, const int *order, const int64_t *strides,
                             int rank) {
  int64_t n = 1, index[IR_MAX_DIMS] = {0}, offset = 0;
  for (int k = 0; k < rank; k++) n *= g->dims[order[k]].size;
  int32_t *map = plan_memory((size_t)small(n) * sizeof *map);
  for (int64_t i = 0; i < n; i++) {
    map[i] = small(offset);
    for (int k = rank - 1; k >= 0; k--) {
      offset += strides[k];
      if (++index[k] < g->dims[order[k]].size) break;
      offset -= strides[k] * index[k];
      index[k] = 0;
    }
  }
  return map;
}

int32_t *interp_offsets(const ir_graph *g, ir_dims array, const uint8_t *order, int rank) {
  int dims[IR_MAX_DIMS];
  int64_t strides[IR_MAX_DIMS];
  for (int k = 0; k < rank; k++) {
    dims[k] = order[k];
    strides[k] = array & ir_bit(order[k]) ? plan_stride(g, array, order[k]) : 0;
  }
  return walk_offsets(g, dims, strides, rank);
}

/* How a walk over `walk` (ascending, as stored) moves through an array over `array`.
 * With from >= 0 the array's dimension `from` is moved by the walk's dimension `to`
 * (-1: by none) in place of the walk's own `from`. */
static plan_access access_of(plan *p, ir_dims walk, ir_dims array, int from, int to) {
  const ir_graph *g = p->graph;
  if (walk == array && from < 0) return (plan_access){NULL, 1};
  for (int i = 0; i < p->n_maps; i++) {
    const plan_map *m = &p->maps[i];
    if (m->array == array && m->walk == walk && m->from == from && m->to == to)
      return m->access;
  }
  int order[IR_MAX_DIMS], rank = 0;
  int64_t strides[IR_MAX_DIMS];
  for (int d = 0; d < g->n_dims; d++) {
    if (!(walk & ir_bit(d))) continue;
    int64_t s = array & ir_bit(d) && d != from ? plan_stride(g, array, d) : 0;
    if (from >= 0 && d == to) s += plan_stride(g, array, from);
    order[rank] = d;
    strides[rank++] = s;
  }
  int32_t *map = walk_offsets(g, order, strides, rank);
  int64_t n = ir_size(g, walk);
  bool same = true, fixed = true;
  for (int64_t i = 0; i < n; i++) {
    same = same && map[i] == i;
    fixed = fixed && map[i] == 0;
  }
  plan_access a = {map, 1};
  if (same || fixed) {
    free(map);
    a = (plan_access){NULL, same ? 1 : 0};
  }
  p->maps = realloc(p->maps, (size_t)(p->n_maps + 1) * sizeof *p->maps);
  if (!p->maps) abort();
  p->maps[p->n_maps++] = (plan_map){array, walk, from, to, a};
  return a;
}

static void shape_step(plan *p, plan_step *s, const ir_node *n) {
  const ir_graph *g = p->graph;
  ir_dims dims[IR_MAX_ARGS] = {0};
  for (int k = 0; k < n->n_args; k++) dims[k] = ir_at(g, n->args[k])->dims;
  switch ((ir_op)n->op) {
    case IR_GATHER:
      s->access[0] = access_of(p, n->dims, dims[0], n->dim, -1);
      s->access[1] = access_of(p, n->dims, dims[1], -1, -1);
      break;
    case IR_RENAME:
      s->access[0] = access_of(p, n->dims, dims[0], n->dim, n->dim2);
      break;
    case IR_SUM:
    case IR_PROD:
    case IR_REDUCE_MIN:
    case IR_REDUCE_MAX:
    case IR_LOG_SUM_EXP:
    case IR_SUMLOG:
    case IR_CONTRACT:
      for (int k = 0; k < n->n_args; k++) {
        s->access[k] = access_of(p, n->dims, dims[k], -1, -1);
        s->reduced[k] = access_of(p, n->over, dims[k], -1, -1);
      }
      s->n_walk = small(ir_size(g, n->over));
      break;
    case IR_SEGSUM: {
      ir_dims walk = dims[0] | dims[1];
      s->access[0] = access_of(p, walk, dims[0], -1, -1);
      s->access[1] = access_of(p, walk, dims[1], -1, -1);
      s->into = access_of(p, walk, n->dims, n->dim, -1);
      s->n_walk = small(ir_size(g, walk));
      break;
    }
    case IR_QR:
      if (n->n_args) s->access[0] = access_of(p, n->over, dims[0], -1, -1);
      s->n_walk = small(ir_size(g, n->over));
      break;
    case IR_PACK:
      s->into = access_of(p, n->dims & ~ir_bit(n->dim), n->dims, -1, -1);
      s->n_walk = small(ir_size(g, n->dims & ~ir_bit(n->dim)));
      break;
    default:
      for (int k = 0; k < n->n_args; k++) s->access[k] = access_of(p, n->dims, dims[k], -1, -1);
  }
}

static void need(const ir_graph *g, bool *needed) {
  for (ir_id i = g->n_nodes - 1; i >= 0; i--) {
    if (!needed[i]) continue;
    const ir_node *n = ir_at(g, i);
    for (int k = 0; k < n->n_args; k++) needed[n->args[k]] = true;
    for (int k = 0; k < n->n_parts; k++) needed[g->parts[n->parts + k]] = true;
  }
}

plan *plan_new(const ir_graph *g, const ir_id *wanted, int n_wanted, bool in_place) {
  plan *p = plan_memory(sizeof *p);
  p->graph = g;
  atomic_init(&p->users, 1);
  bool *needed = plan_memory((size_t)g->n_nodes);
  for (int i = 0; i < n_wanted; i++)
    if (wanted[i] != IR_NONE) needed[wanted[i]] = true;
  need(g, needed);
  int n_parts = 0;
  for (ir_id i = 0; i < g->n_nodes; i++)
    if (needed[i]) {
      p->n_steps++;
      n_parts += ir_at(g, i)->n_parts;
    }
  p->steps = plan_memory((size_t)p->n_steps * sizeof *p->steps);
  p->step_of = plan_memory((size_t)g->n_nodes * sizeof *p->step_of);
  p->part_step = plan_memory((size_t)n_parts * sizeof *p->part_step);
  p->part_access = plan_memory((size_t)n_parts * sizeof *p->part_access);
  p->gathers = plan_memory((size_t)p->n_steps * sizeof *p->gathers);
  p->bound = plan_memory((size_t)g->n_params * sizeof *p->bound);
  int at = 0;
  for (ir_id i = 0; i < g->n_nodes; i++) {
    p->step_of[i] = -1;
    if (!needed[i]) continue;
    const ir_node *n = ir_at(g, i);
    plan_step *s = &p->steps[at];
    p->step_of[i] = at++;
    s->op = n->op;
    s->node = i;
    s->n = small(ir_size(g, n->dims));
    s->n_args = n->n_args;
    s->place = PLAN_STATIC;
    s->active = n->op == IR_INPUT;
    if (n->op == IR_INPUT || n->op == IR_RANDOM || ir_is_centring((ir_op)n->op))
      s->place = PLAN_RUN;
    if (n->op == IR_DATA && in_place && g->data[n->index].values) s->place = PLAN_DATA;
    if (n->op == IR_DATA)
      for (int k = 0; k < g->n_params; k++)
        if (g->params[k].natural_data == n->index) s->place = PLAN_BOUND;
    for (int k = 0; k < n->n_args; k++) {
      s->arg[k] = p->step_of[n->args[k]];
      const plan_step *a = &p->steps[s->arg[k]];
      if (!plan_is_constant(a)) s->place = PLAN_RUN;
      s->active = s->active || a->active;
    }
    if (n->dim >= 0) {
      ir_dims holder = n->op == IR_GATHER ? ir_at(g, n->args[0])->dims : n->dims;
      s->stride = small(plan_stride(g, holder, n->dim));
      s->size = small(g->dims[n->dim].size);
    }
    s->part = p->n_parts;
    s->n_parts = n->n_parts;
    for (int k = 0; k < n->n_parts; k++) {
      ir_id part = g->parts[n->parts + k];
      const plan_step *a = &p->steps[p->step_of[part]];
      if (!plan_is_constant(a)) s->place = PLAN_RUN;
      s->active = s->active || a->active;
      ir_dims walk = n->op == IR_PACK ? n->dims & ~ir_bit(n->dim)
                     : n->op == IR_QR ? n->over
                                      : n->dims;
      p->part_step[p->n_parts] = p->step_of[part];
      p->part_access[p->n_parts++] = access_of(p, walk, ir_at(g, part)->dims, -1, -1);
    }
    if (n->op == IR_RANDOM) s->active = false;
    shape_step(p, s, n);
    bool anew = n->op == IR_SEGSUM;
    for (int k = 0; k < n->n_args && (ir_is_elementwise(n->op) || n->op == IR_RENAME); k++)
      anew = anew || s->access[k].map;
    if (anew && s->n > p->temporary) p->temporary = s->n;
    if (s->place == PLAN_DATA) {
      s->offset = n->index;
    } else if (s->place == PLAN_STATIC) {
      s->offset = p->n_static;
      p->n_static += s->n;
    } else if (s->place == PLAN_RUN) {
      s->offset = p->n_values;
      p->n_values += s->n;
    } else {
      s->offset = p->n_bound;
      if (s->n > p->largest_bound) p->largest_bound = s->n;
      p->bound[p->n_bound++] = n->index;
    }
  }
  free(needed);
  return p;
}

void plan_release(plan *p) {
  if (!p || atomic_fetch_sub(&p->users, 1) != 1) return;
  for (int i = 0; i < p->n_maps; i++) free((int32_t *)p->maps[i].access.map);
  for (int i = 0; i < p->n_steps; i++) free(p->gathers[i]);
  free(p->maps);
  free(p->gathers);
  free(p->steps);
  free(p->step_of);
  free(p->part_step);
  free(p->part_access);
  free(p->bound);
  free(p->statics);
  free(p);
}
