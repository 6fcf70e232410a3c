/* The benchmark: every backend and device on the same models and data.
 *
 * A row is one workload on one device, or several, of one backend, with so many chains and
 * threads. It is run in processes of its own,
 * forked from a parent that has opened no driver: first cold (empty caches, in a private
 * folder), then cached, as often as asked, each with another seed. A process does what
 * `ergode sample` does (run/job.h) and hands its figures back through shared memory; one
 * that crashes or hangs becomes a row like any other.
 *
 * No figure is given for a row that isn't valid. Moments, R-hat, ESS and truth depend on the
 * seed: each seed of a row is run and judged, and one that fails makes the row invalid. After
 * anything else (gate, bits, a crash) the row isn't run again.
 *   gate       20 points against the oracle (run/gate.h): the host's form of the model,
 *              and the device's through erg.gradient/1 where the backend offers it
 *   bits       every draw as the backend `cpu` has it, where both promise it (erg.bits/1)
 *   moments    means and standard deviations against a longer run of `cpu` under another
 *              seed, in units of the two Monte Carlo errors; the limit keeps the chance of
 *              any false alarm in a row below BENCH_FALSE_ALARM
 *   R-hat      below 1.02 from 4 chains of 500 draws on, 1.01 from 4 of 1000 on; with
 *              fewer, independent draws often exceed it
 *   ESS        bulk and tail, 400 from 4 chains of 1000 draws on
 *   truth      of simulated data, parameters in their central 89 % intervals; as many as
 *              Binomial(n, 0.89) falls short of with a chance of BENCH_FALSE_ALARM
 * Divergences are reported.
 */
#ifndef ERGODE_BENCH_H
#define ERGODE_BENCH_H

#include <ergode/sampler.h>
#include "bench/statistic.h"
#include "measure/telemetry.h"
#include "read/json_write.h"
#include "read/source.h"
#include "run/gate.h"
#include "run/registry.h"

#define BENCH_SCHEMA_VERSION 2
#define BENCH_FALSE_ALARM 1e-4
/* Time to convergence: over prefixes of k/20 of the draws, the first for which every
 * quantity has R-hat below and both ESS from here on. */
#define BENCH_CONVERGED_R_HAT 1.01
#define BENCH_CONVERGED_ESS 400
enum { BENCH_PREFIXES = 20 };
enum { BENCH_NAME = 96, BENCH_TEXT = 600, BENCH_MAX_DEVICES = 16, BENCH_LIST = 32 };

/* --- what to run -------------------------------------------------------------------- */

typedef struct {
  char *name;
  char *model;              /* file, or name of a shipped model */
  char *data;               /* file, or NULL */
  char **sizes;             /* "NAME=SIZE", NULL-terminated, or NULL */
  int line;                 /* of the set's file that says the most about it; 0: no file */
} bench_workload;

/* 0 ends each list; of no entries: the preset's, or one. */
typedef struct {
  int64_t chains[BENCH_LIST + 1];
  int threads[BENCH_LIST + 1];
  int devices[BENCH_LIST + 1];  /* numbers of devices; none: a row for each device */
} bench_axes;

typedef struct {
  bench_workload *list;
  int n;
  /* Of the INI file; NULL and empty where it says nothing, or there is none. */
  char *path, *hash, *preset;
  int64_t warmup, draws;        /* -1: not said */
  int64_t reference_draws;      /* as bench_options has it */
  char **backends;              /* NULL-terminated, one block */
  char **other_precisions;      /* asked, and not there; NULL-terminated, one block */
  bench_axes axes;
} bench_workloads;

/* Every key of a set's [bench], and of a workload's own section. */
const char *const *bench_set_keys(void);
const char *const *bench_workload_keys(void);
/* configs/bench/NAME.ini, or a file; docs/benchmarks.md has the keys. False with
 * problems. */
bool bench_workloads_read(const char *name, bench_workloads *out, erg_problems *p);
/* One more, from the command line; strings are copied, sizes may be NULL. */
void bench_workloads_add(bench_workloads *w, const char *model, const char *data,
                         const char *const *sizes);
void bench_workloads_free(bench_workloads *w);

/* A file that settings came from. */
typedef struct {
  const char *path;
  char sha256[65];
} bench_config;
bool bench_config_read(const char *path, bench_config *c); /* keeps path; false: unreadable */

enum { BENCH_CONFIGS = 2 };     /* the set's file and the preset's */

