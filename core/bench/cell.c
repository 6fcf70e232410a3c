#include "bench/cell.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "read/clock.h"
#include "read/interrupt.h"
#include "run/job.h"
#include "run/paths.h"
#include "run/text.h"

static void set_text(char *to, size_t size, const char *text) {
  snprintf(to, size, "%s", text ? text : "");
}

/* --- memory ------------------------------------------------------------------------- */

cell *cell_new(int64_t quantities, int64_t chains, int64_t draws) {
  cell *c = run_alloc(sizeof *c);
  size_t head = (sizeof(cell_result) + 63) / 64 * 64;
  size_t moments = ((size_t)quantities * sizeof(bench_moment) + 63) / 64 * 64;
  c->bytes = head + moments + (size_t)(chains * draws) * sizeof *c->hashes;
  char *memory = cell_share(c->bytes);
  c->result = (cell_result *)memory;
  c->moments = (bench_moment *)(memory + head);
  c->hashes = (uint64_t *)(memory + head + moments);
  c->most_moments = quantities;
  c->result->chains = chains;
  c->result->draws = draws;
  return c;
}

void cell_free(cell *c) {
  if (!c) return;
  cell_unshare(c->result, c->bytes);
  free(c);
}

/* --- figures ------------------------------------------------------------------------ */

static uint64_t mix(uint64_t h, double value) {
  uint64_t bits;
  if (isnan(value)) value = NAN; /* one NaN is as good as another */
  memcpy(&bits, &value, sizeof bits);
  h ^= bits;
  h *= 0x9e3779b97f4a7c15u;
  return h ^ h >> 29;
}

static void hash_values(cell *out, const double *values, int64_t chain_stride,
                        int64_t draw_stride, int64_t draws) {
  cell_result *r = out->result;
  if (draws > r->draws) draws = r->draws;
  for (int64_t c = 0; c < r->chains; c++)
    for (int64_t d = 0; d < draws; d++) {
      uint64_t *h = &out->hashes[c * r->draws + d];
      *h = mix(*h, values[c * chain_stride + d * draw_stride]);
    }
}

static void hash_draws(const run_job *j, cell *out, erg_problems *p) {
  cell_draws all = cell_draws_of(j, p);
  for (int v = 0; v < all.schema->n_variables; v++) {
    out_group group = all.schema->variables[v].group;
    if (group != OUT_POSTERIOR && group != OUT_SAMPLE_STATS) continue;
    for (int64_t e = 0; e < all.schema->variables[v].n; e++) {
      erg_draws d;
      if (cell_draws_get(&all, v, e, &d))
        hash_values(out, d.values, d.chain_stride, d.draw_stride, d.draws);
    }
  }
  cell_draws_free(&all);
}

void cell_take_moments(const out_summary *s, cell *out) {
  cell_result *r = out->result;
  for (int64_t i = 0; i < s->n && i < out->most_moments; i++) {
    const diag_summary *row = &s->rows[i];
    bench_moment *m = &out->moments[i];
    *m = (bench_moment){.mean = row->mean, .sd = row->sd, .mcse_mean = row->mcse_mean,
                        .mcse_sd = row->mcse_sd, .ess_bulk = row->ess_bulk,
                        .ess_tail = row->ess_tail, .r_hat = row->r_hat, .square = NAN,
                        .mcse_square = NAN, .constant = row->constant};
    out_element_name(s->schema, s->variable[i], s->element[i], true, m->name, BENCH_NAME);
    r->n_moments = i + 1;
  }
  bench_once *f = &r->figures;
  f->ess_bulk = s->run.min_ess_bulk;
  f->ess_tail = s->run.min_ess_tail;
  f->r_hat = s->run.max_r_hat;
  set_text(f->worst_bulk, BENCH_NAME, s->run.min_ess_bulk_name);
  set_text(f->worst_tail, BENCH_NAME, s->run.min_ess_tail_name);
  set_text(f->worst_r_hat, BENCH_NAME, s->run.max_r_hat_name);
}

