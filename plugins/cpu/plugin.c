/* The plug-in "cpu": NUTS and static HMC on CPU threads. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cpu.h"
#include "engine/plugin.h"

static const erg_parameter parameters[] = {
    ENGINE_PARAMETER_ROWS,
    {"isa", ERG_TYPE_CHOICE, 0, 0, 3, "instruction set of the sampler; draws do not depend on it",
     "auto|avx512|avx2|base"},
};

int32_t cpu_devices(const erg_host *host, erg_device *devices, int32_t capacity) {
  (void)host;
  if (capacity > 0) {
    erg_device d = {.size = sizeof d, .kind = ERG_DEVICE_CPU, .fp64 = 1, .fp64_fma = 1};
    long cores = sysconf(_SC_NPROCESSORS_ONLN), pages = sysconf(_SC_PHYS_PAGES);
    long page = sysconf(_SC_PAGESIZE);
    FILE *f = fopen("/proc/cpuinfo", "r");
    char line[256];
    snprintf(d.id, sizeof d.id, "cpu");
    snprintf(d.name, sizeof d.name, "CPU");
    while (f && fgets(line, sizeof line, f)) {
      char *colon = strchr(line, ':');
      if (strncmp(line, "model name", 10) == 0 && colon) {
        line[strcspn(line, "\n")] = 0;
        snprintf(d.name, sizeof d.name, "%.127s", colon + 2);
        break;
      }
    }
    if (f) fclose(f);
    d.compute_units = cores > 0 ? (int32_t)cores : 1;
    d.memory_bytes = pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : 0;
    snprintf(d.architecture, sizeof d.architecture, "%s", cpu_isa_name(cpu_isa_best()));
    devices[0] = d;
  }
  return 1;
}

erg_status cpu_supports(const erg_host *host, const erg_job *job) {
  for (int32_t i = 0; i < job->n_devices; i++)
    if (strcmp(job->devices[i], "cpu") != 0)
      return engine_fail(host, ERG_NO_DEVICE, "no device \"%s\": the only one is \"cpu\"",
                         job->devices[i]);
  if (job->n_devices > 1)
    return engine_fail(host, ERG_NO_DEVICE, "device \"cpu\" is named %d times", job->n_devices);
  cpu_isa isa = (cpu_isa)job->settings[ENGINE_PARAMETERS + CPU_SETTING_ISA];
  if (!cpu_isa_runs(isa))
    return engine_fail(host, ERG_UNSUPPORTED,
                       "this processor does not run %s; the best it does is %s",
                       cpu_isa_name(isa), cpu_isa_name(cpu_isa_best()));
  /* Memory that is only promised runs out in the middle of a run. */
  double need = (double)engine_memory(job),
         have = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
  if (have > 0 && need > 0.9 * have)
    return engine_fail(host, ERG_UNSUPPORTED,
                       "the machine has %.2f GiB of memory, and %d chains need %.2f GiB: run at "
                       "most %.0f chains here, or lower max_depth",
                       have / 0x1p30, job->chains, need / 0x1p30,
                       0.9 * job->chains * have / need);
  return ERG_OK;
}

ENGINE_PLUGIN("cpu", "NUTS and static HMC on CPU threads", cpu_backend, parameters)
