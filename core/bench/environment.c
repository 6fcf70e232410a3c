#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

#include "bench/bench.h"
#include "read/compiler.h"
#include "read/sha256.h"
#include "run/job.h"

/* The value of the first line that begins with `key`, up to the line's end, without
 * quotes; "" where there is none. */
static void value_in(const char *path, const char *key, char separator, char *to, size_t size) {
  to[0] = 0;
  FILE *f = fopen(path, "r");
  char line[512];
  while (f && fgets(line, sizeof line, f)) {
    if (strncmp(line, key, strlen(key)) != 0) continue;
    char *value = strchr(line, separator);
    if (!value) continue;
    value += 1 + strspn(value + 1, " \t\"");
    value[strcspn(value, "\"\n")] = 0;
    snprintf(to, size, "%s", value);
    break;
  }
  if (f) fclose(f);
}

static void first_line(const char *path, char *to, size_t size) {
  to[0] = 0;
  FILE *f = fopen(path, "r");
  if (f && !fgets(to, (int)size, f)) to[0] = 0;
  if (f) fclose(f);
  to[strcspn(to, "\n")] = 0;
}

/* Distinct values of the lines that begin with `key` in /proc/cpuinfo; 0: none. With
 * `pair`, of the pair with the line "physical id" before it. */
static int count_cpuinfo(const char *key, bool pair) {
  enum { MOST = 4096 };
  static const char *const socket_key = "physical id";
  long seen[MOST];
  int n = 0;
  long socket = 0;
  FILE *f = fopen("/proc/cpuinfo", "r");
  char line[512];
  while (f && fgets(line, sizeof line, f)) {
    const char *value = strchr(line, ':');
    if (!value) continue;
    if (!strncmp(line, socket_key, strlen(socket_key))) socket = strtol(value + 1, NULL, 10);
    if (strncmp(line, key, strlen(key)) != 0) continue;
    long v = strtol(value + 1, NULL, 10) + (pair ? 100000 * socket : 0);
    int i = 0;
    while (i < n && seen[i] != v) i++;
    if (i == n && n < MOST) seen[n++] = v;
  }
  if (f) fclose(f);
  return n;
}

static double number_in(const char *path) {
  char text[64];
  first_line(path, text, sizeof text);
  return *text ? strtod(text, NULL) : NAN;
}

double bench_load_average(void) {
  double load[1];
  return getloadavg(load, 1) == 1 ? load[0] : -1;
}

bool bench_config_read(const char *path, bench_config *c) {
  *c = (bench_config){.path = path};
  FILE *f = fopen(path, "rb");
  if (!f) return false;
  unsigned char block[65536];
  erg_sha256 h;
  erg_sha256_init(&h);
  size_t n;
  while ((n = fread(block, 1, sizeof block, f)) > 0) erg_sha256_add(&h, block, n);
  bool good = !ferror(f);
  fclose(f);
  erg_sha256_hex(&h, c->sha256);
  return good;
}

void bench_environment_read(bench_environment *e) {
  *e = (bench_environment){.cores = run_processors(), .smt = -1};
  value_in("/proc/cpuinfo", "model name", ':', e->cpu, sizeof e->cpu);
  value_in("/etc/os-release", "PRETTY_NAME", '=', e->os, sizeof e->os);
  first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", e->governor,
             sizeof e->governor);
  struct utsname name;
  if (uname(&name) == 0)
    snprintf(e->kernel, sizeof e->kernel, "%.40s %.60s %.20s", name.sysname, name.release,
             name.machine);
  snprintf(e->host_build, sizeof e->host_build, "%.100s", ERG_COMPILER);
  long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
  if (pages > 0 && page > 0) e->memory_bytes = (uint64_t)pages * (uint64_t)page;
  e->sockets = count_cpuinfo("physical id", false);
  e->cores_physical = count_cpuinfo("core id", true);
  double smt = number_in("/sys/devices/system/cpu/smt/active");
  e->smt = isnan(smt) ? -1 : smt != 0;
  e->clock_mhz_max =
      number_in("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq") / 1000;
#ifdef __GLIBC__
  snprintf(e->libc, sizeof e->libc, "glibc %.20s", gnu_get_libc_version());
#endif
  e->load_average = e->load_average_after = bench_load_average();
  time_t t = time(NULL);
  struct tm utc;
  if (gmtime_r(&t, &utc)) strftime(e->when, sizeof e->when, "%Y-%m-%dT%H:%M:%SZ", &utc);
}
