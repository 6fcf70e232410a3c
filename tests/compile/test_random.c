/* Draws against the table's own densities (by interpreter and quadrature), against
 * closed-form moments, and streams against each other. Seeds are fixed; thresholds are
 * those that a right sampler passes but once in 10^9 seeds. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "compile/interpret.h"
#include "ir/distribution.h"

enum { N = 40000, CELLS = 24, PANELS = 64 };

/* Upper 1e-9 point of chi-square: Wilson & Hilferty 1931; z = 5.9978. */
static double chi_square_limit(double dof) {
  double c = 2 / (9 * dof), r = 1 - c + 5.9978 * sqrt(c);
  return dof * r * r * r;
}

static double draw(int number, const double *args, uint32_t chain, int64_t i) {
  random_key key = {.seed = 20240501, .purpose = RANDOM_TEST, .chain = chain};
  random_stream s = random_open(&key, number, i);
  return random_draw(&s, number, args);
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* exp(log density) at n points. */
static void densities(int number, const double *args, const double *y, int n, double *out) {
  const ir_distribution *d = ir_distribution_at(number);
  ir_graph *g = ir_graph_new();
  uint8_t order[1] = {(uint8_t)ir_add_dim(g, "y", n, -1)};
  int data = ir_add_data(g, "y", 1, order, y, -1, false);
  ir_id given[IR_MAX_ARGS];
  for (int k = 0; k < d->n_args; k++) given[k] = ir_const(g, args[k]);
  ir_id wanted = d->log_density(g, g->data[data].node, given);
  interpl *ws = interpl_new(g, &wanted, 1);
  for (int i = 0; i < n; i++) out[i] = (double)expl(interpl_value(ws, wanted, NULL)[i]);
  interpl_free(ws);
  ir_graph_free(g);
}

static void compare(int number, const double *args, const double *observed,
                    const double *expected, int cells) {
  double statistic = 0;
  for (int c = 0; c < cells; c++) {
    double difference = observed[c] - expected[c];
    statistic += difference * difference / expected[c];
  }
  if (!(statistic < chi_square_limit(cells - 1)))
    fail_msg("%s(%g, %g, %g): chi-square %g with %d cells", ir_distribution_at(number)->name,
             args[0], args[1], args[2], statistic, cells);
}

/* Panels are even on the scale that suits the range: logit, log or the line itself. */
static double to_line(ir_range range, double y) {
  if (range == IR_RANGE_UNIT) return log(y) - log1p(-y);
  return range == IR_RANGE_POSITIVE || range == IR_RANGE_NONNEGATIVE ? log(y) : y;
}
static double from_line(ir_range range, double t, double *slope) {
  double y = range == IR_RANGE_UNIT ? 1 / (1 + exp(-t)) : exp(t);
  *slope = range == IR_RANGE_UNIT ? y * (1 - y) : y;
  if (range == IR_RANGE_UNIT || range == IR_RANGE_POSITIVE || range == IR_RANGE_NONNEGATIVE)
    return y;
  *slope = 1;
  return t;
}

/* Cells between quantiles of a sample of its own; what lies outside is one more. */
static void check_continuous(int number, const double *args) {
  static double pilot[4001], y[CELLS * (PANELS + 1)], f[CELLS * (PANELS + 1)];
  static double slope[CELLS * (PANELS + 1)];
  ir_range range = ir_distribution_at(number)->range;
  double edges[CELLS + 1], observed[CELLS + 1] = {0}, expected[CELLS + 1];
  for (int i = 0; i < 4001; i++) pilot[i] = draw(number, args, 1, i);
  qsort(pilot, 4001, sizeof *pilot, ascending);
  for (int c = 0; c <= CELLS; c++) edges[c] = pilot[20 + 3960 * c / CELLS];
  for (int c = 0; c < CELLS; c++) {
    double low = to_line(range, edges[c]), high = to_line(range, edges[c + 1]);
    if (!(high > low && high < INFINITY)) return; /* too steep for double */
    for (int k = 0; k <= PANELS; k++) {
      int at = c * (PANELS + 1) + k;
      y[at] = from_line(range, low + (high - low) * k / PANELS, &slope[at]);
    }
  }
  densities(number, args, y, CELLS * (PANELS + 1), f);
  expected[CELLS] = N;
  for (int c = 0; c < CELLS; c++) { /* Simpson */
    int at = c * (PANELS + 1);
    double sum = 0, width = to_line(range, edges[c + 1]) - to_line(range, edges[c]);
    for (int k = 0; k <= PANELS; k++)
      sum += (k == 0 || k == PANELS ? 1 : k % 2 ? 4 : 2) * f[at + k] * slope[at + k];
    expected[c] = N * sum * width / (3 * PANELS);
    expected[CELLS] -= expected[c];
  }
  for (int i = 0; i < N; i++) {
    double x = draw(number, args, 2, i);
    assert_true(isfinite(x));
    int c = CELLS;
    if (x >= edges[0] && x < edges[CELLS])
      for (c = 0; x >= edges[c + 1];) c++;
    observed[c]++;
  }
  compare(number, args, observed, expected, CELLS + 1);
}

enum { VALUES = 100000 };
static void check_discrete(int number, const double *args) {
  static double y[VALUES], f[VALUES], count[VALUES], observed[VALUES], expected[VALUES];
  memset(count, 0, sizeof count);
  double top = 0;
  for (int i = 0; i < N; i++) {
    double x = draw(number, args, 2, i);
    assert_true(x >= 0 && x < VALUES && x == floor(x));
    count[(int)x]++;
    if (x > top) top = x;
  }
  int n = (int)top + 1, cells = 0;
  for (int k = 0; k < n; k++) y[k] = k;
  densities(number, args, y, n, f);
  double seen = 0, due = 0, rest = N;
  for (int k = 0; k < n; k++) { /* neighbours joined until 20 are expected */
    seen += count[k];
    due += N * f[k];
    rest -= N * f[k];
    if (due < 20) continue;
    observed[cells] = seen;
    expected[cells++] = due;
    seen = due = 0;
  }
  observed[cells] = seen;
  expected[cells] = due + rest;
  if (expected[cells] >= 1e-6 * N) cells++;
  if (expected[cells - 1] < 5) { /* a thin tail goes to its neighbour */
    cells--;
    observed[cells - 1] += observed[cells];
    expected[cells - 1] += expected[cells];
  }
  compare(number, args, observed, expected, cells);
}

static void every_distribution(void **unused) {
  (void)unused;
  static const double values[][3] = {
      {0.3, 1.7, 2.5}, {4, 0.5, 0.8},  {1.5, 3, 1.2},   {12, 0.7, 30}, {0.9, 0.2, 0.4},
      {60, 0.35, 3},   {250, 0.08, 5}, {3.5, 12, 0.25}, {-2, 6, 2},    {1000, 0.45, 9}};
  for (int number = 0; number < IR_DISTRIBUTION_COUNT; number++) {
    const ir_distribution *d = ir_distribution_at(number);
    int tried = 0;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
      double args[3] = {values[i][0], values[i][1], values[i][2]};
      if (number == IR_DIST_UNIFORM) args[1] = args[0] + values[i][1];
      /* counts of 10^5 and heavier are the business of the moments below */
      if (d->discrete && d->arg_ranges[0] == IR_RANGE_REAL && args[0] > 5) continue;
      if (number == IR_DIST_NEG_BINOMIAL && args[1] < 0.3) continue;
      random_key key = {.seed = 1};
      random_stream s = random_open(&key, 0, 0);
      if (!isfinite(random_draw(&s, number, args))) continue; /* out of range, or too large */
      if (d->discrete)
        check_discrete(number, args);
      else
        check_continuous(number, args);
      tried++;
    }
    if (tried < 2) fail_msg("%s: only %d sets of arguments fit", d->name, tried);
  }
}

