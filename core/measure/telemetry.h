/* What a run costs the host: memory, share of the processor, clocks, throttling, energy; and
 * its devices, where a plug-in reads their instruments (erg.sensors/1).
 *
 * A thread takes a sample 20 times a second between telemetry_start and telemetry_stop.
 * Means, minima and peaks are over all samples; of the samples themselves at most
 * TELEMETRY_SAMPLES are kept, every second one going when there is no room. What can't be
 * read is NaN (throttled: -1) and has a reason.
 */
#ifndef ERGODE_MEASURE_TELEMETRY_H
#define ERGODE_MEASURE_TELEMETRY_H

#include <ergode/sampler.h>

enum { TELEMETRY_SAMPLES = 200, TELEMETRY_REASON = 160, TELEMETRY_DEVICES = 16 };

/* Folders to read; NULL: those of the machine. */
typedef struct {
  const char *process;  /* /proc/self */
  const char *cpuinfo;  /* /proc/cpuinfo */
  const char *cpu;      /* /sys/devices/system/cpu */
  const char *powercap; /* /sys/class/powercap */
} telemetry_paths;

typedef struct {
  double t_s;           /* since the start */
  double host_bytes;    /* resident */
  double cpu_share;     /* of the usable cores, since the sample before; first: NaN */
  double watts;         /* processor packages, since the sample before; first: NaN */
  double mhz;           /* mean over the first 16 cores */
  /* Of the devices: mean, sum, mean, sum. */
  double device_busy, device_watts, device_mhz, device_bytes;
} telemetry_sample;

typedef struct {
  double host_memory_peak_bytes, host_memory_mean_bytes;
  double joules_host;   /* processor packages, all that ran on them; not the memory */
  double clock_mhz_mean, clock_mhz_min;
  /* Of the devices, all together: memory in use by every program; share of the
   * multiprocessors at work, a mean of the devices' means; energy by their counters, or where
   * one has none its power integrated over the samples. */
  double device_memory_peak_bytes, device_memory_mean_bytes, sm_active, joules_device;
  double device_mhz_mean, device_mhz_min;
  int throttled;        /* 1: the processor's thermal counters moved, or a device said so in a
                         * sample; -1: unknown, of one of them */
  char throttled_by[TELEMETRY_REASON]; /* "processor: heat; cuda:0: power cap" */
  int n_samples;
  telemetry_sample samples[TELEMETRY_SAMPLES];
  char no_memory[TELEMETRY_REASON], no_energy[TELEMETRY_REASON];
  char no_clock[TELEMETRY_REASON], no_throttle[TELEMETRY_REASON]; /* "" where known */
  char no_device_memory[TELEMETRY_REASON], no_sm_active[TELEMETRY_REASON];
  char no_device_energy[TELEMETRY_REASON], no_device_clock[TELEMETRY_REASON];
} telemetry_result;

typedef struct telemetry telemetry;

/* One without a thread, to be sampled by hand. NULL where there is no memory. */
telemetry *telemetry_open(const telemetry_paths *paths);
void telemetry_take(telemetry *t, double t_s);
void telemetry_close(telemetry *t, telemetry_result *out); /* frees it; NULL is allowed */

/* From the next sample on the devices' instruments are read, too; opened by the thread that
 * samples, so that a run doesn't wait for a driver. The ids stay the caller's until the end. */
void telemetry_attach(telemetry *t, const erg_sensors_extension *sensors,
                      const char *const *devices, int n);

/* The same with its thread; NULL where there is none. */
telemetry *telemetry_start(const telemetry_paths *paths);
void telemetry_stop(telemetry *t, telemetry_result *out);

#endif
