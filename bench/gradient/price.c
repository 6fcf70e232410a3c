#include "price.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compile/model_host.h"
#include "free_models.h"
#include "read/clock.h"
#include "run/load.h"
#include "run/text.h"

enum { ROUNDS = 400 };
#define AGREE 1e-9 /* relative: libm's vector functions are good to 4 ulp */

typedef struct {
  const char *name, *model;
  const char *sizes[3];
} subject;

typedef struct {
  const erg_model *model;
  const double *centring;
  void *scratch;
  double *q, *gradient, *free_gradient;
  const free_hierarchy *hierarchy;
  const free_logistic *logistic;
} pair;

static double *doubles(int64_t n) {
  double *x = aligned_alloc(64, ((size_t)n * sizeof *x + 63) / 64 * 64);
  if (!x) abort();
  memset(x, 0, (size_t)n * sizeof *x);
  return x;
}

static double ours(pair *p) {
  double lp[2] = {NAN, NAN};
  p->model->logp(p->model, p->centring, p->scratch, p->q, lp, p->gradient, NULL);
  return lp[0];
}

static double written_freely(pair *p) {
  return p->hierarchy ? free_hierarchy_gradient(p->hierarchy, p->q, p->free_gradient)
                      : free_logistic_gradient(p->logistic, p->q, p->free_gradient);
}

static void set_point(pair *p, double scale) {
  for (int i = 0; i < p->model->dim; i++) p->q[i] = scale * sin(1.0 + (double)i);
}

/* The free density is up to a constant: differences between two points are compared. */
static bool agree(pair *p, const char *name) {
  double a[2], b[2], worst = 0.0;
  for (int k = 0; k < 2; k++) {
    set_point(p, k ? 0.4 : 0.1);
    a[k] = ours(p);
    b[k] = written_freely(p);
    double largest = 0.0;
    for (int i = 0; i < p->model->dim; i++) largest = fmax(largest, fabs(p->gradient[i]));
    for (int i = 0; i < p->model->dim; i++)
      worst = fmax(worst, fabs(p->gradient[i] - p->free_gradient[i]) / largest);
  }
  worst = fmax(worst, fabs((a[1] - a[0]) - (b[1] - b[0])) / fmax(fabs(a[0]), fabs(a[1])));
  if (worst <= AGREE) return true;
  fprintf(stderr, "%s: the free code differs by %.3g (relative)\n", name, worst);
  return false;
}

static void time_both(pair *p, double best[2]) {
  double start = erg_clock();
  ours(p);
  int batch = erg_clock() - start > 1e-4 ? 1 : 50;
  best[0] = best[1] = INFINITY;
  for (int r = 0; r < ROUNDS; r++)
    for (int which = 0; which < 2; which++) {
      start = erg_clock();
      for (int i = 0; i < batch; i++) {
        p->q[i % p->model->dim] += 1e-9;
        if (which)
          written_freely(p);
        else
          ours(p);
      }
      best[which] = fmin(best[which], (erg_clock() - start) / batch);
    }
}

static const erg_array *array(const run_model *m, const char *name) {
  for (int i = 0; i < m->data->count; i++)
    if (!strcmp(m->data->arrays[i].name, name)) return &m->data->arrays[i];
  fprintf(stderr, "no data '%s'\n", name);
  abort();
}

static int coordinate_of(const run_model *m, const char *parameter) {
  for (int i = 0; i < m->graph->n_params; i++)
    if (!strcmp(m->graph->params[i].name, parameter)) return (int)m->graph->params[i].offset;
  fprintf(stderr, "no parameter '%s'\n", parameter);
  abort();
}

static void fill_hierarchy(const run_model *m, free_hierarchy *h, double *centring) {
  h->mu = coordinate_of(m, "mu_pop");
  h->log_tau = coordinate_of(m, "sigma_pop");
  h->log_sigma = coordinate_of(m, "sigma_obs");
  h->u = coordinate_of(m, "mu_group");
  const erg_array *group_of = array(m, "group_of"), *y = array(m, "y");
  for (int64_t i = 0; i < y->n; i++)
    if (group_of->values[i] > h->groups) h->groups = (int)group_of->values[i];
  double *n = doubles(h->groups), *mean = doubles(h->groups);
  for (int64_t i = 0; i < y->n; i++) {
    int g = (int)group_of->values[i] - 1;
    n[g] += 1.0;
    mean[g] += y->values[i];
  }
  for (int g = 0; g < h->groups; g++) mean[g] /= n[g];
  for (int64_t i = 0; i < y->n; i++) {
    double d = y->values[i] - mean[(int)group_of->values[i] - 1];
    h->within += d * d;
  }
  for (int g = 0; g < h->groups; g++) { /* as a warm-up leaves them, about */
    centring[g] = 2.0 + 0.1 * (g % ERG_CENTRING_LEVELS);
    centring[h->groups + g] = centring[g] * mean[g];
  }
  h->kappa = centring[2 * h->groups] = 1.0;
  h->n = n;
  h->mean = mean;
  if (erg_centring_levels(h->groups, 1, NULL, centring) != 0) abort();
  h->ell = centring; /* an element each: plain loops are slower by levels */
  h->h = centring + h->groups;
  h->observations = (double)y->n;
}

