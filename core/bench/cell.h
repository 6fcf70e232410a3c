/* One run of one cell, in a process of its own. */
#ifndef ERGODE_BENCH_CELL_H
#define ERGODE_BENCH_CELL_H

#include "bench/bench.h"
#include "read/private_folder.h"
#include "run/job.h"

#define CELL_FOLDER "run" /* begins the names of private folders */
#define CELL_DRIVER_LIMIT_S 120 /* a driver that doesn't name its devices */

typedef struct {
  const bench_options *options;
  const bench_workload *workload;
  const run_simulation *simulated; /* the workload's data, made by the parent; data NULL: none
                                  * are simulated */
  const char *backend;
  const char *devices[BENCH_MAX_DEVICES + 1];
  int n_devices;                 /* 0: the backend's first */
  int64_t chains, warmup, draws, seed;
  int threads;
  const char *folder;            /* private: caches and outputs go below it */
  uint64_t held_bytes;           /* as run_wishes has it */
  const run_points *points;      /* for the gate, after the run; NULL: no gate */
  bool warn;                     /* warnings of host and plug-in go to stderr */
} cell_job;

/* Memory shared with the process. */
typedef struct {
  int32_t finished;              /* it came to its end */
  int32_t code;                  /* exit code of the job; reason where not 0 */
  char reason[BENCH_TEXT];
  bench_once figures;
  run_gate host_gate, device_gate;
  char backend_version[BENCH_NAME], bits[BENCH_NAME], compiler[200], flags[400];
  erg_device device;
  double target_accept;          /* in force */
  int truth_inside, truth_of;    /* parameters that made the data in their 89 % intervals */
  char truth_name[BENCH_NAME];   /* first outside */
  int64_t n_moments, chains, draws;
} cell_result;

typedef struct {
  cell_result *result;
  bench_moment *moments;         /* [result->n_moments] */
  uint64_t *hashes;              /* [chains][draws]: of all numbers of a draw */
  int64_t most_moments;
  size_t bytes;
} cell;

/* quantities: the most there can be. */
cell *cell_new(int64_t quantities, int64_t chains, int64_t draws);
void cell_free(cell *c);
void cell_run(const cell_job *job, cell *out);

/* Draws of a finished job, in memory or on disk (collect.c). */
typedef struct {
  const run_job *job;
  const out_schema *schema;
  double *window;                /* of elements read from disk: [element][chain][draw] */
  int variable;                  /* they are of this one; -1: none */
  int64_t first, count, room;
  int64_t draws;
  erg_problems *problems;
} cell_draws;
cell_draws cell_draws_of(const run_job *j, erg_problems *p);
/* Valid until the next call. False where the element isn't there. */
bool cell_draws_get(cell_draws *d, int variable, int64_t element, erg_draws *out);
void cell_draws_free(cell_draws *d);
/* Moments of every quantity, least ESS and largest R-hat. */
void cell_take_moments(const out_summary *s, cell *out);
/* What the summary hasn't: means of squares, ESS of squares and of the log density, time to
 * convergence, gradients of each chain, truth. After cell_take_moments. */
void cell_collect(const run_job *j, cell *out, erg_problems *p);

/* Line breaks become "; ": a row's reason is one line. */
void cell_one_line(char text[static BENCH_TEXT]);

/* Calls work(data) in a process of its own; false with the reason where it doesn't return
 * within `limit_s` seconds. What it writes to shared memory (cell_share) remains. */
bool cell_apart(void (*work)(void *data), void *data, double limit_s,
                char reason[static BENCH_TEXT]);
void *cell_share(size_t bytes); /* zeroed; ends the program where there is no memory */
void cell_unshare(void *memory, size_t bytes);

#endif
