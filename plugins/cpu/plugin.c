/* The plug-in "cpu": NUTS and static HMC on CPU threads. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cpu.h"

static const erg_parameter parameters[] = {
    ENGINE_PARAMETER_ROWS,
    {"isa", ERG_TYPE_CHOICE, 0, 0, 3, "instruction set of the sampler; draws do not depend on it",
     "auto|avx512|avx2|base"},
};

static int32_t cpu_devices(const erg_host *host, erg_device *devices, int32_t capacity) {
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

static erg_status cpu_supports(const erg_host *host, const erg_job *job) {
  erg_status status = engine_supports(host, job);
  if (status != ERG_OK) return status;
  for (int32_t i = 0; i < job->n_devices; i++)
    if (strcmp(job->devices[i], "cpu") != 0)
      return engine_fail(host, ERG_NO_DEVICE, "no device \"%s\": the only one is \"cpu\"",
                         job->devices[i]);
  if (job->n_devices > 1)
    return engine_fail(host, ERG_NO_DEVICE, "device \"cpu\" is named %d times", job->n_devices);
  if (job->n_settings > ENGINE_PARAMETERS) {
    cpu_isa isa = (cpu_isa)job->settings[ENGINE_PARAMETERS];
    if (!cpu_isa_runs(isa))
      return engine_fail(host, ERG_UNSUPPORTED,
                         "this processor does not run %s; the best it does is %s",
                         cpu_isa_name(isa), cpu_isa_name(cpu_isa_best()));
  }
  return ERG_OK;
}

static erg_status cpu_create(const erg_host *host, const erg_job *job, erg_run **run) {
  erg_status status = cpu_supports(host, job);
  *run = NULL;
  return status == ERG_OK ? engine_create(host, job, &cpu_backend, run) : status;
}

static erg_status cpu_gradient(const erg_host *host, const erg_job *job,
                               const double *centring, double *lp, double *gradient) {
  erg_status status = cpu_supports(host, job);
  if (status != ERG_OK) return status;
  return engine_gradient(host, job, &cpu_backend, centring, lp, gradient);
}

static const erg_stages_extension stages = {sizeof stages, engine_stages};
static const erg_telemetry_extension telemetry = {sizeof telemetry, engine_telemetry};
static const erg_gradient_extension gradient = {sizeof gradient, cpu_gradient};
static const void *cpu_extension(const erg_sampler *sampler, const char *id) {
  (void)sampler;
  if (strcmp(id, "erg.gradient/1") == 0) return &gradient;
  if (strcmp(id, "erg.bits/1") == 0) return engine_bits;
  if (strcmp(id, "erg.telemetry/1") == 0) return &telemetry;
  return strcmp(id, "erg.stages/1") == 0 ? &stages : NULL;
}

static const erg_sampler sampler = {
    .size = sizeof sampler,
    .id = "cpu",
    .version = "0.1.0",
    .summary = "NUTS and static HMC on CPU threads",
    .parameters = parameters,
    .n_parameters = (int32_t)(sizeof parameters / sizeof *parameters),
    .statistics = engine_statistics,
    .n_statistics = ERG_STATISTICS,
    .devices = cpu_devices,
    .supports = cpu_supports,
    .create = cpu_create,
    .advance = engine_advance,
    .destroy = engine_destroy,
    .extension = cpu_extension,
};

static const erg_sampler *const samplers[] = {&sampler};
static const erg_plugin plugin = {
    .size = sizeof plugin,
    .abi_minor = ERG_ABI_MINOR,
    .name = "cpu",
    .build = "0.1.0, " __VERSION__,
    .samplers = samplers,
    .n_samplers = 1,
};
const erg_plugin *erg_plugin_v1(void) { return &plugin; }
