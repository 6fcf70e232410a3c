/* A sampling job from the user's wishes to files on disk: `ergode sample` in four calls.
 *
 *   run_job_prepare   model and data read, settings resolved, backend found, model compiled
 *   run_job_run       warm-up and sampling; draws on disk
 *   run_job_summarise diagnostics; summary.json and report.md
 *   run_job_release
 */
#ifndef ERGODE_RUN_JOB_H
#define ERGODE_RUN_JOB_H

#include "compile/model_host.h"
#include "compile/natural.h"
#include "output/summary.h"
#include "run/load.h"
#include "run/outputs.h"
#include "run/given.h"
#include "run/preset.h"
#include "run/registry.h"
#include "run/sample.h"

/* Draws of a run that are kept in memory while they are written; more are read back. */
#define RUN_MEMORY_BYTES (256u << 20)

/* What to report besides parameters and [generate]. */
enum { RUN_REPORT_DEFINED = 1, RUN_REPORT_LOG_LIKELIHOOD = 2, RUN_REPORT_REPLICATED = 4 };

/* As given by the user; NULL, negative or NaN where nothing was. What is not given comes
 * from the preset, then the model's [run], then the defaults. */
typedef struct {
  run_inputs inputs;
  const char *backend;
  const char *const *devices;   /* NULL-terminated, or NULL */
  const char *preset;
  int64_t chains, warmup, draws, thin, max_depth, seed, threads;
  double target_accept, init_radius;
  const char *init;             /* JSON: natural initial values */
  const char *const *settings;  /* "name=value", NULL-terminated, or NULL */
  const char *out;              /* folder */
  bool csv, save_warmup;
  uint64_t held_bytes;          /* draws too many to be kept beside their file, of up to so
                                 * many bytes, are kept in memory alone, and no file is written */
  unsigned report;
  const char *command;          /* the command line, for the files */
  const char *version;
} run_wishes;
run_wishes run_no_wishes(void);

typedef struct {
  double load_s, compile_s, sample_s, diagnose_s, output_s, total_s;
} run_times;

typedef struct run_job {
  run_host *host;               /* not owned */
  run_model model;
  run_given *points;           /* of --init; NULL: none */
  double *initial;              /* [chains][dim], or NULL: the sampler draws them */
  run_request request;
  const erg_sampler *sampler;
  double *settings;
  erg_device device;            /* the first one used */
  char **device_ids;
  int n_devices;
  erg_model *compiled;
  run_natural natural;
  natural **plans;              /* [natural.slots] */
  out_schema *schema;
  char *out;
  run_outputs outputs;          /* of that folder */
  out_sink *sink, *memory;      /* memory is part of sink; NULL where too large */
  run_result result;
  out_summary *summary;
  out_draws *disk;              /* where the summary was made from disk */
  uint64_t memory_bytes;        /* estimate: what the run will hold */
  uint64_t disk_bytes;          /* estimate: draws.nc without compression; 0: none */
  double target_accept;         /* in force; 0 where the sampler has no such setting */
  int max_depth;
  run_times times;
  double started;
  const char *phase;            /* what is being done: "reading the model and the data", ... */
} run_job;

/* 0, or the exit code after problems (bad input) or *message (to be freed; devices,
 * plug-ins, compiler), or 130 after an interrupt. Released by run_job_release in any case, after the problems. */
int run_job_prepare(const run_wishes *wishes, run_registry *registry, run_host *host,
                    run_job *job, erg_problems *p, char **message);
/* Exit code: 0, 130 (interrupted), or 6, 7 and others with problems or host reason. */
int run_job_run(run_job *job, run_report report, void *data, erg_problems *p);
/* Diagnostics and the two files; job->summary is NULL where there are no draws. False
 * with problems, or after an interrupt that came meanwhile. */
bool run_job_summarise(run_job *job, erg_problems *p);
/* What the summary's printers want to know besides. */
out_report run_job_report(const run_job *job);
void run_job_release(run_job *job);

/* Processors that this process may use. */
int run_processors(void);

#endif
