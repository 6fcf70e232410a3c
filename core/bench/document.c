/* The report as JSON; docs/benchmarks.md lists the keys. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/commit.h"
#include "bench/compare.h"
#include "bench/work.h"
#include "run/text.h"

static void write_count(erg_json *j, const char *key, int value) {
  if (value > 0)
    erg_json_int(j, key, value);
  else
    erg_json_null(j, key);
}

static void write_config(erg_json *j, const char *path, const char *hash) {
  erg_json_object(j, NULL);
  erg_json_string(j, "path", path);
  erg_json_string(j, "sha256", hash);
  erg_json_end(j);
}

/* The set, the preset, each model once. */
static void write_configs(erg_json *j, const bench_report *r) {
  const bench_options *o = r->options;
  erg_json_array(j, "configs");
  for (int i = 0; i < o->n_configs; i++)
    write_config(j, o->configs[i].path, o->configs[i].sha256);
  for (int i = 0; i < r->n_subjects; i++) {
    bool seen = false;
    for (int k = 0; k < i; k++) seen |= !strcmp(r->subjects[k].path, r->subjects[i].path);
    if (!seen) write_config(j, r->subjects[i].path, r->subjects[i].model_hash);
  }
  erg_json_end(j);
}

/* The first row of a plug-in's sampler (`cpu`, `cpu.NAME`); NULL: it took no part. */
static const bench_row *row_of(const bench_report *r, const char *id) {
  size_t n = strlen(id);
  for (int i = 0; i < r->n_rows; i++) {
    const char *backend = r->rows[i].backend;
    if (!strncmp(backend, id, n) && (!backend[n] || backend[n] == '.')) return &r->rows[i];
  }
  return NULL;
}

static void write_plugins(erg_json *j, const bench_report *r) {
  const run_registry *g = r->options->registry;
  erg_json_array(j, "plugins");
  for (int i = 0; g && i < g->count; i++) {
    const run_candidate *c = &g->candidates[i];
    const bench_row *row = c->id && !c->refused ? row_of(r, c->id) : NULL;
    bench_config file;
    if (!row || !c->library || !bench_config_read(c->library, &file)) continue;
    erg_json_object(j, NULL);
    erg_json_string(j, "id", c->id);
    erg_json_string(j, "version", row->backend_version);
    erg_json_string(j, "path", c->library);
    erg_json_string(j, "sha256", file.sha256);
    erg_json_end(j);
  }
  erg_json_end(j);
}

static void write_environment(erg_json *j, const bench_report *r) {
  const bench_environment *e = &r->environment;
  erg_json_object(j, "environment");
  erg_json_string(j, "time", e->when);
  erg_json_string(j, "ergode_version", r->options->version);
  erg_json_string(j, "commit", ERGODE_COMMIT);
  erg_json_string(j, "built_by", e->host_build);
  erg_json_string(j, "build_flags", BENCH_BUILD_FLAGS);
  erg_json_string(j, "cpu", e->cpu);
  write_count(j, "sockets", e->sockets);
  erg_json_int(j, "cores", e->cores);
  write_count(j, "cores_physical", e->cores_physical);
  if (e->smt < 0)
    erg_json_null(j, "smt");
  else
    erg_json_bool(j, "smt", e->smt);
  erg_json_string(j, "governor", *e->governor ? e->governor : NULL);
  erg_json_real(j, "clock_mhz_max", e->clock_mhz_max);
  erg_json_uint(j, "memory_bytes", e->memory_bytes);
  erg_json_string(j, "os", e->os);
  erg_json_string(j, "kernel", e->kernel);
  erg_json_string(j, "libc", e->libc);
  erg_json_real(j, "load_average_before", e->load_average < 0 ? NAN : e->load_average);
  erg_json_real(j, "load_average_after",
                e->load_average_after < 0 ? NAN : e->load_average_after);
  erg_json_string(j, "command", r->options->command);
  write_configs(j, r);
  write_plugins(j, r);
  erg_json_end(j);
}

