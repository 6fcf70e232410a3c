/* A device of CUDA is found in NVML by its UUID, or by its place on the bus (a slice of a
 * device has a UUID of its own, and NVML tells of the whole device): numbers differ between the
 * two, and CUDA_VISIBLE_DEVICES renumbers but one of them. */
#include "sensors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "device.h"
#include "engine/engine.h"
#include "nvml.h"
#include "read/clock.h"

/* Two samples of the multiprocessors' counters lie at least so far apart. */
#define GPM_LEAST_S 0.1

struct erg_sensors {
  const nvml *api;
  nvml_device device;
  char no_energy[160]; /* why the counter couldn't be read at the start; "": it could */
  unsigned long long energy;
  char no_gpm[160];
  nvml_gpm_sample first, second;
  nvml_gpm_metrics *metrics;
  double opened_s;
};

/* ERG_NVML_SUCCESS, or the code after writing which function says what. */
#define CALL(member, symbol, ...)                                                \
  (s->api->member == NULL                                                        \
       ? (snprintf(text, size, "NVML has no %s: the driver is too old", symbol), \
          ERG_NVML_ERROR_NOT_SUPPORTED)                                          \
       : told(s->api, s->api->member(__VA_ARGS__), symbol, text, size))

static nvml_result told(const nvml *api, nvml_result code, const char *symbol, char *text,
                        size_t size) {
  if (code == ERG_NVML_SUCCESS) return code;
  const char *meaning = api->error_string(code);
  snprintf(text, size, "%s: %s", symbol, meaning != NULL ? meaning : "unknown error");
  return code;
}

/* --- opening -------------------------------------------------------------------------- */

static nvml_result find(erg_sensors *s, const cuda_driver *driver, const cuda_device *device,
                        char *text, size_t size) {
  unsigned char uuid[16];
  char name[48], bus[32];
  nvml_result code = ERG_NVML_ERROR_NOT_FOUND;
  snprintf(text, size, "the CUDA driver tells no UUID of %s", device->id);
  if (driver->device_uuid((cu_uuid *)uuid, device->handle) == ERG_CUDA_SUCCESS) {
    cuda_uuid_text(uuid, name);
    code = CALL(by_uuid, "nvmlDeviceGetHandleByUUID", name, &s->device);
  }
  if (code != ERG_NVML_SUCCESS &&
      driver->device_bus(bus, sizeof bus, device->handle) == ERG_CUDA_SUCCESS)
    code = CALL(by_bus, "nvmlDeviceGetHandleByPciBusId_v2", bus, &s->device);
  return code;
}

static nvml_result open_gpm(erg_sensors *s, char *text, size_t size) {
  nvml_gpm_support support = {.version = ERG_NVML_GPM_SUPPORT_VERSION};
  nvml_result code = CALL(gpm_support, "nvmlGpmQueryDeviceSupport", s->device, &support);
  if (code == ERG_NVML_SUCCESS && !support.supported) {
    snprintf(text, size, "nvmlGpmQueryDeviceSupport: not on this device (Hopper and later)");
    return ERG_NVML_ERROR_NOT_SUPPORTED;
  }
  if (code == ERG_NVML_SUCCESS) code = CALL(gpm_alloc, "nvmlGpmSampleAlloc", &s->first);
  if (code == ERG_NVML_SUCCESS) code = CALL(gpm_alloc, "nvmlGpmSampleAlloc", &s->second);
  if (code == ERG_NVML_SUCCESS)
    code = CALL(gpm_sample, "nvmlGpmSampleGet", s->device, s->first);
  return code;
}

static void close_sensors(erg_sensors *s) {
  if (s == NULL) return;
  if (s->first != NULL && s->api->gpm_free != NULL) s->api->gpm_free(s->first);
  if (s->second != NULL && s->api->gpm_free != NULL) s->api->gpm_free(s->second);
  free(s->metrics);
  free(s);
}

static erg_status open_sensors(const erg_host *host, const char *id, erg_sensors **out) {
  char why[512];
  cuda_device device;
  *out = NULL;
  const nvml *api = nvml_open(why, sizeof why);
  if (api == NULL) return engine_fail(host, ERG_UNSUPPORTED, "%s", why);
  const cuda_driver *driver = cuda_driver_open(host);
  if (driver == NULL) return ERG_NO_DEVICE;
  erg_status status = cuda_device_find(driver, host, id, &device);
  if (status != ERG_OK) return status;
  erg_sensors *s = calloc(1, sizeof *s);
  if (s == NULL) return engine_fail(host, ERG_NO_MEMORY, "out of memory");
  s->api = api;
  if (find(s, driver, &device, why, sizeof why) != ERG_NVML_SUCCESS) {
    free(s);
    return engine_fail(host, ERG_NO_DEVICE, "NVML doesn't know %s (%s)", device.id, why);
  }
  char *text = s->no_energy;
  size_t size = sizeof s->no_energy;
  (void)CALL(energy, "nvmlDeviceGetTotalEnergyConsumption", s->device, &s->energy);
  (void)open_gpm(s, s->no_gpm, sizeof s->no_gpm);
  s->opened_s = erg_clock();
  *out = s;
  return ERG_OK;
}

/* --- reading -------------------------------------------------------------------------- */

