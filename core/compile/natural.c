#include "compile/natural.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compile/interpret_plan.h"

typedef struct {
  natural_column column;
  ir_id node;
  int32_t *map; /* declared position to stored element; NULL: the same */
  /* replicated outcomes */
  int n_args;
  ir_id args[IR_MAX_ARGS];
  int32_t *arg_maps[IR_MAX_ARGS];
} natural_source;

typedef struct {
  const ir_graph *graph;
  atomic_int users;
  natural_source *sources;
  natural_column *columns;
  int n;
  int64_t width;
} natural_plan;

struct natural {
  natural_plan *plan;
  interp *ws;
};

static bool identity(const int32_t *map, int64_t n) {
  for (int64_t i = 0; i < n; i++)
    if (map[i] != i) return false;
  return true;
}

/* `declared` dims first in their order, as far as the shape has them; then the rest. */
static void shape_column(const ir_graph *g, natural_source *s, ir_dims shape,
                         const uint8_t *declared, int rank) {
  natural_column *c = &s->column;
  ir_dims left = shape;
  for (int k = 0; k < rank; k++)
    if (left & ir_bit(declared[k])) {
      c->dims[c->rank++] = declared[k];
      left &= ~ir_bit(declared[k]);
    }
  for (int d = 0; d < g->n_dims; d++)
    if (left & ir_bit(d)) c->dims[c->rank++] = (uint8_t)d;
  c->n = ir_size(g, shape);
}

static void add(natural_plan *p, natural_what kind, int index, const char *name, ir_id node,
                ir_dims shape, const uint8_t *declared, int rank) {
  p->sources = realloc(p->sources, (size_t)(p->n + 1) * sizeof *p->sources);
  if (!p->sources) abort();
  natural_source *s = &p->sources[p->n++];
  *s = (natural_source){.column = {.kind = kind, .index = index, .name = name}, .node = node};
  shape_column(p->graph, s, shape, declared, rank);
  s->column.offset = p->width;
  p->width += s->column.n;
  if (node == IR_NONE || kind == NATURAL_TERMS) return;
  s->map =
      interp_offsets(p->graph, ir_at(p->graph, node)->dims, s->column.dims, s->column.rank);
  if (identity(s->map, s->column.n)) {
    free(s->map);
    s->map = NULL;
  }
}

static void add_replicated(natural_plan *p, int index) {
  const ir_graph *g = p->graph;
  const ir_outcome *o = &g->outcomes[index];
  const ir_data *d = o->data >= 0 ? &g->data[o->data] : NULL;
  if (o->use.distribution < 0 || o->use.n_args <= 0) return;
  for (int k = 0; k < o->use.n_args; k++) /* an event dimension: not one number a draw */
    if (ir_at(g, o->use.args[k])->dims & ~o->dims) return;
  add(p, NATURAL_REPLICATED, index, o->name, IR_NONE, o->dims, d ? d->order : NULL,
      d ? d->rank : 0);
  natural_source *s = &p->sources[p->n - 1];
  s->n_args = o->use.n_args;
  for (int k = 0; k < s->n_args; k++) {
    s->args[k] = o->use.args[k];
    s->arg_maps[k] =
        interp_offsets(g, ir_at(g, s->args[k])->dims, s->column.dims, s->column.rank);
  }
}

