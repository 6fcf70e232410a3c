/* Runs read back from JSON; document.c writes them. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/restore.h"
#include "run/text.h"

double restore_real(const json_t *o, const char *key) {
  const json_t *v = json_object_get(o, key);
  return json_is_number(v) ? json_number_value(v) : NAN;
}

int64_t restore_int(const json_t *o, const char *key) {
  return json_integer_value(json_object_get(o, key));
}

void restore_text(const json_t *o, const char *key, char *to, size_t size) {
  const char *text = json_string_value(json_object_get(o, key));
  snprintf(to, size, "%s", text ? text : "");
}

static void restore_samples(const json_t *list, telemetry_result *t) {
  for (size_t i = 0; i < json_array_size(list) && t->n_samples < TELEMETRY_SAMPLES; i++) {
    double v[9];
    for (size_t k = 0; k < 9; k++) {
      const json_t *one = json_array_get(json_array_get(list, i), k);
      v[k] = json_is_number(one) ? json_number_value(one) : NAN;
    }
    t->samples[t->n_samples++] = (telemetry_sample){
        .t_s = v[0], .host_bytes = v[1], .cpu_share = v[2], .device_busy = v[3], .watts = v[4],
        .mhz = v[5], .device_watts = v[6], .device_mhz = v[7], .device_bytes = v[8]};
  }
}

static void restore_telemetry(const json_t *o, telemetry_result *t) {
  const json_t *why = json_object_get(o, "unavailable"),
               *throttled = json_object_get(o, "throttled");
  t->host_memory_peak_bytes = restore_real(o, "host_memory_peak_bytes");
  t->host_memory_mean_bytes = restore_real(o, "host_memory_mean_bytes");
  t->joules_host = restore_real(o, "joules_host");
  t->clock_mhz_mean = restore_real(o, "clock_mhz_mean");
  t->clock_mhz_min = restore_real(o, "clock_mhz_min");
  t->throttled = json_is_boolean(throttled) ? json_is_true(throttled) : -1;
  restore_text(why, "host_memory_peak_bytes", t->no_memory, sizeof t->no_memory);
  restore_text(why, "joules_host", t->no_energy, sizeof t->no_energy);
  restore_text(why, "clock_mhz_mean", t->no_clock, sizeof t->no_clock);
  restore_text(why, "throttled", t->no_throttle, sizeof t->no_throttle);
  t->device_memory_peak_bytes = restore_real(o, "device_memory_peak_bytes");
  t->device_memory_mean_bytes = restore_real(o, "device_memory_mean_bytes");
  t->sm_active = restore_real(o, "sm_active");
  t->joules_device = restore_real(o, "joules_device");
  t->device_mhz_mean = restore_real(o, "device_mhz_mean");
  t->device_mhz_min = restore_real(o, "device_mhz_min");
  restore_text(o, "throttled_by", t->throttled_by, sizeof t->throttled_by);
  restore_text(why, "device_memory_peak_bytes", t->no_device_memory,
               sizeof t->no_device_memory);
  restore_text(why, "sm_active", t->no_sm_active, sizeof t->no_sm_active);
  restore_text(why, "joules_device", t->no_device_energy, sizeof t->no_device_energy);
  restore_text(why, "device_mhz_mean", t->no_device_clock, sizeof t->no_device_clock);
  restore_samples(json_object_get(o, "samples"), t);
}

bool restore_once(const json_t *o, bench_once *f) {
  bench_once_init(f);
  const char *kind = json_string_value(json_object_get(o, "kind"));
  const json_t *stages = json_object_get(o, "stages"), *telemetry, *chains;
  if (!kind || !json_is_object(stages)) return false;
  f->kind = strcmp(kind, "cold") ? BENCH_CACHED : BENCH_COLD;
  f->repeat = (int32_t)restore_int(o, "repeat");
  f->order = (int32_t)restore_int(o, "order");
  f->seed = restore_int(o, "seed");
  f->started_s = restore_real(o, "started_s");
  for (int v = BENCH_VALID; v <= BENCH_INTERRUPTED; v++) {
    const char *verdict = json_string_value(json_object_get(o, "verdict"));
    if (!verdict || strcmp(verdict, bench_verdict_text((bench_verdict)v))) continue;
    f->judged = 1;
    f->verdict = v;
  }
  restore_text(o, "reason", f->reason, sizeof f->reason);
  f->z_worst = restore_real(o, "worst_z");
  f->z_limit = restore_real(o, "limit_z");
  if (isnan(f->z_worst) && !isnan(f->z_limit)) f->z_worst = INFINITY; /* draws not finite */
  f->stages = (bench_stages){.load = restore_real(stages, "load_s"),
                             .compile = restore_real(stages, "compile_s"),
                             .upload = restore_real(stages, "upload_s"),
                             .warmup = restore_real(stages, "warmup_s"),
                             .sampling = restore_real(stages, "sampling_s"),
                             .download = restore_real(stages, "download_s"),
                             .diagnostics = restore_real(stages, "diagnostics_s"),
                             .output = restore_real(stages, "output_s"),
                             .rest = restore_real(stages, "rest_s"),
                             .total = restore_real(stages, "total_s")};
  f->gradients = restore_int(o, "gradients");
  f->warmup_gradients =
      json_is_integer(json_object_get(o, "warmup_gradients"))
          ? restore_int(o, "warmup_gradients") : -1;
  f->divergent = restore_int(o, "divergent");
  f->kept = restore_int(o, "kept");
  f->ess_bulk = restore_real(o, "min_ess_bulk");
  f->ess_tail = restore_real(o, "min_ess_tail");
  f->ess_square = restore_real(o, "min_ess_square");
  f->ess_lp = restore_real(o, "ess_lp");
  f->r_hat = restore_real(o, "max_r_hat");
  f->converged_s = restore_real(o, "converged_s");
  restore_text(o, "min_ess_bulk_name", f->worst_bulk, BENCH_NAME);
  restore_text(o, "min_ess_tail_name", f->worst_tail, BENCH_NAME);
  restore_text(o, "max_r_hat_name", f->worst_r_hat, BENCH_NAME);
  restore_text(o, "draws_sha256", f->draws_sha256, sizeof f->draws_sha256);
  chains = json_object_get(o, "chain_gradients");
  for (size_t i = 0; i < json_array_size(chains) && i < BENCH_CHAINS_KEPT; i++)
    f->chain_gradients[f->n_chain_gradients++] = json_integer_value(json_array_get(chains, i));
  telemetry = json_object_get(o, "telemetry");
  f->has_telemetry = json_is_object(telemetry);
  if (f->has_telemetry) restore_telemetry(telemetry, &f->telemetry);
  f->device_busy = restore_real(telemetry, "device_busy");
  f->lane_efficiency = restore_real(telemetry, "lane_efficiency");
  return true;
}

static bench_difference restore_difference(const json_t *list) {
  double v[5];
  for (size_t i = 0; i < 5; i++) {
    const json_t *one = json_array_get(list, i);
    v[i] = json_is_number(one) ? json_number_value(one) : NAN;
  }
  return (bench_difference){v[0], v[1], v[2], v[3], isnan(v[4]) ? INFINITY : v[4]};
}

void restore_agreements(const json_t *list, bench_row *row) {
  free(row->agreements);
  row->agreements = run_alloc((json_array_size(list) + 1) * sizeof *row->agreements);
  row->n_agreements = 0;
  for (size_t i = 0; i < json_array_size(list) && i < BENCH_AGREEMENTS; i++) {
    const json_t *o = json_array_get(list, i);
    bench_agreement *to = &row->agreements[row->n_agreements++];
    restore_text(o, "name", to->name, sizeof to->name);
    to->mean = restore_difference(json_object_get(o, "mean"));
    to->sd = restore_difference(json_object_get(o, "sd"));
    to->square = restore_difference(json_object_get(o, "square"));
    if (!json_is_array(json_object_get(o, "square"))) to->square.z = NAN;
  }
}
