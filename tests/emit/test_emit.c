/* Passes and emitter against the oracle: log density, gradient and centring moments of
 * graphs made by hand, compiled by the machine's own compilers. */
#include <dlfcn.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <ergode/centring.h>

#include "compile/interpret.h"
#include "emit/emit.h"
#include "mix.h"
#include "models.h"

typedef void (*model_entry)(const double *, const int *, const double *, double *,
                            const double *, double *, double *, double *);

typedef struct {
  const ir_graph *g;
  double *values;
} evaluator;

static const double *evaluate(void *context, ir_id node) {
  evaluator *e = context;
  interpl *ws = interpl_new(e->g, &node, 1);
  long double *q = calloc((size_t)e->g->dim + 1, sizeof *q);
  interpl_run(ws, q, NULL, NULL);
  int64_t n;
  const long double *v = interpl_value(ws, node, &n);
  e->values = realloc(e->values, (size_t)(n + 1) * sizeof(double));
  for (int64_t i = 0; i < n; i++) e->values[i] = (double)v[i];
  interpl_free(ws);
  free(q);
  return e->values;
}

static bool close_to(double a, long double b, double tolerance) {
  return fabsl((long double)a - b) <= (long double)tolerance * (1.0L + fabsl(b));
}

static void write_text(const char *path, const char *text) {
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  fputs(text, f);
  assert_int_equal(fclose(f), 0);
}

/* Returns a hash of all results' bits. */
static uint64_t check(const ir_graph *g, bool no_collapse, bool cxx, const char *flags) {
  uint64_t hash = 0;
  const char *why = NULL;
  ir_pass_options options = {.no_collapse = no_collapse};
  ir_program *p = ir_program_build(g, &options, &why);
  if (!p) fail_msg("%s", why);
  emit_plan *plan = emit_plan_new(p, &why);
  if (!plan) fail_msg("%s", why);
  char folder[] = "/tmp/ergode-test-XXXXXX";
  assert_non_null(mkdtemp(folder));
  char source[64], object[64], command[512];
  snprintf(source, sizeof source, "%s/m.%s", folder, cxx ? "cpp" : "c");
  snprintf(object, sizeof object, "%s/m.so", folder);
  char *text = cxx ? emit_cxx_source(plan) : emit_c_source(plan);
  write_text(source, text);
  free(text);
  snprintf(command, sizeof command,
           "%s -O2 -Wno-psabi -ffp-contract=off -fno-math-errno -fno-trapping-math -fPIC "
           "-shared -o %s %s -lm",
           flags, object, source);
  assert_int_equal(system(command), 0);
  void *handle = dlopen(object, RTLD_NOW | RTLD_LOCAL);
  assert_non_null(handle);
  model_entry entry;
  *(void **)&entry = dlsym(handle, "erg_model_entry");
  assert_non_null(entry);

  evaluator e = {.g = p->graph};
  emit_blobs blobs;
  assert_true(emit_bind(plan, evaluate, &e, &blobs, &why));
  size_t D = (size_t)g->dim, n = (size_t)g->n_elements;
  double *q = calloc(D + 8, sizeof *q), *grad = calloc(D + 8, sizeof *grad);
  double *C = calloc((size_t)erg_centring_length((int)n, g->n_families) + 1, sizeof *C);
  int32_t *family = calloc(n + 1, sizeof *family);
  ir_element_families(g, family);
  double *S = aligned_alloc(64, (blobs.scratch_doubles + 7) / 8 * 64), lp[2];
  double *moments = calloc(3 * n + 1, sizeof *moments);
  ir_id *nodes = calloc((size_t)(g->n_terms + g->n_params), sizeof *nodes);
  for (int i = 0; i < g->n_terms; i++) nodes[i] = g->terms[i].node;
  interpl *oracle = interpl_new(g, nodes, g->n_terms);
  long double *ql = calloc(D + 1, sizeof *ql), *gl = calloc(D + 1, sizeof *gl);
  for (int point = 0; point < 20; point++) {
    for (size_t i = 0; i < D; i++)
      ql[i] = q[i] = sin(1.7 * (double)i + 0.9 * point) * (0.2 + 0.1 * point);
    for (size_t i = 0; i < n; i++) {
      C[i] = (i + (size_t)point) % 3 == 0 ? 0.0 : 0.3 * (double)(i % 5);
      C[n + i] = C[i] * (40.0 + (double)(i % 7));
    }
    for (int f = 0; f < g->n_families; f++) C[2 * n + (size_t)f] = 1.0 - 0.01 * point;
    if (n > 0) assert_int_equal(erg_centring_levels((int)n, g->n_families, family, C), 0);
    for (size_t i = 0; i < D + 8; i++) grad[i] = i < D ? NAN : 77.0;
    entry(blobs.reals, blobs.integers, C, S, q, grad, lp, point % 2 ? moments : NULL);
    hash = mix(mix(hash, lp, 2), grad, D);
    if (point % 2) hash = mix(hash, moments, 3 * n);
    interpl_run(oracle, ql, C, NULL);
    long double want = 0, reported = 0;
    for (int i = 0; i < g->n_terms; i++) {
      int64_t count;
      const long double *v = interpl_value(oracle, nodes[i], &count);
      for (int64_t k = 0; k < count; k++) {
        want += v[k];
        if (g->terms[i].kind != IR_TERM_CENTRING) reported += v[k];
      }
    }
    assert_true(close_to(lp[0], want, 1e-12));
    assert_true(close_to(lp[1], reported, 1e-12));
    interpl_gradient(oracle, nodes, g->n_terms, gl);
    for (size_t i = 0; i < D; i++) assert_true(close_to(grad[i], gl[i], 1e-11));
    for (size_t i = D; i < D + 8; i++) assert_true(grad[i] == 77.0);
    for (int k = 0; k < g->n_params && point % 2; k++) {
      const ir_param *par = &g->params[k];
      if (par->centring != IR_CENTRING_AUTO) continue;
      /* without the parameter's own prior and centring term */
      ir_id outer[64];
      int m = 0;
      for (int i = 0; i < g->n_terms; i++)
        if (g->terms[i].param != k || g->terms[i].kind == IR_TERM_JACOBIAN)
          outer[m++] = nodes[i];
      interpl_gradient(oracle, outer, m, gl);
      const long double *adjoint = interpl_adjoint(oracle, par->base);
      int64_t count;
      const long double *a = interpl_value(oracle, par->base, &count);
      for (int64_t i = 0; i < count; i++) {
        assert_true(close_to(moments[par->element + i], a[i], 1e-12));
        assert_true(close_to(moments[(int64_t)n + par->element + i], adjoint[i], 1e-10));
        if (par->weight == IR_NONE)
          assert_true(moments[2 * (int64_t)n + par->element + i] == 1.0);
      }
    }
  }
  interpl_free(oracle);
  dlclose(handle);
  remove(source);
  remove(object);
  rmdir(folder);
  emit_blobs_free(&blobs);
  free(e.values);
  free(q);
  free(grad);
  free(C);
  free(family);
  free(S);
  free(moments);
  free(nodes);
  free(ql);
  free(gl);
  emit_plan_free(plan);
  ir_program_free(p);
  return hash;
}

