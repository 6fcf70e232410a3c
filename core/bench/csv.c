/* A report as CSV (quoted as RFC 4180 has it): one line a run, what is the same for all of a
 * row's runs repeated; docs/benchmarks.md lists the columns. A row without any run has one
 * line. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/bench.h"
#include "bench/derive.h"
#include "read/number.h"
#include "read/whole_file.h"

/* One pass writes names, the others values, so that they can't part. */
typedef struct {
  FILE *out;
  bool names, begun;
} csv;

static bool begin(csv *c, const char *name) {
  if (c->begun) fputc(',', c->out);
  c->begun = true;
  if (c->names) fputs(name, c->out);
  return !c->names;
}

static void end_line(csv *c) {
  fputc('\n', c->out);
  c->begun = false;
}

static void text(csv *c, const char *name, const char *value) {
  if (!begin(c, name)) return;
  if (!value[strcspn(value, ",\"\r\n")]) {
    fputs(value, c->out);
    return;
  }
  fputc('"', c->out);
  for (; *value; value++) {
    if (*value == '"') fputc('"', c->out);
    fputc(*value, c->out);
  }
  fputc('"', c->out);
}

static void real(csv *c, const char *name, double value) {
  char digits[32];
  if (!begin(c, name) || !isfinite(value)) return;
  digits[erg_number_write(digits, value)] = 0;
  fputs(digits, c->out);
}

static void whole(csv *c, const char *name, bool known, int64_t value) {
  if (begin(c, name) && known) fprintf(c->out, "%" PRId64, value);
}

static void write_row_cells(csv *c, const bench_report *r, const bench_row *row) {
  static const char *const bits[] = {"", "same", "other"};
  const bench_subject *s = &r->subjects[row->workload];
  char devices[BENCH_MAX_DEVICES * 80] = "", warnings[400] = "";
  for (int i = 0; i < row->n_devices; i++) {
    size_t n = strlen(devices);
    snprintf(devices + n, sizeof devices - n, "%s%s", n ? "+" : "", row->devices[i].id);
  }
  for (int i = 0; i < row->n_warnings; i++) {
    size_t n = strlen(warnings);
    snprintf(warnings + n, sizeof warnings - n, "%s%s", n ? " " : "", row->warnings[i].kind);
  }
  text(c, "id", row->id);
  text(c, "workload", s->name);
  text(c, "model", s->model);
  text(c, "data_sha256", s->data_hash);
  text(c, "backend", row->backend);
  text(c, "backend_version", row->backend_version);
  text(c, "form", row->form);
  text(c, "devices", devices);
  whole(c, "chains", true, row->chains);
  whole(c, "threads", true, row->threads);
  whole(c, "warmup", true, r->options->warmup);
  whole(c, "draws", true, r->options->draws);
  text(c, "verdict", bench_verdict_text(row->verdict));
  text(c, "reason", row->reason);
  text(c, "bits_of_cpu", bits[row->bits]);
  text(c, "warnings", warnings);
}

static void write_run_cells(csv *c, const bench_once *f) {
  const bench_stages *s = &f->stages;
  real(c, "started_s", f->started_s);
  real(c, "load_s", s->load);
  real(c, "compile_s", s->compile);
  real(c, "upload_s", s->upload);
  real(c, "warmup_s", s->warmup);
  real(c, "sampling_s", s->sampling);
  real(c, "download_s", s->download);
  real(c, "diagnostics_s", s->diagnostics);
  real(c, "output_s", s->output);
  real(c, "rest_s", s->rest);
  real(c, "total_s", s->total);
}

static void write_results(csv *c, const bench_once *f, bool run) {
  whole(c, "gradients", run, f->gradients);
  whole(c, "warmup_gradients", run && f->warmup_gradients >= 0, f->warmup_gradients);
  whole(c, "divergent", run, f->divergent);
  whole(c, "kept", run, f->kept);
  real(c, "min_ess_bulk", f->ess_bulk);
  text(c, "min_ess_bulk_name", f->worst_bulk);
  real(c, "min_ess_tail", f->ess_tail);
  text(c, "min_ess_tail_name", f->worst_tail);
  real(c, "min_ess_square", f->ess_square);
  real(c, "ess_lp", f->ess_lp);
  real(c, "max_r_hat", f->r_hat);
  text(c, "max_r_hat_name", f->worst_r_hat);
  real(c, "converged_s", f->converged_s);
}

