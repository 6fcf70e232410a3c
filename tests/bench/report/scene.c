/* A benchmark that nobody ran, with numbers made up for it, in every view:
 *
 *   bench_scene DIR     writes bench.json, report.md, report.csv and the terminal's text
 *
 * It has rows of every verdict, a peer in two forms, curves over threads and devices, runs of
 * a few milliseconds, and what warns and advises. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/derive.h"
#include "read/json_write.h"
#include "run/text.h"

enum { RUNS = 5, ROWS = 24, WORKLOADS = 3 };

typedef struct {
  bench_subject subjects[WORKLOADS];
  bench_row rows[ROWS];
  bench_peak peak;
  bench_skipped skipped;
  bench_options options;
  bench_workloads workloads;
  bench_report report;
} scene;

/* What a row is made from. */
typedef struct {
  int workload;
  const char *backend, *form, *devices; /* devices with spaces between */
  int chains, threads;
  double work, sampling;    /* seconds of warm-up and sampling; the latter's share */
  double other;             /* of each of five other stages */
  double cold;              /* more, of a cold run's compile stage */
  double ess;
  bool peer;
} plan;

static const double drift[RUNS] = {1, 1.02, 0.98, 1.01, 0.99};

static void add_run(bench_row *row, const plan *p, int k) {
  bench_once *f = &row->runs[row->n_runs++];
  double d = k < 0 ? 1.03 : drift[(k + (int)strlen(p->backend)) % RUNS], chains = p->chains;
  bench_once_init(f);
  f->kind = k < 0 ? BENCH_COLD : BENCH_CACHED;
  f->repeat = k < 0 ? 0 : k;
  f->seed = 1 + f->repeat;
  f->started_s = 10 + 3 * k;
  f->judged = 1;
  f->stages = (bench_stages){.load = p->other, .compile = p->other + (k < 0 ? p->cold : 0),
                             .warmup = d * p->work * (1 - p->sampling),
                             .sampling = d * p->work * p->sampling, .diagnostics = p->other,
                             .output = p->other, .rest = p->other};
  bench_stages *s = &f->stages;
  s->total = s->load + s->compile + s->warmup + s->sampling + s->diagnostics + s->output +
             s->rest;
  f->gradients = (int64_t)(250000 * p->work) + 100 * (k + 1);
  f->warmup_gradients = p->peer ? -1 : (int64_t)(60000 * p->work);
  f->kept = (int64_t)(500 * chains);
  f->divergent = k == 2;
  f->ess_bulk = p->ess * (1 + 0.01 * (k + 1));
  f->ess_tail = p->ess * (1.02 - 0.01 * k);
  f->ess_square = 0.7 * p->ess;
  f->ess_lp = 0.4 * p->ess;
  f->r_hat = 1.004 + 0.001 * k;
  f->converged_s = 0.6 * d * p->work;
  strcpy(f->worst_bulk, "tau");
  strcpy(f->worst_tail, "theta[3]");
  strcpy(f->worst_r_hat, "tau");
  f->n_chain_gradients = p->peer ? 0 : p->chains;
  for (int c = 0; c < f->n_chain_gradients; c++)
    f->chain_gradients[c] = 40000 + 1000 * ((c + k + 1) % 4) + (c ? 0 : 6000);
  f->has_telemetry = 1;
  f->telemetry = (telemetry_result){0};
  f->telemetry.host_memory_peak_bytes = 50000000 + k;
  f->telemetry.host_memory_mean_bytes = 40000000;
  f->telemetry.joules_host = p->peer ? NAN : 20 * d;
  f->telemetry.clock_mhz_mean = 3000;
  f->telemetry.clock_mhz_min = 2900;
  f->telemetry.throttled = -1;
  f->telemetry.device_memory_peak_bytes = f->telemetry.device_memory_mean_bytes = NAN;
  f->telemetry.sm_active = NAN;
  f->telemetry.joules_device = p->peer ? NAN : 5;
  f->telemetry.device_mhz_mean = f->telemetry.device_mhz_min = NAN;
  if (strcmp(p->backend, "cpu") != 0 && !p->peer) {
    f->device_busy = 0.65;
    f->lane_efficiency = 0.8;
  }
}

enum { QUANTITIES = 52 };

/* Of 52 quantities, the mean of one off by so many errors; the limit is that of 104 tests of
 * five seeds. */
