/* Kept draws in memory, each scalar's draws of a chain side by side. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <ergode/diagnostic.h>
#include "output/internal.h"
#include "read/memory.h"

typedef struct {
  out_sink base;
  unsigned groups;
  const out_schema *schema;
  int64_t *first; /* [variables] first scalar kept, -1: not kept */
  int64_t scalars;
  int64_t capacity; /* draws a chain */
  int64_t *count;   /* [chains] */
  double *values;   /* [scalar][chain][capacity] */
} memory;

static bool is_kept(const out_schema *s, int v, unsigned groups) {
  return s->variables[v].offset >= 0 && (groups >> s->variables[v].group & 1);
}

uint64_t out_memory_bytes(const out_schema *s, unsigned groups, int64_t draws) {
  uint64_t scalars = 0;
  for (int v = 0; v < s->n_variables; v++) {
    if (is_kept(s, v, groups)) scalars += (uint64_t)s->variables[v].n;
  }
  return scalars * (uint64_t)s->chains * (uint64_t)draws * sizeof(double);
}

static bool no_memory(erg_problems *p) {
  return erg_error(p, (erg_place){0},
                   "summarise from the file afterwards: ergode summary, or thin the draws",
                   "out of memory for the draws' diagnostics");
}

static bool reserve(memory *m, int64_t draws) {
  if (draws <= m->capacity) return true;
  int64_t chains = m->schema->chains,
          capacity = m->capacity * 2 > draws ? m->capacity * 2 : draws;
  size_t bytes = (size_t)(m->scalars * chains * capacity) * sizeof(double);
  double *values = malloc(bytes ? bytes : 1);
  if (!values) return false;
  for (int64_t k = 0; m->capacity && k < m->scalars * chains; k++) {
    memcpy(values + k * capacity, m->values + k * m->capacity,
           (size_t)m->count[k % chains] * sizeof(double));
  }
  free(m->values);
  m->values = values;
  m->capacity = capacity;
  return true;
}

static bool memory_open(out_sink *s, const out_schema *schema, erg_problems *p) {
  memory *m = (memory *)s;
  m->schema = schema;
  m->first = erg_alloc((size_t)schema->n_variables * sizeof *m->first);
  m->count = erg_alloc((size_t)schema->chains * sizeof *m->count);
  for (int v = 0; v < schema->n_variables; v++) {
    m->first[v] = is_kept(schema, v, m->groups) ? m->scalars : -1;
    if (m->first[v] >= 0) m->scalars += schema->variables[v].n;
  }
  return reserve(m, schema->info.n_draws) || no_memory(p);
}

static bool memory_append(out_sink *s, const out_block *b, erg_problems *p) {
  memory *m = (memory *)s;
  const out_schema *schema = m->schema;
  if (b->warmup) return true;
  for (int c = 0; c < schema->chains; c++) {
    if (!reserve(m, m->count[c] + b->filled[c])) return no_memory(p);
  }
  for (int c = 0; c < schema->chains; c++) {
    if (b->filled[c] == 0) continue;
    const double *rows = out_row(schema, b, c, 0);
    int64_t pitch = schema->row;
    for (int v = 0; v < schema->n_variables; v++) {
      if (m->first[v] < 0) continue;
      const double *from = rows + schema->variables[v].offset;
      double *to = m->values + (m->first[v] * schema->chains + c) * m->capacity + m->count[c];
      for (int64_t i = 0; i < schema->variables[v].n; i++) {
        for (int64_t d = 0; d < b->filled[c]; d++) to[d] = from[d * pitch + i];
        to += schema->chains * m->capacity;
      }
    }
    m->count[c] += b->filled[c];
  }
  return true;
}

static bool memory_adapted(out_sink *s, int chain, double step_size, const double *metric,
                           erg_problems *p) {
  (void)s, (void)chain, (void)step_size, (void)metric, (void)p;
  return true;
}
static bool memory_close(out_sink *s, const out_end *end, erg_problems *p) {
  (void)s, (void)end, (void)p;
  return true;
}
static void memory_abort(out_sink *s) { (void)s; }
static void memory_free(out_sink *s) {
  memory *m = (memory *)s;
  free(m->first);
  free(m->count);
  free(m->values);
  free(m);
}

out_sink *out_memory(unsigned groups) {
  static const out_sink_ops ops = {memory_open,  memory_append, memory_adapted,
                                   memory_close, memory_abort,  memory_free};
  memory *m = erg_alloc(sizeof *m);
  m->base.ops = &ops;
  m->groups = groups;
  return &m->base;
}

int64_t out_memory_count(const out_sink *s, int chain) {
  const memory *m = (const memory *)s;
  return m->count ? m->count[chain] : 0;
}

bool out_memory_draws(const out_sink *s, int variable, int64_t element, erg_draws *out) {
  const memory *m = (const memory *)s;
  if (!m->schema || variable < 0 || variable >= m->schema->n_variables ||
      m->first[variable] < 0 || element < 0 || element >= m->schema->variables[variable].n) {
    return false;
  }
  int64_t shortest = m->count[0];
  for (int c = 1; c < m->schema->chains; c++) {
    if (m->count[c] < shortest) shortest = m->count[c];
  }
  *out = (erg_draws){
      .size = sizeof *out,
      .chains = m->schema->chains,
      .draws = shortest,
      .values = m->values + (m->first[variable] + element) * m->schema->chains * m->capacity,
      .chain_stride = m->capacity,
      .draw_stride = 1};
  return true;
}
