/* Telemetry on made-up /proc and /sys trees: nothing here depends on the clock. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "measure/telemetry.h"

static char root[] = "/tmp/ergode-telemetry-XXXXXX";
static char process[256], cpuinfo[256], cpu[256], powercap[256];
static telemetry_paths paths = {process, cpuinfo, cpu, powercap};

static void put(const char *name, const char *text) {
  char command[600], path[400];
  snprintf(path, sizeof path, "%s/%s", root, name);
  snprintf(command, sizeof command, "mkdir -p \"$(dirname '%s')\"", path);
  assert_int_equal(system(command), 0);
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  fputs(text, f);
  fclose(f);
}

static int fresh(void **state) {
  (void)state;
  strcpy(root, "/tmp/ergode-telemetry-XXXXXX");
  assert_non_null(mkdtemp(root));
  snprintf(process, sizeof process, "%s/proc", root);
  snprintf(cpuinfo, sizeof cpuinfo, "%s/cpuinfo", root);
  snprintf(cpu, sizeof cpu, "%s/cpu", root);
  snprintf(powercap, sizeof powercap, "%s/powercap", root);
  return 0;
}
static int away(void **state) {
  char command[300];
  (void)state;
  snprintf(command, sizeof command, "rm -r '%s'", root);
  return system(command);
}

static void test_nothing_there(void **state) {
  telemetry_result r;
  (void)state;
  telemetry *t = telemetry_open(&paths);
  telemetry_take(t, 0);
  telemetry_close(t, &r);
  assert_true(isnan(r.host_memory_mean_bytes) && isnan(r.host_memory_peak_bytes));
  assert_true(isnan(r.joules_host) && isnan(r.clock_mhz_mean) && isnan(r.clock_mhz_min));
  assert_int_equal(r.throttled, -1);
  assert_non_null(strstr(r.no_energy, "no RAPL in "));
  assert_true(r.no_memory[0] && r.no_clock[0] && r.no_throttle[0]);
}

static void test_everything(void **state) {
  telemetry_result r;
  double page = (double)sysconf(_SC_PAGESIZE);
  (void)state;
  put("proc/statm", "900 100 5\n");
  put("proc/status", "Name:\tx\nVmHWM:\t  4096000 kB\n");
  put("proc/clear_refs", "");
  put("cpu/cpu0/cpufreq/scaling_cur_freq", "2000000\n");
  put("cpu/cpu1/cpufreq/scaling_cur_freq", "3000000\n");
  put("cpu/cpu0/thermal_throttle/core_throttle_count", "7\n");
  put("powercap/intel-rapl:0/energy_uj", "9000000\n");
  put("powercap/intel-rapl:0/max_energy_range_uj", "10000000\n");
  put("powercap/intel-rapl:1/energy_uj", "1000000\n");
  put("powercap/intel-rapl:1/max_energy_range_uj", "10000000\n");
  telemetry *t = telemetry_open(&paths);
  telemetry_take(t, 0);
  put("proc/statm", "900 300 5\n");
  put("cpu/cpu1/cpufreq/scaling_cur_freq", "1000000\n");
  put("cpu/cpu0/thermal_throttle/core_throttle_count", "8\n");
  put("powercap/intel-rapl:0/energy_uj", "2000000\n"); /* went round: 3 J */
  put("powercap/intel-rapl:1/energy_uj", "6000000\n"); /* 5 J */
  telemetry_take(t, 2);
  telemetry_close(t, &r);
  assert_int_equal(r.n_samples, 2);
  assert_true(r.host_memory_mean_bytes == 200 * page);
  assert_true(r.host_memory_peak_bytes == 4096000.0 * 1024);
  assert_true(r.clock_mhz_mean == 2000 && r.clock_mhz_min == 1500);
  assert_int_equal(r.throttled, 1);
  assert_float_equal(r.joules_host, 8, 1e-9);
  assert_float_equal(r.samples[1].watts, 4, 1e-9);
  assert_false(r.no_energy[0] || r.no_memory[0] || r.no_clock[0] || r.no_throttle[0]);
}

