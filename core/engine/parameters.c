/* What the three plug-ins have in common of their description. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/run.h"

const erg_statistic engine_statistics[ERG_STATISTICS] = {
    {"lp", ERG_TYPE_REAL, "log density of the parameters and their Jacobians"},
    {"acceptance_rate", ERG_TYPE_REAL, "mean of min(1, e^(H0 - H)) over the trajectory"},
    {"step_size", ERG_TYPE_REAL, "step size of the leapfrogs"},
    {"tree_depth", ERG_TYPE_INT, "doublings of the trajectory"},
    {"n_steps", ERG_TYPE_INT, "leapfrogs of the transition"},
    {"diverging", ERG_TYPE_BOOL, "the energy error passed 1000"},
    {"energy", ERG_TYPE_REAL, "Hamiltonian at the draw"},
    {"energy_error", ERG_TYPE_REAL, "Hamiltonian at the draw less that at the start"},
    {"max_energy_error", ERG_TYPE_REAL, "largest such error in the trajectory"},
    {"reached_max_treedepth", ERG_TYPE_BOOL, "the trajectory was cut at max_depth"},
    {"index_in_trajectory", ERG_TYPE_INT, "leapfrogs from the start to the draw"},
};

void *engine_array(size_t count, size_t size) { return calloc(count ? count : 1, size); }

erg_status engine_fail(const erg_host *host, erg_status code, const char *format, ...) {
  char text[1024];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  return host && host->fail ? host->fail(host->data, code, text) : code;
}

void engine_layout(int32_t dim, int32_t elements, int32_t families, int32_t max_depth,
                   int32_t capacity, engine_shape *shape) {
  erg_control *k = &shape->control;
  int lanes = ERG_PADDING;
  k->dim = dim;
  k->blocks = (dim + lanes - 1) / lanes;
  k->stride = (k->blocks + 1) * lanes;
  k->elements = elements;
  k->element_blocks = (elements + lanes - 1) / lanes;
  k->element_stride = elements > 0 ? (k->element_blocks + 1) * lanes : 0;
  k->tree_levels = max_depth;
  k->max_depth = max_depth;
  k->capacity = capacity;
  k->mail_offset = (ERG_V_TREE + 3 * max_depth) * k->stride;
  k->uniform_offset = k->mail_offset + 8;
  k->element_offset = k->uniform_offset + 16;
  /* 5 accumulators, 3 * elements moments with room for the last lanes */
  k->chain_doubles = k->element_offset + 8 * k->element_stride;
  shape->row_bytes[ENGINE_SCALARS] = sizeof(erg_chain);
  shape->row_bytes[ENGINE_STATE] = (uint64_t)k->chain_doubles * sizeof(double);
  shape->row_bytes[ENGINE_DRAWS] = (uint64_t)capacity * (uint64_t)dim * sizeof(double);
  shape->row_bytes[ENGINE_STATISTICS] =
      (uint64_t)capacity * ERG_STATISTICS * sizeof(double);
  shape->row_bytes[ENGINE_CENTRING] =
      (uint64_t)erg_centring_length(elements, families) * sizeof(double);
}

erg_status engine_supports(const erg_host *host, const erg_job *job,
                           const engine_backend *backend) {
  const erg_model *model = job->model;
  double doubles;
  if (!model || model->dim < 1 || !model->logp)
    return engine_fail(host, ERG_INVALID, "the job has no model with a log density");
  if (job->chains < 1)
    return engine_fail(host, ERG_INVALID, "%d chains: at least one is needed", job->chains);
  if (job->warmup < 0 || job->draws < 0 || job->warmup + job->draws > 1000000000)
    return engine_fail(host, ERG_INVALID,
                       "%lld warm-up iterations and %lld draws: from 0 to 1e9 in all",
                       (long long)job->warmup, (long long)job->draws);
  if (job->n_settings < ENGINE_PARAMETERS + backend->n_settings || !job->settings)
    return engine_fail(host, ERG_INVALID, "the job carries %d settings; %d are declared",
                       job->n_settings, (int)ENGINE_PARAMETERS + backend->n_settings);
  doubles = (ERG_V_TREE + 3 * job->settings[ENGINE_MAX_DEPTH]) * (model->dim + 16.0);
  if (doubles > 2e9)
    return engine_fail(host, ERG_UNSUPPORTED,
                       "%d coordinates with max_depth %g: a chain would take over 16 GB",
                       model->dim, job->settings[ENGINE_MAX_DEPTH]);
  if (model->n_elements > 0 && (!model->recentre || !model->element_family))
    return engine_fail(host, ERG_INVALID,
                       "the model has centring elements but does not recentre");
  return backend->supports(host, job);
}

const void *engine_extension(const char *name, const engine_backend *backend,
                             const erg_gradient_extension *gradient) {
  static const erg_stages_extension stages = {sizeof stages, engine_stages};
  static const erg_telemetry_extension telemetry = {sizeof telemetry, engine_telemetry};
  static const erg_memory_extension memory = {sizeof memory, engine_memory};
  if (strcmp(name, "erg.gradient/1") == 0) return gradient;
  if (strcmp(name, "erg.bits/1") == 0) return engine_bits;
  if (strcmp(name, "erg.telemetry/1") == 0) return &telemetry;
  if (strcmp(name, "erg.memory/1") == 0) return &memory;
  if (strcmp(name, "erg.stages/1") == 0) return &stages;
  return backend->extension ? backend->extension(name) : NULL;
}
