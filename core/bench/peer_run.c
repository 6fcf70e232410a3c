/* A run of another engine: its process, then its draws. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/command.h"
#include "bench/peer.h"
#include "read/dataset.h"
#include "run/paths.h"
#include "run/schema.h"
#include "run/text.h"

#define COLLECT_LIMIT_S 600

/* --- the process ----------------------------------------------------------------------- */

static void fail(cell_result *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void fail(cell_result *r, const char *format, ...) {
  va_list list;
  va_start(list, format);
  vsnprintf(r->reason, BENCH_TEXT, format, list);
  va_end(list);
  r->code = 6;
}

typedef struct {
  const cell_job *job;
  const char *form;
  const peer_set *set;
  const peer_subject *subject;
  char *out;                  /* folder of this run */
} peer_call;

/* Runs the worker; what it says goes to log.txt. */
static void call_worker(const peer_call *c, bool check, command_result *result) {
  const cell_job *job = c->job;
  double target = job->options->target_accept;
  char *data = run_text("%s/data.json", c->subject->folder);
  char *points = run_text("%s/points.json", c->subject->folder);
  char *log = run_text("%s/log.txt", c->out), *cache = run_text("%s/cache", job->folder);
  char *temporary = run_text("%s/tmp", c->out);
  char *chains = run_text("%lld", (long long)job->chains);
  char *warmup = run_text("%lld", (long long)job->warmup);
  char *draws = run_text("%lld", (long long)job->draws);
  char *seed = run_text("%lld", (long long)job->seed), *cores = run_text("%d", job->threads);
  char *accept = run_text("%.17g", isnan(target) ? 0.8 : target);
  const char *arguments[] = {c->set->python, c->set->worker,
                             "--engine", peer_name(job->backend), "--form", c->form,
                             "--model", c->subject->model->name, "--data", data,
                             "--chains", chains, "--warmup", warmup, "--draws", draws,
                             "--seed", seed, "--target-accept", accept, "--cores", cores,
                             "--out", c->out, check ? "--check" : NULL, points, NULL};
  const char *environment[] = {"XDG_CACHE_HOME", cache, "TMPDIR", temporary, NULL};
  command_job one = {.arguments = c->set->python ? arguments : arguments + 1,
                     .environment = environment, .output = log,
                     .limit_s = job->options->time_limit_s};
  run_make_folders(c->out);
  run_make_folders(cache);
  run_make_folders(temporary);
  command_run(&one, result);
  char *texts[] = {data,  points, log,  cache, temporary, chains, warmup,
                   draws, seed,   cores, accept};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) free(texts[i]);
}

/* --- result.json ------------------------------------------------------------------------ */

/* NaN where it is missing. */
static double number(const erg_dataset *d, const char *name) {
  const erg_array *a = d ? erg_dataset_get(d, name) : NULL;
  return a && a->n == 1 && !a->n_labels ? a->values[0] : NAN;
}

static const char *text(const erg_array *a, int64_t i) {
  int k = a && i < a->n ? (int)a->values[i] - 1 : -1;
  return k >= 0 && k < a->n_labels ? a->labels[k] : "";
}

static erg_dataset *read_result(const peer_call *c) {
  char *path = run_text("%s/result.json", c->out);
  erg_problems problems;
  erg_problems_init(&problems);
  erg_dataset *d = access(path, R_OK) == 0 ? erg_dataset_read(path, &problems) : NULL;
  erg_problems_free(&problems);
  free(path);
  return d;
}

/* The last line that says something. */
static void last_line(const peer_call *c, char line[static 256]) {
  char *path = run_text("%s/log.txt", c->out), one[256];
  FILE *f = fopen(path, "r");
  line[0] = 0;
  while (f && fgets(one, sizeof one, f)) {
    one[strcspn(one, "\r\n")] = 0;
    if (one[strspn(one, " \t")]) memcpy(line, one, sizeof one);
  }
  if (f) fclose(f);
  free(path);
}