static void add_moments(bench_row *row, double worst) {
  row->z_tests = 2 * QUANTITIES;
  row->z_worst = worst;
  row->z_limit = 5.5;
  row->z_freedom = 130.73334908435982;
  snprintf(row->z_name, sizeof row->z_name, "mean of tau");
  row->agreements = run_alloc(QUANTITIES * sizeof *row->agreements);
  row->n_agreements = QUANTITIES;
  row->mean_outside = row->sd_outside = 0;
  for (int i = 0; i < QUANTITIES; i++) {
    bench_agreement *a = &row->agreements[i];
    double z[2] = {i == 7 ? -worst : 2.5 * sin(1.0 + i * worst), 2 * cos(i * worst)};
    bench_difference *both[2] = {&a->mean, &a->sd};
    if (i == 7)
      snprintf(a->name, sizeof a->name, "tau");
    else
      snprintf(a->name, sizeof a->name, "theta[%d]", i);
    for (int k = 0; k < 2; k++) {
      *both[k] = (bench_difference){.error = 0.03, .reference = k ? 1 : 0.1 * (i + 1),
                                    .reference_error = 0.04, .z = z[k]};
      both[k]->value = both[k]->reference + 0.05 * z[k];
    }
    double mean = a->mean.value, reference = a->mean.reference, sd = a->sd.value;
    a->square = (bench_difference){.value = mean * mean + 0.999 * sd * sd, .error = 0.06,
                                   .reference = reference * reference + 0.999,
                                   .reference_error = 0.08};
    a->square.z = (a->square.value - a->square.reference) / 0.1;
    row->mean_outside += fabs(a->mean.value - a->mean.reference) > 0.05 * a->mean.reference;
    row->sd_outside += fabs(a->sd.value - a->sd.reference) > 0.1;
  }
}

static bench_row *add(scene *s, plan p) {
  bench_row *row = &s->rows[s->report.n_rows++];
  row->workload = p.workload;
  snprintf(row->backend, sizeof row->backend, "%s", p.backend);
  snprintf(row->form, sizeof row->form, "%s", p.form);
  snprintf(row->backend_version, sizeof row->backend_version, "1.0");
  char list[200], *rest = list, *id;
  snprintf(list, sizeof list, "%s", p.devices);
  for (id = strtok_r(list, " ", &rest); id; id = strtok_r(NULL, " ", &rest)) {
    erg_device *d = &row->devices[row->n_devices];
    row->instruments[row->n_devices++] = (bench_instrument){.clock_mhz = NAN, .ecc = -1};
    snprintf(d->id, sizeof d->id, "%s", id);
    snprintf(d->name, sizeof d->name, "Device %s", id);
  }
  row->chains = p.chains;
  row->threads = p.threads;
  snprintf(row->id, sizeof row->id, "%s/%s/%s%s/chains=%d/threads=%d",
           s->subjects[p.workload].name, p.backend, p.devices, p.form, p.chains, p.threads);
  for (char *c = row->id; *c; c++)
    if (*c == ' ') *c = '+';
  row->host_gate = (run_gate){.done = 1, .passed = 1, .points = 20, .lp_error = 3e-16,
                              .gradient_error = 2e-14};
  row->r_hat_limit = 1.02;
  row->ess_limit = 0;
  add_moments(row, 3 + 0.11 * s->report.n_rows);
  row->runs = run_alloc((RUNS + 1) * sizeof *row->runs);
  for (int k = -1; k < RUNS; k++) add_run(row, &p, k);
  if (!p.peer && row->n_devices) {
    row->device_gate = row->host_gate;
    row->bits = BENCH_BITS_SAME;
    snprintf(row->compiler, sizeof row->compiler, "cc 1.0");
    snprintf(row->flags, sizeof row->flags, "-O2");
  } else {
    row->versions = run_alloc(sizeof *row->versions);
    row->versions[row->n_versions++] = (bench_version){"nutpie", "0.15"};
  }
  return row;
}

static void refuse(bench_row *row, bench_verdict verdict, const char *reason) {
  row->verdict = verdict;
  snprintf(row->reason, sizeof row->reason, "%s", reason);
}

