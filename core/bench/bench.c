/* Runs everything: the cold runs of a workload's rows in a random order, then repeat by
 * repeat the cached ones, each repeat in a random order of its own. So a drift of the
 * machine falls on all rows alike, and within a repeat, whose runs are compared with one
 * another, as little time passes as can be. */
#include "bench/bench.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/compare.h"
#include "bench/derive.h"
#include "bench/peak.h"
#include "bench/peer.h"
#include "bench/work.h"
#include "read/interrupt.h"
#include "read/owned_folder.h"
#include "run/text.h"

#define BENCH_FOLDER "ergode-bench" /* begins the name of a benchmark's folder */

void bench_say(const bench_options *o, const char *format, ...) {
  char text[BENCH_TEXT];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  if (o->say) o->say(o->say_data, text);
}

double bench_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* --- a run ---------------------------------------------------------------------------- */

cell *bench_run_cell(bench_work *k, const bench_row *row, const char *folder, int64_t seed,
                     bool first) {
  const bench_options *o = k->o;
  cell *c = cell_new(k->subject->quantities, row->chains, o->draws);
  cell_job job = {.options = o,
                  .workload = k->workload,
                  .simulated = &k->model->simulation,
                  .backend = row->backend,
                  .n_devices = row->n_devices,
                  .chains = row->chains,
                  .threads = row->threads,
                  .warmup = o->warmup,
                  .draws = o->draws,
                  .seed = seed,
                  .folder = folder,
                  .held_bytes = bench_held_bytes(o),
                  .points = first ? k->points : NULL,
                  .warn = first};
  for (int i = 0; i < row->n_devices; i++) job.devices[i] = row->devices[i].id;
  if (peer_name(row->backend))
    peer_run(&job, row->form, k->targets->peers, k->peer, c);
  else
    cell_run(&job, c);
  return c;
}

/* A run that came to its end. */
static void keep(bench_work *k, bench_row *row, const cell *c, bench_kind kind, int repeat,
                 double started) {
  bench_once *f = &row->runs[row->n_runs++];
  *f = c->result->figures;
  f->kind = kind;
  f->repeat = repeat;
  f->seed = k->o->seed + repeat;
  f->order = k->report->n_runs++;
  f->started_s = started - k->began;
  if (c->result->target_accept > 0) k->report->target_accept = c->result->target_accept;
}

static void tell(bench_work *k, const bench_row *row, const char *what) {
  bench_say(k->o, "%s, %s", row->id, what);
}

static cell *run_cold(bench_work *k, int i) {
  bench_row *row = &k->rows[i];
  tell(k, row, "cold");
  k->folders[i] = erg_private_folder(k->report->folder, CELL_FOLDER);
  if (!k->folders[i]) {
    bench_refuse(row, BENCH_FAILED, "no temporary folder: %s", strerror(errno));
    return NULL;
  }
  double started = bench_now();
  cell *c = bench_run_cell(k, row, k->folders[i], k->o->seed, true);
  bench_drop_outputs(k->folders[i]);
  const cell_result *r = c->result;
  if (!r->code) keep(k, row, c, BENCH_COLD, 0, started);
  row->host_gate = r->host_gate;
  row->device_gate = r->device_gate;
  if (r->device.size) row->devices[0] = r->device;
  snprintf(row->backend_version, sizeof row->backend_version, "%s", r->backend_version);
  snprintf(row->compiler, sizeof row->compiler, "%s", r->compiler);
  snprintf(row->flags, sizeof row->flags, "%s", r->flags);
  return c;
}

/* Of a resumed row, whose cold run was in an earlier session. */
static void fill_caches(bench_work *k, int i) {
  k->folders[i] = erg_private_folder(k->report->folder, CELL_FOLDER);
  if (!k->folders[i]) return;
  tell(k, &k->rows[i], "to fill the caches");
  cell_free(bench_run_cell(k, &k->rows[i], k->folders[i], k->o->seed, false));
  bench_drop_outputs(k->folders[i]);
}

static cell *run_cached(bench_work *k, int i, int repeat) {
  bench_row *row = &k->rows[i];
  char what[64];
  snprintf(what, sizeof what, "cached %d of %d", repeat + 1, k->o->repeats);
  if (!k->folders[i]) fill_caches(k, i);
  tell(k, row, what);
  double started = bench_now();
  cell *c = bench_run_cell(k, row, k->folders[i], k->o->seed + repeat, false);
  if (!c->result->code) keep(k, row, c, BENCH_CACHED, repeat, started);
  if (k->o->keep_draws && !repeat && !c->result->code && !peer_name(row->backend))
    bench_keep_draws(k->report, (int)(row - k->report->rows), k->folders[i]);
  bench_drop_outputs(k->folders[i]);
  return c;
}

