/* Every model that ships, and those of posteriordb, builds from its data or its own
 * simulation, has a finite log density, and finds its way back from natural values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../models/shipped.h"
#include "compile/natural.h"
#include "made.h"

/* Of posteriordb by the name's first part; of those that ship what they name. */
static bool data_of(const char *folder, const char *name, const lang_model *m, char *path,
                    size_t size) {
  erg_place place;
  const char *hyphen = strchr(name, '-'), *named = lang_data_file(m, &place);
  if (hyphen)
    snprintf(path, size, "../data/posteriordb/data/%.*s.json", (int)(hyphen - name), name);
  else if (named)
    snprintf(path, size, "%s/%s", folder, named);
  return hyphen || named;
}

static void check_density(const char *name, const ir_graph *g) {
  ir_id *wanted = calloc((size_t)g->n_terms, sizeof *wanted);
  for (int t = 0; t < g->n_terms; t++) wanted[t] = g->terms[t].node;
  interpl *ws = interpl_new(g, wanted, g->n_terms);
  long double *q = calloc((size_t)g->dim, sizeof *q);
  for (int64_t i = 0; i < g->dim; i++) q[i] = 0.1L * (1 + i % 3);
  interpl_run(ws, q, NULL, NULL);
  for (int t = 0; t < g->n_terms; t++) {
    int64_t n, expected = g->terms[t].param >= 0 ? g->params[g->terms[t].param].n : -1;
    const long double *v = interpl_value(ws, wanted[t], &n);
    if (expected >= 0 && n != expected)
      fail_msg("%s: %s has %d elements", name, g->terms[t].name, (int)n);
    for (int64_t i = 0; i < n; i++)
      if (!isfinite((double)v[i])) fail_msg("%s: %s isn't finite", name, g->terms[t].name);
  }
  interpl_free(ws);
  free(wanted);
  free(q);
}

static void check_way_back(const char *name, const ir_graph *g) {
  natural *forth = natural_new(g, NATURAL_PARAMS);
  unconstrain *back = unconstrain_new(g);
  assert_non_null(back);
  double *q = calloc((size_t)g->dim, sizeof *q), *again = calloc((size_t)g->dim, sizeof *q);
  for (int64_t i = 0; i < g->dim; i++) q[i] = 0.3 - 0.1 * (double)(i % 7);
  double *row = calloc((size_t)natural_width(forth), sizeof *row);
  natural_run(forth, q, NULL, NULL, row);
  int count;
  const natural_column *columns = natural_columns(forth, &count);
  const double *values[32] = {0};
  assert_int_equal(count, g->n_params);
  for (int i = 0; i < count; i++) values[columns[i].index] = row + columns[i].offset;
  char *message = NULL;
  if (!unconstrain_run(back, values, NULL, again, &message)) fail_msg("%s: %s", name, message);
  for (int64_t i = 0; i < g->dim; i++)
    if (!(fabs(again[i] - q[i]) < 1e-9)) fail_msg("%s: coordinate %d", name, (int)i);
  unconstrain_free(back);
  natural_free(forth);
  free(q);
  free(again);
  free(row);
}

static void check_model(const char *folder, const char *name) {
  char path[400], data_path[400];
  snprintf(path, sizeof path, "%s/%s.toml", folder, name);
  erg_problems p;
  erg_problems_init(&p);
  erg_source *source = erg_source_read(path, &p);
  lang_model *m = source ? lang_parse(source, &p) : NULL;
  erg_dataset *data = NULL;
  if (m && data_of(folder, name, m, data_path, sizeof data_path))
    data = erg_dataset_read(data_path, &p);
  else if (m && lang_needs_data(m))
    data = made_data(m, NULL, &p);
  ir_graph *g = m ? lang_build(m, data, NULL, &p) : NULL;
  erg_problems_print(&p, stderr, false);
  if (!g) fail_msg("%s", path);
  assert_int_equal(p.count, 0);
  assert_non_null(lang_title(m));
  assert_non_null(lang_about(m));
  assert_non_null(lang_citation(m));
  check_density(name, g);
  check_way_back(name, g);
  ir_graph_free(g);
  lang_free(m);
  erg_problems_free(&p);
  erg_dataset_free(data);
  erg_source_free(source);
}

static void shipped(void **state) {
  (void)state;
  for (int i = 0; i < SHIPPED_MODELS; i++) check_model("../../models", shipped_models[i]);
}

static void posteriordb(void **state) {
  (void)state;
  static const char *const names[] = {"GLMM_Poisson_data-GLMM_Poisson_model",
                                      "earnings-earn_height",
                                      "earnings-logearn_interaction",
                                      "eight_schools-eight_schools_noncentered",
                                      "kidiq-kidscore_interaction",
                                      "kidiq-kidscore_momiq",
                                      "kidiq_with_mom_work-kidscore_mom_work",
                                      "kilpisjarvi_mod-kilpisjarvi",
                                      "mesquite-logmesquite_logva",
                                      "mesquite-mesquite",
                                      "nes1972-nes",
                                      "nes2000-nes",
                                      "radon_mn-radon_hierarchical_intercept_noncentered",
                                      "sblrc-blr",
                                      "wells_data-wells_dist100ars_model"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) check_model("../models", names[i]);
}

/* What the models say of their synthetic data holds. */
static void synthetic(void **state) {
  (void)state;
  erg_problems p;
  erg_problems_init(&p);
  erg_source *source = erg_source_read("../../models/poisson_glmm.toml", &p);
  lang_model *m = lang_parse(source, &p);
  erg_dataset *data = made_data(m, NULL, &p);
  const erg_array *of = erg_dataset_get(data, "group_of");
  assert_int_equal(of->n, 8910);
  int counts[61] = {0};
  for (int64_t i = 0; i < of->n; i++) counts[(int)of->values[i]]++;
  for (int g = 1; g <= 60; g++) assert_int_equal(counts[g], 1 + 5 * (g - 1));
  erg_dataset_free(data);
  lang_free(m);
  erg_source_free(source);
  source = erg_source_read("../../models/hierarchical_normal.toml", &p);
  m = lang_parse(source, &p);
  lang_size size = {"group", 1000};
  lang_options options = {.sizes = &size, .n_sizes = 1};
  data = made_data(m, &options, &p);
  const erg_array *y = erg_dataset_get(data, "y");
  assert_int_equal(y->n, 10000);
  double sum = 0, squares = 0;
  for (int64_t i = 0; i < y->n; i++) sum += y->values[i];
  for (int64_t i = 0; i < y->n; i++)
    squares += (y->values[i] - sum / 10000) * (y->values[i] - sum / 10000);
  /* mean 50 with standard error 0.32, sd sqrt(104) with 0.23 */
  assert_true(fabs(sum / 10000 - 50) < 1.6 && fabs(sqrt(squares / 9999) - 10.2) < 1.2);
  assert_int_equal(p.count, 0);
  erg_problems_free(&p);
  erg_dataset_free(data);
  lang_free(m);
  erg_source_free(source);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(shipped), cmocka_unit_test(posteriordb),
                                     cmocka_unit_test(synthetic)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
