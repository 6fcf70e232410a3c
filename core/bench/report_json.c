/* The report as JSON; docs/benchmarks.md lists the keys. */
#include "bench/bench.h"
#include "run/text.h"

static void write_environment(erg_json *j, const bench_report *r) {
  const bench_environment *e = &r->environment;
  erg_json_object(j, "environment");
  erg_json_string(j, "time", e->when);
  erg_json_string(j, "version", r->options->version);
  erg_json_string(j, "built_by", e->host_build);
  erg_json_string(j, "cpu", e->cpu);
  erg_json_int(j, "cores", e->cores);
  erg_json_uint(j, "memory_bytes", e->memory_bytes);
  erg_json_string(j, "os", e->os);
  erg_json_string(j, "kernel", e->kernel);
  erg_json_string(j, "governor", *e->governor ? e->governor : NULL);
  if (e->load_average >= 0)
    erg_json_real(j, "load_average", e->load_average);
  else
    erg_json_null(j, "load_average");
  erg_json_string(j, "command", r->options->command);
  erg_json_end(j);
}

static void write_settings(erg_json *j, const bench_options *o) {
  erg_json_object(j, "settings");
  erg_json_string(j, "preset", o->preset);
  erg_json_int(j, "chains", o->chains);
  erg_json_int(j, "warmup", o->warmup);
  erg_json_int(j, "draws", o->draws);
  erg_json_int(j, "seed", o->seed);
  erg_json_int(j, "threads", o->threads);
  erg_json_real(j, "target_accept", o->target_accept);
  erg_json_int(j, "repeats", o->repeats);
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
  erg_json_int(j, "coordinates", s->dim);
  erg_json_int(j, "quantities", s->quantities);
  erg_json_int(j, "observations", s->observations);
  erg_json_end(j);
}

static void write_gate(erg_json *j, const char *key, const run_gate *g) {
  if (!g->done) {
    erg_json_null(j, key);
    return;
  }
  erg_json_object(j, key);
  erg_json_bool(j, "passed", g->passed);
  erg_json_int(j, "points", g->points);
  erg_json_real(j, "lp_relative_error", g->lp_error);
  erg_json_real(j, "gradient_relative_error", g->gradient_error);
  erg_json_string(j, "reason", *g->reason ? g->reason : NULL);
  erg_json_end(j);
}

static void write_figures(erg_json *j, const char *key, const bench_figures *f) {
  const bench_stages *s = &f->stages;
  bench_rates b = bench_rates_once(f);
  erg_json_object(j, key);
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
  erg_json_bool(j, "host_model_compiled", f->compiled);
  erg_json_bool(j, "host_model_cached", f->cached & 1);
  erg_json_bool(j, "device_kernel_cached", f->cached & 2);
  erg_json_int(j, "draws_kept", f->kept);
  erg_json_int(j, "gradients", f->gradients);
  erg_json_int(j, "warmup_gradients", f->warmup_gradients);
  erg_json_int(j, "divergent", f->divergent);
  erg_json_real(j, "min_ess_bulk", f->ess_bulk);
  erg_json_string(j, "min_ess_bulk_of", f->worst_bulk);
  erg_json_real(j, "min_ess_tail", f->ess_tail);
  erg_json_string(j, "min_ess_tail_of", f->worst_tail);
  erg_json_real(j, "max_r_hat", f->r_hat);
  erg_json_string(j, "max_r_hat_of", f->worst_r_hat);
  erg_json_real(j, "gradients_per_s", b.gradients_s);
  erg_json_real(j, "us_per_gradient", b.us_gradient);
  erg_json_real(j, "min_ess_bulk_per_s", b.bulk_s);
  erg_json_real(j, "min_ess_tail_per_s", b.tail_s);
  erg_json_real(j, "min_ess_per_1000_gradients", b.per_1000);
  erg_json_end(j);
}

static void write_row(erg_json *j, const bench_report *r, const bench_row *row) {
  static const char *const bits[] = {NULL, "same", "other"};
  const erg_device *d = &row->device;
  erg_json_object(j, NULL);
  erg_json_string(j, "workload", r->subjects[row->workload].name);
  erg_json_string(j, "backend", row->backend);
  erg_json_string(j, "backend_version", row->backend_version);
  erg_json_object(j, "device");
  erg_json_string(j, "id", d->id);
  erg_json_string(j, "name", d->name);
  erg_json_string(j, "driver", d->driver);
  erg_json_string(j, "architecture", d->architecture);
  erg_json_int(j, "compute_units", d->compute_units);
  erg_json_uint(j, "memory_bytes", d->memory_bytes);
  erg_json_end(j);
  erg_json_string(j, "compiler", *row->compiler ? row->compiler : NULL);
  erg_json_string(j, "compiler_flags", *row->flags ? row->flags : NULL);
  erg_json_string(j, "verdict", bench_verdict_text(row->verdict));
  erg_json_string(j, "reason", *row->reason ? row->reason : NULL);
  write_gate(j, "gate_host", &row->host_gate);
  write_gate(j, "gate_device", &row->device_gate);
  erg_json_string(j, "bits_of_cpu", bits[row->bits]);
  erg_json_object(j, "moments");
  erg_json_int(j, "compared", row->z_tests);
  erg_json_real(j, "worst_z", row->z_worst);
  erg_json_real(j, "limit_z", row->z_limit);
  erg_json_string(j, "worst", *row->z_name ? row->z_name : NULL);
  erg_json_end(j);
  if (row->verdict == BENCH_VALID) {
    write_figures(j, "cold", &row->cold);
    erg_json_array(j, "cached");
    for (int i = 0; i < row->n_cached; i++) write_figures(j, NULL, &row->cached[i]);
    erg_json_end(j);
  } else {
    erg_json_null(j, "cold");
    erg_json_null(j, "cached");
  }
  erg_json_end(j);
}

void bench_write_json(const bench_report *r, erg_json *j) {
  erg_json_int(j, "bench_schema_version", BENCH_SCHEMA_VERSION);
  write_environment(j, r);
  write_settings(j, r->options);
  erg_json_array(j, "workloads");
  for (int i = 0; i < r->n_subjects; i++) write_subject(j, &r->subjects[i]);
  erg_json_end(j);
  erg_json_array(j, "rows");
  for (int i = 0; i < r->n_rows; i++) write_row(j, r, &r->rows[i]);
  erg_json_end(j);
  erg_json_array(j, "skipped");
  for (int i = 0; i < r->n_skipped; i++) {
    erg_json_object(j, NULL);
    erg_json_string(j, "backend", r->skipped[i].backend);
    erg_json_string(j, "reason", r->skipped[i].reason);
    erg_json_end(j);
  }
  erg_json_end(j);
}