static void check_sets(const ir_graph *g, bool no_collapse) {
  bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
  bool cxx = system("c++ --version >/dev/null 2>&1") == 0;
  uint64_t bits = check(g, no_collapse, false, "cc");
  if (avx2) assert_true(check(g, no_collapse, false, "cc -mavx2 -mfma") == bits);
  if (avx2 && cxx)
    assert_true(check(g, no_collapse, true,
                      "c++ -std=gnu++17 -fno-exceptions -fno-rtti -mavx2 -mfma") == bits);
  if (avx512)
    assert_true(check(g, no_collapse, false,
                      "cc -mavx512f -mavx512dq -mavx512vl -mfma -mprefer-vector-width=512") ==
                bits);
}

static void check_all(ir_graph *g) {
  check_sets(g, false);
  check_sets(g, true);
  ir_graph_free(g);
}

static void hierarchical(void **state) {
  (void)state;
  check_all(model_hierarchical(100, 10, false));
  check_all(model_hierarchical(7, 3, false));
}
static void hierarchical_with_slope(void **state) {
  (void)state;
  check_all(model_hierarchical(33, 5, true));
}
static void logistic(void **state) {
  (void)state;
  check_all(model_logistic(203, 7, 1));
  check_all(model_logistic(5, 1, 1));
  /* logits past where exp under- and overflows, and where a sum of 1 and it is 1 */
  check_all(model_logistic(203, 7, 3000));
  /* whole and partial tiles; more columns than rows */
  for (int n = 22; n < 42; n += 3) {
    ir_graph *g = model_logistic(n, n % 2 ? 9 : 50, 1);
    check(g, false, false, "cc");
    ir_graph_free(g);
  }
  /* large enough for tiles to be asked for ahead, past the data's end at last */
  check_all(model_logistic(9001, 11, 1));
}
static void functions(void **state) {
  (void)state;
  check_all(model_functions(13));
}

static void reductions(void **state) {
  (void)state;
  ir_graph *g = model_reductions(37);
  check_sets(g, false);
  ir_graph_free(g);
  g = model_reductions(4);
  check(g, false, false, "cc");
  ir_graph_free(g);
}

static void logarithms(void **state) {
  (void)state;
  ir_graph *g = model_logarithms(1003);
  const char *why = NULL;
  ir_program *p = ir_program_build(g, NULL, &why);
  if (!p) fail_msg("%s", why);
  bool one = false;
  for (int i = 0; i < p->graph->n_nodes; i++) one = one || ir_at(p->graph, i)->op == IR_SUMLOG;
  assert_true(one);
  ir_program_free(p);
  check_sets(g, false);
  ir_graph_free(g);
  g = model_logarithms(3);
  check(g, false, false, "cc");
  ir_graph_free(g);
}