static void test_counter_vanishes(void **state) {
  telemetry_result r;
  (void)state;
  put("powercap/intel-rapl:0/energy_uj", "1\n");
  telemetry *t = telemetry_open(&paths);
  put("powercap/intel-rapl:0/energy_uj", "gone\n");
  telemetry_take(t, 1);
  telemetry_close(t, &r);
  assert_true(isnan(r.joules_host));
  assert_non_null(strstr(r.no_energy, "couldn't be read to the end"));
}

static void test_cpuinfo(void **state) {
  telemetry_result r;
  (void)state;
  put("cpuinfo", "processor : 0\ncpu MHz\t\t: 2000.0\nprocessor : 1\ncpu MHz\t\t: 3000.0\n");
  telemetry *t = telemetry_open(&paths);
  telemetry_take(t, 0);
  telemetry_close(t, &r);
  assert_true(r.clock_mhz_mean == 2500);
}

static void test_halving(void **state) {
  telemetry_result r;
  (void)state;
  telemetry *t = telemetry_open(&paths);
  for (int i = 0; i < 1000; i++) telemetry_take(t, i);
  telemetry_close(t, &r);
  assert_in_range(r.n_samples, TELEMETRY_SAMPLES / 2, TELEMETRY_SAMPLES);
  double step = r.samples[1].t_s;
  assert_true(r.samples[0].t_s == 0 && step == 8);
  for (int i = 0; i < r.n_samples; i++) assert_true(r.samples[i].t_s == step * i);
}

/* --- devices ------------------------------------------------------------------------------ */

/* Made-up instruments: device i of two; `step` is counted up between samples. */
static int step, opened, closed;
static const char *missing;           /* device that can't be opened */
static int no_counter, no_power, cap; /* cap: in step 1 the second is slowed down */

static erg_status open_fake(const erg_host *host, const char *id, erg_sensors **out) {
  if (missing && strcmp(id, missing) == 0)
    return (host->fail)(host->data, ERG_NO_DEVICE, "no such instrument");
  opened++;
  *out = (erg_sensors *)(size_t)(id[0] - '0' + 1);
  return ERG_OK;
}
static double read_fake(erg_sensors *s, int32_t sensor, char *text, uint32_t size) {
  int i = (int)(size_t)s - 1;
  text[0] = 0;
  switch (sensor) {
    case ERG_SENSOR_JOULES:
      if (no_counter) break;
      return 1000 + i;
    case ERG_SENSOR_WATTS:
      if (no_power) break;
      return 100 * (step + 1) + i;
    case ERG_SENSOR_MEMORY: return 10 + 100 * step + i;
    case ERG_SENSOR_BUSY: return 0.5 + 0.1 * i;
    case ERG_SENSOR_SM_ACTIVE: return 0.25 + 0.5 * i;
    case ERG_SENSOR_CLOCK_MHZ: return 1500 - 100 * step + 20 * i;
    case ERG_SENSOR_THROTTLED:
      if (!cap) return 0;
      snprintf(text, size, "%s", i && step ? "power cap" : "");
      return i && step;
    default: break;
  }
  snprintf(text, size, "sensor %d is not there", (int)sensor);
  return NAN;
}
static void close_fake(erg_sensors *s) { closed += s != NULL; }
static const erg_sensors_extension fake = {sizeof fake, open_fake, read_fake, close_fake};
static const char *const ids[] = {"0", "1"};

/* Samples at 0, 1 and 3 s. */
static telemetry_result watched(int devices) {
  static telemetry_result r;
  put("cpu/cpu0/thermal_throttle/core_throttle_count", "7\n");
  telemetry *t = telemetry_open(&paths);
  telemetry_attach(t, &fake, ids, devices);
  opened = closed = step = 0;
  telemetry_take(t, 0);
  step = 1;
  telemetry_take(t, 1);
  step = 2;
  telemetry_take(t, 3);
  telemetry_close(t, &r);
  return r;
}

