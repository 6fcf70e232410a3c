/* bench.json read back. */
#include "bench/read_document.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare.h"
#include "bench/restore.h"
#include "run/text.h"

static const char *text(const json_t *o, const char *key) {
  return json_string_value(json_object_get(o, key));
}

static char *text_or(const json_t *o, const char *key) {
  const char *t = text(o, key);
  return run_text("%s", t ? t : "");
}

static int size_of(const json_t *list) { return (int)json_array_size(list); }

/* --- environment, settings -------------------------------------------------------------- */

static void read_environment(const json_t *o, bench_document *d) {
  bench_environment *e = &d->report.environment;
  const json_t *smt = json_object_get(o, "smt");
  double before = restore_real(o, "load_average_before"),
         after = restore_real(o, "load_average_after");
  restore_text(o, "time", e->when, sizeof e->when);
  restore_text(o, "built_by", e->host_build, sizeof e->host_build);
  restore_text(o, "cpu", e->cpu, sizeof e->cpu);
  restore_text(o, "governor", e->governor, sizeof e->governor);
  restore_text(o, "os", e->os, sizeof e->os);
  restore_text(o, "kernel", e->kernel, sizeof e->kernel);
  restore_text(o, "libc", e->libc, sizeof e->libc);
  e->sockets = (int)restore_int(o, "sockets");
  e->cores = (int)restore_int(o, "cores");
  e->cores_physical = (int)restore_int(o, "cores_physical");
  e->smt = json_is_boolean(smt) ? json_is_true(smt) : -1;
  e->clock_mhz_max = restore_real(o, "clock_mhz_max");
  e->memory_bytes = (uint64_t)restore_int(o, "memory_bytes");
  e->load_average = isnan(before) ? -1 : before;
  e->load_average_after = isnan(after) ? -1 : after;
  d->options.version = text(o, "ergode_version");
  if (!d->options.version) d->options.version = "";
  d->options.command = text(o, "command");
  d->commit = text(o, "commit");
  d->build_flags = text(o, "build_flags");
  const json_t *config = json_array_get(json_object_get(o, "configs"), 0);
  if (config) {
    d->workloads.path = text_or(config, "path");
    d->workloads.hash = text_or(config, "sha256");
  }
  const json_t *plugins = json_object_get(o, "plugins");
  d->plugins = run_alloc((json_array_size(plugins) + 1) * sizeof *d->plugins);
  for (int i = 0; i < size_of(plugins); i++) {
    const json_t *one = json_array_get(plugins, (size_t)i);
    d->plugins[d->n_plugins++] = (bench_plugin){text(one, "id"), text(one, "version"),
                                                text(one, "path"), text(one, "sha256")};
  }
}

static void read_settings(const json_t *o, bench_document *d) {
  bench_options *to = &d->options;
  to->set = text(o, "set");
  to->preset = text(o, "preset");
  to->warmup = restore_int(o, "warmup");
  to->draws = restore_int(o, "draws");
  to->seed = restore_int(o, "seed");
  to->repeats = (int)restore_int(o, "repeats");
  to->time_limit_s = restore_real(o, "time_limit_s");
  to->target_accept = d->report.target_accept = restore_real(o, "target_accept");
}

/* --- workloads, peaks --------------------------------------------------------------------- */

static void read_subject(const json_t *o, bench_subject *s) {
  const json_t *sizes = json_object_get(o, "sizes"), *seed = json_object_get(o, "simulation_seed"),
               *counts = json_object_get(o, "counts"), *size;
  s->name = text_or(o, "name");
  s->model = text_or(o, "model");
  s->data = text_or(o, "data");
  restore_text(o, "model_sha256", s->model_hash, sizeof s->model_hash);
  restore_text(o, "data_sha256", s->data_hash, sizeof s->data_hash);
  s->simulated = json_is_integer(seed);
  s->simulation_seed = (uint64_t)json_integer_value(seed);
  s->dim = restore_int(o, "coordinates");
  s->quantities = restore_int(o, "quantities");
  s->observations = restore_int(o, "observations");
  s->truth = json_is_true(json_object_get(o, "truth"));
  s->bytes_gradient = restore_real(counts, "bytes_gradient");
  s->flops_gradient = restore_real(counts, "flops_gradient");
  s->functions_gradient = restore_real(counts, "functions_gradient");
  s->sizes = run_alloc((json_object_size(sizes) + 1) * sizeof *s->sizes);
  const char *name;
  int n = 0;
  json_object_foreach((json_t *)sizes, name, size)
    s->sizes[n++] = run_text("%s=%lld", name, (long long)json_integer_value(size));
}

