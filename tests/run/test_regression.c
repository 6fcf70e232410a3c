/* Regressions whose sums are taken once (core/ir/regression.c): against the oracle, which
 * walks the observations, at the points of the gate and near the posterior's mode, and next
 * to compiled loops over the observations. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "compile/interpret.h"
#include "compile/model_host.h"
#include "compile/random.h"
#include "run/gate.h"
#include "run/load.h"

/* x[i][k], given a number uniform on (-1, 1) and the columns before. */
typedef double (*filler)(int i, int k, double noise, const double *row);

typedef struct {
  const char *name, *model;
  int n, columns, groups; /* groups 0: none */
  int (*group_of)(int i, int groups);
  filler x;
  double y_mean, y_scale;
} regression;

enum { MOST_COLUMNS = 12, POINTS = 20 };

static double plain(int i, int k, double noise, const double *row) {
  (void)i, (void)k, (void)row;
  return noise;
}
static double collinear(int i, int k, double noise, const double *row) {
  (void)i;
  return k == 2 ? row[0] : k == 3 ? 2 * row[0] - 3 * row[1] : noise;
}
static double constant(int i, int k, double noise, const double *row) {
  (void)i, (void)row;
  return k == 1 ? 7 : k == 2 ? 0 : noise;
}
/* 1e-8, 1e-4, 1, 1e4, 1e8 */
static double scaled(int i, int k, double noise, const double *row) {
  (void)i, (void)row;
  return noise * pow(10, 4 * (k % 5) - 8);
}
static double far_off(int i, int k, double noise, const double *row) {
  (void)i, (void)row;
  return k == 0 ? 1 : 1e6 + 1e-3 * noise;
}
static double indicator(int i, int k, double noise, const double *row) {
  (void)row;
  return k == 0 ? 1 : k == 1 ? i % 3 == 0 : noise;
}

static int scrambled(int i, int groups) { return 1 + (i * 7919) % groups; }
/* Group 1 has one observation, every third none. */
static int uneven(int i, int groups) {
  if (i == 0) return 1;
  int g = 2 + (i * 31 + i / 7) % (groups - 1);
  return g % 3 == 0 ? g - 1 : g;
}

#define HEAD "title = \"t\"\n[dims]\nobs = \"N\"\nfeature = \"K\"\ngroup = \"G\"\n"          \
  "[data]\nx = \"real[obs, feature]\"\ny = \"real[obs]\"\n"  \
  "x1 = \"real[obs]\"\nx2 = \"real[obs]\"\nx3 = \"real[obs]\"\nof = \"group[obs]\"\n[params]\n" \
  "beta = \"real[feature] ~ normal(0, 10)\"\nsigma = \"positive ~ exponential(1)\"\n"
#define MATRIX HEAD "[observe]\ny = \"normal(x @ beta, sigma)\"\n"
#define INTERCEPT HEAD                                                                         \
  "alpha = \"real ~ normal(0, 10)\"\n[observe]\ny = \"normal(alpha + x @ beta, sigma)\"\n"
#define SINGLE HEAD "[observe]\ny = \"normal(beta[1]*x1, sigma)\"\n"
#define SCALARS HEAD                                                                           \
  "[observe]\ny = \"normal(beta[1] + beta[2]*x2 - (beta[3] - 2*beta[1])*x3*x2 " \
  "+ beta[2] - x1/3, sigma)\"\n"
#define MIXED HEAD                                                                             \
  "alpha = \"real ~ normal(0, 10)\"\n[observe]\n"                                              \
  "y = \"normal(sigma*(x @ beta)*x1 + alpha*x2 + 1, sigma)\"\n"
#define WEIGHTED HEAD                                                                          \
  "[observe]\ny = \"normal(beta[1] + beta[2]*x2, exp(x3))\"\n"
#define GROUPS HEAD "mu = \"real ~ normal(0, 10)\"\ntau = \"positive ~ exponential(1)\"\n"    \
  "a = \"real[group] ~ normal(mu, tau)\"\n[observe]\n"
#define GROUPED GROUPS "y = \"normal(a[of] + x @ beta, sigma)\"\n"
#define GROUPED_SCALARS GROUPS                                                                 \
  "y = \"normal(beta[1] + 2*a[of] - beta[2]*x2 - a[of] + beta[3]*x3, sigma)\"\n"

