/* A stand-in for libnvidia-ml.so.1 beside the fake driver. Its two devices are in the other order
 * than CUDA's: number 0 here is cuda:1, found by its UUID; number 1 is cuda:0, whose UUID it
 * doesn't know, found by its place on the bus. Each tells other numbers.
 *
 * FAKE_NVML_FAIL=FUNCTION:CODE makes a function fail; FAKE_NVML_THROTTLE is the mask of reasons.
 * Compiled with OLD it lacks the functions of newer drivers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../../../plugins/cuda/nvml.h"

#define API __attribute__((visibility("default")))

struct nvmlDevice_st {
  unsigned number;
  unsigned long long millijoules;
};
struct nvmlGpmSample_st {
  int taken;
};
static struct nvmlDevice_st devices[2] = {{0, 1000000}, {1, 2000000}};
static int started;

static nvml_result injected(const char *function) {
  const char *fail = getenv("FAKE_NVML_FAIL");
  size_t n = strlen(function);
  return fail != NULL && strncmp(fail, function, n) == 0 && fail[n] == ':'
             ? (nvml_result)atoi(fail + n + 1)
             : 0;
}
#define INJECT                              \
  do {                                      \
    nvml_result code_ = injected(__func__); \
    if (code_ != 0) return code_;           \
    if (!started) return 1;                 \
  } while (0)

API nvml_result nvmlInit_v2(void) { return injected("nvmlInit_v2") || (started = 1, 0); }
API const char *nvmlErrorString(nvml_result code) {
  return code == 3 ? "Not Supported" : code == 6 ? "Not Found" : code == 15 ? "GPU is lost"
                                                                            : "Fake Error";
}
API nvml_result nvmlSystemGetDriverVersion(char *version, unsigned int length) {
  INJECT;
  snprintf(version, length, "580.65.06");
  return 0;
}
API nvml_result nvmlDeviceGetHandleByUUID(const char *uuid, nvml_device *device) {
  INJECT;
  if (strcmp(uuid, "GPU-20212223-2425-2627-2829-2a2b2c2d2e2f") != 0) return 6;
  return *device = &devices[0], 0;
}
API nvml_result nvmlDeviceGetHandleByPciBusId_v2(const char *bus, nvml_device *device) {
  INJECT;
  if (strcmp(bus, "0000:0a:00.0") != 0) return 6;
  return *device = &devices[1], 0;
}
#ifndef OLD
API nvml_result nvmlDeviceGetTotalEnergyConsumption(nvml_device device,
                                                    unsigned long long *millijoules) {
  INJECT;
  return *millijoules = device->millijoules += 2500, 0;
}
API nvml_result nvmlGpmQueryDeviceSupport(nvml_device device, void *support) {
  INJECT;
  nvml_gpm_support *s = support;
  if (s->version != 1) return 2;
  return s->supported = device->number == 0, 0;
}
API nvml_result nvmlGpmSampleAlloc(nvml_gpm_sample *sample) {
  return *sample = calloc(1, sizeof **sample), 0;
}
API nvml_result nvmlGpmSampleFree(nvml_gpm_sample sample) { return free(sample), 0; }
API nvml_result nvmlGpmSampleGet(nvml_device device, nvml_gpm_sample sample) {
  INJECT;
  return (void)device, sample->taken = 1, 0;
}
API nvml_result nvmlGpmMetricsGet(void *metrics) {
  INJECT;
  nvml_gpm_metrics *m = metrics;
  if (m->version != 1 || m->n != 1 || m->first == m->second || !m->first->taken ||
      !m->second->taken)
    return 2;
  m->metrics[0].result = m->metrics[0].id == 2 ? 0 : 3;
  return m->metrics[0].value = 62.5, 0;
}
#endif
API nvml_result nvmlDeviceGetPowerUsage(nvml_device device, unsigned int *milliwatts) {
  INJECT;
  return *milliwatts = 100000 + 50000 * device->number, 0;
}
API nvml_result nvmlDeviceGetMemoryInfo(nvml_device device, void *memory) {
  INJECT;
  nvml_memory *m = memory;
  *m = (nvml_memory){.total = 8000, .free = 1000, .used = 7000 + device->number};
  return 0;
}
API nvml_result nvmlDeviceGetUtilizationRates(nvml_device device, void *utilization) {
  INJECT;
  nvml_utilization *u = utilization;
  *u = (nvml_utilization){.gpu = 75 + device->number, .memory = 10};
  return 0;
}
API nvml_result nvmlDeviceGetClockInfo(nvml_device device, unsigned int which,
                                       unsigned int *mhz) {
  INJECT;
  return *mhz = which == 1 ? 1500 + device->number : 0, 0;
}
API nvml_result nvmlDeviceGetMaxClockInfo(nvml_device device, unsigned int which,
                                          unsigned int *mhz) {
  INJECT;
  return *mhz = which == 1 ? 1980 + device->number : 0, 0;
}
API nvml_result nvmlDeviceGetCurrentClocksThrottleReasons(nvml_device device,
                                                          unsigned long long *reasons) {
  INJECT;
  const char *mask = getenv("FAKE_NVML_THROTTLE");
  return (void)device, *reasons = mask != NULL ? strtoull(mask, NULL, 0) : 1, 0;
}
API nvml_result nvmlDeviceGetEccMode(nvml_device device, unsigned int *current,
                                     unsigned int *pending) {
  INJECT;
  return *current = device->number == 0, *pending = 1, 0;
}