/* NULL with a reason where the process didn't come to a good end. */
static erg_dataset *run_worker(const peer_call *c, bool check, cell_result *r,
                               double *seconds) {
  command_result result;
  call_worker(c, check, &result);
  *seconds = result.seconds;
  if (result.interrupted) {
    fail(r, "interrupted");
    r->code = 130;
    return NULL;
  }
  if (result.reason[0]) {
    fail(r, "%s", result.reason);
    return NULL;
  }
  erg_dataset *d = read_result(c);
  const erg_array *error = d ? erg_dataset_get(d, "error") : NULL;
  char line[256];
  last_line(c, line);
  if (error)
    fail(r, "%s", text(error, 0));
  else if (result.code != 0 || !d)
    fail(r, "the worker ended with code %d%s%s%s", result.code,
         d ? "" : " and left no result.json", *line ? ": " : "", line);
  else
    return d;
  if (d) erg_dataset_free(d);
  return NULL;
}

/* --- the gate --------------------------------------------------------------------------- */

static void check_density(const peer_call *c, cell_result *r) {
  run_gate *g = &r->host_gate;
  cell_result answer = {0};
  double seconds;
  erg_dataset *d = run_worker(c, true, &answer, &seconds);
  if (answer.code == 130) {
    r->code = 130;
    return;
  }
  *g = (run_gate){.done = 1, .point = -1, .coordinate = -1};
  if (!d) {
    snprintf(g->reason, sizeof g->reason, "its log density can't be checked: %.300s",
             answer.reason);
    return;
  }
  double points = number(d, "points"), worst = number(d, "worst");
  g->points = points > 0 ? (int32_t)points : 0;
  g->lp_error = isnan(worst) ? INFINITY : worst;
  g->passed = g->points > 0 && g->lp_error <= RUN_GATE_LIMIT;
  if (!g->passed)
    snprintf(g->reason, sizeof g->reason,
             "its log density at point %.0f is %.15g, Ergode has %.15g (up to one constant)",
             number(d, "worst_point"), number(d, "log_density"), number(d, "expected"));
  erg_dataset_free(d);
}

/* --- draws ------------------------------------------------------------------------------ */

static int64_t count(double v) { return v >= 0 && v < 9e15 ? (int64_t)v : 0; }

static double zero(double v) { return v >= 0 ? v : 0; }

static void take_figures(const erg_dataset *d, const cell_job *job, double seconds,
                         cell_result *r) {
  bench_once *f = &r->figures;
  bench_stages *s = &f->stages;
  *s = (bench_stages){.load = zero(number(d, "start_s")) + zero(number(d, "load_s")),
                      .compile = zero(number(d, "compile_s")),
                      .warmup = zero(number(d, "warmup_s")),
                      .sampling = zero(number(d, "sampling_s")),
                      .output = zero(number(d, "output_s")),
                      .total = seconds};
  s->rest = seconds - (s->load + s->compile + s->warmup + s->sampling + s->output);
  double warmup = number(d, "warmup_gradients");
  f->warmup_gradients = isnan(warmup) ? -1 : count(warmup);
  f->gradients = count(number(d, "gradients")) + count(warmup);
  f->divergent = count(number(d, "divergent"));
  f->kept = job->chains * job->draws;
  f->compiled = 1;
  if (!(s->sampling > 0)) fail(r, "it names no time of sampling");
}

static bool same_parameters(const erg_dataset *d, const natural *plan, cell_result *r) {
  const erg_array *names = erg_dataset_get(d, "names"), *sizes = erg_dataset_get(d, "sizes");
  int n = 0;
  const natural_column *columns = natural_columns(plan, &n);
  bool same = names && sizes && names->n == n && sizes->n == n;
  for (int i = 0; i < n && same; i++)
    same = !strcmp(text(names, i), columns[i].name) &&
           sizes->values[i] == (double)columns[i].n;
  if (!same) fail(r, "its parameters aren't those of the model, in its order");
  return same;
}