static const regression cases[] = {
    {"matrix", MATRIX, 100, 5, 0, NULL, plain, 1, 1},
    {"intercept", INTERCEPT, 143, 5, 0, NULL, plain, 1, 1},
    {"one feature", SINGLE, 30, 1, 0, NULL, plain, 1, 1},
    {"one feature, intercept", INTERCEPT, 30, 1, 0, NULL, plain, 1, 1},
    {"scalars", SCALARS, 77, 3, 0, NULL, plain, 1, 1},
    {"mixed", MIXED, 77, 3, 0, NULL, plain, 1, 1},
    {"fewest observations", MATRIX, 7, 5, 0, NULL, plain, 1, 1},
    {"twelve features", INTERCEPT, 1000, 12, 0, NULL, plain, 1, 1},
    {"collinear", INTERCEPT, 100, 5, 0, NULL, collinear, 1, 1},
    {"constant", INTERCEPT, 100, 4, 0, NULL, constant, 1, 1},
    {"indicators", INTERCEPT, 100, 3, 0, NULL, indicator, 1, 1},
    {"scales", MATRIX, 200, 5, 0, NULL, scaled, 1, 1},
    {"large scales", INTERCEPT, 200, 10, 0, NULL, scaled, 1e8, 1e8},
    {"far off", MATRIX, 200, 3, 0, NULL, far_off, 1e6, 1e-3},
    {"far off, intercept", INTERCEPT, 200, 3, 0, NULL, far_off, 1e6, 1e-3},
    {"weights", WEIGHTED, 100, 3, 0, NULL, plain, 1, 1},
    {"groups", GROUPED, 300, 4, 20, scrambled, plain, 1, 1},
    {"uneven groups", GROUPED, 300, 4, 21, uneven, plain, 1, 1},
    {"groups of scalars", GROUPED_SCALARS, 300, 3, 21, uneven, plain, 1, 1},
    {"groups, one feature", GROUPED, 300, 1, 21, uneven, plain, 1, 1},
    {"groups, collinear", GROUPED, 300, 5, 21, uneven, collinear, 1, 1},
    {"groups, constant", GROUPED, 300, 4, 21, uneven, constant, 1, 1},
    {"groups, scales", GROUPED, 300, 5, 21, uneven, scaled, 1, 1},
    {"groups, far off", GROUPED, 300, 3, 21, uneven, far_off, 1e6, 1e-3},
    {"one group", GROUPED, 100, 3, 1, scrambled, plain, 1, 1},
};

static void write_column(FILE *f, const char *name, const double *values, int n, int step) {
  fprintf(f, ", \"%s\": [", name);
  for (int i = 0; i < n; i++) fprintf(f, "%s%.17g", i ? ", " : "", values[i * step]);
  fputc(']', f);
}

/* x [n][MOST_COLUMNS] and y, also as a file. */
static void make_data(const regression *c, double *x, double *y, char *path) {
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  FILE *f = fdopen(fd, "w");
  assert_non_null(f);
  random_key key = {.seed = 7, .purpose = RANDOM_TEST};
  random_stream s = random_open(&key, 0, 0);
  fprintf(f, "{\"N\": %d, \"K\": %d, \"G\": %d, \"x\": [", c->n, c->columns,
          c->groups ? c->groups : 1);
  for (int i = 0; i < c->n; i++) {
    double *row = x + i * MOST_COLUMNS;
    y[i] = c->y_mean + c->y_scale * random_normal(&s);
    for (int k = 0; k < c->columns; k++) {
      row[k] = c->x(i, k, 2 * random_unit(&s) - 1, row);
      fprintf(f, "%s%.17g", k ? ", " : i ? "], [" : "[", row[k]);
    }
  }
  fputs("]]", f);
  write_column(f, "y", y, c->n, 1);
  write_column(f, "x1", x, c->n, MOST_COLUMNS);
  write_column(f, "x2", x + 1, c->n, MOST_COLUMNS);
  write_column(f, "x3", x + 2, c->n, MOST_COLUMNS);
  fputs(", \"of\": [", f);
  for (int i = 0; i < c->n; i++)
    fprintf(f, "%s%d", i ? ", " : "", c->groups ? c->group_of(i, c->groups) : 1);
  fputs("]}\n", f);
  assert_int_equal(fclose(f), 0);
}

