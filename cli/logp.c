/* ergode model logp: the oracle's log density at points of the user's choice. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/model.h"
#include "compile/natural.h"
#include "run/text.h"

/* --- points ------------------------------------------------------------------------- */

/* Next top-level object of a list at or after *at: [*at, *end). Strings are skipped. */
static bool next_object(const erg_source *s, size_t *at, size_t *end) {
  const char *t = s->text;
  size_t i = *at;
  while (i < s->length && t[i] != '{') i++;
  if (i >= s->length) return false;
  *at = i;
  int depth = 0;
  for (bool quoted = false; i < s->length; i++) {
    if (quoted) {
      if (t[i] == '\\') i++;
      else if (t[i] == '"') quoted = false;
    } else if (t[i] == '"') {
      quoted = true;
    } else if (t[i] == '{') {
      depth++;
    } else if (t[i] == '}' && --depth == 0) {
      *end = i + 1;
      return true;
    }
  }
  *end = s->length;
  return true;
}

/* The points of a file: an object, or a list of objects. Each is parsed from a copy of
 * the text with all else blanked out, so that places stay those of the file. */
static erg_dataset **read_points(const char *path, int *n, erg_problems *p) {
  *n = 0;
  erg_source *whole = erg_source_read(path, p);
  if (!whole) return NULL;
  erg_dataset **points = run_alloc(sizeof *points);
  size_t at = 0, end = 0, first = strspn(whole->text, " \t\r\n");
  bool list = whole->text[first] == '[', good = true;
  while (good && (list ? next_object(whole, &at, &end) : at == 0)) {
    if (!list) end = whole->length;
    char *text = run_alloc(whole->length + 1);
    for (size_t i = 0; i < whole->length; i++) {
      char c = whole->text[i];
      text[i] = (i >= at && i < end) || c == '\n' ? c : ' ';
    }
    erg_source *part = erg_source_from_text(path, text, whole->length);
    free(text);
    erg_dataset *d = erg_dataset_parse(part, p);
    good = d != NULL;
    if (d) {
      points = run_grow(points, (size_t)(*n + 1) * sizeof *points);
      points[(*n)++] = d;
    }
    at = end > at ? end : at + 1;
  }
  if (good && *n == 0) {
    erg_error(p, erg_place_whole(whole), "write {\"mu\": 1, ...}, or a list of such objects",
              "no point in the file");
    good = false;
  }
  if (!p->count) erg_source_free(whole);
  if (good) return points;
  for (int i = 0; i < *n; i++) erg_dataset_free(points[i]);
  free(points);
  return NULL;
}

/* values[p] of every parameter, checked in shape; places are the arrays' own. */
static bool bind_point(const ir_graph *g, const erg_dataset *d, const double **values,
                       erg_problems *p) {
  const char **names = run_alloc((size_t)(g->n_params + 1) * sizeof *names);
  for (int i = 0; i < g->n_params; i++) names[i] = g->params[i].name;
  bool good = true;
  for (int i = 0; i < d->count && good; i++) {
    bool known = false;
    for (int k = 0; k < g->n_params; k++) known |= !strcmp(names[k], d->arrays[i].name);
    if (known) continue;
    const char *near = erg_nearest(d->arrays[i].name, names);
    char *next = near ? run_text("did you mean '%s'?", near) : NULL;
    good = erg_error(p, d->arrays[i].place, next, "the model has no parameter '%s'",
                     d->arrays[i].name);
    free(next);
  }
  for (int k = 0; k < g->n_params && good; k++) {
    const ir_param *param = &g->params[k];
    const erg_array *a = erg_dataset_get(d, names[k]);
    if (!a) {
      good = erg_error(p, erg_place_whole(d->source), "give every parameter's natural value",
                       "no value for parameter '%s'", names[k]);
      break;
    }
    int64_t n = 1;
    bool same = a->rank == param->rank;
    for (int i = 0; i < param->rank; i++) {
      int64_t size = g->dims[param->order[i]].size;
      n *= size;
      same &= i < a->rank && a->shape[i] == size;
    }
    if (!same && !(a->n == n && n <= 1)) {
      char *shape = run_text("%s", "");
      for (int i = 0; i < param->rank; i++) {
        const ir_dimension *dim = &g->dims[param->order[i]];
        char *longer = run_text("%s%s%s (%lld)", shape, i ? ", " : "", dim->name,
                                (long long)dim->size);
        free(shape);
        shape = longer;
      }
      good = erg_error(p, a->place, NULL, "'%s' needs the shape [%s]", names[k], shape);
      free(shape);
    }
    values[k] = a->values;
  }
  free(names);
  return good;
}

