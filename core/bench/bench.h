/* The benchmark: every backend and device on the same models and data.
 *
 * A cell is one workload on one device of one backend. It is run in processes of its own,
 * forked from a parent that has opened no driver: first cold (empty caches, in a private
 * folder), then cached, as often as asked, each with another seed. A process does what
 * `ergode sample` does (run/job.h) and hands its figures back through shared memory; one
 * that crashes or hangs becomes a row like any other.
 *
 * No figure is given for a cell that isn't valid:
 *   gate       20 points against the oracle (run/gate.h): the host's form of the model,
 *              and the device's through erg.gradient/1 where the backend offers it
 *   bits       every draw as the backend `cpu` has it, where both promise it (erg.bits/1)
 *   moments    means and standard deviations against a longer run of `cpu` under another
 *              seed, in units of the two Monte Carlo errors; the limit keeps the chance of
 *              any false alarm in a row below BENCH_FALSE_ALARM
 *   R-hat      below 1.02 from 4 chains of 500 draws on, 1.01 from 4 of 1000 on; with
 *              fewer, independent draws often exceed it
 * Divergences are reported.
 */
#ifndef ERGODE_BENCH_H
#define ERGODE_BENCH_H

#include <ergode/sampler.h>
#include "read/json_write.h"
#include "read/source.h"
#include "run/gate.h"
#include "run/registry.h"

#define BENCH_SCHEMA_VERSION 1
#define BENCH_FALSE_ALARM 1e-4
enum { BENCH_NAME = 96, BENCH_TEXT = 600, BENCH_MAX_DEVICES = 16 };

/* --- what to run -------------------------------------------------------------------- */

typedef struct {
  char *name;
  char *model;              /* file, or name of a shipped model */
  char *data;               /* file, or NULL */
  char **sizes;             /* "NAME=SIZE", NULL-terminated, or NULL */
} bench_workload;

typedef struct {
  bench_workload *list;
  int n;
} bench_workloads;

/* configs/bench/NAME.ini, or a file:
 *   [bench]
 *   workloads = hierarchical_normal, radon
 *   [radon]                    (optional)
 *   model = radon              (the section's name)
 *   data  = radon.json      (beside the INI file, or in the shipped models/data)
 *   sizes = group=500, obs=10
 * False with problems. */
bool bench_workloads_read(const char *name, bench_workloads *out, erg_problems *p);
/* One more, from the command line; strings are copied, sizes may be NULL. */
void bench_workloads_add(bench_workloads *w, const char *model, const char *data,
                         const char *const *sizes);
void bench_workloads_free(bench_workloads *w);

typedef struct {
  const bench_workloads *workloads;
  run_registry *registry;
  const char *const *backends;  /* sampler ids, NULL-terminated; NULL: all */
  const char *const *devices;   /* device ids, NULL-terminated; NULL: all */
  const char *preset;           /* for the report, or NULL */
  int64_t chains, warmup, draws, seed;
  int threads;
  double target_accept;         /* NaN: the sampler's default */
  int repeats;                  /* cached runs a cell, seeds seed, seed + 1, ... */
  double time_limit_s;          /* of one run */
  bool no_reference;            /* moments aren't compared */
  const char *command, *version;
  void (*say)(void *data, const char *text); /* progress, one line; NULL: none */
  void *say_data;
} bench_options;

/* --- what came out ------------------------------------------------------------------ */

/* Wall seconds. `rest` is what no stage accounts for: opening the plug-in and its driver,
 * turning draws into natural values, closing. */
typedef struct {
  double load, compile, upload, warmup, sampling, download, diagnostics, output, rest, total;
} bench_stages;

typedef struct {
  bench_stages stages;
  int64_t gradients, warmup_gradients, divergent, kept;
  int32_t compiled;             /* 0: the host's form is interpreted */
  int32_t cached;               /* bits: 1 the host's form, 2 the device's came from a cache */
  double ess_bulk, ess_tail, r_hat; /* worst over all quantities */
  char worst_bulk[BENCH_NAME], worst_tail[BENCH_NAME], worst_r_hat[BENCH_NAME];
} bench_figures;

