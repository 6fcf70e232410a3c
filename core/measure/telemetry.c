#include "measure/telemetry.h"

#include "measure/instruments.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PACKAGES = 16, CLOCKS = 16, CORES = 1024, PATH = 512 };
#define INTERVAL_NS 50000000

struct telemetry {
  char process[PATH], cpuinfo[PATH], cpu[PATH], powercap[PATH];
  telemetry_result r;
  int stride, skip;                     /* every stride-th sample is kept */
  double memory_sum, clock_sum;
  long memory_n, clock_n;
  int packages, peak_reset, cores;
  double last_uj[PACKAGES], range_uj[PACKAGES];
  double throttle_first, last_t, last_cpu, start;
  instruments devices;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  int threaded, ending;
};

static double clock_s(clockid_t id) {
  struct timespec t;
  clock_gettime(id, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The number that a file consists of; NaN with errno. */
static double read_number(const char *path) {
  double v = NAN;
  FILE *f = fopen(path, "re");
  if (!f) return NAN;
  errno = 0;
  if (fscanf(f, "%lf", &v) != 1) {
    v = NAN;
    if (!errno) errno = EINVAL;
  }
  fclose(f);
  return v;
}

/* Mean of the first numbers that stand after `key` and a colon. */
static double read_key(const char *path, const char *key) {
  char line[256];
  double sum = 0;
  long n = 0;
  FILE *f = fopen(path, "re");
  if (!f) return NAN;
  while (n < CLOCKS && fgets(line, sizeof line, f)) {
    const char *colon = strchr(line, ':');
    if (strncmp(line, key, strlen(key)) != 0 || !colon) continue;
    sum += strtod(colon + 1, NULL);
    n++;
  }
  fclose(f);
  return n ? sum / (double)n : NAN;
}

static double resident(const telemetry *t) {
  char path[PATH + 16];
  double total, pages = NAN;
  snprintf(path, sizeof path, "%s/statm", t->process);
  FILE *f = fopen(path, "re");
  if (!f) return NAN;
  if (fscanf(f, "%lf %lf", &total, &pages) != 2) pages = NAN;
  fclose(f);
  return pages * (double)sysconf(_SC_PAGESIZE);
}

static double clocks(const telemetry *t) {
  char path[PATH + 64];
  double sum = 0;
  int n = 0;
  for (int i = 0; i < CLOCKS; i++) {
    snprintf(path, sizeof path, "%s/cpu%d/cpufreq/scaling_cur_freq", t->cpu, i);
    double khz = read_number(path);
    if (khz > 0) sum += khz / 1000, n++;
  }
  if (n) return sum / n;
  double mhz = read_key(t->cpuinfo, "cpu MHz");
  return mhz > 0 ? mhz : NAN;
}

static double throttles(const telemetry *t) {
  static const char *const names[] = {"core_throttle_count", "package_throttle_count"};
  char path[PATH + 64];
  double sum = NAN;
  for (int i = 0; i < CORES; i++) {
    int found = 0;
    for (int k = 0; k < 2; k++) {
      snprintf(path, sizeof path, "%s/cpu%d/thermal_throttle/%s", t->cpu, i, names[k]);
      double v = read_number(path);
      if (isnan(v)) continue;
      sum = isnan(sum) ? v : sum + v;
      found = 1;
    }
    if (!found && i > 0) break;
  }
  return sum;
}

static double package_number(const telemetry *t, int package, const char *name) {
  char path[PATH + 64];
  snprintf(path, sizeof path, "%s/intel-rapl:%d/%s", t->powercap, package, name);
  return read_number(path);
}

static void open_energy(telemetry *t) {
  for (int i = 0; i < PACKAGES; i++) {
    double uj = package_number(t, i, "energy_uj");
    int cause = errno;
    if (isnan(uj) && cause != ENOENT) {
      snprintf(t->r.no_energy, TELEMETRY_REASON, "RAPL: intel-rapl:%d/energy_uj: %s", i,
               strerror(cause));
      t->packages = 0;
      break;
    }
    if (isnan(uj)) break;
    t->last_uj[i] = uj;
    t->range_uj[i] = package_number(t, i, "max_energy_range_uj");
    t->packages = i + 1;
  }
  t->r.joules_host = t->packages ? 0 : NAN;
  if (!t->packages && !t->r.no_energy[0])
    snprintf(t->r.no_energy, TELEMETRY_REASON, "no RAPL in %.100s", t->powercap);
}

/* Joules since the last call. */
static double energy(telemetry *t) {
  double sum = 0;
  if (!t->packages) return NAN;
  for (int i = 0; i < t->packages; i++) {
    double uj = package_number(t, i, "energy_uj"), d = uj - t->last_uj[i];
    if (d < 0) d += t->range_uj[i]; /* the counter went round */
    t->last_uj[i] = uj;
    sum += 1e-6 * d;
  }
  return sum;
}

static void put(char *to, const char *path, const char *initial) {
  snprintf(to, PATH, "%s", path ? path : initial);
}

telemetry *telemetry_open(const telemetry_paths *paths) {
  static const telemetry_paths none = {0};
  telemetry *t = calloc(1, sizeof *t);
  char path[PATH + 16];
  if (!t) return NULL;
  if (!paths) paths = &none;
  put(t->process, paths->process, "/proc/self");
  put(t->cpuinfo, paths->cpuinfo, "/proc/cpuinfo");
  put(t->cpu, paths->cpu, "/sys/devices/system/cpu");
  put(t->powercap, paths->powercap, "/sys/class/powercap");
  cpu_set_t set;
  t->cores = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  t->stride = 1;
  t->last_t = t->r.host_memory_peak_bytes = t->r.clock_mhz_min = NAN;
  t->throttle_first = throttles(t);
  open_energy(t);
  /* The kernel's own peak starts anew where it lets us. */
  snprintf(path, sizeof path, "%s/clear_refs", t->process);
  FILE *f = fopen(path, "we");
  if (f) {
    int written = fputs("5", f) >= 0;
    t->peak_reset = fclose(f) == 0 && written;
  }
  return t;
}

static void keep(telemetry *t, const telemetry_sample *s) {
  if (t->skip++ % t->stride) return;
  if (t->r.n_samples == TELEMETRY_SAMPLES) {
    for (int i = 0; i < TELEMETRY_SAMPLES / 2; i++) t->r.samples[i] = t->r.samples[2 * i];
    t->r.n_samples = TELEMETRY_SAMPLES / 2;
    t->stride *= 2;
  }
  t->r.samples[t->r.n_samples++] = *s;
}

void telemetry_take(telemetry *t, double t_s) {
  double cpu = clock_s(CLOCK_PROCESS_CPUTIME_ID), passed = t_s - t->last_t, j = energy(t);
  telemetry_sample s = {.t_s = t_s, .host_bytes = resident(t), .mhz = clocks(t)};
  s.cpu_share = passed > 0 ? (cpu - t->last_cpu) / (passed * t->cores) : NAN;
  s.watts = passed > 0 ? j / passed : NAN;
  t->r.joules_host += j;
  instruments_read(&t->devices, t_s, &s, &t->r);
  t->last_t = t_s;
  t->last_cpu = cpu;
  if (!isnan(s.host_bytes)) {
    t->memory_sum += s.host_bytes;
    t->memory_n++;
    t->r.host_memory_peak_bytes = fmax(t->r.host_memory_peak_bytes, s.host_bytes);
  }
  if (!isnan(s.mhz)) {
    t->clock_sum += s.mhz;
    t->clock_n++;
    t->r.clock_mhz_min = fmin(t->r.clock_mhz_min, s.mhz);
  }
  keep(t, &s);
}

void telemetry_close(telemetry *t, telemetry_result *out) {
  char path[PATH + 16];
  if (!t) return;
  telemetry_result *r = &t->r;
  if (t->peak_reset) {
    snprintf(path, sizeof path, "%s/status", t->process);
    r->host_memory_peak_bytes =
        fmax(r->host_memory_peak_bytes, 1024 * read_key(path, "VmHWM"));
  }
  r->host_memory_mean_bytes = t->memory_n ? t->memory_sum / (double)t->memory_n : NAN;
  r->clock_mhz_mean = t->clock_n ? t->clock_sum / (double)t->clock_n : NAN;
  double throttle = throttles(t);
  bool unknown = isnan(throttle) || isnan(t->throttle_first);
  r->throttled = unknown ? -1 : throttle != t->throttle_first;
  if (r->throttled == 1) snprintf(r->throttled_by, TELEMETRY_REASON, "processor: heat");
  if (!t->memory_n)
    snprintf(r->no_memory, TELEMETRY_REASON, "no statm in %.100s", t->process);
  if (!t->clock_n)
    snprintf(r->no_clock, TELEMETRY_REASON, "neither cpufreq nor MHz in cpuinfo");
  if (r->throttled < 0)
    snprintf(r->no_throttle, TELEMETRY_REASON, "no thermal_throttle in %.100s", t->cpu);
  instruments_close(&t->devices, r);
  if (t->packages && isnan(r->joules_host))
    snprintf(r->no_energy, TELEMETRY_REASON, "RAPL: a counter couldn't be read to the end");
  *out = *r;
  free(t);
}

static void *work(void *data) {
  telemetry *t = data;
  pthread_mutex_lock(&t->lock);
  while (!t->ending) {
    telemetry_take(t, clock_s(CLOCK_MONOTONIC) - t->start);
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += INTERVAL_NS;
    if (until.tv_nsec >= 1000000000) until.tv_nsec -= 1000000000, until.tv_sec++;
    while (!t->ending && pthread_cond_timedwait(&t->wake, &t->lock, &until) == 0) continue;
  }
  telemetry_take(t, clock_s(CLOCK_MONOTONIC) - t->start);
  pthread_mutex_unlock(&t->lock);
  return NULL;
}

void telemetry_attach(telemetry *t, const erg_sensors_extension *sensors,
                      const char *const *devices, int n) {
  if (!t) return;
  if (t->threaded) pthread_mutex_lock(&t->lock);
  instruments_attach(&t->devices, sensors, devices, n);
  if (t->threaded) pthread_mutex_unlock(&t->lock);
}

telemetry *telemetry_start(const telemetry_paths *paths) {
  telemetry *t = telemetry_open(paths);
  pthread_condattr_t monotonic;
  if (!t) return NULL;
  t->start = clock_s(CLOCK_MONOTONIC);
  pthread_mutex_init(&t->lock, NULL);
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&t->wake, &monotonic);
  pthread_condattr_destroy(&monotonic);
  t->threaded = 1;
  if (pthread_create(&t->thread, NULL, work, t) == 0) return t;
  free(t);
  return NULL;
}

void telemetry_stop(telemetry *t, telemetry_result *out) {
  if (!t) return;
  pthread_mutex_lock(&t->lock);
  t->ending = 1;
  pthread_cond_signal(&t->wake);
  pthread_mutex_unlock(&t->lock);
  pthread_join(t->thread, NULL);
  pthread_cond_destroy(&t->wake);
  pthread_mutex_destroy(&t->lock);
  telemetry_close(t, out);
}
