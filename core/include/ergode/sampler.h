/* Ergode: the interface of a sampler plug-in.
 *
 * The host creates a run from a job and pulls blocks of draws from it until the
 * block says `finished`. The host owns job, model, block and every buffer in them,
 * all of which outlive the run; the plug-in owns the run. Nothing is freed across
 * the boundary. No plug-in thread calls the host except through erg_host and the
 * model's functions. One thread at a time drives a run; different runs may be driven
 * by different threads at the same time.
 *
 * Growth: the writer of a structure sets `size`; readers look no further (ERG_HAS).
 * Members are only ever appended.
 */
#ifndef ERGODE_SAMPLER_H
#define ERGODE_SAMPLER_H

#include <stdint.h>
#include <ergode/error.h>
#include <ergode/host.h>
#include <ergode/model.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum erg_device_kind {
  ERG_DEVICE_CPU = 0,
  ERG_DEVICE_GPU = 1,
  ERG_DEVICE_OTHER = 2
} erg_device_kind;

/* One device that a plug-in can use. Filled by the plug-in, strings owned by it and
 * valid until the process ends. */
typedef struct erg_device {
  uint32_t size;
  int32_t kind;              /* erg_device_kind */
  char id[64];               /* stable over runs: "cpu", "cuda:0", "pocl:0" */
  char name[128];
  char driver[128];          /* driver and version, "" if none */
  uint64_t memory_bytes;     /* 0 if unknown */
  int32_t fp64;              /* 1 if it computes in double precision */
  int32_t fp64_fma;          /* 1 if fma in double precision is exact there */
  int32_t compute_units;     /* cores, SMs */
  char architecture[32];     /* "sm_90", "avx512" */
} erg_device;

typedef enum erg_type {
  ERG_TYPE_REAL = 0,
  ERG_TYPE_INT = 1,
  ERG_TYPE_BOOL = 2,
  ERG_TYPE_CHOICE = 3        /* integer index into `choices` */
} erg_type;

/* A setting that a sampler declares; the host checks the user's values against the
 * table and passes the complete list in the job, in the table's order. */
typedef struct erg_parameter {
  const char *name;          /* "target_accept" */
  int32_t type;              /* erg_type */
  double initial;            /* default */
  double low, high;          /* inclusive bounds */
  const char *help;          /* one line */
  const char *choices;       /* ERG_TYPE_CHOICE: "gradient|stan|none" */
} erg_parameter;

/* A number per draw besides the coordinates. Names with a fixed meaning, those
 * of ArviZ: lp (required: the reported density, lp[1] of the model),
 * acceptance_rate, step_size, energy, energy_error, max_energy_error, tree_depth,
 * n_steps, diverging, reached_max_treedepth. */
typedef struct erg_statistic {
  const char *name;
  int32_t type;              /* erg_type */
  const char *help;
} erg_statistic;

typedef struct erg_job {
  uint32_t size;
  int32_t chains;            /* >= 1 */
  int32_t first_chain;       /* number of the first chain: part of the streams' key */
  int32_t threads;           /* >= 1: at most so many busy threads */
  int64_t warmup;            /* iterations, >= 0 */
  int64_t draws;             /* iterations kept after warm-up, >= 0 */
  uint64_t seed;
  const erg_model *model;
  /* Devices to use, by stable id, in order; chains are split among them. */
  const char *const *devices;
  int32_t n_devices;
  int32_t n_settings;
  /* [n_settings] values in the order of the sampler's parameter table. */
  const double *settings;
  /* NULL, or [chains][dim]: unconstrained initial points under non-centred
   * parametrization. Where NULL, or where a point has no finite density, the sampler
   * tries points uniform on (-2, 2). */
  const double *initial;
} erg_job;

/* A block of draws; host-owned. The plug-in appends draws for each chain at
 * filled[chain] and counts it up; chains fill at their own pace. A block never
 * straddles the end of warm-up or a change of centring: `warmup` and `centring_epoch`
 * hold for all its draws. */
