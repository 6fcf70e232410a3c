/* Figures of draws against counts and integrals known by hand, hostile draws, and the
 * page's escaping. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "report/draws_plots.h"
#include "report/page.h"
#include "report/run_report.h"

static void test_rank_counts(void **state) {
  (void)state;
  /* Two chains of 20: chain 0 holds the lower half of all ranks, chain 1 the upper. */
  double values[40], counts[2 * REPORT_RANK_BINS];
  for (int i = 0; i < 40; i++) values[i] = (i * 7) % 20 + (i < 20 ? 0 : 100);
  report_scalar s = {"x", values, 2, 20};
  assert_true(report_rank_counts(&s, counts));
  for (int b = 0; b < REPORT_RANK_BINS; b++) {
    assert_true(counts[b] == (b < 10 ? 2 : 0));
    assert_true(counts[REPORT_RANK_BINS + b] == (b < 10 ? 0 : 2));
  }
  /* Ties: ranks 0 and 39 alone, the rest at their mean rank 19.5, bin 10 of 20. */
  for (int i = 0; i < 40; i++) values[i] = 1;
  values[3] = 0;
  values[30] = 2;
  assert_true(report_rank_counts(&s, counts));
  assert_true(counts[0] == 1 && counts[10] == 19);
  assert_true(counts[REPORT_RANK_BINS + 19] == 1 && counts[REPORT_RANK_BINS + 10] == 19);
  for (int i = 0; i < 40; i++) values[i] = i % 2 ? NAN : 5;
  assert_false(report_rank_counts(&s, counts));
}

static double integral(const double *x, const double *y, int n) {
  double sum = 0;
  for (int i = 1; i < n; i++) sum += 0.5 * (y[i] + y[i - 1]) * (x[i] - x[i - 1]);
  return sum;
}

static void test_kernel(void **state) {
  (void)state;
  enum { N = 2000, M = 200 };
  double *values = malloc(N * sizeof *values), x[M], y[M];
  for (int i = 0; i < N; i++) values[i] = (i + 0.5) / N; /* uniform: reflection keeps it flat */
  assert_true(report_kernel(values, N, x, y, M));
  assert_true(fabs(integral(x, y, M) - 1) < 0.01);
  for (int i = 0; i < M; i++) assert_true(fabs(y[i] - 1) < 0.02);
  for (int i = 0; i < N; i++) values[i] = -log((i + 0.5) / N); /* exponential */
  assert_true(report_kernel(values, N, x, y, M));
  assert_true(fabs(integral(x, y, M) - 1) < 0.01);
  assert_true(y[0] > 0.85 && y[0] < 1.05); /* no dip at the bound */
  for (int i = 0; i < N; i++) values[i] = 3;
  assert_false(report_kernel(values, N, x, y, M));
  assert_false(report_kernel(values, 1, x, y, M));
  assert_false(report_kernel(values, 0, x, y, M));
  free(values);
}

static char *svg(plot *p) {
  erg_problems problems;
  erg_problems_init(&problems);
  char *text = plot_svg(p, "f", &problems);
  assert_non_null(text);
  assert_null(strstr(text, "nan"));
  erg_problems_free(&problems);
  plot_free(p);
  return text;
}

static void test_hostile_draws(void **state) {
  (void)state;
  double kinds[5][12];
  for (int i = 0; i < 12; i++) {
    kinds[0][i] = NAN;
    kinds[1][i] = 4;
    kinds[2][i] = i % 3 ? i : NAN;
    kinds[3][i] = i % 2 ? 1e308 : -INFINITY;
    kinds[4][i] = sin(i);
  }
  for (int k = 0; k < 5; k++) {
    for (int draws = 1; draws <= 3; draws++) {
      report_scalar s = {"a<b & \"c\"", kinds[k], 4, draws}, d = {"", kinds[4], 4, draws};
      diag_summary row = {.median = kinds[k][0], .low89 = NAN, .high89 = 3, .r_hat = NAN,
                          .ess_bulk = 12};
      const char *name = "a<b";
      double low = 1, high = INFINITY;
      char *text = svg(report_trace(&s, &d));
      assert_non_null(strstr(text, "Trace: a&lt;b &amp; &quot;c&quot;"));
      free(text);
      free(svg(report_rank(&s)));
      text = svg(report_density(&s, &row));
      assert_int_equal(strstr(text, "constant: 4") != NULL, k == 1);
      assert_int_equal(strstr(text, "no finite draw") != NULL, k == 0 || k == 3);
      free(text);
      free(svg(report_energy(&s, NULL)));
      free(svg(report_pair(&s, &d, &d)));
      free(svg(report_forest("forest", &name, &row, &low, &high, 1)));
    }
  }
}

static void test_divergences_are_all_shown(void **state) {
  (void)state;
  enum { N = 10000 };
  double *x = malloc(N * sizeof *x), *bad = calloc(N, sizeof *bad);
  for (int i = 0; i < N; i++) x[i] = sin(i);
  bad[17] = bad[4321] = bad[9999] = 1;
  report_scalar s = {"x", x, 1, N}, d = {"diverging", bad, 1, N};
  char *text = svg(report_pair(&s, &s, &d));
  assert_non_null(strstr(text, ">divergent (3)</text>"));
  int crosses = 0; /* two strokes each */
  char *path = strstr(text, "--plot-bad");
  assert_non_null(path);
  char *end = strstr(path, "/>");
  for (char *c = strstr(path, " d=\""); c < end; c++) crosses += *c == 'L';
  assert_int_equal(crosses, 6);
  free(text);
  free(x);
  free(bad);
}