/* Of this run; none where the row isn't valid. */
static void write_figures(csv *c, const bench_report *r, const bench_row *row,
                          const bench_once *f) {
  static const bench_figure figures[] = {
      BENCH_GRADIENTS_S,     BENCH_US_GRADIENT, BENCH_BULK_S, BENCH_TAIL_S,
      BENCH_SQUARE_S,        BENCH_LP_S,        BENCH_ESS_S,  BENCH_ESS_1000_GRADIENTS,
      BENCH_ESS_WHOLE_S,     BENCH_BANDWIDTH_SHARE, BENCH_FLOPS_SHARE, BENCH_ESS_JOULE};
  for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
    real(c, bench_figure_name(figures[i]),
         row->verdict == BENCH_VALID ? bench_figure_of(r, row, f, figures[i]) : NAN);
}

static void write_telemetry(csv *c, const bench_once *f) {
  static const telemetry_result none = {.host_memory_peak_bytes = NAN,
                                        .host_memory_mean_bytes = NAN, .joules_host = NAN,
                                        .clock_mhz_mean = NAN, .clock_mhz_min = NAN,
                                        .device_memory_peak_bytes = NAN,
                                        .device_memory_mean_bytes = NAN, .sm_active = NAN,
                                        .joules_device = NAN, .device_mhz_mean = NAN,
                                        .device_mhz_min = NAN, .throttled = -1};
  const telemetry_result *t = f->has_telemetry ? &f->telemetry : &none;
  real(c, "host_memory_peak_bytes", t->host_memory_peak_bytes);
  real(c, "host_memory_mean_bytes", t->host_memory_mean_bytes);
  real(c, "joules_host", t->joules_host);
  real(c, "clock_mhz_mean", t->clock_mhz_mean);
  real(c, "clock_mhz_min", t->clock_mhz_min);
  whole(c, "throttled", t->throttled >= 0, t->throttled);
  real(c, "device_memory_peak_bytes", t->device_memory_peak_bytes);
  real(c, "device_memory_mean_bytes", t->device_memory_mean_bytes);
  real(c, "joules_device", t->joules_device);
  real(c, "device_mhz_mean", t->device_mhz_mean);
  real(c, "device_mhz_min", t->device_mhz_min);
  real(c, "sm_active", t->sm_active);
  real(c, "device_busy", f->device_busy);
  real(c, "lane_efficiency", f->lane_efficiency);
}

static void write_line(csv *c, const bench_report *r, const bench_row *row,
                       const bench_once *f) {
  bench_once none;
  bench_once_init(&none);
  double *stage = (double *)&none.stages;
  for (size_t i = 0; i < sizeof none.stages / sizeof *stage; i++) stage[i] = NAN;
  none.started_s = NAN;
  bool run = f != NULL;
  if (!f) f = &none;
  write_row_cells(c, r, row);
  text(c, "kind", !run ? "" : f->kind == BENCH_COLD ? "cold" : "cached");
  whole(c, "repeat", run, f->repeat);
  whole(c, "seed", run, f->seed);
  whole(c, "order", run, f->order);
  text(c, "run_verdict", f->judged ? bench_verdict_text((bench_verdict)f->verdict) : "");
  text(c, "run_reason", f->reason);
  write_run_cells(c, f);
  write_results(c, f, run);
  write_figures(c, r, row, f);
  write_telemetry(c, f);
  text(c, "ergode_version", r->options->version);
  text(c, "cpu", r->environment.cpu);
  text(c, "time", r->environment.when);
  end_line(c);
}

static void write_all(const bench_report *r, FILE *out) {
  csv c = {.out = out, .names = true};
  bench_subject no_subject = {.name = "", .model = ""};
  bench_row no_row = {.n_runs = 0};
  bench_report no_report = *r;
  if (!r->n_subjects) no_report.subjects = &no_subject;
  write_line(&c, &no_report, &no_row, NULL);
  c.names = false;
  for (int i = 0; i < r->n_rows; i++) {
    const bench_row *row = &r->rows[i];
    if (!row->n_runs) write_line(&c, r, row, NULL);
    for (int k = 0; k < row->n_runs; k++) write_line(&c, r, row, &row->runs[k]);
  }
}

int bench_write_csv(const bench_report *r, const char *path) {
  erg_whole_file f = erg_whole_open(path);
  if (f.out) write_all(r, f.out);
  return erg_whole_close(&f, 0);
}