static void write_settings(erg_json *j, const bench_report *r) {
  const bench_options *o = r->options;
  erg_json_object(j, "settings");
  erg_json_string(j, "set", o->set);
  erg_json_string(j, "preset", o->preset);
  erg_json_int(j, "warmup", o->warmup);
  erg_json_int(j, "draws", o->draws);
  erg_json_int(j, "seed", o->seed);
  erg_json_int(j, "repeats", o->repeats);
  erg_json_real(j, "target_accept", r->target_accept);
  erg_json_int(j, "order_seed", o->seed);
  erg_json_real(j, "time_limit_s", o->time_limit_s);
  erg_json_end(j);
}

static void write_peak(erg_json *j, const bench_peak *p) {
  erg_json_object(j, NULL);
  erg_json_string(j, "backend", p->backend);
  erg_json_string(j, "device", p->device);
  erg_json_int(j, "threads", p->threads);
  erg_json_real(j, "read_gb_s", p->read_gb_s);
  erg_json_real(j, "gflops", p->gflops);
  erg_json_string(j, "how", p->how);
  erg_json_end(j);
}

static void write_subject(erg_json *j, const bench_subject *s) {
  erg_json_object(j, NULL);
  erg_json_string(j, "name", s->name);
  erg_json_string(j, "model", s->model);
  erg_json_string(j, "model_sha256", s->model_hash);
  erg_json_string(j, "data", s->data);
  erg_json_string(j, "data_sha256", s->data_hash);
  if (s->simulated)
    erg_json_uint(j, "simulation_seed", s->simulation_seed);
  else
    erg_json_null(j, "simulation_seed");
  erg_json_object(j, "sizes");
  for (char **one = s->sizes; one && *one; one++) {
    char name[BENCH_NAME];
    size_t n = strcspn(*one, "=");
    snprintf(name, sizeof name, "%.*s", (int)n, *one);
    if ((*one)[n]) erg_json_int(j, name, strtoll(*one + n + 1, NULL, 10));
  }
  erg_json_end(j);
  erg_json_int(j, "coordinates", s->dim);
  erg_json_int(j, "quantities", s->quantities);
  erg_json_int(j, "observations", s->observations);
  erg_json_bool(j, "truth", s->truth);
  if (isnan(s->bytes_gradient)) {
    erg_json_null(j, "counts");
  } else {
    erg_json_object(j, "counts");
    erg_json_real(j, "bytes_gradient", s->bytes_gradient);
    erg_json_real(j, "flops_gradient", s->flops_gradient);
    erg_json_real(j, "functions_gradient", s->functions_gradient);
    erg_json_end(j);
  }
  erg_json_end(j);
}

static void write_gate(erg_json *j, const char *key, const run_gate *g) {
  if (!g->done) {
    erg_json_null(j, key);
    return;
  }
  erg_json_object(j, key);
  erg_json_int(j, "points", g->points);
  erg_json_real(j, "worst", fmax(g->lp_error, g->gradient_error));
  erg_json_real(j, "limit", RUN_GATE_LIMIT);
  erg_json_bool(j, "passed", g->passed);
  erg_json_end(j);
}

/* Whole bytes, or null. */
static void write_bytes(erg_json *j, const char *key, double bytes) {
  if (bytes >= 0)
    erg_json_uint(j, key, (uint64_t)bytes);
  else
    erg_json_null(j, key);
}

static void write_reason(erg_json *j, const char *key, double value, const char *reason) {
  if (isnan(value)) erg_json_string(j, key, *reason ? reason : "no sample has it");
}

