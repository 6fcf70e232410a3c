/* The language: values and shapes of expressions, what is derived from a model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "compile/natural.h"
#include "made.h"

#define HEAD                                                                        \
  "[dims]\ng = 3\no = \"N\"\nk = [\"low\", \"high\"]\nmore = \"g + size(k) - 1\"\n" \
  "[data]\na = \"real[g]\"\ngo = \"g[o]\"\nx = \"real[o, k]\"\nn = \"real\"\n"      \
  "sq = \"real[g, g]\"\nkx = \"real[k, o]\"\n[params]\np = \"real ~ normal(0, 1)\"\n"
#define DATA                                                      \
  "{\"N\": 5, \"a\": [1, 2, 4], \"go\": [1, 1, 3, 2, 3],"         \
  "\"x\": [[1, 2], [3, 4], [5, 6], [7, 8], [9, 10]], \"n\": 2.5," \
  "\"sq\": [[1, 2, 3], [4, 5, 6], [7, 8, 10]],"                   \
  "\"kx\": [[1, 3, 5, 7, 9], [2, 4, 6, 8, 10]]}"

typedef struct {
  erg_problems p;
  erg_source *source;
  lang_model *model;
  erg_dataset *data;
  ir_graph *graph;
} built;

static built build(const char *text, const char *data) {
  built b = {0};
  erg_problems_init(&b.p);
  b.source = erg_source_from_text("model.toml", text, strlen(text));
  b.model = lang_parse(b.source, &b.p);
  if (data)
    b.data = erg_dataset_parse(erg_source_from_text("data.json", data, strlen(data)), &b.p);
  else if (b.model && lang_has_simulation(b.model))
    b.data = made_data(b.model, NULL, &b.p);
  if (b.model) b.graph = lang_build(b.model, b.data, NULL, &b.p);
  erg_problems_print(&b.p, stderr, false);
  if (!b.graph) print_error("%s\n", text);
  assert_non_null(b.graph);
  return b;
}

static void end(built *b) {
  ir_graph_free(b->graph);
  lang_free(b->model);
  erg_dataset_free(b->data);
  erg_problems_free(&b->p);
  erg_source_free(b->source);
}

static const ir_quantity *quantity(const ir_graph *g, const char *name) {
  for (int i = 0; i < g->n_quantities; i++)
    if (!strcmp(g->quantities[i].name, name)) return &g->quantities[i];
  fail_msg("no quantity %s", name);
  return NULL;
}

/* Values in the order of the quantity's dimensions; returns how many. */
static int values_of(const ir_graph *g, const char *name, double *values, int room) {
  const ir_quantity *q = quantity(g, name);
  interpl *ws = interpl_new(g, &q->node, 1);
  long double at[64] = {0};
  interpl_run(ws, at, NULL, NULL);
  int64_t n;
  const long double *v = interpl_value(ws, q->node, &n);
  int32_t *offsets = interp_offsets(g, ir_at(g, q->node)->dims, q->order, q->rank);
  assert_true(n <= room);
  for (int64_t i = 0; i < n; i++) values[i] = (double)v[offsets[i]];
  free(offsets);
  interpl_free(ws);
  return (int)n;
}

static void expect(const char *entry, int n, const double *expected) {
  char text[2048];
  snprintf(text, sizeof text, "%s[define]\n%s\n", HEAD, entry);
  built b = build(text, DATA);
  double v[256];
  int found = values_of(b.graph, "r", v, 256);
  if (found != n) fail_msg("%s: %d values, not %d", entry, found, n);
  for (int i = 0; i < n; i++)
    if (v[i] != expected[i] &&
        !(fabs(v[i] - expected[i]) <= 1e-12 * fmax(1, fabs(expected[i]))))
      fail_msg("%s: value %d is %.17g, not %.17g", entry, i, v[i], expected[i]);
  end(&b);
}

#define LIST(...) \
  (const double[]) { __VA_ARGS__ }
