/* The same bits whatever the threads, launches, blocks and instruction sets; and with
 * every compiler: one hash is written down here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "cpu.h"
#include "toys.h"

static const erg_sampler *cpu(void) { return erg_plugin_v1()->samplers[0]; }

typedef struct { int threads, launch, capacity, isa; } variation;
static const variation variations[] = {
    {1, 1000, 100, 0}, {2, 1000, 100, 0}, {4, 1000, 100, 0}, {3, 7, 100, 0},
    {1, 1, 100, 0},    {2, 1, 3, 0},      {1, 1000, 1, 0},   {2, 7, 3, 0},
    {2, 0, 100, 0},    {1, 1000, 100, 1}, {1, 1000, 100, 2}, {1, 1000, 100, 3},
    {2, 7, 3, 3},
};

static uint64_t hash_of(const erg_model *model, int algorithm, int metric, int warmup,
                        variation v) {
  toy_run run;
  uint64_t h;
  toy_defaults(&run, cpu());
  run.warmup = warmup;
  run.draws = 40;
  run.keep_warmup = 1;
  run.seed = 20260229;
  run.threads = v.threads;
  run.capacity = v.capacity;
  toy_set(&run, cpu(), "algorithm", algorithm);
  toy_set(&run, cpu(), "metric", metric);
  toy_set(&run, cpu(), "launch", v.launch);
  toy_set(&run, cpu(), "isa", v.isa);
  assert_int_equal(toy_sample(&run, cpu(), model), ERG_OK);
  h = toy_hash(&run, model->dim);
  toy_run_free(&run);
  return h;
}

static void check(const erg_model *model, int algorithm, int metric, int warmup,
                  uint64_t known) {
  uint64_t first = hash_of(model, algorithm, metric, warmup, variations[0]);
  for (size_t i = 1; i < sizeof variations / sizeof *variations; i++) {
    uint64_t h;
    if (!cpu_isa_runs((cpu_isa)variations[i].isa)) {
      print_message("%s: not on this processor\n", cpu_isa_name((cpu_isa)variations[i].isa));
      continue;
    }
    h = hash_of(model, algorithm, metric, warmup, variations[i]);
    if (h != first) print_message("variation %zu\n", i);
    assert_true(h == first);
  }
  if (known && first != known) print_message("hash 0x%016llx\n", (unsigned long long)first);
  if (known) assert_true(first == known);
}

static void nuts_gradient(void **state) {
  erg_model m;
  (void)state;
  toy_make(&m, TOY_CORRELATED, 13);
  check(&m, 0, 0, 90, 0x7df1ab00a8df8413);
  toy_free(&m);
}
static void nuts_stan(void **state) {
  erg_model m;
  (void)state;
  toy_make(&m, TOY_CORRELATED, 16);
  check(&m, 0, 1, 90, 0x3f84493fffbc72b9);
  toy_free(&m);
}
static void hmc(void **state) {
  erg_model m;
  (void)state;
  toy_make(&m, TOY_CORRELATED, 5);
  check(&m, 1, 0, 90, 0x6358d5d50e0cb6a4);
  toy_free(&m);
}
static void centring(void **state) {
  erg_model m;
  (void)state;
  toy_hierarchical(&m, 10, 5, 5, 1);
  check(&m, 0, 0, 90, 0);
  toy_free(&m);
}

/* The warm-up watches draws as they come, and halves the trajectories here. */
static void shortened(void **state) {
  uint64_t hash[2];
  erg_model m;
  (void)state;
  toy_make(&m, TOY_NORMAL, 500);
  check(&m, 0, 0, 300, 0);
  for (int k = 0; k < 2; k++) {
    toy_run run;
    toy_defaults(&run, cpu());
    run.warmup = 300;
    run.draws = 40;
    run.seed = 20260229;
    toy_set(&run, cpu(), "shorten", k);
    assert_int_equal(toy_sample(&run, cpu(), &m), ERG_OK);
    hash[k] = toy_hash(&run, m.dim);
    toy_run_free(&run);
  }
  assert_true(hash[0] != hash[1]);
  toy_free(&m);
}

/* Chains 2 and 3 alone are what they are among four, where nothing is pooled. */
static void chain_numbers(void **state) {
  erg_model m;
  toy_run all, part;
  (void)state;
  toy_make(&m, TOY_CORRELATED, 6);
  toy_defaults(&all, cpu());
  toy_set(&all, cpu(), "metric", 2);
  assert_int_equal(toy_sample(&all, cpu(), &m), ERG_OK);
  toy_defaults(&part, cpu());
  toy_set(&part, cpu(), "metric", 2);
  part.chains = 2;
  part.first_chain = 2;
  assert_int_equal(toy_sample(&part, cpu(), &m), ERG_OK);
  assert_memory_equal(part.q, all.q + 2 * 200 * 6, 2 * 200 * 6 * sizeof(double));
  toy_run_free(&all);
  toy_run_free(&part);
  toy_free(&m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nuts_gradient), cmocka_unit_test(nuts_stan), cmocka_unit_test(hmc),
      cmocka_unit_test(centring),      cmocka_unit_test(shortened),
      cmocka_unit_test(chain_numbers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
