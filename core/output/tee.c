/* One sink that writes to several. */
#include <stdlib.h>

#include "output/internal.h"
#include "read/memory.h"

typedef struct {
  out_sink base;
  out_sink **sinks;
  bool *failed;
  int n;
} tee;

/* Calls CALL for every sink that still works; false if any fails now. */
#define EVERY(t, CALL)               \
  bool good = true;                  \
  for (int i = 0; i < (t)->n; i++) { \
    out_sink *k = (t)->sinks[i];     \
    if ((t)->failed[i]) continue;    \
    if (!(CALL)) {                   \
      (t)->failed[i] = true;         \
      good = false;                  \
    }                                \
  }                                  \
  return good

static bool tee_open(out_sink *s, const out_schema *schema, erg_problems *p) {
  tee *t = (tee *)s;
  EVERY(t, k->ops->open(k, schema, p));
}
static bool tee_append(out_sink *s, const out_block *block, erg_problems *p) {
  tee *t = (tee *)s;
  EVERY(t, k->ops->append(k, block, p));
}
static bool tee_adapted(out_sink *s, int chain, double step_size, const double *metric,
                        erg_problems *p) {
  tee *t = (tee *)s;
  EVERY(t, k->ops->adapted(k, chain, step_size, metric, p));
}
static bool tee_close(out_sink *s, const out_end *end, erg_problems *p) {
  tee *t = (tee *)s;
  EVERY(t, k->ops->close(k, end, p));
}
static void tee_abort(out_sink *s) {
  tee *t = (tee *)s;
  for (int i = 0; i < t->n; i++) t->sinks[i]->ops->abort(t->sinks[i]);
}
static void tee_free(out_sink *s) {
  tee *t = (tee *)s;
  for (int i = 0; i < t->n; i++) t->sinks[i]->ops->free(t->sinks[i]);
  free(t->sinks);
  free(t->failed);
  free(t);
}

out_sink *out_tee(out_sink *const *sinks, int n) {
  static const out_sink_ops ops = {tee_open,  tee_append, tee_adapted,
                                   tee_close, tee_abort,  tee_free};
  tee *t = erg_alloc(sizeof *t);
  t->base.ops = &ops;
  t->n = n;
  t->sinks = erg_alloc((size_t)n * sizeof *t->sinks);
  t->failed = erg_alloc((size_t)n * sizeof *t->failed);
  for (int i = 0; i < n; i++) t->sinks[i] = sinks[i];
  return &t->base;
}