static void write_telemetry(erg_json *j, const bench_once *f) {
  const telemetry_result *t = &f->telemetry;
  static const char *const of_devices[] = {"device_memory_peak_bytes",
                                           "device_memory_mean_bytes", "device_busy",
                                           "sm_active", "lane_efficiency", "joules_device"};
  enum { DEVICE_KEYS = sizeof of_devices / sizeof *of_devices };
  static const char none[] = "the backend tells none";
  const double of_device[DEVICE_KEYS] = {t->device_memory_peak_bytes,
                                         t->device_memory_mean_bytes, f->device_busy,
                                         t->sm_active, f->lane_efficiency, t->joules_device};
  const char *const why[DEVICE_KEYS] = {t->no_device_memory, t->no_device_memory, none,
                                        t->no_sm_active, none, t->no_device_energy};
  erg_json_object(j, "telemetry");
  write_bytes(j, "host_memory_peak_bytes", t->host_memory_peak_bytes);
  erg_json_real(j, "host_memory_mean_bytes", t->host_memory_mean_bytes);
  write_bytes(j, of_devices[0], of_device[0]);
  for (int i = 1; i < DEVICE_KEYS; i++) erg_json_real(j, of_devices[i], of_device[i]);
  erg_json_real(j, "device_mhz_mean", t->device_mhz_mean);
  erg_json_real(j, "device_mhz_min", t->device_mhz_min);
  erg_json_real(j, "joules_host", t->joules_host);
  erg_json_real(j, "clock_mhz_mean", t->clock_mhz_mean);
  erg_json_real(j, "clock_mhz_min", t->clock_mhz_min);
  if (t->throttled < 0)
    erg_json_null(j, "throttled");
  else
    erg_json_bool(j, "throttled", t->throttled);
  erg_json_string(j, "throttled_by", t->throttled_by);
  erg_json_array(j, "samples");
  for (int i = 0; i < t->n_samples; i++) {
    const telemetry_sample *s = &t->samples[i];
    double values[] = {s->t_s, s->host_bytes, s->cpu_share, s->device_busy, s->watts, s->mhz,
                       s->device_watts, s->device_mhz, s->device_bytes};
    erg_json_reals(j, NULL, values, sizeof values / sizeof *values);
  }
  erg_json_end(j);
  erg_json_object(j, "unavailable");
  write_reason(j, "host_memory_peak_bytes", t->host_memory_peak_bytes, t->no_memory);
  write_reason(j, "host_memory_mean_bytes", t->host_memory_mean_bytes, t->no_memory);
  for (int i = 0; i < DEVICE_KEYS; i++)
    write_reason(j, of_devices[i], of_device[i], why[i]);
  write_reason(j, "device_mhz_mean", t->device_mhz_mean, t->no_device_clock);
  write_reason(j, "device_mhz_min", t->device_mhz_min, t->no_device_clock);
  write_reason(j, "joules_host", t->joules_host, t->no_energy);
  write_reason(j, "clock_mhz_mean", t->clock_mhz_mean, t->no_clock);
  write_reason(j, "clock_mhz_min", t->clock_mhz_min, t->no_clock);
  write_reason(j, "throttled", t->throttled < 0 ? NAN : 0, t->no_throttle);
  erg_json_end(j);
  erg_json_end(j);
}

