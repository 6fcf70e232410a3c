/* What NVML says of CUDA devices, by the fake driver and the fake NVML (fake/). Argument: which
 * library there is: whole, old (without newer functions), none, stopped (it doesn't start). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "harness.h"

static const erg_sensors_extension *from;
static char reason[512];

static void no_log(void *data, erg_log_level level, const char *text) {
  (void)data, (void)level, (void)text;
}
static erg_status keep(void *data, erg_status code, const char *text) {
  (void)data;
  snprintf(reason, sizeof reason, "%s", text);
  return code;
}
static int never(void *data) { return (void)data, 0; }
static const erg_host host = {
    .size = sizeof host, .log = no_log, .fail = keep, .cancelled = never};

static erg_sensors *open_device(const char *id) {
  erg_sensors *s = NULL;
  reason[0] = 0;
  if (from->open(&host, id, &s) != ERG_OK) fail_msg("%s: %s", id, reason);
  return s;
}

static void assert_reads(erg_sensors *s, erg_sensor sensor, double expected, const char *says) {
  char text[160];
  double v = from->read(s, sensor, text, sizeof text);
  if (!(isnan(expected) ? isnan(v) : fabs(v - expected) < 1e-9) || strcmp(text, says) != 0)
    fail_msg("sensor %d: %g, \"%s\"; expected %g, \"%s\"", sensor, v, text, expected, says);
}

static void wait_for_counters(void) {
  struct timespec wait = {.tv_nsec = 110000000};
  while (nanosleep(&wait, &wait) != 0) continue;
}

static void test_whole(void **state) {
  (void)state;
  erg_sensors *s = open_device("cuda:1");
  assert_reads(s, ERG_SENSOR_JOULES, 2.5, "");
  assert_reads(s, ERG_SENSOR_JOULES, 5, "");
  assert_reads(s, ERG_SENSOR_WATTS, 100, "");
  assert_reads(s, ERG_SENSOR_MEMORY, 7000, "");
  assert_reads(s, ERG_SENSOR_BUSY, 0.75, "");
  assert_reads(s, ERG_SENSOR_CLOCK_MHZ, 1500, "");
  assert_reads(s, ERG_SENSOR_CLOCK_MHZ_MAX, 1980, "");
  assert_reads(s, ERG_SENSOR_ECC, 1, "");
  assert_reads(s, ERG_SENSOR_DRIVER, 1, "580.65.06");
  assert_reads(s, (erg_sensor)77, NAN, "no such sensor");
  wait_for_counters();
  assert_reads(s, ERG_SENSOR_SM_ACTIVE, 0.625, "");
  from->close(s);
  from->close(NULL);
}

/* The other one is found by its place on the bus, and is no Hopper. */
static void test_matching(void **state) {
  (void)state;
  erg_sensors *s = open_device("cuda:0");
  assert_reads(s, ERG_SENSOR_WATTS, 150, "");
  assert_reads(s, ERG_SENSOR_CLOCK_MHZ, 1501, "");
  assert_reads(s, ERG_SENSOR_ECC, 0, "");
  assert_reads(s, ERG_SENSOR_SM_ACTIVE, NAN,
               "nvmlGpmQueryDeviceSupport: not on this device (Hopper and later)");
  from->close(s);
  s = open_device("cuda:GPU-2021");
  assert_reads(s, ERG_SENSOR_WATTS, 100, "");
  from->close(s);
}

static void test_throttle(void **state) {
  (void)state;
  static const struct {
    const char *mask, *says;
    double value;
  } cases[] = {{"0x0", "", 0},           {"0x1", "", 0},       {"0x112", "", 0},
               {"0x4", "power cap", 1},  {"0x20", "heat", 1},  {"0x48", "heat, hardware slowdown", 1},
               {"0x80", "power brake", 1}};
  erg_sensors *s = open_device("cuda:1");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    setenv("FAKE_NVML_THROTTLE", cases[i].mask, 1);
    assert_reads(s, ERG_SENSOR_THROTTLED, cases[i].value, cases[i].says);
  }
  unsetenv("FAKE_NVML_THROTTLE");
  from->close(s);
}

