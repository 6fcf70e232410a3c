/* Backends that are wrong on purpose, chosen by WRONG, each the plug-in `cpu` with one
 * thing changed. RIGHT changes nothing, but promises nothing either. */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <ergode/plugin.h>

#define RIGHT 0
#define BIASED 1    /* the draws are those of a tilted target */
#define GRADIENT 2  /* its devices compute a gradient that is a little off */
#define ERRORS 3    /* create fails with a reason */
#define BITS 4      /* promises the CPU's bits, draws others */
#define CRASHES 5
#define HANGS 6
#define ABSENT 7    /* no device */
#define STUCK 8     /* every draw is nearly the last one */
#define SLOW 9      /* right, but every gradient takes SLOW_US longer */
#define TOLD 10     /* right, and tells of made-up instruments and peaks */
#define MOODY 11    /* STUCK with the seed MOOD, right with any other */
#define TILTS 12    /* BIASED with such a seed */
#define DIES 13     /* its driver ends the process that asks for devices */
#define MOOD 2

#define TILT 0.5
#ifndef SLOW_US
#define SLOW_US 50
#endif

static const erg_sampler *cpu;
static erg_model tilted; /* one run at a time: this is a test */
static const erg_model *straight;
static erg_job changed;
static bool in_mood;

static erg_status tilted_logp(const erg_model *model, const double *centring, void *scratch,
                              const double *q, double *lp, double *grad, double *moments) {
  (void)model;
  erg_status status = straight->logp(straight, centring, scratch, q, lp, grad, moments);
  lp[0] += TILT * q[0];
  lp[1] += TILT * q[0];
  grad[0] += TILT;
  return status;
}

static erg_status slow_logp(const erg_model *model, const double *centring, void *scratch,
                            const double *q, double *lp, double *grad, double *moments) {
  (void)model;
  struct timespec wait = {.tv_nsec = SLOW_US * 1000};
  while (nanosleep(&wait, &wait) != 0) continue;
  return straight->logp(straight, centring, scratch, q, lp, grad, moments);
}

static const erg_job *change(const erg_job *job) {
  changed = *job;
  if (WRONG == BITS) changed.seed++;
  in_mood = job->seed == MOOD;
  if (WRONG == BIASED || WRONG == SLOW || (WRONG == TILTS && in_mood)) {
    straight = job->model;
    tilted = *job->model;
    tilted.logp = WRONG == SLOW ? slow_logp : tilted_logp;
    changed.model = &tilted;
  }
  return &changed;
}

static int32_t devices(const erg_host *host, erg_device *list, int32_t capacity) {
  if (WRONG == DIES) abort();
  if (WRONG != ABSENT) return cpu->devices(host, list, capacity);
  host->fail(host->data, ERG_NO_DEVICE, "no driver: install one");
  return 0;
}
static erg_status supports(const erg_host *host, const erg_job *job) {
  return cpu->supports(host, job);
}
static erg_status create(const erg_host *host, const erg_job *job, erg_run **run) {
  if (WRONG == ERRORS) return host->fail(host->data, ERG_DEVICE, "the device is on fire");
  return cpu->create(host, change(job), run);
}
static erg_status advance(erg_run *run, erg_block *block) {
  if (WRONG == CRASHES) __builtin_trap();
  while (WRONG == HANGS) pause();
  erg_status status = cpu->advance(run, block);
  if ((WRONG == STUCK || (WRONG == MOODY && in_mood)) && !block->warmup)
    for (int32_t c = 0; c < block->chains; c++)
      for (int64_t d = 1; d < block->filled[c]; d++) {
        double *at = block->draws + (c * block->capacity + d) * block->dim;
        for (int32_t i = 0; i < block->dim; i++)
          at[i] = at[i - block->dim] + 1e-3 * (at[i] - at[i - block->dim]);
      }
  return status;
}
static void destroy(erg_run *run) { cpu->destroy(run); }

static erg_status gradient(const erg_host *host, const erg_job *job, const double *centring,
                           double *lp, double *grad) {
  const erg_gradient_extension *right = cpu->extension(cpu, "erg.gradient/1");
  erg_status status = right->gradient(host, job, centring, lp, grad);
  grad[job->model->dim - 1] *= 1 + 1e-7;
  return status;
}
static const erg_gradient_extension off = {sizeof off, gradient};

/* Made-up instruments and peaks. */
static erg_status open_told(const erg_host *host, const char *device, erg_sensors **out) {
  if (strcmp(device, "cpu")) return host->fail(host->data, ERG_NO_DEVICE, "no such device");
  *out = (erg_sensors *)&tilted;
  return ERG_OK;
}
static double read_told(erg_sensors *s, int32_t sensor, char *text, uint32_t size) {
  static const double values[] = {50, 200, 1 << 30, 0.5, 0.75, 1500, 1980, 1, 1, 1};
  (void)s;
  snprintf(text, size, "%s", sensor == ERG_SENSOR_THROTTLED ? "power cap"
                             : sensor == ERG_SENSOR_DRIVER  ? "1.2.3"
                                                            : "");
  return values[sensor];
}
static void close_told(erg_sensors *s) { (void)s; }
static erg_status measure_told(const erg_host *host, const char *device, int32_t threads,
                               erg_peaks *out) {
  (void)host, (void)device, (void)threads;
  *out = (erg_peaks){.size = sizeof *out, .read_bytes_s = 2e9, .flops_s = 3e9, .how = "told"};
  return ERG_OK;
}
static const erg_sensors_extension told_sensors = {sizeof told_sensors, open_told, read_told,
                                                   close_told};
static const erg_peaks_extension told_peaks = {sizeof told_peaks, measure_told};

static const void *extension(const struct erg_sampler *sampler, const char *id) {
  (void)sampler;
  if (WRONG == GRADIENT && !strcmp(id, "erg.gradient/1")) return &off;
  if (WRONG == BITS && !strcmp(id, "erg.bits/1")) return cpu->extension(cpu, id);
  if (WRONG == TOLD && !strcmp(id, "erg.sensors/1")) return &told_sensors;
  if (WRONG == TOLD && !strcmp(id, "erg.peaks/1")) return &told_peaks;
  return !strcmp(id, "erg.stages/1") ? cpu->extension(cpu, id) : NULL;
}

#define SUMMARY "wrong on purpose"
#include "../plugins/before_cpu.inc"