void bench_write_once(erg_json *j, const char *key, const bench_once *f) {
  const bench_stages *s = &f->stages;
  erg_json_object(j, key);
  erg_json_string(j, "kind", f->kind == BENCH_COLD ? "cold" : "cached");
  erg_json_int(j, "repeat", f->repeat);
  erg_json_int(j, "seed", f->seed);
  erg_json_int(j, "order", f->order);
  erg_json_real(j, "started_s", f->started_s);
  erg_json_string(j, "verdict",
                  f->judged ? bench_verdict_text((bench_verdict)f->verdict) : NULL);
  erg_json_string(j, "reason", f->reason);
  erg_json_real(j, "worst_z", f->z_worst);
  erg_json_real(j, "limit_z", f->z_limit);
  erg_json_object(j, "stages");
  erg_json_real(j, "load_s", s->load);
  erg_json_real(j, "compile_s", s->compile);
  erg_json_real(j, "upload_s", s->upload);
  erg_json_real(j, "warmup_s", s->warmup);
  erg_json_real(j, "sampling_s", s->sampling);
  erg_json_real(j, "download_s", s->download);
  erg_json_real(j, "diagnostics_s", s->diagnostics);
  erg_json_real(j, "output_s", s->output);
  erg_json_real(j, "rest_s", s->rest);
  erg_json_real(j, "total_s", s->total);
  erg_json_end(j);
  erg_json_int(j, "gradients", f->gradients);
  if (f->warmup_gradients >= 0)
    erg_json_int(j, "warmup_gradients", f->warmup_gradients);
  else
    erg_json_null(j, "warmup_gradients");
  erg_json_int(j, "divergent", f->divergent);
  erg_json_int(j, "kept", f->kept);
  erg_json_real(j, "min_ess_bulk", f->ess_bulk);
  erg_json_string(j, "min_ess_bulk_name", f->worst_bulk);
  erg_json_real(j, "min_ess_tail", f->ess_tail);
  erg_json_string(j, "min_ess_tail_name", f->worst_tail);
  erg_json_real(j, "min_ess_square", f->ess_square);
  erg_json_real(j, "ess_lp", f->ess_lp);
  erg_json_real(j, "max_r_hat", f->r_hat);
  erg_json_string(j, "max_r_hat_name", f->worst_r_hat);
  erg_json_real(j, "converged_s", f->converged_s);
  erg_json_string(j, "draws_sha256", *f->draws_sha256 ? f->draws_sha256 : NULL);
  if (f->n_chain_gradients)
    erg_json_ints(j, "chain_gradients", f->chain_gradients, (size_t)f->n_chain_gradients);
  else
    erg_json_null(j, "chain_gradients");
  if (f->has_telemetry)
    write_telemetry(j, f);
  else
    erg_json_null(j, "telemetry");
  erg_json_end(j);
}

static void write_device(erg_json *j, const erg_device *d, const bench_instrument *i) {
  erg_json_object(j, NULL);
  erg_json_string(j, "id", d->id);
  erg_json_string(j, "name", d->name);
  erg_json_string(j, "driver", *d->driver ? d->driver : NULL);
  erg_json_string(j, "driver_version", *i->driver_version ? i->driver_version : NULL);
  if (d->memory_bytes)
    erg_json_uint(j, "memory_bytes", d->memory_bytes);
  else
    erg_json_null(j, "memory_bytes");
  erg_json_real(j, "clock_mhz", i->clock_mhz);
  if (i->ecc < 0)
    erg_json_null(j, "ecc");
  else
    erg_json_bool(j, "ecc", i->ecc);
  erg_json_end(j);
}

void bench_write_agreements(erg_json *j, const char *key, const bench_row *row) {
  erg_json_array(j, key);
  for (int i = 0; i < row->n_agreements; i++) {
    const bench_agreement *a = &row->agreements[i];
    const bench_difference *const all[] = {&a->mean, &a->sd, &a->square};
    static const char *const keys[] = {"mean", "sd", "square"};
    erg_json_object(j, NULL);
    erg_json_string(j, "name", a->name);
    for (int k = 0; k < (isnan(a->square.z) ? 2 : 3); k++) {
      const bench_difference *d = all[k];
      double values[] = {d->value, d->error, d->reference, d->reference_error, d->z};
      erg_json_reals(j, keys[k], values, sizeof values / sizeof *values);
    }
    erg_json_end(j);
  }
  erg_json_end(j);
}

