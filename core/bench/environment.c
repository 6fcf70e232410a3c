#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "bench/bench.h"
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

void bench_environment_read(bench_environment *e) {
  *e = (bench_environment){.cores = run_processors(), .load_average = -1};
  value_in("/proc/cpuinfo", "model name", ':', e->cpu, sizeof e->cpu);
  value_in("/etc/os-release", "PRETTY_NAME", '=', e->os, sizeof e->os);
  first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", e->governor,
             sizeof e->governor);
  struct utsname name;
  if (uname(&name) == 0)
    snprintf(e->kernel, sizeof e->kernel, "%.40s %.60s %.20s", name.sysname, name.release,
             name.machine);
  snprintf(e->host_build, sizeof e->host_build, "%.100s",
#ifdef __clang__
           "clang " __clang_version__
#else
           "gcc " __VERSION__
#endif
  );
  long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
  if (pages > 0 && page > 0) e->memory_bytes = (uint64_t)pages * (uint64_t)page;
  double load[1];
  if (getloadavg(load, 1) == 1) e->load_average = load[0];
  time_t t = time(NULL);
  struct tm utc;
  if (gmtime_r(&t, &utc)) strftime(e->when, sizeof e->when, "%Y-%m-%dT%H:%M:%SZ", &utc);
}