/* summarise_s: diagnostics, summary.json and report.md. */
static void collect_figures(const run_job *j, double summarise_s, double total_s,
                            bench_once *f) {
  const run_result *r = &j->result;
  bench_stages *s = &f->stages;
  *s = (bench_stages){.load = j->times.load_s, .compile = j->times.compile_s,
                      .warmup = r->warmup_s, .sampling = r->sampling_s,
                      .diagnostics = j->times.diagnose_s, .total = total_s};
  if (r->stages.size) {
    s->compile += r->stages.compile_s;
    s->upload = r->stages.upload_s;
    s->warmup = r->stages.warmup_s;
    s->sampling = r->stages.sampling_s;
    s->download = r->stages.download_s;
    f->cached |= r->stages.cached ? 2 : 0;
  }
  if (ERG_HAS(&r->telemetry, lane_efficiency)) {
    f->device_busy = r->telemetry.device_busy;
    f->lane_efficiency = r->telemetry.lane_efficiency;
  }
  s->output = r->output_s + summarise_s - j->times.diagnose_s;
  s->rest = total_s - (s->load + s->compile + s->upload + s->warmup + s->sampling +
                       s->download + s->diagnostics + s->output);
  f->gradients = r->gradients;
  f->warmup_gradients = r->warmup_gradients;
  f->divergent = r->divergent;
  f->kept = r->kept;
  const model_host_info *about = model_host_about(j->compiled);
  f->compiled = about->compiled;
  if (about->module && about->module->cached) f->cached |= 1;
}

/* --- the process -------------------------------------------------------------------- */

static void print_warning(void *data, erg_log_level level, const char *text) {
  (void)data;
  if (level >= ERG_LOG_WARNING) fprintf(stderr, "warning: %s\n", text);
}

/* Caches of our own, of PoCL and of the CUDA driver; what compilers leave when killed. */
static void set_caches(const char *folder) {
  static const char *const names[] = {"XDG_CACHE_HOME", "POCL_CACHE_DIR", "CUDA_CACHE_PATH",
                                      "TMPDIR"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char *path = run_text("%s/cache/%s", folder, names[i]);
    run_make_folders(path);
    setenv(names[i], path, 1);
    free(path);
  }
}

static run_wishes wishes_of(const cell_job *c, const char *out) {
  run_wishes w = run_no_wishes();
  w.inputs = (run_inputs){.model = c->workload->model,
                          .data = c->workload->data,
                          .sizes = (const char *const *)c->workload->sizes,
                          .seed = -1,
                          .simulated = c->simulated};
  w.backend = c->backend;
  w.devices = c->n_devices ? c->devices : NULL;
  w.chains = c->chains;
  w.warmup = c->warmup;
  w.draws = c->draws;
  w.seed = c->seed;
  w.threads = c->threads;
  w.target_accept = c->options->target_accept;
  w.out = out;
  w.held_bytes = c->held_bytes;
  w.version = c->options->version;
  w.command = c->options->command;
  return w;
}

static const char *reason_of(void *data, erg_status code) {
  return run_host_reason(data, code);
}

static void check_gates(const cell_job *c, run_job *j, cell_result *r) {
  run_gate_model(c->points, j->compiled, &r->host_gate);
  erg_job job = {.size = sizeof job,
                 .threads = j->request.threads,
                 .seed = 1,
                 .model = j->compiled,
                 .devices = (const char *const *)j->device_ids,
                 .n_devices = j->n_devices,
                 .n_settings = j->sampler->n_parameters,
                 .settings = j->settings};
  run_gate_sampler(c->points, &j->host->api, j->sampler, &job, reason_of, j->host,
                   &r->device_gate);
}