static void write_checks(erg_json *j, const bench_row *row) {
  static const char *const bits[] = {NULL, "same", "other"};
  const bench_once *f = bench_worst_r_hat(row), *least = bench_worst_ess(row);
  bool bulk = least && least->ess_bulk <= least->ess_tail;
  erg_json_object(j, "checks");
  write_gate(j, "gate_host", &row->host_gate);
  write_gate(j, "gate_device", &row->device_gate);
  erg_json_string(j, "bits_of_cpu", bits[row->bits]);
  if (row->z_tests) {
    erg_json_object(j, "moments");
    erg_json_int(j, "tests", row->z_tests);
    erg_json_real(j, "worst_z", row->z_worst);
    erg_json_real(j, "limit_z", row->z_limit);
    erg_json_string(j, "name", row->z_name);
    erg_json_int(j, "mean_outside_5_percent", row->mean_outside);
    erg_json_int(j, "sd_outside_10_percent", row->sd_outside);
    erg_json_int(j, "left_out", row->z_left_out);
    erg_json_real(j, "degrees_of_freedom", row->z_freedom);
    bench_write_agreements(j, "quantities", row);
    erg_json_end(j);
  } else {
    erg_json_null(j, "moments");
  }
  erg_json_object(j, "r_hat");
  erg_json_real(j, "value", f ? f->r_hat : NAN);
  erg_json_real(j, "limit", isfinite(row->r_hat_limit) ? row->r_hat_limit : NAN);
  erg_json_string(j, "name", f ? f->worst_r_hat : "");
  erg_json_end(j);
  erg_json_object(j, "ess");
  erg_json_real(j, "value", least ? bench_least_ess(least) : NAN);
  erg_json_real(j, "limit", row->ess_limit > 0 ? row->ess_limit : NAN);
  erg_json_string(j, "name", !least ? "" : bulk ? least->worst_bulk : least->worst_tail);
  erg_json_end(j);
  if (row->truth_of) {
    erg_json_object(j, "truth");
    erg_json_int(j, "inside", row->truth_inside);
    erg_json_int(j, "of", row->truth_of);
    erg_json_int(j, "least", row->truth_least);
    erg_json_end(j);
  } else {
    erg_json_null(j, "truth");
  }
  erg_json_end(j);
}

static void write_estimate(erg_json *j, const char *key, const bench_estimate *e) {
  if (isnan(e->median)) {
    erg_json_null(j, key);
    return;
  }
  erg_json_object(j, key);
  erg_json_real(j, "median", e->median);
  erg_json_real(j, "low", e->low);
  erg_json_real(j, "high", e->high);
  erg_json_int(j, "n", e->n);
  erg_json_int(j, "outliers", e->outliers);
  erg_json_end(j);
}

static void write_row(erg_json *j, const bench_report *r, const bench_row *row) {
  erg_json_object(j, NULL);
  erg_json_string(j, "id", row->id);
  erg_json_int(j, "workload", row->workload);
  erg_json_string(j, "backend", row->backend);
  erg_json_string(j, "backend_version", row->backend_version);
  erg_json_string(j, "form", row->form);
  erg_json_array(j, "devices");
  for (int i = 0; i < row->n_devices; i++) write_device(j, &row->devices[i], &row->instruments[i]);
  erg_json_end(j);
  erg_json_int(j, "chains", row->chains);
  erg_json_int(j, "threads", row->threads);
  erg_json_string(j, "precision", "double");
  erg_json_string(j, "data_sha256", r->subjects[row->workload].data_hash);
  erg_json_string(j, "compiler", *row->compiler ? row->compiler : NULL);
  erg_json_string(j, "compiler_flags", *row->flags ? row->flags : NULL);
  erg_json_object(j, "versions");
  for (int i = 0; i < row->n_versions; i++)
    erg_json_string(j, row->versions[i].name, row->versions[i].version);
  erg_json_end(j);
  erg_json_string(j, "verdict", bench_verdict_text(row->verdict));
  erg_json_string(j, "reason", row->reason);
  erg_json_array(j, "warnings");
  for (int i = 0; i < row->n_warnings; i++) {
    erg_json_object(j, NULL);
    erg_json_string(j, "kind", row->warnings[i].kind);
    erg_json_string(j, "text", row->warnings[i].text);
    erg_json_end(j);
  }
  erg_json_end(j);
  write_checks(j, row);
  erg_json_array(j, "runs");
  for (int i = 0; i < row->n_runs; i++) bench_write_once(j, NULL, &row->runs[i]);
  erg_json_end(j);
  if (row->verdict == BENCH_VALID) {
    erg_json_object(j, "figures");
    for (int f = 0; f < BENCH_FIGURES; f++)
      write_estimate(j, bench_figure_name((bench_figure)f), &row->figures[f]);
    erg_json_end(j);
  } else {
    erg_json_null(j, "figures");
  }
  erg_json_array(j, "advice");
  for (int i = 0; i < row->n_advice; i++) {
    erg_json_object(j, NULL);
    erg_json_string(j, "stage", row->advice[i].stage);
    erg_json_real(j, "share", row->advice[i].share);
    erg_json_string(j, "text", row->advice[i].text);
    erg_json_end(j);
  }
  erg_json_end(j);
  erg_json_end(j);
}

