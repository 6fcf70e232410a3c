/* CUDA devices: listing, ids, lookup. */
#ifndef CUDA_DEVICE_H
#define CUDA_DEVICE_H

#include <ergode/sampler.h>
#include "driver.h"

/* A device as the rest of the plug-in sees it. */
typedef struct cuda_device {
  cu_device handle;
  int ordinal;
  int capability; /* 90 for compute capability 9.0 */
  int multiprocessors;
  int display; /* 1: a watchdog ends long kernels */
  char id[64]; /* "cuda:0" */
} cuda_device;

/* erg_sampler.devices. */
int32_t cuda_devices(const erg_host *host, erg_device *devices, int32_t capacity);

/* Finds the device named by `id`: "cuda:0", "cuda:GPU-<uuid>" (as nvidia-smi -L prints it;
 * the beginning is enough where it is unique) or "cuda" for the first. ERG_NO_DEVICE after
 * host->fail where there is none such. */
erg_status cuda_device_find(const cuda_driver *driver, const erg_host *host, const char *id,
                            cuda_device *device);

/* cuda_check, which says on which device it was. */
erg_status cuda_device_check(const cuda_driver *driver, const erg_host *host,
                             const cuda_device *device, cu_result code, const char *doing);
/* Calls a function of `x`'s driver on `x`'s device (x: a struct with driver, host, device);
 * leaves the function that this stands in where it fails. */
#define CUDA_TRY(x, call, doing)                                                           \
  do {                                                                                     \
    erg_status try_status_ =                                                               \
        cuda_device_check((x)->driver, (x)->host, &(x)->device, (x)->driver->call, doing); \
    if (try_status_ != ERG_OK) return try_status_;                                         \
  } while (0)

/* "GPU-..." of 16 bytes, as nvidia-smi -L prints it. */
void cuda_uuid_text(const unsigned char *uuid, char text[48]);

#endif