static double joules(erg_sensors *s, char *text, size_t size) {
  unsigned long long mj = 0;
  if (*s->no_energy) {
    snprintf(text, size, "%s", s->no_energy);
    return NAN;
  }
  if (CALL(energy, "nvmlDeviceGetTotalEnergyConsumption", s->device, &mj) != ERG_NVML_SUCCESS)
    return NAN;
  return 1e-3 * (double)(mj - s->energy);
}

static double sm_active(erg_sensors *s, char *text, size_t size) {
  if (*s->no_gpm) {
    snprintf(text, size, "%s", s->no_gpm);
    return NAN;
  }
  if (erg_clock() - s->opened_s < GPM_LEAST_S) {
    snprintf(text, size, "shorter than the %g s that NVML's counters need", GPM_LEAST_S);
    return NAN;
  }
  if (s->metrics == NULL) s->metrics = calloc(1, sizeof *s->metrics);
  nvml_gpm_metrics *m = s->metrics;
  if (m == NULL) {
    snprintf(text, size, "out of memory");
    return NAN;
  }
  m->version = ERG_NVML_GPM_METRICS_GET_VERSION;
  m->n = 1;
  m->first = s->first;
  m->second = s->second;
  m->metrics[0].id = ERG_NVML_GPM_METRIC_SM_UTIL;
  if (CALL(gpm_sample, "nvmlGpmSampleGet", s->device, s->second) != ERG_NVML_SUCCESS ||
      CALL(gpm_metrics, "nvmlGpmMetricsGet", m) != ERG_NVML_SUCCESS ||
      told(s->api, m->metrics[0].result, "nvmlGpmMetricsGet", text, size) != ERG_NVML_SUCCESS)
    return NAN;
  return m->metrics[0].value / 100;
}

/* What makes it slower than it could be, in `text`; 0: nothing but somebody's own settings. */
static double throttled(unsigned long long reasons, char *text, size_t size) {
  static const struct {
    unsigned long long bits;
    const char *name;
  } known[] = {
      {ERG_nvmlClocksThrottleReasonSwPowerCap, "power cap"},
      {ERG_nvmlClocksThrottleReasonSwThermalSlowdown |
           ERG_nvmlClocksThrottleReasonHwThermalSlowdown,
       "heat"},
      {ERG_nvmlClocksThrottleReasonHwPowerBrakeSlowdown, "power brake"},
      {ERG_nvmlClocksThrottleReasonHwSlowdown, "hardware slowdown"},
  };
  size_t n = 0;
  for (size_t i = 0; i < sizeof known / sizeof known[0] && n < size; i++)
    if (reasons & known[i].bits)
      n += (size_t)snprintf(text + n, size - n, "%s%s", n > 0 ? ", " : "", known[i].name);
  return n > 0;
}

static double read_sensor(erg_sensors *s, int32_t sensor, char *text, uint32_t size) {
  unsigned int value = 0, other;
  unsigned long long reasons;
  nvml_memory memory;
  nvml_utilization busy;
  text[0] = 0;
  switch ((erg_sensor)sensor) {
    case ERG_SENSOR_JOULES: return joules(s, text, size);
    case ERG_SENSOR_WATTS:
      if (CALL(power, "nvmlDeviceGetPowerUsage", s->device, &value) != ERG_NVML_SUCCESS) break;
      return 1e-3 * value;
    case ERG_SENSOR_MEMORY:
      if (CALL(memory, "nvmlDeviceGetMemoryInfo", s->device, &memory) != ERG_NVML_SUCCESS)
        break;
      return (double)memory.used;
    case ERG_SENSOR_BUSY:
      if (CALL(utilization, "nvmlDeviceGetUtilizationRates", s->device, &busy) !=
          ERG_NVML_SUCCESS)
        break;
      return busy.gpu / 100.0;
    case ERG_SENSOR_SM_ACTIVE: return sm_active(s, text, size);
    case ERG_SENSOR_CLOCK_MHZ:
      if (CALL(clock, "nvmlDeviceGetClockInfo", s->device, ERG_NVML_CLOCK_SM, &value) !=
          ERG_NVML_SUCCESS)
        break;
      return value;
    case ERG_SENSOR_CLOCK_MHZ_MAX:
      if (CALL(clock_max, "nvmlDeviceGetMaxClockInfo", s->device, ERG_NVML_CLOCK_SM, &value) !=
          ERG_NVML_SUCCESS)
        break;
      return value;
    case ERG_SENSOR_THROTTLED:
      if (CALL(throttle, "nvmlDeviceGetCurrentClocksThrottleReasons", s->device, &reasons) !=
          ERG_NVML_SUCCESS)
        break;
      return throttled(reasons, text, size);
    case ERG_SENSOR_ECC:
      if (CALL(ecc, "nvmlDeviceGetEccMode", s->device, &value, &other) != ERG_NVML_SUCCESS)
        break;
      return value == ERG_NVML_FEATURE_ENABLED;
    case ERG_SENSOR_DRIVER:
      if (CALL(driver_version, "nvmlSystemGetDriverVersion", text, size) != ERG_NVML_SUCCESS)
        break;
      return 1;
    default: snprintf(text, size, "no such sensor"); break;
  }
  return NAN;
}

const erg_sensors_extension cuda_sensors = {sizeof cuda_sensors, open_sensors, read_sensor,
                                            close_sensors};