/* --- evaluation ---------------------------------------------------------------------- */

typedef struct {
  const ir_graph *g;
  interpl *oracle;
  double *terms;        /* [n_terms] */
  double *gradient;     /* [dim] */
  double lp, lp_no_jacobian;
} evaluation;

static void evaluate(evaluation *e, const double *q) {
  const ir_graph *g = e->g;
  long double *point = run_alloc(((size_t)g->dim + 1) * sizeof *point);
  long double *gradient = run_alloc(((size_t)g->dim + 1) * sizeof *gradient);
  ir_id *roots = run_alloc(((size_t)g->n_terms + 1) * sizeof *roots);
  int n_roots = 0;
  for (int64_t i = 0; i < g->dim; i++) point[i] = q[i];
  interpl_run(e->oracle, point, NULL, NULL);
  long double lp = 0, bare = 0;
  for (int t = 0; t < g->n_terms; t++) {
    int64_t n = 0;
    const long double *v = interpl_value(e->oracle, g->terms[t].node, &n);
    long double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += v[i];
    e->terms[t] = (double)sum;
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
  printf("gradient with respect to the unconstrained coordinates\n");
  for (int k = 0; k < g->n_params; k++)
    for (int64_t i = 0; i < g->params[k].n; i++) {
      char name[160];
      coordinate_name(&g->params[k], i, name, sizeof name);
      printf("  %-35s % .15g\n", name, e->gradient[g->params[k].offset + i]);
    }
}

static void json_point(erg_json *j, const evaluation *e) {
  const ir_graph *g = e->g;
  erg_json_object(j, NULL);
  erg_json_real(j, "lp", e->lp);
  erg_json_real(j, "lp_without_jacobian", e->lp_no_jacobian);
  erg_json_array(j, "terms");
  for (int t = 0; t < g->n_terms; t++) {
    if (g->terms[t].kind == IR_TERM_CENTRING) continue;
    erg_json_object(j, NULL);
    erg_json_string(j, "kind", kinds[g->terms[t].kind]);
    erg_json_string(j, "name", g->terms[t].name);
    erg_json_real(j, "value", e->terms[t]);
    erg_json_end(j);
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
  int n = 0;
  erg_dataset **points = read_points(path, &n, &problems);
  ir_id *wanted = run_alloc((size_t)(g->n_terms + 1) * sizeof *wanted);
  for (int t = 0; t < g->n_terms; t++) wanted[t] = g->terms[t].node;
  evaluation e = {.g = g, .oracle = interpl_new(g, wanted, g->n_terms)};
  e.terms = run_alloc((size_t)(g->n_terms + 1) * sizeof *e.terms);
  e.gradient = run_alloc(((size_t)g->dim + 1) * sizeof *e.gradient);
  const double **values = run_alloc((size_t)(g->n_params + 1) * sizeof *values);
  double *q = run_alloc(((size_t)g->dim + ERG_PADDING) * sizeof *q);
  unconstrain *back = unconstrain_new(g);
  bool json = cli_given(args, "json"), good = points && back;
  for (int i = 0; i < n && good; i++) good = bind_point(g, points[i], values, &problems);
  erg_json *j = NULL;
  if (json && good) {
    j = cli_json_open();
    erg_json_string(j, "model", m.name);
    erg_json_array(j, "points");
  }
  for (int i = 0; i < n && good; i++) {
    char *message = NULL;
    bind_point(g, points[i], values, &problems);
    if (!unconstrain_run(back, values, NULL, q, &message)) {
      erg_error(&problems, erg_place_whole(points[i]->source), NULL, "point %d: %s", i + 1,
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
  for (int i = 0; i < n && points; i++) erg_dataset_free(points[i]);
  free(points);
  if (back) unconstrain_free(back);
  interpl_free(e.oracle);
  free(e.terms);
  free(e.gradient);
  free(values);
  free(q);
  free(wanted);
  run_unload(&m);
  return code;
}
