/* Life and tables of a graph. */
#include "ir/ir.h"

#include <stdlib.h>
#include <string.h>

/* ---- life ---------------------------------------------------------------- */

/* Tables without a capacity of their own grow at powers of two. */
static void *grow_table(void *list, int count, size_t item) {
  if (count != 0 && (count & (count - 1)) != 0) return list;
  void *more = realloc(list, (size_t)(count ? 2 * count : 1) * item);
  if (!more) abort();
  return more;
}

static char *copy_text(const char *s) {
  if (!s) return NULL;
  char *c = strdup(s);
  if (!c) abort();
  return c;
}

ir_graph *ir_graph_new(void) {
  ir_graph *g = calloc(1, sizeof *g);
  if (!g) abort();
  return g;
}

void ir_graph_free(ir_graph *g) {
  if (!g) return;
  for (int i = 0; i < g->n_dims; i++) {
    if (g->dims[i].labels)
      for (int64_t k = 0; k < g->dims[i].size; k++) free(g->dims[i].labels[k]);
    free(g->dims[i].labels);
    free(g->dims[i].name);
  }
  for (int i = 0; i < g->n_data; i++) {
    free(g->data[i].name);
    free(g->data[i].values);
  }
  for (int i = 0; i < g->n_params; i++) {
    free(g->params[i].name);
    free(g->params[i].support);
  }
  for (int i = 0; i < g->n_terms; i++) free(g->terms[i].name);
  for (int i = 0; i < g->n_outcomes; i++) free(g->outcomes[i].name);
  for (int i = 0; i < g->n_quantities; i++) free(g->quantities[i].name);
  free(g->dims);
  free(g->data);
  free(g->params);
  free(g->terms);
  free(g->outcomes);
  free(g->quantities);
  free(g->nodes);
  free(g->parts);
  free(g->hash);
  free(g->title);
  free(g->file);
  free(g);
}

static void *copy_block(const void *p, size_t bytes) {
  void *c = malloc(bytes ? bytes : 1);
  if (!c) abort();
  if (bytes) memcpy(c, p, bytes);
  return c;
}

/* Tables without capacity must again be allocated to the next power of two. */
static void *copy_table(const void *p, int count, size_t item) {
  size_t room = 1;
  while (room < (size_t)count) room *= 2;
  void *c = calloc(room, item);
  if (!c) abort();
  if (count) memcpy(c, p, (size_t)count * item);
  return c;
}

ir_graph *ir_graph_copy(const ir_graph *g) {
  ir_graph *c = ir_graph_new();
  *c = *g;
  c->dims = copy_table(g->dims, g->n_dims, sizeof *g->dims);
  for (int i = 0; i < c->n_dims; i++) {
    c->dims[i].name = copy_text(g->dims[i].name);
    if (!g->dims[i].labels) continue;
    c->dims[i].labels = calloc((size_t)g->dims[i].size + 1, sizeof(char *));
    if (!c->dims[i].labels) abort();
    for (int64_t k = 0; k < g->dims[i].size; k++)
      c->dims[i].labels[k] = copy_text(g->dims[i].labels[k]);
  }
  c->data = copy_table(g->data, g->n_data, sizeof *g->data);
  for (int i = 0; i < c->n_data; i++) {
    c->data[i].name = copy_text(g->data[i].name);
    if (g->data[i].values)
      c->data[i].values = copy_block(g->data[i].values, (size_t)g->data[i].n * sizeof(double));
  }
  c->params = copy_table(g->params, g->n_params, sizeof *g->params);
  for (int i = 0; i < c->n_params; i++) {
    c->params[i].name = copy_text(g->params[i].name);
    c->params[i].support = copy_text(g->params[i].support);
  }
  c->terms = copy_table(g->terms, g->n_terms, sizeof *g->terms);
  for (int i = 0; i < c->n_terms; i++) c->terms[i].name = copy_text(g->terms[i].name);
  c->outcomes = copy_table(g->outcomes, g->n_outcomes, sizeof *g->outcomes);
  for (int i = 0; i < c->n_outcomes; i++) c->outcomes[i].name = copy_text(g->outcomes[i].name);
  c->quantities = copy_table(g->quantities, g->n_quantities, sizeof *g->quantities);
  for (int i = 0; i < c->n_quantities; i++)
    c->quantities[i].name = copy_text(g->quantities[i].name);
  c->nodes = copy_block(g->nodes, (size_t)g->cap_nodes * sizeof *g->nodes);
  c->parts = copy_block(g->parts, (size_t)g->cap_parts * sizeof *g->parts);
  c->hash = copy_block(g->hash, (size_t)g->cap_hash * sizeof *g->hash);
  c->title = copy_text(g->title);
  c->file = copy_text(g->file);
  return c;
}