#define IS(entry, ...) \
  expect(entry, (int)(sizeof LIST(__VA_ARGS__) / sizeof(double)), LIST(__VA_ARGS__))

static void precedence(void **state) {
  (void)state;
  IS("r = \"-2^2\"", -4);
  IS("r = \"2^-1\"", 0.5);
  IS("r = \"2^3^2\"", 512);
  IS("r = \"1 - 2 - 3\"", -4);
  IS("r = \"1/2\"", 0.5);
  IS("r = \"12 / 3 / 2\"", 2);
  IS("r = \"2 + 3*4 - -1\"", 15);
  IS("r = \"not 1 == 2 and 3 < 4 or 0\"", 1);
  IS("r = \"1 < 2\"", 1);
  IS("r = \"(1 + 2)*3\"", 9);
  IS("r = \"--2\"", 2);
  IS("r = \"a @ a * 2\"", 42);
  IS("r = \"2 * a @ a\"", 42);
  IS("r = \"-a @ a\"", -21);
  IS("r = \"a @ -a\"", -21);
  IS("r = \"a^2 @ a\"", 73);
  IS("r = 7", 7);
  IS("r = true", 1);
  IS("r = \"1e3 + .5\"", 1000.5);
  IS("r = \"inf\"", INFINITY);
}

static void functions(void **state) {
  (void)state;
  IS("r = \"exp(1) + log(n)\"", exp(1) + log(2.5));
  IS("r = \"log1p(n) + expm1(n) + log1m(0.3)\"", log1p(2.5) + expm1(2.5) + log1p(-0.3));
  IS("r = \"log1m_exp(-n)\"", log(1 - exp(-2.5)));
  IS("r = \"log_sum_exp(1, n)\"", log(exp(1) + exp(2.5)));
  IS("r = \"log_mix(0.3, 1, n)\"", log(0.3 * exp(1) + 0.7 * exp(2.5)));
  IS("r = \"sqrt(n) + square(n) + pow(n, 3) + pow(n, 2) + abs(-n) + inv(n)\"",
     sqrt(2.5) + 6.25 + 15.625 + 6.25 + 2.5 + 0.4);
  IS("r = \"inv_logit(n) + logit(0.3)\"", 1 / (1 + exp(-2.5)) + log(0.3 / 0.7));
  IS("r = \"sin(n) + cos(n) + tan(n) + tanh(n) + atan2(n, 3)\"",
     sin(2.5) + cos(2.5) + tan(2.5) + tanh(2.5) + atan2(2.5, 3));
  IS("r = \"erf(n) + Phi(n)\"", erf(2.5) + 0.5 * erfc(-2.5 / sqrt(2)));
  IS("r = \"lgamma(n) + digamma(n)\"", lgamma(2.5) + 0.7031566406452432);
  IS("r = \"lbeta(2, n) + lchoose(5, 2)\"", lgamma(2) + lgamma(2.5) - lgamma(4.5) + log(10));
  IS("r = \"step(n) + step(-n) + floor(n) + ceil(n) + round(3.4)\"", 1 + 0 + 2 + 3 + 3);
  IS("r = \"min(n, 1) + max(n, 1) + fma(2, 3, n) + hypot(3, 4)\"", 1 + 2.5 + 8.5 + 5);
  IS("r = \"log10(1000) + log2(8)\"", 6);
  IS("r = \"if(n > 2, 1, 2) + if(n > 3, 10, 20)\"", 21);
  IS("r = \"size(g) + o + pi\"", 3 + 5 + 3.14159265358979323846);
  IS("r = \"more\"", 4);
}

