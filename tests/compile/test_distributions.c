/* Log densities of the table against reference/densities.txt (60 digits, by mpmath; see
 * reference/make_reference.py), in both precisions, and their gradients against
 * differences; the gamma function's derivatives against reference/gamma.txt. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "compile/interpret.h"
#include "ir/distribution.h"

static FILE *open_reference(const char *path) {
  FILE *f = fopen(path, "r");
  if (!f) fail_msg("%s isn't there", path);
  return f;
}

/* Density with y (unless it is discrete) and the arguments as parameters: q holds y and
 * then the arguments. */
static ir_graph *graph_of(const ir_distribution *d, double y, ir_id *node) {
  ir_graph *g = ir_graph_new();
  ir_id inputs[1 + IR_MAX_ARGS];
  for (int k = 0; k <= d->n_args; k++) {
    ir_param *p = ir_add_param(g, "x");
    p->offset = g->dim++;
    p->n = 1;
    inputs[k] = ir_input(g, g->n_params - 1, 0);
  }
  *node = d->log_density(g, d->discrete ? ir_const(g, y) : inputs[0], inputs + 1);
  return g;
}

static void densities(void **unused) {
  (void)unused;
  FILE *f = open_reference("reference/densities.txt");
  char line[512], name[64];
  int lines = 0, seen[IR_DISTRIBUTION_COUNT] = {0};
  while (fgets(line, sizeof line, f)) {
    double v[4];
    long double want;
    if (line[0] == '#') continue;
    assert_int_equal(
        sscanf(line, "%63s %lf %lf %lf %lf %Lf", name, &v[0], &v[1], &v[2], &v[3], &want), 6);
    int number = ir_distribution_find(name);
    if (number < 0) fail_msg("%s isn't in the table", name);
    const ir_distribution *d = ir_distribution_at(number);
    lines++;
    seen[number]++;
    ir_id node;
    ir_graph *g = graph_of(d, v[0], &node);
    interpl *l = interpl_new(g, &node, 1);
    interp *s = interp_new(g, &node, 1);
    long double q[4] = {v[0], v[1], v[2], v[3]}, grad[4];
    interpl_run(l, q, NULL, NULL);
    interp_run(s, v, NULL, NULL);
    /* sums of terms that are larger than the result lose digits: the scale is theirs;
     * the graph's constants (log pi / 2, ...) are doubles, good to 1.1e-16 each */
    long double got = interpl_value(l, node, NULL)[0];
    long double scale = 1 + fabsl(want);
    for (int k = 0; k <= d->n_args; k++) scale += fabsl(q[k]);
    if (!(fabsl(got - want) <= 3e-16L * scale))
      fail_msg("%s: %.19Lg, not %.19Lg: %s", name, got, want, line);
    if (!(fabsl((long double)interp_value(s, node, NULL)[0] - want) <= 1e-13L * scale))
      fail_msg("%s in double: %.17g, not %.17Lg: %s", name, interp_value(s, node, NULL)[0],
               want, line);
    /* gradients: differences by Richardson, where no end of the range is near */
    interpl_gradient(l, &node, 1, grad);
    for (int k = d->discrete; k <= d->n_args; k++) {
      if (k > 0 && d->discrete && d->arg_ranges[k - 1] == IR_RANGE_COUNT) continue;
      long double at = q[k], h = 0x1p-10L * fminl(1, fabsl(at) + (at == 0)), t[5];
      bool inside = true;
      for (int j = 0; j < 5; j++, h /= 2) {
        q[k] = at + h;
        interpl_run(l, q, NULL, NULL);
        t[j] = interpl_value(l, node, NULL)[0];
        q[k] = at - h;
        interpl_run(l, q, NULL, NULL);
        t[j] = (t[j] - interpl_value(l, node, NULL)[0]) / (2 * h);
        inside = inside && isfinite(t[j]);
      }
      q[k] = at;
      for (int i = 1; i < 5; i++)
        for (int j = 4; j >= i; j--) t[j] += (t[j] - t[j - 1]) / (powl(4, i) - 1);
      bool corner = number == IR_DIST_LAPLACE && v[0] == v[1];
      if (inside && !corner && !(fabsl(grad[k] - t[4]) <= 1e-10L * (1 + fabsl(t[4]))))
        fail_msg("gradient %d of %s: %.15Lg, not %.15Lg: %s", k, name, grad[k], t[4], line);
    }
    interpl_free(l);
    interp_free(s);
    ir_graph_free(g);
  }
  fclose(f);
  assert_true(lines > 400);
  for (int i = 0; i < IR_DISTRIBUTION_COUNT; i++)
    if (!seen[i]) fail_msg("no reference values for %s", ir_distribution_at(i)->name);
}

static void gamma_function(void **unused) {
  (void)unused;
  FILE *f = open_reference("reference/gamma.txt");
  char line[512];
  ir_graph *g = ir_graph_new();
  ir_add_param(g, "x")->n = 1;
  g->dim = 1;
  ir_id x = ir_input(g, 0, 0),
        three[3] = {ir_unary(g, IR_LGAMMA, x), ir_unary(g, IR_DIGAMMA, x),
                    ir_unary(g, IR_TRIGAMMA, x)};
  interpl *l = interpl_new(g, three, 3);
  interp *s = interp_new(g, three, 3);
  while (fgets(line, sizeof line, f)) {
    double v;
    long double want[4];
    if (line[0] == '#') continue;
    assert_int_equal(
        sscanf(line, "%lf %Lf %Lf %Lf %Lf", &v, &want[0], &want[1], &want[2], &want[3]), 5);
    long double q = v, grad;
    double grad_s;
    interpl_run(l, &q, NULL, NULL);
    interp_run(s, &v, NULL, NULL);
    /* near the poles and far left the reflection costs some digits */
    long double hard = v < 0 ? 50 : 1;
    for (int k = 0; k < 4; k++) {
      if (k == 3) {
        interpl_gradient(l, &three[2], 1, &grad);
        interp_gradient(s, &three[2], 1, &grad_s);
      }
      long double a = k < 3 ? interpl_value(l, three[k], NULL)[0] : grad;
      double b = k < 3 ? interp_value(s, three[k], NULL)[0] : grad_s;
      if (!(fabsl(a - want[k]) <= hard * 4e-19L * (fabsl(want[k]) + (k < 2))))
        fail_msg("derivative %d at %g: %.20Lg, not %.20Lg", k, v, a, want[k]);
      if (!(fabsl((long double)b - want[k]) <= hard * 4e-15L * (fabsl(want[k]) + (k < 2))))
        fail_msg("derivative %d at %g in double: %.17g, not %.20Lg", k, v, b, want[k]);
    }
  }
  fclose(f);
  interpl_free(l);
  interp_free(s);
  ir_graph_free(g);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(densities),
                                     cmocka_unit_test(gamma_function)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
