/* From natural values back to unconstrained coordinates. A parameter's way back may
 * need other parameters' coordinates (the location and scale of its prior, its bounds),
 * so parameters are taken in levels: each needs those of the levels before it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compile/interpret_plan.h"
#include "compile/natural.h"

typedef struct {
  const ir_graph *graph;
  atomic_int users;
  int *level; /* per parameter */
  int n_levels;
  int32_t **stored; /* per parameter: declared position to stored element */
} unconstrain_plan;

struct unconstrain {
  unconstrain_plan *plan;
  interp **levels; /* one workspace a level */
  interp *natural; /* natural values of the centred parameters */
  double **values; /* per parameter: natural value in stored order */
};

/* Level of parameter p: one above the parameters that its way back hangs on. -1: a
 * circle. */
static int find_level(unconstrain_plan *p, int param) {
  enum { UNKNOWN = -2, BUSY = -1 };
  const ir_graph *g = p->graph;
  if (p->level[param] != UNKNOWN) return p->level[param];
  p->level[param] = BUSY;
  int level = 0;
  if (g->params[param].unconstrain != IR_NONE) {
    bool *below = plan_memory((size_t)g->n_nodes);
    below[g->params[param].unconstrain] = true;
    for (ir_id i = g->params[param].unconstrain; i >= 0 && level >= 0; i--) {
      const ir_node *n = ir_at(g, i);
      if (!below[i]) continue;
      for (int k = 0; k < n->n_args; k++) below[n->args[k]] = true;
      for (int k = 0; k < n->n_parts; k++) below[g->parts[n->parts + k]] = true;
      if (n->op != IR_INPUT) continue;
      int other = find_level(p, n->index);
      level = other < 0 ? BUSY : other + 1 > level ? other + 1 : level;
    }
    free(below);
  }
  p->level[param] = level;
  if (level + 1 > p->n_levels) p->n_levels = level + 1;
  return level;
}

static void plan_free(unconstrain_plan *p) {
  if (!p || atomic_fetch_sub(&p->users, 1) != 1) return;
  for (int i = 0; i < p->graph->n_params; i++) free(p->stored[i]);
  free(p->stored);
  free(p->level);
  free(p);
}

static unconstrain *around(unconstrain_plan *p) {
  const ir_graph *g = p->graph;
  unconstrain *u = plan_memory(sizeof *u);
  u->plan = p;
  u->levels = plan_memory((size_t)p->n_levels * sizeof *u->levels);
  u->values = plan_memory((size_t)g->n_params * sizeof *u->values);
  for (int i = 0; i < g->n_params; i++)
    u->values[i] = plan_memory((size_t)ir_size(g, g->params[i].dims) * sizeof **u->values);
  return u;
}

static void bind_all(unconstrain *u) {
  const ir_graph *g = u->plan->graph;
  for (int l = 0; l < u->plan->n_levels; l++)
    for (int i = 0; i < g->n_params; i++)
      if (g->params[i].natural_data >= 0)
        interp_bind(u->levels[l], g->params[i].natural_data, u->values[i]);
}

unconstrain *unconstrain_new(const ir_graph *g) {
  unconstrain_plan *p = plan_memory(sizeof *p);
  p->graph = g;
  atomic_init(&p->users, 1);
  p->level = plan_memory((size_t)g->n_params * sizeof *p->level);
  p->stored = plan_memory((size_t)g->n_params * sizeof *p->stored);
  for (int i = 0; i < g->n_params; i++) {
    const ir_param *x = &g->params[i];
    p->level[i] = -2;
    p->stored[i] = interp_offsets(g, x->dims, x->order, x->rank);
  }
  for (int i = 0; i < g->n_params; i++)
    if (find_level(p, i) < 0) {
      plan_free(p);
      return NULL;
    }
  unconstrain *u = around(p);
  ir_id *wanted = plan_memory((size_t)g->n_params * sizeof *wanted);
  for (int l = 0; l < p->n_levels; l++) {
    int n = 0;
    for (int i = 0; i < g->n_params; i++)
      if (p->level[i] == l) wanted[n++] = g->params[i].unconstrain;
    u->levels[l] = interp_new(g, wanted, n);
  }
  int n = 0;
  for (int i = 0; i < g->n_params; i++)
    if (g->params[i].family >= 0) wanted[n++] = g->params[i].natural;
  u->natural = interp_new(g, wanted, n);
  free(wanted);
  bind_all(u);
  return u;
}

unconstrain *unconstrain_clone(const unconstrain *original) {
  atomic_fetch_add(&original->plan->users, 1);
  unconstrain *u = around(original->plan);
  for (int l = 0; l < u->plan->n_levels; l++) u->levels[l] = interp_clone(original->levels[l]);
  u->natural = interp_clone(original->natural);
  bind_all(u);
  return u;
}