static void fill_logistic(const run_model *m, free_logistic *l) {
  l->alpha = coordinate_of(m, "alpha");
  l->beta = coordinate_of(m, "beta");
  const erg_array *x = array(m, "x"), *y = array(m, "y");
  int64_t rows = y->n;
  l->features = (int)(x->n / rows);
  l->tiles = (rows + FREE_TILE - 1) / FREE_TILE;
  double *tiles = doubles(l->tiles * FREE_TILE * l->features);
  double *outcome = doubles(l->tiles * FREE_TILE), *weight = doubles(l->tiles * FREE_TILE);
  for (int64_t i = 0; i < rows; i++) {
    for (int k = 0; k < l->features; k++)
      tiles[(i / FREE_TILE * l->features + k) * FREE_TILE + i % FREE_TILE] =
          x->values[i * l->features + k];
    outcome[i] = y->values[i];
    weight[i] = 1.0;
  }
  l->x = tiles;
  l->y = outcome;
  l->weight = weight;
}

static bool price_one(const char *folder, const subject *s, erg_json *j) {
  char *path = run_text("%s/%s.toml", folder, s->model);
  erg_problems problems;
  erg_problems_init(&problems);
  run_model m;
  run_inputs inputs = {.model = path, .sizes = s->sizes[0] ? s->sizes : NULL, .seed = -1};
  bool good = run_load(&inputs, &m, &problems);
  if (!good) erg_problems_print(&problems, stderr, false);
  char *message = NULL;
  erg_model *model = good ? model_host_new(m.graph, NULL, &message) : NULL;
  if (good && (!model || !model_host_about(model)->compiled)) {
    fprintf(stderr, "%s: not compiled: %s\n", s->name, message ? message : "no compiler");
    good = false;
  }
  if (good) {
    int64_t d = model->dim + ERG_PADDING;
    free_hierarchy hierarchy = {0};
    free_logistic logistic = {0};
    bool hierarchical = model->n_elements > 0;
    double *centring = doubles(erg_centring_length(model->n_elements, model->n_families) + 1);
    if (hierarchical)
      fill_hierarchy(&m, &hierarchy, centring);
    else
      fill_logistic(&m, &logistic);
    pair p = {.model = model,
              .centring = hierarchical ? centring : NULL,
              .scratch = doubles((int64_t)model->scratch_bytes / 8 + 8),
              .q = doubles(d),
              .gradient = doubles(d),
              .free_gradient = doubles(d),
              .hierarchy = hierarchical ? &hierarchy : NULL,
              .logistic = &logistic};
    double best[2];
    good = agree(&p, s->name);
    if (good) {
      set_point(&p, 0.1);
      time_both(&p, best);
      erg_json_object(j, NULL);
      erg_json_string(j, "workload", s->name);
      erg_json_real(j, "gradient_us", best[0] * 1e6);
      erg_json_real(j, "free_gradient_us", best[1] * 1e6);
      erg_json_real(j, "ratio", best[0] / best[1]);
      erg_json_end(j);
    }
    free(centring);
    free(p.scratch);
    free(p.q);
    free(p.gradient);
    free(p.free_gradient);
    free((void *)hierarchy.n);
    free((void *)hierarchy.mean);
    free((void *)logistic.x);
    free((void *)logistic.y);
    free((void *)logistic.weight);
  }
  if (model) model_host_free(model);
  free(message);
  free(path);
  run_unload(&m);
  erg_problems_free(&problems);
  return good;
}

bool price_write(const char *models_folder, erg_json *j) {
  static const subject subjects[] = {
      {"hierarchical_normal, sufficient statistics, automatic centring",
       "hierarchical_normal",
       {NULL}},
      {"logistic_regression 20000 x 20",
       "logistic_regression",
       {"obs=20000", "feature=20", NULL}},
      {"logistic_regression 200000 x 50",
       "logistic_regression",
       {"obs=200000", "feature=50", NULL}},
  };
  erg_json_array(j, "price_of_the_same_bits");
  bool good = true;
  for (size_t i = 0; i < sizeof subjects / sizeof *subjects && good; i++)
    good = price_one(models_folder, &subjects[i], j);
  erg_json_end(j);
  return good;
}