/* Each function fails once. */
static void test_errors(void **state) {
  (void)state;
  static const struct {
    const char *fail, *says;
    erg_sensor sensor;
  } cases[] = {
      {"nvmlDeviceGetPowerUsage:3", "nvmlDeviceGetPowerUsage: Not Supported",
       ERG_SENSOR_WATTS},
      {"nvmlDeviceGetMemoryInfo:15", "nvmlDeviceGetMemoryInfo: GPU is lost",
       ERG_SENSOR_MEMORY},
      {"nvmlDeviceGetUtilizationRates:3", "nvmlDeviceGetUtilizationRates: Not Supported",
       ERG_SENSOR_BUSY},
      {"nvmlDeviceGetClockInfo:999", "nvmlDeviceGetClockInfo: Fake Error",
       ERG_SENSOR_CLOCK_MHZ},
      {"nvmlDeviceGetMaxClockInfo:3", "nvmlDeviceGetMaxClockInfo: Not Supported",
       ERG_SENSOR_CLOCK_MHZ_MAX},
      {"nvmlDeviceGetCurrentClocksThrottleReasons:3",
       "nvmlDeviceGetCurrentClocksThrottleReasons: Not Supported", ERG_SENSOR_THROTTLED},
      {"nvmlDeviceGetEccMode:3", "nvmlDeviceGetEccMode: Not Supported", ERG_SENSOR_ECC},
      {"nvmlSystemGetDriverVersion:999", "nvmlSystemGetDriverVersion: Fake Error",
       ERG_SENSOR_DRIVER},
      {"nvmlDeviceGetTotalEnergyConsumption:15",
       "nvmlDeviceGetTotalEnergyConsumption: GPU is lost", ERG_SENSOR_JOULES},
      {"nvmlGpmMetricsGet:3", "nvmlGpmMetricsGet: Not Supported", ERG_SENSOR_SM_ACTIVE},
  };
  erg_sensors *s = open_device("cuda:1");
  wait_for_counters();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    setenv("FAKE_NVML_FAIL", cases[i].fail, 1);
    assert_reads(s, cases[i].sensor, NAN, cases[i].says);
  }
  from->close(s);
  /* What couldn't be read at the start has no difference later. */
  setenv("FAKE_NVML_FAIL", "nvmlDeviceGetTotalEnergyConsumption:3", 1);
  s = open_device("cuda:1");
  unsetenv("FAKE_NVML_FAIL");
  assert_reads(s, ERG_SENSOR_JOULES, NAN,
               "nvmlDeviceGetTotalEnergyConsumption: Not Supported");
  from->close(s);
}

static void test_unknown_device(void **state) {
  (void)state;
  erg_sensors *s = NULL;
  setenv("FAKE_NVML_FAIL", "nvmlDeviceGetHandleByPciBusId_v2:6", 1);
  assert_int_equal(from->open(&host, "cuda:0", &s), ERG_NO_DEVICE);
  unsetenv("FAKE_NVML_FAIL");
  assert_null(s);
  assert_string_equal(reason, "NVML doesn't know cuda:0 (nvmlDeviceGetHandleByPciBusId_v2: "
                              "Not Found)");
  assert_int_equal(from->open(&host, "cuda:9", &s), ERG_NO_DEVICE);
  assert_non_null(strstr(reason, "no CUDA device cuda:9"));
}

static void test_old(void **state) {
  (void)state;
  erg_sensors *s = open_device("cuda:1");
  assert_reads(s, ERG_SENSOR_JOULES, NAN,
               "NVML has no nvmlDeviceGetTotalEnergyConsumption: the driver is too old");
  assert_reads(s, ERG_SENSOR_SM_ACTIVE, NAN,
               "NVML has no nvmlGpmQueryDeviceSupport: the driver is too old");
  assert_reads(s, ERG_SENSOR_WATTS, 100, "");
  from->close(s);
}

static void test_none(void **state) {
  (void)state;
  erg_sensors *s = NULL;
  assert_int_equal(from->open(&host, "cuda:1", &s), ERG_UNSUPPORTED);
  assert_null(s);
  assert_non_null(strstr(reason, "NVML is not there ("));
  assert_non_null(strstr(reason, "no_such_library"));
}

static void test_stopped(void **state) {
  (void)state;
  erg_sensors *s = NULL;
  assert_int_equal(from->open(&host, "cuda:1", &s), ERG_UNSUPPORTED);
  assert_string_equal(reason, "NVML does not start: Fake Error");
}

int main(int argc, char **argv) {
  const char *which = argc > 1 ? argv[1] : "";
  const erg_sampler *cuda = harness_plugin(PLUGIN_CUDA);
  from = cuda->extension(cuda, "erg.sensors/1");
  if (from == NULL) return 1;
  const struct CMUnitTest whole[] = {
      cmocka_unit_test(test_whole), cmocka_unit_test(test_matching),
      cmocka_unit_test(test_throttle), cmocka_unit_test(test_errors),
      cmocka_unit_test(test_unknown_device)};
  const struct CMUnitTest old[] = {cmocka_unit_test(test_old)};
  const struct CMUnitTest none[] = {cmocka_unit_test(test_none)};
  const struct CMUnitTest stopped[] = {cmocka_unit_test(test_stopped)};
  if (!strcmp(which, "whole")) return cmocka_run_group_tests(whole, NULL, NULL);
  if (!strcmp(which, "old")) return cmocka_run_group_tests(old, NULL, NULL);
  if (!strcmp(which, "none")) return cmocka_run_group_tests(none, NULL, NULL);
  if (!strcmp(which, "stopped")) return cmocka_run_group_tests(stopped, NULL, NULL);
  fprintf(stderr, "whole, old, none or stopped\n");
  return 2;
}
