/* Posterior predictive checks: data and drawn sets read back from a file, statistics and p
 * against the definitions, figures of hostile and constant values. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "report/draws_plots.h"
#include "report/predictive.h"
#include "report/run_report.h"

enum { CHAINS = 2, DRAWS = 50, REALS = 7, COUNTS = 4 };

/* Hash of a place, in [0, 1). */
static double noise(int a, int b, int c) {
  double x = sin(a * 12.9898 + b * 78.233 + c * 37.719) * 43758.5453;
  return x - floor(x);
}

static const double reals[REALS] = {0.3, -1.2, 2.2, 0.1, 0.9, -0.4, 1.6},
                    counts[COUNTS] = {0, 3, 1, 2};

static double drawn(int outcome, int chain, int draw, int element) {
  double u = noise(chain * DRAWS + draw, element, outcome);
  return outcome ? floor(u * 5) : 4 * u - 1.5;
}

/* A file as a run writes it: mu, real y and counted k, each with what was drawn. */
static void write_file(const char *path, erg_problems *problems) {
  out_schema *s = out_schema_new(CHAINS);
  int many = out_add_dim(s, "obs", REALS, NULL), few = out_add_dim(s, "item", COUNTS, NULL);
  out_add_variable(s, OUT_POSTERIOR, OUT_F64, "mu", 0, NULL, NULL, NULL);
  out_add_variable(s, OUT_POSTERIOR_PREDICTIVE, OUT_F64, "y", 1, &many, NULL, NULL);
  out_add_variable(s, OUT_POSTERIOR_PREDICTIVE, OUT_F64, "k", 1, &few, NULL, NULL);
  out_add_variable(s, OUT_POSTERIOR_PREDICTIVE, OUT_F64, "unseen", 0, NULL, NULL, NULL);
  out_add_variable(s, OUT_OBSERVED_DATA, OUT_F64, "y", 1, &many, reals, NULL);
  out_add_variable(s, OUT_OBSERVED_DATA, OUT_I64, "k", 1, &few, counts, NULL);
  s->info.n_draws = DRAWS;
  assert_true(out_schema_finish(s, problems));
  out_sink *sink = out_netcdf(path, 1);
  assert_true(sink->ops->open(sink, s, problems));
  double *rows = calloc((size_t)(CHAINS * DRAWS * s->row), sizeof *rows), *row = rows;
  const int64_t filled[CHAINS] = {DRAWS, DRAWS};
  for (int c = 0; c < CHAINS; c++) {
    for (int d = 0; d < DRAWS; d++, row += s->row) {
      row[0] = noise(c, d, 9);
      for (int i = 0; i < REALS; i++) row[1 + i] = drawn(0, c, d, i);
      for (int i = 0; i < COUNTS; i++) row[1 + REALS + i] = drawn(1, c, d, i);
    }
  }
  out_block block = {.capacity = DRAWS, .filled = filled, .rows = rows};
  assert_true(sink->ops->append(sink, &block, problems));
  out_end end = {0};
  assert_true(sink->ops->close(sink, &end, problems));
  sink->ops->free(sink);
  out_schema_free(s);
  free(rows);
}

static double mean_of(const double *v, int n) {
  double sum = 0;
  for (int i = 0; i < n; i++) sum += v[i];
  return sum / n;
}

static double sd_of(const double *v, int n) {
  double mean = mean_of(v, n), square = 0;
  for (int i = 0; i < n; i++) square += (v[i] - mean) * (v[i] - mean);
  return sqrt(square / (n - 1));
}

static void check_outcome(out_draws *draws, int outcome, erg_problems *problems) {
  const out_schema *s = out_draws_schema(draws);
  const char *name = outcome ? "k" : "y";
  const double *data = outcome ? counts : reals;
  int n = outcome ? COUNTS : REALS, above[2] = {0, 0};
  report_predictive r;
  assert_true(report_predictive_read(draws, out_find(s, OUT_POSTERIOR_PREDICTIVE, name),
                                     out_find(s, OUT_OBSERVED_DATA, name), &r, problems));
  assert_int_equal(r.n, n);
  assert_int_equal(r.shown, n);
  assert_int_equal(r.draws, CHAINS * DRAWS);
  assert_int_equal(r.sets, REPORT_SETS);
  assert_int_equal(r.whole, outcome);
  assert_memory_equal(r.observed, data, (size_t)n * sizeof *data);
  double own[2] = {mean_of(data, n), sd_of(data, n)};
  for (int t = 0; t < CHAINS * DRAWS; t++) {
    double set[REALS];
    for (int i = 0; i < n; i++) set[i] = drawn(outcome, t / DRAWS, t % DRAWS, i);
    double stat[2] = {mean_of(set, n), sd_of(set, n)};
    for (int k = 0; k < 2; k++) {
      assert_true(fabs(r.drawn_statistic[k][t] - stat[k]) < 1e-12);
      above[k] += stat[k] > own[k] - 1e-9; /* ties of counts are ties */
    }
  }
  for (int k = 0; k < 2; k++) {
    assert_true(fabs(r.statistic[k] - own[k]) < 1e-12);
    double p = report_predictive_p(&r, (report_statistic)k);
    assert_true(fabs(p - (double)above[k] / (CHAINS * DRAWS)) < 1e-12);
    assert_true(p > 0 && p < 1);
  }
  for (int k = 0; k < r.sets; k++) { /* each set is one draw, whole */
    int t = k * CHAINS * DRAWS / r.sets;
    for (int i = 0; i < n; i++)
      assert_true(r.drawn[k * n + i] == drawn(outcome, t / DRAWS, t % DRAWS, i));
  }
  report_predictive_free(&r);
}

