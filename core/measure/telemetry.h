/* What a run costs the host: memory, share of the processor, clocks, throttling, energy.
 *
 * A thread takes a sample 20 times a second between telemetry_start and telemetry_stop.
 * Means, minima and peaks are over all samples; of the samples themselves at most
 * TELEMETRY_SAMPLES are kept, every second one going when there is no room. What can't be
 * read is NaN (throttled: -1) and has a reason.
 */
#ifndef ERGODE_MEASURE_TELEMETRY_H
#define ERGODE_MEASURE_TELEMETRY_H

enum { TELEMETRY_SAMPLES = 200, TELEMETRY_REASON = 160 };

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
} telemetry_sample;

typedef struct {
  double host_memory_peak_bytes, host_memory_mean_bytes;
  double joules_host;   /* processor packages, all that ran on them; not the memory */
  double clock_mhz_mean, clock_mhz_min;
  int throttled;        /* 1: a thermal counter moved; -1: unknown */
  int n_samples;
  telemetry_sample samples[TELEMETRY_SAMPLES];
  char no_memory[TELEMETRY_REASON], no_energy[TELEMETRY_REASON];
  char no_clock[TELEMETRY_REASON], no_throttle[TELEMETRY_REASON]; /* "" where known */
} telemetry_result;

typedef struct telemetry telemetry;

/* One without a thread, to be sampled by hand. NULL where there is no memory. */
telemetry *telemetry_open(const telemetry_paths *paths);
void telemetry_take(telemetry *t, double t_s);
void telemetry_close(telemetry *t, telemetry_result *out); /* frees it; NULL is allowed */

/* The same with its thread; NULL where there is none. */
telemetry *telemetry_start(const telemetry_paths *paths);
void telemetry_stop(telemetry *t, telemetry_result *out);

#endif
