/* The plug-in `cpu` that sends a signal when a phase is reached: ERGODE_TEST_SIGNAL is
 * "PHASE NUMBER self|parent", PHASE one of devices, create, warmup, sampling, destroy. */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ergode/plugin.h>

static const erg_sampler *cpu;

static void reach(const char *phase) {
  char wanted[32], whom[32];
  int number;
  const char *text = getenv("ERGODE_TEST_SIGNAL");
  if (!text || sscanf(text, "%31s %d %31s", wanted, &number, whom) != 3) return;
  if (!strcmp(phase, wanted)) kill(strcmp(whom, "parent") ? getpid() : getppid(), number);
}

static int32_t devices(const erg_host *host, erg_device *list, int32_t capacity) {
  reach("devices");
  return cpu->devices(host, list, capacity);
}
static erg_status supports(const erg_host *host, const erg_job *job) {
  return cpu->supports(host, job);
}
static erg_status create(const erg_host *host, const erg_job *job, erg_run **run) {
  reach("create");
  return cpu->create(host, job, run);
}
static erg_status advance(erg_run *run, erg_block *block) {
  erg_status status = cpu->advance(run, block);
  if (status == ERG_OK && block->filled[0]) reach(block->warmup ? "warmup" : "sampling");
  return status;
}
static void destroy(erg_run *run) {
  cpu->destroy(run);
  reach("destroy");
}
static const void *extension(const struct erg_sampler *sampler, const char *id) {
  (void)sampler;
  return cpu->extension(cpu, id);
}

static erg_sampler sampler = {.size = sizeof sampler,
                              .id = "signalling",
                              .version = "1",
                              .summary = "sends a signal",
                              .devices = devices,
                              .supports = supports,
                              .create = create,
                              .advance = advance,
                              .destroy = destroy,
                              .extension = extension};
static const erg_sampler *const samplers[] = {&sampler};
static const erg_plugin plugin = {.size = sizeof plugin,
                                  .abi_minor = ERG_ABI_MINOR,
                                  .name = "signalling",
                                  .build = "test",
                                  .samplers = samplers,
                                  .n_samplers = 1};

const erg_plugin *erg_plugin_v1(void) {
  void *library = dlopen(CPU_PLUGIN, RTLD_NOW | RTLD_LOCAL);
  erg_plugin_entry entry = NULL;
  if (library) *(void **)&entry = dlsym(library, "erg_plugin_v1");
  if (!entry) return NULL;
  cpu = entry()->samplers[0];
  sampler.parameters = cpu->parameters;
  sampler.n_parameters = cpu->n_parameters;
  sampler.statistics = cpu->statistics;
  sampler.n_statistics = cpu->n_statistics;
  return &plugin;
}