typedef struct {
  const peer_call *call;
  const erg_dataset *result;
  cell *out;
  const double *rows;
} in_process;

static void collect(const in_process *p, const natural *plan) {
  const cell_job *job = p->call->job;
  cell_result *r = p->out->result;
  static const erg_sampler no_statistics = {.size = sizeof no_statistics};
  erg_problems problems;
  erg_problems_init(&problems);
  int chains = (int)job->chains;
  out_schema *schema =
      run_schema(p->call->subject->model->graph, plan, &no_statistics, chains, 0, 0);
  schema->info.n_draws = job->draws;
  out_sink *memory = out_memory(1u << OUT_POSTERIOR);
  int64_t *filled = run_alloc((size_t)chains * sizeof *filled);
  for (int c = 0; c < chains; c++) filled[c] = job->draws;
  out_block block = {.capacity = job->draws, .filled = filled, .rows = p->rows};
  diag_limits limits = diag_limits_default();
  out_summary *s = NULL;
  if (out_schema_finish(schema, &problems) && memory->ops->open(memory, schema, &problems) &&
      memory->ops->append(memory, &block, &problems))
    s = out_summary_from_memory(schema, memory, &limits, job->threads, false, &problems);
  if (s) {
    run_job finished = {.model = *p->call->subject->model, .schema = schema, .memory = memory,
                        .summary = s};
    cell_take_moments(s, p->out);
    cell_collect(&finished, p->out, &problems);
    r->finished = 1;
  } else {
    fail(r, "no diagnostics: %s", problems.count ? problems.list[0].cause : "too few draws");
  }
  erg_problems_free(&problems);
}

/* The process ends with it: nothing is freed. */
static void collect_here(void *data) {
  in_process *p = data;
  const cell_job *job = p->call->job;
  cell_result *r = p->out->result;
  natural *plan = natural_new(p->call->subject->model->graph, NATURAL_PARAMS);
  if (!same_parameters(p->result, plan, r)) return;
  char *path = run_text("%s/draws.bin", p->call->out);
  off_t bytes = (off_t)sizeof(double) * job->chains * job->draws * natural_width(plan);
  int f = open(path, O_RDONLY);
  struct stat st;
  if (f < 0 || fstat(f, &st) != 0 || st.st_size != bytes) {
    fail(r, "draws.bin has %lld bytes, %lld are expected",
         f < 0 ? 0LL : (long long)st.st_size, (long long)bytes);
    return;
  }
  void *rows = mmap(NULL, (size_t)bytes, PROT_READ, MAP_PRIVATE, f, 0);
  if (rows == MAP_FAILED) {
    fail(r, "draws.bin can't be read: %s", strerror(errno));
    return;
  }
  p->rows = rows;
  collect(p, plan);
}

void peer_run(const cell_job *job, const char *form, const peer_set *set,
              const peer_subject *subject, cell *out) {
  cell_result *r = out->result;
  bench_once_init(&r->figures);
  peer_call c = {job, form, set, subject, run_text("%s/out", job->folder)};
  for (int i = 0; i < set->n_engines; i++)
    if (!strcmp(set->engines[i].name, peer_name(job->backend)) && set->engines[i].n_versions)
      snprintf(r->backend_version, sizeof r->backend_version, "%s",
               set->engines[i].versions[0].version);
  double seconds;
  erg_dataset *d = run_worker(&c, false, r, &seconds);
  if (d) {
    take_figures(d, job, seconds, r);
    in_process p = {.call = &c, .result = d, .out = out};
    char reason[BENCH_TEXT] = "";
    if (!r->code && !cell_apart(collect_here, &p, COLLECT_LIMIT_S, reason))
      fail(r, "its diagnostics: %s", reason);
    erg_dataset_free(d);
    if (!r->code && job->points) check_density(&c, r);
  }
  r->finished = 1;
  free(c.out);
}