/* Mean and variance from n draws: within 6 standard errors, for laws with a kurtosis of
 * at most `kurtosis`. */
static void check_moments(int number, double a, double b, double mean, double variance,
                          double kurtosis) {
  double args[3] = {a, b, 0}, sum = 0, square = 0;
  for (int i = 0; i < N; i++) {
    double x = draw(number, args, 3, i) - mean;
    sum += x;
    square += x * x;
  }
  const char *name = ir_distribution_at(number)->name;
  if (!(fabs(sum / N) < 6 * sqrt(variance / N))) fail_msg("mean of %s(%g, %g)", name, a, b);
  if (!(fabs(square / N - variance) < 6 * variance * sqrt((kurtosis - 1) / N)))
    fail_msg("variance of %s(%g, %g)", name, a, b);
}

static void moments(void **unused) {
  (void)unused;
  check_moments(IR_DIST_NORMAL, 3, 2, 3, 4, 3);
  check_moments(IR_DIST_LAPLACE, 1, 2, 1, 8, 6);
  check_moments(IR_DIST_LOGISTIC, 0, 1, 0, M_PI * M_PI / 3, 4.2);
  check_moments(IR_DIST_GUMBEL, 0, 1, 0.57721566490153286, M_PI * M_PI / 6, 5.4);
  check_moments(IR_DIST_GAMMA, 0.1, 2, 0.05, 0.025, 63);
  check_moments(IR_DIST_GAMMA, 1e6, 1, 1e6, 1e6, 3.1);
  check_moments(IR_DIST_BETA, 2, 3, 0.4, 0.04, 3);
  check_moments(IR_DIST_UNIFORM, -1, 2, 0.5, 0.75, 1.8);
  check_moments(IR_DIST_POISSON, 0.01, 0, 0.01, 0.01, 103);
  check_moments(IR_DIST_POISSON, 10, 0, 10, 10, 3.1);
  check_moments(IR_DIST_POISSON, 1e7, 0, 1e7, 1e7, 3.1);
  check_moments(IR_DIST_POISSON, 1e12, 0, 1e12, 1e12, 3.1);
  check_moments(IR_DIST_BINOMIAL, 1e6, 0.999, 999000, 999, 3.1);
  check_moments(IR_DIST_BINOMIAL, 1e6, 1e-6, 1, 1 - 1e-6, 4);
  check_moments(IR_DIST_GEOMETRIC, 0.001, 0, 999, 999000, 9.1);
}