typedef struct erg_block {
  uint32_t size;
  int32_t chains;
  int32_t dim;
  int32_t n_statistics;
  int64_t capacity;          /* draws a chain */
  double *draws;             /* [chains][capacity][dim], unconstrained */
  double *statistics;        /* [chains][capacity][n_statistics] */
  int64_t *filled;           /* [chains], in: 0; out: draws written */
  /* Set by the plug-in: */
  int32_t warmup;            /* 1: these are warm-up draws */
  int32_t finished;          /* 1: no draws remain after this block */
  int64_t centring_epoch;    /* 0 at the start, counted up at every change */
  double *centring;          /* erg_centring_length doubles: in force; host-owned */
  int64_t *gradients;        /* [chains]: evaluations so far, cumulative */
  double *step_size;         /* [chains]: in force; 0 where it means nothing */
  double *inverse_metric;    /* [chains][dim]: diagonal, in force; ones without a metric */
} erg_block;

typedef struct erg_run erg_run;

/* Static description and functions of a sampler. */
typedef struct erg_sampler {
  uint32_t size;
  const char *id;            /* "cpu", "opencl", "cuda", "cpu.hmc": [a-z0-9._-]+ */
  const char *version;
  const char *summary;       /* one line */
  const erg_parameter *parameters;
  int32_t n_parameters;
  const erg_statistic *statistics;
  int32_t n_statistics;

  /* Number of devices; fills the first `capacity` of `devices`. May load a driver;
   * any thread. No device: returns 0 after host->fail(ERG_NO_DEVICE, why and next
   * step). */
  int32_t (*devices)(const erg_host *host, erg_device *devices, int32_t capacity);

  /* ERG_OK if the sampler can run the job, otherwise ERG_UNSUPPORTED or
   * ERG_NO_DEVICE after host->fail(reason). */
  erg_status (*supports)(const erg_host *host, const erg_job *job);

  /* Creates a run: compiles, uploads. */
  erg_status (*create)(const erg_host *host, const erg_job *job, erg_run **run);

  /* Appends to `block` until it is full, the phase or the centring changes, or the
   * run is finished; may return with less, even nothing. */
  erg_status (*advance)(erg_run *run, erg_block *block);

  /* Frees the run and ends its threads. NULL is allowed. */
  void (*destroy)(erg_run *run);

  const void *(*extension)(const struct erg_sampler *sampler, const char *id);
} erg_sampler;

/* extension "erg.stages/1" of a sampler: seconds of wall time that the run spent in
 * each stage so far, for the benchmark's ledger. */
typedef struct erg_stages {
  uint32_t size;
  double compile_s;          /* device compilation, 0 if cached */
  double upload_s;
  double warmup_s;
  double sampling_s;
  double download_s;
  int32_t cached;            /* 1: the compiled kernel came from the cache */
} erg_stages;
typedef struct erg_stages_extension {
  uint32_t size;
  void (*stages)(const erg_run *run, erg_stages *out);
} erg_stages_extension;

/* extension "erg.telemetry/1" of a sampler: how busy its devices were so far. Each is NaN
 * where it isn't known.
 *
 * device_busy: seconds in which a launch (a kernel, or the lanes of a thread pool) was
 * under way on some device, over the seconds from the first launch's start to the last
 * one's end, warm-up and sampling together. What is missing from 1 was spent on the host:
 * moving draws, adapting, writing.
 *
 * lane_efficiency: in a launch a device advances a group of n chains side by side; chain i
 * makes g_i leapfrogs or other evaluations of the gradient, and the launch takes as long as
 * the longest. Sum of g_i over all groups and launches / sum of n max(g_i). 1: all chains
 * had the same to do; where chains share threads in turn, what is missing isn't lost. */
typedef struct erg_telemetry {
  uint32_t size;             /* in: room; out: written */
  double device_busy;        /* 0..1 */
  double lane_efficiency;    /* 0..1 */
  int64_t launches;          /* of groups */
} erg_telemetry;
typedef struct erg_telemetry_extension {
  uint32_t size;
  void (*telemetry)(const erg_run *run, erg_telemetry *out);
} erg_telemetry_extension;