typedef struct {
  const bench_workloads *workloads;
  run_registry *registry;
  const char *const *backends;  /* sampler ids, NULL-terminated; NULL: all */
  const char *const *devices;   /* device ids, NULL-terminated; NULL: all */
  const char *peers;            /* other engines: names with commas, "all"; NULL: none */
  const char *set, *preset;     /* for the report, or NULL */
  bench_axes axes;              /* chains and threads: at least one each */
  int64_t warmup, draws, seed;
  int64_t reference_draws;      /* of a chain of the run that moments are held against, after
                                 * `warmup`; 0: 1000 or twice `draws`, after 500 or more */
  double target_accept;         /* NaN: the sampler's default */
  int repeats;                  /* cached runs a row, seeds seed, seed + 1, ... */
  double time_limit_s;          /* of one run */
  bool no_reference;            /* moments aren't compared */
  bench_config configs[BENCH_CONFIGS];
  int n_configs;
  const char *const *plugins;   /* files of --plugin, NULL-terminated; NULL: none */
  const char *out;              /* folder of the journal, or NULL */
  bool keep_draws;              /* of the first cached run of each valid row, below `out` */
  bool resume;                  /* what the journal has isn't run again */
  bool retry_failed;            /* but what failed there is */
  const char *command, *version;
  /* progress, one line; one that ends with a line break is to stay. NULL: none */
  void (*say)(void *data, const char *text);
  void *say_data;
} bench_options;

/* --- what came out ------------------------------------------------------------------ */

/* Wall seconds. `rest` is what no stage accounts for: opening the plug-in and its driver,
 * turning draws into natural values, closing. */
typedef struct {
  double load, compile, upload, warmup, sampling, download, diagnostics, output, rest, total;
} bench_stages;

enum { BENCH_CHAINS_KEPT = 64 };
typedef enum { BENCH_COLD, BENCH_CACHED } bench_kind;

typedef enum {
  BENCH_VALID = 0,
  BENCH_WRONG = 1,          /* the gate, the bits or the moments */
  BENCH_FAILED = 2,         /* an error, a crash, no end */
  BENCH_NOT_CONVERGED = 3,  /* R-hat, or too few effective draws to compare moments */
  BENCH_INTERRUPTED = 4
} bench_verdict;
/* "valid", "wrong", "failed", "not_converged", "interrupted" */
const char *bench_verdict_text(bench_verdict v);

/* One run; flat, since it lies in memory shared between processes. */
typedef struct {
  bench_kind kind;
  int32_t repeat;               /* of the cached runs, from 0 */
  int32_t order;                /* when it ran, among all runs of the report, from 0 */
  int64_t seed;
  double started_s;             /* since the benchmark began */
  int32_t judged;               /* 0: a document of an earlier version, without a verdict */
  int32_t verdict;              /* bench_verdict, of its draws: R-hat, ESS, moments, truth */
  char reason[BENCH_TEXT];      /* "" where valid */
  double z_worst, z_limit;      /* NaN: its moments weren't compared */
  bench_stages stages;
  /* warmup_gradients -1: not told, and gradients are those of the draws alone (peers) */
  int64_t gradients, warmup_gradients, divergent, kept;
  int32_t compiled;             /* 0: the host's form is interpreted */
  int32_t cached;               /* bits: 1 the host's form, 2 the device's came from a cache */
  double ess_bulk, ess_tail, r_hat; /* worst over all quantities */
  double ess_square, ess_lp;    /* NaN: not known */
  double converged_s;           /* NaN: not known, or not reached */
  char worst_bulk[BENCH_NAME], worst_tail[BENCH_NAME], worst_r_hat[BENCH_NAME];
  char draws_sha256[65];        /* of all numbers of all draws; "": not known */
  int32_t n_chain_gradients;    /* 0: not known */
  int64_t chain_gradients[BENCH_CHAINS_KEPT];
  int32_t has_telemetry;
  telemetry_result telemetry;   /* of the host, and of the devices' instruments */
  double device_busy, lane_efficiency; /* erg.telemetry/1; NaN: the backend tells none */
} bench_once;
void bench_once_init(bench_once *f); /* nothing known */

/* Of one run of one quantity. */
typedef struct {
  char name[BENCH_NAME];
  double mean, sd, mcse_mean, mcse_sd, ess_bulk, ess_tail, r_hat;
  double square, mcse_square; /* mean of x^2 */
  int32_t constant;
} bench_moment;

/* A moment of one quantity against the reference's: Monte Carlo standard errors as they
 * went into z = (value - reference) / sqrt(error^2 + reference_error^2). */
typedef struct {
  double value, error, reference, reference_error, z; /* z: INFINITY of draws not finite */
} bench_difference;
typedef struct {
  char name[BENCH_NAME];
  bench_difference mean, sd, square; /* square, the mean of x^2: shown, and not judged, since
                                      * mean and sd say the same; z NaN: not known */
} bench_agreement;
/* The larger |z| of mean and sd. */
double bench_worst_z(const bench_agreement *a);
/* Differences of means and standard deviations, relative to the reference's, that are counted. */
#define BENCH_BAND_MEAN 0.05
#define BENCH_BAND_SD 0.1
enum { BENCH_AGREEMENTS = 256 }; /* kept of a row; of more quantities those that differ most */

