/* Sinks: composed, in memory, and what they do where writing fails. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "folder.h"
#include "output/read_draws.h"
#include "output/summary.h"

/* Counts calls; fails from the n-th append on. */
typedef struct {
  out_sink base;
  int fail_at, appends, adapted, opened, closed, aborted;
  double sum;
  const out_schema *schema;
} probe;
static bool probe_open(out_sink *s, const out_schema *schema, erg_problems *p) {
  probe *k = (probe *)s;
  (void)p;
  k->opened++;
  k->schema = schema;
  return true;
}
static bool probe_append(out_sink *s, const out_block *b, erg_problems *p) {
  probe *k = (probe *)s;
  if (++k->appends == k->fail_at) {
    return erg_error(p, (erg_place){0}, "free space", "probe can't be written");
  }
  for (int c = 0; c < k->schema->chains; c++) {
    for (int64_t d = 0; d < b->filled[c]; d++) {
      k->sum += b->rows[(c * b->capacity + d) * k->schema->row];
    }
  }
  return true;
}
static bool probe_adapted(out_sink *s, int chain, double step, const double *metric,
                          erg_problems *p) {
  probe *k = (probe *)s;
  (void)p;
  assert_int_equal(chain, k->adapted);
  assert_true(step == 0.25 + chain && metric[5] == 1 + chain + 0.1 * 5);
  k->adapted++;
  return true;
}
static bool probe_close(out_sink *s, const out_end *end, erg_problems *p) {
  (void)p;
  assert_true(end->sampling_s[3] == 4);
  ((probe *)s)->closed++;
  return true;
}
static void probe_abort(out_sink *s) { ((probe *)s)->aborted++; }
static void probe_free(out_sink *s) { (void)s; }
static const out_sink_ops probe_ops = {probe_open,  probe_append, probe_adapted,
                                       probe_close, probe_abort,  probe_free};

static void composed(void **state) {
  (void)state;
  erg_problems p;
  erg_problems_init(&p);
  out_schema *s = fix_schema(FIX_DRAWS, false, &p);
  probe good = {.base.ops = &probe_ops}, bad = {.base.ops = &probe_ops, .fail_at = 2};
  /* a small queue makes the caller wait */
  out_sink *k = out_threaded(out_tee((out_sink *[]){&good.base}, 1), 1000);
  assert_true(fix_run(k, s, 3, false, &p));
  k->ops->free(k);
  assert_true(good.opened == 1 && good.appends == 4 && good.adapted == 4 && good.closed == 1);
  double sum = 0;
  for (int c = 0; c < FIX_CHAINS; c++) {
    for (int d = 0; d < FIX_WARMUP + FIX_DRAWS - 3 * c; d++) sum += fix_uniform(c, d, 0);
  }
  assert_true(fabs(good.sum - sum) < 1e-9);

  /* one fails: the other still gets everything, the caller hears of it once */
  good = (probe){.base.ops = &probe_ops};
  k = out_threaded(out_tee((out_sink *[]){&bad.base, &good.base}, 2), 0);
  assert_false(fix_run(k, s, 0, false, &p));
  assert_true(any_problem(&p, "probe"));
  assert_int_equal(p.count, 1);
  k->ops->abort(k);
  k->ops->free(k);
  assert_true(good.aborted == 1 && bad.aborted == 1 && bad.appends == 2);
  out_schema_free(s);
  erg_problems_free(&p);
}

static void in_memory(void **state) {
  (void)state;
  erg_problems p;
  erg_problems_init(&p);
  out_schema *s = fix_schema(FIX_DRAWS, true, &p);
  s->info.n_draws = 7; /* more come than planned */
  out_sink *k = out_memory(1u << OUT_POSTERIOR | 1u << OUT_SAMPLE_STATS);
  const out_end end = {0};
  assert_true(k->ops->open(k, s, &p) && fix_append(k, s, true, 0, 5, 0, &p) &&
              fix_adapted(k, &p) && fix_append(k, s, false, 0, 6, 0, &p) &&
              fix_append(k, s, false, 6, 60, 2, &p) && k->ops->close(k, &end, &p));
  assert_int_equal(out_memory_count(k, 0), 60);
  assert_int_equal(out_memory_count(k, 3), 54);
  int v = out_find(s, OUT_POSTERIOR, "Beta");
  erg_draws d;
  assert_true(out_memory_draws(k, v, 7, &d));
  assert_int_equal(d.draws, 54);
  for (int c = 0; c < FIX_CHAINS; c++) {
    for (int i = 0; i < 54; i++) {
      assert_true(d.values[c * d.chain_stride + i * d.draw_stride] ==
                  fix_uniform(c, FIX_WARMUP + i, s->variables[v].offset + 7));
    }
  }
  assert_false(out_memory_draws(k, out_find(s, OUT_LOG_LIKELIHOOD, "y"), 0, &d));
  assert_false(out_memory_draws(k, v, 12, &d));
  assert_int_equal(out_memory_bytes(s, 1u << OUT_POSTERIOR, 10), 19 * 4 * 10 * 8);
  out_summary *m = out_summary_from_memory(s, k, NULL, 2, false, &p);
  assert_non_null(m);
  assert_int_equal(m->n, 19);
  assert_true(m->rows[0].r_hat > 0.9 && m->bfmi[0] > 0.5 && m->divergent[0] >= 0);
  out_summary_free(m);
  k->ops->free(k);
  out_schema_free(s);
  erg_problems_free(&p);
}

