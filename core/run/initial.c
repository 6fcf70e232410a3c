#include "run/initial.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compile/interpret.h"
#include "compile/natural.h"
#include "compile/random.h"
#include "run/text.h"

enum { TRIES = 16, MOST = 100 }; /* as the engine's initial points */

typedef struct {
  const run_initial *from;
  unconstrain *back;
  const double **values; /* [n_params] */
  double *q, *gradient;  /* [dim + padding] */
  void *scratch;
} work;

static void *aligned(uint64_t bytes) {
  void *memory = aligned_alloc(64, (size_t)(bytes / 64 + 1) * 64);
  if (!memory) abort();
  memset(memory, 0, (size_t)(bytes / 64 + 1) * 64);
  return memory;
}

static double log_density(work *w) {
  const erg_model *m = w->from->model;
  double lp[2] = {-INFINITY, -INFINITY};
  if (m->logp(m, NULL, w->scratch, w->q, lp, w->gradient, NULL) != ERG_OK) return -INFINITY;
  return lp[0];
}

/* Each try has numbers of its own, whatever is given. */
static void draw_coordinates(work *w, int32_t chain, int number) {
  const ir_graph *g = w->from->graph;
  random_key key = {.seed = w->from->seed, .purpose = RANDOM_INITIAL,
                    .chain = (uint32_t)chain, .draw = (uint32_t)number};
  for (int64_t i = 0; i < g->dim; i++) {
    random_stream s = random_open(&key, 0, i);
    w->q[i] = w->from->radius * (2 * random_unit(&s) - 1);
  }
}

static bool chain_point(work *w, int32_t chain, double *best, erg_problems *p) {
  const ir_graph *g = w->from->graph;
  const run_given *points = w->from->points;
  const erg_dataset *d = points->all[points->list ? chain : 0];
  erg_place place = erg_place_whole(d->source);
  if (!run_given_bind(g, d, true, w->values, p)) return false;
  bool all = true;
  for (int k = 0; k < g->n_params; k++) all = all && w->values[k];
  double highest = -INFINITY;
  int tries = all ? 1 : TRIES, most = all ? 1 : MOST;
  for (int i = 0; i < most && (i < tries || highest == -INFINITY); i++) {
    char *message = NULL;
    draw_coordinates(w, chain, i);
    if (!unconstrain_run(w->back, w->values, NULL, w->q, &message)) {
      /* bounds may hang on what was drawn: another try may do */
      bool last = i + 1 == most;
      if (last) erg_error(p, place, NULL, "initial values of chain %d: %s", chain + 1, message);
      free(message);
      if (last) return false;
      continue;
    }
    double lp = log_density(w);
    if (!isfinite(lp) || (lp <= highest)) continue;
    highest = lp;
    memcpy(best, w->q, (size_t)g->dim * sizeof *best);
  }
  if (highest > -INFINITY) return true;
  if (all)
    return erg_error(p, place, "'ergode model logp' shows the terms at a point",
                     "the initial values of chain %d have no finite log density", chain + 1);
  return erg_error(p, place, "give more parameters, or a smaller --init-radius",
                   "initial values of chain %d: no finite log density at %d points with the "
                   "other coordinates uniform on (-%g, %g)",
                   chain + 1, MOST, w->from->radius, w->from->radius);
}

double *run_initial_points(const run_initial *from, erg_problems *p) {
  const ir_graph *g = from->graph;
  const run_given *points = from->points;
  if (points->list && points->n != from->chains) {
    erg_error(p, erg_place_whole(points->all[0]->source),
              "write one object for all chains, or a list with one a chain",
              "initial values for %d chains, but there are %d", points->n, from->chains);
    return NULL;
  }
  uint64_t bytes = ((uint64_t)g->dim + ERG_PADDING) * sizeof(double);
  work w = {.from = from, .back = unconstrain_new(g)};
  w.values = run_alloc((size_t)(g->n_params + 1) * sizeof *w.values);
  w.q = aligned(bytes);
  w.gradient = aligned(bytes);
  w.scratch = aligned(from->model->scratch_bytes);
  double *initial = run_alloc((size_t)from->chains * (size_t)g->dim * sizeof *initial);
  bool good = w.back != NULL;
  if (!good)
    erg_error(p, erg_place_whole(points->all[0]->source), NULL,
              "this model's parameters can't be set from natural values");
  for (int32_t c = 0; c < from->chains && good; c++)
    good = chain_point(&w, c, initial + (size_t)c * (size_t)g->dim, p);
  unconstrain_free(w.back);
  free(w.values);
  free(w.q);
  free(w.gradient);
  free(w.scratch);
  if (good) return initial;
  free(initial);
  return NULL;
}

void run_warn_of_terms(const ir_graph *g, const erg_source *model, erg_problems *p) {
  static const char *const kinds[] = {"the ", "the likelihood of ", "the ", "the "};
  ir_id *wanted = run_alloc((size_t)(g->n_terms + 1) * sizeof *wanted);
  double *q = run_alloc(((size_t)g->dim + ERG_PADDING) * sizeof *q);
  for (int t = 0; t < g->n_terms; t++) wanted[t] = g->terms[t].node;
  interp *values = interp_new(g, wanted, g->n_terms);
  interp_run(values, q, NULL, NULL);
  for (int t = 0; t < g->n_terms; t++) {
    const ir_term *term = &g->terms[t];
    int64_t n = 0;
    const double *v = interp_value(values, term->node, &n);
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += v[i];
    if (isfinite(sum)) continue;
    erg_place place = {
        .source = model, .line = term->line, .column = term->column, .length = 1};
    erg_warn(p, place,
             "look at its arguments and data: a scale or rate that is 0 or negative, "
             "an infinite value, a log or root of a negative number?",
             "%s%s is %s where all coordinates are 0", kinds[term->kind], term->name,
             isnan(sum) ? "not a number"
             : sum < 0  ? "-inf: impossible"
                        : "infinite");
  }
  interp_free(values);
  free(q);
  free(wanted);
}
