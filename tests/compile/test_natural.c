/* Natural values, the way back, recentring, and the host's model in its two forms. */
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "compile/model_host.h"
#include "compile/natural.h"
#include "graphs.h"

enum {
  GROUPS = 6,
  KINDS = 2,
  OBS = 40,
  DIM = 3 + GROUPS + GROUPS * KINDS,
  ELEMENTS = GROUPS + GROUPS * KINDS,
  CENTRING = 3 * ELEMENTS + 2 * (1 + 2 * ERG_CENTRING_LEVELS)
};
static ir_graph *G;

static int begin(void **state) {
  (void)state;
  G = graph_nested(GROUPS, KINDS, OBS);
  return 0;
}
static int end(void **state) {
  (void)state;
  ir_graph_free(G);
  return 0;
}

static void point(double *q, double *centring, int number) {
  for (int i = 0; i < DIM + ERG_PADDING; i++) q[i] = i < DIM ? 0.7 * sin(3 * i + number) : 0;
  for (int i = 0; i < ELEMENTS; i++) {
    centring[i] = (i + number) % 3 ? 0.4 * (i % 5) : 0;
    centring[ELEMENTS + i] = centring[i] * sin(i + number);
  }
  centring[2 * ELEMENTS] = 1;
  centring[2 * ELEMENTS + 1] = 0.8;
  int32_t family[ELEMENTS];
  for (int i = 0; i < ELEMENTS; i++) family[i] = i >= GROUPS;
  assert_int_equal(erg_centring_length(ELEMENTS, 2), CENTRING);
  assert_int_equal(erg_centring_levels(ELEMENTS, 2, family, centring), 0);
}

static bool close_to(double a, double b, double tolerance) {
  return a == b || fabs(a - b) <= tolerance * (1 + fabs(a) + fabs(b));
}

static const natural_column *column(const natural *plan, const char *name, natural_what kind) {
  int n;
  const natural_column *list = natural_columns(plan, &n);
  for (int i = 0; i < n; i++)
    if (!strcmp(list[i].name, name) && list[i].kind == kind) return &list[i];
  fail_msg("no column %s", name);
  return NULL;
}

static void columns(void **unused) {
  (void)unused;
  natural *plan = natural_new(G, 63);
  double *row = calloc((size_t)natural_width(plan), sizeof *row),
         *again = calloc((size_t)natural_width(plan), sizeof *row);
  double q[DIM + ERG_PADDING], C[CENTRING];
  point(q, C, 0);
  random_key key = {.seed = 3, .chain = 1, .draw = 4};
  natural_run(plan, q, NULL, &key, row);
  const natural_column *beta = column(plan, "beta", NATURAL_PARAMS);
  assert_int_equal(beta->rank, 2);
  assert_int_equal(beta->dims[0], 1); /* kind first, as declared */
  assert_int_equal(beta->n, GROUPS * KINDS);
  double mu = q[0], sigma = exp(q[1]), tau = exp(q[2]);
  for (int kind = 0; kind < KINDS; kind++)
    for (int group = 0; group < GROUPS; group++) {
      double alpha = mu + sigma * q[3 + group];
      double want = alpha + tau * q[3 + GROUPS + group * KINDS + kind];
      assert_true(close_to(row[beta->offset + kind * GROUPS + group], want, 1e-14));
    }
  assert_true(close_to(row[column(plan, "sigma", NATURAL_PARAMS)->offset], sigma, 1e-15));
  assert_true(row[column(plan, "double", NATURAL_DEFINED)->offset] == 2 * mu);
  /* terms add up to the log density, the outcome's elements to its term */
  const natural_column *y = column(plan, "y", NATURAL_LOG_LIKELIHOOD);
  double sum = 0;
  assert_int_equal(y->n, OBS);
  for (int i = 0; i < OBS; i++) sum += row[y->offset + i];
  assert_true(close_to(sum, row[column(plan, "y", NATURAL_TERMS)->offset], 1e-13));
  /* draws: the same for the same key, other for another draw, NaN without a key */
  const natural_column *noise = column(plan, "noise", NATURAL_GENERATED);
  const natural_column *rep = column(plan, "y", NATURAL_REPLICATED);
  natural *other = natural_clone(plan);
  natural_run(other, q, NULL, &key, again);
  assert_memory_equal(row, again, (size_t)natural_width(plan) * sizeof *row);
  natural_free(plan);
  plan = natural_new(G, NATURAL_REPLICATED); /* alone: the same draws */
  natural_run(plan, q, NULL, &key, again);
  assert_memory_equal(row + rep->offset, again, OBS * sizeof *row);
  key.draw++;
  natural_run(other, q, NULL, &key, again);
  assert_true(again[noise->offset] != row[noise->offset]);
  assert_true(again[rep->offset + 3] != row[rep->offset + 3]);
  natural_run(other, q, NULL, NULL, again);
  assert_true(isnan(again[noise->offset]) && isnan(again[rep->offset]));
  natural_free(plan);
  natural_free(other);
  free(row);
  free(again);
}

