/* Truncated priors: their normalised density against SciPy's values (make_truncated.py),
 * its gradient where the constant hangs on unknowns, compiled code against the oracle far
 * out in the tails, and draws between bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "compile/model_host.h"
#include "compile/natural.h"
#include "ir/distribution.h"
#include "made.h"

typedef struct {
  erg_problems p;
  erg_source *source;
  lang_model *model;
  ir_graph *graph;
} built;

static built build(const char *text) {
  built b = {0};
  erg_problems_init(&b.p);
  b.source = erg_source_from_text("model.toml", text, strlen(text));
  b.model = lang_parse(b.source, &b.p);
  if (b.model) b.graph = lang_build(b.model, NULL, NULL, &b.p);
  erg_problems_print(&b.p, stderr, false);
  if (!b.graph) fail_msg("%s", text);
  return b;
}

static void end(built *b) {
  ir_graph_free(b->graph);
  lang_free(b->model);
  erg_problems_free(&b->p);
  erg_source_free(b->source);
}

static int terms_of(const ir_graph *g, ir_id *nodes) {
  for (int t = 0; t < g->n_terms; t++) nodes[t] = g->terms[t].node;
  return g->n_terms;
}

static long double sum_of(const interpl *ws, const ir_id *nodes, int n) {
  long double sum = 0;
  for (int t = 0; t < n; t++) {
    int64_t count;
    const long double *v = interpl_value(ws, nodes[t], &count);
    for (int64_t i = 0; i < count; i++) sum += v[i];
  }
  return sum;
}

static void support_text(char *text, size_t room, double low, double high) {
  if (high == INFINITY)
    snprintf(text, room, "lower(%.17g)", low);
  else if (low == -INFINITY)
    snprintf(text, room, "upper(%.17g)", high);
  else
    snprintf(text, room, "interval(%.17g, %.17g)", low, high);
}

/* Gradient of term `node` against differences by Richardson's extrapolation. */
static void check_gradient(const ir_graph *g, ir_id node, const double *at, const char *line) {
  interpl *ws = interpl_new(g, &node, 1);
  long double q[8], grad[8];
  for (int k = 0; k < g->dim; k++) q[k] = at[k];
  interpl_run(ws, q, NULL, NULL);
  interpl_gradient(ws, &node, 1, grad);
  for (int k = 0; k < g->dim; k++) {
    long double t[6], h = 0x1p-9L;
    for (int j = 0; j < 6; j++, h /= 2) {
      q[k] = at[k] + h;
      interpl_run(ws, q, NULL, NULL);
      t[j] = sum_of(ws, &node, 1);
      q[k] = at[k] - h;
      interpl_run(ws, q, NULL, NULL);
      t[j] = (t[j] - sum_of(ws, &node, 1)) / (2 * h);
    }
    q[k] = at[k];
    for (int i = 1; i < 6; i++)
      for (int j = 5; j >= i; j--) t[j] += (t[j] - t[j - 1]) / (powl(4, i) - 1);
    if (!(fabsl(grad[k] - t[5]) <= 1e-9L * (1 + fabsl(t[5]))))
      fail_msg("gradient %d: %.15Lg, not %.15Lg: %s", k, grad[k], t[5], line);
  }
  interpl_free(ws);
}

/* One line of truncated.txt, the first `known` arguments as numbers, the others as parameters
 * of their own. */
static void check_line(const char *line, const char *name, int n, const double *args,
                       double low, double high, double y, double expected, int known) {
  const ir_distribution *d = ir_distribution_at(ir_distribution_find(name));
  char text[800] = "[params]\n", call[400], support[128];
  int used = snprintf(call, sizeof call, "%s(", name);
  for (int i = 0; i < n; i++) {
    if (i >= known) {
      const char *kind = d->arg_ranges[i] == IR_RANGE_POSITIVE ? "positive"
                         : d->arg_ranges[i] == IR_RANGE_UNIT   ? "unit"
                                                               : "real";
      snprintf(text + strlen(text), sizeof text - strlen(text), "a%d = \"%s\"\n", i, kind);
      used += snprintf(call + used, sizeof call - (size_t)used, "%sa%d", i ? ", " : "", i);
    } else {
      used += snprintf(call + used, sizeof call - (size_t)used, "%s%.17g", i ? ", " : "", args[i]);
    }
  }
  support_text(support, sizeof support, low, high);
  snprintf(text + strlen(text), sizeof text - strlen(text), "v = \"%s ~ %s)\"\n", support, call);
  built b = build(text);
  unconstrain *u = unconstrain_new(b.graph);
  const double *values[4];
  for (int i = known; i < n; i++) values[i - known] = &args[i];
  values[n - known] = &y;
  double q[8];
  char *message = NULL;
  if (!unconstrain_run(u, values, NULL, q, &message)) fail_msg("%s: %s", line, message);
  unconstrain_free(u);
  ir_id node = IR_NONE;
  for (int t = 0; t < b.graph->n_terms; t++)
    if (!strcmp(b.graph->terms[t].name, "prior of v")) node = b.graph->terms[t].node;
  interpl *ws = interpl_new(b.graph, &node, 1);
  interp *ws_double = interp_new(b.graph, &node, 1);
  long double ql[8];
  for (int k = 0; k < b.graph->dim; k++) ql[k] = q[k];
  interpl_run(ws, ql, NULL, NULL);
  interp_run(ws_double, q, NULL, NULL);
  double got[2] = {(double)interpl_value(ws, node, NULL)[0],
                   interp_value(ws_double, node, NULL)[0]};
  for (int k = 0; k < 2; k++)
    if (!(fabs(got[k] - expected) <= 1e-10 * fmax(1, fabs(expected))))
      fail_msg("%.17g, not %.17g (%s, %d of %d numbers): %s", got[k], expected,
               k ? "double" : "long double", known, n, line);
  interpl_free(ws);
  interp_free(ws_double);
  if (known < n) check_gradient(b.graph, node, q, line);
  end(&b);
}