/* ---- tables -------------------------------------------------------------- */

int ir_add_dim(ir_graph *g, const char *name, int64_t size, int alias_of) {
  g->dims = grow_table(g->dims, g->n_dims, sizeof *g->dims);
  g->dims[g->n_dims] =
      (ir_dimension){.name = copy_text(name), .size = size, .alias_of = alias_of};
  return g->n_dims++;
}

int ir_anonymous_dim(ir_graph *g, int64_t size) {
  char name[32];
  snprintf(name, sizeof name, "#%lld", (long long)size);
  for (int i = 0; i < g->n_dims; i++)
    if (strcmp(g->dims[i].name, name) == 0) return i;
  return ir_add_dim(g, name, size, -1);
}

int ir_add_data(ir_graph *g, const char *name, int rank, const uint8_t *order,
                const double *values, int index_into, bool integer) {
  g->data = grow_table(g->data, g->n_data, sizeof *g->data);
  ir_data *d = &g->data[g->n_data];
  *d = (ir_data){.name = copy_text(name),
                 .rank = rank,
                 .index_into = index_into,
                 .integer = integer,
                 .n = 1};
  for (int i = 0; i < rank; i++) {
    d->order[i] = order[i];
    d->dims |= ir_bit(order[i]);
    d->n *= g->dims[order[i]].size;
  }
  if (values) {
    d->values = malloc((size_t)(d->n ? d->n : 1) * sizeof(double));
    if (!d->values) abort();
    memcpy(d->values, values, (size_t)d->n * sizeof(double));
  }
  int number = g->n_data++;
  g->data[number].node = ir_data_node(g, number);
  return number;
}

ir_param *ir_add_param(ir_graph *g, const char *name) {
  g->params = grow_table(g->params, g->n_params, sizeof *g->params);
  ir_param *p = &g->params[g->n_params++];
  *p = (ir_param){.name = copy_text(name),
                  .input = IR_NONE,
                  .natural = IR_NONE,
                  .unconstrain = IR_NONE,
                  .natural_data = -1,
                  .family = -1,
                  .base = IR_NONE,
                  .weight = IR_NONE};
  return p;
}

ir_term *ir_add_term(ir_graph *g, ir_term_kind kind, const char *name, ir_id node, int param,
                     int line, int column) {
  g->terms = grow_table(g->terms, g->n_terms, sizeof *g->terms);
  ir_term *t = &g->terms[g->n_terms++];
  *t = (ir_term){.kind = kind,
                 .name = copy_text(name),
                 .node = node,
                 .param = param,
                 .line = line,
                 .column = column};
  return t;
}

ir_outcome *ir_add_outcome(ir_graph *g, const char *name) {
  g->outcomes = grow_table(g->outcomes, g->n_outcomes, sizeof *g->outcomes);
  ir_outcome *o = &g->outcomes[g->n_outcomes++];
  *o = (ir_outcome){.name = copy_text(name), .data = -1, .term = -1};
  return o;
}

ir_quantity *ir_add_quantity(ir_graph *g, const char *name, ir_id node) {
  g->quantities = grow_table(g->quantities, g->n_quantities, sizeof *g->quantities);
  ir_quantity *q = &g->quantities[g->n_quantities++];
  *q = (ir_quantity){.name = copy_text(name), .node = node};
  return q;
}