static erg_model *compile(const ir_graph *g, bool no_collapse) {
  model_host_options o = {.passes = {.no_collapse = no_collapse}, .cc = {.no_cache = true}};
  char *message = NULL;
  erg_model *m = model_host_new(g, &o, &message);
  if (!m) fail_msg("%s", message);
  assert_true(model_host_about(m)->compiled);
  return m;
}

static bool walks_observations(const erg_model *m) {
  const emit_plan *plan = model_host_about(m)->plan;
  char *text = emit_model_text(plan);
  bool walks = strstr(text, "loop over obs") != NULL;
  free(text);
  return walks;
}

/* A point about as far from the mode as the posterior is wide: coefficients that move the
 * mean of an observation by y_scale over its column's spread, and an intercept that takes up
 * what the columns' means then add. */
static void near_mode(const regression *c, const ir_graph *g, const double *x, int number,
                      double *q) {
  random_key key = {.seed = 11, .purpose = RANDOM_TEST};
  random_stream s = random_open(&key, 0, number);
  for (int64_t i = 0; i < g->dim; i++) q[i] = 0.3 * (2 * random_unit(&s) - 1);
  double *intercept = NULL, *beta = NULL, level = c->y_mean;
  for (int i = 0; i < g->n_params; i++) {
    const char *name = g->params[i].name;
    double *at = q + g->params[i].offset;
    if (!strcmp(name, "sigma")) *at = log(c->y_scale);
    if (!strcmp(name, "alpha") || !strcmp(name, "mu")) intercept = at;
    if (!strcmp(name, "beta")) beta = at;
  }
  for (int k = 0; k < c->columns; k++) {
    double mean = 0, spread = 0;
    for (int i = 0; i < c->n; i++) mean += x[i * MOST_COLUMNS + k] / c->n;
    for (int i = 0; i < c->n; i++) spread += pow(x[i * MOST_COLUMNS + k] - mean, 2) / c->n;
    bool one = k == 0 && spread == 0;
    if (one && !intercept) intercept = beta;
    if (spread > 0) beta[k] *= c->y_scale / sqrt(spread);
    if (!one) level -= beta[k] * mean;
  }
  if (intercept) *intercept = level;
}

typedef struct {
  double lp, gradient;
} errors;

/* As the gate defines them. */
static errors errors_at(const ir_graph *g, const erg_model *m, const double *q) {
  size_t d = (size_t)g->dim;
  ir_id *terms = calloc((size_t)g->n_terms, sizeof *terms);
  long double *wide = calloc(d, sizeof *wide), *want = calloc(d, sizeof *want);
  double *got = calloc(d + ERG_PADDING, sizeof *got), lp[2];
  for (int i = 0; i < g->n_terms; i++) terms[i] = g->terms[i].node;
  for (size_t i = 0; i < d; i++) wide[i] = q[i];
  interpl *oracle = interpl_new(g, terms, g->n_terms);
  interpl_run(oracle, wide, NULL, NULL);
  long double sum = 0, scale = 1, largest = 1000;
  for (int t = 0; t < g->n_terms; t++) {
    int64_t n;
    const long double *v = interpl_value(oracle, terms[t], &n);
    for (int64_t i = 0; i < n; i++) {
      sum += v[i];
      scale += fabsl(v[i]);
    }
  }
  interpl_gradient(oracle, terms, g->n_terms, want);
  interpl_free(oracle);
  void *scratch = aligned_alloc(64, (m->scratch_bytes + 127) / 64 * 64);
  m->logp(m, NULL, scratch, q, lp, got, NULL);
  errors e = {(double)(fabsl(lp[0] - sum) / scale), 0};
  for (size_t i = 0; i < d; i++) largest = fmaxl(largest, fabsl(want[i]));
  for (size_t i = 0; i < d; i++)
    e.gradient = fmax(e.gradient, (double)(fabsl(got[i] - want[i]) /
                                           fmaxl(fabsl(want[i]), 1e-3L * largest)));
  free(scratch);
  free(terms);
  free(wide);
  free(want);
  free(got);
  return e;
}

typedef struct {
  double *x, *y;
  erg_problems problems;
  run_model model;
} loaded;