static void there_and_back(void **unused) {
  (void)unused;
  natural *plan = natural_new(G, NATURAL_PARAMS);
  unconstrain *u = unconstrain_new(G);
  assert_non_null(u);
  double row[DIM], q[DIM + ERG_PADDING], back[DIM], C[CENTRING];
  for (int number = 0; number < 5; number++) {
    point(q, C, number);
    const double *centring = number ? C : NULL, *values[GRAPH_PARAMS];
    natural_run(plan, q, centring, NULL, row);
    int n;
    const natural_column *list = natural_columns(plan, &n);
    for (int i = 0; i < n; i++) values[list[i].index] = row + list[i].offset;
    char *message;
    assert_true(unconstrain_run(u, values, centring, back, &message));
    for (int i = 0; i < DIM; i++) assert_true(close_to(back[i], q[i], 1e-12));
    double negative = -1;
    values[GRAPH_TAU] = &negative;
    assert_false(unconstrain_run(u, values, centring, back, &message));
    assert_non_null(strstr(message, "'tau' lies outside its support (positive)"));
    free(message);
    /* 1/tau^2 overflows: not the fault of the values that have tau as their scale */
    double tiny = 1e-300;
    values[GRAPH_TAU] = &tiny;
    assert_false(unconstrain_run(u, values, centring, back, &message));
    assert_non_null(strstr(message, "the scale of its prior is too near 0"));
    free(message);
  }
  unconstrain_free(u);
  natural_free(plan);
}

static void recentring(void **unused) {
  (void)unused;
  natural *plan = natural_new(G, NATURAL_PARAMS);
  unconstrain *first = unconstrain_new(G), *u = unconstrain_clone(first);
  unconstrain_free(first);
  double before[CENTRING], after[CENTRING];
  double q[DIM + ERG_PADDING], q_new[DIM + ERG_PADDING], row[DIM], other[DIM];
  for (int number = 1; number < 5; number++) {
    point(q, before, number);
    point(q_new, after, number + 7);
    assert_int_equal(unconstrain_recentre(u, number == 1 ? NULL : before, after, q, q_new),
                     ERG_OK);
    natural_run(plan, q, number == 1 ? NULL : before, NULL, row);
    natural_run(plan, q_new, after, NULL, other);
    for (int i = 0; i < DIM; i++) assert_true(close_to(row[i], other[i], 1e-12));
    assert_memory_equal(q, q_new, 3 * sizeof *q); /* mu, sigma, tau to the bit */
    assert_true(q[5] != q_new[5]);
    assert_int_equal(unconstrain_recentre(u, number == 1 ? NULL : before, after, q, q), ERG_OK);
    assert_memory_equal(q, q_new, DIM * sizeof *q);
  }
  after[0] = NAN;
  memcpy(q_new, q, sizeof q);
  assert_int_equal(unconstrain_recentre(u, before, after, q, q_new), ERG_REJECT);
  assert_memory_equal(q, q_new, DIM * sizeof *q);
  unconstrain_free(u);
  natural_free(plan);
}

