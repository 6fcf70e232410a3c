#include "run/simulate.h"

#include <stdlib.h>
#include <string.h>

#include "compile/interpret.h"
#include "read/json_write.h"
#include "run/text.h"

/* One quantity of the evaluated graph as an array in its declared order. */
static erg_array array_of(const ir_graph *g, const interp *values, const ir_quantity *q) {
  erg_array a = {.name = run_text("%s", q->name), .rank = q->rank, .n = 1};
  for (int d = 0; d < q->rank; d++) {
    a.shape[d] = g->dims[q->order[d]].size;
    a.n *= a.shape[d];
  }
  a.empty = a.n == 0;
  a.values = run_alloc((size_t)a.n * sizeof *a.values);
  a.integer = true;
  const double *from = interp_value(values, q->node, NULL);
  int32_t *offsets = interp_offsets(g, ir_at(g, q->node)->dims, q->order, q->rank);
  for (int64_t i = 0; i < a.n; i++) {
    a.values[i] = from[offsets[i]];
    a.integer &= a.values[i] == (double)(int64_t)a.values[i];
  }
  free(offsets);
  return a;
}

static erg_dataset *dataset_of(const ir_graph *g, const interp *values, int first, int end,
                               const char *path) {
  erg_dataset *d = run_alloc(sizeof *d);
  d->source = erg_source_from_text(path, "", 0);
  d->arrays = run_alloc((size_t)(end - first + 1) * sizeof *d->arrays);
  for (int i = first; i < end; i++) {
    erg_array a = array_of(g, values, &g->quantities[i]);
    a.place = erg_place_whole(d->source);
    d->arrays[d->count++] = a;
  }
  return d;
}

bool run_simulate(const lang_model *m, const lang_options *options, int64_t seed,
                  run_simulation *out, erg_problems *p) {
  int n_data = 0;
  *out = (run_simulation){0};
  ir_graph *g = lang_build_simulation(m, options, &n_data, p);
  if (!g) return false;
  int n = g->n_quantities;
  ir_id *wanted = run_alloc((size_t)(n + 1) * sizeof *wanted);
  for (int i = 0; i < n; i++) wanted[i] = g->quantities[i].node;
  interp *values = interp_new(g, wanted, n);
  out->seed = seed >= 0 ? (uint64_t)seed : lang_simulation_seed(m, 1);
  random_key key = {.seed = out->seed, .purpose = RANDOM_SIMULATE};
  interp_run(values, NULL, NULL, &key);
  out->data = dataset_of(g, values, 0, n_data, "[simulate]");
  out->truth = dataset_of(g, values, n_data, n, "[simulate]");
  interp_free(values);
  free(wanted);
  ir_graph_free(g);
  return true;
}

void run_simulation_free(run_simulation *s) {
  erg_dataset_free(s->data);
  erg_dataset_free(s->truth);
}

/* Lists of lists, the last dimension on one line. */
static void write_array(erg_json *j, const char *key, const erg_array *a, int level,
                        int64_t *at) {
  if (level == a->rank - 1) {
    if (a->integer) {
      int64_t *whole = run_alloc((size_t)a->shape[level] * sizeof *whole);
      for (int64_t i = 0; i < a->shape[level]; i++) whole[i] = (int64_t)a->values[*at + i];
      erg_json_ints(j, key, whole, (size_t)a->shape[level]);
      free(whole);
    } else {
      erg_json_reals(j, key, a->values + *at, (size_t)a->shape[level]);
    }
    *at += a->shape[level];
    return;
  }
  erg_json_array(j, key);
  for (int64_t i = 0; i < a->shape[level]; i++) write_array(j, NULL, a, level + 1, at);
  erg_json_end(j);
}

int run_write_dataset(const erg_dataset *d, const char *path) {
  erg_json *j = erg_json_open(path);
  erg_json_object(j, NULL);
  for (int i = 0; i < d->count; i++) {
    const erg_array *a = &d->arrays[i];
    int64_t at = 0;
    if (a->rank)
      write_array(j, a->name, a, 0, &at);
    else if (a->integer)
      erg_json_int(j, a->name, (int64_t)a->values[0]);
    else
      erg_json_real(j, a->name, a->values[0]);
  }
  erg_json_end(j);
  return erg_json_close(j);
}
