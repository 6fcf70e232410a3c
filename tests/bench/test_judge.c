/* The comparison of moments: its limit, its power, what it leaves out. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "bench/judge.h"
#include "compile/random.h"

enum { N = 100, FAMILIES = 400, ESS = 200 };

static cell *make_of(int n, double shift, double ess, uint32_t draw) {
  cell *c = cell_new(n, 2, ESS);
  random_key key = {.seed = 7, .purpose = RANDOM_TEST, .draw = draw};
  random_stream s = random_open(&key, 0, 0);
  c->result->n_moments = n;
  for (int i = 0; i < n; i++) {
    bench_moment *m = &c->moments[i];
    /* Standard errors are themselves estimated: chi-square with `ess` degrees. */
    double noise = sqrt(random_gamma(&s, ess / 2) * 2 / ess);
    snprintf(m->name, sizeof m->name, "x[%d]", i + 1);
    m->mcse_mean = noise / sqrt(ess);
    m->mcse_sd = noise / sqrt(2 * ess);
    m->mean = shift + random_normal(&s) / sqrt(ess);
    m->sd = 1 + random_normal(&s) / sqrt(2 * ess);
    m->ess_bulk = m->ess_tail = ess;
  }
  return c;
}

static cell *make(double shift, double ess, uint32_t draw) {
  return make_of(N, shift, ess, draw);
}

/* 400 families of 200 tests under the null at a rate of 5 %: 20 alarms are expected, and
 * Bonferroni over independent tests makes it 5 % almost exactly. */
static void false_alarms_are_held(void **state) {
  (void)state;
  int alarms = 0;
  for (uint32_t f = 0; f < FAMILIES; f++) {
    cell *a = make(0, ESS, 2 * f), *b = make(0, ESS, 2 * f + 1);
    judge_moments m;
    judge_compare(a, b, 0.05, &m);
    assert_int_equal(m.tests, 2 * N);
    alarms += m.worst > m.limit;
    free(m.list);
    cell_free(a);
    cell_free(b);
  }
  assert_in_range(alarms, 5, 40);
}

static void a_shift_is_found(void **state) {
  (void)state;
  cell *a = make(1, ESS, 0), *b = make(0, ESS, 1);
  judge_moments m;
  judge_compare(a, b, BENCH_FALSE_ALARM, &m);
  assert_true(m.worst > m.limit);
  assert_true(m.limit > 4.5 && m.limit < 6.5);
  free(m.list);
  cell_free(a);
  cell_free(b);
}

static void poor_quantities_are_left_out(void **state) {
  (void)state;
  cell *a = make(0, ESS, 0), *b = make(0, ESS, 1);
  a->moments[0].ess_tail = 10;
  a->moments[0].mean = 1e9;
  a->moments[1].ess_bulk = b->moments[1].ess_bulk = NAN;
  a->moments[2].constant = b->moments[2].constant = 1;
  a->moments[2].mean = b->moments[2].mean = 3;
  judge_moments m;
  judge_compare(a, b, BENCH_FALSE_ALARM, &m);
  assert_int_equal(m.left_out, 2);
  assert_int_equal(m.tests, 2 * (N - 3));
  assert_true(m.worst <= m.limit);
  assert_int_equal(m.n, N - 3);
  assert_string_equal(m.list[0].name, "x[4]");
  free(m.list);
  /* Draws that aren't finite where the reference's are. */
  b->moments[1].ess_bulk = ESS;
  a->moments[1].mean = NAN;
  judge_compare(a, b, BENCH_FALSE_ALARM, &m);
  assert_true(isinf(m.worst) && isfinite(m.limit));
  assert_true(isinf(m.list[0].mean.z));
  free(m.list);
  cell_free(a);
  cell_free(b);
}

/* Two constants that differ are a difference without any error. */
static void constants_differ(void **state) {
  (void)state;
  cell *a = make(0, ESS, 0), *b = make(0, ESS, 1);
  bench_moment *one[2] = {&a->moments[5], &b->moments[5]};
  for (int i = 0; i < 2; i++) {
    one[i]->constant = 1;
    one[i]->mean = i;
    one[i]->mcse_mean = one[i]->mcse_sd = one[i]->sd = 0;
  }
  judge_moments m;
  judge_compare(a, b, BENCH_FALSE_ALARM, &m);
  assert_true(m.worst > m.limit);
  assert_true(isinf(m.list[5].mean.z) && m.list[5].sd.z == 0);
  free(m.list);
  cell_free(a);
  cell_free(b);
}

/* Of few quantities all are kept; of many those that differ most, in the model's order. */
static void agreements_are_kept(void **state) {
  (void)state;
  const int n = BENCH_AGREEMENTS + 50;
  cell *a = make_of(n, 0, ESS, 0), *b = make_of(n, 0, ESS, 1);
  for (int i = 0; i < n; i++) {
    a->moments[i].sd = b->moments[i].sd;
    a->moments[i].mean = b->moments[i].mean;
    if (i % 7) a->moments[i].mean += (i % 2 ? 1 : -1) * (0.01 + 1e-4 * i);
  }
  judge_moments m;
  judge_compare(a, b, BENCH_FALSE_ALARM, &m);
  assert_int_equal(m.tests, 2 * n);
  assert_int_equal(m.n, BENCH_AGREEMENTS);
  double worst = 0, least = INFINITY;
  for (int i = 0, at = 0; i < m.n; i++, at++) {
    const bench_difference *d = &m.list[i].mean;
    while (at < n && strcmp(a->moments[at].name, m.list[i].name) != 0) at++;
    assert_true(at < n);
    assert_true(d->value == a->moments[at].mean && d->reference == b->moments[at].mean);
    assert_true(d->z * (at % 2 ? 1 : -1) >= 0);
    assert_true(fabs(d->z - (d->value - d->reference) /
                                hypot(d->error, d->reference_error)) < 1e-9);
    worst = fmax(worst, fabs(d->z));
    least = fmin(least, fabs(d->z));
  }
  assert_true(worst == m.worst && least > 0); /* the 44 that don't differ aren't among them */
  free(m.list);
  cell_free(a);
  cell_free(b);
}

static void bits(void **state) {
  (void)state;
  cell *a = cell_new(1, 2, 10), *b = cell_new(1, 2, 10);
  int64_t chain = -1, draw = -1;
  assert_true(judge_same_bits(a, b, &chain, &draw));
  b->hashes[1 * 10 + 4] = 1;
  b->hashes[0 * 10 + 7] = 1;
  assert_false(judge_same_bits(a, b, &chain, &draw));
  assert_int_equal(chain, 1);
  assert_int_equal(draw, 4);
  cell_free(a);
  cell_free(b);
}

static void limits_of_r_hat(void **state) {
  (void)state;
  assert_true(isinf(judge_r_hat_limit(2, 200)));
  assert_true(judge_r_hat_limit(4, 500) == 1.02);
  assert_true(judge_r_hat_limit(4, 1000) == 1.01);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(false_alarms_are_held), cmocka_unit_test(a_shift_is_found),
      cmocka_unit_test(poor_quantities_are_left_out), cmocka_unit_test(constants_differ),
      cmocka_unit_test(agreements_are_kept),
      cmocka_unit_test(bits), cmocka_unit_test(limits_of_r_hat)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