void unconstrain_free(unconstrain *u) {
  if (!u) return;
  for (int l = 0; l < u->plan->n_levels; l++) interp_free(u->levels[l]);
  for (int i = 0; i < u->plan->graph->n_params; i++) free(u->values[i]);
  interp_free(u->natural);
  free(u->levels);
  free(u->values);
  plan_free(u->plan);
  free(u);
}

/* Copies parameter i's coordinates from its level's workspace; false if not finite. */
static bool copy_back(const unconstrain *u, int i, double *q) {
  const ir_param *x = &u->plan->graph->params[i];
  int64_t n;
  const double *v = interp_value(u->levels[u->plan->level[i]], x->unconstrain, &n);
  bool finite = n >= x->n || n == 1;
  for (int64_t k = 0; finite && k < x->n; k++) {
    q[x->offset + k] = v[n == 1 ? 0 : k];
    finite = isfinite(v[n == 1 ? 0 : k]);
  }
  return finite;
}

/* Whether the value itself is at fault, and not the location and scale of its prior. */
static bool outside(const ir_graph *g, const ir_param *x, const double *values) {
  if (x->family < 0 && x->centring != IR_CENTRING_PINNED_NONCENTRED) return true;
  bool positive = x->support && !strcmp(x->support, "positive");
  for (int64_t i = 0; i < ir_size(g, x->dims); i++)
    if (!isfinite(values[i]) || (positive && !(values[i] > 0))) return true;
  return false;
}

static char *why_not(const ir_graph *g, const ir_param *x, const double *values) {
  char *message;
  int n = outside(g, x, values)
              ? asprintf(&message,
                         "the value given for parameter '%s' lies outside its support (%s)",
                         x->name, x->support ? x->support : "real")
              : asprintf(&message,
                         "parameter '%s' is out of reach of double precision here: the scale of "
                         "its prior is too near 0, or its location or scale too large; change "
                         "the values given for them",
                         x->name);
  if (n < 0) abort();
  return message;
}

bool unconstrain_run(unconstrain *u, const double *const *values, const double *centring,
                     double *q, char **message) {
  const ir_graph *g = u->plan->graph;
  *message = NULL;
  for (int i = 0; i < g->n_params; i++) {
    const ir_param *x = &g->params[i];
    if (!values[i]) continue;
    if (x->unconstrain == IR_NONE) {
      if (asprintf(message, "parameter '%s' can't be set from its natural value", x->name) < 0)
        abort();
      return false;
    }
    int64_t n = ir_size(g, x->dims);
    for (int64_t k = 0; k < n; k++) u->values[i][u->plan->stored[i][k]] = values[i][k];
    for (int64_t k = 0; k < x->n; k++) q[x->offset + k] = 0;
  }
  for (int l = 0; l < u->plan->n_levels; l++) {
    interp_run(u->levels[l], q, centring, NULL);
    for (int i = 0; i < g->n_params; i++)
      if (values[i] && u->plan->level[i] == l && !copy_back(u, i, q)) {
        *message = why_not(g, &g->params[i], values[i]);
        return false;
      }
  }
  return true;
}

erg_status unconstrain_recentre(unconstrain *u, const double *before, const double *after,
                                const double *q, double *q_new) {
  const ir_graph *g = u->plan->graph;
  interp_run(u->natural, q, before, NULL);
  bool any = false;
  for (int i = 0; i < g->n_params; i++) {
    const ir_param *x = &g->params[i];
    if (x->family < 0) continue;
    if (x->unconstrain == IR_NONE) return ERG_UNSUPPORTED;
    int64_t n;
    const double *v = interp_value(u->natural, x->natural, &n);
    int64_t elements = ir_size(g, x->dims);
    for (int64_t k = 0; k < elements; k++) u->values[i][k] = v[n == 1 ? 0 : k];
    any = true;
  }
  double *old = plan_memory((size_t)g->dim * sizeof *old);
  memcpy(old, q, (size_t)g->dim * sizeof *q);
  if (q_new != q) memcpy(q_new, q, (size_t)g->dim * sizeof *q);
  bool good = true;
  for (int l = 0; any && good && l < u->plan->n_levels; l++) {
    interp_run(u->levels[l], q_new, after, NULL);
    for (int i = 0; good && i < g->n_params; i++)
      if (u->plan->level[i] == l && g->params[i].family >= 0) good = copy_back(u, i, q_new);
  }
  if (!good) memcpy(q_new, old, (size_t)g->dim * sizeof *q);
  free(old);
  return good ? ERG_OK : ERG_REJECT;
}
