/* The loop that pulls draws from a sampler, turns them into natural values and hands them
 * to a sink.
 *
 * Memory: one block of draws and its rows, both bounded by RUN_BLOCK_BYTES, whatever the
 * number of draws. The draws don't depend on the size of a block.
 */
#ifndef ERGODE_RUN_SAMPLE_H
#define ERGODE_RUN_SAMPLE_H

#include <ergode/sampler.h>
#include "output/store.h"
#include "run/host.h"

#define RUN_BLOCK_BYTES (16u << 20)

/* From unconstrained draws to what outputs report. `compute` may be called by several
 * threads at the same time, each with its own slot (0 .. slots-1). */
typedef struct run_natural {
  void *data;
  int slots;
  int64_t n;    /* doubles a draw: the first of the schema's row, in its order */
  void (*compute)(void *data, int slot, const double *q, const double *centring,
                  int32_t chain, int64_t draw, double *values);
} run_natural;

typedef struct run_request {
  run_host *host;
  const erg_sampler *sampler;
  const erg_model *model;
  const run_natural *natural;
  int32_t chains, first_chain, threads;
  int64_t warmup, draws;        /* iterations */
  int64_t thin;                 /* of each phase, iterations 0, thin, 2 thin, ... are kept */
  uint64_t seed;
  const char *const *devices;
  int32_t n_devices;
  const double *settings;       /* [sampler->n_parameters] */
  const double *initial;        /* as erg_job.initial */
  bool save_warmup;
  bool keep_unconstrained;      /* q follows the statistics in the row */
  double compile_s;             /* of the model, for the files */
} run_request;

typedef struct run_progress {
  bool warmup;                  /* phase of the slowest chain */
  int64_t done, total;          /* iterations of all chains, warm-up included */
  int64_t warmup_total;         /* of them warm-up */
  int64_t kept;                 /* draws after warm-up so far, all chains */
  int64_t divergent;            /* of them */
  int64_t gradients;            /* so far, all chains */
  double step_size;             /* mean over chains, in force */
  double elapsed_s;
  double gradients_per_s;       /* over the last second or so */
  double left_s;                /* NaN while unknown */
} run_progress;

/* Called by the thread that called run_sample, after each block. May be NULL. */
typedef void (*run_report)(void *data, const run_progress *progress);

typedef struct run_result {
  erg_status status;            /* ERG_OK; ERG_CANCELLED: interrupted, the draws so far are
                                 * in the sink; else failed, host's reason says why */
  const char *phase;            /* how far it came: "starting the sampler", "warming up",
                                 * "sampling" */
  bool output_failed;           /* the sink failed; problems say why */
  int64_t kept;                 /* draws after warm-up of the shortest chain */
  bool any;                     /* there are draws on disk, if only of the warm-up */
  int64_t gradients, warmup_gradients;
  int64_t divergent;
  double create_s, warmup_s, sampling_s, output_s, total_s;
  erg_stages stages;            /* size 0: the sampler tells none */
  erg_telemetry telemetry;      /* likewise */
} run_result;

/* Runs to the end, an interrupt, or a failure. Opens and closes the sink, or
 * aborts it where there is no draw; doesn't free it. The schema's row is natural values, statistics, and the unconstrained coordinates
 * if kept. */
void run_sample(const run_request *request, const out_schema *schema, out_sink *sink,
                run_report report, void *report_data, run_result *result, erg_problems *p);

/* Bytes that the sampler will hold in the host's memory for its chains, where it says so
 * (erg.memory/1) and its first device is a processor; else 0. */
uint64_t run_sampler_bytes(const run_request *request, const erg_device *device);
/* Bytes that the loop itself will hold. */
uint64_t run_sample_bytes(const run_request *request, const out_schema *schema);

#endif
