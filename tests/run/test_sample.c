/* The loop that pulls draws, with a sampler and a sink of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "run/sample.h"

enum { DIM = 3, CHAINS = 2, WARMUP = 37, DRAWS = 150 };

/* --- a sampler whose draws are known ------------------------------------------------- */

static struct {
  int uneven;          /* chain 1 goes at half the pace */
  int64_t cancel_at;   /* iteration of chain 0 at which it reports ERG_CANCELLED; 0: never */
  int64_t fail_at;
  bool overrun;
  int destroyed;
} plan;

struct erg_run {
  const erg_job *job;
  const erg_host *host;
  int64_t at[CHAINS];
};

static double value(int64_t iteration, int chain, int i) {
  return (double)(iteration * 100 + chain * 10 + i);
}

static erg_status supports(const erg_host *host, const erg_job *job) {
  if (job->chains != CHAINS) return (host->fail)(host->data, ERG_UNSUPPORTED,
                                                  "two chains only");
  return ERG_OK;
}

static erg_status create(const erg_host *host, const erg_job *job, erg_run **run) {
  *run = calloc(1, sizeof **run);
  (*run)->job = job;
  (*run)->host = host;
  return ERG_OK;
}

static erg_status advance(erg_run *r, erg_block *b) {
  const erg_job *job = r->job;
  b->warmup = r->at[0] < job->warmup || r->at[1] < job->warmup;
  int64_t end = b->warmup ? job->warmup : job->warmup + job->draws;
  bool done = true;
  for (int c = 0; c < CHAINS; c++) {
    int64_t most = plan.uneven && c == 1 ? (b->capacity + 1) / 2 : b->capacity;
    while (r->at[c] < end && b->filled[c] < most) {
      int64_t row = c * b->capacity + b->filled[c]++;
      for (int i = 0; i < DIM; i++) b->draws[row * DIM + i] = value(r->at[c], c, i);
      b->statistics[row * 2] = -value(r->at[c], c, 0);
      b->statistics[row * 2 + 1] = r->at[c] % 10 == 0;
      r->at[c]++;
      b->gradients[c] += 3;
      if (c == 0 && r->at[0] == plan.cancel_at) return ERG_CANCELLED;
      if (c == 0 && r->at[0] == plan.fail_at)
        return (r->host->fail)(r->host->data, ERG_DEVICE, "the device fell over");
    }
    done &= r->at[c] == job->warmup + job->draws;
  }
  if (plan.overrun) b->filled[0] = b->capacity + 1;
  b->finished = done;
  b->step_size[0] = 0.5;
  b->step_size[1] = 0.25;
  return ERG_OK;
}

static void destroy(erg_run *r) {
  plan.destroyed++;
  free(r);
}
static const void *extension(const erg_sampler *s, const char *id) {
  (void)s, (void)id;
  return NULL;
}
static const erg_statistic statistics[] = {{"lp", ERG_TYPE_REAL, "log density"},
                                           {"diverging", ERG_TYPE_BOOL, "diverged"}};
static const erg_sampler sampler = {
    .size = sizeof sampler, .id = "test", .version = "1", .summary = "test",
    .statistics = statistics, .n_statistics = 2, .supports = supports, .create = create,
    .advance = advance, .destroy = destroy, .extension = extension};

/* --- a sink that remembers ------------------------------------------------------------ */

typedef struct {
  out_sink sink;
  int64_t row, warmup[CHAINS], kept[CHAINS];
  double rows[CHAINS][DRAWS][8];
  int opened, adapted, closed, aborted;
  bool interrupted;
  int64_t fail_after; /* appends that succeed; -1: all */
} memory;

