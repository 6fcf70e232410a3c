/* The whole of a plug-in from its backend: the sampler with its functions and extensions,
 * and the entry that the host looks for. A plug-in's source ends with
 *
 *   ENGINE_PLUGIN("cpu", "NUTS and static HMC on CPU threads", cpu_backend, parameters)
 *
 * id of plug-in and sampler; one line on it; a static engine_backend; a static table
 * erg_parameter[] that begins with ENGINE_PARAMETER_ROWS. ERGODE_VERSION is the build's.
 */
#ifndef ERG_ENGINE_PLUGIN_H
#define ERG_ENGINE_PLUGIN_H

#include "engine/engine.h"
#include "read/compiler.h"

/* The sampler's functions get no sampler, so each backend has functions of its own. */
#define ENGINE_PLUGIN(id_, summary_, backend_, parameters_)                                    \
  static int32_t plugin_devices(const erg_host *host, erg_device *devices, int32_t capacity) { \
    return (backend_).devices(host, devices, capacity);                                        \
  }                                                                                            \
  static erg_status plugin_supports(const erg_host *host, const erg_job *job) {                \
    return engine_supports(host, job, &(backend_));                                            \
  }                                                                                            \
  static erg_status plugin_create(const erg_host *host, const erg_job *job, erg_run **run) {   \
    return engine_create(host, job, &(backend_), run);                                         \
  }                                                                                            \
  static erg_status plugin_gradient(const erg_host *host, const erg_job *job,                  \
                                    const double *centring, double *lp, double *gradient) {    \
    return engine_gradient(host, job, &(backend_), centring, lp, gradient);                    \
  }                                                                                            \
  static const void *plugin_extension(const erg_sampler *sampler, const char *name) {          \
    static const erg_gradient_extension gradient = {sizeof gradient, plugin_gradient};         \
    (void)sampler;                                                                             \
    return engine_extension(name, &(backend_), &gradient);                                     \
  }                                                                                            \
  static const erg_sampler plugin_sampler = {                                                  \
      .size = sizeof plugin_sampler,                                                           \
      .id = id_,                                                                               \
      .version = ERGODE_VERSION,                                                               \
      .summary = summary_,                                                                     \
      .parameters = parameters_,                                                               \
      .n_parameters = (int32_t)(sizeof parameters_ / sizeof *parameters_),                     \
      .statistics = engine_statistics,                                                         \
      .n_statistics = ERG_STATISTICS,                                                          \
      .devices = plugin_devices,                                                               \
      .supports = plugin_supports,                                                             \
      .create = plugin_create,                                                                 \
      .advance = engine_advance,                                                               \
      .destroy = engine_destroy,                                                               \
      .extension = plugin_extension,                                                           \
  };                                                                                           \
  static const erg_sampler *const plugin_samplers[] = {&plugin_sampler};                       \
  static const erg_plugin plugin_itself = {                                                    \
      .size = sizeof plugin_itself,                                                            \
      .abi_minor = ERG_ABI_MINOR,                                                              \
      .name = id_,                                                                             \
      .build = ERGODE_VERSION ", " ERG_COMPILER,                                               \
      .samplers = plugin_samplers,                                                             \
      .n_samplers = 1,                                                                         \
  };                                                                                           \
  ERG_EXPORT const erg_plugin *erg_plugin_v1(void) { return &plugin_itself; }

#endif
