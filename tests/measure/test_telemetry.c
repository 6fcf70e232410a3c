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
                                     T(test_halving), T(test_thread)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