static void read_peak(const json_t *o, bench_peak *p) {
  restore_text(o, "backend", p->backend, sizeof p->backend);
  restore_text(o, "device", p->device, sizeof p->device);
  restore_text(o, "how", p->how, sizeof p->how);
  p->threads = (int)restore_int(o, "threads");
  p->read_gb_s = restore_real(o, "read_gb_s");
  p->gflops = restore_real(o, "gflops");
}

/* --- rows ----------------------------------------------------------------------------------- */

static void read_devices(const json_t *list, bench_row *row) {
  for (int i = 0; i < size_of(list) && i < BENCH_MAX_DEVICES; i++) {
    const json_t *o = json_array_get(list, (size_t)i);
    erg_device *d = &row->devices[row->n_devices++];
    d->size = sizeof *d;
    restore_text(o, "id", d->id, sizeof d->id);
    restore_text(o, "name", d->name, sizeof d->name);
    restore_text(o, "driver", d->driver, sizeof d->driver);
    d->memory_bytes = (uint64_t)restore_int(o, "memory_bytes");
    bench_instrument *said = &row->instruments[i];
    const json_t *ecc = json_object_get(o, "ecc");
    said->clock_mhz = restore_real(o, "clock_mhz");
    said->ecc = json_is_boolean(ecc) ? json_is_true(ecc) : -1;
    restore_text(o, "driver_version", said->driver_version, sizeof said->driver_version);
  }
}

/* The file has the greater of the two errors. */
static void read_gate(const json_t *o, run_gate *g) {
  if (!json_is_object(o)) return;
  double worst = restore_real(o, "worst");
  g->done = 1;
  g->points = (int32_t)restore_int(o, "points");
  g->passed = json_is_true(json_object_get(o, "passed"));
  g->lp_error = g->gradient_error = worst;
}

static void read_checks(const json_t *o, bench_row *row) {
  const char *bits = text(o, "bits_of_cpu");
  const json_t *moments = json_object_get(o, "moments"), *truth = json_object_get(o, "truth");
  double r_hat = restore_real(json_object_get(o, "r_hat"), "limit"),
         ess = restore_real(json_object_get(o, "ess"), "limit");
  read_gate(json_object_get(o, "gate_host"), &row->host_gate);
  read_gate(json_object_get(o, "gate_device"), &row->device_gate);
  row->bits = !bits                    ? BENCH_BITS_NONE
              : !strcmp(bits, "same") ? BENCH_BITS_SAME
                                       : BENCH_BITS_OTHER;
  row->z_worst = restore_real(moments, "worst_z");
  row->z_limit = restore_real(moments, "limit_z");
  restore_text(moments, "name", row->z_name, sizeof row->z_name);
  row->z_tests = (int)restore_int(moments, "tests");
  row->z_left_out = (int)restore_int(moments, "left_out");
  row->z_freedom = restore_real(moments, "degrees_of_freedom");
  restore_agreements(json_object_get(moments, "quantities"), row);
  row->mean_outside = moments ? (int)restore_int(moments, "mean_outside_5_percent") : -1;
  row->sd_outside = moments ? (int)restore_int(moments, "sd_outside_10_percent") : -1;
  row->r_hat_limit = isnan(r_hat) ? INFINITY : r_hat;
  row->ess_limit = isnan(ess) ? 0 : ess;
  row->truth_inside = (int)restore_int(truth, "inside");
  row->truth_of = (int)restore_int(truth, "of");
  row->truth_least = (int)restore_int(truth, "least");
}

static void read_figures(const json_t *o, bench_row *row) {
  for (int f = 0; f < BENCH_FIGURES; f++) {
    const json_t *one = json_object_get(o, bench_figure_name((bench_figure)f));
    row->figures[f] = (bench_estimate){restore_real(one, "median"), restore_real(one, "low"),
                                       restore_real(one, "high"), (int)restore_int(one, "n"),
                                       (int)restore_int(one, "outliers")};
  }
}