static void test_file(void **state) {
  (void)state;
  char path[100];
  const char *const paths[] = {path};
  snprintf(path, sizeof path, "/tmp/ergode-predictive-%d.nc", (int)getpid());
  erg_problems problems;
  erg_problems_init(&problems);
  write_file(path, &problems);
  out_draws *draws = out_draws_open(paths, 1, &problems);
  assert_non_null(draws);
  check_outcome(draws, 0, &problems);
  check_outcome(draws, 1, &problems);
  diag_limits limits = diag_limits_default();
  out_summary *s = out_summary_from_draws(draws, &limits, 1, &problems);
  assert_int_equal(s->n, 1); /* mu alone is a parameter */
  report_figures f;
  assert_true(report_run_figures(draws, s, NULL, &f, &problems));
  int found = 0;
  for (int i = 0; i < f.n; i++) found += !strcmp(f.list[i].section, "Posterior predictive checks");
  assert_int_equal(found, 6);
  assert_string_equal(f.list[f.n - 1].name + 3, "ppc-sd-k");
  report_figures_free(&f);
  out_summary_free(s);
  out_draws_close(draws);
  erg_problems_free(&problems);
  unlink(path);
}

/* Of many elements some are shown: of data and sets the same ones, spread over all. */
static void test_many(void **state) {
  (void)state;
  enum { N = 30011, SETS = 3 };
  char path[100];
  const char *const paths[] = {path};
  snprintf(path, sizeof path, "/tmp/ergode-predictive-many-%d.nc", (int)getpid());
  erg_problems problems;
  erg_problems_init(&problems);
  out_schema *s = out_schema_new(1);
  int obs = out_add_dim(s, "obs", N, NULL);
  double *data = calloc(N, sizeof *data), *rows = calloc(SETS * (N + 1), sizeof *rows);
  for (int i = 0; i < N; i++) data[i] = i;
  for (int k = 0; k < SETS; k++) /* y, then mu */
    for (int i = 0; i < N; i++) rows[k * (N + 1) + i] = 10.0 * i + k;
  out_add_variable(s, OUT_POSTERIOR_PREDICTIVE, OUT_F64, "y", 1, &obs, NULL, NULL);
  out_add_variable(s, OUT_POSTERIOR, OUT_F64, "mu", 0, NULL, NULL, NULL);
  out_add_variable(s, OUT_OBSERVED_DATA, OUT_F64, "y", 1, &obs, data, NULL);
  s->info.n_draws = SETS;
  assert_true(out_schema_finish(s, &problems));
  out_sink *sink = out_netcdf(path, 1);
  const int64_t filled = SETS;
  out_block block = {.capacity = SETS, .filled = &filled, .rows = rows};
  out_end end = {0};
  assert_true(sink->ops->open(sink, s, &problems) &&
              sink->ops->append(sink, &block, &problems) &&
              sink->ops->close(sink, &end, &problems));
  sink->ops->free(sink);
  out_schema_free(s);
  out_draws *draws = out_draws_open(paths, 1, &problems);
  assert_non_null(draws);
  const out_schema *read = out_draws_schema(draws);
  report_predictive r;
  assert_true(report_predictive_read(draws, out_find(read, OUT_POSTERIOR_PREDICTIVE, "y"),
                                     out_find(read, OUT_OBSERVED_DATA, "y"), &r, &problems));
  assert_int_equal(r.n, N);
  assert_int_equal(r.shown, REPORT_MOST_SHOWN);
  assert_int_equal(r.sets, SETS);
  for (int64_t i = 0; i < r.shown; i++) {
    assert_true(!i || (r.observed[i] > r.observed[i - 1] &&
                       r.observed[i] <= r.observed[i - 1] + 2));
    for (int k = 0; k < SETS; k++)
      assert_true(r.drawn[k * r.shown + i] == 10 * r.observed[i] + k);
  }
  for (int k = 0; k < SETS; k++)
    assert_true(fabs(r.drawn_statistic[REPORT_MEAN][k] - (5.0 * (N - 1) + k)) < 1e-6);
  report_predictive_free(&r);
  out_draws_close(draws);
  erg_problems_free(&problems);
  unlink(path);
  free(data);
  free(rows);
}

/* Values that can't be drawn, don't vary, or reach far. */
static void test_figures(void **state) {
  (void)state;
  erg_problems problems;
  erg_problems_init(&problems);
  for (int whole = 0; whole < 2; whole++) {
    for (int k = 0; k < 6; k++) {
      double observed[3] = {1, 2, k == 1 ? 1e9 : 2}, sets[6], statistic[2][2];
      static const double filling[] = {2, 3, NAN, INFINITY, 1e300, -1e12};
      for (int i = 0; i < 6; i++) sets[i] = i % 2 ? filling[k] : k == 0 ? 2 : i;
      for (int i = 0; i < 2; i++) statistic[0][i] = statistic[1][i] = filling[k];
      report_predictive r = {.name = "<y>", .whole = whole, .n = 3, .shown = 3,
                             .observed = observed, .sets = 2, .drawn = sets, .draws = 2,
                             .statistic = {5.0 / 3, k == 4 ? NAN : 0.6},
                             .drawn_statistic = {statistic[0], statistic[1]}};
      plot *figures[3] = {report_predictive_plot(&r),
                          report_predictive_statistic(&r, REPORT_MEAN),
                          report_predictive_statistic(&r, REPORT_SD)};
      for (int i = 0; i < 3; i++) {
        char *svg = plot_svg(figures[i], "f", &problems);
        assert_non_null(svg);
        assert_null(strstr(svg, "nan"));
        free(svg);
        plot_free(figures[i]);
      }
    }
  }
  assert_int_equal(problems.count, 0);
  erg_problems_free(&problems);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_file), cmocka_unit_test(test_many),
                                     cmocka_unit_test(test_figures)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