static void against_scipy(void **state) {
  (void)state;
  FILE *in = fopen("truncated.txt", "r");
  assert_non_null(in);
  char line[512], name[64];
  bool seen[IR_DISTRIBUTION_COUNT] = {false};
  while (fgets(line, sizeof line, in)) {
    int n, used, at;
    double args[3], low, high, y, expected;
    if (line[0] == '#') continue;
    assert_int_equal(sscanf(line, "%63s %d%n", name, &n, &at), 2);
    for (int i = 0; i < n; i++, at += used)
      assert_int_equal(sscanf(line + at, "%lf%n", &args[i], &used), 1);
    assert_int_equal(sscanf(line + at, "%lf %lf %lf %lf", &low, &high, &y, &expected), 4);
    seen[ir_distribution_find(name)] = true;
    for (int known = 0; known <= n; known++)
      check_line(line, name, n, args, low, high, y, expected, known);
  }
  fclose(in);
  for (int i = 0; i < IR_DISTRIBUTION_COUNT; i++)
    if (ir_distribution_at(i)->log_cdf && !seen[i])
      fail_msg("%s truncated has no reference value", ir_distribution_at(i)->name);
}

/* Constants that hang on unknowns, compiled: the scale goes down to where cdfs underflow. */
static void check_compiled(const char *text) {
  built b = build(text);
  model_host_options options = {.cc = {.no_cache = true}};
  char *message = NULL;
  erg_model *model = model_host_new(b.graph, &options, &message);
  if (!model) fail_msg("%s", message);
  const model_host_info *about = model_host_about(model);
  assert_true(about->program != NULL && about->plan != NULL);
  size_t dim = (size_t)b.graph->dim;
  double *q = calloc(dim + ERG_PADDING, sizeof *q), *grad = calloc(dim + ERG_PADDING, sizeof *q);
  long double *ql = calloc(dim, sizeof *ql), *gl = calloc(dim, sizeof *gl);
  void *scratch = aligned_alloc(64, (model->scratch_bytes + 127) / 64 * 64);
  ir_id nodes[128];
  int n = terms_of(b.graph, nodes);
  interpl *oracle = interpl_new(b.graph, nodes, n);
  for (int point = 0; point < 40; point++) {
    for (size_t i = 0; i < dim; i++) q[i] = sin(1.3 * (double)i + point);
    for (int k = 0; k < b.graph->n_params; k++)
      if (!strcmp(b.graph->params[k].name, "s")) q[b.graph->params[k].offset] = 1 - 0.2 * point;
    for (size_t i = 0; i < dim; i++) ql[i] = q[i];
    double lp[2];
    model->logp(model, NULL, scratch, q, lp, grad, NULL);
    interpl_run(oracle, ql, NULL, NULL);
    long double want = sum_of(oracle, nodes, n);
    interpl_gradient(oracle, nodes, n, gl);
    if (!(fabsl(lp[0] - want) <= 1e-11L * (1 + fabsl(want))))
      fail_msg("point %d: %.17g, not %.17Lg", point, lp[0], want);
    for (size_t i = 0; i < dim; i++)
      if (!(fabsl(grad[i] - gl[i]) <= 1e-9L * (1 + fabsl(want))))
        fail_msg("point %d, coordinate %zu: %.17g, not %.17Lg", point, i, grad[i], gl[i]);
  }
  interpl_free(oracle);
  model_host_free(model);
  free(scratch);
  free(q);
  free(grad);
  free(ql);
  free(gl);
  end(&b);
}

