/* NVIDIA's management library, opened at run time by dlopen with prototypes of our own: energy,
 * clocks and memory of a device while a run is under way. It comes with the driver. A test
 * holds this file against nvml.h where that is installed (tests/plugins/cuda/prototypes.c). */
#ifndef CUDA_NVML_H
#define CUDA_NVML_H

#include <stddef.h>

typedef unsigned int nvml_result; /* nvmlReturn_t and the other enumerations */
/* The tags are nvml.h's, so that the compiler can compare the types. */
typedef struct nvmlDevice_st *nvml_device;
typedef struct nvmlGpmSample_st *nvml_gpm_sample;

#define NVML_CONSTANTS(X)                               \
  X(NVML_SUCCESS, 0)                                    \
  X(NVML_ERROR_NOT_SUPPORTED, 3)                        \
  X(NVML_ERROR_NOT_FOUND, 6)                            \
  X(NVML_CLOCK_SM, 1)                                   \
  X(NVML_FEATURE_ENABLED, 1)                            \
  X(NVML_GPM_SUPPORT_VERSION, 1)                        \
  X(NVML_GPM_METRICS_GET_VERSION, 1)                    \
  X(NVML_GPM_METRIC_SM_UTIL, 2)                         \
  X(nvmlClocksThrottleReasonSwPowerCap, 0x04)           \
  X(nvmlClocksThrottleReasonHwSlowdown, 0x08)           \
  X(nvmlClocksThrottleReasonSwThermalSlowdown, 0x20)    \
  X(nvmlClocksThrottleReasonHwThermalSlowdown, 0x40)    \
  X(nvmlClocksThrottleReasonHwPowerBrakeSlowdown, 0x80)

enum {
#define NVML_CONSTANT_(name, value) ERG_##name = value,
  NVML_CONSTANTS(NVML_CONSTANT_)
#undef NVML_CONSTANT_
};

/* Fields as in nvml.h. */
typedef struct nvml_utilization {
  unsigned int gpu, memory; /* percent */
} nvml_utilization;
typedef struct nvml_memory {
  unsigned long long total, free, used; /* bytes */
} nvml_memory;
typedef struct nvml_gpm_support {
  unsigned int version, supported;
} nvml_gpm_support;
typedef struct nvml_gpm_metric {
  unsigned int id;
  nvml_result result;
  double value;
  char *short_name, *long_name, *unit;
} nvml_gpm_metric;
/* nvml.h's array has the length of its version, and grows: this is longer. */
typedef struct nvml_gpm_metrics {
  unsigned int version, n;
  nvml_gpm_sample first, second;
  nvml_gpm_metric metrics[1024];
} nvml_gpm_metrics;

/* X(member, symbol, (arguments)). Pointers to structures are void *, which the compiler can't
 * compare; the test holds the structures against nvml.h. */
#define NVML_FUNCTIONS(X)                                                                      \
  X(init, nvmlInit_v2, (void))                                                                 \
  X(driver_version, nvmlSystemGetDriverVersion, (char *version, unsigned int length))          \
  X(by_uuid, nvmlDeviceGetHandleByUUID, (const char *uuid, nvml_device *device))               \
  X(by_bus, nvmlDeviceGetHandleByPciBusId_v2, (const char *bus, nvml_device *device))          \
  X(energy, nvmlDeviceGetTotalEnergyConsumption,                                               \
    (nvml_device device, unsigned long long *millijoules))                                     \
  X(power, nvmlDeviceGetPowerUsage, (nvml_device device, unsigned int *milliwatts))            \
  X(memory, nvmlDeviceGetMemoryInfo, (nvml_device device, void *memory))                       \
  X(utilization, nvmlDeviceGetUtilizationRates, (nvml_device device, void *utilization))       \
  X(clock, nvmlDeviceGetClockInfo, (nvml_device device, unsigned int which, unsigned int *mhz)) \
  X(clock_max, nvmlDeviceGetMaxClockInfo,                                                      \
    (nvml_device device, unsigned int which, unsigned int *mhz))                               \
  X(throttle, nvmlDeviceGetCurrentClocksThrottleReasons,                                       \
    (nvml_device device, unsigned long long *reasons))                                         \
  X(ecc, nvmlDeviceGetEccMode,                                                                 \
    (nvml_device device, unsigned int *current, unsigned int *pending))                        \
  X(gpm_support, nvmlGpmQueryDeviceSupport, (nvml_device device, void *support))               \
  X(gpm_alloc, nvmlGpmSampleAlloc, (nvml_gpm_sample * sample))                                 \
  X(gpm_free, nvmlGpmSampleFree, (nvml_gpm_sample sample))                                     \
  X(gpm_sample, nvmlGpmSampleGet, (nvml_device device, nvml_gpm_sample sample))                \
  X(gpm_metrics, nvmlGpmMetricsGet, (void *metrics))

typedef struct nvml {
  void *library;
#define NVML_MEMBER_(member, symbol, arguments) nvml_result(*member) arguments;
  NVML_FUNCTIONS(NVML_MEMBER_) /* NULL where the library has no such function */
#undef NVML_MEMBER_
  const char *(*error_string)(nvml_result code);
} nvml;

/* Opens the library that ERGODE_NVML names, or libnvidia-ml.so.1, and initialises it, once a
 * process, any thread; never closed. NULL after writing the cause to `why`. */
const nvml *nvml_open(char *why, size_t size);

#endif