static void shapes(void **state) {
  (void)state;
  IS("r = \"a + 1\"", 2, 3, 5);
  IS("r = \"a[go]\"", 1, 1, 4, 2, 4);
  IS("r = \"a[2]\"", 2);
  IS("r = \"x[2]\"", 3, 4);
  IS("r = \"x[2, 1]\"", 3);
  IS("r = \"a[go[3]]\"", 4);
  IS("r = \"x + kx\"", 2, 4, 6, 8, 10, 12, 14, 16, 18, 20);
  IS("r = \"kx\"", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10); /* in the order of [dims] */
  IS("r = \"x * [10, 100]\"", 10, 200, 30, 400, 50, 600, 70, 800, 90, 1000);
  IS("r = \"a + n*[1, 2, 3]\"", 3.5, 7, 11.5);
  IS("r = \"x @ [1, -1]\"", -1, -1, -1, -1, -1);
  IS("r = \"sum(a)\"", 7);
  IS("r = \"mean(x) + prod(a)\"", 5.5 + 8);
  IS("r = \"min(a) + max(a)\"", 5);
  IS("r = \"sd(a)\"", sqrt(7.0 / 3));
  IS("r = \"log_sum_exp(a)\"", log(exp(1) + exp(2) + exp(4)));
  IS("r = \"softmax(a) * (exp(1) + exp(2) + exp(4))\"", exp(1), exp(2), exp(4));
  IS("r = \"mean(i in o: x[i])\"", 5, 6);
  IS("r = \"sum(i in g: a[i] * i)\"", 1 + 4 + 12);
  IS("r = \"sum(i in g, j in g: sq[i, j] * (i == j))\"", 16);
  IS("r = \"sum(i in g: 2)\"", 6);
  IS("r = \"sum(i in g: a[i] - mean(a))\"", 0);
}

static void tables(void **state) {
  (void)state;
  IS("r = \"sq @ a\"", 1 + 4 + 12, 4 + 10 + 24, 7 + 16 + 40);
  IS("r = \"a @ sq\"", 1 + 8 + 28, 2 + 10 + 32, 3 + 12 + 40);
  IS("r = \"(sq @ sq)[2]\"", 4 + 20 + 42, 8 + 25 + 48, 12 + 30 + 60);
  IS("\"r[i, j]\" = \"sq[j, i]\"", 1, 4, 7, 2, 5, 8, 3, 6, 10);
  IS("\"r[i]\" = \"sq[i, i]\"", 1, 5, 10);
  IS("\"r[i, j]\" = \"a[i] - a[j]\"", 0, -1, -3, 1, 0, -2, 3, 2, 0);
  IS("\"r[j, i]\" = \"x[i, j]\"", 1, 3, 5, 7, 9, 2, 4, 6, 8, 10);
  IS("\"r[i in g]\" = \"i^2\"", 1, 4, 9);
  IS("\"r[i in g]\" = \"3\"", 3, 3, 3);
  IS("\"r[i in k]\" = \"[i, 10*i]\"\n", 1, 10, 2, 20);
  IS("\"r[i]\" = \"a[i] - mean(a)\"", 1 - 7.0 / 3, 2 - 7.0 / 3, 4 - 7.0 / 3);
  IS("\"r[i in g]\" = \"sum(j in g: if(j < i, a[j], 0))\"", 0, 1, 3);
  IS("\"r[i in g]\" = \"if(i > 1, a[i-1], -1)\"", -1, 1, 2);
  IS("\"r[1]\" = \"-1\"\n\"r[i in g]\" = \"a[i-1]*0 + a[i]\"\n\"r[2]\" = 5", -1, 5, 4);
  IS("\"r[1]\" = 7\n\"r[i in g if i > 1]\" = \"a[i-1]\"", 7, 1, 2);
  IS("\"r[i]\" = \"x[i] @ [1, 1]\"", 3, 7, 11, 15, 19);
  IS("\"r[i, j]\" = \"a[go[i]] * x[i, j]\"", 1, 2, 3, 4, 20, 24, 14, 16, 36, 40);
  IS("r = \"s + t\"\nt = \"s * 2\"\ns = \"n\"", 7.5);
}