static void read_notes(const json_t *o, bench_row *row) {
  const json_t *warnings = json_object_get(o, "warnings"), *advice = json_object_get(o, "advice"),
               *versions = json_object_get(o, "versions"), *value;
  row->warnings = run_alloc((json_array_size(warnings) + 1) * sizeof *row->warnings);
  for (int i = 0; i < size_of(warnings); i++) {
    const json_t *one = json_array_get(warnings, (size_t)i);
    bench_warning *w = &row->warnings[row->n_warnings++];
    restore_text(one, "kind", w->kind, sizeof w->kind);
    restore_text(one, "text", w->text, sizeof w->text);
  }
  row->advice = run_alloc((json_array_size(advice) + 1) * sizeof *row->advice);
  for (int i = 0; i < size_of(advice); i++) {
    const json_t *one = json_array_get(advice, (size_t)i);
    bench_advice *a = &row->advice[row->n_advice++];
    restore_text(one, "stage", a->stage, sizeof a->stage);
    restore_text(one, "text", a->text, sizeof a->text);
    a->share = restore_real(one, "share");
  }
  row->versions = run_alloc((json_object_size(versions) + 1) * sizeof *row->versions);
  const char *name;
  json_object_foreach((json_t *)versions, name, value) {
    bench_version *v = &row->versions[row->n_versions++];
    snprintf(v->name, sizeof v->name, "%s", name);
    restore_text(versions, name, v->version, sizeof v->version);
  }
}

static bool read_row(const json_t *o, const bench_report *r, bench_row *row) {
  const json_t *runs = json_object_get(o, "runs");
  const char *verdict = text(o, "verdict");
  restore_text(o, "id", row->id, sizeof row->id);
  restore_text(o, "backend", row->backend, sizeof row->backend);
  restore_text(o, "backend_version", row->backend_version, sizeof row->backend_version);
  restore_text(o, "form", row->form, sizeof row->form);
  restore_text(o, "compiler", row->compiler, sizeof row->compiler);
  restore_text(o, "compiler_flags", row->flags, sizeof row->flags);
  restore_text(o, "reason", row->reason, sizeof row->reason);
  row->workload = (int)restore_int(o, "workload");
  row->chains = restore_int(o, "chains");
  row->threads = (int)restore_int(o, "threads");
  read_devices(json_object_get(o, "devices"), row);
  read_checks(json_object_get(o, "checks"), row);
  read_figures(json_object_get(o, "figures"), row);
  read_notes(o, row);
  bool known = false;
  for (int v = BENCH_VALID; v <= BENCH_INTERRUPTED; v++)
    if (verdict && !strcmp(verdict, bench_verdict_text((bench_verdict)v))) {
      row->verdict = (bench_verdict)v;
      known = true;
    }
  row->runs = run_alloc((json_array_size(runs) + 1) * sizeof *row->runs);
  for (int i = 0; i < size_of(runs); i++)
    if (!restore_once(json_array_get(runs, (size_t)i), &row->runs[row->n_runs++])) return false;
  return known && *row->id && row->workload >= 0 && row->workload < r->n_subjects;
}

/* --- what follows from the rows ------------------------------------------------------------- */

/* -1: no row has the id. */
static int row_named(const bench_report *r, const char *id) {
  for (int i = 0; id && i < r->n_rows; i++)
    if (!strcmp(r->rows[i].id, id)) return i;
  return -1;
}

static bool read_pair(const json_t *o, const bench_report *r, bench_pair *p) {
  const char *figure = text(o, "figure");
  int f = 0;
  while (figure && f < BENCH_FIGURES && strcmp(figure, bench_figure_name((bench_figure)f))) f++;
  p->workload = (int)restore_int(o, "workload");
  p->a = row_named(r, text(o, "a"));
  p->b = row_named(r, text(o, "b"));
  p->figure = (bench_figure)f;
  p->ratio = restore_real(o, "ratio");
  p->low = restore_real(o, "low");
  p->high = restore_real(o, "high");
  p->break_even_draws = restore_real(o, "break_even_draws");
  restore_text(o, "verdict", p->verdict, sizeof p->verdict);
  return figure && f < BENCH_FIGURES && p->a >= 0 && p->b >= 0 &&
         r->rows[p->a].workload == p->workload && r->rows[p->b].workload == p->workload;
}

