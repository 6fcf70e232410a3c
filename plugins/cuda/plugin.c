/* Entry of the CUDA plug-in. */
#include <string.h>
#include "device.h"
#include "kernel.h"
#include "share.h"

static const engine_backend backend = {
    .kind = ERG_DEVICE_GPU,
    .open = cuda_share_open,
    .close = cuda_share_close,
    .read = cuda_share_read,
    .write = cuda_share_write,
    .launch = cuda_share_launch,
    .wait = cuda_share_wait,
    .stages = cuda_share_stages,
};

static const erg_parameter parameters[] = {
    ENGINE_PARAMETER_ROWS,
    {"block", ERG_TYPE_INT, 32, 32, CUDA_BLOCK_MOST,
     "threads a block, a multiple of 32; draws do not depend on it", 0},
    {"chains_a_warp", ERG_TYPE_INT, 0, 0, 4,
     "1, 2 or 4 chains a warp, 0: by their number; draws do not depend on it", 0},
};

static erg_status supports(const erg_host *host, const erg_job *job) {
  erg_status status = engine_supports(host, job);
  if (status != ERG_OK) return status;
  const erg_model_source *source =
      job->model->extension ? job->model->extension(job->model, "erg.source/1") : NULL;
  if (source == NULL)
    return engine_fail(host, ERG_UNSUPPORTED,
                       "model %s has no source in the portable dialect, which the GPU needs: "
                       "use the CPU backend",
                       job->model->name);
  if (source->lanes != 8)
    return engine_fail(host, ERG_UNSUPPORTED,
                       "model %s was compiled for %u lanes, and the GPU kernels have 8",
                       job->model->name, source->lanes);
  char why[800];
  if (nvrtc_open(why, sizeof why) == NULL) return engine_fail(host, ERG_UNSUPPORTED, "%s", why);
  const cuda_driver *driver = cuda_driver_open(host);
  if (driver == NULL) return ERG_NO_DEVICE;
  for (int32_t i = 0; i < job->n_devices; i++) {
    cuda_device device;
    status = cuda_device_find(driver, host, job->devices[i], &device);
    if (status != ERG_OK) return status;
    for (int32_t k = 0; k < i; k++) {
      cuda_device other;
      if (cuda_device_find(driver, host, job->devices[k], &other) == ERG_OK &&
          other.ordinal == device.ordinal)
        return engine_fail(host, ERG_UNSUPPORTED, "device %s is named twice", device.id);
    }
  }
  if (job->n_devices < 1)
    return engine_fail(host, ERG_NO_DEVICE, "the job names no device: cuda:0 is the first");
  return ERG_OK;
}

static erg_status create(const erg_host *host, const erg_job *job, erg_run **run) {
  return engine_create(host, job, &backend, run);
}

static erg_status evaluate(const erg_host *host, const erg_job *job, const double *centring,
                           double *lp, double *gradient) {
  erg_status status = supports(host, job);
  if (status != ERG_OK) return status;
  return engine_gradient(host, job, &backend, centring, lp, gradient);
}

static const erg_stages_extension stages = {sizeof stages, engine_stages};
static const erg_telemetry_extension telemetry = {sizeof telemetry, engine_telemetry};
static const erg_gradient_extension gradient = {sizeof gradient, evaluate};

static const void *extension(const erg_sampler *sampler, const char *id) {
  (void)sampler;
  if (strcmp(id, "erg.gradient/1") == 0) return &gradient;
  if (strcmp(id, "erg.bits/1") == 0) return engine_bits;
  if (strcmp(id, "erg.telemetry/1") == 0) return &telemetry;
  return strcmp(id, "erg.stages/1") == 0 ? &stages : NULL;
}

static const erg_sampler sampler = {
    .size = sizeof sampler,
    .id = "cuda",
    .version = ERGODE_VERSION,
    .summary = "NUTS and HMC on NVIDIA GPUs, a chain on eight threads",
    .parameters = parameters,
    .n_parameters = sizeof parameters / sizeof parameters[0],
    .statistics = engine_statistics,
    .n_statistics = ERG_STATISTICS,
    .devices = cuda_devices,
    .supports = supports,
    .create = create,
    .advance = engine_advance,
    .destroy = engine_destroy,
    .extension = extension,
};

static const erg_sampler *const samplers[] = {&sampler};

static const erg_plugin plugin = {
    .size = sizeof plugin,
    .abi_minor = ERG_ABI_MINOR,
    .name = "cuda",
    .build = "ergode-cuda " ERGODE_VERSION ", " __VERSION__,
    .samplers = samplers,
    .n_samplers = 1,
};

ERG_EXPORT const erg_plugin *erg_plugin_v1(void) { return &plugin; }
