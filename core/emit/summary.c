/* A plan in short, for people. */
#include <stdlib.h>
#include <string.h>

#include "emit/plan.h"

static void print_space(const ir_graph *g, ir_dims dims, FILE *out) {
  const char *separator = "";
  for (int d = 0; d < g->n_dims; d++) {
    if (!(dims & ir_bit(d))) continue;
    fprintf(out, "%s%s (%lld)", separator, g->dims[d].name, (long long)g->dims[d].size);
    separator = " x ";
  }
}

typedef struct {
  int elements, functions, gathers, segments, products, sums;
} work;

static void add(const emit_plan *p, ir_id id, work *w) {
  double functions;
  switch (p->info[id].kind) {
    case EMIT_SCALAR:
    case EMIT_ELEMENT:
      emit_operations(ir_at(p->g, id), &functions);
      if (functions > 0)
        w->functions++;
      else
        w->elements++;
      break;
    case EMIT_GATHER:
    case EMIT_READ:
      w->gathers++;
      break;
    case EMIT_SEGMENT:
      w->segments++;
      break;
    case EMIT_MATVEC:
    case EMIT_TRANSPOSED:
      w->products++;
      break;
    case EMIT_REDUCE:
      w->sums++;
      break;
    default:
      break;
  }
}

static void print_work(const work *w, FILE *out) {
  const struct {
    int n;
    const char *one, *many;
  } parts[] = {{w->elements, "operation", "operations"},
               {w->functions, "function", "functions"},
               {w->gathers, "read by index", "reads by index"},
               {w->segments, "segment sum", "segment sums"},
               {w->products, "pass over a matrix", "passes over a matrix"},
               {w->sums, "sum to a number", "sums to a number"}};
  const char *separator = "";
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    if (!parts[i].n) continue;
    fprintf(out, "%s%d %s", separator, parts[i].n,
            parts[i].n == 1 ? parts[i].one : parts[i].many);
    separator = ", ";
  }
  fputc('\n', out);
}

static bool works(const emit_plan *p, ir_id id) {
  emit_kind k = p->info[id].kind;
  return k == EMIT_SCALAR || k == EMIT_READ || k == EMIT_REDUCE || k == EMIT_TRANSPOSED ||
         emit_is_loop_kind(k);
}

static void print_loops(const emit_plan *p, FILE *out) {
  fprintf(out, "a gradient, an element of each loop\n");
  for (int stage = 0; stage < p->n_stages; stage++)
    for (int i = -1; i < p->n_loops; i++) {
      ir_dims space = i < 0 ? 0 : p->loops[i].space;
      if (i >= 0 && p->loops[i].stage != stage) continue;
      work w = {0};
      for (ir_id id = 0; id < p->n_nodes; id++)
        if (works(p, id) && p->info[id].stage == stage && emit_home(p, id) == space)
          add(p, id, &w);
      if (!memcmp(&w, &(work){0}, sizeof w)) continue;
      fputs("  ", out);
      if (space)
        print_space(p->g, space, out);
      else
        fputs("numbers", out);
      fputs(": ", out);
      print_work(&w, out);
    }
}

/* Dimensions of unknown values in the model that no loop walks any more. */
static void print_collapsed(const emit_plan *p, FILE *out) {
  const ir_graph *g = p->g;
  uint8_t *marks = calloc((size_t)g->n_nodes, 1);
  if (!marks) abort();
  for (int t = 0; t < g->n_terms; t++) ir_mark(g, &g->terms[t].node, 1, marks);
  ir_dims before = 0, now = 0, matrices = 0;
  for (ir_id id = 0; id < g->n_nodes; id++)
    if (marks[id] && !ir_at(g, id)->data_only) before |= ir_at(g, id)->dims;
  for (int i = 0; i < p->n_loops; i++) now |= p->loops[i].space;
  for (ir_id id = 0; id < p->n_nodes; id++)
    if (p->info[id].matrix != IR_NONE) matrices |= ir_at(g, p->info[id].matrix)->dims;
  for (int d = 0; d < g->n_dims; d++)
    if (before & ~now & ~matrices & ir_bit(d))
      fprintf(out, "  %s (%lld): no loop; its sums are statistics of the data, taken once\n",
              g->dims[d].name, (long long)g->dims[d].size);
  free(marks);
}

static void print_once(const emit_plan *p, FILE *out) {
  const ir_graph *g = p->g;
  int n = 0, inner = 0;
  int64_t numbers = 0;
  uint8_t *marks = calloc((size_t)g->n_nodes, 1);
  if (!marks) abort();
  for (ir_id id = 0; id < p->n_nodes; id++) {
    if (p->info[id].kind != EMIT_DATA_SCALAR && p->info[id].kind != EMIT_DATA_ARRAY) continue;
    n++;
    numbers += ir_size(g, ir_at(g, id)->dims);
    ir_mark(g, &id, 1, marks);
  }
  for (ir_id id = 0; id < g->n_nodes; id++)
    inner += marks[id] && ir_at(g, id)->op != IR_DATA && ir_at(g, id)->op != IR_CONST;
  fprintf(out,
          "once, when data are bound: %d operations give %d arrays and numbers, %lld in all\n",
          inner, n, (long long)numbers);
  for (ir_id id = 0; id < p->n_nodes; id++)
    if (p->info[id].kind == EMIT_DATA_SCALAR || p->info[id].kind == EMIT_DATA_ARRAY)
      ir_print_node(g, id, out);
  free(marks);
}

void emit_plan_summary(const emit_plan *p, FILE *out) {
  print_loops(p, out);
  print_collapsed(p, out);
  fputc('\n', out);
  print_once(p, out);
}