typedef enum { BENCH_BITS_NONE, BENCH_BITS_SAME, BENCH_BITS_OTHER } bench_bits;

/* --- derived from the runs ------------------------------------------------------------ */

/* Median over the cached runs and its 95 % interval; NaN where there is none. */
typedef statistic bench_estimate;
typedef enum {
  BENCH_GRADIENTS_S,
  BENCH_US_GRADIENT,
  BENCH_BULK_S,
  BENCH_TAIL_S,
  BENCH_SQUARE_S,
  BENCH_LP_S,
  BENCH_ESS_S,
  BENCH_ESS_1000_GRADIENTS,
  BENCH_CACHED_S,
  BENCH_ESS_WHOLE_S,
  BENCH_CONVERGED_S,
  BENCH_BANDWIDTH_SHARE,
  BENCH_FLOPS_SHARE,
  BENCH_ESS_JOULE,
  BENCH_COLD_S,
  BENCH_FIGURES
} bench_figure;
const char *bench_figure_name(bench_figure f); /* key in the JSON */

typedef struct {
  char stage[32];
  double share;
  char text[BENCH_TEXT];
} bench_advice;
typedef struct {
  char kind[16];            /* throttled, variance, outlier, scaling, stage, busy */
  char text[BENCH_TEXT];
} bench_warning;

typedef struct {
  int workload;             /* index */
  int a, b;                 /* rows */
  bench_figure figure;
  double ratio, low, high;
  char verdict[16];         /* FASTER, SLOWER, SAME, AMBIGUOUS, INVALID */
  double break_even_draws;  /* NaN: none */
} bench_pair;

typedef struct {
  int n;                    /* devices or threads */
  int row;                  /* -1: none; the first has one */
  double seconds, speedup, efficiency, imbalance, straggler;
  double band[2];           /* NaN: none */
  char verdict[16];         /* pass, warning, first, no_band, too_brief, skipped */
  char reason[BENCH_TEXT];
} bench_point;
typedef struct {
  int workload;
  char backend[BENCH_NAME];
  char axis[16], kind[16];  /* devices, threads; strong, weak */
  bench_point *points; int n_points;
} bench_scaling;

/* Measured in this run. */
typedef struct {
  char backend[BENCH_NAME], device[64];
  int threads;              /* 0: the device has none, or takes as many as it likes */
  double read_gb_s, gflops;
  char how[BENCH_TEXT];
} bench_peak;

typedef struct {
  char name[32], version[64];
} bench_version;

/* What a device says of itself (erg.sensors/1). */
typedef struct {
  double clock_mhz;         /* most; NaN: not known */
  int ecc;                  /* -1: not known */
  char driver_version[64];  /* "": not known, or part of the device's `driver` */
} bench_instrument;

/* A point of the matrix. */
typedef struct {
  char id[3 * BENCH_NAME];  /* unique, the same in every report */
  int workload;             /* index */
  char backend[BENCH_NAME], backend_version[BENCH_NAME];
  char form[16];            /* of peers: centred, non-centred */
  erg_device devices[BENCH_MAX_DEVICES];
  bench_instrument instruments[BENCH_MAX_DEVICES]; /* of the devices */
  int n_devices;
  int64_t chains;
  int threads;
  bench_version *versions; int n_versions; /* of peers */
  bench_verdict verdict;
  char reason[BENCH_TEXT];  /* "" where valid */
  char compiler[200], flags[400];
  run_gate host_gate, device_gate;
  bench_bits bits;          /* NONE: not promised, or nothing to compare with */
  int z_tests;              /* moments compared; 0: none */
  double z_worst, z_limit;
  char z_name[BENCH_NAME + 8];
  int mean_outside, sd_outside;             /* 5 % and 10 % bands; -1: not counted */
  int z_left_out;           /* quantities with too few effective draws to be compared */
  double z_freedom;         /* degrees of freedom of the limit; NaN: not known */
  bench_agreement *agreements; int n_agreements; /* in the model's order */
  double r_hat_limit;                       /* INFINITY: none */
  double ess_limit;                         /* 0: none */
  int truth_inside, truth_of, truth_least;  /* of: 0: there is no truth */
  bench_once *runs; int n_runs;             /* the cold one first */
  bench_estimate figures[BENCH_FIGURES];
  bench_advice *advice; int n_advice;
  bench_warning *warnings; int n_warnings;
} bench_row;
const bench_once *bench_cold(const bench_row *row);          /* NULL: there is none */
int bench_n_cached(const bench_row *row);
const bench_once *bench_cached(const bench_row *row, int i); /* i-th cached run */
/* The runs with the largest R-hat and with the least ESS, one that isn't known first; NULL:
 * there are none. */
