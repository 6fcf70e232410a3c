#include "bench/bench.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/judge.h"
#include "bench/peak.h"
#include "compile/natural.h"
#include "read/sha256.h"
#include "run/host.h"
#include "run/load.h"
#include "run/text.h"

enum { REFERENCE_CHAINS = 4, REFERENCE_WARMUP = 500, REFERENCE_DRAWS = 1000 };
#define REFERENCE_SEED 104729 /* added to the seed: independent of what is judged */
#define PROBE_LIMIT_S 120     /* a driver that doesn't answer */

const char *bench_verdict_text(bench_verdict v) {
  static const char *const texts[] = {"valid", "wrong", "failed", "not_converged",
                                      "interrupted"};
  return texts[v];
}

static void say(const bench_options *o, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void say(const bench_options *o, const char *format, ...) {
  char text[BENCH_TEXT];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  if (o->say) o->say(o->say_data, text);
}

/* --- backends and their devices ------------------------------------------------------ */

typedef struct {
  run_registry *registry;
  char id[BENCH_NAME];
  int32_t n;
  erg_device devices[BENCH_MAX_DEVICES];
  char reason[BENCH_TEXT];
} backend;

static void probe_here(void *data) {
  backend *b = data;
  run_host host;
  run_host_init(&host, NULL);
  char *message = NULL;
  const erg_sampler *s = run_find_sampler(b->registry, b->id, NULL, &message);
  if (s) {
    for (int i = 0; i < BENCH_MAX_DEVICES; i++) b->devices[i].size = sizeof *b->devices;
    b->n = s->devices(&host.api, b->devices, BENCH_MAX_DEVICES);
    if (b->n > BENCH_MAX_DEVICES) b->n = BENCH_MAX_DEVICES;
    if (b->n <= 0)
      snprintf(b->reason, BENCH_TEXT, "%s", run_host_reason(&host, ERG_NO_DEVICE));
  } else {
    snprintf(b->reason, BENCH_TEXT, "%s", message ? message : "no such backend");
  }
}

static void skip(bench_report *r, const char *id, const char *reason) {
  r->skipped = run_grow(r->skipped, (size_t)(r->n_skipped + 1) * sizeof *r->skipped);
  bench_skipped *s = &r->skipped[r->n_skipped++];
  snprintf(s->backend, sizeof s->backend, "%s", id);
  snprintf(s->reason, sizeof s->reason, "%s", reason);
}

static bool named(const char *const *list, const char *id) {
  if (!list) return true;
  for (; *list; list++)
    if (!strcmp(*list, id)) return true;
  return false;
}

typedef struct {
  char backend[BENCH_NAME], device[64];
  erg_device about;
} target;
typedef struct {
  target *list;
  int n;
  bool has_cpu; /* a backend `cpu` that has its device: reference, and bits */
} targets;

static void add_targets(const bench_options *o, const char *id, bool wanted, targets *t,
                        bench_report *report) {
  backend *b = cell_share(sizeof *b);
  b->registry = o->registry;
  snprintf(b->id, sizeof b->id, "%s", id);
  char reason[BENCH_TEXT] = "";
  if (!cell_apart(probe_here, b, PROBE_LIMIT_S, reason)) {
    b->n = 0;
    snprintf(b->reason, BENCH_TEXT, "%s", reason);
  }
  if (!strcmp(id, "cpu")) t->has_cpu = b->n > 0;
  int before = t->n;
  char *have = run_text("%s", "");
  for (int i = 0; i < b->n && wanted; i++) {
    char *longer = run_text("%s%s%s", have, i ? ", " : "", b->devices[i].id);
    free(have);
    have = longer;
    if (!named(o->devices, b->devices[i].id)) continue;
    t->list = run_grow(t->list, (size_t)(t->n + 1) * sizeof *t->list);
    target *one = &t->list[t->n++];
    *one = (target){.about = b->devices[i]};
    snprintf(one->backend, sizeof one->backend, "%s", id);
    snprintf(one->device, sizeof one->device, "%s", b->devices[i].id);
  }
  if (wanted && b->n <= 0) skip(report, id, b->reason);
  if (wanted && b->n > 0 && t->n == before) {
    char *text = run_text("none of the devices named with --device; it has %s", have);
    skip(report, id, text);
    free(text);
  }
  free(have);
  cell_unshare(b, sizeof *b);
}

/* `cpu` first: the others are held against it. */
static targets find_targets(const bench_options *o, bench_report *report) {
  targets t = {0};
  add_targets(o, "cpu", named(o->backends, "cpu"), &t, report);
  for (const char *const *id = o->backends; id && *id; id++)
    if (strcmp(*id, "cpu") != 0) add_targets(o, *id, true, &t, report);
  for (int i = 0; i < o->registry->count && !o->backends; i++) {
    const run_candidate *c = &o->registry->candidates[i];
    if (c->id && !c->refused && strcmp(c->id, "cpu") != 0)
      add_targets(o, c->id, true, &t, report);
    else if (c->refused)
      skip(report, c->id ? c->id : "?", c->refused);
  }
  return t;
}

/* --- subjects ------------------------------------------------------------------------- */

static void hash_text(erg_sha256 *h, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void hash_text(erg_sha256 *h, const char *format, ...) {
  char text[256];
  va_list list;
  va_start(list, format);
  int n = vsnprintf(text, sizeof text, format, list);
  va_end(list);
  erg_sha256_add(h, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

/* Names, shapes and values: the same for simulated data and the file that holds them. */
static void hash_data(const erg_dataset *d, char hex[65]) {
  erg_sha256 h;
  erg_sha256_init(&h);
  for (int i = 0; d && i < d->count; i++) {
    const erg_array *a = &d->arrays[i];
    hash_text(&h, "%s %d", a->name, a->rank);
    for (int k = 0; k < a->rank; k++) hash_text(&h, " %lld", (long long)a->shape[k]);
    hash_text(&h, "\n");
    erg_sha256_add(&h, a->values, (size_t)a->n * sizeof *a->values);
  }
  erg_sha256_hex(&h, hex);
}

static int64_t count_quantities(const ir_graph *g) {
  natural *plan = natural_new(g, NATURAL_PARAMS | NATURAL_GENERATED);
  int64_t n = natural_width(plan);
  natural_free(plan);
  return n;
}

static bool read_subject(const bench_workload *w, run_model *m, bench_subject *s,
                         erg_problems *p) {
  *s = (bench_subject){.name = run_text("%s", w->name)};
  run_inputs in = {.model = w->model, .data = w->data,
                   .sizes = (const char *const *)w->sizes, .seed = -1};
  if (!run_load(&in, m, p)) return false;
  s->model = run_text("%s", w->model);
  s->simulated = m->simulation.data != NULL;
  s->simulation_seed = m->simulation.seed;
  const char *slash = m->data_path ? strrchr(m->data_path, '/') : NULL;
  s->data = run_text("%s", slash            ? slash + 1
                           : m->data_path ? m->data_path
                           : s->simulated ? "[simulate]"
                                          : "none");
  erg_sha256_text(m->source->text, m->source->length, s->model_hash);
  hash_data(m->data, s->data_hash);
  s->sizes = w->sizes;
  s->truth = m->simulation.truth != NULL;
  s->bytes_gradient = s->flops_gradient = s->functions_gradient = NAN;
  s->dim = m->graph->dim;
  s->quantities = count_quantities(m->graph);
  for (int i = 0; i < m->graph->n_outcomes; i++)
    s->observations += m->graph->data[m->graph->outcomes[i].data].n;
  return true;
}

/* --- a workload ----------------------------------------------------------------------- */

typedef struct {
  const bench_options *o;
  bench_report *report;
  const targets *targets;
  const bench_workload *workload;
  const bench_subject *subject;
  int number;               /* of the workload */
  double began;             /* the benchmark */
  int *order;               /* runs so far */
  run_points *points;
  bench_row *rows;          /* of this workload, one a target */
  cell **cold;              /* [targets] */
  char **folders;           /* [targets] */
  cell *reference;
  bool asked_reference;
  cell **twins;             /* [repeats]: backend cpu with seed + r */
  char *twin_folder;
} work;

static cell *run_cell(work *k, const target *t, const char *folder, int64_t seed, bool gate) {
  const bench_options *o = k->o;
  cell *c = cell_new(k->subject->quantities, o->chains, o->draws);
  cell_job job = {.options = o,
                  .workload = k->workload,
                  .backend = t->backend,
                  .device = t->device,
                  .chains = o->chains,
                  .warmup = o->warmup,
                  .draws = o->draws,
                  .seed = seed,
                  .folder = folder,
                  .points = gate ? k->points : NULL,
                  .warn = gate};
  cell_run(&job, c);
  return c;
}

static const cell *reference_of(work *k) {
  if (k->asked_reference || k->o->no_reference || !k->targets->has_cpu) return k->reference;
  k->asked_reference = true;
  const bench_options *o = k->o;
  int64_t chains = o->chains > REFERENCE_CHAINS ? o->chains : REFERENCE_CHAINS;
  int64_t warmup = o->warmup > REFERENCE_WARMUP ? o->warmup : REFERENCE_WARMUP;
  int64_t draws = 2 * o->draws > REFERENCE_DRAWS ? 2 * o->draws : REFERENCE_DRAWS;
  say(o, "%s: reference run on cpu", k->subject->name);
  char *folder = cell_folder();
  if (!folder) return NULL;
  cell *c = cell_new(k->subject->quantities, chains, draws);
  cell_job job = {.options = o, .workload = k->workload, .backend = "cpu", .chains = chains,
                  .warmup = warmup, .draws = draws, .seed = o->seed + REFERENCE_SEED,
                  .folder = folder};
  cell_run(&job, c);
  cell_remove_folder(folder);
  if (c->result->code == 0 && c->result->n_moments) {
    k->reference = c;
  } else {
    say(o, "%s: no reference run: %s", k->subject->name, c->result->reason);
    cell_free(c);
  }
  return k->reference;
}

/* The run of `cpu` with seed + r. */
static const cell *twin_of(work *k, int r) {
  if (k->twins[r] || !k->targets->has_cpu) return k->twins[r];
  static const target cpu = {.backend = "cpu", .device = "cpu"};
  if (!k->twin_folder) k->twin_folder = cell_folder();
  if (!k->twin_folder) return NULL;
  k->twins[r] = run_cell(k, &cpu, k->twin_folder, k->o->seed + r, false);
  return k->twins[r];
}

static void refuse(bench_row *row, bench_verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void refuse(bench_row *row, bench_verdict verdict, const char *format, ...) {
  if (row->verdict != BENCH_VALID) return;
  row->verdict = verdict;
  va_list list;
  va_start(list, format);
  vsnprintf(row->reason, sizeof row->reason, format, list);
  va_end(list);
}

static void judge_bits(work *k, bench_row *row, const cell *c, int repeat) {
  if (!c->result->bits[0]) return;
  if (!strcmp(row->backend, "cpu") && !k->twins[repeat]) return;
  const cell *twin = twin_of(k, repeat);
  if (!twin || twin == c || twin->result->code || strcmp(twin->result->bits, c->result->bits))
    return;
  int64_t chain = 0, draw = 0;
  if (judge_same_bits(c, twin, &chain, &draw)) {
    if (row->bits == BENCH_BITS_NONE) row->bits = BENCH_BITS_SAME;
    return;
  }
  row->bits = BENCH_BITS_OTHER;
  refuse(row, BENCH_WRONG,
         "draws differ from those of the backend cpu, whose bits it promises: first in chain "
         "%lld, draw %lld",
         (long long)chain + 1, (long long)draw + 1);
}

static void judge_moments_of(work *k, bench_row *row, const cell *c) {
  const cell *reference = reference_of(k);
  if (!reference) return;
  judge_moments m;
  judge_compare(c, reference, BENCH_FALSE_ALARM, &m);
  row->z_tests = m.tests;
  row->z_worst = m.worst;
  row->mean_outside = m.mean_outside;
  row->sd_outside = m.sd_outside;
  row->z_limit = m.limit;
  snprintf(row->z_name, sizeof row->z_name, "%s", m.name);
  if (m.tests && m.worst > m.limit)
    refuse(row, BENCH_WRONG,
           "the %s is %.4g, the reference run has %.4g: %.1f Monte Carlo errors apart, %.1f "
           "allowed over %d moments",
           m.name, m.value, m.expected, m.worst, m.limit, m.tests);
  if (2 * m.left_out > m.tests)
    refuse(row, BENCH_NOT_CONVERGED,
           "too few effective draws to compare moments (%d of %lld quantities below %d; the "
           "least has %.0f): take more draws",
           m.left_out, (long long)c->result->n_moments, BENCH_MIN_ESS,
           fmin(c->result->figures.ess_bulk, c->result->figures.ess_tail));
}

static void judge_first(work *k, bench_row *row, const cell *c) {
  const cell_result *r = c->result;
  if (r->code == 130)
    refuse(row, BENCH_INTERRUPTED, "interrupted");
  else if (r->code)
    refuse(row, BENCH_FAILED, "%s", r->reason);
  if (r->code) return;
  if (r->host_gate.done && !r->host_gate.passed)
    refuse(row, BENCH_WRONG, "host's form of the model: %s", r->host_gate.reason);
  if (r->device_gate.done && !r->device_gate.passed)
    refuse(row, BENCH_WRONG, "%s", r->device_gate.reason);
  if (row->verdict != BENCH_VALID) return;
  judge_bits(k, row, c, 0);
  judge_moments_of(k, row, c);
  double limit = row->r_hat_limit;
  if (r->figures.r_hat > limit)
    refuse(row, BENCH_NOT_CONVERGED, "R-hat %.3f (%s), below %.2f is asked: warm up longer",
           r->figures.r_hat, r->figures.worst_r_hat, limit);
}

static void start_row(work *k, int i) {
  const target *t = &k->targets->list[i];
  bench_row *row = &k->rows[i];
  *row = (bench_row){.workload = k->number,
                     .devices = {t->about},
                     .n_devices = 1,
                     .chains = k->o->chains,
                     .threads = k->o->threads,
                     .mean_outside = -1,
                     .sd_outside = -1,
                     .r_hat_limit = judge_r_hat_limit(k->o->chains, k->o->draws)};
  for (int f = 0; f < BENCH_FIGURES; f++)
    row->figures[f] = (bench_estimate){.median = NAN, .low = NAN, .high = NAN};
  snprintf(row->id, sizeof row->id, "%s/%s/%s/chains=%lld/threads=%d", k->subject->name,
           t->backend, t->device, (long long)row->chains, row->threads);
  snprintf(row->backend, sizeof row->backend, "%s", t->backend);
  row->runs = run_alloc((size_t)(k->o->repeats + 1) * sizeof *row->runs);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A run that came to its end. */
static void keep(work *k, bench_row *row, const cell *c, bench_kind kind, int repeat,
                 double started) {
  bench_once *f = &row->runs[row->n_runs++];
  *f = c->result->figures;
  f->kind = kind;
  f->repeat = repeat;
  f->seed = k->o->seed + repeat;
  f->order = (*k->order)++;
  f->started_s = started - k->began;
  if (c->result->target_accept > 0) k->report->target_accept = c->result->target_accept;
}

static void run_cold(work *k, int i) {
  const target *t = &k->targets->list[i];
  bench_row *row = &k->rows[i];
  say(k->o, "%s: %s on %s, cold", k->subject->name, t->backend, t->device);
  k->folders[i] = cell_folder();
  if (!k->folders[i]) {
    refuse(row, BENCH_FAILED, "no temporary folder: %s", strerror(errno));
    return;
  }
  double started = now();
  cell *c = k->cold[i] = run_cell(k, t, k->folders[i], k->o->seed, true);
  const cell_result *r = c->result;
  if (!r->code) keep(k, row, c, BENCH_COLD, 0, started);
  row->host_gate = r->host_gate;
  row->device_gate = r->device_gate;
  if (r->device.size) row->devices[0] = r->device;
  snprintf(row->backend_version, sizeof row->backend_version, "%s", r->backend_version);
  snprintf(row->compiler, sizeof row->compiler, "%s", r->compiler);
  snprintf(row->flags, sizeof row->flags, "%s", r->flags);
  if (!strcmp(t->backend, "cpu") && !k->twins[0] && !r->code) k->twins[0] = c;
  judge_first(k, row, c);
}

static void run_cached(work *k, int i, int repeat) {
  const target *t = &k->targets->list[i];
  bench_row *row = &k->rows[i];
  if (row->verdict != BENCH_VALID) return;
  say(k->o, "%s: %s on %s, cached %d of %d", k->subject->name, t->backend, t->device,
      repeat + 1, k->o->repeats);
  double started = now();
  cell *c = run_cell(k, t, k->folders[i], k->o->seed + repeat, false);
  if (c->result->code == 130)
    refuse(row, BENCH_INTERRUPTED, "interrupted");
  else if (c->result->code)
    refuse(row, BENCH_FAILED, "%s", c->result->reason);
  else
    keep(k, row, c, BENCH_CACHED, repeat, started);
  if (!c->result->code && !strcmp(t->backend, "cpu") && !k->twins[repeat]) {
    k->twins[repeat] = c;
    return;
  }
  if (!c->result->code) judge_bits(k, row, c, repeat);
  cell_free(c);
}

static void run_workload(work *k) {
  int n = k->targets->n, repeats = k->o->repeats;
  for (int i = 0; i < n; i++) start_row(k, i);
  for (int i = 0; i < n && !run_interrupted(); i++) run_cold(k, i);
  for (int r = 0; r < repeats; r++)
    for (int i = 0; i < n && !run_interrupted(); i++) run_cached(k, i, r);
  for (int i = 0; i < n; i++)
    if (run_interrupted() && bench_n_cached(&k->rows[i]) < repeats)
      refuse(&k->rows[i], BENCH_INTERRUPTED, "interrupted");
}

static void release(work *k) {
  for (int r = 0; r < k->o->repeats; r++) {
    bool shared = false;
    for (int i = 0; i < k->targets->n; i++) shared |= k->cold[i] == k->twins[r];
    if (!shared) cell_free(k->twins[r]);
  }
  for (int i = 0; i < k->targets->n; i++) {
    cell_free(k->cold[i]);
    cell_remove_folder(k->folders[i]);
  }
  cell_free(k->reference);
  cell_remove_folder(k->twin_folder);
  run_points_free(k->points);
  free(k->twins);
  free(k->cold);
  free(k->folders);
}

/* --- all ------------------------------------------------------------------------------ */

bool bench_run(const bench_options *o, bench_report *report, erg_problems *p) {
  const bench_workloads *w = o->workloads;
  *report = (bench_report){.options = o, .target_accept = NAN};
  bench_environment_read(&report->environment);
  run_model *models = run_alloc((size_t)(w->n + 1) * sizeof *models);
  report->subjects = run_alloc((size_t)(w->n + 1) * sizeof *report->subjects);
  bool good = true;
  for (int i = 0; i < w->n && good; i++) {
    good = read_subject(&w->list[i], &models[i], &report->subjects[i], p);
    report->n_subjects = i + 1;
  }
  targets t = {0};
  if (good) t = find_targets(o, report);
  bool cpu = false;
  for (int i = 0; i < t.n; i++) cpu |= !strcmp(t.list[i].backend, "cpu");
  if (good && cpu && !run_interrupted()) bench_measure_peaks(report, &o->threads, 1);
  report->rows = run_alloc((size_t)(w->n * t.n + 1) * sizeof *report->rows);
  size_t n = (size_t)t.n + 1;
  double began = now();
  int order = 0;
  for (int i = 0; i < w->n && good && t.n && !run_interrupted(); i++) {
    work k = {.o = o, .report = report, .targets = &t, .workload = &w->list[i],
              .subject = &report->subjects[i], .number = i, .began = began, .order = &order,
              .points = run_points_new(models[i].graph, RUN_GATE_POINTS, 1),
              .rows = report->rows + report->n_rows,
              .cold = run_alloc(n * sizeof(cell *)), .folders = run_alloc(n * sizeof(char *)),
              .twins = run_alloc((size_t)o->repeats * sizeof(cell *))};
    report->n_rows += t.n;
    run_workload(&k);
    release(&k);
  }
  free(t.list);
  report->environment.load_average_after = bench_load_average();
  /* The problems' places point into the models. */
  for (int i = 0; i < report->n_subjects && good; i++) run_unload(&models[i]);
  free(models);
  return good;
}

void bench_report_free(bench_report *r) {
  for (int i = 0; i < r->n_subjects; i++) {
    free(r->subjects[i].name);
    free(r->subjects[i].model);
    free(r->subjects[i].data);
  }
  for (int i = 0; i < r->n_rows; i++) {
    free(r->rows[i].runs);
    free(r->rows[i].versions);
    free(r->rows[i].advice);
    free(r->rows[i].warnings);
  }
  for (int i = 0; i < r->n_scaling; i++) free(r->scaling[i].points);
  for (int i = 0; i < r->n_warnings; i++) free(r->warnings[i]);
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
  for (int i = 0; i < r->n_rows; i++) count[r->rows[i].verdict]++;
  if (count[BENCH_WRONG]) return 5;
  if (run_interrupted() || count[BENCH_INTERRUPTED]) return 130;
  if (count[BENCH_FAILED]) return 6;
  return r->n_rows ? 0 : 3;
}

/* --- rates ---------------------------------------------------------------------------- */

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

double bench_median(double *values, int n) {
  if (n == 0) return NAN;
  qsort(values, (size_t)n, sizeof *values, compare);
  return n % 2 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

bench_rates bench_rates_once(const bench_once *f) {
  double s = f->stages.warmup + f->stages.sampling;
  double gradients = (double)(f->gradients - f->warmup_gradients);
  double all = f->gradients > 0 ? (double)f->gradients : NAN; /* a backend may not count */
  return (bench_rates){.gradients_s = all / s,
                       .bulk_s = f->ess_bulk / s,
                       .tail_s = f->ess_tail / s,
                       .per_1000 = gradients > 0
                                       ? 1000 * fmin(f->ess_bulk, f->ess_tail) / gradients
                                       : NAN,
                       .us_gradient = 1e6 * s / all,
                       .cached_s = f->stages.total,
                       .r_hat = f->r_hat,
                       .divergent = f->divergent};
}

bench_rates bench_rates_of(const bench_row *row) {
  int n = bench_n_cached(row);
  double *v = run_alloc((size_t)(7 * n + 1) * sizeof *v);
  bench_rates out = {.cold_s = bench_cold(row) ? bench_cold(row)->stages.total : NAN};
  for (int i = 0; i < n; i++) {
    bench_rates one = bench_rates_once(bench_cached(row, i));
    double all[7] = {one.gradients_s, one.bulk_s, one.tail_s, one.per_1000, one.us_gradient,
                     one.cached_s, one.r_hat};
    for (int k = 0; k < 7; k++) v[k * n + i] = all[k];
    out.divergent += one.divergent;
  }
  out.gradients_s = bench_median(v, n);
  out.bulk_s = bench_median(v + n, n);
  out.tail_s = bench_median(v + 2 * n, n);
  out.per_1000 = bench_median(v + 3 * n, n);
  out.us_gradient = bench_median(v + 4 * n, n);
  out.cached_s = bench_median(v + 5 * n, n);
  out.r_hat = bench_median(v + 6 * n, n);
  free(v);
  return out;
}