/* A circle: alpha's way back through beta and the reverse. */
static void circles(void **unused) {
  (void)unused;
  ir_id a = G->params[GRAPH_ALPHA].unconstrain;
  ir_id b = ir_reduce(G, IR_SUM, G->params[GRAPH_BETA].natural, ir_bit(0) | ir_bit(1));
  G->params[GRAPH_ALPHA].unconstrain = ir_binary(G, IR_ADD, a, b);
  assert_null(unconstrain_new(G));
}

/* ---- the host's model ---------------------------------------------------- */

static char said[512];
static void note(void *data, erg_log_level level, const char *text) {
  (void)data;
  if (level == ERG_LOG_WARNING) snprintf(said, sizeof said, "%s", text);
}

static erg_model *build(model_host_options o) {
  char *message;
  erg_model *m = model_host_new(G, &o, &message);
  if (!m) fail_msg("%s", message);
  assert_int_equal(m->dim, DIM);
  assert_int_equal(m->n_elements, ELEMENTS);
  assert_int_equal(m->n_families, 2);
  assert_int_equal(m->element_family[GROUPS - 1], 0);
  assert_int_equal(m->element_family[GROUPS], 1);
  return m;
}

static void two_forms(void **unused) {
  (void)unused;
  erg_model *form[2] = {build((model_host_options){.interpret = true, .no_source = true}),
                        build((model_host_options){.cc.no_cache = true})};
  const model_host_info *info = model_host_about(form[1]);
  if (!info->compiled) print_message("not compiled: %s\n", info->reason);
  assert_false(model_host_about(form[0])->compiled);
  assert_null(form[0]->extension(form[0], "erg.source/1"));
  assert_null(form[1]->extension(form[1], "erg.source/2"));
  const erg_model_source *source = form[1]->extension(form[1], "erg.source/1");
  assert_non_null(source);
  assert_int_equal(strlen(source->hash), 64);
  assert_non_null(strstr(source->text, "erg_model("));
  ir_id terms[16];
  for (int i = 0; i < G->n_terms; i++) terms[i] = G->terms[i].node;
  interpl *oracle = interpl_new(G, terms, G->n_terms);
  double q[DIM + ERG_PADDING], C[CENTRING];
  for (int number = 0; number < 6; number++) {
    double lp[2][2], grad[2][DIM + ERG_PADDING], moments[2][3 * ELEMENTS];
    point(q, C, number);
    const double *centring = number ? C : NULL;
    for (int f = 0; f < 2; f++) {
      for (int i = 0; i < DIM + ERG_PADDING; i++) grad[f][i] = 99;
      void *scratch = aligned_alloc(64, (form[f]->scratch_bytes + 63) / 64 * 64 + 64);
      assert_int_equal(form[f]->logp(form[f], centring, scratch, q, lp[f], grad[f], moments[f]),
                       ERG_OK);
      double again[DIM + ERG_PADDING], lp_again[2];
      form[f]->logp(form[f], centring, scratch, q, lp_again, again, NULL);
      assert_memory_equal(again, grad[f], DIM * sizeof *again);
      assert_memory_equal(lp_again, lp[f], sizeof lp_again);
      free(scratch);
      for (int i = DIM; i < DIM + ERG_PADDING; i++) assert_true(grad[f][i] == 99);
    }
    long double ql[DIM], gl[DIM], want = 0, reported = 0;
    for (int i = 0; i < DIM; i++) ql[i] = q[i];
    interpl_run(oracle, ql, centring, NULL);
    interpl_gradient(oracle, terms, G->n_terms, gl);
    for (int t = 0; t < G->n_terms; t++) {
      int64_t n;
      const long double *v = interpl_value(oracle, terms[t], &n);
      for (int64_t i = 0; i < n; i++) {
        want += v[i];
        if (G->terms[t].kind != IR_TERM_CENTRING) reported += v[i];
      }
    }
    for (int f = 0; f < 2; f++) {
      assert_true(close_to(lp[f][0], (double)want, 1e-13));
      assert_true(close_to(lp[f][1], (double)reported, 1e-13));
      for (int i = 0; i < DIM; i++) assert_true(close_to(grad[f][i], (double)gl[i], 1e-12));
    }
    for (int i = 0; i < 3 * ELEMENTS; i++)
      assert_true(close_to(moments[0][i], moments[1][i], 1e-11));
    if (number) continue;
    /* the outer level of beta by hand: only the likelihood */
    double sigma = exp(q[1]), tau = exp(q[2]), sum = 0, b = moments[0][GROUPS];
    assert_true(close_to(b, q[0] + sigma * q[3] + tau * q[3 + GROUPS], 1e-14));
    double mean = b + moments[0][GROUPS + 1];
    for (int i = 0; i < OBS; i++)
      if (i * 7 % GROUPS == 0) sum += (sin(i) + 0.1 * (i % 5) - mean) / (sigma * sigma);
    assert_true(close_to(moments[0][ELEMENTS + GROUPS], sum, 1e-12));
    assert_true(moments[0][2 * ELEMENTS + 1] == 1);
  }
  interpl_free(oracle);
  model_host_free(form[0]);
  model_host_free(form[1]);
}

