/* Entry of the OpenCL plug-in. */
#include <string.h>
#include "../shared/kernel_source.h"
#include "device.h"
#include "engine/plugin.h"
#include "peaks.h"
#include "share.h"

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
  erg_status status = kernel_source_supports(host, job, "OpenCL");
  if (status != ERG_OK) return status;
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

static const void *extension(const char *name) {
  return strcmp(name, "erg.peaks/1") == 0 ? &opencl_peaks : NULL;
}

static const engine_backend backend = {
    .devices = opencl_devices,
    .n_settings = OPENCL_SETTINGS,
    .supports = supports,
    .open = opencl_share_open,
    .close = opencl_share_close,
    .read = opencl_share_read,
    .write = opencl_share_write,
    .launch = opencl_share_launch,
    .wait = opencl_share_wait,
    .stages = opencl_share_stages,
    .extension = extension,
};

ENGINE_PLUGIN("opencl", "NUTS and HMC on OpenCL devices, a chain on eight lanes", backend, parameters)
