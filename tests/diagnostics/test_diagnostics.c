/* What ArviZ has no numbers for: special functions, threads, nested R-hat, the table of
 * built-ins, verdicts. */
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diagnostics/diagnostics.h"
#include "diagnostics/work.h"

static uint64_t seed = 1;
static double uniform(void) { /* splitmix64 */
  uint64_t z = (seed += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return ((double)((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53;
}
static double normal(void) { return diag_normal_quantile(uniform()); }

static erg_draws view(const double *x, int chains, int64_t draws) {
  return (erg_draws){.size = sizeof(erg_draws),
                     .chains = chains,
                     .draws = draws,
                     .values = x,
                     .chain_stride = draws,
                     .draw_stride = 1,
                     .name = "x"};
}

static void normal_quantile(void **state) {
  (void)state;
  assert_true(diag_normal_quantile(0.5) == 0);
  assert_true(fabs(diag_normal_quantile(0.975) - 1.959963984540054) < 1e-15);
  assert_true(fabs(diag_normal_quantile(1e-20) + 9.262340089798408) < 1e-14);
  for (double p = 1e-12; p < 1; p = p < 0.01 ? p * 3 : p + 0.001) {
    double back = 0.5 * erfc(-diag_normal_quantile(p) / sqrt(2));
    assert_true(fabs(back - p) < 4e-15 * p + 1e-16 + 1e-14 * fmin(p, 1 - p));
  }
  assert_true(isinf(diag_normal_quantile(0)) && isinf(diag_normal_quantile(1)));
  assert_true(isnan(diag_normal_quantile(NAN)) && isnan(diag_normal_quantile(1.5)));
}

/* Beta(a, 1) and Beta(1, b) have closed quantiles; Beta(a, a) is symmetric. */
static void beta_quantile(void **state) {
  (void)state;
  const double shape[] = {0.3, 1, 2, 7.5, 51, 400, 12345};
  for (int i = 0; i < 7; i++) {
    for (double p = 0.01; p < 1; p += 0.07) {
      double a = shape[i];
      assert_true(fabs(diag_beta_quantile(p, a, 1) / pow(p, 1 / a) - 1) < 1e-10);
      assert_true(fabs(diag_beta_quantile(p, 1, a) / -expm1(log1p(-p) / a) - 1) < 1e-10);
      double sum = diag_beta_quantile(p, a, a) + diag_beta_quantile(1 - p, a, a);
      assert_true(fabs(sum - 1) < 1e-10);
    }
  }
  assert_true(isnan(diag_beta_quantile(0.5, NAN, 1)) && isnan(diag_beta_quantile(0.5, -1, 1)));
}

static void sorting(void **state) {
  (void)state;
  diag_work *w = diag_work_new();
  for (int n = 4; n < 3000; n = n * 3 + 1) {
    double *x = malloc((size_t)n * sizeof *x);
    for (int i = 0; i < n; i++) {
      double u = uniform();
      x[i] = u < 0.1   ? -0.0
             : u < 0.2 ? INFINITY
             : u < 0.3 ? -INFINITY
             : u < 0.5 ? floor(9 * u)
                       : pow(10, 600 * u - 450) * (u < 0.8 ? 1 : -1);
    }
    erg_draws d = view(x, 1, n);
    assert_true(diag_load(w, &d));
    diag_sort(w);
    for (int i = 1; i < n; i++) {
      assert_true(w->sorted[i - 1] <= w->sorted[i]);
      if (w->sorted[i - 1] == w->sorted[i]) assert_true(w->order[i - 1] < w->order[i]);
    }
    /* crowded beside outliers: leading bits tell nothing apart */
    for (int i = 0; i < n; i++) x[i] = i == 1 ? -1e300 : i == 2 ? 1e300 : 1 + 1e-12 * uniform();
    assert_true(diag_load(w, &d));
    diag_sort(w);
    for (int i = 1; i < n; i++) assert_true(w->sorted[i - 1] <= w->sorted[i]);
    free(x);
  }
  diag_work_free(w);
}

/* Lagged products against the plain sums, at every lag. */
static void lags(void **state) {
  (void)state;
  double rows[2 * 128] = {0};
  uint64_t bits[2 * 4] = {0};
  int n = 100;
  for (int r = 0; r < 2; r++) {
    for (int i = 0; i < n; i++) {
      rows[r * 128 + i] = floor(9 * uniform()) - 4;
      if (rows[r * 128 + i] > 0) bits[r * 4 + i / 64] |= (uint64_t)1 << (i % 64);
    }
  }
  for (int lag = 0; lag < n; lag++) {
    double got[4], sum = 0;
    int64_t counts[2];
    diag_lagged_products(rows, 2, 128, n, lag, got);
    diag_lagged_counts(bits, 2, 4, lag, counts);
    for (int r = 0; r < 2; r++) {
      int count = 0;
      for (int i = 0; i + lag < n; i++) {
        sum += rows[r * 128 + i] * rows[r * 128 + i + lag];
        count += rows[r * 128 + i] > 0 && rows[r * 128 + i + lag] > 0;
      }
      assert_int_equal(counts[r], count);
    }
    assert_true(got[0] == sum);
  }
}

typedef struct {
  const double *x;
  int chains;
  int64_t draws, stop_at;
} source;
static bool get(void *data, int64_t scalar, int slot, erg_draws *out) {
  const source *s = data;
  (void)slot;
  if (scalar == s->stop_at) return false;
  *out = view(s->x + scalar * s->chains * s->draws, s->chains, s->draws);
  return true;
}

static void threads_agree(void **state) {
  (void)state;
  enum { N = 23, CHAINS = 3, DRAWS = 130 };
  double *x = malloc(sizeof(double) * N * CHAINS * DRAWS);
  for (int i = 0; i < N * CHAINS * DRAWS; i++) x[i] = normal() + (i % 7 ? 0.3 * x[i - 1] : 0);
  diag_summary one[N], four[N];
  memset(one, 0, sizeof one);
  memset(four, 0, sizeof four);
  source s = {x, CHAINS, DRAWS, -1};
  assert_int_equal(diag_summarise_all(N, get, &s, 1, one), ERG_OK);
  assert_int_equal(diag_summarise_all(N, get, &s, 4, four), ERG_OK);
  assert_memory_equal(one, four, sizeof one);
  s.stop_at = 5;
  assert_int_equal(diag_summarise_all(N, get, &s, 2, four), ERG_IO);
  assert_int_equal(diag_summarise_all(0, get, &s, 2, four), ERG_OK);
  free(x);
}

static void constants(void **state) {
  (void)state;
  double x[40];
  for (int i = 0; i < 40; i++) x[i] = 0.1;
  erg_draws d = view(x, 2, 20);
  diag_work *w = diag_work_new();
  diag_summary s;
  assert_int_equal(diag_summarise(w, &d, &s), ERG_OK);
  assert_true(s.constant && s.mean == 0.1 && s.sd == 0 && s.mcse_mean == 0 && s.mcse_sd == 0);
  assert_true(s.ess_bulk == 40 && s.ess_tail == 40 && isnan(s.r_hat));
  d.draws = 0;
  assert_int_equal(diag_summarise(w, &d, &s), ERG_INVALID);
  assert_true(isnan(s.mean));
  d.chains = 0;
  assert_int_equal(diag_summarise(w, &d, &s), ERG_INVALID);
  /* each chain stuck elsewhere */
  for (int i = 0; i < 40; i++) x[i] = i / 20;
  d = view(x, 2, 20);
  assert_true(diag_r_hat(w, &d) == INFINITY);
  diag_work_free(w);
}

/* Stationary: near the floor. Superchains apart: large. */
static void nested(void **state) {
  (void)state;
  enum { K = 16, M = 32, N = 4 };
  double *x = malloc(sizeof(double) * K * M * N), floor_value;
  diag_work *w = diag_work_new();
  for (int i = 0; i < K * M * N; i++) x[i] = normal();
  erg_draws d = view(x, K * M, N);
  double r = diag_nested_r_hat(w, &d, K, &floor_value);
  assert_true(fabs(floor_value - sqrt(1 + 1.0 / (M * N))) < 1e-15);
  assert_true(r > 1 && r < 1.01);
  for (int i = 0; i < K * M * N; i++) x[i] += i / (M * N);
  assert_true(diag_nested_r_hat(w, &d, K, NULL) > 3);
  /* by hand: two superchains of two chains of one draw */
  const double y[4] = {0, 2, 3, 5};
  d = view(y, 4, 1);
  /* means 1, 4: B = 4.5; inside 2 */
  assert_true(fabs(diag_nested_r_hat(w, &d, 2, NULL) - sqrt(1 + 4.5 / 2)) < 1e-15);
  assert_true(isnan(diag_nested_r_hat(w, &d, 3, NULL)));
  assert_true(isnan(diag_nested_r_hat(w, &d, 4, NULL)));
  free(x);
  diag_work_free(w);
}

static erg_status note(void *data, erg_status code, const char *text) {
  *(const char **)data = text;
  return code;
}

static void builtins(void **state) {
  (void)state;
  double x[400];
  for (int i = 0; i < 400; i++) x[i] = normal();
  erg_draws d = view(x, 4, 100);
  diag_work *w = diag_work_new();
  for (int i = 0; i < diag_n_builtin; i++) {
    const erg_diagnostic *b = diag_builtin[i];
    erg_value v[8];
    assert_true(b->size == sizeof *b && b->n_values >= 1 && b->n_values <= 8);
    assert_int_equal(b->compute(NULL, &d, v), ERG_OK);
    for (int k = 0; k < b->n_values; k++) {
      assert_true(v[k].size == sizeof *v && v[k].name && !isnan(v[k].value));
    }
    for (int k = 0; k < i; k++) assert_string_not_equal(b->id, diag_builtin[k]->id);
    if (!strcmp(b->id, "r_hat")) assert_true(v[0].value == diag_r_hat(w, &d));
    const char *why = NULL;
    erg_host host = {.size = sizeof host, .data = &why, .fail = note};
    d.draws = 3;
    assert_int_equal(b->compute(&host, &d, v), ERG_INVALID);
    assert_non_null(why);
    d.draws = 100;
  }
  diag_work_free(w);
}

static const diag_finding *find(const diag_verdict *v, const char *id) {
  for (int i = 0; i < v->n; i++)
    if (!strcmp(v->findings[i].id, id)) return &v->findings[i];
  fail_msg("no finding %s", id);
  return NULL;
}

static void verdicts(void **state) {
  (void)state;
  diag_limits limits = diag_limits_default();
  diag_run r;
  diag_verdict v;
  diag_run_init(&r, 4, 1000);
  int64_t divergent[4] = {0}, saturated[4] = {0};
  double bfmi[4] = {0.9, 0.8, 1, 1.1};
  r.divergent = divergent, r.saturated = saturated, r.bfmi = bfmi, r.max_depth = 10;
  r.target_accept = 0.8;
  diag_summary good = {.r_hat = 1.002, .ess_bulk = 2000, .ess_tail = 1500};
  diag_run_add(&r, &limits, "mu", &good);
  diag_summary fixed = {.r_hat = NAN, .ess_bulk = 4000, .ess_tail = 4000, .constant = true};
  diag_run_add(&r, &limits, "L[1,2]", &fixed);
  diag_judge(&r, &limits, &v);
  assert_int_equal(v.verdict, ERG_VERDICT_GOOD);
  assert_int_equal(v.n, 6);
  for (int i = 0; i < v.n; i++) assert_string_equal(v.findings[i].next, "");
  assert_true(find(&v, "r_hat")->value == 1.002);

  divergent[2] = 3;
  diag_judge(&r, &limits, &v);
  assert_int_equal(v.verdict, ERG_VERDICT_WARNING);
  assert_string_equal(v.findings[0].id, "divergences");
  assert_non_null(strstr(v.findings[0].text, "3 of 4000 draws diverged (chain 3: 3)"));
  assert_non_null(strstr(v.findings[0].next, "0.95"));
  divergent[2] = 300;
  saturated[0] = 7;
  bfmi[1] = 0.1;
  diag_summary poor = {.r_hat = 1.3, .ess_bulk = 12, .ess_tail = 40, .n_nan = 0};
  diag_run_add(&r, &limits, "tau", &poor);
  diag_judge(&r, &limits, &v);
  assert_int_equal(v.verdict, ERG_VERDICT_BAD);
  assert_int_equal(v.findings[0].verdict, ERG_VERDICT_BAD);
  assert_int_equal(find(&v, "r_hat")->verdict, ERG_VERDICT_BAD);
  assert_non_null(strstr(find(&v, "ess_bulk")->text, "(tau)"));
  assert_non_null(strstr(find(&v, "tree_depth")->next, "12"));
  assert_int_equal(find(&v, "bfmi")->verdict, ERG_VERDICT_WARNING);
  for (int i = 0; i < v.n; i++)
    assert_true((v.findings[i].next[0] != '\0') == (v.findings[i].verdict > ERG_VERDICT_GOOD));

  diag_run_init(&r, 4, 2);
  diag_judge(&r, &limits, &v);
  assert_int_equal(v.verdict, ERG_VERDICT_BAD);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(normal_quantile), cmocka_unit_test(beta_quantile),
      cmocka_unit_test(sorting),         cmocka_unit_test(lags),
      cmocka_unit_test(threads_agree),   cmocka_unit_test(constants),
      cmocka_unit_test(nested),          cmocka_unit_test(builtins),
      cmocka_unit_test(verdicts)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
