/* Every distribution of the table against SciPy's values (make_distributions.py). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "compile/interpret.h"
#include "ir/distribution.h"

#include <math.h>

static double value_of(const ir_graph *g, ir_id node) {
  interpl *ws = interpl_new(g, &node, 1);
  interpl_run(ws, NULL, NULL, NULL);
  double v = (double)interpl_value(ws, node, NULL)[0];
  interpl_free(ws);
  return v;
}

static bool near(double a, double b, double tolerance) {
  return fabs(a - b) <= tolerance * (fabs(b) > 1 ? fabs(b) : 1);
}

static void against_scipy(void **state) {
  (void)state;
  FILE *in = fopen("distributions.txt", "r");
  assert_non_null(in);
  char line[512], name[64];
  bool seen[IR_DISTRIBUTION_COUNT] = {false};
  while (fgets(line, sizeof line, in)) {
    if (line[0] == '#') continue;
    int n, used, at;
    assert_int_equal(sscanf(line, "%63s %d%n", name, &n, &at), 2);
    double args[3], y, density, cdf, ccdf;
    for (int i = 0; i < n; i++) {
      assert_int_equal(sscanf(line + at, "%lf%n", &args[i], &used), 1);
      at += used;
    }
    assert_int_equal(sscanf(line + at, "%lf %lf %lf %lf", &y, &density, &cdf, &ccdf), 4);
    int number = ir_distribution_find(name);
    if (number < 0) fail_msg("no distribution %s", name);
    const ir_distribution *d = ir_distribution_at(number);
    assert_int_equal(d->n_args, n);
    seen[number] = true;
    ir_graph *g = ir_graph_new();
    ir_id nodes[3] = {IR_NONE, IR_NONE, IR_NONE};
    for (int i = 0; i < n; i++) nodes[i] = ir_const(g, args[i]);
    ir_id at_y = ir_const(g, y);
    double v = value_of(g, d->log_density(g, at_y, nodes));
    if (!near(v, density, 1e-12)) fail_msg("%s at %g: %.17g, not %.17g", name, y, v, density);
    if (d->log_cdf) {
      v = value_of(g, d->log_cdf(g, at_y, nodes));
      if (!near(v, cdf, 1e-10)) fail_msg("%s cdf at %g: %.17g, not %.17g", name, y, v, cdf);
      v = value_of(g, d->log_ccdf(g, at_y, nodes));
      if (!near(v, ccdf, 1e-10)) fail_msg("%s ccdf at %g: %.17g, not %.17g", name, y, v, ccdf);
    }
    ir_graph_free(g);
  }
  fclose(in);
  for (int i = 0; i < IR_DISTRIBUTION_COUNT; i++)
    if (!seen[i]) fail_msg("%s has no reference value", ir_distribution_at(i)->name);
}

/* Impossible values have log density minus infinity, not NaN. */
static void edges(void **state) {
  (void)state;
  static const struct {
    int number;
    double args[3], y, expected;
  } cases[] = {
      {IR_DIST_BERNOULLI, {0}, 0, 0},
      {IR_DIST_BERNOULLI, {0}, 1, -INFINITY},
      {IR_DIST_BERNOULLI, {1}, 1, 0},
      {IR_DIST_BINOMIAL, {3, 0}, 0, 0},
      {IR_DIST_BINOMIAL, {3, 1}, 3, 0},
      {IR_DIST_BINOMIAL, {3, 0}, 1, -INFINITY},
      {IR_DIST_POISSON, {0}, 0, 0},
      {IR_DIST_POISSON, {0}, 2, -INFINITY},
      {IR_DIST_UNIFORM, {0, 2}, 3, -INFINITY},
      {IR_DIST_PARETO, {1, 2}, 0.5, -INFINITY},
      {IR_DIST_GEOMETRIC, {1}, 0, 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    ir_graph *g = ir_graph_new();
    ir_id nodes[3];
    for (int k = 0; k < 3; k++) nodes[k] = ir_const(g, cases[i].args[k]);
    double v = value_of(
        g, ir_distribution_at(cases[i].number)->log_density(g, ir_const(g, cases[i].y), nodes));
    if (!(v == cases[i].expected || near(v, cases[i].expected, 1e-15)))
      fail_msg("%s at %g: %g", ir_distribution_at(cases[i].number)->name, cases[i].y, v);
    ir_graph_free(g);
  }
}

static void names(void **state) {
  (void)state;
  char text[64];
  ir_distribution_signature(IR_DIST_STUDENT_T, text, sizeof text);
  assert_string_equal(text, "student_t(nu, mu, sigma)");
  ir_distribution_signature(IR_DIST_STUDENT_T, text, 8);
  assert_string_equal(text, "student");
  assert_int_equal(ir_distribution_find("double_exponential"), IR_DIST_LAPLACE);
  assert_int_equal(ir_distribution_find("norm"), -1);
  assert_null(ir_distribution_at(-1));
  assert_null(ir_distribution_at(IR_DISTRIBUTION_COUNT));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(against_scipy), cmocka_unit_test(edges),
                                     cmocka_unit_test(names)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
