/* What is known of a workload before anything runs: sizes, hashes, truth. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bench/peak.h"
#include "bench/work.h"
#include "compile/natural.h"
#include "read/sha256.h"
#include "run/text.h"

static void hash_text(erg_sha256 *h, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void hash_text(erg_sha256 *h, const char *format, ...) {
  char text[256];
  va_list list;
  va_start(list, format);
  int n = vsnprintf(text, sizeof text, format, list);
  va_end(list);
  erg_sha256_add(h, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

/* Names, shapes and values: the same for simulated data and the file that holds them. */
static void hash_data(const erg_dataset *d, char hex[65]) {
  erg_sha256 h;
  erg_sha256_init(&h);
  for (int i = 0; d && i < d->count; i++) {
    const erg_array *a = &d->arrays[i];
    hash_text(&h, "%s %d", a->name, a->rank);
    for (int k = 0; k < a->rank; k++) hash_text(&h, " %lld", (long long)a->shape[k]);
    hash_text(&h, "\n");
    erg_sha256_add(&h, a->values, (size_t)a->n * sizeof *a->values);
  }
  erg_sha256_hex(&h, hex);
}

static int64_t count_quantities(const ir_graph *g) {
  natural *plan = natural_new(g, NATURAL_PARAMS | NATURAL_GENERATED);
  int64_t n = natural_width(plan);
  natural_free(plan);
  return n;
}

bool bench_subject_read(const bench_workload *w, run_model *m, bench_subject *s,
                        erg_problems *p) {
  *s = (bench_subject){.name = run_text("%s", w->name)};
  run_inputs in = {.model = w->model, .data = w->data,
                   .sizes = (const char *const *)w->sizes, .seed = -1};
  if (!run_load(&in, m, p)) return false;
  s->model = run_text("%s", w->model);
  s->path = run_text("%s", m->path);
  s->simulated = m->simulation.data != NULL;
  s->simulation_seed = m->simulation.seed;
  const char *slash = m->data_path ? strrchr(m->data_path, '/') : NULL;
  s->data = run_text("%s", slash            ? slash + 1
                           : m->data_path ? m->data_path
                           : s->simulated ? "[simulate]"
                                          : "none");
  erg_sha256_text(m->source->text, m->source->length, s->model_hash);
  hash_data(m->data, s->data_hash);
  for (int i = 0; m->data && i < m->data->count; i++)
    s->data_bytes += sizeof(double) * (uint64_t)m->data->arrays[i].n;
  s->sizes = w->sizes;
  s->truth = m->simulation.truth != NULL;
  bench_count_gradient(m->graph, s);
  s->dim = m->graph->dim;
  s->quantities = count_quantities(m->graph);
  for (int i = 0; i < m->graph->n_outcomes; i++)
    s->observations += m->graph->data[m->graph->outcomes[i].data].n;
  if (p->count) run_keep_sources(m, p);
  return true;
}
