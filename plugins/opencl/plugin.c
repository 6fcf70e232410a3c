/* Entry of the OpenCL plug-in. */
#include <string.h>
#include "device.h"
#include "share.h"

static const engine_backend backend = {
    .kind = ERG_DEVICE_OTHER,
    .open = opencl_share_open,
    .close = opencl_share_close,
    .read = opencl_share_read,
    .write = opencl_share_write,
    .launch = opencl_share_launch,
    .wait = opencl_share_wait,
    .stages = opencl_share_stages,
};

static const erg_parameter parameters[] = {
    ENGINE_PARAMETER_ROWS,
    {"form", ERG_TYPE_CHOICE, OPENCL_FORM_AUTO, 0, 2,
     "eight lanes a work-item (processors) or one (GPUs); draws do not depend on it",
     "auto|vector|item"},
    {"store", ERG_TYPE_CHOICE, OPENCL_STORE_AUTO, 0, 2,
     "compiled kernels: binaries in Ergode's cache, or left to the driver's own",
     "auto|binary|driver"},
};

static erg_status supports(const erg_host *host, const erg_job *job) {
  erg_status status = engine_supports(host, job);
  if (status != ERG_OK) return status;
  const erg_model_source *source =
      job->model->extension ? job->model->extension(job->model, "erg.source/1") : NULL;
  if (source == NULL)
    return engine_fail(host, ERG_UNSUPPORTED,
                       "model %s has no source in the portable dialect, which OpenCL needs: "
                       "use the CPU backend",
                       job->model->name);
  if (source->lanes != 8)
    return engine_fail(host, ERG_UNSUPPORTED,
                       "model %s was compiled for %u lanes, and the OpenCL kernels have 8",
                       job->model->name, source->lanes);
  if (job->n_devices < 1)
    return engine_fail(host, ERG_NO_DEVICE,
                       "the job names no device: `ergode devices` lists them");
  const opencl *cl = opencl_open(host);
  if (cl == NULL) return ERG_NO_DEVICE;
  for (int32_t i = 0; i < job->n_devices; i++) {
    opencl_device device;
    status = opencl_device_find(cl, host, job->devices[i], &device);
    if (status != ERG_OK) return status;
    for (int32_t k = 0; k < i; k++)
      if (strcmp(job->devices[i], job->devices[k]) == 0)
        return engine_fail(host, ERG_UNSUPPORTED, "device %s is named twice", job->devices[i]);
  }
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
    .id = "opencl",
    .version = ERGODE_VERSION,
    .summary = "NUTS and HMC on OpenCL devices, a chain on eight lanes",
    .parameters = parameters,
    .n_parameters = sizeof parameters / sizeof parameters[0],
    .statistics = engine_statistics,
    .n_statistics = ERG_STATISTICS,
    .devices = opencl_devices,
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
    .name = "opencl",
    .build = "ergode-opencl " ERGODE_VERSION ", " __VERSION__,
    .samplers = samplers,
    .n_samplers = 1,
};

ERG_EXPORT const erg_plugin *erg_plugin_v1(void) { return &plugin; }