static loaded load(const regression *c) {
  char path[] = "/tmp/ergode-test-XXXXXX";
  loaded l = {.x = calloc((size_t)c->n * MOST_COLUMNS, sizeof(double)),
              .y = calloc((size_t)c->n, sizeof(double))};
  make_data(c, l.x, l.y, path);
  erg_problems_init(&l.problems);
  run_inputs inputs = {.model = "t.toml", .text = c->model, .data = path, .seed = -1};
  bool good = run_load(&inputs, &l.model, &l.problems);
  if (!good) erg_problems_print(&l.problems, stderr, false);
  unlink(path);
  assert_true(good);
  return l;
}

static void unload(loaded *l) {
  run_unload(&l->model);
  erg_problems_free(&l->problems);
  free(l->x);
  free(l->y);
}

static void check_gate(const regression *c, const ir_graph *g, const erg_model *m) {
  run_points *points = run_points_new(g, POINTS, 3);
  run_gate gate;
  run_gate_model(points, m, &gate);
  if (!gate.passed) fail_msg("%s: %s", c->name, gate.reason);
  assert_int_equal(gate.points, POINTS);
  run_points_free(points);
}

static void check_near_mode(const regression *c, const ir_graph *g, const double *x,
                            const erg_model *m, const erg_model *loops) {
  double *q = calloc((size_t)g->dim + ERG_PADDING, sizeof *q);
  errors most = {0, 0}, of_loops = {0, 0};
  for (int i = 0; i < POINTS; i++) {
    near_mode(c, g, x, i, q);
    errors a = errors_at(g, m, q), b = errors_at(g, loops, q);
    most = (errors){fmax(most.lp, a.lp), fmax(most.gradient, a.gradient)};
    of_loops = (errors){fmax(of_loops.lp, b.lp), fmax(of_loops.gradient, b.gradient)};
  }
  free(q);
  /* Where gradients cancel: a mean residual is rounded once for all observations, loops
   * round each of them, which evens out. */
  double allowed = fmax(RUN_GATE_LIMIT, 4 * sqrt(c->n) * of_loops.gradient);
  if (!(most.lp <= 1e-14 && most.gradient <= allowed))
    fail_msg("%s: log density %g, gradient %g; by loops %g, %g", c->name, most.lp,
             most.gradient, of_loops.lp, of_loops.gradient);
}

static void check(void **state) {
  const regression *c = *state;
  loaded l = load(c);
  const ir_graph *g = l.model.graph;
  erg_model *collapsed = compile(g, false), *loops = compile(g, true);
  assert_false(walks_observations(collapsed));
  assert_true(walks_observations(loops));
  check_gate(c, g, collapsed);
  check_near_mode(c, g, l.x, collapsed, loops);
  model_host_free(collapsed);
  model_host_free(loops);
  unload(&l);
}

/* What has no such statistics, or doesn't gain by them, is left as it is. */
static const regression left[] = {
    {"no more observations than rows", MATRIX, 6, 5, 0, NULL, plain, 1, 1},
    {"as many observations as groups and rows", GROUPED, 12, 3, 8, scrambled, plain, 1, 1},
    {"slopes by group", GROUPS "y = \"normal(a[of]*x1, sigma)\"\n", 60, 1, 4, scrambled, plain,
     1, 1},
    {"groups of weights", GROUPS "y = \"normal(a[of] + x1*beta[1], exp(x2))\"\n", 60, 2, 4,
     scrambled, plain, 1, 1},
    {"a curve", HEAD "[observe]\ny = \"normal(exp(beta[1]*x1), sigma)\"\n", 60, 1, 0, NULL,
     plain, 1, 1},
};

static void check_left(void **state) {
  const regression *c = *state;
  loaded l = load(c);
  erg_model *m = compile(l.model.graph, false);
  assert_true(walks_observations(m));
  check_gate(c, l.model.graph, m);
  model_host_free(m);
  unload(&l);
}

int main(void) {
  enum { N = sizeof cases / sizeof *cases, LEFT = sizeof left / sizeof *left };
  struct CMUnitTest tests[N + LEFT];
  for (int i = 0; i < N + LEFT; i++) {
    const regression *c = i < N ? &cases[i] : &left[i - N];
    tests[i] = (struct CMUnitTest){.name = c->name,
                                   .test_func = i < N ? check : check_left,
                                   .initial_state = (void *)(size_t)c};
  }
  return cmocka_run_group_tests(tests, NULL, NULL);
}