/* --- a workload ----------------------------------------------------------------------- */

/* A run of a block: its draws, where it was run now, and their digest. */
typedef struct {
  cell *cell;
  char promise[BENCH_NAME], digest[65]; /* digest "": there are no draws */
  bool own;                             /* kept as twin */
} run_of_block;

static void run_one(bench_work *k, int i, int repeat, run_of_block *one) {
  bench_row *row = &k->rows[i];
  bench_kind kind = repeat < 0 ? BENCH_COLD : BENCH_CACHED;
  int number = repeat < 0 ? 0 : repeat;
  if (bench_journal_take(k->journal, k->report, row, kind, number, one->promise, one->digest))
    return;
  one->cell = repeat < 0 ? run_cold(k, i) : run_cached(k, i, repeat);
  if (!one->cell) return;
  if (!one->cell->result->code) {
    snprintf(one->promise, sizeof one->promise, "%s", one->cell->result->bits);
    bench_digest(one->cell, one->digest);
    memcpy(row->runs[row->n_runs - 1].draws_sha256, one->digest, sizeof one->digest);
  }
  bench_judge_run(k, row, one->cell);
  bench_journal_add(k->journal, row, kind, number, one->cell);
}

/* One run of each row, in a random order. repeat < 0: the cold ones. */
static void run_block(bench_work *k, int repeat) {
  int n = k->n_rows, *order = run_alloc((size_t)(n + 1) * sizeof *order);
  int number = repeat < 0 ? 0 : repeat; /* the cold run has the first repeat's seed */
  run_of_block *runs = run_alloc((size_t)(n + 1) * sizeof *runs);
  bench_order((uint64_t)k->o->seed, k->number * (k->o->repeats + 1) + repeat + 1, n, order);
  for (int j = 0; j < n && !erg_interrupted(); j++)
    if (k->rows[order[j]].verdict == BENCH_VALID)
      run_one(k, order[j], repeat, &runs[order[j]]);
  for (int i = 0; i < n; i++)
    runs[i].own = runs[i].digest[0] && bench_keep_twin(k, &k->rows[i], runs[i].cell,
                                                       runs[i].promise, runs[i].digest, number);
  for (int i = 0; i < n; i++)
    if (runs[i].digest[0] && !runs[i].own && k->rows[i].verdict == BENCH_VALID)
      bench_judge_bits(k, &k->rows[i], runs[i].cell, runs[i].promise, runs[i].digest, number);
  for (int i = 0; i < n; i++)
    if (!runs[i].own) cell_free(runs[i].cell);
  free(runs);
  free(order);
}

/* Data and points for other engines; their rows fail without. */
static void prepare_peers(bench_work *k) {
  bool any = false;
  for (int i = 0; i < k->n_rows; i++) any |= peer_name(k->rows[i].backend) != NULL;
  if (!any) return;
  k->peer = run_alloc(sizeof *k->peer);
  if (peer_subject_write(k->model, k->points, k->report->folder, k->peer)) return;
  int error = errno;
  for (int i = 0; i < k->n_rows; i++)
    if (peer_name(k->rows[i].backend))
      bench_refuse(&k->rows[i], BENCH_FAILED,
                   "its data can't be written: %s: free space, or name another folder by "
                   "TMPDIR",
                   strerror(error));
}

static void run_workload(bench_work *k) {
  for (int r = -1; r < k->o->repeats && !erg_interrupted(); r++) run_block(k, r);
  for (int i = 0; i < k->n_rows; i++)
    if (erg_interrupted() && bench_n_cached(&k->rows[i]) < k->o->repeats)
      bench_refuse(&k->rows[i], BENCH_INTERRUPTED, "interrupted");
  for (int i = 0; i < k->n_rows; i++) bench_settle(&k->rows[i]);
}

static void release(bench_work *k) {
  for (int i = 0; i < k->n_rows; i++) erg_private_folder_remove(k->folders[i]);
  for (int i = 0; i < k->n_twins; i++) cell_free(k->twins[i].cell);
  cell_free(k->reference);
  erg_private_folder_remove(k->twin_folder);
  run_points_free(k->points);
  if (k->peer) peer_subject_free(k->peer);
  free(k->peer);
  free(k->twins);
  free(k->folders);
}

/* --- all ------------------------------------------------------------------------------ */