natural *natural_new(const ir_graph *g, unsigned what) {
  natural_plan *p = plan_memory(sizeof *p);
  p->graph = g;
  atomic_init(&p->users, 1);
  if (what & NATURAL_PARAMS)
    for (int i = 0; i < g->n_params; i++) {
      const ir_param *x = &g->params[i];
      if (x->natural != IR_NONE)
        add(p, NATURAL_PARAMS, i, x->name, x->natural, x->dims, x->order, x->rank);
    }
  for (int generated = 1; generated >= 0; generated--) {
    natural_what kind = generated ? NATURAL_GENERATED : NATURAL_DEFINED;
    for (int i = 0; what & kind && i < g->n_quantities; i++) {
      const ir_quantity *x = &g->quantities[i];
      if (x->generated != (generated == 1)) continue;
      ir_dims shape = ir_at(g, x->node)->dims;
      for (int k = 0; k < x->rank; k++) shape |= ir_bit(x->order[k]);
      add(p, kind, i, x->name, x->node, shape, x->order, x->rank);
    }
  }
  for (int i = 0; what & NATURAL_LOG_LIKELIHOOD && i < g->n_outcomes; i++) {
    const ir_outcome *o = &g->outcomes[i];
    if (o->term < 0) continue;
    const ir_data *d = o->data >= 0 ? &g->data[o->data] : NULL;
    ir_id node = g->terms[o->term].node;
    add(p, NATURAL_LOG_LIKELIHOOD, i, o->name, node, ir_at(g, node)->dims, d ? d->order : NULL,
        d ? d->rank : 0);
  }
  for (int i = 0; what & NATURAL_REPLICATED && i < g->n_outcomes; i++) add_replicated(p, i);
  for (int i = 0; what & NATURAL_TERMS && i < g->n_terms; i++)
    add(p, NATURAL_TERMS, i, g->terms[i].name, g->terms[i].node, 0, NULL, 0);
  ir_id *wanted = plan_memory((size_t)p->n * (IR_MAX_ARGS + 1) * sizeof *wanted);
  p->columns = plan_memory((size_t)p->n * sizeof *p->columns);
  int n = 0;
  for (int i = 0; i < p->n; i++) {
    const natural_source *s = &p->sources[i];
    p->columns[i] = s->column;
    wanted[n++] = s->node;
    for (int k = 0; k < s->n_args; k++) wanted[n++] = s->args[k];
  }
  natural *plan = plan_memory(sizeof *plan);
  plan->plan = p;
  plan->ws = interp_new(g, wanted, n);
  free(wanted);
  return plan;
}

natural *natural_clone(const natural *original) {
  natural *plan = plan_memory(sizeof *plan);
  atomic_fetch_add(&original->plan->users, 1);
  plan->plan = original->plan;
  plan->ws = interp_clone(original->ws);
  return plan;
}

void natural_free(natural *plan) {
  if (!plan) return;
  interp_free(plan->ws);
  natural_plan *p = plan->plan;
  free(plan);
  if (atomic_fetch_sub(&p->users, 1) != 1) return;
  for (int i = 0; i < p->n; i++) {
    free(p->sources[i].map);
    for (int k = 0; k < p->sources[i].n_args; k++) free(p->sources[i].arg_maps[k]);
  }
  free(p->sources);
  free(p->columns);
  free(p);
}

const natural_column *natural_columns(const natural *plan, int *count) {
  *count = plan->plan->n;
  return plan->plan->columns;
}

int64_t natural_width(const natural *plan) { return plan->plan->width; }

static void replicate(const natural *plan, const natural_source *s, const random_key *key,
                      double *to) {
  const ir_outcome *o = &plan->plan->graph->outcomes[s->column.index];
  const double *values[IR_MAX_ARGS];
  for (int k = 0; k < s->n_args; k++) values[k] = interp_value(plan->ws, s->args[k], NULL);
  for (int64_t i = 0; i < s->column.n; i++) {
    double args[IR_MAX_ARGS] = {0};
    for (int k = 0; k < s->n_args; k++) args[k] = values[k][s->arg_maps[k][i]];
    random_stream stream = random_open(key, s->column.index, i);
    to[i] = random_draw(&stream, o->use.distribution, args);
  }
}

void natural_run(natural *plan, const double *q, const double *centring, const random_key *key,
                 double *row) {
  random_key generate = {0}, outcome = {0};
  if (key) {
    generate = outcome = *key;
    generate.purpose = RANDOM_GENERATE;
    outcome.purpose = RANDOM_OUTCOME;
  }
  interp_run(plan->ws, q, centring, key ? &generate : NULL);
  for (int i = 0; i < plan->plan->n; i++) {
    const natural_source *s = &plan->plan->sources[i];
    double *to = row + s->column.offset;
    int64_t n;
    const double *from = s->node == IR_NONE ? NULL : interp_value(plan->ws, s->node, &n);
    if (s->column.kind == NATURAL_REPLICATED) {
      if (key)
        replicate(plan, s, &outcome, to);
      else
        for (int64_t k = 0; k < s->column.n; k++) to[k] = NAN;
    } else if (s->column.kind == NATURAL_TERMS) {
      *to = 0;
      for (int64_t k = 0; k < n; k++) *to += from[k];
    } else if (s->map) {
      for (int64_t k = 0; k < s->column.n; k++) to[k] = from[s->map[k]];
    } else {
      memcpy(to, from, (size_t)s->column.n * sizeof *to);
    }
  }
}