void cell_one_line(char text[static BENCH_TEXT]) {
  char from[BENCH_TEXT];
  size_t n = 0;
  snprintf(from, sizeof from, "%.*s", BENCH_TEXT - 1, text);
  for (const char *c = from; *c && n < BENCH_TEXT - 2; c++) {
    if (*c != '\n') {
      text[n++] = *c;
      continue;
    }
    if (n && !strchr(":;,", text[n - 1])) text[n++] = ';';
    while (c[1] == ' ' || c[1] == '\n') c++;
    if (c[1]) text[n++] = ' ';
  }
  text[n] = 0;
}

static void take_reason(cell_result *r, const char *message, const erg_problems *p,
                        run_host *host, erg_status status) {
  if (message)
    set_text(r->reason, BENCH_TEXT, message);
  else if (p->count)
    set_text(r->reason, BENCH_TEXT, p->list[p->count - 1].cause);
  else
    set_text(r->reason, BENCH_TEXT, run_host_reason(host, status));
  cell_one_line(r->reason);
}

typedef struct {
  const cell_job *job;
  cell *out;
} in_process;

static void run_here(void *data) {
  const cell_job *c = ((in_process *)data)->job;
  cell *out = ((in_process *)data)->out;
  cell_result *r = out->result;
  bench_once_init(&r->figures);
  set_caches(c->folder);
  char *folder = run_text("%s/out", c->folder);
  run_wishes w = wishes_of(c, folder);
  erg_problems problems;
  erg_problems_init(&problems);
  telemetry *watch = telemetry_start(NULL);
  double start = erg_clock();
  run_host host;
  char *kernels = run_cache_folder("kernels");
  run_host_init(&host, kernels);
  if (c->warn) host.print = print_warning;
  run_job job;
  char *message = NULL;
  r->code = run_job_prepare(&w, c->options->registry, &host, &job, &problems, &message);
  erg_problems_free(&problems);
  erg_problems_init(&problems);
  const erg_sensors_extension *sensors =
      r->code ? NULL : job.sampler->extension(job.sampler, "erg.sensors/1");
  if (sensors && job.n_devices > 0)
    telemetry_attach(watch, sensors, (const char *const *)job.device_ids, job.n_devices);
  if (!r->code) r->code = run_job_run(&job, NULL, NULL, &problems);
  double sampled = erg_clock();
  if (!r->code && !run_job_summarise(&job, &problems)) r->code = 7;
  double summarise_s = erg_clock() - sampled, total_s = erg_clock() - start;
  r->figures.has_telemetry = watch != NULL;
  telemetry_stop(watch, &r->figures.telemetry);
  if (r->code) {
    take_reason(r, message, &problems, &host, job.result.status);
  } else {
    const model_host_info *about = model_host_about(job.compiled);
    collect_figures(&job, summarise_s, total_s, &r->figures);
    if (job.summary) cell_take_moments(job.summary, out);
    hash_draws(&job, out, &problems);
    cell_collect(&job, out, &problems);
    r->device = job.device;
    r->target_accept = job.target_accept;
    set_text(r->backend_version, BENCH_NAME, job.sampler->version);
    set_text(r->bits, BENCH_NAME, job.sampler->extension(job.sampler, "erg.bits/1"));
    if (about->module) {
      set_text(r->compiler, sizeof r->compiler, about->module->version);
      set_text(r->flags, sizeof r->flags, about->module->flags);
    }
    if (c->points) check_gates(c, &job, r);
  }
  r->finished = 1;
}

void cell_run(const cell_job *job, cell *out) {
  in_process p = {job, out};
  char reason[BENCH_TEXT] = "";
  cell_result *r = out->result;
  if (!cell_apart(run_here, &p, job->options->time_limit_s, reason)) {
    bool late = !strncmp(reason, "no end within", 13);
    if (!r->finished || !r->code)
      snprintf(r->reason, BENCH_TEXT, "%.500s%s", reason,
               late ? ": give it longer with --time-limit" : "");
    r->code = erg_interrupted() ? 130 : 6;
    return;
  }
  if (!r->finished) {
    r->code = erg_interrupted() ? 130 : 6;
    set_text(r->reason, BENCH_TEXT, "ended before its figures were complete");
  }
}