static void compiled(void **state) {
  (void)state;
  check_compiled(
      "[params]\nm = \"real ~ normal(0, 1)\"\ns = \"positive ~ exponential(1)\"\n"
      "a = \"lower(1) ~ normal(m, s)\"\nb = \"upper(-1) ~ normal(m, s)\"\n"
      "c = \"interval(1, 3) ~ normal(m, s)\"\nd = \"lower(1) ~ cauchy(m, s)\"\n"
      "e = \"interval(-2, 3) ~ cauchy(m, s)\"\nf = \"upper(-1) ~ laplace(m, s)\"\n"
      "g = \"lower(1) ~ logistic(m, s)\"\nh = \"lower(1) ~ gumbel(m, s)\"\n"
      "i = \"upper(2) ~ gumbel(m, s)\"\nj = \"lower(1.5) ~ lognormal(m, s)\"\n"
      "k = \"interval(0, 2) ~ weibull(2, s)\"\nl = \"lower(1) ~ frechet(2, s)\"\n"
      "n = \"interval(0, 2) ~ rayleigh(s)\"\no = \"interval(1, 2) ~ exponential(s)\"\n"
      "p = \"interval(0, 2) ~ half_normal(s)\"\nq = \"lower(1) ~ half_cauchy(s)\"\n"
      "r = \"lower(1) ~ exp_mod_normal(m, s, 1)\"\nt = \"interval(1, 2) ~ pareto(0.5, s)\"\n"
      "u = \"positive[3] ~ normal(m, s)\"\nv = \"lower(2) ~ student_t(3, 0, 1)\"\n"
      "w = \"interval(0, 9) ~ gamma(2, 0.5)\"\nx = \"interval(0.1, 0.7) ~ beta(2, 3)\"\n");
}

/* Whole numbers of degrees of freedom, and whole shapes, have closed forms. */
static void compiled_closed_forms(void **state) {
  (void)state;
  check_compiled(
      "[params]\nm = \"real ~ normal(0, 1)\"\ns = \"positive ~ exponential(1)\"\n"
      "a = \"lower(1) ~ student_t(1, m, s)\"\nb = \"upper(-1) ~ student_t(2, m, s)\"\n"
      "c = \"positive[3] ~ student_t(3, m, s)\"\nd = \"lower(m) ~ student_t(4, 1, s)\"\n"
      "e = \"interval(1, 3) ~ student_t(7, m, s)\"\nf = \"upper(1) ~ student_t(9, m, s)\"\n"
      "g = \"lower(1) ~ student_t(10, m, s)\"\nh = \"lower(1) ~ half_student_t(5, s)\"\n"
      "i = \"interval(0, 9) ~ gamma(2, s)\"\nj = \"lower(1) ~ inv_gamma(4, s)\"\n"
      "k = \"interval(0.5, 2) ~ gamma(10, s)\"\nl = \"lower(s) ~ chi_square(6)\"\n"
      "n = \"interval(1, 2) ~ scaled_inv_chi_square(4, s)\"\n");
}

/* Simulated values of truncated priors lie between their bounds, differ, and are the same
 * each time. */
static void simulated(void **state) {
  (void)state;
  const char *text =
      "[dims]\nn = 200\n[data]\ny = \"real[n]\"\n[params]\n"
      "m = \"interval(8, 9)[n] ~ normal(0, 1)\"\ns = \"positive[n] ~ normal(-1, 2)\"\n"
      "a = \"lower(0)\"\nt = \"lower(a) ~ student_t(3, 0, 2)\"\n"
      "k = \"upper(-1)[n] ~ skew_normal(0, 1, 0.5)\"\n"
      "[observe]\ny = \"normal(m, s)\"\n[simulate]\nseed = 3\na = 30\n";
  erg_problems p;
  erg_problems_init(&p);
  erg_source *source = erg_source_from_text("model.toml", text, strlen(text));
  lang_model *model = lang_parse(source, &p);
  if (!model) {
    erg_problems_print(&p, stderr, false);
    fail();
  }
  double first[2][601];
  for (int round = 0; round < 2; round++) {
    int n_data = 0, at = 0;
    ir_graph *g = lang_build_simulation(model, NULL, &n_data, &p);
    erg_problems_print(&p, stderr, false);
    assert_non_null(g);
    ir_id wanted[8];
    for (int i = 0; i < g->n_quantities; i++) wanted[i] = g->quantities[i].node;
    interp *ws = interp_new(g, wanted, g->n_quantities);
    random_key key = {.seed = 3, .purpose = RANDOM_SIMULATE};
    interp_run(ws, NULL, NULL, &key);
    for (int i = 0; i < g->n_quantities; i++) {
      const char *name = g->quantities[i].name;
      int64_t n;
      const double *v = interp_value(ws, wanted[i], &n);
      for (int64_t k = 0; k < n && *name != 'y'; k++) {
        if (*name != 'a') first[round][at++] = v[k];
        if (*name == 'm') assert_true(v[k] > 8 && v[k] < 9);
        if (*name == 's') assert_true(v[k] > 0 && v[k] < 20);
        if (*name == 't') assert_true(v[k] > 30);
        if (*name == 'k') assert_true(v[k] < -1);
        if (k && *name != 'a') assert_true(v[k] != v[k - 1]);
      }
    }
    assert_int_equal(at, 601);
    interp_free(ws);
    ir_graph_free(g);
  }
  assert_memory_equal(first[0], first[1], sizeof first[0]);
  lang_free(model);
  erg_problems_free(&p);
  erg_source_free(source);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(against_scipy),
      cmocka_unit_test(compiled),
      cmocka_unit_test(compiled_closed_forms),
      cmocka_unit_test(simulated),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