static void write_pair(erg_json *j, const bench_report *r, const bench_pair *p) {
  erg_json_object(j, NULL);
  erg_json_int(j, "workload", p->workload);
  erg_json_string(j, "a", r->rows[p->a].id);
  erg_json_string(j, "b", r->rows[p->b].id);
  erg_json_string(j, "figure", bench_figure_name(p->figure));
  erg_json_real(j, "ratio", p->ratio);
  erg_json_real(j, "low", p->low);
  erg_json_real(j, "high", p->high);
  erg_json_string(j, "verdict", p->verdict);
  erg_json_real(j, "break_even_draws", p->break_even_draws);
  erg_json_end(j);
}

static void write_point(erg_json *j, const bench_report *r, const bench_point *p) {
  erg_json_object(j, NULL);
  erg_json_int(j, "n", p->n);
  erg_json_string(j, "row", p->row < 0 ? NULL : r->rows[p->row].id);
  erg_json_real(j, "seconds", p->seconds);
  erg_json_real(j, "speedup", p->speedup);
  erg_json_real(j, "efficiency", p->efficiency);
  erg_json_real(j, "imbalance", p->imbalance);
  if (isnan(p->straggler))
    erg_json_null(j, "straggler");
  else
    erg_json_int(j, "straggler", (int64_t)p->straggler);
  if (isnan(p->band[0]))
    erg_json_null(j, "band");
  else
    erg_json_reals(j, "band", p->band, 2);
  erg_json_string(j, "verdict", p->verdict);
  erg_json_string(j, "reason", p->reason);
  erg_json_end(j);
}

static void write_scaling(erg_json *j, const bench_report *r, const bench_scaling *s) {
  erg_json_object(j, NULL);
  erg_json_int(j, "workload", s->workload);
  erg_json_string(j, "backend", s->backend);
  erg_json_string(j, "axis", s->axis);
  erg_json_string(j, "kind", s->kind);
  erg_json_array(j, "points");
  for (int i = 0; i < s->n_points; i++) write_point(j, r, &s->points[i]);
  erg_json_end(j);
  erg_json_end(j);
}

void bench_write_json(const bench_report *r, erg_json *j) {
  erg_json_int(j, "bench_schema_version", BENCH_SCHEMA_VERSION);
  write_environment(j, r);
  write_settings(j, r);
  erg_json_array(j, "peaks");
  for (int i = 0; i < r->n_peaks; i++) write_peak(j, &r->peaks[i]);
  erg_json_end(j);
  erg_json_array(j, "workloads");
  for (int i = 0; i < r->n_subjects; i++) write_subject(j, &r->subjects[i]);
  erg_json_end(j);
  erg_json_array(j, "rows");
  for (int i = 0; i < r->n_rows; i++) write_row(j, r, &r->rows[i]);
  erg_json_end(j);
  erg_json_array(j, "pairs");
  for (int i = 0; i < r->n_pairs; i++) write_pair(j, r, &r->pairs[i]);
  erg_json_end(j);
  erg_json_array(j, "scaling");
  for (int i = 0; i < r->n_scaling; i++) write_scaling(j, r, &r->scaling[i]);
  erg_json_end(j);
  erg_json_array(j, "skipped");
  for (int i = 0; i < r->n_skipped; i++) {
    erg_json_object(j, NULL);
    erg_json_string(j, "backend", r->skipped[i].backend);
    erg_json_string(j, "reason", r->skipped[i].reason);
    erg_json_end(j);
  }
  erg_json_end(j);
  erg_json_strings(j, "warnings", (const char *const *)r->warnings, (size_t)r->n_warnings);
  if (r->baseline) {
    erg_json_object(j, "baseline");
    bench_compare_write(r->baseline, j);
    erg_json_end(j);
  } else {
    erg_json_null(j, "baseline");
  }
}
