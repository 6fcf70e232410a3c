/* What a row's runs are held against, and the words for it. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/judge.h"
#include "bench/peer.h"
#include "bench/work.h"
#include "read/sha256.h"
#include "read/interrupt.h"
#include "run/text.h"

enum { SEEDS_TEXT = 80 };
enum { REFERENCE_CHAINS = 4, REFERENCE_WARMUP = 500, REFERENCE_DRAWS = 1000 };
#define REFERENCE_SEED 104729 /* added to the seed: independent of what is judged */

const char *bench_verdict_text(bench_verdict v) {
  static const char *const texts[] = {"valid", "wrong", "failed", "not_converged",
                                      "interrupted"};
  return texts[v];
}

/* A row's or a run's verdict from now on: the first reason stays. */
static bench_verdict refused(bench_verdict before, char reason[static BENCH_TEXT],
                             bench_verdict verdict, const char *format, va_list list) {
  if (before != BENCH_VALID) return before;
  vsnprintf(reason, BENCH_TEXT, format, list);
  return verdict;
}

void bench_refuse(bench_row *row, bench_verdict verdict, const char *format, ...) {
  va_list list;
  va_start(list, format);
  row->verdict = refused(row->verdict, row->reason, verdict, format, list);
  va_end(list);
}

static void fail_run(bench_once *f, bench_verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void fail_run(bench_once *f, bench_verdict verdict, const char *format, ...) {
  va_list list;
  va_start(list, format);
  f->verdict = refused((bench_verdict)f->verdict, f->reason, verdict, format, list);
  va_end(list);
}

/* --- moments -------------------------------------------------------------------------- */

static const cell *reference_of(bench_work *k) {
  if (k->asked_reference || k->o->no_reference || !k->targets->has_cpu) return k->reference;
  k->asked_reference = true;
  const bench_options *o = k->o;
  int64_t chains = o->axes.chains[0];
  for (const int64_t *c = o->axes.chains; *c; c++)
    if (*c < chains) chains = *c;
  if (chains < REFERENCE_CHAINS) chains = REFERENCE_CHAINS;
  int64_t warmup = o->warmup > REFERENCE_WARMUP ? o->warmup : REFERENCE_WARMUP;
  int64_t draws = 2 * o->draws > REFERENCE_DRAWS ? 2 * o->draws : REFERENCE_DRAWS;
  if (o->reference_draws) {
    warmup = o->warmup;
    draws = o->reference_draws;
  }
  bench_say(o, "%s: reference run on cpu", k->subject->name);
  char *folder = erg_private_folder(k->report->folder, CELL_FOLDER);
  if (!folder) return NULL;
  cell *c = cell_new(k->subject->quantities, chains, draws);
  cell_job job = {.options = o, .workload = k->workload, .simulated = &k->model->simulation,
                  .backend = "cpu", .chains = chains, .warmup = warmup, .draws = draws,
                  .seed = o->seed + REFERENCE_SEED,
                  .threads = o->axes.threads[0], .folder = folder,
                  .held_bytes = bench_held_bytes(o)};
  cell_run(&job, c);
  erg_private_folder_remove(folder);
  if (c->result->code == 0 && c->result->n_moments) {
    k->reference = c;
  } else {
    bench_say(o, "%s: no reference run: %s", k->subject->name, c->result->reason);
    cell_free(c);
  }
  return k->reference;
}

/* --- draws ---------------------------------------------------------------------------- */

static void judge_r_hat(const bench_row *row, const cell *c, bench_once *f) {
  int64_t over = 0, judged = 0;
  const bench_moment *worst = NULL;
  for (int64_t i = 0; i < c->result->n_moments; i++) {
    const bench_moment *m = &c->moments[i];
    if (m->constant) continue;
    judged++;
    if (m->r_hat < row->r_hat_limit) continue;
    over++;
    if (!worst || !(m->r_hat <= worst->r_hat)) worst = m;
  }
  if (!worst || !isfinite(row->r_hat_limit)) return;
  const char *digits = "%.3f";
  char value[32];
  if (fabs(worst->r_hat - row->r_hat_limit) < 0.0015) digits = "%.5f";
  snprintf(value, sizeof value, digits, worst->r_hat);
  fail_run(f, BENCH_NOT_CONVERGED,
           "R-hat %s (%s, %.0f effective draws), below %.2f is asked; %lld of %lld quantities "
           "above: warm up longer, or take more draws",
           value, worst->name, fmin(worst->ess_bulk, worst->ess_tail), row->r_hat_limit,
           (long long)over, (long long)judged);
}

static void judge_convergence(const bench_row *row, const cell *c, bench_once *f) {
  judge_r_hat(row, c, f);
  double least = bench_least_ess(f);
  if (row->ess_limit > 0 && !(least >= row->ess_limit))
    fail_run(f, BENCH_NOT_CONVERGED,
             "%.0f effective draws (%s), %.0f are asked: take more draws", least,
             f->ess_bulk <= f->ess_tail ? f->worst_bulk : f->worst_tail, row->ess_limit);
}

/* Those of the first run are shown with the row. */
static void show_moments(bench_row *row, judge_moments *m) {
  row->z_tests = m->tests;
  row->z_worst = m->worst;
  row->mean_outside = m->mean_outside;
  row->sd_outside = m->sd_outside;
  row->z_limit = m->limit;
  row->z_left_out = m->left_out;
  row->z_freedom = m->freedom;
  free(row->agreements);
  row->agreements = m->list;
  row->n_agreements = m->n;
  snprintf(row->z_name, sizeof row->z_name, "%s", m->name);
}

static void judge_moments_of(bench_work *k, bench_row *row, const cell *c, bench_once *f) {
  const cell *reference = reference_of(k);
  if (!reference) return;
  judge_moments m;
  judge_compare(c, reference, BENCH_FALSE_ALARM / k->o->repeats, &m);
  if (m.tests) {
    f->z_worst = m.worst;
    f->z_limit = m.limit;
  }
  if (m.tests && m.worst > m.limit)
    fail_run(f, BENCH_WRONG,
             "the %s is %.4g, the reference run has %.4g: %.1f Monte Carlo errors apart, "
             "%.1f allowed over %d moments",
             m.name, m.value, m.expected, m.worst, m.limit, m.tests);
  if (2 * m.left_out > m.tests)
    fail_run(f, BENCH_NOT_CONVERGED,
             "too few effective draws to compare moments (%d of %lld quantities below "
             "%d; the least has %.0f): take more draws",
             m.left_out, (long long)c->result->n_moments, BENCH_MIN_ESS,
             fmin(f->ess_bulk, f->ess_tail));
  if (f->kind == BENCH_COLD)
    show_moments(row, &m);
  else
    free(m.list);
}

/* Of the first run: the data are the same, and the intervals of other seeds nearly so. */
static void judge_truth(bench_row *row, const cell_result *r, bench_once *f) {
  if (f->kind != BENCH_COLD) return;
  row->truth_inside = r->truth_inside;
  row->truth_of = r->truth_of;
  row->truth_least = judge_truth_least(r->truth_of, BENCH_FALSE_ALARM);
  if (row->truth_inside < row->truth_least)
    fail_run(f, BENCH_WRONG,
             "%d of the %d parameters that made the data lie in their 89 %% intervals, "
             "at least %d are asked (first outside: %s)",
             row->truth_inside, row->truth_of, row->truth_least, r->truth_name);
}

/* A cached run of the first seed that has the cold run's draws has its answer, too. */
static bool judged_before(const bench_row *row, bench_once *f) {
  const bench_once *cold = bench_cold(row);
  if (!cold || cold == f || cold->seed != f->seed || !*f->draws_sha256 ||
      strcmp(cold->draws_sha256, f->draws_sha256) != 0)
    return false;
  f->verdict = cold->verdict;
  memcpy(f->reason, cold->reason, sizeof f->reason);
  f->z_worst = cold->z_worst;
  f->z_limit = cold->z_limit;
  return true;
}

static void judge_draws(bench_work *k, bench_row *row, const cell *c) {
  bench_once *f = &row->runs[row->n_runs - 1];
  f->judged = 1;
  if (judged_before(row, f)) return;
  /* A backend's wrong moments are an error, whatever R-hat says; another engine's model is
   * right by its log density, and moments of chains that haven't mixed say nothing. */
  if (peer_name(row->backend)) judge_convergence(row, c, f);
  judge_moments_of(k, row, c, f);
  judge_convergence(row, c, f);
  judge_truth(row, c->result, f);
}

void bench_judge_run(bench_work *k, bench_row *row, const cell *c) {
  const cell_result *r = c->result;
  if (r->code == 130)
    bench_refuse(row, BENCH_INTERRUPTED, "interrupted");
  else if (r->code)
    bench_refuse(row, BENCH_FAILED, "%s", r->reason);
  if (r->code) return;
  if (r->host_gate.done && !r->host_gate.passed)
    bench_refuse(row, BENCH_WRONG, "%s%s",
                 peer_name(row->backend) ? "" : "host's form of the model: ",
                 r->host_gate.reason);
  if (r->device_gate.done && !r->device_gate.passed)
    bench_refuse(row, BENCH_WRONG, "%s", r->device_gate.reason);
  if (row->verdict == BENCH_VALID) judge_draws(k, row, c);
}

/* --- the row --------------------------------------------------------------------------- */

/* The worst of the runs, wrong ones first; NULL where all are valid. */
static const bench_once *worst_run(const bench_row *row) {
  const bench_once *worst = NULL;
  for (int i = 0; i < row->n_runs; i++) {
    const bench_once *f = &row->runs[i];
    if (f->verdict == BENCH_VALID) continue;
    if (!worst || (f->verdict == BENCH_WRONG && worst->verdict != BENCH_WRONG)) worst = f;
  }
  return worst;
}

/* "1, 3": the seeds that failed. */
static void list_seeds(const bench_row *row, char text[static SEEDS_TEXT]) {
  int64_t last = -1;
  text[0] = 0;
  for (int i = 0; i < row->n_runs; i++) { /* the cold run and the first cached have one seed */
    size_t n = strlen(text);
    if (row->runs[i].verdict == BENCH_VALID || row->runs[i].seed == last) continue;
    last = row->runs[i].seed;
    if (n > SEEDS_TEXT - 32) {
      snprintf(text + n, SEEDS_TEXT - n, ", ...");
      return;
    }
    snprintf(text + n, SEEDS_TEXT - n, "%s%lld", n ? ", " : "", (long long)last);
  }
}

void bench_settle(bench_row *row) {
  const bench_once *worst = worst_run(row);
  int invalid, seeds = bench_n_seeds(row, &invalid);
  char list[SEEDS_TEXT];
  if (!worst || (row->verdict != BENCH_VALID && worst->verdict != BENCH_WRONG)) return;
  row->verdict = (bench_verdict)worst->verdict;
  if (seeds == 1)
    snprintf(row->reason, sizeof row->reason, "%s", worst->reason);
  else
    snprintf(row->reason, sizeof row->reason, "%d of %d seeds failed (%s); seed %lld: %.450s",
             invalid, seeds, (list_seeds(row, list), list), (long long)worst->seed,
             worst->reason);
}

/* --- bits ----------------------------------------------------------------------------- */

void bench_digest(const cell *c, char hex[65]) {
  size_t n = (size_t)(c->result->chains * c->result->draws);
  erg_sha256_text(c->hashes, n * sizeof *c->hashes, hex);
}

static bench_twin *find(bench_work *k, int64_t chains, int repeat) {
  for (int i = 0; i < k->n_twins; i++)
    if (k->twins[i].chains == chains && k->twins[i].repeat == repeat) return &k->twins[i];
  return NULL;
}

static void add(bench_work *k, int64_t chains, cell *c, const char *promise,
                const char *digest, int repeat) {
  k->twins = run_grow(k->twins, (size_t)(k->n_twins + 1) * sizeof *k->twins);
  bench_twin *t = &k->twins[k->n_twins++];
  *t = (bench_twin){.chains = chains, .repeat = repeat, .cell = c};
  snprintf(t->promise, sizeof t->promise, "%s", promise);
  snprintf(t->digest, sizeof t->digest, "%s", digest);
}

bool bench_keep_twin(bench_work *k, const bench_row *row, cell *c, const char *promise,
                     const char *digest, int repeat) {
  if (strcmp(row->backend, "cpu") != 0 || find(k, row->chains, repeat)) return false;
  add(k, row->chains, c, promise, digest, repeat);
  return true;
}

/* The run of `cpu`; made where there is none. */
static const bench_twin *twin_of(bench_work *k, const bench_row *row, int repeat) {
  bench_twin *found = find(k, row->chains, repeat);
  if (found || !k->targets->has_cpu || erg_interrupted()) return found;
  if (!k->twin_folder) k->twin_folder = erg_private_folder(k->report->folder, CELL_FOLDER);
  if (!k->twin_folder) return NULL;
  bench_row cpu = {.backend = "cpu", .chains = row->chains, .threads = row->threads};
  cell *c = bench_run_cell(k, &cpu, k->twin_folder, k->o->seed + repeat, false);
  bench_drop_outputs(k->twin_folder);
  char digest[65];
  bench_digest(c, digest);
  add(k, row->chains, c, c->result->code ? "" : c->result->bits, digest, repeat);
  return &k->twins[k->n_twins - 1];
}

void bench_judge_bits(bench_work *k, bench_row *row, const cell *c, const char *promise,
                      const char *digest, int repeat) {
  if (!promise[0]) return;
  const bench_twin *twin = twin_of(k, row, repeat);
  if (!twin || strcmp(twin->promise, promise) != 0) return;
  if (!strcmp(twin->digest, digest)) {
    if (row->bits == BENCH_BITS_NONE) row->bits = BENCH_BITS_SAME;
    return;
  }
  row->bits = BENCH_BITS_OTHER;
  int64_t chain = 0, draw = 0;
  char where[96] = "";
  if (c && twin->cell && !judge_same_bits(c, twin->cell, &chain, &draw))
    snprintf(where, sizeof where, ": first in chain %lld, draw %lld", (long long)chain + 1,
             (long long)draw + 1);
  bench_refuse(row, BENCH_WRONG,
               "draws differ from those of the backend cpu, whose bits it promises%s", where);
}