static bool sink_open(out_sink *s, const out_schema *schema, erg_problems *p) {
  (void)p;
  memory *m = (memory *)s;
  m->row = schema->row;
  m->opened++;
  return true;
}
static bool sink_append(out_sink *s, const out_block *b, erg_problems *p) {
  memory *m = (memory *)s;
  if (m->fail_after-- == 0) return erg_error(p, (erg_place){0}, NULL, "disk full");
  for (int c = 0; c < CHAINS; c++)
    for (int64_t d = 0; d < b->filled[c]; d++) {
      const double *row = b->rows + (c * b->capacity + d) * m->row;
      if (b->warmup)
        m->warmup[c]++;
      else
        memcpy(m->rows[c][m->kept[c]++], row, (size_t)m->row * sizeof *row);
    }
  return true;
}
static bool sink_adapted(out_sink *s, int chain, double step, const double *metric,
                         erg_problems *p) {
  (void)p, (void)metric;
  memory *m = (memory *)s;
  assert_int_equal(m->kept[chain], 0);
  assert_true(step == (chain ? 0.25 : 0.5));
  m->adapted++;
  return true;
}
static bool sink_close(out_sink *s, const out_end *end, erg_problems *p) {
  (void)p;
  memory *m = (memory *)s;
  m->closed++;
  m->interrupted = end->interrupted;
  return true;
}
static void sink_abort(out_sink *s) { ((memory *)s)->aborted++; }
static void sink_free(out_sink *s) { (void)s; }
static const out_sink_ops ops = {sink_open, sink_append, sink_adapted, sink_close, sink_abort,
                                 sink_free};

/* --- the tests ------------------------------------------------------------------------ */

static void natural(void *data, int slot, const double *q, const double *centring,
                    int32_t chain, int64_t draw, double *values) {
  (void)data, (void)slot, (void)centring, (void)chain;
  values[0] = 2 * q[0];
  values[1] = (double)draw;
}

static run_host host;

static void run_thinned(memory *m, bool save_warmup, int64_t thin, run_result *result,
                        erg_problems *p) {
  *m = (memory){.sink = {&ops}, .fail_after = m->fail_after ? m->fail_after : -1};
  erg_model model = {.size = sizeof model, .dim = DIM, .name = "test"};
  run_natural n = {.slots = 2, .n = 2, .compute = natural};
  out_schema schema = {.chains = CHAINS, .row = 2 + 2 + DIM};
  run_request r = {.host = &host, .sampler = &sampler, .model = &model, .natural = &n,
                   .chains = CHAINS, .threads = 2, .warmup = WARMUP, .draws = DRAWS,
                   .thin = thin, .seed = 1, .save_warmup = save_warmup,
                   .keep_unconstrained = true};
  erg_problems_init(p);
  run_sample(&r, &schema, &m->sink, NULL, NULL, result, p);
}

static void run(memory *m, bool save_warmup, run_result *result, erg_problems *p) {
  run_thinned(m, save_warmup, 1, result, p);
}

static void whole(const memory *m, const run_result *r) {
  assert_int_equal(r->status, ERG_OK);
  assert_int_equal(r->kept, DRAWS);
  assert_int_equal(m->opened, 1);
  assert_int_equal(m->adapted, CHAINS);
  assert_int_equal(m->closed, 1);
  assert_int_equal(m->aborted, 0);
  assert_false(m->interrupted);
  for (int c = 0; c < CHAINS; c++) {
    assert_int_equal(m->kept[c], DRAWS);
    for (int64_t d = 0; d < DRAWS; d++) {
      const double *row = m->rows[c][d];
      double first = value(WARMUP + d, c, 0);
      assert_true(row[0] == 2 * first && row[1] == (double)d && row[2] == -first);
      assert_true(row[3] == ((WARMUP + d) % 10 == 0));
      for (int i = 0; i < DIM; i++) assert_true(row[4 + i] == first + i);
    }
  }
}