static void test_page_escapes(void **state) {
  (void)state;
  static const char evil[] = "<script>alert('1')</script> & \"x\"";
  static const char *const titles[] = {evil, evil};
  char *text = NULL;
  size_t n = 0;
  FILE *out = open_memstream(&text, &n);
  page_begin(out, evil);
  page_box_begin(out, PAGE_BAD, evil);
  page_box_line(out, PAGE_WARNING, evil, evil);
  page_box_end(out);
  page_heading(out, evil);
  page_paragraph(out, evil);
  page_table_begin(out, titles, 2, true);
  page_row_begin(out);
  page_cell(out, PAGE_NONE, evil);
  page_row_end(out);
  page_table_end(out);
  erg_problems problems;
  erg_problems_init(&problems);
  plot *p = plot_new(300, 200, evil);
  page_figures_begin(out, false);
  assert_true(page_figure(out, p, "f", evil, true, &problems));
  page_figures_end(out);
  page_end(out);
  fclose(out);
  assert_null(strstr(text, "<script"));
  assert_null(strstr(text, "\"x\"")); /* quotes would end an attribute */
  int shown = 0;
  for (char *c = text; (c = strstr(c, "&lt;script&gt;")); c++) shown++;
  assert_int_equal(shown, 13); /* every text given, the title and the figure's twice */
  assert_null(strstr(text, "src=")); /* nothing is fetched */
  assert_null(strstr(text, "url("));
  assert_null(strstr(text, "@import"));
  free(text);
  plot_free(p);
  erg_problems_free(&problems);
}

/* A run of CmdStan's form: every figure, the page twice the same. */
static const char csv[] = "/tmp/ergode-report-%d-%d.csv";

static void test_run(void **state) {
  (void)state;
  char paths[2][100], page[2][100], *texts[2] = {NULL, NULL};
  for (int c = 0; c < 2; c++) {
    snprintf(paths[c], sizeof paths[c], csv, (int)getpid(), c);
    FILE *out = fopen(paths[c], "w");
    fputs("lp__,accept_stat__,stepsize__,treedepth__,n_leapfrog__,divergent__,energy__,"
          "mu,theta.1,theta.2\n", out);
    for (int i = 0; i < 50; i++)
      fprintf(out, "%g,0.9,0.5,3,7,%d,%g,%g,%g,1.5\n", -3 - sin(i), i == 9, 5 + cos(i * 1.3 + c),
              sin(i * 12.9 + c), cos(i * 78.2 + c));
    fclose(out);
  }
  erg_problems problems;
  erg_problems_init(&problems);
  const char *const both[] = {paths[0], paths[1]};
  out_draws *draws = out_draws_open(both, 2, &problems);
  erg_problems_print(&problems, stderr, false);
  assert_non_null(draws);
  diag_limits limits = diag_limits_default();
  out_summary *s = out_summary_from_draws(draws, &limits, 1, &problems);
  assert_non_null(s);
  report_figures f;
  for (int k = 0; k < 2; k++) {
    assert_true(report_run_figures(draws, s, NULL, &f, &problems));
    /* 3 parameters: 3 figures each, 2 forests, energy, 3 pairs */
    assert_int_equal(f.n, 9 + 2 + 1 + 3);
    snprintf(page[k], sizeof page[k], "%.90s.html", paths[k]);
    assert_true(report_run_html(s, &f, page[k], &problems));
    FILE *in = fopen(page[k], "r");
    size_t room = 0;
    assert_true(getdelim(&texts[k], &room, 0, in) > 10000);
    fclose(in);
    unlink(page[k]);
    report_figures_free(&f);
  }
  assert_string_equal(texts[0], texts[1]);
  const char *box = strstr(texts[0], "class=\"box"), *table = strstr(texts[0], "<table");
  assert_non_null(box);
  assert_true(box < table && table < strstr(texts[0], "<svg"));
  assert_non_null(strstr(texts[0], "constant: 1.5"));
  assert_non_null(strstr(texts[0], "divergent (2)"));
  assert_true(report_run_figures(draws, s, "theta[1]", &f, &problems));
  assert_int_equal(f.n, 3 + 2 + 1);
  report_figures_free(&f);
  assert_true(report_run_figures(draws, s, "theta,mu", &f, &problems));
  assert_string_equal(f.list[0].name, "01-trace-theta-1");
  assert_int_equal(f.n, 9 + 2 + 1 + 3);
  report_figures_free(&f);
  assert_int_equal(problems.count, 0);
  assert_false(report_run_figures(draws, s, "mu,thetta", &f, &problems));
  assert_non_null(strstr(problems.list[0].next, "did you mean 'theta'?"));
  assert_false(report_run_figures(draws, s, ",", &f, &problems));
  for (int k = 0; k < 2; k++) {
    free(texts[k]);
    unlink(paths[k]);
  }
  out_summary_free(s);
  out_draws_close(draws);
  erg_problems_free(&problems);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_rank_counts),    cmocka_unit_test(test_kernel),
      cmocka_unit_test(test_hostile_draws),  cmocka_unit_test(test_divergences_are_all_shown),
      cmocka_unit_test(test_page_escapes),   cmocka_unit_test(test_run)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
