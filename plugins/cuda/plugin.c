/* Entry of the CUDA plug-in. */
#include <string.h>
#include "../shared/kernel_source.h"
#include "device.h"
#include "engine/plugin.h"
#include "kernel.h"
#include "peaks.h"
#include "sensors.h"
#include "share.h"

static const erg_parameter parameters[] = {
    ENGINE_PARAMETER_ROWS,
    {"block", ERG_TYPE_INT, 32, 32, CUDA_BLOCK_MOST,
     "threads a block, a multiple of 32; draws do not depend on it", 0},
    {"chains_a_warp", ERG_TYPE_INT, 0, 0, 4,
     "1, 2 or 4 chains a warp, 0: by their number; draws do not depend on it", 0},
};

static erg_status supports(const erg_host *host, const erg_job *job) {
  erg_status status = kernel_source_supports(host, job, "CUDA");
  if (status != ERG_OK) return status;
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
  return ERG_OK;
}

static const void *extension(const char *name) {
  if (strcmp(name, "erg.peaks/1") == 0) return &cuda_peaks;
  return strcmp(name, "erg.sensors/1") == 0 ? &cuda_sensors : NULL;
}

static const engine_backend backend = {
    .devices = cuda_devices,
    .n_settings = CUDA_SETTINGS,
    .supports = supports,
    .open = cuda_share_open,
    .close = cuda_share_close,
    .read = cuda_share_read,
    .write = cuda_share_write,
    .launch = cuda_share_launch,
    .wait = cuda_share_wait,
    .stages = cuda_share_stages,
    .extension = extension,
};

ENGINE_PLUGIN("cuda", "NUTS and HMC on NVIDIA GPUs, a chain on eight threads", backend, parameters)