static void impossible_arguments(void **unused) {
  (void)unused;
  random_key key = {.seed = 1};
  random_stream s = random_open(&key, 0, 0);
  assert_true(isnan(random_draw(&s, IR_DIST_NORMAL, (double[]){0, -1, 0})));
  assert_true(isnan(random_draw(&s, IR_DIST_NORMAL, (double[]){NAN, 1, 0})));
  assert_true(isnan(random_draw(&s, IR_DIST_BINOMIAL, (double[]){3, 1.5, 0})));
  assert_true(isnan(random_draw(&s, IR_DIST_BINOMIAL, (double[]){2.5, 0.5, 0})));
  assert_true(isnan(random_draw(&s, -1, (double[]){0, 1, 0})));
  assert_true(random_draw(&s, IR_DIST_POISSON, (double[]){0, 0, 0}) == 0);
  assert_true(random_draw(&s, IR_DIST_BINOMIAL, (double[]){7, 1, 0}) == 7);
}

/* One value a (seed, purpose, chain, draw, node, element), and each of them counts. */
static void streams(void **unused) {
  (void)unused;
  random_key keys[] = {{1, 1, 0, 0}, {2, 1, 0, 0}, {(uint64_t)1 << 32 | 1, 1, 0, 0},
                       {1, 2, 0, 0}, {1, 1, 1, 0}, {1, 1, 0, 1}};
  uint32_t seen[32];
  int n = 0;
  for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
    for (int node = 0; node < 2; node++)
      for (int element = 0; element < 2; element++) {
        random_stream s = random_open(&keys[k], node, element), t = s;
        seen[n] = random_bits(&s);
        assert_int_equal(seen[n], random_bits(&t));
        for (int i = 0; i < n; i++) assert_int_not_equal(seen[i], seen[n]);
        n++;
      }
  double units[N], worst = 0; /* Kolmogorov-Smirnov: 2 exp(-2 n d^2) = 1e-9 */
  random_stream s = random_open(&keys[0], 0, 0);
  for (int i = 0; i < N; i++) units[i] = random_unit(&s);
  qsort(units, N, sizeof *units, ascending);
  for (int i = 0; i < N; i++) worst = fmax(worst, fabs(units[i] - (i + 0.5) / N));
  assert_true(worst < sqrt(0.5 * log(2e9) / N));
}

/* Draws between bounds are uniform on the scale of the cdf: Kolmogorov-Smirnov. Those far
 * out come from inverting it. */