/* The likelihood of a Gaussian hierarchy has no loop over observations left. */
static void collapse(void **state) {
  (void)state;
  ir_graph *g = model_hierarchical(10, 10, false);
  const char *why = NULL;
  ir_program *p = ir_program_build(g, NULL, &why);
  emit_plan *plan = emit_plan_new(p, &why);
  char *text = emit_model_text(plan);
  assert_null(strstr(text, "loop over obs"));
  assert_non_null(strstr(text, "loop over group"));
  free(text);
  emit_plan_free(plan);
  ir_program_free(p);
  ir_graph_free(g);
}

/* The same source for every size of data. */
static void source_without_sizes(void **state) {
  (void)state;
  char *text[2];
  for (int i = 0; i < 2; i++) {
    ir_graph *g = model_hierarchical(10 + 50 * i, 10, true);
    const char *why = NULL;
    ir_program *p = ir_program_build(g, NULL, &why);
    emit_plan *plan = emit_plan_new(p, &why);
    text[i] = emit_model_text(plan);
    emit_plan_free(plan);
    ir_program_free(p);
    ir_graph_free(g);
  }
  assert_string_equal(text[0], text[1]);
  free(text[0]);
  free(text[1]);
}

typedef struct {
  double flops, functions, bytes;
} counts;

static counts counts_of(ir_graph *g, bool no_collapse) {
  const char *why = NULL;
  ir_pass_options options = {.no_collapse = no_collapse};
  ir_program *p = ir_program_build(g, &options, &why);
  emit_plan *plan = emit_plan_new(p, &why);
  evaluator e = {.g = p->graph};
  emit_blobs blobs;
  assert_true(emit_bind(plan, evaluate, &e, &blobs, &why));
  counts c = {blobs.flops, blobs.functions, blobs.bytes};
  emit_blobs_free(&blobs);
  free(e.values);
  emit_plan_free(plan);
  ir_program_free(p);
  ir_graph_free(g);
  return c;
}

/* Counted by hand in the text of the model. An observation: y - mu, its square added;
 * 31 operations on scalars, exp(sigma), 6 scalars of data. */
static void counts_of_normal(void **state) {
  (void)state;
  for (int n = 1; n < 40; n += 6) {
    counts c = counts_of(model_normal(n), true);
    assert_true(c.flops == 3.0 * n + 31 && c.functions == 1 && c.bytes == 8.0 * n + 48);
  }
  counts a = counts_of(model_normal(16), false), b = counts_of(model_normal(400), false);
  assert_true(a.flops == b.flops && a.bytes == b.bytes && b.bytes < 8 * 16);
}

/* An observation: both products with its row, alpha added; e = exp(-|x|), 1 + e, and of each
 * of max(x, 0) and the inverse logit a comparison and a choice, of the latter a division; three
 * sums, one of them of a logarithm. A feature: its prior, and y'X, which is data. The matrix is
 * read once. */
static void counts_of_logistic(void **state) {
  (void)state;
  for (int n = 14; n < 40; n += 9)
    for (int k = 1; k < 12; k += 3) {
      counts c = counts_of(model_logistic(n, k, 1), false);
      assert_true(c.flops == (4.0 * k + 12) * n + 6 * k + 15);
      assert_true(c.functions == n + 1.0);
      assert_true(c.bytes == 8.0 * n * k + 8 * k + 24);
    }
}

/* Collapsed, the number of observations doesn't matter, with a slope either. Not collapsed, an
 * observation with a slope costs mean and residual and its square (5), the product of x and
 * its group's mean (2), and x and y and its group's number. */
static void counts_of_hierarchy(void **state) {
  (void)state;
  counts a = counts_of(model_hierarchical(8, 2, false), false),
         b = counts_of(model_hierarchical(8, 40, false), false);
  assert_true(a.flops == b.flops && a.functions == b.functions && a.bytes == b.bytes);
  assert_true(a.functions == 2 + 8); /* two scales, the logarithm of H at each level */
  a = counts_of(model_hierarchical(8, 4, true), false);
  b = counts_of(model_hierarchical(8, 40, true), false);
  assert_true(a.flops == b.flops && a.functions == b.functions && a.bytes == b.bytes);
  a = counts_of(model_hierarchical(8, 4, true), true);
  b = counts_of(model_hierarchical(8, 8, true), true);
  assert_true(b.flops - a.flops == 32 * 7 && a.functions == 10 && b.functions == 10);
  assert_true(b.bytes - a.bytes == 32 * (8 + 8 + 4));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hierarchical),       cmocka_unit_test(hierarchical_with_slope),
      cmocka_unit_test(logistic),           cmocka_unit_test(functions),
      cmocka_unit_test(reductions),         cmocka_unit_test(logarithms),
      cmocka_unit_test(collapse),           cmocka_unit_test(source_without_sizes),
      cmocka_unit_test(counts_of_normal),   cmocka_unit_test(counts_of_logistic),
      cmocka_unit_test(counts_of_hierarchy)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