static void no_folder(void **state) {
  (void)state;
  erg_problems p;
  erg_problems_init(&p);
  out_schema *s = fix_schema(FIX_DRAWS, false, &p);
  out_sink *sinks[2] = {out_netcdf(path_of("nowhere/draws.nc"), 1),
                        out_stan_csv(path_of("nowhere/chain"))};
  for (int i = 0; i < 2; i++) {
    assert_false(sinks[i]->ops->open(sinks[i], s, &p));
    sinks[i]->ops->abort(sinks[i]);
    sinks[i]->ops->free(sinks[i]);
    assert_int_equal(p.count, i + 1);
    assert_non_null(strstr(p.list[i].cause, "nowhere"));
    assert_non_null(strstr(p.list[i].cause, "No such file"));
    assert_non_null(p.list[i].next);
  }
  out_schema_free(s);
  erg_problems_free(&p);
}

/* Files may grow to `bytes` only, as on a disk that fills. Runs in a process of its own;
 * 0 where the failure is reported as it should. */
static int full_disk(bool csv, rlim_t bytes) {
  erg_problems p;
  erg_problems_init(&p);
  signal(SIGXFSZ, SIG_IGN);
  struct rlimit limit = {bytes, bytes};
  setrlimit(RLIMIT_FSIZE, &limit);
  out_schema *s = fix_schema(2000, false, &p);
  out_sink *k = csv ? out_stan_csv(path_of("full")) : out_netcdf(path_of("full.nc"), 0);
  k = out_threaded(k, 0);
  bool good = k->ops->open(k, s, &p);
  for (int64_t n = 0; good && n < 20000; n += 50) {
    good = fix_append(k, s, false, n, n + 50, 0, &p);
  }
  const out_end end = {0};
  if (good) good = k->ops->close(k, &end, &p);
  if (!good) k->ops->abort(k);
  k->ops->free(k);
  out_schema_free(s);
  if (good || p.count != 1 || !any_problem(&p, "can't be written")) return 1;
  erg_problems_free(&p);
  return 0;
}

/* What was flushed before is read back. */
static void disk_fills(void **state) {
  (void)state;
  erg_problems p;
  erg_problems_init(&p);
  for (int csv = 0; csv < 2; csv++) {
    pid_t child = fork();
    if (child == 0) _exit(full_disk(csv, csv ? 400000 : 12000000));
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    const char *file = path_of(csv ? "full_1.csv" : "full.nc.part");
    out_draws *d = out_draws_open(&file, 1, &p);
    assert_non_null(d);
    assert_true(out_draws_partial(d));
    print_message("%s: %d draws\n", file, (int)out_draws_count(d));
    assert_in_range(out_draws_count(d), 500, 19999);
    double *values = malloc((size_t)(4 * out_draws_count(d)) * sizeof *values);
    int v = out_find(out_draws_schema(d), OUT_POSTERIOR, "mu");
    assert_true(out_draws_read(d, v, 0, 1, values, &p));
    for (int64_t i = 0; i < out_draws_count(d); i++) {
      assert_true(values[i] == fix_uniform(0, FIX_WARMUP + i, 0));
    }
    free(values);
    out_draws_close(d);
  }
  assert_int_equal(p.count, 0);
  erg_problems_free(&p);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(composed), cmocka_unit_test(in_memory),
                                     cmocka_unit_test(no_folder), cmocka_unit_test(disk_fills)};
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