/* None there, or one that does nothing: the interpreter serves. */
static void no_compiler(void **unused) {
  (void)unused;
  static const char *const compilers[] = {"no-such-compiler", "false"};
  for (int i = 0; i < 2; i++) {
    said[0] = 0;
    erg_model *m = build((model_host_options){
        .cc.compiler = compilers[i], .cc.no_cache = true, .log = note});
    assert_non_null(strstr(said, "interpreter"));
    assert_non_null(strstr(model_host_about(m)->reason, compilers[i]));
    assert_false(model_host_about(m)->compiled);
    assert_non_null(m->extension(m, "erg.source/1"));
    model_host_free(m);
  }
}

/* Zero density: rejected, with a finite gradient. */
static void impossible_points(void **unused) {
  (void)unused;
  ir_id mu = G->params[GRAPH_MU].natural, zero = ir_const(G, 0);
  ir_id high = ir_binary(G, IR_GT, mu, zero);
  ir_add_term(G, IR_TERM_LIKELIHOOD, "bound",
              ir_if(G, high, ir_unary(G, IR_LOG, mu), ir_const(G, -INFINITY)), -1, 0, 0);
  erg_model *m = build((model_host_options){.interpret = true, .no_source = true});
  double q[DIM + ERG_PADDING], C[CENTRING], lp[2], grad[DIM + ERG_PADDING];
  point(q, C, 0);
  void *scratch = aligned_alloc(64, m->scratch_bytes);
  const double values[] = {1, -1, 0, NAN};
  for (int i = 0; i < 4; i++) {
    q[0] = values[i];
    assert_int_equal(m->logp(m, C, scratch, q, lp, grad, NULL), i ? ERG_REJECT : ERG_OK);
    assert_true(i == 0 || !(lp[0] > -INFINITY));
    for (int k = 0; k < DIM; k++) assert_true(isfinite(grad[k]));
  }
  free(scratch);
  model_host_free(m);
}

static void *hammer(void *model) {
  const erg_model *m = model;
  double q[DIM + ERG_PADDING], C[CENTRING], lp[2], first = 0, grad[DIM + ERG_PADDING];
  double q_new[DIM + ERG_PADDING];
  void *scratch = aligned_alloc(64, (m->scratch_bytes + 63) / 64 * 64);
  point(q, C, 3);
  intptr_t bad = 0;
  for (int i = 0; i < 300; i++) {
    bad += m->logp(m, C, scratch, q, lp, grad, NULL) != ERG_OK;
    if (i == 0) first = lp[0];
    bad += lp[0] != first;
    bad += m->recentre(m, NULL, C, q, q_new) != ERG_OK;
  }
  free(scratch);
  return (void *)bad;
}

static void many_threads(void **unused) {
  (void)unused;
  erg_model *m = build((model_host_options){.interpret = true});
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&threads[i], NULL, hammer, m), 0);
  for (int i = 0; i < 4; i++) {
    void *bad;
    pthread_join(threads[i], &bad);
    assert_null(bad);
  }
  model_host_free(m);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
  const struct CMUnitTest tests[] = {T(columns),           T(there_and_back), T(recentring),
                                     T(circles),           T(two_forms),      T(no_compiler),
                                     T(impossible_points), T(many_threads)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