static void draws_arrive_in_order(void **state) {
  (void)state;
  memset(&plan, 0, sizeof plan);
  memory *m = calloc(1, sizeof *m);
  run_result r;
  erg_problems p;
  run(m, false, &r, &p);
  whole(m, &r);
  assert_int_equal(m->warmup[0], 0);
  assert_int_equal(r.divergent, CHAINS * 15);
  assert_int_equal(r.gradients, CHAINS * 3 * (WARMUP + DRAWS));
  run(m, true, &r, &p);
  whole(m, &r);
  assert_int_equal(m->warmup[1], WARMUP);
  plan.uneven = 1;
  run(m, true, &r, &p);
  whole(m, &r);
  assert_int_equal(plan.destroyed, 3);
  free(m);
}

/* Iterations 0, 7, 14, ... of each phase, whatever the blocks; the number that a draw's
 * random quantities hang on stays that of the iteration. */
static void thinning_keeps_every_nth(void **state) {
  (void)state;
  memory *m = calloc(1, sizeof *m);
  run_result r;
  erg_problems p;
  for (int uneven = 0; uneven < 2; uneven++) {
    memset(&plan, 0, sizeof plan);
    plan.uneven = uneven;
    run_thinned(m, true, 7, &r, &p);
    assert_int_equal(r.status, ERG_OK);
    assert_int_equal(r.kept, (DRAWS + 6) / 7);
    assert_int_equal(r.divergent, CHAINS * 15); /* of all iterations */
    for (int c = 0; c < CHAINS; c++) {
      assert_int_equal(m->warmup[c], (WARMUP + 6) / 7);
      assert_int_equal(m->kept[c], (DRAWS + 6) / 7);
      for (int64_t i = 0; i < m->kept[c]; i++) {
        double first = value(WARMUP + 7 * i, c, 0);
        const double *row = m->rows[c][i];
        assert_true(row[0] == 2 * first && row[1] == (double)(7 * i) && row[2] == -first);
        assert_true(row[4] == first);
      }
    }
  }
  run_thinned(m, false, 1000, &r, &p);
  assert_int_equal(r.kept, 1);
  assert_int_equal(m->kept[1], 1);
  free(m);
}

static void an_interrupt_keeps_the_draws(void **state) {
  (void)state;
  memset(&plan, 0, sizeof plan);
  plan.cancel_at = WARMUP + 70;
  memory *m = calloc(1, sizeof *m);
  run_result r;
  erg_problems p;
  run(m, false, &r, &p);
  assert_int_equal(r.status, ERG_CANCELLED);
  assert_int_equal(run_status_exit(r.status), 130);
  assert_int_equal(m->closed, 1);
  assert_true(m->interrupted);
  assert_int_equal(m->kept[0], 70);
  assert_int_equal(r.kept, m->kept[1]);
  assert_int_equal(plan.destroyed, 1);
  free(m);
}

static void failures_are_told(void **state) {
  (void)state;
  memory *m = calloc(1, sizeof *m);
  run_result r;
  erg_problems p;
  memset(&plan, 0, sizeof plan);
  plan.fail_at = 5; /* before any draw: nothing worth keeping */
  run(m, false, &r, &p);
  assert_int_equal(r.status, ERG_DEVICE);
  assert_int_equal(m->aborted, 1);
  assert_string_equal(run_host_reason(&host, r.status), "the device fell over");
  memset(&plan, 0, sizeof plan);
  plan.overrun = true;
  run(m, false, &r, &p);
  assert_int_equal(r.status, ERG_INTERNAL);
  memset(&plan, 0, sizeof plan);
  m->fail_after = 1;
  run(m, false, &r, &p);
  assert_true(r.output_failed);
  assert_int_equal(m->aborted, 1);
  assert_int_equal(m->closed, 0);
  assert_int_equal(p.count, 1);
  erg_problems_free(&p);
  assert_int_equal(plan.destroyed, 1);
  free(m);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(draws_arrive_in_order),
                                     cmocka_unit_test(thinning_keeps_every_nth),
                                     cmocka_unit_test(an_interrupt_keeps_the_draws),
                                     cmocka_unit_test(failures_are_told)};
  run_host_init(&host, NULL);
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  run_host_destroy(&host);
  return failed;
}