static bool read_point(const json_t *o, const bench_report *r, int workload, bench_point *p) {
  const json_t *band = json_object_get(o, "band");
  *p = (bench_point){.n = (int)restore_int(o, "n"), .row = row_named(r, text(o, "row")),
                     .seconds = restore_real(o, "seconds"), .speedup = restore_real(o, "speedup"),
                     .efficiency = restore_real(o, "efficiency"),
                     .imbalance = restore_real(o, "imbalance"),
                     .straggler = restore_real(o, "straggler"), .band = {NAN, NAN}};
  for (size_t i = 0; i < 2 && json_is_array(band); i++) {
    const json_t *end = json_array_get(band, i);
    if (json_is_number(end)) p->band[i] = json_number_value(end);
  }
  restore_text(o, "verdict", p->verdict, sizeof p->verdict);
  restore_text(o, "reason", p->reason, sizeof p->reason);
  if (p->row < 0) return isnan(p->straggler);
  if (r->rows[p->row].workload != workload) return false;
  return isnan(p->straggler) ||
         (p->straggler >= 0 && p->straggler < r->rows[p->row].n_devices);
}

static bool read_curve(const json_t *o, const bench_report *r, bench_scaling *c) {
  const json_t *points = json_object_get(o, "points");
  c->workload = (int)restore_int(o, "workload");
  restore_text(o, "backend", c->backend, sizeof c->backend);
  restore_text(o, "axis", c->axis, sizeof c->axis);
  restore_text(o, "kind", c->kind, sizeof c->kind);
  c->points = run_alloc((json_array_size(points) + 1) * sizeof *c->points);
  bool good = json_array_size(points) > 0;
  for (int i = 0; i < size_of(points) && good; i++)
    good = read_point(json_array_get(points, (size_t)i), r, c->workload, &c->points[c->n_points++]);
  return good && c->points[0].row >= 0;
}

/* Chains and threads of the rows, upwards. */
static void read_axes(bench_document *d) {
  bench_axes *axes = &d->options.axes;
  for (int i = 0; i < d->report.n_rows; i++) {
    int64_t chains = d->report.rows[i].chains;
    int threads = d->report.rows[i].threads, n = 0, k = 0;
    while (n < BENCH_LIST && axes->chains[n] && axes->chains[n] < chains) n++;
    if (n < BENCH_LIST && axes->chains[n] != chains) {
      memmove(&axes->chains[n + 1], &axes->chains[n],
              (size_t)(BENCH_LIST - 1 - n) * sizeof *axes->chains);
      axes->chains[n] = chains;
    }
    while (k < BENCH_LIST && axes->threads[k] && axes->threads[k] < threads) k++;
    if (k < BENCH_LIST && axes->threads[k] != threads) {
      memmove(&axes->threads[k + 1], &axes->threads[k],
              (size_t)(BENCH_LIST - 1 - k) * sizeof *axes->threads);
      axes->threads[k] = threads;
    }
  }
}

/* --- all -------------------------------------------------------------------------------------- */