static void test_devices(void **state) {
  (void)state;
  missing = NULL;
  no_counter = no_power = cap = 0;
  telemetry_result r = watched(2);
  assert_true(opened == 2 && closed == 2);
  assert_float_equal(r.joules_device, 2001, 1e-9);
  assert_float_equal(r.sm_active, 0.5, 1e-12);
  assert_float_equal(r.device_memory_peak_bytes, 421, 1e-9);
  assert_float_equal(r.device_memory_mean_bytes, (21 + 221 + 421) / 3.0, 1e-9);
  assert_float_equal(r.device_mhz_mean, 1410, 1e-9);
  assert_float_equal(r.device_mhz_min, 1310, 1e-9);
  assert_float_equal(r.samples[1].device_busy, 0.55, 1e-12);
  assert_float_equal(r.samples[1].device_watts, 401, 1e-9);
  assert_float_equal(r.samples[1].device_mhz, 1410, 1e-9);
  assert_float_equal(r.samples[1].device_bytes, 221, 1e-9);
  assert_int_equal(r.throttled, 0);
  assert_false(r.no_device_energy[0] || r.no_device_memory[0] || r.no_device_clock[0] ||
               r.no_sm_active[0]);
}

/* Without a counter: 1 s from 100 to 200 W, 2 s from 200 to 300 W. */
static void test_power_integrated(void **state) {
  (void)state;
  missing = NULL;
  no_power = cap = 0;
  no_counter = 1;
  telemetry_result r = watched(1);
  assert_float_equal(r.joules_device, 150 + 500, 1e-9);
  assert_int_equal(r.no_device_energy[0], 0);
  no_power = 1;
  r = watched(1);
  assert_true(isnan(r.joules_device) && isnan(r.samples[2].device_watts));
  assert_string_equal(r.no_device_energy, "sensor 0 is not there");
}

static void test_device_throttled(void **state) {
  (void)state;
  missing = NULL;
  no_counter = no_power = 0;
  cap = 1;
  telemetry_result r = watched(2);
  assert_int_equal(r.throttled, 1);
  assert_string_equal(r.throttled_by, "1: power cap");
}

static void test_device_missing(void **state) {
  (void)state;
  missing = "1";
  no_counter = no_power = cap = 0;
  telemetry_result r = watched(2);
  assert_true(opened == 1 && closed == 1);
  assert_true(isnan(r.joules_device) && isnan(r.sm_active) && isnan(r.device_mhz_mean));
  assert_true(isnan(r.device_memory_peak_bytes) && r.throttled == -1);
  assert_string_equal(r.no_device_memory, "no such instrument");
  assert_string_equal(r.no_throttle, "no such instrument");
  missing = NULL;
}

static void test_no_devices(void **state) {
  telemetry_result r;
  (void)state;
  telemetry *t = telemetry_open(&paths);
  telemetry_take(t, 0);
  telemetry_close(t, &r);
  assert_true(isnan(r.joules_device) && isnan(r.samples[0].device_watts));
  assert_string_equal(r.no_device_energy, "the backend tells none");
}

static void test_thread(void **state) {
  telemetry_result r;
  (void)state;
  telemetry *t = telemetry_start(NULL);
  assert_non_null(t);
  telemetry_stop(t, &r);
  assert_in_range(r.n_samples, 1, TELEMETRY_SAMPLES);
  assert_true(r.host_memory_mean_bytes > 0);
  assert_true(r.host_memory_peak_bytes >= r.host_memory_mean_bytes);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, fresh, away)
  const struct CMUnitTest tests[] = {T(test_nothing_there), T(test_everything),
                                     T(test_counter_vanishes), T(test_cpuinfo),
                                     T(test_halving), T(test_devices),
                                     T(test_power_integrated), T(test_device_throttled),
                                     T(test_device_missing), T(test_no_devices),
                                     T(test_thread)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