/* A pinned parameter and what automatic centring leaves to the engine. */
static void centring(void **state) {
  (void)state;
  static const struct {
    const char *entry;
    ir_centring centring;
    bool weight;
  } cases[] = {
      {"\"real[g] ~ normal(m, s)\"", IR_CENTRING_AUTO, false},
      {"\"real[g] ~ normal(0, s)\"", IR_CENTRING_AUTO, false},
      {"\"real[g] ~ normal(m, 2)\"", IR_CENTRING_AUTO, false},
      {"\"real[g] ~ student_t(4, m, s)\"", IR_CENTRING_AUTO, true},
      {"\"real[g] ~ cauchy(m, s)\"", IR_CENTRING_AUTO, true},
      {"\"positive[g] ~ lognormal(m, s)\"", IR_CENTRING_AUTO, false},
      {"\"real[g] ~ normal(0, 2)\"", IR_CENTRING_NONE, false},
      {"\"positive[g] ~ half_normal(s)\"", IR_CENTRING_NONE, false},
      {"\"real[g] ~ laplace(m, s)\"", IR_CENTRING_NONE, false},
      {"{ is = \"real[g] ~ normal(m, s)\", noncentered = false }", IR_CENTRING_NONE, false},
      {"{ is = \"real[g] ~ normal(m, s)\", noncentered = true }", IR_CENTRING_PINNED_NONCENTRED,
       false},
      {"{ is = \"real[g] ~ normal(m, s)\", noncentered = \"auto\" }", IR_CENTRING_AUTO, false},
      {"{ is = \"real[g] ~ laplace(m, s)\", noncentered = true }",
       IR_CENTRING_PINNED_NONCENTRED, false},
      {"{ is = \"positive[g] ~ lognormal(m, s)\", noncentered = true }",
       IR_CENTRING_PINNED_NONCENTRED, false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[512];
    snprintf(text, sizeof text,
             "[dims]\ng = 3\n[params]\ns = \"positive ~ half_normal(2)\"\n"
             "m = \"real ~ normal(0, 1)\"\na = %s\n",
             cases[i].entry);
    built b = build(text, NULL);
    const ir_param *p = &b.graph->params[2];
    if (p->centring != cases[i].centring || (p->weight != IR_NONE) != cases[i].weight)
      fail_msg("%s: centring %d", cases[i].entry, p->centring);
    assert_int_equal(b.graph->n_families, p->centring == IR_CENTRING_AUTO);
    assert_int_equal(b.graph->n_elements, p->centring == IR_CENTRING_AUTO ? 3 : 0);
    assert_true(p->unconstrain != IR_NONE);
    /* long vectors first */
    assert_int_equal(p->offset, 0);
    assert_int_equal(b.graph->params[0].offset, 3);
    assert_int_equal(b.graph->params[1].offset, 4);
    /* there and back */
    unconstrain *u = unconstrain_new(b.graph);
    natural *back = natural_new(b.graph, NATURAL_PARAMS);
    const double s = 1.7, m = -0.4, a[3] = {0.3, 1.1, 2.4};
    const double *values[] = {&s, &m, a};
    double centres[2 * 3 + 1] = {0.5, 0, 3, 0.2, 0, -1, 0.8}, q[8], row[8];
    const double *use = p->centring == IR_CENTRING_AUTO ? centres : NULL;
    char *message = NULL;
    if (!unconstrain_run(u, values, use, q, &message)) fail_msg("%s", message);
    natural_run(back, q, use, NULL, row);
    const double expected[] = {s, m, a[0], a[1], a[2]};
    for (int k = 0; k < 5; k++) assert_true(fabs(row[k] - expected[k]) < 1e-12);
    natural_free(back);
    unconstrain_free(u);
    end(&b);
  }
}

static double term_sum(const ir_graph *g, const char *name, const long double *q) {
  for (int t = 0; t < g->n_terms; t++) {
    if (strcmp(g->terms[t].name, name)) continue;
    interpl *ws = interpl_new(g, &g->terms[t].node, 1);
    interpl_run(ws, q, NULL, NULL);
    int64_t n;
    const long double *v = interpl_value(ws, g->terms[t].node, &n);
    long double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += v[i];
    interpl_free(ws);
    return (double)sum;
  }
  fail_msg("no term %s", name);
  return 0;
}

static double normal(double y, double m, double s) {
  return -0.5 * (y - m) / s * (y - m) / s - log(s) - 0.5 * log(2 * 3.14159265358979323846);
}

/* Supports: prior (with truncation) and Jacobian at unconstrained 0.3. */
static void supports(void **state) {
  (void)state;
  double e = exp(0.3), p = 1 / (1 + exp(-0.3)), bell = log(p) + log1p(-p);
  double phi1 = 0.5 * erfc(-1 / sqrt(2)), phi2 = 0.5 * erfc(-2 / sqrt(2));
  const struct {
    const char *entry;
    double prior, jacobian;
  } cases[] = {
      {"\"positive ~ normal(0, 2)\"", normal(e, 0, 2) + log(2), 0.3},
      {"\"negative ~ normal(0, 2)\"", normal(-e, 0, 2) + log(2), 0.3},
      {"\"positive ~ normal(2, 2)\"", normal(e, 2, 2) - log(phi1), 0.3},
      {"\"upper(4) ~ normal(2, 2)\"", normal(4 - e, 2, 2) - log(phi1), 0.3},
      {"\"lower(1) ~ normal(1, 2)\"", normal(1 + e, 1, 2) + log(2), 0.3},
      {"\"interval(-2, 4) ~ normal(2, 2)\"", normal(-2 + 6 * p, 2, 2) - log(phi1 + phi2 - 1),
       log(6) + bell},
      {"\"unit ~ beta(2, 3)\"", log(12) + log(p) + 2 * log1p(-p), bell},
      {"\"positive ~ exponential(2)\"", log(2) - 2 * e, 0.3},
      {"\"interval(0, 5) ~ uniform(0, 5)\"", -log(5), log(5) + bell},
      {"\"interval(1, 3) ~ uniform(0, 5)\"", -log(2), log(2) + bell},
      {"\"positive ~ student_t(4, 0, 2)\"",
       lgamma(2.5) - lgamma(2) - 0.5 * log(4 * 3.14159265358979323846) - log(2) -
           2.5 * log1p(e * e / 4 / 4) + log(2),
       0.3},
      {"{ is = \"positive ~ normal(2, 2)\", normalised = false }", normal(e, 2, 2), 0.3},
      {"\"lower(1) ~ exponential(2)\"", log(2) - 2 * e, 0.3},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[256];
    snprintf(text, sizeof text, "[params]\nv = %s\n", cases[i].entry);
    built b = build(text, NULL);
    long double q[8] = {0.3L};
    double prior = term_sum(b.graph, "prior of v", q);
    double jacobian = term_sum(b.graph, "log Jacobian of v", q);
    if (fabs(prior - cases[i].prior) > 1e-12 || fabs(jacobian - cases[i].jacobian) > 1e-12)
      fail_msg("%s: %.15g (%.15g), %.15g (%.15g)", cases[i].entry, prior, cases[i].prior,
               jacobian, cases[i].jacobian);
    end(&b);
  }
}

/* Truncation whose constant depends on another parameter; a flat prior has no term. */
static void truncated_by_unknowns(void **state) {
  (void)state;
  built b = build("[params]\nm = \"real\"\nv = \"positive[2] ~ normal(m, 1)\"\n", NULL);
  long double q[8] = {0.1L, 0.2L, 0.7L}; /* v first */
  assert_int_equal(b.graph->n_terms, 2);
  double c = log(0.5 * erfc(-0.7 / sqrt(2)));
  double expected = normal(exp(0.1), 0.7, 1) + normal(exp(0.2), 0.7, 1) - 2 * c;
  assert_true(fabs(term_sum(b.graph, "prior of v", q) - expected) < 1e-12);
  end(&b);
}

/* Parts of an outcome add up; positions outside a part's condition don't matter. */
static void parts(void **state) {
  (void)state;
  built b = build(
      "[dims]\nt = 4\n[data]\ny = \"real[t]\"\n[params]\nm = \"real\"\n"
      "[observe]\n\"y[1]\" = \"normal(m, 3)\"\n"
      "\"y[i > 1]\" = \"normal(m*y[i-1], 2)\"\n"
      "[generate]\nrep = \"draw(y)\"\n",
      "{\"y\": [1, 2, 3, 5]}");
  long double q[8] = {0.5L};
  double expected = normal(1, 0.5, 3) + normal(2, 0.5, 2) + normal(3, 1, 2) + normal(5, 1.5, 2);
  assert_true(fabs(term_sum(b.graph, "y", q) - expected) < 1e-12);
  assert_int_equal(b.graph->n_outcomes, 1);
  assert_int_equal(b.graph->outcomes[0].use.distribution, -1);
  assert_true(quantity(b.graph, "rep")->generated);
  end(&b);
}

static void outcomes(void **state) {
  (void)state;
  built b = build(
      "[dims]\no = \"size(y)\"\n[data]\ny = \"positive[o]\"\n[params]\n"
      "s = \"positive\"\n[define]\nlog_y = \"log(y)\"\n[observe]\n"
      "log_y = \"normal(0, s)\"\n[generate]\nrep = \"exp(draw(log_y))\"\n"
      "late = \"draw(normal(0, s))\"\n",
      "{\"y\": [1, 2, 3]}");
  long double q[8] = {0};
  double expected = normal(0, 0, 1) + normal(log(2), 0, 1) + normal(log(3), 0, 1);
  assert_true(fabs(term_sum(b.graph, "log_y", q) - expected) < 1e-12);
  const ir_outcome *o = &b.graph->outcomes[0];
  assert_true(o->data >= 0 && b.graph->data[o->data].n == 3);
  assert_true(fabs(b.graph->data[o->data].values[1] - log(2)) < 1e-15);
  assert_true(ir_at(b.graph, quantity(b.graph, "rep")->node)->random);
  end(&b);
}

/* Made data satisfy the declarations, and sizes given from outside are respected. */
static void simulation(void **state) {
  (void)state;
  const char *text =
      "[dims]\ngroup = \"J\"\nobs = \"4 * group\"\n[data]\nof = \"group[obs]\"\n"
      "y = { is = \"count[obs]\", from = \"counts\" }\n"
      "[params]\nm = \"real ~ normal(1, 0.5)\"\ns = \"positive ~ normal(0, 0.2)\"\n"
      "a = \"real[group] ~ normal(m, s)\"\n[observe]\ny = \"poisson_log(a[of])\"\n"
      "[simulate]\nseed = 7\nJ = 5\n\"of[i]\" = \"1 + floor((i - 1)/4)\"\nm = 2\n";
  erg_source *source = erg_source_from_text("m.toml", text, strlen(text));
  for (int round = 0; round < 2; round++) {
    erg_problems p;
    erg_problems_init(&p);
    lang_model *m = lang_parse(source, &p);
    assert_non_null(m);
    lang_size size = {"J", 9};
    lang_options options = {.sizes = &size, .n_sizes = 1};
    const lang_options *o = round ? &options : NULL;
    int groups = round ? 9 : 5, n_data = 0;
    assert_int_equal((int)lang_simulation_seed(m, 1), 7);
    ir_graph *made = lang_build_simulation(m, o, &n_data, &p);
    assert_non_null(made);
    assert_int_equal(made->n_params, 0);
    assert_int_equal(n_data, 3);
    assert_string_equal(made->quantities[0].name, "J");
    assert_string_equal(made->quantities[1].name, "of");
    assert_string_equal(made->quantities[2].name, "counts");
    assert_string_equal(made->quantities[5].name, "a");
    assert_int_equal(ir_size(made, ir_at(made, made->quantities[5].node)->dims), groups);
    ir_graph_free(made);
    erg_dataset *data = made_data(m, o, &p);
    assert_non_null(data);
    ir_graph *g = lang_build(m, data, NULL, &p);
    erg_problems_print(&p, stderr, false);
    assert_non_null(g);
    assert_int_equal(g->dim, groups + 2);
    assert_int_equal(g->data[1].n, 4 * groups);
    ir_graph_free(g);
    erg_dataset_free(data);
    lang_free(m);
    erg_problems_free(&p);
  }
  erg_source_free(source);
}

static void texts(void **state) {
  (void)state;
  built b = build(
      "title = \"T\"\nabout = \"A\"\nsource = \"S\"\n[params]\nm = \"real ~ normal"
      "(0, 1)\"\n[run]\nchains = 8\n",
      NULL);
  assert_string_equal(lang_title(b.model), "T");
  assert_string_equal(lang_about(b.model), "A");
  assert_string_equal(lang_citation(b.model), "S");
  assert_string_equal(lang_file(b.model), "model.toml");
  assert_int_equal(erg_toml_get(lang_run_defaults(b.model), "chains")->integer, 8);
  assert_false(lang_has_simulation(b.model));
  assert_false(lang_needs_data(b.model));
  assert_int_equal((int)lang_simulation_seed(b.model, 3), 3);
  assert_string_equal(b.graph->title, "T");
  assert_string_equal(b.graph->file, "model.toml");
  end(&b);
}

/* Deep and wide expressions end in a problem, not in the stack. */
static void limits(void **state) {
  (void)state;
  static const char *const pieces[] = {"(", "-", "1+", "exp(", "not ", "2^", "[", "a[", "if("};
  for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
    size_t n = strlen(pieces[i]), count = 20000;
    char *text = malloc(n * count + 100), *at = text;
    at += sprintf(at, "[params]\np = \"real ~ normal(0, ");
    for (size_t k = 0; k < count; k++, at += n) memcpy(at, pieces[i], n);
    strcpy(at, "1)\"\n");
    erg_problems p;
    erg_problems_init(&p);
    erg_source *source = erg_source_from_text("deep.toml", text, strlen(text));
    assert_null(lang_parse(source, &p));
    assert_true(erg_problems_any_error(&p));
    erg_problems_free(&p);
    erg_source_free(source);
    free(text);
  }
  /* a chain of definitions that each use the one before */
  char *chain = malloc(40000), *at = chain;
  at += sprintf(at, "[params]\np = \"real\"\n[define]\n");
  for (int i = 0; i < 1000; i++) at += sprintf(at, "d%d = \"d%d + 1\"\n", i, i + 1);
  sprintf(at, "d1000 = \"p\"\n");
  erg_problems p;
  erg_problems_init(&p);
  erg_source *source = erg_source_from_text("chain.toml", chain, strlen(chain));
  lang_model *m = lang_parse(source, &p);
  assert_non_null(m);
  ir_graph *g = lang_build(m, NULL, NULL, &p);
  assert_null(g); /* in this order it is too deep; said, not crashed */
  lang_free(m);
  erg_problems_free(&p);
  erg_source_free(source);
  free(chain);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(precedence),
      cmocka_unit_test(functions),
      cmocka_unit_test(shapes),
      cmocka_unit_test(tables),
      cmocka_unit_test(centring),
      cmocka_unit_test(supports),
      cmocka_unit_test(truncated_by_unknowns),
      cmocka_unit_test(parts),
      cmocka_unit_test(outcomes),
      cmocka_unit_test(simulation),
      cmocka_unit_test(texts),
      cmocka_unit_test(limits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
