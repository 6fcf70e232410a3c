/* OpenCL devices over all platforms: listing, stable ids, lookup. */
#ifndef OPENCL_DEVICE_H
#define OPENCL_DEVICE_H

#include <ergode/sampler.h>
#include "loader.h"

typedef struct opencl_device {
  cl_platform_id platform;
  cl_device_id handle;
  erg_device about; /* id, name, driver, memory, ... */
  cl_device_type type;
  size_t most_bytes; /* of one buffer */
  char platform_version[128];
  const char *refused; /* why it can't be used; NULL: it can */
} opencl_device;

/* Every device of every platform, in the loader's order; *devices is the caller's to free.
 * Returns their number, or -1 after host->fail. An id is the platform's short name and the
 * device's number on it ("pocl:0"), counted over refused devices, too. */
int32_t opencl_all_devices(const opencl *cl, const erg_host *host, opencl_device **devices);

/* erg_sampler.devices: those in double precision; why others are left out is logged. */
int32_t opencl_devices(const erg_host *host, erg_device *devices, int32_t capacity);

/* Finds the usable device named by `id`. ERG_NO_DEVICE after host->fail otherwise. */
erg_status opencl_device_find(const opencl *cl, const erg_host *host, const char *id,
                              opencl_device *device);

/* opencl_check, which says on which device it was. */
erg_status opencl_device_check(const erg_host *host, const opencl_device *device, cl_int code,
                               const char *doing);
/* Leaves the function where the status isn't good. */
#define OPENCL_TRY(status)                         \
  do {                                             \
    erg_status try_status_ = (status);             \
    if (try_status_ != ERG_OK) return try_status_; \
  } while (0)

/* Keeps a processor to so many threads: `device` becomes a part of itself with as many compute
 * units, which stays the plug-in's; part `number`, since PoCL's devices share the processor.
 * GPUs, and processors with no more units, stay as they are; where the driver can't part the
 * device, a warning says so. Any thread. */
void opencl_device_part(const opencl *cl, const erg_host *host, opencl_device *device,
                        int32_t threads, int32_t number);

#endif
