/* ergode model logp: the oracle's log density at points of the user's choice. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/model.h"
#include "compile/natural.h"
#include "run/given.h"
#include "run/text.h"

/* --- evaluation ---------------------------------------------------------------------- */

typedef struct {
  const ir_graph *g;
  interpl *oracle;
  double *terms;        /* [n_terms] */
  double *scale;        /* [n_params]: log Jacobian of what is sampled standardised, or 0 */
  double *gradient;     /* [dim] */
  double lp, lp_no_jacobian;
} evaluation;

/* A parameter pinned to its standard form has that form's density as its prior. What is
 * printed are densities of natural values: log(d value / d coordinate) goes over to the
 * Jacobian. */
static double log_scale(const ir_graph *g, int param, const long double *point) {
  const ir_param *p = &g->params[param];
  if (p->centring != IR_CENTRING_PINNED_NONCENTRED) return 0;
  long double *slope = run_alloc(((size_t)g->dim + 1) * sizeof *slope), sum = 0;
  interpl *natural = interpl_new(g, &p->natural, 1);
  interpl_run(natural, point, NULL, NULL);
  interpl_gradient(natural, &p->natural, 1, slope);
  for (int64_t i = 0; i < p->n; i++) sum += logl(slope[p->offset + i]);
  interpl_free(natural);
  free(slope);
  return (double)sum;
}

static void evaluate(evaluation *e, const double *q) {
  const ir_graph *g = e->g;
  long double *point = run_alloc(((size_t)g->dim + 1) * sizeof *point);
  long double *gradient = run_alloc(((size_t)g->dim + 1) * sizeof *gradient);
  ir_id *roots = run_alloc(((size_t)g->n_terms + 1) * sizeof *roots);
  int n_roots = 0;
  for (int64_t i = 0; i < g->dim; i++) point[i] = q[i];
  interpl_run(e->oracle, point, NULL, NULL);
  long double lp = 0, bare = 0;
  for (int k = 0; k < g->n_params; k++) {
    e->scale[k] = log_scale(g, k, point);
    bare -= e->scale[k];
  }
  for (int t = 0; t < g->n_terms; t++) {
    int64_t n = 0;
    const long double *v = interpl_value(e->oracle, g->terms[t].node, &n);
    long double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += v[i];
    e->terms[t] = (double)sum;
    if (g->terms[t].kind == IR_TERM_PRIOR) e->terms[t] -= e->scale[g->terms[t].param];
    if (g->terms[t].kind == IR_TERM_CENTRING) continue;
    roots[n_roots++] = g->terms[t].node;
    lp += sum;
    if (g->terms[t].kind != IR_TERM_JACOBIAN) bare += sum;
  }
  e->lp = (double)lp;
  e->lp_no_jacobian = (double)bare;
  interpl_gradient(e->oracle, roots, n_roots, gradient);
  for (int64_t i = 0; i < g->dim; i++) e->gradient[i] = (double)gradient[i];
  free(roots);
  free(gradient);
  free(point);
}

static void coordinate_name(const ir_param *p, int64_t i, char *name, size_t capacity) {
  if (p->n == 1 && !p->rank)
    snprintf(name, capacity, "%s", p->name);
  else
    snprintf(name, capacity, "%s[%lld]", p->name, (long long)i + 1);
}

static const char *const kinds[] = {"prior", "likelihood", "jacobian", "centring"};

static void print_point(const evaluation *e, int number, int n) {
  const ir_graph *g = e->g;
  if (n > 1) printf("%spoint %d\n", number ? "\n" : "", number + 1);
  printf("log density                 % .15g\n", e->lp);
  printf("  without the Jacobian      % .15g\n", e->lp_no_jacobian);
  printf("terms\n");
  for (int t = 0; t < g->n_terms; t++)
    if (g->terms[t].kind != IR_TERM_CENTRING)
      printf("  %-10s %-24s % .15g\n", kinds[g->terms[t].kind], g->terms[t].name,
             e->terms[t]);
  for (int k = 0; k < g->n_params; k++) {
    char name[160];
    snprintf(name, sizeof name, "log Jacobian of %s", g->params[k].name);
    if (e->scale[k] != 0) printf("  %-10s %-24s % .15g\n", "jacobian", name, e->scale[k]);
  }
  printf("gradient with respect to the unconstrained coordinates\n");
  for (int k = 0; k < g->n_params; k++)
    for (int64_t i = 0; i < g->params[k].n; i++) {
      char name[160];
      coordinate_name(&g->params[k], i, name, sizeof name);
      printf("  %-35s % .15g\n", name, e->gradient[g->params[k].offset + i]);
    }
}