/* Two backends, a peer in two forms, three rows that aren't valid. */
static void add_hierarchy(scene *s) {
  bench_row *row;
  add(s, (plan){0, "cpu", "", "cpu", 4, 2, 1.2, 0.4, 0.02, 0.3, 24000, false});
  add(s, (plan){0, "opencl", "", "pocl:0", 4, 2, 0.5, 0.4, 0.3, 4, 24000, false});
  row = add(s, (plan){0, "biased", "", "cpu", 4, 2, 0.5, 0.4, 0.1, 1, 24000, false});
  refuse(row, BENCH_WRONG, "the mean of tau is 9.3 Monte Carlo errors apart, 5.5 allowed: "
                           "1.31 against 1.02, in \"quotes\", with a comma");
  row->bits = BENCH_BITS_NONE;
  row = add(s, (plan){0, "crashes", "", "cpu", 4, 2, 0.5, 0.4, 0.1, 1, 24000, false});
  refuse(row, BENCH_FAILED, "crashed: signal 11");
  row->n_runs = 0;
  add(s, (plan){0, "peer:nutpie", "centred", "", 4, 2, 8, 1, 1.5, 20, 25000, true});
  row = add(s, (plan){0, "peer:nutpie", "non-centred", "", 4, 2, 9, 1, 1.5, 20, 90, true});
  for (int k = 0; k < row->n_runs; k++) {
    bench_once *f = &row->runs[k];
    f->r_hat += 0.146;
    f->verdict = BENCH_NOT_CONVERGED;
    snprintf(f->reason, sizeof f->reason, "R-hat %.3f of tau, 1.02 allowed", f->r_hat);
  }
  refuse(row, BENCH_NOT_CONVERGED,
         "5 of 5 seeds failed (1, 2, 3, 4, 5); seed 1: R-hat 1.149 of tau, 1.02 allowed");
}

/* Curves: threads and devices, strong and weak. */
static void add_radon(scene *s) {
  bench_row *row;
  add(s, (plan){1, "cpu", "", "cpu", 8, 1, 8, 0.5, 0.05, 0.3, 3000, false});
  add(s, (plan){1, "cpu", "", "cpu", 8, 2, 4.4, 0.5, 0.05, 0.3, 3000, false});
  row = add(s, (plan){1, "cpu", "", "cpu", 8, 4, 4, 0.5, 0.05, 0.3, 3000, false});
  row->runs[4].stages.sampling *= 6; /* an outlier */
  row->runs[4].stages.total += 5.0 / 6 * row->runs[4].stages.sampling;
  row = add(s, (plan){1, "cpu", "", "cpu", 8, 8, 4, 0.5, 0.05, 0.3, 3000, false});
  refuse(row, BENCH_FAILED, "no end within 3600 s");
  add(s, (plan){1, "opencl", "", "pocl:0", 8, 1, 6, 0.5, 0.05, 4, 3000, false});
  add(s, (plan){1, "opencl", "", "pocl:0 pocl:1", 8, 1, 3.3, 0.5, 0.05, 4, 3000, false});
  add(s, (plan){1, "opencl", "", "pocl:0 pocl:1", 16, 1, 6.5, 0.5, 0.05, 4, 6000, false});
}

/* A few milliseconds, of which most is files; too short to judge. */
static void add_tiny(scene *s) {
  bench_row *row = add(s, (plan){2, "cpu", "", "cpu", 4, 2, 0.004, 0.4, 0.01, 0.3, 900, false});
  row->runs[3].stages.sampling *= 3;
  row = add(s, (plan){2, "opencl", "", "pocl:0", 4, 2, 0.0041, 0.4, 0.012, 4, 900, false});
  row->runs[2].stages.warmup *= 1.4;
}