static bool read_all(const json_t *json, bench_document *d) {
  bench_report *r = &d->report;
  const json_t *workloads = json_object_get(json, "workloads"),
               *peaks = json_object_get(json, "peaks"), *rows = json_object_get(json, "rows"),
               *pairs = json_object_get(json, "pairs"), *curves = json_object_get(json, "scaling"),
               *skipped = json_object_get(json, "skipped"),
               *warnings = json_object_get(json, "warnings");
  bool good = json_is_array(workloads) && json_is_array(rows);
  read_environment(json_object_get(json, "environment"), d);
  read_settings(json_object_get(json, "settings"), d);
  r->peaks = run_alloc((json_array_size(peaks) + 1) * sizeof *r->peaks);
  for (int i = 0; i < size_of(peaks); i++)
    read_peak(json_array_get(peaks, (size_t)i), &r->peaks[r->n_peaks++]);
  r->subjects = run_alloc((json_array_size(workloads) + 1) * sizeof *r->subjects);
  for (int i = 0; i < size_of(workloads); i++)
    read_subject(json_array_get(workloads, (size_t)i), &r->subjects[r->n_subjects++]);
  r->rows = run_alloc((json_array_size(rows) + 1) * sizeof *r->rows);
  for (int i = 0; i < size_of(rows) && good; i++) {
    good = read_row(json_array_get(rows, (size_t)i), r, &r->rows[i]);
    r->n_runs += r->rows[i].n_runs;
    r->n_rows = i + 1;
  }
  read_axes(d);
  r->pairs = run_alloc((json_array_size(pairs) + 1) * sizeof *r->pairs);
  for (int i = 0; i < size_of(pairs) && good; i++)
    good = read_pair(json_array_get(pairs, (size_t)i), r, &r->pairs[r->n_pairs++]);
  r->scaling = run_alloc((json_array_size(curves) + 1) * sizeof *r->scaling);
  for (int i = 0; i < size_of(curves) && good; i++)
    good = read_curve(json_array_get(curves, (size_t)i), r, &r->scaling[r->n_scaling++]);
  r->skipped = run_alloc((json_array_size(skipped) + 1) * sizeof *r->skipped);
  for (int i = 0; i < size_of(skipped); i++) {
    bench_skipped *s = &r->skipped[r->n_skipped++];
    restore_text(json_array_get(skipped, (size_t)i), "backend", s->backend, sizeof s->backend);
    restore_text(json_array_get(skipped, (size_t)i), "reason", s->reason, sizeof s->reason);
  }
  r->warnings = run_alloc((json_array_size(warnings) + 1) * sizeof *r->warnings);
  for (int i = 0; i < size_of(warnings); i++) {
    const char *one = json_string_value(json_array_get(warnings, (size_t)i));
    r->warnings[r->n_warnings++] = run_text("%s", one ? one : "");
  }
  r->baseline = bench_compare_read(json_object_get(json, "baseline"));
  return good;
}

/* A broken one, too, by its first lines: what is wrong with it is said when it is read. */
bool bench_document_is(const char *path) {
  char start[256] = "";
  FILE *f = fopen(path, "r");
  if (f) start[fread(start, 1, sizeof start - 1, f)] = 0;
  if (f) fclose(f);
  if (start[0] == '{' && strstr(start, "\"bench_schema_version\"")) return true;
  json_t *json = json_load_file(path, 0, NULL);
  bool is = json_object_get(json, "bench_schema_version") != NULL;
  json_decref(json);
  return is;
}

bool bench_document_read(const char *path, bench_document *d, erg_problems *p) {
  static const char next[] = "name a bench.json of ergode bench, or its folder";
  static const char *const needed[] = {"environment", "settings", "workloads", "rows"};
  *d = (bench_document){.report.target_accept = NAN};
  d->report.options = &d->options;
  d->options.workloads = &d->workloads;
  json_error_t error;
  json_t *json = d->json = json_load_file(path, 0, &error);
  if (!json && error.line < 0) return erg_error(p, (erg_place){0}, next, "%s", error.text);
  if (!json)
    return erg_error(p, (erg_place){0}, next, "%s:%d: not JSON: %s", path, error.line, error.text);
  const json_t *version = json_object_get(json, "bench_schema_version");
  if (!version)
    return erg_error(p, (erg_place){0}, next, "%s has no bench_schema_version", path);
  if (json_integer_value(version) != BENCH_SCHEMA_VERSION)
    return erg_error(p, (erg_place){0}, "run the benchmark again with this version of Ergode",
                     "%s has bench_schema_version %lld, this is %d", path,
                     (long long)json_integer_value(version), BENCH_SCHEMA_VERSION);
  for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
    if (!json_object_get(json, needed[i]))
      return erg_error(p, (erg_place){0}, "run that benchmark again",
                       "%s is broken: %s is missing", path, needed[i]);
  return read_all(json, d) ||
         erg_error(p, (erg_place){0}, "run that benchmark again",
                   "%s is broken: rows, workloads, pairs and curves don't fit one another", path);
}

void bench_document_free(bench_document *d) {
  for (int i = 0; i < d->report.n_subjects; i++) {
    char **sizes = d->report.subjects[i].sizes;
    for (int k = 0; sizes && sizes[k]; k++) free(sizes[k]);
    free(sizes);
  }
  bench_report_free(&d->report);
  free(d->workloads.path);
  free(d->workloads.hash);
  free(d->plugins);
  json_decref(d->json);
  *d = (bench_document){0};
}