static void truncated(void **unused) {
  (void)unused;
  enum { DRAWS = 2000 };
  static const struct {
    int number;
    double args[3], low, high;
  } cases[] = {
      {IR_DIST_NORMAL, {1, 2}, 0, INFINITY},         {IR_DIST_NORMAL, {0, 1}, 9, 10},
      {IR_DIST_NORMAL, {0, 1}, -INFINITY, -40},      {IR_DIST_STUDENT_T, {3, 0, 1}, 50, INFINITY},
      {IR_DIST_CAUCHY, {0, 1}, -INFINITY, -1e4},     {IR_DIST_LOGNORMAL, {0, 0.5}, 20, INFINITY},
      {IR_DIST_EXPONENTIAL, {2}, 30, 31},            {IR_DIST_GAMMA, {2, 1e-3}, 0, 1},
      {IR_DIST_INV_GAMMA, {3, 2}, 100, INFINITY},    {IR_DIST_BETA, {50, 2}, 0, 0.3},
      {IR_DIST_HALF_NORMAL, {1}, 7, INFINITY},       {IR_DIST_GUMBEL, {0, 1}, 25, INFINITY},
      {IR_DIST_EXP_MOD_NORMAL, {0, 1, 1}, 20, INFINITY},
  };
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    const ir_distribution *d = ir_distribution_at(cases[c].number);
    double y[DRAWS], low = cases[c].low, high = cases[c].high;
    for (int i = 0; i < DRAWS; i++) {
      random_key key = {.seed = 11, .purpose = RANDOM_TEST, .chain = (uint32_t)c};
      random_stream s = random_open(&key, cases[c].number, i);
      y[i] = random_draw_within(&s, cases[c].number, cases[c].args, low, high);
      if (!(y[i] >= low && y[i] <= high)) fail_msg("%s: %g outside", d->name, y[i]);
    }
    qsort(y, DRAWS, sizeof *y, ascending);
    ir_graph *g = ir_graph_new();
    uint8_t order[1] = {(uint8_t)ir_add_dim(g, "y", DRAWS, -1)};
    int data = ir_add_data(g, "y", 1, order, y, -1, false);
    ir_id at = g->data[data].node, args[IR_MAX_ARGS];
    for (int k = 0; k < d->n_args; k++) args[k] = ir_const(g, cases[c].args[k]);
    ir_id from = low == -INFINITY ? IR_NONE : ir_const(g, low);
    ir_id to = high == INFINITY ? IR_NONE : ir_const(g, high);
    ir_id part = ir_log_between(g, cases[c].number, from, at, args);
    ir_id whole = ir_log_between(g, cases[c].number, from, to, args);
    ir_id share = ir_unary(g, IR_EXP, ir_binary(g, IR_SUB, part, whole));
    interpl *ws = interpl_new(g, &share, 1);
    double worst = 0;
    for (int i = 0; i < DRAWS; i++)
      worst = fmax(worst, fabs((double)interpl_value(ws, share, NULL)[i] - (i + 0.5) / DRAWS));
    if (!(worst < sqrt(0.5 * log(2e9) / DRAWS))) fail_msg("%s: distance %g", d->name, worst);
    interpl_free(ws);
    ir_graph_free(g);
  }
  random_key key = {.seed = 1, .purpose = RANDOM_TEST};
  random_stream s = random_open(&key, 0, 0);
  const double args[3] = {0, 1, 0};
  assert_true(isnan(random_draw_within(&s, IR_DIST_NORMAL, args, 2, 2)));
  assert_true(isnan(random_draw_within(&s, IR_DIST_GAMMA, args, 0, 1)));
}

/* IR_RANDOM nodes: their own draw for every element, fresh by draw, none without key. */
static void nodes(void **unused) {
  (void)unused;
  ir_graph *g = ir_graph_new();
  int a = ir_add_dim(g, "a", 5, -1);
  ir_id args[2] = {ir_const(g, 0), ir_const(g, 1)};
  ir_id x = ir_random(g, IR_DIST_NORMAL, args, 2, ir_bit(a));
  ir_id y = ir_random(g, IR_DIST_NORMAL, args, 2, ir_bit(a));
  ir_id wanted[2] = {x, y};
  interp *both = interp_new(g, wanted, 2), *one = interp_new(g, &y, 1);
  random_key key = {.seed = 5, .purpose = RANDOM_GENERATE, .chain = 1, .draw = 9};
  interp_run(both, NULL, NULL, &key);
  interp_run(one, NULL, NULL, &key);
  double first = interp_value(one, y, NULL)[3];
  assert_true(first == interp_value(both, y, NULL)[3]);
  assert_true(first != interp_value(both, x, NULL)[3]);
  assert_true(first != interp_value(one, y, NULL)[2]);
  key.draw++;
  interp_run(one, NULL, NULL, &key);
  assert_true(first != interp_value(one, y, NULL)[3]);
  interp_run(one, NULL, NULL, NULL);
  assert_true(isnan(interp_value(one, y, NULL)[3]));
  interp_free(both);
  interp_free(one);
  ir_graph_free(g);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_distribution),
                                     cmocka_unit_test(moments),
                                     cmocka_unit_test(impossible_arguments),
                                     cmocka_unit_test(streams), cmocka_unit_test(nodes),
                                     cmocka_unit_test(truncated)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