/* Of one run of one quantity. */
typedef struct {
  char name[BENCH_NAME];
  double mean, sd, mcse_mean, mcse_sd, ess_bulk, ess_tail;
  int32_t constant;
} bench_moment;

typedef enum {
  BENCH_VALID = 0,
  BENCH_WRONG = 1,          /* the gate, the bits or the moments */
  BENCH_FAILED = 2,         /* an error, a crash, no end */
  BENCH_NOT_CONVERGED = 3,  /* R-hat, or too few effective draws to compare moments */
  BENCH_INTERRUPTED = 4
} bench_verdict;
/* "valid", "wrong", "failed", "not_converged", "interrupted" */
const char *bench_verdict_text(bench_verdict v);

typedef enum { BENCH_BITS_NONE, BENCH_BITS_SAME, BENCH_BITS_OTHER } bench_bits;

typedef struct {
  int workload;             /* index */
  char backend[BENCH_NAME], backend_version[BENCH_NAME];
  erg_device device;
  bench_verdict verdict;
  char reason[BENCH_TEXT];  /* "" where valid */
  char compiler[200], flags[400];
  run_gate host_gate, device_gate;
  bench_bits bits;          /* NONE: not promised, or nothing to compare with */
  int z_tests;              /* moments compared; 0: none */
  double z_worst, z_limit;
  char z_name[BENCH_NAME + 8];
  bench_figures cold;
  int n_cached;
  bench_figures *cached;    /* [n_cached] */
} bench_row;

typedef struct {
  char backend[BENCH_NAME];
  char reason[BENCH_TEXT];  /* why, and the next step */
} bench_skipped;

/* What is known of a workload before anything runs. */
typedef struct {
  char *name, *model, *data;  /* model as it was named; data: file, "[simulate]", "none" */
  char model_hash[65], data_hash[65];
  uint64_t simulation_seed;
  bool simulated;
  int64_t dim, quantities, observations;
} bench_subject;

typedef struct {
  char cpu[128], os[128], kernel[128], governor[32];
  char host_build[128];     /* compiler of this program */
  int cores;                /* that this process may use */
  uint64_t memory_bytes;
  double load_average;      /* before the first run; negative: unknown */
  char when[32];            /* ISO 8601, UTC */
} bench_environment;
void bench_environment_read(bench_environment *e);

typedef struct {
  const bench_options *options;
  bench_environment environment;
  bench_subject *subjects; int n_subjects;
  bench_row *rows;         int n_rows;
  bench_skipped *skipped;  int n_skipped;
} bench_report;

/* Runs everything. False with problems where a workload can't be loaded (nothing was run
 * then). The report is to be freed in any case. */
bool bench_run(const bench_options *options, bench_report *report, erg_problems *p);
void bench_report_free(bench_report *r);

/* 130 interrupted; 5 wrong numbers somewhere; 6 a backend failed; 3 nothing could run;
 * otherwise 0, also where something hasn't converged. */
int bench_exit_code(const bench_report *r);

/* --- derived figures and reports ---------------------------------------------------- */

/* Of the cached runs, the median (one run: that one). */
typedef struct {
  double gradients_s;       /* gradients a second of warm-up and sampling */
  double bulk_s, tail_s;    /* worst ESS a second of warm-up and sampling */
  double per_1000;          /* min(bulk, tail) ESS per 1000 gradients of sampling */
  double us_gradient;
  double cold_s, cached_s;  /* whole runs */
  double r_hat;
  int64_t divergent;
} bench_rates;
bench_rates bench_rates_of(const bench_row *row);
bench_rates bench_rates_once(const bench_figures *f);
double bench_median(double *values, int n); /* sorts them */

void bench_print(const bench_report *r, FILE *out, bool colour);
void bench_write_json(const bench_report *r, erg_json *j); /* members of an open object */
int bench_write_markdown(const bench_report *r, const char *path); /* 0 or errno */

#endif
