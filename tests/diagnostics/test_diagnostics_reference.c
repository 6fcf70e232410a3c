/* Numbers of every diagnostic against those of ArviZ, stored by make_reference.py (or, with
 * a file as argument, just made). */
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diagnostics/diagnostics.h"

static const char *reference_file;

static bool close_enough(double got, double expected, double scale) {
  if (isnan(expected)) return isnan(got);
  if (isinf(expected)) return got == expected;
  return fabs(got - expected) <= 1e-10 * fmax(fabs(expected), scale);
}

static double number(diag_work *w, const erg_draws *d, const diag_summary *s, const char *key) {
  double prob;
  if (sscanf(key, "ess_quantile_%lf", &prob) == 1) return diag_ess_quantile(w, d, prob);
  if (sscanf(key, "mcse_quantile_%lf", &prob) == 1) return diag_mcse_quantile(w, d, prob);
  int chain;
  if (sscanf(key, "bfmi_%d", &chain) == 1) {
    double out[64];
    diag_bfmi(d, out);
    return out[chain];
  }
  const struct {
    const char *key;
    double value;
  } table[] = {{"r_hat", s->r_hat},
               {"ess_bulk", s->ess_bulk},
               {"ess_tail", s->ess_tail},
               {"ess_mean", s->ess_mean},
               {"ess_sd", s->ess_sd},
               {"mcse_mean", s->mcse_mean},
               {"mcse_sd", s->mcse_sd},
               {"mean", s->mean},
               {"sd", s->sd},
               {"q5", s->q5},
               {"median", s->median},
               {"q95", s->q95},
               {"low89", s->low89},
               {"high89", s->high89},
               {"mad", s->mad}};
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    if (!strcmp(key, table[i].key)) return table[i].value;
  }
  fail_msg("unknown key %s", key);
  return NAN;
}

static bool same_bits(double a, double b) { return a == b || (isnan(a) && isnan(b)); }

/* Single functions and strided draws give what the summary gives. */
static void check_single(diag_work *w, const erg_draws *d, const diag_summary *s) {
  assert_true(same_bits(diag_r_hat(w, d), s->r_hat));
  assert_true(same_bits(diag_ess_bulk(w, d), s->ess_bulk));
  assert_true(same_bits(diag_ess_tail(w, d), s->ess_tail));
  assert_true(same_bits(diag_ess_mean(w, d), s->ess_mean));
  assert_true(same_bits(diag_ess_sd(w, d), s->ess_sd));
  assert_true(same_bits(diag_mcse_mean(w, d), s->mcse_mean));
  assert_true(same_bits(diag_mcse_sd(w, d), s->mcse_sd));
  assert_true(same_bits(diag_mcse_quantile(w, d, 0.5), s->mcse_median));
  double *turned = malloc((size_t)(d->chains * d->draws) * sizeof *turned);
  for (int64_t i = 0; i < d->draws; i++)
    for (int c = 0; c < d->chains; c++) turned[i * d->chains + c] = d->values[c * d->draws + i];
  erg_draws t = *d;
  t.values = turned, t.chain_stride = 1, t.draw_stride = d->chains;
  diag_summary other;
  diag_summarise(w, &t, &other);
  free(turned);
  assert_true(same_bits(other.r_hat, s->r_hat) && same_bits(other.ess_bulk, s->ess_bulk));
  assert_true(same_bits(other.mcse_sd, s->mcse_sd) && same_bits(other.mad, s->mad));
}

static void against_reference(void **state) {
  (void)state;
  FILE *in = fopen(reference_file, "r");
  assert_non_null(in);
  char word[64], name[64] = "", key[64], text[64];
  int chains = 0, cases = 0, checks = 0, wrong = 0;
  long draws = 0;
  double *x = NULL;
  diag_work *w = diag_work_new();
  diag_summary s = {0};
  erg_draws d = {.size = sizeof d};
  while (fscanf(in, "%63s", word) == 1) {
    if (!strcmp(word, "case")) {
      assert_int_equal(fscanf(in, "%63s %d %ld", name, &chains, &draws), 3);
      free(x);
      x = malloc((size_t)(chains * draws) * sizeof *x);
      for (long i = 0; i < chains * draws; i++) assert_int_equal(fscanf(in, "%lf", &x[i]), 1);
      d = (erg_draws){.size = sizeof d,
                      .chains = chains,
                      .draws = draws,
                      .values = x,
                      .chain_stride = draws,
                      .draw_stride = 1,
                      .name = name};
      erg_status status = diag_summarise(w, &d, &s);
      assert_int_equal(status, draws < 4 ? ERG_INVALID : ERG_OK);
      check_single(w, &d, &s);
      cases++;
    } else {
      assert_int_equal(fscanf(in, "%63s %63s", key, text), 2);
      double expected = strtod(text, NULL), got = number(w, &d, &s, key);
      checks++;
      /* location statistics of draws about zero are judged on the draws' scale */
      bool location = strchr("mqlh", key[0]) && strncmp(key, "mcse", 4);
      if (!close_enough(got, expected, location ? s.sd : 0)) {
        wrong++;
        print_error("%s: %s is %.17g, ArviZ says %.17g\n", name, key, got, expected);
      }
    }
  }
  fclose(in);
  free(x);
  diag_work_free(w);
  print_message("%d cases, %d numbers\n", cases, checks);
  assert_true(cases > 10);
  assert_int_equal(wrong, 0);
}

int main(int argc, char **argv) {
  reference_file = argc > 1 ? argv[1] : "reference.txt";
  const struct CMUnitTest tests[] = {cmocka_unit_test(against_reference)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
