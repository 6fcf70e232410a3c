/* The plug-in `cpu` that sends a signal when a phase is reached: ERGODE_TEST_SIGNAL is
 * "PHASE NUMBER self|parent|hang", PHASE one of devices, create, warmup, sampling, destroy; hang:
 * to the parent, and nothing happens any more. */
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
  if (strcmp(phase, wanted)) return;
  kill(strcmp(whom, "self") ? getppid() : getpid(), number);
  while (!strcmp(whom, "hang")) pause();
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

#define NAME "signalling"
#define SUMMARY "sends a signal"
#include "../plugins/before_cpu.inc"