const bench_once *bench_worst_r_hat(const bench_row *row);
const bench_once *bench_worst_ess(const bench_row *row);
double bench_least_ess(const bench_once *f); /* of bulk and tail; NaN where one isn't known */
/* Seeds that ran to the end, and those of them whose draws aren't valid. */
int bench_n_seeds(const bench_row *row, int *invalid);

typedef struct {
  char backend[BENCH_NAME];
  char reason[BENCH_TEXT];  /* why, and the next step */
} bench_skipped;

/* What is known of a workload before anything runs. */
typedef struct {
  char *name, *model, *data;  /* model as it was named; data: file, "[simulate]", "none" */
  char *path;                 /* of the model's file */
  char model_hash[65], data_hash[65];
  uint64_t simulation_seed;
  bool simulated;
  int64_t dim, quantities, observations;
  uint64_t data_bytes;      /* of their arrays; 0 of a document read back */
  char **sizes;             /* "NAME=SIZE", NULL-terminated, or NULL; the workload's */
  bool truth;
  double bytes_gradient, flops_gradient, functions_gradient; /* NaN: not counted */
} bench_subject;

typedef struct {
  char cpu[128], os[128], kernel[128], governor[32];
  char host_build[128];     /* compiler of this program */
  int cores;                /* that this process may use */
  uint64_t memory_bytes;
  int sockets, cores_physical; /* 0: unknown */
  int smt;                  /* -1: unknown */
  double clock_mhz_max;     /* NaN: unknown */
  char libc[32];
  double load_average, load_average_after; /* first and last; negative: unknown */
  char when[32];            /* ISO 8601, UTC */
} bench_environment;
void bench_environment_read(bench_environment *e);
double bench_load_average(void); /* negative: unknown */

typedef struct {
  const bench_options *options;
  bench_environment environment;
  double target_accept;     /* in force; NaN: the sampler has none */
  const char *folder;       /* private: of everything that runs leave; NULL: none runs */
  int n_runs;               /* of all rows */
  int journal_error;        /* errno of a failed write; 0: none */
  bench_subject *subjects; int n_subjects;
  bench_row *rows;         int n_rows;
  bench_skipped *skipped;  int n_skipped;
  bench_peak *peaks;       int n_peaks;
  bench_pair *pairs;       int n_pairs;
  bench_scaling *scaling;  int n_scaling;
  char **warnings;         int n_warnings;
  struct bench_comparison *baseline; /* with --baseline's document; NULL: none */
} bench_report;

/* What a journal said; the options point into it. */
typedef struct {
  void *json;
  const char **backends, **devices, **plugins;
} bench_resumed;
/* Settings and workloads of DIR/rows.jsonl. False with problems. held and w are to be freed
 * in any case. */
bool bench_resume_read(const char *folder, bench_options *o, bench_workloads *w,
                       bench_resumed *held, erg_problems *p);
void bench_resumed_free(bench_resumed *held);
char *bench_journal_path(const char *folder); /* DIR/rows.jsonl; to be freed */
/* DIR/draws/NUMBER-ROW.nc, where draws of a row are kept; to be freed. */
char *bench_draws_path(const char *folder, const bench_report *r, int row);

/* Runs everything. False with problems where a workload can't be loaded, or the journal
 * not opened (nothing was run then). The report is to be freed in any case. */
bool bench_run(const bench_options *options, bench_report *report, erg_problems *p);
void bench_report_free(bench_report *r);

/* Whether another engine's row has its model in the less good of its forms: not valid, or
 * less ESS a second. Tables show the better one and name the other below. */
bool bench_is_lesser_form(const bench_report *r, int i);

/* 130 interrupted; 5 wrong numbers somewhere; 6 a backend failed; 3 nothing could run;
 * otherwise 0, also where something hasn't converged. Other engines' failures don't count. */
int bench_exit_code(const bench_report *r);

/* --- derived figures and reports ---------------------------------------------------- */

typedef struct {
  int width;                /* columns */
  bool colour, verbose;     /* verbose: stages, checks, all pairs, all notes */
} bench_look;
void bench_print(const bench_report *r, FILE *out, const bench_look *look);
void bench_write_json(const bench_report *r, erg_json *j); /* members of an open object */
/* 0 or errno; a file is whole, or left as it was. */
int bench_write_markdown(const bench_report *r, const char *path);
int bench_write_csv(const bench_report *r, const char *path);

#endif