/* extension "erg.gradient/1" of a sampler: the model as its devices compute it, for
 * checks. At the points job->initial [chains][dim] (chain c on the device that a run of
 * this job would give it), under `centring` (layout as in erg_model; NULL: ell = h = 0):
 *   lp        [chains][2], as erg_model.logp gives it; -inf or NaN: rejected
 *   gradient  [chains][dim]
 * warmup and draws of the job don't matter. Errors as create has them. */
typedef struct erg_gradient_extension {
  uint32_t size;
  erg_status (*gradient)(const erg_host *host, const erg_job *job,
                         const double *centring, double *lp, double *gradient);
} erg_gradient_extension;

/* extension "erg.memory/1" of a sampler: bytes that a run of this job will hold for its chains
 * on the devices, all together, before anything is allocated; touches no device. Data and the
 * model's scratch aren't among them. */
typedef struct erg_memory_extension {
  uint32_t size;
  uint64_t (*bytes)(const erg_job *job);
} erg_memory_extension;

/* extension "erg.sensors/1" of a sampler: what a device's own instruments say, apart from any
 * run. Any thread; one at a time reads the same erg_sensors. */
typedef enum erg_sensor {
  ERG_SENSOR_JOULES = 0,     /* energy since open, by a counter of the device */
  ERG_SENSOR_WATTS = 1,      /* power now */
  ERG_SENSOR_MEMORY = 2,     /* bytes in use now, by all programs */
  ERG_SENSOR_BUSY = 3,       /* 0..1: share of the last period (the driver's, up to 1 s) in
                              * which a kernel was under way */
  ERG_SENSOR_SM_ACTIVE = 4,  /* 0..1: share of the multiprocessors at work, mean since open */
  ERG_SENSOR_CLOCK_MHZ = 5,  /* of the multiprocessors, now */
  ERG_SENSOR_CLOCK_MHZ_MAX = 6,
  ERG_SENSOR_THROTTLED = 7,  /* 1: slower now than it could be, for heat or power; text: why */
  ERG_SENSOR_ECC = 8,        /* 1: memory is checked for errors */
  ERG_SENSOR_DRIVER = 9      /* 1; text: the driver's version */
} erg_sensor;
typedef struct erg_sensors erg_sensors;
typedef struct erg_sensors_extension {
  uint32_t size;
  /* Of the device with this id. ERG_NO_DEVICE or ERG_UNSUPPORTED after host->fail(reason). */
  erg_status (*open)(const erg_host *host, const char *device, erg_sensors **sensors);
  /* NaN, with the reason in `text`, where the sensor isn't there or can't be read. Otherwise
   * `text` is as above or empty; it has room for text_size bytes, at least 1. */
  double (*read)(erg_sensors *sensors, int32_t sensor, char *text, uint32_t text_size);
  void (*close)(erg_sensors *sensors); /* NULL is allowed */
} erg_sensors_extension;

/* extension "erg.peaks/1" of a sampler: what a device does at most, by kernels made for the
 * purpose and the device's own clock. Takes some seconds. */
typedef struct erg_peaks {
  uint32_t size;             /* in: room; out: written */
  double read_bytes_s;       /* read from its memory, out of caches' reach; NaN: not known */
  double flops_s;            /* in double precision, a fused multiply-add counts two */
  char how[240];             /* for people: what was run */
  int32_t threads;           /* that worked, at most; 0: the device goes by no such number */
} erg_peaks;
typedef struct erg_peaks_extension {
  uint32_t size;
  /* With as many busy threads as erg_job.threads allows. host->fail says why not. */
  erg_status (*measure)(const erg_host *host, const char *device, int32_t threads,
                        erg_peaks *out);
} erg_peaks_extension;

/* extension "erg.bits/1" of a sampler: a NUL-terminated text. Samplers with the same
 * text promise the same bits in every draw for jobs that differ in devices and threads
 * only; the benchmark holds them to it. */

#ifdef __cplusplus
}
#endif
#endif
