/* Data that a model simulates, as a data set: for tests and the tool that shows graphs. */
#ifndef ERGODE_TESTS_LANG_MADE_H
#define ERGODE_TESTS_LANG_MADE_H

#include <math.h>
#include <stdlib.h>

#include "compile/interpret.h"
#include "lang/lang.h"

static inline void made_value(FILE *out, const ir_graph *g, const ir_quantity *q,
                              const double *values, const int32_t *offsets, int depth,
                              int64_t *at) {
  if (depth == q->rank) {
    fprintf(out, "%.17g", values[offsets[(*at)++]]);
    return;
  }
  fputc('[', out);
  for (int64_t i = 0; i < g->dims[q->order[depth]].size; i++) {
    if (i) fputc(',', out);
    made_value(out, g, q, values, offsets, depth + 1, at);
  }
  fputc(']', out);
}

/* JSON of the first n quantities; NULL with problems. */
static inline erg_dataset *made_data(const lang_model *m, const lang_options *o,
                                     erg_problems *p) {
  int n = 0;
  ir_graph *g = lang_build_simulation(m, o, &n, p);
  if (!g) return NULL;
  ir_id *wanted = calloc((size_t)n + 1, sizeof *wanted);
  for (int i = 0; i < n; i++) wanted[i] = g->quantities[i].node;
  interp *ws = interp_new(g, wanted, n);
  random_key key = {.seed = lang_simulation_seed(m, 1), .purpose = RANDOM_SIMULATE};
  interp_run(ws, NULL, NULL, &key);
  char *text = NULL;
  size_t length = 0;
  FILE *out = open_memstream(&text, &length);
  fputc('{', out);
  for (int i = 0; i < n; i++) {
    const ir_quantity *q = &g->quantities[i];
    int32_t *offsets = interp_offsets(g, ir_at(g, q->node)->dims, q->order, q->rank);
    int64_t at = 0;
    fprintf(out, "%s\"%s\": ", i ? ",\n" : "", q->name);
    made_value(out, g, q, interp_value(ws, q->node, NULL), offsets, 0, &at);
    free(offsets);
  }
  fputs("}\n", out);
  fclose(out);
  erg_source *source = erg_source_from_text("simulated.json", text, length);
  free(text);
  free(wanted);
  interp_free(ws);
  ir_graph_free(g);
  return erg_dataset_parse(source, p);
}

#endif