static void set_up(scene *s) {
  *s = (scene){0};
  static const char *const names[WORKLOADS] = {"hierarchy", "radon", "tiny"};
  for (int i = 0; i < WORKLOADS; i++) {
    bench_subject *w = &s->subjects[i];
    w->name = (char *)names[i];
    w->model = (char *)names[i];
    w->path = (char *)names[i];
    w->data = (char *)"[simulate]";
    memset(w->model_hash, 'a' + i, 64);
    memset(w->data_hash, '0' + i, 64);
    w->simulated = true;
    w->simulation_seed = 1;
    w->dim = 103;
    w->quantities = 104;
    w->observations = 100000;
    w->bytes_gradient = 16000;
    w->flops_gradient = 4000;
    w->functions_gradient = 7;
  }
  s->peak = (bench_peak){.backend = "cpu", .device = "cpu", .threads = 2, .read_gb_s = 16,
                         .gflops = 40, .how = "made up"};
  s->skipped = (bench_skipped){"cuda", "libcuda.so.1 isn't there: install NVIDIA's driver"};
  s->options = (bench_options){
      .workloads = &s->workloads, .set = "made-up", .preset = "standard", .warmup = 500,
      .draws = 500, .seed = 1, .target_accept = NAN, .repeats = RUNS, .time_limit_s = 3600,
      .axes.chains = {4, 8, 16}, .axes.threads = {1, 2, 4, 8},
      .command = "ergode bench --set made-up --repeat 5", .version = "0.1.0"};
  static char hash[65];
  memset(hash, 'f', 64);
  s->workloads = (bench_workloads){.path = (char *)"made-up.ini", .hash = hash};
  s->report = (bench_report){.options = &s->options, .target_accept = 0.8,
                             .subjects = s->subjects, .n_subjects = WORKLOADS, .rows = s->rows,
                             .peaks = &s->peak, .n_peaks = 1, .skipped = &s->skipped,
                             .n_skipped = 1};
  s->report.environment = (bench_environment){
      .cpu = "A Processor", .os = "Debian GNU/Linux 12 (bookworm)", .kernel = "Linux 6.1",
      .governor = "performance", .host_build = "cc 1.0", .cores = 8, .cores_physical = 4,
      .smt = 1, .sockets = 1, .memory_bytes = 16000000000, .clock_mhz_max = NAN,
      .libc = "glibc 2.36", .load_average = 0.25, .load_average_after = 2.5,
      .when = "2026-01-02T03:04:05Z"};
  add_hierarchy(s);
  add_radon(s);
  add_tiny(s);
  for (int i = 0, n = 0; i < s->report.n_rows; i++)
    for (int k = 0; k < s->rows[i].n_runs; k++) s->rows[i].runs[k].order = n++;
}

static void tear_down(scene *s) {
  bench_report *r = &s->report;
  for (int i = 0; i < r->n_rows; i++) {
    free(s->rows[i].runs);
    free(s->rows[i].versions);
    free(s->rows[i].advice);
    free(s->rows[i].warnings);
    free(s->rows[i].agreements);
  }
  for (int i = 0; i < r->n_scaling; i++) free(r->scaling[i].points);
  free(r->scaling);
  free(r->pairs);
}

static int check(int error, const char *path) {
  if (error) fprintf(stderr, "%s: %s\n", path, strerror(error));
  return error != 0;
}

static int print_to(const scene *s, const char *folder, const char *name, bench_look look) {
  char *path = run_text("%s/%s", folder, name);
  FILE *f = fopen(path, "w");
  if (f) bench_print(&s->report, f, &look);
  int bad = !f || fclose(f) != 0;
  if (bad) perror(path);
  free(path);
  return bad;
}

/* As on a machine whose joules nothing tells. */
static void take_joules(scene *s) {
  for (int i = 0; i < s->report.n_rows; i++) {
    bench_row *row = &s->rows[i];
    row->figures[BENCH_ESS_JOULE] = (bench_estimate){.median = NAN, .low = NAN, .high = NAN};
    for (int k = 0; k < row->n_runs; k++) {
      row->runs[k].telemetry.joules_host = row->runs[k].telemetry.joules_device = NAN;
      strcpy(row->runs[k].telemetry.no_energy, "no RAPL in /powercap");
    }
  }
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "bench_scene DIR\n");
    return 2;
  }
  scene *s = run_alloc(sizeof *s);
  set_up(s);
  bench_derive(&s->report);
  char *json = run_text("%s/bench.json", argv[1]), *page = run_text("%s/report.md", argv[1]),
       *lines = run_text("%s/report.csv", argv[1]);
  erg_json *j = erg_json_open(json);
  erg_json_object(j, NULL);
  erg_json_int(j, "schema_version", 1);
  bench_write_json(&s->report, j);
  int bad = check(erg_json_close(j), json);
  bad |= check(bench_write_markdown(&s->report, page), page);
  bad |= check(bench_write_csv(&s->report, lines), lines);
  bad |= print_to(s, argv[1], "terminal.txt", (bench_look){80, false, false});
  bad |= print_to(s, argv[1], "narrow.txt", (bench_look){60, false, false});
  bad |= print_to(s, argv[1], "wide.txt", (bench_look){160, false, true});
  bad |= print_to(s, argv[1], "colour.txt", (bench_look){80, true, false});
  take_joules(s);
  bad |= print_to(s, argv[1], "no_joules.txt", (bench_look){80, false, false});
  tear_down(s);
  free(json);
  free(page);
  free(lines);
  free(s);
  return bad;
}