static void json_term(erg_json *j, const char *kind, const char *name, double value) {
  erg_json_object(j, NULL);
  erg_json_string(j, "kind", kind);
  erg_json_string(j, "name", name);
  erg_json_real(j, "value", value);
  erg_json_end(j);
}

static void json_point(erg_json *j, const evaluation *e) {
  const ir_graph *g = e->g;
  erg_json_object(j, NULL);
  erg_json_real(j, "lp", e->lp);
  erg_json_real(j, "lp_without_jacobian", e->lp_no_jacobian);
  erg_json_array(j, "terms");
  for (int t = 0; t < g->n_terms; t++)
    if (g->terms[t].kind != IR_TERM_CENTRING)
      json_term(j, kinds[g->terms[t].kind], g->terms[t].name, e->terms[t]);
  for (int k = 0; k < g->n_params; k++) {
    char name[160];
    snprintf(name, sizeof name, "log Jacobian of %s", g->params[k].name);
    if (e->scale[k] != 0) json_term(j, "jacobian", name, e->scale[k]);
  }
  erg_json_end(j);
  erg_json_object(j, "gradient");
  for (int k = 0; k < g->n_params; k++)
    erg_json_reals(j, g->params[k].name, e->gradient + g->params[k].offset,
                   (size_t)g->params[k].n);
  erg_json_end(j);
  erg_json_end(j);
}

int cli_model_logp(const cli_args *args) {
  const char *path = cli_value(args, "params");
  if (!path) {
    cli_say(args, "--params FILE is missing: JSON with the natural value of every parameter");
    return 2;
  }
  run_model m;
  if (!cli_load_model(args, &m)) return 2;
  erg_problems problems;
  erg_problems_init(&problems);
  const ir_graph *g = m.graph;
  run_given *points = run_given_read(path, &problems);
  int n = points ? points->n : 0;
  ir_id *wanted = run_alloc((size_t)(g->n_terms + 1) * sizeof *wanted);
  for (int t = 0; t < g->n_terms; t++) wanted[t] = g->terms[t].node;
  evaluation e = {.g = g, .oracle = interpl_new(g, wanted, g->n_terms)};
  e.terms = run_alloc((size_t)(g->n_terms + 1) * sizeof *e.terms);
  e.scale = run_alloc(((size_t)g->n_params + 1) * sizeof *e.scale);
  e.gradient = run_alloc(((size_t)g->dim + 1) * sizeof *e.gradient);
  const double **values = run_alloc((size_t)(g->n_params + 1) * sizeof *values);
  double *q = run_alloc(((size_t)g->dim + ERG_PADDING) * sizeof *q);
  unconstrain *back = unconstrain_new(g);
  bool json = cli_given(args, "json"), good = points && back;
  for (int i = 0; i < n && good; i++) 
    good = run_given_bind(g, points->all[i], false, values, &problems);
  erg_json *j = NULL;
  if (json && good) {
    j = cli_json_open();
    erg_json_string(j, "model", m.name);
    erg_json_array(j, "points");
  }
  for (int i = 0; i < n && good; i++) {
    char *message = NULL;
    run_given_bind(g, points->all[i], false, values, &problems);
    if (!unconstrain_run(back, values, NULL, q, &message)) {
      erg_error(&problems, erg_place_whole(points->all[i]->source), NULL, "point %d: %s", i + 1,
                message);
      free(message);
      good = false;
      break;
    }
    evaluate(&e, q);
    if (json)
      json_point(j, &e);
    else
      print_point(&e, i, n);
  }
  int code = good ? 0 : 2;
  if (j) {
    int written = cli_json_close(args, j);
    if (!code) code = written;
  }
  cli_problems(&problems);
  erg_problems_free(&problems);
  run_given_free(points);
  if (back) unconstrain_free(back);
  interpl_free(e.oracle);
  free(e.terms);
  free(e.scale);
  free(e.gradient);
  free(values);
  free(q);
  free(wanted);
  run_unload(&m);
  return code;
}