/* Unloads each model after its last run. */
static void run_all(bench_report *report, const bench_targets *t, run_model *models,
                    bench_journal *journal) {
  const bench_options *o = report->options;
  int *first = run_alloc((size_t)(report->n_subjects + 1) * sizeof *first);
  for (int i = 0; i < report->n_subjects; i++) {
    first[i] = report->n_rows;
    bench_rows_add(report, i, t, journal);
  }
  first[report->n_subjects] = report->n_rows;
  if (report->n_rows) bench_say_room(report);
  if (report->n_rows && !erg_interrupted()) bench_measure_peaks(report, t);
  double began = bench_now() - bench_journal_seconds(journal);
  for (int i = 0; i < report->n_subjects; i++) {
    int n = first[i + 1] - first[i];
    bench_work k = {.o = o, .report = report, .targets = t, .workload = &o->workloads->list[i],
                    .subject = &report->subjects[i], .model = &models[i], .number = i,
                    .began = began,
                    .rows = report->rows + first[i], .n_rows = n,
                    .journal = journal,
                    .folders = run_alloc((size_t)(n + 1) * sizeof(char *))};
    if (n && !erg_interrupted()) {
      k.points = run_points_new(models[i].graph, RUN_GATE_POINTS, 1);
      prepare_peers(&k);
    }
    run_workload(&k);
    release(&k);
    run_unload(&models[i]);
  }
  free(first);
}

/* Which of a set's workloads its model or data fail. */
static bool tell_workload(const bench_workloads *w, int i, erg_problems *p) {
  const bench_workload *one = &w->list[i];
  return one->line && erg_error(p, (erg_place){0}, NULL, "%s:%d: in the workload '%s'", w->path,
                                one->line, one->name);
}

bool bench_run(const bench_options *o, bench_report *report, erg_problems *p) {
  const bench_workloads *w = o->workloads;
  *report = (bench_report){.options = o, .target_accept = NAN};
  bench_environment_read(&report->environment);
  run_model *models = run_alloc((size_t)(w->n + 1) * sizeof *models);
  report->subjects = run_alloc((size_t)(w->n + 1) * sizeof *report->subjects);
  bool good = true;
  erg_owned_folder folder = {0};
  if (!erg_owned_folder_open(&folder, BENCH_FOLDER))
    good = erg_error(p, (erg_place){0}, "free space, or name another folder by TMPDIR",
                     "%s: no folder can be made there: %s", erg_temporary_folder(),
                     strerror(errno));
  report->folder = folder.path;
  peer_set peers = {0};
  good = good && peer_find(o, report, &peers, p);
  for (int i = 0; i < w->n && good; i++) {
    bench_say(o, "%s, model and data", w->list[i].name);
    good = bench_subject_read(&w->list[i], &models[i], &report->subjects[i], p) ||
           tell_workload(w, i, p);
    report->n_subjects = i + 1;
  }
  bench_journal *journal = NULL;
  good = good && bench_journal_open(report, &journal, p);
  if (good) {
    bench_targets t = bench_targets_find(o, report);
    t.peers = &peers;
    for (char **other = w->other_precisions; other && *other; other++)
      bench_skip(report, "all backends", "precision %s: every backend computes in double", *other);
    run_all(report, &t, models, journal);
    free(t.list);
  }
  peer_free(&peers);
  report->folder = NULL;
  erg_owned_folder_close(&folder);
  report->journal_error = bench_journal_close(journal);
  report->environment.load_average_after = bench_load_average();
  if (good && o->keep_draws) bench_drop_draws(report);
  if (good) bench_derive(report);
  for (int i = 0; i < report->n_subjects; i++) {
    if (p->count) run_keep_sources(&models[i], p); /* the problems' places point into them */
    run_unload(&models[i]);
  }
  free(models);
  return good;
}

void bench_report_free(bench_report *r) {
  for (int i = 0; i < r->n_subjects; i++) {
    free(r->subjects[i].name);
    free(r->subjects[i].model);
    free(r->subjects[i].path);
    free(r->subjects[i].data);
  }
  for (int i = 0; i < r->n_rows; i++) {
    free(r->rows[i].runs);
    free(r->rows[i].versions);
    free(r->rows[i].advice);
    free(r->rows[i].warnings);
    free(r->rows[i].agreements);
  }
  for (int i = 0; i < r->n_scaling; i++) free(r->scaling[i].points);
  for (int i = 0; i < r->n_warnings; i++) free(r->warnings[i]);
  bench_comparison_free(r->baseline);
  free(r->peaks);
  free(r->pairs);
  free(r->scaling);
  free(r->warnings);
  free(r->subjects);
  free(r->rows);
  free(r->skipped);
  *r = (bench_report){0};
}

int bench_exit_code(const bench_report *r) {
  int count[5] = {0};
  for (int i = 0; i < r->n_rows; i++)
    if (!peer_name(r->rows[i].backend) || r->rows[i].verdict == BENCH_INTERRUPTED)
      count[r->rows[i].verdict]++;
  if (count[BENCH_WRONG]) return 5;
  if (erg_interrupted() || count[BENCH_INTERRUPTED]) return 130;
  if (count[BENCH_FAILED]) return 6;
  return r->n_rows ? 0 : 3;
}
